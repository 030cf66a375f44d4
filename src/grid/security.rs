//! N-1 screening: would the loss of any one circuit overload another beyond its short-time rating?
//!
//! Flows after an outage follow from those before by outage factors (LODF; Wood, Wollenberg and Sheblé 2013, chapter 7), taken
//! circuit by circuit. The short-time rating is a multiple of what heating allows in the air of the hour; limits of stability
//! and of controlled sections hold their own margins and stay apart. Outages that split the network are left out.
//!
//! A line may have armed automatics ([`Armed`]): at the loss of one of its circuits they shed load at one bus and a plant
//! elsewhere gives as much less. The least shedding that brings all circuits within their ratings is told, and such an
//! outage does not count as insecure. What operators would do in the minutes after it is left out.

use super::Grid;
use crate::flows::Overload;
use crate::ids::{BusId, Id};
use crate::power::{Branch, Network};
use crate::units::Power;

/// Automatics that shed load when a circuit of a line is lost (load shedding by the emergency control of Russian practice).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Armed {
    /// Where load is shed.
    pub load: BusId,
    /// How much at most.
    pub most: Power,
    /// Where as much less is generated.
    pub balance: BusId,
}

/// Outage factors of one state of the network.
#[derive(Clone, Debug, Default)]
pub(super) struct Security {
    /// By lost line.
    lost: Vec<Loss>,
}

/// The loss of one circuit of a line.
#[derive(Clone, Debug, Default)]
struct Loss {
    /// What its flow adds to one circuit of each line; empty if the loss splits the network.
    factor: Vec<f64>,
    /// What one megawatt shed by its automatics adds to one circuit of each line after the loss; empty without any.
    relief: Vec<f64>,
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
        let all = circuits.len();
        let Ok(network) = Network::new(given.buses.len(), circuits, &[]) else { return Self::default() };
        let of = |lost: usize| {
            let by_circuit = (in_service[lost] > 0).then(|| network.outage_factors(first[lost])).flatten()?;
            // One circuit stands for all of its line; of the line that lost its first, the second.
            let of_line = |values: &[f64], l: usize| {
                let at = first[l] + usize::from(l == lost);
                values.get(at).filter(|_| in_service[l] > u32::from(l == lost)).copied().unwrap_or(0.0)
            };
            let lines = || 0..first.len();
            let factor = lines().map(|l| of_line(&by_circuit, l)).collect();
            let relief = given.lines[lost].armed.map_or_else(Vec::new, |armed| {
                let mut injection = vec![0.0; given.buses.len()];
                injection[armed.load.index()] += 1.0;
                injection[armed.balance.index()] -= 1.0;
                let mut sent = vec![0.0; all];
                network.flow(&injection, &mut sent);
                let gone = sent[first[lost]];
                lines().map(|l| of_line(&sent, l) + of_line(&by_circuit, l) * gone).collect()
            });
            Some(Loss { factor, relief })
        };
        Self { lost: (0..first.len()).map(|lost| of(lost).unwrap_or_default()).collect() }
    }

    /// What the loss of one circuit would load beyond its short-time rating. `flow` and `rating` are of one circuit of each
    /// line, `sheddable` what the automatics of each could shed now, MW.
    pub(super) fn screen(&self, flow: &[f64], rating: &[f64], sheddable: impl Fn(usize) -> f64) -> Vec<Overload> {
        let mut found = Vec::new();
        for (lost, loss) in self.lost.iter().enumerate() {
            let taken = flow.get(lost).copied().unwrap_or(0.0);
            if taken == 0.0 {
                continue;
            }
            let pairs = loss.factor.iter().zip(flow).zip(rating);
            // Most outages overload nothing: a count without branches says so.
            if pairs.map(|((share, flow), rating)| u64::from((flow + share * taken).abs() > *rating)).sum::<u64>() == 0
            {
                continue;
            }
            let before = found.len();
            for (line, ((share, flow), rating)) in loss.factor.iter().zip(flow).zip(rating).enumerate() {
                let after = (flow + share * taken).abs();
                if after > *rating {
                    found.push(Overload { lost, line, loading: after / rating, armed_mw: None });
                }
            }
            if found.len() > before && !loss.relief.is_empty() {
                let armed_mw = loss.least_relief(flow, taken, rating, sheddable(lost));
                found[before..].iter_mut().for_each(|overload| overload.armed_mw = armed_mw);
            }
        }
        found
    }
}

impl Loss {
    /// The least shedding up to `most` that brings every circuit within its rating.
    fn least_relief(&self, flow: &[f64], taken: f64, rating: &[f64], most: f64) -> Option<f64> {
        let (mut least, mut greatest) = (0.0_f64, most);
        for (((share, relief), flow), rating) in self.factor.iter().zip(&self.relief).zip(flow).zip(rating) {
            let after = flow + share * taken;
            if *relief == 0.0 {
                if after.abs() > *rating {
                    return None;
                }
                continue;
            }
            let (a, b) = ((-rating - after) / relief, (rating - after) / relief);
            least = least.max(a.min(b));
            greatest = greatest.min(a.max(b));
        }
        (least <= greatest).then_some(least)
    }
}
