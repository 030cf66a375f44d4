//! Plants other than the cascade's: heat-led coal, gas, small run-of-river, the supply of a neighbor.

use crate::curve::Curve;
use crate::ids::BusId;
use crate::units::{EnergyPrice, Fraction, Power, Temperature};

/// What drives a plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantKind {
    /// Coal, heat and power.
    Coal,
    /// Natural or associated gas.
    Gas,
    /// Run of river.
    Hydro,
    /// The net supply of a neighboring system.
    Neighbor,
}

impl PlantKind {
    /// Whether it burns fuel.
    pub fn is_thermal(self) -> bool {
        matches!(self, Self::Coal | Self::Gas)
    }
}

/// A plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// Its id in the scenario.
    pub name: String,
    /// Its name in print.
    pub title: String,
    /// The bus.
    pub bus: BusId,
    /// What drives it.
    pub kind: PlantKind,
    /// Installed power.
    pub capacity: Power,
    /// Share of it that is available: maintenance and forced outages on average.
    pub available: Fraction,
    /// Share of it that water or fuel allows, by month.
    pub by_month: [f64; 12],
    /// What it asks for a megawatt hour above its heat minimum.
    pub price: EnergyPrice,
    /// Whether district heat sets its minimum.
    pub heat_led: bool,
    /// CO₂ of a megawatt hour within the heat minimum, t/MWh.
    pub co2_heat_led_t_per_mwh: f64,
    /// CO₂ of a megawatt hour above it, t/MWh.
    pub co2_t_per_mwh: f64,
}

/// The share of a heat-led plant's power that district heat forces to run, by air temperature in °C.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMinimum(pub Curve);

impl HeatMinimum {
    /// The share at an air temperature.
    pub fn at(&self, air: Temperature) -> f64 {
        self.0.at(air.as_celsius())
    }
}

impl Plant {
    /// The most it can give in a month (0 to 11).
    pub fn most(&self, month_index: usize) -> Power {
        self.capacity * (self.available.value() * self.by_month.get(month_index).copied().unwrap_or(1.0))
    }

    /// The least it must give, when heat forces `share` of heat-led power to run; never more than its most.
    pub fn least(&self, share: f64, most: Power) -> Power {
        if self.heat_led { (self.capacity * share).clamp(Power::ZERO, most) } else { Power::ZERO }
    }

    /// CO₂ of an hour at `power` when `least` of it is heat-led, t/h.
    pub fn emission_t_per_h(&self, power: Power, least: Power) -> f64 {
        let heat_led = power.min(least).as_mw();
        heat_led * self.co2_heat_led_t_per_mwh + (power.as_mw() - heat_led) * self.co2_t_per_mwh
    }
}
