//! Difficulty by consensus arithmetic: compact bits, 256-bit targets, and the retarget every 2,016 blocks, exact to the bit.
//!
//! Nakamoto (2008); Bitcoin Core's `CalculateNextWorkRequired` and `arith_uint256`. The interval measured is that between the
//! first and the last block of an epoch, 2,015 gaps, not 2,016: at a steady hashrate blocks settle at 1209600/2015 =
//! 600.298 s apart.

use core::fmt;

/// Blocks of an epoch.
pub const EPOCH_BLOCKS: u64 = 2_016;
/// Seconds that an epoch should take: two weeks.
pub const EPOCH_SECONDS: i64 = 1_209_600;
/// The measured interval is held between a quarter and four times of two weeks.
pub const CLAMP_SECONDS: (i64, i64) = (EPOCH_SECONDS / 4, EPOCH_SECONDS * 4);

/// A 256-bit unsigned integer, least significant limb first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target([u64; 4]);

/// Why compact bits are no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompactFault {
    /// The sign bit of the mantissa is set.
    #[error("the compact bits are negative")]
    Negative,
    /// The value needs more than 256 bits.
    #[error("the compact bits overflow 256 bits")]
    Overflow,
    /// The value is zero: no hash would meet it.
    #[error("the compact bits are zero")]
    Zero,
}

impl Target {
    /// The easiest target of the main network: 0xFFFF·2²⁰⁸, difficulty 1.
    pub const POW_LIMIT: Self = Self([0, 0, 0, 0xffff_0000]);

    /// The number written in hexadecimal, with or without `0x`; `None` if it is not one or needs more than 256 bits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.is_empty() {
            return None;
        }
        let mut limbs = [0_u64; 4];
        for digit in digits.chars() {
            let digit = u64::from(digit.to_digit(16)?);
            if limbs[3] >> 60 != 0 {
                return None;
            }
            for i in (1..4).rev() {
                limbs[i] = limbs[i] << 4 | limbs[i - 1] >> 60;
            }
            limbs[0] = limbs[0] << 4 | digit;
        }
        Some(Self(limbs))
    }

    /// `self · factor / divisor`, rounded down, the product in 320 bits; all ones where the result needs more than 256.
    #[must_use]
    pub fn scaled(self, factor: u32, divisor: u32) -> Self {
        let mut product = [0_u64; 5];
        let mut carry = 0_u128;
        for (limb, out) in self.0.iter().zip(&mut product) {
            let wide = u128::from(*limb) * u128::from(factor) + carry;
            *out = wide as u64;
            carry = wide >> 64;
        }
        product[4] = carry as u64;
        let divisor = u128::from(divisor.max(1));
        let mut rest = 0_u128;
        for limb in product.iter_mut().rev() {
            let wide = rest << 64 | u128::from(*limb);
            *limb = (wide / divisor) as u64;
            rest = wide % divisor;
        }
        match product {
            [a, b, c, d, 0] => Self([a, b, c, d]),
            _ => Self([u64::MAX; 4]),
        }
    }

    /// Whether this target is easier (larger) than another.
    pub fn exceeds(self, other: Self) -> bool {
        self.0.iter().rev().gt(other.0.iter().rev())
    }

    /// Number of bits: the position of the highest one, counted from 1.
    fn bit_length(self) -> u32 {
        (0..4).rev().find(|i| self.0[*i] != 0).map_or(0, |i| 64 * (i as u32 + 1) - self.0[i].leading_zeros())
    }

    /// Bits `from..from+64` as a number.
    fn word_at(self, from: u32) -> u64 {
        let (limb, shift) = ((from / 64) as usize, from % 64);
        let low = self.0.get(limb).copied().unwrap_or(0) >> shift;
        if shift == 0 { low } else { low | self.0.get(limb + 1).copied().unwrap_or(0) << (64 - shift) }
    }

    /// The compact form: a byte of length and a signed 24-bit mantissa, lower digits cut off.
    pub fn to_compact(self) -> Compact {
        let mut size = self.bit_length().div_ceil(8);
        let mut mantissa = if size <= 3 {
            (self.0[0] << (8 * (3 - size))) as u32
        } else {
            self.word_at(8 * (size - 3)) as u32 & 0xff_ffff
        };
        if mantissa & 0x80_0000 != 0 {
            mantissa >>= 8;
            size += 1;
        }
        Compact(size << 24 | mantissa)
    }

    /// The number as a float, correct to one unit in the last place.
    fn as_f64(self) -> f64 {
        self.0.iter().rev().fold(0.0, |sum, limb| sum * 18_446_744_073_709_551_616.0 + *limb as f64)
    }

    /// Difficulty: 0xFFFF·2²⁰⁸ over this target; infinite for the zero target.
    pub fn difficulty(self) -> f64 {
        Self::POW_LIMIT.as_f64() / self.as_f64()
    }
}

/// A target in compact form, as in a block header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Compact(pub u32);

impl Compact {
    /// Difficulty 1 on the main network.
    pub const GENESIS: Self = Self(0x1d00_ffff);

    /// Eight hexadecimal digits, with or without `0x`.
    pub fn from_hex(text: &str) -> Option<Self> {
        u32::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok().map(Self)
    }

    /// The target that the bits stand for.
    pub fn target(self) -> Result<Target, CompactFault> {
        let size = self.0 >> 24;
        let mantissa = self.0 & 0x7f_ffff;
        if mantissa == 0 {
            return Err(CompactFault::Zero);
        }
        if self.0 & 0x80_0000 != 0 {
            return Err(CompactFault::Negative);
        }
        if size > 34 || (mantissa > 0xff && size > 33) || (mantissa > 0xffff && size > 32) {
            return Err(CompactFault::Overflow);
        }
        if size <= 3 {
            let value = mantissa >> (8 * (3 - size));
            return if value == 0 { Err(CompactFault::Zero) } else { Ok(Target([u64::from(value), 0, 0, 0])) };
        }
        let shift = 8 * (size - 3);
        let (limb, bits) = ((shift / 64) as usize, shift % 64);
        let wide = u128::from(mantissa) << bits;
        let mut limbs = [0_u64; 4];
        if let Some(l) = limbs.get_mut(limb) {
            *l = wide as u64;
        }
        if let Some(l) = limbs.get_mut(limb + 1) {
            *l = (wide >> 64) as u64;
        }
        Ok(Target(limbs))
    }

    /// Difficulty of the bits.
    pub fn difficulty(self) -> Result<f64, CompactFault> {
        self.target().map(Target::difficulty)
    }

    /// The bits whose difficulty is nearest to a published figure; `None` unless it is positive and within 256 bits.
    pub fn nearest(difficulty: f64) -> Option<Self> {
        let target = Target::POW_LIMIT.as_f64() / difficulty;
        if !(1.0..1.157e77).contains(&target) {
            return None;
        }
        // The mantissa keeps 16 to 23 bits: the highest byte stays below 0x80.
        let mut size = 3_u32;
        let mut mantissa = target;
        while mantissa >= 8_388_607.5 {
            mantissa /= 256.0;
            size += 1;
        }
        while mantissa < 32_767.5 && size > 0 {
            mantissa *= 256.0;
            size -= 1;
        }
        Some(Self(size << 24 | libm::round(mantissa) as u32))
    }
}

impl fmt::Display for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// The next epoch's bits: target · clamp(last − first) / two weeks, no easier than the limit, cut to compact form.
///
/// `interval_seconds` is the time between the first and the last block of the epoch, from their headers; it may be negative
/// and is then held at the lower clamp.
pub fn retarget(bits: Compact, interval_seconds: i64, limit: Target) -> Result<Compact, CompactFault> {
    let held = interval_seconds.clamp(CLAMP_SECONDS.0, CLAMP_SECONDS.1);
    let next = bits.target()?.scaled(held as u32, EPOCH_SECONDS as u32);
    Ok(if next.exceeds(limit) { limit } else { next }.to_compact())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_retargets_are_met_bit_for_bit() {
        let table = include_str!("../../tests/data/bitcoin/retarget_cases.csv");
        for row in table.lines().skip(1) {
            let c: Vec<&str> = row.rsplitn(8, ',').collect::<Vec<_>>().into_iter().rev().collect();
            let interval = c[3].parse::<i64>().unwrap() - c[2].parse::<i64>().unwrap();
            let old = Compact::from_hex(c[4]).unwrap();
            let new = retarget(old, interval, Target::POW_LIMIT).unwrap();
            assert_eq!(new, Compact::from_hex(c[5]).unwrap(), "{}", c[0]);
            for (bits, published) in [(old, c[6]), (new, c[7])] {
                let published: f64 = published.parse().unwrap();
                assert!((bits.difficulty().unwrap() / published - 1.0).abs() < 1e-12, "{}", c[0]);
            }
        }
    }

    #[test]
    fn a_network_with_its_own_limit_retargets_too() {
        // rust-bitcoin's signet case (CC0).
        let limit = Target::from_hex("00000377ae000000000000000000000000000000000000000000000000000000").unwrap();
        let new = retarget(Compact(503_543_726), 1_599_332_177 - 1_598_918_400, limit).unwrap();
        assert_eq!(new, Compact(503_394_215));
        assert_eq!(retarget(limit.to_compact(), EPOCH_SECONDS * 9, limit).unwrap(), limit.to_compact());
    }

    #[test]
    fn published_epochs_give_their_difficulty() {
        let table = include_str!("../../tests/data/bitcoin/epochs_0_150.csv");
        for row in table.lines().skip(1) {
            let c: Vec<&str> = row.split(',').collect();
            let bits = Compact::from_hex(c[2]).unwrap();
            let published: f64 = c[3].parse().unwrap();
            let ours = bits.difficulty().unwrap();
            assert!((ours / published - 1.0).abs() < 1e-12, "height {}: {ours} against {published}", c[0]);
            assert_eq!(Compact::nearest(published), Some(bits), "height {}", c[0]);
        }
    }

    #[test]
    fn compact_bits_that_are_no_target_are_refused() {
        // Bitcoin Core, arith_uint256_tests.cpp, bignum_SetCompact.
        assert_eq!(Compact(0x0092_3456).target(), Err(CompactFault::Negative));
        assert_eq!(Compact(0x01fe_dcba).target(), Err(CompactFault::Negative));
        assert_eq!(Compact(0x0492_3456).target(), Err(CompactFault::Negative));
        assert_eq!(Compact(0xff12_3456).target(), Err(CompactFault::Overflow));
        assert_eq!(Compact(0x0100_3456).target(), Err(CompactFault::Zero));
        assert_eq!(Compact(0).target(), Err(CompactFault::Zero));
        assert_eq!(Compact(0x0112_3456).target().unwrap().to_compact(), Compact(0x0112_0000));
        assert_eq!(Compact(0x0500_9234).target().unwrap().to_compact(), Compact(0x0500_9234));
        assert_eq!(Compact(0x2012_3456).target().unwrap().to_compact(), Compact(0x2012_3456));
    }

    proptest! {
        #[test]
        fn compact_form_round_trips(size in 4_u32..=32, mantissa in 0x8000_u32..0x80_0000) {
            let bits = Compact(size << 24 | mantissa);
            prop_assert_eq!(bits.target().unwrap().to_compact(), bits);
        }

        #[test]
        fn slower_epochs_never_raise_difficulty(mantissa in 0x8000_u32..0x80_0000, a in -10_000_i64..6_000_000, b in -10_000_i64..6_000_000) {
            let bits = Compact(0x17 << 24 | mantissa);
            let of = |seconds| retarget(bits, seconds, Target::POW_LIMIT).unwrap().difficulty().unwrap();
            prop_assert!(of(a.min(b)) >= of(a.max(b)));
        }
    }
}
