//! Prices of a kilowatt hour: homes by date, settlement and band; business; hosted machines.
//!
//! Two home rates run side by side. Behavior follows [`TariffBook::home`]; every bill is also drawn up at the published
//! tariff. Home prices include VAT, business and hosted prices do not: each is what its payer compares.

use super::peak::Foresight;
use crate::calendar::{Day, Moment};
use crate::curve::daily::Steps;
use crate::units::Tariff;

/// Where a home stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// In a town.
    Urban,
    /// In a village, or registered for electric heating: both have the lower tariff.
    Rural,
}

/// By which tariff a site pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A home.
    Home(Settlement),
    /// A firm that buys its own power.
    Business,
    /// A client of a host.
    Hosted,
}

/// A price by bands of monthly consumption, RUB/kWh.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// Price below the first edge.
    pub first: f64,
    /// Edges, kWh a month, and the price above each; ascending.
    pub above: Vec<(f64, f64)>,
}

impl Bands {
    /// One price for all.
    pub const fn flat(rub_per_kwh: f64) -> Self {
        Self { first: rub_per_kwh, above: Vec::new() }
    }

    /// Bill of a month, RUB, with the edges widened by a factor (homes registered for electric heating, in its season).
    pub fn bill(&self, kwh: f64, widened: f64) -> f64 {
        let (mut bill, mut price, mut from) = (0.0, self.first, 0.0);
        for (edge, next) in &self.above {
            let edge = edge * widened;
            if kwh <= edge {
                break;
            }
            bill += (edge - from) * price;
            (price, from) = (*next, edge);
        }
        bill + (kwh - from) * price
    }

    /// Mean price of `extra` kWh on top of `base` kWh in a month, RUB/kWh.
    pub fn price_on_top(&self, base: f64, extra: f64, widened: f64) -> f64 {
        if self.above.is_empty() || extra <= 0.0 {
            return self.first;
        }
        (self.bill(base + extra, widened) - self.bill(base, widened)) / extra
    }
}

/// The published home tariff from a date on.
#[derive(Clone, Debug, PartialEq)]
pub struct HomeTariff {
    /// In towns.
    pub urban: Bands,
    /// In villages and homes registered for electric heating.
    pub rural: Bands,
}

/// All prices.
#[derive(Clone, Debug, PartialEq)]
pub struct TariffBook {
    /// The home rate that behavior follows; `None` follows the published tariff.
    pub home: Option<Tariff>,
    /// Published home tariff, RUB/kWh with VAT.
    pub published: Steps<HomeTariff>,
    /// Share of the homes' energy at the rural tariff.
    pub rural_share: f64,
    /// What a home uses without mining, kWh a month.
    pub home_kwh_per_month: f64,
    /// What a mining home adds, kWh a month; with bands it decides its price.
    pub mining_kwh_per_month: f64,
    /// Bands of homes registered for electric heating are wider by this factor from January to April.
    pub heating_factor: f64,
    /// All-in price to business without VAT: energy, capacity, network, supplier's margin, RUB/kWh.
    pub business: Steps<f64>,
    /// What a host adds to the price of business, RUB/kWh.
    pub hosting: f64,
    /// Share of the business price that is owed for contracted power whether it is used or not: capacity and network.
    pub standing: f64,
    /// Of that share, the part for capacity: sites on hourly price categories owe it for power in the region's peak hours.
    pub capacity: f64,
    /// How they guess those hours.
    pub foresight: Foresight,
    /// Share of the hosted price that clients owe whether they use it or not (take or pay).
    pub take_or_pay: f64,
    /// Months of the bill at contracted power that clients leave with the host until the contract ends.
    pub deposit_months: f64,
}

impl TariffBook {
    /// Published price of a mining home's mining, RUB/kWh.
    pub fn published_mining(&self, settlement: Settlement, now: &Moment) -> f64 {
        let t = self.published.on(now.day);
        let (bands, widened) = match settlement {
            Settlement::Urban => (&t.urban, 1.0),
            Settlement::Rural => (&t.rural, if now.month <= 4 { self.heating_factor } else { 1.0 }),
        };
        bands.price_on_top(self.home_kwh_per_month, self.mining_kwh_per_month, widened)
    }

    /// Published price of ordinary homes, all settlements together (their use lies in the first band), RUB/kWh.
    pub fn published_home(&self, day: Day) -> f64 {
        let t = self.published.on(day);
        t.urban.first * (1.0 - self.rural_share) + t.rural.first * self.rural_share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_bill_each_kilowatt_hour_at_its_price() {
        // Irkutsk 2025: 1.58 to 3,900 kWh, 2.54 to 6,000, 4.90 above.
        let b = Bands { first: 1.58, above: vec![(3900.0, 2.54), (6000.0, 4.90)] };
        assert!((b.bill(1000.0, 1.0) - 1580.0).abs() < 1e-9);
        assert!((b.bill(10_000.0, 1.0) - (3900.0 * 1.58 + 2100.0 * 2.54 + 4000.0 * 4.90)).abs() < 1e-9);
        // Electric heating from January to April: 7,020 and 10,800 kWh.
        assert!((b.bill(10_000.0, 1.8) - (7020.0 * 1.58 + 2980.0 * 2.54)).abs() < 1e-9);
        let on_top = b.price_on_top(400.0, 8000.0, 1.0);
        assert!(on_top > 1.58 && on_top < 4.90);
        assert_eq!(Bands::flat(1.3).price_on_top(400.0, 8000.0, 1.0), 1.3);
        // More mining is never cheaper per kilowatt hour.
        assert!(b.price_on_top(400.0, 9000.0, 1.0) > on_top);
    }
}
