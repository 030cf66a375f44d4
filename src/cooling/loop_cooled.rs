//! A liquid loop and a heat rejector outside: hydro machines with a dry cooler, immersion tanks with a cooling tower.
//!
//! The rejector moves heat in proportion to its airflow and to the difference between coolant and air (dry bulb for a dry
//! cooler, wet bulb for a wet tower): a constant-effectiveness rejector. So the flow that holds the coolant at its set point
//! is f = Δ_d / (T_set − T_air), Δ_d the difference at full flow, and the fans take P = P_d f³ (affinity), never less than
//! idle. Above full flow (f = 1) the coolant warms with the air. A hybrid tower runs dry, at its dry difference, below the
//! temperature at which spraying stops.

use crate::cooling::Duty;
use crate::cooling::ventilated::WATER_PER_MWH;
use crate::equations::fan;
use crate::flows::Air;
use crate::units::{Temperature, TemperatureRise};

/// The spray of a hybrid tower.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spray {
    /// Difference between coolant and wet bulb at full flow.
    pub difference: TemperatureRise,
    /// Dry-bulb temperature above which it runs.
    pub on_above: Temperature,
    /// Share of the heat that leaves as vapor when it runs.
    pub evaporated: f64,
}

/// A loop as given.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopCooled {
    /// Coolant temperature at the machines' inlet that the controls hold.
    pub set_point: Temperature,
    /// Pumps, share of machine power.
    pub pump_share: f64,
    /// Fans at full flow, share of machine power.
    pub fan_share: f64,
    /// Least that the fans take.
    pub fan_share_idle: f64,
    /// Difference between coolant and dry bulb at full flow.
    pub dry_difference: TemperatureRise,
    /// Spray, if the rejector is a hybrid tower.
    pub spray: Option<Spray>,
}

impl LoopCooled {
    /// Fans and pumps, inlet and water for one unit of machine power.
    pub fn duty(&self, outside: &Air) -> Duty {
        let spray = self.spray.filter(|s| outside.dry_bulb > s.on_above);
        let (sink, full) = match spray {
            Some(s) => (outside.wet_bulb(), s.difference),
            None => (outside.dry_bulb, self.dry_difference),
        };
        let available = (self.set_point - sink).as_kelvin();
        let flow = if available > full.as_kelvin() { full.as_kelvin() / available } else { 1.0 };
        let warmest = (sink + full).as_celsius();
        Duty {
            power_share: self.pump_share + (self.fan_share * fan::part_flow_power(flow, 1.0)).max(self.fan_share_idle),
            inlet_c: warmest.max(self.set_point.as_celsius()),
            water_m3_per_mwh: spray.map_or(0.0, |s| WATER_PER_MWH * s.evaporated),
        }
    }
}
