//! One stage of a problem as a linear program: storages (and water under way) before it are its parameters, those after it
//! some of its columns.

use super::problem::{End, Outcome, Problem, pieces};
use super::simplex::Row;

/// A row whose sides depend on the state before the stage: low ≤ terms + Σ coefficient · state ≤ high.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StateRow {
    pub(super) row: Row,
    pub(super) of_state: Vec<(usize, f64)>,
}

/// A stage under one outcome.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stage {
    pub(super) cost: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) rows: Vec<StateRow>,
    /// Column of each component of the state after the stage.
    pub(super) out: Vec<usize>,
    /// By reservoir: the columns of its turbine flow, and that of its spill.
    pub(super) release: Vec<Vec<usize>>,
    pub(super) spill: Vec<usize>,
    /// By reservoir: the row of its balance.
    pub(super) balance: Vec<usize>,
    /// By thermal step.
    pub(super) thermal: Vec<usize>,
    pub(super) unserved: Option<usize>,
    /// Cost that no decision changes.
    pub(super) fixed: f64,
}

/// The state before the first stage: storages, then water under way, the next to arrive first.
pub(super) fn start(problem: &Problem) -> Vec<f64> {
    let storages = problem.reservoirs.iter().map(|r| r.start);
    let under_way = problem.reservoirs.iter().flat_map(|r| std::iter::repeat_n(0.0, r.delay));
    storages.chain(under_way).collect()
}

impl Stage {
    /// The stage `t` under an outcome. Costs are those of the stage itself, undiscounted.
    pub(super) fn new(problem: &Problem, t: usize, outcome: &Outcome) -> Self {
        let n = problem.reservoirs.len();
        let (k, hours) = (problem.volume(t), problem.hours[t]);
        let water = problem.all_water();
        let last = t + 1 == problem.stages;
        let mut s = Self {
            cost: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            rows: Vec::new(),
            out: Vec::new(),
            release: vec![Vec::new(); n],
            spill: Vec::new(),
            balance: Vec::new(),
            thermal: Vec::new(),
            unserved: None,
            fixed: 0.0,
        };
        // Storages after the stage; what is left at the end is worth something.
        let mut ends = Vec::new();
        for r in &problem.reservoirs {
            let (mut low, mut high) = (r.minimum[t], r.maximum[t].min(water.max(r.minimum[t])));
            if last {
                match r.end {
                    End::Free => {}
                    End::Fixed(x) => (low, high) = (x, x),
                    End::AtLeast(x) => low = low.max(x),
                }
            }
            let column = s.column(0.0, low, high.max(low));
            s.out.push(column);
            if last && !r.end_value.is_empty() {
                ends.push((column, r.end_value.clone()));
            }
        }
        let mut under_way = n;
        let mut arrives: Vec<Vec<usize>> = vec![Vec::new(); n];
        let mut sent: Vec<Option<usize>> = Vec::new();
        for r in &problem.reservoirs {
            // The pipe's places: what enters now stands at the end of it, all others move up by one.
            let first = under_way;
            for place in 0..r.delay {
                let column = s.column(0.0, 0.0, water);
                s.out.push(column);
                if place + 1 < r.delay {
                    s.equation(vec![(column, 1.0)], vec![(first + place + 1, -1.0)], 0.0);
                }
            }
            under_way += r.delay;
            sent.push((r.delay > 0).then(|| s.out[first + r.delay - 1]));
            if let (Some(to), true) = (r.downstream, r.delay > 0) {
                arrives[to].push(first);
            }
        }
        let mut power: Vec<(usize, f64)> = Vec::new();
        let mut outflow: Vec<Vec<(usize, f64)>> = Vec::new();
        let mut most_power = 0.0;
        for (i, r) in problem.reservoirs.iter().enumerate() {
            let (low, high) = (r.release.0[t], r.release.1[t].min(water / k));
            let per_power = r.turbine.pieces().unwrap_or_else(|| vec![(f64::INFINITY, 0.0)]);
            let per_value = if r.value_knots.is_empty() {
                vec![(f64::INFINITY, r.value[t])]
            } else {
                let origin = r.value_knots.first().is_none_or(|v| v.0 > 0.0).then_some((0.0, 0.0));
                pieces(&origin.into_iter().chain(r.value_knots.iter().copied()).collect::<Vec<_>>())
            };
            let mut terms = Vec::new();
            let mut left = high;
            for (width, slope, value) in both(&per_power, &per_value) {
                let width = width.min(left);
                if width <= 0.0 {
                    break;
                }
                let column = s.column(-value * hours, 0.0, width);
                most_power += (slope * width).max(0.0);
                power.push((column, slope));
                terms.push((column, 1.0));
                s.release[i].push(column);
                left -= width;
            }
            if low > 0.0 {
                s.rows.push(StateRow {
                    row: Row { terms: terms.clone(), low, high: f64::INFINITY },
                    of_state: Vec::new(),
                });
            }
            let spill = s.column(r.spill_cost * hours, 0.0, r.spill_maximum.min(water / k));
            s.spill.push(spill);
            terms.push((spill, 1.0));
            outflow.push(terms);
        }
        for (i, r) in problem.reservoirs.iter().enumerate() {
            // after − (1 − loss) before + k (out − arriving − inflow) = 0
            let mut terms = vec![(s.out[i], 1.0)];
            terms.extend(outflow[i].iter().map(|(c, a)| (*c, a * k)));
            let mut of_state = vec![(i, r.loss_share - 1.0)];
            for (above, u) in problem.reservoirs.iter().enumerate() {
                if u.downstream == Some(i) && u.delay == 0 {
                    terms.extend(outflow[above].iter().map(|(c, a)| (*c, -a * k)));
                }
            }
            of_state.extend(arrives[i].iter().map(|p| (*p, -1.0)));
            let inflow = outcome.inflow[i];
            if r.refuses && inflow > 0.0 {
                let refused = s.column(0.0, 0.0, inflow);
                terms.push((refused, k));
            }
            s.balance.push(s.rows.len());
            s.equation(terms, of_state, k * inflow);
            if let Some(pipe) = sent[i] {
                let mut terms = vec![(pipe, 1.0)];
                terms.extend(outflow[i].iter().map(|(c, a)| (*c, -a * k)));
                s.equation(terms, Vec::new(), 0.0);
            }
        }
        for step in &problem.thermal {
            let most = step.maximum[t].min(outcome.demand.max(0.0) + most_power + step.minimum[t].max(0.0) + 1.0);
            let most = if outcome.price.is_some() { step.maximum[t].min(1e9) } else { most };
            let column =
                s.column(step.cost[t] * outcome.thermal_factor * hours, step.minimum[t], most.max(step.minimum[t]));
            most_power += most.max(0.0);
            power.push((column, 1.0));
            s.thermal.push(column);
        }
        if let Some(price) = outcome.price {
            // What is made beyond the demand is sold; it may also be let go.
            let sold = s.column(-price * hours, 0.0, most_power);
            power.push((sold, -1.0));
        }
        if outcome.demand > 0.0 || outcome.price.is_some() {
            if let Some(cost) = problem.unserved_cost.filter(|_| outcome.demand > 0.0) {
                let column = s.column(cost * hours, 0.0, outcome.demand);
                power.push((column, 1.0));
                s.unserved = Some(column);
            }
            let row = Row { terms: power, low: outcome.demand, high: f64::INFINITY };
            s.rows.push(StateRow { row, of_state: Vec::new() });
        }
        for (column, knots) in ends {
            // Storage split at the knots; the steepest value first, as it is concave.
            let (first, worth) = (knots[0].0, knots[0].1);
            s.fixed -= worth;
            let mut terms = vec![(column, 1.0)];
            for (width, slope) in pieces(&knots) {
                let part = s.column(-slope, 0.0, width);
                terms.push((part, -1.0));
            }
            // Below the first knot and beyond the last nothing is added.
            let beyond = s.column(0.0, -water.max(first.abs()), water);
            terms.push((beyond, -1.0));
            s.lower[beyond] = (s.lower[column] - first).min(0.0);
            s.equation(terms, Vec::new(), first);
        }
        s
    }

    fn column(&mut self, cost: f64, lower: f64, upper: f64) -> usize {
        self.cost.push(cost);
        self.lower.push(lower);
        self.upper.push(upper);
        self.cost.len() - 1
    }

    fn equation(&mut self, terms: Vec<(usize, f64)>, of_state: Vec<(usize, f64)>, right: f64) {
        self.rows.push(StateRow { row: Row { terms, low: right, high: right }, of_state });
    }

    /// The least that the stage can cost, whatever the state: a bound by its columns.
    pub(super) fn least_cost(&self) -> f64 {
        let columns = self.cost.iter().zip(self.lower.iter().zip(&self.upper));
        self.fixed + columns.map(|(c, (l, u))| (c * l).min(c * u)).sum::<f64>()
    }
}

/// Two lists of pieces over the same flow, cut at each other's ends.
fn both(a: &[(f64, f64)], b: &[(f64, f64)]) -> Vec<(f64, f64, f64)> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut out = Vec::new();
    let (mut left_a, mut left_b) = (a.peek().map_or(0.0, |p| p.0), b.peek().map_or(0.0, |p| p.0));
    while let (Some(&(_, x)), Some(&(_, y))) = (a.peek(), b.peek()) {
        let width = left_a.min(left_b);
        out.push((width, x, y));
        if width.is_infinite() {
            break;
        }
        left_a -= width;
        left_b -= width;
        if left_a <= 0.0 {
            a.next();
            left_a = a.peek().map_or(0.0, |p| p.0);
        }
        if left_b <= 0.0 {
            b.next();
            left_b = b.peek().map_or(0.0, |p| p.0);
        }
    }
    out
}
