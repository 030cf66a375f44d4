//! The files of a sensitivity study and of a sweep.

use super::about::{About, DesignAbout, SweepAbout};
use super::data::{Column, Table};
use super::study::{ERROR, RANGE, table_files, text, value};
use super::{Artifact, Meta, Text, number};
use crate::random::Seed;
use crate::record::metric::{is_detail, metric};
use crate::study::sensitivity::{Method, morris, sobol, tornado};
use crate::study::{Arm, Results, Spread};
use serde_json::{Map, Value, json};

/// The answers at the points of a design: mean over futures.
fn answers(values: &[f64], futures: usize) -> Vec<f64> {
    values.chunks(futures.max(1)).map(|v| Spread::of(v.iter().copied()).map_or(f64::NAN, |s| s.mean)).collect()
}

/// A row of a table: key, metric, part, unit, numbers.
struct Row<'a> {
    key: &'a str,
    metric: &'static str,
    of: &'a str,
    numbers: Vec<f64>,
}

/// The tables of a sensitivity study; the ten most influential assumptions of each headline go to the summary.
pub(super) fn sensitivity(
    about: &About,
    design: &DesignAbout,
    results: &Results,
    out: &mut Map<String, Value>,
) -> Vec<Artifact> {
    let Some((arm, known)) = results.arms.first().zip(about.arms.first()) else { return Vec::new() };
    let (k, seed) = (known.ranges.len(), Seed(about.meta.seed));
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut told = Map::new();
    for column in &arm.columns {
        let answers = answers(&column.values.get(), design.futures as usize);
        let (found, influence): (Vec<Vec<f64>>, Vec<f64>) = match design.method {
            Method::Tornado => {
                let all = tornado(k, &answers);
                let ends = |(i, e): (usize, &crate::study::sensitivity::Ends)| {
                    let range = known.ranges.get(i);
                    vec![
                        range.map_or(f64::NAN, |r| r.low),
                        range.map_or(f64::NAN, |r| r.high),
                        e.at_base,
                        e.at_low,
                        e.at_high,
                    ]
                };
                let swing = |e: &crate::study::sensitivity::Ends| {
                    (e.at_low - e.at_base).abs().max((e.at_high - e.at_base).abs())
                };
                (all.iter().enumerate().map(ends).collect(), all.iter().map(swing).collect())
            }
            Method::Morris { .. } => {
                let all = morris(k, seed, &answers);
                (all.iter().map(|e| vec![e.mu, e.mu_star, e.sigma]).collect(), all.iter().map(|e| e.mu_star).collect())
            }
            Method::Sobol { .. } => {
                let all = sobol(k, seed, &answers);
                let numbers = |s: &crate::study::sensitivity::Shares| {
                    vec![s.first.value, s.first.p05, s.first.p95, s.total.value, s.total.p05, s.total.p95]
                };
                (all.iter().map(numbers).collect(), all.iter().map(|s| s.total.value).collect())
            }
        };
        let mut order: Vec<usize> = (0..k).collect();
        let size = |i: &usize| influence.get(*i).copied().filter(|x| x.is_finite()).unwrap_or(0.0);
        order.sort_by(|a, b| size(b).total_cmp(&size(a)));
        if column.of() == "total" && !is_detail(column.metric) {
            let most = order.iter().take(10).filter(|i| size(i) > 0.0).filter_map(|i| {
                let numbers: Vec<Value> = found.get(*i)?.iter().map(|x| number::json(*x)).collect();
                Some(
                    json!({ "key": known.ranges.get(*i)?.key, "influence": number::json(size(i)), "numbers": numbers }),
                )
            });
            told.insert(column.metric.to_owned(), most.collect());
        }
        for i in order {
            let (Some(range), Some(numbers)) = (known.ranges.get(i), found.get(i)) else { continue };
            rows.push(Row { key: &range.key, metric: column.metric, of: column.of(), numbers: numbers.clone() });
        }
    }
    let (name, columns): (&str, &[(&'static str, &'static str)]) = match design.method {
        Method::Tornado => (
            "sensitivity",
            &[
                ("low", "Lowest value, or factor, of the assumption."),
                ("high", "Highest value, or factor."),
                ("at_base", "Mean over futures with every assumption at its value."),
                ("at_low", "Mean over futures with this one at its lowest."),
                ("at_high", "Mean over futures with this one at its highest."),
            ],
        ),
        Method::Morris { .. } => (
            "morris",
            &[
                ("mu", "Mean elementary effect, over the whole range."),
                ("mu_star", "Mean size of the elementary effects."),
                ("sigma", "Their standard deviation."),
            ],
        ),
        Method::Sobol { .. } => (
            "sobol",
            &[
                ("first", "Share of the variance of its own."),
                ("first_p05", "5 % of bootstrap resamples are lower."),
                ("first_p95", "95 % of bootstrap resamples are lower."),
                ("total", "Share of the variance with all interplay."),
                ("total_p05", "5 % of bootstrap resamples are lower."),
                ("total_p95", "95 % of bootstrap resamples are lower."),
            ],
        ),
    };
    out.insert("method".into(), json!(name));
    out.insert("influence".into(), Value::Object(told));
    let texts = |f: &dyn Fn(&Row<'_>) -> String| rows.iter().map(|r| f(r).into()).collect::<Vec<Text<'_>>>();
    let mut table = vec![
        text(
            "key",
            "Assumption",
            "Key in the scenario; the most influential of a metric first.",
            texts(&|r| r.key.to_owned()),
        ),
        text("metric", "Metric", "Key of the metric.", texts(&|r| r.metric.to_owned())),
        text("of", "Of", "Id of a part, or `total`.", texts(&|r| r.of.to_owned())),
        text("unit", "Unit", "Unit of the metric.", texts(&|r| metric(r.metric).map_or("", |m| m.unit).to_owned())),
    ];
    for (i, (key, about)) in columns.iter().enumerate() {
        let cells: Vec<f64> = rows.iter().map(|r| r.numbers.get(i).copied().unwrap_or(f64::NAN)).collect();
        table.push(value(key, key, about, cells));
    }
    let title = "How each ranged assumption moves each metric.";
    let table = Table { name: name.to_owned().into(), title: title.into(), columns: table };
    table_files(&table, results, &about.meta).into()
}

/// The answer of a sweep at each point, by member: a metric, or its difference where two scenarios are swept.
fn swept(sweep: &SweepAbout, arms: &[Arm], metric: &'static str, part: Option<&str>) -> Vec<Vec<f64>> {
    let each = if sweep.against { 2 } else { 1 };
    let of_point = |point: &[Arm]| match point {
        [base, arm] => {
            let (base, with) = (base.column(metric, part), arm.column(metric, part));
            with.values.get().iter().zip(base.values.get().iter()).map(|(w, b)| w - b).collect()
        }
        [arm] => arm.column(metric, part).values.get().into_owned(),
        _ => Vec::new(),
    };
    arms.chunks(each).map(of_point).collect()
}

/// The tables of a sweep.
pub(super) fn sweep(
    about: &About,
    sweep: &SweepAbout,
    results: &Results,
    out: &mut Map<String, Value>,
) -> Vec<Artifact> {
    let mut keys: Vec<(&'static str, Option<&str>)> = Vec::new();
    for arm in &results.arms {
        for column in &arm.columns {
            let key = (column.metric, column.part.as_deref());
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    let mut rows: Vec<(usize, &'static str, &str, Spread)> = Vec::new();
    let mut crossings: Vec<(&'static str, &str, Crossing)> = Vec::new();
    for (metric, part) in keys {
        let points = swept(sweep, &results.arms, metric, part);
        let spreads: Vec<Option<Spread>> = points.iter().map(|p| Spread::of(p.iter().copied())).collect();
        // A mean within twice its simulation error has no sign that could turn.
        let is_sure = |s: &Spread| s.std_err.is_none_or(|e| s.mean.abs() > 2.0 * e);
        let means: Vec<f64> = spreads.iter().map(|s| s.filter(is_sure).map_or(f64::NAN, |s| s.mean)).collect();
        let of = part.unwrap_or("total");
        crossings.extend(boundary(sweep, &means).into_iter().map(|c| (metric, of, c)));
        rows.extend(spreads.into_iter().enumerate().filter_map(|(i, s)| Some((i, metric, of, s?))));
    }
    let point = |i: usize, axis: usize| sweep.points.get(i).and_then(|p| p.get(axis)).copied().unwrap_or(f64::NAN);
    let mut columns: Vec<Column<'_>> = Vec::new();
    for (axis, key) in sweep.keys.iter().enumerate() {
        let cells: Vec<f64> = rows.iter().map(|r| point(r.0, axis)).collect();
        columns.push(Column::numbers(key.clone(), "", key.clone(), "Value of the swept key.", cells));
    }
    let each = |f: fn(&Spread) -> f64| rows.iter().map(|r| f(&r.3)).collect::<Vec<f64>>();
    let unit = |key: &str| metric(key).map_or("", |m| m.unit);
    let what = if sweep.against { "Mean difference over members." } else { "Mean over members." };
    columns.extend([
        text("metric", "Metric", "Key of the metric.", rows.iter().map(|r| r.1.into()).collect()),
        text("of", "Of", "Id of a part, or `total`.", rows.iter().map(|r| r.2.into()).collect()),
        text("unit", "Unit", "Unit of the values.", rows.iter().map(|r| unit(r.1).into()).collect()),
        value("mean", "Mean", what, each(|s| s.mean)),
        value("std_err", "Simulation error", ERROR, each(|s| s.std_err.unwrap_or(f64::NAN))),
        value("p05", "P5", RANGE, each(|s| s.p05)),
        value("p50", "Median", "Median over members.", each(|s| s.p50)),
        value("p95", "P95", RANGE, each(|s| s.p95)),
        value("members", "Members", "Members that have a value.", each(|s| s.members as f64)),
    ]);
    let table = Table { name: "sweep".into(), title: "The metrics at every point of the sweep.".into(), columns };
    let mut files: Vec<Artifact> = table_files(&table, results, &about.meta).into();
    files.extend(boundary_files(&crossings, results, &about.meta));
    out.insert("sweep".into(), json!({ "keys": sweep.keys, "points": sweep.points, "against": sweep.against }));
    let told = crossings.iter().filter(|c| c.1 == "total" && !is_detail(c.0)).map(|(metric, _, c)| {
        json!({ "metric": metric, "key": c.key, "value": number::json(c.value), "other_key": c.other.0, "other_value": number::json(c.other.1) })
    });
    out.insert("boundary".into(), told.collect());
    files
}

/// Where a metric crosses zero between two neighboring points.
struct Crossing {
    key: String,
    value: f64,
    /// The other key and its value, where there is one.
    other: (String, f64),
}

/// Zero crossings along each axis, linear between neighbors.
fn boundary(sweep: &SweepAbout, means: &[f64]) -> Vec<Crossing> {
    let mut out = Vec::new();
    for (axis, key) in sweep.keys.iter().enumerate() {
        let other = if sweep.keys.len() > 1 { Some(1 - axis) } else { None };
        let at = |i: usize, axis: usize| sweep.points.get(i).and_then(|p| p.get(axis)).copied().unwrap_or(f64::NAN);
        let line = |i: usize| other.map_or(0.0, |o| at(i, o));
        let mut order: Vec<usize> = (0..means.len().min(sweep.points.len())).collect();
        order.sort_by(|a, b| line(*a).total_cmp(&line(*b)).then(at(*a, axis).total_cmp(&at(*b, axis))));
        for pair in order.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            let [ya, yb] = [a, b].map(|i| means.get(i).copied().unwrap_or(f64::NAN));
            if line(a) == line(b) && ya * yb < 0.0 {
                let [xa, xb] = [a, b].map(|i| at(i, axis));
                let value = xa + (xb - xa) * ya / (ya - yb);
                let other = other
                    .map_or((String::new(), f64::NAN), |o| (sweep.keys.get(o).cloned().unwrap_or_default(), at(a, o)));
                out.push(Crossing { key: key.clone(), value, other });
            }
        }
    }
    out
}

fn boundary_files(all: &[(&'static str, &str, Crossing)], results: &Results, meta: &Meta) -> [Artifact; 2] {
    let texts = |f: &dyn Fn(&(&'static str, &str, Crossing)) -> String| {
        all.iter().map(|c| f(c).into()).collect::<Vec<Text<'_>>>()
    };
    let table = Table {
        name: "boundary".into(),
        title: "Where a metric turns its sign, linear between neighboring points that both lie beyond twice their simulation error.".into(),
        columns: vec![
            text("metric", "Metric", "Key of the metric.", texts(&|c| c.0.to_owned())),
            text("of", "Of", "Id of a part, or `total`.", texts(&|c| c.1.to_owned())),
            text("unit", "Unit", "Unit of the metric.", texts(&|c| metric(c.0).map_or("", |m| m.unit).to_owned())),
            text("key", "Key", "The key along which the sign turns.", texts(&|c| c.2.key.clone())),
            value("value", "Value", "Where it turns.", all.iter().map(|c| c.2.value).collect()),
            text("other_key", "Other key", "The other swept key.", texts(&|c| c.2.other.0.clone())),
            value("other_value", "At", "Its value there.", all.iter().map(|c| c.2.other.1).collect()),
        ],
    };
    table_files(&table, results, meta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_turns_where_the_line_crosses_zero() {
        let sweep =
            SweepAbout { keys: vec!["a".into()], points: [0.0, 1.0, 2.0].map(|x| vec![x]).into(), against: false };
        let found = boundary(&sweep, &[-1.0, 3.0, 4.0]);
        assert_eq!((found.len(), found[0].value), (1, 0.25));
        let points = [[0.0, 5.0], [1.0, 5.0], [0.0, 6.0], [1.0, 6.0]].map(Vec::from).into();
        let sweep = SweepAbout { keys: vec!["a".into(), "b".into()], points, against: false };
        let found = boundary(&sweep, &[-1.0, 1.0, -1.0, -3.0]);
        let told: Vec<_> = found.iter().map(|c| (c.key.as_str(), c.value, c.other.1)).collect();
        assert_eq!(told, [("a", 0.5, 5.0), ("b", 5.25, 1.0)]);
    }
}
