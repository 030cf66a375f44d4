//! `grid flow|dispatch|adequacy|export`: the grid engine on anybody's MATPOWER case, and a scenario's network as one.

mod adequacy;
mod dispatch;
mod export;
mod flow;

use super::{Failure, terminal};
use crate::files::array::{self, ArrayError};
use crate::files::input;
use crate::power::{Case, CaseError};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Solve anybody's grid: DC power flow, least-cost dispatch, adequacy.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt grid flow case118.m -o flow
  hashwatt grid flow case118.m --loads loads.npy --flows flows.npy
  hashwatt grid flow case118.m --n-1 --ptdf ptdf.npy --lodf lodf.npy
  hashwatt grid dispatch case118.m --json
  hashwatt grid dispatch case30.m --n-1
  hashwatt grid dispatch case30.m --outage-branch 5 6 --min-shed
  hashwatt grid adequacy --units units.csv --load load.csv --exact
  hashwatt grid adequacy --system areas.toml --years 10000
  hashwatt grid export irkutsk --at '2022-01-15 18:00' -o irkutsk.m")]
pub struct Grid {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// DC power flow: angles and branch flows.
    Flow(flow::Flow),
    /// Least-cost dispatch under network limits (DC-OPF).
    Dispatch(dispatch::Dispatch),
    /// Adequacy of generating capacity: LOLE, LOLH, LOLF, EUE.
    Adequacy(adequacy::Adequacy),
    /// A scenario's network at an hour, as a MATPOWER case.
    Export(export::Export),
}

impl Grid {
    /// Solves.
    pub fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Flow(verb) => verb.run(),
            Verb::Dispatch(verb) => verb.run(),
            Verb::Adequacy(verb) => verb.run(),
            Verb::Export(verb) => verb.run(),
        }
    }
}

/// Where the time went.
#[derive(Default)]
struct Timing {
    read: Duration,
    setup: Duration,
    solve: Duration,
    write: Duration,
}

impl Timing {
    fn json(&self) -> Value {
        json!({
            "read": self.read.as_secs_f64(),
            "setup": self.setup.as_secs_f64(),
            "solve": self.solve.as_secs_f64(),
            "write": self.write.as_secs_f64(),
        })
    }
}

/// Does something and adds the time it took.
fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    *spent += begin.elapsed();
    done
}

/// Reads a case; what was left out goes to stderr.
fn read_case(path: &Path) -> Result<Case, Failure> {
    let bytes = input::read(path, input::TEXT).map_err(|e| Failure::io(path, &e))?;
    let text = String::from_utf8_lossy(&bytes);
    let case = Case::from_matpower(&text).map_err(|problems| {
        let lines: Vec<String> = problems.0.iter().map(|p| format!("{}:{p}", path.display())).collect();
        Failure::InvalidInput(lines.join("\n"))
    })?;
    for note in &case.notes {
        terminal::note(&format!("{}: {note}", path.display()));
    }
    Ok(case)
}

/// Writes a table of text into a folder.
fn write_table(folder: &Path, name: &str, header: &str, rows: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    crate::files::write_whole(&folder.join(name), text.as_bytes()).map_err(|e| Failure::Unfinished(e.to_string()))
}

/// `branch.csv`, of a flow and of a dispatch alike.
fn write_branches(folder: &Path, case: &Case, flow_mw: &[f64]) -> Result<(), Failure> {
    let rows = case.branches.iter().zip(flow_mw).enumerate();
    let rows = rows.map(|(k, (b, mw))| format!("{},{},{},{},{mw}", k + 1, b.from, b.to, u8::from(b.in_service)));
    write_table(folder, "branch.csv", "row,fbus,tbus,status,pf_mw", rows)
}

/// Outages that no screening covers, in words.
fn told_splitting(splitting: &[usize]) -> String {
    if splitting.is_empty() {
        return "no single outage splits the network".to_owned();
    }
    let rows: Vec<String> = splitting.iter().take(20).map(|k| (k + 1).to_string()).collect();
    let more = if splitting.len() > 20 { ", …" } else { "" };
    format!("{} outage(s) split the network and are left out: branch {}{more}", splitting.len(), rows.join(", "))
}

/// Writes an array if it was asked for.
fn write_array(path: Option<&PathBuf>, values: &[f64], width: usize) -> Result<(), Failure> {
    path.map_or(Ok(()), |path| array::write(path, values, width).map_err(Failure::from))
}

impl From<ArrayError> for Failure {
    fn from(error: ArrayError) -> Self {
        match error {
            ArrayError::File(error) => Self::Unfinished(error.to_string()),
            error @ ArrayError::Content { .. } => Self::InvalidInput(error.to_string()),
        }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        Self::InvalidInput(error.to_string())
    }
}
