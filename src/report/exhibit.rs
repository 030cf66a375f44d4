//! Pictures and the page of a study of many runs, made from the tables that it leaves.

use super::style::Look;
use super::view::View;
use super::{Artifact, ReportError, figure, page, stored};

/// What is added to the files of a study: `plots/…` and `report.html`.
///
/// # Errors
/// What drawing or the template refuses; a table that does not read back.
pub fn exhibit(files: &[Artifact], manifest: &Artifact) -> Result<Vec<Artifact>, ReportError> {
    let all = || files.iter().chain([manifest]);
    let names: Vec<String> = all().map(|f| f.path.clone()).collect();
    let read = |name: &str| all().find(|f| f.path == name).map(|f| f.bytes.clone());
    let told = stored::study(&names, &read).map_err(|e| ReportError::Page(e.to_string()))?;
    let view = View::new(&told.record, &told.meta).on(Look::default());
    let (mut drawn, mut made) = (Vec::new(), Vec::new());
    for entry in figure::FIGURES {
        drawn.extend((entry.draw)(&view)?);
    }
    for drawing in &drawn {
        made.extend(drawing.files(&told.meta, &told.record.caveats)?);
    }
    made.push(Artifact::new("report.html", page::compose(&view, None, &drawn)?));
    Ok(made)
}
