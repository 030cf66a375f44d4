//! When a machine stops paying for its power: hashcost and the break-evens that follow from it.
//!
//! hashcost [USD/TH/day] = J/TH × 0.024 × USD/kWh × PUE, since one TH/s at 1 J/TH burns 1 W, 0.024 kWh a day.
//! Only power counts: no capital, no wages (the convention of hashprice indices and of CBECI's profitability threshold,
//! Cambridge Centre for Alternative Finance).

use crate::units::{Efficiency, Hashprice, Tariff};

/// Kilowatt hours a day of one watt.
const KWH_PER_WATT_DAY: f64 = 0.024;
/// TH/s in one PH/s.
const TH_PER_PH: f64 = 1000.0;

/// Cost of power of 1 PH/s in a day: efficiency × tariff × PUE.
pub fn hashcost(efficiency: Efficiency, tariff: Tariff, pue: f64) -> Hashprice {
    Hashprice::usd_per_ph_day(efficiency.as_j_per_th() * KWH_PER_WATT_DAY * tariff.as_usd_per_kwh() * pue * TH_PER_PH)
}

/// The hashprice at which revenue less `deductions` (pool fee and whatever else is a share of revenue, 0 to 1) just pays
/// the power: hashcost ÷ (1 − deductions). Infinite where everything is deducted.
pub fn break_even_hashprice(efficiency: Efficiency, tariff: Tariff, pue: f64, deductions: f64) -> Hashprice {
    let kept = 1.0 - deductions;
    if kept <= 0.0 {
        return Hashprice::usd_per_ph_day(f64::INFINITY);
    }
    hashcost(efficiency, tariff, pue) / kept
}

/// The price of a kilowatt hour at which a hashprice less `deductions` just pays the power.
pub fn break_even_tariff(efficiency: Efficiency, hashprice: Hashprice, pue: f64, deductions: f64) -> Tariff {
    let per_usd = hashcost(efficiency, Tariff::usd_per_kwh(1.0), pue).as_usd_per_ph_day();
    let revenue = hashprice.as_usd_per_ph_day() * (1.0 - deductions);
    Tariff::usd_per_kwh(if per_usd > 0.0 { revenue / per_usd } else { f64::INFINITY })
}

/// Days of a mean calendar month.
const MONTH_DAYS: f64 = 30.4375;

/// The price of a kilowatt hour at which a machine, over some months in which hashprice falls by a share each month, earns its
/// power and its price: (Σ revenue − price) ÷ Σ energy. `None` where revenue does not return the price even with power
/// for nothing. The machine is taken to run to the end, also through months in which the last ones lose: where hashprice
/// falls fast the true limit is a little higher.
pub fn full_break_even_tariff(
    efficiency: Efficiency,
    hashprice: Hashprice,
    price_usd_per_th_s: f64,
    months: f64,
    fall_per_month: f64,
    pue: f64,
    deductions: f64,
) -> Option<Tariff> {
    let per_month = hashprice.as_usd_per_ph_day() / TH_PER_PH * (1.0 - deductions) * MONTH_DAYS;
    let (whole, part) = (libm::floor(months), months - libm::floor(months));
    let kept = 1.0 - fall_per_month;
    let falling = if fall_per_month > 0.0 { (1.0 - libm::pow(kept, whole)) / fall_per_month } else { whole };
    let revenue = per_month * (falling + part * libm::pow(kept, whole));
    let energy = efficiency.as_j_per_th() * KWH_PER_WATT_DAY * pue * MONTH_DAYS * months;
    (revenue >= price_usd_per_th_s && energy > 0.0)
        .then(|| Tariff::usd_per_kwh((revenue - price_usd_per_th_s) / energy))
}

/// The efficiency at which a net revenue of 1 PH/s in a day just pays the power; worse machines stop.
/// Infinite where power is free.
pub fn break_even_efficiency(net_revenue: Hashprice, tariff: Tariff, pue: f64) -> Efficiency {
    let per_j_per_th = hashcost(Efficiency::j_per_th(1.0), tariff, pue).as_usd_per_ph_day();
    let limit =
        if per_j_per_th > 0.0 { net_revenue.as_usd_per_ph_day().max(0.0) / per_j_per_th } else { f64::INFINITY };
    Efficiency::j_per_th(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_cut_moves_the_break_even_of_an_s19j_pro_from_21_to_28_dollars() {
        // S19j Pro class, 29.5 J/TH at 3 cents: published pair 21.2 and 28.3 USD/PH/day.
        let (e, p) = (Efficiency::j_per_th(29.5), Tariff::usd_per_kwh(0.03));
        assert!((break_even_hashprice(e, p, 1.0, 0.0).as_usd_per_ph_day() - 21.2).abs() < 0.05);
        assert!((break_even_hashprice(e, p, 1.0, 0.25).as_usd_per_ph_day() - 28.3).abs() < 0.05);
    }

    #[test]
    fn published_revenue_per_megawatt_hour_inverts_to_the_tier_edges() {
        // Hashrate Index, 13 April 2026: 33.25 USD/PH/day is 79, 61 and 42 USD/MWh for 17.5, 22.7 and 33.0 J/TH.
        let h = Hashprice::usd_per_ph_day(33.25);
        for (j, usd_per_mwh) in [(17.5, 79.0), (22.7, 61.0), (33.0, 42.0)] {
            let t = break_even_tariff(Efficiency::j_per_th(j), h, 1.0, 0.0).as_usd_per_kwh() * 1000.0;
            assert!((t / usd_per_mwh - 1.0).abs() < 0.02, "{j} J/TH: {t}");
        }
    }

    #[test]
    fn the_three_break_evens_agree() {
        let (e, p, pue, fee) = (Efficiency::j_per_th(34.2), Tariff::usd_per_kwh(0.05), 1.04, 0.02);
        let h = break_even_hashprice(e, p, pue, fee);
        assert!((break_even_tariff(e, h, pue, fee).as_usd_per_kwh() - 0.05).abs() < 1e-12);
        let limit = break_even_efficiency(h * (1.0 - fee), p, pue);
        assert!((limit.as_j_per_th() - 34.2).abs() < 1e-9);
        assert!(break_even_efficiency(h, Tariff::ZERO, pue).as_j_per_th().is_infinite());
        assert!(break_even_hashprice(e, p, pue, 1.0).as_usd_per_ph_day().is_infinite());
    }
}
