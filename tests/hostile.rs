//! Whatever bytes are fed to a reader, it answers: no panic, no hang, and memory that the input pays for.
//!
//! Short seeded sessions. Each reader gets random bytes, and good files that were bent: bytes changed, cut out, doubled. For
//! input of ten megabytes the bounds are stated at each test.

#![cfg(feature = "cli")]

use hashwatt::climate::replay::Replay;
use hashwatt::files::array;
use hashwatt::files::journal::Journal;
use hashwatt::power::Case;
use hashwatt::report::columnar::read_members;
use hashwatt::scenario::{Builtin, Library, Loaded, Scenario};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CASE: &str = include_str!("data/grid/case14.m");

/// A way to spoil a file.
#[derive(Clone, Debug)]
enum Bend {
    Byte(usize, u8),
    Cut(usize, usize),
    Double(usize, usize),
    Insert(usize, Vec<u8>),
}

fn bends() -> impl Strategy<Value = Vec<Bend>> {
    let at = any::<prop::sample::Index>().prop_map(|i| i.index(1 << 20));
    let piece = prop::sample::select(vec![
        "-1e999",
        "[",
        "]",
        "=",
        "NaN",
        ";",
        ",",
        "\n",
        "\0",
        "'",
        "\"",
        "{",
        "..",
        "9999999999999999999",
    ]);
    let bend = prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(a, b)| Bend::Byte(a, b)),
        (at.clone(), 0_usize..200).prop_map(|(a, n)| Bend::Cut(a, n)),
        (at.clone(), 0_usize..200).prop_map(|(a, n)| Bend::Double(a, n)),
        (at, piece).prop_map(|(a, p)| Bend::Insert(a, p.as_bytes().to_vec())),
    ];
    prop::collection::vec(bend, 1..6)
}

fn bent(good: &[u8], bends: &[Bend]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for bend in bends {
        let n = bytes.len().max(1);
        let range = |a: usize, len: usize| (a % n).min(bytes.len())..(a % n + len).min(bytes.len());
        match bend {
            Bend::Byte(a, b) => {
                if let Some(slot) = bytes.get_mut(a % n) {
                    *slot = *b;
                }
            }
            Bend::Cut(a, len) => drop(bytes.drain(range(*a, *len))),
            Bend::Double(a, len) => {
                let piece = bytes[range(*a, *len)].to_vec();
                let at = (a % n).min(bytes.len());
                bytes.splice(at..at, piece);
            }
            Bend::Insert(a, piece) => {
                let at = (a % n).min(bytes.len());
                bytes.splice(at..at, piece.clone());
            }
        }
    }
    bytes
}

struct One(Vec<u8>);

impl Library for One {
    fn scenario(&self, name: &str, from: Option<&str>) -> Result<Loaded, String> {
        match name {
            "x.toml" => Ok(Loaded { name: name.to_owned(), bytes: self.0.clone(), shipped: false }),
            _ => Builtin.scenario(name, from),
        }
    }
    fn trace(&self, name: &str, from: &str) -> Result<String, String> {
        Builtin.trace(name, from)
    }
    fn names(&self) -> Vec<String> {
        Builtin.names()
    }
}

/// Reads and, if it is sound, builds a scenario.
fn scenario(bytes: Vec<u8>) {
    let checked = Scenario::open("x.toml", Arc::new(One(bytes))).unwrap().check();
    let _ = checked.build();
    checked.problems().render(false);
}

fn array_of(bytes: &[u8], extension: &str) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(format!("a.{extension}"));
    std::fs::write(&path, bytes).unwrap();
    let _ = array::read(&path, 3);
}

fn npy() -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.npy");
    array::write(&path, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3).unwrap();
    std::fs::read(path).unwrap()
}

const WEATHER: &str =
    "time_local,irkutsk\n2022-01-01 00:00,-20.5\n2022-01-01 01:00,-21.0\n2022-01-01 02:00,\n2022-01-01 03:00,-22.5\n";

const RUNS: [&str; 4] = ["members.parquet", "summary.csv", "a", "b"];

/// A small table of runs, as a shard has it.
fn runs(home: &Path) -> Vec<u8> {
    let mut command = assert_cmd::Command::cargo_bin("hashwatt").unwrap();
    let arguments = ["ensemble", "classroom/one-barn", "--to", "2022-07-01", "--members", "2", "-o", "r", "--quiet"];
    command.current_dir(home).args(arguments).assert().success();
    std::fs::read(home.join("r").join(RUNS[0])).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha, ..ProptestConfig::default() })]

    #[test]
    fn bent_scenarios_are_told(bends in bends()) {
        let barn = Builtin::find("classroom/one-barn").unwrap().1;
        scenario(bent(barn.as_bytes(), &bends));
    }

    #[test]
    fn bent_matpower_cases_are_told(bends in bends(), noise in prop::collection::vec(any::<u8>(), 0..300)) {
        for bytes in [bent(CASE.as_bytes(), &bends), noise] {
            let _ = Case::from_matpower(&String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn bent_arrays_are_told(bends in bends(), noise in prop::collection::vec(any::<u8>(), 0..300)) {
        for bytes in [bent(&npy(), &bends), noise.clone()] {
            array_of(&bytes, "npy");
        }
        array_of(&bent(b"1,2,3\n4,5,6\n", &bends), "csv");
        array_of(&noise, "csv");
        array_of(&noise, "f64");
    }

    #[test]
    fn bent_weather_is_told(bends in bends(), noise in "\\PC{0,200}") {
        let _ = Replay::parse(&String::from_utf8_lossy(&bent(WEATHER.as_bytes(), &bends)), &["irkutsk"]);
        let _ = Replay::parse(&noise, &["irkutsk"]);
    }

    #[test]
    fn bent_journals_are_cut(bends in bends()) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("j");
        drop(Journal::open(&path, "id").unwrap());
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, bent(&good, &bends)).unwrap();
        prop_assert!(Journal::open(&path, "id").is_ok());
    }
}

#[test]
fn bent_tables_of_runs_are_refused_without_a_panic() {
    let home = tempfile::tempdir().unwrap();
    let good = runs(home.path());
    assert!(read_members(good.clone()).is_ok());
    let mut runner = prop::test_runner::TestRunner::deterministic();
    for _ in 0..60 {
        let bends = bends().new_tree(&mut runner).unwrap().current();
        let bytes = bent(&good, &bends);
        // As `report` does: the columnar library is not ours, and what it panics at is refused like anything else.
        let _ = std::panic::catch_unwind(move || read_members(bytes).map(|columns| columns.len()));
    }
}

#[test]
fn ten_megabytes_are_read_or_refused_in_bounded_time() {
    let start = Instant::now();
    // Scenarios above 4 MiB are refused before they are parsed, so memory is that of the bytes.
    scenario(b"[bus.a]\nx = 1\n".repeat(10_000_000 / 14));
    // A case keeps at most a few hundred bytes for each row that it reads.
    let rows = "1 3 0 0 0 0 1 1 0 0 1 1.06 0.94;\n".repeat(10_000_000 / 34);
    let _ = Case::from_matpower(&format!("function mpc = c\nmpc.baseMVA = 100;\nmpc.bus = [\n{rows}];\n"));
    let _ = Case::from_matpower(&"[".repeat(10_000_000));
    // Arrays keep eight bytes a number.
    array_of("1,2,3\n".repeat(10_000_000 / 6).as_bytes(), "csv");
    let _ =
        Replay::parse(&format!("time_local,irkutsk\n{}", "2022-01-01 00:00,1\n".repeat(10_000_000 / 19)), &["irkutsk"]);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn no_name_and_no_folder_leads_where_it_was_not_asked() {
    let home = tempfile::tempdir().unwrap();
    let inner = home.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(home.path().join("theirs.txt"), "theirs").unwrap();
    let run = |arguments: &[&str]| {
        assert_cmd::Command::cargo_bin("hashwatt").unwrap().current_dir(&inner).args(arguments).arg("--quiet").assert()
    };
    let barn = ["ensemble", "classroom/one-barn", "--to", "2022-07-01", "--members", "1"];
    // No results go up, and nothing is written.
    for up in ["..", "../x", "a/../../y", "a/.."] {
        let told = run(&[&barn[..], &["-o", up]].concat()).code(2);
        assert!(String::from_utf8_lossy(&told.get_output().stderr).contains("own path"), "{up}");
    }
    run(&["grid", "export", "irkutsk", "-o", "../x.m"]).code(2);
    let names: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 0);
    run(&["ensemble", "../../../../etc/passwd", "--members", "1"]).code(3);
    // A scenario's own name makes no folders outside `output`.
    let text = "format = 1\nextends = \"classroom/one-barn\"\n";
    std::fs::write(home.path().join("..evil.toml"), text).unwrap();
    run(&["ensemble", "../..evil.toml", "--to", "2022-07-01", "--members", "1"]).success();
    let made: Vec<_> = std::fs::read_dir(&inner).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(made, ["output"]);
}

#[test]
#[cfg(unix)]
fn devices_and_pipes_are_not_read() {
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/zero", home.path().join("z.toml")).unwrap();
    let fifo = std::process::Command::new("mkfifo").arg(home.path().join("f.toml")).status().unwrap();
    assert!(fifo.success());
    for file in ["z.toml", "f.toml"] {
        for (arguments, code) in [
            (&["check", file][..], 3),
            (&["grid", "flow", file], 1),
            (&["grid", "adequacy", "--exact", "--system", file], 1),
            (&["hydro", "plan", file], 1),
            (&["verify", file], 1),
            (&["calc", "transformer", "--input", file], 1),
        ] {
            let mut command = assert_cmd::Command::cargo_bin("hashwatt").unwrap();
            command.current_dir(home.path()).args(arguments).timeout(Duration::from_secs(60));
            let told = command.assert().code(code);
            let told = String::from_utf8_lossy(&told.get_output().stderr).into_owned();
            assert!(told.contains("no plain file"), "{arguments:?}: {told}");
        }
    }
}
