//! The proof of one hour's dispatch, from its answer and the network's data alone.
//!
//! Hours are proven one at a time or several side by side, by the same code and to the same bits. Shift factors and bases are not used. Primal: bounds, limits and the balance at every bus. Dual: with prices
//! λ by bus and shadow prices μ of the limits, weak duality gives a lower bound on the cost of any dispatch,
//!
//! ```text
//! Σ λ_b withdrawal_b − Σ μ_r side_r + Σ min(r_j lower_j, r_j upper_j) − Σ b_k φ_k (λ_f − λ_t + μ_k)
//! ```
//!
//! with reduced costs `r_j = cost_j − injection_j λ + Σ μ_r coefficient_rj`, provided that prices are stationary in the
//! angles, `Σ_k ± b_k (λ_f − λ_t + μ_k) = 0` at each bus; what is left of that sum, times the angle, counts as gap.

use super::hour::SideBySide;
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

/// The answers of `W` hours under proof, side by side, and the memory the proof needs.
pub(super) struct Answer<'a, const W: usize> {
    pub(super) x: &'a [[f64; W]],
    pub(super) angle: &'a [[f64; W]],
    pub(super) flow: &'a [[f64; W]],
    pub(super) price: &'a [[f64; W]],
    /// Positive where an upper limit binds, negative where a lower one does.
    pub(super) branch_shadow: &'a [[f64; W]],
    pub(super) section_shadow: &'a [[f64; W]],
    pub(super) row_shadow: &'a [[f64; W]],
    pub(super) scratch: &'a mut Scratch<W>,
}

/// Memory of a proof, by bus, branch and column.
#[derive(Clone, Debug)]
pub(super) struct Scratch<const W: usize> {
    bus: Vec<[f64; W]>,
    branch: Vec<[f64; W]>,
    column: Vec<[f64; W]>,
}

impl<const W: usize> Scratch<W> {
    pub(super) fn new(market: &Market) -> Self {
        Self {
            bus: vec![[0.0; W]; market.network().bus_count()],
            branch: vec![[0.0; W]; market.network().branches().len()],
            column: vec![[0.0; W]; market.columns().len()],
        }
    }
}

/// Proves, or fails to prove, `W` hours.
#[inline(always)]
pub(super) fn certify<const W: usize>(
    market: &Market,
    hour: &SideBySide<W>,
    answer: &mut Answer<W>,
) -> [Certificate; W] {
    let violation = violation(market, hour, answer);
    let mut objective = [0.0; W];
    for (x, cost) in answer.x.iter().zip(hour.cost) {
        for lane in 0..W {
            objective[lane] += x[lane] * cost[lane];
        }
    }
    let (bound, residual) = bound(market, hour, answer);
    core::array::from_fn(|lane| {
        let (cost, proven) = (objective[lane], bound[lane]);
        let gap = ((cost - proven).abs() + residual[lane]) / cost.abs().max(1.0);
        Certificate {
            objective_usd_per_h: cost,
            bound_usd_per_h: proven,
            gap: if gap.is_nan() { f64::INFINITY } else { gap },
            violation_mw: violation[lane],
        }
    })
}

/// The larger of two, the first where the second is no number: what vector units do.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The largest primal violation of each hour.
#[inline(always)]
fn violation<const W: usize>(market: &Market, hour: &SideBySide<W>, answer: &mut Answer<W>) -> [f64; W] {
    let mut worst = [0.0; W];
    // Zero unless some value is not finite: then no number, and no proof.
    let mut poison = [0.0; W];
    let mut total = [1e3; W];
    for ((x, low), high) in answer.x.iter().zip(hour.lower).zip(hour.upper) {
        for lane in 0..W {
            worst[lane] = larger(larger(worst[lane], low[lane] - x[lane]), x[lane] - high[lane]);
            total[lane] = larger(total[lane], x[lane].abs());
            poison[lane] += 0.0 * x[lane];
        }
    }
    for (flow, limit) in answer.flow.iter().zip(hour.branch_limit) {
        for lane in 0..W {
            worst[lane] = larger(worst[lane], flow[lane].abs() - limit[lane]);
        }
    }
    for (terms, (low, high)) in market.sections().iter().zip(hour.section_low.iter().zip(hour.section_high)) {
        for lane in 0..W {
            let value: f64 = terms.iter().map(|&(branch, weight)| weight * answer.flow[branch][lane]).sum();
            worst[lane] = larger(larger(worst[lane], low[lane] - value), value - high[lane]);
        }
    }
    for (terms, (low, high)) in market.rows().iter().zip(hour.row_low.iter().zip(hour.row_high)) {
        for lane in 0..W {
            let value: f64 = terms.iter().map(|&(column, coefficient)| coefficient * answer.x[column][lane]).sum();
            worst[lane] = larger(larger(worst[lane], low[lane] - value), value - high[lane]);
        }
    }
    let left = &mut answer.scratch.bus;
    for (left, withdrawal) in left.iter_mut().zip(hour.withdrawal) {
        for lane in 0..W {
            left[lane] = -withdrawal[lane];
        }
    }
    for (column, x) in market.columns().iter().zip(answer.x) {
        let left = &mut left[column.bus];
        for lane in 0..W {
            left[lane] += column.injection * x[lane];
        }
    }
    market.network().carry_away(answer.flow, left);
    let mut balance = [0.0; W];
    for left in left {
        for lane in 0..W {
            balance[lane] = larger(balance[lane], left[lane].abs());
            poison[lane] += 0.0 * left[lane];
        }
    }
    // Rounding of a balance grows with the megawatts that pass.
    core::array::from_fn(|lane| {
        let worst = larger(worst[lane], balance[lane] / total[lane] * 1e3);
        if poison[lane] == 0.0 { worst } else { f64::INFINITY }
    })
}

/// The bound that prices prove, and what their stationarity lacks.
#[inline(always)]
fn bound<const W: usize>(market: &Market, hour: &SideBySide<W>, answer: &mut Answer<W>) -> ([f64; W], [f64; W]) {
    let network = market.network();
    let Scratch { bus, branch, column } = &mut *answer.scratch;
    let mut bound = [0.0; W];
    for (price, withdrawal) in answer.price.iter().zip(hour.withdrawal) {
        for lane in 0..W {
            bound[lane] += price[lane] * withdrawal[lane];
        }
    }
    branch.copy_from_slice(answer.branch_shadow);
    for (mu, limit) in answer.branch_shadow.iter().zip(hour.branch_limit) {
        for lane in 0..W {
            bound[lane] -= if mu[lane] == 0.0 { 0.0 } else { mu[lane].abs() * limit[lane] };
        }
    }
    let of_side = |mu: f64, low: f64, high: f64| {
        if mu > 0.0 {
            mu * high
        } else if mu < 0.0 {
            mu * low
        } else {
            0.0
        }
    };
    let sides = answer.section_shadow.iter().zip(hour.section_low.iter().zip(hour.section_high));
    for (terms, (mu, (low, high))) in market.sections().iter().zip(sides) {
        for lane in 0..W {
            bound[lane] -= of_side(mu[lane], low[lane], high[lane]);
            if mu[lane] != 0.0 {
                for &(k, weight) in terms {
                    branch[k][lane] += weight * mu[lane];
                }
            }
        }
    }
    for ((reduced, cost), of) in column.iter_mut().zip(hour.cost).zip(market.columns()) {
        let price = &answer.price[of.bus];
        for lane in 0..W {
            reduced[lane] = cost[lane] - of.injection * price[lane];
        }
    }
    let sides = answer.row_shadow.iter().zip(hour.row_low.iter().zip(hour.row_high));
    for (terms, (mu, (low, high))) in market.rows().iter().zip(sides) {
        for lane in 0..W {
            bound[lane] -= of_side(mu[lane], low[lane], high[lane]);
            if mu[lane] != 0.0 {
                for &(j, coefficient) in terms {
                    column[j][lane] += mu[lane] * coefficient;
                }
            }
        }
    }
    for ((reduced, low), high) in column.iter().zip(hour.lower).zip(hour.upper) {
        for lane in 0..W {
            let (a, b) = (reduced[lane] * low[lane], reduced[lane] * high[lane]);
            bound[lane] += if b < a { b } else { a };
        }
    }

    // Each branch's b (λf − λt + μ) takes the place of its shadow price.
    let branches = network.branches().iter().zip(&network.susceptance).zip(&network.shift_mw);
    for (((of, b), shift_mw), mu) in branches.zip(branch.iter_mut()) {
        let (from, to) = (&answer.price[of.from], &answer.price[of.to]);
        for lane in 0..W {
            let spread = from[lane] - to[lane] + mu[lane];
            bound[lane] -= shift_mw * spread;
            mu[lane] = b * spread;
        }
    }
    bus.fill([0.0; W]);
    network.carry_away(branch, bus);
    let mut residual = [0.0; W];
    for (left, &place) in bus.iter().zip(&network.place) {
        let angle = &answer.angle[place as usize];
        for lane in 0..W {
            residual[lane] += (left[lane] * angle[lane]).abs();
        }
    }
    (bound, residual)
}
