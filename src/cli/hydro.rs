//! `hydro plan`: the water planner on anybody's reservoir problem.

mod simulate;

use super::progress::going_on;
use super::{Failure, terminal};
use crate::files::input;
use crate::scenario::plan::{self, Posed};
use crate::water::{self, Decision, Effort, PlanError, Planned};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::time::Instant;

/// Plan anybody's reservoirs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt hydro plan larson-four-reservoirs
  hashwatt hydro plan mine.toml --json
  hashwatt hydro problems                    the problems that ship with the program
  hashwatt hydro problems wet-and-dry        the text of one, to start your own from
  hashwatt hydro format                      every key of a problem file
  hashwatt hydro simulate year --train y1 y2 a year by water values of other years")]
pub struct Hydro {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// The optimum, or the expected value, of a reservoir problem.
    Plan(Plan),
    /// List the problems that ship with the program, or print one.
    Problems(Problems),
    /// Explain every key of a problem file.
    Format,
    /// A year of a hydro-thermal system by water values, without foresight.
    Simulate(simulate::Simulate),
}

impl Hydro {
    /// Does it.
    pub fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Plan(verb) => verb.run(),
            Verb::Problems(verb) => verb.run(),
            Verb::Format => terminal::print(&plan::describe()),
            Verb::Simulate(verb) => verb.run(),
        }
    }
}

/// The optimum, or the expected value, of a reservoir problem.
#[derive(Debug, Args)]
struct Plan {
    /// A file ending in .toml, or the name of a shipped problem
    problem: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Gap between the bounds, as a share of the value, at which dual dynamic programming stops
    #[arg(long, default_value_t = 1e-7, value_name = "SHARE")]
    gap: f64,
    /// Rounds of dual dynamic programming at most
    #[arg(long, default_value_t = 400, value_name = "N")]
    rounds: usize,
    /// Seed of the paths that dual dynamic programming draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// List the problems that ship with the program, or print one.
#[derive(Debug, Args)]
struct Problems {
    /// The problem whose text to print
    name: Option<String>,
}

fn find(name: &str) -> Option<&'static str> {
    plan::shipped().find(|(n, _)| *n == name).map(|(_, text)| text)
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = plan::shipped().map(|(n, _)| n).collect();
    let near = crate::scenario::overlay::nearest(name, names.iter().copied());
    let hint = near.map(|n| format!(" Did you mean {n}?")).unwrap_or_default();
    Failure::InvalidInput(format!(
        "no problem \"{name}\" ships with the program.{hint} A file of your own ends in .toml; shipped are {}.",
        names.join(", ")
    ))
}

impl Plan {
    fn run(self) -> Result<(), Failure> {
        let begin = Instant::now();
        let text = if crate::scenario::overlay::is_path(&self.problem) {
            let path = std::path::Path::new(&self.problem);
            input::read(path, input::TEXT).map_err(|e| Failure::io(path, &e))?
        } else {
            find(&self.problem).ok_or_else(|| unknown(&self.problem))?.as_bytes().to_vec()
        };
        let posed = plan::read(&self.problem, &text)?;
        if !posed.warnings.is_empty() {
            terminal::note(posed.warnings.render(terminal::colors()).trim_end());
        }
        let read = begin.elapsed();
        let begin = Instant::now();
        let effort =
            Effort { method: posed.method, gap: self.gap, rounds: self.rounds, seed: self.seed, ..Effort::default() };
        let planned = going_on(&self.problem, || water::plan(&posed.problem, &effort)).map_err(|e| match e {
            PlanError::Infeasible(what) => Failure::Infeasible(format!("{}: no feasible plan: {what}", self.problem)),
            PlanError::Unsuited(what) => Failure::InvalidInput(format!("{}: {what}", self.problem)),
            PlanError::Numbers(what) => Failure::Unfinished(format!("{}: not solved: {what}", self.problem)),
        })?;
        for note in &posed.notes {
            terminal::note(&format!("note: {note}"));
        }
        if self.json {
            let timing = json!({ "read": read.as_secs_f64(), "solve": begin.elapsed().as_secs_f64() });
            return terminal::print_json(&as_json(&posed, &planned, &timing));
        }
        terminal::print(&as_text(&posed, &planned))
    }
}

impl Problems {
    fn run(self) -> Result<(), Failure> {
        if let Some(name) = self.name {
            return terminal::print(find(&name).ok_or_else(|| unknown(&name))?);
        }
        let mut text = String::new();
        for (name, content) in plan::shipped() {
            let title = plan::read(name, content.as_bytes()).map(|p| p.title).unwrap_or_default();
            let _ = writeln!(text, "{name:<28} {title}");
        }
        terminal::print(&text)
    }
}

/// The answer in the problem's own sense: (answer, lower, upper).
fn told(posed: &Posed, planned: &Planned) -> (f64, f64, f64) {
    if posed.maximize {
        (-planned.cost, -planned.high, -planned.low)
    } else {
        (planned.cost, planned.low, planned.high)
    }
}

fn as_json(posed: &Posed, planned: &Planned, timing: &Value) -> Value {
    let (answer, low, high) = told(posed, planned);
    let finite = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let mut out = json!({
        "schema": "hashwatt.hydro_plan/1",
        "title": posed.title,
        "sense": if posed.maximize { "maximize" } else { "minimize" },
        "objective": answer,
        "expected_value": -planned.cost,
        "expected_cost": planned.cost,
        "lower_bound": finite(low),
        "upper_bound": finite(high),
        "gap": finite(high - low),
        "bounds": if planned.is_certified { "proven" } else { "estimated" },
        "method": planned.method,
        "work": planned.work,
        "stages": posed.problem.stages,
        "timing_s": timing,
        "notes": posed.notes,
    });
    if let Value::Object(map) = &mut out {
        if let Some((published, tolerance)) = posed.published {
            map.insert("published".to_owned(), json!(published));
            map.insert("within_tolerance".to_owned(), json!((answer - published).abs() <= tolerance));
        }
        if let Some(first) = &planned.first {
            map.insert("first_stage".to_owned(), stage_json(posed, first));
        }
        if !planned.path.is_empty() {
            map.insert("path".to_owned(), planned.path.iter().map(|d| stage_json(posed, d)).collect());
        }
    }
    out
}

fn stage_json(posed: &Posed, decision: &Decision) -> Value {
    let by_reservoir = |values: &[f64]| -> Map<String, Value> {
        posed.problem.reservoirs.iter().zip(values).map(|(r, x)| (r.id.clone(), json!(x))).collect()
    };
    let by_thermal: Map<String, Value> =
        posed.thermal.iter().zip(&decision.thermal).map(|(id, x)| (id.clone(), json!(x))).collect();
    json!({
        "stage": decision.stage,
        "release": by_reservoir(&decision.release),
        "spill": by_reservoir(&decision.spill),
        "storage": by_reservoir(&decision.storage),
        "water_value": by_reservoir(&decision.water_value),
        "thermal": by_thermal,
        "unserved": decision.unserved,
    })
}

fn as_text(posed: &Posed, planned: &Planned) -> String {
    let (answer, low, high) = told(posed, planned);
    let word = match (posed.maximize, posed.problem.is_deterministic()) {
        (true, true) => "greatest value",
        (true, false) => "greatest expected value",
        (false, true) => "least cost",
        (false, false) => "least expected cost",
    };
    let mut out = format!("{}\n\n{word:<26} {answer:.6}\n", posed.title);
    if high - low > 1e-9 * (1.0 + answer.abs()) {
        let proven = if planned.is_certified { "proven" } else { "estimated" };
        let _ = writeln!(out, "{:<26} {low:.6} to {high:.6} ({proven})", "bounds");
    }
    if let Some((published, tolerance)) = posed.published {
        let off = answer - published;
        let verdict = if off.abs() <= tolerance { "within" } else { "OUTSIDE" };
        let _ = writeln!(out, "{:<26} {published} ({verdict} the tolerance of {tolerance})", "published");
    }
    let _ = writeln!(out, "{:<26} {}", "method", planned.method);
    let _ = writeln!(out, "{:<26} {}", "work", planned.work);
    let stages = if planned.path.is_empty() { planned.first.as_slice() } else { &planned.path };
    if !stages.is_empty() {
        if planned.path.is_empty() {
            out.push_str("\nFirst stage, in its first outcome:\n");
        } else {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "{:>6}  {:<16} {:>12} {:>12} {:>12} {:>14}",
            "stage", "reservoir", "release", "spill", "storage", "water value"
        );
        for decision in stages {
            for (i, r) in posed.problem.reservoirs.iter().enumerate() {
                let value = decision.water_value.get(i).map_or_else(|| "–".to_owned(), |v| format!("{:.4}", v + 0.0));
                let _ = writeln!(
                    out,
                    "{:>6}  {:<16} {:>12.4} {:>12.4} {:>12.4} {value:>14}",
                    decision.stage, r.id, decision.release[i], decision.spill[i], decision.storage[i]
                );
            }
        }
    }
    out
}
