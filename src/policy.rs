//! The law: dated and triggered events edit the rules that components own, and nothing else.
//!
//! One event, one act. The law in force is computed anew from the rules without any event each time an event begins or
//! ends, so lifting a measure restores exactly what was before, and the order of events does not matter beyond the order
//! of their table.

mod act;
mod trigger;

pub use act::{Act, Jurisdiction, Jurisdictions};
pub use trigger::{Gauge, Readings, Season, Threshold, Trigger};

use crate::calendar::{Day, Moment};
use crate::ids::{EventId, Table};
use crate::{bitcoin, channel, demand, finance, fleet, grid, operator};
use trigger::Streak;

/// The legal interface of every component, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Of the grid: outages, reinforcement, contracts with interruptible load.
    pub grid: grid::Rules,
    /// Of demand: consumers that are off.
    pub demand: demand::Rules,
    /// Of the machines: curfews.
    pub fleet: fleet::Rules,
    /// Of the channels: what is open, to whom, at which hazard.
    pub channel: channel::Rules,
    /// Of money: tariffs and levies.
    pub finance: finance::Rules,
    /// Of the operators: designations, moratoria.
    pub operator: operator::Rules,
    /// Of the pools.
    pub bitcoin: bitcoin::Rules,
}

/// One event: when, and what it does.
#[derive(Clone, Debug)]
pub struct Event {
    /// Id in the scenario.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// When it is in force.
    pub trigger: Trigger,
    /// What it edits.
    pub act: Act,
}

/// All events of a scenario over the rules that hold without them.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Events in the order of their table.
    pub events: Table<EventId, Event>,
    /// The rules with no event in force.
    pub base: Law,
}

/// The law at a step.
#[derive(Clone, Debug)]
pub struct LawNow {
    /// The rules in force.
    pub rules: Law,
    /// Per event: the day on which it came into force, if it is in force.
    since: Vec<Option<Day>>,
    /// Per event: how long its threshold has been met.
    streaks: Vec<Streak>,
    /// The gauges as last read.
    readings: Option<Readings>,
}

/// An event came into force or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub event: EventId,
    /// Whether it came into force.
    pub begins: bool,
}

impl Policy {
    /// The law before the first step: nothing in force.
    pub fn start(&self) -> LawNow {
        LawNow {
            rules: self.base.clone(),
            since: vec![None; self.events.len()],
            streaks: vec![Streak::default(); self.events.len()],
            readings: None,
        }
    }
}

/// Brings the law of a step into force. Events change at the start of a day only.
///
/// Acts with a grace take effect by degrees, so while one runs its rules are computed anew each day.
pub fn enact(policy: &Policy, law: &mut LawNow, now: &Moment) -> Vec<Change> {
    if !now.first_of_day {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut in_grace = false;
    for (id, event) in policy.events.enumerate() {
        let i = id.0 as usize;
        let (Some(since), Some(streak)) = (law.since.get_mut(i), law.streaks.get_mut(i)) else { continue };
        let holds = event.trigger.holds(now, law.readings.as_ref(), streak);
        match (*since, holds) {
            (None, true) => {
                *since = Some(now.day);
                changes.push(Change { event: id, begins: true });
            }
            (Some(_), false) => {
                *since = None;
                changes.push(Change { event: id, begins: false });
            }
            _ => {}
        }
        in_grace |= since.is_some_and(|s| event.act.grace_days().is_some_and(|g| now.day.0 - s.0 <= g));
    }
    if !changes.is_empty() || in_grace {
        let mut rules = policy.base.clone();
        for ((_, event), since) in policy.events.enumerate().zip(&law.since) {
            if let Some(since) = since {
                event.act.edit(&mut rules, *since, now.day);
            }
        }
        law.rules = rules;
    }
    changes
}

/// Lets the law see the gauges of the step that has just ended.
pub fn observe(law: &mut LawNow, now: &Moment, readings: Readings) {
    match &mut law.readings {
        Some(r) if !now.first_of_day => r.merge(&readings),
        slot => *slot = Some(readings),
    }
}
