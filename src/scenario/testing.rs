//! Help for the tests of sections: a text against one schema.

use super::Builtin;
use super::check::{Checked, check};
use super::overlay::{Gatherer, Library, Loaded};
use super::problems::Problems;
use super::spec::TableSpec;
use std::collections::BTreeSet;

/// A text held against a schema of its own.
pub(crate) fn checked(schema: &'static TableSpec, text: &str) -> Checked {
    let mut gatherer = Gatherer::new(&Builtin);
    let loaded = Loaded { name: "test.toml".to_owned(), bytes: text.as_bytes().to_vec(), shipped: false };
    gatherer.lay(loaded, None);
    check("test", gatherer, &BTreeSet::new(), schema)
}

/// A text held against a schema, which must find no fault.
pub(crate) fn valid(schema: &'static TableSpec, text: &str) -> Checked {
    let checked = checked(schema, text);
    let problems = checked.problems();
    assert!(problems.is_empty(), "{problems}");
    checked
}

/// The problems of a text.
pub(crate) fn problems(schema: &'static TableSpec, text: &str) -> Problems {
    checked(schema, text).problems()
}

/// A library of texts in memory.
pub(crate) struct Shelf(pub &'static [(&'static str, &'static str)]);

impl Library for Shelf {
    fn scenario(&self, name: &str, _from: Option<&str>) -> Result<Loaded, String> {
        let found = self.0.iter().find(|(n, _)| *n == name).ok_or_else(|| format!("no scenario \"{name}\""))?;
        Ok(Loaded { name: name.to_owned(), bytes: found.1.as_bytes().to_vec(), shipped: false })
    }
    fn trace(&self, name: &str, _from: &str) -> Result<String, String> {
        Err(format!("no trace \"{name}\""))
    }
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(n, _)| (*n).to_owned()).collect()
    }
}

/// The first text of a shelf with others laid over it, and with settings, held against a schema.
pub(crate) fn laid(schema: &'static TableSpec, shelf: &Shelf, overlays: &[&str], settings: &[(&str, &str)]) -> Checked {
    let mut gatherer = Gatherer::new(shelf);
    let base = gatherer.gather(shelf.0[0].0, None);
    let below = gatherer.layers.iter().find(|l| Some(l.text) == base).map(|l| l.below.clone()).unwrap_or_default();
    for overlay in overlays {
        gatherer.gather(overlay, None);
    }
    let settings: Vec<(String, String)> = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    gatherer.set(&settings);
    check("test", gatherer, &below, schema)
}
