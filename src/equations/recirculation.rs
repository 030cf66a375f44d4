//! Winter recirculation: exhaust mixed back into the intake until it is warm enough.
//!
//! Heat balance of the mixing box at equal specific heats: T_in = (1 − x) T_out + x T_ex, exhaust T_ex = T_in + ΔT, hence
//! x = (T_in − T_out) / (T_in + ΔT − T_out). Exact for dry air; miners add no water, so the humidity ratio is unchanged.

use crate::units::{Fraction, Temperature, TemperatureRise};

/// Share of the intake that is exhaust so that it reaches `inlet`: nothing when outside is warm enough.
pub fn mix_fraction(outside: Temperature, inlet: Temperature, rise: TemperatureRise) -> Fraction {
    let lift = (inlet - outside).as_kelvin();
    if lift <= 0.0 { Fraction::NONE } else { Fraction::new(lift / (lift + rise.as_kelvin())) }
}

/// Temperature of the mix.
pub fn mixed(outside: Temperature, exhaust: Temperature, share: Fraction) -> Temperature {
    outside + (exhaust - outside) * share.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let x = |out: f64, inlet: f64, rise: f64| {
            mix_fraction(Temperature::celsius(out), Temperature::celsius(inlet), TemperatureRise::kelvin(rise)).value()
        };
        for (out, inlet, rise, expected) in [
            (-40.0, 5.0, 15.0, 0.75),
            (-35.0, 5.0, 15.0, 40.0 / 55.0),
            (-30.0, 5.0, 15.0, 0.7),
            (-20.0, 5.0, 15.0, 0.625),
            (-10.0, 5.0, 15.0, 0.5),
            (0.0, 5.0, 15.0, 0.25),
            (-35.0, 5.0, 20.0, 40.0 / 60.0),
            (-35.0, -5.0, 15.0, 30.0 / 45.0),
            (-20.0, -5.0, 15.0, 0.5),
            (-35.0, -20.0, 15.0, 0.5),
            (12.0, 5.0, 15.0, 0.0),
        ] {
            assert!((x(out, inlet, rise) - expected).abs() < 1e-15, "{out} {inlet} {rise}");
        }
    }

    #[test]
    fn the_mix_is_the_inlet() {
        let (out, inlet, rise) =
            (Temperature::celsius(-28.0), Temperature::celsius(5.0), TemperatureRise::kelvin(13.0));
        let got = mixed(out, inlet + rise, mix_fraction(out, inlet, rise));
        assert!((got - inlet).as_kelvin().abs() < 1e-12);
    }
}
