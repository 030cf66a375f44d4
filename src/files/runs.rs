//! The table of runs in a folder: written a row group at a time, read a column at a time, so that no more of it is in memory
//! than that, however many members a study has.

use super::shard::Merged;
use super::{FileError, write_whole_with};
use crate::report::about::About;
use crate::report::columnar::{Reader, write_members};
use crate::report::data::Cells;
use crate::report::study::runs::{Runs, name};
use crate::study::metrics::{Columns, absent};
use crate::study::{Column, Results, Row, Shelf, Values};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Its file in a finished study.
pub const FILE: &str = "members.parquet";

/// What is written, and its hash.
struct Hashed<'a> {
    to: &'a mut File,
    hash: blake3::Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or_default());
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes a table whole or not at all and gives its hash; `numbers` gives some rows of a column of numbers, by its place among
/// those of the table.
fn write(
    path: &Path,
    runs: &Runs<'_>,
    sidecar: &serde_json::Value,
    numbers: &mut dyn FnMut(usize, Range<usize>) -> io::Result<Vec<f64>>,
) -> Result<String, FileError> {
    let mut told = String::new();
    let head = runs.head();
    let first = head.columns.iter().position(|c| matches!(c.cells, Cells::Numbers(_))).unwrap_or(head.columns.len());
    write_whole_with(path, |file| {
        let mut to = Hashed { to: file, hash: blake3::Hasher::new() };
        let mut cells = |at: usize, rows: Range<usize>| match head.columns.get(at) {
            Some(column) if at < first => {
                runs.counted(&column.key, rows).ok_or_else(|| io::Error::other(format!("no column {}", column.key)))
            }
            _ => Ok(Cells::Numbers(numbers(at - first, rows)?.into())),
        };
        write_members(&mut to, &head, runs.rows(), sidecar, &mut cells)?;
        told = to.hash.finalize().to_hex().to_string();
        Ok(())
    })?;
    Ok(told)
}

/// Writes runs as the table of a shard and gives its hash: `told` is what is no number of them, and which numbers arms have.
///
/// # Errors
/// [`FileError`].
pub fn write_rows(path: &Path, told: &Results, mut rows: impl Iterator<Item = Row>) -> Result<String, FileError> {
    let runs = Runs::of(told, None);
    // Where an arm has each of the drawn assumptions.
    let place = |key: &str| told.arms.iter().map(|arm| arm.inputs.iter().position(|i| i.0 == key)).collect();
    let places: Vec<Vec<Option<usize>>> = runs.inputs().iter().map(|key| place(key)).collect();
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
    let mut columns: Vec<Columns> = told.arms.iter().map(|arm| Columns::of(&arm.columns)).collect();
    let mut held = 0..0;
    write(path, &runs, &json!({ "columns": {} }), &mut |column, wanted| {
        if held != wanted {
            columns.iter_mut().for_each(Columns::clear);
            drawn.iter_mut().for_each(Vec::clear);
            for run in wanted.clone() {
                let row = rows.next().filter(|row| row.arm as usize == run % columns.len().max(1));
                let row = row.ok_or_else(|| io::Error::other("a run that was put aside cannot be read"))?;
                for (values, place) in drawn.iter_mut().zip(&places) {
                    let value = place.get(row.arm as usize).copied().flatten().and_then(|i| row.inputs.get(i));
                    values.push(value.copied().unwrap_or(f64::NAN));
                }
                if let Some(columns) = columns.get_mut(row.arm as usize) {
                    columns.push(row.outcome.as_ref().ok().map(|kept| kept.numbers.as_slice()));
                }
            }
            held.clone_from(&wanted);
        }
        if let Some(values) = drawn.get(column) {
            return Ok(values.clone());
        }
        let Some((metric, part)) = runs.numbers().get(column - drawn.len()) else { return Ok(Vec::new()) };
        // The arms take turns.
        let mut by_arm: Vec<_> = columns.iter().map(|c| c.values(metric, *part).unwrap_or_default().iter()).collect();
        let arms = by_arm.len().max(1);
        let value = |run: usize| by_arm.get_mut(run % arms).and_then(Iterator::next).copied().unwrap_or(f64::NAN);
        Ok(wanted.map(value).collect())
    })
}

/// The columnar library is not ours: should it panic on bytes that carry the right hash, that is a refusal too.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("its runs cannot be read".into()))
}

fn open(path: &Path) -> Result<Reader<File>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    guarded(|| Reader::open(file))
}

/// Keys of the columns of numbers of a table that has so many rows.
///
/// # Errors
/// What is wrong with it.
pub fn columns(path: &Path, rows: usize) -> Result<Vec<String>, String> {
    let table = open(path)?;
    if table.rows() != rows {
        return Err(format!("it has {} runs instead of {rows}", table.rows()));
    }
    Ok(table.keys().map(str::to_owned).collect())
}

/// A study whose numbers stand in its table of runs.
pub struct Written {
    /// The results; every column is read when it is asked for.
    pub results: Results,
    /// The hash of the table.
    pub hash: String,
    path: PathBuf,
    shelf: Arc<Table>,
}

impl Written {
    /// Whether all that was asked for could be read; a result made from what could not is worth nothing.
    ///
    /// # Errors
    /// [`FileError::Shard`] with the first refusal.
    pub fn was_read(&self) -> Result<(), FileError> {
        let refused = self.shelf.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        refused.map_or(Ok(()), |reason| Err(FileError::Shard { path: self.path.clone(), reason }))
    }
}

/// Whether an arm has a number.
fn has(results: &Results, arm: usize, metric: &str, part: Option<&str>) -> bool {
    results.arms.get(arm).is_some_and(|a| a.columns.iter().any(|c| c.metric == metric && c.part.as_deref() == part))
}

/// Writes the table of runs of a study from its shards, which may be cut anywhere: the bytes are the same.
///
/// # Errors
/// [`FileError`].
pub fn write_merged(folder: &Path, about: &About, merged: &Merged) -> Result<Written, FileError> {
    let path = folder.join(FILE);
    let (arms, whole) = (about.arms.len().max(1), &merged.results);
    let lost: BTreeSet<usize> = whole.losses.iter().map(|l| l.member as usize * arms + l.arm).collect();
    let runs = Runs::of(whole, about.design.map(|d| d.futures));
    let (mut held, mut opened) = (0..0, Vec::new());
    let sidecar = runs.head().sidecar(&about.meta, &whole.caveats);
    let hash = write(&path, &runs, &sidecar, &mut |column, wanted| {
        if held != wanted {
            opened.clear();
            for shard in &merged.shards {
                let own = shard.members.start as usize * arms..shard.members.end as usize * arms;
                if own.start < wanted.end && wanted.start < own.end {
                    let refused = |reason| io::Error::other(format!("{}: {reason}", shard.path.display()));
                    opened.push((open(&shard.path.with_extension("parquet")).map_err(refused)?, own, shard));
                }
            }
            held.clone_from(&wanted);
        }
        let number = column.checked_sub(runs.inputs().len()).and_then(|at| runs.numbers().get(at));
        let key = match (number, runs.inputs().get(column)) {
            (Some((metric, part)), _) => name(metric, *part),
            (None, Some(key)) => format!("in.{key}"),
            (None, None) => return Ok(Vec::new()),
        };
        let mut values = Vec::with_capacity(wanted.len());
        for (table, own, shard) in &opened {
            let rows = wanted.start.max(own.start)..wanted.end.min(own.end);
            let there = rows.start - own.start..rows.end - own.start;
            let refused = |reason| io::Error::other(format!("{}: {reason}", shard.path.display()));
            let mut found =
                guarded(|| table.read(&key, there)).map_err(refused)?.unwrap_or_else(|| vec![f64::NAN; rows.len()]);
            if let Some((metric, Some(part))) = number {
                // An arm that has a part in another shard only has nothing of it here.
                let only_elsewhere: Vec<bool> = (0..arms)
                    .map(|arm| has(whole, arm, metric, Some(part)) && !has(&shard.results, arm, metric, Some(part)))
                    .collect();
                for (run, value) in rows.zip(&mut found) {
                    if only_elsewhere.get(run % arms) == Some(&true) {
                        *value = absent(true, !lost.contains(&run));
                    }
                }
            }
            values.extend(found);
        }
        Ok(values)
    })?;
    let refused = |reason| FileError::Shard { path: path.clone(), reason };
    let reader = open(&path).map_err(refused)?;
    let shelf = Arc::new(Table { reader, last: Mutex::default(), refused: Mutex::default() });
    let mut results = whole.clone();
    for (at, arm) in results.arms.iter_mut().enumerate() {
        let values = |key: String| Values::Shelved { shelf: shelf.clone(), key, arm: (at, arms) };
        for (key, drawn) in &mut arm.inputs {
            *drawn = values(format!("in.{key}"));
        }
        let column = |(metric, part): &(&'static str, Option<&str>)| Column {
            metric,
            part: part.map(str::to_owned),
            values: values(name(metric, *part)),
        };
        arm.columns = runs.numbers().iter().map(column).collect();
    }
    Ok(Written { results, hash, path, shelf })
}

/// A table of runs; the column that was read last is kept, since arms ask for it in turn.
struct Table {
    reader: Reader<File>,
    last: Mutex<(String, Arc<Vec<f64>>)>,
    refused: Mutex<Option<String>>,
}

impl Shelf for Table {
    fn column(&self, key: &str) -> Arc<Vec<f64>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != key {
            let rows = self.reader.rows();
            let found = guarded(|| self.reader.read(key, 0..rows)?.ok_or_else(|| format!("it lacks the column {key}")));
            let values = found.unwrap_or_else(|reason| {
                self.refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
                vec![f64::NAN; rows]
            });
            *last = (key.to_owned(), Arc::new(values));
        }
        last.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::shard::{self, Part};
    use super::*;
    use crate::report::Meta;
    use crate::report::about::ArmAbout;
    use crate::study::row::{Kept, LossKind, Lost};
    use crate::study::{Fan, Range as Assumption, differences};

    const MEMBERS: u32 = 4500;

    fn about() -> About {
        let range = Assumption { key: "grid.loss".into(), low: 0.0, mode: 0.5, high: 1.0, whole: false };
        let arm = |name: &str, ranges| ArmAbout { name: name.into(), ranges, ..ArmAbout::default() };
        About {
            meta: Meta::new("s", "id", "hash", 1, u64::from(MEMBERS)),
            arms: vec![arm("a", vec![range.clone()]), arm("b", vec![range])],
            packages: Vec::new(),
            series: Vec::new(),
            design: None,
            sweep: None,
        }
    }

    /// A run of two arms: one in 1,000 is lost, one in 700 has a part that the others lack, and only in the second arm.
    fn row(member: u32, arm: u32) -> Row {
        let x = f64::from(member.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
        let run = member * 2 + arm;
        if run % 1000 == 77 {
            let lost = Lost { kind: LossKind::Stopped, cause: "limits".into() };
            return Row { member, arm, inputs: vec![x], outcome: Err(lost) };
        }
        let unknown = if run.is_multiple_of(13) { f64::NAN } else { x - 0.5 };
        let mut numbers = vec![
            ("mining_gwh", None, 3.0 * x + f64::from(arm) * (1.0 + x) + 0.1 * f64::from(member % 7)),
            ("hydro_gwh", Some("bratsk".to_owned()), x * x),
            ("pue_mean", None, unknown),
        ];
        if run % 700 == 1 {
            numbers.insert(1, ("hydro_gwh", Some("angarsk".to_owned()), x));
        }
        let texts = vec![("weather", "generated".to_owned())];
        Row { member, arm, inputs: vec![x], outcome: Ok(Kept { numbers, texts, ..Kept::default() }) }
    }

    fn rows(members: Range<u32>) -> impl Iterator<Item = Row> {
        members.flat_map(|member| (0..2).map(move |arm| row(member, arm)))
    }

    fn written(folder: &Path, of: u32) -> Written {
        let about = about();
        for number in (1..=of).rev() {
            let part = Part { number, of };
            let members = part.members(MEMBERS);
            let mut results = Results::begin(about.heads(), members.len() as u32);
            let mut columns = vec![Columns::default(); 2];
            for row in rows(members.clone()) {
                columns[row.arm as usize].know(row.outcome.as_ref().map_or(&[], |kept| &kept.numbers));
                results.take(row);
            }
            for (arm, columns) in results.arms.iter_mut().zip(columns) {
                arm.columns = columns.finish();
            }
            shard::write(folder, part, &about, &results, &[], rows(members)).unwrap();
        }
        let merged = shard::merge(folder, &about).unwrap();
        write_merged(folder, &about, &merged).unwrap()
    }

    /// What is read column by column from a table of several row groups is what stands in memory, and the bytes of the table do
    /// not depend on how the runs were cut.
    #[test]
    fn a_table_read_by_columns_tells_what_memory_does() {
        let homes: Vec<_> = [1, 7, 40].map(|of| (of, tempfile::tempdir().unwrap())).into();
        let mut hashes = Vec::new();
        for (of, home) in &homes {
            let written = written(home.path(), *of);
            hashes.push(written.hash.clone());
            let mut held = Results::of(about().heads(), MEMBERS, rows(0..MEMBERS));
            // The table has a column for every number that any arm has.
            for (arm, whole) in held.arms.iter_mut().zip(&written.results.arms) {
                arm.columns = whole.columns.iter().map(|c| arm.column(c.metric, c.part.as_deref())).collect();
            }
            assert_eq!((&written.results.losses, written.results.losses.len()), (&held.losses, 9));
            for (arm, other) in written.results.arms.iter().zip(&held.arms) {
                assert_eq!((&arm.name, &arm.inputs, &arm.texts), (&other.name, &other.inputs, &other.texts));
                for column in &arm.columns {
                    let there = other.column(column.metric, column.part.as_deref());
                    let bits = |c: &Column| c.values.get().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(column).len(), MEMBERS as usize);
                    assert!(bits(column) == bits(&there), "{} {}", column.metric, column.of());
                }
            }
            let about = about();
            let ranges: Vec<&[Assumption]> = about.arms.iter().map(|a| a.ranges.as_slice()).collect();
            let found = differences(&written.results, &ranges);
            assert_eq!(found, differences(&held, &ranges));
            assert!(found.iter().all(|d| d.of != "angarsk") && found.iter().any(|d| !d.driven_by.is_empty()));
            let compose = |results| crate::report::study::compose(&about, results, &[] as &[Fan]).unwrap();
            assert!(compose(&written.results) == compose(&held));
            written.was_read().unwrap();
        }
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]));
    }

    /// A column that cannot be read is told, whatever was made of it.
    #[test]
    fn what_cannot_be_read_is_told() {
        let home = tempfile::tempdir().unwrap();
        let written = written(home.path(), 2);
        let other = Values::Shelved { shelf: written.shelf.clone(), key: "nothing".into(), arm: (0, 2) };
        assert!(written.was_read().is_ok() && other.get().iter().all(|v| v.is_nan()));
        let told = written.was_read().unwrap_err().to_string();
        assert!(told.contains("members.parquet") && told.contains("lacks the column nothing"), "{told}");
    }
}
