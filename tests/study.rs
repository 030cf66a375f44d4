//! Studies: threads change no bit, members stand alone, a null overlay changes nothing, signs are right.

use hashwatt::random::{Member, Seed};
use hashwatt::scenario::{Arm, Scenario};
use hashwatt::study::{Plan, Results, World, differences, ensemble, metrics};

fn arm(name: &str, until: &str) -> Arm {
    let scenario = Scenario::builtin(name).and_then(|s| s.set("window.to", until));
    Arm::new(scenario.unwrap()).unwrap_or_else(|p| panic!("{name}:\n{}", p.render(false))).0
}

fn plan(members: u32, threads: usize) -> Plan {
    Plan { seed: Seed(1), members, fixed_assumptions: false, threads }
}

fn run(arms: &[&Arm], plan: Plan) -> Results {
    let worlds: Vec<&dyn World> = arms.iter().map(|a| *a as &dyn World).collect();
    ensemble::run(&worlds, plan, &|| {})
}

/// Every bit of every column.
fn bits(results: &Results) -> Vec<(String, u64)> {
    let columns = results.arms.iter().flat_map(|a| &a.columns);
    columns
        .flat_map(|c| {
            c.values.get().iter().map(|v| (format!("{}.{}", c.metric, c.of()), v.to_bits())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn threads_change_no_bit_and_a_member_stands_alone() {
    let world = arm("irkutsk", "2022-01-03");
    let (one, two) = (run(&[&world], plan(3, 1)), run(&[&world], plan(3, 2)));
    assert_eq!(one.losses, []);
    assert_eq!(bits(&one), bits(&two));
    let alone = ensemble::one(&world, plan(3, 1), Member(2)).unwrap();
    for (metric, part, value) in metrics::numbers(&alone.headlines) {
        let column = one.arms[0].columns.iter().find(|c| c.metric == metric && c.part.as_deref() == part).unwrap();
        assert_eq!(column.value(2).to_bits(), value.to_bits(), "{metric}");
    }
    let demand = one.arms[0].columns.iter().find(|c| c.metric == "demand_gwh").unwrap();
    assert!(demand.value(0) != demand.value(1) && demand.value(1) != demand.value(2), "futures differ");
}

#[test]
fn assumptions_are_drawn_the_same_for_every_arm_or_held() {
    let (base, with) = (arm("irkutsk/no-sanctions", "2022-01-02"), arm("irkutsk/fsa-2022", "2022-01-02"));
    for (at, range) in base.ranges().iter().enumerate() {
        let other = with.ranges().iter().position(|r| r.key == range.key).unwrap();
        let drawn = |a: &Arm, i: usize| a.draw(Seed(1), Member(5))[i];
        assert!((drawn(&base, at) - drawn(&with, other)).abs() <= 1e-12 * drawn(&base, at).abs(), "{}", range.key);
    }
    let refused: Vec<String> = (0..8).filter_map(|m| base.region(Some(&base.draw(Seed(1), Member(m)))).err()).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let held = Plan { fixed_assumptions: true, ..plan(1, 1) };
    let record = ensemble::one(&base, held, Member(0)).unwrap();
    let plain = hashwatt::run(
        base.plain(),
        Seed(1),
        Member(0),
        hashwatt::record::recorder::Wanted { series: false },
        &mut |_, _| true,
    );
    assert_eq!(record, plain.unwrap());
}

#[test]
fn a_null_overlay_differs_by_exactly_nothing() {
    let world = arm("irkutsk/no-sanctions", "2022-01-02");
    let results = run(&[&world, &world], plan(3, 2));
    let all = differences(&results, &[]);
    assert!(all.len() > 50, "{} differences", all.len());
    for d in all {
        let spread = [d.diff.mean, d.diff.p05, d.diff.p50, d.diff.p95, d.share_up, d.share_down];
        assert!(spread.iter().all(|x| *x == 0.0) && d.diff.std_err == Some(0.0), "{}.{}", d.metric, d.of);
    }
}

#[test]
fn without_mining_nothing_is_mined_and_the_load_falls_in_every_member() {
    let (with, without) = (arm("irkutsk/no-sanctions", "2022-01-04"), arm("irkutsk/no-mining", "2022-01-04"));
    let results = run(&[&with, &without], plan(3, 2));
    assert_eq!(results.losses, []);
    let all = differences(&results, &[]);
    let total = |metric: &str| all.iter().find(|d| d.metric == metric && d.of == "total").unwrap();
    for metric in ["mining_gwh", "total_load_gwh", "hashrate_mean_eh_s"] {
        assert_eq!(total(metric).share_down, 1.0, "{metric}");
    }
    assert_eq!(total("mining_gwh").with_measure, 0.0);
    // Homes and plants do not know of mining, but homes behind a transformer that miners tripped use nothing.
    let more = total("demand_gwh");
    assert!(more.diff.mean >= 0.0 && more.diff.mean < 1e-3 * more.baseline, "{} GWh", more.diff.mean);
}

#[cfg(feature = "cli")]
mod program {
    use assert_cmd::Command;
    use std::path::Path;

    const FILES: [&str; 5] = ["members.parquet", "members.meta.json", "summary.csv", "summary.json", "manifest.json"];

    const TWELFTHS: [&str; 12] =
        ["1/12", "2/12", "3/12", "4/12", "5/12", "6/12", "7/12", "8/12", "9/12", "10/12", "11/12", "12/12"];

    fn barn(more: &[&str], folder: &Path) -> assert_cmd::assert::Assert {
        let barn = ["ensemble", "classroom/one-barn", "--to", "2022-07-02", "--members", "9", "--fans", "mining_mw"];
        hashwatt(&[&barn[..], more].concat(), folder)
    }

    #[test]
    fn any_number_of_shards_in_any_order_gives_the_same_bytes() {
        let home = tempfile::tempdir().unwrap();
        barn(&["-o", "whole"], home.path()).success();
        for (folder, shards) in [
            ("two", vec!["2/2", "1/2"]),
            // More of them than members: some have none.
            ("twelve", (1..=12).map(|i| TWELFTHS[i - 1]).collect()),
            ("seven", (1..=7).rev().map(|i| ["1/7", "2/7", "3/7", "4/7", "5/7", "6/7", "7/7"][i - 1]).collect()),
        ] {
            for shard in shards {
                barn(&["-o", folder, "--shard", shard, "--threads", "1"], home.path()).success();
            }
            hashwatt(&["report", folder], home.path()).success();
            for file in FILES.iter().chain(&["fans.parquet"]) {
                let [one, other] = ["whole", folder].map(|f| std::fs::read(home.path().join(f).join(file)).unwrap());
                assert!(one == other && !one.is_empty(), "{folder}: {file}");
            }
        }
    }

    #[test]
    fn shards_that_are_cut_changed_missing_or_of_another_study_are_refused_by_name() {
        let home = tempfile::tempdir().unwrap();
        let refused = |says: &[&str]| {
            let ran = hashwatt(&["report", "s"], home.path()).code(3);
            let told = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
            assert!(says.iter().all(|s| told.contains(s)), "{says:?} in {told}");
        };
        barn(&["-o", "s", "--shard", "1/2"], home.path()).success();
        refused(&["no shard has the members 4 to 8"]);
        barn(&["-o", "s", "--shard", "2/2"], home.path()).success();
        let shards = home.path().join("s/shards");
        let runs = shards.join("0002-of-0002.parquet");
        let whole = std::fs::read(&runs).unwrap();
        std::fs::write(&runs, &whole[..whole.len() / 2]).unwrap();
        refused(&["0002-of-0002", "cut or changed"]);
        std::fs::write(&runs, &whole).unwrap();
        let json = shards.join("0001-of-0002.json");
        let text = std::fs::read_to_string(&json).unwrap();
        for (from, to, says) in [
            ("\"seed\": 1", "\"seed\": 2", "another seed"),
            ("\"version\": \"", "\"version\": \"9", "another version"),
            ("\"scenario\": \"classroom", "\"scenario\": \"school", "another scenario"),
            ("\"first_member\": 0", "\"first_member\": 7", "no range"),
            ("{", "", "no JSON"),
        ] {
            assert!(text.contains(from), "{from}");
            std::fs::write(&json, text.replacen(from, to, 1)).unwrap();
            refused(&["0001-of-0002", says]);
        }
        std::fs::write(&json, text).unwrap();
        // Another cut is refused before anything is simulated; one that got there all the same is told.
        barn(&["-o", "s", "--shard", "2/3"], home.path()).code(3);
        barn(&["-o", "s"], home.path()).code(3);
        barn(&["-o", "t", "--shard", "2/3"], home.path()).success();
        for file in ["0002-of-0003.json", "0002-of-0003.parquet", "0002-of-0003.fans"] {
            std::fs::copy(home.path().join("t/shards").join(file), shards.join(file)).unwrap();
        }
        refused(&["another shard too"]);
        for file in ["0002-of-0003.json", "0002-of-0003.parquet", "0002-of-0003.fans"] {
            std::fs::remove_file(shards.join(file)).unwrap();
        }
        // The same command makes anew what was changed.
        std::fs::write(&runs, &whole[..whole.len() / 2]).unwrap();
        barn(&["-o", "s", "--shard", "2/2"], home.path()).success();
        assert!(std::fs::read(&runs).unwrap() == whole);
        hashwatt(&["report", "s"], home.path()).success();
    }

    #[test]
    fn what_was_interrupted_goes_on_and_leaves_the_same_bytes() {
        let home = tempfile::tempdir().unwrap();
        barn(&["-o", "whole"], home.path()).success();
        let mut killed = std::process::Command::new(assert_cmd::cargo::cargo_bin("hashwatt"))
            .args([
                "ensemble",
                "classroom/one-barn",
                "--to",
                "2022-07-02",
                "--members",
                "9",
                "--fans",
                "mining_mw",
                "-o",
                "k",
            ])
            .args(["--threads", "1", "--quiet"])
            .current_dir(home.path())
            .spawn()
            .unwrap();
        let journal = home.path().join("k/shards/.0001-of-0001.journal");
        let is_begun = || std::fs::metadata(&journal).is_ok_and(|m| m.len() > 10_000);
        while !is_begun() && killed.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let _ = killed.kill();
        killed.wait().unwrap();
        barn(&["-o", "k"], home.path()).success();
        for file in FILES {
            let [one, other] = ["whole", "k"].map(|f| std::fs::read(home.path().join(f).join(file)).unwrap());
            assert!(one == other, "{file}");
        }
    }

    #[test]
    fn a_row_turns_back_into_a_scenario_with_the_same_result() {
        let home = tempfile::tempdir().unwrap();
        let ran = barn(&["--row", "4"], home.path()).success();
        std::fs::write(home.path().join("four.toml"), &ran.get_output().stdout).unwrap();
        let ran = hashwatt(
            &["ensemble", "four.toml", "--members", "5", "--fixed-assumptions", "--json", "--quiet"],
            home.path(),
        );
        let folder = home.path().join("output");
        ran.success();
        let found = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        barn(&["-o", "whole"], home.path()).success();
        let read = |path: &Path| hashwatt::report::columnar::read_members(std::fs::read(path).unwrap()).unwrap();
        let (one, all) = (read(&found.join("members.parquet")), read(&home.path().join("whole/members.parquet")));
        let value = |table: &[(String, Vec<f64>)], key: &str| table.iter().find(|c| c.0 == key).unwrap().1[4];
        for key in ["mining_gwh", "total_load_gwh"] {
            assert_eq!(value(&one, key).to_bits(), value(&all, key).to_bits(), "{key}");
        }
    }

    #[test]
    fn a_package_is_attributed_and_an_arm_that_cannot_differ_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let window = ["--from", "2022-07-07", "--to", "2022-07-09", "--members", "2", "--fixed-assumptions"];
        let base = ["compare", "irkutsk/no-sanctions", "irkutsk"];
        hashwatt(&[&base[..], &window, &["--attribute", "-o", "a"]].concat(), home.path()).success();
        let csv = std::fs::read_to_string(home.path().join("a/attribution.csv")).unwrap();
        assert!(
            csv.starts_with("arm,metric,of,unit,measure,effect,std_err\nirkutsk,hours,total,h,irkutsk/ofac-2022,0,0\n"),
            "{csv}"
        );
        let early = ["compare", "irkutsk/no-sanctions", "irkutsk/fsa-2022", "--to", "2022-01-03"];
        let ran = hashwatt(&early, home.path()).code(3);
        assert!(String::from_utf8_lossy(&ran.get_output().stderr).contains("event.fsa_cutoff"));
    }

    #[test]
    fn assumptions_are_varied_and_keys_are_swept() {
        let home = tempfile::tempdir().unwrap();
        let to = ["--to", "2022-07-02", "--quiet"];
        let vary = |more: &[&str], folder: &str| {
            let head = ["sensitivity", "classroom/one-barn", "-o", folder];
            hashwatt(&[&head[..], &to, more].concat(), home.path())
        };
        vary(&[], "t").success();
        let csv = std::fs::read_to_string(home.path().join("t/sensitivity.csv")).unwrap();
        assert!(
            csv.starts_with("key,metric,of,unit,low,high,at_base,at_low,at_high\n") && csv.lines().count() > 20,
            "{csv}"
        );
        let first = csv.lines().find(|row| row.contains(",mining_gwh,total,"));
        let first = first.and_then(|row| row.split(',').next()).unwrap();
        let explain = ["explain", "classroom/one-barn", "--assumptions", "--by", "t", "--metric"];
        let told = hashwatt(&[&explain[..], &["mining_gwh"]].concat(), home.path()).success();
        let told = String::from_utf8_lossy(&told.get_output().stdout).into_owned();
        assert!(told.lines().next().unwrap().contains("by influence on mining_gwh"), "{told}");
        assert!(told.lines().nth(1).unwrap().starts_with(&format!("{first} = ")), "{first}: {told}");
        hashwatt(&[&explain[..], &["nothing"]].concat(), home.path()).code(3);
        vary(&["--morris", "3"], "m").success();
        vary(&["--sobol", "8", "--threads", "1"], "s").success();
        vary(&["--sobol", "8", "--threads", "2"], "s2").success();
        for file in ["sobol.csv", "members.parquet", "manifest.json"] {
            let [one, two] = ["s", "s2"].map(|f| std::fs::read(home.path().join(f).join(file)).unwrap());
            assert!(one == two, "{file}");
        }
        vary(&["--only", "nothing."], "n").code(3);
        let sweep = [
            "sweep",
            "classroom/one-barn",
            "--vary",
            "tariff.home_usd_per_kwh=0.01:0.2:4",
            "--members",
            "1",
            "-o",
            "w",
        ];
        hashwatt(&[&sweep[..], &to].concat(), home.path()).success();
        let csv = std::fs::read_to_string(home.path().join("w/sweep.csv")).unwrap();
        assert!(csv.starts_with("tariff.home_usd_per_kwh,metric,of,unit,mean,std_err,p05,p50,p95,members\n"), "{csv}");
        assert!(home.path().join("w/boundary.csv").is_file());
    }

    #[test]
    fn a_study_is_repeated_to_the_byte_and_a_changed_file_or_card_is_named() {
        let home = tempfile::tempdir().unwrap();
        let text = "format = 1\nextends = \"classroom/one-barn\"\n";
        std::fs::write(home.path().join("mine.toml"), text).unwrap();
        let study = ["ensemble", "mine.toml", "--to", "2022-07-02", "--members", "2", "-o", "e"];
        hashwatt(&study, home.path()).success();
        // Whoever has the folder needs nothing else.
        std::fs::remove_file(home.path().join("mine.toml")).unwrap();
        hashwatt(&["verify", "e"], home.path()).success();
        hashwatt(&["claim", "e", "mining_gwh"], home.path()).success();
        let card = home.path().join("e/claims/mining_gwh.json");
        hashwatt(&["verify", "e/claims/mining_gwh.json"], home.path()).success();
        let ran = hashwatt(&["claim", "e", "minin_gwh"], home.path()).code(3);
        assert!(String::from_utf8_lossy(&ran.get_output().stderr).contains("did you mean `mining_gwh`?"));
        for ending in ["txt", "svg", "png"] {
            assert!(card.with_extension(ending).is_file());
        }
        let sentence = std::fs::read_to_string(card.with_extension("txt")).unwrap();
        assert!(sentence.contains("Modeled, not measured") && sentence.contains("2 simulated futures"), "{sentence}");
        let text = std::fs::read_to_string(&card).unwrap();
        std::fs::write(&card, text.replacen("\"value\": ", "\"value\": 1", 1)).unwrap();
        let ran = hashwatt(&["verify", "e/claims/mining_gwh.json"], home.path()).code(7);
        assert!(String::from_utf8_lossy(&ran.get_output().stderr).contains("value:"));
        std::fs::write(home.path().join("e/summary.csv"), "metric\n").unwrap();
        let ran = hashwatt(&["verify", "e"], home.path()).code(7);
        let told = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(told.contains("summary.csv: changed") && !told.contains("members.parquet"), "{told}");
    }

    fn hashwatt(arguments: &[&str], folder: &Path) -> assert_cmd::assert::Assert {
        Command::cargo_bin("hashwatt").unwrap().current_dir(folder).args(arguments).assert()
    }

    #[test]
    fn an_ensemble_leaves_the_same_bytes_on_any_number_of_threads() {
        let home = tempfile::tempdir().unwrap();
        for threads in ["1", "2"] {
            let barn = ["ensemble", "classroom/one-barn", "--to", "2022-07-03", "--members", "3", "--threads", threads];
            hashwatt(&[&barn[..], &["-o", threads]].concat(), home.path()).success();
        }
        for file in FILES {
            let [one, two] = ["1", "2"].map(|t| std::fs::read(home.path().join(t).join(file)).unwrap());
            assert!(one == two && !one.is_empty(), "{file}");
        }
        assert!(!home.path().join("1/shards").exists());
        let text = std::fs::read_to_string(home.path().join("1/summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(summary["mining_gwh"].is_number() && summary["spread"]["mining_gwh"]["p95"].is_number());
        assert_eq!((&summary["members"], &summary["failures"]), (&3.into(), &serde_json::json!([])));
    }

    #[test]
    fn a_comparison_tells_both_bands_and_refuses_another_window() {
        let home = tempfile::tempdir().unwrap();
        let barns = ["compare", "classroom/one-barn", "classroom/one-barn", "--to", "2022-07-03", "--members", "2"];
        let ran = hashwatt(&[&barns[..], &["-o", "c"]].concat(), home.path()).success();
        let said = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
        assert!(said.contains("classroom/one-barn#2") && said.contains("range of outcomes"), "{said}");
        let csv = std::fs::read_to_string(home.path().join("c/summary.csv")).unwrap();
        let head = "arm,metric,of,unit,baseline,with_measure,diff,std_err,diff_p05,diff_p50,diff_p95,share_up,share_down,members";
        assert!(csv.starts_with(head), "{csv}");
        let refused = hashwatt(&["compare", "classroom/one-barn", "irkutsk", "--members", "2"], home.path()).code(3);
        assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("`window."));
    }
}
