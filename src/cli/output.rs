//! Where results may go: never up through `..`, never over what is read, never into a folder that is not there.

use super::Failure;
use std::path::{Component, Path, PathBuf};

/// A folder or file of results as written on the command line (a `clap` value parser).
///
/// # Errors
/// A path with a `..` component: it may lead where nobody meant.
pub fn place(written: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(written);
    if path.components().any(|part| part == Component::ParentDir) {
        return Err("results do not go up through `..`; give the place's own path, from / or from here down".to_owned());
    }
    Ok(path)
}

/// Holds the files to be written against those that are read, before anything is computed.
///
/// # Errors
/// [`Failure::Usage`] for a file that is read, or one place for two results; [`Failure::Unfinished`] for a folder that is
/// not there.
pub fn apart<'a>(
    read: impl IntoIterator<Item = &'a Path>,
    written: impl IntoIterator<Item = (&'static str, Option<&'a PathBuf>)>,
) -> Result<(), Failure> {
    let mut taken: Vec<(PathBuf, String)> = Vec::new();
    for path in read {
        if let Ok(whole) = path.canonicalize() {
            taken.push((whole, "a file that is read".to_owned()));
        }
    }
    for (option, path) in written.into_iter().filter_map(|(option, path)| Some((option, path?))) {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            let what = format!("{option} {}: there is no folder {}", path.display(), folder.display());
            return Err(Failure::Unfinished(what));
        }
        let name = path.file_name().unwrap_or_default();
        // A file that is not there yet has no canonical path, but its folder has one.
        let whole = path.canonicalize().or_else(|_| folder.canonicalize().map(|f| f.join(name)));
        let whole = whole.unwrap_or_else(|_| path.clone());
        if let Some((_, why)) = taken.iter().find(|(other, _)| *other == whole) {
            let what = format!("{option} {} would overwrite {why}; name another", path.display());
            return Err(Failure::Usage(what));
        }
        taken.push((whole, format!("what {option} writes")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_result_goes_up() {
        for bad in ["..", "../x", "a/../../y", "a/..", "/tmp/../x"] {
            assert!(place(bad).is_err(), "{bad}");
        }
        for good in ["x", "./x", "/tmp/x", "..x/y..", "a/b"] {
            assert_eq!(place(good).unwrap(), Path::new(good));
        }
    }

    #[test]
    fn what_is_read_is_not_written() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::write(at("in.csv"), "1").unwrap();
        let (read, other) = (at("in.csv"), at("./in.csv"));
        let (new, lost) = (at("new.csv"), at("nowhere/x.csv"));
        let hold = |written: &[(&'static str, &PathBuf)]| {
            apart([read.as_path()], written.iter().map(|(o, p)| (*o, Some(*p)))).map_err(|e| e.code())
        };
        assert_eq!(hold(&[("--flows", &new)]), Ok(()));
        assert_eq!(hold(&[("--flows", &other)]), Err(2));
        assert_eq!(hold(&[("--flows", &new), ("--shed", &new)]), Err(2));
        assert_eq!(hold(&[("--flows", &lost)]), Err(1));
        assert!(!at("nowhere").exists());
    }
}
