//! The proof of one hour's dispatch, from its answer and the network's data alone.
//!
//! Shift factors, factors and bases are not used. Primal: bounds, limits and the balance at every bus. Dual: with prices
//! λ by bus and shadow prices μ of the limits, weak duality gives a lower bound on the cost of any dispatch,
//!
//! ```text
//! Σ λ_b withdrawal_b − Σ μ_r side_r + Σ min(r_j lower_j, r_j upper_j) − Σ b_k φ_k (λ_f − λ_t + μ_k)
//! ```
//!
//! with reduced costs `r_j = cost_j − injection_j λ + Σ μ_r coefficient_rj`, provided that prices are stationary in the
//! angles, `Σ_k ± b_k (λ_f − λ_t + μ_k) = 0` at each bus; what is left of that sum, times the angle, counts as gap.

use super::hour::Hour;
use super::lanes::{dot, furthest_outside};
use super::market::Market;

/// Residuals up to this are rounding \[MW\].
const PRIMAL_MW: f64 = 1e-6;
/// The greatest relative gap of a certified hour.
const GAP: f64 = 1e-9;

/// What was proven of an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// The cost \[USD per hour\].
    pub objective_usd_per_h: f64,
    /// The lower bound that the prices prove \[USD per hour\].
    pub bound_usd_per_h: f64,
    /// The difference (with the residual of the dual), relative to the cost or to one dollar, whichever is larger.
    pub gap: f64,
    /// The largest violation of a bound, a limit or a bus balance \[MW\].
    pub violation_mw: f64,
}

impl Certificate {
    /// Whether the dispatch is feasible to rounding and within 1e-9 of optimal.
    pub fn holds(&self) -> bool {
        self.violation_mw <= PRIMAL_MW && self.gap <= GAP
    }
}

/// The answer under proof, and the memory the proof needs.
pub(super) struct Answer<'a> {
    pub(super) x: &'a [f64],
    pub(super) angle: &'a [[f64; 1]],
    pub(super) flow: &'a [f64],
    pub(super) price: &'a [f64],
    /// Positive where an upper limit binds, negative where a lower one does.
    pub(super) branch_shadow: &'a [f64],
    pub(super) section_shadow: &'a [f64],
    pub(super) row_shadow: &'a [f64],
    pub(super) by_bus: &'a mut [f64],
    pub(super) by_branch: &'a mut [f64],
    pub(super) by_column: &'a mut [f64],
}

/// Proves, or fails to prove, an hour.
pub(super) fn certify(market: &Market, hour: &Hour, answer: &mut Answer) -> Certificate {
    let violation_mw = violation(market, hour, answer);
    let objective = dot(answer.x, hour.cost_usd_per_mwh);
    let (bound, residual) = bound(market, hour, answer);
    let gap = ((objective - bound).abs() + residual) / objective.abs().max(1.0);
    let gap = if gap.is_nan() { f64::INFINITY } else { gap };
    Certificate { objective_usd_per_h: objective, bound_usd_per_h: bound, gap, violation_mw }
}

/// The largest primal violation.
fn violation(market: &Market, hour: &Hour, answer: &mut Answer) -> f64 {
    let mut worst = furthest_outside(answer.x, hour.lower_mw, hour.upper_mw);
    for (flow, limit) in answer.flow.iter().zip(hour.branch_limit_mw) {
        worst = worst.max(flow.abs() - limit);
    }
    for (s, terms) in market.sections().iter().enumerate() {
        let value: f64 = terms.iter().map(|&(branch, weight)| weight * answer.flow[branch]).sum();
        worst = worst.max(hour.section_low_mw[s] - value).max(value - hour.section_high_mw[s]);
    }
    for (r, terms) in market.rows().iter().enumerate() {
        let value: f64 = terms.iter().map(|&(column, coefficient)| coefficient * answer.x[column]).sum();
        worst = worst.max(hour.row_low_mw[r] - value).max(value - hour.row_high_mw[r]);
    }
    let left = &mut *answer.by_bus;
    for (left, withdrawal) in left.iter_mut().zip(hour.withdrawal_mw) {
        *left = -withdrawal;
    }
    for (column, x) in market.columns().iter().zip(answer.x) {
        left[column.bus] += column.injection * x;
    }
    for (branch, flow) in market.network().branches().iter().zip(answer.flow) {
        left[branch.from] -= flow;
        left[branch.to] += flow;
    }
    let total = answer.x.iter().map(|x| x.abs()).fold(1.0, f64::max);
    let balance = left.iter().fold(0.0_f64, |m, mw| m.max(mw.abs()));
    // Rounding of a balance grows with the megawatts that pass.
    worst.max(balance / total.max(1e3) * 1e3)
}

/// The bound that prices prove, and what their stationarity lacks.
fn bound(market: &Market, hour: &Hour, answer: &mut Answer) -> (f64, f64) {
    let network = market.network();
    let mut bound = dot(answer.price, hour.withdrawal_mw);
    let mut sides = |shadow: f64, low: f64, high: f64| {
        if shadow != 0.0 {
            bound -= shadow * if shadow > 0.0 { high } else { low };
        }
    };
    let shadow = &mut *answer.by_branch;
    shadow.copy_from_slice(answer.branch_shadow);
    for (&mu, &limit) in answer.branch_shadow.iter().zip(hour.branch_limit_mw) {
        sides(mu, -limit, limit);
    }
    for (s, &mu) in answer.section_shadow.iter().enumerate() {
        sides(mu, hour.section_low_mw[s], hour.section_high_mw[s]);
        if mu != 0.0 {
            for &(branch, weight) in &market.sections()[s] {
                shadow[branch] += weight * mu;
            }
        }
    }
    let reduced = &mut *answer.by_column;
    for ((d, cost), column) in reduced.iter_mut().zip(hour.cost_usd_per_mwh).zip(market.columns()) {
        *d = cost - column.injection * answer.price[column.bus];
    }
    for (r, &mu) in answer.row_shadow.iter().enumerate() {
        sides(mu, hour.row_low_mw[r], hour.row_high_mw[r]);
        if mu != 0.0 {
            for &(column, coefficient) in &market.rows()[r] {
                reduced[column] += mu * coefficient;
            }
        }
    }
    for (d, (low, high)) in reduced.iter().zip(hour.lower_mw.iter().zip(hour.upper_mw)) {
        bound += (d * low).min(d * high);
    }

    let stationary = &mut *answer.by_bus;
    stationary.fill(0.0);
    let branches = network.branches().iter().zip(&network.susceptance).zip(&network.shift_mw);
    for (((branch, b), shift_mw), mu) in branches.zip(shadow.iter()) {
        let spread = answer.price[branch.from] - answer.price[branch.to] + mu;
        bound -= shift_mw * spread;
        stationary[branch.from] += b * spread;
        stationary[branch.to] -= b * spread;
    }
    let mut residual = 0.0;
    for (left, &place) in stationary.iter().zip(&network.place) {
        residual += (left * answer.angle[place as usize][0]).abs();
    }
    (bound, residual)
}
