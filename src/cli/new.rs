//! `new NAME`: a commented scenario file to start from.

use super::study::open;
use super::{Failure, terminal};
use crate::scenario::{Builtin, starter};
use clap::Args;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

/// Write a commented scenario file to start from.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hashwatt new mine\n  hashwatt new mine --from irkutsk/no-sanctions")]
pub struct New {
    /// Name of the scenario; the file is NAME.toml
    name: String,
    /// The scenario to lay it over
    #[arg(long, value_name = "SCENARIO")]
    from: Option<String>,
}

/// What a new scenario is laid over if nothing is said.
const WORLD: &str = "irkutsk";

impl New {
    /// Writes the file; never over another one.
    pub fn run(self) -> Result<(), Failure> {
        let name = self.name.strip_suffix(".toml").unwrap_or(&self.name);
        let stem = Path::new(name).file_name().and_then(|n| n.to_str()).unwrap_or("");
        if stem.is_empty() || name.chars().any(char::is_control) {
            return Err(Failure::Usage(format!("{:?} is no name for a file", self.name)));
        }
        let base = self.from.or_else(|| Builtin::find(WORLD).map(|(name, _)| name.to_owned()));
        let checked = match base {
            Some(base) => {
                let checked = open(&base)?.check();
                let problems = checked.problems();
                if problems.has_errors() {
                    return Err(Failure::Invalid(problems));
                }
                Some(checked)
            }
            None => None,
        };
        let path = format!("{name}.toml");
        let path = Path::new(&path);
        let text = starter::starter(stem, checked.as_ref());
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|e| Failure::io(path, &e))?;
        file.write_all(text.as_bytes()).map_err(|e| Failure::io(path, &e))?;
        terminal::note("now try:");
        terminal::print(&format!("hashwatt check {0}\nhashwatt run {0}", path.display()))
    }
}
