//! `fleet`: the machines that stand at the end, the thriftiest first: a step as wide as their power and as high as their
//! energy for a terahash.

use super::{Drawing, column, finish, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Scale, Words};
use crate::report::view::{View, say};
use crate::report::{ReportError, number};

struct Model<'a> {
    name: &'a str,
    efficiency: f64,
    machines: f64,
    power: f64,
    hashrate: f64,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("fleet") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let of = |row: &[crate::record::Cell], k: &str| number_at(row, key(k));
    let mut models: Vec<Model<'_>> = sheet
        .rows
        .iter()
        .map(|r| Model {
            name: text_at(r, key("model")),
            efficiency: of(r, "efficiency_j_per_th"),
            machines: of(r, "machines"),
            power: of(r, "power_mw"),
            hashrate: of(r, "hashrate_eh_s"),
        })
        .filter(|m| m.efficiency > 0.0 && m.power > 0.0)
        .collect();
    models.sort_by(|a, b| a.efficiency.total_cmp(&b.efficiency).then_with(|| a.name.cmp(b.name)));
    let power: f64 = models.iter().map(|m| m.power).sum();
    let hashrate: f64 = models.iter().map(|m| m.hashrate).filter(|h| h.is_finite()).sum();
    if models.is_empty() || hashrate <= 0.0 {
        return Ok(None);
    }
    // A MW over an EH/s is a J over a TH.
    let mean = power / hashrate;
    let best = models[0].efficiency;
    let worse: (f64, f64) =
        models.iter().filter(|m| m.efficiency > mean).fold((0.0, 0.0), |sum, m| (sum.0 + m.power, sum.1 + m.hashrate));
    let title = if models.len() > 1 && worse.0 > 0.0 {
        say!(
            view,
            "A terahash costs the fleet {} J; the less thrifty machines take {} of its power for {} of its hashrate",
            "Терахеш стоит парку {} Дж; менее экономные машины берут {} мощности и дают {} хешрейта",
            number::fixed(mean, 1),
            number::percent(worse.0 / power),
            number::percent(worse.1 / hashrate)
        )
    } else {
        say!(view, "A terahash costs the fleet {} J", "Терахеш стоит парку {} Дж", number::fixed(mean, 1))
    };
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Machines that stand at the end of the run, {} models: width their power, height their energy for a terahash",
            "Машины в конце расчёта, моделей: {}; ширина – мощность, высота – энергия на терахеш",
            models.len()
        ),
        note: view
            .pick(
                "Rated power of machines that are there, switched on or not. J/TH: joules for a terahash, less is better.",
                "Номинальная мощность имеющихся машин, включённых или нет. J/TH: джоулей на терахеш, меньше – лучше.",
            )
            .into(),
    };
    let numbers = |f: fn(&Model<'_>) -> f64| models.iter().map(f).collect::<Vec<_>>();
    let data = Table {
        name: "fleet".into(),
        title: "Machines at the end, the thriftiest first.".into(),
        columns: vec![
            Column::texts(
                "model",
                "Model",
                "Machine model.",
                models.iter().map(|m| m.name.to_owned().into()).collect(),
            ),
            Column::numbers(
                "efficiency_j_per_th",
                "J/TH",
                "Efficiency",
                "Energy for a terahash.",
                numbers(|m| m.efficiency),
            ),
            Column::numbers("machines", "", "Machines", "Machines at the end.", numbers(|m| m.machines)),
            Column::numbers("power_mw", "MW", "Power", "Their rated power.", numbers(|m| m.power)),
            Column::numbers("hashrate_eh_s", "EH/s", "Hashrate", "Their rated hashrate.", numbers(|m| m.hashrate)),
        ],
    };
    let alt = say!(
        view,
        "Steps of {} machine models over {} MW, from {} to {} J/TH.",
        "Ступени по моделям машин: {}, всего {} МВт, от {} до {} J/TH.",
        models.len(),
        number::whole(power),
        number::fixed(best, 1),
        number::fixed(models[models.len() - 1].efficiency, 1)
    );
    finish(view, "fleet", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.bottom -= 10.0;
        let narrow = frame.is_narrow();
        let worst = models[models.len() - 1].efficiency;
        let (unit, scale) = if power < 1.0 { ("kW", 1000.0) } else { ("MW", 1.0) };
        let unit = match unit {
            "kW" => view.pick("kW, all machines one after another", "кВт, все машины подряд"),
            _ => view.pick("MW, all machines one after another", "МВт, все машины подряд"),
        };
        let x = Scale::new((0.0, power * scale), (frame.left, frame.right));
        let y = Scale::round((0.0, worst), (frame.bottom, frame.top), 5);
        style::value_axis(canvas, frame, &y, 5, "J/TH");
        let mut from = 0.0;
        let mut steps = Vec::new();
        for m in &models {
            let (a, z) = (x.at(from * scale), x.at((from + m.power) * scale));
            from += m.power;
            let (color, opacity) = if m.efficiency > mean { (style::ORANGE, 1.0) } else { (style::BLUE, 1.0) };
            canvas.block((a, y.at(m.efficiency)), (z, frame.bottom), color, opacity);
            canvas.line(&[(z, y.at(m.efficiency)), (z, frame.bottom)], Ink::new(style::WHITE, 0.7));
            canvas.keep_clear([a, y.at(m.efficiency), z, frame.bottom]);
            steps.push((a, z, m));
        }
        let at = y.at(mean);
        canvas.keep_clear([frame.left, at - 3.0, frame.right, at + 3.0]);
        canvas.line(&[(frame.left, at), (frame.right, at)], Ink::new(style::BLACK, 1.4).dash(Dash::Dashed));
        let text = say!(view, "mean of the fleet, {} J/TH", "в среднем по парку {} J/TH", number::fixed(mean, 1));
        let places = [((frame.left + 6.0, at - 7.0), Anchor::Start)];
        let mut tags: Vec<_> = canvas
            .reserve(&places, &text, Lettering::new(13.0).bold())
            .map(|(base, set, _)| (base, text, set))
            .into_iter()
            .collect();
        // The widest steps first: who has no room stays in the data.
        steps.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
        let letters = Lettering::new(if narrow { 11.0 } else { 12.0 });
        let most = if narrow { 5 } else { 9 };
        for (a, z, m) in steps.iter().take(most) {
            let (middle, top) = (f64::midpoint(*a, *z), y.at(m.efficiency));
            let name = m.name.strip_prefix("Bitmain ").or(m.name.strip_prefix("MicroBT ")).unwrap_or(m.name);
            let places: Vec<_> = (0..14)
                .flat_map(|k| {
                    let up = top - 8.0 - 15.0 * f64::from(k);
                    [((middle, up), Anchor::Middle), ((*z, up), Anchor::End), ((*a, up), Anchor::Start)]
                })
                .filter(|(p, anchor)| {
                    let width = canvas.width(name, letters);
                    let left = match anchor {
                        Anchor::Start => p.0,
                        Anchor::Middle => p.0 - width / 2.0,
                        Anchor::End => p.0 - width,
                    };
                    p.1 > frame.top + 12.0 && left >= frame.left + 2.0 && left + width <= frame.right
                })
                .collect();
            let Some((base, set, edges)) = canvas.reserve(&places, name, letters) else { continue };
            if top - edges[3] > 7.0 {
                canvas.line(&[(middle, edges[3] + 1.0), (middle, top - 1.0)], Ink::new(style::GRAY, 0.8));
            }
            tags.push((base, name.to_owned(), set));
        }
        for (base, text, set) in tags {
            canvas.patched(base, &text, set);
        }
        for tick in x.ticks(if narrow { 4 } else { 8 }) {
            let text = number::fixed(tick, x.decimals(if narrow { 4 } else { 8 }));
            canvas.line(&[(x.at(tick), frame.bottom), (x.at(tick), frame.bottom + 4.0)], Ink::new(style::GRAY, 1.0));
            let letters = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
            canvas.text((x.at(tick), frame.bottom + 18.0), &text, letters);
        }
        let letters = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
        canvas.text((f64::midpoint(frame.left, frame.right), frame.bottom + 36.0), unit, letters);
    })
}
