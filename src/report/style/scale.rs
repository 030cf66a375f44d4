//! A linear scale from data to paper, with ticks at round numbers.

/// Maps data to CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// A scale from `data` to `paper`; equal data ends are set one apart.
    pub fn new(data: (f64, f64), paper: (f64, f64)) -> Self {
        let to = if data.1 == data.0 { data.0 + 1.0 } else { data.1 };
        Self { from: data.0, to, start: paper.0, end: paper.1 }
    }
    /// A scale whose ends are widened to round numbers.
    pub fn round(data: (f64, f64), paper: (f64, f64), count: usize) -> Self {
        let s = Self::new(data, paper);
        let step = s.step(count);
        let (low, high) = (libm::floor(s.from / step + 1e-9) * step, libm::ceil(s.to / step - 1e-9) * step);
        Self::new((low, high), paper)
    }
    /// Where a value lies.
    pub fn at(&self, value: f64) -> f64 {
        self.start + (self.end - self.start) * ((value - self.from) / (self.to - self.from))
    }
    /// The ends of the data.
    pub fn data(&self) -> (f64, f64) {
        (self.from, self.to)
    }
    fn step(&self, count: usize) -> f64 {
        let raw = (self.to - self.from).abs() / count.max(1) as f64;
        let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
        let lead = raw / power;
        let round = [1.0, 2.0, 2.5, 5.0].into_iter().find(|r| lead <= r * 1.000_001).unwrap_or(10.0);
        round * power
    }
    /// Round values within the scale, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let step = self.step(count);
        let (a, b) = (self.from.min(self.to), self.from.max(self.to));
        let (first, last) = (libm::ceil(a / step - 1e-6) as i64, libm::floor(b / step + 1e-6) as i64);
        (first..=last).map(|i| i as f64 * step).collect()
    }
    /// Decimals that tell the ticks apart.
    pub fn decimals(&self, count: usize) -> usize {
        let step = self.step(count);
        (0..6)
            .find(|d| {
                let k = libm::pow(10.0, f64::from(*d));
                (libm::round(step * k) - step * k).abs() < 1e-6 * step * k
            })
            .unwrap_or(6) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let s = Scale::round((0.0, 9870.0), (500.0, 100.0), 5);
        assert_eq!(s.data(), (0.0, 10000.0));
        assert_eq!(s.ticks(5), vec![0.0, 2000.0, 4000.0, 6000.0, 8000.0, 10000.0]);
        assert_eq!((s.at(0.0), s.at(10000.0), s.decimals(5)), (500.0, 100.0, 0));
        let t = Scale::new((455.7, 457.1), (0.0, 1.0));
        assert_eq!((t.ticks(6).first().copied(), t.decimals(6)), (Some(455.75), 2));
    }
}
