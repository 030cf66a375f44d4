//! Where numbers come from: `[source]` maps a key, or a prefix of keys, to a citation or to a marked assumption.
//!
//! The longest prefix wins, and a source speaks for the numbers of its own file (or of files below it): an overlay that
//! changes a number has to say where the new one comes from. What `--set` changes is its own source. Defaults of the schema
//! are documented with the schema.

use super::check::Checked;
use super::document::{Entry, Node, Place, Table, TextId, Texts, Value};
use super::leaf::Leaf;
use super::overlay::{COMMAND_LINE, Layer};
use super::problems::{Problem, Problems, Severity};
use super::resolve::toml_of;
use super::section;
use super::spec::{Kind, TableSpec, choice, numbers_of, table_spec, text};
use super::view::{as_number, as_text, join};
use std::collections::BTreeMap;

/// The keys of one source.
pub const SOURCE: TableSpec = table_spec(
    "source",
    "Where the numbers below a key come from; `cite` or `assumption`, or both.",
    &[
        text("cite", "Who published it: author or site, what, year.").optional(),
        choice("confidence", &["high", "medium", "low"], "How far it is to be trusted.").optional(),
        text("assumption", "Why this value is assumed.").optional(),
        text("fitted", "With what the value was fitted.").optional(),
        numbers_of(
            "range",
            2,
            "",
            f64::MIN,
            f64::MAX,
            "Lowest and highest value assumed possible; of a key that is one number.",
        )
        .optional(),
        numbers_of(
            "factor_range",
            2,
            "",
            0.0,
            1e6,
            "The same for lists, curves and groups: all their numbers times one factor.",
        )
        .optional(),
        text("note", "Anything else.").optional(),
    ],
);

/// Header numbers that are choices of the study, not facts.
const NO_SOURCE: [&str; 3] = ["format", "seed", "step_minutes"];

/// One entry of a `[source]` table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Source {
    /// The key or prefix it speaks for.
    pub prefix: String,
    /// Who published it.
    pub cite: Option<String>,
    /// How far it is to be trusted.
    pub confidence: Option<String>,
    /// Why it is assumed.
    pub assumption: Option<String>,
    /// With what it was fitted.
    pub fitted: Option<String>,
    /// Lowest and highest value, of a single number.
    pub range: Option<(f64, f64)>,
    /// Lowest and highest factor, of a group of numbers.
    pub factor_range: Option<(f64, f64)>,
    /// Anything else.
    pub note: Option<String>,
    place: Place,
}

impl Source {
    /// The source in a line.
    pub fn line(&self) -> String {
        let mut parts = Vec::new();
        if let Some(cite) = &self.cite {
            let trust = self.confidence.as_ref().map(|c| format!(" (confidence {c})")).unwrap_or_default();
            parts.push(format!("{cite}{trust}"));
        }
        parts.extend(self.fitted.as_ref().map(|f| format!("FITTED: {f}")));
        parts.extend(self.assumption.as_ref().map(|a| format!("ASSUMPTION: {a}")));
        parts.extend(self.range.map(|(low, high)| format!("range {low} to {high}")));
        parts.extend(self.factor_range.map(|(low, high)| format!("range {low} to {high} times the value")));
        parts.extend(self.note.clone());
        parts.join("; ")
    }
}

/// All sources of a scenario, file by file.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    /// By file in the order of laying over, sources by prefix.
    files: Vec<(TextId, BTreeMap<String, Source>)>,
}

impl Sources {
    /// Reads the `[source]` tables of all layers.
    pub(super) fn read(layers: &[Layer], texts: &Texts, problems: &mut Problems) -> Self {
        let mut files = Vec::new();
        for layer in layers {
            let mut sources = BTreeMap::new();
            if let Some(entry) = layer.root.get("source") {
                match &entry.node.value {
                    Value::Table(all) => read_table(all, "", texts, &mut sources, problems),
                    Value::Broken => {}
                    other => {
                        let allowed = "tables keyed by the key they cover: [source.\"bus.bra\"]";
                        problems.push(wrong(texts, entry.place, "source", other.kind().to_owned(), allowed, ""));
                    }
                }
            }
            files.push((layer.text, sources));
        }
        Self { files }
    }

    /// The source of a key that was set in a text: the longest prefix in that file, else in those laid over it.
    pub(super) fn of(&self, key: &str, text: TextId) -> Option<&Source> {
        let own = self.files.iter().position(|(id, _)| *id == text)?;
        self.files.get(own..)?.iter().find_map(|(_, sources)| {
            let mut prefix = key;
            loop {
                if let Some(source) = sources.get(prefix) {
                    return Some(source);
                }
                prefix = prefix.rsplit_once('.')?.0;
            }
        })
    }

    fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().flat_map(|(_, sources)| sources.values())
    }
}

/// Reads a `[source]` table; `[source.event.x]` without quotes means the prefix `event.x` too.
fn read_table(all: &Table, path: &str, texts: &Texts, out: &mut BTreeMap<String, Source>, problems: &mut Problems) {
    for entry in all {
        let prefix = join(path, &entry.key);
        let key = format!("source.\"{prefix}\"");
        let Value::Table(table) = &entry.node.value else {
            let found = entry.node.value.kind().to_owned();
            problems.push(wrong(texts, entry.place, &key, found, "a table: { cite = \"…\" }", ""));
            continue;
        };
        let is_source = table.is_empty() || table.iter().any(|e| SOURCE.field(&e.key).is_some());
        if !is_source && table.iter().all(|e| matches!(e.node.value, Value::Table(_))) {
            read_table(table, &prefix, texts, out, problems);
            continue;
        }
        let source = read_source(&prefix, entry, table, texts, problems);
        out.insert(prefix, source);
    }
}

fn read_source(prefix: &str, entry: &Entry, table: &Table, texts: &Texts, problems: &mut Problems) -> Source {
    let key = format!("source.\"{prefix}\"");
    super::check::check_table(&SOURCE, table, &key, entry.place, texts, problems);
    let words = |key: &str| table.get(key).and_then(|e| as_text(&e.node)).map(str::to_owned);
    let mut pair = |name: &str| {
        let node = &table.get(name)?.node;
        let Value::List(items) = &node.value else { return None };
        match items.iter().filter_map(as_number).collect::<Vec<_>>().as_slice() {
            [low, high] if low <= high => Some((*low, *high)),
            [low, high] => {
                let found = format!("[{low}, {high}]");
                problems.push(wrong(texts, node.place, &join(&key, name), found, "[lowest, highest]", "swap the two"));
                None
            }
            _ => None,
        }
    };
    let (range, factor_range) = (pair("range"), pair("factor_range"));
    if table.get("cite").is_none() && table.get("assumption").is_none() && table.get("fitted").is_none() {
        let allowed = "`cite` (who published it), `assumption` (why it is assumed), or `fitted` (with what)";
        problems.push(wrong(
            texts,
            entry.place,
            &key,
            "says neither who published it nor why it is assumed".to_owned(),
            allowed,
            "",
        ));
    }
    Source {
        prefix: prefix.to_owned(),
        cite: words("cite"),
        confidence: words("confidence"),
        assumption: words("assumption"),
        fitted: words("fitted"),
        range,
        factor_range,
        note: words("note"),
        place: entry.place,
    }
}

fn wrong(texts: &Texts, place: Place, key: &str, found: String, allowed: &str, hint: &str) -> Problem {
    Problem {
        severity: Severity::Error,
        spot: texts.spot(place),
        key: key.to_owned(),
        found,
        allowed: allowed.to_owned(),
        hint: hint.to_owned(),
    }
}

/// Tells numbers without a source (an error in shipped files, a warning in others), ranges that do not fit, and sources of
/// nothing.
pub(super) fn check_coverage(sources: &Sources, leaves: &[Leaf<'_>], texts: &Texts, problems: &mut Problems) {
    let mut bare: BTreeMap<(TextId, String), Vec<(&Leaf<'_>, &Node)>> = BTreeMap::new();
    let mut used: Vec<(Place, &Source, Vec<&Leaf<'_>>)> = sources.iter().map(|s| (s.place, s, Vec::new())).collect();
    for leaf in leaves {
        let Some(node) = leaf.node else { continue };
        let found = sources.of(&leaf.key, node.place.text);
        if let Some(entry) = found.and_then(|s| used.iter_mut().find(|(place, ..)| *place == s.place)) {
            entry.2.push(leaf);
        }
        let free = !leaf.field.is_numeric()
            || NO_SOURCE.contains(&leaf.key.as_str())
            || texts.name(node.place.text) == COMMAND_LINE;
        if found.is_none() && !free {
            let parent = leaf.key.rsplit_once('.').map_or("", |(p, _)| p).to_owned();
            bare.entry((node.place.text, parent)).or_default().push((leaf, node));
        }
    }
    for ((text, parent), numbers) in bare {
        let Some((first, node)) = numbers.first() else { continue };
        let shipped = texts.text(text).is_some_and(|t| t.shipped);
        let found = if numbers.len() == 1 {
            "a number without a source".to_owned()
        } else {
            let all: Vec<&str> = numbers.iter().map(|(l, _)| l.key.rsplit('.').next().unwrap_or("")).take(6).collect();
            format!("{} numbers without a source: {}", numbers.len(), all.join(", "))
        };
        let prefix = if parent.is_empty() { &first.key } else { &parent };
        problems.push(Problem {
            severity: if shipped { Severity::Error } else { Severity::Warning },
            spot: texts.spot(node.place),
            key: first.key.clone(),
            found,
            allowed: "every number has a source in the file that sets it".to_owned(),
            hint: format!("add [source.\"{prefix}\"] with cite = \"…\" or assumption = \"…\""),
        });
    }
    for (place, source, covered) in used {
        check_range(source, &covered, texts, problems);
        if covered.is_empty() && !names_something(&source.prefix) {
            problems.push(Problem {
                severity: Severity::Warning,
                spot: texts.spot(place),
                key: format!("source.\"{}\"", source.prefix),
                found: "covers nothing".to_owned(),
                allowed: "a key of the scenario, or a prefix of keys".to_owned(),
                hint: String::new(),
            });
        }
    }
}

/// Whether a prefix is at least a section; what it covers may be overridden by another file.
fn names_something(prefix: &str) -> bool {
    section::ROOT.field(prefix.split('.').next().unwrap_or("")).is_some()
}

fn check_range(source: &Source, covered: &[&Leaf<'_>], texts: &Texts, problems: &mut Problems) {
    let Some((low, high)) = source.range else { return };
    let key = format!("source.\"{}\".range", source.prefix);
    let numbers: Vec<_> = covered.iter().filter(|l| l.field.is_numeric()).collect();
    match numbers.as_slice() {
        [leaf] if leaf.key == source.prefix => {
            let value = leaf.node.and_then(as_number);
            if let Some(x) = value.filter(|x| !(low..=high).contains(x)) {
                let found = format!("{x} is outside its own range");
                let allowed = format!("a range that holds the value, such as [{}, {}]", low.min(x), high.max(x));
                problems.push(wrong(texts, source.place, &key, found, &allowed, ""));
            } else if value.is_none() {
                let hint = "for a list or a curve give factor_range";
                problems.push(wrong(
                    texts,
                    source.place,
                    &key,
                    "a range of a list".to_owned(),
                    "the range of one number",
                    hint,
                ));
            }
        }
        [] => {}
        many => {
            let found = format!("one range for {} numbers", many.len());
            let hint = "give each number its own [source], or factor_range for all of them";
            problems.push(wrong(texts, source.place, &key, found, "the range of one number", hint));
        }
    }
}

/// An assumption with a range: what ensembles draw, and what sensitivity varies.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ranged {
    /// The key, or the prefix of a group.
    pub key: String,
    /// Lowest value, or factor.
    pub low: f64,
    /// Highest value, or factor.
    pub high: f64,
    /// The scenario's value; 1 for a factor.
    pub value: f64,
    /// Whether the bounds are factors.
    pub factor: bool,
    /// Whether only whole numbers are possible.
    pub whole: bool,
    /// The unit; empty for factors.
    pub unit: &'static str,
    /// Why it is assumed.
    pub assumption: String,
    numbers: Vec<(String, Node)>,
}

impl Ranged {
    /// The settings (`--set`) that give the assumption another value, or another factor.
    pub fn settings(&self, drawn: f64) -> Vec<(String, String)> {
        self.numbers
            .iter()
            .map(|(key, node)| {
                let value = if self.factor { times(node, drawn, false) } else { toml_of_number(node, drawn) };
                (key.clone(), value)
            })
            .collect()
    }
}

/// A number in TOML, whole if the given one was.
fn toml_of_number(node: &Node, x: f64) -> String {
    match node.value {
        Value::Integer(_) if libm::rint(x) == x => format!("{}", x as i64),
        _ => format!("{x:?}"),
    }
}

/// A number, list or curve times a factor, as TOML; of a curve only the ordinates.
fn times(node: &Node, factor: f64, pairs: bool) -> String {
    match &node.value {
        Value::List(items) => {
            let inner: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(i, item)| if pairs && i == 0 { toml_of(item) } else { times(item, factor, is_pair(item)) })
                .collect();
            format!("[{}]", inner.join(", "))
        }
        _ => as_number(node).map_or_else(|| toml_of(node), |x| format!("{:?}", x * factor)),
    }
}

fn is_pair(node: &Node) -> bool {
    matches!(&node.value, Value::List(_))
}

impl Checked {
    /// The assumptions that have a range, in the order of the schema.
    pub fn ranged_assumptions(&self) -> Vec<Ranged> {
        let mut out: Vec<Ranged> = Vec::new();
        for leaf in self.leaves().into_iter().filter(|l| l.field.is_numeric()) {
            let Some(node) = leaf.node else { continue };
            let Some(source) = self.sources.of(&leaf.key, node.place.text) else { continue };
            let factor = source.range.is_none();
            let Some((low, high)) = source.range.or(source.factor_range) else { continue };
            // Whole numbers cannot take a fraction of a factor.
            if factor && matches!(leaf.field.kind, Kind::Integer { .. }) {
                continue;
            }
            let number = (leaf.key.clone(), node.clone());
            if let Some(known) = out.iter_mut().find(|r| factor && r.factor && r.key == source.prefix) {
                known.numbers.push(number);
                continue;
            }
            out.push(Ranged {
                key: source.prefix.clone(),
                low,
                high,
                value: if factor { 1.0 } else { as_number(node).unwrap_or(low) },
                factor,
                whole: matches!(leaf.field.kind, Kind::Integer { .. }),
                unit: if factor { "" } else { leaf.field.unit() },
                assumption: source.assumption.clone().or_else(|| source.fitted.clone()).unwrap_or_default(),
                numbers: vec![number],
            });
        }
        out
    }
}
