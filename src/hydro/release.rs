//! Water moved in a step: the dispatched power becomes discharge, gates pass what the rule or the limit level demands,
//! and every reservoir's balance closes.

use super::{Hydro, HydroNow};
use crate::calendar::Moment;
use crate::fault::{Cause, Component, StepError};
use crate::flows::{Dispatch, Reach, Water};
use crate::ids::{Id, Table};
use crate::units::{Discharge, Energy, Power, Volume};

/// Slack of a dispatch against the turbines' limit, as a share: the tolerance of a linear program.
const SLACK: f64 = 1e-6;

/// Releases what was dispatched at the head of the step and moves the water on.
///
/// # Errors
/// If a plant was dispatched above what its turbines take or its reservoir holds, or evaporation emptied a reservoir.
pub fn release(hydro: &Hydro, now: &mut HydroNow, moment: &Moment, dispatch: &Dispatch) -> Result<Water, StepError> {
    let fault = |cause| StepError::new(moment, Component::Hydro, cause);
    let mut reaches = Table::filled(hydro.reservoirs.len(), Reach::default());
    let mut in_transit = Volume::ZERO;
    for &id in &hydro.downward {
        let given = &hydro.reservoirs[id];
        let power = dispatch.hydro.as_slice().get(id.index()).copied().unwrap_or(Power::ZERO);
        let r = &mut now.reservoirs[id];
        let turbined =
            if r.mw_per_m3_s > 0.0 { Discharge::m3_s(power.as_mw() / r.mw_per_m3_s) } else { Discharge::ZERO };
        let most = r.flow_limit * (1.0 + SLACK) + Discharge::m3_s(SLACK);
        if !(turbined >= Discharge::ZERO && turbined <= most) {
            let what = format!("{} dispatched at {power:.3}, its turbines take {:.3}", given.plant_id, r.flow_limit);
            return Err(fault(Cause::Infeasible(what)));
        }
        let arrived = reaches[id].arrived;
        let before_limit = r.storage + (r.inflow + arrived - turbined - r.gates) * moment.span;
        let above = (before_limit - hydro.derived[id].limit_storage).max(Volume::ZERO);
        let spill = r.gates + above / moment.span;
        r.storage += (r.inflow + arrived - turbined - spill) * moment.span;
        if r.storage < Volume::ZERO {
            let what = format!("reservoir {} fell below the floor of its curve, {}", given.id, given.curve.bottom());
            return Err(fault(Cause::OutOfRange(what)));
        }
        r.level = given.curve.level(r.storage);
        r.outflow = turbined + spill;
        r.released += turbined * moment.span;
        reaches[id] = Reach {
            inflow: r.inflow,
            arrived,
            release: turbined,
            spill,
            level: r.level,
            storage: r.storage,
            spilled_energy: Energy::mwh(spill.as_m3_s() * r.mw_per_m3_s * moment.span.as_hours()),
        };
        if let (Some(travel), Some(link)) = (r.travel.as_mut(), given.downstream) {
            travel.enter(r.outflow * moment.span);
            reaches[link.to].arrived += travel.arrive() / moment.span;
            in_transit += travel.volume();
        }
    }
    now.elapsed += moment.span;
    Ok(Water { reaches, in_transit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};
    use crate::hydro::angara;
    use crate::hydro::inflow::{Hydrology, Variability};
    use crate::hydro::{offer, plan_week};
    use crate::ids::ReservoirId;
    use crate::random::{Member, Seed};
    use proptest::prelude::*;

    fn generated() -> Hydrology {
        Hydrology::Generated(Variability {
            year_cv: 0.2,
            year_lag: 0.4,
            month_cv: 0.25,
            month_lag: 0.5,
            basin_correlation: 0.5,
        })
    }

    fn window(step_minutes: u32, days: i32) -> Window {
        let from = Day::from_ymd(2022, 3, 2).unwrap();
        Window { from, until: from.plus(days), step_minutes }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_balance_closes(
            seed in 0_u64..1000,
            step_minutes in prop_oneof![Just(15_u32), Just(60), Just(1440)],
            shares in prop::collection::vec(0.0_f64..1.0, 60),
        ) {
            let hydro = angara::cascade(generated());
            let window = window(step_minutes, 60);
            let mut now = hydro.start(Seed(seed), Member(0), &window);
            let dt = window.step();
            for (k, moment) in (0..window.steps().min(800)).map(|s| (s, window.moment(s))) {
                if moment.first_of_week() {
                    plan_week(&hydro, &mut now, &moment);
                }
                let before = (now.reservoirs.map(|r| r.storage), now.in_transit());
                let supply = offer(&hydro, &mut now, &moment);
                let share = shares[k % shares.len()];
                let powers = supply.offers.map(|o| o.floor + o.segments.iter().map(|s| s.0).sum::<Power>() * share);
                let dispatch = Dispatch { hydro: powers, ..Dispatch::default() };
                let water = release(&hydro, &mut now, &moment, &dispatch).unwrap();
                let mut total = Volume::ZERO;
                for (id, reach) in water.reaches.enumerate() {
                    let net = (reach.inflow + reach.arrived - reach.release - reach.spill) * dt;
                    let off = (now.storage(id) - before.0[id] - net).as_km3().abs();
                    prop_assert!(off <= 1e-12 * now.storage(id).as_km3(), "{off} km³ at {}", moment);
                    total += now.storage(id) - before.0[id] - reach.inflow * dt;
                }
                let last = &water.reaches[ReservoirId(3)];
                let left = (last.release + last.spill) * dt;
                let off = (total + water.in_transit - before.1 + left).as_km3().abs();
                prop_assert!(off < 1e-12 * 110.0, "the cascade as a whole misses {off} km³");
            }
        }
    }

    #[test]
    fn more_than_the_turbines_take_is_refused() {
        let hydro = angara::cascade(Hydrology::Normal);
        let window = window(60, 2);
        let mut now = hydro.start(Seed(1), Member(0), &window);
        let moment = window.moment(0);
        offer(&hydro, &mut now, &moment);
        let dispatch = Dispatch { hydro: Table::filled(4, Power::mw(9_000.0)), ..Dispatch::default() };
        let fault = release(&hydro, &mut now, &moment, &dispatch).unwrap_err();
        assert!(matches!(fault.cause, Cause::Infeasible(_)), "{fault}");
    }

    #[test]
    fn a_reservoir_above_its_limit_spills_the_excess_only() {
        let mut hydro = angara::cascade(Hydrology::Normal);
        hydro.reservoirs[ReservoirId(1)].start_level = crate::units::Elevation::m(402.3);
        let window = window(60, 2);
        let mut now = hydro.start(Seed(1), Member(0), &window);
        let moment = window.moment(0);
        offer(&hydro, &mut now, &moment);
        let water = release(&hydro, &mut now, &moment, &Dispatch::default()).unwrap();
        let bratsk = water.reaches[ReservoirId(1)];
        assert!(bratsk.spill > Discharge::ZERO && bratsk.spilled_energy > Energy::ZERO);
        assert!((bratsk.level.as_m() - 402.0).abs() < 1e-6);
    }
}
