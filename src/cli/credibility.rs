//! `credibility`: every figure that can be checked, ours beside it, and whether it was told, fitted or predicted.

use super::{Failure, terminal};
use crate::random::{Member, Seed};
use crate::record::Record;
use crate::record::recorder::Wanted;
use crate::report::credibility::{self, World};
use crate::scenario::Scenario;
use clap::Args;
use std::path::PathBuf;

/// Simulate the shipped worlds and hold them against what was published.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt credibility                              the page on stdout
  hashwatt credibility -o docs/credibility.md       written anew

Only figures that were PREDICTED are evidence, and the score counts them alone.")]
pub struct Credibility {
    /// Write the page to a file
    #[arg(short = 'o', value_name = "FILE", value_parser = super::output::place)]
    output: Option<PathBuf>,
}

impl Credibility {
    /// Runs the worlds and writes the page.
    ///
    /// # Errors
    /// [`Failure`] where a shipped world does not run, or the file cannot be written.
    pub fn run(self) -> Result<(), Failure> {
        let mut runs: Vec<(World, Record)> = Vec::new();
        for world in credibility::worlds() {
            terminal::note(&format!("simulating {}", world.scenario));
            let region = Scenario::builtin(world.scenario)?.build()?;
            let wanted = Wanted { series: true };
            let record = crate::run(&region, Seed(1), Member(0), wanted, &mut |_, _| true)
                .map_err(|e| Failure::Infeasible(format!("{}: {e}", world.scenario)))?;
            runs.push((world, record));
        }
        let page = credibility::page(&runs);
        match self.output {
            Some(path) => Ok(crate::files::write_whole(&path, page.as_bytes())?),
            None => terminal::print(&page),
        }
    }
}
