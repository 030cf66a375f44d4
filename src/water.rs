//! The water planner, on anybody's data: a [`Problem`] of reservoirs over stages, and its [`plan`].
//!
//! Sizes and positions are plain indices in here, and units are the problem's own. Three methods stand behind one door:
//! - the whole tree of outcomes as one linear program, exact ([`Method::Tree`]);
//! - stochastic dual dynamic programming with a proven bound on either side ([`Method::Sddp`]);
//! - dynamic programming on a grid of storages, for steps and for what is not convex ([`Method::Grid`]).
//!
//! Beside them [`Cascade`] values water over years without end: the operation of a simulated cascade (`hydro.operation =
//! "water_value"`).
//!
//! In each stage the outcome (inflow, price, demand, fuel) is known before its releases are chosen; those of later stages are
//! not. Left out: unit commitment, networks (see [`crate::power`]), spill that skips the next reservoir.

mod cycle;
mod grid;
mod plan;
mod problem;
mod sddp;
mod simplex;
mod stage;
mod tree;
mod year;

pub use cycle::{Best, Carrier, Cascade, CycleValues, Dam, MOST_DAMS, Season, Worth};
pub use plan::{Decision, Effort, Method, PlanError, Planned, plan};
pub use problem::{End, MW_PER_M3_S_M, Outcome, Problem, Reservoir, Thermal, Turbine, is_concave};
pub use year::{Line, Operated, Operation, STAGE_HOURS, Store, System, Unit, WaterValues, Year, YearError};

#[cfg(test)]
mod tests;
