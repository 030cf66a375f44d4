//! Which assumptions drive a difference, and what it is at either end of their ranges.
//!
//! Method: the drawn assumptions are independent of one another, so each is held against the members' differences alone.
//! Spearman's rank correlation decides whether it matters at all (Fisher's z with the variance of Fieller, Hartley and Pearson
//! 1957, two-sided at 5 % over all assumptions and all answers of a kind together, so that in nineteen studies out of twenty
//! no headline names an assumption that does nothing to it); a straight line by least squares gives the difference at both
//! ends. Where the effect bends strongly between the ends the line misses them:
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
/// Variance of Fisher's z of a rank correlation, times the members less three.
const FIELLER: f64 = 1.06;
/// Fewer members tell too little: among fifty assumptions one would be named for nothing.
const FEWEST: usize = 16;

/// The drawn assumptions of some members, ranked once for all the numbers that are held against them.
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    assumptions: Vec<Ranked<'a>>,
    /// How many were drawn, with a range or without.
    count: usize,
}

/// One assumption.
#[derive(Clone, Debug)]
struct Ranked<'a> {
    range: &'a Range,
    /// The drawn values by member.
    values: &'a [f64],
    /// Their ranks, where every one is a number.
    ranks: Option<Vec<f64>>,
}

impl<'a> Drawn<'a> {
    /// Of keys with the drawn values by member; those without a range drive nothing.
    pub fn new(inputs: &'a [(String, Vec<f64>)], ranges: &'a [Range]) -> Self {
        let ranked = |(key, values): &'a (String, Vec<f64>)| {
            let range = ranges.iter().find(|r| r.key == *key)?;
            Some(Ranked { range, values, ranks: is_whole(values).then(|| ranks(values)) })
        };
        Self { assumptions: inputs.iter().filter_map(ranked).collect(), count: inputs.len() }
    }

    /// The assumptions that drive some values, strongest first: at most three. Values that are not numbers are left out.
    /// `answers` is how many such answers are held against the assumptions, this one counted.
    pub fn drivers(&self, values: &[f64], answers: usize) -> Vec<Driver> {
        let least_z = normal_quantile(1.0 - 0.025 / (self.count * answers).max(1) as f64);
        let mut found: Vec<Driver> = Vec::new();
        let of_values = is_whole(values).then(|| ranks(values));
        for drawn in &self.assumptions {
            let both = drawn.ranks.as_ref().zip(of_values.as_ref()).filter(|_| drawn.values.len() == values.len());
            found.extend(if let Some((rx, ry)) = both {
                Self::driver(drawn.range, (drawn.values, rx), (values, ry), least_z)
            } else {
                let pairs = drawn.values.iter().zip(values).filter(|(x, y)| x.is_finite() && y.is_finite());
                let (x, y): (Vec<f64>, Vec<f64>) = pairs.map(|(x, y)| (*x, *y)).unzip();
                Self::driver(drawn.range, (&x, &ranks(&x)), (&y, &ranks(&y)), least_z)
            });
        }
        found.sort_by(|a, b| b.rank_correlation.abs().total_cmp(&a.rank_correlation.abs()));
        found.truncate(NAMED);
        found
    }

    /// One assumption, if it drives the values beyond a normal deviate; each side with its ranks.
    fn driver(range: &Range, (x, rx): (&[f64], &[f64]), (y, ry): (&[f64], &[f64]), least_z: f64) -> Option<Driver> {
        if x.len() < FEWEST {
            return None;
        }
        let rank = correlation(rx, ry)?;
        let z = libm::atanh(rank.clamp(-0.999_999, 0.999_999)) * libm::sqrt((x.len() as f64 - 3.0) / FIELLER);
        if z.abs() < least_z {
            return None;
        }
        let (intercept, slope) = line(x, y)?;
        let at = |x: f64| intercept + slope * x;
        let Range { key, low, high, .. } = range.clone();
        Some(Driver { key, low, high, at_low: at(low), at_high: at(high), rank_correlation: rank })
    }
}

fn is_whole(values: &[f64]) -> bool {
    values.iter().all(|x| x.is_finite())
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
        let named = Drawn::new(&inputs, &ranges).drivers(&values, 1);
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named[0].key, "a7");
        assert!((named[0].at_low - 4.01).abs() < 0.02 && (named[0].at_high + 1.99).abs() < 0.02, "{named:?}");
        assert!(named[0].rank_correlation < -0.99);
        assert!(named[0].overturns(1.0) && named[0].overturns(-1.0));
        let mild = Driver { at_low: 0.8, at_high: 1.2, ..named[0].clone() };
        assert!(!mild.overturns(1.0) && mild.overturns(-1.0) && mild.overturns(1.7));
    }

    /// Of answers that hang on nothing, hardly a study names an assumption: 40 studies of 60 members, 30 assumptions and 20
    /// answers. By assumptions alone every study would name one.
    #[test]
    fn what_does_nothing_is_not_named() {
        let ranges: Vec<Range> = (0..30).map(|i| range(&format!("a{i}"))).collect();
        let (mut strict, mut loose) = (0, 0);
        for study in 0..40 {
            let draw = |r: &Range| (0..60).map(|m| r.draw(Seed(study), Member(m))).collect::<Vec<f64>>();
            let inputs: Vec<_> = ranges.iter().map(|r| (r.key.clone(), draw(r))).collect();
            let drawn = Drawn::new(&inputs, &ranges);
            let answers: Vec<Vec<f64>> = (0..20).map(|i| draw(&range(&format!("noise{i}")))).collect();
            strict += usize::from(answers.iter().any(|a| !drawn.drivers(a, answers.len()).is_empty()));
            loose += usize::from(answers.iter().any(|a| !drawn.drivers(a, 1).is_empty()));
        }
        assert!(strict <= 6, "2 of 40 are due, {strict} name one");
        assert!(loose >= 15, "{loose} of 40");
    }

    #[test]
    fn ties_share_their_rank_and_few_members_tell_nothing() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
        let inputs = [("a".to_owned(), vec![0.0, 1.0, 2.0])];
        assert_eq!(Drawn::new(&inputs, &[range("a")]).drivers(&[0.0, 1.0, 2.0], 1), []);
    }

    #[test]
    fn ranks_made_once_find_what_ranks_made_anew_do() {
        let ranges: Vec<Range> = (0..9).map(|i| range(&format!("a{i}"))).collect();
        let draw = |r: &Range| (0..60).map(|m| r.draw(Seed(3), Member(m))).collect::<Vec<f64>>();
        let inputs: Vec<_> = ranges.iter().map(|r| (r.key.clone(), draw(r))).collect();
        let values: Vec<f64> = inputs[2].1.iter().zip(&inputs[5].1).map(|(x, y)| 2.0 * x - y).collect();
        // One more member, lost: no rank holds any longer, and all are made anew.
        let longer = |v: &Vec<f64>, last: f64| v.iter().copied().chain([last]).collect::<Vec<f64>>();
        let more: Vec<_> = inputs.iter().map(|(key, v)| (key.clone(), longer(v, 1.0))).collect();
        let anew = Drawn::new(&more, &ranges).drivers(&longer(&values, f64::NAN), 1);
        assert_eq!(Drawn::new(&inputs, &ranges).drivers(&values, 1), anew);
        assert_eq!(anew.len(), 2);
    }
}
