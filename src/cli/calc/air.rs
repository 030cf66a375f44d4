//! The functions of air and water: moist air, cooling air, recirculation, the turbine.

use super::function::{Answer, Function, Given, Misfit, NOT_NEGATIVE, PERCENT, POSITIVE, between, gives, need};
use super::function::{Input, Kind};
use crate::equations::air::{MoistAir, saturation};
use crate::equations::{airflow, recirculation, turbine};
use crate::units::{Discharge, Fraction, Head, Power, Pressure, Temperature, TemperatureRise};
use std::ops::Bound;

/// Pressure of the place: from 9 km high to a record anticyclone.
const PRESSURE: Input =
    need("p_pa", "Pa", between(30_000.0, 120_000.0), "pressure of the place, not reduced to sea level").slips(&[
        (100.0, "in hPa"),
        (1000.0, "in kPa"),
        (133.322_387_415, "in mmHg"),
    ]);
const RISE: Input = need("rise_k", "K", POSITIVE, "warming of the air by the machines");

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "air",
        doc: "Moist air: wet bulb, dew point, humidity ratio, enthalpy, density (ASHRAE 2017).",
        inputs: &[
            need("t_c", "°C", between(-100.0, 200.0), "dry-bulb temperature"),
            need("rh", "", between(0.0, 1.0), "relative humidity as a share, over ice below 0.01 °C").slips(PERCENT),
            PRESSURE,
        ],
        results: &[
            gives("wet_bulb_c", "°C"),
            gives("dew_point_c", "°C"),
            gives("humidity_ratio", "kg/kg"),
            gives("enthalpy_j_per_kg_da", "J/kg of dry air"),
            gives("density_kg_per_m3", "kg/m³"),
            gives("sat_vapour_pressure_pa", "Pa"),
        ],
        solve: moist_air,
    },
    Function {
        name: "airflow",
        doc: "Air that carries heat away, at intake conditions: Q / (ρ c ΔT).",
        inputs: &[
            need("heat_kw", "kW", POSITIVE, "heat to carry away"),
            need("inlet_c", "°C", between(-100.0, 200.0), "temperature of the intake"),
            RISE,
            PRESSURE,
        ],
        results: &[gives("airflow_m3_h", "m³/h"), gives("airflow_m3_h_per_kw", "m³/h per kW")],
        solve: |x| {
            let (heat, inlet) = (Power::kw(x.number("heat_kw")), Temperature::celsius(x.number("inlet_c")));
            let rise = TemperatureRise::kelvin(x.number("rise_k"));
            let flow = 3600.0 * airflow::airflow_m3_s(heat, inlet, rise, Pressure::pa(x.number("p_pa")));
            Ok(vec![Answer::Number(flow), Answer::Number(flow / heat.as_kw())])
        },
    },
    Function {
        name: "recirculation",
        doc: "Share of the intake that is exhaust, so that it is warm enough; none if outside is.",
        inputs: &[
            need("outside_c", "°C", between(-100.0, 200.0), "temperature outside"),
            need("inlet_c", "°C", between(-100.0, 200.0), "temperature wanted at the intake"),
            RISE,
        ],
        results: &[gives("mix_fraction", "")],
        solve: |x| {
            let at = |name| Temperature::celsius(x.number(name));
            let rise = TemperatureRise::kelvin(x.number("rise_k"));
            Ok(vec![Answer::Number(recirculation::mix_fraction(at("outside_c"), at("inlet_c"), rise).value())])
        },
    },
    Function {
        name: "turbine",
        doc: "Hydro power: η ρ g Q H, with 1000 kg/m³ and 9.81 m/s².",
        inputs: &[
            need("discharge_m3_s", "m³/s", NOT_NEGATIVE, "water through the turbine"),
            need("head_m", "m", NOT_NEGATIVE, "head"),
            need(
                "efficiency",
                "",
                Kind::Number(Bound::Excluded(0.0), Bound::Included(1.0)),
                "of turbine and generator",
            )
            .slips(PERCENT),
        ],
        results: &[gives("power_mw", "MW")],
        solve: |x| {
            let (discharge, head) = (Discharge::m3_s(x.number("discharge_m3_s")), Head::m(x.number("head_m")));
            Ok(vec![Answer::Number(turbine::power(discharge, head, Fraction::new(x.number("efficiency"))).as_mw())])
        },
    },
];

fn moist_air(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let (dry_bulb, pressure) = (Temperature::celsius(x.number("t_c")), Pressure::pa(x.number("p_pa")));
    let humidity = Fraction::new(x.number("rh"));
    let most = pressure.as_pa() / saturation(dry_bulb).pressure.as_pa();
    if humidity.value() >= most {
        return Err(Misfit::new("rh", format!("at this temperature and pressure air holds less than {most:.4}")));
    }
    let air = MoistAir::new(dry_bulb, humidity, pressure);
    let dew_point = if humidity.value() > 0.0 {
        Answer::Number(air.dew_point.as_celsius())
    } else {
        Answer::Said("none: dry air has no dew point".into())
    };
    Ok(vec![
        Answer::Number(air.wet_bulb.as_celsius()),
        dew_point,
        Answer::Number(air.humidity_ratio),
        Answer::Number(air.enthalpy_j_per_kg),
        Answer::Number(air.density_kg_per_m3),
        Answer::Number(air.saturation.as_pa()),
    ])
}
