//! The pool: pays every accepted share its expected worth (FPPS) and bears the luck of the blocks.

use crate::equations::hashprice::hashes_per_block;
use crate::ids::{OperatorId, Table};
use crate::units::{Fraction, Hashes, Satoshi};

/// A pool's terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Share of the payout that the pool keeps, by operator.
    pub fee: Table<OperatorId, Fraction>,
    /// Share of hashes whose shares arrive too late or broken.
    pub rejects: Fraction,
    /// Memory of the trailing mean of fees, days.
    pub fee_memory_days: f64,
}

impl Pool {
    /// Share of a hash's expected reward that is paid, by the plain mean of the operators' fees.
    pub fn kept(&self) -> Fraction {
        let fees: f64 = self.fee.iter().map(|f| f.value()).sum();
        let mean = if self.fee.is_empty() { 0.0 } else { fees / self.fee.len() as f64 };
        Fraction::new((1.0 - mean) * self.rejects.rest().value())
    }
}

/// A pool's account.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolNow {
    /// Coin that its blocks brought so far.
    pub income: Satoshi,
    /// Coin paid out so far.
    pub paid: Satoshi,
    /// Coin held: negative when luck owes it.
    pub balance: Satoshi,
    /// Parts of a satoshi owed to each operator.
    carried: Vec<f64>,
}

impl PoolNow {
    /// An empty account with so many members.
    pub fn new(operators: usize) -> Self {
        Self { income: Satoshi::ZERO, paid: Satoshi::ZERO, balance: Satoshi::ZERO, carried: vec![0.0; operators] }
    }

    /// Takes the step's blocks in and pays the step's hashes: hashes / (D·2⁴⁸/65535) · reward · (1 − rejects) · (1 − fee).
    pub fn settle(
        &mut self,
        terms: &Pool,
        hashes: &[Hashes],
        difficulty: f64,
        reward_satoshi: f64,
        income: Satoshi,
    ) -> Table<OperatorId, Satoshi> {
        let per_block = hashes_per_block(difficulty);
        let each = if per_block > Hashes::ZERO { reward_satoshi * terms.rejects.rest().value() } else { 0.0 };
        let paid: Vec<Satoshi> = hashes
            .iter()
            .zip(&mut self.carried)
            .zip(terms.fee.iter())
            .map(|((made, carried), fee)| {
                let kept = each * fee.rest().value();
                let owed = *carried + if kept > 0.0 { *made / per_block * kept } else { 0.0 };
                let whole = libm::floor(owed);
                *carried = owed - whole;
                Satoshi(whole as i64)
            })
            .collect();
        let total: Satoshi = paid.iter().copied().sum();
        self.income += income;
        self.paid += total;
        self.balance += income - total;
        Table::new(paid)
    }

    /// Whether the account holds what came in less what went out, to the satoshi.
    pub fn closes(&self) -> bool {
        self.balance == self.income - self.paid
    }
}
