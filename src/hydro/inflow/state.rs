//! States of the inflow: what an operator who knows the law of drawn years, and today's rivers, expects of the months to come.
//!
//! Years are drawn by the law of the scenario, far from any calendar year and under a seed of their own, so that no simulated
//! year is among them. Each month's drawn volume of the cascade, as a share of its norm, falls in one of five classes
//! of equal probability; the mean of each basin in a class, and how often one class follows another, are counted. So the chain
//! inherits the persistence of months and of years from the generator and nothing is fitted.

use super::{Basin, InflowNow, Variability};
use crate::random::{Member, Seed};

/// Classes of a month.
pub const CLASSES: usize = 5;
/// Drawn years.
const YEARS: i32 = 300;
/// The first of them: no calendar comes there.
const FIRST_YEAR: i32 = 20_000;
/// Their seed.
const SEED: Seed = Seed(0x1a7e_5eed);

/// The states of a cascade's inflow by month.
#[derive(Clone, Debug, PartialEq)]
pub struct States {
    /// Upper bounds of the classes but the last, as shares of the norm, by month.
    bounds: [[f64; CLASSES - 1]; 12],
    /// Mean factor on gross inflow by month, class and basin.
    pub factor: [[Vec<f64>; CLASSES]; 12],
    /// Probability of the next month's class by month and class.
    pub step: [[[f64; CLASSES]; CLASSES]; 12],
}

impl States {
    /// The states of some basins, with their ids, under a law.
    pub fn drawn(basins: &[(&str, &Basin)], law: &Variability) -> Self {
        let streams: Vec<InflowNow> = basins.iter().map(|(id, _)| InflowNow::new(SEED, Member(0), id)).collect();
        // By year and month: the factor of each basin, and the share of the whole.
        let mut months: Vec<(Vec<f64>, f64)> = Vec::with_capacity(YEARS as usize * 12);
        for year in FIRST_YEAR..FIRST_YEAR + YEARS {
            let of: Vec<[f64; 12]> =
                streams.iter().zip(basins).map(|(now, (_, basin))| now.anomaly(basin, law, year)).collect();
            for m in 0..12 {
                let factors: Vec<f64> = of.iter().map(|f| f[m]).collect();
                let share = Self::share(basins, m, |b| factors[b]);
                months.push((factors, share));
            }
        }
        let mut bounds = [[0.0; CLASSES - 1]; 12];
        for (m, bounds) in bounds.iter_mut().enumerate() {
            let mut shares: Vec<f64> = months.iter().skip(m).step_by(12).map(|x| x.1).collect();
            shares.sort_by(f64::total_cmp);
            for (i, bound) in bounds.iter_mut().enumerate() {
                *bound = shares[shares.len() * (i + 1) / CLASSES];
            }
        }
        let class = |at: usize| class_of(&bounds[at % 12], months[at].1);
        let mut counts = [[0.0; CLASSES]; 12];
        let mut factor: [[Vec<f64>; CLASSES]; 12] =
            core::array::from_fn(|_| core::array::from_fn(|_| vec![0.0; basins.len()]));
        let mut step = [[[0.0; CLASSES]; CLASSES]; 12];
        for (at, (factors, _)) in months.iter().enumerate() {
            let (m, c) = (at % 12, class(at));
            counts[m][c] += 1.0;
            for (sum, f) in factor[m][c].iter_mut().zip(factors) {
                *sum += f;
            }
            if at + 1 < months.len() {
                step[m][c][class(at + 1)] += 1.0;
            }
        }
        for m in 0..12 {
            for c in 0..CLASSES {
                for f in &mut factor[m][c] {
                    *f /= f64::max(counts[m][c], 1.0);
                }
                let all: f64 = step[m][c].iter().sum();
                for p in &mut step[m][c] {
                    *p = if all > 0.0 { *p / all } else { 1.0 / CLASSES as f64 };
                }
            }
        }
        Self { bounds, factor, step }
    }

    /// The share of the norm that basins bring together, given the factor of each.
    fn share(basins: &[(&str, &Basin)], month: usize, factor: impl Fn(usize) -> f64) -> f64 {
        let gross = basins.iter().map(|(_, b)| b.gross(month).max(0.0));
        let (mut sum, mut all) = (0.0, 0.0);
        for (b, gross) in gross.enumerate() {
            sum += gross * factor(b);
            all += gross;
        }
        if all > 0.0 { sum / all } else { 1.0 }
    }

    /// The class of a month whose rivers bring a share of their norm.
    pub fn class(&self, month_index: usize, share: f64) -> usize {
        class_of(&self.bounds[month_index % 12], share)
    }
}

fn class_of(bounds: &[f64; CLASSES - 1], share: f64) -> usize {
    bounds.iter().filter(|b| share >= **b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hydro::angara;

    fn law(year_lag: f64, month_lag: f64) -> Variability {
        Variability { year_cv: 0.2, year_lag, month_cv: 0.25, month_lag, basin_correlation: 0.5 }
    }

    fn states(law: &Variability) -> States {
        let cascade = angara::cascade(crate::hydro::inflow::Hydrology::Normal);
        let basins: Vec<(&str, &Basin)> = cascade.reservoirs().iter().map(|r| (r.id.as_str(), &r.basin)).collect();
        States::drawn(&basins, law)
    }

    #[test]
    fn classes_keep_the_norm_and_their_rows_are_probabilities() {
        let s = states(&law(0.4, 0.5));
        for m in 0..12 {
            for basin in 0..4 {
                let mean = (0..CLASSES).map(|c| s.factor[m][c][basin]).sum::<f64>() / CLASSES as f64;
                assert!((mean - 1.0).abs() < 0.08, "month {m}, basin {basin}: the drawn mean is {mean} of the norm");
                let rises = s.factor[m].windows(2).all(|w| w[1][basin] >= w[0][basin] - 0.05);
                assert!(rises, "a wetter class is wetter in each basin");
            }
            for row in &s.step[m] {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12 && row.iter().all(|p| *p >= 0.0));
            }
            assert_eq!(s.class(m, 0.1), 0);
            assert_eq!(s.class(m, 1.0), 2, "the norm is the middle class");
            assert_eq!(s.class(m, 3.0), CLASSES - 1);
        }
    }

    #[test]
    fn the_chain_inherits_persistence() {
        let stays =
            |s: &States| (0..12).map(|m| (0..CLASSES).map(|c| s.step[m][c][c]).sum::<f64>()).sum::<f64>() / 60.0;
        let (with, without) = (stays(&states(&law(0.4, 0.6))), stays(&states(&law(0.0, 0.0))));
        assert!(with > without + 0.05, "{with} of the months stay in their class, {without} without a memory");
        assert!(with > 0.3, "a fifth would be no memory at all: {with}");
    }
}
