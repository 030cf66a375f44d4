//! The state of the cascade.

use super::inflow::InflowNow;
use super::routing::Travel;
use super::rule::Law;
use super::value::WaterValues;
use super::week;
use super::{Hydro, Reservoir};
use crate::calendar::{Day, Moment, Window};
use crate::ids::{ReservoirId, Table};
use crate::power::Outages;
use crate::random::{Member, Seed};
use crate::units::{Discharge, Elevation, EnergyPrice, Span, Volume};
use std::sync::Arc;

/// One reservoir now.
#[derive(Clone, Debug)]
pub(super) struct ReservoirNow {
    pub storage: Volume,
    pub level: Elevation,
    /// Net inflow of the day.
    pub inflow: Discharge,
    pub inflow_now: InflowNow,
    /// What the same day brings in a normal year, and where that is kept.
    pub norm: Discharge,
    pub norm_now: InflowNow,
    /// What left the dam in the last step, by turbines and gates.
    pub outflow: Discharge,
    /// The rule's order for the week, turbines and gates together.
    pub order: Discharge,
    /// The order of the day: it walks to the week's order as fast as the rule lets it.
    pub day_order: Discharge,
    /// Of the day's order, what the turbines cannot take.
    pub gates: Discharge,
    /// Mean discharge through the turbines that would still meet the week's plan.
    pub plan: Discharge,
    /// Through the turbines in the running week.
    pub released: Volume,
    /// Power of one m³/s in the running step, MW.
    pub mw_per_m3_s: f64,
    /// Most that the turbines may take in the running step.
    pub flow_limit: Discharge,
    /// Units that fail by chance.
    pub failing: Outages,
    /// Share of the units that can run which is out by chance.
    pub share_out: f64,
    /// Water on its way to the next reservoir.
    pub travel: Option<Travel>,
}

/// How far the week's plan is fulfilled at one plant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Volume that the plan wants through the turbines in the week.
    pub target: Volume,
    /// Volume that went through them so far.
    pub released: Volume,
    /// Rest of the week.
    pub remaining: Span,
}

/// The state of the cascade.
#[derive(Clone, Debug)]
pub struct HydroNow {
    pub(super) reservoirs: Table<ReservoirId, ReservoirNow>,
    pub(super) day: Option<Day>,
    pub(super) week: Span,
    pub(super) elapsed: Span,
    /// Water values, once they are made; without them the rule orders.
    pub(super) values: Option<Arc<WaterValues>>,
    /// Price at which each plant offers its water on the week's plan: what a later use of the water is taken to be worth.
    pub water_price: Table<ReservoirId, EnergyPrice>,
    /// Mean discharge through the turbines that the rule wants in the running week.
    pub target: Table<ReservoirId, Discharge>,
}

/// The units of a plant that can run, as pieces that fail.
fn failing(hydro: &Hydro, seed: Seed, member: Member, window: &Window, given: &Reservoir) -> Outages {
    let (mttf_h, mttr_h) = hydro.unit_failure_h;
    let units = given.plant.available_units.at(window.moment(0).year).min(given.plant.units) as usize;
    let piece = |n| (format!("{}.{n}", given.plant_id), mttf_h, mttr_h);
    Outages::new(seed, member, "hydro.unit_outage", (1..=units).map(piece))
}

/// Lets units fail and be repaired up to the start of a step.
pub fn fail(now: &mut HydroNow, window: &Window, moment: &Moment) {
    let hour = moment.step as f64 * f64::from(window.step_minutes) / 60.0;
    for r in &mut now.reservoirs {
        r.failing.advance(hour);
        r.share_out = r.failing.count() as f64 / r.failing.len().max(1) as f64;
    }
}

impl HydroNow {
    pub(super) fn start(hydro: &Hydro, seed: Seed, member: Member, window: &Window) -> Self {
        let n = hydro.reservoirs.len();
        let reservoirs = hydro.reservoirs.map(|r| ReservoirNow {
            storage: r.curve.storage(r.start_level),
            level: r.start_level,
            inflow: Discharge::ZERO,
            inflow_now: InflowNow::new(seed, member, &r.id),
            norm: Discharge::ZERO,
            norm_now: InflowNow::new(seed, member, &r.id),
            outflow: Discharge::ZERO,
            order: Discharge::ZERO,
            day_order: Discharge::ZERO,
            gates: Discharge::ZERO,
            plan: Discharge::ZERO,
            released: Volume::ZERO,
            mw_per_m3_s: 0.0,
            flow_limit: Discharge::ZERO,
            failing: failing(hydro, seed, member, window, r),
            share_out: 0.0,
            travel: None,
        });
        let mut now = Self {
            reservoirs,
            day: None,
            week: Span::ZERO,
            elapsed: Span::ZERO,
            values: None,
            water_price: Table::filled(n, hydro.start_price),
            target: Table::filled(n, Discharge::ZERO),
        };
        let first = window.moment(0);
        week::order(hydro, &mut now, &first);
        for (id, reservoir) in hydro.reservoirs.enumerate() {
            let r = &mut now.reservoirs[id];
            r.day_order = r.order;
            r.outflow = r.order;
            r.travel = reservoir.downstream.map(|d| Travel::steady(d.travel, first.span, r.order * first.span));
        }
        week::plan_week(hydro, &mut now, &first);
        now
    }
    /// Operates by these water values from the next plan on.
    pub fn operate_by(&mut self, values: Arc<WaterValues>) {
        self.values = Some(values);
    }
    /// Whether a plant offers at the value of its water.
    pub fn is_valued(&self, hydro: &Hydro, id: ReservoirId) -> bool {
        self.values.as_ref().is_some_and(|v| v.prices(hydro, id))
    }
    /// Tells that the market will draw a mean discharge from a plant that offers at the value of its water for the rest of the
    /// week: its own target and those of the dams below that pass the water on move by what that is more than was planned.
    pub fn expect(&mut self, hydro: &Hydro, id: ReservoirId, mean: Discharge) {
        let progress = self.progress(id);
        if self.week <= Span::ZERO {
            return;
        }
        let week = (progress.released + mean * progress.remaining) / self.week;
        let more = week - self.target[id];
        self.target[id] = week;
        let mut below = hydro.reservoirs[id].downstream;
        while let Some(link) = below {
            if !matches!(hydro.reservoirs[link.to].rule.law, Law::Hold { .. }) {
                break;
            }
            self.target[link.to] = (self.target[link.to] + more).max(Discharge::ZERO);
            below = hydro.reservoirs[link.to].downstream;
        }
    }
    /// Level of a reservoir.
    pub fn level(&self, id: ReservoirId) -> Elevation {
        self.reservoirs[id].level
    }
    /// Storage of a reservoir above the lowest point of its curve.
    pub fn storage(&self, id: ReservoirId) -> Volume {
        self.reservoirs[id].storage
    }
    /// Volume on its way between dams.
    pub fn in_transit(&self) -> Volume {
        self.reservoirs.iter().filter_map(|r| r.travel.as_ref()).map(Travel::volume).sum()
    }
    /// Whether the order of the week asks more than the turbines of a plant can take.
    pub fn is_spilling_by_order(&self, id: ReservoirId) -> bool {
        self.reservoirs[id].gates > Discharge::ZERO
    }
    /// How far the week's plan is fulfilled at a plant.
    pub fn progress(&self, id: ReservoirId) -> Progress {
        Progress {
            target: self.target[id] * self.week,
            released: self.reservoirs[id].released,
            remaining: (self.week - self.elapsed).max(Span::ZERO),
        }
    }
}
