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

/// Two lakes in cascade with a small pond below, two nodes and a line: a year of 73 stages whose load and inflow vary.
pub(super) fn small_system() -> System {
    let store = |name: &str, bus, vmax, v0, qmax, qmin, down| Store {
        name: name.into(),
        bus,
        vmax,
        v0,
        qmax,
        qmin,
        mw_per_cms: 0.3,
        spill_max: 6000.0,
        down,
    };
    System {
        nodes: 2,
        lines: vec![Line { from: 0, to: 1, x: 0.05, limit_mw: 500.0 }],
        thermal: vec![
            Unit { bus: 1, pmax_mw: 300.0, cost: 20.0 },
            Unit { bus: 1, pmax_mw: 300.0, cost: 30.0 },
            Unit { bus: 0, pmax_mw: 600.0, cost: 60.0 },
        ],
        reservoirs: vec![
            store("upper", 0, 9000.0, 6000.0, 1500.0, 200.0, Some(1)),
            store("lower", 1, 8000.0, 5000.0, 2000.0, 300.0, Some(2)),
            store("pond", 1, 500.0, 300.0, 2600.0, 300.0, None),
        ],
        voll: 3000.0,
        end_price: None,
    }
}

fn small_year(seed: u64) -> Year {
    let stream = crate::random::Stream::new(crate::random::Seed(seed), crate::random::Member(0), "test.year", "x");
    let (mut loads, mut inflow) = (Vec::new(), Vec::new());
    for h in 0..8760_u32 {
        let mut draws = stream.at(i64::from(h));
        let season = libm::cos(core::f64::consts::TAU * f64::from(h) / 8760.0);
        let day = libm::sin(core::f64::consts::TAU * f64::from(h % 24) / 24.0);
        for base in [600.0, 700.0] {
            loads.push(base * (1.0 + 0.2 * season + 0.15 * day + 0.04 * draws.normal()));
        }
        for mean in [600.0, 300.0, 100.0] {
            inflow.push((mean * (1.0 - 0.6 * season + 0.05 * draws.normal())).max(0.0));
        }
    }
    Year { loads, inflow }
}

#[test]
fn water_values_run_a_year_they_never_saw() {
    let system = small_system();
    let values = WaterValues::train(&system, &[small_year(1), small_year(2)]).unwrap();
    let operation = Operation::new(&system, &values).unwrap();
    let year = small_year(3);
    let run = operation.run(&year).unwrap();
    let ends = &run.volumes[8759 * 3..];
    for (r, v) in system.reservoirs.iter().zip(ends) {
        assert!(*v >= r.v0 && *v <= r.vmax, "{} ends at {v}", r.name);
    }
    // Water is conserved: what came in less what is left over went through the turbines or over the top, never negative.
    for (h, v) in run.volumes.chunks(3).enumerate() {
        assert!(v.iter().zip(&system.reservoirs).all(|(v, r)| *v >= -1e-9 && *v <= r.vmax + 1e-9), "hour {h}: {v:?}");
    }
    // A run of the river at its yearly means, the same merit order on a copper plate: the values must do better.
    let mean = |k: usize| year.inflow.iter().skip(k).step_by(3).sum::<f64>() / 8760.0;
    let hydro = 0.3 * (mean(0) + (mean(0) + mean(1)) + (mean(0) + mean(1) + mean(2)));
    let flat: f64 = year
        .loads
        .chunks(2)
        .map(|l| {
            let left = (l[0] + l[1] - hydro).max(0.0);
            left.min(300.0) * 20.0 + (left - 300.0).clamp(0.0, 300.0) * 30.0 + (left - 600.0).max(0.0) * 60.0
        })
        .sum();
    assert!(run.objective < flat, "{} against {flat} at constant release", run.objective);
    assert_eq!(operation.run(&year).unwrap(), run, "the same year gives the same bits");
}

#[test]
fn a_full_reservoir_has_the_spill_value_and_an_empty_one_the_scarcity_value() {
    let system = small_system();
    let values = WaterValues::train(&system, &[small_year(1)]).unwrap();
    let at = |share: f64| values.marginal(36, 0, [9000.0 * share, 8000.0 * share]);
    let (empty, half, full) = (at(0.0), at(0.5), at(1.0));
    for b in 0..2 {
        assert!(empty[b] >= half[b] && half[b] >= full[b] - 1e-6, "{empty:?} {half:?} {full:?}");
        assert!(
            full[b] >= -1e-6 && full[b] < 20.0,
            "in high water a full lake's water is worth less than fuel: {full:?}"
        );
    }
}

/// The same system behind a line that binds in most hours, in years whose inflow persists.
pub(super) fn tight_system(end_price: Option<f64>) -> System {
    let mut system = small_system();
    system.lines[0].limit_mw = 150.0;
    (system.reservoirs[0].vmax, system.reservoirs[0].v0) = (4000.0, 2000.0);
    (system.reservoirs[1].vmax, system.reservoirs[1].v0) = (3000.0, 1500.0);
    System { end_price, ..system }
}

pub(super) fn persistent_year(seed: u64) -> Year {
    let stream = crate::random::Stream::new(crate::random::Seed(seed), crate::random::Member(1), "test.year", "x");
    let mut year = small_year(seed);
    // A hundred days of it.
    year.loads.truncate(2400 * 2);
    year.inflow.truncate(2400 * 3);
    let mut score = stream.at(-1).normal();
    for (h, inflow) in year.inflow.chunks_mut(3).enumerate() {
        if h % 168 == 0 {
            score = 0.8 * score + 0.6 * stream.at(h as i64).normal();
        }
        for q in inflow {
            *q *= libm::exp(0.2 * score - 0.02);
        }
    }
    year
}

/// Where the line of the lowest plant is the limit, water goes past its turbines instead of being held back above it.
#[test]
fn a_small_reservoir_lets_water_by() {
    let mut system = tight_system(Some(25.0));
    system.nodes = 3;
    system.reservoirs[2].bus = 2;
    system.lines.push(Line { from: 1, to: 2, x: 0.05, limit_mw: 150.0 });
    let with_third_node = |mut year: Year| {
        year.loads = year.loads.chunks(2).flat_map(|l| [l[0], l[1], 0.0]).collect();
        year
    };
    let training = [1, 2].map(|seed| with_third_node(persistent_year(seed)));
    let year = with_third_node(persistent_year(9));
    let cost = [0.0, 6000.0].map(|spill_max| {
        system.reservoirs[2].spill_max = spill_max;
        let values = WaterValues::train(&system, &training).unwrap();
        let run = Operation::new(&system, &values).unwrap().run(&year).unwrap();
        run.objective - system.end_worth(&run.volumes)
    });
    println!("without and with a spillway: {cost:.0?}");
    assert!(cost[1] < 0.99 * cost[0], "{cost:?}");
}

/// Reservoirs that run dry release less than their least, and the year goes on.
#[test]
fn a_drought_stops_no_year() {
    let training = [1, 2].map(persistent_year);
    let mut year = persistent_year(9);
    year.inflow.iter_mut().for_each(|q| *q *= 0.05);
    for price in [None, Some(25.0)] {
        let mut system = tight_system(price);
        (system.reservoirs[0].v0, system.reservoirs[1].v0, system.reservoirs[2].v0) = (100.0, 100.0, 10.0);
        let values = WaterValues::train(&system, &training).unwrap();
        let run = Operation::new(&system, &values).unwrap().run(&year).unwrap();
        assert!(run.volumes.iter().all(|v| *v >= -1e-9));
        assert!(run.volumes.chunks(3).any(|v| v[0] + v[1] < 1.0), "it runs dry");
    }
}

#[test]
fn water_left_at_the_end_is_kept_by_its_price() {
    let training: Vec<Year> = (1..4).map(persistent_year).collect();
    let year = persistent_year(9);
    let run = |price: Option<f64>| {
        let system = tight_system(price);
        let values = WaterValues::train(&system, &training).unwrap();
        assert!(values.is_priced(), "the line binds in most hours");
        let run = Operation::new(&system, &values).unwrap().run(&year).unwrap();
        for v in run.volumes.chunks(3) {
            assert!(v.iter().zip(&system.reservoirs).all(|(v, r)| *v >= -1e-9 && *v <= r.vmax + 1e-9), "{v:?}");
        }
        let pond = run.volumes.chunks(3).map(|v| v[2]);
        let (low, high) = (pond.clone().fold(f64::INFINITY, f64::min), pond.fold(0.0, f64::max));
        let used = (high - low) / system.reservoirs[2].vmax;
        assert!(
            if price.is_some() { used > 0.3 } else { used < 0.01 },
            "the small reservoir moves by {used} of its room"
        );
        let stored = System { end_price: Some(1.0), ..system }.end_worth(&run.volumes);
        (run.objective, stored)
    };
    let (cheap, dear, level) = (run(Some(5.0)), run(Some(200.0)), run(None));
    println!("cost and MWh left: {cheap:.0?} at 5, {dear:.0?} at 200, {level:.0?} back at the start");
    assert!(cheap.1 < dear.1 && cheap.0 < dear.0, "dear water is kept, and what replaces it costs");
    // Each policy is the better one under its own price.
    assert!(cheap.0 - 5.0 * cheap.1 <= dear.0 - 5.0 * dear.1);
    assert!(dear.0 - 200.0 * dear.1 <= cheap.0 - 200.0 * cheap.1);
    assert!(level.1 >= tight_system(Some(1.0)).end_worth(&[2000.0, 1500.0, 300.0]) - 1e-6);
}
