//! Machines: which channel an operator buys through, at what premium, and how long it takes.

use super::cash_out::ChannelNow;
use super::{Channels, Rules, Way};
use crate::calendar::Moment;
use crate::equations::transport::least_cost;
use crate::flows::{Procured, Procurement};
use crate::ids::{ChannelId, OperatorId, Table};
use crate::units::Fraction;

/// The cheapest ways to machines: the split of all purchases over channels of limited capacity at least expected cost
/// ([`crate::equations::transport`]). (1 + premium)·(1 + duty) − 1 + expected penalty is a channel's price over the world's,
/// and waiting decides between channels too. Each operator pays and waits for the mean of its split.
///
/// A channel that is open in part carries that much less, and takes that much longer: half the capacity, twice the delay.
pub fn procure(given: &Channels, rules: &Rules, now: &ChannelNow, moment: &Moment) -> Procurement {
    let offers: Vec<Vec<Option<Offer>>> = given
        .weights
        .ids()
        .map(|o| given.channels.ids().map(|c| offer(given, rules, now, moment, c, o)).collect())
        .collect();
    let cost: Vec<Vec<f64>> =
        offers.iter().map(|row| row.iter().map(|o| o.as_ref().map_or(f64::INFINITY, |o| o.cost)).collect()).collect();
    // Operators buy in proportion to what they earn; before anything is known, all alike.
    let known = now.income.iter().sum::<f64>() > 0.0;
    let asked: Vec<f64> = now.income.iter().map(|y| if known { *y } else { 1.0 }).collect();
    let all: f64 = asked.iter().sum();
    let capacity = given.channels.enumerate().map(|(id, c)| match &c.way {
        Way::Procurement(way) => way.capacity.value() * rules.open[id].value() * all,
        Way::CashOut(_) => 0.0,
    });
    let plan = least_cost(&cost, &asked, &capacity.collect::<Vec<_>>());
    let operators = offers.iter().zip(&plan.amount).zip(&asked).map(|((offers, amount), asked)| {
        let mut mean = Procured { premium: 0.0, delay_days: 0, channel: None, reach: Fraction::NONE };
        let bought: f64 = amount.iter().sum();
        if bought <= 0.0 {
            return mean;
        }
        let (mut days, mut most) = (0.0, 0.0);
        for ((id, offer), amount) in given.channels.ids().zip(offers).zip(amount) {
            let Some(offer) = offer else { continue };
            mean.premium += offer.premium * amount / bought;
            days += f64::from(offer.delay_days) * amount / bought;
            if *amount > most {
                (most, mean.channel) = (*amount, Some(id));
            }
        }
        mean.delay_days = libm::round(days) as u32;
        mean.reach = Fraction::new(bought / asked);
        mean
    });
    Procurement { operators: Table::new(operators.collect()) }
}

/// Terms of one channel for one operator.
struct Offer {
    /// Expected cost over the world price, waiting included.
    cost: f64,
    premium: f64,
    delay_days: u32,
}

/// Cost and terms of one channel for one operator; `None` if it is no way to machines or closed to it.
fn offer(
    given: &Channels,
    rules: &Rules,
    now: &ChannelNow,
    moment: &Moment,
    channel: ChannelId,
    operator: OperatorId,
) -> Option<Offer> {
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
    Some(Offer { cost: premium + given.waiting(delay_days), premium, delay_days })
}
