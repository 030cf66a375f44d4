//! What the loss of one circuit would overload, over a run: hours by outage and by the line overloaded.

use super::{Cell, Sheet};
use crate::flows::Overload;
use crate::region::Region;

/// Hours of one outage and one line it overloads.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    lost: usize,
    line: usize,
    insecure_h: f64,
    armed_h: f64,
    worst_loading: f64,
    armed_most_mw: f64,
}

/// Outages that would overload something, as they are met.
#[derive(Clone, Debug, Default)]
pub struct Outages {
    pairs: Vec<Pair>,
    /// Hours insecure against the loss of a circuit of each line met: line, hours.
    by_outage: Vec<(usize, f64)>,
    insecure_h: f64,
    armed_h: f64,
}

impl Outages {
    /// Adds what the screening of a step of `h` hours found.
    pub fn record(&mut self, overloads: &[Overload], h: f64) {
        for o in overloads {
            let at = self.pairs.iter().position(|p| (p.lost, p.line) == (o.lost, o.line)).unwrap_or_else(|| {
                self.pairs.push(Pair { lost: o.lost, line: o.line, ..Pair::default() });
                self.pairs.len() - 1
            });
            let pair = &mut self.pairs[at];
            pair.worst_loading = pair.worst_loading.max(o.loading);
            match o.armed_mw {
                Some(mw) => {
                    pair.armed_h += h;
                    pair.armed_most_mw = pair.armed_most_mw.max(mw);
                }
                None => pair.insecure_h += h,
            }
        }
        let mut last = None;
        for lost in overloads.iter().filter(|o| o.armed_mw.is_none()).map(|o| o.lost) {
            // Overloads stand in the order of the lines lost.
            if last.replace(lost) != Some(lost) {
                match self.by_outage.iter_mut().find(|(l, _)| *l == lost) {
                    Some((_, hours)) => *hours += h,
                    None => self.by_outage.push((lost, h)),
                }
            }
        }
        if last.is_some() {
            self.insecure_h += h;
        } else if !overloads.is_empty() {
            self.armed_h += h;
        }
    }

    /// Hours in which the loss of some circuit would overload another.
    pub fn insecure_h(&self) -> f64 {
        self.insecure_h
    }

    /// Hours secure only because automatics would shed load.
    pub fn armed_h(&self) -> f64 {
        self.armed_h
    }

    /// Hours insecure by the line that would lose a circuit, most first.
    pub fn insecure_by_outage(&self, world: &Region) -> Vec<(String, f64)> {
        let mut hours = self.by_outage.clone();
        hours.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        hours.into_iter().map(|(line, h)| (id(world, line), h)).collect()
    }

    /// The table, most hours first.
    pub fn sheet(&self, world: &Region) -> Sheet {
        let mut pairs = self.pairs.clone();
        let hours = |p: &Pair| p.insecure_h + p.armed_h;
        pairs.sort_by(|a, b| hours(b).total_cmp(&hours(a)).then((a.lost, a.line).cmp(&(b.lost, b.line))));
        let row = |p: &Pair| {
            let mut row: Vec<Cell> =
                [id(world, p.lost), name(world, p.lost), id(world, p.line), name(world, p.line)].map(Cell::Text).into();
            row.extend([p.insecure_h, p.armed_h, 100.0 * p.worst_loading].map(Cell::Number));
            row.push(if p.armed_h > 0.0 { Cell::Number(p.armed_most_mw) } else { Cell::Empty });
            row
        };
        let columns = [
            ("lost", "The line that loses a circuit; of equal circuits the first is named."),
            ("lost_name", "Its name for people."),
            ("overloaded", "The line that this would load beyond the short-time rating of a circuit."),
            ("overloaded_name", "Its name for people."),
            ("insecure_h", "Hours in which it would."),
            ("armed_h", "Hours in which it would but for automatics that shed load."),
            ("worst_loading_pct", "Largest flow after the outage in % of the short-time rating, before automatics."),
            ("armed_shed_max_mw", "The most that automatics would shed."),
        ];
        Sheet {
            name: "contingencies",
            columns: columns.map(|(key, what)| (key.into(), what.into())).into(),
            rows: pairs.iter().map(row).collect(),
        }
    }
}

/// The id of a line's first circuit.
fn id(world: &Region, line: usize) -> String {
    world.grid.lines.get(line).map_or_else(String::new, |l| world.grid.branch_name(l.first))
}

fn name(world: &Region, line: usize) -> String {
    let first = world.grid.lines.get(line).and_then(|l| world.atlas.branches.as_slice().get(l.first.0 as usize));
    first.map_or_else(String::new, |b| b.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_counts_once_however_many_outages_it_fears() {
        let overload = |lost, line, armed_mw| Overload { lost, line, loading: 1.1, armed_mw };
        let mut outages = Outages::default();
        outages.record(&[overload(0, 1, None), overload(0, 2, None), overload(3, 1, None)], 1.0);
        outages.record(&[overload(0, 1, Some(40.0)), overload(3, 1, None)], 1.0);
        outages.record(&[overload(0, 1, Some(60.0))], 1.0);
        outages.record(&[], 1.0);
        assert_eq!((outages.insecure_h(), outages.armed_h()), (2.0, 1.0));
        assert_eq!(outages.by_outage, [(0, 1.0), (3, 2.0)]);
        let pair = outages.pairs[0];
        assert_eq!((pair.insecure_h, pair.armed_h, pair.armed_most_mw), (1.0, 2.0, 60.0));
    }
}
