//! Exchange with a neighboring system at a price that falls with what is sold and rises with what is bought.
//!
//! The neighbor's price at a net export of E MW is `p(E) = p0 − s·E`, E negative for import. It is offered to the dispatch
//! in equal segments each at the price of its middle, so that the cost of an exchange is the area under the curve to within
//! the segment's width.

use crate::ids::BusId;
use crate::units::{EnergyPrice, Power};

/// A neighbor at one bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Its id in the scenario.
    pub name: String,
    /// The bus.
    pub bus: BusId,
    /// Price at no exchange, p0.
    pub price: EnergyPrice,
    /// How much the price falls with each MW exported, s, RUB/MWh per MW.
    pub slope_rub_per_mwh_per_mw: f64,
    /// The most that either direction can take.
    pub reach: Power,
    /// Segments in each direction.
    pub segments: usize,
    /// CO₂ of a megawatt hour of the neighbor's at the margin, t/MWh.
    pub co2_t_per_mwh: f64,
}

impl Exchange {
    /// Width of a segment.
    pub fn width(&self) -> Power {
        if self.segments == 0 { Power::ZERO } else { self.reach / self.segments as f64 }
    }
    /// What the n-th segment of import costs.
    pub fn import_price(&self, segment: usize) -> EnergyPrice {
        self.price + EnergyPrice::rub_per_mwh(self.slope_rub_per_mwh_per_mw * self.middle_mw(segment))
    }
    /// What the n-th segment of export earns.
    pub fn export_price(&self, segment: usize) -> EnergyPrice {
        self.price - EnergyPrice::rub_per_mwh(self.slope_rub_per_mwh_per_mw * self.middle_mw(segment))
    }
    fn middle_mw(&self, segment: usize) -> f64 {
        self.width().as_mw() * (segment as f64 + 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_met_at_the_middle_of_each_segment() {
        let x = Exchange {
            name: "west".into(),
            bus: BusId(0),
            price: EnergyPrice::rub_per_mwh(950.0),
            slope_rub_per_mwh_per_mw: 0.15,
            reach: Power::mw(2000.0),
            segments: 10,
            co2_t_per_mwh: 0.95,
        };
        assert_eq!(x.width(), Power::mw(200.0));
        assert!((x.export_price(4).as_rub_per_mwh() - (950.0 - 0.15 * 900.0)).abs() < 1e-9);
        assert!(x.import_price(0) > x.export_price(0), "buying back what was just sold never pays");
    }
}
