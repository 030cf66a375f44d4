//! The language as an author meets it, on a small world of gauges.

use super::spec::{
    TableSpec, choice, curve, day, flag, integer, months, number, numbers_by_id, one_of, reference, table, table_spec,
    tables, text,
};
use super::testing::{problems, valid};
use crate::calendar::Day;

const RESERVOIR: TableSpec = table_spec(
    "reservoir",
    "Water behind a dam.",
    &[
        number("rating_mw", "MW", 0.0, 10_000.0, "Rated power."),
        number("level_m", "m", 0.0, 1000.0, "Level at the start.").default(400.0),
        curve("head_m_by_flow", "m³/s", "m", 0.0, 200.0, "Head by flow.").optional(),
        months("norm_m3_s", "m³/s", 0.0, 1e5, "Inflow.").optional(),
        reference("below", "reservoir", "The next one downstream.").optional(),
        table(&table_spec("ice", "Ice.", &[number("thickness_m", "m", 0.0, 3.0, "How thick.")])).optional(),
        flag("in_service", "Whether it runs.").default_flag(true),
    ],
);

const EVENT: TableSpec = table_spec(
    "event",
    "Something that happens.",
    &[
        day("from", "First day."),
        one_of(
            "act",
            &[
                table_spec("close", "Closes one.", &[reference("reservoir", "reservoir", "Which.")]),
                table_spec("share", "Shares.", &[numbers_by_id("to", "reservoir", "", 0.0, 1.0, "How.")]),
            ],
            "What it does.",
        ),
    ],
);

const ROOT: TableSpec = table_spec(
    "",
    "A small world.",
    &[
        text("title", "Its title."),
        choice("weather", &["generated", "replayed"], "Whence.").default_text("generated"),
        integer("seed", 0, 100, "Seed.").default_integer(1),
        tables(&RESERVOIR),
        tables(&EVENT),
    ],
);

const GOOD: &str = r#"
title = "two lakes"
[reservoir.upper]
rating_mw = 40
head_m_by_flow = [[0, 100], [500.0, 98.5]]
norm_m3_s = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
below = "lower"
[reservoir.gone]
enabled = false
rating_mw = 1
[reservoir.lower]
rating_mw = 50.5
ice.thickness_m = 1
[event.x]
from = 2022-07-08
act.share = { to = { lower = 0.25, upper = 0.75 } }
"#;

#[test]
fn a_view_reads_every_kind() {
    let checked = valid(&ROOT, GOOD);
    let all = checked.view_of(&ROOT);
    let lakes = all.tables("reservoir");
    assert_eq!(lakes.iter().map(|l| l.0.as_str()).collect::<Vec<_>>(), ["upper", "lower"]);
    let upper = &lakes[0].1;
    assert_eq!((upper.id(), upper.number("rating_mw"), upper.number("level_m")), ("upper", 40.0, 400.0));
    assert_eq!(upper.curve("head_m_by_flow").at(250.0), 99.25);
    assert_eq!(upper.months("norm_m3_s")[11], 12.0);
    assert_eq!(upper.reference("below"), 1, "positions count enabled entities only");
    assert!(upper.maybe_table("ice").is_none() && upper.flag("in_service"));
    assert_eq!(lakes[1].1.table("ice").number("thickness_m"), 1.0);
    assert_eq!(all.choice("weather"), "generated");
    let event = &all.tables("event")[0].1;
    assert_eq!(event.day("from"), Day::parse("2022-07-08").unwrap());
    let (tag, act) = event.one_of("act").unwrap();
    assert_eq!(tag, "share");
    assert_eq!(act.numbers_by_reference("to"), [(1, 0.25), (0, 0.75)]);
    assert_eq!(act.path(), "event.x.act.share");
}

#[test]
fn builders_add_problems_at_the_key() {
    let checked = valid(&ROOT, GOOD);
    let lakes = checked.view_of(&ROOT).tables("reservoir");
    lakes[0].1.problem("below", "a circle", "a cascade that ends", "");
    let problems = checked.problems();
    let problem = problems.iter().next().unwrap();
    assert_eq!((problem.spot.line, problem.key.as_str()), (7, "reservoir.upper.below"));
    assert!(problems.has_errors());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = r#"
weather = "replaid"
colour = 3
[reservoir.upper]
rating_kw = 40000
level_m = nan
below = "lowr"
[reservoir.lower]
rating_mw = 40000
ice = 2
[event.x]
from = "2022-02-30"
act.close = { reservoir = "upper" }
act.share = { to = { lower = 2 } }
"#;
    let told = problems(&ROOT, text);
    let lines: Vec<String> =
        told.iter().map(|p| format!("{} {} {} | {}", p.spot.line, p.key, p.found, p.hint)).collect();
    let expected = [
        "0 title missing | Its title.",
        "2 weather \"replaid\" | did you mean `replayed`?",
        "3 colour unknown key | keys here: title, weather, seed, reservoir, event",
        "4 reservoir.upper.rating_mw missing | Rated power.",
        "5 reservoir.upper.rating_kw unknown key | give it in MW: rating_mw = 40",
        "6 reservoir.upper.level_m NaN | every number must be finite",
        "7 reservoir.upper.below unknown reservoir \"lowr\" | did you mean `lower`?",
        "9 reservoir.lower.rating_mw out of range: 40000 MW | is this in kW? then write 40",
        "10 reservoir.lower.ice an integer (2) | ",
        "12 event.x.from no such date: 2022-02-30 | ",
        "14 event.x.act.share 2 acts in one: close, share | one table, one act: split it in two",
        "14 event.x.act.share.to.lower out of range: 2 | is this in percent? then write 0.02",
    ];
    assert_eq!(lines, expected, "{told}");
}
