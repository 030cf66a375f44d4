//! `baikal-level`: the level of Lake Baikal against the meter that the decree allows.

use super::{Drawing, finish, month_axis};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number, period};

/// The band of the decrees on the level of Lake Baikal, meters above the Pacific height system (Government of Russia,
/// decree 234 of 26 March 2001: 456 to 457 m).
pub(super) const BAND: (f64, f64) = (456.0, 457.0);

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(level) = view.series("level_baikal_m") else { return Ok(None) };
    let bounds = period::day_bounds(view.record);
    let daily: Vec<f64> = bounds.windows(2).map(|w| level[w[1] - 1]).collect();
    let Some((low, high)) = range(daily.iter().copied()) else { return Ok(None) };
    let above = daily.iter().filter(|l| **l > BAND.1).count();
    let below = daily.iter().filter(|l| **l < BAND.0).count();
    let meters = |v: f64| number::fixed(v, 2);
    let days = |n: usize| view.count(n as f64, ["day", "days"], ["день", "дня", "дней"]);
    let title = match (below, above) {
        (0, 0) => say!(
            view,
            "Lake Baikal stayed within the meter allowed: {} to {} m",
            "Байкал оставался в разрешённом метре: от {} до {} м",
            meters(low),
            meters(high)
        ),
        (b, 0) => say!(
            view,
            "Lake Baikal lay under 456 m for {}, down to {} m",
            "Байкал был ниже 456 м {}, до {} м",
            days(b),
            meters(low)
        ),
        (0, a) => say!(
            view,
            "Lake Baikal lay over 457 m for {}, up to {} m",
            "Байкал был выше 457 м {}, до {} м",
            days(a),
            meters(high)
        ),
        (b, a) => say!(
            view,
            "Lake Baikal left the meter allowed both ways: {} under 456 m, {} over 457 m",
            "Байкал выходил из разрешённого метра в обе стороны: {} ниже 456 м, {} выше 457 м",
            days(b),
            days(a)
        ),
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Level at the end of each day, meters in the Pacific height system; {}",
            "Уровень на конец суток, метры Тихоокеанской системы высот; {}",
            view.window()
        ),
        note: view
            .pick(
                "The band of 456–457 m is the ordinary one; decrees have widened it for single years.",
                "Полоса 456–457 м – обычная; постановления расширяли её на отдельные годы.",
            )
            .into(),
    };
    let dates = (0..daily.len()).map(|d| view.record.window.from.plus(d as i32).to_string().into()).collect();
    let data = Table {
        name: "baikal-level".into(),
        title: "Level of Lake Baikal at the end of each day.".into(),
        columns: vec![
            Column::texts("date", "Day", "The day.", dates),
            Column::numbers(
                "level_baikal_m",
                "m",
                "Level",
                "Level of Lake Baikal, Pacific height system.",
                daily.clone(),
            ),
        ],
    };
    let alt = say!(
        view,
        "A line of the lake’s level between {} and {} m with the band of 456 to 457 m.",
        "Линия уровня озера от {} до {} м с полосой от 456 до 457 м.",
        meters(low),
        meters(high)
    );
    finish(view, "baikal-level", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 46.0;
        let x = Scale::new((0.0, daily.len() as f64), (frame.left, frame.right));
        let y = Scale::new((low.min(BAND.0) - 0.08, high.max(BAND.1) + 0.08), (frame.bottom, frame.top));
        canvas.block((frame.left, y.at(BAND.1)), (frame.right, y.at(BAND.0)), style::SKY, 0.16);
        style::value_axis(canvas, frame, &y, 6, view.pick("m", "м"));
        for (edge, name, below) in [
            (BAND.1, view.pick("upper end of the decree’s band, 457 m", "верхний край полосы, 457 м"), false),
            (BAND.0, view.pick("lower end, 456 m", "нижний край, 456 м"), true),
        ] {
            let at = y.at(edge);
            canvas.line(&[(frame.left, at), (frame.right, at)], Ink::new(style::NAVY, 1.4));
            let baseline = if below { at + 16.0 } else { at - 7.0 };
            let places = [((frame.left + 8.0, baseline), Anchor::Start), ((frame.right - 4.0, baseline), Anchor::End)];
            canvas.label(&places, name, Lettering::new(13.0).color(style::NAVY));
        }
        let points: Vec<Point> = daily.iter().enumerate().map(|(d, v)| (x.at(d as f64 + 1.0), y.at(*v))).collect();
        canvas.line(&points, Ink::new(style::BLUE, 2.4));
        if let Some((px, py)) = points.last() {
            canvas.dot((*px, *py), 3.5, style::BLUE);
            let text = meters(daily[daily.len() - 1]);
            canvas.text((px + 8.0, py + 5.0), &text, Lettering::new(14.0).bold().color(style::BLUE));
        }
        month_axis(canvas, frame, view, &x);
    })
}
