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
    /// Months of the past in another order, from the first day of the window on.
    Bootstrap(Bootstrap),
}

/// Growth of past months drawn anew in blocks (circular block bootstrap; Politis and Romano 1992): what belongs together, such as
/// a crash and the months after it, stays together within a block.
///
/// Blocks of calendar months are drawn whole, each starting at a random month of the past, which follows itself in a circle,
/// so that all months are equally likely. Growth is that of monthly means, spread evenly over the days of its month, because
/// the program ships monthly prices alone: no daily series was found whose license allows that (Coin Metrics' is CC BY-NC).
/// The cost: no noise within months, and from one month to the next less than single days had (2018 to mid-2022: 66 % a year
/// against 77 %). Means of neighboring months move together, and a block keeps that: the change over k months has the
/// variance of k − 1/3 months of daily prices (Working 1960), so that over a block of six 97 % of the volatility is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// Price on the first day of the window, USD.
    pub start_usd: f64,
    /// Growth of the logarithm from each past month to the next.
    pub growth: Vec<f64>,
    /// Months in a block.
    pub block_months: u32,
}

impl Bootstrap {
    /// The growth of a calendar month, counted from year 0.
    fn month(&self, stream: &Stream, month: i32) -> f64 {
        let (block, length) = (self.block_months.max(1) as i32, self.growth.len().max(1));
        let start = (stream.at(i64::from(month.div_euclid(block))).uniform() * length as f64) as usize;
        let at = (start + month.rem_euclid(block) as usize) % length;
        self.growth.get(at).copied().unwrap_or(0.0)
    }
    /// The growth of the logarithm on one day.
    fn step(&self, stream: &Stream, day: Day) -> f64 {
        self.month(stream, day.month_count()) / f64::from(day.days_in_month())
    }
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
            Self::Bootstrap(law) => law.start_usd,
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
                Price::Bootstrap(law) => {
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

    #[test]
    fn past_months_come_again_in_blocks() {
        let past: Vec<f64> = (0..60).map(|m| 0.01 * f64::from(m) - 0.2).collect();
        let law = |block_months| Bootstrap { start_usd: 100.0, growth: past.clone(), block_months };
        let first = Day::parse("2022-01-01").unwrap();
        let months = |law: &Bootstrap, member: u32| -> Vec<f64> {
            let stream = Stream::new(Seed(3), Member(member), "bitcoin.price", "world");
            (0..48).map(|m| law.month(&stream, first.month_count() + m)).collect()
        };
        let one = months(&law(6), 0);
        assert!(one.iter().all(|g| past.contains(g)), "nothing that never was");
        // Within a block each month is followed by its own successor, except over the circle's end.
        let at = |g: f64| past.iter().position(|p| *p == g).unwrap();
        let offset = first.month_count().rem_euclid(6) as usize;
        for (m, w) in one.windows(2).enumerate() {
            if !(m + 1 + offset).is_multiple_of(6) {
                assert_eq!(at(w[1]), (at(w[0]) + 1) % 60, "month {m}");
            }
        }
        assert_ne!(one, months(&law(6), 1));
        // All months equally likely: the mean over members is the past's.
        let (members, mean) = (2000_u32, past.iter().sum::<f64>() / 60.0);
        let sums: Vec<f64> = (0..members).map(|m| months(&law(6), m).iter().sum::<f64>() / 48.0).collect();
        let got = sums.iter().sum::<f64>() / f64::from(members);
        let sd = libm::sqrt(sums.iter().map(|s| (s - got) * (s - got)).sum::<f64>() / f64::from(members));
        assert!((got - mean).abs() < 4.0 * sd / libm::sqrt(f64::from(members)), "{got} against {mean}");
        // A whole month grows by what was drawn for it.
        let given = Price::Bootstrap(law(6));
        let mut now = given.start(Seed(3), Member(0), Day::parse("2022-01-31").unwrap());
        let grown = now.on(&given, Day::parse("2022-02-28").unwrap()) / 100.0;
        assert!((libm::log(grown) - one[1]).abs() < 1e-12);
    }
}
