//! The numbers of one hour of a market, and what is wrong with them.

use super::market::{Limit, Market};

/// The numbers of one hour, as slices in the market's order.
///
/// Column bounds are finite; limits may be infinite (none).
#[derive(Clone, Copy, Debug, Default)]
pub struct Hour<'a> {
    /// Fixed withdrawal at each bus \[MW\]; negative is a fixed infeed.
    pub withdrawal_mw: &'a [f64],
    /// The least each column may take \[MW\].
    pub lower_mw: &'a [f64],
    /// The most each column may take \[MW\].
    pub upper_mw: &'a [f64],
    /// What a MWh of each column costs \[USD/MWh\]; negative is income.
    pub cost_usd_per_mwh: &'a [f64],
    /// The limit of each branch in both directions \[MW\].
    pub branch_limit_mw: &'a [f64],
    /// The least flow over each section \[MW\].
    pub section_low_mw: &'a [f64],
    /// The greatest flow over each section \[MW\].
    pub section_high_mw: &'a [f64],
    /// The least value of each row.
    pub row_low_mw: &'a [f64],
    /// The greatest value of each row.
    pub row_high_mw: &'a [f64],
}

/// The numbers of `W` hours side by side, each slice in the market's order.
#[derive(Clone, Copy)]
pub(super) struct SideBySide<'a, const W: usize> {
    pub(super) withdrawal: &'a [[f64; W]],
    pub(super) lower: &'a [[f64; W]],
    pub(super) upper: &'a [[f64; W]],
    pub(super) cost: &'a [[f64; W]],
    pub(super) branch_limit: &'a [[f64; W]],
    pub(super) section_low: &'a [[f64; W]],
    pub(super) section_high: &'a [[f64; W]],
    pub(super) row_low: &'a [[f64; W]],
    pub(super) row_high: &'a [[f64; W]],
}

/// A slice as one lane.
pub(super) fn lane(values: &[f64]) -> &[[f64; 1]] {
    values.as_chunks().0
}

impl<'a> Hour<'a> {
    /// The hour as one lane.
    pub(super) fn alone(&self) -> SideBySide<'a, 1> {
        SideBySide {
            withdrawal: lane(self.withdrawal_mw),
            lower: lane(self.lower_mw),
            upper: lane(self.upper_mw),
            cost: lane(self.cost_usd_per_mwh),
            branch_limit: lane(self.branch_limit_mw),
            section_low: lane(self.section_low_mw),
            section_high: lane(self.section_high_mw),
            row_low: lane(self.row_low_mw),
            row_high: lane(self.row_high_mw),
        }
    }
}

/// Why an hour has no dispatch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DispatchError {
    /// A slice has not the length of what it is about.
    #[error("{what} has {found} values, the market has {expected}")]
    Shape {
        /// Which slice.
        what: &'static str,
        /// How many values the market needs.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A value is undefined, or infinite where it must not be.
    #[error("{what} has a value that is not a number, or infinite where it may not be")]
    Undefined {
        /// Which slice.
        what: &'static str,
    },
    /// No dispatch meets all limits.
    #[error("no dispatch meets all limits: {shortfall_mw} MW cannot be met under {conflicting:?}")]
    Infeasible {
        /// The limits that conflict with each other, given the bounds of the columns: relaxing none of them leaves the
        /// conflict.
        conflicting: Vec<Limit>,
        /// By how much the most violated of them stays violated \[MW\].
        shortfall_mw: f64,
    },
    /// Neither the simplex nor the interior-point fall-back found a certified optimum.
    #[error("no certified optimum was found")]
    Unsolved,
}

impl Hour<'_> {
    /// Lengths and finiteness, once, at the door: behind it the kernels trust their input.
    pub(super) fn check(&self, market: &Market) -> Result<(), DispatchError> {
        let (buses, branches) = (market.network().bus_count(), market.network().branches().len());
        let (columns, sections, rows) = (market.columns().len(), market.sections().len(), market.rows().len());
        // Words instead of truth values, so that vector units can follow.
        let finite = |s: &[f64]| s.iter().fold(1, |sound, v| sound & u64::from(v.is_finite())) == 1;
        let number = |s: &[f64]| s.iter().fold(0, |count, v| count | u64::from(v.is_nan())) == 0;
        for (what, slice, expected, may_be_infinite) in [
            ("withdrawal_mw", self.withdrawal_mw, buses, false),
            ("lower_mw", self.lower_mw, columns, false),
            ("upper_mw", self.upper_mw, columns, false),
            ("cost_usd_per_mwh", self.cost_usd_per_mwh, columns, false),
            ("branch_limit_mw", self.branch_limit_mw, branches, true),
            ("section_low_mw", self.section_low_mw, sections, true),
            ("section_high_mw", self.section_high_mw, sections, true),
            ("row_low_mw", self.row_low_mw, rows, true),
            ("row_high_mw", self.row_high_mw, rows, true),
        ] {
            if slice.len() != expected {
                return Err(DispatchError::Shape { what, expected, found: slice.len() });
            }
            if !(if may_be_infinite { number(slice) } else { finite(slice) }) {
                return Err(DispatchError::Undefined { what });
            }
        }
        self.crossed()
    }

    /// Limits that conflict with themselves.
    fn crossed(&self) -> Result<(), DispatchError> {
        let refuse = |limit, shortfall_mw| DispatchError::Infeasible { conflicting: vec![limit], shortfall_mw };
        // Whether there is one is asked without branches; where it is, only then.
        let any = |low: &[f64], high: &[f64]| low.iter().zip(high).fold(0, |n, (l, h)| n | u64::from(l > h)) > 0;
        let pairs = |low: &[f64], high: &[f64]| {
            if any(low, high) { low.iter().zip(high).position(|(l, h)| l > h) } else { None }
        };
        if let Some(j) = pairs(self.lower_mw, self.upper_mw) {
            return Err(refuse(Limit::Column(j), self.lower_mw[j] - self.upper_mw[j]));
        }
        if let Some(k) = self.branch_limit_mw.iter().position(|&limit| limit < 0.0) {
            return Err(refuse(Limit::Branch(k), -2.0 * self.branch_limit_mw[k]));
        }
        if let Some(s) = pairs(self.section_low_mw, self.section_high_mw) {
            return Err(refuse(Limit::Section(s), self.section_low_mw[s] - self.section_high_mw[s]));
        }
        if let Some(r) = pairs(self.row_low_mw, self.row_high_mw) {
            return Err(refuse(Limit::Row(r), self.row_low_mw[r] - self.row_high_mw[r]));
        }
        Ok(())
    }

    /// The two sides of a limit by its position in the market's list.
    #[inline]
    pub(super) fn sides(&self, market: &Market, at: usize) -> (f64, f64) {
        match market.limit_at(at) {
            Limit::Branch(k) => (-self.branch_limit_mw[k], self.branch_limit_mw[k]),
            Limit::Section(s) => (self.section_low_mw[s], self.section_high_mw[s]),
            Limit::Row(r) => (self.row_low_mw[r], self.row_high_mw[r]),
            Limit::Island(_) | Limit::Column(_) => (0.0, 0.0),
        }
    }
}
