//! States of the inflow: how a stage departs from its mean in the training years, and how long that lasts.
//!
//! The logarithm of a stage's inflow over its mean is taken as a first-order autoregression with the spread and the persistence
//! found in the years; five states stand for it (Rouwenhorst's method, which keeps both). Where inflow hardly departs there is one.

use super::{STAGE_HOURS, System, Year};

/// Spread of the logarithm below which inflow has one state.
const CALM: f64 = 0.03;
/// States otherwise.
const STATES: usize = 5;
/// How dry a spell the reserve is made for, in standard deviations.
const DRY: f64 = 2.4;

/// The law of departures from the mean.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Persistence {
    /// Factor of each state.
    pub(super) factors: Vec<f64>,
    /// Probability of the next stage's state, by row of the present one.
    pub(super) step: Vec<Vec<f64>>,
    sd: f64,
    lag: f64,
}

impl Persistence {
    /// From the years and the mean inflow by stage and reservoir.
    pub(super) fn of(system: &System, years: &[Year], inflow: &[Vec<f64>]) -> Self {
        let nr = system.reservoirs.len();
        let (mut sum, mut squares, mut products, mut count, mut pairs) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for year in years {
            let mut before: Option<f64> = None;
            for (t, mean) in inflow.iter().enumerate() {
                let from = t * STAGE_HOURS * nr;
                let came: f64 = year.inflow[from..from + STAGE_HOURS * nr].iter().sum();
                let usual: f64 = mean.iter().sum::<f64>() * STAGE_HOURS as f64;
                let z = libm::log((came / usual.max(1e-9)).max(1e-6));
                sum += z;
                squares += z * z;
                count += 1.0;
                if let Some(b) = before {
                    products += b * z;
                    pairs += 1.0;
                }
                before = Some(z);
            }
        }
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        let sd = libm::sqrt(variance);
        if sd < CALM {
            return Self { factors: vec![1.0], step: vec![vec![1.0]], sd: 0.0, lag: 0.0 };
        }
        let lag = ((products / f64::max(pairs, 1.0) - mean * mean) / variance).clamp(0.0, 0.98);
        let p = f64::midpoint(1.0, lag);
        let mut step = vec![vec![p, 1.0 - p], vec![1.0 - p, p]];
        while step.len() < STATES {
            step = widened(&step, p);
        }
        let farthest = libm::sqrt((STATES - 1) as f64);
        let score = |i: usize| farthest * (2.0 * i as f64 / (STATES - 1) as f64 - 1.0);
        let factors = (0..STATES).map(|i| libm::exp(sd * score(i) - variance / 2.0)).collect();
        Self { factors, step, sd, lag }
    }

    /// Whether inflow persists at all.
    pub(super) fn is_known(&self) -> bool {
        self.factors.len() > 1
    }

    /// The states nearest to a factor of inflow, and the share of the second.
    pub(super) fn state(&self, factor: f64) -> (usize, usize, f64) {
        let last = self.factors.len() - 1;
        let i = self.factors.partition_point(|f| *f <= factor);
        if i == 0 || last == 0 {
            return (0, 0, 0.0);
        }
        if i > last {
            return (last, last, 0.0);
        }
        (i - 1, i, (factor - self.factors[i - 1]) / (self.factors[i] - self.factors[i - 1]))
    }

    /// Factors of a dry spell that begins at a factor, stage by stage: the expected way back to the mean less [`DRY`] standard
    /// deviations of what may have come by then, on average over the spell.
    pub(super) fn dry_spell(&self, factor: f64) -> impl Iterator<Item = f64> + use<> {
        let (sd, lag) = (self.sd, self.lag);
        let score = libm::log(factor.max(1e-6)) / sd.max(1e-9) + sd / 2.0;
        let (mut fade, mut gone) = (1.0, 0.0);
        core::iter::from_fn(move || {
            let spread = libm::sqrt(1.0 - fade * fade) / libm::sqrt(1.0 + gone * (1.0 - lag) / (1.0 + lag));
            let f = libm::exp(sd * (score * fade - DRY * spread) - sd * sd / 2.0);
            fade *= lag;
            gone += 1.0;
            Some(f)
        })
    }
}

/// Rouwenhorst's matrix of one state more.
fn widened(step: &[Vec<f64>], p: f64) -> Vec<Vec<f64>> {
    let n = step.len() + 1;
    let mut next = vec![vec![0.0; n]; n];
    for (i, row) in step.iter().enumerate() {
        for (j, x) in row.iter().enumerate() {
            next[i][j] += p * x;
            next[i][j + 1] += (1.0 - p) * x;
            next[i + 1][j] += (1.0 - p) * x;
            next[i + 1][j + 1] += p * x;
        }
    }
    for row in &mut next[1..n - 1] {
        for x in row {
            *x /= 2.0;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Member, Seed, Stream};

    #[test]
    fn spread_and_persistence_are_found_again() {
        let system = crate::water::tests::small_system();
        let stages = 73;
        let stream = Stream::new(Seed(3), Member(0), "test.persistence", "x");
        let (sd, lag) = (0.2, 0.8);
        let years: Vec<Year> = (0..40)
            .map(|y| {
                let mut z = stream.at(y * 1000 - 1).normal();
                let mut inflow = Vec::new();
                for t in 0..stages {
                    z = lag * z + libm::sqrt(1.0 - lag * lag) * stream.at(y * 1000 + t).normal();
                    let f: f64 = libm::exp(sd * z);
                    inflow.extend((0..STAGE_HOURS * 3).map(|_| 100.0 * f));
                }
                Year { loads: Vec::new(), inflow }
            })
            .collect();
        let found = Persistence::of(&system, &years, &vec![vec![100.0; 3]; stages as usize]);
        assert!((found.sd - sd).abs() < 0.02 && (found.lag - lag).abs() < 0.04, "{} {}", found.sd, found.lag);
        for row in &found.step {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        // The chain's own lag-one correlation is that of the years, by Rouwenhorst.
        let expected: f64 = found.step[0].iter().zip(&found.factors).map(|(p, f)| p * libm::log(*f)).sum();
        let mean: f64 = -found.sd * found.sd / 2.0;
        let start = libm::log(found.factors[0]);
        assert!(((expected - mean) / (start - mean) - found.lag).abs() < 1e-9);
        let (a, b, part) = found.state(1.0);
        assert!(a + 1 == b && (0.0..=1.0).contains(&part));
        let spell: Vec<f64> = found.dry_spell(1.0).take(30).collect();
        assert!((spell[0] - 1.0).abs() < 1e-12 && spell[5] < 0.8 && spell[29] > spell[5], "{spell:?}");
    }
}
