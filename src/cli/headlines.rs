//! The table of headlines on stdout.

use crate::report::Language;
use crate::report::summary::{self, Line};
use core::fmt::Write as _;

/// The headlines of a `summary.json` as a table: label, value, unit; parts under a headline that has no total.
pub fn table(written: &serde_json::Value, language: Language) -> String {
    let lines = summary::lines(&summary::read(written), language);
    let rows: Vec<(String, &str, &str)> = lines.iter().flat_map(rows).collect();
    let wide = |f: fn(&(String, &str, &str)) -> usize| rows.iter().map(f).max().unwrap_or(0);
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

fn rows(line: &Line) -> Vec<(String, &str, &str)> {
    let mut rows =
        vec![(line.label.to_owned(), line.value.as_str(), if line.value.is_empty() { "" } else { line.unit })];
    if line.value.is_empty() {
        rows.extend(line.parts.iter().map(|(id, value)| (format!("  {id}"), value.as_str(), line.unit)));
    }
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
}
