//! `corridor-duration`: for how many hours the north–south corridor carried how much, against its limit.

use super::{Drawing, finish};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{CORRIDOR, View, range, say};
use crate::report::{ReportError, number};

/// Points that a curve is drawn through.
const POINTS: usize = 400;

struct Curve {
    /// In the data's column.
    key: String,
    /// On paper.
    name: String,
    /// Flow in falling order.
    sorted: Vec<f64>,
}

impl Curve {
    /// The flow that a share of the hours reaches or exceeds.
    fn at(&self, share: f64) -> f64 {
        let i = (share * (self.sorted.len() - 1) as f64) as usize;
        self.sorted.get(i).copied().unwrap_or(f64::NAN)
    }
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(flow) = view.series(&format!("flow_{CORRIDOR}_mw")) else { return Ok(None) };
    let limit = view.series(&format!("limit_{CORRIDOR}_mw"));
    let row = view.interface(CORRIDOR);
    let Some((low, high)) = range(flow.iter().copied()) else { return Ok(None) };
    let hours = flow.len() as f64 * view.step_hours();
    let mut curves = vec![curve("whole_run".into(), view.pick("whole run", "всё время").into(), flow)];
    curves.extend(years(view, flow));

    let near = row.map(|r| r.hours_above_90pct).or_else(|| {
        let pairs = flow.iter().zip(limit?);
        Some(pairs.filter(|(f, l)| **l > 0.0 && f.abs() > 0.9 * **l).count() as f64 * view.step_hours())
    });
    let title = match (near, row) {
        (Some(_), Some(r)) if r.hours_at_limit >= 1.0 => {
            let of = view.of_hours(r.hours_at_limit, hours);
            if r.limit_assumed {
                say!(
                    view,
                    "The north–south corridor was at its assumed limit in {}",
                    "Коридор север – юг стоял на принятом пределе {}",
                    of
                )
            } else {
                say!(
                    view,
                    "The north–south corridor was at its limit in {}",
                    "Коридор север – юг стоял на пределе {}",
                    of
                )
            }
        }
        (Some(n), _) if n >= 1.0 => {
            say!(
                view,
                "The north–south corridor ran above 90 % of its limit in {}",
                "Коридор север – юг нёс больше 90 % предела {}",
                view.of_hours(n, hours)
            )
        }
        (Some(_), _) => say!(
            view,
            "The north–south corridor never came within 10 % of its limit; it carried {} MW at most",
            "Коридор север – юг ни разу не подошёл к пределу ближе 10 %; не больше {} МВт",
            number::fixed(high, 0)
        ),
        (None, _) => say!(
            view,
            "The north–south corridor carried up to {} MW",
            "Коридор север – юг нёс до {} МВт",
            number::fixed(high, 0)
        ),
    };
    let assumed = row.filter(|r| r.limit_assumed && r.limit_high_mw > r.limit_low_mw);
    let note = match (assumed, row) {
        (Some(r), _) => {
            let mw = |v: f64| number::fixed(v, 0);
            let low = flow.iter().filter(|f| f.abs() >= r.limit_low_mw).count() as f64 / flow.len() as f64;
            say!(
                view,
                "The limit is not published: {} MW is assumed, range {}–{} MW (shaded). The flow reached {} MW in {} of hours.",
                "Предел не опубликован: принято {} МВт, диапазон {}–{} МВт (полоса). Переток достигал {} МВт в {} часов.",
                mw(r.limit_mw),
                mw(r.limit_low_mw),
                mw(r.limit_high_mw),
                mw(r.limit_low_mw),
                number::percent(low)
            )
        }
        (None, Some(r)) => say!(
            view,
            "The limit that held longest: {} MW.",
            "Предел, действовавший дольше всего: {} МВт.",
            number::fixed(r.limit_mw, 0)
        ),
        (None, None) => String::new(),
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Flow from Bratsk towards Irkutsk, hours in falling order; {}",
            "Переток из Братска к Иркутску, часы по убыванию; {}",
            view.window()
        ),
        note,
    };
    let shares: Vec<f64> = (0..=POINTS).map(|i| i as f64 / POINTS as f64).collect();
    let percents: Vec<f64> = shares.iter().map(|s| s * 100.0).collect();
    let mut columns = vec![Column::numbers(
        "hours_pct",
        "%",
        "Share of hours",
        "Share of hours in which the flow is reached or exceeded.",
        percents,
    )];
    for c in &curves {
        let key = format!("flow_{}_mw", c.key);
        let values: Vec<f64> = shares.iter().map(|s| c.at(*s)).collect();
        columns.push(Column::numbers(
            key,
            "MW",
            format!("Flow, {}", c.name),
            "Flow from Bratsk towards Irkutsk.",
            values,
        ));
    }
    let data =
        Table { name: "corridor-duration".into(), title: "Duration curve of the corridor’s flow.".into(), columns };
    let alt = say!(
        view,
        "A falling curve from {} to {} MW over all hours.",
        "Убывающая кривая от {} до {} МВт по всем часам.",
        number::fixed(high, 0),
        number::fixed(low, 0)
    );

    finish(view, "corridor-duration", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 72.0;
        let top = row.map_or(high, |r| high.max(r.limit_high_mw)).max(0.0);
        let x = Scale::new((0.0, 1.0), (frame.left, frame.right));
        // Lines need no zero: the axis says where it starts.
        let floor = if low > 0.3 * top { 0.85 * low } else { low.min(0.0) };
        let y = Scale::round((floor, top), (frame.bottom, frame.top), 6);
        let starts = y.data().0;
        if let Some(r) = assumed {
            canvas.block(
                (frame.left, y.at(r.limit_high_mw)),
                (frame.right, y.at(r.limit_low_mw)),
                style::VERMILION,
                0.13,
            );
        }
        let unit = if starts > 0.0 {
            say!(view, "MW; the axis starts at {}", "МВт; ось начинается с {}", number::fixed(starts, 0))
        } else {
            view.pick("MW", "МВт").to_owned()
        };
        style::value_axis(canvas, frame, &y, 6, &unit);
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let text = format!("{} %", number::fixed(tick * 100.0, 0));
            let place = (x.at(tick), frame.bottom + 18.0);
            canvas.text(place, &text, Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle));
        }
        let middle = f64::midpoint(frame.left, frame.right);
        let axis = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
        let share = view.pick("share of hours with at least this flow", "доля часов с перетоком не меньше");
        canvas.text((middle, frame.bottom + 36.0), share, axis);
        let looks = [
            (style::BLACK, 2.6, Dash::Solid),
            (style::BLUE, 1.6, Dash::Dashed),
            (style::ORANGE, 1.8, Dash::Dotted),
            (style::GREEN, 1.6, Dash::Solid),
        ];
        if let Some(r) = row {
            let at = y.at(r.limit_mw);
            canvas.line(&[(frame.left, at), (frame.right, at)], Ink::new(style::VERMILION, 1.6).dash(Dash::Dashed));
            let mw = |v: f64| number::fixed(v, 0);
            let text = match assumed {
                Some(_) => say!(
                    view,
                    "assumed limit {} MW (range {}–{})",
                    "принятый предел {} МВт ({}–{})",
                    mw(r.limit_mw),
                    mw(r.limit_low_mw),
                    mw(r.limit_high_mw)
                ),
                None => say!(view, "limit {} MW", "предел {} МВт", mw(r.limit_mw)),
            };
            let letters = Lettering::new(13.5).bold().color(style::VERMILION).anchor(Anchor::End);
            let places = [-7.0, 18.0].map(|dy| ((frame.right - 4.0, at + dy), Anchor::End));
            canvas.label(&places, &text, letters);
        }
        // The highest of the years' curves is named above it, the lowest below: at their ends they meet.
        let years = &curves[1..];
        let order = |best: f64, now: f64| best.total_cmp(&now);
        let highest = years.iter().map(|c| c.at(0.62)).max_by(|a, b| order(*a, *b));
        let lowest = years.iter().map(|c| c.at(0.4)).min_by(|a, b| order(*a, *b));
        let mut ends = Vec::new();
        for (i, c) in curves.iter().enumerate() {
            let (color, width, dash) = looks[i % looks.len()];
            let points: Vec<Point> = shares.iter().map(|s| (x.at(*s), y.at(c.at(*s)))).collect();
            canvas.line(&points, Ink::new(color, width).dash(dash));
            let letters = Lettering::new(13.5).bold().color(color);
            if i > 0 && highest == Some(c.at(0.62)) {
                let places = [0.62, 0.5, 0.74, 0.3].map(|s| ((x.at(s), y.at(c.at(s)) - 8.0), Anchor::Start));
                canvas.label(&places, &c.name, letters);
            } else if i > 0 && lowest == Some(c.at(0.4)) {
                let places = [0.4, 0.55, 0.7, 0.2].map(|s| ((x.at(s), y.at(c.at(s)) + 20.0), Anchor::End));
                canvas.label(&places, &c.name, letters);
            } else {
                ends.push((y.at(c.at(1.0)) + 4.5, &c.name, letters));
            }
        }
        let wanted: Vec<f64> = ends.iter().map(|e| e.0).collect();
        let placed = style::label::spread(&wanted, 16.0, frame.top, frame.bottom);
        for ((_, name, letters), at) in ends.iter().zip(placed) {
            canvas.text((frame.right + 6.0, at), name, *letters);
        }
    })
}

fn curve(key: String, name: String, flow: &[f64]) -> Curve {
    let mut sorted: Vec<f64> = flow.iter().copied().filter(|f| f.is_finite()).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    Curve { key, name, sorted }
}

/// A curve for each of two or three whole years.
fn years(view: &View<'_>, flow: &[f64]) -> Vec<Curve> {
    let window = view.record.window;
    let per_day = window.steps_per_day();
    let mut parts: Vec<(i32, Vec<f64>)> = Vec::new();
    for day in 0..window.days() {
        let year = window.from.plus(day as i32).year();
        let values = &flow[day * per_day..(day + 1) * per_day];
        match parts.last_mut() {
            Some((y, all)) if *y == year => all.extend_from_slice(values),
            _ => parts.push((year, values.to_vec())),
        }
    }
    let whole = parts.iter().all(|(_, v)| v.len() >= 365 * per_day);
    if !(2..=3).contains(&parts.len()) || !whole {
        return Vec::new();
    }
    parts.into_iter().map(|(year, v)| curve(year.to_string(), year.to_string(), &v)).collect()
}
