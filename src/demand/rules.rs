//! The legal interface of demand: which named consumers are off.

use super::Demand;
use crate::calendar::Moment;
use crate::flows::Load;
use crate::units::{Fraction, Power};

/// Orders and accidents in force. Policy edits these and nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Share of each named consumer that is off, in the order of [`Demand::consumers`].
    pub off: Vec<Fraction>,
}

impl Rules {
    /// Everybody is on.
    pub fn none(given: &Demand) -> Self {
        Self { off: vec![Fraction::NONE; given.consumers.len()] }
    }
}

/// Takes what is off from the load of a step; no bus falls below zero.
pub fn forgo(given: &Demand, rules: &Rules, now: &Moment, load: &mut Load) {
    for (consumer, off) in given.consumers.iter().zip(&rules.off).filter(|(_, off)| off.value() > 0.0) {
        let power = consumer.power * (consumer.ramp.at(now.year) * off.value());
        let last = power * consumer.protected.value();
        let bus = consumer.bus;
        load.protected[bus] = (load.protected[bus] - last).max(Power::ZERO);
        load.ordinary[bus] = (load.ordinary[bus] - (power - last)).max(Power::ZERO);
    }
}
