//! Sections `last_mile`, `settlement_class`, `settlement`: transformers before homes, and who lives behind them.

use super::site;
use crate::equations::transformer::Constants;
use crate::ids::{ClimateSiteId, Id, SiteId};
use crate::last_mile::load::Class;
use crate::last_mile::population::size;
use crate::last_mile::protection::Protection;
use crate::last_mile::{Given, LastMile, Settlement, Village};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, integer, number, numbers, reference, table, table_spec, text};

const THERMAL: TableSpec = table_spec(
    "thermal",
    "Thermal constants of every transformer (IEC 60076-7).",
    &[
        number("x", "", 0.3, 1.5, "Oil exponent."),
        number("y", "", 0.5, 2.5, "Winding exponent."),
        number("k11", "", 0.1, 2.0, "Factor on the oil time constant."),
        number("k21", "", 1.0, 4.0, "Factor of the hot spot's overshoot."),
        number("k22", "", 0.5, 4.0, "Factor on the overshoot's time constants."),
        number("tau_oil_min", "min", 10.0, 600.0, "Oil time constant."),
        number("tau_winding_min", "min", 1.0, 60.0, "Winding time constant."),
        number("top_oil_rise_k", "K", 20.0, 90.0, "Top-oil rise at rated losses."),
        number("hot_spot_gradient_k", "K", 5.0, 60.0, "Hot spot over top oil at rated current."),
        number("loss_ratio", "", 0.5, 20.0, "Load losses at rated current over no-load losses."),
    ],
);

const PROTECTION: TableSpec = table_spec(
    "protection",
    "What takes a transformer or a feeder out, and for how long.",
    &[
        number("pick_up_pu", "", 1.0, 3.0, "Load on one phase that trips in the end, over rated current."),
        number("time_constant_min", "min", 1.0, 600.0, "Time constant of the inverse-time curve."),
        number("hot_spot_limit_c", "°C", 98.0, 250.0, "Hot spot that takes the transformer out."),
        number("top_oil_limit_c", "°C", 80.0, 200.0, "Top oil that takes the transformer out."),
        number("voltage_drop_share", "", 0.05, 0.5, "Drop at the end of a feeder that cuts its homes off."),
        number("normal_life_h", "h", 1e4, 1e6, "Life at the rated hot spot; one failure per normal life lost."),
        number("repair_overcurrent_h", "h", 0.25, 240.0, "Until a fuse is changed or a breaker closed."),
        number("repair_heat_h", "h", 0.25, 240.0, "Until an overheated transformer is back."),
        number("repair_failure_h", "h", 0.25, 720.0, "Until a dead transformer is replaced."),
        number("repair_feeder_h", "h", 0.25, 240.0, "Until a feeder is mended."),
        integer("relief_after_trips", 1, 1000, "Trips after which the next size is put in."),
    ],
);

const VILLAGE: TableSpec = table_spec(
    "village",
    "A typical transformer whose heat is shown; not any real one.",
    &[
        reference("settlement", "settlement", "Where it stands."),
        number("homes", "", 1.0, 2000.0, "Homes behind it."),
        number("mining_homes", "", 0.0, 500.0, "Of them, homes that mine."),
    ],
);

/// `[last_mile]`.
pub const LAST_MILE: TableSpec = table_spec(
    "last_mile",
    "The last mile: 10/0.4 kV transformers before homes.",
    &[
        table(&THERMAL),
        table(&PROTECTION),
        table(&VILLAGE).optional(),
        number("balance_c", "°C", 5.0, 25.0, "Outdoor temperature below which homes heat."),
        number("filter_h", "h", 0.0, 240.0, "Hours over which homes feel the weather."),
        number("mining_home_kw", "kW", 0.5, 100.0, "Power of a home that mines, as it begins to."),
        number("most_mining_homes_share", "", 0.0, 1.0, "Largest share of homes that mine; beyond it each takes more."),
        number("enlarged_for_c", "°C", -60.0, 20.0, "Cold for which transformers were enlarged before the start."),
        number("enlarged_for_mining_share", "", 0.0, 1.0, "Share of the start's mining for which they were."),
        integer("states", 10, 20_000, "States that stand for all transformers in the loop.").default_integer(500),
    ],
);

/// `[settlement_class.<id>]`.
pub const CLASS: TableSpec = table_spec(
    "settlement_class",
    "A class of settlements: how homes live and what was built for them.",
    &[
        text("name", "Its name in print.").optional(),
        number("homes_per_transformer", "", 2.0, 1000.0, "Homes behind a transformer, mean."),
        number("homes_spread", "", 0.0, 1.0, "Standard deviation of its logarithm."),
        number("built_kva_per_home", "kVA", 0.2, 30.0, "Built for one home; the next standard size is taken."),
        number(
            "base_kw_per_home",
            "kW",
            0.05,
            10.0,
            "Power of a home without heating, mean of the day, of many homes.",
        ),
        numbers("course", "", 0.0, 5.0, "Course of that power over 24 hours; brought to mean 1."),
        number(
            "heating_kw_per_k",
            "kW/K",
            0.0,
            1.0,
            "Electric heating of the mean home below the balance temperature.",
        ),
        number(
            "load_spread",
            "",
            0.0,
            1.0,
            "Spread of load between transformers, standard deviation of the logarithm.",
        ),
        number("feeders", "", 1.0, 20.0, "0.4 kV feeders of a transformer."),
        number("feeder_km", "km", 0.01, 5.0, "Length of a feeder."),
        number("ohm_per_km", "Ω/km", 0.01, 5.0, "Resistance of a phase conductor."),
        number("ampacity_a", "A", 10.0, 2000.0, "Current a conductor may carry at 25 °C."),
    ],
);

/// `[settlement.<id>]`.
pub const SETTLEMENT: TableSpec = table_spec(
    "settlement",
    "Homes in one place behind transformers of one class.",
    &[
        text("name", "Its name in print."),
        reference("class", "settlement_class", "Its class."),
        reference("site", "site", "The site whose home mining stands in it; gives the bus."),
        reference("climate_site", "climate_site", "Its weather; absent: its site's.").optional(),
        number("homes", "", 1.0, 5e6, "Homes."),
        number("mining_share", "", 0.0, 1.0, "Share of that site's mining that stands in it.").default(1.0),
    ],
);

/// The last mile of a scenario; empty where it names no settlement.
pub fn build(all: &View, step_minutes: f64) -> Option<LastMile> {
    let sites = site::build(all);
    let classes: Vec<Class> = all.tables(CLASS.key).into_iter().map(|(id, v)| class(id, &v)).collect();
    let mut settlements = Vec::new();
    let mut shares = vec![0.0; sites.len()];
    for (id, v) in all.tables(SETTLEMENT.key) {
        let at = v.reference("site");
        let Some(site) = sites.get(at) else { continue };
        let share = v.number("mining_share");
        if let Some(sum) = shares.get_mut(at) {
            *sum += share;
            if *sum > 1.0 + 1e-9 {
                v.problem("mining_share", format!("{sum} of {} in all its settlements", site.id), "at most 1", "");
            }
        }
        settlements.push(Settlement {
            name: v.text("name").to_owned(),
            class: v.reference("class"),
            homes: v.number("homes"),
            site: SiteId(at as u32),
            mining_share: share,
            mining_start_kw: site.connected.as_kw() * share,
            bus: site.bus,
            climate: v.maybe_reference("climate_site").map_or(site.climate, ClimateSiteId::from_index),
            id,
        });
    }
    let l = all.table(LAST_MILE.key);
    let empty = settlements.is_empty();
    if !empty && !all.has(LAST_MILE.key) {
        all.problem(LAST_MILE.key, "missing", "[last_mile], which the settlements need", "");
    }
    let protection = protection(&l.table("protection"));
    let t = l.table("thermal");
    let constants = if empty {
        crate::equations::transformer::Class::DistributionOnan.constants()
    } else {
        Constants {
            x: t.number("x"),
            y: t.number("y"),
            k11: t.number("k11"),
            k21: t.number("k21"),
            k22: t.number("k22"),
            oil_min: t.number("tau_oil_min"),
            winding_min: t.number("tau_winding_min"),
            top_oil_rise_k: t.number("top_oil_rise_k"),
            hot_spot_gradient_k: t.number("hot_spot_gradient_k"),
            loss_ratio: t.number("loss_ratio"),
        }
    };
    let village = l.maybe_table("village").and_then(|v| {
        let settlement = v.reference("settlement");
        let class = classes.get(settlements.get(settlement)?.class)?;
        let homes = v.number("homes");
        Some(Village {
            settlement,
            homes,
            kva: size(homes * class.built_kva_per_home),
            mining_homes: v.number("mining_homes"),
        })
    });
    let given = Given {
        classes,
        settlements,
        constants,
        protection,
        balance_c: l.number("balance_c"),
        filter_h: l.number("filter_h"),
        mining_home_kw: l.number("mining_home_kw"),
        most_mining_homes: l.number("most_mining_homes_share"),
        enlarged_for_c: l.number("enlarged_for_c"),
        enlarged_for_mining: l.number("enlarged_for_mining_share"),
        states: l.count("states"),
        village,
        places: (all.tables("bus").len(), sites.len()),
    };
    Some(LastMile::new(given, step_minutes))
}

fn protection(v: &View) -> Protection {
    Protection {
        pick_up: v.number("pick_up_pu"),
        time_constant_min: v.number("time_constant_min"),
        hot_spot_limit_c: v.number("hot_spot_limit_c"),
        top_oil_limit_c: v.number("top_oil_limit_c"),
        voltage_limit: v.number("voltage_drop_share"),
        normal_life_h: v.number("normal_life_h"),
        protection_repair_h: v.number("repair_overcurrent_h"),
        heat_repair_h: v.number("repair_heat_h"),
        failure_repair_h: v.number("repair_failure_h"),
        feeder_repair_h: v.number("repair_feeder_h"),
        relief_after_trips: v.count("relief_after_trips") as u32,
    }
}

fn class(id: String, v: &View) -> Class {
    let given = v.numbers("course");
    let sum: f64 = given.iter().sum();
    let mut course = [1.0; 24];
    if given.len() != 24 || sum <= 0.0 {
        v.problem("course", format!("{} numbers", given.len()), "24 numbers, from midnight, not all 0", "");
    } else {
        for (hour, x) in course.iter_mut().zip(&given) {
            *hour = x * 24.0 / sum;
        }
    }
    Class {
        homes_per_transformer: v.number("homes_per_transformer"),
        homes_spread: v.number("homes_spread"),
        built_kva_per_home: v.number("built_kva_per_home"),
        base_kw: v.number("base_kw_per_home"),
        course,
        heating_kw_per_k: v.number("heating_kw_per_k"),
        load_spread: v.number("load_spread"),
        feeders: v.number("feeders"),
        feeder_km: v.number("feeder_km"),
        ohm_per_km: v.number("ohm_per_km"),
        ampacity_a: v.number("ampacity_a"),
        id,
    }
}
