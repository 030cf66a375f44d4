//! Headlines of many members as columns of numbers.

use super::values::Values;
use crate::record::metric::METRICS;
use crate::record::{Headline, Value};

/// One number of the headlines in every member.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Key in the registry of metrics.
    pub metric: &'static str,
    /// Id of a part of a map; `None` where the headline is one number.
    pub part: Option<String>,
    /// A value for each member; not a number where the member failed or the headline is undefined.
    pub values: Values,
}

impl Column {
    /// The part, or the reserved id of a whole.
    pub fn of(&self) -> &str {
        self.part.as_deref().unwrap_or("total")
    }
    /// The value of a member.
    pub fn value(&self, member: usize) -> f64 {
        self.values.get().get(member).copied().unwrap_or(f64::NAN)
    }
}

/// The numbers of one member's headlines, in the order of the registry.
pub fn numbers(headlines: &[Headline]) -> Vec<(&'static str, Option<&str>, f64)> {
    let mut all = Vec::new();
    for Headline { key, value } in headlines {
        match value {
            Value::Number(n) => all.push((*key, None, n.unwrap_or(f64::NAN))),
            Value::ById(parts) => all.extend(parts.iter().map(|(id, n)| (*key, Some(id.as_str()), *n))),
            Value::Text(_) => {}
        }
    }
    all
}

/// Which number of the headlines: metric and part.
pub type Key = (&'static str, Option<String>);

/// Columns that grow by a run at a time.
///
/// A part that a finished run does not have (a branch that was never congested) counts as zero in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    columns: Vec<(Key, Vec<f64>)>,
    finished: Vec<bool>,
}

/// A number that a run does not have.
pub fn absent(has_part: bool, finished: bool) -> f64 {
    if has_part && finished { 0.0 } else { f64::NAN }
}

impl Columns {
    /// Empty ones of known columns.
    pub fn of(known: &[Column]) -> Self {
        let columns = known.iter().map(|c| ((c.metric, c.part.clone()), Vec::new())).collect();
        Self { columns, finished: Vec::new() }
    }

    /// The place of a number, made where it is new; `near` is where it would be if runs had the same numbers, as nearly all do.
    fn place(&mut self, near: usize, metric: &'static str, part: Option<&str>) -> usize {
        let is_it = |c: &(Key, Vec<f64>)| c.0.0 == metric && c.0.1.as_deref() == part;
        if self.columns.get(near).is_some_and(is_it) {
            return near;
        }
        self.columns.iter().position(is_it).unwrap_or_else(|| {
            let values = self.finished.iter().map(|f| absent(part.is_some(), *f)).collect();
            self.columns.push(((metric, part.map(str::to_owned)), values));
            self.columns.len() - 1
        })
    }

    /// Takes note of which numbers a run has.
    pub fn know(&mut self, numbers: &[(&'static str, Option<String>, f64)]) {
        for (near, (metric, part, _)) in numbers.iter().enumerate() {
            self.place(near, metric, part.as_deref());
        }
    }

    /// Adds a run; `None` has no number at all.
    pub fn push(&mut self, numbers: Option<&[(&'static str, Option<String>, f64)]>) {
        let mut near = 0;
        for (metric, part, value) in numbers.unwrap_or_default() {
            let place = self.place(near, metric, part.as_deref());
            if let Some((_, values)) = self.columns.get_mut(place) {
                values.push(*value);
            }
            near = place + 1;
        }
        self.finished.push(numbers.is_some());
        let runs = self.finished.len();
        for ((_, part), values) in &mut self.columns {
            values.resize(runs, absent(part.is_some(), numbers.is_some()));
        }
    }

    /// Forgets the runs, not the numbers that they had.
    pub fn clear(&mut self) {
        self.finished.clear();
        self.columns.iter_mut().for_each(|(_, values)| values.clear());
    }

    /// The values of a column.
    pub fn values(&self, metric: &str, part: Option<&str>) -> Option<&[f64]> {
        let found = self.columns.iter().find(|(key, _)| key.0 == metric && key.1.as_deref() == part);
        found.map(|(_, values)| values.as_slice())
    }

    /// The finished columns, in the order of the registry; parts in that of their first appearance.
    pub fn finish(self) -> Vec<Column> {
        let column = |((metric, part), values): (Key, Vec<f64>)| Column { metric, part, values: values.into() };
        let mut columns: Vec<Column> = self.columns.into_iter().map(column).collect();
        in_order(&mut columns);
        columns
    }
}

/// Puts columns in the order of the registry; parts keep theirs.
pub fn in_order(columns: &mut [Column]) {
    columns.sort_by_key(|c| METRICS.iter().position(|m| m.key == c.metric));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_with_other_parts_keep_their_places() {
        let numbers = |parts: &[(&str, f64)]| {
            let mut all = vec![("pue_mean", None, f64::NAN)];
            all.extend(parts.iter().map(|(id, n)| ("hydro_gwh", Some((*id).to_owned()), *n)));
            all
        };
        let mut columns = Columns::default();
        columns.push(Some(&numbers(&[("a", 1.0)])));
        columns.push(None);
        columns.push(Some(&numbers(&[("b", 2.0), ("a", 3.0)])));
        let columns = columns.finish();
        let told: Vec<_> = columns.iter().map(|c| (c.metric, c.of())).collect();
        assert_eq!(
            told,
            [("hydro_gwh", "a"), ("hydro_gwh", "b"), ("pue_mean", "total")],
            "in the order of the registry"
        );
        let columns = [&columns[2], &columns[0], &columns[1]];
        assert!(columns.iter().all(|c| c.values.get().len() == 3));
        assert_eq!((columns[1].value(0), columns[1].value(2), columns[2].value(2)), (1.0, 3.0, 2.0));
        assert_eq!(columns[2].value(0), 0.0, "a part that a finished run does not have is nothing");
        assert!(columns[1].value(1).is_nan() && columns[2].value(1).is_nan() && columns[0].value(2).is_nan());
    }
}
