//! The ratio test with long steps: which column or limit takes over from what leaves the basis.

use super::super::hour::Hour;
use super::super::market::Market;
use super::{FEASIBLE_MW, Leaver, Leaving, Simplex};

/// A column that moves the leaving quantity less than this cannot enter.
pub(super) const PIVOT: f64 = 1e-9;

/// A column or tight limit that could take over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    ratio: f64,
    second_ratio: f64,
    rate: f64,
    reach_mw: f64,
    who: Entering,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Entering {
    Column(u32),
    /// By its place in the basis.
    Limit(u32),
}

impl Simplex {
    /// How the leaving quantity moves, in the direction it must, with each column and (in `multiplier`) each tight limit.
    pub(super) fn rates(&mut self, market: &Market, leaving: Leaving) {
        self.multiplier.clear();
        match leaving.who {
            Leaver::Column(at) => {
                self.multiplier.extend((0..self.columns.len()).map(|i| if i == at { 1.0 } else { 0.0 }));
                self.rate.fill(0.0);
            }
            Leaver::Limit(limit) => {
                self.gradients.ensure(market, limit);
                let gradient = self.gradients.by_column(limit);
                self.multiplier.extend(self.columns.iter().map(|&j| gradient[j as usize]));
                for (rate, a) in self.rate.iter_mut().zip(gradient) {
                    *rate = leaving.direction * a;
                }
            }
        }
        self.lu.solve_transposed(&mut self.multiplier);
        for (&limit, multiplier) in self.limits.iter().zip(&mut self.multiplier) {
            *multiplier *= leaving.direction;
            for (rate, a) in self.rate.iter_mut().zip(self.gradients.by_column(limit as usize)) {
                *rate -= *multiplier * a;
            }
        }
    }

    /// The ratio test with long steps: what enters, or how many MW stay violated when all that can help has helped.
    pub(super) fn entering(&mut self, market: &Market, hour: &Hour, leaving: Leaving) -> Result<Entering, f64> {
        self.candidates.clear();
        let bounds = hour.lower_mw.iter().zip(hour.upper_mw);
        for (j, ((&rate, &x), (&low, &high))) in self.rate.iter().zip(&self.x).zip(bounds).enumerate() {
            let range = high - low;
            let helps = if x == low { rate > PIVOT } else { rate < -PIVOT };
            if helps && range > 0.0 && !self.is_basic[j] {
                self.candidates.push(Candidate {
                    ratio: (self.reduced[j] / rate).abs(),
                    second_ratio: f64::NAN,
                    rate: rate.abs(),
                    reach_mw: rate.abs() * range,
                    who: Entering::Column(j as u32),
                });
            }
        }
        for i in 0..self.limits.len() {
            let (low, high) = hour.sides(market, self.limits[i] as usize);
            let rate = self.multiplier[i];
            let helps = if self.side[i] == low { rate > PIVOT } else { rate < -PIVOT };
            if helps && low < high {
                self.candidates.push(Candidate {
                    ratio: (self.dual[i] / rate).abs(),
                    second_ratio: f64::NAN,
                    rate: rate.abs(),
                    reach_mw: rate.abs() * (high - low),
                    who: Entering::Limit(i as u32),
                });
            }
        }
        let mut left_mw = leaving.violation_mw;
        let mut last = None;
        while let Some(at) = self.next_candidate(market) {
            let candidate = self.candidates.swap_remove(at);
            last = Some(candidate.who);
            left_mw -= candidate.reach_mw;
            if left_mw <= 0.0 {
                break;
            }
        }
        last.filter(|_| left_mw <= FEASIBLE_MW).ok_or(left_mw)
    }

    /// The candidate whose price changes sign first, ties by the second cost.
    fn next_candidate(&mut self, market: &Market) -> Option<usize> {
        let mut best = 0;
        let mut least = self.candidates.first()?.ratio;
        for (i, candidate) in self.candidates.iter().enumerate().skip(1) {
            if candidate.ratio < least {
                (best, least) = (i, candidate.ratio);
            }
        }
        let threshold = |c: &Candidate, tie: f64| c.ratio - least <= tie / c.rate.min(1.0);
        let tie = 2.0 * self.tie;
        if self.candidates.iter().filter(|c| threshold(c, tie)).count() > 1 {
            for i in 0..self.candidates.len() {
                let c = self.candidates[i];
                if threshold(&c, tie) && c.second_ratio.is_nan() {
                    let second = match c.who {
                        Entering::Column(j) => self.second_reduced(market, j as usize),
                        Entering::Limit(place) => {
                            self.know_second(market);
                            self.second_dual[place as usize]
                        }
                    };
                    // Signed along the true cost's side: a tie at zero counts from zero, others as they stand.
                    self.candidates[i].second_ratio = second / self.signed_rate(c);
                }
            }
            let mut least_second = f64::INFINITY;
            for (i, c) in self.candidates.iter().enumerate() {
                if threshold(c, tie) && c.second_ratio < least_second {
                    (best, least_second) = (i, c.second_ratio);
                }
            }
        }
        Some(best)
    }

    fn signed_rate(&self, candidate: Candidate) -> f64 {
        match candidate.who {
            Entering::Column(j) => self.rate[j as usize],
            Entering::Limit(place) => self.multiplier[place as usize],
        }
    }
}
