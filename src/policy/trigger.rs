//! When an event is in force: dates, seasons and gauges, all of which must hold.

use crate::calendar::{Day, Moment};

/// A season that returns every year, from a day and month to another, both included; may run over New Year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    /// First month and day.
    pub from: (u32, u32),
    /// Last month and day.
    pub to: (u32, u32),
}

impl Season {
    /// Whether a day lies in the season.
    pub fn contains(&self, month: u32, day: u32) -> bool {
        let at = (month, day);
        if self.from <= self.to { at >= self.from && at <= self.to } else { at >= self.from || at <= self.to }
    }
}

/// What a threshold may watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// Level of the uppermost reservoir, m.
    UpperLevelM,
    /// Largest loading of any controlled section on the day, % of its limit.
    SectionLoadingPct,
    /// Mean temperature at the first climate site on the day, °C.
    TemperatureC,
    /// Largest mining load of the region on the day, MW.
    MiningMw,
    /// Ordinary load not served on the day, MWh.
    UnservedMwh,
}

/// A gauge beyond a value for some days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What is watched.
    pub gauge: Gauge,
    /// Whether the gauge must lie above the value (else below).
    pub above: bool,
    /// The value in the gauge's unit.
    pub value: f64,
    /// Consecutive days on which it must hold before the event comes into force, at least 1.
    pub days: u32,
}

/// When an event is in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trigger {
    /// First day.
    pub from: Option<Day>,
    /// First day on which it no longer holds.
    pub until: Option<Day>,
    /// Season of each year.
    pub season: Option<Season>,
    /// Gauge.
    pub threshold: Option<Threshold>,
}

/// The gauges over a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readings {
    /// Level of the uppermost reservoir at the end of the last step, m.
    pub upper_level_m: f64,
    /// Largest section loading so far in the day, %.
    pub section_loading_pct: f64,
    /// Mean temperature of the day at the first climate site, °C.
    pub temperature_c: f64,
    /// Largest mining load so far in the day, MW.
    pub mining_mw: f64,
    /// Unserved energy so far in the day, MWh.
    pub unserved_mwh: f64,
}

impl Readings {
    /// Adds a later step of the same day.
    pub(super) fn merge(&mut self, later: &Self) {
        self.upper_level_m = later.upper_level_m;
        self.section_loading_pct = self.section_loading_pct.max(later.section_loading_pct);
        self.temperature_c = later.temperature_c;
        self.mining_mw = self.mining_mw.max(later.mining_mw);
        self.unserved_mwh += later.unserved_mwh;
    }
    fn of(&self, gauge: Gauge) -> f64 {
        match gauge {
            Gauge::UpperLevelM => self.upper_level_m,
            Gauge::SectionLoadingPct => self.section_loading_pct,
            Gauge::TemperatureC => self.temperature_c,
            Gauge::MiningMw => self.mining_mw,
            Gauge::UnservedMwh => self.unserved_mwh,
        }
    }
}

/// For how many days in a row a threshold has been met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Streak(u32);

impl Trigger {
    /// Whether the event is in force on a day that begins now; `yesterday` holds the gauges of the day before.
    pub(super) fn holds(&self, now: &Moment, yesterday: Option<&Readings>, streak: &mut Streak) -> bool {
        let dated = self.from.is_none_or(|d| now.day >= d) && self.until.is_none_or(|d| now.day < d);
        let in_season = self.season.is_none_or(|s| s.contains(now.month, now.day_of_month));
        let met = self.threshold.is_none_or(|t| {
            let beyond =
                yesterday.is_some_and(|r| if t.above { r.of(t.gauge) > t.value } else { r.of(t.gauge) < t.value });
            streak.0 = if beyond { streak.0.saturating_add(1) } else { 0 };
            streak.0 >= t.days.max(1)
        });
        dated && in_season && met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Window;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn moment(text: &str) -> Moment {
        Window { from: day(text), until: day(text).plus(1), step_minutes: 60 }.moment(0)
    }

    #[test]
    fn a_season_may_run_over_new_year() {
        let ban = Season { from: (11, 15), to: (3, 15) };
        assert!(ban.contains(12, 31) && ban.contains(1, 1) && ban.contains(3, 15) && ban.contains(11, 15));
        assert!(!ban.contains(3, 16) && !ban.contains(7, 1) && !ban.contains(11, 14));
    }

    #[test]
    fn dates_bound_an_event_from_the_first_day_to_before_the_last() {
        let t = Trigger { from: Some(day("2022-07-08")), until: Some(day("2022-08-08")), ..Trigger::default() };
        let mut s = Streak::default();
        assert!(!t.holds(&moment("2022-07-07"), None, &mut s));
        assert!(t.holds(&moment("2022-07-08"), None, &mut s));
        assert!(t.holds(&moment("2022-08-07"), None, &mut s));
        assert!(!t.holds(&moment("2022-08-08"), None, &mut s));
    }

    #[test]
    fn a_threshold_must_hold_for_its_days_in_a_row() {
        let t = Trigger {
            threshold: Some(Threshold { gauge: Gauge::UpperLevelM, above: false, value: 456.0, days: 2 }),
            ..Trigger::default()
        };
        let low = Readings {
            upper_level_m: 455.9,
            section_loading_pct: 0.0,
            temperature_c: 0.0,
            mining_mw: 0.0,
            unserved_mwh: 0.0,
        };
        let high = Readings { upper_level_m: 456.1, ..low };
        let mut s = Streak::default();
        let now = moment("2022-01-05");
        let seen: Vec<bool> = [low, high, low, low, low].iter().map(|r| t.holds(&now, Some(r), &mut s)).collect();
        assert_eq!(seen, [false, false, false, true, true]);
    }
}
