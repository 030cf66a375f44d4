//! `break-evens`: the tariff at which each machine stops paying, against the tariffs in force.

use super::{Drawing, column, finish, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Dash, Ink, Lettering, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

struct Machine<'a> {
    name: &'a str,
    efficiency: f64,
    at: f64,
    low: f64,
    high: f64,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("break_evens") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let (name, eff, at) = (key("model"), key("efficiency_j_per_th"), key("break_even_usd_per_kwh"));
    let (low, high) = (key("break_even_low_usd_per_kwh"), key("break_even_high_usd_per_kwh"));
    let mut machines: Vec<Machine<'_>> = sheet
        .rows
        .iter()
        .map(|r| Machine {
            name: text_at(r, name),
            efficiency: number_at(r, eff),
            at: number_at(r, at),
            low: number_at(r, low),
            high: number_at(r, high),
        })
        .filter(|m| m.at.is_finite())
        .collect();
    if machines.is_empty() {
        return Ok(None);
    }
    machines.sort_by(|a, b| b.at.total_cmp(&a.at).then_with(|| a.name.cmp(b.name)));
    let tariffs = tariffs(view);
    let dearest = tariffs.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let marginal = dearest.and_then(|d| machines.iter().rposition(|m| m.at >= d.1));
    let title = match dearest {
        Some((_, tariff)) => {
            let lose = machines.iter().filter(|m| m.at < *tariff).count();
            let of = view.count(
                machines.len() as f64,
                ["machine model", "machine models"],
                ["модели машин", "моделей машин", "моделей машин"],
            );
            let dearest = number::tariff(*tariff);
            match lose {
                0 => say!(
                    view,
                    "All {} earn more than {} a kWh, the dearest tariff here",
                    "Выручка каждой из {} выше {} за кВт·ч – самого дорогого тарифа здесь",
                    of,
                    dearest
                ),
                n => say!(
                    view,
                    "{} of {} earn less than {} a kWh, the dearest tariff here",
                    "{} из {} зарабатывают меньше {} за кВт·ч – самого дорогого тарифа здесь",
                    n,
                    of,
                    dearest
                ),
            }
        }
        None => say!(
            view,
            "The best machine pays up to {} a kWh, the worst up to {}",
            "Лучшая машина окупает до {} за кВт·ч, худшая до {}",
            number::tariff(machines[0].at),
            number::tariff(machines[machines.len() - 1].at)
        ),
    };
    let ranged = machines.iter().any(|m| m.low < m.high);
    let words = Words {
        title,
        subtitle: view
            .pick(
                "Break-even tariff by machine model: what a kWh earns, USD, after pool fee and cooling",
                "Тариф безубыточности по моделям: что зарабатывает кВт·ч, долл., после пула и охлаждения",
            )
            .into(),
        note: format!(
            "{}{}",
            marginal_note(view, &machines, marginal, dearest),
            if ranged {
                view.pick(
                    "Dot: at the window’s mean hashprice; bar: from its lowest to its highest. J/TH: joules for a terahash.",
                    "Точка: при среднем хешпрайсе; полоса: от наименьшего до наибольшего. J/TH: джоулей на терахеш.",
                )
            } else {
                ""
            }
        ),
    };
    let numbers = |f: fn(&Machine<'_>) -> f64| machines.iter().map(f).collect::<Vec<_>>();
    let mut columns = vec![
        Column::texts("model", "Model", "Machine model.", machines.iter().map(|m| m.name.to_owned().into()).collect()),
        Column::numbers(
            "efficiency_j_per_th",
            "J/TH",
            "Efficiency",
            "Energy for a terahash.",
            numbers(|m| m.efficiency),
        ),
        Column::numbers(
            "break_even_usd_per_kwh",
            "USD/kWh",
            "Break-even tariff",
            "Tariff at which revenue equals the power bill.",
            numbers(|m| m.at),
        ),
    ];
    if ranged {
        columns.push(Column::numbers(
            "break_even_low_usd_per_kwh",
            "USD/kWh",
            "Lowest",
            "At the window’s lowest hashprice.",
            numbers(|m| m.low),
        ));
        columns.push(Column::numbers(
            "break_even_high_usd_per_kwh",
            "USD/kWh",
            "Highest",
            "At the window’s highest hashprice.",
            numbers(|m| m.high),
        ));
    }
    let data = Table { name: "break-evens".into(), title: "Break-even tariffs by machine model.".into(), columns };
    let alt = say!(
        view,
        "Dots of break-even tariffs for {} machine models from {} to {} USD/kWh against {} tariffs.",
        "Точки тарифов безубыточности, моделей: {}, от {} до {} долл./кВт·ч; тарифов: {}.",
        machines.len(),
        number::plain(machines[machines.len() - 1].at),
        number::plain(machines[0].at),
        tariffs.len()
    );
    finish(view, "break-evens", words, alt, data, |canvas, mut frame| {
        let narrow = frame.is_narrow();
        frame.bottom += 8.0;
        // The smallest letters that keep rows apart; of more models than fit, evenly chosen ones are shown.
        let kinds = kinds(&tariffs);
        let above = 16.0 * kinds.len() as f64 + if narrow { 24.0 } else { 6.0 };
        let room = ((frame.bottom - frame.top - above) / 12.0) as usize;
        let every = machines.len().div_ceil(room.max(1));
        // … and the marginal machine among them.
        let all = machines.iter().enumerate();
        let shown: Vec<(usize, &Machine<'_>)> =
            all.filter(|(i, _)| i % every.max(1) == marginal.unwrap_or(0) % every.max(1)).collect();
        let size = ((frame.bottom - frame.top - 56.0) / shown.len() as f64 - 1.5).clamp(9.5, 14.0);
        let letters = Lettering::new(size);
        let widest = shown.iter().map(|(_, m)| canvas.width(m.name, letters.bold())).fold(0.0, f64::max);
        let margin = if narrow { 16.0 } else { 24.0 };
        frame.left = margin + widest + 50.0;
        let count = if narrow { 3 } else { 6 };
        frame.top += 16.0 * kinds.len() as f64 + 6.0;
        let highest = range(shown.iter().flat_map(|(_, m)| [m.at, m.high]).chain(tariffs.iter().map(|t| t.1)))
            .map_or(0.1, |r| r.1);
        let x = Scale::round((0.0, highest), (frame.left, frame.right - 10.0), count);
        let y = Scale::new((0.0, shown.len() as f64), (frame.top, frame.bottom));
        for tick in x.ticks(count) {
            canvas.line(&[(x.at(tick), frame.top), (x.at(tick), frame.bottom)], Ink::new(style::FAINT, 1.0));
            let text = format!("${}", number::fixed(tick, x.decimals(count).max(2)));
            canvas.text(
                (x.at(tick), frame.bottom + 16.0),
                &text,
                Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle),
            );
        }
        let dashes = [Dash::Solid, Dash::Dashed, Dash::Dotted];
        let colors = [style::VERMILION, style::BLUE, style::GREEN, style::PURPLE, style::GRAY];
        for (i, (text, rates)) in kinds.iter().enumerate() {
            let color = colors[i % colors.len()];
            let row = frame.top - 5.0 - 16.0 * (kinds.len() - 1 - i) as f64;
            if narrow {
                // No room beside the lines: their names stand over the picture, each with a piece of its line.
                let row = row - 18.0;
                let at = (margin, row - 4.0);
                canvas.line(&[at, (margin + 24.0, at.1)], Ink::new(color, 2.0).dash(dashes[i % 3]));
                canvas.text((margin + 31.0, row), text, Lettering::new(12.0).bold().color(color));
                for rate in rates {
                    let at = x.at(*rate);
                    canvas.line(&[(at, frame.top), (at, frame.bottom)], Ink::new(color, 1.6).dash(dashes[i % 3]));
                }
                continue;
            }
            for rate in rates {
                let at = x.at(*rate);
                canvas.line(&[(at, row - 10.0), (at, frame.bottom)], Ink::new(color, 1.6).dash(dashes[i % 3]));
            }
            let at = rates.last().map_or(frame.left, |r| x.at(*r));
            let set = Lettering::new(13.0).bold().color(color);
            let places =
                [((at + 5.0, row), Anchor::Start), ((at - 5.0, row), Anchor::End), ((frame.right, row), Anchor::End)];
            canvas.label(&places, text, set);
        }
        canvas.text(
            (frame.left - 8.0, frame.top - 4.0),
            "J/TH",
            Lettering::new(size.min(12.0)).color(style::GRAY).anchor(Anchor::End),
        );
        for (i, (place, m)) in shown.iter().enumerate() {
            let at = y.at(i as f64 + 0.5);
            let last_to_pay = Some(*place) == marginal;
            canvas.plain((margin, at + size * 0.34), m.name, if last_to_pay { letters.bold() } else { letters });
            canvas.text(
                (frame.left - 8.0, at + size * 0.34),
                &number::fixed(m.efficiency, 1),
                letters.color(style::GRAY).anchor(Anchor::End),
            );
            if m.low < m.high {
                canvas.line(&[(x.at(m.low), at), (x.at(m.high), at)], Ink::new(style::SLATE, 4.0));
            }
            let radius = (size * 0.3).min(4.0);
            if last_to_pay {
                canvas.dot((x.at(m.at), at), radius + 3.0, style::VERMILION);
            }
            canvas.dot((x.at(m.at), at), radius, style::BLACK);
        }
    })
}

/// Names the marginal machine: the one that at the mean hashprice just pays the dearest tariff, and is the next to stop.
fn marginal_note(
    view: &View<'_>,
    machines: &[Machine<'_>],
    marginal: Option<usize>,
    dearest: Option<&(String, f64)>,
) -> String {
    match (marginal.and_then(|m| machines.get(m)), dearest) {
        (Some(machine), Some((_, tariff))) => say!(
            view,
            "Ringed: the marginal machine at {} a kWh, {}, the next to stop. ",
            "Обведена предельная машина при {} за кВт·ч – {}: остановится следующей. ",
            number::tariff(*tariff),
            machine.name
        ),
        _ => String::new(),
    }
}

/// The tariffs in force, each with the name of those who pay it; names that differ after a comma are told once.
fn tariffs(view: &View<'_>) -> Vec<(String, f64)> {
    let Some(sheet) = view.record.sheet("tariffs") else { return Vec::new() };
    let (name, tariff) = (column(sheet, "name"), column(sheet, "tariff_usd_per_kwh"));
    let mut tariffs: Vec<(String, f64)> = Vec::new();
    for row in &sheet.rows {
        let (name, usd) = (view.said(text_at(row, name)), number_at(row, tariff));
        match tariffs.iter_mut().find(|t| (t.1 - usd).abs() <= 1e-6) {
            Some(known) => {
                let kind = |n: &str| n.split(", ").next().unwrap_or_default().to_owned();
                known.0 = if kind(&known.0) == kind(&name) { kind(&name) } else { format!("{}, {name}", known.0) };
            }
            None if usd.is_finite() => tariffs.push((name, usd)),
            None => {}
        }
    }
    tariffs
}

/// Tariffs of one kind under one label, the cheapest first: "published home tariff: $0.0126 rural, $0.0180 urban".
fn kinds(tariffs: &[(String, f64)]) -> Vec<(String, Vec<f64>)> {
    let mut sorted: Vec<(&str, &str, f64)> = tariffs
        .iter()
        .map(|(name, usd)| match name.split_once(", ") {
            Some((kind, which)) => (kind, which, *usd),
            None => (name.as_str(), "", *usd),
        })
        .collect();
    sorted.sort_by(|a, b| a.2.total_cmp(&b.2));
    let mut kinds: Vec<(&str, Vec<(&str, f64)>)> = Vec::new();
    for (kind, which, usd) in sorted {
        match kinds.iter_mut().find(|k| k.0 == kind) {
            Some(known) => known.1.push((which, usd)),
            None => kinds.push((kind, vec![(which, usd)])),
        }
    }
    let label = |kind: &str, rates: &[(&str, f64)]| match rates {
        [(which, usd)] if !which.is_empty() => format!("{kind}, {which}: {}", number::tariff(*usd)),
        _ => {
            let told: Vec<String> = rates
                .iter()
                .map(|(which, usd)| format!("{} {which}", number::tariff(*usd)).trim().to_owned())
                .collect();
            format!("{kind}: {}", told.join(", "))
        }
    };
    kinds.into_iter().map(|(kind, rates)| (label(kind, &rates), rates.iter().map(|r| r.1).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tariffs_of_a_kind_share_a_label() {
        let given = [("homes, urban", 0.018), ("host", 0.065), ("homes, rural", 0.0126), ("mines, north", 0.05)];
        let told = kinds(&given.map(|(name, usd)| (name.to_owned(), usd)));
        let labels: Vec<&str> = told.iter().map(|k| k.0.as_str()).collect();
        assert_eq!(labels, ["homes: $0.0126 rural, $0.0180 urban", "mines, north: $0.050", "host: $0.065"]);
    }
}
