//! Who made a study: what every sidecar, footer and manifest says of it.

use crate::calendar::Window;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The language of words on pictures and the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// Its code in manifests and pages.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
    /// One of two texts.
    pub fn pick<'t>(self, en: &'t str, ru: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Ru => ru,
        }
    }
}

/// Something that a study leans on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// Its key in the scenario.
    pub key: String,
    /// Its value, as written.
    pub value: String,
    /// The range it may have, as written; empty if none is known.
    pub range: String,
    /// Why it was assumed so.
    pub text: String,
}

/// Everything about a study that is not its result. Nothing in it depends on the machine or the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The scenario's name: `irkutsk/no-sanctions`, or a file's stem.
    pub name: String,
    /// The scenario's title for people.
    pub title: String,
    /// The verb: `run`.
    pub verb: String,
    /// The study's short id.
    pub id: String,
    /// Version of the program.
    pub version: String,
    /// Hash of the resolved scenario, hexadecimal.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Number of the member; of a study of many runs, how many there are.
    pub member: u64,
    /// Whether the study is one of many runs.
    pub many: bool,
    /// What a study of many runs holds against its first scenario.
    pub arms: Vec<String>,
    /// What a study of many runs adds to the manifest.
    pub study: Value,
    /// How the study is made again: arguments of the program, and files that are not part of it.
    #[serde(default)]
    pub recipe: Value,
    /// The resolved scenario with the origin of each value.
    pub resolved: Value,
    /// The home tariff that behavior follows, USD/kWh.
    pub home_tariff_usd_per_kwh: Option<f64>,
    /// The published home tariff, USD/kWh.
    pub published_tariff_usd_per_kwh: Option<f64>,
    /// What the study leans on, the most influential first.
    pub assumptions: Vec<Assumption>,
    /// Language of words.
    pub language: Language,
}

/// What every picture and table says of itself.
pub const NOT_MEASURED: &str = "modeled, not measured";
/// The same in Russian.
pub const NOT_MEASURED_RU: &str = "расчёт модели, не измерение";

/// The crates that random draws are made of; their versions belong to a result.
const SAMPLERS: &[&str] = &["blake3", "libm", "rand", "rand_chacha", "rand_distr"];

/// The versions that this program was built with.
const LOCK: &str = include_str!("../../Cargo.lock");

/// The locked version of a crate; the highest if there are several.
fn locked(name: &str) -> Option<&'static str> {
    let head = format!("name = \"{name}\"\nversion = \"");
    let at = LOCK.rfind(&head)? + head.len();
    LOCK.get(at..)?.split('"').next()
}

impl Meta {
    /// A study of a resolved scenario by name and hash, everything else empty; the id follows from the arguments.
    pub fn new(name: &str, verb: &str, scenario_hash: &str, seed: u64, member: u64) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mut id = blake3::Hasher::new();
        for part in [version, verb, name, scenario_hash] {
            id.update(&(part.len() as u64).to_le_bytes());
            id.update(part.as_bytes());
        }
        id.update(&seed.to_le_bytes());
        id.update(&member.to_le_bytes());
        Self {
            name: name.into(),
            title: name.into(),
            verb: verb.into(),
            id: id.finalize().to_hex().as_str().chars().take(8).collect(),
            version: version.into(),
            scenario_hash: scenario_hash.into(),
            seed,
            member,
            many: false,
            arms: Vec::new(),
            study: Value::Null,
            recipe: Value::Null,
            resolved: Value::Null,
            home_tariff_usd_per_kwh: None,
            published_tariff_usd_per_kwh: None,
            assumptions: Vec::new(),
            language: Language::En,
        }
    }

    /// The facts that a sidecar repeats.
    pub(super) fn origin(&self) -> Value {
        json!({
            "program": "hashwatt",
            "version": self.version,
            "scenario": self.name,
            "title": self.title,
            "id": self.id,
            "seed": self.seed,
            self.member_key(): self.member,
            "status": NOT_MEASURED,
        })
    }

    /// A run has a member, a study of many runs a number of them.
    fn member_key(&self) -> &'static str {
        if self.many { "members" } else { "member" }
    }

    /// The last line of a picture: where it comes from.
    pub fn source(&self, language: Language) -> String {
        let Self { version, name, seed, member, id, .. } = self;
        let arms = if self.arms.is_empty() { String::new() } else { format!(" | {}", self.arms.join(" | ")) };
        match (language, self.many) {
            (Language::En, false) => {
                format!(
                    "Source: hashwatt {version}, scenario {name}, seed {seed}, member {member}, id {id}; {NOT_MEASURED}"
                )
            }
            (Language::En, true) => {
                format!(
                    "Source: hashwatt {version}, {} of {name}{arms}, seed {seed}, {member} members, id {id}; {NOT_MEASURED}",
                    self.verb
                )
            }
            (Language::Ru, false) => {
                format!(
                    "Источник: hashwatt {version}, сценарий {name}, начальное число {seed}, вариант {member}, id {id}; {NOT_MEASURED_RU}"
                )
            }
            (Language::Ru, true) => {
                format!(
                    "Источник: hashwatt {version}, {} {name}{arms}, начальное число {seed}, вариантов: {member}, id {id}; {NOT_MEASURED_RU}",
                    self.verb
                )
            }
        }
    }

    /// `manifest.json`.
    pub(super) fn manifest(&self, window: Option<&Window>, caveats: &[String]) -> Value {
        let samplers: serde_json::Map<_, _> = SAMPLERS.iter().map(|k| ((*k).into(), Value::from(locked(k)))).collect();
        let mut manifest = json!({
            "schema": "hashwatt.manifest/1",
            "program": "hashwatt",
            "version": self.version,
            "verb": self.verb,
            "scenario": self.name,
            "title": self.title,
            "id": self.id,
            "scenario_hash": self.scenario_hash,
            "seed": self.seed,
            self.member_key(): self.member,
            "window": window.map(|w| json!({
                "from": w.from.to_string(),
                "until": w.until.to_string(),
                "step_minutes": w.step_minutes,
                "steps": w.steps(),
            })),
            "samplers": samplers,
            "language": self.language.code(),
            "status": NOT_MEASURED,
            "caveats": caveats,
            "home_tariff_usd_per_kwh": self.home_tariff_usd_per_kwh,
            "published_tariff_usd_per_kwh": self.published_tariff_usd_per_kwh,
            "assumptions": self.assumptions.iter().map(|a| {
                json!({ "key": a.key, "value": a.value, "range": a.range, "text": a.text })
            }).collect::<Vec<_>>(),
            "recipe": self.recipe,
            "resolved": self.resolved,
        });
        if let (true, Value::Object(map)) = (self.many, &mut manifest) {
            map.insert("study".into(), self.study.clone());
        }
        manifest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samplers_have_versions() {
        for name in SAMPLERS {
            assert!(locked(name).is_some_and(|v| v.split('.').count() == 3), "{name}");
        }
    }

    #[test]
    fn the_id_follows_scenario_seed_member_and_verb() {
        let id = |verb: &str, hash: &str, seed, member| Meta::new("irkutsk", verb, hash, seed, member).id;
        let base = id("run", "a", 1, 0);
        assert_eq!(base.len(), 8);
        assert_eq!(base, id("run", "a", 1, 0));
        for other in [id("ensemble", "a", 1, 0), id("run", "b", 1, 0), id("run", "a", 2, 0), id("run", "a", 1, 1)] {
            assert_ne!(base, other);
        }
    }
}
