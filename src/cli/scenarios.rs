//! `scenarios`: what is built in.

use super::{Failure, terminal};
use crate::scenario::{Builtin, Scenario, measure};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// List the scenarios that are part of the program.
#[derive(Debug, Args)]
pub struct Scenarios {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
    /// Write a page for each measure into a folder, with its events and where they come from
    #[arg(long, value_name = "DIR", conflicts_with = "json", value_parser = super::output::place)]
    pages: Option<PathBuf>,
}

impl Scenarios {
    /// Prints names and titles.
    ///
    /// # Errors
    /// [`Failure`] where a page cannot be written.
    pub fn run(self) -> Result<(), Failure> {
        if let Some(folder) = self.pages {
            for (name, text) in measure::pages().map_err(Failure::Broken)? {
                crate::files::write_whole(&folder.join(name), text.as_bytes())?;
            }
            return terminal::print(&folder.display().to_string());
        }
        let list: Vec<(&str, String)> =
            Builtin::all().map(|(name, text)| (name, Scenario::from_text(name, text).title())).collect();
        if self.json {
            let rows = list.iter().map(|(name, title)| json!({ "name": name, "title": title })).collect();
            return terminal::print_json(&serde_json::Value::Array(rows));
        }
        let width = list.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines: Vec<String> = list.iter().map(|(name, title)| format!("{name:width$}  {title}")).collect();
        terminal::print(&lines.join("\n"))
    }
}
