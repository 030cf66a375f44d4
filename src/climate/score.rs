//! Normal scores of the daily anomalies: serially correlated by month, correlated between sites, with slow months and years.
//!
//! A site's score is the sum of three independent parts of constant total variance 1: a second-order autoregression (weather of
//! days), a slow anomaly of months, and one of years that is common to all sites. Slow anomalies join one normal draw a month
//! (mid-month) or a year (1 July) by a chord of unit variance.
//!
//! The autoregression z_d = φ₁ z_{d−1} + φ₂ z_{d−2} + σ ε_d has unit variance every day and lag-1 and lag-2 correlations such
//! that the whole score has the month's: with c the lag-1 correlation of the day before, φ₂ = (r₂ − r₁ c)/(1 − c²),
//! φ₁ = r₁ − φ₂ c and σ² = 1 − φ₁ r₁ − φ₂ r₂ (Yule–Walker equations, written for a process whose season changes).
//!
//! The months' part is as large as the published spread of monthly means asks beyond what days and years give; where days
//! alone give more, both slow parts are left out of that month. Innovations and months are correlated between sites by
//! exp(−distance/length), through its Cholesky factor.
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
    /// Make-up of the score by site and month.
    parts: Vec<[Parts; 12]>,
    /// Rows of the lower Cholesky factor of the innovations' correlation.
    factor: Vec<Vec<f64>>,
    /// Correlation between the scores of each pair of sites.
    correlation: Vec<Vec<f64>>,
}

/// Make-up of the score in one month: weights whose squares sum to 1, and the lag correlations of the days' part.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Parts {
    days: f64,
    month: f64,
    year: f64,
    lags: (f64, f64),
}

/// Days over which monthly means are taken when their spread is reckoned.
const MONTH_DAYS: usize = 30;

impl Parts {
    /// The make-up with these shares of variance, given the lag correlations of the whole; a slow part has lag correlation 1.
    fn new(month: f64, year: f64, whole: (f64, f64)) -> Self {
        let (slow, days) = (month + year, 1.0 - month - year);
        let of_days = |r: f64| (r - slow) / days;
        Self {
            days: libm::sqrt(days),
            month: libm::sqrt(month),
            year: libm::sqrt(year),
            lags: (of_days(whole.0), of_days(whole.1)),
        }
    }

    /// Variance of a monthly mean of the score; `None` if no stationary process has the lags.
    fn month_variance(&self) -> Option<f64> {
        let (r1, r2) = self.lags;
        let step = Step::new(r1, self.lags)?;
        let n = MONTH_DAYS as f64;
        let (mut before, mut now, mut sum) = (r1, r2, n + 2.0 * ((n - 1.0) * r1 + (n - 2.0) * r2));
        for k in 3..MONTH_DAYS {
            (before, now) = (now, step.phi_1 * now + step.phi_2 * before);
            sum += 2.0 * (n - k as f64) * now;
        }
        // Mean weights of a month's own draw and of either neighbor's under the chord.
        let half = MONTH_DAYS / 2;
        let at = |i: usize| (i as f64 + 0.5) / n;
        let own: f64 = (0..half).map(|i| chord(at(i)).0).sum::<f64>() / half as f64;
        let next: f64 = (0..half).map(|i| chord(at(i)).1).sum::<f64>() / n;
        let month = own * own + 2.0 * next * next;
        Some(self.days * self.days * sum / (n * n) + self.month * self.month * month + self.year * self.year)
    }

    /// The make-up whose monthly means have the variance `target`: the months' share by bisection.
    fn meeting(target: f64, year: f64, whole: (f64, f64)) -> Self {
        let variance = |month: f64| Self::new(month, year, whole).month_variance();
        if variance(0.0).is_none_or(|v| v >= target) {
            let year = if variance(0.0).is_some() { 0.0 } else { year };
            return Self::new(0.0, year, whole);
        }
        let (mut low, mut high) = (0.0, 0.6);
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if variance(middle).is_some_and(|v| v < target) { low = middle } else { high = middle }
        }
        Self::new(low, year, whole)
    }
}

/// Weights of the draws at both ends of a chord, a share `x` along it: they keep unit variance.
fn chord(x: f64) -> (f64, f64) {
    let size = libm::sqrt((1.0 - x) * (1.0 - x) + x * x);
    ((1.0 - x) / size, x / size)
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
    /// anomaly of years.
    pub fn new(sites: &Table<ClimateSiteId, Site>, length_km: f64, yearly_k: f64) -> Result<Self, ClimateError> {
        let n = sites.len();
        let mut parts = Vec::with_capacity(n);
        let mut year_share = Vec::with_capacity(n);
        for site in sites {
            let wrong = |what: String| ClimateError::Site { site: site.id.clone(), what };
            let normals = &site.normals;
            let year = yearly_k / site.mean_sd_k();
            if !(0.0..0.7).contains(&year) {
                return Err(wrong(format!("a yearly anomaly of {yearly_k} K does not fit into its daily spread")));
            }
            let by_month: [Parts; 12] = core::array::from_fn(|m| {
                let whole = (normals.lag_1[m], normals.lag_2[m]);
                match normals.monthly_sd_k {
                    Some(sd) => {
                        let ratio = sd[m] / normals.sd_k[m];
                        Parts::meeting(ratio * ratio, year * year, whole)
                    }
                    None => Parts::new(0.0, year * year, whole),
                }
            });
            for m in 0..12 {
                let (month, before) = (by_month[m].lags, by_month[(m + 11) % 12].lags);
                if month.0.abs() >= 1.0 || Step::new(before.0, month).and(Step::new(month.0, month)).is_none() {
                    return Err(wrong(format!("no process has the lag correlations of month {}", m + 1)));
                }
            }
            parts.push(by_month);
            year_share.push(year);
        }
        if length_km.is_nan() || length_km <= 0.0 {
            return Err(ClimateError::Correlation);
        }
        let correlation: Vec<Vec<f64>> =
            sites.iter().map(|a| sites.iter().map(|b| libm::exp(-a.distance_km(b) / length_km)).collect()).collect();
        let fast = DMatrix::from_fn(n, n, |i, j| {
            let (a, b) = (year_share[i], year_share[j]);
            if i == j { 1.0 } else { (correlation[i][j] - a * b) / libm::sqrt((1.0 - a * a) * (1.0 - b * b)) }
        });
        let lower = fast.cholesky().ok_or(ClimateError::Correlation)?.l();
        let factor = (0..n).map(|i| (0..=i).map(|j| lower[(i, j)]).collect()).collect();
        Ok(Self { parts, factor, correlation })
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
    months: Vec<Stream>,
    years: Stream,
}

impl<'a> Scores<'a> {
    /// The scores of one member.
    pub fn new(law: &'a ScoreLaw, sites: &Table<ClimateSiteId, Site>, seed: Seed, member: Member) -> Self {
        let by_site = |name: &str| sites.iter().map(|s| Stream::new(seed, member, name, &s.id)).collect();
        Self {
            law,
            innovations: by_site("climate.score"),
            months: by_site("climate.month"),
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
        let mut around = (i32::MIN, Vec::new(), Vec::new());
        let mut out = Vec::with_capacity((until.0 - from.0).max(0) as usize);
        for d in start.0..until.0 {
            let day = Day(d);
            for (e, stream) in noise.iter_mut().zip(&self.innovations) {
                *e = stream.at(i64::from(d)).normal();
            }
            let month = (day.month().clamp(1, 12) - 1) as usize;
            for i in 0..n {
                let innovation = self.mixed(i, &noise);
                let (one, two, before) = past[i];
                let lags = self.law.parts[i][month].lags;
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
                let year = self.year(day);
                let anchor = self.month_anchor(day, &mut around);
                let blend = |i: usize| {
                    let parts = &self.law.parts[i][month];
                    let slow = anchor.0 * around.1[i] + anchor.1 * around.2[i];
                    parts.days * past[i].0 + parts.month * slow + parts.year * year
                };
                out.push((0..n).map(blend).collect());
            }
        }
        out
    }

    /// One site's share of correlated draws.
    fn mixed(&self, site: usize, draws: &[f64]) -> f64 {
        self.law.factor[site].iter().zip(draws).map(|(l, e)| l * e).sum()
    }

    /// The weights of a day between two mid-months; `around` keeps the count of the first and both months' draws by site.
    fn month_anchor(&self, day: Day, around: &mut (i32, Vec<f64>, Vec<f64>)) -> (f64, f64) {
        let (_, _, day_of_month) = day.ymd();
        let at = (f64::from(day_of_month) - 0.5) / f64::from(day.days_in_month()) - 0.5;
        let (first, x) = if at < 0.0 { (day.month_count() - 1, at + 1.0) } else { (day.month_count(), at) };
        if around.0 != first {
            let draw = |count: i32| {
                let draws: Vec<f64> = self.months.iter().map(|s| s.at(i64::from(count)).normal()).collect();
                (0..draws.len()).map(|i| self.mixed(i, &draws)).collect()
            };
            *around = (first, draw(first), draw(first + 1));
        }
        chord(x)
    }

    /// The anomaly of years on a day: unit variance.
    fn year(&self, day: Day) -> f64 {
        let at = f64::from(day.year()) + f64::from(day.of_year() - 1) / f64::from(day.days_in_year()) - 0.5;
        let year = libm::floor(at);
        let draw = |y: f64| self.years.at(y as i64).normal();
        let (a, b) = chord(at - year);
        a * draw(year) + b * draw(year + 1.0)
    }
}
