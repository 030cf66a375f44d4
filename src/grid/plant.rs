//! Plants other than the cascade's: heat-led coal, gas, small run-of-river, the supply of a neighbor.

use super::Failure;
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
    /// Equal units.
    pub units: u32,
    /// How its units fail.
    pub failure: Failure,
    /// Units in planned maintenance, by month.
    pub maintenance_units: [f64; 12],
    /// Share of it that is available with no unit out: what fuel and wear leave.
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
    /// The most it can give in a month (0 to 11), outages by chance on average.
    pub fn most(&self, month_index: usize) -> Power {
        let Failure { mttf_h, mttr_h } = self.failure;
        let up = if mttf_h > 0.0 { mttf_h / (mttf_h + mttr_h) } else { 1.0 };
        self.most_at(month_index, 1.0 - up)
    }

    /// The most it can give with so many units out by chance.
    pub fn most_with(&self, month_index: usize, units_out: u32) -> Power {
        self.most_at(month_index, f64::from(units_out) / f64::from(self.units.max(1)))
    }

    /// With a share of its units out by chance; those in maintenance cannot fail too.
    fn most_at(&self, month_index: usize, share_out: f64) -> Power {
        let month = |of: &[f64; 12], else_: f64| of.get(month_index).copied().unwrap_or(else_);
        let kept = (month(&self.maintenance_units, 0.0) / f64::from(self.units.max(1))).min(1.0);
        let up = (1.0 - kept) * (1.0 - share_out).max(0.0);
        self.capacity * (self.available.value() * month(&self.by_month, 1.0) * up)
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
