//! The course of the day and of the week.

use crate::calendar::Moment;

/// Factors of the varying load, mean one over a week.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    hour: [f64; 24],
    weekday: [f64; 7],
}

impl Shape {
    /// The shape of 24 hourly factors and of a weekend that asks a share less.
    ///
    /// `strength` scales the departure of the hours from their mean: 1 takes the factors as they are, 0 is flat. Hours and
    /// weekdays are normed to a mean of exactly one, so that a shape never changes a week's energy.
    pub fn new(hours: &[f64; 24], strength: f64, weekend_less: f64) -> Self {
        let mean = hours.iter().sum::<f64>() / 24.0;
        let scale = if mean > 0.0 { 1.0 / mean } else { 0.0 };
        let workday = 1.0 / (1.0 - weekend_less * 2.0 / 7.0);
        let weekend = workday * (1.0 - weekend_less);
        Self {
            hour: hours.map(|h| (1.0 + strength * (h * scale - 1.0)).max(0.0)),
            weekday: [workday, workday, workday, workday, workday, weekend, weekend],
        }
    }

    /// No course at all.
    pub fn flat() -> Self {
        Self::new(&[1.0; 24], 0.0, 0.0)
    }

    /// The mean factor over a step.
    pub fn factor(&self, now: &Moment) -> f64 {
        let first = now.hour() as usize;
        let hours = (now.span.as_hours() as usize).clamp(1, 24);
        let sum: f64 = self.hour.iter().cycle().skip(first).take(hours).sum();
        sum / hours as f64 * self.weekday[now.weekday as usize % 7]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};

    const HOURS: [f64; 24] = [
        0.84, 0.80, 0.78, 0.77, 0.78, 0.83, 0.92, 1.02, 1.08, 1.09, 1.07, 1.05, 1.03, 1.02, 1.02, 1.03, 1.08, 1.16,
        1.22, 1.21, 1.16, 1.09, 1.01, 0.94,
    ];

    #[test]
    fn a_week_means_one_at_any_step() {
        let shape = Shape::new(&HOURS, 0.45, 0.03);
        for step_minutes in [15, 60, 180, 1440] {
            let w = Window { from: Day(0), until: Day(7), step_minutes };
            let mean = (0..w.steps()).map(|s| shape.factor(&w.moment(s))).sum::<f64>() / w.steps() as f64;
            assert!((mean - 1.0).abs() < 1e-12, "steps of {step_minutes} min: {mean}");
        }
    }

    #[test]
    fn evenings_peak_and_weekends_ask_less() {
        let shape = Shape::new(&HOURS, 0.5, 0.03);
        let w = Window { from: Day::parse("2022-07-08").unwrap(), until: Day(30_000), step_minutes: 60 };
        assert!(shape.factor(&w.moment(18)) > shape.factor(&w.moment(3)));
        assert!((shape.factor(&w.moment(24 + 18)) / shape.factor(&w.moment(18)) - 0.97).abs() < 1e-12);
    }
}
