//! Preventive N-1 security: the least-cost dispatch whose flows stay within short-time ratings after the loss of any one
//! branch, without any action after it (SCOPF, preventive; Alsaç and Stott 1974).
//!
//! Limits after outages are brought in as they are needed: solve, screen all outages, add for each overloaded branch the
//! worst of them, until none is left. The last solution meets all limits and is optimal under some of them, hence
//! under all.

use super::formulation::{Formulation, Shedding};
use super::{CaseDispatch, CaseDispatchError};
use crate::power::case::{Case, Susceptance};
use crate::power::contingency::Overload;

impl Case {
    /// The least-cost dispatch that is secure against the loss of any one branch whose outage does not split the network,
    /// within [`Case::short_time_limits`]. Gives the branches too whose outage splits it, by position: against those
    /// nothing is held.
    ///
    /// ```
    /// # let line = |a, b| format!("{a} {b} 0 0.1 0 60 0 70 0 0 1 -360 360;");
    /// // Two equal lines of 60 MW, 70 MW for a short time: a load of 100 MW may draw no more than 70 from afar.
    /// let text = format!("function mpc = pair\nmpc.version = '2';\nmpc.baseMVA = 100;\n\
    ///     mpc.bus = [1 3 0 0 0 0 1 1 0 220 1 1.1 0.9; 2 1 100 0 0 0 1 1 0 220 1 1.1 0.9];\n\
    ///     mpc.gen = [1 0 0 0 0 1 100 1 200 0; 2 0 0 0 0 1 100 1 200 0];\n\
    ///     mpc.branch = [{}{}];\n\
    ///     mpc.gencost = [2 0 0 2 10 0; 2 0 0 2 30 0];\n", line(1, 2), line(1, 2));
    /// let case = hashwatt::power::Case::from_matpower(&text)?;
    /// assert!((case.dispatch(Default::default())?.objective_usd_per_h - 1000.0).abs() < 1e-6);
    /// let (secure, splitting) = case.dispatch_secure(Default::default())?;
    /// assert!((secure.objective_usd_per_h - 1600.0).abs() < 1e-6);
    /// assert!(splitting.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CaseDispatchError`]; limits after outages that conflict are named with both branches.
    pub fn dispatch_secure(&self, rule: Susceptance) -> Result<(CaseDispatch, Vec<usize>), CaseDispatchError> {
        let limit_mw = self.short_time_limits();
        let network = self.network(rule)?;
        let mut held: Vec<Overload> = Vec::new();
        loop {
            let solved = Formulation::secured(self, rule, &Shedding::None, &held)?.solve(self)?;
            let screened = network.screen(&solved.flow_mw, &limit_mw);
            let fresh = worst_of_each(&screened.overloads, &held, limit_mw.len());
            if fresh.is_empty() {
                return Ok((solved, screened.splitting));
            }
            held.extend(fresh);
        }
    }
}

/// For each overloaded branch the worst outage that is not held yet, in the order of the branches.
fn worst_of_each(overloads: &[Overload], held: &[Overload], branches: usize) -> Vec<Overload> {
    let mut worst: Vec<Option<&Overload>> = vec![None; branches];
    let is_held = |o: &Overload| held.iter().any(|h| (h.lost, h.branch) == (o.lost, o.branch));
    for o in overloads.iter().filter(|o| !is_held(o)) {
        if let Some(now) = worst.get_mut(o.branch)
            && now.is_none_or(|w| o.flow_mw.abs() > w.flow_mw.abs())
        {
            *now = Some(o);
        }
    }
    worst.into_iter().flatten().copied().collect()
}
