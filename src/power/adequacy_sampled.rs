//! Is there enough capacity for the load? Sampled, year by year, from one failure or repair to the next.
//!
//! Every year is independent: units start in a state of their stationary distribution and stay in each for an exponential
//! time. Capacity is constant between two transitions, so that stretches whose peak load it covers are skipped whole.
//! The draws of a year are addressed by its number: any year can be replayed alone, and threads cannot change bits.

use super::adequacy::Indices;
use super::unit::Unit;
use crate::random::{Draws, Member, Seed, Stream};

/// Years that one thread takes at a time.
const BLOCK_YEARS: u32 = 64;
/// Addressed periods of the random stream that one year may use, 2¹⁶ words each.
const PERIODS_A_YEAR: i64 = 64;

/// Indices estimated from sampled years, with their standard errors.
///
/// ```
/// use hashwatt::{power::{Sampled, Unit}, random::Seed};
/// let unit = Unit::two_state(10.0, 990.0, 10.0)?;
/// let found = Sampled::run(&[unit], &[8.0; 8760], 2000, Seed(1));
/// let exact = 87.6;
/// assert!((found.mean.lolh_h_per_yr - exact).abs() <= 3.0 * found.standard_error.lolh_h_per_yr);
/// # Ok::<(), hashwatt::power::UnitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Sampled {
    /// How many years were sampled.
    pub years: u32,
    /// The means.
    pub mean: Indices,
    /// The standard errors of the means.
    pub standard_error: Indices,
}

/// Loads with what tells quickly that they are covered.
struct Loads<'a> {
    hourly: &'a [f64],
    daily_peak: Vec<f64>,
    peak_hour: Vec<usize>,
    peak: f64,
}

/// One year's counts: days by peak hour, days at any time, hours, times, MWh.
type Counts = [f64; 5];

impl Sampled {
    /// Samples years of hourly loads \[MW\], 24 to a day.
    pub fn run(units: &[Unit], load_mw: &[f64], years: u32, seed: Seed) -> Self {
        let peak_of = |day: &[f64]| (1..day.len()).fold(0, |best, h| if day[h] > day[best] { h } else { best });
        let loads = Loads {
            hourly: load_mw,
            daily_peak: load_mw.chunks(24).map(|day| day[peak_of(day)]).collect(),
            peak_hour: load_mw.chunks(24).enumerate().map(|(d, day)| 24 * d + peak_of(day)).collect(),
            peak: load_mw.iter().copied().fold(0.0, f64::max),
        };
        let stream = Stream::new(seed, Member(0), "adequacy.outage", "units");
        let block = |first: u32| {
            let (mut sum, mut squares) = ([0.0; 5], [0.0; 5]);
            for year in first..years.min(first + BLOCK_YEARS) {
                let counts = Year::new(units, stream.at(i64::from(year) * PERIODS_A_YEAR)).run(&loads);
                for i in 0..5 {
                    sum[i] += counts[i];
                    squares[i] += counts[i] * counts[i];
                }
            }
            (sum, squares)
        };
        let (mut sum, mut squares) = ([0.0; 5], [0.0; 5]);
        for (s, q) in blocks(years, block) {
            for i in 0..5 {
                sum[i] += s[i];
                squares[i] += q[i];
            }
        }
        let n = f64::from(years.max(1));
        let mean = sum.map(|s| s / n);
        let error = core::array::from_fn(|i| {
            let variance = (squares[i] / n - mean[i] * mean[i]).max(0.0) * n / (n - 1.0).max(1.0);
            libm::sqrt(variance / n)
        });
        Self { years, mean: indices(mean), standard_error: indices(error) }
    }
}

#[cfg(feature = "parallel")]
fn blocks<T: Send>(years: u32, work: impl Fn(u32) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    (0..years).step_by(BLOCK_YEARS as usize).collect::<Vec<_>>().into_par_iter().map(work).collect()
}

#[cfg(not(feature = "parallel"))]
fn blocks<T>(years: u32, work: impl Fn(u32) -> T) -> Vec<T> {
    (0..years).step_by(BLOCK_YEARS as usize).map(work).collect()
}

fn indices([lole, any, lolh, lolf, eue]: Counts) -> Indices {
    Indices {
        lole_d_per_yr: lole,
        days_any_d_per_yr: Some(any),
        lolh_h_per_yr: lolh,
        lolf_per_yr: lolf,
        eue_mwh_per_yr: eue,
    }
}

/// A year under way.
struct Year<'a> {
    units: &'a [Unit],
    draws: Draws,
    state: Vec<usize>,
    next_h: Vec<f64>,
    capacity_mw: f64,
    counts: Counts,
    is_short: bool,
    short_day: Option<usize>,
}

impl<'a> Year<'a> {
    fn new(units: &'a [Unit], draws: Draws) -> Self {
        let mut year = Self {
            units,
            draws,
            state: Vec::with_capacity(units.len()),
            next_h: Vec::with_capacity(units.len()),
            capacity_mw: 0.0,
            counts: [0.0; 5],
            is_short: false,
            short_day: None,
        };
        for unit in units {
            let state = pick(unit.probability(), year.draws.uniform());
            year.capacity_mw += unit.states()[state].available_mw;
            year.state.push(state);
            let stay = year.stay(unit, state);
            year.next_h.push(stay);
        }
        year
    }

    /// How long a unit stays in a state \[h\].
    fn stay(&mut self, unit: &Unit, state: usize) -> f64 {
        let leaving: f64 = leaving(unit, state).sum();
        if leaving > 0.0 { self.draws.exponential(1.0 / leaving) } else { f64::INFINITY }
    }

    fn run(mut self, loads: &Loads) -> Counts {
        let end = loads.hourly.len() as f64;
        let mut now = 0.0;
        loop {
            let mut first = None;
            let mut then = end;
            for (u, &at) in self.next_h.iter().enumerate() {
                if at < then {
                    (first, then) = (Some(u), at);
                }
            }
            self.pass(loads, now, then);
            let Some(u) = first else { return self.counts };
            self.step(u, then);
            now = then;
        }
    }

    /// A unit changes its state.
    fn step(&mut self, u: usize, now: f64) {
        let unit = &self.units[u];
        let from = self.state[u];
        let to = if unit.states().len() == 2 {
            1 - from
        } else {
            let total: f64 = leaving(unit, from).sum();
            let draw = self.draws.uniform();
            let mut left = draw * total;
            let reached = leaving(unit, from).position(|rate| {
                left -= rate;
                rate > 0.0 && left <= 0.0
            });
            reached.unwrap_or(from)
        };
        self.capacity_mw += unit.states()[to].available_mw - unit.states()[from].available_mw;
        self.state[u] = to;
        self.next_h[u] = now + self.stay(unit, to);
    }

    /// A stretch of constant capacity.
    fn pass(&mut self, loads: &Loads, begin: f64, end: f64) {
        /// Less than this is rounding of sums of capacities \[MW\].
        const ROUNDING_MW: f64 = 1e-6;
        let enough = self.capacity_mw + ROUNDING_MW;
        if loads.peak <= enough || end <= begin {
            self.is_short &= end <= begin;
            return;
        }
        let mut hour = begin as usize;
        while (hour as f64) < end {
            let day = hour / 24;
            if loads.daily_peak[day] <= enough {
                self.is_short = false;
                hour = 24 * (day + 1);
                continue;
            }
            let load = loads.hourly[hour];
            if load > enough {
                let from = begin.max(hour as f64);
                let lasts = end.min((hour + 1) as f64) - from;
                let [lole, any, lolh, lolf, eue] = &mut self.counts;
                *lolh += lasts;
                *eue += lasts * (load - self.capacity_mw);
                // A year that begins short did not begin to be short.
                *lolf += if self.is_short || from == 0.0 { 0.0 } else { 1.0 };
                *lole += if hour == loads.peak_hour[day] && from == hour as f64 { 1.0 } else { 0.0 };
                *any += if self.short_day == Some(day) { 0.0 } else { 1.0 };
                self.short_day = Some(day);
                self.is_short = true;
            } else {
                self.is_short = false;
            }
            hour += 1;
        }
    }
}

/// The rates of leaving a state, by target; none for itself.
fn leaving(unit: &Unit, state: usize) -> impl Iterator<Item = f64> {
    unit.states()[state].rate_per_h.iter().enumerate().map(move |(to, &rate)| if to == state { 0.0 } else { rate })
}

/// The place of a uniform draw among probabilities.
fn pick(probability: &[f64], draw: f64) -> usize {
    let mut left = draw;
    for (i, p) in probability.iter().enumerate() {
        left -= p;
        if left <= 0.0 {
            return i;
        }
    }
    probability.len() - 1
}
