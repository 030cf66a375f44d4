//! The functions of money over time. Money received is positive, money paid negative, as in spreadsheets.

use super::function::{ANY, Answer, Function, Given, Input, Kind, NOT_NEGATIVE, PERCENT, POSITIVE, gives, need};
use crate::equations::cash_flow::{self, Due, Payback, Returns};
use std::ops::Bound;

const ABOVE_LOSS: Kind = Kind::Number(Bound::Excluded(-1.0), Bound::Unbounded);
const RATE: Input = need("rate", "", ABOVE_LOSS, "interest of a period, as a share");
const VALUES: Input = need("values", "", Kind::List, "money of each period, the first one now");
const NPER: Input = need("nper", "", POSITIVE, "number of periods");
const PMT: Input = need("pmt", "", ANY, "payment of each period");
const PV: Input = need("pv", "", ANY, "value now");
const FV: Input = need("fv", "", ANY, "value after the last period").or("0");
const WHEN: Input = need("when", "", Kind::Choice(&["end", "begin"]), "when a period's payment falls").or("end");

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "npv",
        doc: "Net present value of a series; its first value counts in full.",
        inputs: &[RATE, VALUES],
        results: &[gives("npv", "")],
        solve: |x| Ok(vec![Answer::Number(cash_flow::npv(x.number("rate"), x.list("values")))]),
    },
    Function {
        name: "irr",
        doc: "Internal rate of return; none and several are said.",
        inputs: &[VALUES],
        results: &[gives("irr", "")],
        solve: |x| {
            let none = "none: no rate above -1 makes the series worth nothing";
            Ok(vec![returns(cash_flow::irr(x.list("values")), none)])
        },
    },
    Function {
        name: "mirr",
        doc: "Modified internal rate of return: outlays financed at one rate, receipts reinvested at another.",
        inputs: &[
            VALUES,
            need("finance_rate", "", ABOVE_LOSS, "interest paid on outlays, as a share"),
            need("reinvest_rate", "", ABOVE_LOSS, "interest earned on receipts, as a share"),
        ],
        results: &[gives("mirr", "")],
        solve: |x| {
            let rate = cash_flow::mirr(x.list("values"), x.number("finance_rate"), x.number("reinvest_rate"));
            Ok(vec![or_said(rate, "none: the series needs both outlays and receipts")])
        },
    },
    Function {
        name: "pmt",
        doc: "Payment of each period that turns one value into another.",
        inputs: &[RATE, NPER, PV, FV, WHEN],
        results: &[gives("pmt", "")],
        solve: |x| {
            let [rate, nper, pv, fv] = ["rate", "nper", "pv", "fv"].map(|n| x.number(n));
            Ok(vec![Answer::Number(cash_flow::pmt(rate, nper, pv, fv, due(x)))])
        },
    },
    Function {
        name: "fv",
        doc: "Value after the last period.",
        inputs: &[RATE, NPER, PMT, PV, WHEN],
        results: &[gives("fv", "")],
        solve: |x| {
            let [rate, nper, pmt, pv] = ["rate", "nper", "pmt", "pv"].map(|n| x.number(n));
            Ok(vec![Answer::Number(cash_flow::fv(rate, nper, pmt, pv, due(x)))])
        },
    },
    Function {
        name: "pv",
        doc: "Value now.",
        inputs: &[RATE, NPER, PMT, FV, WHEN],
        results: &[gives("pv", "")],
        solve: |x| {
            let [rate, nper, pmt, fv] = ["rate", "nper", "pmt", "fv"].map(|n| x.number(n));
            Ok(vec![Answer::Number(cash_flow::pv(rate, nper, pmt, fv, due(x)))])
        },
    },
    Function {
        name: "nper",
        doc: "Number of periods until payments turn one value into another; \"never\" is said.",
        inputs: &[RATE, PMT, PV, FV, WHEN],
        results: &[gives("nper", "")],
        solve: |x| {
            let [rate, pmt, pv, fv] = ["rate", "pmt", "pv", "fv"].map(|n| x.number(n));
            let periods = cash_flow::nper(rate, pmt, pv, fv, due(x));
            Ok(vec![or_said(periods, "never: these payments do not get there")])
        },
    },
    Function {
        name: "rate",
        doc: "Interest of a period at which an annuity balances; none and several are said.",
        inputs: &[NPER, PMT, PV, FV, WHEN],
        results: &[gives("rate", "")],
        solve: |x| {
            let [nper, pmt, pv, fv] = ["nper", "pmt", "pv", "fv"].map(|n| x.number(n));
            let none = "none: no rate between -0.9999 and 100 balances it";
            Ok(vec![returns(cash_flow::rate(nper, pmt, pv, fv, due(x)), none)])
        },
    },
    Function {
        name: "payback",
        doc: "Days until daily money has brought a cost back; \"never\" is said.",
        inputs: &[
            need("cost_usd", "USD", NOT_NEGATIVE, "cost now"),
            need("daily_usd", "USD", ANY, "money earned on the first day"),
            need(
                "trend_per_month",
                "",
                Kind::Number(Bound::Excluded(-1.0), Bound::Included(1.0)),
                "growth of the daily money in a month, as a share",
            )
            .or("0")
            .slips(PERCENT),
        ],
        results: &[gives("payback_days", "days")],
        solve: |x| {
            let [cost, daily, trend] = ["cost_usd", "daily_usd", "trend_per_month"].map(|n| x.number(n));
            Ok(vec![match cash_flow::payback_on_trend(cost, daily, trend) {
                Payback::Days(days) => Answer::Number(days),
                Payback::Never => Answer::Said("never: all that will be earned is less than the cost".into()),
            }])
        },
    },
];

fn due(x: &Given) -> Due {
    if x.text("when") == "begin" { Due::Begin } else { Due::End }
}

fn or_said(value: Option<f64>, otherwise: &str) -> Answer {
    value.map_or_else(|| Answer::Said(otherwise.to_owned()), Answer::Number)
}

fn returns(rates: Returns, none: &str) -> Answer {
    match rates {
        Returns::None => Answer::Said(none.to_owned()),
        Returns::One(rate) => Answer::Number(rate),
        Returns::Several(rates) => {
            let rates: Vec<String> = rates.iter().map(f64::to_string).collect();
            Answer::Said(format!("several, none of them the return: {}", rates.join(", ")))
        }
    }
}
