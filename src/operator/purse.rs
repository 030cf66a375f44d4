//! Cash and credit: what an operator can spend on machines.
//!
//! Cash starts at an assumed sum per kilowatt, grows by what the operator keeps of its earnings after power, channels, levies
//! and taxes, and by what machines given up fetch, and falls by what machines cost; it may fall below zero as far as credit
//! goes. A simplification: no interest, and clients' money counts as the host's.

use super::{OperatorNow, Operators};
use crate::flows::Money;
use crate::ids::{Id, OperatorId, Table};

/// Connected power of each operator at the start, kW.
fn connected_kw(operators: &Operators) -> Vec<f64> {
    let mut kw = vec![0.0; operators.operators.len()];
    for holding in &operators.sites {
        if let Some(own) = kw.get_mut(holding.operator.index()) {
            *own += holding.connected.as_mw() * 1000.0;
        }
    }
    kw
}

/// Cash at the start, USD.
pub(super) fn start(operators: &Operators) -> Table<OperatorId, f64> {
    let cash = operators.operators.iter().zip(connected_kw(operators)).map(|(o, kw)| o.cash_usd_per_kw * kw);
    Table::new(cash.collect())
}

impl OperatorNow {
    /// What an operator can spend now, USD.
    pub(super) fn budget(&self, operators: &Operators, who: OperatorId) -> f64 {
        (self.cash[who] + self.credit(operators, who)).max(0.0)
    }
    /// Takes over what is left of a budget.
    pub(super) fn spent(&mut self, who: OperatorId, left: f64, operators: &Operators) {
        let had = self.budget(operators, who);
        self.cash[who] -= had - left;
    }
    /// Most that an operator may owe, USD: by the power that is connected now.
    fn credit(&self, operators: &Operators, who: OperatorId) -> f64 {
        let own = operators.sites.iter().zip(self.sites.iter()).filter(|(h, _)| h.operator == who);
        own.map(|(_, s)| s.connected.as_mw() * 1000.0).sum::<f64>() * operators.operators[who].credit_usd_per_kw
    }
}

/// Books what a step earned; machines were paid when they were ordered.
pub fn earn(operators: &Operators, now: &mut OperatorNow, money: &Money) {
    for ((owner, cash), settled) in operators.operators.iter().zip(now.cash.iter_mut()).zip(money.operators.iter()) {
        let costs = settled.channel_cost + settled.power + settled.levy + settled.tax;
        *cash -= settled.deposit.as_usd();
        let earned = (settled.revenue - costs).as_usd();
        // Owners take their part of gains; losses are theirs too, but the firm pays them first.
        *cash += if earned > 0.0 { earned * owner.payout.rest().value() } else { earned };
    }
}
