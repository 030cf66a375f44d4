//! Temperature within the day: continuous from day to day, each day's mean exact.
//!
//! Two parts. The trend through the day is the parabola that starts and ends at the means of neighboring days' values and
//! keeps the day's own mean (the curve of [`crate::curve::mean_preserving`]). On it rides a wave of half the daily range: half a
//! cosine down from 15:30 to an hour before sunrise, half a cosine up again; both halves have zero mean, so the wave has too.
//! Means over any step are integrals in closed form.

use crate::calendar::Day;
use core::f64::consts::PI;

/// Hour of the daily maximum, local time (regional climatology: 15 to 16 h).
const WARMEST_HOUR: f64 = 15.5;
/// Hours between the daily minimum and sunrise.
const BEFORE_SUNRISE_H: f64 = 1.0;
/// The meridian whose mean solar time is local time: UTC+8.
const MERIDIAN_DEG: f64 = 120.0;

/// Local hour of sunrise, disk center on the horizon, equation of time (± 16 min) left out.
///
/// Declination δ = −23.44° cos(2π (n + 10)/365) (Cooper 1969, cosine form), cos ω = −tan φ tan δ.
pub fn sunrise_h(day_of_year: u32, latitude_deg: f64, longitude_deg: f64) -> f64 {
    let rad = PI / 180.0;
    let declination = -23.44 * rad * libm::cos(2.0 * PI * (f64::from(day_of_year) + 10.0) / 365.0);
    let cosine = (-libm::tan(latitude_deg * rad) * libm::tan(declination)).clamp(-1.0, 1.0);
    12.0 + (MERIDIAN_DEG - longitude_deg) / 15.0 - libm::acos(cosine) / (15.0 * rad)
}

/// The temperature of one day at one site.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayCurve {
    /// Values of the parabola at both midnights and the day's mean, °C.
    start: f64,
    end: f64,
    mean: f64,
    /// Half the daily range, K.
    amplitude: f64,
    /// Hour of the minimum.
    coldest_hour: f64,
}

impl DayCurve {
    /// The curve of a day from its mean, its neighbors' means, its range, and where it is.
    pub fn new(
        yesterday: f64,
        today: f64,
        tomorrow: f64,
        range_k: f64,
        day: Day,
        latitude: f64,
        longitude: f64,
    ) -> Self {
        Self {
            start: 0.5 * (yesterday + today),
            end: 0.5 * (today + tomorrow),
            mean: today,
            amplitude: 0.5 * range_k,
            coldest_hour: (sunrise_h(day.of_year(), latitude, longitude) - BEFORE_SUNRISE_H).clamp(0.5, 14.5),
        }
    }

    /// Mean temperature between two hours of the day, °C.
    pub fn mean_between(&self, from_h: f64, until_h: f64) -> f64 {
        (self.integral(until_h) - self.integral(from_h)) / (until_h - from_h)
    }

    /// Integral of the curve from midnight, K h.
    fn integral(&self, hour: f64) -> f64 {
        let x = hour / 24.0;
        let (a, b, m) = (self.start, self.end, self.mean);
        // ∫ a(1 − 4x + 3x²) + b(3x² − 2x) + 6m(x − x²) dx
        let parabola = x * (a + x * ((3.0 * m - 2.0 * a - b) + x * (a + b - 2.0 * m)));
        24.0 * parabola + self.amplitude * self.wave(hour)
    }

    /// Integral of the unit wave from the last maximum, h: zero at each extreme, so zero over any whole day.
    fn wave(&self, hour: f64) -> f64 {
        let rising = WARMEST_HOUR - self.coldest_hour;
        let falling = 24.0 - rising;
        if hour < self.coldest_hour {
            falling / PI * libm::sin(PI * (hour + 24.0 - WARMEST_HOUR) / falling)
        } else if hour < WARMEST_HOUR {
            -rising / PI * libm::sin(PI * (hour - self.coldest_hour) / rising)
        } else {
            falling / PI * libm::sin(PI * (hour - WARMEST_HOUR) / falling)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(yesterday: f64, today: f64, tomorrow: f64, range: f64) -> DayCurve {
        DayCurve::new(yesterday, today, tomorrow, range, Day::parse("2022-01-20").unwrap(), 52.27, 104.32)
    }

    #[test]
    fn the_day_has_its_mean_whatever_the_step() {
        let c = curve(-20.0, -25.0, -13.0, 11.0);
        for steps in [1, 4, 24, 96] {
            let h = 24.0 / f64::from(steps);
            let mean: f64 = (0..steps).map(|i| c.mean_between(f64::from(i) * h, f64::from(i + 1) * h)).sum::<f64>();
            assert!((mean / f64::from(steps) + 25.0).abs() < 1e-12, "{steps}");
        }
    }

    #[test]
    fn minimum_before_sunrise_and_maximum_in_the_afternoon() {
        let c = curve(-20.0, -20.0, -20.0, 10.0);
        let quarter = |i: u32| c.mean_between(f64::from(i) / 4.0, f64::from(i + 1) / 4.0);
        let coldest = (0..96).min_by(|a, b| quarter(*a).total_cmp(&quarter(*b))).unwrap();
        let warmest = (0..96).max_by(|a, b| quarter(*a).total_cmp(&quarter(*b))).unwrap();
        let sunrise = sunrise_h(20, 52.27, 104.32);
        assert!((8.8..9.4).contains(&sunrise), "Irkutsk, 20 January: {sunrise}");
        assert!((f64::from(coldest) / 4.0 - (sunrise - 1.0)).abs() < 0.5);
        assert!((f64::from(warmest) / 4.0 - 15.4).abs() < 0.3);
        assert!((quarter(warmest) - quarter(coldest) - 10.0).abs() < 0.1);
    }

    #[test]
    fn midnight_has_no_jump() {
        let (a, b) = (curve(-20.0, -25.0, -13.0, 8.0), curve(-25.0, -13.0, -10.0, 8.0));
        assert!((a.mean_between(23.999, 24.0) - b.mean_between(0.0, 0.001)).abs() < 1e-3);
    }
}
