//! The whole world: balances, replay, what a change of mining does to the grid, and every shipped scenario.

use hashwatt::calendar::Window;
use hashwatt::random::{Member, Seed};
use hashwatt::record::recorder::Wanted;
use hashwatt::record::{Record, Value};
use hashwatt::region::Region;
use hashwatt::scenario::{Builtin, Scenario};

/// The world of a scenario, cut to some days.
fn region(name: &str, days: i32, settings: &[(&str, &str)]) -> Region {
    let mut scenario = Scenario::builtin(name).unwrap_or_else(|p| panic!("{}", p.render(false)));
    for (key, value) in settings {
        scenario = scenario.set(key, value).unwrap_or_else(|p| panic!("{}", p.render(false)));
    }
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{name}:\n{}", p.render(false)));
    region.window = Window { until: region.window.from.plus(days), ..region.window };
    region
}

fn run(region: &Region, seed: u64) -> Record {
    hashwatt::run(region, Seed(seed), Member(0), Wanted { series: true }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{}: {e}", region.title))
}

fn values(record: &Record, key: &str) -> Vec<f64> {
    record.series(key).unwrap_or_else(|| panic!("no series {key}")).values.clone()
}

/// Energy of a series in GWh at hourly steps.
fn gwh(record: &Record, key: &str) -> f64 {
    values(record, key).iter().sum::<f64>() / 1e3
}

#[test]
fn a_fortnight_closes_its_balances_and_its_dispatch_is_certified() {
    let record = run(&region("irkutsk", 14, &[]), 1);
    assert!(record.number("balance_residual_max").unwrap() <= 1e-9);
    assert!(record.number("dispatch_gap_max").unwrap() <= 1e-9);
    assert_eq!(record.number("hours"), Some(14.0 * 24.0));
    let (load, parts) =
        (gwh(&record, "total_load_mw"), ["demand_mw", "mining_mw", "losses_mw"].map(|k| gwh(&record, k)));
    assert!((load - parts.iter().sum::<f64>()).abs() < 1e-9 * load);
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_does_not() {
    let world = region("irkutsk", 9, &[]);
    let (a, b, other) = (run(&world, 7), run(&world, 7), run(&world, 8));
    for (x, y) in a.series.iter().zip(&b.series) {
        assert!(x.values.iter().zip(&y.values).all(|(p, q)| p.to_bits() == q.to_bits()), "{}", x.key);
    }
    assert_eq!(a, b);
    assert_ne!(values(&a, "temperature_irkutsk_c"), values(&other, "temperature_irkutsk_c"));
}

#[test]
fn a_measure_changes_nothing_before_its_day() {
    let with = run(&region("irkutsk/fsa-2022", 6, &[]), 1);
    let without = run(&region("irkutsk/no-sanctions", 6, &[]), 1);
    for (x, y) in with.series.iter().zip(&without.series) {
        assert_eq!(x.values, y.values, "{}", x.key);
    }
}

#[test]
fn without_mining_nothing_is_mined_and_the_load_is_smaller_by_it() {
    let with = run(&region("irkutsk/no-sanctions", 7, &[]), 1);
    let without = run(&region("irkutsk/no-mining", 7, &[]), 1);
    assert!(gwh(&with, "mining_mw") > 50.0);
    assert_eq!(gwh(&without, "mining_mw"), 0.0);
    assert_eq!(values(&without, "demand_mw").len(), values(&with, "demand_mw").len());
    let temperature = |r: &Record| values(r, "temperature_irkutsk_c");
    assert_eq!(temperature(&with), temperature(&without), "weather does not know of mining");
    assert!(gwh(&without, "total_load_mw") < gwh(&with, "total_load_mw"));
}

/// Two balances of a period, with all southern industrial mining taken away: the region's and the south's.
#[test]
fn removed_mining_is_found_again_in_two_balances() {
    let southern = ["nud", "tul", "nzi", "che", "uso", "irs", "kly", "irk", "slu"];
    let off: Vec<(String, String)> =
        southern.iter().map(|b| (format!("site.industrial_{b}.enabled"), "false".into())).collect();
    let off: Vec<(&str, &str)> = off.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let base = run(&region("irkutsk/no-sanctions", 28, &[]), 1);
    let less = run(&region("irkutsk/no-sanctions", 28, &off), 1);
    let change = |key: &str| gwh(&less, key) - gwh(&base, key);
    let hydro: f64 =
        ["irkutsk", "bratsk", "ust_ilimsk", "mamakan"].iter().map(|p| change(&format!("hydro_{p}_mw"))).sum();
    let served = change("demand_mw") + change("mining_mw");
    assert!(change("mining_mw") < -100.0, "southern mining went away: {} GWh", change("mining_mw"));
    let region = hydro + change("thermal_mw") - change("net_export_mw") - change("losses_mw") - served;
    assert!(region.abs() < 1e-6 * gwh(&base, "total_load_mw"), "region: {region} GWh");
    // What the south no longer takes comes over the corridor no more, or southern plants make less, or it loses less.
    let corridor = change("flow_bratsk_irkutsk_mw");
    assert!(corridor <= 1e-6, "less load in the south never raises the flow into it: {corridor} GWh");
}

/// Both ways to operate the cascade, on the same normal year in daily steps.
#[test]
fn rule_and_water_values_make_the_published_energies_and_keep_the_floor() {
    let published =
        [("irkutsk", 4.1, 4.1), ("bratsk", 21.0, 22.6), ("ust_ilimsk", 20.0, 21.7), ("boguchany", 17.0, 17.6)];
    let mut prices = Vec::new();
    for operation in ["rule", "water_value"] {
        let settings = [("hydro.operation", operation), ("step_minutes", "1440")];
        let record = run(&region("irkutsk/normal-year", 365, &settings), 1);
        for (plant, low, high) in published {
            let twh = values(&record, &format!("hydro_{plant}_mw")).iter().sum::<f64>() * 24.0 / 1e6;
            assert!((low * 0.95..=high * 1.05).contains(&twh), "{operation}: {plant} {twh} TWh");
        }
        let least = |key: &str| values(&record, key).into_iter().fold(f64::MAX, f64::min);
        assert!(least("level_baikal_m") > 456.0 && least("level_bratsk_m") > 392.5, "{operation}");
        prices.push(values(&record, "water_price_bratsk_rub_per_mwh"));
    }
    let spread = |p: &[f64]| p.iter().copied().fold(f64::MIN, f64::max) - p.iter().copied().fold(f64::MAX, f64::min);
    let (rule, valued) = (spread(&prices[0]), spread(&prices[1]));
    assert!(valued < rule, "water values even the price out over the year: {valued} against {rule} RUB/MWh");
}

#[test]
fn every_shipped_scenario_checks_clean() {
    let mut seen = 0;
    for (name, _) in Builtin::all() {
        let scenario = Scenario::builtin(name).unwrap_or_else(|p| panic!("{}", p.render(false)));
        if name.contains("/world/") {
            continue;
        }
        let checked = scenario.check();
        let built = checked.build();
        assert!(built.is_ok() && checked.problems().is_empty(), "{name}:\n{}", checked.problems().render(false));
        seen += 1;
    }
    assert!(seen >= 12, "{seen} scenarios");
}

#[test]
fn every_number_that_is_shown_is_finite() {
    let record = run(&region("irkutsk", 3, &[]), 2);
    for s in &record.series {
        assert!(s.values.iter().all(|v| v.is_finite()), "{}", s.key);
    }
    for h in &record.headlines {
        match &h.value {
            Value::Number(Some(x)) => assert!(x.is_finite(), "{}", h.key),
            Value::ById(parts) => assert!(parts.iter().all(|p| p.1.is_finite()), "{}", h.key),
            Value::Number(None) | Value::Text(_) => {}
        }
    }
}
