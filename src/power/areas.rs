//! Several areas, each with its load and its units, that help one another over links of limited capacity.
//!
//! A transport model: what flows over a link is bounded, not spread by impedance. In each state as little load as possible
//! goes short (a largest flow from areas with capacity to spare to those without); own capacity serves first, then the
//! nearest neighbor's. Which of several short areas is helped first follows from distance and from the order of the areas;
//! the sum does not depend on it. Losses are left out.

use super::adequacy::{Indices, OutageTable, SEVEN_STEPS};
use super::adequacy_sampled::ROUNDING_MW;
use super::unit::{Unit, UnitError};
use std::collections::VecDeque;

/// An area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AreaLoad {
    /// Its hourly load, uncertain where a standard deviation is given \[MW\].
    pub load_mw: Vec<f64>,
    /// Infeed by hour that never fails \[MW\]; empty for none.
    pub infeed_mw: Vec<f64>,
}

/// A link between two areas.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaLink {
    /// The area it starts at, by position.
    pub from: usize,
    /// The area it ends at, by position.
    pub to: usize,
    /// The most it carries from start to end \[MW\].
    pub forward_mw: f64,
    /// The most it carries from end to start \[MW\].
    pub backward_mw: f64,
    /// Mean time to failure and to repair \[h\]; `None` if it never fails.
    pub failure_h: Option<[f64; 2]>,
}

/// Areas, units and links.
///
/// ```
/// use hashwatt::power::{AreaLink, AreaLoad, AreaSystem, Unit};
/// // Two areas of a unit each, down one tenth of the time; a link that never fails carries 8 MW.
/// let area = |mw| AreaLoad { load_mw: vec![mw], ..AreaLoad::default() };
/// let unit = Unit::two_state(15.0, 9.0, 1.0)?;
/// let link = AreaLink { from: 0, to: 1, forward_mw: 8.0, backward_mw: 8.0, failure_h: None };
/// let system = AreaSystem::new(vec![area(8.0), area(9.0)], vec![(0, unit.clone()), (1, unit)], vec![link])?;
/// let found = system.exact(None)?;
/// assert!((found.system.lolh_h_per_yr - 0.19).abs() < 1e-12);
/// // The one unit left has 6 or 7 MW to spare; with both down all is short.
/// assert!((found.areas[0].eue_mwh_per_yr - (0.09 * 2.0 + 0.01 * 8.0)).abs() < 1e-12);
/// assert!((found.areas[1].eue_mwh_per_yr - (0.09 * 2.0 + 0.01 * 9.0)).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AreaSystem {
    pub(super) areas: Vec<AreaLoad>,
    pub(super) units: Vec<(usize, Unit)>,
    pub(super) links: Vec<AreaLink>,
    /// Whether each link is up, as a unit of capacity one.
    pub(super) link_units: Vec<Unit>,
}

/// Why there is no such system, or no exact answer.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum AreaError {
    /// No area, loads of different length, or none.
    #[error("each area needs a load, and an infeed if any, of as many hours as the others")]
    Hours,
    /// A unit or link names an area that is not there, or a link one area twice.
    #[error("a unit or a link names an area that is not there, or a link joins an area to itself")]
    Area,
    /// A load, infeed or limit that is no number, or a negative limit.
    #[error("loads, infeeds and limits must be finite, limits not negative")]
    Numbers,
    /// Times to failure or repair that make no unit.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// Too many states to go through.
    #[error("{states:.0} states in {hours} hours are too many to go through one by one: sample years instead")]
    Large {
        /// States of the system.
        states: f64,
        /// Hours.
        hours: usize,
    },
}

/// Indices of the system, where any load of it is short, and of each area.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AreaIndices {
    /// Of the system.
    pub system: Indices,
    /// By area.
    pub areas: Vec<Indices>,
}

impl AreaSystem {
    /// A system.
    ///
    /// # Errors
    /// [`AreaError`].
    pub fn new(areas: Vec<AreaLoad>, units: Vec<(usize, Unit)>, links: Vec<AreaLink>) -> Result<Self, AreaError> {
        let hours = areas.first().map_or(0, |a| a.load_mw.len());
        let as_long = |a: &AreaLoad| a.load_mw.len() == hours && (a.infeed_mw.is_empty() || a.infeed_mw.len() == hours);
        if hours == 0 || !areas.iter().all(as_long) {
            return Err(AreaError::Hours);
        }
        let is_there = |area: usize| area < areas.len();
        let joins = |l: &AreaLink| is_there(l.from) && is_there(l.to) && l.from != l.to;
        if !units.iter().all(|(area, _)| is_there(*area)) || !links.iter().all(joins) {
            return Err(AreaError::Area);
        }
        let sound = |v: &f64| v.is_finite() && *v >= 0.0;
        let finite = |a: &AreaLoad| a.load_mw.iter().chain(&a.infeed_mw).all(|v| v.is_finite());
        if !areas.iter().all(finite) || !links.iter().all(|l| sound(&l.forward_mw) && sound(&l.backward_mw)) {
            return Err(AreaError::Numbers);
        }
        let up = |l: &AreaLink| {
            let [mttf, mttr] = l.failure_h.unwrap_or([1.0, 0.0]);
            Unit::two_state(1.0, mttf, mttr)
        };
        let link_units = links.iter().map(up).collect::<Result<_, _>>()?;
        Ok(Self { areas, units, links, link_units })
    }

    /// How many hours there are.
    pub fn hours(&self) -> usize {
        self.areas.first().map_or(0, |a| a.load_mw.len())
    }

    /// What each area must find by hour, with loads scaled: areas × hours \[MW\].
    pub(super) fn net_load(&self, scale: f64) -> Vec<Vec<f64>> {
        let infeed = |a: &AreaLoad, h: usize| a.infeed_mw.get(h).copied().unwrap_or(0.0);
        let net = |a: &AreaLoad| a.load_mw.iter().enumerate().map(|(h, mw)| mw * scale - infeed(a, h)).collect();
        self.areas.iter().map(net).collect()
    }

    /// Exact indices, by going through all states of the areas' outage tables and of the links, hour by hour. Frequencies are
    /// not told (NaN). `load_sd` as in [`Indices::exact`], one draw for all areas.
    ///
    /// # Errors
    /// [`AreaError::Large`] beyond some ten million states.
    pub fn exact(&self, load_sd: Option<f64>) -> Result<AreaIndices, AreaError> {
        const MOST: f64 = 4e7;
        let tables: Vec<Vec<(f64, f64)>> = (0..self.areas.len())
            .map(|area| {
                let own: Vec<Unit> = self.units.iter().filter(|(a, _)| *a == area).map(|(_, u)| u.clone()).collect();
                let table = OutageTable::of(&own);
                table.outages().map(|(mw, p)| (table.capacity_mw() - mw, p)).collect()
            })
            .collect();
        let fails: Vec<usize> = (0..self.links.len()).filter(|&l| self.link_units[l].states().len() > 1).collect();
        let steps: &[(f64, f64)] = if load_sd.unwrap_or(0.0) == 0.0 { &[(0.0, 1.0)] } else { &SEVEN_STEPS };
        let states = tables.iter().map(|t| t.len() as f64).product::<f64>() * libm::exp2(fails.len() as f64);
        if states * self.hours() as f64 * steps.len() as f64 > MOST {
            return Err(AreaError::Large { states, hours: self.hours() });
        }
        let mut sums = vec![Indices::default(); self.areas.len() + 1];
        for (step, weight) in steps {
            let net = self.net_load(1.0 + step * load_sd.unwrap_or(0.0));
            let peaks = peak_hours(&net);
            let mut states = States { tables: &tables, fails: &fails, links: &self.link_units };
            states.each(&mut |available, up, probability| {
                let mut transfer = Transfer::default();
                for hour in 0..self.hours() {
                    transfer.serve(self, available.iter().zip(&net).map(|(mw, net)| mw - net[hour]), up);
                    let total: f64 = transfer.short_mw.iter().sum();
                    let by_area = transfer.short_mw.iter().copied().chain([total]);
                    for ((sum, short), peaks) in sums.iter_mut().zip(by_area).zip(&peaks) {
                        if short > ROUNDING_MW {
                            sum.lolh_h_per_yr += weight * probability;
                            sum.eue_mwh_per_yr += weight * probability * short;
                            sum.lole_d_per_yr += if peaks[hour / 24] == hour { weight * probability } else { 0.0 };
                        }
                    }
                }
            });
        }
        for sum in &mut sums {
            sum.lolf_per_yr = f64::NAN;
        }
        let system = sums.pop().unwrap_or_default();
        Ok(AreaIndices { system, areas: sums })
    }
}

/// The hour of each day's peak: of each area, last of all areas together.
pub(super) fn peak_hours(net: &[Vec<f64>]) -> Vec<Vec<usize>> {
    let hours = net.first().map_or(0, Vec::len);
    let total: Vec<f64> = (0..hours).map(|h| net.iter().map(|area| area[h]).sum()).collect();
    let most = |day: &[f64]| (1..day.len()).fold(0, |best, h| if day[h] > day[best] { h } else { best });
    let of = |hourly: &Vec<f64>| hourly.chunks(24).enumerate().map(|(d, day)| 24 * d + most(day)).collect();
    net.iter().chain([&total]).map(of).collect()
}

/// All states of areas and links.
struct States<'a> {
    /// By area: what is available, and its probability.
    tables: &'a [Vec<(f64, f64)>],
    /// Links that fail.
    fails: &'a [usize],
    links: &'a [Unit],
}

impl States<'_> {
    /// Gives each: what is available in each area, which links are up, the probability.
    fn each(&mut self, visit: &mut impl FnMut(&[f64], &[bool], f64)) {
        let mut available = vec![0.0; self.tables.len()];
        let mut up = vec![true; self.links.len()];
        self.from(0, 1.0, &mut available, &mut up, visit);
    }

    fn from(
        &self,
        depth: usize,
        probability: f64,
        available: &mut [f64],
        up: &mut [bool],
        visit: &mut impl FnMut(&[f64], &[bool], f64),
    ) {
        if let Some(table) = self.tables.get(depth) {
            for (mw, p) in table {
                available[depth] = *mw;
                self.from(depth + 1, probability * p, available, up, visit);
            }
        } else if let Some(&link) = self.fails.get(depth - self.tables.len()) {
            for (state, p) in self.links[link].states().iter().zip(self.links[link].probability()) {
                up[link] = state.available_mw > 0.0;
                self.from(depth + 1, probability * p, available, up, visit);
            }
        } else {
            visit(available, up, probability);
        }
    }
}

/// The largest help that areas with capacity to spare can give the others, and what is short after it.
#[derive(Debug, Default)]
pub(super) struct Transfer {
    /// What is short in each area \[MW\].
    pub(super) short_mw: Vec<f64>,
    spare_mw: Vec<f64>,
    /// Flow over each link from its start \[MW\].
    flow_mw: Vec<f64>,
    /// By area: the link by which help comes to the area before it on the way, and whether along the link's direction.
    way: Vec<Option<(usize, bool)>>,
    open: VecDeque<usize>,
}

impl Transfer {
    /// Serves what can be served, from what each area has beyond its own load (below zero: short of it) \[MW\].
    pub(super) fn serve(&mut self, system: &AreaSystem, margin_mw: impl Iterator<Item = f64>, up: &[bool]) {
        self.short_mw.clear();
        self.spare_mw.clear();
        for mw in margin_mw {
            self.short_mw.push((-mw).max(0.0));
            self.spare_mw.push(mw.max(0.0));
        }
        if self.short_mw.iter().all(|mw| *mw <= ROUNDING_MW) {
            self.short_mw.fill(0.0);
            return;
        }
        self.flow_mw.clear();
        self.flow_mw.resize(system.links.len(), 0.0);
        // The nearest helper of any area first, so that distance decides before order.
        while let Some((from, to)) = self.nearest(system, up) {
            self.send(system, from, to);
        }
    }

    /// A helper and a short area with a way between them, as few links apart as any; the way is left in `way`.
    fn nearest(&mut self, system: &AreaSystem, up: &[bool]) -> Option<(usize, usize)> {
        let n = self.short_mw.len();
        // From all short areas at once, against the flow of help: the first helper met is the nearest to any.
        self.way.clear();
        self.way.resize(n, None);
        self.open.clear();
        let is_short: Vec<bool> = self.short_mw.iter().map(|mw| *mw > ROUNDING_MW).collect();
        self.open.extend((0..n).filter(|&a| is_short[a]));
        let mut seen = is_short.clone();
        while let Some(to) = self.open.pop_front() {
            for (l, link) in system.links.iter().enumerate().filter(|(l, _)| up[*l]) {
                for (from, end, along) in [(link.from, link.to, true), (link.to, link.from, false)] {
                    if end != to || seen[from] || room(link, self.flow_mw[l], along) <= ROUNDING_MW {
                        continue;
                    }
                    seen[from] = true;
                    self.way[from] = Some((l, along));
                    if self.spare_mw[from] > ROUNDING_MW {
                        let mut at = from;
                        while let Some((l, along)) = self.way[at] {
                            at = if along { system.links[l].to } else { system.links[l].from };
                        }
                        return Some((from, at));
                    }
                    self.open.push_back(from);
                }
            }
        }
        None
    }

    /// Sends as much as the way of [`Self::nearest`] carries.
    fn send(&mut self, system: &AreaSystem, from: usize, to: usize) {
        let mut most = self.spare_mw[from].min(self.short_mw[to]);
        let mut at = from;
        while let Some((l, along)) = self.way[at] {
            most = most.min(room(&system.links[l], self.flow_mw[l], along));
            at = if along { system.links[l].to } else { system.links[l].from };
        }
        at = from;
        while let Some((l, along)) = self.way[at] {
            self.flow_mw[l] += if along { most } else { -most };
            at = if along { system.links[l].to } else { system.links[l].from };
        }
        self.spare_mw[from] -= most;
        self.short_mw[to] -= most;
    }
}

/// What a link can carry more, along its direction or against it.
fn room(link: &AreaLink, flow_mw: f64, along: bool) -> f64 {
    if along { link.forward_mw - flow_mw } else { link.backward_mw + flow_mw }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(links: &[(usize, usize, f64, f64)], areas: usize) -> AreaSystem {
        let link =
            |&(from, to, forward_mw, backward_mw)| AreaLink { from, to, forward_mw, backward_mw, failure_h: None };
        let area = AreaLoad { load_mw: vec![0.0], infeed_mw: Vec::new() };
        AreaSystem::new(vec![area; areas], Vec::new(), links.iter().map(link).collect()).unwrap()
    }

    fn short(system: &AreaSystem, margin: &[f64]) -> Vec<f64> {
        let mut transfer = Transfer::default();
        transfer.serve(system, margin.iter().copied(), &vec![true; system.links.len()]);
        transfer.short_mw
    }

    #[test]
    fn help_goes_round_and_is_turned_back() {
        // A chain 0–1–2: area 0 helps through 1, as far as the narrower link carries.
        let chain = system(&[(0, 1, 50.0, 50.0), (1, 2, 30.0, 10.0)], 3);
        assert_eq!(short(&chain, &[100.0, 0.0, -40.0]), [0.0, 0.0, 10.0]);
        assert_eq!(short(&chain, &[-40.0, 0.0, 100.0]), [30.0, 0.0, 0.0]);
        // Two ways at once.
        let ring = system(&[(0, 1, 20.0, 20.0), (1, 2, 20.0, 20.0), (0, 2, 15.0, 15.0)], 3);
        assert_eq!(short(&ring, &[100.0, 0.0, -40.0]), [0.0, 0.0, 5.0]);
        // Helper 0 reaches only 2, helper 1 both 2 and 3: what 1 first gave 2 must not keep 3 short.
        let fork = system(&[(1, 2, 10.0, 0.0), (0, 2, 10.0, 0.0), (1, 3, 10.0, 0.0)], 4);
        assert_eq!(short(&fork, &[10.0, 10.0, -10.0, -10.0]), [0.0; 4]);
    }

    #[test]
    fn what_makes_no_system_is_refused() {
        let area = |hours: usize| AreaLoad { load_mw: vec![1.0; hours], infeed_mw: Vec::new() };
        let link = |to, mw| AreaLink { from: 0, to, forward_mw: mw, backward_mw: 1.0, failure_h: None };
        let new = |areas, links| AreaSystem::new(areas, Vec::new(), links);
        assert_eq!(new(vec![area(2), area(3)], vec![]), Err(AreaError::Hours));
        assert_eq!(new(vec![], vec![]), Err(AreaError::Hours));
        assert_eq!(new(vec![area(1)], vec![link(0, 1.0)]), Err(AreaError::Area));
        assert_eq!(new(vec![area(1), area(1)], vec![link(1, f64::NAN)]), Err(AreaError::Numbers));
    }
}
