//! Problems of the water planner as files: the schema, and the way from text to [`Problem`].
//!
//! The same machinery reads them as scenarios: every mistake at once, each with its line, what is allowed and a hint.

mod build;

use super::check;
use super::overlay::{Gatherer, Library, Loaded};
use super::spec::{
    TableSpec, choice, curve, flag, integer, number, numbers, numbers_by_id, reference, rows, series, table,
    table_spec, tables, text,
};
use super::{Builtin, Problems};
use crate::water::{Method, Problem};
use build::Faults;
use std::collections::BTreeSet;

const INF: f64 = f64::INFINITY;

/// A problem file.
pub const PLAN: TableSpec = table_spec(
    "",
    "A reservoir problem for `hashwatt hydro plan`. Units are the problem's own unless a key names one.",
    &[
        integer("format", 1, 1, "Version of the format.").default_integer(1),
        text("title", "What it is, in a line.").optional(),
        text("note", "Anything else.").optional(),
        text("origin", "Who published it.").optional(),
        number("published", "", -INF, INF, "The published answer; printed beside ours.").optional(),
        number("tolerance", "", 0.0, INF, "How far ours may be from it.").optional(),
        integer("stages", 1, 100_000, "Number of stages."),
        choice(
            "sense",
            &["minimize", "maximize"],
            "Whether the answer is told as a cost or as a value; absent: a cost where there is demand, else a value.",
        )
        .optional(),
        choice(
            "method",
            &["auto", "tree", "sddp", "grid"],
            "How to solve: the whole tree as one linear program, dual dynamic programming, a grid of storages.",
        )
        .default_text("auto"),
        series("hours", "", 1e-9, 1e9, "Length of each stage in hours.").default(1.0),
        number(
            "volume_per_flow_hour",
            "",
            1e-12,
            1e12,
            "Storage that one unit of flow fills in an hour: 1, or 0.0036 for hm³ and m³/s.",
        )
        .default(1.0),
        number("discount", "", 0.0, 1.0, "What a stage counts for beside the one before it.").default(1.0),
        tables(&RESERVOIR),
        table(&POWER).optional(),
        tables(&THERMAL),
        tables(&OUTCOME),
        tables(&STATE),
    ],
);

const RESERVOIR: TableSpec = table_spec(
    "reservoir",
    "A reservoir. Balance: storage after = storage before · (1 − loss_share) + volume of (inflow + arriving − release − spill).",
    &[
        number("start", "", -1e15, 1e15, "Storage before the first stage."),
        series("minimum", "", -1e15, 1e15, "Least storage at the end of a stage.").default(0.0),
        series("maximum", "", -1e15, 1e15, "Most storage at the end of a stage; absent: no limit.").optional(),
        number("end", "", -1e15, 1e15, "Storage after the last stage, exactly.").optional(),
        number("end_minimum", "", -1e15, 1e15, "Least storage after the last stage.").optional(),
        number("end_value", "", -1e12, 1e12, "What a unit of storage after the last stage is worth.").optional(),
        curve(
            "end_value_curve",
            "storage",
            "",
            -1e15,
            1e15,
            "Worth of the storage after the last stage, by storage; bending down.",
        )
        .optional(),
        reference("downstream", "reservoir", "The next reservoir; absent: the water leaves.").optional(),
        integer("delay_stages", 0, 1000, "Stages on the way there.").default_integer(0),
        series("inflow", "", -1e12, 1e12, "Inflow of its own, a flow; below zero: a loss.").default(0.0),
        flag("inflow_refusable", "Whether inflow may be left out, without reaching the next reservoir.")
            .default_flag(false),
        number("loss_share", "", 0.0, 1.0, "Share of the storage lost in each stage.").default(0.0),
        series("release_minimum", "", 0.0, 1e12, "Least flow through the turbines.").default(0.0),
        series("release_maximum", "", 0.0, 1e12, "Most flow through the turbines; absent: no limit.").optional(),
        flag("spill", "Whether water may pass beside the turbines, to the next reservoir.").default_flag(true),
        number("spill_maximum", "", 0.0, 1e12, "Most that may be spilled; absent: no limit.").optional(),
        number("spill_cost", "", 0.0, 1e12, "Cost of a unit of flow spilled for an hour.").default(0.0),
        series("value", "", -1e12, 1e12, "Value of a unit of flow through the turbines for an hour, beside its power.")
            .default(0.0),
        curve(
            "value_curve",
            "flow",
            "",
            -1e15,
            1e15,
            "The same by flow, in place of `value`; what bends up needs the grid.",
        )
        .optional(),
        number("power_per_flow", "", 0.0, 1e9, "Power of a unit of flow; absent: 1.").optional(),
        curve(
            "turbine_curve",
            "flow",
            "",
            0.0,
            1e12,
            "Power by flow, from nothing at no flow, in place of `power_per_flow`.",
        )
        .optional(),
        table(&HEAD).optional(),
        number(
            "storage_step",
            "",
            1e-12,
            1e15,
            "Distance of grid points; given for every reservoir, storages move in steps.",
        )
        .optional(),
    ],
);

const HEAD: TableSpec = table_spec(
    "head",
    "Power as ρ g Q H η (MW for m³/s and m; ρ = 1000 kg/m³, g = 9.81 m/s²), H = level − tailwater − loss.",
    &[
        number("gross_m", "m", 0.0, 1e5, "Level above datum, if it does not move with the storage.").optional(),
        curve(
            "level_curve",
            "storage",
            "m",
            -1e4,
            1e5,
            "Level by storage before the stage: the problem is then solved on a grid.",
        )
        .optional(),
        number("tailwater_m", "m", -1e4, 1e5, "Level below the dam at no flow.").default(0.0),
        number("tailwater_rise_m_per_flow", "m", 0.0, 1e3, "Rise of the tailwater with each unit of flow.")
            .default(0.0),
        number("loss_m_per_flow2", "m", 0.0, 1e3, "Head lost in the waterways with the square of flow.").default(0.0),
        number("efficiency", "", 0.0, 1.0, "Efficiency of turbine and generator.").default(1.0),
    ],
);

const POWER: TableSpec = table_spec(
    "power",
    "What power is for: a demand to be met, a price at which what is beyond it is sold, or both.",
    &[
        series("demand", "", 0.0, 1e12, "Power to be met.").optional(),
        series("price", "", -1e9, 1e9, "Price of a unit of power sold for an hour.").optional(),
        number("unserved_cost", "", 0.0, 1e12, "Cost of a unit of demand not met for an hour; absent: it must be met.")
            .optional(),
    ],
);

const THERMAL: TableSpec = table_spec(
    "thermal",
    "A step of power that is bought: a plant, or imports.",
    &[
        series("cost", "", -1e9, 1e12, "Cost of a unit of power for an hour."),
        series("minimum", "", 0.0, 1e12, "Least power.").default(0.0),
        series("maximum", "", 0.0, 1e12, "Most power; absent: no limit.").optional(),
    ],
);

const OUTCOME: TableSpec = table_spec(
    "outcome",
    "What may turn out in a stage, known before the stage's releases are chosen. Those that can meet in a stage share out 1.",
    &[
        number("probability", "", 0.0, 1.0, "Its probability, given the stage (and the state)."),
        numbers("stages", "", 1.0, 1e5, "Stages in which it may come; absent: all.").optional(),
        reference("state", "state", "State of the chain in which it may come; absent: all.").optional(),
        numbers_by_id("inflow", "reservoir", "", -1e12, 1e12, "Inflow by reservoir, in place of the reservoir's own.")
            .optional(),
        numbers_by_id("inflow_added", "reservoir", "", -1e12, 1e12, "Added to the inflow, by reservoir.").optional(),
        number("inflow_factor", "", 0.0, 1e6, "Factor on all inflow.").default(1.0),
        series("price", "", -1e9, 1e9, "Price, in place of `power.price`.").optional(),
        number("price_factor", "", -1e6, 1e6, "Factor on the price.").default(1.0),
        series("demand", "", 0.0, 1e12, "Demand, in place of `power.demand`.").optional(),
        number("fuel_factor", "", 0.0, 1e6, "Factor on the cost of all thermal steps.").default(1.0),
    ],
);

const STATE: TableSpec = table_spec(
    "state",
    "A state of a Markov chain that moves from stage to stage. Outcomes may hang on it, and so may these keys.",
    &[
        number("start", "", 0.0, 1.0, "Its probability in the first stage.").default(0.0),
        numbers_by_id("to", "state", "", 0.0, 1.0, "Probability of each state in the next stage.").optional(),
        rows(
            "to_by_stage",
            "The same for each step from a stage to the next: a row for each, states in the order of the file.",
        )
        .optional(),
        numbers_by_id("inflow", "reservoir", "", -1e12, 1e12, "Inflow by reservoir in this state.").optional(),
        number("inflow_factor", "", 0.0, 1e6, "Factor on all inflow in this state.").default(1.0),
        series("price", "", -1e9, 1e9, "Price in this state.").optional(),
        series("demand", "", 0.0, 1e12, "Demand in this state.").optional(),
        number("fuel_factor", "", 0.0, 1e6, "Factor on the cost of all thermal steps in this state.").default(1.0),
    ],
);

/// A problem with what its file says beside it.
#[derive(Clone, Debug)]
pub struct Posed {
    /// The problem.
    pub problem: Problem,
    /// How to solve it.
    pub method: Method,
    /// Its title; its name if it has none.
    pub title: String,
    /// Whether the answer is told as a value.
    pub maximize: bool,
    /// Published answer and tolerance.
    pub published: Option<(f64, f64)>,
    /// Ids of thermal steps.
    pub thermal: Vec<String>,
    /// Notes on what the method leaves inexact.
    pub notes: Vec<String>,
    /// Warnings of the file.
    pub warnings: Problems,
}

/// The problems that ship with the program, by name, with their text.
const SHIPPED: &[(&str, &str)] = &[
    ("larson-four-reservoirs", include_str!("../../examples/hydro/larson-four-reservoirs.toml")),
    ("larson-on-a-grid", include_str!("../../examples/hydro/larson-on-a-grid.toml")),
    ("two-stages", include_str!("../../examples/hydro/two-stages.toml")),
    ("fifty-two-weeks", include_str!("../../examples/hydro/fifty-two-weeks.toml")),
    ("fifty-two-weeks-uncertain", include_str!("../../examples/hydro/fifty-two-weeks-uncertain.toml")),
    ("power-of-a-fall", include_str!("../../examples/hydro/power-of-a-fall.toml")),
    ("hydro-valley", include_str!("../../examples/hydro/hydro-valley.toml")),
    ("wet-and-dry", include_str!("../../examples/hydro/wet-and-dry.toml")),
    ("day-ahead", include_str!("../../examples/hydro/day-ahead.toml")),
    ("moving-head", include_str!("../../examples/hydro/moving-head.toml")),
];

/// The shipped problems by name.
pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.iter().copied()
}

/// Reads a problem.
///
/// # Errors
/// Every mistake of the text at once.
pub fn read(name: &str, text: &[u8]) -> Result<Posed, Problems> {
    let library: &dyn Library = &Builtin;
    let mut gatherer = Gatherer::new(library);
    gatherer.lay(Loaded { name: name.to_owned(), bytes: text.to_vec(), shipped: false }, None);
    let checked = check::check(name, gatherer, &BTreeSet::new(), &PLAN);
    let faults = Faults::of(&checked.problems());
    if faults.is_unreadable() {
        return Err(checked.problems());
    }
    let posed = build::build(name, &checked.view_of(&PLAN), &faults);
    let told = checked.problems();
    match posed {
        Some(posed) if !told.has_errors() => Ok(Posed { warnings: told.warnings(), ..posed }),
        _ => Err(told),
    }
}

/// Every key of a problem file, in words.
pub fn describe() -> String {
    described(&PLAN)
}

/// The format of another kind of file, in the same words.
pub(super) fn described(spec: &'static TableSpec) -> String {
    let mut out = String::new();
    table_text(spec, "", &mut out);
    out
}

fn table_text(spec: &'static TableSpec, path: &str, out: &mut String) {
    use super::spec::Kind;
    let head = if path.is_empty() { "The file".to_owned() } else { format!("[{path}]") };
    *out += &format!("{head}: {}\n", spec.doc);
    let mut inner: Vec<(&'static TableSpec, String)> = Vec::new();
    for field in spec.fields {
        let here = if path.is_empty() { field.key.to_owned() } else { format!("{path}.{}", field.key) };
        match field.kind {
            Kind::Table(of) => inner.push((of, here)),
            Kind::Tables(of) => inner.push((of, format!("{here}.<id>"))),
            _ => {
                let need = match field.need {
                    super::spec::Need::Required => "; required".to_owned(),
                    super::spec::Need::Optional => String::new(),
                    super::spec::Need::Default(l) => format!("; absent: {}", literal(l)),
                };
                *out += &format!("  {:<28} {} ({}{need})\n", field.key, field.doc, field.allowed());
            }
        }
    }
    for (of, here) in inner {
        out.push('\n');
        table_text(of, &here, out);
    }
}

fn literal(l: super::spec::Literal) -> String {
    use super::spec::Literal;
    match l {
        Literal::Number(x) => format!("{x}"),
        Literal::Integer(i) => format!("{i}"),
        Literal::Flag(b) => format!("{b}"),
        Literal::Text(t) => format!("\"{t}\""),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::{Effort, plan};

    #[test]
    fn the_published_problems_meet_their_answers() {
        let mut met = 0;
        for (name, text) in shipped() {
            let posed = read(name, text.as_bytes()).unwrap_or_else(|p| panic!("{name}: {p}"));
            assert!(posed.warnings.is_empty(), "{name}: {}", posed.warnings);
            let Some((published, tolerance)) = posed.published else { continue };
            let planned = plan(&posed.problem, &Effort { method: posed.method, ..Effort::default() }).unwrap();
            let answer = if posed.maximize { -planned.cost } else { planned.cost };
            assert!((answer - published).abs() <= tolerance, "{name}: {answer} against {published}");
            met += 1;
        }
        assert!(met >= 6);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "stages = 2\n[power]\ndemand = [6, -1]\n[reservoir.lake]\nstart = 0\nmaximun = 8\nminimum = 9\nend = 12\n\
                    [thermal.plant]\ncost = 5\n[outcome.dry]\nstages = [2]\nprobability = 0.5\ninflow = { lak = 2 }\n";
        let told = read("p.toml", text.as_bytes()).unwrap_err().to_string();
        for wanted in ["power.demand", "maximun", "did you mean `maximum`?", "p.toml:6", "lak"] {
            assert!(told.contains(wanted), "{wanted} in\n{told}");
        }
        let mended =
            text.replace("-1", "6").replace("maximun = 8\nminimum = 9\n", "maximum = 8\n").replace("lak =", "lake =");
        let told = read("p.toml", mended.as_bytes()).unwrap_err().to_string();
        assert!(told.contains("probabilities of stage 2 add to 0.5"), "{told}");
        assert!(told.contains("at most the storage's maximum, 8"), "{told}");
    }
}
