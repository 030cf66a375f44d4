//! `baikal-years`: the lake's level through dry, normal and wet years against the decree.

use super::baikal_level::BAND;
use super::{Drawing, column, finish, month_names, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// What the decrees allow in dry and in wet years, m (Government of Russia, decree 1667 of 27 December 2017, and 481 of 11 April
/// 2025 with the same numbers).
const WIDE: (f64, f64) = (455.54, 457.85);

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("baikal_years") else { return Ok(None) };
    let (years, days) = (column(sheet, "year"), column(sheet, "day"));
    let days: Vec<(f64, &str)> = sheet.rows.iter().map(|row| (number_at(row, years), text_at(row, days))).collect();
    let levels = |key: &str| -> Vec<f64> {
        let at = column(sheet, key);
        sheet.rows.iter().map(|row| number_at(row, at)).collect()
    };
    let kinds: [(&str, &str, Vec<f64>, Rgb, Dash); 3] = [
        ("wet_m", view.pick("Wet", "Многоводные"), levels("wet_m"), style::BLUE, Dash::Dashed),
        ("normal_m", view.pick("Normal", "Обычные"), levels("normal_m"), style::GREEN, Dash::Solid),
        ("dry_m", view.pick("Dry", "Маловодные"), levels("dry_m"), style::VERMILION, Dash::Dotted),
    ];
    let Some((low, high)) = range(kinds.iter().flat_map(|k| k.2.iter().copied())) else { return Ok(None) };
    let outside = |values: &[f64]| values.iter().filter(|l| **l < BAND.0 || **l > BAND.1).count() as f64;
    let told = |n: f64| view.count(n, ["day", "days"], ["день", "дня", "дней"]);
    let words = Words {
        title: say!(
            view,
            "Outside the meter allowed: {} of two dry years, {} of two normal, {} of two wet",
            "Вне разрешённого метра: {} за два маловодных года, {} за два обычных, {} за два многоводных",
            told(outside(&kinds[2].2)),
            told(outside(&kinds[1].2)),
            told(outside(&kinds[0].2))
        ),
        subtitle: view
            .pick(
                "Level of Lake Baikal, m, through two years of one kind: the cascade alone, releases by its rule",
                "Уровень Байкала, м, за два года одного вида: один каскад, попуски по правилу",
            )
            .into(),
        note: view
            .pick(
                "Dry and wet: what the rivers bring, times one factor in every month. Band: the ordinary 456–457 m; dashed: what \
                 decrees allowed in dry and wet years of 2018–2021 and 2025–2027.",
                "Маловодный и многоводный: валовой приток с одним множителем во все месяцы. Полоса: обычные 456–457 м; пунктир: \
                 разрешённое в маловодные и многоводные годы 2018–2021 и 2025–2027.",
            )
            .into(),
    };
    let mut columns = vec![
        Column::numbers("year", "", "Year", "Which year, from one.", days.iter().map(|d| d.0).collect::<Vec<_>>()),
        Column::texts("day", "Day", "Month and day.", days.iter().map(|d| d.1.to_owned().into()).collect()),
    ];
    for (key, name, values, ..) in &kinds {
        let about = "Level at the end of the day in years of this kind.";
        columns.push(Column::numbers(format!("level_{key}"), "m", (*name).to_owned(), about, values.clone()));
    }
    let title = "Level of Lake Baikal by kind of year.".into();
    let data = Table { name: "baikal-years".into(), title, columns };
    let alt = say!(
        view,
        "Three lines of the lake’s level between {} and {} m with the band of 456 to 457 m.",
        "Три линии уровня озера от {} до {} м с полосой от 456 до 457 м.",
        number::fixed(low, 2),
        number::fixed(high, 2)
    );
    // Months, and where each day lies among them.
    let mut labels: Vec<String> = Vec::new();
    let mut places = Vec::with_capacity(days.len());
    for (year, day) in &days {
        let (month, of_month) = day.split_once('-').unwrap_or((day, "1"));
        let month = say!(view, "year {}-{}", "{}-й год-{}", number::fixed(*year, 0), month);
        if labels.last().is_none_or(|last| *last != month) {
            labels.push(month);
        }
        let of_month: f64 = of_month.parse().unwrap_or(1.0);
        places.push(labels.len() as f64 - 1.0 + of_month / 31.0);
    }
    finish(view, "baikal-years", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        let letters = Lettering::new(13.5).bold();
        let widest = kinds.iter().map(|k| canvas.span(k.1, letters)).fold(0.0, f64::max);
        frame.right -= widest + 14.0;
        let x = Scale::new((0.0, labels.len() as f64), (frame.left, frame.right));
        let y = Scale::new((low.min(WIDE.0) - 0.12, high.max(WIDE.1) + 0.12), (frame.bottom, frame.top));
        canvas.block((frame.left, y.at(BAND.1)), (frame.right, y.at(BAND.0)), style::SKY, 0.16);
        style::value_axis(canvas, frame, &y, 6, view.pick("m", "м"));
        for (edge, name) in [
            (WIDE.1, view.pick("wet years: 457.85 m", "в многоводные: 457,85 м")),
            (WIDE.0, view.pick("dry years: 455.54 m", "в маловодные: 455,54 м")),
        ] {
            let at = y.at(edge);
            canvas.line(&[(frame.left, at), (frame.right, at)], Ink::new(style::NAVY, 1.2).dash(Dash::Dashed));
            let baseline = at - 6.0;
            let places = [((frame.left + 8.0, baseline), Anchor::Start), ((frame.right - 4.0, baseline), Anchor::End)];
            canvas.label(&places, name, Lettering::new(12.5).color(style::NAVY));
        }
        for (_, _, values, color, dash) in &kinds {
            let points: Vec<Point> = places.iter().zip(values).map(|(p, v)| (x.at(*p), y.at(*v))).collect();
            canvas.line(&points, Ink::new(*color, 2.4).dash(*dash));
        }
        let last = |values: &[f64]| values.last().map_or(frame.bottom, |v| y.at(*v) + 4.5);
        let wanted: Vec<f64> = kinds.iter().map(|k| last(&k.2)).collect();
        let placed = style::label::spread(&wanted, 18.0, frame.top + 4.0, frame.bottom);
        for ((_, name, _, color, _), at) in kinds.iter().zip(placed) {
            canvas.text((frame.right + 8.0, at), name, letters.color(*color));
        }
        month_names(canvas, frame, view, &labels, &x);
    })
}
