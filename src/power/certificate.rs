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
use super::lanes::{dot, furthest_beyond, furthest_outside, largest_magnitude, least_cost};
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
    worst = furthest_beyond(answer.flow, hour.branch_limit_mw, worst);
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
    market.network().carry_away(answer.flow, left);
    let total = largest_magnitude(answer.x, 1e3);
    let balance = largest_magnitude(left, 0.0);
    // A value that is no number is as wrong as can be.
    let finite = |values: &[f64]| values.iter().fold(true, |sound, v| sound & v.is_finite());
    if !(finite(left) && finite(answer.x)) {
        return f64::INFINITY;
    }
    // Rounding of a balance grows with the megawatts that pass.
    worst.max(balance / total * 1e3)
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
    bound += least_cost(reduced, hour.lower_mw, hour.upper_mw);

    // Each branch's own spread takes the place of its shadow price.
    let branches = network.branches().iter().zip(&network.susceptance).zip(&network.shift_mw);
    for (((branch, b), shift_mw), mu) in branches.zip(shadow.iter_mut()) {
        let spread = answer.price[branch.from] - answer.price[branch.to] + *mu;
        if *shift_mw != 0.0 {
            bound -= shift_mw * spread;
        }
        *mu = b * spread;
    }
    let stationary = &mut *answer.by_bus;
    stationary.fill(0.0);
    network.carry_away(shadow, stationary);
    let mut residual = 0.0;
    for (left, &place) in stationary.iter().zip(&network.place) {
        residual += (left * answer.angle[place as usize][0]).abs();
    }
    (bound, residual)
}
