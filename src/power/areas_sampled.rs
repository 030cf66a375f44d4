//! Sampled years of several areas: units and links fail and are repaired, areas help one another.
//!
//! The same chains as for one area (see `adequacy_sampled`). A quarter of a day in which each area's own capacity,
//! less all that is out of it at any time of the quarter, covers its tightest hour cannot be short and is skipped; the
//! others are walked from change to change, with the largest help in each state.

use super::adequacy::{Indices, SEVEN_STEPS};
use super::adequacy_sampled::{COUNTS, Chain, Counts, QUARTER, ROUNDING_MW, Sums, blocks, indices, pick};
use super::areas::{AreaIndices, AreaSystem, Transfer, peak_hours};
use super::unit::Unit;
use crate::random::{Many, Member, Seed, Stream};

/// Addressed periods of the random stream that one year may use, 2¹⁶ words each.
const PERIODS_A_YEAR: i64 = 64;

/// Indices estimated from sampled years, with their standard errors.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AreaSampled {
    /// How many years were sampled.
    pub years: u32,
    /// The means.
    pub mean: AreaIndices,
    /// The standard errors of the means.
    pub standard_error: AreaIndices,
}

/// What the areas must find in one step of the load's forecast.
struct Need {
    /// Room between own capacity with nothing out and need: areas × hours \[MW\].
    hourly: Vec<Vec<f64>>,
    /// Its least in each quarter of a day: areas × quarters \[MW\].
    tightest: Vec<Vec<f64>>,
    /// The hour of each day's peak, by area and of all together.
    peaks: Vec<Vec<usize>>,
}

/// A stretch of time in which something is out of an area, or a link is (`what` from the number of areas on).
#[derive(Clone, Copy)]
struct Stretch {
    begin: f64,
    end: f64,
    what: usize,
    out_mw: f64,
}

impl AreaSystem {
    /// Samples years. `load_sd` as in [`Indices::exact`], one draw of a year for all areas.
    pub fn sampled(&self, load_sd: Option<f64>, years: u32, seed: Seed) -> AreaSampled {
        let sd = load_sd.unwrap_or(0.0);
        let steps: &[(f64, f64)] = if sd == 0.0 { &[(0.0, 1.0)] } else { &SEVEN_STEPS };
        let needs: Vec<Need> = steps.iter().map(|(step, _)| self.need(1.0 + step * sd)).collect();
        let own = self.units.iter().map(|(area, unit)| (*area, Chain::of(unit)));
        let links = self.link_units.iter().enumerate().map(|(l, unit)| (self.areas.len() + l, Chain::of(unit)));
        let chains: Vec<(usize, Chain)> = own.chain(links).collect();
        let stream = Stream::new(seed, Member(0), "adequacy.outage", "areas");
        let sums = blocks(years, |range| {
            let mut year = Year::new(self);
            let mut draws = Many::of(stream.at(0));
            let mut sums = vec![Sums::default(); self.areas.len() + 1];
            for y in range {
                draws.turn_to(stream.at(i64::from(y) * PERIODS_A_YEAR));
                let step = if steps.len() == 1 { 0 } else { pick(steps.iter().map(|s| s.1), draws.uniform()) };
                year.draw(&chains, &mut draws);
                for (sum, counts) in sums.iter_mut().zip(year.count(&needs[step])) {
                    sum.add(counts);
                }
            }
            sums
        });
        let of = |n: usize| Sums::estimate(&sums.iter().map(|block| block[n]).collect::<Vec<_>>(), years);
        let (mut mean, mut error): (Vec<Indices>, Vec<Indices>) =
            (0..=self.areas.len()).map(of).map(|(m, e)| (indices(m), indices(e))).unzip();
        let whole = |list: &mut Vec<Indices>| {
            let system = list.pop().unwrap_or_default();
            AreaIndices { system, areas: core::mem::take(list) }
        };
        AreaSampled { years, mean: whole(&mut mean), standard_error: whole(&mut error) }
    }

    fn need(&self, scale: f64) -> Need {
        let net = self.net_load(scale);
        let capacity = |area: usize| {
            self.units.iter().filter(|(a, _)| *a == area).map(|(_, unit)| Unit::capacity_mw(unit)).sum::<f64>()
        };
        let room = |(area, net): (usize, &Vec<f64>)| -> Vec<f64> {
            let capacity = capacity(area);
            net.iter().map(|mw| capacity - mw).collect()
        };
        let hourly: Vec<Vec<f64>> = net.iter().enumerate().map(room).collect();
        let least = |q: &[f64]| q.iter().copied().fold(f64::INFINITY, f64::min);
        let tightest = hourly.iter().map(|area| area.chunks(QUARTER).map(least).collect()).collect();
        Need { hourly, tightest, peaks: peak_hours(&net) }
    }
}

/// Where one year after the other is worked out.
struct Year<'a> {
    system: &'a AreaSystem,
    stretches: Vec<Stretch>,
    /// By area and quarter of a day: all that is out at any time of it \[MW\].
    touched_mw: Vec<Vec<f64>>,
    changes: Vec<(f64, usize, f64)>,
    /// What is out now: of areas in MW, of links as one.
    out: Vec<f64>,
    transfer: Transfer,
    up: Vec<bool>,
    margin_mw: Vec<f64>,
    counts: Vec<Counts>,
    /// By area and of the system: when the last shortage ended, and its day.
    last: Vec<Option<(f64, usize)>>,
}

impl<'a> Year<'a> {
    fn new(system: &'a AreaSystem) -> Self {
        let areas = system.areas.len();
        Self {
            system,
            stretches: Vec::new(),
            touched_mw: vec![Vec::new(); areas],
            changes: Vec::new(),
            out: Vec::new(),
            transfer: Transfer::default(),
            up: Vec::new(),
            margin_mw: Vec::new(),
            counts: vec![[0.0; COUNTS]; areas + 1],
            last: vec![None; areas + 1],
        }
    }

    fn draw(&mut self, chains: &[(usize, Chain)], draws: &mut Many) {
        let hours = self.system.hours();
        self.stretches.clear();
        for touched in &mut self.touched_mw {
            touched.clear();
            touched.resize(hours / QUARTER + 2, 0.0);
        }
        for (what, chain) in chains {
            chain.draw(draws, hours as f64, |begin, end, out_mw| {
                self.stretches.push(Stretch { begin, end, what: *what, out_mw });
                if let Some(touched) = self.touched_mw.get_mut(*what) {
                    let (first, last) = (begin as usize / QUARTER, end as usize / QUARTER);
                    touched[first..=last].iter_mut().for_each(|mw| *mw += out_mw);
                }
            });
        }
    }

    /// The counts of the year that was drawn, by area and last of the system.
    fn count(&mut self, need: &Need) -> &[Counts] {
        self.counts.fill([0.0; COUNTS]);
        self.last.fill(None);
        for quarter in 0..need.tightest.first().map_or(0, Vec::len) {
            let covers =
                |(touched, tightest): (&Vec<f64>, &Vec<f64>)| touched[quarter] <= tightest[quarter] + ROUNDING_MW;
            if self.touched_mw.iter().zip(&need.tightest).all(covers) {
                continue;
            }
            let (from, to) = ((quarter * QUARTER) as f64, ((quarter + 1) * QUARTER) as f64);
            self.changes.clear();
            self.out.clear();
            self.out.resize(self.system.areas.len() + self.system.links.len(), 0.0);
            for s in self.stretches.iter().filter(|s| s.begin < to && s.end > from) {
                if s.begin <= from {
                    self.out[s.what] += s.out_mw;
                } else {
                    self.changes.push((s.begin, s.what, s.out_mw));
                }
                if s.end < to {
                    self.changes.push((s.end, s.what, -s.out_mw));
                }
            }
            self.changes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
            self.walk(need, quarter);
        }
        &self.counts
    }

    /// Walks a quarter of a day from hour to hour and change to change.
    fn walk(&mut self, need: &Need, quarter: usize) {
        let hours = self.system.hours();
        let mut next = 0;
        for hour in (quarter * QUARTER..(quarter + 1) * QUARTER).take_while(|h| *h < hours) {
            let mut from = hour as f64;
            let over = (hour + 1) as f64;
            let mut begins = true;
            loop {
                let change = self.changes.get(next).copied().filter(|c| c.0 < over);
                let to = change.map_or(over, |c| c.0);
                if to > from || begins {
                    self.state(need, hour, begins, from, to);
                    begins = false;
                }
                let Some((_, what, amount)) = change else { break };
                self.out[what] += amount;
                next += 1;
                from = to;
            }
        }
    }

    /// Counts a state that lasts from one time to another; `begins` if the hour begins with it.
    fn state(&mut self, need: &Need, hour: usize, begins: bool, from: f64, to: f64) {
        let areas = self.system.areas.len();
        self.margin_mw.clear();
        self.margin_mw.extend(need.hourly.iter().zip(&self.out).map(|(room, out)| room[hour] - out));
        if self.margin_mw.iter().all(|mw| *mw >= -ROUNDING_MW) {
            return;
        }
        self.up.clear();
        self.up.extend(self.out.iter().skip(areas).map(|out| *out < 0.5));
        self.transfer.serve(self.system, self.margin_mw.iter().copied(), &self.up);
        let total: f64 = self.transfer.short_mw.iter().sum();
        let day = hour / 24;
        let short = self.transfer.short_mw.iter().copied().chain([total]);
        for (n, short_mw) in short.enumerate().filter(|(_, mw)| *mw > ROUNDING_MW) {
            let [lole, any, lolh, lolf, eue] = &mut self.counts[n];
            if begins && need.peaks[n].get(day) == Some(&hour) {
                *lole += 1.0;
            }
            if to <= from {
                continue;
            }
            *lolh += to - from;
            *eue += (to - from) * short_mw;
            let last = &mut self.last[n];
            // A year that begins short did not begin to be short.
            let goes_on = from == 0.0 || last.is_some_and(|(end, _)| end >= from);
            *lolf += if goes_on { 0.0 } else { 1.0 };
            *any += if last.is_some_and(|(_, of)| of == day) { 0.0 } else { 1.0 };
            *last = Some((to, day));
        }
    }
}
