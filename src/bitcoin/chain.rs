//! The chain's tip: height, difficulty bits, and blocks as a Poisson process with exact retargets.

use crate::equations::hashprice::hashes_per_block;
use crate::equations::retarget::{Compact, CompactFault, EPOCH_BLOCKS, Target, retarget};
use crate::random::Draws;
use crate::units::Hashrate;

/// The tip of the chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain {
    /// Height of the next block.
    pub height: u64,
    /// Difficulty bits of the running epoch.
    pub bits: Compact,
    /// Their difficulty.
    pub difficulty: f64,
    /// Time of the epoch's first block, local seconds since 1970-01-01.
    pub epoch_started: i64,
}

/// Above so many blocks in a step the time of a mark is its mean, not drawn (a network forty times too fast for its
/// difficulty at hourly steps).
const DRAWN_MARKS: u64 = 240 * 60;

impl Chain {
    /// The tip before the block at a height, in an epoch that started at a time.
    pub fn new(height: u64, bits: Compact, epoch_started: i64) -> Self {
        Self { height, bits, difficulty: bits.difficulty().unwrap_or(1.0), epoch_started }
    }

    /// The tip at a time if blocks come at their expected pace from the first block of a known epoch on.
    ///
    /// `network_eh_s` gives the hashrate of a day (days since 1970-01-01).
    pub fn forward(
        height: u64,
        bits: Compact,
        started: i64,
        until: i64,
        limit: Target,
        network_eh_s: impl Fn(i32) -> f64,
    ) -> Self {
        let mut chain = Self::new(height, bits, started);
        // Blocks found since the epoch's first, counting it; a real number, cut at the end.
        let (mut found, mut at) = (1.0_f64, started as f64);
        let (until, full) = (until as f64, EPOCH_BLOCKS as f64);
        while at < until {
            let day = libm::floor(at / 86_400.0);
            let end = ((day + 1.0) * 86_400.0).min(until);
            let pace = network_eh_s(day as i32) / hashes_per_block(chain.difficulty).as_exahashes();
            if pace.is_nan() || pace <= 0.0 {
                at = end;
                continue;
            }
            // The epoch closes with its last block; the next one opens a block later, at the new difficulty.
            let to_close = (full - found) / pace;
            if at + to_close > end {
                found += (end - at) * pace;
                at = end;
                continue;
            }
            at += to_close;
            let Ok(next) = retarget(chain.bits, at as i64 - chain.epoch_started, limit) else { break };
            let opened = at + pace.recip() * (next.difficulty().unwrap_or(chain.difficulty) / chain.difficulty);
            chain = Self::new(chain.height + EPOCH_BLOCKS, next, opened as i64);
            (found, at) = (1.0, opened);
        }
        chain.height += (found as u64).min(EPOCH_BLOCKS);
        chain
    }

    /// Finds the blocks of a step and retargets where an epoch ends; gives the difficulty of each retarget.
    ///
    /// Exact in law: a Poisson count for the rest of the step; if it reaches the next mark (the last or the first block of
    /// an epoch), the mark's time is the matching order statistic of that many uniform times, and from there the process
    /// begins anew at the difficulty then in force. Header times are whole seconds, never before the block's predecessor.
    pub fn advance(
        &mut self,
        start: i64,
        seconds: f64,
        network: Hashrate,
        limit: Target,
        draws: &mut Draws,
    ) -> Result<Vec<f64>, CompactFault> {
        let mut retargets = Vec::new();
        let mut at = 0.0;
        // A step meets at most a few marks; the bound only keeps a nonsensical hashrate from running on.
        for _ in 0..64 {
            let pace = network.as_eh_s() / hashes_per_block(self.difficulty).as_exahashes();
            let count = draws.poisson(pace * (seconds - at));
            let position = self.height % EPOCH_BLOCKS;
            let opens = position == 0;
            let to_mark = if opens { 1 } else { EPOCH_BLOCKS - position };
            if count < to_mark {
                self.height += count;
                return Ok(retargets);
            }
            at += (seconds - at) * order_statistic(to_mark, count, draws);
            self.height += to_mark;
            let time = start + at as i64;
            if opens {
                self.epoch_started = time;
            } else {
                self.bits = retarget(self.bits, time - self.epoch_started, limit)?;
                self.difficulty = self.bits.difficulty()?;
                retargets.push(self.difficulty);
            }
        }
        Ok(retargets)
    }
}

/// The k-th smallest of n uniform numbers.
fn order_statistic(k: u64, n: u64, draws: &mut Draws) -> f64 {
    if n > DRAWN_MARKS {
        return k as f64 / (n + 1) as f64;
    }
    let mut times: Vec<f64> = (0..n).map(|_| draws.uniform()).collect();
    times.sort_by(f64::total_cmp);
    times.get(k.saturating_sub(1) as usize).copied().unwrap_or(1.0)
}
