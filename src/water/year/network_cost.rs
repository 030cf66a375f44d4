//! What a stage costs by the mean release of each large reservoir, where lines bind: from the network's own dispatch.
//!
//! In sampled hours of the training years each reservoir's water is given a price, and the hour's least cost with water at that price
//! is found. The mean over the hours, L(π), is the stage's cost seen from its dual: C(q) = max over π of L(π) − π·q. The maximum
//! over a grid of prices is a convex underestimate that is exact between hours which share their prices; it knows every line. What
//! the hours of a stage may do among themselves is left free, as in reality.

use super::operation::Operation;
use super::values::WaterValues;
use super::{STAGE_HOURS, System, Year, YearError, place};

/// Hours sampled in a stage; their distance runs through the hours of the day.
const HOURS: usize = 8;
/// Points of each release.
const POINTS: usize = 19;
/// Share of the sampled hours in which a line must bind for this to be worth its time.
const OFTEN: f64 = 0.25;
/// Prices of thermal plants that become prices of water, at most.
const STEPS: usize = 10;

/// Cost of a stage by release.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NetworkCost {
    /// Releases of each reservoir, m³/s.
    axes: [Vec<f64>; 2],
    /// Cost an hour; the first release runs fastest.
    cost: Vec<f64>,
}

impl NetworkCost {
    /// Cost an hour at mean releases.
    pub(super) fn at(&self, q: &[f64; 2]) -> f64 {
        let n = self.axes[0].len();
        let (i, a) = place(&self.axes[0], q[0]);
        let row = |j: usize| {
            let at = j * n + i;
            self.cost[at] + a * (self.cost[at + 1] - self.cost[at])
        };
        if self.axes[1].len() < 2 {
            return row(0);
        }
        let (j, b) = place(&self.axes[1], q[1]);
        let low = row(j);
        low + b * (row(j + 1) - low)
    }

    /// Tables of all stages, or none where lines bind too rarely to matter.
    pub(super) fn of(system: &System, values: &WaterValues, years: &[Year]) -> Result<Option<Vec<Self>>, YearError> {
        let operation = Operation::new(system, values)?;
        let hours = values.hours;
        let sample = |t: usize| {
            let (from, len) = (t * STAGE_HOURS, values.length(t, hours));
            // Another year for each, and another hour of the day.
            (0..HOURS).map(move |i| ((i + t) % years.len(), from + (i * len / HOURS + 5 * t) % len))
        };
        let all = (0..values.stages).flat_map(sample);
        let binding = all.filter(|(y, h)| operation.is_bound_by_lines(&years[*y], *h)).count();
        if (binding as f64) < OFTEN * (HOURS * values.stages) as f64 {
            return Ok(None);
        }
        let axes = operation.bounds().map(|(low, high)| {
            let point = |i: usize| low + (high - low) * i as f64 / (POINTS - 1) as f64;
            if high > low { (0..POINTS).map(point).collect() } else { vec![low] }
        });
        let prices = prices(system);
        let mut program = operation.bound();
        let mut tables = Vec::with_capacity(values.stages);
        for t in 0..values.stages {
            let mut duals: Vec<(f64, [f64; 2])> = Vec::with_capacity(prices.len() * prices.len());
            for (i, (y, h)) in sample(t).enumerate() {
                let loads = &years[y].loads[h * system.nodes..(h + 1) * system.nodes];
                let mut k = 0;
                for (a, first) in prices.iter().enumerate() {
                    for b in 0..prices.len() {
                        // Back and forth, so that a program begins near the one before it.
                        let second = prices[if a % 2 == 0 { b } else { prices.len() - 1 - b }];
                        let water = operation.water_cost([*first, second]);
                        let least = operation.least_cost(&mut program, loads, &values.inflow[t], &water)?;
                        if i == 0 {
                            duals.push((0.0, water));
                        }
                        duals[k].0 += least / HOURS as f64;
                        k += 1;
                    }
                }
            }
            let mut cost = Vec::with_capacity(POINTS * POINTS);
            for q1 in &axes[1] {
                for q0 in &axes[0] {
                    let at = |(l, c): &(f64, [f64; 2])| l - c[0] * q0 - c[1] * q1;
                    cost.push(duals.iter().map(at).fold(f64::NEG_INFINITY, f64::max));
                }
            }
            tables.push(Self { axes: axes.clone(), cost });
        }
        Ok(Some(tables))
    }
}

/// Prices of a MWh of water: those of the thermal plants, and around them down to zero and up to load not served. None is below
/// zero: what does more harm than good in the turbines goes over the top.
fn prices(system: &System) -> Vec<f64> {
    let order = system.merit();
    let mut steps: Vec<f64> = order.iter().map(|i| system.thermal[*i].cost).collect();
    steps.dedup();
    if steps.len() > STEPS {
        steps = (0..STEPS).map(|i| steps[i * (steps.len() - 1) / (STEPS - 1)]).collect();
    }
    let (low, high) = (steps.first().copied().unwrap_or(1.0), steps.last().copied().unwrap_or(1.0));
    let mut all = vec![0.0, 0.45 * low, 0.8 * low];
    all.extend(steps);
    all.extend([1.6 * high, libm::sqrt(high * system.voll).max(1.6 * high), system.voll.max(1.6 * high)]);
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::tests::{persistent_year, tight_system};

    #[test]
    fn more_water_never_costs_more_and_each_helps_less() {
        let system = tight_system(None);
        let years = [persistent_year(1), persistent_year(2)];
        let values = WaterValues::train(&system, &years).unwrap();
        let tables = NetworkCost::of(&system, &values, &years).unwrap().expect("the line binds");
        for table in tables.iter().step_by(4) {
            let n = table.axes[0].len();
            for (step, count) in [(1, n), (n, table.axes[1].len())] {
                for at in 0..table.cost.len() - 2 * step {
                    if (at / step) % count + 2 >= count {
                        continue;
                    }
                    let [a, b, c] = [0, 1, 2].map(|k| table.cost[at + k * step]);
                    assert!(b <= a + 1e-6 && a - b >= b - c - 1e-6, "{a} {b} {c}");
                }
            }
        }
    }
}
