//! The plant at a dam: how much water its turbines take, and the head they see.

use crate::equations::turbine;
use crate::units::{Discharge, Elevation, Fraction, Head, Power};

/// A figure that holds from a year on until the next entry; before the first entry the first holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByYear(pub Vec<(i32, f64)>);

impl ByYear {
    /// The figure of a year; zero if there is none at all.
    pub fn at(&self, year: i32) -> f64 {
        self.0.iter().rev().find(|(from, _)| *from <= year).or(self.0.first()).map_or(0.0, |(_, x)| *x)
    }
}

/// The turbines of a dam.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    /// Units installed.
    pub units: f64,
    /// Most water that one unit takes.
    pub unit_flow: Discharge,
    /// Efficiency of turbine, generator and waterways together.
    pub efficiency: Fraction,
    /// Tailwater level at no discharge.
    pub tailwater: Elevation,
    /// Rise of the tailwater with discharge, m per m³/s.
    pub tailwater_rise_m_per_m3_s: f64,
    /// Nameplate power of all units, MW, by year.
    pub installed_mw: ByYear,
    /// Units that can run (the others are under repair or being replaced), by year.
    pub available_units: ByYear,
}

impl Plant {
    /// Head at a level and a discharge below the dam.
    pub fn head(&self, level: Elevation, outflow: Discharge) -> Head {
        let tail = self.tailwater.as_m() + self.tailwater_rise_m_per_m3_s * outflow.as_m3_s();
        Head::m((level.as_m() - tail).max(0.0))
    }
    /// Power of one m³/s at a level and a discharge below the dam, MW.
    #[inline]
    pub fn mw_per_m3_s(&self, level: Elevation, outflow: Discharge) -> f64 {
        turbine::mw_per_m3_s(self.head(level, outflow), self.efficiency)
    }
    /// Nameplate power of the units that can run in a year.
    pub fn power_limit(&self, year: i32) -> Power {
        if self.units <= 0.0 {
            return Power::ZERO;
        }
        Power::mw(self.installed_mw.at(year) * (self.available_units.at(year) / self.units).min(1.0))
    }
    /// Most water that the turbines take in a year: what passes their runners, or what their generators can use.
    pub fn flow_limit(&self, year: i32, mw_per_m3_s: f64) -> Discharge {
        let hydraulic = self.unit_flow * self.available_units.at(year);
        if mw_per_m3_s <= 0.0 {
            return hydraulic;
        }
        hydraulic.min(Discharge::m3_s(self.power_limit(year).as_mw() / mw_per_m3_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hydro::angara;

    #[test]
    fn irkutsk_reaches_its_nameplate_at_design_head() {
        let plant = angara::irkutsk();
        let per = plant.mw_per_m3_s(Elevation::m(456.6), Discharge::m3_s(3280.0));
        assert!((per * 3280.0 / 761.2 - 1.0).abs() < 0.02, "eight units at 410 m³/s give {} MW", per * 3280.0);
    }

    #[test]
    fn a_year_uses_the_last_figure_begun() {
        let plant = angara::irkutsk();
        assert_eq!(plant.power_limit(1990), plant.power_limit(2014));
        assert!(plant.power_limit(2023) < plant.power_limit(2030));
        assert!(plant.flow_limit(2022, 0.25) <= Discharge::m3_s(7.0 * 410.0));
        assert_eq!(Plant { installed_mw: ByYear::default(), ..plant }.power_limit(2022), Power::ZERO);
    }

    #[test]
    fn more_outflow_never_raises_the_head() {
        let plant = angara::irkutsk();
        let at = |q: f64| plant.head(Elevation::m(456.5), Discharge::m3_s(q)).as_m();
        assert!((1..50).all(|i| at(f64::from(i) * 100.0) < at(f64::from(i - 1) * 100.0)));
        assert_eq!(plant.head(Elevation::m(400.0), Discharge::ZERO), Head::ZERO);
    }
}
