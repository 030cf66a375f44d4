//! What a new machine is worth to who buys it: expected margins of some years, discounted.

use super::{Supply, subsidy_on};
use crate::calendar::Day;

/// Days of a month.
const MONTH_DAYS: f64 = 30.4375;

/// Worth of a terahash per second of a new machine, $/TH:
/// Σ 30.4 · max(0, h·(1−fee)·e^(−decline·m)·keep(m) − e·0.024·PUE·price) · e^(−discount·m) over the months of [`Supply::horizon_months`].
///
/// Halvings that lie ahead are known to buyers: each keeps [`Supply::halving_keeps`] of hashprice (difficulty gives back the
/// rest).
pub fn worth(given: &Supply, hashprice: f64, efficiency: f64, day: Day) -> f64 {
    let cost = efficiency * 0.024 * given.pue * given.entrant_price * given.cost_level(day);
    let (falls, fades) = (libm::exp(-given.decline), libm::exp(-given.discount));
    let halvings = |m: i32| subsidy_on(day.plus(libm::floor(f64::from(m) * MONTH_DAYS) as i32));
    let now = subsidy_on(day);
    let (mut sum, mut paid, mut discount) = (0.0, hashprice * (1.0 - given.pool_fee), 1.0);
    for m in 0..given.horizon_months {
        // Of several halvings within a horizon the first counts.
        let kept = if halvings(m) < now { given.halving_keeps } else { 1.0 };
        sum += MONTH_DAYS * (paid * kept - cost).max(0.0) * discount;
        paid *= falls;
        discount *= fades;
    }
    sum
}
