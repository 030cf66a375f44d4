//! Tests of channels: what closes moves, at a computed cost; stricter is never cheaper.

use super::*;
use crate::calendar::{Day, Window};
use crate::flows::{Market, Money, Routes, Settled};
use crate::random::{Member, Seed};
use crate::units::{Cents, Hashprice};
use proptest::prelude::*;
use std::sync::Arc;

fn cash(id: &str, cost: f64, capacity: f64, start: f64) -> Channel {
    Channel {
        id: id.to_owned(),
        way: Way::CashOut(CashOut {
            fee: cost,
            spread: 0.0,
            capacity: Fraction::new(capacity),
            capacity_usd_per_day: f64::INFINITY,
            start: Fraction::new(start),
        }),
        delay_days: 2,
        hazard: Hazard::default(),
        closed_to: Vec::new(),
    }
}

fn buy(id: &str, premium: f64, duty: f64, delay_days: u32) -> Channel {
    let way = Way::Procurement(Procure { premium, duty, capacity: Fraction::ALL });
    Channel { id: id.to_owned(), way, delay_days, hazard: Hazard::default(), closed_to: Vec::new() }
}

const JAPAN: ChannelId = ChannelId(0);
const SHELL: ChannelId = ChannelId(4);
const GREY: ChannelId = ChannelId(7);

fn world() -> Channels {
    let mut shell = cash("singapore_shell", 0.03, 0.05, 0.01);
    shell.hazard = Hazard { closure_per_year: 0.2, loss_years: 0.02, replaced_after_days: 20, ..Hazard::default() };
    shell.closed_to = vec![OperatorId(2)];
    Channels {
        channels: Table::new(vec![
            cash("japan_exchange", 0.003, 0.05, 0.04),
            cash("licensed_exchange", 0.004, 0.5, 0.46),
            cash("otc_desk", 0.012, 0.4, 0.30),
            cash("p2p", 0.02, 0.4, 0.19),
            shell,
            cash("domestic", 0.035, 0.2, 0.0),
            buy("maker", 0.02, 0.2, 120),
            buy("grey_trader", 0.12, 0.0, 35),
            buy("used_market", 0.15, 0.0, 10),
        ]),
        weights: Table::new(vec![3.0, 5.0, 2.0]),
        inertia_per_month: Fraction::new(0.25),
        adaptation_days: 30,
        adaptation_discount: Fraction::new(0.02),
        capital_cost_per_year: 0.25,
        income_memory_days: 30.0,
    }
}

fn window() -> Window {
    Window { from: Day::parse("2022-06-01").unwrap(), until: Day::parse("2023-06-01").unwrap(), step_minutes: 1440 }
}

fn income(total_usd: f64) -> Money {
    let settled = |part: f64| Settled { revenue: Cents::from_usd(total_usd * part), ..Settled::default() };
    Money { operators: Table::new([0.3, 0.5, 0.2].map(settled).to_vec()), ..Money::default() }
}

fn market() -> Market {
    Market { hashprice: Hashprice::usd_per_ph_day(100.0), ..Market::default() }
}

fn share(routes: &Routes, channel: ChannelId) -> f64 {
    routes.share.iter().zip([0.3, 0.5, 0.2]).map(|(s, w)| s[channel] * w).sum()
}

fn sums_to_one(routes: &Routes) {
    for s in &routes.share {
        assert!((s.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{s:?}");
    }
}

/// Runs days under a law that may change and gives the routes of the last of them.
fn run(given: &Channels, now: &mut ChannelNow, days: core::ops::Range<usize>, rules: &Rules) -> Arc<Routes> {
    let mut last = Arc::default();
    for day in days {
        let moment = window().moment(day);
        last = route(given, rules, now, &moment);
        book(given, now, &moment, &market(), &income(1e6));
    }
    last
}

#[test]
fn closing_a_channel_moves_its_income_at_a_computed_cost() {
    let given = world();
    let mut now = given.start(Seed(1), Member(0), &window());
    let free = Rules::none(&given);
    let before = run(&given, &mut now, 0..20, &free);
    sums_to_one(&before);
    assert!((share(&before, JAPAN) - 0.04).abs() < 0.001);
    let mut closed = free.clone();
    closed.open[JAPAN] = Fraction::NONE;
    let after = run(&given, &mut now, 20..21, &closed);
    sums_to_one(&after);
    assert_eq!(share(&after, JAPAN), 0.0);
    for o in given.weights.ids() {
        let lost = before.kept[o].value() - after.kept[o].value();
        // Four percent of income move from 0.3 % to the next cheapest with room (0.4 %) and bear the discount of 2 %.
        let moved = before.share[o][JAPAN];
        assert!(lost > 0.0 && (lost - moved * (0.001 + 0.02)).abs() < 2e-4, "{lost} for {moved}");
    }
    // The discount ends with the adaptation.
    let settled = run(&given, &mut now, 21..55, &closed);
    assert!(settled.kept[OperatorId(0)] > after.kept[OperatorId(0)]);
}

#[test]
fn closing_japan_leaks_all_of_it_where_others_have_room() {
    let given = world();
    let mut now = given.start(Seed(1), Member(0), &window());
    let free = Rules::none(&given);
    run(&given, &mut now, 0..95, &free);
    assert_eq!(now.leakage().shares(), None);
    let mut closed = free.clone();
    closed.open[JAPAN] = Fraction::NONE;
    run(&given, &mut now, 95..150, &closed);
    let all: f64 = now.leakage().shares().unwrap().iter().sum();
    assert!(all > 0.95 && all <= 1.0 + 1e-12, "{all}");
    // With a seventh of the others' capacity most of it finds no way.
    let mut now = given.start(Seed(1), Member(0), &window());
    run(&given, &mut now, 0..95, &free);
    let shares = now.leakage().clone();
    assert_eq!(shares.shares(), None);
    let mut tight = closed;
    for c in 1..6 {
        tight.open[ChannelId(c)] = Fraction::new(0.15);
    }
    run(&given, &mut now, 95..150, &tight);
    assert!(now.leakage().shares().unwrap().iter().sum::<f64>() < 0.05);
}

#[test]
fn a_quarter_lost_on_the_way_moves_the_break_even_from_21_to_28() {
    // S19j Pro, 29.5 J/TH, at 3 cents, PUE 1, no pool fee.
    let efficiency = crate::units::Efficiency::j_per_th(29.5);
    let tariff = crate::units::Tariff::usd_per_kwh(0.03);
    let cost = crate::equations::break_even::hashcost(efficiency, tariff, 1.0).as_usd_per_ph_day();
    let mut given = world();
    let break_even = |given: &Channels| {
        let mut now = given.start(Seed(1), Member(0), &window());
        let routes = route(given, &Rules::none(given), &mut now, &window().moment(0));
        cost / (1.0 - routes.charged[OperatorId(0)].value())
    };
    for (haircut, wanted) in [(0.0, 21.2), (0.25, 28.3)] {
        let whole = Fraction::ALL.value();
        given.channels = Table::new(vec![cash("desk", haircut, whole, whole)]);
        assert!((break_even(&given) - wanted).abs() < 0.05, "{haircut}: {}", break_even(&given));
    }
}

#[test]
fn what_a_channel_carried_is_counted() {
    let given = world();
    let mut now = given.start(Seed(1), Member(0), &window());
    run(&given, &mut now, 0..10, &Rules::none(&given));
    let carried: f64 = given.weights.ids().map(|o| now.carried(o, JAPAN).as_usd()).sum();
    let all: f64 = given
        .weights
        .ids()
        .flat_map(|o| given.channels.ids().map(move |c| (o, c)))
        .map(|(o, c)| now.carried(o, c).as_usd())
        .sum();
    assert!((all - 1e7).abs() < 1.0, "ten days of a million: {all}");
    assert!((carried / all - 0.04).abs() < 0.001);
}

#[test]
fn a_seized_rail_loses_once_and_comes_back() {
    let mut given = world();
    // Cheap enough to be sought again after each loss.
    given.channels[SHELL].way = cash("", 0.0, 0.05, 0.01).way;
    given.channels[SHELL].hazard.loss_years = 1e-5;
    given.channels[SHELL].hazard.closure_per_year = 40.0;
    given.channels[SHELL].hazard.replaced_after_days = 10;
    let mut now = given.start(Seed(3), Member(0), &window());
    let free = Rules::none(&given);
    let (mut losses, mut last) = (Vec::new(), None);
    for day in 0..120 {
        let moment = window().moment(day);
        let routes = route(&given, &free, &mut now, &moment);
        book(&given, &mut now, &moment, &market(), &income(1e6));
        let lost: f64 = routes.seized.iter().map(|d| d.as_usd()).sum();
        if now.is_seized(SHELL, moment.day) {
            assert_eq!(share(&routes, SHELL), 0.0);
        }
        if lost > 0.0 {
            assert!(last.is_none_or(|before| day - before >= 10), "twice within the replacement");
            last = Some(day);
            losses.push(lost);
        }
        sums_to_one(&routes);
    }
    assert!(!losses.is_empty());
    // At most five percent of a million a day for a year, and of it the share lost.
    assert!(losses.iter().all(|l| *l <= 1.001e6 * 365.25 * 0.05 * 1e-5), "{losses:?}");
    // The operator that cannot use the shell never loses with it.
    assert_eq!(now.carried(OperatorId(2), SHELL), crate::units::Dollars::ZERO);
}

#[test]
fn machines_come_through_the_cheapest_channel_that_is_open() {
    let given = world();
    let now = given.start(Seed(1), Member(0), &window());
    let moment = window().moment(0);
    let mut rules = Rules::none(&given);
    let free = procure(&given, &rules, &now, &moment).operators[OperatorId(0)];
    assert_eq!((free.channel, free.delay_days), (Some(GREY), 35));
    assert!((free.premium - 0.12).abs() < 1e-12);
    rules.premium_add[GREY] = 0.28;
    let dear = procure(&given, &rules, &now, &moment).operators[OperatorId(0)];
    assert_eq!(dear.channel, Some(ChannelId(8)), "the used market");
    // A small used market serves a fifth; the rest goes to makers, at the mean of price and delay.
    let mut small = given.clone();
    let mut used = buy("used_market", 0.15, 0.0, 10);
    used.way = Way::Procurement(Procure { premium: 0.15, duty: 0.0, capacity: Fraction::new(0.2) });
    small.channels[ChannelId(8)] = used;
    let split = procure(&small, &rules, &now, &moment);
    let mean: f64 = split.operators.iter().zip([0.3, 0.5, 0.2]).map(|(p, w)| p.premium * w).sum();
    assert!((mean - (0.2 * 0.15 + 0.8 * 0.224)).abs() < 1e-9, "{mean}");
    for channel in [6, 7, 8] {
        rules.open[ChannelId(channel)] = Fraction::NONE;
    }
    assert_eq!(procure(&given, &rules, &now, &moment).operators[OperatorId(0)].channel, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    /// At the plan of least cost a stricter law never costs less.
    #[test]
    fn stricter_is_never_cheaper(open in prop::collection::vec(0.0..1.0_f64, 6), hazard in 1.0..20.0_f64, barred in 0_u32..3) {
        let mut given = world();
        given.channels[ChannelId(1)].hazard = Hazard { detection_per_year: 0.02, penalty_years: 0.5, ..Hazard::default() };
        let now = given.start(Seed(1), Member(0), &window());
        let free = Rules::none(&given);
        let mut strict = free.clone();
        for (c, share) in open.iter().enumerate() {
            strict.open[ChannelId(c as u32)] = Fraction::new(*share);
        }
        strict.enforcement[ChannelId(1)] = hazard;
        strict.barred[OperatorId(barred)][ChannelId(1)] = true;
        let day = window().from;
        let total = |rules: &Rules| {
            let cost = given.costs(rules, &now, day);
            let plan = crate::equations::transport::least_cost(&cost, &now.income, &given.capacities(rules, &now));
            plan.cost(&cost) + plan.left.iter().sum::<f64>()
        };
        prop_assert!(total(&strict) >= total(&free) - 1e-9);
    }
}
