//! What is out by chance or in planned maintenance: units of plants and circuits of lines.
//!
//! Units and circuits fail and are repaired at random, two states each ([`crate::power::Outages`]). Maintenance takes whole
//! units out by month. What a plant's availability still holds beside the two is derating by fuel and wear, so that nothing
//! is counted twice. The week's planner sees what is out now and takes it to stay out.

use super::{Grid, GridNow};
use crate::calendar::{Moment, Window};
use crate::ids::Id;
use crate::power::Outages;
use crate::random::{Member, Seed};

/// Mean times between outages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Failure {
    /// Mean time to failure, h; 0: never.
    pub mttf_h: f64,
    /// Mean time to repair, h.
    pub mttr_h: f64,
}

/// What is out.
#[derive(Clone, Debug)]
pub(super) struct Failing {
    units: Outages,
    circuits: Outages,
    /// First unit of each plant.
    first: Vec<usize>,
    /// Units of each plant out by chance; empty where nothing fails by chance, so that the mean holds.
    pub(super) units_out: Vec<u32>,
}

impl Default for Failing {
    fn default() -> Self {
        Self { units: Outages::none(), circuits: Outages::none(), first: Vec::new(), units_out: Vec::new() }
    }
}

impl Failing {
    pub(super) fn start(given: &Grid, seed: Seed, member: Member) -> Self {
        let mut first = Vec::with_capacity(given.plants.len());
        let mut units = Vec::new();
        for plant in &given.plants {
            first.push(units.len());
            let piece = |n| (format!("{}.{n}", plant.name), plant.failure.mttf_h, plant.failure.mttr_h);
            units.extend((1..=plant.units).map(piece));
        }
        let circuits = given.branches.iter().map(|c| {
            let line = given.lines.get(c.line);
            let failure = line.map_or(Failure::default(), |l| l.failure);
            (format!("{}.{}", line.map_or("", |l| &l.name), c.number), failure.mttf_h, failure.mttr_h)
        });
        let mut failing = Self {
            circuits: Outages::new(seed, member, "grid.circuit_outage", circuits),
            units: Outages::new(seed, member, "grid.unit_outage", units),
            units_out: vec![0; first.len()],
            first,
        };
        failing.count(given);
        failing
    }

    fn count(&mut self, given: &Grid) {
        for ((out, first), plant) in self.units_out.iter_mut().zip(&self.first).zip(given.plants.iter()) {
            *out = self.units.out_of(*first..first + plant.units as usize) as u32;
        }
    }

    /// Whether any circuit is out by chance.
    pub(super) fn any_circuit(&self) -> bool {
        self.circuits.count() > 0
    }

    /// Whether a circuit is out by chance.
    pub(super) fn is_circuit_out(&self, circuit: crate::ids::BranchId) -> bool {
        self.circuits.is_out(circuit.index())
    }
}

/// Lets equipment fail and be repaired up to the start of a step.
pub fn fail(given: &Grid, state: &mut GridNow, window: &Window, now: &Moment) {
    let hour = now.step as f64 * f64::from(window.step_minutes) / 60.0;
    state.failing.circuits.advance(hour);
    if state.failing.units.advance(hour) {
        state.failing.count(given);
    }
}
