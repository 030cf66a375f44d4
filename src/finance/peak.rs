//! Capacity in the region's peak hours: what firms on hourly price categories pay for, and when they expect it.
//!
//! In price categories 3 to 6 of the retail market (Russian government decree 442 of 4 May 2012) a firm pays for capacity by
//! its mean power in the hour of the region's largest load on each working day of the month. The hour is known afterwards:
//! a firm that means to shave must guess it. Guess: an hour's chance is how often it was the hour lately, each working day
//! counting a little less than the one after it, with a trace of ignorance spread over the day ([`Foresight`]). So a peak
//! that shavers push into another hour is followed there.
//!
//! A simplification: working days are Monday to Friday, without holidays; the law publishes hours in which the peak must
//! fall, which the guess learns instead; and the charge is the business tariff's capacity part, not a price of capacity of
//! its own.

use crate::calendar::Moment;

/// How miners guess the hour. How they do is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foresight {
    /// Weight of a working day over that of the next one: 0.933 halves in two weeks.
    pub memory: f64,
    /// Weight of not knowing, in working days.
    pub ignorance: f64,
}

/// Hours of a day.
const HOURS: usize = 24;

/// The peak of today so far, and where peaks fell lately.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeakHours {
    /// Largest load so far today, MW, and the hour in which its step began.
    today: Option<(f64, usize)>,
    /// What each site would pay for capacity if that stays the peak of the day, USD.
    charges: Vec<f64>,
    /// Weight of past peaks by hour of the day.
    seen: [f64; HOURS],
}

impl PeakHours {
    /// Chance that the region's peak of this day falls into the step, as miners see it; none on a weekend.
    pub fn chance(&self, foresight: Foresight, now: &Moment) -> f64 {
        if !is_working_day(now.weekday) {
            return 0.0;
        }
        let known: f64 = self.seen.iter().sum();
        let of_hour = |hour: usize| {
            let weight = self.seen.get(hour).copied().unwrap_or(0.0);
            if known + foresight.ignorance <= 0.0 {
                return 1.0 / HOURS as f64;
            }
            (weight + foresight.ignorance / HOURS as f64) / (known + foresight.ignorance)
        };
        let (from, span) = (now.hour() as usize, now.span.as_hours());
        if span <= 1.0 {
            return of_hour(from) * span;
        }
        (from..(from + libm::round(span) as usize).min(HOURS)).map(of_hour).sum()
    }

    /// Takes in a step of the region's load; `charge` gives what each site pays if its peak hour is this one. At the end of
    /// a working day the charges of its peak hour are returned, by site; otherwise nothing.
    pub fn observe(
        &mut self,
        foresight: Foresight,
        now: &Moment,
        load_mw: f64,
        charge: impl Iterator<Item = f64>,
    ) -> Option<Vec<f64>> {
        if !is_working_day(now.weekday) {
            self.today = None;
            return None;
        }
        if now.first_of_day {
            self.today = None;
        }
        if self.today.is_none_or(|(peak, _)| load_mw > peak) {
            self.today = Some((load_mw, now.hour() as usize));
            self.charges.clear();
            self.charges.extend(charge);
        }
        if f64::from(now.minute) + now.span.as_hours() * 60.0 < 1440.0 - 1e-6 {
            return None;
        }
        let (_, hour) = self.today.take()?;
        self.seen.iter_mut().for_each(|w| *w *= foresight.memory);
        if let Some(weight) = self.seen.get_mut(hour) {
            *weight += 1.0;
        }
        Some(core::mem::take(&mut self.charges))
    }
}

/// Hours of a month for which one working day's peak stands: a flat load pays for every hour of the month once.
pub fn hours_per_working_day(now: &Moment) -> f64 {
    let days = now.day.days_in_month();
    let first = (now.weekday + 35 - (now.day_of_month - 1) % 7) % 7;
    let working = (0..days).filter(|d| is_working_day((first + d) % 7)).count();
    f64::from(days) * HOURS as f64 / working.max(1) as f64
}

fn is_working_day(weekday: u32) -> bool {
    weekday < 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};

    const GUESS: Foresight = Foresight { memory: 0.933, ignorance: 0.5 };

    fn window(step_minutes: u32) -> Window {
        let from = Day::parse("2022-07-01").unwrap();
        Window { from, until: from.plus(365), step_minutes }
    }

    #[test]
    fn a_flat_load_pays_for_every_hour_of_each_month_once() {
        for minutes in [15, 60, 1440] {
            let w = window(minutes);
            let mut peaks = PeakHours::default();
            let mut billed_kwh = 0.0;
            for step in 0..w.steps() {
                let now = w.moment(step);
                let (load, kw) = (5000.0 + 500.0 * libm::sin(f64::from(now.minute) / 229.0), 10.0);
                let charge = core::iter::once(kw * hours_per_working_day(&now));
                billed_kwh += peaks.observe(GUESS, &now, load, charge).map_or(0.0, |c| c.iter().sum());
            }
            assert!((billed_kwh / (365.0 * 24.0 * 10.0) - 1.0).abs() < 1e-12, "{minutes} minutes: {billed_kwh} kWh");
        }
    }

    #[test]
    fn the_guess_learns_the_hour_and_follows_it() {
        let w = window(60);
        let mut peaks = PeakHours::default();
        let day_of = |peaks: &PeakHours, day: usize| -> Vec<f64> {
            (0..24).map(|h| peaks.chance(GUESS, &w.moment(day * 24 + h))).collect()
        };
        let mut live = |days: core::ops::Range<usize>, hour: u32| {
            for step in days.start * 24..days.end * 24 {
                let now = w.moment(step);
                let load = if now.hour() == hour { 6000.0 } else { 5000.0 };
                peaks.observe(GUESS, &now, load, core::iter::empty());
            }
            peaks.clone()
        };
        assert!(day_of(&PeakHours::default(), 0).iter().all(|p| (p - 1.0 / 24.0).abs() < 1e-12), "nothing known");
        let learned = day_of(&live(0..31, 19), 31);
        assert!(learned[19] > 0.9 && (learned.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{learned:?}");
        let moved = day_of(&live(31..73, 9), 73);
        assert!(moved[9] > 0.7 && moved[19] < 0.2, "{moved:?}");
        // The second of July 2022 was a Saturday.
        assert_eq!(day_of(&PeakHours::default(), 1).iter().sum::<f64>(), 0.0);
    }
}
