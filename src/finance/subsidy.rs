//! What cheap power for homes costs others: the gap between a yardstick and what homes pay.
//!
//! Nobody agrees on the true cost of a home's kilowatt hour, so three yardsticks stand side by side: the shadow price of
//! energy at the bus plus the low-voltage network rate; the all-in business tariff at low voltage; the average cost of
//! supply. A gap is negative where homes pay more than the yardstick. The shadow price is no market price, and in hours with
//! unserved load it is the penalty of the dispatch, so it counts up to a cap.

use super::tariff::TariffBook;
use crate::calendar::{Day, Moment};
use crate::curve::daily::Steps;
use crate::flows::{Dispatch, Load, Subsidy};
use crate::ids::{BusId, Table};
use crate::units::{Energy, Power};

/// What a home's kilowatt hour is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Yardsticks {
    /// Low-voltage network, added to the shadow price, RUB/kWh.
    pub network: f64,
    /// Most that a shadow price counts, RUB/kWh.
    pub shadow_cap: f64,
    /// Low voltage above the all-in business tariff, RUB/kWh.
    pub low_voltage: f64,
    /// Average cost of supply to homes, RUB/kWh.
    pub average_cost: Steps<f64>,
}

impl Yardsticks {
    /// The three yardsticks on a day at a bus with a shadow price, RUB/kWh.
    fn at(&self, day: Day, business: f64, shadow_rub_per_kwh: f64) -> [f64; 3] {
        let shadow = shadow_rub_per_kwh.clamp(0.0, self.shadow_cap);
        [shadow + self.network, business + self.low_voltage, *self.average_cost.on(day)]
    }
}

/// Energy at one rate, valued at the yardsticks of its bus.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Valued {
    /// Energy.
    pub energy: Energy,
    /// Its worth by the three yardsticks, RUB.
    worth: [f64; 3],
}

impl Valued {
    /// Adds energy at a bus.
    pub fn add(&mut self, energy: Energy, yardsticks: [f64; 3]) {
        self.energy += energy;
        for (w, y) in self.worth.iter_mut().zip(yardsticks) {
            *w += energy.as_kwh() * y;
        }
    }
    /// The gap to what was paid, USD.
    pub fn gap(&self, paid_usd: f64, rub_per_usd: f64) -> Subsidy {
        let [shadow, business, average] = self.worth.map(|rub| rub / rub_per_usd - paid_usd);
        Subsidy { shadow_energy: shadow, business_tariff: business, average_cost: average }
    }
}

/// Energy of homes in the region, home mining apart, valued; and the yardsticks of each bus.
pub fn homes(
    yardsticks: &Yardsticks,
    book: &TariffBook,
    in_region: &Table<BusId, bool>,
    moment: &Moment,
    load: &Load,
    dispatch: &Dispatch,
) -> (Valued, Vec<[f64; 3]>) {
    let business = *book.business.on(moment.day);
    let mut all = Valued::default();
    let mut at_bus = Vec::with_capacity(in_region.len());
    for (bus, inside) in in_region.enumerate() {
        let at = bus.0 as usize;
        let price = dispatch.price.as_slice().get(at).map_or(0.0, |p| p.as_rub_per_mwh() / 1000.0);
        let yard = yardsticks.at(moment.day, business, price);
        at_bus.push(yard);
        let asked = load.homes.as_slice().get(at).copied().unwrap_or_default();
        if !*inside || asked <= Power::ZERO {
            continue;
        }
        let served = dispatch.served.as_slice().get(at).copied().unwrap_or_default();
        let unserved = dispatch.unserved.as_slice().get(at).copied().unwrap_or_default();
        let total = served + unserved;
        let share = if total > Power::ZERO { served / total } else { 1.0 };
        all.add(asked * share * moment.span, yard);
    }
    (all, at_bus)
}
