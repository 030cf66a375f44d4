//! Sections `hydro`, `reservoir` and `inflow_year`: the cascade, its rules and its inflow.

mod reservoir;

use crate::hydro::inflow::{Hydrology, ReplayedYear, Variability};
use crate::hydro::rule::Seasons;
use crate::hydro::value::{Operation, check};
use crate::hydro::{Hydro, OfferShape};
use crate::ids::Table;
use crate::scenario::View;
use crate::scenario::spec::{
    TableSpec, choice, curve, integer, months, number, numbers, one_of, reference, table_spec, text,
};
use crate::units::EnergyPrice;
use reservoir::reservoir;

/// `[hydro]`.
pub const SPEC: TableSpec = table_spec(
    "hydro",
    "Water as a whole: what kind of years come, when the seasons of regulation turn, how plants offer.",
    &[
        choice(
            "hydrology",
            &["normal", "dry", "wet", "generated", "replayed"],
            "Kind of years: the norm; one factor on gross inflow; drawn; or the factors of `inflow_year`.",
        ),
        choice(
            "operation",
            &["rule", "water_value"],
            "How releases are found: by the rule of each reservoir, or by water values from stochastic dynamic programming over \
             months, storages and states of the inflow, made anew each January for the year's load and network.",
        )
        .default_text("rule"),
        number("dry_factor", "", 0.1, 1.0, "Factor on gross inflow of a dry year."),
        number("wet_factor", "", 1.0, 3.0, "Factor on gross inflow of a wet year."),
        number("year_cv", "", 0.0, 1.0, "Coefficient of variation of a drawn year's gross inflow."),
        number("year_lag", "", 0.0, 0.95, "Correlation of a drawn year's score with the next year's."),
        number("month_cv", "", 0.0, 1.0, "Coefficient of variation of a drawn month about its year."),
        number("month_lag", "", 0.0, 0.9, "Correlation of a drawn month's score with the next month's."),
        number("basin_correlation", "", 0.0, 1.0, "Correlation of the scores of two basins."),
        integer("winter_from_month", 1, 12, "Month on whose first day the winter regime begins."),
        integer("ice_out_month", 1, 12, "Month within winter on whose first day the ice below the dams is gone."),
        integer("summer_from_month", 1, 12, "Month on whose first day the summer regime begins."),
        number(
            "price_rise_rub_per_mwh",
            "RUB/MWh",
            0.0,
            10_000.0,
            "Rise of a plant's offer from no discharge to its turbines' limit, about the water price at the week's plan.",
        ),
        numbers(
            "offer_edges",
            "",
            1e-6,
            1.0,
            "Where offer segments end, as shares of the room on either side of the plan; increasing, the last is 1.",
        ),
        number(
            "start_water_price_rub_per_mwh",
            "RUB/MWh",
            -1e5,
            1e5,
            "Water price with which the search of the first week begins.",
        ),
        number("unit_mttf_hours", "h", 0.0, 1e7, "Mean time to a hydro unit's failure; 0: none fails.").default(0.0),
        number("unit_mttr_hours", "h", 0.0, 1e5, "Mean time to a hydro unit's repair.").default(0.0),
    ],
);

/// `[inflow_year.<id>]`.
pub const INFLOW_YEAR: TableSpec = table_spec(
    "inflow_year",
    "Inflow of one year in shares of the norm, its id the year (`y2014`); used where `hydro.hydrology` is \"replayed\".",
    &[
        months("headwater_factor_by_month", "", 0.0, 5.0, "Share of the norm in the uppermost reservoir."),
        months("side_factor_by_month", "", 0.0, 5.0, "Share of the norm in the rivers between the dams."),
    ],
);

/// `[reservoir.<id>]`.
pub const RESERVOIR: TableSpec = table_spec(
    "reservoir",
    "A reservoir and the plant at its dam.",
    &[
        text("plant", "Id of the plant in results."),
        text("plant_name", "Name of the plant in print; absent: its id.").optional(),
        reference("bus", "bus", "Bus of the plant."),
        reference("downstream", "reservoir", "The next reservoir; without it the water leaves the model.").optional(),
        number("travel_hours", "h", 0.0, 2000.0, "Travel time of the water to the next reservoir.").default(0.0),
        number("bottom_m", "m", -500.0, 6000.0, "Lowest level of the storage curve; no water is drawn below it."),
        number("top_m", "m", -500.0, 6000.0, "Highest level of the storage curve."),
        number("area_base_km2", "km²", 0.001, 500_000.0, "Surface at the lowest level."),
        number("area_gain_km2", "km²", 0.0, 500_000.0, "Surface gained over the reference height.").default(0.0),
        number("area_reference_m", "m", 0.01, 1000.0, "Reference height above the lowest level.").default(1.0),
        number("area_exponent", "", 0.01, 10.0, "Exponent of the gain of surface over height.").default(1.0),
        number("start_level_m", "m", -500.0, 6000.0, "Level at the start of the run."),
        one_of("inflow", &[BY_MONTH, BY_FACTOR], "The reservoir's own net inflow in a normal year."),
        months(
            "evaporation_m3_s",
            "m³/s",
            0.0,
            100_000.0,
            "Evaporation from the reservoir, taken off the norm of inflow already.",
        )
        .default_numbers(&[0.0; 12]),
        number("units", "", 1.0, 200.0, "Units installed."),
        number("unit_flow_m3_s", "m³/s", 0.01, 5000.0, "Most water that one unit takes."),
        curve(
            "installed_mw_by_year",
            "",
            "MW",
            0.0,
            50_000.0,
            "Nameplate power of all units: steps of [first year, MW], not a line between them.",
        ),
        curve(
            "available_units_by_year",
            "",
            "",
            0.0,
            200.0,
            "Units that can run: steps of [first year, units], not a line between them.",
        ),
        number("efficiency", "", 0.1, 1.0, "Efficiency of turbine, generator and waterways together."),
        number("tailwater_m", "m", -500.0, 6000.0, "Tailwater level at no discharge."),
        number("tailwater_rise_m_per_m3_s", "m per m³/s", 0.0, 1.0, "Rise of the tailwater with discharge.")
            .default(0.0),
        one_of("rule", &[GUIDED, CARRY_OVER, HOLD], "How the level becomes the week's order."),
        number("week_minimum_m3_s", "m³/s", 0.0, 100_000.0, "Least mean discharge of a week."),
        number(
            "navigation_minimum_m3_s",
            "m³/s",
            0.0,
            100_000.0,
            "Least mean discharge of a summer week, for ships; not under the dead level. Absent: none pass.",
        )
        .optional(),
        number("hour_minimum_m3_s", "m³/s", 0.0, 100_000.0, "Least discharge of a step."),
        number(
            "ice_ceiling_m3_s",
            "m³/s",
            0.0,
            200_000.0,
            "Most that is released under ice, unless the limit level would be passed (ice jams flood towns).",
        )
        .optional(),
        number("spring_ceiling_m3_s", "m³/s", 0.0, 200_000.0, "Most that winter releases after the ice.").optional(),
        number("maximum_m3_s", "m³/s", 1.0, 200_000.0, "Most that is ordered; above it only the limit level acts."),
        number(
            "daily_change_m3_s",
            "m³/s",
            0.0,
            100_000.0,
            "How far discharge may move within a day and from day to day; without it the plant may follow the load.",
        )
        .optional(),
        number("dead_level_m", "m", -500.0, 6000.0, "Level under which only the least is released."),
        number("limit_level_m", "m", -500.0, 6000.0, "Level that is never passed: gates release the rest."),
        number(
            "band_low_m",
            "m",
            -500.0,
            6000.0,
            "Lower end of the ordinary band that water values keep; the rule ignores it.",
        )
        .optional(),
        number(
            "band_high_m",
            "m",
            -500.0,
            6000.0,
            "Upper end of the ordinary band that water values keep; the rule ignores it.",
        )
        .optional(),
    ],
);

const BY_MONTH: TableSpec = table_spec(
    "by_month",
    "A figure for each month.",
    &[months("norm_m3_s", "m³/s", -100_000.0, 100_000.0, "Net inflow, January to December.")],
);

const BY_FACTOR: TableSpec = table_spec(
    "by_factor",
    "A yearly mean and the shape of the year.",
    &[
        number("mean_m3_s", "m³/s", 0.0, 100_000.0, "Mean of the year."),
        months("month_factors", "", -10.0, 20.0, "Each month in shares of the mean."),
    ],
);

const GUIDED: TableSpec = table_spec(
    "guided",
    "A lake drawn down to a spring level under normal inflow, and refilled along a guide.",
    &[
        number(
            "spring_level_m",
            "m",
            -500.0,
            6000.0,
            "Level to be reached on the first day of summer; the guide begins there.",
        ),
        number("autumn_level_m", "m", -500.0, 6000.0, "Guide level on the first day of winter."),
        number("summer_m3_s", "m³/s", 0.0, 100_000.0, "Summer release on the guide."),
        number("gain_m3_s_per_m", "m³/s per m", 0.0, 1e6, "What each meter above the guide adds in summer."),
    ],
);

const CARRY_OVER: TableSpec = table_spec(
    "carry_over",
    "A reservoir that carries water over years: a steady release that grows with the height above a guide.",
    &[
        number("release_m3_s", "m³/s", 0.0, 100_000.0, "Release on the guide."),
        number("spring_level_m", "m", -500.0, 6000.0, "Guide level on the first day of summer."),
        number("autumn_level_m", "m", -500.0, 6000.0, "Guide level on the first day of winter."),
        number("gain_per_m", "1/m", 0.0, 10.0, "Share of the release that each meter above the guide adds."),
        number("winter_factor", "", 0.0, 5.0, "Factor in winter."),
        number("summer_factor", "", 0.0, 5.0, "Factor in summer."),
    ],
);

const HOLD: TableSpec = table_spec(
    "hold",
    "A reservoir that passes its inflow and holds a level.",
    &[
        number("level_m", "m", -500.0, 6000.0, "The level."),
        number("recovery_days", "days", 0.1, 1000.0, "Time in which a deviation is worked off."),
    ],
);

/// The cascade of a scenario; `None` if problems were told.
pub fn build(all: &View) -> Option<Hydro> {
    let v = all.table("hydro");
    // Each is read to its end: what is wrong with one does not hide what is wrong with the next.
    let reservoirs: Vec<_> = all.tables("reservoir").iter().map(|(id, r)| reservoir(id, r)).collect();
    let reservoirs: Option<Vec<_>> = reservoirs.into_iter().collect();
    let edges = v.numbers("offer_edges");
    let rising = edges.windows(2).all(|w| matches!(w, [a, b] if a < b)) && edges.last() == Some(&1.0);
    if !rising && all.has("hydro") {
        v.problem("offer_edges", format!("{edges:?}"), "shares that increase, the last one 1", "[0.1, 0.4, 1.0]");
    }
    if all.has("hydro") && v.integer("winter_from_month") == v.integer("summer_from_month") {
        v.problem("summer_from_month", "winter and summer begin together", "another month", "");
    }
    let month = |key: &str| u32::try_from(v.integer(key)).unwrap_or(1);
    let seasons = Seasons {
        winter_from_month: month("winter_from_month"),
        ice_out_month: month("ice_out_month"),
        summer_from_month: month("summer_from_month"),
    };
    let shape = OfferShape { rise: EnergyPrice::rub_per_mwh(v.number("price_rise_rub_per_mwh")), edges };
    let start = EnergyPrice::rub_per_mwh(v.number("start_water_price_rub_per_mwh"));
    let reservoirs = reservoirs?;
    if !reservoirs.is_empty() && !all.has("hydro") {
        all.problem("hydro", "reservoirs without [hydro]", "a table [hydro]", "`hashwatt explain` lists its keys");
        return None;
    }
    let failure = (v.number("unit_mttf_hours"), v.number("unit_mttr_hours"));
    let made = Hydro::new(Table::new(reservoirs), seasons, hydrology(all, &v), shape, start);
    match made.map(|hydro| hydro.with_unit_failure(failure)) {
        Ok(hydro) => {
            let factor = |key: &str| v.maybe_number(key).filter(|_| all.has("hydro")).unwrap_or(1.0);
            let hydro = hydro.with_kinds_of_years([factor("dry_factor"), factor("wet_factor")]);
            let hydro = operated(all, &v, hydro)?;
            (rising || !all.has("hydro")).then_some(hydro)
        }
        Err(circle) => {
            tell_circle(all, &circle.0);
            None
        }
    }
}

/// Lays the chosen operation over a cascade; `None` if it does not suit it.
fn operated(all: &View, v: &View, hydro: Hydro) -> Option<Hydro> {
    if !all.has("hydro") || v.choice("operation") != "water_value" {
        return Some(hydro);
    }
    if let Err(why) = check(&hydro) {
        let allowed = "one or two reservoirs with the rule \"guided\" or \"carry_over\", eight reservoirs in all";
        v.problem("operation", format!("\"water_value\" with {why}"), allowed, "operation = \"rule\"");
        return None;
    }
    Some(hydro.with_operation(Operation::WaterValue(variability(v))))
}

fn variability(v: &View) -> Variability {
    Variability {
        year_cv: v.number("year_cv"),
        year_lag: v.number("year_lag"),
        month_cv: v.number("month_cv"),
        month_lag: v.number("month_lag"),
        basin_correlation: v.number("basin_correlation"),
    }
}

/// Tells a circle at the link that was laid last: the one that closed it.
fn tell_circle(all: &View, from: &str) {
    let tables = all.tables("reservoir");
    let mut round: Vec<&(String, View)> = Vec::new();
    let mut at = tables.iter().find(|(id, _)| id == from);
    while let Some(reservoir) = at {
        if let Some(start) = round.iter().position(|(id, _)| *id == reservoir.0) {
            round.drain(..start);
            break;
        }
        round.push(reservoir);
        at = reservoir.1.maybe_reference("downstream").and_then(|next| tables.get(next));
    }
    if let Some((id, last)) = round.iter().max_by_key(|(_, r)| r.layer("downstream")) {
        let way: Vec<&str> = round.iter().map(|(id, _)| id.as_str()).collect();
        let found = format!("the water never leaves the cascade: {}, in a circle", way.join(" → "));
        let hint = format!("{id} is the link laid last");
        last.problem("downstream", found, "a way to a reservoir without `downstream`", hint);
    }
}

fn hydrology(all: &View, v: &View) -> Hydrology {
    match v.choice("hydrology") {
        "dry" => Hydrology::Steady(v.number("dry_factor")),
        "wet" => Hydrology::Steady(v.number("wet_factor")),
        "generated" => Hydrology::Generated(variability(v)),
        "replayed" => Hydrology::Replayed(
            all.tables("inflow_year")
                .iter()
                .filter_map(|(id, y)| {
                    let year = id.strip_prefix('y').and_then(|digits| digits.parse().ok());
                    if year.is_none() {
                        y.problem("", format!("the id {id}"), "y and the year", "[inflow_year.y2014]");
                    }
                    Some(ReplayedYear {
                        year: year?,
                        headwater: y.months("headwater_factor_by_month"),
                        side: y.months("side_factor_by_month"),
                    })
                })
                .collect(),
        ),
        _ => Hydrology::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hydro::angara;
    use crate::scenario::spec::tables;
    use crate::scenario::{Scenario, spec::table, testing};

    const BUS: TableSpec = table_spec("bus", "A bus.", &[]);
    const ROOT: TableSpec = table_spec(
        "",
        "",
        &[
            table(&SPEC),
            tables(&RESERVOIR),
            tables(&INFLOW_YEAR),
            tables(&BUS),
            crate::scenario::spec::sources("source", "").optional(),
        ],
    );
    const WATER: &str = include_str!("../../../scenarios/irkutsk/world/water.toml");
    const BUSES: &str = "\n[bus.ige]\n[bus.bra]\n[bus.uil]\n[bus.bog]\n";

    fn shipped() -> String {
        // The section alone is read here, without the header of its file.
        let header = |l: &&str| !l.starts_with("format =") && !l.starts_with("title =");
        WATER.lines().filter(header).collect::<Vec<_>>().join("\n") + BUSES
    }

    #[test]
    fn the_shipped_water_is_the_cascade_that_is_calibrated() {
        let checked = testing::valid(&ROOT, &shipped());
        let mut built = build(&checked.view_of(&ROOT)).expect("it builds");
        let tested = angara::cascade(built.hydrology.clone());
        for (id, r) in tested.reservoirs().enumerate() {
            assert_eq!(&built.reservoirs()[id], r);
        }
        // The calibrated cascade has no failures: its mean availability is in the units.
        assert_eq!(built.unit_failure_h, (2000.0, 30.0));
        built.unit_failure_h = tested.unit_failure_h;
        assert_eq!(built, tested);
    }

    #[test]
    fn every_number_of_the_shipped_water_has_its_source() {
        let told = |text: &str| -> Vec<String> {
            let problems = Scenario::from_text("water", text).check().problems().to_string();
            let of_sources = |line: &&str| line.contains("source") && !line.contains("bus.");
            problems.lines().filter(of_sources).map(str::to_owned).collect()
        };
        assert_eq!(told(&shipped()), Vec::<String>::new());
        let bare = shipped().replace("[source.\"hydro.year_cv\"]", "[source.\"hydro.year_lag_unknown\"]");
        assert!(!told(&bare).is_empty(), "a number without a source is told");
    }

    #[test]
    fn a_cascade_that_runs_in_a_circle_is_told() {
        let text = shipped().replace("plant = \"boguchany\"", "plant = \"boguchany\"\ndownstream = \"bratsk\"");
        let checked = testing::valid(&ROOT, &text);
        assert!(build(&checked.view_of(&ROOT)).is_none());
        assert!(checked.problems().to_string().contains("never leaves the cascade"), "{}", checked.problems());
    }

    #[test]
    fn levels_out_of_order_are_told_with_their_key() {
        let text = shipped().replace("start_level_m = 456.83", "start_level_m = 470.0");
        let checked = testing::valid(&ROOT, &text);
        assert!(build(&checked.view_of(&ROOT)).is_none());
        assert!(checked.problems().to_string().contains("reservoir.baikal.start_level_m"), "{}", checked.problems());
    }
}
