//! The law: each act does what it says, a stricter act never raises what it limits, and lifting restores the rules.

use hashwatt::calendar::{Day, Moment, Window};
use hashwatt::ids::OperatorId;
use hashwatt::policy::{self, LawNow};
use hashwatt::random::{Member, Seed};
use hashwatt::record::Record;
use hashwatt::record::recorder::Wanted;
use hashwatt::region::Region;
use hashwatt::scenario::Scenario;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The world without sanctions and with one event.
fn world(when: &str, act: &str, days: i32) -> Region {
    let scenario = Scenario::builtin("irkutsk/no-sanctions").unwrap();
    let scenario = scenario.set("event.test.when", when).unwrap().set("event.test.act", act).unwrap();
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{act}:\n{}", p.render(false)));
    region.window = Window { until: region.window.from.plus(days), ..region.window };
    region
}

fn plain(days: i32) -> Region {
    let mut region = Scenario::builtin("irkutsk/no-sanctions").unwrap().build().unwrap();
    region.window = Window { until: region.window.from.plus(days), ..region.window };
    region
}

fn run(region: &Region) -> Record {
    hashwatt::run(region, Seed(1), Member(0), Wanted { series: true }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{e}"))
}

fn values(record: &Record, key: &str) -> Vec<f64> {
    record.series(key).unwrap_or_else(|| panic!("no series {key}")).values.clone()
}

fn sum(record: &Record, key: &str) -> f64 {
    values(record, key).iter().sum()
}

/// The law on a day, reached day by day from the start.
fn law_on(region: &Region, until: &str) -> LawNow {
    let window = Window { from: day("2022-01-01"), until: day(until).plus(1), step_minutes: 1440 };
    let mut law = region.policy.start();
    let moments: Vec<Moment> = (0..window.steps()).map(|s| window.moment(s)).collect();
    for now in &moments {
        policy::enact(&region.policy, &mut law, now);
    }
    law
}

/// Every act of the language, with what it concerns.
const ACTS: &[&str] = &[
    r#"{ designate = { operator = "host_a", refused_by = ["japan_exchange"], grace_days = 10 } }"#,
    r#"{ close_channel = { channel = "japan_exchange", grace_days = 10 } }"#,
    r#"{ enforcement = { channel = "otc_desk", hazard_factor = 3.0 } }"#,
    r#"{ embargo = { channel = "maker", premium_share = 0.4, delay_days = 30, remaining_share = 0.5 } }"#,
    r#"{ machine_tariff = { usd_per_kwh = 0.06, sites = ["industrial_irk"] } }"#,
    r#"{ register = { sites = ["home_irkutsk"], home_kwh_per_month = 6000.0 } }"#,
    r"{ connection_queue = { mw_per_month = 4.0 } }",
    r#"{ inspections = { sites = ["home_irkutsk"], found_share_per_month = 0.05 } }"#,
    r#"{ moratorium = { sites = ["industrial_irk"] } }"#,
    r#"{ curfew = { sites = ["industrial_irk"], from_hour = 17, to_hour = 22 } }"#,
    r"{ tariff = { home_usd_per_kwh = 0.02, business_factor = 1.5 } }",
    r"{ levy = { usd_per_kwh = 0.01 } }",
    r"{ pool_fee = { added_share = 0.03 } }",
    r#"{ interruptible = { sites = ["industrial_irk"], share = 0.5 } }"#,
    r#"{ outage = { branches = ["bpp_tul"], circuits = 2 } }"#,
    r#"{ reinforce = { interface = "bratsk_irkutsk", added_mw = 300.0 } }"#,
];

#[test]
fn every_act_edits_the_rules_and_lifting_restores_them_exactly() {
    for act in ACTS {
        let region = world("{ from = 2022-03-01, to = 2022-04-30 }", act, 30);
        let base = &region.policy.base;
        assert_eq!(&law_on(&region, "2022-02-28").rules, base, "{act}: nothing before its day");
        assert_ne!(&law_on(&region, "2022-04-15").rules, base, "{act}: something while in force");
        assert_eq!(&law_on(&region, "2022-05-01").rules, base, "{act}: lifted");
    }
}

#[test]
fn a_grace_runs_evenly_and_ends_where_the_act_says() {
    let act = r#"{ close_channel = { channel = "japan_exchange", remaining_share = 0.2, grace_days = 10 } }"#;
    let region = world("{ from = 2022-03-01 }", act, 30);
    let channel = region.atlas.channels.find(|c| c == "japan_exchange").unwrap();
    let open = |on: &str| law_on(&region, on).rules.channel.open[channel].value();
    assert!((open("2022-03-01") - 1.0).abs() < 1e-12);
    assert!((open("2022-03-06") - 0.6).abs() < 1e-12);
    assert!((open("2022-03-11") - 0.2).abs() < 1e-12);
    assert!((open("2022-06-11") - 0.2).abs() < 1e-12);
}

#[test]
fn a_curfew_keeps_its_sites_off_in_its_hours_and_only_then() {
    let sites: Vec<String> =
        plain(1).atlas.sites.iter().filter(|s| s.in_region).map(|s| format!("\"{}\"", s.id)).collect();
    let act = format!("{{ curfew = {{ sites = [{}], from_hour = 17, to_hour = 22 }} }}", sites.join(", "));
    let mining = values(&run(&world("{ from = 2022-01-03 }", &act, 5)), "mining_mw");
    for (step, mw) in mining.iter().enumerate() {
        let (day, hour) = (step / 24, step % 24);
        let off = day >= 2 && (17..22).contains(&hour);
        assert_eq!(*mw == 0.0, off, "day {day} hour {hour}: {mw} MW");
    }
}

#[test]
fn a_stricter_curfew_never_mines_more() {
    let mined = |to_hour: u32| {
        let act = format!(r#"{{ curfew = {{ sites = ["industrial_irk"], from_hour = 8, to_hour = {to_hour} }} }}"#);
        sum(&run(&world("{ from = 2022-01-02 }", &act, 6)), "mining_mw")
    };
    let (short, long) = (mined(10), mined(20));
    assert!(long < short && short < sum(&run(&plain(6)), "mining_mw"));
}

#[test]
fn dearer_power_never_mines_more_and_a_levy_is_paid() {
    let base = run(&plain(20));
    let mut last = sum(&base, "mining_mw");
    for rate in ["0.02", "0.05", "0.2"] {
        let record = run(&world("{ from = 2022-01-02 }", &format!("{{ levy = {{ usd_per_kwh = {rate} }} }}"), 20));
        let mined = sum(&record, "mining_mw");
        assert!(mined <= last + 1e-6, "levy {rate}: {mined} MWh after {last}");
        last = mined;
        let Some(hashwatt::record::Value::ById(tax)) = record.headline("tax_usd") else { panic!("no taxes") };
        let levy = tax.iter().find(|t| t.0 == "levy").unwrap().1;
        assert!(if mined > 0.0 { levy > 0.0 } else { levy >= 0.0 }, "levy {rate} pays {levy}");
    }
}

#[test]
fn a_dearer_pool_takes_its_part_of_the_income_and_keeps_it() {
    let added = |share: f64| {
        let act = format!("{{ pool_fee = {{ added_share = {share} }} }}");
        run(&world("{ from = 2022-01-01 }", &act, 20))
    };
    let (cheap, dear) = (added(0.0), added(0.1));
    let coin = |r: &Record| r.number("btc_mined").unwrap();
    assert!((coin(&dear) / coin(&cheap) - 0.9).abs() < 0.002, "{}", coin(&dear) / coin(&cheap));
    assert!((dear.number("mining_gwh").unwrap() / cheap.number("mining_gwh").unwrap() - 1.0).abs() < 0.02);
}

#[test]
fn what_fell_before_an_act_is_not_its_effect() {
    // Hashprice, and with it revenue, fell by half from January to June 2022; the host was designated in April.
    let of = |arm: &str| {
        let scenario = Scenario::builtin(arm).unwrap().set("window.to", "2022-06-30").unwrap();
        let scenario = scenario.set("step_minutes", "1440").unwrap();
        run(&scenario.build().unwrap_or_else(|p| panic!("{}", p.render(false))))
    };
    let (free, designated) = (of("irkutsk/no-sanctions"), of("irkutsk/ofac-2022"));
    let months = |r: &Record, key: &str| match r.headline(key) {
        Some(hashwatt::record::Value::ById(months)) => months.iter().map(|m| m.1).collect::<Vec<f64>>(),
        other => panic!("{key}: {other:?}"),
    };
    for key in ["mining_revenue_by_month_usd", "hashrate_by_month_eh_s", "mining_by_month_mw"] {
        let (a, b) = (months(&free, key), months(&designated, key));
        assert_eq!(a[..3], b[..3], "{key}: January to March are the same world bit for bit");
        assert_ne!(a[5], b[5], "{key}: June is not");
    }
    let (a, b) = (months(&free, "mining_revenue_by_month_usd"), months(&designated, "mining_revenue_by_month_usd"));
    let (fell, effect) = (a[5] / a[0] - 1.0, b[5] / a[5] - 1.0);
    // A look at before and after books all of the fall; the difference of the two worlds has its own part alone.
    assert!(fell < -0.25 && effect > -0.25 && effect > fell / 2.0, "fell {fell}, of which the act {effect}");
}

#[test]
fn two_circuits_out_in_winter_shed_and_contracted_miners_go_first() {
    let outage = r#"{ outage = { branches = ["tul_irs", "nzi_irs"] } }"#;
    let record = run(&world("{ from = 2022-01-04 }", outage, 9));
    assert!(sum(&record, "limit_bratsk_irkutsk_mw") < sum(&run(&plain(9)), "limit_bratsk_irkutsk_mw"));
    let southern: Vec<String> =
        ["nud", "tul", "nzi", "che", "uso", "irs", "kly", "irk", "slu"].map(|b| format!("\"industrial_{b}\"")).into();
    let scenario = Scenario::builtin("irkutsk/no-sanctions").unwrap();
    let scenario =
        scenario.set("event.out.when", "{ from = 2022-01-04 }").unwrap().set("event.out.act", outage).unwrap();
    let contract = format!("{{ interruptible = {{ sites = [{}] }} }}", southern.join(", "));
    let scenario =
        scenario.set("event.deal.when", "{ from = 2022-01-02 }").unwrap().set("event.deal.act", &contract).unwrap();
    let mut region = scenario.build().unwrap_or_else(|p| panic!("{}", p.render(false)));
    region.window = Window { until: region.window.from.plus(9), ..region.window };
    let contracted = run(&region);
    let (unserved, before) = (sum(&contracted, "unserved_mw"), sum(&record, "unserved_mw"));
    assert!(before > 0.0, "two circuits out in January are felt");
    assert!(unserved < before, "with contracted miners {unserved} MWh of others are short, without {before}");
    assert!(sum(&contracted, "curtailed_mining_mw") >= sum(&record, "curtailed_mining_mw"));
}

#[test]
fn reinforcement_never_raises_what_is_short() {
    let record = run(&world(
        "{ from = 2022-01-02 }",
        r#"{ reinforce = { interface = "bratsk_irkutsk", added_mw = 500.0 } }"#,
        14,
    ));
    let base = run(&plain(14));
    let limit = values(&record, "limit_bratsk_irkutsk_mw");
    assert!((limit[limit.len() - 1] - 3400.0).abs() < 1e-9);
    assert!(sum(&record, "unserved_mw") <= sum(&base, "unserved_mw") + 1e-6);
}

#[test]
fn a_moratorium_stops_new_connections() {
    let sites: Vec<String> = plain(1).atlas.sites.iter().map(|s| format!("\"{}\"", s.id)).collect();
    let act = format!("{{ moratorium = {{ sites = [{}] }} }}", sites.join(", "));
    let (halted, base) = (run(&world("{ from = 2022-01-15 }", &act, 150)), run(&plain(150)));
    let last = |r: &Record| values(r, "mining_mw").iter().rev().take(24).sum::<f64>() / 24.0;
    assert!(last(&halted) < last(&base), "{} MW against {}", last(&halted), last(&base));
}

#[test]
fn clients_of_complying_jurisdictions_leave_a_designated_host() {
    let act = r#"{ designate = { operator = "host_a", complying = ["western", "japanese"], grace_days = 0 } }"#;
    let region = world("{ from = 2022-02-20 }", act, 75);
    let record = run(&region);
    let base = run(&plain(75));
    let host = region.atlas.operators.find(|o| o.id == "host_a").unwrap_or(OperatorId(0));
    assert_eq!(region.atlas.operators[host].id, "host_a");
    let april = |r: &Record| values(r, "mining_host_a_mw")[60 * 24..74 * 24].iter().sum::<f64>() / (14.0 * 24.0);
    assert!(april(&record) < 0.97 * april(&base), "{} MW against {}", april(&record), april(&base));
}

#[test]
fn a_closed_channel_carries_nothing_and_its_income_goes_elsewhere() {
    let act = r#"{ close_channel = { channel = "japan_exchange" } }"#;
    let (closed, base) = (run(&world("{ from = 2022-02-01 }", act, 60)), run(&plain(60)));
    let (with, without) = (closed.number("mining_profit_usd").unwrap(), base.number("mining_profit_usd").unwrap());
    assert!(with <= without, "a route less never earns more: {with} against {without}");
    let revenue = |r: &Record| r.number("mining_revenue_usd").unwrap();
    assert!((revenue(&closed) / revenue(&base) - 1.0).abs() < 0.01, "coin is mined all the same");
}

#[test]
fn a_gauge_brings_an_event_into_force_after_its_days() {
    let when = r#"{ gauge = "mining_mw", above = 100.0, days = 3 }"#;
    let record = run(&world(when, r"{ levy = { usd_per_kwh = 0.01 } }", 6));
    let begun = record.timeline.iter().find(|h| h.subject == "test").expect("it comes into force");
    assert_eq!(begun.day, day("2022-01-04"), "after three whole days above");
}
