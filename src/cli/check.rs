//! `check FILE…`: every problem of every file, nothing run.

use super::study::open;
use super::{Failure, terminal};
use crate::scenario::Problems;
use clap::Args;
use serde_json::json;

/// Tell every problem of every file; run nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hashwatt check mine.toml\n  hashwatt check scenarios/*.toml --json")]
pub struct Check {
    /// Files ending in .toml, or names of built-in scenarios
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Print the problems as JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Checks all; warnings alone are no failure.
    pub fn run(self) -> Result<(), Failure> {
        let mut failed = false;
        let mut told = Vec::new();
        for file in &self.files {
            let problems = problems_of(file);
            failed |= problems.has_errors();
            if self.json {
                told.push(json!({ "file": file, "valid": !problems.has_errors(), "problems": problems.to_json() }));
            } else if problems.is_empty() {
                terminal::print(&format!("{file}: no problems"))?;
            } else {
                terminal::note(problems.render(terminal::colors()).trim_end());
                let verdict = if problems.has_errors() { "invalid" } else { "valid, with warnings" };
                terminal::print(&format!("{file}: {verdict}"))?;
            }
        }
        if self.json {
            terminal::print_json(&serde_json::Value::Array(told))?;
        }
        if failed { Err(Failure::InvalidTold) } else { Ok(()) }
    }
}

fn problems_of(file: &str) -> Problems {
    match open(file) {
        Ok(scenario) => {
            let checked = scenario.check();
            // What only builders see: a cascade that runs in a circle, an island, an event outside the window.
            match checked.build() {
                Ok(_) => checked.problems(),
                Err(problems) => problems,
            }
        }
        Err(Failure::Invalid(problems)) => problems,
        Err(_) => Problems::new(),
    }
}
