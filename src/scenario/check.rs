//! The merged tree held against the schema: every mistake, not the first.

mod value;

use super::document::{Entry, Node, Place, Table, TextId, Texts, Value};
use super::leaf::leaves;
use super::overlay::{Gatherer, Layer, Library, did_you_mean, nearest};
use super::problems::{Problem, Problems, Severity, Spot};
use super::source::Sources;
use super::spec::{Field, Kind, TableSpec};
use super::units;
use super::view::{self, View, join};
use super::{header, section, source};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A scenario that was held against the schema; if it has no errors, its views are safe to build from.
#[derive(Debug)]
pub struct Checked {
    pub(super) name: String,
    pub(super) texts: Texts,
    pub(super) root: Table,
    pub(super) schema: &'static TableSpec,
    pub(super) sources: Sources,
    pub(super) layers: Vec<Layer>,
    pub(super) traces: BTreeMap<String, String>,
    pub(super) positions: BTreeMap<&'static str, BTreeMap<String, usize>>,
    pub(super) problems: RefCell<Problems>,
}

impl Checked {
    /// The name of the scenario.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The files it was read from that are not part of the program, by name, with their content.
    pub fn own_files(&self) -> Vec<(String, String)> {
        let own = self.texts.iter().map(|(_, text)| text).filter(|t| !t.shipped);
        let own = own.filter(|t| t.name != super::overlay::COMMAND_LINE);
        own.map(|t| (t.name.clone(), t.content.clone())).collect()
    }
    /// The texts it was read from.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }
    /// The whole scenario, as a table whose keys are the sections.
    pub fn view(&self) -> View<'_> {
        self.view_of(&section::ROOT)
    }
    /// The whole scenario, read by another schema (of a test, or of a document that is no scenario).
    pub fn view_of(&self, schema: &'static TableSpec) -> View<'_> {
        View { checked: self, table: &self.root, spec: schema, path: String::new(), place: None }
    }
    /// What is wrong so far, problems told by builders included.
    pub fn problems(&self) -> Problems {
        let mut problems = self.problems.borrow().clone();
        problems.sort();
        problems
    }
    pub(super) fn tell(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }
    /// The table an id of `"branch|interface"` belongs to, and its position among the enabled ones.
    pub(super) fn position(&self, of: &'static str, id: &str) -> Option<(&'static str, usize)> {
        of.split('|').find_map(|table| Some((table, *self.positions.get(table)?.get(id)?)))
    }
    pub(super) fn trace(&self, name: &str) -> Option<&str> {
        self.traces.get(name).map(String::as_str)
    }
}

/// Holds what was gathered against a schema.
pub(super) fn check(
    name: &str,
    gatherer: Gatherer<'_>,
    base: &BTreeSet<TextId>,
    schema: &'static TableSpec,
) -> Checked {
    let mut gatherer = gatherer;
    let mut root = gatherer.merge(base);
    spread_enabled(schema, &mut root);
    let Gatherer { library, texts, layers, mut problems, whole, .. } = gatherer;
    let is_scenario = core::ptr::eq(schema.fields, section::ROOT.fields);
    if is_scenario {
        header::check_layers(&layers, &texts, &mut problems);
    }
    let sources = Sources::read(&layers, &texts, &mut problems);
    let mut checker = Checker {
        texts: &texts,
        library: Some(library),
        whole,
        problems,
        ids: BTreeMap::new(),
        traces: BTreeMap::new(),
    };
    checker.collect_ids(schema, &root);
    checker.table(schema, &root, "", None, true);
    let Checker { mut problems, ids, traces, .. } = checker;
    if is_scenario {
        header::check_window(&root, &texts, &mut problems);
        source::check_coverage(&sources, &leaves(schema, &root), &texts, &mut problems);
    }
    let positions = ids.into_iter().map(|(table, ids)| (table, ids.enabled)).collect();
    let problems = RefCell::new(problems);
    Checked { name: name.to_owned(), texts, root, schema, sources, layers, traces, positions, problems }
}

/// `[site] enabled = false` takes out every site that does not say otherwise itself.
fn spread_enabled(schema: &TableSpec, root: &mut Table) {
    for field in schema.fields.iter().filter(|f| matches!(f.kind, Kind::Tables(_))) {
        let Some(Entry { node: Node { value: Value::Table(all), .. }, .. }) = root.get_mut(field.key) else { continue };
        if !all.get("enabled").is_some_and(|e| matches!(e.node.value, Value::Flag(_))) {
            continue;
        }
        let Some(flag) = all.remove("enabled") else { continue };
        for entry in all.entries_mut() {
            if let Value::Table(one) = &mut entry.node.value
                && one.get("enabled").is_none()
            {
                one.put(flag.clone());
            }
        }
    }
}

/// Holds one table against a schema that refers to nothing else.
pub(super) fn check_table(
    spec: &'static TableSpec,
    table: &Table,
    path: &str,
    place: Place,
    texts: &Texts,
    problems: &mut Problems,
) {
    let mut checker = Checker {
        texts,
        library: None,
        whole: true,
        problems: core::mem::take(problems),
        ids: BTreeMap::new(),
        traces: BTreeMap::new(),
    };
    checker.table(spec, table, path, Some(place), true);
    *problems = checker.problems;
}

/// The ids of one table.
#[derive(Default)]
struct Ids {
    enabled: BTreeMap<String, usize>,
    disabled: Vec<String>,
    /// Something else stands where the table belongs: that is told, and no reference to it is.
    unreadable: bool,
}

struct Checker<'a> {
    texts: &'a Texts,
    library: Option<&'a dyn Library>,
    whole: bool,
    problems: Problems,
    ids: BTreeMap<&'static str, Ids>,
    traces: BTreeMap<String, String>,
}

impl Checker<'_> {
    /// Notes the ids of every top-level table keyed by id, so that references can be followed in any direction.
    fn collect_ids(&mut self, schema: &'static TableSpec, root: &Table) {
        for field in schema.fields {
            let Kind::Tables(_) = field.kind else { continue };
            let ids = self.ids.entry(field.key).or_default();
            let Some(entry) = root.get(field.key) else { continue };
            let Value::Table(all) = &entry.node.value else {
                ids.unreadable = true;
                continue;
            };
            for entry in all {
                if view::enabled(&entry.node) {
                    ids.enabled.insert(entry.key.clone(), ids.enabled.len());
                } else {
                    ids.disabled.push(entry.key.clone());
                }
            }
        }
    }

    fn table(&mut self, spec: &'static TableSpec, table: &Table, path: &str, place: Option<Place>, live: bool) {
        for entry in table {
            let here = join(path, &entry.key);
            match spec.field(&entry.key) {
                Some(field) => self.value(field, entry, &here, live),
                None => self.unknown_key(spec, entry, &here),
            }
        }
        for field in spec.fields.iter().filter(|f| table.get(f.key).is_none()) {
            self.absent(field, &join(path, field.key), place, live);
        }
    }

    /// A key that is not there.
    fn absent(&mut self, field: &'static Field, path: &str, place: Option<Place>, live: bool) {
        if !field.required() || !self.whole || !live {
            return;
        }
        match field.kind {
            Kind::Table(spec) => self.table(spec, &Table::EMPTY, path, place, live),
            Kind::Tables(_) => {}
            _ => {
                let spot = place.map_or_else(|| self.nowhere(), |p| self.texts.spot(p));
                self.tell(Severity::Error, spot, path, "missing".to_owned(), field.allowed(), field.doc.to_owned());
            }
        }
    }

    /// The top of the last file of the scenario, for what has no better place.
    fn nowhere(&self) -> Spot {
        Spot { file: self.texts.last_name().to_owned(), ..Spot::default() }
    }

    fn unknown_key(&mut self, spec: &'static TableSpec, entry: &Entry, path: &str) {
        if self.problems.is_full() {
            return;
        }
        let keys = || spec.fields.iter().map(|f| f.key);
        let stem = units::stem(&entry.key);
        let same_stem = spec.fields.iter().find(|f| f.key != entry.key && units::stem(f.key) == stem);
        let hint = if let Some(field) = same_stem.filter(|_| !stem.is_empty()) {
            let value = view::as_number(&entry.node);
            match value.and_then(|x| units::convert(&entry.key, field.key, x)) {
                Some(x) => format!("give it in {}: {} = {}", field.unit(), field.key, units::plain(x)),
                None => format!("the key is `{}`", field.key),
            }
        } else if let Some(near) = nearest(&entry.key, keys()) {
            did_you_mean(near)
        } else if spec.fields.len() <= 12 {
            format!("keys here: {}", keys().collect::<Vec<_>>().join(", "))
        } else if spec.key.is_empty() {
            "`hashwatt new` writes a file with every key".to_owned()
        } else {
            format!("`hashwatt explain {}` lists the keys", path.split('.').next().unwrap_or(""))
        };
        self.error(entry.place, path, "unknown key".to_owned(), "a key of this table".to_owned(), hint);
    }

    fn error(&mut self, place: Place, path: &str, found: String, allowed: String, hint: String) {
        if self.problems.is_full() || self.texts.is_lost(place) {
            return;
        }
        let spot = self.texts.spot(place);
        self.tell(Severity::Error, spot, path, found, allowed, hint);
    }
    fn tell(&mut self, severity: Severity, spot: Spot, path: &str, found: String, allowed: String, hint: String) {
        self.problems.push(Problem { severity, spot, key: path.to_owned(), found, allowed, hint });
    }
}
