//! `leakage`: income that a measure takes from some channels and that others gain, in the same futures.

use super::interval::{self, Row};
use super::{Drawing, finish};
use crate::report::data::{Column, Table};
use crate::report::story::differences::{Difference, differences};
use crate::report::style::{self, Words};
use crate::report::view::{View, say};
use crate::report::{ReportError, number};

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let all = differences(view);
    let moved: Vec<&Difference> = all
        .iter()
        .filter(|d| {
            d.metric == "income_by_channel_usd" && d.of != "total" && (d.diff.abs() >= 1.0 || d.range.0 != d.range.1)
        })
        .collect();
    if moved.is_empty() || moved.iter().all(|d| d.diff.abs() < 1.0) {
        return Ok(None);
    }
    let lost: f64 = moved.iter().map(|d| d.diff).filter(|d| *d < 0.0).sum::<f64>().abs();
    let gained: f64 = moved.iter().map(|d| d.diff).filter(|d| *d > 0.0).sum();
    let title = if lost > 0.0 {
        say!(
            view,
            "Channels lost {}; others gained {}, {} of it",
            "Одни каналы потеряли {}; другие получили {} – {} от этого",
            number::dollars(lost),
            number::dollars(gained),
            number::percent((gained / lost).min(1.0))
        )
    } else {
        say!(
            view,
            "No channel lost income; others gained {}",
            "Ни один канал не потерял; прирост {}",
            number::dollars(gained)
        )
    };
    let mut arms: Vec<&str> = moved.iter().map(|d| d.arm.as_str()).collect();
    arms.dedup();
    let several = arms.len() > 1;
    let words = Words {
        title,
        subtitle: say!(
            view,
            "Mean change of income by channel against {}, million USD; {}",
            "Среднее изменение дохода по каналам против {}, млн долл.; {}",
            view.meta.name,
            view.window()
        ),
        note: view
            .pick(
                "Means of channels over the members; the share of a mean is not the mean of shares in the table. Line: P5 to P95; box: twice the simulation error.",
                "Средние каналов по вариантам; доля средних – не среднее долей в таблице. Линия: P5–P95; прямоугольник: две ошибки расчёта.",
            )
            .into(),
    };
    let rows: Vec<Row> = moved
        .iter()
        .map(|d| Row {
            name: super::super::print::Print::of(view).name(&d.of),
            of: if several { d.arm.clone() } else { String::new() },
            at: d.diff / 1e6,
            ends: (d.range.0 / 1e6, d.range.1 / 1e6),
            error: d.std_err / 1e6,
            text: format!("{}{}", if d.diff > 0.0 { "+" } else { "" }, number::dollars(d.diff)),
            color: if d.diff < 0.0 { style::VERMILION } else { style::GREEN },
        })
        .collect();
    let data = Table {
        name: "leakage".into(),
        title: "Change of income by channel.".into(),
        columns: vec![
            Column::texts("arm", "Arm", "The scenario compared.", moved.iter().map(|d| d.arm.clone().into()).collect()),
            Column::texts(
                "channel",
                "Channel",
                "The way to money.",
                moved.iter().map(|d| d.of.clone().into()).collect(),
            ),
            Column::numbers(
                "diff_usd",
                "USD",
                "Difference",
                "Mean difference.",
                moved.iter().map(|d| d.diff).collect::<Vec<_>>(),
            ),
            Column::numbers(
                "low_usd",
                "USD",
                "P5",
                "Over the members.",
                moved.iter().map(|d| d.range.0).collect::<Vec<_>>(),
            ),
            Column::numbers(
                "high_usd",
                "USD",
                "P95",
                "Over the members.",
                moved.iter().map(|d| d.range.1).collect::<Vec<_>>(),
            ),
        ],
    };
    let alt = say!(
        view,
        "Rows of {} channels: lost to the left, gained to the right.",
        "Строки каналов ({}): потери слева, прирост справа.",
        rows.len()
    );
    finish(view, "leakage", words, alt, data, |canvas, frame| {
        interval::draw(canvas, frame, &rows, view.pick("million USD", "млн долл."));
    })
}
