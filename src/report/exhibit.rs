//! Pictures and the page of a study of many runs, made from the tables that it leaves, and one of its futures hour by hour.

use super::stored::{self, Stored, StoredError};
use super::style::Look;
use super::view::View;
use super::{Artifact, Meta, Piece, Report, ReportError, Wanted, figure, page};
use crate::record::Record;

/// The folder of the future whose hours are kept.
pub const FUTURE: &str = "one-future";
/// Below it, the folders of a study's runs in that future: a lone scenario, or a baseline and a measure.
pub const ROLES: [&str; 3] = ["run", "baseline", "measure"];

/// Series of a run that neither page nor pictures show.
pub const UNSEEN: &[&str] =
    &["shadow_price_", "water_price_", "plan_", "spill_", "release_", "inflow_", "reserve_shortfall_", "revenue_"];

/// The files of one run of a study in one future, without the series that are [`UNSEEN`]: a folder that `plot` can draw from.
/// Each is handed over as soon as it is made, since together they are large.
///
/// # Errors
/// What a writer refuses, or whoever takes the files.
pub fn future<E: From<ReportError>>(
    record: &Record,
    meta: &Meta,
    role: &str,
    mut take: impl FnMut(Artifact) -> Result<(), E>,
) -> Result<(), E> {
    let report = Report::compose(record, meta, Wanted { series_csv: false, data_only: true })?;
    let pieces = report.pieces().into_iter().filter(|p| !matches!(p, Piece::Daily | Piece::Monthly | Piece::Yearly));
    for piece in pieces.chain([Piece::Manifest]) {
        for file in report.make(piece)? {
            take(Artifact { path: format!("{FUTURE}/{role}/{}", file.path), ..file })?;
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

/// Reads the future back; nothing where the study keeps none. `names` are paths below the study's folder.
///
/// # Errors
/// [`StoredError`], naming the file.
pub fn read_future(names: &[String], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Option<Future>, StoredError> {
    let part = |role: &str| -> Result<Option<Stored>, StoredError> {
        let folder = format!("{FUTURE}/{role}/");
        let own: Vec<String> = names.iter().filter_map(|n| n.strip_prefix(&folder)).map(str::to_owned).collect();
        if own.is_empty() {
            return Ok(None);
        }
        stored::study(&own, &|name| read(&format!("{folder}{name}"))).map(Some)
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
