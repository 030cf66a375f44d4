//! The totals of the region in one step.

use crate::region::{Region, StationKind};
use crate::step::Step;

/// The totals of the region in one step, MW: what the balances, the tallies and the columns share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Ordinary and protected load served.
    pub demand_mw: f64,
    /// Mining served.
    pub mining_mw: f64,
    /// Network losses.
    pub losses_mw: f64,
    /// Hydro plants of the region, Mamakan included.
    pub hydro_mw: f64,
    /// Thermal plants of the region.
    pub thermal_mw: f64,
    /// Ordinary and protected load not served.
    pub unserved_mw: f64,
    /// Mining asked and not served.
    pub curtailed_mining_mw: f64,
    /// Hashrate.
    pub hashrate_eh_s: f64,
    /// Power of the machines alone.
    pub machines_mw: f64,
    /// Emissions of thermal plants, t/h.
    pub co2_t_h: f64,
}

impl Totals {
    /// The totals of a step.
    pub fn of(world: &Region, step: &Step) -> Self {
        let a = &world.atlas;
        let d = &step.dispatch;
        let mut t = Self::default();
        for (id, _) in a.buses.enumerate().filter(|(_, b)| b.in_region) {
            t.demand_mw += d.served[id].as_mw();
            t.unserved_mw += d.unserved[id].as_mw();
            t.losses_mw += d.losses[id].as_mw();
        }
        for (id, _) in a.reservoirs.enumerate().filter(|(_, r)| r.in_region) {
            t.hydro_mw += d.hydro[id].as_mw();
        }
        for (id, plant) in a.plants.enumerate().filter(|(_, p)| p.in_region) {
            let mw = d.plants[id].as_mw();
            match plant.kind {
                StationKind::Thermal => t.thermal_mw += mw,
                StationKind::Hydro => t.hydro_mw += mw,
                // A neighbor's supply comes in from outside, wherever its bus lies.
                StationKind::Neighbor => {}
            }
        }
        for (id, _) in a.sites.enumerate().filter(|(_, s)| s.in_region) {
            let (bid, share) = (&step.bids.sites[id], d.mining_share[id].value());
            t.mining_mw += bid.power.as_mw() * share;
            t.curtailed_mining_mw += bid.power.as_mw() * (1.0 - share);
            t.machines_mw += bid.machines.as_mw() * share;
            t.hashrate_eh_s += step.hashed.sites[id].hashrate.as_eh_s();
        }
        t.co2_t_h = world.grid.emission_t_per_h(d, &step.now, &step.sky, true);
        t
    }
    /// demand + mining + losses.
    pub fn total_load_mw(&self) -> f64 {
        self.demand_mw + self.mining_mw + self.losses_mw
    }
    /// Generation of the region.
    pub fn generation_mw(&self) -> f64 {
        self.hydro_mw + self.thermal_mw
    }
    /// Generation less total load; positive leaves the region.
    pub fn net_export_mw(&self) -> f64 {
        self.generation_mw() - self.total_load_mw()
    }
}
