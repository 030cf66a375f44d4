//! The scenarios and traces that are part of the program.

use super::overlay::{Library, Loaded};

/// Texts below `scenarios/` by name.
macro_rules! embedded {
    ($ending:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../scenarios/", $name, $ending)))),*]
    };
}

/// Scenarios by name: the path below `scenarios/` without `.toml`; parts of worlds last.
const SCENARIOS: &[(&str, &str)] = embedded![".toml":
    "irkutsk",
    "irkutsk/no-sanctions",
    "irkutsk/no-mining",
    "irkutsk/ofac-2022",
    "irkutsk/fsa-2022",
    "irkutsk/eu-2022",
    "irkutsk/machine-embargo",
    "irkutsk/payment-agents",
    "irkutsk/secondary-sanctions",
    "irkutsk/singapore-open",
    "irkutsk/singapore-shut",
    "irkutsk/severe-measures",
    "irkutsk/tariff-bands",
    "irkutsk/southern-ban-seasonal",
    "irkutsk/southern-ban-total",
    "irkutsk/register-and-cap",
    "irkutsk/connection-queue",
    "irkutsk/inspections",
    "irkutsk-2019",
    "irkutsk-2025",
    "irkutsk-2025/no-ban",
    "irkutsk/cold-2023",
    "irkutsk/north-south-outage",
    "irkutsk/normal-year",
    "irkutsk/published-tariff",
    "irkutsk/interruptible-miners",
    "irkutsk/peak-shaving",
    "irkutsk/mining-moved-north",
    "irkutsk/reinforcement",
    "irkutsk/smelter-loss",
    "irkutsk/warm-place",
    "irkutsk/water-values",
    "irkutsk/grey-mining-wave",
    "irkutsk-2014",
    "irkutsk-2021",
    "irkutsk/supplied-network",
    "irkutsk/china-ban-2021",
    "irkutsk/no-china-ban",
    "irkutsk/halving-2024",
    "classroom/one-barn",
    "classroom/pue",
    "classroom/difficulty",
    "classroom/halving",
    "classroom/leaky-ban",
    "classroom/two-part-tariff",
    "irkutsk/world/climate",
    "irkutsk/world/cooling",
    "irkutsk/world/water",
    "irkutsk/world/network",
    "irkutsk/world/demand",
    "irkutsk/world/last-mile",
    "irkutsk/world/machines",
    "irkutsk/world/fleet",
    "irkutsk/world/coin",
    "irkutsk/world/coin-2025",
    "irkutsk/world/coin-2014",
    "irkutsk/world/supply",
    "irkutsk/world/channels",
    "irkutsk/world/money",
];

/// Traces by name: the path below `scenarios/`.
const TRACES: &[(&str, &str)] = embedded!["":];

/// Folders of parts: a world is made of them, none is one by itself.
const PARTS: &[&str] = &["/world/"];

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
    /// All that can be run, by name, with their texts.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        Self::embedded().filter(|(name, _)| !PARTS.iter().any(|part| name.contains(part)))
    }
    /// All of them, parts of worlds included.
    pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
        SCENARIOS.iter().copied()
    }
    /// The names of all traces.
    pub fn traces() -> impl Iterator<Item = &'static str> {
        TRACES.iter().map(|(name, _)| *name)
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
