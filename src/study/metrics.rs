//! Headlines of many members as columns of numbers.

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
    pub values: Vec<f64>,
}

impl Column {
    /// The part, or the reserved id of a whole.
    pub fn of(&self) -> &str {
        self.part.as_deref().unwrap_or("total")
    }
    /// The value of a member.
    pub fn value(&self, member: usize) -> f64 {
        self.values.get(member).copied().unwrap_or(f64::NAN)
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

/// Columns that grow by a member at a time.
///
/// A part that a finished run does not have (a branch that was never congested) counts as zero in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    columns: Vec<Column>,
    finished: Vec<bool>,
}

impl Columns {
    /// Adds a member; `None` has no number at all.
    pub fn push(&mut self, numbers: Option<&[(&'static str, Option<String>, f64)]>) {
        let absent = |has_part: bool, finished: bool| if has_part && finished { 0.0 } else { f64::NAN };
        for (at, (metric, part, value)) in numbers.unwrap_or_default().iter().enumerate() {
            let is_it = |c: &Column| c.metric == *metric && c.part == *part;
            // Members nearly always have the same numbers in the same order.
            let found =
                if self.columns.get(at).is_some_and(is_it) { Some(at) } else { self.columns.iter().position(is_it) };
            if let Some(column) = found.and_then(|i| self.columns.get_mut(i)) {
                column.values.push(*value);
            } else {
                let mut values: Vec<f64> = self.finished.iter().map(|f| absent(part.is_some(), *f)).collect();
                values.push(*value);
                self.columns.push(Column { metric, part: part.clone(), values });
            }
        }
        self.finished.push(numbers.is_some());
        for column in &mut self.columns {
            column.values.resize(self.finished.len(), absent(column.part.is_some(), numbers.is_some()));
        }
    }

    /// Adds the columns of so many members, of which some have finished.
    pub fn extend(&mut self, more: Vec<Column>, members: usize, finished: &dyn Fn(usize) -> bool) {
        let absent = |has_part: bool, finished: bool| if has_part && finished { 0.0 } else { f64::NAN };
        let all: Vec<bool> = (0..members).map(finished).collect();
        for column in more {
            let found = self.columns.iter_mut().find(|c| c.metric == column.metric && c.part == column.part);
            if let Some(known) = found {
                known.values.extend(column.values);
            } else {
                let has_part = column.part.is_some();
                let mut values: Vec<f64> = self.finished.iter().map(|f| absent(has_part, *f)).collect();
                values.extend(column.values);
                self.columns.push(Column { values, ..column });
            }
        }
        let before = self.finished.len();
        self.finished.extend(all);
        for column in self.columns.iter_mut().filter(|c| c.values.len() == before) {
            let has_part = column.part.is_some();
            column.values.extend(self.finished.iter().skip(before).map(|f| absent(has_part, *f)));
        }
    }

    /// The finished columns, in the order of the registry; parts in that of their first appearance.
    pub fn finish(mut self) -> Vec<Column> {
        self.columns.sort_by_key(|c| METRICS.iter().position(|m| m.key == c.metric));
        self.columns
    }
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
        assert!(columns.iter().all(|c| c.values.len() == 3));
        assert_eq!((columns[1].value(0), columns[1].value(2), columns[2].value(2)), (1.0, 3.0, 2.0));
        assert_eq!(columns[2].value(0), 0.0, "a part that a finished run does not have is nothing");
        assert!(columns[1].value(1).is_nan() && columns[2].value(1).is_nan() && columns[0].value(2).is_nan());
    }
}
