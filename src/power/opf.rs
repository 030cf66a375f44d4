//! Least-cost dispatch of a case (DC-OPF), and the least shedding after outages.
//!
//! Linear and piecewise linear costs go through the exact simplex, one column a segment; quadratic ones through the
//! interior point, whose answer is then proven like any other: the cost is convex, so that the proof of the hour with
//! costs taken at the answer bounds how far it can be from the optimum. Demand and shunts are fixed withdrawals, angle
//! differences are limits of the one branch's flow.

mod columns;
mod formulation;
mod hours;
mod secure;

use super::case::{BusKind, Case, CaseError, Susceptance};
use super::market::MarketError;
use formulation::{Formulation, Owner, Shedding};
use hours::{BLOCK_HOURS, blocks};

/// Why a case has no dispatch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CaseDispatchError {
    /// The case has no network.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A cost that the dispatch refuses.
    #[error("{line}:{column}: gen row {row}: {why}")]
    Cost {
        /// The generator's row, from 1.
        row: usize,
        /// The line of its cost in the file.
        line: usize,
        /// The column where its numbers begin.
        column: usize,
        /// Why.
        why: String,
    },
    /// Limits of a generator that are not finite, or quadratic costs where only linear ones are taken.
    #[error("gen row {row}: {why}")]
    Generator {
        /// The generator's row, from 1.
        row: usize,
        /// Why.
        why: &'static str,
    },
    /// No dispatch meets all limits.
    #[error("no dispatch meets all limits; these conflict: {}", conflicting.join(", "))]
    Infeasible {
        /// The limits that conflict, in words.
        conflicting: Vec<String>,
    },
    /// Array of the wrong length.
    #[error("{what}: {found} values cannot be rows of {width}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// How many values there are.
        found: usize,
        /// How long a row is.
        width: usize,
    },
    /// Nothing certified was found.
    #[error("no certified optimum was found")]
    Unsolved,
}

impl From<MarketError> for CaseDispatchError {
    fn from(_: MarketError) -> Self {
        Self::Unsolved
    }
}

/// The dispatch of a case, in the order of its rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CaseDispatch {
    /// Cost \[USD per hour\].
    pub objective_usd_per_h: f64,
    /// Proven relative distance from the optimum.
    pub gap: f64,
    /// Output of each generator \[MW\]; zero out of service.
    pub generator_mw: Vec<f64>,
    /// Price at each bus \[USD/MWh\].
    pub price_usd_per_mwh: Vec<f64>,
    /// Flow over each branch \[MW\].
    pub flow_mw: Vec<f64>,
    /// What one MW more of each branch's rating would save \[USD/MWh\], signed by the direction of flow.
    pub branch_shadow_usd_per_mwh: Vec<f64>,
    /// Load shed at each bus \[MW\], where shedding was allowed.
    pub shed_mw: Vec<f64>,
    /// What consumers pay above what generators are paid, at these prices \[USD per hour\].
    pub congestion_rent_usd_per_h: f64,
    /// The flows after outages that this dispatch had to watch, where it was to be secure against them.
    pub security: Vec<SecurityLimit>,
    /// What one MW more of each interface's limit would save \[USD/MWh\], signed by the direction of flow.
    pub interface_shadow_usd_per_mwh: Vec<f64>,
}

/// A limit of a branch's flow after the loss of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityLimit {
    /// The branch lost, by position.
    pub lost: usize,
    /// The branch that takes over, by position.
    pub branch: usize,
    /// Its flow after the outage \[MW\].
    pub flow_mw: f64,
    /// Its short-time rating \[MW\].
    pub limit_mw: f64,
    /// What one MW more of that rating would save \[USD/MWh\], signed by the direction of flow; zero if it does not bind.
    pub shadow_usd_per_mwh: f64,
}

/// Hour after hour of a case.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CaseHours {
    /// Cost of each hour, shed load included \[USD per hour\].
    pub objective_usd_per_h: Vec<f64>,
    /// Shed load, hours × buses \[MW\].
    pub shed_mw: Vec<f64>,
    /// The hours that needed the fall-back.
    pub fallback_hours: Vec<usize>,
    /// The largest relative gap proven of an hour.
    pub worst_gap: f64,
}

impl Case {
    /// The case without some branches and generators, by position.
    #[must_use]
    pub fn without(&self, branches: &[usize], generators: &[usize]) -> Self {
        let mut case = self.clone();
        for &k in branches {
            if let Some(branch) = case.branches.get_mut(k) {
                branch.in_service = false;
            }
        }
        for &g in generators {
            if let Some(generator) = case.generators.get_mut(g) {
                generator.in_service = false;
            }
        }
        case
    }

    /// The least-cost dispatch under ratings, output limits and angle differences.
    ///
    /// # Errors
    /// [`CaseDispatchError`]; an infeasible case names the limits that conflict.
    pub fn dispatch(&self, rule: Susceptance) -> Result<CaseDispatch, CaseDispatchError> {
        Formulation::of(self, rule, &Shedding::None)?.solve(self)
    }

    /// The least load that must be shed: generators between 0 and Pmax, ratings, no angle limits, islands on their own.
    /// The objective is the megawatts shed.
    ///
    /// # Errors
    /// [`CaseDispatchError`].
    pub fn least_shedding(&self) -> Result<CaseDispatch, CaseDispatchError> {
        Formulation::of(self, Susceptance::Matpower, &Shedding::Least)?.solve(self)
    }

    /// Dispatches T hours whose demand is `load_mw`, T × buses; what cannot be served is shed at `voll_usd_per_mwh`.
    /// Costs must be linear or piecewise linear. Blocks of 168 hours start from nothing, so that results do not depend on
    /// how many threads share them (feature `parallel`).
    ///
    /// # Errors
    /// [`CaseDispatchError`].
    pub fn dispatch_hours(
        &self,
        rule: Susceptance,
        load_mw: &[f64],
        voll_usd_per_mwh: f64,
    ) -> Result<CaseHours, CaseDispatchError> {
        let buses = self.buses.len();
        if buses == 0 || !load_mw.len().is_multiple_of(buses) {
            return Err(CaseDispatchError::Shape { what: "load_mw", found: load_mw.len(), width: buses });
        }
        let form = Formulation::of(self, rule, &Shedding::AtCost(voll_usd_per_mwh))?;
        if let Some(j) = form.quadratic.iter().position(|&q| q != 0.0) {
            let row = form.owner.get(j).map_or(0, |o| if let Owner::Generator(g) = o { g + 1 } else { 0 });
            let why = "the hourly dispatch takes linear and piecewise linear costs";
            return Err(CaseDispatchError::Generator { row, why });
        }
        let isolated: Vec<bool> = self.buses.iter().map(|b| b.kind == BusKind::Isolated).collect();
        let blocks = blocks(load_mw.chunks(buses * BLOCK_HOURS), |block| form.hours(self, block, &isolated));
        let mut all = CaseHours::default();
        for block in blocks {
            let block = block?;
            let first = all.objective_usd_per_h.len();
            all.fallback_hours.extend(block.fallback_hours.iter().map(|h| first + h));
            all.objective_usd_per_h.extend(block.objective_usd_per_h);
            all.shed_mw.extend(block.shed_mw);
            all.worst_gap = all.worst_gap.max(block.worst_gap);
        }
        Ok(all)
    }
}
