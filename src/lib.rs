//! hashwatt: what happens when cheap Siberian water power meets Bitcoin mining, hour by hour.
//!
//! The map, lowest floor first; imports point only downward (`tests/architecture.rs` proves it):
//!
//! 0. [`units`], [`ids`], [`calendar`], [`curve`], [`random`]

// Floor 0: the ground everything stands on.
pub mod calendar;
pub mod curve;
pub mod ids;
pub mod random;
pub mod units;

// Floor 1: stateless equations and the grid engine.
pub mod equations;
pub mod power;
pub mod water;

// Floor 2: what components exchange in one step.
pub mod fault;
pub mod flows;

// Floor 3: components.
pub mod bitcoin;
pub mod channel;
pub mod climate;
pub mod cooling;
pub mod demand;
pub mod finance;
pub mod fleet;
pub mod grid;
pub mod hydro;
pub mod last_mile;
pub mod operator;

// Floor 4: the law.
pub mod policy;

// Floor 5: the region, the loop, its proofs, its record.
pub mod balance;
pub mod record;
pub mod region;
pub mod run;
pub mod step;

pub use run::run;

// Floor 6: studies.
pub mod study;

// Floor 7: scenarios in, reports out.
pub mod report;
pub mod scenario;

// Floor 8: the only IO.
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod files;
