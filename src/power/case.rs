//! A case: a network with its loads, generators and costs, as MATPOWER tables hold it.
//!
//! Tables and conventions: Zimmerman, Murillo-Sánchez and Thomas (2011), "MATPOWER: steady-state operations, planning and
//! analysis tools for power systems research and education". Buses are named by their numbers; everything a function
//! returns is in the order of the table's rows.

use super::network::{Branch, Network, NetworkError};
use std::collections::HashMap;

/// What a bus is in a power flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BusKind {
    /// Type 1: a load, or nothing.
    #[default]
    Load,
    /// Type 2: a generator holds the voltage.
    Generator,
    /// Type 3: the angle reference and slack.
    Reference,
    /// Type 4: out of the network, with everything at it.
    Isolated,
}

/// A row of the bus table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseBus {
    /// Its number, unique, in any order.
    pub number: u32,
    /// Its kind.
    pub kind: BusKind,
    /// Demand Pd \[MW\].
    pub demand_mw: f64,
    /// Shunt conductance Gs: MW consumed at 1 p.u. voltage.
    pub shunt_mw: f64,
    /// Voltage angle Va \[degree\]: the reference's is kept.
    pub angle_deg: f64,
}

/// What an hour of a generator's output costs \[USD per hour\].
#[derive(Clone, Debug, PartialEq)]
pub enum Cost {
    /// `constant + linear P + quadratic P²`, P in MW.
    Polynomial {
        /// USD per hour.
        constant: f64,
        /// USD per MWh.
        linear: f64,
        /// USD per MW²h.
        quadratic: f64,
    },
    /// Straight lines through points (MW, USD per hour), rising in MW; the outer lines go on beyond the ends.
    Piecewise(Vec<(f64, f64)>),
    /// Of a kind that the dispatch refuses, with the reason and its place.
    Unsupported {
        /// Line of the file.
        line: usize,
        /// Column where its numbers begin.
        column: usize,
        /// Why.
        why: String,
    },
}

impl Default for Cost {
    fn default() -> Self {
        Self::Polynomial { constant: 0.0, linear: 0.0, quadratic: 0.0 }
    }
}

/// A row of the generator table, with its cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseGenerator {
    /// The number of its bus.
    pub bus: u32,
    /// Scheduled output Pg \[MW\].
    pub output_mw: f64,
    /// Pmax \[MW\].
    pub max_mw: f64,
    /// Pmin \[MW\]; negative for a dispatchable load.
    pub min_mw: f64,
    /// Whether it may run.
    pub in_service: bool,
    /// Its cost.
    pub cost: Cost,
}

/// A row of the branch table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseBranch {
    /// The number of the bus it starts at.
    pub from: u32,
    /// The number of the bus it ends at.
    pub to: u32,
    /// r \[p.u.\].
    pub resistance_pu: f64,
    /// x \[p.u.\]; negative of a series capacitor.
    pub reactance_pu: f64,
    /// Long-term rating (rate A) \[MW\]; infinite if the table has 0.
    pub rating_mw: f64,
    /// Emergency rating (rate C) \[MW\]; infinite if the table has 0.
    pub emergency_mw: f64,
    /// Off-nominal turns ratio; 1 if the table has 0.
    pub tap: f64,
    /// Phase shift \[degree\].
    pub shift_deg: f64,
    /// Whether it carries anything.
    pub in_service: bool,
    /// Least angle difference from − to \[degree\]; −∞ for none.
    pub angle_min_deg: f64,
    /// Greatest angle difference \[degree\]; +∞ for none.
    pub angle_max_deg: f64,
}

/// Which susceptance a branch has in DC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Susceptance {
    /// MATPOWER's `makeBdc`: b = 1 / (x · tap), phase shifts kept.
    #[default]
    Matpower,
    /// PowerModels' `DCPPowerModel`: b = x / (r² + x²), taps and phase shifts left out (the PGLib tables).
    Dcp,
}

/// A limit on the sum of flows over a cut: MATPOWER's interface limits (`mpc.if.map`, `mpc.if.lims` of `toggle_iflims`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseInterface {
    /// Its number.
    pub number: u32,
    /// Branches by position, with 1 where flow from → to counts and −1 where it counts the other way.
    pub terms: Vec<(usize, f64)>,
    /// Least flow \[MW\].
    pub lower_mw: f64,
    /// Greatest flow \[MW\].
    pub upper_mw: f64,
}

/// A whole case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Its name, from the function line.
    pub name: String,
    /// MVA base of the per-unit values.
    pub base_mva: f64,
    /// Buses.
    pub buses: Vec<CaseBus>,
    /// Generators.
    pub generators: Vec<CaseGenerator>,
    /// Branches.
    pub branches: Vec<CaseBranch>,
    /// Limits on sums of flows.
    pub interfaces: Vec<CaseInterface>,
    /// What a reader left out, in words.
    pub notes: Vec<String>,
}

/// Why a case has no network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CaseError {
    /// A generator or branch names a bus number that no bus has.
    #[error("{table} row {row} names bus {bus}, which is not in the bus table")]
    Bus {
        /// `gen` or `branch`.
        table: &'static str,
        /// The row, from 1.
        row: usize,
        /// The number.
        bus: u32,
    },
    /// The branches do not make a network (positions count from 0).
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl Case {
    /// The position of each bus by its number.
    pub fn positions(&self) -> HashMap<u32, usize> {
        self.buses.iter().enumerate().map(|(i, bus)| (bus.number, i)).collect()
    }

    /// The network: every bus of the table (an isolated one alone in its island), every branch, reference buses of type 3.
    ///
    /// # Errors
    /// A bus number that is not there, or branches that make no network.
    pub fn network(&self, rule: Susceptance) -> Result<Network, CaseError> {
        let position = self.positions();
        let mut branches = Vec::with_capacity(self.branches.len());
        for (k, b) in self.branches.iter().enumerate() {
            let at = |bus: u32| position.get(&bus).copied().ok_or(CaseError::Bus { table: "branch", row: k + 1, bus });
            let (from, to) = (at(b.from)?, at(b.to)?);
            let isolated = [from, to].iter().any(|&bus| self.buses[bus].kind == BusKind::Isolated);
            let (r, x) = (b.resistance_pu, b.reactance_pu);
            let branch = match rule {
                Susceptance::Matpower => {
                    Branch::from_reactance(from, to, x, b.tap, self.base_mva).with_shift_rad(b.shift_deg.to_radians())
                }
                Susceptance::Dcp => Branch::from_reactance(from, to, (r * r + x * x) / x, 1.0, self.base_mva),
            };
            branches.push(branch.with_service(b.in_service && !isolated));
        }
        let is_reference = |(_, bus): &(usize, &CaseBus)| bus.kind == BusKind::Reference;
        let references: Vec<usize> = self.buses.iter().enumerate().filter(is_reference).map(|(i, _)| i).collect();
        Ok(Network::new(self.buses.len(), branches, &references)?)
    }

    /// The bus position of each generator that runs, `None` of one out of service or at an isolated bus.
    pub(super) fn generator_places(&self) -> Result<Vec<Option<usize>>, CaseError> {
        let position = self.positions();
        let place = |(g, row): (usize, &CaseGenerator)| match position.get(&row.bus) {
            None => Err(CaseError::Bus { table: "gen", row: g + 1, bus: row.bus }),
            Some(&bus) => Ok((row.in_service && self.buses[bus].kind != BusKind::Isolated).then_some(bus)),
        };
        self.generators.iter().enumerate().map(place).collect()
    }

    /// Net injection of each bus \[MW\]: scheduled output − demand − shunt.
    pub(super) fn injections(&self) -> Result<Vec<f64>, CaseError> {
        let consumed = |bus: &CaseBus| {
            if bus.kind == BusKind::Isolated { 0.0 } else { bus.demand_mw + bus.shunt_mw }
        };
        let mut injection: Vec<f64> = self.buses.iter().map(|bus| -consumed(bus)).collect();
        for (generator, place) in self.generators.iter().zip(self.generator_places()?) {
            if let Some(bus) = place {
                injection[bus] += generator.output_mw;
            }
        }
        Ok(injection)
    }
}
