//! DC power flow: angles and branch flows of one snapshot or of many.
//!
//! Injections that do not sum to zero over an island are taken up by its reference bus, as a slack does.

use super::network::Network;
use super::turn::{to_columns, to_rows};

/// Columns turned to rows, or rows to columns, at once: a table that stays in the nearest cache.
pub(super) const TILE: usize = 32;

/// Memory for snapshots side by side.
pub(super) struct Sides<const W: usize> {
    /// By place, where the nearest cache line begins: injections first, then angles.
    angle: Vec<f64>,
    tile: Tile<W>,
    /// Rows of flows on their way out.
    rows: Vec<f64>,
}

#[repr(align(64))]
struct Tile<const W: usize>([[f64; W]; TILE]);

impl<const W: usize> Sides<W> {
    /// Numbers of a cache line.
    const LINE: usize = 8;
    /// Rows of flows up to this many numbers are put together before they are written, so that memory is written from end
    /// to end once; larger ones would leave the cache on the way.
    const ROWS: usize = 1 << 14;

    pub(super) fn new(network: &Network) -> Self {
        let rows = W * network.branches().len();
        Self {
            angle: vec![0.0; network.places() * W + Self::LINE],
            tile: Tile([[0.0; W]; TILE]),
            rows: vec![0.0; if rows <= Self::ROWS { rows } else { 0 }],
        }
    }

    /// The angles by place, a tile, and the rows.
    #[inline(always)]
    pub(super) fn parts(&mut self) -> (&mut [[f64; W]], &mut [[f64; W]; TILE], &mut [f64]) {
        let begin = self.angle.as_ptr().align_offset(64).min(Self::LINE);
        let end = begin + self.angle.len() - Self::LINE;
        (self.angle[begin..end].as_chunks_mut().0, &mut self.tile.0, &mut self.rows)
    }
}

impl Network {
    /// Snapshots solved side by side.
    pub(super) const LANES: usize = 32;

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
        let mut sides = Sides::<{ Self::LANES }>::new(self);
        let blocks = injection_mw.chunks(buses * Self::LANES).zip(flow_mw.chunks_mut(branches * Self::LANES));
        for (injection, flow) in blocks {
            let (angle, tile, _) = sides.parts();
            for (k, places) in self.place.chunks(TILE).enumerate() {
                to_columns(injection, buses, k * TILE, &mut tile[..places.len()]);
                for (&place, column) in places.iter().zip(tile.iter()) {
                    angle[place as usize] = *column;
                }
            }
            self.flow_of_sides(&mut sides, flow);
        }
    }

    /// Flows of snapshots side by side, from injections by place to rows of flows. Angles come out by place.
    #[inline(always)]
    pub(super) fn flow_of_sides<const W: usize>(&self, sides: &mut Sides<W>, flow_mw: &mut [f64]) {
        let (angle, tile, rows) = sides.parts();
        self.solve_by_place(angle);
        let straight = rows.len() != flow_mw.len();
        let branches = self.ends.len();
        let out = if straight { &mut *flow_mw } else { &mut *rows };
        let tiles = self.ends.chunks(TILE).zip(self.susceptance.chunks(TILE)).zip(self.shift_mw.chunks(TILE));
        for (k, ((ends, susceptance), shift_mw)) in tiles.enumerate() {
            for (mw, ((&(f, t), &b), &shift)) in tile.iter_mut().zip(ends.iter().zip(susceptance).zip(shift_mw)) {
                let (from, to) = (&angle[f as usize], &angle[t as usize]);
                let mut flow = [0.0; W];
                for lane in 0..W {
                    flow[lane] = b * (from[lane] - to[lane]) - shift;
                }
                *mw = flow;
            }
            to_rows(&tile[..ends.len()], out, branches, k * TILE);
        }
        if !straight {
            flow_mw.copy_from_slice(rows);
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
        let snapshots = 75;
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
