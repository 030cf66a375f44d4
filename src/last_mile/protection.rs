//! What takes a transformer or its lines out: overcurrent protection, heat, conductors, voltage.
//!
//! Overcurrent: the thermal image of IEC 60255-149, τ dw/dt = K² − w, trips where w reaches the square of the pick-up: an
//! inverse-time curve t = τ ln((K² − w0)/(K² − p²)). Conductors: ampacity at 25 °C times √((90 − Ta)/65), the limit of
//! cross-linked insulation at 90 °C. Voltage: I r L/2 along a feeder with its load spread evenly, the same again in the neutral
//! for what is not balanced, and 2 % in a transformer at rated load.

use super::load::Class;

/// Limits and times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Protection {
    /// Load that trips in the end, per unit of the transformer's rated current.
    pub pick_up: f64,
    /// Time constant of the thermal image, minutes.
    pub time_constant_min: f64,
    /// Hot spot that takes the transformer out, °C.
    pub hot_spot_limit_c: f64,
    /// Top oil that takes the transformer out, °C.
    pub top_oil_limit_c: f64,
    /// Share of nominal voltage by which the end of a feeder may lie too low before homes are cut off.
    pub voltage_limit: f64,
    /// Normal life at the rated hot spot, hours: failures by age come at one per normal life.
    pub normal_life_h: f64,
    /// Hours until a fuse is changed or a breaker closed.
    pub protection_repair_h: f64,
    /// Hours until an overheated transformer is back.
    pub heat_repair_h: f64,
    /// Hours until a dead one is replaced.
    pub failure_repair_h: f64,
    /// Hours until a feeder is mended.
    pub feeder_repair_h: f64,
    /// Trips after which the grid company puts in the next size.
    pub relief_after_trips: u32,
}

/// Why homes went dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Fuse or breaker of the transformer.
    Overcurrent,
    /// Hot spot or top oil over its limit.
    Heat,
    /// The insulation was at the end of its life.
    Aging,
    /// A 0.4 kV conductor over its ampacity.
    Conductor,
    /// Too little voltage at the end of a feeder.
    Voltage,
}

impl Cause {
    /// All causes, in the order of tables.
    pub const ALL: [Self; 5] = [Self::Overcurrent, Self::Heat, Self::Aging, Self::Conductor, Self::Voltage];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overcurrent => "overcurrent",
            Self::Heat => "heat",
            Self::Aging => "aging",
            Self::Conductor => "conductor",
            Self::Voltage => "voltage",
        }
    }
}

impl Protection {
    /// The thermal image after a step.
    pub fn image(&self, before: f64, load: f64, left: f64) -> f64 {
        let square = load * load;
        square + (before - square) * left
    }

    /// Share of the thermal image's distance that is left after a step.
    pub fn left_after(&self, minutes: f64) -> f64 {
        libm::exp(-minutes / self.time_constant_min)
    }

    /// Minutes until a constant load trips from a load before; `None` if it never does.
    pub fn minutes_to_trip(&self, before: f64, load: f64) -> Option<f64> {
        let (square, limit) = (load * load, self.pick_up * self.pick_up);
        (square > limit).then(|| {
            let start = before * before;
            if start >= limit { 0.0 } else { self.time_constant_min * libm::log((square - start) / (square - limit)) }
        })
    }

    /// Hours until a cause is mended.
    pub fn repair_h(&self, cause: Cause) -> f64 {
        match cause {
            Cause::Overcurrent => self.protection_repair_h,
            Cause::Heat => self.heat_repair_h,
            Cause::Aging => self.failure_repair_h,
            Cause::Conductor | Cause::Voltage => self.feeder_repair_h,
        }
    }
}

/// The busiest feeder of a transformer carries so much more than the mean one.
const BUSIEST_FEEDER: f64 = 1.3;
/// Phase voltage, V.
const PHASE_V: f64 = 230.0;
/// Drop inside a transformer at rated load, mostly resistive, as a share.
const TRANSFORMER_DROP: f64 = 0.02;

impl Class {
    /// Current of the most loaded phase of the busiest feeder, A.
    pub fn feeder_a(&self, load: f64, kva: f64) -> f64 {
        load * kva * 1000.0 / (3.0 * PHASE_V) / self.feeders * BUSIEST_FEEDER
    }

    /// Current that a feeder may carry in this air, A.
    pub fn ampacity_a(&self, ambient_c: f64) -> f64 {
        self.ampacity_a * libm::sqrt(((90.0 - ambient_c) / 65.0).max(0.0))
    }

    /// Drop of voltage at the end of the busiest feeder, share of nominal; `unbalanced` is the part of the load that returns
    /// through the neutral.
    pub fn voltage_drop(&self, load: f64, unbalanced: f64, kva: f64) -> f64 {
        let per_load = self.feeder_a(1.0, kva) * self.ohm_per_km * self.feeder_km / 2.0 / PHASE_V;
        per_load * (load + unbalanced) + TRANSFORMER_DROP * load
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::last_mile) fn protection() -> Protection {
        Protection {
            pick_up: 1.3,
            time_constant_min: 95.0,
            hot_spot_limit_c: 140.0,
            top_oil_limit_c: 115.0,
            voltage_limit: 0.2,
            normal_life_h: 180_000.0,
            protection_repair_h: 4.0,
            heat_repair_h: 8.0,
            failure_repair_h: 24.0,
            feeder_repair_h: 6.0,
            relief_after_trips: 3,
        }
    }

    #[test]
    fn protection_is_inverse_in_time() {
        let p = protection();
        assert_eq!(p.minutes_to_trip(1.0, 1.3), None);
        let at = |k: f64| p.minutes_to_trip(1.0, k).unwrap();
        assert!((at(1.4) - 120.0).abs() < 5.0, "two hours at 140 % from full load: {}", at(1.4));
        assert!(at(1.4) > at(1.6) && at(1.6) > at(3.0) && at(3.0) < 15.0);
        // The image and the curve are one.
        let minutes = at(1.6);
        let image = p.image(1.0, 1.6, p.left_after(minutes));
        assert!((image - 1.69).abs() < 1e-12);
        assert_eq!(p.minutes_to_trip(1.5, 1.4), Some(0.0));
    }
}
