//! `pue`: what each kind of cooling adds to its machines' power, from the coldest air to the warmest.

use super::{Drawing, column, finish, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Point, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// A kind's points: outside temperature and PUE.
struct Kind<'a> {
    id: &'a str,
    points: Vec<(f64, f64)>,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("cooling") else { return Ok(None) };
    let at = |key: &str| column(sheet, key);
    let (kind, outside, pue, pressure) = (at("kind"), at("outside_c"), at("pue"), at("fan_pressure_pa"));
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for row in &sheet.rows {
        let (id, point) = (text_at(row, kind), (number_at(row, outside), number_at(row, pue)));
        match kinds.iter_mut().find(|k| k.id == id) {
            Some(known) => known.points.push(point),
            None => kinds.push(Kind { id, points: vec![point] }),
        }
    }
    let all = || kinds.iter().flat_map(|k| k.points.iter());
    let (Some((cold, warm)), Some((_, most))) = (range(all().map(|p| p.0)), range(all().map(|p| p.1))) else {
        return Ok(None);
    };
    let read = |k: &Kind<'_>, t: f64| k.points.iter().find(|p| p.0 >= t).map_or(f64::NAN, |p| p.1);
    let Some(barn) = kinds.iter().find(|k| k.id == "air_barn").or(kinds.first()) else { return Ok(None) };
    let share = |k: &Kind<'_>, t: f64| number::fixed(100.0 * (read(k, t) - 1.0), 1);
    let name = |id: &str| named(view, id);
    let words = Words {
        title: say!(
            view,
            "{}: {} % beside its machines’ power at −20 °C, {} % at 30 °C",
            "{}: сверх мощности машин {} % при −20 °C и {} % при 30 °C",
            name(barn.id),
            share(barn, -20.0),
            share(barn, 30.0)
        ),
        subtitle: view
            .pick(
                "PUE by temperature outside, kind by kind; the machines’ own fans count to the machines",
                "PUE по температуре снаружи для каждого вида охлаждения; вентиляторы самих машин отнесены к машинам",
            )
            .into(),
        note: pressures(view, sheet.rows.iter().map(|row| (text_at(row, kind), number_at(row, pressure)))),
    };
    let temperatures: Vec<f64> = barn.points.iter().map(|p| p.0).collect();
    let mut columns = vec![Column::numbers("outside_c", "°C", "Outside", "Air outside, dry bulb.", temperatures)];
    for k in &kinds {
        let values: Vec<f64> = k.points.iter().map(|p| p.1).collect();
        columns.push(Column::numbers(format!("pue_{}", k.id), "", name(k.id), "Power of site over machines.", values));
    }
    let data = Table { name: "pue".into(), title: "PUE by temperature outside and kind of cooling.".into(), columns };
    let alt = say!(
        view,
        "A line for each of {} kinds of cooling, PUE up to {}, from {} to {} °C.",
        "Линии для видов охлаждения ({}), PUE до {}, от {} до {} °C.",
        number::fixed(kinds.len() as f64, 0),
        number::fixed(most, 2),
        number::fixed(cold, 0),
        number::fixed(warm, 0)
    );
    finish(view, "pue", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.bottom -= 18.0;
        let letters = Lettering::new(13.0).bold();
        let widest = kinds.iter().map(|k| canvas.span(&name(k.id), letters)).fold(0.0, f64::max);
        frame.right -= widest + 12.0;
        let x = Scale::new((cold, warm), (frame.left, frame.right));
        let y = Scale::round((1.0, most), (frame.bottom, frame.top), 6);
        style::value_axis(canvas, frame, &y, 6, "PUE");
        let axis = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
        let every = if frame.is_narrow() { 20 } else { 10 };
        for t in (-60..=60).filter(|t| t % every == 0 && (cold..=warm).contains(&f64::from(*t))) {
            let px = x.at(f64::from(t));
            canvas.line(&[(px, frame.bottom), (px, frame.bottom + 4.0)], Ink::new(style::GRAY, 1.0));
            canvas.text((px, frame.bottom + 18.0), &number::fixed(f64::from(t), 0), axis);
        }
        let middle = f64::midpoint(frame.left, frame.right);
        canvas.text((middle, frame.bottom + 36.0), view.pick("°C outside", "°C снаружи"), axis);
        let looks: [(Rgb, Dash); 5] = [
            (style::ORANGE, Dash::Solid),
            (style::VERMILION, Dash::Dashed),
            (style::GREEN, Dash::Dotted),
            (style::BLUE, Dash::Solid),
            (style::PURPLE, Dash::Dashed),
        ];
        let looks = || looks.iter().cycle();
        for (k, (color, dash)) in kinds.iter().zip(looks()) {
            let points: Vec<Point> = k.points.iter().map(|p| (x.at(p.0), y.at(p.1))).collect();
            canvas.line(&points, Ink::new(*color, 2.4).dash(*dash));
        }
        let wanted: Vec<f64> = kinds.iter().map(|k| k.points.last().map_or(frame.top, |p| y.at(p.1) + 4.5)).collect();
        let placed = style::label::spread(&wanted, 18.0, frame.top + 4.0, frame.bottom);
        for ((k, (color, _)), at) in kinds.iter().zip(looks()).zip(placed) {
            let color = if *color == style::ORANGE { style::BLACK } else { *color };
            canvas.text((frame.right + 8.0, at), &name(k.id), letters.color(color));
        }
    })
}

/// The pressures that the fans of buildings hold: on them the answer hangs.
fn pressures<'a>(view: &View<'_>, rows: impl Iterator<Item = (&'a str, f64)>) -> String {
    let mut told: Vec<(&str, f64)> = Vec::new();
    for (id, pa) in rows.filter(|r| r.1.is_finite()) {
        if told.iter().all(|t| t.0 != id) {
            told.push((id, pa));
        }
    }
    let list: Vec<String> = told
        .iter()
        .map(|(id, pa)| say!(view, "{} {} Pa", "{} {} Па", named(view, id).to_lowercase(), number::fixed(*pa, 0)))
        .collect();
    say!(
        view,
        "Fans hold at their design flow: {}. 70 % relative humidity. A wet tower starts where its line steps down.",
        "Напор вентиляторов при расчётном расходе: {}. Влажность 70 %. Где линия падает, градирня включает орошение.",
        list.join(", ")
    )
}

/// A kind of cooling for people; its id where the world has one of its own.
fn named(view: &View<'_>, id: &str) -> String {
    match id {
        "air_barn" => view.pick("Air barn", "Ангар").into(),
        "container" => view.pick("Container", "Контейнер").into(),
        "air_pads" => view.pick("With pads", "С увлажнением").into(),
        "hydro_dry_cooler" => view.pick("Dry cooler", "Сухая градирня").into(),
        "immersion" => view.pick("Immersion", "Иммерсия").into(),
        other => other.replace('_', " "),
    }
}
