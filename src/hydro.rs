//! The cascade: reservoirs one below the other, the plants at their dams, and the water between them.
//!
//! Operation has two steps, as in reality. A [`rule`] (or [`value`]: stochastic dynamic programming) gives each plant a mean discharge for the week from levels and
//! season ([`plan_week`]); hour by hour the plant then offers its water around that plan at a weekly water price
//! ([`offer`]), and the dispatch decides. What was dispatched is released ([`release`]); the balance of each step is
//!
//! Δstorage = net inflow + arrived from upstream − through turbines − spilled
//!
//! and water on its way between dams is counted ([`routing`]). Simplifications: one efficiency per plant, a tailwater
//! linear in discharge, gates that pass whatever holds the limit level, no ice and no wind set-up.

mod alone;
pub mod inflow;
mod now;
mod offer;
pub mod plant;
mod release;
pub mod routing;
pub mod rule;
pub mod storage;
pub mod value;
mod week;

pub use alone::level_by_rule;
pub use now::{HydroNow, Progress, fail};
pub use offer::{OfferShape, offer, price_step};
pub use release::release;
pub use week::plan_week;

use crate::calendar::Window;
use crate::ids::{BusId, ReservoirId, Table};
use crate::random::{Member, Seed};
use crate::units::{Elevation, EnergyPrice, Span, Volume};
use inflow::{Basin, Hydrology, Position};
use plant::Plant;
use rule::{Law, Rule, Seasons};
use storage::StorageCurve;
use value::Operation;

/// Where a reservoir's water goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Downstream {
    /// The next reservoir.
    pub to: ReservoirId,
    /// Time on the way.
    pub travel: Span,
}

/// One reservoir and the plant at its dam.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservoir {
    /// Its id in the scenario.
    pub id: String,
    /// The plant's id in the scenario.
    pub plant_id: String,
    /// Bus of the plant.
    pub bus: BusId,
    /// Where its water goes; `None` leaves the model.
    pub downstream: Option<Downstream>,
    /// Level and storage.
    pub curve: StorageCurve,
    /// Level at the start of the run.
    pub start_level: Elevation,
    /// Turbines.
    pub plant: Plant,
    /// Its own basin.
    pub basin: Basin,
    /// Its operating rule.
    pub rule: Rule,
}

/// What follows from the given once and for all.
#[derive(Clone, Debug, PartialEq)]
struct Derived {
    upstream: Vec<ReservoirId>,
    position: Position,
    limit_storage: Volume,
    dead_storage: Volume,
    goal_storage: Volume,
}

/// A cascade that runs in a circle, or a link to a reservoir that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the water of reservoir {0} never leaves the cascade")]
pub struct CascadeLoop(pub String);

/// The cascade as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Hydro {
    reservoirs: Table<ReservoirId, Reservoir>,
    derived: Table<ReservoirId, Derived>,
    downward: Vec<ReservoirId>,
    /// Seasons of regulation.
    pub seasons: Seasons,
    /// What kind of years the run meets.
    pub hydrology: Hydrology,
    /// How plants offer their water around the week's plan.
    pub shape: OfferShape,
    /// Water price before the first week is planned.
    pub start_price: EnergyPrice,
    /// Mean time to failure and to repair of a unit, h; 0: none fails.
    pub unit_failure_h: (f64, f64),
    /// How releases are found.
    pub operation: Operation,
    /// Factors on gross inflow that make a dry and a wet year.
    pub dry_and_wet: [f64; 2],
}

impl Hydro {
    /// A cascade; refused if water would run in a circle.
    pub fn new(
        reservoirs: Table<ReservoirId, Reservoir>,
        seasons: Seasons,
        hydrology: Hydrology,
        shape: OfferShape,
        start_price: EnergyPrice,
    ) -> Result<Self, CascadeLoop> {
        let mut upstream = Table::filled(reservoirs.len(), Vec::new());
        let mut depth = Vec::with_capacity(reservoirs.len());
        for (id, reservoir) in reservoirs.enumerate() {
            let mut below = 0;
            let mut at = reservoir.downstream;
            while let Some(link) = at {
                below += 1;
                let lost = || CascadeLoop(reservoir.id.clone());
                if below > reservoirs.len() {
                    return Err(lost());
                }
                at = reservoirs.as_slice().get(link.to.0 as usize).ok_or_else(lost)?.downstream;
            }
            depth.push((below, id));
            if let Some(link) = reservoir.downstream {
                upstream[link.to].push(id);
            }
        }
        // The further from the mouth, the earlier; equals keep their order.
        depth.sort_by_key(|(below, _)| core::cmp::Reverse(*below));
        let derived = reservoirs.enumerate().map(|(id, r)| {
            let goal = match r.rule.law {
                Law::Hold { level, .. } => level,
                Law::Guided { spring_level, .. } | Law::CarryOver { spring_level, .. } => spring_level,
            };
            Derived {
                position: if upstream[id].is_empty() { Position::Headwater } else { Position::Side },
                upstream: upstream[id].clone(),
                limit_storage: r.curve.storage(r.rule.limit_level),
                dead_storage: r.curve.storage(r.rule.dead_level),
                goal_storage: r.curve.storage(goal),
            }
        });
        let derived = Table::new(derived.collect());
        let downward = depth.into_iter().map(|(_, id)| id).collect();
        let unit_failure_h = (0.0, 0.0);
        let operation = Operation::Rule;
        let dry_and_wet = [1.0; 2];
        Ok(Self {
            reservoirs,
            derived,
            downward,
            seasons,
            hydrology,
            shape,
            start_price,
            unit_failure_h,
            operation,
            dry_and_wet,
        })
    }
    /// The same with the factors on gross inflow that make a dry and a wet year.
    #[must_use]
    pub fn with_kinds_of_years(self, dry_and_wet: [f64; 2]) -> Self {
        Self { dry_and_wet, ..self }
    }
    /// The same with units that fail: mean time to failure and to repair, h.
    #[must_use]
    pub fn with_unit_failure(self, unit_failure_h: (f64, f64)) -> Self {
        Self { unit_failure_h, ..self }
    }
    /// The same, its releases found in another way.
    #[must_use]
    pub fn with_operation(self, operation: Operation) -> Self {
        Self { operation, ..self }
    }
    /// The reservoirs.
    pub fn reservoirs(&self) -> &Table<ReservoirId, Reservoir> {
        &self.reservoirs
    }
    /// The reservoirs from the source down: each after all above it.
    pub fn downward(&self) -> &[ReservoirId] {
        &self.downward
    }
    /// Mean discharge at a dam in a normal year, m³/s: its own inflow and all from above.
    pub fn mean_flow(&self, id: ReservoirId) -> f64 {
        let own = self.reservoirs[id].basin.norm_m3_s.iter().sum::<f64>() / 12.0;
        own + self.derived[id].upstream.iter().map(|u| self.mean_flow(*u)).sum::<f64>()
    }
    /// The state at the start of a window: levels as given, rivers in steady flow at the first week's orders.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> HydroNow {
        HydroNow::start(self, seed, member, window)
    }
}

#[cfg(test)]
pub(crate) mod angara;
#[cfg(test)]
mod calibration;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cascade_is_ordered_downward_and_loops_are_refused() {
        let hydro = angara::cascade(Hydrology::Normal);
        let ids: Vec<&str> = hydro.downward().iter().map(|r| hydro.reservoirs()[*r].id.as_str()).collect();
        assert_eq!(ids, ["baikal", "bratsk", "ust_ilimsk", "boguchany"]);
        let mut looped = hydro.reservoirs().clone();
        looped[ReservoirId(3)].downstream = Some(Downstream { to: ReservoirId(1), travel: Span::hours(5.0) });
        let Hydro { seasons, hydrology, shape, start_price, .. } = hydro;
        let refused = Hydro::new(looped, seasons, hydrology, shape, start_price);
        assert_eq!(refused, Err(CascadeLoop("baikal".into())));
    }
}
