//! Addressed randomness: a draw is found by its address, never by how many draws came before it.
//!
//! An address is (seed, stream name, entity, member, period). The key of a ChaCha8 stream is the BLAKE3 hash of the first
//! three, its stream number the member, its position the period times a fixed block. So an entity that exists in one arm of
//! a comparison only disturbs nobody else's draws, any member can be replayed alone, and threads cannot change bits.
//!
//! Every sampler turns uniforms into its law by an own monotone function over `libm`, the same bits on every platform.

mod block;
mod logarithm;
mod many;

pub use many::Many;

use block::{WORDS, block};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Open01};

/// The seed of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// One future out of many: the same seed and member always give the same future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member(pub u32);

/// Blocks of the stream that belong to one period (65,536 words); far more than any sampler uses.
const PERIOD_BLOCKS: u64 = 1 << 12;

/// The random stream of one entity in one member.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u8; 32],
    member: u64,
}

impl Stream {
    /// The stream called `name` (a dotted path such as `climate.anomaly`) of the entity `entity`.
    pub fn new(seed: Seed, member: Member, name: &str, entity: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.0.to_le_bytes());
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(entity.as_bytes());
        Self { key: *hasher.finalize().as_bytes(), member: u64::from(member.0) }
    }

    /// The draws of one period: a day number, a step, a month count; any integer that names it.
    pub fn at(&self, period: i64) -> Draws {
        // Periods before the epoch wrap far away from those after it.
        let position = (period as u64 & 0x000f_ffff_ffff_ffff) * PERIOD_BLOCKS;
        Draws { stream: self.clone(), position, first: block(&self.key, self.member, position), used: 0, more: None }
    }
}

/// The draws of one period, taken in the order in which the sampler asks for them.
#[derive(Clone, Debug)]
pub struct Draws {
    stream: Stream,
    position: u64,
    /// The first block of the period: most samplers need no more.
    first: [u32; WORDS],
    used: usize,
    /// What comes after it.
    more: Option<ChaCha8Rng>,
}

impl Draws {
    /// Uniform on the open interval (0, 1): the midpoints of 2⁵² equal parts.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        let Some(&[low, high]) = self.first.get(self.used..).and_then(<[u32]>::first_chunk) else {
            return self.further();
        };
        self.used += 2;
        let bits = u64::from(low) | u64::from(high) << 32;
        f64::from_bits(bits >> 12 | 1.0_f64.to_bits()) - (1.0 - f64::EPSILON / 2.0)
    }
    /// A uniform of the blocks after the first.
    fn further(&mut self) -> f64 {
        let Self { stream, position, .. } = self;
        let rng = self.more.get_or_insert_with(|| {
            let mut rng = ChaCha8Rng::from_seed(stream.key);
            rng.set_stream(stream.member);
            rng.set_word_pos((u128::from(*position) + 1) * WORDS as u128);
            rng
        });
        Open01.sample(rng)
    }
    /// Uniform between two bounds.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }
    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
    /// Exponential with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.uniform())
    }
    /// Whether an event of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }
    /// A Poisson count by inversion (one uniform), exact in law to rounding; means above 500 by the normal quantile.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        poisson_quantile(mean, self.uniform())
    }
    /// A binomial count by inversion (one uniform); large counts by the normal quantile.
    pub fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        binomial_quantile(trials, probability, self.uniform())
    }
}

/// The quantile of the standard normal law (Wichura 1988, algorithm AS 241, PPND16; relative error about 1e-16).
pub fn normal_quantile(p: f64) -> f64 {
    fn ratio(x: f64, num: [f64; 8], den: [f64; 8]) -> f64 {
        let horner = |c: [f64; 8]| c.iter().rev().fold(0.0, |acc, k| acc * x + k);
        horner(num) / horner(den)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(
            r,
            [
                3.387_132_872_796_366_5,
                133.141_667_891_784_38,
                1_971.590_950_306_551_3,
                13_731.693_765_509_46,
                45_921.953_931_549_87,
                67_265.770_927_008_7,
                33_430.575_583_588_13,
                2_509.080_928_730_122_7,
            ],
            [
                1.0,
                42.313_330_701_600_91,
                687.187_007_492_057_9,
                5_394.196_021_424_751,
                21_213.794_301_586_597,
                39_307.895_800_092_71,
                28_729.085_735_721_943,
                5_226.495_278_852_545,
            ],
        );
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 {
        ratio(
            r - 1.6,
            [
                1.423_437_110_749_683_5,
                4.630_337_846_156_546,
                5.769_497_221_460_691,
                3.647_848_324_763_204_5,
                1.270_458_252_452_368_4,
                0.241_780_725_177_450_6,
                0.022_723_844_989_269_184,
                7.745_450_142_783_414e-4,
            ],
            [
                1.0,
                2.053_191_626_637_759,
                1.676_384_830_183_803_8,
                0.689_767_334_985_1,
                0.148_103_976_427_480_08,
                0.015_198_666_563_616_457,
                5.475_938_084_995_345e-4,
                1.050_750_071_644_416_9e-9,
            ],
        )
    } else {
        ratio(
            r - 5.0,
            [
                6.657_904_643_501_103,
                5.463_784_911_164_114,
                1.784_826_539_917_291_3,
                0.296_560_571_828_504_87,
                0.026_532_189_526_576_124,
                0.001_242_660_947_388_078_4,
                2.711_555_568_743_487_6e-5,
                2.010_334_399_292_288_1e-7,
            ],
            [
                1.0,
                0.599_832_206_555_888,
                0.136_929_880_922_735_8,
                0.014_875_361_290_850_615,
                7.868_691_311_456_133e-4,
                1.846_318_317_510_054_8e-5,
                1.421_511_758_316_446e-7,
                2.044_263_103_389_939_8e-15,
            ],
        )
    };
    if q < 0.0 { -z } else { z }
}

/// The distribution function of the standard normal law.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

/// The smallest count whose Poisson distribution function reaches `u`.
pub fn poisson_quantile(mean: f64, u: f64) -> u64 {
    if mean.is_nan() || mean <= 0.0 {
        return 0;
    }
    if mean > 500.0 {
        return libm::round(mean + libm::sqrt(mean) * normal_quantile(u)).max(0.0) as u64;
    }
    let mut term = libm::exp(-mean);
    let mut sum = term;
    let mut k = 0_u64;
    while sum < u && k < 2000 {
        k += 1;
        term *= mean / k as f64;
        sum += term;
    }
    k
}

/// The smallest count whose binomial distribution function reaches `u`.
pub fn binomial_quantile(trials: u64, probability: f64, u: f64) -> u64 {
    let p = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
    if trials == 0 || p == 0.0 {
        return 0;
    }
    if p == 1.0 {
        return trials;
    }
    let n = trials as f64;
    if p > 0.5 {
        return trials - binomial_quantile(trials, 1.0 - p, 1.0 - u).min(trials);
    }
    if n * p > 500.0 {
        let z = n * p + libm::sqrt(n * p * (1.0 - p)) * normal_quantile(u);
        return (libm::round(z).max(0.0) as u64).min(trials);
    }
    // (1 − p)ⁿ is at least 1 − n p: most draws of rare events end here, without a logarithm.
    if u <= 1.0 - n * p {
        return 0;
    }
    let odds = p / (1.0 - p);
    let mut term = libm::exp(n * libm::log1p(-p));
    let mut sum = term;
    let mut k = 0_u64;
    while sum < u && k < trials {
        term *= odds * (trials - k) as f64 / (k + 1) as f64;
        k += 1;
        sum += term;
        if term < 1e-300 && sum < u {
            break;
        }
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_found_by_its_address_alone() {
        let s = Stream::new(Seed(1), Member(0), "climate.anomaly", "irkutsk");
        let a = s.at(19_000).normal();
        let _ = s.at(3).uniform();
        assert_eq!(s.at(19_000).normal().to_bits(), a.to_bits());
        let other = Stream::new(Seed(1), Member(1), "climate.anomaly", "irkutsk").at(19_000).normal();
        assert_ne!(a, other);
        assert_ne!(a, Stream::new(Seed(1), Member(0), "climate.anomaly", "bratsk").at(19_000).normal());
        assert_ne!(a, Stream::new(Seed(2), Member(0), "climate.anomaly", "irkutsk").at(19_000).normal());
    }

    #[test]
    fn uniforms_are_those_of_the_crate() {
        let ours = Stream::new(Seed(3), Member(5), "test", "uniform");
        let mut theirs = ChaCha8Rng::from_seed(ours.key);
        theirs.set_stream(5);
        for period in [-3, 0, 19_000] {
            theirs.set_word_pos(u128::from(period as u64 & 0x000f_ffff_ffff_ffff) << 16);
            let mut draws = ours.at(period);
            for i in 0..200 {
                let expected: f64 = Open01.sample(&mut theirs);
                assert_eq!(draws.uniform().to_bits(), expected.to_bits(), "{period} {i}");
            }
        }
    }

    #[test]
    fn rare_events_are_drawn_as_the_sum_says() {
        for (n, p) in [(1_u64, 0.3), (7, 1e-3), (200, 1e-4), (5_000, 1e-5), (40, 0.02)] {
            let none = libm::pow(1.0 - p, n as f64);
            for step in 0..=1_000 {
                let u = f64::from(step) / 1_000.0;
                if (u - none).abs() > 1e-12 {
                    assert_eq!(binomial_quantile(n, p, u) == 0, u < none, "{n} {p} {u}");
                }
            }
        }
    }

    #[test]
    fn first_draws_are_golden() {
        // Guards against an update of a library that changes values: these bits are part of every published result.
        let mut d = Stream::new(Seed(1), Member(0), "golden", "entity").at(7);
        let drawn = [d.uniform(), d.normal(), d.exponential(2.0), d.poisson(6.0) as f64, d.binomial(1000, 0.01) as f64];
        assert_eq!(
            drawn.map(f64::to_bits),
            [4600493561246717302, 13826121039586547306, 4612059775054837741, 4621256167635550208, 4620693217682128896]
        );
    }

    #[test]
    fn quantiles_invert_their_laws() {
        for p in [1e-12, 0.001, 0.02425, 0.3, 0.5, 0.77, 0.999, 1.0 - 1e-10] {
            assert!((normal_cdf(normal_quantile(p)) / p - 1.0).abs() < 1e-9, "p {p}");
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-13);
        assert_eq!(poisson_quantile(1.0, 0.3678), 0);
        assert_eq!(poisson_quantile(1.0, 0.3680), 1);
        assert_eq!(binomial_quantile(10, 1.0, 0.4), 10);
    }

    #[test]
    fn sample_moments_meet_the_law() {
        let s = Stream::new(Seed(9), Member(3), "moments", "x");
        let n = 40_000;
        let (mut sum, mut square, mut blocks, mut failures) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..n {
            let mut d = s.at(i);
            let z = d.normal();
            sum += z;
            square += z * z;
            blocks += d.poisson(6.0) as f64;
            failures += d.binomial(200, 0.02) as f64;
        }
        let n = n as f64;
        assert!((sum / n).abs() < 4.0 / libm::sqrt(n));
        assert!((square / n - 1.0).abs() < 4.0 * libm::sqrt(2.0 / n));
        assert!((blocks / n - 6.0).abs() < 4.0 * libm::sqrt(6.0 / n));
        assert!((failures / n - 4.0).abs() < 4.0 * libm::sqrt(3.92 / n));
    }
}
