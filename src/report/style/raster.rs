//! A picture as PNG: rasterized with the embedded font alone, then packed as opaque color.

use super::font;
use flate2::{Compression, Crc, write::ZlibEncoder};
use resvg::{tiny_skia, usvg};
use std::io::Write as _;

/// A picture's PNG at so many pixels a CSS pixel.
///
/// # Errors
/// What the rasterizer says of a picture that it cannot read or that is too large.
pub fn png(svg: &str, (width, height): (f64, f64), fineness: f64) -> Result<Vec<u8>, String> {
    let options =
        usvg::Options { fontdb: font::database(), font_family: font::FAMILY.into(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    let (columns, rows) = ((width * fineness) as u32, (height * fineness) as u32);
    let mut pixels = tiny_skia::Pixmap::new(columns, rows).ok_or("no room for so many pixels")?;
    let scale = fineness as f32;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pack(pixels.data(), columns, rows).map_err(|e| e.to_string())
}

/// A picture with its letters as shapes.
///
/// # Errors
/// What is said of a picture that cannot be read.
pub fn outlined(svg: &str) -> Result<String, String> {
    let options =
        usvg::Options { fontdb: font::database(), font_family: font::FAMILY.into(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    let shapes = usvg::WriteOptions { preserve_text: false, coordinates_precision: 2, ..usvg::WriteOptions::default() };
    Ok(tree.to_string(&shapes))
}

/// Opaque RGBA pixels as PNG (W3C, Portable Network Graphics, third edition, 2025): three bytes a pixel, each row as the
/// difference from the row above, which suits pictures of lines on white.
fn pack(rgba: &[u8], columns: u32, rows: u32) -> std::io::Result<Vec<u8>> {
    const UP: u8 = 2;
    let width = columns as usize * 3;
    let mut packer = ZlibEncoder::new(Vec::with_capacity(rgba.len() / 32), Compression::new(4));
    let (mut above, mut line) = (vec![0_u8; width], vec![0_u8; width]);
    let mut row = vec![UP; width + 1];
    for pixels in rgba.chunks_exact(columns as usize * 4).take(rows as usize) {
        for (to, from) in line.chunks_exact_mut(3).zip(pixels.chunks_exact(4)) {
            to.copy_from_slice(&from[..3]);
        }
        for ((to, now), then) in row[1..].iter_mut().zip(&line).zip(&above) {
            *to = now.wrapping_sub(*then);
        }
        packer.write_all(&row)?;
        core::mem::swap(&mut above, &mut line);
    }
    let mut header = Vec::with_capacity(13);
    header.extend(columns.to_be_bytes());
    header.extend(rows.to_be_bytes());
    // Eight bits, color without alpha, the one compression, the one set of filters, no interlace.
    header.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", packer.finish()?), (b"IEND", Vec::new())] {
        let mut check = Crc::new();
        check.update(kind);
        check.update(&data);
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend(check.sum().to_be_bytes());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_picture_reads_back() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"3\"><rect width=\"4\" height=\"3\" \
                   fill=\"#fff\"/><rect x=\"1\" y=\"1\" width=\"1\" height=\"1\" fill=\"#123456\"/></svg>";
        let file = png(svg, (4.0, 3.0), 2.0).unwrap();
        let read = tiny_skia::Pixmap::decode_png(&file).unwrap();
        assert_eq!((read.width(), read.height()), (8, 6));
        let at = |x, y| read.pixel(x, y).map(|p| (p.red(), p.green(), p.blue(), p.alpha()));
        assert_eq!(at(2, 2), Some((0x12, 0x34, 0x56, 255)));
        assert_eq!(at(7, 5), Some((255, 255, 255, 255)));
    }

    #[test]
    fn a_broken_picture_is_told() {
        assert!(png("<svg", (1.0, 1.0), 1.0).is_err());
    }
}
