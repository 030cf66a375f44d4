//! Local time without daylight saving: days, steps, and what the calendar says of a step.
//!
//! A time stamp marks the **start** of its step. Irkutsk keeps UTC+8 all year; the model knows local time only.

use crate::units::Span;
use core::fmt;
use jiff::civil;

/// A civil day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Day {
    /// The day of a civil date; `None` if there is no such date (2022-02-30).
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let date =
            civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Self::from_date(date)
    }
    fn from_date(date: civil::Date) -> Option<Self> {
        EPOCH.until(date).ok().map(|s| Self(s.get_days()))
    }
    /// The day written `2022-07-08`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if y.len() != 4 || m.len() != 2 || d.len() != 2 {
            return None;
        }
        Self::from_ymd(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
    }
    fn date(self) -> civil::Date {
        EPOCH.checked_add(jiff::Span::new().days(self.0.clamp(-700_000, 2_900_000))).unwrap_or(EPOCH)
    }
    /// Year, month (1 to 12) and day of the month (1 to 31).
    pub fn ymd(self) -> (i32, u32, u32) {
        let d = self.date();
        (i32::from(d.year()), d.month() as u32, d.day() as u32)
    }
    /// The year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }
    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.ymd().1
    }
    /// Day of the year, 1 to 366.
    pub fn of_year(self) -> u32 {
        self.date().day_of_year() as u32
    }
    /// 0 on Monday to 6 on Sunday.
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }
    /// Days in this day's month.
    pub fn days_in_month(self) -> u32 {
        self.date().days_in_month() as u32
    }
    /// Days in this day's year.
    pub fn days_in_year(self) -> u32 {
        self.date().days_in_year() as u32
    }
    /// Months since year 0, so that consecutive months differ by one.
    pub fn month_count(self) -> i32 {
        let (y, m, _) = self.ymd();
        y * 12 + m as i32 - 1
    }
    /// The day so many days later.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

/// The simulated window: whole days, in equal steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// First day after the window.
    pub until: Day,
    /// Length of a step in minutes; divides a day.
    pub step_minutes: u32,
}

impl Window {
    /// Number of days.
    pub fn days(&self) -> usize {
        (self.until.0 - self.from.0).max(0) as usize
    }
    /// Steps in a day.
    pub fn steps_per_day(&self) -> usize {
        (1440 / self.step_minutes.max(1)) as usize
    }
    /// Steps in the window.
    pub fn steps(&self) -> usize {
        self.days() * self.steps_per_day()
    }
    /// Length of a step.
    pub fn step(&self) -> Span {
        Span::minutes(f64::from(self.step_minutes))
    }
    /// The moment at which a step starts.
    pub fn moment(&self, step: usize) -> Moment {
        let per_day = self.steps_per_day();
        let day = self.from.plus((step / per_day) as i32);
        let (year, month, day_of_month) = day.ymd();
        let of_day = step % per_day;
        Moment {
            step,
            day,
            year,
            month,
            day_of_month,
            day_of_year: day.of_year(),
            weekday: day.weekday(),
            minute: of_day as u32 * self.step_minutes,
            first_of_day: of_day == 0,
            span: self.step(),
        }
    }
    /// The moment one step after another, cheaper than [`Window::moment`] within a day.
    #[must_use]
    pub fn next(&self, now: &Moment) -> Moment {
        let minute = now.minute + self.step_minutes;
        if minute >= 1440 {
            self.moment(now.step + 1)
        } else {
            Moment { step: now.step + 1, minute, first_of_day: false, ..*now }
        }
    }
}

/// What the calendar says of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Number of the step in the window, from 0.
    pub step: usize,
    /// The civil day.
    pub day: Day,
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day_of_month: u32,
    /// Day of the year, 1 to 366.
    pub day_of_year: u32,
    /// 0 on Monday to 6 on Sunday.
    pub weekday: u32,
    /// Minute of the day at which the step starts.
    pub minute: u32,
    /// Whether this is the first step of its day.
    pub first_of_day: bool,
    /// Length of the step.
    pub span: Span,
}

impl Moment {
    /// Hour of the day at which the step starts, 0 to 23.
    pub fn hour(&self) -> u32 {
        self.minute / 60
    }
    /// Whether this is the first step of the first day of a month.
    pub fn first_of_month(&self) -> bool {
        self.first_of_day && self.day_of_month == 1
    }
    /// Whether this is the first step of a Monday.
    pub fn first_of_week(&self) -> bool {
        self.first_of_day && self.weekday == 0
    }
    /// Month, 1 to 12, as an index from 0.
    pub fn month_index(&self) -> usize {
        (self.month.clamp(1, 12) - 1) as usize
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}", self.day, self.minute / 60, self.minute % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_know_their_calendar() {
        let d = Day::parse("2022-07-08").unwrap();
        assert_eq!(d.ymd(), (2022, 7, 8));
        assert_eq!(d.weekday(), 4, "8 July 2022 was a Friday");
        assert_eq!(Day::parse("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::parse("2022-02-30"), None);
        assert_eq!(Day::parse("2024-02-29").unwrap().of_year(), 60);
        assert_eq!(d.plus(-8).to_string(), "2022-06-30");
    }

    #[test]
    fn stepping_equals_counting() {
        let w = Window {
            from: Day::parse("2023-12-30").unwrap(),
            until: Day::parse("2024-01-03").unwrap(),
            step_minutes: 15,
        };
        let mut m = w.moment(0);
        for step in 0..w.steps() {
            assert_eq!(m, w.moment(step));
            m = w.next(&m);
        }
        assert_eq!(w.moment(2 * 96).to_string(), "2024-01-01 00:00");
        assert!(w.moment(2 * 96).first_of_week());
    }
}
