//! Which assumption moves an answer: one at a time (tornado), along random paths (Morris), and by shares of variance (Sobol).
//!
//! All three are designs of points over the ranges of the assumptions, and read the answers at those points; they know
//! nothing of what is run at a point. Futures are the same at every point, so differences are those of the assumptions.

use super::draw::{Range, triangular_quantile};
use super::quantile::{Spread, quantile};
use crate::random::{Member, Seed, Stream};
use serde::{Deserialize, Serialize};

/// How the ranges are covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// Each assumption at both ends, the others at their value: 2k + 1 points.
    Tornado,
    /// Elementary effects along random paths over four levels (Morris 1991; μ* after Campolongo and others 2007):
    /// paths × (k + 1) points.
    Morris {
        /// Number of paths.
        paths: u32,
    },
    /// Shares of variance from two samples and their crossings (Saltelli and others 2010): samples × (k + 2) points, drawn as
    /// ensembles draw.
    Sobol {
        /// Size of either sample.
        samples: u32,
    },
}

/// Steps of a Morris path: two of the three gaps between four levels.
const STEP: f64 = 2.0 / 3.0;
/// Resamples of a bootstrap.
const RESAMPLES: i64 = 400;

/// An assumption at both ends of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// The answer with every assumption at its value.
    pub at_base: f64,
    /// The answer at the low end.
    pub at_low: f64,
    /// The answer at the high end.
    pub at_high: f64,
}

/// Elementary effects of an assumption: change of the answer over the whole range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effects {
    /// Their mean.
    pub mu: f64,
    /// Mean of their sizes: influence.
    pub mu_star: f64,
    /// Their standard deviation: bending and interplay.
    pub sigma: f64,
}

/// An index with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Index {
    /// The estimate.
    pub value: f64,
    /// 5 % of resamples are lower.
    pub p05: f64,
    /// 95 % of resamples are lower.
    pub p95: f64,
}

/// Shares of variance of an assumption.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Of its own (first order).
    pub first: Index,
    /// With all its interplay (total order).
    pub total: Index,
}

impl Method {
    /// Number of points for so many assumptions.
    pub fn points(self, assumptions: usize) -> usize {
        match self {
            Self::Tornado => 2 * assumptions + 1,
            Self::Morris { paths } => paths as usize * (assumptions + 1),
            Self::Sobol { samples } => samples as usize * (assumptions + 2),
        }
    }

    /// The values of all assumptions at one point.
    pub fn point(self, ranges: &[Range], seed: Seed, point: usize) -> Vec<f64> {
        let k = ranges.len();
        match self {
            Self::Tornado => {
                let mut at: Vec<f64> = ranges.iter().map(|r| r.mode).collect();
                if let Some(i) = point.checked_sub(1)
                    && let (Some(slot), Some(range)) = (at.get_mut(i / 2), ranges.get(i / 2))
                {
                    *slot = if i % 2 == 0 { range.low } else { range.high };
                }
                at
            }
            Self::Morris { .. } => {
                let path = Path::new(k, seed, point / (k + 1));
                let at = path.levels(point % (k + 1));
                ranges.iter().zip(at).map(|(r, u)| rounded(r, r.low + u * (r.high - r.low))).collect()
            }
            Self::Sobol { .. } => {
                let (row, which) = (point / (k + 2), point % (k + 2));
                let draw = |i: usize, r: &Range| {
                    // Point 0 is sample A, 1 is B, 2 + i is A with its i-th number from B.
                    let from_b = which == 1 || which == i + 2;
                    let name = if from_b { "sobol.b" } else { "sobol.a" };
                    let u = Stream::new(seed, Member(row as u32), name, &r.key).at(0).uniform();
                    rounded(r, triangular_quantile(r.low, r.mode, r.high, u))
                };
                ranges.iter().enumerate().map(|(i, r)| draw(i, r)).collect()
            }
        }
    }
}

fn rounded(range: &Range, value: f64) -> f64 {
    if range.whole { libm::rint(value) } else { value }
}

/// A random path over the levels 0, 1/3, 2/3, 1: each assumption moves once, by two thirds.
struct Path {
    start: Vec<f64>,
    /// The order in which they move.
    order: Vec<usize>,
}

impl Path {
    fn new(k: usize, seed: Seed, path: usize) -> Self {
        let mut draws = Stream::new(seed, Member(path as u32), "morris", "path").at(0);
        let start = (0..k).map(|_| [0.0, 1.0 / 3.0, STEP, 1.0][((draws.uniform() * 4.0) as usize).min(3)]).collect();
        let mut order: Vec<usize> = (0..k).collect();
        for i in (1..k).rev() {
            order.swap(i, ((draws.uniform() * (i + 1) as f64) as usize).min(i));
        }
        Self { start, order }
    }
    fn moved(from: f64) -> f64 {
        if from > 0.5 { from - STEP } else { from + STEP }
    }
    /// The levels after so many moves.
    fn levels(&self, moves: usize) -> Vec<f64> {
        let mut at = self.start.clone();
        for i in self.order.iter().take(moves) {
            if let Some(level) = at.get_mut(*i) {
                *level = Self::moved(*level);
            }
        }
        at
    }
}

/// Both ends of each assumption from the answers at the points of a tornado.
pub fn tornado(assumptions: usize, answers: &[f64]) -> Vec<Ends> {
    let at = |i: usize| answers.get(i).copied().unwrap_or(f64::NAN);
    (0..assumptions).map(|i| Ends { at_base: at(0), at_low: at(2 * i + 1), at_high: at(2 * i + 2) }).collect()
}

/// Elementary effects of each assumption from the answers along Morris' paths; a path with an unknown answer is left out of
/// the effects next to it.
pub fn morris(assumptions: usize, seed: Seed, answers: &[f64]) -> Vec<Effects> {
    let mut effects: Vec<Vec<f64>> = vec![Vec::new(); assumptions];
    for (number, path) in answers.chunks_exact(assumptions + 1).enumerate() {
        let about = Path::new(assumptions, seed, number);
        for ((before, after), i) in path.iter().zip(path.iter().skip(1)).zip(&about.order) {
            let start = about.start.get(*i).copied().unwrap_or(0.0);
            let effect = (after - before) / (Path::moved(start) - start);
            if let (true, Some(list)) = (effect.is_finite(), effects.get_mut(*i)) {
                list.push(effect);
            }
        }
    }
    let of = |list: &Vec<f64>| {
        let spread = Spread::of(list.iter().copied());
        let mu = spread.map_or(f64::NAN, |s| s.mean);
        let mu_star = list.iter().map(|e| e.abs()).sum::<f64>() / list.len() as f64;
        let sigma = spread.and_then(|s| s.std_err).map_or(f64::NAN, |e| e * libm::sqrt(list.len() as f64));
        Effects { mu, mu_star, sigma }
    };
    effects.iter().map(of).collect()
}

/// Shares of variance of each assumption from the answers of Saltelli's design, with bootstrap intervals over its rows. Rows
/// with an unknown answer are left out; of an answer that does not vary there are no shares.
///
/// First order: mean of f(B)(f(AB_i) − f(A)) over the variance (Saltelli and others 2010, table 2 b); total order: half the
/// mean of (f(A) − f(AB_i))² over the variance (Jansen 1999).
pub fn sobol(assumptions: usize, seed: Seed, answers: &[f64]) -> Vec<Shares> {
    let rows: Vec<&[f64]> = answers.chunks_exact(assumptions + 2).filter(|r| r.iter().all(|a| a.is_finite())).collect();
    let all: Vec<usize> = (0..rows.len()).collect();
    let drawn = |resample: i64| -> Vec<usize> {
        let mut draws = Stream::new(seed, Member(0), "sobol", "bootstrap").at(resample);
        all.iter().map(|_| ((draws.uniform() * rows.len() as f64) as usize).min(rows.len().saturating_sub(1))).collect()
    };
    let resamples: Vec<Vec<(f64, f64)>> = (0..RESAMPLES).map(|r| indices(assumptions, &rows, &drawn(r))).collect();
    let index = |value: f64, sample: Vec<f64>| {
        let mut sample: Vec<f64> = sample.into_iter().filter(|v| v.is_finite()).collect();
        sample.sort_by(f64::total_cmp);
        Index { value, p05: quantile(&sample, 0.05), p95: quantile(&sample, 0.95) }
    };
    let estimates = indices(assumptions, &rows, &all);
    let shares = |(i, (first, total)): (usize, (f64, f64))| Shares {
        first: index(first, resamples.iter().filter_map(|r| Some(r.get(i)?.0)).collect()),
        total: index(total, resamples.iter().filter_map(|r| Some(r.get(i)?.1)).collect()),
    };
    estimates.into_iter().enumerate().map(shares).collect()
}

/// First and total order of each assumption over some rows.
fn indices(assumptions: usize, rows: &[&[f64]], chosen: &[usize]) -> Vec<(f64, f64)> {
    let picked = || chosen.iter().filter_map(|i| rows.get(*i));
    let n = chosen.len() as f64;
    // Centered answers spare the estimator of first order the noise of their mean.
    let mean = picked().map(|r| r[0] + r[1]).sum::<f64>() / (2.0 * n);
    let variance =
        picked().map(|r| (r[0] - mean) * (r[0] - mean) + (r[1] - mean) * (r[1] - mean)).sum::<f64>() / (2.0 * n);
    let of = |i: usize| {
        let first = picked().map(|r| (r[1] - mean) * (r[i + 2] - r[0])).sum::<f64>() / n;
        let total = picked().map(|r| (r[0] - r[i + 2]) * (r[0] - r[i + 2])).sum::<f64>() / (2.0 * n);
        (first / variance, total / variance)
    };
    (0..assumptions).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    /// A range whose quantile is uniform enough is not needed: tests map the triangle's draw back to its uniform.
    fn unit(k: usize) -> Vec<Range> {
        (0..k).map(|i| Range { key: format!("x{i}"), low: 0.0, mode: 0.5, high: 1.0, whole: false }).collect()
    }

    /// The uniform behind a draw of the symmetric triangle on [0, 1].
    fn uniform(x: f64) -> f64 {
        if x < 0.5 { 2.0 * x * x } else { 1.0 - 2.0 * (1.0 - x) * (1.0 - x) }
    }

    fn answers(method: Method, k: usize, f: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
        let ranges = unit(k);
        (0..method.points(k)).map(|p| f(&method.point(&ranges, Seed(5), p))).collect()
    }

    #[test]
    fn sobol_meets_ishigami() {
        // Ishigami and Homma 1990, a = 7, b = 0.1; shares by Saltelli and others 2008: 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437.
        let f = |x: &[f64]| {
            let [a, b, c] = [x[0], x[1], x[2]].map(|x| (2.0 * uniform(x) - 1.0) * PI);
            libm::sin(a) + 7.0 * libm::sin(b) * libm::sin(b) + 0.1 * libm::pow(c, 4.0) * libm::sin(a)
        };
        let method = Method::Sobol { samples: 6000 };
        let shares = sobol(3, Seed(5), &answers(method, 3, &f));
        let published = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
        for (found, (first, total)) in shares.iter().zip(published) {
            assert!((found.first.value - first).abs() < 0.05, "{found:?} {first}");
            assert!((found.total.value - total).abs() < 0.03, "{found:?} {total}");
            assert!(found.first.p05 < found.first.value && found.first.value < found.first.p95);
            assert!(found.total.p95 - found.total.p05 < 0.1);
        }
    }

    #[test]
    fn sobol_meets_the_g_function() {
        // Sobol 1993: g = Π (|4u − 2| + a)/(1 + a); V_i = 1/3/(1 + a_i)², V = Π (1 + V_i) − 1.
        let a = [0.0, 1.0, 4.5, 9.0];
        let f = |x: &[f64]| x.iter().zip(a).map(|(x, a)| ((4.0 * uniform(*x) - 2.0).abs() + a) / (1.0 + a)).product();
        let parts = a.map(|a| 1.0 / 3.0 / ((1.0 + a) * (1.0 + a)));
        let whole = parts.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
        let shares = sobol(4, Seed(5), &answers(Method::Sobol { samples: 6000 }, 4, &f));
        for (i, found) in shares.iter().enumerate() {
            let total =
                parts[i] * parts.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| 1.0 + v).product::<f64>();
            assert!((found.first.value - parts[i] / whole).abs() < 0.05, "{i}: {found:?} {}", parts[i] / whole);
            assert!((found.total.value - total / whole).abs() < 0.04, "{i}: {found:?} {}", total / whole);
        }
    }

    #[test]
    fn morris_finds_slopes_bends_and_what_is_idle() {
        let f = |x: &[f64]| 3.0 * x[0] - 2.0 * x[1] + 8.0 * x[2] * x[2] + 0.0 * x[3];
        let effects = morris(4, Seed(5), &answers(Method::Morris { paths: 40 }, 4, &f));
        assert!((effects[0].mu - 3.0).abs() < 1e-12 && effects[0].sigma < 1e-6, "{effects:?}");
        assert!((effects[1].mu + 2.0).abs() < 1e-12 && (effects[1].mu_star - 2.0).abs() < 1e-12);
        // (2/3 + 2 x) 8 for x of 0 and 1/3: 16/3 and 32/3.
        assert!((effects[2].mu - 8.0).abs() < 1.0 && effects[2].sigma > 2.0, "{effects:?}");
        assert_eq!(effects[3], Effects { mu: 0.0, mu_star: 0.0, sigma: 0.0 });
    }

    #[test]
    fn a_tornado_has_the_ends_of_each() {
        let f = |x: &[f64]| 10.0 * x[0] + x[1];
        let ends = tornado(2, &answers(Method::Tornado, 2, &f));
        assert_eq!(ends[0], Ends { at_base: 5.5, at_low: 0.5, at_high: 10.5 });
        assert_eq!(ends[1], Ends { at_base: 5.5, at_low: 5.0, at_high: 6.0 });
    }
}
