//! Where a study's files land: a folder of its own, each file written whole or not at all.
//!
//! A folder is *finished* when it holds a manifest with its id and no mark of work; *unfinished* while the mark is there;
//! anybody else's if it holds other things. A finished one is not made again, an unfinished one is gone on with, anybody
//! else's is left alone unless overwriting is asked for.

pub mod array;
pub mod input;
pub mod journal;
pub mod log;
pub mod runs;
pub mod shard;

use crate::report::Artifact;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{RwLock, RwLockWriteGuard};

/// The file that marks a folder as being filled; it holds the id.
const MARK: &str = ".unfinished";
/// The file that a study writes last.
const MANIFEST: &str = "manifest.json";

/// Held for reading while a file is written, for writing by whoever wants to end the program between two files.
static GATE: RwLock<()> = RwLock::new(());

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("{}: {error}", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A folder holds something else.
    #[error("{} holds files of something else; choose another folder, or --overwrite", .0.display())]
    Foreign(PathBuf),
    /// A shard of a study that cannot be taken.
    #[error("{}: {reason}", path.display())]
    Shard {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A path that leads out of the folder.
    #[error("`{0}` leads out of the folder of results")]
    Outside(String),
}

impl FileError {
    fn at(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |error| Self::Refused { path: path.into(), error }
    }
}

/// What is in the place where a study wants to go.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The same study, finished.
    Finished(PathBuf),
    /// Room for it.
    Room(Folder),
}

/// A folder being filled.
#[derive(Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    id: String,
}

/// The usual folder of a study: `output/<name>-<id>`, the name made fit for a file.
pub fn usual(name: &str, id: &str) -> PathBuf {
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    let fit = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let name: String = stem.chars().map(fit).take(80).collect();
    Path::new("output").join(format!("{}-{id}", name.trim_matches('-')))
}

/// Looks at a place; nothing is changed.
///
/// # Errors
/// [`FileError::Foreign`] for a folder of something else without `overwrite`; [`FileError::Refused`] if it cannot be read.
pub fn look(path: &Path, id: &str, overwrite: bool) -> Result<Found, FileError> {
    let room = || Found::Room(Folder { path: path.into(), id: id.into() });
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(room()),
        Err(error) => return Err(FileError::at(path)(error)),
    };
    let marked = match fs::read_to_string(path.join(MARK)) {
        Ok(marked) => Some(marked),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(FileError::at(&path.join(MARK))(error)),
    };
    if overwrite || marked.as_deref().map(str::trim) == Some(id) || entries.next().is_none() {
        return Ok(room());
    }
    if marked.is_none() && id_of(path).as_deref() == Some(id) {
        return Ok(Found::Finished(path.into()));
    }
    Err(FileError::Foreign(path.into()))
}

/// The id in a folder's manifest.
fn id_of(path: &Path) -> Option<String> {
    let bytes = input::read(&path.join(MANIFEST), input::TEXT).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    Some(manifest.get("id")?.as_str()?.to_owned())
}

impl Folder {
    /// A finished folder of the same study, to be made again.
    pub fn again(path: &Path, id: &str) -> Self {
        Self { path: path.into(), id: id.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder and marks it as being filled.
    ///
    /// # Errors
    /// [`FileError::Refused`].
    pub fn begin(&self) -> Result<(), FileError> {
        fs::create_dir_all(&self.path).map_err(FileError::at(&self.path))?;
        self.put(MARK, format!("{}\n", self.id).as_bytes())?;
        // A manifest of what was here before must not make an unfinished study look finished.
        remove(&self.path.join(MANIFEST))
    }

    /// Writes an artifact, whole or not at all.
    ///
    /// # Errors
    /// [`FileError::Refused`], and [`FileError::Outside`] for a path that leads out of the folder.
    pub fn write(&self, artifact: &Artifact) -> Result<(), FileError> {
        self.put(&artifact.path, &artifact.bytes)
    }

    /// Takes the mark away: the study is finished.
    ///
    /// # Errors
    /// [`FileError::Refused`].
    pub fn finish(&self) -> Result<(), FileError> {
        remove(&self.path.join(MARK))
    }

    /// Writes inside the folder.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
        if !inside || Path::new(name).file_name().is_none() {
            return Err(FileError::Outside(name.into()));
        }
        write_whole(&self.path.join(name), bytes)
    }
}

/// Writes a file whole or not at all: under another name, then renamed.
///
/// # Errors
/// [`FileError::Refused`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole_with(path, |file| file.write_all(bytes))
}

/// The same for what is written piece by piece.
///
/// # Errors
/// [`FileError::Refused`].
pub fn write_whole_with(path: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> Result<(), FileError> {
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(format!(".{}.tmp", std::process::id()));
    let draft = path.with_file_name(hidden);
    let _gate = GATE.read();
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(FileError::at(parent))?;
    }
    let written = fs::File::create(&draft).and_then(|mut file| write(&mut file)).map_err(FileError::at(&draft));
    let done = written.and_then(|()| fs::rename(&draft, path).map_err(FileError::at(path)));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    done
}

fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::at(path)(error)),
        _ => Ok(()),
    }
}

/// Waits until no file is half-written and lets nobody begin another while the guard lives.
pub fn quiet() -> Option<RwLockWriteGuard<'static, ()>> {
    GATE.write().ok()
}

/// The names of the files in a folder, sorted.
///
/// # Errors
/// [`FileError::Refused`].
pub fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let entries = fs::read_dir(folder).map_err(FileError::at(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(FileError::at(folder))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Held while something is written in pieces that must stand together.
pub fn writing() -> Option<std::sync::RwLockReadGuard<'static, ()>> {
    GATE.read().ok()
}

/// The hash of each artifact, by path.
pub fn hashes(artifacts: &[Artifact]) -> serde_json::Map<String, serde_json::Value> {
    artifacts.iter().map(|a| (a.path.clone(), blake3::hash(&a.bytes).to_hex().as_str().into())).collect()
}

/// Reads a file of a finished study.
///
/// # Errors
/// [`FileError::Refused`].
pub fn read(folder: &Path, name: &str) -> Result<Vec<u8>, FileError> {
    let path = folder.join(name);
    input::read(&path, input::NUMBERS).map_err(FileError::at(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(path: &str, text: &str) -> Artifact {
        Artifact { path: path.into(), bytes: text.into() }
    }

    fn room(path: &Path, id: &str, overwrite: bool) -> Folder {
        match look(path, id, overwrite).unwrap() {
            Found::Room(folder) => folder,
            Found::Finished(_) => panic!("finished"),
        }
    }

    #[test]
    fn a_study_is_unfinished_until_it_is_finished() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b");
        let folder = room(&path, "1234", false);
        assert!(!path.exists(), "looking makes nothing");
        folder.begin().unwrap();
        folder.write(&artifact("plots/x.csv", "1")).unwrap();
        let again = room(&path, "1234", false);
        assert!(matches!(look(&path, "9999", false), Err(FileError::Foreign(_))));
        again.write(&artifact(MANIFEST, r#"{"id":"1234"}"#)).unwrap();
        again.finish().unwrap();
        assert_eq!(look(&path, "1234", false).unwrap(), Found::Finished(path.clone()));
        assert!(matches!(look(&path, "9999", false), Err(FileError::Foreign(_))));
        room(&path, "9999", true).begin().unwrap();
        assert!(!path.join(MANIFEST).exists());
    }

    #[test]
    fn other_peoples_folders_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.txt"), "mine").unwrap();
        assert!(matches!(look(home.path(), "1", false), Err(FileError::Foreign(_))));
        room(home.path(), "1", true).begin().unwrap();
        assert_eq!(fs::read_to_string(home.path().join("thesis.txt")).unwrap(), "mine");
    }

    #[test]
    fn no_path_leads_out_and_no_draft_stays() {
        let home = tempfile::tempdir().unwrap();
        let folder = room(&home.path().join("r"), "1", false);
        folder.begin().unwrap();
        for path in ["../x", "/x", "a/../../x", "", "."] {
            assert!(matches!(folder.write(&artifact(path, "")), Err(FileError::Outside(_))), "{path}");
        }
        fs::create_dir(folder.path().join("taken")).unwrap();
        let error = folder.write(&artifact("taken", "x")).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(names.iter().all(|n| !n.to_string_lossy().ends_with(".tmp")), "{names:?}");
    }

    #[test]
    fn names_fit_for_files() {
        assert_eq!(usual("irkutsk/no-sanctions", "12ab"), Path::new("output/irkutsk-no-sanctions-12ab"));
        assert_eq!(usual("../../etc/x.toml", "1"), Path::new("output/etc-x-1"));
    }
}
