//! The equations of heat and aging for many transformers and one step length, in arithmetic alone.
//!
//! Powers are made of a logarithm and an exponential to base two, each a short polynomial on one octave (interpolated at its
//! Chebyshev points), so that sixteen transformers are computed as one and the bits are the same on every machine. Numbers
//! have single precision: twice as many fit into a vector, and against the equations the temperatures differ by less than
//! 0.001 K (of a rise of hundreds, two millionths more) and the rate of aging by less than 10⁻⁵. Aging over a step is weighted from three moments so that the courses of
//! oil and winding count in full ([`Curves::weights`]).

use crate::equations::transformer::Constants;

/// Ends of the loads: what lies outside is held there.
const LEAST: f32 = 1e-12;
const MOST: f32 = 8.0;

/// One kind of transformer at one step length.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Share of the rated losses that stays without load, and the share that grows with its square.
    losses: [f32; 2],
    x: f32,
    top_oil_rise_k: f32,
    y: f32,
    gradient_k: f32,
    k21: f32,
    left: [f32; 3],
    left_half: [f32; 3],
    weights: [f32; 3],
}

impl Curves {
    /// Some constants for steps of some minutes.
    pub fn new(constants: &Constants, step_minutes: f64) -> Self {
        let r = constants.loss_ratio;
        let (left, left_half) = (constants.left_after(step_minutes), constants.left_after(step_minutes / 2.0));
        let single = |of: [f64; 3]| of.map(|x| x as f32);
        Self {
            losses: [(1.0 / (1.0 + r)) as f32, (r / (1.0 + r)) as f32],
            x: constants.x as f32,
            top_oil_rise_k: constants.top_oil_rise_k as f32,
            y: constants.y as f32,
            gradient_k: constants.hot_spot_gradient_k as f32,
            k21: constants.k21 as f32,
            left: single(left),
            left_half: single(left_half),
            weights: single(weights(&left, &left_half)),
        }
    }

    /// Top oil over ambient in the steady state of a load, K; of the load's square, which is what heats.
    #[inline(always)]
    pub fn top_oil_rise_k(&self, square: f32) -> f32 {
        let square = if square < MOST * MOST { square } else { MOST * MOST };
        self.top_oil_rise_k * exp2(self.x * log2(self.losses[0] + self.losses[1] * square))
    }

    /// Hot spot over top oil in the steady state of a load, K.
    #[inline(always)]
    pub fn gradient_k(&self, load: f32) -> f32 {
        let load = if load > LEAST { load } else { LEAST };
        let load = if load < MOST { load } else { MOST };
        self.gradient_k * exp2(self.y * log2(load))
    }

    /// Share of the gradient that the fast part of the hot spot ends in.
    pub fn k21(&self) -> f32 {
        self.k21
    }

    /// Shares of top oil, fast and slow part that are left of a departure after a step.
    pub fn left(&self) -> &[f32; 3] {
        &self.left
    }

    /// The same after half a step.
    pub fn left_half(&self) -> &[f32; 3] {
        &self.left_half
    }

    /// Weights of the rates of aging at the beginning, the middle and the end of a step: exact where oil and winding move so
    /// little that aging follows them on a straight line. Against the integral, a year of a village's loads by the hour is
    /// right within 0.5 %; Simpson's rule missed by 2 %, for a winding is at rest long before half an hour is over.
    pub fn weights(&self) -> &[f32; 3] {
        &self.weights
    }

    /// Rate of aging of kraft paper at a hot spot, [`Paper::Kraft`](crate::equations::transformer::Paper): 2^((θ − 98)/6).
    #[inline(always)]
    pub fn aging_rate(hot_spot_c: f32) -> f32 {
        exp2((hot_spot_c - 98.0) * (1.0 / 6.0))
    }
}

/// Adding this and taking it away leaves the nearest whole number, which then stands in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;

/// Two to a power between −100 and 100.
#[inline(always)]
fn exp2(power: f32) -> f32 {
    const SERIES: [f32; 6] = [1.0, core::f32::consts::LN_2, 0.240_223_5, 0.055_503_81, 0.009_666_369, 0.001_338_130_3];
    let shifted = power + ROUND;
    let rest = power - (shifted - ROUND);
    let mut series = SERIES[5];
    for term in SERIES.iter().rev().skip(1) {
        series = series * rest + term;
    }
    f32::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Logarithm to base two of a number above zero.
#[inline(always)]
fn log2(of: f32) -> f32 {
    const SERIES: [f32; 7] =
        [1.442_696_5, -0.721_360_2, 0.480_613_1, -0.359_524_46, 0.296_119_57, -0.267_963_86, 0.168_186_6];
    /// Bits of the root of one half: octaves are cut there, so that the numbers around one are on one side of no cut.
    const CUT: u32 = 0x3f35_04f3;
    const ONE: u32 = 0x3f80_0000;
    const FRACTION: u32 = 0x007f_ffff;
    let bits = of.to_bits().wrapping_add(ONE - CUT);
    let octave = f32::from_bits((bits >> 23).wrapping_add(ROUND.to_bits())) - (ROUND + 127.0);
    let rest = f32::from_bits((bits & FRACTION).wrapping_add(CUT)) - 1.0;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equations::transformer::{Class, Paper, Strain};

    #[test]
    fn the_rate_of_aging_is_its_power_of_two() {
        for tenth in -600..4000 {
            let c = f64::from(tenth) / 10.0;
            let exact = Paper::Kraft.aging_rate(c);
            assert!((f64::from(Curves::aging_rate(c as f32)) / exact - 1.0).abs() < 1e-5, "{c}");
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
                assert!(
                    (f64::from(curves.top_oil_rise_k((load * load) as f32)) - oil).abs() < 1e-3 + 2e-6 * oil,
                    "{load} {oil}"
                );
                assert!(
                    (f64::from(curves.gradient_k(load as f32)) - gradient).abs() < 1e-3 + 2e-6 * gradient,
                    "{load} {gradient}"
                );
            }
        }
    }

    /// A year of a village's evenings and winters: life by three rates an hour against the integral.
    #[test]
    fn a_year_of_hours_ages_as_the_equations() {
        let c = Class::DistributionOnan.constants();
        let curves = Curves::new(&c, 60.0);
        let wave = |h: i32, period: f64| libm::sin(f64::from(h) * core::f64::consts::TAU / period);
        let mut heat = c.steady(Strain { load: 0.3, ambient_c: -20.0 });
        let (mut lost, mut lost_exact) = (0.0, 0.0);
        for h in 0..8760 {
            let load = 1.2 * (0.55 - 0.25 * wave(h + 2190, 8760.0)) * (1.0 + 0.5 * wave(h, 24.0));
            let strain = Strain { load, ambient_c: -5.0 + 20.0 * wave(h + 2190, 8760.0) + 5.0 * wave(h, 170.0) };
            let hot = [heat, c.after(heat, strain, 30.0), c.after(heat, strain, 60.0)].map(|h| h.hot_spot_c());
            let rates = hot.map(|c| f64::from(Curves::aging_rate(c as f32)));
            lost += curves.weights().iter().zip(rates).map(|(w, r)| f64::from(*w) * r).sum::<f64>();
            lost_exact += c.life_lost_h(Paper::Kraft, heat, strain, 60.0);
            heat = c.after(heat, strain, 60.0);
        }
        assert!((lost / lost_exact - 1.0).abs() < 0.005, "{lost} {lost_exact}");
        let sum: f32 = curves.weights().iter().sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }
}
