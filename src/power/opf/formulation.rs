//! A case as a market and its numbers, and the answer by the rows of the case.

use super::columns::{AngleSections, Columns, piecewise_at, segments};
use super::{CaseDispatch, CaseDispatchError, SecurityLimit};
use crate::power::case::{BusKind, Case, CaseBus, Cost, Susceptance};
use crate::power::certificate::{Answer, Certificate, Scratch, certify};
use crate::power::contingency::Overload;
use crate::power::dispatch::Solver;
use crate::power::hour::{DispatchError, Hour, lane};
use crate::power::interior::{self, Interior};
use crate::power::market::{Limit, Market};

/// A case as columns and numbers.
pub(super) struct Formulation {
    pub(super) market: Market,
    /// The generator or the bus whose shedding each column is.
    pub(super) owner: Vec<Owner>,
    pub(super) withdrawal: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) linear: Vec<f64>,
    pub(super) quadratic: Vec<f64>,
    pub(super) branch_limit: Vec<f64>,
    pub(super) section_low: Vec<f64>,
    pub(super) section_high: Vec<f64>,
    /// The branch of each angle section.
    pub(super) section_branch: Vec<usize>,
    /// What each section after those of angles keeps within limits: a flow after an outage.
    pub(super) security: Vec<Overload>,
    pub(super) constant: f64,
    /// What each generator puts in below its first column.
    pub(super) base: Vec<f64>,
}

/// Whose a column is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Owner {
    Generator(usize),
    Shed(usize),
    /// Infeed (a negative demand) that is not taken, where that is allowed.
    Spilled,
}

/// What may be shed, and at which price.
pub(super) enum Shedding {
    None,
    AtCost(f64),
    /// Shedding is the only cost; generators start at zero; no angle limits.
    Least,
}

impl Formulation {
    pub(super) fn of(case: &Case, rule: Susceptance, shedding: &Shedding) -> Result<Self, CaseDispatchError> {
        Self::secured(case, rule, shedding, &[])
    }

    /// The same under limits of flows after outages.
    pub(super) fn secured(
        case: &Case,
        rule: Susceptance,
        shedding: &Shedding,
        security: &[Overload],
    ) -> Result<Self, CaseDispatchError> {
        let network = case.network(rule)?;
        let places = case.generator_places()?;
        let least = matches!(shedding, Shedding::Least);
        let isolated = |bus: &CaseBus| bus.kind == BusKind::Isolated;
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
                Cost::Unsupported { line, column, why } => {
                    let (line, column) = (*line, *column);
                    return Err(CaseDispatchError::Cost { row: g + 1, line, column, why: why.clone() });
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
        let after = |o: &Overload| vec![(o.branch, 1.0), (o.lost, o.factor)];
        let cuts = case.interfaces.iter().map(|i| i.terms.clone());
        let sections =
            (angle.branch.iter().map(|&k| vec![(k, 1.0)]).chain(security.iter().map(after)).chain(cuts)).collect();
        angle.low.extend(security.iter().map(|o| -o.limit_mw));
        angle.high.extend(security.iter().map(|o| o.limit_mw));
        angle.low.extend(case.interfaces.iter().map(|i| i.lower_mw));
        angle.high.extend(case.interfaces.iter().map(|i| i.upper_mw));
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
            security: security.to_vec(),
            constant,
            base,
        })
    }

    pub(super) fn hour(&self) -> Hour<'_> {
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

    pub(super) fn solve(&self, case: &Case) -> Result<CaseDispatch, CaseDispatchError> {
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
        network.flow_from_places(&point.angle, flow.as_chunks_mut::<1>().0);
        let columns = point.x.iter().zip(self.linear.iter().zip(&self.quadratic));
        let marginal: Vec<f64> = columns.clone().map(|(x, (c, q))| c + q * x).collect();
        let cost = self.constant + columns.map(|(x, (c, q))| (c + 0.5 * q * x) * x).sum::<f64>();
        let mut answer = Answer {
            x: lane(&point.x),
            angle: &point.angle,
            flow: lane(&flow),
            price: lane(&point.price),
            branch_shadow: lane(&point.branch_shadow),
            section_shadow: lane(&point.section_shadow),
            row_shadow: &[],
            scratch: &mut Scratch::new(&self.market),
        };
        let [mut proof] = certify(&self.market, &Hour { cost_usd_per_mwh: &marginal, ..hour }.alone(), &mut answer);
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
        let after = section_shadow.get(self.section_branch.len()..).unwrap_or_default();
        let security = self.security.iter().zip(after).map(|(o, &shadow_usd_per_mwh)| SecurityLimit {
            lost: o.lost,
            branch: o.branch,
            flow_mw: flow[o.branch] + o.factor * flow[o.lost],
            limit_mw: o.limit_mw,
            shadow_usd_per_mwh,
        });
        let security = security.collect();
        let cut = section_shadow.get(self.section_branch.len() + self.security.len()..).unwrap_or_default();
        let interface_shadow_usd_per_mwh = cut.to_vec();
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
            security,
            interface_shadow_usd_per_mwh,
        }
    }

    /// A section in the words of the case: angles first, then flows after outages, then interfaces.
    fn section_name(&self, case: &Case, section: usize) -> String {
        if let Some(k) = self.section_branch.get(section) {
            return format!("the angle difference of branch row {}", k + 1);
        }
        let section = section - self.section_branch.len();
        if let Some(o) = self.security.get(section) {
            return format!(
                "the short-time rating of branch row {} after the loss of row {}",
                o.branch + 1,
                o.lost + 1
            );
        }
        let cut = case.interfaces.get(section - self.security.len());
        format!("the limit of interface {}", cut.map_or(0, |i| i.number))
    }

    /// A refusal in the words of the case.
    pub(super) fn refusal(&self, case: &Case, error: DispatchError) -> CaseDispatchError {
        let DispatchError::Infeasible { conflicting, .. } = error else {
            return CaseDispatchError::Unsolved;
        };
        let network = self.market.network();
        let name = |limit: &Limit| match *limit {
            Limit::Island(i) => {
                let lowest = network.island_of().iter().position(|&island| island as usize == i);
                format!("the balance of the island of bus {}", lowest.map_or(0, |bus| case.buses[bus].number))
            }
            Limit::Branch(k) => format!("the rating of branch row {}", k + 1),
            Limit::Section(s) => self.section_name(case, s),
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
