//! Coin that a block creates: the subsidy and the supply it adds up to, to the satoshi.
//!
//! Nakamoto (2008) and Bitcoin Core's `GetBlockSubsidy`: 50 BTC, halved every 210,000 blocks by an integer shift.

use crate::units::Satoshi;

/// Blocks between two halvings.
pub const HALVING_BLOCKS: u64 = 210_000;

const FIRST: i64 = 50 * 100_000_000;

/// Subsidy of the block at a height (the first block has height 0).
pub const fn subsidy(height: u64) -> Satoshi {
    let halvings = height / HALVING_BLOCKS;
    if halvings < 63 { Satoshi(FIRST >> halvings) } else { Satoshi::ZERO }
}

/// Subsidies of all blocks below a height: the supply before the block at that height, the first block's included.
pub const fn supply_before(height: u64) -> Satoshi {
    let (mut sum, mut from) = (0_i64, 0_u64);
    loop {
        let each = subsidy(from).0;
        if each == 0 || height <= from {
            return Satoshi(sum);
        }
        let until = from + HALVING_BLOCKS;
        let blocks = if height < until { height - from } else { HALVING_BLOCKS };
        sum += each * blocks as i64;
        from = until;
    }
}

/// Subsidies of `blocks` consecutive blocks from a height on.
pub const fn subsidies(from: u64, blocks: u64) -> Satoshi {
    Satoshi(supply_before(from + blocks).0 - supply_before(from).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_of_halvings_is_exact() {
        let table = include_str!("../../tests/data/bitcoin/halving_schedule.csv");
        for row in table.lines().skip(1) {
            let cells: Vec<u64> = row.split(',').map(|c| c.parse().unwrap()).collect();
            assert_eq!(subsidy(cells[1]).0 as u64, cells[2], "subsidy at {}", cells[1]);
            assert_eq!(supply_before(cells[1]).0 as u64, cells[3], "supply before {}", cells[1]);
        }
        // Bitcoin Core, validation_tests.cpp, subsidy_limit_test.
        assert_eq!(supply_before(u64::MAX / 2), Satoshi(2_099_999_997_690_000));
    }

    #[test]
    fn supply_grows_by_each_subsidy() {
        for height in [0, 1, 209_999, 210_000, 719_000, 839_999, 6_929_999] {
            assert_eq!(subsidies(height, 1), subsidy(height));
        }
        assert_eq!(subsidies(839_998, 4), Satoshi(2 * 625_000_000 + 2 * 312_500_000));
    }
}
