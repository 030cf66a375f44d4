//! Tests of the shipped catalog and fleet: what stands there in January 2022, and the path of mining load to December 2023.

use crate::calendar::{Day, Window};
use crate::fleet::{self, Fleet};
use crate::flows::{Cooled, Dispatch, Market, Overhead, Procured, Procurement, Routes, Tariffs};
use crate::ids::{ChannelId, Id, ModelId, SiteId, Table};
use crate::operator::{self, Jurisdiction, Jurisdictions, Operators};
use crate::random::{Member, Seed};
use crate::scenario::check::Checked;
use crate::scenario::section::{fleet as section, machine, operator as operator_section, site};
use crate::scenario::spec::{TableSpec, integer, sources, table, table_spec, tables, text};
use crate::scenario::{Scenario, testing};
use crate::units::{ExchangeRate, Fraction, Hashprice, Hashrate, Power, Tariff, Temperature};
use std::collections::BTreeSet;

const BUS: TableSpec = table_spec("bus", "A bus.", &[]);
const COOLING: TableSpec = table_spec("cooling", "A kind of cooling.", &[]);
const CLIMATE_SITE: TableSpec = table_spec("climate_site", "A climate site.", &[]);

const ROOT: TableSpec = table_spec(
    "",
    "The fleet's part of a scenario.",
    &[
        integer("format", 1, 1, "Version.").optional(),
        text("title", "Title.").optional(),
        text("note", "Note.").optional(),
        tables(&BUS),
        tables(&COOLING),
        tables(&CLIMATE_SITE),
        tables(&machine::FAMILY),
        tables(&machine::MACHINE),
        tables(&section::TIER),
        table(&section::FLEET),
        tables(&site::SITE),
        tables(&operator_section::OPERATOR),
        table(&operator_section::GROWTH),
        table(&operator_section::HIDING),
        table(&operator_section::MACHINE_MARKET),
        sources("source", "Sources.").optional(),
    ],
);

/// Hashprice of the months of 2022 and 2023 in USD/PH/day, from monthly mean price, fee share and difficulty
/// (Coin Metrics community data by month).
const HASHPRICE: [f64; 24] = [
    208.0, 190.6, 193.9, 184.5, 133.1, 103.9, 96.2, 100.9, 80.2, 72.2, 61.6, 61.9, 71.4, 75.3, 73.7, 77.9, 81.3, 70.9,
    73.7, 67.1, 61.7, 64.6, 81.1, 98.1,
];
/// Roubles per dollar by quarter of 2022 and 2023, rounded yearly and monthly means of the Bank of Russia.
const RUB_PER_USD: [f64; 8] = [85.0, 66.0, 60.0, 63.0, 73.0, 81.0, 94.0, 93.0];

/// Tables that the fleet's part refers to, and nothing in them.
fn stubs() -> String {
    let mut text = String::new();
    for bus in "uil bra tai kor uku nud tul nzi che uso irs kly irk slu kra".split(' ') {
        text += &format!("[bus.{bus}]\n");
    }
    for kind in ["air_barn", "container"] {
        text += &format!("[cooling.{kind}]\n");
    }
    for place in ["irkutsk", "bratsk", "ust_ilimsk"] {
        text += &format!("[climate_site.{place}]\n");
    }
    text
}

fn shipped() -> String {
    let machines = include_str!("../../../../scenarios/irkutsk/world/machines.toml");
    let fleet = include_str!("../../../../scenarios/irkutsk/world/fleet.toml");
    let body = |text: &str| {
        text.split_once("format = 1").map_or(String::new(), |(_, rest)| {
            let lines = rest.lines().filter(|l| !l.starts_with("title = ") && !l.starts_with("note = \"Sites"));
            lines.collect::<Vec<_>>().join("\n")
        })
    };
    stubs() + &body(machines) + "\n" + &body(fleet)
}

fn from() -> Day {
    Day::parse("2022-01-01").unwrap()
}

fn built() -> (Checked, Fleet, Operators) {
    let checked = testing::valid(&ROOT, &shipped());
    let all = checked.view_of(&ROOT);
    let (fleet, operators) = (section::build(&all, from()).unwrap(), operator_section::build(&all).unwrap());
    assert!(checked.problems().is_empty(), "{}", checked.problems());
    (checked, fleet, operators)
}

/// Sites of the region: those that grow with the imposed path.
fn in_region(operators: &Operators) -> Vec<SiteId> {
    operators.sites.enumerate().filter(|(_, h)| h.growth_weight > 0.0).map(|(id, _)| id).collect()
}

#[test]
fn every_number_of_the_shipped_fleet_has_its_source() {
    let parts = [
        include_str!("../../../../scenarios/irkutsk/world/machines.toml"),
        include_str!("../../../../scenarios/irkutsk/world/fleet.toml"),
    ];
    for text in parts {
        let problems = Scenario::from_text("part", text).check().problems().to_string();
        let told: Vec<&str> = problems.lines().filter(|l| l.contains("source")).collect();
        assert_eq!(told, Vec::<&str>::new());
    }
}

#[test]
fn the_catalog_spans_the_decade() {
    let (_, fleet, _) = built();
    assert!(fleet.machines.len() >= 60);
    let ids: BTreeSet<&str> = fleet.machines.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids.len(), fleet.machines.len());
    // Best air-cooled machine shipped by the end of a year, J/TH: the frontier halves about every three years.
    let frontier = |day: &str, j_per_th: f64| {
        let day = Day::parse(day).unwrap();
        let shipped = fleet.machines.iter().filter(|m| m.released <= day && m.inlet_max.as_celsius() < 51.0);
        let best = shipped.map(|m| m.efficiency().as_j_per_th()).fold(f64::INFINITY, f64::min);
        assert!((best / j_per_th - 1.0).abs() < 0.12, "{day}: {best}");
    };
    frontier("2016-12-31", 98.0);
    frontier("2018-12-31", 57.0);
    frontier("2019-12-31", 39.5);
    frontier("2020-12-31", 29.5);
    frontier("2022-12-31", 20.8);
}

#[test]
fn january_2022_stands_on_real_models_and_510_megawatts() {
    let (_, fleet, operators) = built();
    let region = in_region(&operators);
    let connected: Power = region.iter().map(|s| operators.sites[*s].connected).sum();
    assert!((connected.as_mw() / 510.0 - 1.0).abs() < 0.001);
    let (mut models, mut power, mut hashrate) = (BTreeSet::new(), Power::ZERO, Hashrate::ZERO);
    for s in &region {
        for (m, n) in &fleet.sites[*s].start {
            models.insert(m.index());
            power += fleet.machines[*m].power * *n as f64;
            hashrate += fleet.machines[*m].hashrate * *n as f64;
        }
    }
    assert!(models.len() >= 25, "{} models", models.len());
    assert!((power.as_mw() / 510.0 - 1.0).abs() < 0.01, "{power}");
    println!("January 2022: {:.2} EH/s nominal on {:.1} MW of machines", hashrate.as_eh_s(), power.as_mw());
    // 20, 25 and 53 % of power at about 98, 52 and 32 J/TH.
    assert!((hashrate.as_eh_s() / 12.0 - 1.0).abs() < 0.08);
}

/// Two years of fleet and operators alone: everything served, an even climate, monthly hashprices, quarterly tariffs.
struct Lived {
    /// Mean power at the meter in the region by month, MW.
    power_mw: Vec<f64>,
    /// Mean hashrate in the region by month, EH/s.
    hashrate_eh_s: Vec<f64>,
    /// Machines bought by model.
    bought: Table<ModelId, i64>,
    /// Power at the meter of `host_a_bratsk` in the last hour, MW.
    host_mw: f64,
    cohorts: usize,
}

fn live(fleet: &Fleet, operators: &Operators, rules: impl Fn(Day) -> operator::Rules, kept: f64) -> Lived {
    let window = Window { from: from(), until: Day::parse("2024-01-01").unwrap(), step_minutes: 60 };
    let region = in_region(operators);
    let (mut machines, mut owners) =
        (fleet.start(Seed(1), Member(0), &window), operators.start(Seed(1), Member(0), &window));
    let free = fleet::Rules::none(fleet);
    let dispatch = Dispatch { mining_share: Table::filled(fleet.sites.len(), Fraction::ALL), ..Dispatch::default() };
    let overhead = |month: u32| Overhead {
        sites: Table::filled(
            fleet.sites.len(),
            Cooled {
                pue: 1.03,
                inlet: Temperature::celsius(if (5..10).contains(&month) { 15.0 } else { 5.0 }),
                water_m3_per_mwh: 0.0,
            },
        ),
    };
    let procurement = Procurement {
        operators: Table::filled(
            operators.operators.len(),
            Procured { premium: 0.15, delay_days: 35, channel: Some(ChannelId(0)), reach: Fraction::ALL },
        ),
    };
    let routes = Routes { kept: Table::filled(operators.operators.len(), Fraction::new(kept)), ..Routes::default() };
    let mut lived = Lived {
        power_mw: vec![0.0; 24],
        hashrate_eh_s: vec![0.0; 24],
        bought: Table::filled(fleet.machines.len(), 0),
        host_mw: 0.0,
        cohorts: 0,
    };
    let mut hours = [0.0; 24];
    let mut moment = window.moment(0);
    for _ in 0..window.steps() {
        let month = ((moment.year - 2022) * 12) as usize + moment.month_index();
        let market = Market { hashprice: Hashprice::usd_per_ph_day(HASHPRICE[month]), ..Market::default() };
        let tariff = |id: SiteId| {
            let roubles = if moment.year == 2022 { 3.65 } else { 4.0 };
            let class = fleet.sites[id].id.split('_').next().unwrap();
            Tariff::usd_per_kwh(match class {
                "home" => 0.0012,
                "host" => (roubles + 1.0) / RUB_PER_USD[month / 3],
                _ => roubles / RUB_PER_USD[month / 3],
            })
        };
        // What is owed anyway for connections and contracts is left out of what one more kilowatt hour costs.
        let marginal = |id: SiteId| match fleet.sites[id].id.split('_').next() {
            Some("home") => 1.0,
            Some("host") => 0.1,
            _ => 0.6,
        };
        let tariffs = Tariffs {
            site: Table::new(operators.sites.ids().map(tariff).collect()),
            marginal: Table::new(operators.sites.ids().map(|s| tariff(s) * marginal(s)).collect()),
            site_published: Table::default(),
            exchange: ExchangeRate::rub_per_usd(RUB_PER_USD[month / 3]),
        };
        let worth = operator::worth(operators, &owners, &market, &routes, &tariffs);
        let bids = fleet::bid(fleet, &free, &mut machines, &moment, &worth, &overhead(moment.month));
        let hashed = fleet::hash(fleet, &mut machines, &moment, &bids, &dispatch);
        if moment.first_of_month() {
            // Money is no limit here: nobody books what is earned.
            owners.cash = Table::filled(operators.operators.len(), 1e12);
            let roster = fleet::roster(fleet, &machines);
            let law = rules(moment.day);
            let orders =
                operator::decide(operators, &law, &mut owners, &moment, &market, &worth, &roster, &procurement);
            fleet::receive(fleet, &mut machines, &moment, &orders);
            for o in orders.orders.iter().filter(|o| o.machines > 0) {
                lived.bought[o.model] += o.machines;
            }
        }
        hours[month] += 1.0;
        for s in &region {
            lived.power_mw[month] += bids.sites[*s].power.as_mw();
            lived.hashrate_eh_s[month] += hashed.sites[*s].hashrate.as_eh_s();
        }
        lived.host_mw = bids.sites[SiteId(0)].power.as_mw();
        moment = window.next(&moment);
    }
    for m in 0..24 {
        lived.power_mw[m] /= hours[m];
        lived.hashrate_eh_s[m] /= hours[m];
    }
    assert_eq!(machines.installed() as i64, machines.headcount.standing());
    lived.cohorts = machines.cohorts();
    lived
}

#[test]
fn the_path_of_mining_load_is_met_at_the_meter() {
    let (_, fleet, operators) = built();
    let lived = live(&fleet, &operators, |_| operator::Rules::none(&operators), 0.97);
    println!("MW {:.0?}\nEH/s {:.1?}\ncohorts {}", lived.power_mw, lived.hashrate_eh_s, lived.cohorts);
    let mut bought: Vec<_> = lived.bought.enumerate().filter(|(_, n)| **n > 0).collect();
    bought.sort_by_key(|(_, n)| -**n);
    println!("{:?}", bought.iter().map(|(m, n)| (fleet.machines[*m].id.as_str(), **n)).collect::<Vec<_>>());
    assert!((lived.power_mw[11] / 662.0 - 1.0).abs() < 0.15, "December 2022: {}", lived.power_mw[11]);
    assert!((lived.power_mw[23] / 814.0 - 1.0).abs() < 0.15, "December 2023: {}", lived.power_mw[23]);
    assert!(lived.hashrate_eh_s[23] > lived.hashrate_eh_s[0]);
}

#[test]
fn a_designation_takes_the_clients_and_only_payback_brings_others() {
    let (_, fleet, operators) = built();
    let host = operators.operators.find(|o| o.id == "host_a").unwrap();
    let designated = |day: Day| {
        let mut rules = operator::Rules::none(&operators);
        if day >= Day::parse("2022-04-20").unwrap() {
            rules.designated[host] = Day::parse("2022-05-20");
            rules.complying = Jurisdictions::of(&[Jurisdiction::Western, Jurisdiction::Japanese]);
        }
        rules
    };
    let (base, hit) = (
        live(&fleet, &operators, |_| operator::Rules::none(&operators), 0.97),
        live(&fleet, &operators, designated, 0.97),
    );
    println!("host at Bratsk {:.1} MW, designated {:.1} MW", base.host_mw, hit.host_mw);
    assert_eq!(base.power_mw[2], hit.power_mw[2], "nothing differs before the act");
    assert!((4..7).any(|m| hit.power_mw[m] < base.power_mw[m] - 5.0), "clients took machines away");
    assert!((hit.power_mw[23] / base.power_mw[23] - 1.0).abs() < 0.02, "others took the place: it pays");
}

#[test]
fn mistakes_are_told_at_their_keys() {
    let text = stubs()
        + r#"
        [machine_family.any]
        name = "any"
        yearly_failure_share = 0.05
        k_below = 1.5
        k_above = 2.0
        power_rise_share_per_k = 0.001
        [machine.wet]
        maker = "M"
        name = "W"
        released = 2020-01-01
        hashrate_th_s = 100
        power_w = 3000
        cooling = "hydro"
        inlet_min_c = 50
        inlet_max_c = 20
        family = "any"
        [operator.me]
        name = "me"
        clients_russian_share = 0.0
        [tier.all]
        name = "all"
        from_j_per_th = 40
        to_j_per_th = 30
        start_share = 1.0
        [site.barn]
        name = "barn"
        bus = "irk"
        operator = "me"
        cooling = "air_barn"
        climate_site = "irkutsk"
        tariff_class = "home"
        connected_mw = 0.02
        models = ["wet"]
        [source.""]
        assumption = "a test"
        "#;
    let checked = testing::checked(&ROOT, &text);
    let all = checked.view_of(&ROOT);
    section::build(&all, from());
    operator_section::build(&all);
    let told: Vec<String> = checked.problems().iter().map(|p| p.key.clone()).collect();
    for key in
        ["machine.wet.inlet_min_c", "site.barn.models", "operator.me.clients_russian_share", "tier.all.from_j_per_th"]
    {
        assert!(told.iter().any(|k| k == key), "{key} in {told:?}");
    }
    let unknown = testing::problems(
        &ROOT,
        &text.replace("operator = \"me\"", "operator = \"mee\"").replace("[\"wet\"]", "[\"wett\"]"),
    );
    let told: Vec<String> = unknown.iter().map(|p| format!("{} {}", p.key, p.hint)).collect();
    assert!(told.iter().any(|t| t.starts_with("site.barn.operator") && t.contains("me")), "{told:?}");
    assert!(told.iter().any(|t| t.starts_with("site.barn.models") && t.contains("wet")), "{told:?}");
}

#[test]
fn one_barn_with_three_machines_is_a_world() {
    let text = shipped()
        + r#"
        [operator.pupil]
        name = "pupil"
        [site.barn]
        name = "barn"
        bus = "irk"
        operator = "pupil"
        cooling = "air_barn"
        climate_site = "irkutsk"
        tariff_class = "home"
        connected_mw = 0.012
        machines = { antminer_s19 = 3 }
        "#;
    let checked = testing::checked(&ROOT, &text);
    let fleet = section::build(&checked.view_of(&ROOT), from()).unwrap();
    let barn = fleet.sites.iter().find(|s| s.id == "barn").unwrap();
    assert_eq!(barn.start.len(), 1);
    assert_eq!((fleet.machines[barn.start[0].0].id.as_str(), barn.start[0].1), ("antminer_s19", 3));
}
