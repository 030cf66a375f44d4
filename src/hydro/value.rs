//! Operation by water values: releases and water prices from stochastic dynamic programming instead of the rule.
//!
//! The cascade is put to [`crate::water::Cascade`] with its own storage curves, heads, turbines and bounds of release: months
//! are the seasons, drawn years give the states of the inflow ([`States`]), and what the cascade's power is worth comes from
//! the market that the caller has asked ([`Market`]). Reservoirs with the laws `guided` and `carry_over` carry water over; those
//! that `hold` pass it on. Each Monday the best release for what is left of the month is looked up from levels and today's
//! inflow as they are, and bounded as the rule bounds its own wish; the marginal value of the water is the price at which the
//! plant offers, and the dispatch decides.
//!
//! Simplifications: one price for the power of all plants of the cascade in an hour; within a month the head stays as it was;
//! the network and the market are those of the year in which the values were made.

use super::inflow::Variability;
use super::inflow::state::States;
use super::rule::Law;
use super::{Hydro, HydroNow, Reservoir};
use crate::calendar::{Day, Moment};
use crate::ids::{ReservoirId, Table};
use crate::units::{Discharge, Elevation, EnergyPrice, Power, Volume};
use crate::water::{Carrier, Cascade, CycleValues, Dam, MOST_DAMS, Season, Worth};

/// How releases are found.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// By the rule of each reservoir.
    Rule,
    /// By water values; the law by which years are drawn is what the operator knows of the inflow to come.
    WaterValue(Variability),
}

/// What the market pays for the cascade's power: by month, mean power and price, power rising and price falling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Market {
    /// January to December.
    pub months: [Vec<(Power, EnergyPrice)>; 12],
}

/// Steps of the storage grid between the dead level and the band, within the band, and from there to the limit level.
const GRID: [usize; 3] = [4, 10, 4];
/// Price of the energy of water outside the band, each month, RUB/MWh: above the market's but for load that is not served.
const BAND_PRICE: f64 = 3_000.0;
/// Price of the energy of water below the dead level, RUB/MWh: more than that of any load.
const FLOOR_PRICE: f64 = 30_000.0;
/// Price of energy with which the recursion begins, RUB/MWh.
const GUESS: f64 = 900.0;
/// Energy of one km³ at one MW per m³/s, MWh.
const MWH_PER_KM3: f64 = 1e9 / 3600.0;

/// Why a cascade cannot be valued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unvalued {
    /// One or two reservoirs can carry water over.
    #[error("{0} reservoirs carry water over")]
    Carriers(usize),
    /// Too many dams.
    #[error("{0} reservoirs")]
    Dams(usize),
}

/// Water values of a cascade for the law and the market of a year.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterValues {
    cascade: Cascade,
    values: CycleValues,
    states: States,
    /// The reservoir of each carrier.
    carried: Vec<ReservoirId>,
    /// Power of one m³/s from each reservoir down to the mouth, MW.
    chain: Table<ReservoirId, f64>,
}

/// Whether a reservoir carries water from season to season.
fn carries(reservoir: &Reservoir) -> bool {
    !matches!(reservoir.rule.law, Law::Hold { .. })
}

/// Whether a cascade can be valued at all.
///
/// # Errors
/// If none or more than two reservoirs carry water over, or there are too many.
pub fn check(hydro: &Hydro) -> Result<(), Unvalued> {
    let count = hydro.reservoirs.iter().filter(|r| carries(r)).count();
    if !(1..=2).contains(&count) {
        return Err(Unvalued::Carriers(count));
    }
    if hydro.reservoirs.len() > MOST_DAMS { Err(Unvalued::Dams(hydro.reservoirs.len())) } else { Ok(()) }
}

/// The storage grid of a carrier: dead level, band and limit level are points of it.
fn grid(given: &Reservoir) -> Vec<f64> {
    let rule = &given.rule;
    let (low, high) = given.rule.band_or_bounds();
    let marks = [rule.dead_level, low, high, rule.limit_level];
    let mut levels = vec![given.curve.bottom().as_m()];
    for (pair, steps) in marks.windows(2).zip(GRID) {
        let (from, to) = (pair[0].as_m(), pair[1].as_m());
        // Without a band there is one stretch, and it gets all the steps.
        let steps = if to - from < 1e-9 {
            0
        } else if low == rule.dead_level && high == rule.limit_level {
            18
        } else {
            steps
        };
        levels.extend((0..steps).map(|i| from + (to - from) * i as f64 / steps as f64));
    }
    levels.push(rule.limit_level.as_m());
    levels.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    levels.into_iter().map(|l| given.curve.storage(Elevation::m(l)).as_km3()).collect()
}

impl WaterValues {
    /// Finds the values for the market of a year.
    ///
    /// # Errors
    /// As [`check`].
    pub fn train(hydro: &Hydro, law: &Variability, market: &Market, year: i32) -> Result<Self, Unvalued> {
        check(hydro)?;
        let order = hydro.downward();
        let at = |id: ReservoirId| order.iter().position(|o| *o == id);
        let basins: Vec<_> =
            order.iter().map(|id| (hydro.reservoirs[*id].id.as_str(), &hydro.reservoirs[*id].basin)).collect();
        let states = States::drawn(&basins, law);
        let carried: Vec<ReservoirId> = order.iter().copied().filter(|id| carries(&hydro.reservoirs[*id])).collect();
        // What flows through a dam in a normal year sets the tailwater.
        let mut mean = vec![0.0; order.len()];
        for (d, id) in order.iter().enumerate() {
            let given = &hydro.reservoirs[*id];
            mean[d] += given.basin.norm_m3_s.iter().sum::<f64>() / 12.0;
            if let Some(down) = given.downstream.and_then(|l| at(l.to)) {
                mean[down] += mean[d];
            }
        }
        let per = |d: usize, level: Elevation| {
            hydro.reservoirs[order[d]].plant.mw_per_m3_s(level, Discharge::m3_s(mean[d].max(0.0)))
        };
        let middle = |given: &Reservoir| match given.rule.law {
            Law::Hold { level, .. } => level,
            Law::Guided { spring_level, autumn_level, .. } | Law::CarryOver { spring_level, autumn_level, .. } => {
                spring_level + (autumn_level - spring_level) * 0.5
            }
        };
        let mut chain = Table::filled(hydro.reservoirs.len(), 0.0);
        for (d, id) in order.iter().enumerate().rev() {
            let given = &hydro.reservoirs[*id];
            chain[*id] = per(d, middle(given)) + given.downstream.map_or(0.0, |l| chain[l.to]);
        }
        let dams = order
            .iter()
            .enumerate()
            .map(|(d, id)| {
                let given = &hydro.reservoirs[*id];
                Dam {
                    carrier: carried.iter().position(|c| c == id),
                    mw_per_flow: per(d, middle(given)),
                    turbines: given.plant.flow_limit(year, 0.0).as_m3_s(),
                    most_mw: given.plant.power_limit(year).as_mw(),
                    down: given.downstream.and_then(|l| at(l.to)),
                }
            })
            .collect();
        let carriers = carried
            .iter()
            .map(|id| {
                let given = &hydro.reservoirs[*id];
                let grid = grid(given);
                let d = at(*id).unwrap_or_default();
                let level = |v: f64| given.curve.level(Volume::km3(v));
                let storage = |l: Elevation| given.curve.storage(l).as_km3();
                let (low, high) = given.rule.band_or_bounds();
                Carrier {
                    mw_per_flow: grid.iter().map(|v| per(d, level(*v))).collect(),
                    grid,
                    floor: storage(given.rule.dead_level),
                    floor_price: FLOOR_PRICE * MWH_PER_KM3 * chain[*id],
                    band: (storage(low), storage(high)),
                    band_price: BAND_PRICE * MWH_PER_KM3 * chain[*id],
                }
            })
            .collect();
        let seasons = (0..12)
            .map(|m| {
                let first = Day::from_ymd(year, m as u32 + 1, 1).unwrap_or_default();
                let bounds = |c: usize| {
                    carried.get(c).map_or((0.0, 0.0), |id| {
                        let rule = &hydro.reservoirs[*id].rule;
                        (
                            rule.least(&hydro.seasons, first, rule.dead_level).as_m3_s(),
                            rule.ceiling(&hydro.seasons, first).as_m3_s(),
                        )
                    })
                };
                let points: Vec<(f64, f64)> =
                    market.months[m].iter().map(|(p, price)| (p.as_mw(), price.as_rub_per_mwh())).collect();
                Season {
                    hours: f64::from(first.days_in_month()) * 24.0,
                    release: [bounds(0), bounds(1)],
                    inflow: states.factor[m]
                        .iter()
                        .map(|by_basin| basins.iter().zip(by_basin).map(|((_, b), f)| b.net(m, *f)).collect())
                        .collect(),
                    step: states.step[m].iter().map(|row| row.to_vec()).collect(),
                    worth: Worth::new(&points),
                }
            })
            .collect();
        let cascade = Cascade { carriers, dams, seasons };
        let guess = core::array::from_fn(|c| carried.get(c).map_or(0.0, |id| GUESS * MWH_PER_KM3 * chain[*id]));
        let values = cascade.value(guess);
        Ok(Self { cascade, values, states, carried, chain })
    }

    /// Years that the recursion took to stand still.
    pub fn years(&self) -> usize {
        self.values.years
    }

    /// Whether a plant offers at the value of its water.
    pub(super) fn prices(&self, hydro: &Hydro, id: ReservoirId) -> bool {
        self.carried.contains(&id) && hydro.reservoirs[id].rule.daily_change.is_none()
    }

    /// What the values say on a day about each reservoir that carries water over.
    pub(super) fn advise(&self, hydro: &Hydro, now: &HydroNow, moment: &Moment) -> Vec<Advice> {
        let m = moment.month_index();
        let state = self.states.class(m, share_of_norm(hydro, now, m));
        let storage = |c: usize| self.carried.get(c).map_or(0.0, |id| now.reservoirs[*id].storage.as_km3());
        let v = [storage(0), storage(1)];
        let left = f64::from(moment.day.days_in_month() + 1 - moment.day_of_month) * 24.0;
        let best = self.cascade.best(&self.values, m, state, v, left);
        let marginal = self.cascade.marginal(&self.values, m, state, v);
        // The next carrier below: there the water lies once it has passed the dams between.
        let below = |id: ReservoirId| {
            let mut at = hydro.reservoirs[id].downstream.map(|l| l.to);
            while let Some(next) = at {
                if let Some(c) = self.carried.iter().position(|x| *x == next) {
                    return (marginal[c], self.chain[next]);
                }
                at = hydro.reservoirs[next].downstream.map(|l| l.to);
            }
            (0.0, 0.0)
        };
        let advice = |(c, id): (usize, &ReservoirId)| {
            let (worth_below, chain_below) = below(*id);
            let energy = (self.chain[*id] - chain_below) * MWH_PER_KM3;
            let price = if energy > 0.0 { (marginal[c] - worth_below) / energy } else { 0.0 };
            let price = EnergyPrice::rub_per_mwh(price.clamp(0.0, BAND_PRICE));
            let price = self.prices(hydro, *id).then_some(price);
            Advice { id: *id, release: Discharge::m3_s(best.release[c]), price }
        };
        self.carried.iter().enumerate().map(advice).collect()
    }
}

/// What water values say about a reservoir.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Advice {
    /// The reservoir.
    pub id: ReservoirId,
    /// Mean release wanted for the rest of the month.
    pub release: Discharge,
    /// What its water is worth here, less what it is worth where it then lies, by MWh made on the way; none for a plant that
    /// may not follow the load: its narrow band holds it to the order, whatever its price.
    pub price: Option<EnergyPrice>,
}

/// What all rivers bring today, evaporation apart, as a share of what they bring on this day of a normal year.
fn share_of_norm(hydro: &Hydro, now: &HydroNow, month: usize) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for (r, given) in now.reservoirs.iter().zip(&hydro.reservoirs) {
        let lost = given.basin.evaporation_m3_s[month];
        sum += (r.inflow.as_m3_s() + lost).max(0.0);
        all += (r.norm.as_m3_s() + lost).max(0.0);
    }
    if all > 0.0 { sum / all } else { 1.0 }
}

#[cfg(test)]
mod tests;
