//! What may be dispatched and what limits it: columns at buses, sections of branches, rows over columns.
//!
//! A [`Market`] is built once per topology; an [`super::Hour`] gives the numbers. The least-cost dispatch of an hour is
//!
//! ```text
//! minimize   Σ cost_j x_j
//! subject to lower_j ≤ x_j ≤ upper_j
//!            Σ_{j at b} injection_j x_j − withdrawal_b = Σ flow out of b − Σ flow into b      every bus b
//!            |flow_k| ≤ limit_k                                                               every branch k
//!            low_s ≤ Σ weight_sk flow_k ≤ high_s                                              every section s
//!            low_r ≤ Σ coefficient_rj x_j ≤ high_r                                            every row r
//! ```

use super::network::Network;
use std::sync::OnceLock;

/// One decision variable: so many MW injected at (or taken from) one bus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The bus.
    pub bus: usize,
    /// MW injected at the bus per MW of the column: 1 for supply, −1 for consumption, 0 for what stands in rows only.
    pub injection: f64,
}

impl Column {
    /// A block of generation, of import, or of load shed.
    pub fn supply(bus: usize) -> Self {
        Self { bus, injection: 1.0 }
    }

    /// What enters no balance and stands in rows only: the slack of a soft row.
    pub fn slack() -> Self {
        Self { bus: 0, injection: 0.0 }
    }

    /// A block of consumption or of export.
    pub fn consumption(bus: usize) -> Self {
        Self { bus, injection: -1.0 }
    }
}

/// A limit that can bind, or take part in a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// The balance of an island, by the network's number of it.
    Island(usize),
    /// The limit of a branch.
    Branch(usize),
    /// A limit of a section.
    Section(usize),
    /// A limit of a row.
    Row(usize),
    /// The bounds of a column, where they alone conflict.
    Column(usize),
}

/// Why a market cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MarketError {
    /// A column is at no bus or has no finite injection.
    #[error("column {column} is at no bus, or its injection is not finite")]
    Column {
        /// Its position.
        column: usize,
    },
    /// A section names a branch that is not there, or has a weight that is not finite.
    #[error("section {section} names a branch that is not there, or a weight that is not finite")]
    Section {
        /// Its position.
        section: usize,
    },
    /// A row names a column that is not there, or has a coefficient that is not finite.
    #[error("row {row} names a column that is not there, or a coefficient that is not finite")]
    Row {
        /// Its position.
        row: usize,
    },
}

/// A network with columns, sections and rows: everything of a dispatch that stays from hour to hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    network: Network,
    columns: Vec<Column>,
    sections: Vec<Vec<(usize, f64)>>,
    rows: Vec<Vec<(usize, f64)>>,
    /// The cost that decides among dispatches of equal cost.
    preference: Vec<f64>,
    /// Flow over each branch per MW injected at a bus, computed when first asked for.
    response: Vec<OnceLock<Box<[f64]>>>,
}

impl Market {
    /// Puts a market together. `sections` are weighted sums of branch flows, `(branch, weight)`; `rows` are weighted sums
    /// of columns, `(column, coefficient)`. Terms naming one thing twice add up.
    ///
    /// # Errors
    /// Positions outside the network or the columns; weights that are not finite.
    pub fn new(
        network: Network,
        columns: Vec<Column>,
        sections: Vec<Vec<(usize, f64)>>,
        rows: Vec<Vec<(usize, f64)>>,
    ) -> Result<Self, MarketError> {
        let sound = |c: &Column| c.bus < network.bus_count() && c.injection.is_finite();
        if let Some(column) = columns.iter().position(|c| !sound(c)) {
            return Err(MarketError::Column { column });
        }
        let within = |terms: &Vec<(usize, f64)>, count: usize| terms.iter().all(|&(i, w)| i < count && w.is_finite());
        if let Some(section) = sections.iter().position(|s| !within(s, network.branches().len())) {
            return Err(MarketError::Section { section });
        }
        if let Some(row) = rows.iter().position(|r| !within(r, columns.len())) {
            return Err(MarketError::Row { row });
        }
        let preference = (0..columns.len()).map(|j| preference(j, columns.len())).collect();
        let response = vec![OnceLock::new(); network.bus_count()];
        Ok(Self { network, columns, sections, rows, preference, response })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The columns, in the order given.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The sections, each a list of (branch, weight).
    pub fn sections(&self) -> &[Vec<(usize, f64)>] {
        &self.sections
    }

    /// The rows, each a list of (column, coefficient).
    pub fn rows(&self) -> &[Vec<(usize, f64)>] {
        &self.rows
    }

    /// What one MW injected at a bus (and taken out at the reference of its island) adds to the flow over each branch.
    pub(super) fn response(&self, bus: usize) -> &[f64] {
        self.response[bus].get_or_init(|| self.network.unit_flow(bus))
    }

    pub(super) fn preferences(&self) -> &[f64] {
        &self.preference
    }

    /// How many balances, branch limits, section limits and rows there are together.
    pub(super) fn limit_count(&self) -> usize {
        self.first_row() + self.rows.len()
    }

    pub(super) fn first_branch(&self) -> usize {
        self.network.references().len()
    }

    pub(super) fn first_section(&self) -> usize {
        self.first_branch() + self.network.branches().len()
    }

    pub(super) fn first_row(&self) -> usize {
        self.first_section() + self.sections.len()
    }

    /// Which limit stands at a position of the list balances, branches, sections, rows.
    pub(super) fn limit_at(&self, at: usize) -> Limit {
        if at >= self.first_row() {
            Limit::Row(at - self.first_row())
        } else if at >= self.first_section() {
            Limit::Section(at - self.first_section())
        } else if at >= self.first_branch() {
            Limit::Branch(at - self.first_branch())
        } else {
            Limit::Island(at)
        }
    }
}

/// The second cost of a column: rising with its position, so that ties go to the column listed first, with a fraction
/// scrambled from the position added (splitmix64; Steele, Lea and Flood 2014), so that no two combinations of columns
/// are worth the same.
fn preference(column: usize, columns: usize) -> f64 {
    let mut z = (column as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let scrambled = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    (column as f64 + 0.5 * scrambled + 1.0) / columns as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::Branch;

    #[test]
    fn positions_outside_are_refused() {
        let network = Network::new(2, vec![Branch::from_reactance(0, 1, 0.1, 1.0, 100.0)], &[]).unwrap();
        let build = |bus, branch, column| {
            let columns = vec![Column::supply(0), Column::consumption(bus)];
            Market::new(network.clone(), columns, vec![vec![(branch, 1.0)]], vec![vec![(column, 1.0)]]).err()
        };
        assert_eq!(build(1, 0, 1), None);
        assert_eq!(build(2, 0, 1), Some(MarketError::Column { column: 1 }));
        assert_eq!(build(1, 1, 1), Some(MarketError::Section { section: 0 }));
        assert_eq!(build(1, 0, 2), Some(MarketError::Row { row: 0 }));
    }
}
