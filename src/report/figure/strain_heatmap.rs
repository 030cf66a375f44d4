//! `strain-heatmap`: hour of the day against the day, colored by how much of its limit the corridor carries.

use super::{Drawing, finish, month_axis};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Frame, HEAT, Lettering, Scale, Words};
use crate::report::view::{CORRIDOR, View, in_month, largest, say};
use crate::report::{ReportError, number};

/// Upper ends of the classes, % of the limit.
const CLASSES: [f64; 6] = [50.0, 70.0, 80.0, 90.0, 99.5, f64::INFINITY];
const NAMES: [(&str, &str); 6] = [
    ("under 50 %", "до 50 %"),
    ("50–70 %", "50–70 %"),
    ("70–80 %", "70–80 %"),
    ("80–90 %", "80–90 %"),
    ("90 % to limit", "от 90 %"),
    ("at the limit", "на пределе"),
];
/// Days that a cell's column at most covers, so that the picture stays small for long runs.
const COLUMNS: usize = 800;

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let flow = view.series(&format!("flow_{CORRIDOR}_mw"));
    let limit = view.series(&format!("limit_{CORRIDOR}_mw"));
    let (strain, of, corridor): (Vec<f64>, &str, bool) = match (flow, limit, view.series("total_load_mw")) {
        (Some(flow), Some(limit), _) => {
            let share = |(f, l): (&f64, &f64)| if *l > 0.0 { 100.0 * f.abs() / l } else { f64::NAN };
            (flow.iter().zip(limit).map(share).collect(), "the corridor’s limit", true)
        }
        (_, _, Some(load)) => {
            let Some((_, peak)) = largest(load) else { return Ok(None) };
            (load.iter().map(|v| 100.0 * v / peak).collect(), "the largest load", false)
        }
        _ => return Ok(None),
    };
    let window = view.record.window;
    let per_day = window.steps_per_day();
    let hours = strain.len() as f64 * view.step_hours();
    let (mut by_month, mut of_month) = ([0.0; 12], [0.0; 12]);
    for (i, s) in strain.iter().enumerate() {
        let month = window.from.plus((i / per_day) as i32).month() as usize - 1;
        of_month[month] += view.step_hours();
        if *s > 90.0 {
            by_month[month] += view.step_hours();
        }
    }
    let strained: f64 = by_month.iter().sum();
    let shares: Vec<f64> = by_month.iter().zip(&of_month).map(|(h, all)| h / all.max(1.0)).collect();
    let worst = largest(&shares).map_or(0, |w| w.0);
    let (subject, bound) = if corridor {
        (view.pick("The corridor", "Коридор"), view.pick("its limit", "своего предела"))
    } else {
        (view.pick("The load", "Нагрузка"), view.pick("its peak", "своего максимума"))
    };
    let title = if strained < 1.0 {
        say!(view, "{} never came above 90 % of {}", "{}: ни часа выше 90 % {}", subject, bound)
    } else {
        let month = if window.days() < 60 {
            String::new()
        } else {
            let share = number::fixed(100.0 * by_month[worst] / of_month[worst], 0);
            let month = in_month(worst as u32 + 1, view.language);
            say!(view, "; {} {} % of the time", "; {} – {} % времени", month, share)
        };
        let of = view.of_hours(strained, hours);
        say!(view, "{} ran above 90 % of {} in {}{}", "{}: выше 90 % {} {}{}", subject, bound, of, month)
    };
    let what = if corridor {
        view.pick("Loading of the north–south corridor", "Загрузка коридора север – юг")
    } else {
        view.pick("Load of the region over its largest", "Нагрузка региона в долях максимума")
    };
    let days = if view.dated { String::new() } else { format!("; {}", view.weather()) };
    let assumed = view.interface(CORRIDOR).filter(|r| corridor && r.limit_assumed && r.limit_high_mw > r.limit_low_mw);
    let note = assumed.map_or_else(String::new, |r| {
        say!(
            view,
            "The limit is not published. {} MW is assumed, range {}–{} MW; the colors shift with it.",
            "Предел не опубликован. Принято {} МВт, диапазон {}–{} МВт; цвета сдвигаются вместе с ним.",
            number::fixed(r.limit_mw, 0),
            number::fixed(r.limit_low_mw, 0),
            number::fixed(r.limit_high_mw, 0)
        )
    });
    let words = Words {
        title,
        subtitle: say!(view, "{} by hour of the day, {}{}", "{} по часам суток, {}{}", what, view.window(), days),
        note,
    };
    let dates: Vec<_> = (0..window.days()).map(|d| window.from.plus(d as i32).to_string().into()).collect();
    let mut columns = vec![Column::texts("date", "Day", "The day.", dates)];
    for step in 0..per_day {
        let minute = step as u32 * window.step_minutes;
        let key = format!("at_{:02}{:02}_pct", minute / 60, minute % 60);
        let values: Vec<f64> = strain.iter().skip(step).step_by(per_day).copied().collect();
        columns.push(Column::numbers(
            key,
            "%",
            format!("{:02}:{:02}", minute / 60, minute % 60),
            format!("Share of {of}."),
            values,
        ));
    }
    let data = Table { name: "strain-heatmap".into(), title: format!("{what}, % of {of}.").into(), columns };
    let alt = say!(
        view,
        "A grid of hours by days colored by strain; {} above 90 %.",
        "Сетка часов по дням, цвет – напряжение; {} выше 90 %.",
        view.of_hours(strained, hours)
    );

    finish(view, "strain-heatmap", words, alt, data, |canvas, frame| {
        let keys: usize = if frame.is_narrow() { 3 } else { 1 };
        let frame = Frame { top: frame.top + 14.0 + 20.0 * keys as f64, ..frame };
        let total = window.days();
        let x = Scale::new((0.0, total as f64), (frame.left, frame.right));
        let y = Scale::new((0.0, per_day as f64), (frame.top, frame.bottom));
        let together = total.div_ceil(COLUMNS).max(1);
        let mut cells: [Vec<_>; 6] = Default::default();
        for step in 0..per_day {
            let (top, height) = (y.at(step as f64), y.at(1.0) - y.at(0.0));
            let mut run: Option<(usize, usize)> = None;
            for day in (0..=total).step_by(together) {
                let class = (day < total).then(|| {
                    let last = (day + together).min(total);
                    let worst = (day..last).map(|d| strain[d * per_day + step]).fold(0.0, f64::max);
                    CLASSES.iter().position(|c| worst < *c).unwrap_or(CLASSES.len() - 1)
                });
                if let Some((from, was)) = run
                    && Some(was) != class
                {
                    let (a, b) = (x.at(from as f64), x.at(day.min(total) as f64));
                    cells[was].push(((a, top), b - a, height));
                    run = None;
                }
                if run.is_none() {
                    run = class.map(|c| (day, c));
                }
            }
            if let Some((from, was)) = run {
                let (a, b) = (x.at(from as f64), x.at(total as f64));
                cells[was].push(((a, top), b - a, height));
            }
        }
        for (of_class, color) in cells.iter().zip(HEAT) {
            canvas.cells(of_class, color);
        }
        let letters = Lettering::new(13.0).color(style::GRAY);
        for hour in [0, 6, 12, 18, 24] {
            let at = y.at(f64::from(hour) / 24.0 * per_day as f64) + 4.5;
            canvas.text((frame.left - 8.0, at), &format!("{hour:02}:00"), letters.anchor(Anchor::End));
        }
        month_axis(canvas, frame, view, &x);
        let mut left = frame.left;
        let present = |class: usize| cells.get(class).is_some_and(|c| !c.is_empty());
        let mut row = keys - 1;
        for (class, (en, ru)) in NAMES.iter().enumerate().filter(|(c, _)| present(*c)) {
            let name = if !corridor && class == 4 { view.pick("above 90 %", "от 90 %") } else { view.pick(en, ru) };
            let across = 22.0 + canvas.width(name, letters);
            if left + across > frame.right && row > 0 {
                (left, row) = (frame.left, row - 1);
            }
            let base = frame.top - 14.0 - 20.0 * row as f64;
            canvas.block((left, base - 12.0), (left + 16.0, base + 2.0), HEAT[class], 1.0);
            canvas.text((left + 22.0, base), name, letters);
            left += across + 20.0;
        }
    })
}
