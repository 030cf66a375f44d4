//! A machine model of the catalog: nameplate, limits, and how its family behaves.

use super::power_mode::{Eco, Ladder};
use crate::calendar::Day;
use crate::equations::power_target::PowerCurve;
use crate::units::{Efficiency, Fraction, Hashrate, Power, Temperature};

/// How machines of one family behave away from the nameplate.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Share of machines that fail in their first year.
    pub yearly_failure: Fraction,
    /// Power by hashrate.
    pub curve: PowerCurve,
    /// Rise of power per kelvin of inlet temperature, from 25 °C, as a share.
    pub power_rise_per_k: f64,
    /// The saving mode; `None` where no firmware offers one.
    pub eco: Option<Eco>,
    /// Hashrate of the turbo mode over nominal; `None` where it is not used.
    pub turbo_hashrate: Option<f64>,
}

/// A machine model.
///
/// Hashrate and power are the maker's figures at the wall, 25 °C inlet, the machine's own fans included (so PUE must not
/// count them again). Silicon varies by some 2 % from unit to unit; the mean of a cohort of n varies by 2 %/√n, which is
/// below 0.2 % for a hundred machines and left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Id in the scenario.
    pub id: String,
    /// Maker and name in print.
    pub name: String,
    /// First day of the month of first shipments.
    pub released: Day,
    /// Nominal hashrate.
    pub hashrate: Hashrate,
    /// Nominal power at the wall.
    pub power: Power,
    /// Lowest inlet temperature allowed (of air, or of coolant for hydro and immersion machines).
    pub inlet_min: Temperature,
    /// Highest inlet temperature allowed.
    pub inlet_max: Temperature,
    /// Behavior of its family.
    pub family: Family,
}

impl Machine {
    /// Energy per hash at the nameplate.
    pub fn efficiency(&self) -> Efficiency {
        Efficiency::j_per_th(self.power.as_w() / self.hashrate.as_th_s())
    }
    /// The modes worth running, by what a kilowatt hour is worth.
    pub fn ladder(&self) -> Ladder {
        Ladder::of(self.efficiency(), self.family.curve, self.family.eco, self.family.turbo_hashrate)
    }
}
