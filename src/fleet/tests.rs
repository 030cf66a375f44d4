//! Tests of the fleet as a whole: economics by the hour, law, heat, failures, and machines that never get lost.

use super::failure::tests::wear;
use super::*;
use crate::equations::power_target::PowerCurve;
use crate::flows::{Cooled, Order};
use crate::units::{Efficiency, Fraction, Hashprice, Tariff, Temperature};

/// A machine of the X19 kind unless told otherwise.
pub(super) fn machine(id: &str, th_s: f64, w: f64, yearly_failure: f64) -> Machine {
    Machine {
        id: id.to_owned(),
        name: id.to_owned(),
        released: Day::parse("2020-05-01").unwrap(),
        hashrate: Hashrate::th_s(th_s),
        power: Power::w(w),
        inlet_min: Temperature::celsius(0.0),
        inlet_max: Temperature::celsius(40.0),
        family: Family {
            yearly_failure: Fraction::new(yearly_failure),
            curve: PowerCurve { k_below: 1.5, k_above: 2.0 },
            power_rise_per_k: 0.0025,
            eco: None,
            turbo_hashrate: None,
        },
    }
}

fn window() -> Window {
    Window { from: Day::parse("2022-01-01").unwrap(), until: Day::parse("2024-01-01").unwrap(), step_minutes: 60 }
}

fn world(machines: Vec<Machine>, sites: Vec<Vec<(ModelId, u64)>>) -> Fleet {
    let sites = sites.into_iter().enumerate().map(|(i, start)| Site { id: format!("site_{i}"), start });
    Fleet::new(Table::new(machines), Table::new(sites.collect()), Wear { dust_k: 0.0, ..wear() }, Span::minutes(10.0))
}

fn worth(sites: usize, revenue: f64, tariff: f64) -> Worth {
    Worth {
        revenue: Table::filled(sites, Hashprice::usd_per_ph_day(revenue)),
        tariff: Table::filled(sites, Tariff::usd_per_kwh(tariff)),
        marginal: Table::filled(sites, Tariff::usd_per_kwh(tariff)),
        hidden: Table::filled(sites, Fraction::NONE),
    }
}

fn overhead(sites: usize, inlet: f64) -> Overhead {
    Overhead {
        sites: Table::filled(sites, Cooled { pue: 1.04, inlet: Temperature::celsius(inlet), water_m3_per_mwh: 0.0 }),
    }
}

fn served(sites: usize, share: f64) -> Dispatch {
    Dispatch { mining_share: Table::filled(sites, Fraction::new(share)), ..Dispatch::default() }
}

#[test]
fn nameplate_power_and_hashes_at_the_rated_inlet() {
    let fleet = world(vec![machine("s19", 95.0, 3250.0, 0.0)], vec![vec![(ModelId(0), 1000)]]);
    let w = window();
    let mut now = fleet.start(Seed(1), Member(0), &w);
    let moment = w.moment(0);
    let bids = bid(&fleet, &Rules::none(&fleet), &mut now, &moment, &worth(1, 200.0, 0.05), &overhead(1, 25.0));
    let years = (f64::from(w.from.0) - f64::from(now.sites[SiteId(0)].cohorts[0].installed_on as i32)) / 365.25;
    let aged = 1.0 + 0.003 * years;
    assert!((bids.sites[SiteId(0)].machines.as_mw() / (3.25 * aged) - 1.0).abs() < 1e-4);
    assert!((bids.sites[SiteId(0)].power.as_mw() / (3.25 * 1.04 * aged) - 1.0).abs() < 1e-4);
    let done = hash(&fleet, &mut now, &moment, &bids, &served(1, 0.4));
    let site = done.sites[SiteId(0)];
    assert!((site.hashrate / (bids.sites[SiteId(0)].hashrate * 0.4) - 1.0).abs() < 1e-12);
    assert!((site.hashes.as_exahashes() - site.hashrate.as_eh_s() * 3600.0).abs() < 1e-9);
    assert!(((site.energy + site.curtailed).as_mwh() - bids.sites[SiteId(0)].power.as_mw()).abs() < 1e-12);
}

#[test]
fn machines_stop_where_power_costs_more_than_hashes_earn() {
    // S9 at 98 J/TH and 5 cents breaks even at 98 × 0.024 × 0.05 × 1.04 × 1000 = 122.3 USD/PH/day.
    let fleet = world(
        vec![machine("s9", 13.5, 1323.0, 0.0), machine("s19", 95.0, 3250.0, 0.0)],
        vec![vec![(ModelId(0), 100), (ModelId(1), 100)]],
    );
    let w = window();
    let mut now = fleet.start(Seed(1), Member(0), &w);
    let mut power = |step: usize, revenue: f64| {
        let moment = w.moment(step);
        bid(&fleet, &Rules::none(&fleet), &mut now, &moment, &worth(1, revenue, 0.05), &overhead(1, 25.0)).sites
            [SiteId(0)]
        .machines
        .as_w()
    };
    let both = power(0, 122.4);
    let s19 = power(1, 122.2);
    assert!((both - s19) / 132_300.0 > 0.99 && (both - s19) / 132_300.0 < 1.02);
    assert!(power(2, 10.0) == 0.0);
    // Back on: ten minutes of the hour are lost to booting, once.
    let boots = power(3, 122.4);
    assert!((boots / both - 50.0 / 60.0).abs() < 1e-9);
    assert!((power(4, 122.4) / both - 1.0).abs() < 1e-12);
}

#[test]
fn eco_runs_between_off_and_nominal() {
    let mut m = machine("s19", 95.0, 3250.0, 0.0);
    m.family.eco = Some(Eco { hashrate: 0.75, share: 1.0 });
    let e = m.efficiency().as_j_per_th();
    let fleet = world(vec![m], vec![vec![(ModelId(0), 100)]]);
    let w = window();
    let mut now = fleet.start(Seed(1), Member(0), &w);
    let mut rung_at = |step: usize, j_per_th: f64| {
        let revenue = j_per_th * 0.024 * 0.05 * 1.04 * 1000.0;
        bid(&fleet, &Rules::none(&fleet), &mut now, &w.moment(step), &worth(1, revenue, 0.05), &overhead(1, 25.0));
        now.sites[SiteId(0)].cohorts[0].rung
    };
    assert_eq!(rung_at(0, e * 1.5), 2, "the top quarter costs 1.40 of nominal and pays");
    assert_eq!(rung_at(1, e * 1.2), 1);
    assert_eq!(rung_at(2, e * 0.9), 1, "eco still pays below the nominal break-even");
    assert_eq!(rung_at(3, e * 0.8), 0);
}

#[test]
fn skipping_unchanged_hours_is_exact() {
    // The same steps with sums made anew each time, over wandering revenue, inlet and service.
    let ladder = |id: &str, th: f64, w: f64| {
        let mut m = machine(id, th, w, 0.06);
        m.family.eco = Some(Eco { hashrate: 0.7, share: 0.4 });
        m
    };
    let fleet = world(
        vec![ladder("s9", 13.5, 1323.0), ladder("s17", 53.0, 2385.0), ladder("s19", 95.0, 3250.0)],
        vec![vec![(ModelId(0), 500), (ModelId(1), 300), (ModelId(2), 200)]; 2],
    );
    let w = window();
    let (mut quick, mut plain) = (fleet.start(Seed(1), Member(0), &w), fleet.start(Seed(1), Member(0), &w));
    let rules = Rules::none(&fleet);
    for step in 0..24 * 60 {
        let moment = w.moment(step);
        let x = step as f64;
        let worth = worth(2, 90.0 + 60.0 * libm::sin(x / 37.0), 0.05);
        let air = overhead(2, 20.0 + 25.0 * libm::sin(x / 11.0));
        let share = if step % 50 == 7 { 0.3 } else { 1.0 };
        let a = bid(&fleet, &rules, &mut quick, &moment, &worth, &air);
        for site in &mut plain.sites {
            site.changed();
        }
        let b = bid(&fleet, &rules, &mut plain, &moment, &worth, &air);
        assert_eq!(a, b, "step {step}");
        hash(&fleet, &mut quick, &moment, &a, &served(2, share));
        hash(&fleet, &mut plain, &moment, &b, &served(2, share));
    }
    assert_eq!(quick.headcount, plain.headcount);
}

#[test]
fn cold_saves_power_and_heat_throttles_then_trips() {
    let fleet = world(vec![machine("s19", 95.0, 3250.0, 0.0)], vec![vec![(ModelId(0), 100)]]);
    let w = window();
    let mut now = fleet.start(Seed(1), Member(0), &w);
    let mut at = |step: usize, inlet: f64| {
        let b =
            bid(&fleet, &Rules::none(&fleet), &mut now, &w.moment(step), &worth(1, 200.0, 0.05), &overhead(1, inlet));
        b.sites[SiteId(0)]
    };
    let rated = at(0, 25.0);
    let cold = at(1, 5.0);
    assert_eq!(cold.hashrate, rated.hashrate);
    assert!((cold.machines / rated.machines - 0.95).abs() < 1e-12, "0.25 % per kelvin");
    let hot = at(2, 40.0);
    assert!((hot.hashrate / rated.hashrate - 0.9).abs() < 1e-12);
    assert_eq!(at(3, 42.5).hashrate, Hashrate::ZERO);
    assert!((at(4, 25.0).hashrate / rated.hashrate - 50.0 / 60.0).abs() < 1e-12, "a tripped machine boots");
    assert_eq!(at(5, 25.0), rated);
}

#[test]
fn a_curfew_closes_one_site_alone() {
    let fleet = world(vec![machine("s19", 95.0, 3250.0, 0.0)], vec![vec![(ModelId(0), 100)]; 2]);
    let w = window();
    let mut now = fleet.start(Seed(1), Member(0), &w);
    let mut rules = Rules::none(&fleet);
    rules.curfew[SiteId(1)] = Some(Curfew { from_hour: 18, to_hour: 22, months: [true; 12] });
    let mut power = Vec::new();
    for step in 0..24 {
        let b = bid(&fleet, &rules, &mut now, &w.moment(step), &worth(2, 200.0, 0.05), &overhead(2, 25.0));
        power.push((b.sites[SiteId(0)].power, b.sites[SiteId(1)].power));
    }
    assert!(
        power.iter().enumerate().all(|(h, (a, b))| (*b == Power::ZERO) == (18..22).contains(&h) && *a > Power::ZERO)
    );
}

#[test]
fn machines_balance_to_the_unit_through_orders_and_failures() {
    let fleet = world(
        vec![machine("s17", 53.0, 2385.0, 0.25), machine("s19", 95.0, 3250.0, 0.06)],
        vec![vec![(ModelId(0), 5000)], vec![(ModelId(0), 100), (ModelId(1), 4000)]],
    );
    let w = window();
    let mut now = fleet.start(Seed(3), Member(2), &w);
    let rules = Rules::none(&fleet);
    let mut moment = w.moment(0);
    for step in 0..w.steps() {
        if moment.first_of_month() {
            let order = |site: u32, model: u32, machines: i64, reason| Order {
                site: SiteId(site),
                model: ModelId(model),
                machines,
                price_usd: 1000.0,
                delay_days: 10,
                reason,
            };
            let orders = Orders {
                orders: vec![
                    order(0, 1, 120, OrderReason::Growth),
                    order(1, 0, -20, OrderReason::Retired),
                    order(0, 0, -150, OrderReason::ClientLeft),
                ],
            };
            receive(&fleet, &mut now, &moment, &orders);
            let list = roster(&fleet, &now);
            let committed: u64 = (0..2).map(|s| list.sites[SiteId(s)].arriving[ModelId(1)]).sum();
            assert_eq!(committed, 120);
        }
        bid(&fleet, &rules, &mut now, &moment, &worth(2, 100.0, 0.05), &overhead(2, 20.0));
        assert_eq!(now.installed() as i64, now.headcount.standing(), "step {step}");
        moment = w.next(&moment);
    }
    assert_eq!(now.headcount.arrived, 24 * 120);
    assert_eq!(now.headcount.retired, 100, "no more can leave than stand there");
    assert!(now.headcount.scrapped > 50);
    assert_eq!(now.cohorts(), 3, "purchases of all months merge");
}

#[test]
fn a_site_that_another_world_lacks_changes_no_draw() {
    let run = |sites: Vec<Vec<(ModelId, u64)>>| {
        let n = sites.len();
        let fleet = world(vec![machine("s17", 53.0, 2385.0, 0.25)], sites);
        let w = window();
        let mut now = fleet.start(Seed(1), Member(0), &w);
        (0..24 * 90)
            .map(|s| {
                let m = w.moment(s);
                bid(&fleet, &Rules::none(&fleet), &mut now, &m, &worth(n, 200.0, 0.05), &overhead(n, 10.0)).sites
                    [SiteId(0)]
                .power
                .as_mw()
                .to_bits()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(run(vec![vec![(ModelId(0), 1000)]]), run(vec![vec![(ModelId(0), 1000)], vec![(ModelId(0), 77)]]));
}

#[test]
fn dearer_power_never_raises_consumption() {
    let fleet = world(
        vec![machine("s9", 13.5, 1323.0, 0.0), machine("s17", 53.0, 2385.0, 0.0), machine("s19", 95.0, 3250.0, 0.0)],
        vec![vec![(ModelId(0), 50), (ModelId(1), 50), (ModelId(2), 50)]],
    );
    let w = window();
    let mut last = f64::INFINITY;
    for tenth in 0..200 {
        let mut now = fleet.start(Seed(1), Member(0), &w);
        let tariff = f64::from(tenth) / 1000.0;
        let b = bid(&fleet, &Rules::none(&fleet), &mut now, &w.moment(0), &worth(1, 100.0, tariff), &overhead(1, 25.0));
        let power = b.sites[SiteId(0)].power.as_mw();
        assert!(power <= last);
        last = power;
    }
    assert_eq!(last, 0.0);
    assert!(Efficiency::j_per_th(1.0) < fleet.machines[ModelId(0)].efficiency());
}
