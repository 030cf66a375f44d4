//! The Angara cascade for tests of this component alone; the shipped one is in `scenarios/irkutsk/world/water.toml`.

use super::inflow::{Basin, Hydrology};
use super::plant::{ByYear, Plant};
use super::rule::{Law, Rule, Seasons};
use super::storage::{AreaLaw, StorageCurve};
use super::{Downstream, Hydro, OfferShape, Reservoir};
use crate::ids::{BusId, ReservoirId, Table};
use crate::units::{Discharge, Elevation, EnergyPrice, Fraction, Span};

pub(crate) const SEASONS: Seasons = Seasons { winter_from_month: 11, ice_out_month: 4, summer_from_month: 5 };

const SIDE_FACTORS: [f64; 12] = [0.25, 0.20, 0.20, 0.80, 2.2, 1.9, 2.0, 1.7, 1.3, 0.80, 0.40, 0.25];

pub(crate) fn lake_basin() -> Basin {
    Basin {
        norm_m3_s: [318., 425., 500., 900., 3050., 5050., 4860., 4260., 3214., 1180., -110., -230.],
        evaporation_m3_s: [250., 100., 50., 50., 50., 100., 200., 450., 750., 1000., 1150., 1010.],
    }
}

fn side_basin(mean: f64) -> Basin {
    Basin { norm_m3_s: SIDE_FACTORS.map(|f| f * mean), evaporation_m3_s: [0.0; 12] }
}

pub(crate) fn lake_rule() -> Rule {
    let q = Discharge::m3_s;
    Rule {
        law: Law::Guided {
            spring_level: Elevation::m(456.15),
            autumn_level: Elevation::m(456.82),
            summer: q(2200.0),
            gain_m3_s_per_m: 6000.0,
        },
        week_minimum: q(1300.0),
        navigation_minimum: Some(q(1500.0)),
        hour_minimum: q(1300.0),
        ice_ceiling: q(1700.0),
        spring_ceiling: q(2500.0),
        maximum: q(3600.0),
        daily_change: Some(q(100.0)),
        dead_level: Elevation::m(455.54),
        limit_level: Elevation::m(457.85),
        band: Some((Elevation::m(456.0), Elevation::m(457.0))),
    }
}

fn following(law: Law, minimum: [f64; 2], maximum: f64, dead: f64, limit: f64) -> Rule {
    Rule {
        law,
        week_minimum: Discharge::m3_s(minimum[0]),
        navigation_minimum: None,
        hour_minimum: Discharge::m3_s(minimum[1]),
        ice_ceiling: Discharge::m3_s(maximum),
        spring_ceiling: Discharge::m3_s(maximum),
        maximum: Discharge::m3_s(maximum),
        daily_change: None,
        dead_level: Elevation::m(dead),
        limit_level: Elevation::m(limit),
        band: None,
    }
}

fn hold(level: f64) -> Law {
    Law::Hold { level: Elevation::m(level), recovery: Span::days(7.0) }
}

fn plant(units: f64, available: f64, unit_flow: f64, tailwater: f64, installed: f64) -> Plant {
    Plant {
        units,
        unit_flow: Discharge::m3_s(unit_flow),
        efficiency: Fraction::new(0.90),
        tailwater: Elevation::m(tailwater),
        tailwater_rise_m_per_m3_s: 0.0,
        installed_mw: ByYear(vec![(2000, installed)]),
        available_units: ByYear(vec![(2000, available)]),
    }
}

pub(crate) fn irkutsk() -> Plant {
    Plant {
        tailwater_rise_m_per_m3_s: 0.0009,
        installed_mw: ByYear(vec![(2000, 662.4), (2020, 687.1), (2021, 711.8), (2022, 736.5), (2023, 761.2)]),
        available_units: ByYear(vec![(2000, 8.0), (2020, 7.0), (2024, 8.0)]),
        ..plant(8.0, 8.0, 410.0, 427.2, 761.2)
    }
}

fn curve(bottom: f64, top: f64, area: f64) -> StorageCurve {
    let law = AreaLaw { base_km2: area, gain_km2: 0.0, reference_m: 1.0, exponent: 1.0 };
    StorageCurve::from_area(Elevation::m(bottom), Elevation::m(top), &law).unwrap()
}

pub(crate) fn cascade(hydrology: Hydrology) -> Hydro {
    let to = |to, hours| Some(Downstream { to: ReservoirId(to), travel: Span::hours(hours) });
    let bratsk_law = AreaLaw { base_km2: 3133.0, gain_km2: 2337.0, reference_m: 10.0, exponent: 0.385 };
    let carry = Law::CarryOver {
        release: Discharge::m3_s(2850.0),
        spring_level: Elevation::m(396.5),
        autumn_level: Elevation::m(399.7),
        gain_per_m: 0.07,
        winter_factor: 1.08,
        summer_factor: 0.94,
    };
    let reservoir = |id: &str, plant_id: &str, bus, downstream, curve, start, plant, basin, rule| Reservoir {
        id: id.into(),
        plant_id: plant_id.into(),
        bus: BusId(bus),
        downstream,
        curve,
        start_level: Elevation::m(start),
        plant,
        basin,
        rule,
    };
    let reservoirs = Table::new(vec![
        reservoir(
            "baikal",
            "irkutsk",
            0,
            to(1, 24.0),
            curve(455.0, 458.5, 31_500.0),
            456.83,
            irkutsk(),
            lake_basin(),
            lake_rule(),
        ),
        reservoir(
            "bratsk",
            "bratsk",
            1,
            to(2, 6.0),
            StorageCurve::from_area(Elevation::m(392.0), Elevation::m(404.0), &bratsk_law).unwrap(),
            400.5,
            plant(18.0, 16.0, 273.0, 296.0, 4500.0),
            side_basin(900.0),
            following(carry, [1800.0, 1000.0], 6500.0, 392.5, 402.0),
        ),
        reservoir(
            "ust_ilimsk",
            "ust_ilimsk",
            2,
            to(3, 12.0),
            curve(294.0, 297.0, 1873.0),
            295.8,
            plant(16.0, 15.0, 311.0, 208.1, 3840.0),
            side_basin(250.0),
            following(hold(295.8), [2000.0, 1000.0], 7000.0, 294.5, 296.0),
        ),
        reservoir(
            "boguchany",
            "boguchany",
            3,
            None,
            curve(206.0, 209.0, 2326.0),
            207.8,
            plant(9.0, 8.0, 575.0, 142.3, 2997.0),
            side_basin(250.0),
            following(hold(207.8), [2000.0, 1000.0], 7000.0, 207.0, 208.0),
        ),
    ]);
    let shape = OfferShape { rise: EnergyPrice::rub_per_mwh(200.0), edges: vec![0.1, 0.4, 1.0] };
    Hydro::new(reservoirs, SEASONS, hydrology, shape, EnergyPrice::rub_per_mwh(900.0))
        .unwrap()
        .with_kinds_of_years([0.76, 1.27])
}
