//! The grid engine at work: DC flows and hourly dispatch of the IEEE 118-bus case over a year of hours.
//!
//! The dispatched case is made to be hard on purpose: linear costs in random order, capacity of 1.35 times the peak, and
//! eight of the forty busiest branches held to the flow that a dispatch without limits exceeds in 42 % of hours.

use divan::Bencher;
use hashwatt::power::{Case, Cost, Susceptance};

const HOURS: usize = 8760;

fn main() {
    divan::main();
}

/// Reproducible uniform numbers: splitmix64.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Roughly normal: a sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn case118() -> Case {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/grid/case118.m");
    Case::from_matpower(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A year of loads by season, hour and weekday, with noise.
fn loads(case: &Case, dice: &mut Dice) -> Vec<f64> {
    use core::f64::consts::TAU;
    let mut out = Vec::with_capacity(HOURS * case.buses.len());
    for t in 0..HOURS {
        let (hour, day) = ((t % 24) as f64, (t / 24) as f64);
        let season = 0.80 + 0.14 * (TAU * (day - 15.0) / 365.0).cos();
        let daily = 0.87 + 0.10 * (TAU * (hour - 9.0) / 24.0).sin() + 0.04 * (2.0 * TAU * (hour - 7.0) / 24.0).sin();
        let weekly = if (t / 24) % 7 >= 5 { 0.93 } else { 1.0 };
        let level = season * daily * weekly;
        out.extend(case.buses.iter().map(|bus| (bus.demand_mw * level * (1.0 + 0.05 * dice.normal())).max(0.0)));
    }
    out
}

/// The hard case and its loads.
fn tight118() -> (Case, Vec<f64>) {
    let mut case = case118();
    let dice = &mut Dice(7);
    let load = loads(&case, dice);
    let buses = case.buses.len();
    let total: Vec<f64> = load.chunks(buses).map(|l| l.iter().sum()).collect();
    let peak = total.iter().copied().fold(0.0, f64::max);
    let capacity: f64 = case.generators.iter().map(|g| g.max_mw).sum();
    for generator in &mut case.generators {
        generator.max_mw *= 1.35 * peak / capacity;
        generator.min_mw = 0.0;
        generator.cost = Cost::Polynomial { constant: 0.0, linear: 8.0 + 62.0 * dice.unit(), quadratic: 0.0 };
    }
    let linear = |g: usize| if let Cost::Polynomial { linear, .. } = case.generators[g].cost { linear } else { 0.0 };
    let mut order: Vec<usize> = (0..case.generators.len()).collect();
    order.sort_by(|&a, &b| linear(a).total_cmp(&linear(b)));
    let mut output = vec![0.0; HOURS * case.generators.len()];
    for (hour, generators) in total.iter().zip(output.chunks_mut(case.generators.len())) {
        let mut left = *hour;
        for &g in &order {
            generators[g] = left.min(case.generators[g].max_mw);
            left -= generators[g];
        }
    }
    let branches = case.branches.len();
    let mut flow = vec![0.0; HOURS * branches];
    case.for_flows().unwrap().flows(&load, Some(&output), &mut flow).unwrap();
    let sorted = |k: usize| {
        let mut of: Vec<f64> = flow.iter().skip(k).step_by(branches).map(|mw| mw.abs()).collect();
        of.sort_by(f64::total_cmp);
        of
    };
    let most: Vec<f64> = (0..branches).map(|k| sorted(k)[HOURS - 1]).collect();
    let mut busiest: Vec<usize> = (0..branches).collect();
    busiest.sort_by(|&a, &b| most[b].total_cmp(&most[a]));
    let degree = |bus: u32| case.branches.iter().filter(|b| b.from == bus || b.to == bus).count();
    let meshed = |k: &usize| degree(case.branches[*k].from).min(degree(case.branches[*k].to)) > 1;
    let mut hot: Vec<usize> = busiest.into_iter().take(40).filter(meshed).collect();
    while hot.len() > 8 {
        hot.remove((dice.unit() * hot.len() as f64) as usize);
    }
    let steps: Vec<Vec<f64>> = hot.iter().map(|&k| sorted(k)).collect();
    let congested = |at: usize| {
        let beyond = |row: &[f64]| hot.iter().zip(&steps).any(|(&k, of)| row[k].abs() > of[at]);
        flow.chunks(branches).filter(|row| beyond(row)).count()
    };
    let at = (HOURS / 2..HOURS).find(|&at| congested(at) * 100 <= 42 * HOURS).unwrap_or(HOURS - 1);
    let limits: Vec<f64> = steps.iter().map(|of| of[at]).collect();
    for (branch, most) in case.branches.iter_mut().zip(&most) {
        branch.rating_mw = (1.3 * most).max(40.0);
    }
    for (&k, limit) in hot.iter().zip(limits) {
        case.branches[k].rating_mw = limit;
    }
    (case, load)
}

#[divan::bench]
fn dc_flow_case118_8760(bencher: Bencher) {
    let case = case118();
    let load = loads(&case, &mut Dice(1));
    let output: Vec<f64> = (0..HOURS).flat_map(|_| case.generators.iter().map(|g| g.output_mw)).collect();
    let mut flow = vec![0.0; HOURS * case.branches.len()];
    let ready = case.for_flows().unwrap();
    bencher.bench_local(|| ready.flows(&load, Some(&output), &mut flow).unwrap());
}

#[divan::bench]
fn dispatch_case118_tight_8760(bencher: Bencher) {
    let (case, load) = tight118();
    let once = case.dispatch_hours(Susceptance::Matpower, &load, 3000.0).unwrap();
    println!(
        "shed in {} hours, fall-back in {}, gap {:.1e}",
        once.shed_mw.chunks(118).filter(|s| s.iter().sum::<f64>() > 1e-6).count(),
        once.fallback_hours.len(),
        once.worst_gap
    );
    bencher.bench_local(|| case.dispatch_hours(Susceptance::Matpower, &load, 3000.0).unwrap());
}
