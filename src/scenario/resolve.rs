//! The resolved scenario: every value with its unit, its origin and its source, and the hash that stands for all of them.

use super::check::Checked;
use super::document::{Node, Value};
use super::leaf::{Leaf, leaves};
use super::overlay::COMMAND_LINE;
use super::source::Source;
use super::spec::{Kind, Literal};
use super::view::{as_day, as_minute, as_number};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// Header keys that say something to people and nothing to the model.
const TALK: [&str; 6] = ["format", "title", "note", "question", "hint", "answer_key"];

/// One value of a resolved scenario.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResolvedValue {
    /// Its dotted key.
    pub key: String,
    /// The value as TOML.
    pub toml: String,
    /// Its unit; empty where there is none.
    pub unit: &'static str,
    /// What the key means.
    pub doc: &'static str,
    /// `file:line`, `default` or `command line`.
    pub origin: String,
    /// Its source in a line; empty for texts, ids and dates that need none.
    pub source: String,
    /// Lowest and highest value assumed possible.
    pub range: Option<(f64, f64)>,
}

/// A scenario with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// Its values in the order of the schema, entities in order of first appearance.
    pub values: Vec<ResolvedValue>,
}

impl Checked {
    pub(super) fn leaves(&self) -> Vec<Leaf<'_>> {
        leaves(self.schema, &self.root)
    }

    /// The resolved scenario.
    pub fn resolved(&self) -> Resolved {
        let values = self.leaves().into_iter().map(|leaf| self.resolve(&leaf)).collect();
        Resolved { name: self.name().to_owned(), values }
    }

    fn resolve(&self, leaf: &Leaf<'_>) -> ResolvedValue {
        let toml = leaf.node.map_or_else(
            || leaf.field.literal().map(toml_of_literal).unwrap_or_default(),
            |node| toml_of_kind(node, leaf.field.kind),
        );
        let file = leaf.node.map(|n| self.texts.spot(n.place));
        let found = leaf.node.and_then(|n| self.sources.of(&leaf.key, n.place.text));
        let origin = match &file {
            None => "default".to_owned(),
            Some(spot) if spot.file == COMMAND_LINE => spot.file.clone(),
            Some(spot) => format!("{}:{}", spot.file, spot.line),
        };
        let source = match (found, &file) {
            (Some(source), _) => source.line(),
            (None, None) if leaf.field.is_numeric() => "default of the schema".to_owned(),
            (None, Some(spot)) if spot.file == COMMAND_LINE => COMMAND_LINE.to_owned(),
            _ => String::new(),
        };
        let range = found.filter(|_| leaf.field.is_numeric()).and_then(|s: &Source| s.range);
        ResolvedValue {
            key: leaf.key.clone(),
            toml,
            unit: leaf.field.unit(),
            doc: leaf.field.doc,
            origin,
            source,
            range,
        }
    }
}

impl Resolved {
    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<&ResolvedValue> {
        self.values.iter().find(|v| v.key == key)
    }
    /// One line per value that the model sees, in order: what the hash is taken of. Origins and titles are not in it.
    pub fn canonical(&self) -> String {
        let model = self.values.iter().filter(|v| !TALK.contains(&v.key.as_str()));
        model
            .map(|v| match v.range {
                Some((low, high)) => format!("{} = {} # {low:?} {high:?}\n", v.key, v.toml),
                None => format!("{} = {}\n", v.key, v.toml),
            })
            .collect()
    }
    /// The hash of the scenario (blake3, hex).
    pub fn hash(&self) -> String {
        blake3::hash(self.canonical().as_bytes()).to_hex().to_string()
    }
    /// All values as a scenario of its own, with every default written out.
    pub fn to_toml(&self) -> String {
        let mut out = "format = 1\n".to_owned();
        for v in self.values.iter().filter(|v| v.key != "format") {
            let _ = writeln!(out, "{} = {}", v.key, v.toml);
        }
        out
    }
    /// All values with unit, origin and source, for manifests.
    pub fn to_json(&self) -> Json {
        let mut map = serde_json::Map::new();
        for v in &self.values {
            let mut entry = serde_json::Map::new();
            entry.insert("value".to_owned(), json_of(&v.toml));
            let texts = [("unit", v.unit), ("origin", &v.origin), ("source", &v.source)];
            for (key, text) in texts.into_iter().filter(|(_, t)| !t.is_empty()) {
                entry.insert(key.to_owned(), json!(text));
            }
            if let Some((low, high)) = v.range {
                entry.insert("range".to_owned(), json!([low, high]));
            }
            map.insert(v.key.clone(), Json::Object(entry));
        }
        Json::Object(map)
    }
}

/// A value as TOML, in one way only: whole numbers of a key that takes fractions get their point, dates lose their quotes.
fn toml_of_kind(node: &Node, kind: Kind) -> String {
    let plain = match kind {
        Kind::Number { .. } | Kind::NumberById { .. } => as_number(node).map(|x| format!("{x:?}")),
        Kind::Numbers { .. } | Kind::Curve { .. } | Kind::Series { .. } | Kind::Rows => match &node.value {
            Value::List(items) => {
                let inner: Vec<String> = items
                    .iter()
                    .map(|item| match kind {
                        Kind::Curve { .. } => {
                            toml_of_kind(item, Kind::Numbers { unit: "", low: 0.0, high: 0.0, len: 2 })
                        }
                        _ => toml_of_kind(item, Kind::Number { unit: "", low: 0.0, high: 0.0 }),
                    })
                    .collect();
                Some(format!("[{}]", inner.join(", ")))
            }
            _ => None,
        },
        Kind::Day => as_day(node).map(|d| d.to_string()),
        Kind::Time => as_minute(node).map(|m| format!("\"{:02}:{:02}\"", m / 60, m % 60)),
        _ => None,
    };
    plain.unwrap_or_else(|| toml_of(node))
}

/// Any value as TOML.
pub(super) fn toml_of(node: &Node) -> String {
    match &node.value {
        Value::Text(t) => quoted(t),
        Value::Integer(i) => i.to_string(),
        Value::Number(x) => format!("{x:?}"),
        Value::Flag(b) => b.to_string(),
        Value::Day(d) => d.to_string(),
        Value::Minute(m) => format!("{:02}:{:02}:00", m / 60, m % 60),
        Value::List(items) => format!("[{}]", items.iter().map(toml_of).collect::<Vec<_>>().join(", ")),
        Value::Table(t) => {
            let inner: Vec<String> = t.iter().map(|e| format!("{} = {}", e.key, toml_of(&e.node))).collect();
            format!("{{ {} }}", inner.join(", "))
        }
        Value::Strange(what) => quoted(what),
        Value::Broken => quoted(""),
    }
}

/// A default as TOML.
pub(super) fn toml_of_literal(literal: Literal) -> String {
    let numbers = |list: &[f64]| list.iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join(", ");
    match literal {
        Literal::Number(x) => format!("{x:?}"),
        Literal::Integer(i) => i.to_string(),
        Literal::Flag(b) => b.to_string(),
        Literal::Text(t) if crate::calendar::Day::parse(t).is_some() => t.to_owned(),
        Literal::Text(t) => quoted(t),
        Literal::Numbers(list) => format!("[{}]", numbers(list)),
        Literal::Curve(points) => {
            let inner: Vec<String> = points.iter().map(|(x, y)| format!("[{}]", numbers(&[*x, *y]))).collect();
            format!("[{}]", inner.join(", "))
        }
        Literal::Texts(list) => format!("[{}]", list.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ")),
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A TOML value as JSON; dates and times become texts.
fn json_of(toml: &str) -> Json {
    fn convert(node: &Node) -> Json {
        match &node.value {
            Value::Integer(i) => json!(i),
            Value::Number(x) => json!(x),
            Value::Flag(b) => json!(b),
            Value::Text(t) => json!(t),
            Value::List(items) => items.iter().map(convert).collect(),
            Value::Table(t) => Json::Object(t.iter().map(|e| (e.key.clone(), convert(&e.node))).collect()),
            other => json!(other.show()),
        }
    }
    convert(&super::document::parse_value(super::document::TextId(0), 0, toml))
}
