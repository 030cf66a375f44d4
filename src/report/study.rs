//! The files of a study of many runs: means with their spread, paired differences, and what the table of runs holds.

pub mod runs;
mod tables;

use super::about::About;
use super::data::{Column, Table};
use super::{Artifact, Meta, ReportError, number, pretty};
use crate::calendar::Window;
use crate::random::Seed;
use crate::record::metric::{is_detail, metric};
use crate::study::driver::Drawn;
use crate::study::onset::onsets;
use crate::study::{
    Coalitions, Column as StudyColumn, Difference, Driver, Fan, Range, Results, Share, Spread, differences,
};
use serde_json::{Map, Value, json};
use tables::{attribution_table, difference_table, driver_table, onset_table, spread_table};
pub(super) use tables::{text, value};

/// What the quantiles say.
pub const RANGE: &str = "range of outcomes: P5 to P95 over futures and drawn assumptions";
/// What the standard error says.
pub const ERROR: &str = "simulation error: standard error of the mean over members, smaller with more of them";

/// The files of a study, without the manifest and the table of runs, whose sidecar is there.
///
/// # Errors
/// [`ReportError::Columns`] if the columnar writer refuses.
pub fn compose(about: &About, results: &Results, fans: &[Fan]) -> Result<Vec<Artifact>, ReportError> {
    let meta = &about.meta;
    let runs = runs::Runs::of(results, about.design.map(|d| d.futures)).head();
    let mut files = vec![Artifact::new("members.meta.json", pretty(&runs.sidecar(meta, &results.caveats)))];
    let mut out = head(results, meta, about);
    let spreads = spreads(results);
    out.extend(means(results, &spreads));
    if let Some(design) = &about.design {
        files.extend(super::sensitivity::sensitivity(about, design, results, &mut out));
    } else if let Some(sweep) = &about.sweep {
        files.extend(super::sensitivity::sweep(about, sweep, results, &mut out));
    } else if about.compares() {
        files.extend(comparison(about, results, &mut out));
    } else {
        files.extend(csv(&spread_table(&spreads), results, meta));
        if let Some(arm) = results.arms.first() {
            let drawn = Drawn::new(&arm.inputs, about.arms.first().map_or(&[], |a| a.ranges.as_slice()));
            let is_headline = |c: &StudyColumn| c.of() == "total" && !is_detail(c.metric);
            let headlines: Vec<&StudyColumn> = arm.columns.iter().filter(|c| is_headline(c)).collect();
            let values = |i: usize| headlines.get(i).map_or_else(Vec::new, |c| c.values.get().into_owned());
            let mut driven = drawn.drivers(&vec![headlines.len(); headlines.len()], &values).into_iter();
            out.insert(
                "spread".into(),
                nested(spreads.iter().filter_map(|(c, spread)| {
                    let drivers = if is_headline(c) { driven.next() } else { None };
                    let mut entry = spread_json(spread.as_ref()?);
                    if let (Some(found), Value::Object(map)) = (drivers, &mut entry) {
                        map.insert("driven_by".into(), found.iter().map(driver_json).collect());
                    }
                    Some((c.metric, c.part.as_deref(), entry))
                })),
            );
        }
    }
    if let Some(window) = results.window.filter(|_| fans.iter().any(|f| !f.is_empty())) {
        files.extend(fan_files(fans, window, results, meta)?);
    }
    files.push(Artifact::new("summary.json", pretty(&Value::Object(out))));
    Ok(files)
}

/// The tables of a comparison; what they tell in short goes to the summary.
fn comparison(about: &About, results: &Results, out: &mut Map<String, Value>) -> Vec<Artifact> {
    let meta = &about.meta;
    let shown = Results {
        arms: results.arms.iter().zip(&about.arms).filter(|(_, a)| !a.is_part).map(|(arm, _)| arm.clone()).collect(),
        ..Results::default()
    };
    let ranges: Vec<&[Range]> = about.arms.iter().filter(|a| !a.is_part).map(|a| a.ranges.as_slice()).collect();
    let all = differences(&shown, &ranges);
    let typed = |d: &Difference| {
        about.arms.iter().any(|a| a.name == d.arm && a.typed_in.iter().any(|metric| metric == d.metric))
    };
    let mut arms = Map::new();
    let mut told = Map::new();
    for arm in shown.arms.iter().skip(1) {
        let of_arm = || all.iter().filter(|d| d.arm == arm.name);
        let is_map = |d: &Difference| {
            let parts = |a: &crate::study::Arm| a.columns.iter().any(|c| c.metric == d.metric && c.part.is_some());
            shown.arms.iter().any(parts)
        };
        let entry = |d: &Difference| {
            let mut entry = difference_json(d);
            if let Value::Object(map) = &mut entry {
                map.insert("input".into(), json!(typed(d)));
            }
            entry
        };
        let entries: Vec<_> = of_arm().map(|d| (d.metric, is_map(d).then_some(d.of.as_str()), entry(d))).collect();
        arms.insert(arm.name.clone(), nested(entries.into_iter()));
        let sentences =
            of_arm().filter(|d| d.of == "total" && !is_detail(d.metric)).filter_map(|d| sentence(d, typed(d)));
        told.insert(arm.name.clone(), sentences.map(Value::from).collect());
    }
    out.insert("differences".into(), Value::Object(arms));
    out.insert("headlines".into(), Value::Object(told));
    let mut files: Vec<Artifact> = csv(&difference_table(&all), results, meta).into();
    files.extend(table_files(&driver_table(&all), results, meta));
    files.extend(table_files(&onset_table(&onsets(&all)), results, meta));
    if !about.packages.is_empty() {
        files.extend(attribution(about, results, out));
    }
    files
}

/// One difference in a sentence; nothing where nothing differs.
fn sentence(d: &Difference, typed: bool) -> Option<String> {
    let about = metric(d.metric)?;
    let quiet =
        ["dispatch_fallback_hours", "dispatch_gap_max", "balance_residual_max", "network_difficulty_mean", "hours"];
    if d.share_up + d.share_down == 0.0 || quiet.contains(&d.metric) {
        return None;
    }
    let (amount, unit) = number::printed(about.unit);
    let begins = match (typed, d.depends()) {
        (true, _) => "Input, not finding: ",
        (false, true) => "Depends on an assumption: ",
        _ => "",
    };
    let [mean, low, high] = [d.diff.mean, d.diff.p05, d.diff.p95].map(amount);
    let mut text = format!("{begins}{}: {mean}{unit} (range of outcomes {low} to {high}", about.label);
    if let Some(error) = d.diff.std_err {
        text.push_str(&format!("; simulation error {}", amount(error)));
    }
    let (word, share) = if d.diff.mean < 0.0 { ("lower", d.share_down) } else { ("higher", d.share_up) };
    text.push_str(&format!("); {word} in {} of {} members", number::percent(share), d.diff.members));
    for driver in d.driven_by.iter().take(if d.depends() { 3 } else { 0 }) {
        let [low, high] = [driver.low, driver.high].map(number::plain);
        let [at_low, at_high] = [driver.at_low, driver.at_high].map(amount);
        text.push_str(&format!("; {} from {low} to {high}: {at_low} to {at_high}{unit}", driver.key));
    }
    text.push('.');
    Some(text)
}

/// `attribution.csv`, and its totals for the summary.
fn attribution(about: &About, results: &Results, out: &mut Map<String, Value>) -> Vec<Artifact> {
    let mut rows: Vec<(&str, &str, Share)> = Vec::new();
    let mut told = Map::new();
    for package in &about.packages {
        let coalitions = Coalitions::new(package.measures.len(), Seed(about.meta.seed));
        let arms: Vec<_> = package.arms.iter().filter_map(|i| results.arms.get(*i)).collect();
        let name = about.arms.get(package.arm).map_or("", |a| a.name.as_str());
        let mut of_arm = Map::new();
        for share in coalitions.attribute(&arms) {
            let measure = package.measures.get(share.measure).map_or("", String::as_str);
            if share.of == "total" && !is_detail(share.metric) {
                let error = share.std_err.map_or(Value::Null, number::json);
                let entry = json!({ "effect": number::json(share.effect), "std_err": error });
                let slot = of_arm.entry(share.metric).or_insert_with(|| json!({}));
                if let Value::Object(slot) = slot {
                    slot.insert(measure.to_owned(), entry);
                }
            }
            rows.push((name, measure, share));
        }
        told.insert(
            name.to_owned(),
            json!({ "measures": package.measures, "sampled": coalitions.is_sampled(), "effects": of_arm }),
        );
    }
    out.insert("attribution".into(), Value::Object(told));
    let table = attribution_table(&rows);
    table_files(&table, results, &about.meta).into()
}

/// `manifest.json`, which closes a study; `files` are the hashes of the others by path.
pub fn manifest(results: &Results, meta: &Meta, files: &Value) -> Artifact {
    let mut manifest = meta.manifest(results.window.as_ref(), &results.caveats);
    if let Value::Object(map) = &mut manifest {
        map.insert("files_blake3".into(), files.clone());
    }
    Artifact::new("manifest.json", pretty(&manifest))
}

/// What both kinds of summary begin with.
fn head(results: &Results, meta: &Meta, about: &About) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("schema".into(), json!("hashwatt.summary/1"));
    for (key, text) in [("scenario", &meta.name), ("title", &meta.title), ("id", &meta.id), ("version", &meta.version)]
    {
        out.insert(key.into(), json!(text));
    }
    out.insert("verb".into(), json!(meta.verb));
    out.insert("seed".into(), json!(meta.seed));
    out.insert("arms".into(), about.arms.iter().filter(|a| !a.is_part).map(|a| a.name.as_str()).collect());
    out.insert("members".into(), json!(results.members));
    let lost = results.losses.iter().map(|l| {
        let arm = results.arms.get(l.arm).map_or("", |a| a.name.as_str());
        json!({ "member": l.member, "arm": arm, "cause": l.lost.cause })
    });
    out.insert("failures".into(), lost.collect());
    out.insert("status".into(), json!(super::meta::NOT_MEASURED));
    out.insert("bands".into(), json!({ "p05_p95": RANGE, "std_err": ERROR }));
    out
}

/// The columns of the first arm, each with its spread.
fn spreads(results: &Results) -> Vec<(&StudyColumn, Option<Spread>)> {
    let columns = results.arms.first().map_or(&[][..], |a| a.columns.as_slice());
    columns.iter().map(|c| (c, Spread::of(c.values.get().iter().copied()))).collect()
}

/// Means of the first arm under the usual keys; texts that every member shares.
fn means(results: &Results, spreads: &[(&StudyColumn, Option<Spread>)]) -> Map<String, Value> {
    let Some(arm) = results.arms.first() else { return Map::new() };
    let mut out: Map<_, _> =
        arm.texts.iter().filter(|t| !t.1.is_empty()).map(|(key, text)| ((*key).to_owned(), json!(text))).collect();
    let means = nested(spreads.iter().map(|(c, spread)| {
        let mean = spread.map_or(Value::Null, |s| number::json(s.mean));
        (c.metric, c.part.as_deref(), mean)
    }));
    if let Value::Object(means) = means {
        out.extend(means);
    }
    out
}

/// Entries by metric and, where the headline is a map, by part.
fn nested<'a>(entries: impl Iterator<Item = (&'static str, Option<&'a str>, Value)>) -> Value {
    let mut out = Map::new();
    for (metric, part, value) in entries {
        let Some(part) = part else {
            out.insert(metric.into(), value);
            continue;
        };
        if let Value::Object(parts) = out.entry(metric).or_insert_with(|| json!({})) {
            parts.insert(part.into(), value);
        }
    }
    Value::Object(out)
}

fn spread_json(s: &Spread) -> Value {
    let [mean, p05, p50, p95] = [s.mean, s.p05, s.p50, s.p95].map(number::json);
    let std_err = s.std_err.map_or(Value::Null, number::json);
    json!({ "mean": mean, "std_err": std_err, "p05": p05, "p50": p50, "p95": p95, "members": s.members })
}

fn difference_json(d: &Difference) -> Value {
    let mut out = json!({ "baseline": number::json(d.baseline), "with_measure": number::json(d.with_measure) });
    if let (Value::Object(out), Value::Object(spread)) = (&mut out, spread_json(&d.diff)) {
        for (key, value) in spread {
            out.insert(if key == "mean" { "diff".into() } else { key }, value);
        }
        out.insert("share_up".into(), number::json(d.share_up));
        out.insert("share_down".into(), number::json(d.share_down));
        out.insert("std_err_unpaired".into(), d.std_err_unpaired.map_or(Value::Null, number::json));
        out.insert("depends_on_assumption".into(), json!(d.depends()));
        out.insert("driven_by".into(), d.driven_by.iter().map(driver_json).collect());
    }
    out
}

fn driver_json(d: &Driver) -> Value {
    let [low, high, at_low, at_high, rank] = [d.low, d.high, d.at_low, d.at_high, d.rank_correlation].map(number::json);
    json!({ "key": d.key, "low": low, "high": high, "at_low": at_low, "at_high": at_high, "rank_correlation": rank })
}

fn csv(table: &Table<'_>, results: &Results, meta: &Meta) -> [Artifact; 2] {
    let sidecar = table.sidecar(meta, &results.caveats);
    [Artifact::new("summary.csv", table.csv()), Artifact::new("summary.meta.json", pretty(&sidecar))]
}

/// A table with its sidecar under its own name.
pub(super) fn table_files(table: &Table<'_>, results: &Results, meta: &Meta) -> [Artifact; 2] {
    let sidecar = pretty(&table.sidecar(meta, &results.caveats));
    [
        Artifact::new(format!("{}.csv", table.name), table.csv()),
        Artifact::new(format!("{}.meta.json", table.name), sidecar),
    ]
}

/// Quantiles that a fan is written with.
pub const FAN: [(f64, &str); 5] = [(0.05, "p05"), (0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (0.95, "p95")];

/// `fans.parquet`: quantiles of the chosen series over members at every step.
// Without the columnar writer nothing here can fail.
#[cfg_attr(not(feature = "parquet"), allow(clippy::unnecessary_wraps))]
fn fan_files(fans: &[Fan], window: Window, results: &Results, meta: &Meta) -> Result<Vec<Artifact>, ReportError> {
    let time = |step: usize| window.moment(step).to_string().into();
    let steps = fans.iter().map(Fan::len).max().unwrap_or(0);
    let mut columns = vec![Column::texts(
        "time_local",
        "Time",
        "Local time at which the step starts.",
        (0..steps).map(time).collect(),
    )];
    for fan in fans {
        for (p, name) in FAN {
            let what = format!("{RANGE}; quantile over members from bins of at most 1.6 % of the value.");
            columns.push(Column::numbers(format!("{}_{name}", fan.key), "", fan.key.clone(), what, fan.quantile(p)));
        }
    }
    let table =
        Table { name: "fans".into(), title: "How the series spread over members, step by step.".into(), columns };
    let sidecar = table.sidecar(meta, &results.caveats);
    #[cfg(feature = "parquet")]
    let data = Artifact::new("fans.parquet", super::columnar::fans(&table, window, &sidecar)?);
    #[cfg(not(feature = "parquet"))]
    let data = Artifact::new("fans.csv", table.csv());
    Ok(vec![data, Artifact::new("fans.meta.json", pretty(&sidecar))])
}

#[cfg(test)]
mod tests {
    use super::super::about::ArmAbout;
    use super::super::synthetic;
    use super::*;
    use crate::study::{Arm, Column};

    fn about(arms: &[&str]) -> About {
        let arm = |name: &&str| ArmAbout { name: (*name).to_owned(), ..ArmAbout::default() };
        About {
            meta: synthetic::meta(),
            arms: arms.iter().map(arm).collect(),
            packages: Vec::new(),
            series: Vec::new(),
            design: None,
            sweep: None,
        }
    }

    fn results() -> Results {
        let arm = |name: &str, by: f64| Arm {
            name: name.into(),
            inputs: vec![("grid.loss".into(), vec![1.0, 1.5].into())],
            columns: vec![
                Column { metric: "mining_gwh", part: None, values: vec![10.0 + by, 12.0 + by].into() },
                Column { metric: "hydro_gwh", part: Some("total".into()), values: vec![5.0, f64::NAN].into() },
            ],
            texts: vec![("weather", "generated".into())],
        };
        let arms = vec![arm("a", 0.0), arm("b", -4.0)];
        Results { members: 2, arms, ..Results::default() }
    }

    #[test]
    fn an_ensemble_keeps_the_type_of_a_key_and_tells_the_spread_beside_it() {
        let mut results = results();
        results.arms.truncate(1);
        let files = compose(&about(&["a"]), &results, &[]).unwrap();
        let file =
            |name: &str| String::from_utf8_lossy(&files.iter().find(|f| f.path == name).unwrap().bytes).into_owned();
        let summary: Value = serde_json::from_str(&file("summary.json")).unwrap();
        assert_eq!(summary["mining_gwh"], 11);
        assert_eq!(summary["hydro_gwh"]["total"], 5);
        assert_eq!(summary["spread"]["mining_gwh"]["p50"], 11);
        assert_eq!(summary["weather"], "generated");
        assert!(summary["spread"]["hydro_gwh"]["total"]["std_err"].is_null());
        assert!(
            file("summary.csv")
                .starts_with("metric,of,unit,mean,std_err,p05,p50,p95,members\nmining_gwh,total,GWh,11,1,")
        );
    }

    #[test]
    fn a_comparison_has_a_row_for_each_difference() {
        let files = compose(&about(&["a", "b"]), &results(), &[]).unwrap();
        let csv = String::from_utf8_lossy(&files.iter().find(|f| f.path == "summary.csv").unwrap().bytes).into_owned();
        assert_eq!(csv.lines().nth(1), Some("b,mining_gwh,total,GWh,11,7,-4,0,-4,-4,-4,0,1,2,1.4142135623730951"));
    }
}
