//! Sections of the grid: `grid`, `bus`, `branch`, `interface`, `plant`, `exchange`, `area`.

use crate::grid::{
    Area, Armed, Bus, Circuit, Exchange, Failure, Grid, HeatMinimum, Line, Penalties, Plant, PlantKind, Section,
    ThermalFactor,
};
use crate::ids::{BranchId, BusId, ClimateSiteId, Id, InterfaceId, Table};
use crate::scenario::View;
use crate::scenario::spec::{
    TableSpec, choice, curve, flag, integer, months, number, numbers, reference, references, table_spec, text,
};
use crate::units::{EnergyPrice, Fraction, Power};

/// `[grid]`.
pub const GRID: TableSpec = table_spec(
    "grid",
    "What holds for the whole network: bases, weather curves, and the order in which wishes are given up.",
    &[
        number("base_mva", "MVA", 1.0, 10_000.0, "Base of the per-unit values.").default(100.0),
        curve("thermal_factor_by_c", "°C", "", 0.5, 2.0, "Thermal rating over the summer rating, by air temperature.")
            .default_curve(&[(-20.0, 1.25), (20.0, 1.0)]),
        curve(
            "heat_minimum_by_c",
            "°C",
            "",
            0.0,
            1.0,
            "Share of a heat-led plant that runs for heat, by day temperature.",
        )
        .default_curve(&[(-30.0, 0.88), (-5.0, 0.45), (10.0, 0.25)]),
        number("short_time_factor", "", 1.0, 3.0, "Short-time (20 min) rating of a circuit over its continuous one.")
            .default(1.2),
        number("thermal_mttf_hours", "h", 0.0, 1e7, "Mean time to failure of a coal or gas unit; 0: none fails.")
            .default(0.0),
        number("thermal_mttr_hours", "h", 0.0, 1e5, "Mean time to repair of a coal or gas unit.").default(60.0),
        number("outages_330kv_per_100km_year", "", 0.0, 1000.0, "Permanent outages of a circuit of 330 kV or more.")
            .default(0.0),
        number("outages_220kv_per_100km_year", "", 0.0, 1000.0, "Permanent outages of a circuit below 330 kV.")
            .default(0.0),
        number("line_mttr_hours", "h", 0.0, 10_000.0, "Mean time until a circuit is back.").default(16.0),
        number("reserve_rub_per_mwh", "RUB/MWh", 0.0, 1e6, "Penalty of reserve that an area lacks.").default(3e3),
        number("interruptible_rub_per_mwh", "RUB/MWh", 0.0, 1e7, "Penalty of interrupting miners under contract.")
            .default(8e3),
        number("ordinary_rub_per_mwh", "RUB/MWh", 0.0, 1e7, "Penalty of unserved ordinary load, other miners in it.")
            .default(6e4),
        number("protected_rub_per_mwh", "RUB/MWh", 0.0, 1e7, "Penalty of unserved protected load.").default(3e5),
        number("overgeneration_rub_per_mwh", "RUB/MWh", 0.0, 1e7, "Penalty of holding back output that must run.")
            .default(3e4),
        numbers("shed_share", "", 0.0, 1.0, "Steps in which a bus gives up ordinary load, as shares of it; sum one.")
            .default_numbers(&[0.05, 0.10, 0.25, 0.60]),
        numbers("shed_factor", "", 1.0, 10.0, "Factor on the penalty of each step; rising factors spread a shortage.")
            .default_numbers(&[1.0, 1.1, 1.2, 1.3]),
    ],
);

/// `[bus.<id>]`.
pub const BUS: TableSpec = table_spec(
    "bus",
    "A node of the network: a substation or a stretch of the region behind it.",
    &[
        text("name", "Its name in print."),
        number("latitude_deg", "°", -90.0, 90.0, "Latitude, north positive."),
        number("longitude_deg", "°", -180.0, 180.0, "Longitude, east positive."),
        number("voltage_kv", "kV", 0.4, 1200.0, "Highest voltage."),
        flag("in_region", "Whether it counts in the region's totals.").default_flag(true),
        reference("area", "area", "The area whose reserve it shares.").optional(),
        text("adequacy_area", "The area with which its adequacy is told, if another than `area`.").optional(),
        reference("climate_site", "climate_site", "Whose weather loads, ratings and plants follow here."),
        number("load_share", "", 0.0, 1.0, "Share of the region's load at the record peak, all inside.").default(0.0),
        number("mining_2024_mw", "MW", 0.0, 5000.0, "Mining inside it, as counted at the end of 2024.").default(0.0),
        number("steady_mw", "MW", 0.0, 1e4, "Load besides the region's that never varies.").default(0.0),
        number("varying_mw", "MW", 0.0, 1e4, "Load besides the region's that follows hour and weekday.").default(0.0),
        number("heating_mw_per_k", "MW/K", 0.0, 1000.0, "Heating besides the region's.").default(0.0),
    ],
);

/// `[branch.<id>]`.
pub const BRANCH: TableSpec = table_spec(
    "branch",
    "A line of one or more equal circuits; flow is positive from → to.",
    &[
        reference("from", "bus", "Where it starts."),
        reference("to", "bus", "Where it ends."),
        number("voltage_kv", "kV", 0.4, 1200.0, "Nominal voltage."),
        number("length_km", "km", 0.0, 5000.0, "Length."),
        integer("circuits", 1, 20, "Parallel circuits.").default_integer(1),
        number("reactance_pu", "", 1e-6, 100.0, "Reactance of one circuit, per unit."),
        number("resistance_pu", "", 0.0, 100.0, "Resistance of one circuit, per unit."),
        number("stability_mw", "MW", 0.0, 10_000.0, "What stability allows one circuit, whatever the weather."),
        number("thermal_mw", "MW", 0.0, 10_000.0, "What heating allows one circuit in summer."),
        number("outages_per_100km_year", "", 0.0, 1000.0, "Permanent outages of a circuit; else by voltage, see grid.")
            .optional(),
        reference("scheme_of", "interface", "The section whose scheme counts its circuits when out.").optional(),
        flag("normally_open", "Whether it is off unless closed by an event.").default_flag(false),
        reference("armed_bus", "bus", "Where automatics shed load when one of its circuits is lost.").optional(),
        number("armed_mw", "MW", 0.0, 10_000.0, "What they shed at most.").default(0.0),
        reference("armed_balance_bus", "bus", "Where as much less is generated then; else where the line starts.")
            .optional(),
    ],
);

/// `[interface.<id>]`.
pub const INTERFACE: TableSpec = table_spec(
    "interface",
    "A controlled section: the sum of the flows of a cut, with a limit by scheme.",
    &[
        text("name", "Its name in print."),
        references("branches", "branch", "Lines of the cut whose flow counts from → to.").optional(),
        references("reversed", "branch", "Lines of the cut whose flow counts to → from.").optional(),
        number("limit_mw", "MW", 0.0, 50_000.0, "Limit with everything in service."),
        number("limit_one_out_mw", "MW", 0.0, 50_000.0, "Limit with one scheme circuit out; else as intact.")
            .optional(),
        number("limit_two_out_mw", "MW", 0.0, 50_000.0, "Limit with two or more out; else as with one.").optional(),
        number("against_share", "", 0.0, 5.0, "Limit against the stated direction over the limit in it.").default(1.0),
        number("summer_share", "", 0.0, 2.0, "Limit from April to October over the limit of winter.").default(1.0),
    ],
);

/// `[plant.<id>]`.
pub const PLANT: TableSpec = table_spec(
    "plant",
    "A plant other than the cascade's, or the net supply of a neighbor.",
    &[
        text("name", "Its name in print."),
        reference("bus", "bus", "Where it feeds in."),
        choice("kind", &["coal", "gas", "hydro", "neighbor"], "What drives it."),
        number("capacity_mw", "MW", 0.0, 50_000.0, "Installed power."),
        number("available_share", "", 0.0, 1.0, "Share of it available with no unit out: what fuel and wear leave."),
        integer("units", 1, 200, "Equal units, each of which fails by itself.").default_integer(1),
        number("mttf_hours", "h", 0.0, 1e7, "Mean time to a unit's failure, 0: none; else of coal and gas as in grid.")
            .optional(),
        number("mttr_hours", "h", 0.0, 1e5, "Mean time to a unit's repair; else as in grid.").optional(),
        months("maintenance_units", "", 0.0, 200.0, "Units in planned maintenance, by month.").optional(),
        months("month_share", "", 0.0, 1.0, "Share of that which water or fuel allows, by month; else all.").optional(),
        number("price_rub_per_mwh", "RUB/MWh", -1e5, 1e6, "What it asks above its heat minimum."),
        flag("heat_led", "Whether district heat sets its minimum.").default_flag(false),
        number("co2_heat_led_t_per_mwh", "t/MWh", 0.0, 3.0, "CO₂ within the heat minimum.").default(0.0),
        number("co2_t_per_mwh", "t/MWh", 0.0, 3.0, "CO₂ above the heat minimum.").default(0.0),
    ],
);

/// `[exchange.<id>]`.
pub const EXCHANGE: TableSpec = table_spec(
    "exchange",
    "A neighbor that buys and sells at a price curve.",
    &[
        reference("bus", "bus", "Where it is joined."),
        number("price_rub_per_mwh", "RUB/MWh", -1e5, 1e6, "Its price at no exchange."),
        number("slope_rub_per_mwh_per_gw", "RUB/MWh per GW", 0.0, 1e5, "Fall of the price with each GW exported."),
        number("reach_mw", "MW", 0.0, 50_000.0, "The most it takes or gives."),
        integer("segments", 1, 100, "Equal segments of each direction in the dispatch.").default_integer(12),
        number("co2_t_per_mwh", "t/MWh", 0.0, 3.0, "CO₂ of its generation at the margin."),
    ],
);

/// `[area.<id>]`.
pub const AREA: TableSpec = table_spec(
    "area",
    "Buses that keep an upward reserve together.",
    &[
        number("reserve_mw", "MW", 0.0, 10_000.0, "Reserve to keep: the largest unit or infeed that may be lost."),
        reference("import_section", "interface", "The section whose free margin counts as reserve.").optional(),
    ],
);

/// The grid of a scenario; mining sites give it their buses.
pub fn build(all: &View) -> Option<Grid> {
    let common = all.table("grid");
    let buses: Table<BusId, Bus> = Table::new(all.tables("bus").iter().map(|(id, v)| bus(id, v)).collect());
    let (lines, branches) = lines(all, &common);
    let sections = Table::new(all.tables("interface").iter().map(|(id, v)| section(id, v)).collect());
    let mut grid = Grid {
        plants: Table::new(all.tables("plant").iter().map(|(id, v)| plant(id, v, &common)).collect()),
        exchanges: all.tables("exchange").iter().map(|(id, v)| exchange(id, v)).collect(),
        sites: Table::new(all.tables("site").iter().map(|(_, v)| BusId::from_index(v.reference("bus"))).collect()),
        areas: Vec::new(),
        thermal_factor: ThermalFactor(common.curve("thermal_factor_by_c")),
        heat_minimum: HeatMinimum(common.curve("heat_minimum_by_c")),
        short_time_factor: common.number("short_time_factor"),
        penalties: penalties(&common),
        base_mva: common.number("base_mva"),
        buses,
        lines,
        branches,
        sections,
    };
    grid.areas = all.tables("area").iter().map(|(id, v)| area(id, v, &grid)).collect();
    connected(all, &grid);
    (!grid.buses.is_empty()).then_some(grid)
}

fn bus(id: &str, v: &View) -> Bus {
    Bus {
        name: id.to_owned(),
        title: v.text("name").to_owned(),
        in_region: v.flag("in_region"),
        area: v.maybe_reference("area"),
        adequacy_area: v.maybe_text("adequacy_area").or(v.maybe_text("area")).map(str::to_owned),
        climate_site: ClimateSiteId::from_index(v.reference("climate_site")),
        latitude_deg: v.number("latitude_deg"),
        longitude_deg: v.number("longitude_deg"),
        voltage_kv: v.number("voltage_kv"),
    }
}

fn lines(all: &View, common: &View) -> (Vec<Line>, Table<BranchId, Circuit>) {
    let mut lines = Vec::new();
    let mut branches = Vec::new();
    for (id, v) in all.tables("branch") {
        if v.text("from") == v.text("to") {
            v.problem("to", "a line from a bus to itself", "two different buses", "");
        }
        let circuits = v.count("circuits") as u32;
        let first = BranchId::from_index(branches.len());
        branches.extend((1..=circuits).map(|number| Circuit { line: lines.len(), number }));
        lines.push(Line {
            name: id,
            from: BusId::from_index(v.reference("from")),
            to: BusId::from_index(v.reference("to")),
            circuits,
            first,
            reactance_pu: v.number("reactance_pu"),
            resistance_pu: v.number("resistance_pu"),
            stability: Power::mw(v.number("stability_mw")),
            thermal: Power::mw(v.number("thermal_mw")),
            scheme_of: v.maybe_reference("scheme_of").map(InterfaceId::from_index),
            normally_open: v.flag("normally_open"),
            voltage_kv: v.number("voltage_kv"),
            length_km: v.number("length_km"),
            failure: circuit_failure(&v, common),
            armed: armed(&v),
        });
    }
    (lines, Table::new(branches))
}

/// What automatics shed when a circuit of the line is lost.
fn armed(v: &View) -> Option<Armed> {
    let most = Power::mw(v.number("armed_mw"));
    let load = v.maybe_reference("armed_bus").map(BusId::from_index);
    if load.is_none() && most > Power::ZERO {
        v.problem("armed_bus", "automatics that shed load nowhere", "a bus", "");
    }
    let balance = v.maybe_reference("armed_balance_bus").unwrap_or_else(|| v.reference("from"));
    Some(Armed { load: load?, most, balance: BusId::from_index(balance) })
}

/// A circuit's failures, from outages by length and year.
fn circuit_failure(v: &View, common: &View) -> Failure {
    let class =
        if v.number("voltage_kv") >= 330.0 { "outages_330kv_per_100km_year" } else { "outages_220kv_per_100km_year" };
    let by_length = v.maybe_number("outages_per_100km_year").unwrap_or_else(|| common.number(class));
    let a_year = by_length * v.number("length_km") / 100.0;
    if a_year <= 0.0 || v.flag("normally_open") {
        return Failure::default();
    }
    Failure { mttf_h: 8766.0 / a_year, mttr_h: common.number("line_mttr_hours") }
}

fn section(id: &str, v: &View) -> Section {
    let signed = |key, sign| v.references(key).into_iter().map(move |line| (line, sign));
    let lines: Vec<(usize, f64)> = signed("branches", 1.0).chain(signed("reversed", -1.0)).collect();
    if lines.is_empty() {
        v.problem("branches", "a section without lines", "at least one branch", "");
    }
    let intact = v.number("limit_mw");
    let one_out = v.maybe_number("limit_one_out_mw").unwrap_or(intact);
    let two_out = v.maybe_number("limit_two_out_mw").unwrap_or(one_out);
    for (key, limit, before) in [("limit_one_out_mw", one_out, intact), ("limit_two_out_mw", two_out, one_out)] {
        if limit > before {
            v.problem(key, format!("{limit} MW, above {before} MW"), "limits that fall as circuits go out", "");
        }
    }
    Section {
        name: id.to_owned(),
        title: v.text("name").to_owned(),
        lines,
        limit_by_out: [intact, one_out, two_out].map(Power::mw).to_vec(),
        against: v.number("against_share"),
        summer: v.number("summer_share"),
    }
}

fn plant(id: &str, v: &View, common: &View) -> Plant {
    let units = v.count("units") as u32;
    let maintenance_units = v.maybe_months("maintenance_units").unwrap_or([0.0; 12]);
    if maintenance_units.iter().any(|n| *n > f64::from(units)) {
        v.problem("maintenance_units", "more units than there are", format!("at most {units}"), "");
    }
    Plant {
        units,
        failure: plant_failure(v, common),
        maintenance_units,
        name: id.to_owned(),
        title: v.text("name").to_owned(),
        bus: BusId::from_index(v.reference("bus")),
        kind: match v.choice("kind") {
            "gas" => PlantKind::Gas,
            "hydro" => PlantKind::Hydro,
            "neighbor" => PlantKind::Neighbor,
            _ => PlantKind::Coal,
        },
        capacity: Power::mw(v.number("capacity_mw")),
        available: Fraction::new(v.number("available_share")),
        by_month: v.maybe_months("month_share").unwrap_or([1.0; 12]),
        price: EnergyPrice::rub_per_mwh(v.number("price_rub_per_mwh")),
        heat_led: v.flag("heat_led"),
        co2_heat_led_t_per_mwh: v.number("co2_heat_led_t_per_mwh"),
        co2_t_per_mwh: v.number("co2_t_per_mwh"),
    }
}

/// How a plant's units fail: its own times, or those of coal and gas.
fn plant_failure(v: &View, common: &View) -> Failure {
    let burns = matches!(v.choice("kind"), "coal" | "gas");
    let class = |key| if burns { common.number(key) } else { 0.0 };
    let mttf_h = v.maybe_number("mttf_hours").unwrap_or_else(|| class("thermal_mttf_hours"));
    let mttr_h = v.maybe_number("mttr_hours").unwrap_or_else(|| common.number("thermal_mttr_hours"));
    if mttf_h > 0.0 { Failure { mttf_h, mttr_h } } else { Failure::default() }
}

fn exchange(id: &str, v: &View) -> Exchange {
    Exchange {
        name: id.to_owned(),
        bus: BusId::from_index(v.reference("bus")),
        price: EnergyPrice::rub_per_mwh(v.number("price_rub_per_mwh")),
        slope_rub_per_mwh_per_mw: v.number("slope_rub_per_mwh_per_gw") / 1e3,
        reach: Power::mw(v.number("reach_mw")),
        segments: v.count("segments"),
        co2_t_per_mwh: v.number("co2_t_per_mwh"),
    }
}

fn penalties(v: &View) -> Penalties {
    let price = |key| EnergyPrice::rub_per_mwh(v.number(key));
    let (share, factor) = (v.numbers("shed_share"), v.numbers("shed_factor"));
    if share.len() != factor.len() {
        v.problem("shed_factor", format!("{} factors", factor.len()), format!("{}, one a share", share.len()), "");
    }
    let sum: f64 = share.iter().sum();
    if (sum - 1.0).abs() > 1e-9 {
        v.problem("shed_share", format!("shares with a sum of {sum}"), "a sum of 1", "");
    }
    let order = ["reserve_rub_per_mwh", "interruptible_rub_per_mwh", "ordinary_rub_per_mwh", "protected_rub_per_mwh"];
    for pair in order.windows(2) {
        if v.number(pair[0]) >= v.number(pair[1]) {
            let found = format!("{}, no more than {}", v.number(pair[1]), pair[0]);
            v.problem(pair[1], found, "a penalty above the one before it", "penalties order what is given up first");
        }
    }
    Penalties {
        reserve: price("reserve_rub_per_mwh"),
        interruptible: price("interruptible_rub_per_mwh"),
        ordinary: price("ordinary_rub_per_mwh"),
        protected: price("protected_rub_per_mwh"),
        overgeneration: price("overgeneration_rub_per_mwh"),
        steps: share.into_iter().zip(factor).collect(),
    }
}

fn area(id: &str, v: &View, grid: &Grid) -> Area {
    let import_section = v.maybe_reference("import_section").map(InterfaceId::from_index);
    let section = import_section.and_then(|s| grid.sections.as_slice().get(s.index()));
    let fed = section.map(|s| grid.fed_by(s));
    if fed == Some(None) {
        v.problem("import_section", "a cut with a way around it", "a section that parts the network in two", "");
    }
    let fed = fed.flatten().unwrap_or_default();
    Area { name: id.to_owned(), reserve: Power::mw(v.number("reserve_mw")), import_section, fed }
}

/// Refuses buses that no line in normal service joins to the first.
fn connected(all: &View, grid: &Grid) {
    let reached = grid.reached_from(0, |line| !line.normally_open);
    for ((_, v), reached) in all.tables("bus").iter().zip(reached) {
        if !reached {
            v.problem("", "a bus that no line joins to the network", "a branch in service to another bus", "");
        }
    }
}

#[cfg(test)]
mod tests;
