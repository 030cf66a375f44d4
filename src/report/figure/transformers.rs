//! `transformers`: a typical village transformer through the coldest week, with its mining homes and without them.

use super::{Drawing, column, finish, number_at, text_at};
use crate::record::Sheet;
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Frame, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, month_short, range, say};
use crate::report::{ReportError, number};
use core::ops::Range;

/// Hot spot at which ordinary paper ages as it should, °C (IEC 60076-7:2018, 6.3).
const NORMAL_C: f64 = 98.0;

/// Keys of the two arms: load and hot spot, with mining homes and without.
const KEYS: [[&str; 2]; 2] = [
    ["load_village_pct", "load_village_without_mining_pct"],
    ["hot_spot_village_c", "hot_spot_village_without_mining_c"],
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let [Some([load, load_without]), Some([hot, hot_without])] =
        KEYS.map(|[a, b]| Some([view.series(a)?, view.series(b)?]))
    else {
        return Ok(None);
    };
    let steps = coldest_week(view, hot_without);
    let cut = |values: &[f64]| values.get(steps.clone()).unwrap_or_default().to_vec();
    let [load, load_without, hot, hot_without] = [load, load_without, hot, hot_without].map(cut);
    let top = |values: &[f64]| range(values.iter().copied()).map(|r| r.1);
    let (Some(most), Some(most_without), Some(hottest), Some(hottest_without)) =
        (top(&load), top(&load_without), top(&hot), top(&hot_without))
    else {
        return Ok(None);
    };
    if most <= 0.0 {
        return Ok(None);
    }
    let whole = |v: f64| number::fixed(v, 0);
    let title = if most - most_without >= 0.5 {
        say!(
            view,
            "In the coldest week its mining homes lift a village transformer’s load from {} to {} % of its rating",
            "В самую холодную неделю майнящие дома поднимают нагрузку сельского трансформатора с {} до {} % номинала",
            whole(most_without),
            whole(most)
        )
    } else {
        say!(
            view,
            "In the coldest week a village transformer carries up to {} % of its rating",
            "В самую холодную неделю сельский трансформатор несёт до {} % номинала",
            whole(most)
        )
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Hot spot of the winding and load of the most loaded phase; a typical transformer, not any real one; {}",
            "Наиболее нагретая точка обмотки и нагрузка самой нагруженной фазы; типичный трансформатор, не настоящий; {}",
            view.weather()
        ),
        note: view.record.sheet("transformers").map_or_else(String::new, |sheet| strained(view, sheet)),
    };
    let hours = (0..load.len()).map(|i| i as f64 * view.step_hours()).collect::<Vec<_>>();
    let of = |key: &str, unit, label: &str, definition: &str, values: &[f64]| {
        Column::numbers(key.to_owned(), unit, label.to_owned(), definition.to_owned(), values.to_vec())
    };
    let data = Table {
        name: "transformers".into(),
        title: "A typical village transformer in the coldest week.".into(),
        columns: vec![
            Column::numbers("hour_of_week_h", "h", "Hour", "Hours from the first midnight shown.", hours),
            of(KEYS[1][0], "°C", "Hot spot with mining", "Hottest point of the winding, with mining homes.", &hot),
            of(KEYS[1][1], "°C", "Hot spot without mining", "The same without mining homes.", &hot_without),
            of(KEYS[0][0], "%", "Load with mining", "Load of the most loaded phase, with mining homes.", &load),
            of(KEYS[0][1], "%", "Load without mining", "The same without mining homes.", &load_without),
        ],
    };
    let alt = say!(
        view,
        "Two pairs of lines over the coldest week: hot spot up to {} °C with mining and {} °C without, load up to {} % and {} %.",
        "Две пары линий за самую холодную неделю: нагретая точка до {} °C с майнингом и {} °C без него, нагрузка до {} % и {} %.",
        whole(hottest),
        whole(hottest_without),
        whole(most),
        whole(most_without)
    );
    finish(view, "transformers", words, alt, data, |canvas, mut frame| {
        frame.right -= if frame.is_narrow() { 92.0 } else { 120.0 };
        frame.top += 18.0;
        let middle = f64::midpoint(frame.top, frame.bottom);
        let panels = [
            (&hot, &hot_without, NORMAL_C, "°C", Frame { bottom: middle - 20.0, ..frame }),
            (&load, &load_without, 100.0, "%", Frame { top: middle + 32.0, ..frame }),
        ];
        let x = Scale::new((0.0, load.len() as f64), (frame.left, frame.right));
        for (with, without, limit, unit, part) in panels {
            let Some((low, high)) = range(with.iter().chain(without.iter()).copied()) else { continue };
            let ends = if unit == "%" { (0.0, high.max(limit)) } else { (low.min(limit - 10.0), high.max(limit)) };
            let y = Scale::round(ends, (part.bottom, part.top), 4);
            let title = if unit == "%" {
                view.pick("Load, % of the rating (100 % dashed)", "Нагрузка, % номинала (100 % – пунктир)")
            } else {
                view.pick("Hot spot, °C", "Нагретая точка, °C")
            };
            style::value_axis(canvas, part, &y, 4, title);
            let at = y.at(limit);
            canvas.line(&[(part.left, at), (part.right, at)], Ink::new(style::VERMILION, 1.4).dash(Dash::Dashed));
            let line = |values: &[f64]| -> Vec<Point> {
                values.iter().enumerate().map(|(i, v)| (x.at(i as f64 + 0.5), y.at(*v))).collect()
            };
            canvas.line(&line(without), Ink::new(style::GRAY, 1.8).dash(Dash::Dashed));
            canvas.line(&line(with), Ink::new(style::ORANGE, 2.2));
            if unit != "%" {
                let letters = Lettering::new(12.5).color(style::VERMILION);
                let places = [15.0, -6.0].map(|dy| ((part.left + 6.0, at + dy), Anchor::Start));
                canvas.tag(&places, view.pick("normal aging, 98 °C", "обычное старение, 98 °C"), letters);
            }
            let arms: [(&str, &[f64], Rgb); 2] = [
                (view.pick("With mining", "С майнингом"), with, style::VERMILION),
                (view.pick("Without", "Без него"), without, style::GRAY),
            ];
            let last = |values: &[f64]| values.last().map_or(part.bottom, |v| y.at(*v) + 2.0);
            let placed = style::label::spread(&arms.map(|a| last(a.1)), 34.0, part.top + 8.0, part.bottom - 12.0);
            for ((name, values, color), at) in arms.into_iter().zip(placed) {
                let most = range(values.iter().copied()).map_or(f64::NAN, |r| r.1);
                canvas.text((frame.right + 8.0, at), name, Lettering::new(13.0).bold().color(color));
                let told = say!(view, "up to {} {}", "до {} {}", number::fixed(most, 0), unit);
                canvas.text((frame.right + 8.0, at + 15.0), &told, Lettering::new(12.5).color(color));
            }
        }
        days(view, &steps, |at, text| {
            let letters = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
            canvas.text((x.at(at), frame.bottom + 18.0), text, letters);
        });
    })
}

/// Names of the days under a week that begins at a midnight.
fn days(view: &View<'_>, steps: &Range<usize>, mut set: impl FnMut(f64, &str)) {
    let window = view.record.window;
    let per_day = window.steps_per_day().max(1);
    for d in 0..(steps.len() / per_day) {
        let (_, month, day) = window.from.plus((steps.start / per_day + d) as i32).ymd();
        let text = if view.dated {
            format!("{day} {}", month_short(month, view.language))
        } else {
            say!(view, "day {}", "день {}", d + 1)
        };
        set((d as f64 + 0.5) * per_day as f64, &text);
    }
}

/// The steps of the seven days whose air was coldest; without a temperature, those whose transformer was hottest.
fn coldest_week(view: &View<'_>, hot: &[f64]) -> Range<usize> {
    let per_day = view.record.window.steps_per_day().max(1);
    let total = hot.len() / per_day;
    let week = total.min(7);
    let air = view.series("temperature_irkutsk_c");
    let sum = |first: usize| -> f64 {
        let steps = first * per_day..(first + week) * per_day;
        match air {
            Some(t) => t.get(steps).unwrap_or_default().iter().sum(),
            None => -hot.get(steps).unwrap_or_default().iter().sum::<f64>(),
        }
    };
    let first = (0..=total - week).map(|d| (d, sum(d))).min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |d| d.0);
    first * per_day..(first + week) * per_day
}

/// How many of the modeled transformers were overloaded, class by class.
fn strained(view: &View<'_>, sheet: &Sheet) -> String {
    let key = |k: &str| column(sheet, k);
    let mut classes: Vec<(&str, f64, f64)> = Vec::new();
    for row in &sheet.rows {
        let (class, count) = (text_at(row, key("class")), number_at(row, key("count")));
        let over = number_at(row, key("ever_above_100pct_per_1000"));
        if !(count > 0.0 && over.is_finite()) {
            continue;
        }
        match classes.iter_mut().find(|c| c.0 == class) {
            Some(known) => {
                known.1 += count;
                known.2 += count * over;
            }
            None => classes.push((class, count, count * over)),
        }
    }
    let told: Vec<String> = classes
        .iter()
        .map(|(class, count, over)| {
            let name = match *class {
                "town" => view.pick("town", "в городе"),
                "suburb" => view.pick("suburb", "в пригороде"),
                "village" => view.pick("village", "в селе"),
                other => other,
            };
            say!(view, "{} in a {}", "{} {}", number::fixed(over / count, 0), name)
        })
        .collect();
    if told.is_empty() {
        return String::new();
    }
    say!(
        view,
        "Of 1,000 transformers modeled, in the whole window above their rating for some hour: {}.",
        "Из 1,000 модельных трансформаторов за весь расчёт хоть час были выше номинала: {}.",
        told.join(", ")
    )
}
