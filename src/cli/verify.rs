//! `verify`: a study is repeated from its manifest, a claim from its card, and every difference is named.

use super::{Failure, Program, claim, library, terminal};
use crate::files;
use clap::{Args, Parser as _};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Repeat a study, or check a claim, and name every difference.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt verify output/irkutsk-1a2b3c4d/manifest.json     simulate it again and compare every file
  hashwatt verify output/irkutsk-1a2b3c4d                   the same
  hashwatt verify study/claims/mining_gwh.json              simulate again what a printed sentence says

Scenario files of your own are in the manifest: whoever has the folder needs nothing else. Exit code 7 where a file, or a
number of a card, differs.")]
pub struct Verify {
    /// A manifest.json, its folder, or the JSON of a claim
    subject: PathBuf,
    /// Number of threads; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    threads: Option<u32>,
    /// No notes on stderr
    #[arg(long)]
    quiet: bool,
}

/// Largest JSON that is read.
const READ_AT_MOST: u64 = 64 << 20;

/// Reads a JSON file.
///
/// # Errors
/// [`Failure`] for a file that cannot be read or is no JSON.
pub fn read_json(path: &Path) -> Result<Value, Failure> {
    let bytes = crate::files::input::read(path, READ_AT_MOST).map_err(|e| Failure::io(path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| Failure::InvalidInput(format!("{}: no JSON: {e}", path.display())))
}

impl Verify {
    /// Repeats and compares.
    ///
    /// # Errors
    /// [`Failure::Different`] naming what differs; what the repeated study says.
    pub fn run(self) -> Result<(), Failure> {
        let path = if self.subject.is_dir() { self.subject.join("manifest.json") } else { self.subject.clone() };
        let given = read_json(&path)?;
        let shown = path.display();
        let schema = given.get("schema").and_then(Value::as_str).unwrap_or("");
        let is_card = schema == claim::SCHEMA;
        if !is_card && schema != "hashwatt.manifest/1" {
            return Err(Failure::InvalidInput(format!("{shown}: neither a manifest nor a claim")));
        }
        let theirs = given.get("version").and_then(Value::as_str).unwrap_or("");
        if theirs != env!("CARGO_PKG_VERSION") {
            let ours = env!("CARGO_PKG_VERSION");
            return Err(Failure::Different(format!(
                "{shown}: made by hashwatt {theirs}, this is {ours}; only the same version gives the same bytes"
            )));
        }
        let repeated = Repeated::of(&given, self.threads, self.quiet).map_err(|why| match why {
            Failure::InvalidInput(why) => Failure::InvalidInput(format!("{shown}: {why}")),
            other => other,
        })?;
        let differences = if is_card {
            claim::differences(&given, &repeated.folder)?
        } else {
            let folder = path.parent().unwrap_or(Path::new("."));
            let again = read_json(&repeated.folder.join("manifest.json"))?;
            let mut out = statements_that_differ(&given, &again);
            out.extend(files_that_differ(&given, folder, &repeated.folder));
            out
        };
        drop(repeated);
        if differences.is_empty() {
            let what = if is_card { "every number of the card" } else { "every file" };
            return terminal::print(&format!("{shown}: {what} is the same"));
        }
        Err(Failure::Different(format!("{shown}:\n  {}", differences.join("\n  "))))
    }
}

/// What a manifest says of its study that the repeated study does not say; files are looked at one by one.
fn statements_that_differ(given: &Value, again: &Value) -> Vec<String> {
    let keys = |of: &Value| of.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    let mut all = keys(given);
    all.extend(keys(again));
    all.sort();
    all.dedup();
    let short = |v: Option<&Value>| v.map_or_else(|| "absent".to_owned(), |v| v.to_string().chars().take(80).collect());
    all.iter()
        .filter(|key| *key != "files_blake3" && given.get(key.as_str()) != again.get(key.as_str()))
        .map(|key| {
            let [said, found] = [given, again].map(|of| short(of.get(key.as_str())));
            format!("{key}: {said} in the manifest, {found} when repeated")
        })
        .collect()
}

/// Files of a manifest that were changed since, or come out otherwise.
fn files_that_differ(manifest: &Value, folder: &Path, again: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let listed = manifest.get("files_blake3").and_then(Value::as_object);
    for (name, hash) in listed.into_iter().flatten() {
        let hash = hash.as_str().unwrap_or("");
        // A name that leads out of the folder is no file of the study.
        let inside = Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_)));
        let of = |folder: &Path| std::fs::read(folder.join(name)).ok().map(|b| blake3::hash(&b).to_hex().to_string());
        if !inside {
            out.push(format!("{name}: leads out of the folder"));
            continue;
        }
        match of(folder) {
            None => out.push(format!("{name}: missing")),
            Some(found) if found != hash => out.push(format!("{name}: changed since it was written")),
            Some(_) => {}
        }
        match of(again) {
            None => out.push(format!("{name}: not made when repeated")),
            Some(found) if found != hash => out.push(format!("{name}: comes out otherwise when repeated")),
            Some(_) => {}
        }
    }
    if listed.is_none_or(serde_json::Map::is_empty) {
        out.push("the manifest lists no files".into());
    }
    out
}

/// A study made again in a folder that goes when this does.
struct Repeated {
    folder: PathBuf,
}

impl Repeated {
    fn of(given: &Value, threads: Option<u32>, quiet: bool) -> Result<Self, Failure> {
        let bad = |why: &str| Failure::InvalidInput(why.to_owned());
        let recipe = given.get("recipe").ok_or_else(|| bad("it has no recipe"))?;
        let arguments =
            recipe.get("arguments").and_then(Value::as_array).ok_or_else(|| bad("its recipe has no arguments"))?;
        let arguments: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
        let studies = ["run", "ensemble", "compare", "sensitivity", "sweep"];
        if arguments.first().is_none_or(|verb| !studies.contains(verb)) || arguments.iter().any(|a| a.starts_with("-o"))
        {
            return Err(bad("its recipe is no study"));
        }
        let texts = recipe.get("files").and_then(Value::as_object).into_iter().flatten();
        let texts = texts.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())));
        library::replay(texts.collect());
        let folder = std::env::temp_dir().join(format!("hashwatt-verify-{}", std::process::id()));
        let repeated = Self { folder: folder.clone() };
        let folder = folder.to_string_lossy().into_owned();
        let threads = threads.map(|n| format!("--threads={n}"));
        let mut all = vec!["hashwatt"];
        all.extend(arguments);
        all.extend(["-o", &folder, "--overwrite"]);
        all.extend(threads.as_deref());
        if quiet {
            all.push("--quiet");
        }
        let program = Program::try_parse_from(all).map_err(|e| bad(&format!("its recipe is not understood: {e}")))?;
        let ran = terminal::muted(|| program.run());
        match ran {
            // Lost members are part of the result.
            Ok(()) | Err(Failure::Partial(_)) => Ok(repeated),
            Err(other) => Err(other),
        }
    }
}

impl Drop for Repeated {
    fn drop(&mut self) {
        // Left to the system if it cannot be taken away.
        let _whole = files::writing();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
