//! A dual simplex for small linear programs whose columns all have finite bounds: a plan of some hundred rows, or one stage
//! of a long one, solved again and again from the basis it had.
//!
//! minimize c·x subject to low ≤ A x ≤ high, lower ≤ x ≤ upper
//!
//! Each row has a logical column r = a·x with the row's bounds, so a basis is a choice among columns and logicals. With finite
//! bounds any basis is dual feasible once each nonbasic column stands on the side its reduced cost prefers; the dual simplex
//! (Koberstein, 2005, ch. 3) then walks to the optimum whatever changed: costs, sides or added rows. The inverse of the
//! basis is dense, renewed every few dozen pivots.

/// Out of bounds by more than this (relative to the bound) is infeasible.
const FEASIBLE: f64 = 1e-9;
/// Reduced costs nearer to zero than this are zero.
const DUAL: f64 = 1e-11;
/// Reduced costs that do not decide on which side a column stands.
const ZERO: f64 = 1e-9;
/// Pivots smaller than this are not used.
const PIVOT: f64 = 1e-9;
/// Pivots between two renewals of the inverse.
const RENEW: usize = 40;

/// One row: terms by column, and its two sides (equal for an equation; infinite where there is none).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A linear program. Every column has finite bounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Program {
    pub(super) cost: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) rows: Vec<Row>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Optimum {
    pub(super) objective: f64,
    pub(super) x: Vec<f64>,
    /// By row: what one more unit of its side costs.
    pub(super) dual: Vec<f64>,
}

/// Why nothing came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// No point keeps all limits; the row that cannot be kept.
    Infeasible(usize),
    /// Rounding or cycling won.
    Numbers,
}

/// A basis: which columns (logicals after the columns) are basic, and where the others stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Basis {
    basic: Vec<usize>,
}

struct Work<'a> {
    program: &'a Program,
    columns: Vec<Vec<(usize, f64)>>,
    n: usize,
    m: usize,
    basic: Vec<usize>,
    place: Vec<usize>,
    value: Vec<f64>,
    reduced: Vec<f64>,
    inverse: Vec<f64>,
    pivots: usize,
}

const NONBASIC: usize = usize::MAX;

/// Solves from a basis (empty: from the logicals), which is left at the optimum's.
pub(super) fn solve(program: &Program, basis: &mut Basis) -> Result<Optimum, Stuck> {
    let warm = !basis.basic.is_empty();
    let mut work = Work::new(program, basis);
    let outcome = work.run();
    match outcome {
        Ok(()) => {
            basis.basic.clone_from(&work.basic);
            Ok(work.optimum())
        }
        Err(stuck) if warm => {
            // From the logicals once more before the program is blamed.
            *basis = Basis::default();
            let mut cold = Work::new(program, basis);
            cold.run().map_err(|again| if stuck == again { stuck } else { again })?;
            basis.basic.clone_from(&cold.basic);
            Ok(cold.optimum())
        }
        Err(stuck) => Err(stuck),
    }
}

impl<'a> Work<'a> {
    fn new(program: &'a Program, basis: &Basis) -> Self {
        let (n, m) = (program.cost.len(), program.rows.len());
        let mut columns = vec![Vec::new(); n];
        for (i, row) in program.rows.iter().enumerate() {
            for &(j, a) in &row.terms {
                columns[j].push((i, a));
            }
        }
        let mut basic: Vec<usize> = basis.basic.iter().copied().filter(|&j| j < n + m).take(m).collect();
        let mut place = vec![NONBASIC; n + m];
        for (i, &j) in basic.iter().enumerate() {
            place[j] = i;
        }
        // Rows that were added since then are basic by their logical.
        for i in 0..m {
            if basic.len() < m && place[n + i] == NONBASIC && i >= basis.basic.len() {
                place[n + i] = basic.len();
                basic.push(n + i);
            }
        }
        let mut work = Self {
            program,
            columns,
            n,
            m,
            basic,
            place,
            value: vec![0.0; n + m],
            reduced: vec![0.0; n + m],
            inverse: Vec::new(),
            pivots: 0,
        };
        if work.basic.len() != m || work.renew().is_err() {
            work.basic = (n..n + m).collect();
            work.place.fill(NONBASIC);
            for i in 0..m {
                work.place[n + i] = i;
            }
            // Logicals alone are always invertible.
            let _ = work.renew();
        }
        work
    }

    fn bounds(&self, j: usize) -> (f64, f64) {
        if j < self.n {
            (self.program.lower[j], self.program.upper[j])
        } else {
            let row = &self.program.rows[j - self.n];
            (row.low, row.high)
        }
    }
    fn cost(&self, j: usize) -> f64 {
        if j < self.n { self.program.cost[j] } else { 0.0 }
    }
    /// Calls with (row, entry) of a column of [A | −I].
    fn each(&self, j: usize, mut with: impl FnMut(usize, f64)) {
        if j < self.n {
            for &(i, a) in &self.columns[j] {
                with(i, a);
            }
        } else {
            with(j - self.n, -1.0);
        }
    }

    /// Inverts the basis anew by Gauss–Jordan with row pivoting, then prices and places everything.
    fn renew(&mut self) -> Result<(), Stuck> {
        let m = self.m;
        let mut left = vec![0.0; m * m];
        for (i, &j) in self.basic.iter().enumerate() {
            self.each(j, |row, a| left[row * m + i] = a);
        }
        let mut right = vec![0.0; m * m];
        for i in 0..m {
            right[i * m + i] = 1.0;
        }
        for c in 0..m {
            let best = (c..m).max_by(|&a, &b| left[a * m + c].abs().total_cmp(&left[b * m + c].abs()));
            let Some(p) = best.filter(|&p| left[p * m + c].abs() > PIVOT) else { return Err(Stuck::Numbers) };
            if p != c {
                for k in 0..m {
                    left.swap(p * m + k, c * m + k);
                    right.swap(p * m + k, c * m + k);
                }
            }
            let scale = 1.0 / left[c * m + c];
            for k in 0..m {
                left[c * m + k] *= scale;
                right[c * m + k] *= scale;
            }
            for r in 0..m {
                let f = left[r * m + c];
                if r != c && f != 0.0 {
                    for k in 0..m {
                        left[r * m + k] -= f * left[c * m + k];
                        right[r * m + k] -= f * right[c * m + k];
                    }
                }
            }
        }
        self.inverse = right;
        self.pivots = 0;
        self.price();
        self.place_all();
        Ok(())
    }

    /// Reduced costs of all columns.
    fn price(&mut self) {
        let m = self.m;
        let mut y = vec![0.0; m];
        for (i, &j) in self.basic.iter().enumerate() {
            let c = self.cost(j);
            if c != 0.0 {
                for (y, b) in y.iter_mut().zip(&self.inverse[i * m..(i + 1) * m]) {
                    *y += c * b;
                }
            }
        }
        for j in 0..self.n + m {
            let mut d = self.cost(j);
            self.each(j, |i, a| d -= y[i] * a);
            self.reduced[j] = if self.place[j] == NONBASIC { d } else { 0.0 };
        }
    }

    /// Nonbasic columns on the side they prefer, basic ones where the rows hold.
    fn place_all(&mut self) {
        let m = self.m;
        let mut load = vec![0.0; m];
        for j in 0..self.n + m {
            if self.place[j] != NONBASIC {
                continue;
            }
            let (low, high) = self.bounds(j);
            // Where the reduced cost says nothing a column stays on its side.
            let d = self.reduced[j];
            let is_high = if d.abs() <= ZERO { self.value[j] == high } else { d < 0.0 };
            let first = if is_high { high } else { low };
            // A logical with one side only stands there; its reduced cost is then out of order and the run says so.
            let x = if first.is_finite() {
                first
            } else if low.is_finite() {
                low
            } else if high.is_finite() {
                high
            } else {
                0.0
            };
            self.value[j] = x;
            if x != 0.0 {
                self.each(j, |i, a| load[i] += a * x);
            }
        }
        for i in 0..m {
            let b = &self.inverse[i * m..(i + 1) * m];
            self.value[self.basic[i]] = -b.iter().zip(&load).map(|(b, l)| b * l).sum::<f64>();
        }
    }

    /// Whether a nonbasic logical stands against its reduced cost because its preferred side does not exist.
    fn is_dual_feasible(&self) -> bool {
        (0..self.n + self.m).filter(|&j| self.place[j] == NONBASIC).all(|j| {
            let (low, high) = self.bounds(j);
            let d = self.reduced[j];
            (d >= -1e-7 || high.is_finite()) && (d <= 1e-7 || low.is_finite())
        })
    }

    fn run(&mut self) -> Result<(), Stuck> {
        let m = self.m;
        if !self.is_dual_feasible() {
            return Err(Stuck::Numbers);
        }
        let most = 200 + 50 * (m + self.n);
        let mut alpha = vec![0.0; self.n + m];
        let mut candidates: Vec<(f64, usize)> = Vec::new();
        for count in 0..most {
            // After many pivots the lowest index leaves, which cannot cycle together with the lowest index entering.
            let bland = count > most / 2;
            let mut worst = 0.0;
            let mut leaving = None;
            for (i, &j) in self.basic.iter().enumerate() {
                let (low, high) = self.bounds(j);
                let x = self.value[j];
                let slack = |bound: f64| FEASIBLE * (1.0 + bound.abs());
                let (below, above) = (low - x, x - high);
                let violation = if below > slack(low) {
                    below
                } else if above > slack(high) {
                    above
                } else {
                    continue;
                };
                let better = if bland {
                    leaving.is_none_or(|(k, _): (usize, bool)| j < self.basic[k])
                } else {
                    violation > worst
                };
                if better {
                    worst = violation;
                    leaving = Some((i, below > 0.0));
                }
            }
            let Some((p, rises)) = leaving else {
                if self.pivots > 0 {
                    // Once more with a fresh inverse: the end is only believed when it stands on its own.
                    self.renew()?;
                    if !self.is_dual_feasible() {
                        return Err(Stuck::Numbers);
                    }
                    continue;
                }
                return Ok(());
            };
            let rho = &self.inverse[p * m..(p + 1) * m];
            // x_p falls by alpha_j for each unit that j rises.
            candidates.clear();
            for j in 0..self.n + m {
                if self.place[j] != NONBASIC {
                    continue;
                }
                let (low, high) = self.bounds(j);
                let mut a = 0.0;
                self.each(j, |i, e| a += rho[i] * e);
                alpha[j] = a;
                if low == high || a.abs() <= PIVOT {
                    continue;
                }
                let at_low = self.value[j] == low;
                let towards = if rises { -a } else { a };
                // A column at its lower bound may only rise, one at its upper only fall.
                if (at_low && towards <= 0.0) || (!at_low && towards >= 0.0) {
                    continue;
                }
                candidates.push((self.reduced[j].abs() / a.abs(), j));
            }
            let Some(q) = self.entering(&mut candidates, worst, &alpha, bland) else {
                let of = self.basic[p];
                return Err(Stuck::Infeasible(if of >= self.n { of - self.n } else { self.first_row(of) }));
            };
            self.pivot(p, q, rises, &alpha)?;
        }
        Err(Stuck::Numbers)
    }

    /// The ratio test with long steps (Koberstein, 2005, ch. 6): columns whose whole range does not repair the violation
    /// move to their other bound, the next one enters.
    fn entering(
        &mut self,
        candidates: &mut [(f64, usize)],
        violation: f64,
        alpha: &[f64],
        bland: bool,
    ) -> Option<usize> {
        candidates.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut left = violation;
        let mut load = vec![0.0; self.m];
        let mut flipped = false;
        let mut found = None;
        let mut k = 0;
        let count = candidates.len();
        while k < count {
            // Among candidates at one ratio the largest pivot goes last, so that it is the one to enter.
            let until = candidates[k..].iter().take_while(|c| c.0 <= candidates[k].0 + DUAL).count() + k;
            let tied = &mut candidates[k..until];
            if !bland {
                tied.sort_unstable_by(|a, b| alpha[a.1].abs().total_cmp(&alpha[b.1].abs()).then(b.1.cmp(&a.1)));
            }
            let reach = |j: usize, me: &Self| {
                let (low, high) = me.bounds(j);
                alpha[j].abs() * (high - low)
            };
            let all: f64 = tied.iter().map(|c| reach(c.1, self)).sum();
            if left - all <= 0.0 || until == count {
                // The largest pivot of the group enters; none of it needs to move over.
                found = if bland { tied.first() } else { tied.last() }.map(|c| c.1);
                if left - all > 1e-9 * (1.0 + violation) && until == count {
                    return None;
                }
                break;
            }
            left -= all;
            for &(_, j) in tied.iter() {
                let (low, high) = self.bounds(j);
                let to = if self.value[j] == low { high } else { low };
                let by = to - self.value[j];
                self.value[j] = to;
                flipped = true;
                self.each(j, |i, a| load[i] += a * by);
            }
            k = until;
        }
        if flipped {
            let m = self.m;
            for i in 0..m {
                let b = &self.inverse[i * m..(i + 1) * m];
                self.value[self.basic[i]] -= b.iter().zip(&load).map(|(b, l)| b * l).sum::<f64>();
            }
        }
        found
    }

    fn first_row(&self, column: usize) -> usize {
        self.columns[column].first().map_or(0, |t| t.0)
    }

    fn pivot(&mut self, p: usize, q: usize, rises: bool, alpha: &[f64]) -> Result<(), Stuck> {
        let m = self.m;
        let leaving = self.basic[p];
        let mut column = vec![0.0; m];
        self.each(q, |i, a| {
            for (r, c) in column.iter_mut().enumerate() {
                *c += self.inverse[r * m + i] * a;
            }
        });
        let size = column[p];
        if size.abs() <= PIVOT || (size - alpha[q]).abs() > 1e-6 * (1.0 + size.abs()) {
            if self.pivots == 0 {
                return Err(Stuck::Numbers);
            }
            return self.renew();
        }
        let (low, high) = self.bounds(leaving);
        let goal = if rises { low } else { high };
        let step = (self.value[leaving] - goal) / size;
        for (i, c) in column.iter().enumerate() {
            let j = self.basic[i];
            self.value[j] -= step * c;
        }
        self.value[q] += step;
        self.value[leaving] = goal;
        let theta = self.reduced[q] / size;
        for j in 0..self.n + m {
            if self.place[j] == NONBASIC {
                self.reduced[j] -= theta * alpha[j];
            }
        }
        self.reduced[leaving] = -theta;
        self.reduced[q] = 0.0;
        self.place[leaving] = NONBASIC;
        self.place[q] = p;
        self.basic[p] = q;
        let (before, rest) = self.inverse.split_at_mut(p * m);
        let (own, after) = rest.split_at_mut(m);
        for x in own.iter_mut() {
            *x /= size;
        }
        let rows = before.chunks_exact_mut(m).chain(after.chunks_exact_mut(m));
        let others = column.iter().enumerate().filter(|(i, _)| *i != p).map(|(_, c)| *c);
        for (row, c) in rows.zip(others) {
            if c != 0.0 {
                for (x, o) in row.iter_mut().zip(own.iter()) {
                    *x -= c * o;
                }
            }
        }
        self.pivots += 1;
        if self.pivots >= RENEW {
            self.renew()?;
        }
        Ok(())
    }

    fn optimum(&self) -> Optimum {
        let x: Vec<f64> = self.value[..self.n].to_vec();
        let objective = x.iter().zip(&self.program.cost).map(|(x, c)| x * c).sum();
        // The logical enters its row with −1: its reduced cost is the row's price.
        let dual = (0..self.m).map(|i| self.reduced[self.n + i]).collect();
        Optimum { objective, x, dual }
    }
}

#[cfg(test)]
mod tests;
