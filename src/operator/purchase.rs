//! Filling free connected power with the machines that pay back first.

use super::market::{Listing, payback_months};
use super::stock::Stock;
use super::{Holding, Operators};
use crate::calendar::Day;
use crate::equations::break_even::hashcost;
use crate::flows::{Order, OrderReason, Procured};
use crate::ids::{ModelId, SiteId, Table};
use crate::units::{Hashprice, Power, Tariff};

/// What a buyer at one site looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlook<'a> {
    /// World price of one machine of each model on sale, USD.
    pub(super) price_usd: &'a Table<ModelId, f64>,
    /// World hashprice by which machines are quoted: the mean of two months.
    pub(super) quoted: Hashprice,
    /// Net revenue at the site today: what they will earn, less the trend.
    pub(super) revenue: Hashprice,
    /// The site's tariff.
    pub(super) tariff: Tariff,
    /// How machines reach the operator.
    pub(super) procured: Procured,
    /// Today.
    pub(super) day: Day,
}

/// A machine worth considering.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) model: ModelId,
    pub(super) price_usd: f64,
    /// Months to payback; infinite is never.
    pub(super) payback: f64,
}

/// World price of one machine of each model on sale, USD, when the mean world hashprice of two months is as quoted; nothing
/// of the others.
pub(super) fn prices(operators: &Operators, quoted: Hashprice, day: Day) -> Table<ModelId, f64> {
    let market = &operators.market;
    operators.listings.map(|l| if market.sells(l, day) { market.price_usd(l, quoted, day) } else { 0.0 })
}

/// The models on sale that suit a site, those that pay back first in front; of those that never do, the most efficient.
pub(super) fn rank(operators: &Operators, holding: &Holding, outlook: &Outlook) -> Vec<Choice> {
    let suits = holding.suits.iter().copied();
    let mut choices: Vec<(Choice, f64)> = suits
        .filter_map(|model| {
            let listing = &operators.listings[model];
            operators.market.sells(listing, outlook.day).then(|| {
                let price = outlook.price_usd[model] * (1.0 + outlook.procured.premium);
                let payback = payback(operators, holding, outlook, listing, price);
                (Choice { model, price_usd: price, payback }, listing.efficiency().as_j_per_th())
            })
        })
        .collect();
    choices
        .sort_by(|a, b| a.0.payback.total_cmp(&b.0.payback).then(a.1.total_cmp(&b.1)).then(a.0.model.cmp(&b.0.model)));
    choices.into_iter().map(|(c, _)| c).take(operators.choices.max(1)).collect()
}

fn payback(operators: &Operators, holding: &Holding, outlook: &Outlook, listing: &Listing, price: f64) -> f64 {
    let ph_s = listing.hashrate.as_ph_s();
    let revenue = outlook.revenue.as_usd_per_ph_day() * ph_s;
    let cost = hashcost(listing.efficiency(), outlook.tariff, holding.design_pue).as_usd_per_ph_day() * ph_s;
    payback_months(price, revenue, cost, operators.hashprice_fall).unwrap_or(f64::INFINITY)
}

/// Orders that fill a power at the meter in equal parts as far as the budget (USD) reaches; the power that they will draw is
/// returned.
pub(super) fn fill(
    operators: &Operators,
    site: SiteId,
    power: Power,
    choices: &[Choice],
    delay_days: u32,
    reason: OrderReason,
    budget: &mut f64,
    books: &mut Stock,
) -> Power {
    let design_pue = operators.sites[site].design_pue;
    let mut left = power;
    let mut filled = Power::ZERO;
    for (i, choice) in choices.iter().enumerate() {
        let each = operators.listings[choice.model].power * design_pue;
        let part = left / (choices.len() - i) as f64;
        let affords = if choice.price_usd > 0.0 { *budget / choice.price_usd } else { f64::INFINITY };
        let machines = libm::floor((part / each).min(affords)).max(0.0);
        left -= each * machines;
        filled += each * machines;
        if machines > 0.0 {
            *budget -= choice.price_usd * machines;
            let (machines, price_usd) = (machines as i64, choice.price_usd);
            books.order(Order { site, model: choice.model, machines, price_usd, delay_days, reason });
        }
    }
    filled
}
