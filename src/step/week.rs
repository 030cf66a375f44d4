//! The week ahead: a rule says how much water each plant shall pass, a price makes the dispatch pass it.
//!
//! Each Monday the rule sets the release of every reservoir for the coming week. Then weather and demand are run ahead on
//! clones of their states, the dispatch is cleared at a sample of the week's hours, and the price of each
//! plant's water is moved until the sampled hours release what the rule asks. On the other days the cascade itself moves the
//! plan by what the week has released so far.
//!
//! A plant that offers at the value of its water ([`crate::hydro::value`]) keeps that price; what the sample then draws from it
//! moves the plans of the dams below.
//!
//! Simplifications: the planner knows the coming week's weather (a perfect short forecast) and holds the miners' bids of
//! its first hour; prices stay within the span between the cheapest and the dearest alternative. The cost is that a real
//! dispatcher would miss its week by its forecast's error.

use crate::calendar::Moment;
use crate::fault::StepError;
use crate::flows::{Bids, Load, Sky};
use crate::grid::GridNow;
use crate::hydro::HydroNow;
use crate::ids::{ReservoirId, Table};
use crate::region::{Region, State};
use crate::units::{Discharge, EnergyPrice, Span};
use crate::{climate, demand, grid, hydro};

/// Days of the week (0 is Monday) on which the price is searched, and every how many steps of what is left of the week are
/// sampled: few on Monday, shifting through the hours of the day, all but every step on the last day.
const SEARCHES: [(u32, usize); 3] = [(0, 5), (3, 5), (6, 2)];
/// Sweeps of the price search at most; a usual week needs two or three.
const SWEEPS: usize = 8;
/// Largest relative miss of a plant's mean release in the sample. An offer has few segments, so a plant's release moves in
/// steps of about two percent of its plan; the daily correction of the plan evens them out over the week.
const MISS: f64 = 0.012;
/// Share of a plant's own miss that one sweep takes back.
const OWN: f64 = 0.6;
/// Longest move of a price in one sweep, RUB/MWh.
const LONGEST_STEP: f64 = 200.0;

/// One sampled hour of the week ahead.
struct Ahead {
    now: Moment,
    sky: Sky,
    load: Load,
}

/// Plans the week on its first day and at the start of a run; searches prices then and as the week ends.
/// `bids` are those of this step.
pub fn plan_if_due(world: &Region, state: &mut State, now: &Moment, bids: &Bids) -> Result<(), StepError> {
    if !now.first_of_day {
        return Ok(());
    }
    if now.step == 0 || now.weekday == 0 {
        hydro::plan_week(&world.hydro, &mut state.hydro, now);
    }
    let due = SEARCHES.iter().rfind(|(day, _)| if now.step == 0 { *day <= now.weekday } else { *day == now.weekday });
    if let Some((_, every)) = due {
        let sample = look_ahead(world, state, now, *every);
        search_prices(world, state, &sample, bids)?;
    }
    Ok(())
}

/// Runs weather and demand ahead to the end of the week and keeps a sample.
fn look_ahead(world: &Region, state: &State, now: &Moment, every: usize) -> Vec<Ahead> {
    let per_day = world.window.steps_per_day();
    let days = (7 - now.weekday as usize).min(world.window.days().saturating_sub(now.step / per_day));
    let steps = days * per_day;
    let mut climate = state.climate.clone();
    let mut demand = state.demand.clone();
    let mut sample = Vec::with_capacity(steps / every + 1);
    let mut at = *now;
    let mut day_mean = Table::default();
    for k in 0..steps {
        if k == 0 || at.first_of_day {
            day_mean = climate::day_mean(&world.climate, &mut climate, at.day);
        }
        if k % every == every / 2 {
            let sky = climate::temperatures(&world.climate, &mut climate, &at);
            let mut load = demand::ask(&world.demand, &mut demand, &at, &sky);
            demand::forgo(&world.demand, &state.law.rules.demand, &at, &mut load);
            sample.push(Ahead { now: at, sky, load });
        } else {
            demand::pass(&mut demand, &day_mean);
        }
        at = world.window.next(&at);
    }
    sample
}

/// Moves each plant's water price until the sampled hours release the plan.
///
/// A plant that misses more than its neighbors is moved by the slope of its own offer: its share of the market is what its
/// price decides. What all plants that follow the load miss together is met by one common move, whose size the rest of the
/// market decides: it is bracketed and found by false position.
fn search_prices(world: &Region, state: &mut State, sample: &[Ahead], bids: &Bids) -> Result<(), StepError> {
    let Some(first) = sample.first() else { return Ok(()) };
    let mut grid_now = state.grid.clone();
    // A plant that offers at the value of its water keeps that; one that may not follow the load is held by its narrow band.
    let valued: Vec<bool> = world.hydro.reservoirs().ids().map(|id| state.hydro.is_valued(&world.hydro, id)).collect();
    let searched = world.hydro.reservoirs().iter().zip(&valued);
    let follows: Vec<bool> = searched.map(|(r, valued)| r.rule.daily_change.is_none() && !valued).collect();
    let mut common = Bracket::default();
    let mut best: Option<(f64, Table<ReservoirId, EnergyPrice>)> = None;
    for _ in 0..SWEEPS {
        let Answer { released, prices } = answer(world, state, &mut grid_now, sample, bids)?;
        for ((id, mean), valued) in world.hydro.reservoirs().ids().zip(&released).zip(&valued) {
            if *valued {
                state.hydro.expect(&world.hydro, id, Discharge::m3_s(*mean));
            }
        }
        let ids = world.hydro.reservoirs().ids();
        let miss: Vec<f64> = ids.zip(&released).map(|(id, mean)| relative_miss(&state.hydro, id, *mean)).collect();
        let judged = miss.iter().zip(&follows).filter(|(_, f)| **f);
        let worst = judged.fold(0.0_f64, |w, (m, _)| w.max(m.abs()));
        if best.as_ref().is_none_or(|b| worst < b.0) {
            best = Some((worst, state.hydro.water_price.clone()));
        }
        if worst <= MISS {
            break;
        }
        let own: Vec<f64> = world
            .hydro
            .reservoirs()
            .ids()
            .zip(&miss)
            .map(|(id, m)| hydro::price_step(&world.hydro, &state.hydro, &first.now, id, *m).as_rub_per_mwh())
            .collect();
        let count = follows.iter().filter(|f| **f).count().max(1);
        let shared = own.iter().zip(&follows).filter(|(_, f)| **f).map(|(o, _)| o).sum::<f64>() / count as f64;
        let moved = common.next(shared);
        let rise = world.hydro.shape.rise.as_rub_per_mwh();
        let plants = state.hydro.water_price.iter_mut().zip(own).zip(follows.iter().zip(&valued)).zip(prices);
        for (((price, own), (follows, valued)), (lowest, highest)) in plants {
            if *valued {
                continue;
            }
            let step = if *follows { moved + OWN * (own - shared) } else { OWN * own };
            let to = price.as_rub_per_mwh() + step.clamp(-LONGEST_STEP, LONGEST_STEP);
            // Beyond the prices at its bus, less or plus its own rise, a plant is all on or all off: further says nothing.
            *price = EnergyPrice::rub_per_mwh(to.min(highest + rise).max(lowest - rise));
        }
    }
    if let Some((_, prices)) = best {
        state.hydro.water_price = prices;
    }
    Ok(())
}

/// One-dimensional search of the common move: how far prices were moved together, and what was missed there.
#[derive(Default)]
struct Bracket {
    at: f64,
    tries: i32,
    /// Where too much was released (prices too low), and by how much.
    below: Option<(f64, f64)>,
    /// Where too little was released (prices too high).
    above: Option<(f64, f64)>,
}

impl Bracket {
    /// The next move, given what the last place misses.
    fn next(&mut self, missed: f64) -> f64 {
        let here = Some((self.at, missed));
        if missed > 0.0 {
            self.below = here;
        } else {
            self.above = here;
        }
        let to = match (self.below, self.above) {
            (Some((low, over)), Some((high, under))) if low < high => {
                let part = (over / (over - under)).clamp(0.15, 0.85);
                low + part * (high - low)
            }
            // One side only: go on, ever further; the market behind the plants may be stiff.
            _ => {
                self.tries += 1;
                self.at + missed * f64::from(self.tries.min(4))
            }
        };
        let moved = (to - self.at).clamp(-LONGEST_STEP, LONGEST_STEP);
        self.at += moved;
        moved
    }
}

/// What the market answers to the plants' prices over the sample.
struct Answer {
    /// Mean release of each plant, m³/s.
    released: Vec<f64>,
    /// Lowest and highest price at each plant's bus, RUB/MWh.
    prices: Vec<(f64, f64)>,
}

/// Clears the sample at the plants' prices.
fn answer(
    world: &Region,
    state: &State,
    grid_now: &mut GridNow,
    sample: &[Ahead],
    bids: &Bids,
) -> Result<Answer, StepError> {
    let mut hydro_now = state.hydro.clone();
    let plants = hydro_now.target.len();
    let mut released = vec![0.0; plants];
    let mut prices = vec![(f64::INFINITY, f64::NEG_INFINITY); plants];
    for hour in sample {
        let supply = hydro::offer(&world.hydro, &mut hydro_now, &hour.now);
        let rules = &state.law.rules.grid;
        let foreseen = grid::foresee(&world.grid, rules, grid_now, &hour.now, &hour.sky, &supply, &hour.load, bids)?;
        let made = foreseen.hydro.iter().zip(supply.offers.iter());
        for ((sum, seen), (power, offer)) in released.iter_mut().zip(&mut prices).zip(made) {
            *sum += if offer.mw_per_m3_s > 0.0 { power.as_mw() / offer.mw_per_m3_s } else { 0.0 };
            let price = offer.bus.map_or(0.0, |bus| foreseen.price[bus].as_rub_per_mwh());
            *seen = (seen.0.min(price), seen.1.max(price));
        }
    }
    let count = sample.len() as f64;
    for sum in &mut released {
        *sum /= count;
    }
    Ok(Answer { released, prices })
}

/// What a mean release misses of what is left of the week's plan, relative to the plan; released above plan is positive.
fn relative_miss(state: &HydroNow, id: ReservoirId, released: f64) -> f64 {
    let plan = state.target[id].as_m3_s().max(1.0);
    let progress = state.progress(id);
    let left = if progress.remaining > Span::ZERO {
        ((progress.target - progress.released) / progress.remaining).as_m3_s()
    } else {
        plan
    };
    (released - left) / plan
}
