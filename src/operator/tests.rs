//! Tests of the month's decisions.

use super::market::tests::{listing, market};
use super::*;
use crate::flows::{Order, Procured, SiteRoster};
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
        home: false,
        hidden: Fraction::NONE,
    }
}

/// A host with foreign clients and a miner of its own, three models on sale in 2022 and an S9.
fn operators() -> Operators {
    let operator = |id: &str, imposed_fill: bool, clients: [f64; 4]| Operator {
        id: id.to_owned(),
        pool_fee: Fraction::new(0.02),
        payback_limit_months: 24.0,
        imposed_fill,
        cash_usd_per_kw: 1e5,
        credit_usd_per_kw: 0.0,
        payout: Fraction::NONE,
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
        growth: Growth {
            most: Power::mw(12.0),
            decided: false,
            waiting: Power::ZERO,
            appetite: 0.05,
            keenest: 3.0,
            withdrawn: 0.05,
            home_potential: Power::ZERO,
            home_innovation: 0.002,
            home_imitation: 0.08,
        },
        hiding: Hiding { share_per_month: Fraction::new(0.5), most: Fraction::new(0.4), cost_usd_per_kw: 600.0 },
        hashprice_fall: 0.02,
        replaced_per_month: Fraction::NONE,
        moving: Moving { days: 21, usd: 60.0 },
        patience_months: 2,
        contract_months: 12,
        choices: 2,
    }
}

struct Month {
    hashprice: f64,
    tariff: f64,
    premium: f64,
    channel: Option<ChannelId>,
}

const GOOD: Month = Month { hashprice: 190.0, tariff: 0.05, premium: 0.1, channel: Some(ChannelId(0)) };

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
        marginal: Table::filled(2, Tariff::usd_per_kwh(month.tariff)),
        site_published: Table::default(),
        exchange: ExchangeRate::rub_per_usd(70.0),
    };
    let worth = worth(ops, now, &market, &routes, &tariffs);
    let procured = Procured { premium: month.premium, delay_days: 30, channel: month.channel, reach: Fraction::ALL };
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
    let worth = worth(&ops, &start(&ops), &market, &routes, &tariffs);
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
    assert!(bought(0.1) > 30.0 && bought(2.0) == 0.0, "a premium can stop purchases");
}

#[test]
fn who_may_not_hash_by_payback_does_not_apply_and_the_queue_is_the_cap() {
    let mut ops = operators();
    ops.growth.decided = true;
    ops.growth.waiting = Power::mw(60.0);
    let mut now = start(&ops);
    let waiting = |now: &OperatorNow| now.sites.iter().map(|s| s.waiting).sum::<Power>().as_mw();
    assert!((waiting(&now) - 60.0).abs() < 1e-9);
    decided(&ops, &Rules::none(&ops), &mut now, "2022-01-01", &GOOD, &full());
    assert!((now.connected().as_mw() - 162.0).abs() < 1e-9, "no more than the cap");
    assert!(waiting(&now) > 48.0, "and others apply");
    // Where nothing pays back nobody applies, and some withdraw; what waits is still connected.
    let dear = Month { hashprice: 60.0, tariff: 0.08, ..GOOD };
    let before = waiting(&now);
    decided(&ops, &Rules::none(&ops), &mut now, "2022-02-01", &dear, &full());
    assert!((before * 0.95 - 12.0 - waiting(&now)).abs() < 1e-6, "{before} then {}", waiting(&now));
    // The law can connect less, never more.
    let mut rules = Rules::none(&ops);
    rules.connections = Some(Power::mw(4.0));
    let before = now.connected();
    decided(&ops, &rules, &mut now, "2022-03-01", &GOOD, &full());
    assert!(((now.connected() - before).as_mw() - 4.0).abs() < 1e-9);
    rules.connections = Some(Power::mw(400.0));
    let before = now.connected();
    decided(&ops, &rules, &mut now, "2022-04-01", &GOOD, &full());
    assert!(((now.connected() - before).as_mw() - 12.0).abs() < 1e-9);
}

#[test]
fn home_mining_spreads_by_imitation_up_to_its_potential() {
    let mut ops = operators();
    ops.growth = Growth {
        most: Power::mw(1000.0),
        decided: true,
        home_potential: Power::mw(200.0),
        home_imitation: 0.2,
        ..ops.growth
    };
    ops.sites[SiteId(0)].growth_weight = 0.0;
    ops.sites[SiteId(1)].home = true;
    ops.sites[SiteId(1)].connected = Power::mw(10.0);
    let mut now = start(&ops);
    let (mut last, mut steps) = (10.0, Vec::new());
    for month in 0..90 {
        let day = Day::parse("2020-06-01").unwrap().plus(month * 31).to_string();
        decided(&ops, &Rules::none(&ops), &mut now, &day, &Month { hashprice: 300.0, ..GOOD }, &full());
        let mw = now.sites[SiteId(1)].connected.as_mw();
        steps.push(mw - last);
        last = mw;
    }
    assert!(last <= 200.0 + 1e-9 && last > 190.0, "{last}");
    let fastest = steps.iter().copied().fold(0.0, f64::max);
    assert!(steps[0] < 0.5 * fastest && steps[89] < 0.1 * fastest, "slow, fast, slow: {steps:?}");
}

#[test]
fn money_limits_what_is_bought() {
    let mut ops = operators();
    for o in 0..2 {
        ops.operators[OperatorId(o)].cash_usd_per_kw = 0.0;
        ops.operators[OperatorId(o)].credit_usd_per_kw = 5.0;
    }
    let mut now = start(&ops);
    let orders = decided(&ops, &Rules::none(&ops), &mut now, "2022-01-01", &GOOD, &full());
    let spent = |site: u32| {
        orders.iter().filter(|o| o.site == SiteId(site)).map(|o| o.price_usd * o.machines as f64).sum::<f64>()
    };
    // 108 MW connected and 5 USD of credit for each kilowatt.
    assert!(spent(0) <= 540_000.0 && spent(0) > 520_000.0, "{}", spent(0));
    assert!(now.cash[OperatorId(0)] < -500_000.0 && now.cash[OperatorId(0)] >= -540_000.0);
    // A month's earnings let it buy again.
    let earned = crate::flows::Settled { revenue: crate::units::Cents::from_usd(1e6), ..Default::default() };
    let money = crate::flows::Money { operators: Table::filled(2, earned), ..Default::default() };
    let before = now.cash[OperatorId(0)];
    purse::earn(&ops, &mut now, &money);
    assert!((now.cash[OperatorId(0)] - before - 1e6).abs() < 1e-6);
}

#[test]
fn a_ban_drives_into_hiding_what_pays_and_inspections_find_it() {
    let ops = operators();
    let mut now = start(&ops);
    let mut rules = Rules::none(&ops);
    rules.banned[SiteId(1)] = true;
    let orders = decided(&ops, &rules, &mut now, "2022-01-01", &GOOD, &full());
    assert!((now.sites[SiteId(1)].hidden.value() - 0.4).abs() < 1e-9, "half would, two fifths can");
    assert_eq!(now.sites[SiteId(0)].hidden, Fraction::NONE);
    assert_eq!(drawn(&ops, &orders, 1), 0.0, "nobody buys for a place where mining is forbidden");
    // Half of what hides is found: a fifth of the site goes, and of the rest a quarter is hidden.
    rules.inspections[SiteId(1)] = 0.5;
    let before = now.sites[SiteId(1)].connected;
    let dear = Month { hashprice: 60.0, tariff: 0.06, ..GOOD };
    let orders = decided(&ops, &rules, &mut now, "2022-02-01", &dear, &full());
    assert!((now.sites[SiteId(1)].connected / before - 0.8).abs() < 1e-9);
    assert!((now.sites[SiteId(1)].hidden.value() - 0.25).abs() < 1e-9, "who may be found this likely does not hide");
    let found: i64 = orders.iter().filter(|o| o.reason == OrderReason::Found).map(|o| o.machines).sum();
    assert_eq!(found, -2958);
}

#[test]
fn machines_that_stand_still_go_where_the_owner_has_room_and_cheaper_power() {
    let mut ops = operators();
    ops.sites[SiteId(1)].operator = OperatorId(0);
    ops.contract_months = 0;
    ops.growth.most = Power::ZERO;
    let mut now = start(&ops);
    let list = roster([[0, 29_000, 0, 0], [0, 0, 0, 0]]);
    let mut rules = Rules::none(&ops);
    rules.banned[SiteId(0)] = true;
    let orders = decided(&ops, &rules, &mut now, "2022-01-01", &GOOD, &list);
    let moved = |site: u32| -> i64 {
        orders.iter().filter(|o| o.reason == OrderReason::Moved && o.site == SiteId(site)).map(|o| o.machines).sum()
    };
    assert_eq!(moved(0), -moved(1));
    assert_eq!(moved(1), 14_792, "as many as fit");
    // Two fifths hide, so 17,400 obey; those who find no room are sold.
    let sold: Vec<_> = orders.iter().filter(|o| o.reason == OrderReason::Retired).collect();
    assert!(sold.iter().all(|o| o.site == SiteId(0) && o.machines == -2_608 && o.price_usd > 0.0) && sold.len() == 1);
}

#[test]
fn a_better_machine_takes_the_place_of_a_worse_one_where_the_difference_pays_back() {
    let mut ops = operators();
    (ops.growth.most, ops.replaced_per_month) = (Power::ZERO, Fraction::new(0.10));
    // Site 0 is full of S9 that still pay at 2 cents; site 1 of S19.
    let list = roster([[72_678, 0, 0, 0], [0, 14_792, 0, 0]]);
    let cheap = Month { hashprice: 66.0, tariff: 0.02, ..GOOD };
    let orders = |ops: &Operators, rules: &Rules, month: &Month| {
        let mut now = start(ops);
        let cash = now.cash[OperatorId(0)];
        let orders = decided(ops, rules, &mut now, "2022-12-01", month, &list);
        (orders, cash - now.cash[OperatorId(0)])
    };
    let free = Rules::none(&ops);
    let (swapped, spent) = orders(&ops, &free, &cheap);
    assert!(swapped.iter().all(|o| o.site == SiteId(0) && o.delay_days == 30), "{swapped:?}");
    let (gone, come): (Vec<&Order>, Vec<&Order>) = swapped.iter().partition(|o| o.machines < 0);
    assert!(gone.len() == 1 && gone[0].model == ModelId(0) && gone[0].reason == OrderReason::Retired);
    assert!(come.iter().all(|o| o.model != ModelId(0) && o.reason == OrderReason::Refill));
    // A tenth of the site's power, no more drawn than is connected, and the price less what the old ones fetch is paid.
    let freed = ops.listings[ModelId(0)].power * (gone[0].machines.unsigned_abs() as f64 * 1.04);
    assert!((freed.as_mw() - 10.0).abs() < 0.02, "{freed:?}");
    let (before, more) = (ops.listings[ModelId(0)].power.as_mw() * 72_678.0 * 1.04, drawn(&ops, &swapped, 0));
    assert!((-0.002..=0.0).contains(&more) && before + more <= 100.0, "{more} MW");
    let net: f64 = swapped.iter().map(|o| o.price_usd * o.machines as f64).sum();
    assert!(net > 0.0 && (net - spent).abs() < 1e-3, "{net} against {spent}");
    // Not where the difference comes too late, where mining is forbidden, or where nobody replaces.
    assert!(orders(&ops, &free, &Month { premium: 3.0, ..cheap }).0.is_empty());
    let mut banned = Rules::none(&ops);
    banned.banned[SiteId(0)] = true;
    assert!(orders(&ops, &banned, &cheap).0.is_empty());
    ops.replaced_per_month = Fraction::NONE;
    assert!(orders(&ops, &free, &cheap).0.is_empty());
}
