//! Water values by stochastic dynamic programming.
//!
//! The year is cut into stages. For each, the stage's cost is tabulated: over the mean hydro power it gets, from the merit order
//! of the training years' hours (water shaves the highest hours first), or, where lines bind in more than a few of those hours, over
//! the mean release of each large reservoir, from the network's own dispatch. A backward recursion over stages ×
//! storage of the two largest reservoirs × state of the inflow gives the cost of everything that comes. At the bounds of a
//! reservoir the recursion itself spills or falls short, so the marginal value is the spill value at a full reservoir and the
//! scarcity value at an empty one; no difference is taken across a bound.

use super::cost::{CostTable, table};
use super::network_cost::NetworkCost;
use super::persistence::Persistence;
use super::{Basin, HM3, STAGE_HOURS, System, Year, YearError, passed, place};

/// Price of a million m³ missing at the end, in hours of unserved power of one MW: enough never to be chosen.
const MISSING: f64 = 60.0;
/// The same where inflow persists and operation keeps a reserve for dry spells: scarcity begins before the reservoir is empty.
const MISSING_WITH_RESERVE: f64 = 5.0;

/// Water values of a system.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterValues {
    pub(super) basins: Vec<Basin>,
    tables: Vec<CostTable>,
    /// Where lines bind often: the cost of a stage by release.
    network: Option<Vec<NetworkCost>>,
    /// Mean inflow by stage and reservoir, m³/s.
    pub(super) inflow: Vec<Vec<f64>>,
    pub(super) persistence: Persistence,
    /// Cost of all that comes after the stage: by stage, state, cell.
    later: Vec<Vec<Vec<f64>>>,
    pub(super) stages: usize,
    /// Hours of a year.
    pub(super) hours: usize,
}

impl WaterValues {
    /// Trains on years of the same system.
    ///
    /// # Errors
    /// If the system has no large reservoir or more than two, or there are no years.
    pub fn train(system: &System, years: &[Year]) -> Result<Self, YearError> {
        let basins = system.basins()?;
        let (n, nr) = (system.nodes, system.reservoirs.len());
        let hours = years.first().map_or(0, |y| y.loads.len() / n.max(1));
        let stages = hours / STAGE_HOURS;
        if stages == 0 {
            return Err(YearError::Unfit("no training year of at least one stage".into()));
        }
        if years.iter().any(|y| y.loads.len() != hours * n || y.inflow.len() != hours * nr) {
            return Err(YearError::Unfit("training years of different lengths".into()));
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
        let persistence = Persistence::of(system, years, &inflow);
        let mut values = Self { basins, tables, network: None, inflow, persistence, later: Vec::new(), stages, hours };
        values.network = NetworkCost::of(system, &values, years)?;
        values.recur(system);
        Ok(values)
    }

    /// Whether water is priced by its marginal value in every hour, because lines bind often.
    pub fn is_priced(&self) -> bool {
        self.network.is_some()
    }

    /// Mean inflow of a reservoir over the year, m³/s.
    pub(super) fn mean(&self, reservoir: usize) -> f64 {
        self.inflow.iter().map(|stage| stage[reservoir]).sum::<f64>() / self.stages as f64
    }

    /// Thermal power above which water is used if it is to give these mean releases.
    pub(super) fn level(&self, system: &System, t: usize, factor: f64, q: &[f64; 2]) -> f64 {
        let passed = passed(system, &self.basins, &self.inflow[t]) * factor;
        self.tables[t].level(self.basins.iter().zip(q).fold(passed, |mw, (basin, q)| mw + basin.mw_per_cms * q))
    }

    /// Cost of all that comes after a stage, expected from the inflow as it is, by cell.
    pub(super) fn expect(&self, t: usize, factor: f64, out: &mut Vec<f64>) {
        let (a, b, part) = self.persistence.state(factor);
        out.clear();
        out.extend(self.later[t][a].iter().zip(&self.later[t][b]).map(|(x, y)| x + part * (y - x)));
    }

    fn recur(&mut self, system: &System) {
        let hours = self.hours;
        let (states, cells) = (self.persistence.factors.len(), self.cells());
        // Where the dispatch is steep the releases are searched once more.
        let finer = if self.is_priced() { 2 } else { 1 };
        let end: Vec<f64> = (0..cells)
            .map(|cell| {
                let v = self.storages(cell);
                if let Some(worth) = system.end_price {
                    return -self.stored_mwh(&v) * worth;
                }
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
                let factor = self.persistence.factors[s];
                for (cell, cost) in costs.iter_mut().enumerate() {
                    *cost = self.best(system, t, factor, &self.storages(cell), length, &after[s], 6, finer).0;
                }
            }
            let mixed = (0..states)
                .map(|from| {
                    (0..cells)
                        .map(|c| (0..states).map(|to| self.persistence.step[from][to] * here[to][c]).sum())
                        .collect()
                })
                .collect();
            later.push(mixed);
        }
        later.reverse();
        self.later = later;
    }

    /// Energy that the large storages hold, down to the end of the cascade.
    fn stored_mwh(&self, v: &[f64; 2]) -> f64 {
        let own = |b: usize| self.basins.get(b).map_or(0.0, |x| x.mw_per_cms) / HM3;
        let below = if self.basins[0].down == Some(1) { own(1) } else { 0.0 };
        v[0] * (own(0) + below) + v[1] * own(1)
    }

    pub(super) fn length(&self, t: usize, hours: usize) -> usize {
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
    pub(super) fn best(
        &self,
        system: &System,
        t: usize,
        factor: f64,
        v: &[f64; 2],
        hours: f64,
        later: &[f64],
        tries: usize,
        finer: usize,
    ) -> (f64, [f64; 2]) {
        let k = HM3 * hours;
        let passed = passed(system, &self.basins, &self.inflow[t]) * factor;
        let missing = if self.persistence.is_known() { MISSING_WITH_RESERVE } else { MISSING };
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
            self.network.as_ref().map_or_else(|| self.tables[t].at(mw), |n| n[t].at(q)) * hours
                + short * missing * system.voll
                + self.at(later, &v)
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

    /// Worth of a m³/s kept for an hour in each large reservoir, at the end of the stage if it is released as given until then.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn worth(
        &self,
        system: &System,
        t: usize,
        factor: f64,
        v: &[f64; 2],
        hours: f64,
        later: &[f64],
        q: &[f64; 2],
    ) -> [f64; 2] {
        let k = HM3 * hours;
        let (mut v, mut out) = (*v, [0.0; 2]);
        for (b, basin) in self.basins.iter().enumerate() {
            let r = &system.reservoirs[basin.head];
            let from_above = if b == 1 && self.basins[0].down == Some(1) { out[0] } else { 0.0 };
            v[b] += k * (self.inflow[t][basin.head] * factor + from_above - q[b]);
            out[b] = q[b] + (v[b] - r.vmax).max(0.0) / k;
            v[b] = v[b].clamp(0.0, r.vmax);
        }
        core::array::from_fn(|b| if b < self.basins.len() { self.slope(later, &v, b) * HM3 } else { 0.0 })
    }

    /// Price of a m³/s released: what it is worth where it is, less what it is worth where it flows to.
    pub(super) fn prices(&self, worth: &[f64; 2]) -> [f64; 2] {
        core::array::from_fn(|b| {
            let down = self.basins.get(b).and_then(|basin| basin.down);
            worth[b] - down.and_then(|d| worth.get(d)).copied().unwrap_or(0.0)
        })
    }

    /// Worth of a million m³ in a reservoir: the slopes of the cells stand at their middles, straight between.
    fn slope(&self, later: &[f64], v: &[f64; 2], b: usize) -> f64 {
        let grid = &self.basins[b].grid;
        let (i, a) = place(grid, v[b]);
        let of = |i: usize| {
            let (mut low, mut high) = (*v, *v);
            (low[b], high[b]) = (grid[i], grid[i + 1]);
            (self.at(later, &low) - self.at(later, &high)) / (high[b] - low[b])
        };
        let here = of(i);
        if a < 0.5 && i > 0 {
            let before = of(i - 1);
            return before + (here - before) * (0.5 + a);
        }
        if a >= 0.5 && i + 2 < grid.len() {
            return here + (of(i + 1) - here) * (a - 0.5);
        }
        here
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
