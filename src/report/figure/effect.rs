//! `effect`: what each measure changes against the baseline, in the same futures, relative to the baseline's mean.

use super::interval::{self, Row};
use super::{Drawing, finish};
use crate::record::metric::metric;
use crate::report::data::{Column, Table};
use crate::report::story::differences::{Difference, differences, with_unit};
use crate::report::style::{self, Words};
use crate::report::view::{View, say};
use crate::report::{ReportError, number};

/// Metrics in the order in which they are drawn.
const SHOWN: &[&str] = &[
    "mining_gwh",
    "mining_peak_mw",
    "hashrate_mean_eh_s",
    "btc_mined",
    "mining_revenue_usd",
    "mining_power_cost_usd",
    "mining_profit_usd",
    "tax_usd",
    "implicit_subsidy_usd",
    "export_gwh",
    "hydro_gwh",
    "thermal_gwh",
    "region_peak_mw",
    "unserved_mwh",
    "curtailed_mining_mwh",
    "congested_hours",
    "n1_insecure_hours",
    "home_hours_without_power",
    "emissions_kt_co2",
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let all = differences(view);
    let mut found: Vec<(&Difference, f64)> = Vec::new();
    for key in SHOWN {
        for d in all.iter().filter(|d| d.metric == *key && (d.of == "total" || d.of.is_empty())) {
            // A share of next to nothing says nothing.
            if d.baseline.abs() > 1e-6 && (d.range.0 != 0.0 || d.range.1 != 0.0 || d.diff != 0.0) {
                found.push((d, 100.0 / d.baseline.abs()));
            }
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let mut arms: Vec<&str> = Vec::new();
    for (d, _) in &found {
        if !arms.contains(&d.arm.as_str()) {
            arms.push(&d.arm);
        }
    }
    let colors = [style::BLUE, style::VERMILION, style::GREEN, style::PURPLE, style::ORANGE];
    let label = |key: &str| metric(key).map_or(key.to_owned(), |m| view.pick(m.label, m.label_ru).to_owned());
    let sure = |d: &Difference| d.std_err.is_finite() && d.diff.abs() > 2.0 * d.std_err && d.diff != 0.0;
    let largest =
        found.iter().filter(|(d, _)| sure(d)).max_by(|a, b| (a.0.diff * a.1).abs().total_cmp(&(b.0.diff * b.1).abs()));
    let title = match largest {
        Some((d, share)) => {
            let by = number::percent((d.diff * share).abs() / 100.0);
            let (name, arm) = (label(&d.metric), d.arm.as_str());
            if d.diff < 0.0 {
                say!(
                    view,
                    "With {} it is “{}” that moves most: down by {}",
                    "Сильнее всего при {} меняется «{}»: вниз на {}",
                    arm,
                    name,
                    by
                )
            } else {
                say!(
                    view,
                    "With {} it is “{}” that moves most: up by {}",
                    "Сильнее всего при {} меняется «{}»: вверх на {}",
                    arm,
                    name,
                    by
                )
            }
        }
        None => view
            .pick(
                "No headline moves by more than twice its simulation error",
                "Ни один показатель не сдвинулся больше двух ошибок расчёта",
            )
            .to_owned(),
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Mean change against {}, % of its mean, same futures with and without; {}",
            "Среднее изменение против {}, % его среднего, одни и те же варианты; {}",
            view.meta.name,
            view.window()
        ),
        note: view
            .pick(
                "Line: nine futures of ten (P5 to P95). Box: twice the simulation error of the mean, either side.",
                "Линия: девять вариантов из десяти (P5–P95). Прямоугольник: две ошибки расчёта среднего в обе стороны.",
            )
            .into(),
    };
    let several = arms.len() > 1;
    let rows: Vec<Row> = found
        .iter()
        .map(|(d, share)| Row {
            name: label(&d.metric),
            of: if several { d.arm.clone() } else { String::new() },
            at: d.diff * share,
            ends: (d.range.0 * share, d.range.1 * share),
            error: d.std_err * share,
            text: format!("{}{}", if d.diff > 0.0 { "+" } else { "" }, with_unit(view, d.diff, &d.unit)),
            color: colors[arms.iter().position(|a| *a == d.arm).unwrap_or(0) % colors.len()],
        })
        .collect();
    let numbers = |f: &dyn Fn(&(&Difference, f64)) -> f64| found.iter().map(f).collect::<Vec<f64>>();
    let texts = |f: &dyn Fn(&Difference) -> String| found.iter().map(|(d, _)| f(d).into()).collect();
    let data = Table {
        name: "effect".into(),
        title: "Changes against the baseline.".into(),
        columns: vec![
            Column::texts("arm", "Arm", "The scenario compared.", texts(&|d| d.arm.clone())),
            Column::texts("metric", "Metric", "Key of the metric.", texts(&|d| d.metric.clone())),
            Column::texts("unit", "Unit", "Unit of the difference.", texts(&|d| d.unit.clone())),
            Column::numbers("diff", "", "Difference", "Mean difference.", numbers(&|(d, _)| d.diff)),
            Column::numbers(
                "std_err",
                "",
                "Simulation error",
                "Standard error of the mean difference.",
                numbers(&|(d, _)| d.std_err),
            ),
            Column::numbers(
                "diff_pct",
                "%",
                "Relative",
                "Mean difference over the baseline's mean.",
                numbers(&|(d, s)| d.diff * s),
            ),
            Column::numbers("low_pct", "%", "P5", "Relative to the baseline's mean.", numbers(&|(d, s)| d.range.0 * s)),
            Column::numbers(
                "high_pct",
                "%",
                "P95",
                "Relative to the baseline's mean.",
                numbers(&|(d, s)| d.range.1 * s),
            ),
        ],
    };
    let alt = say!(view, "Rows of {} changes with their ranges.", "Строки изменений с диапазонами: {}.", rows.len());
    finish(view, "effect", words, alt, data, |canvas, frame| {
        interval::draw(canvas, frame, &rows, view.pick("% of the baseline’s mean", "% среднего базы"));
    })
}
