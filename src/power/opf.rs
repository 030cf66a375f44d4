//! Least-cost dispatch of a case (DC-OPF), and the least shedding after outages.
//!
//! Linear and piecewise linear costs go through the exact simplex, one column a segment; quadratic ones through the
//! interior point, whose answer is then proven like any other: the cost is convex, so that the proof of the hour with
//! costs taken at the answer bounds how far it can be from the optimum. Demand and shunts are fixed withdrawals, angle
//! differences are limits of the one branch's flow.

use super::case::{Case, CaseError, Cost, Susceptance};
use super::certificate::{Answer, Certificate, certify};
use super::dispatch::Solver;
use super::hour::{DispatchError, Hour};
use super::interior::{self, Interior};
use super::market::{Column, Limit, Market, MarketError};
use super::network::Network;

/// Why a case has no dispatch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CaseDispatchError {
    /// The case has no network.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A cost that the dispatch refuses.
    #[error("gen row {row}: {why} (line {line})")]
    Cost {
        /// The generator's row, from 1.
        row: usize,
        /// Its line in the file.
        line: usize,
        /// Why.
        why: String,
    },
    /// Limits of a generator that are not finite, or quadratic costs where only linear ones are taken.
    #[error("gen row {row}: {why}")]
    Generator {
        /// The generator's row, from 1.
        row: usize,
        /// Why.
        why: &'static str,
    },
    /// No dispatch meets all limits.
    #[error("no dispatch meets all limits; these conflict: {}", conflicting.join(", "))]
    Infeasible {
        /// The limits that conflict, in words.
        conflicting: Vec<String>,
    },
    /// Array of the wrong length.
    #[error("{what}: {found} values cannot be rows of {width}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// How many values there are.
        found: usize,
        /// How long a row is.
        width: usize,
    },
    /// Nothing certified was found.
    #[error("no certified optimum was found")]
    Unsolved,
}

impl From<MarketError> for CaseDispatchError {
    fn from(_: MarketError) -> Self {
        Self::Unsolved
    }
}

/// The dispatch of a case, in the order of its rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CaseDispatch {
    /// Cost \[USD per hour\].
    pub objective_usd_per_h: f64,
    /// Proven relative distance from the optimum.
    pub gap: f64,
    /// Output of each generator \[MW\]; zero out of service.
    pub generator_mw: Vec<f64>,
    /// Price at each bus \[USD/MWh\].
    pub price_usd_per_mwh: Vec<f64>,
    /// Flow over each branch \[MW\].
    pub flow_mw: Vec<f64>,
    /// What one MW more of each branch's rating would save \[USD/MWh\], signed by the direction of flow.
    pub branch_shadow_usd_per_mwh: Vec<f64>,
    /// Load shed at each bus \[MW\], where shedding was allowed.
    pub shed_mw: Vec<f64>,
    /// What consumers pay above what generators are paid, at these prices \[USD per hour\].
    pub congestion_rent_usd_per_h: f64,
}

/// Hour after hour of a case.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CaseHours {
    /// Cost of each hour, shed load included \[USD per hour\].
    pub objective_usd_per_h: Vec<f64>,
    /// Shed load, hours × buses \[MW\].
    pub shed_mw: Vec<f64>,
    /// The hours that needed the fall-back.
    pub fallback_hours: Vec<usize>,
    /// The largest relative gap proven of an hour.
    pub worst_gap: f64,
}

/// A case as columns and numbers.
struct Formulation {
    market: Market,
    /// The generator or the bus whose shedding each column is.
    owner: Vec<Owner>,
    withdrawal: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    linear: Vec<f64>,
    quadratic: Vec<f64>,
    branch_limit: Vec<f64>,
    section_low: Vec<f64>,
    section_high: Vec<f64>,
    /// The branch of each angle section.
    section_branch: Vec<usize>,
    constant: f64,
    /// What each generator puts in below its first column.
    base: Vec<f64>,
}

/// Whose a column is.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Generator(usize),
    Shed(usize),
    /// Infeed (a negative demand) that is not taken, where that is allowed.
    Spilled,
}

impl Case {
    /// The case without some branches and generators, by position.
    #[must_use]
    pub fn without(&self, branches: &[usize], generators: &[usize]) -> Self {
        let mut case = self.clone();
        for &k in branches {
            if let Some(branch) = case.branches.get_mut(k) {
                branch.in_service = false;
            }
        }
        for &g in generators {
            if let Some(generator) = case.generators.get_mut(g) {
                generator.in_service = false;
            }
        }
        case
    }

    /// The least-cost dispatch under ratings, output limits and angle differences.
    ///
    /// # Errors
    /// [`CaseDispatchError`]; an infeasible case names the limits that conflict.
    pub fn dispatch(&self, rule: Susceptance) -> Result<CaseDispatch, CaseDispatchError> {
        Formulation::of(self, rule, &Shedding::None)?.solve(self)
    }

    /// The least load that must be shed: generators between 0 and Pmax, ratings, no angle limits, islands on their own.
    /// The objective is the megawatts shed.
    ///
    /// # Errors
    /// [`CaseDispatchError`].
    pub fn least_shedding(&self) -> Result<CaseDispatch, CaseDispatchError> {
        Formulation::of(self, Susceptance::Matpower, &Shedding::Least)?.solve(self)
    }

    /// Dispatches T hours whose demand is `load_mw`, T × buses; what cannot be served is shed at `voll_usd_per_mwh`.
    /// Costs must be linear or piecewise linear. Blocks of 168 hours start from nothing, so that results do not depend on
    /// how many threads share them (feature `parallel`).
    ///
    /// # Errors
    /// [`CaseDispatchError`].
    pub fn dispatch_hours(
        &self,
        rule: Susceptance,
        load_mw: &[f64],
        voll_usd_per_mwh: f64,
    ) -> Result<CaseHours, CaseDispatchError> {
        let buses = self.buses.len();
        if buses == 0 || !load_mw.len().is_multiple_of(buses) {
            return Err(CaseDispatchError::Shape { what: "load_mw", found: load_mw.len(), width: buses });
        }
        let form = Formulation::of(self, rule, &Shedding::AtCost(voll_usd_per_mwh))?;
        if let Some(j) = form.quadratic.iter().position(|&q| q != 0.0) {
            let row = form.owner.get(j).map_or(0, |o| if let Owner::Generator(g) = o { g + 1 } else { 0 });
            let why = "the hourly dispatch takes linear and piecewise linear costs";
            return Err(CaseDispatchError::Generator { row, why });
        }
        let isolated: Vec<bool> = self.buses.iter().map(|b| b.kind == super::case::BusKind::Isolated).collect();
        let blocks = blocks(load_mw.chunks(buses * BLOCK_HOURS), |block| form.hours(self, block, &isolated));
        let mut all = CaseHours::default();
        for block in blocks {
            let block = block?;
            let first = all.objective_usd_per_h.len();
            all.fallback_hours.extend(block.fallback_hours.iter().map(|h| first + h));
            all.objective_usd_per_h.extend(block.objective_usd_per_h);
            all.shed_mw.extend(block.shed_mw);
            all.worst_gap = all.worst_gap.max(block.worst_gap);
        }
        Ok(all)
    }
}

/// Hours from one cold start to the next.
const BLOCK_HOURS: usize = 168;

#[cfg(feature = "parallel")]
fn blocks<'a, T: Send>(chunks: core::slice::Chunks<'a, f64>, work: impl Fn(&'a [f64]) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    chunks.collect::<Vec<_>>().into_par_iter().map(work).collect()
}

#[cfg(not(feature = "parallel"))]
fn blocks<'a, T>(chunks: core::slice::Chunks<'a, f64>, work: impl Fn(&'a [f64]) -> T) -> Vec<T> {
    chunks.map(work).collect()
}

/// What may be shed, and at which price.
enum Shedding {
    None,
    AtCost(f64),
    /// Shedding is the only cost; generators start at zero; no angle limits.
    Least,
}

impl Formulation {
    fn of(case: &Case, rule: Susceptance, shedding: &Shedding) -> Result<Self, CaseDispatchError> {
        let network = case.network(rule)?;
        let places = case.generator_places()?;
        let least = matches!(shedding, Shedding::Least);
        let isolated = |bus: &super::case::CaseBus| bus.kind == super::case::BusKind::Isolated;
        let mut withdrawal: Vec<f64> =
            case.buses.iter().map(|b| if isolated(b) { 0.0 } else { b.demand_mw + b.shunt_mw }).collect();

        let mut blocks = Columns::default();
        let mut constant = 0.0;
        let mut base = vec![0.0; case.generators.len()];
        for (g, (generator, place)) in case.generators.iter().zip(&places).enumerate() {
            let Some(bus) = *place else { continue };
            let low = if least { generator.min_mw.min(0.0) } else { generator.min_mw };
            let high = generator.max_mw;
            if !(low.is_finite() && high.is_finite()) {
                return Err(CaseDispatchError::Generator { row: g + 1, why: "limits of output must be finite" });
            }
            let owner = Owner::Generator(g);
            match &generator.cost {
                _ if least => blocks.push(owner, bus, (low, high), 0.0, 0.0),
                Cost::Polynomial { constant: c, linear, quadratic } => {
                    constant += c;
                    blocks.push(owner, bus, (low, high), *linear, 2.0 * quadratic);
                }
                Cost::Piecewise(points) if points.len() < 2 => {
                    let why = "a piecewise cost needs two points or more";
                    return Err(CaseDispatchError::Generator { row: g + 1, why });
                }
                Cost::Piecewise(points) if low <= high => {
                    constant += piecewise_at(points, low);
                    base[g] = low;
                    withdrawal[bus] -= low;
                    for (width, slope) in segments(points, low, high) {
                        blocks.push(owner, bus, (0.0, width), slope, 0.0);
                    }
                }
                Cost::Piecewise(_) => blocks.push(owner, bus, (low, high), 0.0, 0.0),
                Cost::Unsupported { line, why } => {
                    return Err(CaseDispatchError::Cost { row: g + 1, line: *line, why: why.clone() });
                }
            }
        }
        for (bus, row) in case.buses.iter().enumerate().filter(|(_, b)| !isolated(b)) {
            let consumed = row.demand_mw + row.shunt_mw;
            match shedding {
                Shedding::None => {}
                Shedding::AtCost(cost) => {
                    blocks.push(Owner::Shed(bus), bus, (0.0, row.demand_mw.max(0.0)), *cost, 0.0);
                }
                Shedding::Least if consumed > 0.0 => blocks.push(Owner::Shed(bus), bus, (0.0, consumed), 1.0, 0.0),
                Shedding::Least => blocks.push(Owner::Spilled, bus, (consumed, 0.0), 0.0, 0.0),
            }
        }

        let mut angle = AngleSections::default();
        if !least {
            angle.collect(case, &network, rule);
        }
        let sections = angle.branch.iter().map(|&k| vec![(k, 1.0)]).collect();
        let market = Market::new(network, blocks.column, sections, Vec::new())?;
        Ok(Self {
            market,
            owner: blocks.owner,
            withdrawal,
            lower: blocks.lower,
            upper: blocks.upper,
            linear: blocks.linear,
            quadratic: blocks.quadratic,
            branch_limit: case.branches.iter().map(|b| b.rating_mw).collect(),
            section_low: angle.low,
            section_high: angle.high,
            section_branch: angle.branch,
            constant,
            base,
        })
    }

    fn hour(&self) -> Hour<'_> {
        Hour {
            withdrawal_mw: &self.withdrawal,
            lower_mw: &self.lower,
            upper_mw: &self.upper,
            cost_usd_per_mwh: &self.linear,
            branch_limit_mw: &self.branch_limit,
            section_low_mw: &self.section_low,
            section_high_mw: &self.section_high,
            ..Hour::default()
        }
    }

    fn solve(&self, case: &Case) -> Result<CaseDispatch, CaseDispatchError> {
        if self.quadratic.iter().any(|&q| q != 0.0) {
            return self.solve_quadratic(case);
        }
        let mut solver = Solver::new(&self.market);
        let solved = solver.solve(&self.market, &self.hour()).map_err(|e| self.refusal(case, e))?;
        let shadows = [solved.branch_shadow_usd_per_mwh, solved.section_shadow_usd_per_mwh];
        let cost = solved.certificate.objective_usd_per_h + self.constant;
        Ok(self.answer(solved.column_mw, solved.price_usd_per_mwh, solved.flow_mw, shadows, cost, solved.certificate))
    }

    fn solve_quadratic(&self, case: &Case) -> Result<CaseDispatch, CaseDispatchError> {
        /// The greatest relative gap of an interior-point answer.
        const GAP: f64 = 1e-6;
        let hour = self.hour();
        hour.check(&self.market).map_err(|e| self.refusal(case, e))?;
        let Interior::Optimal(point) = interior::solve(&self.market, &hour, &self.quadratic) else {
            // The simplex names what conflicts: costs do not matter for that.
            let conflict = Solver::new(&self.market).solve(&self.market, &hour).err();
            return Err(conflict.map_or(CaseDispatchError::Unsolved, |e| self.refusal(case, e)));
        };
        let network = self.market.network();
        let mut flow = vec![0.0; network.branches().len()];
        network.flow_from_places(&point.angle, &mut flow);
        let columns = point.x.iter().zip(self.linear.iter().zip(&self.quadratic));
        let marginal: Vec<f64> = columns.clone().map(|(x, (c, q))| c + q * x).collect();
        let cost = self.constant + columns.map(|(x, (c, q))| (c + 0.5 * q * x) * x).sum::<f64>();
        let mut answer = Answer {
            x: &point.x,
            angle: &point.angle,
            flow: &flow,
            price: &point.price,
            branch_shadow: &point.branch_shadow,
            section_shadow: &point.section_shadow,
            row_shadow: &[],
            by_bus: &mut vec![0.0; network.bus_count()],
            by_branch: &mut vec![0.0; network.branches().len()],
            by_column: &mut vec![0.0; point.x.len()],
        };
        let mut proof = certify(&self.market, &Hour { cost_usd_per_mwh: &marginal, ..hour }, &mut answer);
        proof.gap *= proof.objective_usd_per_h.abs().max(1.0) / cost.abs().max(1.0);
        if proof.gap.is_nan() || proof.gap > GAP {
            return Err(CaseDispatchError::Unsolved);
        }
        let shadows = [&point.branch_shadow[..], &point.section_shadow[..]];
        Ok(self.answer(&point.x, &point.price, &flow, shadows, cost, proof))
    }

    /// An answer by the rows of the case.
    fn answer(
        &self,
        x: &[f64],
        price: &[f64],
        flow: &[f64],
        [branch_shadow, section_shadow]: [&[f64]; 2],
        objective_usd_per_h: f64,
        proof: Certificate,
    ) -> CaseDispatch {
        let mut generator_mw = self.base.clone();
        let mut shed_mw = vec![0.0; price.len()];
        for (owner, mw) in self.owner.iter().zip(x) {
            match *owner {
                Owner::Generator(g) => generator_mw[g] += mw,
                Owner::Shed(bus) => shed_mw[bus] += mw,
                Owner::Spilled => {}
            }
        }
        let mut branch_shadow_usd_per_mwh = branch_shadow.to_vec();
        for (&k, mu) in self.section_branch.iter().zip(section_shadow) {
            branch_shadow_usd_per_mwh[k] += mu;
        }
        let branches = self.market.network().branches().iter().zip(flow);
        let congestion_rent_usd_per_h = branches.map(|(b, mw)| mw * (price[b.to] - price[b.from])).sum();
        CaseDispatch {
            objective_usd_per_h,
            gap: proof.gap,
            generator_mw,
            price_usd_per_mwh: price.to_vec(),
            flow_mw: flow.to_vec(),
            branch_shadow_usd_per_mwh,
            shed_mw,
            congestion_rent_usd_per_h,
        }
    }

    /// A block of hours, one solver.
    fn hours(&self, case: &Case, load_mw: &[f64], isolated: &[bool]) -> Result<CaseHours, CaseDispatchError> {
        let buses = case.buses.len();
        let hours = load_mw.len() / buses;
        let mut solver = Solver::new(&self.market);
        let mut upper = self.upper.clone();
        let mut withdrawal = vec![0.0; buses];
        // What a bus draws besides its demand: shunts, and the base of piecewise generators.
        let besides: Vec<f64> = (self.withdrawal.iter().zip(&case.buses).zip(isolated))
            .map(|((w, bus), &out)| if out { 0.0 } else { w - bus.demand_mw })
            .collect();
        let mut all = CaseHours::default();
        all.objective_usd_per_h.reserve(hours);
        all.shed_mw.resize(hours * buses, 0.0);
        let rows = load_mw.chunks_exact(buses).zip(all.shed_mw.chunks_exact_mut(buses));
        for (h, (load, shed)) in rows.enumerate() {
            for bus in 0..buses {
                withdrawal[bus] = besides[bus] + if isolated[bus] { 0.0 } else { load[bus] };
            }
            for (owner, upper) in self.owner.iter().zip(&mut upper) {
                if let Owner::Shed(bus) = *owner {
                    *upper = load[bus].max(0.0);
                }
            }
            let hour = Hour { withdrawal_mw: &withdrawal, upper_mw: &upper, ..self.hour() };
            let solved = solver.solve(&self.market, &hour).map_err(|e| self.refusal(case, e))?;
            all.objective_usd_per_h.push(solved.certificate.objective_usd_per_h + self.constant);
            all.worst_gap = all.worst_gap.max(solved.certificate.gap);
            if solved.via_fallback {
                all.fallback_hours.push(h);
            }
            for (owner, mw) in self.owner.iter().zip(solved.column_mw) {
                if let Owner::Shed(bus) = *owner {
                    shed[bus] = *mw;
                }
            }
        }
        Ok(all)
    }

    /// A refusal in the words of the case.
    fn refusal(&self, case: &Case, error: DispatchError) -> CaseDispatchError {
        let DispatchError::Infeasible { conflicting, .. } = error else { return CaseDispatchError::Unsolved };
        let network = self.market.network();
        let name = |limit: &Limit| match *limit {
            Limit::Island(i) => {
                let lowest = network.island_of().iter().position(|&island| island as usize == i);
                format!("the balance of the island of bus {}", lowest.map_or(0, |bus| case.buses[bus].number))
            }
            Limit::Branch(k) => format!("the rating of branch row {}", k + 1),
            Limit::Section(s) => format!("the angle difference of branch row {}", self.section_branch[s] + 1),
            Limit::Column(j) => match self.owner[j] {
                Owner::Generator(g) => format!("the output of gen row {}", g + 1),
                Owner::Shed(bus) => format!("the load of bus {}", case.buses[bus].number),
                Owner::Spilled => "an infeed".to_owned(),
            },
            Limit::Row(r) => format!("row {}", r + 1),
        };
        CaseDispatchError::Infeasible { conflicting: conflicting.iter().map(name).collect() }
    }
}

/// Columns while they are collected.
#[derive(Default)]
struct Columns {
    column: Vec<Column>,
    owner: Vec<Owner>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    linear: Vec<f64>,
    quadratic: Vec<f64>,
}

impl Columns {
    fn push(&mut self, owner: Owner, bus: usize, (lower, upper): (f64, f64), linear: f64, quadratic: f64) {
        self.column.push(Column::supply(bus));
        self.owner.push(owner);
        self.lower.push(lower);
        self.upper.push(upper);
        self.linear.push(linear);
        self.quadratic.push(quadratic);
    }
}

/// Angle-difference limits as limits of flow.
#[derive(Default)]
struct AngleSections {
    branch: Vec<usize>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl AngleSections {
    fn collect(&mut self, case: &Case, network: &Network, rule: Susceptance) {
        for (k, (row, branch)) in case.branches.iter().zip(network.branches()).enumerate() {
            let limited = row.angle_min_deg.is_finite() || row.angle_max_deg.is_finite();
            if !(branch.in_service && limited) {
                continue;
            }
            let shift = if rule == Susceptance::Dcp { 0.0 } else { branch.shift_rad };
            let at = |deg: f64| branch.susceptance_mw_per_rad * (deg.to_radians() - shift);
            let (a, b) = (at(row.angle_min_deg), at(row.angle_max_deg));
            self.branch.push(k);
            self.low.push(a.min(b));
            self.high.push(a.max(b));
        }
    }
}

/// A piecewise cost at one output, outer lines continued.
fn piecewise_at(points: &[(f64, f64)], mw: f64) -> f64 {
    let after = points.iter().position(|p| p.0 > mw).unwrap_or(points.len());
    let i = after.clamp(1, points.len() - 1);
    let ((x0, y0), (x1, y1)) = (points[i - 1], points[i]);
    y0 + (y1 - y0) / (x1 - x0) * (mw - x0)
}

/// The pieces between two outputs, as (width, slope).
fn segments(points: &[(f64, f64)], low: f64, high: f64) -> Vec<(f64, f64)> {
    let mut pieces = Vec::new();
    let last = points.len() - 2;
    for (i, w) in points.windows(2).enumerate() {
        let begin = if i == 0 { low } else { w[0].0.max(low) };
        let end = if i == last { high } else { w[1].0.min(high) };
        if end > begin {
            pieces.push((end - begin, (w[1].1 - w[0].1) / (w[1].0 - w[0].0)));
        }
    }
    pieces
}
