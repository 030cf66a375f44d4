//! What a machine costs on the world market, and what it brings back.
//!
//! Price per TH/s = multiple × Σₘ 30 days × max(0, h·e^{−d·m}·kₘ − J/TH × 0.024 × tariff) × e^{−r·m} over the horizon's
//! months m: a margin that fades with difficulty d, is cut at a halving (k), is discounted (r), and is valued at a cheap
//! producer's tariff. h is the mean hashprice of two months, because quotes lag by weeks. A fit to dated quotes of
//! machines by class, 2021–2024 (Hashrate Index and its sources): mean error 27 % (ln), worst in July and December 2022,
//! when sellers held out. A class of efficiency may have its own factor (the best machines are rationed). Never below scrap.

use crate::calendar::Day;
use crate::equations::break_even::hashcost;
use crate::units::{Efficiency, Fraction, Hashprice, Hashrate, Power, Tariff};

/// Days of a market month.
const MONTH_DAYS: f64 = 30.0;
/// Days of a mean calendar month.
const CALENDAR_MONTH_DAYS: f64 = 30.4375;
/// Months after which a payback is called never.
const NEVER_MONTHS: u32 = 120;

/// A machine model as buyers see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listing {
    /// First day of shipments.
    pub released: Day,
    /// Nominal hashrate.
    pub hashrate: Hashrate,
    /// Nominal power.
    pub power: Power,
    /// Price over the market's formula: what its class of efficiency fetches.
    pub price_factor: f64,
    /// Break-even efficiency below which it stands still in every mode.
    pub runs_from: Efficiency,
}

impl Listing {
    /// Energy per hash at the nameplate.
    pub fn efficiency(&self) -> Efficiency {
        Efficiency::j_per_th(self.power.as_w() / self.hashrate.as_th_s())
    }
}

/// The world market of machines.
#[derive(Clone, Debug, PartialEq)]
pub struct MachineMarket {
    /// Price over the discounted margin.
    pub multiple: f64,
    /// Months of margin that a price counts.
    pub horizon_months: u32,
    /// Fall of the margin's revenue a month, continuous rate.
    pub hashprice_decay: f64,
    /// Discount a month, continuous rate.
    pub discount: f64,
    /// Tariff at which the market values machines.
    pub tariff: Tariff,
    /// Share of hashprice that a halving leaves.
    pub halving_keeps: Fraction,
    /// Days of halvings.
    pub halvings: Vec<Day>,
    /// Price per TH/s of a machine that earns nothing, USD.
    pub scrap_usd_per_th_s: f64,
    /// Months from first shipment during which a model is to be had in numbers, new or used.
    pub sold_months: f64,
    /// Share of the world price that a machine given up fetches.
    pub resale: Fraction,
}

impl MachineMarket {
    /// Whether a model is on sale on a day.
    pub fn sells(&self, listing: &Listing, day: Day) -> bool {
        let months = f64::from(day.0 - listing.released.0) / CALENDAR_MONTH_DAYS;
        (0.0..=self.sold_months).contains(&months)
    }

    /// World price of one machine, USD. `hashprice` is the mean of the last two months, before fees.
    pub fn price_usd(&self, listing: &Listing, hashprice: Hashprice, day: Day) -> f64 {
        let cost = hashcost(listing.efficiency(), self.tariff, 1.0).as_usd_per_ph_day() / 1000.0;
        let now = hashprice.as_usd_per_ph_day() / 1000.0;
        let sum: f64 = (0..self.horizon_months)
            .map(|m| {
                let m = f64::from(m);
                let then = day.plus(libm::round(m * MONTH_DAYS) as i32);
                let halvings = self.halvings.iter().filter(|h| **h > day && **h <= then).count();
                let kept = libm::pow(self.halving_keeps.value(), halvings as f64);
                let margin = now * libm::exp(-self.hashprice_decay * m) * kept - cost;
                MONTH_DAYS * margin.max(0.0) * libm::exp(-self.discount * m)
            })
            .sum();
        (self.multiple * listing.price_factor * sum).max(self.scrap_usd_per_th_s) * listing.hashrate.as_th_s()
    }
}

/// Months until a machine has earned its price from revenue that falls by a share each month, power paid; `None` is never.
pub fn payback_months(
    price_usd: f64,
    daily_revenue_usd: f64,
    daily_power_usd: f64,
    fall_per_month: f64,
) -> Option<f64> {
    payback_within(f64::from(NEVER_MONTHS), price_usd, daily_revenue_usd, daily_power_usd, fall_per_month)
}

/// [`payback_months`] of a machine that pays back within some months; `None` also where it takes longer.
pub(super) fn payback_within(
    most_months: f64,
    price_usd: f64,
    daily_revenue_usd: f64,
    daily_power_usd: f64,
    fall_per_month: f64,
) -> Option<f64> {
    let (mut left, mut revenue) = (price_usd, daily_revenue_usd);
    for month in 0..NEVER_MONTHS.min(libm::ceil(most_months).max(1.0) as u32) {
        let earned = (revenue - daily_power_usd) * CALENDAR_MONTH_DAYS;
        if earned <= 0.0 {
            return None;
        }
        if earned >= left {
            return Some(f64::from(month) + left / earned).filter(|months| *months <= most_months);
        }
        left -= earned;
        revenue *= 1.0 - fall_per_month;
    }
    None
}

/// What a machine earns in so many months beyond its price, from revenue that falls by a share each month, power paid, USD.
pub(super) fn gain_over(
    months: f64,
    price_usd: f64,
    daily_revenue_usd: f64,
    daily_power_usd: f64,
    fall_per_month: f64,
) -> f64 {
    let (mut gain, mut revenue, mut left) = (-price_usd, daily_revenue_usd, months.min(f64::from(NEVER_MONTHS)));
    while left > 0.0 && revenue > daily_power_usd {
        gain += (revenue - daily_power_usd) * CALENDAR_MONTH_DAYS * left.min(1.0);
        revenue *= 1.0 - fall_per_month;
        left -= 1.0;
    }
    gain
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::operator) fn market() -> MachineMarket {
        MachineMarket {
            multiple: 1.7,
            horizon_months: 24,
            hashprice_decay: 0.08,
            discount: 0.025,
            tariff: Tariff::usd_per_kwh(0.04),
            halving_keeps: Fraction::new(0.7),
            halvings: vec![Day::parse("2024-04-20").unwrap()],
            scrap_usd_per_th_s: 0.5,
            sold_months: 36.0,
            resale: Fraction::new(0.65),
        }
    }

    pub(in crate::operator) fn listing(released: &str, th_s: f64, w: f64) -> Listing {
        let efficiency = Efficiency::j_per_th(w / th_s);
        Listing {
            released: Day::parse(released).unwrap(),
            hashrate: Hashrate::th_s(th_s),
            power: Power::w(w),
            price_factor: 1.0,
            runs_from: efficiency,
        }
    }

    #[test]
    fn dated_quotes_are_met_as_well_as_the_fit_claims() {
        // (day, J/TH, mean hashprice of the two months before, quoted USD/TH): Hashrate Index and Luxor quotes.
        let quotes = [
            ("2022-04-18", 32.0, 192.3, 80.0),
            ("2022-04-18", 95.0, 192.3, 20.0),
            ("2022-05-11", 52.0, 189.2, 43.6),
            ("2022-07-26", 21.5, 118.5, 60.0),
            ("2022-12-25", 32.0, 66.9, 15.7),
            ("2023-06-15", 31.3, 79.6, 13.25),
            ("2023-06-15", 27.5, 79.6, 15.0),
            ("2023-06-15", 26.0, 79.6, 19.5),
            ("2023-06-15", 21.5, 79.6, 24.0),
            ("2023-07-26", 21.5, 76.1, 20.0),
        ];
        let market = market();
        let mean = quotes
            .iter()
            .map(|(day, e, h, quoted)| {
                let one = listing("2020-05-01", 100.0, e * 100.0);
                let price = market.price_usd(&one, Hashprice::usd_per_ph_day(*h), Day::parse(day).unwrap()) / 100.0;
                libm::log(price / quoted).abs()
            })
            .sum::<f64>()
            / quotes.len() as f64;
        assert!(mean < 0.30, "mean error {mean}");
    }

    #[test]
    fn a_machine_is_worth_less_before_a_halving_and_never_less_than_scrap() {
        let (market, s19) = (market(), listing("2020-05-01", 95.0, 3250.0));
        let price = |day: &str, h: f64| market.price_usd(&s19, Hashprice::usd_per_ph_day(h), Day::parse(day).unwrap());
        assert!(price("2024-03-01", 80.0) < price("2024-05-01", 80.0));
        assert_eq!(price("2022-12-01", 5.0), 47.5);
        assert!(market.sells(&s19, Day::parse("2022-06-01").unwrap()));
        assert!(!market.sells(&s19, Day::parse("2023-06-01").unwrap()));
        assert!(!market.sells(&s19, Day::parse("2020-04-01").unwrap()));
    }

    #[test]
    fn payback_on_a_falling_hashprice_may_never_come() {
        assert_eq!(payback_months(304.375, 10.0, 0.0, 0.0), Some(1.0));
        assert_eq!(payback_months(608.75, 15.0, 5.0, 0.0), Some(2.0));
        assert!(payback_months(2000.0, 15.0, 5.0, 0.02).unwrap() > payback_months(2000.0, 15.0, 5.0, 0.0).unwrap());
        assert_eq!(payback_months(20_000.0, 15.0, 5.0, 0.05), None);
        assert_eq!(payback_months(1.0, 5.0, 5.0, 0.0), None);
        for limit in [0.0, 0.5, 1.0, 6.2, 12.0, 200.0] {
            for price in [0.0, 100.0, 304.375, 900.0, 2000.0, 5000.0] {
                let whole = payback_months(price, 15.0, 5.0, 0.02).filter(|months| *months <= limit);
                assert_eq!(payback_within(limit, price, 15.0, 5.0, 0.02), whole, "{limit} {price}");
            }
        }
    }

    #[test]
    fn at_the_full_break_even_tariff_a_machine_pays_back_on_the_last_day() {
        use crate::equations::break_even::{break_even_tariff, full_break_even_tariff};
        let (e, h) = (Efficiency::j_per_th(29.5), Hashprice::usd_per_ph_day(80.0));
        for (months, fall) in [(24.0, 0.02), (18.0, 0.0), (7.5, 0.03)] {
            let tariff = full_break_even_tariff(e, h, 14.0, months, fall, 1.03, 0.02).unwrap();
            let daily = hashcost(e, tariff, 1.03).as_usd_per_ph_day() / 1000.0;
            let back = payback_months(14.0, 80.0 * 0.98 / 1000.0, daily, fall).unwrap();
            assert!((back - months).abs() < 1e-9, "{back} against {months}");
            assert!(tariff < break_even_tariff(e, h, 1.03, 0.02));
        }
        assert_eq!(full_break_even_tariff(e, h, 100.0, 24.0, 0.02, 1.0, 0.0), None);
        // A machine for nothing: the marginal break-even.
        let free = full_break_even_tariff(e, h, 0.0, 12.0, 0.0, 1.03, 0.02).unwrap();
        assert!((free.as_usd_per_kwh() / break_even_tariff(e, h, 1.03, 0.02).as_usd_per_kwh() - 1.0).abs() < 1e-12);
    }
}
