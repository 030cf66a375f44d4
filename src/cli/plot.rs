//! `plot`: the figures of a finished study again, in other sizes, themes and languages.

use super::study::Lang;
use super::{Failure, terminal};
use crate::files;
use crate::report::figure::{self, FIGURES};
use crate::report::stored::{self, Stored};
use crate::report::style::{Look, Size, Theme};
use crate::report::view::View;
use crate::report::{Artifact, Language};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Draw the figures of a finished study in other sizes, themes and languages.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt plot output/irkutsk-1a2b3c4d                          every figure, three sizes, light and dark
  hashwatt plot output/irkutsk-1a2b3c4d map --size phone --theme dark --lang ru
  hashwatt plot output/irkutsk-1a2b3c4d peak-week --no-title --letters outlines -o desk

Beside each SVG lie a PNG twice as fine, the data drawn as CSV, and its metadata.")]
pub struct Plot {
    /// The folder of the study
    folder: PathBuf,
    /// Ids of figures; all that the study has data for, if none is named
    figures: Vec<String>,
    /// Sizes: wide 960 × 600, square 800 × 800, phone 480 × 720
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Paper::Wide, Paper::Square, Paper::Phone])]
    size: Vec<Paper>,
    /// Themes
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Ground::Light, Ground::Dark])]
    theme: Vec<Ground>,
    /// Language of words; the study's, if none is given
    #[arg(long, value_enum)]
    lang: Option<Lang>,
    /// Letters as text with the font embedded, or as outlines for programs without it
    #[arg(long, value_enum, default_value_t = Letters::Text)]
    letters: Letters,
    /// Leave the title to the page around the picture
    #[arg(long)]
    no_title: bool,
    /// Folder of the pictures, instead of the study's own
    #[arg(short = 'o', value_name = "DIR", value_parser = super::output::place)]
    output: Option<PathBuf>,
    /// No notes on stderr
    #[arg(long, overrides_with = "quiet")]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Paper {
    Wide,
    Square,
    Phone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ground {
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Letters {
    Text,
    Outlines,
}

/// A finished study from its folder.
///
/// # Errors
/// [`Failure::Unfinished`] if the folder cannot be read; [`Failure::InvalidInput`] if it holds no study.
pub fn open(folder: &Path) -> Result<Stored, Failure> {
    let shown = folder.display();
    let names = files::names(folder)?;
    let read = |name: &str| files::read(folder, name).ok();
    stored::study(&names, &read).map_err(|e| Failure::InvalidInput(format!("{shown}: {e}")))
}

impl Plot {
    /// Draws them.
    ///
    /// # Errors
    /// An unknown figure, a folder without a study, disks.
    pub fn run(self) -> Result<(), Failure> {
        for id in &self.figures {
            if !FIGURES.iter().any(|f| f.id == id) {
                let ids: Vec<&str> = FIGURES.iter().map(|f| f.id).collect();
                let near =
                    ids.iter().max_by(|a, b| strsim::jaro_winkler(id, a).total_cmp(&strsim::jaro_winkler(id, b)));
                let hint = near.filter(|n| strsim::jaro_winkler(id, n) > 0.75);
                let hint = hint.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
                return Err(Failure::Usage(format!("no figure is called `{id}`{hint}; there are: {}", ids.join(", "))));
            }
        }
        let stored = open(&self.folder)?;
        let language = match self.lang {
            Some(Lang::En) => Language::En,
            Some(Lang::Ru) => Language::Ru,
            None => stored.meta.language,
        };
        let looks: Vec<Look> = self.size.iter().flat_map(|s| self.theme.iter().map(|t| self.look(*s, *t))).collect();
        let wanted = FIGURES.iter().filter(|f| self.figures.is_empty() || self.figures.iter().any(|id| id == f.id));
        let jobs: Vec<(&figure::Figure, Look)> = wanted.flat_map(|f| looks.iter().map(move |l| (f, *l))).collect();
        let folder = self.output.clone().unwrap_or_else(|| self.folder.clone());
        let view = View::new(&stored.record, &stored.meta).speaking(language);
        let one = |(figure, look): &(&figure::Figure, Look)| -> Result<Option<String>, Failure> {
            let Some(drawing) = (figure.draw)(&view.on(*look))? else { return Ok(None) };
            let artifacts: Vec<Artifact> = drawing.files(&stored.meta, &stored.record.caveats)?;
            for artifact in &artifacts {
                files::write_whole(&folder.join(&artifact.path), &artifact.bytes)?;
            }
            Ok(artifacts.first().map(|a| a.path.clone()))
        };
        let drawn = all(&jobs, &one)?;
        let mut lines = Vec::new();
        let mut absent: Vec<&str> = Vec::new();
        for ((figure, _), path) in jobs.iter().zip(drawn) {
            match path {
                Some(path) => lines.push(folder.join(path).display().to_string()),
                None if !absent.contains(&figure.id) => absent.push(figure.id),
                None => {}
            }
        }
        if !absent.is_empty() && !self.quiet {
            terminal::note(&format!("not drawn for want of data: {}", absent.join(", ")));
        }
        if lines.is_empty() {
            return Err(Failure::InvalidInput(format!("{}: no data for these figures", self.folder.display())));
        }
        terminal::print(&lines.join("\n"))
    }

    fn look(&self, size: Paper, theme: Ground) -> Look {
        Look {
            size: match size {
                Paper::Wide => Size::Wide,
                Paper::Square => Size::Square,
                Paper::Phone => Size::Phone,
            },
            theme: if theme == Ground::Dark { Theme::Dark } else { Theme::Light },
            untitled: self.no_title,
            outlines: self.letters == Letters::Outlines,
        }
    }
}

/// Does all jobs in parallel; results in the jobs' order.
fn all<J: Sync, R: Send>(jobs: &[J], one: &(dyn Fn(&J) -> Result<R, Failure> + Sync)) -> Result<Vec<R>, Failure> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        jobs.par_iter().with_max_len(1).map(one).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        jobs.iter().map(one).collect()
    }
}
