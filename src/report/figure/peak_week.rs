//! `peak-week`: the week around the region's largest load, stacked, with the temperature under it.

use super::{Drawing, finish};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Frame, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{View, day_words, largest, month_short, range, say};
use crate::report::{ReportError, number};

const DAYS: usize = 7;

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let (Some(load), Some(demand), Some(mining)) =
        (view.series("total_load_mw"), view.series("demand_mw"), view.series("mining_mw"))
    else {
        return Ok(None);
    };
    let Some((peak, peak_mw)) = largest(load) else { return Ok(None) };
    let losses = view.series("losses_mw");
    let temperature = view.series("temperature_irkutsk_c");
    let window = view.record.window;
    let per_day = window.steps_per_day();
    let days = window.days().min(DAYS);
    let first_day = (peak / per_day).saturating_sub(DAYS / 2).min(window.days() - days);
    let steps = first_day * per_day..(first_day + days) * per_day;
    let slice = |values: &[f64]| values[steps.clone()].to_vec();
    let (load_w, demand_w, mining_w) = (slice(load), slice(demand), slice(mining));
    let losses_w = losses.map_or_else(|| vec![0.0; load_w.len()], slice);
    let temperature_w = temperature.map(slice);

    let mined = mining[peak];
    let title = if mined > 1e-4 * peak_mw {
        say!(
            view,
            "Mining drew {} MW of the {} MW that the region needed in its peak hour",
            "Майнинг брал {} МВт из {} МВт, нужных региону в час максимума",
            number::whole(mined),
            number::whole(peak_mw)
        )
    } else {
        say!(
            view,
            "The region needed {} MW in its peak hour, none of it for mining",
            "В час максимума региону было нужно {} МВт, майнингу – ничего",
            number::whole(peak_mw)
        )
    };
    let week = if view.dated {
        let from = window.from.plus(first_day as i32);
        let until = from.plus(days as i32 - 1);
        say!(view, "{} to {}", "{} – {}", day_words(from, view.language), day_words(until, view.language))
    } else {
        say!(view, "week of the peak, {}", "неделя максимума, {}", view.weather())
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Load of the region by use, hourly means; {}",
            "Нагрузка региона по назначению, средние за час; {}",
            week
        ),
        note: say!(view, "Peak hour: {}.", "Час максимума: {}.", view.when(peak)),
    };
    let hours = (0..load_w.len()).map(|i| i as f64 * view.step_hours()).collect::<Vec<_>>();
    let mut columns = vec![
        Column::numbers("hour_of_week_h", "h", "Hour", "Hours from the first midnight shown.", hours),
        Column::numbers("demand_mw", "MW", "Demand without mining", "Ordinary demand served.", demand_w.clone()),
        Column::numbers("losses_mw", "MW", "Network losses", "Losses of the network.", losses_w.clone()),
        Column::numbers("mining_mw", "MW", "Mining", "Mining load served.", mining_w.clone()),
        Column::numbers("total_load_mw", "MW", "Total load", "Sum of the three.", load_w.clone()),
    ];
    if let Some(t) = &temperature_w {
        columns.push(Column::numbers(
            "temperature_irkutsk_c",
            "°C",
            "Temperature",
            "Air temperature in Irkutsk.",
            t.clone(),
        ));
    }
    let data = Table { name: "peak-week".into(), title: "Load by use in the week of the peak.".into(), columns };
    let alt = say!(
        view,
        "Stacked areas of demand, losses and mining over {} days; the total peaks at {} MW, of which mining is {} MW.",
        "Сложенные площади спроса, потерь и майнинга, дней: {}; максимум {} МВт, из них майнинг {} МВт.",
        days,
        number::whole(peak_mw),
        number::whole(mined)
    );

    finish(view, "peak-week", words, alt, data, |canvas, mut frame| {
        frame.right -= if frame.is_narrow() { 84.0 } else { 104.0 };
        let strip_height = if temperature_w.is_some() { 100.0 } else { 0.0 };
        let main = Frame { top: frame.top + 18.0, bottom: frame.bottom - strip_height, ..frame };
        let x = Scale::new((0.0, load_w.len() as f64), (frame.left, frame.right));
        let y = Scale::round((0.0, peak_mw * 1.04), (main.bottom, main.top), 5);
        style::value_axis(canvas, main, &y, 5, view.pick("MW", "МВт"));
        for d in 1..days {
            let edge = x.at((d * per_day) as f64);
            canvas.line(&[(edge, main.top), (edge, frame.bottom)], Ink::new(style::FAINT, 1.0).dash(Dash::Dotted));
        }
        let line = |level: &dyn Fn(usize) -> f64| -> Vec<Point> {
            (0..load_w.len()).map(|i| (x.at(i as f64 + 0.5), y.at(level(i)))).collect()
        };
        let base = line(&|_| 0.0);
        let first = line(&|i| demand_w[i]);
        let second = line(&|i| demand_w[i] + losses_w[i]);
        let third = line(&|i| demand_w[i] + losses_w[i] + mining_w[i]);
        canvas.band(&first, &base, style::SLATE, 1.0);
        canvas.band(&second, &first, style::GRAY, 0.55);
        canvas.band(&third, &second, style::ORANGE, 1.0);
        canvas.line(&first, Ink::new(style::WHITE, 1.0));
        canvas.line(&second, Ink::new(style::WHITE, 1.0));
        canvas.line(&third, Ink::new(style::BLACK, 1.6));

        let last = load_w.len() - 1;
        let ends = [
            (
                demand_w[last] / 2.0,
                view.pick("Demand", "Спрос"),
                view.pick("without mining", "без майнинга"),
                style::GRAY,
            ),
            (demand_w[last] + losses_w[last] / 2.0, view.pick("Losses", "Потери"), "", style::GRAY),
            (
                demand_w[last] + losses_w[last] + mining_w[last] / 2.0,
                view.pick("Mining", "Майнинг"),
                "",
                style::VERMILION,
            ),
        ];
        let wanted: Vec<f64> = ends.iter().map(|e| y.at(e.0) + 5.0).collect();
        let placed = style::label::spread(&wanted, 18.0, main.top, main.bottom);
        for ((_, name, more, color), at) in ends.iter().zip(placed) {
            if *color == style::VERMILION && mined < 0.5 {
                continue;
            }
            canvas.text((frame.right + 8.0, at), name, Lettering::new(14.0).bold().color(*color));
            canvas.text((frame.right + 8.0, at + 16.0), more, Lettering::new(13.0).color(*color));
        }

        let (px, py) = (x.at((peak - steps.start) as f64 + 0.5), y.at(peak_mw));
        canvas.dot((px, py), 3.5, style::BLACK);
        let (anchor, shift) = if px > frame.right - 190.0 { (Anchor::End, -7.0) } else { (Anchor::Start, 7.0) };
        let text = say!(view, "Peak: {} MW", "Максимум: {} МВт", number::whole(peak_mw));
        canvas.text((px + shift, py - 8.0), &text, Lettering::new(14.0).bold().anchor(anchor));

        for d in 0..days {
            let middle = x.at((d as f64 + 0.5) * per_day as f64);
            let label = if view.dated {
                let (_, m, day) = window.from.plus((first_day + d) as i32).ymd();
                format!("{day} {}", month_short(m, view.language))
            } else {
                say!(view, "day {}", "день {}", d + 1)
            };
            canvas.text(
                (middle, frame.bottom + 18.0),
                &label,
                Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle),
            );
        }
        if let Some(t) = &temperature_w
            && let Some(ends) = range(t.iter().copied())
        {
            let strip = Frame { top: main.bottom + 34.0, ..frame };
            let scale = Scale::round(ends, (strip.bottom, strip.top), 3);
            style::value_axis(canvas, strip, &scale, 3, "°C");
            let points: Vec<Point> = t.iter().enumerate().map(|(i, v)| (x.at(i as f64 + 0.5), scale.at(*v))).collect();
            canvas.line(&points, Ink::new(style::BLUE, 1.8));
            canvas.text(
                (frame.right + 8.0, strip.top + 12.0),
                if frame.is_narrow() {
                    view.pick("Air, Irkutsk", "Воздух")
                } else {
                    view.pick("Air in Irkutsk", "Воздух, Иркутск")
                },
                Lettering::new(13.0).color(style::BLUE).bold(),
            );
            let span = say!(view, "{} to {} °C", "от {} до {} °C", number::fixed(ends.0, 0), number::fixed(ends.1, 0));
            canvas.text((frame.right + 8.0, strip.top + 28.0), &span, Lettering::new(13.0).color(style::BLUE));
        }
    })
}
