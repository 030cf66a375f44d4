//! Problems of the water planner as files: the schema, and the way from text to [`Problem`].
//!
//! The same machinery reads them as scenarios: every mistake at once, each with its line, what is allowed and a hint.

use super::check::{self, Checked};
use super::overlay::{Gatherer, Library, Loaded};
use super::spec::{
    TableSpec, choice, curve, flag, integer, number, numbers, numbers_by_id, reference, rows, series, table,
    table_spec, tables, text,
};
use super::{Builtin, Problems, View};
use crate::water::{End, Method, Outcome, Problem, Reservoir, Thermal, Turbine, is_concave};
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
    if checked.problems().has_errors() {
        return Err(checked.problems());
    }
    let posed = build(name, &checked, &checked.view_of(&PLAN));
    let told = checked.problems();
    match posed {
        Some(posed) if !told.has_errors() => Ok(Posed { warnings: told.warnings(), ..posed }),
        _ => Err(told),
    }
}

fn build(name: &str, _checked: &Checked, all: &View) -> Option<Posed> {
    let stages = all.count("stages");
    let mut notes = Vec::new();
    let given = all.tables("reservoir");
    if given.is_empty() {
        all.problem("reservoir", "none", "at least one [reservoir.<id>]", "");
        return None;
    }
    let ids: Vec<String> = given.iter().map(|(id, _)| id.clone()).collect();
    let reservoirs: Option<Vec<Reservoir>> = given.iter().map(|(id, v)| reservoir(id, v, stages, &mut notes)).collect();
    let mut reservoirs = reservoirs?;
    for (i, (_, v)) in given.iter().enumerate() {
        let (mut at, mut steps) = (reservoirs[i].downstream, 0);
        while let Some(next) = at {
            steps += 1;
            if steps > reservoirs.len() {
                v.problem("downstream", "the water comes round to where it was", "a way that ends", "");
                return None;
            }
            at = reservoirs[next].downstream;
        }
    }
    if reservoirs.iter().any(|r| r.step.is_some()) && reservoirs.iter().any(|r| r.step.is_none()) {
        let v = given.iter().zip(&reservoirs).find(|(_, r)| r.step.is_none()).map(|(g, _)| &g.1);
        if let Some(v) = v {
            v.problem("storage_step", "missing", "given for every reservoir or for none", "storage_step = 1");
        }
    }
    let power = all.maybe_table("power");
    let thermal: Vec<Thermal> = all
        .tables("thermal")
        .iter()
        .map(|(id, v)| {
            let minimum = v.series("minimum", stages).unwrap_or_default();
            let maximum = v.series("maximum", stages).unwrap_or_else(|| vec![INF; stages]);
            if let Some(t) = minimum.iter().zip(&maximum).position(|(l, h)| l > h) {
                let found = format!("{} to {} in stage {}", minimum[t], maximum[t], t + 1);
                v.problem("maximum", found, "at least the minimum", "");
            }
            Thermal { id: id.clone(), minimum, maximum, cost: v.series("cost", stages).unwrap_or_default() }
        })
        .collect();
    let demand = power.as_ref().and_then(|v| v.series("demand", stages));
    let price = power.as_ref().and_then(|v| v.series("price", stages));
    let states = all.tables("state");
    let (start, transition) = chain(all, &states, stages);
    let base = Base { stages, ids: &ids, reservoirs: &reservoirs, demand: demand.as_deref(), price: price.as_deref() };
    let outcomes = outcomes(all, &states, &base);
    let has_demand = outcomes.iter().flatten().flatten().any(|o| o.demand > 0.0);
    let has_price = outcomes.iter().flatten().flatten().any(|o| o.price.is_some());
    if !thermal.is_empty() && !has_demand && !has_price {
        all.problem("power", "thermal steps without a use", "`power.demand` or `power.price`", "[power]\ndemand = 6");
    }
    let earns = reservoirs.iter().any(|r| {
        !r.value_knots.is_empty() || r.value.iter().any(|v| *v != 0.0) || !r.end_value.is_empty() || r.spill_cost > 0.0
    });
    if !has_demand && !has_price && !earns {
        all.problem(
            "power",
            "nothing to gain or to save",
            "`power.demand`, `power.price` or a reservoir's `value`",
            "",
        );
    }
    for r in &mut reservoirs {
        let bends = !r.end_value.is_empty() && !is_concave(&r.end_value);
        if bends && r.step.is_none() {
            let v = given.iter().find(|(id, _)| *id == r.id).map(|(_, v)| v);
            if let Some(v) = v {
                let hint = "or give every reservoir a `storage_step`";
                v.problem(
                    "end_value_curve",
                    "bends up",
                    "each further unit is worth no more than the one before",
                    hint,
                );
            }
        }
    }
    let sense = all.maybe_text("sense");
    let method = match all.choice("method") {
        "tree" => Method::Tree,
        "sddp" => Method::Sddp,
        "grid" => Method::Grid,
        _ => Method::Auto,
    };
    let published = all.maybe_number("published").map(|x| (x, all.maybe_number("tolerance").unwrap_or(1e-6)));
    Some(Posed {
        title: all.maybe_text("title").unwrap_or(name).to_owned(),
        method,
        maximize: sense.map_or(!has_demand, |s| s == "maximize"),
        published,
        thermal: thermal.iter().map(|t| t.id.clone()).collect(),
        notes,
        warnings: Problems::new(),
        problem: Problem {
            stages,
            hours: all.series("hours", stages)?,
            volume_per_flow_hour: all.number("volume_per_flow_hour"),
            discount: all.number("discount"),
            reservoirs,
            thermal,
            unserved_cost: power.as_ref().and_then(|v| v.maybe_number("unserved_cost")),
            start,
            transition,
            outcomes,
        },
    })
}

fn reservoir(id: &str, v: &View, stages: usize, notes: &mut Vec<String>) -> Option<Reservoir> {
    let series = |key: &str, absent: f64| v.series(key, stages).unwrap_or_else(|| vec![absent; stages]);
    let (minimum, maximum) = (series("minimum", 0.0), series("maximum", INF));
    let release = (series("release_minimum", 0.0), series("release_maximum", INF));
    for (key, low, high) in [("maximum", &minimum, &maximum), ("release_maximum", &release.0, &release.1)] {
        if let Some(t) = low.iter().zip(high).position(|(l, h)| l > h) {
            let found = format!("{} in stage {}, below the least of {}", high[t], t + 1, low[t]);
            v.problem(key, found, "at least the minimum", "");
        }
    }
    if v.has("end") && v.has("end_minimum") {
        v.problem("end_minimum", "beside `end`", "one of the two", "");
    }
    let end = match (v.maybe_number("end"), v.maybe_number("end_minimum")) {
        (Some(x), _) => End::Fixed(x),
        (_, Some(x)) => End::AtLeast(x),
        _ => End::Free,
    };
    if let (End::Fixed(x) | End::AtLeast(x), Some(high)) = (end, maximum.last()) {
        let key = if v.has("end") { "end" } else { "end_minimum" };
        if x > *high {
            v.problem(key, format!("{x}"), format!("at most the storage's maximum, {high}"), "");
        }
        if v.has("end") && minimum.last().is_some_and(|low| x < *low) {
            v.problem(key, format!("{x}"), "at least the storage's minimum", "");
        }
    }
    let ways = ["power_per_flow", "turbine_curve", "head"].iter().filter(|k| v.has(k)).count();
    if ways > 1 {
        v.problem(
            "power_per_flow",
            "power told in more than one way",
            "one of power_per_flow, turbine_curve, head",
            "",
        );
    }
    let knots = if v.has("turbine_curve") { v.pairs("turbine_curve") } else { Vec::new() };
    if let Some(first) = knots.first().filter(|p| p.0 < 0.0 || (p.0 == 0.0 && p.1 != 0.0)) {
        let found = format!("[{}, {}]", first.0, first.1);
        v.problem("turbine_curve", found, "a curve that begins at no flow, no power", "");
    }
    let mut most = release.1.clone();
    let turbine = if let Some(head) = v.maybe_table("head") {
        head_turbine(id, &head, release.1.iter().copied().fold(0.0, f64::max), notes)?
    } else if v.has("turbine_curve") {
        let last = knots.last().map_or(0.0, |k| k.0);
        for m in &mut most {
            *m = m.min(last);
        }
        Turbine::Knots(knots)
    } else {
        Turbine::Linear(v.maybe_number("power_per_flow").unwrap_or(1.0))
    };
    let value_knots = if v.has("value_curve") { v.pairs("value_curve") } else { Vec::new() };
    if let Some(last) = value_knots.last() {
        for m in &mut most {
            *m = m.min(last.0);
        }
    }
    let end_value = match (v.maybe_number("end_value"), v.has("end_value_curve")) {
        (_, true) => v.pairs("end_value_curve"),
        (Some(per), _) => vec![(0.0, 0.0), (1e9, per * 1e9)],
        _ => Vec::new(),
    };
    let spill = if v.flag("spill") { v.maybe_number("spill_maximum").unwrap_or(INF) } else { 0.0 };
    Some(Reservoir {
        id: id.to_owned(),
        start: v.number("start"),
        minimum,
        maximum,
        end,
        downstream: v.maybe_reference("downstream"),
        delay: v.count("delay_stages"),
        inflow: series("inflow", 0.0),
        refuses: v.flag("inflow_refusable"),
        loss_share: v.number("loss_share"),
        release: (release.0, most),
        spill_maximum: spill,
        spill_cost: v.number("spill_cost"),
        value: series("value", 0.0),
        value_knots,
        turbine,
        end_value,
        step: v.maybe_number("storage_step"),
    })
}

fn head_turbine(id: &str, head: &View, most: f64, notes: &mut Vec<String>) -> Option<Turbine> {
    let (rise, loss) = (head.number("tailwater_rise_m_per_flow"), head.number("loss_m_per_flow2"));
    let (tail, efficiency) = (head.number("tailwater_m"), head.number("efficiency"));
    let moving = |level| Turbine::Head { level, tailwater_m: tail, tailwater_rise: rise, loss, efficiency };
    match (head.maybe_number("gross_m"), head.has("level_curve")) {
        (Some(gross), false) if rise == 0.0 && loss == 0.0 => {
            Some(Turbine::Linear(crate::water::MW_PER_M3_S_M * (gross - tail).max(0.0) * efficiency))
        }
        (Some(gross), false) => {
            if !most.is_finite() {
                head.problem("loss_m_per_flow2", "no most flow", "a reservoir with `release_maximum`", "");
                return None;
            }
            // Power bends down with flow; 200 chords lie below it by less than a thousandth of a percent.
            let exact = moving(vec![(0.0, gross)]);
            let knots: Vec<(f64, f64)> =
                (1..=200).map(|i| most * f64::from(i) / 200.0).map(|q| (q, exact.power(q, 0.0))).collect();
            let top = knots.iter().map(|k| k.1).fold(0.0, f64::max);
            let rising = knots.iter().position(|k| k.1 >= top).map_or(knots.len(), |i| i + 1);
            let mid = most / 400.0;
            let miss = knots
                .windows(2)
                .map(|w| exact.power(w[0].0 + mid, 0.0) - f64::midpoint(w[0].1, w[1].1))
                .fold(0.0, f64::max);
            notes.push(format!("{id}: head losses by 200 chords, at most {miss:.2e} MW below the curve"));
            Some(Turbine::Knots(
                knots[..rising].iter().copied().chain(knots[rising..].iter().map(|k| (k.0, top))).collect(),
            ))
        }
        (None, true) => Some(moving(head.pairs("level_curve"))),
        _ => {
            head.problem("gross_m", "one of the two is needed", "`gross_m` or `level_curve`", "");
            None
        }
    }
}

/// A list by stage, if there is one.
type Series = Option<Vec<f64>>;

/// Probabilities of the first stage, and of each step.
type Chain = (Vec<f64>, Vec<Vec<Vec<f64>>>);

fn chain(all: &View, states: &[(String, View)], stages: usize) -> Chain {
    let n = states.len();
    let steps = stages.saturating_sub(1);
    if n == 0 {
        return (vec![1.0], vec![vec![vec![1.0]]; steps]);
    }
    let start: Vec<f64> = states.iter().map(|(_, v)| v.number("start")).collect();
    let one = |sum: f64| (sum - 1.0).abs() <= 1e-6;
    let sum: f64 = start.iter().sum();
    if !one(sum) {
        all.problem(
            "state",
            format!("`start` of all states adds to {sum}"),
            "1",
            "the state of the first stage has start = 1",
        );
    }
    let mut transition = vec![vec![vec![0.0; n]; n]; steps];
    for (from, (_, v)) in states.iter().enumerate() {
        let by_id = v.has("to");
        let by_stage = v.rows("to_by_stage");
        if by_id == v.has("to_by_stage") && steps > 0 {
            v.problem(
                "to",
                "the next state is not told once",
                "one of `to` and `to_by_stage`",
                "to = { wet = 0.75, dry = 0.25 }",
            );
            continue;
        }
        let mut fixed = vec![0.0; n];
        for (to, p) in v.numbers_by_reference("to") {
            fixed[to] = p;
        }
        if !by_id && by_stage.len() != steps {
            v.problem(
                "to_by_stage",
                format!("{} rows", by_stage.len()),
                format!("{steps} rows, one for each step"),
                "",
            );
            continue;
        }
        for (t, matrix) in transition.iter_mut().enumerate() {
            let row = if by_id { &fixed } else { &by_stage[t] };
            let key = if by_id { "to" } else { "to_by_stage" };
            let sum: f64 = row.iter().sum();
            if row.len() != n || !one(sum) {
                let found = format!("{} probabilities adding to {sum}", row.len());
                v.problem(key, found, format!("{n} that add to 1"), "");
                break;
            }
            matrix[from].clone_from(row);
        }
    }
    (start, transition)
}

/// What holds where no outcome says otherwise.
struct Base<'a> {
    stages: usize,
    ids: &'a [String],
    reservoirs: &'a [Reservoir],
    demand: Option<&'a [f64]>,
    price: Option<&'a [f64]>,
}

fn outcomes(all: &View, states: &[(String, View)], base: &Base) -> Vec<Vec<Vec<Outcome>>> {
    let given = all.tables("outcome");
    let n = states.len().max(1);
    let prices: Vec<Series> = given.iter().map(|(_, v)| v.series("price", base.stages)).collect();
    let demands: Vec<Series> = given.iter().map(|(_, v)| v.series("demand", base.stages)).collect();
    let of_states = |key: &str| -> Vec<Series> { states.iter().map(|(_, v)| v.series(key, base.stages)).collect() };
    let (state_price, state_demand) = (of_states("price"), of_states("demand"));
    let place = |id: &str| base.ids.iter().position(|i| i == id);
    let mut out = Vec::with_capacity(base.stages);
    let mut told = false;
    for t in 0..base.stages {
        let mut by_state = Vec::with_capacity(n);
        for s in 0..n {
            let state = states.get(s).map(|(_, v)| v);
            let mut inflow: Vec<f64> = base.reservoirs.iter().map(|r| r.inflow[t]).collect();
            let mut price = base.price.map(|p| p[t]);
            let mut demand = base.demand.map_or(0.0, |d| d[t]);
            let mut fuel = 1.0;
            if let Some(v) = state {
                for (id, x) in v.numbers_by_id("inflow") {
                    if let Some(i) = place(id) {
                        inflow[i] = x;
                    }
                }
                let factor = v.number("inflow_factor");
                for q in &mut inflow {
                    *q *= factor;
                }
                fuel = v.number("fuel_factor");
                price = state_price[s].as_ref().map(|p| p[t]).or(price);
                demand = state_demand[s].as_ref().map_or(demand, |d| d[t]);
            }
            let comes = |v: &View| {
                let stages = v.maybe_numbers("stages");
                let here = v.maybe_reference("state").is_none_or(|of| of == s);
                here && stages.is_none_or(|list| list.contains(&((t + 1) as f64)))
            };
            let mut list = Vec::new();
            for (k, (_, v)) in given.iter().enumerate().filter(|(_, (_, v))| comes(v)) {
                let mut own = inflow.clone();
                for (id, x) in v.numbers_by_id("inflow") {
                    if let Some(i) = place(id) {
                        own[i] = x;
                    }
                }
                for (id, x) in v.numbers_by_id("inflow_added") {
                    if let Some(i) = place(id) {
                        own[i] += x;
                    }
                }
                let factor = v.number("inflow_factor");
                for q in &mut own {
                    *q *= factor;
                }
                list.push(Outcome {
                    probability: v.number("probability"),
                    inflow: own,
                    price: prices[k].as_ref().map(|p| p[t]).or(price).map(|p| p * v.number("price_factor")),
                    demand: demands[k].as_ref().map_or(demand, |d| d[t]),
                    thermal_factor: fuel * v.number("fuel_factor"),
                });
            }
            if list.is_empty() {
                list.push(Outcome { probability: 1.0, inflow, price, demand, thermal_factor: fuel });
            }
            let sum: f64 = list.iter().map(|o| o.probability).sum();
            if (sum - 1.0).abs() > 1e-6 && !told {
                told = true;
                let at = state.map(|v| format!(", state {}", v.id())).unwrap_or_default();
                let first = given.iter().find(|(_, v)| comes(v)).map(|(_, v)| v);
                let found = format!("probabilities of stage {}{at} add to {sum}", t + 1);
                first.unwrap_or(all).problem("probability", found, "1", "");
            }
            by_state.push(list);
        }
        out.push(by_state);
    }
    out
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
