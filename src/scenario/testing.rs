//! Help for the tests of sections: a text against one schema.

use super::Builtin;
use super::check::{Checked, check};
use super::overlay::{Gatherer, Loaded};
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
