//! What it costs, on paper, to break a wish of the system: the order in which wishes are given up.

use crate::ids::{BusId, Table};
use crate::units::EnergyPrice;

/// Penalties of the dispatch. Shadow prices made of them say what was scarce; they are no money.
#[derive(Clone, Debug, PartialEq)]
pub struct Penalties {
    /// Reserve that an area lacks.
    pub reserve: EnergyPrice,
    /// Power of miners who agreed to be interrupted.
    pub interruptible: EnergyPrice,
    /// Ordinary load, and other miners with it.
    pub ordinary: EnergyPrice,
    /// Protected load.
    pub protected: EnergyPrice,
    /// Output that must run and cannot be absorbed.
    pub overgeneration: EnergyPrice,
    /// Steps in which a bus gives up its ordinary load: share of it, and factor on the penalty. Rising factors spread a
    /// shortage over buses about pro rata, as feeder rotas do, instead of darkening one bus.
    pub steps: Vec<(f64, f64)>,
}

impl Penalties {
    /// Whether at these bus prices nobody gives up load or holds output back: no price reaches a penalty.
    pub fn idle_at(&self, price: &Table<BusId, EnergyPrice>) -> bool {
        let first = self.interruptible.min(self.ordinary).min(self.protected);
        price.iter().all(|p| *p < first && *p > -self.overgeneration)
    }
}
