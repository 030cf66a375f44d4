//! `report`: a study's tables again from what its folder holds; shards are put together.

use super::{Failure, many};
use crate::files::shard;
use clap::Args;
use std::path::PathBuf;

/// Put the shards of a study together and write its tables again.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt ensemble irkutsk --members 1000 --shard 1/4 -o study   # on one machine
  hashwatt ensemble irkutsk --members 1000 --shard 2/4 -o study   # on another, and so on
  hashwatt report study                                           # with the files of all in study/shards

The tables are the same, byte for byte, for any number of shards made in any order.")]
pub struct Report {
    /// The folder of the study
    folder: PathBuf,
    /// Print summary.json instead of a table
    #[arg(long)]
    json: bool,
    /// No notes on stderr
    #[arg(long)]
    quiet: bool,
}

impl Report {
    /// Puts them together.
    ///
    /// # Errors
    /// What is missing, or refused by name.
    pub fn run(self) -> Result<(), Failure> {
        if !self.folder.join(shard::FOLDER).join(shard::STUDY).is_file() {
            let shown = self.folder.display();
            return Err(Failure::InvalidInput(format!("{shown}: no study with shards is there")));
        }
        many::merge(&self.folder, self.json, self.quiet)
    }
}
