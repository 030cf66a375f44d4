//! Machines: which channel an operator buys through, at what premium, and how long it takes.

use super::cash_out::ChannelNow;
use super::{Channels, Rules, Way};
use crate::calendar::Moment;
use crate::flows::{Procured, Procurement};
use crate::ids::{ChannelId, OperatorId, Table};

/// The cheapest way to machines for each operator: (1 + premium)·(1 + duty) − 1 + expected penalty is its price over the
/// world's, and waiting decides between channels too.
///
/// A channel that is open in part takes that much longer: half the capacity, twice the delay.
pub fn procure(given: &Channels, rules: &Rules, now: &ChannelNow, moment: &Moment) -> Procurement {
    let mut operators = Vec::with_capacity(given.weights.len());
    for operator in given.weights.ids() {
        let mut best: Option<(f64, Procured)> = None;
        for channel in given.channels.ids() {
            if let Some((cost, offer)) = offer(given, rules, now, moment, channel, operator)
                && best.as_ref().is_none_or(|(least, _)| cost < *least)
            {
                best = Some((cost, offer));
            }
        }
        operators.push(best.map_or(Procured { premium: 0.0, delay_days: 0, channel: None }, |(_, offer)| offer));
    }
    Procurement { operators: Table::new(operators) }
}

/// Cost and terms of one channel for one operator; `None` if it is no way to machines or closed to it.
fn offer(
    given: &Channels,
    rules: &Rules,
    now: &ChannelNow,
    moment: &Moment,
    channel: ChannelId,
    operator: OperatorId,
) -> Option<(f64, Procured)> {
    let c = &given.channels[channel];
    let Way::Procurement(way) = &c.way else { return None };
    if !given.usable(rules, channel, operator) || now.is_seized(channel, moment.day) {
        return None;
    }
    let enforcement = rules.enforcement[channel];
    let price = (1.0 + way.premium + rules.premium_add[channel]) * (1.0 + way.duty) - 1.0;
    let premium = price + c.hazard.penalty(enforcement) + c.hazard.loss(enforcement);
    let slowed = f64::from(c.delay_days) / rules.open[channel].value().max(0.01);
    let delay_days = libm::round(slowed) as u32 + rules.delay_add_days[channel];
    Some((premium + given.waiting(delay_days), Procured { premium, delay_days, channel: Some(channel) }))
}
