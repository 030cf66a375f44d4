//! The hourly charts of the page: which series stand together, in which color, with which name.

use crate::report::Language;
use crate::report::view::{CORRIDOR, View};
use serde_json::{Value, json};

/// A text in both languages as the page's script wants it.
pub fn both(en: &str, ru: &str) -> Value {
    json!({ "en": en, "ru": ru })
}

/// One line of a chart: key, English, Russian, color, dash.
type Line = (String, String, String, &'static str, &'static str);

struct Chart {
    id: String,
    title: (String, String),
    unit: (&'static str, &'static str),
    decimals: usize,
    zero: bool,
    band: Option<(f64, f64)>,
    lines: Vec<Line>,
}

const BLACK: &str = "#1b1f24";
const GRAY: &str = "#57606a";
const BLUE: &str = "#0072b2";
const SKY: &str = "#56b4e9";
const ORANGE: &str = "#c26f00";
const VERMILION: &str = "#d54a00";
const GREEN: &str = "#008f6b";
const PURPLE: &str = "#b35c93";
const NAVY: &str = "#0b3c5d";

fn line(key: &str, en: &str, ru: &str, color: &'static str, dash: &'static str) -> Line {
    (key.to_owned(), en.to_owned(), ru.to_owned(), color, dash)
}

fn all(view: &View<'_>) -> Vec<Chart> {
    let mw = ("MW", "МВт");
    let chart = |id: &str, en: &str, ru: &str, unit, decimals, zero, lines: Vec<Line>| Chart {
        id: id.to_owned(),
        title: (en.to_owned(), ru.to_owned()),
        unit,
        decimals,
        zero,
        band: None,
        lines,
    };
    let mut charts = vec![chart(
        "load",
        "Load of the region",
        "Нагрузка региона",
        mw,
        0,
        true,
        vec![
            line("total_load_mw", "Total load", "Вся нагрузка", BLACK, "solid"),
            line("demand_mw", "Demand without mining", "Спрос без майнинга", GRAY, "dashed"),
            line("mining_mw", "Mining", "Майнинг", ORANGE, "solid"),
        ],
    )];
    // The corridor first, then the other controlled sections.
    let mut sections: Vec<_> = view.record.branches.iter().filter(|b| b.kind == "interface").collect();
    sections.sort_by_key(|b| b.id != CORRIDOR);
    for b in sections {
        let ru = super::super::view::known_ru(&b.id).map_or_else(|| b.name.clone(), str::to_owned);
        let mut c = chart(
            &format!("limit-{}", b.id),
            &capital(&b.name),
            &capital(&ru),
            mw,
            0,
            false,
            vec![
                line(&format!("flow_{}_mw", b.id), "Flow", "Переток", BLUE, "solid"),
                line(
                    &format!("limit_{}_mw", b.id),
                    if b.limit_assumed { "Limit, assumed" } else { "Limit" },
                    if b.limit_assumed { "Предел, принят" } else { "Предел" },
                    VERMILION,
                    "dashed",
                ),
            ],
        );
        c.band = (b.limit_assumed && b.limit_high_mw > b.limit_low_mw).then_some((b.limit_low_mw, b.limit_high_mw));
        charts.push(c);
    }
    let colors = [(NAVY, "solid"), (BLUE, "dashed"), (SKY, "solid"), (GREEN, "dotted"), (PURPLE, "dashed")];
    let plants =
        view.family("hydro_", "_mw").into_iter().zip(colors.into_iter().cycle()).map(|((id, _), (color, dash))| {
            let name = |language| super::super::view::place(id, language);
            line(
                &format!("hydro_{id}_mw"),
                &format!("Hydro {}", name(Language::En)),
                &format!("ГЭС {}", name(Language::Ru)),
                color,
                dash,
            )
        });
    let mut generation: Vec<Line> = plants.collect();
    generation.push(line("thermal_mw", "Thermal", "Тепловые", VERMILION, "solid"));
    generation.push(line("net_export_mw", "Net export", "Сальдо", GREEN, "dashed"));
    charts.push(chart("generation-hours", "Generation and exchange", "Выработка и обмен", mw, 0, false, generation));
    let mut level = chart(
        "baikal-hours",
        "Level of Lake Baikal",
        "Уровень Байкала",
        ("m", "м"),
        2,
        false,
        vec![line("level_baikal_m", "Level", "Уровень", BLUE, "solid")],
    );
    level.band = Some((456.0, 457.0));
    charts.push(level);
    let air: Vec<Line> = view
        .family("temperature_", "_c")
        .into_iter()
        .zip([(BLUE, "solid"), (VERMILION, "dashed"), (GREEN, "dotted")].into_iter().cycle())
        .map(|((id, _), (color, dash))| {
            let name = |language| super::super::view::place(id, language);
            line(&format!("temperature_{id}_c"), &name(Language::En), &name(Language::Ru), color, dash)
        })
        .collect();
    charts.push(chart("air", "Air temperature", "Температура воздуха", ("°C", "°C"), 1, false, air));
    charts.push(chart(
        "cuts",
        "What was cut",
        "Что отключалось",
        mw,
        1,
        true,
        vec![
            line("unserved_mw", "Ordinary load not served", "Обычная нагрузка без питания", BLACK, "solid"),
            line("curtailed_mining_mw", "Mining curtailed", "Отключённый майнинг", ORANGE, "dashed"),
        ],
    ));
    charts.push(chart(
        "dark",
        "Homes without power",
        "Дома без света",
        ("homes", "домов"),
        0,
        true,
        vec![line("homes_dark", "Homes", "Дома", BLACK, "solid")],
    ));
    charts.push(chart(
        "hashes",
        "Hashrate of the region",
        "Хешрейт региона",
        ("EH/s", "EH/s"),
        2,
        true,
        vec![line("hashrate_eh_s", "Region", "Регион", ORANGE, "solid")],
    ));
    charts.push(chart(
        "hashprice",
        "Hashprice",
        "Хешпрайс",
        ("USD/PH/day", "долл./PH/сутки"),
        1,
        true,
        vec![line("hashprice_usd_per_ph_day", "Hashprice", "Хешпрайс", GREEN, "solid")],
    ));
    // A line that is zero all the time says nothing.
    let says = |key: &str| view.series(key).is_some_and(|s| s.iter().any(|v| v.is_finite() && *v != 0.0));
    for c in &mut charts {
        c.lines.retain(|l| says(&l.0));
    }
    charts.retain(|c| !c.lines.is_empty());
    charts
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The charts of a record for the page's script.
pub fn charts(view: &View<'_>) -> Vec<Value> {
    let told = |c: Chart| {
        let lines: Vec<Value> = c
            .lines
            .iter()
            .map(
                |(key, en, ru, color, dash)| json!({ "key": key, "label": both(en, ru), "color": color, "dash": dash }),
            )
            .collect();
        json!({
            "id": c.id,
            "title": both(&c.title.0, &c.title.1),
            "unit": both(c.unit.0, c.unit.1),
            "decimals": c.decimals,
            "zero": c.zero,
            "band": c.band.map(|b| [b.0, b.1]),
            "series": lines,
        })
    };
    all(view).into_iter().map(told).collect()
}
