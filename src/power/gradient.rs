//! How each limit's quantity moves with each column and with the injection at each bus, computed when first asked for.

use super::lanes::dot;
use super::market::{Limit, Market};

/// Not computed yet.
const ABSENT: u32 = u32::MAX;

/// Gradients of limits, kept from hour to hour: of a balance 1 inside its island, of a branch or section its shift
/// factors, of a row its coefficients.
#[derive(Clone, Debug, Default)]
pub(super) struct Gradients {
    slot: Vec<u32>,
    by_column: Vec<f64>,
    by_bus: Vec<f64>,
    /// What the quantity is at zero injection: the circulating flow of phase shifters.
    offset: Vec<f64>,
    circulating: Vec<f64>,
    columns: usize,
    buses: usize,
}

impl Gradients {
    /// Nothing computed yet but the circulating flow.
    pub(super) fn new(market: &Market) -> Self {
        let network = market.network();
        let (columns, buses) = (market.columns().len(), network.bus_count());
        let mut circulating = vec![0.0; network.branches().len()];
        network.flow(&[], &mut circulating);
        Self { slot: vec![ABSENT; market.limit_count()], circulating, columns, buses, ..Self::default() }
    }

    /// Computes the gradient of a limit unless it is there.
    pub(super) fn ensure(&mut self, market: &Market, limit: usize) {
        if self.slot[limit] != ABSENT {
            return;
        }
        self.slot[limit] = self.offset.len() as u32;
        let first_bus = self.by_bus.len();
        self.by_bus.resize(first_bus + self.buses, 0.0);
        let by_bus = &mut self.by_bus[first_bus..];
        let mut offset = 0.0;
        match market.limit_at(limit) {
            Limit::Island(island) => {
                for (g, &i) in by_bus.iter_mut().zip(market.network().island_of()) {
                    *g = if i as usize == island { 1.0 } else { 0.0 };
                }
            }
            Limit::Branch(branch) => {
                market.network().shift_factors(&[(branch, 1.0)], by_bus);
                offset = self.circulating[branch];
            }
            Limit::Section(section) => {
                let terms = &market.sections()[section];
                market.network().shift_factors(terms, by_bus);
                offset = terms.iter().map(|&(branch, weight)| weight * self.circulating[branch]).sum();
            }
            Limit::Row(_) | Limit::Column(_) => {}
        }
        let first_column = self.by_column.len();
        self.by_column.extend(market.columns().iter().map(|c| c.injection * by_bus[c.bus]));
        if let Limit::Row(row) = market.limit_at(limit) {
            for &(column, coefficient) in &market.rows()[row] {
                self.by_column[first_column + column] += coefficient;
            }
        }
        self.offset.push(offset);
    }

    /// By column. Only after [`Self::ensure`].
    #[inline]
    pub(super) fn by_column(&self, limit: usize) -> &[f64] {
        &self.by_column[self.slot[limit] as usize * self.columns..][..self.columns]
    }

    /// By bus. Only after [`Self::ensure`].
    #[inline]
    pub(super) fn by_bus(&self, limit: usize) -> &[f64] {
        &self.by_bus[self.slot[limit] as usize * self.buses..][..self.buses]
    }

    /// The limit's quantity at an injection by bus, and columns `x` where it is a row.
    pub(super) fn value(&self, market: &Market, limit: usize, injection: &[f64], x: &[f64]) -> f64 {
        match market.limit_at(limit) {
            Limit::Row(row) => market.rows()[row].iter().map(|&(column, coefficient)| coefficient * x[column]).sum(),
            _ => self.offset[self.slot[limit] as usize] + dot(self.by_bus(limit), injection),
        }
    }
}
