//! Adequacy of a scenario by area: is there enough power for the load, over many futures of the whole model?
//!
//! Every member is a whole run: its own weather, water years, random outages of units and circuits, and (unless held) its own
//! assumptions, with the week's water planned, energy-limited hydro, and sections at the limit of the scheme in force. An
//! area is short in a step in which ordinary or protected load at its buses is not served; what miners give up under
//! contract is no shortage. Indices are those of IEEE practice: LOLE (days whose peak hour is short), LOLH, LOLF, EUE, by
//! year; errors are standard errors over members.
//!
//! Headroom is the flat load that an area could carry beyond its own until its LOLH reaches a target; the capacity credit of
//! something is what it adds to that headroom: the effective load-carrying capability (Garver 1966) at that target. Both are
//! searched with the same futures at every trial. Flat load is spread over the area's buses as load is.

use super::ensemble::lost;
use super::{LossKind, Lost, Plan, World};
use crate::calendar::Moment;
use crate::ids::{BranchId, BusId, Id, PlantId, SiteId};
use crate::random::Member;
use crate::region::{Region, State};
use crate::run::RunError;
use crate::step::{self, Step};
use crate::units::{Fraction, Power};

/// Less than this is not a shortage, MW.
const SHORT_MW: f64 = 0.01;
/// Mean hours of a year.
const YEAR_H: f64 = 8766.0;
/// Width to which a headroom is searched, MW.
const WIDTH_MW: f64 = 10.0;
/// First and longest step of the search, MW.
const STEPS_MW: (f64, f64) = (200.0, 3200.0);

/// Buses whose adequacy is told together.
#[derive(Clone, Debug, PartialEq)]
pub struct AdequacyArea {
    /// Its id.
    pub name: String,
    /// Its buses.
    pub buses: Vec<BusId>,
}

/// The areas of a region, in the order in which its buses name them.
pub fn areas(region: &Region) -> Vec<AdequacyArea> {
    let mut areas: Vec<AdequacyArea> = Vec::new();
    for (id, bus) in region.grid.buses.enumerate() {
        let Some(name) = &bus.adequacy_area else { continue };
        match areas.iter_mut().find(|a| a.name == *name) {
            Some(area) => area.buses.push(id),
            None => areas.push(AdequacyArea { name: name.clone(), buses: vec![id] }),
        }
    }
    areas
}

/// The keys of the indices, in the order of [`Indices`].
pub const KEYS: [&str; 5] = ["lole_d_per_yr", "days_any_d_per_yr", "lolh_h_per_yr", "lolf_per_yr", "eue_mwh_per_yr"];
/// Place of LOLH.
const LOLH: usize = 2;

/// Indices of one area by year: days whose peak hour is short, days short at any time, hours, times, MWh.
pub type Indices = [f64; 5];

/// What is changed of a region before a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Flat load added at buses, MW (negative: taken away).
    Load(Vec<BusId>, f64),
    /// A plant loses one unit.
    UnitLost(PlantId),
    /// A circuit is gone.
    CircuitLost(BranchId),
    /// Sites agree to be interrupted before anybody else.
    Interruptible(Vec<SiteId>),
}

impl Change {
    fn apply(&self, region: &mut Region) {
        match self {
            Self::Load(buses, mw) => {
                let loads = &mut region.demand.buses;
                let weight = |b: &BusId| loads.as_slice().get(b.index()).map_or(0.0, |l| l.weight);
                let total: f64 = buses.iter().map(weight).sum();
                let equal = 1.0 / buses.len().max(1) as f64;
                let shares: Vec<f64> =
                    buses.iter().map(|b| if total > 0.0 { weight(b) / total } else { equal }).collect();
                for (bus, share) in buses.iter().zip(shares) {
                    loads[*bus].steady += Power::mw(mw * share);
                }
            }
            Self::UnitLost(plant) => {
                let plant = &mut region.grid.plants[*plant];
                let units = f64::from(plant.units.max(1));
                plant.capacity = plant.capacity * ((units - 1.0) / units);
                plant.units = plant.units.saturating_sub(1).max(1);
            }
            Self::CircuitLost(branch) => region.policy.base.grid.branch_out[*branch] = true,
            Self::Interruptible(sites) => {
                for site in sites {
                    region.policy.base.grid.interruptible[*site] = Fraction::ALL;
                }
            }
        }
    }
}

/// Watches one area through a run.
#[derive(Clone, Debug, Default)]
struct Watch {
    counts: Indices,
    was_short: bool,
    day_peak_mw: f64,
    short_at_peak: bool,
    short_today: bool,
}

impl Watch {
    fn day_over(&mut self) {
        self.counts[0] += f64::from(self.short_at_peak);
        self.counts[1] += f64::from(self.short_today);
        (self.day_peak_mw, self.short_at_peak, self.short_today) = (0.0, false, false);
    }

    fn step(&mut self, area: &AdequacyArea, step: &Step) {
        let sum = |of: &crate::ids::Table<BusId, Power>| area.buses.iter().map(|b| of[*b].as_mw()).sum::<f64>();
        let unserved = sum(&step.dispatch.unserved);
        let load = sum(&step.dispatch.served) + unserved;
        let h = step.now.span.as_hours();
        if step.now.first_of_day {
            self.day_over();
        }
        let short = unserved > SHORT_MW;
        if load > self.day_peak_mw {
            (self.day_peak_mw, self.short_at_peak) = (load, short);
        }
        self.short_today |= short;
        self.counts[LOLH] += if short { h } else { 0.0 };
        self.counts[3] += f64::from(short && !self.was_short);
        self.counts[4] += if short { unserved * h } else { 0.0 };
        self.was_short = short;
    }
}

/// One member under changes: indices by area and year.
///
/// # Errors
/// [`Lost`].
fn member(world: &dyn World, plan: Plan, member: Member, changes: &[Change]) -> Result<Vec<Indices>, Lost> {
    let drawn = (!plan.fixed_assumptions).then(|| world.draw(plan.seed, member));
    let mut region =
        world.region(drawn.as_deref()).map_err(|cause| Lost { kind: LossKind::Refused, cause })?.into_owned();
    for change in changes {
        change.apply(&mut region);
    }
    let areas = areas(&region);
    let mut watches = vec![Watch::default(); areas.len()];
    let mut state = State::start(&region, plan.seed, member);
    let mut now: Moment = region.window.moment(0);
    let mut hours = 0.0;
    for _ in 0..region.window.steps() {
        let step = step::advance(&region, &mut state, &now).map_err(|e| lost(&RunError::from(e)))?;
        for (watch, area) in watches.iter_mut().zip(&areas) {
            watch.step(area, &step);
        }
        hours += step.now.span.as_hours();
        now = region.window.next(&now);
    }
    let years = (hours / YEAR_H).max(1e-9);
    Ok(watches
        .into_iter()
        .map(|mut watch| {
            watch.day_over();
            watch.counts.map(|c| c / years)
        })
        .collect())
}

/// Indices of the areas: means over members and their standard errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Members that ended.
    pub members: usize,
    /// Means by area.
    pub mean: Vec<Indices>,
    /// Standard errors by area.
    pub standard_error: Vec<Indices>,
}

/// All members under changes.
///
/// # Errors
/// The first member that failed.
pub fn estimate(
    world: &dyn World,
    plan: Plan,
    changes: &[Change],
    told: &(dyn Fn() + Sync),
) -> Result<Estimate, (u32, Lost)> {
    let members: Vec<u32> = (0..plan.members).collect();
    let runs = super::ensemble::all(&members, plan.threads, &|m: u32| {
        let run = member(world, plan, Member(m), changes).map_err(|cause| (m, cause));
        told();
        run
    });
    let runs = runs.into_iter().collect::<Result<Vec<_>, _>>()?;
    let n = runs.len();
    let count = runs.first().map_or(0, Vec::len);
    let of = |area: usize, i: usize| runs.iter().map(move |r| r[area][i]);
    let mean = |area, i| of(area, i).sum::<f64>() / n.max(1) as f64;
    let error = |area, i| {
        let mean = mean(area, i);
        let squares: f64 = of(area, i).map(|x| (x - mean) * (x - mean)).sum();
        if n > 1 { libm::sqrt(squares / (n - 1) as f64 / n as f64) } else { f64::NAN }
    };
    let table = |f: &dyn Fn(usize, usize) -> f64| {
        (0..count).map(|area| core::array::from_fn(|i| f(area, i))).collect::<Vec<Indices>>()
    };
    Ok(Estimate { members: n, mean: table(&mean), standard_error: table(&error) })
}

/// A headroom, or that none was found within what was searched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Headroom {
    /// MW of flat load; negative if the area is short of the target already.
    Mw(f64),
    /// Beyond the end of the search, MW.
    Beyond(f64),
}

impl Headroom {
    /// The number, or the end that was searched.
    pub fn mw(self) -> f64 {
        match self {
            Self::Mw(mw) | Self::Beyond(mw) => mw,
        }
    }
}

/// The flat load that an area carries until its LOLH reaches `target_h` a year.
///
/// # Errors
/// The first member that failed.
pub fn headroom(
    world: &dyn World,
    plan: Plan,
    area: usize,
    buses: &[BusId],
    target_h: f64,
    changes: &[Change],
    told: &(dyn Fn() + Sync),
) -> Result<Headroom, (u32, Lost)> {
    let lolh = |mw: f64| -> Result<f64, (u32, Lost)> {
        let mut with = changes.to_vec();
        with.push(Change::Load(buses.to_vec(), mw));
        let found = estimate(world, plan, &with, told)?;
        Ok(found.mean.get(area).map_or(0.0, |i| i[LOLH]))
    };
    search(target_h, lolh)
}

/// Where a rising function reaches a target: by widening steps from zero, then halving.
fn search<E>(target: f64, of: impl Fn(f64) -> Result<f64, E>) -> Result<Headroom, E> {
    let below = |value: f64| value <= target;
    let at_zero = below(of(0.0)?);
    let sign = if at_zero { 1.0 } else { -1.0 };
    let (mut near, mut far) = (0.0, STEPS_MW.0);
    while below(of(sign * far)?) == at_zero {
        if far >= STEPS_MW.1 {
            return Ok(Headroom::Beyond(sign * far));
        }
        (near, far) = (far, 2.0 * far);
    }
    while far - near > WIDTH_MW {
        let middle = 0.5 * (near + far);
        if below(of(sign * middle)?) == at_zero {
            near = middle;
        } else {
            far = middle;
        }
    }
    Ok(Headroom::Mw(sign * 0.5 * (near + far)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_where_a_rising_function_meets_its_target() {
        for root in [-910.0, -40.0, 3.0, 333.0, 2950.0] {
            let found = search(5.0, |x: f64| Ok::<f64, ()>(5.0 + (x - root) / 7.0)).unwrap();
            assert!((found.mw() - root).abs() <= WIDTH_MW, "{root}: {found:?}");
        }
        assert_eq!(search(5.0, |_| Ok::<f64, ()>(0.0)).unwrap(), Headroom::Beyond(3200.0));
    }
}
