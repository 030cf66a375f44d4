//! Random outages of two-state equipment: exponential times to failure and to repair, from one change to the next.
//!
//! Each piece is a stationary alternating renewal process (Billinton and Allan 1996, chapter 2). The n-th stay of a piece is
//! drawn at the address n of its own stream, so that a piece that exists in one arm only disturbs no other, and a checkpoint
//! is a clone.
//!
//! ```
//! use hashwatt::{power::Outages, random::{Member, Seed}};
//! let mut outages = Outages::new(Seed(1), Member(0), "example", [("unit".to_owned(), 90.0, 10.0)]);
//! let mut out_h = 0;
//! for hour in 0..100_000 {
//!     outages.advance(f64::from(hour));
//!     out_h += i32::from(outages.is_out(0));
//! }
//! assert!((f64::from(out_h) / 1e5 - 0.1).abs() < 0.01);
//! ```

use crate::random::{Member, Seed, Stream};
use std::sync::Arc;

/// What never changes of a piece.
#[derive(Debug)]
struct Piece {
    stream: Stream,
    mttf_h: f64,
    mttr_h: f64,
}

/// Pieces of equipment that fail and are repaired.
#[derive(Clone, Debug)]
pub struct Outages {
    pieces: Arc<[Piece]>,
    out: Vec<bool>,
    changes: Vec<i64>,
    next_h: Vec<f64>,
    soonest_h: f64,
    count: usize,
}

impl Outages {
    /// Pieces by name, mean time to failure and mean time to repair \[h\], at hour 0; one whose time to repair is zero or
    /// whose time to failure is zero or infinite never fails.
    pub fn new(seed: Seed, member: Member, stream: &str, pieces: impl IntoIterator<Item = (String, f64, f64)>) -> Self {
        let piece = |(name, mttf_h, mttr_h): (String, f64, f64)| Piece {
            stream: Stream::new(seed, member, stream, &name),
            mttf_h,
            mttr_h,
        };
        let pieces: Arc<[Piece]> = pieces.into_iter().map(piece).collect();
        let mut now = Self {
            out: vec![false; pieces.len()],
            changes: vec![0; pieces.len()],
            next_h: vec![f64::INFINITY; pieces.len()],
            soonest_h: f64::INFINITY,
            count: 0,
            pieces,
        };
        for (i, piece) in now.pieces.iter().enumerate() {
            let fails = piece.mttr_h > 0.0 && piece.mttf_h > 0.0 && piece.mttf_h < f64::INFINITY;
            if fails {
                let mut draws = piece.stream.at(0);
                now.out[i] = draws.happens(piece.mttr_h / (piece.mttf_h + piece.mttr_h));
                now.next_h[i] = draws.exponential(if now.out[i] { piece.mttr_h } else { piece.mttf_h });
            }
        }
        now.settle();
        now
    }

    /// Nothing that fails.
    pub fn none() -> Self {
        Self::new(Seed(0), Member(0), "", [])
    }

    /// Goes on to an hour, counted from the start; whether anything changed.
    pub fn advance(&mut self, hour: f64) -> bool {
        if hour < self.soonest_h {
            return false;
        }
        for (i, piece) in self.pieces.iter().enumerate() {
            while self.next_h[i] <= hour {
                self.out[i] = !self.out[i];
                self.changes[i] += 1;
                let mean = if self.out[i] { piece.mttr_h } else { piece.mttf_h };
                self.next_h[i] += piece.stream.at(self.changes[i]).exponential(mean);
            }
        }
        self.settle();
        true
    }

    /// Whether a piece is out.
    pub fn is_out(&self, piece: usize) -> bool {
        self.out.get(piece).copied().unwrap_or(false)
    }

    /// How many of a range of pieces are out.
    pub fn out_of(&self, pieces: core::ops::Range<usize>) -> usize {
        self.out.get(pieces).map_or(0, |of| of.iter().filter(|o| **o).count())
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many pieces are out.
    pub fn count(&self) -> usize {
        self.count
    }

    fn settle(&mut self) {
        self.soonest_h = self.next_h.iter().copied().fold(f64::INFINITY, f64::min);
        self.count = self.out.iter().filter(|o| **o).count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Vec<(String, f64, f64)> {
        vec![("a".into(), 400.0, 50.0), ("sound".into(), 0.0, 0.0), ("b".into(), 1000.0, 20.0)]
    }

    #[test]
    fn time_out_and_frequency_are_those_of_the_rates() {
        let (mut out, mut failures, years) = (0.0, 0.0, 400.0);
        let mut outages = Outages::new(Seed(3), Member(0), "test", pieces());
        let mut before = outages.is_out(0);
        for quarter in 0..(years * 8760.0 * 4.0) as u64 {
            outages.advance(quarter as f64 / 4.0);
            let now = outages.is_out(0);
            out += f64::from(now) / 4.0;
            failures += f64::from(now && !before);
            before = now;
            assert!(!outages.is_out(1));
        }
        // Mean and spread of a renewal process: 8760/450 failures a year, nearly Poisson.
        let expected = years * 8760.0 / 450.0;
        assert!((failures - expected).abs() < 4.0 * libm::sqrt(expected), "{failures} {expected}");
        assert!((out / (expected * 50.0) - 1.0).abs() < 4.0 * libm::sqrt(2.0 / expected));
    }

    #[test]
    fn a_piece_does_not_see_the_others() {
        let mut all = Outages::new(Seed(3), Member(1), "test", pieces());
        let mut alone = Outages::new(Seed(3), Member(1), "test", pieces().into_iter().skip(2));
        for hour in 0..20_000 {
            all.advance(f64::from(hour));
            // Steps of another length see the same course.
            if hour % 6 == 0 {
                alone.advance(f64::from(hour));
                assert_eq!(all.is_out(2), alone.is_out(0));
            }
        }
    }
}
