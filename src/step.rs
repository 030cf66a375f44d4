//! The loop: one step of the world, in the order of causes.

mod market;
pub mod week;

use crate::calendar::Moment;
use crate::fault::StepError;
use crate::flows::{
    Bids, Coin, Dark, Dispatch, Hashed, Load, Market, Money, Orders, Overhead, Roster, Routes, Sky, Strained, Supply,
    Tariffs, Water, Worth,
};
use crate::region::{Region, State};
use crate::{
    balance, bitcoin, channel, climate, cooling, demand, finance, fleet, grid, hydro, last_mile, operator, policy,
};
use std::sync::Arc;

/// Everything that happened in one step.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub now: Moment,
    /// Events that began or ended with this step.
    pub enacted: Vec<policy::Change>,
    /// Weather.
    pub sky: Sky,
    /// Coin market.
    pub market: Market,
    /// Water on offer.
    pub supply: Supply,
    /// Homes without power as the step begins.
    pub dark: Dark,
    /// What consumers ask.
    pub load: Load,
    /// What cooling adds.
    pub overhead: Overhead,
    /// Prices of electricity.
    pub tariffs: Tariffs,
    /// Ways to money.
    pub routes: Arc<Routes>,
    /// What hashing is worth.
    pub worth: Worth,
    /// What miners ask.
    pub bids: Bids,
    /// The cleared grid.
    pub dispatch: Dispatch,
    /// What the step did to the last mile.
    pub strained: Strained,
    /// Water moved.
    pub water: Water,
    /// Hashes made.
    pub hashed: Hashed,
    /// Coin made.
    pub coin: Coin,
    /// Machines standing where as a month begins; empty in other steps.
    pub roster: Roster,
    /// Orders of the month.
    pub orders: Orders,
    /// Money moved.
    pub money: Money,
    /// Residuals of the balances, relative.
    pub residual: balance::Residual,
}

/// Advances the world by one step and proves that nothing was lost or made.
pub fn advance(world: &Region, state: &mut State, now: &Moment) -> Result<Step, StepError> {
    let before = balance::Stock::of(world, state);

    let enacted = policy::enact(&world.policy, &mut state.law, now);
    let sky = climate::observe(&world.climate, &mut state.climate, now);
    let market = bitcoin::quote(&world.bitcoin, &state.law.rules.bitcoin, &mut state.bitcoin, now);
    let tariffs = finance::tariffs(&world.finance, &state.law.rules.finance, &mut state.finance, now);
    let routes = channel::route(&world.channels, &state.law.rules.channel, &mut state.channels, now);
    let worth = operator::worth(&world.operators, &state.operators, &market, &routes, &tariffs);
    let (roster, orders) = month_turned(world, state, now, &market, &worth);
    hydro::fail(&mut state.hydro, &world.window, now);
    grid::fail(&world.grid, &mut state.grid, &world.window, now);
    market::value_if_due(world, state, now, &worth)?;
    let overhead = cooling::overhead(&world.cooling, &sky);
    let bids = fleet::bid(&world.fleet, &state.law.rules.fleet, &mut state.fleet, now, &worth, &overhead);
    week::plan_if_due(world, state, now, &bids)?;

    let supply = hydro::offer(&world.hydro, &mut state.hydro, now);
    let dark = last_mile::dark(&world.last_mile, &mut state.last_mile, now, &sky);
    let mut load = last_mile::without_homes(demand::ask(&world.demand, &mut state.demand, now, &sky), &dark);
    demand::forgo(&world.demand, &state.law.rules.demand, now, &mut load);
    let bids = last_mile::without_miners(bids, &dark);
    let mut dispatch =
        grid::clear(&world.grid, &state.law.rules.grid, &mut state.grid, now, &sky, &supply, &load, &bids)?;
    dispatch.overloads = grid::screen(&world.grid, &mut state.grid, &sky, &dispatch);

    let strained = last_mile::strain(&world.last_mile, &mut state.last_mile, now, &sky, &dark, &bids, &dispatch);
    let water = hydro::release(&world.hydro, &mut state.hydro, now, &dispatch)?;
    let hashed = fleet::hash(&world.fleet, &mut state.fleet, now, &bids, &dispatch);
    let coin = bitcoin::advance(&world.bitcoin, &mut state.bitcoin, now, &market, &hashed)?;
    let money = finance::settle(
        &world.finance,
        &state.law.rules.finance,
        &mut state.finance,
        now,
        &market,
        &tariffs,
        &routes,
        &hashed,
        &coin,
        &load,
        &dispatch,
        &orders,
    )?;
    channel::book(&world.channels, &mut state.channels, now, &market, &money);
    operator::purse::earn(&world.operators, &mut state.operators, &money);

    let mut step = Step {
        now: *now,
        enacted,
        sky,
        market,
        supply,
        dark,
        load,
        overhead,
        tariffs,
        routes,
        worth,
        bids,
        dispatch,
        strained,
        water,
        hashed,
        coin,
        roster,
        orders,
        money,
        residual: balance::Residual::default(),
    };
    step.residual = balance::prove(world, state, &before, &step)?;
    policy::observe(&mut state.law, now, readings(world, &step));
    Ok(step)
}

/// What the gauges of the law show after the step.
fn readings(world: &Region, step: &Step) -> policy::Readings {
    let loading =
        |s: &crate::flows::SectionFlow| if s.limit_mw > 0.0 { 100.0 * s.flow_mw.abs() / s.limit_mw } else { 0.0 };
    let mining = world
        .atlas
        .sites
        .enumerate()
        .filter(|(_, m)| m.in_region)
        .map(|(id, _)| step.bids.sites[id].power.as_mw() * step.dispatch.mining_share[id].value());
    policy::Readings {
        upper_level_m: step.water.reaches.iter().next().map_or(0.0, |r| r.level.as_m()),
        section_loading_pct: step.dispatch.sections.iter().map(loading).fold(0.0, f64::max),
        temperature_c: step.sky.day_mean.iter().next().map_or(0.0, |t| t.as_celsius()),
        mining_mw: mining.sum(),
        unserved_mwh: step.dispatch.unserved.iter().map(|p| (*p * step.now.span).as_mwh()).sum(),
    }
}

/// At the turn of a month operators decide and the fleet takes delivery of what they decide.
fn month_turned(world: &Region, state: &mut State, now: &Moment, market: &Market, worth: &Worth) -> (Roster, Orders) {
    if !now.first_of_month() {
        return (Roster::default(), Orders::default());
    }
    let roster = fleet::roster(&world.fleet, &state.fleet);
    let procurement = channel::procure(&world.channels, &state.law.rules.channel, &state.channels, now);
    let orders = operator::decide(
        &world.operators,
        &state.law.rules.operator,
        &mut state.operators,
        now,
        market,
        worth,
        &roster,
        &procurement,
    );
    fleet::receive(&world.fleet, &mut state.fleet, now, &orders);
    (roster, orders)
}
