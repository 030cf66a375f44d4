//! Tables of numbers as files: NumPy's `.npy` (little-endian `f8`), `.csv`, and raw little-endian `.f64`.
//!
//! Format of `.npy`: NumPy Enhancement Proposal 1 (Kern 2007).

use super::{FileError, write_whole, write_whole_with};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The first bytes of every `.npy` file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Why a file is no table of the wanted width.
#[derive(Debug, thiserror::Error)]
pub enum ArrayError {
    /// The system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The bytes are no such table.
    #[error("{}: {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// Reads a table of rows of `width` numbers, by the file's ending: `.npy`, `.csv`, else raw `f64`.
///
/// # Errors
/// [`ArrayError`].
pub fn read(path: &Path, width: usize) -> Result<Vec<f64>, ArrayError> {
    let bytes = fs::read(path).map_err(FileError::at(path))?;
    let parsed = match ending(path) {
        "npy" => npy(&bytes, width),
        "csv" => csv(&bytes, width),
        _ => raw(&bytes, width),
    };
    parsed.map_err(|what| ArrayError::Content { path: path.into(), what })
}

/// Writes a table of rows of `width` numbers, by the file's ending; `width` 0 is one column without a second dimension.
///
/// # Errors
/// [`ArrayError::File`].
pub fn write(path: &Path, values: &[f64], width: usize) -> Result<(), ArrayError> {
    /// Numbers turned into bytes at a time: few enough that they stay in the processor's cache.
    const AT_ONCE: usize = 8192;
    match ending(path) {
        "csv" => {
            let mut text = String::new();
            for row in values.chunks(width.max(1)) {
                for (i, v) in row.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    let _ = write!(text, "{comma}{v}");
                }
                text.push('\n');
            }
            write_whole(path, text.as_bytes())?;
        }
        ending => write_whole_with(path, |file| {
            if ending == "npy" {
                file.write_all(&npy_header(values.len(), width))?;
            }
            let mut bytes = Vec::with_capacity(8 * AT_ONCE);
            for part in values.chunks(AT_ONCE) {
                bytes.clear();
                bytes.extend(part.iter().flat_map(|v| v.to_le_bytes()));
                file.write_all(&bytes)?;
            }
            Ok(())
        })?,
    }
    Ok(())
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or("")
}

fn raw(bytes: &[u8], width: usize) -> Result<Vec<f64>, String> {
    if width == 0 || !bytes.len().is_multiple_of(8 * width) {
        return Err(format!("{} bytes are not rows of {width} numbers of 8 bytes", bytes.len()));
    }
    Ok(bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect())
}

fn npy(bytes: &[u8], width: usize) -> Result<Vec<f64>, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("no .npy file")?;
    let (length, begin) = match rest {
        [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([*a, *b])), 4),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 6),
        _ => return Err("a version of .npy that is not read".to_owned()),
    };
    let header = rest.get(begin..begin + length).and_then(|h| core::str::from_utf8(h).ok()).ok_or("a broken header")?;
    let data = &rest[begin + length..];
    if !header.contains("'fortran_order': False") {
        return Err("numbers are stored column by column; save it in C order".to_owned());
    }
    let shape = header.split_once("'shape':").and_then(|(_, s)| s.split_once('(')).and_then(|(_, s)| s.split_once(')'));
    let shape: Vec<usize> = shape.map_or("", |s| s.0).split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let columns: usize = if shape.len() > 1 { shape.iter().skip(1).product() } else { 1 };
    if columns != width {
        return Err(format!("rows have {columns} numbers, {width} are needed"));
    }
    let numbers: Vec<f64> = if header.contains("'<f8'") {
        raw(data, width)?
    } else if header.contains("'<f4'") {
        data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect()
    } else {
        return Err("only little-endian floats ('<f8', '<f4') are read".to_owned());
    };
    if numbers.len() == shape.iter().product::<usize>() {
        Ok(numbers)
    } else {
        Err("the file ends too early".to_owned())
    }
}

fn npy_header(values: usize, width: usize) -> Vec<u8> {
    let shape = values.checked_div(width).map_or(format!("({values},)"), |rows| format!("({rows}, {width})"));
    let mut text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    let pad = 63 - (MAGIC.len() + 4 + text.len()) % 64;
    text.extend(std::iter::repeat_n(' ', pad));
    text.push('\n');
    let mut header = MAGIC.to_vec();
    header.extend([1, 0]);
    header.extend((text.len() as u16).to_le_bytes());
    header.extend(text.into_bytes());
    header
}

fn csv(bytes: &[u8], width: usize) -> Result<Vec<f64>, String> {
    let text = core::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let mut numbers = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Result<Vec<f64>, _> = line.split(',').map(|cell| cell.trim().parse::<f64>()).collect();
        match row {
            Ok(row) if row.len() == width => numbers.extend(row),
            Ok(row) => return Err(format!("line {}: {} numbers, {width} are needed", i + 1, row.len())),
            Err(_) if i == 0 => {}
            Err(_) => return Err(format!("line {}: something is not a number", i + 1)),
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_reads_back_what_it_wrote() {
        let home = tempfile::tempdir().unwrap();
        let values = [1.0, -2.5, 1e-300, 0.1, f64::MAX, 7.0];
        for name in ["a.npy", "a.csv", "a.f64"] {
            let path = home.path().join(name);
            write(&path, &values, 3).unwrap();
            assert_eq!(read(&path, 3).unwrap(), values, "{name}");
            assert!(read(&path, 4).is_err(), "{name}");
        }
    }

    #[test]
    fn the_header_is_numpys() {
        let header = npy_header(6, 3);
        assert_eq!(header.len() % 64, 0);
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
        assert!(header[10..].starts_with(text.as_bytes()));
        assert!(header.ends_with(b" \n"));
    }

    #[test]
    fn broken_files_are_told() {
        for (bytes, what) in [
            (&b"NUMPY"[..], "no .npy file"),
            (b"\x93NUMPY\x01\x00\xff\xff{", "a broken header"),
            (b"\x93NUMPY\x09\x00\x00\x00", "a version of .npy that is not read"),
        ] {
            assert_eq!(npy(bytes, 1).unwrap_err(), what);
        }
        assert_eq!(csv(b"x,y\n1,2\n3,z\n", 2).unwrap_err(), "line 3: something is not a number");
    }
}
