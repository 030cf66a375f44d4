//! Every file of `tests/invalid` gives exactly the message beside it, and `check` ends with exit code 3 (0 for warnings).
//!
//! After a deliberate change of wording: `UPDATE_EXPECTED=1 cargo test --test scenario_invalid`, then read the difference.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

#[test]
fn every_mistake_has_its_message() {
    let mut wrong = Vec::new();
    let mut files: Vec<_> = fs::read_dir("tests/invalid").unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")) {
        // A file whose name begins with _ only serves another.
        if file.file_name().is_some_and(|n| n.to_string_lossy().starts_with('_')) {
            continue;
        }
        let told = check(file);
        let expected = file.with_extension("expected");
        if env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &told).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != told {
            wrong.push(format!("--- {}\n{told}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `check` prints, and its exit code.
fn check(file: &Path) -> String {
    let done =
        Command::new(env!("CARGO_BIN_EXE_hashwatt")).arg("check").arg(file).env("NO_COLOR", "1").output().unwrap();
    let text = String::from_utf8(done.stderr).unwrap();
    format!("{text}exit code {}\n", done.status.code().unwrap_or(-1))
}
