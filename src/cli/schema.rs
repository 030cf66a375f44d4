//! `schema`: the JSON Schema of scenario files, for editors.

use super::{Failure, terminal};
use crate::scenario::{json_schema, section};
use clap::Args;

/// Print the JSON Schema of scenario files.
#[derive(Debug, Args)]
#[command(after_help = "An editor with TOML support checks and completes scenarios with it:\n  \
    hashwatt schema > hashwatt.schema.json\n  #:schema ./hashwatt.schema.json     (first line of a scenario)")]
pub struct Schema {}

impl Schema {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        terminal::print_json(&json_schema::of(&section::ROOT))
    }
}
