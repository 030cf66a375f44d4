//! `grid dispatch CASE.m`: least-cost dispatch, least shedding after outages, or hour after hour from an array.

use super::{Failure, Timing, read_case, terminal, timed, told_splitting, write_array, write_branches, write_table};
use crate::cli::output::{apart, place};
use crate::files::array;
use crate::power::{Case, CaseDispatch, CaseDispatchError, CaseInterface, SecurityLimit, Susceptance};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Which susceptance a branch has in DC.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rule {
    /// b = 1 / (x · tap), phase shifts kept
    Matpower,
    /// b = x / (r² + x²), taps and phase shifts left out
    Dcp,
}

/// Least-cost dispatch under network limits (DC-OPF).
#[derive(Debug, Args)]
pub struct Dispatch {
    /// A MATPOWER case file, version 2
    case: PathBuf,
    /// Susceptance of a branch
    #[arg(long, value_enum, default_value = "matpower")]
    susceptance: Rule,
    /// Folder for gen.csv, lmp.csv and branch.csv
    #[arg(short, long, value_name = "DIR", value_parser = place)]
    output: Option<PathBuf>,
    /// Branches out of service, by row from 1
    #[arg(long, value_name = "ROW", num_args = 1.., value_delimiter = ',')]
    outage_branch: Vec<usize>,
    /// Generators out of service, by row from 1
    #[arg(long, value_name = "ROW", num_args = 1.., value_delimiter = ',')]
    outage_gen: Vec<usize>,
    /// Shed the least load instead: generators from 0 to Pmax, no angle limits
    #[arg(long, conflicts_with = "loads")]
    min_shed: bool,
    /// Keep flows within short-time ratings (rate C, else rate A) after the loss of any one branch whose outage does not
    /// split the network
    #[arg(long = "n-1", conflicts_with_all = ["loads", "min_shed"])]
    secure: bool,
    /// Demand of many hours, T × buses (.npy, .csv, .f64)
    #[arg(long, value_name = "FILE")]
    loads: Option<PathBuf>,
    /// Value of lost load in those hours
    #[arg(long, value_name = "USD/MWh", default_value_t = 3000.0)]
    voll_usd_per_mwh: f64,
    /// Where the cost of each hour goes, T
    #[arg(long, value_name = "FILE", requires = "loads", value_parser = place)]
    objective: Option<PathBuf>,
    /// Where the load shed goes, T × buses
    #[arg(long, value_name = "FILE", requires = "loads", value_parser = place)]
    shed: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Dispatch {
    pub fn run(self) -> Result<(), Failure> {
        let mut timing = Timing::default();
        let read = [Some(&self.case), self.loads.as_ref()];
        let written = [("--objective", self.objective.as_ref()), ("--shed", self.shed.as_ref())];
        apart(read.into_iter().flatten().map(PathBuf::as_path), written)?;
        let case = timed(&mut timing.read, || read_case(&self.case))?;
        let rows = |rows: &[usize], count: usize, what: &str| -> Result<Vec<usize>, Failure> {
            let position = |&row: &usize| row.checked_sub(1).filter(|&at| at < count);
            let wrong = |row: &usize| Failure::Usage(format!("there is no {what} row {row}: rows are 1 to {count}"));
            rows.iter().map(|row| position(row).ok_or_else(|| wrong(row))).collect()
        };
        let branches = rows(&self.outage_branch, case.branches.len(), "branch")?;
        let generators = rows(&self.outage_gen, case.generators.len(), "gen")?;
        let case = case.without(&branches, &generators);
        let rule = match self.susceptance {
            Rule::Matpower => Susceptance::Matpower,
            Rule::Dcp => Susceptance::Dcp,
        };
        match &self.loads {
            None => self.snapshot(&case, rule, &mut timing),
            Some(loads) => self.hours(&case, rule, loads, &mut timing),
        }
    }

    fn snapshot(&self, case: &Case, rule: Susceptance, timing: &mut Timing) -> Result<(), Failure> {
        let solve = || match (self.min_shed, self.secure) {
            (true, _) => case.least_shedding().map(|solved| (solved, None)),
            (_, true) => case.dispatch_secure(rule).map(|(solved, splitting)| (solved, Some(splitting))),
            _ => case.dispatch(rule).map(|solved| (solved, None)),
        };
        let (solved, splitting) = timed(&mut timing.solve, solve).map_err(|e| self.refuse(e))?;
        if let Some(folder) = &self.output {
            timed(&mut timing.write, || write_dispatch(folder, case, &solved))?;
        }
        let shed_mw: f64 = solved.shed_mw.iter().sum();
        let objective = if self.min_shed { 0.0 } else { solved.objective_usd_per_h };
        if self.json {
            let mut out = json!({
                "case": case.name, "status": "optimal", "objective_usd_per_h": objective, "gap": solved.gap,
                "pg_mw": solved.generator_mw, "lmp_usd_per_mwh": solved.price_usd_per_mwh, "pf_mw": solved.flow_mw,
                "congestion_rent_usd_per_h": solved.congestion_rent_usd_per_h, "binding": binding(case, &solved),
                "timing_s": timing.json(),
            });
            if !case.interfaces.is_empty() {
                out["interfaces"] = json!(interfaces(case, &solved));
            }
            if let Some(splitting) = &splitting {
                out["security"] = json!(security(case, &solved));
                out["splitting_rows"] = json!(splitting.iter().map(|k| k + 1).collect::<Vec<_>>());
            }
            if self.min_shed {
                out["shed_mw"] = json!(shed_mw);
                out["shed_by_bus_mw"] = json!(solved.shed_mw);
                if let Some(map) = out.as_object_mut() {
                    for key in ["objective_usd_per_h", "lmp_usd_per_mwh", "congestion_rent_usd_per_h", "binding"] {
                        map.shift_remove(key);
                    }
                }
            }
            return terminal::print_json(&out);
        }
        let mut text = "status optimal\n".to_owned();
        if self.min_shed {
            let _ = writeln!(text, "shed {shed_mw:.6} MW");
            for (bus, mw) in case.buses.iter().zip(&solved.shed_mw).filter(|(_, mw)| **mw > 1e-9) {
                let _ = writeln!(text, "  bus {:>6} {mw:>12.3} MW", bus.number);
            }
        } else {
            let _ = writeln!(text, "objective {objective:.6} USD/h\ngap {:.1e}", solved.gap);
            let _ = writeln!(text, "congestion rent {:.3} USD/h", solved.congestion_rent_usd_per_h);
            for limit in binding(case, &solved) {
                let _ = writeln!(
                    text,
                    "  branch {} at its limit: {:.3} MW, shadow price {:.4} USD/MWh",
                    limit["row"],
                    limit["pf_mw"].as_f64().unwrap_or(0.0),
                    limit["shadow_usd_per_mwh"].as_f64().unwrap_or(0.0)
                );
            }
        }
        for limit in interfaces(case, &solved) {
            let _ = writeln!(
                text,
                "  interface {}: {:.3} MW, shadow price {:.4} USD/MWh",
                limit["number"],
                limit["flow_mw"].as_f64().unwrap_or(0.0),
                limit["shadow_usd_per_mwh"].as_f64().unwrap_or(0.0)
            );
        }
        if let Some(splitting) = &splitting {
            for limit in security(case, &solved) {
                let _ = writeln!(
                    text,
                    "  branch {} after the loss of branch {}: {:.3} of {:.3} MW, shadow price {:.4} USD/MWh",
                    limit["row"],
                    limit["lost_row"],
                    limit["flow_mw"].as_f64().unwrap_or(0.0),
                    limit["limit_mw"].as_f64().unwrap_or(0.0),
                    limit["shadow_usd_per_mwh"].as_f64().unwrap_or(0.0)
                );
            }
            let _ = writeln!(text, "{}", told_splitting(splitting));
        }
        terminal::print(&text)
    }

    fn hours(&self, case: &Case, rule: Susceptance, loads: &Path, timing: &mut Timing) -> Result<(), Failure> {
        let buses = case.buses.len();
        let load_mw = timed(&mut timing.read, || array::read(loads, buses))?;
        let solved = timed(&mut timing.solve, || case.dispatch_hours(rule, &load_mw, self.voll_usd_per_mwh))
            .map_err(|e| self.refuse(e))?;
        timed(&mut timing.write, || {
            write_array(self.objective.as_ref(), &solved.objective_usd_per_h, 0)?;
            write_array(self.shed.as_ref(), &solved.shed_mw, buses)
        })?;
        let cost: f64 = solved.objective_usd_per_h.iter().sum();
        let shed: f64 = solved.shed_mw.iter().sum();
        let hours = solved.objective_usd_per_h.len();
        if self.json {
            return terminal::print_json(&json!({
                "case": case.name, "status": "optimal", "hours": hours, "cost_usd": cost, "unserved_mwh": shed,
                "gap": solved.worst_gap, "fallback_hours": solved.fallback_hours, "timing_s": timing.json(),
            }));
        }
        terminal::print(&format!(
            "{hours} hours, each certified (largest gap {:.1e}, {} by the fall-back)\ncost {cost:.3} USD\nunserved {shed:.3} MWh",
            solved.worst_gap,
            solved.fallback_hours.len()
        ))
    }

    /// An error with its exit code; with `--json` the status too is printed.
    fn refuse(&self, error: CaseDispatchError) -> Failure {
        match error {
            CaseDispatchError::Infeasible { ref conflicting } => {
                let told = json!({ "status": "infeasible", "conflicting": conflicting });
                match if self.json { terminal::print_json(&told) } else { terminal::print("status infeasible") } {
                    Ok(()) => Failure::Infeasible(error.to_string()),
                    Err(failure) => failure,
                }
            }
            CaseDispatchError::Unsolved => Failure::Broken(error.to_string()),
            other => Failure::InvalidInput(other.to_string()),
        }
    }
}

/// Branches at their limit.
fn binding(case: &Case, solved: &CaseDispatch) -> Vec<serde_json::Value> {
    let shadows = solved.branch_shadow_usd_per_mwh.iter().enumerate().filter(|(_, mu)| mu.abs() > 1e-6);
    let told = |(k, mu): (usize, &f64)| {
        let b = &case.branches[k];
        json!({ "row": k + 1, "fbus": b.from, "tbus": b.to, "pf_mw": solved.flow_mw[k], "shadow_usd_per_mwh": mu })
    };
    shadows.map(told).collect()
}

/// Interfaces with their flows.
fn interfaces(case: &Case, solved: &CaseDispatch) -> Vec<serde_json::Value> {
    let shadows = solved.interface_shadow_usd_per_mwh.iter().copied().chain(core::iter::repeat(0.0));
    let told = |(interface, shadow): (&CaseInterface, f64)| {
        let flow: f64 = interface.terms.iter().map(|(k, sign)| sign * solved.flow_mw[*k]).sum();
        json!({
            "number": interface.number, "flow_mw": flow, "lower_mw": finite(interface.lower_mw),
            "upper_mw": finite(interface.upper_mw), "shadow_usd_per_mwh": shadow,
        })
    };
    case.interfaces.iter().zip(shadows).map(told).collect()
}

/// A limit, or nothing if there is none.
fn finite(mw: f64) -> Option<f64> {
    Some(mw).filter(|v| v.is_finite())
}

/// Limits after outages that bind.
fn security(case: &Case, solved: &CaseDispatch) -> Vec<serde_json::Value> {
    let binding = solved.security.iter().filter(|limit| limit.shadow_usd_per_mwh.abs() > 1e-6);
    let told = |limit: &SecurityLimit| {
        let b = &case.branches[limit.branch];
        json!({
            "lost_row": limit.lost + 1, "row": limit.branch + 1, "fbus": b.from, "tbus": b.to, "flow_mw": limit.flow_mw,
            "limit_mw": limit.limit_mw, "shadow_usd_per_mwh": limit.shadow_usd_per_mwh,
        })
    };
    binding.map(told).collect()
}

fn write_dispatch(folder: &Path, case: &Case, solved: &CaseDispatch) -> Result<(), Failure> {
    let outputs = case.generators.iter().zip(&solved.generator_mw).enumerate();
    let outputs = outputs.map(|(g, (row, mw))| format!("{},{},{mw}", g + 1, row.bus));
    write_table(folder, "gen.csv", "row,bus,pg_mw", outputs)?;
    let prices = case.buses.iter().zip(&solved.price_usd_per_mwh).map(|(bus, usd)| format!("{},{usd}", bus.number));
    write_table(folder, "lmp.csv", "bus,lmp_usd_per_mwh", prices)?;
    write_branches(folder, case, &solved.flow_mw)
}
