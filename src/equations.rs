//! Equations: stateless, one file per function, each with its source. Nothing here knows of regions or runs.

pub mod cash_flow;
pub mod hashprice;
pub mod retarget;
pub mod subsidy;
