//! The table of headlines on stdout.

use crate::report::Language;
use crate::report::print::Print;
use crate::report::summary::{self, Line};
use core::fmt::Write as _;

/// A row: label, value, what follows it.
type Row = (String, String, String);

/// The headlines of a `summary.json` as a table: label, value, unit; parts under a headline that has no total; a value
/// that depends on the home tariff stands beside its twin.
pub fn table(written: &serde_json::Value, language: Language) -> String {
    let lines = summary::lines(&summary::read(written), &Print::read(written), language);
    let rows: Vec<Row> = lines.iter().flat_map(|line| rows(line, &lines)).collect();
    let wide = |f: fn(&Row) -> usize| rows.iter().map(f).max().unwrap_or(0);
    let (label, value) = (wide(|r| r.0.chars().count()), wide(|r| r.1.chars().count()));
    let mut text = String::new();
    for key in ["title", "status"] {
        if let Some(said) = written.get(key).and_then(serde_json::Value::as_str) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{said}");
        }
    }
    for row in &rows {
        let _ = writeln!(text, "{}", format!("  {:label$}  {:>value$} {}", row.0, row.1, row.2).trim_end());
    }
    text
}

/// The end of the keys of twins.
const TWIN: &str = "_published_tariff_usd";

fn rows(line: &Line, all: &[Line]) -> Vec<Row> {
    let find = |key: &str| all.iter().find(|l| l.key == key);
    if line.key.strip_suffix(TWIN).is_some_and(|stem| find(&format!("{stem}_usd")).is_some()) {
        return Vec::new();
    }
    let twin = line.key.strip_suffix("_usd").and_then(|stem| find(&format!("{stem}{TWIN}")));
    let tail = |twin: Option<&str>| match twin {
        Some(value) => format!("{}  at the published tariff {value}", line.unit),
        None => line.unit.to_owned(),
    };
    if !line.value.is_empty() {
        return vec![(line.label.to_owned(), line.value.clone(), tail(twin.map(|t| t.value.as_str())))];
    }
    let mut rows = vec![(line.label.to_owned(), String::new(), String::new())];
    rows.extend(line.parts.iter().map(|(name, value)| {
        let other = twin.and_then(|t| t.parts.iter().find(|p| p.0 == *name)).map(|p| p.1.as_str());
        (format!("  {name}"), value.clone(), tail(other))
    }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::synthetic;

    #[test]
    fn columns_are_aligned() {
        let (record, meta) = (synthetic::record(2), synthetic::meta());
        let text = table(&summary::json(&record, &meta), Language::En);
        assert!(text.starts_with("Irkutsk, 2022–2023\nmodeled, not measured\n"));
        let ends: Vec<_> = text.lines().filter(|l| l.ends_with(" MW")).map(|l| l.chars().count()).collect();
        assert!(ends.len() > 2 && ends.windows(2).all(|w| w[0] == w[1]), "{text}");
    }
    #[test]
    fn twins_stand_side_by_side() {
        let (record, meta) = (synthetic::record(2), synthetic::meta());
        let text = table(&summary::json(&record, &meta), Language::En);
        let profit = text.lines().find(|l| l.starts_with("  Mining profit")).unwrap();
        assert!(profit.contains("$601\u{a0}million") && profit.ends_with("at the published tariff $571\u{a0}million"));
        assert_eq!(text.matches("Mining profit").count(), 1);
    }
}
