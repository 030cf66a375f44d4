//! Paired differences: what an arm changes in the same future.

use super::draw::Range;
use super::driver::{Drawn, Driver};
use super::ensemble::{Arm, Results};
use super::metrics::Column;
use super::quantile::Spread;
use crate::record::metric::{METRICS, is_detail};

/// How one number of the headlines differs between an arm and the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Name of the arm.
    pub arm: String,
    /// Key of the metric.
    pub metric: &'static str,
    /// Id of a part, or `total`.
    pub of: String,
    /// Mean of the baseline over the members that both have.
    pub baseline: f64,
    /// Mean of the arm over the same members.
    pub with_measure: f64,
    /// The differences of members: their mean, its standard error, and quantiles.
    pub diff: Spread,
    /// Standard error of the difference if the members were not paired: what pairing spares.
    pub std_err_unpaired: Option<f64>,
    /// Share of members in which the arm is higher.
    pub share_up: f64,
    /// Share of members in which the arm is lower.
    pub share_down: f64,
    /// The assumptions that drive the difference, with its value at both ends; at most three.
    pub driven_by: Vec<Driver>,
}

/// Values that differ by a smaller share than this are equal: of one answer a solver may give different last digits.
const SAME: f64 = 1e-9;

/// What an arm changes in a member.
fn change((baseline, with_measure): (&f64, &f64)) -> f64 {
    let change = with_measure - baseline;
    if change.abs() <= SAME * baseline.abs().max(with_measure.abs()) { 0.0 } else { change }
}

impl Difference {
    /// Whether the effect hangs on an assumption: an end of one turns its sign or takes half of it.
    pub fn depends(&self) -> bool {
        self.diff.mean != 0.0 && self.driven_by.iter().any(|d| d.overturns(self.diff.mean))
    }
}

/// The differences of every arm to the first, in the order of arms and of the baseline's headlines. `ranges` are those of
/// each arm; without them nothing is driven by anything.
pub fn differences(results: &Results, ranges: &[&[Range]]) -> Vec<Difference> {
    let Some((baseline, arms)) = results.arms.split_first() else { return Vec::new() };
    let of = |i: usize| ranges.get(i + 1).copied().unwrap_or_default();
    arms.iter().enumerate().flat_map(|(i, arm)| of_arm(baseline, arm, of(i))).collect()
}

fn of_arm(baseline: &Arm, arm: &Arm, ranges: &[Range]) -> Vec<Difference> {
    let mut keys: Vec<(&'static str, Option<&str>)> = Vec::new();
    for column in baseline.columns.iter().chain(&arm.columns) {
        let key = (column.metric, column.part.as_deref());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.sort_by_key(|k| METRICS.iter().position(|m| m.key == k.0));
    let drawn = Drawn::new(&arm.inputs, ranges);
    let is_headline = |(metric, part): (&str, Option<&str>)| part.is_none_or(|p| p == "total") && !is_detail(metric);
    let headlines = keys.iter().filter(|k| is_headline(**k)).count();
    let all_keys = keys.len();
    let mut all: Vec<Difference> = Vec::new();
    // Of each that is driven by anything its place, its key, and how many answers are held against the assumptions with it.
    let (mut driven, mut against) = (Vec::new(), Vec::new());
    for key in keys {
        let (base, with) = (baseline.column(key.0, key.1), arm.column(key.0, key.1));
        let Some(difference) = of_column(arm, &base, &with) else { continue };
        if difference.share_up + difference.share_down > 0.0 {
            driven.push((all.len(), key));
            against.push(if is_headline(key) { headlines } else { all_keys });
        }
        all.push(difference);
    }
    let changes = |i: usize| {
        driven.get(i).map_or_else(Vec::new, |(_, (metric, part))| {
            changes(&baseline.column(metric, *part), &arm.column(metric, *part))
        })
    };
    let found = drawn.drivers(&against, &changes);
    for ((at, _), drivers) in driven.iter().zip(found) {
        if let Some(difference) = all.get_mut(*at) {
            difference.driven_by = drivers;
        }
    }
    all
}

/// What an arm changes in every member.
fn changes(base: &Column, with: &Column) -> Vec<f64> {
    base.values.get().iter().zip(with.values.get().iter()).map(change).collect()
}

fn of_column(arm: &Arm, base: &Column, with: &Column) -> Option<Difference> {
    let (base_values, with_values) = (base.values.get(), with.values.get());
    let both = base_values.iter().zip(with_values.iter()).filter(|(b, w)| b.is_finite() && w.is_finite());
    let (baseline, measure): (Vec<f64>, Vec<f64>) = both.map(|(b, w)| (*b, *w)).unzip();
    let diff = Spread::of(baseline.iter().zip(&measure).map(change))?;
    let (without, with_measure) = (Spread::of(baseline.iter().copied())?, Spread::of(measure.iter().copied())?);
    let unpaired = without.std_err.zip(with_measure.std_err).map(|(a, b)| libm::sqrt(a * a + b * b));
    let by_member = changes(base, with);
    let share = |is: fn(f64) -> bool| by_member.iter().filter(|d| is(**d)).count() as f64 / diff.members as f64;
    Some(Difference {
        arm: arm.name.clone(),
        metric: base.metric,
        of: base.of().to_owned(),
        baseline: without.mean,
        with_measure: with_measure.mean,
        diff,
        std_err_unpaired: unpaired,
        share_up: share(|d| d > 0.0),
        share_down: share(|d| d < 0.0),
        driven_by: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(name: &str, values: &[f64]) -> Arm {
        let column = Column { metric: "mining_gwh", part: None, values: values.to_vec().into() };
        Arm { name: name.into(), inputs: Vec::new(), columns: vec![column], texts: Vec::new() }
    }

    #[test]
    fn the_last_digit_has_no_sign() {
        let arms = vec![arm("a", &[35.0, 1.0]), arm("b", &[35.0 + 1e-13, 1.5])];
        let results = Results { members: 2, arms, ..Results::default() };
        assert_eq!((differences(&results, &[])[0].share_up, differences(&results, &[])[0].share_down), (0.5, 0.0));
    }

    #[test]
    fn members_are_paired_and_lost_ones_left_out_on_both_sides() {
        let arms = vec![arm("a", &[1.0, 10.0, f64::NAN, 7.0]), arm("b", &[2.0, 12.0, 5.0, 6.0])];
        let results = Results { members: 4, arms, ..Results::default() };
        let all = differences(&results, &[]);
        let d = &all[0];
        assert_eq!((all.len(), d.diff.members, d.baseline), (1, 3, 6.0));
        assert!((d.diff.mean - 2.0 / 3.0).abs() < 1e-15 && (d.with_measure - d.baseline - d.diff.mean).abs() < 1e-12);
        assert_eq!((d.share_up, d.share_down), (2.0 / 3.0, 1.0 / 3.0));
        assert!(d.diff.std_err < d.std_err_unpaired, "pairing spares error");
    }
}
