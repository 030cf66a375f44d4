//! What a scenario is, in words: a whole, a value, its assumptions; and what a key, a metric or a term means.

use super::check::Checked;
use super::document::Value;
use super::glossary::Term;
use super::overlay::{nearest, split_key};
use super::resolve::ResolvedValue;
use super::section;
use super::spec::{Field, Kind, TableSpec};
use super::view::enabled;
use crate::record::metric::{METRICS, Metric};
use std::fmt::Write as _;

/// A scenario at a glance: what it is made of and how much of it is cited, assumed, or left to defaults.
pub fn scenario(checked: &Checked, title: &str) -> String {
    let mut out = format!("{}: {title}\n", checked.name());
    let root = checked.view();
    for key in ["note", "question", "hint"] {
        if let Some(words) = root.maybe_text(key).filter(|w| !w.is_empty()) {
            let _ = writeln!(out, "{key}: {words}");
        }
    }
    let window = root.table("window");
    let (from, to) = (window.day("from"), window.day("to"));
    let _ = writeln!(
        out,
        "window: {from} to {to}, steps of {} minutes, seed {}",
        root.integer("step_minutes"),
        root.integer("seed")
    );
    let files: Vec<&str> = checked.layers.iter().map(|l| checked.texts.name(l.text)).collect();
    let _ = writeln!(out, "laid over one another: {}", files.join(" < "));
    out.push_str("sections:\n");
    for field in section::ROOT.fields {
        let Some(Value::Table(table)) = checked.root.get(field.key).map(|e| &e.node.value) else { continue };
        match field.kind {
            Kind::Tables(_) => {
                let ids: Vec<&str> = table.iter().filter(|e| enabled(&e.node)).map(|e| e.key.as_str()).collect();
                let more = if ids.len() > 12 { ", …" } else { "" };
                let shown = ids.get(..12).unwrap_or(&ids).join(", ");
                let _ = writeln!(out, "  {} ({}): {shown}{more}", field.key, ids.len());
            }
            Kind::Table(_) => {
                let _ = writeln!(out, "  {}: {}", field.key, field.doc);
            }
            _ => {}
        }
    }
    let resolved = checked.resolved();
    let numbers: Vec<&ResolvedValue> = resolved.values.iter().filter(|v| !v.source.is_empty()).collect();
    let count = |accept: &dyn Fn(&ResolvedValue) -> bool| numbers.iter().filter(|v| accept(v)).count();
    let _ = writeln!(
        out,
        "values with a source: {} ({} assumed, {} fitted, {} defaults of the schema); assumptions with a range: {}",
        numbers.len(),
        count(&|v| v.source.contains("ASSUMPTION: ")),
        count(&|v| v.source.contains("FITTED: ")),
        count(&|v| v.origin == "default"),
        checked.ranged_assumptions().len()
    );
    let _ = writeln!(out, "hash: {}", resolved.hash());
    out
}

/// A value, or all values below a key; `None` if the scenario has no such key.
pub fn value(checked: &Checked, key: &str) -> Option<String> {
    let resolved = checked.resolved();
    let prefix = format!("{key}.");
    let found: Vec<&ResolvedValue> =
        resolved.values.iter().filter(|v| v.key == key || v.key.starts_with(&prefix)).collect();
    match found.as_slice() {
        [] => None,
        [one] if one.key == key => {
            let unit = if one.unit.is_empty() { String::new() } else { format!(" [{}]", one.unit) };
            let mut out = format!("{} = {}{unit}\n  {}\n", one.key, one.toml, one.doc);
            if let Some(field) = field_of(key) {
                let _ = writeln!(out, "  allowed: {}", field.allowed());
            }
            let _ = writeln!(out, "  origin: {}", one.origin);
            if !one.source.is_empty() {
                let _ = writeln!(out, "  source: {}", one.source);
            }
            Some(out)
        }
        many => {
            let mut out = String::new();
            for v in many {
                let unit = if v.unit.is_empty() { String::new() } else { format!(" [{}]", v.unit) };
                let source = if v.source.is_empty() || v.origin == "default" {
                    String::new()
                } else {
                    format!("; {}", v.source)
                };
                let _ = writeln!(out, "{} = {}{unit}  # {}{source}", v.key, v.toml, v.origin);
            }
            Some(out)
        }
    }
}

/// The key most like one that a scenario does not have.
pub fn nearest_key(checked: &Checked, key: &str) -> Option<String> {
    let resolved = checked.resolved();
    nearest(key, resolved.values.iter().map(|v| v.key.as_str())).map(str::to_owned)
}

/// What a sensitivity study found of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Influence {
    /// Key of the metric.
    pub metric: String,
    /// Whose study it is, in words.
    pub study: String,
    /// Assumptions, the most influential first.
    pub found: Vec<Found>,
}

/// What a sensitivity study found of one assumption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Its key.
    pub key: String,
    /// What the metric is at the low and at the high end, in words, where the study ran the ends.
    pub ends: Option<String>,
}

/// The ranged assumptions: those of a sensitivity study first, by their influence, then the others, widest first.
pub fn assumptions(checked: &Checked, influence: Option<&Influence>) -> String {
    let mut list = checked.ranged_assumptions();
    let width = |low: f64, high: f64, value: f64| if value == 0.0 { f64::INFINITY } else { (high - low) / value.abs() };
    let place = |key: &str| influence.and_then(|i| i.found.iter().position(|f| f.key == key)).unwrap_or(usize::MAX);
    list.sort_by(|a, b| {
        let wider = || width(b.low, b.high, b.value).total_cmp(&width(a.low, a.high, a.value));
        place(&a.key).cmp(&place(&b.key)).then_with(wider)
    });
    if list.is_empty() {
        return "no assumption has a range\n".to_owned();
    }
    let order = match influence {
        Some(i) => format!("by influence on {} ({}), those without any last", i.metric, i.study),
        None => "the widest (for its size) first".to_owned(),
    };
    let mut out = format!("{} assumptions with a range, {order}:\n", list.len());
    for a in list {
        let (value, unit) = if a.factor {
            ("the values times".to_owned(), String::new())
        } else {
            (a.value.to_string(), format!(" {}", a.unit))
        };
        let _ = writeln!(out, "{} = {value} [{} to {}]{unit}\n  {}", a.key, a.low, a.high, a.assumption);
        if let Some(ends) = influence.and_then(|i| i.found.iter().find(|f| f.key == a.key)?.ends.as_ref()) {
            let _ = writeln!(out, "  at these ends: {ends}");
        }
    }
    out
}

/// The field of a key of a scenario, ids taken for granted.
fn field_of(key: &str) -> Option<&'static Field> {
    let parts = split_key(key)?;
    let mut spec = &section::ROOT;
    let mut parts = parts.iter();
    loop {
        let field = spec.field(parts.next()?)?;
        let next = match field.kind {
            Kind::Table(inner) => Some(inner),
            Kind::Tables(inner) => parts.next().map(|_| inner),
            Kind::OneOf(tags) => parts.next().and_then(|tag| tags.iter().find(|t| t.key == tag)),
            _ => None,
        };
        match next {
            Some(inner) if parts.len() > 0 => spec = inner,
            _ => return Some(field),
        }
    }
}

/// What a key of scenarios means, without a scenario: `reservoir`, `reservoir.full_level_m`.
pub fn key(key: &str) -> Option<String> {
    let parts = split_key(key)?;
    let mut spec = &section::ROOT;
    let mut path = String::new();
    for (i, part) in parts.iter().enumerate() {
        let Some(field) = spec.field(part) else {
            // An id stands between a table and its keys; it may be left out or be any.
            if i > 0 && i + 1 < parts.len() {
                continue;
            }
            return None;
        };
        path = super::view::join(&path, part);
        let last = i + 1 == parts.len();
        match field.kind {
            Kind::Table(inner) if last => return Some(describe(&path, inner)),
            Kind::Tables(inner) if last => return Some(describe(&format!("{path}.<id>"), inner)),
            Kind::Table(inner) | Kind::Tables(inner) => spec = inner,
            Kind::OneOf(tags) => {
                let tag = parts.get(i + 1).and_then(|tag| tags.iter().find(|t| t.key == tag));
                if let Some(tag) = tag {
                    return Some(describe(&super::view::join(&path, tag.key), tag));
                }
                let lines = tags.iter().map(|tag| format!("  {}: {}\n", tag.key, tag.doc));
                return Some(format!("{path}: {}\n{}", field.doc, lines.collect::<String>()));
            }
            _ => return Some(line(&path, field)),
        }
    }
    None
}

fn describe(path: &str, spec: &TableSpec) -> String {
    let mut out = format!("[{path}]: {}\n", spec.doc);
    for field in spec.fields {
        let _ = write!(out, "  {}", line(field.key, field));
    }
    out
}

fn line(key: &str, field: &Field) -> String {
    let need = match field.literal() {
        Some(default) => format!("default {}", super::resolve::toml_of_literal(default)),
        None if field.required() => "required".to_owned(),
        None => "optional".to_owned(),
    };
    format!("{key}: {} ({}; {need})\n", field.doc, field.allowed())
}

/// The metric of a key.
pub fn find_metric(key: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|m| m.key == key)
}

/// A metric's definition.
pub fn metric(metric: &Metric) -> String {
    let unit = if metric.unit.is_empty() { String::new() } else { format!(" [{}]", metric.unit) };
    format!("{}{unit}: {} ({})\n  {}\n", metric.key, metric.label, metric.label_ru, metric.definition)
}

/// A term of the glossary.
pub fn term(term: &Term) -> String {
    let also = if term.also.is_empty() { String::new() } else { format!(" ({})", term.also.join(", ")) };
    format!("{}{also}: {}\n", term.word, term.meaning)
}

/// The metric, term, section or scenario most like a subject that is none.
pub fn nearest_subject(subject: &str) -> Option<&'static str> {
    let metrics = METRICS.iter().map(|m| m.key);
    let terms = super::glossary::TERMS.iter().map(|t| t.word);
    let sections = section::ROOT.fields.iter().map(|f| f.key);
    let scenarios = super::Builtin::all().map(|(name, _)| name);
    nearest(subject, metrics.chain(terms).chain(sections).chain(scenarios))
}
