//! Hashrate by classes of efficiency: memory stays flat however long a run is.

/// Classes of efficiency.
pub const CLASSES: usize = 48;
/// Efficiency of the best class, J/TH.
const BEST: f64 = 2.0;
/// Each class over the one before.
const RATIO: f64 = 1.12;

/// J/TH of every class: 2 · 1.12ⁱ, to 412.
const EFFICIENCY: [f64; CLASSES] = {
    let mut all = [BEST; CLASSES];
    let mut i = 1;
    while i < CLASSES {
        all[i] = all[i - 1] * RATIO;
        i += 1;
    }
    all
};

/// Hashrate by class, EH/s.
#[derive(Clone, Debug, PartialEq)]
pub struct Stock([f64; CLASSES]);

impl Default for Stock {
    fn default() -> Self {
        Self([0.0; CLASSES])
    }
}

impl Stock {
    /// Efficiency of a class, J/TH.
    pub fn efficiency(class: usize) -> f64 {
        EFFICIENCY.get(class).copied().unwrap_or(BEST)
    }
    /// Hashrate of a class, EH/s.
    pub fn of(&self, class: usize) -> f64 {
        self.0.get(class).copied().unwrap_or(0.0)
    }
    /// Sets the hashrate of a class.
    pub fn set(&mut self, class: usize, eh_s: f64) {
        if let Some(own) = self.0.get_mut(class) {
            *own = eh_s;
        }
    }
    /// Hashrate of all classes.
    pub fn total(&self) -> f64 {
        self.0.iter().sum()
    }
    /// Mean efficiency, weighted by hashrate and a share of each class, J/TH.
    pub fn mean_efficiency(&self, running: &[f64; CLASSES]) -> f64 {
        let parts = || self.0.iter().zip(running).zip(EFFICIENCY);
        let power: f64 = parts().map(|((s, r), e)| s * r * e).sum();
        let hashrate: f64 = parts().map(|((s, r), _)| s * r).sum();
        if hashrate > 0.0 { power / hashrate } else { 0.0 }
    }
    /// Adds machines of an efficiency, split over the two classes around it so that hashrate and power are both kept.
    pub fn add(&mut self, efficiency: f64, eh_s: f64) {
        let upper = EFFICIENCY.partition_point(|e| *e <= efficiency).clamp(1, CLASSES - 1);
        let (low, high) = (Self::efficiency(upper - 1), Self::efficiency(upper));
        let above = ((efficiency - low) / (high - low)).clamp(0.0, 1.0);
        self.set(upper - 1, self.of(upper - 1) + eh_s * (1.0 - above));
        self.set(upper, self.of(upper) + eh_s * above);
    }
    /// Multiplies all classes.
    pub fn scale(&mut self, factor: f64) {
        self.0.iter_mut().for_each(|s| *s *= factor);
    }
    /// Moves a share of each class to another stock.
    pub fn move_to(&mut self, other: &mut Self, share: f64) {
        for (from, to) in self.0.iter_mut().zip(&mut other.0) {
            let part = *from * share;
            *from -= part;
            *to += part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_keeps_hashrate_and_power_and_moving_keeps_both() {
        let mut s = Stock::default();
        for (e, x) in [(98.0, 3.0), (29.5, 10.0), (13.5, 1.0)] {
            s.add(e, x);
        }
        assert!((s.total() - 14.0).abs() < 1e-12);
        let power = 98.0 * 3.0 + 29.5 * 10.0 + 13.5;
        assert!((s.mean_efficiency(&[1.0; CLASSES]) - power / 14.0).abs() < 1e-9);
        let mut away = Stock::default();
        s.move_to(&mut away, 0.6);
        assert!((s.total() - 5.6).abs() < 1e-12 && (away.total() - 8.4).abs() < 1e-12);
    }
}
