//! `calc cbeci`: the world's consumption by the rules of the Cambridge index, on our catalog.

use super::function::{Answer, Function, Given, Kind, Misfit, NOT_NEGATIVE, POSITIVE};
use super::function::{between, gives, need};
use super::network::Month;
use crate::bitcoin::supply::subsidy_on;
use crate::calendar::Day;
use crate::cli::machines;
use crate::equations::cbeci::{break_even_efficiency, estimate};

/// The function.
pub const FUNCTIONS: &[Function] = &[Function {
    name: "cbeci",
    doc: "A year's consumption of the network by the Cambridge index's rules, on hashwatt's catalog.",
    inputs: &[
        need("month", "", Kind::Text, "the month, as 2022-06"),
        need("price_usd", "USD", NOT_NEGATIVE, "mean price of a bitcoin"),
        need("fee_btc_per_block", "BTC", NOT_NEGATIVE, "mean fees of a block").or("0"),
        need("network_hashrate_eh_s", "EH/s", POSITIVE, "mean hashrate of the network"),
        need("electricity_usd_per_kwh", "USD/kWh", between(0.001, 2.0), "one price of power for the world").or("0.05"),
    ],
    results: &[
        gives("cbeci_lower_twh_per_year", "TWh"),
        gives("cbeci_best_guess_twh_per_year", "TWh"),
        gives("cbeci_upper_twh_per_year", "TWh"),
        gives("profitable_models", ""),
    ],
    solve,
}];

fn solve(x: &Given) -> Result<Vec<Answer>, Misfit> {
    let month = Month::parse(x.text("month")).ok_or_else(|| Misfit::new("month", "no month; write 2022-06"))?;
    let catalog = machines::catalog().map_err(|problems| Misfit::new("month", problems.to_string()))?;
    let all: Vec<(Day, f64)> = catalog.iter().map(|m| (m.released, m.efficiency().as_j_per_th())).collect();
    let first = month.first_day();
    let days = first.days_in_month();
    let subsidy = (0..days).map(|d| subsidy_on(first.plus(d as i32))).sum::<f64>() / f64::from(days);
    let network = x.number("network_hashrate_eh_s");
    let hashprice = (subsidy + x.number("fee_btc_per_block")) * x.number("price_usd") * 144.0 / (network * 1e6);
    let limit = break_even_efficiency(hashprice, x.number("electricity_usd_per_kwh"));
    let middle = first.plus(days as i32 / 2);
    let Some(e) = estimate(&all, middle, limit, network) else {
        let none = || Answer::Said(format!("no machine of the catalog pays below {limit:.1} J/TH"));
        return Ok(vec![none(), none(), none(), Answer::Whole(0)]);
    };
    let models = i64::try_from(e.models).unwrap_or(i64::MAX);
    Ok(vec![
        Answer::Number(e.lower_twh),
        Answer::Number(e.best_guess_twh),
        Answer::Number(e.upper_twh),
        Answer::Whole(models),
    ])
}
