//! Overlays of the grid: each does what its title says.

use hashwatt::calendar::{Day, Window};
use hashwatt::random::{Member, Seed};
use hashwatt::record::Record;
use hashwatt::record::recorder::Wanted;
use hashwatt::region::Region;
use hashwatt::scenario::Scenario;

fn region(name: &str, from: &str, days: i32) -> Region {
    let scenario = Scenario::builtin(name).unwrap_or_else(|p| panic!("{}", p.render(false)));
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{name}:\n{}", p.render(false)));
    let from = Day::parse(from).unwrap();
    region.window = Window { from, until: from.plus(days), ..region.window };
    region
}

fn run(region: &Region) -> Record {
    hashwatt::run(region, Seed(1), Member(0), Wanted { series: true }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{}: {e}", region.title))
}

fn mean(record: &Record, key: &str) -> f64 {
    let values = &record.series(key).unwrap_or_else(|| panic!("no series {key}")).values;
    values.iter().sum::<f64>() / values.len() as f64
}

fn both(overlay: &str, from: &str, days: i32) -> (Record, Record) {
    (run(&region("irkutsk", from, days)), run(&region(overlay, from, days)))
}

#[test]
fn the_smelters_of_2017_take_1400_mw_with_them() {
    let (plain, lost) = both("irkutsk/smelter-loss", "2022-06-27", 1);
    let fell = mean(&plain, "demand_mw") - mean(&lost, "demand_mw");
    assert!((fell - 1400.0).abs() < 5.0, "{fell}");
    // Water and coal are held back or sold: nothing is lost beside the smelters.
    assert_eq!(lost.number("unserved_mwh"), plain.number("unserved_mwh"));
    assert!(mean(&lost, "net_export_mw") > mean(&plain, "net_export_mw"));
}

#[test]
fn a_fourth_circuit_lets_more_water_south() {
    let (plain, built) = both("irkutsk/reinforcement", "2022-02-07", 5);
    assert!((mean(&built, "limit_bratsk_irkutsk_mw") - mean(&plain, "limit_bratsk_irkutsk_mw") - 700.0).abs() < 1e-6);
    assert!(mean(&built, "flow_bratsk_irkutsk_mw") >= mean(&plain, "flow_bratsk_irkutsk_mw"));
    assert!(mean(&built, "thermal_mw") <= mean(&plain, "thermal_mw") + 1e-6);
}

#[test]
fn mining_moved_north_frees_the_corridor_and_keeps_its_machines() {
    let (plain, moved) = both("irkutsk/mining-moved-north", "2022-06-06", 4);
    let fell = mean(&plain, "flow_bratsk_irkutsk_mw") - mean(&moved, "flow_bratsk_irkutsk_mw");
    assert!(fell > 100.0, "{fell}");
    let of = |r: &Record| mean(r, "mining_mw");
    assert!((of(&plain) / of(&moved) - 1.0).abs() < 0.02, "{} {}", of(&plain), of(&moved));
}

#[test]
fn miners_under_contract_are_cut_before_homes() {
    // Two of three circuits out in December: somebody must go without.
    let cut = |contract: bool| {
        let mut scenario = Scenario::builtin("irkutsk/north-south-outage").unwrap();
        if contract {
            scenario = scenario.with("irkutsk/interruptible-miners").unwrap_or_else(|p| panic!("{}", p.render(false)));
        }
        let mut region = scenario.build().unwrap_or_else(|p| panic!("{}", p.render(false)));
        let from = Day::parse("2022-12-12").unwrap();
        region.window = Window { from, until: from.plus(6), ..region.window };
        let record = run(&region);
        (record.number("unserved_mwh").unwrap(), record.number("curtailed_mining_mwh").unwrap())
    };
    let ((dark, miners), (dark_with, miners_with)) = (cut(false), cut(true));
    assert!(dark > 0.0 && dark_with < dark, "{dark} {dark_with}");
    assert!(miners_with > miners, "{miners} {miners_with}");
}

#[test]
fn two_lines_felled_hurt_in_december_and_not_in_july() {
    let at = |from: &str| {
        let region = region("irkutsk/north-south-outage", from, 6);
        let record = run(&region);
        let plain = run(&self::region("irkutsk", from, 6));
        let more = |key: &str| record.number(key).unwrap() - plain.number(key).unwrap();
        (more("unserved_mwh"), mean(&record, "thermal_mw") - mean(&plain, "thermal_mw"))
    };
    let ((july, _), (december, coal)) = (at("2022-07-18"), at("2022-12-12"));
    assert!(july.abs() < 1e-6, "{july} MWh short in July");
    assert!(december > 0.0 && coal > 0.0, "{december} MWh short, {coal} MW more coal");
}
