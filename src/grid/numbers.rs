//! The numbers of one step, laid out as the market wants them.

use super::Grid;
use super::rules::Rules;
use super::topology::Topology;
use crate::calendar::Moment;
use crate::flows::{Bids, Load, Sky, Supply};
use crate::ids::Id;
use crate::power::Hour;
use crate::units::{Power, Temperature};

/// What one step asks of the market, kept from step to step so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    withdrawal: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    cost: Vec<f64>,
    branch_limit: Vec<f64>,
    section_low: Vec<f64>,
    section_high: Vec<f64>,
    row_low: Vec<f64>,
    row_high: Vec<f64>,
    /// Mining asked, by bus, MW.
    pub(super) mining: Vec<f64>,
    /// Of it, under contract, by bus, MW.
    pub(super) contracted: Vec<f64>,
    /// Losses counted, by bus, MW.
    pub(super) loss: Vec<f64>,
    /// Heat minimum by plant, MW.
    pub(super) least: Vec<f64>,
    thermal: Vec<f64>,
    heat: Vec<f64>,
    /// Flow of one circuit of each line, MW.
    pub(super) circuit_flow: Vec<f64>,
    /// Short-time rating of one circuit of each line, MW.
    pub(super) short_time: Vec<f64>,
}

impl Numbers {
    /// Writes the numbers of the step's lean market; losses stand in `self.loss` already.
    pub(super) fn write(
        &mut self,
        given: &Grid,
        rules: &Rules,
        topology: &Topology,
        units_out: &[u32],
        now: &Moment,
        sky: &Sky,
        supply: &Supply,
        load: &Load,
        bids: &Bids,
    ) {
        for of_columns in [&mut self.lower, &mut self.upper, &mut self.cost] {
            of_columns.clear();
            of_columns.resize(topology.layout.lean, 0.0);
        }
        self.weather(given, sky);
        self.load(given, rules, load, bids);
        self.supply(given, topology, units_out, now, supply);
        self.exchange(given, topology);
        self.limits(given, rules, topology, now);
        self.reserve(given, topology);
    }

    /// Adds to them those of the full market: what only scarcity or surplus brings up.
    pub(super) fn write_rest(&mut self, given: &Grid, topology: &Topology, supply: &Supply, load: &Load) {
        for of_columns in [&mut self.lower, &mut self.upper, &mut self.cost] {
            of_columns.resize(topology.full.columns().len(), 0.0);
        }
        self.held_back(given, topology, supply);
        self.shedding(given, topology, load);
    }

    /// The numbers that are written, as a solver takes them.
    pub(super) fn hour(&self) -> Hour<'_> {
        Hour {
            withdrawal_mw: &self.withdrawal,
            lower_mw: &self.lower,
            upper_mw: &self.upper,
            cost_usd_per_mwh: &self.cost,
            branch_limit_mw: &self.branch_limit,
            section_low_mw: &self.section_low,
            section_high_mw: &self.section_high,
            row_low_mw: &self.row_low,
            row_high_mw: &self.row_high,
        }
    }

    /// The limit of a section in the direction of its flow, MW.
    pub(super) fn section_limit(&self, section: usize, flow_mw: f64) -> f64 {
        let side = if flow_mw < 0.0 { &self.section_low } else { &self.section_high };
        side.get(section).map_or(0.0, |limit| limit.abs())
    }

    /// Thermal factor and heat minimum by climate site.
    fn weather(&mut self, given: &Grid, sky: &Sky) {
        let dry_bulb = |a: &crate::flows::Air| a.dry_bulb;
        self.thermal.clear();
        self.thermal.extend(sky.air.iter().map(dry_bulb).map(|t| given.thermal_factor.at(t)));
        self.heat.clear();
        self.heat.extend(sky.day_mean.iter().map(|t: &Temperature| given.heat_minimum.at(*t)));
    }

    /// Fixed withdrawal: all load, all mining, losses.
    fn load(&mut self, given: &Grid, rules: &Rules, load: &Load, bids: &Bids) {
        let buses = given.buses.len();
        self.loss.resize(buses, 0.0);
        for by_bus in [&mut self.mining, &mut self.contracted, &mut self.withdrawal] {
            by_bus.clear();
            by_bus.resize(buses, 0.0);
        }
        for (id, bid) in bids.sites.enumerate() {
            let Some(bus) = given.sites.as_slice().get(id.index()).map(|b| b.index()).filter(|b| *b < buses) else {
                continue;
            };
            let power = bid.power.as_mw();
            self.mining[bus] += power;
            self.contracted[bus] += power * rules.interruptible.as_slice().get(id.index()).map_or(0.0, |f| f.value());
        }
        for (bus, withdrawal) in self.withdrawal.iter_mut().enumerate() {
            *withdrawal = tier(&load.ordinary, bus) + tier(&load.protected, bus) + self.mining[bus] + self.loss[bus];
        }
    }

    /// Hydro and plants: what must run is fixed infeed, held back at a penalty; the rest is on offer.
    fn supply(&mut self, given: &Grid, topology: &Topology, units_out: &[u32], now: &Moment, supply: &Supply) {
        let layout = &topology.layout;
        for (n, offer) in supply.offers.iter().enumerate() {
            let Some(bus) = offer.bus.map(Id::index).filter(|b| *b < self.withdrawal.len()) else { continue };
            self.withdrawal[bus] -= offer.floor.as_mw().max(0.0);
            let range = layout.hydro.get(n).cloned().unwrap_or(0..0);
            for (column, (width, price)) in range.zip(&offer.segments) {
                self.upper[column] = width.as_mw().max(0.0);
                self.cost[column] = price.as_rub_per_mwh();
            }
        }
        self.least.clear();
        for (n, plant) in given.plants.iter().enumerate() {
            let site = given.buses[plant.bus].climate_site.index();
            let most = units_out
                .get(n)
                .map_or_else(|| plant.most(now.month_index()), |out| plant.most_with(now.month_index(), *out));
            let least = plant.least(self.heat.get(site).copied().unwrap_or(0.0), most);
            self.least.push(least.as_mw());
            self.withdrawal[plant.bus.index()] -= least.as_mw();
            self.upper[layout.plants + n] = (most - least).as_mw();
            self.cost[layout.plants + n] = plant.price.as_rub_per_mwh();
        }
    }

    fn exchange(&mut self, given: &Grid, topology: &Topology) {
        for (n, exchange) in given.exchanges.iter().enumerate() {
            for (segment, column) in topology.layout.imports[n].clone().enumerate() {
                self.upper[column] = exchange.width().as_mw();
                self.cost[column] = exchange.import_price(segment).as_rub_per_mwh();
            }
            for (segment, column) in topology.layout.exports[n].clone().enumerate() {
                self.upper[column] = exchange.width().as_mw();
                self.cost[column] = -exchange.export_price(segment).as_rub_per_mwh();
            }
        }
    }

    /// What must run and can be held back.
    fn held_back(&mut self, given: &Grid, topology: &Topology, supply: &Supply) {
        let layout = &topology.layout;
        let cost = given.penalties.overgeneration.as_rub_per_mwh();
        for (n, offer) in supply.offers.iter().enumerate() {
            if offer.bus.is_some_and(|b| b.index() < self.withdrawal.len()) {
                self.upper[layout.hydro_held + n] = offer.floor.as_mw().max(0.0);
                self.cost[layout.hydro_held + n] = cost;
            }
        }
        for (n, least) in self.least.iter().enumerate() {
            self.upper[layout.plants_held + n] = *least;
            self.cost[layout.plants_held + n] = cost;
        }
    }

    /// What each bus can give up, by tier. Losses stand in the last tier, so that a bus cut off from all supply can rest.
    fn shedding(&mut self, given: &Grid, topology: &Topology, load: &Load) {
        let (layout, penalties) = (&topology.layout, &given.penalties);
        for bus in 0..given.buses.len() {
            if let Some(column) = layout.interruptible[bus] {
                self.upper[column] = self.contracted[bus];
                self.cost[column] = penalties.interruptible.as_rub_per_mwh();
            }
            let ordinary = tier(&load.ordinary, bus) + self.mining[bus] - self.contracted[bus];
            for ((share, factor), first) in penalties.steps.iter().zip(&layout.ordinary) {
                self.upper[first + bus] = (ordinary * share).max(0.0);
                self.cost[first + bus] = penalties.ordinary.as_rub_per_mwh() * factor;
            }
            self.upper[layout.protected + bus] = (tier(&load.protected, bus) + self.loss[bus]).max(0.0);
            self.cost[layout.protected + bus] = penalties.protected.as_rub_per_mwh();
        }
    }

    fn limits(&mut self, given: &Grid, rules: &Rules, topology: &Topology, now: &Moment) {
        self.branch_limit.clear();
        for (line, circuits) in given.lines.iter().zip(&topology.key.in_service) {
            let site = given.buses[line.from].climate_site.index();
            let factor = self.thermal.get(site).copied().unwrap_or(1.0);
            // What is open carries nothing and limits nothing: a limit of zero would stand at its side in every hour, and
            // an hour with a limit at its side is solved anew from nothing.
            let limit = line.limit(factor).as_mw() * f64::from(*circuits);
            self.branch_limit.push(if *circuits > 0 { limit } else { f64::INFINITY });
        }
        self.section_low.clear();
        self.section_high.clear();
        for (id, section) in given.sections.enumerate() {
            let out = topology.out_of_scheme.get(id.index()).copied().unwrap_or(0);
            let added = rules.interface_add.as_slice().get(id.index()).copied().unwrap_or(Power::ZERO);
            let (with, against) = section.limits(out, now.month, added);
            self.section_high.push(with.as_mw());
            self.section_low.push(-against.as_mw());
        }
    }

    /// Each area's reserve row: headroom of its units, and the free margin of its import section, with what it lacks at
    /// least its requirement. The section's flow is what its fed buses withdraw less what is injected there.
    fn reserve(&mut self, given: &Grid, topology: &Topology) {
        let layout = &topology.layout;
        self.row_low.clear();
        self.row_high.clear();
        for (at, area) in given.areas.iter().enumerate() {
            let units = topology.units.get(at).map_or(&[][..], Vec::as_slice);
            let mut fixed: f64 = units.iter().map(|column| self.upper[*column]).sum();
            if let Some(section) = area.import_section {
                fixed += self.section_high.get(section.index()).copied().unwrap_or(0.0);
                fixed -= area.fed.iter().map(|b| self.withdrawal[b.index()]).sum::<f64>();
            }
            self.row_low.push(area.reserve.as_mw() - fixed);
            self.row_high.push(f64::INFINITY);
            // Headroom is never negative, so that no area lacks more than it should keep; the rest is for rounding.
            self.upper[layout.reserve + at] = area.reserve.as_mw() + 1.0;
            self.cost[layout.reserve + at] = given.penalties.reserve.as_rub_per_mwh();
        }
    }
}

/// A tier of load at a bus, MW.
pub(super) fn tier(table: &crate::ids::Table<crate::ids::BusId, Power>, bus: usize) -> f64 {
    table.as_slice().get(bus).map_or(0.0, |p| p.as_mw())
}
