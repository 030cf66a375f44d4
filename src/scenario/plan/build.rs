//! From a problem file that was read to the problem: what relates keys to one another.

use super::{INF, Posed};
use crate::scenario::problems::Severity;
use crate::scenario::{Problems, View};
use crate::water::{End, Method, Outcome, Problem, Reservoir, Thermal, Turbine, is_concave};

/// Keys that were found wrong by themselves: nothing is concluded from their values.
pub(super) struct Faults {
    keys: Vec<String>,
}

impl Faults {
    /// Of what is told so far.
    pub(super) fn of(problems: &Problems) -> Self {
        let errors = problems.iter().filter(|p| p.severity == Severity::Error);
        Self { keys: errors.map(|p| p.key.clone()).collect() }
    }
    /// Whether the text as a whole could not be read.
    pub(super) fn is_unreadable(&self) -> bool {
        self.keys.iter().any(String::is_empty)
    }
    /// Whether a key, or one below it, is wrong.
    fn below(&self, path: &str) -> bool {
        self.keys
            .iter()
            .any(|k| k.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])))
    }
    /// Whether one of a table's keys is wrong.
    fn among(&self, v: &View, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.below(&format!("{}.{key}", v.path())))
    }
}

/// The problem of a file, as far as it can be read; `None` where something is missing. What relates keys is held against one
/// another here, and told only where the keys themselves are sound.
pub(super) fn build(name: &str, all: &View, faults: &Faults) -> Option<Posed> {
    let stages = all.count("stages");
    let mut notes = Vec::new();
    let given = all.tables("reservoir");
    if given.is_empty() && !faults.below("reservoir") {
        all.problem("reservoir", "none", "at least one [reservoir.<id>]", "");
    }
    tell_circle(&given);
    if stages == 0 || faults.below("stages") {
        return None;
    }
    let ids: Vec<String> = given.iter().map(|(id, _)| id.clone()).collect();
    let reservoirs: Vec<Option<Reservoir>> =
        given.iter().map(|(id, v)| reservoir(id, v, stages, faults, &mut notes)).collect();
    let steps: Vec<bool> = given.iter().map(|(_, v)| v.has("storage_step")).collect();
    if let (true, Some(without)) = (steps.contains(&true), steps.iter().position(|has| !has)) {
        let (found, allowed) = ("missing", "given for every reservoir or for none");
        given[without].1.problem("storage_step", found, allowed, "storage_step = 1");
    }
    let power = all.maybe_table("power");
    let thermal: Vec<Thermal> = all
        .tables("thermal")
        .iter()
        .map(|(id, v)| {
            let minimum = v.series("minimum", stages).unwrap_or_default();
            let maximum = v.series("maximum", stages).unwrap_or_else(|| vec![INF; stages]);
            if let Some(t) = minimum.iter().zip(&maximum).position(|(l, h)| l > h)
                && !faults.among(v, &["minimum", "maximum"])
            {
                let found = format!("{} to {} in stage {}", minimum[t], maximum[t], t + 1);
                v.problem("maximum", found, "at least the minimum", "");
            }
            Thermal { id: id.clone(), minimum, maximum, cost: v.series("cost", stages).unwrap_or_default() }
        })
        .collect();
    let demand = power.as_ref().and_then(|v| v.series("demand", stages));
    let price = power.as_ref().and_then(|v| v.series("price", stages));
    let states = all.tables("state");
    let (start, transition) = chain(all, &states, stages, faults);
    let inflow: Vec<Vec<f64>> =
        given.iter().map(|(_, v)| v.series("inflow", stages).unwrap_or_else(|| vec![0.0; stages])).collect();
    let base = Base { stages, ids: &ids, inflow: &inflow, demand: demand.as_deref(), price: price.as_deref() };
    let outcomes = outcomes(all, &states, &base, faults);
    let has_demand = outcomes.iter().flatten().flatten().any(|o| o.demand > 0.0);
    let has_price = outcomes.iter().flatten().flatten().any(|o| o.price.is_some());
    let readable = !["power", "outcome", "state"].iter().any(|table| faults.below(table));
    if !thermal.is_empty() && !has_demand && !has_price && readable {
        all.problem("power", "thermal steps without a use", "`power.demand` or `power.price`", "[power]\ndemand = 6");
    }
    let earns = reservoirs.iter().flatten().any(|r| {
        !r.value_knots.is_empty() || r.value.iter().any(|v| *v != 0.0) || !r.end_value.is_empty() || r.spill_cost > 0.0
    });
    if !has_demand && !has_price && !earns && readable && !faults.below("reservoir") && !given.is_empty() {
        all.problem(
            "power",
            "nothing to gain or to save",
            "`power.demand`, `power.price` or a reservoir's `value`",
            "",
        );
    }
    for ((_, v), r) in given.iter().zip(&reservoirs) {
        let bends =
            r.as_ref().is_some_and(|r| !r.end_value.is_empty() && !is_concave(&r.end_value) && r.step.is_none());
        if bends && !faults.among(v, &["end_value_curve", "end_value"]) {
            let allowed = "each further unit is worth no more than the one before";
            v.problem("end_value_curve", "bends up", allowed, "or give every reservoir a `storage_step`");
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
            reservoirs: reservoirs.into_iter().collect::<Option<_>>()?,
            thermal,
            unserved_cost: power.as_ref().and_then(|v| v.maybe_number("unserved_cost")),
            start,
            transition,
            outcomes,
        },
    })
}

/// Tells one circle of the water's ways.
fn tell_circle(given: &[(String, View)]) {
    let next = |i: usize| given.get(i).and_then(|(_, v)| v.maybe_reference("downstream"));
    for (i, (_, v)) in given.iter().enumerate() {
        let (mut at, mut steps) = (next(i), 0);
        while let Some(here) = at {
            if here == i || steps > given.len() {
                v.problem("downstream", "the water comes round to where it was", "a way that ends", "");
                return;
            }
            steps += 1;
            at = next(here);
        }
    }
}

fn reservoir(id: &str, v: &View, stages: usize, faults: &Faults, notes: &mut Vec<String>) -> Option<Reservoir> {
    let series = |key: &str, absent: f64| v.series(key, stages).unwrap_or_else(|| vec![absent; stages]);
    let (minimum, maximum) = (series("minimum", 0.0), series("maximum", INF));
    let release = (series("release_minimum", 0.0), series("release_maximum", INF));
    let bounds =
        [("maximum", "minimum", &minimum, &maximum), ("release_maximum", "release_minimum", &release.0, &release.1)];
    for (key, least, low, high) in bounds {
        if let Some(t) = low.iter().zip(high).position(|(l, h)| l > h)
            && !faults.among(v, &[key, least])
        {
            let found = format!("{} in stage {}, below the least of {}", high[t], t + 1, low[t]);
            v.problem(key, found, "at least the minimum", "");
        }
    }
    if v.number("start") < 0.0 && !v.has("minimum") && !faults.among(v, &["start"]) {
        let hint = "storages that count from a datum have a `minimum` below zero";
        v.problem("start", format!("{}", v.number("start")), "a volume of at least the minimum, 0", hint);
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
        if x > *high && !faults.among(v, &[key, "maximum"]) {
            v.problem(key, format!("{x}"), format!("at most the storage's maximum, {high}"), "");
        }
        if v.has("end") && minimum.last().is_some_and(|low| x < *low) && !faults.among(v, &[key, "minimum"]) {
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
    if let Some(first) = knots.first().filter(|p| p.0 < 0.0 || (p.0 == 0.0 && p.1 != 0.0))
        && !faults.among(v, &["turbine_curve"])
    {
        let found = format!("[{}, {}]", first.0, first.1);
        v.problem("turbine_curve", found, "a curve that begins at no flow, no power", "");
    }
    let mut most = release.1.clone();
    let turbine = if let Some(head) = v.maybe_table("head") {
        if faults.among(v, &["head", "release_maximum"]) {
            return None;
        }
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

fn chain(all: &View, states: &[(String, View)], stages: usize, faults: &Faults) -> Chain {
    let n = states.len();
    let steps = stages.saturating_sub(1);
    if n == 0 {
        return (vec![1.0], vec![vec![vec![1.0]]; steps]);
    }
    let start: Vec<f64> = states.iter().map(|(_, v)| v.number("start")).collect();
    let one = |sum: f64| (sum - 1.0).abs() <= 1e-6;
    let sum: f64 = start.iter().sum();
    if !one(sum) && !states.iter().any(|(_, v)| faults.among(v, &["start"])) {
        all.problem(
            "state",
            format!("`start` of all states adds to {sum}"),
            "1",
            "the state of the first stage has start = 1",
        );
    }
    let mut transition = vec![vec![vec![0.0; n]; n]; steps];
    for (from, (_, v)) in states.iter().enumerate() {
        if faults.among(v, &["to", "to_by_stage"]) {
            continue;
        }
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
    /// Inflow of its own by reservoir, by stage.
    inflow: &'a [Vec<f64>],
    demand: Option<&'a [f64]>,
    price: Option<&'a [f64]>,
}

fn outcomes(all: &View, states: &[(String, View)], base: &Base, faults: &Faults) -> Vec<Vec<Vec<Outcome>>> {
    let given = all.tables("outcome");
    let n = states.len().max(1);
    let prices: Vec<Series> = given.iter().map(|(_, v)| v.series("price", base.stages)).collect();
    let demands: Vec<Series> = given.iter().map(|(_, v)| v.series("demand", base.stages)).collect();
    let of_states = |key: &str| -> Vec<Series> { states.iter().map(|(_, v)| v.series(key, base.stages)).collect() };
    let (state_price, state_demand) = (of_states("price"), of_states("demand"));
    let place = |id: &str| base.ids.iter().position(|i| i == id);
    let mut out = Vec::with_capacity(base.stages);
    for (_, v) in &given {
        let beyond = v.maybe_numbers("stages").unwrap_or_default().into_iter().find(|t| *t > base.stages as f64);
        if let Some(t) = beyond
            && !faults.among(v, &["stages"])
        {
            v.problem("stages", format!("stage {t}"), format!("stages from 1 to {}", base.stages), "");
        }
    }
    // Sums are told once, and only where every part of them could be read.
    let mut told = given.iter().any(|(_, v)| faults.among(v, &["probability", "stages", "state"]));
    for t in 0..base.stages {
        let mut by_state = Vec::with_capacity(n);
        for s in 0..n {
            let state = states.get(s).map(|(_, v)| v);
            let mut inflow: Vec<f64> = base.inflow.iter().map(|q| q[t]).collect();
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
