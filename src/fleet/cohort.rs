//! A cohort: the machines of one model at one site, as counts.
//!
//! Purchases of different months merge into one cohort, so memory stays flat over decades: a mean date of installation
//! carries ageing, and only machines still in infancy keep their own date.

use super::failure::Wear;
use super::machine::Machine;
use super::power_mode::Ladder;
use crate::calendar::Day;
use crate::ids::ModelId;
use crate::random::Stream;
use crate::units::split_exactly;

/// Days in a year of ageing.
const YEAR_DAYS: f64 = 365.25;

/// Machines of one model at one site.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// The model.
    pub model: ModelId,
    /// Machines that hash on all boards.
    pub working: u64,
    /// Machines that hash on two boards of three.
    pub partial: u64,
    /// Machines stopped and waiting for repair.
    pub down: u64,
    /// Mode: 0 is off, 1 the first of the model's ladder.
    pub rung: u8,
    /// Mean day of installation.
    pub(super) installed_on: f64,
    /// Machines in infancy by day of arrival.
    pub(super) young: Vec<(Day, u64)>,
    /// Whether the machines start in this step.
    pub(super) starting: bool,
    /// Whether heat has tripped the machines.
    pub(super) tripped: bool,
    /// Stops and starts since the last daily draw, deep cold counted by its factor.
    pub(super) starts: f64,
    /// Draws of failures and repairs.
    pub(super) stream: Stream,
}

/// Hashrate and power of running machines: TH/s, W at the rated inlet, and W per kelvin of inlet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) hashrate_th_s: f64,
    pub(super) power_w: f64,
    pub(super) power_w_per_k: f64,
}

impl Tally {
    /// Adds another, scaled.
    pub(super) fn add(&mut self, other: Self, scale: f64) {
        self.hashrate_th_s += other.hashrate_th_s * scale;
        self.power_w += other.power_w * scale;
        self.power_w_per_k += other.power_w_per_k * scale;
    }
}

impl Cohort {
    /// A cohort without machines.
    pub fn new(model: ModelId, stream: Stream) -> Self {
        Self {
            model,
            working: 0,
            partial: 0,
            down: 0,
            rung: 0,
            installed_on: 0.0,
            young: Vec::new(),
            starting: false,
            tripped: false,
            starts: 0.0,
            stream,
        }
    }
    /// All machines.
    pub fn installed(&self) -> u64 {
        self.working + self.partial + self.down
    }
    /// Machines arrive; `new` ones have their infancy before them.
    pub fn add(&mut self, day: Day, machines: u64, new: bool) {
        let (had, come) = (self.installed() as f64, machines as f64);
        if had + come > 0.0 {
            self.installed_on = (self.installed_on * had + f64::from(day.0) * come) / (had + come);
        }
        self.working += machines;
        if new && machines > 0 {
            self.young.push((day, machines));
        }
    }
    /// Machines leave in proportion to their states; no more than there are. Returns how many left.
    pub fn remove(&mut self, machines: u64) -> u64 {
        let leave = machines.min(self.installed());
        let states = [self.working as f64, self.partial as f64, self.down as f64];
        let parts = split_exactly(leave as i64, &states);
        let part = |i: usize| parts.get(i).copied().unwrap_or(0).max(0) as u64;
        // A largest remainder may exceed a state by one machine; the other states give it.
        let mut owed = 0;
        for (state, n) in [(&mut self.working, part(0)), (&mut self.partial, part(1)), (&mut self.down, part(2))] {
            let take = n.min(*state);
            *state -= take;
            owed += n - take;
        }
        for state in [&mut self.working, &mut self.partial, &mut self.down] {
            let take = owed.min(*state);
            *state -= take;
            owed -= take;
        }
        let left = self.installed();
        for (_, n) in &mut self.young {
            *n = (*n).min(left);
        }
        leave
    }
    /// What the running machines do in their mode on a day, aged.
    pub(super) fn tally(&self, machine: &Machine, ladder: &Ladder, wear: &Wear, day: Day) -> Tally {
        let (hashrate, power) = ladder.mode(self.rung);
        let years = ((f64::from(day.0) - self.installed_on) / YEAR_DAYS).max(0.0);
        let hashing = self.working as f64 + self.partial as f64 * wear.partial_hashrate.value();
        let drawing = self.working as f64 + self.partial as f64 * wear.partial_power.value();
        let power_w = drawing * machine.power.as_w() * power * (1.0 + wear.power_drift * years);
        Tally {
            hashrate_th_s: hashing
                * machine.hashrate.as_th_s()
                * hashrate
                * (1.0 - wear.hashrate_drift * years).max(0.0),
            power_w,
            power_w_per_k: power_w * machine.family.power_rise_per_k,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Member, Seed};

    fn cohort() -> Cohort {
        Cohort::new(ModelId(0), Stream::new(Seed(1), Member(0), "fleet.failure", "test"))
    }

    #[test]
    fn months_merge_into_a_mean_age() {
        let mut c = cohort();
        c.add(Day(100), 10, true);
        c.add(Day(130), 30, true);
        assert_eq!((c.installed(), c.installed_on), (40, 122.5));
        assert_eq!(c.young.len(), 2);
    }

    #[test]
    fn leaving_takes_from_every_state_and_never_more_than_there_is() {
        let mut c = cohort();
        (c.working, c.partial, c.down) = (80, 10, 10);
        assert_eq!(c.remove(50), 50);
        assert_eq!((c.working, c.partial, c.down), (40, 5, 5));
        assert_eq!(c.remove(1000), 50);
        assert_eq!(c.installed(), 0);
        for working in 0..5 {
            for down in 0..5 {
                for leave in 0..8 {
                    let mut c = cohort();
                    (c.working, c.partial, c.down) = (working, 1, down);
                    let before = c.installed();
                    assert_eq!(c.remove(leave) + c.installed(), before);
                }
            }
        }
    }
}
