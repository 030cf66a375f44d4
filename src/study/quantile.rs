//! What a sample tells: mean, its standard error, and quantiles.

/// A sample in six numbers. Mean and error speak of the simulation, quantiles of the range of outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Number of members that have a value.
    pub members: usize,
    /// Their mean.
    pub mean: f64,
    /// Standard error of the mean, s/√n; unknown of a single member.
    pub std_err: Option<f64>,
    /// The value that 5 % of members fall below.
    pub p05: f64,
    /// The median.
    pub p50: f64,
    /// The value that 95 % of members fall below.
    pub p95: f64,
}

impl Spread {
    /// The spread of the numbers among some values; nothing if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sample: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        let first = *sample.first()?;
        let n = sample.len() as f64;
        // Deviations from the first value: equal values have exactly that mean and no error.
        let mean = first + sample.iter().map(|v| v - first).sum::<f64>() / n;
        let squares: f64 = sample.iter().map(|v| (v - mean) * (v - mean)).sum();
        let std_err = (sample.len() > 1).then(|| libm::sqrt(squares / (n - 1.0) / n));
        sample.sort_by(f64::total_cmp);
        let [p05, p50, p95] = [0.05, 0.5, 0.95].map(|p| quantile(&sample, p));
        Some(Self { members: sample.len(), mean, std_err, p05, p50, p95 })
    }
}

/// The quantile of a sorted sample by linear interpolation between order statistics at (n − 1)p (Hyndman and Fan 1996,
/// definition 7); not a number for an empty sample.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p.clamp(0.0, 1.0) * sorted.len().saturating_sub(1) as f64;
    let below = libm::floor(at) as usize;
    match (sorted.get(below), sorted.get(below + 1)) {
        (Some(low), Some(high)) => low + (at - below as f64) * (high - low),
        (Some(last), None) => *last,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_sample_has_known_quantiles() {
        let sample: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let spread = Spread::of(sample).unwrap();
        assert_eq!((spread.members, spread.mean), (101, 50.0));
        assert!([spread.p05 - 5.0, spread.p50 - 50.0, spread.p95 - 95.0].iter().all(|d| d.abs() < 1e-12));
        // s² = n(n + 1)/12 of the first n whole numbers.
        assert!((spread.std_err.unwrap() - libm::sqrt(101.0 * 102.0 / 12.0 / 101.0)).abs() < 1e-12);
        assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.5), 3.0);
        assert_eq!(quantile(&[1.0, 3.0], 0.25), 1.5);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn equal_values_have_exactly_no_error_and_one_has_none_to_tell() {
        let spread = Spread::of([0.1; 7]).unwrap();
        assert_eq!((spread.mean, spread.std_err, spread.p05, spread.p95), (0.1, Some(0.0), 0.1, 0.1));
        assert_eq!(Spread::of([f64::NAN, 2.0]).unwrap().std_err, None);
        assert_eq!(Spread::of([f64::NAN]), None);
    }
}
