//! `ledgers`: where each operator's revenue went; home miners twice, at the article's rate and at the published tariff.

use super::{Drawing, column, finish, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Anchor, Ink, Lettering, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// More operators with a pair of tariffs than this are drawn as one.
const PAIRS: usize = 3;

/// One bar: an operator at one tariff.
struct Bar {
    operator: String,
    tariff: &'static str,
    revenue: f64,
    /// Channel, power, tax.
    costs: [f64; 3],
    profit: f64,
    first_of_pair: bool,
}

const STYLIZED: (&str, &str) = (
    "Operators are modeled, not real firms, and counted with all their sites, without machines bought.",
    "Операторы модельные, не настоящие фирмы; со всеми площадками, без покупки машин.",
);

const PARTS: [(&str, &str, Rgb); 3] = [
    ("Cashing out", "Вывод денег", style::PURPLE),
    ("Power", "Энергия", style::BLUE),
    ("Tax and levy", "Налоги и сборы", style::GRAY),
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("ledgers") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let home = view
        .meta
        .home_tariff_usd_per_kwh
        .map_or(view.pick("scenario’s home rate", "ставка сценария").to_owned(), |t| {
            say!(view, "{}/kWh", "{}/кВт·ч", number::tariff(t))
        });
    let mut rows: Vec<&Vec<crate::record::Cell>> =
        sheet.rows.iter().filter(|r| number_at(r, key("revenue_usd")).is_finite()).collect();
    rows.sort_by(|a, b| number_at(b, key("revenue_usd")).total_cmp(&number_at(a, key("revenue_usd"))));
    let mut bars: Vec<Bar> = Vec::new();
    for row in rows {
        let at = |k: &str| number_at(row, key(k));
        let or_zero = |v: f64| if v.is_finite() { v } else { 0.0 };
        let name = match text_at(row, key("name")) {
            "" => view.place(text_at(row, key("operator"))),
            name => view.said(name),
        };
        let (channel, tax) = (or_zero(at("channel_cost_usd")), or_zero(at("tax_usd")) + or_zero(at("levy_usd")));
        let (power, published) = (or_zero(at("power_cost_usd")), at("power_cost_published_tariff_usd"));
        let revenue = at("revenue_usd");
        let bar = |tariff, power, profit: f64, first_of_pair| Bar {
            operator: name.clone(),
            tariff,
            revenue,
            costs: [channel, power, tax],
            profit: if profit.is_finite() { profit } else { revenue - channel - power - tax },
            first_of_pair,
        };
        let differs = published.is_finite() && (published - power).abs() > 1e-6 * revenue.abs().max(1.0);
        bars.push(bar(if differs { "article" } else { "" }, power, at("profit_usd"), differs));
        if differs {
            bars.push(bar("published", published, at("profit_published_tariff_usd"), false));
        }
    }
    if bars.iter().all(|b| b.revenue == 0.0) {
        return Ok(None);
    }
    let joined = join(view, &mut bars);
    let total = |second: bool, f: fn(&Bar) -> f64| -> f64 {
        bars.iter().filter(|b| b.tariff.is_empty() || (b.tariff == "published") == second).map(f).sum()
    };
    let revenue = total(false, |b| b.revenue);
    let (kept, kept_published) = (total(false, |b| b.profit), total(true, |b| b.profit));
    let paired = bars.iter().any(|b| b.first_of_pair);
    let second = if paired {
        say!(view, "; {} at the published tariff", "; по опубликованному тарифу – {}", number::dollars(kept_published))
    } else {
        String::new()
    };
    let stylized_note = view.pick(STYLIZED.0, STYLIZED.1);
    let words = Words {
        title: say!(
            view,
            "Operators kept {} of {} mined{}",
            "Операторам осталось {} из добытых {}{}",
            number::dollars(kept),
            number::dollars(revenue),
            second
        ),
        subtitle: say!(
            view,
            "Where each operator’s revenue went, USD; {}",
            "Куда ушла выручка каждого оператора, долл.; {}",
            view.window()
        ),
        note: if paired {
            say!(
                view,
                "Home miners twice: at the article’s rate ({}) and billed at the published tariff, behavior unchanged. {}",
                "Домашние майнеры дважды: по ставке статьи ({}) и по опубликованному тарифу, при том же поведении. {}",
                home,
                stylized_note
            )
        } else {
            stylized_note.into()
        },
    };
    let numbers = |f: fn(&Bar) -> f64| bars.iter().map(f).collect::<Vec<_>>();
    let data = Table {
        name: "ledgers".into(),
        title: "Where each operator’s revenue went.".into(),
        columns: vec![
            Column::texts(
                "operator",
                "Operator",
                "The operator.",
                bars.iter().map(|b| b.operator.clone().into()).collect(),
            ),
            Column::texts(
                "home_tariff",
                "Home tariff",
                "`article` or `published` where the two differ.",
                bars.iter().map(|b| b.tariff.into()).collect(),
            ),
            Column::numbers(
                "revenue_usd",
                "USD",
                "Revenue",
                "Coin credited, valued at its hour.",
                numbers(|b| b.revenue),
            ),
            Column::numbers(
                "channel_cost_usd",
                "USD",
                "Channel",
                "Cost of turning coin into money.",
                numbers(|b| b.costs[0]),
            ),
            Column::numbers("power_cost_usd", "USD", "Power", "Power bill.", numbers(|b| b.costs[1])),
            Column::numbers("tax_usd", "USD", "Tax and levy", "Taxes and levies.", numbers(|b| b.costs[2])),
            Column::numbers("profit_usd", "USD", "Profit", "What is left.", numbers(|b| b.profit)),
        ],
    };
    let alt = say!(
        view,
        "Bars of {} ledgers{}; operators kept {} of {}.",
        "Полосы, книг: {}{}; операторам осталось {} из {}.",
        bars.len(),
        if joined > 0 {
            view.pick(", home miners of all places as one", ", домашние майнеры всех мест вместе")
        } else {
            ""
        },
        number::dollars(kept),
        number::dollars(revenue)
    );
    finish(view, "ledgers", words, alt, data, |canvas, mut frame| {
        let narrow = frame.is_narrow();
        let room = ((frame.bottom - frame.top - 30.0) / if narrow { 34.0 } else { 15.0 }) as usize;
        let shown = &bars[..bars.len().min(room.max(1))];
        let row_height = ((frame.bottom - frame.top - 52.0) / shown.len() as f64).min(84.0);
        let size = (row_height - 2.0).clamp(10.5, if narrow { 12.5 } else { 14.0 });
        let letters = Lettering::new(size);
        let widest = shown.iter().map(|b| canvas.width(&b.operator, letters)).fold(0.0, f64::max);
        let margin = if narrow { 16.0 } else { 24.0 };
        let beside = if narrow { 84.0 } else { 96.0 };
        let second = if paired { 74.0 } else { 8.0 };
        // On narrow paper names stand over their bars.
        frame.left = if narrow { margin + second } else { margin + widest + second };
        frame.top += if narrow { 52.0 } else { 30.0 };
        frame.bottom = frame.top + row_height * shown.len() as f64;
        let largest = range(shown.iter().map(|b| b.revenue.max(b.costs.iter().sum()))).map_or(1.0, |r| r.1);
        let lowest = shown.iter().map(|b| b.profit.min(0.0)).fold(0.0, f64::min);
        let scale = if largest >= 2e6 { 1e6 } else { 1e3 };
        let x = Scale::new((lowest / scale, largest / scale), (frame.left, frame.right - beside));
        let count = if narrow { 3 } else { 6 };
        let unit = if scale > 5e5 {
            view.pick("million USD", "млн долл.")
        } else {
            view.pick("thousand USD", "тыс. долл.")
        };
        for tick in x.ticks(count) {
            canvas.line(
                &[(x.at(tick), frame.top), (x.at(tick), frame.bottom)],
                Ink::new(if tick == 0.0 { style::GRAY } else { style::FAINT }, 1.0),
            );
            let text = format!("${}", number::fixed(tick, x.decimals(count)));
            canvas.text(
                (x.at(tick), frame.bottom + 17.0),
                &text,
                Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle),
            );
        }
        let places = [17.0, 33.0].map(|dy| ((frame.right, frame.bottom + dy), Anchor::End));
        canvas.label(&places, unit, Lettering::new(13.0).color(style::GRAY));
        let start = if narrow { margin } else { frame.left };
        let (mut left, mut key_base) = (start, frame.top - if narrow { 36.0 } else { 13.0 });
        for (en, ru, color) in PARTS.into_iter().chain([("Profit kept", "Осталось", style::GREEN)]) {
            let name = view.pick(en, ru);
            let across = 20.0 + canvas.width(name, Lettering::new(13.0));
            if left + across > frame.right {
                (left, key_base) = (start, key_base + 20.0);
            }
            canvas.block((left, key_base - 11.0), (left + 14.0, key_base + 2.0), color, 1.0);
            canvas.text((left + 20.0, key_base), name, Lettering::new(13.0));
            left += across + 22.0;
        }
        for (i, b) in shown.iter().enumerate() {
            let top = frame.top + i as f64 * row_height;
            let over = if narrow { size + 3.0 } else { 0.0 };
            let (a, z) = (top + over + (row_height - over) * 0.12, top + over + (row_height - over) * 0.84);
            let base = f64::midpoint(a, z) + size * 0.34;
            if b.tariff != "published" {
                let name = ((margin, if narrow { top + size } else { base }), Anchor::Start);
                canvas.tag(&[name], &b.operator, letters);
            }
            canvas.text(
                (frame.left - 8.0, base),
                match b.tariff {
                    "article" => view.pick("article", "статья"),
                    "published" => view.pick("published", "опубл."),
                    other => other,
                },
                Lettering::new(size - 1.0).color(style::GRAY).anchor(Anchor::End),
            );
            let mut level = 0.0;
            for (cost, (_, _, color)) in b.costs.iter().zip(PARTS) {
                canvas.block((x.at(level / scale), a), (x.at((level + cost) / scale), z), color, 1.0);
                level += cost;
            }
            let (from, to) = if b.profit >= 0.0 { (level, level + b.profit) } else { (b.profit, 0.0) };
            canvas.block(
                (x.at(from / scale), a),
                (x.at(to / scale), z),
                if b.profit >= 0.0 { style::GREEN } else { style::VERMILION },
                1.0,
            );
            let text = say!(view, "kept {}", "ост. {}", compact(b.profit, view));
            canvas.text((x.at(level.max(to) / scale) + 7.0, base), &text, Lettering::new(size).color(style::BLACK));
        }
    })
}

/// Draws many operators with a pair of tariffs, the home miners of places, as one; tells how many became one.
fn join(view: &View<'_>, bars: &mut Vec<Bar>) -> usize {
    let pairs = bars.iter().filter(|b| b.first_of_pair).count();
    if pairs <= PAIRS {
        return 0;
    }
    let names: Vec<&str> = bars.iter().filter(|b| b.first_of_pair).map(|b| b.operator.as_str()).collect();
    let kind = names[0].split(", ").next().unwrap_or_default();
    let same = names.iter().all(|n| n.split(", ").next() == Some(kind));
    let operator = if same {
        say!(view, "{}, {} places together", "{}, мест: {}", kind, pairs)
    } else {
        say!(view, "{} operators together", "Операторов вместе: {}", pairs)
    };
    let sum = |tariff: &'static str| {
        let of = || bars.iter().filter(|b| b.tariff == tariff);
        Bar {
            operator: operator.clone(),
            tariff,
            revenue: of().map(|b| b.revenue).sum(),
            costs: [0, 1, 2].map(|i| of().map(|b| b.costs[i]).sum()),
            profit: of().map(|b| b.profit).sum(),
            first_of_pair: tariff == "article",
        }
    };
    let both = [sum("article"), sum("published")];
    bars.retain(|b| b.tariff.is_empty());
    let at = bars.iter().position(|b| b.revenue < both[0].revenue).unwrap_or(bars.len());
    bars.splice(at..at, both);
    pairs
}

/// A sum as a label at a bar's end: $1.2M, $340k.
fn compact(usd: f64, view: &View<'_>) -> String {
    let (millions, thousands) = (view.pick("M", " млн"), view.pick("k", " тыс."));
    let sign = if usd < 0.0 { "−" } else { "" };
    let size = usd.abs();
    if size >= 99.5e6 {
        format!("{sign}${}{millions}", number::fixed(size / 1e6, 0))
    } else if size >= 0.9995e6 {
        format!("{sign}${}{millions}", number::fixed(size / 1e6, 1))
    } else {
        format!("{sign}${}{thousands}", number::fixed(size / 1e3, 0))
    }
}
