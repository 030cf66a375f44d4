//! One style for all pictures: paper, palette, type, and the frame of title, subtitle and footer.
//!
//! Pictures are laid out in CSS pixels and drawn on a canvas four times finer, so that lines are smooth although the
//! drawing library counts whole pixels. Colors keep apart for color-blind readers (after Okabe and Ito 2008, "Color
//! Universal Design"), and nothing is told by color alone: a direct label, a dash or a marker goes with it.

pub mod canvas;
pub mod font;
pub mod label;
pub mod raster;
pub mod scale;

pub use canvas::{Anchor, Canvas, Dash, Ink, Lettering, Point};
pub use scale::Scale;

use super::{Meta, ReportError};

/// Width of a picture, CSS pixels.
pub const WIDTH: f64 = 960.0;
/// Height of a picture, CSS pixels.
pub const HEIGHT: f64 = 600.0;

/// A color.
pub type Rgb = (u8, u8, u8);

/// Text and frames.
pub const BLACK: Rgb = (0x1b, 0x1f, 0x24);
/// Secondary text.
pub const GRAY: Rgb = (0x57, 0x60, 0x6a);
/// Grid lines.
pub const FAINT: Rgb = (0xdf, 0xe3, 0xe8);
/// Paper.
pub const WHITE: Rgb = (0xff, 0xff, 0xff);
/// Water.
pub const BLUE: Rgb = (0x00, 0x72, 0xb2);
/// Light water.
pub const SKY: Rgb = (0x56, 0xb4, 0xe9);
/// Dark water.
pub const NAVY: Rgb = (0x0b, 0x3c, 0x5d);
/// Mining.
pub const ORANGE: Rgb = (0xe6, 0x8a, 0x00);
/// Limits and heat.
pub const VERMILION: Rgb = (0xd5, 0x4a, 0x00);
/// Trade and profit.
pub const GREEN: Rgb = (0x00, 0x8f, 0x6b);
/// The law and its fees.
pub const PURPLE: Rgb = (0xb3, 0x5c, 0x93);
/// Ordinary demand.
pub const SLATE: Rgb = (0xa9, 0xb8, 0xc6);

/// The part of a picture that data are drawn in, CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

/// The words around a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The finding.
    pub title: String,
    /// What is shown and where.
    pub subtitle: String,
    /// What else must be said, above the source line; may be empty.
    pub note: String,
}

/// Paints a picture: frame first, then what `draw` adds in the data's part.
///
/// # Errors
/// [`ReportError::Drawing`] if the drawing library refuses.
pub fn paint(
    id: &str,
    words: &Words,
    meta: &Meta,
    draw: impl FnOnce(&mut Canvas<'_>, Frame),
) -> Result<String, ReportError> {
    canvas::paint(id, words, (WIDTH, HEIGHT), |canvas| {
        let margin = 24.0;
        let mut y = 36.0;
        for line in label::wrap(canvas, &words.title, WIDTH - 2.0 * margin, 22.0, true) {
            canvas.text((margin, y), &line, Lettering::new(22.0).bold());
            y += 27.0;
        }
        for line in label::wrap(canvas, &words.subtitle, WIDTH - 2.0 * margin, 15.0, false) {
            canvas.text((margin, y), &line, Lettering::new(15.0).color(GRAY));
            y += 20.0;
        }
        let mut foot = HEIGHT - 14.0;
        canvas.text((margin, foot), &meta.footer(), Lettering::new(11.5).color(GRAY));
        let note = label::wrap(canvas, &words.note, WIDTH - 2.0 * margin, 11.5, false);
        for line in note.iter().rev() {
            foot -= 16.0;
            canvas.text((margin, foot), line, Lettering::new(11.5).color(GRAY));
        }
        let frame = Frame { left: 76.0, top: y + 12.0, right: WIDTH - margin, bottom: foot - 58.0 };
        draw(canvas, frame);
    })
}

/// Horizontal grid lines with labels at the left; the unit stands over the axis.
pub fn value_axis(canvas: &mut Canvas<'_>, frame: Frame, scale: &Scale, count: usize, unit: &str) {
    for tick in scale.ticks(count) {
        let y = scale.at(tick);
        let ink = if tick == 0.0 { Ink::new(GRAY, 1.0) } else { Ink::new(FAINT, 1.0) };
        canvas.line(&[(frame.left, y), (frame.right, y)], ink);
        let text = super::number::fixed(tick, scale.decimals(count));
        canvas.text((frame.left - 8.0, y + 4.5), &text, Lettering::new(13.0).color(GRAY).anchor(Anchor::End));
    }
    canvas.text((frame.left - 52.0, frame.top - 15.0), unit, Lettering::new(13.0).color(GRAY));
}
