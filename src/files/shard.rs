//! Shards of a study of many runs: a Parquet file of the runs and a JSON file that says what they are, and fans beside them.
//!
//! A shard is finished when its JSON is there; that is renamed into its place last and holds the hashes of the others. A
//! shard of another study, scenario, seed or version, one that was changed or cut, and one that overlaps another are refused
//! by name.

use super::{FileError, runs, write_whole};
use crate::calendar::{Day, Window};
use crate::record::metric::metric;
use crate::report::about::About;
use crate::report::study::runs::name;
use crate::study::{Arm, Column, Fan, Loss, LossKind, Lost, Results, Row};
use serde_json::{Value, json};
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The folder of shards in that of a study.
pub const FOLDER: &str = "shards";
/// What the study is, for whoever merges.
pub const STUDY: &str = "study.json";
/// The largest number of shards.
pub const MOST: u32 = 1000;

/// Which part of a study: the I-th of K, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Part {
    /// The members of the part; parts differ by one member at most.
    pub fn members(self, all: u32) -> Range<u32> {
        let edge = |n: u32| (u64::from(all) * u64::from(n) / u64::from(self.of.max(1))) as u32;
        edge(self.number - 1)..edge(self.number)
    }
    /// The stem of its files.
    fn stem(self) -> String {
        format!("{:04}-of-{:04}", self.number, self.of)
    }
    /// Its journal.
    pub fn journal(self, folder: &Path) -> PathBuf {
        folder.join(FOLDER).join(format!(".{}.journal", self.stem()))
    }
}

/// A shard that was read, apart from its numbers.
#[derive(Debug)]
pub struct Shard {
    /// Its file.
    pub path: PathBuf,
    /// Its members.
    pub members: Range<u32>,
    /// What is no number of its runs, and which numbers its arms have.
    pub results: Results,
    /// The counts of its fans, by series.
    fans: Vec<Vec<u8>>,
}

/// Writes a finished shard: runs, fans, then what they are. `told` is what is no number of its runs, and which numbers its
/// arms have, `rows` are the runs themselves, in member order, arms within a member.
///
/// # Errors
/// [`FileError`].
pub fn write(
    folder: &Path,
    part: Part,
    about: &About,
    results: &Results,
    fans: &[Fan],
    rows: impl Iterator<Item = Row>,
) -> Result<(), FileError> {
    let stem = folder.join(FOLDER).join(part.stem());
    let members = part.members(about.meta.member as u32);
    let hash = runs::write_rows(&stem.with_extension("parquet"), results, rows)?;
    let counts: Vec<Vec<u8>> = fans.iter().map(Fan::to_bytes).collect();
    let mut together = Vec::new();
    for bytes in &counts {
        together.extend((bytes.len() as u64).to_le_bytes());
        together.extend(bytes);
    }
    let losses: Vec<Value> =
        results.losses.iter().map(|l| json!([l.member, l.arm, kind_word(l.lost.kind), l.lost.cause])).collect();
    let texts: Vec<Value> = results.arms.iter().map(|a| json!(a.texts)).collect();
    let columns = |a: &Arm| a.columns.iter().map(|c| name(c.metric, c.part.as_deref())).collect::<Vec<_>>();
    let columns: Vec<Vec<String>> = results.arms.iter().map(columns).collect();
    let window = results.window.map(|w| json!([w.from.0, w.until.0, w.step_minutes]));
    let what = json!({
        "schema": "hashwatt.shard/2",
        "id": about.meta.id,
        "version": about.meta.version,
        "scenario": about.meta.name,
        "scenario_hash": about.meta.scenario_hash,
        "seed": about.meta.seed,
        "members": about.meta.member,
        "arms": about.arms.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
        "series": about.series,
        "first_member": members.start,
        "end_member": members.end,
        "runs_blake3": hash,
        "fans_blake3": blake3::hash(&together).to_hex().as_str(),
        "window": window,
        "losses": losses,
        "texts": texts,
        "columns": columns,
        "caveats": results.caveats,
    });
    if !fans.is_empty() {
        write_whole(&stem.with_extension("fans"), &together)?;
    }
    write_whole(&stem.with_extension("json"), format!("{what:#}\n").as_bytes())
}

fn kind_word(kind: LossKind) -> &'static str {
    match kind {
        LossKind::Refused => "refused",
        LossKind::Stopped => "stopped",
        LossKind::Broken => "broken",
    }
}

/// Whether a part is finished, and its files are those that were written: one that was cut or changed is made anew.
pub fn is_finished(folder: &Path, part: Part) -> bool {
    let stem = folder.join(FOLDER).join(part.stem());
    let Ok(text) = std::fs::read(stem.with_extension("json")) else { return false };
    let Ok(what) = serde_json::from_slice::<Value>(&text) else { return false };
    let is_whole = |extension: &str, key: &str| {
        let found = read_hashed(&stem.with_extension(extension), false).ok().map(|(_, hash)| hash);
        what.get(key).and_then(Value::as_str) == found.as_deref()
    };
    let has_fans = what.get("series").and_then(Value::as_array).is_some_and(|s| !s.is_empty());
    is_whole("parquet", "runs_blake3") && (!has_fans || is_whole("fans", "fans_blake3"))
}

/// A finished shard of the same study in another number of parts: together they would have members twice.
pub fn other_cut(folder: &Path, of: u32) -> Option<PathBuf> {
    let ours = format!("-of-{of:04}");
    let stem = |path: &PathBuf| path.file_stem().and_then(|s| s.to_str()).is_some_and(|s| s.ends_with(&ours));
    list(folder).unwrap_or_default().into_iter().find(|path| !stem(path))
}

/// The JSON files of all finished shards, in the order of their names.
///
/// # Errors
/// [`FileError::Refused`] if the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let path = folder.join(FOLDER);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(FileError::at(&path))? {
        let file = entry.map_err(FileError::at(&path))?.path();
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or("");
        if file.extension().is_some_and(|e| e == "json") && name.contains("-of-") {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a shard and holds it against the study.
///
/// # Errors
/// [`FileError::Shard`] with what is wrong with it.
pub fn read(path: &Path, about: &About) -> Result<Shard, FileError> {
    read_parts(path, about).map_err(|reason| FileError::Shard { path: path.into(), reason })
}

fn read_parts(path: &Path, about: &About) -> Result<Shard, String> {
    let text = std::fs::read(path).map_err(|e| e.to_string())?;
    let what: Value = serde_json::from_slice(&text).map_err(|e| format!("it is no JSON of a shard: {e}"))?;
    let meta = &about.meta;
    let names: Vec<&str> = about.arms.iter().map(|a| a.name.as_str()).collect();
    let own = [
        ("schema", json!("hashwatt.shard/2"), "kind of file"),
        ("version", json!(meta.version), "version of hashwatt"),
        ("scenario", json!(meta.name), "scenario"),
        ("scenario_hash", json!(meta.scenario_hash), "content of the scenario"),
        ("seed", json!(meta.seed), "seed"),
        ("members", json!(meta.member), "number of members"),
        ("arms", json!(names), "list of arms"),
        ("series", json!(about.series), "list of series"),
        ("id", json!(meta.id), "study"),
    ];
    for (key, expected, word) in own {
        let found = what.get(key).unwrap_or(&Value::Null);
        if *found != expected {
            return Err(format!("it has another {word}: {found}, where the study has {expected}"));
        }
    }
    let whole = |key: &str| what.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let members = whole("first_member").zip(whole("end_member")).map(|(from, until)| from..until);
    let members =
        members.filter(|m| m.start <= m.end && u64::from(m.end) <= meta.member).ok_or("its members are no range")?;
    let sibling = |extension: &str, key: &str| -> Result<(PathBuf, Vec<u8>), String> {
        let file = path.with_extension(extension);
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let (bytes, hash) = read_hashed(&file, extension == "fans").map_err(|e| format!("{name}: {e}"))?;
        if what.get(key).and_then(Value::as_str) == Some(hash.as_str()) {
            Ok((file, bytes))
        } else {
            Err(format!(
                "{name} is cut or changed: its hash is {}… and should be {}…",
                hash.chars().take(12).collect::<String>(),
                what.get(key).and_then(Value::as_str).unwrap_or("").chars().take(12).collect::<String>(),
            ))
        }
    };
    let (runs, _) = sibling("parquet", "runs_blake3")?;
    let columns = runs::columns(&runs, (members.end - members.start) as usize * about.arms.len())?;
    let fans = if about.series.is_empty() {
        Vec::new()
    } else {
        split(&sibling("fans", "fans_blake3")?.1, about.series.len())?
    };
    let results = told(&what, about, &members)?;
    for arm in &results.arms {
        let drawn = arm.inputs.iter().map(|(key, _)| format!("in.{key}"));
        let numbers = arm.columns.iter().map(|c| name(c.metric, c.part.as_deref()));
        if let Some(key) = drawn.chain(numbers).find(|key| !columns.contains(key)) {
            return Err(format!("it lacks the column {key}"));
        }
    }
    Ok(Shard { path: path.into(), results, members, fans })
}

/// The hash of a file, and its bytes where they are asked for.
fn read_hashed(path: &Path, keep: bool) -> std::io::Result<(Vec<u8>, String)> {
    let (mut from, mut hash, mut bytes) = (std::fs::File::open(path)?, blake3::Hasher::new(), Vec::new());
    let mut piece = vec![0; 1 << 16];
    loop {
        let n = from.read(&mut piece)?;
        let Some(piece) = piece.get(..n).filter(|p| !p.is_empty()) else { break };
        hash.update(piece);
        if keep {
            bytes.extend_from_slice(piece);
        }
    }
    Ok((bytes, hash.finalize().to_hex().to_string()))
}

/// The counts of each series.
fn split(together: &[u8], series: usize) -> Result<Vec<Vec<u8>>, String> {
    let mut rest = together;
    let mut out = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|e| e.to_string())?;
        let (bytes, tail) = tail.split_at_checked(length).ok_or("its fans are cut")?;
        out.push(bytes.to_vec());
        rest = tail;
    }
    if out.len() == series { Ok(out) } else { Err("its fans are not those of the study".into()) }
}

/// What a shard's JSON says of its runs.
fn told(what: &Value, about: &About, members: &Range<u32>) -> Result<Results, String> {
    let mut out = Results::begin(about.heads(), members.end - members.start);
    for (at, arm) in out.arms.iter_mut().enumerate() {
        let texts = what["texts"][at].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |pair: &Value| Some((metric(pair.get(0)?.as_str()?)?.key, pair.get(1)?.as_str()?.to_owned()));
        arm.texts = texts.iter().filter_map(text).collect();
        for key in what["columns"][at].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (metric_key, part) = key.split_once('.').map_or((key, None), |(n, p)| (n, Some(p.to_owned())));
            let metric = metric(metric_key).ok_or_else(|| format!("it has an unknown column {key}"))?.key;
            arm.columns.push(Column { metric, part, values: Vec::new().into() });
        }
    }
    for loss in what["losses"].as_array().into_iter().flatten() {
        let number = |i: usize| loss.get(i).and_then(Value::as_u64).unwrap_or(0);
        let kind = match loss.get(2).and_then(Value::as_str) {
            Some("refused") => LossKind::Refused,
            Some("broken") => LossKind::Broken,
            _ => LossKind::Stopped,
        };
        let cause = loss.get(3).and_then(Value::as_str).unwrap_or("").to_owned();
        out.losses.push(Loss { member: number(0) as u32, arm: number(1) as usize, lost: Lost { kind, cause } });
    }
    let window: Vec<i64> = what["window"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    if let [from, until, step] = window.as_slice() {
        out.window = Some(Window {
            from: Day(*from as i32),
            until: Day(*until as i32),
            step_minutes: (*step).clamp(1, 1440) as u32,
        });
    }
    out.caveats =
        what["caveats"].as_array().into_iter().flatten().filter_map(|c| c.as_str().map(str::to_owned)).collect();
    Ok(out)
}

/// All shards of a study as one.
#[derive(Debug)]
pub struct Merged {
    /// What is no number of the runs, and which numbers the arms have.
    pub results: Results,
    /// The fans.
    pub fans: Vec<Fan>,
    /// The shards, in member order.
    pub shards: Vec<Shard>,
}

/// All shards of a study as one; their numbers stay where they are.
///
/// # Errors
/// The first shard that is refused, that overlaps another, or members that no shard has.
pub fn merge(folder: &Path, about: &About) -> Result<Merged, FileError> {
    let mut shards = Vec::new();
    for path in list(folder)? {
        shards.push(read(&path, about)?);
    }
    // Of more shards than members some have none.
    shards.retain(|shard| !shard.members.is_empty());
    shards.sort_by_key(|s| s.members.start);
    let mut next = 0;
    let mut missing: Vec<String> = Vec::new();
    for shard in &shards {
        if shard.members.start < next {
            let reason =
                format!("its members {} to {} are in another shard too", shard.members.start, shard.members.end - 1);
            return Err(FileError::Shard { path: shard.path.clone(), reason });
        }
        if shard.members.start > next {
            missing.push(format!("{next} to {}", shard.members.start - 1));
        }
        next = shard.members.end;
    }
    if u64::from(next) < about.meta.member {
        missing.push(format!("{next} to {}", about.meta.member - 1));
    }
    if !missing.is_empty() {
        let reason = format!("no shard has the members {}", missing.join(", "));
        return Err(FileError::Shard { path: folder.join(FOLDER), reason });
    }
    let mut fans: Vec<Fan> = about.series.iter().map(|key| Fan::new(key)).collect();
    for shard in &shards {
        for (fan, bytes) in fans.iter_mut().zip(&shard.fans) {
            if !fan.merge(bytes) {
                let reason = "its fans are not whole".to_owned();
                return Err(FileError::Shard { path: shard.path.clone(), reason });
            }
        }
    }
    let mut results = Results::begin(about.heads(), about.meta.member as u32);
    for shard in &shards {
        results.join(&shard.results);
    }
    Ok(Merged { results, fans, shards })
}
