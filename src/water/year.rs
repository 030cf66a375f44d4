//! A year of a hydro-thermal system hour by hour, without foresight: releases follow from water values that stochastic
//! dynamic programming found on other years.
//!
//! [`WaterValues`] are trained on years of load and inflow of the same system; [`Operation`] then runs a year that it sees only as it
//! comes. What this costs against perfect foresight is measured, not assumed (docs/water-values.md).

mod cost;
mod hour;
mod network_cost;
mod operation;
mod persistence;
mod values;

pub use operation::Operation;
pub use values::WaterValues;

use crate::power::NetworkError;

/// Storage, million m³, that one m³/s fills in an hour.
const HM3: f64 = 0.0036;
/// Hours of a stage; 73 of them are a year.
pub const STAGE_HOURS: usize = 120;
/// A reservoir that its own turbines empty in fewer hours passes what it receives.
const SMALL_HOURS: f64 = 240.0;
/// Storage kept above the least at the end, million m³.
const SPARE: f64 = 0.01;

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
    /// What a MWh of water left at the end is worth; `None`: each reservoir must end at least as full as it began.
    pub end_price: Option<f64>,
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

impl System {
    /// What the water left at the end is worth, given the storages of a run; zero where it has no price.
    pub fn end_worth(&self, volumes: &[f64]) -> f64 {
        let count = self.reservoirs.len();
        let Some(end) = volumes.len().checked_sub(count).and_then(|at| volumes.get(at..)) else { return 0.0 };
        let mut chain = vec![0.0; count];
        for (i, r) in self.reservoirs.iter().enumerate().rev() {
            chain[i] = r.mw_per_cms + r.down.and_then(|d| chain.get(d)).copied().unwrap_or(0.0);
        }
        let energy: f64 = end.iter().zip(&chain).map(|(v, mw)| v / HM3 * mw).sum();
        energy * self.end_price.unwrap_or(0.0)
    }
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
            // Where water left at the end has a price, the ends of the range matter most: points lie closer there.
            let near = |i: i32| 0.5 - 0.5 * libm::cos(core::f64::consts::PI * f64::from(i) / 24.0);
            let dense = (0..=24).map(|i| r.vmax * near(i)).collect();
            let low = (0..points).map(|i| r.v0 * f64::from(i) / f64::from(points));
            let high = (0..=points).map(|i| r.v0 + (r.vmax - r.v0) * f64::from(i) / f64::from(points));
            let grid = if self.end_price.is_some() { dense } else { low.chain(high).collect() };
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
