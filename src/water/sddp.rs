//! Stochastic dual dynamic programming (Pereira and Pinto, 1991), with a proven bound on either side.
//!
//! What the future costs from a state on is bounded from below by cuts, which the duals of the stages give, and from above by
//! combining states at which it was computed (the inner bound of Philpott, de Matos and Finardi, 2013). Forward paths are
//! drawn with addressed randomness; where the state is one number, each stage is cut at evenly spread storages and where its
//! bound bends instead.

mod upper;

use super::plan::{Decision, Effort, PlanError, Planned};
use super::problem::Problem;
use super::simplex::{self, Basis, Program, Row, Stuck};
use super::stage::{self, Stage};
use crate::random::{Draws, Member, Seed, Stream};

/// Points per stage from which the upper bound is combined.
const POINTS: usize = 80;
/// Storages per stage at which a problem of one reservoir is cut, from sweep to sweep.
const POINTS_OF_ONE: [usize; 2] = [33, 97];
/// By how much (relative) a cut must be violated to be put in.
const SLACK: f64 = 1e-10;

/// A cut: future cost ≥ level + slope · state.
#[derive(Clone, Debug)]
struct Cut {
    level: f64,
    slope: Vec<f64>,
}

impl Cut {
    fn at(&self, x: &[f64]) -> f64 {
        self.level + self.slope.iter().zip(x).map(|(s, x)| s * x).sum::<f64>()
    }
}

/// A stage in a state of the chain under one outcome, with the cuts it has met.
struct Subproblem {
    stage: Stage,
    program: Program,
    probability: f64,
    /// Column of the future cost.
    future: Option<usize>,
    /// Cuts that held the last answer.
    tight: Vec<usize>,
}

struct Answer {
    cost: f64,
    after: Vec<f64>,
    slope: Vec<f64>,
    x: Vec<f64>,
    balance_dual: Vec<f64>,
}

/// The problem being solved.
struct Sddp<'a> {
    problem: &'a Problem,
    start: Vec<f64>,
    /// By stage, by state of the chain: its outcomes.
    subproblems: Vec<Vec<Vec<Subproblem>>>,
    /// Cuts on the cost of stages t and later, by t, by the state of the chain in stage t − 1.
    cuts: Vec<Vec<Vec<Cut>>>,
    /// States at which the stages from t on were computed.
    points: Vec<Vec<Vec<f64>>>,
    solved: usize,
}

/// Solves a problem.
pub(super) fn solve(problem: &Problem, effort: &Effort) -> Result<Planned, PlanError> {
    let mut sddp = Sddp::new(problem);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut round = 0;
    if sddp.start.len() == 1 {
        // One number of state: every stage is cut at evenly spread storages and where its bound bends, no path is drawn.
        for points in POINTS_OF_ONE {
            round += 1;
            sddp.sweep(points)?;
            low = sddp.first()?.0;
            high = high.min(sddp.upper());
            if high - low <= effort.gap * (1.0 + low.abs()) {
                break;
            }
        }
    } else {
        let stream = Stream::new(Seed(effort.seed), Member(0), "water.sddp", "paths");
        let mut next_bound = 8;
        while round < effort.rounds {
            let path = sddp.forward(&mut stream.at(round as i64))?;
            sddp.backward(&path)?;
            round += 1;
            if round == next_bound || round == effort.rounds {
                low = sddp.first()?.0;
                high = high.min(sddp.upper());
                if high - low <= effort.gap * (1.0 + low.abs()) {
                    break;
                }
                next_bound = (next_bound * 3).div_ceil(2);
            }
        }
    }
    let (bound, first) = sddp.first()?;
    low = low.max(bound);
    Ok(Planned {
        method: "stochastic dual dynamic programming with an inner bound".to_owned(),
        cost: low,
        low,
        high: high.max(low),
        is_certified: true,
        first,
        path: Vec::new(),
        work: format!("{round} rounds, {} linear programs", sddp.solved),
    })
}

impl<'a> Sddp<'a> {
    fn new(problem: &'a Problem) -> Self {
        let states = problem.start.len();
        // From the end: the least that all later stages can cost.
        let mut least = vec![0.0; problem.stages + 1];
        let mut subproblems: Vec<Vec<Vec<Subproblem>>> = Vec::new();
        for t in (0..problem.stages).rev() {
            let future_least = least[t + 1];
            let mut own = f64::INFINITY;
            let by_state: Vec<Vec<Subproblem>> = problem.outcomes[t]
                .iter()
                .map(|outcomes| {
                    let live = outcomes.iter().filter(|o| o.probability > 0.0);
                    live.map(|o| {
                        let stage = Stage::new(problem, t, o);
                        own = own.min(stage.least_cost());
                        Subproblem::new(
                            stage,
                            o.probability,
                            (t + 1 < problem.stages).then_some(future_least),
                            problem.discount,
                        )
                    })
                    .collect()
                })
                .collect();
            least[t] = own.min(1e300) + problem.discount * future_least;
            subproblems.push(by_state);
        }
        subproblems.reverse();
        Self {
            problem,
            start: stage::start(problem),
            subproblems,
            cuts: vec![vec![Vec::new(); states]; problem.stages + 1],
            points: vec![Vec::new(); problem.stages],
            solved: 0,
        }
    }

    fn step(&self, t: usize, from: usize, to: usize) -> f64 {
        if t == 0 { self.problem.start[to] } else { self.problem.transition[t - 1][from][to] }
    }

    /// One outcome from a state, with as many cuts as it takes.
    fn answer(&mut self, t: usize, s: usize, o: usize, x: &[f64]) -> Result<Answer, Stuck> {
        let cuts = &self.cuts[t + 1][s];
        let sub = &mut self.subproblems[t][s][o];
        sub.set(x);
        // Only the cuts that held the last answer are put in beforehand: few are ever tight, and small programs are quick.
        let mut has = std::mem::take(&mut sub.tight);
        sub.program.rows.truncate(sub.stage.rows.len());
        if let Some(future) = sub.future {
            for k in &has {
                sub.add(&cuts[*k], future);
            }
        }
        let mut basis = Basis::default();
        loop {
            self.solved += 1;
            let best = simplex::solve(&sub.program, &mut basis)?;
            let after: Vec<f64> = sub.stage.out.iter().map(|c| best.x[*c]).collect();
            if let Some(future) = sub.future {
                let values = cuts.iter().map(|c| c.at(&after)).enumerate();
                let worst = values.max_by(|a, b| a.1.total_cmp(&b.1));
                if let Some((k, value)) = worst
                    && value > best.x[future] + SLACK * (1.0 + value.abs())
                    && !has.contains(&k)
                {
                    sub.add(&cuts[k], future);
                    has.push(k);
                    continue;
                }
            }
            let tight = best.dual[sub.stage.rows.len()..].iter().zip(&has).filter(|(d, _)| d.abs() > 1e-12);
            sub.tight = tight.map(|(_, k)| *k).collect();
            let mut slope = vec![0.0; x.len()];
            for (of, dual) in sub.stage.rows.iter().zip(&best.dual) {
                for &(state, a) in &of.of_state {
                    slope[state] -= a * dual;
                }
            }
            let balance_dual = sub.stage.balance.iter().map(|r| best.dual[*r]).collect();
            return Ok(Answer { cost: best.objective + sub.stage.fixed, after, slope, x: best.x, balance_dual });
        }
    }

    fn infeasible(t: usize) -> PlanError {
        PlanError::Infeasible(format!(
            "stage {} cannot be met from a storage that earlier stages may leave; give `unserved_cost`, `spill` or wider limits",
            t + 1
        ))
    }

    fn stuck(t: usize, stuck: Stuck) -> PlanError {
        match stuck {
            Stuck::Infeasible(_) => Self::infeasible(t),
            Stuck::Numbers => PlanError::Numbers(format!("stage {}: rounding", t + 1)),
        }
    }

    /// A drawn path: the state before each stage.
    fn forward(&mut self, draws: &mut Draws) -> Result<Vec<Vec<f64>>, PlanError> {
        let mut x = self.start.clone();
        let mut from = 0;
        let mut path = Vec::with_capacity(self.problem.stages);
        for t in 0..self.problem.stages {
            path.push(x.clone());
            let chances: Vec<f64> = (0..self.problem.start.len()).map(|to| self.step(t, from, to)).collect();
            let s = pick(&chances, draws.uniform());
            let chances: Vec<f64> = self.subproblems[t][s].iter().map(|o| o.probability).collect();
            let o = pick(&chances, draws.uniform());
            x = self.answer(t, s, o, &x).map_err(|e| Self::stuck(t, e))?.after;
            from = s;
        }
        Ok(path)
    }

    /// Cuts at the states of a path.
    fn backward(&mut self, path: &[Vec<f64>]) -> Result<(), PlanError> {
        for t in (1..self.problem.stages).rev() {
            self.cut(t, &path[t]).map_err(|e| Self::stuck(t, e))?;
            self.keep(t, &path[t]);
        }
        Ok(())
    }

    /// Cuts at so many storages of each stage, from the last stage down, and at the bends of the bound where they are few.
    fn sweep(&mut self, points: usize) -> Result<(), PlanError> {
        for t in (1..self.problem.stages).rev() {
            let r = &self.problem.reservoirs[0];
            let (low, high) = (r.minimum[t - 1], r.maximum[t - 1].min(self.problem.all_water()));
            let mut trials: Vec<f64> =
                (0..points).map(|i| low + (high - low) * i as f64 / (points - 1).max(1) as f64).collect();
            let bends = self.kinks(t);
            if bends.len() <= points {
                trials.extend(bends);
            }
            let mut worked = false;
            for x in trials {
                let known = self.points[t].iter().any(|p| (p[0] - x).abs() <= 1e-9 * (1.0 + x.abs()));
                if known && points > POINTS_OF_ONE[0] && self.cuts[t + 1].iter().all(Vec::is_empty) {
                    continue;
                }
                match self.cut(t, &[x]) {
                    Ok(()) => {
                        worked = true;
                        self.keep(t, &[x]);
                    }
                    // A storage from which the rest cannot be met is never chosen.
                    Err(Stuck::Infeasible(_)) => {}
                    Err(stuck) => return Err(Self::stuck(t, stuck)),
                }
            }
            if !worked && self.points[t].is_empty() {
                return Err(Self::infeasible(t));
            }
            // Bends that the new cuts made.
            let bends = self.kinks(t);
            if bends.len() <= points {
                for x in bends {
                    if self.cut(t, &[x]).is_ok() {
                        self.keep(t, &[x]);
                    }
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, t: usize, x: &[f64]) {
        let near = |a: &[f64]| a.iter().zip(x).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()));
        if !self.points[t].iter().any(|p| near(p)) {
            self.points[t].push(x.to_vec());
        }
    }

    /// A cut on the stages from t on at a state before t, for each state of the chain before it.
    fn cut(&mut self, t: usize, x: &[f64]) -> Result<(), Stuck> {
        let states = self.problem.start.len();
        let reached: Vec<bool> = (0..states).map(|s| (0..states).any(|f| self.step(t, f, s) > 0.0)).collect();
        let mut value = vec![0.0; states];
        let mut slope = vec![vec![0.0; x.len()]; states];
        for s in (0..states).filter(|s| reached[*s]) {
            for o in 0..self.subproblems[t][s].len() {
                let p = self.subproblems[t][s][o].probability;
                let answer = self.answer(t, s, o, x)?;
                value[s] += p * answer.cost;
                for (sum, a) in slope[s].iter_mut().zip(&answer.slope) {
                    *sum += p * a;
                }
            }
        }
        for from in 0..states {
            let mut cut = Cut { level: 0.0, slope: vec![0.0; x.len()] };
            let mut total = 0.0;
            for s in 0..states {
                let p = self.step(t, from, s);
                total += p * value[s];
                for (sum, a) in cut.slope.iter_mut().zip(&slope[s]) {
                    *sum += p * a;
                }
            }
            cut.level = total - cut.slope.iter().zip(x).map(|(s, x)| s * x).sum::<f64>();
            let cuts = &mut self.cuts[t][from];
            let now = cuts.iter().map(|c| c.at(x)).fold(f64::NEG_INFINITY, f64::max);
            if total > now + 1e-11 * (1.0 + total.abs()) {
                cuts.push(cut);
            }
        }
        Ok(())
    }

    /// Where the lower bound on the stages from t on bends, and the ends, for a state that is one number.
    fn kinks(&self, t: usize) -> Vec<f64> {
        let r = &self.problem.reservoirs[0];
        let (low, high) = (r.minimum[t - 1], r.maximum[t - 1].min(self.problem.all_water()));
        let mut kinks = vec![low, high];
        for cuts in &self.cuts[t] {
            let mut lines: Vec<(f64, f64)> = cuts.iter().map(|c| (c.slope[0], c.level)).collect();
            lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
            lines.dedup_by(|b, a| b.0 - a.0 <= 1e-12 * (1.0 + a.0.abs()));
            // The upper envelope of lines by rising slope.
            let mut hull: Vec<(f64, f64)> = Vec::new();
            let meet = |a: (f64, f64), b: (f64, f64)| (a.1 - b.1) / (b.0 - a.0);
            for line in lines {
                while let [.., a, b] = hull.as_slice() {
                    if meet(*a, line) <= meet(*a, *b) {
                        hull.pop();
                    } else {
                        break;
                    }
                }
                hull.push(line);
            }
            kinks.extend(hull.windows(2).map(|w| meet(w[0], w[1])).filter(|x| *x > low && *x < high));
        }
        kinks.sort_by(f64::total_cmp);
        kinks.dedup_by(|b, a| (*b - *a).abs() <= 1e-9 * (1.0 + a.abs()));
        kinks
    }

    /// The lower bound, and what is done first.
    fn first(&mut self) -> Result<(f64, Option<Decision>), PlanError> {
        let x = self.start.clone();
        let (mut bound, mut first) = (0.0, None);
        for s in 0..self.problem.start.len() {
            let chance = self.problem.start[s];
            for o in 0..self.subproblems[0][s].len() {
                if chance <= 0.0 {
                    continue;
                }
                let answer = self.answer(0, s, o, &x).map_err(|e| Self::stuck(0, e))?;
                let sub = &self.subproblems[0][s][o];
                bound += chance * sub.probability * answer.cost;
                if first.is_none() {
                    let at = |c: &usize| answer.x[*c];
                    first = Some(Decision {
                        stage: 1,
                        release: sub.stage.release.iter().map(|r| r.iter().map(at).sum()).collect(),
                        spill: sub.stage.spill.iter().map(at).collect(),
                        storage: answer.after[..self.problem.reservoirs.len()].to_vec(),
                        thermal: sub.stage.thermal.iter().map(at).collect(),
                        unserved: sub.stage.unserved.as_ref().map_or(0.0, at),
                        water_value: answer.balance_dual.iter().map(|d| -d).collect(),
                    });
                }
            }
        }
        Ok((bound, first))
    }
}

impl Subproblem {
    fn new(stage: Stage, probability: f64, future_least: Option<f64>, discount: f64) -> Self {
        let mut program = Program {
            cost: stage.cost.clone(),
            lower: stage.lower.clone(),
            upper: stage.upper.clone(),
            rows: stage.rows.iter().map(|r| r.row.clone()).collect(),
        };
        let future = future_least.map(|least| {
            program.cost.push(discount);
            program.lower.push(least - 1e-6 * (1.0 + least.abs()));
            program.upper.push(1e15);
            program.cost.len() - 1
        });
        Self { stage, program, probability, future, tight: Vec::new() }
    }
    /// Puts a state into the sides of the rows.
    fn set(&mut self, x: &[f64]) {
        for (row, of) in self.program.rows.iter_mut().zip(&self.stage.rows) {
            let known: f64 = of.of_state.iter().map(|(i, a)| a * x[*i]).sum();
            (row.low, row.high) = (of.row.low - known, of.row.high - known);
        }
    }
    /// The stage alone from a state, without any future.
    fn bare(&self, x: &[f64]) -> Program {
        let rows = self.stage.rows.iter().map(|of| {
            let known: f64 = of.of_state.iter().map(|(i, a)| a * x[*i]).sum();
            Row { terms: of.row.terms.clone(), low: of.row.low - known, high: of.row.high - known }
        });
        Program {
            cost: self.stage.cost.clone(),
            lower: self.stage.lower.clone(),
            upper: self.stage.upper.clone(),
            rows: rows.collect(),
        }
    }
    fn add(&mut self, cut: &Cut, future: usize) {
        let mut terms = vec![(future, 1.0)];
        terms.extend(self.stage.out.iter().zip(&cut.slope).filter(|(_, s)| **s != 0.0).map(|(c, s)| (*c, -s)));
        self.program.rows.push(Row { terms, low: cut.level, high: f64::INFINITY });
    }
}

/// The place of a uniform draw among probabilities.
fn pick(chances: &[f64], mut u: f64) -> usize {
    for (i, p) in chances.iter().enumerate() {
        if u < *p {
            return i;
        }
        u -= p;
    }
    chances.iter().rposition(|p| *p > 0.0).unwrap_or(0)
}
