//! Mining machines: how many of which model stand where, in which mode they run, what they draw, hash and suffer.
//!
//! A cohort is the machines of one model at one site. Each step a site compares what a kilowatt hour earns (hashprice after
//! pool fee and cash-out) with what it costs at its own tariff and overhead, and each cohort takes the mode that earns most:
//! off, eco, nominal or turbo ([`power_mode`]). Miners answer to their own tariff, never to a nodal price. Once a day
//! machines fail, are repaired, arrive and leave; their number balances to the unit ([`Headcount`]).

pub mod cohort;
pub mod curfew;
pub mod failure;
pub mod machine;
pub mod power_mode;
pub mod site;
pub mod stock;
pub mod thermal;

pub use cohort::Cohort;
pub use curfew::Curfew;
pub use failure::{Hazard, Wear};
pub use machine::{Family, Machine};
pub use power_mode::{Eco, Ladder};
pub use site::SiteNow;
pub use stock::Tier;

use crate::calendar::{Day, Moment, Window};
use crate::equations::break_even::break_even_efficiency;
use crate::flows::{
    Bids, Dispatch, Hashed, OrderReason, Orders, Overhead, Roster, SiteBid, SiteHashed, SiteRoster, Worth,
};
use crate::ids::{Id, ModelId, SiteId, Table};
use crate::random::{Member, Seed, Stream};
use crate::units::{Fraction, Hashrate, Power, Span};
use site::Coming;

/// A site as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Id in the scenario.
    pub id: String,
    /// Machines that stand in it at the start.
    pub start: Vec<(ModelId, u64)>,
}

/// Machines and sites as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// The catalog.
    pub machines: Table<ModelId, Machine>,
    /// The sites.
    pub sites: Table<SiteId, Site>,
    /// How machines wear.
    pub wear: Wear,
    /// Time from a cold start to full hashrate.
    pub restart: Span,
    ladders: Table<ModelId, Ladder>,
    hazards: Table<ModelId, Hazard>,
}

/// The law as machines feel it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Hours in which a site must stand still.
    pub curfew: Table<SiteId, Option<Curfew>>,
    /// Share of a site's registered machines that may run (a cap on what a home may use).
    pub allowed: Table<SiteId, Fraction>,
    /// Times the usual time of a repair, where an embargo holds up parts.
    pub repair_delay: f64,
}

impl Rules {
    /// No restriction.
    pub fn none(fleet: &Fleet) -> Self {
        let sites = fleet.sites.len();
        Self { curfew: Table::filled(sites, None), allowed: Table::filled(sites, Fraction::ALL), repair_delay: 1.0 }
    }
}

/// Machines counted: what there was, came and went. `start + arrived − left − retired − scrapped` is what stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// At the start.
    pub start: u64,
    /// Delivered since.
    pub arrived: u64,
    /// Taken away by their owners.
    pub left: u64,
    /// Retired because they no longer pay.
    pub retired: u64,
    /// Broken beyond repair.
    pub scrapped: u64,
}

impl Headcount {
    /// How many should stand.
    pub fn standing(&self) -> i64 {
        (self.start + self.arrived) as i64 - (self.left + self.retired + self.scrapped) as i64
    }
}

/// The machines now.
#[derive(Clone, Debug)]
pub struct FleetNow {
    /// By site.
    pub sites: Table<SiteId, SiteNow>,
    /// Machines counted since the start.
    pub headcount: Headcount,
    day: Option<Day>,
    seed: Seed,
    member: Member,
}

impl FleetNow {
    /// All machines that stand, in whatever state.
    pub fn installed(&self) -> u64 {
        self.sites.iter().flat_map(|s| &s.cohorts).map(Cohort::installed).sum()
    }
    /// Cohorts in all sites.
    pub fn cohorts(&self) -> usize {
        self.sites.iter().map(|s| s.cohorts.len()).sum()
    }
}

impl Fleet {
    /// A fleet of a catalog in sites.
    pub fn new(machines: Table<ModelId, Machine>, sites: Table<SiteId, Site>, wear: Wear, restart: Span) -> Self {
        let ladders = machines.map(Machine::ladder);
        let hazards = machines.map(|m| wear.hazard(m.family.yearly_failure));
        Self { machines, sites, wear, restart, ladders, hazards }
    }

    /// The machines on the first day. A machine of the start was installed, in the mean, halfway since its release.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> FleetNow {
        let mut headcount = Headcount::default();
        let sites = self.sites.map(|site| {
            let cohorts = site.start.iter().map(|(model, count)| {
                let released = self.machines[*model].released;
                let day = Day(released.0 + (window.from.0 - released.0).max(0) / 2);
                let mut cohort = self.cohort(seed, member, site, *model);
                cohort.add(day, *count, false);
                headcount.start += count;
                cohort
            });
            SiteNow::new(cohorts.collect())
        });
        FleetNow { sites, headcount, day: None, seed, member }
    }

    fn cohort(&self, seed: Seed, member: Member, site: &Site, model: ModelId) -> Cohort {
        let entity = format!("{}/{}", site.id, self.machines[model].id);
        Cohort::new(model, Stream::new(seed, member, "fleet.failure", &entity))
    }

    /// Deliveries, departures, failures and repairs of a day.
    fn turn_day(&self, rules: &Rules, now: &mut FleetNow, day: Day) {
        let (seed, member) = (now.seed, now.member);
        let mending = self.wear.mending(rules.repair_delay.max(1.0));
        for (site, here) in self.sites.iter().zip(now.sites.iter_mut()) {
            let mut at = 0;
            while let Some(order) = here.coming.get(at).copied() {
                if order.due > day {
                    at += 1;
                    continue;
                }
                here.coming.remove(at);
                let found = here.cohorts.iter().position(|c| c.model == order.model);
                let count = order.machines.unsigned_abs();
                if order.machines > 0 {
                    let i = found.unwrap_or_else(|| {
                        here.cohorts.push(self.cohort(seed, member, site, order.model));
                        here.cohorts.len() - 1
                    });
                    here.cohorts[i].add(day, count, true);
                    now.headcount.arrived += count;
                } else if let Some(i) = found {
                    let gone = here.cohorts[i].remove(count);
                    match order.reason {
                        OrderReason::Retired => now.headcount.retired += gone,
                        _ => now.headcount.left += gone,
                    }
                }
            }
            for cohort in &mut here.cohorts {
                now.headcount.scrapped += self.wear.day(cohort, &self.hazards[cohort.model], &mending, day);
            }
            here.cohorts.retain(|c| c.installed() > 0);
            here.changed();
        }
        now.day = Some(day);
    }
}

/// What every site asks of the grid in a step, and would hash with it.
pub fn bid(
    fleet: &Fleet,
    rules: &Rules,
    now: &mut FleetNow,
    moment: &Moment,
    worth: &Worth,
    overhead: &Overhead,
) -> Bids {
    if now.day != Some(moment.day) {
        fleet.turn_day(rules, now, moment.day);
    }
    let start_loss = (fleet.restart / moment.span).min(1.0);
    let mut sites = Vec::with_capacity(now.sites.len());
    for (i, here) in now.sites.iter_mut().enumerate() {
        let id = SiteId::from_index(i);
        let cooled = overhead.sites[id];
        // The law reaches what is on the books; what is hidden runs on. Cold starts of those who obey are counted only
        // where the whole site obeys.
        let hidden = worth.hidden[id].value();
        let lawful = if rules.curfew[id].is_some_and(|c| c.closes(moment)) { 0.0 } else { rules.allowed[id].value() };
        let running = hidden + (1.0 - hidden) * lawful;
        let limit = break_even_efficiency(worth.revenue[id], worth.marginal[id], cooled.pue);
        let (hashrate, power) = here.run(fleet, moment.day, running > 0.0, limit, cooled.inlet, start_loss);
        let machines = Power::w(power) * running;
        let hashrate = Hashrate::th_s(hashrate) * running;
        sites.push(SiteBid { power: machines * cooled.pue, machines, hashrate });
    }
    Bids { sites: Table::new(sites) }
}

/// Hashes made of what the grid served.
pub fn hash(_: &Fleet, now: &mut FleetNow, moment: &Moment, bids: &Bids, dispatch: &Dispatch) -> Hashed {
    let mut sites = Vec::with_capacity(now.sites.len());
    for (i, here) in now.sites.iter_mut().enumerate() {
        let id = SiteId::from_index(i);
        let (bid, share) = (bids.sites[id], dispatch.mining_share[id].value());
        here.serve(share);
        let hashrate = bid.hashrate * share;
        sites.push(SiteHashed {
            hashes: hashrate * moment.span,
            hashrate,
            energy: bid.power * share * moment.span,
            machine_energy: bid.machines * share * moment.span,
            curtailed: bid.power * (1.0 - share) * moment.span,
        });
    }
    Hashed { sites: Table::new(sites) }
}

/// Takes the month's orders: machines arrive, and leave, on their days.
pub fn receive(_: &Fleet, now: &mut FleetNow, moment: &Moment, orders: &Orders) {
    for o in orders.orders.iter().filter(|o| o.machines != 0) {
        let due = moment.day.plus(i32::try_from(o.delay_days).unwrap_or(i32::MAX / 4).max(1));
        now.sites[o.site].coming.push(Coming { due, model: o.model, machines: o.machines, reason: o.reason });
    }
}

/// Who stands where, and what is on its way: the ground of the month's decisions.
pub fn roster(fleet: &Fleet, now: &FleetNow) -> Roster {
    let models = fleet.machines.len();
    let sites = now.sites.map(|here| {
        let mut installed: Table<ModelId, u64> = Table::filled(models, 0);
        let mut arriving: Table<ModelId, u64> = Table::filled(models, 0);
        let mut leaving: Table<ModelId, u64> = Table::filled(models, 0);
        for c in &here.cohorts {
            installed[c.model] += c.installed();
        }
        for o in &here.coming {
            let on_the_way = if o.machines > 0 { &mut arriving } else { &mut leaving };
            on_the_way[o.model] += o.machines.unsigned_abs();
        }
        SiteRoster { installed, arriving, leaving }
    });
    Roster { sites }
}

#[cfg(test)]
mod tests;
