//! `grid flow CASE.m`: DC power flow of one snapshot, or of many from arrays.

use super::{Failure, Timing, read_case, terminal, timed, write_array, write_branches, write_table};
use crate::files::array;
use crate::power::Case;
use clap::Args;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

/// DC power flow: angles and branch flows.
#[derive(Debug, Args)]
pub struct Flow {
    /// A MATPOWER case file, version 2
    case: PathBuf,
    /// Folder for bus.csv and branch.csv
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Demand of many snapshots, T × buses (.npy, .csv, .f64)
    #[arg(long, value_name = "FILE", requires = "flows")]
    loads: Option<PathBuf>,
    /// Output of the generators, T × generators; without it the case's
    #[arg(long, value_name = "FILE", requires = "loads")]
    gens: Option<PathBuf>,
    /// Where the flows go, T × branches
    #[arg(long, value_name = "FILE", requires = "loads")]
    flows: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Flow {
    pub fn run(self) -> Result<(), Failure> {
        let mut timing = Timing::default();
        let case = timed(&mut timing.read, || read_case(&self.case))?;
        match &self.loads {
            None => self.snapshot(&case, &mut timing),
            Some(loads) => self.snapshots(&case, loads, &mut timing),
        }
    }

    fn snapshot(&self, case: &Case, timing: &mut Timing) -> Result<(), Failure> {
        let solved = timed(&mut timing.solve, || case.flow())?;
        if let Some(folder) = &self.output {
            timed(&mut timing.write, || {
                let rows = case.buses.iter().zip(&solved.angle_deg).map(|(bus, deg)| format!("{},{deg}", bus.number));
                write_table(folder, "bus.csv", "bus,va_deg", rows)?;
                write_branches(folder, case, &solved.flow_mw)
            })?;
        }
        let islands = solved.slack_mw.len();
        if self.json {
            let slack: Vec<_> =
                solved.slack_mw.iter().map(|(bus, mw)| json!({ "reference_bus": bus, "slack_mw": mw })).collect();
            return terminal::print_json(&json!({
                "case": case.name, "buses": case.buses.len(), "branches": case.branches.len(),
                "generators": case.generators.len(), "islands": slack,
                "va_deg": solved.angle_deg, "pf_mw": solved.flow_mw, "timing_s": timing.json(),
            }));
        }
        let mut text = format!("{} buses, {} branches, {islands} island(s)\n", case.buses.len(), case.branches.len());
        for (bus, mw) in &solved.slack_mw {
            let _ = writeln!(text, "reference bus {bus} takes up {mw:.3} MW");
        }
        let mut order: Vec<usize> = (0..case.branches.len()).collect();
        order.sort_by(|&a, &b| solved.flow_mw[b].abs().total_cmp(&solved.flow_mw[a].abs()));
        text += "largest flows:\n";
        for &k in order.iter().take(10) {
            let b = &case.branches[k];
            let _ = writeln!(text, "  branch {:>4}  {:>6} → {:<6} {:>12.3} MW", k + 1, b.from, b.to, solved.flow_mw[k]);
        }
        terminal::print(&text)
    }

    fn snapshots(&self, case: &Case, loads: &std::path::Path, timing: &mut Timing) -> Result<(), Failure> {
        let (buses, branches) = (case.buses.len(), case.branches.len());
        let load_mw = timed(&mut timing.read, || array::read(loads, buses))?;
        let output_mw = match &self.gens {
            Some(path) => Some(timed(&mut timing.read, || array::read(path, case.generators.len()))?),
            None => None,
        };
        let ready = timed(&mut timing.setup, || case.for_flows())?;
        let snapshots = load_mw.len() / buses.max(1);
        let mut flow_mw = timed(&mut timing.setup, || vec![0.0; snapshots * branches]);
        timed(&mut timing.solve, || ready.flows(&load_mw, output_mw.as_deref(), &mut flow_mw))
            .map_err(|e| Failure::InvalidInput(e.to_string()))?;
        timed(&mut timing.write, || write_array(self.flows.as_ref(), &flow_mw, branches))?;
        if self.json {
            return terminal::print_json(&json!({
                "case": case.name, "snapshots": snapshots, "buses": buses, "branches": branches,
                "timing_s": timing.json(),
            }));
        }
        terminal::print(&format!("{snapshots} snapshots of {buses} buses and {branches} branches"))
    }
}
