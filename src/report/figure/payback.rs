//! `payback`: how long machines bought in each month took to earn their price back, and what their buyers expected.

use super::{Drawing, column, finish, month_names, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Dash, Frame, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number, period};

/// Kinds of miners: id and name.
const KINDS: [(&str, &str, &str); 3] = [
    ("miners_home", "Home miners", "Домашние майнеры"),
    ("miners_firms", "Firms with power of their own contract", "Фирмы со своим договором"),
    ("miners_hosted", "Clients of hosts", "Клиенты хостинга"),
];

/// One month's purchases of a kind: month, what was expected, what came, share earned back.
#[derive(Clone, Copy)]
struct Bought {
    month: usize,
    expected: f64,
    came: f64,
    share: f64,
}

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("payback") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let (labels, _) = period::months(view.record);
    let of = |kind: &str| -> Vec<Bought> {
        let rows = sheet.rows.iter().filter(|r| text_at(r, key("miners")) == kind);
        rows.filter_map(|r| {
            let month = labels.iter().position(|l| l == text_at(r, key("month")))?;
            let [expected, came, share] =
                ["expected_months", "payback_months", "earned_back_share"].map(|k| number_at(r, key(k)));
            Some(Bought { month, expected, came, share })
        })
        .collect()
    };
    let panels: Vec<(&str, &str, Vec<Bought>)> =
        KINDS.iter().map(|(id, en, ru)| (*id, view.pick(en, ru), of(id))).filter(|p| !p.2.is_empty()).collect();
    let all = || panels.iter().flat_map(|p| &p.2);
    if panels.is_empty() {
        return Ok(None);
    }
    let (batches, back) = (all().count(), all().filter(|b| b.came.is_finite()).count());
    let words = Words {
        title: match range(all().map(|b| b.came).filter(|m| m.is_finite())) {
            Some((soonest, latest)) => say!(
                view,
                "{} of {} monthly purchases paid back within the window, in {} to {} months",
                "Из месячных закупок окупились в пределах расчёта {} из {}, за {}–{} мес.",
                back,
                batches,
                number::fixed(soonest, 0),
                number::fixed(latest, 0)
            ),
            None => say!(
                view,
                "None of {} monthly purchases paid back within the window",
                "Из месячных закупок ({}) в пределах расчёта не окупилась ни одна",
                batches
            ),
        },
        subtitle: say!(
            view,
            "Months of hashing until machines had earned their price, by month of purchase; {}",
            "Месяцы работы до окупаемости машин, по месяцу покупки; {}",
            view.window()
        ),
        note: view
            .pick(
                "Whole price of power; machines that never fail. Dot: on hashprices as they came; dashes: as buyers expected; cross: not within the window.",
                "Полная цена энергии, машины без отказов. Точка: по сложившимся ценам хеша; пунктир: как ждали покупатели; крест: не в пределах расчёта.",
            )
            .into(),
    };
    let told = || panels.iter().flat_map(|p| p.2.iter().map(move |b| (p.0, b)));
    let numbers = |f: fn(&Bought) -> f64| told().map(|(_, b)| f(b)).collect::<Vec<_>>();
    let data = Table {
        name: "payback".into(),
        title: "Payback of machines by month of purchase.".into(),
        columns: vec![
            Column::texts(
                "month",
                "Month",
                "The month of the purchase.",
                told().map(|(_, b)| labels[b.month].clone().into()).collect(),
            ),
            Column::texts("miners", "Miners", "Who bought.", told().map(|(id, _)| id.to_owned().into()).collect()),
            Column::numbers(
                "expected_months",
                "months",
                "Expected",
                "On the hashprice of the month, falling as buyers expect; empty: never.",
                numbers(|b| b.expected),
            ),
            Column::numbers(
                "payback_months",
                "months",
                "Payback",
                "On the hashprices that came; empty: not within the window.",
                numbers(|b| b.came),
            ),
            Column::numbers(
                "earned_back_share",
                "",
                "Earned back",
                "Share of the price earned back by the end of the window.",
                numbers(|b| b.share),
            ),
        ],
    };
    let alt = say!(
        view,
        "Dots of payback by month of purchase in {} panels; {} of {} purchases paid back.",
        "Точки окупаемости по месяцам покупки, панелей: {}; окупились {} из {}.",
        panels.len(),
        back,
        batches
    );
    finish(view, "payback", words, alt, data, |canvas, mut frame| {
        frame.top += 34.0;
        let x = Scale::new((0.0, labels.len() as f64), (frame.left, frame.right));
        let gap = 46.0;
        let each = (frame.bottom - frame.top - gap * (panels.len() - 1) as f64) / panels.len() as f64;
        let longest = range(all().flat_map(|b| [b.expected, b.came]).filter(|m| m.is_finite())).map_or(12.0, |r| r.1);
        for (i, (_, name, bought)) in panels.iter().enumerate() {
            let top = frame.top + (each + gap) * i as f64;
            let panel = Frame { top, bottom: top + each, ..frame };
            let y = Scale::round((0.0, longest), (panel.bottom, panel.top), 4);
            style::value_axis(canvas, panel, &y, 4, "");
            let letters = Lettering::new(14.0).bold();
            canvas.text((panel.left, panel.top - 12.0), name, letters);
            let after = panel.left + canvas.width(name, letters) + 10.0;
            canvas.text(
                (after, panel.top - 12.0),
                view.pick("months", "месяцев"),
                Lettering::new(13.0).color(style::GRAY),
            );
            let mut line: Vec<Point> = Vec::new();
            let mut next = None;
            for b in bought {
                let at = x.at(b.month as f64 + 0.5);
                if next.is_some_and(|n| n != b.month) || !b.expected.is_finite() {
                    canvas.line(&line, Ink::new(style::ORANGE, 1.8).dash(Dash::Dashed));
                    line.clear();
                }
                if b.expected.is_finite() {
                    line.push((at, y.at(b.expected)));
                }
                next = Some(b.month + 1);
                if b.came.is_finite() {
                    canvas.dot((at, y.at(b.came)), 4.0, style::BLUE);
                } else {
                    let (mid, arm) = (panel.top + 6.0, 4.0);
                    for side in [-arm, arm] {
                        let cross = [(at - arm, mid - side), (at + arm, mid + side)];
                        canvas.line(&cross, Ink::new(style::VERMILION, 1.8));
                    }
                }
            }
            canvas.line(&line, Ink::new(style::ORANGE, 1.8).dash(Dash::Dashed));
        }
        month_names(canvas, frame, view, &labels, &x);
    })
}
