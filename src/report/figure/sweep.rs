//! `sweep`: one headline over the values of one key as a line with its range, or of two keys as a grid of colors.

use super::{Drawing, column, finish, number_at, text_at};
use crate::record::metric::metric;
use crate::report::data::{Column, Table};
use crate::report::story::differences::with_unit;
use crate::report::style::{self, Anchor, Frame, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// Headlines worth a picture; the first that the sweep moves is drawn.
const SHOWN: &[&str] = &[
    "mining_profit_usd",
    "mining_gwh",
    "unserved_mwh",
    "hashrate_mean_eh_s",
    "congested_hours",
    "mining_revenue_usd",
    "tax_usd",
    "region_peak_mw",
];

/// From little to much, dark enough at the end to be told without hue.
const RAMP: [Rgb; 6] = [
    (0xf7, 0xfb, 0xff),
    (0xd6, 0xe6, 0xf4),
    (0xab, 0xd0, 0xe6),
    (0x6a, 0xae, 0xd6),
    (0x38, 0x87, 0xc0),
    (0x0b, 0x55, 0x9f),
];

/// A point of the sweep: its values, the mean and the range over members.
struct At {
    place: Vec<f64>,
    mean: f64,
    ends: (f64, f64),
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("sweep") else { return Ok(None) };
    let Some(axes) = column(sheet, "metric").filter(|n| (1..=2).contains(n)) else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let keys: Vec<String> = sheet.columns.iter().take(axes).map(|c| c.0.clone()).collect();
    let points = |shown: &str| -> Vec<At> {
        let rows = sheet.rows.iter().filter(|r| text_at(r, key("metric")) == shown && text_at(r, key("of")) == "total");
        rows.map(|r| At {
            place: (0..axes).map(|i| number_at(r, Some(i))).collect(),
            mean: number_at(r, key("mean")),
            ends: (number_at(r, key("p05")), number_at(r, key("p95"))),
        })
        .filter(|p| p.mean.is_finite() && p.place.iter().all(|v| v.is_finite()))
        .collect()
    };
    let moves = |points: &[At]| range(points.iter().map(|p| p.mean)).is_some_and(|(a, b)| a < b);
    let Some((shown, points)) = SHOWN.iter().map(|m| (*m, points(m))).find(|(_, p)| moves(p)) else { return Ok(None) };
    let (unit, label) =
        metric(shown).map_or(("", shown.to_owned()), |m| (m.unit, view.pick(m.label, m.label_ru).to_owned()));
    let best = |far: fn(&&At, &&At) -> core::cmp::Ordering| points.iter().max_by(far);
    let (Some(most), Some(least)) = (best(|a, b| a.mean.total_cmp(&b.mean)), best(|a, b| b.mean.total_cmp(&a.mean)))
    else {
        return Ok(None);
    };
    let place = |p: &At| {
        let told: Vec<String> =
            keys.iter().zip(&p.place).map(|(k, v)| format!("{} {}", short(k), number::plain(*v))).collect();
        told.join(", ")
    };
    let words = Words {
        title: say!(
            view,
            "“{}” goes from {} ({}) to {} ({})",
            "«{}»: от {} ({}) до {} ({})",
            label,
            with_unit(view, least.mean, unit),
            place(least),
            with_unit(view, most.mean, unit),
            place(most)
        ),
        subtitle: say!(
            view,
            "Mean over the members at each point of {}; {}",
            "Среднее по вариантам в каждой точке {}; {}",
            keys.join(" × "),
            view.window()
        ),
        note: if axes == 1 {
            view.pick("Band: P5 to P95 over the members.", "Полоса: P5–P95 по вариантам.").into()
        } else {
            String::new()
        },
    };
    let mut columns: Vec<Column<'static>> = keys
        .iter()
        .enumerate()
        .map(|(i, k)| {
            Column::numbers(
                k.clone(),
                "",
                k.clone(),
                "Value of the swept key.",
                points.iter().map(|p| p.place[i]).collect::<Vec<_>>(),
            )
        })
        .collect();
    columns.push(Column::numbers(
        "mean",
        unit,
        label.clone(),
        "Mean over members.",
        points.iter().map(|p| p.mean).collect::<Vec<_>>(),
    ));
    columns.push(Column::numbers(
        "p05",
        unit,
        "P5",
        "Over members.",
        points.iter().map(|p| p.ends.0).collect::<Vec<_>>(),
    ));
    columns.push(Column::numbers(
        "p95",
        unit,
        "P95",
        "Over members.",
        points.iter().map(|p| p.ends.1).collect::<Vec<_>>(),
    ));
    let data = Table { name: "sweep".into(), title: format!("{shown} over the sweep.").into(), columns };
    let alt = say!(view, "{} points of a sweep.", "Точек перебора: {}.", points.len());
    let scale = if unit == "USD" { 1e6 } else { 1.0 };
    let unit_text = if unit == "USD" { view.pick("million USD", "млн долл.") } else { view.unit(unit) };
    finish(view, "sweep", words, alt, data, |canvas, mut frame| {
        frame.top += 20.0;
        let axis = Lettering::new(13.0).color(style::GRAY);
        let ticks = |values: &[f64]| {
            let mut all: Vec<f64> = values.to_vec();
            all.sort_by(f64::total_cmp);
            all.dedup();
            all
        };
        let xs = ticks(&points.iter().map(|p| p.place[0]).collect::<Vec<_>>());
        if axes == 1 {
            let mut sorted: Vec<&At> = points.iter().collect();
            sorted.sort_by(|a, b| a.place[0].total_cmp(&b.place[0]));
            let Some((low, high)) = range(sorted.iter().flat_map(|p| [p.ends.0, p.ends.1, p.mean].map(|v| v / scale)))
            else {
                return;
            };
            let y = Scale::round((low, high), (frame.bottom, frame.top), 6);
            style::value_axis(canvas, frame, &y, 6, unit_text);
            let ends = (xs.first().copied().unwrap_or(0.0), xs.last().copied().unwrap_or(1.0));
            let x = Scale::new(ends, (frame.left + 10.0, frame.right - 10.0));
            let line = |f: fn(&At) -> f64| -> Vec<Point> {
                sorted.iter().map(|p| (x.at(p.place[0]), y.at(f(p) / scale))).collect()
            };
            canvas.band(&line(|p| p.ends.1), &line(|p| p.ends.0), style::BLUE, 0.2);
            let means = line(|p| p.mean);
            canvas.line(&means, Ink::new(style::BLUE, 2.2));
            for p in &means {
                canvas.dot(*p, 3.2, style::BLUE);
            }
            for v in &xs {
                canvas.label(&[((x.at(*v), frame.bottom + 18.0), Anchor::Middle)], &number::plain(*v), axis);
            }
        } else {
            frame.left += 16.0;
            let ys = ticks(&points.iter().map(|p| p.place[1]).collect::<Vec<_>>());
            grid(canvas, frame, (&points, scale), &xs, &ys);
            let over = canvas.width(&keys[1], axis).min(frame.right - frame.left);
            canvas.label(&[((frame.left, frame.top - 8.0), Anchor::Start)], &format!("{} ↑", keys[1]), axis);
            let place = ((frame.left + over + 40.0, frame.top - 8.0), Anchor::Start);
            canvas.label(&[place, ((frame.right, frame.bottom + 36.0), Anchor::End)], unit_text, axis.bold());
        }
        canvas.label(
            &[((f64::midpoint(frame.left, frame.right), frame.bottom + 36.0), Anchor::Middle)],
            &keys[0],
            axis,
        );
    })
}

/// The last words of a key.
fn short(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// A cell for each point, its mean in it where there is room.
fn grid(canvas: &mut style::Canvas<'_>, frame: Frame, (points, scale): (&[At], f64), xs: &[f64], ys: &[f64]) {
    let Some((low, high)) = range(points.iter().map(|p| p.mean / scale)) else { return };
    let (across, down) = ((frame.right - frame.left) / xs.len() as f64, (frame.bottom - frame.top) / ys.len() as f64);
    let axis = Lettering::new(12.5).color(style::GRAY);
    let corner = |i: usize, j: usize| (frame.left + i as f64 * across, frame.bottom - (j + 1) as f64 * down);
    for p in points {
        let find = |all: &[f64], v: f64| all.iter().position(|x| *x == v).unwrap_or(0);
        let (x, y) = corner(find(xs, p.place[0]), find(ys, p.place[1]));
        let share = if high > low { (p.mean / scale - low) / (high - low) } else { 0.0 };
        let class = ((share * 6.0) as usize).min(5);
        canvas.block((x, y), (x + across - 1.0, y + down - 1.0), RAMP[class], 1.0);
        let text = number::plain(p.mean / scale);
        let letters = Lettering::new(12.0).color(if class > 3 { (0xfe, 0xfe, 0xfe) } else { (0x1a, 0x1f, 0x24) });
        if canvas.width(&text, letters) < across - 4.0 && down > 15.0 {
            canvas.label(&[((x + across / 2.0, y + down / 2.0 + 4.0), Anchor::Middle)], &text, letters);
        }
    }
    for (i, v) in xs.iter().enumerate() {
        let at = frame.left + (i as f64 + 0.5) * across;
        canvas.label(&[((at, frame.bottom + 18.0), Anchor::Middle)], &number::plain(*v), axis);
    }
    for (j, v) in ys.iter().enumerate() {
        let at = frame.bottom - (j as f64 + 0.5) * down + 4.0;
        canvas.label(&[((frame.left - 8.0, at), Anchor::End)], &number::plain(*v), axis);
    }
}
