//! Fits the world's hashrate supply to history up to 30 June 2022, and says how well it then does inside that history.
//!
//! ```sh
//! cargo run --release --example calibrate_supply -- HISTORY.csv [MONTHLY.csv] [--iterations N]
//! ```
//!
//! `HISTORY.csv` holds daily `date,price_usd,hashrate_ehs,blocks,fees_btc` (Coin Metrics community data, CC BY-NC 4.0, not part
//! of this repository). `MONTHLY.csv` (`month,price_usd_mean,network_hashrate_eh_s_mean`), if given, is held against the
//! means of the days. Both are hashed (BLAKE3), and **a row after June 2022 in either is refused**: nothing later can leak into
//! a parameter. The fit is maximum a posteriori: squared errors of forecasts from every month of June 2018 to June 2022,
//! three published shapes, and log-normal priors on the parameters. Output: a `[supply]` table, then the figures.

use hashwatt::bitcoin::supply::technology::Leaning;
use hashwatt::bitcoin::supply::{Months, Removal, Reward, Supply, SupplyNow, Technology};
use hashwatt::calendar::Day;
use std::error::Error;

const LAST_DAY: &str = "2022-06-30";
const LAST_MONTH: &str = "2022-06";
const FIRST_MONTH: &str = "2018-01";

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Months of history, and days where a shape needs them.
struct History {
    names: Vec<String>,
    months: Months,
    price: Vec<f64>,
    network: Vec<f64>,
    days: Vec<(Day, Reward)>,
}

fn columns<const N: usize>(header: &str, names: [&str; N]) -> Fallible<[usize; N]> {
    let all: Vec<&str> = header.trim().split(',').collect();
    let mut at = [0; N];
    for (place, name) in at.iter_mut().zip(names) {
        *place = all.iter().position(|c| *c == name).ok_or_else(|| format!("no column {name}"))?;
    }
    Ok(at)
}

fn read(path: &str) -> Fallible<String> {
    let bytes = std::fs::read(path)?;
    println!("# input {} blake3 {}", path.rsplit('/').next().unwrap_or(path), blake3::hash(&bytes));
    Ok(String::from_utf8(bytes)?)
}

fn history(path: &str) -> Fallible<History> {
    let text = read(path)?;
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    let [date, price, hash, blocks, fees] =
        columns(lines.next().ok_or("an empty file")?, ["date", "price_usd", "hashrate_ehs", "blocks", "fees_btc"])?;
    let mut names: Vec<String> = Vec::new();
    let mut sums: Vec<[f64; 4]> = Vec::new();
    let mut days = Vec::new();
    for line in lines.filter(|l| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.trim().split(',').collect();
        let text = |i: usize| cells.get(i).copied().ok_or_else(|| format!("a short row: {line}"));
        let number = |i: usize| -> Fallible<f64> { Ok(text(i)?.parse()?) };
        let day = text(date)?;
        if day > LAST_DAY {
            return Err(format!("refused: a row of {day}; nothing after {LAST_DAY} may be fitted to").into());
        }
        let month = day.get(..7).ok_or("a short date")?;
        if month < FIRST_MONTH {
            continue;
        }
        if names.last().is_none_or(|m| m != month) {
            names.push(month.to_owned());
            sums.push([0.0; 4]);
        }
        let fee = number(fees)? / number(blocks)?.max(1.0);
        let of = Day::parse(day).ok_or_else(|| format!("no date: {day}"))?;
        days.push((of, Reward { price_usd: number(price)?, fee_btc: fee }));
        if let Some(s) = sums.last_mut() {
            for (own, x) in s.iter_mut().zip([1.0, number(price)?, number(hash)?, fee]) {
                *own += x;
            }
        }
    }
    let mean = |i: usize| -> Vec<f64> { sums.iter().map(|s| s[i] / s[0]).collect() };
    let first = Day::parse(&format!("{FIRST_MONTH}-01")).ok_or("first month")?;
    let months = Months::new(first, &mean(1), &mean(3)).ok_or("no months")?;
    Ok(History { names, months, price: mean(1), network: mean(2), days })
}

/// Holds the means of the days against published means.
fn cross_check(path: &str, history: &History) -> Fallible<()> {
    let text = read(path)?;
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    let [month, price, hash] =
        columns(lines.next().ok_or("an empty file")?, ["month", "price_usd_mean", "network_hashrate_eh_s_mean"])?;
    let mut worst = 0.0_f64;
    for line in lines {
        let cells: Vec<&str> = line.trim().split(',').collect();
        if cells[month] > LAST_MONTH {
            return Err(
                format!("refused: a row of {}; nothing after {LAST_MONTH} may be fitted to", cells[month]).into()
            );
        }
        if let Some(i) = history.names.iter().position(|m| m == cells[month]) {
            for (ours, at) in [(history.price[i], price), (history.network[i], hash)] {
                worst = worst.max((ours / cells[at].parse::<f64>()? - 1.0).abs());
            }
        }
    }
    println!("# monthly means agree within {:.2} %", worst * 100.0);
    Ok(())
}

/// What is fitted: name, prior median, standard deviation of the logarithm, and where it stands.
struct Fitted(&'static str, f64, f64, fn(&mut Supply) -> &mut f64);

const FITTED: &[Fitted] = &[
    Fitted("entry_rate_per_year", 0.8, 0.7, |s| &mut s.entry_rate),
    Fitted("entry_exponent", 0.5, 0.5, |s| &mut s.entry_exponent),
    Fitted("entry_limit_per_year", 2.0, 0.5, |s| &mut s.entry_limit),
    Fitted("crowding", 2.0, 0.7, |s| &mut s.crowding),
    Fitted("idle_scrapped_per_year", 0.4, 0.7, |s| &mut s.idle_scrapped),
    Fitted("power_price_median_usd_per_kwh", 0.045, 0.15, |s| &mut s.power_price),
    Fitted("power_price_spread", 0.35, 0.3, |s| &mut s.power_spread),
];

fn base(technology: Technology) -> Fallible<Supply> {
    Ok(Supply {
        entry_rate: 0.8,
        entry_exponent: 0.5,
        entry_limit: 2.0,
        delivery_days: 60.0,
        crowding: 2.0,
        idle_scrapped: 0.4,
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
        cost_growth: 0.04,
        memory_days: 30.0,
        switch_days: 10.0,
        difficulty_days: 10.0,
        technology,
        removals: vec![Removal {
            from: Day::parse("2021-05-14").ok_or("date")?,
            over_days: 48.0,
            share: 0.60,
            relocation_days: 200.0,
        }],
    })
}

/// States at the end of each month, made to agree with the month's mean.
fn states(given: &Supply, h: &History) -> Vec<SupplyNow> {
    let mut now = given.at_start(&h.months, 0, h.network[0]);
    h.network
        .iter()
        .map(|observed| {
            given.known_month(&mut now, &h.months, *observed);
            now.clone()
        })
        .collect()
}

/// Months after the end of month `at`.
fn ahead(given: &Supply, h: &History, from: &SupplyNow, months: usize) -> Vec<f64> {
    let mut now = from.clone();
    (0..months).map(|_| given.month(&mut now, &h.months)).collect()
}

const HORIZONS: [usize; 3] = [3, 6, 12];

/// Root mean square errors of ln hashrate by horizon: model, no change, drift, lagged price regression.
fn scores(given: &Supply, h: &History, states: &[SupplyNow], with_ban: bool) -> [[f64; 3]; 4] {
    let ln = |x: f64| x.ln();
    let index = |name: &str| h.names.iter().position(|m| m == name).unwrap_or(0);
    let (ban, after) = (index("2021-05"), index("2021-07"));
    let (mut sums, mut n) = ([[0.0; 3]; 4], [0.0_f64; 3]);
    for at in index("2018-06")..h.names.len() {
        let path = ahead(given, h, &states[at], (h.names.len() - 1 - at).min(12));
        for (j, months) in HORIZONS.into_iter().enumerate().filter(|(_, m)| at + m < h.names.len()) {
            let to = at + months;
            if !with_ban && at <= after && to >= ban {
                continue;
            }
            let (base, actual) = (ln(h.network[at]), ln(h.network[to]));
            let lagged = |m: usize| ln(h.price[(at + m).saturating_sub(1)]);
            let steps = months / 3;
            let regression: f64 = (0..steps).map(|s| 0.163 + 0.242 * (lagged(3 * s + 3) - lagged(3 * s))).sum();
            let drift = 0.115 * months as f64 * 30.4375 / 90.0;
            for (k, forecast) in [ln(path[months - 1]), base, base + drift, base + regression].into_iter().enumerate() {
                sums[k][j] += (forecast - actual).powi(2);
            }
            n[j] += 1.0;
        }
    }
    sums.map(|row| std::array::from_fn(|j| (row[j] / n[j].max(1.0)).sqrt()))
}

/// The three shapes of history.
struct Shapes {
    ban_depth: f64,
    ban_days: f64,
    recovery_days: f64,
    halving_dip: f64,
    response: f64,
}

fn daily(given: &Supply, from: &SupplyNow, until: Day, reward: impl Fn(Day) -> Reward) -> Vec<(Day, f64)> {
    let mut now = from.clone();
    let mut path = Vec::new();
    while now.day < until {
        let day = now.day;
        path.push((day, given.advance(&mut now, reward(day))));
    }
    path
}

/// Growth of ln hashrate 120 days after a lasting rise of the price by a tenth, over that rise, from a state; `entry` and
/// `switching` say which of the two may answer.
fn response(given: &Supply, h: &History, from: &SupplyNow, entry: bool, switching: bool) -> f64 {
    let end = |factor: f64| {
        let mut own = given.clone();
        let mut now = from.clone();
        if !entry {
            own.entry_exponent = 0.0;
            own.entry_rate = given.entry_rate * now.q.max(1e-9).powf(given.entry_exponent);
        }
        let mut calm = from.clone();
        for _ in 0..120 {
            let plain = h.months.reward(now.day);
            let dear = Reward { price_usd: plain.price_usd * factor, ..plain };
            own.advance(&mut now, dear);
            if !switching {
                // Owners see the plain price; only buyers see the dear one.
                own.advance(&mut calm, plain);
                now.running = calm.running;
            }
        }
        if switching { now.network_eh_s } else { (0..48).map(|c| now.stock.of(c) * calm.running[c]).sum() }
    };
    (end(1.1) / end(1.0)).ln() / 1.1_f64.ln()
}

fn shapes(given: &Supply, h: &History, states: &[SupplyNow]) -> Fallible<Shapes> {
    let index = |name: &str| h.names.iter().position(|m| m == name).ok_or("month");
    let day = |t: &str| Day::parse(t).ok_or("date");
    let path = daily(given, &states[index("2021-04")?], day("2022-06-30")?, |d| h.months.reward(d));
    let peak = path
        .iter()
        .filter(|p| p.0 < Day::parse("2021-06-01").unwrap_or(p.0))
        .fold(path[0], |a, b| if b.1 > a.1 { *b } else { a });
    let trough = path.iter().filter(|p| p.0 > peak.0).take(120).fold(peak, |a, b| if b.1 < a.1 { *b } else { a });
    let back = path.iter().find(|p| p.0 > trough.0 && p.1 >= peak.1);
    let halving = day("2020-05-11")?;
    let by_day = |d: Day| h.days.iter().find(|x| x.0 == d).map_or(h.months.reward(d), |x| x.1);
    let spring = daily(given, &states[index("2020-03")?], day("2020-07-01")?, by_day);
    let mean = |from: i32, to: i32| {
        let part: Vec<f64> = spring.iter().filter(|p| (from..to).contains(&(p.0.0 - halving.0))).map(|p| p.1).collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    Ok(Shapes {
        ban_depth: trough.1 / peak.1 - 1.0,
        ban_days: f64::from(trough.0.0 - peak.0.0),
        recovery_days: back.map_or(400.0, |b| f64::from(b.0.0 - trough.0.0)),
        halving_dip: mean(14, 28) / mean(-14, 0) - 1.0,
        response: mean_response(given, h, states, true, true),
    })
}

fn mean_response(given: &Supply, h: &History, states: &[SupplyNow], entry: bool, switching: bool) -> f64 {
    let from: Vec<&SupplyNow> = states[..states.len() - 4].iter().skip(5).step_by(5).collect();
    from.iter().map(|s| response(given, h, s, entry, switching)).sum::<f64>() / from.len() as f64
}

/// Half the squared misfit: forecasts (those across the ban count once more), shapes, priors.
fn misfit(given: &Supply, h: &History) -> f64 {
    let states = states(given, h);
    let Ok(s) = shapes(given, h, &states) else { return f64::MAX };
    let (all, calm) = (scores(given, h, &states, true)[0], scores(given, h, &states, false)[0]);
    // Errors that a good forecast might have; the months overlap, so a horizon counts as few independent observations.
    let tolerance = [0.09, 0.13, 0.17];
    let forecasts: f64 =
        (0..3).map(|j| 4.0 * ((all[j] / tolerance[j]).powi(2) + (calm[j] / tolerance[j]).powi(2))).sum();
    let shape = ((s.halving_dip + 0.105) / 0.03).powi(2)
        + ((s.recovery_days - 160.0) / 20.0).powi(2)
        + ((s.ban_depth + 0.531) / 0.05).powi(2)
        + ((s.response - 0.24) / 0.08).powi(2);
    let mut own = given.clone();
    let prior: f64 = FITTED.iter().map(|f| ((*(f.3)(&mut own) / f.1).ln() / f.2).powi(2)).sum();
    let sum = 0.5 * (forecasts + shape + prior);
    if sum.is_finite() { sum } else { f64::MAX }
}

/// Nelder and Mead (1965) on the logarithms.
fn minimize(start: &[f64], iterations: usize, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let n = start.len();
    let mut simplex: Vec<(f64, Vec<f64>)> = vec![(f(start), start.to_vec())];
    for i in 0..n {
        let mut p = start.to_vec();
        p[i] += 0.3;
        simplex.push((f(&p), p));
    }
    for round in 0..iterations {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        if round % 50 == 0 {
            eprintln!("round {round}: {:.4}", simplex[0].0);
        }
        if simplex[n].0 - simplex[0].0 < 1e-4 {
            break;
        }
        let center: Vec<f64> = (0..n).map(|j| simplex[..n].iter().map(|s| s.1[j]).sum::<f64>() / n as f64).collect();
        let worst = simplex[n].clone();
        let at = |k: f64| -> Vec<f64> { (0..n).map(|j| center[j] + k * (worst.1[j] - center[j])).collect() };
        let reflected = at(-1.0);
        let value = f(&reflected);
        if value < simplex[0].0 {
            let further = at(-2.0);
            let beyond = f(&further);
            simplex[n] = if beyond < value { (beyond, further) } else { (value, reflected) };
        } else if value < simplex[n - 1].0 {
            simplex[n] = (value, reflected);
        } else {
            let inner = at(if value < worst.0 { -0.5 } else { 0.5 });
            let inside = f(&inner);
            if inside < worst.0.min(value) {
                simplex[n] = (inside, inner);
            } else {
                let best = simplex[0].1.clone();
                for s in simplex.iter_mut().skip(1) {
                    for (x, b) in s.1.iter_mut().zip(&best) {
                        *x = b + 0.5 * (*x - b);
                    }
                    s.0 = f(&s.1);
                }
            }
        }
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0].1.clone()
}

fn main() -> Fallible<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut iterations = 240;
    if let Some(i) = arguments.iter().position(|a| a == "--iterations") {
        iterations = arguments.get(i + 1).ok_or("--iterations N")?.parse()?;
        arguments.drain(i..=i + 1);
    }
    let path = arguments.first().ok_or("usage: calibrate_supply HISTORY.csv [MONTHLY.csv] [--iterations N]")?;
    let h = history(path)?;
    if let Some(monthly) = arguments.get(1) {
        cross_check(monthly, &h)?;
    }
    let catalog = hashwatt::cli::machines::catalog().map_err(|p| p.to_string())?;
    let sale: Vec<(Day, f64)> = catalog.iter().map(|m| (m.released, m.efficiency().as_j_per_th())).collect();
    let start = base(Technology::of(&sale, Leaning { fade_days: 270.0, efficiency: 4.0 }))?;
    let with = |logs: &[f64]| {
        let mut own = start.clone();
        for (f, x) in FITTED.iter().zip(logs) {
            *(f.3)(&mut own) = x.exp();
        }
        own
    };
    let prior: Vec<f64> = FITTED.iter().map(|f| f.1.ln()).collect();
    let best = minimize(&prior, iterations, |x| misfit(&with(x), &h));
    let mut fitted = with(&best);
    for f in FITTED {
        // Four digits are what a scenario carries; the figures below are theirs.
        let own = (f.3)(&mut fitted);
        let scale = 10f64.powi(3 - own.log10().floor() as i32);
        *own = (*own * scale).round() / scale;
    }
    println!("# misfit {:.4}\n[supply]", misfit(&fitted, &h));
    for f in FITTED {
        println!("{} = {}", f.0, (f.3)(&mut fitted));
    }
    report(&fitted, &h)
}

fn report(given: &Supply, h: &History) -> Fallible<()> {
    let states = states(given, h);
    for with_ban in [true, false] {
        let s = scores(given, h, &states, with_ban);
        println!(
            "\n# root mean square error of ln hashrate, 3, 6, 12 months ahead{}",
            if with_ban { "" } else { ", windows across the ban left out" }
        );
        for (name, row) in ["model", "no change", "drift", "regression"].iter().zip(s) {
            println!("{name:<12} {:.3} {:.3} {:.3}", row[0], row[1], row[2]);
        }
    }
    let s = shapes(given, h, &states)?;
    println!(
        "\nban: {:.1} % in {:.0} days, full recovery {:.0} days after the trough",
        s.ban_depth * 100.0,
        s.ban_days,
        s.recovery_days
    );
    for share in [0.44, 0.50, 0.55, 0.67] {
        let mut own = given.clone();
        own.removals[0].share = share;
        let s = shapes(&own, h, &states)?;
        println!("  share {share}: {:.1} %, recovery {:.0} days", s.ban_depth * 100.0, s.recovery_days);
    }
    println!("halving 2020, weeks 2 to 4 against the two weeks before: {:.1} %", s.halving_dip * 100.0);
    println!("response of ln hashrate to a lasting 10 % of price after 120 days: {:.3}", s.response);
    println!("  entry held at its level: {:.3}", mean_response(given, h, &states, false, true));
    println!("  running shares held: {:.3}", mean_response(given, h, &states, true, false));
    let at = |name: &str| h.names.iter().position(|m| m == name);
    for name in ["2018-12", "2020-04", "2021-04", "2021-12", "2022-06"] {
        if let Some(s) = at(name).map(|i| &states[i]) {
            println!(
                "{name}: {:.1} EH/s running of {:.1}, away {:.1}, on order {:.1}, {:.1} J/TH, q {:.2}",
                s.network_eh_s,
                s.stock.total(),
                s.away_eh_s(),
                s.ordered.iter().sum::<f64>(),
                s.stock.mean_efficiency(&s.running),
                s.q
            );
        }
    }
    kazakhstan(given, h, &states)
}

/// January 2022: Kazakhstan's share of 13.2 % (CCAF) loses its power on 24 January for a week; nothing is refitted.
fn kazakhstan(given: &Supply, h: &History, states: &[SupplyNow]) -> Fallible<()> {
    let from = &states[h.names.iter().position(|m| m == "2021-12").ok_or("month")?];
    let end = Day::parse("2022-03-31").ok_or("date")?;
    let calm = daily(given, from, end, |d| h.months.reward(d));
    let mut own = given.clone();
    own.removals.push(Removal {
        from: Day::parse("2022-01-24").ok_or("date")?,
        over_days: 2.0,
        share: 0.132,
        relocation_days: 60.0,
    });
    let cut = daily(&own, from, end, |d| h.months.reward(d));
    let ratio = |t: &str| {
        let day = Day::parse(t)?;
        let i = calm.iter().position(|p| p.0 == day)?;
        Some(cut.get(i)?.1 / calm.get(i)?.1 - 1.0)
    };
    for t in ["2022-01-23", "2022-01-27", "2022-02-15", "2022-03-30"] {
        println!("Kazakhstan's machines off: {t} {:+.1} %", ratio(t).unwrap_or(f64::NAN) * 100.0);
    }
    Ok(())
}
