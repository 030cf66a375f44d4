//! Whatever is fed to the scenario reader, it answers with problems in bounded time, and never panics.

use hashwatt::scenario::{Library, Loaded, Scenario};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A library of one text in bytes.
struct Bytes(Vec<u8>);

impl Library for Bytes {
    fn scenario(&self, name: &str, _from: Option<&str>) -> Result<Loaded, String> {
        Ok(Loaded { name: name.to_owned(), bytes: self.0.clone(), shipped: false })
    }
    fn trace(&self, name: &str, _from: &str) -> Result<String, String> {
        Err(format!("no trace \"{name}\""))
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn told(bytes: Vec<u8>) -> String {
    let checked = Scenario::open("x.toml", Arc::new(Bytes(bytes))).expect("it is there").check();
    let problems = checked.problems();
    if !problems.has_errors() {
        checked.resolved().hash();
        checked.ranged_assumptions();
    }
    problems.to_json();
    problems.render(true);
    problems.render(false)
}

/// Pieces of scenarios, right and wrong.
const PIECES: &[&str] = &[
    "format = 1\n",
    "title = \"t\"\n",
    "[window]\n",
    "[window\n",
    "[[window]]\n",
    "from = 2022-01-01\n",
    "to = 2022-02-30\n",
    "extends = [\"x.toml\", 3]\n",
    "extends = 5\n",
    "[bus.bra]\n",
    "[bus.\"Ä\"]\n",
    "bus = 3\n",
    "a.b.c = { d = [1, [2, nan]] }\n",
    "x = inf\n",
    "x = -0x10\n",
    "y = \"\"\"\n",
    "[source]\n",
    "[source.\"bus\"]\n",
    "range = [2, 1]\n",
    "range = [nan, inf]\n",
    "cite = 3\n",
    "[event.x]\n",
    "act.close_channel = {}\n",
    "act = 1\n",
    "when.from = 1e400\n",
    "seed = 99999999999999999999\n",
    "enabled = false\n",
    "enabled = 1\n",
    "=\n",
    "\u{0}",
    "\u{feff}",
    "\r",
    "'",
    "\"",
    "}",
    "]",
    ",",
    "# é\n",
    "step_minutes = 7\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        told(bytes);
    }

    #[test]
    fn any_text(text in "\\PC{0,300}") {
        told(text.into_bytes());
    }

    #[test]
    fn pieces_of_scenarios(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..25)) {
        told(pieces.concat().into_bytes());
    }

    #[test]
    fn any_setting(key in "[a-z.\"=]{0,30}", value in "\\PC{0,30}") {
        let scenario = Scenario::from_text("x", "format = 1\n").set(&key, &value).expect("kept until checked");
        scenario.check().problems().render(false);
    }
}

fn timed(bytes: Vec<u8>) -> String {
    let start = Instant::now();
    let text = told(bytes);
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
    assert!(text.len() < 200_000, "{} bytes of problems", text.len());
    text
}

#[test]
fn ten_megabytes_of_garbage() {
    let text = timed(b"x]]=[{\"".iter().copied().cycle().take(10_000_000).collect());
    assert!(text.contains("a file of 10.0 MB"), "{text}");
}

#[test]
fn garbage_just_below_the_limit() {
    for piece in ["a]=[{\"", "a.", "[a.", "[[", "k=1\n[", "{", "\n=", "\u{e9}"] {
        timed(piece.bytes().cycle().take(4_000_000 - 4_000_000 % piece.len()).collect());
    }
    let keys: String = (0..200_000).map(|i| format!("k{i}=1,")).collect();
    timed(format!("x = {{ {keys} z = 1 }}").into_bytes());
    let lines: String = (0..200_000).map(|i| format!("k{i} = 1\n")).collect();
    timed(lines.into_bytes());
}

#[test]
fn not_utf_8() {
    let text = timed(b"format = 1\ntitle = \"caf\xe9\"\n".to_vec());
    assert!(text.contains("x.toml:2:13") && text.contains("byte 0xe9"), "{text}");
}
