//! `map`: the region's lines at four hours, each as wide as its flow and as dark as its loading. Schematic, not to scale.

use super::{Drawing, finish};
use crate::report::data::{Column, Table};
use crate::report::schematic::{ANGARA, BORDER, EXTENT, LAKE, LENA, Schematic, class, smooth};
use crate::report::style::{self, Anchor, Canvas, Dash, Frame, HEAT, Ink, Lettering, Point, Words};
use crate::report::view::{CORRIDOR, View, largest, say};
use crate::report::{ReportError, number};

/// An hour that a panel shows.
struct Panel {
    name: String,
    step: usize,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = Schematic::of(view) else { return Ok(None) };
    let Some(load) = view.series("total_load_mw") else { return Ok(None) };
    let panels = panels(view, load);
    if panels.is_empty() {
        return Ok(None);
    }
    let at = |key: &str, step: usize| view.series(key).and_then(|s| s.get(step)).copied().unwrap_or(f64::NAN);
    // The line that was over 90 % for most hours; the finding names it.
    let hours = |line: &crate::report::schematic::Line| {
        let over = view.series(&line.key).into_iter().flatten().filter(|f| f.abs() > 0.9 * line.limit_mw).count();
        over as f64 * view.step_hours()
    };
    let worst = sheet.lines.iter().map(|l| (hours(l), l)).max_by(|a, b| a.0.total_cmp(&b.0));
    let all = load.len() as f64 * view.step_hours();
    let title = match worst {
        Some((h, line)) if h >= 1.0 => {
            let name = format!("{} – {}", sheet.buses[line.from].name, sheet.buses[line.to].name);
            say!(
                view,
                "The most strained lines, {}, were above 90 % of their rating in {}",
                "Самые нагруженные линии, {}: выше 90 % своего предела {}",
                name,
                view.of_hours(h, all)
            )
        }
        _ => view
            .pick(
                "No line of the region came within 10 % of its rating",
                "Ни одна линия региона не подошла к своему пределу ближе 10 %",
            )
            .to_owned(),
    };
    let corridor = view.interface(CORRIDOR).filter(|r| r.limit_assumed);
    let section = corridor.map_or_else(String::new, |r| {
        say!(
            view,
            " The corridor’s own limit ({} MW, assumed, {}–{}) holds earlier than its lines.",
            " Предел самого коридора ({} МВт, принят, {}–{}) наступает раньше пределов его линий.",
            number::fixed(r.limit_mw, 0),
            number::fixed(r.limit_low_mw, 0),
            number::fixed(r.limit_high_mw, 0)
        )
    });
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Lines as wide as their flow, colored by loading; circles: mining; squares: plants{}. {}",
            "Толщина линии – переток, цвет – загрузка; круги – майнинг, квадраты – станции{}. {}",
            if sheet.dark.is_empty() {
                ""
            } else {
                view.pick("; crosses: dark homes", ", кресты – дома без света")
            },
            capital(&view.window())
        ),
        note: view
            .pick(
                "Schematic, not to scale. Loading against the lines’ mean rating.",
                "Схема, не в масштабе. Загрузка относительно среднего предела линий.",
            )
            .to_owned()
            + &section,
    };
    let names: Vec<String> =
        sheet.lines.iter().map(|l| format!("{} – {}", sheet.buses[l.from].name, sheet.buses[l.to].name)).collect();
    let mut columns = vec![
        Column::texts("line", "Line", "Its two ends.", names.into_iter().map(Into::into).collect()),
        Column::numbers(
            "limit_mw",
            "MW",
            "Limit",
            "Mean rating of its circuits.",
            sheet.lines.iter().map(|l| l.limit_mw).collect::<Vec<_>>(),
        ),
    ];
    for (i, panel) in panels.iter().enumerate() {
        let flows: Vec<f64> = sheet.lines.iter().map(|l| at(&l.key, panel.step)).collect();
        columns.push(Column::numbers(
            format!("flow_{}_mw", i + 1),
            "MW",
            panel.name.clone(),
            format!("Flow at {}; positive from the first end.", view.record.window.moment(panel.step)),
            flows,
        ));
    }
    let data = Table { name: "map".into(), title: "Flows at the hours shown.".into(), columns };
    let alt = say!(
        view,
        "Schematic map of {} lines at {} hours.",
        "Схема сети, линий: {}, часов: {}.",
        sheet.lines.len(),
        panels.len()
    );
    finish(view, "map", words, alt, data, |canvas, mut frame| {
        let margin = if frame.is_narrow() { 16.0 } else { 24.0 };
        frame.left = margin;
        frame.bottom += 34.0;
        let keys = key(canvas, view, Frame { bottom: frame.top + 10.0, ..frame });
        frame.top = keys + 8.0;
        // As many panels as have room: two beside one another, two over two, or on a telephone one over the other.
        let narrow = frame.is_narrow();
        let square = frame.bottom - frame.top > 500.0;
        let shown = &panels[..panels.len().min(if square && !narrow { 4 } else { 2 })];
        let across = if narrow || shown.len() == 1 { 1 } else { 2 };
        let down = shown.len().div_ceil(across);
        let (width, height) = ((frame.right - frame.left) / across as f64, (frame.bottom - frame.top) / down as f64);
        for (i, panel) in shown.iter().enumerate() {
            let left = frame.left + (i % across) as f64 * width;
            let top = frame.top + (i / across) as f64 * height;
            let inside =
                Frame { left: left + 4.0, top: top + 22.0, right: left + width - 12.0, bottom: top + height - 6.0 };
            let size = if narrow { 12.5 } else { 13.5 };
            canvas.text((left, top + 14.0), &panel.name, Lettering::new(size).bold());
            region(canvas, view, &sheet, panel.step, inside);
        }
    })
}

/// A text with a capital where it begins a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Hours worth a panel: the peak, the corridor at its hardest, a summer night, most mining; each told once.
fn panels(view: &View<'_>, load: &[f64]) -> Vec<Panel> {
    let mut panels: Vec<Panel> = Vec::new();
    let mut add = |step: Option<usize>, en: &str, ru: &str, value: f64| {
        let Some(step) = step.filter(|s| panels.iter().all(|p| p.step != *s)) else { return };
        let mw = number::fixed(value, 0);
        let what = view.language.pick(en, ru);
        panels.push(Panel { name: say!(view, "{}: {} MW", "{}: {} МВт", what, mw), step });
    };
    let peak = largest(load);
    add(peak.map(|p| p.0), "Peak load", "Максимум нагрузки", peak.map_or(0.0, |p| p.1));
    let flow = view.series(&format!("flow_{CORRIDOR}_mw"));
    let hardest = flow.and_then(largest);
    add(hardest.map(|p| p.0), "Corridor at its hardest", "Коридор на максимуме", hardest.map_or(0.0, |p| p.1));
    let least = load.iter().map(|v| -v).collect::<Vec<_>>();
    let least = largest(&least);
    add(least.map(|p| p.0), "Least load", "Минимум нагрузки", least.map_or(0.0, |p| -p.1));
    let mining = view.series("mining_mw").and_then(largest).filter(|m| m.1 > 0.5);
    add(mining.map(|p| p.0), "Most mining", "Больше всего майнинга", mining.map_or(0.0, |p| p.1));
    panels
}

/// What widths, colors and marks mean; returns where it ends.
fn key(canvas: &mut Canvas<'_>, view: &View<'_>, frame: Frame) -> f64 {
    let letters = Lettering::new(12.0).color(style::GRAY);
    let (mut left, mut base) = (frame.left, frame.top + 6.0);
    let names = ["< 50 %", "50–70 %", "70–80 %", "80–90 %", "> 90 %", view.pick("at the limit", "предел")];
    for (class, name) in names.iter().enumerate() {
        let across = 26.0 + canvas.width(name, letters);
        if left + across > frame.right {
            (left, base) = (frame.left, base + 18.0);
        }
        let y = base - 4.0;
        canvas.line(&[(left, y), (left + 20.0, y)], Ink::new(style::GRAY, 6.0));
        canvas.line(&[(left, y), (left + 20.0, y)], Ink::new(HEAT[class], 4.4));
        canvas.text((left + 25.0, base), name, letters);
        left += across + 14.0;
    }
    base + 6.0
}

/// The region in one panel at one step.
fn region(canvas: &mut Canvas<'_>, view: &View<'_>, sheet: &Schematic, step: usize, frame: Frame) {
    let scale = ((frame.right - frame.left) / EXTENT.0).min((frame.bottom - frame.top) / EXTENT.1);
    let left = frame.left + (frame.right - frame.left - EXTENT.0 * scale) / 2.0;
    let on = |p: (f64, f64)| -> Point { (left + p.0 * scale, frame.top + p.1 * scale) };
    let shape = |points: &[(f64, f64)]| points.iter().map(|p| on(*p)).collect::<Vec<_>>();
    let at = |key: &str| view.series(key).and_then(|s| s.get(step)).copied().unwrap_or(0.0);
    let mut border = shape(&smooth(BORDER, true));
    border.extend(border.first().copied());
    canvas.line(&border, Ink::new(style::SLATE, 0.8).dash(Dash::Dashed));
    canvas.area(&shape(&smooth(LAKE, true)), style::SKY, 0.30);
    for river in [ANGARA, LENA] {
        canvas.line(&shape(&smooth(river, false)), Ink::new(style::SKY, 1.6));
    }
    for (line, loading) in sheet.lines.iter().zip(sheet.loading(view, step)) {
        let (a, b) = (on(sheet.buses[line.from].at), on(sheet.buses[line.to].at));
        // Area as wide as the flow: 3,000 MW are 16 units of the sheet.
        let width = (at(&line.key).abs() / 3000.0 * 20.0 * scale).max(0.8) + 0.6;
        canvas.line(&[a, b], Ink::new(style::GRAY, width + 1.2));
        canvas.line(&[a, b], Ink::new(HEAT[class(loading)], width));
    }
    for plant in &sheet.plants {
        let (x, y) = on(sheet.buses[plant.bus].at);
        let half = libm::sqrt(at(&plant.key).max(0.0) / 4500.0) * 22.0 * scale;
        if half > 0.6 {
            canvas.keep_clear([x - half, y - half, x + half, y + half]);
            let color = if plant.key.starts_with("hydro") { style::BLUE } else { style::GRAY };
            canvas.block((x - half, y - half), (x + half, y + half), color, 0.85);
        }
    }
    for mine in &sheet.mining {
        let (x, y) = on(sheet.buses[mine.bus].at);
        let radius = libm::sqrt(at(&mine.key).max(0.0) / 400.0) * 26.0 * scale;
        if radius > 0.8 {
            let reach = radius + 1.2;
            canvas.keep_clear([x - reach, y - reach, x + reach, y + reach]);
            canvas.dot((x, y), radius, style::ORANGE);
        }
    }
    for homes in &sheet.dark {
        let (x, y) = on(sheet.buses[homes.bus].at);
        if at(&homes.key) > 0.5 {
            for (color, width) in [(style::WHITE, 4.4), (style::BLACK, 2.2)] {
                canvas.line(&[(x - 5.0, y - 5.0), (x + 5.0, y + 5.0)], Ink::new(color, width));
                canvas.line(&[(x - 5.0, y + 5.0), (x + 5.0, y - 5.0)], Ink::new(color, width));
            }
            canvas.keep_clear([x - 6.0, y - 6.0, x + 6.0, y + 6.0]);
        }
    }
    for bus in &sheet.buses {
        let (x, y) = on(bus.at);
        canvas.keep_clear([x - 2.5, y - 2.5, x + 2.5, y + 2.5]);
        canvas.dot((x, y), 1.6, style::BLACK);
    }
    section(canvas, view, step, frame, |p| (left + p.0 * scale, frame.top + p.1 * scale), scale);
    let letters = Lettering::new(if scale > 0.5 { 11.0 } else { 10.0 }).color(style::BLACK);
    let first = ["irk", "bra", "uil", "tai", "bod", "gus", "kra", "tul", "uku", "sev", "bog"];
    for bus in first.iter().filter_map(|id| sheet.buses.iter().find(|b| b.id == *id)) {
        let (x, y) = on(bus.at);
        // Close by first, then off the marks that stand there.
        let places = [5.0, 9.0, 14.0, 20.0].into_iter().flat_map(|far| {
            [
                ((x + far, y + 4.0), Anchor::Start),
                ((x - far, y + 4.0), Anchor::End),
                ((x, y - far), Anchor::Middle),
                ((x, y + far + 8.0), Anchor::Middle),
                ((x + far * 0.7, y - far * 0.7), Anchor::Start),
                ((x + far * 0.7, y + far * 0.7 + 8.0), Anchor::Start),
                ((x - far * 0.7, y - far * 0.7), Anchor::End),
                ((x - far * 0.7, y + far * 0.7 + 8.0), Anchor::End),
            ]
        });
        let inside: Vec<_> = places.filter(|(p, a)| stays(canvas, *p, *a, &bus.name, letters, frame)).collect();
        canvas.tag(&inside, &bus.name, letters);
    }
}

/// The corridor's flow in a panel's empty corner, against its limit and the range of that limit.
fn section(
    canvas: &mut Canvas<'_>,
    view: &View<'_>,
    step: usize,
    frame: Frame,
    on: impl Fn((f64, f64)) -> Point,
    scale: f64,
) {
    let at = |key: String| view.series(&key).and_then(|s| s.get(step)).copied();
    let (Some(flow), Some(limit)) = (at(format!("flow_{CORRIDOR}_mw")), at(format!("limit_{CORRIDOR}_mw"))) else {
        return;
    };
    if limit.is_nan() || limit <= 0.0 {
        return;
    }
    let band = view.interface(CORRIDOR).filter(|r| r.limit_assumed).map(|r| (r.limit_low_mw, r.limit_high_mw));
    let full = band.map_or(limit, |b| b.1.max(limit)).max(flow.abs()) * 1.05;
    let (left, top) = (frame.left.max(on((0.0, 0.0)).0), on((0.0, 668.0)).1);
    let across = (on((400.0, 0.0)).0 - left).max(120.0 * scale);
    let wide = |mw: f64| left + across * mw / full;
    canvas.block((left, top), (left + across, top + 8.0), style::FAINT, 0.7);
    canvas.block((left, top), (wide(flow.abs()), top + 8.0), HEAT[class(100.0 * flow.abs() / limit)], 1.0);
    if let Some((low, high)) = band {
        canvas.block((wide(low), top - 3.0), (wide(high), top + 11.0), style::VERMILION, 0.2);
    }
    canvas.line(&[(wide(limit), top - 4.0), (wide(limit), top + 12.0)], Ink::new(style::VERMILION, 1.8));
    let letters = Lettering::new(if scale > 0.5 { 11.0 } else { 10.0 });
    let [flow, limit] = [flow.abs(), limit].map(|mw| number::fixed(mw, 0));
    let text = say!(view, "corridor {} MW", "коридор {} МВт", flow);
    canvas.label(&[((left, top - 7.0), Anchor::Start)], &text, letters.bold());
    let text = say!(view, "limit {} MW", "предел {} МВт", limit);
    canvas.label(&[((left, top + 23.0), Anchor::Start)], &text, letters.color(style::VERMILION));
}

/// Whether a label stays in its panel.
fn stays(canvas: &Canvas<'_>, p: Point, anchor: Anchor, text: &str, letters: Lettering, frame: Frame) -> bool {
    let width = canvas.width(text, letters);
    let left = match anchor {
        Anchor::Start => p.0,
        Anchor::Middle => p.0 - width / 2.0,
        Anchor::End => p.0 - width,
    };
    left >= frame.left - 8.0 && left + width <= frame.right + 10.0
}
