//! Water on its way between two dams: first in, first out, nothing lost.
//!
//! A travel time of n + f steps (0 ≤ f < 1) brings a parcel in two parts, 1 − f of it n steps later and f one step after;
//! so any step length carries any travel time exactly in volume and in mean delay.

use crate::units::{Span, Volume};

/// A stretch of river that delays what enters it.
#[derive(Clone, Debug, PartialEq)]
pub struct Travel {
    /// Arrivals due, a ring: `due[head]` arrives in the running step.
    due: Vec<Volume>,
    head: usize,
    whole: usize,
    later: f64,
}

impl Travel {
    /// A river in steady flow: every step so far has brought `per_step` into it.
    pub fn steady(travel: Span, step: Span, per_step: Volume) -> Self {
        let steps = (travel.as_hours() / step.as_hours()).max(0.0);
        let whole = libm::floor(steps) as usize;
        let later = steps - whole as f64;
        let mut due = vec![per_step; whole + 2];
        // Of the last parcel only the delayed part is due in the step after all whole delays; nothing is due beyond it.
        due[whole] = per_step * later;
        due[whole + 1] = Volume::ZERO;
        Self { due, head: 0, whole, later }
    }
    /// What is certain to arrive in the running step (what enters during it may add to it if travel is below one step).
    pub fn due(&self) -> Volume {
        self.due[self.head]
    }
    /// Lets a step's water in at the top.
    pub fn enter(&mut self, water: Volume) {
        let n = self.due.len();
        let delayed = water * self.later;
        self.due[(self.head + self.whole) % n] += water - delayed;
        self.due[(self.head + self.whole + 1) % n] += delayed;
    }
    /// Takes what has arrived in the step, and turns to the next step.
    pub fn arrive(&mut self) -> Volume {
        let arrived = core::mem::replace(&mut self.due[self.head], Volume::ZERO);
        self.head = (self.head + 1) % self.due.len();
        arrived
    }
    /// Volume on its way.
    pub fn volume(&self) -> Volume {
        self.due.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pulse_arrives_after_its_travel_time() {
        let mut river = Travel::steady(Span::hours(6.0), Span::hours(1.0), Volume::ZERO);
        let arrivals: Vec<f64> = (0..10)
            .map(|t| {
                river.enter(Volume::km3(if t == 0 { 2.0 } else { 0.0 }));
                river.arrive().as_km3()
            })
            .collect();
        assert_eq!(arrivals, vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn part_of_a_step_splits_the_parcel() {
        let mut river = Travel::steady(Span::hours(6.0), Span::hours(24.0), Volume::ZERO);
        river.enter(Volume::km3(4.0));
        assert_eq!((river.arrive().as_km3(), river.arrive().as_km3()), (3.0, 1.0));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_order_is_kept(
            travel in 0.0_f64..60.0,
            step in prop_oneof![Just(0.25), Just(1.0), Just(24.0)],
            start in 0.0_f64..0.1,
            flows in prop::collection::vec(0.0_f64..0.1, 1..200),
        ) {
            let mut river = Travel::steady(Span::hours(travel), Span::hours(step), Volume::km3(start));
            // In steady flow the river holds travel/step parcels.
            prop_assert!((river.volume().as_km3() - start * travel / step).abs() < 1e-12);
            let (mut entered, mut arrived) = (river.volume(), Volume::ZERO);
            for q in flows {
                river.enter(Volume::km3(q));
                entered += Volume::km3(q);
                arrived += river.arrive();
                let off = (entered - arrived - river.volume()).as_km3().abs();
                prop_assert!(off < 1e-12 * entered.as_km3().max(1.0));
            }
        }
    }
}
