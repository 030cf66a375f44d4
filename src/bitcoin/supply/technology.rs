//! Which efficiency is on sale on a day: a mean of the catalog that leans to new and to efficient machines.

use crate::calendar::Day;

/// Days between two points of the curve.
const APART: i32 = 91;
/// Years in which the energy of a hash halves after the last release known (catalog 2016 to mid-2022: 2.7 to 3).
const HALVING_DAYS: f64 = 3.0 * 365.25;

/// How buyers lean to what is new and to what is efficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaning {
    /// Days over which a release fades.
    pub fade_days: f64,
    /// Power of efficiency by which better machines weigh more.
    pub efficiency: f64,
}

/// Efficiency on sale by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    first: Day,
    /// Logarithms of J/TH, one each 91 days.
    points: Vec<f64>,
}

impl Technology {
    /// The curve of a catalog: release days and efficiencies, J/TH. Weights e^(−age/fade) · efficiency^(−leaning).
    ///
    /// Before the first release the first machine is on sale; after the last the curve goes on halving in three years.
    pub fn of(machines: &[(Day, f64)], leaning: Leaning) -> Self {
        let mut known: Vec<(Day, f64)> = machines.iter().copied().filter(|(_, e)| e.is_finite() && *e > 0.0).collect();
        known.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
            return Self { first: Day(0), points: vec![libm::log(30.0)] };
        };
        let mean = |day: Day| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (released, e) in known.iter().take_while(|(released, _)| *released <= day) {
                let w = libm::exp(-f64::from(day.0 - released.0) / leaning.fade_days.max(1.0))
                    * libm::pow(*e, -leaning.efficiency);
                sum += w * libm::log(*e);
                weight += w;
            }
            if weight > 0.0 { sum / weight } else { libm::log(first.1) }
        };
        let points = (0..=(last.0.0 - first.0.0) / APART).map(|i| mean(first.0.plus(i * APART))).collect();
        Self { first: first.0, points }
    }
    /// Efficiency on sale on a day, J/TH.
    pub fn on(&self, day: Day) -> f64 {
        let at = f64::from(day.0 - self.first.0).max(0.0) / f64::from(APART);
        let last = self.points.len().saturating_sub(1);
        let point = |i: usize| self.points.get(i.min(last)).copied().unwrap_or(0.0);
        let beyond = (at - last as f64).max(0.0) * f64::from(APART) / HALVING_DAYS;
        let i = libm::floor(at) as usize;
        let log = point(i) + (point(i + 1) - point(i)) * (at - libm::floor(at));
        libm::exp(log - beyond * core::f64::consts::LN_2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEANING: Leaning = Leaning { fade_days: 270.0, efficiency: 4.0 };

    #[test]
    fn a_better_machine_takes_over_and_progress_goes_on_after_the_last() {
        let d = |t| Day::parse(t).unwrap();
        let t = Technology::of(&[(d("2016-06-01"), 98.0), (d("2020-05-01"), 29.5), (d("2020-05-01"), 60.0)], LEANING);
        assert!((t.on(d("2015-01-01")) - 98.0).abs() < 1e-9);
        assert!((t.on(d("2018-01-01")) - 98.0).abs() < 1e-9);
        let end = d("2016-06-01").plus(91 * 15);
        let after = t.on(end.plus(1096)) / t.on(end);
        assert!((after - 0.5).abs() < 0.001, "{after}");
        assert!(t.on(d("2020-09-01")) < 98.0);
        assert!(Technology::of(&[], LEANING).on(d("2020-01-01")) > 0.0);
    }
}
