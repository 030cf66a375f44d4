//! Many runs of a world: futures and assumptions drawn, arms compared, ranges told.
//!
//! A member is one future: weather, water, failures, blocks, price and the ranged assumptions, all found by their address,
//! so that every arm meets the same future and any member can be run again alone. Threads live here and change no bit:
//! results stand in member order. Two bands are told and never mixed: the *range of outcomes* (P5 to P95 over futures and
//! assumptions) and the *simulation error* (standard error of the mean, which more members make smaller).

pub mod adequacy;
pub mod attribution;
pub mod compare;
pub mod draw;
pub mod driver;
pub mod ensemble;
pub mod fan;
pub mod metrics;
pub mod onset;
pub mod quantile;
pub mod row;
pub mod sensitivity;
pub mod values;

pub use attribution::{Coalitions, Share};
pub use compare::{Difference, differences};
pub use draw::Range;
pub use driver::Driver;
pub use ensemble::{Arm, Loss, Plan, Results, World};
pub use fan::Fan;
pub use metrics::Column;
pub use onset::Onset;
pub use quantile::Spread;
pub use row::{Kept, LossKind, Lost, Row};
pub use values::{Shelf, Values};
