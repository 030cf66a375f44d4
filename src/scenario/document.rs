//! TOML text as a tree in which every key and value remembers where it stands.

use super::problems::{Problem, Problems, Severity, Spot};
use crate::calendar::Day;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Which text a node was read from: an index into [`Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

/// A stretch of one text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub text: TextId,
    /// First byte.
    pub from: usize,
    /// First byte after.
    pub until: usize,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// A TOML value, reduced to what scenarios use.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A number with a fraction or an exponent; may be NaN or infinite until checked.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A local date.
    Day(Day),
    /// A local time, in minutes after midnight.
    Minute(u32),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Table),
    /// A value of a kind no scenario uses, described (a date with a time, an integer beyond 64 bits).
    Strange(String),
    /// A value that could not be read; its syntax error has been reported.
    Broken,
}

impl Node {
    /// Whether two nodes say the same, wherever they stand.
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b)),
            (Value::Table(a), Value::Table(b)) => {
                a.len() == b.len() && a.iter().all(|e| b.get(&e.key).is_some_and(|o| e.node.says_the_same(&o.node)))
            }
            (a, b) => a == b,
        }
    }
}

impl Value {
    /// What it is, with an article, for messages.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "an integer",
            Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Day(_) => "a date",
            Self::Minute(_) => "a time of day",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Strange(what) => what,
            Self::Broken => "something unreadable",
        }
    }
    /// As it would be written in a scenario, shortened.
    pub fn show(&self) -> String {
        match self {
            Self::Text(t) => {
                let short: String = t.chars().take(60).collect();
                format!("{short:?}{}", if short.len() < t.len() { "…" } else { "" })
            }
            Self::Integer(i) => i.to_string(),
            Self::Number(x) => shown(*x),
            Self::Flag(b) => b.to_string(),
            Self::Day(d) => d.to_string(),
            Self::Minute(m) => format!("{:02}:{:02}", m / 60, m % 60),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Table(_) => "a table".to_owned(),
            Self::Strange(what) => what.clone(),
            Self::Broken => "something unreadable".to_owned(),
        }
    }
}

/// A number for messages: one with many digits in scientific form.
pub fn shown(x: f64) -> String {
    // The debug form goes over to exponents by itself; the other does not print the fraction of whole numbers.
    if x == 0.0 || (1e-5..1e16).contains(&x.abs()) { format!("{x}") } else { format!("{x:?}") }
}

/// A key of a table, with its place and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands (for a table: in its first header).
    pub place: Place,
    /// The value.
    pub node: Node,
}

/// A table: entries in the order of first appearance, found by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    entries: Vec<Entry>,
    index: BTreeMap<String, usize>,
}

impl Table {
    /// No entries.
    pub const EMPTY: Self = Self { entries: Vec::new(), index: BTreeMap::new() };

    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).and_then(|i| self.entries.get(*i))
    }
    /// The entry of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.index.get(key).and_then(|i| self.entries.get_mut(*i))
    }
    /// Adds an entry, or replaces the one of the same key in its position.
    pub fn put(&mut self, entry: Entry) {
        if let Some(old) = self.index.get(&entry.key).and_then(|i| self.entries.get_mut(*i)) {
            *old = entry;
        } else {
            self.index.insert(entry.key.clone(), self.entries.len());
            self.entries.push(entry);
        }
    }
    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.index.remove(key)?;
        for i in self.index.values_mut() {
            *i -= usize::from(*i > at);
        }
        Some(self.entries.remove(at))
    }
    /// Entries in order.
    pub fn iter(&self) -> core::slice::Iter<'_, Entry> {
        self.entries.iter()
    }
    /// Entries in order, to be changed; their keys must stay.
    pub(super) fn entries_mut(&mut self) -> core::slice::IterMut<'_, Entry> {
        self.entries.iter_mut()
    }
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = &'a Entry;
    type IntoIter = core::slice::Iter<'a, Entry>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One text that takes part in a scenario.
#[derive(Clone, Debug)]
pub struct Text {
    /// The name its reader knows: a path, a built-in's name, `command line`.
    pub name: String,
    /// The content.
    pub content: String,
    /// Whether it belongs to the program.
    pub shipped: bool,
    /// Where each line begins.
    lines: Vec<usize>,
    /// Stretches below a header that could not be read.
    lost: Vec<core::ops::Range<usize>>,
}

/// All texts of a scenario, so that a [`Place`] can be told as file, line and column.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    list: Vec<Text>,
}

impl Texts {
    /// Adds a text.
    pub fn add(&mut self, name: &str, content: String, shipped: bool) -> TextId {
        let lines = core::iter::once(0).chain(content.match_indices('\n').map(|(i, _)| i + 1)).collect();
        self.list.push(Text { name: name.to_owned(), content, shipped, lines, lost: Vec::new() });
        TextId(self.list.len() as u32 - 1)
    }
    /// The text of an id.
    pub fn text(&self, id: TextId) -> Option<&Text> {
        self.list.get(id.0 as usize)
    }
    /// The name of a text.
    pub fn name(&self, id: TextId) -> &str {
        self.text(id).map_or("", |t| &t.name)
    }
    /// The name of the text that was added last.
    pub fn last_name(&self) -> &str {
        self.list.last().map_or("", |t| &t.name)
    }
    /// Texts with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TextId, &Text)> {
        self.list.iter().enumerate().map(|(i, t)| (TextId(i as u32), t))
    }
    /// Line and column of a place, with the line's text.
    pub fn spot(&self, place: Place) -> Spot {
        let Some(text) = self.text(place.text) else { return Spot::default() };
        let line = text.lines.partition_point(|start| *start <= place.from).max(1);
        let start = text.lines.get(line - 1).copied().unwrap_or(0);
        let end = text.lines.get(line).map_or(text.content.len(), |next| next - 1);
        let line_text = text.content.get(start..end).unwrap_or_default();
        Spot::mark(&text.name, line, line_text, place.from.saturating_sub(start), place.until.saturating_sub(start))
    }
    /// Notes that a stretch of a text was lost to a syntax error.
    fn lose(&mut self, id: TextId, lost: core::ops::Range<usize>) {
        if let Some(text) = self.list.get_mut(id.0 as usize) {
            text.lost.push(lost);
        }
    }
    /// Whether a place lies in a stretch that was lost: what stands there was read under a wrong header.
    pub fn is_lost(&self, place: Place) -> bool {
        self.text(place.text).is_some_and(|t| t.lost.iter().any(|lost| lost.contains(&place.from)))
    }
}

/// No scenario is this long; whatever is, is not one.
pub const MAX_BYTES: usize = 4 << 20;

/// Above this size only the first syntax error is told.
const RECOVERABLE_BYTES: usize = 1 << 18;

/// Reads bytes as text, or says where they cease to be UTF-8.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Box<Problem>> {
    let problem = |spot: Spot, found: String, allowed: &str, hint: &str| {
        Box::new(Problem {
            severity: Severity::Error,
            spot,
            key: String::new(),
            found,
            allowed: allowed.to_owned(),
            hint: hint.to_owned(),
        })
    };
    if bytes.len() > MAX_BYTES {
        let spot = Spot { file: name.to_owned(), ..Spot::default() };
        let found = format!("a file of {:.1} MB", bytes.len() as f64 / 1e6);
        return Err(problem(spot, found, "at most 4 MB", "is this a scenario? long series belong in a trace file"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let good = e.utf8_error().valid_up_to();
        let byte = e.as_bytes().get(good).copied().unwrap_or(0);
        let before = String::from_utf8_lossy(e.as_bytes().get(..good).unwrap_or_default()).into_owned();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let rest = e.as_bytes().get(line_start..).unwrap_or_default();
        let line_end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()).min(400);
        let text = String::from_utf8_lossy(rest.get(..line_end).unwrap_or_default());
        let spot = Spot::mark(name, before.matches('\n').count() + 1, &text, good - line_start, good - line_start + 1);
        problem(spot, format!("byte 0x{byte:02x}, which is not UTF-8"), "UTF-8 text", "save the file as UTF-8")
    })
}

/// What was read from one text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree.
    pub root: Table,
    /// Whether every part of it could be read; if not, what is missing may have been lost.
    pub whole: bool,
}

/// Parses a text; syntax errors go to `problems`, everything that could be read is returned.
pub fn parse(texts: &mut Texts, id: TextId, problems: &mut Problems) -> Parsed {
    let content = texts.text(id).map(|t| t.content.clone()).unwrap_or_default();
    let content = content.as_str();
    let (tree, errors) = if content.len() <= RECOVERABLE_BYTES {
        DeTable::parse_recoverable(content)
    } else {
        match DeTable::parse(content) {
            Ok(tree) => (tree, Vec::new()),
            Err(e) => (Spanned::new(0..0, DeTable::new()), vec![e]),
        }
    };
    // What was read of a text nested too deeply is a ruin: its other errors, and what it lacks, say nothing.
    if let Some(deep) = errors.iter().find(|error| error.message().contains("recurs")) {
        // A key's depth is told without its place.
        let nowhere = Spot { file: texts.name(id).to_owned(), ..Spot::default() };
        let place = |span: core::ops::Range<usize>| Place { text: id, from: span.start, until: span.start + 1 };
        problems.push(Problem {
            severity: Severity::Error,
            spot: deep.span().map_or(nowhere, |span| texts.spot(place(span))),
            key: String::new(),
            found: "nested too deeply".to_owned(),
            allowed: "lists and tables within one another a few levels deep".to_owned(),
            hint: String::new(),
        });
        texts.lose(id, 0..content.len());
        return Parsed { root: Table::default(), whole: false };
    }
    for error in errors.iter().take(20) {
        problems.push(syntax_problem(texts, id, error));
        if let Some(lost) = lost_below(content, error.span().unwrap_or(0..0).start) {
            texts.lose(id, lost);
        }
    }
    Parsed { root: table(id, tree.get_ref()), whole: errors.is_empty() }
}

/// Parses the value of `--set`: a TOML value, or else the text itself.
pub fn parse_value(id: TextId, offset: usize, text: &str) -> Node {
    let whole = Place { text: id, from: offset, until: offset + text.len() };
    match DeValue::parse(text) {
        Ok(tree) => {
            let mut node = node(id, &tree);
            settle(&mut node, whole);
            node
        }
        Err(_) => Node { value: Value::Text(text.to_owned()), place: whole },
    }
}

/// Gives a node and all below it one place.
fn settle(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|n| settle(n, place)),
        Value::Table(t) => t.entries.iter_mut().for_each(|e| {
            e.place = place;
            settle(&mut e.node, place);
        }),
        _ => {}
    }
}

/// If an error stands in a header, everything from there to the next header.
fn lost_below(content: &str, at: usize) -> Option<core::ops::Range<usize>> {
    let start = content.get(..at)?.rfind('\n').map_or(0, |i| i + 1);
    let rest = content.get(start..)?;
    if !rest.trim_start().starts_with('[') {
        return None;
    }
    let next = rest.match_indices("\n[").next().map_or(content.len(), |(i, _)| start + i + 1);
    Some(start..next)
}

fn syntax_problem(texts: &Texts, id: TextId, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let marked = texts.text(id).and_then(|t| t.content.get(span.clone())).unwrap_or_default();
    let is_date = marked.len() >= 8 && marked.bytes().take(4).all(|b| b.is_ascii_digit()) && marked.contains('-');
    let (found, allowed, hint) = if is_date {
        (format!("no such date: {}", marked.trim()), "a date of the calendar, such as 2022-02-28".to_owned(), "")
    } else if error.message().contains("duplicate key") {
        let key = marked.trim().trim_matches('"');
        (format!("`{key}` is set twice"), "each key and each table once in a file".to_owned(), "keep one of the two")
    } else {
        let (what, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
        let allowed = if expected == "nothing" { "" } else { expected };
        (format!("syntax error: {what}"), allowed.to_owned(), "")
    };
    Problem {
        severity: Severity::Error,
        spot: texts.spot(Place { text: id, from: span.start, until: span.end }),
        key: String::new(),
        found,
        allowed,
        hint: hint.to_owned(),
    }
}

fn place(id: TextId, span: core::ops::Range<usize>) -> Place {
    Place { text: id, from: span.start, until: span.end }
}

/// A table with its entries in the order of the file (the parser sorts them by key).
fn table(id: TextId, read: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = read
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            place: place(id, key.span()),
            node: node(id, value),
        })
        .collect();
    entries.sort_by_key(|e| e.place.from);
    let mut out = Table::default();
    for entry in entries {
        out.put(entry);
    }
    out
}

fn node(id: TextId, read: &Spanned<DeValue<'_>>) -> Node {
    let span = read.span();
    let value = match read.get_ref() {
        _ if span.is_empty() && !matches!(read.get_ref(), DeValue::Table(_) | DeValue::Array(_)) => Value::Broken,
        DeValue::String(s) => Value::Text(s.to_string()),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map_or_else(
            |_| Value::Strange(format!("{i}, which is beyond ±9223372036854775807, the largest whole number")),
            Value::Integer,
        ),
        DeValue::Float(x) => x.as_str().parse::<f64>().map_or(Value::Broken, Value::Number),
        DeValue::Boolean(b) => Value::Flag(*b),
        DeValue::Datetime(t) => moment(t),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(id, item)).collect()),
        DeValue::Table(t) => Value::Table(table(id, t)),
    };
    Node { value, place: place(id, span) }
}

fn moment(read: &toml::value::Datetime) -> Value {
    match (read.date, read.time, read.offset) {
        (Some(d), None, None) => Day::from_ymd(i32::from(d.year), u32::from(d.month), u32::from(d.day))
            .map_or_else(|| Value::Strange(format!("{d}, which is no date")), Value::Day),
        (None, Some(t), None) => Value::Minute(u32::from(t.hour) * 60 + u32::from(t.minute)),
        (None, None, None) => Value::Broken,
        _ => Value::Strange("a date with a time".to_owned()),
    }
}
