//! Headlines of many members as columns of numbers.

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    columns: Vec<Column>,
    members: usize,
}

impl Columns {
    /// Adds a member; `None` has no number at all.
    pub fn push(&mut self, headlines: Option<&[Headline]>) {
        for (at, (metric, part, value)) in numbers(headlines.unwrap_or_default()).into_iter().enumerate() {
            let is_it = |c: &Column| c.metric == metric && c.part.as_deref() == part;
            // Members nearly always have the same numbers in the same order.
            let found =
                if self.columns.get(at).is_some_and(is_it) { Some(at) } else { self.columns.iter().position(is_it) };
            if let Some(column) = found.and_then(|i| self.columns.get_mut(i)) {
                column.values.push(value);
            } else {
                let mut values = vec![f64::NAN; self.members];
                values.push(value);
                self.columns.push(Column { metric, part: part.map(str::to_owned), values });
            }
        }
        self.members += 1;
        for column in &mut self.columns {
            column.values.resize(self.members, f64::NAN);
        }
    }

    /// The finished columns.
    pub fn finish(self) -> Vec<Column> {
        self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_with_other_parts_keep_their_places() {
        let headlines = |parts: &[(&str, f64)]| {
            let by_id = parts.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
            vec![
                Headline { key: "weather", value: Value::Text("generated".into()) },
                Headline { key: "pue_mean", value: Value::Number(None) },
                Headline { key: "hydro_gwh", value: Value::ById(by_id) },
            ]
        };
        let mut columns = Columns::default();
        columns.push(Some(&headlines(&[("a", 1.0)])));
        columns.push(None);
        columns.push(Some(&headlines(&[("b", 2.0), ("a", 3.0)])));
        let columns = columns.finish();
        let told: Vec<_> = columns.iter().map(|c| (c.metric, c.of())).collect();
        assert_eq!(told, [("pue_mean", "total"), ("hydro_gwh", "a"), ("hydro_gwh", "b")]);
        assert!(columns.iter().all(|c| c.values.len() == 3));
        assert_eq!((columns[1].value(0), columns[1].value(2), columns[2].value(2)), (1.0, 3.0, 2.0));
        assert!(columns[1].value(1).is_nan() && columns[2].value(0).is_nan() && columns[0].value(2).is_nan());
    }
}
