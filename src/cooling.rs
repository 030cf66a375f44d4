//! Cooling of mining sites: what stands between the meter and the machines, and what air or coolant reaches them.
//!
//! A site's power over its machines' power, PUE = (1 + facility fans + pumps + lights) (1 + transformer and low-voltage loss), is a
//! result of heat, flow, pressure and weather; nothing is fitted to a PUE. The machines' own fans are inside machine power. What
//! a machine does at its inlet temperature (derate, throttle, trip) is the fleet's matter.
//!
//! Two families: [`ventilated`] (barn, container, with or without pads) and [`loop_cooled`] (hydro with dry cooler,
//! immersion with a cooling tower).

pub mod loop_cooled;
pub mod ventilated;

use crate::cooling::loop_cooled::LoopCooled;
use crate::cooling::ventilated::Ventilated;
use crate::flows::{Air, Cooled, Overhead, Sky};
use crate::ids::{ClimateSiteId, SiteId, Table};
use crate::units::Temperature;

/// How heat leaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// Outside air through the machines.
    Ventilated(Ventilated),
    /// A liquid loop and a heat rejector outside.
    LoopCooled(LoopCooled),
}

/// A kind of cooling as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// Its id.
    pub id: String,
    /// Loss of transformer and low-voltage wiring, share of what passes through.
    pub electrical_loss: f64,
    /// Lights, network and controls, share of machine power.
    pub auxiliaries: f64,
    /// How heat leaves.
    pub method: Method,
}

/// Where a mining site stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its kind of cooling, a position in [`Cooling::kinds`].
    pub kind: usize,
    /// Its weather.
    pub climate: ClimateSiteId,
}

/// Cooling of the region as given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cooling {
    kinds: Vec<Kind>,
    sites: Table<SiteId, Placed>,
    /// Distinct pairs of kind and weather, and the one of each site: each pair is computed once an hour.
    pairs: Vec<Placed>,
    pair_of: Vec<usize>,
}

/// What a method takes and gives for one unit of machine power.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Duty {
    /// Facility fans and pumps, share of machine power.
    pub power_share: f64,
    /// Inlet temperature of the machines, °C.
    pub inlet_c: f64,
    /// Water evaporated, m³ per MWh of machine energy.
    pub water_m3_per_mwh: f64,
}

impl Cooling {
    /// Cooling of some sites; `None` if a site names a kind that does not exist.
    pub fn new(kinds: Vec<Kind>, sites: Table<SiteId, Placed>) -> Option<Self> {
        if sites.iter().any(|s| s.kind >= kinds.len()) {
            return None;
        }
        let mut pairs: Vec<Placed> = Vec::new();
        let mut pair_of = Vec::with_capacity(sites.len());
        for site in &sites {
            let at = pairs.iter().position(|p| p == site).unwrap_or(pairs.len());
            if at == pairs.len() {
                pairs.push(*site);
            }
            pair_of.push(at);
        }
        Some(Self { kinds, sites, pairs, pair_of })
    }

    /// The kinds of cooling.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Where the mining sites stand.
    pub fn sites(&self) -> &Table<SiteId, Placed> {
        &self.sites
    }
}

impl Kind {
    /// What this kind adds in this air.
    pub fn cooled(&self, air: &Air) -> Cooled {
        let duty = match &self.method {
            Method::Ventilated(v) => v.duty(air),
            Method::LoopCooled(l) => l.duty(air),
        };
        Cooled {
            pue: (1.0 + duty.power_share + self.auxiliaries) * (1.0 + self.electrical_loss),
            inlet: Temperature::celsius(duty.inlet_c),
            water_m3_per_mwh: duty.water_m3_per_mwh,
        }
    }
}

/// What cooling adds at every site in this weather. A site whose weather is not in the sky adds nothing.
pub fn overhead(cooling: &Cooling, sky: &Sky) -> Overhead {
    let of_pair = |p: &Placed| match (cooling.kinds.get(p.kind), sky.air.as_slice().get(p.climate.0 as usize)) {
        (Some(kind), Some(air)) => kind.cooled(air),
        _ => Cooled { pue: 1.0, ..Cooled::default() },
    };
    let by_pair: Vec<Cooled> = cooling.pairs.iter().map(of_pair).collect();
    Overhead { sites: Table::new(cooling.pair_of.iter().map(|at| by_pair[*at]).collect()) }
}

#[cfg(test)]
mod tests;
