//! Level and storage of a reservoir: an area law integrated to a curve, and its inverse.

use crate::curve::Curve;
use crate::units::{Elevation, Volume};

/// Step of the table over level, m. At 0.05 m the chord of the steepest shipped curve misses the integral by 0.001 km³.
const STEP_M: f64 = 0.05;

/// How the surface of a reservoir widens with its level: A(h) = base + gain · ((h − bottom) / reference)^exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AreaLaw {
    /// Surface at the bottom of the curve, km².
    pub base_km2: f64,
    /// What it gains over the reference height, km².
    pub gain_km2: f64,
    /// Reference height, m.
    pub reference_m: f64,
    /// Exponent of the gain; below one the banks steepen with height.
    pub exponent: f64,
}

impl AreaLaw {
    /// Surface at a height above the bottom, km².
    pub fn area_km2(&self, above_m: f64) -> f64 {
        self.base_km2 + self.gain_km2 * libm::pow(above_m.max(0.0) / self.reference_m, self.exponent)
    }
    /// Volume between the bottom and a height above it, km³ (the integral of the area, 10⁻³ km a meter).
    pub fn volume_km3(&self, above_m: f64) -> f64 {
        let d = above_m.max(0.0);
        let n = self.exponent + 1.0;
        1e-3 * (self.base_km2 * d + self.gain_km2 * self.reference_m / n * libm::pow(d / self.reference_m, n))
    }
}

/// Storage above the lowest point of the curve, by level.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageCurve {
    curve: Curve,
    bottom: Elevation,
    top: Elevation,
}

impl StorageCurve {
    /// The curve of an area law between two levels; `None` if the levels are out of order or storage would not rise.
    pub fn from_area(bottom: Elevation, top: Elevation, law: &AreaLaw) -> Option<Self> {
        let height = top.as_m() - bottom.as_m();
        let sound = height > 0.0
            && height < 1000.0
            && law.base_km2 > 0.0
            && law.gain_km2 >= 0.0
            && law.reference_m > 0.0
            && law.exponent > 0.0;
        if !sound {
            return None;
        }
        let pieces = if law.gain_km2 == 0.0 { 1 } else { libm::ceil(height / STEP_M) as usize };
        let points = (0..=pieces)
            .map(|i| {
                let above = height * (i as f64 / pieces as f64);
                (bottom.as_m() + above, law.volume_km3(above))
            })
            .collect();
        Self::from_points(points)
    }
    /// A curve through (level m, storage km³); both must increase and the first storage is zero.
    pub fn from_points(points: Vec<(f64, f64)>) -> Option<Self> {
        let (first, last) = (*points.first()?, *points.last()?);
        let rises = points.windows(2).all(|w| w[0].1 < w[1].1);
        if points.len() < 2 || first.1 != 0.0 || !rises {
            return None;
        }
        Some(Self { curve: Curve::new(points)?, bottom: Elevation::m(first.0), top: Elevation::m(last.0) })
    }
    /// Storage at a level, held at both ends.
    #[inline]
    pub fn storage(&self, level: Elevation) -> Volume {
        Volume::km3(self.curve.at(level.as_m()))
    }
    /// Level at a storage, held at both ends.
    #[inline]
    pub fn level(&self, storage: Volume) -> Elevation {
        Elevation::m(self.curve.inverse(storage.as_km3()))
    }
    /// Lowest level of the curve.
    pub fn bottom(&self) -> Elevation {
        self.bottom
    }
    /// Highest level of the curve.
    pub fn top(&self) -> Elevation {
        self.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bratsk() -> StorageCurve {
        let law = AreaLaw { base_km2: 3133.0, gain_km2: 2337.0, reference_m: 10.0, exponent: 0.385 };
        StorageCurve::from_area(Elevation::m(392.0), Elevation::m(404.0), &law).unwrap()
    }

    #[test]
    fn bratsk_holds_its_published_live_volume() {
        let live = bratsk().storage(Elevation::m(402.0)).as_km3();
        assert!((live - 48.2).abs() < 0.05, "48.2 km³ between 392 and 402 m, here {live}");
    }

    #[test]
    fn level_and_storage_are_inverse() {
        let curve = bratsk();
        for i in 0..=1200 {
            let level = Elevation::m(392.0 + f64::from(i) * 0.01);
            let back = curve.level(curve.storage(level));
            assert!((back.as_m() - level.as_m()).abs() < 1e-9, "{level} came back as {back}");
        }
    }

    #[test]
    fn the_table_follows_the_integral() {
        let law = AreaLaw { base_km2: 3133.0, gain_km2: 2337.0, reference_m: 10.0, exponent: 0.385 };
        for i in 0..1200 {
            let above = f64::from(i) * 0.01 + 0.003;
            let table = bratsk().storage(Elevation::m(392.0 + above)).as_km3();
            assert!((table - law.volume_km3(above)).abs() < 2e-3);
        }
    }

    #[test]
    fn levels_out_of_order_are_refused() {
        let law = AreaLaw { base_km2: 31_500.0, gain_km2: 0.0, reference_m: 1.0, exponent: 1.0 };
        assert!(StorageCurve::from_area(Elevation::m(457.0), Elevation::m(456.0), &law).is_none());
        assert!(StorageCurve::from_points(vec![(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)]).is_none());
        assert!(StorageCurve::from_points(vec![(0.0, 1.0), (1.0, 2.0)]).is_none());
    }
}
