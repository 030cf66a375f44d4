//! `sensitivity`: which ranged assumption moves which answer.

use super::many::{ManyArgs, Study};
use super::{Failure, StudyArgs};
use crate::report::about::DesignAbout;
use crate::study::sensitivity::Method;
use clap::Args;

/// Vary every assumption that has a range and tell how far each answer moves.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt sensitivity irkutsk                                     both ends of each range, one at a time
  hashwatt sensitivity irkutsk --only channel. --only event.       some assumptions only
  hashwatt sensitivity irkutsk --morris 10                         ten random paths: bends and interplay too
  hashwatt sensitivity irkutsk --sobol 128 --to 2022-01-31         shares of variance
  hashwatt sensitivity irkutsk --row 17 > seventeen.toml           a run as a scenario

--members N takes the mean over N futures at each point (default 1); futures are the same at every point. What was
interrupted is gone on with by the same command; `explain SCENARIO --assumptions` then lists by influence.")]
pub struct Sensitivity {
    #[command(flatten)]
    study: StudyArgs,
    /// Elementary effects along N random paths (Morris 1991): N × (assumptions + 1) runs
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10", conflicts_with = "sobol",
          value_parser = clap::value_parser!(u32).range(2..=10_000))]
    morris: Option<u32>,
    /// Shares of variance from two samples of N points (Saltelli 2010): N × (assumptions + 2) runs
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "64",
          value_parser = clap::value_parser!(u32).range(8..=100_000))]
    sobol: Option<u32>,
    /// Only assumptions whose key begins with this; may be repeated
    #[arg(long, value_name = "PREFIX")]
    only: Vec<String>,
    #[command(flatten)]
    many: ManyArgs,
}

impl Sensitivity {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenario, the runs, the disk.
    pub fn run(self) -> Result<(), Failure> {
        if self.many.fixed_assumptions {
            return Err(Failure::Usage("--fixed-assumptions leaves a sensitivity study nothing to vary".into()));
        }
        let method = match (self.morris, self.sobol) {
            (Some(paths), _) => Method::Morris { paths },
            (_, Some(samples)) => Method::Sobol { samples },
            _ => Method::Tornado,
        };
        let futures = self.study.members.unwrap_or(1);
        let mut study = Study::new("sensitivity", &self.study, &[], false)?;
        study.vary(DesignAbout { method, futures }, &self.only, self.study.quiet)?;
        study.deliver(&self.study, &self.many)
    }
}
