//! `ensemble`: many futures of one scenario, with the range of outcomes and the simulation error.

use super::many::{ManyArgs, Study};
use super::{Failure, StudyArgs};
use clap::Args;

/// Simulate many futures of a scenario and leave a row for each, means and ranges.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt ensemble irkutsk --members 20
  hashwatt ensemble irkutsk --members 200 --to 2022-03-31 --fixed-assumptions
  hashwatt ensemble irkutsk --members 100 --fans total_load_mw,mining_mw    hourly fans too
  hashwatt ensemble irkutsk --members 1000 --shard 3/40 -o study            one part of forty
  hashwatt ensemble irkutsk --members 100 --row 17 > seventeen.toml         a run as a scenario

What was interrupted is gone on with by the same command. Assumptions that have a range are drawn anew for each member; --fixed-assumptions holds them.")]
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
        Study::new("ensemble", &self.study, &[], false)?.deliver(&self.study, &self.many)
    }
}
