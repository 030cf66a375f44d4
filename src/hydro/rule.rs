//! The operating rule: what a reservoir is told to release in the coming week, from its level and the water it expects.
//!
//! The basin authority sets regimes by level, season and forecast; these laws are piecewise linear readings of the regimes
//! that were published. Every number is a scenario key.

use crate::calendar::Day;
use crate::units::{Discharge, Elevation, Span, Volume};

/// The plan's horizon.
pub const WEEK: Span = Span::days(7.0);

/// The two seasons of regulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seasons {
    /// Month (1 to 12) on whose first day winter begins: ice, low inflow, drawdown.
    pub winter_from_month: u32,
    /// Month (1 to 12) on whose first day summer begins: snowmelt and rain, refill.
    pub summer_from_month: u32,
}

impl Seasons {
    /// Whether a day lies in winter.
    pub fn is_winter(&self, day: Day) -> bool {
        let (w, s, m) = (self.winter_from_month, self.summer_from_month, day.month());
        if s <= w { !(s..w).contains(&m) } else { (w..s).contains(&m) }
    }
    /// How far summer has gone: 0 on its first day, 1 on the first day of winter.
    pub fn summer_gone(&self, day: Day) -> f64 {
        let year = day.year();
        let edges = (Day::from_ymd(year, self.summer_from_month, 1), Day::from_ymd(year, self.winter_from_month, 1));
        let (Some(from), Some(until)) = edges else { return 0.0 };
        (f64::from(day.0 - from.0) / f64::from((until.0 - from.0).max(1))).clamp(0.0, 1.0)
    }
}

/// How a level becomes an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// A lake refilled along a guide: a steady winter release, smaller when low, and in summer a base release that grows
    /// with the height above the guide.
    Guided {
        /// Winter release.
        winter: Discharge,
        /// Level under which winter releases the least.
        low_level: Elevation,
        /// Summer release on the guide.
        summer: Discharge,
        /// What each meter above the guide adds, m³/s.
        gain_m3_s_per_m: f64,
        /// Guide on the first day of summer.
        guide_from: Elevation,
        /// Guide on the first day of winter.
        guide_to: Elevation,
    },
    /// A carry-over reservoir: a steady release that grows with level and shifts between seasons.
    CarryOver {
        /// Release at the reference level.
        release: Discharge,
        /// Reference level.
        reference: Elevation,
        /// Share that each meter adds.
        gain_per_m: f64,
        /// Factor in winter.
        winter_factor: f64,
        /// Factor in summer.
        summer_factor: f64,
    },
    /// Passes what comes in and steers back to a level.
    Hold {
        /// The level held.
        level: Elevation,
        /// Time in which a deviation is worked off.
        recovery: Span,
    },
}

/// The rule of one reservoir.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// How a level becomes an order.
    pub law: Law,
    /// Least mean discharge of a week (intakes, navigation, ecology).
    pub week_minimum: Discharge,
    /// Least discharge of an hour.
    pub hour_minimum: Discharge,
    /// Most that winter may release unless the reservoir would pass its limit: ice jams below the dam.
    pub winter_ceiling: Discharge,
    /// Most that is ordered at all: towns below the dam flood.
    pub maximum: Discharge,
    /// How far discharge may move within a day and from day to day; `None` where the plant may follow the load.
    pub daily_change: Option<Discharge>,
    /// Level under which only the least is released.
    pub dead_level: Elevation,
    /// Level that is never passed: gates release the rest.
    pub limit_level: Elevation,
}

/// What the rule looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The day of the plan.
    pub day: Day,
    /// Level.
    pub level: Elevation,
    /// Own inflow and what upstream is ordered to send.
    pub inflow: Discharge,
    /// Storage less storage at the level of [`Law::Hold`].
    pub above_hold: Volume,
    /// Storage less storage at the limit level.
    pub above_limit: Volume,
}

impl Rule {
    /// The mean discharge ordered for the week, turbines and gates together.
    pub fn order(&self, seasons: &Seasons, at: &Outlook) -> Discharge {
        let winter = seasons.is_winter(at.day);
        let wish = if at.level < self.dead_level { self.week_minimum } else { self.wish(seasons, at, winter) };
        let ceiling = if winter { self.winter_ceiling } else { self.maximum };
        let wish = wish.clamp(self.week_minimum, ceiling);
        // Water that would lift the reservoir above its limit within the week is ordered out ahead.
        let surplus = at.above_limit / WEEK + at.inflow - wish;
        (wish + surplus.max(Discharge::ZERO)).clamp(self.week_minimum, self.maximum)
    }

    fn wish(&self, seasons: &Seasons, at: &Outlook, winter: bool) -> Discharge {
        match self.law {
            Law::Guided { winter: steady, low_level, .. } if winter => {
                if at.level < low_level {
                    self.week_minimum
                } else {
                    steady
                }
            }
            Law::Guided { summer, gain_m3_s_per_m, guide_from, guide_to, .. } => {
                let guide = guide_from + (guide_to - guide_from) * seasons.summer_gone(at.day);
                summer + Discharge::m3_s(gain_m3_s_per_m * (at.level - guide).as_m())
            }
            Law::CarryOver { release, reference, gain_per_m, winter_factor, summer_factor } => {
                let season = if winter { winter_factor } else { summer_factor };
                release * ((1.0 + gain_per_m * (at.level - reference).as_m()).max(0.0) * season)
            }
            Law::Hold { recovery, .. } => at.inflow + at.above_hold / recovery,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hydro::angara;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn outlook(date: &str, level: f64, inflow: f64) -> Outlook {
        Outlook {
            day: day(date),
            level: Elevation::m(level),
            inflow: Discharge::m3_s(inflow),
            above_hold: Volume::ZERO,
            above_limit: Volume::km3(31.5 * (level - 457.85)),
        }
    }

    fn lake(date: &str, level: f64) -> f64 {
        angara::lake_rule().order(&angara::SEASONS, &outlook(date, level, 1000.0)).as_m3_s()
    }

    #[test]
    fn the_lake_follows_its_published_regimes() {
        assert_eq!(lake("2022-01-10", 456.8), 1600.0);
        assert_eq!(lake("2022-03-10", 456.10), 1300.0, "least below 456.15 m in winter");
        assert_eq!(lake("2022-05-01", 456.15), 2200.0, "on the guide");
        assert!((lake("2022-11-01", 456.9) - 1600.0).abs() < 1e-9, "winter begins in November");
        assert!((lake("2022-10-31", 456.82) - 2200.0).abs() < 40.0);
        assert_eq!(lake("2021-09-15", 457.2), 3600.0, "islands of the city flood above");
        assert_eq!(lake("2014-08-01", 455.5), 1300.0);
    }

    #[test]
    fn a_full_reservoir_orders_its_surplus_out() {
        let rule = angara::lake_rule();
        let order = rule.order(&angara::SEASONS, &outlook("2021-12-01", 457.84, 3000.0));
        assert!(order.as_m3_s() > 2000.0, "above the winter ceiling: {order}");
    }

    #[test]
    fn a_higher_level_never_orders_less() {
        for date in ["2022-02-01", "2022-06-01", "2022-09-01", "2022-12-01"] {
            let orders: Vec<f64> = (0..300).map(|i| lake(date, 455.0 + f64::from(i) * 0.01)).collect();
            assert!(orders.windows(2).all(|w| w[1] >= w[0]), "{date}");
        }
    }

    #[test]
    fn seasons_wrap_the_year() {
        let s = angara::SEASONS;
        assert!(s.is_winter(day("2022-04-30")) && !s.is_winter(day("2022-05-01")) && s.is_winter(day("2022-11-01")));
        assert_eq!((s.summer_gone(day("2022-05-01")), s.summer_gone(day("2022-11-01"))), (0.0, 1.0));
    }
}
