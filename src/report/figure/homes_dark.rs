//! `homes-dark`: homes that overload left without power, by month and cause, and how many at once.

use super::{Drawing, column, finish, month_axis, number_at, text_at};
use crate::calendar::Day;
use crate::report::data::{Column, Table};
use crate::report::style::{self, Frame, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, largest, range, say};
use crate::report::{ReportError, number, period};

/// Causes: word in the table, English, Russian, color.
const CAUSES: [(&str, &str, &str, Rgb); 5] = [
    ("overcurrent", "Overcurrent", "Перегрузка", style::VERMILION),
    ("heat", "Heat", "Перегрев", style::ORANGE),
    ("aging", "Aging", "Износ", style::GRAY),
    ("conductor", "Conductor", "Провод", style::BLUE),
    ("voltage", "Low voltage", "Напряжение", style::PURPLE),
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(dark) = view.series("homes_dark") else { return Ok(None) };
    let bounds = period::day_bounds(view.record);
    let most: Vec<f64> = bounds
        .windows(2)
        .map(|w| dark.get(w[0]..w[1]).unwrap_or_default().iter().copied().fold(0.0, f64::max))
        .collect();
    let Some((_, peak)) = largest(&most).filter(|m| m.1 > 0.0) else { return Ok(None) };
    let (labels, months) = period::months(view.record);
    let steps_per_day = view.record.window.steps_per_day().max(1);
    let mut by_month = vec![[0.0; CAUSES.len()]; labels.len()];
    if let Some(sheet) = view.record.sheet("outages") {
        let key = |k: &str| column(sheet, k);
        for row in &sheet.rows {
            let homes = number_at(row, key("homes"));
            let cause = CAUSES.iter().position(|c| c.0 == text_at(row, key("cause")));
            let (Some(day), Some(cause)) = (Day::parse(text_at(row, key("day"))), cause) else { continue };
            let step = usize::try_from(day.0 - view.record.window.from.0).unwrap_or(0) * steps_per_day;
            let month = months.windows(2).position(|w| (w[0]..w[1]).contains(&step));
            if let Some(slot) = month.and_then(|m| by_month.get_mut(m)).filter(|_| homes.is_finite()) {
                slot[cause] += homes;
            }
        }
    }
    let causes: Vec<usize> = (0..CAUSES.len()).filter(|c| by_month.iter().any(|m| m[*c] > 0.0)).collect();
    let all: f64 = by_month.iter().flatten().sum();
    let peak_text = number::fixed(peak, 0);
    let modeled = view
        .record
        .number("homes_modeled")
        .map_or_else(String::new, |n| say!(view, " of {} modeled", " из {} модельных", number::fixed(n, 0)));
    let title = say!(
        view,
        "Overload left up to {} homes{} dark at once",
        "Из-за перегрузки без света разом оставалось до {} домов{}",
        peak_text,
        modeled
    );
    let words = Words {
        title,
        subtitle: if all > 0.0 {
            say!(
                view,
                "Homes that lost power, by month and cause, {} in all; under it the most at once on each day; {}",
                "Отключения домов по месяцам и причинам, всего {}; ниже – больше всего разом за сутки; {}",
                number::fixed(all, 0),
                view.window()
            )
        } else {
            say!(view, "Most homes without power at once, each day; {}", "Больше всего домов без света разом; {}", view.window())
        },
        note: view
            .pick(
                "Overload of transformers and feeders alone: wind, trees and vehicles are not modeled. A home that loses power twice counts twice.",
                "Только перегрузка трансформаторов и линий: ветер, деревья и машины не моделируются. Дважды отключённый дом считается дважды.",
            )
            .into(),
    };
    let date = |d: usize| view.record.window.from.plus(d as i32);
    let data = Table {
        name: "homes-dark".into(),
        title: "Homes without power.".into(),
        columns: vec![
            Column::texts("date", "Day", "The day.", (0..most.len()).map(|d| date(d).to_string().into()).collect()),
            Column::numbers(
                "homes_dark_max",
                "",
                "Most at once",
                "Most homes without power in an hour of the day.",
                most.clone(),
            ),
        ],
    };
    let data = with_causes(data, view, &causes);
    let alt = say!(
        view,
        "Bars of homes that lost power by month and cause, and a line of the most at once, up to {}.",
        "Столбцы отключённых домов по месяцам и причинам и линия наибольшего числа разом, до {}.",
        peak_text
    );
    finish(view, "homes-dark", words, alt, data, |canvas, mut frame| {
        frame.right -= if frame.is_narrow() { 84.0 } else { 100.0 };
        frame.top += 18.0;
        let days = Scale::new((0.0, most.len() as f64), (frame.left, frame.right));
        let strip = if all > 0.0 { frame.top + (frame.bottom - frame.top) * 0.64 } else { frame.top };
        if all > 0.0 {
            let main = Frame { bottom: strip - 46.0, ..frame };
            let sums: Vec<f64> = by_month.iter().map(|m| m.iter().sum()).collect();
            let high = range(sums.iter().copied()).map_or(1.0, |r| r.1);
            let y = Scale::round((0.0, high), (main.bottom, main.top), 4);
            style::value_axis(canvas, main, &y, 4, view.pick("homes a month", "домов в месяц"));
            let mut last = vec![0.0; CAUSES.len()];
            for (month, ends) in by_month.iter().zip(months.windows(2)) {
                let [a, z] = [ends[0], ends[1]].map(|step| days.at(step as f64 / steps_per_day as f64));
                let gap = ((z - a) * 0.1).min(3.0);
                let mut level = 0.0;
                for cause in &causes {
                    let top = level + month[*cause];
                    canvas.block((a + gap, y.at(level)), (z - gap, y.at(top)), CAUSES[*cause].3, 1.0);
                    if month[*cause] > 0.0 && level > 0.0 {
                        canvas.line(&[(a + gap, y.at(level)), (z - gap, y.at(level))], Ink::new(style::WHITE, 1.0));
                    }
                    last[*cause] += month[*cause];
                    level = top;
                }
            }
            // Names in the order of the stack, from its top down.
            for (row, cause) in causes.iter().rev().enumerate() {
                let (_, en, ru, color) = CAUSES[*cause];
                let base = main.top + 12.0 + 38.0 * row as f64;
                canvas.block((frame.right + 8.0, base - 10.0), (frame.right + 14.0, base + 18.0), color, 1.0);
                canvas.text((frame.right + 19.0, base), view.pick(en, ru), Lettering::new(13.0).bold());
                let sum = number::fixed(last[*cause], 0);
                canvas.text((frame.right + 19.0, base + 16.0), &sum, Lettering::new(12.5).color(style::GRAY));
            }
        }
        let part = Frame { top: strip, ..frame };
        let y = Scale::round((0.0, peak), (part.bottom, part.top), 3);
        style::value_axis(canvas, part, &y, 3, view.pick("homes dark at once", "домов без света разом"));
        let mut steps: Vec<Point> = Vec::with_capacity(most.len() * 2);
        for (d, homes) in most.iter().enumerate() {
            steps.extend([(days.at(d as f64), y.at(*homes)), (days.at(d as f64 + 1.0), y.at(*homes))]);
        }
        let base: Vec<Point> = steps.iter().map(|p| (p.0, y.at(0.0))).collect();
        canvas.band(&steps, &base, style::SLATE, 1.0);
        canvas.line(&steps, Ink::new(style::BLACK, 1.2));
        let letters = Lettering::new(13.0).bold();
        canvas.text((frame.right + 8.0, part.top + 12.0), view.pick("At once", "Разом"), letters);
        let up_to = say!(view, "up to {}", "до {}", peak_text);
        canvas.text((frame.right + 8.0, part.top + 28.0), &up_to, Lettering::new(12.5).color(style::GRAY));
        month_axis(canvas, frame, view, &days);
    })
}

/// The day's interruptions by cause beside the day's most.
fn with_causes(mut data: Table<'static>, view: &View<'_>, causes: &[usize]) -> Table<'static> {
    let Some(sheet) = view.record.sheet("outages") else { return data };
    let key = |k: &str| column(sheet, k);
    let from = view.record.window.from;
    for cause in causes {
        let (id, en, ..) = CAUSES[*cause];
        let mut values = vec![0.0; view.record.window.days()];
        for row in sheet.rows.iter().filter(|r| text_at(r, key("cause")) == id) {
            let day = Day::parse(text_at(row, key("day"))).and_then(|d| usize::try_from(d.0 - from.0).ok());
            if let Some(slot) = day.and_then(|d| values.get_mut(d)) {
                *slot += number_at(row, key("homes"));
            }
        }
        data.columns.push(Column::numbers(
            format!("homes_interrupted_{id}"),
            "",
            en,
            "Homes that lost power that day for this cause.",
            values,
        ));
    }
    data
}
