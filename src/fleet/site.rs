//! One site now: its cohorts, the modes they run in, and what they draw and hash in a step.
//!
//! The cost of a step is kept down without approximation. Modes change only when the break-even efficiency leaves the band
//! between the nearest thresholds of the site's machines, and sums change only with modes, counts or the day. Power is
//! linear in the inlet's distance from 25 °C with a slope per family, so two sums give it at any inlet. Only heat near a
//! limit, or machines just starting, make a step look at each cohort.

use super::cohort::{Cohort, Tally};
use super::failure::Wear;
use super::{Fleet, thermal};
use crate::calendar::Day;
use crate::flows::OrderReason;
use crate::ids::ModelId;
use crate::units::{Efficiency, Temperature, TemperatureRise};

/// Machines on their way in or out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coming {
    pub(super) due: Day,
    pub(super) model: ModelId,
    /// Positive arrive, negative leave.
    pub(super) machines: i64,
    pub(super) reason: OrderReason,
}

/// Whether the law and the clock let a site run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    /// Before the first step: machines run already and need no start.
    New,
    /// It runs.
    Open,
    /// A curfew keeps it off.
    Shut,
}

/// A site now.
#[derive(Clone, Debug)]
pub struct SiteNow {
    /// Its cohorts, in order of first arrival.
    pub cohorts: Vec<Cohort>,
    /// Orders not yet carried out.
    pub(super) coming: Vec<Coming>,
    /// Share of the last bid that the grid served.
    pub(super) served: f64,
    band: (Efficiency, Efficiency),
    gate: Gate,
    stale: bool,
    tripped: bool,
    throttle_from: f64,
    stress: f64,
    sums: Tally,
}

impl SiteNow {
    /// A site whose machines are as given and run as soon as it pays.
    pub(super) fn new(cohorts: Vec<Cohort>) -> Self {
        Self {
            cohorts,
            coming: Vec::new(),
            served: 1.0,
            band: (Efficiency::ZERO, Efficiency::ZERO),
            gate: Gate::New,
            stale: true,
            tripped: false,
            throttle_from: f64::MAX,
            stress: 1.0,
            sums: Tally::default(),
        }
    }

    /// The cohort of a model.
    pub fn cohort(&self, model: ModelId) -> Option<&Cohort> {
        self.cohorts.iter().find(|c| c.model == model)
    }

    /// Counts changed: modes and sums are to be made anew.
    pub(super) fn changed(&mut self) {
        self.stale = true;
        self.band = (Efficiency::ZERO, Efficiency::ZERO);
    }

    /// What the site's machines do in a step: hashrate, and power at the inlet.
    ///
    /// `worth` is the break-even efficiency of a kilowatt hour; `start_loss` the share of the step lost to booting.
    pub(super) fn run(
        &mut self,
        fleet: &Fleet,
        day: Day,
        open: bool,
        worth: Efficiency,
        inlet: Temperature,
        start_loss: f64,
    ) -> (f64, f64) {
        self.stress = fleet.wear.start_stress(inlet);
        if !open {
            self.cohorts.iter_mut().for_each(|c| c.rung = 0);
            self.gate = Gate::Shut;
            return (0.0, 0.0);
        }
        let (low, high) = self.band;
        let inside = worth >= low && (worth < high || !high.is_finite()) && high > low;
        if !inside || self.gate == Gate::Shut {
            self.choose(fleet, worth);
        }
        let felt = inlet + TemperatureRise::kelvin(fleet.wear.dust_k);
        if felt.as_celsius() > self.throttle_from || self.tripped {
            self.sum_in_heat(fleet, day, felt, start_loss);
        } else if self.stale {
            self.sum(fleet, day, start_loss);
        }
        // Machines that the grid cut in the step before boot again.
        let booting = 1.0 - start_loss * (1.0 - self.served);
        let power = self.sums.power_w + self.sums.power_w_per_k * thermal::from_rated(felt).as_kelvin();
        (self.sums.hashrate_th_s * booting, power * booting)
    }

    /// Puts every cohort into the mode that earns most and notes how far the worth may move before one changes.
    fn choose(&mut self, fleet: &Fleet, worth: Efficiency) {
        let (mut low, mut high) = (Efficiency::ZERO, Efficiency::j_per_th(f64::INFINITY));
        self.throttle_from = f64::MAX;
        for c in &mut self.cohorts {
            let ladder = &fleet.ladders[c.model];
            let limit = fleet.machines[c.model].inlet_max.as_celsius() - thermal::THROTTLE_BELOW_LIMIT.as_kelvin();
            self.throttle_from = self.throttle_from.min(limit);
            let rung = ladder.climb(worth);
            if let Some(next) = ladder.rungs().get(usize::from(rung)) {
                high = high.min(next.from);
            }
            if let Some(here) = usize::from(rung).checked_sub(1).and_then(|i| ladder.rungs().get(i)) {
                low = low.max(here.from);
            }
            if c.rung == 0 && rung > 0 && self.gate != Gate::New {
                c.starting = true;
                c.starts += self.stress;
            }
            c.rung = rung;
        }
        self.band = (low, high);
        (self.gate, self.stale) = (Gate::Open, true);
    }

    /// Sums at an inlet that throttles nobody.
    fn sum(&mut self, fleet: &Fleet, day: Day, start_loss: f64) {
        self.sums = Tally::default();
        self.stale = false;
        for c in &mut self.cohorts {
            let machine = &fleet.machines[c.model];
            let starting = core::mem::take(&mut c.starting);
            self.stale |= starting;
            let running = if starting { 1.0 - start_loss } else { 1.0 };
            self.sums.add(c.tally(machine, &fleet.ladders[c.model], &fleet.wear, day), running);
        }
    }

    /// Sums at an inlet that throttles or trips some. Throttling lowers clock and power alike.
    fn sum_in_heat(&mut self, fleet: &Fleet, day: Day, felt: Temperature, start_loss: f64) {
        self.sums = Tally::default();
        self.stale = true;
        self.tripped = false;
        for c in &mut self.cohorts {
            let machine = &fleet.machines[c.model];
            let Some(pace) = thermal::derate(felt, machine.inlet_max) else {
                c.tripped = true;
                self.tripped = true;
                continue;
            };
            if core::mem::take(&mut c.tripped) && c.rung > 0 {
                c.starting = true;
                c.starts += self.stress;
            }
            let running = if core::mem::take(&mut c.starting) { pace * (1.0 - start_loss) } else { pace };
            self.sums.add(c.tally(machine, &fleet.ladders[c.model], &fleet.wear, day), running);
        }
    }

    /// The grid served a share of the bid: what it gives back after a cut starts again.
    pub(super) fn serve(&mut self, share: f64) {
        if share > self.served {
            let again = share - self.served;
            self.cohorts.iter_mut().filter(|c| c.rung > 0).for_each(|c| c.starts += again * self.stress);
        }
        self.served = share;
    }
}

impl Wear {
    /// What one start at an inlet counts for.
    pub(super) fn start_stress(&self, inlet: Temperature) -> f64 {
        if inlet < self.cold_start_below { self.cold_restart_factor } else { 1.0 }
    }
}
