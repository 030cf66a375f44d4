//! The equations of heat and aging, tabled for many transformers and one step length.
//!
//! Rises by load are read from tables with straight lines between their points, the rate of aging is a power of two by its
//! series: against the equations the temperatures differ by less than 0.001 K and the rate by less than 10⁻⁹.

use super::abreast::{Column, WIDE};
use crate::equations::transformer::{Constants, Heat};

/// Points of the rise tables per unit of load.
const PER_UNIT: f64 = 256.0;
/// Largest load of the tables; more is held there.
const MOST: f64 = 8.0;
/// Points of a rise table.
const POINTS: usize = (MOST * PER_UNIT) as usize + 2;
/// Ends of the hot spots whose aging is told apart, °C.
const COLDEST_C: f64 = -60.0;
const HOTTEST_C: f64 = 400.0;

/// Tables of one kind of transformer at one step length.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    top_oil_rise_k: Vec<f64>,
    gradient_k: Vec<f64>,
    k21: f64,
    left: [f64; 3],
    left_half: [f64; 3],
}

impl Curves {
    /// Tables of some constants for steps of some minutes.
    pub fn new(constants: &Constants, step_minutes: f64) -> Self {
        let loads = (0..POINTS).map(|i| i as f64 / PER_UNIT);
        Self {
            top_oil_rise_k: loads.clone().map(|k| constants.top_oil_rise_k(k)).collect(),
            gradient_k: loads.map(|k| constants.gradient_k(k)).collect(),
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

    /// Top oil over ambient in the steady state of each load, K.
    #[inline(always)]
    pub fn top_oil_rises_k(&self, loads: &Column) -> Column {
        read_each(&self.top_oil_rise_k, loads)
    }

    /// Hot spot over top oil in the steady state of each load, K.
    #[inline(always)]
    pub fn gradients_k(&self, loads: &Column) -> Column {
        read_each(&self.gradient_k, loads)
    }

    /// Share of the gradient that the fast part of the hot spot ends in.
    pub fn k21(&self) -> f64 {
        self.k21
    }

    /// Shares of top oil, fast and slow part that are left of a departure after a step.
    pub fn left(&self) -> &[f64; 3] {
        &self.left
    }

    /// The same after half a step.
    pub fn left_half(&self) -> &[f64; 3] {
        &self.left_half
    }

    /// Moves a state through a step toward the steady one: the new state, and the mean rate of aging by Simpson's rule.
    pub fn step(&self, heat: Heat, steady: Heat) -> (Heat, f64) {
        let half = toward(heat, steady, &self.left_half);
        let end = toward(heat, steady, &self.left);
        let rate = |h: &Heat| Self::aging_rate(h.hot_spot_c());
        (end, (rate(&heat) + 4.0 * rate(&half) + rate(&end)) / 6.0)
    }

    /// Rate of aging of kraft paper at a hot spot, [`Paper::Kraft`](crate::equations::transformer::Paper): 2^((θ − 98)/6),
    /// a series of ln 2 around the nearest whole power. Arithmetic alone, so that eight of them are one.
    #[inline(always)]
    pub fn aging_rate(hot_spot_c: f64) -> f64 {
        // Adding and taking away this leaves the nearest whole number, which stands in the low bits of the sum.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        const TAYLOR: [f64; 10] = {
            let mut terms = [1.0; 10];
            let mut k = 1;
            while k < 10 {
                terms[k] = terms[k - 1] * core::f64::consts::LN_2 / k as f64;
                k += 1;
            }
            terms
        };
        let power = (hot_spot_c.clamp(COLDEST_C, HOTTEST_C) - 98.0) / 6.0;
        let shifted = power + ROUND;
        let rest = power - (shifted - ROUND);
        let mut series = TAYLOR[9];
        for term in TAYLOR.iter().rev().skip(1) {
            series = series * rest + term;
        }
        f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
    }
}

fn toward(heat: Heat, steady: Heat, left: &[f64; 3]) -> Heat {
    Heat {
        top_oil_c: steady.top_oil_c + (heat.top_oil_c - steady.top_oil_c) * left[0],
        fast_k: steady.fast_k + (heat.fast_k - steady.fast_k) * left[1],
        slow_k: steady.slow_k + (heat.slow_k - steady.slow_k) * left[2],
    }
}

/// A table of rises read at each load.
#[inline(always)]
fn read_each(table: &[f64], loads: &Column) -> Column {
    let Some(table) = table.first_chunk::<POINTS>() else { return [0.0; WIDE] };
    core::array::from_fn(|i| {
        let load = if loads[i] < MOST { loads[i] } else { MOST };
        let at = load * PER_UNIT;
        // Never beyond the last straight line: the compiler then sees that both points exist.
        let below = (at as u32 as usize).min(POINTS - 2);
        table[below] + (table[below + 1] - table[below]) * (at - below as f64)
    })
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
    use crate::equations::transformer::{Class, Paper, Strain};

    #[test]
    fn the_series_of_aging_is_its_power_of_two() {
        for tenth in -600..4000 {
            let c = f64::from(tenth) / 10.0;
            let exact = Paper::Kraft.aging_rate(c);
            assert!((Curves::aging_rate(c) / exact - 1.0).abs() < 1e-9, "{c}");
        }
        assert_eq!((Curves::aging_rate(98.0), Curves::aging_rate(104.0)), (1.0, 2.0));
    }

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
