//! `ensemble`: many futures of one scenario, with the range of outcomes and the simulation error.

use super::many::{self, ManyArgs};
use super::{Failure, StudyArgs};
use clap::Args;

/// Simulate many futures of a scenario and leave a row for each, means and ranges.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt ensemble irkutsk --members 20
  hashwatt ensemble irkutsk --members 200 --to 2022-03-31 --fixed-assumptions

Assumptions that have a range are drawn anew for each member; --fixed-assumptions holds them.")]
pub struct Ensemble {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    many: ManyArgs,
}

impl Ensemble {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenario, the members, the disk.
    pub fn run(self) -> Result<(), Failure> {
        let arms = many::arms(&self.study, &[])?;
        many::deliver("ensemble", &self.study, &self.many, &arms)
    }
}
