//! `dollar`: where a dollar of what is mined goes, by kind of miner.

use super::{Drawing, column, finish, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Ink, Lettering, Rgb, Scale, Words};
use crate::report::view::{View, say};
use crate::report::{ReportError, number};

/// What a dollar is spent on: the sheet's column, name, color.
const PARTS: [(&str, &str, &str, Rgb); 9] = [
    ("pool_usd", "pool", "пул", style::PURPLE),
    ("exchanges_usd", "cashing out", "вывод денег", style::SLATE),
    ("energy_usd", "energy", "энергия", style::BLUE),
    ("contract_usd", "power owed, used or not", "оплата мощности по договору", style::NAVY),
    ("capacity_usd", "peak-hour capacity", "мощность в часы пика", style::SKY),
    ("host_usd", "host", "хостинг", style::ORANGE),
    ("tax_usd", "taxes", "налоги", style::GRAY),
    ("machines_usd", "machines bought", "покупка машин", style::VERMILION),
    ("left_usd", "left over", "осталось", style::GREEN),
];

const KINDS: [(&str, &str, &str); 3] = [
    ("miners_home", "Home miners", "Домашние майнеры"),
    ("miners_firms", "Firms that buy their own power", "Фирмы со своим договором"),
    ("miners_hosted", "Clients of hosts", "Клиенты хостинга"),
];

struct Bar {
    name: String,
    id: &'static str,
    rate: String,
    cents: [f64; PARTS.len()],
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("dollar") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let mut bars: Vec<Bar> = Vec::new();
    for row in &sheet.rows {
        let revenue = number_at(row, key("revenue_usd"));
        let Some((id, en, ru)) = KINDS.iter().find(|k| k.0 == text_at(row, key("miners"))) else { continue };
        if revenue.is_nan() || revenue <= 0.0 {
            continue;
        }
        let rate = text_at(row, key("home_tariff"));
        let told = match (rate, view.meta.home_tariff_usd_per_kwh) {
            ("scenario", Some(t)) => {
                say!(view, ", at {}/kWh", ", по ставке {}/кВт·ч", number::tariff(t))
            }
            ("scenario", None) => view.pick(", at the scenario’s rate", ", по ставке сценария").to_owned(),
            ("published", _) => view.pick(", billed at the published tariff", ", по опубликованному тарифу").to_owned(),
            _ => String::new(),
        };
        let cents = PARTS.map(|(k, ..)| 100.0 * number_at(row, key(k)) / revenue);
        bars.push(Bar { name: format!("{}{told}", view.pick(en, ru)), id, rate: rate.to_owned(), cents });
    }
    if bars.is_empty() {
        return Ok(None);
    }
    let left = |b: &Bar| number::fixed(b.cents[PARTS.len() - 1], 0);
    let said: Vec<String> = bars
        .iter()
        .filter(|b| b.rate != "published")
        .map(|b| {
            let who = match b.id {
                "miners_home" => view.pick("home miners", "у домашних майнеров"),
                "miners_firms" => view.pick("firms", "у фирм"),
                _ => view.pick("clients of hosts", "у клиентов хостинга"),
            };
            say!(view, "{} ¢ to {}", "{} ц. {}", left(b), who)
        })
        .collect();
    let words = Words {
        title: say!(view, "Left of a dollar mined: {}", "С добытого доллара остаётся: {}", said.join(", ")),
        subtitle: say!(
            view,
            "Where 100 cents of mined coin went, machines bought in the window included; {}",
            "Куда ушли 100 центов добытого, с машинами, купленными за время расчёта; {}",
            view.window()
        ),
        note: view
            .pick(
                "Coin at the price of its hour. Machines owned before the window cost nothing here.",
                "Монеты по цене часа добычи. Машины, купленные до начала расчёта, здесь ничего не стоят.",
            )
            .into(),
    };
    let texts = |f: fn(&Bar) -> String| bars.iter().map(|b| f(b).into()).collect();
    let mut columns = vec![
        Column::texts("miners", "Miners", "Kind of miners.", texts(|b| b.id.to_owned())),
        Column::texts(
            "home_tariff",
            "Home tariff",
            "`scenario` or `published` where bills differ.",
            texts(|b| b.rate.clone()),
        ),
    ];
    for (i, (part, en, ..)) in PARTS.iter().enumerate() {
        let stem = part.trim_end_matches("_usd");
        let cents: Vec<f64> = bars.iter().map(|b| b.cents[i]).collect();
        columns.push(Column::numbers(format!("{stem}_cents"), "¢", *en, "Cents of a dollar mined.", cents));
    }
    let data = Table { name: "dollar".into(), title: "Where a dollar of mined coin went.".into(), columns };
    let alt = say!(
        view,
        "Bars of 100 cents for {} kinds of bills; left over: {}.",
        "Полосы по 100 центов, счетов: {}; осталось: {}.",
        bars.len(),
        bars.iter().map(left).collect::<Vec<_>>().join(", ")
    );
    finish(view, "dollar", words, alt, data, |canvas, mut frame| {
        let narrow = frame.is_narrow();
        frame.left = if narrow { 16.0 } else { 24.0 };
        frame.bottom += 20.0;
        let height = ((frame.bottom - frame.top) / bars.len() as f64).min(if narrow { 150.0 } else { 104.0 });
        let lowest = bars.iter().map(|b| b.cents.iter().filter(|c| **c < 0.0).sum::<f64>()).fold(0.0, f64::min);
        let most = bars.iter().map(|b| b.cents.iter().filter(|c| **c > 0.0).sum::<f64>()).fold(100.0, f64::max);
        let x = Scale::new((lowest, most), (frame.left, frame.right));
        let size = if narrow { 12.5 } else { 14.0 };
        for (i, bar) in bars.iter().enumerate() {
            let top = frame.top + height * i as f64;
            canvas.text((frame.left, top + 14.0), &bar.name, Lettering::new(size).bold());
            let (a, z) = (top + 21.0, top + 21.0 + (height * 0.24).min(26.0));
            let (mut up, mut down) = (0.0, 0.0);
            for (cents, (.., color)) in bar.cents.iter().zip(PARTS) {
                let from = if *cents >= 0.0 { up } else { down };
                let to = from + cents;
                if *cents >= 0.0 {
                    up = to;
                } else {
                    down = to;
                }
                canvas.block((x.at(from.min(to)), a), (x.at(from.max(to)), z), color, 1.0);
                canvas.line(&[(x.at(to), a), (x.at(to), z)], Ink::new(style::WHITE, 1.0));
            }
            if lowest < 0.0 {
                canvas.line(&[(x.at(0.0), a - 3.0), (x.at(0.0), z + 3.0)], Ink::new(style::BLACK, 1.2));
            }
            // A key under each bar: a patch, the name and the cents of every part that is there.
            let letters = Lettering::new(if narrow { 11.5 } else { 13.0 });
            let (mut at, mut base) = (frame.left, z + 17.0);
            for (cents, (_, en, ru, color)) in bar.cents.iter().zip(PARTS).filter(|(c, _)| c.abs() >= 0.05) {
                let decimals = usize::from(cents.abs() < 2.0);
                let text = format!("{} {}", view.pick(en, ru), number::fixed(*cents, decimals));
                let across = 14.0 + canvas.width(&text, letters);
                if at + across > frame.right {
                    (at, base) = (frame.left, base + 16.0);
                }
                canvas.block((at, base - 9.0), (at + 10.0, base + 1.0), color, 1.0);
                canvas.text((at + 14.0, base), &text, letters);
                at += across + 16.0;
            }
        }
    })
}
