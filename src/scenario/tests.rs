//! The language as an author meets it, on a small world of gauges.

use super::spec::{
    TableSpec, choice, curve, day, flag, integer, months, number, numbers_by_id, one_of, reference, table, table_spec,
    tables, text,
};
use super::testing::{Shelf, laid, problems, valid};
use super::{Checked, Severity, explain};
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

const SHELF: Shelf = Shelf(&[
    ("top", "title = \"top\"\nextends = [\"left\", \"right\"]\n[reservoir.lower]\nlevel_m = 300"),
    ("left", "title = \"left\"\nextends = \"world\"\n[reservoir.upper]\nrating_mw = 41\nlevel_m = 10"),
    ("right", "title = \"right\"\nextends = \"world\"\n[reservoir.upper]\nrating_mw = 41\nlevel_m = 20"),
    (
        "world",
        "title = \"world\"\n[reservoir.upper]\nrating_mw = 40\nnorm_m3_s = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
         [reservoir.lower]\nrating_mw = 50\n[source.reservoir]\ncite = \"somebody, 2020\"
         [source.\"reservoir.upper\"]\nassumption = \"a guess\"\nfactor_range = [0.5, 2]
         [source.\"reservoir.upper.rating_mw\"]\nassumption = \"another\"\nrange = [30, 60]",
    ),
    ("off", "title = \"off\"\n[reservoir.upper]\nenabled = false"),
    ("settles", "extends = \"top\"\n[reservoir.upper]\nlevel_m = 15"),
    ("round", "extends = \"about\""),
    ("about", "extends = \"round\""),
]);

fn upper(checked: &Checked, key: &str) -> f64 {
    checked.view_of(&ROOT).tables("reservoir").iter().find(|r| r.0 == "upper").map_or(f64::NAN, |r| r.1.number(key))
}

#[test]
fn the_last_file_wins_and_conflicts_are_named() {
    let checked = laid(&ROOT, &SHELF, &[], &[]);
    assert_eq!((upper(&checked, "rating_mw"), upper(&checked, "level_m")), (41.0, 20.0));
    let problems = checked.problems();
    assert_eq!(problems.len(), 1, "equal values are no conflict: {problems}");
    let conflict = problems.iter().next().unwrap();
    assert_eq!((conflict.severity, conflict.key.as_str()), (Severity::Warning, "reservoir.upper.level_m"));
    assert!(conflict.found.contains("left:5") && conflict.spot.file == "right", "{conflict:?}");
    // A file that extends both and says which it is settles it.
    let settled = laid(&ROOT, &SHELF, &["settles"], &[]);
    assert!(settled.problems().is_empty(), "{}", settled.problems());
    assert_eq!(upper(&settled, "level_m"), 15.0);
}

#[test]
fn the_command_line_comes_last_and_is_checked() {
    let checked = laid(
        &ROOT,
        &SHELF,
        &["settles"],
        &[("reservoir.upper.level_m", "7"), ("reservoir.upper.rating_kw", "7"), ("weather", "replayed"), ("a..b", "1")],
    );
    assert_eq!(upper(&checked, "level_m"), 7.0);
    assert_eq!(checked.view_of(&ROOT).choice("weather"), "replayed");
    let told: Vec<String> =
        checked.problems().iter().map(|p| format!("{}:{} {}", p.spot.file, p.spot.line, p.key)).collect();
    assert_eq!(told, ["command line:2 reservoir.upper.rating_kw", "command line:4 a..b"]);
}

#[test]
fn an_overlay_takes_out_without_deleting() {
    let checked = laid(&ROOT, &SHELF, &["off"], &[]);
    let left: Vec<String> = checked.view_of(&ROOT).tables("reservoir").into_iter().map(|r| r.0).collect();
    assert_eq!(left, ["lower"]);
    let settings = [("reservoir.enabled", "false"), ("reservoir.upper.enabled", "true")];
    let checked = laid(&ROOT, &SHELF, &["settles"], &settings);
    assert!(checked.problems().is_empty(), "{}", checked.problems());
    assert_eq!(checked.view_of(&ROOT).tables("reservoir").len(), 1, "all but the one that says otherwise");
}

#[test]
fn a_loop_is_told() {
    let round = Shelf(&SHELF.0[6..]);
    let problems = laid(&ROOT, &round, &[], &[]).problems();
    assert!(problems.to_string().contains("a loop: round → about → round"), "{problems}");
}

#[test]
fn a_number_has_the_source_of_its_own_file() {
    let checked = laid(&ROOT, &SHELF, &["settles"], &[("seed", "3")]);
    let resolved = checked.resolved();
    let source = |key: &str| resolved.value(key).map(|v| (v.origin.as_str(), v.source.as_str())).unwrap();
    assert_eq!(source("reservoir.lower.rating_mw"), ("world:6", "somebody, 2020"));
    assert_eq!(source("reservoir.upper.rating_mw"), ("right:4", ""), "the world does not speak for what `right` set");
    assert_eq!(source("reservoir.upper.norm_m3_s").1, "ASSUMPTION: a guess; range 0.5 to 2 times the value");
    assert_eq!(source("reservoir.lower.in_service"), ("default", ""));
    assert_eq!(source("seed"), ("command line", "command line"));
}

#[test]
fn ranged_assumptions_become_settings() {
    let world = Shelf(&SHELF.0[3..]);
    let checked = laid(&ROOT, &world, &[], &[]);
    let ranged = checked.ranged_assumptions();
    let keys: Vec<&str> = ranged.iter().map(|r| r.key.as_str()).collect();
    assert_eq!(keys, ["reservoir.upper.rating_mw", "reservoir.upper"]);
    assert_eq!(ranged[0].settings(45.5), [("reservoir.upper.rating_mw".to_owned(), "45.5".to_owned())]);
    let halved = ranged[1].settings(0.5);
    assert_eq!(halved[0].0, "reservoir.upper.norm_m3_s");
    assert!(halved[0].1.starts_with("[0.5, 1.0, 1.5, "), "{halved:?}");
    let drawn = laid(&ROOT, &world, &[], &[(&halved[0].0, &halved[0].1)]);
    assert_eq!(drawn.view_of(&ROOT).tables("reservoir")[0].1.months("norm_m3_s")[11], 6.0);
}

#[test]
fn a_resolved_scenario_is_a_scenario_with_the_same_hash() {
    let checked = laid(&ROOT, &SHELF, &["settles"], &[]);
    let resolved = checked.resolved();
    let again = super::testing::checked(&ROOT, &resolved.to_toml());
    assert!(!again.problems().has_errors(), "{}", again.problems());
    // Ranges are part of the hash, but not of the written values.
    let values = |r: &super::Resolved| r.values.iter().map(|v| format!("{} = {}", v.key, v.toml)).collect::<Vec<_>>();
    assert_eq!(values(&again.resolved()), values(&resolved));
    assert_eq!(resolved.hash(), laid(&ROOT, &SHELF, &["settles"], &[]).resolved().hash());
    assert_ne!(resolved.hash(), laid(&ROOT, &SHELF, &["settles"], &[("seed", "2")]).resolved().hash());
}

#[test]
fn explanations_name_value_origin_and_source() {
    let checked = valid(&ROOT, GOOD);
    let text = explain::value(&checked, "reservoir.upper.rating_mw").unwrap();
    assert!(text.starts_with("reservoir.upper.rating_mw = 40.0 [MW]\n  Rated power.\n"), "{text}");
    assert!(text.contains("origin: test.toml:4"), "{text}");
    assert!(explain::value(&checked, "reservoir.upper").unwrap().lines().count() >= 5);
    assert!(explain::value(&checked, "reservoir.uper").is_none());
    assert!(explain::key("window.from").unwrap().contains("First day"));
}

#[test]
fn the_json_schema_names_every_key() {
    let schema = super::json_schema::of(&ROOT);
    let reservoir = &schema["properties"]["reservoir"]["patternProperties"]["^[a-z][a-z0-9_]*$"]["properties"];
    assert_eq!(reservoir["rating_mw"]["maximum"], 10_000.0);
    assert_eq!(reservoir["norm_m3_s"]["minItems"], 12);
    assert_eq!(reservoir["enabled"]["default"], true);
    assert_eq!(schema["required"][0], "format");
}

#[test]
fn what_the_parties_gain_is_what_was_mined_less_what_its_power_cost() {
    use crate::finance::tariff::Class;
    use crate::random::{Member, Seed};
    use crate::record::gains::Yardstick;
    use crate::scenario::Scenario;
    for name in ["classroom/one-barn", "classroom/two-part-tariff"] {
        let region = Scenario::builtin(name).unwrap().build().unwrap();
        let mut state = crate::region::State::start(&region, Seed(1), Member(0));
        let mut gains = crate::record::gains::Gains::default();
        let (mut mined, mut cost) = (0.0, [0.0; 3]);
        for step in 0..region.window.steps() {
            let now = region.window.moment(step);
            let done = crate::step::advance(&region, &mut state, &now).unwrap();
            mined += done.coin.pool_income.0 as f64 / 1e8 * done.market.price_usd;
            for (settled, class) in done.money.operators.iter().zip(region.finance.operators.iter()) {
                for (cost, by) in cost.iter_mut().zip(Yardstick::ALL) {
                    *cost += match class {
                        Class::Home(_) => settled.power.as_usd() + by.of(&done.money.home_mining),
                        _ => (settled.power - settled.power_host).as_usd(),
                    };
                }
            }
            gains.record(&region, &done);
        }
        for (by, cost) in Yardstick::ALL.into_iter().zip(cost) {
            let sum: f64 = gains.by_party(&region, false, by).iter().map(|p| p.1).sum();
            assert!((sum - (mined - cost)).abs() < 1e-6 * mined + 8.0, "{name}: {sum} against {mined} less {cost}");
            assert!(cost > 0.0);
        }
    }
}

#[test]
fn machines_cost_the_world_price_and_what_the_way_to_them_adds() {
    use crate::flows::OrderReason;
    use crate::random::{Member, Seed};
    use crate::scenario::Scenario;
    let scenario = Scenario::builtin("irkutsk").unwrap().set("window.to", "2022-01-02").unwrap();
    let region = scenario.build().unwrap();
    let mut state = crate::region::State::start(&region, Seed(1), Member(0));
    let step = crate::step::advance(&region, &mut state, &region.window.moment(0)).unwrap();
    let bought = step.orders.orders.iter().filter(|o| o.reason == OrderReason::Growth);
    let over: Vec<f64> = bought
        .map(|o| {
            let listing = &region.operators.listings[o.model];
            o.price_usd / region.operators.market.price_usd(listing, step.market.hashprice, step.now.day)
        })
        .collect();
    // White and grey import of 2022: 12 to 22 % over Shenzhen, duty and expected penalties on top.
    assert!(over.len() > 10 && over.iter().all(|x| (1.05..1.6).contains(x)), "{over:?}");
}
