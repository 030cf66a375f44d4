//! The week ahead: a rule says how much water each plant shall pass, a price makes the dispatch pass it.
//!
//! Each Monday the rule sets the release of every reservoir for the coming week. Then weather, demand and the miners' bids
//! are run ahead on clones of their states, the dispatch is cleared at a sample of the week's hours, and the price of each
//! plant's water is moved until the sampled hours release what the rule asks. On the other days the cascade itself moves the
//! plan by what the week has released so far.
//!
//! Simplifications: the planner knows the coming week's weather (a perfect short forecast) and holds the miners' bids of
//! its first hour; prices stay within the span between the cheapest and the dearest alternative. The cost is that a real
//! dispatcher would miss its week by its forecast's error.

use crate::calendar::Moment;
use crate::fault::StepError;
use crate::flows::{Bids, Load, Sky, Worth};
use crate::grid::GridNow;
use crate::ids::{ReservoirId, Table};
use crate::region::{Region, State};
use crate::units::EnergyPrice;
use crate::{climate, cooling, demand, fleet, grid, hydro};

/// A sample of the coming week, far enough apart to be cheap and shifting through the hours of the day.
const SAMPLE_EVERY_STEPS: usize = 5;
/// Sweeps of the price search at most; a warm week needs two or three.
const SWEEPS: usize = 12;
/// Largest relative miss of a plant's mean release in the sample.
const MISS: f64 = 0.002;
/// First guess of the price's answer to a miss, RUB/MWh per unit of relative miss.
const FIRST_GAIN: f64 = 300.0;
/// Longest move of a price in one sweep, RUB/MWh.
const LONGEST_STEP: f64 = 200.0;
/// Where water prices may lie, RUB/MWh: below the lowest, water is spilled rather than given away for more.
const PRICES: (f64, f64) = (-2000.0, 20_000.0);

/// One sampled hour of the week ahead.
struct Ahead {
    now: Moment,
    sky: Sky,
    load: Load,
}

/// Plans the week on its first day and at the start of a run.
pub fn plan_if_due(world: &Region, state: &mut State, now: &Moment, worth: &Worth) -> Result<(), StepError> {
    if now.step == 0 || now.first_of_week() {
        hydro::plan_week(&world.hydro, &mut state.hydro, now);
        let (sample, bids) = look_ahead(world, state, now, worth);
        search_prices(world, state, &sample, &bids)?;
    }
    Ok(())
}

/// Runs weather and demand ahead to the end of the week and keeps a sample; bids as they stand now.
fn look_ahead(world: &Region, state: &State, now: &Moment, worth: &Worth) -> (Vec<Ahead>, Bids) {
    let per_day = world.window.steps_per_day();
    let days = (7 - now.weekday as usize).min(world.window.days().saturating_sub(now.step / per_day));
    let steps = days * per_day;
    let mut climate = state.climate.clone();
    let mut demand = state.demand.clone();
    let mut fleet = state.fleet.clone();
    let mut sample = Vec::with_capacity(steps / SAMPLE_EVERY_STEPS + 1);
    let mut bids = Bids::default();
    let mut at = *now;
    for k in 0..steps {
        let sky = climate::observe(&world.climate, &mut climate, &at);
        let load = demand::ask(&world.demand, &mut demand, &at, &sky);
        if k == 0 {
            let overhead = cooling::overhead(&world.cooling, &sky);
            bids = fleet::bid(&world.fleet, &state.law.rules.fleet, &mut fleet, &at, worth, &overhead);
        }
        if k % SAMPLE_EVERY_STEPS == SAMPLE_EVERY_STEPS / 2 {
            sample.push(Ahead { now: at, sky, load });
        }
        at = world.window.next(&at);
    }
    (sample, bids)
}

/// Moves each plant's water price until the sampled hours release the plan, by damped secant steps.
fn search_prices(world: &Region, state: &mut State, sample: &[Ahead], bids: &Bids) -> Result<(), StepError> {
    if sample.is_empty() {
        return Ok(());
    }
    let n = state.hydro.target.len();
    let mut grid_now = state.grid.clone();
    // RUB/MWh by which the price rises per unit of relative miss.
    let mut gain = vec![FIRST_GAIN; n];
    let mut last: Option<(Vec<f64>, Vec<f64>)> = None;
    let mut best: Option<(f64, Table<ReservoirId, EnergyPrice>)> = None;
    for _ in 0..SWEEPS {
        let miss = sampled_miss(world, state, &mut grid_now, sample, bids)?;
        let worst = miss.iter().fold(0.0_f64, |w, m| w.max(m.abs()));
        if best.as_ref().is_none_or(|b| worst < b.0) {
            best = Some((worst, state.hydro.water_price.clone()));
        }
        if worst <= MISS {
            break;
        }
        if let Some((before, moved)) = &last {
            for (gain, ((before, miss), moved)) in gain.iter_mut().zip(before.iter().zip(&miss).zip(moved)) {
                // The release falls as the price rises: the secant says by how much per rouble.
                let slope = (before - miss) / moved;
                if moved.abs() > 1e-9 && slope.is_finite() && slope > 0.0 {
                    *gain = (1.0 / slope).clamp(*gain * 0.4, *gain * 2.5).clamp(1.0, 5000.0);
                }
            }
        }
        let moved: Vec<f64> = miss.iter().zip(&gain).map(|(m, g)| (g * m).clamp(-LONGEST_STEP, LONGEST_STEP)).collect();
        for (price, step) in state.hydro.water_price.iter_mut().zip(&moved) {
            *price = EnergyPrice::rub_per_mwh((price.as_rub_per_mwh() + step).clamp(PRICES.0, PRICES.1));
        }
        last = Some((miss, moved));
    }
    if let Some((_, prices)) = best {
        state.hydro.water_price = prices;
    }
    Ok(())
}

/// Relative miss of each plant's mean release over the sample: released above plan is positive.
fn sampled_miss(
    world: &Region,
    state: &State,
    grid_now: &mut GridNow,
    sample: &[Ahead],
    bids: &Bids,
) -> Result<Vec<f64>, StepError> {
    let mut hydro_now = state.hydro.clone();
    let mut released = vec![0.0; hydro_now.target.len()];
    for hour in sample {
        let supply = hydro::offer(&world.hydro, &mut hydro_now, &hour.now);
        let dispatch =
            grid::clear(&world.grid, &state.law.rules.grid, grid_now, &hour.now, &hour.sky, &supply, &hour.load, bids)?;
        for ((sum, power), offer) in released.iter_mut().zip(dispatch.hydro.iter()).zip(supply.offers.iter()) {
            *sum += if offer.mw_per_m3_s > 0.0 { power.as_mw() / offer.mw_per_m3_s } else { 0.0 };
        }
    }
    let count = sample.len() as f64;
    Ok(released
        .iter()
        .zip(state.hydro.target.iter())
        .map(|(sum, target)| (sum / count - target.as_m3_s()) / target.as_m3_s().max(50.0))
        .collect())
}
