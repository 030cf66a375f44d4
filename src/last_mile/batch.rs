//! A whole population of transformers through a year: exactly, or interpolated over scale.
//!
//! Transformers whose loads share a shape differ only in scale: K(t) = home · s(t) + mining · g(t). What a year does to one
//! is then a smooth function of (home, mining), so it is computed exactly on a grid of Chebyshev points of each shape and
//! interpolated for every transformer: the logarithm of aging by polynomials, the highest temperatures, which have kinks, on
//! straight lines between the points. Transformers that come near a limit are computed exactly.
//!
//! Protection does not act here: the batch answers how strained the population is, the loop what fails.

use super::strain::Curves;
use crate::equations::transformer::Heat;

/// Chebyshev points in each direction of the grid.
pub const ORDER: usize = 24;
/// A hot spot this near the limit is computed exactly, K.
pub const NEAR_K: f64 = 5.0;

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

/// One transformer through all hours, exactly.
pub fn exact_one(curves: &Curves, shape: &Shape, home: f64, mining: f64) -> Outcome {
    let mut heat: Option<Heat> = None;
    let mut out = Outcome { hot_spot_max_c: f64::MIN, top_oil_max_c: f64::MIN, life_lost_h: 0.0 };
    for ((h, m), air) in shape.home.iter().zip(&shape.mining).zip(&shape.ambient_c) {
        let load = home * h + mining * m;
        let steady = curves.steady(load, load, *air);
        let (next, rate) = curves.step(heat.unwrap_or(steady), steady);
        heat = Some(next);
        out.life_lost_h += rate;
        out.hot_spot_max_c = out.hot_spot_max_c.max(next.hot_spot_c());
        out.top_oil_max_c = out.top_oil_max_c.max(next.top_oil_c);
    }
    out
}

/// Every transformer exactly.
pub fn exact(curves: &Curves, shapes: &[Shape], population: &[Scale]) -> Vec<Outcome> {
    let one =
        |s: &Scale| shapes.get(s.shape).map_or_else(Outcome::default, |sh| exact_one(curves, sh, s.home, s.mining));
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        population.par_iter().map(one).collect()
    }
    #[cfg(not(feature = "parallel"))]
    population.iter().map(one).collect()
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
        for i in members {
            let s = population[i];
            let near = grid.at(s.home, s.mining);
            out[i] = if (near.hot_spot_max_c - hot_spot_limit_c).abs() < NEAR_K {
                exact_one(curves, shape, s.home, s.mining)
            } else {
                near
            };
        }
    }
    out
}

/// Exact outcomes on a grid of scales.
struct Grid {
    home: (f64, f64),
    mining: (f64, f64),
    /// Highest hot spot, highest top oil and the logarithm of the life lost.
    values: Vec<[f64; 3]>,
    nodes: [f64; ORDER],
    weights: [f64; ORDER],
}

impl Grid {
    fn new(curves: &Curves, shape: &Shape, home: (f64, f64), mining: (f64, f64)) -> Self {
        let angle = |i: usize| core::f64::consts::PI * (i as f64 + 0.5) / ORDER as f64;
        let nodes: [f64; ORDER] = core::array::from_fn(|i| libm::cos(angle(i)));
        let weights = core::array::from_fn(|i| if i % 2 == 0 { libm::sin(angle(i)) } else { -libm::sin(angle(i)) });
        let place = |(low, high): (f64, f64), x: f64| low + (high - low) * (x + 1.0) / 2.0;
        let mut values = Vec::with_capacity(ORDER * ORDER);
        for h in nodes {
            for m in nodes {
                let o = exact_one(curves, shape, place(home, h), place(mining, m));
                values.push([o.hot_spot_max_c, o.top_oil_max_c, libm::log(o.life_lost_h.max(1e-300))]);
            }
        }
        Self { home, mining, values, nodes, weights }
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
        for (row, a) in self.values.chunks_exact(ORDER).zip(across) {
            log_life += a * row.iter().zip(along).map(|(value, b)| b * value[2]).sum::<f64>();
        }
        // A maximum over time has kinks where its hour jumps, so it is read on straight lines.
        let ((i, u), (j, v)) = (self.around(self.home, home), self.around(self.mining, mining));
        let corner = |di: usize, dj: usize| self.values.get((i + di) * ORDER + j + dj).copied().unwrap_or_default();
        let [a, b, c, d] = [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)];
        let line = |k: usize| (1.0 - u) * ((1.0 - v) * a[k] + v * b[k]) + u * ((1.0 - v) * c[k] + v * d[k]);
        Outcome { hot_spot_max_c: line(0), top_oil_max_c: line(1), life_lost_h: libm::exp(log_life) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equations::transformer::Class;

    #[test]
    fn interpolation_keeps_to_the_exact_answer() {
        let curves = Curves::new(&Class::DistributionOnan.constants(), 60.0);
        let hours = 0..2000;
        let wave = |h: i32, period: f64| libm::sin(f64::from(h) * core::f64::consts::TAU / period);
        let shape = Shape {
            home: hours.clone().map(|h| 0.6 + 0.2 * wave(h, 24.0) - 0.3 * wave(h, 2000.0)).collect(),
            mining: hours.clone().map(|_| 1.0).collect(),
            ambient_c: hours.map(|h| 25.0 * wave(h, 2000.0) - 5.0 + 8.0 * wave(h, 190.0)).collect(),
        };
        let population: Vec<Scale> = (0..300)
            .map(|i| Scale {
                shape: 0,
                home: 0.3 + 1.2 * libm::fmod(f64::from(i) * 0.618, 1.0),
                mining: 0.9 * libm::fmod(f64::from(i) * 0.414, 1.0),
            })
            .collect();
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
