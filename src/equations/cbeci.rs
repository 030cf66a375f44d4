//! The Cambridge Bitcoin Electricity Consumption Index by its rules, on any catalog.
//!
//! A model counts if it was released within the last five years and its energy per hash costs no more than the hash earns at
//! one price of power for the whole world; nothing else counts. The best guess is the plain mean of the models that pay, at
//! PUE 1.10; the bounds are the best one at 1.01 and the worst one at 1.20. CCAF's methodology (version 1.3.1, August 2023)
//! and the code published with it (`CambridgeAltFin/ccaf_cbeci_api`). Left out: their 14-day mean of profitability and 7-day mean
//! of the result, which months do not need, and the nonce-based shares of the S7 and S9.

use crate::calendar::Day;

/// Days for which a model counts after its release.
const LIFE_DAYS: i32 = 1_826;
/// PUE of lower bound, best guess and upper bound.
const PUE: [f64; 3] = [1.01, 1.10, 1.20];

/// A yearly consumption, TWh, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// All machines as good as the best that pays.
    pub lower_twh: f64,
    /// All models that pay, equally many hashes each.
    pub best_guess_twh: f64,
    /// All machines as bad as the worst that still pays.
    pub upper_twh: f64,
    /// How many models pay.
    pub models: usize,
}

/// Efficiency at which a hash just pays its power, J/TH: hashprice / (0.024 · price of power).
///
/// Hashprice in $/TH/day, power in $/kWh.
pub fn break_even_efficiency(hashprice: f64, power_usd_per_kwh: f64) -> f64 {
    hashprice / (0.024 * power_usd_per_kwh)
}

/// The estimate on a day; `None` if no model of the catalog pays.
///
/// `machines` are release days and efficiencies, J/TH; the network in EH/s. GW · 365.25 · 24 / 1000 is TWh a year.
pub fn estimate(machines: &[(Day, f64)], day: Day, pays_to_j_per_th: f64, network_eh_s: f64) -> Option<Estimate> {
    let counts =
        |(released, e): &&(Day, f64)| *released <= day && day.0 - released.0 <= LIFE_DAYS && *e <= pays_to_j_per_th;
    let (mut sum, mut best, mut worst, mut models) = (0.0, f64::INFINITY, 0.0_f64, 0);
    for (_, e) in machines.iter().filter(counts) {
        sum += e;
        best = best.min(*e);
        worst = worst.max(*e);
        models += 1;
    }
    // EH/s · J/TH = MW; a year of a megawatt is 8.766e-3 TWh.
    let twh = |e: f64, pue: f64| network_eh_s * e * pue * 365.25 * 24.0 / 1e6;
    (models > 0).then(|| Estimate {
        lower_twh: twh(best, PUE[0]),
        best_guess_twh: twh(sum / models as f64, PUE[1]),
        upper_twh: twh(worst, PUE[2]),
        models,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_on_three_machines() {
        let d = |t| Day::parse(t).unwrap();
        let all = [(d("2016-06-01"), 98.0), (d("2019-04-01"), 45.0), (d("2020-05-01"), 30.0)];
        // At 5 c, 60 $/PH/day pays for 50 J/TH.
        let limit = break_even_efficiency(0.060, 0.05);
        assert!((limit - 50.0).abs() < 1e-12);
        let e = estimate(&all, d("2021-01-01"), limit, 150.0).unwrap();
        assert_eq!(e.models, 2);
        assert!((e.best_guess_twh - 150.0 * 37.5 * 1.1 * 8.766e-3).abs() < 1e-9);
        assert!((e.lower_twh - 150.0 * 30.0 * 1.01 * 8.766e-3).abs() < 1e-9);
        assert!((e.upper_twh - 150.0 * 45.0 * 1.2 * 8.766e-3).abs() < 1e-9);
        assert_eq!(estimate(&all, d("2021-01-01"), 200.0, 1.0).unwrap().models, 3);
        // Five years after its release the first one counts no more.
        assert_eq!(estimate(&all, d("2021-07-01"), 200.0, 1.0).unwrap().models, 2);
        assert_eq!(estimate(&all, d("2021-01-01"), 10.0, 150.0), None);
    }
}
