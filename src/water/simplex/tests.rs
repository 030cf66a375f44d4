//! Textbook programs, no point, and strong duality.

use super::*;
use proptest::prelude::*;

fn row(terms: &[(usize, f64)], low: f64, high: f64) -> Row {
    Row { terms: terms.to_vec(), low, high }
}

#[test]
fn a_textbook_program() {
    // max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 at (2, 6) (Hillier and Lieberman, Wyndor Glass).
    let program = Program {
        cost: vec![-3.0, -5.0],
        lower: vec![0.0; 2],
        upper: vec![100.0; 2],
        rows: vec![
            row(&[(0, 1.0)], f64::NEG_INFINITY, 4.0),
            row(&[(1, 2.0)], f64::NEG_INFINITY, 12.0),
            row(&[(0, 3.0), (1, 2.0)], f64::NEG_INFINITY, 18.0),
        ],
    };
    let best = solve(&program, &mut Basis::default()).unwrap();
    assert!((best.objective + 36.0).abs() < 1e-9, "{best:?}");
    assert!((best.x[0] - 2.0).abs() < 1e-9 && (best.x[1] - 6.0).abs() < 1e-9);
    assert!((best.dual[1] + 1.5).abs() < 1e-9 && (best.dual[2] + 1.0).abs() < 1e-9, "{:?}", best.dual);
}

#[test]
fn no_point_is_told() {
    let program =
        Program { cost: vec![1.0], lower: vec![0.0], upper: vec![1.0], rows: vec![row(&[(0, 1.0)], 2.0, 3.0)] };
    assert_eq!(solve(&program, &mut Basis::default()), Err(Stuck::Infeasible(0)));
}

proptest! {
    /// Optimality proven by its own certificate: feasible, and the dual bound equals the objective.
    #[test]
    fn primal_and_dual_agree(
        cost in prop::collection::vec(-5.0_f64..5.0, 6),
        a in prop::collection::vec(-3.0_f64..3.0, 24),
        half in prop::collection::vec(0.0_f64..4.0, 4),
        other in prop::collection::vec(-5.0_f64..5.0, 6),
    ) {
        let rows = (0..4).map(|i| {
            let terms: Vec<_> = (0..6).map(|j| (j, a[i * 6 + j])).collect();
            let high = if i == 0 { half[i] * 0.0 } else { half[i] };
            row(&terms, if i == 1 { f64::NEG_INFINITY } else { -half[i] * f64::from(u8::from(i != 0)) }, high)
        }).collect();
        let mut program = Program { cost, lower: vec![-1.0; 6], upper: vec![2.0; 6], rows };
        let mut basis = Basis::default();
        for turn in 0..2 {
            let best = solve(&program, &mut basis).unwrap();
            let mut bound = 0.0;
            let mut reduced = program.cost.clone();
            for (r, y) in program.rows.iter().zip(&best.dual) {
                let value: f64 = r.terms.iter().map(|(j, a)| a * best.x[*j]).sum();
                prop_assert!(value >= r.low - 1e-7 && value <= r.high + 1e-7);
                if y.abs() > 1e-10 {
                    bound += y * if *y > 0.0 { r.low } else { r.high };
                }
                for (j, a) in &r.terms {
                    reduced[*j] -= y * a;
                }
            }
            for (j, d) in reduced.iter().enumerate() {
                prop_assert!(best.x[j] >= -1.0 - 1e-8 && best.x[j] <= 2.0 + 1e-8);
                bound += d * if *d > 0.0 { -1.0 } else { 2.0 };
            }
            prop_assert!((bound - best.objective).abs() < 1e-6, "turn {}: {} against {}", turn, bound, best.objective);
            program.cost.clone_from(&other);
        }
    }
}
