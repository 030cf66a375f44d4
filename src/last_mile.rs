//! The last mile: 10/0.4 kV transformers, the homes behind them and the homes that mine.
//!
//! Each settlement's transformers are drawn ([`population`]) and carried through the run as some hundred states that stand
//! for all of them. Each step: homes take their load ([`load`]), mining homes their part of what their site was served;
//! the most loaded phase heats the winding, the mean square of the phases the oil (IEC 60076-7, `strain`); protection,
//! heat, age, conductors and voltage take transformers or feeders out ([`protection`]); what is out leaves the demand of
//! its bus and the bid of its site from the next step until it is mended. A trip acts from the end of its step. A
//! transformer that has tripped a few times is replaced by the next size.
//!
//! Limits: homes of settlements that are not listed are not modeled; faults without any cause in loading (wind, trees,
//! vehicles) are not modeled, so interruptions are those of overload alone; load within an hour is its mean.

pub mod abreast;
pub mod batch;
mod hour;
pub mod load;
pub mod population;
pub mod protection;
pub mod strain;

use crate::calendar::{Moment, Window};
use crate::equations::transformer::{Constants, Heat};
use crate::flows::{Bids, Dark, Load, Sky};
use crate::ids::{BusId, ClimateSiteId, Id, SiteId, Table};
use crate::random::{Member, Seed, Stream};
use crate::units::{Fraction, Power};
use abreast::{Abreast, Column, WIDE};
pub use hour::strain;
use load::Class;
use population::Unit;
use protection::Protection;
use strain::Curves;

/// Homes in one place behind transformers of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// Id in the scenario.
    pub id: String,
    /// Name in print.
    pub name: String,
    /// Its class, a position in [`LastMile::classes`].
    pub class: usize,
    /// Homes.
    pub homes: f64,
    /// The site whose home mining stands in it.
    pub site: SiteId,
    /// Share of that site's mining.
    pub mining_share: f64,
    /// Mining at the start, kW.
    pub mining_start_kw: f64,
    /// Its bus.
    pub bus: BusId,
    /// Its weather.
    pub climate: ClimateSiteId,
}

/// A transformer whose heat is shown: typical, not any real one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Village {
    /// Its settlement.
    pub settlement: usize,
    /// Homes behind it.
    pub homes: f64,
    /// Size, kVA.
    pub kva: f64,
    /// Mining homes behind it.
    pub mining_homes: f64,
}

/// The last mile as given.
#[derive(Clone, Debug, PartialEq)]
pub struct LastMile {
    /// Classes of settlements.
    pub classes: Vec<Class>,
    /// Settlements.
    pub settlements: Vec<Settlement>,
    /// Thermal constants of every transformer.
    pub constants: Constants,
    /// Limits and repair.
    pub protection: Protection,
    /// Outdoor temperature below which homes heat, °C.
    pub balance_c: f64,
    /// Hours over which homes feel the weather.
    pub filter_h: f64,
    /// Power of a mining home, kW, as long as there are enough of them.
    pub mining_home_kw: f64,
    /// Largest share of homes that may mine.
    pub most_mining_homes: f64,
    /// Cold for which the grid company has enlarged transformers before the start, °C.
    pub enlarged_for_c: f64,
    /// Share of the start's mining for which it has.
    pub enlarged_for_mining: f64,
    /// States that stand for all transformers.
    pub states: usize,
    /// The transformer that is shown.
    pub village: Option<Village>,
    /// Number of buses and of sites.
    pub places: (usize, usize),
    curves: Curves,
    /// What is left of the thermal image's distance after a step, and of the shown transformer's departures.
    left: f64,
    heat_left: [f64; 3],
}

/// What a scenario says of the last mile.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Classes of settlements.
    pub classes: Vec<Class>,
    /// Settlements.
    pub settlements: Vec<Settlement>,
    /// Thermal constants.
    pub constants: Constants,
    /// Limits and repair.
    pub protection: Protection,
    /// Balance temperature of homes, °C.
    pub balance_c: f64,
    /// Hours over which homes feel the weather.
    pub filter_h: f64,
    /// Power of a mining home, kW.
    pub mining_home_kw: f64,
    /// Largest share of homes that may mine.
    pub most_mining_homes: f64,
    /// Cold for which the grid company has enlarged transformers before the start, °C.
    pub enlarged_for_c: f64,
    /// Share of the start's mining for which it has.
    pub enlarged_for_mining: f64,
    /// States that stand for all transformers.
    pub states: usize,
    /// The transformer that is shown.
    pub village: Option<Village>,
    /// Number of buses and of sites.
    pub places: (usize, usize),
}

/// What a state has suffered since the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worn {
    /// Transformers that it stands for.
    pub count: f64,
    /// Normal life lost, hours.
    pub life_lost_h: f64,
    /// Hours above 100 % and above 130 % on the most loaded phase.
    pub hours_above: [f64; 2],
}

/// The last mile now.
#[derive(Clone, Debug)]
pub struct LastMileNow {
    /// The states, those of a settlement one after the other.
    pub units: Vec<Unit>,
    /// Where each sits: block and place in it.
    seats: Vec<(usize, usize)>,
    blocks: Vec<Abreast>,
    /// States with homes in the dark.
    damaged: Vec<usize>,
    /// Mining homes that were last put into use, by settlement.
    asked: Vec<Option<u32>>,
    /// Temperature that homes feel, by settlement.
    felt_c: Vec<f64>,
    /// Mining homes in use, by settlement.
    in_use: Vec<f64>,
    aging: Vec<Stream>,
    village: [Heat; 2],
    begun: bool,
}

impl LastMileNow {
    /// What the states of a settlement have suffered.
    pub fn worn(&self, settlement: usize) -> impl Iterator<Item = Worn> {
        self.units.iter().zip(&self.seats).filter(move |(u, _)| u.settlement == settlement).map(|(unit, seat)| {
            let block = self.blocks.get(seat.0);
            let of = |c: &Column| c.get(seat.1).copied().map_or(0.0, f64::from);
            Worn {
                count: unit.count,
                life_lost_h: unit.life_lost_h + block.map_or(0.0, |b| of(&b.life_today_h)),
                hours_above: block.map_or([0.0; 2], |b| [of(&b.hours_above[0]), of(&b.hours_above[1])]),
            }
        })
    }

    /// Brings what has changed of a state to its seat.
    fn seat(&mut self, given: &LastMile, at: usize) {
        let (Some(unit), Some((block, lane))) = (self.units.get(at), self.seats.get(at)) else { return };
        let class = given.settlements.get(unit.settlement).and_then(|s| given.classes.get(s.class));
        if let (Some(block), Some(class)) = (self.blocks.get_mut(*block), class) {
            block.seat(*lane, unit, class);
        }
    }
}

impl LastMile {
    /// The last mile of a scenario, for steps of a window.
    pub fn new(given: Given, step_minutes: f64) -> Self {
        let curves = Curves::new(&given.constants, step_minutes);
        let left = given.protection.left_after(step_minutes);
        let heat_left = given.constants.left_after(step_minutes);
        Self {
            classes: given.classes,
            settlements: given.settlements,
            constants: given.constants,
            protection: given.protection,
            balance_c: given.balance_c,
            filter_h: given.filter_h,
            mining_home_kw: given.mining_home_kw,
            most_mining_homes: given.most_mining_homes,
            enlarged_for_c: given.enlarged_for_c,
            enlarged_for_mining: given.enlarged_for_mining,
            states: given.states,
            village: given.village,
            places: given.places,
            curves,
            left,
            heat_left,
        }
    }

    /// Homes modeled.
    pub fn homes(&self) -> f64 {
        self.settlements.iter().map(|s| s.homes).sum()
    }

    /// Transformers modeled: homes over homes per transformer, rounded by settlement.
    pub fn transformers(&self) -> f64 {
        let of = |s: &Settlement| self.classes.get(s.class).map_or(0.0, |c| s.homes / c.homes_per_transformer);
        self.settlements.iter().map(|s| libm::round(of(s)).max(1.0)).sum()
    }

    /// The transformers of a member on the first day.
    pub fn start(&self, seed: Seed, member: Member, _: &Window) -> LastMileNow {
        let count = |s: &Settlement| self.classes.get(s.class).map_or(1.0, |c| s.homes / c.homes_per_transformer);
        // States by the root of the number of transformers, so that small settlements are seen too.
        let weight = |s: &Settlement| libm::sqrt(count(s).max(1.0));
        let sum: f64 = self.settlements.iter().map(weight).sum();
        let mut units = Vec::new();
        for (at, s) in self.settlements.iter().enumerate() {
            let states = libm::round(self.states as f64 * weight(s) / sum).max(4.0) as usize;
            units.extend(population::draw(self, at, seed, member, states));
        }
        let aging = self.settlements.iter().map(|s| Stream::new(seed, member, "last_mile.aging", &s.id));
        let (mut seats, mut blocks) = (Vec::with_capacity(units.len()), Vec::<Abreast>::new());
        let mut lane = 0;
        for unit in &units {
            lane = (lane + 1) % WIDE;
            if blocks.last().is_none_or(|b| b.settlement != unit.settlement) || lane == 0 {
                blocks.push(Abreast::new(unit.settlement, seats.len()));
                lane = 0;
            }
            seats.push((blocks.len() - 1, lane));
        }
        let states = units.len();
        let mut now = LastMileNow {
            units,
            seats,
            blocks,
            damaged: Vec::new(),
            asked: vec![None; self.settlements.len()],
            felt_c: vec![f64::NAN; self.settlements.len()],
            in_use: vec![0.0; self.settlements.len()],
            aging: aging.collect(),
            village: [Heat::default(); 2],
            begun: false,
        };
        for at in 0..states {
            now.seat(self, at);
        }
        now
    }
}

/// Air temperature of a settlement.
fn ambient_c(settlement: &Settlement, sky: &Sky) -> f64 {
    sky.air.as_slice().get(settlement.climate.index()).map_or(0.0, |a| a.dry_bulb.as_celsius())
}

/// Minutes since the epoch at the start of a step.
fn minute(now: &Moment) -> i64 {
    i64::from(now.day.0) * 1440 + i64::from(now.minute)
}

/// What is without power as the step begins, and what a home takes in this weather.
pub fn dark(given: &LastMile, now: &mut LastMileNow, moment: &Moment, sky: &Sky) -> Dark {
    let (buses, sites) = given.places;
    let mut out = Dark {
        home_kw: Vec::with_capacity(given.settlements.len()),
        homes: 0.0,
        homes_at: Table::filled(buses, 0.0),
        load: Table::filled(buses, Power::ZERO),
        sites: Table::filled(sites, Fraction::new(0.0)),
    };
    if given.settlements.is_empty() {
        return out;
    }
    let approach = 1.0 - libm::exp(-moment.span.as_hours() / given.filter_h.max(0.01));
    for (s, felt) in given.settlements.iter().zip(&mut now.felt_c) {
        let air = ambient_c(s, sky);
        *felt = if felt.is_nan() { air } else { *felt + (air - *felt) * approach };
        let class = given.classes.get(s.class);
        out.home_kw.push(class.map_or(0.0, |c| c.home_kw(moment, *felt, given.balance_c)));
    }
    mend(given, now, minute(moment));
    // Mining homes in all, and in the dark, by site: every settlement counts by its share of the site's mining.
    let mut miners: Vec<(f64, f64)> = vec![(0.0, 0.0); sites];
    for (s, in_use) in given.settlements.iter().zip(&now.in_use) {
        if let Some(sum) = miners.get_mut(s.site.index())
            && *in_use > 0.0
        {
            sum.0 += s.mining_share;
        }
    }
    for unit in now.damaged.iter().filter_map(|at| now.units.get(*at)) {
        let Some(s) = given.settlements.get(unit.settlement) else { continue };
        let dark = unit.dark();
        if let (Some(sum), Some(in_use)) = (miners.get_mut(s.site.index()), now.in_use.get(unit.settlement)) {
            sum.1 += dark * unit.count * unit.mining_homes() * s.mining_share / in_use.max(1e-9);
        }
        let homes = unit.count * unit.homes * dark;
        out.homes += homes;
        let kw = homes * unit.load_factor * out.home_kw.get(unit.settlement).copied().unwrap_or(0.0);
        if s.bus.index() < buses {
            out.load[s.bus] += Power::kw(kw);
            out.homes_at[s.bus] += homes;
        }
    }
    for (id, (all, in_dark)) in out.sites.iter_mut().zip(miners) {
        if all > 0.0 {
            *id = Fraction::new((in_dark / all).min(1.0));
        }
    }
    out
}

/// Gives power back to what is mended.
fn mend(given: &LastMile, now: &mut LastMileNow, begins: i64) {
    let damaged = core::mem::take(&mut now.damaged);
    for at in damaged {
        let Some(unit) = now.units.get_mut(at) else { continue };
        let before = unit.out.len();
        unit.out.retain(|o| o.1 > begins);
        let still = !unit.out.is_empty();
        if unit.out.len() < before {
            now.seat(given, at);
        }
        if still {
            now.damaged.push(at);
        }
    }
}

/// Takes the homes in the dark out of the load.
pub fn without_homes(mut load: Load, dark: &Dark) -> Load {
    for (id, power) in dark.load.enumerate() {
        let cut = power.as_mw().min(load.ordinary[id].as_mw()).min(load.homes[id].as_mw());
        load.ordinary[id] = Power::mw(load.ordinary[id].as_mw() - cut);
        load.homes[id] = Power::mw(load.homes[id].as_mw() - cut);
    }
    load
}

/// Takes the mining homes in the dark out of the bids.
pub fn without_miners(mut bids: Bids, dark: &Dark) -> Bids {
    for (bid, gone) in bids.sites.iter_mut().zip(dark.sites.iter()) {
        let left = 1.0 - gone.value();
        if left < 1.0 {
            bid.power = bid.power * left;
            bid.machines = bid.machines * left;
            bid.hashrate = bid.hashrate * left;
        }
    }
    bids
}

#[cfg(test)]
mod tests;
