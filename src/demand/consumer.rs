//! Named flat consumers and how they grow from year to year.

use crate::ids::BusId;
use crate::units::{Fraction, Power};

/// A consumer that asks the same power in every hour of a year: a smelter, a chemical works, railway traction.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    /// Its id in the scenario.
    pub name: String,
    /// The bus.
    pub bus: BusId,
    /// Power when fully built.
    pub power: Power,
    /// Share of it in operation, by year.
    pub ramp: YearSteps,
    /// Share of what it asks that is shed last: the technological minimum.
    pub protected: Fraction,
}

/// A number by year: that of the last year listed that is not later; before the first year, that of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct YearSteps {
    steps: Vec<(i32, f64)>,
}

impl YearSteps {
    /// Numbers by year; `None` if there are none, one is not finite, or years do not increase.
    pub fn new(steps: Vec<(i32, f64)>) -> Option<Self> {
        let sound = !steps.is_empty() && steps.iter().all(|(_, v)| v.is_finite());
        (sound && steps.windows(2).all(|w| w[0].0 < w[1].0)).then_some(Self { steps })
    }
    /// The same number in every year.
    pub fn constant(value: f64) -> Self {
        Self { steps: vec![(0, value)] }
    }
    /// The number in a year.
    pub fn at(&self, year: i32) -> f64 {
        let next = self.steps.partition_point(|(from, _)| *from <= year);
        self.steps.get(next.saturating_sub(1)).map_or(0.0, |(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_between_years_and_beyond_both_ends() {
        let s = YearSteps::new(vec![(2022, 0.25), (2024, 0.75)]).unwrap();
        assert_eq!([2000, 2022, 2023, 2024, 2090].map(|y| s.at(y)), [0.25, 0.25, 0.25, 0.75, 0.75]);
        assert!(YearSteps::new(vec![(2022, 1.0), (2022, 2.0)]).is_none());
        assert!(YearSteps::new(vec![]).is_none());
    }
}
