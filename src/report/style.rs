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

use super::ReportError;
use super::view::View;

/// A color.
pub type Rgb = (u8, u8, u8);

/// The paper that a picture is drawn for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// A column of a newspaper page or a slide: 960 × 600 CSS pixels.
    #[default]
    Wide,
    /// A post: 800 × 800 CSS pixels.
    Square,
    /// A telephone held upright: 480 × 720 CSS pixels.
    Phone,
}

impl Size {
    /// Width and height, CSS pixels.
    pub fn extent(self) -> (f64, f64) {
        match self {
            Self::Wide => (960.0, 600.0),
            Self::Square => (800.0, 800.0),
            Self::Phone => (480.0, 720.0),
        }
    }
    /// Its word in file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Square => "square",
            Self::Phone => "phone",
        }
    }
}

/// The ground that a picture is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on white paper.
    #[default]
    Light,
    /// Light ink on a dark screen.
    Dark,
}

/// Colors of light paper and what stands for them on a dark screen; a color that is not listed is used on both.
const ON_DARK: &[(Rgb, Rgb)] = &[
    (BLACK, (0xe6, 0xea, 0xee)),
    (GRAY, (0xa3, 0xad, 0xb7)),
    (FAINT, (0x2f, 0x36, 0x3e)),
    (WHITE, (0x14, 0x18, 0x1d)),
    (BLUE, (0x3f, 0x97, 0xd8)),
    (SKY, (0xa4, 0xd8, 0xf5)),
    (NAVY, (0x5b, 0x7f, 0xc4)),
    (ORANGE, (0xf0, 0x9d, 0x20)),
    (VERMILION, (0xff, 0x7a, 0x3d)),
    (GREEN, (0x2f, 0xbd, 0x95)),
    (PURPLE, (0xd3, 0x84, 0xb6)),
    (SLATE, (0x56, 0x65, 0x74)),
    (HEAT[0], (0x1f, 0x25, 0x2c)),
    (HEAT[1], (0x27, 0x44, 0x5c)),
    (HEAT[2], (0x3b, 0x77, 0xa6)),
    (HEAT[3], (0xb5, 0x86, 0x2f)),
    (HEAT[4], (0xff, 0x7a, 0x3d)),
    (HEAT[5], (0xff, 0xe3, 0xd6)),
];

impl Theme {
    /// What is painted where a figure asks for a color.
    pub fn color(self, color: Rgb) -> Rgb {
        match self {
            Self::Light => color,
            Self::Dark => ON_DARK.iter().find(|c| c.0 == color).map_or(color, |c| c.1),
        }
    }
}

/// How a picture is made: paper, ground, with or without its title, letters as text or as outlines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The paper.
    pub size: Size,
    /// The ground.
    pub theme: Theme,
    /// Leave the title to the page around the picture.
    pub untitled: bool,
    /// Draw letters as shapes, for programs without the font.
    pub outlines: bool,
}

impl Look {
    /// What tells this look's files apart from the usual one's: `-square-dark`.
    pub fn suffix(&self) -> String {
        let mut text = String::new();
        for (is, word) in [
            (self.size != Size::Wide, self.size.word()),
            (self.theme == Theme::Dark, "dark"),
            (self.untitled, "untitled"),
            (self.outlines, "outlines"),
        ] {
            if is {
                text.push('-');
                text.push_str(word);
            }
        }
        text
    }
}

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
/// Classes of strain from none to the limit: from light to dark, so that the order shows without hue.
pub const HEAT: [Rgb; 6] = [
    (0xf3, 0xf5, 0xf7),
    (0xcf, 0xe1, 0xee),
    (0x8f, 0xbf, 0xdf),
    (0xf0, 0xb0, 0x4c),
    (0xd4, 0x4a, 0x00),
    (0x5c, 0x10, 0x10),
];

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

impl Frame {
    /// Whether there is little room beside the data: a telephone.
    pub fn is_narrow(&self) -> bool {
        self.right - self.left < 500.0
    }
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
    view: &View<'_>,
    draw: impl FnOnce(&mut Canvas<'_>, Frame),
) -> Result<canvas::Painted, ReportError> {
    let (width, height) = view.look.size.extent();
    let phone = view.look.size == Size::Phone;
    canvas::paint(id, words, view, |canvas| {
        let margin = if phone { 16.0 } else { 24.0 };
        let across = width - 2.0 * margin;
        let (big, line_height) = if phone { (19.0, 23.0) } else { (22.0, 27.0) };
        let mut y = 36.0;
        if !view.look.untitled {
            for line in label::wrap(canvas, &words.title, across, big, true) {
                canvas.plain((margin, y), &line, Lettering::new(big).bold());
                y += line_height;
            }
        }
        let small = if phone { 14.0 } else { 15.0 };
        for line in label::wrap(canvas, &words.subtitle, across, small, false) {
            canvas.plain((margin, y), &line, Lettering::new(small).color(GRAY));
            y += small + 5.0;
        }
        let mut foot = height - 14.0;
        let fine = if phone { 11.0 } else { 11.5 };
        let lines = label::wrap(canvas, &words.note, across, fine, false).into_iter().chain(label::wrap(
            canvas,
            &view.meta.source(view.language),
            across,
            fine,
            false,
        ));
        for line in lines.collect::<Vec<_>>().iter().rev() {
            canvas.plain((margin, foot), line, Lettering::new(fine).color(GRAY));
            foot -= fine + 4.0;
        }
        let left = if phone { 64.0 } else { 76.0 };
        draw(canvas, Frame { left, top: y + 12.0, right: width - margin, bottom: foot - 42.0 });
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
    canvas.text((frame.left - 44.0, frame.top - 15.0), unit, Lettering::new(13.0).color(GRAY));
}
