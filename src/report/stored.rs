//! A study read back from the files it left, to draw it again in another size or language. Bytes in, record out; still no IO.
//!
//! Series come from `timeseries.parquet`, tables from every other CSV file, the rest from `summary.json` and `manifest.json`.
//! How steps combine into periods is not in the files and not needed for drawing: it reads as the mean.

use super::data::parse_csv;
use super::view::View;
use super::{Assumption, Language, Meta, number, summary};
use crate::calendar::{Day, Window};
use crate::record::{BranchRow, Cell, Happening, Record, Series, Sheet, Total};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A study as its files tell it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What was recorded; of a study of many runs, its tables.
    pub record: Record,
    /// Who made it.
    pub meta: Meta,
}

impl Stored {
    /// It as a reader sees it.
    pub fn view(&self) -> View<'_> {
        View::new(&self.record, &self.meta)
    }
}

/// Why a folder cannot be read as a study.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// A file that every study has is not there.
    #[error("{0} is missing: not the folder of a finished study")]
    Missing(&'static str),
    /// A file is not what it should be.
    #[error("{file}: {reason}")]
    Broken {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

/// Tables that are not sheets: periods of the series and the headlines of one run.
const NOT_SHEETS: [&str; 6] = ["timeseries", "daily", "monthly", "yearly", "timeline", "branches"];

/// The columns of numbers of a file, by key; nothing where there is no such file.
pub type Columns = Option<Result<Vec<(String, Vec<f64>)>, String>>;

/// Reads a study: `names` are the files in its folder, `read` gives the content of one.
///
/// # Errors
/// [`StoredError`], naming the file.
pub fn study(names: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Stored, StoredError> {
    study_with(names, read, &|name| Some(super::columnar::doubles(bytes::Bytes::from(read(name)?))))
}

/// The same where columns need not be read whole: `columns` gives those of a columnar file.
///
/// # Errors
/// [`StoredError`], naming the file.
pub fn study_with(
    names: &[String],
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    columns: &dyn Fn(&str) -> Columns,
) -> Result<Stored, StoredError> {
    let json = |file: &'static str| -> Result<Value, StoredError> {
        let bytes = read(file).ok_or(StoredError::Missing(file))?;
        serde_json::from_slice(&bytes).map_err(|e| StoredError::Broken { file: file.into(), reason: e.to_string() })
    };
    let text = |file: &str| -> Result<String, StoredError> {
        let broken = |reason: &str| StoredError::Broken { file: file.into(), reason: reason.into() };
        String::from_utf8(read(file).unwrap_or_default()).map_err(|_| broken("not UTF-8"))
    };
    let (mut manifest, written) = (json("manifest.json")?, json("summary.json")?);
    let meta = meta(&mut manifest);
    let window = window(&manifest)
        .ok_or(StoredError::Broken { file: "manifest.json".into(), reason: "it has no window".into() })?;
    let mut sheets = Vec::new();
    for name in names {
        let Some(stem) = name.strip_suffix(".csv").filter(|s| !NOT_SHEETS.contains(s)) else { continue };
        if stem == "summary" && !meta.many {
            continue;
        }
        let about = read(&format!("{stem}.meta.json")).and_then(|b| serde_json::from_slice::<Value>(&b).ok());
        sheets.push(sheet(stem, &text(name)?, about.as_ref().unwrap_or(&Value::Null)));
    }
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let names_of = written.get("names").and_then(Value::as_object);
    let record = Record {
        window,
        series: if meta.many {
            series("fans", window.steps(), read, columns)?
        } else {
            series("timeseries", window.steps(), read, columns)?
        },
        timeline: timeline(&text("timeline.csv")?),
        branches: branches(&text("branches.csv")?),
        sheets,
        headlines: summary::read(&written),
        names: names_of
            .into_iter()
            .flatten()
            .filter_map(|(id, name)| Some((id.clone(), name.as_str()?.to_owned())))
            .collect(),
        caveats: texts(&manifest["caveats"]),
    };
    Ok(Stored { record, meta })
}

fn meta(manifest: &mut Value) -> Meta {
    // By far the largest part of it.
    let resolved = manifest.get_mut("resolved").map(Value::take).unwrap_or_default();
    let manifest = &*manifest;
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let whole = |key: &str| manifest.get(key).and_then(Value::as_u64);
    let mut meta = Meta::new(&text("scenario"), &text("verb"), &text("scenario_hash"), whole("seed").unwrap_or(0), 0);
    meta.title = text("title");
    meta.id = text("id");
    meta.version = text("version");
    meta.many = manifest.get("members").is_some();
    meta.member = whole("member").or(whole("members")).unwrap_or(0);
    meta.language = if text("language") == "ru" { Language::Ru } else { Language::En };
    meta.resolved = resolved;
    meta.study = manifest.get("study").cloned().unwrap_or_default();
    let arms = meta.study.get("arms").and_then(Value::as_array).cloned().unwrap_or_default();
    meta.arms = arms.iter().skip(1).filter_map(|a| a.as_str().map(str::to_owned)).collect();
    meta.home_tariff_usd_per_kwh = manifest.get("home_tariff_usd_per_kwh").and_then(Value::as_f64);
    meta.published_tariff_usd_per_kwh = manifest.get("published_tariff_usd_per_kwh").and_then(Value::as_f64);
    let told = |a: &Value| {
        let text = |key: &str| a.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Assumption { key: text("key"), value: text("value"), range: text("range"), text: text("text") }
    };
    meta.assumptions = manifest["assumptions"].as_array().into_iter().flatten().map(told).collect();
    meta
}

fn window(manifest: &Value) -> Option<Window> {
    let w = manifest.get("window")?;
    let day = |key: &str| Day::parse(w.get(key)?.as_str()?);
    let step_minutes = u32::try_from(w.get("step_minutes")?.as_u64()?).ok().filter(|m| *m > 0)?;
    Some(Window { from: day("from")?, until: day("until")?, step_minutes })
}

/// A text that lives as long as the program: kinds and names are few, each is kept once.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    all.insert(text);
    text
}

fn cell(text: &str) -> Cell {
    match text.parse::<f64>() {
        _ if text.is_empty() => Cell::Empty,
        Ok(n) if n.is_finite() => Cell::Number(n),
        _ => Cell::Text(text.to_owned()),
    }
}

fn sheet(stem: &str, text: &str, about: &Value) -> Sheet {
    let mut rows = parse_csv(text).into_iter();
    let head = rows.next().unwrap_or_default();
    let definition = |key: &String| {
        let told = about["columns"].get(key).and_then(|c| c.get("definition")).and_then(Value::as_str);
        (key.clone(), told.unwrap_or_default().to_owned())
    };
    let columns = head.iter().map(definition).collect();
    Sheet { name: kept(stem), columns, rows: rows.map(|row| row.iter().map(|c| cell(c)).collect()).collect() }
}

fn timeline(text: &str) -> Vec<Happening> {
    let happening = |row: Vec<String>| {
        let [time, kind, subject, text] = <[String; 4]>::try_from(row).ok()?;
        let (day, clock) = time.split_once(' ')?;
        let (hour, minute) = clock.split_once(':')?;
        let minute = hour.parse::<u32>().ok()? * 60 + minute.parse::<u32>().ok()?;
        Some(Happening { day: Day::parse(day)?, minute, kind: kept(&kind), subject, text })
    };
    parse_csv(text).into_iter().skip(1).filter_map(happening).collect()
}

fn branches(text: &str) -> Vec<BranchRow> {
    let mut rows = parse_csv(text).into_iter();
    let head = rows.next().unwrap_or_default();
    let row = |row: Vec<String>| {
        let text = |key: &str| head.iter().position(|k| k == key).and_then(|i| row.get(i)).map_or("", String::as_str);
        let number = |key: &str| text(key).parse::<f64>().unwrap_or(f64::NAN);
        BranchRow {
            id: text("id").to_owned(),
            kind: kept(text("kind")),
            name: text("name").to_owned(),
            limit_mw: number("limit_mw"),
            limit_low_mw: number("limit_low_mw"),
            limit_high_mw: number("limit_high_mw"),
            limit_assumed: text("limit_assumed") == "true",
            max_loading_pct: number("max_loading_pct"),
            max_flow_mw: number("max_flow_mw"),
            hours_above_90pct: number("hours_above_90pct_h"),
            hours_at_limit: number("hours_at_limit_h"),
            hours_insecure: number("hours_insecure_h"),
            shadow_price_rub_per_mwh: number("shadow_price_rub_per_mwh"),
        }
    };
    rows.map(row).collect()
}

/// The series of a Parquet file with their sidecar; none where the file is absent.
fn series(
    stem: &str,
    steps: usize,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    columns: &dyn Fn(&str) -> Columns,
) -> Result<Vec<Series>, StoredError> {
    let file = format!("{stem}.parquet");
    let Some(columns) = columns(&file) else { return Ok(Vec::new()) };
    let columns = columns.map_err(|reason| StoredError::Broken { file: file.clone(), reason })?;
    let about = read(&format!("{stem}.meta.json")).and_then(|b| serde_json::from_slice::<Value>(&b).ok());
    let about = about.unwrap_or(Value::Null);
    let of = |(key, values): (String, Vec<f64>)| {
        let told = about["columns"].get(&key);
        let text = |name: &str| told.and_then(|c| c.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned();
        Series {
            unit: kept(&text("unit")),
            label: text("label"),
            definition: text("definition"),
            total: Total::Mean,
            key,
            values,
        }
    };
    match columns.iter().find(|(_, values)| values.len() != steps) {
        Some((key, values)) => {
            let reason =
                format!("`{key}` has {} values, the window {steps} steps", number::fixed(values.len() as f64, 0));
            Err(StoredError::Broken { file, reason })
        }
        None => Ok(columns.into_iter().map(of).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Wanted, artifacts, synthetic};
    use super::*;

    #[test]
    fn a_written_run_reads_back() {
        let (record, meta) = (synthetic::record(40), synthetic::meta());
        let files = artifacts(&record, &meta, Wanted { series_csv: false, data_only: true }).unwrap();
        let names: Vec<String> = files.iter().map(|f| f.path.clone()).collect();
        let read = |name: &str| files.iter().find(|f| f.path == name).map(|f| f.bytes.clone());
        let stored = study(&names, &read).unwrap();
        assert_eq!(stored.record.series.len(), record.series.len());
        for (a, b) in stored.record.series.iter().zip(&record.series) {
            assert_eq!((&a.key, a.unit, &a.values), (&b.key, b.unit, &b.values));
        }
        assert_eq!(stored.record.branches.len(), record.branches.len());
        assert_eq!(stored.record.timeline, record.timeline);
        assert_eq!((stored.record.headlines, stored.record.caveats), (record.headlines, record.caveats));
        assert_eq!((stored.meta.id, stored.meta.assumptions), (meta.id, meta.assumptions));
        let ledgers = stored.record.sheets.iter().find(|s| s.name == "ledgers").unwrap();
        assert_eq!(&ledgers.rows, &record.sheets.iter().find(|s| s.name == "ledgers").unwrap().rows);
    }

    #[test]
    fn a_folder_of_something_else_is_told() {
        let told = study(&[], &|_| None).unwrap_err().to_string();
        assert!(told.contains("manifest.json"), "{told}");
    }
}
