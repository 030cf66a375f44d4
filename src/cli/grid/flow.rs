//! `grid flow CASE.m`: DC power flow of one snapshot, or of many from arrays.

use super::{Failure, Timing, read_case, terminal, timed, told_splitting, write_array, write_branches, write_table};
use crate::cli::output::{apart, place};
use crate::files::array;
use crate::power::{Case, Overload, Screening, Susceptance};
use clap::Args;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// DC power flow: angles and branch flows.
#[derive(Debug, Args)]
pub struct Flow {
    /// A MATPOWER case file, version 2
    case: PathBuf,
    /// Folder for bus.csv and branch.csv
    #[arg(short, long, value_name = "DIR", value_parser = place)]
    output: Option<PathBuf>,
    /// Demand of many snapshots, T × buses (.npy, .csv, .f64)
    #[arg(long, value_name = "FILE", requires = "flows")]
    loads: Option<PathBuf>,
    /// Output of the generators, T × generators; without it the case's
    #[arg(long, value_name = "FILE", requires = "loads")]
    gens: Option<PathBuf>,
    /// Where the flows go, T × branches
    #[arg(long, value_name = "FILE", requires = "loads", value_parser = place)]
    flows: Option<PathBuf>,
    /// Screen the loss of each branch against short-time ratings (rate C, else rate A)
    #[arg(long = "n-1", conflicts_with = "loads")]
    screen: bool,
    /// Where the shift factors (PTDF) go, branches × buses, to the reference bus of each island (.npy, .csv, .f64)
    #[arg(long, value_name = "FILE", value_parser = place)]
    ptdf: Option<PathBuf>,
    /// Where the outage factors (LODF) go, branches × lost branches; NaN where the outage splits the network
    #[arg(long, value_name = "FILE", value_parser = place)]
    lodf: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Flow {
    pub fn run(self) -> Result<(), Failure> {
        let mut timing = Timing::default();
        let read = [Some(&self.case), self.loads.as_ref(), self.gens.as_ref()];
        let written = [("--flows", &self.flows), ("--ptdf", &self.ptdf), ("--lodf", &self.lodf)];
        apart(read.into_iter().flatten().map(PathBuf::as_path), written.map(|(o, path)| (o, path.as_ref())))?;
        let case = timed(&mut timing.read, || read_case(&self.case))?;
        self.factors(&case, &mut timing)?;
        match &self.loads {
            None => self.snapshot(&case, &mut timing),
            Some(loads) => self.snapshots(&case, loads, &mut timing),
        }
    }

    /// Writes the factors that were asked for.
    fn factors(&self, case: &Case, timing: &mut Timing) -> Result<(), Failure> {
        if self.ptdf.is_none() && self.lodf.is_none() {
            return Ok(());
        }
        let network = timed(&mut timing.setup, || case.network(Susceptance::Matpower))?;
        if let Some(path) = &self.ptdf {
            let factors = timed(&mut timing.solve, || network.shift_factor_matrix());
            timed(&mut timing.write, || write_array(Some(path), &factors, case.buses.len()))?;
        }
        if let Some(path) = &self.lodf {
            let factors = timed(&mut timing.solve, || network.outage_factor_matrix());
            timed(&mut timing.write, || write_array(Some(path), &factors, case.branches.len()))?;
        }
        Ok(())
    }

    fn snapshot(&self, case: &Case, timing: &mut Timing) -> Result<(), Failure> {
        let solved = timed(&mut timing.solve, || case.flow())?;
        let screened = if self.screen {
            let network = case.network(Susceptance::Matpower)?;
            Some(timed(&mut timing.solve, || network.screen(&solved.flow_mw, &case.short_time_limits())))
        } else {
            None
        };
        if let Some(folder) = &self.output {
            timed(&mut timing.write, || {
                let rows = case.buses.iter().zip(&solved.angle_deg).map(|(bus, deg)| format!("{},{deg}", bus.number));
                write_table(folder, "bus.csv", "bus,va_deg", rows)?;
                write_branches(folder, case, &solved.flow_mw)?;
                screened.as_ref().map_or(Ok(()), |found| write_overloads(folder, found))
            })?;
        }
        let islands = solved.slack_mw.len();
        if self.json {
            let slack: Vec<_> =
                solved.slack_mw.iter().map(|(bus, mw)| json!({ "reference_bus": bus, "slack_mw": mw })).collect();
            let mut out = json!({
                "case": case.name, "buses": case.buses.len(), "branches": case.branches.len(),
                "generators": case.generators.len(), "islands": slack,
                "va_deg": solved.angle_deg, "pf_mw": solved.flow_mw, "timing_s": timing.json(),
            });
            if let Some(found) = &screened {
                let told = |o: &Overload| json!({ "lost_row": o.lost + 1, "row": o.branch + 1, "flow_mw": o.flow_mw, "limit_mw": o.limit_mw });
                out["overloads"] = json!(found.overloads.iter().map(told).collect::<Vec<_>>());
                out["splitting_rows"] = json!(found.splitting.iter().map(|k| k + 1).collect::<Vec<_>>());
            }
            return terminal::print_json(&out);
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
        if let Some(found) = &screened {
            text += &told_screening(case, found);
        }
        terminal::print(&text)
    }

    fn snapshots(&self, case: &Case, loads: &Path, timing: &mut Timing) -> Result<(), Failure> {
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

fn write_overloads(folder: &Path, found: &Screening) -> Result<(), Failure> {
    let rows = found.overloads.iter();
    let rows = rows.map(|o| format!("{},{},{},{}", o.lost + 1, o.branch + 1, o.flow_mw, o.limit_mw));
    write_table(folder, "n1.csv", "lost_row,row,flow_mw,limit_mw", rows)
}

/// The worst overloads in words.
fn told_screening(case: &Case, found: &Screening) -> String {
    let mut worst: Vec<&Overload> = found.overloads.iter().collect();
    let loading = |o: &Overload| o.flow_mw.abs() / o.limit_mw;
    worst.sort_by(|a, b| loading(b).total_cmp(&loading(a)));
    let mut text = format!("{} overload(s) after the loss of one branch\n", worst.len());
    for o in worst.iter().take(10) {
        let (lost, b) = (&case.branches[o.lost], &case.branches[o.branch]);
        let _ = writeln!(
            text,
            "  branch {:>4}  {:>6} → {:<6} {:>10.3} of {:.3} MW without branch {} ({} → {})",
            o.branch + 1,
            b.from,
            b.to,
            o.flow_mw,
            o.limit_mw,
            o.lost + 1,
            lost.from,
            lost.to
        );
    }
    text + &told_splitting(&found.splitting) + "\n"
}
