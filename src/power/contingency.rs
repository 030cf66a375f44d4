//! N-1 screening: which branches the loss of one other would load beyond a limit.
//!
//! Flows after an outage follow from those before by outage factors, `f_k + LODF_km · f_m` (Wood, Wollenberg and Sheblé 2013,
//! chapter 7), exact in the DC model and with phase shifters too. An outage that splits the network has no factors: it is
//! told apart, not screened. What operators or automatics would do after the outage is left out.

use super::case::Case;
use super::network::Network;

/// A branch that the loss of another would load beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overload {
    /// The branch lost, by position.
    pub lost: usize,
    /// The branch overloaded, by position.
    pub branch: usize,
    /// The share of the lost branch's flow that it takes over.
    pub factor: f64,
    /// Its flow after the outage \[MW\].
    pub flow_mw: f64,
    /// Its limit after an outage \[MW\].
    pub limit_mw: f64,
}

/// What a screening found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screening {
    /// Overloads in the order of the branch lost, then of the branch overloaded.
    pub overloads: Vec<Overload>,
    /// Branches in service whose loss splits the network, by position.
    pub splitting: Vec<usize>,
}

impl Network {
    /// Screens every outage of one branch. `flow_mw` are the flows before, `limit_mw` what each branch may carry after an
    /// outage (infinite for no limit); a flow counts as beyond it from a millionth of it on.
    pub fn screen(&self, flow_mw: &[f64], limit_mw: &[f64]) -> Screening {
        let mut found = Screening::default();
        for (lost, _) in self.branches().iter().enumerate().filter(|(_, b)| b.in_service) {
            let Some(factors) = self.outage_factors(lost) else {
                found.splitting.push(lost);
                continue;
            };
            let taken = flow_mw.get(lost).copied().unwrap_or(0.0);
            for (branch, ((&factor, &flow), &limit)) in factors.iter().zip(flow_mw).zip(limit_mw).enumerate() {
                let after = flow + factor * taken;
                if branch != lost && after.abs() > limit + 1e-6 * limit.max(1.0) {
                    found.overloads.push(Overload { lost, branch, factor, flow_mw: after, limit_mw: limit });
                }
            }
        }
        found
    }
}

impl Case {
    /// What each branch may carry after an outage \[MW\]: its emergency rating (rate C), or its long-term rating (rate A) where
    /// the table has none; infinite where it has neither.
    pub fn short_time_limits(&self) -> Vec<f64> {
        let limit = |b: &super::case::CaseBranch| if b.emergency_mw.is_finite() { b.emergency_mw } else { b.rating_mw };
        self.branches.iter().map(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::power::{Branch, Network};

    #[test]
    fn a_screening_is_every_outage_solved_anew() {
        let branches: Vec<Branch> = [(0, 1, 0.1), (1, 2, 0.2), (2, 3, 0.15), (3, 0, 0.3), (1, 3, 0.25), (3, 4, 0.2)]
            .map(|(f, t, x)| Branch::from_reactance(f, t, x, 1.0, 100.0))
            .to_vec();
        let network = Network::new(5, branches.clone(), &[]).unwrap();
        let injection = [60.0, -10.0, 25.0, -35.0, -40.0];
        let mut flow = [0.0; 6];
        network.flow(&injection, &mut flow);
        let limit = [38.0, 22.0, 30.0, 33.0, 28.0, f64::INFINITY];
        let found = network.screen(&flow, &limit);
        assert_eq!(found.splitting, [5]);
        let mut expected = Vec::new();
        for lost in 0..5 {
            let mut rest = branches.clone();
            rest[lost].in_service = false;
            let mut after = [0.0; 6];
            Network::new(5, rest, &[]).unwrap().flow(&injection, &mut after);
            expected.extend((0..6).filter(|&k| after[k].abs() > limit[k]).map(|k| (lost, k, after[k])));
        }
        assert!(!expected.is_empty());
        assert_eq!(found.overloads.len(), expected.len());
        for (o, (lost, branch, after)) in found.overloads.iter().zip(expected) {
            assert_eq!((o.lost, o.branch), (lost, branch));
            assert!((o.flow_mw - after).abs() < 1e-9);
        }
    }
}
