//! The answers of the classroom: every lesson has a question, a hint and an answer, and the answer is what the program says.

use hashwatt::equations::break_even::break_even_tariff;
use hashwatt::scenario::{Builtin, Scenario};
use hashwatt::units::{Efficiency, Hashprice};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Runs a lesson into a folder of its own and gives the folder's tables.
struct Lesson {
    folder: tempfile::TempDir,
    summary: Value,
}

impl Lesson {
    fn run(name: &str, set: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hashwatt"));
        command.args(["run", name, "--json", "--quiet", "-o"]).arg(&out);
        for s in set {
            command.args(["--set", s]);
        }
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Self { folder, summary: serde_json::from_slice(&done.stdout).unwrap() }
    }
    fn headline(&self, key: &str) -> f64 {
        let value = &self.summary[key];
        value.as_f64().or_else(|| value["total"].as_f64()).unwrap_or_else(|| panic!("{key}: {value}"))
    }
    /// A column of a table, by row.
    fn column(&self, table: &str, name: &str) -> Vec<f64> {
        let text = std::fs::read_to_string(Path::new(self.folder.path()).join("run").join(table)).unwrap();
        let mut lines = text.lines().filter(|l| !l.starts_with('#'));
        let at = lines.next().unwrap().split(',').position(|c| c == name).unwrap();
        lines.map(|l| l.split(',').nth(at).unwrap().parse().unwrap()).collect()
    }
}

fn between(x: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&x), "{x} is not between {low} and {high}");
}

#[test]
fn every_lesson_asks_hints_and_answers() {
    let lessons: Vec<&str> =
        Builtin::all().map(|(name, _)| name).filter(|name| name.starts_with("classroom/")).collect();
    assert!(lessons.len() >= 6, "{lessons:?}");
    for name in lessons {
        let resolved = Scenario::builtin(name).unwrap().check().resolved().to_toml();
        let text = Builtin::find(name).unwrap().1;
        for key in ["question", "hint", "answer_key"] {
            assert!(text.contains(&format!("{key} = ")), "{name} has no {key} of its own");
        }
        assert!(!resolved.is_empty());
    }
}

#[test]
fn overhead_works_as_a_dearer_tariff_does() {
    let stop = |pue: f64| {
        break_even_tariff(Efficiency::j_per_th(98.0), Hashprice::usd_per_ph_day(100.0), pue, 0.0).as_usd_per_kwh()
    };
    between(stop(1.03), 0.0412, 0.0413);
    between(stop(1.25), 0.0340, 0.0341);
    let (air, immersion) =
        (Lesson::run("classroom/pue", &[]), Lesson::run("classroom/pue", &["site.barn.cooling=immersion"]));
    between(air.headline("pue_mean"), 1.02, 1.035);
    between(immersion.headline("pue_mean"), 1.035, 1.05);
    between(immersion.headline("mining_profit_usd") / air.headline("mining_profit_usd"), 0.87, 0.93);
}

#[test]
fn the_network_turns_income_into_hashrate() {
    let (cheap, dear) = (
        Lesson::run("classroom/difficulty", &[]),
        Lesson::run("classroom/difficulty", &["market.fixed_price_usd=40000"]),
    );
    let ratio = |table: &str, at: fn(Vec<f64>) -> f64| {
        let income = |l: &Lesson| at(l.column(table, "hashprice_usd_per_ph_day"));
        income(&dear) / income(&cheap)
    };
    between(ratio("daily.csv", |v| v[0]), 1.999, 2.001);
    between(ratio("monthly.csv", |v| v[5]), 1.70, 1.85);
    let december = |l: &Lesson| l.column("monthly.csv", "difficulty")[5];
    between(december(&dear) / december(&cheap), 1.08, 1.18);
}

#[test]
fn the_halving_stops_the_old_machines() {
    let lesson = Lesson::run("classroom/halving", &[]);
    let (income, load) =
        (lesson.column("daily.csv", "hashprice_usd_per_ph_day"), lesson.column("daily.csv", "mining_mw"));
    let difficulty = lesson.column("daily.csv", "difficulty");
    between(income[15] / income[11], 0.50, 0.56);
    between(load[10] * 1000.0, 50.0, 54.0);
    between(load[15] * 1000.0, 35.0, 39.0);
    between(difficulty[30] / difficulty[11], 0.90, 0.96);
}

#[test]
fn a_ban_frees_what_it_knows() {
    let free = Lesson::run("classroom/leaky-ban", &["event.ban.enabled=false"]);
    let banned = Lesson::run("classroom/leaky-ban", &[]);
    between(banned.headline("mining_gwh") / free.headline("mining_gwh"), 0.68, 0.74);
    let load = |l: &Lesson, day: usize| l.column("daily.csv", "mining_mw")[day];
    between(load(&banned, 20) / load(&free, 20), 0.42, 0.46);
    between(load(&banned, 5) / load(&free, 5), 0.999, 1.001);
}

#[test]
fn the_marginal_price_decides_who_runs_and_the_whole_price_what_is_left() {
    let lesson =
        |share: &str| Lesson::run("classroom/two-part-tariff", &[&format!("tariff.business_standing_share={share}")]);
    let (two, one) = (lesson("0.4"), lesson("0"));
    between(one.headline("mining_gwh") * 1000.0, 27.5, 28.2);
    between(two.headline("mining_gwh") * 1000.0, 37.5, 38.2);
    let profit = |l: &Lesson| l.headline("mining_profit_usd");
    between(profit(&one), 2_000.0, 2_070.0);
    between(profit(&two), 1_740.0, 1_820.0);
    // The law behind it: the larger the standing part, the more is mined and the less is earned.
    let half = lesson("0.2");
    assert!(one.headline("mining_gwh") < half.headline("mining_gwh"));
    assert!(half.headline("mining_gwh") < two.headline("mining_gwh"));
    assert!(profit(&two) < profit(&half) && profit(&half) < profit(&one));
    let new_alone = Lesson::run(
        "classroom/two-part-tariff",
        &["tariff.business_standing_share=0.4", "site.barn.machines.antminer_s9_13_5=0"],
    );
    between(profit(&new_alone), 1_980.0, 2_040.0);
}
