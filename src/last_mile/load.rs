//! What the homes of a settlement take from their transformer.

use crate::calendar::Moment;

/// A class of settlements: how homes live, and what was built for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Id in the scenario.
    pub id: String,
    /// Homes on a transformer, mean.
    pub homes_per_transformer: f64,
    /// Spread of homes on a transformer (standard deviation of the logarithm).
    pub homes_spread: f64,
    /// What was built for one home, kVA: the transformer is the next standard size above it.
    pub built_kva_per_home: f64,
    /// Power of a home without heating, kW, mean of the day, as many homes together.
    pub base_kw: f64,
    /// Course of that power over the day, mean 1.
    pub course: [f64; 24],
    /// Electric heating of the mean home, kW per kelvin below the balance temperature.
    pub heating_kw_per_k: f64,
    /// Spread of load between transformers of the same size (standard deviation of the logarithm).
    pub load_spread: f64,
    /// 0.4 kV feeders of a transformer.
    pub feeders: f64,
    /// Length of a feeder, km.
    pub feeder_km: f64,
    /// Resistance of a phase conductor, Ω/km.
    pub ohm_per_km: f64,
    /// Current that the conductor may carry at 25 °C, A.
    pub ampacity_a: f64,
}

impl Class {
    /// Power of a home, kW: its course of the day, and heating below the balance temperature.
    pub fn home_kw(&self, now: &Moment, felt_c: f64, balance_c: f64) -> f64 {
        let course = self.course.get(now.hour() as usize).copied().unwrap_or(1.0);
        self.base_kw * course + self.heating_kw_per_k * (balance_c - felt_c).max(0.0)
    }
}
