//! The hourly dispatch against an independent solver, against itself, and against the laws of linear programs.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT};
use hashwatt::power::{Branch, Column, Dispatch, DispatchError, Hour, Limit, Market, Network, Solver};
use proptest::prelude::*;

/// The numbers of an hour, owned.
#[derive(Clone, Debug, Default)]
struct Numbers {
    withdrawal: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    cost: Vec<f64>,
    branch: Vec<f64>,
    section: Vec<(f64, f64)>,
    row: Vec<(f64, f64)>,
}

impl Numbers {
    fn solve<T>(
        &self,
        market: &Market,
        solver: &mut Solver,
        then: impl FnOnce(Dispatch) -> T,
    ) -> Result<T, DispatchError> {
        let [sections, rows] = self.sides();
        solver.solve(market, &self.hour(&sections, &rows)).map(then)
    }

    /// Low and high sides of sections and rows.
    fn sides(&self) -> [(Vec<f64>, Vec<f64>); 2] {
        [&self.section, &self.row].map(|pairs| pairs.iter().copied().unzip())
    }

    fn hour<'a>(&'a self, sections: &'a (Vec<f64>, Vec<f64>), rows: &'a (Vec<f64>, Vec<f64>)) -> Hour<'a> {
        Hour {
            withdrawal_mw: &self.withdrawal,
            lower_mw: &self.lower,
            upper_mw: &self.upper,
            cost_usd_per_mwh: &self.cost,
            branch_limit_mw: &self.branch,
            section_low_mw: &sections.0,
            section_high_mw: &sections.1,
            row_low_mw: &rows.0,
            row_high_mw: &rows.1,
        }
    }

    fn cost(&self, market: &Market) -> f64 {
        self.solve(market, &mut Solver::new(market), |d| d.certificate.objective_usd_per_h).unwrap()
    }
}

/// A small generator of test data: splitmix64.
struct Dice(u64);

impl Dice {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.word() % n as u64) as usize
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A random market whose hours always have a dispatch: every bus can shed all it withdraws.
fn market(dice: &mut Dice) -> Market {
    let buses = 3 + dice.below(18);
    let mut branches = Vec::new();
    for bus in 1..buses {
        let to = dice.below(bus);
        branches.push(Branch::from_reactance(bus, to, dice.between(0.02, 0.4), 1.0, 100.0));
    }
    for _ in 0..dice.below(buses + 1) {
        let (from, to) = (dice.below(buses), dice.below(buses));
        if from != to {
            let shift = if dice.below(4) == 0 { dice.between(-0.1, 0.1) } else { 0.0 };
            branches.push(Branch::from_reactance(from, to, dice.between(0.02, 0.4), 1.1, 100.0).with_shift_rad(shift));
        }
    }
    let mut columns: Vec<Column> = (0..buses).map(Column::supply).collect();
    for _ in 0..2 + dice.below(2 * buses) {
        let bus = dice.below(buses);
        columns.push(if dice.below(4) == 0 { Column::consumption(bus) } else { Column::supply(bus) });
    }
    let sections = (0..dice.below(3))
        .map(|_| (0..=dice.below(3)).map(|_| (dice.below(branches.len()), [1.0, -1.0][dice.below(2)])).collect())
        .collect();
    let rows = (0..dice.below(3))
        .map(|_| (0..=dice.below(4)).map(|_| (buses + dice.below(columns.len() - buses), 1.0)).collect())
        .collect();
    Market::new(Network::new(buses, branches, &[]).unwrap(), columns, sections, rows).unwrap()
}

/// Random numbers for it. `round` makes ties and degenerate corners likely.
fn numbers(dice: &mut Dice, market: &Market, round: bool) -> Numbers {
    let buses = market.network().bus_count();
    let rounded = |v: f64| if round { (v / 10.0).round() * 10.0 } else { v };
    let withdrawal: Vec<f64> = (0..buses).map(|_| rounded(dice.between(0.0, 80.0))).collect();
    let mut of = Numbers { withdrawal, ..Numbers::default() };
    for (j, column) in market.columns().iter().enumerate() {
        let capacity = rounded(dice.between(0.0, 120.0));
        let (upper, cost) = if j < buses {
            (of.withdrawal[j], 3000.0)
        } else if column.injection < 0.0 {
            (0.3 * capacity, -rounded(dice.between(10.0, 60.0)))
        } else {
            (capacity, rounded(dice.between(5.0, 90.0)))
        };
        of.lower.push(0.0);
        of.upper.push(upper);
        of.cost.push(cost);
    }
    // Limits leave room for the circulating flow of the shifters at zero dispatch.
    let mut at_rest = vec![0.0; market.network().branches().len()];
    market.network().flow(&[], &mut at_rest);
    for rest in &at_rest {
        let limit = rounded(dice.between(5.0, 60.0)) + rest.abs();
        of.branch.push(if dice.below(2) == 0 { f64::INFINITY } else { limit });
    }
    for terms in market.sections() {
        let rest: f64 = terms.iter().map(|&(k, w)| w * at_rest[k]).sum();
        of.section.push((rest - rounded(dice.between(0.0, 60.0)), rest + rounded(dice.between(0.0, 60.0))));
    }
    for terms in market.rows() {
        let most: f64 = terms.iter().map(|&(j, _)| of.upper[j]).sum();
        of.row.push((f64::NEG_INFINITY, rounded(most * dice.between(0.3, 1.1))));
    }
    of
}

/// The same hour in angles, by clarabel: least cost.
fn reference(market: &Market, of: &Numbers) -> f64 {
    let network = market.network();
    let (buses, columns) = (network.bus_count(), market.columns().len());
    let width = columns + buses;
    let mut rows: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
    for bus in 0..buses {
        let mut terms: Vec<(usize, f64)> = Vec::new();
        let mut rhs = of.withdrawal[bus];
        for (j, column) in market.columns().iter().enumerate().filter(|(_, c)| c.bus == bus) {
            terms.push((j, column.injection));
        }
        for b in network.branches() {
            for (end, sign) in [(b.from, -1.0), (b.to, 1.0)] {
                if end == bus {
                    terms.push((columns + b.from, sign * b.susceptance_mw_per_rad));
                    terms.push((columns + b.to, -sign * b.susceptance_mw_per_rad));
                    rhs += sign * b.susceptance_mw_per_rad * b.shift_rad;
                }
            }
        }
        rows.push((terms, rhs));
    }
    for &bus in network.references() {
        rows.push((vec![(columns + bus, 1.0)], 0.0));
    }
    let equalities = rows.len();
    let mut between = |terms: &[(usize, f64)], low: f64, high: f64| {
        if high.is_finite() {
            rows.push((terms.to_vec(), high));
        }
        if low.is_finite() {
            rows.push((terms.iter().map(|&(c, v)| (c, -v)).collect(), -low));
        }
    };
    for j in 0..columns {
        between(&[(j, 1.0)], of.lower[j], of.upper[j]);
    }
    let flow = |k: usize, w: f64| {
        let b = network.branches()[k];
        let s = w * b.susceptance_mw_per_rad;
        ([(columns + b.from, s), (columns + b.to, -s)], -s * b.shift_rad)
    };
    for (k, &limit) in of.branch.iter().enumerate() {
        let (terms, rest) = flow(k, 1.0);
        between(&terms, -limit - rest, limit - rest);
    }
    for (terms, &(low, high)) in market.sections().iter().zip(&of.section) {
        let parts: Vec<_> = terms.iter().map(|&(k, w)| flow(k, w)).collect();
        let rest: f64 = parts.iter().map(|p| p.1).sum();
        let terms: Vec<_> = parts.iter().flat_map(|p| p.0).collect();
        between(&terms, low - rest, high - rest);
    }
    for (terms, &(low, high)) in market.rows().iter().zip(&of.row) {
        between(terms, low, high);
    }
    let (mut i, mut j, mut v) = (vec![], vec![], vec![]);
    for (row, (terms, _)) in rows.iter().enumerate() {
        for &(column, value) in terms {
            i.push(row);
            j.push(column);
            v.push(value);
        }
    }
    let a = CscMatrix::new_from_triplets(rows.len(), width, i, j, v);
    let b: Vec<f64> = rows.iter().map(|r| r.1).collect();
    let mut q = of.cost.clone();
    q.resize(width, 0.0);
    let cones = [ZeroConeT(equalities), NonnegativeConeT(rows.len() - equalities)];
    let settings = DefaultSettings { verbose: false, ..DefaultSettings::default() };
    let mut solver = DefaultSolver::new(&CscMatrix::zeros((width, width)), &q, &a, &b, &cones, settings).unwrap();
    solver.solve();
    assert_eq!(solver.solution.status, SolverStatus::Solved);
    solver.solution.obj_val
}

/// Everything an hour answers, as bits.
fn bits(d: &Dispatch) -> Vec<u64> {
    [
        d.column_mw,
        d.flow_mw,
        d.section_mw,
        d.price_usd_per_mwh,
        d.branch_shadow_usd_per_mwh,
        d.section_shadow_usd_per_mwh,
        d.row_shadow_usd_per_mwh,
        &[d.certificate.objective_usd_per_h],
    ]
    .iter()
    .flat_map(|s| s.iter().map(|v| v.to_bits()))
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_cost_is_that_of_an_independent_solver(seed: u64, round: bool) {
        let dice = &mut Dice(seed);
        let market = market(dice);
        let of = numbers(dice, &market, round);
        let (cost, fallback) = of
            .solve(&market, &mut Solver::new(&market), |d| (d.certificate.objective_usd_per_h, d.via_fallback))
            .unwrap();
        let expected = reference(&market, &of);
        prop_assert!(!fallback);
        prop_assert!((cost - expected).abs() <= 1e-7 * expected.abs().max(100.0), "{cost} is not {expected}");
    }

    #[test]
    fn the_bits_do_not_depend_on_the_hour_before(seed: u64, round: bool) {
        let dice = &mut Dice(seed);
        let market = market(dice);
        let mut warm = Solver::new(&market);
        let first = numbers(dice, &market, round);
        for hour in 0..20 {
            let mut of = if hour % 4 == 0 { numbers(dice, &market, round) } else { first.clone() };
            for mw in &mut of.withdrawal {
                *mw *= dice.between(0.6, 1.0);
            }
            for (j, upper) in of.upper.iter_mut().enumerate().take(of.withdrawal.len()) {
                *upper = of.withdrawal[j];
            }
            let kept = of.solve(&market, &mut warm, |d| bits(&d)).unwrap();
            let fresh = of.solve(&market, &mut Solver::new(&market), |d| bits(&d)).unwrap();
            prop_assert!(kept == fresh, "hour {hour}");
        }
        prop_assert_eq!(warm.effort().fallback, 0);
    }

    #[test]
    fn tightening_a_limit_never_lowers_the_cost(seed: u64, share in 0.05..0.95_f64) {
        let dice = &mut Dice(seed);
        let market = market(dice);
        let of = numbers(dice, &market, false);
        let mut tight = of.clone();
        let branch = dice.below(of.branch.len());
        tight.branch[branch] = of.branch[branch].min(60.0) * share;
        match tight.solve(&market, &mut Solver::new(&market), |d| d.certificate.objective_usd_per_h) {
            Ok(cost) => prop_assert!(cost >= of.cost(&market) - 1e-7),
            Err(e) => prop_assert!(matches!(e, DispatchError::Infeasible { .. }), "{e}"),
        }
    }

    #[test]
    fn a_price_is_what_one_more_megawatt_costs(seed: u64) {
        let dice = &mut Dice(seed);
        let market = market(dice);
        let mut of = numbers(dice, &market, false);
        for shed in of.upper.iter_mut().take(of.withdrawal.len()) {
            *shed += 1.0;
        }
        let price = of.solve(&market, &mut Solver::new(&market), |d| d.price_usd_per_mwh.to_vec()).unwrap();
        let bus = dice.below(price.len());
        let moved = |mw: f64| {
            let mut of = of.clone();
            of.withdrawal[bus] += mw;
            of.cost(&market)
        };
        // Cost is convex in demand: the price lies between the slopes to the left and to the right.
        let step = 1e-4;
        let (left, right) = ((moved(0.0) - moved(-step)) / step, (moved(step) - moved(0.0)) / step);
        prop_assert!(left - 1e-3 <= price[bus] && price[bus] <= right + 1e-3, "{left} {} {right}", price[bus]);
    }
}

#[test]
fn a_conflict_is_named() {
    let network = Network::new(2, vec![Branch::from_reactance(0, 1, 0.1, 1.0, 100.0)], &[]).unwrap();
    let market = Market::new(network, vec![Column::supply(0)], vec![], vec![]).unwrap();
    let mut of = Numbers {
        withdrawal: vec![0.0, 50.0],
        lower: vec![0.0],
        upper: vec![100.0],
        cost: vec![10.0],
        branch: vec![30.0],
        ..Numbers::default()
    };
    let error = of.solve(&market, &mut Solver::new(&market), |_| ()).unwrap_err();
    let DispatchError::Infeasible { conflicting, shortfall_mw } = error else { panic!("{error}") };
    assert_eq!(conflicting, [Limit::Branch(0)]);
    assert!((shortfall_mw - 20.0).abs() < 1e-9);
    of.branch = vec![60.0];
    of.upper = vec![45.0];
    let error = of.solve(&market, &mut Solver::new(&market), |_| ()).unwrap_err();
    let DispatchError::Infeasible { conflicting, shortfall_mw } = error else { panic!("{error}") };
    assert_eq!(conflicting, [Limit::Island(0)]);
    assert!((shortfall_mw - 5.0).abs() < 1e-9);
}

#[test]
fn islands_balance_on_their_own() {
    // Two islands; the second has only a fixed plant that meets its load exactly: nothing to price.
    let network = Network::new(4, vec![Branch::from_reactance(0, 1, 0.1, 1.0, 100.0)], &[]).unwrap();
    let columns = vec![Column::supply(0), Column::supply(2), Column::supply(3)];
    let market = Market::new(network, columns, vec![], vec![]).unwrap();
    let of = Numbers {
        withdrawal: vec![0.0, 20.0, 7.0, 5.0],
        lower: vec![0.0, 7.0, 0.0],
        upper: vec![30.0, 7.0, 9.0],
        cost: vec![10.0, 1.0, 4.0],
        branch: vec![f64::INFINITY],
        ..Numbers::default()
    };
    let mut solver = Solver::new(&market);
    for _ in 0..2 {
        let (x, price) =
            of.solve(&market, &mut solver, |d| (d.column_mw.to_vec(), d.price_usd_per_mwh.to_vec())).unwrap();
        assert_eq!(x, [20.0, 7.0, 5.0]);
        assert_eq!(price, [10.0, 10.0, 0.0, 4.0]);
    }
}

#[test]
fn what_is_malformed_is_refused() {
    let network = Network::new(1, vec![], &[]).unwrap();
    let market = Market::new(network, vec![Column::supply(0)], vec![], vec![]).unwrap();
    let of = Numbers {
        withdrawal: vec![1.0],
        lower: vec![0.0],
        upper: vec![f64::INFINITY],
        cost: vec![1.0],
        ..Numbers::default()
    };
    let mut solver = Solver::new(&market);
    assert_eq!(of.solve(&market, &mut solver, |_| ()), Err(DispatchError::Undefined { what: "upper_mw" }));
    let short = Numbers { withdrawal: vec![], upper: vec![1.0], ..of.clone() };
    let error = DispatchError::Shape { what: "withdrawal_mw", expected: 1, found: 0 };
    assert_eq!(short.solve(&market, &mut solver, |_| ()), Err(error));
    let crossed = Numbers { upper: vec![-1.0], ..of };
    let error = DispatchError::Infeasible { conflicting: vec![Limit::Column(0)], shortfall_mw: 1.0 };
    assert_eq!(crossed.solve(&market, &mut solver, |_| ()), Err(error));
}

/// Once its buffers have seen a week, the solver asks for no more memory, whatever binds.
#[test]
fn an_hour_allocates_nothing() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let market = market(&mut dice);
        let week: Vec<Numbers> = (0..168).map(|_| numbers(&mut dice, &market, seed % 2 == 0)).collect();
        let sides: Vec<_> = week.iter().map(Numbers::sides).collect();
        let hours: Vec<Hour> = week.iter().zip(&sides).map(|(of, [s, r])| of.hour(s, r)).collect();
        let mut solver = Solver::new(&market);
        let mut run = || hours.iter().filter(|hour| solver.solve(&market, hour).is_ok()).count();
        let solved = run();
        let mut again = 0;
        let asked = allocation_counter::measure(|| again = run());
        assert_eq!((solved, again), (168, 168));
        assert_eq!(asked.count_total, 0, "seed {seed}: {asked:?}");
        assert_eq!(solver.effort().fallback, 0);
    }
}
