//! Files that others wrote, read whole: plain files only, and never more than was agreed to.
//!
//! A device or a pipe has no end that its size would tell, so that what is not a plain file is refused before it is opened;
//! what grows, or lies about its size, is read no further than the cap.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest scenario, manifest or case.
pub const TEXT: u64 = 64 << 20;
/// Largest table of numbers.
pub const NUMBERS: u64 = 16 << 30;

/// Reads a plain file of at most `most` bytes.
///
/// # Errors
/// What the system says; a folder, a device or a pipe; a larger file.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file but a device or a pipe"));
    }
    if about.len() > most {
        return Err(too_large(about.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0) + 1);
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

fn too_large(bytes: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("{:.0} MB are too many", bytes as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_within_the_cap_are_read() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().to_string().contains("too many"));
        assert!(read(home.path(), 5).unwrap_err().to_string().contains("folder"));
        #[cfg(unix)]
        {
            let link = home.path().join("zero");
            std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
            assert!(read(&link, TEXT).unwrap_err().to_string().contains("no plain file"));
        }
    }
}
