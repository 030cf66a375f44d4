//! What each measure of a package did: Shapley values over all packages that can be made of its measures.
//!
//! A measure's share is its marginal effect averaged over all orders in which the measures can be added (Shapley 1953); it
//! is the only division that gives equal measures the same, idle ones nothing, and sums to the whole. It is computed in every
//! member, so shares sum to the whole difference in each; up to ten measures exactly, over all 2^n packages, beyond that over
//! sampled orders, each with its reverse (antithetic), whose own error is told with the members'. Leakage is not divided: without
//! a closed channel it has no value.

use super::ensemble::Arm;
use super::metrics::Column;
use super::quantile::Spread;
use crate::random::{Member, Seed, Stream};
use std::collections::BTreeMap;

/// Up to so many measures every package is run.
pub const EXACT: usize = 10;
/// Sampled orders beyond that, half of them reverses of the others.
const ORDERS: usize = 32;

/// Numbers that have no value where nothing is closed, and so none to divide.
const NOT_DIVIDED: [&str; 2] = ["leakage_share", "leakage_by_channel_share"];

/// The packages of a set of measures that are run: bit i of a mask is measure i.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coalitions {
    /// Number of measures.
    pub measures: usize,
    /// Sampled orders; empty where all are counted.
    orders: Vec<Vec<usize>>,
}

/// What one measure did to one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Key of the metric.
    pub metric: &'static str,
    /// Id of a part, or `total`.
    pub of: String,
    /// Place of the measure.
    pub measure: usize,
    /// Mean effect over members.
    pub effect: f64,
    /// Simulation error; of sampled orders also theirs.
    pub std_err: Option<f64>,
}

impl Coalitions {
    /// All packages of up to [`EXACT`] measures, or those of sampled orders; at most 32 measures.
    pub fn new(measures: usize, seed: Seed) -> Self {
        let order = |i: usize| {
            let mut draws = Stream::new(seed, Member(0), "attribution", "order").at(i as i64);
            let mut order: Vec<usize> = (0..measures).collect();
            // Fisher and Yates.
            for k in (1..measures).rev() {
                order.swap(k, ((draws.uniform() * (k + 1) as f64) as usize).min(k));
            }
            order
        };
        let sampled = if measures <= EXACT { 0 } else { ORDERS / 2 };
        let forth: Vec<_> = (0..sampled).map(order).collect();
        let orders = forth.into_iter().flat_map(|o| [o.clone(), o.into_iter().rev().collect()]).collect();
        Self { measures, orders }
    }

    /// Whether orders are sampled.
    pub fn is_sampled(&self) -> bool {
        !self.orders.is_empty()
    }

    /// The packages to run, without the empty and the whole one.
    pub fn masks(&self) -> Vec<u32> {
        let whole = (1_u64 << self.measures) as u32;
        let whole = whole.wrapping_sub(1);
        if !self.is_sampled() {
            return (1..whole).collect();
        }
        let mut masks: Vec<u32> = self.orders.iter().flat_map(|o| prefixes(o)).filter(|m| *m != whole).collect();
        masks.sort_unstable();
        masks.dedup();
        masks
    }

    /// The share of each measure in one member from the value of every package; with sampled orders, also each order's.
    fn shares(&self, value: &dyn Fn(u32) -> f64) -> (Vec<f64>, Vec<Vec<f64>>) {
        let n = self.measures;
        if self.is_sampled() {
            let of_order = |order: &Vec<usize>| {
                let mut share = vec![0.0; n];
                let mut before = 0_u32;
                for measure in order {
                    let after = before | (1 << measure);
                    if let Some(slot) = share.get_mut(*measure) {
                        *slot = value(after) - value(before);
                    }
                    before = after;
                }
                share
            };
            let by_order: Vec<Vec<f64>> = self.orders.iter().map(of_order).collect();
            let mean = |i: usize| by_order.iter().map(|s| s[i]).sum::<f64>() / by_order.len() as f64;
            return ((0..n).map(mean).collect(), by_order);
        }
        // w(k) = k! (n − k − 1)! / n!
        let weight = |k: usize| (1..=k).fold(1.0 / n as f64, |w, j| w * j as f64 / (n - j) as f64);
        let share = |i: usize| {
            let without = (0..1_u32 << n).filter(|mask| mask & (1 << i) == 0);
            without.map(|mask| weight(mask.count_ones() as usize) * (value(mask | (1 << i)) - value(mask))).sum()
        };
        ((0..n).map(share).collect(), Vec::new())
    }

    /// The shares of every number: `arms` are the empty package, those of [`Coalitions::masks`] in order, and the whole one.
    pub fn attribute(&self, arms: &[&Arm]) -> Vec<Share> {
        let whole = ((1_u64 << self.measures) as u32).wrapping_sub(1);
        let masks: Vec<u32> = [0].into_iter().chain(self.masks()).chain([whole]).collect();
        let place: BTreeMap<u32, usize> = masks.iter().enumerate().map(|(i, m)| (*m, i)).collect();
        let mut keys: Vec<(&'static str, Option<&str>)> = Vec::new();
        for arm in arms {
            for column in arm.columns.iter().filter(|c| !NOT_DIVIDED.contains(&c.metric)) {
                let key = (column.metric, column.part.as_deref());
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let members = arms.first().map_or(0, |a| a.columns.first().map_or(0, |c| c.values.get().len()));
        let mut out = Vec::new();
        for (metric, part) in keys {
            let columns: Vec<Column> = arms.iter().map(|a| a.column(metric, part)).collect();
            let columns: Vec<_> = columns.iter().map(|c| c.values.get()).collect();
            let mut shares = vec![Vec::new(); self.measures];
            let mut by_order = vec![vec![0.0; self.measures]; self.orders.len()];
            let mut known = 0.0;
            for member in 0..members {
                let value =
                    |mask: u32| *place.get(&mask).and_then(|i| columns.get(*i)?.get(member)).unwrap_or(&f64::NAN);
                let (found, orders) = self.shares(&value);
                if found.iter().all(|s| s.is_finite()) {
                    known += 1.0;
                    for (sum, order) in by_order.iter_mut().zip(&orders) {
                        sum.iter_mut().zip(order).for_each(|(s, o)| *s += o);
                    }
                }
                shares.iter_mut().zip(found).for_each(|(list, s)| list.push(s));
            }
            for (measure, by_member) in shares.into_iter().enumerate() {
                let Some(spread) = Spread::of(by_member.iter().copied()) else { continue };
                // Pairs of an order and its reverse are the independent draws.
                let pairs = by_order
                    .chunks_exact(2)
                    .map(|p| f64::midpoint(p[0][measure], p[1][measure]) / f64::max(known, 1.0));
                let order_error = Spread::of(pairs).and_then(|s| s.std_err).unwrap_or(0.0);
                let std_err = spread.std_err.map(|e| libm::sqrt(e * e + order_error * order_error));
                let of = part.unwrap_or("total").to_owned();
                out.push(Share { metric, of, measure, effect: spread.mean, std_err });
            }
        }
        out
    }
}

fn prefixes(order: &[usize]) -> Vec<u32> {
    order
        .iter()
        .scan(0_u32, |mask, measure| {
            Some({
                *mask |= 1 << measure;
                *mask
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(values: Vec<f64>) -> Arm {
        let column = Column { metric: "mining_gwh", part: None, values: values.into() };
        Arm { name: String::new(), inputs: Vec::new(), columns: vec![column], texts: Vec::new() }
    }

    fn attributed(coalitions: &Coalitions, value: &dyn Fn(u32, usize) -> f64) -> Vec<Share> {
        let whole = ((1_u64 << coalitions.measures) as u32).wrapping_sub(1);
        let masks = [0].into_iter().chain(coalitions.masks()).chain([whole]);
        let arms: Vec<Arm> = masks.map(|mask| arm((0..3).map(|m| value(mask, m)).collect())).collect();
        coalitions.attribute(&arms.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_glove_game_has_its_published_answer() {
        // Shapley 1953 by its textbook example: two left gloves and a right one; a pair is worth 1.
        let value = |mask: u32, _: usize| f64::from(mask & 0b100 != 0 && mask & 0b011 != 0);
        let shares = attributed(&Coalitions::new(3, Seed(1)), &value);
        for (share, expected) in shares.iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
            assert!((share.effect - expected).abs() < 1e-15, "{shares:?}");
        }
    }

    #[test]
    fn parts_sum_to_the_whole_in_every_member_exactly_and_sampled() {
        for n in [1, 2, 5, 12] {
            let coalitions = Coalitions::new(n, Seed(4));
            assert_eq!(coalitions.is_sampled(), n > EXACT);
            let whole = (1_u32 << n) - 1;
            let value = |mask: u32, member: usize| libm::sin(f64::from(mask) * (member as f64 + 1.3)) * 1e3;
            for member in 0..3 {
                let sum: f64 = coalitions.shares(&|mask| value(mask, member)).0.iter().sum();
                let difference = value(whole, member) - value(0, member);
                assert!((sum - difference).abs() < 1e-9, "{n} measures, member {member}: {sum} {difference}");
            }
        }
    }

    #[test]
    fn sampled_orders_find_additive_effects_and_idle_measures_have_none() {
        let value = |mask: u32, _: usize| (0..12).filter(|i| mask & (1 << i) != 0).map(f64::from).sum::<f64>();
        for share in attributed(&Coalitions::new(12, Seed(1)), &value) {
            assert!((share.effect - share.measure as f64).abs() < 1e-12 && share.std_err.unwrap() < 1e-12);
        }
    }
}
