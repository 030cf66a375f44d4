//! Who owns machines: what hashing is worth to them, and what they decide at the turn of a month.
//!
//! Operators are stylized: a host with several sites and foreign clients, industrial miners, home miners by settlement.
//! No account of a real firm is modeled.
//!
//! Each month an operator applies for connections where a new machine pays back in time, waits in the queue of the grid
//! companies ([`connection`]), fills what is connected with the machines that pay back first as far as cash and credit
//! reach ([`purse`]), puts better machines in the places of worse ones where the difference pays back in time
//! (`replacement`), moves machines that stand still to a site of its own where they run, and gives up what does not pay.
//! Home mining spreads by imitation. Bans reach only what is on the books ([`hidden`]). No share of exits and no rate of
//! refilling is an input: clients who must leave take their machines along, and others take the place if it pays them back.
//!
//! Two things can be imposed instead: growth of connections whatever the payback (`decided = false`), and an operator that
//! keeps its connections full whatever the payback (`imposed_fill`).

pub mod clients;
pub mod connection;
pub mod hidden;
pub mod market;
mod purchase;
pub mod purse;
mod replacement;
mod stock;

pub use clients::{Clients, Jurisdiction, Jurisdictions};
pub use connection::Growth;
pub use hidden::Hiding;
pub use market::{Listing, MachineMarket};

use crate::calendar::{Day, Moment, Window};
use crate::equations::break_even::break_even_efficiency;
use crate::flows::{Market, OrderReason, Orders, Procurement, Roster, Routes, Tariffs, Worth};
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
    /// Cash at the start, USD per kW connected.
    pub cash_usd_per_kw: f64,
    /// Most that it may owe, USD per kW connected.
    pub credit_usd_per_kw: f64,
    /// Share of what it earns that its owners take out.
    pub payout: Fraction,
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
    /// Whether homes mine here: power spreads by imitation.
    pub home: bool,
    /// Share of its power that is on no books at the start.
    pub hidden: Fraction,
}

/// Moving a machine from one site to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moving {
    /// Days on the way.
    pub days: u32,
    /// What it costs, USD a machine.
    pub usd: f64,
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
    /// How connections grow.
    pub growth: Growth,
    /// What can be hidden from the law, and how it is found.
    pub hiding: Hiding,
    /// Fall of hashprice a month that buyers expect, as a share.
    pub hashprice_fall: f64,
    /// Most of a site's power whose machines are replaced by better ones in a month, as a share.
    pub replaced_per_month: Fraction,
    /// Moving a machine to another site of its owner's.
    pub moving: Moving,
    /// Months in a row in which a machine must stand still before it is given up.
    pub patience_months: u32,
    /// Months in a row in which it must earn less than the whole price of its power before it is given up: contracts and
    /// connections are paid for, so a machine that earns the rest runs on until they end.
    pub contract_months: u32,
    /// Among how many models a purchase is split.
    pub choices: usize,
}

/// The law as operators feel it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Sites that may not be connected further.
    pub moratorium: Table<SiteId, bool>,
    /// Most that the grid companies connect in a month, where the law says less than the growth given.
    pub connections: Option<Power>,
    /// Sites where mining is forbidden all day.
    pub banned: Table<SiteId, bool>,
    /// Share of hidden power that inspections find in a month.
    pub inspections: Table<SiteId, f64>,
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
            connections: None,
            banned: Table::filled(operators.sites.len(), false),
            inspections: Table::filled(operators.sites.len(), 0.0),
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
    /// Applied for and not yet connected.
    pub waiting: Power,
    /// Share of its machines that are on no books and obey no ban.
    pub hidden: Fraction,
    /// Months in a row in which a model stood still.
    stopped: Table<ModelId, u32>,
    /// Months in a row in which a model did not earn the whole price of its power.
    losing: Table<ModelId, u32>,
}

/// The operators now.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorNow {
    /// By site.
    pub sites: Table<SiteId, HoldingNow>,
    /// Cash by operator, USD; negative is credit in use.
    pub cash: Table<OperatorId, f64>,
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
        let applied = self.growth.applied_at_start(self);
        let mut waiting = applied.iter();
        let sites = self.sites.map(|h| HoldingNow {
            connected: h.connected,
            clients: Clients::shared(h.connected, &self.operators[h.operator].clients),
            freed: Power::ZERO,
            unfilled: Power::ZERO,
            waiting: waiting.next().copied().unwrap_or_default(),
            hidden: h.hidden,
            stopped: Table::filled(self.listings.len(), 0),
            losing: Table::filled(self.listings.len(), 0),
        });
        OperatorNow { sites, cash: purse::start(self), last_hashprice: None }
    }

    /// Power at the meter of the machines that a site will hold.
    fn drawn(&self, holding: &Holding, committed: &[u64]) -> Power {
        let machines: Power = self.listings.iter().zip(committed).map(|(l, n)| l.power * *n as f64).sum();
        machines * holding.design_pue
    }
}

/// What a petahash and a kilowatt hour are worth at each site: hashprice less pool fee and the cost of cashing out.
pub fn worth(operators: &Operators, now: &OperatorNow, market: &Market, routes: &Routes, tariffs: &Tariffs) -> Worth {
    let revenue = operators.sites.map(|h| {
        let fee = operators.operators[h.operator].pool_fee;
        let left = fee.rest().value() * market.pool_fee_added.rest().value();
        market.hashprice * left * routes.kept[h.operator].value()
    });
    let hidden = now.sites.map(|s| s.hidden);
    Worth { revenue, tariff: tariffs.site.clone(), marginal: tariffs.marginal.clone(), hidden }
}

/// The decisions of a month, in the order of causes: what inspections find, who hides, what clients take along, who applies
/// and is connected, what is given up or moved, what is bought.
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
    let prices = purchase::prices(operators, quoted, moment.day);
    let outlook = |site: SiteId, tariff| Outlook {
        price_usd: &prices,
        quoted,
        revenue: worth.revenue[site],
        tariff,
        procured: procurement.operators[operators.sites[site].operator],
        day: moment.day,
    };
    let mut books = stock::Stock::of(operators, roster);
    let paybacks: Vec<f64> = operators
        .sites
        .enumerate()
        .map(|(site, holding)| {
            let choices = purchase::rank(operators, holding, &outlook(site, worth.tariff[site]));
            let reaches = procurement.operators[holding.operator].channel.is_some();
            choices.first().filter(|_| reaches && !rules.banned[site]).map_or(f64::INFINITY, |c| c.payback)
        })
        .collect();
    hidden::inspect(rules, now, &mut books);
    hidden::hide(operators, rules, now, worth, &books);
    connection::grow(operators, rules, now, &paybacks);

    let mut empty_after = vec![0; operators.sites.len()];
    for (site, here) in now.sites.ids().zip(now.sites.iter_mut()) {
        let holding = &operators.sites[site];
        if let Some(complete) = rules.designated[holding.operator] {
            let delay = (complete.0 - moment.day.0).max(0) as u32;
            if part_with_clients(here, site, rules.complying, delay, &mut books)
                && let Some(wait) = empty_after.get_mut(site.index())
            {
                *wait = delay;
            }
        }
        let limit = |tariff| break_even_efficiency(worth.revenue[site], tariff, holding.design_pue);
        let (runs, earns) = (limit(worth.marginal[site]), limit(worth.tariff[site]));
        for (model, listing) in operators.listings.enumerate() {
            let has = books.committed(site, model) > 0;
            let shut = rules.banned[site] && here.hidden.value() < 1.0;
            let (stopped, losing) = (&mut here.stopped[model], &mut here.losing[model]);
            *stopped = if has && runs < listing.runs_from { *stopped + 1 } else { 0 };
            // A ban may be lifted and a season ends: who obeys waits as long as his contracts run.
            *losing = if has && (shut || earns < listing.runs_from) { *losing + 1 } else { 0 };
        }
    }
    stock::move_or_give_up(operators, rules, now, worth, (quoted, moment.day), &mut books);

    for site in now.sites.ids() {
        let holding = &operators.sites[site];
        let owner = &operators.operators[holding.operator];
        let procured = procurement.operators[holding.operator];
        if procured.channel.is_none() || rules.banned[site] {
            continue;
        }
        let here = &now.sites[site];
        let free =
            (here.connected * holding.fill - operators.drawn(holding, books.site(site))) * procured.reach.value();
        if free <= Power::ZERO {
            continue;
        }
        // What is connected is paid for in part whether it is used or not: a machine to fill it must only earn the rest.
        let choices = purchase::rank(operators, holding, &outlook(site, worth.marginal[site]));
        let paying: Vec<_> = choices.iter().copied().filter(|c| c.payback <= owner.payback_limit_months).collect();
        let own: &[_] = if owner.imposed_fill { &choices } else { &paying };
        let wait = empty_after.get(site.index()).copied().unwrap_or(0);
        let delay = procured.delay_days.max(wait);
        // Three kinds of free power: never filled, left by clients, and given up by the operator itself.
        let freed = here.freed.min(free);
        let unfilled = here.unfilled.min(free - freed);
        let mut budget = now.budget(operators, holding.operator);
        let mut buy = |power: Power, from: &[purchase::Choice], reason| {
            purchase::fill(operators, site, power.max(Power::ZERO), from, delay, reason, &mut budget, &mut books)
        };
        let taken = buy(freed, &paying, OrderReason::Refill);
        let grown = buy(unfilled, own, OrderReason::Growth);
        buy(free - freed - unfilled, own, OrderReason::Refill);
        now.spent(holding.operator, budget, operators);
        let barred = if rules.designated[holding.operator].is_some() { rules.complying } else { Jurisdictions::NONE };
        let here = &mut now.sites[site];
        here.freed -= taken;
        here.unfilled -= grown;
        here.clients.welcome(taken + grown, &owner.clients, barred);
    }
    replacement::swap(operators, rules, now, |site| outlook(site, worth.marginal[site]), &mut books);
    let orders = books.orders();
    for sold in orders.orders.iter().filter(|o| o.reason == OrderReason::Retired) {
        now.cash[operators.sites[sold.site].operator] -= sold.price_usd * sold.machines as f64;
    }
    orders
}

/// Clients who comply take their share of every model away; whether any was left to go.
fn part_with_clients(
    here: &mut HoldingNow,
    site: SiteId,
    complying: Jurisdictions,
    delay_days: u32,
    books: &mut stock::Stock,
) -> bool {
    let share = here.clients.share_of(complying);
    if share <= 0.0 {
        return false;
    }
    books.take_share(site, share, delay_days, OrderReason::ClientLeft);
    here.freed += here.clients.expel(complying);
    true
}

#[cfg(test)]
mod tests;
