//! Channels: how coin becomes money, and how money becomes machines.
//!
//! Each operator's income is split over cash-out channels of limited capacity. The split moves toward the plan of least
//! expected cost ([`crate::equations::transport`]) by a share each month (inertia). Where the law closes a channel, bars an
//! operator or a rail is seized, the displaced income moves at once to the cheapest routes that have room, at a discount
//! while its owner adapts. What no channel can carry is worth nothing until one opens.
//!
//! Expected cost of a channel, as a share of what goes through it: fee + spread + detection · penalty + closure · loss +
//! delay · cost of capital. Detection and closure are hazards per year of the whole flow, so that a penalty of f years'
//! flow at a hazard p costs p·f of it (Becker 1968: an offence is priced at its probability times its penalty).
//!
//! Fees, spreads and expected penalties are charged as income passes. A seizure is not: it is drawn, takes a share of the
//! year's flow once, and closes the rail until it is replaced.

pub mod cash_out;
pub mod leakage;
pub mod procurement;

pub use cash_out::{ChannelNow, book, route};
pub use procurement::procure;

use crate::ids::{ChannelId, OperatorId, Table};
use crate::units::Fraction;

/// Hazards of a channel and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hazard {
    /// Detections in a year.
    pub detection_per_year: f64,
    /// Penalty, in years of the flow.
    pub penalty_years: f64,
    /// Seizures or closures in a year.
    pub closure_per_year: f64,
    /// Loss at a closure, in years of the flow.
    pub loss_years: f64,
    /// Days until a closed rail is replaced.
    pub replaced_after_days: u32,
}

impl Hazard {
    /// Expected penalty, as a share of the flow.
    pub fn penalty(&self, enforcement: f64) -> f64 {
        self.detection_per_year * enforcement * self.penalty_years
    }
    /// Expected loss by closures, as a share of the flow.
    pub fn loss(&self, enforcement: f64) -> f64 {
        self.closure_per_year * enforcement * self.loss_years
    }
}

/// What a channel is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Coin to money.
    CashOut(CashOut),
    /// Money to machines.
    Procurement(Procure),
}

/// A way to turn coin into money.
#[derive(Clone, Debug, PartialEq)]
pub struct CashOut {
    /// Fees, as a share of the flow.
    pub fee: f64,
    /// Loss against the world price, as a share of the flow.
    pub spread: f64,
    /// Most that it carries, as a share of the income of all operators.
    pub capacity: Fraction,
    /// Most that it carries, USD a day; infinite where the share alone limits it.
    pub capacity_usd_per_day: f64,
    /// Share of income that went through it before the first step.
    pub start: Fraction,
}

/// A way to get machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Procure {
    /// Price over the world price before duty, freight included.
    pub premium: f64,
    /// Duty and tax at the border.
    pub duty: f64,
    /// Most that it carries, as a share of what all operators buy.
    pub capacity: Fraction,
}

/// A channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Id.
    pub id: String,
    /// What it is for.
    pub way: Way,
    /// Days from coin to cash, or from order to machines.
    pub delay_days: u32,
    /// What can go wrong.
    pub hazard: Hazard,
    /// Operators that cannot use it.
    pub closed_to: Vec<OperatorId>,
}

/// Channels and how operators move between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Channels {
    /// The channels.
    pub channels: Table<ChannelId, Channel>,
    /// Income of each operator before the first step, in any common unit: only its proportions count.
    pub weights: Table<OperatorId, f64>,
    /// Share of the way to the best plan that is covered in a month.
    pub inertia_per_month: Fraction,
    /// Days in which displaced income is sold at a discount.
    pub adaptation_days: u32,
    /// The discount.
    pub adaptation_discount: Fraction,
    /// Cost of money that is on its way, per year.
    pub capital_cost_per_year: f64,
    /// Memory of the trailing income by which operators share capacities, days.
    pub income_memory_days: f64,
}

/// The law of channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Share of its capacity that each channel may use.
    pub open: Table<ChannelId, Fraction>,
    /// Multiplier of detection and closure.
    pub enforcement: Table<ChannelId, f64>,
    /// Channels closed to single operators.
    pub barred: Table<OperatorId, Table<ChannelId, bool>>,
    /// Added to the cost or premium of a channel.
    pub premium_add: Table<ChannelId, f64>,
    /// Added to its delay, days.
    pub delay_add_days: Table<ChannelId, u32>,
}

impl Rules {
    /// No restriction.
    pub fn none(given: &Channels) -> Self {
        let (channels, operators) = (given.channels.len(), given.weights.len());
        Self {
            open: Table::filled(channels, Fraction::ALL),
            enforcement: Table::filled(channels, 1.0),
            barred: Table::filled(operators, Table::filled(channels, false)),
            premium_add: Table::filled(channels, 0.0),
            delay_add_days: Table::filled(channels, 0),
        }
    }

    /// Whether the law lets an operator use a channel at all.
    fn allows(&self, channel: ChannelId, operator: OperatorId) -> bool {
        self.open[channel].value() > 0.0 && !self.barred[operator][channel]
    }
}

/// Days of a year of hazards and of the cost of capital.
pub const DAYS_PER_YEAR: f64 = 365.25;

impl Channels {
    /// Price of waiting for money, as a share of it.
    fn waiting(&self, days: u32) -> f64 {
        f64::from(days) / DAYS_PER_YEAR * self.capital_cost_per_year
    }

    /// What a cash-out channel takes for sure of each dollar: fee, spread, expected penalty. `None` for other channels.
    fn charge(&self, rules: &Rules, channel: ChannelId) -> Option<f64> {
        let c = &self.channels[channel];
        let Way::CashOut(way) = &c.way else { return None };
        let penalty = c.hazard.penalty(rules.enforcement[channel]);
        Some((way.fee + way.spread + rules.premium_add[channel] + penalty).clamp(0.0, 1.0))
    }

    /// Expected cost of each dollar through a cash-out channel, expected closures and waiting included.
    pub fn expected_cost(&self, rules: &Rules, channel: ChannelId) -> Option<f64> {
        let c = &self.channels[channel];
        let charge = self.charge(rules, channel)?;
        let days = c.delay_days + rules.delay_add_days[channel];
        Some((charge + c.hazard.loss(rules.enforcement[channel]) + self.waiting(days)).clamp(0.0, 1.0))
    }

    /// Whether an operator may use a channel under the law and by its own nature.
    fn usable(&self, rules: &Rules, channel: ChannelId, operator: OperatorId) -> bool {
        rules.allows(channel, operator) && !self.channels[channel].closed_to.contains(&operator)
    }
}

#[cfg(test)]
mod tests;
