//! The table of runs, `members.parquet`: its columns, and those of its cells that only count. Its numbers are many and are
//! written and read a column of some rows at a time, wherever they are.

use super::super::data::{Cells, Column, Table};
use crate::record::metric::{METRICS, metric};
use crate::study::Results;
use std::ops::Range;

/// What a table of runs has: a row for each run, in member order, arms within a member.
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    arms: Vec<&'a str>,
    inputs: Vec<&'a str>,
    numbers: Vec<(&'static str, Option<&'a str>)>,
    futures: Option<u32>,
    rows: usize,
}

impl<'a> Runs<'a> {
    /// That of a study; `futures` at each point, where it is a design.
    pub fn of(results: &'a Results, futures: Option<u32>) -> Self {
        let mut inputs: Vec<&str> = Vec::new();
        let mut numbers: Vec<(&'static str, Option<&str>)> = Vec::new();
        for arm in &results.arms {
            let keys: Vec<&str> = arm.inputs.iter().map(|i| i.0.as_str()).filter(|k| !inputs.contains(k)).collect();
            inputs.extend(keys);
            let new = arm.columns.iter().map(|c| (c.metric, c.part.as_deref())).filter(|k| !numbers.contains(k));
            let new: Vec<_> = new.collect();
            numbers.extend(new);
        }
        numbers.sort_by_key(|(metric, _)| METRICS.iter().position(|m| m.key == *metric));
        let arms: Vec<&str> = results.arms.iter().map(|a| a.name.as_str()).collect();
        let rows = results.members as usize * arms.len();
        Self { arms, inputs, numbers, futures: futures.map(|f| f.max(1)), rows }
    }

    /// Number of runs.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Keys of the drawn assumptions, each once.
    pub fn inputs(&self) -> &[&'a str] {
        &self.inputs
    }

    /// The numbers of headlines, in the order of the columns.
    pub fn numbers(&self) -> &[(&'static str, Option<&'a str>)] {
        &self.numbers
    }

    /// The table without its cells.
    pub fn head(&self) -> Table<'static> {
        let whole = |key, label, definition| Column {
            cells: Cells::Whole(Vec::new()),
            ..Column::texts(key, label, definition, Vec::new())
        };
        let mut columns = vec![whole("run", "Run", "Number of the run.")];
        if self.futures.is_some() {
            columns.push(whole("point", "Point", "Number of the point of the design."));
        }
        columns.push(whole("member", "Member", "Number of the member (future)."));
        columns.push(Column::texts("arm", "Arm", "The scenario that was run.", Vec::new()));
        for key in &self.inputs {
            let about = "Drawn value, or factor, of an assumption.";
            columns.push(Column::numbers(format!("in.{key}"), "", (*key).to_owned(), about, Vec::new()));
        }
        for (key, part) in &self.numbers {
            let about = metric(key);
            columns.push(Column::numbers(
                name(key, *part),
                about.map_or("", |m| m.unit),
                about.map_or(*key, |m| m.label),
                about.map_or("", |m| m.definition),
                Vec::new(),
            ));
        }
        let title = "A row for each run; a run that failed has no values.";
        Table { name: "members".into(), title: title.into(), columns }
    }

    /// Cells of a column that holds no results; nothing for others.
    pub fn counted(&self, key: &str, rows: Range<usize>) -> Option<Cells<'static>> {
        let futures = self.futures.map_or(1, |f| f as usize);
        let arms = self.arms.len().max(1);
        let whole = |of: &dyn Fn(usize) -> usize| Cells::Whole(rows.clone().map(|row| of(row) as i64).collect());
        Some(match key {
            "run" => whole(&|row| row),
            "point" if self.futures.is_some() => whole(&|row| row / futures),
            "member" if self.futures.is_some() => whole(&|row| row % futures),
            "member" => whole(&|row| row / arms),
            "arm" => {
                let name = |row: usize| self.arms.get(row % arms).copied().unwrap_or("").to_owned().into();
                Cells::Texts(rows.map(name).collect())
            }
            _ => return None,
        })
    }
}

/// A number's key in the table.
pub fn name(metric: &str, part: Option<&str>) -> String {
    part.map_or_else(|| metric.to_owned(), |p| format!("{metric}.{p}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Arm, Column};

    #[test]
    fn a_row_for_each_run_counts_members_arms_and_points() {
        let arm = |name: &str| Arm {
            name: name.into(),
            inputs: vec![("grid.loss".into(), vec![1.0, 1.5].into())],
            columns: vec![
                Column { metric: "mining_gwh", part: None, values: vec![10.0, 12.0].into() },
                Column { metric: "hydro_gwh", part: Some("total".into()), values: vec![5.0, f64::NAN].into() },
            ],
            texts: Vec::new(),
        };
        let results = Results { members: 2, arms: vec![arm("a"), arm("b")], ..Results::default() };
        let runs = Runs::of(&results, None);
        let keys: Vec<String> = runs.head().columns.iter().map(|c| c.key.to_string()).collect();
        assert_eq!(keys, ["run", "member", "arm", "in.grid.loss", "mining_gwh", "hydro_gwh.total"]);
        assert_eq!(runs.rows(), 4);
        assert_eq!(runs.counted("member", 1..4), Some(Cells::Whole(vec![0, 1, 1])));
        assert_eq!(runs.counted("arm", 2..4), Some(Cells::Texts(vec!["a".into(), "b".into()])));
        assert_eq!(runs.counted("mining_gwh", 0..4), None);
        let alone = Results { members: 6, arms: vec![arm("a")], ..Results::default() };
        let design = Runs::of(&alone, Some(3));
        assert_eq!(design.counted("point", 2..5), Some(Cells::Whole(vec![0, 1, 1])));
        assert_eq!(design.counted("member", 2..5), Some(Cells::Whole(vec![2, 0, 1])));
    }
}
