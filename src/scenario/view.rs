//! A validated table, read by the builder of a section.
//!
//! A [`View`] is handed out after validation, so its accessors are total: a required key is there and within its bounds, an
//! absent key has its default. Where a builder still finds that things do not fit together (a cascade that runs in a circle),
//! it says so with [`View::problem`], at the key concerned; all such problems are told together with the others.
//!
//! Entities come in the order of their first appearance: files in the order of `extends`, lines within a file.
//! [`View::tables`] leaves out those with `enabled = false`, and [`View::reference`] counts positions in that same order.

use super::check::Checked;
use super::document::{Node, Place, Table, Value};
use super::problems::{Problem, Severity, Spot};
use super::spec::{Field, Kind, Literal, TableSpec};
use crate::calendar::Day;
use crate::curve::Curve;
use crate::curve::daily::Daily;

static NOTHING: Table = Table::EMPTY;

/// A validated table of a scenario.
#[derive(Clone, Debug)]
pub struct View<'a> {
    pub(super) checked: &'a Checked,
    pub(super) table: &'a Table,
    pub(super) spec: &'static TableSpec,
    pub(super) path: String,
    pub(super) place: Option<Place>,
}

impl<'a> View<'a> {
    /// The id of this entity: the last part of its path (`bratsk` of `reservoir.bratsk`).
    pub fn id(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or("")
    }
    /// The dotted path of this table.
    pub fn path(&self) -> &str {
        &self.path
    }
    /// Whether a key was given (a default does not count).
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Which of the files laid over one another gave a key its value: the higher, the later.
    pub fn layer(&self, key: &str) -> Option<usize> {
        let text = self.node(key)?.place.text;
        self.checked.layers.iter().position(|l| l.text == text)
    }

    fn field(&self, key: &str) -> Option<&'static Field> {
        let field = self.spec.field(key);
        debug_assert!(field.is_some(), "a builder of `{}` reads `{key}`, which its SPEC does not have", self.spec.key);
        field
    }
    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key).map(|e| &e.node)
    }
    fn literal(&self, key: &str) -> Option<Literal> {
        self.field(key).and_then(Field::literal)
    }

    /// A number; its default if absent.
    pub fn number(&self, key: &str) -> f64 {
        self.maybe_number(key).unwrap_or(0.0)
    }
    /// A number, or its default, or nothing.
    pub fn maybe_number(&self, key: &str) -> Option<f64> {
        let default = self.literal(key);
        match self.node(key) {
            Some(node) => as_number(node),
            None => match default? {
                Literal::Number(x) => Some(x),
                Literal::Integer(i) => Some(i as f64),
                _ => None,
            },
        }
    }
    /// A whole number; its default if absent.
    pub fn integer(&self, key: &str) -> i64 {
        self.maybe_integer(key).unwrap_or(0)
    }
    /// A whole number, or its default, or nothing.
    pub fn maybe_integer(&self, key: &str) -> Option<i64> {
        let default = self.literal(key);
        match self.node(key).map(|n| &n.value) {
            Some(Value::Integer(i)) => Some(*i),
            Some(Value::Number(x)) => Some(*x as i64),
            Some(_) => None,
            None => match default? {
                Literal::Integer(i) => Some(i),
                Literal::Number(x) => Some(x as i64),
                _ => None,
            },
        }
    }
    /// A count: a whole number that is not negative.
    pub fn count(&self, key: &str) -> usize {
        usize::try_from(self.integer(key)).unwrap_or(0)
    }
    /// A flag; its default, or false, if absent.
    pub fn flag(&self, key: &str) -> bool {
        if key == "enabled" {
            return !matches!(self.node(key).map(|n| &n.value), Some(Value::Flag(false)));
        }
        let default = self.literal(key);
        match self.node(key).map(|n| &n.value) {
            Some(Value::Flag(b)) => *b,
            _ => default == Some(Literal::Flag(true)),
        }
    }
    /// A text (or a choice, or an id); its default, or nothing written, if absent.
    pub fn text(&self, key: &str) -> &'a str {
        self.maybe_text(key).unwrap_or("")
    }
    /// A text, or its default, or nothing.
    pub fn maybe_text(&self, key: &str) -> Option<&'a str> {
        let default = self.literal(key);
        match self.node(key).map(|n| &n.value) {
            Some(Value::Text(t)) => Some(t),
            Some(_) => None,
            None => match default? {
                Literal::Text(t) => Some(t),
                _ => None,
            },
        }
    }
    /// The chosen word.
    pub fn choice(&self, key: &str) -> &'a str {
        self.text(key)
    }
    /// A date; its default, or 1970-01-01 if it may be absent and is.
    pub fn day(&self, key: &str) -> Day {
        self.maybe_day(key).unwrap_or_default()
    }
    /// A date, or its default, or nothing.
    pub fn maybe_day(&self, key: &str) -> Option<Day> {
        let default = self.literal(key);
        match self.node(key) {
            Some(node) => as_day(node),
            None => match default? {
                Literal::Text(t) => Day::parse(t),
                _ => None,
            },
        }
    }
    /// A list of dates.
    pub fn days(&self, key: &str) -> Vec<Day> {
        self.items(key).iter().filter_map(as_day).collect()
    }
    /// A time of day in minutes after midnight.
    pub fn minute(&self, key: &str) -> u32 {
        self.maybe_minute(key).unwrap_or(0)
    }
    /// A time of day in minutes after midnight, or its default, or nothing.
    pub fn maybe_minute(&self, key: &str) -> Option<u32> {
        let default = self.literal(key);
        match self.node(key) {
            Some(node) => as_minute(node),
            None => match default? {
                Literal::Text(t) => parse_minute(t),
                _ => None,
            },
        }
    }
    /// A curve; its default, or zero everywhere if absent.
    pub fn curve(&self, key: &str) -> Curve {
        self.maybe_curve(key).unwrap_or_else(|| Curve::constant(0.0))
    }
    /// A curve, or its default, or nothing.
    pub fn maybe_curve(&self, key: &str) -> Option<Curve> {
        let default = self.literal(key);
        match self.node(key) {
            Some(_) => Curve::new(self.pairs(key)),
            None => match default? {
                Literal::Curve(points) => Curve::new(points.to_vec()),
                _ => None,
            },
        }
    }
    /// The `[x, y]` pairs of a curve as written.
    pub fn pairs(&self, key: &str) -> Vec<(f64, f64)> {
        self.items(key).iter().filter_map(as_pair).collect()
    }
    /// A list of numbers; its default, or none, if absent.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        self.maybe_numbers(key).unwrap_or_default()
    }
    /// Days that keep the means of a list of months from `first_month` on. A list without months is told.
    pub fn monthly(&self, key: &str) -> Option<Daily> {
        let daily = Daily::from_months(self.day("first_month"), &self.numbers(key));
        if daily.is_none() {
            self.problem(key, "no months", "a figure for each month from first_month on", "");
        }
        daily
    }
    /// A list of numbers, or its default, or nothing.
    pub fn maybe_numbers(&self, key: &str) -> Option<Vec<f64>> {
        let default = self.literal(key);
        if self.has(key) {
            return Some(self.items(key).iter().filter_map(as_number).collect());
        }
        match default? {
            Literal::Numbers(n) => Some(n.to_vec()),
            _ => None,
        }
    }
    /// A number or a list of numbers as a list of `len`: one number holds throughout; `None` if absent without a default.
    /// A list of another length is told and cut or held at its last.
    pub fn series(&self, key: &str, len: usize) -> Option<Vec<f64>> {
        match self.node(key).map(|n| &n.value) {
            Some(Value::List(items)) => {
                let mut all: Vec<f64> = items.iter().filter_map(as_number).collect();
                if all.len() != len {
                    let found = format!("{} numbers", all.len());
                    self.problem(key, found, format!("one number, or {len} of them, one for each stage"), "");
                }
                let last = all.last().copied().unwrap_or(0.0);
                all.resize(len, last);
                Some(all)
            }
            _ => self.maybe_number(key).map(|x| vec![x; len]),
        }
    }
    /// The rows of a list of lists of numbers.
    pub fn rows(&self, key: &str) -> Vec<Vec<f64>> {
        let row = |node: &Node| match &node.value {
            Value::List(items) => items.iter().filter_map(as_number).collect(),
            _ => Vec::new(),
        };
        self.items(key).iter().map(row).collect()
    }
    /// Twelve numbers, January to December.
    pub fn months(&self, key: &str) -> [f64; 12] {
        self.maybe_months(key).unwrap_or([0.0; 12])
    }
    /// Twelve numbers, or their default, or nothing.
    pub fn maybe_months(&self, key: &str) -> Option<[f64; 12]> {
        self.maybe_numbers(key).and_then(|n| n.try_into().ok())
    }
    /// A list of texts (or of choices, or ids).
    pub fn texts(&self, key: &str) -> Vec<&'a str> {
        let default = self.literal(key);
        if self.has(key) {
            return self.items(key).iter().filter_map(as_text).collect();
        }
        match default {
            Some(Literal::Texts(t)) => t.to_vec(),
            _ => Vec::new(),
        }
    }
    /// The position of the entity referred to, among those that [`View::tables`] gives; 0 if there is none.
    pub fn reference(&self, key: &str) -> usize {
        self.maybe_reference(key).unwrap_or(0)
    }
    /// The position of the entity referred to, if the key is given or has a default.
    pub fn maybe_reference(&self, key: &str) -> Option<usize> {
        self.checked.position(self.referred(key), self.maybe_text(key)?).map(|(_, at)| at)
    }
    /// Which table an id of `"branch|interface"` belongs to, and its position there.
    pub fn reference_in(&self, key: &str) -> Option<(&'static str, usize)> {
        self.checked.position(self.referred(key), self.maybe_text(key)?)
    }
    /// The positions of the entities referred to.
    pub fn references(&self, key: &str) -> Vec<usize> {
        let of = self.referred(key);
        self.texts(key).into_iter().filter_map(|id| self.checked.position(of, id)).map(|(_, at)| at).collect()
    }
    fn referred(&self, key: &str) -> &'static str {
        match self.field(key).map(|f| f.kind) {
            Some(Kind::Reference(of) | Kind::References(of) | Kind::NumberById { of, .. }) => of,
            _ => "",
        }
    }
    /// Numbers by id, in the order written.
    pub fn numbers_by_id(&self, key: &str) -> Vec<(&'a str, f64)> {
        match self.node(key).map(|n| &n.value) {
            Some(Value::Table(t)) => t.iter().filter_map(|e| as_number(&e.node).map(|x| (e.key.as_str(), x))).collect(),
            _ => Vec::new(),
        }
    }
    /// Numbers by the position of the entity they belong to, in the order written.
    pub fn numbers_by_reference(&self, key: &str) -> Vec<(usize, f64)> {
        let of = self.referred(key);
        let entries = self.numbers_by_id(key).into_iter();
        entries.filter_map(|(id, x)| self.checked.position(of, id).map(|(_, at)| (at, x))).collect()
    }
    /// The content of a trace.
    pub fn trace(&self, key: &str) -> Option<&'a str> {
        self.checked.trace(self.maybe_text(key)?)
    }
    /// A table; empty, with all its defaults, if absent.
    #[must_use]
    pub fn table(&self, key: &str) -> View<'a> {
        let spec = match self.field(key).map(|f| f.kind) {
            Some(Kind::Table(spec)) => spec,
            _ => self.spec,
        };
        match self.table.get(key) {
            Some(entry) => self.below(spec, key, &entry.node, entry.place),
            None => View { table: &NOTHING, spec, path: join(&self.path, key), place: self.place, ..self.clone() },
        }
    }
    /// A table, if it was given.
    pub fn maybe_table(&self, key: &str) -> Option<View<'a>> {
        self.has(key).then(|| self.table(key))
    }
    /// The entities of a table keyed by id, in order of first appearance, without those that are not enabled.
    pub fn tables(&self, key: &str) -> Vec<(String, View<'a>)> {
        let Some(Kind::Tables(spec)) = self.field(key).map(|f| f.kind) else { return Vec::new() };
        let Some(Value::Table(all)) = self.node(key).map(|n| &n.value) else { return Vec::new() };
        let path = join(&self.path, key);
        let here = View { path, ..self.clone() };
        all.iter()
            .filter(|e| enabled(&e.node))
            .map(|e| (e.key.clone(), here.below(spec, &e.key, &e.node, e.place)))
            .collect()
    }
    /// The tag and the table of an exactly-one-of: `("close_channel", …)`.
    pub fn one_of(&self, key: &str) -> Option<(&'static str, View<'a>)> {
        let Some(Kind::OneOf(tags)) = self.field(key).map(|f| f.kind) else { return None };
        let Some(Value::Table(table)) = self.node(key).map(|n| &n.value) else { return None };
        let here = View { path: join(&self.path, key), ..self.clone() };
        table.iter().find_map(|e| {
            let spec = tags.iter().find(|t| t.key == e.key)?;
            Some((spec.key, here.below(spec, &e.key, &e.node, e.place)))
        })
    }

    /// Says that a value, though of the right kind, does not fit; points at the key, or at this table if it is absent.
    pub fn problem(&self, key: &str, found: impl Into<String>, allowed: impl Into<String>, hint: impl Into<String>) {
        self.tell(Severity::Error, key, found.into(), allowed.into(), hint.into());
    }
    /// The same, but the scenario can be run.
    pub fn warning(&self, key: &str, found: impl Into<String>, allowed: impl Into<String>, hint: impl Into<String>) {
        self.tell(Severity::Warning, key, found.into(), allowed.into(), hint.into());
    }
    fn tell(&self, severity: Severity, key: &str, found: String, allowed: String, hint: String) {
        let place = self.node(key).map(|n| n.place).or(self.place);
        let spot = place.map_or_else(
            || Spot { file: self.checked.name().to_owned(), ..Spot::default() },
            |p| self.checked.texts().spot(p),
        );
        let key = if key.is_empty() { self.path.clone() } else { join(&self.path, key) };
        self.checked.tell(Problem { severity, spot, key, found, allowed, hint });
    }

    fn items(&self, key: &str) -> &'a [Node] {
        match self.node(key).map(|n| &n.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }
    fn below(&self, spec: &'static TableSpec, key: &str, node: &'a Node, place: Place) -> View<'a> {
        let table = match &node.value {
            Value::Table(t) => t,
            _ => &NOTHING,
        };
        View { checked: self.checked, table, spec, path: join(&self.path, key), place: Some(place) }
    }
}

/// Whether an entity takes part: `enabled = false` takes it out.
pub(super) fn enabled(node: &Node) -> bool {
    match &node.value {
        Value::Table(t) => !matches!(t.get("enabled").map(|e| &e.node.value), Some(Value::Flag(false))),
        _ => true,
    }
}

/// A dotted path.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

pub(super) fn as_number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(i) => Some(i as f64),
        Value::Number(x) => Some(x),
        _ => None,
    }
}

pub(super) fn as_text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(t) => Some(t),
        _ => None,
    }
}

pub(super) fn as_day(node: &Node) -> Option<Day> {
    match &node.value {
        Value::Day(d) => Some(*d),
        Value::Text(t) => Day::parse(t),
        _ => None,
    }
}

pub(super) fn as_minute(node: &Node) -> Option<u32> {
    match &node.value {
        Value::Minute(m) => Some(*m),
        Value::Text(t) => parse_minute(t),
        _ => None,
    }
}

/// `18:00` in minutes after midnight; `24:00` is the end of the day.
fn parse_minute(text: &str) -> Option<u32> {
    let (h, m) = text.split_once(':')?;
    if h.len() != 2 || m.len() != 2 {
        return None;
    }
    let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
    (m < 60 && h * 60 + m <= 1440).then_some(h * 60 + m)
}

pub(super) fn as_pair(node: &Node) -> Option<(f64, f64)> {
    match &node.value {
        Value::List(pair) => match pair.as_slice() {
            [x, y] => Some((as_number(x)?, as_number(y)?)),
            _ => None,
        },
        _ => None,
    }
}
