//! Connections: who applies, how many wait, how fast the grid companies connect.
//!
//! A firm applies where a new machine pays back in time at the full tariff: applications of a month = appetite · connected ·
//! (limit/payback − 1), the last factor between 0 and a most. Home mining spreads by imitation (Bass 1969):
//! applications = (p + q·x/m)(m − x), x connected and waiting, m the potential, as long as it pays back at all in time.
//! The grid companies connect at most a given power a month, each place by its weight. Where nothing pays back, a share
//! of what waits is withdrawn each month. With `decided = false` the same power is connected every month whatever pays.

use super::{OperatorNow, Operators, Rules};
use crate::ids::Id;
use crate::units::Power;

/// How connected power grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// Most that is connected in a month over all sites.
    pub most: Power,
    /// Whether connections are applied for by payback; otherwise the most is connected every month.
    pub decided: bool,
    /// Applied for before the first day, over all sites by their weights.
    pub waiting: Power,
    /// Applications of firms in a month where the payback is half its limit, as a share of connected power.
    pub appetite: f64,
    /// Most by which a shorter payback multiplies them.
    pub keenest: f64,
    /// Share of what waits that is withdrawn in a month in which nothing pays back.
    pub withdrawn: f64,
    /// Power to which home mining can grow, over all homes.
    pub home_potential: Power,
    /// Share of the potential still open that applies in a month by itself.
    pub home_innovation: f64,
    /// … that applies by imitation when all others mine.
    pub home_imitation: f64,
}

impl Growth {
    /// What waits at each site on the first day.
    pub(super) fn applied_at_start(&self, operators: &Operators) -> Vec<Power> {
        let weights: f64 = operators.sites.iter().map(|h| h.growth_weight).sum();
        let share = |weight: f64| if weights > 0.0 && self.decided { weight / weights } else { 0.0 };
        operators.sites.iter().map(|h| self.waiting * share(h.growth_weight)).collect()
    }
}

/// A month of the queue: applications, withdrawals, connections. `paybacks` by site, months, at the full tariff.
pub(super) fn grow(operators: &Operators, rules: &Rules, now: &mut OperatorNow, paybacks: &[f64]) {
    let growth = &operators.growth;
    let most = rules.connections.map_or(growth.most, |law| law.min(growth.most));
    let weights: f64 = operators.sites.iter().map(|h| h.growth_weight).sum();
    if weights <= 0.0 {
        return;
    }
    if !growth.decided {
        for ((site, holding), here) in operators.sites.enumerate().zip(now.sites.iter_mut()) {
            if !rules.moratorium[site] && !rules.banned[site] {
                here.connect(most * (holding.growth_weight / weights));
            }
        }
        return;
    }
    let homes: f64 = operators.sites.iter().filter(|h| h.home).map(|h| h.growth_weight).sum();
    for ((site, holding), here) in operators.sites.enumerate().zip(now.sites.iter_mut()) {
        if holding.growth_weight <= 0.0 || rules.banned[site] {
            here.waiting = Power::ZERO;
            continue;
        }
        let limit = operators.operators[holding.operator].payback_limit_months;
        let payback = paybacks.get(site.index()).copied().unwrap_or(f64::INFINITY).max(1e-9);
        if payback > limit {
            here.waiting = here.waiting * (1.0 - growth.withdrawn);
        } else if holding.home {
            let potential = growth.home_potential * (holding.growth_weight / homes);
            let have = here.connected + here.waiting;
            let taken = if potential > Power::ZERO { (have / potential).min(1.0) } else { 1.0 };
            here.waiting += potential * ((growth.home_innovation + growth.home_imitation * taken) * (1.0 - taken));
        } else {
            let keen = (limit / payback - 1.0).clamp(0.0, growth.keenest.max(0.0));
            here.waiting += here.connected * (growth.appetite * keen);
        }
    }
    // Each place has its own grid: what a place cannot use of the month's most is not lent to another.
    for ((site, holding), here) in operators.sites.enumerate().zip(now.sites.iter_mut()) {
        if !rules.moratorium[site] && !rules.banned[site] {
            let come = here.waiting.min(most * (holding.growth_weight / weights));
            here.waiting -= come;
            here.connect(come);
        }
    }
}

impl super::HoldingNow {
    fn connect(&mut self, power: Power) {
        self.connected += power;
        self.unfilled += power;
    }
}
