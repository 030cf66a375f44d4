//! Scenarios: text in, a checked tree out, or every mistake at once.
//!
//! The way of a scenario: a [`Library`] gives texts · [`document`] reads TOML with places · [`overlay`] lays `extends`,
//! `--with` and `--set` over one another · [`check`] holds the result against the schema of [`section`] · builders read
//! [`View`]s. There is no IO here: a library is handed in.

pub mod areas;
pub mod arm;
mod build;
mod builtin;
pub mod check;
pub mod contrast;
pub mod document;
pub mod explain;
pub mod glossary;
mod header;
pub mod json_schema;
mod leaf;
pub mod measure;
pub mod overlay;
pub mod plan;
pub mod problems;
pub mod resolve;
pub mod section;
pub mod source;
pub mod spec;
pub mod starter;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod units;
mod view;

pub use arm::Arm;
pub use builtin::Builtin;
pub use check::Checked;
pub use overlay::{Library, Loaded};
pub use problems::{Problem, Problems, Severity, Spot};
pub use resolve::{Resolved, ResolvedValue};
pub use source::{Ranged, Source};
pub use view::View;

use overlay::Gatherer;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A scenario by name, with what is laid over it; nothing is read in depth before [`Scenario::check`].
#[derive(Clone)]
#[non_exhaustive]
pub struct Scenario {
    library: Arc<dyn Library>,
    base: Loaded,
    overlays: Vec<String>,
    settings: Vec<(String, String)>,
}

impl Scenario {
    /// A scenario that is part of the program: `irkutsk`, `irkutsk/fsa-2022` or, shorter, `fsa-2022`.
    pub fn builtin(name: &str) -> Result<Self, Problems> {
        Self::open(name, Arc::new(Builtin))
    }
    /// A scenario of a library.
    pub fn open(name: &str, library: Arc<dyn Library>) -> Result<Self, Problems> {
        let mut gatherer = Gatherer::new(&*library);
        match gatherer.find(name, None) {
            Some(base) => Ok(Self { library, base, overlays: Vec::new(), settings: Vec::new() }),
            None => Err(gatherer.problems),
        }
    }
    /// A scenario from text; what it extends is looked up among the built-in ones.
    pub fn from_text(name: &str, text: &str) -> Self {
        let base = Loaded { name: name.to_owned(), bytes: text.as_bytes().to_vec(), shipped: false };
        Self { library: Arc::new(Builtin), base, overlays: Vec::new(), settings: Vec::new() }
    }
    /// Its name: a built-in's full name, or a path.
    pub fn name(&self) -> &str {
        &self.base.name
    }
    /// The scenario with another laid over it (`--with`).
    pub fn with(mut self, name: &str) -> Result<Self, Problems> {
        let mut gatherer = Gatherer::new(&*self.library);
        if gatherer.find(name, None).is_none() {
            return Err(gatherer.problems);
        }
        self.overlays.push(name.to_owned());
        Ok(self)
    }
    /// The scenario with one value changed (`--set`): a TOML value, or else a text.
    pub fn set(mut self, key: &str, value: &str) -> Result<Self, Problems> {
        self.settings.push((key.trim().to_owned(), value.trim().to_owned()));
        Ok(self)
    }
    /// What is laid over it, in order.
    pub fn overlays(&self) -> &[String] {
        &self.overlays
    }
    /// What is changed of it last, in order.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }
    /// Reads everything and holds it against the schema.
    pub fn check(&self) -> Checked {
        let mut gatherer = Gatherer::new(&*self.library);
        let base = gatherer.lay(self.base.clone(), None);
        let below: BTreeSet<_> =
            gatherer.layers.iter().find(|l| Some(l.text) == base).map(|l| l.below.clone()).unwrap_or_default();
        for name in &self.overlays {
            gatherer.gather(name, None);
        }
        gatherer.set(&self.settings);
        check::check(&self.base.name, gatherer, &below, &section::ROOT)
    }
    /// Its title, with those of what is laid over it; the name where a file has none.
    pub fn title(&self) -> String {
        let mut gatherer = Gatherer::new(&*self.library);
        let mut ids = vec![gatherer.lay(self.base.clone(), None)];
        ids.extend(self.overlays.iter().map(|name| gatherer.gather(name, None)));
        let mut titles = Vec::new();
        for id in ids.into_iter().flatten() {
            let layer = gatherer.layers.iter().find(|l| l.text == id);
            titles.push(match layer.and_then(|l| l.root.get("title")).map(|e| &e.node.value) {
                Some(document::Value::Text(title)) => title.clone(),
                _ => gatherer.texts.name(id).to_owned(),
            });
        }
        titles.join(" + ")
    }
}

impl core::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Scenario")
            .field("name", &self.base.name)
            .field("overlays", &self.overlays)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
