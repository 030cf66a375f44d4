//! Machines fail, are repaired or scrapped: counts by day, drawn per cohort at the address (site, model, day).
//!
//! Cumulative hazard of the first year Λ = −ln(1 − yearly failures). The first 90 days carry a quarter of it by a Weibull
//! law of shape 0.7 (infant mortality), the rest is constant and goes on in later years. A cold start adds its own hazard,
//! three times as much in deep cold. A failing board of three leaves a machine that hashes on with two until its board is
//! replaced; any other failure stops it until it is repaired or, at the bench, found not worth it.

use super::cohort::Cohort;
use crate::calendar::Day;
use crate::units::{Fraction, Span, Temperature};

/// Days in a year of the failure statistics.
const YEAR_DAYS: f64 = 365.0;

/// How machines wear, fail and are mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Wear {
    /// Length of infancy.
    pub infant: Span,
    /// Share of the first year's failures that fall into infancy.
    pub infant_share: Fraction,
    /// Weibull shape of infancy, below 1.
    pub infant_shape: f64,
    /// Share of failures that are a hash board's and leave the other two running.
    pub board_share: Fraction,
    /// Hashrate of a machine with one board of three lost, over nominal.
    pub partial_hashrate: Fraction,
    /// Its power over nominal.
    pub partial_power: Fraction,
    /// Hazard added by one stop and start.
    pub restart_failure: Fraction,
    /// Times the same in deep cold.
    pub cold_restart_factor: f64,
    /// Inlet below which a start counts as deep cold.
    pub cold_start_below: Temperature,
    /// Mean time until a stopped machine is back.
    pub repair: Span,
    /// Mean time until a lost board is replaced.
    pub board_repair: Span,
    /// Share of stopped machines that are scrapped instead of repaired.
    pub scrap_share: Fraction,
    /// Loss of hashrate a year.
    pub hashrate_drift: f64,
    /// Rise of power a year.
    pub power_drift: f64,
    /// Dust between cleanings as a rise of inlet temperature, mean.
    pub dust_k: f64,
}

impl Wear {
    /// Cumulative hazard at an age, for machines of which a share fails in the first year.
    pub fn cumulative_hazard(&self, yearly_failure: Fraction, age_days: f64) -> f64 {
        let year = -libm::log(1.0 - yearly_failure.value().min(0.999_999));
        let infant = self.infant.as_days().clamp(0.0, YEAR_DAYS - 1.0);
        let early = year * self.infant_share.value();
        let late = (year - early) / (YEAR_DAYS - infant);
        if age_days >= infant {
            return early + late * (age_days - infant);
        }
        early * libm::pow(age_days.max(0.0) / infant, self.infant_shape)
    }

    /// Hazard of the day that begins at an age.
    pub fn daily_hazard(&self, yearly_failure: Fraction, age_days: f64) -> f64 {
        self.cumulative_hazard(yearly_failure, age_days + 1.0) - self.cumulative_hazard(yearly_failure, age_days)
    }

    /// One day of one cohort. Returns how many machines were scrapped.
    pub(super) fn day(&self, cohort: &mut Cohort, hazard: &Hazard, mending: &Mending, day: Day) -> u64 {
        let rested = core::mem::take(&mut cohort.starts) * self.restart_failure.value();
        let failing = match self.mean_hazard(cohort, hazard, day) + rested {
            // The usual day of a cohort past its infancy that never stopped.
            usual if usual == hazard.grown => hazard.grown_failing,
            more => failing(more),
        };
        let mut draws = cohort.stream.at(i64::from(day.0));
        let failed = draws.binomial(cohort.working, failing);
        let boards = draws.binomial(failed, self.board_share.value());
        let failed_partial = draws.binomial(cohort.partial, failing);
        let benched = draws.binomial(cohort.down, mending.machine);
        let scrapped = draws.binomial(benched, self.scrap_share.value());
        let replaced = draws.binomial(cohort.partial - failed_partial, mending.board);
        cohort.working = cohort.working - failed + (benched - scrapped) + replaced;
        cohort.partial = cohort.partial + boards - failed_partial - replaced;
        cohort.down = cohort.down + (failed - boards) + failed_partial - benched;
        scrapped
    }

    /// Mean hazard over a cohort's machines, the young ones by their own age.
    fn mean_hazard(&self, cohort: &mut Cohort, hazard: &Hazard, day: Day) -> f64 {
        let infant = self.infant.as_days();
        if cohort.young.is_empty() {
            return hazard.grown.max(0.0);
        }
        cohort.young.retain(|(arrived, _)| f64::from(day.0 - arrived.0) < infant);
        let total = cohort.installed() as f64;
        if total <= 0.0 {
            return 0.0;
        }
        let extra: f64 =
            cohort.young.iter().map(|(arrived, n)| *n as f64 * (hazard.on(day.0 - arrived.0) - hazard.grown)).sum();
        (hazard.grown + extra / total).max(0.0)
    }

    /// Chances that what is broken is mended within a day.
    pub(super) fn mending(&self, repair_delay: f64) -> Mending {
        let mended = |span: Span| 1.0 - libm::exp(-1.0 / (span.as_days() * repair_delay).max(0.04));
        Mending { machine: mended(self.repair), board: mended(self.board_repair) }
    }

    /// The hazard of machines of which a share fails in the first year, by age.
    pub fn hazard(&self, yearly_failure: Fraction) -> Hazard {
        let infancy = libm::ceil(self.infant.as_days().clamp(0.0, YEAR_DAYS)) as u32;
        let grown = self.daily_hazard(yearly_failure, self.infant.as_days());
        Hazard {
            grown,
            grown_failing: failing(grown.max(0.0)),
            young: (0..infancy).map(|age| self.daily_hazard(yearly_failure, f64::from(age))).collect(),
        }
    }
}

/// Chance of a failure within a day at a hazard.
fn failing(hazard: f64) -> f64 {
    1.0 - libm::exp(-hazard)
}

/// Daily hazards of one model, worked out once.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazard {
    /// Past infancy.
    grown: f64,
    /// Chance of a failure in a day past infancy.
    grown_failing: f64,
    /// By whole days of age.
    young: Vec<f64>,
}

impl Hazard {
    /// Hazard of the day that begins at an age of whole days.
    fn on(&self, age_days: i32) -> f64 {
        self.young.get(age_days.max(0) as usize).copied().unwrap_or(self.grown)
    }
}

/// Chances of a day that something broken is mended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mending {
    /// A stopped machine.
    machine: f64,
    /// A lost board.
    board: f64,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ids::ModelId;
    use crate::random::{Member, Seed, Stream};

    pub(in crate::fleet) fn wear() -> Wear {
        Wear {
            infant: Span::days(90.0),
            infant_share: Fraction::new(0.25),
            infant_shape: 0.7,
            board_share: Fraction::new(0.55),
            partial_hashrate: Fraction::new(0.67),
            partial_power: Fraction::new(0.69),
            restart_failure: Fraction::new(0.0005),
            cold_restart_factor: 3.0,
            cold_start_below: Temperature::celsius(-15.0),
            repair: Span::days(14.0),
            board_repair: Span::days(21.0),
            scrap_share: Fraction::new(0.05),
            hashrate_drift: 0.005,
            power_drift: 0.003,
            dust_k: 3.0,
        }
    }

    #[test]
    fn the_first_year_fails_as_stated_and_infancy_carries_its_quarter() {
        let (w, rate) = (wear(), Fraction::new(0.06));
        let year = -libm::log(0.94);
        assert!((w.cumulative_hazard(rate, 365.0) - year).abs() < 1e-12);
        assert!((w.cumulative_hazard(rate, 90.0) - 0.25 * year).abs() < 1e-12);
        assert!(w.daily_hazard(rate, 0.0) > w.daily_hazard(rate, 30.0));
        let later = w.cumulative_hazard(rate, 730.0) - w.cumulative_hazard(rate, 365.0);
        assert!((later / (0.75 * year * 365.0 / 275.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn hazards_worked_out_once_are_those_of_the_law() {
        for days in [0.0, 1.0, 37.5, 90.0, 300.0] {
            let w = Wear { infant: Span::days(days), ..wear() };
            for rate in [0.0, 0.06, 0.35].map(Fraction::new) {
                let law = w.hazard(rate);
                for age in (0..500).filter(|age| f64::from(*age) < days) {
                    assert_eq!(law.on(age), w.daily_hazard(rate, f64::from(age)), "{days} {age}");
                }
                assert_eq!(law.grown, w.daily_hazard(rate, days));
            }
        }
    }

    #[test]
    fn a_year_of_draws_meets_the_rate_and_loses_no_machine() {
        let w = wear();
        let machine = crate::fleet::tests::machine("s19", 95.0, 3250.0, 0.06);
        let n = 40_000;
        let stream = Stream::new(Seed(5), Member(0), "fleet.failure", "test");
        let (law, mending) = (w.hazard(machine.family.yearly_failure), w.mending(1.0));
        let mut cohort = Cohort::new(ModelId(0), stream);
        cohort.add(Day(18_000), n, true);
        let (mut scrapped, mut failures) = (0, 0.0);
        for d in 0..365 {
            let before = cohort.working + cohort.partial;
            let day = Day(18_000 + d);
            let hazard = w.mean_hazard(&mut cohort, &law, day);
            failures += before as f64 * hazard;
            scrapped += w.day(&mut cohort, &law, &mending, day);
            assert_eq!(cohort.installed() + scrapped, n, "machines balance on day {d}");
        }
        let expected = 40_000.0 * -libm::log(0.94);
        assert!((failures / expected - 1.0).abs() < 0.01);
        // Steady state: arrivals × mean time in each state, within sampling error.
        let daily = 40_000.0 * w.daily_hazard(Fraction::new(0.06), 200.0);
        assert!((cohort.partial as f64 / (daily * 0.55 * 21.5) - 1.0).abs() < 0.25, "{}", cohort.partial);
        assert!((cohort.down as f64 / (daily * 0.45 * 14.5) - 1.0).abs() < 0.25, "{}", cohort.down);
        assert!(scrapped > 0 && scrapped < 150);
    }

    #[test]
    fn a_start_in_deep_cold_breaks_machines() {
        let w = wear();
        let machine = crate::fleet::tests::machine("s19", 95.0, 3250.0, 0.06);
        let broken = |starts: f64| {
            let mut down = 0;
            for d in 0..50 {
                let mut cohort = Cohort::new(ModelId(0), Stream::new(Seed(5), Member(0), "fleet.failure", "test"));
                cohort.add(Day(10_000), 10_000, false);
                cohort.starts = starts;
                w.day(&mut cohort, &w.hazard(machine.family.yearly_failure), &w.mending(1.0), Day(18_000 + d));
                down += cohort.down + cohort.partial;
            }
            down as f64 / 50.0
        };
        let (calm, cold) = (broken(0.0), broken(3.0));
        assert!(((cold - calm) / 15.0 - 1.0).abs() < 0.2, "3 × 0.05 % of 10,000: {calm} {cold}");
    }
}
