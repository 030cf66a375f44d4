//! Preventive N-1 dispatch against the whole problem at once: angles of the network as it is and of each network after an
//! outage, every limit written down from the tables, solved by clarabel. No factor of the screening is used.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT};
use hashwatt::power::{BusKind, Case, CaseDispatchError, Cost, Susceptance};
use std::collections::HashMap;
use std::path::PathBuf;

/// A case whose costs are linear, all generators from nothing.
fn case(name: &str) -> Case {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/grid").join(name);
    let mut case = Case::from_matpower(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (g, generator) in case.generators.iter_mut().enumerate() {
        generator.min_mw = 0.0;
        generator.cost = Cost::Polynomial { constant: 0.0, linear: 10.0 + ((g * 37) % 53) as f64, quadratic: 0.0 };
    }
    case
}

/// Ratings of every seventh branch from `first` on: a share of the worst flow after an outage that a dispatch
/// without limits would have. No other limit.
fn rated(mut case: Case, first: usize, share: f64) -> Case {
    for branch in &mut case.branches {
        (branch.rating_mw, branch.emergency_mw) = (f64::INFINITY, f64::INFINITY);
    }
    let flow = case.dispatch(Susceptance::Matpower).unwrap().flow_mw;
    let mut worst: Vec<f64> = flow.iter().map(|mw| mw.abs()).collect();
    let everything = vec![0.0; flow.len()];
    for o in case.network(Susceptance::Matpower).unwrap().screen(&flow, &everything).overloads {
        worst[o.branch] = worst[o.branch].max(o.flow_mw.abs());
    }
    for (branch, worst) in case.branches.iter_mut().zip(worst).skip(first).step_by(7) {
        branch.emergency_mw = (share * worst).max(1.0);
        branch.rating_mw = branch.emergency_mw;
    }
    case
}

/// Whether the network hangs together without a branch.
fn connected(case: &Case, lost: usize) -> bool {
    let at: HashMap<u32, usize> = case.buses.iter().enumerate().map(|(i, b)| (b.number, i)).collect();
    let mut seen = vec![false; case.buses.len()];
    let mut open = vec![0];
    seen[0] = true;
    while let Some(bus) = open.pop() {
        for (_, b) in case.branches.iter().enumerate().filter(|(k, b)| *k != lost && b.in_service) {
            let (from, to) = (at[&b.from], at[&b.to]);
            for (here, there) in [(from, to), (to, from)] {
                if here == bus && !seen[there] {
                    seen[there] = true;
                    open.push(there);
                }
            }
        }
    }
    seen.iter().all(|s| *s)
}

/// Terms by column, and the right-hand side.
type Row = (Vec<(usize, f64)>, f64);

/// Least cost of the whole problem, `None` if it has no answer.
fn whole(case: &Case) -> Option<f64> {
    let at: HashMap<u32, usize> = case.buses.iter().enumerate().map(|(i, b)| (b.number, i)).collect();
    let (buses, units) = (case.buses.len(), case.generators.len());
    let outages = (0..case.branches.len()).filter(|&k| case.branches[k].in_service && connected(case, k));
    let states: Vec<Option<usize>> = std::iter::once(None).chain(outages.map(Some)).collect();
    let width = units + states.len() * buses;
    let reference = case.buses.iter().position(|b| b.kind == BusKind::Reference).unwrap();
    let (mut equal, mut below): (Vec<Row>, Vec<Row>) = (vec![], vec![]);
    for (s, lost) in states.iter().enumerate() {
        let angle = |bus: usize| units + s * buses + bus;
        let mut balance: Vec<Row> = case.buses.iter().map(|b| (vec![], b.demand_mw + b.shunt_mw)).collect();
        for (g, unit) in case.generators.iter().enumerate().filter(|(_, u)| u.in_service) {
            balance[at[&unit.bus]].0.push((g, 1.0));
        }
        for (_, b) in case.branches.iter().enumerate().filter(|(k, b)| Some(*k) != *lost && b.in_service) {
            let (from, to, susceptance) = (at[&b.from], at[&b.to], case.base_mva / (b.reactance_pu * b.tap));
            let terms = |sign: f64| [(angle(from), sign * susceptance), (angle(to), -sign * susceptance)];
            let shift = -susceptance * b.shift_deg.to_radians();
            for (bus, sign) in [(from, -1.0), (to, 1.0)] {
                balance[bus].0.extend(terms(sign));
                balance[bus].1 -= sign * shift;
            }
            let limit = if lost.is_some() { b.emergency_mw } else { b.rating_mw };
            for sign in [1.0, -1.0] {
                below.push((terms(sign).to_vec(), limit - sign * shift));
            }
        }
        equal.append(&mut balance);
        equal.push((vec![(angle(reference), 1.0)], 0.0));
    }
    let mut cost = vec![0.0; width];
    for (g, unit) in case.generators.iter().enumerate() {
        if let Cost::Polynomial { linear, .. } = unit.cost {
            cost[g] = linear;
        }
        below.push((vec![(g, 1.0)], if unit.in_service { unit.max_mw } else { 0.0 }));
        below.push((vec![(g, -1.0)], 0.0));
    }
    let cones = [ZeroConeT(equal.len()), NonnegativeConeT(below.len())];
    equal.append(&mut below);
    let (mut i, mut j, mut v, mut rhs) = (vec![], vec![], vec![], vec![]);
    for (row, (terms, b)) in equal.into_iter().enumerate() {
        for (column, value) in terms {
            i.push(row);
            j.push(column);
            v.push(value);
        }
        rhs.push(b);
    }
    let matrix = CscMatrix::new_from_triplets(rhs.len(), width, i, j, v);
    let settings = DefaultSettings { verbose: false, tol_gap_rel: 1e-9, ..DefaultSettings::default() };
    let mut solver =
        DefaultSolver::new(&CscMatrix::zeros((width, width)), &cost, &matrix, &rhs, &cones, settings).unwrap();
    solver.solve();
    match solver.solution.status {
        SolverStatus::Solved => Some(solver.solution.obj_val),
        SolverStatus::PrimalInfeasible => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn secure_dispatch_is_the_whole_problem_solved_at_once() {
    for name in ["case9.m", "case14.m", "case30.m"] {
        let (mut dearer, mut refused) = (0, 0);
        for (first, share) in (0..7).flat_map(|first| [0.95, 0.8].map(|share| (first, share))) {
            let case = rated(case(name), first, share);
            match (whole(&case), case.dispatch_secure(Susceptance::Matpower)) {
                (Some(expected), Ok((found, _))) => {
                    let off = (found.objective_usd_per_h - expected).abs() / expected;
                    println!("{name} {first} {share}: {expected:.6} USD/h, off by {off:.1e}");
                    assert!(off <= 1e-6, "{name} {first} {share}: {} {expected}", found.objective_usd_per_h);
                    let plain = case.dispatch(Susceptance::Matpower).unwrap().objective_usd_per_h;
                    dearer += usize::from(found.objective_usd_per_h > plain * (1.0 + 1e-6));
                }
                (None, Err(CaseDispatchError::Infeasible { .. })) => refused += 1,
                (expected, found) => panic!("{name} {first} {share}: {expected:?} {found:?}"),
            }
        }
        println!("{name}: dearer than without security {dearer}, no answer {refused}");
        assert!(dearer > 1, "{name}: security hardly mattered");
    }
}
