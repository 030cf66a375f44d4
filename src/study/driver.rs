//! Which assumptions drive a difference, and what it is at either end of their ranges.
//!
//! Method: the drawn assumptions are independent of one another, so each is held against the members' differences alone.
//! Spearman's rank correlation decides whether it matters at all (Fisher's z with the variance of Fieller, Hartley and Pearson
//! 1957, two-sided at 5 % over all assumptions and all answers of a kind together, so that in nineteen studies out of twenty
//! no headline names an assumption that does nothing to it); a straight line by least squares gives the difference at both
//! ends, never beyond what some member met. Where the effect bends strongly between the ends the line misses them:
//! `sensitivity` runs the ends themselves.

use super::draw::Range;
use super::values::Values;
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
pub const FEWEST: usize = 16;

/// So many ranks of answers are held at once: 32 MB.
const RANKS: usize = 8_000_000;

/// The drawn assumptions of some members, which answers are held against.
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    /// Those that have a range, with their values by member.
    assumptions: Vec<(&'a Range, &'a Values)>,
    /// How many were drawn, with a range or without.
    count: usize,
}

/// Answers of which the same members have one.
struct Alike {
    has: Vec<bool>,
    /// Place of each answer, and twice its ranks over those members: whole numbers, since ranks may be shared by two.
    answers: Vec<(usize, Vec<u32>)>,
}

impl<'a> Drawn<'a> {
    /// Of keys with the drawn values by member; those without a range drive nothing.
    pub fn new(inputs: &'a [(String, Values)], ranges: &'a [Range]) -> Self {
        let ranged = |(key, values): &'a (String, Values)| Some((ranges.iter().find(|r| r.key == *key)?, values));
        Self { assumptions: inputs.iter().filter_map(ranged).collect(), count: inputs.len() }
    }

    /// For each answer the assumptions that drive it, strongest first: at most three. `against` is how many answers are held
    /// against the assumptions with it, itself counted; `values` gives the values of one, and members in which it is no number
    /// are left out. Assumptions are read in turn and answers ranked some at a time, so that neither are all in memory.
    pub fn drivers(&self, against: &[usize], values: &dyn Fn(usize) -> Vec<f64>) -> Vec<Vec<Driver>> {
        let mut found: Vec<Vec<(usize, f64)>> = vec![Vec::new(); against.len()];
        let least: Vec<f64> =
            against.iter().map(|n| normal_quantile(1.0 - 0.025 / (self.count * n).max(1) as f64)).collect();
        let members = self.assumptions.first().map_or(0, |(_, drawn)| drawn.get().len());
        let block = (RANKS / members.max(1)).max(1);
        for start in (0..against.len()).step_by(block) {
            let alike = alike(start..against.len().min(start + block), values);
            for (place, (_, drawn)) in self.assumptions.iter().enumerate() {
                let drawn = drawn.get();
                for group in &alike {
                    let own = || drawn.iter().zip(&group.has).filter(|(_, has)| **has).map(|(x, _)| *x);
                    let x: Vec<f64> = own().collect();
                    // What is not drawn in some members is held against the answers of the others alone.
                    let ranked = is_whole(&x).then(|| twice_ranks(&x));
                    for (answer, ranks_of_answer) in &group.answers {
                        let (rank, n) = if let Some(rx) = &ranked {
                            (correlation_of(rx, ranks_of_answer), rx.len())
                        } else {
                            let (x, y) = pairs(&drawn, &values(*answer));
                            (correlation(&ranks(&x), &ranks(&y)), x.len())
                        };
                        let z = |rank: f64| {
                            libm::atanh(rank.clamp(-0.999_999, 0.999_999)) * libm::sqrt((n as f64 - 3.0) / FIELLER)
                        };
                        let named = rank.filter(|rank| n >= FEWEST && z(*rank).abs() >= least[*answer]);
                        found[*answer].extend(named.map(|rank| (place, rank)));
                    }
                }
            }
        }
        let named = |(answer, mut found): (usize, Vec<(usize, f64)>)| {
            if found.is_empty() {
                return Vec::new();
            }
            found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            found.truncate(NAMED);
            let values = values(answer);
            found.into_iter().filter_map(|(place, rank)| self.driver(place, rank, &values)).collect()
        };
        found.into_iter().enumerate().map(named).collect()
    }

    /// An assumption that drives an answer.
    fn driver(&self, place: usize, rank_correlation: f64, values: &[f64]) -> Option<Driver> {
        let (range, drawn) = self.assumptions.get(place)?;
        let (x, y) = pairs(&drawn.get(), values);
        let (intercept, slope) = line(&x, &y)?;
        // What no member met is not told: few are drawn near the ends, and there the line is longer than its points.
        let (least, most) = y.iter().fold((f64::MAX, f64::MIN), |(l, m), y| (l.min(*y), m.max(*y)));
        let at = |x: f64| (intercept + slope * x).clamp(least, most);
        let Range { key, low, high, .. } = (*range).clone();
        Some(Driver { key, low, high, at_low: at(low), at_high: at(high), rank_correlation })
    }
}

/// Some answers with their ranks, by which members have them.
fn alike(answers: core::ops::Range<usize>, values: &dyn Fn(usize) -> Vec<f64>) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    for answer in answers {
        let values = values(answer);
        let has: Vec<bool> = values.iter().map(|v| v.is_finite()).collect();
        let own: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let ranked = (answer, twice_ranks(&own));
        match all.iter_mut().find(|known| known.has == has) {
            Some(known) => known.answers.push(ranked),
            None => all.push(Alike { has, answers: vec![ranked] }),
        }
    }
    all
}

/// The members in which both are numbers.
fn pairs(x: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()).map(|(x, y)| (*x, *y)).unzip()
}

fn twice_ranks(values: &[f64]) -> Vec<u32> {
    ranks(values).iter().map(|rank| (2.0 * rank) as u32).collect()
}

/// The correlation of ranks that are given twice: doubling is exact, so it is to the bit that of the ranks.
fn correlation_of(x: &[u32], y: &[u32]) -> Option<f64> {
    correlated(x.iter().map(|x| f64::from(*x)), y.iter().map(|y| f64::from(*y)))
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
    correlated(x.iter().copied(), y.iter().copied())
}

fn correlated(
    x: impl ExactSizeIterator<Item = f64> + Clone,
    y: impl ExactSizeIterator<Item = f64> + Clone,
) -> Option<f64> {
    if x.len() == 0 || y.len() == 0 {
        return None;
    }
    let (mx, my) = (x.clone().sum::<f64>() / x.len() as f64, y.clone().sum::<f64>() / y.len() as f64);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.zip(y) {
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

    fn one(drawn: &Drawn<'_>, values: &[f64], against: usize) -> Vec<Driver> {
        drawn.drivers(&[against], &|_| values.to_vec()).remove(0)
    }

    fn drawn(ranges: &[Range], members: u32, seed: u64) -> Vec<(String, Values)> {
        let values = |r: &Range| (0..members).map(|m| r.draw(Seed(seed), Member(m))).collect::<Vec<f64>>();
        ranges.iter().map(|r| (r.key.clone(), values(r).into())).collect()
    }

    #[test]
    fn of_many_assumptions_the_one_that_matters_is_named_with_both_ends() {
        let ranges: Vec<Range> = (0..40).map(|i| range(&format!("a{i}"))).collect();
        let inputs = drawn(&ranges, 60, 3);
        let values: Vec<f64> = {
            let (x, n) = (inputs[7].1.get(), inputs[9].1.get());
            x.iter().zip(n.iter()).map(|(x, n)| 4.0 - 3.0 * x + 0.01 * n).collect()
        };
        let named = one(&Drawn::new(&inputs, &ranges), &values, 1);
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named[0].key, "a7");
        // The line goes on to 4.01 and −1.99, where no member has been.
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(l, m), v| (l.min(*v), m.max(*v)));
        assert!((least, most) == (named[0].at_high, named[0].at_low) && least > -1.99 && most < 4.01, "{named:?}");
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
            let inputs = drawn(&ranges, 60, study);
            let drawn_once = Drawn::new(&inputs, &ranges);
            let noise: Vec<Range> = (0..20).map(|i| range(&format!("noise{i}"))).collect();
            let answers: Vec<Vec<f64>> = drawn(&noise, 60, study).iter().map(|(_, v)| v.get().into_owned()).collect();
            strict += usize::from(answers.iter().any(|a| !one(&drawn_once, a, answers.len()).is_empty()));
            loose += usize::from(answers.iter().any(|a| !one(&drawn_once, a, 1).is_empty()));
        }
        assert!(strict <= 6, "2 of 40 are due, {strict} name one");
        assert!(loose >= 15, "{loose} of 40");
    }

    #[test]
    fn ties_share_their_rank_and_few_members_tell_nothing() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
        let inputs = [("a".to_owned(), vec![0.0, 1.0, 2.0].into())];
        assert_eq!(one(&Drawn::new(&inputs, &[range("a")]), &[0.0, 1.0, 2.0], 1), []);
    }

    /// Answers in which some members are lost, and an assumption that some members lack: as each pair taken alone.
    #[test]
    fn many_answers_together_find_what_each_does_alone() {
        let ranges: Vec<Range> = (0..9).map(|i| range(&format!("a{i}"))).collect();
        let mut inputs = drawn(&ranges, 60, 3);
        if let Values::Held(values) = &mut inputs[8].1 {
            values[7] = f64::NAN;
        }
        let answer = |i: usize| -> Vec<f64> {
            let (x, y) = (inputs[i].1.get(), inputs[8].1.get());
            let value = |(m, (x, y)): (usize, (&f64, &f64))| if m % (9 + i / 2) == 8 { f64::NAN } else { 2.0 * x - y };
            x.iter().zip(y.iter()).enumerate().map(value).collect()
        };
        let all = Drawn::new(&inputs, &ranges).drivers(&[6; 6], &answer);
        for (i, found) in all.iter().enumerate() {
            let mut expected: Vec<(String, f64, f64)> = Vec::new();
            for (key, drawn) in &inputs {
                let (x, y) = pairs(&drawn.get(), &answer(i));
                let rank = correlation(&ranks(&x), &ranks(&y)).unwrap();
                let z = libm::atanh(rank) * libm::sqrt((x.len() as f64 - 3.0) / FIELLER);
                if z.abs() >= normal_quantile(1.0 - 0.025 / 54.0) {
                    let (intercept, slope) = line(&x, &y).unwrap();
                    let (least, most) = y.iter().fold((f64::MAX, f64::MIN), |(l, m), y| (l.min(*y), m.max(*y)));
                    expected.push((key.clone(), (intercept + slope * 2.0).clamp(least, most), rank));
                }
            }
            expected.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
            let found: Vec<_> = found.iter().map(|d| (d.key.clone(), d.at_high, d.rank_correlation)).collect();
            assert_eq!(found, expected);
            assert!(!found.is_empty());
        }
    }
}
