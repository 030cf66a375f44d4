//! What figures draw with: lines, areas and letters in CSS pixels over plotters' SVG backend.

use super::{Rgb, Theme, Words, font};
use crate::report::view::View;
use crate::report::{Language, ReportError, number};
use core::fmt::Write as _;
use plotters::backend::SVGBackend;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

/// Canvas pixels in a CSS pixel.
const FINE: f64 = 4.0;
/// The drawing library's font size over the em that it writes.
const EM: f64 = 1.24;
/// Height over the baseline at which the drawing library hangs a text, em.
const HANG: f64 = 0.76;

/// A place in CSS pixels from the upper left.
pub type Point = (f64, f64);

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    color: Rgb,
    width: f64,
    dash: Dash,
}

impl Ink {
    /// A solid line.
    pub fn new(color: Rgb, width: f64) -> Self {
        Self { color, width, dash: Dash::Solid }
    }
    /// The same line, broken.
    #[must_use]
    pub fn dash(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its beginning.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lettering {
    size: f64,
    bold: bool,
    color: Rgb,
    anchor: Anchor,
}

impl Lettering {
    /// Black, regular, held at its beginning.
    pub fn new(size: f64) -> Self {
        Self { size, bold: false, color: super::BLACK, anchor: Anchor::Start }
    }
    /// In semibold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
    /// In a color.
    #[must_use]
    pub fn color(self, color: Rgb) -> Self {
        Self { color, ..self }
    }
    /// Held elsewhere.
    #[must_use]
    pub fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
    fn font(self) -> FontDesc<'static> {
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        FontDesc::new(FontFamily::Name(font::FAMILY), self.size * FINE * EM, style)
    }
}

/// Where a text stands, CSS pixels: from its ascenders to its descenders.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The text as set.
    pub text: String,
    /// Left, top, right, bottom.
    pub edges: [f64; 4],
}

impl Place {
    /// Whether two texts touch.
    pub fn touches(&self, other: &Self) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.edges, other.edges);
        a < g && e < c && b < h && f < d
    }
}

/// A finished picture and where its texts stand.
#[derive(Clone, Debug)]
pub struct Painted {
    /// The picture, without fonts.
    pub svg: String,
    /// Its texts.
    pub places: Vec<Place>,
}

/// A picture being drawn. A fault of the library is kept and told at the end.
pub struct Canvas<'a> {
    svg: SVGBackend<'a>,
    below: String,
    fault: Option<String>,
    places: Vec<Place>,
    kept_clear: Vec<[f64; 4]>,
    extent: (f64, f64),
    theme: Theme,
    language: Language,
}

fn fine(p: Point) -> (i32, i32) {
    (libm::round(p.0 * FINE) as i32, libm::round(p.1 * FINE) as i32)
}

fn filled(color: Rgb, opacity: f64) -> ShapeStyle {
    ShapeStyle { color: RGBAColor(color.0, color.1, color.2, opacity), filled: true, stroke_width: 0 }
}

impl Canvas<'_> {
    fn keep<E: core::fmt::Display>(&mut self, done: Result<(), E>) {
        if let Err(error) = done {
            self.fault.get_or_insert_with(|| error.to_string());
        }
    }

    /// A line through points; a point that is not finite breaks it.
    pub fn line(&mut self, points: &[Point], ink: Ink) {
        for run in points.split(|p| !(p.0.is_finite() && p.1.is_finite())) {
            let pieces = match ink.dash {
                Dash::Solid => vec![run.to_vec()],
                Dash::Dashed => dashes(run, 7.0, 4.0),
                Dash::Dotted => dashes(run, 1.8, 3.2),
            };
            for piece in pieces.into_iter().filter(|p| p.len() > 1) {
                let color = self.theme.color(ink.color);
                let style = ShapeStyle {
                    color: RGBAColor(color.0, color.1, color.2, 1.0),
                    filled: false,
                    stroke_width: libm::round(ink.width * FINE) as u32,
                };
                let done = self.svg.draw_path(piece.into_iter().map(fine), &style);
                self.keep(done);
            }
        }
    }

    /// A filled polygon.
    pub fn area(&mut self, points: &[Point], color: Rgb, opacity: f64) {
        let paint = filled(self.theme.color(color), opacity);
        let done = self.svg.fill_polygon(points.iter().copied().map(fine), &paint);
        self.keep(done);
    }

    /// The area between two lines with the same abscissae.
    pub fn band(&mut self, upper: &[Point], lower: &[Point], color: Rgb, opacity: f64) {
        let outline: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
        self.area(&outline, color, opacity);
    }

    /// A filled rectangle between two corners in any order.
    pub fn block(&mut self, a: Point, b: Point, color: Rgb, opacity: f64) {
        let (low, high) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        let done = self.svg.draw_rect(fine(low), fine(high), &filled(self.theme.color(color), opacity), true);
        self.keep(done);
    }

    /// A filled dot with a white rim.
    pub fn dot(&mut self, at: Point, radius: f64, color: Rgb) {
        for (r, c) in [(radius + 1.2, super::WHITE), (radius, color)] {
            let paint = filled(self.theme.color(c), 1.0);
            let done = self.svg.draw_circle(fine(at), libm::round(r * FINE) as u32, &paint, true);
            self.keep(done);
        }
    }

    /// Width and height of the picture, CSS pixels.
    pub fn extent(&self) -> (f64, f64) {
        self.extent
    }

    /// A text on a baseline, its numbers written as the picture's language writes them.
    pub fn text(&mut self, baseline: Point, text: &str, lettering: Lettering) {
        self.plain(baseline, &number::localized(text, self.language), lettering);
    }

    /// A text on a baseline, letter by letter as given: names, versions, ids.
    pub fn plain(&mut self, baseline: Point, text: &str, lettering: Lettering) {
        if text.is_empty() {
            return;
        }
        let h = match lettering.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let place = Self::place(baseline, text, lettering);
        self.places.push(place);
        let (r, g, b) = self.theme.color(lettering.color);
        let color = plotters::style::RGBColor(r, g, b);
        let style = TextStyle::from(lettering.font()).color(&color).pos(Pos::new(h, VPos::Top));
        let done = self.svg.draw_text(text, &style, fine((baseline.0, baseline.1 - HANG * lettering.size)));
        self.keep(done);
    }

    /// A label at the first of several places where it meets no other text and stays on the paper; at none if all are taken.
    /// Tells whether it was set.
    pub fn label(&mut self, places: &[(Point, Anchor)], text: &str, lettering: Lettering) -> bool {
        let text = number::localized(text, self.language);
        for (baseline, anchor) in places {
            let lettering = lettering.anchor(*anchor);
            if self.is_free(&Self::place(*baseline, &text, lettering)) {
                self.plain(*baseline, &text, lettering);
                return true;
            }
        }
        false
    }

    fn is_free(&self, place: &Place) -> bool {
        let [left, top, right, bottom] = place.edges;
        let inside = left >= 0.0 && top >= 0.0 && right <= self.extent.0 && bottom <= self.extent.1;
        let clear = |[a, b, c, d]: &[f64; 4]| *a >= right || left >= *c || *b >= bottom || top >= *d;
        inside && self.kept_clear.iter().all(clear) && !self.places.iter().any(|p| p.touches(place))
    }

    /// Keeps labels that are set later off a mark: left, top, right, bottom.
    pub fn keep_clear(&mut self, edges: [f64; 4]) {
        self.kept_clear.push(edges);
    }

    /// The first place where a label meets nothing, kept for it; see [`Self::label`]. Set it by [`Self::patched`] when what
    /// shall lie under it is drawn.
    pub fn reserve(
        &mut self,
        places: &[(Point, Anchor)],
        text: &str,
        lettering: Lettering,
    ) -> Option<(Point, Lettering, [f64; 4])> {
        let text = number::localized(text, self.language);
        let (baseline, set, edges) = places.iter().find_map(|(baseline, anchor)| {
            let set = lettering.anchor(*anchor);
            let place = Self::place(*baseline, &text, set);
            self.is_free(&place).then_some((*baseline, set, place.edges))
        })?;
        self.keep_clear(edges);
        Some((baseline, set, edges))
    }

    /// A text on a patch of paper.
    pub fn patched(&mut self, baseline: Point, text: &str, lettering: Lettering) {
        let text = number::localized(text, self.language);
        let [left, top, right, bottom] = Self::place(baseline, &text, lettering).edges;
        self.block((left - 1.5, top), (right + 1.5, bottom - 0.5), super::WHITE, 0.78);
        self.plain(baseline, &text, lettering);
    }

    /// A label on a patch of paper, for grounds full of lines; see [`Self::label`].
    pub fn tag(&mut self, places: &[(Point, Anchor)], text: &str, lettering: Lettering) -> bool {
        let Some((baseline, set, _)) = self.reserve(places, text, lettering) else { return false };
        self.patched(baseline, text, set);
        true
    }

    /// Where a text would stand.
    fn place((x, y): Point, text: &str, lettering: Lettering) -> Place {
        let width = Self::measure(text, lettering);
        let left = match lettering.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        // Source Sans 3: figures and capitals stand 0.66 em high, descenders hang 0.2 em deep.
        let edges = [left, y - 0.68 * lettering.size, left + width, y + 0.2 * lettering.size];
        Place { text: text.to_owned(), edges }
    }

    /// The width of a text as it will be set, CSS pixels.
    pub fn width(&self, text: &str, lettering: Lettering) -> f64 {
        Self::measure(&number::localized(text, self.language), lettering)
    }

    /// The width of a text that is set letter by letter, CSS pixels.
    pub fn span(&self, text: &str, lettering: Lettering) -> f64 {
        Self::measure(text, lettering)
    }

    fn measure(text: &str, lettering: Lettering) -> f64 {
        lettering.font().layout_box(text).map_or(0.0, |((x0, _), (x1, _))| f64::from(x1 - x0) / FINE)
    }

    /// Many equal cells of one color as a single path under everything else: a corner, a width, a height each.
    pub fn cells(&mut self, cells: &[(Point, f64, f64)], color: Rgb) {
        if cells.is_empty() {
            return;
        }
        let (r, g, b) = self.theme.color(color);
        // Writing to a String cannot fail.
        let _ = write!(self.below, "<path shape-rendering=\"crispEdges\" fill=\"#{r:02X}{g:02X}{b:02X}\" d=\"");
        for (corner, width, height) in cells {
            let (x, y) = fine(*corner);
            let (x1, y1) = fine((corner.0 + width, corner.1 + height));
            let _ = write!(self.below, "M{x} {y}h{}v{}h{}z", x1 - x, y1 - y, x - x1);
        }
        self.below.push_str("\"/>\n");
    }
}

/// A line cut into dashes of a length with gaps between.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let (mut pieces, mut piece) = (Vec::new(), Vec::new());
    let (mut drawing, mut left) = (true, on);
    let Some(first) = points.first() else { return pieces };
    piece.push(*first);
    for ends in points.windows(2) {
        let (mut a, b) = (ends[0], ends[1]);
        loop {
            let length = libm::hypot(b.0 - a.0, b.1 - a.1);
            if length <= left {
                left -= length;
                if drawing {
                    piece.push(b);
                }
                break;
            }
            let share = left / length;
            a = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
            if drawing {
                piece.push(a);
                pieces.push(core::mem::take(&mut piece));
            } else {
                piece.push(a);
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing {
        pieces.push(piece);
    }
    pieces
}

/// Paints on a canvas and closes it: a scalable picture with a title and a description for those who cannot see it.
pub(super) fn paint(
    id: &str,
    words: &Words,
    view: &View<'_>,
    draw: impl FnOnce(&mut Canvas<'_>),
) -> Result<Painted, ReportError> {
    let refused = |reason: String| ReportError::Drawing { figure: id.into(), reason };
    if !font::register() {
        return Err(refused("the embedded font is not readable".into()));
    }
    let (extent, theme, language) = (view.look.size.extent(), view.look.theme, view.language);
    let (w, h) = (extent.0 * FINE, extent.1 * FINE);
    let mut body = String::new();
    let (below, fault, places) = {
        let svg = SVGBackend::with_string(&mut body, (w as u32, h as u32));
        let (below, places) = (String::new(), Vec::new());
        let kept_clear = Vec::new();
        let mut canvas = Canvas { svg, below, fault: None, places, kept_clear, extent, theme, language };
        draw(&mut canvas);
        let done = canvas.svg.present();
        canvas.keep(done);
        (canvas.below, canvas.fault, canvas.places)
    };
    if let Some(reason) = fault {
        return Err(refused(reason));
    }
    let Some((_, shapes)) = body.split_once(">\n") else { return Err(refused("no picture was written".into())) };
    let shapes = shapes.replace(" opacity=\"1\"", "").replace(&format!(" font-family=\"{}\"", font::FAMILY), "");
    let (title, subtitle) = (escaped(&words.title), escaped(&words.subtitle));
    let (r, g, b) = theme.color(super::WHITE);
    let lang = language.code();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" lang=\"{lang}\" \
         role=\"img\" aria-labelledby=\"{id}-{lang}-title {id}-{lang}-desc\" font-family=\"'{}', 'Source Sans 3', Arial, sans-serif\" \
         stroke-linejoin=\"round\">\n<title id=\"{id}-{lang}-title\">{title}</title>\n<desc id=\"{id}-{lang}-desc\">{subtitle}</desc>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"#{r:02X}{g:02X}{b:02X}\"/>\n{below}{shapes}",
        extent.0,
        extent.1,
        font::FAMILY
    );
    Ok(Painted { svg, places })
}

/// A text as XML content.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::synthetic;

    #[test]
    fn dashes_keep_the_length_drawn() {
        let pieces = dashes(&[(0.0, 0.0), (15.0, 0.0), (22.0, 0.0)], 7.0, 4.0);
        assert_eq!(pieces, vec![vec![(0.0, 0.0), (7.0, 0.0)], vec![(11.0, 0.0), (15.0, 0.0), (18.0, 0.0)]]);
    }

    #[test]
    fn words_from_a_scenario_stay_words() {
        let words =
            Words { title: "<script>alert(1)</script>".into(), subtitle: "\"><img>".into(), note: String::new() };
        let (record, meta) = (synthetic::record(1), synthetic::meta());
        let view = View::new(&record, &meta);
        let svg = paint("x", &words, &view, |c| c.text((5.0, 20.0), "<b>&", Lettering::new(12.0))).unwrap().svg;
        assert!(!svg.contains("<script") && !svg.contains("<img") && !svg.contains("<b>"));
    }

    #[test]
    fn a_text_is_measured_as_it_is_set() {
        // Ten figures of Source Sans 3 are 0.497 em wide each.
        let words = Words { title: String::new(), subtitle: String::new(), note: String::new() };
        let mut measured = 0.0;
        let (record, meta) = (synthetic::record(1), synthetic::meta());
        let view = View::new(&record, &meta);
        paint("x", &words, &view, |c| measured = c.width("abcdefghij", Lettering::new(20.0))).unwrap();
        let letters = measured;
        paint("x", &words, &view, |c| measured = c.width("0000000000", Lettering::new(20.0))).unwrap();
        assert!(letters > 80.0 && letters < 110.0, "{letters}");
        assert!((measured - 99.4).abs() < 1.0, "{measured}");
    }
}
