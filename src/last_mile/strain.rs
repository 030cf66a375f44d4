//! The equations of heat and aging, tabled for many transformers and one step length.
//!
//! Rises by load and the rate of aging by hot spot are read from tables with straight lines between their points: against
//! the equations the temperatures differ by less than 0.001 K and the rate by less than 10⁻⁵.

use crate::equations::transformer::{Constants, Heat, Paper};

/// Points of the rise tables per unit of load.
const PER_UNIT: f64 = 256.0;
/// Largest load of the tables; more is held there.
const MOST: f64 = 8.0;
/// Points of the aging table per kelvin, and its ends.
const PER_K: f64 = 16.0;
const COLDEST_C: f64 = -60.0;
const HOTTEST_C: f64 = 400.0;

/// Tables of one kind of transformer at one step length.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    top_oil_rise_k: Vec<f64>,
    gradient_k: Vec<f64>,
    aging: Vec<f64>,
    k21: f64,
    left: [f64; 3],
    left_half: [f64; 3],
}

impl Curves {
    /// Tables of some constants for steps of some minutes.
    pub fn new(constants: &Constants, step_minutes: f64) -> Self {
        let loads = (0..=(MOST * PER_UNIT) as usize + 1).map(|i| i as f64 / PER_UNIT);
        let hot = (0..=((HOTTEST_C - COLDEST_C) * PER_K) as usize + 1).map(|i| COLDEST_C + i as f64 / PER_K);
        Self {
            top_oil_rise_k: loads.clone().map(|k| constants.top_oil_rise_k(k)).collect(),
            gradient_k: loads.map(|k| constants.gradient_k(k)).collect(),
            aging: hot.map(|t| Paper::Kraft.aging_rate(t)).collect(),
            k21: constants.k21,
            left: constants.left_after(step_minutes),
            left_half: constants.left_after(step_minutes / 2.0),
        }
    }

    /// The steady state of a load on the oil and one on the hottest winding.
    pub fn steady(&self, oil_load: f64, winding_load: f64, ambient_c: f64) -> Heat {
        let gradient = read(&self.gradient_k, winding_load.clamp(0.0, MOST) * PER_UNIT);
        Heat {
            top_oil_c: ambient_c + read(&self.top_oil_rise_k, oil_load.clamp(0.0, MOST) * PER_UNIT),
            fast_k: self.k21 * gradient,
            slow_k: (self.k21 - 1.0) * gradient,
        }
    }

    /// Moves a state through a step toward the steady one: the new state, and the mean rate of aging by Simpson's rule.
    pub fn step(&self, heat: Heat, steady: Heat) -> (Heat, f64) {
        let half = toward(heat, steady, &self.left_half);
        let end = toward(heat, steady, &self.left);
        let rate = |h: &Heat| self.aging_rate(h.hot_spot_c());
        (end, (rate(&heat) + 4.0 * rate(&half) + rate(&end)) / 6.0)
    }

    /// Rate of aging at a hot spot.
    pub fn aging_rate(&self, hot_spot_c: f64) -> f64 {
        read(&self.aging, (hot_spot_c.clamp(COLDEST_C, HOTTEST_C) - COLDEST_C) * PER_K)
    }
}

fn toward(heat: Heat, steady: Heat, left: &[f64; 3]) -> Heat {
    Heat {
        top_oil_c: steady.top_oil_c + (heat.top_oil_c - steady.top_oil_c) * left[0],
        fast_k: steady.fast_k + (heat.fast_k - steady.fast_k) * left[1],
        slow_k: steady.slow_k + (heat.slow_k - steady.slow_k) * left[2],
    }
}

/// A table read at a position between its points.
fn read(table: &[f64], at: f64) -> f64 {
    let i = (at as usize).min(table.len().saturating_sub(2));
    match table.get(i..i + 2) {
        Some([a, b]) => a + (b - a) * (at - i as f64),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equations::transformer::{Class, Strain};

    #[test]
    fn tables_follow_the_equations() {
        let c = Class::DistributionOnan.constants();
        let curves = Curves::new(&c, 60.0);
        let mut heat = c.steady(Strain { load: 0.3, ambient_c: -20.0 });
        let mut exact = heat;
        let (mut lost, mut lost_exact) = (0.0, 0.0);
        for h in 0..500 {
            let load = 0.7 + 0.6 * libm::sin(f64::from(h) / 3.8);
            let ambient_c = -25.0 + 20.0 * libm::sin(f64::from(h) / 70.0);
            let (next, rate) = curves.step(heat, curves.steady(load, load, ambient_c));
            lost_exact += c.life_lost_h(Paper::Kraft, exact, Strain { load, ambient_c }, 60.0);
            exact = c.after(exact, Strain { load, ambient_c }, 60.0);
            heat = next;
            lost += rate;
            assert!((heat.hot_spot_c() - exact.hot_spot_c()).abs() < 1e-3, "hour {h}");
        }
        // Simpson over an hour misses a part of the quick rise; told in the documentation.
        assert!((lost / lost_exact - 1.0).abs() < 0.03, "{lost} {lost_exact}");
    }
}
