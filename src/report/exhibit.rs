//! Pictures and the page of a study of many runs, made from the tables that it leaves, and one of its futures hour by hour.

use super::stored::{self, Stored, StoredError};
use super::style::Look;
use super::view::View;
use super::{Artifact, Meta, Piece, Report, ReportError, Wanted, columnar, figure, page, period, pretty};
use crate::record::Record;
use std::io::{self, Write};

/// The folder of the future whose hours are kept.
pub const FUTURE: &str = "one-future";
/// Below it, the folders of a study's runs in that future: a lone scenario, or a baseline and a measure.
pub const ROLES: [&str; 3] = ["run", "baseline", "measure"];

/// Series of a run that neither page nor pictures show.
pub const UNSEEN: &[&str] =
    &["shadow_price_", "water_price_", "plan_", "spill_", "release_", "inflow_", "reserve_shortfall_", "revenue_"];

/// Writes the hours of a future to a file.
pub type HoursWriter<'a> = dyn Fn(&mut (dyn Write + Send)) -> io::Result<()> + 'a;

/// The files of one run of a study in one future, without the series that are [`UNSEEN`]: a folder that `plot` can draw from.
/// Each is handed over as soon as it is made, since together they are large; the hours go to `hours` with their path, to be
/// written a column at a time.
///
/// # Errors
/// What a writer refuses, or whoever takes the files.
pub fn future<E: From<ReportError>>(
    record: &Record,
    meta: &Meta,
    role: &str,
    mut take: impl FnMut(Artifact) -> Result<(), E>,
    hours: impl FnOnce(&str, &HoursWriter<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let report = Report::compose(record, meta, Wanted { series_csv: false, data_only: true })?;
    let table = period::steps(record);
    let sidecar = table.sidecar(meta, &record.caveats);
    let path = |name: &str| format!("{FUTURE}/{role}/{name}");
    hours(&path("timeseries.parquet"), &|file| columnar::write_steps(record, &table, &sidecar, file))?;
    take(Artifact::new(path("timeseries.meta.json"), pretty(&sidecar)))?;
    let other = |p: &Piece| !matches!(p, Piece::Columns | Piece::Daily | Piece::Monthly | Piece::Yearly);
    let pieces = report.pieces().into_iter().filter(other);
    for piece in pieces.chain([Piece::Manifest]) {
        for file in report.make(piece)? {
            take(Artifact { path: path(&file.path), ..file })?;
        }
    }
    Ok(())
}

/// What a study keeps of one future, hour by hour.
#[derive(Clone, Debug)]
pub struct Future {
    /// The lone scenario, or the measure.
    pub run: Stored,
    /// The baseline of a comparison.
    pub baseline: Option<Stored>,
}

/// Reads the future back; nothing where the study keeps none. `names` are paths below the study's folder, `columns` gives those
/// of a columnar file.
///
/// # Errors
/// [`StoredError`], naming the file.
pub fn read_future(
    names: &[String],
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
    columns: &dyn Fn(&str) -> stored::Columns,
) -> Result<Option<Future>, StoredError> {
    let part = |role: &str| -> Result<Option<Stored>, StoredError> {
        let folder = format!("{FUTURE}/{role}/");
        let own: Vec<String> = names.iter().filter_map(|n| n.strip_prefix(&folder)).map(str::to_owned).collect();
        if own.is_empty() {
            return Ok(None);
        }
        let there = |name: &str| format!("{folder}{name}");
        stored::study_with(&own, &|name| read(&there(name)), &|name| columns(&there(name))).map(Some)
    };
    let [lone, baseline, measure] = [part(ROLES[0])?, part(ROLES[1])?, part(ROLES[2])?];
    let pair = measure.filter(|m| baseline.as_ref().is_some_and(|b| b.record.window == m.record.window));
    Ok(match (pair, lone) {
        (Some(run), _) => Some(Future { run, baseline }),
        (None, Some(mut run)) => {
            // Nothing to hold the values of a lone scenario against.
            run.meta.resolved = serde_json::Value::Null;
            Some(Future { run, baseline: None })
        }
        (None, None) => None,
    })
}

/// What is added to the files of a study: `plots/…` and `report.html`. `future` gives what [`read_future`] does; its hours are
/// large, so they are asked for when the pictures are made.
///
/// # Errors
/// What drawing or the template refuses; a table that does not read back; what `future` gives.
pub fn exhibit<E: From<ReportError>>(
    files: &[Artifact],
    manifest: &Artifact,
    future: impl FnOnce() -> Result<Option<Future>, E>,
) -> Result<Vec<Artifact>, E> {
    let broken = |e: StoredError| ReportError::Page(e.to_string());
    let all = || files.iter().chain([manifest]);
    let names: Vec<String> = all().map(|f| f.path.clone()).collect();
    let read = |name: &str| all().find(|f| f.path == name).map(|f| f.bytes.clone());
    let told = stored::study(&names, &read).map_err(broken)?;
    let view = View::new(&told.record, &told.meta).on(Look::default());
    let (mut drawn, mut made) = (Vec::new(), Vec::new());
    for entry in figure::FIGURES {
        drawn.extend((entry.draw)(&view)?);
    }
    for drawing in &drawn {
        made.extend(drawing.files(&told.meta, &told.record.caveats)?);
    }
    let future = future()?;
    let hours = match &future {
        Some(f) => page::Hours { run: f.run.view(), against: f.baseline.as_ref().map(Stored::view) },
        None => page::Hours { run: view, against: None },
    };
    made.push(Artifact::new("report.html", page::compose(&view, &hours, &drawn)?));
    Ok(made)
}
