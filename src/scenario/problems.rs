//! Everything that is wrong with a scenario, collected and told at once.
//!
//! A problem says where it is (file, line, column, key path), what was found, what is allowed, and how to mend it.
//! It carries the line of text it points at, so that it can be printed long after the file is gone.

use serde::Serialize;
use std::fmt::Write as _;

/// Whether a scenario can still be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario runs, but its author should look.
    Warning,
}

impl Severity {
    /// The word printed before a problem.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Where in a text a problem lies: resolved, so that it needs no file any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// The file, as the author named it; `command line` for `--set`.
    pub file: String,
    /// Line, from 1; 0 when the problem has no place (a file that could not be read).
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Number of characters marked.
    #[serde(skip)]
    pub width: usize,
    /// The line's text, or of a long line the part around the mark.
    #[serde(skip)]
    pub text: String,
    /// Number of characters of `text` before the mark.
    #[serde(skip)]
    pub lead: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub spot: Spot,
    /// Dotted path of the key, empty where there is none (a syntax error).
    pub key: String,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
    /// How to mend it; may be empty.
    pub hint: String,
}

impl Problem {
    /// The problem as compilers print theirs: a headline, the place, the line with a caret, what is allowed, a hint.
    pub fn render(&self, colors: bool) -> String {
        let paint = |code: &str, text: &str| {
            if colors { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
        };
        let tint = if self.severity == Severity::Error { "1;31" } else { "1;33" };
        let mut out = String::new();
        let key = if self.key.is_empty() { String::new() } else { format!("`{}`: ", self.key) };
        let _ = writeln!(out, "{}: {key}{}", paint(tint, self.severity.word()), self.found);
        let spot = &self.spot;
        if spot.line == 0 {
            let _ = writeln!(out, "  {} {}", paint("34", "-->"), spot.file);
        } else {
            let number = spot.line.to_string();
            let gap = " ".repeat(number.len());
            let bar = paint("34", "|");
            let _ = writeln!(out, "{gap} {} {}:{}:{}", paint("34", "-->"), spot.file, spot.line, spot.column);
            let _ = writeln!(out, "{gap} {bar}");
            let _ = writeln!(out, "{} {bar} {}", paint("34", &number), spot.text.trim_end());
            let _ =
                writeln!(out, "{gap} {bar} {}{}", " ".repeat(spot.lead), paint(tint, &"^".repeat(spot.width.max(1))));
        }
        if !self.allowed.is_empty() {
            let _ = writeln!(out, "  allowed: {}", self.allowed);
        }
        if !self.hint.is_empty() {
            let _ = writeln!(out, "  hint: {}", self.hint);
        }
        out
    }
}

impl Spot {
    /// Marks a stretch of a line, given in bytes of the line.
    pub fn mark(file: &str, line: usize, text: &str, from: usize, until: usize) -> Self {
        const BEFORE: usize = 60;
        const SHOWN: usize = 130;
        let (from, until) = (from.min(text.len()), until.min(text.len()));
        let column = text.get(..from).map_or(0, |before| before.chars().count());
        let marked = text.get(from..until).map_or(1, |marked| marked.chars().take(SHOWN).count());
        let skipped = if column + marked.min(40) > SHOWN { column.saturating_sub(BEFORE) } else { 0 };
        let shown = text.chars().skip(skipped).take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let lead = column - skipped;
        let width = marked.min(SHOWN.saturating_sub(lead)).max(1);
        Self { file: file.to_owned(), line, column: column + 1, width, text: shown, lead }
    }
}

/// All that is wrong, in the order of files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

/// No more problems than this are kept: nobody reads them, and garbage makes millions.
const KEPT: usize = 200;

impl Problems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Whether no more are kept.
    pub fn is_full(&self) -> bool {
        self.list.len() >= KEPT
    }
    /// Adds one; exact repetitions are dropped, and so is anything beyond the two hundredth.
    pub fn push(&mut self, problem: Problem) {
        if !self.is_full() && !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }
    /// Adds all of another collection.
    pub fn append(&mut self, other: Self) {
        for problem in other.list {
            self.push(problem);
        }
    }
    /// Errors and warnings together.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether nothing at all is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Whether at least one makes the scenario unusable.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|p| p.severity == Severity::Error)
    }
    /// In order.
    pub fn iter(&self) -> core::slice::Iter<'_, Problem> {
        self.list.iter()
    }
    /// Only the warnings.
    #[must_use]
    pub fn warnings(&self) -> Self {
        Self { list: self.list.iter().filter(|p| p.severity == Severity::Warning).cloned().collect() }
    }
    /// Sorts by file (in order of first appearance), line and column.
    pub fn sort(&mut self) {
        let mut files: Vec<String> = Vec::new();
        for problem in &self.list {
            if !files.contains(&problem.spot.file) {
                files.push(problem.spot.file.clone());
            }
        }
        let place = |p: &Problem| files.iter().position(|f| *f == p.spot.file).unwrap_or(0);
        self.list.sort_by_key(|p| (place(p), p.spot.line, p.spot.column));
    }
    /// All of them as text, with a count at the end.
    pub fn render(&self, colors: bool) -> String {
        let mut out = String::new();
        for problem in &self.list {
            out.push_str(&problem.render(colors));
            out.push('\n');
        }
        let errors = self.list.iter().filter(|p| p.severity == Severity::Error).count();
        let more = if self.is_full() { " (the first ones; there may be more)" } else { "" };
        let _ = writeln!(out, "{}{more}", count(errors, self.list.len() - errors));
        out
    }
    /// All of them as a JSON array.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(&self.list).unwrap_or_default()
    }
}

/// `2 errors, 1 warning`.
fn count(errors: usize, warnings: usize) -> String {
    let number = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (e, 0) => number(e, "error"),
        (0, w) => number(w, "warning"),
        (e, w) => format!("{}, {}", number(e, "error"), number(w, "warning")),
    }
}

impl core::fmt::Display for Problems {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl core::error::Error for Problems {}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = core::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}
