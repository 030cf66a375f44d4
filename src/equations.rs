//! Equations: stateless, one file per function, each with its source. Nothing here knows of regions or runs.

pub mod air;
pub mod airflow;
pub mod break_even;
pub mod cash_flow;
pub mod cbeci;
pub mod fan;
pub mod hashprice;
pub mod power_target;
pub mod recirculation;
pub mod retarget;
pub mod subsidy;
pub mod transformer;
pub mod transport;
pub mod turbine;
