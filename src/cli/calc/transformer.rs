//! `calc transformer`: top oil, hot spot and aging of a transformer, for one constant strain or through a file of rows.

use super::function::{ANY, Answer, Function, Given, Kind, Misfit, NOT_NEGATIVE, POSITIVE, between, gives, need};
use crate::equations::transformer::{
    CLASSES, COLDEST_AMBIENT_C, Class, Constants, Heat, Hold, Paper, Reading, Solution, Strain, through,
};
use std::ops::Bound;

const FACTOR: Kind = Kind::Number(Bound::Excluded(0.0), Bound::Included(10.0));

/// Longest step from row to row, minutes: a year of one load and one air is no record (ASSUMPTION).
const LONGEST_STEP_MIN: f64 = 365.0 * 24.0 * 60.0;

/// The function.
pub const FUNCTIONS: &[Function] = &[Function {
    name: "transformer",
    doc: "Top oil, hot spot, aging of a transformer (IEC 60076-7, differential equations).",
    inputs: &[
        need("minute", "min", ANY, "time of the row; without it the steady state").open(),
        need("load_pu", "", between(0.0, 10.0), "load over rated current").slips(&[(0.01, "in per cent")]),
        need("ambient_c", "°C", between(-90.0, 90.0), "ambient temperature; below −25 °C it is flagged"),
        need("class", "", Kind::Choice(CLASSES), "class of the standard, which gives every constant not given here")
            .or("distribution_onan"),
        need("x", "", FACTOR, "oil exponent").open(),
        need("y", "", FACTOR, "winding exponent").open(),
        need("k11", "", FACTOR, "factor on the oil time constant").open(),
        need("k21", "", FACTOR, "factor of the hot spot's overshoot").open(),
        need("k22", "", FACTOR, "factor on the overshoot's time constants").open(),
        need("tau_oil_min", "min", POSITIVE, "oil time constant").open(),
        need("tau_winding_min", "min", POSITIVE, "winding time constant").open(),
        need("top_oil_rise_k", "K", NOT_NEGATIVE, "top-oil rise at rated losses").open(),
        need("hot_spot_gradient_k", "K", NOT_NEGATIVE, "hot spot over top oil at rated current").open(),
        need("loss_ratio", "", NOT_NEGATIVE, "load losses at rated current over no-load losses").open(),
        need("paper", "", Kind::Choice(&["kraft", "upgraded"]), "insulation: normal rate at 98 °C or at 110 °C")
            .or("kraft"),
        need(
            "hold",
            "",
            Kind::Choice(&["ending", "starting", "linear"]),
            "a row's load holds from the row before it, or to the next, or moves on a line",
        )
        .or("ending"),
        need("solution", "", Kind::Choice(&["exact", "difference"]), "exact, or the standard's difference equations")
            .or("exact"),
        need("initial_top_oil_c", "°C", ANY, "at the first row; else the steady state of its load").open(),
        need("initial_hot_spot_c", "°C", ANY, "at the first row; needs initial_top_oil_c").open(),
    ],
    results: &[
        gives("top_oil_c", "°C"),
        gives("hot_spot_c", "°C"),
        gives("aging_rate", ""),
        gives("loss_of_life_h", "h"),
        gives("ambient_flag", ""),
    ],
    solve: one,
}];

/// The constants asked for: the class's, each replaced where one is given.
fn constants(x: &Given) -> Result<Constants, Misfit> {
    let class = Class::named(x.text("class")).ok_or_else(|| Misfit::new("class", "no such class"))?;
    let of = class.constants();
    let or = |name: &str, standard: f64| x.maybe(name).unwrap_or(standard);
    Ok(Constants {
        x: or("x", of.x),
        y: or("y", of.y),
        k11: or("k11", of.k11),
        k21: or("k21", of.k21),
        k22: or("k22", of.k22),
        oil_min: or("tau_oil_min", of.oil_min),
        winding_min: or("tau_winding_min", of.winding_min),
        top_oil_rise_k: or("top_oil_rise_k", of.top_oil_rise_k),
        hot_spot_gradient_k: or("hot_spot_gradient_k", of.hot_spot_gradient_k),
        loss_ratio: or("loss_ratio", of.loss_ratio),
    })
}

/// The state at the start, where one is given: its gradient is split as in the steady state.
fn start(x: &Given, constants: &Constants) -> Result<Option<Heat>, Misfit> {
    match (x.maybe("initial_top_oil_c"), x.maybe("initial_hot_spot_c")) {
        (Some(top_oil_c), hot_spot_c) => {
            let gradient = hot_spot_c.unwrap_or(top_oil_c) - top_oil_c;
            let (fast_k, slow_k) = (constants.k21 * gradient, (constants.k21 - 1.0) * gradient);
            Ok(Some(Heat { top_oil_c, fast_k, slow_k }))
        }
        (None, Some(_)) => Err(Misfit::new("initial_top_oil_c", "missing: initial_hot_spot_c needs it")),
        (None, None) => Ok(None),
    }
}

fn strain(x: &Given) -> Strain {
    Strain { load: x.number("load_pu"), ambient_c: x.number("ambient_c") }
}

fn solved(x: &Given, rows: &[(f64, Strain)]) -> Result<Vec<Reading>, Misfit> {
    let constants = constants(x)?;
    let paper = if x.text("paper") == "upgraded" { Paper::Upgraded } else { Paper::Kraft };
    let hold = match x.text("hold") {
        "starting" => Hold::Starting,
        "linear" => Hold::Linear,
        _ => Hold::Ending,
    };
    let solution = if x.text("solution") == "difference" { Solution::Difference } else { Solution::Exact };
    Ok(through(&constants, paper, rows, start(x, &constants)?, hold, solution))
}

fn answers(reading: &Reading, ambient_c: f64) -> Vec<Answer> {
    let flag = if ambient_c < COLDEST_AMBIENT_C { "below_-25_c" } else { "ok" };
    vec![
        Answer::Number(reading.heat.top_oil_c),
        Answer::Number(reading.heat.hot_spot_c()),
        Answer::Number(reading.aging_rate),
        Answer::Number(reading.life_lost_h),
        Answer::Text(flag.to_owned()),
    ]
}

/// One strain: the steady state, or what it makes of a given start in some minutes.
fn one(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let minutes = x.maybe("minute").unwrap_or(0.0);
    if minutes < 0.0 {
        return Err(Misfit::new("minute", format!("{minutes} is before the start; at least 0")));
    }
    if minutes > LONGEST_STEP_MIN {
        return Err(Misfit::new("minute", format!("{minutes:?} after the start; at most a year, {LONGEST_STEP_MIN}")));
    }
    let readings = solved(x, &[(0.0, strain(x)), (minutes, strain(x))])?;
    readings.last().map(|r| answers(r, x.number("ambient_c"))).ok_or_else(|| Misfit::new("minute", "no time"))
}

/// All rows of a file as one series; an error says in which row.
pub fn series(rows: &[Given]) -> Result<Vec<Vec<Answer>>, (usize, Misfit)> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let mut strains: Vec<(f64, Strain)> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let minute = row.maybe("minute").ok_or_else(|| (at, Misfit::new("minute", "missing: the time of the row")))?;
        if let Some((before, _)) = strains.last().filter(|(before, _)| minute <= *before) {
            let what = format!("time does not go on: {minute} comes after {before}; minutes must rise from row to row");
            return Err((at, Misfit::new("minute", what)));
        }
        if let Some((before, _)) = strains.last().filter(|(before, _)| minute - before > LONGEST_STEP_MIN) {
            let what =
                format!("{:?} minutes after the row before it; at most a year, {LONGEST_STEP_MIN}", minute - before);
            return Err((at, Misfit::new("minute", what)));
        }
        // Constants and choices belong to the transformer; the start belongs to the first row.
        let own = |n: &str| !["minute", "load_pu", "ambient_c", "initial_top_oil_c", "initial_hot_spot_c"].contains(&n);
        let other = first.iter().filter(|(n, _)| own(n)).zip(row.iter().filter(|(n, _)| own(n)));
        if let Some((a, _)) = other.into_iter().find(|(a, b)| a != b) {
            return Err((at, Misfit::new(a.0, "differs from the first row's; one file is one transformer")));
        }
        strains.push((minute, strain(row)));
    }
    let readings = solved(first, &strains).map_err(|misfit| (0, misfit))?;
    Ok(readings.iter().zip(&strains).map(|(r, (_, s))| answers(r, s.ambient_c)).collect())
}
