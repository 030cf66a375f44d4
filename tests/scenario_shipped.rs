//! The scenarios that are part of the program: all of them, and each without a fault.

use hashwatt::scenario::{Builtin, Scenario};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Files with an ending below a folder, by their path in it without the ending.
fn files(folder: &Path, below: &str, ending: &str, out: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            files(folder, &path, ending, out);
        } else if name.ends_with(ending) {
            out.insert(path.trim_end_matches(".toml").to_owned());
        }
    }
}

#[test]
fn every_scenario_file_is_embedded() {
    let mut there = BTreeSet::new();
    files(Path::new("scenarios"), "", ".toml", &mut there);
    let embedded: BTreeSet<String> = Builtin::embedded().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(there, embedded, "list it in src/scenario/builtin.rs");
}

#[test]
fn every_trace_is_embedded() {
    let mut there = BTreeSet::new();
    files(Path::new("scenarios"), "", ".csv", &mut there);
    let embedded: BTreeSet<String> = Builtin::traces().map(str::to_owned).collect();
    assert_eq!(there, embedded, "list it in src/scenario/builtin.rs");
}

#[test]
fn every_scenario_is_without_fault() {
    for (name, _) in Builtin::all() {
        let checked = Scenario::builtin(name).unwrap().check();
        let told = checked.build().err().unwrap_or_else(|| checked.problems());
        assert!(told.is_empty(), "{name}:\n{told}");
        assert!(!Scenario::builtin(name).unwrap().title().contains('/'), "{name} has no title");
    }
}

#[test]
fn short_names_and_the_library_work() {
    let short = Scenario::builtin("fsa-2022").unwrap();
    assert_eq!(short.name(), "irkutsk/fsa-2022");
    let laid = Scenario::builtin("irkutsk/no-sanctions").unwrap().with("irkutsk/fsa-2022").unwrap();
    let set = laid.set("tariff.home_usd_per_kwh", "0.012").unwrap().check();
    assert_eq!(set.resolved().value("tariff.home_usd_per_kwh").unwrap().origin, "command line");
    let told = Scenario::builtin("irkutks").unwrap_err();
    assert!(told.to_string().contains("did you mean `irkutsk`?"), "{told}");
}

#[test]
fn a_resolved_world_is_the_same_world() {
    let resolved = Scenario::builtin("irkutsk").unwrap().check().resolved();
    let again = Scenario::from_text("again", &resolved.to_toml()).check();
    assert!(!again.problems().has_errors(), "{}", again.problems());
    let values = |r: &hashwatt::scenario::Resolved| {
        r.values.iter().filter(|v| v.key != "title").map(|v| format!("{} = {}", v.key, v.toml)).collect::<Vec<_>>()
    };
    assert_eq!(values(&again.resolved()), values(&resolved));
}
