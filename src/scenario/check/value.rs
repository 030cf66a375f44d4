//! One value held against its field: the kind, the bounds, what it refers to.

use super::super::document::{Entry, Node, Place, Value, shown};
use super::super::overlay::{did_you_mean, nearest};
use super::super::spec;
use super::super::spec::{Field, Kind, TableSpec};
use super::super::units::{self, Scaled};
use super::super::view::{self, join};
use super::Checker;

impl Checker<'_> {
    pub(super) fn value(&mut self, field: &'static Field, entry: &Entry, path: &str, live: bool) {
        let node = &entry.node;
        if matches!(node.value, Value::Broken) {
            return;
        }
        let fits = match field.kind {
            Kind::Number { low, high, .. } => self.number(field, node, path, low, high),
            Kind::Integer { low, high } => self.integer(field, node, path, low, high),
            Kind::Flag => matches!(node.value, Value::Flag(_)),
            Kind::Text => matches!(node.value, Value::Text(_)),
            Kind::Choice(words) => self.choice(field, node, path, words),
            Kind::Choices(words) => self.each(node, |me, item| me.choice(field, item, path, words)),
            Kind::Day => self.day(field, node, path),
            Kind::Days => self.each(node, |me, item| me.day(field, item, path)),
            Kind::Time => view::as_minute(node).is_some(),
            Kind::Curve { low, high, .. } => self.curve(field, node, path, low, high),
            Kind::Numbers { low, high, len, .. } => self.numbers(field, node, path, low, high, len),
            Kind::Series { low, high, .. } => match node.value {
                Value::List(_) => self.numbers(field, node, path, low, high, 0),
                _ => self.number(field, node, path, low, high),
            },
            Kind::Rows => self.each(node, |me, row| me.numbers(field, row, path, 0.0, 1.0, 0)),
            Kind::Texts => self.each(node, |_, item| matches!(item.value, Value::Text(_))),
            Kind::Names => {
                matches!(node.value, Value::Text(_)) || self.each(node, |_, item| matches!(item.value, Value::Text(_)))
            }
            Kind::Reference(of) => self.reference(of, node, path, live),
            Kind::References(of) => self.each(node, |me, item| me.reference(of, item, path, live)),
            Kind::NumberById { of, low, high, .. } => self.numbers_by_id(field, node, path, of, low, high, live),
            Kind::Trace => self.trace(node, path),
            Kind::Table(spec) => match &node.value {
                Value::Table(t) => {
                    self.table(spec, t, path, Some(entry.place), live);
                    true
                }
                _ => false,
            },
            Kind::Tables(spec) => self.tables(spec, node, path, live),
            Kind::OneOf(tags) => self.one_of(tags, node, entry.place, path, live),
            Kind::Sources => true,
        };
        if !fits {
            self.wrong_type(field, node, path);
        }
    }

    /// A value of another kind than the field's.
    fn wrong_type(&mut self, field: &'static Field, node: &Node, path: &str) {
        let hint = match (&node.value, field.kind) {
            (Value::Text(t), Kind::Number { .. } | Kind::Integer { .. }) => {
                let digits: String =
                    t.trim().chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')).collect();
                match digits.parse::<f64>() {
                    Ok(_) => format!("write {digits}, without quotes and unit"),
                    Err(_) => String::new(),
                }
            }
            (Value::List(_), Kind::Tables(spec)) => format!("write [{}.<id>], not [[{}]]", spec.key, spec.key),
            (_, Kind::Flag) => "write true or false, without quotes".to_owned(),
            (Value::Text(_), Kind::Texts | Kind::References(_) | Kind::Choices(_)) => {
                format!("write [{}]", node.value.show())
            }
            _ => String::new(),
        };
        let found = match &node.value {
            Value::Table(_) | Value::List(_) | Value::Strange(_) => node.value.kind().to_owned(),
            Value::Flag(_) => node.value.show(),
            value => format!("{} ({})", value.kind(), value.show()),
        };
        self.error(node.place, path, found, field.allowed(), hint);
    }

    fn number(&mut self, field: &'static Field, node: &Node, path: &str, low: f64, high: f64) -> bool {
        let Some(x) = view::as_number(node) else { return false };
        if !x.is_finite() {
            let found = if x.is_nan() { "NaN".to_owned() } else { "infinity".to_owned() };
            self.error(node.place, path, found, field.allowed(), "every number must be finite".to_owned());
        } else if x < low || x > high {
            let hint = match units::scale(field.unit(), x, low, high) {
                Some(Scaled { value, unit }) => {
                    format!("is this in {unit}? then write {}", units::plain(value))
                }
                None => String::new(),
            };
            let unit = field.unit();
            let found = if unit.is_empty() { node.value.show() } else { format!("{} {unit}", node.value.show()) };
            self.error(node.place, path, format!("out of range: {found}"), field.allowed(), hint);
        }
        true
    }

    fn integer(&mut self, field: &'static Field, node: &Node, path: &str, low: i64, high: i64) -> bool {
        let Value::Integer(i) = node.value else { return false };
        if i < low || i > high {
            self.error(node.place, path, format!("out of range: {i}"), field.allowed(), String::new());
        }
        true
    }

    fn choice(&mut self, field: &'static Field, node: &Node, path: &str, words: &[&str]) -> bool {
        let Value::Text(word) = &node.value else { return false };
        if !words.contains(&word.as_str()) {
            let hint = nearest(word, words.iter().copied()).map(did_you_mean).unwrap_or_default();
            self.error(node.place, path, node.value.show(), field.allowed(), hint);
        }
        true
    }

    fn day(&mut self, field: &'static Field, node: &Node, path: &str) -> bool {
        if view::as_day(node).is_some() {
            return true;
        }
        let Value::Text(t) = &node.value else { return false };
        let looks = t.len() == 10 && t.bytes().filter(|b| *b == b'-').count() == 2;
        let found = if looks { format!("no such date: {t}") } else { node.value.show() };
        self.error(node.place, path, found, field.allowed(), String::new());
        true
    }

    /// Applies a check to each item of a list; false if it is no list or an item is of a wrong kind.
    fn each(&mut self, node: &Node, mut fits: impl FnMut(&mut Self, &Node) -> bool) -> bool {
        let Value::List(items) = &node.value else { return false };
        items.iter().fold(true, |all, item| {
            let fit = matches!(item.value, Value::Broken) || fits(self, item);
            all && fit
        })
    }

    fn numbers(&mut self, field: &'static Field, node: &Node, path: &str, low: f64, high: f64, len: usize) -> bool {
        let Value::List(items) = &node.value else { return false };
        if len > 0 && items.len() != len {
            let found = format!("{} numbers", items.len());
            self.error(node.place, path, found, field.allowed(), String::new());
        }
        self.each(node, |me, item| me.number(field, item, path, low, high))
    }

    fn curve(&mut self, field: &'static Field, node: &Node, path: &str, low: f64, high: f64) -> bool {
        let Value::List(items) = &node.value else { return false };
        if items.is_empty() {
            self.error(node.place, path, "no points".to_owned(), field.allowed(), String::new());
        }
        let mut last = f64::NEG_INFINITY;
        for item in items {
            let Some((x, y)) = view::as_pair(item) else {
                self.error(item.place, path, item.value.kind().to_owned(), field.allowed(), String::new());
                continue;
            };
            if !x.is_finite() || !y.is_finite() {
                let hint = "every number must be finite".to_owned();
                self.error(item.place, path, format!("[{}, {}]", shown(x), shown(y)), field.allowed(), hint);
            } else if y < low || y > high {
                self.error(item.place, path, format!("out of range: {}", shown(y)), field.allowed(), String::new());
            } else if x <= last {
                let found = format!("{} after {}", shown(x), shown(last));
                self.error(item.place, path, found, field.allowed(), "sort the points".to_owned());
            }
            last = if x.is_finite() { x } else { last };
        }
        true
    }

    fn reference(&mut self, of: &'static str, node: &Node, path: &str, live: bool) -> bool {
        let Value::Text(id) = &node.value else { return false };
        let tables = || of.split('|');
        let known = tables().any(|t| self.ids.get(t).is_some_and(|ids| ids.unreadable || ids.enabled.contains_key(id)));
        if known || !live || !self.whole {
            return true;
        }
        let noun = of.replace('|', " or ");
        let disabled = tables().any(|t| self.ids.get(t).is_some_and(|ids| ids.disabled.contains(id)));
        let all: Vec<&str> =
            tables().filter_map(|t| self.ids.get(t)).flat_map(|ids| ids.enabled.keys().map(String::as_str)).collect();
        let hint = if disabled {
            format!("`{id}` has enabled = false")
        } else if let Some(near) = nearest(id, all.iter().copied()) {
            did_you_mean(near)
        } else {
            list(&all)
        };
        self.error(
            node.place,
            path,
            format!("unknown {noun} \"{id}\""),
            format!("the id of {}", spec::with_article(of)),
            hint,
        );
        true
    }

    fn numbers_by_id(
        &mut self,
        field: &'static Field,
        node: &Node,
        path: &str,
        of: &'static str,
        low: f64,
        high: f64,
        live: bool,
    ) -> bool {
        let Value::Table(table) = &node.value else { return false };
        for entry in table {
            let here = join(path, &entry.key);
            if !of.is_empty() {
                let id = Node { value: Value::Text(entry.key.clone()), place: entry.place };
                self.reference(of, &id, &here, live);
            }
            if !self.number(field, &entry.node, &here, low, high) {
                self.wrong_type(field, &entry.node, &here);
            }
        }
        true
    }

    fn trace(&mut self, node: &Node, path: &str) -> bool {
        let Value::Text(name) = &node.value else { return false };
        match self.library.map(|l| l.trace(name, self.texts.name(node.place.text))) {
            None => {}
            Some(Ok(content)) => {
                self.traces.insert(name.clone(), content);
            }
            Some(Err(why)) => self.error(node.place, path, why, "the name of a trace (CSV)".to_owned(), String::new()),
        }
        true
    }

    fn tables(&mut self, spec: &'static TableSpec, node: &Node, path: &str, live: bool) -> bool {
        let Value::Table(all) = &node.value else { return false };
        for entry in all {
            let here = join(path, &entry.key);
            let Value::Table(table) = &entry.node.value else {
                let hint = format!("write [{}.<id>] and the keys below it", spec.key);
                let found = format!("{} where a table keyed by id belongs", entry.node.value.kind());
                self.error(entry.place, &here, found, format!("tables keyed by id: [{}.<id>]", spec.key), hint);
                continue;
            };
            if !is_id(&entry.key) {
                let hint = to_id(&entry.key).map(|id| did_you_mean(&id)).unwrap_or_default();
                let allowed = "an id: a small letter, then small letters, digits and _".to_owned();
                self.error(entry.place, &here, format!("not an id: \"{}\"", entry.key), allowed, hint);
            }
            let mut table = table.clone();
            if let Some(flag) = table.remove("enabled").filter(|e| !matches!(e.node.value, Value::Flag(_))) {
                let (key, value) = (join(&here, "enabled"), &flag.node.value);
                let found = format!("{} ({})", value.kind(), value.show());
                self.error(flag.node.place, &key, found, "true or false".to_owned(), String::new());
            }
            let live = live && view::enabled(&entry.node);
            self.table(spec, &table, &here, Some(entry.place), live);
        }
        true
    }

    fn one_of(&mut self, tags: &'static [TableSpec], node: &Node, place: Place, path: &str, live: bool) -> bool {
        let Value::Table(table) = &node.value else { return false };
        let names: Vec<&str> = tags.iter().map(|t| t.key).collect();
        let noun = path.rsplit('.').next().unwrap_or(path);
        for (i, entry) in table.iter().enumerate() {
            let here = join(path, &entry.key);
            if i > 0 {
                let all: Vec<&str> = table.iter().map(|e| e.key.as_str()).collect();
                let found = format!("{} {noun}s in one: {}", table.len(), all.join(", "));
                self.error(
                    entry.place,
                    &here,
                    found,
                    format!("exactly one {noun}"),
                    format!("one table, one {noun}: split it in two"),
                );
            }
            let Some(spec) = tags.iter().find(|t| t.key == entry.key) else {
                let hint = nearest(&entry.key, names.iter().copied()).map(did_you_mean).unwrap_or_default();
                let allowed = format!("one of {}", names.join(", "));
                self.error(entry.place, &here, format!("unknown {noun} \"{}\"", entry.key), allowed, hint);
                continue;
            };
            match &entry.node.value {
                Value::Table(t) => self.table(spec, t, &here, Some(entry.place), live),
                other => {
                    let found = format!("{} ({})", other.kind(), other.show());
                    let allowed = format!("a table: {} = {{ … }}", entry.key);
                    self.error(entry.node.place, &here, found, allowed, String::new());
                }
            }
        }
        if table.is_empty() && self.whole && live {
            let allowed = format!("exactly one of {}", names.join(", "));
            self.error(place, path, "empty".to_owned(), allowed, String::new());
        }
        true
    }
}

/// Whether a key is an id: `[a-z][a-z0-9_]*`.
fn is_id(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The id that was probably meant.
fn to_id(key: &str) -> Option<String> {
    let id: String =
        key.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    is_id(&id).then_some(id)
}

/// A few of the ids that exist.
fn list(ids: &[&str]) -> String {
    match ids.len() {
        0 => "there is none in this scenario".to_owned(),
        1..=12 => format!("there are {}", ids.join(", ")),
        n => format!("there are {n}: {}, …", ids.get(..8).unwrap_or_default().join(", ")),
    }
}
