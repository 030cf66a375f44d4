//! Hourly fans: how a series spreads over members at each step, in bins that are the same for every study.
//!
//! Each power of two of a value's size has 64 equal bins (the log-linear layout of HdrHistogram), so a bin is at most 1.6 % of
//! its value wide and a quantile read from the middle of a bin is off by at most 0.8 %; values smaller than 1/64 of the unit
//! share one bin. Counts are whole numbers: they add up to the same in any order, so shards merge to the same bits. Memory
//! is that of the bins that are used: about 100 bytes a step and series, whatever the number of members.

/// Leading bits of a double's magnitude that name a bin: exponent and six bits of the fraction.
const SHIFT: u32 = 46;
/// The first bin: values of 1/64 and above.
const FIRST: i64 = (1.0_f64 / 64.0).to_bits() as i64 >> SHIFT;

/// The bin of a value; not a number and beyond 2^500 are the outermost.
pub fn bin(value: f64) -> i16 {
    let size = (value.abs().to_bits() >> SHIFT) as i64 - FIRST + 1;
    let size = size.clamp(0, i64::from(i16::MAX)) as i16;
    if value < 0.0 { -size } else { size }
}

/// The middle of a bin.
pub fn middle(bin: i16) -> f64 {
    if bin == 0 {
        return 0.0;
    }
    let low = (i64::from(bin.unsigned_abs()) - 1 + FIRST) as u64;
    let (from, until) = (f64::from_bits(low << SHIFT), f64::from_bits((low + 1) << SHIFT));
    let size = from + (until - from) / 2.0;
    if bin < 0 { -size } else { size }
}

/// The counts of one step over the bins that members met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    first: i16,
    counts: Vec<u32>,
}

impl Step {
    fn add(&mut self, bin: i16) {
        if self.counts.is_empty() {
            self.first = bin;
        }
        if bin < self.first {
            let more = (i32::from(self.first) - i32::from(bin)) as usize;
            self.counts.splice(0..0, core::iter::repeat_n(0, more));
            self.first = bin;
        }
        let at = (i32::from(bin) - i32::from(self.first)) as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
    }
    /// The middle of the bin in which the count passes a share of all.
    fn quantile(&self, p: f64) -> f64 {
        let all: u64 = self.counts.iter().map(|c| u64::from(*c)).sum();
        if all == 0 {
            return f64::NAN;
        }
        let wanted = (libm::ceil(p * all as f64) as u64).max(1);
        let mut passed = 0;
        for (i, count) in self.counts.iter().enumerate() {
            passed += u64::from(*count);
            if passed >= wanted {
                return middle((i32::from(self.first) + i as i32) as i16);
            }
        }
        f64::NAN
    }
}

/// A series over all members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fan {
    /// Its key in the time series.
    pub key: String,
    steps: Vec<Step>,
}

impl Fan {
    /// An empty fan of a series.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), steps: Vec::new() }
    }
    /// Adds a member.
    pub fn add(&mut self, bins: &[i16]) {
        if self.steps.len() < bins.len() {
            self.steps.resize(bins.len(), Step::default());
        }
        for (step, bin) in self.steps.iter_mut().zip(bins) {
            step.add(*bin);
        }
    }
    /// Number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }
    /// Whether no member was added.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
    /// A quantile at every step.
    pub fn quantile(&self, p: f64) -> Vec<f64> {
        self.steps.iter().map(|s| s.quantile(p)).collect()
    }
    /// The counts, for a shard: for each step the first bin, the number of bins, and the counts, all little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for step in &self.steps {
            out.extend(step.first.to_le_bytes());
            out.extend((step.counts.len() as u16).to_le_bytes());
            step.counts.iter().for_each(|c| out.extend(c.to_le_bytes()));
        }
        out
    }
    /// Adds the counts of a shard; `false` where the bytes are not whole, and then nothing useful was added.
    pub fn merge(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let mut at = 0;
        while let Some((&[a, b, c, d], tail)) = rest.split_first_chunk::<4>() {
            let (first, n) = (i16::from_le_bytes([a, b]), usize::from(u16::from_le_bytes([c, d])));
            let Some((counts, tail)) = tail.split_at_checked(4 * n) else { return false };
            if i32::from(first) + n as i32 > i32::from(i16::MAX) + 1 {
                return false;
            }
            if self.steps.len() <= at {
                self.steps.resize(at + 1, Step::default());
            }
            for (i, count) in counts.chunks_exact(4).enumerate() {
                let count = u32::from_le_bytes([count[0], count[1], count[2], count[3]]);
                let bin = (i32::from(first) + i as i32) as i16;
                if count > 0
                    && let Some(step) = self.steps.get_mut(at)
                {
                    step.add(bin);
                    let place = (i32::from(bin) - i32::from(step.first)) as usize;
                    if let Some(slot) = step.counts.get_mut(place) {
                        *slot = slot.saturating_add(count - 1);
                    }
                }
            }
            rest = tail;
            at += 1;
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_bin_is_near_its_values() {
        for x in [0.02, 0.9, 1.0, 17.3, 512.0, 4_321.0, 9.9e6, -0.5, -2_900.0] {
            assert!((middle(bin(x)) / x - 1.0).abs() <= 1.0 / 128.0 + 1e-12, "{x}: {}", middle(bin(x)));
        }
        assert_eq!((bin(0.0), bin(0.001), middle(0), bin(-0.0)), (0, 0, 0.0, 0));
        let sorted = [-1e6, -3.0, -0.02, 0.0, 0.02, 3.0, 1e6].map(bin);
        assert!(sorted.windows(2).all(|w| w[0] < w[1]), "bins keep the order of values");
    }

    #[test]
    fn quantiles_of_known_members_and_merging_in_any_order() {
        let member = |m: i32| [f64::from(m + 1) * 10.0, -50.0].map(bin);
        let mut whole = Fan::new("x");
        (0..100).for_each(|m| whole.add(&member(m)));
        let q = whole.quantile(0.5);
        assert!((q[0] / 500.0 - 1.0).abs() < 0.02 && (q[1] / -50.0 - 1.0).abs() < 0.02, "{q:?}");
        let mut parts = [Fan::new("x"), Fan::new("x")];
        (0..100).for_each(|m| parts[usize::from(m % 3 == 0)].add(&member(m)));
        for order in [[0, 1], [1, 0]] {
            let mut merged = Fan::new("x");
            assert!(order.iter().all(|i| merged.merge(&parts[*i].to_bytes())));
            assert_eq!(merged, whole);
        }
        let bytes = whole.to_bytes();
        assert!(!Fan::new("x").merge(&bytes[..bytes.len() - 1]));
    }
}
