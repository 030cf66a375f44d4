//! Scenarios from files and from the program: a name ending in `.toml` is a file, anything else is built in.

use crate::files::input;
use crate::scenario::{Builtin, Library, Loaded};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// The library of the program: files beside the one that names them, and what is built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

/// Texts that stand for files, from the manifest of a study that is repeated.
static REPLAYED: OnceLock<BTreeMap<String, String>> = OnceLock::new();

/// From now on these texts stand for the files of their names.
pub fn replay(texts: BTreeMap<String, String>) {
    // A program repeats one study; a second set of texts would not be its own.
    let _ = REPLAYED.set(texts);
}

impl Library for Files {
    fn scenario(&self, name: &str, from: Option<&str>) -> Result<Loaded, String> {
        if !is_file(name) {
            return Builtin.scenario(name, from);
        }
        let path = beside(from, name);
        let shown = path.display().to_string();
        if let Some(text) = REPLAYED.get().and_then(|texts| texts.get(&shown)) {
            return Ok(Loaded { name: shown, bytes: text.clone().into_bytes(), shipped: false });
        }
        let bytes = read(&path).map_err(|why| format!("cannot read {shown}: {why}"))?;
        Ok(Loaded { name: shown, bytes, shipped: false })
    }
    fn trace(&self, name: &str, from: &str) -> Result<String, String> {
        if is_file(from) {
            let path = beside(Some(from), name);
            if path.exists() && !path.is_dir() {
                let bytes = read(&path).map_err(|why| format!("cannot read {}: {why}", path.display()))?;
                return String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", path.display()));
            }
        }
        Builtin.trace(name, from)
    }
    fn names(&self) -> Vec<String> {
        Builtin.names()
    }
}

pub use crate::scenario::overlay::is_path as is_file;

fn read(path: &Path) -> Result<Vec<u8>, String> {
    // [`crate::scenario::document::decode`] refuses smaller ones with a better message.
    input::read(path, input::TEXT).map_err(|e| e.to_string())
}

/// A path written in the file `from`, with `a/../b` and `./` taken out so that one file has one name.
fn beside(from: Option<&str>, name: &str) -> PathBuf {
    let folder = from.filter(|f| is_file(f)).and_then(|f| Path::new(f).parent()).unwrap_or(Path::new(""));
    let mut out = PathBuf::new();
    for part in folder.join(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_name() {
        assert_eq!(beside(Some("worlds/a/x.toml"), "../b/y.toml"), Path::new("worlds/b/y.toml"));
        assert_eq!(beside(None, "./y.toml"), Path::new("y.toml"));
        assert_eq!(beside(Some("irkutsk/fsa-2022"), "y.toml"), Path::new("y.toml"));
        assert_eq!(beside(Some("x.toml"), "../y.toml"), Path::new("../y.toml"));
    }
}
