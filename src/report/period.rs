//! The series by step, day, month and year.

use super::data::{Column, Table};
use crate::record::{Record, Series, Total};

/// `timeseries`: every step.
pub fn steps(record: &Record) -> Table<'_> {
    let window = record.window;
    let per_day = window.steps_per_day().max(1);
    let mut times = Vec::with_capacity(window.steps());
    for day in 0..window.days() {
        let date = window.from.plus(day as i32).to_string();
        for step in 0..per_day {
            let minute = step as u32 * window.step_minutes;
            times.push(format!("{date} {:02}:{:02}", minute / 60, minute % 60).into());
        }
    }
    let mut columns =
        vec![Column::texts("time_local", "Local time", "Local time at which the step starts, UTC+8.", times)];
    columns.extend(record.series.iter().map(|s| Column::of(s, s.values.as_slice())));
    Table {
        name: "timeseries".into(),
        title: "Every quantity at every step; power is the mean over the step.".into(),
        columns,
    }
}

/// `daily`: a row a day.
pub fn daily(record: &Record) -> Table<'_> {
    let from = record.window.from;
    let labels = (0..record.window.days()).map(|d| from.plus(d as i32).to_string());
    by_period(record, "daily", "date", "The day.", labels.collect(), &day_bounds(record))
}

/// `monthly`: a row a month.
pub fn monthly(record: &Record) -> Table<'_> {
    let (labels, bounds) = months(record);
    by_period(record, "monthly", "month", "The month; the first and last may be cut by the window.", labels, &bounds)
}

/// `yearly`: a row a year.
pub fn yearly(record: &Record) -> Table<'_> {
    let (labels, bounds) = grouped(record, |day| day.year().to_string());
    by_period(record, "yearly", "year", "The year; the first and last may be cut by the window.", labels, &bounds)
}

/// Labels `2022-01` of the window's months and the steps at which they begin, the window's end included.
pub fn months(record: &Record) -> (Vec<String>, Vec<usize>) {
    grouped(record, |day| {
        let (y, m, _) = day.ymd();
        format!("{y:04}-{m:02}")
    })
}

/// The steps at which days begin, the window's end included.
pub fn day_bounds(record: &Record) -> Vec<usize> {
    let per_day = record.window.steps_per_day();
    (0..=record.window.days()).map(|d| d * per_day).collect()
}

fn grouped(record: &Record, label: impl Fn(crate::calendar::Day) -> String) -> (Vec<String>, Vec<usize>) {
    let (window, per_day) = (record.window, record.window.steps_per_day());
    let (mut labels, mut bounds) = (Vec::<String>::new(), Vec::new());
    for day in 0..window.days() {
        let name = label(window.from.plus(day as i32));
        if labels.last() != Some(&name) {
            labels.push(name);
            bounds.push(day * per_day);
        }
    }
    bounds.push(window.steps());
    (labels, bounds)
}

fn by_period<'a>(
    record: &'a Record,
    name: &'static str,
    key: &'static str,
    definition: &'static str,
    labels: Vec<String>,
    bounds: &[usize],
) -> Table<'a> {
    let mut columns = vec![Column::texts(key, key, definition, labels.into_iter().map(Into::into).collect())];
    columns.extend(record.series.iter().map(|s| Column::of(s, totals(s, bounds))));
    Table { name: name.into(), title: format!("The series by {key}: means, sums or last values.").into(), columns }
}

/// A series over periods that begin and end at `bounds`; a period without values is unknown (NaN).
pub fn totals(series: &Series, bounds: &[usize]) -> Vec<f64> {
    bounds
        .windows(2)
        .map(|w| {
            let values = series.values.get(w[0]..w[1]).unwrap_or(&[]);
            match series.total {
                _ if values.is_empty() => f64::NAN,
                Total::Sum => values.iter().sum(),
                Total::Mean => values.iter().sum::<f64>() / values.len() as f64,
                Total::Last => values[values.len() - 1],
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::synthetic;
    use super::*;

    #[test]
    fn periods_add_up() {
        let record = synthetic::record(3);
        let (labels, bounds) = months(&record);
        assert_eq!((labels[0].as_str(), bounds.len()), ("2022-01", labels.len() + 1));
        let load = record.series("total_load_mw").unwrap();
        let by_month = totals(load, &bounds);
        let total: f64 = by_month.iter().zip(bounds.windows(2)).map(|(m, w)| m * (w[1] - w[0]) as f64).sum();
        let direct: f64 = load.values.iter().sum();
        assert!((total / direct - 1.0).abs() < 1e-12);
        assert_eq!(steps(&record).rows(), record.window.steps());
        assert!(steps(&record).csv().lines().nth(1).unwrap().starts_with("2022-01-01 00:00,"));
    }
}
