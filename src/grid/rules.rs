//! The legal interface of the grid: what policy may switch, lift or order.

use super::Grid;
use crate::ids::{BranchId, InterfaceId, SiteId, Table};
use crate::units::{Fraction, Power};

/// Orders in force. Policy edits these and nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Circuits out of service.
    pub branch_out: Table<BranchId, bool>,
    /// What is added to the limit of each section.
    pub interface_add: Table<InterfaceId, Power>,
    /// Share of each mining site's power that may be interrupted under contract.
    pub interruptible: Table<SiteId, Fraction>,
}

impl Rules {
    /// The state of things without any order: lines that are normally open are out, nothing is added, nobody has agreed to
    /// be interrupted.
    pub fn none(given: &Grid) -> Self {
        Self {
            branch_out: given.branches.map(|c| given.lines.get(c.line).is_some_and(|l| l.normally_open)),
            interface_add: given.sections.map(|_| Power::ZERO),
            interruptible: given.sites.map(|_| Fraction::NONE),
        }
    }
}
