//! `hashrate`: what the region hashed, and its share of the world's network.

use super::{Drawing, finish, month_axis};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Frame, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number, period};

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(region) = view.series("hashrate_eh_s") else { return Ok(None) };
    let bounds = period::day_bounds(view.record);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let daily = |values: &[f64]| -> Vec<f64> { bounds.windows(2).map(|w| mean(&values[w[0]..w[1]])).collect() };
    let hashed = daily(region);
    let Some((_, top)) = range(hashed.iter().copied()).filter(|r| r.1 > 0.0) else { return Ok(None) };
    let network = view.series("network_hashrate_eh_s").map(daily);
    let share: Option<Vec<f64>> = network
        .as_ref()
        .map(|n| hashed.iter().zip(n).map(|(h, n)| if *n > 0.0 { 100.0 * h / n } else { f64::NAN }).collect());
    let title = match view.series("network_hashrate_eh_s") {
        Some(world) => say!(
            view,
            "The region hashed {} EH/s on average, {} of the world’s network",
            "Хешрейт региона в среднем {} EH/s – {} мировой сети",
            number::plain(mean(region)),
            number::percent(mean(region) / mean(world))
        ),
        None => say!(
            view,
            "The region hashed {} EH/s on average",
            "Хешрейт региона в среднем {} EH/s",
            number::plain(mean(region))
        ),
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Hashrate of the region’s miners and its share of the network, daily means; {}",
            "Хешрейт майнеров региона и его доля в сети, средние за сутки; {}",
            view.window()
        ),
        note: january(view),
    };
    let dates = (0..hashed.len()).map(|d| view.record.window.from.plus(d as i32).to_string().into()).collect();
    let mut columns = vec![
        Column::texts("date", "Day", "The day.", dates),
        Column::numbers("hashrate_eh_s", "EH/s", "Hashrate of the region", "Mean hashrate of the day.", hashed.clone()),
    ];
    if let (Some(n), Some(s)) = (&network, &share) {
        columns.push(Column::numbers(
            "network_hashrate_eh_s",
            "EH/s",
            "Hashrate of the network",
            "Mean hashrate of the day.",
            n.clone(),
        ));
        columns.push(Column::numbers("share_pct", "%", "Share", "Region over network.", s.clone()));
    }
    let data = Table { name: "hashrate".into(), title: "Hashrate of the region by day.".into(), columns };
    let alt = say!(
        view,
        "A line of the region’s hashrate up to {} EH/s, with its share of the network under it.",
        "Линия хешрейта региона до {} EH/s, под ней его доля в сети.",
        number::plain(top)
    );
    finish(view, "hashrate", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 70.0;
        let x = Scale::new((0.0, hashed.len() as f64), (frame.left, frame.right));
        let upper = if share.is_some() { f64::midpoint(frame.top, frame.bottom) + 20.0 } else { frame.bottom };
        let main = Frame { bottom: upper, ..frame };
        let panels = [
            (Some(&hashed), main, style::ORANGE, "EH/s", view.pick("Hashrate", "Хешрейт"), ""),
            (
                share.as_ref(),
                Frame { top: upper + 52.0, ..frame },
                style::BLUE,
                view.pick("% of the world’s network", "% мировой сети"),
                view.pick("Share", "Доля"),
                " %",
            ),
        ];
        for (values, part, color, unit, name, percent) in panels {
            let Some(values) = values else { continue };
            let Some((_, high)) = range(values.iter().copied()) else { continue };
            let y = Scale::round((0.0, high.max(1e-9)), (part.bottom, part.top), 5);
            style::value_axis(canvas, part, &y, 5, unit);
            let points: Vec<Point> = values.iter().enumerate().map(|(d, v)| (x.at(d as f64 + 0.5), y.at(*v))).collect();
            canvas.line(&points, Ink::new(color, 2.0));
            if let (Some((px, py)), Some(last)) = (points.last(), values.last()) {
                canvas.dot((*px, *py), 3.0, color);
                let dark = if percent.is_empty() { style::VERMILION } else { style::BLUE };
                canvas.text((px + 8.0, py - 2.0), name, Lettering::new(13.5).bold().color(dark));
                canvas.text(
                    (px + 8.0, py + 14.0),
                    &format!("{}{percent}", number::fixed(*last, 1)),
                    Lettering::new(13.5).color(dark),
                );
            }
        }
        month_axis(canvas, frame, view, &x);
    })
}

/// What the run has in January 2022 against the last measured map of the world's miners.
fn january(view: &View<'_>) -> String {
    let r = view.record;
    match (r.number("hashrate_january_2022_eh_s"), r.number("hashrate_share_january_2022")) {
        (Some(eh), Some(share)) => say!(
            view,
            "January 2022: {} EH/s, {}, in this run; Cambridge’s last map has 8.6 EH/s, 4.7 %, for all of Russia.",
            "Январь 2022: {} EH/s, {} в этом расчёте; последняя карта Кембриджа даёт 8.6 EH/s, 4.7 % на всю Россию.",
            number::fixed(eh, 1),
            number::percent(share)
        ),
        _ => String::new(),
    }
}
