//! Every problem file of `tests/invalid/hydro` gives exactly the message beside it, all its mistakes at once, with exit code 3; so does
//! a system of `hydro simulate`.
//!
//! After a deliberate change of wording: `UPDATE_EXPECTED=1 cargo test --test hydro_invalid`, then read the difference.
#![cfg(feature = "cli")]

use std::process::Command;
use std::{env, fs};

fn told(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_hashwatt")).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(done.stdout.is_empty(), "nothing is printed beside the problems");
    format!("{}exit code {}\n", String::from_utf8(done.stderr).unwrap(), done.status.code().unwrap_or(-1))
}

#[test]
fn every_mistake_of_a_problem_has_its_message() {
    let mut files: Vec<_> = fs::read_dir("tests/invalid/hydro").unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut seen = 0;
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")) {
        let told = told(&["hydro", "plan", &file.display().to_string()]);
        let expected = file.with_extension("expected");
        if env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        assert_eq!(fs::read_to_string(&expected).unwrap_or_default(), told, "{}", file.display());
        assert!(told.ends_with("exit code 3\n") && told.matches("error:").count() >= 3, "{told}");
        seen += 1;
    }
    assert!(seen >= 2);
}

#[test]
fn a_system_with_mistakes_is_refused_with_all_of_them() {
    let dir = env::temp_dir().join(format!("hashwatt-hydro-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let meta = r#"{"nodes": 2, "voll": -3, "lines": [{"from": 0, "to": 5, "x": 0.1, "limit_mw": 10}], "thermal": [],
        "end_price": -1,
        "reservoirs": [{"bus": 0, "vmax": 10, "v0": 20, "qmax": 5, "qmin": 6, "mw_per_cms": 0.3, "spill_max": 9, "down": 0}]}"#;
    fs::write(dir.join("meta.json"), meta).unwrap();
    let path = dir.display().to_string();
    let told = told(&["hydro", "simulate", &path, "--train", &path]);
    fs::remove_dir_all(&dir).unwrap();
    for wanted in
        ["voll", "lines[0].to", "thermal", "end_price", "reservoirs[0].v0", "reservoirs[0].qmin", "reservoirs[0].down"]
    {
        assert!(told.contains(wanted), "{wanted} in\n{told}");
    }
    assert!(told.ends_with("exit code 3\n"), "{told}");
}
