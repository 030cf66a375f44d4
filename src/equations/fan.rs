//! Fans: power from flow and pressure, and the affinity laws at part flow.
//!
//! P = V Δp / η (ASHRAE Handbook of HVAC Systems and Equipment 2016, chapter 21). Affinity: V ∝ n, Δp ∝ ρ n², P ∝ ρ n³ for a
//! fan on a duct whose resistance grows with the square of the flow.

use crate::units::{Power, Pressure};

/// Electric power of a fan that moves `flow_m3_s` against `pressure` at a total efficiency (fan, drive and motor).
pub fn power(flow_m3_s: f64, pressure: Pressure, efficiency: f64) -> Power {
    Power::w(flow_m3_s * pressure.as_pa() / efficiency)
}

/// Power at a part of the design flow over power at design flow, speed-controlled, air `density_ratio` times as dense.
pub fn part_flow_power(flow_ratio: f64, density_ratio: f64) -> f64 {
    density_ratio * flow_ratio * flow_ratio * flow_ratio
}

/// Pressure at a part of the design flow over pressure at design flow.
pub fn part_flow_pressure(flow_ratio: f64, density_ratio: f64) -> f64 {
    density_ratio * flow_ratio * flow_ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_percent_for_a_barn() {
        // 207 m³/h per kW against 50 Pa at 50 %: 0.0058 kW per kW.
        let p = power(207.0 / 3600.0, Pressure::pa(50.0), 0.5);
        assert!((p.as_kw() - 0.00575).abs() < 1e-12);
    }

    #[test]
    fn affinity_agrees_with_flow_times_pressure() {
        for r in [0.2, 0.5, 1.0, 1.1] {
            let direct =
                power(r, Pressure::pa(100.0) * part_flow_pressure(r, 1.2), 0.5) / power(1.0, Pressure::pa(100.0), 0.5);
            assert!((direct - part_flow_power(r, 1.2)).abs() < 1e-12);
        }
        assert_eq!(part_flow_power(0.5, 1.0), 0.125);
    }
}
