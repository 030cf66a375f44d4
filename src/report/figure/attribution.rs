//! `attribution`: which measure of a package did how much of its effect on one headline, as a waterfall.

use super::{Drawing, column, finish, number_at, text_at};
use crate::record::metric::metric;
use crate::report::ReportError;
use crate::report::data::{Column, Table};
use crate::report::story::differences::with_unit;
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Scale, Words};
use crate::report::view::{View, range, say};

/// Headlines worth a waterfall, the first that the package moves is drawn.
const SHOWN: &[&str] = &[
    "mining_profit_usd",
    "hashrate_mean_eh_s",
    "mining_gwh",
    "mining_revenue_usd",
    "tax_usd",
    "unserved_mwh",
    "export_gwh",
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("attribution") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let total = |of: &str| of.is_empty() || of == "total";
    let rows_of = |arm: &str, shown: &str| -> Vec<(String, f64, f64)> {
        sheet
            .rows
            .iter()
            .filter(|r| {
                text_at(r, key("metric")) == shown && text_at(r, key("arm")) == arm && total(text_at(r, key("of")))
            })
            .map(|r| (text_at(r, key("measure")).to_owned(), number_at(r, key("effect")), number_at(r, key("std_err"))))
            .filter(|r| r.1.is_finite())
            .collect()
    };
    let Some(arm) = sheet.rows.first().map(|r| text_at(r, key("arm")).to_owned()) else { return Ok(None) };
    let found = SHOWN
        .iter()
        .map(|k| (*k, rows_of(&arm, k)))
        .find(|(_, rows)| rows.len() > 1 && rows.iter().any(|r| r.1 != 0.0));
    let Some((shown, rows)) = found else { return Ok(None) };
    let (unit, label) =
        metric(shown).map_or(("", shown.to_owned()), |m| (m.unit, view.pick(m.label, m.label_ru).to_owned()));
    let sum: f64 = rows.iter().map(|r| r.1).sum();
    let most = rows.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).cloned().unwrap_or_default();
    let words = Words {
        title: say!(
            view,
            "Of the package’s {} on “{}”, {} comes from {}",
            "Из {} пакета по показателю «{}» {} даёт {}",
            with_unit(view, sum, unit),
            label,
            with_unit(view, most.1, unit),
            most.0
        ),
        subtitle: say!(view, "{} against {}: mean effect of each measure; {}", "{} против {}: средний вклад каждой меры; {}", arm, view.meta.name, view.window()),
        note: view
            .pick(
                "Shapley values: each measure’s mean effect over all orders of adding it; they sum to the whole. Thin line: twice the simulation error.",
                "Значения Шепли: средний вклад меры по всем порядкам добавления; в сумме – весь эффект. Тонкая линия: две ошибки расчёта.",
            )
            .into(),
    };
    let data = Table {
        name: "attribution".into(),
        title: format!("Effect of each measure on {shown}.").into(),
        columns: vec![
            Column::texts("measure", "Measure", "The measure.", rows.iter().map(|r| r.0.clone().into()).collect()),
            Column::numbers("effect", unit, "Effect", "Mean effect.", rows.iter().map(|r| r.1).collect::<Vec<_>>()),
            Column::numbers(
                "std_err",
                unit,
                "Simulation error",
                "Of the mean.",
                rows.iter().map(|r| r.2).collect::<Vec<_>>(),
            ),
        ],
    };
    let alt = say!(
        view,
        "Waterfall of {} measures that sum to {}.",
        "Каскад вкладов, мер: {}, в сумме {}.",
        rows.len(),
        with_unit(view, sum, unit)
    );
    finish(view, "attribution", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        let scale = if unit == "USD" { 1e6 } else { 1.0 };
        let mut level = 0.0;
        let mut ends = vec![0.0];
        for r in &rows {
            level += r.1 / scale;
            ends.push(level);
            if r.2.is_finite() {
                ends.extend([level - 2.0 * r.2 / scale, level + 2.0 * r.2 / scale]);
            }
        }
        let Some((low, high)) = range(ends.iter().copied()) else { return };
        let y = Scale::round((low, high), (frame.bottom - 26.0, frame.top), 6);
        let unit_text = if unit == "USD" { view.pick("million USD", "млн долл.") } else { view.unit(unit) };
        style::value_axis(canvas, frame, &y, 6, unit_text);
        let bars = rows.len() + 1;
        let x = Scale::new((0.0, bars as f64), (frame.left, frame.right));
        let mut level = 0.0;
        let size = if frame.is_narrow() { 11.0 } else { 13.0 };
        for (i, (name, effect, error)) in rows.iter().chain([&(String::new(), sum, f64::NAN)]).enumerate() {
            let last = i + 1 == bars;
            let (from, to) = if last { (0.0, sum / scale) } else { (level, level + effect / scale) };
            let color = match (last, *effect < 0.0) {
                (true, _) => style::BLACK,
                (_, true) => style::VERMILION,
                (_, false) => style::GREEN,
            };
            let (a, b) = (x.at(i as f64 + 0.14), x.at(i as f64 + 0.86));
            canvas.block((a, y.at(from)), (b, y.at(to)), color, 0.9);
            if !last {
                canvas.line(
                    &[(b, y.at(to)), (x.at(i as f64 + 1.14), y.at(to))],
                    Ink::new(style::GRAY, 1.0).dash(Dash::Dotted),
                );
            }
            let middle = f64::midpoint(a, b);
            if error.is_finite() {
                let half = 2.0 * error / scale;
                canvas.line(&[(middle, y.at(to - half)), (middle, y.at(to + half))], Ink::new(style::BLACK, 1.2));
            }
            let (top, bottom) = (y.at(from.max(to)), y.at(from.min(to)));
            let value = format!("{}{}", if *effect > 0.0 { "+" } else { "" }, with_unit(view, *effect, unit));
            let places = [((middle, top - 6.0), Anchor::Middle), ((middle, bottom + 15.0), Anchor::Middle)];
            canvas.label(&places, &value, Lettering::new(size).bold());
            let name = if last { view.pick("package", "пакет") } else { name.rsplit('/').next().unwrap_or(name) };
            let places = [18.0, 34.0, 50.0].map(|dy| ((middle, frame.bottom - 8.0 + dy), Anchor::Middle));
            canvas.label(&places, name, Lettering::new(size).color(style::GRAY));
            level = to;
        }
    })
}
