//! Physical and monetary quantities: one newtype, one canonical unit each, and the algebra between them.
//!
//! Inside the crate every quantity is an `f64` in its canonical unit behind a name. Constructors and accessors name the
//! unit (`Power::mw(5.0)`, `p.as_mw()`), so no factor of a thousand hides in an expression. Outside (TOML, CSV, JSON,
//! Parquet) the same numbers are plain and their keys end in the unit.

use core::fmt;
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};
use serde::{Deserialize, Serialize};

/// Declares one quantity: its name, the constructor and accessor of its canonical unit, and the unit's symbol.
macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $new:ident, $get:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0.0);
            /// The symbol of the canonical unit.
            pub const UNIT: &'static str = $unit;
            #[doc = concat!("A quantity given in ", $unit, ".")]
            #[inline]
            pub const fn $new(value: f64) -> Self { Self(value) }
            #[doc = concat!("The value in ", $unit, ".")]
            #[inline]
            pub const fn $get(self) -> f64 { self.0 }
            /// The smaller of the two.
            #[inline]
            #[must_use]
            pub fn min(self, other: Self) -> Self { if other.0 < self.0 { other } else { self } }
            /// The larger of the two.
            #[inline]
            #[must_use]
            pub fn max(self, other: Self) -> Self { if other.0 > self.0 { other } else { self } }
            /// Held between two bounds (`low` wins if they cross).
            #[inline]
            #[must_use]
            pub fn clamp(self, low: Self, high: Self) -> Self { self.min(high).max(low) }
            /// The size without the sign.
            #[inline]
            #[must_use]
            pub fn abs(self) -> Self { Self(self.0.abs()) }
            /// Whether the number is neither infinite nor undefined.
            #[inline]
            pub fn is_finite(self) -> bool { self.0.is_finite() }
        }
        impl Add for $name { type Output = Self; #[inline] fn add(self, o: Self) -> Self { Self(self.0 + o.0) } }
        impl Sub for $name { type Output = Self; #[inline] fn sub(self, o: Self) -> Self { Self(self.0 - o.0) } }
        impl Neg for $name { type Output = Self; #[inline] fn neg(self) -> Self { Self(-self.0) } }
        impl AddAssign for $name { #[inline] fn add_assign(&mut self, o: Self) { self.0 += o.0; } }
        impl SubAssign for $name { #[inline] fn sub_assign(&mut self, o: Self) { self.0 -= o.0; } }
        impl Mul<f64> for $name { type Output = Self; #[inline] fn mul(self, k: f64) -> Self { Self(self.0 * k) } }
        impl Mul<$name> for f64 { type Output = $name; #[inline] fn mul(self, q: $name) -> $name { $name(self * q.0) } }
        impl Div<f64> for $name { type Output = Self; #[inline] fn div(self, k: f64) -> Self { Self(self.0 / k) } }
        impl Div for $name { type Output = f64; #[inline] fn div(self, o: Self) -> f64 { self.0 / o.0 } }
        impl Sum for $name { fn sum<I: Iterator<Item = Self>>(i: I) -> Self { i.fold(Self::ZERO, |a, b| a + b) } }
        impl<'a> Sum<&'a $name> for $name { fn sum<I: Iterator<Item = &'a Self>>(i: I) -> Self { i.fold(Self::ZERO, |a, b| a + *b) } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if let Some(p) = f.precision() { write!(f, "{:.*} {}", p, self.0, $unit) } else { write!(f, "{} {}", self.0, $unit) }
            }
        }
    };
}

/// Declares `A × B = C` in canonical units, both orders, and the two divisions that undo it, with a factor.
macro_rules! algebra {
    ($a:ident * $b:ident = $c:ident, $k:expr) => {
        impl Mul<$b> for $a {
            type Output = $c;
            #[inline]
            fn mul(self, o: $b) -> $c {
                $c(self.0 * o.0 * $k)
            }
        }
        impl Mul<$a> for $b {
            type Output = $c;
            #[inline]
            fn mul(self, o: $a) -> $c {
                $c(self.0 * o.0 * $k)
            }
        }
        impl Div<$a> for $c {
            type Output = $b;
            #[inline]
            fn div(self, o: $a) -> $b {
                $b(self.0 / (o.0 * $k))
            }
        }
        impl Div<$b> for $c {
            type Output = $a;
            #[inline]
            fn div(self, o: $b) -> $a {
                $a(self.0 / (o.0 * $k))
            }
        }
    };
}

quantity!(/// A length of time.
    Span, hours, as_hours, "h");
quantity!(/// Electric or mechanical power, generated or consumed; never signed by direction.
    Power, mw, as_mw, "MW");
quantity!(/// Energy.
    Energy, mwh, as_mwh, "MWh");
quantity!(/// Rate of hashing.
    Hashrate, eh_s, as_eh_s, "EH/s");
quantity!(/// A count of hashes.
    Hashes, exahashes, as_exahashes, "EH");
quantity!(/// Energy per hash of a mining machine.
    Efficiency, j_per_th, as_j_per_th, "J/TH");
quantity!(/// Flow of water.
    Discharge, m3_s, as_m3_s, "m³/s");
quantity!(/// Volume of water.
    Volume, km3, as_km3, "km³");
quantity!(/// Height of a water surface above its datum.
    Elevation, m, as_m, "m");
quantity!(/// Difference of two elevations that drives a turbine.
    Head, m, as_m, "m");
quantity!(/// Air pressure.
    Pressure, pa, as_pa, "Pa");
quantity!(/// Difference of two temperatures.
    TemperatureRise, kelvin, as_kelvin, "K");
quantity!(/// United States dollars in estimates and prices. Ledgers count integer cents.
    Dollars, usd, as_usd, "USD");
quantity!(/// Russian roubles in estimates and prices. Ledgers count integer kopecks.
    Roubles, rub, as_rub, "RUB");
quantity!(/// A price of electric energy on the power market or in the dispatch.
    EnergyPrice, rub_per_mwh, as_rub_per_mwh, "RUB/MWh");
quantity!(/// A price of electric energy to a consumer.
    Tariff, usd_per_kwh, as_usd_per_kwh, "USD/kWh");
quantity!(/// Revenue of one petahash per second in a day.
    Hashprice, usd_per_ph_day, as_usd_per_ph_day, "USD/PH/day");
quantity!(/// An exchange rate.
    ExchangeRate, rub_per_usd, as_rub_per_usd, "RUB/USD");

algebra!(Power * Span = Energy, 1.0);
algebra!(Hashrate * Span = Hashes, 3600.0);
algebra!(Discharge * Span = Volume, 3600.0e-9);
algebra!(Hashrate * Efficiency = Power, 1.0); // 1 EH/s × 1 J/TH = 10⁶ TH/s × 1 J/TH = 1 MW
algebra!(Energy * EnergyPrice = Roubles, 1.0);
algebra!(Energy * Tariff = Dollars, 1000.0);
algebra!(Dollars * ExchangeRate = Roubles, 1.0);

impl Power {
    /// From kilowatts.
    pub const fn kw(value: f64) -> Self {
        Self(value / 1e3)
    }
    /// In kilowatts.
    pub const fn as_kw(self) -> f64 {
        self.0 * 1e3
    }
    /// From watts.
    pub const fn w(value: f64) -> Self {
        Self(value / 1e6)
    }
    /// In watts.
    pub const fn as_w(self) -> f64 {
        self.0 * 1e6
    }
}

impl Energy {
    /// In gigawatt hours.
    pub const fn as_gwh(self) -> f64 {
        self.0 / 1e3
    }
    /// In terawatt hours.
    pub const fn as_twh(self) -> f64 {
        self.0 / 1e6
    }
    /// In kilowatt hours.
    pub const fn as_kwh(self) -> f64 {
        self.0 * 1e3
    }
}

impl Hashrate {
    /// From terahashes per second.
    pub const fn th_s(value: f64) -> Self {
        Self(value / 1e6)
    }
    /// In terahashes per second.
    pub const fn as_th_s(self) -> f64 {
        self.0 * 1e6
    }
    /// In petahashes per second.
    pub const fn as_ph_s(self) -> f64 {
        self.0 * 1e3
    }
}

impl Span {
    /// From minutes.
    pub const fn minutes(value: f64) -> Self {
        Self(value / 60.0)
    }
    /// In minutes.
    pub const fn as_minutes(self) -> f64 {
        self.0 * 60.0
    }
    /// From days.
    pub const fn days(value: f64) -> Self {
        Self(value * 24.0)
    }
    /// In days.
    pub const fn as_days(self) -> f64 {
        self.0 / 24.0
    }
    /// In seconds.
    pub const fn as_seconds(self) -> f64 {
        self.0 * 3600.0
    }
}

/// A temperature on the Celsius scale. Affine: the difference of two is a [`TemperatureRise`].
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Temperature(f64);

impl Temperature {
    /// From degrees Celsius.
    pub const fn celsius(value: f64) -> Self {
        Self(value)
    }
    /// In degrees Celsius.
    pub const fn as_celsius(self) -> f64 {
        self.0
    }
    /// In kelvin.
    pub const fn as_kelvin(self) -> f64 {
        self.0 + 273.15
    }
}
impl Sub for Temperature {
    type Output = TemperatureRise;
    fn sub(self, o: Self) -> TemperatureRise {
        TemperatureRise(self.0 - o.0)
    }
}
impl Add<TemperatureRise> for Temperature {
    type Output = Self;
    fn add(self, r: TemperatureRise) -> Self {
        Self(self.0 + r.0)
    }
}
impl fmt::Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(p) = f.precision() { write!(f, "{:.*} °C", p, self.0) } else { write!(f, "{} °C", self.0) }
    }
}

impl Elevation {
    /// The head between this surface and a lower one.
    pub fn above(self, lower: Self) -> Head {
        Head(self.0 - lower.0)
    }
}

/// A share between nothing and all (0 to 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fraction(f64);

impl Fraction {
    /// Nothing.
    pub const NONE: Self = Self(0.0);
    /// All of it.
    pub const ALL: Self = Self(1.0);
    /// A share, held into 0..=1; an undefined number is nothing.
    pub fn new(value: f64) -> Self {
        if value.is_nan() { Self(0.0) } else { Self(value.clamp(0.0, 1.0)) }
    }
    /// The number between 0 and 1.
    pub const fn value(self) -> f64 {
        self.0
    }
    /// What is left of one.
    #[must_use]
    pub fn rest(self) -> Self {
        Self(1.0 - self.0)
    }
}

/// Coin in integer satoshi (10⁻⁸ BTC). Signed: ledgers post both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Satoshi(pub i64);

/// Money in integer cents of the dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub i64);

/// Money in integer kopecks of the rouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kopecks(pub i64);

/// Integer money: addition and the conversions a ledger needs.
macro_rules! ledger_unit {
    ($name:ident, $per:expr, $from:ident, $as:ident, $what:literal) => {
        impl $name {
            /// None.
            pub const ZERO: Self = Self(0);
            #[doc = concat!("Rounded to the nearest unit from ", $what, "; halves away from zero.")]
            pub fn $from(value: f64) -> Self {
                Self(libm::round(value * $per) as i64)
            }
            #[doc = concat!("In ", $what, ".")]
            pub fn $as(self) -> f64 {
                self.0 as f64 / $per
            }
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, o: Self) -> Self {
                Self(self.0 + o.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, o: Self) -> Self {
                Self(self.0 - o.0)
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, o: Self) {
                self.0 += o.0;
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, o: Self) {
                self.0 -= o.0;
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(i: I) -> Self {
                i.fold(Self(0), |a, b| a + b)
            }
        }
    };
}
ledger_unit!(Satoshi, 1e8, from_btc, as_btc, "BTC");
ledger_unit!(Cents, 100.0, from_usd, as_usd, "USD");
ledger_unit!(Kopecks, 100.0, from_rub, as_rub, "RUB");

/// Splits an integer total by weights so that the parts sum to it exactly (largest remainder; ties to the earlier part).
///
/// Negative weights count as zero; if no weight is positive the first part takes all.
pub fn split_exactly(total: i64, weights: &[f64]) -> Vec<i64> {
    let sum: f64 = weights.iter().map(|w| w.max(0.0)).sum();
    let mut parts = vec![0_i64; weights.len()];
    if weights.is_empty() {
        return parts;
    }
    if sum <= 0.0 || !sum.is_finite() {
        parts[0] = total;
        return parts;
    }
    let sign = total.signum();
    let whole = total.unsigned_abs();
    let mut given = 0_u64;
    let mut remainders: Vec<(f64, usize)> = Vec::with_capacity(weights.len());
    for (i, w) in weights.iter().enumerate() {
        let exact = whole as f64 * (w.max(0.0) / sum);
        let floor = libm::floor(exact).min(whole as f64);
        let units = (floor as u64).min(whole - given.min(whole));
        given += units;
        parts[i] = units as i64;
        remainders.push((exact - floor, i));
    }
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = whole - given;
    let mut at = 0;
    while left > 0 {
        parts[remainders[at % remainders.len()].1] += 1;
        left -= 1;
        at += 1;
        // Rounding can leave at most one unit per part; more only where the whole exceeds 2^53, handled in bulk.
        if at >= remainders.len() && left > 0 {
            parts[0] += left as i64;
            left = 0;
        }
    }
    for p in &mut parts {
        *p *= sign;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_units_multiply_as_physics_says() {
        assert_eq!((Power::mw(10.0) * Span::hours(2.0)).as_mwh(), 20.0);
        assert_eq!((Hashrate::eh_s(2.0) * Efficiency::j_per_th(30.0)).as_mw(), 60.0);
        assert!(((Discharge::m3_s(1000.0) * Span::days(1.0)).as_km3() - 0.0864).abs() < 1e-15);
        assert_eq!((Energy::mwh(1.0) * Tariff::usd_per_kwh(0.05)).as_usd(), 50.0);
        assert_eq!((Energy::mwh(20.0) / Power::mw(10.0)).as_hours(), 2.0);
        assert_eq!(Elevation::m(457.0).above(Elevation::m(428.5)).as_m(), 28.5);
    }

    #[test]
    fn integer_splits_sum_to_their_whole() {
        for (total, weights) in [
            (100, vec![1.0, 1.0, 1.0]),
            (-7, vec![0.2, 0.5]),
            (5, vec![0.0, 0.0]),
            (1, vec![3.0; 9]),
            (i64::from(i32::MAX) * 5000, vec![0.1, 0.7, 0.2]),
        ] {
            assert_eq!(split_exactly(total, &weights).iter().sum::<i64>(), total, "{total} over {weights:?}");
        }
        assert_eq!(split_exactly(100, &[1.0, 1.0, 1.0]), vec![34, 33, 33]);
    }
}
