//! `strain-heatmap`: hour of the day against the day, colored by how much of its limit the corridor carries.

use super::{Drawing, finish, month_axis};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Frame, Lettering, Rgb, Scale, Words};
use crate::report::view::{CORRIDOR, View, largest, month_name, of_hours};
use crate::report::{ReportError, number};

/// Upper ends of the classes, % of the limit.
const CLASSES: [f64; 6] = [50.0, 70.0, 80.0, 90.0, 99.5, f64::INFINITY];
const NAMES: [&str; 6] = ["under 50 %", "50–70 %", "70–80 %", "80–90 %", "90 % to limit", "at the limit"];
/// From light to dark, so that the order shows without hue.
const COLORS: [Rgb; 6] = [
    (0xf3, 0xf5, 0xf7),
    (0xcf, 0xe1, 0xee),
    (0x8f, 0xbf, 0xdf),
    (0xf0, 0xb0, 0x4c),
    (0xd5, 0x4a, 0x00),
    (0x5c, 0x10, 0x10),
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
    let (subject, bound) = if corridor { ("The corridor", "its limit") } else { ("The load", "its peak") };
    let title = if strained < 1.0 {
        format!("{subject} never came above 90 % of {bound}")
    } else {
        let month = if window.days() < 60 {
            String::new()
        } else {
            let share = number::fixed(100.0 * by_month[worst] / of_month[worst], 0);
            format!("; in {} {share} % of the time", month_name(worst as u32 + 1))
        };
        format!("{subject} ran above 90 % of {bound} in {}{month}", of_hours(strained, hours))
    };
    let what = if corridor { "Loading of the north–south corridor" } else { "Load of the region over its largest" };
    let days = if view.dated { String::new() } else { format!("; {}", view.weather()) };
    let assumed = view.interface(CORRIDOR).filter(|r| corridor && r.limit_assumed && r.limit_high_mw > r.limit_low_mw);
    let note = assumed.map_or_else(String::new, |r| {
        format!(
            "The limit is not published. {} MW is assumed, range {}–{} MW; the colors shift with it.",
            number::fixed(r.limit_mw, 0),
            number::fixed(r.limit_low_mw, 0),
            number::fixed(r.limit_high_mw, 0)
        )
    });
    let words = Words { title, subtitle: format!("{what} by hour of the day, {}{days}", view.window()), note };
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
    let alt = format!("A grid of hours by days colored by share of {of}; {} above 90 %.", of_hours(strained, hours));

    finish(view, "strain-heatmap", words, alt, data, |canvas, frame| {
        let frame = Frame { top: frame.top + 34.0, ..frame };
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
        for (of_class, color) in cells.iter().zip(COLORS) {
            canvas.cells(of_class, color);
        }
        let letters = Lettering::new(13.0).color(style::GRAY);
        for hour in [0, 6, 12, 18, 24] {
            let at = y.at(f64::from(hour) / 24.0 * per_day as f64) + 4.5;
            canvas.text((frame.left - 8.0, at), &format!("{hour:02}:00"), letters.anchor(Anchor::End));
        }
        month_axis(canvas, frame, &window, &x);
        let mut left = frame.left;
        let present = |class: usize| cells.get(class).is_some_and(|c| !c.is_empty());
        for (class, name) in NAMES.iter().enumerate().filter(|(c, _)| present(*c)) {
            let name = if !corridor && class == 4 { "above 90 %" } else { name };
            canvas.block((left, frame.top - 26.0), (left + 16.0, frame.top - 12.0), COLORS[class], 1.0);
            canvas.text((left + 22.0, frame.top - 14.0), name, letters);
            left += 22.0 + canvas.width(name, letters) + 20.0;
        }
    })
}
