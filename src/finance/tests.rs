//! Tests of money: books close, bills meet their tariffs, and the subsidy has the published scale.

use super::*;
use crate::flows::{Order, SiteHashed};
use crate::ids::{ChannelId, ModelId};
use crate::units::{Dollars, Energy, EnergyPrice, Fraction, Power};
use tariff::{Bands, HomeTariff, Settlement};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn world(home: Option<f64>) -> Finance {
    let home_tariff = |urban: f64| HomeTariff { urban: Bands::flat(urban), rural: Bands::flat(urban * 0.7) };
    Finance {
        tariffs: TariffBook {
            home: home.map(Tariff::usd_per_kwh),
            published: Steps::new(vec![(day("2021-07-01"), home_tariff(1.23)), (day("2022-07-01"), home_tariff(1.30))])
                .unwrap(),
            rural_share: 0.25,
            home_kwh_per_month: 400.0,
            mining_kwh_per_month: 8000.0,
            heating_factor: 1.0,
            business: Steps::constant(3.65),
            hosting: 1.05,
            standing: 0.0,
            capacity: 0.0,
            foresight: peak::Foresight { memory: 0.933, ignorance: 0.5 },
            take_or_pay: 0.0,
            deposit_months: 0.0,
        },
        tax: Steps::constant(TaxLaw {
            business_rate: 0.2,
            business_declared: 0.5,
            home_rate: 0.13,
            home_declared: 0.0,
            write_off_per_month: 0.088,
            loss_offset: 0.5,
        }),
        yardsticks: Yardsticks { network: 1.5, shadow_cap: 5.0, low_voltage: 0.0, average_cost: Steps::constant(2.6) },
        exchange: Daily::constant(68.55),
        sites: Table::new(vec![
            Payer { operator: OperatorId(0), bus: BusId(0), class: Class::Hosted, hourly: false },
            Payer { operator: OperatorId(1), bus: BusId(1), class: Class::Business, hourly: false },
            Payer { operator: OperatorId(2), bus: BusId(1), class: Class::Home(Settlement::Urban), hourly: false },
        ]),
        operators: Table::new(vec![Class::Hosted, Class::Business, Class::Home(Settlement::Urban)]),
        treasury: Table::filled(3, Treasury::default()),
        bus_in_region: Table::new(vec![true, true, false]),
    }
}

fn window() -> Window {
    Window { from: day("2022-07-01"), until: day("2023-07-01"), step_minutes: 60 }
}

fn routes() -> Routes {
    Routes {
        kept: Table::filled(3, Fraction::new(0.97)),
        share: Table::filled(3, Table::new(vec![0.3, 0.7])),
        charged: Table::filled(3, Fraction::new(0.02)),
        seized: Table::filled(3, Dollars::ZERO),
        delay_days: Table::new(vec![1, 5]),
    }
}

fn hashed(mw: [f64; 3]) -> Hashed {
    let site = |p| SiteHashed { energy: Energy::mwh(p), ..SiteHashed::default() };
    Hashed { sites: Table::new(mw.map(site).to_vec()) }
}

fn dispatch() -> Dispatch {
    Dispatch {
        served: Table::new([900.0, 1000.0, 500.0].map(Power::mw).to_vec()),
        unserved: Table::filled(3, Power::ZERO),
        price: Table::filled(3, EnergyPrice::rub_per_mwh(950.0)),
        ..Dispatch::default()
    }
}

fn load() -> Load {
    Load { homes: Table::new([100.0, 300.0, 400.0].map(Power::mw).to_vec()), ..Load::default() }
}

/// Settles so many hours; gives the last state and the sums of the money.
fn run(given: &Finance, rules: &Rules, hours: usize, mw: [f64; 3], orders: &Orders) -> (FinanceNow, Vec<Money>) {
    run_at(given, rules, hours, |_| mw, orders)
}

/// The same with power by hour.
fn run_at(
    given: &Finance,
    rules: &Rules,
    hours: usize,
    mw: impl Fn(usize) -> [f64; 3],
    orders: &Orders,
) -> (FinanceNow, Vec<Money>) {
    let mut now = given.start(Seed(1), Member(0), &window());
    let market = Market { price_usd: 20_123.45, ..Market::default() };
    let coin = Coin { paid: Table::new(vec![Satoshi(12_345_678), Satoshi(33_333_333), Satoshi(1)]), ..Coin::default() };
    let mut all = Vec::new();
    for step in 0..hours {
        let moment = window().moment(step);
        let prices = tariffs(given, rules, &mut now, &moment);
        let none = Orders::default();
        let orders = if step == 5 { orders } else { &none };
        let (load, dispatch, hashed) = (load(), dispatch(), hashed(mw(step)));
        let money = settle(
            given,
            rules,
            &mut now,
            &moment,
            &market,
            &prices,
            &routes(),
            &hashed,
            &coin,
            &load,
            &dispatch,
            orders,
        );
        all.push(money.unwrap());
        now.closes().unwrap();
    }
    (now, all)
}

#[test]
fn books_close_and_hold_what_was_settled() {
    let given = world(Some(0.0012));
    let order = |site, machines, reason| Order {
        site: SiteId(site),
        model: ModelId(0),
        machines,
        price_usd: 2407.33,
        delay_days: 30,
        reason,
    };
    let orders = Orders {
        orders: vec![
            order(1, 100, OrderReason::Growth),
            order(1, -7, OrderReason::Retired),
            order(0, -50, OrderReason::ClientLeft),
        ],
    };
    let rules = Rules { levy: Tariff::usd_per_kwh(0.003), ..Rules::none(&given) };
    let (now, all) = run(&given, &rules, 24 * 70, [100.0, 300.0, 150.0], &orders);
    for o in given.operators.ids() {
        let books = now.books(o).unwrap();
        let sum = |f: fn(&Settled) -> i64| all.iter().map(|m| f(&m.operators[o])).sum::<i64>();
        assert_eq!(books.coin.balance(Account::Buyers), sum(|s| s.coin.0));
        assert_eq!(-books.dollars.balance(Account::Sales), sum(|s| s.revenue.0));
        assert_eq!(books.dollars.balance(Account::Rails), sum(|s| s.channel_cost.0));
        assert_eq!(books.dollars.balance(Account::Exchange), sum(|s| s.power.0));
        assert_eq!(books.dollars.balance(Account::Levy), sum(|s| s.levy.0));
        assert_eq!(books.dollars.balance(Account::Tax), sum(|s| s.tax.0));
        assert_eq!(books.dollars.balance(Account::Machines), sum(|s| s.machines.0));
        let cash = sum(|s| s.revenue.0 - s.channel_cost.0 - s.power.0 - s.levy.0 - s.tax.0 - s.machines.0);
        let held = books.dollars.balance(Account::Cash) + books.dollars.balance(Account::InTransit);
        assert_eq!(held, cash, "what came in less what went out is held");
    }
    // The exact bill: 300 MW at 3.65 RUB for 1,680 hours, to the kopeck.
    let business = now.books(OperatorId(1)).unwrap();
    let exact = 300e3 * 1680.0 * 3.65 * 100.0;
    assert!((business.roubles.balance(Account::Supplier) as f64 - exact).abs() < 2.0);
    assert_eq!(business.dollars.balance(Account::Machines), Cents::from_usd(2407.33 * 93.0).0);
    let host = now.books(OperatorId(0)).unwrap();
    assert!((host.roubles.balance(Account::Host) as f64 - 100e3 * 1680.0 * 105.0).abs() < 2.0);
    assert_eq!(host.dollars.balance(Account::Machines), 0, "clients take their machines along");
    // Money is on its way for 1 or 5 days: 0.3·1 + 0.7·5 days of revenue, and today's.
    let transit = business.dollars.balance(Account::InTransit) as f64;
    let a_day = 0.33333333 * 24.0 * 20_123.45 * 0.98 * 100.0;
    assert!((transit / a_day - 4.8).abs() < 0.05, "{}", transit / a_day);
}

#[test]
fn behavior_follows_one_home_rate_and_the_twin_the_published_tariff() {
    let given = world(Some(0.0012));
    let mut now = given.start(Seed(1), Member(0), &window());
    let moment = window().moment(0);
    let t = tariffs(&given, &Rules::none(&given), &mut now, &moment);
    let home = SiteId(2);
    assert_eq!(t.site[home].as_usd_per_kwh(), 0.0012);
    assert!((t.site_published[home].as_usd_per_kwh() - 1.30 / 68.55).abs() < 1e-12);
    assert_eq!(t.site[SiteId(1)], t.site_published[SiteId(1)]);
    let decreed = Rules {
        home_usd_per_kwh: Some(Tariff::usd_per_kwh(0.05)),
        levy: Tariff::usd_per_kwh(0.01),
        business_factor: 2.0,
        ..Rules::none(&given)
    };
    let t = tariffs(&given, &decreed, &mut now, &moment);
    assert!((t.site[home].as_usd_per_kwh() - 0.06).abs() < 1e-12);
    assert!((t.site[SiteId(1)].as_usd_per_kwh() - (7.3 / 68.55 + 0.01)).abs() < 1e-12);
    assert!((t.site[SiteId(0)].as_usd_per_kwh() - (8.35 / 68.55 + 0.01)).abs() < 1e-12);
    let t = tariffs(&world(None), &Rules::none(&world(None)), &mut now, &moment);
    assert_eq!(t.site[home], t.site_published[home]);
}

#[test]
fn the_subsidy_of_home_mining_has_the_published_scale() {
    // RUB 2.1–5.4 bn a year at 1.30 RUB/kWh for 100–260 MW, 3.1–8.1 bn at $0.0012, against the business tariff.
    let rules = Rules::none(&world(None));
    for (mw, published, article) in [(100.0, 2.1, 3.1), (260.0, 5.4, 8.1)] {
        let (_, all) = run(&world(Some(0.0012)), &rules, 24, [0.0, 0.0, mw], &Orders::default());
        let a_year = |f: fn(&Money) -> f64| all.iter().map(f).sum::<f64>() * 365.0 * 68.55 / 1e9;
        let at_published = a_year(|m| m.home_mining_published.business_tariff);
        let at_article = a_year(|m| m.home_mining.business_tariff);
        println!("{mw} MW: RUB {at_published:.2} bn at 1.30, {at_article:.2} bn at the article's rate");
        assert!((at_published - published).abs() < 0.1 && (at_article - article).abs() < 0.1);
        // All homes: mining and the 400 MW of ordinary homes in the region (the bus outside does not count).
        let others = a_year(|m| m.all_homes.business_tariff) - at_article;
        assert!((others - 400e3 * 8760.0 * (3.65 - 0.0012 * 68.55) / 1e9).abs() < 1e-6);
        assert!(a_year(|m| m.home_mining.shadow_energy) < at_article);
    }
}

#[test]
fn a_seized_rail_is_lost_once() {
    let given = world(Some(0.0012));
    let mut now = given.start(Seed(1), Member(0), &window());
    let moment = window().moment(0);
    let prices = tariffs(&given, &Rules::none(&given), &mut now, &moment);
    let mut lossy = routes();
    lossy.seized = Table::new(vec![Dollars::usd(1234.56), Dollars::ZERO, Dollars::ZERO]);
    let money = settle(
        &given,
        &Rules::none(&given),
        &mut now,
        &moment,
        &Market::default(),
        &prices,
        &lossy,
        &hashed([0.0; 3]),
        &Coin { paid: Table::filled(3, Satoshi::ZERO), ..Coin::default() },
        &load(),
        &dispatch(),
        &Orders::default(),
    )
    .unwrap();
    assert_eq!(money.operators[OperatorId(0)].channel_cost, Cents(123_456));
    assert_eq!(now.books(OperatorId(0)).unwrap().dollars.balance(Account::Seized), 123_456);
    assert_eq!(lossy.share[OperatorId(0)][ChannelId(0)], 0.3);
}

#[test]
fn kept_coin_is_sold_when_its_days_are_over_and_the_books_close() {
    let mut given = world(None);
    given.treasury[OperatorId(0)] = Treasury { share: 0.25, days: 2 };
    let (rules, orders) = (Rules::none(&given), Orders::default());
    let revenue = |all: &[Money]| all.iter().map(|m| m.operators[OperatorId(0)].revenue.0).sum::<i64>();
    let sold_at_once = revenue(&run(&world(None), &rules, 24 * 6, [10.0, 20.0, 1.0], &orders).1);
    let (now, all) = run(&given, &rules, 24 * 6, [10.0, 20.0, 1.0], &orders);
    now.closes().unwrap();
    let coin: i64 = all.iter().map(|m| m.operators[OperatorId(0)].coin.0).sum();
    let books = &now.books(OperatorId(0)).unwrap().coin;
    let (kept, sold) = (books.balance(Account::Wallet), books.balance(Account::Buyers));
    assert_eq!(kept + sold, coin);
    // A quarter of two to three days is still held.
    let a_day = coin / 6 / 4;
    assert!(kept >= 2 * a_day - 24 && kept <= 3 * a_day + 24, "{kept} of {coin}");
    // At one price nothing is gained or lost but what is still held.
    let rest = (coin - kept) as f64 / coin as f64;
    assert!((revenue(&all) as f64 / sold_at_once as f64 - rest).abs() < 1e-6);
    assert_eq!(now.books(OperatorId(1)).unwrap().coin.balance(Account::Wallet), 0, "others keep nothing");
}

#[test]
fn what_is_owed_for_power_is_paid_whether_it_is_used_or_not() {
    let mut given = world(None);
    given.tariffs.standing = 0.4;
    let rules = Rules::none(&given);
    let bill = |hours: &[f64]| {
        let mut contract = Contracted::default();
        hours.iter().map(|kw| 0.6 * kw + 0.4 * contract.owed(*kw, 1.0, false)).sum::<f64>()
    };
    // An even load pays what it would without a standing part, an uneven one more.
    assert!((bill(&[10.0; 5]) - 50.0).abs() < 1e-12);
    assert!((bill(&[10.0, 0.0, 0.0, 10.0, 10.0]) - (0.6 * 30.0 + 0.4 * 50.0)).abs() < 1e-12);
    let mut contract = Contracted::default();
    contract.owed(10.0, 1.0, false);
    contract.owed(2.0, 1.0, true);
    assert_eq!(contract.owed(2.0, 1.0, true), 2.0, "after a whole month at less, less is owed");
    // One more kilowatt hour costs the rest.
    let mut now = given.start(Seed(1), Member(0), &window());
    let t = tariffs(&given, &rules, &mut now, &window().moment(0));
    let business = given.sites.enumerate().find(|(_, p)| p.class == Class::Business).unwrap().0;
    assert!((t.marginal[business].as_usd_per_kwh() / t.site[business].as_usd_per_kwh() - 0.6).abs() < 1e-12);
    let home = given.sites.enumerate().find(|(_, p)| matches!(p.class, Class::Home(_))).unwrap().0;
    assert_eq!(t.marginal[home], t.site[home]);
}

#[test]
fn capacity_is_owed_for_power_in_the_peak_hour_and_can_be_shaved() {
    let mut given = world(None);
    (given.tariffs.standing, given.tariffs.capacity) = (0.4, 0.2);
    let rules = Rules::none(&given);
    let who = OperatorId(1);
    let july = 31 * 24;
    let bill = |given: &Finance, mw: fn(usize) -> f64| -> [f64; 3] {
        let (now, all) = run_at(given, &rules, july, |step| [0.0, mw(step), 0.0], &Orders::default());
        now.closes().unwrap();
        let sum = |f: fn(&Settled) -> Cents| all.iter().map(|m| f(&m.operators[who]).as_usd()).sum::<f64>();
        [sum(|s| s.power), sum(|s| s.power_capacity), sum(|s| s.power_contract)]
    };
    let flat_price = 10e3 * july as f64 * 3.65 / 68.55;
    let even = |_: usize| 10.0;
    let contracted = bill(&given, even);
    given.sites[SiteId(1)].hourly = true;
    let hourly = bill(&given, even);
    // An even load pays the same in both categories, part by part.
    assert!((contracted[0] / flat_price - 1.0).abs() < 1e-6 && (hourly[0] / flat_price - 1.0).abs() < 1e-6);
    assert!((hourly[1] / flat_price - 0.2).abs() < 1e-6 && (hourly[2] / flat_price - 0.2).abs() < 1e-6);
    assert!(contracted[1] == 0.0 && (contracted[2] / flat_price - 0.4).abs() < 1e-6);
    // With even demand the load of the miner alone makes the peak: shaving one hour moves it into another and saves nothing.
    let shaved = bill(&given, |step| if step % 24 == 0 { 0.0 } else { 10.0 });
    assert!((shaved[1] / hourly[1] - 1.0).abs() < 1e-6, "{shaved:?}");
    // A miner that stands still all day while others make the peak owes no capacity, and the contract goes on.
    let nights = bill(&given, |step| if (step / 24) % 7 == 1 || (step / 24) % 7 == 2 { 10.0 } else { 0.0 });
    assert_eq!(nights[1], 0.0, "weekends have no peak");
    assert!(nights[2] > 0.19 * flat_price);
}

#[test]
fn one_more_kilowatt_hour_costs_the_guessed_peak() {
    let mut given = world(None);
    (given.tariffs.standing, given.tariffs.capacity) = (0.4, 0.2);
    given.sites[SiteId(1)].hourly = true;
    let rules = Rules::none(&given);
    let mut now = given.start(Seed(1), Member(0), &window());
    let share = |now: &mut FinanceNow, step: usize| {
        let t = tariffs(&given, &rules, now, &window().moment(step));
        t.marginal[SiteId(1)].as_usd_per_kwh() / t.site[SiteId(1)].as_usd_per_kwh()
    };
    // Nothing known: the month's capacity is spread over the hours of its working days; July 2022 had 21 of 31.
    assert!((share(&mut now, 0) - (0.6 + 0.2 * 31.0 / 21.0)).abs() < 1e-12);
    assert!((share(&mut now, 24) - 0.6).abs() < 1e-12, "a Saturday");
    for step in 0..31 * 24 {
        let moment = window().moment(step);
        let load = if moment.hour() == 19 { 6000.0 } else { 5000.0 };
        now.peaks.observe(given.tariffs.foresight, &moment, load, core::iter::empty());
    }
    let monday = 31 * 24;
    assert!(share(&mut now, monday + 19) > 5.0, "{}", share(&mut now, monday + 19));
    assert!(share(&mut now, monday + 3) < 0.65, "{}", share(&mut now, monday + 3));
}

#[test]
fn a_deposit_stays_with_the_host_until_the_contract_ends() {
    let mut given = world(None);
    given.tariffs.deposit_months = 2.0;
    let rules = Rules::none(&given);
    // July at 10 MW, then nothing: the contract of July holds through August and is over in September.
    let hours = 24 * (31 + 31 + 2);
    let mw = |step: usize| [if step < 24 * 31 { 10.0 } else { 0.0 }, 0.0, 0.0];
    let (now, all) = run_at(&given, &rules, hours, mw, &Orders::default());
    let who = OperatorId(0);
    let paid: Vec<i64> = all.iter().map(|m| m.operators[who].deposit.0).collect();
    let asked = 2.0 * 31.0 * 24.0 * 10e3 * (3.65 + 1.05) / 68.55 * 100.0;
    assert!((paid[0] as f64 - asked).abs() < 2.0, "{} against {asked}", paid[0]);
    assert_eq!(paid[24 * 62], -paid[0], "returned");
    assert_eq!(paid.iter().filter(|p| **p != 0).count(), 2);
    assert_eq!(now.books(who).unwrap().dollars.balance(Account::Deposits), 0);
    // It is no cost.
    let without = run_at(&world(None), &rules, hours, mw, &Orders::default()).1;
    let power = |all: &[Money]| all.iter().map(|m| m.operators[who].power.0).sum::<i64>();
    assert_eq!(power(&all), power(&without));
}
