//! The table of a study of many runs on stdout: means with their two bands.

use crate::record::metric::{METRICS, is_detail};
use crate::report::number;
use core::fmt::Write as _;
use serde_json::Value;

/// The headlines of a written study: totals and plain numbers, a line each; parts stand in `summary.csv`.
pub fn table(summary: &Value) -> String {
    let said = |key: &str| summary.get(key).and_then(Value::as_str).unwrap_or("");
    // Of a sensitivity or a sweep every run is counted: members at each end of each assumption.
    let counted = if summary.get("influence").is_some() { "runs" } else { "members" };
    let mut text = format!("{}\n{}; {} {counted}\n", said("title"), said("status"), summary["members"]);
    if let Some(influence) = summary.get("influence").and_then(Value::as_object) {
        text.push_str(&most(said("method"), influence));
        return text;
    }
    if summary.get("sweep").is_some() {
        text.push_str(&turns(summary));
        return text;
    }
    if let Some(arms) = summary.get("differences").and_then(Value::as_object) {
        let head = ["baseline", "difference", "P5", "P95", "sim. error", "up", "down"];
        for (arm, differences) in arms {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\n{arm}");
            text.push_str(&aligned(&head, &what_differs(differences), &|entry| {
                let share = |key: &str| entry[key].as_f64().map_or_else(|| "–".into(), number::percent);
                let numbers = ["baseline", "diff", "p05", "p95", "std_err"].map(|key| digits(&entry[key]));
                numbers.into_iter().chain(["share_up", "share_down"].map(share)).collect()
            }));
            let told = summary["headlines"][arm].as_array().map(Vec::as_slice).unwrap_or_default();
            let told = told.iter().filter_map(Value::as_str);
            for line in told.filter(|t| t.starts_with("Depends") || t.starts_with("Input")) {
                let _ = writeln!(text, "{line}");
            }
            text.push_str(&shares(&summary["attribution"][arm]));
        }
    } else {
        let head = ["mean", "P5", "median", "P95", "sim. error"];
        text.push_str(&aligned(&head, &summary["spread"], &|entry| {
            ["mean", "p05", "p50", "p95", "std_err"].map(|key| digits(&entry[key])).to_vec()
        }));
    }
    if text.ends_with("P95  sim. error  up  down\n") {
        text.push_str("  nothing differs in any member\n");
    }
    text.push_str("P5 to P95: range of outcomes. sim. error: standard error of the mean, by the number of members.\n");
    text
}

/// What each measure of a package did, a line for each headline.
fn shares(attribution: &Value) -> String {
    let measures: Vec<&str> =
        attribution["measures"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if measures.is_empty() {
        return String::new();
    }
    let head: Vec<&str> = measures.iter().map(|m| m.rsplit('/').next().unwrap_or("")).collect();
    let mut effects = attribution["effects"].clone();
    if let Value::Object(map) = &mut effects {
        let is_something = |e: &Value| measures.iter().any(|m| e[*m]["effect"].as_f64().is_some_and(|x| x != 0.0));
        map.retain(|key, entry| !PROOFS.contains(&key.as_str()) && is_something(entry));
    }
    // Beside the largest effect on a number, last digits of a solver are nothing.
    let effect = |entry: &Value, m: &str| entry[m]["effect"].as_f64().unwrap_or(f64::NAN);
    let table = aligned_by(&head, &effects, &|entry| {
        let largest = measures.iter().map(|m| effect(entry, m).abs()).fold(0.0, f64::max);
        let shown = |x: f64| number::plain(if x.abs() < 1e-9 * largest { 0.0 } else { x });
        measures.iter().map(|m| shown(effect(entry, m))).collect()
    });
    format!("\nof which (Shapley values; errors in attribution.csv)\n{table}")
}

/// The three assumptions that move each headline most.
fn most(method: &str, influence: &serde_json::Map<String, Value>) -> String {
    let numbers = match method {
        "morris" => "mean effect over the range, mean size, standard deviation",
        "sobol" => "share of variance of its own with P5 and P95, then with interplay",
        _ => "low and high end of the range; the answer at its value, at the low and at the high end",
    };
    let mut text = format!("by assumption: {numbers}\n");
    for (metric, about) in METRICS.iter().filter_map(|m| Some((m, influence.get(m.key)?))) {
        let all = about.as_array().map(Vec::as_slice).unwrap_or_default();
        if PROOFS.contains(&metric.key) || all.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\n{}{}",
            metric.label,
            if metric.unit.is_empty() { String::new() } else { format!(", {}", metric.unit) }
        );
        for one in all.iter().take(3) {
            let cells: Vec<String> = one["numbers"].as_array().into_iter().flatten().map(digits).collect();
            let _ = writeln!(text, "  {:50}  {}", one["key"].as_str().unwrap_or(""), cells.join("  "));
        }
    }
    text
}

/// Where answers of a sweep turn their sign.
fn turns(summary: &Value) -> String {
    let points = summary["sweep"]["points"].as_array().map_or(0, Vec::len);
    let mut text = format!("{points} points; sweep.csv has the metrics at each\n");
    for one in summary["boundary"].as_array().into_iter().flatten() {
        let label = METRICS.iter().find(|m| Some(m.key) == one["metric"].as_str()).map_or("", |m| m.label);
        let other = match one["other_key"].as_str() {
            Some(key) if !key.is_empty() => format!(" where {key} is {}", digits(&one["other_value"])),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "{label} turns its sign at {} = {}{other}",
            one["key"].as_str().unwrap_or(""),
            digits(&one["value"])
        );
    }
    text
}

/// Proofs of the run, which are no outcome.
const PROOFS: [&str; 4] = ["hours", "dispatch_fallback_hours", "dispatch_gap_max", "balance_residual_max"];

/// Differences that are not nothing in every member.
fn what_differs(differences: &Value) -> Value {
    let differs = |entry: &Value| {
        let entry = if entry.get("members").is_some_and(Value::is_number) { entry } else { &entry["total"] };
        ["share_up", "share_down"].iter().any(|key| entry[*key].as_f64().is_some_and(|s| s > 0.0))
    };
    let all = differences.as_object().into_iter().flatten();
    let kept = all.filter(|(key, entry)| !PROOFS.contains(&key.as_str()) && differs(entry));
    Value::Object(kept.map(|(key, entry)| (key.clone(), entry.clone())).collect())
}

fn digits(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".into(), number::plain)
}

/// Rows of the metrics that have a total or are one number, in the order of the registry.
fn aligned(head: &[&str], entries: &Value, cells: &dyn Fn(&Value) -> Vec<String>) -> String {
    let mut totals = serde_json::Map::new();
    for metric in METRICS.iter().filter(|m| !is_detail(m.key)) {
        let Some(entry) = entries.get(metric.key) else { continue };
        let entry = if entry.get("members").is_some_and(Value::is_number) { entry } else { &entry["total"] };
        totals.insert(metric.key.to_owned(), entry.clone());
    }
    aligned_by(head, &Value::Object(totals), cells)
}

/// Rows of entries by metric, in the order of the registry.
fn aligned_by(head: &[&str], entries: &Value, cells: &dyn Fn(&Value) -> Vec<String>) -> String {
    let mut rows = vec![(String::new(), head.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>(), "")];
    for metric in METRICS {
        let Some(entry) = entries.get(metric.key) else { continue };
        if entry.is_object() {
            rows.push((metric.label.to_owned(), cells(entry), metric.unit));
        }
    }
    let label = rows.iter().map(|r| r.0.chars().count()).max().unwrap_or(0);
    let wide = |at: usize| rows.iter().filter_map(|r| r.1.get(at)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(wide).collect();
    let mut text = String::new();
    for (name, cells, unit) in &rows {
        let mut line = format!("  {name:label$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(line, "  {cell:>width$}");
        }
        let _ = write!(line, " {unit}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_tables_are_aligned_and_name_their_bands() {
        let spread = json!({ "mean": 11, "std_err": null, "p05": 1, "p50": 2, "p95": 3, "members": 2 });
        let head = json!({ "title": "A", "status": "modeled, not measured", "members": 2 });
        let mut ensemble = head.clone();
        ensemble["spread"] = json!({ "mining_gwh": spread, "hydro_gwh": { "total": spread, "bratsk": spread } });
        let text = table(&ensemble);
        assert!(
            text.starts_with("A\nmodeled, not measured; 2 members\n") && text.contains("range of outcomes"),
            "{text}"
        );
        let ends: Vec<_> = text.lines().filter(|l| l.ends_with(" GWh")).map(|l| l.chars().count()).collect();
        assert!(ends.len() == 2 && ends[0] == ends[1], "{text}");
        let mut compare = head;
        compare["differences"] = json!({ "b": { "mining_gwh": { "baseline": 1, "diff": -4, "p05": -4, "p95": -4,
            "std_err": 0, "share_up": 0, "share_down": 1, "members": 2 } } });
        assert!(table(&compare).contains("−4"), "{}", table(&compare));
    }
}
