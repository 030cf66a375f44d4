//! The pool: how coin found is shared, and the account that holds what is not.
//!
//! Three schemes (Rosenfeld 2011, "Analysis of Bitcoin pooled mining reward systems"):
//!
//! - **FPPS** pays every accepted share its expected worth, fees included; the pool bears the luck of the blocks, and its
//!   account may owe.
//! - **PPLNS** pays a block when it is found, to those who did the pool's last N blocks' worth of expected work (N is
//!   [`Scheme::Pplns`]'s window), each by its part of that work; miners bear the luck, the account holds fees alone.
//! - **Solo** pays a block to the operator whose hash it was, less the fee of the solo pool; each bears its own luck.
//!
//! Work is counted by step and by operator, in expected blocks at the difficulty of its step.

use crate::equations::hashprice::hashes_per_block;
use crate::ids::{OperatorId, Table};
use crate::units::{Fraction, Hashes, Satoshi, split_exactly};
use std::collections::VecDeque;

/// How coin found is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scheme {
    /// Full pay per share.
    #[default]
    Fpps,
    /// Pay per last N shares, N in expected blocks of the pool's work.
    Pplns(f64),
    /// Each operator for itself.
    Solo,
}

/// A pool's terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// How coin found is shared.
    pub scheme: Scheme,
    /// Share of its blocks that lose against another at the same height and earn nothing.
    pub stale: Fraction,
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
    /// PPLNS: work of the last steps by operator, expected blocks, the oldest first.
    recent: VecDeque<Vec<f64>>,
}

impl PoolNow {
    /// An empty account with so many members.
    pub fn new(operators: usize) -> Self {
        Self {
            income: Satoshi::ZERO,
            paid: Satoshi::ZERO,
            balance: Satoshi::ZERO,
            carried: vec![0.0; operators],
            recent: VecDeque::new(),
        }
    }

    /// Takes the step's blocks in and pays by the scheme. `found` is what each operator's own blocks brought, of which the
    /// whole pool's income is the sum.
    pub fn settle(
        &mut self,
        terms: &Pool,
        fee_added: Fraction,
        hashes: &[Hashes],
        difficulty: f64,
        reward_satoshi: f64,
        found: &[Satoshi],
    ) -> Table<OperatorId, Satoshi> {
        let kept: Vec<f64> = terms.fee.iter().map(|f| f.rest().value() * fee_added.rest().value()).collect();
        let per_block = hashes_per_block(difficulty);
        let income: Satoshi = found.iter().copied().sum();
        let paid = match terms.scheme {
            Scheme::Fpps => self.by_share(&kept, hashes, per_block, reward_satoshi * terms.rejects.rest().value()),
            Scheme::Pplns(window) => {
                let work = hashes.iter().map(|h| if per_block > Hashes::ZERO { *h / per_block } else { 0.0 });
                self.remember(work.collect(), window);
                less_fee(&kept, &split_exactly(income.0, &self.shares()))
            }
            Scheme::Solo => less_fee(&kept, &found.iter().map(|s| s.0).collect::<Vec<_>>()),
        };
        let total: Satoshi = paid.iter().copied().sum();
        self.income += income;
        self.paid += total;
        self.balance += income - total;
        Table::new(paid)
    }

    /// FPPS: hashes / (D·2⁴⁸/65535) · reward · (1 − rejects) · (1 − fee); parts of a satoshi are carried.
    fn by_share(&mut self, kept: &[f64], hashes: &[Hashes], per_block: Hashes, accepted_satoshi: f64) -> Vec<Satoshi> {
        let each = if per_block > Hashes::ZERO { accepted_satoshi } else { 0.0 };
        let made = hashes.iter().zip(&mut self.carried).zip(kept);
        made.map(|((made, carried), kept)| {
            let kept = each * kept;
            let owed = *carried + if kept > 0.0 { *made / per_block * kept } else { 0.0 };
            let whole = libm::floor(owed);
            *carried = owed - whole;
            Satoshi(whole as i64)
        })
        .collect()
    }

    /// Adds the step's work and forgets what lies wholly before the window.
    pub(super) fn remember(&mut self, work: Vec<f64>, window: f64) {
        self.recent.push_back(work);
        let sum = |work: &Vec<f64>| work.iter().sum::<f64>();
        let mut held: f64 = self.recent.iter().map(sum).sum();
        while let Some(oldest) = self.recent.front().map(sum)
            && self.recent.len() > 1
            && held - oldest >= window
        {
            self.recent.pop_front();
            held -= oldest;
        }
    }

    /// Each operator's part of the work remembered.
    pub(super) fn shares(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.carried.len()];
        for work in &self.recent {
            sums.iter_mut().zip(work).for_each(|(s, w)| *s += w);
        }
        let all: f64 = sums.iter().sum();
        if all > 0.0 { sums.iter().map(|s| s / all).collect() } else { vec![0.0; sums.len()] }
    }

    /// Whether the account holds what came in less what went out, to the satoshi.
    pub fn closes(&self) -> bool {
        self.balance == self.income - self.paid
    }
}

/// Gross sums less each operator's fee, which the account keeps with the part of a satoshi left over.
fn less_fee(kept: &[f64], gross: &[i64]) -> Vec<Satoshi> {
    let paid = |(gross, kept): (&i64, &f64)| Satoshi(libm::floor(*gross as f64 * kept) as i64);
    gross.iter().zip(kept).map(paid).collect()
}
