//! `calc`: the equations one at a time, on values from the command line or on the rows of a CSV file.

mod air;
mod arguments;
mod cases;
mod cbeci;
mod channels;
mod function;
mod markets;
mod mining;
mod money;
mod network;
mod transformer;

use super::{Failure, terminal};
use crate::report::number;
use crate::scenario::overlay::nearest;
use arguments::Asked;
use clap::Args;
use function::{Answer, Function, Given, Misfit, Value};
use serde_json::{Map, Value as Json};

/// The function that reads a whole file of months at once.
const NETWORK: &str = "network_hashrate";

/// Calculate one equation: air, turbine, retarget, hashprice, irr and others.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt calc                                                  the functions
  hashwatt calc air --help                                       the inputs and results of one
  hashwatt calc air --t-c -20 --rh 0.65 --p-pa 95500
  hashwatt calc break_even --efficiency-j-per-th 29.5 --tariff-usd-per-kwh 0.03
  hashwatt calc irr --values -100 39 59 55 20 --json
  hashwatt calc air --input cases.csv                            a row in, the same row and its results out
  hashwatt calc transformer --input day.csv --class onaf         minute, load_pu, ambient_c: heat and aging through time

Inputs are named with dashes or underscores alike. --input FILE reads them as columns (`-` is stdin); an input given
beside it holds for all rows.")]
pub struct Calc {
    /// The function, then its inputs as --name value; --input FILE, --json, --help
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FUNCTION [--NAME VALUE]")]
    arguments: Vec<String>,
}

impl Calc {
    /// Calculates.
    pub fn run(self) -> Result<(), Failure> {
        let Some((name, rest)) = self.arguments.split_first() else {
            return terminal::print(&overview());
        };
        if underscored(name) == NETWORK {
            return network::run(rest);
        }
        let function = find(name)?;
        let asked = Asked::read(function, rest).map_err(Failure::Usage)?;
        if asked.help {
            return terminal::print(&help(function));
        }
        if let Some(path) = &asked.input {
            return cases::run(function, &asked, path);
        }
        let told = |wrong: &[Misfit]| {
            let lines: Vec<String> = wrong.iter().map(|m| format!("--{}: {}", dashed(&m.input), m.what)).collect();
            Failure::Usage(format!("calc {}\n  {}", function.name, lines.join("\n  ")))
        };
        let given = function.read(|input| asked.given(input)).map_err(|wrong| told(&wrong))?;
        let answers = function.answer(&given).map_err(|wrong| told(&[wrong]))?;
        if asked.json {
            return terminal::print_json(&json(function, &given, &answers));
        }
        let results = function.results.iter().zip(&answers);
        let lines = results.map(|(r, a)| match a {
            Answer::Said(why) => format!("{} = {why}", r.name),
            a => format!("{} = {} {}", r.name, plain(a), r.unit).trim_end().to_owned(),
        });
        terminal::print(&lines.collect::<Vec<_>>().join("\n"))
    }
}

fn functions() -> impl Iterator<Item = &'static Function> {
    air::FUNCTIONS
        .iter()
        .chain(transformer::FUNCTIONS)
        .chain(mining::FUNCTIONS)
        .chain(markets::FUNCTIONS)
        .chain(cbeci::FUNCTIONS)
        .chain(channels::FUNCTIONS)
        .chain(money::FUNCTIONS)
}

/// The answers to all rows of a file of a function whose rows hang together in time; an error says in which row.
type Series = fn(&[Given]) -> Result<Vec<Vec<Answer>>, (usize, Misfit)>;

/// How a function whose rows hang together takes a file.
fn series_of(function: &Function) -> Option<Series> {
    (function.name == "transformer").then_some(transformer::series as Series)
}

fn find(name: &str) -> Result<&'static Function, Failure> {
    let plain = underscored(name);
    if let Some(function) = functions().find(|f| f.name == plain) {
        return Ok(function);
    }
    let why = if name.starts_with('-') {
        "name the function first, as in `hashwatt calc air --t-c 20 --rh 0.5 --p-pa 95500`".to_owned()
    } else {
        let near =
            nearest(&plain, functions().map(|f| f.name).chain([NETWORK])).map(|n| format!("did you mean `{n}`? "));
        let all: Vec<&str> = functions().map(|f| f.name).chain([NETWORK]).collect();
        format!("no function of that name; {}there are {}", near.unwrap_or_default(), all.join(", "))
    };
    Err(Failure::Usage(format!("calc {name}: {why}")))
}

fn underscored(name: &str) -> String {
    name.trim().to_lowercase().replace('-', "_")
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// An answer that is there, as text that reads back as the same number; nothing for one that is not.
fn plain(answer: &Answer) -> String {
    match answer {
        Answer::Number(x) => number::shortest(*x),
        Answer::Whole(i) => i.to_string(),
        Answer::Text(text) => text.clone(),
        Answer::Said(_) => String::new(),
    }
}

/// Why there is no number, for all results that have none.
fn note(function: &Function, answers: &[Answer]) -> Option<String> {
    let said = function.results.iter().zip(answers).filter_map(|(r, a)| match a {
        Answer::Said(why) => Some(format!("{}: {why}", r.name)),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// Inputs and results side by side; a result that is no number is null, and `note` says why.
fn json(function: &Function, given: &Given, answers: &[Answer]) -> Json {
    let mut out = Map::new();
    for (name, value) in given.iter() {
        let value = match value {
            Value::Number(x) => number::json(*x),
            Value::Whole(i) => Json::from(*i),
            Value::List(list) => list.iter().map(|x| number::json(*x)).collect(),
            Value::Text(text) => Json::from(text.as_str()),
        };
        out.insert((*name).to_owned(), value);
    }
    for (result, answer) in function.results.iter().zip(answers) {
        let value = match answer {
            Answer::Number(x) => number::json(*x),
            Answer::Whole(i) => Json::from(*i),
            Answer::Text(text) => Json::from(text.as_str()),
            Answer::Said(_) => Json::Null,
        };
        out.insert(result.name.to_owned(), value);
    }
    if let Some(note) = note(function, answers) {
        out.insert("note".to_owned(), Json::from(note));
    }
    Json::Object(out)
}

fn overview() -> String {
    let all = functions().map(|f| (f.name, f.doc)).chain([(NETWORK, network::DOC)]);
    let lines: Vec<String> = all.map(|(name, doc)| format!("  {name:<16} {doc}")).collect();
    format!("Functions (`hashwatt calc FUNCTION --help` tells the inputs):\n{}", lines.join("\n"))
}

fn help(function: &Function) -> String {
    let mut out = format!("{}: {}\n\nInputs:\n", function.name, function.doc);
    for input in function.inputs {
        out.push_str(&format!("  --{:<26} {}\n", dashed(input.name), input.about()));
    }
    out.push_str("\nResults:\n");
    for result in function.results {
        out.push_str(&format!("  {:<36} {}\n", result.name, result.unit));
    }
    out.push_str(
        "\n--input FILE.csv reads the inputs as columns and writes the rows back with the results; --json prints JSON.",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_never_reuse_the_name_of_an_input() {
        for f in functions() {
            for r in f.results {
                assert!(f.inputs.iter().all(|i| i.name != r.name), "{}: {}", f.name, r.name);
                assert_ne!(r.name, "note");
            }
        }
    }

    #[test]
    fn a_default_is_a_value_that_may_be_given() {
        for f in functions() {
            let wrong = f.read(|_| None).err().unwrap_or_default();
            assert!(wrong.iter().all(|m| m.what.starts_with("missing")), "{}: {wrong:?}", f.name);
        }
    }
}
