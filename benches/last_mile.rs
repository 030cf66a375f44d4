//! 50,000 transformers through 8,760 hours: exactly, and batched over scale.

use hashwatt::equations::transformer::Class;
use hashwatt::last_mile::batch::{Scale, Shape, exact, interpolated};
use hashwatt::last_mile::strain::Curves;

fn main() {
    divan::main();
}

fn wave(hour: usize, period: f64) -> f64 {
    libm::sin(hour as f64 * core::f64::consts::TAU / period)
}

/// Six shapes of a Siberian year, and transformers of every scale.
fn population(count: usize) -> (Curves, Vec<Shape>, Vec<Scale>) {
    let shape = |s: usize| Shape {
        home: (0..8760)
            .map(|h| 0.55 + (0.25 + 0.02 * s as f64) * wave(h + 2190, 8760.0) + 0.15 * wave(h + s, 24.0))
            .collect(),
        mining: vec![1.0; 8760],
        ambient_c: (0..8760).map(|h| -1.0 - s as f64 - 18.0 * wave(h + 2190, 8760.0) + 6.0 * wave(h, 151.0)).collect(),
    };
    let scale = |i: usize| Scale {
        shape: i % 6,
        home: 0.3 + 1.0 * libm::fmod(i as f64 * 0.618_034, 1.0),
        mining: 0.6 * libm::fmod(i as f64 * 0.414_214, 1.0),
    };
    let curves = Curves::new(&Class::DistributionOnan.constants(), 60.0);
    (curves, (0..6).map(shape).collect(), (0..count).map(scale).collect())
}

#[divan::bench(sample_count = 5)]
fn batched_50_000(bencher: divan::Bencher) {
    let (curves, shapes, all) = population(50_000);
    bencher.bench_local(|| interpolated(&curves, &shapes, &all, 140.0));
}

#[divan::bench(sample_count = 2)]
fn exact_50_000(bencher: divan::Bencher) {
    let (curves, shapes, all) = population(50_000);
    bencher.bench_local(|| exact(&curves, &shapes, &all));
}
