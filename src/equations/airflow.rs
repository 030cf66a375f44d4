//! Air that carries heat away: V = Q / (ρ c_p ΔT).
//!
//! Source: sensible-heat balance of a steady stream (ASHRAE Handbook of Fundamentals 2017, chapter 18); ρ of dry air from the
//! gas law at intake temperature and site pressure, c_p = 1006 J/(kg K). Humidity changes ρ c_p by less than 1 % below 30 °C.

use crate::equations::air;
use crate::units::{Power, Pressure, Temperature, TemperatureRise};

/// Specific heat of air, J/(kg K).
pub const SPECIFIC_HEAT: f64 = 1006.0;

/// Volume flow at intake conditions that carries `heat` away while warming by `rise`, m³/s.
///
/// Infinite at no rise; proportional to heat, to intake kelvins, and to 1/(pressure × rise).
pub fn airflow_m3_s(heat: Power, intake: Temperature, rise: TemperatureRise, pressure: Pressure) -> f64 {
    heat.as_w() / (air::density_kg_per_m3(intake, 0.0, pressure) * SPECIFIC_HEAT * rise.as_kelvin())
}

/// Warming of an airflow (m³/s at intake conditions) that carries `heat` away: the same balance solved for ΔT.
pub fn rise(heat: Power, intake: Temperature, flow_m3_s: f64, pressure: Pressure) -> TemperatureRise {
    TemperatureRise::kelvin(heat.as_w() / (air::density_kg_per_m3(intake, 0.0, pressure) * SPECIFIC_HEAT * flow_m3_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flow_per_kilowatt_by_intake_pressure_and_rise() {
        // m³/h per kW at 1013 and 955 hPa, from ρ = p / (287.05 T) and the balance.
        let table = [
            (-35.0, [[241.0, 256.0], [161.0, 171.0], [121.0, 128.0]]),
            (-20.0, [[257.0, 272.0], [171.0, 182.0], [128.0, 136.0]]),
            (0.0, [[277.0, 294.0], [185.0, 196.0], [138.0, 147.0]]),
            (15.0, [[292.0, 310.0], [195.0, 207.0], [146.0, 155.0]]),
            (30.0, [[307.0, 326.0], [205.0, 217.0], [154.0, 163.0]]),
        ];
        for (intake, by_rise) in table {
            for (rise_k, by_pressure) in [10.0, 15.0, 20.0].into_iter().zip(by_rise) {
                for (p, expected) in [101_325.0, 95_500.0].into_iter().zip(by_pressure) {
                    let t = Temperature::celsius(intake);
                    let flow = airflow_m3_s(Power::kw(1.0), t, TemperatureRise::kelvin(rise_k), Pressure::pa(p));
                    assert!((flow * 3600.0 / expected - 1.0).abs() < 0.01, "{intake} {rise_k} {p}: {}", flow * 3600.0);
                    let back = rise(Power::kw(1.0), t, flow, Pressure::pa(p)).as_kelvin();
                    assert!((back - rise_k).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_larger_rise_needs_less_air() {
        let flow = |k: f64| {
            airflow_m3_s(Power::mw(1.0), Temperature::celsius(10.0), TemperatureRise::kelvin(k), Pressure::pa(95_500.0))
        };
        assert!((flow(16.5) / flow(15.0) - 1.0 / 1.1).abs() < 1e-12, "10 % more rise, 9.1 % less flow");
    }
}
