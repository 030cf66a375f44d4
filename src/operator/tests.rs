//! Tests of the month's decisions.

use super::market::tests::{listing, market};
use super::*;
use crate::flows::Procured;
use crate::ids::ChannelId;
use crate::units::{ExchangeRate, Tariff};

fn holding(operator: u32, mw: f64) -> Holding {
    Holding {
        operator: OperatorId(operator),
        connected: Power::mw(mw),
        growth_weight: mw,
        design_pue: 1.04,
        fill: 1.0,
        suits: (0..4).map(ModelId).collect(),
    }
}

/// A host with foreign clients and a miner of its own, three models on sale in 2022 and an S9.
fn operators() -> Operators {
    let operator = |id: &str, imposed_fill: bool, clients: [f64; 4]| Operator {
        id: id.to_owned(),
        pool_fee: Fraction::new(0.02),
        payback_limit_months: 24.0,
        imposed_fill,
        clients,
    };
    Operators {
        operators: Table::new(vec![
            operator("host", false, [0.60, 0.15, 0.10, 0.15]),
            operator("miner", true, [1.0, 0.0, 0.0, 0.0]),
        ]),
        sites: Table::new(vec![holding(0, 100.0), holding(1, 50.0)]),
        listings: Table::new(vec![
            listing("2016-06-01", 13.5, 1323.0),
            listing("2020-05-01", 95.0, 3250.0),
            listing("2021-06-01", 100.0, 3050.0),
            listing("2020-10-01", 112.0, 3472.0),
        ]),
        market: market(),
        growth: Power::mw(12.0),
        hashprice_fall: 0.02,
        patience_months: 2,
        choices: 2,
    }
}

struct Month {
    hashprice: f64,
    tariff: f64,
    premium: f64,
    channel: Option<ChannelId>,
}

const GOOD: Month = Month { hashprice: 190.0, tariff: 0.05, premium: 1.1, channel: Some(ChannelId(0)) };

fn decided(
    ops: &Operators,
    rules: &Rules,
    now: &mut OperatorNow,
    day: &str,
    month: &Month,
    roster: &Roster,
) -> Vec<Order> {
    let from = Day::parse(day).unwrap();
    let moment = Window { from, until: from.plus(1), step_minutes: 60 }.moment(0);
    let market = Market { hashprice: Hashprice::usd_per_ph_day(month.hashprice), ..Market::default() };
    let routes = Routes { kept: Table::filled(2, Fraction::new(0.98)), share: Table::default(), ..Routes::default() };
    let tariffs = Tariffs {
        site: Table::filled(2, Tariff::usd_per_kwh(month.tariff)),
        site_published: Table::default(),
        exchange: ExchangeRate::rub_per_usd(70.0),
    };
    let worth = worth(ops, &market, &routes, &tariffs);
    let procured = Procured { premium: month.premium, delay_days: 30, channel: month.channel };
    let procurement = Procurement { operators: Table::filled(2, procured) };
    decide(ops, rules, now, &moment, &market, &worth, roster, &procurement).orders
}

fn roster(machines: [[u64; 4]; 2]) -> Roster {
    let site = |m: [u64; 4]| SiteRoster {
        installed: Table::new(m.to_vec()),
        arriving: Table::filled(4, 0),
        leaving: Table::filled(4, 0),
    };
    Roster { sites: Table::new(machines.map(site).to_vec()) }
}

/// 100 and 50 MW filled with S19.
fn full() -> Roster {
    roster([[0, 29_585, 0, 0], [0, 14_792, 0, 0]])
}

fn start(ops: &Operators) -> OperatorNow {
    let from = Day::parse("2022-01-01").unwrap();
    ops.start(Seed(1), Member(0), &Window { from, until: from.plus(1), step_minutes: 60 })
}

fn drawn(ops: &Operators, orders: &[Order], site: u32) -> f64 {
    let mine = orders.iter().filter(|o| o.site == SiteId(site));
    mine.map(|o| (ops.listings[o.model].power * o.machines as f64 * 1.04).as_mw()).sum()
}

#[test]
fn worth_is_hashprice_less_pool_fee_and_the_cost_of_cashing_out() {
    let ops = operators();
    let market = Market { hashprice: Hashprice::usd_per_ph_day(100.0), ..Market::default() };
    let routes = Routes {
        kept: Table::new(vec![Fraction::new(0.75), Fraction::ALL]),
        share: Table::default(),
        ..Routes::default()
    };
    let tariffs = Tariffs { site: Table::filled(2, Tariff::usd_per_kwh(0.05)), ..Tariffs::default() };
    let worth = worth(&ops, &market, &routes, &tariffs);
    assert!((worth.revenue[SiteId(0)].as_usd_per_ph_day() - 73.5).abs() < 1e-9);
    assert!((worth.revenue[SiteId(1)].as_usd_per_ph_day() - 98.0).abs() < 1e-9);
}

#[test]
fn growth_is_filled_and_stops_under_a_moratorium() {
    let ops = operators();
    let (mut now, mut rules) = (start(&ops), Rules::none(&ops));
    let orders = decided(&ops, &rules, &mut now, "2022-01-01", &GOOD, &full());
    assert!((now.connected().as_mw() - 162.0).abs() < 1e-9);
    assert!((drawn(&ops, &orders, 0) - 8.0).abs() < 0.01 && (drawn(&ops, &orders, 1) - 4.0).abs() < 0.01);
    assert!(orders.iter().all(|o| o.machines > 0 && o.delay_days == 30 && o.price_usd > 1000.0));
    assert!(orders.iter().any(|o| o.reason == OrderReason::Growth));
    rules.moratorium[SiteId(1)] = true;
    let before = now.sites[SiteId(1)].connected;
    decided(&ops, &rules, &mut now, "2022-02-01", &GOOD, &full());
    assert_eq!(now.sites[SiteId(1)].connected, before);
    assert!((now.connected().as_mw() - 170.0).abs() < 1e-9, "the other site still grows");
}

#[test]
fn a_designated_host_loses_those_who_comply_and_only_them() {
    let ops = operators();
    let (mut now, mut rules) = (start(&ops), Rules::none(&ops));
    rules.designated[OperatorId(0)] = Day::parse("2022-05-20");
    rules.complying = Jurisdictions::of(&[Jurisdiction::Western, Jurisdiction::Japanese]);
    rules.moratorium = Table::filled(2, true);
    let dear = Month { hashprice: 60.0, tariff: 0.055, ..GOOD };
    let orders = decided(&ops, &rules, &mut now, "2022-05-01", &dear, &full());
    assert_eq!(orders.len(), 1, "nothing pays back, so nobody takes their place: {orders:?}");
    assert_eq!((orders[0].machines, orders[0].delay_days), (-7396, 19));
    assert_eq!(orders[0].reason, OrderReason::ClientLeft);
    assert!((now.sites[SiteId(0)].freed.as_mw() - 25.0).abs() < 1e-9);
    // A month later they are gone; at a better hashprice others move in, and not before the place is empty.
    let less = roster([[0, 22_189, 0, 0], [0, 14_792, 0, 0]]);
    let orders = decided(&ops, &rules, &mut now, "2022-06-01", &GOOD, &less);
    assert!((drawn(&ops, &orders, 0) - 25.0).abs() < 0.01);
    assert!(orders.iter().all(|o| o.reason == OrderReason::Refill && o.site == SiteId(0)));
    assert!(now.sites[SiteId(0)].freed.as_mw() < 0.01);
    let clients = now.sites[SiteId(0)].clients;
    assert_eq!(clients.of(Jurisdiction::Western), Power::ZERO);
    assert!((clients.of(Jurisdiction::Russian).as_mw() - 80.0).abs() < 0.01);
}

#[test]
fn an_imposed_operator_fills_at_a_loss_and_another_waits() {
    let ops = operators();
    let mut now = start(&ops);
    let dear = Month { hashprice: 60.0, tariff: 0.06, ..GOOD };
    let orders = decided(&ops, &Rules::none(&ops), &mut now, "2022-12-01", &dear, &full());
    assert_eq!(drawn(&ops, &orders, 0), 0.0);
    assert!((drawn(&ops, &orders, 1) - 4.0).abs() < 0.01);
    assert!(orders.iter().all(|o| o.site == SiteId(1)));
    // What was not filled is filled when it pays again.
    let orders = decided(&ops, &Rules::none(&ops), &mut now, "2023-01-01", &GOOD, &full());
    assert!(drawn(&ops, &orders, 0) > 15.9);
}

#[test]
fn machines_that_do_not_pay_for_months_are_given_up() {
    let ops = operators();
    let mut now = start(&ops);
    let list = roster([[10_000, 20_000, 0, 0], [0, 14_792, 0, 0]]);
    // 98 J/TH at 5 cents and 1.04 breaks even at 122 USD/PH/day.
    let slump = Month { hashprice: 100.0, ..GOOD };
    for (month, given_up) in [("2022-01-01", false), ("2022-02-01", false), ("2022-03-01", true)] {
        let orders = decided(&ops, &Rules::none(&ops), &mut now, month, &slump, &list);
        let retired: Vec<_> = orders.iter().filter(|o| o.reason == OrderReason::Retired).collect();
        assert_eq!(!retired.is_empty(), given_up, "{month}");
        assert!(retired.iter().all(|o| o.machines == -10_000 && o.model == ModelId(0)));
    }
}

#[test]
fn who_cannot_buy_does_not() {
    let ops = operators();
    let mut now = start(&ops);
    let shut = Month { channel: None, ..GOOD };
    assert!(decided(&ops, &Rules::none(&ops), &mut now, "2022-01-01", &shut, &full()).is_empty());
    let bought = |premium: f64| {
        let mut now = start(&ops);
        let mut rules = Rules::none(&ops);
        rules.moratorium = Table::filled(2, true);
        let list = roster([[0, 20_000, 0, 0], [0, 14_792, 0, 0]]);
        drawn(&ops, &decided(&ops, &rules, &mut now, "2022-03-01", &Month { premium, ..GOOD }, &list), 0)
    };
    assert!(bought(1.1) > 30.0 && bought(3.0) == 0.0, "a premium can stop purchases");
}
