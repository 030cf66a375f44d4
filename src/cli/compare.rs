//! `compare`: what a measure changes, future by future.

use super::many::{ManyArgs, Study};
use super::{Failure, StudyArgs};
use clap::Args;

/// Simulate the same futures with and without measures and tell the differences.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt compare irkutsk/no-sanctions irkutsk/fsa-2022 --members 20
  hashwatt compare irkutsk/no-sanctions irkutsk/ofac-2022 irkutsk/fsa-2022 irkutsk/eu-2022
  hashwatt compare irkutsk/no-sanctions irkutsk --attribute    which measure of a package did what

All arms meet the same weather, water, failures, blocks, prices and drawn assumptions; --with, --set, --from, --to and
--seed change all of them.")]
pub struct Compare {
    #[command(flatten)]
    study: StudyArgs,
    /// Scenarios that are held against the first
    #[arg(required = true, value_name = "ARM")]
    arms: Vec<String>,
    /// Attribute each arm to its measures: Shapley values over all packages of them
    #[arg(long)]
    attribute: bool,
    /// Compare arms although their fleets differ at the start
    #[arg(long)]
    other_start: bool,
    #[command(flatten)]
    many: ManyArgs,
}

impl Compare {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenarios, the members, the disk.
    pub fn run(self) -> Result<(), Failure> {
        let mut study = Study::new("compare", &self.study, &self.arms, self.other_start)?;
        if self.attribute {
            study.attribute(self.study.quiet)?;
        }
        study.deliver(&self.study, &self.many)
    }
}
