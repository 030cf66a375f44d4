//! `report`: a study again from what its folder holds: shards are put together, or the page is made anew.

use super::study::Lang;
use super::{Failure, many, page};
use crate::files::shard;
use clap::Args;
use std::path::PathBuf;

/// Put the shards of a study together, or make its page again: in another language, or against another run.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt ensemble irkutsk --members 1000 --shard 1/4 -o study   # on one machine
  hashwatt ensemble irkutsk --members 1000 --shard 2/4 -o study   # on another, and so on
  hashwatt report study                                           # with the files of all in study/shards
  hashwatt report output/irkutsk-… --lang ru                      # the page of a finished study in Russian
  hashwatt report output/irkutsk-… --against output/irkutsk_no_mining-…

The tables are the same, byte for byte, for any number of shards made in any order.")]
pub struct Report {
    /// The folder of the study
    folder: PathBuf,
    /// Hold the page of a run against another run's folder
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Language of the page
    #[arg(long, value_enum)]
    lang: Option<Lang>,
    /// Print summary.json instead of a table
    #[arg(long)]
    json: bool,
    /// No notes on stderr
    #[arg(long, overrides_with = "quiet")]
    quiet: bool,
}

impl Report {
    /// Puts them together.
    ///
    /// # Errors
    /// What is missing, or refused by name.
    pub fn run(self) -> Result<(), Failure> {
        let has_shards = self.folder.join(shard::FOLDER).join(shard::STUDY).is_file();
        let is_finished = self.folder.join("manifest.json").is_file();
        if self.against.is_some() || self.lang.is_some() || !has_shards {
            if !is_finished {
                let shown = self.folder.display();
                let why = format!("{shown}: neither a finished study nor shards of one are there");
                return Err(Failure::InvalidInput(why));
            }
            return page::again(&self.folder, self.against.as_deref(), self.lang);
        }
        many::merge(&self.folder, self.json, self.quiet)
    }
}
