//! What the page carries for its script: series as deflated differences, pictures in every language and size, their data.

use super::Hours;
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

/// The step in which a series is told: a 1,500th of its reach, or `least`, the last digit that the page prints, where that
/// leaves 300 steps; rounded down to 1, 2 or 5 of a power of ten.
fn quantum(values: &[f64], least: f64) -> f64 {
    let Some((low, high)) = crate::report::view::range(values.iter().copied()) else { return 1.0 };
    let spread = high - low;
    if spread <= 0.0 {
        return if high == 0.0 { 1.0 } else { high.abs() };
    }
    let wanted = (spread / 1500.0).max(least.min(spread / 300.0));
    let power = libm::pow(10.0, libm::floor(libm::log10(wanted)));
    let lead = wanted / power;
    power
        * if lead >= 5.0 {
            5.0
        } else if lead >= 2.0 {
            2.0
        } else {
            1.0
        }
}

/// Values in whole steps; an unknown value repeats the one before.
fn levels(values: &[f64], quantum: f64) -> Vec<i64> {
    let mut before = 0_i64;
    let mut level = |v: &f64| {
        if v.is_finite() {
            before = libm::round(v / quantum) as i64;
        }
        before
    };
    values.iter().map(&mut level).collect()
}

fn zigzag(change: i64) -> u64 {
    ((change << 1) ^ (change >> 63)) as u64
}

/// How a series is told: less the same series of the first run, less itself a day before, then as differences of
/// neighbors. Whichever of the four needs the fewest bits.
struct Coded {
    lag: usize,
    on_first: bool,
    changes: Vec<i64>,
}

fn coded(levels: &[i64], first: Option<&Vec<i64>>, day: usize) -> Coded {
    let mut best: Option<(u64, Coded)> = None;
    for base in [None, first].into_iter().filter(|b| b.is_none_or(|b| b.len() == levels.len())) {
        for lag in [0, day] {
            let at = |i: usize| levels[i] - base.map_or(0, |b| b[i]);
            let lagged = |i: usize| at(i) - if lag > 0 && i >= lag { at(i - lag) } else { 0 };
            let change = |i: usize| lagged(i) - if i > 0 { lagged(i - 1) } else { 0 };
            let changes: Vec<i64> = (0..levels.len()).map(change).collect();
            let bits = changes.iter().map(|c| u64::from(64 - zigzag(*c).leading_zeros())).sum();
            if best.as_ref().is_none_or(|b| bits < b.0) {
                best = Some((bits, Coded { lag, on_first: base.is_some(), changes }));
            }
            if levels.len() <= day {
                break;
            }
        }
    }
    best.map_or(Coded { lag: 0, on_first: false, changes: Vec::new() }, |b| b.1)
}

/// Appends numbers as zigzag varints.
fn push(bytes: &mut Vec<u8>, changes: &[i64]) {
    for change in changes {
        let mut word = zigzag(*change);
        while word > 127 {
            bytes.push(word as u8 & 127 | 128);
            word >>= 7;
        }
        bytes.push(word as u8);
    }
}

/// The keys of series that the charts and the map show, each with the last digit that is printed of it.
fn keys(charts: &[Value], map: Option<&Schematic>) -> Vec<(String, f64)> {
    let mut keys: Vec<(String, f64)> = Vec::new();
    let mut add = |key: &str, least: f64| match keys.iter_mut().find(|k| k.0 == key) {
        Some(known) => known.1 = known.1.min(least),
        None => keys.push((key.to_owned(), least)),
    };
    for chart in charts {
        let decimals = chart["decimals"].as_u64().unwrap_or(2) as f64;
        for line in chart["series"].as_array().into_iter().flatten() {
            add(line["key"].as_str().unwrap_or_default(), libm::pow(10.0, -decimals));
        }
    }
    if let Some(map) = map {
        map.lines.iter().for_each(|l| add(&l.key, 1.0));
        map.plants.iter().chain(&map.dark).for_each(|s| add(&s.key, 1.0));
        map.mining.iter().for_each(|s| add(&s.key, 0.1));
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

/// Makes the data of a page: `view` is what its pictures show, `hours` whose hours the charts and the map show.
///
/// # Errors
/// Whatever drawing refuses.
pub fn payload(view: &View<'_>, hours: &Hours<'_>, drawn: &[Drawing]) -> Result<Payload, ReportError> {
    let run = &hours.run;
    let english = run.speaking(Language::En);
    let charts = charts(&english);
    let map = Schematic::of(&english);
    let keys = keys(&charts, map.as_ref());
    let day = run.record.window.steps_per_day();
    let mut bytes = Vec::new();
    let mut runs = Vec::new();
    let mut quanta: Vec<f64> = Vec::new();
    for (at, run) in [Some(run), hours.against.as_ref()].into_iter().flatten().enumerate() {
        let mut series = Map::new();
        for (i, (key, least)) in keys.iter().enumerate() {
            let Some(values) = run.series(key) else {
                if at == 0 {
                    quanta.push(0.0);
                }
                continue;
            };
            let of_first = quanta.get(i).copied().filter(|q| at > 0 && *q > 0.0);
            let quantum = of_first.unwrap_or_else(|| quantum(values, *least));
            // Made again rather than kept: those of all series together are as large as the record.
            let first = of_first.and_then(|q| Some(levels(hours.run.series(key)?, q)));
            let coded = coded(&levels(values, quantum), first.as_ref(), day);
            let mut spec = json!({ "at": bytes.len(), "quantum": quantum });
            if coded.lag > 0 {
                spec["lag"] = json!(coded.lag);
            }
            if coded.on_first {
                spec["on"] = json!(1);
            }
            series.insert(key.clone(), spec);
            push(&mut bytes, &coded.changes);
            if at == 0 {
                quanta.push(quantum);
            }
        }
        let source = both(&run.meta.source(Language::En), &run.meta.source(Language::Ru));
        runs.push(json!({ "name": run.meta.name, "series": series, "source": source }));
    }
    let steps = if keys.is_empty() { 0 } else { run.record.window.steps() };
    let peak = run.series("total_load_mw").and_then(largest).map_or(0, |p| p.0);
    let about = json!({
        "from": run.record.window.from.to_string(),
        "step_minutes": run.record.window.step_minutes,
        "steps": steps,
        "peak": peak,
        "dated": run.dated,
        "runs": runs,
        "against": both("baseline", "база"),
        "charts": charts,
        "map": map.as_ref().map(|m| schematic(run, m)),
        "mw": both("MW", "МВт"),
        "stem": format!("{}-{}", view.meta.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), view.meta.id),
        "words": {
            "mining": both("Mining", "Майнинг"),
            "same": both("the same in the baseline", "так же в базе"),
            "dark": both("Homes without power", "Дома без света"),
            "ofRating": both("of", "от"),
            "assumed": both("assumed, range", "принят, диапазон"),
            "limit": both("Limit", "Предел"),
            "map": both("Map of strain", "Карта напряжения"),
            "schematic": both(
                "Schematic, not to scale. Lines as wide as their flow; circles: mining; squares: plants; crosses: dark homes.",
                "Схема, не в масштабе. Толщина – переток; круги – майнинг; квадраты – станции; кресты – дома без света.",
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
        let q = quantum(&values, 1.0);
        assert!((1.0..=5.0).contains(&q), "{q}");
        let mut bytes = Vec::new();
        let coded = coded(&levels(&values, q), None, 1000);
        assert_eq!((coded.lag, coded.on_first), (0, false));
        push(&mut bytes, &coded.changes);
        for (a, b) in unpacked(&bytes, values.len(), q).iter().zip(&values) {
            assert!((a - b).abs() <= q / 2.0 + 1e-9);
        }
        let mut bytes = Vec::new();
        push(&mut bytes, &super::coded(&levels(&[5.0, f64::NAN, -7.0, 1e6], 1.0), None, 24).changes);
        assert_eq!(unpacked(&bytes, 4, 1.0), [5.0, 5.0, -7.0, 1e6]);
    }

    #[test]
    fn a_series_is_told_by_the_day_before_or_by_the_other_run_where_that_is_shorter() {
        let daily: Vec<i64> = (0..240).map(|i| i64::from((i % 24) * (i % 24) * 7 % 101) + i64::from(i / 24)).collect();
        let alone = coded(&daily, None, 24);
        assert_eq!((alone.lag, alone.on_first), (24, false));
        // Undone as the page's script undoes it.
        let mut back: Vec<i64> = alone.changes.clone();
        for i in 1..back.len() {
            back[i] += back[i - 1];
        }
        for i in 24..back.len() {
            back[i] += back[i - 24];
        }
        assert_eq!(back, daily);
        let other: Vec<i64> = daily.iter().map(|v| v + 3).collect();
        let held = coded(&other, Some(&daily), 24);
        assert!(held.on_first && held.changes.iter().filter(|c| **c != 0).count() == 1);
    }

    #[test]
    fn a_step_is_what_is_printed_unless_a_small_world_needs_less() {
        let reach = |spread: f64| [0.0, spread];
        assert_eq!(quantum(&reach(4000.0), 1.0), 2.0);
        assert_eq!(quantum(&reach(600.0), 1.0), 1.0);
        assert!((quantum(&reach(0.063), 1.0) - 0.0002).abs() < 1e-12);
        assert_eq!([quantum(&[2900.0, 2900.0], 1.0), quantum(&[0.0], 1.0), quantum(&[], 1.0)], [2900.0, 1.0, 1.0]);
    }
}
