//! `fleet-by-month`: the machines standing in the region month by month, by generation.

use super::{Drawing, column, finish, month_names, number_at, text_at};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Ink, Lettering, Rgb, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number};

/// Classes from the oldest machines to the newest: id, name, color.
const CLASSES: [(&str, &str, &str, Rgb); 5] = [
    ("over_68", "over 68 J/TH", "свыше 68 J/TH", style::VERMILION),
    ("from_38_to_68", "38 to 68", "38–68", style::ORANGE),
    ("from_25_to_38", "25 to 38", "25–38", style::SKY),
    ("from_19_to_25", "19 to 25", "19–25", style::BLUE),
    ("under_19", "below 19", "ниже 19", style::NAVY),
];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let Some(sheet) = view.record.sheet("fleet_by_month") else { return Ok(None) };
    let key = |k: &str| column(sheet, k);
    let mut months: Vec<String> = Vec::new();
    let mut mw: Vec<[f64; CLASSES.len()]> = Vec::new();
    let mut eh_s: Vec<f64> = Vec::new();
    for row in &sheet.rows {
        let month = text_at(row, key("month"));
        if months.last().is_none_or(|m| m != month) {
            months.push(month.to_owned());
            mw.push([0.0; CLASSES.len()]);
            eh_s.push(0.0);
        }
        let class = CLASSES.iter().position(|c| c.0 == text_at(row, key("class")));
        if let (Some(class), Some(mw), Some(eh_s)) = (class, mw.last_mut(), eh_s.last_mut()) {
            mw[class] = number_at(row, key("power_mw")).max(0.0);
            *eh_s += number_at(row, key("hashrate_eh_s")).max(0.0);
        }
    }
    let total = |m: &[f64; CLASSES.len()]| m.iter().sum::<f64>();
    let efficiency: Vec<f64> =
        mw.iter().zip(&eh_s).map(|(mw, e)| if *e > 0.0 { total(mw) / e } else { f64::NAN }).collect();
    let (Some(first), Some(last)) = (mw.first(), mw.last()) else { return Ok(None) };
    if months.len() < 2 || total(last).max(total(first)) <= 0.0 {
        return Ok(None);
    }
    // Small worlds are told in kilowatts.
    let (scale, unit) = if mw.iter().map(total).fold(0.0, f64::max) < 1.0 {
        (1000.0, view.pick("kW", "кВт"))
    } else {
        (1.0, view.pick("MW", "МВт"))
    };
    let told = |x: f64| number::fixed(x * scale, 0);
    let ends = [efficiency[0], efficiency[months.len() - 1]].map(|e| number::fixed(e, 1));
    let words = Words {
        title: say!(
            view,
            "From {} to {} J/TH: the fleet’s power went from {} to {} {}",
            "От {} до {} J/TH: мощность парка изменилась с {} до {} {}",
            ends[0],
            ends[1],
            told(total(first)),
            told(total(last)),
            unit
        ),
        subtitle: say!(
            view,
            "Machines standing in the region at the start of each month by efficiency, {} at the nameplate; {}",
            "Машины в регионе на начало месяца по эффективности, {} по паспорту; {}",
            unit,
            view.window()
        ),
        note: view
            .pick(
                "Standing machines, those broken or switched off included; classes by which used machines are quoted.",
                "Все машины, включая сломанные и выключенные; классы, по которым котируются подержанные машины.",
            )
            .into(),
    };
    let mut columns =
        vec![Column::texts("month", "Month", "The month.", months.iter().map(|m| m.clone().into()).collect())];
    for (i, (id, name, _, _)) in CLASSES.iter().enumerate() {
        let values: Vec<f64> = mw.iter().map(|m| m[i]).collect();
        columns.push(Column::numbers(format!("{id}_j_per_th_mw"), "MW", *name, "Power at the nameplate.", values));
    }
    columns.push(Column::numbers(
        "efficiency_j_per_th",
        "J/TH",
        "Mean efficiency",
        "Power over hashrate at the nameplate.",
        efficiency.clone(),
    ));
    let data = Table {
        name: "fleet-by-month".into(),
        title: "The region’s machines by month and efficiency.".into(),
        columns,
    };
    let alt = say!(
        view,
        "Stacked monthly columns of the fleet’s power by efficiency, from {} to {} {}.",
        "Столбцы мощности парка по эффективности, от {} до {} {}.",
        told(total(first)),
        told(total(last)),
        unit
    );
    finish(view, "fleet-by-month", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 112.0;
        let top = range(mw.iter().map(total)).map_or(1.0, |r| r.1) * scale;
        let y = Scale::round((0.0, top), (frame.bottom, frame.top), 8);
        style::value_axis(canvas, frame, &y, 8, unit);
        let x = Scale::new((0.0, months.len() as f64), (frame.left, frame.right));
        let width = x.at(0.9) - x.at(0.0);
        for (m, classes) in mw.iter().enumerate() {
            let left = x.at(m as f64 + 0.05);
            let mut level = 0.0;
            for (part, (_, _, _, color)) in classes.iter().zip(CLASSES) {
                let next = level + part * scale;
                if *part > 0.0 {
                    canvas.block((left, y.at(next)), (left + width, y.at(level)), color, 1.0);
                    canvas.line(&[(left, y.at(level)), (left + width, y.at(level))], Ink::new(style::WHITE, 1.0));
                }
                level = next;
            }
        }
        // Names beside the last column, of classes that it or any earlier one has enough of to be seen.
        let mut names: Vec<(f64, &str, Rgb)> = Vec::new();
        let mut level = 0.0;
        for (i, (_, en, ru, color)) in CLASSES.into_iter().enumerate() {
            let middle = level + last[i] * scale / 2.0;
            level += last[i] * scale;
            if mw.iter().any(|m| m[i] * scale > 0.02 * top) {
                names.push((y.at(middle) + 5.0, view.pick(en, ru), color));
            }
        }
        let wanted: Vec<f64> = names.iter().map(|n| n.0).collect();
        let placed = style::label::spread(&wanted, 17.0, frame.top, frame.bottom);
        for ((_, name, color), at) in names.iter().zip(placed) {
            let color = if *color == style::SKY { style::BLUE } else { *color };
            canvas.text((frame.right + 8.0, at), name, Lettering::new(13.5).bold().color(color));
        }
        month_names(canvas, frame, view, &months, &x);
    })
}
