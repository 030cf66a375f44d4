//! Flows kept up to date while columns move, one step at a time.
//!
//! A search moves a few columns a step. Solving the network anew would cost as much as all the rest of the step; adding
//! what the moved columns add to each flow costs a fraction. Rounding of these sums grows slowly (1e-15 of the megawatts
//! moved, each time), so that a search may lean on them and nothing else may: what is reported and proven is solved anew.

use super::market::{Limit, Market};
use super::network::Network;

/// What the fixed withdrawals of an hour do alone: the flow over each branch, and what each island has too much.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    pub(super) flow: Vec<f64>,
    pub(super) surplus: Vec<f64>,
}

impl Base {
    /// Memory for one hour.
    pub(super) fn new(network: &Network) -> Self {
        Self { flow: vec![0.0; network.branches().len()], surplus: vec![0.0; network.references().len()] }
    }

    /// Fills the surplus by island of an hour's withdrawals.
    pub(super) fn sum_islands(&mut self, network: &Network, withdrawal_mw: &[f64]) {
        if let [only] = &mut self.surplus[..] {
            *only = -withdrawal_mw.iter().sum::<f64>();
            return;
        }
        self.surplus.fill(0.0);
        for (&island, mw) in network.island_of().iter().zip(withdrawal_mw) {
            self.surplus[island as usize] -= mw;
        }
    }
}

/// What the columns add to the base.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// Each column as it stands in `flow` and `surplus`.
    column: Vec<f64>,
    flow: Vec<f64>,
    surplus: Vec<f64>,
}

impl Running {
    /// All columns at zero.
    pub(super) fn new(market: &Market) -> Self {
        let network = market.network();
        Self {
            column: vec![0.0; market.columns().len()],
            flow: vec![0.0; network.branches().len()],
            surplus: vec![0.0; network.references().len()],
        }
    }

    /// All columns back to zero, and with them all rounding.
    pub(super) fn reset(&mut self) {
        self.column.fill(0.0);
        self.flow.fill(0.0);
        self.surplus.fill(0.0);
    }

    /// A column as it stands here.
    pub(super) fn column(&self, column: usize) -> f64 {
        self.column[column]
    }

    /// Moves all columns to `x`.
    pub(super) fn follow(&mut self, market: &Market, x: &[f64]) {
        /// Columns compared at once: few of them move.
        const AT_ONCE: usize = 8;
        for first in (0..x.len()).step_by(AT_ONCE) {
            let part = first..x.len().min(first + AT_ONCE);
            let differ = |(a, b): (&f64, &f64)| u64::from(a != b);
            if x[part.clone()].iter().zip(&self.column[part.clone()]).map(differ).sum::<u64>() == 0 {
                continue;
            }
            for j in part {
                if x[j] != self.column[j] {
                    self.set(market, j, x[j]);
                }
            }
        }
    }

    /// Moves one column.
    pub(super) fn set(&mut self, market: &Market, column: usize, to: f64) {
        let Some(of) = market.columns().get(column) else {
            return;
        };
        let moved = of.injection * (to - self.column[column]);
        self.column[column] = to;
        if moved == 0.0 {
            return;
        }
        self.surplus[market.network().island_of()[of.bus] as usize] += moved;
        for (flow, per_mw) in self.flow.iter_mut().zip(market.response(of.bus)) {
            *flow += moved * per_mw;
        }
    }

    /// The flow over a branch.
    #[inline]
    pub(super) fn flow(&self, base: &Base, branch: usize) -> f64 {
        base.flow[branch] + self.flow[branch]
    }

    /// What an island has too much.
    #[inline]
    pub(super) fn surplus(&self, base: &Base, island: usize) -> f64 {
        base.surplus[island] + self.surplus[island]
    }

    /// The flow over a section.
    pub(super) fn section(&self, base: &Base, terms: &[(usize, f64)]) -> f64 {
        terms.iter().map(|&(branch, weight)| weight * self.flow(base, branch)).sum()
    }

    /// The quantity of a limit by its position in the market's list, at columns `x` where it is a row.
    pub(super) fn value(&self, market: &Market, limit: usize, base: &Base, x: &[f64]) -> f64 {
        match market.limit_at(limit) {
            Limit::Island(island) => self.surplus(base, island),
            Limit::Branch(branch) => self.flow(base, branch),
            Limit::Section(section) => self.section(base, &market.sections()[section]),
            Limit::Row(row) => market.rows()[row].iter().map(|&(column, coefficient)| coefficient * x[column]).sum(),
            Limit::Column(_) => 0.0,
        }
    }

    /// Flows by branch, of the base and of the columns.
    pub(super) fn flows<'a>(&'a self, base: &'a Base) -> (&'a [f64], &'a [f64]) {
        (&base.flow, &self.flow)
    }
}
