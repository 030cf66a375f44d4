//! Studies of many runs as an analyst meets them: shards, interruptions, repetition, claims.
#![cfg(feature = "cli")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A study that takes a moment: a week of one barn.
const STUDY: [&str; 5] = ["ensemble", "classroom/one-barn", "--to", "2022-07-07", "--quiet"];

fn hashwatt(arguments: &[&str], folder: &Path) -> Assert {
    Command::cargo_bin("hashwatt").unwrap().current_dir(folder).args(arguments).assert()
}

fn study(more: &[&str], folder: &Path) -> Assert {
    hashwatt(&[&STUDY[..], more].concat(), folder)
}

fn stderr(ran: &Assert) -> String {
    String::from_utf8(ran.get_output().stderr.clone()).unwrap()
}

/// The files of a finished study but its log, by name; what is kept of shards apart.
fn tables(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
    files
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), fs::read(p).unwrap()))
        .filter(|(name, _)| name != "run.log")
        .collect()
}

#[test]
fn any_number_of_shards_in_any_order_gives_the_bytes_of_one_run() {
    let home = tempfile::tempdir().unwrap();
    study(&["--members", "9", "-o", "whole", "--threads", "1"], home.path()).success();
    let whole = tables(&home.path().join("whole"));
    assert!(whole.contains_key("members.parquet") && whole.contains_key("report.html"));
    for (of, order) in [(2, vec![2, 1]), (4, vec![3, 1, 4, 2]), (9, (1..=9).rev().collect())] {
        let folder = format!("of-{of}");
        for part in order {
            let shard = format!("{part}/{of}");
            study(&["--members", "9", "--shard", &shard, "-o", &folder, "--threads", "2"], home.path()).success();
        }
        hashwatt(&["report", &folder], home.path()).success();
        assert!(tables(&home.path().join(&folder)) == whole, "{of} shards");
    }
}

#[test]
fn shards_of_something_else_or_broken_are_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let shard = |part: &str, more: &[&str]| {
        study(&[&["--members", "4", "--shard", part, "-o", "s"], more].concat(), home.path())
    };
    shard("1/2", &[]).success();
    for other in [&["--seed", "7"][..], &["--set", "tariff.business_standing_share=0.3"], &["--fixed-assumptions"]] {
        let refused = shard("2/2", other).failure();
        let said = stderr(&refused);
        assert!(said.contains("s holds") || said.contains("another"), "{other:?}: {said}");
    }
    shard("2/2", &[]).success();
    // A part that lost its end, and one in which a byte was changed.
    let path = home.path().join("s/shards/0001-of-0002.parquet");
    let good = fs::read(&path).unwrap();
    let mut bent = good.clone();
    bent[good.len() / 2] ^= 1;
    for bad in [&good[..good.len() / 2], &bent] {
        fs::write(&path, bad).unwrap();
        let refused = hashwatt(&["report", "s"], home.path()).code(3);
        assert!(stderr(&refused).contains("0001-of-0002"), "{}", stderr(&refused));
        assert!(!home.path().join("s/summary.json").exists(), "nothing is half-written");
    }
    fs::write(&path, &good).unwrap();
    hashwatt(&["report", "s"], home.path()).success();
}

/// Killed without a chance to tidy up, again and again: the same command finishes, with the bytes of an undisturbed study.
#[cfg(unix)]
#[test]
fn a_killed_study_goes_on_where_it_was() {
    use std::process::{Command as Process, Stdio};
    use std::time::Duration;
    let home = tempfile::tempdir().unwrap();
    let members = ["--members", "60", "--threads", "2"];
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut child = Process::new(assert_cmd::cargo::cargo_bin("hashwatt"))
            .current_dir(home.path())
            .args(STUDY)
            .args(members)
            .args(["-o", "cut"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let journal = home.path().join("cut/shards/.0001-of-0001.journal");
        let size = || fs::metadata(&journal).map_or(0, |m| m.len());
        let before = size();
        while size() <= before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kept.push(size());
    }
    // A machine fast enough to finish first has nothing to go on with.
    let finished = home.path().join("cut/manifest.json").exists();
    assert!(finished || kept.is_sorted(), "what was finished stays: {kept:?}");
    study(&[&members[..], &["-o", "cut"]].concat(), home.path()).success();
    study(&[&members[..], &["-o", "whole"]].concat(), home.path()).success();
    assert!(tables(&home.path().join("cut")) == tables(&home.path().join("whole")));
}

#[test]
fn a_study_is_verified_and_so_is_a_claim() {
    let home = tempfile::tempdir().unwrap();
    study(&["--members", "5", "-o", "s"], home.path()).success();
    hashwatt(&["verify", "s"], home.path()).success();
    let claimed = hashwatt(&["claim", "s", "mining_gwh"], home.path()).success();
    let said = String::from_utf8(claimed.get_output().stdout.clone()).unwrap();
    for part in ["GWh", "5 simulated futures", "modeled, not measured", "seed 1", "P5 to P95"] {
        assert!(said.to_lowercase().contains(&part.to_lowercase()), "{part}: {said}");
    }
    let card = home.path().join("s/claims/mining_gwh.json");
    hashwatt(&["verify", "s/claims/mining_gwh.json"], home.path()).success();
    let mut forged: serde_json::Value = serde_json::from_slice(&fs::read(&card).unwrap()).unwrap();
    let value = forged["value"].as_f64().unwrap();
    forged["value"] = (value * 1.5).into();
    fs::write(&card, forged.to_string()).unwrap();
    let refused = hashwatt(&["verify", "s/claims/mining_gwh.json"], home.path()).code(7);
    assert!(stderr(&refused).contains("value: "), "{}", stderr(&refused));
    // A table in which a digit was changed is named.
    let table = home.path().join("s/summary.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(&table, text.replacen("mining_gwh", "mining_twh", 1)).unwrap();
    let refused = hashwatt(&["verify", "s/manifest.json"], home.path()).code(7);
    assert!(stderr(&refused).contains("summary.csv"), "{}", stderr(&refused));
    let wrong = hashwatt(&["claim", "s", "minin_gwh"], home.path()).code(3);
    assert!(stderr(&wrong).contains("did you mean `mining_gwh`?"), "{}", stderr(&wrong));
}

#[test]
fn a_null_overlay_differs_by_exactly_nothing() {
    let home = tempfile::tempdir().unwrap();
    let null =
        "format = 1\ntitle = \"nothing\"\nextends = \"classroom/one-barn\"\n\n[source.format]\ncite = \"version\"\n";
    fs::write(home.path().join("null.toml"), null).unwrap();
    let arms =
        ["compare", "classroom/one-barn", "null.toml", "--to", "2022-07-07", "--members", "4", "--quiet", "--json"];
    let ran = hashwatt(&arms, home.path()).success();
    let summary: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let arm = summary["differences"].as_object().unwrap().values().next().unwrap().as_object().unwrap();
    let mut numbers = 0;
    let mut stack: Vec<&serde_json::Value> = arm.values().collect();
    while let Some(value) = stack.pop() {
        if let Some(diff) = value.get("diff") {
            assert_eq!(diff.as_f64(), Some(0.0), "{value}");
            numbers += 1;
        } else if let Some(parts) = value.as_object() {
            stack.extend(parts.values());
        }
    }
    assert!(numbers > 20, "{numbers}");
}
