//! Grid: the network between plants and consumers, and the least-cost dispatch of each step under its limits.
//!
//! Each step one linear program: DC flow over the lines, thermal and stability limits of lines, controlled sections by
//! scheme, water and fuel at their prices, heat-led minima, exchange at a price curve, reserve by area, load in tiers. The
//! engine of [`crate::power`] solves it and proves the answer; this component writes the numbers of the step and reads the
//! dispatch back.
//!
//! Load is given up in this order: miners under contract ([`Rules::interruptible`]); then ordinary load **and** all other
//! miners, pro rata at each bus; protected load last. Miners never answer to a bus price here: that is their own decision,
//! in their bids. Dual values are reported as shadow prices, never as money.
//!
//! Left out: voltage and reactive power, unit commitment and ramps (an hour is long beside those of hydro), losses within
//! the step (`grid/losses.rs`).

mod branch;
mod bus;
mod exchange;
mod export;
mod failing;
mod losses;
mod numbers;
mod outcome;
mod penalty;
mod plant;
mod rules;
mod section;
mod security;
mod topology;

pub use branch::{Circuit, Line, ThermalFactor};
pub use bus::{Area, Bus};
pub use exchange::Exchange;
pub use export::case;
pub use failing::{Failure, fail};
pub use penalty::Penalties;
pub use plant::{HeatMinimum, Plant, PlantKind};
pub use rules::Rules;
pub use section::Section;
pub use security::Armed;

use crate::calendar::Moment;
use crate::fault::{Cause, Component, StepError};
use crate::flows::{Bids, Dispatch, Load, Overload, Sky, Supply};
use crate::ids::{BranchId, BusId, Id, InterfaceId, PlantId, ReservoirId, SiteId, Table};
use crate::power::{self, Solver};
use crate::random::{Member, Seed};
use crate::units::{EnergyPrice, Power};
use numbers::Numbers;
use std::sync::Arc;
use topology::{Key, Topology};

/// The grid of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Buses.
    pub buses: Table<BusId, Bus>,
    /// Lines: the rows of the scenario's table of branches.
    pub lines: Vec<Line>,
    /// Branches: each circuit of each line, in the order of the lines.
    pub branches: Table<BranchId, Circuit>,
    /// Controlled sections.
    pub sections: Table<InterfaceId, Section>,
    /// Plants other than the cascade's.
    pub plants: Table<PlantId, Plant>,
    /// Neighbors at a price.
    pub exchanges: Vec<Exchange>,
    /// Areas that keep reserve.
    pub areas: Vec<Area>,
    /// The bus of each mining site.
    pub sites: Table<SiteId, BusId>,
    /// Summer ratings times this, by air temperature.
    pub thermal_factor: ThermalFactor,
    /// What district heat forces to run, by the day's mean air temperature.
    pub heat_minimum: HeatMinimum,
    /// Short-time rating of a circuit over its continuous one.
    pub short_time_factor: f64,
    /// In which order wishes are given up.
    pub penalties: Penalties,
    /// Base of the per-unit values, MVA.
    pub base_mva: f64,
}

/// What the grid remembers from step to step.
#[derive(Clone, Debug, Default)]
pub struct GridNow {
    /// The market in use, and those of other states of the network met so far.
    topology: Option<Arc<Topology>>,
    met: Vec<Arc<Topology>>,
    solvers: Option<Solvers>,
    numbers: Numbers,
    /// Flow of each line in the step before, MW; empty before the first.
    line_flow: Vec<f64>,
    /// What is out by chance.
    failing: failing::Failing,
    /// The orders in force with what is out by chance.
    effective: Rules,
    /// Circuits out as they were when the market in use was chosen.
    branch_out: Table<BranchId, bool>,
    held_losses: Option<Vec<f64>>,
}

/// The solvers of the two markets in use.
#[derive(Clone, Debug)]
struct Solvers {
    lean: Solver,
    full: Solver,
}

/// Steps after which the solvers start from nothing, so that no result leans on how a run was cut into pieces.
const BLOCK_STEPS: usize = 168;

impl Grid {
    /// State before the first step, with nothing that fails.
    pub fn start(&self) -> GridNow {
        GridNow::default()
    }

    /// State before the first step of one member: units and circuits fail at random.
    pub fn start_failing(&self, seed: Seed, member: Member) -> GridNow {
        GridNow { failing: failing::Failing::start(self, seed, member), ..GridNow::default() }
    }

    /// The circuits of a line of the scenario's table.
    pub fn circuits(&self, line: &str) -> impl Iterator<Item = BranchId> + use<> {
        let found = self.lines.iter().find(|l| l.name == line);
        found.map_or(0..0, |l| l.first.0..l.first.0 + l.circuits).map(BranchId)
    }

    /// A branch in print: its line's id, with the circuit's number where there are several.
    pub fn branch_name(&self, id: BranchId) -> String {
        let Some(circuit) = self.branches.as_slice().get(id.index()) else { return String::new() };
        let Some(line) = self.lines.get(circuit.line) else { return String::new() };
        if line.circuits > 1 { format!("{}_{}", line.name, circuit.number) } else { line.name.clone() }
    }

    /// Which buses are joined to one by the lines that a test accepts.
    pub fn reached_from(&self, bus: usize, accept: impl Fn(&Line) -> bool) -> Vec<bool> {
        let mut reached = vec![false; self.buses.len()];
        let mut open = vec![bus];
        while let Some(here) = open.pop() {
            if reached.get(here) != Some(&false) {
                continue;
            }
            reached[here] = true;
            for line in self.lines.iter().filter(|l| accept(l)) {
                for (near, far) in [(line.from.index(), line.to.index()), (line.to.index(), line.from.index())] {
                    if near == here {
                        open.push(far);
                    }
                }
            }
        }
        reached
    }

    /// The buses that a section feeds in its stated direction: what its lines, taken out, part from where they start.
    /// `None` if the cut leaves a way around, or if its lines start on both sides.
    pub fn fed_by(&self, section: &Section) -> Option<Vec<BusId>> {
        let of_cut = |name: &str| section.lines.iter().any(|(n, _)| self.lines.get(*n).is_some_and(|l| l.name == name));
        let ends = |&(n, sign): &(usize, f64)| {
            let line = self.lines.get(n)?;
            Some(if sign < 0.0 { (line.to, line.from) } else { (line.from, line.to) })
        };
        let (_, first) = section.lines.iter().find_map(ends)?;
        let fed = self.reached_from(first.index(), |l| !l.normally_open && !of_cut(&l.name));
        let is_fed = |bus: BusId| fed.get(bus.index()).copied().unwrap_or(false);
        let parts = section.lines.iter().filter_map(ends).all(|(from, to)| is_fed(to) && !is_fed(from));
        parts.then(|| self.buses.ids().filter(|b| is_fed(*b)).collect())
    }

    /// CO₂ of the dispatch's plants in the step, t/h: heat-led output at one factor, what is above it at another.
    pub fn emission_t_per_h(&self, dispatch: &Dispatch, now: &Moment, sky: &Sky, in_region: bool) -> f64 {
        let counted = self.plants.enumerate().filter(|(_, p)| self.buses[p.bus].in_region == in_region);
        counted
            .map(|(id, plant)| {
                let site = self.buses[plant.bus].climate_site.index();
                let share = sky.day_mean.as_slice().get(site).map_or(0.0, |t| self.heat_minimum.at(*t));
                let least = plant.least(share, plant.most(now.month_index()));
                let power = dispatch.plants.as_slice().get(id.index()).copied().unwrap_or(Power::ZERO);
                plant.emission_t_per_h(power, least)
            })
            .sum()
    }
}

impl GridNow {
    /// Holds losses at these values, by bus, instead of following the flows (for experiments that ask what a change of load
    /// does to a flow, losses apart); `None` lets them go.
    pub fn hold_losses(&mut self, by_bus: Option<&Table<BusId, Power>>) {
        self.held_losses = by_bus.map(|t| t.iter().map(|p| p.as_mw()).collect());
    }

    /// Takes the market of a state of the network into use.
    fn switch(&mut self, given: &Grid, rules: &Rules, supply: &Supply) -> Result<Arc<Topology>, String> {
        let same = |t: &&Arc<Topology>| self.branch_out == rules.branch_out && t.key.fits(supply);
        if let Some(now) = self.topology.as_ref().filter(same) {
            return Ok(Arc::clone(now));
        }
        self.branch_out.clone_from(&rules.branch_out);
        let key = Key::new(given, rules, supply);
        if let Some(now) = self.topology.as_ref().filter(|t| t.key == key) {
            return Ok(Arc::clone(now));
        }
        let topology = if let Some(known) = self.met.iter().find(|t| t.key == key) {
            Arc::clone(known)
        } else {
            let new = Arc::new(Topology::new(given, key)?);
            self.met.push(Arc::clone(&new));
            new
        };
        self.solvers = Some(Solvers { lean: Solver::new(&topology.lean), full: Solver::new(&topology.full) });
        self.topology = Some(Arc::clone(&topology));
        Ok(topology)
    }

    /// Fills the losses that this step counts.
    fn lose(&mut self, given: &Grid, topology: &Topology) {
        let loss = &mut self.numbers.loss;
        loss.clear();
        loss.resize(given.buses.len(), 0.0);
        if let Some(held) = &self.held_losses {
            loss.iter_mut().zip(held).for_each(|(to, from)| *to = *from);
        } else {
            losses::of_flows(given, &self.line_flow, &topology.key.in_service, loss);
        }
    }
}

/// Dispatches the step.
///
/// # Errors
/// A network that is none, or a step that no dispatch fits, with the limits that conflict by name. Load can always be given
/// up and output held back at a penalty, so that only contradictory input leads there.
pub fn clear(
    given: &Grid,
    rules: &Rules,
    state: &mut GridNow,
    now: &Moment,
    sky: &Sky,
    supply: &Supply,
    load: &Load,
    bids: &Bids,
) -> Result<Dispatch, StepError> {
    let of = Asked { now, sky, supply, load, bids };
    under_effective(given, rules, state, |rules, state| {
        clear_under(given, rules, state, &of, &|seen, price| {
            outcome::read(given, rules, seen.topology, seen.numbers, supply, load, bids, seen.solved, price)
        })
    })
}

/// What a step looked ahead to would bring: what hydro plants give, and the price at each bus.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// Power of each plant of the cascade.
    pub hydro: Table<ReservoirId, Power>,
    /// Price at each bus.
    pub price: Table<BusId, EnergyPrice>,
}

/// Dispatches a step that is only looked ahead to: that of [`clear`], with little of it read.
///
/// # Errors
/// Those of [`clear`].
pub fn foresee(
    given: &Grid,
    rules: &Rules,
    state: &mut GridNow,
    now: &Moment,
    sky: &Sky,
    supply: &Supply,
    load: &Load,
    bids: &Bids,
) -> Result<Foreseen, StepError> {
    let of = Asked { now, sky, supply, load, bids };
    under_effective(given, rules, state, |rules, state| {
        clear_under(given, rules, state, &of, &|seen, price| Foreseen {
            hydro: Table::new(outcome::hydro(seen.topology, supply, seen.solved.column_mw).collect()),
            price,
        })
    })
}

/// What a step asks of the grid.
struct Asked<'a> {
    now: &'a Moment,
    sky: &'a Sky,
    supply: &'a Supply,
    load: &'a Load,
    bids: &'a Bids,
}

/// A step as it was solved.
struct Seen<'a> {
    topology: &'a Topology,
    numbers: &'a Numbers,
    solved: &'a power::Dispatch<'a>,
}

/// How what is wanted is read from a solved step and its bus prices.
type Reading<'a, T> = &'a dyn Fn(&Seen, Table<BusId, EnergyPrice>) -> T;

/// Does something under the orders in force with what is out by chance, which counts as what is out by order.
fn under_effective<T>(
    given: &Grid,
    rules: &Rules,
    state: &mut GridNow,
    what: impl FnOnce(&Rules, &mut GridNow) -> T,
) -> T {
    if !state.failing.any_circuit() {
        return what(rules, state);
    }
    let mut effective = core::mem::take(&mut state.effective);
    effective.clone_from(rules);
    for (id, out) in given.branches.ids().zip(effective.branch_out.iter_mut()) {
        *out |= state.failing.is_circuit_out(id);
    }
    let done = what(&effective, state);
    state.effective = effective;
    done
}

/// Dispatches the step under orders that hold whatever is out.
fn clear_under<T>(
    given: &Grid,
    rules: &Rules,
    state: &mut GridNow,
    of: &Asked,
    read: Reading<'_, T>,
) -> Result<T, StepError> {
    let told = |what| StepError::new(of.now, Component::Grid, Cause::OutOfRange(format!("the network: {what}")));
    let topology = state.switch(given, rules, of.supply).map_err(told)?;
    if of.now.step.is_multiple_of(BLOCK_STEPS)
        && let Some(solvers) = &mut state.solvers
    {
        solvers.lean.reset();
        solvers.full.reset();
    }
    if state.line_flow.is_empty() {
        // Nothing flowed before the first step: its own flows, found without losses, stand in.
        state.line_flow = vec![0.0; given.lines.len()];
        solve(given, rules, state, &topology, of, &|_, _| ())?;
    }
    solve(given, rules, state, &topology, of, read)
}

/// One pass: write, solve, read.
fn solve<T>(
    given: &Grid,
    rules: &Rules,
    state: &mut GridNow,
    topology: &Topology,
    of: &Asked,
    read: Reading<'_, T>,
) -> Result<T, StepError> {
    let error = |cause| StepError::new(of.now, Component::Grid, cause);
    state.lose(given, topology);
    let Asked { now, sky, supply, load, bids } = *of;
    state.numbers.write(given, rules, topology, &state.failing.units_out, now, sky, supply, load, bids);
    let GridNow { solvers, numbers, line_flow, .. } = state;
    let Some(Solvers { lean, full }) = solvers else {
        return Err(error(Cause::OutOfRange("the dispatch has no solver".into())));
    };
    let mut seen = |numbers: &Numbers, solved: &power::Dispatch, price| {
        line_flow.clear();
        line_flow.extend_from_slice(solved.flow_mw);
        read(&Seen { topology, numbers, solved }, price)
    };
    if let Ok(solved) = lean.solve(&topology.lean, &numbers.hour()) {
        let price = outcome::prices(given, &solved);
        if given.penalties.idle_at(&price) {
            return Ok(seen(numbers, &solved, price));
        }
    }
    numbers.write_rest(given, topology, supply, load);
    match full.solve(&topology.full, &numbers.hour()) {
        Ok(solved) => {
            let price = outcome::prices(given, &solved);
            Ok(seen(numbers, &solved, price))
        }
        Err(why) => Err(error(Cause::Infeasible(outcome::tell(given, &why)))),
    }
}

/// What the loss of some one circuit would load beyond its short-time rating, after the dispatch of the step.
pub fn screen(given: &Grid, state: &mut GridNow, sky: &Sky, dispatch: &Dispatch) -> Vec<Overload> {
    let Some(topology) = &state.topology else { return Vec::new() };
    let numbers = &mut state.numbers;
    numbers.circuit_flow.clear();
    numbers.short_time.clear();
    for ((line, flow), circuits) in given.lines.iter().zip(&state.line_flow).zip(&topology.key.in_service) {
        numbers.circuit_flow.push(if *circuits > 0 { flow / f64::from(*circuits) } else { 0.0 });
        let air = sky.air.as_slice().get(given.buses[line.from].climate_site.index()).map(|a| a.dry_bulb);
        let factor = air.map_or(1.0, |t| given.thermal_factor.at(t));
        numbers.short_time.push(line.thermal.as_mw() * factor * given.short_time_factor);
    }
    let sheddable = |lost: usize| {
        let armed = given.lines.get(lost).and_then(|line| line.armed);
        let load = armed.and_then(|a| dispatch.served.as_slice().get(a.load.index()));
        armed.zip(load).map_or(0.0, |(armed, load)| armed.most.min(*load).as_mw())
    };
    topology.security.screen(&numbers.circuit_flow, &numbers.short_time, sheddable)
}

#[cfg(test)]
mod tests;
