//! When an effect sets in, when it is largest, and how much of that fades by the end of the window.

use super::compare::Difference;

/// The course of an effect over the months of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Onset {
    /// Name of the arm.
    pub arm: String,
    /// Key of a metric by month.
    pub metric: &'static str,
    /// The first month whose mean difference is at least a tenth of the largest and twice its simulation error.
    pub sets_in: Option<String>,
    /// The month of the largest mean difference that is twice its simulation error.
    pub largest_in: String,
    /// That difference.
    pub largest: f64,
    /// The difference in the last month.
    pub last: f64,
    /// Share of the largest difference that is gone in the last month: 0 none, 1 all, above 1 turned round.
    pub faded_share: f64,
}

/// The course of every metric by month, for each arm; one that in no month is twice its simulation error has none.
pub fn onsets(all: &[Difference]) -> Vec<Onset> {
    all.chunk_by(|a, b| a.arm == b.arm && a.metric == b.metric)
        .filter(|months| months.first().is_some_and(|d| d.metric.contains("_by_month_")))
        .filter_map(of_months)
        .collect()
}

fn of_months(months: &[Difference]) -> Option<Onset> {
    let is_sure = |d: &&Difference| d.diff.mean != 0.0 && d.diff.std_err.is_none_or(|e| d.diff.mean.abs() >= 2.0 * e);
    let largest = months.iter().filter(is_sure).max_by(|a, b| a.diff.mean.abs().total_cmp(&b.diff.mean.abs()))?;
    let last = months.last()?.diff.mean;
    let size = largest.diff.mean.abs();
    let is_there = |d: &&Difference| d.diff.mean.abs() >= 0.1 * size && is_sure(d);
    Some(Onset {
        arm: largest.arm.clone(),
        metric: largest.metric,
        sets_in: months.iter().find(is_there).map(|d| d.of.clone()),
        largest_in: largest.of.clone(),
        largest: largest.diff.mean,
        last,
        faded_share: 1.0 - last / largest.diff.mean,
    })
}
