//! The shipped network and demand of the Irkutsk region against what is published of them.

use super::super::demand as demand_section;
use super::*;
use crate::calendar::{Day, Moment, Window};
use crate::curve::YearCycle;
use crate::demand::{self, Demand, DemandNow};
use crate::flows::{Air, Bids, Dispatch, HydroOffer, Load, SiteBid, Sky, Supply};
use crate::grid::{self, GridNow, Rules};
use crate::random::{Member, Seed};
use crate::scenario::spec::{sources, table, tables};
use crate::scenario::testing;
use crate::units::Temperature;

const CLIMATE: TableSpec = table_spec("climate_site", "A stand-in.", &[]);
const SITE: TableSpec = table_spec("site", "A stand-in.", &[reference("bus", "bus", "Where it is connected.")]);
const ROOT: TableSpec = table_spec(
    "",
    "Grid and demand alone.",
    &[
        table(&GRID),
        tables(&AREA),
        tables(&BUS),
        tables(&BRANCH),
        tables(&INTERFACE),
        tables(&PLANT),
        tables(&EXCHANGE),
        table(&demand_section::DEMAND),
        tables(&demand_section::CONSUMER),
        tables(&CLIMATE),
        tables(&SITE),
        sources("source", "Where the numbers come from.").optional(),
    ],
);

/// Mining by bus at the end of 2024, MW.
const MINING: [(&str, f64); 14] = [
    ("uil", 60.0),
    ("bra", 260.0),
    ("tai", 50.0),
    ("kor", 30.0),
    ("uku", 19.0),
    ("nud", 5.0),
    ("tul", 10.0),
    ("nzi", 20.0),
    ("che", 30.0),
    ("uso", 210.0),
    ("irs", 110.0),
    ("kly", 70.0),
    ("irk", 180.0),
    ("slu", 12.0),
];
const MINING_2024: f64 = 1066.0;
/// Share of it in the south.
const SOUTH: f64 = 647.0 / MINING_2024;

/// Monthly mean temperature of Irkutsk in 2022 (station 30710) and the two stations' normals, °C.
const IRKUTSK_2022: [f64; 12] = [-14.3, -14.6, -5.6, 4.5, 13.3, 17.4, 17.7, 15.3, 10.0, 2.1, -7.7, -15.4];
const IRKUTSK: [f64; 12] = [-17.7, -14.1, -5.5, 3.6, 10.4, 16.4, 19.0, 16.4, 9.5, 2.0, -7.7, -15.4];
const BRATSK: [f64; 12] = [-19.8, -17.3, -9.0, 0.2, 8.2, 15.4, 18.2, 15.3, 7.9, 0.0, -9.8, -17.6];

struct World {
    grid: Grid,
    demand: Demand,
}

fn text() -> String {
    let mut text = String::from("[climate_site.irkutsk]\n[climate_site.bratsk]\n[climate_site.ust_ilimsk]\n");
    text.extend(MINING.iter().map(|(bus, _)| format!("[site.industrial_{bus}]\nbus = \"{bus}\"\n")));
    let shipped = [
        include_str!("../../../../scenarios/irkutsk/world/network.toml"),
        include_str!("../../../../scenarios/irkutsk/world/demand.toml"),
    ];
    for part in shipped {
        // Without the header, which stands once in a text.
        let lines = part.lines().filter(|l| !l.starts_with("format =") && !l.starts_with("title ="));
        lines.for_each(|l| text.extend([l, "\n"]));
    }
    text
}

fn world() -> World {
    let checked = testing::valid(&ROOT, &text());
    let view = checked.view_of(&ROOT);
    let world = World { grid: build(&view).unwrap(), demand: demand_section::build(&view).unwrap() };
    assert!(checked.problems().is_empty(), "{}", checked.problems());
    world
}

fn bus(grid: &Grid, name: &str) -> BusId {
    grid.buses.find(|b| b.name == name).unwrap()
}

/// Water on offer: the most each plant may give, a tenth of it as floor, in three segments.
fn supply(grid: &Grid, most: [f64; 4]) -> Supply {
    let plants = [("ige", 0.9), ("bra", 1.0), ("uil", 1.02), ("bog", 1.04)];
    let offer = |((name, dear), most): ((&str, f64), f64)| HydroOffer {
        bus: Some(bus(grid, name)),
        mw_per_m3_s: 0.5,
        floor: Power::mw(0.1 * most),
        segments: (0..3).map(|n| (Power::mw(0.3 * most), rub(dear * (600.0 + 20.0 * f64::from(n))))).collect(),
    };
    Supply { offers: Table::new(plants.into_iter().zip(most).map(offer).collect()), ..Supply::default() }
}

fn rub(x: f64) -> EnergyPrice {
    EnergyPrice::rub_per_mwh(x)
}

fn bids(total_mw: f64) -> Bids {
    let bid = |(_, mw): &(&str, f64)| SiteBid { power: Power::mw(mw * total_mw / MINING_2024), ..SiteBid::default() };
    Bids { sites: Table::new(MINING.iter().map(bid).collect()) }
}

fn sky(irkutsk: f64, bratsk: f64) -> Sky {
    let t = [irkutsk, bratsk, bratsk].map(Temperature::celsius);
    let air = |t: &Temperature| Air { dry_bulb: *t, ..Air::default() };
    Sky { air: Table::new(t.iter().map(air).collect()), day_mean: Table::new(t.to_vec()) }
}

/// The hour of the highest load of the cold spell of December 2023 (daily means of the spell are an invented lead-in to
/// the published −34.1 °C), and its moment.
fn record(world: &World) -> (Load, Sky, Moment, DemandNow) {
    let days = [-15.4, -20.0, -22.0, -25.0, -28.0, -31.0, -33.0, -34.1, -32.0, -28.0];
    let from = Day::parse("2023-12-04").unwrap();
    let window = Window { from, until: from.plus(10), step_minutes: 60 };
    let mut now = world.demand.start(Seed(1), Member(0), &window);
    let mut best: Option<(Load, Sky, Moment, DemandNow)> = None;
    for step in 0..window.steps() {
        let moment = window.moment(step);
        let t = days[step / 24];
        let sky = sky(t, t - 2.2 * 0.8);
        let load = demand::ask(&world.demand, &mut now, &moment, &sky);
        if best.as_ref().is_none_or(|(b, ..)| asked(&world.grid, &load) > asked(&world.grid, b)) {
            best = Some((load, sky, moment, now.clone()));
        }
    }
    best.unwrap()
}

/// What the region's consumers ask, MW.
fn asked(grid: &Grid, load: &Load) -> f64 {
    let both = load.ordinary.iter().zip(load.protected.iter()).map(|(a, b)| (*a + *b).as_mw());
    both.zip(grid.buses.iter()).filter(|(_, b)| b.in_region).map(|(mw, _)| mw).sum()
}

fn regional(grid: &Grid, table: &Table<BusId, Power>) -> f64 {
    table.iter().zip(grid.buses.iter()).filter(|(_, b)| b.in_region).map(|(p, _)| p.as_mw()).sum()
}

/// What goes in less what comes out, over what comes out.
fn imbalance(dispatch: &Dispatch, bids: &Bids) -> f64 {
    let sum = |powers: &mut dyn Iterator<Item = Power>| powers.map(Power::as_mw).sum::<f64>();
    let mined: f64 =
        bids.sites.iter().zip(dispatch.mining_share.iter()).map(|(b, s)| b.power.as_mw() * s.value()).sum();
    let out = sum(&mut dispatch.served.iter().copied()) + mined + sum(&mut dispatch.losses.iter().copied());
    let made = sum(&mut dispatch.hydro.iter().copied()) + sum(&mut dispatch.plants.iter().copied());
    (made + dispatch.exchange_mw.iter().sum::<f64>() - out) / out
}

/// Dispatches a step until its losses are its own.
fn settle(
    world: &World,
    rules: &Rules,
    state: &mut GridNow,
    now: &Moment,
    sky: &Sky,
    supply: &Supply,
    load: &Load,
    bids: &Bids,
) -> Dispatch {
    for _ in 0..4 {
        grid::clear(&world.grid, rules, state, now, sky, supply, load, bids).unwrap();
    }
    let dispatch = grid::clear(&world.grid, rules, state, now, sky, supply, load, bids).unwrap();
    assert!(dispatch.certificate.gap <= 1e-9 && !dispatch.certificate.fallback);
    assert!(imbalance(&dispatch, bids).abs() <= 1e-9, "{}", imbalance(&dispatch, bids));
    dispatch
}

const WINTER_WATER: [f64; 4] = [370.0, 3840.0, 3450.0, 2200.0];

fn section_of(grid: &Grid, name: &str) -> InterfaceId {
    grid.sections.find(|s| s.name == name).unwrap()
}

#[test]
fn the_shipped_network_is_sound() {
    let World { grid, demand } = world();
    assert_eq!((grid.buses.len(), grid.lines.len(), demand.buses.len()), (24, 35, 24));
    let south = &grid.areas[1];
    assert_eq!(south.fed.len(), 11, "ten southern buses and Buryatia behind them");
    let weight: f64 = demand.buses.iter().map(|b| b.weight).sum();
    assert!((weight - 1.0).abs() < 1e-12);
}

#[test]
fn the_record_hour_is_met_and_nothing_is_shed() {
    let world = world();
    let (load, sky, now, _) = record(&world);
    let (rules, mut state) = (Rules::none(&world.grid), world.grid.start());
    let supply = supply(&world.grid, WINTER_WATER);
    let d = settle(&world, &rules, &mut state, &now, &sky, &supply, &load, &bids(814.0));
    let total = asked(&world.grid, &load) + 814.0 + regional(&world.grid, &d.losses);
    let unserved: f64 = d.unserved.iter().map(|p| p.as_mw()).sum();
    let share = (south_load(&world, &load) + 814.0 * SOUTH) / (asked(&world.grid, &load) + 814.0);
    let ns = d.sections[section_of(&world.grid, "bratsk_irkutsk")];
    println!("{total:.0} MW, of it losses {:.0}; the south {share:.3}; {ns:?}", regional(&world.grid, &d.losses));
    assert!((total / 10_168.0 - 1.0).abs() < 0.02, "{total}");
    assert!(unserved < 1e-6, "{unserved}");
    assert!((share - 0.536).abs() < 0.01, "{share}");
    assert!(ns.flow_mw > 2500.0 && ns.flow_mw <= 2900.0 + 1e-6, "{ns:?}");
}

fn south_load(world: &World, load: &Load) -> f64 {
    let south = |b: &crate::grid::Bus| b.area == Some(1);
    let both = load.ordinary.iter().zip(load.protected.iter()).map(|(a, b)| (*a + *b).as_mw());
    both.zip(world.grid.buses.iter()).filter(|(_, b)| south(b)).map(|(mw, _)| mw).sum()
}

/// 2022 hour by hour, weather without noise around the replayed monthly means, mining growing by 12.7 MW a month.
struct Year {
    total_mw: [f64; 12],
    losses_mw: f64,
    homes_mw: f64,
    ns_binding_share: f64,
    south_share: f64,
    thermal_twh: f64,
    net_export_twh: f64,
}

fn year_2022(world: &World) -> Year {
    let from = Day::parse("2022-01-01").unwrap();
    let window = Window { from, until: Day::parse("2023-01-01").unwrap(), step_minutes: 60 };
    let mut bratsk = BRATSK;
    for (b, (t, n)) in bratsk.iter_mut().zip(IRKUTSK_2022.iter().zip(IRKUTSK)) {
        *b += 0.8 * (t - n);
    }
    let (irkutsk, bratsk) = (YearCycle::new(&IRKUTSK_2022), YearCycle::new(&bratsk));
    let (rules, mut state) = (Rules::none(&world.grid), world.grid.start());
    let mut asking = world.demand.start(Seed(1), Member(0), &window);
    let water = supply(&world.grid, [525.0, 2970.0, 2740.0, 1950.0]);
    let (mut sum, mut hours) = ([0.0; 12], [0.0; 12]);
    let mut year = Year {
        total_mw: sum,
        losses_mw: 0.0,
        homes_mw: 0.0,
        ns_binding_share: 0.0,
        south_share: 0.0,
        thermal_twh: 0.0,
        net_export_twh: 0.0,
    };
    let ns = section_of(&world.grid, "bratsk_irkutsk");
    for step in 0..window.steps() {
        let now = window.moment(step);
        let sky = sky(irkutsk.on(now.month, now.day_of_month), bratsk.on(now.month, now.day_of_month));
        let load = demand::ask(&world.demand, &mut asking, &now, &sky);
        let mining = 510.0
            + 12.7 * (now.month_index() as f64 + f64::from(now.day_of_month) / f64::from(now.day.days_in_month()));
        let bids = bids(mining);
        let d = grid::clear(&world.grid, &rules, &mut state, &now, &sky, &water, &load, &bids).unwrap();
        assert!(imbalance(&d, &bids).abs() <= 1e-9);
        let losses = regional(&world.grid, &d.losses);
        sum[now.month_index()] += asked(&world.grid, &load) + mining + losses;
        hours[now.month_index()] += 1.0;
        year.losses_mw += losses / 8760.0;
        year.homes_mw += regional(&world.grid, &load.homes) / 8760.0;
        year.south_share += (south_load(world, &load) + mining * SOUTH) / (asked(&world.grid, &load) + mining) / 8760.0;
        year.ns_binding_share += if d.sections[ns].shadow_price > rub(0.0) { 1.0 / 8760.0 } else { 0.0 };
        let thermal = world.grid.plants.iter().zip(d.plants.iter()).filter(|(p, _)| p.kind.is_thermal());
        let thermal: f64 = thermal.map(|(_, mw)| mw.as_mw()).sum();
        year.thermal_twh += thermal / 1e6;
        let made: f64 = d.hydro.iter().take(3).map(|p| p.as_mw()).sum::<f64>() + thermal;
        year.net_export_twh += (made - asked(&world.grid, &load) - mining - losses) / 1e6;
    }
    for m in 0..12 {
        year.total_mw[m] = sum[m] / hours[m];
    }
    year
}

#[test]
fn the_year_2022_meets_its_published_means() {
    let world = world();
    let year = year_2022(&world);
    let days = crate::curve::MONTH_DAYS.map(f64::from);
    let mean = |months: core::ops::Range<usize>| {
        let weight: f64 = days[months.clone()].iter().sum();
        year.total_mw[months.clone()].iter().zip(&days[months]).map(|(mw, d)| mw * d).sum::<f64>() / weight
    };
    let twh = mean(0..12) * 8760.0 / 1e6;
    println!(
        "{:.0} {:.0} MW, {twh:.2} TWh, losses {:.0} MW, homes {:.0} MW, thermal {:.1} TWh, export {:.1} TWh, binding {:.3}",
        mean(0..5),
        year.total_mw[5],
        year.losses_mw,
        year.homes_mw,
        year.thermal_twh,
        year.net_export_twh,
        year.ns_binding_share,
    );
    assert!((mean(0..5) / 7717.0 - 1.0).abs() < 0.03);
    assert!((year.total_mw[5] / 6405.0 - 1.0).abs() < 0.03);
    assert!((twh / 64.3 - 1.0).abs() < 0.02);
    assert!((year.south_share - 0.506).abs() < 0.01, "{}", year.south_share);
    assert!((year.homes_mw / 1000.0 - 1.0).abs() < 0.05);
    assert!((year.losses_mw / (twh * 1e6 / 8760.0) - 0.03).abs() < 0.01);
}

/// Rules with so many circuits of each line out.
fn out(grid: &Grid, lines: &[(&str, usize)]) -> Rules {
    let mut rules = Rules::none(grid);
    for (line, circuits) in lines {
        for id in grid.circuits(line).take(*circuits) {
            rules.branch_out[id] = true;
        }
    }
    rules
}

/// What is short of the region's and its neighbors' load and of all mining, MW.
fn short(d: &Dispatch, bids: &Bids) -> f64 {
    let mining = bids.sites.iter().zip(d.mining_share.iter()).map(|(b, s)| b.power.as_mw() * (1.0 - s.value()));
    d.unserved.iter().map(|p| p.as_mw()).sum::<f64>() + mining.sum::<f64>()
}

#[test]
fn circuits_out_at_the_record_leave_the_south_short_in_order() {
    let world = world();
    let (load, sky, now, _) = record(&world);
    let supply = supply(&world.grid, WINTER_WATER);
    let bids = bids(814.0);
    let short_with = |rules: &Rules| {
        let mut state = world.grid.start();
        let d = settle(&world, rules, &mut state, &now, &sky, &supply, &load, &bids);
        let ns = d.sections[section_of(&world.grid, "bratsk_irkutsk")];
        println!("short {:.0} MW at {:.0} of {:.0}", short(&d, &bids), ns.flow_mw, ns.limit_mw);
        (short(&d, &bids), ns.limit_mw)
    };
    let one = short_with(&out(&world.grid, &[("bpp_tul", 1)]));
    assert_eq!(one.1, 2200.0);
    assert!((400.0..800.0).contains(&one.0), "{one:?}");
    let storm = short_with(&out(&world.grid, &[("tul_irs", 1), ("nzi_irs", 1)]));
    assert_eq!(storm.1, 1300.0);
    assert!((1200.0..1800.0).contains(&storm.0), "{storm:?}");
    let mut contracts = out(&world.grid, &[("bpp_tul", 1)]);
    contracts.interruptible = world.grid.sites.map(|_| Fraction::ALL);
    let mut state = world.grid.start();
    let d = settle(&world, &contracts, &mut state, &now, &sky, &supply, &load, &bids);
    let unserved: f64 = d.unserved.iter().map(|p| p.as_mw()).sum();
    let southern = 814.0 * SOUTH;
    assert!(unserved < one.0 - southern * 0.9, "contracted miners go first: {unserved}");
}

#[test]
fn the_storm_of_july_sheds_nothing() {
    let world = world();
    let now = july();
    let sky = sky(19.0, 18.2);
    let load = summer_load(&world, &now, &sky);
    let supply = supply(&world.grid, [600.0, 2500.0, 2400.0, 1900.0]);
    let rules = out(&world.grid, &[("tul_irs", 1), ("nzi_irs", 1)]);
    let bids = bids(662.0);
    let d = settle(&world, &rules, &mut world.grid.start(), &now, &sky, &supply, &load, &bids);
    assert!(short(&d, &bids) < 1e-6, "{}", short(&d, &bids));
}

fn july() -> Moment {
    let from = Day::parse("2022-07-11").unwrap();
    Window { from, until: from.plus(1), step_minutes: 60 }.moment(15)
}

fn summer_load(world: &World, now: &Moment, sky: &Sky) -> Load {
    let window = Window { from: now.day, until: now.day.plus(1), step_minutes: 60 };
    demand::ask(&world.demand, &mut world.demand.start(Seed(1), Member(0), &window), now, sky)
}

/// Mining without 320 MW at the southern or at the northern sites.
fn without_320(bids: &Bids, south: bool) -> Bids {
    let of = |bus: &str| ["uil", "bra", "tai", "kor", "uku"].contains(&bus) != south;
    let mut less = bids.clone();
    let sum: f64 = MINING.iter().zip(bids.sites.iter()).filter(|((b, _), _)| of(b)).map(|(_, b)| b.power.as_mw()).sum();
    for ((bus, _), bid) in MINING.iter().zip(less.sites.iter_mut()) {
        if of(bus) {
            bid.power = bid.power * (1.0 - 320.0 / sum);
        }
    }
    less
}

/// Output of the plants of the south and of Buryatia, MW.
fn southern_thermal(world: &World, d: &Dispatch) -> f64 {
    let south = |b: BusId| world.grid.areas[1].fed.contains(&b);
    world.grid.plants.iter().zip(d.plants.iter()).filter(|(p, _)| south(p.bus)).map(|(_, mw)| mw.as_mw()).sum()
}

#[test]
fn removing_320_mw_moves_the_corridor_only_from_its_south() {
    let world = world();
    let now = july();
    let sky = sky(15.0, 14.0);
    let load = summer_load(&world, &now, &sky);
    let supply = supply(&world.grid, [600.0, 2800.0, 2600.0, 1900.0]);
    let rules = Rules::none(&world.grid);
    let mut state = world.grid.start();
    let before_bids = bids(662.0);
    let before = settle(&world, &rules, &mut state, &now, &sky, &supply, &load, &before_bids);
    let ns = section_of(&world.grid, "bratsk_irkutsk");
    assert_eq!(before.sections[ns].shadow_price, rub(0.0), "an hour that does not bind");
    for (south, expected) in [(true, -320.0), (false, 0.0)] {
        let mut held = state.clone();
        held.hold_losses(Some(&before.losses));
        let less = without_320(&before_bids, south);
        let after = settle(&world, &rules, &mut held, &now, &sky, &supply, &load, &less);
        let change = after.sections[ns].flow_mw - before.sections[ns].flow_mw;
        assert!((change - expected).abs() < 1.0, "{change} with losses held");
        assert!((southern_thermal(&world, &after) - southern_thermal(&world, &before)).abs() < 1e-6);
        let free = settle(&world, &rules, &mut state.clone(), &now, &sky, &supply, &load, &less);
        let change = free.sections[ns].flow_mw - before.sections[ns].flow_mw;
        println!("{change:.1} MW with losses free");
        assert!((change - expected).abs() < 30.0, "{change} with losses free");
    }
}

#[test]
fn removing_320_mw_behind_a_binding_corridor_stops_southern_coal() {
    let world = world();
    let now =
        Window { from: Day::parse("2022-12-05").unwrap(), until: Day::parse("2022-12-06").unwrap(), step_minutes: 60 }
            .moment(18);
    let sky = sky(-18.0, -20.0);
    let load = summer_load(&world, &now, &sky);
    let supply = supply(&world.grid, [370.0, 3600.0, 3300.0, 2100.0]);
    let mut rules = Rules::none(&world.grid);
    let ns = section_of(&world.grid, "bratsk_irkutsk");
    rules.interface_add[ns] = Power::mw(-700.0);
    let mut state = world.grid.start();
    let all = bids(814.0);
    let before = settle(&world, &rules, &mut state, &now, &sky, &supply, &load, &all);
    assert!(before.sections[ns].shadow_price > rub(0.0), "{:?}", before.sections[ns]);
    assert!(short(&before, &all) < 1e-6);
    state.hold_losses(Some(&before.losses));
    let after = settle(&world, &rules, &mut state, &now, &sky, &supply, &load, &without_320(&all, true));
    let flow = after.sections[ns].flow_mw - before.sections[ns].flow_mw;
    let thermal = southern_thermal(&world, &after) - southern_thermal(&world, &before);
    println!("flow {flow:.2}, thermal {thermal:.2}, {:?} → {:?}", before.sections[ns], after.sections[ns]);
    assert!((thermal - flow + 320.0).abs() < 1e-6, "the south's balance");
    assert!(flow.abs() < 1.0 && (thermal + 320.0).abs() < 1.0, "{flow} {thermal}");
}

#[test]
fn every_line_can_be_lost_at_the_record_without_a_contradiction() {
    let world = world();
    let (load, sky, now, _) = record(&world);
    let supply = supply(&world.grid, WINTER_WATER);
    let bids = bids(814.0);
    let (intact, mut state) = (Rules::none(&world.grid), world.grid.start());
    grid::clear(&world.grid, &intact, &mut state, &now, &sky, &supply, &load, &bids).unwrap();
    for line in &world.grid.lines {
        let rules = out(&world.grid, &[(&line.name, line.circuits as usize)]);
        for _ in 0..2 {
            let d = grid::clear(&world.grid, &rules, &mut state, &now, &sky, &supply, &load, &bids).unwrap();
            assert!(imbalance(&d, &bids).abs() <= 1e-9, "{}: {}", line.name, imbalance(&d, &bids));
            assert!(line.branches().all(|id| d.branch_mw[id.index()] == 0.0));
        }
    }
}

#[test]
fn every_number_of_the_shipped_grid_and_demand_has_its_source() {
    let told = |text: &str| -> Vec<String> {
        let problems = crate::scenario::Scenario::from_text("network", text).check().problems().to_string();
        problems
            .lines()
            .filter(|line| line.contains("without a source") || line.contains("`source"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(told(&text()), Vec::<String>::new());
    let bare = text().replace("[source.\"demand.filter_days\"]", "[source.\"demand.filter_hours\"]");
    assert!(!told(&bare).is_empty(), "a number without a source is told");
}

#[test]
fn what_bounds_cannot_say_is_told() {
    let told = |from: &str, to: &str| -> String {
        assert!(text().contains(from), "{from}");
        let checked = testing::checked(&ROOT, &text().replace(from, to));
        build(&checked.view_of(&ROOT));
        demand_section::build(&checked.view_of(&ROOT));
        checked.problems().to_string()
    };
    assert!(told("limit_one_out_mw = 2200", "limit_one_out_mw = 3200").contains("above 2900 MW"));
    assert!(told("protected_rub_per_mwh = 300000", "protected_rub_per_mwh = 300").contains("order what is given up"));
    assert!(told("shed_share = [0.05,", "shed_share = [0.15,").contains("a sum of 1"));
    assert!(
        told("branches = [\"bpp_tul\", \"bpp_nzi\", \"tai_nud\"]", "branches = [\"bpp_tul\"]").contains("a way around")
    );
    assert!(told("to = \"kir\"", "to = \"uku\"").contains("from a bus to itself"));
    assert!(told("base_mw = 5287", "base_mw = 3900").contains("homes"));
}
