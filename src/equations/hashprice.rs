//! What hashing earns: expected hashes per block and hashprice.
//!
//! A difficulty-1 target is 0xFFFF·2²⁰⁸, so a block of difficulty D takes D·2⁴⁸/65535 hashes in the mean. The market quotes
//! hashprice with D·2³² hashes (Hashrate Index; Coin Metrics), 15 parts in a million less; [`hashprice`] keeps that
//! definition, blocks and payouts keep the exact count.

use crate::units::{Hashes, Hashprice, Hashrate, Satoshi};

const SECONDS_PER_DAY: f64 = 86_400.0;
const TWO_32: f64 = 4_294_967_296.0;
const TWO_48: f64 = 281_474_976_710_656.0;

/// Expected hashes of one block: D·2⁴⁸/65535.
pub fn hashes_per_block(difficulty: f64) -> Hashes {
    Hashes::exahashes(difficulty * (TWO_48 / 65_535.0) / 1e18)
}

/// Hashrate that a difficulty stands for at ten minutes a block, by the market's convention D·2³²/600.
pub fn implied_hashrate(difficulty: f64) -> Hashrate {
    Hashrate::eh_s(difficulty * TWO_32 / 600.0 / 1e18)
}

/// Coin that 1 PH/s earns in a day in expectation: reward · 86400 · 10¹⁵ / (D·2³²), in satoshi (not rounded).
pub fn satoshi_per_ph_day(difficulty: f64, block_reward: Satoshi) -> f64 {
    if difficulty > 0.0 { block_reward.0 as f64 * (SECONDS_PER_DAY * 1e15 / (difficulty * TWO_32)) } else { 0.0 }
}

/// Hashprice: expected revenue of 1 PH/s in a day at a price of the coin in USD. The block's reward is subsidy plus fees.
pub fn hashprice(difficulty: f64, price_usd: f64, block_reward: Satoshi) -> Hashprice {
    Hashprice::usd_per_ph_day(satoshi_per_ph_day(difficulty, block_reward) / 1e8 * price_usd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_dated_hashprices_are_met() {
        // Difficulty, price, fees per block and subsidy of 2021-11-09, 2022-12-25 and 2025-06-15.
        for (difficulty, price, reward, published) in [
            (21.659e12, 67_095.59, 6.25 + 0.1506, 398.86),
            (35.364e12, 16_824.84, 6.25 + 0.0961, 60.74),
            (126.41e12, 105_512.80, 3.125 + 0.0197, 52.80),
        ] {
            let ours = hashprice(difficulty, price, Satoshi::from_btc(reward)).as_usd_per_ph_day();
            assert!((ours / published - 1.0).abs() < 1e-3, "{ours} against {published}");
        }
        let sat_per_th = satoshi_per_ph_day(21.659e12, Satoshi::from_btc(6.4006)) / 1e3;
        assert!((sat_per_th / 594.5 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn difficulty_stands_for_a_hashrate() {
        // Blummer (2018): difficulty 1,590,896,927,258 implies 11.38 EH/s.
        assert!((implied_hashrate(1_590_896_927_258.0).as_eh_s() - 11.38).abs() < 0.01);
        let exact = hashes_per_block(1.0).as_exahashes() * 1e18;
        assert!((exact - 4_295_032_833.000_015).abs() < 1e-3);
    }
}
