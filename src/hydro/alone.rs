//! The cascade without a grid: what its rule does with a kind of years.

use super::inflow::Hydrology;
use super::value::Operation;
use super::{Hydro, offer, plan_week, release};
use crate::calendar::Window;
use crate::flows::Dispatch;
use crate::ids::ReservoirId;
use crate::random::{Member, Seed};
use crate::units::Power;

/// The level of a reservoir at the end of each step, m, every plant run as its rule plans; `None` if water cannot be balanced.
pub fn level_by_rule(hydro: &Hydro, kind: Hydrology, lake: ReservoirId, window: &Window) -> Option<Vec<f64>> {
    let mut hydro = hydro.clone();
    (hydro.hydrology, hydro.operation, hydro.unit_failure_h) = (kind, Operation::Rule, (0.0, 0.0));
    let mut now = hydro.start(Seed(1), Member(0), window);
    let mut levels = Vec::with_capacity(window.steps());
    for step in 0..window.steps() {
        let moment = window.moment(step);
        if step == 0 || moment.first_of_week() {
            plan_week(&hydro, &mut now, &moment);
        }
        offer(&hydro, &mut now, &moment);
        let power = now.reservoirs.map(|r| Power::mw(r.plan.min(r.flow_limit).as_m3_s() * r.mw_per_m3_s));
        let dispatch = Dispatch { hydro: power, ..Dispatch::default() };
        release(&hydro, &mut now, &moment, &dispatch).ok()?;
        levels.push(now.level(lake).as_m());
    }
    Some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::hydro::angara;

    /// A step of a day tells the lake's level as well as steps of an hour.
    #[test]
    fn days_are_long_enough_for_a_lake() {
        let hydro = angara::cascade(Hydrology::Normal);
        let from = Day::parse("2022-01-01").unwrap();
        let through = |step_minutes| {
            let window = Window { from, until: from.plus(365), step_minutes };
            level_by_rule(&hydro, Hydrology::Steady(0.8), ReservoirId(0), &window).unwrap()
        };
        let (by_day, by_hour) = (through(1440), through(60));
        for (d, level) in by_day.iter().enumerate() {
            assert!((level - by_hour[d * 24 + 23]).abs() < 0.01, "day {d}: {level} {}", by_hour[d * 24 + 23]);
        }
        assert_eq!(by_day.len(), 365);
    }
}
