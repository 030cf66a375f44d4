//! Who owns machines: what hashing is worth to them, and what they decide at the turn of a month.
//!
//! Operators are stylized: a host with several sites and foreign clients, industrial miners, home miners by settlement.
//! No account of a real firm is modeled.
//!
//! What is imposed: connected power grows by a given number of megawatts a month (the published path of mining load), and
//! an operator with `imposed_fill` keeps its connections full whatever the payback. What is decided: with which machines,
//! which machines are given up, and whether power that a designated host's clients left is taken by others: only if it
//! pays them back. No share of exits and no rate of refilling is an input.

pub mod clients;
pub mod market;
mod purchase;

pub use clients::{Clients, Jurisdiction, Jurisdictions};
pub use market::{Listing, MachineMarket};

use crate::calendar::{Day, Moment, Window};
use crate::equations::break_even::break_even_efficiency;
use crate::flows::{Market, Order, OrderReason, Orders, Procurement, Roster, Routes, SiteRoster, Tariffs, Worth};
use crate::ids::{Id, ModelId, OperatorId, SiteId, Table};
use crate::random::{Member, Seed};
use crate::units::{Fraction, Hashprice, Power};
use purchase::Outlook;

/// An operator as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// Id in the scenario.
    pub id: String,
    /// Pool fee, of revenue.
    pub pool_fee: Fraction,
    /// Longest payback at which it buys, months.
    pub payback_limit_months: f64,
    /// Whether it fills its own free connections even beyond that limit.
    pub imposed_fill: bool,
    /// Shares of its clients by [`Jurisdiction`].
    pub clients: [f64; 4],
}

/// A site as its operator holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// Who holds it.
    pub operator: OperatorId,
    /// Connected power at the start, at the meter.
    pub connected: Power,
    /// Weight in the growth of connected power.
    pub growth_weight: f64,
    /// Overhead for which the connection is laid out.
    pub design_pue: f64,
    /// Nameplate power with that overhead to which the connection is filled, over its rating.
    pub fill: f64,
    /// Models that its cooling suits.
    pub suits: Vec<ModelId>,
}

/// Operators, their sites and the market of machines, as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Operators {
    /// The operators.
    pub operators: Table<OperatorId, Operator>,
    /// The sites.
    pub sites: Table<SiteId, Holding>,
    /// The catalog as buyers see it.
    pub listings: Table<ModelId, Listing>,
    /// Prices of machines.
    pub market: MachineMarket,
    /// Growth of connected power a month over all sites (imposed).
    pub growth: Power,
    /// Fall of hashprice a month that buyers expect, as a share.
    pub hashprice_fall: f64,
    /// Months in a row in which a machine must not pay before it is given up.
    pub patience_months: u32,
    /// Among how many models a purchase is split.
    pub choices: usize,
}

/// The law as operators feel it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Sites that may not be connected further.
    pub moratorium: Table<SiteId, bool>,
    /// Designated operators, with the day on which compliance is complete.
    pub designated: Table<OperatorId, Option<Day>>,
    /// Jurisdictions whose clients comply with a designation.
    pub complying: Jurisdictions,
}

impl Rules {
    /// No restriction.
    pub fn none(operators: &Operators) -> Self {
        Self {
            moratorium: Table::filled(operators.sites.len(), false),
            designated: Table::filled(operators.operators.len(), None),
            complying: Jurisdictions::NONE,
        }
    }
}

/// A site's connections now.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldingNow {
    /// Connected power at the meter.
    pub connected: Power,
    /// Whose it is.
    pub clients: Clients,
    /// Left by clients and not yet taken by others.
    pub freed: Power,
    /// Connected and never yet filled.
    pub unfilled: Power,
    /// Months in a row in which a model did not pay.
    stopped: Table<ModelId, u32>,
}

/// The operators now.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorNow {
    /// By site.
    pub sites: Table<SiteId, HoldingNow>,
    /// Hashprice when the decisions of the month before were taken.
    last_hashprice: Option<Hashprice>,
}

impl OperatorNow {
    /// Connected power of all sites.
    pub fn connected(&self) -> Power {
        self.sites.iter().map(|s| s.connected).sum()
    }
}

impl Operators {
    /// The operators on the first day.
    pub fn start(&self, _: Seed, _: Member, _: &Window) -> OperatorNow {
        let sites = self.sites.map(|h| HoldingNow {
            connected: h.connected,
            clients: Clients::shared(h.connected, &self.operators[h.operator].clients),
            freed: Power::ZERO,
            unfilled: Power::ZERO,
            stopped: Table::filled(self.listings.len(), 0),
        });
        OperatorNow { sites, last_hashprice: None }
    }

    /// Power at the meter of the machines that a site will hold.
    fn drawn(&self, holding: &Holding, committed: &Table<ModelId, u64>) -> Power {
        let machines: Power = committed.enumerate().map(|(m, n)| self.listings[m].power * *n as f64).sum();
        machines * holding.design_pue
    }
}

/// What a petahash and a kilowatt hour are worth at each site: hashprice less pool fee and the cost of cashing out.
pub fn worth(operators: &Operators, market: &Market, routes: &Routes, tariffs: &Tariffs) -> Worth {
    let revenue = operators.sites.map(|h| {
        let fee = operators.operators[h.operator].pool_fee;
        market.hashprice * fee.rest().value() * routes.kept[h.operator].value()
    });
    Worth { revenue, tariff: tariffs.site.clone() }
}

/// The decisions of a month: connect, part with clients, give up what does not pay, buy.
pub fn decide(
    operators: &Operators,
    rules: &Rules,
    now: &mut OperatorNow,
    moment: &Moment,
    market: &Market,
    worth: &Worth,
    roster: &Roster,
    procurement: &Procurement,
) -> Orders {
    let last = now.last_hashprice.replace(market.hashprice).unwrap_or(market.hashprice);
    let quoted = (last + market.hashprice) / 2.0;
    let weights: f64 = operators.sites.iter().map(|h| h.growth_weight).sum();
    let mut orders = Vec::new();
    for (i, here) in now.sites.iter_mut().enumerate() {
        let site = SiteId::from_index(i);
        let holding = &operators.sites[site];
        let owner = &operators.operators[holding.operator];
        let barred = if rules.designated[holding.operator].is_some() { rules.complying } else { Jurisdictions::NONE };
        let mut committed = operators.listings.ids().map(|m| roster.sites[site].committed(m)).collect::<Vec<_>>();
        let mut empty_after = 0;

        if weights > 0.0 && !rules.moratorium[site] {
            let grown = operators.growth * (holding.growth_weight / weights);
            here.connected += grown;
            here.unfilled += grown;
        }
        if let Some(complete) = rules.designated[holding.operator] {
            let delay = (complete.0 - moment.day.0).max(0) as u32;
            if part_with_clients(here, site, rules.complying, delay, &mut committed, &mut orders) {
                empty_after = delay;
            }
        }
        let limit = break_even_efficiency(worth.revenue[site], worth.tariff[site], holding.design_pue);
        for (model, listing) in operators.listings.enumerate() {
            let idle = &mut here.stopped[model];
            *idle = if committed[model.index()] > 0 && limit < listing.runs_from { *idle + 1 } else { 0 };
            if *idle > operators.patience_months {
                give_up(site, model, &roster.sites[site], &mut committed, &mut orders);
            }
        }

        let procured = procurement.operators[holding.operator];
        if procured.channel.is_none() {
            continue;
        }
        let outlook =
            Outlook { quoted, revenue: worth.revenue[site], tariff: worth.tariff[site], procured, day: moment.day };
        let free = here.connected * holding.fill - operators.drawn(holding, &Table::new(committed));
        if free <= Power::ZERO {
            continue;
        }
        let choices = purchase::rank(operators, holding, &outlook);
        let paying: Vec<_> = choices.iter().copied().filter(|c| c.payback <= owner.payback_limit_months).collect();
        let own: &[_] = if owner.imposed_fill { &choices } else { &paying };
        let delay = procured.delay_days.max(empty_after);
        let mut buy = |power: Power, from: &[purchase::Choice], reason| {
            purchase::fill(operators, site, holding, power.max(Power::ZERO), from, delay, reason, &mut orders)
        };
        // Three kinds of free power: never filled, left by clients, and given up by the operator itself.
        let freed = here.freed.min(free);
        let unfilled = here.unfilled.min(free - freed);
        let taken = buy(freed, &paying, OrderReason::Refill);
        let grown = buy(unfilled, own, OrderReason::Growth);
        buy(free - freed - unfilled, own, OrderReason::Refill);
        here.freed -= taken;
        here.unfilled -= grown;
        here.clients.welcome(taken + grown, &owner.clients, barred);
    }
    Orders { orders }
}

/// Clients who comply take their share of every model away; whether any was left to go.
fn part_with_clients(
    here: &mut HoldingNow,
    site: SiteId,
    complying: Jurisdictions,
    delay_days: u32,
    committed: &mut [u64],
    orders: &mut Vec<Order>,
) -> bool {
    let share = here.clients.share_of(complying);
    if share <= 0.0 {
        return false;
    }
    for (m, count) in committed.iter_mut().enumerate() {
        let gone = libm::round(*count as f64 * share) as u64;
        if gone > 0 {
            let (model, machines) = (ModelId::from_index(m), -(gone as i64));
            let reason = OrderReason::ClientLeft;
            orders.push(Order { site, model, machines, price_usd: 0.0, delay_days, reason });
            *count -= gone.min(*count);
        }
    }
    here.freed += here.clients.expel(complying);
    true
}

/// A model that has not paid for too long is given up, those on their way not counted.
fn give_up(site: SiteId, model: ModelId, roster: &SiteRoster, committed: &mut [u64], orders: &mut Vec<Order>) {
    let standing = roster.installed[model].saturating_sub(roster.leaving[model]).min(committed[model.index()]);
    if standing > 0 {
        let (machines, reason) = (-(standing as i64), OrderReason::Retired);
        orders.push(Order { site, model, machines, price_usd: 0.0, delay_days: 0, reason });
        committed[model.index()] -= standing;
    }
}

#[cfg(test)]
mod tests;
