//! Rows of numbers with their range: what `effect`, `outcomes`, `leakage` and `tornado` share.

use crate::report::number;
use crate::report::style::{self, Anchor, Canvas, Frame, Ink, Lettering, Rgb, Scale};
use crate::report::view::range;

/// One row: a name, a value and the range that it lies in.
pub(super) struct Row {
    /// Its name.
    pub name: String,
    /// A further word under the name; may be empty.
    pub of: String,
    /// The value.
    pub at: f64,
    /// The range's ends.
    pub ends: (f64, f64),
    /// Simulation error of the value; zero or not finite where there is none.
    pub error: f64,
    /// What stands at the right: the value with its unit.
    pub text: String,
    /// Its color.
    pub color: Rgb,
}

/// Draws rows under one another over a common axis whose zero is marked; tells how many had room.
pub(super) fn draw(canvas: &mut Canvas<'_>, frame: Frame, rows: &[Row], unit: &str) -> usize {
    let narrow = frame.is_narrow();
    let margin = if narrow { 16.0 } else { 24.0 };
    let (least, size) = if narrow { (42.0, 12.5) } else { (21.0, 13.5) };
    let room = ((frame.bottom - frame.top) / least) as usize;
    let shown = &rows[..rows.len().min(room.max(1))];
    let height = ((frame.bottom - frame.top) / shown.len().max(1) as f64).min(if narrow { 70.0 } else { 60.0 });
    let letters = Lettering::new(size);
    let named = |r: &Row| if r.of.is_empty() { r.name.clone() } else { format!("{}, {}", r.name, r.of) };
    let widest = |canvas: &Canvas<'_>, f: &dyn Fn(&Row) -> String| {
        shown.iter().map(|r| canvas.width(&f(r), letters)).fold(0.0, f64::max)
    };
    let beside = widest(canvas, &|r| r.text.clone()) + 10.0;
    // On narrow paper names and values stand over their rows.
    let left = if narrow { margin + 12.0 } else { margin + widest(canvas, &named).min(360.0) + 16.0 };
    let right = if narrow { frame.right - 12.0 } else { frame.right - beside };
    let all = shown.iter().flat_map(|r| [r.at, r.ends.0, r.ends.1, 0.0]);
    let Some((low, high)) = range(all) else { return 0 };
    let count = if narrow { 4 } else { 7 };
    let x = Scale::round((low, high), (left, right), count);
    let bottom = frame.top + height * shown.len() as f64;
    for tick in x.ticks(count) {
        let ink = if tick == 0.0 { Ink::new(style::BLACK, 1.2) } else { Ink::new(style::FAINT, 1.0) };
        canvas.line(&[(x.at(tick), frame.top), (x.at(tick), bottom)], ink);
        let sign = if tick > 0.0 && low < 0.0 { "+" } else { "" };
        let text = format!("{sign}{}", number::fixed(tick, x.decimals(count)));
        canvas.label(&[((x.at(tick), bottom + 17.0), Anchor::Middle)], &text, Lettering::new(12.5).color(style::GRAY));
    }
    let places = [((right, bottom + 34.0), Anchor::End), ((left, bottom + 34.0), Anchor::Start)];
    canvas.label(&places, unit, Lettering::new(12.5).color(style::GRAY));
    for (i, row) in shown.iter().enumerate() {
        let top = frame.top + i as f64 * height;
        let middle = if narrow { top + height * 0.72 } else { top + height / 2.0 };
        if i % 2 == 1 {
            canvas.block((margin - 6.0, top), (frame.right, top + height), style::FAINT, 0.35);
            canvas.line(&[(x.at(0.0), top), (x.at(0.0), top + height)], Ink::new(style::BLACK, 1.2));
        }
        let base = if narrow { top + height * 0.34 } else { middle + size * 0.34 };
        let name =
            shortened(canvas, &named(row), letters, if narrow { frame.right - margin - beside - 8.0 } else { 360.0 });
        canvas.text((margin, base), &name, letters);
        canvas.text((frame.right - 2.0, base), &row.text, letters.anchor(Anchor::End));
        if row.ends.0.is_finite() && row.ends.1.is_finite() {
            canvas.line(&[(x.at(row.ends.0), middle), (x.at(row.ends.1), middle)], Ink::new(row.color, 2.0));
            for end in [row.ends.0, row.ends.1] {
                canvas.line(&[(x.at(end), middle - 4.0), (x.at(end), middle + 4.0)], Ink::new(row.color, 2.0));
            }
        }
        if row.error.is_finite() && row.error > 0.0 {
            let (a, b) = (x.at(row.at - 2.0 * row.error), x.at(row.at + 2.0 * row.error));
            canvas.block((a, middle - 4.5), (b.max(a + 1.0), middle + 4.5), row.color, 0.45);
        }
        if row.at.is_finite() {
            canvas.dot((x.at(row.at), middle), 3.6, row.color);
        }
    }
    shown.len()
}

/// A text cut so that it fits.
fn shortened(canvas: &Canvas<'_>, text: &str, letters: Lettering, room: f64) -> String {
    if canvas.width(text, letters) <= room {
        return text.to_owned();
    }
    let mut cut: String = text.to_owned();
    while !cut.is_empty() && canvas.width(&format!("{cut}…"), letters) > room {
        cut.pop();
    }
    format!("{}…", cut.trim_end())
}
