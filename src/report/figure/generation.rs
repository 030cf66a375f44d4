//! `generation`: what made the region's power, month by month, and what left it.

use super::{Drawing, finish, month_names};
use crate::record::Value;
use crate::report::data::{Column, Table};
use crate::report::style::{self, Frame, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number, period};

/// Plants of the cascade that stand outside the region, where the headlines do not tell.
const OUTSIDE: &[&str] = &["boguchany"];

/// Plants that make less than this share of the water power are drawn as one.
const SMALL: f64 = 0.02;

struct Part {
    key: String,
    name: String,
    color: Rgb,
    gwh: Vec<f64>,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let (labels, bounds) = period::months(view.record);
    let energy = |values: &[f64]| -> Vec<f64> {
        bounds.windows(2).map(|w| values[w[0]..w[1]].iter().sum::<f64>() * view.step_hours() / 1000.0).collect()
    };
    let colors = [style::NAVY, style::BLUE, style::SKY, (0xa6, 0xd5, 0xf2), (0x3d, 0x8b, 0x9e)];
    let within = |id: &str| match view.record.headline("hydro_gwh") {
        Some(Value::ById(plants)) => plants.iter().any(|p| p.0 == id),
        _ => !OUTSIDE.contains(&id),
    };
    let plants: Vec<(&str, Vec<f64>)> =
        view.family("hydro_", "_mw").into_iter().filter(|p| within(p.0)).map(|(id, v)| (id, energy(v))).collect();
    let hydro: f64 = plants.iter().flat_map(|p| &p.1).sum();
    let mut parts: Vec<Part> = Vec::new();
    let mut small: Option<Part> = None;
    for (id, gwh) in plants {
        if gwh.iter().sum::<f64>() >= SMALL * hydro {
            let color = colors[parts.len() % colors.len()];
            parts.push(Part { key: format!("hydro_{id}_gwh"), name: view.place(id), color, gwh });
        } else if let Some(sum) = &mut small {
            sum.key = "hydro_small_gwh".into();
            sum.name = view.pick("Small hydro", "Малые ГЭС").into();
            sum.gwh.iter_mut().zip(gwh).for_each(|(a, b)| *a += b);
        } else {
            small = Some(Part { key: format!("hydro_{id}_gwh"), name: view.place(id), color: (0x3d, 0x8b, 0x9e), gwh });
        }
    }
    parts.extend(small);
    let thermal = view.series("thermal_mw").map(energy);
    if parts.is_empty() && thermal.is_none() {
        return Ok(None);
    }
    if let Some(gwh) = thermal {
        parts.push(Part {
            key: "thermal_gwh".into(),
            name: view.pick("Thermal", "ТЭС").into(),
            color: style::VERMILION,
            gwh,
        });
    }
    let all: f64 = parts.iter().flat_map(|p| &p.gwh).sum();
    if all <= 0.0 {
        return Ok(None);
    }
    let export = view.series("net_export_mw").map(energy);
    let load = view.series("total_load_mw").map(energy);

    let traded = export.as_ref().map_or_else(String::new, |e| {
        let net: f64 = e.iter().sum();
        let amount = number::fixed(net.abs() / 1000.0, 1);
        if net >= 0.0 {
            say!(view, "; it exported {} TWh net", "; чистый отпуск вовне – {} ТВт·ч", amount)
        } else {
            say!(view, "; it took in {} TWh net", "; чистый приток извне – {} ТВт·ч", amount)
        }
    });
    let words = Words {
        title: say!(
            view,
            "Water made {} of the region’s power{}",
            "Вода дала {} электроэнергии региона{}",
            number::percent(hydro / all),
            traded
        ),
        subtitle: say!(
            view,
            "Generation in the region by month, GWh; {}",
            "Выработка в регионе по месяцам, ГВт·ч; {}",
            view.window()
        ),
        note: if view.whole_months() {
            view.pick("Plants outside the region are left out.", "Без станций вне региона.").into()
        } else {
            view.pick(
                "Plants outside the region are left out; a month cut by the window shows what lies in it.",
                "Без станций вне региона; неполный месяц показан той частью, что попала в расчёт.",
            )
            .into()
        },
    };
    let mut columns =
        vec![Column::texts("month", "Month", "The month.", labels.iter().map(|l| l.clone().into()).collect())];
    for p in &parts {
        columns.push(Column::numbers(p.key.clone(), "GWh", p.name.clone(), "Energy generated.", p.gwh.clone()));
    }
    for (key, name, definition, values) in [
        ("total_load_gwh", "Load", "Demand, mining and losses of the region.", &load),
        ("net_export_gwh", "Net export", "Generation less load; positive leaves the region.", &export),
    ] {
        if let Some(v) = values {
            columns.push(Column::numbers(key, "GWh", name, definition, v.clone()));
        }
    }
    let data = Table { name: "generation".into(), title: "Generation in the region by month.".into(), columns };
    let alt = say!(
        view,
        "Stacked monthly bars by plant; water made {} of {} GWh.",
        "Столбцы по месяцам и станциям; вода дала {} из {} ГВт·ч.",
        number::percent(hydro / all),
        number::fixed(all, 0)
    );

    finish(view, "generation", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 104.0;
        let months = labels.len();
        let total = |m: usize| parts.iter().map(|p| p.gwh[m].max(0.0)).sum::<f64>();
        let top = range((0..months).map(total)).map_or(1.0, |r| r.1);
        let top = load.iter().flatten().fold(top, |a, b| a.max(*b));
        let strip = export.as_ref().map(|_| Frame { top: frame.bottom - 72.0, ..frame });
        let main = Frame { bottom: frame.bottom - if strip.is_some() { 112.0 } else { 0.0 }, ..frame };
        let y = Scale::round((0.0, top), (main.bottom, main.top), 8);
        style::value_axis(canvas, main, &y, 8, view.pick("GWh", "ГВт·ч"));
        let x = Scale::new((0.0, months as f64), (frame.left, frame.right));
        let width = x.at(0.86) - x.at(0.0);
        for m in 0..months {
            let mut level = 0.0;
            let left = x.at(m as f64 + 0.07);
            for p in &parts {
                let next = level + p.gwh[m].max(0.0);
                canvas.block((left, y.at(next)), (left + width, y.at(level)), p.color, 1.0);
                if level > 0.0 {
                    canvas.line(&[(left, y.at(level)), (left + width, y.at(level))], Ink::new(style::WHITE, 1.0));
                }
                level = next;
            }
        }
        let mut ends: Vec<(f64, &str, Rgb)> = Vec::new();
        let mut level = 0.0;
        for p in &parts {
            let gwh = p.gwh[months - 1].max(0.0);
            ends.push((level + gwh / 2.0, &p.name, p.color));
            level += gwh;
        }
        if let Some(v) = &load {
            let points: Vec<Point> = v.iter().enumerate().map(|(m, g)| (x.at(m as f64 + 0.5), y.at(*g))).collect();
            canvas.line(&points, Ink::new(style::WHITE, 4.0));
            canvas.line(&points, Ink::new(style::BLACK, 2.0));
            for p in &points {
                canvas.dot(*p, 2.6, style::BLACK);
            }
            ends.push((v[months - 1], view.pick("Load", "Нагрузка"), style::BLACK));
        }
        if let (Some(v), Some(strip)) = (&export, strip)
            && let Some((low, high)) = range(v.iter().copied())
        {
            let scale = Scale::round((low.min(0.0), high.max(0.0)), (strip.bottom, strip.top), 3);
            style::value_axis(canvas, strip, &scale, 3, view.pick("GWh", "ГВт·ч"));
            for (m, g) in v.iter().enumerate() {
                let left = x.at(m as f64 + 0.07);
                let color = if *g >= 0.0 { style::GREEN } else { style::PURPLE };
                canvas.block((left, scale.at(*g)), (left + width, scale.at(0.0)), color, 1.0);
            }
            let letters = Lettering::new(13.5).bold().color(style::GREEN);
            canvas.text((frame.right + 8.0, strip.top + 12.0), view.pick("Net export", "Сальдо"), letters);
            if low < 0.0 {
                let letters = Lettering::new(13.0).color(style::PURPLE);
                canvas.text(
                    (frame.right + 8.0, strip.top + 29.0),
                    view.pick("below 0: import", "ниже 0: приток"),
                    letters,
                );
            }
        }
        let wanted: Vec<f64> = ends.iter().map(|e| y.at(e.0) + 5.0).collect();
        let placed = style::label::spread(&wanted, 17.0, main.top, main.bottom);
        for ((_, name, color), at) in ends.iter().zip(placed) {
            let color = if *color == (0xa6, 0xd5, 0xf2) { style::SKY } else { *color };
            canvas.text((frame.right + 8.0, at), name, Lettering::new(13.5).bold().color(color));
        }
        month_names(canvas, frame, view, &labels, &x);
    })
}
