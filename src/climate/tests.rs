//! Tests of the whole climate.

use super::*;
use crate::climate::site::Normals;
use crate::random::{Member, Seed};

/// Irkutsk, station 30710, computed from its daily series of 1991–2020 (Roshydromet).
fn irkutsk() -> Normals {
    Normals {
        mean_c: [-17.7, -14.1, -5.5, 3.6, 10.4, 16.4, 19.0, 16.4, 9.5, 2.0, -7.7, -15.4],
        sd_k: [6.34, 5.47, 4.86, 3.93, 3.86, 3.38, 2.70, 2.63, 3.04, 3.90, 5.81, 6.49],
        skewness: [-0.53, -0.55, -0.38, 0.02, 0.17, -0.28, -0.32, -0.24, 0.04, -0.47, -0.55, -0.38],
        lag_1: [0.82, 0.84, 0.83, 0.75, 0.66, 0.71, 0.74, 0.74, 0.70, 0.72, 0.77, 0.76],
        lag_2: [0.62, 0.65, 0.63, 0.46, 0.28, 0.42, 0.48, 0.48, 0.35, 0.39, 0.49, 0.48],
        monthly_sd_k: Some(MONTHLY_SD),
        range_k: [8.7, 11.6, 12.3, 12.5, 14.4, 13.7, 12.2, 11.4, 11.4, 10.3, 8.8, 8.2],
        range_sd_k: [3.1, 3.9, 4.4, 4.5, 4.5, 4.3, 3.9, 4.0, 4.5, 4.1, 3.4, 3.2],
        humidity: [0.80, 0.74, 0.65, 0.54, 0.51, 0.63, 0.73, 0.76, 0.73, 0.72, 0.78, 0.83],
    }
}

fn sites() -> Table<ClimateSiteId, Site> {
    let bratsk =
        Normals { mean_c: [-19.8, -17.3, -9.0, 0.2, 8.2, 15.4, 18.2, 15.3, 7.9, 0.0, -9.8, -17.6], ..irkutsk() };
    let ust_ilimsk = Normals { mean_c: bratsk.mean_c.map(|t| t - 0.9), ..irkutsk() };
    let site = |id, lat, lon, hpa: f64, n| Site::new(id, lat, lon, Pressure::pa(hpa * 100.0), n).unwrap();
    Table::new(vec![
        site("irkutsk", 52.27, 104.32, 955.0, irkutsk()),
        site("bratsk", 56.15, 101.63, 965.0, bratsk),
        site("ust_ilimsk", 58.0, 102.66, 966.0, ust_ilimsk),
    ])
}

fn climate(weather: Weather) -> Climate {
    Climate::new(sites(), 2100.0, 0.55, weather).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Statistics of one month, pooled over years.
#[derive(Default, Clone, Copy)]
struct Pool {
    n: f64,
    sum: f64,
    m2: f64,
    m3: f64,
    lag: f64,
    lag_before: f64,
}

/// What a long sample shows.
struct Sample {
    pools: [Pool; 12],
    daily: Vec<Vec<f64>>,
    monthly: Vec<Vec<f64>>,
    runs: Vec<usize>,
}

/// Pools `blocks` members of thirty years each at Irkutsk.
fn sample(seed: u64, blocks: u32) -> Sample {
    let c = climate(Weather::Generated);
    let site = ClimateSiteId(0);
    let (first, last) = (day("1990-12-31"), day("2021-01-01"));
    let mut s = Sample {
        pools: [Pool::default(); 12],
        daily: vec![Vec::new(); 12],
        monthly: vec![Vec::new(); 12],
        runs: Vec::new(),
    };
    for member in 0..blocks {
        let days = c.days(Seed(seed), Member(member), first, last);
        let mut before = 0.0;
        let (mut run, mut longest) = (0, 0);
        let (mut month_sum, mut month_days) = (0.0, 0.0);
        for (i, d) in days.iter().enumerate() {
            let date = first.plus(i as i32);
            let anomaly = d[site].mean_c - c.season(site, date).mean_c;
            if i > 0 {
                let m = (date.month() - 1) as usize;
                let p = &mut s.pools[m];
                p.n += 1.0;
                p.sum += anomaly;
                p.m2 += anomaly * anomaly;
                p.m3 += anomaly * anomaly * anomaly;
                p.lag += anomaly * before;
                p.lag_before += before * before;
                s.daily[m].push(d[site].mean_c);
                run = if d[site].mean_c < -25.0 { run + 1 } else { 0 };
                longest = longest.max(run);
                month_sum += d[site].mean_c;
                month_days += 1.0;
                if date.plus(1).month() != date.month() {
                    s.monthly[m].push(month_sum / month_days);
                    (month_sum, month_days) = (0.0, 0.0);
                }
            }
            before = anomaly;
        }
        s.runs.push(longest);
    }
    s.runs.sort_unstable();
    for d in &mut s.daily {
        d.sort_by(f64::total_cmp);
    }
    s
}

/// Published first and last percentile of the daily mean and spread of monthly means.
const PERCENTILES: [(f64, f64); 12] = [
    (-34.3, -5.4),
    (-31.4, -3.2),
    (-19.7, 5.3),
    (-6.9, 14.3),
    (1.5, 19.9),
    (7.5, 23.9),
    (12.0, 24.3),
    (8.9, 22.6),
    (1.2, 18.2),
    (-11.1, 11.4),
    (-24.4, 3.6),
    (-31.0, -3.2),
];
const MONTHLY_SD: [f64; 12] = [3.5, 2.9, 2.6, 2.0, 1.2, 1.6, 0.9, 1.1, 1.1, 1.7, 2.7, 2.9];

/// Standard deviation of some numbers.
fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    libm::sqrt(values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64)
}

/// A quantile of sorted numbers.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    sorted[(p * sorted.len() as f64) as usize]
}

/// Worst misses of a sample: mean K, sd, lag-1, skewness, percentile K, monthly sd.
fn misses(s: &Sample) -> [f64; 6] {
    let n = irkutsk();
    let mut worst = [0.0_f64; 6];
    for m in 0..12 {
        let p = s.pools[m];
        let mean = p.sum / p.n;
        let variance = p.m2 / p.n - mean * mean;
        let sd = libm::sqrt(variance);
        let skew = (p.m3 / p.n - 3.0 * mean * variance - mean * mean * mean) / (variance * sd);
        let lag = p.lag / libm::sqrt(p.m2 * p.lag_before);
        let q = |x| quantile(&s.daily[m], x);
        let msd = spread(&s.monthly[m]);
        let of_month = [
            mean.abs(),
            (sd / n.sd_k[m] - 1.0).abs(),
            (lag - n.lag_1[m]).abs(),
            (skew - n.skewness[m]).abs(),
            (q(0.01) - PERCENTILES[m].0).abs().max((q(0.99) - PERCENTILES[m].1).abs()),
            (msd / MONTHLY_SD[m] - 1.0).abs(),
        ];
        for (w, x) in worst.iter_mut().zip(of_month) {
            *w = w.max(x);
        }
    }
    worst
}

#[test]
fn pooled_years_have_the_published_statistics() {
    // 300 years; 3,000 years meet 0.15 K, 3 %, 0.03, 0.1, 2 K, 20 %.
    let s = sample(1, 10);
    let worst = misses(&s);
    for (miss, allowed) in worst.iter().zip([0.5, 0.06, 0.04, 0.25, 2.5, 0.3]) {
        assert!(miss < &allowed, "{worst:?}");
    }
    assert!((8..=16).contains(&s.runs[5]), "{:?}", s.runs);
}

/// The table inside the central 95 percent of what blocks of thirty years show, statistic by statistic and month by month.
///
/// `cargo test --release --lib thirty_years -- --ignored --nocapture` prints how many of the 84 are inside, and the longest runs.
#[test]
#[ignore = "6,000 years: a release build's check, printed"]
fn the_table_lies_among_two_hundred_blocks_of_thirty_years() {
    const STATISTICS: [&str; 7] =
        ["mean", "sd", "lag-1", "skewness", "1st percentile", "99th percentile", "sd of monthly means"];
    let n = irkutsk();
    let mut shown: Vec<Vec<f64>> = vec![Vec::new(); 12 * STATISTICS.len()];
    let mut runs: Vec<usize> = Vec::new();
    for seed in 0..200 {
        let block = sample(1000 + seed, 1);
        runs.extend(&block.runs);
        for m in 0..12 {
            let p = block.pools[m];
            let mean = p.sum / p.n;
            let sd = libm::sqrt(p.m2 / p.n - mean * mean);
            let skew = (p.m3 / p.n - 3.0 * mean * sd * sd - mean * mean * mean) / (sd * sd * sd);
            let lag = p.lag / libm::sqrt(p.m2 * p.lag_before);
            let days = &block.daily[m];
            let found = [mean, sd, lag, skew, quantile(days, 0.01), quantile(days, 0.99), spread(&block.monthly[m])];
            for (k, x) in found.into_iter().enumerate() {
                shown[k * 12 + m].push(x);
            }
        }
    }
    let percentiles = PERCENTILES.map(|p| p.0).into_iter().chain(PERCENTILES.map(|p| p.1));
    let table = [0.0; 12].into_iter().chain(n.sd_k).chain(n.lag_1).chain(n.skewness).chain(percentiles);
    let table: Vec<f64> = table.chain(MONTHLY_SD).collect();
    let mut outside = Vec::new();
    for (at, (values, truth)) in shown.iter_mut().zip(&table).enumerate() {
        values.sort_by(f64::total_cmp);
        if *truth < values[5] || *truth > values[194] {
            outside.push((STATISTICS[at / 12], at % 12 + 1, values[5], *truth, values[194]));
        }
    }
    runs.sort_unstable();
    println!(
        "{} of {} inside; outside: {outside:.3?}; longest runs below -25 °C: median {}",
        table.len() - outside.len(),
        table.len(),
        runs[100]
    );
    assert!(outside.is_empty(), "{outside:?}");
    assert!((8..=16).contains(&runs[100]), "{}", runs[100]);
}

#[test]
#[ignore = "3,000 years, three seeds: a release build's check, printed"]
fn three_thousand_years_meet_the_tolerances() {
    for seed in [1, 2, 3] {
        let s = sample(seed, 100);
        let worst = misses(&s);
        let runs = (s.runs[5], s.runs[50], s.runs[95]);
        println!(
            "seed {seed}: mean {:.3} K, sd {:.4}, lag-1 {:.4}, skewness {:.3}, percentiles {:.2} K, monthly sd {:.3}; longest run below -25 °C {runs:?}",
            worst[0], worst[1], worst[2], worst[3], worst[4], worst[5]
        );
        for (miss, allowed) in worst.iter().zip([0.15, 0.03, 0.03, 0.1, 2.0, 0.2]) {
            assert!(miss < &allowed, "{worst:?}");
        }
        assert!((8..=16).contains(&runs.1));
    }
}

#[test]
fn sites_are_correlated_as_asked() {
    let c = climate(Weather::Generated);
    let (a, b) = (ClimateSiteId(0), ClimateSiteId(1));
    let first = day("1900-01-01");
    let days = c.days(Seed(5), Member(0), first, day("1990-01-01"));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (i, d) in days.iter().enumerate() {
        let date = first.plus(i as i32);
        let score = |s: ClimateSiteId| (d[s].mean_c - c.season(s, date).mean_c) / c.season(s, date).sd_k;
        xy += score(a) * score(b);
        xx += score(a) * score(a);
        yy += score(b) * score(b);
    }
    let r = xy / libm::sqrt(xx * yy);
    assert!((c.law.correlation(a, b) - 0.8).abs() < 0.01, "{}", c.law.correlation(a, b));
    assert!((r - c.law.correlation(a, b)).abs() < 0.02, "{r}");
}

#[test]
fn a_day_does_not_depend_on_the_window() {
    let mut figures = MonthFigures::default();
    figures.add(ClimateSiteId(0), 2022, 3, -5.6);
    for weather in [Weather::Generated, Weather::Conditioned(figures)] {
        let c = climate(weather);
        let long = c.days(Seed(1), Member(4), day("2020-01-01"), day("2023-01-01"));
        let short = c.days(Seed(1), Member(4), day("2022-03-20"), day("2022-03-25"));
        let offset = (day("2022-03-20").0 - day("2020-01-01").0) as usize;
        for (i, d) in short.iter().enumerate() {
            for s in c.sites().ids() {
                assert!((d[s].mean_c - long[offset + i][s].mean_c).abs() < 1e-8);
            }
        }
    }
}

#[test]
fn an_added_site_disturbs_nobody() {
    let two = Table::new(sites().as_slice()[..2].to_vec());
    let fewer = Climate::new(two, 2100.0, 0.55, Weather::Generated).unwrap();
    let (from, until) = (day("2022-01-01"), day("2022-12-31"));
    let a = climate(Weather::Generated).days(Seed(1), Member(0), from, until);
    let b = fewer.days(Seed(1), Member(0), from, until);
    for (x, y) in a.iter().zip(&b) {
        assert_eq!(x[ClimateSiteId(1)].mean_c.to_bits(), y[ClimateSiteId(1)].mean_c.to_bits());
    }
}

#[test]
fn months_on_record_have_their_means() {
    let year = [-14.3, -14.6, -5.6, 4.5, 13.3, 17.4, 17.7, 15.3, 10.0, 2.1, -7.7, -15.4];
    let mut figures = MonthFigures::default();
    for (m, t) in year.iter().enumerate() {
        figures.add(ClimateSiteId(0), 2022, m as u32 + 1, *t);
    }
    let c = climate(Weather::Conditioned(figures));
    let free = climate(Weather::Generated);
    let (from, until) = (day("2022-01-01"), day("2023-01-01"));
    let days = c.days(Seed(1), Member(0), from, until);
    let generated = free.days(Seed(1), Member(0), from, until);
    let mut shifts = Vec::new();
    let mut sums = [(0.0, 0.0); 12];
    for (i, d) in days.iter().enumerate() {
        let m = (from.plus(i as i32).month() - 1) as usize;
        sums[m].0 += d[ClimateSiteId(0)].mean_c;
        sums[m].1 += 1.0;
        shifts.push(d[ClimateSiteId(0)].mean_c - generated[i][ClimateSiteId(0)].mean_c);
        let follow = d[ClimateSiteId(1)].mean_c - generated[i][ClimateSiteId(1)].mean_c;
        assert!(follow.abs() <= 0.82 * shifts[i].abs() + 0.2, "Bratsk follows Irkutsk by 0.8: {follow} {}", shifts[i]);
    }
    for (sum, target) in sums.iter().zip(year) {
        assert!((sum.0 / sum.1 - target).abs() < 0.01, "{} {target}", sum.0 / sum.1);
    }
    let jump = shifts.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f64::max);
    assert!(jump < 1.0, "the shift is smooth: {jump} K between two days");
}

#[test]
fn a_spell_is_imposed_and_others_follow() {
    let means_c = vec![-20.0, -22.0, -25.0, -28.0, -31.0, -33.0, -34.1, -32.0, -28.0, -24.0];
    let spell = Spell { site: ClimateSiteId(0), from: day("2023-12-06"), means_c, follow: 0.9 };
    let c = climate(Weather::Generated).with_spells(vec![spell]);
    let days = c.days(Seed(1), Member(0), day("2023-12-01"), day("2023-12-31"));
    assert_eq!(days[11][ClimateSiteId(0)].mean_c, -34.1);
    let normal = |s: u32| c.season(ClimateSiteId(s), day("2023-12-12")).mean_c;
    let bratsk = days[11][ClimateSiteId(1)].mean_c;
    assert!((bratsk - normal(1) - 0.9 * (-34.1 - normal(0))).abs() < 1e-9);
    let free = climate(Weather::Generated).days(Seed(1), Member(0), day("2023-12-01"), day("2023-12-31"));
    assert_eq!(days[4], free[4]);
}

#[test]
fn a_trend_warms() {
    let warm = climate(Weather::Generated).with_trend(Trend { k_per_year: 0.045, zero_year: 2005.5 });
    let (from, until) = (day("2025-06-30"), day("2025-07-02"));
    let (a, b) =
        (warm.days(Seed(1), Member(0), from, until), climate(Weather::Generated).days(Seed(1), Member(0), from, until));
    let s = ClimateSiteId(0);
    assert!((a[0][s].mean_c - b[0][s].mean_c - 0.9).abs() < 0.01);
}

#[test]
fn observed_hours_agree_with_the_day_and_the_air_is_possible() {
    let c = climate(Weather::Generated);
    let w = Window { from: day("2022-01-01"), until: day("2023-01-01"), step_minutes: 60 };
    let mut now = c.start(Seed(1), Member(0), &w);
    let mut again = c.start(Seed(1), Member(0), &w);
    let mut sums = [0.0; 3];
    let (mut range, mut range_normal, mut humidity, mut humidity_normal) = (0.0, 0.0, 0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut last: Option<f64> = None;
    let mut steepest: f64 = 0.0;
    for step in 0..w.steps() {
        let at = w.moment(step);
        let sky = observe(&c, &mut now, &at);
        assert_eq!(sky, observe(&c, &mut again, &at));
        for (s, air) in sky.air.enumerate() {
            sums[s.0 as usize] += air.dry_bulb.as_celsius();
            assert!(air.wet_bulb() <= air.dry_bulb && air.humidity.value() > 0.0, "{air:?}");
            assert!(air.dry_bulb.as_celsius() > -62.0 && air.dry_bulb.as_celsius() < 45.0);
            if at.minute == 23 * 60 {
                let mean = sums[s.0 as usize] / 24.0;
                assert!((mean - sky.day_mean[s].as_celsius()).abs() < 1e-9, "{at}");
                sums[s.0 as usize] = 0.0;
            }
        }
        let irkutsk = sky.air[ClimateSiteId(0)];
        let t = irkutsk.dry_bulb.as_celsius();
        steepest = steepest.max(last.map_or(0.0, |l: f64| (t - l).abs()));
        last = Some(t);
        (low, high) = (low.min(t), high.max(t));
        humidity += irkutsk.humidity.value();
        humidity_normal += c.season(ClimateSiteId(0), at.day).humidity;
        if at.minute == 23 * 60 {
            range += high - low;
            range_normal += c.season(ClimateSiteId(0), at.day).range_k;
            (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        }
    }
    assert!((range / range_normal - 1.0).abs() < 0.10, "{}", range / range_normal);
    assert!((humidity / humidity_normal - 1.0).abs() < 0.05, "{}", humidity / humidity_normal);
    assert!(steepest < 8.0, "{steepest} K in an hour");
}

#[test]
fn quarter_hours_average_to_hours() {
    let c = climate(Weather::Generated);
    let w = Window { from: day("2022-04-01"), until: day("2022-04-03"), step_minutes: 60 };
    let quarter = Window { step_minutes: 15, ..w };
    let mut now = c.start(Seed(1), Member(0), &w);
    for step in 0..w.steps() {
        let hour = observe(&c, &mut now, &w.moment(step)).air[ClimateSiteId(2)].dry_bulb.as_celsius();
        let parts: f64 = (0..4)
            .map(|k| observe(&c, &mut now, &quarter.moment(4 * step + k)).air[ClimateSiteId(2)].dry_bulb.as_celsius())
            .sum();
        assert!((hour - parts / 4.0).abs() < 1e-9);
    }
}

#[test]
fn bad_statistics_are_told() {
    let said = |n: Normals| Site::new("x", 52.0, 104.0, Pressure::pa(95_500.0), n).unwrap_err().to_string();
    let mut n = irkutsk();
    n.humidity[3] = 65.0;
    assert!(said(n).contains("did you mean 0.65?"));
    let mut n = irkutsk();
    n.sd_k[0] = -1.0;
    assert!(said(n).contains("spread"));
    let mut n = irkutsk();
    n.lag_2[2] = -0.9;
    let site = Site::new("x", 52.0, 104.0, Pressure::pa(95_500.0), n).unwrap();
    let error = Climate::new(Table::new(vec![site]), 2100.0, 0.55, Weather::Generated).unwrap_err();
    assert!(error.to_string().contains("no process has the lag correlations"), "{error}");
}
