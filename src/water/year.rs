//! A year of a hydro-thermal system hour by hour, without foresight: releases follow from water values that stochastic
//! dynamic programming found on other years.
//!
//! Values: the year is cut into stages. For each, the stage's cost is tabulated over the mean hydro power it gets, from the
//! merit order of the training years' hours (water shaves the highest hours first; the slope of the table is the price that
//! water replaces). A backward recursion over stages × storage of the two largest reservoirs × state of the inflow gives the
//! cost of everything that comes. At the bounds of a reservoir the recursion itself spills or falls short, so the marginal
//! value is the spill value at a full reservoir and the scarcity value at an empty one; no difference is taken across a bound.
//!
//! Operation: once a day the stage's best release from the storages as they are is looked up in the values, and gives the
//! thermal power above which water is used. Each hour is then dispatched by merit, its flows are checked, and where a line
//! would be overloaded the hour is a linear program on the network. A reservoir too small to carry water over a stage passes
//! what it receives. What this costs against perfect foresight is measured, not assumed (docs/water-values.md).

use super::simplex::{self, Basis, Program, Row};
use crate::power::{Branch, Network, NetworkError};

/// Storage, million m³, that one m³/s fills in an hour.
const HM3: f64 = 0.0036;
/// Hours of a stage; 73 of them are a year.
pub const STAGE_HOURS: usize = 120;
/// Hours between two looks at the storages.
const LOOK: usize = 24;
/// A reservoir that its own turbines empty in fewer hours passes what it receives.
const SMALL_HOURS: f64 = 240.0;
/// Storage kept above the least at the end, million m³.
const SPARE: f64 = 0.01;
/// Standard deviation of an hour's inflow about its mean, as a share, against which the end is kept safe.
const NOISE: f64 = 0.05;
/// Price of a million m³ missing at the end, in hours of unserved power of one MW: enough never to be chosen.
const MISSING: f64 = 60.0;

/// A line between nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// From node.
    pub from: usize,
    /// To node.
    pub to: usize,
    /// Reactance, per unit on 100 MVA.
    pub x: f64,
    /// Limit, MW, in both directions.
    pub limit_mw: f64,
}

/// A thermal plant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Its node.
    pub bus: usize,
    /// Most power, MW.
    pub pmax_mw: f64,
    /// Cost of a MWh.
    pub cost: f64,
}

/// A reservoir with its plant, in million m³ and m³/s.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Node of its plant.
    pub bus: usize,
    /// Full storage.
    pub vmax: f64,
    /// Storage at the start, and the least at the end.
    pub v0: f64,
    /// Most through the turbines.
    pub qmax: f64,
    /// Least through the turbines.
    pub qmin: f64,
    /// Power of one m³/s.
    pub mw_per_cms: f64,
    /// Most spilled.
    pub spill_max: f64,
    /// The next reservoir.
    pub down: Option<usize>,
}

/// A system.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Nodes.
    pub nodes: usize,
    /// Lines.
    pub lines: Vec<Line>,
    /// Thermal plants.
    pub thermal: Vec<Unit>,
    /// Reservoirs, each before the one below it.
    pub reservoirs: Vec<Store>,
    /// Cost of a MWh not served.
    pub voll: f64,
}

/// A year of hours: loads by hour and node, inflow by hour and reservoir.
#[derive(Clone, Debug, PartialEq)]
pub struct Year {
    /// Load, MW.
    pub loads: Vec<f64>,
    /// Local inflow, m³/s.
    pub inflow: Vec<f64>,
}

/// Why a system cannot be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum YearError {
    /// The network is unsound.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Something does not fit; told in words.
    #[error("{0}")]
    Unfit(String),
}

/// What came of a year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operated {
    /// Generation cost and cost of what was not served.
    pub objective: f64,
    /// Storage by hour and reservoir.
    pub volumes: Vec<f64>,
    /// Not served by hour and node.
    pub shed: Vec<f64>,
    /// Hours that needed the linear program on the network.
    pub bound_hours: usize,
}

/// Cost of a stage by mean hydro power: knots (MW, cost an hour, thermal power above which water is used).
#[derive(Clone, Debug, PartialEq)]
struct CostTable {
    knots: Vec<(f64, f64, f64)>,
}

impl CostTable {
    fn at(&self, mw: f64) -> f64 {
        let Some(last) = self.knots.last() else { return 0.0 };
        if mw >= last.0 {
            return last.1;
        }
        let i = self.knots.partition_point(|k| k.0 <= mw).clamp(1, self.knots.len() - 1);
        let (a, b) = (self.knots[i - 1], self.knots[i]);
        a.1 + (b.1 - a.1) * (mw - a.0) / (b.0 - a.0).max(1e-12)
    }
    fn level(&self, mw: f64) -> f64 {
        let i = self.knots.partition_point(|k| k.0 <= mw).clamp(1, self.knots.len() - 1);
        let (a, b) = (self.knots[i - 1], self.knots[i]);
        a.2 + (b.2 - a.2) * ((mw - a.0) / (b.0 - a.0).max(1e-12)).clamp(0.0, 1.0)
    }
}

/// A reservoir as the recursion sees it: a large one, with the small ones below it that pass its water on.
#[derive(Clone, Debug, PartialEq)]
struct Basin {
    head: usize,
    /// Small reservoirs that pass on, in order.
    passes: Vec<usize>,
    /// Power of one m³/s through head and passes.
    mw_per_cms: f64,
    qmin: f64,
    qmax: f64,
    grid: Vec<f64>,
    down: Option<usize>,
}

/// Water values of a system.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterValues {
    basins: Vec<Basin>,
    tables: Vec<CostTable>,
    /// Mean inflow by stage and reservoir, m³/s.
    inflow: Vec<Vec<f64>>,
    /// States of the inflow: factors, and the probability of the next by row.
    factors: Vec<f64>,
    step: Vec<Vec<f64>>,
    /// Cost of all that comes after the stage: by stage, state, cell.
    later: Vec<Vec<Vec<f64>>>,
    stages: usize,
}

impl System {
    fn merit(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.thermal.len()).collect();
        order.sort_by(|a, b| self.thermal[*a].cost.total_cmp(&self.thermal[*b].cost).then(a.cmp(b)));
        order
    }
    /// Reservoirs whose storage is carried over stages, with the small ones below them.
    fn basins(&self) -> Result<Vec<Basin>, YearError> {
        let small = |r: &Store| r.vmax / (HM3 * r.qmax) < SMALL_HOURS;
        let heads: Vec<usize> = (0..self.reservoirs.len()).filter(|i| !small(&self.reservoirs[*i])).collect();
        if heads.is_empty() || heads.len() > 2 {
            return Err(YearError::Unfit(format!(
                "{} reservoirs carry water over; one or two can be valued",
                heads.len()
            )));
        }
        let basin = |head: usize| {
            let r = &self.reservoirs[head];
            let (mut passes, mut at) = (Vec::new(), r.down);
            while let Some(next) = at.filter(|n| small(&self.reservoirs[*n])) {
                passes.push(next);
                at = self.reservoirs[next].down;
            }
            let per: f64 = passes.iter().map(|p| self.reservoirs[*p].mw_per_cms).sum::<f64>() + r.mw_per_cms;
            // The start storage is a grid point, because the end is judged there.
            let points = 10;
            let low = (0..points).map(|i| r.v0 * f64::from(i) / f64::from(points));
            let high = (0..=points).map(|i| r.v0 + (r.vmax - r.v0) * f64::from(i) / f64::from(points));
            let grid = low.chain(high).collect();
            let down = at.and_then(|d| heads.iter().position(|h| *h == d));
            Basin { head, passes, mw_per_cms: per, qmin: r.qmin, qmax: r.qmax, grid, down }
        };
        Ok(heads.iter().map(|h| basin(*h)).collect())
    }
}

/// The place of a storage in a grid: the point below it and the share of the way to the next.
fn place(grid: &[f64], v: f64) -> (usize, f64) {
    let i = grid.partition_point(|g| *g <= v).clamp(1, grid.len() - 1) - 1;
    (i, ((v - grid[i]) / (grid[i + 1] - grid[i])).clamp(0.0, 1.0))
}

impl WaterValues {
    /// Trains on years of the same system.
    ///
    /// # Errors
    /// If the system has no large reservoir or more than two, or there are no years.
    pub fn train(system: &System, years: &[Year], factors: &[f64], step: &[Vec<f64>]) -> Result<Self, YearError> {
        let basins = system.basins()?;
        let (n, nr) = (system.nodes, system.reservoirs.len());
        let hours = years.first().map_or(0, |y| y.loads.len() / n.max(1));
        let stages = hours / STAGE_HOURS;
        if stages == 0 {
            return Err(YearError::Unfit("no training year of at least one stage".into()));
        }
        let order = system.merit();
        let mut inflow = Vec::with_capacity(stages);
        let mut tables = Vec::with_capacity(stages);
        for t in 0..stages {
            let from = t * STAGE_HOURS;
            let until = if t + 1 == stages { hours } else { from + STAGE_HOURS };
            let mut mean = vec![0.0; nr];
            let mut loads = Vec::new();
            for year in years {
                for h in from..until {
                    for (m, q) in mean.iter_mut().zip(&year.inflow[h * nr..(h + 1) * nr]) {
                        *m += q / (years.len() * (until - from)) as f64;
                    }
                    loads.push(year.loads[h * n..(h + 1) * n].iter().sum::<f64>());
                }
            }
            let passed = passed(system, &basins, &mean);
            let most: f64 = basins.iter().map(|b| b.mw_per_cms * b.qmax).sum::<f64>() + passed;
            let least: f64 = basins.iter().map(|b| b.mw_per_cms * b.qmin).sum::<f64>() + passed;
            tables.push(table(system, &order, &loads, least, most));
            inflow.push(mean);
        }
        let mut values =
            Self { basins, tables, inflow, factors: factors.to_vec(), step: step.to_vec(), later: Vec::new(), stages };
        values.recur(system, hours);
        Ok(values)
    }

    fn recur(&mut self, system: &System, hours: usize) {
        let (states, cells) = (self.factors.len(), self.cells());
        let end: Vec<f64> = (0..cells)
            .map(|cell| {
                let v = self.storages(cell);
                let missing: f64 =
                    self.basins.iter().zip(&v).map(|(b, v)| (system.reservoirs[b.head].v0 - v).max(0.0)).sum();
                missing * MISSING * system.voll
            })
            .collect();
        let mut later = vec![vec![end; states]];
        for t in (1..self.stages).rev() {
            let after = &later[later.len() - 1];
            let length = self.length(t, hours) as f64;
            let mut here = vec![vec![0.0; cells]; states];
            for (s, costs) in here.iter_mut().enumerate() {
                for (cell, cost) in costs.iter_mut().enumerate() {
                    *cost = self.best(system, t, s, &self.storages(cell), length, &after[s], 6, 1).0;
                }
            }
            let mixed = (0..states)
                .map(|from| (0..cells).map(|c| (0..states).map(|to| self.step[from][to] * here[to][c]).sum()).collect())
                .collect();
            later.push(mixed);
        }
        later.reverse();
        self.later = later;
    }

    fn length(&self, t: usize, hours: usize) -> usize {
        if t + 1 == self.stages { hours - t * STAGE_HOURS } else { STAGE_HOURS }
    }
    fn cells(&self) -> usize {
        self.basins.iter().map(|b| b.grid.len()).product()
    }
    fn storages(&self, cell: usize) -> [f64; 2] {
        let n = self.basins[0].grid.len();
        [self.basins[0].grid[cell % n], self.basins.get(1).map_or(0.0, |b| b.grid[cell / n])]
    }
    /// Cost of all that comes, between grid points.
    fn at(&self, later: &[f64], v: &[f64; 2]) -> f64 {
        let n = self.basins[0].grid.len();
        let (i, a) = place(&self.basins[0].grid, v[0]);
        let row = |j: usize| {
            let at = j * n + i;
            later[at] + a * (later[at + 1] - later[at])
        };
        match self.basins.get(1) {
            None => row(0),
            Some(b) => {
                let (j, c) = place(&b.grid, v[1]);
                let low = row(j);
                low + c * (row(j + 1) - low)
            }
        }
    }

    /// The best mean releases of a stage's rest, and what everything from here on then costs.
    #[allow(clippy::too_many_arguments)]
    fn best(
        &self,
        system: &System,
        t: usize,
        s: usize,
        v: &[f64; 2],
        hours: f64,
        later: &[f64],
        tries: usize,
        finer: usize,
    ) -> (f64, [f64; 2]) {
        let factor = self.factors[s];
        let k = HM3 * hours;
        let passed = passed(system, &self.basins, &self.inflow[t]) * factor;
        let cost = |q: &[f64; 2]| {
            let mut mw = passed;
            let mut v = *v;
            let mut out = [0.0; 2];
            let mut short = 0.0;
            for (b, basin) in self.basins.iter().enumerate() {
                let r = &system.reservoirs[basin.head];
                let from_above = if b == 1 && self.basins[0].down == Some(1) { out[0] } else { 0.0 };
                v[b] += k * (self.inflow[t][basin.head] * factor + from_above - q[b]);
                let over = (v[b] - r.vmax).max(0.0);
                v[b] -= over;
                out[b] = q[b] + over / k;
                if v[b] < 0.0 {
                    short -= v[b];
                    v[b] = 0.0;
                }
                mw += basin.mw_per_cms * q[b];
            }
            self.tables[t].at(mw) * hours + short * MISSING * system.voll + self.at(later, &v)
        };
        let mut low: [f64; 2] = core::array::from_fn(|b| self.basins.get(b).map_or(0.0, |x| x.qmin));
        let mut high: [f64; 2] = core::array::from_fn(|b| self.basins.get(b).map_or(0.0, |x| x.qmax));
        let mut best = (f64::INFINITY, low);
        let inner = if self.basins.len() > 1 { tries } else { 1 };
        for _ in 0..=finer {
            let width = [(high[0] - low[0]) / (tries - 1) as f64, (high[1] - low[1]) / (inner.max(2) - 1) as f64];
            for i in 0..tries {
                for j in 0..inner {
                    let q = [low[0] + width[0] * i as f64, low[1] + width[1] * j as f64];
                    let c = cost(&q);
                    if c < best.0 {
                        best = (c, q);
                    }
                }
            }
            for b in 0..self.basins.len() {
                low[b] = (best.1[b] - width[b]).max(self.basins[b].qmin);
                high[b] = (best.1[b] + width[b]).min(self.basins[b].qmax);
            }
        }
        best
    }

    /// What a further MWh of stored water is worth at each large reservoir before a stage.
    pub fn marginal(&self, stage: usize, state: usize, v: [f64; 2]) -> Vec<f64> {
        let Some(later) = self.later.get(stage).and_then(|l| l.get(state)) else { return Vec::new() };
        let mut out = Vec::new();
        for (b, basin) in self.basins.iter().enumerate() {
            let (i, _) = place(&basin.grid, v[b]);
            let (mut low, mut high) = (v, v);
            (low[b], high[b]) = (basin.grid[i], basin.grid[i + 1]);
            let slope = (self.at(later, &low) - self.at(later, &high)) / (high[b] - low[b]);
            out.push(slope * HM3 / basin.mw_per_cms);
        }
        out
    }
}

/// Power of the passing reservoirs from their own inflow.
fn passed(system: &System, basins: &[Basin], inflow: &[f64]) -> f64 {
    let mut mw = 0.0;
    for basin in basins {
        let mut q = 0.0;
        for p in &basin.passes {
            q += inflow[*p];
            mw += q * system.reservoirs[*p].mw_per_cms;
        }
    }
    mw
}

/// Cost of a stage by mean hydro power, exact for the merit order of its hours.
fn table(system: &System, order: &[usize], loads: &[f64], least: f64, most: f64) -> CostTable {
    let count = loads.len() as f64;
    let mut levels = vec![0.0];
    for i in order {
        levels.push(levels[levels.len() - 1] + system.thermal[*i].pmax_mw);
    }
    let capacity = levels[levels.len() - 1];
    let cost_of = |mut mw: f64| {
        let mut cost = 0.0;
        for i in order {
            let unit = &system.thermal[*i];
            let take = mw.clamp(0.0, unit.pmax_mw);
            cost += take * unit.cost;
            mw -= take;
        }
        cost + mw.max(0.0) * system.voll
    };
    let peak = loads.iter().copied().fold(0.0, f64::max);
    levels.push(peak.max(capacity + 1.0));
    let mut knots: Vec<(f64, f64, f64)> = Vec::new();
    // Finer levels within a step, for the level is read off between knots.
    let fine = levels.windows(2).flat_map(|w| (0..4).map(move |i| w[0] + (w[1] - w[0]) * f64::from(i) / 4.0));
    let mut all: Vec<f64> = fine.collect();
    all.extend(levels.last());
    for level in all.into_iter().rev() {
        let (mut mw, mut cost) = (0.0, 0.0);
        for load in loads {
            let hydro = (load - level).clamp(least, most);
            mw += hydro / count;
            cost += cost_of((load - hydro).max(0.0)) / count;
        }
        if knots.last().is_none_or(|k| mw > k.0 + 1e-6) {
            knots.push((mw, cost, level));
        }
    }
    CostTable { knots }
}

/// Lines that an hour's program keeps from the hours before.
const MOST_LINES: usize = 4;

/// The linear program of bound hours, kept from hour to hour.
struct Bound {
    program: Program,
    /// Where a unit of each column is fed in, by node.
    at: Vec<Vec<f64>>,
    /// Lines that have a row, in the order of the rows after the balance.
    lines: Vec<usize>,
    basis: Basis,
    fixed: Vec<f64>,
}

/// Runs years of one system.
#[derive(Debug)]
pub struct Operation<'a> {
    system: &'a System,
    values: &'a WaterValues,
    order: Vec<usize>,
    /// Flow on each line of a MW into each node, taken out at the first.
    factors: Vec<Vec<f64>>,
}

impl<'a> Operation<'a> {
    /// Gets ready.
    ///
    /// # Errors
    /// If the network is unsound.
    pub fn new(system: &'a System, values: &'a WaterValues) -> Result<Self, YearError> {
        let branches = system.lines.iter().map(|l| Branch::from_reactance(l.from, l.to, l.x, 1.0, 100.0)).collect();
        let network = Network::new(system.nodes, branches, &[0])?;
        let factors = (0..system.lines.len())
            .map(|line| {
                let mut row = vec![0.0; system.nodes];
                network.shift_factors(&[(line, 1.0)], &mut row);
                row
            })
            .collect();
        Ok(Self { system, values, order: system.merit(), factors })
    }

    /// Storage needed before each hour so that the end is reached at least releases with inflow a little below its mean.
    fn needed(&self, hours: usize) -> Vec<[f64; 2]> {
        let values = self.values;
        let mut need = vec![[0.0; 2]; hours + 1];
        for (b, basin) in values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            need[hours][b] = r.v0 + SPARE;
            for h in (0..hours).rev() {
                let t = (h / STAGE_HOURS).min(values.stages - 1);
                let above = if b == 1 && values.basins[0].down == Some(1) { values.basins[0].qmin } else { 0.0 };
                let mean = values.inflow[t][basin.head];
                // Four standard deviations of what the rest of the year may bring less, growing as a root.
                let left = (hours - h) as f64;
                let margin = 4.0 * HM3 * NOISE * mean * (libm::sqrt(left) - libm::sqrt(left - 1.0));
                need[h][b] = need[h + 1][b] - HM3 * (mean + above - r.qmin) + margin;
            }
        }
        need
    }

    /// Runs a year.
    ///
    /// # Errors
    /// If the year has another shape than the system.
    pub fn run(&self, year: &Year) -> Result<Operated, YearError> {
        let (system, values) = (self.system, self.values);
        let (n, nr) = (system.nodes, system.reservoirs.len());
        let hours = year.loads.len() / n;
        if year.inflow.len() != hours * nr || hours * n != year.loads.len() || hours < values.stages * STAGE_HOURS {
            return Err(YearError::Unfit("loads, inflow and water values do not have the same hours".into()));
        }
        let need = self.needed(hours);
        let mut out = Operated { shed: vec![0.0; hours * n], ..Operated::default() };
        out.volumes.reserve(hours * nr);
        let mut v: Vec<f64> = system.reservoirs.iter().map(|r| r.v0).collect();
        let mut wish = [0.0; 2];
        let (mut level, mut price) = (0.0, 0.0);
        let mut injection = vec![0.0; n];
        let mut power = vec![0.0; system.thermal.len()];
        let mut bound = self.bound();
        for h in 0..hours {
            let inflow = &year.inflow[h * nr..(h + 1) * nr];
            let loads = &year.loads[h * n..(h + 1) * n];
            if h % LOOK == 0 {
                let t = (h / STAGE_HOURS).min(values.stages - 1);
                let left = (t * STAGE_HOURS + values.length(t, hours) - h) as f64;
                let at = core::array::from_fn(|b| values.basins.get(b).map_or(0.0, |x| v[x.head]));
                let q = values.best(system, t, 0, &at, left, &values.later[t][0], 7, 3).1;
                let mut mw = passed(system, &values.basins, &values.inflow[t]);
                for (b, basin) in values.basins.iter().enumerate() {
                    mw += basin.mw_per_cms * q[b];
                }
                wish = q;
                level = values.tables[t].level(mw);
                price = self.price(level);
            }
            let total: f64 = loads.iter().sum();
            let (low, high) = self.ranges(&v, inflow, &need[h + 1]);
            let own = passed(system, &values.basins, inflow);
            let mut q = self.share((total - level) - own, &wish, &low, &high);
            let hydro = own + values.basins.iter().zip(&q).map(|(b, q)| b.mw_per_cms * q).sum::<f64>();
            let mut left = total - hydro;
            for &i in &self.order {
                power[i] = left.clamp(0.0, system.thermal[i].pmax_mw);
                left -= power[i];
            }
            for (at, load) in injection.iter_mut().zip(loads) {
                *at = -load;
            }
            for (unit, p) in system.thermal.iter().zip(&power) {
                injection[unit.bus] += p;
            }
            self.inject(&q, inflow, 1.0, &mut injection);
            let shed = &mut out.shed[h * n..(h + 1) * n];
            let is_bound = left.abs() > 1e-9 || self.overloaded(&injection).is_some();
            if is_bound {
                out.bound_hours += 1;
                out.objective += self.bound_hour(&mut bound, loads, inflow, &low, &high, price, &mut q, shed)?;
            } else {
                out.objective += system.thermal.iter().zip(&power).map(|(u, p)| u.cost * p).sum::<f64>();
            }
            self.advance(&mut v, &q, inflow);
            out.volumes.extend_from_slice(&v);
        }
        Ok(out)
    }

    /// Cost of the thermal step at a level.
    fn price(&self, level: f64) -> f64 {
        let mut from = 0.0;
        for &i in &self.order {
            from += self.system.thermal[i].pmax_mw;
            if level < from {
                return self.system.thermal[i].cost;
            }
        }
        self.system.voll
    }

    /// Least and most release of each large reservoir in an hour.
    fn ranges(&self, v: &[f64], inflow: &[f64], need: &[f64; 2]) -> ([f64; 2], [f64; 2]) {
        let (mut low, mut high) = ([0.0; 2], [0.0; 2]);
        for (b, basin) in self.values.basins.iter().enumerate() {
            let above = if b == 1 && self.values.basins[0].down == Some(1) { low[0] } else { 0.0 };
            let r = &self.system.reservoirs[basin.head];
            let there = v[basin.head] / HM3 + inflow[basin.head] + above;
            let kept = there - need[b].clamp(0.0, r.vmax) / HM3;
            high[b] = r.qmax.min(kept.max(r.qmin)).min(there.max(0.0));
            low[b] = r.qmin.min(high[b]);
            // Water that would run over is turbined first.
            let over = there - r.vmax / HM3;
            low[b] = low[b].max(over.min(high[b]));
            for p in &basin.passes {
                let passes = &self.system.reservoirs[*p];
                high[b] = high[b].min((passes.qmax - inflow[*p]).max(low[b]));
                low[b] = low[b].max((passes.qmin - inflow[*p]).min(high[b]));
            }
        }
        (low, high)
    }

    /// Shares a power among the large reservoirs: about their wishes, within their ranges.
    fn share(&self, mw: f64, wish: &[f64; 2], low: &[f64; 2], high: &[f64; 2]) -> [f64; 2] {
        let basins = &self.values.basins;
        let mut q: [f64; 2] = core::array::from_fn(|b| wish[b].clamp(low[b], high[b]));
        for b in (0..basins.len()).rev().chain(0..basins.len()) {
            let made: f64 = basins.iter().zip(&q).map(|(x, q)| x.mw_per_cms * q).sum();
            q[b] = (q[b] + (mw - made) / basins[b].mw_per_cms).clamp(low[b], high[b]);
        }
        q
    }

    /// Adds the hydro power of releases to the nodes.
    fn inject(&self, q: &[f64; 2], inflow: &[f64], sign: f64, injection: &mut [f64]) {
        for (b, basin) in self.values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            injection[r.bus] += sign * r.mw_per_cms * q[b];
            let mut flow = q[b];
            for p in &basin.passes {
                let r = &self.system.reservoirs[*p];
                flow += inflow[*p];
                injection[r.bus] += sign * r.mw_per_cms * flow;
            }
        }
    }

    /// The line most overloaded, if any, with its flow.
    fn overloaded(&self, injection: &[f64]) -> Option<(usize, f64)> {
        let mut worst = None;
        let mut most = 1e-6;
        for (k, (row, line)) in self.factors.iter().zip(&self.system.lines).enumerate() {
            let flow: f64 = row.iter().zip(injection).map(|(f, p)| f * p).sum();
            let over = flow.abs() - line.limit_mw;
            if over > most {
                most = over;
                worst = Some((k, flow));
            }
        }
        worst
    }

    /// The linear program of an hour without any line: units, releases of large reservoirs, load not served by node.
    fn bound(&self) -> Bound {
        let (system, basins) = (self.system, &self.values.basins);
        let unit = |bus: usize| {
            let mut v = vec![0.0; system.nodes];
            v[bus] = 1.0;
            v
        };
        let mut at: Vec<Vec<f64>> = system.thermal.iter().map(|u| unit(u.bus)).collect();
        for basin in basins {
            let mut v = vec![0.0; system.nodes];
            for r in std::iter::once(&basin.head).chain(&basin.passes).map(|i| &system.reservoirs[*i]) {
                v[r.bus] += r.mw_per_cms;
            }
            at.push(v);
        }
        at.extend((0..system.nodes).map(unit));
        let zeros = vec![0.0; at.len()];
        let mut program = Program { cost: zeros.clone(), lower: zeros.clone(), upper: zeros, rows: Vec::new() };
        for (j, u) in system.thermal.iter().enumerate() {
            (program.cost[j], program.upper[j]) = (u.cost, u.pmax_mw);
        }
        for cost in &mut program.cost[system.thermal.len() + basins.len()..] {
            *cost = system.voll;
        }
        let terms = at.iter().enumerate().map(|(j, v)| (j, v.iter().sum::<f64>())).collect();
        program.rows.push(Row { terms, low: 0.0, high: 0.0 });
        Bound { program, at, lines: Vec::new(), basis: Basis::default(), fixed: vec![0.0; system.nodes] }
    }

    /// An hour on the network: least cost with water at its price. Returns the cost without the water's.
    #[allow(clippy::too_many_arguments)]
    fn bound_hour(
        &self,
        bound: &mut Bound,
        loads: &[f64],
        inflow: &[f64],
        low: &[f64; 2],
        high: &[f64; 2],
        price: f64,
        q: &mut [f64; 2],
        shed: &mut [f64],
    ) -> Result<f64, YearError> {
        let (system, basins) = (self.system, &self.values.basins);
        let (nt, nb) = (system.thermal.len(), basins.len());
        for (at, load) in bound.fixed.iter_mut().zip(loads) {
            *at = -load;
        }
        self.inject(&[0.0; 2], inflow, 1.0, &mut bound.fixed);
        if bound.lines.len() > MOST_LINES {
            bound.lines.clear();
            bound.program.rows.truncate(1);
            bound.basis = Basis::default();
        }
        let program = &mut bound.program;
        for (b, basin) in basins.iter().enumerate() {
            program.cost[nt + b] = price * basin.mw_per_cms;
            (program.lower[nt + b], program.upper[nt + b]) = (low[b], high[b]);
        }
        program.upper[nt + nb..].copy_from_slice(loads);
        let balance = -bound.fixed.iter().sum::<f64>();
        (program.rows[0].low, program.rows[0].high) = (balance, balance);
        for (row, &line) in program.rows[1..].iter_mut().zip(&bound.lines) {
            let here: f64 = self.factors[line].iter().zip(&bound.fixed).map(|(f, a)| f * a).sum();
            let limit = system.lines[line].limit_mw;
            (row.low, row.high) = (-limit - here, limit - here);
        }
        let mut injection = vec![0.0; system.nodes];
        for _ in 0..4 * system.lines.len() + 4 {
            let best = simplex::solve(program, &mut bound.basis)
                .map_err(|e| YearError::Unfit(format!("an hour has no dispatch ({e:?})")))?;
            injection.copy_from_slice(&bound.fixed);
            for (v, x) in bound.at.iter().zip(&best.x).filter(|(_, x)| **x != 0.0) {
                for (i, a) in injection.iter_mut().zip(v) {
                    *i += a * x;
                }
            }
            let Some((line, _)) = self.overloaded(&injection) else {
                for (b, q) in q.iter_mut().enumerate().take(nb) {
                    *q = best.x[nt + b];
                }
                shed.copy_from_slice(&best.x[nt + nb..]);
                let water: f64 = (0..nb).map(|b| program.cost[nt + b] * best.x[nt + b]).sum();
                return Ok(best.objective - water);
            };
            let row = &self.factors[line];
            let of = |v: &[f64]| row.iter().zip(v).map(|(f, a)| f * a).sum::<f64>();
            let here = of(&bound.fixed);
            let limit = system.lines[line].limit_mw;
            let terms = bound.at.iter().enumerate().map(|(j, v)| (j, of(v))).collect();
            program.rows.push(Row { terms, low: -limit - here, high: limit - here });
            bound.lines.push(line);
        }
        Err(YearError::Unfit("an hour's lines were not all held".into()))
    }

    /// Moves the water of an hour.
    fn advance(&self, v: &mut [f64], q: &[f64; 2], inflow: &[f64]) {
        let mut from_above = [0.0; 2];
        for (b, basin) in self.values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            let at = &mut v[basin.head];
            *at += HM3 * (inflow[basin.head] + from_above[b] - q[b]);
            let over = (*at - r.vmax).max(0.0);
            *at -= over;
            let mut flow = q[b] + over / HM3;
            for p in &basin.passes {
                let r = &self.system.reservoirs[*p];
                // It keeps a little more than it had, so that rounding never leaves it below.
                flow += inflow[*p];
                let wanted = (r.v0 + SPARE - v[*p]).max(0.0).min(HM3 * flow * 0.01);
                v[*p] += wanted;
                flow -= wanted / HM3;
            }
            if let Some(down) = basin.down {
                from_above[down] = flow;
            }
        }
    }
}
