//! Hour after hour of a case: searched one by one from the basis of the hour before, solved and proven side by side.
//!
//! The search for an hour's basis leans on running flows. What is kept (columns, flows, cost, proof) is then solved anew for
//! [`SIDE`] hours at once, in vector units as wide as the machine has, by the same operations in the same order as for one
//! hour alone: the bits are those of [`Solver::solve`], on any machine. An hour whose optimum is not clearly the only basis,
//! or whose proof fails, is solved alone.

use super::formulation::{Formulation, Owner};
use super::{CaseDispatchError, CaseHours};
use crate::power::case::Case;
use crate::power::certificate::{Answer, Certificate, Scratch, certify};
use crate::power::dispatch::Solver;
use crate::power::hour::{Hour, SideBySide};
use crate::power::market::{Limit, Market};
use crate::power::running::Base;
use crate::power::simplex::{MARGIN_MW, Outcome};

/// Hours side by side.
const SIDE: usize = 8;
type Side = [f64; SIDE];

/// Hours from one cold start to the next.
pub(super) const BLOCK_HOURS: usize = 168;

#[cfg(feature = "parallel")]
pub(super) fn blocks<'a, T: Send>(
    chunks: core::slice::Chunks<'a, f64>,
    work: impl Fn(&'a [f64]) -> T + Sync + Send,
) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    chunks.collect::<Vec<_>>().into_par_iter().map(work).collect()
}

#[cfg(not(feature = "parallel"))]
pub(super) fn blocks<'a, T>(chunks: core::slice::Chunks<'a, f64>, work: impl Fn(&'a [f64]) -> T) -> Vec<T> {
    chunks.map(work).collect()
}

/// Memory for hours side by side, each list in the market's order.
struct Sides {
    withdrawal: Vec<Side>,
    lower: Vec<Side>,
    upper: Vec<Side>,
    cost: Vec<Side>,
    branch_limit: Vec<Side>,
    section_low: Vec<Side>,
    section_high: Vec<Side>,
    injection: Vec<Side>,
    x: Vec<Side>,
    angle: Vec<Side>,
    flow: Vec<Side>,
    price: Vec<Side>,
    branch_shadow: Vec<Side>,
    section_shadow: Vec<Side>,
    scratch: Scratch<SIDE>,
}

impl Sides {
    fn new(form: &Formulation) -> Self {
        let network = form.market.network();
        let (buses, branches) = (network.bus_count(), network.branches().len());
        let all = |values: &[f64]| values.iter().map(|&v| [v; SIDE]).collect::<Vec<Side>>();
        let zeros = |count| vec![[0.0; SIDE]; count];
        Self {
            withdrawal: zeros(buses),
            lower: all(&form.lower),
            upper: all(&form.upper),
            cost: all(&form.linear),
            branch_limit: all(&form.branch_limit),
            section_low: all(&form.section_low),
            section_high: all(&form.section_high),
            injection: zeros(buses),
            x: zeros(form.market.columns().len()),
            angle: zeros(network.places()),
            flow: zeros(branches),
            price: zeros(buses),
            branch_shadow: zeros(branches),
            section_shadow: zeros(form.section_low.len()),
            scratch: Scratch::new(&form.market),
        }
    }

    /// Angles and flows of the injections.
    #[inline(always)]
    fn flow(&mut self, market: &Market) {
        market.network().angles_by_place(&self.injection, &mut self.angle);
        market.network().flow_from_places(&self.angle, &mut self.flow);
    }

    /// How many branches of each hour are near their limit or beyond it.
    #[inline(always)]
    fn near(&self) -> Side {
        let mut near = [0.0; SIDE];
        for (flow, limit) in self.flow.iter().zip(&self.branch_limit) {
            for lane in 0..SIDE {
                near[lane] += if limit[lane] - flow[lane].abs() <= MARGIN_MW { 1.0 } else { 0.0 };
            }
        }
        near
    }

    /// The proofs.
    #[inline(always)]
    fn certify(&mut self, market: &Market) -> [Certificate; SIDE] {
        let hour = SideBySide {
            withdrawal: &self.withdrawal,
            lower: &self.lower,
            upper: &self.upper,
            cost: &self.cost,
            branch_limit: &self.branch_limit,
            section_low: &self.section_low,
            section_high: &self.section_high,
            row_low: &[],
            row_high: &[],
        };
        let mut answer = Answer {
            x: &self.x,
            angle: &self.angle,
            flow: &self.flow,
            price: &self.price,
            branch_shadow: &self.branch_shadow,
            section_shadow: &self.section_shadow,
            row_shadow: &[],
            scratch: &mut self.scratch,
        };
        certify(market, &hour, &mut answer)
    }
}

/// Angles and flows, in the widest vector units.
struct Flow<'a> {
    sides: &'a mut Sides,
    market: &'a Market,
}

impl pulp::WithSimd for Flow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.sides.flow(self.market);
    }
}

/// Angles, flows and proofs, in the widest vector units.
struct Prove<'a> {
    sides: &'a mut Sides,
    market: &'a Market,
}

impl pulp::WithSimd for Prove<'_> {
    type Output = (Side, [Certificate; SIDE]);

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        self.sides.flow(self.market);
        (self.sides.near(), self.sides.certify(self.market))
    }
}

/// One block of hours under work.
struct Block<'a> {
    form: &'a Formulation,
    case: &'a Case,
    /// 1, or 0 where a bus is isolated and its demand does not count.
    counts: Vec<f64>,
    /// What a bus draws besides its demand: shunts, and the base of piecewise generators.
    besides: Vec<f64>,
    /// The column of each bus's shedding.
    shed: Vec<(usize, usize)>,
    solver: Solver,
    sides: Sides,
    /// Bounds and withdrawals of the hour under search.
    upper: Vec<f64>,
    withdrawal: Vec<f64>,
    base: Vec<Base>,
    price: Vec<f64>,
    all: CaseHours,
}

impl Formulation {
    /// A block of hours, from a cold start.
    pub(super) fn hours(
        &self,
        case: &Case,
        load_mw: &[f64],
        isolated: &[bool],
    ) -> Result<CaseHours, CaseDispatchError> {
        let buses = case.buses.len();
        let hours = load_mw.len() / buses;
        let owned = self.owner.iter().enumerate();
        let of_bus =
            |(column, owner): (usize, &Owner)| if let Owner::Shed(bus) = *owner { Some((column, bus)) } else { None };
        let mut block = Block {
            form: self,
            case,
            counts: isolated.iter().map(|&out| if out { 0.0 } else { 1.0 }).collect(),
            besides: (self.withdrawal.iter().zip(&case.buses).zip(isolated))
                .map(|((w, bus), &out)| if out { 0.0 } else { w - bus.demand_mw })
                .collect(),
            shed: owned.filter_map(of_bus).collect(),
            solver: Solver::new(&self.market),
            sides: Sides::new(self),
            upper: self.upper.clone(),
            withdrawal: vec![0.0; buses],
            base: vec![Base::new(self.market.network()); SIDE],
            price: vec![0.0; buses],
            all: CaseHours::default(),
        };
        block.all.objective_usd_per_h.resize(hours, 0.0);
        block.all.shed_mw.resize(hours * buses, 0.0);
        let wide = pulp::Arch::new();
        for (group, load) in load_mw.chunks(buses * SIDE).enumerate() {
            block.group(group * SIDE, load, wide)?;
        }
        block.all.fallback_hours.sort_unstable();
        Ok(block.all)
    }
}

impl Block<'_> {
    /// Takes the demand of one hour.
    fn take(&mut self, load: &[f64]) {
        let buses = self.besides.iter().zip(&self.counts).zip(load);
        for (withdrawal, ((besides, counts), load)) in self.withdrawal.iter_mut().zip(buses) {
            *withdrawal = besides + counts * load;
        }
        for &(column, bus) in &self.shed {
            self.upper[column] = load[bus].max(0.0);
        }
    }

    /// Up to [`SIDE`] hours, the first of them number `first` of the block.
    fn group(&mut self, first: usize, load_mw: &[f64], wide: pulp::Arch) -> Result<(), CaseDispatchError> {
        let buses = self.case.buses.len();
        let market = &self.form.market;
        for (lane, load) in load_mw.chunks_exact(buses).enumerate() {
            self.take(load);
            for ((side, injection), mw) in
                self.sides.withdrawal.iter_mut().zip(&mut self.sides.injection).zip(&self.withdrawal)
            {
                side[lane] = *mw;
                injection[lane] = -*mw;
            }
            self.base[lane].sum_islands(market.network(), &self.withdrawal);
        }
        wide.dispatch(Flow { sides: &mut self.sides, market });
        for (lane, base) in self.base.iter_mut().enumerate() {
            for (flow, side) in base.flow.iter_mut().zip(&self.sides.flow) {
                *flow = side[lane];
            }
        }

        self.sides.branch_shadow.fill([0.0; SIDE]);
        self.sides.section_shadow.fill([0.0; SIDE]);
        let mut tight = [None; SIDE];
        for (lane, load) in load_mw.chunks_exact(buses).enumerate() {
            self.take(load);
            tight[lane] = self.search(lane);
            if tight[lane].is_none() {
                self.alone(first + lane)?;
            }
        }
        let (near, proof) = wide.dispatch(Prove { sides: &mut self.sides, market });
        for (lane, load) in load_mw.chunks_exact(buses).enumerate() {
            let Some(held) = tight[lane] else { continue };
            if near[lane] != held as f64 || !self.sections_are_clear(lane) || !proof[lane].holds() {
                self.take(load);
                self.alone(first + lane)?;
                continue;
            }
            let proof = &proof[lane];
            self.all.objective_usd_per_h[first + lane] = proof.objective_usd_per_h + self.form.constant;
            self.all.worst_gap = self.all.worst_gap.max(proof.gap);
            let shed = &mut self.all.shed_mw[(first + lane) * buses..][..buses];
            for &(column, bus) in &self.shed {
                shed[bus] = self.sides.x[column][lane];
            }
        }
        Ok(())
    }

    /// Searches the hour taken and puts its basis's numbers in a lane; how many branches that basis holds at their limit,
    /// or `None` if the hour must be solved alone.
    fn search(&mut self, lane: usize) -> Option<usize> {
        let market = &self.form.market;
        let hour = Hour { withdrawal_mw: &self.withdrawal, upper_mw: &self.upper, ..self.form.hour() };
        let simplex = &mut self.solver.simplex;
        // What is no number is told by the solver.
        let sound = self.withdrawal.iter().fold(true, |sound, mw| sound & mw.is_finite());
        if !sound || simplex.is_cold() || simplex.run(market, &hour, &self.base[lane]) != Outcome::Optimal {
            return None;
        }
        simplex.settle(market, &hour);
        if !simplex.columns_are_clear(&hour) {
            return None;
        }
        simplex.price(&mut self.price);
        let sides = &mut self.sides;
        let put = |to: &mut [Side], from: &[f64]| to.iter_mut().zip(from).for_each(|(to, from)| to[lane] = *from);
        put(&mut sides.x, &simplex.x);
        for &(column, _) in &self.shed {
            sides.upper[column][lane] = self.upper[column];
        }
        put(&mut sides.injection, &simplex.injection);
        put(&mut sides.price, &self.price);
        for (at, y) in simplex.duals() {
            match market.limit_at(at) {
                Limit::Branch(k) => sides.branch_shadow[k][lane] = -y,
                Limit::Section(s) => sides.section_shadow[s][lane] = -y,
                Limit::Row(_) | Limit::Island(_) | Limit::Column(_) => {}
            }
        }
        Some(simplex.tight_branches(market))
    }

    /// Whether every section of a lane that has no price is clear of its sides.
    fn sections_are_clear(&self, lane: usize) -> bool {
        let sides = &self.sides;
        let limits = sides.section_low.iter().zip(&sides.section_high).zip(&sides.section_shadow);
        self.form.market.sections().iter().zip(limits).all(|(terms, ((low, high), shadow))| {
            let value: f64 = terms.iter().map(|&(branch, weight)| weight * sides.flow[branch][lane]).sum();
            shadow[lane] != 0.0 || (value - low[lane] > MARGIN_MW && high[lane] - value > MARGIN_MW)
        })
    }

    /// The hour taken, solved from nothing.
    fn alone(&mut self, at: usize) -> Result<(), CaseDispatchError> {
        let buses = self.case.buses.len();
        let hour = Hour { withdrawal_mw: &self.withdrawal, upper_mw: &self.upper, ..self.form.hour() };
        self.solver.reset();
        let solved = self.solver.solve(&self.form.market, &hour).map_err(|e| self.form.refusal(self.case, e))?;
        self.all.objective_usd_per_h[at] = solved.certificate.objective_usd_per_h + self.form.constant;
        self.all.worst_gap = self.all.worst_gap.max(solved.certificate.gap);
        if solved.via_fallback {
            self.all.fallback_hours.push(at);
        }
        let shed = &mut self.all.shed_mw[at * buses..][..buses];
        for &(column, bus) in &self.shed {
            shed[bus] = solved.column_mw[column];
        }
        Ok(())
    }
}
