//! The scenarios and traces that are part of the program.

use super::overlay::{Library, Loaded};

/// Scenarios by name: the path below `scenarios/` without `.toml`.
const SCENARIOS: &[(&str, &str)] = &[];

/// Traces by name: the path below `scenarios/`.
const TRACES: &[(&str, &str)] = &[];

/// Folders whose scenarios are found by their short name too: `fsa-2022` is `irkutsk/fsa-2022`.
const SHORT: &[&str] = &["irkutsk", "classroom"];

/// The library of what is built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Builtin;

impl Builtin {
    /// The text of a built-in scenario by full or short name, with its full name.
    pub fn find(name: &str) -> Option<(&'static str, &'static str)> {
        let exact = |name: &str| SCENARIOS.iter().find(|(n, _)| *n == name).copied();
        exact(name).or_else(|| SHORT.iter().find_map(|folder| exact(&format!("{folder}/{name}"))))
    }
    /// All of them.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        SCENARIOS.iter().copied()
    }
    /// The text of a built-in trace.
    pub fn find_trace(name: &str) -> Option<&'static str> {
        TRACES.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
    }
}

impl Library for Builtin {
    fn scenario(&self, name: &str, _from: Option<&str>) -> Result<Loaded, String> {
        let (full, text) = Self::find(name).ok_or_else(|| format!("no scenario \"{name}\""))?;
        Ok(Loaded { name: full.to_owned(), bytes: text.as_bytes().to_vec(), shipped: true })
    }
    fn trace(&self, name: &str, _from: &str) -> Result<String, String> {
        Self::find_trace(name).map(str::to_owned).ok_or_else(|| format!("no trace \"{name}\""))
    }
    fn names(&self) -> Vec<String> {
        SCENARIOS.iter().map(|(n, _)| (*n).to_owned()).collect()
    }
}
