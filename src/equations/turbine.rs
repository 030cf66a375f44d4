//! The hydro turbine: P = η ρ g Q H.
//!
//! Textbook mechanics (Çengel and Cimbala, *Fluid Mechanics*). ρ = 1000 kg/m³ and g = 9.81 m/s² by convention of the
//! published checks. One efficiency stands for turbine, generator and head losses; it does not vary with the load.

use crate::units::{Discharge, Fraction, Head, Power};

/// Density of water, kg/m³.
pub const WATER_DENSITY_KG_M3: f64 = 1000.0;
/// Acceleration of free fall, m/s².
pub const GRAVITY_M_S2: f64 = 9.81;

/// Power of one cubic meter per second at a head, MW per m³/s; zero where the head is not positive.
#[inline]
pub fn mw_per_m3_s(head: Head, efficiency: Fraction) -> f64 {
    efficiency.value() * WATER_DENSITY_KG_M3 * GRAVITY_M_S2 * head.as_m().max(0.0) / 1e6
}

/// Power of a discharge at a head.
#[inline]
pub fn power(discharge: Discharge, head: Head, efficiency: Fraction) -> Power {
    Power::mw(discharge.as_m3_s() * mw_per_m3_s(head, efficiency))
}

/// Discharge that gives a power at a head; `None` where the head or the efficiency is not positive.
pub fn discharge(power: Power, head: Head, efficiency: Fraction) -> Option<Discharge> {
    let per = mw_per_m3_s(head, efficiency);
    (per > 0.0).then(|| Discharge::m3_s(power.as_mw() / per))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mw(q: f64, h: f64, eta: f64) -> f64 {
        power(Discharge::m3_s(q), Head::m(h), Fraction::new(eta)).as_mw()
    }

    #[test]
    fn arithmetic_cases_hold_to_1e_9() {
        let cases = [
            (1.0, 1.0, 1.0, 0.00981),
            (100.0, 50.0, 0.9, 44.145),
            (3200.0, 31.0, 0.87, 846.64224),
            (2800.0, 96.0, 0.92, 2425.97376),
        ];
        for (q, h, eta, expected) in cases {
            assert!((mw(q, h, eta) / expected - 1.0).abs() < 1e-9, "{q} m³/s, {h} m, {eta}");
        }
    }

    #[test]
    fn textbook_cases_hold_to_their_rounding() {
        assert!((mw(1.0, 100.0, 1.0) * 1e3 - 981.0).abs() < 0.5, "engineering tables: 981 kW");
        assert!((mw(590.0, 90.0, 1.0) - 521.0).abs() < 0.5, "Çengel: 521 MW");
        assert!((mw(63.0, 300.0, 0.75) - 140.0).abs() < 1.5, "exam question, rounded answer: 140 MW");
    }

    #[test]
    fn discharge_undoes_power() {
        let (h, eta) = (Head::m(28.3), Fraction::new(0.9));
        let q = discharge(power(Discharge::m3_s(1600.0), h, eta), h, eta).unwrap();
        assert!((q.as_m3_s() - 1600.0).abs() < 1e-9);
        assert_eq!(discharge(Power::mw(1.0), Head::m(-2.0), eta), None);
    }
}
