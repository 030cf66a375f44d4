//! Figures by day: smooth between monthly means, or in steps from dates on.

use super::mean_preserving;
use crate::calendar::{Day, Window};

/// A figure for each day, held at its ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Daily {
    first: Day,
    values: Vec<f64>,
}

impl Daily {
    /// Days that keep the means of consecutive months, from the month of a day on; `None` if there are no months.
    pub fn from_months(first_month: Day, means: &[f64]) -> Option<Self> {
        let (year, month, _) = first_month.ymd();
        let first = Day::from_ymd(year, month, 1)?;
        let mut at = first;
        let mut days = Vec::with_capacity(means.len());
        for _ in means {
            let len = at.days_in_month();
            days.push(len);
            at = at.plus(len as i32);
        }
        (!means.is_empty()).then(|| Self { first, values: mean_preserving(&days, means, false) })
    }
    /// The same figure on every day.
    pub fn constant(value: f64) -> Self {
        Self { first: Day(0), values: vec![value] }
    }
    /// The figure of a day.
    pub fn on(&self, day: Day) -> f64 {
        let at = i64::from(day.0) - i64::from(self.first.0);
        let last = self.values.len().saturating_sub(1);
        self.values.get((at.max(0) as usize).min(last)).copied().unwrap_or(0.0)
    }
    /// Whether a window lies within the days given.
    pub fn covers(&self, window: &Window) -> bool {
        self.first <= window.from && window.until.0 <= self.first.0 + self.values.len() as i32
    }
}

/// Something that holds from a date until the next one; before the first date the first holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps<T> {
    from: Vec<(Day, T)>,
}

impl<T> Steps<T> {
    /// Steps in any order; `None` if there are none or two begin on one day.
    pub fn new(mut from: Vec<(Day, T)>) -> Option<Self> {
        from.sort_by_key(|(day, _)| *day);
        let apart = from.windows(2).all(|w| w[0].0 < w[1].0);
        (apart && !from.is_empty()).then_some(Self { from })
    }
    /// The same from ever on.
    pub fn constant(value: T) -> Self {
        Self { from: vec![(Day(0), value)] }
    }
    /// What holds on a day.
    pub fn on(&self, day: Day) -> &T {
        let at = self.from.partition_point(|(from, _)| *from <= day);
        &self.from[at.saturating_sub(1)].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_keep_their_means_and_ends_are_held() {
        let jan = Day::parse("2022-01-01").unwrap();
        let daily = Daily::from_months(jan.plus(9), &[10.0, 20.0, 5.0]).unwrap();
        let mean =
            |from: i32, days: i32| (0..days).map(|d| daily.on(jan.plus(from + d))).sum::<f64>() / f64::from(days);
        assert!((mean(0, 31) - 10.0).abs() < 1e-12 && (mean(31, 28) - 20.0).abs() < 1e-12);
        assert_eq!(daily.on(jan.plus(-5)), daily.on(jan));
        assert_eq!(daily.on(jan.plus(500)), daily.on(jan.plus(89)));
        assert!(daily.covers(&Window { from: jan, until: jan.plus(90), step_minutes: 60 }));
        assert!(!daily.covers(&Window { from: jan, until: jan.plus(91), step_minutes: 60 }));
        assert_eq!(Daily::from_months(jan, &[]), None);
    }

    #[test]
    fn steps_hold_until_the_next() {
        let d = |t| Day::parse(t).unwrap();
        let s = Steps::new(vec![(d("2022-07-01"), 1.30), (d("2021-07-01"), 1.23)]).unwrap();
        assert_eq!([s.on(d("2020-01-01")), s.on(d("2022-06-30")), s.on(d("2022-07-01"))], [&1.23, &1.23, &1.30]);
        assert_eq!(Steps::<f64>::new(vec![]), None);
        assert_eq!(Steps::new(vec![(Day(1), 1), (Day(1), 2)]), None);
    }
}
