//! The machines of every site while a month's decisions are taken: what will stand where once all orders are carried out.

use super::{HoldingNow, OperatorNow, Operators, Rules};
use crate::calendar::Day;
use crate::equations::break_even::break_even_efficiency;
use crate::flows::{Order, OrderReason, Orders, Roster, Worth};
use crate::ids::{Id, ModelId, SiteId};
use crate::units::{Hashprice, Power};

/// Committed machines by site and model, and the orders so far.
pub(super) struct Stock<'r> {
    roster: &'r Roster,
    committed: Vec<Vec<u64>>,
    orders: Vec<Order>,
}

impl<'r> Stock<'r> {
    /// What the roster will be.
    pub(super) fn of(operators: &Operators, roster: &'r Roster) -> Self {
        let of_site = |site: SiteId| operators.listings.ids().map(|m| roster.sites[site].committed(m)).collect();
        Self { roster, committed: operators.sites.ids().map(of_site).collect(), orders: Vec::new() }
    }
    /// Machines by model that a site will hold.
    pub(super) fn site(&self, site: SiteId) -> &[u64] {
        self.committed.get(site.index()).map_or(&[], Vec::as_slice)
    }
    /// Machines of a model that a site will hold.
    pub(super) fn committed(&self, site: SiteId, model: ModelId) -> u64 {
        self.site(site).get(model.index()).copied().unwrap_or(0)
    }
    /// Takes an order.
    pub(super) fn order(&mut self, order: Order) {
        let count = self.committed.get_mut(order.site.index()).and_then(|s| s.get_mut(order.model.index()));
        if let Some(count) = count {
            *count = count.saturating_add_signed(order.machines);
        }
        self.orders.push(order);
    }
    /// A share of every model leaves a site; how many machines.
    pub(super) fn take_share(&mut self, site: SiteId, share: f64, delay_days: u32, reason: OrderReason) {
        for model in (0..self.site(site).len()).map(ModelId::from_index) {
            let machines = -(libm::round(self.committed(site, model) as f64 * share.clamp(0.0, 1.0)) as i64);
            if machines < 0 {
                self.order(Order { site, model, machines, price_usd: 0.0, delay_days, reason });
            }
        }
    }
    /// Machines of a model that stand at a site and are not about to leave; those on their way cannot be given up.
    pub(super) fn standing(&self, site: SiteId, model: ModelId) -> u64 {
        let here = &self.roster.sites[site];
        let installed = here.installed[model];
        if installed == 0 {
            return 0;
        }
        let going = self.orders.iter().filter(|o| o.site == site && o.model == model && o.machines < 0);
        let going: u64 = going.map(|o| o.machines.unsigned_abs()).sum();
        installed.saturating_sub(here.leaving[model].saturating_add(going)).min(self.committed(site, model))
    }
    /// The orders in the order of sites.
    pub(super) fn orders(mut self) -> Orders {
        self.orders.sort_by_key(|o| o.site);
        Orders { orders: self.orders }
    }
}

/// Machines that stood still for longer than their owner waits go to another site of the owner's where they run and where a
/// connection is free; where there is none they are sold at what a forced sale leaves of the world price.
pub(super) fn move_or_give_up(
    operators: &Operators,
    rules: &Rules,
    now: &OperatorNow,
    worth: &Worth,
    (quoted, day): (Hashprice, Day),
    stock: &mut Stock,
) {
    for (site, here) in now.sites.enumerate() {
        for (model, listing) in operators.listings.enumerate() {
            if here.stopped[model] <= operators.patience_months && here.losing[model] <= operators.contract_months {
                continue;
            }
            // Under a ban what is hidden goes on; only the others leave.
            let obeys = if rules.banned[site] { here.hidden.rest().value() } else { 1.0 };
            let mut left = libm::round(stock.standing(site, model) as f64 * obeys) as u64;
            for target in operators.sites.ids().filter(|t| *t != site) {
                let moved = room(operators, rules, now, worth, stock, (site, target), model).min(left);
                if moved > 0 {
                    let count = moved as i64;
                    let gone = Order {
                        site,
                        model,
                        machines: -count,
                        price_usd: 0.0,
                        delay_days: 0,
                        reason: OrderReason::Moved,
                    };
                    stock.order(gone);
                    stock.order(Order {
                        site: target,
                        machines: count,
                        price_usd: operators.moving.usd,
                        delay_days: operators.moving.days,
                        ..gone
                    });
                    left -= moved;
                }
            }
            if left > 0 {
                let (machines, reason) = (-(left as i64), OrderReason::Retired);
                let price_usd = operators.market.price_usd(listing, quoted, day) * operators.market.resale.value();
                stock.order(Order { site, model, machines, price_usd, delay_days: 0, reason });
            }
        }
    }
}

/// How many machines of a model another site of the same owner can take and would run.
fn room(
    operators: &Operators,
    rules: &Rules,
    now: &OperatorNow,
    worth: &Worth,
    stock: &Stock,
    (from, to): (SiteId, SiteId),
    model: ModelId,
) -> u64 {
    let (holding, listing) = (&operators.sites[to], &operators.listings[model]);
    let suits = holding.operator == operators.sites[from].operator && holding.suits.contains(&model);
    let limit = break_even_efficiency(worth.revenue[to], worth.tariff[to], holding.design_pue);
    if !suits || rules.banned[to] || limit < listing.runs_from {
        return 0;
    }
    let here: &HoldingNow = &now.sites[to];
    let free = here.connected * holding.fill - operators.drawn(holding, stock.site(to));
    if free <= Power::ZERO { 0 } else { libm::floor(free / (listing.power * holding.design_pue)) as u64 }
}
