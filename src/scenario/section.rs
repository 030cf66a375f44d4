//! The sections of a scenario, one file each, listed once here.
//!
//! # How to write a section
//!
//! 1. Make `src/scenario/section/gauge.rs` with one const, built from the functions of [`super::spec`]. A key ends in its
//!    unit; bounds are what is physically sensible (they catch a wrong unit), not what the shipped worlds happen to use.
//!    ```text
//!    //! Section `gauge`: places where the level of a reservoir is read.
//!    use crate::scenario::spec::*;
//!    use crate::scenario::View;
//!
//!    /// `[gauge.<id>]`.
//!    pub const SPEC: TableSpec = table_spec("gauge", "A place where the level of a reservoir is read.", &[
//!        text("name", "Its name in print."),
//!        reference("reservoir", "reservoir", "The reservoir it reads."),
//!        number("zero_m", "m", -100.0, 5000.0, "Elevation of its zero."),
//!        number("error_m", "m", 0.0, 1.0, "Standard error of a reading.").default(0.01),
//!        months("ice_m", "m", 0.0, 3.0, "Ice thickness by month.").optional(),
//!        curve("storage_km3_by_level", "m", "km³", 0.0, 1e5, "Storage by level."),
//!        table(&table_spec("alarm", "When it warns.", &[number("above_m", "m", 0.0, 5000.0, "Level.")])).optional(),
//!        one_of("reader", &[table_spec("person", "Read by hand.", &[integer("times_a_day", 1, 24, "How often.")]),
//!                           table_spec("float", "Read by a float.", &[])], "Who reads it."),
//!    ]);
//!
//!    /// The gauges of a scenario.
//!    pub fn build(all: &View) -> Option<Vec<Gauge>> {
//!        all.tables("gauge").into_iter().map(|(id, v)| {       // enabled ones, in order of first appearance
//!            let curve = v.curve("storage_km3_by_level");
//!            if curve.slope(0.0) < 0.0 {                        // what bounds cannot say
//!                v.problem("storage_km3_by_level", "storage falls as the level rises", "a rising curve", "");
//!            }
//!            Some(Gauge { id, reservoir: ReservoirId::from_index(v.reference("reservoir")), … })
//!        }).collect()
//!    }
//!    ```
//! 2. Add `pub mod gauge;` and `tables(&gauge::SPEC),` (or `table(&…)` for a section that stands once, `.optional()` if it
//!    may be absent; a `table` that is absent is read as an empty one) to [`ROOT`] below.
//! 3. Every table keyed by id takes `enabled = false` by itself, and `[gauge] enabled = false` takes out all gauges. `in_service` is a flag of your own, if you need one.
//! 4. `reference(key, "bus")` takes ids of the top-level table `bus`; `"branch|interface"` of either.
//!    `numbers_by_id("share_by_bus", "bus", "", 0.0, 1.0, …)` is `{ bra = 0.4, irk = 0.6 }`.
//! 5. Long series are traces: `trace("inflow_csv", …)` names a CSV under `scenarios/`, `v.trace("inflow_csv")` is its text.
//! 6. Test: `const ROOT: TableSpec = table_spec("", "", &[tables(&SPEC)]);` then
//!    `let checked = testing::valid(&ROOT, "toml"); build(&checked.view_of(&ROOT))`; `testing::problems(&ROOT, "toml")`
//!    lists what is wrong, problems told by builders are in `checked.problems()`.

pub mod bitcoin;
pub mod channel;
pub mod climate;
pub mod cooling;
pub mod demand;
pub mod event;
pub mod finance;
pub mod fleet;
pub mod grid;
pub mod hydro;
pub mod last_mile;
pub mod machine;
pub mod operator;
pub mod site;
pub mod supply;

use super::spec::{TableSpec, day, integer, names, sources, table, table_spec, tables, text};

/// `[window]`.
pub const WINDOW: TableSpec = table_spec(
    "window",
    "The simulated days.",
    &[day("from", "First day."), day("to", "Last day; its last step is simulated too.")],
);

/// The whole scenario: header keys, then every section.
pub static ROOT: TableSpec = table_spec(
    "",
    "A scenario.",
    &[
        integer("format", 1, 1, "Version of the scenario language: 1.").optional(),
        text("title", "What the scenario is, in a line.").optional(),
        text("note", "Anything its reader should know.").optional(),
        names("extends", "Scenarios it is laid over: left to right, the last wins.").optional(),
        text("question", "For a class: what to find out.").optional(),
        text("hint", "For a class: where to look.").optional(),
        text("answer_key", "For a class: the answer.").optional(),
        integer("step_minutes", 15, 1440, "Length of a step; divides a day.").default_integer(60),
        integer("seed", 0, i64::MAX, "Seed of every random draw.").default_integer(1),
        table(&WINDOW),
        table(&climate::SPEC).optional(),
        tables(&climate::SITE),
        tables(&climate::MONTHS),
        tables(&climate::SPELL),
        tables(&cooling::SPEC),
        table(&hydro::SPEC).optional(),
        tables(&hydro::RESERVOIR),
        tables(&hydro::INFLOW_YEAR),
        table(&grid::GRID).optional(),
        tables(&grid::AREA),
        tables(&grid::BUS),
        tables(&grid::BRANCH),
        tables(&grid::INTERFACE),
        tables(&grid::PLANT),
        tables(&grid::EXCHANGE),
        table(&demand::DEMAND).optional(),
        tables(&demand::CONSUMER),
        table(&last_mile::LAST_MILE).optional(),
        tables(&last_mile::CLASS),
        tables(&last_mile::SETTLEMENT),
        table(&bitcoin::BITCOIN).optional(),
        tables(&bitcoin::EPOCH),
        table(&bitcoin::MARKET).optional(),
        table(&supply::SUPPLY).optional(),
        tables(&supply::REMOVAL),
        table(&channel::CHANNELS).optional(),
        tables(&channel::CHANNEL),
        table(&finance::TARIFF).optional(),
        tables(&finance::HOME_TARIFF),
        tables(&finance::BUSINESS_TARIFF),
        tables(&finance::SUPPLY_COST),
        table(&finance::YARDSTICK).optional(),
        tables(&finance::TAX_LAW),
        table(&finance::FX).optional(),
        tables(&event::SPEC),
        tables(&machine::FAMILY),
        tables(&machine::MACHINE),
        tables(&fleet::TIER),
        table(&fleet::FLEET),
        tables(&site::SITE),
        tables(&operator::OPERATOR),
        table(&operator::GROWTH),
        table(&operator::HIDING),
        table(&operator::MACHINE_MARKET),
        sources("source", "Where the numbers come from, by key or prefix of keys.").optional(),
    ],
);
