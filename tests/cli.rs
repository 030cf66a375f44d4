//! The program as its users meet it: arguments in; files, stdout, stderr and exit codes out.
#![cfg(feature = "cli")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The small world that runs in a moment, cut to a week.
const WEEK: [&str; 4] = ["run", "classroom/one-barn", "--to", "2022-07-07"];

/// Files of a run that are no pictures, beside their sidecars.
const TABLES: [&str; 6] = ["daily", "monthly", "yearly", "timeline", "branches", "summary"];

/// Pictures that even a world without water and without a corridor has.
const PICTURES: [&str; 4] = ["peak-week", "strain-heatmap", "hashrate", "break-evens"];

fn hashwatt(arguments: &[&str], folder: &Path) -> Assert {
    Command::cargo_bin("hashwatt").unwrap().current_dir(folder).args(arguments).assert()
}

fn stdout(ran: &Assert) -> String {
    String::from_utf8(ran.get_output().stdout.clone()).unwrap()
}

fn stderr(ran: &Assert) -> String {
    String::from_utf8(ran.get_output().stderr.clone()).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Every file below a folder but the log, by path.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("run.log") {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn a_run_leaves_all_its_files_and_the_second_one_only_prints_them() {
    let home = tempfile::tempdir().unwrap();
    let ran = hashwatt(&[&WEEK[..], &["-o", "barn"]].concat(), home.path()).success();
    let said = stdout(&ran);
    assert_eq!(said.lines().last().unwrap().replace('\\', "/"), "barn/report.html");
    assert!(said.contains("modeled, not measured"), "{said}");
    assert!(stderr(&ran).starts_with("scenario: classroom/one-barn (built-in)"), "{}", stderr(&ran));
    assert!(stderr(&ran).contains("question: ") && stderr(&ran).contains("hint: "), "{}", stderr(&ran));

    let folder = home.path().join("barn");
    let files = contents(&folder);
    let has = |name: &str| files.contains_key(Path::new(name));
    for name in ["manifest.json", "summary.json", "report.html", "timeseries.parquet", "timeseries.meta.json"] {
        assert!(has(name), "{name} of {:?}", files.keys());
    }
    for table in TABLES {
        assert!(has(&format!("{table}.csv")) && has(&format!("{table}.meta.json")), "{table} of {:?}", files.keys());
    }
    for picture in PICTURES {
        for ending in ["svg", "png", "csv", "meta.json"] {
            assert!(has(&format!("plots/{picture}.{ending}")), "{picture}.{ending} of {:?}", files.keys());
        }
    }
    assert!(folder.join("run.log").is_file());
    let hidden = |path: &Path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
    assert!(!files.keys().any(|path| hidden(path)), "no marks and no drafts stay: {:?}", files.keys());
    for (path, bytes) in files.iter().filter(|(path, _)| path.to_string_lossy().ends_with(".meta.json")) {
        let meta = json(&String::from_utf8(bytes.clone()).unwrap());
        assert_eq!(meta["seed"], 1, "{}", path.display());
        assert!(meta.to_string().contains("modeled, not measured"), "{}", path.display());
    }

    let again = hashwatt(&[&WEEK[..], &["-o", "barn"]].concat(), home.path()).success();
    assert!(stderr(&again).contains("finished before"), "{}", stderr(&again));
    assert_eq!(stdout(&again), said);
    assert_eq!(contents(&folder), files);
}

#[test]
fn json_is_exactly_the_summary() {
    let home = tempfile::tempdir().unwrap();
    let ran = hashwatt(&[&WEEK[..], &["-o", "barn", "--json", "--quiet"]].concat(), home.path()).success();
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "no folder is made on the way");
    assert_eq!(stderr(&ran), "", "quiet is quiet");
    let printed = stdout(&ran);
    assert_eq!(printed.trim_end(), fs::read_to_string(home.path().join("barn/summary.json")).unwrap().trim_end());
    let summary = json(&printed);
    assert_eq!(summary["schema"], "hashwatt.summary/1");
    assert_eq!(summary["hours"], 7 * 24);
    assert_eq!(summary["machines"]["total"], 24);
    for key in ["demand_gwh", "mining_gwh", "total_load_gwh", "unserved_mwh", "pue_mean", "balance_residual_max"] {
        assert!(summary[key].is_number(), "{key}: {printed}");
    }
    for key in ["mining_profit_usd", "mining_profit_published_tariff_usd", "btc_mined"] {
        assert!(summary[key]["total"].is_number(), "{key}: {printed}");
    }
    assert!(!printed.contains("NaN"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_one_thread_and_on_two() {
    let home = tempfile::tempdir().unwrap();
    for (folder, threads) in [("one", "1"), ("two", "2")] {
        hashwatt(&[&WEEK[..], &["-o", folder, "--threads", threads, "--format", "csv"]].concat(), home.path())
            .success();
    }
    let (one, two) = (contents(&home.path().join("one")), contents(&home.path().join("two")));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (path, bytes) in &one {
        assert!(two[path] == *bytes, "{} differs", path.display());
    }
    assert!(one.contains_key(Path::new("timeseries.csv")));
    hashwatt(&[&WEEK[..], &["-o", "other", "--seed", "2", "--format", "csv"]].concat(), home.path()).success();
    let other = contents(&home.path().join("other"));
    assert!(other[Path::new("timeseries.csv")] != one[Path::new("timeseries.csv")], "another seed, another weather");
}

#[test]
fn dearer_power_stops_old_machines_first() {
    let home = tempfile::tempdir().unwrap();
    let mined = |rate: &str| {
        let rate = format!("tariff.home_usd_per_kwh={rate}");
        let ran = hashwatt(&["run", "classroom/one-barn", "--set", &rate, "--json"], home.path()).success();
        json(&stdout(&ran))["mining_gwh"].as_f64().unwrap()
    };
    let [cheap, published, old_off, all_off] = ["0.0012", "0.0157", "0.07", "0.25"].map(mined);
    assert_eq!(cheap, published, "the published tariff stopped nobody");
    // Twelve S9 of 1,323 W beside twelve S19j Pro of 3,068 W.
    let left = 3068.0 / (3068.0 + 1323.0);
    assert!((old_off / cheap - left).abs() < 0.02, "{} of it left", old_off / cheap);
    assert_eq!(all_off, 0.0);
}

#[test]
fn usual_folders_have_names_and_foreign_ones_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let ran = hashwatt(&WEEK, home.path()).success();
    let page = stdout(&ran).lines().last().unwrap().to_owned();
    assert!(page.starts_with("output") && page.contains("classroom-one-barn-"), "{page}");
    assert!(home.path().join(&page).is_file());

    fs::create_dir(home.path().join("thesis")).unwrap();
    fs::write(home.path().join("thesis/chapter.txt"), "mine").unwrap();
    let refused = hashwatt(&[&WEEK[..], &["-o", "thesis"]].concat(), home.path()).code(1);
    assert!(stderr(&refused).contains("--overwrite"), "{}", stderr(&refused));
    assert_eq!(contents(&home.path().join("thesis")).len(), 1, "nothing was written");
    hashwatt(&[&WEEK[..], &["-o", "thesis", "--overwrite"]].concat(), home.path()).success();
    assert_eq!(fs::read_to_string(home.path().join("thesis/chapter.txt")).unwrap(), "mine");
    hashwatt(&[&WEEK[..], &["-o", "thesis/chapter.txt"]].concat(), home.path()).code(1);
}

#[test]
fn wrong_usage_is_two_and_a_wrong_name_has_a_hint() {
    let home = tempfile::tempdir().unwrap();
    let usages: [&[&str]; 6] = [
        &["run"],
        &["fly", "irkutsk"],
        &["run", "irkutsk", "--from", "yesterday"],
        &["run", "irkutsk", "--set", "nothing"],
        &["run", "irkutsk", "--threads", "0"],
        &["run", "irkutsk", "--members", "2"],
    ];
    for usage in usages {
        hashwatt(usage, home.path()).code(2);
    }
    let unknown = hashwatt(&["run", "irkutks"], home.path()).code(3);
    assert!(stderr(&unknown).contains("irkutsk"), "{}", stderr(&unknown));
    let key = hashwatt(&["run", "classroom/one-barn", "--set", "tariff.home_usd_kwh=0.05"], home.path()).code(3);
    assert!(stderr(&key).contains("home_usd_per_kwh"), "{}", stderr(&key));
    hashwatt(&["run", "missing.toml"], home.path()).code(3);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn all_problems_of_a_broken_scenario_are_told_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let broken = "format = 1\nextends = \"classroom/one-barn\"\n[window]\nto = 2022-06-01\n\
        [bus.village]\nlatitude_deg = 523.0\nvoltage = 10\n[site.barn]\nbus = \"vilage\"\nconnected_mw = \"much\"\n";
    fs::write(home.path().join("broken.toml"), broken).unwrap();
    let ran = hashwatt(&["run", "broken.toml"], home.path()).code(3);
    let said = stderr(&ran);
    for part in ["window.to", "latitude_deg", "voltage_kv", "village", "connected_mw", "broken.toml:4"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(stdout(&ran), "");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "only the scenario itself");
    let checked = hashwatt(&["check", "broken.toml", "irkutsk"], home.path()).code(3);
    assert!(stdout(&checked).contains("broken.toml: invalid") && stdout(&checked).contains("irkutsk: no problems"));
    let told = hashwatt(&["check", "broken.toml", "--json"], home.path()).code(3);
    let told = json(&stdout(&told));
    assert_eq!(told[0]["valid"], false);
    assert!(told[0]["problems"].as_array().unwrap().len() >= 5, "{told}");
}

#[test]
fn everything_is_explained() {
    let home = tempfile::tempdir().unwrap();
    let explained: [(&[&str], &[&str]); 7] = [
        (&["irkutsk", "tariff.home_usd_per_kwh"], &["0.0012", "BeInCrypto", "USD/kWh"]),
        (&["irkutsk", "tariff"], &["tariff.home_usd_per_kwh"]),
        (
            &["irkutsk", "--assumptions", "--metric", "export_gwh"],
            &["interface.bratsk_irkutsk.limit_mw", "by influence on export_gwh", "at these ends: "],
        ),
        (&["total_load_gwh"], &["GWh"]),
        (&["hashprice"], &["hashprice", "PH"]),
        (&["reservoir"], &["start_level_m"]),
        (&["classroom/one-barn", "site.barn"], &["antminer_s9"]),
    ];
    for (subject, parts) in explained {
        let said = stdout(&hashwatt(&[&["explain"], subject].concat(), home.path()).success());
        for part in parts {
            assert!(said.to_lowercase().contains(&part.to_lowercase()), "{subject:?}: {part} in {said}");
        }
    }
    let near = hashwatt(&["explain", "hashprize"], home.path()).code(3);
    assert!(stderr(&near).contains("hashprice"), "{}", stderr(&near));
    hashwatt(&["explain", "irkutsk", "tariff.hom"], home.path()).code(3);
}

#[test]
fn scenarios_are_listed_and_new_ones_begin_clean() {
    let home = tempfile::tempdir().unwrap();
    let list = stdout(&hashwatt(&["scenarios"], home.path()).success());
    let names = ["irkutsk ", "irkutsk/no-mining", "irkutsk/severe-measures", "classroom/one-barn"];
    assert!(names.iter().all(|name| list.contains(name)) && !list.contains("/world/"), "{list}");
    let list = json(&stdout(&hashwatt(&["scenarios", "--json"], home.path()).success()));
    assert!(list.as_array().unwrap().len() >= 12);

    hashwatt(&["new", "mine", "--from", "classroom/one-barn"], home.path()).success();
    let written = fs::read(home.path().join("mine.toml")).unwrap();
    let checked = hashwatt(&["check", "mine.toml"], home.path()).success();
    assert_eq!(stdout(&checked).trim_end(), "mine.toml: no problems");
    hashwatt(&["new", "mine"], home.path()).code(1);
    assert_eq!(fs::read(home.path().join("mine.toml")).unwrap(), written, "never over another file");
    hashwatt(&["run", "mine.toml", "--to", "2022-07-02", "--quiet"], home.path()).success();
    hashwatt(&["new", "world"], home.path()).success();
    assert_eq!(
        stdout(&hashwatt(&["check", "world.toml"], home.path()).success()).trim_end(),
        "world.toml: no problems"
    );
}

#[test]
fn the_schema_is_json() {
    let home = tempfile::tempdir().unwrap();
    let schema = json(&stdout(&hashwatt(&["schema"], home.path()).success()));
    assert!(schema["properties"]["reservoir"].is_object() && schema["$schema"].is_string());
}

#[test]
fn a_title_cannot_break_the_page() {
    let home = tempfile::tempdir().unwrap();
    let title = "title=\"<script>alert(1)</script> & 'quotes'\"";
    let run = ["run", "classroom/one-barn", "--to", "2022-07-02", "--set", title, "-o", "r", "--quiet"];
    hashwatt(&run, home.path()).success();
    for (path, bytes) in contents(&home.path().join("r")) {
        if path.extension().is_some_and(|e| e == "html" || e == "svg") {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("<script>alert"), "{}", path.display());
        }
    }
}

/// An interruption in the middle of writing: no draft stays, the same command finishes, with the bytes of a quiet run.
#[cfg(unix)]
#[test]
fn an_interrupted_run_is_finished_by_the_same_command() {
    let home = tempfile::tempdir().unwrap();
    let run = [&WEEK[..], &["-o", "cut", "--quiet"]].concat();
    let program = assert_cmd::cargo::cargo_bin("hashwatt");
    let silent = std::process::Stdio::null;
    let mut child = std::process::Command::new(program)
        .current_dir(home.path())
        .args(&run)
        .stdout(silent())
        .stderr(silent())
        .spawn()
        .unwrap();
    let folder = home.path().join("cut");
    while !folder.join(".unfinished").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let code = child.wait().unwrap().code();
    // A machine fast enough to finish first has nothing to interrupt.
    assert!(code == Some(130) || folder.join("manifest.json").exists(), "{code:?}");
    let drafts = contents(&folder).into_keys().filter(|path| path.extension().is_some_and(|e| e == "tmp"));
    assert_eq!(drafts.count(), 0);
    hashwatt(&run, home.path()).success();
    hashwatt(&[&WEEK[..], &["-o", "whole", "--quiet"]].concat(), home.path()).success();
    assert!(contents(&folder) == contents(&home.path().join("whole")));
}

/// The region itself, two days of it.
#[test]
fn the_region_runs_from_any_folder_with_overlays() {
    let home = tempfile::tempdir().unwrap();
    let run = ["run", "irkutsk", "--with", "cold-2023", "--from", "2023-12-11", "--to", "2023-12-12", "--json"];
    let summary = json(&stdout(&hashwatt(&run, home.path()).success()));
    assert_eq!(summary["hours"], 48);
    assert!(summary["region_peak_mw"].as_f64().unwrap() > 8000.0, "{summary}");
    assert!(summary["balance_residual_max"].as_f64().unwrap() <= 1e-9);
}
