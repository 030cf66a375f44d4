//! The proofs: in every step water, energy, coin and money are neither made nor lost.
//!
//! A residual is relative to the larger of what moved and one unit. Water and energy must close to 1e-9, coin and money to
//! the last satoshi and kopeck; a breach stops the run with its date and component.

use crate::calendar::Moment;
use crate::fault::{Cause, Component, StepError};
use crate::region::{Region, State};
use crate::step::Step;
use crate::units::{Satoshi, Volume};

/// Largest relative residual of water and energy that counts as rounding.
pub const TOLERANCE: f64 = 1e-9;

/// What is stored in the world between steps.
#[derive(Clone, Copy, Debug)]
pub struct Stock {
    /// Water in reservoirs and on its way between dams, km³.
    water_km3: f64,
    /// Coin in the pool's account.
    pool: Satoshi,
}

impl Stock {
    /// The stocks of a state.
    pub fn of(world: &Region, state: &State) -> Self {
        Self { water_km3: stored_km3(world, state), pool: state.bitcoin.pool.balance }
    }
}

/// Water in reservoirs and on its way between dams.
fn stored_km3(world: &Region, state: &State) -> f64 {
    let reservoirs: Volume = world.hydro.reservoirs().ids().map(|id| state.hydro.storage(id)).sum();
    (reservoirs + state.hydro.in_transit()).as_km3()
}

/// Relative residuals of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Residual {
    /// Of water: inflow − outflow − change of storage and transit.
    pub water: f64,
    /// Of energy: generation + exchange − served − mining − losses.
    pub energy: f64,
}

/// Proves the balances of a step.
pub fn prove(world: &Region, state: &State, before: &Stock, step: &Step) -> Result<Residual, StepError> {
    let now = &step.now;
    let residual = Residual { water: water(world, state, before, step), energy: energy(step) };
    let within = |r: f64, component, what: &str| {
        if r.abs() <= TOLERANCE {
            Ok(())
        } else {
            Err(breach(now, component, format!("{what}: relative residual {r:e}, allowed {TOLERANCE:e}")))
        }
    };
    within(residual.water, Component::Hydro, "water of the cascade")?;
    within(residual.energy, Component::Grid, "energy of the network")?;
    let paid: Satoshi = step.coin.paid.iter().copied().sum();
    let open = (state.bitcoin.pool.balance - before.pool) - (step.coin.pool_income - paid);
    if open != Satoshi::ZERO {
        return Err(breach(now, Component::Bitcoin, format!("{} satoshi of the pool without an owner", open.0)));
    }
    state.finance.closes().map_err(|cause| StepError::new(now, Component::Finance, cause))?;
    Ok(residual)
}

fn breach(now: &Moment, component: Component, what: String) -> StepError {
    StepError::new(now, component, Cause::Balance(what))
}

/// Water: what came in less what left the last dam is what storage and transit gained.
fn water(world: &Region, state: &State, before: &Stock, step: &Step) -> f64 {
    let span = step.now.span;
    let inflow: f64 = step.water.reaches.iter().map(|r| (r.inflow * span).as_km3()).sum();
    let last = world.hydro.reservoirs().iter().zip(step.water.reaches.iter()).filter(|(r, _)| r.downstream.is_none());
    let outflow: f64 = last.map(|(_, reach)| ((reach.release + reach.spill) * span).as_km3()).sum();
    let after = stored_km3(world, state);
    // Residual against the water that moved; the lake's 23,000 km³ would hide everything.
    let moved = inflow.abs() + outflow.abs() + 1e-3;
    let rounding = 4.0 * f64::EPSILON * after.abs();
    let gap = (after - before.water_km3) - (inflow - outflow);
    if gap.abs() <= rounding { 0.0 } else { gap / moved }
}

/// Energy: every megawatt generated or brought in is served, mined with or lost.
fn energy(step: &Step) -> f64 {
    let d = &step.dispatch;
    let generated: f64 = d.hydro.iter().chain(d.plants.iter()).map(|p| p.as_mw()).sum();
    let exchanged: f64 = d.exchange_mw.iter().sum();
    let served: f64 = d.served.iter().map(|p| p.as_mw()).sum();
    let lost: f64 = d.losses.iter().map(|p| p.as_mw()).sum();
    let mined: f64 = step.bids.sites.iter().zip(d.mining_share.iter()).map(|(b, s)| b.power.as_mw() * s.value()).sum();
    (generated + exchanged - served - mined - lost) / (generated + exchanged.abs() + 1.0)
}
