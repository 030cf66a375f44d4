//! Tests of every kind of cooling.

use super::*;
use crate::cooling::loop_cooled::Spray;
use crate::cooling::ventilated::{Pad, WATER_PER_MWH};
use crate::units::{Fraction, Pressure, Temperature, TemperatureRise};

fn outside(t: f64, rh: f64) -> Air {
    let (dry, p) = (Temperature::celsius(t), Pressure::pa(95_500.0));
    Air { dry_bulb: dry, humidity: Fraction::new(rh), pressure: p }
}

fn barn(fan_pa: f64) -> Kind {
    let v = Ventilated {
        rise: TemperatureRise::kelvin(15.0),
        fan_pressure: Pressure::pa(fan_pa),
        fan_efficiency: 0.5,
        design: Temperature::celsius(20.0),
        least_inlet: Temperature::celsius(5.0),
        pad: None,
    };
    Kind { id: "air_barn".into(), electrical_loss: 0.012, auxiliaries: 0.003, method: Method::Ventilated(v) }
}

fn immersion() -> Kind {
    let spray =
        Spray { difference: TemperatureRise::kelvin(12.0), on_above: Temperature::celsius(5.0), evaporated: 0.5 };
    let l = LoopCooled {
        set_point: Temperature::celsius(40.0),
        pump_share: 0.02,
        fan_share: 0.025,
        fan_share_idle: 0.001,
        dry_difference: TemperatureRise::kelvin(25.0),
        spray: Some(spray),
    };
    Kind { id: "immersion".into(), electrical_loss: 0.012, auxiliaries: 0.003, method: Method::LoopCooled(l) }
}

fn hydro() -> Kind {
    let l = LoopCooled {
        set_point: Temperature::celsius(35.0),
        pump_share: 0.015,
        fan_share: 0.03,
        fan_share_idle: 0.005,
        dry_difference: TemperatureRise::kelvin(8.0),
        spray: None,
    };
    Kind { id: "hydro_dry_cooler".into(), electrical_loss: 0.012, auxiliaries: 0.003, method: Method::LoopCooled(l) }
}

#[test]
fn a_barn_lies_where_fan_physics_puts_it() {
    // 1.5 % of losses, 50 to 150 Pa at 50 %: January means −17.7 °C, July 19.0 °C.
    for pa in [50.0, 100.0, 150.0] {
        let (january, july) = (barn(pa).cooled(&outside(-17.7, 0.8)).pue, barn(pa).cooled(&outside(19.0, 0.73)).pue);
        assert!((1.015..=1.032).contains(&january), "{pa} Pa: {january}");
        assert!((1.0205..=1.040).contains(&july), "{pa} Pa: {july}");
        assert!(january < july);
    }
}

#[test]
fn recirculation_holds_the_inlet() {
    let kind = barn(100.0);
    for t in [-45.0, -20.0, 0.0, 4.9] {
        assert_eq!(kind.cooled(&outside(t, 0.7)).inlet.as_celsius(), 5.0);
    }
    assert_eq!(kind.cooled(&outside(22.0, 0.7)).inlet.as_celsius(), 22.0);
}

#[test]
fn colder_air_never_costs_more() {
    for kind in [barn(100.0), hydro(), immersion()] {
        let pue: Vec<f64> = (-45..=38).map(|t| kind.cooled(&outside(f64::from(t), 0.6)).pue).collect();
        // A hybrid tower may step down where its spray starts.
        let spray = 5 + 45;
        for (i, w) in pue.windows(2).enumerate() {
            assert!(w[0] <= w[1] + 1e-12 || (kind.id == "immersion" && i == spray), "{} at {}", kind.id, i as i32 - 45);
        }
    }
}

#[test]
fn fan_power_is_flow_times_pressure_over_efficiency_at_design() {
    let Method::Ventilated(v) = barn(50.0).method else { unreachable!() };
    let flow = crate::equations::airflow::airflow_m3_s(
        crate::units::Power::kw(1.0),
        Temperature::celsius(20.0),
        v.rise,
        Pressure::pa(95_500.0),
    );
    let share = v.duty(&outside(20.0, 0.5)).power_share;
    assert!((share - flow * 50.0 / 0.5 / 1000.0).abs() < 1e-12, "{share}");
    assert!((0.0055..0.0062).contains(&share));
}

#[test]
fn pads_cool_toward_the_wet_bulb_and_use_water() {
    let mut kind = barn(100.0);
    let dry = kind.cooled(&outside(32.0, 0.3));
    if let Method::Ventilated(v) = &mut kind.method {
        v.pad = Some(Pad { effectiveness: 0.8, pressure: Pressure::pa(20.0), on_above: Temperature::celsius(25.0) });
    }
    let at = outside(32.0, 0.3);
    let wet = kind.cooled(&at);
    let expected = 32.0 - 0.8 * (32.0 - at.wet_bulb().as_celsius());
    assert!((wet.inlet.as_celsius() - expected).abs() < 1e-12 && wet.inlet < dry.inlet);
    // Heat balance: water's latent heat is the cooling of the air, ρ V c_p (T − T_supply) = Q (T − T_supply)/ΔT.
    assert!((wet.water_m3_per_mwh - WATER_PER_MWH * (32.0 - expected) / 15.0).abs() < 1e-12);
    assert_eq!(kind.cooled(&outside(20.0, 0.3)).water_m3_per_mwh, 0.0);
}

#[test]
fn immersion_meets_its_makers_limits() {
    // Published: at most 25 kW of pumps and tower on 423 kW at a wet bulb of 28 °C; at most 8 t of water a day per container.
    let kind = immersion();
    let hot = kind.cooled(&outside(32.0, 0.74));
    assert!((1.04..=1.0 + 25.0 / 423.0 + 0.016).contains(&hot.pue), "{hot:?}");
    assert!(hot.water_m3_per_mwh * 0.423 * 24.0 <= 8.0);
    assert!((hot.inlet.as_celsius() - 40.0).abs() < 0.5, "{hot:?}");
    assert_eq!(kind.cooled(&outside(-20.0, 0.8)).water_m3_per_mwh, 0.0);
}

#[test]
fn a_hot_day_warms_the_coolant() {
    let kind = hydro();
    assert_eq!(kind.cooled(&outside(10.0, 0.5)).inlet.as_celsius(), 35.0);
    assert!((kind.cooled(&outside(33.0, 0.3)).inlet.as_celsius() - 41.0).abs() < 1e-12);
}

#[test]
fn equal_sites_share_one_computation() {
    let near = Placed { kind: 0, climate: ClimateSiteId(0) };
    let far = Placed { kind: 1, climate: ClimateSiteId(1) };
    let cooling = Cooling::new(vec![barn(100.0), hydro()], Table::new(vec![near, far, near])).unwrap();
    assert_eq!(cooling.pairs.len(), 2);
    let sky = Sky { air: Table::new(vec![outside(-20.0, 0.8), outside(10.0, 0.6)]), ..Sky::default() };
    let o = overhead(&cooling, &sky);
    assert_eq!(o.sites[SiteId(0)], o.sites[SiteId(2)]);
    assert_eq!(o.sites[SiteId(1)], hydro().cooled(&outside(10.0, 0.6)));
    assert!(Cooling::new(vec![], Table::new(vec![near])).is_none());
}
