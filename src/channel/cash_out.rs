//! Coin to money: the split of each operator's income over channels, and how it moves.

use super::leakage::Leakage;
use super::{Channels, Rules, Way};
use crate::calendar::{Day, Moment, Window};
use crate::equations::transport::least_cost;
use crate::flows::{Market, Money, Routes};
use crate::ids::{ChannelId, Id, OperatorId, Table};
use crate::random::{Member, Seed, Stream};
use crate::units::{Dollars, Fraction};
use std::sync::Arc;

/// The split now.
#[derive(Clone, Debug)]
pub struct ChannelNow {
    /// Share of each operator's income by channel; what they lack to one is carried by none.
    share: Vec<Vec<f64>>,
    /// Income of each operator, trailing mean, USD a day (at first only proportions).
    pub(super) income: Vec<f64>,
    /// Whether `income` holds money rather than proportions.
    in_dollars: bool,
    /// Income carried so far by operator and channel, USD.
    carried: Vec<Vec<f64>>,
    /// Share of each operator's income that was displaced and until when it is sold at a discount.
    displaced: Vec<(f64, Day)>,
    /// First day on which each channel works again.
    seized_until: Table<ChannelId, Day>,
    /// The law of the last revision.
    rules: Option<Rules>,
    day: Option<Day>,
    routes: Arc<Routes>,
    hazards: Vec<Stream>,
    leakage: Leakage,
}

impl Channels {
    /// The split before the first step: the given shares over the channels that each operator can use.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> ChannelNow {
        let none = Rules::none(self);
        let share = self.weights.ids().map(|operator| {
            let usable = |c: ChannelId| if self.usable(&none, c, operator) { self.start_share(c) } else { 0.0 };
            let own: Vec<f64> = self.channels.ids().map(usable).collect();
            let sum: f64 = own.iter().sum();
            if sum > 0.0 { own.iter().map(|s| s / sum).collect() } else { own }
        });
        let operators = self.weights.len();
        ChannelNow {
            share: share.collect(),
            income: self.weights.iter().map(|w| w.max(0.0)).collect(),
            in_dollars: false,
            carried: vec![vec![0.0; self.channels.len()]; operators],
            displaced: vec![(0.0, window.from); operators],
            seized_until: Table::filled(self.channels.len(), window.from),
            rules: None,
            day: None,
            routes: Arc::default(),
            leakage: Leakage::new(operators, self.channels.len()),
            hazards: self.channels.iter().map(|c| Stream::new(seed, member, "channel.closure", &c.id)).collect(),
        }
    }

    fn start_share(&self, channel: ChannelId) -> f64 {
        match &self.channels[channel].way {
            Way::CashOut(way) => way.start.value(),
            Way::Procurement(_) => 0.0,
        }
    }

    /// Cost of each channel to each operator; infinite where it may not.
    pub(super) fn costs(&self, rules: &Rules, now: &ChannelNow, day: Day) -> Vec<Vec<f64>> {
        let cost = |operator, channel| match self.expected_cost(rules, channel) {
            Some(cost) if self.usable(rules, channel, operator) && !now.is_seized(channel, day) => cost,
            _ => f64::INFINITY,
        };
        self.weights.ids().map(|o| self.channels.ids().map(|c| cost(o, c)).collect()).collect()
    }

    /// Capacity of each channel in the unit of the operators' income.
    pub(super) fn capacities(&self, rules: &Rules, now: &ChannelNow) -> Vec<f64> {
        let total: f64 = now.income.iter().sum();
        let capacity = |channel: ChannelId| match &self.channels[channel].way {
            Way::CashOut(way) => {
                let most = if now.in_dollars { way.capacity_usd_per_day } else { f64::INFINITY };
                (way.capacity.value() * total).min(most) * rules.open[channel].value()
            }
            Way::Procurement(_) => 0.0,
        };
        self.channels.ids().map(capacity).collect()
    }
}

impl ChannelNow {
    /// Whether a rail is down on a day.
    pub fn is_seized(&self, channel: ChannelId, day: Day) -> bool {
        day < self.seized_until[channel]
    }
    /// What became of the income of closed channels.
    pub fn leakage(&self) -> &Leakage {
        &self.leakage
    }
    /// Income that an operator carried through a channel so far.
    pub fn carried(&self, operator: OperatorId, channel: ChannelId) -> Dollars {
        let row = self.carried.get(operator.index());
        Dollars::usd(row.and_then(|r| r.get(channel.index())).copied().unwrap_or(0.0))
    }
}

/// How income is split in the step, what is left of it, and what is lost with a seized rail.
pub fn route(given: &Channels, rules: &Rules, now: &mut ChannelNow, moment: &Moment) -> Arc<Routes> {
    let day = moment.day;
    let new_day = now.day != Some(day);
    let mut seized = Vec::new();
    let mut changed = now.rules.as_ref() != Some(rules);
    if new_day {
        if now.day.is_some() {
            now.leakage.end_day();
        }
        now.day = Some(day);
        seized = seize(given, rules, now, day);
        // A rail lost today, or one that works again today, or an adaptation that ends today.
        changed |= !seized.is_empty()
            || now.seized_until.iter().any(|d| *d == day)
            || now.displaced.iter().any(|(share, until)| *share > 0.0 && *until == day);
    }
    let month = new_day && moment.day_of_month == 1 && now.rules.is_some();
    if changed || month {
        let forced = changed && now.rules.is_some();
        revise(given, rules, now, day, month, forced);
        now.leakage.observe(|operator, channel| {
            let (o, c) = (OperatorId::from_index(operator), ChannelId::from_index(channel));
            rules.open[c].value() < 1.0 || rules.barred[o][c]
        });
        now.rules = Some(rules.clone());
        now.routes = Arc::new(summarize(given, rules, now, day));
    }
    if seized.is_empty() {
        return now.routes.clone();
    }
    Arc::new(Routes { seized: Table::new(seized), ..(*now.routes).clone() })
}

/// Draws the day's closures; what each operator loses with them, or nothing at all.
fn seize(given: &Channels, rules: &Rules, now: &mut ChannelNow, day: Day) -> Vec<Dollars> {
    let mut lost = Vec::new();
    for (channel, c) in given.channels.enumerate() {
        let hazard = c.hazard.closure_per_year * rules.enforcement[channel];
        if hazard <= 0.0 || rules.open[channel].value() <= 0.0 || now.is_seized(channel, day) {
            continue;
        }
        let Some(stream) = now.hazards.get(channel.index()) else { continue };
        if !stream.at(i64::from(day.0)).happens(-libm::expm1(-hazard / super::DAYS_PER_YEAR)) {
            continue;
        }
        now.seized_until[channel] = day.plus(c.hazard.replaced_after_days.max(1) as i32);
        lost.resize(given.weights.len(), Dollars::ZERO);
        if now.in_dollars {
            for ((loss, income), share) in lost.iter_mut().zip(&now.income).zip(&now.share) {
                let through = share.get(channel.index()).copied().unwrap_or(0.0);
                *loss += Dollars::usd(income * super::DAYS_PER_YEAR * through * c.hazard.loss_years);
            }
        }
    }
    lost
}

/// Moves the split: by inertia at the turn of a month, and at once where a route is gone or full; what is `forced` so is
/// sold at a discount for a while.
fn revise(given: &Channels, rules: &Rules, now: &mut ChannelNow, day: Day, month: bool, forced: bool) {
    let cost = given.costs(rules, now, day);
    let capacity = given.capacities(rules, now);
    if month {
        let best = least_cost(&cost, &now.income, &capacity);
        let pace = given.inertia_per_month.value();
        for ((share, planned), income) in now.share.iter_mut().zip(&best.amount).zip(&now.income) {
            if *income > 0.0 {
                for (s, x) in share.iter_mut().zip(planned) {
                    *s += pace * (x / income - *s);
                }
            }
        }
    }
    // What may no longer go its way: forbidden routes first, then what exceeds a capacity, in proportion.
    let mut room = capacity;
    for (j, room) in room.iter_mut().enumerate() {
        for (share, cost) in now.share.iter_mut().zip(&cost) {
            if cost[j].is_infinite() {
                share[j] = 0.0;
            }
        }
        let flow: f64 = now.share.iter().zip(&now.income).map(|(s, y)| s[j] * y).sum();
        if flow > *room * (1.0 + 1e-9) {
            let fits = *room / flow;
            now.share.iter_mut().for_each(|s| s[j] *= fits);
        }
        *room = (*room - flow).max(0.0);
    }
    let loose: Vec<f64> = now.share.iter().map(|s| (1.0 - s.iter().sum::<f64>()).max(0.0)).collect();
    let supply: Vec<f64> = loose.iter().zip(&now.income).map(|(s, y)| s * y).collect();
    let moved = least_cost(&cost, &supply, &room);
    for (o, income) in now.income.iter().enumerate() {
        if *income <= 0.0 || loose[o] <= 1e-12 {
            continue;
        }
        let mut placed = 0.0;
        for (s, x) in now.share[o].iter_mut().zip(&moved.amount[o]) {
            *s += x / income;
            placed += x / income;
        }
        if forced {
            let before = if day < now.displaced[o].1 { now.displaced[o].0 } else { 0.0 };
            now.displaced[o] = ((before + placed).min(1.0), day.plus(given.adaptation_days as i32));
        }
    }
}

/// The flow that the split stands for.
fn summarize(given: &Channels, rules: &Rules, now: &ChannelNow, day: Day) -> Routes {
    let channels = given.channels.len();
    let charge: Vec<f64> = given.channels.ids().map(|c| given.charge(rules, c).unwrap_or(0.0)).collect();
    let expected: Vec<f64> = given.channels.ids().map(|c| given.expected_cost(rules, c).unwrap_or(0.0)).collect();
    let left = |share: &[f64], cost: &[f64], (displaced, until): (f64, Day)| {
        let kept: f64 = share.iter().zip(cost).map(|(s, k)| s * (1.0 - k)).sum();
        let discount = if day < until { displaced * given.adaptation_discount.value() } else { 0.0 };
        Fraction::new(kept * (1.0 - discount))
    };
    let with = |cost: &[f64]| now.share.iter().zip(&now.displaced).map(|(s, d)| left(s, cost, *d)).collect::<Vec<_>>();
    Routes {
        kept: Table::new(with(&expected)),
        share: Table::new(now.share.iter().map(|s| Table::new(s.clone())).collect()),
        charged: Table::new(with(&charge).into_iter().map(Fraction::rest).collect()),
        seized: Table::filled(now.share.len(), Dollars::ZERO),
        delay_days: Table::new(
            (0..channels)
                .map(ChannelId::from_index)
                .map(|c| given.channels[c].delay_days + rules.delay_add_days[c])
                .collect(),
        ),
    }
}

/// Learns from the settled step who earns how much, and counts what each channel carried.
pub fn book(given: &Channels, now: &mut ChannelNow, moment: &Moment, market: &Market, money: &Money) {
    let days = moment.span.as_days();
    let remembered = libm::exp(-days / given.income_memory_days.max(1e-9));
    let first = !now.in_dollars;
    if first {
        // Before any income is known its proportions are those given; the first step scales them.
        let total: f64 = money.operators.iter().map(|s| s.revenue.as_usd()).sum();
        let weights: f64 = now.income.iter().sum();
        if total <= 0.0 || weights <= 0.0 {
            return;
        }
        now.income.iter_mut().for_each(|y| *y *= total / days / weights);
        now.in_dollars = true;
    }
    let hashprice = market.hashprice.as_usd_per_ph_day();
    for (at, (((income, settled), share), carried)) in
        now.income.iter_mut().zip(money.operators.iter()).zip(&now.share).zip(&mut now.carried).enumerate()
    {
        let revenue = settled.revenue.as_usd();
        if hashprice > 0.0 {
            now.leakage.book(at, revenue / hashprice, share);
        }
        let rate = revenue / days;
        *income = rate + (*income - rate) * remembered;
        for (c, s) in carried.iter_mut().zip(share) {
            *c += revenue * s;
        }
    }
}
