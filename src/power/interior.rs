//! The dispatch in angles, by an interior point (clarabel): quadratic costs, and the fall-back of the hourly simplex.
//!
//! It shares no matrix with the simplex: unknowns are the columns and the angles, each bus has its balance.

use super::hour::Hour;
use super::market::Market;
use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT, ZeroConeT,
};

/// What an interior point answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Interior {
    /// An optimum.
    Optimal(Point),
    /// Proven to have no dispatch.
    Infeasible,
    /// Neither.
    Unsolved,
}

/// An optimum: values by column, angles by place, prices by bus, shadow prices of limits (positive: the upper binds).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub(super) x: Vec<f64>,
    pub(super) angle: Vec<[f64; 1]>,
    pub(super) price: Vec<f64>,
    pub(super) branch_shadow: Vec<f64>,
    pub(super) section_shadow: Vec<f64>,
    pub(super) row_shadow: Vec<f64>,
}

/// Rows of A x ≤ b, each with the shadow price it feeds.
struct Rows {
    triplets: Vec<(usize, usize, f64)>,
    rhs: Vec<f64>,
}

impl Rows {
    fn push(&mut self, terms: impl Iterator<Item = (usize, f64)>, rhs: f64) -> usize {
        let row = self.rhs.len();
        self.triplets.extend(terms.filter(|&(_, v)| v != 0.0).map(|(column, v)| (row, column, v)));
        self.rhs.push(rhs);
        row
    }

    /// `low ≤ terms ≤ high`, sides that are finite; where each row went.
    fn between(&mut self, terms: &[(usize, f64)], low: f64, high: f64) -> (Option<usize>, Option<usize>) {
        let upper = high.is_finite().then(|| self.push(terms.iter().copied(), high));
        let lower = low.is_finite().then(|| self.push(terms.iter().map(|&(c, v)| (c, -v)), -low));
        (lower, upper)
    }
}

/// Minimizes `Σ cost x + ½ quadratic x²` over the hour. `quadratic` is by column, empty for a linear cost.
pub(super) fn solve(market: &Market, hour: &Hour, quadratic: &[f64]) -> Interior {
    let network = market.network();
    let columns = market.columns().len();
    let unknowns = network.places() - 1;
    let width = columns + unknowns;
    let angle = |place: u32| (columns + place as usize, place as usize != unknowns);
    let flow_terms = |branch: usize, weight: f64, terms: &mut Vec<(usize, f64)>| {
        let (f, t) = network.ends[branch];
        for (place, sign) in [(f, 1.0), (t, -1.0)] {
            if let (column, true) = angle(place) {
                terms.push((column, sign * weight * network.susceptance[branch]));
            }
        }
        -weight * network.shift_mw[branch]
    };

    let mut rows = Rows { triplets: Vec::new(), rhs: Vec::new() };
    // Balances: Σ injection x − (flow out − flow in) = withdrawal.
    for &withdrawal in hour.withdrawal_mw {
        rows.push(std::iter::empty(), withdrawal);
    }
    for (j, column) in market.columns().iter().enumerate() {
        rows.triplets.push((column.bus, j, column.injection));
    }
    let mut terms = Vec::new();
    for (k, branch) in network.branches().iter().enumerate().filter(|(_, b)| b.in_service) {
        terms.clear();
        let at_zero = flow_terms(k, 1.0, &mut terms);
        for (bus, sign) in [(branch.from, -1.0), (branch.to, 1.0)] {
            rows.triplets.extend(terms.iter().map(|&(column, v)| (bus, column, sign * v)));
            rows.rhs[bus] -= sign * at_zero;
        }
    }
    let balances = rows.rhs.len();
    for j in 0..columns {
        rows.between(&[(j, 1.0)], hour.lower_mw[j], hour.upper_mw[j]);
    }
    let mut limits = Vec::new();
    for (k, &limit) in hour.branch_limit_mw.iter().enumerate() {
        terms.clear();
        let at_zero = flow_terms(k, 1.0, &mut terms);
        limits.push(rows.between(&terms, -limit - at_zero, limit - at_zero));
    }
    for (s, section) in market.sections().iter().enumerate() {
        terms.clear();
        let at_zero: f64 = section.iter().map(|&(branch, weight)| flow_terms(branch, weight, &mut terms)).sum();
        limits.push(rows.between(&terms, hour.section_low_mw[s] - at_zero, hour.section_high_mw[s] - at_zero));
    }
    for (r, row) in market.rows().iter().enumerate() {
        limits.push(rows.between(row, hour.row_low_mw[r], hour.row_high_mw[r]));
    }

    let height = rows.rhs.len();
    let (mut i, mut j, mut v) = (Vec::new(), Vec::new(), Vec::new());
    for (row, column, value) in rows.triplets {
        i.push(row);
        j.push(column);
        v.push(value);
    }
    let matrix = CscMatrix::new_from_triplets(height, width, i, j, v);
    let curved: Vec<usize> = (0..quadratic.len()).filter(|&j| quadratic[j] != 0.0).collect();
    let curvature = curved.iter().map(|&j| quadratic[j]).collect();
    let hessian = CscMatrix::new_from_triplets(width, width, curved.clone(), curved, curvature);
    let mut cost = hour.cost_usd_per_mwh.to_vec();
    cost.resize(width, 0.0);
    let cones: [SupportedConeT<f64>; 2] = [ZeroConeT(balances), NonnegativeConeT(height - balances)];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .max_iter(300)
        .tol_gap_abs(1e-9)
        .tol_gap_rel(1e-10)
        .tol_feas(1e-10)
        .build();
    let Ok(settings) = settings else {
        return Interior::Unsolved;
    };
    let Ok(mut solver) = DefaultSolver::new(&hessian, &cost, &matrix, &rows.rhs, &cones, settings) else {
        return Interior::Unsolved;
    };
    solver.solve();
    match solver.solution.status {
        SolverStatus::Solved | SolverStatus::AlmostSolved => {}
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => {
            return Interior::Infeasible;
        }
        _ => return Interior::Unsolved,
    }
    let (primal, dual) = (&solver.solution.x, &solver.solution.z);
    let mut shadows = limits.iter().map(|&(lower, upper)| {
        let of = |row: Option<usize>| row.map_or(0.0, |row| dual[row]);
        of(upper) - of(lower)
    });
    let branches = network.branches().len();
    Interior::Optimal(Point {
        x: primal[..columns].to_vec(),
        angle: primal[columns..].iter().map(|&a| [a]).chain([[0.0]]).collect(),
        price: dual[..balances].iter().map(|z| -z).collect(),
        branch_shadow: shadows.by_ref().take(branches).collect(),
        section_shadow: shadows.by_ref().take(market.sections().len()).collect(),
        row_shadow: shadows.collect(),
    })
}
