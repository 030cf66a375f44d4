use super::*;

pub(crate) fn supply() -> Supply {
    Supply {
        entry_rate: 0.9,
        entry_exponent: 0.4,
        entry_limit: 3.0,
        delivery_days: 60.0,
        crowding: 5.0,
        idle_scrapped: 0.9,
        attrition: 0.06,
        power_price: 0.045,
        power_spread: 0.35,
        entrant_price: 0.04,
        pue: 1.1,
        pool_fee: 0.02,
        decline: 0.02,
        horizon_months: 36,
        discount: 0.025,
        halving_keeps: 0.7,
        making_cost: 0.7,
        cost_growth: 0.0,
        memory_days: 30.0,
        switch_days: 10.0,
        difficulty_days: 10.0,
        technology: Technology::of(
            &[(Day::parse("2020-05-01").unwrap(), 29.5)],
            technology::Leaning { fade_days: 270.0, efficiency: 4.0 },
        ),
        removals: Vec::new(),
    }
}

fn run(given: &Supply, days: i32, price: impl Fn(i32) -> f64) -> (Vec<f64>, SupplyNow) {
    let day = Day::parse("2021-01-01").unwrap();
    let reward = |d: i32| Reward { price_usd: price(d), fee_btc: 0.3 };
    let mut now = given.start(day, 150.0, reward(0));
    let path = (0..days).map(|d| given.advance(&mut now, reward(d))).collect();
    (path, now)
}

#[test]
fn the_subsidy_halves_on_the_days_it_did() {
    let on = |t| subsidy_on(Day::parse(t).unwrap());
    assert_eq!([on("2016-07-08"), on("2016-07-09"), on("2020-05-11"), on("2024-04-19")], [25.0, 12.5, 6.25, 6.25]);
    assert_eq!(
        [on("2024-04-20"), on("2028-04-16"), on("2028-04-17"), on("2032-04-15")],
        [3.125, 3.125, 1.5625, 0.78125]
    );
}

#[test]
fn a_higher_price_never_gives_less_hashrate() {
    let given = supply();
    let ends: Vec<f64> =
        [10_000.0, 20_000.0, 40_000.0, 80_000.0].iter().map(|p| run(&given, 400, |_| *p).0[399]).collect();
    assert!(ends.windows(2).all(|w| w[0] < w[1]), "{ends:?}");
}

#[test]
fn a_crash_stops_old_machines_within_weeks_and_a_recovery_starts_them() {
    let mut given = supply();
    given.entry_rate = 1e-9;
    // On day 60 hashprice falls to a level at which most of the classes around 30 to 40 J/TH do not pay; after 30 days back.
    let (path, _) = run(&given, 200, |d| if (60..90).contains(&d) { 6_000.0 } else { 40_000.0 });
    assert!(path[85] < 0.8 * path[55], "{} {}", path[55], path[85]);
    assert!(path[160] > 0.95 * path[55], "{} {}", path[55], path[160]);
}

#[test]
fn driven_out_machines_are_neither_lost_nor_doubled_and_come_back() {
    let mut given = supply();
    (given.entry_rate, given.attrition, given.idle_scrapped) = (1e-12, 0.0, 0.0);
    let from = Day::parse("2021-03-01").unwrap();
    given.removals = vec![Removal { from, over_days: 48.0, share: 0.6, relocation_days: 200.0 }];
    let (path, now) = run(&given, 900, |_| 40_000.0);
    let held = now.stock.total() + now.away_eh_s() + now.ordered.iter().sum::<f64>();
    assert!((held / (150.0 * 1.15) - 1.0).abs() < 1e-9, "machines balance: {held}");
    let trough = path.iter().copied().fold(f64::MAX, f64::min);
    assert!(trough < 0.58 * path[55] && path[899] > 0.95 * path[55], "{trough} {} {}", path[55], path[899]);
}

#[test]
fn displaced_machines_crowd_orders_out() {
    let mut given = supply();
    given.removals = vec![Removal {
        from: Day::parse("2021-01-10").unwrap(),
        over_days: 30.0,
        share: 0.5,
        relocation_days: 100_000.0,
    }];
    let (_, crowded) = run(&given, 120, |_| 40_000.0);
    given.crowding = 0.0;
    let (_, free) = run(&given, 120, |_| 40_000.0);
    assert!(crowded.ordered[0] < 0.4 * free.ordered[0], "{:?} {:?}", crowded.ordered, free.ordered);
}

#[test]
fn the_state_agrees_with_what_is_observed() {
    let given = supply();
    for observed in [120.0, 260.0] {
        let (_, mut now) = run(&given, 100, |_| 40_000.0);
        let before = now.network_eh_s;
        now.agree(&given, observed / before);
        let next = given.advance(&mut now, Reward { price_usd: 40_000.0, fee_btc: 0.3 });
        assert!((next / observed - 1.0).abs() < 0.02, "{next} against {observed}");
        now.agree(&given, f64::NAN);
        assert!(now.network_eh_s.is_finite());
    }
}

#[test]
fn nothing_pays_and_the_network_stays_finite() {
    let (path, now) = run(&supply(), 3_000, |_| 1.0);
    assert!(path.iter().all(|x| x.is_finite() && *x > 0.0) && now.q.is_finite());
}
