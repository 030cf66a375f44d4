//! Tests of the network: published difficulty and hashprice, the pool's ledger, the region's feedback.

use super::*;
use crate::flows::SiteHashed;
use crate::units::Hashprice;

/// month, price, fee share, network EH/s, difficulty: means of daily figures (Coin Metrics community data).
const MONTHLY: &str = include_str!("../../tests/data/bitcoin/coin_monthly.csv");

fn column(from: &str, at: usize) -> Vec<f64> {
    let rows = MONTHLY.lines().filter(|l| !l.starts_with('#')).skip(1).skip_while(|l| !l.starts_with(from));
    rows.map(|l| l.split(',').nth(at).unwrap().parse().unwrap()).collect()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn world() -> Bitcoin {
    let from = day("2021-12-01");
    let series = |at| Daily::from_months(from, &column("2021-12", at)).unwrap();
    Bitcoin {
        price: Price::Replay(series(2)),
        network_eh_s: series(4),
        fee_share: series(3),
        supply: None,
        reference_share: Fraction::new(0.06),
        epochs: vec![Epoch {
            height: 715_680,
            day: day("2021-12-25"),
            minute: 16 * 60 + 40,
            bits: Compact(0x170b_98ab),
        }],
        limit: Target::POW_LIMIT,
        pool: Pool {
            scheme: Scheme::Fpps,
            stale: Fraction::NONE,
            fee: Table::filled(2, Fraction::new(0.02)),
            rejects: Fraction::new(0.002),
            fee_memory_days: 1.0,
        },
        sites: Table::new(vec![
            Miner { operator: OperatorId(0), in_region: true },
            Miner { operator: OperatorId(1), in_region: true },
            Miner { operator: OperatorId(1), in_region: false },
        ]),
        operators: 2,
    }
}

fn years() -> Window {
    Window { from: day("2022-01-01"), until: day("2024-01-01"), step_minutes: 60 }
}

fn hashing(eh_s: [f64; 3], moment: &Moment) -> Hashed {
    let sites = eh_s.map(|e| {
        let hashrate = Hashrate::eh_s(e);
        SiteHashed { hashrate, hashes: hashrate * moment.span, ..SiteHashed::default() }
    });
    Hashed { sites: Table::new(sites.to_vec()) }
}

struct Year {
    difficulty: f64,
    hashprice: f64,
    blocks: u64,
}

/// Runs two years with the region at its reference share of the replay.
fn replay(member: u32) -> [Year; 2] {
    let given = world();
    let window = years();
    let mut now = given.start(Seed(1), Member(member), &window);
    let mut moment = window.moment(0);
    let mut sums = [(0.0, 0.0, 0_u64, 0.0); 2];
    for _ in 0..window.steps() {
        let market = quote(&given, &Rules::default(), &mut now, &moment);
        let own = 0.06 * given.network_eh_s.on(moment.day);
        let coin = advance(&given, &mut now, &moment, &market, &hashing([own, 0.0, 0.3], &moment)).unwrap();
        let s = &mut sums[(moment.year - 2022) as usize];
        *s = (s.0 + market.difficulty, s.1 + market.hashprice.as_usd_per_ph_day(), s.2 + coin.blocks, s.3 + 1.0);
        moment = window.next(&moment);
    }
    assert!(now.pool.closes());
    sums.map(|(d, h, blocks, n)| Year { difficulty: d / n, hashprice: h / n, blocks })
}

#[test]
fn difficulty_by_the_rule_meets_the_published_mean() {
    let [y22, y23] = replay(0);
    let published = |year: &str| {
        let rows = MONTHLY.lines().filter(|l| l.starts_with(year)).map(|l| {
            let c: Vec<f64> = l.split(',').skip(1).map(|x| x.parse().unwrap()).collect();
            (c[0] * c[4], c[0])
        });
        let (sum, days) = rows.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        sum / days
    };
    for (ours, theirs) in [(y22.difficulty, published("2022")), (y23.difficulty, published("2023"))] {
        println!("difficulty {ours:.4e} against {theirs:.4e}: {:+.2} %", (ours / theirs - 1.0) * 100.0);
        assert!((ours / theirs - 1.0).abs() < 0.02);
    }
    // Hashrate Index's means of 2022 and the daily series' of 2023.
    for (ours, theirs) in [(y22.hashprice, 123.88), (y23.hashprice, 75.0)] {
        println!("hashprice {ours:.2} against {theirs}");
        assert!((ours / theirs - 1.0).abs() < 0.03);
    }
    // 53,188 and 53,999 blocks were found.
    for (ours, theirs) in [(y22.blocks, 53_188.0), (y23.blocks, 53_999.0)] {
        println!("blocks {ours} against {theirs}");
        assert!((ours as f64 / theirs - 1.0).abs() < 0.01);
    }
}

#[test]
fn a_run_that_starts_later_finds_the_same_difficulty() {
    let given = world();
    let late = Window { from: day("2023-07-01"), ..years() };
    let now = given.start(Seed(1), Member(0), &late);
    // July 2023 had a mean of 52.46 T; some 80,050 blocks came after 1 January 2022.
    let off = now.chain.difficulty / 52.4644e12 - 1.0;
    assert!(off.abs() < 0.05, "{off}");
    assert!((now.chain.height as i64 - 796_600).abs() < 400, "height {}", now.chain.height);
}

#[test]
fn every_satoshi_is_accounted_for() {
    let given = world();
    let window = years();
    let mut now = given.start(Seed(2), Member(7), &window);
    let mut moment = window.moment(0);
    let (mut expected, mut received) = (0.0, Satoshi::ZERO);
    for step in 0..3000 {
        let market = quote(&given, &Rules::default(), &mut now, &moment);
        let before = now.pool.balance;
        let own = 7.0 + f64::from(step % 24) * 0.1;
        let coin = advance(&given, &mut now, &moment, &market, &hashing([own, 2.0, 1.0], &moment)).unwrap();
        let paid: Satoshi = coin.paid.iter().copied().sum();
        assert_eq!(now.pool.balance - before, coin.pool_income - paid);
        assert!(coin.pool_blocks <= coin.blocks);
        let reward = (market.subsidy + market.fees).0 as f64;
        expected += (Hashrate::eh_s(own) * moment.span)
            / crate::equations::hashprice::hashes_per_block(market.difficulty)
            * reward
            * 0.98
            * 0.998;
        received += coin.paid[OperatorId(0)];
        moment = window.next(&moment);
    }
    assert!((expected - received.0 as f64).abs() < 1.0, "carried remainders lose nothing: {expected} {received:?}");
    // Luck is noise around the fee: 2 % of some 680 blocks' income, sd 3.8 %.
    let luck = now.pool.balance.0 as f64 / now.pool.income.0 as f64;
    assert!((luck - 0.02).abs() < 0.12, "{luck}");
}

#[test]
fn the_region_moves_the_network_and_its_outside_sites_do_not() {
    let given = world();
    let window = years();
    let first = window.moment(0);
    let network_after = |eh_s: [f64; 3]| {
        let mut now = given.start(Seed(1), Member(0), &window);
        let market = quote(&given, &Rules::default(), &mut now, &first);
        advance(&given, &mut now, &first, &market, &hashing(eh_s, &first)).unwrap();
        quote(&given, &Rules::default(), &mut now, &window.next(&first)).network.as_eh_s()
    };
    let base = network_after([10.0, 0.0, 0.0]);
    assert!((network_after([11.0, 0.0, 0.0]) - base - 1.0).abs() < 1e-9);
    assert!((network_after([10.0, 0.0, 9.0]) - base).abs() < 1e-9);
    let without = network_after([0.0; 3]);
    assert!((without / given.network_eh_s.on(first.day) - 0.94).abs() < 1e-9);
}

#[test]
fn a_halving_halves_the_reward_at_its_block() {
    let mut given = world();
    given.epochs = vec![Epoch { height: 838_656, day: day("2021-12-31"), minute: 1439, bits: Compact(0x170b_98ab) }];
    let window = years();
    let mut now = given.start(Seed(1), Member(0), &window);
    now.chain.height = 839_999;
    let moment = window.moment(0);
    let market = quote(&given, &Rules::default(), &mut now, &moment);
    assert_eq!(market.subsidy, Satoshi(625_000_000));
    let all = given.network_eh_s.on(moment.day);
    let coin = advance(&given, &mut now, &moment, &market, &hashing([all, 0.0, 0.0], &moment)).unwrap();
    assert!(coin.blocks >= 2, "the seed's hour has blocks on both sides");
    assert_eq!(subsidy(now.chain.height), Satoshi(312_500_000));
    let fees = fees_of(Satoshi(312_500_000), given.fee_share.on(moment.day));
    // Nearly all blocks are the pool's: the first at the old subsidy, the rest at the new one.
    let most = 640_000_000 + (coin.blocks - 1) as i64 * (312_500_000 + fees as i64 + 1);
    assert!(coin.pool_income <= Satoshi(most), "{coin:?}");
    assert!(quote(&given, &Rules::default(), &mut now, &window.next(&moment)).hashprice < market.hashprice * 0.6);
    assert!(market.hashprice > Hashprice::ZERO);
}

/// Coin paid to both operators in so many hours under a scheme, the pool's income, and the height reached.
fn paid_under(scheme: Scheme, member: u32, hours: usize) -> ([i64; 2], i64, u64) {
    let mut given = world();
    given.pool.scheme = scheme;
    let window = years();
    let mut now = given.start(Seed(4), Member(member), &window);
    let mut moment = window.moment(0);
    let mut sums = [0; 2];
    for _ in 0..hours {
        let market = quote(&given, &Rules::default(), &mut now, &moment);
        let coin = advance(&given, &mut now, &moment, &market, &hashing([6.0, 2.0, 0.0], &moment)).unwrap();
        sums[0] += coin.paid[OperatorId(0)].0;
        sums[1] += coin.paid[OperatorId(1)].0;
        assert!(now.pool.closes());
        if scheme != Scheme::Fpps {
            assert!(now.pool.balance.0 >= 0, "a pool that pays what it found never owes");
        }
        moment = window.next(&moment);
    }
    (sums, now.pool.income.0, now.chain.height)
}

#[test]
fn pplns_pays_what_was_found_by_work_and_keeps_its_fee_alone() {
    let hours = 24 * 60;
    let (paid, income, height) = paid_under(Scheme::Pplns(2.0), 0, hours);
    let (_, expected, same) = paid_under(Scheme::Fpps, 0, hours);
    assert_eq!((income, height), (expected, same), "how coin is shared changes no block");
    assert!((1.0 - (paid[0] + paid[1]) as f64 / income as f64 - 0.02).abs() < 1e-6, "the fee and no luck");
    assert!((paid[0] as f64 / paid[1] as f64 - 3.0).abs() < 1e-6, "by work");
    // Work is remembered: an operator that stops is paid from the window, one that just came not yet in full.
    let mut pool = PoolNow::new(2);
    pool.remember(vec![1.0, 0.0], 2.0);
    pool.remember(vec![0.0, 1.0], 2.0);
    assert_eq!(pool.shares(), [0.5, 0.5]);
    pool.remember(vec![0.0, 1.0], 2.0);
    assert_eq!(pool.shares(), [0.0, 1.0]);
}

#[test]
fn alone_a_miner_bears_its_own_luck() {
    // Of blocks found at random the income's variance is its mean times a block's reward (Rosenfeld 2011).
    let (days, members) = (30, 240_u32);
    let solo: Vec<[i64; 2]> = (0..members).map(|m| paid_under(Scheme::Solo, m, 24 * days).0).collect();
    let (even, _, _) = paid_under(Scheme::Fpps, 0, 24 * days);
    for who in 0..2 {
        let n = f64::from(members);
        let mean = solo.iter().map(|s| s[who] as f64).sum::<f64>() / n;
        let variance = solo.iter().map(|s| (s[who] as f64 - mean) * (s[who] as f64 - mean)).sum::<f64>() / (n - 1.0);
        let block = 6.25e8 * 1.016 * 0.98;
        let error = libm::sqrt(variance / n);
        assert!((mean - even[who] as f64).abs() < 4.0 * error, "{who}: {mean} ± {error} against {}", even[who]);
        // Four standard errors of a variance estimated from 240 members.
        assert!(
            (variance / (mean * block) - 1.0).abs() < 4.0 * libm::sqrt(2.0 / n),
            "{who}: {}",
            variance / (mean * block)
        );
    }
}

#[test]
fn stale_blocks_take_their_share_of_the_income() {
    let income = |stale: f64| {
        let mut given = world();
        given.pool.stale = Fraction::new(stale);
        let window = years();
        let mut now = given.start(Seed(4), Member(0), &window);
        let mut moment = window.moment(0);
        for _ in 0..24 * 120 {
            let market = quote(&given, &Rules::default(), &mut now, &moment);
            advance(&given, &mut now, &moment, &market, &hashing([8.0, 0.0, 0.0], &moment)).unwrap();
            moment = window.next(&moment);
        }
        now.pool.income.0 as f64
    };
    let (none, half) = (income(0.0), income(0.5));
    assert!((half / none - 0.5).abs() < 0.06, "{}", half / none);
}
