//! What the inlet temperature does to a machine: throttling, tripping, and the rise of power.
//!
//! Full speed to 5 K below the highest allowed inlet, linear to −10 % at it, held there to 2 K above, then a trip: matches a
//! published bench of an S21 (clock 490 → 440 MHz above 40 °C, shutdown above 47 °C at a limit of 45 °C).
//! Power rises with board temperature at fixed clock and voltage (sign published for the X19 family, slope an assumption).

use crate::units::{Temperature, TemperatureRise};

/// Below the limit by this much, throttling begins.
pub const THROTTLE_BELOW_LIMIT: TemperatureRise = TemperatureRise::kelvin(5.0);
/// Share of hashrate lost at the limit.
pub const THROTTLED_AT_LIMIT: f64 = 0.10;
/// Above the limit by this much, the machine trips.
pub const TRIP_ABOVE_LIMIT: TemperatureRise = TemperatureRise::kelvin(2.0);
/// Inlet at which nameplate power holds.
pub const RATED_INLET: Temperature = Temperature::celsius(25.0);

/// Share of the tuned hashrate that the inlet allows; `None` is a trip.
pub fn derate(inlet: Temperature, limit: Temperature) -> Option<f64> {
    let over = (inlet - limit).as_kelvin();
    if over > TRIP_ABOVE_LIMIT.as_kelvin() {
        return None;
    }
    let depth = (over + THROTTLE_BELOW_LIMIT.as_kelvin()) / THROTTLE_BELOW_LIMIT.as_kelvin();
    Some(1.0 - THROTTLED_AT_LIMIT * depth.clamp(0.0, 1.0))
}

/// Kelvin from the rated inlet that raise or lower power; the inlet is held into 0 to 40 °C, where the slope is meant.
pub fn from_rated(inlet: Temperature) -> TemperatureRise {
    Temperature::celsius(inlet.as_celsius().clamp(0.0, 40.0)) - RATED_INLET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_throttles_and_then_trips() {
        let limit = Temperature::celsius(45.0);
        let at = |t: f64| derate(Temperature::celsius(t), limit);
        assert_eq!(at(-30.0), Some(1.0));
        assert_eq!(at(40.0), Some(1.0));
        assert_eq!(at(42.5), Some(0.95));
        assert_eq!(at(45.0), Some(0.9));
        assert_eq!(at(47.0), Some(0.9));
        assert_eq!(at(47.1), None);
    }

    #[test]
    fn power_follows_the_inlet_within_bounds() {
        assert_eq!(from_rated(Temperature::celsius(35.0)).as_kelvin(), 10.0);
        assert_eq!(from_rated(Temperature::celsius(-35.0)).as_kelvin(), -25.0);
        assert_eq!(from_rated(Temperature::celsius(60.0)).as_kelvin(), 15.0);
    }
}
