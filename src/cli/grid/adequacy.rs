//! `grid adequacy`: is there enough capacity for the load, exactly or by sampled years.

use super::{Failure, terminal, timed};
use crate::files::input;
use crate::power::{AreaIndices, Indices, OutageTable, Sampled, Unit};
use crate::random::Seed;
use crate::scenario::areas;
use clap::Args;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Adequacy of generating capacity: LOLE, LOLH, LOLF, EUE.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt grid adequacy --units units.csv --load load.csv --exact
  hashwatt grid adequacy --system areas.toml --years 10000
  hashwatt grid adequacy --format")]
pub struct Adequacy {
    /// Units: columns capacity_mw, mttf_h, mttr_h
    #[arg(long, value_name = "FILE", required_unless_present_any = ["system", "format"])]
    units: Option<PathBuf>,
    /// Hourly load, 24 hours to a day: column load_mw
    #[arg(long, value_name = "FILE", required_unless_present_any = ["system", "format"])]
    load: Option<PathBuf>,
    /// Several areas with links between them, a TOML file
    #[arg(long, value_name = "FILE.toml", conflicts_with_all = ["units", "load", "load_sd"])]
    system: Option<PathBuf>,
    /// Describe the TOML file and do nothing
    #[arg(long)]
    format: bool,
    /// Exactly, by convolution; several areas by going through all states
    #[arg(long, required_unless_present_any = ["years", "format"], conflicts_with = "years")]
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
        match (&self.system, &self.units, &self.load) {
            _ if self.format => terminal::print(&areas::describe()),
            (Some(system), ..) => self.several(system),
            (None, Some(units), Some(load)) => self.one(units, load),
            _ => Err(Failure::Usage("--units and --load, or --system, are needed".to_owned())),
        }
    }

    /// One area.
    fn one(&self, units: &Path, load: &Path) -> Result<(), Failure> {
        let (mut read, mut solve) = (Duration::ZERO, Duration::ZERO);
        let units = timed(&mut read, || read_units(units))?;
        let load_mw: Vec<f64> = timed(&mut read, || read_columns(load, ["load_mw"]))?.iter().map(|r| r[0]).collect();
        if !load_mw.len().is_multiple_of(24) || load_mw.is_empty() {
            let what = format!("{}: {} hours are not whole days", load.display(), load_mw.len());
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

    /// Several areas.
    fn several(&self, path: &Path) -> Result<(), Failure> {
        let (mut read, mut solve) = (Duration::ZERO, Duration::ZERO);
        let text = input::read(path, input::TEXT).map_err(|e| Failure::io(path, &e))?;
        let beside = path.parent().unwrap_or_else(|| Path::new(""));
        let column = |file: &str, column: &str| -> Result<Vec<f64>, String> {
            let rows = read_columns(&beside.join(file), [column]).map_err(|failure| match failure {
                Failure::InvalidInput(what) => what,
                _ => format!("{file} cannot be read"),
            })?;
            Ok(rows.iter().map(|row| row[0]).collect())
        };
        let given = timed(&mut read, || areas::read(&path.display().to_string(), &text, &column))?;
        let solved = timed(&mut solve, || match self.years {
            Some(years) => {
                let sampled = given.system.sampled(given.load_sd, years, Seed(self.seed));
                Ok((sampled.mean, Some(sampled.standard_error)))
            }
            None => given.system.exact(given.load_sd).map(|exact| (exact, None)),
        });
        let (mean, error) = solved.map_err(|e| Failure::InvalidInput(format!("{}: {e}", path.display())))?;
        let each = |of: &AreaIndices| -> Vec<(String, Indices)> {
            let names = given.names.iter().cloned();
            names.zip(of.areas.iter().copied()).chain([("system".to_owned(), of.system)]).collect()
        };
        if self.json {
            let map = |of: &Indices| -> Map<String, Value> {
                named(of).into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect()
            };
            let by_area = |of: &AreaIndices| -> Value {
                let rows = each(of).into_iter().filter(|(name, _)| name != "system");
                rows.map(|(name, of)| (name, Value::Object(map(&of)))).collect::<Map<_, _>>().into()
            };
            let mut out = map(&mean.system);
            out.insert("areas".to_owned(), by_area(&mean));
            if let Some(error) = &error {
                let mut errors = map(&error.system);
                errors.insert("areas".to_owned(), by_area(error));
                out.insert("standard_error".to_owned(), errors.into());
                out.insert("years".to_owned(), json!(self.years));
                out.insert("seed".to_owned(), json!(self.seed));
            }
            out.insert("title".to_owned(), json!(given.title));
            out.insert("units".to_owned(), json!(given.units));
            out.insert("hours".to_owned(), json!(given.system.hours()));
            out.insert("timing_s".to_owned(), json!({ "read": read.as_secs_f64(), "solve": solve.as_secs_f64() }));
            return terminal::print_json(&Value::Object(out));
        }
        let mut text = format!("{}\n", given.title);
        let errors = error.as_ref().map(each);
        for (n, (name, of)) in each(&mean).iter().enumerate() {
            let _ = writeln!(text, "{name}");
            let errors = errors.as_ref().and_then(|e| e.get(n)).map(|(_, e)| named(e));
            for (i, (key, value)) in named(of).iter().enumerate() {
                let _ = match errors.as_ref().and_then(|e| e.get(i)) {
                    Some((_, error)) => writeln!(text, "  {key:<18} {value:>14.6} ± {error:.6}"),
                    None => writeln!(text, "  {key:<18} {value:>14.6}"),
                };
            }
        }
        terminal::print(&text)
    }
}

/// The indices that there are, by their keys.
fn named(indices: &Indices) -> Vec<(&'static str, f64)> {
    let mut rows = vec![("lole_d_per_yr", indices.lole_d_per_yr)];
    rows.extend(indices.days_any_d_per_yr.map(|days| ("days_any_d_per_yr", days)));
    rows.push(("lolh_h_per_yr", indices.lolh_h_per_yr));
    // Several areas gone through state by state have no frequency.
    rows.extend(Some(("lolf_per_yr", indices.lolf_per_yr)).filter(|(_, times)| !times.is_nan()));
    rows.push(("eue_mwh_per_yr", indices.eue_mwh_per_yr));
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
    let bytes = input::read(path, input::NUMBERS).map_err(|e| Failure::io(path, &e))?;
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
