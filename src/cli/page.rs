//! The page of a finished study made again: in another language, or against a baseline that was run before.

use super::plot;
use super::study::Lang;
use super::{Failure, terminal};
use crate::files;
use crate::report::stored::Stored;
use crate::report::view::View;
use crate::report::{self, Language};
use std::path::Path;

/// Writes `report.html` of a folder again, held against another folder's run if there is one.
///
/// # Errors
/// Folders without a study, runs of different windows, disks.
pub fn again(folder: &Path, against: Option<&Path>, lang: Option<Lang>) -> Result<(), Failure> {
    let stored = plot::open(folder)?;
    let base = against.map(plot::open).transpose()?;
    if let Some(base) = &base
        && base.record.window != stored.record.window
    {
        let why = "the two runs have different windows: a difference would not be a measure's";
        return Err(Failure::InvalidInput(why.into()));
    }
    let language = match lang {
        Some(Lang::En) => Language::En,
        Some(Lang::Ru) => Language::Ru,
        None => stored.meta.language,
    };
    let mut told = stored.clone();
    told.meta.language = language;
    let view = View::new(&told.record, &told.meta);
    let kept = super::many::future(folder)?;
    let page = match &kept {
        Some(f) if told.meta.many => {
            report::page_of(&view, Some(&f.run.view()), f.baseline.as_ref().map(Stored::view).as_ref())?
        }
        _ => report::page_of(&view, None, base.as_ref().map(Stored::view).as_ref())?,
    };
    let path = folder.join(&page.path);
    files::write_whole(&path, &page.bytes)?;
    terminal::print(&path.display().to_string())
}
