//! `tornado`: how far one headline moves when each assumption goes from one end of its range to the other.

use super::{Drawing, column, finish, number_at, text_at};
use crate::record::metric::metric;
use crate::report::data::{Column, Table};
use crate::report::story::differences::with_unit;
use crate::report::style::{self, Anchor, Ink, Lettering, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// Headlines worth a tornado; the first that an assumption moves is drawn.
const SHOWN: &[&str] = &["mining_profit_usd", "mining_gwh", "unserved_mwh", "hashrate_mean_eh_s", "region_peak_mw"];

struct Bar {
    key: String,
    ends: (f64, f64),
    at: (f64, f64),
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("sensitivity") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let whole = |r: &[crate::record::Cell]| ["total", ""].contains(&text_at(r, key("of")));
    let moved = |metric: &str| {
        let mut rows = sheet.rows.iter().filter(|r| text_at(r, key("metric")) == metric && whole(r));
        rows.any(|r| number_at(r, key("at_low")) != number_at(r, key("at_high")))
    };
    let first = sheet.rows.first().map(|r| text_at(r, key("metric")));
    let Some(shown) = SHOWN.iter().copied().find(|m| moved(m)).or(first).map(str::to_owned) else { return Ok(None) };
    let mut bars: Vec<Bar> = sheet
        .rows
        .iter()
        .filter(|r| text_at(r, key("metric")) == shown && whole(r))
        .map(|r| Bar {
            key: text_at(r, key("key")).to_owned(),
            ends: (number_at(r, key("low")), number_at(r, key("high"))),
            at: (number_at(r, key("at_low")), number_at(r, key("at_high"))),
        })
        .filter(|b| b.at.0.is_finite() && b.at.1.is_finite() && b.at.0 != b.at.1)
        .collect();
    bars.sort_by(|a, b| (b.at.1 - b.at.0).abs().total_cmp(&(a.at.1 - a.at.0).abs()).then_with(|| a.key.cmp(&b.key)));
    let Some(most) = bars.first() else { return Ok(None) };
    let (unit, label) =
        metric(&shown).map_or(("", shown.clone()), |m| (m.unit, view.pick(m.label, m.label_ru).to_owned()));
    let words = Words {
        title: say!(
            view,
            "{} moves “{}” most: by {}, from {} to {}",
            "Сильнее всего показатель «{1}» двигает {0}: на {2}, от {3} до {4}",
            most.key,
            label,
            with_unit(view, (most.at.1 - most.at.0).abs(), unit),
            with_unit(view, most.at.0, unit),
            with_unit(view, most.at.1, unit)
        ),
        subtitle: say!(
            view,
            "“{}” at both ends of each assumption’s range, the others held; {}",
            "«{}» на краях диапазона каждого допущения при прочих равных; {}",
            label,
            view.window()
        ),
        note: view
            .pick(
                "Light end: the range’s low end; dark end: its high end.",
                "Светлый конец: нижний край диапазона; тёмный: верхний.",
            )
            .into(),
    };
    let numbers = |f: fn(&Bar) -> f64| bars.iter().map(f).collect::<Vec<f64>>();
    let data = Table {
        name: "tornado".into(),
        title: format!("{shown} at both ends of each assumption.").into(),
        columns: vec![
            Column::texts("key", "Key", "The assumption.", bars.iter().map(|b| b.key.clone().into()).collect()),
            Column::numbers("low", "", "Low end", "Of the range.", numbers(|b| b.ends.0)),
            Column::numbers("high", "", "High end", "Of the range.", numbers(|b| b.ends.1)),
            Column::numbers("at_low", unit, "At the low end", "The metric there.", numbers(|b| b.at.0)),
            Column::numbers("at_high", unit, "At the high end", "The metric there.", numbers(|b| b.at.1)),
        ],
    };
    let alt = say!(view, "Bars of {} assumptions by their influence.", "Полосы допущений по влиянию: {}.", bars.len());
    finish(view, "tornado", words, alt, data, |canvas, frame| {
        let narrow = frame.is_narrow();
        let margin = if narrow { 16.0 } else { 24.0 };
        let height = if narrow { 36.0 } else { 24.0 };
        let room = ((frame.bottom - frame.top) / height) as usize;
        let shown = &bars[..bars.len().min(room.max(1))];
        let letters = Lettering::new(12.5);
        let widest = shown.iter().map(|b| canvas.width(&b.key, letters)).fold(0.0, f64::max);
        let left = if narrow { margin + 8.0 } else { margin + widest + 14.0 };
        let scale = if unit == "USD" { 1e6 } else { 1.0 };
        let Some((low, high)) = range(shown.iter().flat_map(|b| [b.at.0 / scale, b.at.1 / scale])) else { return };
        let count = if narrow { 3 } else { 6 };
        let x = Scale::round((low, high), (left, frame.right - 14.0), count);
        let bottom = frame.top + height * shown.len() as f64;
        for tick in x.ticks(count) {
            canvas.line(&[(x.at(tick), frame.top), (x.at(tick), bottom)], Ink::new(style::FAINT, 1.0));
            let text = number::fixed(tick, x.decimals(count));
            canvas.label(
                &[((x.at(tick), bottom + 17.0), Anchor::Middle)],
                &text,
                Lettering::new(12.5).color(style::GRAY),
            );
        }
        let unit = if unit == "USD" { view.pick("million USD", "млн долл.") } else { unit };
        canvas.label(&[((frame.right, bottom + 34.0), Anchor::End)], unit, Lettering::new(12.5).color(style::GRAY));
        for (i, bar) in shown.iter().enumerate() {
            let top = frame.top + i as f64 * height;
            let (a, b) = if narrow { (top + 17.0, top + 31.0) } else { (top + 4.0, top + 20.0) };
            let base = if narrow { top + 12.0 } else { top + 16.0 };
            canvas.plain((margin, base), &bar.key, letters);
            let (from, to) = (bar.at.0 / scale, bar.at.1 / scale);
            let middle = f64::midpoint(from, to);
            canvas.block((x.at(from), a), (x.at(middle), b), style::SKY, 1.0);
            canvas.block((x.at(middle), a), (x.at(to), b), style::NAVY, 1.0);
        }
    })
}
