//! hashwatt: what happens when cheap Siberian water power meets Bitcoin mining, hour by hour.
//!
//! The map, lowest floor first; imports point only downward (`tests/architecture.rs` proves it):
//!
//! 0. [`units`], [`ids`], [`calendar`], [`curve`], [`random`]
pub mod calendar;
pub mod curve;
pub mod ids;
pub mod random;
pub mod units;
