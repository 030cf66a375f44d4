//! The function of channels: what it costs to turn coin into money over routes of limited capacity.

use super::function::{Answer, Function, Given, Kind, Misfit, NOT_NEGATIVE, POSITIVE, gives, need};
use crate::channel::{DAYS_PER_YEAR, Hazard};
use crate::equations::transport::least_cost;
use crate::report::number;

/// The functions.
pub const FUNCTIONS: &[Function] = &[Function {
    name: "channel_cost",
    doc: "Least expected cost of cashing out over routes of limited capacity; a number a route in every list.",
    inputs: &[
        need("fee_share", "", Kind::List, "fees and spreads of each route, of what goes through it"),
        need("capacity_usd", "USD", Kind::List, "most that each route carries; the lists' order is the routes'"),
        need("amount_usd", "USD", POSITIVE, "what is to be cashed out").or("1"),
        need("detection_per_year", "1/year", Kind::List, "detections in a year on each route").open(),
        need("penalty_years", "years", Kind::List, "penalty at a detection, in years of the flow").open(),
        need("closure_per_year", "1/year", Kind::List, "seizures or closures in a year").open(),
        need("loss_years", "years", Kind::List, "loss at a closure, in years of the flow").open(),
        need("delay_days", "d", Kind::List, "days from coin to cash").open(),
        need("enforcement", "", NOT_NEGATIVE, "by how much enforcement multiplies detections and closures").or("1"),
        need("capital_cost_per_year", "1/year", NOT_NEGATIVE, "cost of money that is on its way").or("0.25"),
    ],
    results: &[
        gives("cost_share", ""),
        gives("cost_usd", "USD"),
        gives("next_dollar_share", ""),
        gives("stuck_usd", "USD"),
        gives("route_cost_shares", ""),
        gives("split_usd", "USD"),
    ],
    solve: channel_cost,
}];

fn channel_cost(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let fees = x.list("fee_share");
    let column = |name: &str| -> Result<Vec<f64>, Misfit> {
        let given = x.list(name);
        let wrong = |what: String| Err(Misfit::new(name, what));
        if given.is_empty() && name != "capacity_usd" {
            return Ok(vec![0.0; fees.len()]);
        }
        if given.len() != fees.len() {
            return wrong(format!("{} numbers for {} routes of fee_share", given.len(), fees.len()));
        }
        match given.iter().find(|v| **v < 0.0) {
            Some(v) => wrong(format!("{v} is below zero")),
            None => Ok(given.to_vec()),
        }
    };
    let capacity = column("capacity_usd")?;
    let [detection, penalty, closure, loss, delay] =
        ["detection_per_year", "penalty_years", "closure_per_year", "loss_years", "delay_days"].map(column);
    let (detection, penalty, closure, loss, delay) = (detection?, penalty?, closure?, loss?, delay?);
    let (enforcement, capital) = (x.number("enforcement"), x.number("capital_cost_per_year"));
    let cost: Vec<f64> = (0..fees.len())
        .map(|i| {
            let hazard = Hazard {
                detection_per_year: detection[i],
                penalty_years: penalty[i],
                closure_per_year: closure[i],
                loss_years: loss[i],
                replaced_after_days: 0,
            };
            fees[i] + hazard.penalty(enforcement) + hazard.loss(enforcement) + capital * delay[i] / DAYS_PER_YEAR
        })
        .collect();
    let (amount, rows) = (x.number("amount_usd"), vec![cost.clone()]);
    let plan = least_cost(&rows, &[amount], &capacity);
    let split = plan.amount.first().cloned().unwrap_or_default();
    let stuck = plan.left.first().copied().unwrap_or(0.0);
    let (total, carried) = (plan.cost(&rows), amount - stuck);
    let full = |i: usize| split[i] >= capacity[i] * (1.0 - 1e-12);
    let next = (0..cost.len()).filter(|i| !full(*i)).map(|i| cost[i]).fold(f64::INFINITY, f64::min);
    let none = |why: &str| Answer::Said(why.to_owned());
    let list = |values: &[f64]| Answer::Text(values.iter().map(|v| number::shortest(*v)).collect::<Vec<_>>().join(" "));
    Ok(vec![
        if carried > 0.0 { Answer::Number(total / carried) } else { none("none: no route has room") },
        Answer::Number(total),
        if next.is_finite() { Answer::Number(next) } else { none("none: every route is full") },
        Answer::Number(stuck),
        list(&cost),
        list(&split),
    ])
}
