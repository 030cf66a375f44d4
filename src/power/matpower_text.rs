//! The text of a MATPOWER case: assignments of numbers, strings and matrices, each entry with its place.

use super::matpower::CaseProblem;

/// A row of a matrix: its place, and each value with its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) values: Vec<(f64, usize, usize)>,
}

/// What is assigned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    Number(f64),
    Text(String),
    Matrix(Vec<Row>),
    /// A cell array, or another value of no use here.
    Other,
}

/// One assignment to `mpc.field`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Assigned {
    pub(super) field: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) entry: Entry,
}

/// A place in the text.
struct Scanner<'a> {
    rest: core::iter::Peekable<core::str::Chars<'a>>,
    line: usize,
    column: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// Skips blanks and comments; also line ends, if `lines`.
    fn skip_blank(&mut self, lines: bool) {
        while let Some(c) = self.peek() {
            match c {
                '%' | '#' => self.skip_line(),
                '\n' if !lines => return,
                c if c.is_whitespace() || c == '\u{feff}' => {
                    self.next();
                }
                _ => return,
            }
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek().filter(|&c| keep(c)) {
            out.push(c);
            self.next();
        }
        out
    }
}

/// All assignments of a text, and the name of its function. Everything else that is not blank is a problem.
pub(super) fn assignments(text: &str, problems: &mut Vec<CaseProblem>) -> (Vec<Assigned>, String) {
    let mut scanner = Scanner { rest: text.chars().peekable(), line: 1, column: 1 };
    let mut found = Vec::new();
    let mut name = String::new();
    loop {
        scanner.skip_blank(true);
        while scanner.peek() == Some(';') {
            scanner.next();
            scanner.skip_blank(true);
        }
        if scanner.peek().is_none() {
            return (found, name);
        }
        let (line, column) = (scanner.line, scanner.column);
        let word = scanner.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
        scanner.skip_blank(false);
        if word == "function" {
            let header = scanner.take_while(|c| c != '\n' && c != '%');
            header.rsplit('=').next().unwrap_or("").trim().trim_end_matches(';').clone_into(&mut name);
            continue;
        }
        if matches!(word.as_str(), "end" | "return" | "define_constants") {
            continue;
        }
        let field = word.strip_prefix("mpc.").map(str::to_owned);
        let (Some(field), Some('=')) = (field, scanner.peek()) else {
            let what = if word.is_empty() { "this is no assignment" } else { "a statement that computes is not read" };
            problems.push(CaseProblem { line, column, what: what.to_owned() });
            scanner.skip_line();
            continue;
        };
        scanner.next();
        scanner.skip_blank(false);
        let entry = value(&mut scanner, problems);
        found.push(Assigned { field, line, column, entry });
    }
}

/// The right side of an assignment.
fn value(scanner: &mut Scanner, problems: &mut Vec<CaseProblem>) -> Entry {
    let (line, column) = (scanner.line, scanner.column);
    match scanner.peek() {
        Some('[') => Entry::Matrix(matrix(scanner, problems)),
        Some('{') => {
            cells(scanner, problems);
            Entry::Other
        }
        Some(quote @ ('\'' | '"')) => {
            scanner.next();
            let text = scanner.take_while(|c| c != quote && c != '\n');
            if scanner.next() != Some(quote) {
                problems.push(CaseProblem { line, column, what: "the string does not end on its line".to_owned() });
            }
            Entry::Text(text)
        }
        _ => {
            let word = scanner.take_while(|c| !matches!(c, ';' | '\n' | '%'));
            number(word.trim()).map_or_else(
                || {
                    let what = format!("`{}` is not a number", word.trim());
                    problems.push(CaseProblem { line, column, what });
                    Entry::Other
                },
                Entry::Number,
            )
        }
    }
}

/// A matrix between brackets.
fn matrix(scanner: &mut Scanner, problems: &mut Vec<CaseProblem>) -> Vec<Row> {
    let (begin_line, begin_column) = (scanner.line, scanner.column);
    scanner.next();
    let mut rows = Vec::new();
    let mut row = Row::default();
    loop {
        scanner.skip_blank(false);
        let (line, column) = (scanner.line, scanner.column);
        match scanner.peek() {
            None => {
                let what = "the matrix that begins here has no closing bracket".to_owned();
                problems.push(CaseProblem { line: begin_line, column: begin_column, what });
                return rows;
            }
            Some(']') => {
                scanner.next();
                if !row.values.is_empty() {
                    rows.push(row);
                }
                return rows;
            }
            Some(';' | '\n') => {
                scanner.next();
                if !row.values.is_empty() {
                    rows.push(std::mem::take(&mut row));
                }
            }
            Some(',') => {
                scanner.next();
            }
            Some(_) => {
                let word = scanner.take_while(|c| !c.is_whitespace() && !matches!(c, ';' | ',' | ']' | '%'));
                if word == "..." {
                    scanner.skip_line();
                    scanner.next();
                    continue;
                }
                if word == "=" || word.starts_with("mpc.") {
                    let what = "the matrix above has no closing bracket".to_owned();
                    problems.push(CaseProblem { line, column, what });
                    scanner.skip_line();
                    return rows;
                }
                let v = number(&word).unwrap_or_else(|| {
                    problems.push(CaseProblem { line, column, what: format!("`{word}` is not a number") });
                    0.0
                });
                if row.values.is_empty() {
                    (row.line, row.column) = (line, column);
                }
                row.values.push((v, line, column));
            }
        }
    }
}

/// Skips a cell array, strings in it included.
fn cells(scanner: &mut Scanner, problems: &mut Vec<CaseProblem>) {
    let (line, column) = (scanner.line, scanner.column);
    scanner.next();
    loop {
        scanner.skip_blank(true);
        match scanner.next() {
            None => {
                let what = "the cell array that begins here has no closing brace".to_owned();
                problems.push(CaseProblem { line, column, what });
                return;
            }
            Some('}') => return,
            Some(quote @ ('\'' | '"')) => {
                scanner.take_while(|c| c != quote && c != '\n');
                scanner.next();
            }
            Some(_) => {}
        }
    }
}

/// A number as MATLAB writes it.
fn number(word: &str) -> Option<f64> {
    let (sign, bare) = match word.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, word.strip_prefix('+').unwrap_or(word)),
    };
    if bare.eq_ignore_ascii_case("inf") {
        return Some(sign * f64::INFINITY);
    }
    if bare.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    let begins = bare.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    begins.then(|| bare.replace(['d', 'D'], "e").parse::<f64>().ok()).flatten().map(|v| sign * v)
}
