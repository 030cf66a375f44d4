//! Which assumptions drive a difference, and what it is at either end of their ranges.
//!
//! Method: the drawn assumptions are independent of one another, so each is held against the members' differences alone.
//! Spearman's rank correlation decides whether it matters at all (Fisher's z, two-sided at 5 % over all assumptions
//! together, so that of fifty assumptions that do nothing one is named in one study out of twenty); a straight line by least
//! squares gives the difference at both ends. Where the effect bends strongly between the ends the line misses them:
//! `sensitivity` runs the ends themselves.

use super::draw::Range;
use crate::random::normal_quantile;

/// An assumption that drives a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Its key in the scenario.
    pub key: String,
    /// Lowest value, or factor.
    pub low: f64,
    /// Highest value, or factor.
    pub high: f64,
    /// The mean difference where it is lowest.
    pub at_low: f64,
    /// The mean difference where it is highest.
    pub at_high: f64,
    /// Spearman's rank correlation with the difference.
    pub rank_correlation: f64,
}

impl Driver {
    /// Whether an end of the range turns the sign of an effect, or takes half of it.
    pub fn overturns(&self, effect: f64) -> bool {
        [self.at_low, self.at_high].iter().any(|end| end * effect.signum() < 0.5 * effect.abs())
    }
}

/// How many are named.
const NAMED: usize = 3;
/// Fewer members tell too little: among fifty assumptions one would be named for nothing.
const FEWEST: usize = 16;

/// The assumptions that drive some values, strongest first: at most three. `inputs` are keys and the drawn values by member;
/// values that are not numbers are left out.
pub fn drivers(values: &[f64], inputs: &[(String, Vec<f64>)], ranges: &[Range]) -> Vec<Driver> {
    let mut found: Vec<Driver> = Vec::new();
    for (key, drawn) in inputs {
        let Some(range) = ranges.iter().find(|r| r.key == *key) else { continue };
        let pairs = drawn.iter().zip(values).filter(|(x, y)| x.is_finite() && y.is_finite());
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.map(|(x, y)| (*x, *y)).unzip();
        if x.len() < FEWEST {
            continue;
        }
        let Some(rank) = correlation(&ranks(&x), &ranks(&y)) else { continue };
        let z = libm::atanh(rank.clamp(-0.999_999, 0.999_999)) * libm::sqrt(x.len() as f64 - 3.0);
        if z.abs() < normal_quantile(1.0 - 0.025 / inputs.len() as f64) {
            continue;
        }
        let Some((intercept, slope)) = line(&x, &y) else { continue };
        let at = |x: f64| intercept + slope * x;
        let (low, high) = (range.low, range.high);
        found.push(Driver { key: key.clone(), low, high, at_low: at(low), at_high: at(high), rank_correlation: rank });
    }
    found.sort_by(|a, b| b.rank_correlation.abs().total_cmp(&a.rank_correlation.abs()));
    found.truncate(NAMED);
    found
}

/// Ranks from 1; equal values share the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    let mut out = vec![0.0; values.len()];
    let mut from = 0;
    for group in order.chunk_by(|a, b| value(*a) == value(*b)) {
        let rank = from as f64 + f64::midpoint(group.len() as f64, 1.0);
        for i in group {
            if let Some(slot) = out.get_mut(*i) {
                *slot = rank;
            }
        }
        from += group.len();
    }
    out
}

/// Pearson's correlation; nothing where either does not vary.
pub fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (mean(x)?, mean(y)?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mx, y - my);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / libm::sqrt(xx * yy))
}

/// Intercept and slope of the least-squares line.
fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (mx, my) = (mean(x)?, mean(y)?);
    let xx: f64 = x.iter().map(|x| (x - mx) * (x - mx)).sum();
    let xy: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    (xx > 0.0).then(|| (my - xy / xx * mx, xy / xx))
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Member, Seed};

    fn range(key: &str) -> Range {
        Range { key: key.into(), low: 0.0, mode: 1.0, high: 2.0, whole: false }
    }

    #[test]
    fn of_many_assumptions_the_one_that_matters_is_named_with_both_ends() {
        let ranges: Vec<Range> = (0..40).map(|i| range(&format!("a{i}"))).collect();
        let draw = |r: &Range| (0..60).map(|m| r.draw(Seed(3), Member(m))).collect::<Vec<f64>>();
        let inputs: Vec<_> = ranges.iter().map(|r| (r.key.clone(), draw(r))).collect();
        let values: Vec<f64> = inputs[7].1.iter().zip(&inputs[9].1).map(|(x, n)| 4.0 - 3.0 * x + 0.01 * n).collect();
        let named = drivers(&values, &inputs, &ranges);
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named[0].key, "a7");
        assert!((named[0].at_low - 4.01).abs() < 0.02 && (named[0].at_high + 1.99).abs() < 0.02, "{named:?}");
        assert!(named[0].rank_correlation < -0.99);
        assert!(named[0].overturns(1.0) && named[0].overturns(-1.0));
        let mild = Driver { at_low: 0.8, at_high: 1.2, ..named[0].clone() };
        assert!(!mild.overturns(1.0) && mild.overturns(-1.0) && mild.overturns(1.7));
    }

    #[test]
    fn ties_share_their_rank_and_few_members_tell_nothing() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
        let inputs = [("a".to_owned(), vec![0.0, 1.0, 2.0])];
        assert_eq!(drivers(&[0.0, 1.0, 2.0], &inputs, &[range("a")]), []);
    }
}
