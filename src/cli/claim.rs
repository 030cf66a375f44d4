//! `claim`: a number of a study as a sentence that can be printed and checked.

use super::verify::read_json;
use super::{Failure, terminal};
use crate::calendar::Day;
use crate::files;
use crate::record::metric::metric;
use crate::report::{number, style};
use crate::scenario::overlay::nearest;
use crate::study::driver;
use clap::Args;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The schema of a card.
pub const SCHEMA: &str = "hashwatt.claim/1";

/// Write a number of a study as a sentence, with all that is needed to check it.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt claim output/irkutsk-1a2b3c4d mining_gwh
  hashwatt claim study machines.host_a --arm irkutsk/ofac-2022

Writes claims/METRIC.txt, .json, .svg and .png into the folder of the study; `verify` repeats the study of a card.")]
pub struct Claim {
    /// The folder of a finished study
    folder: PathBuf,
    /// A metric of its summary, or METRIC.PART
    metric: String,
    /// Which arm of a comparison; the first if there is one only
    #[arg(long, value_name = "NAME")]
    arm: Option<String>,
    /// Print the card as JSON
    #[arg(long)]
    json: bool,
}

impl Claim {
    /// Writes the card and prints the sentence.
    ///
    /// # Errors
    /// [`Failure::InvalidInput`] where the study has no such number; disks.
    pub fn run(self) -> Result<(), Failure> {
        let card = card(&self.folder, &self.metric, self.arm.as_deref())?;
        let sentence = card["sentence"].as_str().unwrap_or("").to_owned();
        let stem: String =
            self.metric.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        let stem = match (&self.arm, card["arm"].as_str()) {
            (Some(_), Some(arm)) => format!("{stem}-{}", arm.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
            _ => stem,
        };
        let base = self.folder.join("claims").join(stem);
        let (svg, size) = picture(&card);
        let png = style::raster::png(&svg, size, 2.0)
            .map_err(|e| Failure::Unfinished(format!("the card cannot be drawn: {e}")))?;
        files::write_whole(&base.with_extension("txt"), format!("{sentence}\n").as_bytes())?;
        files::write_whole(&base.with_extension("json"), format!("{card:#}\n").as_bytes())?;
        files::write_whole(&base.with_extension("svg"), svg.as_bytes())?;
        files::write_whole(&base.with_extension("png"), &png)?;
        if self.json {
            return terminal::print_json(&card);
        }
        terminal::print(&format!("{sentence}\n{}", base.with_extension("json").display()))
    }
}

/// The card of a number.
fn card(folder: &Path, asked: &str, arm: Option<&str>) -> Result<Value, Failure> {
    let (summary, manifest) = (read_json(&folder.join("summary.json"))?, read_json(&folder.join("manifest.json"))?);
    let (key, part) = asked.split_once('.').map_or((asked, None), |(k, p)| (k, Some(p)));
    let missing = |what: &str| Failure::InvalidInput(format!("{}: {what}", folder.display()));
    let about = metric(key).ok_or_else(|| missing(&format!("`{key}` is no metric; {}", near(key, &summary))))?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let of = part.unwrap_or("total");
    let mut card = Map::new();
    card.insert("schema".into(), json!(SCHEMA));
    let compared = summary.get("differences").and_then(Value::as_object);
    let (entry, name) = match compared {
        Some(arms) => {
            let found = match arm {
                Some(name) => arms.get_key_value(name),
                None if arms.len() == 1 => arms.iter().next(),
                None => return Err(missing("several arms are compared; --arm says which")),
            };
            let (name, differences) = found.ok_or_else(|| missing("no such arm is compared"))?;
            (differences.get(key).cloned(), Some(name.clone()))
        }
        None => (summary.get("spread").map_or_else(|| summary.get(key).cloned(), |s| s.get(key).cloned()), None),
    };
    let entry = entry.ok_or_else(|| missing(&format!("the study has no `{key}`")))?;
    let is_parts = entry.is_object() && !entry.get("members").is_some_and(Value::is_number);
    let entry = if is_parts {
        entry.get(of).cloned().ok_or_else(|| missing(&format!("`{key}` has no part `{of}`")))?
    } else {
        entry
    };
    let value = entry.get("diff").or_else(|| entry.get("mean")).unwrap_or(&entry).clone();
    if !value.is_number() {
        return Err(missing(&format!("`{asked}` is no number")));
    }
    for (slot, of) in [("scenario", &summary), ("id", &summary), ("version", &manifest), ("scenario_hash", &manifest)] {
        card.insert(slot.into(), json!(text(of, slot)));
    }
    card.insert("seed".into(), manifest.get("seed").cloned().unwrap_or_default());
    card.insert("metric".into(), json!(key));
    card.insert("of".into(), json!(of));
    card.insert("unit".into(), json!(about.unit));
    card.insert("definition".into(), json!(about.definition));
    if let Some(name) = &name {
        card.insert("arm".into(), json!(name));
    }
    card.insert("value".into(), value);
    for slot in ["p05", "p50", "p95", "std_err", "members", "driven_by", "input", "depends_on_assumption"] {
        if let Some(found) = entry.get(slot) {
            card.insert(slot.into(), found.clone());
        }
    }
    if !card.contains_key("members") {
        card.insert("member".into(), manifest.get("member").cloned().unwrap_or_default());
    }
    card.insert("window".into(), manifest.get("window").cloned().unwrap_or_default());
    card.insert("status".into(), json!("modeled, not measured"));
    card.insert("sentence".into(), json!(sentence(&card, about.label, &text(&summary, "title"))));
    card.insert("recipe".into(), manifest.get("recipe").cloned().unwrap_or_default());
    Ok(Value::Object(card))
}

/// Where a metric may be found that is not called so.
fn near(key: &str, summary: &Value) -> String {
    let of = summary.get("spread").unwrap_or(summary);
    let of = of.get("differences").and_then(Value::as_object).and_then(|arms| arms.values().next()).unwrap_or(of);
    let keys = of.as_object().into_iter().flat_map(Map::keys).map(String::as_str).filter(|k| metric(k).is_some());
    nearest(key, keys).map_or_else(|| "summary.csv lists those of the study".into(), |n| format!("did you mean `{n}`?"))
}

/// The sentence of a card.
fn sentence(card: &Map<String, Value>, label: &str, title: &str) -> String {
    let get = |key: &str| card.get(key).unwrap_or(&Value::Null);
    let word = |key: &str| get(key).as_str().unwrap_or("");
    let (printed, unit) = number::printed(word("unit"));
    let plain = |value: &Value| value.as_f64().map_or_else(|| "unknown".into(), number::plain);
    let amount = |value: &Value| value.as_f64().map_or_else(|| "unknown".into(), printed);
    let part = if word("of") == "total" { String::new() } else { format!(", {}", word("of")) };
    let begins = if get("input") == &Value::Bool(true) {
        "Input, not finding: "
    } else if get("depends_on_assumption") == &Value::Bool(true) {
        "Depends on an assumption: "
    } else {
        ""
    };
    let time = match (get("window")["from"].as_str(), get("window")["until"].as_str().and_then(Day::parse)) {
        (Some(from), Some(until)) => format!(", {from} to {}", until.plus(-1)),
        _ => String::new(),
    };
    let what = match get("arm").as_str() {
        Some(arm) => format!("{label}{part}, {arm} less {}{time}", word("scenario")),
        None => format!("{label}{part}, {title}{time}"),
    };
    let mut text = format!("{begins}{what}: {}{unit}", amount(get("value")));
    if let Some(members) = get("members").as_u64() {
        text.push_str(&format!(
            " on average over {members} simulated futures; range of outcomes (P5 to P95) {} to {}{unit}; simulation error {}{unit}",
            amount(get("p05")),
            amount(get("p95")),
            amount(get("std_err"))
        ));
    } else {
        text.push_str(&format!(" in one simulated future (member {})", get("member")));
    }
    let drivers = get("driven_by").as_array().map(Vec::as_slice).unwrap_or_default();
    if get("members").as_u64().is_some_and(|members| members < driver::FEWEST as u64) {
        text.push_str(&format!("; too few futures to tell which assumption decides ({} are needed)", driver::FEWEST));
    } else if get("members").is_u64() {
        let told: Vec<String> = drivers
            .iter()
            .map(|d| {
                format!(
                    "{} from {} to {} ({} to {}{unit})",
                    d["key"].as_str().unwrap_or(""),
                    plain(&d["low"]),
                    plain(&d["high"]),
                    amount(&d["at_low"]),
                    amount(&d["at_high"])
                )
            })
            .collect();
        text.push_str(&if told.is_empty() {
            "; no assumption was found to decide it".to_owned()
        } else {
            format!("; decided most by {}", told.join(", "))
        });
    }
    text.push_str(&format!(
        ". Modeled, not measured. hashwatt {}, study {}, seed {}.",
        word("version"),
        word("id"),
        get("seed")
    ));
    text
}

/// What differs between a card and the same study made again.
///
/// # Errors
/// A repeated study that cannot be read.
pub fn differences(given: &Value, again: &Path) -> Result<Vec<String>, Failure> {
    let word = |key: &str| given.get(key).and_then(Value::as_str);
    let key = word("metric").unwrap_or("");
    let of = word("of").filter(|of| *of != "total").map_or_else(|| key.to_owned(), |of| format!("{key}.{of}"));
    let ours = card(again, &of, word("arm"))?;
    let all = given.as_object().into_iter().flatten().map(|(key, _)| key);
    let mut keys: Vec<&String> = all.chain(ours.as_object().into_iter().flatten().map(|(key, _)| key)).collect();
    keys.sort();
    keys.dedup();
    let short = |v: Option<&Value>| v.map_or_else(|| "absent".to_owned(), |v| v.to_string().chars().take(80).collect());
    let differs = |key: &&String| given.get(key.as_str()) != ours.get(key.as_str());
    Ok(keys
        .into_iter()
        .filter(differs)
        .map(|key| format!("{key}: {} on the card, {} when repeated", short(given.get(key)), short(ours.get(key))))
        .collect())
}

/// The card as a picture, with its size.
fn picture(card: &Value) -> (String, (f64, f64)) {
    const WIDTH: f64 = 800.0;
    let escape = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let word = |key: &str| card[key].as_str().unwrap_or("");
    let (amount, unit) = number::printed(word("unit"));
    let value = card["value"].as_f64().map_or_else(String::new, amount);
    let lines = wrapped(word("sentence"), 84);
    let height = 190.0 + 24.0 * lines.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{}\"><title>{}</title><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        style::font::FAMILY,
        escape(word("sentence"))
    );
    svg.push_str(&format!(
        "<text x=\"40\" y=\"96\" font-size=\"54\" fill=\"#1a1a1a\">{}{}</text>",
        escape(&value),
        escape(&unit)
    ));
    let label = metric(word("metric")).map_or("", |m| m.label);
    let against = card["arm"].as_str().map_or_else(String::new, |arm| format!(", {arm} less {}", word("scenario")));
    svg.push_str(&format!(
        "<text x=\"40\" y=\"134\" font-size=\"19\" fill=\"#555555\">{}; modeled, not measured</text>",
        escape(&format!("{label}{against}"))
    ));
    for (i, line) in lines.iter().enumerate() {
        let y = 178.0 + 24.0 * i as f64;
        svg.push_str(&format!("<text x=\"40\" y=\"{y}\" font-size=\"16\" fill=\"#1a1a1a\">{}</text>", escape(line)));
    }
    svg.push_str("</svg>\n");
    (svg, (WIDTH, height))
}

/// A text in lines of at most so many letters.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut();
        match last {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
