//! The library of measures: each does what it says, lifting restores, stricter never raises what it limits.

use hashwatt::calendar::Window;
use hashwatt::random::{Member, Seed};
use hashwatt::record::recorder::Wanted;
use hashwatt::record::{Record, Value};
use hashwatt::region::Region;
use hashwatt::scenario::{Builtin, Scenario};

/// The measures that change one thing in the world without sanctions.
const MEASURES: &[&str] = &[
    "ofac-2022",
    "fsa-2022",
    "eu-2022",
    "machine-embargo",
    "payment-agents",
    "secondary-sanctions",
    "singapore-open",
    "singapore-shut",
    "tariff-bands",
    "southern-ban-seasonal",
    "southern-ban-total",
    "register-and-cap",
    "connection-queue",
    "inspections",
];

fn region(scenario: &Scenario, from: i32, days: i32) -> Region {
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{}", p.render(false)));
    let from = region.window.from.plus(from);
    // Days as steps: the path of machines and money, not the hour of the peak, is looked at.
    region.window = Window { from, until: from.plus(days), step_minutes: 1440 };
    region
}

fn builtin(name: &str) -> Scenario {
    Scenario::builtin(name).unwrap_or_else(|p| panic!("{}", p.render(false)))
}

fn run(scenario: &Scenario, days: i32) -> Record {
    let region = region(scenario, 0, days);
    hashwatt::run(&region, Seed(1), Member(0), Wanted { series: false }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{e}"))
}

fn part(record: &Record, key: &str, part: &str) -> f64 {
    match record.headline(key) {
        Some(Value::ById(parts)) => parts.iter().find(|p| p.0 == part).map_or(f64::NAN, |p| p.1),
        _ => f64::NAN,
    }
}

fn mined(record: &Record) -> f64 {
    record.number("mining_gwh").unwrap()
}

/// With a key of a measure set, three hundred days.
fn with(measure: &str, key: &str, value: &str) -> Record {
    run(&builtin(measure).set(key, value).unwrap_or_else(|p| panic!("{}", p.render(false))), 300)
}

#[test]
fn every_measure_is_found_by_its_short_name_and_says_what_it_is() {
    for name in MEASURES {
        let (full, text) = Builtin::find(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(full, format!("irkutsk/{name}"));
        assert!(text.contains("title = ") && text.contains("[source."), "{name}");
        assert!(text.contains("cite = ") || text.contains("assumption = "), "{name}");
    }
}

#[test]
fn what_closes_leaks_and_is_told_by_channel() {
    let base = run(&builtin("irkutsk/no-sanctions"), 330);
    assert_eq!(base.number("leakage_share"), Some(0.0), "nothing was closed");
    let hit = run(&builtin("irkutsk/fsa-2022"), 330);
    let all = hit.number("leakage_share").unwrap();
    assert!(all > 0.8 && all <= 1.0 + 1e-9, "Japan's exchanges carried little, others take it: {all}");
    let Some(Value::ById(parts)) = hit.headline("leakage_by_channel_share") else { panic!("no parts") };
    assert!((parts.iter().map(|p| p.1).sum::<f64>() - all).abs() < 1e-9);
    assert_eq!(part(&hit, "leakage_by_channel_share", "japan_exchange"), 0.0);
    let profit = |r: &Record| r.number("mining_profit_usd").unwrap();
    assert!(profit(&hit) < profit(&base), "at a cost");
}

#[test]
fn a_designation_changes_who_owns_more_than_how_much_is_mined() {
    let base = run(&builtin("irkutsk/no-sanctions"), 360);
    let hit = run(&builtin("irkutsk/ofac-2022"), 360);
    let change = (mined(&hit) / mined(&base) - 1.0).abs();
    assert!(change < 0.03, "{change}");
    // A quarter of the host's machines changes hands, and other operators feel nothing.
    for operator in ["industrial_north", "home_irkutsk"] {
        let (with, without) = (part(&hit, "btc_mined", operator), part(&base, "btc_mined", operator));
        assert!((with / without - 1.0).abs() < 0.005, "{operator}: {with} against {without}, by difficulty alone");
    }
}

#[test]
fn a_stricter_cap_inspection_or_queue_never_mines_more() {
    let capped = |kwh: &str| {
        let key = "event.register.act.register.home_kwh_per_month";
        mined(&with("irkutsk/register-and-cap", key, kwh))
    };
    let base = mined(&run(&builtin("irkutsk/no-sanctions"), 300));
    let (wide, narrow) = (capped("6000"), capped("1000"));
    assert!(narrow < wide && wide < base, "{narrow}, {wide}, {base}");
    assert!((capped("9000") / base - 1.0).abs() < 1e-9, "a cap above what homes use changes nothing");
    let queued = |mw: &str| {
        mined(&with("irkutsk/connection-queue", "event.connection_queue.act.connection_queue.mw_per_month", mw))
    };
    let (some, none) = (queued("4"), queued("0"));
    assert!(none <= some && some < base && (queued("900") / base - 1.0).abs() < 1e-9, "{none}, {some}, {base}");
    let key = "event.inspections.act.inspections.found_share_per_month";
    let inspected = |share: &str| mined(&with("irkutsk/inspections", key, share));
    let (few, many) = (inspected("0.02"), inspected("0.2"));
    assert!(many < few && few < base, "{many}, {few}, {base}");
}

#[test]
fn a_southern_ban_stops_what_is_on_the_books_there_and_nothing_else() {
    let base = run(&builtin("irkutsk/no-sanctions"), 70);
    let ban = run(&builtin("irkutsk/southern-ban-seasonal"), 70);
    for north in ["industrial_north", "home_bratsk", "home_ust_ilimsk", "host_a"] {
        let (with, without) = (part(&ban, "btc_mined", north), part(&base, "btc_mined", north));
        // The network's difficulty falls by what the south no longer hashes: others earn a little more.
        assert!((0.999..1.05).contains(&(with / without)), "{north}: {with} against {without}");
    }
    let (with, without) = (part(&ban, "btc_mined", "industrial_south"), part(&base, "btc_mined", "industrial_south"));
    assert!(with < 0.2 * without, "{with} against {without}: only what went into hiding");
}

#[test]
fn an_embargo_never_brings_more_machines_and_agents_make_them_dearer() {
    let base = run(&builtin("irkutsk/no-sanctions"), 420);
    let machines = |r: &Record| part(r, "machines", "total");
    for measure in ["irkutsk/machine-embargo", "irkutsk/payment-agents"] {
        let hit = run(&builtin(measure), 420);
        // Dearer machines are fewer and better ones, so that hashrate may rise where megawatts do not.
        assert!(mined(&hit) <= mined(&base) * 1.001, "{measure}: {} GWh against {}", mined(&hit), mined(&base));
        assert!(machines(&hit) <= machines(&base) * 1.005, "{measure}");
    }
}

#[test]
fn a_seasonal_ban_ends_and_machines_come_back() {
    let scenario = builtin("irkutsk-2025");
    let held = region(&scenario, 300, 170);
    let record = hashwatt::run(&held, Seed(1), Member(0), Wanted { series: true }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{e}"));
    let mw = |day: usize| record.series("mining_mw").unwrap().values[day];
    // From 27 October 2024: 31 December is day 65, 1 January day 66, 16 March day 140, 7 April day 162.
    let (before, winter, after) = (mw(65), mw(90), mw(145));
    assert!(winter < before - 200.0, "{before} MW, then {winter} MW");
    assert!(after > winter + 150.0, "{winter} MW, then {after} MW");
    assert!(mw(165) < after - 150.0, "the total ban");
}
