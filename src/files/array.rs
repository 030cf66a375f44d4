//! Tables of numbers as files: NumPy's `.npy` (little-endian `f8`), `.csv`, and raw little-endian `.f64`.
//!
//! Format of `.npy`: NumPy Enhancement Proposal 1 (Kern 2007).

use super::{FileError, input, write_whole, write_whole_with};
use std::fmt::Write as _;
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

/// Reads a table of rows of `width` finite numbers, by the file's ending: `.npy`, `.csv`, else raw `f64`.
///
/// # Errors
/// [`ArrayError`]; a file without numbers is one.
pub fn read(path: &Path, width: usize) -> Result<Vec<f64>, ArrayError> {
    let bytes = input::read(path, input::NUMBERS).map_err(FileError::at(path))?;
    let parsed = match ending(path) {
        "npy" => npy(&bytes, width),
        "csv" => csv(&bytes, width),
        _ => raw(&bytes, width),
    };
    let sound = parsed.and_then(|numbers| match numbers.as_slice() {
        [] => Err("no numbers".to_owned()),
        all => check_finite(all, width).map(|()| numbers),
    });
    sound.map_err(|what| ArrayError::Content { path: path.into(), what })
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
    let value = |key: &str| header.split_once(key).map(|(_, rest)| rest.trim_start_matches([':', ' ']));
    match value("'fortran_order'") {
        Some(order) if order.starts_with("False") => {}
        Some(order) if order.starts_with("True") => {
            return Err("numbers are stored column by column; save it in C order".to_owned());
        }
        _ => return Err("a broken header: it does not say in which order numbers are stored".to_owned()),
    }
    let shape = value("'shape'").and_then(|s| s.strip_prefix('(')).and_then(|s| s.split_once(')')).map(|s| s.0);
    let parts = shape.unwrap_or("?").split(',').map(str::trim).filter(|n| !n.is_empty());
    let shape: Result<Vec<usize>, _> = parts.map(str::parse).collect();
    let shape = shape.map_err(|_| "a broken header: its shape is no list of whole numbers")?;
    let product = |of: &[usize]| of.iter().try_fold(1_usize, |all, n| all.checked_mul(*n));
    let columns = product(shape.get(1..).unwrap_or_default());
    if columns != Some(width) {
        let columns = columns.map_or("far too many".to_owned(), |n| n.to_string());
        return Err(format!("rows have {columns} numbers, {width} are needed"));
    }
    let size = match value("'descr'") {
        Some(kind) if kind.starts_with("'<f8'") => 8,
        Some(kind) if kind.starts_with("'<f4'") => 4,
        _ => return Err("only little-endian floats ('<f8', '<f4') are read".to_owned()),
    };
    match product(&shape).and_then(|count| count.checked_mul(size)) {
        Some(needed) if needed < data.len() => {
            return Err(format!("the file goes on for {} bytes after its numbers", data.len() - needed));
        }
        Some(needed) if needed == data.len() => {}
        _ => return Err("the file ends too early".to_owned()),
    }
    if size == 8 {
        return raw(data, width);
    }
    Ok(data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect())
}

/// Row and column, from 1, of the first number that is none.
fn check_finite(numbers: &[f64], width: usize) -> Result<(), String> {
    /// Numbers looked at together: without a way out in between, several go at a time.
    const AT_ONCE: usize = 4096;
    for (n, part) in numbers.chunks(AT_ONCE).enumerate() {
        if part.iter().fold(true, |all, x| all & x.is_finite()) {
            continue;
        }
        if let Some(at) = part.iter().position(|x| !x.is_finite()) {
            let (at, found) = (n * AT_ONCE + at, part[at]);
            let (row, column) = (at / width.max(1) + 1, at % width.max(1) + 1);
            return Err(format!("row {row}, column {column}: {found}; every number must be finite"));
        }
    }
    Ok(())
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

/// A first line is a header if none of its cells is a number.
fn csv(bytes: &[u8], width: usize) -> Result<Vec<f64>, String> {
    let text = core::str::from_utf8(bytes).map_err(|e| e.to_string())?.trim_start_matches('\u{feff}');
    let mut numbers = Vec::new();
    for (n, (i, line)) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).enumerate() {
        let cells = || line.split(',').map(|cell| cell.trim().parse::<f64>().ok());
        if n == 0 && cells().all(|cell| cell.is_none()) {
            continue;
        }
        let before = numbers.len();
        for (column, cell) in cells().enumerate() {
            let place = || format!("line {}, column {}", i + 1, column + 1);
            match cell {
                Some(x) if x.is_finite() => numbers.push(x),
                Some(x) => return Err(format!("{}: {x}; every number must be finite", place())),
                None => return Err(format!("{}: not a number", place())),
            }
        }
        if numbers.len() - before != width {
            return Err(format!("line {}: {} numbers, {width} are needed", i + 1, numbers.len() - before));
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
        let of = |header: &str, data: &[u8]| {
            let length = (header.len() as u16).to_le_bytes();
            npy(&[MAGIC, &[1, 0], &length, header.as_bytes(), data].concat(), 2).unwrap_err()
        };
        let good = |shape: &str| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        for (header, bytes, what) in [
            (good("(1, 2)"), 15, "the file ends too early"),
            (good("(1, 2)"), 24, "the file goes on for 8 bytes after its numbers"),
            (good("(-1, 2)"), 16, "a broken header: its shape is no list of whole numbers"),
            (good("(99999999999999999999, 2)"), 16, "a broken header: its shape is no list of whole numbers"),
            (good("(999999999999999999, 2)"), 16, "the file ends too early"),
            ("garbage".to_owned(), 16, "a broken header: it does not say in which order numbers are stored"),
            (good("(1, 2)").replace("False", "True"), 16, "numbers are stored column by column; save it in C order"),
        ] {
            assert_eq!(of(&header, &vec![0; bytes]), what, "{header}");
        }
        for (text, what) in [
            ("x,y\n1,2\n3,z\n", "line 3, column 2: not a number"),
            ("x,2\n3,4\n", "line 1, column 1: not a number"),
            ("x,y\n\n1,-inf\n", "line 3, column 2: -inf; every number must be finite"),
            ("1,2\n3\n", "line 2: 1 numbers, 2 are needed"),
        ] {
            assert_eq!(csv(text.as_bytes(), 2).unwrap_err(), what);
        }
    }

    #[test]
    fn what_is_no_number_and_what_holds_none_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let mut values = vec![1.0; 3 * 5000];
        values[3 * 4999 + 1] = f64::NAN;
        for name in ["a.npy", "a.f64", "a.csv"] {
            let path = home.path().join(name);
            write(&path, &values, 3).unwrap();
            let told = read(&path, 3).unwrap_err().to_string();
            let place = if name == "a.csv" { "line 5000, column 2: NaN" } else { "row 5000, column 2: NaN" };
            assert!(told.contains(name) && told.contains(place), "{told}");
        }
        for (name, bytes) in [("b.csv", &b""[..]), ("b.csv", b"a,b,c\n"), ("b.csv", b"root:x:0:0\n"), ("b.f64", b"")] {
            let path = home.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            assert!(read(&path, 3).unwrap_err().to_string().ends_with("no numbers"), "{name}");
        }
    }
}
