//! The grid engine, on anybody's data: networks, DC power flow, shift factors, certified hourly dispatch.
//!
//! Sizes and positions are plain indices in here; components that own a network wrap them in typed ids. Power is in MW,
//! money in USD, susceptance in MW per radian, and the step of a dispatch is an hour of constant power.
//!
//! - [`Network`] of [`Branch`]es: islands, references, factored susceptance; [`Network::flow`] and [`Network::flows`],
//!   [`Network::shift_factors`], [`Network::outage_factors`].
//! - [`Market`] of [`Column`]s on a network, an [`Hour`] of numbers, a [`Solver`] that keeps its basis: a [`Dispatch`]
//!   with its [`Certificate`].
//! - [`Case`], read from and written as MATPOWER text: [`Case::flow`], [`CaseNetwork::flows`], [`Case::dispatch`], [`Case::least_shedding`],
//!   [`Case::dispatch_hours`].
//! - [`Unit`]s that fail: an [`OutageTable`] and exact [`Indices`] of adequacy, or [`Sampled`] ones; several areas with links
//!   between them: [`AreaSystem`].

mod adequacy;
mod adequacy_sampled;
mod areas;
mod areas_sampled;
mod case;
mod case_flow;
mod certificate;
mod contingency;
mod dense;
mod dispatch;
mod flow;
mod gradient;
mod hour;
mod interior;
mod lanes;
mod ldl;
mod market;
mod matpower;
mod matpower_text;
mod network;
mod opf;
mod outage;
mod running;
mod shift_factor;
mod simplex;
mod turn;
mod unit;

pub use adequacy::{Indices, OutageTable};
pub use adequacy_sampled::Sampled;
pub use areas::{AreaError, AreaIndices, AreaLink, AreaLoad, AreaSystem};
pub use areas_sampled::AreaSampled;
pub use case::{BusKind, Case, CaseBranch, CaseBus, CaseError, CaseGenerator, CaseInterface, Cost, Susceptance};
pub use case_flow::{CaseFlow, CaseFlowsError, CaseNetwork};
pub use certificate::Certificate;
pub use contingency::{Overload, Screening};
pub use dispatch::{Dispatch, Effort, Solver};
pub use hour::{DispatchError, Hour};
pub use ldl::{Ldl, Singular};
pub use market::{Column, Limit, Market, MarketError};
pub use matpower::{CaseProblem, CaseProblems};
pub use network::{Branch, Network, NetworkError};
pub use opf::{CaseDispatch, CaseDispatchError, CaseHours, SecurityLimit};
pub use outage::Outages;
pub use unit::{Unit, UnitError, UnitState};
