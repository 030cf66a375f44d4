//! `grid adequacy`: is there enough capacity for the load, exactly or by sampled years.

use super::{Failure, terminal, timed};
use crate::power::{Indices, OutageTable, Sampled, Unit};
use crate::random::Seed;
use clap::Args;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Adequacy of generating capacity: LOLE, LOLH, LOLF, EUE.
#[derive(Debug, Args)]
pub struct Adequacy {
    /// Units: columns capacity_mw, mttf_h, mttr_h
    #[arg(long, value_name = "FILE")]
    units: PathBuf,
    /// Hourly load, 24 hours to a day: column load_mw
    #[arg(long, value_name = "FILE")]
    load: PathBuf,
    /// Exactly, by convolution
    #[arg(long, required_unless_present = "years", conflicts_with = "years")]
    exact: bool,
    /// Standard deviation of the load forecast as a share of the load, in seven steps
    #[arg(long, value_name = "SHARE")]
    load_sd: Option<f64>,
    /// How many years to sample
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    years: Option<u32>,
    /// Seed of the samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Adequacy {
    pub fn run(self) -> Result<(), Failure> {
        let (mut read, mut solve) = (Duration::ZERO, Duration::ZERO);
        let units = timed(&mut read, || read_units(&self.units))?;
        let load_mw: Vec<f64> =
            timed(&mut read, || read_columns(&self.load, ["load_mw"]))?.iter().map(|r| r[0]).collect();
        if !load_mw.len().is_multiple_of(24) || load_mw.is_empty() {
            let what = format!("{}: {} hours are not whole days", self.load.display(), load_mw.len());
            return Err(Failure::InvalidInput(what));
        }
        let (indices, error) = timed(&mut solve, || match self.years {
            Some(years) => {
                let sampled = Sampled::run(&units, &load_mw, self.load_sd, years, Seed(self.seed));
                (sampled.mean, Some(sampled.standard_error))
            }
            None => (Indices::exact(&OutageTable::of(&units), &load_mw, self.load_sd), None),
        });
        let rows = named(&indices);
        let errors = error.as_ref().map(named);
        if self.json {
            let map = |rows: &[(&str, f64)]| -> Map<String, Value> {
                rows.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect()
            };
            let mut out = map(&rows);
            if let Some(errors) = &errors {
                out.insert("standard_error".to_owned(), Value::Object(map(errors)));
                out.insert("years".to_owned(), json!(self.years));
                out.insert("seed".to_owned(), json!(self.seed));
            }
            out.insert("units".to_owned(), json!(units.len()));
            out.insert("hours".to_owned(), json!(load_mw.len()));
            out.insert("timing_s".to_owned(), json!({ "read": read.as_secs_f64(), "solve": solve.as_secs_f64() }));
            return terminal::print_json(&Value::Object(out));
        }
        let mut text = String::new();
        for (i, (key, value)) in rows.iter().enumerate() {
            let _ = match &errors {
                Some(errors) => writeln!(text, "{key:<18} {value:>14.6} ± {:.6}", errors[i].1),
                None => writeln!(text, "{key:<18} {value:>14.6}"),
            };
        }
        terminal::print(&text)
    }
}

/// The indices that there are, by their keys.
fn named(indices: &Indices) -> Vec<(&'static str, f64)> {
    let mut rows = vec![("lole_d_per_yr", indices.lole_d_per_yr)];
    rows.extend(indices.days_any_d_per_yr.map(|days| ("days_any_d_per_yr", days)));
    rows.extend([
        ("lolh_h_per_yr", indices.lolh_h_per_yr),
        ("lolf_per_yr", indices.lolf_per_yr),
        ("eue_mwh_per_yr", indices.eue_mwh_per_yr),
    ]);
    rows
}

fn read_units(path: &Path) -> Result<Vec<Unit>, Failure> {
    let rows = read_columns(path, ["capacity_mw", "mttf_h", "mttr_h"])?;
    let unit = |(i, [mw, mttf, mttr]): (usize, &[f64; 3])| {
        let wrong = |e| Failure::InvalidInput(format!("{}: unit {}: {e}", path.display(), i + 1));
        Unit::two_state(*mw, *mttf, *mttr).map_err(wrong)
    };
    rows.iter().enumerate().map(unit).collect()
}

/// Some columns of a CSV file, by name.
fn read_columns<const N: usize>(path: &Path, names: [&str; N]) -> Result<Vec<[f64; N]>, Failure> {
    let wrong = |what: String| Failure::InvalidInput(format!("{}: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| Failure::io(path, &e))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let headers = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let mut columns = [0; N];
    for (at, name) in columns.iter_mut().zip(names) {
        let found = headers.iter().position(|header| header == name);
        *at = found.ok_or_else(|| wrong(format!("there is no column `{name}`")))?;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = [0.0; N];
        for (i, (value, &column)) in row.iter_mut().zip(&columns).enumerate() {
            let cell = record.get(column).unwrap_or("");
            let number = cell.parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0);
            let what = || wrong(format!("line {line}: `{}` must be a number of 0 or more, found `{cell}`", names[i]));
            *value = number.ok_or_else(what)?;
        }
        rows.push(row);
    }
    Ok(rows)
}
