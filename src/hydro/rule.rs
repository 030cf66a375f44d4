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
    /// Month (1 to 12) within winter on whose first day the rivers below the dams are free of ice.
    pub ice_out_month: u32,
    /// Month (1 to 12) on whose first day summer begins: snowmelt and rain, refill.
    pub summer_from_month: u32,
}

/// Whether a month lies in a span of months that may run over the turn of the year.
fn within(month: u32, from: u32, until: u32) -> bool {
    if from <= until { (from..until).contains(&month) } else { !(until..from).contains(&month) }
}

impl Seasons {
    /// Whether a day lies in winter.
    pub fn is_winter(&self, day: Day) -> bool {
        within(day.month(), self.winter_from_month, self.summer_from_month)
    }
    /// Whether the rivers below the dams carry ice.
    pub fn has_ice(&self, day: Day) -> bool {
        within(day.month(), self.winter_from_month, self.ice_out_month)
    }
    /// The first day on or after a day that begins a month.
    fn next_first(day: Day, month: u32) -> Day {
        let year = day.year();
        let of = |year| Day::from_ymd(year, month, 1).unwrap_or(day);
        if of(year) >= day { of(year) } else { of(year + 1) }
    }
    /// The first day of summer on or after a day.
    pub fn next_summer(&self, day: Day) -> Day {
        Self::next_first(day, self.summer_from_month)
    }
    /// A level between two: `spring` on the first day of summer, `autumn` on the first day of winter, straight between.
    pub fn guide(&self, day: Day, spring: Elevation, autumn: Elevation) -> Elevation {
        let winter = self.is_winter(day);
        let (begins, ends) = if winter {
            (self.winter_from_month, self.summer_from_month)
        } else {
            (self.summer_from_month, self.winter_from_month)
        };
        let end = Self::next_first(day.plus(1), ends);
        // The season begins less than a year before it ends.
        let begin = Self::next_first(end.plus(-365), begins);
        let gone = f64::from(day.0 - begin.0) / f64::from((end.0 - begin.0).max(1));
        if winter { autumn + (spring - autumn) * gone } else { spring + (autumn - spring) * gone }
    }
}

/// How a level becomes an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// A lake drawn down by spring and refilled along a guide: winter releases what leads to the spring level under normal
    /// inflow, summer a base release that grows with the height above the guide.
    Guided {
        /// Level to be reached on the first day of summer; the guide begins there.
        spring_level: Elevation,
        /// Guide on the first day of winter.
        autumn_level: Elevation,
        /// Summer release on the guide.
        summer: Discharge,
        /// What each meter above the guide adds, m³/s.
        gain_m3_s_per_m: f64,
    },
    /// A carry-over reservoir: a steady release that shifts between seasons and grows with the height above a guide.
    CarryOver {
        /// Release on the guide.
        release: Discharge,
        /// Guide on the first day of summer.
        spring_level: Elevation,
        /// Guide on the first day of winter.
        autumn_level: Elevation,
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
    /// Least mean discharge of a week (intakes, ecology).
    pub week_minimum: Discharge,
    /// Least mean discharge of a summer week, for ships; `None` where none pass.
    pub navigation_minimum: Option<Discharge>,
    /// Least discharge of an hour.
    pub hour_minimum: Discharge,
    /// Most that is released under ice unless the reservoir would pass its limit: ice jams flood the towns below.
    pub ice_ceiling: Discharge,
    /// Most that winter releases after the ice.
    pub spring_ceiling: Discharge,
    /// Most that is ordered at all: towns below the dam flood.
    pub maximum: Discharge,
    /// How far discharge may move within a day and from day to day; `None` where the plant may follow the load.
    pub daily_change: Option<Discharge>,
    /// Level under which only the least is released.
    pub dead_level: Elevation,
    /// Level that is never passed: gates release the rest.
    pub limit_level: Elevation,
    /// Ordinary band of levels that water values keep to; the rule's own levels lie within it.
    pub band: Option<(Elevation, Elevation)>,
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
    /// Mean of the norm of own inflow from now to the first day of summer.
    pub norm_to_summer: Discharge,
    /// Storage less storage at the goal: the level held, or the spring level.
    pub above_goal: Volume,
    /// Storage less storage at the limit level.
    pub above_limit: Volume,
}

impl Rule {
    /// The mean discharge ordered for the week, turbines and gates together.
    pub fn order(&self, seasons: &Seasons, at: &Outlook) -> Discharge {
        self.bounded(seasons, at, self.wish(seasons, at))
    }

    /// Most that is released on a day unless the reservoir would pass its limit.
    pub fn ceiling(&self, seasons: &Seasons, day: Day) -> Discharge {
        if seasons.has_ice(day) {
            self.ice_ceiling
        } else if seasons.is_winter(day) {
            self.spring_ceiling
        } else {
            self.maximum
        }
    }

    /// Least mean discharge of a week that begins on a day at a level: what ships need in summer, unless the level is under the
    /// dead one.
    pub fn least(&self, seasons: &Seasons, day: Day, level: Elevation) -> Discharge {
        let sails = !seasons.is_winter(day) && level >= self.dead_level;
        self.navigation_minimum.filter(|_| sails).map_or(self.week_minimum, |n| n.max(self.week_minimum))
    }

    /// The ordinary band; the bounds of operation where there is none.
    pub fn band_or_bounds(&self) -> (Elevation, Elevation) {
        self.band.unwrap_or((self.dead_level, self.limit_level))
    }

    /// A wish, whoever has it, within the bounds that hold for the reservoir.
    pub fn bounded(&self, seasons: &Seasons, at: &Outlook, wish: Discharge) -> Discharge {
        let least = self.least(seasons, at.day, at.level);
        let wish = if at.level < self.dead_level { least } else { wish };
        let wish = wish.clamp(least, self.ceiling(seasons, at.day));
        // Water that would lift the reservoir above its limit within the week is ordered out ahead.
        let surplus = at.above_limit / WEEK + at.inflow - wish;
        (wish + surplus.max(Discharge::ZERO)).clamp(least, self.maximum)
    }

    fn wish(&self, seasons: &Seasons, at: &Outlook) -> Discharge {
        match self.law {
            Law::Guided { .. } if seasons.is_winter(at.day) => {
                let left = Span::days(f64::from(seasons.next_summer(at.day).0 - at.day.0)).max(WEEK);
                at.norm_to_summer + at.above_goal / left
            }
            Law::Guided { spring_level, autumn_level, summer, gain_m3_s_per_m } => {
                let above = at.level - seasons.guide(at.day, spring_level, autumn_level);
                summer + Discharge::m3_s(gain_m3_s_per_m * above.as_m())
            }
            Law::CarryOver { release, spring_level, autumn_level, gain_per_m, winter_factor, summer_factor } => {
                let above = at.level - seasons.guide(at.day, spring_level, autumn_level);
                let season = if seasons.is_winter(at.day) { winter_factor } else { summer_factor };
                release * ((1.0 + gain_per_m * above.as_m()).max(0.0) * season)
            }
            Law::Hold { recovery, .. } => at.inflow + at.above_goal / recovery,
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

    fn lake(date: &str, level: f64) -> f64 {
        at(date, level, 1000.0)
    }

    fn at(date: &str, level: f64, inflow: f64) -> f64 {
        let outlook = Outlook {
            day: day(date),
            level: Elevation::m(level),
            inflow: Discharge::m3_s(inflow),
            norm_to_summer: Discharge::m3_s(500.0),
            above_goal: Volume::km3(31.5 * (level - 456.15)),
            above_limit: Volume::km3(31.5 * (level - 457.85)),
        };
        angara::lake_rule().order(&angara::SEASONS, &outlook).as_m3_s()
    }

    #[test]
    fn the_lake_follows_its_published_regimes() {
        assert_eq!(lake("2022-01-10", 456.83), 1700.0, "no more under ice");
        assert_eq!(lake("2022-04-11", 456.40), 2500.0, "after the ice all units run");
        assert_eq!(lake("2015-01-10", 456.15), 1300.0, "least at the spring level in winter");
        assert_eq!(lake("2022-05-01", 456.15), 2200.0, "on the guide");
        assert!((lake("2022-10-31", 456.82) - 2200.0).abs() < 40.0);
        assert_eq!(lake("2021-09-15", 457.2), 3600.0, "islands of the city flood above");
        assert_eq!(lake("2014-08-01", 456.0), 1500.0, "ships need it");
        assert_eq!(lake("2014-08-01", 455.5), 1300.0, "under the dead level they wait");
    }

    #[test]
    fn a_full_reservoir_orders_its_surplus_out() {
        let order = at("2021-12-01", 457.84, 3000.0);
        assert!(order > 2000.0, "above the ceiling under ice: {order}");
    }

    #[test]
    fn a_higher_level_never_orders_less() {
        for date in ["2022-02-01", "2022-04-20", "2022-06-01", "2022-09-01", "2022-12-01"] {
            let orders: Vec<f64> = (0..300).map(|i| lake(date, 455.0 + f64::from(i) * 0.01)).collect();
            assert!(orders.windows(2).all(|w| w[1] >= w[0]), "{date}");
        }
    }

    #[test]
    fn seasons_wrap_the_year() {
        let s = angara::SEASONS;
        assert!(s.is_winter(day("2022-04-30")) && !s.is_winter(day("2022-05-01")) && s.is_winter(day("2022-11-01")));
        assert!(s.has_ice(day("2022-03-31")) && !s.has_ice(day("2022-04-01")));
        assert_eq!(s.next_summer(day("2022-05-02")), day("2023-05-01"));
        let guide = |date: &str| s.guide(day(date), Elevation::m(396.0), Elevation::m(400.0)).as_m();
        assert!((guide("2022-05-01") - 396.0).abs() < 0.03 && (guide("2022-11-01") - 400.0).abs() < 0.03);
        assert!((guide("2022-04-30") - 396.0).abs() < 0.05 && (guide("2022-01-30") - 398.0).abs() < 0.1);
    }
}
