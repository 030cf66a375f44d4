//! Outside air through the machines: barn and container, with winter recirculation and, where fitted, evaporative pads.
//!
//! Machines warm their air by a set rise, so the flow through them is V = Q/(ρ c_p ΔT). When it is colder outside than the inlet
//! may be, dampers mix exhaust back in; the facility's fans then move only the outside share 1 − x. Their pressure is stated at
//! a design flow and follows the affinity laws from there: Δp = Δp_d (ρ/ρ_d)(V/V_d)². A pad cools the intake by
//! ε (T_db − T_wb) and adds its own pressure drop.

use crate::cooling::Duty;
use crate::equations::{air, airflow, fan, recirculation};
use crate::flows::Air;
use crate::units::{Power, Pressure, Temperature, TemperatureRise};

/// Latent heat of evaporation near pad and tower temperatures, J/kg.
pub const LATENT_HEAT: f64 = 2.45e6;
/// Water that carries off one MWh as vapor, m³ at 1000 kg/m³.
pub const WATER_PER_MWH: f64 = 3.6e9 / LATENT_HEAT / 1000.0;

/// Evaporative pads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    /// Share of the wet-bulb depression that they achieve (0.70 to 0.90).
    pub effectiveness: f64,
    /// Their pressure drop at the design flow, wet or dry.
    pub pressure: Pressure,
    /// Outside temperature above which they run.
    pub on_above: Temperature,
}

/// A ventilated building or box as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Ventilated {
    /// Warming of the air in the machines.
    pub rise: TemperatureRise,
    /// Pressure that the facility's fans hold at the design flow.
    pub fan_pressure: Pressure,
    /// Their total efficiency.
    pub fan_efficiency: f64,
    /// Outside temperature at whose flow that pressure is stated, at the station pressure of the site.
    pub design: Temperature,
    /// Coldest inlet that the dampers allow.
    pub least_inlet: Temperature,
    /// Pads, if fitted.
    pub pad: Option<Pad>,
}

impl Ventilated {
    /// Fans, inlet and water for one unit of machine power.
    pub fn duty(&self, outside: &Air) -> Duty {
        let (t, p) = (outside.dry_bulb, outside.pressure);
        let pad = self.pad.filter(|pad| t > pad.on_above);
        let cooled_k = pad.map_or(0.0, |pad| pad.effectiveness * (t - outside.wet_bulb()).as_kelvin());
        let supply = t + TemperatureRise::kelvin(-cooled_k);
        let inlet = supply.as_celsius().max(self.least_inlet.as_celsius());
        let fresh = 1.0 - recirculation::mix_fraction(supply, self.least_inlet, self.rise).value();
        // Flows for one watt of heat; the fans stand in the fresh air, whose mass is `fresh` of the machines'.
        let watt = Power::w(1.0);
        let flow = fresh * airflow::airflow_m3_s(watt, supply, self.rise, p);
        let design = airflow::airflow_m3_s(watt, self.design, self.rise, p);
        let density_ratio = air::density_kg_per_m3(supply, 0.0, p) / air::density_kg_per_m3(self.design, 0.0, p);
        let stated = self.fan_pressure + self.pad.map_or(Pressure::ZERO, |pad| pad.pressure);
        let pressure = stated * fan::part_flow_pressure(flow / design, density_ratio);
        Duty {
            power_share: fan::power(flow, pressure, self.fan_efficiency).as_w(),
            inlet_c: inlet,
            water_m3_per_mwh: WATER_PER_MWH * cooled_k / self.rise.as_kelvin(),
        }
    }
}
