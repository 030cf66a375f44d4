//! `scenarios`: what is built in.

use super::{Failure, terminal};
use crate::scenario::{Builtin, Scenario};
use clap::Args;
use serde_json::json;

/// List the scenarios that are part of the program.
#[derive(Debug, Args)]
pub struct Scenarios {
    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

impl Scenarios {
    /// Prints names and titles.
    pub fn run(self) -> Result<(), Failure> {
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
