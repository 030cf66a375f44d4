//! Controlled sections: weighted sums of line flows that a dispatcher may not exceed.
//!
//! The limit with everything in service already contains the margin for the loss of any one circuit; with circuits out it
//! falls by scheme (Russian practice: the maximum permissible flow of each repair scheme).

use crate::units::Power;

/// A controlled section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its id in the scenario.
    pub name: String,
    /// Its name in print.
    pub title: String,
    /// Lines of the cut by position among [`super::Grid::lines`], and 1 or −1: the sign in which their flow counts.
    pub lines: Vec<(usize, f64)>,
    /// Limit in the stated direction by number of scheme circuits out, from none; the last holds beyond.
    pub limit_by_out: Vec<Power>,
    /// Limit against the stated direction as a share of the limit in it.
    pub against: f64,
    /// Share of the limit that holds from April to October.
    pub summer: f64,
}

/// First and last month of the summer schemes.
const SUMMER: core::ops::RangeInclusive<u32> = 4..=10;

impl Section {
    /// The limits in and against the stated direction in a month, with so many scheme circuits out and so much added by
    /// law or reinforcement.
    pub fn limits(&self, circuits_out: usize, month: u32, added: Power) -> (Power, Power) {
        let last = self.limit_by_out.len().saturating_sub(1);
        let scheme = self.limit_by_out.get(circuits_out.min(last)).copied().unwrap_or(Power::ZERO);
        let season = if SUMMER.contains(&month) { self.summer } else { 1.0 };
        let limit = (scheme * season + added).max(Power::ZERO);
        (limit, limit * self.against)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_circuit_out_lowers_the_limit() {
        let s = Section {
            name: "north_south".into(),
            title: "north–south corridor".into(),
            lines: vec![],
            limit_by_out: [2900.0, 2200.0, 1300.0].map(Power::mw).to_vec(),
            against: 1.0,
            summer: 0.9,
        };
        let limit = |out, month| s.limits(out, month, Power::ZERO).0.as_mw();
        assert_eq!([limit(0, 1), limit(1, 1), limit(2, 1), limit(5, 1)], [2900.0, 2200.0, 1300.0, 1300.0]);
        assert!((limit(0, 7) - 2610.0).abs() < 1e-9);
        assert_eq!(s.limits(0, 1, Power::mw(300.0)).0, Power::mw(3200.0));
    }
}
