//! Draws taken many at a time, for samplers that need hundreds in a row: the logarithms of a whole run are taken at once.

use super::Draws;
use super::logarithm::ln_each;

/// Uniforms taken at once: two of ChaCha's refills.
const RUN: usize = 64;

/// The draws of one period, fetched ahead in runs; each has the bits that [`Draws`] gives one at a time.
#[derive(Clone, Debug)]
pub struct Many {
    draws: Draws,
    uniform: [f64; RUN],
    ln: [f64; RUN],
    next: usize,
}

impl Many {
    /// The draws from where they stand.
    pub fn of(draws: Draws) -> Self {
        Self { draws, uniform: [0.5; RUN], ln: [0.0; RUN], next: RUN }
    }

    /// Goes on with the draws of another period.
    pub fn turn_to(&mut self, draws: Draws) {
        self.draws = draws;
        self.next = RUN;
    }

    /// The place of the next draw.
    #[inline]
    fn step(&mut self) -> usize {
        if self.next >= RUN {
            self.fetch();
        }
        self.next += 1;
        self.next - 1
    }

    #[cold]
    fn fetch(&mut self) {
        for u in &mut self.uniform {
            *u = self.draws.uniform();
        }
        self.ln = self.uniform;
        ln_each(&mut self.ln);
        self.next = 0;
    }

    /// Uniform on the open interval (0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        let at = self.step();
        self.uniform[at]
    }

    /// Exponential with the given mean.
    #[inline]
    pub fn exponential(&mut self, mean: f64) -> f64 {
        let at = self.step();
        -mean * self.ln[at]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Member, Seed, Stream};
    use super::*;

    #[test]
    fn many_have_the_bits_of_each() {
        let stream = Stream::new(Seed(5), Member(0), "many", "x");
        let mut many = Many::of(stream.at(1));
        for period in [1, 9] {
            many.turn_to(stream.at(period));
            let mut each = stream.at(period);
            for i in 0..300 {
                let (found, expected) = if i % 3 == 0 {
                    (many.uniform(), each.uniform())
                } else {
                    (many.exponential(40.0), each.exponential(40.0))
                };
                assert_eq!(found.to_bits(), expected.to_bits(), "draw {i}");
            }
        }
    }
}
