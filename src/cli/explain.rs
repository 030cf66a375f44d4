//! `explain`: what a scenario, a value, a metric, a key or a word is.

use super::study::{Changes, open, tell_which};
use super::{Failure, library, terminal};
use crate::files;
use crate::report::data::parse_csv;
use crate::report::number;
use crate::scenario::{Builtin, explain, glossary};
use clap::Args;
use std::path::{Path, PathBuf};

/// Explain a scenario, one of its values, a metric or a term.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt explain irkutsk                                what it is made of
  hashwatt explain irkutsk tariff.home_usd_per_kwh        a value: unit, origin, source, range
  hashwatt explain irkutsk --assumptions                  every assumption that has a range, by influence
  hashwatt explain irkutsk --assumptions --by output/DIR  the same, as your own `sensitivity` study found it
  hashwatt explain hashprice                              a term
  hashwatt explain unserved_mwh                           a metric
  hashwatt explain reservoir                              the keys of a table of scenarios")]
pub struct Explain {
    /// A scenario, a metric of summary.json, a key of scenarios, or a term
    subject: String,
    /// A key of the scenario, or a prefix of keys
    key: Option<String>,
    /// List the assumptions that have a range
    #[arg(long)]
    assumptions: bool,
    /// Order the assumptions by their influence as found by the `sensitivity` study in this folder, instead of the shipped one
    #[arg(long, value_name = "DIR", requires = "assumptions")]
    by: Option<PathBuf>,
    /// The metric of that influence
    #[arg(long, value_name = "KEY", requires = "assumptions", default_value = "mining_at_region_peak_mw")]
    metric: String,
    /// Print every value of the scenario as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    changes: Changes,
}

impl Explain {
    /// Prints the explanation.
    pub fn run(self) -> Result<(), Failure> {
        if library::is_file(&self.subject) || Builtin::find(&self.subject).is_some() {
            return self.scenario();
        }
        let subject = self.subject.trim();
        let metric = explain::find_metric(subject).map(explain::metric);
        let told = metric.or_else(|| glossary::find(subject).map(explain::term));
        // A word may be a term and a table of scenarios: `reservoir`.
        let found: Vec<String> = told.into_iter().chain(explain::key(subject)).collect();
        if !found.is_empty() {
            return terminal::print(&found.join("\n"));
        }
        let near = explain::nearest_subject(subject)
            .map_or_else(|| "see `hashwatt scenarios`".to_owned(), |n| format!("did you mean `{n}`?"));
        Err(Failure::InvalidInput(format!("{subject}: no scenario, metric, key or term of that name; {near}")))
    }

    fn scenario(&self) -> Result<(), Failure> {
        let scenario = self.changes.apply(open(&self.subject)?)?;
        tell_which(&scenario);
        let checked = scenario.check();
        let problems = checked.problems();
        if problems.has_errors() {
            return Err(Failure::Invalid(problems));
        }
        if let Some(key) = &self.key {
            let Some(text) = explain::value(&checked, key) else {
                let near = explain::nearest_key(&checked, key).map(|n| format!("; did you mean `{n}`?"));
                let what = format!("{}: no value at `{key}`{}", scenario.name(), near.unwrap_or_default());
                return Err(Failure::InvalidInput(what));
            };
            terminal::print(&text)
        } else if self.assumptions {
            let influence = match &self.by {
                Some(folder) => Some(of_folder(folder, &self.metric)?),
                None => shipped(scenario.name(), &self.metric)?,
            };
            terminal::print(&explain::assumptions(&checked, influence.as_ref()))
        } else if self.json {
            terminal::print_json(&checked.resolved().to_json())
        } else {
            terminal::print(&explain::scenario(&checked, &scenario.title()))
        }
    }
}

/// The study that is shipped: every assumption of `irkutsk` at both ends, member 0 of seed 1, 2022 and 2023.
const SHIPPED: &str = include_str!("../../assets/influence/irkutsk.csv");

/// What the shipped study found of a metric, for the world it was made of and for those laid over it.
///
/// # Errors
/// [`Failure::InvalidInput`] where the study has not the metric.
fn shipped(scenario: &str, metric: &str) -> Result<Option<explain::Influence>, Failure> {
    if scenario != "irkutsk" && !scenario.starts_with("irkutsk/") {
        return Ok(None);
    }
    let study = "`hashwatt sensitivity irkutsk`: 2022 and 2023, one future";
    influence(SHIPPED, metric, study).map(Some).ok_or_else(|| {
        Failure::InvalidInput(format!(
            "`{metric}`: nothing moves it, or it is no headline; `hashwatt explain {metric}` tells what it is"
        ))
    })
}

/// What the sensitivity study in a folder found of a metric.
///
/// # Errors
/// [`Failure::InvalidInput`] where there is no such study, or it has not the metric.
fn of_folder(folder: &Path, metric: &str) -> Result<explain::Influence, Failure> {
    let tables = ["sensitivity.csv", "morris.csv", "sobol.csv"];
    let Some(bytes) = tables.iter().find_map(|name| files::read(folder, name).ok()) else {
        let what = format!("{}: not the folder of a finished `sensitivity` study", folder.display());
        return Err(Failure::InvalidInput(what));
    };
    influence(&String::from_utf8_lossy(&bytes), metric, &folder.display().to_string())
        .ok_or_else(|| Failure::InvalidInput(format!("{}: the study has nothing of `{metric}`", folder.display())))
}

/// What a table of a study tells of a metric: tables list the most influential assumption first.
fn influence(table: &str, metric: &str, study: &str) -> Option<explain::Influence> {
    let mut rows = parse_csv(table).into_iter();
    let head = rows.next().unwrap_or_default();
    let cell = |row: &[String], key: &str| {
        head.iter().position(|k| k == key).and_then(|i| row.get(i)).cloned().unwrap_or_default()
    };
    let about = explain::find_metric(metric)?;
    let (amount, unit) = number::printed(about.unit);
    let end = |row: &[String], key: &str| cell(row, key).parse::<f64>().ok().map(amount);
    let ends = |row: &[String]| {
        let (low, high) = end(row, "at_low").zip(end(row, "at_high"))?;
        Some(format!("{} {low} to {high}{unit}", about.label))
    };
    let of_metric = rows.filter(|row| cell(row, "metric") == metric && cell(row, "of") == "total");
    let found: Vec<explain::Found> =
        of_metric.map(|row| explain::Found { key: cell(&row, "key"), ends: ends(&row) }).collect();
    (!found.is_empty()).then(|| explain::Influence { metric: metric.to_owned(), study: study.to_owned(), found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn the_shipped_study_names_assumptions_that_the_world_has() {
        let checked = Scenario::builtin("irkutsk").unwrap().check();
        let has: Vec<String> = checked.ranged_assumptions().into_iter().map(|a| a.key).collect();
        let rows = parse_csv(SHIPPED);
        let strangers: Vec<&String> = rows.iter().skip(1).map(|row| &row[0]).filter(|key| !has.contains(key)).collect();
        assert!(rows.len() > 500 && strangers.is_empty(), "{strangers:?}");
        let told = shipped("irkutsk/fsa-2022", "mining_gwh").unwrap().unwrap();
        assert!(told.found.len() > 10 && told.found.iter().all(|f| f.ends.is_some()), "{told:?}");
        assert!(shipped("classroom/one-barn", "mining_gwh").unwrap().is_none());
        assert!(shipped("irkutsk", "hours").is_err());
    }
}
