//! What comes out of a run: a [`Record`] and its [`Meta`] turned into files' bytes. Text in, text out, no IO.
//!
//! A [`Report`] is composed once (that draws the pictures), then asked for one [`Piece`] at a time, in any order and
//! on any thread: equal records give equal bytes.

pub mod about;
mod adequacy;
#[cfg(feature = "parquet")]
pub mod columnar;
pub mod credibility;
pub mod data;
#[cfg(feature = "plots")]
mod digest;
#[cfg(all(feature = "plots", feature = "parquet"))]
pub mod exhibit;
#[cfg(feature = "plots")]
pub mod figure;
pub mod meta;
pub mod number;
#[cfg(feature = "plots")]
mod page;
pub mod period;
pub mod print;
pub mod russian;
#[cfg(feature = "plots")]
pub mod schematic;
mod sensitivity;
#[cfg(feature = "parquet")]
pub mod stored;
pub mod story;
pub mod study;
#[cfg(feature = "plots")]
pub mod style;
pub mod summary;
pub mod view;

pub use adequacy::{Credit, adequacy, closing_manifest};
pub use meta::{Assumption, Language, Meta};

use crate::record::Record;
use data::Table;
use std::borrow::Cow;

/// A file that a study leaves: where, relative to its folder, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Path below the output folder, with `/`.
    pub path: String,
    /// The file's content.
    pub bytes: Vec<u8>,
}

impl Artifact {
    /// A file of some content.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The drawing library or the rasterizer refused.
    #[error("drawing {figure}: {reason}")]
    Drawing {
        /// The figure's id.
        figure: String,
        /// What was said.
        reason: String,
    },
    /// The columnar writer refused.
    #[error("writing {file}: {reason}")]
    Columns {
        /// The file.
        file: &'static str,
        /// What was said.
        reason: String,
    },
    /// The page's template refused.
    #[error("composing report.html: {0}")]
    Page(String),
}

/// What to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The time series as text too.
    pub series_csv: bool,
    /// No pictures and no page.
    pub data_only: bool,
}

/// One or a few files that are made together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `timeseries.parquet`.
    Columns,
    /// `timeseries.csv`.
    Steps,
    /// `daily.csv`.
    Daily,
    /// `monthly.csv`.
    Monthly,
    /// `yearly.csv`.
    Yearly,
    /// `timeline.csv`.
    Timeline,
    /// `branches.csv`.
    Branches,
    /// A further table, by its place in the record.
    Sheet(usize),
    /// `summary.json` and `summary.csv`.
    Summary,
    /// A picture, by its place among those drawn: SVG, PNG, CSV and sidecar.
    Figure(usize),
    /// `report.html`.
    Page,
    /// `manifest.json`; to be written last, as the mark of a finished study.
    Manifest,
}

/// A run's files, ready to be made.
pub struct Report<'a> {
    record: &'a Record,
    meta: &'a Meta,
    wanted: Wanted,
    #[cfg(feature = "plots")]
    drawn: Vec<figure::Drawing>,
    absent: Vec<&'static str>,
}

impl<'a> Report<'a> {
    /// Draws the pictures whose data the record has.
    ///
    /// # Errors
    /// [`ReportError::Drawing`] if the drawing library refuses.
    #[cfg_attr(not(feature = "plots"), allow(clippy::unnecessary_wraps))]
    pub fn compose(record: &'a Record, meta: &'a Meta, wanted: Wanted) -> Result<Self, ReportError> {
        #[cfg(feature = "plots")]
        {
            let (mut drawn, mut absent) = (Vec::new(), Vec::new());
            if !wanted.data_only {
                let view = view::View::new(record, meta);
                for figure in figure::FIGURES {
                    match (figure.draw)(&view)? {
                        Some(drawing) => drawn.push(drawing),
                        None => absent.push(figure.id),
                    }
                }
            }
            Ok(Self { record, meta, wanted, drawn, absent })
        }
        #[cfg(not(feature = "plots"))]
        Ok(Self { record, meta, wanted, absent: Vec::new() })
    }

    /// Ids of the pictures that were not drawn because the record lacks their data.
    pub fn absent(&self) -> &[&'static str] {
        &self.absent
    }

    /// What there is to make, the slowest first, without [`Piece::Manifest`], which closes a study.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        #[cfg(feature = "plots")]
        pieces.extend((0..self.drawn.len()).map(Piece::Figure));
        #[cfg(feature = "parquet")]
        pieces.push(Piece::Columns);
        if self.wanted.series_csv || cfg!(not(feature = "parquet")) {
            pieces.push(Piece::Steps);
        }
        pieces.extend([Piece::Daily, Piece::Monthly, Piece::Yearly, Piece::Timeline, Piece::Branches, Piece::Summary]);
        pieces.extend((0..self.record.sheets.len()).map(Piece::Sheet));
        #[cfg(feature = "plots")]
        if !self.wanted.data_only {
            pieces.push(Piece::Page);
        }
        pieces
    }

    /// Makes one piece; an index that the report does not have gives nothing.
    ///
    /// # Errors
    /// Whatever the writer of the piece refuses, see [`ReportError`].
    pub fn make(&self, piece: Piece) -> Result<Vec<Artifact>, ReportError> {
        Ok(match piece {
            #[cfg(feature = "parquet")]
            Piece::Columns => {
                let table = period::steps(self.record);
                let sidecar = table.sidecar(self.meta, &self.record.caveats);
                vec![
                    Artifact::new("timeseries.parquet", columnar::write(self.record, &table, &sidecar)?),
                    Artifact::new("timeseries.meta.json", pretty(&sidecar)),
                ]
            }
            #[cfg(not(feature = "parquet"))]
            Piece::Columns => Vec::new(),
            // The sidecar goes with the columns.
            #[cfg(feature = "parquet")]
            Piece::Steps => vec![Artifact::new("timeseries.csv", period::steps(self.record).csv())],
            #[cfg(not(feature = "parquet"))]
            Piece::Steps => self.with_sidecar(&period::steps(self.record)),
            Piece::Daily => self.with_sidecar(&period::daily(self.record)),
            Piece::Monthly => self.with_sidecar(&period::monthly(self.record)),
            Piece::Yearly => self.with_sidecar(&period::yearly(self.record)),
            Piece::Timeline => self.with_sidecar(&data::timeline(self.record)),
            Piece::Branches => self.with_sidecar(&data::branches(self.record)),
            Piece::Sheet(at) => {
                self.record.sheets.get(at).map(|s| self.with_sidecar(&data::sheet(s))).unwrap_or_default()
            }
            Piece::Summary => {
                let mut files = self.with_sidecar(&summary::table(self.record));
                files.push(Artifact::new("summary.json", self.summary_json()));
                files
            }
            #[cfg(feature = "plots")]
            Piece::Figure(at) => match self.drawn.get(at) {
                Some(drawing) => drawing.files(self.meta, &self.record.caveats)?,
                None => Vec::new(),
            },
            #[cfg(feature = "plots")]
            Piece::Page => {
                let view = view::View::new(self.record, self.meta);
                let hours = page::Hours { run: view, against: None };
                vec![Artifact::new("report.html", page::compose(&view, &hours, &self.drawn)?)]
            }
            #[cfg(not(feature = "plots"))]
            Piece::Figure(_) | Piece::Page => Vec::new(),
            Piece::Manifest => vec![Artifact::new(
                "manifest.json",
                pretty(&self.meta.manifest(Some(&self.record.window), &self.record.caveats)),
            )],
        })
    }

    /// `summary.json`.
    pub fn summary_json(&self) -> Vec<u8> {
        pretty(&summary::json(self.record, self.meta))
    }

    /// A table as CSV with its sidecar.
    fn with_sidecar(&self, table: &Table<'_>) -> Vec<Artifact> {
        vec![
            Artifact::new(format!("{}.csv", table.name), table.csv()),
            Artifact::new(format!("{}.meta.json", table.name), pretty(&table.sidecar(self.meta, &self.record.caveats))),
        ]
    }
}

/// Every file of a run at once.
///
/// # Errors
/// Whatever one of the writers refuses, see [`ReportError`].
pub fn artifacts(record: &Record, meta: &Meta, wanted: Wanted) -> Result<Vec<Artifact>, ReportError> {
    let report = Report::compose(record, meta, wanted)?;
    let mut all = Vec::new();
    for piece in report.pieces().into_iter().chain([Piece::Manifest]) {
        all.extend(report.make(piece)?);
    }
    Ok(all)
}

/// The page of a record that is there already. `run` and `against` are whose hours it shows, where they are not its own: one
/// future of a study, or a run and the one that it is held against.
///
/// # Errors
/// Whatever drawing or the template refuses.
#[cfg(feature = "plots")]
pub fn page_of(
    view: &view::View<'_>,
    run: Option<&view::View<'_>>,
    against: Option<&view::View<'_>>,
) -> Result<Artifact, ReportError> {
    let mut drawn = Vec::new();
    for figure in figure::FIGURES {
        drawn.extend((figure.draw)(view)?);
    }
    let hours = page::Hours { run: run.copied().unwrap_or(*view), against: against.copied() };
    Ok(Artifact::new("report.html", page::compose(view, &hours, &drawn)?))
}

/// JSON for people: indented, with a newline at the end.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}

/// A text that may be borrowed.
type Text<'a> = Cow<'a, str>;

#[cfg(test)]
pub(crate) mod synthetic;
#[cfg(test)]
mod tests;
