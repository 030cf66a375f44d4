//! The options that all studies share.

use super::library::{self, Files};
use super::{Failure, terminal};
use crate::calendar::Day;
use crate::scenario::Scenario;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// What is changed of a scenario.
#[derive(Clone, Debug, Default, Args)]
pub struct Changes {
    /// Lay another scenario over it; may be repeated, the last wins
    #[arg(long = "with", value_name = "OVERLAY", value_delimiter = ',')]
    pub overlays: Vec<String>,
    /// Change one value: a TOML value, or else a text; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// First simulated day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Day>,
    /// Last simulated day
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Day>,
    /// Seed of every random draw
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
}

/// Which scenario, what is laid over it, how many members, and where the results go.
#[derive(Clone, Debug, Args)]
pub struct StudyArgs {
    /// A built-in scenario's name, or a file ending in .toml
    pub scenario: String,
    /// What is changed of it.
    #[command(flatten)]
    pub changes: Changes,
    /// Number of members (futures)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub members: Option<u32>,
    /// Number of threads; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub threads: Option<u32>,
    /// Folder of the results, instead of output/NAME-ID
    #[arg(short = 'o', value_name = "DIR", value_parser = super::output::place)]
    pub output: Option<PathBuf>,
    /// Replace what is in the folder
    #[arg(long)]
    pub overwrite: bool,
    /// Print summary.json instead of a table
    #[arg(long)]
    pub json: bool,
    /// No progress and no notes on stderr
    #[arg(long, overrides_with = "quiet")]
    pub quiet: bool,
    /// Language of pictures and pages
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub lang: Lang,
}

/// Language of pictures and pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl StudyArgs {
    /// The scenario with all that is laid over it; tells on stderr which was read.
    pub fn scenario(&self) -> Result<Scenario, Failure> {
        let scenario = self.changes.apply(open(&self.scenario)?)?;
        if !self.quiet {
            tell_which(&scenario);
        }
        Ok(scenario)
    }
}

impl Changes {
    /// The scenario with these changes.
    pub fn apply(&self, scenario: Scenario) -> Result<Scenario, Failure> {
        let mut scenario = scenario;
        for overlay in &self.overlays {
            scenario = scenario.with(overlay)?;
        }
        let days = [("window.from", self.from), ("window.to", self.to)];
        for (key, day) in days.into_iter().filter_map(|(k, d)| d.map(|d| (k, d))) {
            scenario = scenario.set(key, &day.to_string())?;
        }
        if let Some(seed) = self.seed {
            scenario = scenario.set("seed", &seed.to_string())?;
        }
        for (key, value) in &self.settings {
            scenario = scenario.set(key, value)?;
        }
        Ok(scenario)
    }
}

/// The arguments that make these changes again.
pub fn recipe(changes: &Changes) -> Vec<String> {
    let mut out: Vec<String> = changes.overlays.iter().map(|o| format!("--with={o}")).collect();
    out.extend(changes.settings.iter().map(|(key, value)| format!("--set={key}={value}")));
    let days = [("--from", changes.from), ("--to", changes.to)];
    out.extend(days.into_iter().filter_map(|(key, day)| Some(format!("{key}={}", day?))));
    out.extend(changes.seed.map(|seed| format!("--seed={seed}")));
    out
}

/// A scenario by name or path.
pub fn open(name: &str) -> Result<Scenario, Failure> {
    Ok(Scenario::open(name, Arc::new(Files))?)
}

/// Says on stderr which scenario was read.
pub fn tell_which(scenario: &Scenario) {
    let kind = if library::is_file(scenario.name()) { "file" } else { "built-in" };
    terminal::note(&format!("scenario: {} ({kind})", scenario.name()));
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("KEY=VALUE is needed, such as tariff.home_usd_per_kwh=0.012".to_owned()),
    }
}

fn date(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a date is needed, such as 2022-07-08".to_owned())
}
