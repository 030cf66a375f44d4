//! N-1 screening: would the loss of any one circuit overload another beyond its short-time rating?
//!
//! Flows after an outage follow from those before by outage factors (LODF; Wood, Wollenberg and Sheblé 2013, chapter 7), taken
//! circuit by circuit. The short-time rating is a multiple of what heating allows in the air of the hour; limits of stability
//! and of controlled sections hold their own margins and stay apart. Outages that split the network are left out, and so is
//! what operators would do in the minutes that a short-time rating gives them.

use super::Grid;
use crate::ids::Id;
use crate::power::{Branch, Network};

/// Outage factors of one state of the network.
#[derive(Clone, Debug, Default)]
pub(super) struct Security {
    /// By lost line: what one of its circuits' flow adds to one circuit of each line; empty if it splits the network.
    factor: Vec<Vec<f64>>,
}

impl Security {
    /// Factors with so many circuits in service on each line.
    pub(super) fn new(given: &Grid, in_service: &[u32]) -> Self {
        let mut first = Vec::with_capacity(given.lines.len());
        let mut circuits = Vec::new();
        for (line, n) in given.lines.iter().zip(in_service) {
            first.push(circuits.len());
            let (from, to) = (line.from.index(), line.to.index());
            circuits.extend((0..*n).map(|_| Branch::from_reactance(from, to, line.reactance_pu, 1.0, given.base_mva)));
        }
        let Ok(network) = Network::new(given.buses.len(), circuits, &[]) else { return Self::default() };
        let of = |lost: usize| {
            let all = (in_service[lost] > 0).then(|| network.outage_factors(first[lost])).flatten()?;
            // One circuit stands for all of its line; of the line that lost its first, the second.
            let of_line =
                |l: usize| all.get(first[l] + usize::from(l == lost)).filter(|_| in_service[l] > u32::from(l == lost));
            Some((0..first.len()).map(|l| of_line(l).copied().unwrap_or(0.0)).collect())
        };
        Self { factor: (0..first.len()).map(|lost| of(lost).unwrap_or_default()).collect() }
    }

    /// Marks each line that the loss of some one circuit would load beyond its short-time rating.
    /// `flow` and `rating` are of one circuit of each line, MW.
    pub(super) fn screen(&self, flow: &[f64], rating: &[f64], insecure: &mut [bool]) {
        for (lost, factor) in self.factor.iter().enumerate() {
            let taken = flow.get(lost).copied().unwrap_or(0.0);
            if taken == 0.0 {
                continue;
            }
            for (((share, flow), rating), marked) in factor.iter().zip(flow).zip(rating).zip(insecure.iter_mut()) {
                *marked |= (flow + share * taken).abs() > *rating;
            }
        }
    }
}
