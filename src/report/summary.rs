//! `summary.json` and `summary.csv`: the headlines.

use super::data::{Column, Table};
use super::print::Print;
use super::view::View;
use super::{Language, Meta, number};
use crate::record::metric::{METRICS, Metric, is_detail, metric};
use crate::record::{Headline, Record, Value};
use serde_json::{Map, json};

/// The reserved id of a sum over ids.
pub const TOTAL: &str = "total";

/// `summary.json`. A key's type never changes: a number, a text, or a map from id to number; an undefined number is
/// null and its note stands under `notes`. Under `names` stand names for people by id, under `words` what is printed
/// instead of a value.
pub fn json(record: &Record, meta: &Meta) -> serde_json::Value {
    let mut out = Map::new();
    out.insert("schema".into(), json!("hashwatt.summary/1"));
    for (key, text) in [("scenario", &meta.name), ("title", &meta.title), ("id", &meta.id), ("version", &meta.version)]
    {
        out.insert(key.into(), json!(text));
    }
    out.insert("seed".into(), json!(meta.seed));
    out.insert("member".into(), json!(meta.member));
    out.insert("status".into(), json!(super::meta::NOT_MEASURED));
    let mut notes = Map::new();
    for Headline { key, value } in &record.headlines {
        let written = match value {
            Value::Number(Some(n)) if n.is_finite() => number::json(*n),
            Value::Number(_) => {
                notes.insert((*key).into(), json!(undefined(key)));
                serde_json::Value::Null
            }
            Value::Text(text) => json!(text),
            Value::ById(parts) => {
                if parts.iter().any(|p| !p.1.is_finite()) {
                    notes.insert((*key).into(), json!(undefined(key)));
                }
                let map: Map<_, _> = parts.iter().map(|(id, n)| (id.clone(), number::json(*n))).collect();
                serde_json::Value::Object(map)
            }
        };
        out.insert((*key).into(), written);
    }
    if !notes.is_empty() {
        out.insert("notes".into(), notes.into());
    }
    Print::of(&View::new(record, meta)).write(&mut out);
    serde_json::Value::Object(out)
}

fn undefined(key: &str) -> String {
    let what = metric(key).map_or("", |m| m.definition);
    format!("Undefined in this run. {what}").trim_end().into()
}

/// `summary.csv`: a row per headline and id.
pub fn table(record: &Record) -> Table<'_> {
    let (mut keys, mut ids, mut values, mut units, mut labels) = (vec![], vec![], vec![], vec![], vec![]);
    for Headline { key, value } in &record.headlines {
        let about = metric(key);
        let parts: Vec<(&str, String)> = match value {
            Value::Number(n) => vec![(TOTAL, n.map(number::shortest).unwrap_or_default())],
            Value::Text(text) => vec![(TOTAL, text.clone())],
            Value::ById(parts) => parts.iter().map(|(id, n)| (id.as_str(), number::shortest(*n))).collect(),
        };
        for (id, text) in parts {
            keys.push((*key).into());
            ids.push(id.into());
            values.push(text.into());
            units.push(about.map_or("", |m| m.unit).into());
            labels.push(about.map_or(*key, |m| m.label).into());
        }
    }
    Table {
        name: "summary".into(),
        title: "The headlines.".into(),
        columns: vec![
            Column::texts("metric", "Metric", "Key of the metric.", keys),
            Column::texts("of", "Of", "Id of a part, or `total`.", ids),
            Column::texts("value", "Value", "The value; empty if undefined.", values),
            Column::texts("unit", "Unit", "Unit of the value.", units),
            Column::texts("label", "Label", "The metric in a few words.", labels),
        ],
    }
}

/// One headline for people: label, value, unit. A map shows its total, or its parts where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Key of the metric.
    pub key: &'static str,
    /// The metric in a few words.
    pub label: &'static str,
    /// Its value in digits that say something.
    pub value: String,
    /// The unit's symbol; none for dollars, which carry their sign.
    pub unit: &'static str,
    /// Parts as (name, value); empty for a plain number.
    pub parts: Vec<(String, String)>,
    /// The definition.
    pub definition: &'static str,
}

/// The headlines for people, in order; hours at limits that were never met are left out.
pub fn lines(headlines: &[Headline], print: &Print, language: Language) -> Vec<Line> {
    let plain = Metric { key: "", unit: "", label: "", label_ru: "", definition: "" };
    // A world without sections has no hours at their limits: nothing to print.
    let is_empty = |h: &&Headline| matches!(&h.value, Value::ById(parts) if parts.is_empty());
    headlines
        .iter()
        .filter(|h| !is_empty(h) && !is_detail(h.key))
        .map(|h| {
            let m = metric(h.key).unwrap_or(&plain);
            let label = match language {
                Language::En => m.label,
                Language::Ru => m.label_ru,
            };
            let digits = |v: f64| self::digits(h.key, m.unit, v);
            let (value, parts) = match &h.value {
                Value::Number(n) => (n.map_or_else(|| "–".into(), digits), Vec::new()),
                Value::Text(text) => (print.words(h.key).unwrap_or(text).to_owned(), Vec::new()),
                Value::ById(parts) => {
                    let parts = || parts.iter().filter(|p| h.key != "congested_hours" || p.1 != 0.0);
                    let total = parts().find(|p| p.0 == TOTAL).map(|p| digits(p.1));
                    let rest = parts().filter(|p| p.0 != TOTAL).map(|p| (print.name(&p.0), digits(p.1)));
                    (total.unwrap_or_default(), rest.collect())
                }
            };
            let label = if label.is_empty() { h.key } else { label };
            let unit = if m.unit == "USD" { "" } else { m.unit };
            Line { key: h.key, label, value, unit, parts, definition: m.definition }
        })
        .collect()
}

/// The headlines of a `summary.json`, in the order of the registry.
pub fn read(summary: &serde_json::Value) -> Vec<Headline> {
    let value = |written: &serde_json::Value| match written {
        serde_json::Value::Null => Some(Value::Number(None)),
        serde_json::Value::Number(n) => Some(Value::Number(n.as_f64())),
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Object(map) => {
            let part = |(id, n): (&String, &serde_json::Value)| (id.clone(), n.as_f64().unwrap_or(f64::NAN));
            Some(Value::ById(map.iter().map(part).collect()))
        }
        _ => None,
    };
    METRICS.iter().filter_map(|m| Some(Headline { key: m.key, value: value(summary.get(m.key)?)? })).collect()
}

/// Digits that say something about a headline.
pub fn digits(key: &str, unit: &str, value: f64) -> String {
    match unit {
        "m" => number::fixed(value, 2),
        "USD" => number::dollars(value),
        "MW" | "MWh" => number::whole(value),
        "h" | "BTC" => number::fixed(value, 0),
        "" if key == "network_difficulty_mean" => format!("{} trillion", number::plain(value / 1e12)),
        "" if key.contains("share") => number::percent(value),
        "" if value == libm::trunc(value) => number::fixed(value, 0),
        _ => number::plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic;
    use super::*;

    #[test]
    fn a_written_summary_reads_back() {
        let record = synthetic::record(2);
        let written = json(&record, &synthetic::meta());
        let told = lines(&read(&written), &Print::read(&written), Language::En);
        let print = Print::of(&View::new(&record, &synthetic::meta()));
        assert_eq!(told, lines(&record.headlines, &print, Language::En));
    }

    #[test]
    fn a_key_keeps_its_type_and_nothing_is_nan() {
        let mut record = synthetic::record(2);
        record.headlines.push(Headline { key: "pue_mean", value: Value::Number(Some(f64::NAN)) });
        let out = json(&record, &synthetic::meta());
        assert_eq!(out["schema"], "hashwatt.summary/1");
        assert!(out["hydro_gwh"]["total"].is_number() && out["hours"].is_number() && out["weather"].is_string());
        assert!(out["pue_mean"].is_null() && out["notes"]["pue_mean"].is_string());
        assert!(!out.to_string().contains("NaN"));
    }
}
