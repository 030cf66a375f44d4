//! A whole population of transformers through a year: exactly, or interpolated over scale.
//!
//! Transformers whose loads share a shape differ only in scale: K(t) = home · s(t) + mining · g(t). Exactly, sixteen of a shape
//! go through the hours side by side. What a year does to one is also a smooth function of (home, mining), so it can be
//! computed on a grid of Chebyshev points of each shape and interpolated for every transformer: the logarithm of aging by
//! polynomials, the highest temperatures of each season on straight lines between the points. Transformers that come near
//! a limit are computed exactly.
//!
//! Protection does not act here: the batch answers how strained the population is, the loop what fails.

use super::abreast::{Column, WIDE, each};
use super::strain::Curves;

/// Chebyshev points in each direction of the grid.
pub const ORDER: usize = 12;
/// A hot spot this near the limit is computed exactly, K: more than interpolation may miss.
pub const NEAR_K: f64 = 2.0;

/// Parts of the hours whose highest temperatures are interpolated apart.
const SEASONS: usize = 12;
/// Hours taken together: what they need lies in the nearest memory.
const TILE: usize = 32;

/// What transformers of one settlement share: hourly courses.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Load of homes at scale 1.
    pub home: Vec<f64>,
    /// Load of mining at scale 1.
    pub mining: Vec<f64>,
    /// Ambient temperature, °C.
    pub ambient_c: Vec<f64>,
}

/// One transformer of the population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Its shape.
    pub shape: usize,
    /// Scale of its homes' load.
    pub home: f64,
    /// Scale of its mining load.
    pub mining: f64,
}

/// What the hours did to a transformer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Highest hot spot, °C.
    pub hot_spot_max_c: f64,
    /// Highest top oil, °C.
    pub top_oil_max_c: f64,
    /// Normal life lost, hours.
    pub life_lost_h: f64,
}

/// What the hours did to some transformers side by side.
struct Passed {
    /// Normal life lost, hours: summed over a tile in single precision, over the year in double.
    life_h: [f64; WIDE],
    /// Highest hot spot and highest top oil, °C, in each part of the year: over the whole year a maximum has kinks where its
    /// hour jumps from one season to another, and between the points of a grid a kink is lost.
    most_c: [[Column; 2]; SEASONS],
}

impl Passed {
    fn outcomes(&self) -> [Outcome; WIDE] {
        let most = |which: usize, i: usize| f64::from(self.most_c.iter().map(|s| s[which][i]).fold(f32::MIN, f32::max));
        core::array::from_fn(|i| Outcome {
            hot_spot_max_c: most(0, i),
            top_oil_max_c: most(1, i),
            life_lost_h: self.life_h[i],
        })
    }
}

/// Some transformers of one shape through all hours, compiled for the widest vectors that the machine has: the same bits on
/// every machine, and for each transformer whoever its neighbors are.
struct Through<'a> {
    curves: &'a Curves,
    shape: &'a Shape,
    /// Scales of homes and of mining.
    home: Column,
    mining: Column,
}

impl pulp::WithSimd for Through<'_> {
    type Output = Passed;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> Self::Output {
        let Self { curves, shape, home, mining } = self;
        let (k21, left, halved, weights) = (curves.k21(), curves.left(), curves.left_half(), curves.weights());
        let (mut top, mut fast, mut slow, mut rate) =
            ([0.0_f32; WIDE], [0.0_f32; WIDE], [0.0_f32; WIDE], [0.0_f32; WIDE]);
        let mut passed = Passed { life_h: [0.0; WIDE], most_c: [[[f32::MIN; WIDE]; 2]; SEASONS] };
        let (mut load, mut oil, mut gradient) =
            ([[0.0_f32; WIDE]; TILE], [[0.0_f32; WIDE]; TILE], [[0.0_f32; WIDE]; TILE]);
        let (mut half, mut hot) = ([[0.0; WIDE]; TILE], [[0.0; WIDE]; TILE]);
        let tiles = shape.home.chunks(TILE).zip(shape.mining.chunks(TILE)).zip(shape.ambient_c.chunks(TILE));
        let count = tiles.len().max(1);
        for (tile, ((homes, miners), air)) in tiles.enumerate() {
            for (load, (h, m)) in load.iter_mut().zip(homes.iter().zip(miners)) {
                // Vectors by name: of columns alone the compiler makes vectors over hours here, and scatters them.
                let (h, m) = (simd.splat_f32s(*h as f32), simd.splat_f32s(*m as f32));
                let scales = S::as_simd_f32s(&home).0.iter().zip(S::as_simd_f32s(&mining).0);
                for (load, (home, mining)) in S::as_mut_simd_f32s(load).0.iter_mut().zip(scales) {
                    *load = simd.add_f32s(simd.mul_f32s(*home, h), simd.mul_f32s(*mining, m));
                }
            }
            each(&load, &mut oil, |load| curves.top_oil_rise_k(load * load));
            each(&load, &mut gradient, |load| curves.gradient_k(load));
            if tile == 0 {
                for i in 0..WIDE {
                    let steady = [air[0] as f32 + oil[0][i], k21 * gradient[0][i], (k21 - 1.0) * gradient[0][i]];
                    (top[i], fast[i], slow[i]) = (steady[0], steady[1], steady[2]);
                    rate[i] = Curves::aging_rate(top[i] + fast[i] - slow[i]);
                }
            }
            let [mut hot_most, mut top_most] = passed.most_c[tile * SEASONS / count];
            for (((half, hot), (oil, gradient)), air) in
                half.iter_mut().zip(&mut hot).zip(oil.iter().zip(&gradient)).zip(air)
            {
                let air = *air as f32;
                for i in 0..WIDE {
                    let to = [air + oil[i], k21 * gradient[i], (k21 - 1.0) * gradient[i]];
                    let off = [top[i] - to[0], fast[i] - to[1], slow[i] - to[2]];
                    let after = |part: usize, left: &[f32; 3]| to[part] + off[part] * left[part];
                    half[i] = after(0, halved) + after(1, halved) - after(2, halved);
                    (top[i], fast[i], slow[i]) = (after(0, left), after(1, left), after(2, left));
                    hot[i] = top[i] + fast[i] - slow[i];
                    top_most[i] = if top[i] > top_most[i] { top[i] } else { top_most[i] };
                    hot_most[i] = if hot[i] > hot_most[i] { hot[i] } else { hot_most[i] };
                }
            }
            passed.most_c[tile * SEASONS / count] = [hot_most, top_most];
            // From here on what loads and rises were is not needed: their places take the rates.
            each(&half, &mut oil, Curves::aging_rate);
            each(&hot, &mut gradient, Curves::aging_rate);
            let mut life = [0.0_f32; WIDE];
            for (middle, end) in oil.iter().zip(&gradient).take(air.len()) {
                for i in 0..WIDE {
                    life[i] += weights[0] * rate[i] + weights[1] * middle[i] + weights[2] * end[i];
                }
                rate = *end;
            }
            for (sum, life) in passed.life_h.iter_mut().zip(life) {
                *sum += f64::from(life);
            }
        }
        passed
    }
}

/// Transformers of one shape, at most eight, given by their scales of homes and of mining.
fn through(curves: &Curves, shape: &Shape, scales: &[[f64; 2]]) -> Passed {
    let of = |which: usize| core::array::from_fn(|i| scales.get(i).map_or(0.0, |s| s[which] as f32));
    pulp::Arch::new().dispatch(Through { curves, shape, home: of(0), mining: of(1) })
}

/// Some of a population, by position, all of one shape, exactly.
fn exactly(curves: &Curves, shape: &Shape, population: &[Scale], which: &[usize]) -> Vec<(usize, Outcome)> {
    let some = |which: &[usize]| {
        let scales: Vec<[f64; 2]> =
            which.iter().filter_map(|i| population.get(*i)).map(|s| [s.home, s.mining]).collect();
        let outcomes = through(curves, shape, &scales).outcomes();
        which.iter().copied().zip(outcomes).collect::<Vec<_>>()
    };
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        which.par_chunks(WIDE).flat_map_iter(some).collect()
    }
    #[cfg(not(feature = "parallel"))]
    which.chunks(WIDE).flat_map(some).collect()
}

/// Every transformer exactly.
pub fn exact(curves: &Curves, shapes: &[Shape], population: &[Scale]) -> Vec<Outcome> {
    let mut out = vec![Outcome::default(); population.len()];
    for (at, shape) in shapes.iter().enumerate() {
        let members: Vec<usize> = (0..population.len()).filter(|i| population[*i].shape == at).collect();
        for (i, outcome) in exactly(curves, shape, population, &members) {
            out[i] = outcome;
        }
    }
    out
}

/// Every transformer by interpolation over scale; those whose hot spot comes within [`NEAR_K`] of a limit exactly.
pub fn interpolated(curves: &Curves, shapes: &[Shape], population: &[Scale], hot_spot_limit_c: f64) -> Vec<Outcome> {
    let mut out = vec![Outcome::default(); population.len()];
    for (at, shape) in shapes.iter().enumerate() {
        let members: Vec<usize> = (0..population.len()).filter(|i| population[*i].shape == at).collect();
        let range = |of: fn(&Scale) -> f64| {
            let values = members.iter().map(|i| of(&population[*i]));
            let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
            (low, high.max(low + 1e-6))
        };
        if members.is_empty() {
            continue;
        }
        let grid = Grid::new(curves, shape, range(|s| s.home), range(|s| s.mining));
        let mut near = Vec::new();
        for i in members {
            let s = population[i];
            out[i] = grid.at(s.home, s.mining);
            if (out[i].hot_spot_max_c - hot_spot_limit_c).abs() < NEAR_K {
                near.push(i);
            }
        }
        for (i, outcome) in exactly(curves, shape, population, &near) {
            out[i] = outcome;
        }
    }
    out
}

/// Exact outcomes on a grid of scales.
struct Grid {
    home: (f64, f64),
    mining: (f64, f64),
    /// Logarithm of the life lost, hours.
    log_life: Vec<f64>,
    /// Highest hot spot and highest top oil by season, °C.
    most_c: Vec<[[f64; 2]; SEASONS]>,
    nodes: [f64; ORDER],
    weights: [f64; ORDER],
}

impl Grid {
    fn new(curves: &Curves, shape: &Shape, home: (f64, f64), mining: (f64, f64)) -> Self {
        let angle = |i: usize| core::f64::consts::PI * (i as f64 + 0.5) / ORDER as f64;
        let nodes: [f64; ORDER] = core::array::from_fn(|i| libm::cos(angle(i)));
        let weights = core::array::from_fn(|i| if i % 2 == 0 { libm::sin(angle(i)) } else { -libm::sin(angle(i)) });
        let place = |(low, high): (f64, f64), x: f64| low + (high - low) * (x + 1.0) / 2.0;
        let scales: Vec<[f64; 2]> =
            nodes.iter().flat_map(|h| nodes.map(|m| [place(home, *h), place(mining, m)])).collect();
        let (mut log_life, mut most_c) = (Vec::with_capacity(scales.len()), Vec::with_capacity(scales.len()));
        for some in scales.chunks(WIDE) {
            let passed = through(curves, shape, some);
            for i in 0..some.len() {
                log_life.push(libm::log(passed.life_h[i].max(1e-300)));
                most_c.push(passed.most_c.map(|s| [f64::from(s[0][i]), f64::from(s[1][i])]));
            }
        }
        Self { home, mining, log_life, most_c, nodes, weights }
    }

    /// Barycentric coefficients of a place between the nodes.
    fn coefficients(&self, (low, high): (f64, f64), at: f64) -> [f64; ORDER] {
        let x = 2.0 * (at - low) / (high - low) - 1.0;
        let mut c = [0.0; ORDER];
        if let Some(hit) = self.nodes.iter().position(|n| (x - n).abs() < 1e-12) {
            c[hit] = 1.0;
            return c;
        }
        let mut sum = 0.0;
        for ((c, node), weight) in c.iter_mut().zip(&self.nodes).zip(&self.weights) {
            *c = weight / (x - node);
            sum += *c;
        }
        c.map(|c| c / sum)
    }

    /// The two nodes around a place and the share of the second; nodes fall from 1 to −1.
    fn around(&self, (low, high): (f64, f64), at: f64) -> (usize, f64) {
        let x = 2.0 * (at - low) / (high - low) - 1.0;
        let after = self.nodes.partition_point(|n| *n > x).clamp(1, ORDER - 1);
        let (a, b) = (self.nodes[after - 1], self.nodes[after]);
        (after - 1, (x - a) / (b - a))
    }

    fn at(&self, home: f64, mining: f64) -> Outcome {
        let (across, along) = (self.coefficients(self.home, home), self.coefficients(self.mining, mining));
        let mut log_life = 0.0;
        for (row, a) in self.log_life.chunks_exact(ORDER).zip(across) {
            log_life += a * row.iter().zip(along).map(|(value, b)| b * value).sum::<f64>();
        }
        let ((i, u), (j, v)) = (self.around(self.home, home), self.around(self.mining, mining));
        let corner = |di: usize, dj: usize| self.most_c.get((i + di) * ORDER + j + dj);
        let mut most = [f64::MIN; 2];
        if let (Some(a), Some(b), Some(c), Some(d)) = (corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)) {
            for season in 0..SEASONS {
                for (k, most) in most.iter_mut().enumerate() {
                    let [a, b, c, d] = [a, b, c, d].map(|s| s[season][k]);
                    *most = most.max((1.0 - u) * ((1.0 - v) * a + v * b) + u * ((1.0 - v) * c + v * d));
                }
            }
        }
        Outcome { hot_spot_max_c: most[0], top_oil_max_c: most[1], life_lost_h: libm::exp(log_life) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equations::transformer::{Class, Heat, Paper, Strain};

    fn population(hours: i32) -> (Shape, Vec<Scale>) {
        let wave = |h: i32, period: f64| libm::sin(f64::from(h) * core::f64::consts::TAU / period);
        let shape = Shape {
            home: (0..hours).map(|h| 0.6 + 0.2 * wave(h, 24.0) - 0.3 * wave(h, 2000.0)).collect(),
            mining: (0..hours).map(|_| 1.0).collect(),
            ambient_c: (0..hours).map(|h| 25.0 * wave(h, 2000.0) - 5.0 + 8.0 * wave(h, 190.0)).collect(),
        };
        let scale = |i: i32| Scale {
            shape: 0,
            home: 0.3 + 1.2 * libm::fmod(f64::from(i) * 0.618, 1.0),
            mining: 0.9 * libm::fmod(f64::from(i) * 0.414, 1.0),
        };
        (shape, (0..300).map(scale).collect())
    }

    /// Side by side against the equations one hour after the other, for classes with and without overshoot.
    #[test]
    fn side_by_side_is_hour_by_hour() {
        for class in [Class::DistributionOnan, Class::PowerOnan] {
            let constants = class.constants();
            let curves = Curves::new(&constants, 60.0);
            let weights = curves.weights().map(f64::from);
            let (shape, population) = population(777);
            let all = exact(&curves, core::slice::from_ref(&shape), &population);
            for (s, fast) in population.iter().zip(&all) {
                let (mut heat, mut life, mut most) = (None, 0.0, [f64::MIN; 2]);
                for ((h, m), air) in shape.home.iter().zip(&shape.mining).zip(&shape.ambient_c) {
                    let strain = Strain { load: s.home * h + s.mining * m, ambient_c: *air };
                    let begin: Heat = heat.unwrap_or_else(|| constants.steady(strain));
                    let moments = [0.0, 30.0, 60.0].map(|minutes| constants.after(begin, strain, minutes));
                    let rates = moments.map(|h| Paper::Kraft.aging_rate(h.hot_spot_c()));
                    life += weights.iter().zip(rates).map(|(w, r)| w * r).sum::<f64>();
                    let end = moments[2];
                    most = [most[0].max(end.hot_spot_c()), most[1].max(end.top_oil_c)];
                    heat = Some(end);
                }
                assert!((fast.hot_spot_max_c - most[0]).abs() < 1e-3 && (fast.top_oil_max_c - most[1]).abs() < 1e-3);
                assert!((fast.life_lost_h / life - 1.0).abs() < 1e-4, "{fast:?} {life}");
            }
            let alone = exact(&curves, core::slice::from_ref(&shape), &population[7..8]);
            assert_eq!(alone[0], all[7], "whoever the neighbors are");
        }
    }

    #[test]
    fn interpolation_keeps_to_the_exact_answer() {
        let curves = Curves::new(&Class::DistributionOnan.constants(), 60.0);
        let (shape, population) = population(2000);
        let shapes = [shape];
        let (all, fast) = (exact(&curves, &shapes, &population), interpolated(&curves, &shapes, &population, 140.0));
        for (a, b) in all.iter().zip(&fast) {
            assert!((a.hot_spot_max_c - b.hot_spot_max_c).abs() < 1.5, "{a:?} {b:?}");
            assert!((a.top_oil_max_c - b.top_oil_max_c).abs() < 1.5, "{a:?} {b:?}");
            assert!((a.life_lost_h / b.life_lost_h - 1.0).abs() < 0.002, "{a:?} {b:?}");
        }
        assert!(interpolated(&curves, &shapes, &[], 140.0).is_empty());
    }
}
