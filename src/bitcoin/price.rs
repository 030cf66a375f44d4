//! The world price of the coin: as it was, as it might be, or fixed.

use crate::calendar::Day;
use crate::curve::daily::Daily;
use crate::random::{Member, Seed, Stream};

/// How the price moves.
#[derive(Clone, Debug, PartialEq)]
pub enum Price {
    /// Monthly means as they were, days between them by a curve that keeps each month's mean.
    Replay(Daily),
    /// The same on every day, USD.
    Fixed(f64),
    /// A random path from the first day of the window on.
    JumpDiffusion(JumpDiffusion),
}

/// Geometric Brownian motion with normal jumps of the logarithm (Merton 1976), in daily steps.
///
/// ln S(t+1)/S(t) = (μ − σ²/2 − λκ)·Δ + σ√Δ·z + Σ J, with κ the mean of eᴶ less 1, so that the mean of S
/// grows by μ whatever the jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JumpDiffusion {
    /// Price on the first day of the window, USD.
    pub start_usd: f64,
    /// Expected growth, per year (logarithmic).
    pub drift_per_year: f64,
    /// Volatility without jumps, per square root of a year.
    pub volatility_per_year: f64,
    /// Jumps in a year.
    pub jumps_per_year: f64,
    /// Mean of a jump's logarithm.
    pub jump_mean: f64,
    /// Standard deviation of a jump's logarithm.
    pub jump_sd: f64,
}

const DAYS_PER_YEAR: f64 = 365.25;

impl JumpDiffusion {
    /// The growth of the logarithm on one day.
    fn step(&self, stream: &Stream, day: Day) -> f64 {
        let mut draws = stream.at(i64::from(day.0));
        let dt = 1.0 / DAYS_PER_YEAR;
        let kappa = libm::expm1(self.jump_mean + 0.5 * self.jump_sd * self.jump_sd);
        let sigma = self.volatility_per_year;
        let drift = (self.drift_per_year - 0.5 * sigma * sigma - self.jumps_per_year * kappa) * dt;
        let mut growth = drift + sigma * libm::sqrt(dt) * draws.normal();
        for _ in 0..draws.poisson(self.jumps_per_year * dt) {
            growth += self.jump_mean + self.jump_sd * draws.normal();
        }
        growth
    }
}

/// The price now.
#[derive(Clone, Debug)]
pub struct PriceNow {
    day: Day,
    usd: f64,
    stream: Stream,
}

impl Price {
    /// The price on the first day of a window.
    pub fn start(&self, seed: Seed, member: Member, day: Day) -> PriceNow {
        let usd = match self {
            Self::Replay(daily) => daily.on(day),
            Self::Fixed(usd) => *usd,
            Self::JumpDiffusion(law) => law.start_usd,
        };
        PriceNow { day, usd, stream: Stream::new(seed, member, "bitcoin.price", "world") }
    }
}

impl PriceNow {
    /// The price on a day, not before the day asked last.
    pub fn on(&mut self, given: &Price, day: Day) -> f64 {
        if day != self.day {
            match given {
                Price::Replay(daily) => self.usd = daily.on(day),
                Price::Fixed(usd) => self.usd = *usd,
                Price::JumpDiffusion(law) => {
                    let growth: f64 = (self.day.0 + 1..=day.0).map(|d| law.step(&self.stream, Day(d))).sum();
                    self.usd *= libm::exp(growth);
                }
            }
            self.day = day;
        }
        self.usd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_and_noise_keep_the_expected_growth() {
        let law = JumpDiffusion {
            start_usd: 40_000.0,
            drift_per_year: 0.1,
            volatility_per_year: 0.55,
            jumps_per_year: 22.0,
            jump_mean: -0.011,
            jump_sd: 0.119,
        };
        let given = Price::JumpDiffusion(law);
        let (members, days) = (4000_u32, 60);
        let (mut sum, mut square) = (0.0, 0.0);
        for m in 0..members {
            let mut now = given.start(Seed(5), Member(m), Day(19_000));
            let s = now.on(&given, Day(19_000 + days)) / law.start_usd;
            sum += s;
            square += s * s;
        }
        let n = f64::from(members);
        let (mean, expected) = (sum / n, libm::exp(0.1 * f64::from(days) / DAYS_PER_YEAR));
        let error = libm::sqrt((square / n - mean * mean) / n);
        assert!((mean - expected).abs() < 3.0 * error, "{mean} ± {error} against {expected}");
    }

    #[test]
    fn a_path_does_not_depend_on_how_often_it_is_asked() {
        let law = JumpDiffusion {
            start_usd: 1.0,
            drift_per_year: 0.0,
            volatility_per_year: 0.5,
            jumps_per_year: 9.0,
            jump_mean: 0.0,
            jump_sd: 0.1,
        };
        let given = Price::JumpDiffusion(law);
        let mut often = given.start(Seed(1), Member(0), Day(10));
        let mut once = often.clone();
        for d in 11..40 {
            often.on(&given, Day(d));
        }
        assert!((often.on(&given, Day(40)) / once.on(&given, Day(40)) - 1.0).abs() < 1e-12);
    }
}
