//! Least-cost transport: supplies to routes of limited capacity, each supply with its own cost on each route.
//!
//! min Σ kᵢⱼ xᵢⱼ subject to Σⱼ xᵢⱼ = sᵢ and Σᵢ xᵢⱼ ≤ cⱼ, solved exactly by successive shortest paths in the residual
//! network (Busacker & Gowen 1961; Ahuja, Magnanti & Orlin 1993, section 9.7). Taking routes in the order of their cost would
//! do if every supply had the same costs; it fails where one supply may use a single route and another two.

/// An optimal plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Amount of each supply on each route, row by row.
    pub amount: Vec<Vec<f64>>,
    /// Amount of each supply that no route can take.
    pub left: Vec<f64>,
}

impl Plan {
    /// What the plan costs on its routes.
    pub fn cost(&self, cost: &[Vec<f64>]) -> f64 {
        let rows = self.amount.iter().zip(cost);
        rows.flat_map(|(x, k)| x.iter().zip(k)).filter(|(x, _)| **x > 0.0).map(|(x, k)| x * k).sum()
    }
}

/// The plan that moves as much as it can and costs least. An infinite cost forbids a route to a supply.
///
/// Amounts below 10⁻¹² of the total supply count as nothing. Negative supplies and capacities count as zero; an infinite
/// capacity is allowed.
pub fn least_cost(cost: &[Vec<f64>], supply: &[f64], capacity: &[f64]) -> Plan {
    let (m, n) = (supply.len().min(cost.len()), capacity.len());
    let mut pending: Vec<f64> = supply.iter().take(m).map(|s| s.max(0.0)).collect();
    let dust = 1e-12 * pending.iter().sum::<f64>();
    // One more route takes what the others cannot, dearer than any way around it.
    let dearest = cost.iter().flatten().filter(|k| k.is_finite()).fold(0.0_f64, |a, k| a.max(k.abs()));
    let last_resort = (dearest + 1.0) * (m + n + 1) as f64;
    let entry = |row: &Vec<f64>, j: usize| row.get(j).copied().unwrap_or(f64::INFINITY);
    let cost: Vec<Vec<f64>> =
        cost.iter().map(|row| (0..n).map(|j| entry(row, j)).chain(core::iter::once(last_resort)).collect()).collect();
    let mut room: Vec<f64> = capacity.iter().map(|c| c.max(0.0)).chain(core::iter::once(f64::INFINITY)).collect();
    let mut amount = vec![vec![0.0; n + 1]; m];
    for i in 0..m {
        while pending[i] > dust {
            let Some(path) = cheapest_path(i, &cost, &amount, &room, dust) else { break };
            // The path alternates: row, column, row, column …; every second arc gives back what another row had sent.
            let end = path.last().map_or(n, |arc| arc.column);
            let back = path.iter().filter_map(|arc| arc.gives_back.map(|(row, column)| amount[row][column]));
            let moved = back.fold(pending[i].min(room[end]), f64::min);
            for arc in &path {
                amount[arc.row][arc.column] += moved;
                if let Some((row, column)) = arc.gives_back {
                    amount[row][column] = (amount[row][column] - moved).max(0.0);
                }
            }
            pending[i] -= moved;
            room[end] -= moved;
        }
    }
    let left = amount.iter_mut().zip(&pending).map(|(row, p)| row.pop().unwrap_or(0.0) + p).collect();
    Plan { amount, left }
}

/// A row takes a column, having given back its place (row and column) in another, which the arc before takes.
#[derive(Clone, Copy, Debug)]
struct Arc {
    row: usize,
    column: usize,
    gives_back: Option<(usize, usize)>,
}

/// The cheapest augmenting path from a row to a column with room (Bellman–Ford on the residual network).
fn cheapest_path(start: usize, cost: &[Vec<f64>], amount: &[Vec<f64>], room: &[f64], dust: f64) -> Option<Vec<Arc>> {
    let (m, n) = (amount.len(), room.len());
    let mut to_row = vec![f64::INFINITY; m];
    let mut to_column = vec![f64::INFINITY; n];
    let mut column_from = vec![usize::MAX; n];
    let mut row_from = vec![usize::MAX; m];
    to_row[start] = 0.0;
    for _ in 0..=m + n {
        let mut better = false;
        for i in 0..m {
            if to_row[i].is_infinite() {
                continue;
            }
            for j in 0..n {
                let k = cost[i].get(j).copied().unwrap_or(f64::INFINITY);
                if to_row[i] + k < to_column[j] - 1e-15 {
                    to_column[j] = to_row[i] + k;
                    column_from[j] = i;
                    better = true;
                }
            }
        }
        for j in 0..n {
            if to_column[j].is_infinite() {
                continue;
            }
            for i in 0..m {
                if amount[i][j] > dust && to_column[j] - cost[i][j] < to_row[i] - 1e-15 {
                    to_row[i] = to_column[j] - cost[i][j];
                    row_from[i] = j;
                    better = true;
                }
            }
        }
        if !better {
            break;
        }
    }
    let open = (0..n).filter(|j| room[*j] > dust && to_column[*j].is_finite());
    let end = open.min_by(|a, b| to_column[*a].total_cmp(&to_column[*b]).then(a.cmp(b)))?;
    let mut path = Vec::new();
    let mut column = end;
    loop {
        let row = *column_from.get(column)?;
        let gives_back = (row != start).then(|| (row, row_from[row]));
        path.push(Arc { row, column, gives_back });
        match gives_back {
            Some((_, freed)) if path.len() <= m + n => column = freed,
            Some(_) => return None,
            None => break,
        }
    }
    path.reverse();
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO: f64 = f64::INFINITY;

    #[test]
    fn merit_order_alone_would_strand_the_one_with_a_single_route() {
        // The first may use both routes, the second only the cheap one, which has room for one of them.
        let cost = vec![vec![1.0, 2.0], vec![1.0, NO]];
        let plan = least_cost(&cost, &[1.0, 1.0], &[1.0, 5.0]);
        assert_eq!(plan.amount, vec![vec![0.0, 1.0], vec![1.0, 0.0]]);
        assert_eq!(plan.left, vec![0.0, 0.0]);
        let short = least_cost(&cost, &[1.0, 1.0], &[0.25, 0.5]);
        assert_eq!(short.left.iter().sum::<f64>(), 1.25, "what does not fit is left");
    }

    /// Every integer plan, by brute force: (moved, cost) of the best.
    fn best(cost: &[Vec<f64>], supply: &[u32], capacity: &[u32]) -> (u32, f64) {
        fn place(i: usize, j: usize, cost: &[Vec<f64>], supply: &mut [u32], capacity: &mut [u32]) -> (u32, f64) {
            if i == supply.len() {
                return (0, 0.0);
            }
            if j == capacity.len() {
                return place(i + 1, 0, cost, supply, capacity);
            }
            let most = if cost[i][j].is_finite() { supply[i].min(capacity[j]) } else { 0 };
            let mut best = (0, 0.0);
            for x in 0..=most {
                supply[i] -= x;
                capacity[j] -= x;
                let (moved, spent) = place(i, j + 1, cost, supply, capacity);
                supply[i] += x;
                capacity[j] += x;
                let here = (moved + x, if x > 0 { spent + f64::from(x) * cost[i][j] } else { spent });
                if here.0 > best.0 || (here.0 == best.0 && here.1 < best.1) {
                    best = here;
                }
            }
            best
        }
        place(0, 0, cost, &mut supply.to_vec(), &mut capacity.to_vec())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_plan_is_cheaper(
            costs in prop::collection::vec(prop::collection::vec(prop_oneof![1 => Just(NO), 4 => (1_u32..9).prop_map(f64::from)], 3), 3),
            supply in prop::collection::vec(0_u32..4, 3),
            capacity in prop::collection::vec(0_u32..5, 3),
        ) {
            let as_f64 = |v: &[u32]| v.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
            let plan = least_cost(&costs, &as_f64(&supply), &as_f64(&capacity));
            let (moved, spent) = best(&costs, &supply, &capacity);
            let ours: f64 = plan.amount.iter().flatten().sum();
            prop_assert!((ours - f64::from(moved)).abs() < 1e-9, "moved {} of {}", ours, moved);
            prop_assert!((plan.cost(&costs) - spent).abs() < 1e-9, "cost {} of {}", plan.cost(&costs), spent);
            for (j, c) in capacity.iter().enumerate() {
                prop_assert!(plan.amount.iter().map(|row| row[j]).sum::<f64>() <= f64::from(*c) + 1e-9);
            }
        }
    }
}
