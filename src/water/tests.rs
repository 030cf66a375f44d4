//! The planner against closed forms, and its methods against one another.

use super::*;
use proptest::prelude::*;

/// One lake, one thermal plant, everything by stage.
fn lake(inflow: &[Vec<(f64, f64)>], demand: f64, cost: &[f64]) -> Problem {
    let t = inflow.len();
    let reservoir = Reservoir {
        id: "lake".into(),
        start: 5.0,
        minimum: vec![0.0; t],
        maximum: vec![10.0; t],
        end: End::Free,
        downstream: None,
        delay: 0,
        inflow: vec![0.0; t],
        refuses: false,
        loss_share: 0.0,
        release: (vec![0.0; t], vec![8.0; t]),
        spill_maximum: f64::INFINITY,
        spill_cost: 0.0,
        value: vec![0.0; t],
        value_knots: Vec::new(),
        turbine: Turbine::Linear(1.0),
        end_value: Vec::new(),
        step: None,
    };
    let outcome = |&(probability, q): &(f64, f64)| Outcome {
        probability,
        inflow: vec![q],
        price: None,
        demand,
        thermal_factor: 1.0,
    };
    Problem {
        stages: t,
        hours: vec![1.0; t],
        volume_per_flow_hour: 1.0,
        discount: 1.0,
        reservoirs: vec![reservoir],
        thermal: vec![Thermal {
            id: "plant".into(),
            minimum: vec![0.0; t],
            maximum: vec![f64::INFINITY; t],
            cost: cost.to_vec(),
        }],
        unserved_cost: None,
        start: vec![1.0],
        transition: vec![vec![vec![1.0]]; t - 1],
        outcomes: inflow.iter().map(|o| vec![o.iter().map(outcome).collect()]).collect(),
    }
}

fn by(problem: &Problem, method: Method) -> Planned {
    plan(problem, &Effort { method, ..Effort::default() }).unwrap()
}

#[test]
fn water_goes_where_fuel_is_dear() {
    // 5 in store, nothing comes, 4 asked twice: the dear stage is met by water alone, 1 of the cheap one.
    let problem = lake(&[vec![(1.0, 0.0)], vec![(1.0, 0.0)]], 4.0, &[1.0, 3.0]);
    let planned = by(&problem, Method::Tree);
    assert!((planned.cost - 3.0).abs() < 1e-9, "{planned:?}");
    assert!((planned.path[0].release[0] - 1.0).abs() < 1e-9);
    assert!((planned.path[0].water_value[0] - 1.0).abs() < 1e-9, "the last unit saves cheap fuel");
}

#[test]
fn a_grid_that_holds_the_answer_finds_it() {
    let mut problem = lake(&[vec![(1.0, 1.0)], vec![(0.5, 0.0), (0.5, 4.0)], vec![(1.0, 2.0)]], 4.0, &[2.0, 5.0, 3.0]);
    let exact = by(&problem, Method::Tree).cost;
    problem.reservoirs[0].step = Some(1.0);
    assert!((by(&problem, Method::Grid).cost - exact).abs() < 1e-9);
}

#[test]
fn a_full_reservoir_spills_and_its_water_is_worth_nothing() {
    let mut problem = lake(&[vec![(1.0, 9.0)], vec![(1.0, 9.0)]], 2.0, &[1.0, 3.0]);
    problem.reservoirs[0].start = 10.0;
    let planned = by(&problem, Method::Tree);
    assert!(planned.cost.abs() < 1e-9 && planned.path[0].water_value[0].abs() < 1e-9, "{planned:?}");
    assert!(planned.path[0].spill[0] > 0.0);
}

#[test]
fn limits_that_conflict_are_named() {
    let mut problem = lake(&[vec![(1.0, 0.0)], vec![(1.0, 0.0)]], 2.0, &[1.0, 3.0]);
    problem.reservoirs[0].release.0 = vec![4.0; 2];
    match plan(&problem, &Effort::default()) {
        Err(PlanError::Infeasible(what)) => assert!(what.contains("stage"), "{what}"),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Dual dynamic programming brackets the exact tree.
    #[test]
    fn the_bounds_hold_the_exact_answer(
        inflow in prop::collection::vec((0.1_f64..0.9, 0.0_f64..6.0, 0.0_f64..6.0), 4),
        cost in prop::collection::vec(0.5_f64..6.0, 4),
    ) {
        let outcomes: Vec<Vec<(f64, f64)>> = inflow.iter().map(|(p, a, b)| vec![(*p, *a), (1.0 - p, *b)]).collect();
        let problem = lake(&outcomes, 5.0, &cost);
        let exact = by(&problem, Method::Tree).cost;
        let bounds = by(&problem, Method::Sddp);
        prop_assert!(bounds.low <= exact + 1e-6 && exact <= bounds.high + 1e-6, "{} in {} {}", exact, bounds.low, bounds.high);
        prop_assert!(bounds.high - bounds.low < 1e-3 * (1.0 + exact.abs()));
        prop_assert!((bounds.low - exact).abs() < 1e-3 * (1.0 + exact.abs()));
    }
}
