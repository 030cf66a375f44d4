//! Adequacy of the IEEE Reliability Test System of 1979: exact, and by a thousand sequential years.

use divan::Bencher;
use hashwatt::power::{Indices, OutageTable, Sampled, Unit};
use hashwatt::random::Seed;

fn main() {
    divan::main();
}

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/data/reliability/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(row: &[String], column: usize) -> f64 {
    row[column].parse().unwrap()
}

fn units() -> Vec<Unit> {
    let unit = |row: &Vec<String>| Unit::two_state(number(row, 2), number(row, 5), number(row, 6)).unwrap();
    rows("rts79_generators.csv").iter().map(unit).collect()
}

/// 52 weeks of 7 days from Monday.
fn load() -> Vec<f64> {
    let [weeks, days, hours] = ["weekly", "daily", "hourly"].map(|t| rows(&format!("rts79_load_{t}_pct.csv")));
    let mut load = Vec::new();
    for (w, week) in weeks.iter().enumerate() {
        let season = match w + 1 {
            18..=30 => 3,
            9..=17 | 31..=43 => 5,
            _ => 1,
        };
        for (d, day) in days.iter().enumerate() {
            let peak = 2850.0 * number(week, 1) * number(day, 1) / 1e4;
            load.extend(hours.iter().map(|hour| peak * number(hour, season + usize::from(d >= 5)) / 100.0));
        }
    }
    load
}

#[divan::bench]
fn rts79_1000_sequential_years(bencher: Bencher) {
    let (units, load) = (units(), load());
    bencher.bench_local(|| Sampled::run(&units, &load, None, 1000, Seed(1)));
}

#[divan::bench]
fn rts79_exact(bencher: Bencher) {
    let (units, load) = (units(), load());
    bencher.bench_local(|| Indices::exact(&OutageTable::of(&units), &load, None));
}
