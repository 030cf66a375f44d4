//! The books of one operator over a run.

use crate::flows::Settled;

/// Sums of one operator, cents and satoshi.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Books {
    pub(super) coin: i64,
    pub(super) revenue: i64,
    pub(super) channel: i64,
    pub(super) power: i64,
    pub(super) power_published: i64,
    pub(super) contract: i64,
    pub(super) capacity: i64,
    pub(super) host: i64,
    pub(super) levy: i64,
    pub(super) tax: i64,
    pub(super) machines: i64,
    /// Pool fee and rejects, at the price of the hour, USD.
    pub(super) pool_fee: f64,
}

impl Books {
    /// Adds a settlement.
    pub(super) fn add(&mut self, s: &Settled) {
        self.coin += s.coin.0;
        self.revenue += s.revenue.0;
        self.channel += s.channel_cost.0;
        self.power += s.power.0;
        self.power_published += s.power_published.0;
        self.contract += s.power_contract.0;
        self.capacity += s.power_capacity.0;
        self.host += s.power_host.0;
        self.levy += s.levy.0;
        self.tax += s.tax.0;
        self.machines += s.machines.0;
    }
    /// What a coin cost, USD: everything paid but machines, and with them.
    pub(super) fn per_coin(&self, power: i64, machines: bool) -> Option<f64> {
        let bought = if machines { self.machines } else { 0 };
        let paid = self.channel + power + self.levy + self.tax + bought;
        (self.coin > 0).then(|| paid as f64 / 100.0 / (self.coin as f64 / 1e8))
    }
    /// Profit before machines, USD, by what was paid for power.
    pub(super) fn profit(&self, power: i64) -> f64 {
        (self.revenue - self.channel - power - self.levy - self.tax) as f64 / 100.0
    }
    /// What is left after machines, USD.
    pub(super) fn left(&self, power: i64) -> f64 {
        (self.revenue - self.channel - power - self.levy - self.tax - self.machines) as f64 / 100.0
    }
}
