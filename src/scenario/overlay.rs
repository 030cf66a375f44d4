//! Files laid one over the other: `extends`, `--with`, `--set`.
//!
//! A file is read after those it extends, left to right; a file met twice counts once; the last to set a key wins. Tables
//! merge by key, everything else is replaced whole. The header of each file and its `[source]` stay with the file.

use super::document::{self, Entry, Node, Place, Table, TextId, Texts, Value};
use super::problems::{Problem, Problems, Severity, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// A text that a library found under a name.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The name that identifies it and is shown: a built-in's full name or a path.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it belongs to the program.
    pub shipped: bool,
}

/// Where scenarios and traces come from; the core itself opens no files.
pub trait Library: Send + Sync {
    /// The scenario of a name, as written in `extends` of the text `from` (`None`: on the command line); or why there is none.
    fn scenario(&self, name: &str, from: Option<&str>) -> Result<Loaded, String>;
    /// The trace of a name, as written in the text `from`.
    fn trace(&self, name: &str, from: &str) -> Result<String, String>;
    /// Names that exist, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// One file of a scenario, in the order in which they are laid over one another.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its text.
    pub text: TextId,
    /// Its tree, `[source]` and header included.
    pub root: Table,
    /// The texts it extends, directly or not, itself included.
    pub below: BTreeSet<TextId>,
}

/// The name of the text of all `--set`.
pub const COMMAND_LINE: &str = "command line";

/// Keys that stay with their file.
const OWN: [&str; 3] = ["format", "extends", "source"];

/// Keys that each file may set as it likes.
const FREE: [&str; 5] = ["title", "note", "question", "hint", "answer_key"];

/// Reads names and everything below them.
pub(super) struct Gatherer<'l> {
    pub library: &'l dyn Library,
    pub texts: Texts,
    pub layers: Vec<Layer>,
    pub problems: Problems,
    pub whole: bool,
    met: BTreeMap<String, TextId>,
    open: Vec<String>,
}

impl<'l> Gatherer<'l> {
    pub(super) fn new(library: &'l dyn Library) -> Self {
        Self {
            library,
            texts: Texts::default(),
            layers: Vec::new(),
            problems: Problems::new(),
            whole: true,
            met: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    /// Finds a name; `asked` is the text and place that named it.
    pub(super) fn find(&mut self, name: &str, asked: Option<(TextId, Place)>) -> Option<Loaded> {
        let from = asked.map(|(id, _)| self.texts.name(id).to_owned());
        match self.library.scenario(name, from.as_deref()) {
            Ok(loaded) => Some(loaded),
            Err(why) => {
                let hint = if is_path(name) {
                    "a relative path starts at the file that names it, or else at the current folder".to_owned()
                } else {
                    nearest(name, self.library.names().iter().map(String::as_str))
                        .map_or_else(|| "`hashwatt scenarios` lists the built-in ones".to_owned(), did_you_mean)
                };
                let (key, file) = if asked.is_some() { ("extends", "") } else { ("", name) };
                let fallback = Spot { file: file.to_owned(), ..Spot::default() };
                let spot = asked.map_or(fallback, |(_, place)| self.texts.spot(place));
                self.error(spot, key, why, "a built-in scenario, or a file ending in .toml", hint);
                self.whole = false;
                None
            }
        }
    }

    /// Reads a name and what it extends; `asked` is the text and place that named it.
    pub(super) fn gather(&mut self, name: &str, asked: Option<(TextId, Place)>) -> Option<TextId> {
        let loaded = self.find(name, asked)?;
        self.lay(loaded, asked.map(|(_, place)| place))
    }

    /// Reads a text that is already loaded, and what it extends.
    pub(super) fn lay(&mut self, loaded: Loaded, asked: Option<Place>) -> Option<TextId> {
        if let Some(at) = self.open.iter().position(|n| *n == loaded.name) {
            let round = self.open.get(at..).unwrap_or_default().join(" → ");
            let spot = asked.map_or_else(Spot::default, |p| self.texts.spot(p));
            let found = format!("a loop: {round} → {}", loaded.name);
            // What the rest of the circle would have given is not missing for itself.
            self.whole = false;
            self.error(
                spot,
                "extends",
                found,
                "files that do not extend one another in a circle",
                "remove one of them",
            );
            return None;
        }
        if let Some(id) = self.met.get(&loaded.name) {
            return Some(*id);
        }
        let content = match document::decode(&loaded.name, loaded.bytes) {
            Ok(content) => content,
            Err(problem) => {
                self.problems.push(*problem);
                self.whole = false;
                return None;
            }
        };
        let text = self.texts.add(&loaded.name, content, loaded.shipped);
        self.met.insert(loaded.name.clone(), text);
        let parsed = document::parse(&mut self.texts, text, &mut self.problems);
        self.whole &= parsed.whole;
        self.open.push(loaded.name);
        let mut below = BTreeSet::from([text]);
        for (name, place) in extends(&parsed.root) {
            if let Some(id) = self.gather(&name, Some((text, place))) {
                below.extend(
                    self.layers.iter().find(|l| l.text == id).into_iter().flat_map(|l| l.below.iter().copied()),
                );
            }
        }
        self.open.pop();
        self.layers.push(Layer { text, root: parsed.root, below });
        Some(text)
    }

    /// Lays the values of `--set` on top.
    pub(super) fn set(&mut self, settings: &[(String, String)]) {
        if settings.is_empty() {
            return;
        }
        let lines: Vec<String> = settings.iter().map(|(k, v)| format!("{k} = {v}\n")).collect();
        let content = lines.concat();
        let text = self.texts.add(COMMAND_LINE, content, false);
        let mut root = Table::default();
        let mut offset = 0;
        for (key, value) in settings {
            let key_place = Place { text, from: offset, until: offset + key.len() };
            let node = document::parse_value(text, offset + key.len() + 3, value);
            offset += key.len() + value.len() + 4;
            if let Some(parts) = split_key(key) {
                plant(&mut root, &parts, key_place, node);
            } else {
                let spot = self.texts.spot(key_place);
                self.error(spot, key, "not a key".to_owned(), "dotted keys, such as tariff.home_usd_per_kwh", "");
            }
        }
        let below = self.layers.iter().map(|l| l.text).chain([text]).collect();
        self.layers.push(Layer { text, root, below });
    }

    /// All layers merged into one tree. `base` holds the texts that overlays of the command line are meant to override.
    pub(super) fn merge(&mut self, base: &BTreeSet<TextId>) -> Table {
        let mut out = Table::default();
        let mut conflicts = BTreeMap::new();
        for layer in &self.layers {
            let mut merging = Merging { layer, base, conflicts: &mut conflicts };
            for entry in layer.root.iter().filter(|e| !OWN.contains(&e.key.as_str())) {
                merging.entry(&mut out, entry, &entry.key);
            }
        }
        for (key, Conflict { first, second }) in conflicts {
            let other = self.texts.spot(first.place);
            let problem = Problem {
                severity: Severity::Warning,
                spot: self.texts.spot(second.place),
                key,
                found: format!(
                    "{} here, but {} in {}:{}",
                    second.value.show(),
                    first.value.show(),
                    other.file,
                    other.line
                ),
                allowed: "one value, or files of which one extends the other".to_owned(),
                hint: format!("the last wins: {}", self.texts.name(second.place.text)),
            };
            self.problems.push(problem);
        }
        out
    }

    fn error(&mut self, spot: Spot, key: &str, found: String, allowed: &str, hint: impl Into<String>) {
        self.problems.push(Problem {
            severity: Severity::Error,
            spot,
            key: key.to_owned(),
            found,
            allowed: allowed.to_owned(),
            hint: hint.into(),
        });
    }
}

/// The names a file extends. Wrong types are told when the header is checked.
fn extends(root: &Table) -> Vec<(String, Place)> {
    let name = |node: &Node| match &node.value {
        Value::Text(t) => Some((t.clone(), node.place)),
        _ => None,
    };
    match root.get("extends").map(|e| &e.node) {
        Some(Node { value: Value::List(items), .. }) => items.iter().filter_map(name).collect(),
        Some(node) => name(node).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Two files that set one key differently.
struct Conflict {
    first: Node,
    second: Node,
}

struct Merging<'a> {
    layer: &'a Layer,
    base: &'a BTreeSet<TextId>,
    conflicts: &'a mut BTreeMap<String, Conflict>,
}

impl Merging<'_> {
    fn entry(&mut self, out: &mut Table, new: &Entry, path: &str) {
        let Some(old) = out.get_mut(&new.key) else {
            out.put(new.clone());
            return;
        };
        if let (Value::Table(old), Value::Table(over)) = (&mut old.node.value, &new.node.value) {
            for entry in over {
                self.entry(old, entry, &super::view::join(path, &entry.key));
            }
            return;
        }
        let below = &self.layer.below;
        let settled = |known: &Conflict| [&known.first, &known.second].iter().all(|n| below.contains(&n.place.text));
        if self.conflicts.get(path).is_some_and(settled) {
            self.conflicts.remove(path);
        }
        let first = old.node.place.text;
        let free = FREE.contains(&path);
        // What the command line lays over a scenario is meant to change it.
        let meant = self.base.contains(&first) && !self.base.contains(&self.layer.text);
        if !free && !meant && !below.contains(&first) && !old.node.says_the_same(&new.node) {
            let conflict = Conflict { first: old.node.clone(), second: new.node.clone() };
            self.conflicts.insert(path.to_owned(), conflict);
        }
        *old = new.clone();
    }
}

/// Puts a value at a dotted key, making the tables on the way.
fn plant(table: &mut Table, parts: &[String], place: Place, node: Node) {
    let Some((key, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        table.put(Entry { key: key.clone(), place, node });
        return;
    }
    if !matches!(table.get(key).map(|e| &e.node.value), Some(Value::Table(_))) {
        let empty = Node { value: Value::Table(Table::default()), place };
        table.put(Entry { key: key.clone(), place, node: empty });
    }
    if let Some(Entry { node: Node { value: Value::Table(inner), .. }, .. }) = table.get_mut(key) {
        plant(inner, rest, place, node);
    }
}

/// Whether a name means a file, and not something built in.
pub fn is_path(name: &str) -> bool {
    name.len() > 5 && name.get(name.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case(".toml"))
}

/// Keys are not nested deeper than this.
const DEEPEST: usize = 40;

/// `event."x".when.from` in its parts; `None` if it is no key.
pub(super) fn split_key(key: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = key.trim();
    loop {
        let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            (quoted.get(..end)?, quoted.get(end + 1..)?)
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            (rest.get(..end)?, rest.get(end..)?)
        };
        if part.is_empty() || part.chars().any(|c| c.is_control() || c == '=') {
            return None;
        }
        parts.push(part.to_owned());
        if parts.len() > DEEPEST {
            return None;
        }
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(parts),
            None => return None,
        }
    }
}

/// The most similar of some names, if one is similar enough to be meant.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > 80 {
        return None;
    }
    names
        .map(|n| (strsim::jaro_winkler(name, n), n))
        .filter(|(score, n)| *score > 0.84 || (n.len() > 3 && strsim::damerau_levenshtein(name, n) <= 2))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, n)| n)
}

/// `did you mean `x`?`
pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}
