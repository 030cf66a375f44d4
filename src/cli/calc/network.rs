//! `calc network_hashrate`: the world's hashrate after an origin, month by month, from prices and fees.
//!
//! **What is known at the origin.** The shipped history of price, fees and hashrate up to June 2022, to which the parameters
//! were fitted, brings the model's machines to the end of that month. Between there and a later origin the state follows the
//! prices and fees of the input alone, unless the input says what the network was (`network_hashrate_eh_s` or
//! `network_hashrate_eh_s_mean`): such months are made to agree as long as they are not after the origin. A hashrate after the
//! origin is never read. Prices and fees after the origin are the condition of the forecast.

use super::cases::{Sheet, text_of};
use super::underscored;
use crate::bitcoin::supply::{Months, Supply, SupplyNow};
use crate::calendar::Day;
use crate::cli::{Failure, terminal};
use crate::report::number;
use crate::scenario::section::{bitcoin, supply};
use crate::scenario::{Problems, Scenario};
use std::path::PathBuf;

/// Last month of the history that the parameters know.
const FITTED_TO: Month = Month(2022 * 12 + 5);
/// Most months that are told at once.
const MOST: usize = 600;

/// What it does, in a line.
pub const DOC: &str = "The world's hashrate after an origin, from prices and fees: the supply model.";

const HELP: &str = "network_hashrate: The world's hashrate after an origin, from prices and fees: the supply model.

Inputs:
  --input FILE.csv     columns month (2022-06), price_usd, fee_btc_per_block; optional: network_hashrate_eh_s, read up to
                       the origin only; `-` is stdin
  --origin MONTH       the last month that is known, 2022-06 or later
  --months N           how many months after it

Results:
  month, network_hashrate_eh_s    mean of each month after the origin, EH/s

The months of the input run from the one after June 2022 (or earlier) to the last one asked, without a gap. Parameters were
fitted to history up to June 2022 alone (docs/supply.md). --json prints JSON.";

/// A calendar month, counted from year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(i32);

impl Month {
    /// Reads `2022-06`; a day of the month may follow.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let (year, month) = (parts.next()?, parts.next()?);
        let whole =
            |t: &str, n: usize| (t.len() == n && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok())?;
        let (year, month): (i32, i32) = (whole(year, 4)?, whole(month, 2)?);
        let day_fits = parts.next().is_none_or(|d| whole(d, 2).is_some_and(|d| (1..=31).contains(&d)));
        ((1..=12).contains(&month) && day_fits).then_some(Self(year * 12 + month - 1))
    }
    fn of(day: Day) -> Self {
        let (year, month, _) = day.ymd();
        Self(year * 12 + month as i32 - 1)
    }
    /// Its first day.
    pub(super) fn first_day(self) -> Day {
        Day::from_ymd(self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1, 1).unwrap_or(Day(0))
    }
}

impl core::fmt::Display for Month {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// A month of the input.
struct Row {
    month: Month,
    price: f64,
    fee: f64,
    observed: Option<f64>,
}

#[derive(Default)]
struct Asked {
    input: Option<PathBuf>,
    origin: Option<Month>,
    months: Option<usize>,
    json: bool,
    help: bool,
}

fn asked(arguments: &[String]) -> Result<Asked, String> {
    let told = |what: String| format!("calc network_hashrate: {what}");
    let mut out = Asked::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let option = argument.strip_prefix("--").or((argument == "-h").then_some("help"));
        let option = option.ok_or_else(|| told(format!("`{argument}` belongs to no input; write --name value")))?;
        let (name, given) = option.split_once('=').map_or((option, None), |(n, v)| (n, Some(v.to_owned())));
        let name = underscored(name);
        if name == "json" || name == "help" {
            if given.is_some() {
                return Err(told(format!("--{name} takes no value")));
            }
            *(if name == "json" { &mut out.json } else { &mut out.help }) = true;
            continue;
        }
        let mut value = || given.clone().or_else(|| rest.next().cloned());
        let missing = || told(format!("--{name} takes one value"));
        match name.as_str() {
            "input" if out.input.is_none() => out.input = Some(value().ok_or_else(missing)?.into()),
            "origin" if out.origin.is_none() => {
                let text = value().ok_or_else(missing)?;
                let month =
                    Month::parse(&text).ok_or_else(|| told(format!("--origin {text}: no month; write 2022-06")))?;
                if month < FITTED_TO {
                    let why = format!(
                        "--origin {month}: the parameters know history to {FITTED_TO}; an origin is that or later"
                    );
                    return Err(told(why));
                }
                out.origin = Some(month);
            }
            "months" if out.months.is_none() => {
                let text = value().ok_or_else(missing)?;
                let fits = text.parse().ok().filter(|n| (1..=MOST).contains(n));
                out.months =
                    Some(fits.ok_or_else(|| told(format!("--months {text}: a whole number from 1 to {MOST}")))?);
            }
            "input" | "origin" | "months" => return Err(told(format!("--{name} is given twice"))),
            _ => return Err(told(format!("no input --{name}; it takes --input, --origin, --months, --json"))),
        }
    }
    Ok(out)
}

/// Answers.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let asked = asked(arguments).map_err(Failure::Usage)?;
    if asked.help {
        return terminal::print(HELP);
    }
    let (Some(path), Some(origin), Some(months)) = (&asked.input, asked.origin, asked.months) else {
        let why = "calc network_hashrate needs --input FILE.csv --origin 2022-06 --months N (--help tells more)";
        return Err(Failure::Usage(why.to_owned()));
    };
    let shown = path.display().to_string();
    let rows = rows(&shown, &Sheet::read(&shown, &text_of(path)?)?, origin)?;
    let told = forecast(&shown, &rows, origin, months)?;
    if asked.json {
        let list = told.iter().map(|(month, eh_s)| {
            serde_json::json!({ "month": month.to_string(), "network_hashrate_eh_s": number::json(*eh_s) })
        });
        return terminal::print_json(&serde_json::Value::Array(list.collect()));
    }
    let lines = told.iter().map(|(month, eh_s)| format!("{month},{}", number::shortest(*eh_s)));
    let lines: Vec<String> = std::iter::once("month,network_hashrate_eh_s".to_owned()).chain(lines).collect();
    terminal::print(&lines.join("\n"))
}

/// The rows in order of their months; every wrong cell is told.
fn rows(shown: &str, sheet: &Sheet, origin: Month) -> Result<Vec<Row>, Failure> {
    let mut wrong = Vec::new();
    let mut at = |name: &str| {
        let found = sheet.column(name);
        if found.is_none() {
            wrong.push(format!("{shown}: no column `{name}`; there must be month, price_usd, fee_btc_per_block"));
        }
        found.unwrap_or(usize::MAX)
    };
    let (month, price, fee) = (at("month"), at("price_usd"), at("fee_btc_per_block"));
    let observed = ["network_hashrate_eh_s", "network_hashrate_eh_s_mean"].iter().find_map(|n| sheet.column(n));
    if !wrong.is_empty() {
        return Err(Failure::InvalidInput(wrong.join("\n")));
    }
    let mut out: Vec<Row> = Vec::new();
    for row in &sheet.rows {
        let cell = |i: usize| row.cells.get(i).map_or("", |c| c.trim());
        let mut tell = |at: usize, what: String| {
            wrong.push(format!("{shown}: line {}, column {}: {what}", row.line, at + 1));
        };
        let Some(of) = Month::parse(cell(month)) else {
            tell(month, format!("`{}` is no month; write 2022-06", cell(month)));
            continue;
        };
        if out.iter().any(|r| r.month == of) {
            tell(month, format!("{of} is there twice"));
        }
        let mut number = |at: usize, name: &str, least: f64| {
            let value = cell(at).parse::<f64>().ok().filter(|x| x.is_finite() && *x >= least && *x < 1e12);
            if value.is_none() {
                tell(at, format!("{name} = `{}`: a number of at least {least}", cell(at)));
            }
            value.unwrap_or(1.0)
        };
        let (price, fee) = (number(price, "price_usd", 0.01), number(fee, "fee_btc_per_block", 0.0));
        // A hashrate after the origin is not even parsed.
        let known = observed.filter(|at| of <= origin && !cell(*at).is_empty());
        let observed = known.map(|at| number(at, "network_hashrate_eh_s", 1e-9));
        out.push(Row { month: of, price, fee, observed });
    }
    if !wrong.is_empty() {
        wrong.truncate(20);
        return Err(Failure::InvalidInput(wrong.join("\n")));
    }
    out.sort_by_key(|r| r.month);
    Ok(out)
}

/// The supply side and the history that it was fitted to.
fn fitted() -> Result<(Supply, Day, [Vec<f64>; 3]), Problems> {
    let scenario = Scenario::builtin("irkutsk/world/coin")?;
    let checked = scenario.with("irkutsk/world/supply")?.with("irkutsk/world/machines")?.check();
    let all = checked.view();
    let market = all.table("market");
    let given = supply::build(&all).ok_or_else(|| checked.problems())?;
    let lists = ["price_usd", "fee_share", "network_hashrate_eh_s"].map(|key| market.numbers(key));
    Ok((given, market.day("first_month"), lists))
}

fn forecast(shown: &str, rows: &[Row], origin: Month, months: usize) -> Result<Vec<(Month, f64)>, Failure> {
    let (given, first_day, [mut price, mut share, mut network]) = fitted()?;
    let first = Month::of(first_day);
    let last = Month(origin.0 + months as i32);
    let known = (FITTED_TO.0 - first.0 + 1).max(0) as usize;
    for list in [&mut price, &mut share, &mut network] {
        list.truncate(known);
    }
    let history = bitcoin::fee_months(first_day, &price, &share);
    let history = history.ok_or_else(|| Failure::InvalidInput("the shipped history is empty".to_owned()))?;
    let mut now = given.at_start(&history, 0, network.first().copied().unwrap_or(1.0));
    for observed in &network {
        given.known_month(&mut now, &history, *observed);
    }
    // From here on the input; its own months before July 2022 only shape the curve of June.
    let lacking: Vec<String> = (FITTED_TO.0 + 1..=last.0)
        .map(Month)
        .filter(|m| !rows.iter().any(|r| r.month == *m))
        .map(|m| m.to_string())
        .collect();
    if !lacking.is_empty() {
        let some = lacking.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        let more = if lacking.len() > 6 { format!(" and {} more", lacking.len() - 6) } else { String::new() };
        let why = format!(
            "{shown}: no row for {some}{more}; the model runs from {FITTED_TO}, so every month after it up to {last} is needed"
        );
        return Err(Failure::InvalidInput(why));
    }
    let used: Vec<&Row> = rows.iter().filter(|r| r.month > FITTED_TO && r.month <= last).collect();
    let column = |of: fn(&Row) -> f64| used.iter().map(|r| of(r)).collect::<Vec<f64>>();
    let start = Month(FITTED_TO.0 + 1).first_day();
    let ahead = Months::new(start, &column(|r| r.price), &column(|r| r.fee));
    let ahead = ahead.ok_or_else(|| Failure::InvalidInput(format!("{shown}: no months after {FITTED_TO}")))?;
    // A hashrate given for the last month of the fit says what the network was there.
    let mut told = Vec::with_capacity(months);
    for row in &used {
        let mean = run_month(&given, &mut now, &ahead, row, origin);
        if row.month > origin {
            told.push((row.month, mean));
        }
    }
    Ok(told)
}

fn run_month(given: &Supply, now: &mut SupplyNow, ahead: &Months, row: &Row, origin: Month) -> f64 {
    let mean = given.month(now, ahead);
    if let Some(observed) = row.observed.filter(|_| row.month <= origin) {
        now.agree(given, observed / mean);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months() -> Vec<Row> {
        (0..45).map(|i| Row { month: Month(FITTED_TO.0 + 1 + i), price: 25_000.0, fee: 0.1, observed: None }).collect()
    }

    #[test]
    fn months_are_read_and_written() {
        assert_eq!(Month::parse("2022-06"), Some(FITTED_TO));
        assert_eq!(Month::parse("2022-06-15"), Some(FITTED_TO));
        assert_eq!(FITTED_TO.to_string(), "2022-06");
        for wrong in ["2022-13", "2022", "22-06", "2022-6", "", "2022-06-99", "+022-06"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_fit_begins_where_history_ended_and_a_later_origin_continues_its_path() {
        let rows = months();
        let all = forecast("x", &rows, FITTED_TO, 45).unwrap();
        assert_eq!((all.len(), all[0].0.to_string(), all[44].0.to_string()), (45, "2022-07".into(), "2026-03".into()));
        // June 2022 had a mean of 213.6 EH/s; a month moves the network by less than a fifth.
        assert!((all[0].1 / 213.6 - 1.0).abs() < 0.2, "{}", all[0].1);
        let later = forecast("x", &rows, Month(FITTED_TO.0 + 12), 12).unwrap();
        assert_eq!(later.as_slice(), &all[12..24]);
    }

    #[test]
    fn a_known_month_sets_the_level_and_what_comes_after_the_origin_is_never_read() {
        let mut rows = months();
        let (origin, at) = (Month(FITTED_TO.0 + 6), 5);
        let free = forecast("x", &rows, origin, 6).unwrap();
        rows[at].observed = Some(500.0);
        let set = forecast("x", &rows, origin, 6).unwrap();
        assert!((set[0].1 / 500.0 - 1.0).abs() < 0.2 && set[0].1 > 1.2 * free[0].1, "{} {}", set[0].1, free[0].1);
        rows[at].observed = None;
        rows[at + 1].observed = Some(500.0);
        assert_eq!(forecast("x", &rows, origin, 6).unwrap(), free);
    }

    #[test]
    fn a_gap_is_told() {
        let mut rows = months();
        rows.remove(3);
        let Err(Failure::InvalidInput(why)) = forecast("x", &rows, FITTED_TO, 12) else { panic!() };
        assert!(why.contains("2022-10"), "{why}");
    }
}
