//! Where columns stand for a basis: kept running during a search, and solved anew for what is reported.

use super::super::hour::Hour;
use super::super::lanes::count_near;
use super::super::market::Market;
use super::super::running::Base;
use super::{SECOND_TIE, Simplex};

/// A basic quantity this near to a bound may have another basis with the same dispatch \[MW\].
pub(in super::super) const MARGIN_MW: f64 = 1e-6;

impl Simplex {
    /// Puts each nonbasic column on the side its reduced cost prefers.
    fn place_nonbasic(&mut self, market: &Market, hour: &Hour) {
        self.saw_tie = false;
        let bounds = hour.lower_mw.iter().zip(hour.upper_mw);
        for ((x, &d), (&low, &high)) in self.x.iter_mut().zip(&self.reduced).zip(bounds) {
            *x = if d >= 0.0 { low } else { high };
        }
        // Basic columns cost nothing to move; whatever else costs nothing is decided by the second cost.
        let tie = self.tie;
        let ties = self.reduced.iter().fold(0_u64, |n, d| n + u64::from(d.abs() <= tie));
        let basic_ties = self.columns.iter().filter(|&&j| self.reduced[j as usize].abs() <= tie).count() as u64;
        if ties > basic_ties {
            self.settle_ties(market, hour);
        }
    }

    /// Puts the nonbasic columns whose reduced cost is zero where the second cost prefers them.
    fn settle_ties(&mut self, market: &Market, hour: &Hour) {
        for j in 0..self.x.len() {
            let (low, high) = (hour.lower_mw[j], hour.upper_mw[j]);
            if self.reduced[j].abs() <= self.tie && low < high && !self.is_basic[j] {
                let second = self.second_reduced(market, j);
                self.saw_tie |= second.abs() <= SECOND_TIE;
                self.x[j] = if second >= 0.0 { low } else { high };
            }
        }
    }

    /// Puts each tight limit on the side its price prefers. False if that side does not exist.
    fn place_limits(&mut self, market: &Market, hour: &Hour) -> bool {
        self.side.clear();
        for i in 0..self.limits.len() {
            let (low, high) = hour.sides(market, self.limits[i] as usize);
            let mut at_low = self.dual[i] >= 0.0;
            if self.dual[i].abs() <= self.tie && low < high {
                self.know_second(market);
                at_low = self.second_dual[i] >= 0.0;
                self.saw_tie |= self.second_dual[i].abs() <= SECOND_TIE;
            }
            self.side.push(if at_low { low } else { high });
        }
        self.side.iter().all(|side| side.is_finite())
    }

    /// Puts all columns where the basis wants them, by what the tight limits lack as the columns stand. False if the
    /// preferred side of a limit does not exist.
    pub(super) fn place(&mut self, market: &Market, hour: &Hour, base: &Base) -> bool {
        self.place_nonbasic(market, hour);
        if !self.place_limits(market, hour) {
            return false;
        }
        for &j in &self.columns {
            self.x[j as usize] = self.running.column(j as usize);
        }
        self.running.follow(market, &self.x);
        self.basic_value.clear();
        for (&limit, side) in self.limits.iter().zip(&self.side) {
            let value = self.running.value(market, limit as usize, base, &self.x);
            self.basic_value.push(side - value);
        }
        self.lu.solve(&mut self.basic_value);
        for (&j, moved) in self.columns.iter().zip(&self.basic_value) {
            let x = &mut self.x[j as usize];
            *x += moved;
            self.running.set(market, j as usize, *x);
        }
        true
    }

    /// Solves the columns' values anew from the basis alone, and what each bus injects with them.
    pub(in super::super) fn settle(&mut self, market: &Market, hour: &Hour) {
        for &j in &self.columns {
            self.x[j as usize] = 0.0;
        }
        self.inject(market, hour);
        self.basic_value.clear();
        for (&limit, side) in self.limits.iter().zip(&self.side) {
            let value = self.gradients.value(market, limit as usize, &self.injection, &self.x);
            self.basic_value.push(side - value);
        }
        self.lu.solve(&mut self.basic_value);
        for (&j, &value) in self.columns.iter().zip(&self.basic_value) {
            let column = &market.columns()[j as usize];
            self.x[j as usize] = value;
            self.injection[column.bus] += column.injection * value;
        }
    }

    /// What each bus injects, by the columns as they stand.
    fn inject(&mut self, market: &Market, hour: &Hour) {
        for (injection, withdrawal) in self.injection.iter_mut().zip(hour.withdrawal_mw) {
            *injection = -withdrawal;
        }
        for (column, x) in market.columns().iter().zip(&self.x) {
            self.injection[column.bus] += column.injection * x;
        }
    }

    /// Angles, flows, sections and rows of the settled columns.
    pub(in super::super) fn measure(&mut self, market: &Market) {
        let network = market.network();
        network.angles_by_place(self.injection.as_chunks::<1>().0, &mut self.angle);
        network.flow_from_places(&self.angle, self.flow.as_chunks_mut::<1>().0);
        for (value, terms) in self.section.iter_mut().zip(market.sections()) {
            *value = terms.iter().map(|&(branch, weight)| weight * self.flow[branch]).sum();
        }
        for (value, terms) in self.row.iter_mut().zip(market.rows()) {
            *value = terms.iter().map(|&(column, coefficient)| coefficient * self.x[column]).sum();
        }
    }

    /// Whether no price is a tie and every basic column is clear of its bounds.
    pub(in super::super) fn columns_are_clear(&self, hour: &Hour) -> bool {
        let inside = |&j: &u32| clear(hour.lower_mw[j as usize], self.x[j as usize], hour.upper_mw[j as usize]);
        !self.saw_tie && self.columns.iter().all(inside)
    }

    /// How many branches are held at their limit.
    pub(in super::super) fn tight_branches(&self, market: &Market) -> usize {
        let branches = market.first_branch()..market.first_section();
        self.limits.iter().filter(|&&limit| branches.contains(&(limit as usize))).count()
    }

    /// Whether every limit that is not held is clear of its sides. With [`Self::columns_are_clear`]: there is no other
    /// optimal basis.
    pub(in super::super) fn limits_are_clear(&self, market: &Market, hour: &Hour) -> bool {
        let slack = |at: usize, low: f64, value: f64, high: f64| self.is_tight[at] || clear(low, value, high);
        let sections = self.section.iter().zip(hour.section_low_mw.iter().zip(hour.section_high_mw)).enumerate();
        let rows = self.row.iter().zip(hour.row_low_mw.iter().zip(hour.row_high_mw)).enumerate();
        // A tight branch is at its limit; no other may be near its own.
        count_near(&self.flow, hour.branch_limit_mw, MARGIN_MW) == self.tight_branches(market)
            && sections.into_iter().all(|(s, (&f, (&l, &h)))| slack(market.first_section() + s, l, f, h))
            && rows.into_iter().all(|(r, (&v, (&l, &h)))| slack(market.first_row() + r, l, v, h))
    }
}

/// Whether a value is inside by more than the margin.
fn clear(low: f64, value: f64, high: f64) -> bool {
    value - low > MARGIN_MW && high - value > MARGIN_MW
}
