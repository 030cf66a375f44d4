//! `hashwatt calc` and `hashwatt machines` through the command line: published answers, mistakes, CSV in and out.
#![cfg(feature = "cli")]

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

fn hashwatt(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("hashwatt").unwrap().args(arguments).assert()
}

fn calc(arguments: &[&str]) -> Value {
    let out = hashwatt(&[&["calc"], arguments, &["--json"]].concat()).success();
    serde_json::from_slice(&out.get_output().stdout).unwrap()
}

fn number(of: &Value, key: &str) -> f64 {
    of[key].as_f64().unwrap_or_else(|| panic!("no number `{key}` in {of}"))
}

fn near(ours: f64, published: f64, relative: f64) {
    assert!((ours - published).abs() <= relative * published.abs(), "{ours} against {published}");
}

fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let out = hashwatt(arguments).failure().code(code);
    let told = String::from_utf8_lossy(&out.get_output().stderr).into_owned();
    for word in words {
        assert!(told.contains(word), "`{word}` is not in:\n{told}");
    }
    assert!(out.get_output().stdout.is_empty());
}

/// Runs a file of cases of some columns of a table and returns the answers, a row each.
fn cases(function: &str, table: &str, columns: &[usize], more: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let pick = |line: &str| -> String {
        let cells: Vec<&str> = line.rsplitn(8, ',').collect::<Vec<_>>().into_iter().rev().collect();
        let cells = if function == "air" { line.split(',').collect() } else { cells };
        columns.iter().map(|c| cells[*c]).collect::<Vec<_>>().join(",")
    };
    let lines: Vec<String> = table.lines().map(pick).collect();
    let path = folder.path().join("cases.csv");
    std::fs::write(&path, lines.join("\n")).unwrap();
    match calc(&[&[function, "--input", path.to_str().unwrap()], more].concat()) {
        Value::Array(rows) => rows,
        other => panic!("{other}"),
    }
}

#[test]
fn the_grid_of_moist_air_is_met() {
    let table = include_str!("data/psychro/psychrolib_grid.csv");
    let rows = cases("air", table, &[0, 1, 2], &[]);
    assert_eq!(rows.len(), table.lines().count() - 1);
    for (row, line) in rows.iter().zip(table.lines().skip(1)) {
        let v: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
        near(number(row, "humidity_ratio"), v[3], 1e-4);
        assert!((number(row, "wet_bulb_c") - v[4]).abs() < 0.02, "{line}");
        assert!((number(row, "dew_point_c") - v[5]).abs() < 0.02, "{line}");
        assert!((number(row, "enthalpy_j_per_kg_da") - v[6]).abs() < 20.0_f64.max(1e-4 * v[6].abs()), "{line}");
        near(number(row, "density_kg_per_m3"), v[8], 1e-4);
        near(number(row, "sat_vapour_pressure_pa"), v[9], 1e-4);
    }
}

#[test]
fn published_retargets_are_met_bit_for_bit() {
    let table = include_str!("data/bitcoin/retarget_cases.csv");
    let rows = cases("retarget", table, &[2, 3, 4], &[]);
    assert_eq!(rows.len(), 4);
    for (row, line) in rows.iter().zip(table.lines().skip(1)) {
        let mut from_end = line.rsplit(',');
        let difficulty: f64 = from_end.next().unwrap().parse().unwrap();
        assert_eq!(row["new_bits_hex"], from_end.nth(1).unwrap());
        near(number(row, "new_difficulty"), difficulty, 1e-12);
    }
    // rust-bitcoin's signet case (CC0), its limit as 256 bits and compact.
    for limit in ["00000377ae000000000000000000000000000000000000000000000000000000", "1e0377ae"] {
        let signet = ["retarget", "--first-block-time", "1598918400", "--last-block-time", "1599332177"];
        let signet = calc(&[&signet[..], &["--old-bits-hex", "1e0377ae", "--pow-limit-hex", limit]].concat());
        assert_eq!(signet["new_bits_hex"], "1e012fa7");
    }
}

#[test]
fn the_schedule_of_halvings_is_exact() {
    for line in include_str!("data/bitcoin/halving_schedule.csv").lines().skip(1).step_by(8) {
        let c: Vec<&str> = line.split(',').collect();
        let got = calc(&["subsidy", "--height", c[1]]);
        assert_eq!(got["subsidy_sat"].to_string(), c[2]);
        assert_eq!(got["supply_sat_before"].to_string(), c[3]);
    }
}

#[test]
fn published_cases_of_finance_are_met() {
    for line in include_str!("data/finance/published_cases.csv").lines().skip(1) {
        let (function, rest) = line.split_once(",\"").unwrap();
        let (inputs, rest) = rest.split_once("}\",").unwrap();
        let inputs: Value = serde_json::from_str(&format!("{}}}", inputs.replace("\"\"", "\""))).unwrap();
        let rest: Vec<&str> = rest.split(',').collect();
        let (expected, tolerance): (f64, f64) = (rest[0].parse().unwrap(), rest[2].parse().unwrap());
        let named: Vec<String> =
            inputs.as_object().unwrap().iter().flat_map(|(k, v)| [format!("--{k}"), v.to_string()]).collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let ours = number(&calc(&[&[function], &named[..]].concat()), function);
        let allowed = if rest[1] == "rel" { tolerance * expected.abs() } else { tolerance };
        assert!((ours - expected).abs() <= allowed, "{line}: {ours}");
    }
}

#[test]
fn dated_hashprices_and_the_price_of_exclusion() {
    // Difficulty, price and fees of the day (Coin Metrics community data): 2021-11-09, 2022-12-25, 2025-06-15.
    for (difficulty, price, subsidy, fee, published) in [
        ("21.659e12", "67095.59", "6.25", "0.1506", 398.86),
        ("35.364e12", "16824.84", "6.25", "0.0961", 60.74),
        ("126.41e12", "105512.80", "3.125", "0.0197", 52.80),
    ] {
        let row = ["hashprice", "--difficulty", difficulty, "--price-usd", price, "--subsidy-btc", subsidy];
        let got = calc(&[&row[..], &["--fee-btc", fee]].concat());
        near(number(&got, "hashprice_usd_per_ph_day"), published, 1e-3);
    }
    // A 29.5 J/TH machine at 3 cents, and the same with a quarter of its revenue lost.
    let row = ["break_even", "--efficiency-j-per-th", "29.5", "--tariff-usd-per-kwh", "0.03", "--pool-fee"];
    let key = "break_even_hashprice_usd_per_ph_day";
    assert!((number(&calc(&[&row[..], &["0"]].concat()), key) - 21.2).abs() < 0.05);
    let cut = calc(&[&row[..], &["0.25"]].concat());
    assert!((number(&cut, key) - 28.3).abs() < 0.05);
    assert_eq!(cut["break_even_tariff_usd_per_kwh"], Value::Null);
    assert!(cut["note"].as_str().unwrap().contains("hashprice_usd_per_ph_day is not given"));
}

#[test]
fn cash_goes_the_cheapest_ways_that_have_room() {
    let routes = ["channel_cost", "--amount-usd", "100", "--fee-share", "0.02,0.05,0.03"];
    let got = calc(&[&routes[..], &["--capacity-usd", "60,100,20"]].concat());
    near(number(&got, "cost_usd"), 60.0 * 0.02 + 20.0 * 0.03 + 20.0 * 0.05, 1e-12);
    near(number(&got, "next_dollar_share"), 0.05, 1e-12);
    assert_eq!((got["split_usd"].as_str(), number(&got, "stuck_usd")), (Some("60 20 20"), 0.0));
    // One route shut moves its sixty; an offence costs its chance times its penalty, and waiting what money costs.
    let shut = calc(&[&routes[..], &["--capacity-usd", "0,100,20"]].concat());
    near(number(&shut, "cost_share") - number(&got, "cost_share"), 0.6 * 0.03, 1e-12);
    let dear = ["channel_cost", "--fee-share", "0.01", "--capacity-usd", "0.5", "--detection-per-year", "0.02"];
    let more = ["--penalty-years", "0.5", "--enforcement", "4", "--delay-days", "36.525"];
    let got = calc(&[&dear[..], &more].concat());
    near(number(&got, "cost_share"), 0.01 + 0.04 + 0.025, 1e-12);
    assert_eq!((number(&got, "stuck_usd"), &got["next_dollar_share"]), (0.5, &Value::Null));
}

#[test]
fn air_and_water_by_hand() {
    let turbine = calc(&["turbine", "--discharge_m3_s=3200", "--head-m", "31", "--EFFICIENCY", "0.87"]);
    near(number(&turbine, "power_mw"), 846.64224, 1e-9);
    let mix = calc(&["recirculation", "--outside-c", "-40", "--inlet-c", "5", "--rise-k", "15"]);
    near(number(&mix, "mix_fraction"), 0.75, 1e-12);
    let flow = calc(&["airflow", "--heat-kw", "3.25", "--inlet-c", "20", "--rise-k", "15", "--p-pa", "95461"]);
    near(number(&flow, "airflow_m3_h"), 3.25 * number(&flow, "airflow_m3_h_per_kw"), 1e-12);
    near(number(&flow, "airflow_m3_h_per_kw"), 3.6e6 * 287.042 * 293.15 / (95461.0 * 1006.0 * 15.0), 1e-9);
    let eco = calc(&["power_target", "--model", "antminer_s19", "--hashrate-fraction", "1"]);
    let half = calc(&["power_target", "--model", "Antminer-S19", "--hashrate-fraction", "0.75"]);
    near(number(&half, "power_w"), number(&eco, "power_w") * 0.75_f64.powf(1.5), 1e-9);
}

#[test]
fn no_root_several_and_never_are_said() {
    for (arguments, key, word) in [
        (&["irr", "--values", "1", "2"][..], "irr", "none"),
        (&["irr", "--values", "[-1,", "3.6,", "-4.31,", "1.716]"], "irr", "several"),
        (&["nper", "--rate", "0.05", "--pmt", "-1", "--pv", "100"], "nper", "never"),
        (&["payback", "--cost-usd", "1000", "--daily-usd", "-1"], "payback_days", "never"),
        (&["mirr", "--values", "3;4", "--finance-rate", "0.1", "--reinvest-rate", "0.1"], "mirr", "none"),
        (&["rate", "--nper", "5", "--pmt", "1", "--pv", "1"], "rate", "none"),
    ] {
        let got = calc(arguments);
        assert_eq!(got[key], Value::Null);
        assert!(got["note"].as_str().unwrap().contains(word), "{got}");
        let out = hashwatt(&[&["calc"], arguments].concat()).success();
        let told = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
        assert!(told.starts_with(&format!("{key} = {word}")), "{told}");
    }
    let due = ["pmt", "--rate", "0.01", "--nper", "12", "--pv", "1000", "--when"];
    let at = |when| number(&calc(&[&due[..], &[when]].concat()), "pmt");
    near(at("end"), 1.01 * at("begin"), 1e-12);
}

#[test]
fn results_are_plain_lines() {
    let out = hashwatt(&["calc", "subsidy", "--height", "840000"]).success();
    assert_eq!(
        String::from_utf8_lossy(&out.get_output().stdout),
        "subsidy_sat = 312500000 sat\nsupply_sat_before = 1968750000000000 sat\n"
    );
    let out = hashwatt(&["calc", "air", "--help"]).success();
    assert!(String::from_utf8_lossy(&out.get_output().stdout).contains("--p-pa"));
    let out = hashwatt(&["calc"]).success();
    assert!(String::from_utf8_lossy(&out.get_output().stdout).contains("recirculation"));
}

#[test]
fn mistakes_of_usage_are_explained() {
    let air = |rest: &[&'static str]| [&["calc", "air", "--t-c", "20"][..], rest].concat();
    refused(&air(&["--rh", "65", "--p-pa", "95500"]), 2, &["did you mean 0.65?"]);
    refused(&air(&["--rh", "0.65", "--p-pa", "955"]), 2, &["in hPa", "95500"]);
    refused(&air(&["--rh", "0.65"]), 2, &["--p-pa: missing", "Pa"]);
    refused(&air(&["--humidity", "0.65"]), 2, &["--rh"]);
    refused(&air(&["--rh", "x", "--p-pa", "nan"]), 2, &["`x` is no number", "`nan` is no number"]);
    refused(&air(&["--rh", "--p-pa", "95500"]), 2, &["--rh takes one value"]);
    refused(&air(&["--t_c", "3"]), 2, &["twice"]);
    refused(&["calc", "airflw"], 2, &["did you mean `airflow`?"]);
    refused(&["calc", "network-hashrate"], 2, &["--origin 2022-06 --months N"]);
    refused(&["calc", "break_even", "--efficiency-j-per-th", "30"], 2, &["hashprice_usd_per_ph_day"]);
    refused(
        &["calc", "power_target", "--model", "antminer_s19z", "--hashrate-fraction", "1"],
        2,
        &["did you mean `antminer_s19"],
    );
    refused(
        &["calc", "retarget", "--first-block-time", "1", "--last-block-time", "2", "--old-bits-hex", "04923456"],
        2,
        &["--old-bits-hex", "negative"],
    );
    refused(&["calc", "air", "--input", "nowhere.csv"], 1, &["nowhere.csv"]);
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("cases.csv");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn cases_come_back_with_their_results() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "\u{feff}who,RH,t-c\n\"a, b\",0.65,-5.0\nc,0,20\n");
    let command = ["calc", "air", "--p-pa", "95500", "--input", &path];
    let out = hashwatt(&command).success();
    let first = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(
        lines[0],
        "who,RH,t-c,wet_bulb_c,dew_point_c,humidity_ratio,enthalpy_j_per_kg_da,density_kg_per_m3,sat_vapour_pressure_pa,note"
    );
    assert!(lines[1].starts_with("\"a, b\",0.65,-5.0,-"));
    assert!(lines[2].ends_with("dew_point_c: none: dry air has no dew point"));
    let one = calc(&["air", "--t-c", "-5", "--rh", "0.65", "--p-pa", "95500"]);
    assert!(lines[1].contains(&format!(",{},", number(&one, "wet_bulb_c"))));
    // What was written can be read: the same comes out.
    written(folder.path(), &first);
    let out = hashwatt(&command).success();
    assert_eq!(String::from_utf8_lossy(&out.get_output().stdout), first);
}

#[test]
fn wrong_cells_are_told_with_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "t_c,rh,p_pa\n20,0.5,95500\n20,65,95500\n,0.5,oops\n");
    let told = ["line 3, column 2 (`rh`)", "0.65", "line 4, column 1 (`t_c`): missing", "column 3 (`p_pa`): `oops`"];
    refused(&["calc", "air", "--input", &path], 3, &told);
    let path = written(folder.path(), "t_c,p_pa\n20,95500\n");
    refused(&["calc", "air", "--input", &path], 3, &["no column `rh`"]);
    refused(&["calc", "air", "--input", &path, "--t-c", "3", "--rh", "0.4"], 2, &["t_c", "column"]);
    let path = written(folder.path(), "t_c,t-c\n1,2\n");
    refused(&["calc", "air", "--input", &path], 3, &["twice"]);
    let path = written(folder.path(), "t_c,rh\n1,2,3\n");
    refused(&["calc", "air", "--input", &path], 3, &["line"]);
    let path = written(folder.path(), "");
    refused(&["calc", "air", "--input", &path], 3, &["no header"]);
}

#[test]
fn machines_come_best_first_with_their_break_evens() {
    let asked = ["machines", "--hashprice-usd-per-ph-day", "61", "--tariff-usd-per-kwh", "0.03"];
    let out = hashwatt(&[&asked[..], &["--json"]].concat()).success();
    let list: Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    let list = list.as_array().unwrap();
    assert!(list.len() > 30);
    let mut before = 0.0;
    for m in list {
        let efficiency = number(m, "efficiency_j_per_th");
        assert!(efficiency >= before);
        before = efficiency;
        near(number(m, "power_w") / number(m, "hashrate_th_s"), efficiency, 1e-9);
        near(number(m, "break_even_hashprice_usd_per_ph_day"), efficiency * 24.0 * 0.03, 1e-9);
        near(number(m, "break_even_tariff_usd_per_kwh"), 61.0 / (24.0 * efficiency), 1e-9);
    }
    let out = hashwatt(&asked).success();
    let text = String::from_utf8_lossy(&out.get_output().stdout).into_owned();
    assert!(text.contains(list[0]["id"].as_str().unwrap()) && text.contains("0.03 USD/kWh"));
    refused(&["machines", "--pool-fee", "2"], 2, &["0.02"]);
    refused(&["machines", "--tariff-usd-per-kwh=-1"], 2, &["at least 0"]);
}

#[test]
fn the_cambridge_index_by_its_rules_on_our_catalog() {
    // Yearly means published by CBECI (best guess at 5 c, version of August 2023), and months of the Coin Metrics series.
    let data = std::fs::read_to_string("tests/data/bitcoin/coin_monthly.csv").unwrap();
    let mut cases = "month,price_usd,fee_btc_per_block,network_hashrate_eh_s\n".to_owned();
    for row in data.lines().filter(|l| l.starts_with("2022-")) {
        let cell: Vec<&str> = row.split(',').collect();
        let share: f64 = cell[3].parse().unwrap();
        cases.push_str(&format!("{},{},{},{}\n", cell[0], cell[2], 6.25 * share / (1.0 - share), cell[4]));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("months.csv");
    std::fs::write(&path, cases).unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_hashwatt"))
        .args(["calc", "cbeci", "--json", "--input"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&done.stdout).unwrap();
    let best: f64 = rows.iter().map(|r| r["cbeci_best_guess_twh_per_year"].as_f64().unwrap()).sum();
    let mean = best / rows.len() as f64;
    assert_eq!(rows.len(), 12);
    assert!((mean / 95.60 - 1.0).abs() < 0.10, "{mean} TWh in 2022");
    for r in &rows {
        let at = |k: &str| r[k].as_f64().unwrap();
        assert!(at("cbeci_lower_twh_per_year") < at("cbeci_best_guess_twh_per_year"));
        assert!(at("cbeci_best_guess_twh_per_year") < at("cbeci_upper_twh_per_year"));
    }
}

#[test]
fn the_network_after_an_origin_comes_from_prices_and_a_wrong_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("months.csv");
    let months: Vec<String> =
        (0..12).map(|i| format!("{}-{:02},20000,0.1", 2022 + (i + 6) / 12, (i + 6) % 12 + 1)).collect();
    let run = |text: &str, more: &[&str]| {
        std::fs::write(&path, text).unwrap();
        std::process::Command::new(env!("CARGO_BIN_EXE_hashwatt"))
            .args(["calc", "network-hashrate", "--input"])
            .arg(&path)
            .args(more)
            .output()
            .unwrap()
    };
    let good = format!("month,price_usd,fee_btc_per_block\n{}\n", months.join("\n"));
    let done = run(&good, &["--origin", "2022-06", "--months=12"]);
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success() && out.starts_with("month,network_hashrate_eh_s\n2022-07,"), "{out}");
    assert_eq!(out.lines().count(), 13);
    let done = run(&good, &["--origin", "2022-06", "--months", "13"]);
    assert_eq!(done.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&done.stderr).contains("no row for 2023-07"));
    let done =
        run("month,price_usd,fee_btc_per_block\n2022-07,-5,x\nsoon,1,1\n", &["--origin", "2022-06", "--months", "1"]);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3));
    for part in ["price_usd = `-5`", "fee_btc_per_block = `x`", "`soon` is no month"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    for wrong in [["--origin", "2021-01", "--months", "3"], ["--origin", "2022-06", "--months", "0"]] {
        assert_eq!(run(&good, &wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_transformer_goes_through_its_rows_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let annex = include_str!("data/transformer/annex.csv");
    let constants = ["--class", "onaf", "--top-oil-rise-k", "45", "--hot-spot-gradient-k", "35", "--loss-ratio", "8"];
    let run = |path: &str, more: &[&str]| match calc(&[&["transformer", "--input", path], more].concat()) {
        Value::Array(rows) => rows,
        other => panic!("{other}"),
    };
    let rows = run(&file("annex.csv", annex), &constants);
    assert_eq!(rows.len(), 41);
    for (row, line) in rows.iter().zip(annex.lines().skip(1)) {
        let v: Vec<f64> = line.split(',').map(|c| c.parse().unwrap()).collect();
        assert!(
            (number(row, "top_oil_c") - v[3]).abs() < 1e-6 && (number(row, "hot_spot_c") - v[4]).abs() < 1e-6,
            "{row}"
        );
    }
    let cold = run(&file("cold.csv", "minute,load_pu,ambient_c\n0,1,20\n60,1,-30\n"), &[]);
    assert_eq!((cold[0]["ambient_flag"].as_str(), cold[1]["ambient_flag"].as_str()), (Some("ok"), Some("below_-25_c")));
    near(number(&cold[0], "hot_spot_c"), 98.0, 1e-12);
    near(number(&cold[0], "aging_rate"), 1.0, 1e-12);

    let back = file("back.csv", "minute,load_pu,ambient_c\n0,1,20\n60,1,20\n45,1,20\n");
    refused(&["calc", "transformer", "--input", &back], 3, &["line 4, column 1 (`minute`)", "45 comes after 60"]);
    let percent = file("percent.csv", "minute,load_pu,ambient_c\n0,85,20\n");
    refused(&["calc", "transformer", "--input", &percent], 3, &["line 2", "did you mean 0.85?"]);
    let constant = ["calc", "transformer", "--load-pu", "1", "--ambient-c", "20"];
    refused(&[&constant[..], &["--minute", "1e15"]].concat(), 2, &["at most a year"]);
    refused(&["calc", "transformer", "--load-pu", "1", "--ambient-c", "20", "--class", "onax"], 2, &["onaf"]);
}

#[test]
fn machines_and_bills_are_open_to_calc() {
    let number = |args: &[&str], key: &str| -> f64 {
        let done =
            std::process::Command::new(env!("CARGO_BIN_EXE_hashwatt")).args(args).arg("--json").output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        told[key].as_f64().unwrap_or_else(|| panic!("{key} in {told}"))
    };
    // Irkutsk 2025: 1.58 to 3,900 kWh, 2.54 to 6,000, 4.90 above.
    let bill = [
        "calc",
        "home_bill",
        "--kwh",
        "10000",
        "--prices-rub-per-kwh",
        "1.58 2.54 4.90",
        "--band-kwh-per-month",
        "3900 6000",
    ];
    assert!((number(&bill, "bill_rub") - (3900.0 * 1.58 + 2100.0 * 2.54 + 4000.0 * 4.90)).abs() < 1e-6);
    assert!((number(&bill, "next_kwh_rub") - 4.90).abs() < 1e-6);
    // A quote of 18 April 2022: 80 USD/TH for 32 J/TH at a mean hashprice of 192.3.
    let quote = ["calc", "machine_price", "--efficiency-j-per-th", "32", "--hashprice-usd-per-ph-day", "192.3"];
    assert!((number(&quote, "price_usd_per_th_s") / 80.0 - 1.0).abs() < 0.3);
    let before_halving = [&quote[..], &["--months-to-halving", "3"]].concat();
    assert!(number(&before_halving, "price_usd_per_th_s") < number(&quote, "price_usd_per_th_s"));
    let cost = ["calc", "hashcost", "--efficiency-j-per-th", "29.69", "--tariff-usd-per-kwh", "0.075"];
    assert!((number(&cost, "hashcost_usd_per_ph_day") - 53.0).abs() < 0.5, "published: 5.3 cents a TH/s");
    let full = [
        "calc",
        "full_break_even",
        "--efficiency-j-per-th",
        "29.5",
        "--hashprice-usd-per-ph-day",
        "80",
        "--price-usd-per-th-s",
        "14",
    ];
    let tariff = number(&full, "full_break_even_tariff_usd_per_kwh");
    assert!(tariff > 0.05 && tariff < 80.0 / 24.0 / 29.5, "{tariff}");
}
