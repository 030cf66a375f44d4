//! `hashwatt grid` through its command line: files in, files out, exit codes.
#![cfg(feature = "cli")]

use assert_cmd::Command;
use std::path::Path;

fn grid(arguments: &[&str], folder: &Path) -> assert_cmd::assert::Assert {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/grid/");
    let full = |a: &&str| {
        if std::path::Path::new(a).extension().is_some_and(|e| e == "m") {
            format!("{data}{a}")
        } else {
            (*a).to_owned()
        }
    };
    let arguments: Vec<String> = arguments.iter().map(full).collect();
    Command::cargo_bin("hashwatt").unwrap().current_dir(folder).arg("grid").args(arguments).assert()
}

#[test]
fn a_dispatch_leaves_its_tables() {
    let home = tempfile::tempdir().unwrap();
    let out = grid(&["dispatch", "case9.m", "-o", "r", "--json"], home.path()).success();
    let json: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(json["status"], "optimal");
    assert!((json["objective_usd_per_h"].as_f64().unwrap() - 5216.026607747281).abs() < 5e-3);
    for (name, header) in
        [("gen.csv", "row,bus,pg_mw"), ("lmp.csv", "bus,lmp_usd_per_mwh"), ("branch.csv", "row,fbus,tbus,status,pf_mw")]
    {
        let text = std::fs::read_to_string(home.path().join("r").join(name)).unwrap();
        assert_eq!(text.lines().next(), Some(header));
    }
}

#[test]
fn what_cannot_be_served_has_its_exit_code_and_its_shedding() {
    let home = tempfile::tempdir().unwrap();
    let outages = ["dispatch", "case30.m", "--outage-gen", "1", "2"];
    let out = grid(&outages, home.path()).failure().code(4);
    assert!(String::from_utf8_lossy(&out.get_output().stderr).contains("balance of the island"));
    let out = grid(&[&outages[..], &["--min-shed", "--json"]].concat(), home.path()).success();
    let json: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert!((json["shed_mw"].as_f64().unwrap() - 22.631914).abs() < 1e-3);
    grid(&["dispatch", "case30.m", "--outage-branch", "99"], home.path()).failure().code(2);
    grid(&["flow", "nowhere.m"], home.path()).failure().code(1);
}

#[test]
fn arrays_in_arrays_out() {
    let home = tempfile::tempdir().unwrap();
    let demand = "0,0,0,0,90,0,100,0,125\n0,0,0,0,45,0,50,0,62.5\n";
    std::fs::write(home.path().join("loads.csv"), demand).unwrap();
    grid(&["flow", "case9.m", "-o", "one"], home.path()).success();
    grid(&["flow", "case9.m", "--loads", "loads.csv", "--flows", "flows.csv"], home.path()).success();
    let one = std::fs::read_to_string(home.path().join("one/branch.csv")).unwrap();
    let one: Vec<&str> = one.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    let many = std::fs::read_to_string(home.path().join("flows.csv")).unwrap();
    assert_eq!(many.lines().next(), Some(&*one.join(",")));
    assert_eq!(many.lines().count(), 2);
}

#[test]
fn broken_arrays_are_refused_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(home.path().join(name), bytes).unwrap();
    let ok = "0,0,0,0,90,0,100,0,125\n";
    put("ok.csv", ok.as_bytes());
    put("nan.csv", format!("{ok}0,0,0,0,NaN,0,100,0,125\n").as_bytes());
    put(
        "inf.f64",
        &[[0.0; 8].as_slice(), &[f64::INFINITY]].concat().iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>(),
    );
    put("gens.csv", b"1,inf,2\n");
    put("header.csv", b"a,b,c\n");
    put("empty.csv", b"");
    for (arguments, told) in [
        (&["--loads", "nan.csv"][..], "nan.csv: line 2, column 5"),
        (&["--loads", "inf.f64"], "inf.f64: row 1, column 9"),
        (&["--loads", "ok.csv", "--gens", "gens.csv"], "gens.csv: line 1, column 2"),
        (&["--loads", "header.csv"], "no numbers"),
        (&["--loads", "empty.csv"], "no numbers"),
    ] {
        let out = grid(&[&["flow", "case9.m", "--flows", "new.npy"], arguments].concat(), home.path()).code(3);
        let out = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
        assert!(out.contains(told), "{arguments:?}: {out}");
        assert!(!home.path().join("new.npy").exists());
    }
    std::fs::create_dir(home.path().join("d")).unwrap();
    for over in ["ok.csv", "d/.././ok.csv", "./ok.csv"] {
        grid(&["flow", "case9.m", "--loads", "ok.csv", "--flows", over], home.path()).code(2);
        grid(&["dispatch", "case9.m", "--loads", "ok.csv", "--shed", over], home.path()).code(2);
    }
    assert_eq!(std::fs::read_to_string(home.path().join("ok.csv")).unwrap(), ok);
    let out = grid(&["flow", "case9.m", "--loads", "ok.csv", "--flows", "no/x.npy"], home.path()).code(1);
    assert!(String::from_utf8_lossy(&out.get_output().stderr).contains("there is no folder no"));
    assert!(!home.path().join("no").exists());
}

#[test]
fn adequacy_of_one_unit() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("units.csv"), "unit,capacity_mw,mttf_h,mttr_h\n1,10,990,10\n").unwrap();
    let load: String = (0..48).map(|h| format!("{h},8\n")).collect();
    std::fs::write(home.path().join("load.csv"), format!("hour,load_mw\n{load}")).unwrap();
    let ask = ["adequacy", "--units", "units.csv", "--load", "load.csv", "--json"];
    let json = |arguments: &[&str]| -> serde_json::Value {
        let out = grid(&[&ask[..], arguments].concat(), home.path()).success();
        serde_json::from_slice(&out.get_output().stdout).unwrap()
    };
    let exact = json(&["--exact"]);
    assert!((exact["lolh_h_per_yr"].as_f64().unwrap() - 0.48).abs() < 1e-12);
    let sampled = json(&["--years", "5000", "--seed", "2"]);
    let off = sampled["lolh_h_per_yr"].as_f64().unwrap() - 0.48;
    assert!(off.abs() <= 3.0 * sampled["standard_error"]["lolh_h_per_yr"].as_f64().unwrap());
    grid(&ask, home.path()).failure().code(2);
    std::fs::write(home.path().join("load.csv"), "hour,load_mw\n0,x\n").unwrap();
    grid(&[&ask[..], &["--exact"]].concat(), home.path()).failure().code(3);
}

#[test]
fn a_secure_dispatch_survives_every_outage() {
    let home = tempfile::tempdir().unwrap();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let out = grid(arguments, home.path()).success();
        serde_json::from_slice(&out.get_output().stdout).unwrap()
    };
    let open = json(&["dispatch", "case30.m", "--json"]);
    let secure = json(&["dispatch", "case30.m", "--n-1", "--json"]);
    let cost = |of: &serde_json::Value| of["objective_usd_per_h"].as_f64().unwrap();
    assert!(cost(&secure) > cost(&open) + 1e-3, "security costs something: {} {}", cost(&secure), cost(&open));
    assert!(!secure["security"].as_array().unwrap().is_empty());
    // Each outage by itself: the same outputs, the branch taken out of the file, a flow anew.
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/grid/case30.m")).unwrap();
    let mut case = hashwatt::power::Case::from_matpower(&text).unwrap();
    for (generator, mw) in case.generators.iter_mut().zip(secure["pg_mw"].as_array().unwrap()) {
        generator.output_mw = mw.as_f64().unwrap();
    }
    let splitting: Vec<u64> =
        secure["splitting_rows"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).collect();
    let limit = case.short_time_limits();
    for lost in (0..case.branches.len()).filter(|k| !splitting.contains(&(*k as u64 + 1))) {
        let after = case.without(&[lost], &[]).flow().unwrap();
        for (k, mw) in after.flow_mw.iter().enumerate() {
            assert!(mw.abs() <= limit[k] * (1.0 + 2e-6), "branch {} without {}: {mw}", k + 1, lost + 1);
        }
    }
    grid(&["dispatch", "case30.m", "--n-1", "--min-shed"], home.path()).failure().code(2);
}

#[test]
fn factors_and_screening_on_request() {
    let home = tempfile::tempdir().unwrap();
    let out = grid(
        &["flow", "case9.m", "--n-1", "--ptdf", "ptdf.csv", "--lodf", "lodf.csv", "-o", "r", "--json"],
        home.path(),
    )
    .success();
    let json: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let table = |name: &str| -> Vec<Vec<f64>> {
        let text = std::fs::read_to_string(home.path().join(name)).unwrap();
        text.lines().map(|line| line.split(',').map(|v| v.parse().unwrap()).collect()).collect()
    };
    let (ptdf, lodf) = (table("ptdf.csv"), table("lodf.csv"));
    assert_eq!((ptdf.len(), ptdf[0].len(), lodf.len(), lodf[0].len()), (9, 9, 9, 9));
    // Branches 1, 4 and 7 join one generator each: their outage splits the network.
    assert_eq!(json["splitting_rows"], serde_json::json!([1, 4, 7]));
    for (k, row) in lodf.iter().enumerate() {
        assert_eq!([0, 3, 6].map(|m| row[m].is_nan()), [true; 3]);
        if ![0, 3, 6].contains(&k) {
            assert_eq!(row[k], -1.0);
        }
    }
    // What is injected at bus 2 and taken out at bus 1 passes the branch of either.
    assert!((ptdf[0][1].abs() - 1.0).abs() < 1e-12 && (ptdf[6][1].abs() - 1.0).abs() < 1e-12);
    let overloads = std::fs::read_to_string(home.path().join("r/n1.csv")).unwrap();
    assert_eq!(overloads.lines().count(), json["overloads"].as_array().unwrap().len() + 1);
}

#[test]
fn adequacy_of_two_areas_from_a_file() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    write("load.csv", "hour,load_mw\n0,4\n");
    let text = "hours = 1\n[area.north]\nload_csv = \"load.csv\"\nload_factor = 2\n[area.south]\nload_mw = 9\n\
        [unit.n]\narea = \"north\"\ncapacity_mw = 15\nmttf_h = 9\nmttr_h = 1\n\
        [unit.s]\narea = \"south\"\ncapacity_mw = 15\nmttf_h = 9\nmttr_h = 1\n\
        [link.l]\nfrom = \"north\"\nto = \"south\"\nforward_mw = 8\nmttf_h = 9\nmttr_h = 1\n";
    write("areas.toml", text);
    let out = grid(&["adequacy", "--system", "areas.toml", "--exact", "--json"], home.path()).success();
    let json: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert!((json["lolh_h_per_yr"].as_f64().unwrap() - 0.19).abs() < 1e-12);
    assert!((json["areas"]["south"]["eue_mwh_per_yr"].as_f64().unwrap() - 0.333).abs() < 1e-12);
    let sample = ["adequacy", "--system", "areas.toml", "--years", "3000"];
    let once = grid(&sample, home.path()).success().get_output().stdout.clone();
    assert_eq!(once, grid(&sample, home.path()).success().get_output().stdout);
    write("wrong.toml", &text.replace("to = \"south\"", "to = \"east\"").replace("load.csv", "none.csv"));
    let out = grid(&["adequacy", "--system", "wrong.toml", "--exact"], home.path()).failure().code(3);
    assert!(String::from_utf8_lossy(&out.get_output().stderr).contains("wrong.toml:19"), "the line of the link's end");
    let out = grid(&["adequacy", "--format"], home.path()).success();
    assert!(String::from_utf8_lossy(&out.get_output().stdout).contains("[link.<id>]"));
}
