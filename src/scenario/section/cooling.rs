//! Section `cooling`: kinds of cooling; each mining site names one.

use crate::cooling::loop_cooled::{LoopCooled, Spray};
use crate::cooling::ventilated::{Pad, Ventilated};
use crate::cooling::{Cooling, Kind, Method, Placed};
use crate::ids::{ClimateSiteId, Id, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, number, one_of, table, table_spec, text};
use crate::units::{Pressure, Temperature, TemperatureRise};

const PAD: TableSpec = table_spec(
    "pad",
    "Evaporative pads in the intake.",
    &[
        number("effectiveness", "", 0.3, 0.98, "Share of the wet-bulb depression that they achieve."),
        number("pressure_pa", "Pa", 0.0, 200.0, "Their pressure drop at the design flow."),
        number("on_above_c", "°C", 5.0, 60.0, "Outside temperature above which they run."),
    ],
);

const VENTILATED: TableSpec = table_spec(
    "ventilated",
    "Outside air through the machines, exhaust mixed back in winter.",
    &[
        number("rise_k", "K", 3.0, 40.0, "Warming of the air in the machines."),
        number("fan_pressure_pa", "Pa", 0.0, 1000.0, "Pressure that the facility's fans hold at the design flow."),
        number("fan_efficiency", "", 0.1, 0.9, "Their total efficiency: impeller, drive and motor."),
        number("design_c", "°C", -20.0, 50.0, "Outside temperature at whose flow that pressure is stated."),
        number("least_inlet_c", "°C", -40.0, 30.0, "Coldest inlet that the dampers allow."),
        table(&PAD).optional(),
    ],
);

const SPRAY: TableSpec = table_spec(
    "spray",
    "The spray of a hybrid tower.",
    &[
        number("difference_k", "K", 1.0, 40.0, "Difference between coolant and wet bulb at full flow."),
        number("on_above_c", "°C", 0.0, 40.0, "Dry-bulb temperature above which it runs."),
        number("evaporated_share", "", 0.0, 1.0, "Share of the heat that leaves as vapor when it runs."),
    ],
);

const LOOP: TableSpec = table_spec(
    "loop",
    "A liquid loop and a heat rejector outside: dry cooler, or tower with a spray.",
    &[
        number("set_point_c", "°C", 5.0, 70.0, "Coolant temperature at the machines' inlet that the controls hold."),
        number("pump_share", "", 0.0, 0.2, "Pumps, share of machine power."),
        number("fan_share", "", 0.0, 0.2, "Fans at full flow, share of machine power."),
        number("fan_share_idle", "", 0.0, 0.1, "Least that the fans take, share of machine power."),
        number("dry_difference_k", "K", 1.0, 60.0, "Difference between coolant and dry bulb at full flow."),
        table(&SPRAY).optional(),
    ],
);

/// `[cooling.<id>]`.
pub const SPEC: TableSpec = table_spec(
    "cooling",
    "A kind of cooling: what it takes beside the machines' own power is computed from it and the weather.",
    &[
        text("name", "Its name in print.").optional(),
        number("electrical_loss_share", "", 0.0, 0.2, "Loss of transformer and low-voltage wiring."),
        number("auxiliary_share", "", 0.0, 0.2, "Lights, network and controls, share of machine power."),
        one_of("method", &[VENTILATED, LOOP], "How heat leaves."),
    ],
);

/// The cooling of a scenario's mining sites (`site.<id>` with `cooling` and `climate_site`).
pub fn build(scenario: &View) -> Option<Cooling> {
    let kinds: Option<Vec<Kind>> = scenario.tables("cooling").into_iter().map(|(id, v)| kind(id, &v)).collect();
    let placed = scenario.tables("site").into_iter().map(|(_, v)| Placed {
        kind: v.reference("cooling"),
        climate: ClimateSiteId::from_index(v.reference("climate_site")),
    });
    Cooling::new(kinds?, Table::new(placed.collect()))
}

fn kind(id: String, v: &View) -> Option<Kind> {
    let celsius = |v: &View, key: &str| Temperature::celsius(v.number(key));
    let kelvin = |v: &View, key: &str| TemperatureRise::kelvin(v.number(key));
    let method = match v.one_of("method")? {
        ("ventilated", m) => {
            let (rise, least) = (m.number("rise_k"), m.number("least_inlet_c"));
            if m.number("design_c") < least {
                m.problem(
                    "design_c",
                    format!("{}", m.number("design_c")),
                    format!("at least least_inlet_c, {least} °C"),
                    "",
                );
            }
            let pad = m.maybe_table("pad").map(|p| Pad {
                effectiveness: p.number("effectiveness"),
                pressure: Pressure::pa(p.number("pressure_pa")),
                on_above: celsius(&p, "on_above_c"),
            });
            Method::Ventilated(Ventilated {
                rise: TemperatureRise::kelvin(rise),
                fan_pressure: Pressure::pa(m.number("fan_pressure_pa")),
                fan_efficiency: m.number("fan_efficiency"),
                design: celsius(&m, "design_c"),
                least_inlet: Temperature::celsius(least),
                pad,
            })
        }
        (_, m) => {
            if m.number("fan_share_idle") > m.number("fan_share") {
                m.problem("fan_share_idle", "more than at full flow", "at most fan_share", "");
            }
            let spray = m.maybe_table("spray").map(|s| Spray {
                difference: kelvin(&s, "difference_k"),
                on_above: celsius(&s, "on_above_c"),
                evaporated: s.number("evaporated_share"),
            });
            Method::LoopCooled(LoopCooled {
                set_point: celsius(&m, "set_point_c"),
                pump_share: m.number("pump_share"),
                fan_share: m.number("fan_share"),
                fan_share_idle: m.number("fan_share_idle"),
                dry_difference: kelvin(&m, "dry_difference_k"),
                spray,
            })
        }
    };
    Some(Kind {
        id,
        electrical_loss: v.number("electrical_loss_share"),
        auxiliaries: v.number("auxiliary_share"),
        method,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cooling::overhead;
    use crate::flows::{Air, Sky};
    use crate::ids::SiteId;
    use crate::scenario::spec::{reference, sources, tables};
    use crate::scenario::testing;
    use crate::units::Fraction;

    const CLIMATE_SITE: TableSpec = table_spec("climate_site", "", &[]);
    const SITE: TableSpec =
        table_spec("site", "", &[reference("cooling", "cooling", ""), reference("climate_site", "climate_site", "")]);
    const ROOT: TableSpec =
        table_spec("", "", &[tables(&SPEC), tables(&CLIMATE_SITE), tables(&SITE), sources("source", "").optional()]);
    const WORLD: &str = include_str!("../../../scenarios/irkutsk/world/cooling.toml");
    const SITES: &str = "[climate_site.irkutsk]\n[site.a]\ncooling = \"air_barn\"\nclimate_site = \"irkutsk\"\n\
        [site.b]\ncooling = \"container\"\nclimate_site = \"irkutsk\"\n[site.c]\ncooling = \"hydro_dry_cooler\"\nclimate_site = \"irkutsk\"\n\
        [site.d]\ncooling = \"immersion\"\nclimate_site = \"irkutsk\"\n[site.e]\ncooling = \"air_pads\"\nclimate_site = \"irkutsk\"\n";

    fn sky(t: f64, rh: f64) -> Sky {
        let (dry, p) = (Temperature::celsius(t), Pressure::pa(95_500.0));
        let air = Air { dry_bulb: dry, humidity: Fraction::new(rh), pressure: p };
        Sky { air: Table::new(vec![air]), ..Sky::default() }
    }

    #[test]
    fn the_kinds_of_the_world_by_season() {
        let checked = testing::valid(&ROOT, &format!("{WORLD}\n{SITES}"));
        let cooling = build(&checked.view_of(&ROOT)).unwrap();
        let (january, july) = (overhead(&cooling, &sky(-17.7, 0.8)), overhead(&cooling, &sky(19.0, 0.73)));
        for (i, (low, high)) in
            [(1.015, 1.040), (1.015, 1.045), (1.03, 1.065), (1.03, 1.06), (1.015, 1.04)].into_iter().enumerate()
        {
            for o in [&january, &july] {
                let pue = o.sites[SiteId(i as u32)].pue;
                assert!((low..high).contains(&pue), "site {i}: {pue}");
            }
        }
        assert!(july.sites[SiteId(3)].water_m3_per_mwh > 0.0 && january.sites[SiteId(3)].water_m3_per_mwh == 0.0);
    }

    #[test]
    fn mistakes_are_told() {
        let told = |from: &str, to: &str| {
            assert!(WORLD.contains(from), "{from}");
            let checked = testing::checked(&ROOT, &format!("{}\n{SITES}", WORLD.replacen(from, to, 1)));
            let _ = build(&checked.view_of(&ROOT));
            checked.problems().to_string()
        };
        assert!(told("fan_efficiency = 0.5", "fan_efficiency = 50").contains("0.5"));
        assert!(told("design_c = 20", "design_c = 2").contains("least_inlet_c"));
        assert!(told("method.ventilated.rise_k = 15", "method.ventilated.rise_c = 15").contains("rise_k"));
    }
}
