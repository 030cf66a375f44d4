//! MATPOWER case files, version 2, as text: read with every problem at its line and column, and written.
//!
//! Read are assignments of numbers, strings and matrices to fields of the case; comments, continued lines, matrices over
//! several lines, commas or blanks between entries, `Inf` and `NaN`. Other fields and further columns are left out with
//! a note. A statement that computes is refused: what it would change is not known here.

use super::case::{BusKind, Case, CaseBranch, CaseBus, CaseGenerator, CaseInterface, Cost};
use super::matpower_text::{Assigned, Entry, Row, assignments};
use core::fmt::Write as _;
use std::collections::HashSet;

/// One problem of a case file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {what}")]
pub struct CaseProblem {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what is allowed.
    pub what: String,
}

/// All problems of a case file, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseProblems(pub Vec<CaseProblem>);

impl core::fmt::Display for CaseProblems {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for CaseProblems {}

/// The tables of a file while they are read.
#[derive(Default)]
struct Reading {
    case: Case,
    problems: Vec<CaseProblem>,
    costs: Vec<Row>,
    cuts: Vec<Row>,
    generator_lines: Vec<usize>,
    /// Line of each branch, and where its reactance stands.
    branch_lines: Vec<(usize, (usize, usize))>,
    fields: HashSet<String>,
}

impl Case {
    /// Reads a case file.
    ///
    /// # Errors
    /// Every problem of the file at once.
    pub fn from_matpower(text: &str) -> Result<Self, CaseProblems> {
        let mut reading = Reading::default();
        let (found, name) = assignments(text, &mut reading.problems);
        reading.case.name = name;
        let last_line = text.lines().count().max(1);
        for assigned in found {
            reading.take(assigned);
        }
        reading.finish(last_line);
        if reading.problems.is_empty() {
            Ok(reading.case)
        } else {
            reading.problems.sort_by_key(|p| (p.line, p.column));
            Err(CaseProblems(reading.problems))
        }
    }
}

impl Reading {
    fn problem(&mut self, line: usize, column: usize, what: impl Into<String>) {
        self.problems.push(CaseProblem { line, column, what: what.into() });
    }

    /// One assignment to a field of the case.
    fn take(&mut self, assigned: Assigned) {
        let Assigned { field, line, column, entry } = assigned;
        let known = ["version", "baseMVA", "bus", "gen", "branch", "gencost", "if.map", "if.lims"];
        if !known.contains(&field.as_str()) {
            self.case.notes.push(format!("line {line}: field `{field}` is left out"));
            return;
        }
        if !self.fields.insert(field.clone()) {
            self.problem(line, column, format!("`{field}` is given twice"));
            return;
        }
        match (field.as_str(), entry) {
            ("version", Entry::Text(v)) if v == "2" => {}
            ("version", Entry::Number(2.0)) => {}
            ("version", _) => self.problem(line, column, "only version '2' of the format is read"),
            ("baseMVA", Entry::Number(v)) if v > 0.0 && v.is_finite() => self.case.base_mva = v,
            ("baseMVA", _) => self.problem(line, column, "`baseMVA` must be a positive number"),
            ("bus", Entry::Matrix(rows)) => self.buses(&rows),
            ("gen", Entry::Matrix(rows)) => self.generators(&rows),
            ("branch", Entry::Matrix(rows)) => self.branches(&rows),
            ("gencost", Entry::Matrix(rows)) => self.costs = rows,
            ("if.map", Entry::Matrix(rows)) => self.cuts = rows,
            ("if.lims", Entry::Matrix(rows)) => self.interfaces(&rows),
            (_, _) => self.problem(line, column, format!("`{field}` must be a matrix")),
        }
    }

    /// Whether a row has enough columns and its needed ones are numbers; notes on columns beyond what is known.
    fn sound(&mut self, table: &str, row: &Row, least: usize, needed: &[usize]) -> bool {
        if row.values.len() < least {
            let what = format!("a `{table}` row has {} columns, at least {least} are needed", row.values.len());
            self.problem(row.line, row.column, what);
            return false;
        }
        let mut sound = true;
        for &at in needed {
            let (value, line, column) = row.values[at];
            if !value.is_finite() {
                self.problem(line, column, format!("column {} of `{table}` must be a finite number", at + 1));
                sound = false;
            }
        }
        sound
    }

    fn extra(&mut self, table: &str, rows: &[Row], known: usize) {
        if let Some(row) = rows.iter().find(|row| row.values.len() > known) {
            self.case.notes.push(format!("line {}: columns of `{table}` beyond {known} are left out", row.line));
        }
    }

    /// A bus number: a whole number from 1.
    fn bus_number(&mut self, row: &Row, at: usize) -> u32 {
        let (value, line, column) = row.values[at];
        if value.fract() != 0.0 || !(1.0..=4e9).contains(&value) {
            self.problem(line, column, format!("a bus number must be a whole number from 1, found {value}"));
            return 0;
        }
        value as u32
    }

    fn buses(&mut self, rows: &[Row]) {
        let mut seen = HashSet::new();
        for row in rows {
            if !self.sound("bus", row, 9, &[0, 1, 2, 4, 8]) {
                continue;
            }
            let number = self.bus_number(row, 0);
            if number != 0 && !seen.insert(number) {
                self.problem(row.line, row.column, format!("bus {number} is given twice"));
            }
            let value = |at: usize| row.values[at].0;
            let kind = match value(1) {
                1.0 => BusKind::Load,
                2.0 => BusKind::Generator,
                3.0 => BusKind::Reference,
                4.0 => BusKind::Isolated,
                other => {
                    let (_, line, column) = row.values[1];
                    self.problem(line, column, format!("a bus type is 1, 2, 3 or 4, found {other}"));
                    BusKind::Load
                }
            };
            let bus = CaseBus { number, kind, demand_mw: value(2), shunt_mw: value(4), angle_deg: value(8) };
            self.case.buses.push(bus);
        }
        self.extra("bus", rows, 17);
    }

    fn generators(&mut self, rows: &[Row]) {
        for row in rows {
            if !self.sound("gen", row, 10, &[0, 1, 7]) {
                continue;
            }
            let bus = self.bus_number(row, 0);
            let value = |at: usize| row.values[at].0;
            for at in [8, 9] {
                if value(at).is_nan() {
                    let (_, line, column) = row.values[at];
                    self.problem(line, column, "a limit of output must be a number");
                }
            }
            self.generator_lines.push(row.line);
            self.case.generators.push(CaseGenerator {
                bus,
                output_mw: value(1),
                max_mw: value(8),
                min_mw: value(9),
                in_service: value(7) > 0.0,
                cost: Cost::default(),
            });
        }
        self.extra("gen", rows, 25);
    }

    fn branches(&mut self, rows: &[Row]) {
        for row in rows {
            if !self.sound("branch", row, 11, &[0, 1, 2, 3, 8, 9, 10]) {
                continue;
            }
            let (from, to) = (self.bus_number(row, 0), self.bus_number(row, 1));
            let value = |at: usize| row.values.get(at).map_or(0.0, |v| v.0);
            let in_service = value(10) > 0.0;
            let (_, line, column) = row.values[3];
            if in_service && value(3) == 0.0 {
                self.problem(line, column, "a branch in service needs a reactance other than 0");
            }
            if in_service && from == to && from != 0 {
                self.problem(row.line, row.column, format!("both ends of the branch are bus {from}"));
            }
            let unlimited = |mw: f64| if mw == 0.0 { f64::INFINITY } else { mw };
            for at in [5, 7] {
                let (mw, line, column) = row.values[at];
                if mw < 0.0 || mw.is_nan() {
                    self.problem(line, column, "a rating must be 0 (none) or more");
                }
            }
            let (low, high) = (value(11), value(12));
            let both_zero = low == 0.0 && high == 0.0;
            self.branch_lines.push((row.line, (line, column)));
            self.case.branches.push(CaseBranch {
                from,
                to,
                resistance_pu: value(2),
                reactance_pu: value(3),
                rating_mw: unlimited(value(5)),
                emergency_mw: unlimited(value(7)),
                tap: if value(8) == 0.0 { 1.0 } else { value(8) },
                shift_deg: value(9),
                in_service,
                angle_min_deg: if both_zero || low <= -360.0 { f64::NEG_INFINITY } else { low },
                angle_max_deg: if both_zero || high >= 360.0 { f64::INFINITY } else { high },
            });
        }
        self.extra("branch", rows, 21);
    }

    /// Fields that must be there, and what one table says of another.
    fn finish(&mut self, last_line: usize) {
        for field in ["version", "baseMVA", "bus", "gen", "branch"] {
            if !self.fields.contains(field) {
                self.problem(last_line, 1, format!("`{field}` is missing"));
            }
        }
        let numbers: HashSet<u32> = self.case.buses.iter().map(|bus| bus.number).collect();
        let strangers: Vec<(usize, &str, u32)> = (self.case.generators.iter().zip(&self.generator_lines))
            .map(|(g, &line)| (line, "generator", g.bus))
            .chain(
                (self.case.branches.iter().zip(&self.branch_lines))
                    .flat_map(|(b, &(line, _))| [(line, "branch", b.from), (line, "branch", b.to)]),
            )
            .filter(|(_, _, bus)| *bus != 0 && !numbers.contains(bus))
            .collect();
        if self.fields.contains("bus") {
            for (line, what, bus) in strangers {
                self.problem(line, 1, format!("this {what} names bus {bus}, which is not in the bus table"));
            }
        }
        let told = |at: usize| format!("branch row {}: its reactance times its tap is too near 0 or too large", at + 1);
        let base_mva = if self.case.base_mva > 0.0 { self.case.base_mva } else { 1.0 };
        let unsound = |b: &CaseBranch| {
            let (mw_per_rad, product) = (base_mva / (b.reactance_pu * b.tap), b.reactance_pu * b.tap);
            b.in_service && b.reactance_pu != 0.0 && !(mw_per_rad.is_normal() && product.is_finite())
        };
        let branches = self.case.branches.iter().zip(&self.branch_lines).enumerate();
        let unsound = branches.filter(|(_, (b, _))| unsound(b)).map(|(at, (_, (_, place)))| (*place, told(at)));
        for ((line, column), what) in unsound.collect::<Vec<_>>() {
            self.problem(line, column, what);
        }
        self.read_costs();
        self.read_cuts();
    }

    /// Limits of interfaces: number, least and greatest flow.
    fn interfaces(&mut self, rows: &[Row]) {
        for row in rows {
            if !self.sound("if.lims", row, 3, &[0]) {
                continue;
            }
            let [(number, line, column), (lower_mw, ..), (upper_mw, ..)] =
                [row.values[0], row.values[1], row.values[2]];
            if number.fract() != 0.0 || !(0.0..=4e9).contains(&number) {
                self.problem(line, column, format!("the number of an interface must be whole, found {number}"));
            } else if lower_mw.is_nan() || upper_mw.is_nan() || lower_mw > upper_mw {
                self.problem(line, column, "the least flow of an interface must not be above its greatest");
            } else {
                self.case.interfaces.push(CaseInterface {
                    number: number as u32,
                    terms: Vec::new(),
                    lower_mw,
                    upper_mw,
                });
            }
        }
    }

    /// The branches of interfaces: number, branch row, negative where flow to → from counts. Those without a limit are noted.
    fn read_cuts(&mut self) {
        for row in std::mem::take(&mut self.cuts) {
            if !self.sound("if.map", &row, 2, &[0, 1]) {
                continue;
            }
            let (number, _, _) = row.values[0];
            let (branch, line, column) = row.values[1];
            let rows = self.case.branches.len();
            if branch.fract() != 0.0 || branch == 0.0 || branch.abs() > rows as f64 {
                self.problem(line, column, format!("`if.map` names branch row {branch}: rows are 1 to {rows}"));
                continue;
            }
            let position = branch.abs() as usize - 1;
            match self.case.interfaces.iter_mut().find(|i| f64::from(i.number) == number) {
                Some(interface) => interface.terms.push((position, branch.signum())),
                None => self.case.notes.push(format!("line {line}: interface {number} has no limits and is left out")),
            }
        }
    }

    fn read_costs(&mut self) {
        let rows = std::mem::take(&mut self.costs);
        let generators = self.case.generators.len();
        if rows.is_empty() {
            if generators > 0 {
                self.case.notes.push("no `gencost`: every generator costs nothing".to_owned());
            }
            return;
        }
        if rows.len() != generators && rows.len() != 2 * generators {
            let what = format!("`gencost` has {} rows for {generators} generators", rows.len());
            self.problem(rows[0].line, rows[0].column, what);
            return;
        }
        if rows.len() > generators {
            self.case.notes.push(format!("line {}: costs of reactive power are left out", rows[generators].line));
        }
        for (g, row) in rows.iter().take(generators).enumerate() {
            if !self.sound("gencost", row, 4, &[0, 3]) {
                continue;
            }
            let (count, line, column) = row.values[3];
            let piecewise = row.values[0].0 == 1.0;
            if !piecewise && row.values[0].0 != 2.0 {
                self.problem(row.line, row.column, "a cost model is 1 (piecewise linear) or 2 (polynomial)");
                continue;
            }
            let least = if piecewise { 2.0 } else { 0.0 };
            if count.fract() != 0.0 || !(least..=1e4).contains(&count) {
                self.problem(line, column, format!("a cost cannot have {count} points or coefficients"));
                continue;
            }
            let needed = 4 + count as usize * if piecewise { 2 } else { 1 };
            let at: Vec<usize> = (4..needed).collect();
            if !self.sound("gencost", row, needed, &at) {
                continue;
            }
            let values: Vec<f64> = row.values[4..needed].iter().map(|v| v.0).collect();
            let place = (line, row.values[4..needed].first().map_or(column, |v| v.2));
            self.case.generators[g].cost = if piecewise { lines(&values, place) } else { polynomial(&values, place) };
        }
    }
}

/// A polynomial by its coefficients, highest power first, which begin at a place.
fn polynomial(coefficients: &[f64], (line, column): (usize, usize)) -> Cost {
    let power = |p: usize| {
        if p < coefficients.len() { coefficients[coefficients.len() - 1 - p] } else { 0.0 }
    };
    if (3..coefficients.len()).any(|p| power(p) != 0.0) {
        let degree = (0..coefficients.len()).rev().find(|&p| power(p) != 0.0).unwrap_or(0);
        return Cost::Unsupported {
            line,
            column,
            why: format!("a polynomial cost of degree {degree}: at most quadratic ones"),
        };
    }
    if power(2) < 0.0 {
        return Cost::Unsupported {
            line,
            column,
            why: "a quadratic cost that bends down: only convex ones".to_owned(),
        };
    }
    Cost::Polynomial { constant: power(0), linear: power(1), quadratic: power(2) }
}

/// A piecewise linear cost by its points x1, y1, x2, y2 …
fn lines(values: &[f64], (line, column): (usize, usize)) -> Cost {
    let points: Vec<(f64, f64)> = values.chunks_exact(2).map(|p| (p[0], p[1])).collect();
    if points.windows(2).any(|w| w[1].0 <= w[0].0) {
        return Cost::Unsupported { line, column, why: "piecewise points that do not rise in MW".to_owned() };
    }
    let slopes: Vec<f64> = points.windows(2).map(|w| (w[1].1 - w[0].1) / (w[1].0 - w[0].0)).collect();
    if slopes.windows(2).any(|s| s[1] < s[0] - 1e-9 * s[0].abs().max(1.0)) {
        return Cost::Unsupported {
            line,
            column,
            why: "a piecewise cost whose slopes fall: only convex ones".to_owned(),
        };
    }
    Cost::Piecewise(points)
}

impl Case {
    /// Writes a case file that MATPOWER and pandapower read: voltages at 1 p.u., no reactive power.
    pub fn to_matpower(&self) -> String {
        let mut out = String::new();
        let name = if self.name.is_empty() { "case_hashwatt" } else { &self.name };
        let number = |v: f64| {
            if v.is_infinite() { if v > 0.0 { "Inf" } else { "-Inf" }.to_owned() } else { v.to_string() }
        };
        let rating = |v: f64| {
            if v.is_infinite() { "0".to_owned() } else { v.to_string() }
        };
        let angle = |v: f64, none: &str| {
            if v.is_infinite() { none.to_owned() } else { v.to_string() }
        };
        let _ = writeln!(out, "function mpc = {name}\nmpc.version = '2';\nmpc.baseMVA = {};", self.base_mva);
        out.push_str("\n%\tbus_i\ttype\tPd\tQd\tGs\tBs\tarea\tVm\tVa\tbaseKV\tzone\tVmax\tVmin\nmpc.bus = [\n");
        for bus in &self.buses {
            let kind = match bus.kind {
                BusKind::Load => 1,
                BusKind::Generator => 2,
                BusKind::Reference => 3,
                BusKind::Isolated => 4,
            };
            let (n, d, s, a) = (bus.number, bus.demand_mw, bus.shunt_mw, bus.angle_deg);
            let _ = writeln!(out, "\t{n}\t{kind}\t{d}\t0\t{s}\t0\t1\t1\t{a}\t220\t1\t1.1\t0.9;");
        }
        out.push_str("];\n\n%\tbus\tPg\tQg\tQmax\tQmin\tVg\tmBase\tstatus\tPmax\tPmin\nmpc.gen = [\n");
        for g in &self.generators {
            let (on, max, min) = (u8::from(g.in_service), number(g.max_mw), number(g.min_mw));
            let _ = writeln!(out, "\t{}\t{}\t0\t0\t0\t1\t{}\t{on}\t{max}\t{min};", g.bus, g.output_mw, self.base_mva);
        }
        out.push_str(
            "];\n\n%\tfbus\ttbus\tr\tx\tb\trateA\trateB\trateC\tratio\tangle\tstatus\tangmin\tangmax\nmpc.branch = [\n",
        );
        for b in &self.branches {
            let (a, c) = (rating(b.rating_mw), rating(b.emergency_mw));
            let (low, high) = (angle(b.angle_min_deg, "-360"), angle(b.angle_max_deg, "360"));
            let tap = if b.tap == 1.0 { 0.0 } else { b.tap };
            let _ = writeln!(
                out,
                "\t{}\t{}\t{}\t{}\t0\t{a}\t{a}\t{c}\t{tap}\t{}\t{}\t{low}\t{high};",
                b.from,
                b.to,
                b.resistance_pu,
                b.reactance_pu,
                b.shift_deg,
                u8::from(b.in_service)
            );
        }
        out.push_str("];\n\n%\tmodel\tstartup\tshutdown\tn\tcoefficients or points\nmpc.gencost = [\n");
        let most = |c: &Cost| {
            if let Cost::Piecewise(points) = c { 2 * points.len() } else { 3 }
        };
        let width = self.generators.iter().map(|g| most(&g.cost)).max().unwrap_or(3);
        for g in &self.generators {
            let (model, count, values) = match &g.cost {
                Cost::Polynomial { constant, linear, quadratic } => (2, 3, vec![*quadratic, *linear, *constant]),
                Cost::Piecewise(points) => (1, points.len(), points.iter().flat_map(|p| [p.0, p.1]).collect()),
                Cost::Unsupported { .. } => (2, 3, vec![0.0; 3]),
            };
            let _ = write!(out, "\t{model}\t0\t0\t{count}");
            for at in 0..width {
                let _ = write!(out, "\t{}", values.get(at).copied().unwrap_or(0.0));
            }
            out.push_str(";\n");
        }
        out.push_str("];\n");
        if !self.interfaces.is_empty() {
            out.push_str("\n% Limits of controlled sections, for MATPOWER's toggle_iflims: number, branch row (negative: to to from)\n");
            out.push_str("mpc.if.map = [\n");
            for interface in &self.interfaces {
                for (branch, sign) in &interface.terms {
                    let _ = writeln!(out, "\t{}\t{};", interface.number, (*branch as f64 + 1.0) * sign);
                }
            }
            out.push_str("];\n\n%\tnumber\tlower\tupper\nmpc.if.lims = [\n");
            for i in &self.interfaces {
                let _ = writeln!(out, "\t{}\t{}\t{};", i.number, number(i.lower_mw), number(i.upper_mw));
            }
            out.push_str("];\n");
        }
        out
    }
}
