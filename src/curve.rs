//! Curves through points, and monthly means turned into days without changing a month's mean.

pub mod daily;

/// A piecewise-linear function with increasing abscissae, held constant beyond both ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    points: Vec<(f64, f64)>,
}

impl Curve {
    /// A curve through points; `None` if there are none, one is not finite, or the abscissae do not increase.
    pub fn new(points: Vec<(f64, f64)>) -> Option<Self> {
        let finite = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        let rising = points.windows(2).all(|w| w[0].0 < w[1].0);
        (finite && rising && !points.is_empty()).then_some(Self { points })
    }
    /// The same value everywhere.
    pub fn constant(value: f64) -> Self {
        Self { points: vec![(0.0, value)] }
    }
    /// The points.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }
    /// The value at `x`.
    pub fn at(&self, x: f64) -> f64 {
        let p = &self.points;
        let i = p.partition_point(|q| q.0 <= x);
        if i == 0 {
            return p[0].1;
        }
        if i == p.len() {
            return p[i - 1].1;
        }
        let ((x0, y0), (x1, y1)) = (p[i - 1], p[i]);
        y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
    }
    /// The slope just right of `x`; zero beyond the ends.
    pub fn slope(&self, x: f64) -> f64 {
        let p = &self.points;
        let i = p.partition_point(|q| q.0 <= x);
        if i == 0 || i == p.len() {
            return 0.0;
        }
        let ((x0, y0), (x1, y1)) = (p[i - 1], p[i]);
        (y1 - y0) / (x1 - x0)
    }
    /// The abscissa of a value on a curve whose ordinates increase; held at both ends.
    pub fn inverse(&self, y: f64) -> f64 {
        let p = &self.points;
        let i = p.partition_point(|q| q.1 <= y);
        if i == 0 {
            return p[0].0;
        }
        if i == p.len() {
            return p[i - 1].0;
        }
        let ((x0, y0), (x1, y1)) = (p[i - 1], p[i]);
        x0 + (x1 - x0) * ((y - y0) / (y1 - y0))
    }
}

/// Daily values from means over consecutive periods (months), continuous and with each period's mean exact.
///
/// Within a period of mean m between edge values a and b the curve is a(1−4x+3x²) + b(3x²−2x) + 6m(x−x²), whose mean is m
/// for any a and b; an edge is the mean of its two periods. A remainder of sampling at day centers is spread evenly, so the
/// mean of a period's days equals its figure to rounding. `cyclic` joins the last period to the first; otherwise the outer
/// edges take their own period's mean.
pub fn mean_preserving(days: &[u32], means: &[f64], cyclic: bool) -> Vec<f64> {
    let n = means.len().min(days.len());
    let edge = |i: usize| -> f64 {
        // The value at the start of period i (i = n is the end of the last).
        match (i, cyclic) {
            (0, false) => means[0],
            (i, false) if i == n => means[n - 1],
            (i, _) => 0.5 * (means[(i + n - 1) % n] + means[i % n]),
        }
    };
    let mut out = Vec::with_capacity(days.iter().map(|d| *d as usize).sum());
    for i in 0..n {
        let (a, b, m, len) = (edge(i), edge(i + 1), means[i], days[i]);
        let start = out.len();
        for k in 0..len {
            let x = (f64::from(k) + 0.5) / f64::from(len);
            out.push(a * (1.0 - 4.0 * x + 3.0 * x * x) + b * (3.0 * x * x - 2.0 * x) + 6.0 * m * (x - x * x));
        }
        if len > 0 {
            let off = m - out[start..].iter().sum::<f64>() / f64::from(len);
            for v in &mut out[start..] {
                *v += off;
            }
        }
    }
    out
}

/// Days of the months of a common year.
pub const MONTH_DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A yearly cycle of daily values with the means of twelve months exact (in a common year; 29 February repeats the 28th).
#[derive(Clone, Debug, PartialEq)]
pub struct YearCycle {
    days: Vec<f64>,
}

impl YearCycle {
    /// The cycle of twelve monthly means.
    pub fn new(months: &[f64; 12]) -> Self {
        Self { days: mean_preserving(&MONTH_DAYS, months, true) }
    }
    /// The value on a day of month `month` (1 to 12).
    pub fn on(&self, month: u32, day_of_month: u32) -> f64 {
        let m = (month.clamp(1, 12) - 1) as usize;
        let start: u32 = MONTH_DAYS[..m].iter().sum();
        let d = day_of_month.clamp(1, MONTH_DAYS[m]) - 1;
        self.days[(start + d) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_through_its_points_and_inverts() {
        let c = Curve::new(vec![(0.0, 1.0), (2.0, 5.0), (3.0, 6.0)]).unwrap();
        assert_eq!((c.at(-1.0), c.at(1.0), c.at(2.5), c.at(9.0)), (1.0, 3.0, 5.5, 6.0));
        for x in [0.0, 0.3, 1.9, 2.2, 3.0] {
            assert!((c.inverse(c.at(x)) - x).abs() < 1e-12);
        }
        assert!(Curve::new(vec![(1.0, 0.0), (1.0, 2.0)]).is_none());
        assert!(Curve::new(vec![(f64::NAN, 0.0)]).is_none());
    }

    #[test]
    fn months_keep_their_means() {
        let months = [-17.7, -14.1, -5.5, 3.6, 10.4, 16.4, 19.0, 16.4, 9.5, 2.0, -7.7, -15.4];
        let days = mean_preserving(&MONTH_DAYS, &months, true);
        assert_eq!(days.len(), 365);
        let mut at = 0;
        for (m, len) in months.iter().zip(MONTH_DAYS) {
            let mean = days[at..at + len as usize].iter().sum::<f64>() / f64::from(len);
            assert!((mean - m).abs() < 1e-12);
            at += len as usize;
        }
        let jumps = days.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f64::max);
        assert!(jumps < 0.6, "the curve is continuous, steepest day {jumps}");
        let cycle = YearCycle::new(&months);
        assert_eq!(cycle.on(1, 1), days[0]);
        assert_eq!(cycle.on(12, 31), days[364]);
        assert_eq!(cycle.on(2, 29), cycle.on(2, 28));
    }
}
