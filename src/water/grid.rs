//! Dynamic programming on a grid of storages (Bellman, 1957): for problems that are posed in steps, and for turbines and
//! values that no linear program holds (heads that move with the level, values that bend the wrong way).
//!
//! A decision is the grid point to be left at the end of the stage; the release is what the balance then asks, through the
//! turbines first. With a step given for each reservoir the answer is exact for that grid. Without one the grid is refined
//! by halving, and the last change is told as the estimated error.

use super::plan::{Decision, Effort, PlanError, Planned};
use super::problem::{End, Outcome, Problem, Reservoir, interpolate_ends};

/// The grid of one reservoir.
#[derive(Clone, Debug)]
struct Axis {
    low: f64,
    step: f64,
    points: usize,
}

impl Axis {
    fn at(&self, i: usize) -> f64 {
        self.low + self.step * i as f64
    }
    fn near(&self, x: f64) -> Option<usize> {
        let i = libm::round((x - self.low) / self.step.max(1e-300));
        let ok = (0.0..self.points as f64).contains(&i) && (self.at(i as usize) - x).abs() <= 1e-6 * (1.0 + x.abs());
        ok.then_some(i as usize)
    }
}

/// Most (states × decisions × stages × outcomes) that are tried in one pass.
const MOST: f64 = 2e10;

/// Solves on a grid.
pub(super) fn solve(problem: &Problem, effort: &Effort) -> Result<Planned, PlanError> {
    if problem.reservoirs.iter().any(|r| r.delay > 0) {
        return Err(PlanError::Unsuited(
            "a grid cannot hold water that is under way over stages (`delay_stages`)".into(),
        ));
    }
    let given = problem.reservoirs.iter().all(|r| r.step.is_some());
    if given {
        let axes = axes(problem, 0)?;
        let cells: usize = axes.iter().map(|a| a.points).product();
        let (cost, path) = Pass::new(problem, axes)?.run()?;
        return Ok(Planned {
            method: "dynamic programming on the given grid".to_owned(),
            cost,
            low: cost,
            high: cost,
            is_certified: true,
            first: path.first().cloned(),
            path: if problem.is_deterministic() { path } else { Vec::new() },
            work: format!("{cells} states a stage"),
        });
    }
    let n = problem.reservoirs.iter().filter(|r| r.step.is_none()).count().max(1);
    let mut points = [65, 17, 9, 7, 5][n.min(5) - 1];
    let mut before: Option<f64> = None;
    loop {
        let axes = axes(problem, points)?;
        let cells: usize = axes.iter().map(|a| a.points).product();
        let (cost, path) = Pass::new(problem, axes)?.run()?;
        let change = before.map_or(f64::INFINITY, |b| (cost - b).abs());
        let next = 2 * points - 1;
        let work = libm::pow(next as f64, 2.0 * n as f64) * problem.stages as f64;
        let done = change <= 1e-6 * (1.0 + cost.abs())
            || work > 4e8
            || libm::pow(next as f64, n as f64) > effort.points as f64;
        if done && before.is_some() {
            return Ok(Planned {
                method: format!(
                    "dynamic programming on {points} points a reservoir; the bounds are the last refinement's change"
                ),
                cost,
                low: cost - change,
                high: cost + change,
                is_certified: false,
                first: path.first().cloned(),
                path: if problem.is_deterministic() { path } else { Vec::new() },
                work: format!("{cells} states a stage"),
            });
        }
        before = Some(cost);
        points = next;
    }
}

fn axes(problem: &Problem, points: usize) -> Result<Vec<Axis>, PlanError> {
    let axis = |r: &Reservoir| {
        let low = r.minimum.iter().copied().fold(r.start, f64::min);
        let high = r.maximum.iter().copied().fold(r.start, f64::max);
        let high = if high.is_finite() { high } else { problem.all_water() };
        match r.step {
            Some(step) => {
                let points = libm::floor((high - low) / step + 1e-9) as usize + 1;
                Axis { low, step, points }
            }
            None => Axis { low, step: ((high - low) / (points - 1).max(1) as f64).max(1e-12), points },
        }
    };
    let axes: Vec<Axis> = problem.reservoirs.iter().map(axis).collect();
    let cells = axes.iter().fold(1.0, |n, a| n * a.points as f64);
    if cells > 5e6 {
        let what = format!("the grid has {cells:.0} states; widen `storage_step` (up to 5 million fit)");
        return Err(PlanError::Unsuited(what));
    }
    Ok(axes)
}

/// One pass over the stages.
struct Pass<'a> {
    problem: &'a Problem,
    axes: Vec<Axis>,
    stride: Vec<usize>,
    cells: usize,
    /// Reservoirs, each after all above it.
    downward: Vec<usize>,
}

/// The best decision from a state: its cost and the cell it leaves.
#[derive(Clone, Copy)]
struct Best {
    cost: f64,
    cell: usize,
}

impl<'a> Pass<'a> {
    fn new(problem: &'a Problem, axes: Vec<Axis>) -> Result<Self, PlanError> {
        let mut stride = vec![1; axes.len()];
        for i in (0..axes.len().saturating_sub(1)).rev() {
            stride[i] = stride[i + 1] * axes[i + 1].points;
        }
        let cells: usize = axes.iter().map(|a| a.points).product();
        let mut downward: Vec<usize> = (0..axes.len()).collect();
        let depth = |mut i: usize| {
            let mut n = 0;
            while let (Some(next), true) = (problem.reservoirs[i].downstream, n <= axes.len()) {
                i = next;
                n += 1;
            }
            n
        };
        downward.sort_by_key(|i| core::cmp::Reverse(depth(*i)));
        let tries = axes.iter().fold(1.0, |n, a| n * (a.points as f64)) * problem.stages as f64;
        if tries > MOST {
            return Err(PlanError::Unsuited("the grid is too fine: widen `storage_step`".into()));
        }
        Ok(Self { problem, axes, stride, cells, downward })
    }

    fn run(&self) -> Result<(f64, Vec<Decision>), PlanError> {
        let (p, states) = (self.problem, self.problem.start.len());
        let mut later: Vec<Vec<f64>> = vec![(0..self.cells).map(|c| self.end_cost(c)).collect(); states];
        // The path is walked afterwards; only a problem without uncertainty keeps every stage's table.
        let deterministic = p.is_deterministic() && self.cells.saturating_mul(p.stages) < 100_000_000;
        let mut tables: Vec<Vec<f64>> = Vec::new();
        for t in (1..p.stages).rev() {
            let mut by_state = vec![vec![0.0; self.cells]; states];
            for (s, values) in by_state.iter_mut().enumerate() {
                for (cell, value) in values.iter_mut().enumerate() {
                    let storage = self.storages(cell);
                    for outcome in p.outcomes[t][s].iter().filter(|o| o.probability > 0.0) {
                        *value += outcome.probability * self.best(t, outcome, &storage, &later[s]).cost;
                    }
                }
            }
            if deterministic {
                tables.push(std::mem::take(&mut later[0]));
            }
            later = (0..states)
                .map(|from| {
                    let step = &p.transition[t - 1][from];
                    (0..self.cells)
                        .map(|c| (0..states).filter(|s| step[*s] > 0.0).map(|s| step[s] * by_state[s][c]).sum())
                        .collect()
                })
                .collect();
        }
        let storage: Vec<f64> = p.reservoirs.iter().map(|r| r.start).collect();
        let mut cost = 0.0;
        let mut path = Vec::new();
        for (s, chance) in p.start.iter().enumerate().filter(|(_, c)| **c > 0.0) {
            for outcome in p.outcomes[0][s].iter().filter(|o| o.probability > 0.0) {
                let best = self.best(0, outcome, &storage, &later[s]);
                if best.cost.is_infinite() {
                    let what = "no grid point can be reached within the limits; widen them or refine `storage_step`";
                    return Err(PlanError::Infeasible(what.to_owned()));
                }
                cost += chance * outcome.probability * best.cost;
                if path.is_empty() {
                    path.push(self.decision(0, outcome, &storage, best.cell));
                }
            }
        }
        if deterministic {
            for t in 1..p.stages {
                let Some(before) = path.last().map(|d: &Decision| d.storage.clone()) else { break };
                // Tables were pushed from the last stage down.
                let Some(next) = tables.get(p.stages - 1 - t) else { break };
                let outcome = &p.outcomes[t][0][0];
                let best = self.best(t, outcome, &before, next);
                path.push(self.decision(t, outcome, &before, best.cell));
            }
        }
        Ok((cost, path))
    }

    fn storages(&self, cell: usize) -> Vec<f64> {
        (0..self.axes.len()).map(|i| self.axes[i].at(cell / self.stride[i] % self.axes[i].points)).collect()
    }

    fn end_cost(&self, cell: usize) -> f64 {
        let storage = self.storages(cell);
        let mut cost = 0.0;
        for (i, (r, x)) in self.problem.reservoirs.iter().zip(&storage).enumerate() {
            let ok = match r.end {
                End::Free => true,
                End::Fixed(end) => {
                    self.axes[i].near(end).is_some_and(|k| k == cell / self.stride[i] % self.axes[i].points)
                }
                End::AtLeast(end) => *x >= end - 1e-9 * (1.0 + end.abs()),
            };
            if !ok {
                return f64::INFINITY;
            }
            cost -= if r.end_value.is_empty() { 0.0 } else { interpolate_ends(&r.end_value, *x) };
        }
        cost
    }

    /// The least cost from a state under an outcome: of the stage and, discounted, of what comes after.
    fn best(&self, t: usize, outcome: &Outcome, storage: &[f64], later: &[f64]) -> Best {
        let mut best = Best { cost: f64::INFINITY, cell: 0 };
        let mut arrived = vec![0.0; storage.len()];
        self.try_from(t, outcome, storage, later, 0, 0, 0.0, 0.0, &mut arrived, &mut best);
        best
    }

    #[allow(clippy::too_many_arguments)]
    fn try_from(
        &self,
        t: usize,
        outcome: &Outcome,
        storage: &[f64],
        later: &[f64],
        depth: usize,
        cell: usize,
        cost: f64,
        power: f64,
        arrived: &mut [f64],
        best: &mut Best,
    ) {
        let p = self.problem;
        let Some(&i) = self.downward.get(depth) else {
            let future = later[cell];
            if future.is_finite() {
                let total = cost + self.dispatch(t, outcome, power) + p.discount * future;
                if total < best.cost {
                    *best = Best { cost: total, cell };
                }
            }
            return;
        };
        let (r, k) = (&p.reservoirs[i], p.volume(t));
        let has = storage[i] * (1.0 - r.loss_share) + (outcome.inflow[i] + arrived[i]) * k;
        let most = r.release.1[t] + r.spill_maximum + if r.refuses { outcome.inflow[i].max(0.0) } else { 0.0 };
        let low = r.minimum[t].max(if most.is_finite() { has - most * k } else { f64::NEG_INFINITY });
        let high = r.maximum[t].min(has - r.release.0[t] * k);
        let axis = &self.axes[i];
        let slack = 1e-9 * (1.0 + has.abs());
        let first = libm::ceil(((low - slack) - axis.low) / axis.step).max(0.0);
        let last = libm::floor(((high + slack) - axis.low) / axis.step).min(axis.points as f64 - 1.0);
        if first > last {
            return;
        }
        let position = cell;
        for at in first as usize..=last as usize {
            let out = ((has - axis.at(at)) / k).max(0.0);
            let release = out.min(r.release.1[t]);
            let mut beyond = out - release;
            if r.refuses {
                beyond = (beyond - outcome.inflow[i].max(0.0)).max(0.0);
            }
            let made = r.turbine.power(release, storage[i]);
            let value =
                if r.value_knots.is_empty() { r.value[t] * release } else { interpolate_ends(&r.value_knots, release) };
            let own = (beyond * r.spill_cost - value) * p.hours[t];
            if let Some(to) = r.downstream {
                arrived[to] += release + beyond;
            }
            let next = position + at * self.stride[i];
            self.try_from(t, outcome, storage, later, depth + 1, next, cost + own, power + made, arrived, best);
            if let Some(to) = r.downstream {
                arrived[to] -= release + beyond;
            }
        }
    }

    /// What the power system costs in the stage with so much hydro power: thermal steps by merit.
    fn dispatch(&self, t: usize, outcome: &Outcome, hydro: f64) -> f64 {
        let p = self.problem;
        if p.thermal.is_empty() && outcome.demand <= 0.0 {
            return outcome.price.map_or(0.0, |price| -price.max(0.0) * hydro * p.hours[t]);
        }
        let mut cost = 0.0;
        let mut missing = outcome.demand - hydro;
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for step in &p.thermal {
            let per = step.cost[t] * outcome.thermal_factor;
            cost += per * step.minimum[t];
            missing -= step.minimum[t];
            steps.push((per, step.maximum[t] - step.minimum[t]));
        }
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (per, room) in steps {
            let worth_selling = outcome.price.is_some_and(|price| price > per);
            let take = if worth_selling { room.min(1e9) } else { missing.clamp(0.0, room) };
            cost += per * take;
            missing -= take;
        }
        if missing > 1e-9 * (1.0 + outcome.demand.abs()) {
            match p.unserved_cost {
                Some(per) => cost += per * missing,
                None => return f64::INFINITY,
            }
        } else if let Some(price) = outcome.price {
            cost -= price.max(0.0) * (-missing).max(0.0);
        }
        cost * p.hours[t]
    }

    fn decision(&self, t: usize, outcome: &Outcome, before: &[f64], cell: usize) -> Decision {
        let p = self.problem;
        let after = self.storages(cell);
        let n = after.len();
        let (mut release, mut spill, mut arrived) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for &i in &self.downward {
            let r = &p.reservoirs[i];
            let has = before[i] * (1.0 - r.loss_share) + (outcome.inflow[i] + arrived[i]) * p.volume(t);
            let out = ((has - after[i]) / p.volume(t)).max(0.0);
            release[i] = out.min(r.release.1[t]);
            let refused = if r.refuses { outcome.inflow[i].max(0.0) } else { 0.0 };
            spill[i] = (out - release[i] - refused).max(0.0);
            if let Some(to) = r.downstream {
                arrived[to] += release[i] + spill[i];
            }
        }
        Decision { stage: t + 1, release, spill, storage: after, ..Decision::default() }
    }
}
