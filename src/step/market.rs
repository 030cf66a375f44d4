//! What the market pays for the cascade's power, by month of a year: the question that water values have to ask before they
//! can be made.
//!
//! A year of drawn weather is run ahead, one that the run does not meet, with the year's load, network, law and miners. On
//! sampled hours every plant that follows the load offers all its water at one price, from nothing to the dearest; the power that the
//! dispatch then takes is a point of the month's demand for it. By duality it never rises with the price, and it knows every
//! line, section and neighbor of the network. Plants that may not follow the load give their mean.
//!
//! Simplifications: one price for all plants; heads at today's levels; miners bid through the year as they do today.

use crate::calendar::{Day, Moment, Window};
use crate::fault::StepError;
use crate::flows::{HydroOffer, Supply, Worth};
use crate::hydro::value::{Market, Operation, WaterValues};
use crate::ids::Table;
use crate::random::{Member, Seed};
use crate::region::{Region, State};
use crate::units::{Discharge, EnergyPrice, Power};
use crate::{climate, cooling, demand, fleet, grid};
use std::sync::Arc;

/// Prices asked, RUB/MWh: close where fuel and neighbors lie, far where load would be shed.
const PRICES: [f64; 12] = [0.0, 300.0, 500.0, 650.0, 800.0, 900.0, 1000.0, 1100.0, 1200.0, 1400.0, 2000.0, 8000.0];
/// Days of a month that are sampled: three working days and a day of rest, whatever the year.
const DAYS: [u32; 4] = [4, 11, 19, 28];
/// Hours between two samples.
const EVERY_H: f64 = 4.0;
/// Whose weather it is: no run has this seed's member.
const DRAWN: (Seed, Member) = (Seed(0x0a11_0e57), Member(u32::MAX));

/// Makes water values at the start of a run and at each new year, if the cascade is operated by them.
pub fn value_if_due(world: &Region, state: &mut State, now: &Moment, worth: &Worth) -> Result<(), StepError> {
    let Operation::WaterValue(law) = &world.hydro.operation else { return Ok(()) };
    let due = now.step == 0 || (now.first_of_day && now.first_of_month() && now.month == 1);
    if !due {
        return Ok(());
    }
    let market = ask(world, state, now, worth)?;
    // A cascade that cannot be valued was refused with the scenario.
    if let Ok(values) = WaterValues::train(&world.hydro, law, &market, now.year) {
        state.hydro.operate_by(Arc::new(values));
    }
    Ok(())
}

/// Offers of all plants at one price.
fn offers(world: &Region, state: &State, year: i32, price: EnergyPrice) -> Supply {
    let offer = |(id, given): (crate::ids::ReservoirId, &crate::hydro::Reservoir)| {
        let mean = Discharge::m3_s(world.hydro.mean_flow(id));
        let per = given.plant.mw_per_m3_s(state.hydro.level(id), mean);
        let most = given.plant.flow_limit(year, per);
        let follows = given.rule.daily_change.is_none();
        let floor = if follows { given.rule.hour_minimum.min(most) } else { mean.min(most) };
        let room = if follows { most - floor } else { Discharge::ZERO };
        let mw = |q: Discharge| Power::mw(q.as_m3_s() * per);
        HydroOffer { bus: Some(given.bus), mw_per_m3_s: per, floor: mw(floor), segments: vec![(mw(room), price)] }
    };
    let count = world.hydro.reservoirs().len();
    Supply {
        offers: Table::new(world.hydro.reservoirs().enumerate().map(offer).collect()),
        plan: Table::filled(count, Discharge::ZERO),
        water_price: Table::filled(count, price),
        inflow: Table::filled(count, Discharge::ZERO),
    }
}

/// Asks the market.
fn ask(world: &Region, state: &State, now: &Moment, worth: &Worth) -> Result<Market, StepError> {
    let first = Day::from_ymd(now.year, 1, 1).unwrap_or(now.day);
    let until = Day::from_ymd(now.year + 1, 1, 1).unwrap_or(now.day);
    let window = Window { from: first, until, step_minutes: world.window.step_minutes };
    let drawn = world.climate.drawn();
    let mut weather = drawn.start(DRAWN.0, DRAWN.1, &window);
    let mut asked = world.demand.start(DRAWN.0, DRAWN.1, &window);
    let mut fleet = state.fleet.clone();
    let mut cleared = world.grid.start();
    let supplies: Vec<Supply> =
        PRICES.iter().map(|p| offers(world, state, now.year, EnergyPrice::rub_per_mwh(*p))).collect();
    let mut sums = [[(0.0, 0.0); PRICES.len()]; 12];
    let every = ((EVERY_H / window.step().as_hours()) as usize).max(1);
    let mut bids = None;
    let mut at = window.moment(0);
    for step in 0..window.steps() {
        let sky = climate::observe(&drawn, &mut weather, &at);
        let mut load = demand::ask(&world.demand, &mut asked, &at, &sky);
        if DAYS.contains(&at.day_of_month) && step % every == every / 2 {
            demand::forgo(&world.demand, &state.law.rules.demand, &at, &mut load);
            let bids = bids.get_or_insert_with(|| {
                let overhead = cooling::overhead(&world.cooling, &sky);
                fleet::bid(&world.fleet, &state.law.rules.fleet, &mut fleet, now, worth, &overhead)
            });
            for (supply, sum) in supplies.iter().zip(&mut sums[at.month_index()]) {
                let rules = &state.law.rules.grid;
                let dispatch = grid::clear(&world.grid, rules, &mut cleared, &at, &sky, supply, &load, bids)?;
                sum.0 += dispatch.hydro.iter().map(|p| p.as_mw()).sum::<f64>();
                sum.1 += 1.0;
            }
        }
        at = window.next(&at);
    }
    Ok(Market { months: sums.map(|month| points(&month)) })
}

/// Points of a month's demand: power rising, price falling.
fn points(sums: &[(f64, f64); PRICES.len()]) -> Vec<(Power, EnergyPrice)> {
    let mut out: Vec<(Power, EnergyPrice)> = Vec::with_capacity(PRICES.len());
    for ((mw, count), price) in sums.iter().zip(PRICES).rev() {
        let mw = Power::mw(mw / f64::max(*count, 1.0));
        // Where a lower price sells no more, it stands for the same power.
        if out.last().is_none_or(|last| mw > last.0 + Power::mw(1e-6)) {
            out.push((mw, EnergyPrice::rub_per_mwh(price)));
        }
    }
    out
}
