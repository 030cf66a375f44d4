//! Is there enough capacity for the load? Sampled, year by year, from one failure or repair to the next.
//!
//! Every year is independent: units start in a state of their stationary distribution and stay in each for an exponential
//! time. A year is first written down as stretches in which a unit gives less than it could. A quarter of
//! a day in which all that is out at any time of it, taken together, still leaves enough for its tightest hour cannot be
//! short and is skipped; only the few others are walked from change to change. What is out is kept as its changes from
//! quarter to quarter, in whole fractions of the capacity, so that one sum over the year finds the few. The draws of a year
//! are addressed by its number: any year can be replayed alone, and threads cannot change bits.

use super::adequacy::{Indices, SEVEN_STEPS};
use super::unit::Unit;
use crate::random::{Many, Member, Seed, Stream};

/// Years that one thread takes at a time.
const BLOCK_YEARS: u32 = 64;
/// Addressed periods of the random stream that one year may use, 2¹⁶ words each.
const PERIODS_A_YEAR: i64 = 64;
/// Less than this is rounding of sums of capacities \[MW\].
pub(super) const ROUNDING_MW: f64 = 1e-6;
/// Indices counted of a year.
pub(super) const COUNTS: usize = 5;
/// One year's counts: days by peak hour, days at any time, hours, times, MWh.
pub(super) type Counts = [f64; COUNTS];

/// Indices estimated from sampled years, with their standard errors.
///
/// ```
/// use hashwatt::{power::{Sampled, Unit}, random::Seed};
/// let unit = Unit::two_state(10.0, 990.0, 10.0)?;
/// let found = Sampled::run(&[unit], &[8.0; 8760], None, 2000, Seed(1));
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

impl Sampled {
    /// Samples years of hourly loads \[MW\], 24 to a day. `load_sd` is the standard deviation of the forecast as a share of
    /// the load: each year draws one of its seven steps (see [`Indices::exact`]).
    pub fn run(units: &[Unit], load_mw: &[f64], load_sd: Option<f64>, years: u32, seed: Seed) -> Self {
        let capacity: f64 = units.iter().map(Unit::capacity_mw).sum();
        let sd = load_sd.unwrap_or(0.0);
        let steps: &[(f64, f64)] = if sd == 0.0 { &[(0.0, 1.0)] } else { &SEVEN_STEPS };
        let room: Vec<Room> = steps
            .iter()
            .map(|(step, _)| Room::new(capacity, load_mw.iter().map(|mw| capacity - mw * (1.0 + step * sd)).collect()))
            .collect();
        let chains: Vec<Chain> = units.iter().map(Chain::of).collect();
        let grain = Grain::of(capacity);
        let stream = Stream::new(seed, Member(0), "adequacy.outage", "units");
        let end = load_mw.len() as f64;
        let sums = blocks(years, |range| {
            let mut workshop = Workshop::default();
            let mut draws = Many::of(stream.at(0));
            let mut sum = Sums::default();
            for year in range {
                draws.turn_to(stream.at(i64::from(year) * PERIODS_A_YEAR));
                let step = if steps.len() == 1 { 0 } else { pick(steps.iter().map(|s| s.1), draws.uniform()) };
                workshop.begin(room[step].tightest.len());
                for chain in &chains {
                    chain
                        .draw(&mut draws, end, |begin, end, out_mw| workshop.add(begin, end, out_mw, grain.up(out_mw)));
                }
                sum.add(&workshop.count(&room[step]));
            }
            sum
        });
        let (mean, error) = Sums::estimate(&sums, years);
        Self { years, mean: indices(mean), standard_error: indices(error) }
    }
}

/// Sums and squares of counts over years.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    sum: Counts,
    squares: Counts,
}

impl Sums {
    /// Adds a year.
    pub(super) fn add(&mut self, counts: &Counts) {
        for i in 0..COUNTS {
            self.sum[i] += counts[i];
            self.squares[i] += counts[i] * counts[i];
        }
    }

    /// Means over independent years, and the standard errors of the means.
    pub(super) fn estimate(blocks: &[Self], years: u32) -> (Counts, Counts) {
        let n = f64::from(years.max(1));
        let total = |of: fn(&Self) -> &Counts, i: usize| blocks.iter().map(|b| of(b)[i]).sum::<f64>();
        let mean: Counts = core::array::from_fn(|i| total(|b| &b.sum, i) / n);
        let error = core::array::from_fn(|i| {
            let variance = (total(|b| &b.squares, i) / n - mean[i] * mean[i]).max(0.0) * n / (n - 1.0).max(1.0);
            libm::sqrt(variance / n)
        });
        (mean, error)
    }
}

/// Works through years in blocks, in parallel where there are threads; results come in the order of the blocks.
#[cfg(feature = "parallel")]
pub(super) fn blocks<T: Send>(years: u32, work: impl Fn(core::ops::Range<u32>) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    let first: Vec<u32> = (0..years).step_by(BLOCK_YEARS as usize).collect();
    first.into_par_iter().map(|y| work(y..years.min(y + BLOCK_YEARS))).collect()
}

/// Works through years in blocks; results come in the order of the blocks.
#[cfg(not(feature = "parallel"))]
pub(super) fn blocks<T>(years: u32, work: impl Fn(core::ops::Range<u32>) -> T) -> Vec<T> {
    (0..years).step_by(BLOCK_YEARS as usize).map(|y| work(y..years.min(y + BLOCK_YEARS))).collect()
}

/// Counts by their names.
pub(super) fn indices([lole, any, lolh, lolf, eue]: Counts) -> Indices {
    Indices {
        lole_d_per_yr: lole,
        days_any_d_per_yr: Some(any),
        lolh_h_per_yr: lolh,
        lolf_per_yr: lolf,
        eue_mwh_per_yr: eue,
    }
}

/// A unit as the sampler uses it.
pub(super) struct Chain {
    probability: Vec<f64>,
    out_mw: Vec<f64>,
    /// Mean time in each state \[h\].
    stay_h: Vec<f64>,
    /// Rates of leaving each state, by target.
    leaving: Vec<Vec<f64>>,
}

impl Chain {
    pub(super) fn of(unit: &Unit) -> Self {
        let states = unit.states();
        let leaving: Vec<Vec<f64>> = (states.iter().enumerate())
            .map(|(from, s)| s.rate_per_h.iter().enumerate().map(|(to, r)| if to == from { 0.0 } else { *r }).collect())
            .collect();
        Self {
            probability: unit.probability().to_vec(),
            out_mw: states.iter().map(|s| unit.capacity_mw() - s.available_mw).collect(),
            stay_h: leaving.iter().map(|rates| 1.0 / rates.iter().sum::<f64>()).collect(),
            leaving,
        }
    }

    /// Draws the unit's course to the end of the year \[h\] and gives each stretch in which something of it is out.
    #[inline]
    pub(super) fn draw(&self, draws: &mut Many, end: f64, mut stretch: impl FnMut(f64, f64, f64)) {
        if let ([up_h, down_h], [0.0, out_mw]) = (&self.stay_h[..], &self.out_mw[..])
            && up_h.max(*down_h) < f64::INFINITY
            && *out_mw > 0.0
        {
            return self.draw_two_state(draws, end, [*up_h, *down_h], |begin, end| stretch(begin, end, *out_mw));
        }
        let mut state = pick(self.probability.iter().copied(), draws.uniform());
        let mut now = 0.0;
        while now < end {
            let stay = self.stay_h[state];
            let then = if stay < f64::INFINITY { (now + draws.exponential(stay)).min(end) } else { end };
            if self.out_mw[state] > 0.0 {
                stretch(now, then, self.out_mw[state]);
            }
            now = then;
            state = match self.leaving.len() {
                1 => 0,
                2 => 1 - state,
                _ => pick(self.leaving[state].iter().map(|r| r * stay), draws.uniform()),
            };
        }
    }
}

impl Chain {
    /// The same of a unit that is up or down: the same draws in the same order.
    #[inline]
    fn draw_two_state(&self, draws: &mut Many, end: f64, [up_h, down_h]: [f64; 2], mut stretch: impl FnMut(f64, f64)) {
        let begins_up = pick(self.probability.iter().copied(), draws.uniform()) == 0;
        let mut fails = if begins_up && end > 0.0 { draws.exponential(up_h) } else { 0.0 };
        while fails < end {
            let repaired = fails + draws.exponential(down_h);
            if repaired >= end {
                stretch(fails, end);
                return;
            }
            stretch(fails, repaired);
            fails = repaired + draws.exponential(up_h);
        }
    }
}

/// The place of a uniform draw among probabilities.
pub(super) fn pick(probability: impl Iterator<Item = f64>, draw: f64) -> usize {
    let mut left = draw;
    let mut last = 0;
    for (i, p) in probability.enumerate() {
        left -= p;
        if p > 0.0 {
            last = i;
            if left <= 0.0 {
                break;
            }
        }
    }
    last
}

/// Hours that are looked at or skipped together; a divisor of 24.
pub(super) const QUARTER: usize = 6;

/// Room between capacity and load with nothing out.
struct Room {
    /// By hour \[MW\].
    hourly: Vec<f64>,
    /// The least of each quarter of a day, in grains.
    tightest: Vec<i64>,
    /// The hour of each day's peak load.
    peak_hour: Vec<usize>,
}

impl Room {
    fn new(capacity_mw: f64, hourly: Vec<f64>) -> Self {
        let grain = Grain::of(capacity_mw);
        let least = |day: &[f64]| (1..day.len()).fold(0, |best, h| if day[h] < day[best] { h } else { best });
        let peak_hour: Vec<usize> = hourly.chunks(24).enumerate().map(|(d, day)| 24 * d + least(day)).collect();
        let least = |q: &[f64]| grain.down(q.iter().copied().fold(f64::INFINITY, f64::min));
        let tightest = hourly.chunks(QUARTER).map(least).collect();
        Self { hourly, tightest, peak_hour }
    }
}

/// Megawatts as whole numbers, whose sums are exact in any order: a fine fraction of the capacity with nothing out.
#[derive(Clone, Copy)]
struct Grain {
    per_mw: f64,
}

impl Grain {
    /// 2⁴⁰ to the capacity: finer than any rounding that counts, and millions of outages at once stay below 2⁶³.
    fn of(capacity_mw: f64) -> Self {
        Self { per_mw: if capacity_mw > 0.0 { 1_099_511_627_776.0 / capacity_mw } else { 1.0 } }
    }

    /// What is out, rounded up.
    #[inline]
    fn up(self, mw: f64) -> i64 {
        (mw * self.per_mw) as i64 + 1
    }

    /// What there is room for, rounded down.
    fn down(self, mw: f64) -> i64 {
        libm::floor(mw * self.per_mw) as i64
    }
}

/// A stretch of time in which some capacity is out \[h, MW\].
#[derive(Clone, Copy)]
struct Stretch {
    begin: f64,
    end: f64,
    out_mw: f64,
}

/// The stretches of a year, with the first and the last quarter of a day that each touches.
#[derive(Default)]
struct Stretches {
    all: Vec<Stretch>,
    first: Vec<u32>,
    last: Vec<u32>,
}

impl Stretches {
    fn clear(&mut self) {
        self.all.clear();
        self.first.clear();
        self.last.clear();
    }

    /// What is out as a quarter begins \[MW\]; the changes within it are written down in their order.
    fn gather(&self, quarter: usize, changes: &mut Vec<(f64, f64)>) -> f64 {
        /// Stretches looked at together; few of them touch one quarter.
        const TOGETHER: usize = 16;
        let (from, to) = ((quarter * QUARTER) as f64, ((quarter + 1) * QUARTER) as f64);
        let quarter = quarter as u32;
        let mut out_mw = 0.0;
        changes.clear();
        let chunks = self.all.chunks(TOGETHER).zip(self.first.chunks(TOGETHER).zip(self.last.chunks(TOGETHER)));
        for (stretches, (first, last)) in chunks {
            let touching = first.iter().zip(last).map(|(f, l)| u32::from(*f <= quarter) & u32::from(quarter <= *l));
            if touching.sum::<u32>() == 0 {
                continue;
            }
            for s in stretches.iter().filter(|s| s.begin < to && s.end > from) {
                if s.begin <= from {
                    out_mw += s.out_mw;
                } else {
                    changes.push((s.begin, s.out_mw));
                }
                if s.end < to {
                    changes.push((s.end, -s.out_mw));
                }
            }
        }
        changes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        out_mw
    }
}

/// What one year after the other is worked out in, so that nothing is allocated.
#[derive(Default)]
struct Workshop {
    stretches: Stretches,
    /// How all that is out at any time of a quarter of a day differs from the quarter before, in grains.
    more_out: Vec<i64>,
    changes: Vec<(f64, f64)>,
}

impl Workshop {
    fn begin(&mut self, quarters: usize) {
        self.stretches.clear();
        self.more_out.clear();
        self.more_out.resize(quarters + 2, 0);
    }

    #[inline]
    fn add(&mut self, begin: f64, end: f64, out_mw: f64, grains: i64) {
        let (first, last) = (begin as u32 / QUARTER as u32, end as u32 / QUARTER as u32);
        self.stretches.all.push(Stretch { begin, end, out_mw });
        self.stretches.first.push(first);
        self.stretches.last.push(last);
        self.more_out[first as usize] += grains;
        self.more_out[last as usize + 1] -= grains;
    }

    /// The counts of the year that was written down.
    fn count(&mut self, room: &Room) -> Counts {
        let mut counts = [0.0; COUNTS];
        let mut last = Last::default();
        let mut out = 0;
        for (quarter, (tightest, more)) in room.tightest.iter().zip(&self.more_out).enumerate() {
            out += more;
            if out > *tightest {
                let out_mw = self.stretches.gather(quarter, &mut self.changes);
                walk(room, quarter, out_mw, &self.changes, &mut counts, &mut last);
            }
        }
        counts
    }
}

/// The last shortage seen.
#[derive(Default)]
struct Last {
    until: Option<f64>,
    day: Option<usize>,
}

/// Walks a quarter of a day from hour to hour and change to change.
fn walk(room: &Room, quarter: usize, mut out_mw: f64, changes: &[(f64, f64)], counts: &mut Counts, last: &mut Last) {
    let [lole, any, lolh, lolf, eue] = counts;
    let mut next = changes.iter().peekable();
    let day = quarter * QUARTER / 24;
    for (hour, room_mw) in room.hourly.iter().enumerate().skip(quarter * QUARTER).take(QUARTER) {
        let mut from = hour as f64;
        let over = (hour + 1) as f64;
        if hour == room.peak_hour[day] && out_mw > room_mw + ROUNDING_MW {
            *lole += 1.0;
        }
        loop {
            let change = next.next_if(|c| c.0 < over);
            let to = change.map_or(over, |c| c.0);
            if out_mw > room_mw + ROUNDING_MW && to > from {
                *lolh += to - from;
                *eue += (to - from) * (out_mw - room_mw);
                // A year that begins short did not begin to be short.
                let goes_on = from == 0.0 || last.until.is_some_and(|end| end >= from);
                *lolf += if goes_on { 0.0 } else { 1.0 };
                *any += if last.day == Some(day) { 0.0 } else { 1.0 };
                *last = Last { until: Some(to), day: Some(day) };
            }
            let Some((_, mw)) = change else { break };
            out_mw += mw;
            from = to;
        }
    }
}
