//! From a record to a finished folder: looked for, simulated, written, told.

use super::progress::Progress;
use super::{Failure, headlines, interrupt, terminal};
use crate::files::log::Log;
use crate::files::{self, FileError, Folder, Found};
use crate::record::Record;
use crate::report::{Artifact, Meta, Piece, Report, ReportError, Wanted};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How a study shall be delivered.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What to make.
    pub wanted: Wanted,
    /// The folder, instead of the usual one.
    pub output: Option<PathBuf>,
    /// Replace what is in it.
    pub overwrite: bool,
    /// Print `summary.json` instead of a table.
    pub json: bool,
    /// No progress.
    pub quiet: bool,
    /// Number of threads; 0 is as many as the machine has.
    pub threads: usize,
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Shard { .. } => Self::InvalidInput(error.to_string()),
            _ => Self::Unfinished(error.to_string()),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Delivery {
    /// Prints the study that is there already, or simulates it, writes it and prints it.
    ///
    /// # Errors
    /// What `simulate` says; [`Failure::Unfinished`] for disks and folders; [`Failure::Broken`] if a picture cannot be made.
    pub fn deliver(
        &self,
        meta: &Meta,
        simulate: impl FnOnce(&Progress) -> Result<Record, Failure>,
    ) -> Result<(), Failure> {
        let asked = self.output.clone();
        let path = asked.unwrap_or_else(|| files::usual(&meta.name, &meta.id));
        let folder = match files::look(&path, &meta.id, self.overwrite)? {
            Found::Finished(path) if self.is_served_by(&path, meta) => {
                if !self.quiet {
                    terminal::note(&format!("finished before: {}", path.display()));
                }
                return self.tell(&path, meta);
            }
            Found::Finished(path) => Folder::again(&path, &meta.id),
            Found::Room(folder) => folder,
        };
        interrupt::install()?;
        let threads = self.threads();
        let mut log = Log::begin(&format!("{} {}", meta.verb, meta.name), threads);
        let progress = Progress::new(self.quiet);
        let record = simulate(&progress)?;
        log.note(&format!("simulated {} steps", record.window.steps()));
        let report = Report::compose(&record, meta, self.wanted)?;
        log.note("composed");
        folder.begin()?;
        let hashes = write(&folder, &report, &progress, threads)?;
        progress.end();
        log.note("written");
        for figure in report.absent() {
            log.note(&format!("not drawn for want of data: {figure}"));
        }
        folder.write(&log.artifact())?;
        for artifact in report.make(Piece::Manifest)? {
            folder.write(&with_hashes(artifact, &hashes))?;
        }
        folder.finish()?;
        self.tell(&path, meta)
    }

    /// Whether a finished folder has what is asked for now.
    fn is_served_by(&self, path: &Path, meta: &Meta) -> bool {
        let manifest = files::read(path, "manifest.json").ok();
        let manifest = manifest.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        let language = manifest.and_then(|m| m.get("language").and_then(|l| l.as_str().map(str::to_owned)));
        let series = !self.wanted.series_csv || path.join("timeseries.csv").is_file();
        series && path.join("summary.json").is_file() && language.as_deref() == Some(meta.language.code())
    }

    fn threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Prints a finished study.
    fn tell(&self, path: &Path, meta: &Meta) -> Result<(), Failure> {
        let bytes = files::read(path, "summary.json")?;
        let text = String::from_utf8_lossy(&bytes);
        if self.json {
            return terminal::print(&text);
        }
        let summary = serde_json::from_str(&text)
            .map_err(|e| Failure::Unfinished(format!("{}: {e}", path.join("summary.json").display())))?;
        let page = path.join("report.html");
        let last = if page.is_file() { page } else { path.into() };
        terminal::print(&format!("{}\n{}", headlines::table(&summary, meta.language), last.display()))
    }
}

/// Makes and writes all pieces but the manifest; which thread makes which does not matter to the bytes.
fn write(
    folder: &Folder,
    report: &Report<'_>,
    progress: &Progress,
    threads: usize,
) -> Result<BTreeMap<String, String>, Failure> {
    let hashes = Mutex::new(BTreeMap::new());
    let pieces = report.pieces();
    progress.stage("writing", pieces.len());
    let one = |piece: &Piece| -> Result<(), Failure> {
        for artifact in report.make(*piece)? {
            folder.write(&artifact)?;
            if let Ok(mut hashes) = hashes.lock() {
                hashes.insert(artifact.path, blake3::hash(&artifact.bytes).to_hex().to_string());
            }
        }
        progress.advance();
        Ok(())
    };
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| Failure::Unfinished(format!("cannot start {threads} threads: {e}")))?;
        pool.install(|| pieces.par_iter().with_max_len(1).try_for_each(one))?;
    }
    #[cfg(not(feature = "parallel"))]
    {
        let _ = threads;
        pieces.iter().try_for_each(one)?;
    }
    Ok(hashes.into_inner().unwrap_or_default())
}

/// The manifest with the hash of every file.
fn with_hashes(manifest: Artifact, hashes: &BTreeMap<String, String>) -> Artifact {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&manifest.bytes) else { return manifest };
    value["files_blake3"] =
        hashes.iter().map(|(path, hash)| (path.clone(), hash.clone().into())).collect::<serde_json::Map<_, _>>().into();
    Artifact::new(manifest.path, format!("{value:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::synthetic;

    fn delivery(path: &Path, threads: usize) -> Delivery {
        let wanted = Wanted { series_csv: false, data_only: true };
        Delivery { wanted, output: Some(path.into()), overwrite: false, json: false, quiet: true, threads }
    }

    /// Every file but the log, by path.
    fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.ends_with("run.log") {
                all.push((path.strip_prefix(folder).unwrap().into(), std::fs::read(&path).unwrap()));
            }
        }
        all.sort();
        all
    }

    #[test]
    fn threads_do_not_matter_and_a_finished_study_is_not_run_again() {
        let home = tempfile::tempdir().unwrap();
        let meta = synthetic::meta();
        let (one, two) = (home.path().join("one"), home.path().join("two"));
        delivery(&one, 1).deliver(&meta, |_| Ok(synthetic::record(40))).unwrap();
        delivery(&two, 2).deliver(&meta, |_| Ok(synthetic::record(40))).unwrap();
        assert_eq!(contents(&one), contents(&two));
        assert!(contents(&one).iter().any(|f| f.0.ends_with("timeseries.parquet")));
        delivery(&one, 1).deliver(&meta, |_| panic!("run again")).unwrap();
        let mut again = delivery(&one, 1);
        again.wanted.series_csv = true;
        again.deliver(&meta, |_| Ok(synthetic::record(40))).unwrap();
        assert!(one.join("timeseries.csv").is_file());
    }

    #[test]
    fn what_fails_leaves_no_folder() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        let failed = delivery(&path, 1).deliver(&synthetic::meta(), |_| Err(Failure::Infeasible("limits".into())));
        assert!(matches!(failed, Err(Failure::Infeasible(_))) && !path.exists());
    }
}
