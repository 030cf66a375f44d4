//! DC power flow: angles and branch flows of one snapshot or of many.
//!
//! Injections that do not sum to zero over an island are taken up by its reference bus, as a slack does.

use super::network::Network;

impl Network {
    /// Snapshots solved side by side.
    pub(super) const LANES: usize = 16;

    /// Memory for the angles of snapshots side by side.
    pub(super) fn lanes(&self) -> Vec<[f64; Self::LANES]> {
        vec![[0.0; Self::LANES]; self.places()]
    }

    /// The flow over each branch \[MW\] for the net injection at each bus \[MW\]. Slices are by bus and by branch; a
    /// shorter slice leaves the rest at zero injection, or unwritten.
    pub fn flow(&self, injection_mw: &[f64], flow_mw: &mut [f64]) {
        let mut angle = vec![[0.0]; self.places()];
        self.angles_by_place(injection_mw.as_chunks::<1>().0, &mut angle);
        self.flow_from_places(&angle, flow_mw.as_chunks_mut::<1>().0);
    }

    /// The voltage angle at each bus \[rad\], reference buses at zero, for the net injection at each bus \[MW\].
    pub fn angles(&self, injection_mw: &[f64], angle_rad: &mut [f64]) {
        let mut by_place = vec![[0.0]; self.places()];
        self.angles_by_place(injection_mw.as_chunks::<1>().0, &mut by_place);
        for (angle, &place) in angle_rad.iter_mut().zip(&self.place) {
            *angle = by_place[place as usize][0];
        }
    }

    /// Flows of many snapshots: `injection_mw` is T × buses and `flow_mw` T × branches, both row by row. Several
    /// snapshots are solved side by side; each snapshot's bits are those of [`Network::flow`].
    pub fn flows(&self, injection_mw: &[f64], flow_mw: &mut [f64]) {
        let (buses, branches) = (self.bus_count(), self.branches().len());
        if buses == 0 || branches == 0 {
            return;
        }
        let mut angle = self.lanes();
        let blocks = injection_mw.chunks(buses * Self::LANES).zip(flow_mw.chunks_mut(branches * Self::LANES));
        for (injection, flow) in blocks {
            self.flow_block(injection, flow, &mut angle);
        }
    }

    /// Up to [`Self::LANES`] snapshots at once.
    fn flow_block(&self, injection_mw: &[f64], flow_mw: &mut [f64], angle: &mut [[f64; Self::LANES]]) {
        angle.fill([0.0; Self::LANES]);
        for (lane, snapshot) in injection_mw.chunks_exact(self.bus_count()).enumerate() {
            for (&place, &mw) in self.place.iter().zip(snapshot) {
                angle[place as usize][lane] = mw;
            }
        }
        self.flow_of_sides(angle, flow_mw);
    }

    /// Flows of snapshots side by side, from injections by place to rows of flows. Angles come out by place.
    #[inline(always)]
    pub(super) fn flow_of_sides<const W: usize>(&self, angle: &mut [[f64; W]], flow_mw: &mut [f64]) {
        /// Branches that are turned from columns to rows at once.
        const TURN: usize = 8;
        self.solve_by_place(angle);
        let branches = self.ends.len();
        let whole = branches / TURN * TURN;
        for first in (0..whole).step_by(TURN) {
            let mut turned = [[0.0; W]; TURN];
            for (k, flow) in (first..).zip(&mut turned) {
                self.flow_of_branch(k, angle, flow);
            }
            for (lane, row) in flow_mw.chunks_exact_mut(branches).enumerate().take(W) {
                let row: &mut [f64] = &mut row[first..first + TURN];
                for i in 0..TURN {
                    row[i] = turned[i][lane];
                }
            }
        }
        for k in whole..branches {
            let mut flow = [0.0; W];
            self.flow_of_branch(k, angle, &mut flow);
            for (row, mw) in flow_mw.chunks_exact_mut(branches).zip(flow) {
                row[k] = mw;
            }
        }
    }

    /// The flow over one branch from angles by place.
    #[inline(always)]
    fn flow_of_branch<const W: usize>(&self, k: usize, angle: &[[f64; W]], flow_mw: &mut [f64; W]) {
        let (f, t) = self.ends[k];
        let (from, to, b, shift) = (&angle[f as usize], &angle[t as usize], self.susceptance[k], self.shift_mw[k]);
        for lane in 0..W {
            flow_mw[lane] = b * (from[lane] - to[lane]) - shift;
        }
    }

    /// Angles from injections by place, in place; the references' place ends at zero.
    #[inline(always)]
    fn solve_by_place<const W: usize>(&self, angle: &mut [[f64; W]]) {
        for (&(f, t), &shift) in self.ends.iter().zip(&self.shift_mw) {
            if shift != 0.0 {
                for lane in 0..W {
                    angle[f as usize][lane] += shift;
                    angle[t as usize][lane] -= shift;
                }
            }
        }
        self.ldl.solve(angle);
        if let Some(reference) = angle.last_mut() {
            *reference = [0.0; W];
        }
    }

    /// Angles by place of `W` snapshots, from the injections by bus; the references' place ends at zero.
    #[inline(always)]
    pub(super) fn angles_by_place<const W: usize>(&self, injection_mw: &[[f64; W]], angle: &mut [[f64; W]]) {
        angle.fill([0.0; W]);
        for (&place, mw) in self.place.iter().zip(injection_mw) {
            angle[place as usize] = *mw;
        }
        self.solve_by_place(angle);
    }

    /// Flows from angles by place.
    #[inline(always)]
    pub(super) fn flow_from_places<const W: usize>(&self, angle: &[[f64; W]], flow_mw: &mut [[f64; W]]) {
        let branches = self.ends.iter().zip(&self.susceptance).zip(&self.shift_mw);
        for (mw, ((&(f, t), &b), &shift)) in flow_mw.iter_mut().zip(branches) {
            let (from, to) = (&angle[f as usize], &angle[t as usize]);
            for lane in 0..W {
                mw[lane] = b * (from[lane] - to[lane]) - shift;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::power::{Branch, Network};

    fn meshed() -> Network {
        let pairs = [(0, 1, 0.1), (1, 2, 0.2), (2, 3, 0.15), (3, 0, 0.3), (1, 3, 0.25), (4, 5, 0.1)];
        let mut branches: Vec<Branch> =
            pairs.iter().map(|&(f, t, x)| Branch::from_reactance(f, t, x, 1.0, 100.0)).collect();
        branches[4] = branches[4].with_shift_rad(0.05);
        Network::new(6, branches, &[2]).unwrap()
    }

    #[test]
    fn what_enters_a_bus_leaves_it() {
        let network = meshed();
        let injection = [50.0, -20.0, 0.0, -30.0, 12.0, -12.0];
        let mut flow = [0.0; 6];
        network.flow(&injection, &mut flow);
        let mut left = injection;
        for (b, f) in network.branches().iter().zip(flow) {
            left[b.from] -= f;
            left[b.to] += f;
        }
        assert!(left.iter().all(|mw| mw.abs() < 1e-11), "{left:?}");
    }

    #[test]
    fn a_shifter_drives_a_circulating_flow() {
        let mut flow = [0.0; 6];
        meshed().flow(&[0.0; 6], &mut flow);
        assert!(flow[4] < -1.0 && flow[5] == 0.0);
    }

    #[test]
    fn many_snapshots_have_the_bits_of_each_alone() {
        let network = meshed();
        let snapshots = 19;
        let injection: Vec<f64> = (0..snapshots * 6).map(|i| ((i * 37) % 101) as f64 - 50.0).collect();
        let mut together = vec![0.0; snapshots * 6];
        network.flows(&injection, &mut together);
        for t in 0..snapshots {
            let mut alone = [0.0; 6];
            network.flow(&injection[t * 6..][..6], &mut alone);
            assert_eq!(alone, together[t * 6..][..6]);
        }
    }
}
