//! The equations of heat and aging for many transformers and one step length, in arithmetic alone.
//!
//! Powers are made of a logarithm and an exponential to base two, each a short polynomial on one octave (interpolated at its
//! Chebyshev points), so that eight transformers are computed as one and the bits are the same on every machine: against the
//! equations the temperatures differ by less than 0.001 K and the rate of aging by less than 10⁻⁶. Aging over a step is weighted
//! from three moments so that the courses of oil and winding count in full; [`Curves::step`] tells how far that holds.

use crate::equations::transformer::{Constants, Heat};

/// Ends of the loads: what lies outside is held there.
const LEAST: f64 = 1e-12;
const MOST: f64 = 8.0;
/// One kind of transformer at one step length.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Share of the rated losses that stays without load, and the share that grows with its square.
    losses: [f64; 2],
    x: f64,
    top_oil_rise_k: f64,
    y: f64,
    gradient_k: f64,
    k21: f64,
    left: [f64; 3],
    left_half: [f64; 3],
    weights: [f64; 3],
}

impl Curves {
    /// Some constants for steps of some minutes.
    pub fn new(constants: &Constants, step_minutes: f64) -> Self {
        let r = constants.loss_ratio;
        let (left, left_half) = (constants.left_after(step_minutes), constants.left_after(step_minutes / 2.0));
        Self {
            losses: [1.0 / (1.0 + r), r / (1.0 + r)],
            x: constants.x,
            top_oil_rise_k: constants.top_oil_rise_k,
            y: constants.y,
            gradient_k: constants.hot_spot_gradient_k,
            k21: constants.k21,
            left,
            left_half,
            weights: weights(&left, &left_half),
        }
    }

    /// The steady state of a load on the oil and one on the hottest winding.
    pub fn steady(&self, oil_load: f64, winding_load: f64, ambient_c: f64) -> Heat {
        let gradient = self.gradient_k(winding_load);
        Heat {
            top_oil_c: ambient_c + self.top_oil_rise_k(oil_load),
            fast_k: self.k21 * gradient,
            slow_k: (self.k21 - 1.0) * gradient,
        }
    }

    /// Top oil over ambient in the steady state of a load, K.
    #[inline(always)]
    pub fn top_oil_rise_k(&self, load: f64) -> f64 {
        let load = within(load);
        self.top_oil_rise_k * exp2(self.x * log2(self.losses[0] + self.losses[1] * (load * load)))
    }

    /// Hot spot over top oil in the steady state of a load, K.
    #[inline(always)]
    pub fn gradient_k(&self, load: f64) -> f64 {
        let load = within(load);
        self.gradient_k * exp2(self.y * log2(load))
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

    /// Weights of the rates of aging at the beginning, the middle and the end of a step.
    pub fn weights(&self) -> &[f64; 3] {
        &self.weights
    }

    /// Moves a state through a step toward the steady one: the new state, and the mean rate of aging.
    ///
    /// The weights are exact where oil and winding move so little that aging follows them on a straight line. Against the
    /// integral, a year of a village's loads by the hour is right within 0.5 %; Simpson's rule missed by 2 %, for a winding is
    /// at rest long before half an hour is over.
    pub fn step(&self, heat: Heat, steady: Heat) -> (Heat, f64) {
        let half = toward(heat, steady, &self.left_half);
        let end = toward(heat, steady, &self.left);
        let rate = |h: &Heat| Self::aging_rate(h.hot_spot_c());
        (end, self.weights[0] * rate(&heat) + self.weights[1] * rate(&half) + self.weights[2] * rate(&end))
    }

    /// Rate of aging of kraft paper at a hot spot, [`Paper::Kraft`](crate::equations::transformer::Paper): 2^((θ − 98)/6).
    #[inline(always)]
    pub fn aging_rate(hot_spot_c: f64) -> f64 {
        exp2((hot_spot_c - 98.0) * (1.0 / 6.0))
    }
}

/// Adding this and taking it away leaves the nearest whole number, which then stands in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// A load held within its ends.
#[inline(always)]
fn within(load: f64) -> f64 {
    let load = if load > LEAST { load } else { LEAST };
    if load < MOST { load } else { MOST }
}

/// Two to a power between −1000 and 1000.
#[inline(always)]
fn exp2(power: f64) -> f64 {
    const SERIES: [f64; 6] = [
        1.0,
        0.693_147_180_559_945_1,
        0.240_223_490_380_203_77,
        0.055_503_810_137_972_39,
        0.009_666_368_515_384_414,
        0.001_338_130_253_696_297_1,
    ];
    let shifted = power + ROUND;
    let rest = power - (shifted - ROUND);
    let mut series = SERIES[5];
    for term in SERIES.iter().rev().skip(1) {
        series = series * rest + term;
    }
    f64::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// Logarithm to base two of a number above zero.
#[inline(always)]
fn log2(of: f64) -> f64 {
    const SERIES: [f64; 7] = [
        1.442_696_523_046_545,
        -0.721_360_178_576_040_5,
        0.480_613_125_472_926_3,
        -0.359_524_455_462_947_3,
        0.296_119_557_221_416_5,
        -0.267_963_870_518_076_8,
        0.168_186_591_112_316_74,
    ];
    /// Bits of the root of one half: octaves are cut there, so that the numbers around one are on one side of no cut.
    const CUT: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const FRACTION: u64 = 0x000f_ffff_ffff_ffff;
    let bits = of.to_bits().wrapping_add(ONE - CUT);
    let octave = f64::from_bits((bits >> 52).wrapping_add(ROUND.to_bits())) - (ROUND + 1023.0);
    let rest = f64::from_bits((bits & FRACTION).wrapping_add(CUT)) - 1.0;
    let mut series = SERIES[6];
    for term in SERIES.iter().rev().skip(1) {
        series = series * rest + term;
    }
    octave + series * rest
}

/// Weights of beginning, middle and end by which a constant, the course of the oil and that of the winding have their right
/// means over a step, given what is left of each after the step and after half of it.
fn weights(left: &[f64; 3], half: &[f64; 3]) -> [f64; 3] {
    // Mean of exp(−κu) for u from 0 to 1, where exp(−κ) is left.
    let mean = |left: f64| (1.0 - left) / -libm::log(left);
    let row = |i: usize| [half[i] - 1.0, left[i] - 1.0, mean(left[i]) - 1.0];
    // Less the constant's equation, two unknowns are left: middle and end.
    let ([a, b, e], [c, d, f]) = (row(0), row(1));
    let det = a * d - b * c;
    let (middle, end) = ((e * d - b * f) / det, (a * f - e * c) / det);
    let fitted = [1.0 - middle - end, middle, end];
    // Where both courses are one, or a step is no time at all, there is nothing to fit.
    if fitted.iter().all(|w| (0.0..=1.0).contains(w)) { fitted } else { [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0] }
}

fn toward(heat: Heat, steady: Heat, left: &[f64; 3]) -> Heat {
    Heat {
        top_oil_c: steady.top_oil_c + (heat.top_oil_c - steady.top_oil_c) * left[0],
        fast_k: steady.fast_k + (heat.fast_k - steady.fast_k) * left[1],
        slow_k: steady.slow_k + (heat.slow_k - steady.slow_k) * left[2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equations::transformer::{Class, Paper, Strain};

    #[test]
    fn the_rate_of_aging_is_its_power_of_two() {
        for tenth in -600..4000 {
            let c = f64::from(tenth) / 10.0;
            let exact = Paper::Kraft.aging_rate(c);
            assert!((Curves::aging_rate(c) / exact - 1.0).abs() < 1e-6, "{c}");
        }
        assert_eq!((Curves::aging_rate(98.0), Curves::aging_rate(104.0)), (1.0, 2.0));
    }

    #[test]
    fn rises_follow_the_equations() {
        for class in [Class::DistributionOnan, Class::PowerOnan, Class::Od] {
            let (c, curves) = (class.constants(), Curves::new(&class.constants(), 60.0));
            for i in 0..8000 {
                let load = f64::from(i) / 1000.0;
                let (oil, gradient) = (c.top_oil_rise_k(load), c.gradient_k(load));
                assert!((curves.top_oil_rise_k(load) - oil).abs() < 1e-3, "{load} {oil}");
                assert!((curves.gradient_k(load) - gradient).abs() < 1e-3, "{load} {gradient}");
            }
        }
    }

    /// A year of a village's evenings and winters: temperature and life, hour by hour, against the equations.
    #[test]
    fn a_year_of_hours_follows_the_equations() {
        let c = Class::DistributionOnan.constants();
        let curves = Curves::new(&c, 60.0);
        let wave = |h: i32, period: f64| libm::sin(f64::from(h) * core::f64::consts::TAU / period);
        let mut heat = c.steady(Strain { load: 0.3, ambient_c: -20.0 });
        let mut exact = heat;
        let (mut lost, mut lost_exact) = (0.0, 0.0);
        for h in 0..8760 {
            let load = 1.2 * (0.55 - 0.25 * wave(h + 2190, 8760.0)) * (1.0 + 0.5 * wave(h, 24.0));
            let ambient_c = -5.0 + 20.0 * wave(h + 2190, 8760.0) + 5.0 * wave(h, 170.0);
            let (next, rate) = curves.step(heat, curves.steady(load, load, ambient_c));
            lost_exact += c.life_lost_h(Paper::Kraft, exact, Strain { load, ambient_c }, 60.0);
            exact = c.after(exact, Strain { load, ambient_c }, 60.0);
            heat = next;
            lost += rate;
            assert!((heat.hot_spot_c() - exact.hot_spot_c()).abs() < 1e-3, "hour {h}");
        }
        assert!((lost / lost_exact - 1.0).abs() < 0.005, "{lost} {lost_exact}");
        let sum: f64 = curves.weights().iter().sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}
