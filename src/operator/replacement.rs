//! Better machines in the places of worse ones: what an operator does whose connections are full.
//!
//! On the same power a machine of fewer joules per hash earns more and pays no more for it. Swapping costs the price of the
//! new machine and of taking it there, less what the old one fetches, and brings the difference of their margins: of revenue alone while the old one
//! runs, which pays the same power, else the whole margin of the new one. It is done where that pays back within the
//! operator's limit on the trend that buyers expect, worst machines first, for at most a share of a site's power a month, as
//! far as cash and credit reach. The old machine runs until the new one is there.

use super::market::{Listing, gain_over, payback_within};
use super::purchase::{Choice, Outlook, fill};
use super::stock::Stock;
use super::{Holding, OperatorNow, Operators, Rules};
use crate::equations::break_even::hashcost;
use crate::flows::{Order, OrderReason};
use crate::ids::{ModelId, SiteId};
use crate::units::Power;

/// Revenue of a day and cost of its power, USD per watt.
fn margin(holding: &Holding, outlook: &Outlook, listing: &Listing) -> (f64, f64) {
    let ph_s_per_w = listing.hashrate.as_ph_s() / listing.power.as_w();
    let cost = hashcost(listing.efficiency(), outlook.tariff, holding.design_pue);
    (outlook.revenue.as_usd_per_ph_day() * ph_s_per_w, cost.as_usd_per_ph_day() * ph_s_per_w)
}

/// What an operator gets for a machine given up, USD.
pub(super) fn resale_usd(operators: &Operators, outlook: &Outlook, listing: &Listing) -> f64 {
    operators.market.price_usd(listing, outlook.quoted, outlook.day) * operators.market.resale.value()
}

/// Machines on sale that pay back in time in the place of an old one, those first that bring most to the watt within the limit:
/// what is scarce is the place, and a small step that pays back soonest would be followed by the next one.
fn better(operators: &Operators, holding: &Holding, outlook: &Outlook, old: ModelId, limit_months: f64) -> Vec<Choice> {
    let listing = &operators.listings[old];
    let (earned, paid) = margin(holding, outlook, listing);
    let fetched = resale_usd(operators, outlook, listing) / listing.power.as_w();
    let on_sale = holding.suits.iter().copied().filter(|m| {
        let new = &operators.listings[*m];
        new.efficiency() < listing.efficiency() && operators.market.sells(new, outlook.day)
    });
    let fall = operators.hashprice_fall;
    let mut choices: Vec<(f64, Choice)> = on_sale
        .filter_map(|model| {
            let new = &operators.listings[model];
            let price_usd = outlook.price_usd[model] * (1.0 + outlook.procured.premium) + operators.moving.usd;
            let (revenue, cost) = margin(holding, outlook, new);
            let (more, dearer) = if earned > paid { (revenue - earned, 0.0) } else { (revenue, cost) };
            let outlay = (price_usd / new.power.as_w() - fetched).max(0.0);
            let payback = payback_within(limit_months, outlay, more, dearer, fall)?;
            let gain = gain_over(limit_months, outlay, more, dearer, fall);
            Some((gain, Choice { model, price_usd, payback }))
        })
        .collect();
    choices.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(first.model.cmp(&second.model)));
    choices.into_iter().map(|(_, choice)| choice).take(operators.choices.max(1)).collect()
}

/// The month's swaps of all sites.
pub(super) fn swap<'a>(
    operators: &Operators,
    rules: &Rules,
    now: &mut OperatorNow,
    outlook: impl Fn(SiteId) -> Outlook<'a>,
    books: &mut Stock,
) {
    let most = operators.replaced_per_month.value();
    for (site, holding) in operators.sites.enumerate() {
        let outlook = outlook(site);
        if most <= 0.0 || outlook.procured.channel.is_none() || rules.banned[site] {
            continue;
        }
        let mut old: Vec<ModelId> = operators.listings.ids().filter(|m| books.standing(site, *m) > 0).collect();
        let efficiency = |m: ModelId| operators.listings[m].efficiency().as_j_per_th();
        old.sort_by(|a, b| efficiency(*b).total_cmp(&efficiency(*a)).then(a.cmp(b)));
        let limit = operators.operators[holding.operator].payback_limit_months;
        let delay_days = outlook.procured.delay_days;
        let mut budget = now.budget(operators, holding.operator);
        let mut left = operators.drawn(holding, books.site(site)) * (most * outlook.procured.reach.value());
        for model in old {
            let listing = &operators.listings[model];
            let each = listing.power * holding.design_pue;
            let here = (each * books.standing(site, model) as f64).min(left);
            let choices = if here < each { Vec::new() } else { better(operators, holding, &outlook, model, limit) };
            if choices.is_empty() {
                continue;
            }
            let come = fill(operators, site, here, &choices, delay_days, OrderReason::Refill, &mut budget, books);
            // As many leave as the new ones need the places of: the site draws no more than before.
            let gone = (libm::ceil(come / each) as u64).min(books.standing(site, model)) as i64;
            if gone > 0 {
                let (price_usd, reason) = (resale_usd(operators, &outlook, listing), OrderReason::Retired);
                books.order(Order { site, model, machines: -gone, price_usd, delay_days, reason });
            }
            left = (left - come).max(Power::ZERO);
        }
        now.spent(holding.operator, budget, operators);
    }
}
