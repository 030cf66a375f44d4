//! `fans`: how a series spreads over the members of an ensemble, day by day.

use super::{Drawing, finish, month_axis};
use crate::report::data::{Column, Table};
use crate::report::style::{self, Ink, Lettering, Point, Scale, Words};
use crate::report::view::{View, range, say};
use crate::report::{ReportError, number, period};

/// Ends of the series that make a fan.
const ENDS: [&str; 5] = ["_p05", "_p25", "_p50", "_p75", "_p95"];

pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError> {
    let first = view.record.series.iter().find_map(|s| s.key.strip_suffix(ENDS[0]));
    let Some(stem) = first else { return Ok(None) };
    let bounds = period::day_bounds(view.record);
    let daily = |end: &str| -> Option<Vec<f64>> {
        let hours = view.series(&format!("{stem}{end}"))?;
        Some(bounds.windows(2).map(|w| hours[w[0]..w[1]].iter().sum::<f64>() / (w[1] - w[0]) as f64).collect())
    };
    let mut fans = Vec::new();
    for end in ENDS {
        let Some(values) = daily(end) else { return Ok(None) };
        fans.push(values);
    }
    let [p05, p25, p50, p75, p95] = fans.as_slice() else { return Ok(None) };
    let Some((low, high)) = range(p05.iter().chain(p95).copied()) else { return Ok(None) };
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let spread = p05.iter().zip(p95).map(|(a, b)| b - a).sum::<f64>() / p05.len() as f64;
    let unit_of = crate::report::data::unit_of(stem);
    let (name, unit) = (named(view, stem), view.unit(unit_of));
    let words = Words {
        title: say!(
            view,
            "Nine futures of ten keep “{}” within {} {} of each other on a mean day",
            "В девяти вариантах из десяти «{}» в средний день расходится не больше чем на {} {}",
            name,
            number::plain(spread),
            unit
        ),
        subtitle: say!(
            view,
            "Daily means of the hourly P5, P25, median, P75 and P95 over {} futures, {}; {}",
            "Средние за сутки почасовых P5, P25, медианы, P75 и P95, вариантов: {}, {}; {}",
            number::fixed(view.meta.member as f64, 0),
            unit,
            view.window()
        ),
        note: say!(
            view,
            "The band is the range of outcomes, not the error of the median. Median on average {} {}.",
            "Полоса – диапазон исходов, а не ошибка медианы. Медиана в среднем {} {}.",
            number::plain(mean(p50)),
            unit
        ),
    };
    let dates = (0..p50.len()).map(|d| view.record.window.from.plus(d as i32).to_string().into()).collect();
    let mut columns = vec![Column::texts("date", "Day", "The day.", dates)];
    for (end, values) in ENDS.iter().zip(&fans) {
        columns.push(Column::numbers(
            format!("{stem}{end}"),
            unit_of,
            end.trim_start_matches('_').to_uppercase(),
            "Daily mean of the hourly quantile over members.",
            values.clone(),
        ));
    }
    let data = Table { name: "fans".into(), title: "Spread over members by day.".into(), columns };
    let alt = say!(
        view,
        "A fan between {} and {} {}.",
        "Веер от {} до {} {}.",
        number::plain(low),
        number::plain(high),
        unit
    );
    finish(view, "fans", words, alt, data, |canvas, mut frame| {
        frame.top += 18.0;
        frame.right -= 62.0;
        let x = Scale::new((0.0, p50.len() as f64), (frame.left, frame.right));
        let y = Scale::round((low, high), (frame.bottom, frame.top), 6);
        style::value_axis(canvas, frame, &y, 6, unit);
        let line =
            |v: &[f64]| -> Vec<Point> { v.iter().enumerate().map(|(d, v)| (x.at(d as f64 + 0.5), y.at(*v))).collect() };
        canvas.band(&line(p95), &line(p05), style::BLUE, 0.22);
        canvas.band(&line(p75), &line(p25), style::BLUE, 0.35);
        canvas.line(&line(p50), Ink::new(style::NAVY, 1.8));
        let last = |v: &[f64]| y.at(v.last().copied().unwrap_or(f64::NAN)) + 4.5;
        let names = ["P5", "P25", view.pick("median", "медиана"), "P75", "P95"];
        let wanted: Vec<f64> = fans.iter().map(|f| last(f)).collect();
        let placed = style::label::spread(&wanted, 15.0, frame.top, frame.bottom);
        for ((name, at), bold) in names.iter().zip(placed).zip([false, false, true, false, false]) {
            let letters = Lettering::new(12.5).color(style::NAVY);
            canvas.text((frame.right + 6.0, at), name, if bold { letters.bold() } else { letters });
        }
        month_axis(canvas, frame, view, &x);
    })
}

/// A series in words.
fn named(view: &View<'_>, key: &str) -> String {
    let known = [
        ("total_load_mw", "load of the region", "нагрузка региона"),
        ("demand_mw", "demand without mining", "спрос без майнинга"),
        ("mining_mw", "mining load", "нагрузка майнинга"),
        ("losses_mw", "network losses", "потери в сети"),
        ("thermal_mw", "thermal generation", "выработка ТЭС"),
        ("net_export_mw", "net export", "сальдо-переток"),
        ("unserved_mw", "load not served", "недоотпуск"),
        ("flow_bratsk_irkutsk_mw", "flow over the north–south corridor", "переток коридора север – юг"),
        ("level_baikal_m", "level of Lake Baikal", "уровень Байкала"),
        ("homes_dark", "homes without power", "дома без света"),
        ("hashrate_eh_s", "hashrate of the region", "хешрейт региона"),
        ("hashprice_usd_per_ph_day", "hashprice", "хешпрайс"),
    ];
    let found = known.iter().find(|k| k.0 == key);
    found.map_or_else(|| crate::report::data::words_of(key), |k| view.pick(k.1, k.2).to_owned())
}
