//! Normal scores of the daily anomalies: serially correlated by month, correlated between sites, with slow years.
//!
//! Each site's score is √(1 − β²) times a second-order autoregression plus β times a slow anomaly common to all sites. The
//! autoregression z_d = φ₁ z_{d−1} + φ₂ z_{d−2} + σ ε_d has unit variance every day and the month's lag-1 and lag-2
//! correlations: with c the lag-1 correlation of the day before, φ₂ = (r₂ − r₁ c)/(1 − c²), φ₁ = r₁ − φ₂ c and
//! σ² = 1 − φ₁ r₁ − φ₂ r₂ (Yule–Walker equations, written for a process whose season changes). The innovations are
//! correlated between sites by exp(−distance/length), through its Cholesky factor. The slow anomaly joins one normal draw a
//! year, anchored on 1 July, by a chord of unit variance.
//!
//! Draws are addressed by site and day: the recursion starts [`BURN_IN_DAYS`] before the first day asked for, and what is
//! left of its start is below 10⁻⁹.

use crate::calendar::Day;
use crate::climate::ClimateError;
use crate::climate::site::Site;
use crate::ids::{ClimateSiteId, Table};
use crate::random::{Member, Seed, Stream};
use nalgebra::DMatrix;

/// Days for which the recursion runs before its first result is used.
pub const BURN_IN_DAYS: i32 = 120;

/// The correlation of the sites and the serial law of each.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreLaw {
    /// Share of the slow anomaly in each site's score, β.
    slow_share: Vec<f64>,
    /// Rows of the lower Cholesky factor of the innovations' correlation.
    factor: Vec<Vec<f64>>,
    /// Correlation between the scores of each pair of sites.
    correlation: Vec<Vec<f64>>,
    /// Lag-1 and lag-2 correlation of the fast part by site and month.
    lags: Vec<[(f64, f64); 12]>,
}

/// One day's recursion.
#[derive(Clone, Copy, Debug)]
struct Step {
    phi_1: f64,
    phi_2: f64,
    sigma: f64,
}

impl Step {
    /// The recursion that turns the lag-1 correlation `before` into `(r1, r2)`; `None` if no process has them.
    fn new(before: f64, (r1, r2): (f64, f64)) -> Option<Self> {
        let phi_2 = (r2 - r1 * before) / (1.0 - before * before);
        let phi_1 = r1 - phi_2 * before;
        let variance = 1.0 - phi_1 * r1 - phi_2 * r2;
        (variance > 0.0).then(|| Self { phi_1, phi_2, sigma: libm::sqrt(variance) })
    }
}

impl ScoreLaw {
    /// The law of some sites. `length_km` is the distance over which correlation falls to 1/e; `yearly_k` the spread of the
    /// slow anomaly.
    pub fn new(sites: &Table<ClimateSiteId, Site>, length_km: f64, yearly_k: f64) -> Result<Self, ClimateError> {
        let n = sites.len();
        let slow_share: Vec<f64> = sites.iter().map(|s| yearly_k / s.mean_sd_k()).collect();
        let mut lags = Vec::with_capacity(n);
        for (site, beta) in sites.iter().zip(&slow_share) {
            let wrong = |what: String| ClimateError::Site { site: site.id.clone(), what };
            if !(0.0..0.9).contains(beta) {
                return Err(wrong(format!("a yearly anomaly of {yearly_k} K does not fit into its daily spread")));
            }
            let fast = |r: f64| (r - beta * beta) / (1.0 - beta * beta);
            let by_month: [(f64, f64); 12] =
                core::array::from_fn(|m| (fast(site.normals.lag_1[m]), fast(site.normals.lag_2[m])));
            for m in 0..12 {
                let (month, before) = (by_month[m], by_month[(m + 11) % 12]);
                if month.0.abs() >= 1.0 || Step::new(before.0, month).and(Step::new(month.0, month)).is_none() {
                    return Err(wrong(format!("no process has the lag correlations of month {}", m + 1)));
                }
            }
            lags.push(by_month);
        }
        if length_km.is_nan() || length_km <= 0.0 {
            return Err(ClimateError::Correlation);
        }
        let correlation: Vec<Vec<f64>> =
            sites.iter().map(|a| sites.iter().map(|b| libm::exp(-a.distance_km(b) / length_km)).collect()).collect();
        let fast = DMatrix::from_fn(n, n, |i, j| {
            let (a, b) = (slow_share[i], slow_share[j]);
            if i == j { 1.0 } else { (correlation[i][j] - a * b) / libm::sqrt((1.0 - a * a) * (1.0 - b * b)) }
        });
        let lower = fast.cholesky().ok_or(ClimateError::Correlation)?.l();
        let factor = (0..n).map(|i| (0..=i).map(|j| lower[(i, j)]).collect()).collect();
        Ok(Self { slow_share, factor, correlation, lags })
    }

    /// Correlation between the scores of two sites.
    pub fn correlation(&self, a: ClimateSiteId, b: ClimateSiteId) -> f64 {
        self.correlation[a.0 as usize][b.0 as usize]
    }
}

/// The streams of one member.
#[derive(Clone, Debug)]
pub struct Scores<'a> {
    law: &'a ScoreLaw,
    innovations: Vec<Stream>,
    years: Stream,
}

impl<'a> Scores<'a> {
    /// The scores of one member.
    pub fn new(law: &'a ScoreLaw, sites: &Table<ClimateSiteId, Site>, seed: Seed, member: Member) -> Self {
        Self {
            law,
            innovations: sites.iter().map(|s| Stream::new(seed, member, "climate.score", &s.id)).collect(),
            years: Stream::new(seed, member, "climate.year", "region"),
        }
    }

    /// Scores of the days `from..until`, one vector a day with one score a site.
    pub fn series(&self, from: Day, until: Day) -> Vec<Vec<f64>> {
        let n = self.innovations.len();
        let start = from.plus(-BURN_IN_DAYS);
        let mut noise = vec![0.0; n];
        // The last two fast scores and the lag-1 correlation between them, by site.
        let mut past = vec![(0.0, 0.0, 0.0); n];
        let mut out = Vec::with_capacity((until.0 - from.0).max(0) as usize);
        for d in start.0..until.0 {
            let day = Day(d);
            for (e, stream) in noise.iter_mut().zip(&self.innovations) {
                *e = stream.at(i64::from(d)).normal();
            }
            let month = (day.month().clamp(1, 12) - 1) as usize;
            for i in 0..n {
                let innovation: f64 = self.law.factor[i].iter().zip(&noise).map(|(l, e)| l * e).sum();
                let (one, two, before) = past[i];
                let lags = self.law.lags[i][month];
                let now = if d == start.0 {
                    innovation
                } else if d == start.0 + 1 {
                    lags.0 * one + libm::sqrt(1.0 - lags.0 * lags.0) * innovation
                } else {
                    let s = Step::new(before, lags).unwrap_or(Step { phi_1: 0.0, phi_2: 0.0, sigma: 1.0 });
                    s.phi_1 * one + s.phi_2 * two + s.sigma * innovation
                };
                past[i] = (now, one, lags.0);
            }
            if d >= from.0 {
                let slow = self.slow(day);
                let blend = |(p, b): (&(f64, f64, f64), &f64)| libm::sqrt(1.0 - b * b) * p.0 + b * slow;
                out.push(past.iter().zip(&self.law.slow_share).map(blend).collect());
            }
        }
        out
    }

    /// The slow anomaly on a day: unit variance.
    fn slow(&self, day: Day) -> f64 {
        let at = f64::from(day.year()) + f64::from(day.of_year() - 1) / f64::from(day.days_in_year()) - 0.5;
        let year = libm::floor(at);
        let x = at - year;
        let draw = |y: f64| self.years.at(y as i64).normal();
        ((1.0 - x) * draw(year) + x * draw(year + 1.0)) / libm::sqrt((1.0 - x) * (1.0 - x) + x * x)
    }
}
