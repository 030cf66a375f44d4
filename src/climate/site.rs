//! A weather site: where it lies, its monthly statistics, and the seasons made of them.

use crate::climate::ClimateError;
use crate::climate::marginal::MAX_SKEWNESS;
use crate::curve::YearCycle;
use crate::units::Pressure;

/// Monthly statistics of the daily mean temperature and of the air, January first.
#[derive(Clone, Debug, PartialEq)]
pub struct Normals {
    /// Mean, °C.
    pub mean_c: [f64; 12],
    /// Standard deviation of daily means about the seasonal curve, K.
    pub sd_k: [f64; 12],
    /// Skewness of the same.
    pub skewness: [f64; 12],
    /// Correlation of the anomaly with that of the day before.
    pub lag_1: [f64; 12],
    /// Correlation with that of two days before.
    pub lag_2: [f64; 12],
    /// Standard deviation of monthly means from year to year, K; absent: what the other figures give.
    pub monthly_sd_k: Option<[f64; 12]>,
    /// Mean of the daily range (maximum less minimum), K.
    pub range_k: [f64; 12],
    /// Standard deviation of the daily range, K.
    pub range_sd_k: [f64; 12],
    /// Mean relative humidity, 0 to 1.
    pub humidity: [f64; 12],
}

/// A weather site.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its id, which addresses its random draws.
    pub id: String,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Station pressure, held constant: its seasonal swing is about 1 %.
    pub pressure: Pressure,
    /// The statistics that it was made of.
    pub normals: Normals,
    mean: YearCycle,
    variance: YearCycle,
    third: YearCycle,
    range: YearCycle,
    range_sd: YearCycle,
    humidity: YearCycle,
}

/// What the season says of one day at a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Season {
    /// Normal of the daily mean, °C.
    pub mean_c: f64,
    /// Spread about it, K.
    pub sd_k: f64,
    /// Skewness of the anomaly.
    pub skewness: f64,
    /// Normal of the daily range, K.
    pub range_k: f64,
    /// Spread of the range, K.
    pub range_sd_k: f64,
    /// Relative humidity, 0 to 1.
    pub humidity: f64,
}

/// Smallest spread of a day, K: interpolation of variances may dip below its months' figures.
const LEAST_SD_K: f64 = 0.2;

impl Site {
    /// A site from its statistics. Means, variances and third moments are interpolated so that each month keeps its own.
    pub fn new(
        id: &str,
        latitude_deg: f64,
        longitude_deg: f64,
        pressure: Pressure,
        normals: Normals,
    ) -> Result<Self, ClimateError> {
        let wrong = |what: String| ClimateError::Site { site: id.to_owned(), what };
        let all = [&normals.mean_c, &normals.sd_k, &normals.skewness, &normals.lag_1, &normals.lag_2, &normals.range_k];
        let all = all.into_iter().chain([&normals.range_sd_k, &normals.humidity]).chain(normals.monthly_sd_k.iter());
        if all.flatten().any(|x| !x.is_finite()) {
            return Err(wrong("a monthly figure is not a number".to_owned()));
        }
        for (m, h) in normals.humidity.iter().enumerate() {
            if *h > 1.0 {
                return Err(wrong(format!("humidity {h} in month {} is above 1: did you mean {}?", m + 1, h / 100.0)));
            }
            if *h <= 0.0 {
                return Err(wrong(format!("humidity {h} in month {} is not above 0", m + 1)));
            }
        }
        if normals.sd_k.iter().chain(normals.monthly_sd_k.iter().flatten()).any(|s| *s <= 0.0)
            || normals.range_k.iter().chain(&normals.range_sd_k).any(|r| *r < 0.0)
        {
            return Err(wrong("a spread must be above 0 and a range not below it".to_owned()));
        }
        if let Some(g) = normals.skewness.iter().find(|g| g.abs() > MAX_SKEWNESS) {
            return Err(wrong(format!("skewness {g} is beyond ±{MAX_SKEWNESS}")));
        }
        if !(-66.0..=66.0).contains(&latitude_deg) || !(-180.0..=180.0).contains(&longitude_deg) {
            return Err(wrong(format!("{latitude_deg}° N, {longitude_deg}° E is not between the polar circles")));
        }
        if !(50_000.0..=110_000.0).contains(&pressure.as_pa()) {
            return Err(wrong(format!("pressure {} Pa is not between 50,000 and 110,000", pressure.as_pa())));
        }
        let variance = normals.sd_k.map(|s| s * s);
        let third = core::array::from_fn(|m| normals.skewness[m] * variance[m] * normals.sd_k[m]);
        Ok(Self {
            id: id.to_owned(),
            latitude_deg,
            longitude_deg,
            pressure,
            mean: YearCycle::new(&normals.mean_c),
            variance: YearCycle::new(&variance),
            third: YearCycle::new(&third),
            range: YearCycle::new(&normals.range_k),
            range_sd: YearCycle::new(&normals.range_sd_k),
            humidity: YearCycle::new(&normals.humidity),
            normals,
        })
    }

    /// The season on a day of the year.
    pub fn season(&self, month: u32, day_of_month: u32) -> Season {
        let on = |cycle: &YearCycle| cycle.on(month, day_of_month);
        let sd_k = libm::sqrt(on(&self.variance).max(LEAST_SD_K * LEAST_SD_K));
        Season {
            mean_c: on(&self.mean),
            sd_k,
            skewness: on(&self.third) / (sd_k * sd_k * sd_k),
            range_k: on(&self.range),
            range_sd_k: on(&self.range_sd),
            humidity: on(&self.humidity).clamp(0.01, 1.0),
        }
    }

    /// Mean of the twelve spreads, K.
    pub fn mean_sd_k(&self) -> f64 {
        self.normals.sd_k.iter().sum::<f64>() / 12.0
    }

    /// Great-circle distance to another site, km (haversine, sphere of 6371 km).
    pub fn distance_km(&self, other: &Self) -> f64 {
        let rad = core::f64::consts::PI / 180.0;
        let (a, b) = (self.latitude_deg * rad, other.latitude_deg * rad);
        let dlon = (other.longitude_deg - self.longitude_deg) * rad;
        let (u, v) = (libm::sin(0.5 * (b - a)), libm::sin(0.5 * dlon));
        let h = u * u + libm::cos(a) * libm::cos(b) * v * v;
        2.0 * 6371.0 * libm::asin(libm::sqrt(h.min(1.0)))
    }
}
