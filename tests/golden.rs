//! Every scenario that ships, forty days of it, against the headlines it had when they were last looked at.
//!
//! After a deliberate change of results: `UPDATE_EXPECTED=1 cargo test --release --test golden`, then read the difference.

use hashwatt::calendar::{Day, Window};
use hashwatt::random::{Member, Seed};
use hashwatt::record::recorder::Wanted;
use hashwatt::record::{Record, Value};
use hashwatt::region::Region;
use hashwatt::scenario::{Builtin, Scenario};
use std::fmt::Write as _;
use std::{env, fs};

const EXPECTED: &str = "tests/data/golden.csv";
const DAYS: i32 = 40;

/// The latest day in the window on which one of its own acts comes into force, else the first day of the window.
fn last_act(region: &Region) -> Day {
    let begins = region.policy.events.iter().filter_map(|e| e.trigger.from);
    let inside = begins.filter(|day| *day > region.window.from && day.plus(DAYS) < region.window.until);
    inside.max().map_or(region.window.from, |day| day.plus(-10).max(region.window.from))
}

fn forty_days(name: &str) -> Record {
    let mut region = Scenario::builtin(name).unwrap().build().unwrap_or_else(|p| panic!("{name}:\n{p}"));
    let from = last_act(&region);
    region.window = Window { from, until: from.plus(DAYS).min(region.window.until), ..region.window };
    hashwatt::run(&region, Seed(1), Member(0), Wanted { series: false }, &mut |_, _| true)
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn every_scenario_gives_the_headlines_it_gave() {
    let mut table = String::from("scenario,metric,of,value\n");
    for (name, _) in Builtin::all() {
        let record = forty_days(name);
        for headline in &record.headlines {
            // Gaps and residuals are rounding; it has tests of its own.
            if ["dispatch_gap_max", "balance_residual_max"].contains(&headline.key) {
                continue;
            }
            let mut row = |of: &str, value: f64| writeln!(table, "{name},{},{of},{value:.5e}", headline.key).unwrap();
            match &headline.value {
                Value::Number(Some(x)) => row("total", *x),
                Value::ById(parts) => parts.iter().filter(|p| p.0 == "total").for_each(|(of, x)| row(of, *x)),
                Value::Number(None) | Value::Text(_) => {}
            }
        }
    }
    if env::var_os("UPDATE_EXPECTED").is_some() {
        return fs::write(EXPECTED, table).unwrap();
    }
    let expected = fs::read_to_string(EXPECTED).unwrap();
    let (then, now): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), table.lines().collect());
    let changed: Vec<String> =
        then.iter().zip(&now).filter(|(a, b)| a != b).map(|(a, b)| format!("- {a}\n+ {b}")).take(20).collect();
    assert!(changed.is_empty(), "results changed:\n{}", changed.join("\n"));
    assert_eq!(then.len(), now.len(), "headlines came or went");
}
