//! Laws of the last mile: homes are conserved, spreading lowers damage, cold helps, what is dark takes nothing.

use super::protection::tests::protection;
use super::*;
use crate::calendar::Day;
use crate::equations::transformer::Class as ThermalClass;
use crate::flows::Dispatch;
use crate::flows::{Air, SiteBid};
use crate::units::Temperature;

pub(super) fn class(homes_per_transformer: f64) -> Class {
    Class {
        id: "suburb".into(),
        homes_per_transformer,
        homes_spread: 0.4,
        built_kva_per_home: 4.2,
        base_kw: 0.8,
        course: [1.0; 24],
        heating_kw_per_k: 0.075,
        load_spread: 0.15,
        feeders: 3.0,
        feeder_km: 0.4,
        ohm_per_km: 0.44,
        ampacity_a: 240.0,
    }
}

/// One settlement of 10,000 homes that mines with some kW, a mining home taking `mining_home_kw`.
fn given(mining_kw: f64, mining_home_kw: f64) -> Given {
    Given {
        classes: vec![class(50.0)],
        settlements: vec![Settlement {
            id: "village".into(),
            name: "Village".into(),
            class: 0,
            homes: 10_000.0,
            site: SiteId(0),
            mining_share: 1.0,
            mining_start_kw: mining_kw,
            bus: BusId(0),
            climate: ClimateSiteId(0),
        }],
        constants: ThermalClass::DistributionOnan.constants(),
        protection: protection(),
        balance_c: 18.0,
        filter_h: 12.0,
        mining_home_kw,
        most_mining_homes: 0.3,
        enlarged_for_c: -30.0,
        enlarged_for_mining: 0.0,
        states: 100,
        village: Some(Village { settlement: 0, homes: 50.0, kva: 250.0, mining_homes: 4.0 }),
        places: (1, 1),
    }
}

fn window(days: i32) -> Window {
    let from = Day::parse("2022-01-01").unwrap();
    Window { from, until: from.plus(days), step_minutes: 60 }
}

/// What some days do: interruptions by cause, home-hours, life lost, largest number overloaded.
#[derive(Debug, Default)]
struct Suffered {
    interrupted: f64,
    heat: f64,
    home_h: f64,
    life_h: f64,
    overloaded: f64,
}

fn live(given: Given, days: i32, mining_kw: f64, celsius: impl Fn(i32) -> f64) -> Suffered {
    let world = LastMile::new(given, 60.0);
    let window = window(days);
    let mut now = world.start(Seed(3), Member(0), &window);
    let homes: f64 = now.units.iter().map(|u| u.count * u.homes).sum();
    assert!((homes - 10_000.0).abs() < 1e-6, "homes are conserved: {homes}");
    let mut out = Suffered::default();
    for step in 0..window.steps() {
        let moment = window.moment(step);
        let air = Air { dry_bulb: Temperature::celsius(celsius(step as i32)), ..Air::default() };
        let sky = Sky { air: Table::new(vec![air]), day_mean: Table::new(vec![air.dry_bulb]) };
        let dark = dark(&world, &mut now, &moment, &sky);
        let power = Power::kw(mining_kw);
        let bids = Bids { sites: Table::new(vec![SiteBid { power, machines: power, ..SiteBid::default() }]) };
        let bids = without_miners(bids, &dark);
        let dispatch = Dispatch { mining_share: Table::new(vec![Fraction::new(1.0)]), ..Dispatch::default() };
        let s = strain(&world, &mut now, &moment, &sky, &dark, &bids, &dispatch);
        assert!(s.homes_dark <= 10_000.0 + 1e-6 && s.above_130 <= s.overloaded);
        assert!((0.0..=1.0).contains(&dark.sites[SiteId(0)].value()));
        assert!(s.village_hot_spot_c[0] >= s.village_hot_spot_c[1], "mining never cools");
        out.home_h += s.homes_dark;
        out.interrupted += s.interrupted;
        out.heat += s.blown.iter().filter(|b| b.cause == "heat").map(|b| b.homes).sum::<f64>();
        out.overloaded = out.overloaded.max(s.overloaded);
    }
    out.life_h = now.worn(0).map(|u| u.count * u.life_lost_h).sum();
    out
}

#[test]
fn spreading_the_same_power_over_more_transformers_lowers_damage() {
    let winter = |h: i32| -25.0 + 5.0 * libm::sin(f64::from(h) / 3.8);
    let gathered = live(given(3_000.0, 30.0), 30, 3_000.0, winter);
    let spread = live(given(3_000.0, 4.0), 30, 3_000.0, winter);
    let none = live(given(0.0, 4.0), 30, 0.0, winter);
    assert!(gathered.interrupted > 1.3 * spread.interrupted, "{gathered:?} {spread:?}");
    assert!(gathered.home_h > spread.home_h && spread.interrupted > none.interrupted, "{spread:?} {none:?}");
}

#[test]
fn cold_helps_where_heat_is_the_cause() {
    // The same load in any weather, protection that never acts: what is left is heat.
    let load_only = |celsius: f64| {
        let mut g = given(8_000.0, 20.0);
        g.protection.pick_up = 50.0;
        g.protection.voltage_limit = 0.9;
        for c in &mut g.classes {
            (c.heating_kw_per_k, c.base_kw, c.ampacity_a) = (0.0, 3.0, 1e5);
        }
        live(g, 20, 8_000.0, move |_| celsius)
    };
    let (warm, cold) = (load_only(25.0), load_only(-25.0));
    assert!(warm.heat > 0.0 && cold.heat < 0.5 * warm.heat, "{warm:?} {cold:?}");
    assert!(cold.life_h < 0.1 * warm.life_h, "{warm:?} {cold:?}");
    assert_eq!(cold.overloaded, warm.overloaded, "the same load is the same load");
}

#[test]
fn more_mining_never_helps() {
    let mild = |_: i32| -10.0;
    let mut last = 0.0;
    for mw in [0.0, 1.0, 2.0, 4.0] {
        let s = live(given(1_000.0, 5.0), 20, 1_000.0 * mw, mild);
        assert!(s.interrupted >= last, "{mw} MW: {s:?}");
        last = s.interrupted;
    }
    assert!(last > 0.0);
}

#[test]
fn a_load_without_homes_is_less_by_what_they_take() {
    let load = Load {
        protected: Table::filled(1, Power::mw(10.0)),
        ordinary: Table::filled(1, Power::mw(20.0)),
        homes: Table::filled(1, Power::mw(12.0)),
    };
    let cut = |mw: f64| {
        let dark = Dark { load: Table::filled(1, Power::mw(mw)), ..Dark::default() };
        without_homes(load.clone(), &dark).ordinary[BusId(0)].as_mw()
    };
    assert_eq!((cut(3.0), cut(50.0), cut(0.0)), (17.0, 8.0, 20.0));
}

/// Under a ban a few mining homes go on: the power of all must not fall on the few of them that a sample of states shows.
#[test]
fn the_few_homes_that_go_on_harm_no_more_than_all_did() {
    let suffered = |kw: f64| {
        let world = Given { states: 25, ..given(2_000.0, 5.0) };
        live(world, 10, kw, |_| -10.0).interrupted
    };
    let all = suffered(2_000.0);
    for homes in 1..40 {
        let few = suffered(5.0 * f64::from(homes));
        assert!(few <= all, "{homes} homes: {few} interruptions, all: {all}");
    }
}

#[test]
fn nothing_is_modeled_where_no_settlement_is() {
    let mut g = given(0.0, 5.0);
    g.settlements.clear();
    g.village = None;
    let world = LastMile::new(g, 60.0);
    let now = world.start(Seed(1), Member(0), &window(1));
    assert!(now.units.is_empty() && world.homes() == 0.0);
}
