//! `report.html`: one offline file that tells a run: story, pictures, headlines, pairs, assumptions, caveats, glossary.

use super::figure::Drawing;
use super::meta::NOT_MEASURED;
use super::print::Print;
use super::summary::{self, Line};
use super::view::View;
use super::{Meta, ReportError, number, story, style};
use crate::record::Record;
use minijinja::{AutoEscape, Environment, Value, context};

const TEMPLATE: &str = include_str!("../../assets/report/page.html");
const STYLE: &str = include_str!("../../assets/report/page.css");

/// Words that a reader may not know.
const GLOSSARY: &[(&str, &str)] = &[
    ("At the limit", "An hour in which the limit holds the flow back: one more megawatt of room would save money."),
    ("Break-even tariff", "The price of a kilowatt-hour at which a machine earns exactly its power bill."),
    ("Curtailed", "Mining load that was asked for but cut because of grid limits or contracts."),
    ("EH/s", "Exahashes per second: 10¹⁸ tries a second at the network’s puzzle."),
    ("Hashprice", "What a petahash per second earns in a day."),
    ("North–south corridor", "The lines that carry the power of Bratsk and Ust-Ilimsk to Irkutsk and the south."),
    ("PUE", "Energy of a mining site over the energy of its machines; 1.00 would be cooling for free."),
    (
        "Simulated winter",
        "A winter drawn by the weather generator, alike in statistics to the real ones, but none of them.",
    ),
    ("Unserved energy", "Ordinary load that the grid could not supply."),
];

/// Assumptions that the page lists; the manifest has all.
const ASSUMPTIONS: usize = 60;

/// A headline twice: at the home rate of the scenario and at the published tariff.
struct Pair {
    label: &'static str,
    part: String,
    article: String,
    published: String,
}

fn refused(error: impl core::fmt::Display) -> ReportError {
    ReportError::Page(error.to_string())
}

/// Composes the page.
pub(super) fn compose(record: &Record, meta: &Meta, drawn: &[Drawing]) -> Result<Vec<u8>, ReportError> {
    let view = View::new(record, meta);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", TEMPLATE).map_err(refused)?;
    let figures: Vec<Value> = drawn
        .iter()
        .map(|d| {
            let svg = Value::from_safe_string(d.svg.clone());
            context! { id => d.id, title => d.words.title.as_str(), alt => d.alt.as_str(), svg }
        })
        .collect();
    let lines = summary::lines(&record.headlines, &Print::of(&view), meta.language);
    let headlines: Vec<Value> = lines
        .iter()
        .map(|l| context! { key => l.key, label => l.label, value => l.value.clone(), unit => l.unit, definition => l.definition.replace('`', ""),
            parts => l.parts.iter().map(|(id, v)| context! { name => id.clone(), value => v }).collect::<Vec<_>>() })
        .collect();
    let assumptions: Vec<Value> = meta
        .assumptions
        .iter()
        .take(ASSUMPTIONS)
        .map(|a| context! { key => a.key.clone(), value => a.value.clone(), range => a.range.clone(), text => a.text.clone() })
        .collect();
    let glossary: Vec<Value> = GLOSSARY.iter().map(|(term, text)| context! { term => *term, text => *text }).collect();
    let tariff = |t: Option<f64>| t.map(number::tariff);
    let page = environment.get_template("page").map_err(refused)?;
    let html = page
        .render(context! {
            title => meta.title.clone(),
            style => Value::from_safe_string(format!("{}{STYLE}", style::font::css())),
            window => view.window(),
            weather => view.weather(),
            status => NOT_MEASURED,
            story => story::tell(&view),
            figures,
            headlines,
            pairs => pairs(&lines).into_iter().map(|p| {
                context! { label => p.label, part => p.part, article => p.article, published => p.published }
            }).collect::<Vec<_>>(),
            home => tariff(meta.home_tariff_usd_per_kwh),
            published => tariff(meta.published_tariff_usd_per_kwh),
            assumptions,
            further => meta.assumptions.len().saturating_sub(ASSUMPTIONS),
            caveats => record.caveats.clone(),
            glossary,
            scenario => meta.name.clone(), seed => meta.seed, member => meta.member, id => meta.id.clone(), version => meta.version.clone(),
            scenario_hash => meta.scenario_hash.clone(),
        })
        .map_err(refused)?;
    Ok(html.into_bytes())
}

/// Every headline that has a twin at the published tariff, part by part.
fn pairs(lines: &[Line]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for line in lines {
        let Some(stem) = line.key.strip_suffix("_usd") else { continue };
        let twin = format!("{stem}_published_tariff_usd");
        let Some(other) = lines.iter().find(|l| l.key == twin) else { continue };
        let row = |part: String, article: &str, published: &str| Pair {
            label: line.label,
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

#[cfg(test)]
mod tests {
    use super::super::{Language, Report, Wanted, synthetic};
    use super::*;

    #[test]
    fn what_comes_from_a_scenario_is_text() {
        let (mut record, mut meta) = (synthetic::record(40), synthetic::meta());
        meta.title = "<script>alert(1)</script>".into();
        record.caveats.push("\"><img src=x onerror=alert(1)>".into());
        if let Some(machine) = record.sheets.iter_mut().find(|s| s.name == "ledgers") {
            machine.rows[0][1] = crate::record::Cell::Text("<img onerror=1>".into());
        }
        let report = Report::compose(&record, &meta, Wanted::default()).unwrap();
        let html = String::from_utf8(compose(&record, &meta, &report.drawn).unwrap()).unwrap();
        assert!(!html.contains("<script") && !html.contains("<img"));
        assert!(html.contains("Content-Security-Policy") && html.contains("default-src 'none'"));
        for outside in ["http://", "https://", "url(//"] {
            let found = html.matches(outside).count();
            let namespaces = html.matches("http://www.w3.org/2000/svg").count();
            assert_eq!(found, if outside == "http://" { namespaces } else { 0 }, "{outside}");
        }
    }

    #[test]
    fn every_tariff_figure_has_its_pair() {
        let pairs = pairs(&summary::lines(&synthetic::record(2).headlines, &Print::default(), Language::En));
        let labels: Vec<_> = pairs.iter().map(|p| (p.label, p.part.as_str())).collect();
        assert!(
            labels.contains(&("Mining profit", "")) && labels.contains(&("Implicit subsidy of home mining", "Export"))
        );
    }
}
