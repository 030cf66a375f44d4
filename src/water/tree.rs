//! The whole tree of outcomes as one linear program: exact, for as many nodes as that can hold.

use super::plan::{Decision, PlanError, Planned};
use super::problem::Problem;
use super::simplex::{self, Basis, Program, Row, Stuck};
use super::stage::{self, Stage};
use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT, ZeroConeT,
};

/// Rows up to which the own simplex is used, whose dense inverse is exact to the last digits; beyond, an interior point.
const SIMPLEX_ROWS: usize = 500;

/// A node of the tree.
struct Node {
    stage: Stage,
    at: usize,
    parent: Option<usize>,
    probability: f64,
    first_column: usize,
    first_row: usize,
}

/// Number of nodes of the tree, up to a limit.
pub(super) fn nodes(problem: &Problem, limit: usize) -> Option<usize> {
    let mut by_state: Vec<usize> = vec![0; problem.start.len()];
    let mut total = 0_usize;
    for t in 0..problem.stages {
        let mut next = vec![0_usize; by_state.len()];
        for (to, count) in next.iter_mut().enumerate() {
            let outcomes = problem.outcomes[t][to].iter().filter(|o| o.probability > 0.0).count();
            let parents = if t == 0 {
                usize::from(problem.start[to] > 0.0)
            } else {
                let step = &problem.transition[t - 1];
                by_state.iter().enumerate().filter(|(from, _)| step[*from][to] > 0.0).map(|(_, n)| n).sum()
            };
            *count = parents.checked_mul(outcomes)?;
        }
        by_state = next;
        total = total.checked_add(by_state.iter().sum())?;
        if total > limit {
            return None;
        }
    }
    Some(total)
}

fn grow(problem: &Problem) -> Vec<Node> {
    let mut all: Vec<Node> = Vec::new();
    let mut states: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None];
    for t in 0..problem.stages {
        let mut now = Vec::new();
        for parent in before {
            for to in 0..problem.start.len() {
                let chance = match parent {
                    None => problem.start[to],
                    Some(p) => problem.transition[t - 1][states[p]][to],
                };
                for outcome in problem.outcomes[t][to].iter().filter(|o| o.probability > 0.0 && chance > 0.0) {
                    let above = parent.map_or(1.0, |p| all[p].probability);
                    now.push(Some(all.len()));
                    states.push(to);
                    all.push(Node {
                        stage: Stage::new(problem, t, outcome),
                        at: t,
                        parent,
                        probability: above * chance * outcome.probability,
                        first_column: 0,
                        first_row: 0,
                    });
                }
            }
        }
        before = now;
    }
    let (mut column, mut row) = (0, 0);
    for node in &mut all {
        (node.first_column, node.first_row) = (column, row);
        column += node.stage.cost.len();
        row += node.stage.rows.len();
    }
    all
}

/// Solves the tree.
pub(super) fn solve(problem: &Problem) -> Result<Planned, PlanError> {
    let nodes = grow(problem);
    let start = stage::start(problem);
    let mut program = Program::default();
    let mut fixed = 0.0;
    for node in &nodes {
        let weight = node.probability * libm::pow(problem.discount, node.at as f64);
        fixed += weight * node.stage.fixed;
        program.cost.extend(node.stage.cost.iter().map(|c| c * weight));
        program.lower.extend_from_slice(&node.stage.lower);
        program.upper.extend_from_slice(&node.stage.upper);
        for of in &node.stage.rows {
            let mut terms: Vec<_> = of.row.terms.iter().map(|(c, a)| (node.first_column + c, *a)).collect();
            let mut known = 0.0;
            for &(state, a) in &of.of_state {
                match node.parent {
                    None => known += a * start[state],
                    Some(p) => terms.push((nodes[p].first_column + nodes[p].stage.out[state], a)),
                }
            }
            program.rows.push(Row { terms, low: of.row.low - known, high: of.row.high - known });
        }
    }
    let (optimum, method, gap) = if program.rows.len() <= SIMPLEX_ROWS {
        match simplex::solve(&program, &mut Basis::default()) {
            Ok(best) => (best, "linear program of the whole tree (dual simplex)", 0.0),
            Err(Stuck::Infeasible(row)) => return Err(PlanError::Infeasible(place(problem, &nodes, row))),
            Err(Stuck::Numbers) => interior(&program)?,
        }
    } else {
        interior(&program)?
    };
    let x = |node: &Node, column: usize| optimum.x[node.first_column + column];
    let decision = |node: &Node| {
        let weight = node.probability * libm::pow(problem.discount, node.at as f64);
        Decision {
            stage: node.at + 1,
            release: node.stage.release.iter().map(|r| r.iter().map(|c| x(node, *c)).sum()).collect(),
            spill: node.stage.spill.iter().map(|c| x(node, *c)).collect(),
            storage: node.stage.out[..problem.reservoirs.len()].iter().map(|c| x(node, *c)).collect(),
            thermal: node.stage.thermal.iter().map(|c| x(node, *c)).collect(),
            unserved: node.stage.unserved.map_or(0.0, |c| x(node, c)),
            // One unit more on the right of the balance is one unit more water.
            water_value: node
                .stage
                .balance
                .iter()
                .map(|r| -optimum.dual[node.first_row + r] / weight.max(1e-300))
                .collect(),
        }
    };
    let firsts: Vec<Decision> = nodes.iter().filter(|n| n.at == 0).map(decision).collect();
    let path = if nodes.len() == problem.stages { nodes.iter().map(decision).collect() } else { Vec::new() };
    let cost = optimum.objective + fixed;
    Ok(Planned {
        method: method.to_owned(),
        cost,
        low: cost - gap,
        high: cost + gap,
        is_certified: true,
        first: firsts.into_iter().next(),
        path,
        work: format!("{} nodes, {} rows", nodes.len(), program.rows.len()),
    })
}

/// Stage and reservoir of a row that cannot be kept.
fn place(problem: &Problem, nodes: &[Node], row: usize) -> String {
    let Some(node) = nodes.iter().rev().find(|n| n.first_row <= row) else { return String::new() };
    let own = row - node.first_row;
    let what = match node.stage.balance.iter().position(|r| *r == own) {
        Some(i) => format!("the balance of reservoir {}", problem.reservoirs[i].id),
        None => "a least release or the power demanded".to_owned(),
    };
    format!("stage {}: {what} cannot be kept within the limits", node.at + 1)
}

/// By clarabel, for programs too large for a dense inverse.
fn interior(program: &Program) -> Result<(simplex::Optimum, &'static str, f64), PlanError> {
    let (mut i, mut j, mut v) = (Vec::new(), Vec::new(), Vec::new());
    let mut right = Vec::new();
    let mut from: Vec<(usize, usize, f64)> = Vec::new();
    let mut push = |terms: &mut dyn Iterator<Item = (usize, f64)>, side: f64| {
        for (column, a) in terms {
            i.push(right.len());
            j.push(column);
            v.push(a);
        }
        right.push(side);
        right.len() - 1
    };
    for (r, row) in program.rows.iter().enumerate().filter(|(_, row)| row.low == row.high) {
        let at = push(&mut row.terms.iter().copied(), row.high);
        from.push((at, r, -1.0));
    }
    let fixed = |c: &usize| program.lower[*c] == program.upper[*c];
    for c in (0..program.cost.len()).filter(fixed) {
        push(&mut std::iter::once((c, 1.0)), program.lower[c]);
    }
    let equations = from.len() + (0..program.cost.len()).filter(fixed).count();
    for (r, row) in program.rows.iter().enumerate().filter(|(_, row)| row.low != row.high) {
        if row.high.is_finite() {
            let at = push(&mut row.terms.iter().copied(), row.high);
            from.push((at, r, -1.0));
        }
        if row.low.is_finite() {
            let at = push(&mut row.terms.iter().map(|(c, a)| (*c, -a)), -row.low);
            from.push((at, r, 1.0));
        }
    }
    for c in (0..program.cost.len()).filter(|c| !fixed(c)) {
        push(&mut std::iter::once((c, 1.0)), program.upper[c]);
        push(&mut std::iter::once((c, -1.0)), -program.lower[c]);
    }
    let (height, width) = (right.len(), program.cost.len());
    let matrix = CscMatrix::new_from_triplets(height, width, i, j, v);
    let hessian = CscMatrix::zeros((width, width));
    let cones: [SupportedConeT<f64>; 2] = [ZeroConeT(equations), NonnegativeConeT(height - equations)];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .max_iter(400)
        .tol_gap_abs(1e-9)
        .tol_gap_rel(1e-11)
        .tol_feas(1e-10)
        .build()
        .map_err(|e| PlanError::Numbers(e.to_string()))?;
    let mut solver = DefaultSolver::new(&hessian, &program.cost, &matrix, &right, &cones, settings)
        .map_err(|e| PlanError::Numbers(e.to_string()))?;
    solver.solve();
    let s = &solver.solution;
    match s.status {
        SolverStatus::Solved | SolverStatus::AlmostSolved | SolverStatus::InsufficientProgress => {}
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => {
            return Err(PlanError::Infeasible("the limits conflict; no plan keeps them all".to_owned()));
        }
        _ => return Err(PlanError::Numbers(format!("the interior point ended {:?}", s.status))),
    }
    let mut dual = vec![0.0; program.rows.len()];
    for (at, row, sign) in from {
        dual[row] += sign * s.z[at];
    }
    let gap = (s.obj_val - s.obj_val_dual).abs();
    if gap > 1e-5 * (1.0 + s.obj_val.abs()) {
        return Err(PlanError::Numbers(format!("the interior point left a gap of {gap}")));
    }
    let best = simplex::Optimum { objective: s.obj_val, x: s.x.clone(), dual };
    Ok((best, "linear program of the whole tree (interior point)", gap))
}
