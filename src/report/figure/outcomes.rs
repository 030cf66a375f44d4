//! `outcomes`: how far the headlines of an ensemble spread, relative to their median.

use super::interval::{self, Row};
use super::{Drawing, column, finish, number_at, text_at};
use crate::record::metric::metric;
use crate::report::data::{Column, Table};
use crate::report::story::differences::with_unit;
use crate::report::style::{self, Words};
use crate::report::view::{View, say};
use crate::report::{ReportError, number};

/// Metrics in the order in which they are drawn.
const SHOWN: &[&str] = &[
    "demand_gwh",
    "mining_gwh",
    "region_peak_mw",
    "hydro_gwh",
    "thermal_gwh",
    "export_gwh",
    "spill_gwh",
    "congested_hours",
    "unserved_mwh",
    "curtailed_mining_mwh",
    "hashrate_mean_eh_s",
    "hashrate_share_mean",
    "btc_mined",
    "mining_revenue_usd",
    "mining_power_cost_usd",
    "mining_profit_usd",
    "implicit_subsidy_usd",
    "tax_usd",
    "emissions_kt_co2",
];

struct Outcome {
    key: &'static str,
    unit: String,
    mean: f64,
    error: f64,
    median: f64,
    ends: (f64, f64),
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("summary").filter(|s| column(s, "p50").is_some()) else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let mut found: Vec<Outcome> = Vec::new();
    for shown in SHOWN {
        let rows = sheet.rows.iter().filter(|r| text_at(r, key("metric")) == *shown);
        let Some(row) = rows.clone().find(|r| ["total", ""].contains(&text_at(r, key("of")))) else { continue };
        let at = |k: &str| number_at(row, key(k));
        if at("p50").abs() > 1e-9 && at("p05") < at("p95") {
            found.push(Outcome {
                key: shown,
                unit: text_at(row, key("unit")).to_owned(),
                mean: at("mean"),
                error: at("std_err"),
                median: at("p50"),
                ends: (at("p05"), at("p95")),
            });
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let label = |key: &str| metric(key).map_or(key.to_owned(), |m| view.pick(m.label, m.label_ru).to_owned());
    let width = |o: &Outcome| (o.ends.1 - o.ends.0) / o.median.abs();
    let widest = found.iter().max_by(|a, b| width(a).total_cmp(&width(b)));
    let title = widest.map_or_else(String::new, |o| {
        let (low, high) = (with_unit(view, o.ends.0, &o.unit), with_unit(view, o.ends.1, &o.unit));
        say!(
            view,
            "“{}” is the least certain: {} to {} in nine futures of ten",
            "Меньше всего известно о показателе «{}»: от {} до {} в девяти вариантах из десяти",
            label(o.key),
            low,
            high
        )
    });
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Headlines of {} futures, each in % of its median; {}",
            "Показатели, вариантов: {}, каждый в % медианы; {}",
            number::fixed(view.meta.member as f64, 0),
            view.window()
        ),
        note: view
            .pick(
                "Dot: mean. Line: P5 to P95. Box: twice the simulation error. Right: the mean.",
                "Точка: среднее. Линия: P5–P95. Прямоугольник: две ошибки расчёта. Справа – среднее.",
            )
            .into(),
    };
    let rows: Vec<Row> = found
        .iter()
        .map(|o| {
            let share = |v: f64| 100.0 * (v - o.median) / o.median.abs();
            Row {
                name: label(o.key),
                of: String::new(),
                at: share(o.mean),
                ends: (share(o.ends.0), share(o.ends.1)),
                error: 100.0 * o.error / o.median.abs(),
                text: with_unit(view, o.mean, &o.unit),
                color: style::BLUE,
            }
        })
        .collect();
    let numbers = |f: fn(&Outcome) -> f64| found.iter().map(f).collect::<Vec<f64>>();
    let data = Table {
        name: "outcomes".into(),
        title: "Spread of the headlines.".into(),
        columns: vec![
            Column::texts("metric", "Metric", "Key of the metric.", found.iter().map(|o| o.key.into()).collect()),
            Column::texts("unit", "Unit", "Unit of the values.", found.iter().map(|o| o.unit.clone().into()).collect()),
            Column::numbers("mean", "", "Mean", "Mean over members.", numbers(|o| o.mean)),
            Column::numbers("p05", "", "P5", "Over members.", numbers(|o| o.ends.0)),
            Column::numbers("p50", "", "Median", "Over members.", numbers(|o| o.median)),
            Column::numbers("p95", "", "P95", "Over members.", numbers(|o| o.ends.1)),
        ],
    };
    let alt =
        say!(view, "Rows of {} headlines with their ranges.", "Строки показателей с диапазонами: {}.", rows.len());
    finish(view, "outcomes", words, alt, data, |canvas, frame| {
        interval::draw(canvas, frame, &rows, view.pick("% from the median", "% от медианы"));
    })
}
