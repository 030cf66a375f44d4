//! Systems of several areas for `hashwatt grid adequacy --system` as files: the schema, and the way from text to
//! [`AreaSystem`].
//!
//! The same machinery reads them as scenarios: every mistake at once, each with its line, what is allowed and a hint.

use super::check;
use super::overlay::{Gatherer, Library, Loaded};
use super::spec::{TableSpec, integer, number, reference, series, table_spec, tables, text};
use super::{Builtin, Problems, View, plan};
use crate::power::{AreaLink, AreaLoad, AreaSystem, Unit, UnitError};
use std::collections::BTreeSet;

const MW: f64 = 1e7;
const H: f64 = 1e9;

/// A system file.
pub const SYSTEM: TableSpec = table_spec(
    "",
    "Areas, units and links whose adequacy `hashwatt grid adequacy --system` tells.",
    &[
        integer("format", 1, 1, "Version of the format.").default_integer(1),
        text("title", "What it is, in a line.").optional(),
        text("note", "Anything else, such as where it comes from.").optional(),
        integer("hours", 1, 100_000, "Hours of the year that is told, 24 to a day."),
        number(
            "load_sd_share",
            "",
            0.0,
            0.3,
            "Standard deviation of the load forecast, a share of the load; seven steps.",
        )
        .default(0.0),
        tables(&AREA),
        tables(&UNIT),
        tables(&INFEED),
        tables(&LINK),
    ],
);

const AREA: TableSpec = table_spec(
    "area",
    "An area and its load.",
    &[
        series("load_mw", "MW", 0.0, MW, "Load by hour, or one for all hours.").optional(),
        text("load_csv", "A CSV file beside this one that has the load by hour, in place of `load_mw`.").optional(),
        text("load_column", "The column of that file.").default_text("load_mw"),
        number("load_factor", "", 0.0, 1e6, "What the load is multiplied by.").default(1.0),
    ],
);

const UNIT: TableSpec = table_spec(
    "unit",
    "One or more equal units that fail by themselves. Up, down and derated times are exponential.",
    &[
        reference("area", "area", "Where it stands."),
        integer("count", 1, 10_000, "How many.").default_integer(1),
        number("capacity_mw", "MW", 0.0, MW, "Capacity of one."),
        number("mttf_h", "h", 1e-6, H, "Mean time to failure; absent: it never fails.").optional(),
        number("mttr_h", "h", 1e-6, H, "Mean time to repair.").optional(),
        number("derated_mw", "MW", 0.0, MW, "Capacity in a third state, reached from full capacity and left to it.")
            .optional(),
        number("derating_mttf_h", "h", 1e-6, H, "Mean time from full capacity to the third state.").optional(),
        number("derating_mttr_h", "h", 1e-6, H, "Mean time in the third state.").optional(),
    ],
);

const INFEED: TableSpec = table_spec(
    "infeed",
    "Output given by hour that never fails, such as wind or a contract.",
    &[
        reference("area", "area", "Where it feeds in."),
        series("output_mw", "MW", 0.0, MW, "Output by hour, or one for all hours."),
    ],
);

const LINK: TableSpec = table_spec(
    "link",
    "A link between two areas.",
    &[
        reference("from", "area", "Where it starts."),
        reference("to", "area", "Where it ends."),
        number("forward_mw", "MW", 0.0, MW, "The most it carries from start to end."),
        number("backward_mw", "MW", 0.0, MW, "The most it carries from end to start; absent: as forward.").optional(),
        number("mttf_h", "h", 1e-6, H, "Mean time to failure; absent: it never fails.").optional(),
        number("mttr_h", "h", 1e-6, H, "Mean time to repair.").optional(),
    ],
);

/// Reads a column of a CSV file, by the file's name and the column's; the text says why it cannot.
pub type ReadColumn<'a> = dyn Fn(&str, &str) -> Result<Vec<f64>, String> + 'a;

/// A system with what its file says beside it.
#[derive(Clone, Debug)]
pub struct Areas {
    /// The system.
    pub system: AreaSystem,
    /// The areas' ids.
    pub names: Vec<String>,
    /// Its title; its name if it has none.
    pub title: String,
    /// Standard deviation of the load forecast, if there is any.
    pub load_sd: Option<f64>,
    /// Number of units.
    pub units: usize,
}

/// Reads a system. `column` reads CSV files that stand beside it.
///
/// # Errors
/// Every mistake of the text at once.
pub fn read(name: &str, text: &[u8], column: &ReadColumn) -> Result<Areas, Problems> {
    let library: &dyn Library = &Builtin;
    let mut gatherer = Gatherer::new(library);
    gatherer.lay(Loaded { name: name.to_owned(), bytes: text.to_vec(), shipped: false }, None);
    let checked = check::check(name, gatherer, &BTreeSet::new(), &SYSTEM);
    if checked.problems().has_errors() {
        return Err(checked.problems());
    }
    let built = build(name, &checked.view_of(&SYSTEM), column);
    let told = checked.problems();
    match built {
        Some(areas) if !told.has_errors() => Ok(areas),
        _ => Err(told),
    }
}

/// The format for people.
pub fn describe() -> String {
    plan::described(&SYSTEM)
}

fn build(name: &str, all: &View, column: &ReadColumn) -> Option<Areas> {
    let hours = all.count("hours");
    let given = all.tables("area");
    if given.is_empty() {
        all.problem("area", "none", "at least one [area.<id>]", "[area.north]\nload_mw = 100");
        return None;
    }
    let mut areas: Vec<AreaLoad> =
        given.iter().map(|(_, v)| AreaLoad { load_mw: load(v, hours, column), infeed_mw: Vec::new() }).collect();
    for (_, v) in all.tables("infeed") {
        let infeed = &mut areas.get_mut(v.reference("area"))?.infeed_mw;
        infeed.resize(hours, 0.0);
        let output = v.series("output_mw", hours).unwrap_or_default();
        infeed.iter_mut().zip(output).for_each(|(sum, mw)| *sum += mw);
    }
    let mut units = Vec::new();
    for (_, v) in all.tables("unit") {
        match unit(&v) {
            Ok(one) => units.extend((0..v.count("count")).map(|_| (v.reference("area"), one.clone()))),
            Err(why) => v.problem("capacity_mw", why.to_string(), "times and capacities that make a unit", ""),
        }
    }
    let links = all.tables("link").iter().filter_map(|(_, v)| link(v)).collect();
    let (names, number_of_units) = (given.iter().map(|(id, _)| id.clone()).collect(), units.len());
    match AreaSystem::new(areas, units, links) {
        Ok(system) => Some(Areas {
            system,
            names,
            title: all.maybe_text("title").unwrap_or(name).to_owned(),
            load_sd: Some(all.number("load_sd_share")).filter(|sd| *sd > 0.0),
            units: number_of_units,
        }),
        Err(why) => {
            all.problem("area", why.to_string(), "a system", "");
            None
        }
    }
}

fn load(v: &View, hours: usize, column: &ReadColumn) -> Vec<f64> {
    let factor = v.number("load_factor");
    let scaled = |load: Vec<f64>| load.into_iter().map(|mw| mw * factor).collect();
    match (v.maybe_text("load_csv"), v.series("load_mw", hours)) {
        (None, Some(load)) => return scaled(load),
        (Some(file), None) => match column(file, v.text("load_column")) {
            Ok(load) if load.len() == hours => return scaled(load),
            Ok(load) => v.problem("load_csv", format!("{} hours", load.len()), format!("{hours} hours"), ""),
            Err(why) => v.problem("load_csv", why, "a CSV file with a column of loads, beside this file", ""),
        },
        (None, None) => v.problem("load_mw", "no load", "`load_mw` or `load_csv`", "load_mw = 100"),
        (Some(_), Some(_)) => v.problem("load_csv", "two loads", "`load_mw` or `load_csv`, not both", ""),
    }
    vec![0.0; hours]
}

fn unit(v: &View) -> Result<Unit, UnitError> {
    let capacity = v.number("capacity_mw");
    let fails = pair(v, "mttf_h", "mttr_h");
    let derates = pair(v, "derating_mttf_h", "derating_mttr_h");
    let derated = v.maybe_number("derated_mw");
    if derated.is_some() != derates.is_some() {
        v.problem(
            "derated_mw",
            "a third state in part",
            "`derated_mw` with `derating_mttf_h` and `derating_mttr_h`",
            "",
        );
    }
    match (fails, derated.zip(derates)) {
        (None, None) => Unit::two_state(capacity, 1.0, 0.0),
        (Some([mttf, mttr]), None) => Unit::two_state(capacity, mttf, mttr),
        (Some(times), Some((mw, derating))) => {
            if mw > capacity {
                v.problem("derated_mw", format!("{mw} MW"), format!("at most {capacity} MW"), "");
                return Unit::two_state(capacity, times[0], times[1]);
            }
            Unit::three_state(capacity, times, mw, derating)
        }
        (None, Some(_)) => {
            v.problem("derated_mw", "a third state without failures", "`mttf_h` and `mttr_h` too", "");
            Unit::two_state(capacity, 1.0, 0.0)
        }
    }
}

/// Two times that are given together or not at all.
fn pair(v: &View, fails: &str, repairs: &str) -> Option<[f64; 2]> {
    match (v.maybe_number(fails), v.maybe_number(repairs)) {
        (Some(a), Some(b)) => Some([a, b]),
        (None, None) => None,
        (Some(_), None) => {
            v.problem(repairs, "missing", format!("given together with `{fails}`"), "");
            None
        }
        (None, Some(_)) => {
            v.problem(fails, "missing", format!("given together with `{repairs}`"), "");
            None
        }
    }
}

fn link(v: &View) -> Option<AreaLink> {
    let (from, to) = (v.reference("from"), v.reference("to"));
    if from == to {
        v.problem("to", "a link from an area to itself", "two different areas", "");
    }
    let forward_mw = v.number("forward_mw");
    let link = AreaLink {
        from,
        to,
        forward_mw,
        backward_mw: v.maybe_number("backward_mw").unwrap_or(forward_mw),
        failure_h: pair(v, "mttf_h", "mttr_h"),
    };
    (from != to).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = "hours = 1\n[area.a]\nload_mw = 8\n[area.b]\nload_mw = [9]\n\
        [unit.one]\narea = \"a\"\ncapacity_mw = 15\nmttf_h = 9\nmttr_h = 1\n\
        [unit.two]\narea = \"b\"\ncapacity_mw = 15\nmttf_h = 9\nmttr_h = 1\n\
        [link.ab]\nfrom = \"a\"\nto = \"b\"\nforward_mw = 8\nmttf_h = 9\nmttr_h = 1\n";

    fn no_file(_: &str, _: &str) -> Result<Vec<f64>, String> {
        Err("no file".into())
    }

    #[test]
    fn two_regions_and_a_line_that_fails() {
        // Test system of the Probabilistic Resource Adequacy Suite: LOLE 0.19 h, EUE 0.314 and 0.333 MWh.
        let found = read("pair.toml", PAIR.as_bytes(), &no_file).unwrap();
        let exact = found.system.exact(found.load_sd).unwrap();
        assert_eq!(found.names, ["a", "b"]);
        assert!((exact.system.lolh_h_per_yr - 0.19).abs() < 1e-12);
        assert!((exact.areas[0].eue_mwh_per_yr - 0.314).abs() < 1e-12);
        assert!((exact.areas[1].eue_mwh_per_yr - 0.333).abs() < 1e-12);
    }

    #[test]
    fn a_load_comes_from_a_file_and_every_mistake_is_told() {
        let text = PAIR.replace("load_mw = 8", "load_csv = \"l.csv\"\nload_factor = 2");
        let column = |file: &str, column: &str| -> Result<Vec<f64>, String> {
            assert_eq!((file, column), ("l.csv", "load_mw"));
            Ok(vec![4.0])
        };
        let found = read("pair.toml", text.as_bytes(), &column).unwrap();
        assert!((found.system.exact(None).unwrap().areas[0].eue_mwh_per_yr - 0.314).abs() < 1e-12);
        let wrong = text
            .replace("to = \"b\"", "to = \"a\"")
            .replacen("mttr_h = 1", "derated_mw = 5", 1)
            .replace("load_mw = [9]", "load_mw = [9, 9]");
        let told = read("pair.toml", wrong.as_bytes(), &no_file).unwrap_err().to_string();
        for what in ["no file", "itself", "mttr_h", "a third state", "2 numbers"] {
            assert!(told.contains(what), "{what}: {told}");
        }
    }
}
