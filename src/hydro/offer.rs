//! What the plants offer in a step: a floor that runs whatever the price, and segments that get dearer away from the plan.
//!
//! A plant on the week's plan sells at its water price. Above the plan it asks more and below it less, linearly in the
//! discharge: the slope stands for the efficiency and wear of leaving the plan, and gives the dispatched week a smooth,
//! monotone answer to the water price instead of an all-or-nothing jump. It is an assumption with a range. Water that
//! would be spilled within a day if it were not turbined is worth nothing: it is offered at no more than zero.

use super::{Hydro, HydroNow, Reservoir, week};
use crate::calendar::Moment;
use crate::flows::{HydroOffer, Supply};
use crate::ids::{ReservoirId, Table};
use crate::units::{Discharge, EnergyPrice, Power, Span};

/// How plants offer around the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferShape {
    /// Rise of the price from no discharge to the turbines' limit.
    pub rise: EnergyPrice,
    /// Where segments end, as shares of the room on either side of the plan, increasing to one.
    pub edges: Vec<f64>,
}

/// Storage that an offer leaves untouched, as a share: it keeps rounding from drawing below the floor of the curve.
const KEPT: f64 = 1e-9;

/// How far ahead a plant sees that it would spill.
const SPILL_SIGHT: Span = Span::days(1.0);

/// Offers of the step and the inflow that comes with it.
pub fn offer(hydro: &Hydro, now: &mut HydroNow, moment: &Moment) -> Supply {
    week::turn_day(hydro, now, moment);
    let mut offers = Vec::with_capacity(hydro.reservoirs.len());
    let mut inflow = Vec::with_capacity(hydro.reservoirs.len());
    for (id, given) in hydro.reservoirs.enumerate() {
        let arriving = hydro.derived[id]
            .upstream
            .iter()
            .filter_map(|u| now.reservoirs[*u].travel.as_ref())
            .map(|t| t.due() / moment.span)
            .sum::<Discharge>();
        let r = &mut now.reservoirs[id];
        r.mw_per_m3_s = given.plant.mw_per_m3_s(r.level, r.outflow);
        let there = (r.storage / moment.span) * (1.0 - KEPT) + r.inflow + arriving - r.gates;
        let rule = &given.rule;
        let turbines = given.plant.flow_limit(moment.year, r.mw_per_m3_s) * (1.0 - r.share_out);
        let most = turbines.min(there).max(Discharge::ZERO);
        // No step draws more than the least through the dead level.
        let above_dead = r.storage - hydro.derived[id].dead_storage;
        let kept = above_dead / moment.span + r.inflow + arriving - r.gates;
        let most = most.min(kept.max(rule.hour_minimum));
        // A plant that may not follow the load keeps to half its daily freedom on either side of the day's order.
        let (low, high) = match rule.daily_change {
            None => (rule.hour_minimum, most),
            Some(change) => {
                let center = (r.day_order - r.gates).max(Discharge::ZERO);
                ((center - change * 0.5).max(rule.hour_minimum), center + change * 0.5)
            }
        };
        let high = high.max(low).min(most);
        let low = low.min(high);
        r.flow_limit = most;
        let plan = r.plan.clamp(low, high);
        let scale = scale(given, turbines);
        let above_limit = r.storage - hydro.derived[id].limit_storage;
        let else_spilled = above_limit / SPILL_SIGHT + r.inflow + arriving - r.gates;
        let price_at = |q: Discharge| {
            let price = now.water_price[id] + hydro.shape.rise * ((q - plan) / scale);
            if q < else_spilled { price.min(EnergyPrice::ZERO) } else { price }
        };
        let mut segments = Vec::with_capacity(2 * hydro.shape.edges.len());
        let mut segment = |from: Discharge, to: Discharge| {
            let width = (to - from).max(Discharge::ZERO);
            segments.push((Power::mw(width.as_m3_s() * r.mw_per_m3_s), price_at(from + width * 0.5)));
        };
        // Below the plan from the floor up, then above it.
        let mut from = low;
        for edge in hydro.shape.edges.iter().rev().skip(1).chain(core::iter::once(&0.0)) {
            let to = plan - (plan - low) * *edge;
            segment(from, to);
            from = to;
        }
        for edge in &hydro.shape.edges {
            let to = plan + (high - plan) * *edge;
            segment(from, to);
            from = to;
        }
        offers.push(HydroOffer {
            bus: Some(given.bus),
            mw_per_m3_s: r.mw_per_m3_s,
            floor: Power::mw(low.as_m3_s() * r.mw_per_m3_s),
            segments,
        });
        inflow.push(r.inflow);
    }
    Supply {
        offers: Table::new(offers),
        plan: now.target.clone(),
        water_price: now.water_price.clone(),
        inflow: Table::new(inflow),
    }
}

/// By how much the water price of a plant must move so that, prices around it unchanged, a release that misses the plan by
/// `miss` (relative to it) meets it: the slope of the offer.
pub fn price_step(hydro: &Hydro, now: &HydroNow, moment: &Moment, id: ReservoirId, miss: f64) -> EnergyPrice {
    let (given, r) = (&hydro.reservoirs[id], &now.reservoirs[id]);
    let turbines = given.plant.flow_limit(moment.year, given.plant.mw_per_m3_s(r.level, r.outflow));
    hydro.shape.rise * (now.target[id] * miss / scale(given, turbines))
}

/// Discharge over which the offer rises by its whole rise. Where the day's freedom is narrow the rise lies within it, so that
/// the answer to a price stays smooth.
fn scale(given: &Reservoir, turbines: Discharge) -> Discharge {
    given.rule.daily_change.unwrap_or(turbines).max(Discharge::m3_s(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};
    use crate::flows::Dispatch;
    use crate::hydro::inflow::Hydrology;
    use crate::hydro::{angara, release};
    use crate::random::{Member, Seed};
    use proptest::prelude::*;

    fn january() -> Window {
        Window { from: Day::from_ymd(2022, 1, 3).unwrap(), until: Day::from_ymd(2022, 2, 1).unwrap(), step_minutes: 60 }
    }

    #[test]
    fn offers_rise_and_cover_what_the_turbines_take() {
        let hydro = angara::cascade(Hydrology::Normal);
        let window = january();
        let mut now = hydro.start(Seed(1), Member(0), &window);
        let supply = offer(&hydro, &mut now, &window.moment(0));
        for (id, o) in supply.offers.enumerate() {
            assert_eq!(o.segments.len(), 6);
            assert!(o.segments.windows(2).all(|w| w[0].1 <= w[1].1), "prices rise");
            assert!(o.segments.iter().all(|s| s.0 >= Power::ZERO));
            let most = o.floor + o.segments.iter().map(|s| s.0).sum::<Power>();
            assert!(most.as_mw() <= now.reservoirs[id].flow_limit.as_m3_s() * o.mw_per_m3_s + 1e-9);
        }
        let bratsk = &supply.offers[ReservoirId(1)];
        let most = bratsk.floor + bratsk.segments.iter().map(|s| s.0).sum::<Power>();
        assert!((3500.0..4500.0).contains(&most.as_mw()), "Bratsk offers {most}");
    }

    #[test]
    fn water_about_to_spill_is_worth_nothing() {
        let mut hydro = angara::cascade(Hydrology::Normal);
        hydro.reservoirs[ReservoirId(1)].start_level = crate::units::Elevation::m(402.0);
        let window = january();
        let mut now = hydro.start(Seed(1), Member(0), &window);
        let supply = offer(&hydro, &mut now, &window.moment(0));
        let price = |id: u32| supply.offers[ReservoirId(id)].segments.first().map(|s| s.1.as_rub_per_mwh());
        assert!(price(1) <= Some(0.0), "a full reservoir: {:?}", price(1));
        assert!(price(2) > Some(0.0), "one with room: {:?}", price(2));
    }

    /// Hours of a week with market prices that follow the load; each plant sells what is cheaper. The price search of the
    /// week must have one answer, so what is sold may only fall as the water price rises, and must pass the plan.
    #[test]
    fn a_price_meets_the_plan_of_the_week() {
        let hydro = angara::cascade(Hydrology::Normal);
        let window = january();
        let missed = |price: f64| -> Vec<f64> {
            let mut now = hydro.start(Seed(1), Member(0), &window);
            now.water_price = Table::filled(4, EnergyPrice::rub_per_mwh(price));
            for step in 0..168 {
                let moment = window.moment(step);
                let supply = offer(&hydro, &mut now, &moment);
                let market = 1000.0 + 60.0 * libm::sin(f64::from(moment.hour()) / 24.0 * core::f64::consts::TAU);
                let sold = supply.offers.map(|o| {
                    let cheaper = o.segments.iter().filter(|s| s.1.as_rub_per_mwh() < market);
                    o.floor + cheaper.map(|s| s.0).sum::<Power>()
                });
                release(&hydro, &mut now, &moment, &Dispatch { hydro: sold, ..Dispatch::default() }).unwrap();
            }
            hydro.reservoirs().ids().map(|id| now.progress(id)).map(|p| p.released / p.target - 1.0).collect()
        };
        let all: Vec<Vec<f64>> = (0..40).map(|i| missed(700.0 + 15.0 * f64::from(i))).collect();
        for plant in 1..4 {
            let misses: Vec<f64> = all.iter().map(|m| m[plant]).collect();
            assert!(misses.windows(2).all(|w| w[1] <= w[0] + 2e-3), "plant {plant}: {misses:.3?}");
            let best = misses.iter().map(|m| m.abs()).fold(1.0, f64::min);
            assert!(best < 0.01, "plant {plant} misses its week by {best} at best");
        }
    }

    #[test]
    fn irkutsk_does_not_follow_the_load() {
        let hydro = angara::cascade(Hydrology::Normal);
        let window = january();
        let mut now = hydro.start(Seed(1), Member(0), &window);
        let supply = offer(&hydro, &mut now, &window.moment(0));
        let o = &supply.offers[ReservoirId(0)];
        let room: Power = o.segments.iter().map(|s| s.0).sum();
        assert!(room.as_mw() / o.mw_per_m3_s <= 100.0 + 1e-9, "100 m³/s a day");
    }

    proptest! {
        #[test]
        fn a_higher_water_price_never_offers_more_below_a_price(
            low in -500.0_f64..3000.0, more in 0.0_f64..2000.0, market in 0.0_f64..3000.0,
        ) {
            let hydro = angara::cascade(Hydrology::Normal);
            let window = january();
            let mut now = hydro.start(Seed(1), Member(0), &window);
            let mut taken = |price: f64| {
                for p in &mut now.water_price {
                    *p = EnergyPrice::rub_per_mwh(price);
                }
                let supply = offer(&hydro, &mut now, &window.moment(0));
                supply.offers.iter().flat_map(|o| o.segments.clone())
                    .filter(|s| s.1.as_rub_per_mwh() <= market).map(|s| s.0.as_mw()).sum::<f64>()
            };
            let (cheap, dear) = (taken(low), taken(low + more));
            prop_assert!(dear <= cheap + 1e-9);
        }
    }
}
