//! The network of the synthetic record.

use super::column;
use crate::record::{Cell, Sheet};
use crate::report::{Language, view};

/// Lines of the synthetic network: two buses and a limit.
pub(super) const LINES: [(&str, &str, f64); 7] = [
    ("uil", "bpp", 2300.0),
    ("bra", "bpp", 6000.0),
    ("bpp", "tul", 2300.0),
    ("tul", "irs", 1200.0),
    ("irs", "irk", 900.0),
    ("tai", "kra", 2300.0),
    ("kly", "gus", 500.0),
];

pub(super) fn network() -> Sheet {
    let text = |s: &str| if s.is_empty() { Cell::Empty } else { Cell::Text(s.into()) };
    let mut rows = Vec::new();
    let mut buses: Vec<&str> = LINES.iter().flat_map(|l| [l.0, l.1]).collect();
    buses.push("uso");
    buses.sort_unstable();
    buses.dedup();
    for bus in &buses {
        rows.push(
            [
                text("bus"),
                text(bus),
                text(&view::place(bus, Language::En)),
                text(""),
                text(""),
                text(""),
                Cell::Empty,
                Cell::Empty,
            ]
            .to_vec(),
        );
    }
    for (a, b, limit) in LINES {
        let (id, key) = (format!("{a}_{b}"), format!("branch_flow_{a}_{b}_mw"));
        rows.push(
            [text("line"), text(&id), text(&id), text(&key), text(a), text(b), Cell::Number(limit), Cell::Number(2.0)]
                .to_vec(),
        );
    }
    for bus in ["irk", "bra", "uso"] {
        let key = format!("mining_at_{bus}_mw");
        rows.push(
            [text("mining"), text(bus), text(bus), text(&key), text(bus), text(""), Cell::Empty, Cell::Empty].to_vec(),
        );
    }
    rows.push(
        [
            text("homes"),
            text("irk"),
            text("irk"),
            text("homes_dark_at_irk"),
            text("irk"),
            text(""),
            Cell::Empty,
            Cell::Empty,
        ]
        .to_vec(),
    );
    let columns = ["kind", "id", "name", "series", "from", "to", "limit_mw", "circuits"].map(column).to_vec();
    Sheet { name: "network", columns, rows }
}
