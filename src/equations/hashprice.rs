//! What hashing earns and what it must earn: expected hashes per block, hashprice, break-evens.
//!
//! A difficulty-1 target is 0xFFFF·2²⁰⁸, so a block of difficulty D takes D·2⁴⁸/65535 hashes in the mean. The market quotes
//! hashprice with D·2³² hashes (Hashrate Index; Coin Metrics), 15 parts in a million less; [`hashprice`] keeps that
//! definition, blocks and payouts keep the exact count.

use crate::units::{Efficiency, Fraction, Hashes, Hashprice, Hashrate, Satoshi, Tariff};

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

/// Energy of 1 PH/s in a day, kWh: 24 kWh/day per kW, and 1 J/TH is 1 kW per PH/s.
fn kwh_per_ph_day(efficiency: Efficiency, pue: f64) -> f64 {
    efficiency.as_j_per_th() * 24.0 * pue
}

/// Hashprice at which the revenue that is left pays the power: e · 24 · PUE · tariff / kept.
///
/// `kept` is the share left after pool fee and cash-out; nothing left means an infinite break-even.
pub fn break_even_hashprice(efficiency: Efficiency, tariff: Tariff, pue: f64, kept: Fraction) -> Hashprice {
    Hashprice::usd_per_ph_day(kwh_per_ph_day(efficiency, pue) * tariff.as_usd_per_kwh() / kept.value())
}

/// Tariff at which the power costs all that is left of the revenue: the most a machine can pay for a kilowatt hour.
pub fn break_even_tariff(efficiency: Efficiency, hashprice: Hashprice, pue: f64, kept: Fraction) -> Tariff {
    Tariff::usd_per_kwh(hashprice.as_usd_per_ph_day() * kept.value() / kwh_per_ph_day(efficiency, pue))
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
    fn a_haircut_moves_the_break_even_by_its_inverse() {
        // 29.5 J/TH at 3 cents, PUE 1: 21.2 $/PH/day; a quarter lost on the way out makes it 28.3.
        let e = Efficiency::j_per_th(29.5);
        let cents = Tariff::usd_per_kwh(0.03);
        let all = break_even_hashprice(e, cents, 1.0, Fraction::ALL).as_usd_per_ph_day();
        let cut = break_even_hashprice(e, cents, 1.0, Fraction::new(0.75)).as_usd_per_ph_day();
        assert!((all - 21.24).abs() < 1e-9 && (cut - 28.32).abs() < 1e-9);
        // 29.5 J/TH earns 84.7 $/MWh at 60 $/PH/day (Hashrate Index's revenue per MWh, same arithmetic).
        let most = break_even_tariff(e, Hashprice::usd_per_ph_day(60.0), 1.0, Fraction::ALL);
        assert!((most.as_usd_per_kwh() - 0.084_745_762).abs() < 1e-8);
        assert!((break_even_hashprice(e, most, 1.0, Fraction::ALL).as_usd_per_ph_day() - 60.0).abs() < 1e-12);
    }

    #[test]
    fn difficulty_stands_for_a_hashrate() {
        // Blummer (2018): difficulty 1,590,896,927,258 implies 11.38 EH/s.
        assert!((implied_hashrate(1_590_896_927_258.0).as_eh_s() - 11.38).abs() < 0.01);
        let exact = hashes_per_block(1.0).as_exahashes() * 1e18;
        assert!((exact - 4_295_032_833.000_015).abs() < 1e-3);
    }
}
