//! The bounded dual simplex of the hourly dispatch, on the few rows that matter.
//!
//! The basis is a set of columns strictly between their bounds and an equally long set of tight limits; every other
//! column sits at the bound its reduced cost prefers and every other limit is slack. Nothing else is state: values,
//! prices and reduced costs are computed afresh from these two sets in each iteration (the basis matrix has a handful of
//! rows), so that no error accumulates and the numbers of an hour depend on its final basis alone. A limit enters when
//! it is violated and leaves when its price vanishes. The ratio test takes long steps (Maros 2003): columns it passes
//! flip to their other bound, so that from an empty basis the first pivot is the merit order.
//!
//! Costs are compared in lexicographic order, true cost first and then the market's second cost: among all dispatches of
//! least cost there is one answer, and no dual degeneracy on which pivots could cycle.

use super::dense::DenseLu;
use super::gradient::Gradients;
use super::hour::Hour;
use super::lanes::{count_near, furthest_beyond};
use super::market::{Limit, Market};

/// A violation no larger than this is none \[MW\].
const FEASIBLE_MW: f64 = 1e-8;
/// A basic quantity this near to a bound may have another basis with the same dispatch \[MW\].
const MARGIN_MW: f64 = 1e-6;
/// Reduced costs below this share of the largest cost are ties.
const TIE: f64 = 1e-11;
/// Ties of the second cost.
const SECOND_TIE: f64 = 1e-9;
/// A column that moves the leaving quantity less than this cannot enter.
const PIVOT: f64 = 1e-9;

/// How a run of the simplex ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Optimal. `unique` if no other basis describes the same or an equally good dispatch.
    Optimal { unique: bool },
    /// No dispatch meets all limits; the conflict is in [`Simplex::conflict`].
    Infeasible { shortfall_mw: f64 },
    /// The basis is singular, not dual feasible, or pivots ran out.
    Lost,
}

/// What leaves the basis, and how it must move.
#[derive(Clone, Copy)]
struct Leaving {
    who: Leaver,
    /// 1 if it must grow, −1 if it must shrink.
    direction: f64,
    violation_mw: f64,
}

#[derive(Clone, Copy)]
enum Leaver {
    /// A basic column, by its place in the basis: it stops at a bound.
    Column(usize),
    /// A slack limit: it becomes tight.
    Limit(usize),
}

/// A column or tight limit that could take over.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    ratio: f64,
    second_ratio: f64,
    rate: f64,
    reach_mw: f64,
    who: Entering,
}

#[derive(Clone, Copy, Debug)]
enum Entering {
    Column(u32),
    /// By its place in the basis.
    Limit(u32),
}

/// The basis and all it works with.
#[derive(Clone, Debug)]
pub(super) struct Simplex {
    columns: Vec<u32>,
    limits: Vec<u32>,
    is_basic: Vec<bool>,
    is_tight: Vec<bool>,
    /// Islands with nothing to dispatch.
    is_idle: Vec<bool>,
    gradients: Gradients,
    lu: DenseLu,
    /// Value of each limit in the basis at zero dispatch, of this hour.
    side: Vec<f64>,
    dual: Vec<f64>,
    second_dual: Vec<f64>,
    basic_value: Vec<f64>,
    multiplier: Vec<f64>,
    rate: Vec<f64>,
    second_is_known: bool,
    /// Whether factor, duals and reduced costs are those of the basis, at the costs in `valued_at`.
    is_valued: bool,
    valued_at: Vec<f64>,
    saw_tie: bool,
    tie: f64,
    candidates: Vec<Candidate>,
    surplus: Vec<f64>,
    pub(super) x: Vec<f64>,
    reduced: Vec<f64>,
    injection: Vec<f64>,
    pub(super) angle: Vec<[f64; 1]>,
    pub(super) flow: Vec<f64>,
    pub(super) section: Vec<f64>,
    pub(super) row: Vec<f64>,
    /// The limits of the last conflict.
    pub(super) conflict: Vec<Limit>,
    /// Basis changes since the last call of [`Simplex::run`].
    pub(super) pivots: u32,
}

impl Simplex {
    pub(super) fn new(market: &Market) -> Self {
        let network = market.network();
        let (columns, limits) = (market.columns().len(), market.limit_count());
        Self {
            columns: Vec::new(),
            limits: Vec::new(),
            is_basic: vec![false; columns],
            is_tight: vec![false; limits],
            is_idle: vec![false; network.references().len()],
            gradients: Gradients::new(market),
            lu: DenseLu::default(),
            side: Vec::new(),
            dual: Vec::new(),
            second_dual: Vec::new(),
            basic_value: Vec::new(),
            multiplier: Vec::new(),
            rate: vec![0.0; columns],
            second_is_known: false,
            is_valued: false,
            valued_at: vec![0.0; columns],
            saw_tie: false,
            tie: 0.0,
            candidates: Vec::with_capacity(columns + 16),
            surplus: vec![0.0; network.references().len()],
            x: vec![0.0; columns],
            reduced: vec![0.0; columns],
            injection: vec![0.0; network.bus_count()],
            angle: vec![[0.0]; network.places()],
            flow: vec![0.0; network.branches().len()],
            section: vec![0.0; market.sections().len()],
            row: vec![0.0; market.rows().len()],
            conflict: Vec::new(),
            pivots: 0,
        }
    }

    /// Forgets the basis (not the gradients: they belong to the market).
    pub(super) fn reset(&mut self) {
        self.columns.clear();
        self.limits.clear();
        self.is_basic.fill(false);
        self.is_tight.fill(false);
        self.is_valued = false;
    }

    /// Whether there is no basis to start from.
    pub(super) fn is_cold(&self) -> bool {
        self.limits.is_empty()
    }

    /// Tight limits with their duals: what one MW more on the limit's quantity would cost. A dual that only the second
    /// cost tells from zero is zero.
    pub(super) fn duals(&self) -> impl Iterator<Item = (usize, f64)> {
        self.limits.iter().zip(&self.dual).filter(|(_, y)| y.abs() > self.tie).map(|(&limit, &y)| (limit as usize, y))
    }

    /// Prices by bus: what one MW more withdrawn there would cost.
    pub(super) fn price(&self, price: &mut [f64]) {
        price.fill(0.0);
        for (limit, y) in self.duals() {
            for (p, g) in price.iter_mut().zip(self.gradients.by_bus(limit)) {
                *p += y * g;
            }
        }
    }

    /// Solves an hour from the basis at hand.
    pub(super) fn run(&mut self, market: &Market, hour: &Hour) -> Outcome {
        self.pivots = 0;
        self.is_idle.fill(false);
        let largest = hour.cost_usd_per_mwh.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
        self.tie = TIE * largest.max(1e-3);
        let most_pivots = 100 + 4 * (market.columns().len() + market.limit_count());
        for _ in 0..most_pivots {
            if !self.value(hour) {
                return Outcome::Lost;
            }
            if !self.place(market, hour) {
                return Outcome::Lost;
            }
            let Some(leaving) = self.most_violated(market, hour) else {
                return Outcome::Optimal { unique: self.is_unique(market, hour) };
            };
            if let Some(outcome) = self.pivot(market, hour, leaving) {
                return outcome;
            }
        }
        Outcome::Lost
    }

    /// Factor, duals of the tight limits and reduced costs of all columns, unless those at hand are still right. False if
    /// the basis is singular.
    fn value(&mut self, hour: &Hour) -> bool {
        if self.is_valued && self.valued_at == hour.cost_usd_per_mwh {
            return true;
        }
        let Self { lu, columns, limits, gradients, .. } = self;
        let regular = columns.len() == limits.len()
            && lu.factor(columns.len(), |i, j| gradients.by_column(limits[i] as usize)[columns[j] as usize]);
        if !regular {
            return false;
        }
        self.dual.clear();
        self.dual.extend(self.columns.iter().map(|&j| hour.cost_usd_per_mwh[j as usize]));
        self.lu.solve_transposed(&mut self.dual);
        self.reduced.copy_from_slice(hour.cost_usd_per_mwh);
        for (&limit, &y) in self.limits.iter().zip(&self.dual) {
            for (d, a) in self.reduced.iter_mut().zip(self.gradients.by_column(limit as usize)) {
                *d -= y * a;
            }
        }
        self.second_is_known = false;
        self.is_valued = true;
        self.valued_at.copy_from_slice(hour.cost_usd_per_mwh);
        true
    }

    /// Duals of the second cost, when a tie asks for them.
    fn know_second(&mut self, market: &Market) {
        if !self.second_is_known {
            self.second_dual.clear();
            self.second_dual.extend(self.columns.iter().map(|&j| market.preferences()[j as usize]));
            self.lu.solve_transposed(&mut self.second_dual);
            self.second_is_known = true;
        }
    }

    fn second_reduced(&mut self, market: &Market, column: usize) -> f64 {
        self.know_second(market);
        let mut d = market.preferences()[column];
        for (&limit, y) in self.limits.iter().zip(&self.second_dual) {
            d -= y * self.gradients.by_column(limit as usize)[column];
        }
        d
    }

    /// Puts each nonbasic column and each tight limit on the side its reduced cost prefers, then the basic columns where
    /// the tight limits hold. False if the preferred side of a limit does not exist.
    fn place(&mut self, market: &Market, hour: &Hour) -> bool {
        self.saw_tie = false;
        let bounds = hour.lower_mw.iter().zip(hour.upper_mw);
        for ((x, &d), (&low, &high)) in self.x.iter_mut().zip(&self.reduced).zip(bounds) {
            *x = if d >= 0.0 { low } else { high };
        }
        // Basic columns cost nothing to move; whatever else costs nothing is decided by the second cost.
        let tie = self.tie;
        let ties = self.reduced.iter().fold(0_u64, |n, d| n + u64::from(d.abs() <= tie));
        let basic_ties = self.columns.iter().filter(|&&j| self.reduced[j as usize].abs() <= tie).count() as u64;
        if ties > basic_ties {
            self.settle_ties(market, hour);
        }
        for &j in &self.columns {
            self.x[j as usize] = 0.0;
        }
        self.inject(market, hour);
        self.side.clear();
        self.basic_value.clear();
        for i in 0..self.limits.len() {
            let limit = self.limits[i] as usize;
            let (low, high) = hour.sides(market, limit);
            let mut at_low = self.dual[i] >= 0.0;
            if self.dual[i].abs() <= self.tie && low < high {
                self.know_second(market);
                at_low = self.second_dual[i] >= 0.0;
                self.saw_tie |= self.second_dual[i].abs() <= SECOND_TIE;
            }
            let side = if at_low { low } else { high };
            if !side.is_finite() {
                return false;
            }
            let value = self.gradients.value(market, limit, &self.injection, &self.x);
            self.side.push(side);
            self.basic_value.push(side - value);
        }
        self.lu.solve(&mut self.basic_value);
        for (&j, &value) in self.columns.iter().zip(&self.basic_value) {
            let column = &market.columns()[j as usize];
            self.x[j as usize] = value;
            self.injection[column.bus] += column.injection * value;
        }
        true
    }

    /// Puts the nonbasic columns whose reduced cost is zero where the second cost prefers them.
    fn settle_ties(&mut self, market: &Market, hour: &Hour) {
        for j in 0..self.x.len() {
            let (low, high) = (hour.lower_mw[j], hour.upper_mw[j]);
            if self.reduced[j].abs() <= self.tie && low < high && !self.is_basic[j] {
                let second = self.second_reduced(market, j);
                self.saw_tie |= second.abs() <= SECOND_TIE;
                self.x[j] = if second >= 0.0 { low } else { high };
            }
        }
    }

    /// What each bus injects, by the columns as they stand.
    fn inject(&mut self, market: &Market, hour: &Hour) {
        for (injection, withdrawal) in self.injection.iter_mut().zip(hour.withdrawal_mw) {
            *injection = -withdrawal;
        }
        for (column, x) in market.columns().iter().zip(&self.x) {
            self.injection[column.bus] += column.injection * x;
        }
    }

    /// The next quantity to repair: a balance nobody holds yet, else the basic column furthest out of its bounds, else
    /// the most violated limit.
    fn most_violated(&mut self, market: &Market, hour: &Hour) -> Option<Leaving> {
        let mut worst: Option<Leaving> = None;
        let mut consider = |who, below: f64, above: f64| {
            let (violation_mw, direction) = if below > above { (below, 1.0) } else { (above, -1.0) };
            if violation_mw > worst.map_or(FEASIBLE_MW, |w| w.violation_mw) {
                worst = Some(Leaving { who, direction, violation_mw });
            }
        };
        for (i, &j) in self.columns.iter().enumerate() {
            let j = j as usize;
            consider(Leaver::Column(i), hour.lower_mw[j] - self.x[j], self.x[j] - hour.upper_mw[j]);
        }
        if worst.is_some() {
            return worst;
        }

        let network = market.network();
        for island in 0..self.is_idle.len() {
            if !self.is_tight[island] && !self.is_idle[island] {
                self.surplus.fill(0.0);
                for (&i, mw) in network.island_of().iter().zip(&self.injection) {
                    self.surplus[i as usize] += mw;
                }
                let surplus = self.surplus[island];
                let direction = if surplus > 0.0 { -1.0 } else { 1.0 };
                return Some(Leaving { who: Leaver::Limit(island), direction, violation_mw: surplus.abs() });
            }
        }

        network.angles_by_place(&self.injection, &mut self.angle);
        network.flow_from_places(&self.angle, &mut self.flow);
        let mut consider = |at: usize, low: f64, high: f64, value: f64| {
            let (below, above) = (low - value, value - high);
            let (violation_mw, direction) = if below > above { (below, 1.0) } else { (above, -1.0) };
            if violation_mw > worst.map_or(FEASIBLE_MW, |w| w.violation_mw) && !self.is_tight[at] {
                worst = Some(Leaving { who: Leaver::Limit(at), direction, violation_mw });
            }
        };
        if furthest_beyond(&self.flow, hour.branch_limit_mw, 0.0) > FEASIBLE_MW {
            for (k, (flow, limit)) in self.flow.iter().zip(hour.branch_limit_mw).enumerate() {
                consider(market.first_branch() + k, -limit, *limit, *flow);
            }
        }
        for (s, terms) in market.sections().iter().enumerate() {
            let value: f64 = terms.iter().map(|&(branch, weight)| weight * self.flow[branch]).sum();
            self.section[s] = value;
            consider(market.first_section() + s, hour.section_low_mw[s], hour.section_high_mw[s], value);
        }
        for (r, terms) in market.rows().iter().enumerate() {
            let value: f64 = terms.iter().map(|&(column, coefficient)| coefficient * self.x[column]).sum();
            self.row[r] = value;
            consider(market.first_row() + r, hour.row_low_mw[r], hour.row_high_mw[r], value);
        }
        worst
    }

    /// One basis change, or the end of the run.
    fn pivot(&mut self, market: &Market, hour: &Hour, leaving: Leaving) -> Option<Outcome> {
        self.rates(market, leaving);
        let mut found = self.entering(market, hour, leaving);
        let balanced = leaving.violation_mw <= FEASIBLE_MW;
        if found.is_err() && balanced {
            // A balance that holds already may be held from either side.
            let leaving = Leaving { direction: -leaving.direction, ..leaving };
            self.rates(market, leaving);
            found = self.entering(market, hour, leaving);
        }
        let entering = match (found, leaving.who) {
            (Ok(entering), _) => entering,
            (Err(_), Leaver::Limit(island)) if balanced => {
                // Where nothing can move there is no price.
                self.is_idle[island] = true;
                return None;
            }
            (Err(shortfall_mw), _) => {
                self.explain(market, leaving);
                return Some(Outcome::Infeasible { shortfall_mw });
            }
        };
        self.pivots += 1;
        self.is_valued = false;
        match leaving.who {
            Leaver::Column(at) => {
                let column = self.columns.remove(at);
                self.is_basic[column as usize] = false;
                if let Entering::Limit(place) = entering {
                    let limit = self.limits.remove(place as usize);
                    self.is_tight[limit as usize] = false;
                }
            }
            Leaver::Limit(limit) => {
                if let Entering::Limit(place) = entering {
                    let loose = self.limits.remove(place as usize);
                    self.is_tight[loose as usize] = false;
                }
                self.is_tight[limit] = true;
                insert_sorted(&mut self.limits, limit as u32);
            }
        }
        if let Entering::Column(column) = entering {
            self.is_basic[column as usize] = true;
            insert_sorted(&mut self.columns, column);
        }
        None
    }

    /// How the leaving quantity moves, in the direction it must, with each column and (in `multiplier`) each tight limit.
    fn rates(&mut self, market: &Market, leaving: Leaving) {
        self.multiplier.clear();
        match leaving.who {
            Leaver::Column(at) => {
                self.multiplier.extend((0..self.columns.len()).map(|i| if i == at { 1.0 } else { 0.0 }));
                self.rate.fill(0.0);
            }
            Leaver::Limit(limit) => {
                self.gradients.ensure(market, limit);
                let gradient = self.gradients.by_column(limit);
                self.multiplier.extend(self.columns.iter().map(|&j| gradient[j as usize]));
                for (rate, a) in self.rate.iter_mut().zip(gradient) {
                    *rate = leaving.direction * a;
                }
            }
        }
        self.lu.solve_transposed(&mut self.multiplier);
        for (&limit, multiplier) in self.limits.iter().zip(&mut self.multiplier) {
            *multiplier *= leaving.direction;
            for (rate, a) in self.rate.iter_mut().zip(self.gradients.by_column(limit as usize)) {
                *rate -= *multiplier * a;
            }
        }
    }

    /// The ratio test with long steps: what enters, or how many MW stay violated when all that can help has helped.
    fn entering(&mut self, market: &Market, hour: &Hour, leaving: Leaving) -> Result<Entering, f64> {
        self.candidates.clear();
        for j in 0..self.x.len() {
            let (rate, range) = (self.rate[j], hour.upper_mw[j] - hour.lower_mw[j]);
            let helps = if self.x[j] == hour.lower_mw[j] { rate > PIVOT } else { rate < -PIVOT };
            if helps && range > 0.0 && !self.is_basic[j] {
                self.candidates.push(Candidate {
                    ratio: (self.reduced[j] / rate).abs(),
                    second_ratio: f64::NAN,
                    rate: rate.abs(),
                    reach_mw: rate.abs() * range,
                    who: Entering::Column(j as u32),
                });
            }
        }
        for i in 0..self.limits.len() {
            let (low, high) = hour.sides(market, self.limits[i] as usize);
            let rate = self.multiplier[i];
            let helps = if self.side[i] == low { rate > PIVOT } else { rate < -PIVOT };
            if helps && low < high {
                self.candidates.push(Candidate {
                    ratio: (self.dual[i] / rate).abs(),
                    second_ratio: f64::NAN,
                    rate: rate.abs(),
                    reach_mw: rate.abs() * (high - low),
                    who: Entering::Limit(i as u32),
                });
            }
        }
        let mut left_mw = leaving.violation_mw;
        let mut last = None;
        while let Some(at) = self.next_candidate(market) {
            let candidate = self.candidates.swap_remove(at);
            last = Some(candidate.who);
            left_mw -= candidate.reach_mw;
            if left_mw <= 0.0 {
                break;
            }
        }
        last.filter(|_| left_mw <= FEASIBLE_MW).ok_or(left_mw)
    }

    /// The candidate whose price changes sign first, ties by the second cost.
    fn next_candidate(&mut self, market: &Market) -> Option<usize> {
        let mut best = 0;
        let mut least = self.candidates.first()?.ratio;
        for (i, candidate) in self.candidates.iter().enumerate().skip(1) {
            if candidate.ratio < least {
                (best, least) = (i, candidate.ratio);
            }
        }
        let threshold = |c: &Candidate, tie: f64| c.ratio - least <= tie / c.rate.min(1.0);
        let tie = 2.0 * self.tie;
        if self.candidates.iter().filter(|c| threshold(c, tie)).count() > 1 {
            for i in 0..self.candidates.len() {
                let c = self.candidates[i];
                if threshold(&c, tie) && c.second_ratio.is_nan() {
                    let second = match c.who {
                        Entering::Column(j) => self.second_reduced(market, j as usize),
                        Entering::Limit(place) => {
                            self.know_second(market);
                            self.second_dual[place as usize]
                        }
                    };
                    // Signed along the true cost's side: a tie at zero counts from zero, others as they stand.
                    self.candidates[i].second_ratio = second / self.signed_rate(c);
                }
            }
            let mut least_second = f64::INFINITY;
            for (i, c) in self.candidates.iter().enumerate() {
                if threshold(c, tie) && c.second_ratio < least_second {
                    (best, least_second) = (i, c.second_ratio);
                }
            }
        }
        Some(best)
    }

    fn signed_rate(&self, candidate: Candidate) -> f64 {
        match candidate.who {
            Entering::Column(j) => self.rate[j as usize],
            Entering::Limit(place) => self.multiplier[place as usize],
        }
    }

    /// The limits of a conflict: the violated one and the tight ones that hold it.
    fn explain(&mut self, market: &Market, leaving: Leaving) {
        self.conflict.clear();
        match leaving.who {
            Leaver::Limit(limit) => self.conflict.push(market.limit_at(limit)),
            Leaver::Column(at) => self.conflict.push(Limit::Column(self.columns[at] as usize)),
        }
        for (&limit, multiplier) in self.limits.iter().zip(&self.multiplier) {
            if multiplier.abs() > PIVOT {
                self.conflict.push(market.limit_at(limit as usize));
            }
        }
    }

    /// Whether every basic quantity is clear of its bounds and every price clear of zero: then there is no other optimal
    /// basis.
    fn is_unique(&self, market: &Market, hour: &Hour) -> bool {
        let clear = |low: f64, value: f64, high: f64| value - low > MARGIN_MW && high - value > MARGIN_MW;
        let columns = self.columns.iter().all(|&j| {
            let j = j as usize;
            clear(hour.lower_mw[j], self.x[j], hour.upper_mw[j])
        });
        let slack = |first: usize, at: usize, low: f64, value: f64, high: f64| {
            self.is_tight[first + at] || clear(low, value, high)
        };
        // A tight branch is at its limit, and no other may be near its own.
        let is_branch = |&&limit: &&u32| (market.first_branch()..market.first_section()).contains(&(limit as usize));
        let tight_branches = self.limits.iter().filter(is_branch).count();
        let sections = self.section.iter().zip(hour.section_low_mw.iter().zip(hour.section_high_mw)).enumerate();
        let rows = self.row.iter().zip(hour.row_low_mw.iter().zip(hour.row_high_mw)).enumerate();
        !self.saw_tie
            && columns
            && count_near(&self.flow, hour.branch_limit_mw, MARGIN_MW) == tight_branches
            && sections.into_iter().all(|(s, (&f, (&l, &h)))| slack(market.first_section(), s, l, f, h))
            && rows.into_iter().all(|(r, (&v, (&l, &h)))| slack(market.first_row(), r, l, v, h))
    }
}

fn insert_sorted(list: &mut Vec<u32>, value: u32) {
    let at = list.partition_point(|&v| v < value);
    list.insert(at, value);
}
