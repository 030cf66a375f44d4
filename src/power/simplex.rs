//! The bounded dual simplex of the hourly dispatch, on the few rows that matter.
//!
//! The basis is a set of columns strictly between their bounds and an equally long set of tight limits; every other
//! column sits at the bound its reduced cost prefers and every other limit is slack. Prices and reduced costs are computed
//! afresh from these two sets in each iteration (the basis matrix has a handful of rows); flows are kept running while
//! columns move, and solved anew at the end, so that the numbers of an hour depend on its final basis alone. A limit
//! enters when it is violated and leaves when its price vanishes. The ratio test takes long steps (Maros 2003): columns it passes
//! flip to their other bound, so that from an empty basis the first pivot is the merit order.
//!
//! Costs are compared in lexicographic order, true cost first and then the market's second cost: among all dispatches of
//! least cost there is one answer, and no dual degeneracy on which pivots could cycle.

mod place;
mod ratio;

pub(super) use place::MARGIN_MW;

use super::dense::DenseLu;
use super::gradient::Gradients;
use super::hour::Hour;
use super::lanes::furthest_beyond;
use super::market::{Limit, Market};
use super::running::{Base, Running};
use ratio::{Candidate, Entering, PIVOT};

/// A violation no larger than this is none \[MW\].
const FEASIBLE_MW: f64 = 1e-8;
/// Reduced costs below this share of the largest cost are ties.
const TIE: f64 = 1e-11;
/// Ties of the second cost.
const SECOND_TIE: f64 = 1e-9;

/// How a run of the simplex ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Optimal: [`Simplex::settle`] and [`Simplex::measure`] give its numbers.
    Optimal,
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
    running: Running,
    pub(super) x: Vec<f64>,
    reduced: Vec<f64>,
    pub(super) injection: Vec<f64>,
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
            running: Running::new(market),
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
        self.running.reset();
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

    /// Solves an hour from the basis at hand. `base` is what its withdrawals do alone.
    pub(super) fn run(&mut self, market: &Market, hour: &Hour, base: &Base) -> Outcome {
        self.pivots = 0;
        self.is_idle.fill(false);
        let largest = hour.cost_usd_per_mwh.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
        self.tie = TIE * largest.max(1e-3);
        let most_pivots = 100 + 4 * (market.columns().len() + market.limit_count());
        for _ in 0..most_pivots {
            if !self.value(hour) {
                return Outcome::Lost;
            }
            if !self.place(market, hour, base) {
                return Outcome::Lost;
            }
            let Some(leaving) = self.most_violated(market, hour, base) else {
                return Outcome::Optimal;
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

    /// The next quantity to repair: a balance nobody holds yet, else the basic column furthest out of its bounds, else
    /// the most violated limit.
    fn most_violated(&self, market: &Market, hour: &Hour, base: &Base) -> Option<Leaving> {
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

        for island in 0..self.is_idle.len() {
            if !self.is_tight[island] && !self.is_idle[island] {
                let surplus = self.running.surplus(base, island);
                let direction = if surplus > 0.0 { -1.0 } else { 1.0 };
                return Some(Leaving { who: Leaver::Limit(island), direction, violation_mw: surplus.abs() });
            }
        }

        let mut consider = |at: usize, low: f64, high: f64, value: f64| {
            let (below, above) = (low - value, value - high);
            let (violation_mw, direction) = if below > above { (below, 1.0) } else { (above, -1.0) };
            if violation_mw > worst.map_or(FEASIBLE_MW, |w| w.violation_mw) && !self.is_tight[at] {
                worst = Some(Leaving { who: Leaver::Limit(at), direction, violation_mw });
            }
        };
        let (fixed, moved) = self.running.flows(base);
        if furthest_beyond(fixed, moved, hour.branch_limit_mw) > FEASIBLE_MW {
            for (k, ((fixed, moved), limit)) in fixed.iter().zip(moved).zip(hour.branch_limit_mw).enumerate() {
                consider(market.first_branch() + k, -limit, *limit, fixed + moved);
            }
        }
        for (s, terms) in market.sections().iter().enumerate() {
            let value = self.running.section(base, terms);
            consider(market.first_section() + s, hour.section_low_mw[s], hour.section_high_mw[s], value);
        }
        for (r, terms) in market.rows().iter().enumerate() {
            let value: f64 = terms.iter().map(|&(column, coefficient)| coefficient * self.x[column]).sum();
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
}

fn insert_sorted(list: &mut Vec<u32>, value: u32) {
    let at = list.partition_point(|&v| v < value);
    list.insert(at, value);
}
