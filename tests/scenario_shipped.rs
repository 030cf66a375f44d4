//! The scenarios that are part of the program: all of them, and each without a fault.

use hashwatt::scenario::Builtin;
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
