//! The hourly dispatch: least cost under every limit, certified, and the same bits whatever hour came before.
//!
//! A [`Solver`] keeps the basis of the hour before. An hour is solved in at most three steps: the dual simplex from that
//! basis; the dual simplex from nothing, if the first failed or its optimum has more than one basis; an interior point,
//! counted, if neither is certified. Each answer is proven by [`Certificate`] from the network's data alone.
//!
//! **What is guaranteed.** The dispatch is optimal to a relative gap of 1e-9. Among dispatches of equal cost it is the
//! one that prefers columns listed earlier (a fixed second cost, rising with the position, compared only where true
//! costs tie), so it is unique. Its numbers are computed from the final basis alone, in an order that does not depend
//! on how the basis was reached; a basis that is not clearly the only one is replaced by the one reached from nothing.
//! So [`Solver::solve`] gives the same bits from any starting basis.
//!
//! ```
//! use hashwatt::power::{Branch, Column, Hour, Market, Network, Solver};
//! // Cheap water in the north (bus 0), dear coal in the south (bus 1), a corridor of 100 MW between them.
//! let line = Branch::from_reactance(0, 1, 0.1, 1.0, 100.0);
//! let network = Network::new(2, vec![line], &[])?;
//! let columns = vec![Column::supply(0), Column::supply(1), Column::supply(1)]; // water, coal, load shed
//! let market = Market::new(network, columns, vec![vec![(0, 1.0)]], vec![])?;
//! let mut solver = Solver::new(&market);
//! let dispatch = solver.solve(&market, &Hour {
//!     withdrawal_mw: &[20.0, 150.0],
//!     lower_mw: &[0.0, 0.0, 0.0],
//!     upper_mw: &[500.0, 80.0, 150.0],
//!     cost_usd_per_mwh: &[2.0, 30.0, 3000.0],
//!     branch_limit_mw: &[f64::INFINITY],
//!     section_low_mw: &[-100.0],
//!     section_high_mw: &[100.0],
//!     ..Hour::default()
//! })?;
//! assert_eq!(dispatch.column_mw, [120.0, 50.0, 0.0]);
//! assert_eq!(dispatch.price_usd_per_mwh, [2.0, 30.0]);
//! assert_eq!(dispatch.section_shadow_usd_per_mwh, [28.0]);
//! assert!(dispatch.certificate.gap <= 1e-9 && !dispatch.via_fallback);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::certificate::{Answer, Certificate, Scratch, certify};
use super::hour::{DispatchError, Hour, lane};
use super::interior::{self, Interior, Point};
use super::market::{Limit, Market};
use super::running::Base;
use super::simplex::{Outcome, Simplex};

/// The certified dispatch of one hour, in the market's order.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dispatch<'a> {
    /// Each column \[MW\].
    pub column_mw: &'a [f64],
    /// The flow over each branch \[MW\], positive from → to.
    pub flow_mw: &'a [f64],
    /// The flow over each section \[MW\].
    pub section_mw: &'a [f64],
    /// What one MWh more withdrawn at each bus would cost \[USD/MWh\]: the bus price (LMP).
    pub price_usd_per_mwh: &'a [f64],
    /// What one MW more of each branch's limit would save \[USD/MWh\]; negative if it binds from to → from; zero if it
    /// does not bind.
    pub branch_shadow_usd_per_mwh: &'a [f64],
    /// The same of each section: positive if the upper limit binds, negative if the lower one does.
    pub section_shadow_usd_per_mwh: &'a [f64],
    /// The same of each row.
    pub row_shadow_usd_per_mwh: &'a [f64],
    /// The proof: cost, bound, gap.
    pub certificate: Certificate,
    /// Basis changes it took.
    pub pivots: u32,
    /// Whether the interior point had to answer.
    pub via_fallback: bool,
}

/// How a solver fared over all its hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effort {
    /// Hours asked for.
    pub hours: u64,
    /// Basis changes.
    pub pivots: u64,
    /// Hours solved from nothing: the first, and those whose optimum has more than one basis.
    pub cold: u64,
    /// Hours the interior point answered.
    pub fallback: u64,
}

/// Solves hour after hour of one [`Market`]; it allocates in its first hours only.
#[derive(Clone, Debug)]
pub struct Solver {
    pub(super) simplex: Simplex,
    base: Base,
    fallback: Option<Point>,
    section: Vec<f64>,
    price: Vec<f64>,
    branch_shadow: Vec<f64>,
    section_shadow: Vec<f64>,
    row_shadow: Vec<f64>,
    scratch: Scratch<1>,
    shape: [usize; 5],
    pub(super) effort: Effort,
}

impl Solver {
    /// A solver without a basis. It serves this market only.
    pub fn new(market: &Market) -> Self {
        let (buses, branches) = (market.network().bus_count(), market.network().branches().len());
        Self {
            simplex: Simplex::new(market),
            base: Base::new(market.network()),
            fallback: None,
            section: vec![0.0; market.sections().len()],
            price: vec![0.0; buses],
            branch_shadow: vec![0.0; branches],
            section_shadow: vec![0.0; market.sections().len()],
            row_shadow: vec![0.0; market.rows().len()],
            scratch: Scratch::new(market),
            shape: shape(market),
            effort: Effort::default(),
        }
    }

    /// Forgets the basis: the next hour starts from nothing. Results do not change.
    pub fn reset(&mut self) {
        self.simplex.reset();
    }

    /// How it fared so far.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Dispatches one hour.
    ///
    /// # Errors
    /// Slices of the wrong length or with undefined values (also a market other than the solver's), an hour without a
    /// dispatch, named by the limits that conflict, and an hour that nothing could certify.
    pub fn solve(&mut self, market: &Market, hour: &Hour) -> Result<Dispatch<'_>, DispatchError> {
        if shape(market) != self.shape {
            let (found, expected) = (shape(market)[0], self.shape[0]);
            return Err(DispatchError::Shape { what: "market", expected, found });
        }
        hour.check(market)?;
        self.effort.hours += 1;
        self.fallback = None;
        self.stand(market, hour);
        let mut pivots = 0;
        let mut certificate = None;
        if !self.simplex.is_cold() {
            let outcome = self.simplex.run(market, hour, &self.base);
            pivots += self.simplex.pivots;
            if outcome == Outcome::Optimal {
                certificate = self.prove(market, hour, true);
            }
        }
        if certificate.is_none() {
            self.simplex.reset();
            self.effort.cold += 1;
            let outcome = self.simplex.run(market, hour, &self.base);
            pivots += self.simplex.pivots;
            match outcome {
                Outcome::Optimal => certificate = self.prove(market, hour, false),
                Outcome::Infeasible { shortfall_mw } => {
                    self.simplex.reset();
                    return Err(self.conflict(shortfall_mw));
                }
                Outcome::Lost => {}
            }
        }
        self.effort.pivots += u64::from(pivots);
        let via_fallback = certificate.is_none();
        let certificate = match certificate {
            Some(certificate) => certificate,
            None => self.fall_back(market, hour)?,
        };
        let column_mw = self.fallback.as_ref().map_or(&self.simplex.x, |point| &point.x);
        Ok(Dispatch {
            column_mw,
            flow_mw: &self.simplex.flow,
            section_mw: &self.section,
            price_usd_per_mwh: &self.price,
            branch_shadow_usd_per_mwh: &self.branch_shadow,
            section_shadow_usd_per_mwh: &self.section_shadow,
            row_shadow_usd_per_mwh: &self.row_shadow,
            certificate,
            pivots,
            via_fallback,
        })
    }

    /// The conflict of the run just ended.
    fn conflict(&self, shortfall_mw: f64) -> DispatchError {
        DispatchError::Infeasible { conflicting: self.simplex.conflict.clone(), shortfall_mw }
    }

    /// What the hour's withdrawals do alone.
    fn stand(&mut self, market: &Market, hour: &Hour) {
        let network = market.network();
        let Simplex { injection, angle, .. } = &mut self.simplex;
        for (injection, withdrawal) in injection.iter_mut().zip(hour.withdrawal_mw) {
            *injection = -withdrawal;
        }
        network.angles_by_place(injection.as_chunks::<1>().0, angle);
        network.flow_from_places(angle, self.base.flow.as_chunks_mut::<1>().0);
        self.base.sum_islands(network, hour.withdrawal_mw);
    }

    /// The numbers of the simplex's optimum and the proof, if it holds (and, where that is asked, if no other basis gives
    /// the same or an equally good dispatch).
    fn prove(&mut self, market: &Market, hour: &Hour, only_if_unique: bool) -> Option<Certificate> {
        self.simplex.settle(market, hour);
        if only_if_unique && !self.simplex.columns_are_clear(hour) {
            return None;
        }
        self.simplex.measure(market);
        if only_if_unique && !self.simplex.limits_are_clear(market, hour) {
            return None;
        }
        self.simplex.price(&mut self.price);
        self.branch_shadow.fill(0.0);
        self.section_shadow.fill(0.0);
        self.row_shadow.fill(0.0);
        for (at, y) in self.simplex.duals() {
            match market.limit_at(at) {
                Limit::Branch(k) => self.branch_shadow[k] = -y,
                Limit::Section(s) => self.section_shadow[s] = -y,
                Limit::Row(r) => self.row_shadow[r] = -y,
                Limit::Island(_) | Limit::Column(_) => {}
            }
        }
        self.section.copy_from_slice(&self.simplex.section);
        let mut answer = Answer {
            x: lane(&self.simplex.x),
            angle: &self.simplex.angle,
            flow: lane(&self.simplex.flow),
            price: lane(&self.price),
            branch_shadow: lane(&self.branch_shadow),
            section_shadow: lane(&self.section_shadow),
            row_shadow: lane(&self.row_shadow),
            scratch: &mut self.scratch,
        };
        let [certificate] = certify(market, &hour.alone(), &mut answer);
        certificate.holds().then_some(certificate)
    }

    /// The interior point's answer, certified to what an interior point can.
    fn fall_back(&mut self, market: &Market, hour: &Hour) -> Result<Certificate, DispatchError> {
        /// What an interior point reaches.
        const FALLBACK_GAP: f64 = 1e-6;
        self.effort.fallback += 1;
        self.simplex.reset();
        let point = match interior::solve(market, hour, &[]) {
            Interior::Optimal(point) => point,
            Interior::Infeasible => {
                return Err(DispatchError::Infeasible { conflicting: Vec::new(), shortfall_mw: f64::NAN });
            }
            Interior::Unsolved => return Err(DispatchError::Unsolved),
        };
        market.network().flow_from_places(&point.angle, self.simplex.flow.as_chunks_mut::<1>().0);
        for (section, terms) in self.section.iter_mut().zip(market.sections()) {
            *section = terms.iter().map(|&(branch, weight)| weight * self.simplex.flow[branch]).sum();
        }
        self.price.copy_from_slice(&point.price);
        self.branch_shadow.copy_from_slice(&point.branch_shadow);
        self.section_shadow.copy_from_slice(&point.section_shadow);
        self.row_shadow.copy_from_slice(&point.row_shadow);
        let mut answer = Answer {
            x: lane(&point.x),
            angle: &point.angle,
            flow: lane(&self.simplex.flow),
            price: lane(&self.price),
            branch_shadow: lane(&self.branch_shadow),
            section_shadow: lane(&self.section_shadow),
            row_shadow: lane(&self.row_shadow),
            scratch: &mut self.scratch,
        };
        let [certificate] = certify(market, &hour.alone(), &mut answer);
        self.fallback = Some(point);
        if certificate.gap <= FALLBACK_GAP { Ok(certificate) } else { Err(DispatchError::Unsolved) }
    }
}

/// What tells one market from another cheaply: counts of buses, branches, columns, sections, rows.
fn shape(market: &Market) -> [usize; 5] {
    let network = market.network();
    [
        network.bus_count(),
        network.branches().len(),
        market.columns().len(),
        market.sections().len(),
        market.rows().len(),
    ]
}
