//! Machines on no books: a ban reaches what is registered, inspections reach the rest.
//!
//! A share of each site's power is hidden at the start. While a ban holds, a share of those who obey goes into hiding each
//! month, as long as running in secret is expected to earn more than being found costs: margin of a month > chance of being
//! found in it × price of the machine. Inspections disconnect what they find: the machines are gone, with their connection.

use super::stock::Stock;
use super::{OperatorNow, Operators, Rules};
use crate::flows::{OrderReason, Worth};
use crate::units::{Fraction, Power};

/// Hours of a mean month.
const MONTH_HOURS: f64 = 730.5;

/// What can be hidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hiding {
    /// Share of those who obey a ban that goes into hiding in a month.
    pub share_per_month: Fraction,
    /// Most of a site's power that can be hidden.
    pub most: Fraction,
    /// What being found costs, USD per kW of machines: the machines and the fine.
    pub cost_usd_per_kw: f64,
}

/// Inspections of a month.
pub(super) fn inspect(rules: &Rules, now: &mut OperatorNow, books: &mut Stock) {
    for (site, here) in now.sites.ids().zip(now.sites.iter_mut()) {
        let found = rules.inspections[site].clamp(0.0, 1.0) * here.hidden.value();
        if found <= 0.0 {
            continue;
        }
        books.take_share(site, found, 0, OrderReason::Found);
        let open = here.hidden.rest().value();
        here.hidden = Fraction::new((here.hidden.value() - found) / (open + here.hidden.value() - found).max(1e-12));
        let gone = here.connected * found;
        here.connected -= gone;
        here.unfilled = here.unfilled.min(here.connected);
        here.freed = here.freed.min(here.connected);
        for power in &mut here.clients.0 {
            *power = *power * (1.0 - found);
        }
    }
}

/// Who goes into hiding under a ban.
pub(super) fn hide(operators: &Operators, rules: &Rules, now: &mut OperatorNow, worth: &Worth, books: &Stock) {
    for ((site, holding), here) in operators.sites.enumerate().zip(now.sites.iter_mut()) {
        if !rules.banned[site] || here.connected <= Power::ZERO {
            continue;
        }
        // A kilowatt hour of machines of e J/TH is 1/e PH/s for an hour; what would be hidden is the site's own mean.
        let (watts, th_s) =
            operators.listings.iter().zip(books.site(site)).fold((0.0, 0.0), |(w, h), (l, n)| {
                (w + l.power.as_w() * *n as f64, h + l.hashrate.as_th_s() * *n as f64)
            });
        if watts <= 0.0 {
            continue;
        }
        let earns = worth.revenue[site].as_usd_per_ph_day() * th_s / (watts * 24.0);
        let margin = (earns - worth.marginal[site].as_usd_per_kwh() * holding.design_pue) * MONTH_HOURS;
        if margin > rules.inspections[site] * operators.hiding.cost_usd_per_kw {
            let most = operators.hiding.most.value().max(here.hidden.value());
            let room = most - here.hidden.value();
            let moved = (here.hidden.rest().value() * operators.hiding.share_per_month.value()).min(room);
            here.hidden = Fraction::new(here.hidden.value() + moved);
        }
    }
}
