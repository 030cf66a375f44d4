//! The plan of the week: orders by rule from the source down, and what of them the turbines are to take.

use super::inflow::Hydrology;
use super::now::ReservoirNow;
use super::rule::Outlook;
use super::{Hydro, HydroNow, Reservoir};
use crate::calendar::Moment;
use crate::units::{Discharge, Span, Volume};

/// The order of each reservoir for the rest of the week, from today's level and inflow and what upstream is ordered to send.
/// Reservoirs that have water values follow their advice within the bounds of the rule.
pub(super) fn order(hydro: &Hydro, now: &mut HydroNow, moment: &Moment) {
    for (id, given) in hydro.reservoirs.enumerate() {
        let r = &mut now.reservoirs[id];
        r.inflow = r.inflow_now.on(&given.basin, hydro.derived[id].position, &hydro.hydrology, moment.day);
        r.norm = r.norm_now.on(&given.basin, hydro.derived[id].position, &Hydrology::Normal, moment.day);
    }
    let advice = now.values.as_ref().map(|v| v.advise(hydro, now, moment)).unwrap_or_default();
    for a in &advice {
        if let Some(price) = a.price {
            now.water_price[a.id] = price;
        }
    }
    for &id in &hydro.downward {
        let (given, derived) = (&hydro.reservoirs[id], &hydro.derived[id]);
        let from_above: Discharge = derived.upstream.iter().map(|u| now.reservoirs[*u].order).sum();
        let r = &mut now.reservoirs[id];
        let outlook = Outlook {
            day: moment.day,
            level: r.level,
            inflow: r.inflow + from_above,
            norm_to_summer: given.basin.mean_norm(moment.day, hydro.seasons.next_summer(moment.day)),
            above_goal: r.storage - derived.goal_storage,
            above_limit: r.storage - derived.limit_storage,
        };
        r.order = match advice.iter().find(|a| a.id == id) {
            Some(a) => given.rule.bounded(&hydro.seasons, &outlook, a.release),
            None => given.rule.order(&hydro.seasons, &outlook),
        };
    }
}

/// Sets [`HydroNow::target`] of each plant for the days until the next Monday; call it at the start and every Monday.
pub fn plan_week(hydro: &Hydro, now: &mut HydroNow, moment: &Moment) {
    order(hydro, now, moment);
    let days = 7 - moment.weekday.min(6);
    for (id, given) in hydro.reservoirs.enumerate() {
        let r = &mut now.reservoirs[id];
        let limit = flow_limit(given, r, moment.year);
        let mut path = r.day_order;
        let mut sum = Discharge::ZERO;
        for _ in 0..days {
            path = walk(given, path, r.order);
            sum += path.min(limit);
        }
        now.target[id] = sum / f64::from(days);
        r.released = Volume::ZERO;
    }
    now.week = Span::days(f64::from(days));
    now.elapsed = Span::ZERO;
    now.day = None;
}

/// What belongs to a new day: inflow, the day's order, the share of gates, and the plan for the rest of the week.
pub(super) fn turn_day(hydro: &Hydro, now: &mut HydroNow, moment: &Moment) {
    if now.day == Some(moment.day) {
        return;
    }
    now.day = Some(moment.day);
    for (id, given) in hydro.reservoirs.enumerate() {
        let (progress, valued) = (now.progress(id), now.is_valued(hydro, id));
        let r = &mut now.reservoirs[id];
        r.inflow = r.inflow_now.on(&given.basin, hydro.derived[id].position, &hydro.hydrology, moment.day);
        let limit = flow_limit(given, r, moment.year);
        r.day_order = walk(given, r.day_order, r.order);
        r.gates = (r.day_order - limit).max(Discharge::ZERO);
        // A plant that follows the load at the value of its water may leave the plan: the dispatch decides.
        r.plan = if valued {
            r.day_order.min(limit)
        } else if progress.remaining > Span::ZERO {
            ((progress.target - progress.released) / progress.remaining).clamp(Discharge::ZERO, limit)
        } else {
            now.target[id]
        };
    }
}

fn walk(given: &Reservoir, from: Discharge, to: Discharge) -> Discharge {
    given.rule.daily_change.map_or(to, |most| to.clamp(from - most, from + most))
}

fn flow_limit(given: &Reservoir, r: &ReservoirNow, year: i32) -> Discharge {
    given.plant.flow_limit(year, given.plant.mw_per_m3_s(r.level, r.outflow))
}
