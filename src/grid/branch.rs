//! Lines of one or more equal circuits, and their ratings.

use super::{Armed, Failure};
use crate::curve::Curve;
use crate::ids::{BranchId, BusId, InterfaceId};
use crate::units::{Power, Temperature};

/// A line: equal parallel circuits between two buses. One row of the scenario's table of branches.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its id in the scenario.
    pub name: String,
    /// The bus it starts at: flow is positive from here.
    pub from: BusId,
    /// The bus it ends at.
    pub to: BusId,
    /// How many circuits it has.
    pub circuits: u32,
    /// The branch that is its first circuit; the others follow.
    pub first: BranchId,
    /// Reactance of one circuit, p.u.
    pub reactance_pu: f64,
    /// Resistance of one circuit, p.u.
    pub resistance_pu: f64,
    /// What stability allows one circuit, whatever the weather.
    pub stability: Power,
    /// What heating allows one circuit in summer air.
    pub thermal: Power,
    /// The section whose scheme counts this line's circuits when they are out.
    pub scheme_of: Option<InterfaceId>,
    /// Whether it is switched off unless a rule closes it.
    pub normally_open: bool,
    /// Nominal voltage, kV.
    pub voltage_kv: f64,
    /// Length, km.
    pub length_km: f64,
    /// How one circuit fails.
    pub failure: Failure,
    /// What automatics shed when one circuit is lost.
    pub armed: Option<Armed>,
}

impl Line {
    /// Its circuits as branches.
    pub fn branches(&self) -> impl Iterator<Item = BranchId> + use<> {
        (self.first.0..self.first.0 + self.circuits).map(BranchId)
    }

    /// The limit of one circuit in air that allows `factor` times the summer rating.
    pub fn limit(&self, factor: f64) -> Power {
        self.stability.min(self.thermal * factor)
    }

    /// Losses of `circuits` equal circuits that carry `flow_mw` together, MW: `n · r (f/n)² / S_base`.
    ///
    /// The loss term of a DC flow with voltages at one per unit (Wood, Wollenberg and Sheblé 2013, chapter 7); reactive
    /// flow and corona are left out.
    pub fn loss_mw(&self, flow_mw: f64, circuits: u32, base_mva: f64) -> f64 {
        if circuits == 0 { 0.0 } else { self.resistance_pu * flow_mw * flow_mw / (f64::from(circuits) * base_mva) }
    }
}

/// One circuit of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// Position of its line among [`super::Grid::lines`].
    pub line: usize,
    /// Its number within the line, from 1.
    pub number: u32,
}

/// How much more a line may carry in cold air than in summer, by air temperature in °C.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalFactor(pub Curve);

impl ThermalFactor {
    /// The factor at an air temperature.
    pub fn at(&self, air: Temperature) -> f64 {
        self.0.at(air.as_celsius())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            name: "a_b".into(),
            from: BusId(0),
            to: BusId(1),
            circuits: 2,
            first: BranchId(3),
            reactance_pu: 0.02,
            resistance_pu: 0.002,
            stability: Power::mw(1000.0),
            thermal: Power::mw(900.0),
            scheme_of: None,
            normally_open: false,
            voltage_kv: 500.0,
            length_km: 100.0,
            failure: Failure::default(),
            armed: None,
        }
    }

    #[test]
    fn two_circuits_lose_half_of_what_one_would() {
        let l = line();
        assert!((l.loss_mw(1000.0, 1, 100.0) - 20.0).abs() < 1e-12);
        assert!((l.loss_mw(1000.0, 2, 100.0) - 10.0).abs() < 1e-12);
        assert_eq!(l.loss_mw(1000.0, 0, 100.0), 0.0);
        assert_eq!(l.branches().collect::<Vec<_>>(), [BranchId(3), BranchId(4)]);
    }

    #[test]
    fn cold_air_helps_until_stability_stops() {
        let factor = ThermalFactor(Curve::new(vec![(-20.0, 1.25), (20.0, 1.0)]).unwrap());
        assert_eq!(line().limit(factor.at(Temperature::celsius(25.0))), Power::mw(900.0));
        assert_eq!(line().limit(factor.at(Temperature::celsius(-40.0))), Power::mw(1000.0));
    }
}
