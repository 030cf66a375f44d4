//! The component on three buses: water in the north, coal in the south, a neighbor in the west.

use super::*;
use crate::calendar::{Day, Window};
use crate::curve::Curve;
use crate::flows::{Air, HydroOffer, SiteBid};
use crate::ids::ClimateSiteId;
use crate::units::{EnergyPrice, Fraction, Temperature};

fn rub(x: f64) -> EnergyPrice {
    EnergyPrice::rub_per_mwh(x)
}

fn mw(x: f64) -> Power {
    Power::mw(x)
}

fn line(name: &str, from: u32, to: u32, circuits: u32, first: u32) -> Line {
    Line {
        name: name.into(),
        from: BusId(from),
        to: BusId(to),
        circuits,
        first: BranchId(first),
        reactance_pu: 0.02,
        resistance_pu: 0.002,
        stability: mw(400.0),
        thermal: mw(400.0),
        scheme_of: (name == "north_south").then_some(InterfaceId(0)),
        normally_open: false,
        voltage_kv: 500.0,
        length_km: 200.0,
        failure: Failure::default(),
        armed: None,
    }
}

/// North 0, south 1, west 2: two circuits north–south, one north–west.
fn grid() -> Grid {
    let bus = |name: &str, area| Bus {
        name: name.into(),
        title: name.into(),
        in_region: name != "west",
        area,
        adequacy_area: area.map(|a| ["north", "south"][a].to_owned()),
        climate_site: ClimateSiteId(0),
        latitude_deg: 55.0,
        longitude_deg: 100.0,
        voltage_kv: 500.0,
    };
    let coal = Plant {
        name: "coal".into(),
        title: "Coal".into(),
        bus: BusId(1),
        kind: PlantKind::Coal,
        capacity: mw(300.0),
        units: 3,
        failure: Failure::default(),
        maintenance_units: [0.0; 12],
        available: Fraction::new(0.9),
        by_month: [1.0; 12],
        price: rub(1200.0),
        heat_led: true,
        co2_heat_led_t_per_mwh: 0.9,
        co2_t_per_mwh: 1.1,
    };
    let exchange = Exchange {
        name: "west".into(),
        bus: BusId(2),
        price: rub(950.0),
        slope_rub_per_mwh_per_mw: 0.15,
        reach: mw(200.0),
        segments: 4,
        co2_t_per_mwh: 0.95,
    };
    let mut given = Grid {
        buses: Table::new(vec![bus("north", Some(0)), bus("south", Some(1)), bus("west", None)]),
        lines: vec![line("north_south", 0, 1, 2, 0), line("north_west", 0, 2, 1, 2)],
        branches: Table::new(vec![
            Circuit { line: 0, number: 1 },
            Circuit { line: 0, number: 2 },
            Circuit { line: 1, number: 1 },
        ]),
        sections: Table::new(vec![Section {
            name: "corridor".into(),
            title: "corridor".into(),
            lines: vec![(0, 1.0)],
            limit_by_out: [500.0, 300.0, 0.0].map(mw).to_vec(),
            against: 1.0,
            summer: 1.0,
        }]),
        plants: Table::new(vec![coal]),
        exchanges: vec![exchange],
        areas: vec![
            Area { name: "north".into(), reserve: mw(50.0), import_section: None, fed: vec![] },
            Area { name: "south".into(), reserve: mw(60.0), import_section: Some(InterfaceId(0)), fed: vec![] },
        ],
        sites: Table::new(vec![BusId(1), BusId(1)]),
        thermal_factor: ThermalFactor(Curve::constant(1.0)),
        heat_minimum: HeatMinimum(Curve::new(vec![(-30.0, 0.8), (10.0, 0.2)]).unwrap()),
        short_time_factor: 1.2,
        penalties: Penalties {
            reserve: rub(3000.0),
            interruptible: rub(8000.0),
            ordinary: rub(60_000.0),
            protected: rub(300_000.0),
            overgeneration: rub(30_000.0),
            steps: vec![(0.25, 1.0), (0.75, 1.2)],
        },
        base_mva: 100.0,
    };
    given.areas[1].fed = given.fed_by(&given.sections[InterfaceId(0)]).unwrap();
    given
}

struct Step {
    sky: Sky,
    supply: Supply,
    load: Load,
    bids: Bids,
    now: Moment,
}

/// Water of 800 MW at 600 RUB/MWh with a floor of 100; loads of 100 north and `south` south, half of it protected; two
/// mining sites of 40 MW in the south.
fn step(south: f64) -> Step {
    let t = Temperature::celsius(10.0);
    let offer = HydroOffer {
        bus: Some(BusId(0)),
        mw_per_m3_s: 0.5,
        floor: mw(100.0),
        segments: vec![(mw(400.0), rub(600.0)), (mw(300.0), rub(640.0))],
    };
    let halves = Table::new(vec![mw(50.0), mw(south / 2.0), mw(0.0)]);
    let site = SiteBid { power: mw(40.0), ..SiteBid::default() };
    let window = Window { from: Day(19_000), until: Day(19_001), step_minutes: 60 };
    Step {
        sky: Sky { air: Table::filled(1, Air { dry_bulb: t, ..Air::default() }), day_mean: Table::filled(1, t) },
        supply: Supply { offers: Table::new(vec![offer]), ..Supply::default() },
        load: Load { protected: halves.clone(), ordinary: halves, homes: Table::filled(3, mw(0.0)) },
        bids: Bids { sites: Table::filled(2, site) },
        now: window.moment(1),
    }
}

/// Dispatches without losses, so that arithmetic is short.
fn lossless(given: &Grid, rules: &Rules, s: &Step) -> Dispatch {
    let mut state = given.start();
    state.hold_losses(Some(&Table::filled(3, Power::ZERO)));
    clear(given, rules, &mut state, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap()
}

#[test]
fn water_flows_south_up_to_the_limit_and_coal_makes_the_rest() {
    let (given, s) = (grid(), step(520.0));
    let d = lossless(&given, &Rules::none(&given), &s);
    let corridor = d.sections[InterfaceId(0)];
    assert!((corridor.flow_mw - 500.0).abs() < 1e-9 && corridor.limit_mw == 500.0);
    assert!((d.plants[PlantId(0)].as_mw() - 100.0).abs() < 1e-9, "60 of heat, 40 more");
    assert!((d.price[BusId(1)].as_rub_per_mwh() - 1200.0).abs() < 1e-9);
    let rise = d.price[BusId(1)] - d.price[BusId(0)];
    assert!((corridor.shadow_price - rise).as_rub_per_mwh().abs() < 1e-9, "the corridor is worth the difference");
    assert!((d.branch_mw[0] - 250.0).abs() < 1e-9 && d.branch_mw[0] == d.branch_mw[1]);
    assert!(d.exchange_mw[BusId(2)] < 0.0, "the rest of the water is sold west");
    assert_eq!(d.mining_share, Table::filled(2, Fraction::ALL));
}

#[test]
fn prices_are_the_finite_difference_of_the_cost() {
    let given = grid();
    let rules = Rules::none(&given);
    for south in [300.0, 520.0, 690.0, 900.0] {
        let with_west = || {
            let mut s = step(south);
            s.load.protected[BusId(2)] = mw(10.0);
            s
        };
        let base = lossless(&given, &rules, &with_west());
        for bus in given.buses.ids() {
            let cost = |more: f64| {
                let mut s = with_west();
                s.load.protected[bus] += mw(more);
                lossless(&given, &rules, &s).certificate.objective_rub_per_h
            };
            // More protected load widens what could be shed at the last penalty and nothing else.
            let h = 1e-3;
            let slope = (cost(h) - cost(-h)) / (2.0 * h);
            let price = base.price[bus].as_rub_per_mwh();
            let at_a_kink = ((cost(h) - cost(0.0)) / h - (cost(0.0) - cost(-h)) / h).abs() > 1.0;
            assert!(at_a_kink || (slope - price).abs() < 1e-3 * price.abs(), "{south} {bus:?}: {slope} {price}");
        }
    }
}

#[test]
fn load_is_given_up_tier_by_tier() {
    let given = grid();
    let mut rules = Rules::none(&given);
    rules.interruptible[SiteId(0)] = Fraction::ALL;
    // The south can have 500 from the north and 270 of coal; mining asks 80.
    let shares = |south: f64| {
        let d = lossless(&given, &rules, &step(south));
        (d.mining_share[SiteId(0)].value(), d.mining_share[SiteId(1)].value(), d.unserved[BusId(1)].as_mw())
    };
    assert_eq!(shares(680.0), (1.0, 1.0, 0.0));
    let (contracted, other, dark) = shares(710.0);
    assert!((contracted - 0.5).abs() < 1e-9 && other == 1.0 && dark == 0.0, "twenty of forty contracted");
    let (contracted, other, dark) = shares(830.0);
    let short = 830.0 + 40.0 - 770.0;
    let share = short / (415.0 + 40.0);
    assert!(contracted == 0.0 && (1.0 - other - share).abs() < 1e-9, "other miners pro rata with ordinary load");
    assert!((dark - 415.0 * share).abs() < 1e-9);
    let (_, other, dark) = shares(1600.0);
    assert!(other == 0.0 && (dark - (1600.0 - 770.0)).abs() < 1e-6, "protected load is cut last");
}

#[test]
fn what_must_run_is_held_back_when_nobody_can_take_it() {
    let given = grid();
    let mut rules = Rules::none(&given);
    rules.branch_out[BranchId(2)] = true;
    let mut s = step(20.0);
    s.bids.sites.iter_mut().for_each(|b| b.power = mw(0.0));
    s.load.ordinary[BusId(0)] = mw(0.0);
    s.load.protected[BusId(0)] = mw(30.0);
    let d = lossless(&given, &rules, &s);
    let made = d.hydro.iter().chain(d.plants.iter()).map(|p| p.as_mw()).sum::<f64>();
    assert!((made - 50.0).abs() < 1e-9, "160 MW must run, 50 are wanted");
    assert!(d.price[BusId(0)] < rub(0.0));
}

#[test]
fn losses_follow_the_flows_of_the_step_before() {
    let (given, s) = (grid(), step(400.0));
    let rules = Rules::none(&given);
    let mut state = given.start();
    let run = |state: &mut GridNow, s: &Step| {
        clear(&given, &rules, state, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap()
    };
    let first = run(&mut state, &s);
    let second = run(&mut state, &s);
    let expected: f64 = first.branch_mw.iter().map(|f| 0.002 * f * f / 100.0).sum();
    let counted: f64 = second.losses.iter().map(|p| p.as_mw()).sum();
    assert!((counted - expected).abs() < 1e-9 && counted > 2.0);
    assert!(first.losses.iter().any(|l| *l > Power::ZERO), "the first step counts losses too");
}

#[test]
fn a_circuit_out_lowers_the_limit_and_the_rest_carries_on() {
    let (given, s) = (grid(), step(420.0));
    let mut rules = Rules::none(&given);
    rules.branch_out[given.circuits("north_south").next().unwrap()] = true;
    let d = lossless(&given, &rules, &s);
    assert_eq!(d.sections[InterfaceId(0)].limit_mw, 300.0);
    assert_eq!(d.branch_mw[0], 0.0);
    assert!((d.branch_mw[1] - 300.0).abs() < 1e-9);
    assert_eq!(given.branch_name(BranchId(1)), "north_south_2");
    rules.interface_add[InterfaceId(0)] = mw(50.0);
    assert!((lossless(&given, &rules, &s).branch_mw[1] - 350.0).abs() < 1e-9);
}

#[test]
fn a_tight_area_says_what_reserve_it_lacks() {
    let given = grid();
    let lacks = |south| lossless(&given, &Rules::none(&given), &step(south)).reserve_shortfall[1].as_mw();
    // 770 MW can be had in the south; 60 of them should stay free.
    assert_eq!(lacks(600.0), 0.0);
    assert!((lacks(650.0) - 20.0).abs() < 1e-6);
}

#[test]
fn results_do_not_lean_on_history() {
    let given = grid();
    let rules = Rules::none(&given);
    let mut warm = given.start();
    warm.hold_losses(Some(&Table::filled(3, Power::ZERO)));
    for south in [900.0, 200.0, 650.0, 520.0] {
        let s = step(south);
        let d = clear(&given, &rules, &mut warm, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap();
        let mut cold = lossless(&given, &rules, &s);
        cold.certificate.pivots = d.certificate.pivots;
        assert_eq!(d, cold);
    }
}

#[test]
fn units_and_circuits_fail_by_their_rates_and_the_week_ahead_takes_them_as_they_are() {
    let (mut given, s) = (grid(), step(520.0));
    given.plants[PlantId(0)].failure = Failure { mttf_h: 90.0, mttr_h: 10.0 };
    given.lines[0].failure = Failure { mttf_h: 190.0, mttr_h: 10.0 };
    let window = Window { from: Day(19_000), until: Day(19_400), step_minutes: 60 };
    let rules = Rules::none(&given);
    let mut state = given.start_failing(crate::random::Seed(5), crate::random::Member(0));
    let (mut units, mut circuits, mut hours) = (0.0, 0.0, 0.0);
    for step in 0..9600 {
        fail(&given, &mut state, &window, &window.moment(step));
        units += f64::from(state.failing.units_out[0]);
        circuits += given.circuits("north_south").filter(|c| state.failing.is_circuit_out(*c)).count() as f64;
        hours += 1.0;
        if step % 97 == 0 {
            let d = clear(&given, &rules, &mut state, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap();
            let out = given.circuits("north_south").filter(|c| state.failing.is_circuit_out(*c)).count();
            assert_eq!(d.sections[InterfaceId(0)].limit_mw, [500.0, 300.0, 0.0][out], "the scheme follows");
            let most = given.plants[PlantId(0)].most_with(s.now.month_index(), state.failing.units_out[0]);
            assert!(d.plants[PlantId(0)] <= most + mw(1e-9));
        }
    }
    assert!((units / hours / 3.0 - 0.10_f64).abs() < 0.02, "{}", units / hours / 3.0);
    assert!((circuits / hours / 2.0 - 0.05_f64).abs() < 0.02, "{}", circuits / hours / 2.0);
    let plant = &given.plants[PlantId(0)];
    assert!((plant.most(0).as_mw() - 0.9 * plant.most_with(0, 0).as_mw()).abs() < 1e-9, "the mean, without chance");
}

#[test]
fn maintenance_takes_whole_units() {
    let mut plant = grid().plants[PlantId(0)].clone();
    plant.maintenance_units[6] = 1.0;
    assert!((plant.most_with(6, 0).as_mw() - 180.0).abs() < 1e-9);
    assert!((plant.most_with(6, 3).as_mw()).abs() < 1e-9);
    assert!((plant.most_with(0, 1).as_mw() - 180.0).abs() < 1e-9);
}

#[test]
fn screening_equals_a_dispatch_without_the_circuit() {
    // A triangle: 300 MW from 0 to 1, over two equal circuits and around over 2.
    let mut given = grid();
    given.lines = vec![line("a", 0, 1, 2, 0), line("b", 0, 2, 1, 2), line("c", 2, 1, 1, 3)];
    let flows = |in_service: [u32; 3]| {
        let branch = |(l, n): (&Line, u32)| {
            let x = l.reactance_pu / f64::from(n.max(1));
            crate::power::Branch::from_reactance(l.from.index(), l.to.index(), x, 1.0, 100.0).with_service(n > 0)
        };
        let network = power::Network::new(3, given.lines.iter().zip(in_service).map(branch).collect(), &[]).unwrap();
        let mut flow = [0.0; 3];
        network.flow(&[300.0, -300.0, 0.0], &mut flow);
        [0, 1, 2].map(|l| flow[l] / f64::from(in_service[l].max(1)))
    };
    let before = flows([2, 1, 1]);
    let after: Vec<[f64; 3]> = [[1, 1, 1], [2, 0, 1], [2, 1, 0]].map(flows).to_vec();
    let worst = [0, 1, 2].map(|l| after.iter().map(|f| f[l].abs()).fold(0.0, f64::max));
    let security = security::Security::new(&given, &[2, 1, 1]);
    for (l, worst) in worst.iter().enumerate() {
        for (margin, expected) in [(1e-6, false), (-1e-6, true)] {
            let mut rating = [f64::INFINITY; 3];
            rating[l] = worst + margin;
            let found = security.screen(&before, &rating, |_| 0.0);
            assert_eq!(found.iter().any(|o| o.line == l), expected, "line {l}: {worst}");
            assert!(found.iter().all(|o| o.line == l && o.loading > 1.0 && o.armed_mw.is_none()));
        }
    }
}

#[test]
fn armed_automatics_shed_what_an_overload_asks_for_and_no_more() {
    // 300 MW from 0 to 1 over two equal circuits and around over 2. Without one of the two, x against 2x in parallel: the
    // other carries 200 MW, the way around 100. Load shed at 1 relieves it by two thirds.
    let mut given = grid();
    given.lines = vec![line("a", 0, 1, 2, 0), line("b", 0, 2, 1, 2), line("c", 2, 1, 1, 3)];
    given.lines[0].armed = Some(Armed { load: BusId(1), most: mw(90.0), balance: BusId(0) });
    let security = security::Security::new(&given, &[2, 1, 1]);
    let before = [120.0, 60.0, 60.0];
    let armed = |rating: f64, most: f64| {
        let found = security.screen(&before, &[rating, 500.0, 500.0], |_| most);
        let one = found.iter().find(|o| (o.lost, o.line) == (0, 0)).copied();
        one.map(|o| (o.loading, o.armed_mw))
    };
    assert_eq!(armed(200.1, 90.0), None);
    let (loading, shed) = armed(160.0, 90.0).unwrap();
    assert!((loading - 200.0 / 160.0).abs() < 1e-12);
    assert!((shed.unwrap() - 60.0).abs() < 1e-9, "40 MW of relief at two thirds: {shed:?}");
    // No more load than that to shed, or a rating that asks for more: the outage stays insecure.
    assert_eq!(armed(160.0, 59.0).unwrap().1, None);
    assert_eq!(armed(130.0, 90.0).unwrap().1, None);
}

#[test]
fn looking_ahead_sees_what_the_dispatch_does() {
    let given = grid();
    let rules = Rules::none(&given);
    let (mut seeing, mut clearing) = (given.start(), given.start());
    for south in (40..1000).step_by(37).map(f64::from) {
        let s = step(south);
        let foreseen = foresee(&given, &rules, &mut seeing, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap();
        let d = clear(&given, &rules, &mut clearing, &s.now, &s.sky, &s.supply, &s.load, &s.bids).unwrap();
        assert_eq!((foreseen.hydro, foreseen.price), (d.hydro, d.price), "{south}");
    }
}
