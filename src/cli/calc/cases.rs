//! Cases in a CSV file: each row comes back as it was, with the function's results behind it.
//!
//! A column that bears a result's name is calculated anew in its place, so that a file written here can be read again and
//! comes out the same. Columns that are no input are carried along. Every wrong cell is told with line and column.

use super::arguments::Asked;
use super::function::{Answer, Function, Given, Misfit};
use super::{json, note, plain, series_of, underscored};
use crate::cli::{Failure, terminal};
use crate::files::input;
use std::io::Read as _;
use std::path::Path;

/// Most wrong cells that are told.
const TELL_AT_MOST: usize = 20;

/// A file of cases, as it was read.
pub(super) struct Sheet {
    header: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<Row>,
}

/// A row of it.
pub(super) struct Row {
    /// Line in the file.
    pub(super) line: u64,
    /// Its cells, as text.
    pub(super) cells: Vec<String>,
}

/// Calculates all rows and prints them.
pub fn run(function: &'static Function, asked: &Asked, path: &Path) -> Result<(), Failure> {
    let shown = path.display().to_string();
    let sheet = Sheet::read(&shown, &text_of(path)?)?;
    for name in asked.names() {
        if sheet.column(name).is_some() {
            return Err(Failure::Usage(format!("{name} is given on the command line and as a column of {shown}")));
        }
    }
    let mut wrong = Vec::new();
    let mut solved: Vec<(Given, Vec<Answer>)> = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        let cell = |input: &str| match sheet.column(input) {
            Some(at) => row.cells.get(at).map(String::as_str),
            None => asked.given(input),
        };
        let answered = function.read(cell).and_then(|given| match series_of(function) {
            // Answered together below.
            Some(_) => Ok((given, Vec::new())),
            None => function.answer(&given).map(|a| (given, a)).map_err(|m| vec![m]),
        });
        match answered {
            Ok(case) => solved.push(case),
            Err(misfits) => wrong.extend(misfits.into_iter().map(|m| told(&sheet, row.line, &shown, &m))),
        }
        if wrong.len() > TELL_AT_MOST {
            break;
        }
    }
    if let (Some(series), true) = (series_of(function), wrong.is_empty()) {
        let rows: Vec<Given> = solved.iter().map(|(given, _)| given.clone()).collect();
        match series(&rows) {
            Ok(all) => solved = rows.into_iter().zip(all).collect(),
            Err((at, misfit)) => {
                wrong.push(told(&sheet, sheet.rows.get(at).map_or(0, |row| row.line), &shown, &misfit));
            }
        }
    }
    if !wrong.is_empty() {
        if wrong.len() > TELL_AT_MOST {
            wrong.truncate(TELL_AT_MOST);
            wrong.push("and more".to_owned());
        }
        return Err(Failure::InvalidInput(wrong.join("\n")));
    }
    if asked.json {
        let rows = solved.iter().map(|(given, answers)| json(function, given, answers)).collect();
        return terminal::print_json(&serde_json::Value::Array(rows));
    }
    terminal::print(&sheet.with_results(function, &solved)?)
}

/// The text of a file, or of stdin.
pub(super) fn text_of(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().take(input::NUMBERS).read_to_end(&mut bytes).map_err(|e| Failure::io(path, &e))?;
    } else {
        bytes = input::read(path, input::NUMBERS).map_err(|e| Failure::io(path, &e))?;
    }
    let text = String::from_utf8(bytes);
    text.map_err(|_| Failure::InvalidInput(format!("{}: not UTF-8 text", path.display())))
}

fn told(sheet: &Sheet, line: u64, shown: &str, misfit: &Misfit) -> String {
    let place = match sheet.column(&misfit.input) {
        Some(at) => format!("column {} (`{}`)", at + 1, misfit.input),
        None => format!("no column `{}`", misfit.input),
    };
    format!("{shown}: line {line}, {place}: {}", misfit.what)
}

impl Sheet {
    /// Reads a CSV text.
    pub(super) fn read(shown: &str, text: &str) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::InvalidInput(format!("{shown}: {what}"));
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| wrong(e.to_string()))?;
        let header: Vec<String> = header.iter().map(|h| h.trim().to_owned()).collect();
        if header.iter().all(String::is_empty) {
            return Err(wrong("no header: the first line names the inputs".to_owned()));
        }
        let sheet = Self { header, rows: Vec::new() };
        for (at, name) in sheet.header.iter().enumerate() {
            if sheet.column(&underscored(name)).is_some_and(|first| first != at) {
                return Err(wrong(format!("line 1, column {}: `{name}` is there twice", at + 1)));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| wrong(e.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        }
        Ok(Self { rows, ..sheet })
    }

    /// Where an input, or a result, stands.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| underscored(h) == name)
    }

    /// The rows with their results; a `note` if some row has no number.
    fn with_results(&self, function: &Function, solved: &[(Given, Vec<Answer>)]) -> Result<String, Failure> {
        let notes: Vec<String> = solved.iter().map(|(_, a)| note(function, a).unwrap_or_default()).collect();
        let mut names: Vec<&str> = function.results.iter().map(|r| r.name).collect();
        if notes.iter().any(|n| !n.is_empty()) {
            names.push("note");
        }
        let places: Vec<Option<usize>> = names.iter().map(|name| self.column(name)).collect();
        let again: Vec<&str> = names.iter().zip(&places).filter(|(_, p)| p.is_some()).map(|(n, _)| *n).collect();
        if !again.is_empty() {
            terminal::note(&format!("columns calculated anew: {}", again.join(", ")));
        }
        let new = || names.iter().zip(&places).filter(|(_, p)| p.is_none()).map(|(n, _)| *n);
        let mut out = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| Failure::Unfinished(e.to_string());
        out.write_record(self.header.iter().map(String::as_str).chain(new())).map_err(failed)?;
        for ((row, (_, answers)), note) in self.rows.iter().zip(solved).zip(&notes) {
            let mut cells = row.cells.clone();
            for (text, place) in answers.iter().map(plain).chain([note.clone()]).zip(&places) {
                match place.and_then(|at| cells.get_mut(at)) {
                    Some(cell) => *cell = text,
                    None => cells.push(text),
                }
            }
            out.write_record(&cells).map_err(failed)?;
        }
        let bytes = out.into_inner().map_err(|e| Failure::Unfinished(e.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
