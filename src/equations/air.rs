//! Moist air: saturation over water and ice, humidity ratio, wet-bulb, dew point, enthalpy, density.
//!
//! Source of every equation and constant here: ASHRAE Handbook of Fundamentals 2017 (SI), chapter 1, "Psychrometrics";
//! saturation after Hyland and Wexler (1983). Ideal-gas mixture, so within about 0.7 % of real air near 0 °C. Used from
//! −45 to +60 °C; the saturation formulas themselves hold from −100 to +200 °C.

use crate::units::{Elevation, Fraction, Pressure, Temperature, TemperatureRise};

/// Ratio of the molar masses of water and dry air.
const MASS_RATIO: f64 = 0.621_945;
/// Gas constant of dry air, J/(kg K).
const GAS_CONSTANT: f64 = 287.042;
/// Specific heat of dry air, kJ/(kg K).
const DRY_HEAT: f64 = 1.006;
/// Specific heat of water vapor, kJ/(kg K).
const VAPOR_HEAT: f64 = 1.86;
/// Triple point of water, °C: where saturation over ice meets saturation over water.
const TRIPLE_POINT_C: f64 = 0.01;

/// Saturation at one temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saturation {
    /// Vapor pressure over water, below the triple point over ice.
    pub pressure: Pressure,
    /// Relative change of that pressure with temperature, d ln p / dT, 1/K.
    pub log_slope: f64,
}

/// Saturation vapor pressure and its slope: ln p = C₁/T + C₂ + C₃T + C₄T² + C₅T³ + C₆T⁴ + C₇ ln T, T in kelvin
/// (equations 5, over ice, and 6, over water).
#[inline]
pub fn saturation(at: Temperature) -> Saturation {
    let t = at.as_kelvin();
    let log_t = libm::log(t);
    let (ln_p, slope) = if at.as_celsius() <= TRIPLE_POINT_C {
        (
            -5.674_535_9e3 / t
                + 6.392_524_7
                + t * (-9.677_843e-3 + t * (6.221_570_1e-7 + t * (2.074_782_5e-9 + t * -9.484_024e-13)))
                + 4.163_501_9 * log_t,
            5.674_535_9e3 / (t * t) - 9.677_843e-3
                + t * (2.0 * 6.221_570_1e-7 + t * (3.0 * 2.074_782_5e-9 + t * (4.0 * -9.484_024e-13)))
                + 4.163_501_9 / t,
        )
    } else {
        (
            -5.800_220_6e3 / t
                + 1.391_499_3
                + t * (-4.864_023_9e-2 + t * (4.176_476_8e-5 + t * -1.445_209_3e-8))
                + 6.545_967_3 * log_t,
            5.800_220_6e3 / (t * t) - 4.864_023_9e-2
                + t * (2.0 * 4.176_476_8e-5 + t * (3.0 * -1.445_209_3e-8))
                + 6.545_967_3 / t,
        )
    };
    Saturation { pressure: Pressure::pa(libm::exp(ln_p)), log_slope: slope }
}

/// Partial pressure of the vapor in air of a relative humidity, which is relative to ice below 0.01 °C.
pub fn vapor_pressure(dry_bulb: Temperature, humidity: Fraction) -> Pressure {
    saturation(dry_bulb).pressure * humidity.value()
}

/// Humidity ratio W = 0.621945 e / (p − e), kg of vapor per kg of dry air (equation 20).
#[inline]
pub fn humidity_ratio(vapor: Pressure, pressure: Pressure) -> f64 {
    MASS_RATIO * vapor.as_pa() / (pressure.as_pa() - vapor.as_pa())
}

/// Enthalpy of moist air, h = 1006 t + W (2 501 000 + 1860 t), J per kg of dry air, zero at 0 °C and dry (equation 30).
pub fn enthalpy_j_per_kg(dry_bulb: Temperature, humidity_ratio: f64) -> f64 {
    let t = dry_bulb.as_celsius();
    1e3 * (DRY_HEAT * t + humidity_ratio * (2501.0 + VAPOR_HEAT * t))
}

/// Volume of the mixture per kg of dry air, v = 287.042 T (1 + 1.607858 W) / p, m³/kg (equation 26).
#[inline]
pub fn specific_volume_m3_per_kg(dry_bulb: Temperature, humidity_ratio: f64, pressure: Pressure) -> f64 {
    GAS_CONSTANT * dry_bulb.as_kelvin() * (1.0 + 1.607_858 * humidity_ratio) / pressure.as_pa()
}

/// Density of the mixture, (1 + W) / v, kg/m³ (equation 11).
#[inline]
pub fn density_kg_per_m3(dry_bulb: Temperature, humidity_ratio: f64, pressure: Pressure) -> f64 {
    (1.0 + humidity_ratio) / specific_volume_m3_per_kg(dry_bulb, humidity_ratio, pressure)
}

/// Pressure of the standard atmosphere, 101 325 (1 − 2.25577·10⁻⁵ z)^5.2559 Pa, −5 to 11 km (equation 3).
pub fn standard_pressure(altitude: Elevation) -> Pressure {
    Pressure::pa(101_325.0 * libm::pow(1.0 - 2.25577e-5 * altitude.as_m(), 5.2559))
}

/// Temperature of the standard atmosphere, 15 °C − 6.5 K/km (equation 4).
pub fn standard_temperature(altitude: Elevation) -> Temperature {
    Temperature::celsius(15.0 - 0.0065 * altitude.as_m())
}

/// Temperature at which the vapor would saturate, over water or, below 0.01 °C, over ice: Newton's method on ln e.
pub fn dew_point(vapor: Pressure) -> Temperature {
    let log_e = libm::log(vapor.as_pa().max(1e-3));
    // A Magnus guess over water (Sonntag 1990), good to a few kelvin even over ice.
    let m = log_e - 6.415;
    let mut t = Temperature::celsius(243.12 * m / (17.62 - m));
    for _ in 0..12 {
        let s = saturation(t);
        let step = (log_e - libm::log(s.pressure.as_pa())) / s.log_slope;
        t = t + TemperatureRise::kelvin(step);
        if step.abs() < 1e-9 {
            break;
        }
    }
    t
}

/// One branch of the psychrometric equation: a wick wet with water, or covered with ice.
#[derive(Clone, Copy)]
struct Wick {
    /// Latent heat at 0 °C, kJ/kg.
    latent: f64,
    /// Its fall with the wet-bulb temperature, kJ/(kg K).
    fall: f64,
    /// Heat capacity of the condensed water, kJ/(kg K).
    condensed: f64,
}

/// Water: W = [(2501 − 2.326 t*) Wₛ* − 1.006 (t − t*)] / (2501 + 1.86 t − 4.186 t*) (equation 33).
const WATER: Wick = Wick { latent: 2501.0, fall: 2.326, condensed: 4.186 };
/// Ice: W = [(2830 − 0.24 t*) Wₛ* − 1.006 (t − t*)] / (2830 + 1.86 t − 2.1 t*) (equation 35).
const ICE: Wick = Wick { latent: 2830.0, fall: 0.24, condensed: 2.1 };

impl Wick {
    /// The equation multiplied out, zero at the wet-bulb temperature and increasing, with its first and second derivative.
    #[inline]
    fn residual(self, t: f64, w: f64, wet: f64, at_wet: Saturation, pressure: Pressure) -> (f64, f64, f64) {
        let p = pressure.as_pa();
        let dry_share = p / (p - at_wet.pressure.as_pa());
        let saturated = humidity_ratio(at_wet.pressure, pressure);
        let rate = at_wet.log_slope * dry_share;
        let latent = self.latent - self.fall * wet;
        (
            latent * saturated - DRY_HEAT * (t - wet) - w * (self.latent + VAPOR_HEAT * t - self.condensed * wet),
            (latent * rate - self.fall) * saturated + DRY_HEAT + w * self.condensed,
            latent * saturated * rate * rate,
        )
    }
}

/// Most Newton steps that [`wet_bulb`] takes after its start.
const NEWTON_STEPS: usize = 4;

/// Wet-bulb temperature: the root of the psychrometric equation at this pressure, over a wet wick where one can be at or above
/// 0 °C, else over an iced one (equations 33 and 35).
///
/// The two branches overlap by about 0.6 K of humidity: there the wet wick is taken. A start by Halley's method at the dry
/// bulb, whose saturation is known, and at most four Newton steps agree with bisection within 10⁻⁶ K from −45 to +50 °C.
pub fn wet_bulb(dry_bulb: Temperature, vapor: Pressure, pressure: Pressure) -> Temperature {
    wet_bulb_from(dry_bulb, saturation(dry_bulb), vapor, pressure)
}

/// [`wet_bulb`] where the saturation at the dry bulb is already at hand.
#[inline]
pub fn wet_bulb_from(dry_bulb: Temperature, at_dry: Saturation, vapor: Pressure, pressure: Pressure) -> Temperature {
    let t = dry_bulb.as_celsius();
    let w = humidity_ratio(vapor.min(at_dry.pressure), pressure);
    let freezing = Saturation { pressure: Pressure::pa(611.153_6), log_slope: 0.082_34 };
    let thawed = t > 0.0 && WATER.residual(t, w, 0.0, freezing, pressure).0 <= 0.0;
    let (wick, start, at_start) = match (thawed, t > 0.0) {
        (true, _) => (WATER, t, at_dry),
        (false, true) => (ICE, 0.0, freezing),
        (false, false) => (ICE, t, at_dry),
    };
    let (f, df, ddf) = wick.residual(t, w, start, at_start, pressure);
    let mut wet = start - 2.0 * f * df / (2.0 * df * df - f * ddf);
    for _ in 0..NEWTON_STEPS {
        let (f, df, _) = wick.residual(t, w, wet, saturation(Temperature::celsius(wet)), pressure);
        let step = f / df;
        wet -= step;
        if step.abs() < 1e-5 {
            break;
        }
    }
    Temperature::celsius(wet.min(t))
}

/// Everything that follows from dry-bulb temperature, relative humidity and pressure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MoistAir {
    /// Wet-bulb temperature.
    pub wet_bulb: Temperature,
    /// Dew point, below 0.01 °C the frost point.
    pub dew_point: Temperature,
    /// Humidity ratio, kg of vapor per kg of dry air.
    pub humidity_ratio: f64,
    /// Enthalpy, J per kg of dry air.
    pub enthalpy_j_per_kg: f64,
    /// Density of the mixture, kg/m³.
    pub density_kg_per_m3: f64,
    /// Saturation vapor pressure at the dry bulb.
    pub saturation: Pressure,
}

impl MoistAir {
    /// The state of air; perfectly dry air is given the dew point of 0.001 Pa.
    pub fn new(dry_bulb: Temperature, humidity: Fraction, pressure: Pressure) -> Self {
        let at_dry = saturation(dry_bulb);
        let vapor = at_dry.pressure * humidity.value();
        let w = humidity_ratio(vapor, pressure);
        Self {
            wet_bulb: wet_bulb_from(dry_bulb, at_dry, vapor, pressure),
            dew_point: dew_point(vapor),
            humidity_ratio: w,
            enthalpy_j_per_kg: enthalpy_j_per_kg(dry_bulb, w),
            density_kg_per_m3: density_kg_per_m3(dry_bulb, w, pressure),
            saturation: at_dry.pressure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(t: f64) -> Temperature {
        Temperature::celsius(t)
    }

    /// The same root by bisection, slow and without derivatives.
    fn wet_bulb_by_bisection(t: f64, vapor: Pressure, p: Pressure) -> f64 {
        let w = humidity_ratio(vapor, p);
        let f = |wick: Wick, wet: f64| wick.residual(t, w, wet, saturation(c(wet)), p).0;
        let (wick, mut low, mut high) =
            if t > 0.0 && f(WATER, 0.0) <= 0.0 { (WATER, 0.0, t) } else { (ICE, -90.0, t.min(0.0)) };
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if f(wick, middle) > 0.0 { high = middle } else { low = middle }
        }
        0.5 * (low + high)
    }

    #[test]
    fn published_values_are_met() {
        for line in include_str!("../../tests/data/psychro/published.csv").lines().skip(1) {
            let cell: Vec<&str> = line.split(',').collect();
            let [x, y, z] = [2, 4, 6].map(|i| cell[i].parse::<f64>().unwrap_or(f64::NAN));
            let (expected, tolerance) = (cell[7].parse::<f64>().unwrap(), cell[10].parse::<f64>().unwrap());
            let saturated = |t: f64, p: f64| humidity_ratio(saturation(c(t)).pressure, Pressure::pa(p));
            let got = match cell[0] {
                "saturation_vapour_pressure" => saturation(c(x)).pressure.as_pa(),
                "saturation_humidity_ratio" => saturated(x, y),
                "saturated_air_enthalpy" => enthalpy_j_per_kg(c(x), saturated(x, y)),
                "standard_atm_pressure" => standard_pressure(Elevation::m(x)).as_pa(),
                "standard_atm_temperature" => standard_temperature(Elevation::m(x)).as_celsius(),
                "humidity_ratio_from_vapour_pressure" => humidity_ratio(Pressure::pa(x), Pressure::pa(y)),
                "humidity_ratio_from_wet_bulb" => {
                    let (t, wet, p) = (x, y, z);
                    let above = |w: f64| WATER.residual(t, w, wet, saturation(c(wet)), Pressure::pa(p)).0;
                    // Linear in W: the root from two points.
                    above(0.0) / (above(0.0) - above(1.0))
                }
                "dry_air_enthalpy" => enthalpy_j_per_kg(c(x), 0.0),
                "moist_air_enthalpy" => enthalpy_j_per_kg(c(x), y),
                other => panic!("unknown quantity {other}"),
            };
            let miss = if cell[9] == "rel" { (got / expected - 1.0).abs() } else { (got - expected).abs() };
            assert!(miss <= tolerance, "{line}: got {got}");
        }
    }

    #[test]
    fn psychrolib_grid_is_met() {
        for line in include_str!("../../tests/data/psychro/psychrolib_grid.csv").lines().skip(1) {
            let v: Vec<f64> = line.split(',').map(|s| s.parse().unwrap()).collect();
            let p = Pressure::pa(v[2]);
            let air = MoistAir::new(c(v[0]), Fraction::new(v[1]), p);
            let rel = |got: f64, want: f64| (got / want - 1.0).abs();
            assert!(rel(air.humidity_ratio, v[3]) < 1e-4, "{line}: {air:?}");
            assert!((air.wet_bulb.as_celsius() - v[4]).abs() < 0.02, "{line}: {air:?}");
            assert!((air.dew_point.as_celsius() - v[5]).abs() < 0.02, "{line}: {air:?}");
            assert!((air.enthalpy_j_per_kg - v[6]).abs() < 20.0_f64.max(1e-4 * v[6].abs()), "{line}: {air:?}");
            assert!(rel(specific_volume_m3_per_kg(c(v[0]), air.humidity_ratio, p), v[7]) < 1e-4);
            assert!(rel(air.density_kg_per_m3, v[8]) < 1e-4, "{line}: {air:?}");
            assert!(rel(air.saturation.as_pa(), v[9]) < 1e-4, "{line}: {air:?}");
        }
    }

    #[test]
    fn the_fast_wet_bulb_is_the_root() {
        let mut worst: (f64, f64, f64) = (0.0, 0.0, 0.0);
        for p in [85_000.0, 95_500.0, 105_000.0].map(Pressure::pa) {
            for t in (-90..=100).map(|i| 0.5 * f64::from(i) + 0.013) {
                for rh in (0..=100).map(|i| (f64::from(i) / 100.0).max(0.003)) {
                    let vapor = vapor_pressure(c(t), Fraction::new(rh));
                    let miss = (wet_bulb(c(t), vapor, p).as_celsius() - wet_bulb_by_bisection(t, vapor, p)).abs();
                    if miss > worst.0 {
                        worst = (miss, t, rh);
                    }
                }
            }
        }
        assert!(worst.0 < 1e-6, "misses by {} K at {} °C, {}", worst.0, worst.1, worst.2);
    }

    #[test]
    fn dew_point_below_wet_bulb_below_dry_bulb() {
        for t in [-45.0, -20.0, 0.0, 0.01, 3.0, 30.0] {
            let mut before = f64::NEG_INFINITY;
            for rh in [0.05, 0.3, 0.65, 0.99] {
                let air = MoistAir::new(c(t), Fraction::new(rh), Pressure::pa(95_500.0));
                assert!(air.dew_point < air.wet_bulb && air.wet_bulb < c(t), "{t} {rh} {air:?}");
                assert!(air.wet_bulb.as_celsius() > before);
                before = air.wet_bulb.as_celsius();
                let back = saturation(air.dew_point).pressure.as_pa() / (rh * air.saturation.as_pa());
                assert!((back - 1.0).abs() < 1e-9);
            }
            let saturated = MoistAir::new(c(t), Fraction::ALL, Pressure::pa(95_500.0));
            assert!(
                (saturated.wet_bulb.as_celsius() - t).abs() < 1e-6
                    && (saturated.dew_point.as_celsius() - t).abs() < 1e-6
            );
        }
    }

    #[test]
    fn the_slope_is_the_derivative() {
        for t in [-40.0, -5.0, 12.0, 45.0] {
            let (a, b) = (saturation(c(t - 1e-3)).pressure.as_pa(), saturation(c(t + 1e-3)).pressure.as_pa());
            assert!((libm::log(b / a) / 2e-3 - saturation(c(t)).log_slope).abs() < 1e-8);
        }
    }
}
