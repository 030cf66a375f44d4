//! Published and independently computed answers on MATPOWER and PGLib cases; see `tests/data/grid/README.md`.

use hashwatt::power::{Case, CaseDispatchError, Cost, Susceptance};
use std::path::PathBuf;

fn data(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/grid").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn case(name: &str) -> Case {
    Case::from_matpower(&data(name)).unwrap_or_else(|e| panic!("{name}:\n{e}"))
}

/// The rows of a CSV without its header.
fn rows(name: &str) -> Vec<Vec<String>> {
    data(name).lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

const CASES: [&str; 4] = ["case9", "case14", "case30", "case118"];

#[test]
fn dc_flow_is_matpowers() {
    for name in CASES {
        let flow = case(&format!("{name}.m")).flow().unwrap();
        for (row, angle) in rows(&format!("dcpf/{name}_bus.csv")).iter().zip(&flow.angle_deg) {
            assert!((number(&row[1]) - angle).abs() <= 1e-6, "{name} bus {}: {angle}", row[0]);
        }
        for (row, mw) in rows(&format!("dcpf/{name}_branch.csv")).iter().zip(&flow.flow_mw) {
            assert!((number(&row[4]) - mw).abs() <= 1e-6, "{name} branch {}: {mw}", row[0]);
        }
    }
}

#[test]
fn least_cost_dispatch_is_matpowers() {
    let objectives = rows("dcopf/objective.csv");
    for (name, objective) in CASES.iter().zip(&objectives) {
        let solved = case(&format!("{name}.m")).dispatch(Susceptance::Matpower).unwrap();
        let expected = number(&objective[1]);
        assert!((solved.objective_usd_per_h - expected).abs() <= 1e-6 * expected, "{name}");
        for (row, mw) in rows(&format!("dcopf/{name}_gen.csv")).iter().zip(&solved.generator_mw) {
            assert!((number(&row[2]) - mw).abs() <= 1e-2, "{name} generator {}: {mw}", row[0]);
        }
        for (row, price) in rows(&format!("dcopf/{name}_lmp.csv")).iter().zip(&solved.price_usd_per_mwh) {
            assert!((number(&row[1]) - price).abs() <= 1e-3, "{name} bus {}: {price}", row[0]);
        }
    }
}

#[test]
fn pglib_objectives_by_both_rules() {
    for row in rows("pglib/expected.csv") {
        let case = case(&format!("pglib/{}.m", row[0]));
        let dcp = case.dispatch(Susceptance::Dcp).unwrap().objective_usd_per_h;
        let matpower = case.dispatch(Susceptance::Matpower).unwrap().objective_usd_per_h;
        let published = number(&row[1]);
        assert!((dcp - published).abs() <= 5e-5 * published, "{}: {dcp} against {published} published", row[0]);
        assert!((dcp - number(&row[2])).abs() <= 1e-6 * published, "{}: {dcp}", row[0]);
        assert!((matpower - number(&row[3])).abs() <= 1e-6 * published, "{}: {matpower}", row[0]);
    }
}

#[test]
fn least_shedding_after_outages() {
    let list =
        |text: &str| -> Vec<usize> { text.split_whitespace().map(|row| row.parse::<usize>().unwrap() - 1).collect() };
    for row in rows("least_shedding.csv") {
        let left = case(&row[0]).without(&list(&row[1]), &list(&row[2]));
        let shed: f64 = left.least_shedding().unwrap().shed_mw.iter().sum();
        assert!((shed - number(&row[3])).abs() <= 1e-3, "{row:?}: {shed}");
    }
}

#[test]
fn a_written_case_reads_back_the_same() {
    for name in ["case30.m", "case118.m", "pglib/pglib_opf_case30_ieee.m"] {
        let mut first = case(name);
        first.notes.clear();
        let second = Case::from_matpower(&first.to_matpower()).unwrap();
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn a_piecewise_cost_equals_its_quadratic_at_the_points() {
    // Pieces of the quadratic cost, fine enough: the dispatch agrees to the width of a piece.
    let exact = case("case9.m").dispatch(Susceptance::Matpower).unwrap();
    let mut pieces = case("case9.m");
    for generator in &mut pieces.generators {
        let Cost::Polynomial { constant, linear, quadratic } = generator.cost else { panic!() };
        let points = (0..=300).map(|i| {
            let mw = generator.min_mw + (generator.max_mw - generator.min_mw) * f64::from(i) / 300.0;
            (mw, constant + (linear + quadratic * mw) * mw)
        });
        generator.cost = Cost::Piecewise(points.collect());
    }
    let close = pieces.dispatch(Susceptance::Matpower).unwrap();
    assert!(close.gap <= 1e-9);
    assert!(close.objective_usd_per_h >= exact.objective_usd_per_h - 1e-6);
    assert!(close.objective_usd_per_h <= exact.objective_usd_per_h * (1.0 + 1e-5));
    for (a, b) in exact.generator_mw.iter().zip(&close.generator_mw) {
        assert!((a - b).abs() < 1.0);
    }
}

#[test]
fn an_infeasible_case_names_what_conflicts() {
    let mut starved = case("case9.m");
    starved.buses[6].demand_mw = 2000.0;
    let error = starved.dispatch(Susceptance::Matpower).unwrap_err();
    let CaseDispatchError::Infeasible { conflicting } = error else { panic!("{error}") };
    assert!(!conflicting.is_empty(), "{conflicting:?}");
    assert!(conflicting.iter().all(|c| c.contains("bus") || c.contains("branch row")), "{conflicting:?}");
}

#[test]
fn hours_are_the_case_hour_by_hour() {
    let mut linear = case("pglib/pglib_opf_case118_ieee.m");
    for branch in &mut linear.branches {
        branch.rating_mw *= 0.75;
    }
    for generator in &mut linear.generators {
        generator.min_mw = 0.0;
    }
    let buses = linear.buses.len();
    let hours = 200;
    let share = |t: usize, bus: usize| 0.7 + 0.3 * (((t * 31 + bus * 17) % 97) as f64 / 97.0);
    let load: Vec<f64> = (0..hours)
        .flat_map(|t| (0..buses).map(move |b| (t, b)))
        .map(|(t, b)| linear.buses[b].demand_mw * share(t, b))
        .collect();
    let all = linear.dispatch_hours(Susceptance::Matpower, &load, 3000.0).unwrap();
    assert!(all.fallback_hours.is_empty());
    assert!(all.worst_gap <= 1e-9);
    for t in [0, 1, 99, 168, 199] {
        let alone = linear.dispatch_hours(Susceptance::Matpower, &load[t * buses..][..buses], 3000.0).unwrap();
        assert_eq!(alone.objective_usd_per_h[0], all.objective_usd_per_h[t]);
        assert_eq!(alone.shed_mw, all.shed_mw[t * buses..][..buses]);
    }
}

#[test]
fn malformed_text_gives_every_problem_with_its_place() {
    let text = "function mpc = bad\nmpc.version = '2';\nmpc.baseMVA = 100;\nmpc.bus = [\n\t1 3 0 0 0 0 1 1 0 220 1 1.1 0.9;\n\
        \t1 1 5O 0 0 0 1 1 0 220 1 1.1 0.9;\n\t2 7 50 0 0 0 1 1 0;\n];\nmpc.gen = [\n\t9 0 0 0 0 1 100 1 80 0;\n\t1 0 0;\n];\n\
        mpc.branch = [ 1 2 0 0 0 0 0 0 0 0 1 -360 360 ];\nmpc.gen(:, 9) = 2 * mpc.gen(:, 9);\n";
    let problems = Case::from_matpower(text).unwrap_err();
    let told: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "6:2: bus 1 is given twice",
            "6:6: `5O` is not a number",
            "7:4: a bus type is 1, 2, 3 or 4, found 7",
            "10:1: this generator names bus 9, which is not in the bus table",
            "11:2: a `gen` row has 3 columns, at least 10 are needed",
            "13:22: a branch in service needs a reactance other than 0",
            "14:1: a statement that computes is not read",
        ]
    );
}

#[test]
fn a_reactance_that_gives_no_susceptance_is_told_at_its_place() {
    let with = |x: &str| {
        let bus = "mpc.bus = [1 3 0 0 0 0 1 1 0 220 1 1.1 0.9; 2 1 5 0 0 0 1 1 0 220 1 1.1 0.9];";
        let gens = "mpc.gen = [1 0 0 0 0 1 100 1 80 0];";
        let text =
            format!("mpc.version = '2'; mpc.baseMVA = 100;\n{bus}\n{gens}\nmpc.branch = [1 2 0 {x} 0 0 0 0 0 0 1];\n");
        Case::from_matpower(&text).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(with("0.1"), Ok(()));
    let told = "4:21: branch row 1: its reactance times its tap is too near 0 or too large";
    assert_eq!(with("1e-320"), Err(told.to_owned()));
}

#[test]
fn what_is_left_out_is_noted_and_what_cannot_be_dispatched_is_refused() {
    let text = "mpc.version = '2'; mpc.baseMVA = 100; % all on one line\nmpc.bus_name = { 'a'; 'b]' };\n\
        mpc.bus = [1, 3, 0, 0, 0, 0, 1, 1, 0, 220, 1, 1.1, 0.9\n2 1 50 0 0 0 1 1 0 ...  continued\n 220 1 1.1 0.9];\n\
        mpc.gen = [1 0 0 0 0 1 100 1 80 0];\nmpc.branch = [1 2 0 0.1 0 0 0 0 0 0 1];\n\
        mpc.gencost = [2 0 0 4 1e-3 0.1 20 0];\n";
    let case = Case::from_matpower(text).unwrap();
    assert_eq!(case.notes, ["line 2: field `bus_name` is left out"]);
    assert_eq!(case.flow().unwrap().flow_mw, [50.0]);
    let refusal = case.dispatch(Susceptance::Matpower).unwrap_err().to_string();
    assert_eq!(refusal, "8:24: gen row 1: a polynomial cost of degree 3: at most quadratic ones");
}

/// Hours searched from the basis of the hour before and proven side by side have the bits of each hour alone, from
/// nothing: cost and shedding, over a block's border and with a rest that fills no side.
#[test]
fn hours_together_have_the_bits_of_each_alone() {
    let mut case = case("case118.m");
    for (g, generator) in case.generators.iter_mut().enumerate() {
        generator.min_mw = 0.0;
        generator.cost = Cost::Polynomial { constant: 0.0, linear: 10.0 + ((g * 37) % 53) as f64, quadratic: 0.0 };
    }
    for (k, branch) in case.branches.iter_mut().enumerate() {
        branch.rating_mw = if k % 9 == 0 { 25.0 } else { 150.0 };
    }
    let hours = 168 + 13;
    let buses = case.buses.len();
    let load: Vec<f64> = (0..hours * buses)
        .map(|i| {
            let (hour, bus) = (i / buses, i % buses);
            let level = 0.75 + 1.2 * f64::from(u8::try_from((hour * 7) % 24).unwrap()) / 24.0;
            case.buses[bus].demand_mw * level * (0.9 + 0.2 * ((i * 7919) % 101) as f64 / 101.0)
        })
        .collect();
    let together = case.dispatch_hours(Susceptance::Matpower, &load, 3000.0).unwrap();
    assert!(together.worst_gap <= 1e-9 && together.fallback_hours.is_empty());
    let mut short = 0;
    for hour in 0..hours {
        let row = hour * buses..(hour + 1) * buses;
        let alone = case.dispatch_hours(Susceptance::Matpower, &load[row.clone()], 3000.0).unwrap();
        assert_eq!(alone.objective_usd_per_h[0], together.objective_usd_per_h[hour], "hour {hour}");
        assert_eq!(alone.shed_mw, together.shed_mw[row.clone()], "hour {hour}");
        short += usize::from(alone.shed_mw.iter().sum::<f64>() > 1e-6);
    }
    assert!(short > 0, "some hours shed load");
}

/// Interface limits as MATPOWER's `toggle_iflims` has them: flow over a cut of two lines, one of them counted backward.
#[test]
fn an_interface_holds_the_flow_of_a_cut() {
    let text = data("case9.m");
    let free = Case::from_matpower(&text).unwrap();
    let open = free.dispatch(Susceptance::Matpower).unwrap();
    // Branches 2 (4–5) and 9 (9–4): what bus 4 sends to either side.
    let sent = |flow: &[f64]| flow[1] - flow[8];
    let limit = sent(&open.flow_mw) - 20.0;
    let limited = format!("{text}\nmpc.if.map = [1 2; 1 -9; 7 1];\nmpc.if.lims = [1 -Inf {limit}];\n");
    let case = Case::from_matpower(&limited).unwrap();
    assert!(case.notes.iter().any(|n| n.contains("interface 7 has no limits")));
    let held = case.dispatch(Susceptance::Matpower).unwrap();
    assert!((sent(&held.flow_mw) - limit).abs() < 1e-4, "{} {limit}", sent(&held.flow_mw));
    // A price: what one MW more saves.
    let more = Case::from_matpower(&limited.replace(&limit.to_string(), &(limit + 0.5).to_string())).unwrap();
    let saved = held.objective_usd_per_h - more.dispatch(Susceptance::Matpower).unwrap().objective_usd_per_h;
    let shadow = held.interface_shadow_usd_per_mwh[0].abs();
    assert!(saved > 0.0 && (saved / 0.5 - shadow).abs() < 0.02 * shadow, "{saved} {shadow}");
    let again = Case::from_matpower(&case.to_matpower()).unwrap();
    assert_eq!(again.interfaces, case.interfaces);
    let wrong = limited.replace("1 -9", "1 -10");
    assert!(Case::from_matpower(&wrong).unwrap_err().to_string().contains("rows are 1 to 9"));
}

/// A network of 13,000 buses is read, flows and splits into no more than one island.
#[test]
fn thirteen_thousand_buses_load() {
    let one = case("case118.m");
    let mut big = hashwatt::power::Case { name: "large".into(), base_mva: one.base_mva, ..Default::default() };
    for copy in 0..111_u32 {
        let at = |bus: u32| bus + 1000 * copy;
        big.buses.extend(one.buses.iter().cloned().map(|mut bus| {
            if copy > 0 && bus.kind == hashwatt::power::BusKind::Reference {
                bus.kind = hashwatt::power::BusKind::Generator;
            }
            bus.number = at(bus.number);
            bus
        }));
        big.generators.extend(one.generators.iter().cloned().map(|mut generator| {
            generator.bus = at(generator.bus);
            generator
        }));
        big.branches.extend(one.branches.iter().cloned().map(|mut branch| {
            (branch.from, branch.to) = (at(branch.from), at(branch.to));
            branch
        }));
        if copy > 0 {
            let tie = hashwatt::power::CaseBranch { from: at(8) - 1000, to: at(8), ..one.branches[0].clone() };
            big.branches.push(tie);
        }
    }
    let read = Case::from_matpower(&big.to_matpower()).unwrap();
    assert_eq!(read.buses.len(), 13_098);
    let flow = read.flow().unwrap();
    assert_eq!(flow.slack_mw.len(), 1);
    // What a copy has too much of goes over its ties; nothing is lost on the way.
    let tie = |copy: usize| flow.flow_mw[one.branches.len() * (copy + 1) + copy - 1];
    let net: f64 = one.generators.iter().filter(|g| g.in_service).map(|g| g.output_mw).sum::<f64>()
        - one.buses.iter().map(|b| b.demand_mw + b.shunt_mw).sum::<f64>();
    assert!((tie(110) + net).abs() < 1e-6 && (tie(50) - tie(51) + net).abs() < 1e-6, "{} {net}", tie(110));
}
