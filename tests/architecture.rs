//! The house holds: imports point only downward, the core touches no operating system, every file says what it is.
//!
//! Reads the source as text. The floors are those of `ARCHITECTURE.md`; a module missing from the table is a failure, so
//! that nobody builds without saying on which floor.

use std::fs;
use std::path::{Path, PathBuf};

/// Top-level modules by floor. An import may name its own module or a lower floor, never a sibling or a higher one.
const FLOORS: &[(u32, &[&str])] = &[
    (0, &["units", "ids", "calendar", "curve", "random"]),
    (1, &["equations", "power", "water"]),
    (2, &["fault", "flows"]),
    (
        3,
        &[
            "climate",
            "hydro",
            "demand",
            "grid",
            "last_mile",
            "cooling",
            "fleet",
            "bitcoin",
            "channel",
            "finance",
            "operator",
        ],
    ),
    (4, &["policy"]),
    (5, &["region", "step", "balance", "record", "run"]),
    (6, &["study"]),
    (7, &["scenario", "report"]),
    (8, &["files", "cli", "main"]),
];

/// Floors whose modules may import one another: the ground, the flows, the loop's own floor and the doors.
const SIBLINGS_MAY_MEET: &[u32] = &[0, 1, 2, 5, 7, 8];

/// What only the top floor may touch.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::time",
    "std::thread",
    "std::net",
    "std::process",
    "println!",
    "eprintln!",
    "print!(",
];

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(_, names)| names.contains(&module)).map(|(f, _)| *f)
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The source without comments and without its test module, which may reach anywhere.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or(text);
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Files that only tests compile: `#[cfg(test)] mod name;` in the file above them.
fn only_for_tests(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|p| p[0] == "#[cfg(test)]" && p[1].ends_with(';')) {
            if let Some(name) = pair[1].trim_end_matches(';').split("mod ").nth(1) {
                found.push(file.with_extension("").join(format!("{name}.rs")));
                found.push(file.with_file_name(format!("{name}.rs")));
            }
        }
    }
    found
}

fn all() -> Vec<(PathBuf, String, String)> {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    files.sort();
    assert!(files.len() > 5, "the test must run in the project's root");
    let tests = only_for_tests(&files);
    files.retain(|f| !tests.contains(f));
    files
        .into_iter()
        .map(|p| {
            let text = fs::read_to_string(&p).unwrap();
            let top = p
                .strip_prefix("src")
                .unwrap()
                .iter()
                .next()
                .unwrap()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_string();
            (p, top, text)
        })
        .collect()
}

#[test]
fn every_module_stands_on_a_floor() {
    for (path, top, _) in all() {
        assert!(top == "lib" || floor(&top).is_some(), "{}: module `{top}` has no floor in this test", path.display());
        assert_ne!(path.file_name().unwrap(), "mod.rs", "{}: name it after its noun", path.display());
    }
}

#[test]
fn imports_point_downward() {
    let mut wrong = Vec::new();
    for (path, top, text) in all() {
        let Some(own) = floor(&top) else { continue };
        let code = code(&text);
        for piece in code.split("crate::").skip(1).chain(if own == 8 {
            code.split("hashwatt::").skip(1).collect()
        } else {
            vec![]
        }) {
            let names: Vec<&str> = match piece.strip_prefix('{') {
                Some(group) => group
                    .split('}')
                    .next()
                    .unwrap_or("")
                    .split(',')
                    .map(|n| n.trim().split("::").next().unwrap_or(""))
                    .collect(),
                None => vec![piece.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("")],
            };
            for name in names {
                let Some(other) = floor(name) else { continue };
                let allowed = name == top || other < own || (other == own && SIBLINGS_MAY_MEET.contains(&own));
                if !allowed {
                    wrong.push(format!("{}: `{top}` (floor {own}) imports `{name}` (floor {other})", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports point upward or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn the_core_touches_no_operating_system() {
    let mut wrong = Vec::new();
    for (path, top, text) in all() {
        if floor(&top) == Some(8) {
            continue;
        }
        let code = code(&text);
        for word in OUTSIDE {
            if code.contains(word) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
        if code.contains("rayon") && !["study", "power", "report", "last_mile"].contains(&top.as_str()) {
            wrong.push(format!("{}: threads belong to studies and array doors", path.display()));
        }
        // The square root is not among them: IEEE 754 has it rounded correctly everywhere.
        for float in [".exp()", ".ln()", ".powf(", ".powi(", ".sin()", ".cos()", ".tanh()", ".log10()", ".mul_add("] {
            if floor(&top).is_some_and(|f| f <= 6) && code.contains(float) {
                wrong.push(format!("{}: {float} — use libm, the same bits everywhere", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    for (path, _, text) in all() {
        assert!(text.starts_with("//!"), "{} has no module doc", path.display());
    }
}
