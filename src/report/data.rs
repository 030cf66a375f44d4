//! Tables as files: columns that know their unit and definition, CSV text, and the sidecar that explains them.

use super::{Meta, Text, number};
use crate::record::{Cell, Record, Series, Sheet};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells<'a> {
    /// Numbers; one that is not finite is unknown and written as nothing.
    Numbers(Cow<'a, [f64]>),
    /// Whole numbers: counts and places.
    Whole(Vec<i64>),
    /// Texts.
    Texts(Vec<Text<'a>>),
    /// Both, or nothing.
    Mixed(Vec<Cell>),
}

impl Cells<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(v) => v.len(),
            Self::Whole(v) => v.len(),
            Self::Texts(v) => v.len(),
            Self::Mixed(v) => v.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column: its key as in the file, and what the sidecar says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column<'a> {
    /// Key, ending in the unit.
    pub key: Text<'a>,
    /// Symbol of the unit; empty for texts and pure numbers.
    pub unit: Text<'a>,
    /// A few words.
    pub label: Text<'a>,
    /// A sentence.
    pub definition: Text<'a>,
    /// The cells.
    pub cells: Cells<'a>,
}

impl<'a> Column<'a> {
    /// A column of numbers.
    pub fn numbers(
        key: impl Into<Text<'a>>,
        unit: impl Into<Text<'a>>,
        label: impl Into<Text<'a>>,
        definition: impl Into<Text<'a>>,
        values: impl Into<Cow<'a, [f64]>>,
    ) -> Self {
        let (key, unit, label, definition) = (key.into(), unit.into(), label.into(), definition.into());
        Self { key, unit, label, definition, cells: Cells::Numbers(values.into()) }
    }
    /// A column of texts.
    pub fn texts(
        key: impl Into<Text<'a>>,
        label: impl Into<Text<'a>>,
        definition: impl Into<Text<'a>>,
        values: Vec<Text<'a>>,
    ) -> Self {
        let (key, label, definition) = (key.into(), label.into(), definition.into());
        Self { key, unit: "".into(), label, definition, cells: Cells::Texts(values) }
    }
    /// A series' own description with other values.
    pub fn of(series: &'a Series, values: impl Into<Cow<'a, [f64]>>) -> Self {
        Self::numbers(series.key.as_str(), series.unit, series.label.as_str(), series.definition.as_str(), values)
    }
}

/// A named table; all columns are equally long.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<'a> {
    /// The file's stem.
    pub name: Text<'a>,
    /// What it holds, in a sentence.
    pub title: Text<'a>,
    /// The columns in order.
    pub columns: Vec<Column<'a>>,
}

impl Table<'_> {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.cells.len())
    }

    /// The table as CSV (RFC 4180, line feeds).
    pub fn csv(&self) -> String {
        let mut text = String::with_capacity(64 + self.rows() * self.columns.len() * 12);
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            push_field(&mut text, &column.key);
        }
        text.push('\n');
        for row in 0..self.rows() {
            for (i, column) in self.columns.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                match &column.cells {
                    Cells::Numbers(v) => number::push_shortest(&mut text, v.get(row).copied().unwrap_or(f64::NAN)),
                    Cells::Whole(v) => text.push_str(&v.get(row).map(i64::to_string).unwrap_or_default()),
                    Cells::Texts(v) => push_field(&mut text, v.get(row).map_or("", |t| t)),
                    Cells::Mixed(v) => match v.get(row) {
                        Some(Cell::Number(x)) => number::push_shortest(&mut text, *x),
                        Some(Cell::Text(t)) => push_field(&mut text, t),
                        Some(Cell::Empty) | None => {}
                    },
                }
            }
            text.push('\n');
        }
        text
    }

    /// The sidecar: the table's origin and, by column, label, unit and definition.
    pub fn sidecar(&self, meta: &Meta, caveats: &[String]) -> Value {
        let columns: serde_json::Map<_, _> = self
            .columns
            .iter()
            .map(|c| {
                let about = json!({ "label": c.label, "unit": c.unit, "definition": c.definition });
                (c.key.to_string(), about)
            })
            .collect();
        let mut about = meta.origin();
        if let Value::Object(map) = &mut about {
            map.insert("table".into(), json!(self.title));
            map.insert("columns".into(), Value::Object(columns));
            map.insert("caveats".into(), json!(caveats));
        }
        about
    }
}

/// A field of a CSV row, quoted where it must be. A text that a spreadsheet would run as a formula gets an apostrophe.
fn push_field(text: &mut String, field: &str) {
    let formula =
        field.starts_with(['=', '@', '\t', '\r']) || (field.starts_with(['+', '-']) && field.parse::<f64>().is_err());
    let field: Text<'_> = if formula { format!("'{field}").into() } else { field.into() };
    if field.contains(['"', ',', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(&field);
    }
}

/// The rows of a CSV text, the head among them (RFC 4180; lines may end in a line feed alone).
pub fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(core::mem::take(&mut field)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(core::mem::take(&mut field));
                rows.push(core::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// The unit that a key ends in, as a symbol; empty where it ends in none.
pub fn unit_of(key: &str) -> &'static str {
    const UNITS: &[(&str, &str)] = &[
        ("_usd_per_kwh", "USD/kWh"),
        ("_usd_per_mwh", "USD/MWh"),
        ("_rub_per_mwh", "RUB/MWh"),
        ("_rub_per_kwh", "RUB/kWh"),
        ("_usd_per_ph_day", "USD/PH/day"),
        ("_j_per_th", "J/TH"),
        ("_eh_s", "EH/s"),
        ("_ph_s", "PH/s"),
        ("_th_s", "TH/s"),
        ("_m3_s", "m³/s"),
        ("_gwh", "GWh"),
        ("_mwh", "MWh"),
        ("_kwh", "kWh"),
        ("_mw", "MW"),
        ("_kw", "kW"),
        ("_w", "W"),
        ("_usd", "USD"),
        ("_rub", "RUB"),
        ("_btc", "BTC"),
        ("_pct", "%"),
        ("_m", "m"),
        ("_c", "°C"),
        ("_h", "h"),
    ];
    UNITS.iter().find(|(suffix, _)| key.ends_with(suffix)).map_or("", |(_, unit)| unit)
}

/// A key in words: without its unit, with spaces.
pub fn words_of(key: &str) -> String {
    const PLAIN: &[&str] = &[
        "_usd_per_kwh",
        "_usd_per_mwh",
        "_rub_per_mwh",
        "_rub_per_kwh",
        "_usd_per_ph_day",
        "_j_per_th",
        "_eh_s",
        "_ph_s",
        "_th_s",
        "_m3_s",
        "_gwh",
        "_mwh",
        "_kwh",
        "_mw",
        "_kw",
        "_usd",
        "_rub",
        "_btc",
        "_pct",
        "_m",
        "_c",
        "_h",
    ];
    let stem = PLAIN.iter().find_map(|s| key.strip_suffix(s)).unwrap_or(key);
    stem.replace('_', " ")
}

/// `timeline.csv`: what happened when.
pub fn timeline(record: &Record) -> Table<'_> {
    let t = &record.timeline;
    let time = |h: &crate::record::Happening| format!("{} {:02}:{:02}", h.day, h.minute / 60, h.minute % 60).into();
    Table {
        name: "timeline".into(),
        title: "What happened when.".into(),
        columns: vec![
            Column::texts("time_local", "Time", "Local time.", t.iter().map(time).collect()),
            Column::texts(
                "kind",
                "Kind",
                "Kind of happening: event, limit, record, retarget, order, warning.",
                t.iter().map(|h| h.kind.into()).collect(),
            ),
            Column::texts(
                "subject",
                "Subject",
                "Id of what it concerns.",
                t.iter().map(|h| h.subject.as_str().into()).collect(),
            ),
            Column::texts("text", "Text", "A sentence.", t.iter().map(|h| h.text.as_str().into()).collect()),
        ],
    }
}

/// `branches.csv`: how hard each branch and controlled section worked.
pub fn branches(record: &Record) -> Table<'_> {
    let b = &record.branches;
    let numbers = |f: fn(&crate::record::BranchRow) -> f64| b.iter().map(f).collect::<Vec<_>>();
    Table {
        name: "branches".into(),
        title: "Branches and controlled sections over the run.".into(),
        columns: vec![
            Column::texts(
                "id",
                "Id",
                "Key of the branch or id of the controlled section.",
                b.iter().map(|r| r.id.as_str().into()).collect(),
            ),
            Column::texts(
                "kind",
                "Kind",
                "`branch` or `interface` (a controlled section).",
                b.iter().map(|r| r.kind.into()).collect(),
            ),
            Column::texts("name", "Name", "Name for people.", b.iter().map(|r| r.name.as_str().into()).collect()),
            Column::numbers("limit_mw", "MW", "Limit", "The limit that held longest.", numbers(|r| r.limit_mw)),
            Column::numbers(
                "limit_low_mw",
                "MW",
                "Limit, low",
                "Lower end of an assumed limit's range; the limit where it is not assumed.",
                numbers(|r| r.limit_low_mw),
            ),
            Column::numbers(
                "limit_high_mw",
                "MW",
                "Limit, high",
                "Upper end of an assumed limit's range; the limit where it is not assumed.",
                numbers(|r| r.limit_high_mw),
            ),
            Column::texts(
                "limit_assumed",
                "Limit assumed",
                "Whether the limit is an assumption.",
                b.iter().map(|r| if r.limit_assumed { "true" } else { "false" }.into()).collect(),
            ),
            Column::numbers(
                "max_loading_pct",
                "%",
                "Largest loading",
                "Largest loading in % of the limit of its hour.",
                numbers(|r| r.max_loading_pct),
            ),
            Column::numbers("max_flow_mw", "MW", "Largest flow", "Largest absolute flow.", numbers(|r| r.max_flow_mw)),
            Column::numbers(
                "hours_above_90pct_h",
                "h",
                "Hours above 90 %",
                "Hours above 90 % of the limit.",
                numbers(|r| r.hours_above_90pct),
            ),
            Column::numbers(
                "hours_at_limit_h",
                "h",
                "Hours at limit",
                "Hours with a positive shadow price.",
                numbers(|r| r.hours_at_limit),
            ),
            Column::numbers(
                "hours_insecure_h",
                "h",
                "Hours insecure",
                "Hours in which the loss of another circuit would load it beyond its short-time rating.",
                numbers(|r| r.hours_insecure),
            ),
            Column::numbers(
                "shadow_price_rub_per_mwh",
                "RUB/MWh",
                "Shadow price",
                "Mean shadow price over the hours at the limit.",
                numbers(|r| r.shadow_price_rub_per_mwh),
            ),
        ],
    }
}

/// A further table of the record.
pub fn sheet(sheet: &Sheet) -> Table<'_> {
    let columns = sheet.columns.iter().enumerate().map(|(i, (key, definition))| Column {
        key: key.as_str().into(),
        unit: unit_of(key).into(),
        label: words_of(key).into(),
        definition: definition.as_str().into(),
        cells: Cells::Mixed(sheet.rows.iter().map(|row| row.get(i).cloned().unwrap_or(Cell::Empty)).collect()),
    });
    Table { name: sheet.name.into(), title: words_of(sheet.name).into(), columns: columns.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_it_must_and_leaves_unknowns_empty() {
        let table = Table {
            name: "t".into(),
            title: "t".into(),
            columns: vec![
                Column::texts("name", "", "", vec!["a,\"b\"".into(), "=1+1".into()]),
                Column::numbers("x_mw", "MW", "", "", vec![0.1, f64::NAN]),
            ],
        };
        assert_eq!(table.csv(), "name,x_mw\n\"a,\"\"b\"\"\",0.1\n'=1+1,\n");
    }

    #[test]
    fn csv_reads_back() {
        let rows = parse_csv("a,\"b, \"\"c\"\"\nd\"\r\n,2\n3,");
        assert_eq!(rows, [["a", "b, \"c\"\nd"], ["", "2"], ["3", ""]]);
        assert!(parse_csv("").is_empty());
    }

    #[test]
    fn keys_tell_their_unit_and_words() {
        assert_eq!(
            (unit_of("break_even_usd_per_kwh"), words_of("break_even_usd_per_kwh").as_str()),
            ("USD/kWh", "break even")
        );
        assert_eq!((unit_of("model"), words_of("machine_model").as_str()), ("", "machine model"));
    }
}
