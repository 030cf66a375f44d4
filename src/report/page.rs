//! `report.html`: one offline file that tells a study: story, map, hourly charts, pictures, tables, assumptions, glossary.
//!
//! The text is there without the script, in the study's language; the script adds the other language, the charts, the map,
//! sorting and downloads. Nothing is fetched: the content-security-policy allows the page's own two scripts by their digest
//! and no connection. What a scenario says is escaped by the template, and in the script only ever set as text.

mod chart;
mod glossary;
mod payload;

use super::figure::Drawing;
use super::meta::{NOT_MEASURED, NOT_MEASURED_RU};
use super::print::Print;
use super::summary::{self, Line};
use super::view::View;
use super::{Language, ReportError, number, story, style};
use crate::record::{Cell, Happening, Record, Sheet};
use base64::Engine as _;
use minijinja::{AutoEscape, Environment, Value, context};

const TEMPLATE: &str = include_str!("../../assets/report/page.html");
const STYLE: &str = include_str!("../../assets/report/page.css");
const SCRIPT: &str = include_str!("../../assets/report/page.js");
const CHARTS: &str = include_str!("../../assets/vendor/uplot/uPlot.iife.min.js");
const CHARTS_STYLE: &str = include_str!("../../assets/vendor/uplot/uPlot.min.css");

/// Assumptions that the page lists; the manifest has all.
const ASSUMPTIONS: usize = 60;
/// Rows of a further table that the page lists; its file has all.
const ROWS: usize = 400;

/// Headlines of the shipped worlds that are no findings, or only in part; docs/credibility.md has the errors.
const KINDS: &[(&str, &str, &str)] = &[
    ("demand_gwh", "fitted", "подогнано"),
    ("total_load_gwh", "fitted", "подогнано"),
    ("region_peak_mw", "fitted in part", "отчасти подогнано"),
    ("mining_gwh", "imposed", "задано"),
    ("mining_peak_mw", "imposed", "задано"),
    ("mining_at_region_peak_mw", "imposed", "задано"),
    ("mining_december_mw", "imposed", "задано"),
    ("generation_gwh", "fitted", "подогнано"),
    ("hydro_gwh", "fitted", "подогнано"),
    ("thermal_gwh", "fitted", "подогнано"),
    ("export_gwh", "follows from fits", "следует из подгонок"),
    ("congested_hours", "on an assumed limit", "при принятом пределе"),
    ("hashrate_mean_eh_s", "predicted; disputed", "предсказано; спорно"),
    ("hashrate_share_mean", "predicted; disputed", "предсказано; спорно"),
    ("network_difficulty_mean", "predicted from imposed", "предсказано из заданного"),
    ("hashprice_mean_usd_per_ph_day", "predicted from imposed", "предсказано из заданного"),
];

/// A headline twice: at the home rate of the scenario and at the published tariff.
struct Pair {
    label: (&'static str, &'static str),
    part: String,
    article: String,
    published: String,
}

fn refused(error: impl core::fmt::Display) -> ReportError {
    ReportError::Page(error.to_string())
}

fn digest(script: &str) -> String {
    format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(super::digest::sha256(script.as_bytes())))
}

/// JSON inside a script element: nothing in it can end the element.
fn inert(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Whose hours a page shows: a run's own or those of one future of a study, and those that they are held against.
pub(super) struct Hours<'a> {
    /// The run, or the measure in one future.
    pub run: View<'a>,
    /// The baseline.
    pub against: Option<View<'a>>,
}

/// Composes the page of a record.
pub(super) fn compose(view: &View<'_>, hours: &Hours<'_>, drawn: &[Drawing]) -> Result<Vec<u8>, ReportError> {
    let (record, meta) = (view.record, view.meta);
    let (en, ru) = (view.speaking(Language::En), view.speaking(Language::Ru));
    // Headlines of a study are of all its futures, whatever hours stand beside them.
    let against = hours.against.as_ref().filter(|_| !meta.many);
    let payload = payload::payload(view, hours, drawn)?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", TEMPLATE).map_err(refused)?;
    let figures = drawn.iter().map(|d| figure(d, &en, &ru)).collect::<Result<Vec<_>, _>>()?;
    let charts: Vec<Value> = payload
        .charts
        .iter()
        .map(|c| context! { id => c["id"].as_str(), en => c["title"]["en"].as_str(), ru => c["title"]["ru"].as_str() })
        .collect();
    let limits: Vec<Value> = charts.iter().filter(|c| is_limit(c)).cloned().collect();
    let first_limit = limits.first().map(|c| attribute(c, "id"));
    let charts: Vec<Value> =
        charts.into_iter().filter(|c| !is_limit(c) || Some(attribute(c, "id")) == first_limit).collect();
    let assumptions: Vec<Value> = meta
        .assumptions
        .iter()
        .take(ASSUMPTIONS)
        .map(|a| context! { key => a.key.clone(), value => a.value.clone(), range => a.range.clone(), text => a.text.clone() })
        .collect();
    let tariff = |t: Option<f64>| t.map(number::tariff);
    let lines = summary::lines(&record.headlines, &Print::of(&en), Language::En);
    let events = events(hours);
    let (story_en, story_ru) = (stories(&en), stories(&ru));
    let page = environment.get_template("page").map_err(refused)?;
    let html = page
        .render(context! {
            lang => meta.language.code(),
            title_en => title(view, "against"), title_ru => title(view, "против"),
            many => meta.many,
            policy => Value::from_safe_string(format!(
                "default-src 'none'; script-src {} {}; style-src 'unsafe-inline'; font-src data:; img-src data: blob:; base-uri 'none'; form-action 'none'",
                digest(CHARTS), digest(SCRIPT)
            )),
            fonts => Value::from_safe_string(style::font::css().to_owned()),
            style => Value::from_safe_string(format!("{CHARTS_STYLE}{STYLE}")),
            charts_script => Value::from_safe_string(CHARTS.to_owned()),
            script => Value::from_safe_string(SCRIPT.to_owned()),
            about => Value::from_safe_string(inert(&payload.about)),
            series => Value::from_safe_string(payload.series),
            pictures => Value::from_safe_string(payload.pictures),
            steps => payload.about["steps"].as_u64(),
            peak => payload.about["peak"].as_u64(),
            mapped => payload.mapped,
            runs => payload.about["runs"].as_array().map_or(1, Vec::len),
            charts, limits, first_limit,
            window_en => en.window(), window_ru => ru.window(),
            weather_en => en.weather(), weather_ru => ru.weather(),
            status_en => NOT_MEASURED, status_ru => NOT_MEASURED_RU,
            story_en => story_en.0, story_ru => story_ru.0,
            baseline_en => story_en.1, baseline_ru => story_ru.1,
            compares => meta.many && !meta.arms.is_empty(),
            future_run => hours.run.meta.name.clone(), future_base => hours.against.as_ref().map(|a| a.meta.name.clone()),
            figures,
            headlines => headlines(&en, &ru, against),
            compared => against.is_some(),
            against => against.map(|a| a.meta.name.clone()),
            changes => against.map_or_else(|| arm_changes(view), |a| changes(&a.meta.resolved, &meta.resolved)),
            pairs => pairs(&lines).into_iter().map(|p| {
                context! { en => p.label.0, ru => p.label.1, part => p.part, article => p.article, published => p.published }
            }).collect::<Vec<_>>(),
            home => tariff(meta.home_tariff_usd_per_kwh),
            published => tariff(meta.published_tariff_usd_per_kwh),
            tables => tables(view),
            branches => branches(&hours.run),
            events,
            assumptions,
            further => meta.assumptions.len().saturating_sub(ASSUMPTIONS),
            caveats => record.caveats.clone(),
            glossary => glossary::GLOSSARY.iter().map(|(a, b, c, d)| context! { en => *a, text_en => *b, ru => *c, text_ru => *d }).collect::<Vec<_>>(),
            scenario => meta.name.clone(), arms => meta.arms.clone(), seed => meta.seed, member => meta.member, id => meta.id.clone(),
            version => meta.version.clone(), verb => meta.verb.clone(), scenario_hash => meta.scenario_hash.clone(),
        })
        .map_err(refused)?;
    Ok(html.into_bytes())
}

fn attribute(chart: &Value, key: &str) -> String {
    chart.get_attr(key).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn is_limit(chart: &Value) -> bool {
    attribute(chart, "id").starts_with("limit-")
}

/// The sentences of a study of any kind; of a comparison its differences, and what its baseline is apart from them.
fn stories(view: &View<'_>) -> (Vec<String>, Vec<String>) {
    let said = |text: &String| number::localized(text, view.language).into_owned();
    let differences: Vec<String> = story::differences::tell(view).iter().map(said).collect();
    let told = story::tell(view);
    if differences.is_empty() { (told, Vec::new()) } else { (differences, told) }
}

/// What a page is about: "measure against baseline" for a comparison.
fn title(view: &View<'_>, against: &str) -> String {
    match view.meta.title.split_once(" | ") {
        Some((base, arms)) if view.meta.many => format!("{} – {against}: {base}", arms.replace(" | ", "; ")),
        _ => view.meta.title.clone(),
    }
}

/// What happened in the hours that a page shows; what happened in one of two runs alone names it.
fn events(hours: &Hours<'_>) -> Vec<Value> {
    let told = |h: &&Happening| matches!(h.kind, "event" | "limit" | "warning" | "record");
    let is_in = |view: &View<'_>, h: &Happening| view.record.timeline.contains(h);
    let mut all: Vec<(&Happening, String)> = Vec::new();
    for h in hours.run.record.timeline.iter().filter(told) {
        let alone = hours.against.as_ref().is_some_and(|a| !is_in(a, h));
        all.push((h, if alone { hours.run.meta.name.clone() } else { String::new() }));
    }
    if let Some(base) = &hours.against {
        let only = base.record.timeline.iter().filter(told).filter(|h| !is_in(&hours.run, h));
        all.extend(only.map(|h| (h, base.meta.name.clone())));
    }
    all.sort_by_key(|(h, _)| (h.day, h.minute));
    all.truncate(ROWS);
    all.into_iter()
        .map(|(h, arm)| {
            let step = step_of(hours.run.record, h.day, h.minute);
            let time = format!("{} {:02}:{:02}", h.day, h.minute / 60, h.minute % 60);
            context! { time, kind => h.kind, text => h.text.clone(), arm, step }
        })
        .collect()
}

fn figure(d: &Drawing, en: &View<'_>, ru: &View<'_>) -> Result<Value, ReportError> {
    let other = if d.language == Language::En { ru } else { en };
    let entry = super::figure::FIGURES.iter().find(|f| f.id == d.id);
    let drawn = entry.map(|f| (f.draw)(other)).transpose()?.flatten();
    let twin = drawn.as_ref().unwrap_or(d);
    let (a, b) = if d.language == Language::En { (d, twin) } else { (twin, d) };
    let svg = Value::from_safe_string(d.svg.clone());
    Ok(context! {
        id => d.id, svg,
        title_en => a.words.title.as_str(), title_ru => b.words.title.as_str(),
        alt_en => a.alt.as_str(), alt_ru => b.alt.as_str(),
        wide => format!("{}wide", d.language.code()),
    })
}

/// The headlines in both languages, with their parts, their kind, and those of the run they are held against.
fn headlines(en: &View<'_>, ru: &View<'_>, against: Option<&View<'_>>) -> Vec<Value> {
    let record = en.record;
    let english = summary::lines(&record.headlines, &Print::of(en), Language::En);
    let russian = summary::lines(&record.headlines, &Print::of(ru), Language::Ru);
    let base =
        against.map(|a| summary::lines(&a.record.headlines, &Print::of(&a.speaking(Language::En)), Language::En));
    let localized = |text: &str| number::localized(text, Language::Ru).into_owned();
    english
        .iter()
        .zip(&russian)
        .map(|(a, b)| {
            let kind = KINDS.iter().find(|k| k.0 == a.key);
            let before = base.as_ref().and_then(|l| l.iter().find(|l| l.key == a.key));
            let numbers = (record.number(a.key), against.and_then(|v| v.record.number(a.key)));
            let difference = match numbers {
                (Some(x), Some(y)) => summary::digits(a.key, a.unit, x - y),
                _ => String::new(),
            };
            let parts: Vec<Value> = a
                .parts
                .iter()
                .zip(&b.parts)
                .map(|(p, q)| context! { en => p.0.clone(), ru => q.0.clone(), value => p.1.clone(), value_ru => localized(&p.1) })
                .collect();
            context! {
                key => a.key, en => a.label, ru => b.label, value => a.value.clone(), value_ru => localized(&b.value),
                raw => record.number(a.key).map(number::shortest),
                unit => a.unit, unit_ru => super::russian::unit(a.unit), definition => a.definition.replace('`', ""),
                kind_en => kind.map(|k| k.1), kind_ru => kind.map(|k| k.2),
                before => before.map(|l| l.value.clone()), difference, parts,
            }
        })
        .collect()
}

/// Every headline that has a twin at the published tariff, part by part.
fn pairs(lines: &[Line]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for line in lines {
        let Some(stem) = line.key.strip_suffix("_usd") else { continue };
        let twin = format!("{stem}_published_tariff_usd");
        let Some(other) = lines.iter().find(|l| l.key == twin) else { continue };
        let ru = crate::record::metric::metric(line.key).map_or(line.label, |m| m.label_ru);
        let row = |part: String, article: &str, published: &str| Pair {
            label: (line.label, ru),
            part,
            article: article.into(),
            published: published.into(),
        };
        if !line.value.is_empty() {
            pairs.push(row(String::new(), &line.value, &other.value));
        }
        for (id, value) in &line.parts {
            let published = other.parts.iter().find(|p| p.0 == *id).map_or("–", |p| p.1.as_str());
            pairs.push(row(id.clone(), value, published));
        }
    }
    pairs
}

/// Values of the scenario that differ from the baseline's: key, there, here.
fn changes(before: &serde_json::Value, after: &serde_json::Value) -> Vec<Value> {
    let shown = |v: Option<&serde_json::Value>| match v.map(|v| v.get("value").unwrap_or(v)) {
        Some(serde_json::Value::String(s)) => s.clone(),
        Some(v) => v.to_string(),
        None => "–".to_owned(),
    };
    let (Some(a), Some(b)) = (before.as_object(), after.as_object()) else { return Vec::new() };
    let keys = b.keys().chain(a.keys().filter(|k| !b.contains_key(*k)));
    let told = keys.filter(|k| !matches!(k.as_str(), "title" | "note" | "extends"));
    told.map(|k| (k, shown(a.get(k)), shown(b.get(k))))
        .filter(|(_, a, b)| a != b)
        .take(ROWS)
        .map(|(key, before, after)| context! { key => key.clone(), before, after, arm => "" })
        .collect()
}

/// What each arm of a comparison sets otherwise than its first scenario.
fn arm_changes(view: &View<'_>) -> Vec<Value> {
    let resolved = &view.meta.resolved;
    let Some(base) = resolved.get(&view.meta.name).filter(|_| view.meta.many) else { return Vec::new() };
    let mut all = Vec::new();
    for arm in &view.meta.arms {
        let Some(other) = resolved.get(arm) else { continue };
        for change in changes(base, other) {
            let text = |key: &str| change.get_attr(key).ok().and_then(|v| v.as_str().map(str::to_owned));
            all.push(
                context! { arm => arm.clone(), key => text("key"), before => text("before"), after => text("after") },
            );
        }
    }
    all.truncate(ROWS);
    all
}

/// Tables of a study as rows of texts with their numbers.
fn tables(view: &View<'_>) -> Vec<Value> {
    let names: &[(&str, &str, &str)] = &[
        ("summary", "All differences or spreads", "Все разности или разбросы"),
        ("attribution", "What each measure of a package did", "Вклад каждой меры пакета"),
        ("leakage", "Leakage by channel", "Утечка по каналам"),
        ("onset", "When effects set in", "Когда наступает эффект"),
        ("sensitivity", "Sensitivity to assumptions", "Чувствительность к допущениям"),
        ("morris", "Elementary effects (Morris)", "Элементарные эффекты (Моррис)"),
        ("sobol", "Shares of the variance (Sobol)", "Доли дисперсии (Соболь)"),
        ("boundary", "Where the sign turns", "Где меняется знак"),
        ("driven_by", "What drives the spread", "Что определяет разброс"),
        ("sweep", "Sweep", "Перебор"),
        ("transformers", "Transformers", "Трансформаторы"),
        ("outages", "Outages", "Отключения"),
        ("fleet", "Machines at the end", "Машины в конце"),
    ];
    let shown = names.iter().filter_map(|(name, en, ru)| Some((view.record.sheet(name)?, en, ru)));
    shown.filter(|(s, ..)| !s.rows.is_empty()).map(|(sheet, en, ru)| table(sheet, en, ru)).collect()
}

fn table(sheet: &Sheet, en: &str, ru: &str) -> Value {
    let columns: Vec<Value> = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(i, (key, definition))| {
            let unit = super::data::unit_of(key);
            let numeric = sheet.rows.iter().all(|r| !matches!(r.get(i), Some(Cell::Text(_))));
            context! { label => super::data::words_of(key), unit, definition => definition.clone(), numeric }
        })
        .collect();
    let rows: Vec<Vec<Value>> = sheet
        .rows
        .iter()
        .take(ROWS)
        .map(|row| {
            let cell = |c: &Cell| match c {
                Cell::Number(n) => context! { text => number::plain(*n), raw => number::shortest(*n) },
                Cell::Text(t) => context! { text => t.clone() },
                Cell::Empty => context! { text => "", raw => "" },
            };
            row.iter().map(cell).collect()
        })
        .collect();
    context! { id => sheet.name, en, ru, columns, rows, more => sheet.rows.len().saturating_sub(ROWS) }
}

fn branches(view: &View<'_>) -> Vec<Value> {
    let cell = |v: f64, decimals: usize| context! { text => number::fixed(v, decimals), raw => number::shortest(v) };
    view.record
        .branches
        .iter()
        .map(|b| {
            context! {
                en => b.name.clone(), ru => super::russian::name(&b.name), kind => b.kind,
                limit => cell(b.limit_mw, 0), assumed => b.limit_assumed && b.limit_high_mw > b.limit_low_mw,
                range => format!("{}–{}", number::fixed(b.limit_low_mw, 0), number::fixed(b.limit_high_mw, 0)),
                flow => cell(b.max_flow_mw, 0), loading => cell(b.max_loading_pct, 0),
                above => cell(b.hours_above_90pct, 0), at => cell(b.hours_at_limit, 0),
            }
        })
        .collect()
}

/// The step that a time of the timeline lies in.
fn step_of(record: &Record, day: crate::calendar::Day, minute: u32) -> Option<u64> {
    let days = u64::try_from(day.0 - record.window.from.0).ok()?;
    let step = days * record.window.steps_per_day() as u64 + u64::from(minute / record.window.step_minutes.max(1));
    (step < record.window.steps() as u64 && !record.series.is_empty()).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::super::{Report, Wanted, synthetic};
    use super::*;

    fn page(record: &Record, meta: &super::super::Meta) -> String {
        let report = Report::compose(record, meta, Wanted::default()).unwrap();
        let view = View::new(record, meta);
        String::from_utf8(compose(&view, &Hours { run: view, against: None }, &report.drawn).unwrap()).unwrap()
    }

    #[test]
    fn what_comes_from_a_scenario_is_text() {
        let (mut record, mut meta) = (synthetic::record(40), synthetic::meta());
        meta.title = "<script>alert(1)</script>".into();
        let bad = "\"><img src=x onerror=alert(1)>";
        record.caveats.push(bad.into());
        record.branches[0].name = bad.into();
        meta.name = "</script><img src=x>".into();
        for sheet in &mut record.sheets {
            for row in &mut sheet.rows {
                row.iter_mut().filter(|c| matches!(c, Cell::Text(_))).for_each(|c| {
                    if let Cell::Text(t) = c
                        && !["bus", "line", "mining", "plant"].contains(&t.as_str())
                        && !t.ends_with("_mw")
                        && t.len() > 3
                    {
                        t.push_str(bad);
                    }
                });
            }
        }
        let html = page(&record, &meta);
        assert!(!html.contains("<img") && !html.contains("<script>alert"));
        // The page's own scripts and data blocks, and no other.
        assert_eq!(html.matches("<script").count(), 5);
        assert_eq!(html.matches("</script>").count(), 5);
        assert!(html.contains("Content-Security-Policy") && html.contains("default-src 'none'"));
        assert!(!html.contains("script-src 'unsafe-inline'"));
        // What is packed is not escaped: its letters are those of base64.
        let packed = html.split("id=\"series\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
        assert!(packed.len() > 100 && packed.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
        for outside in ["src=\"http", "href=\"http", "url(//", "url(http", "@import"] {
            assert_eq!(html.matches(outside).count(), 0, "{outside}");
        }
    }

    #[test]
    fn the_policy_names_the_scripts_that_are_there() {
        let html = page(&synthetic::record(2), &synthetic::meta());
        for script in [CHARTS, SCRIPT] {
            assert!(html.contains(script) && !script.contains("</script"));
            assert!(html.contains(&digest(script)));
        }
    }

    #[test]
    fn two_years_of_hours_are_small() {
        let html = page(&synthetic::record(730), &synthetic::meta());
        assert!(html.len() < 3_000_000, "{} bytes", html.len());
    }

    #[test]
    fn both_languages_are_there_and_a_baseline_is_told() {
        let (record, meta) = (synthetic::record(5), synthetic::meta());
        let (mut other, mut changed) = (record.clone(), meta.clone());
        for h in &mut other.headlines {
            if h.key == "mining_gwh" {
                h.value = crate::record::Value::Number(Some(1.0));
            }
        }
        changed.resolved = serde_json::json!({"tariff.home_usd_per_kwh": {"value": 0.012}});
        let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
        let base = View::new(&other, &changed);
        let view = View::new(&record, &meta);
        let html = compose(&view, &Hours { run: view, against: Some(base) }, &report.drawn).unwrap();
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("Что произошло") && html.contains("What happened"));
        assert!(html.contains("tariff.home_usd_per_kwh") && html.contains("0.012"));
    }

    #[test]
    fn two_runs_of_two_years_fit_one_page() {
        let (record, meta) = (synthetic::record(730), synthetic::meta());
        let (mut other, mut changed) = (record.clone(), meta.clone());
        changed.name = "baseline".into();
        for series in
            other.series.iter_mut().filter(|s| s.key.starts_with("mining") || s.key.starts_with("branch_flow"))
        {
            series.values.iter_mut().enumerate().for_each(|(i, v)| *v += f64::from((i * 7 % 11) as u8));
        }
        other.timeline.retain(|h| h.kind != "event");
        let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
        let (view, base) = (View::new(&record, &meta), View::new(&other, &changed));
        let html = compose(&view, &Hours { run: view, against: Some(base) }, &report.drawn).unwrap();
        assert!(html.len() < 3_000_000, "{} bytes", html.len());
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("data-map=\"1\""));
        // An event of one run alone says whose it is.
        assert_eq!(html.matches("class=\"arm\"").count(), record.timeline.iter().filter(|h| h.kind == "event").count());
    }

    #[test]
    fn every_tariff_figure_has_its_pair() {
        let pairs = pairs(&summary::lines(&synthetic::record(2).headlines, &Print::default(), Language::En));
        let labels: Vec<_> = pairs.iter().map(|p| (p.label.0, p.part.as_str())).collect();
        assert!(
            labels.contains(&("Mining profit", "")) && labels.contains(&("Implicit subsidy of home mining", "Export"))
        );
    }
}
