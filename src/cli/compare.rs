//! `compare`: what a measure changes, future by future.

use super::many::{self, ManyArgs};
use super::{Failure, StudyArgs};
use clap::Args;

/// Simulate the same futures with and without measures and tell the differences.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt compare irkutsk/no-sanctions irkutsk/fsa-2022 --members 20
  hashwatt compare irkutsk/no-sanctions irkutsk/ofac-2022 irkutsk/fsa-2022 irkutsk/eu-2022

All arms meet the same weather, water, failures, blocks, prices and drawn assumptions; --with, --set, --from, --to and
--seed change all of them.")]
pub struct Compare {
    #[command(flatten)]
    study: StudyArgs,
    /// Scenarios that are held against the first
    #[arg(required = true, value_name = "ARM")]
    arms: Vec<String>,
    #[command(flatten)]
    many: ManyArgs,
}

impl Compare {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenarios, the members, the disk.
    pub fn run(self) -> Result<(), Failure> {
        let arms = many::arms(&self.study, &self.arms)?;
        many::deliver("compare", &self.study, &self.many, &arms)
    }
}
