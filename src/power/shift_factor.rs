//! Shift factors (PTDF) and line outage distribution factors (LODF).
//!
//! The factor of branch k at bus i is the flow over k caused by one MW injected at i and taken out at the reference of
//! its island. The susceptance matrix is symmetric, so that a whole row costs one solve. LODF of k for the outage of m:
//! `h_km / (1 − h_mm)`, h the flow caused by one MW sent from m's from end to its to end (Wood, Wollenberg and Sheblé
//! 2013, chapter 7).

use super::network::Network;

/// An outage whose own factor is this close to one splits the network.
const SPLITS: f64 = 1e-9;

impl Network {
    /// The shift factor at each bus of a weighted sum of branch flows (one branch: one term of weight 1). `factor` is by
    /// bus; terms naming no branch are ignored.
    pub fn shift_factors(&self, terms: &[(usize, f64)], factor: &mut [f64]) {
        let mut by_place = vec![[0.0]; self.places()];
        for &(branch, weight) in terms {
            if let (Some(&(f, t)), Some(&b)) = (self.ends.get(branch), self.susceptance.get(branch)) {
                by_place[f as usize][0] += weight * b;
                by_place[t as usize][0] -= weight * b;
            }
        }
        self.ldl.solve(&mut by_place);
        if let Some(reference) = by_place.last_mut() {
            *reference = [0.0];
        }
        for (value, &place) in factor.iter_mut().zip(&self.place) {
            *value = by_place[place as usize][0];
        }
    }

    /// All shift factors, branches × buses row by row.
    pub fn shift_factor_matrix(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.branches().len() * self.bus_count()];
        for (branch, row) in all.chunks_mut(self.bus_count().max(1)).enumerate() {
            self.shift_factors(&[(branch, 1.0)], row);
        }
        all
    }

    /// All outage factors, branches × lost branches row by row; NaN where the outage splits the network or the lost branch
    /// is out of service.
    pub fn outage_factor_matrix(&self) -> Vec<f64> {
        let n = self.branches().len();
        let mut all = vec![f64::NAN; n * n];
        for lost in 0..n {
            for (branch, factor) in self.outage_factors(lost).into_iter().flatten().enumerate() {
                all[branch * n + lost] = factor;
            }
        }
        all
    }

    /// The flow over each branch per MW injected at a bus: a column of shift factors.
    pub(super) fn unit_flow(&self, bus: usize) -> Box<[f64]> {
        let mut by_place = vec![[0.0]; self.places()];
        by_place[self.place[bus] as usize][0] = 1.0;
        self.ldl.solve(&mut by_place);
        if let Some(reference) = by_place.last_mut() {
            *reference = [0.0];
        }
        let angle = |place: u32| by_place[place as usize][0];
        self.ends.iter().zip(&self.susceptance).map(|(&(f, t), b)| b * (angle(f) - angle(t))).collect()
    }

    /// The share of the lost branch's flow that each branch takes over: −1 for the lost one, `None` if the outage splits
    /// the network (or names no branch in service).
    pub fn outage_factors(&self, lost: usize) -> Option<Vec<f64>> {
        let branch = self.branches().get(lost).filter(|b| b.in_service)?;
        let mut by_place = vec![[0.0]; self.places()];
        by_place[self.place[branch.from] as usize][0] += 1.0;
        by_place[self.place[branch.to] as usize][0] -= 1.0;
        self.ldl.solve(&mut by_place);
        if let Some(reference) = by_place.last_mut() {
            *reference = [0.0];
        }
        let sent = |k: usize| {
            let (f, t) = self.ends[k];
            self.susceptance[k] * (by_place[f as usize][0] - by_place[t as usize][0])
        };
        let stays = 1.0 - sent(lost);
        if stays.abs() <= SPLITS {
            return None;
        }
        let factor = |k| if k == lost { -1.0 } else { sent(k) / stays };
        Some((0..self.ends.len()).map(factor).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::power::{Branch, Network};

    fn branches() -> Vec<Branch> {
        [(0, 1, 0.1), (1, 2, 0.2), (2, 3, 0.15), (3, 0, 0.3), (1, 3, 0.25), (3, 4, 0.2)]
            .map(|(f, t, x)| Branch::from_reactance(f, t, x, 1.0, 100.0))
            .to_vec()
    }

    #[test]
    fn factors_are_flows_of_unit_transfers() {
        let network = Network::new(5, branches(), &[2]).unwrap();
        let mut factor = [0.0; 5];
        network.shift_factors(&[(0, 1.0), (4, -2.0)], &mut factor);
        for bus in 0..5 {
            let mut injection = [0.0; 5];
            injection[bus] += 1.0;
            injection[2] -= 1.0;
            let mut flow = [0.0; 6];
            network.flow(&injection, &mut flow);
            assert!((flow[0] - 2.0 * flow[4] - factor[bus]).abs() < 1e-14);
        }
    }

    #[test]
    fn outage_factors_equal_a_second_solution() {
        let network = Network::new(5, branches(), &[]).unwrap();
        let injection = [40.0, -10.0, 25.0, -35.0, -20.0];
        let mut before = [0.0; 6];
        network.flow(&injection, &mut before);
        for lost in 0..5 {
            let share = network.outage_factors(lost).unwrap();
            let mut rest = branches();
            rest[lost].in_service = false;
            let mut after = [0.0; 6];
            Network::new(5, rest, &[]).unwrap().flow(&injection, &mut after);
            for k in 0..6 {
                assert!((before[k] + share[k] * before[lost] - after[k]).abs() < 1e-10);
            }
        }
        assert_eq!(network.outage_factors(5), None, "the radial line splits the network");
    }
}
