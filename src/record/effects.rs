//! Outcomes by operator, place, channel and month: where and when a measure shows.

use super::tally::SHADOW_PRICE_FLOOR;
use super::totals::Totals;
use super::{Headline, Value};
use crate::flows::OrderReason;
use crate::ids::Id;
use crate::region::Region;
use crate::step::Step;

/// Sums over one month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Month {
    year: i32,
    of_year: u32,
    hours: f64,
    mining_mwh: f64,
    hash_eh_h: f64,
    revenue_usd: f64,
    unserved_mwh: f64,
    export_mwh: f64,
    congested_h: f64,
}

/// Sums by who, where and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    months: Vec<Month>,
    mining_mwh_by_operator: Vec<f64>,
    hash_eh_h_by_operator: Vec<f64>,
    mining_mwh_by_bus: Vec<f64>,
    income_usd_by_channel: Vec<f64>,
    rent_rub: Vec<f64>,
    bought: [f64; 2],
    left: [f64; 3],
}

fn slot(list: &mut Vec<f64>, at: usize) -> &mut f64 {
    if list.len() <= at {
        list.resize(at + 1, 0.0);
    }
    &mut list[at]
}

impl Effects {
    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step, t: &Totals) {
        let h = step.now.span.as_hours();
        if self.months.last().is_none_or(|m| (m.year, m.of_year) != (step.now.year, step.now.month)) {
            self.months.push(Month { year: step.now.year, of_year: step.now.month, ..Month::default() });
        }
        for (id, site) in world.atlas.sites.enumerate().filter(|(_, s)| s.in_region) {
            let mwh = step.bids.sites[id].power.as_mw() * step.dispatch.mining_share[id].value() * h;
            if let Some(operator) = site.operator {
                *slot(&mut self.mining_mwh_by_operator, operator.index()) += mwh;
                *slot(&mut self.hash_eh_h_by_operator, operator.index()) +=
                    step.hashed.sites[id].hashrate.as_eh_s() * h;
            }
            if let Some(bus) = site.bus {
                *slot(&mut self.mining_mwh_by_bus, bus.index()) += mwh;
            }
        }
        let mut revenue = 0.0;
        for (operator, settled) in step.money.operators.enumerate() {
            let usd = settled.revenue.0 as f64 / 100.0;
            revenue += usd;
            for (channel, share) in step.routes.share[operator].enumerate() {
                *slot(&mut self.income_usd_by_channel, channel.index()) += usd * share;
            }
        }
        let mut congested = false;
        for (i, section) in step.dispatch.sections.iter().enumerate() {
            let price = section.shadow_price.as_rub_per_mwh();
            congested |= price > SHADOW_PRICE_FLOOR;
            *slot(&mut self.rent_rub, i) += price.max(0.0) * section.flow_mw.abs() * h;
        }
        for order in &step.orders.orders {
            let n = order.machines.unsigned_abs() as f64;
            match order.reason {
                OrderReason::Growth => self.bought[0] += n,
                OrderReason::Refill => self.bought[1] += n,
                OrderReason::ClientLeft => self.left[0] += n,
                OrderReason::Retired => self.left[1] += n,
                OrderReason::Found => self.left[2] += n,
                // A move leaves the operator's machines as many as they were.
                OrderReason::Moved => {}
            }
        }
        let Some(month) = self.months.last_mut() else { return };
        month.hours += h;
        month.mining_mwh += t.mining_mw * h;
        month.hash_eh_h += t.hashrate_eh_s * h;
        month.revenue_usd += revenue;
        month.unserved_mwh += t.unserved_mw * h;
        month.export_mwh += t.net_export_mw() * h;
        month.congested_h += if congested { h } else { 0.0 };
    }

    /// The headlines, in the order of the registry.
    pub fn headlines(&self, world: &Region) -> Vec<Headline> {
        let a = &world.atlas;
        let at = |list: &[f64], i: usize| list.get(i).copied().unwrap_or(0.0);
        let hours: f64 = self.months.iter().map(|m| m.hours).sum();
        let here = |o: usize| a.sites.iter().any(|s| s.in_region && s.operator.is_some_and(|id| id.index() == o));
        let by_operator = |f: &dyn Fn(usize) -> f64| -> Vec<(String, f64)> {
            let operators = a.operators.iter().enumerate().filter(|(i, _)| here(*i));
            operators.map(|(i, o)| (o.id.clone(), f(i))).collect()
        };
        let mined_at = |i: usize| a.sites.iter().any(|s| s.in_region && s.bus.is_some_and(|b| b.index() == i));
        let places = a.buses.iter().enumerate().filter(|(i, _)| mined_at(*i));
        let by_month = |f: &dyn Fn(&Month) -> f64| -> Value {
            Value::ById(self.months.iter().map(|m| (format!("{}-{:02}", m.year, m.of_year), f(m))).collect())
        };
        let mut out = Vec::new();
        let mut put = |key: &'static str, value: Value| {
            if !matches!(&value, Value::ById(parts) if parts.is_empty()) {
                out.push(Headline { key, value });
            }
        };
        put("mining_by_operator_gwh", Value::ById(by_operator(&|i| at(&self.mining_mwh_by_operator, i) / 1e3)));
        put(
            "mining_by_place_gwh",
            Value::ById(places.map(|(i, b)| (b.id.clone(), at(&self.mining_mwh_by_bus, i) / 1e3)).collect()),
        );
        put(
            "hashrate_by_operator_eh_s",
            Value::ById(by_operator(&|i| at(&self.hash_eh_h_by_operator, i) / hours.max(1e-9))),
        );
        let channels = a.channels.iter().enumerate().map(|(i, c)| (c.clone(), at(&self.income_usd_by_channel, i)));
        // Procurement channels carry no income, and no channel is left out for having lost all of it.
        let cash_out = |i: &usize| {
            world.channels.channels.iter().nth(*i).is_some_and(|c| matches!(c.way, crate::channel::Way::CashOut(_)))
        };
        let channels = channels.enumerate().filter(|(i, _)| cash_out(i)).map(|(_, c)| c);
        put("income_by_channel_usd", Value::ById(channels.collect()));
        let rent = a.interfaces.iter().enumerate().map(|(i, s)| (s.id.clone(), at(&self.rent_rub, i) / 1e6));
        put("congestion_rent_million_rub", Value::ById(rent.collect()));
        let counts = |keys: &[&str], n: &[f64]| -> Value {
            let parts = keys.iter().zip(n).map(|(key, n)| ((*key).to_owned(), *n));
            Value::ById(parts.chain([("total".into(), n.iter().sum())]).collect())
        };
        put("machines_bought", counts(&["growth", "refill"], &self.bought));
        put("machines_left", counts(&["with_clients", "retired", "found"], &self.left));
        put("mining_by_month_mw", by_month(&|m| m.mining_mwh / m.hours));
        put("hashrate_by_month_eh_s", by_month(&|m| m.hash_eh_h / m.hours));
        put("mining_revenue_by_month_usd", by_month(&|m| m.revenue_usd));
        put("unserved_by_month_mwh", by_month(&|m| m.unserved_mwh));
        put("export_by_month_mw", by_month(&|m| m.export_mwh / m.hours));
        put("congested_by_month_h", by_month(&|m| m.congested_h));
        out
    }
}
