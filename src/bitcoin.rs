//! The Bitcoin network as a miner meets it: price, network hashrate, difficulty, blocks, and what the pool pays.
//!
//! Consensus arithmetic is exact ([`crate::equations::retarget`], [`crate::equations::subsidy`]); blocks are a Poisson
//! process of the network's hashrate over the difficulty; difficulty follows from the simulated blocks and is never read
//! from a table.
//!
//! **The world's hashrate** is replayed by month or supplied by machines, owners and orders ([`supply`]).
//!
//! **Feedback.** The replayed network already contains the region's machines. Its measured share of the reference years
//! ([`Bitcoin::reference_share`], an assumption) is taken out and the region's simulated hashrate of the step before put in:
//! network = (1 − reference share) · replay + region. Sites outside the region stay in the replay. A world without the
//! region's mining therefore has a smaller network, not a refilled one.
//!
//! **Payout** is FPPS, PPLNS or solo ([`pool`]). The pool is a ledger account. One pool serves all modeled sites. Miners decide
//! by the expected worth of a hash, the same in all three.
//!
//! Simplifications: fees are a share of the reward that day, equal over its blocks (what that hides: with fees of a share s
//! that vary by c from block to block, luck's variance is 1 + s²c² of ours, a quarter of a percent more at 5 % and c = 1, a
//! tenth more in April 2024 at 15 % and c = 2; FPPS pays the expected reward, so miners do not feel it); a share of the
//! pool's blocks goes stale, while the network's hashrate, estimated from blocks that did not, is without that work; shares
//! of a step that meets a retarget are paid at the difficulty that the step began with.

pub mod chain;
pub mod pool;
pub mod price;
pub mod supply;

use crate::calendar::{Day, Moment, Window};
use crate::curve::daily::Daily;
use crate::equations::hashprice::hashprice;
use crate::equations::retarget::{Compact, Target};
use crate::equations::subsidy::{HALVING_BLOCKS, subsidies, subsidy};
use crate::fault::{Cause, Component, StepError};
use crate::flows::{Coin, Hashed, Market};
use crate::ids::{OperatorId, SiteId, Table};
use crate::random::{Draws, Member, Seed, Stream};
use crate::units::{Fraction, Hashes, Hashrate, Satoshi};
use chain::Chain;
use pool::{Pool, PoolNow, Scheme};
use price::{Price, PriceNow};
use supply::{Reward, SupplyNow, World};

/// A known epoch of the chain, from which a run starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Height of its first block, a multiple of 2,016.
    pub height: u64,
    /// Local day of that block.
    pub day: Day,
    /// Local minute of that day.
    pub minute: u32,
    /// Difficulty bits of the epoch.
    pub bits: Compact,
}

impl Epoch {
    fn start_seconds(&self) -> i64 {
        i64::from(self.day.0) * 86_400 + i64::from(self.minute) * 60
    }
}

/// Who mines at a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Miner {
    /// The operator that the pool pays.
    pub operator: OperatorId,
    /// Whether the site counts to the region's hashrate.
    pub in_region: bool,
}

/// The network, the market and the pool as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Bitcoin {
    /// World price of the coin.
    pub price: Price,
    /// Hashrate of the whole network by day, the region's machines as they were included, EH/s.
    pub network_eh_s: Daily,
    /// The world's hashrate as supply; `None`: replayed.
    pub supply: Option<World>,
    /// Share of fees in a block's reward by day.
    pub fee_share: Daily,
    /// Share of the replayed network that was the region's.
    pub reference_share: Fraction,
    /// Known epochs, ascending.
    pub epochs: Vec<Epoch>,
    /// Easiest target.
    pub limit: Target,
    /// The pool.
    pub pool: Pool,
    /// Who mines where.
    pub sites: Table<SiteId, Miner>,
    /// Number of operators.
    pub operators: usize,
}

/// The law of pools.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    /// What an operator pays beyond its pool's fee because pools that would serve it are few, of what the fee leaves.
    pub pool_fee_added: Fraction,
}

/// The network now.
#[derive(Clone, Debug)]
pub struct BitcoinNow {
    /// The chain's tip.
    pub chain: Chain,
    /// The pool's account.
    pub pool: PoolNow,
    /// Trailing mean of a block's fees, satoshi.
    fees: f64,
    /// The region's hashrate of the step before; before the first step its reference share.
    region: Option<Hashrate>,
    price: PriceNow,
    supply: Option<SupplyNow>,
    blocks_stream: Stream,
    pool_stream: Stream,
    finder_stream: Stream,
}

/// The address of a step's draws: minutes since the epoch, so that windows that overlap draw alike.
fn period(now: &Moment) -> i64 {
    i64::from(now.day.0) * 1440 + i64::from(now.minute)
}

impl Bitcoin {
    /// The network at the start of a window: the last known epoch before it, run forward at its expected pace.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> BitcoinNow {
        let from = i64::from(window.from.0) * 86_400;
        let known = self.epochs.iter().rfind(|e| e.start_seconds() <= from);
        let before = self.supply.as_ref().map(|world| world.until(window.from));
        let network = |day: i32| match &before {
            Some((_, first, path)) => path.get((day - first.0).max(0) as usize).copied(),
            None => None,
        };
        let chain = match (known, self.epochs.first()) {
            (Some(e), _) => Chain::forward(e.height, e.bits, e.start_seconds(), from, self.limit, |day| {
                network(day).unwrap_or_else(|| self.network_eh_s.on(Day(day)))
            }),
            // A window before every known epoch starts with the earliest one (the scenario's reader warns of it).
            (None, Some(e)) => Chain::new(e.height, e.bits, from),
            (None, None) => Chain::new(0, Compact::GENESIS, from),
        };
        let reward = subsidy(chain.height);
        BitcoinNow {
            fees: fees_of(reward, self.fee_share.on(window.from)),
            chain,
            pool: PoolNow::new(self.operators),
            region: None,
            price: self.price.start(seed, member, window.from),
            supply: before.map(|(now, ..)| now),
            blocks_stream: Stream::new(seed, member, "bitcoin.blocks", "network"),
            pool_stream: Stream::new(seed, member, "bitcoin.blocks", "pool"),
            finder_stream: Stream::new(seed, member, "bitcoin.blocks", "finder"),
        }
    }

    /// The network's hashrate with the region's own, given the world's as replayed or supplied.
    fn network(&self, world: Hashrate, region: Option<Hashrate>) -> Hashrate {
        let reference = world * self.reference_share.value();
        world - reference + region.unwrap_or(reference)
    }
}

/// Fees of a block whose reward they are a share of: subsidy · s/(1 − s).
fn fees_of(subsidy: Satoshi, share: f64) -> f64 {
    let s = if share.is_nan() { 0.0 } else { share.clamp(0.0, 0.99) };
    subsidy.0 as f64 * (s / (1.0 - s))
}

/// The world's hashrate on a day; supply moves on to that day.
fn world(given: &Bitcoin, now: &mut BitcoinNow, day: Day, price_usd: f64) -> Hashrate {
    let (Some(side), Some(supply)) = (&given.supply, &mut now.supply) else {
        return Hashrate::eh_s(given.network_eh_s.on(day));
    };
    while supply.day <= day {
        let subsidy = Satoshi::from_btc(supply::subsidy_on(supply.day));
        let fee_btc = fees_of(subsidy, given.fee_share.on(supply.day)) / 1e8;
        side.given.advance(supply, Reward { price_usd: price_usd.max(1e-6), fee_btc });
    }
    Hashrate::eh_s(supply.network_eh_s)
}

/// What miners see at the start of the step.
pub fn quote(given: &Bitcoin, rules: &Rules, now: &mut BitcoinNow, moment: &Moment) -> Market {
    let price_usd = now.price.on(&given.price, moment.day);
    let network = given.network(world(given, now, moment.day, price_usd), now.region);
    let subsidy = subsidy(now.chain.height);
    let fees = Satoshi(libm::round(now.fees) as i64);
    let difficulty = now.chain.difficulty;
    Market {
        price_usd,
        network,
        pool_fee_added: rules.pool_fee_added,
        difficulty,
        subsidy,
        fees,
        hashprice: hashprice(difficulty, price_usd, subsidy + fees),
    }
}

/// Blocks of the step, the pool's share of them, and what the pool pays.
pub fn advance(
    given: &Bitcoin,
    now: &mut BitcoinNow,
    moment: &Moment,
    market: &Market,
    hashed: &Hashed,
) -> Result<Coin, StepError> {
    let step_error = |cause| StepError::new(moment, Component::Bitcoin, cause);
    let mut by_operator = vec![Hashes::ZERO; given.operators];
    let (mut mined, mut region) = (Hashes::ZERO, Hashrate::ZERO);
    for (site, made) in given.sites.iter().zip(hashed.sites.iter()) {
        mined += made.hashes;
        if site.in_region {
            region += made.hashrate;
        }
        if let Some(own) = by_operator.get_mut(site.operator.0 as usize) {
            *own += made.hashes;
        }
    }
    if !mined.is_finite() || mined < Hashes::ZERO {
        return Err(step_error(Cause::OutOfRange(format!("{mined} hashed in a step"))));
    }

    let from = now.chain.height;
    let start = i64::from(moment.day.0) * 86_400 + i64::from(moment.minute) * 60;
    let seconds = moment.span.as_seconds();
    let mut draws = now.blocks_stream.at(period(moment));
    let retargets = now
        .chain
        .advance(start, seconds, market.network, given.limit, &mut draws)
        .map_err(|fault| step_error(Cause::OutOfRange(format!("difficulty: {fault}"))))?;
    let blocks = now.chain.height - from;

    // The pool's blocks out of all, before and after a halving in the step.
    let accepted = given.pool.rejects.rest().value() * given.pool.stale.rest().value();
    let whole = market.network * moment.span;
    let share = if whole > Hashes::ZERO { (mined * accepted / whole).min(1.0) } else { 0.0 };
    let fee_share = given.fee_share.on(moment.day);
    let mut draws = now.pool_stream.at(period(moment));
    let (mut at, mut left) = (from, blocks);
    let mut pool_blocks = 0;
    let mut found = vec![Satoshi::ZERO; given.operators];
    let mut finders = now.finder_stream.at(period(moment));
    while left > 0 {
        let era = left.min(HALVING_BLOCKS - at % HALVING_BLOCKS);
        let won = draws.binomial(era, share);
        let each = subsidies(at, 1) + Satoshi(libm::round(fees_of(subsidy(at), fee_share)) as i64);
        pool_blocks += won;
        find(given.pool.scheme, &by_operator, won, each, &mut found, &mut finders);
        at += era;
        left -= era;
    }
    let reward = (market.subsidy + market.fees).0 as f64;
    let pool_income = found.iter().copied().sum();
    let paid = now.pool.settle(&given.pool, market.pool_fee_added, &by_operator, market.difficulty, reward, &found);

    let remembered = libm::exp(-moment.span.as_days() / given.pool.fee_memory_days.max(1e-9));
    let actual = fees_of(subsidy(now.chain.height), fee_share);
    now.fees = actual + (now.fees - actual) * remembered;
    now.region = Some(region);
    Ok(Coin { blocks, pool_blocks, pool_income, paid, retargets })
}

/// Adds the reward of blocks won to those who found them: each block is an operator's by its part of the hashes. Where the
/// scheme shares income anyway, nothing is drawn and the first operator that hashed stands for all.
fn find(scheme: Scheme, hashes: &[Hashes], won: u64, each: Satoshi, found: &mut [Satoshi], draws: &mut Draws) {
    let (mut left, mut open) = (won, hashes.iter().copied().sum::<Hashes>());
    for (own, income) in hashes.iter().zip(found).filter(|(own, _)| **own > Hashes::ZERO) {
        let blocks = match scheme {
            Scheme::Solo if *own < open => draws.binomial(left, *own / open),
            _ => left,
        };
        *income += Satoshi(each.0 * blocks as i64);
        left -= blocks;
        open -= *own;
    }
}

#[cfg(test)]
mod tests;
