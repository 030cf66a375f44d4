//! The upper bound of dual dynamic programming: plans that are mixed from computed ones.

use super::{POINTS, Sddp};
use crate::water::simplex::{self, Basis, Row};

impl Sddp<'_> {
    /// The upper bound: each stage combines the states at which the later ones were computed.
    pub(super) fn upper(&mut self) -> f64 {
        let stages = self.problem.stages;
        let states = self.problem.start.len();
        // By state of the chain before the stage: points with what the stages from there on cost at most.
        let mut later: Vec<Vec<(Vec<f64>, f64)>> = vec![Vec::new(); states];
        for t in (0..stages).rev() {
            let points: Vec<Vec<f64>> = if t == 0 {
                vec![self.start.clone()]
            } else {
                let skip = self.points[t].len().saturating_sub(if self.start.len() == 1 { usize::MAX } else { POINTS });
                self.points[t][skip..].iter().chain(&self.corners(t)).cloned().collect()
            };
            let mut now: Vec<Vec<(Vec<f64>, f64)>> = vec![Vec::new(); states];
            for x in points {
                let by_state: Vec<f64> = (0..states).map(|s| self.upper_at(t, s, &x, &later[s])).collect();
                for (from, list) in now.iter_mut().enumerate() {
                    let reached = (0..states).filter(|s| self.step(t, from, *s) > 0.0);
                    let total: f64 = reached.map(|s| self.step(t, from, s) * by_state[s]).sum();
                    if total.is_finite() {
                        list.push((x.clone(), total));
                    }
                }
                if t == 0 {
                    return now[0].first().map_or(f64::INFINITY, |p| p.1);
                }
            }
            later = now;
        }
        f64::INFINITY
    }

    /// The corners of the storages' bounds before a stage, where there are few reservoirs.
    fn corners(&self, t: usize) -> Vec<Vec<f64>> {
        let n = self.problem.reservoirs.len();
        if self.start.len() != n || !(2..=5).contains(&n) {
            return Vec::new();
        }
        let water = self.problem.all_water();
        (0..1_usize << n)
            .map(|bits| {
                let bound = |(i, r): (usize, &crate::water::problem::Reservoir)| {
                    if bits >> i & 1 == 1 { r.maximum[t - 1].min(water) } else { r.minimum[t - 1] }
                };
                self.problem.reservoirs.iter().enumerate().map(bound).collect()
            })
            .collect()
    }

    fn upper_at(&mut self, t: usize, s: usize, x: &[f64], later: &[(Vec<f64>, f64)]) -> f64 {
        let last = t + 1 == self.problem.stages;
        let mut total = 0.0;
        for o in 0..self.subproblems[t][s].len() {
            let sub = &self.subproblems[t][s][o];
            let mut program = sub.bare(x);
            if !last {
                let first = program.cost.len();
                for (_, worth) in later {
                    program.cost.push(self.problem.discount * worth);
                    program.lower.push(0.0);
                    program.upper.push(1.0);
                }
                let shares = (0..later.len()).map(|k| (first + k, 1.0)).collect();
                program.rows.push(Row { terms: shares, low: 1.0, high: 1.0 });
                for (i, out) in sub.stage.out.iter().enumerate() {
                    let mut terms = vec![(*out, -1.0)];
                    terms.extend(later.iter().enumerate().map(|(k, p)| (first + k, p.0[i])));
                    program.rows.push(Row { terms, low: 0.0, high: 0.0 });
                }
            }
            self.solved += 1;
            match simplex::solve(&program, &mut Basis::default()) {
                Ok(best) => total += sub.probability * (best.objective + sub.stage.fixed),
                Err(_) => return f64::INFINITY,
            }
        }
        total
    }
}
