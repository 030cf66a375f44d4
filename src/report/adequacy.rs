//! What a study of a scenario's adequacy leaves: a table by area, headroom and credits, in text, CSV and JSON.

use super::meta::{Meta, NOT_MEASURED};
use super::{Artifact, number};
use crate::calendar::Window;
use crate::study::adequacy::{Estimate, Headroom, KEYS};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The capacity credit of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Credit {
    /// What.
    pub what: String,
    /// MW of load that it carries; unknown if a headroom lay beyond what was searched.
    pub mw: Option<f64>,
}

/// `summary.json`, `summary.csv`, `adequacy.csv` and `adequacy.txt`.
pub fn adequacy(
    meta: &Meta,
    names: &[&str],
    found: &Estimate,
    (area, target_h, headroom): (usize, f64, Option<Headroom>),
    credits: &[Credit],
    window: &Window,
) -> Vec<Artifact> {
    let mut csv = String::from("area,index,mean,std_err,members\n");
    let mut areas = Map::new();
    for ((name, mean), error) in names.iter().zip(&found.mean).zip(&found.standard_error) {
        let map = |of: &[f64; 5]| -> Map<String, Value> {
            KEYS.iter().zip(of).map(|(key, value)| ((*key).to_owned(), number::json(*value))).collect()
        };
        let mut entry = map(mean);
        entry.insert("standard_error".into(), Value::Object(map(error)));
        areas.insert((*name).into(), Value::Object(entry));
        for (key, (m, e)) in KEYS.iter().zip(mean.iter().zip(error)) {
            let e = if e.is_finite() { e.to_string() } else { String::new() };
            let _ = writeln!(csv, "{name},{key},{m},{e},{}", found.members);
        }
    }
    let searched = names.get(area).copied().unwrap_or("");
    let mut out = Map::new();
    for (key, value) in [
        ("schema", json!("hashwatt.adequacy/1")),
        ("scenario", json!(meta.name)),
        ("title", json!(meta.title)),
        ("id", json!(meta.id)),
        ("version", json!(meta.version)),
        ("verb", json!(meta.verb)),
        ("seed", json!(meta.seed)),
        ("members", json!(found.members)),
        ("member_years", number::json(found.members as f64 * window.days() as f64 / 365.25)),
        ("status", json!(NOT_MEASURED)),
        ("areas", Value::Object(areas)),
    ] {
        out.insert(key.into(), value);
    }
    if let Some(headroom) = headroom {
        let beyond = matches!(headroom, Headroom::Beyond(_));
        let mw = if beyond { Value::Null } else { number::json(headroom.mw()) };
        let mut entry = json!({ "area": searched, "target_lolh_h_per_yr": target_h, "mining_headroom_mw": mw });
        if beyond {
            entry["note"] = json!(format!("beyond {:.0} MW, where the search ends", headroom.mw()));
        }
        out.insert("headroom".into(), entry);
        let credit = |c: &Credit| {
            let mw = c.mw.map_or(Value::Null, number::json);
            (c.what.clone(), json!({ "elcc_mw": mw }))
        };
        out.insert("capacity_credit".into(), Value::Object(credits.iter().map(credit).collect()));
    }
    let mut json = serde_json::to_string_pretty(&Value::Object(out)).unwrap_or_default();
    json.push('\n');
    let text = table(meta, names, found, (searched, target_h, headroom), credits);
    vec![
        Artifact::new("adequacy.csv", csv.clone()),
        Artifact::new("summary.csv", csv),
        Artifact::new("adequacy.txt", text),
        Artifact::new("summary.json", json),
    ]
}

/// The table that is printed.
fn table(
    meta: &Meta,
    names: &[&str],
    found: &Estimate,
    (searched, target_h, headroom): (&str, f64, Option<Headroom>),
    credits: &[Credit],
) -> String {
    let mut text =
        format!("{}\n{NOT_MEASURED}; {} members, ± standard error over members\n", meta.title, found.members);
    let labels = ["LOLE, days/yr", "any hour, days/yr", "LOLH, h/yr", "LOLF, 1/yr", "EUE, MWh/yr"];
    let _ = write!(text, "  {:<18}", "");
    for name in names {
        let _ = write!(text, "{name:>22}");
    }
    text.push('\n');
    for (i, label) in labels.iter().enumerate() {
        let _ = write!(text, "  {label:<18}");
        for (mean, error) in found.mean.iter().zip(&found.standard_error) {
            let cell = if error[i].is_finite() {
                format!("{:.2} ± {:.2}", mean[i], error[i])
            } else {
                format!("{:.2}", mean[i])
            };
            let _ = write!(text, "{cell:>22}");
        }
        text.push('\n');
    }
    if let Some(headroom) = headroom {
        let found = match headroom {
            Headroom::Mw(mw) => format!("{mw:.0} MW"),
            Headroom::Beyond(mw) => format!("beyond {mw:.0} MW"),
        };
        let _ = writeln!(text, "Flat load that the area {searched} could carry until LOLH is {target_h} h/yr: {found}");
        for credit in credits {
            let mw = credit.mw.map_or_else(|| "beyond what was searched".to_owned(), |mw| format!("{mw:.0} MW"));
            let _ = writeln!(text, "Capacity credit of {}: {mw}", credit.what);
        }
    }
    text
}

/// `manifest.json`, which closes the study.
pub fn closing_manifest(meta: &Meta, window: &Window) -> Artifact {
    let text = serde_json::to_string_pretty(&meta.manifest(Some(window), &[])).unwrap_or_default();
    Artifact::new("manifest.json", text + "\n")
}
