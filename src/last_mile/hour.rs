//! An hour of every transformer: it takes its load, it heats and ages, and what reaches a limit goes out.

use super::abreast::{self, Abreast, GROUP, Sight, WIDE};
use super::population::{self, POWER_FACTOR};
use super::protection::Cause;
use super::{LastMile, LastMileNow, Settlement, ambient_c, minute};
use crate::calendar::Moment;
use crate::equations::transformer::Heat;
use crate::flows::{Bids, Blown, Dark, Dispatch, Sky, Strained};
use crate::ids::Id;

/// Strains every transformer with what was served, and takes out what fails.
pub fn strain(
    given: &LastMile,
    now: &mut LastMileNow,
    moment: &Moment,
    sky: &Sky,
    dark: &Dark,
    bids: &Bids,
    dispatch: &Dispatch,
) -> Strained {
    let mut result = Strained { homes_dark: dark.homes, homes_dark_at: dark.homes_at.clone(), ..Strained::default() };
    if given.settlements.is_empty() {
        return result;
    }
    let hours = moment.span.as_hours();
    let ends = minute(moment) + libm::round(moment.span.as_minutes()) as i64;
    if moment.first_of_day || !now.begun {
        in_use(given, now, dark, bids);
    }
    let mining_kw = kw_of_mining_homes(given, now, dark, bids, dispatch);
    let ambient: Vec<f64> = given.settlements.iter().map(|s| ambient_c(s, sky)).collect();
    let sights: Vec<Sight> = given
        .settlements
        .iter()
        .zip(ambient.iter().zip(dark.home_kw.iter().zip(&mining_kw)))
        .map(|(s, (air, (home_kw, mining_kw)))| Sight {
            air_c: *air as f32,
            home_kw: *home_kw as f32,
            mining_kw: *mining_kw as f32,
            ampacity_a: given.classes.get(s.class).map_or(f64::INFINITY, |c| c.ampacity_a(*air)) as f32,
            hours: hours as f32,
            left: given.left as f32,
            begin: !now.begun,
        })
        .collect();
    let reached =
        pulp::Arch::new().dispatch(Hour { given, blocks: &mut now.blocks, sights: &sights, result: &mut result });
    for (at, cause) in reached {
        let feeders = now.units.get(at).and_then(|u| given.settlements.get(u.settlement));
        let feeders = feeders.and_then(|s| given.classes.get(s.class)).map_or(1.0, |c| c.feeders);
        let share = if matches!(cause, Cause::Conductor | Cause::Voltage) { 1.0 / feeders } else { 1.0 };
        take_out(given, now, at, cause, share, ends, &mut result);
    }
    if moment.first_of_day && now.begun {
        age(given, now, moment, ends, &mut result);
    }
    show(given, now, dark, &mining_kw, &ambient, &mut result);
    now.begun = true;
    result
}

/// An hour of all states, compiled for the widest vectors that the machine has.
struct Hour<'a> {
    given: &'a LastMile,
    blocks: &'a mut [Abreast],
    sights: &'a [Sight],
    result: &'a mut Strained,
}

impl pulp::WithSimd for Hour<'_> {
    /// States that reached a limit, in their order, and which.
    type Output = Vec<(usize, Cause)>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let (curves, protection) = (&self.given.curves, &self.given.protection);
        let mut reached = Vec::new();
        for blocks in self.blocks.chunks_mut(GROUP) {
            let struck = abreast::strain(blocks, curves, protection, self.sights);
            for (block, struck) in blocks.iter().zip(&struck) {
                self.result.overloaded += struck.overloaded;
                self.result.above_130 += struck.above_130;
                let Some(sight) = self.sights.get(block.settlement) else { continue };
                if !struck.any {
                    continue;
                }
                for lane in (0..WIDE).filter(|i| struck.reached[*i] != 0) {
                    let cause = block.cause(lane, struck, protection, sight.ampacity_a);
                    reached.extend(cause.map(|c| (block.first + lane, c)));
                }
            }
        }
        reached
    }
}

/// Takes a share of what a state stands for out of service.
fn take_out(
    given: &LastMile,
    now: &mut LastMileNow,
    at: usize,
    cause: Cause,
    share: f64,
    from: i64,
    result: &mut Strained,
) {
    let Some(unit) = now.units.get_mut(at) else { return };
    let hours = given.protection.repair_h(cause);
    unit.out.push((share, from + libm::round(hours * 60.0) as i64));
    if cause != Cause::Aging {
        unit.trips += 1;
        if unit.trips >= given.protection.relief_after_trips {
            unit.trips = 0;
            unit.kva = population::next_size(unit.kva);
        }
    }
    let homes = unit.count * unit.homes * share;
    result.interrupted += homes;
    result.blown.push(Blown {
        settlement: unit.settlement,
        cause: cause.word(),
        transformers: unit.count,
        homes,
        hours,
    });
    if share >= 1.0
        && let Some((block, lane)) = now.seats.get(at)
        && let Some(block) = now.blocks.get_mut(*block)
    {
        block.opened(*lane);
    }
    if let Err(place) = now.damaged.binary_search(&at) {
        now.damaged.insert(place, at);
    }
    now.seat(given, at);
}

/// Puts mining homes into use so that each takes its usual power.
fn in_use(given: &LastMile, now: &mut LastMileNow, dark: &Dark, bids: &Bids) {
    for (at, s) in given.settlements.iter().enumerate() {
        let lit = 1.0 - dark.sites.as_slice().get(s.site.index()).map_or(0.0, |f| f.value());
        let asked = bids.sites.as_slice().get(s.site.index()).map_or(0.0, |b| b.power.as_kw()) / lit.max(1e-6);
        let homes = libm::ceil(asked * s.mining_share / given.mining_home_kw);
        if homes <= 0.0 {
            continue;
        }
        let homes = homes as u32;
        if now.asked.get(at) == Some(&Some(homes)) {
            continue;
        }
        let states: Vec<usize> = (0..now.units.len()).filter(|i| now.units[*i].settlement == at).collect();
        let mut sum = 0.0;
        for i in states {
            if let Some(unit) = now.units.get_mut(i) {
                unit.activate(homes);
                sum += unit.count * unit.mining_homes();
            }
            now.seat(given, i);
        }
        if let (Some(in_use), Some(asked)) = (now.in_use.get_mut(at), now.asked.get_mut(at)) {
            (*in_use, *asked) = (sum, Some(homes));
        }
    }
}

/// Power of one mining home that has power, kW, by settlement: what its site was served, spread over the homes that mine.
///
/// States are a sample: what their mining homes take together is the served power in the mean of members, not in each. Spread
/// over the homes of the sample instead, the few homes that go on under a ban would have had the power of all on a handful of
/// transformers.
fn kw_of_mining_homes(given: &LastMile, now: &LastMileNow, dark: &Dark, bids: &Bids, dispatch: &Dispatch) -> Vec<f64> {
    let of = |(s, homes): (&Settlement, &Option<u32>)| {
        let lit = 1.0 - dark.sites.as_slice().get(s.site.index()).map_or(0.0, |f| f.value());
        let served =
            match (bids.sites.as_slice().get(s.site.index()), dispatch.mining_share.as_slice().get(s.site.index())) {
                (Some(bid), Some(share)) => bid.power.as_kw() * share.value(),
                _ => 0.0,
            };
        let homes = homes.map_or(0.0, |asked| f64::from(asked.min(population::most_mining(given, s))));
        if homes > 0.0 && lit > 1e-6 { served * s.mining_share / (homes * lit) } else { 0.0 }
    };
    given.settlements.iter().zip(&now.asked).map(of).collect()
}

/// Once a day some transformers die of age, one per normal life lost.
fn age(given: &LastMile, now: &mut LastMileNow, moment: &Moment, ends: i64, result: &mut Strained) {
    let mut draws: Vec<_> = now.aging.iter().map(|s| s.at(i64::from(moment.day.0))).collect();
    for at in 0..now.units.len() {
        let (Some(unit), Some((block, lane))) = (now.units.get_mut(at), now.seats.get(at)) else { continue };
        let Some(today) = now.blocks.get_mut(*block).and_then(|b| b.life_today_h.get_mut(*lane)) else { continue };
        let lost = f64::from(core::mem::take(today));
        unit.life_lost_h += lost;
        let dying = 1.0 - libm::exp(-lost / given.protection.normal_life_h);
        let Some(draws) = draws.get_mut(unit.settlement) else { continue };
        let count = unit.count;
        let dead = draws.binomial(count as u64, dying) as f64;
        if dead > 0.0 {
            take_out(given, now, at, Cause::Aging, dead / count.max(1.0), ends, result);
            // What came out is one transformer each, not the whole state.
            if let Some(last) = result.blown.last_mut() {
                last.transformers = dead;
            }
        }
    }
}

/// The typical transformer, with its mining homes and without.
fn show(
    given: &LastMile,
    now: &mut LastMileNow,
    dark: &Dark,
    mining_kw: &[f64],
    ambient: &[f64],
    result: &mut Strained,
) {
    let Some(v) = &given.village else { return };
    let (Some(home_kw), Some(mine_kw), Some(air)) =
        (dark.home_kw.get(v.settlement), mining_kw.get(v.settlement), ambient.get(v.settlement))
    else {
        return;
    };
    let rated = v.kva * POWER_FACTOR / 3.0;
    for (i, heat) in now.village.iter_mut().enumerate() {
        let homes = v.homes * home_kw / 3.0 / rated;
        let miners = if i == 0 { v.mining_homes * mine_kw / rated } else { 0.0 };
        // Half of the mining homes share a phase, the others lie on the two other phases.
        let loads = [homes + 0.5 * miners, homes + 0.25 * miners, homes + 0.25 * miners];
        let square = loads.iter().map(|k| k * k).sum::<f64>() / 3.0;
        let gradient_k = given.constants.gradient_k(loads[0]);
        let steady = Heat {
            top_oil_c: air + given.constants.top_oil_rise_k(libm::sqrt(square)),
            fast_k: given.constants.k21 * gradient_k,
            slow_k: (given.constants.k21 - 1.0) * gradient_k,
        };
        *heat = if now.begun { heat.toward(steady, given.heat_left) } else { steady };
        if let (Some(load), Some(hot)) = (result.village_load.get_mut(i), result.village_hot_spot_c.get_mut(i)) {
            (*load, *hot) = (loads[0], heat.hot_spot_c());
        }
    }
}
