//! Equations: stateless, one file per function, each with its source. Nothing here knows of regions or runs.

pub mod cash_flow;
pub mod hashprice;
pub mod retarget;
pub mod subsidy;
//! Stateless equations, one file per function, each with its source. Anybody may call them; none knows the simulator.

pub mod break_even;
pub mod power_target;
