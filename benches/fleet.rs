//! Ten years of 200 cohorts by the hour: what each machine earns and costs, modes, heat, failures, repairs.
//!
//! Goal: 0.2 s, which is 12 ns per cohort and hour. Hashprice moves every hour, so that break-evens are met again and again; the
//! inlet follows a year and throttles machines in July.

use divan::Bencher;
use hashwatt::calendar::{Day, Window};
use hashwatt::fleet::{self, Fleet, Rules, Site, Wear};
use hashwatt::flows::{Cooled, Dispatch, Overhead, Worth};
use hashwatt::ids::{Id, ModelId, Table};
use hashwatt::random::{Member, Seed};
use hashwatt::units::{Fraction, Hashprice, Span, Tariff, Temperature};

const SITES: usize = 20;
const MODELS: usize = 10;

fn main() {
    divan::main();
}

fn world() -> (Fleet, Window) {
    let catalog = hashwatt::cli::machines::catalog().unwrap();
    let step = catalog.len() / MODELS;
    let start = |site: usize| {
        (0..MODELS).map(|m| (ModelId::from_index(m * step), 500 + 37 * (site + m) as u64)).collect::<Vec<_>>()
    };
    let sites = (0..SITES).map(|i| Site { id: format!("site_{i}"), start: start(i) }).collect();
    let wear = Wear {
        infant: Span::days(90.0),
        infant_share: Fraction::new(0.25),
        infant_shape: 0.7,
        board_share: Fraction::new(0.55),
        partial_hashrate: Fraction::new(0.67),
        partial_power: Fraction::new(0.69),
        restart_failure: Fraction::new(0.0005),
        cold_restart_factor: 3.0,
        cold_start_below: Temperature::celsius(-15.0),
        repair: Span::days(14.0),
        board_repair: Span::days(21.0),
        scrap_share: Fraction::new(0.01),
        hashrate_drift: 0.005,
        power_drift: 0.003,
        dust_k: 3.0,
    };
    let window =
        Window { from: Day::parse("2016-01-01").unwrap(), until: Day::parse("2026-01-01").unwrap(), step_minutes: 60 };
    (Fleet::new(catalog, Table::new(sites), wear, Span::minutes(10.0)), window)
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn ten_years_of_200_cohorts(bencher: Bencher) {
    let (fleet, window) = world();
    let rules = Rules::none(&fleet);
    let hours = window.steps();
    let served = Dispatch { mining_share: Table::filled(SITES, Fraction::new(1.0)), ..Dispatch::default() };
    bencher.bench(|| {
        let mut now = fleet.start(Seed(1), Member(0), &window);
        let mut moment = window.moment(0);
        let mut worth = Worth {
            revenue: Table::filled(SITES, Hashprice::usd_per_ph_day(80.0)),
            tariff: Table::filled(SITES, Tariff::usd_per_kwh(0.045)),
            marginal: Table::filled(SITES, Tariff::usd_per_kwh(0.045)),
            hidden: Table::filled(SITES, Fraction::NONE),
        };
        let mut overhead = Overhead {
            sites: Table::filled(SITES, Cooled { pue: 1.04, inlet: Temperature::celsius(5.0), water_m3_per_mwh: 0.0 }),
        };
        let mut hashed = 0.0;
        for hour in 0..hours {
            let t = hour as f64;
            let swing = 80.0 + 30.0 * ((t / 700.0).sin() + 0.3 * (t / 11.0).sin());
            let inlet = 12.0 + 18.0 * (t / 8766.0 * core::f64::consts::TAU).sin();
            for site in &mut worth.revenue {
                *site = Hashprice::usd_per_ph_day(swing);
            }
            for site in &mut overhead.sites {
                site.inlet = Temperature::celsius(inlet);
            }
            let bids = fleet::bid(&fleet, &rules, &mut now, &moment, &worth, &overhead);
            let made = fleet::hash(&fleet, &mut now, &moment, &bids, &served);
            hashed += made.sites.iter().map(|s| s.hashes.as_exahashes()).sum::<f64>();
            moment = window.next(&moment);
        }
        (hashed, now.cohorts())
    });
}
