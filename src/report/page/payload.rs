//! What the page carries for its script: series as deflated differences, pictures in every language and size, their data.

use super::chart::{both, charts};
use crate::report::figure::Drawing;
use crate::report::schematic::{ANGARA, BORDER, EXTENT, LAKE, LENA, Schematic, smooth};
use crate::report::style::{Look, Size};
use crate::report::view::{CORRIDOR, View, known_ru, largest};
use crate::report::{Language, ReportError, number};
use base64::Engine as _;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value, json};
use std::io::Write as _;

/// Deflated bytes as text.
fn packed(bytes: &[u8]) -> Result<String, ReportError> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::new(6));
    let done = packer.write_all(bytes).and_then(|()| packer.finish());
    let deflated = done.map_err(|e| ReportError::Page(e.to_string()))?;
    Ok(base64::engine::general_purpose::STANDARD.encode(deflated))
}

/// The step in which a series is told: a thousandth of its reach, rounded down to a power of ten or half of one.
fn quantum(values: &[f64]) -> f64 {
    let reach = values.iter().filter(|v| v.is_finite()).fold(0.0_f64, |a, v| a.max(v.abs()));
    let spread = crate::report::view::range(values.iter().copied()).map_or(reach, |(a, b)| b - a);
    let step = libm::pow(10.0, libm::floor(libm::log10((spread / 1500.0).max(1e-9))));
    if step * 5.0 <= spread / 1500.0 { step * 5.0 } else { step }
}

/// Appends a series as zigzag varints of its differences in whole steps. An unknown value repeats the one before.
fn push(bytes: &mut Vec<u8>, values: &[f64], quantum: f64) {
    let mut before = 0_i64;
    for value in values {
        let level = if value.is_finite() { libm::round(value / quantum) as i64 } else { before };
        let change = level - before;
        before = level;
        let mut word = ((change << 1) ^ (change >> 63)) as u64;
        while word > 127 {
            bytes.push(word as u8 & 127 | 128);
            word >>= 7;
        }
        bytes.push(word as u8);
    }
}

/// The keys of series that the charts and the map show.
fn keys(charts: &[Value], map: Option<&Schematic>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut add = |key: &str| {
        if !keys.iter().any(|k| k == key) {
            keys.push(key.to_owned());
        }
    };
    for chart in charts {
        for line in chart["series"].as_array().into_iter().flatten() {
            add(line["key"].as_str().unwrap_or_default());
        }
    }
    if let Some(map) = map {
        map.lines.iter().for_each(|l| add(&l.key));
        map.plants.iter().chain(&map.mining).chain(&map.dark).for_each(|s| add(&s.key));
    }
    keys
}

/// The page's data.
pub struct Payload {
    /// What the script reads first, as JSON.
    pub about: Value,
    /// The series, packed.
    pub series: String,
    /// The pictures, packed.
    pub pictures: String,
    /// Ids and titles of the charts, `limit-…` ones last.
    pub charts: Vec<Value>,
    /// Whether there is a map.
    pub mapped: bool,
}

/// Makes the data of a record, and of one that it is held against.
///
/// # Errors
/// Whatever drawing refuses.
pub fn payload(view: &View<'_>, against: Option<&View<'_>>, drawn: &[Drawing]) -> Result<Payload, ReportError> {
    let english = view.speaking(Language::En);
    let charts = charts(&english);
    let map = Schematic::of(&english);
    let keys = keys(&charts, map.as_ref());
    let mut bytes = Vec::new();
    let mut runs = Vec::new();
    for run in [Some(view), against].into_iter().flatten() {
        let mut series = Map::new();
        for key in &keys {
            let Some(values) = run.series(key) else { continue };
            let quantum = quantum(values);
            series.insert(key.clone(), json!({ "at": bytes.len(), "quantum": quantum }));
            push(&mut bytes, values, quantum);
        }
        let source = both(&run.meta.source(Language::En), &run.meta.source(Language::Ru));
        runs.push(json!({ "name": run.meta.name, "series": series, "source": source }));
    }
    let steps = if keys.is_empty() { 0 } else { view.record.window.steps() };
    let peak = view.series("total_load_mw").and_then(largest).map_or(0, |p| p.0);
    let about = json!({
        "from": view.record.window.from.to_string(),
        "step_minutes": view.record.window.step_minutes,
        "steps": steps,
        "peak": peak,
        "dated": view.dated,
        "runs": runs,
        "against": both("baseline", "база"),
        "charts": charts,
        "map": map.as_ref().map(|m| schematic(view, m)),
        "mw": both("MW", "МВт"),
        "stem": format!("{}-{}", view.meta.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), view.meta.id),
        "words": {
            "mining": both("Mining", "Майнинг"),
            "dark": both("Homes without power", "Дома без света"),
            "ofRating": both("of", "от"),
            "assumed": both("assumed, range", "принят, диапазон"),
            "limit": both("Limit", "Предел"),
            "map": both("Map of strain", "Карта напряжения"),
            "schematic": both(
                "Schematic, not to scale. Lines as wide as their flow; circles: mining; squares: plants.",
                "Схема, не в масштабе. Толщина – переток; круги – майнинг; квадраты – станции.",
            ),
        },
    });
    Ok(Payload {
        series: packed(&bytes)?,
        pictures: packed(pictures(view, drawn)?.to_string().as_bytes())?,
        mapped: map.is_some(),
        charts,
        about,
    })
}

/// Every picture in both languages, wide and for telephones, with its data.
fn pictures(view: &View<'_>, drawn: &[Drawing]) -> Result<Value, ReportError> {
    let mut all = Map::new();
    for drawing in drawn {
        let Some(figure) = crate::report::figure::FIGURES.iter().find(|f| f.id == drawing.id) else { continue };
        let mut entry = Map::new();
        entry.insert("csv".into(), json!(drawing.data.csv()));
        for language in [Language::En, Language::Ru] {
            let mut sizes = Map::new();
            for (name, size) in [("wide", Size::Wide), ("phone", Size::Phone)] {
                let look = Look { size, ..Look::default() };
                let svg = if language == drawing.language && size == Size::Wide {
                    drawing.svg.clone()
                } else {
                    (figure.draw)(&view.speaking(language).on(look))?.map(|d| d.svg).unwrap_or_default()
                };
                sizes.insert(name.into(), json!(svg));
            }
            entry.insert(language.code().into(), sizes.into());
        }
        all.insert(drawing.id.into(), entry.into());
    }
    Ok(all.into())
}

/// The sheet of the map as data.
fn schematic(view: &View<'_>, map: &Schematic) -> Value {
    let russian = Schematic::of(&view.speaking(Language::Ru)).unwrap_or_default();
    let ru = |i: usize| russian.buses.get(i).map_or("", |b| b.name.as_str());
    let buses: Vec<Value> = map
        .buses
        .iter()
        .enumerate()
        .map(|(i, b)| json!({ "id": b.id, "name": both(&b.name, ru(i)), "at": [b.at.0, b.at.1] }))
        .collect();
    let lines: Vec<Value> = map
        .lines
        .iter()
        .map(|l| json!({ "key": l.key, "from": l.from, "to": l.to, "limit": number::json(libm::round(l.limit_mw)), "circuits": l.circuits }))
        .collect();
    let standing =
        |all: &[crate::report::schematic::Standing], other: &[crate::report::schematic::Standing]| -> Vec<Value> {
            all.iter()
                .enumerate()
                .map(|(i, s)| {
                    let name = both(&s.name, other.get(i).map_or(&s.name, |o| &o.name));
                    json!({ "key": s.key, "bus": s.bus, "name": name, "hydro": s.key.starts_with("hydro") })
                })
                .collect()
        };
    let corridor =
        view.interface(CORRIDOR).filter(|_| view.series(&format!("flow_{CORRIDOR}_mw")).is_some()).map(|r| {
            json!({
                "flow": format!("flow_{CORRIDOR}_mw"),
                "limit": format!("limit_{CORRIDOR}_mw"),
                "low": r.limit_low_mw,
                "high": r.limit_high_mw,
                "assumed": r.limit_assumed,
                "name": both(&r.name, known_ru(CORRIDOR).unwrap_or(&r.name)),
            })
        });
    json!({
        "extent": [EXTENT.0, EXTENT.1],
        "lake": smooth(LAKE, true),
        "rivers": [smooth(ANGARA, false), smooth(LENA, false)],
        "border": smooth(BORDER, true),
        "buses": buses,
        "lines": lines,
        "plants": standing(&map.plants, &russian.plants),
        "mining": standing(&map.mining, &russian.mining),
        "dark": standing(&map.dark, &russian.dark),
        "corridor": corridor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the page's script does.
    fn unpacked(bytes: &[u8], n: usize, quantum: f64) -> Vec<f64> {
        let (mut at, mut level, mut out) = (0, 0_i64, Vec::new());
        for _ in 0..n {
            let (mut word, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes[at];
                at += 1;
                word |= u64::from(byte & 127) << shift;
                shift += 7;
                if byte < 128 {
                    break;
                }
            }
            level += (word >> 1) as i64 ^ -((word & 1) as i64);
            out.push(level as f64 * quantum);
        }
        assert_eq!(at, bytes.len());
        out
    }

    #[test]
    fn series_come_back_within_half_a_step() {
        let values: Vec<f64> = (0..500).map(|i| 3000.0 * libm::sin(f64::from(i) * 0.7) - 40.0).collect();
        let q = quantum(&values);
        assert!((1.0..=5.0).contains(&q), "{q}");
        let mut bytes = Vec::new();
        push(&mut bytes, &values, q);
        for (a, b) in unpacked(&bytes, values.len(), q).iter().zip(&values) {
            assert!((a - b).abs() <= q / 2.0 + 1e-9);
        }
        let mut bytes = Vec::new();
        push(&mut bytes, &[5.0, f64::NAN, -7.0, 1e6], 1.0);
        assert_eq!(unpacked(&bytes, 4, 1.0), [5.0, 5.0, -7.0, 1e6]);
    }
}
