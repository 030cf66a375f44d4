//! One reservoir with its plant, its basin and its rule.

use crate::hydro::inflow::Basin;
use crate::hydro::plant::{ByYear, Plant};
use crate::hydro::rule::{Law, Rule};
use crate::hydro::storage::{AreaLaw, StorageCurve};
use crate::hydro::{Downstream, Reservoir};
use crate::ids::{BusId, Id, ReservoirId};
use crate::scenario::View;
use crate::units::{Discharge, Elevation, Fraction, Span};

pub(super) fn reservoir(id: &str, v: &View) -> Option<Reservoir> {
    let level = |key: &str| Elevation::m(v.number(key));
    let flow = |key: &str| Discharge::m3_s(v.number(key));
    let (bottom, top) = (level("bottom_m"), level("top_m"));
    let area = AreaLaw {
        base_km2: v.number("area_base_km2"),
        gain_km2: v.number("area_gain_km2"),
        reference_m: v.number("area_reference_m"),
        exponent: v.number("area_exponent"),
    };
    let Some(curve) = StorageCurve::from_area(bottom, top, &area) else {
        v.problem("top_m", format!("{top} over a bottom of {bottom}"), "a level above `bottom_m`", "");
        return None;
    };
    let mut sound = true;
    let mut inside = |key: &str, low: Elevation, high: Elevation| {
        let at = level(key);
        if !(at >= low && at <= high) {
            v.problem(key, format!("{at}"), format!("a level between {low} and {high}"), "");
            sound = false;
        }
    };
    inside("dead_level_m", bottom, top);
    inside("limit_level_m", level("dead_level_m"), top);
    inside("start_level_m", bottom, top);
    let end = |key: &str, else_at: &str| if v.maybe_number(key).is_some() { level(key) } else { level(else_at) };
    let band = (end("band_low_m", "dead_level_m"), end("band_high_m", "limit_level_m"));
    let has_band = v.maybe_number("band_low_m").is_some() || v.maybe_number("band_high_m").is_some();
    if v.maybe_number("band_low_m").is_some() {
        inside("band_low_m", level("dead_level_m"), level("limit_level_m"));
    }
    if v.maybe_number("band_high_m").is_some() {
        inside("band_high_m", band.0, level("limit_level_m"));
    }
    let minimum = flow("week_minimum_m3_s");
    if flow("hour_minimum_m3_s") > minimum {
        v.problem("hour_minimum_m3_s", "more than the week's minimum", format!("at most {minimum}"), "");
        sound = false;
    }
    if v.maybe_number("navigation_minimum_m3_s").is_some_and(|n| n > v.number("maximum_m3_s")) {
        v.problem("navigation_minimum_m3_s", "more than may flow", "at most `maximum_m3_s`", "");
        sound = false;
    }
    if flow("maximum_m3_s") < minimum {
        v.problem("maximum_m3_s", "less than the week's minimum", format!("at least {minimum}"), "");
        sound = false;
    }
    let units = v.number("units");
    if v.pairs("available_units_by_year").iter().any(|(_, n)| *n > units) {
        v.problem("available_units_by_year", "more units than are installed", format!("at most {units}"), "");
        sound = false;
    }
    let by_year = |key: &str| ByYear(v.pairs(key).into_iter().map(|(year, x)| (year as i32, x)).collect());
    let link = v
        .maybe_reference("downstream")
        .map(|to| Downstream { to: ReservoirId::from_index(to), travel: Span::hours(v.number("travel_hours")) });
    let built = Reservoir {
        id: id.to_owned(),
        plant_id: v.text("plant").to_owned(),
        bus: BusId::from_index(v.reference("bus")),
        downstream: link,
        curve,
        start_level: level("start_level_m"),
        plant: Plant {
            units,
            unit_flow: flow("unit_flow_m3_s"),
            efficiency: Fraction::new(v.number("efficiency")),
            tailwater: level("tailwater_m"),
            tailwater_rise_m_per_m3_s: v.number("tailwater_rise_m_per_m3_s"),
            installed_mw: by_year("installed_mw_by_year"),
            available_units: by_year("available_units_by_year"),
        },
        basin: basin(v)?,
        rule: Rule {
            law: law(v)?,
            week_minimum: minimum,
            navigation_minimum: v.maybe_number("navigation_minimum_m3_s").map(Discharge::m3_s),
            hour_minimum: flow("hour_minimum_m3_s"),
            ice_ceiling: v.maybe_number("ice_ceiling_m3_s").map_or(flow("maximum_m3_s"), Discharge::m3_s),
            spring_ceiling: v.maybe_number("spring_ceiling_m3_s").map_or(flow("maximum_m3_s"), Discharge::m3_s),
            maximum: flow("maximum_m3_s"),
            daily_change: v.maybe_number("daily_change_m3_s").map(Discharge::m3_s),
            dead_level: level("dead_level_m"),
            limit_level: level("limit_level_m"),
            band: has_band.then_some(band),
        },
    };
    sound.then_some(built)
}

fn basin(v: &View) -> Option<Basin> {
    let (tag, inflow) = v.one_of("inflow")?;
    let norm = if tag == "by_month" {
        inflow.months("norm_m3_s")
    } else {
        inflow.months("month_factors").map(|f| f * inflow.number("mean_m3_s"))
    };
    Some(Basin { norm_m3_s: norm, evaporation_m3_s: v.months("evaporation_m3_s") })
}

fn law(v: &View) -> Option<Law> {
    let (tag, law) = v.one_of("rule")?;
    let level = |key: &str| Elevation::m(law.number(key));
    let flow = |key: &str| Discharge::m3_s(law.number(key));
    Some(match tag {
        "guided" => Law::Guided {
            spring_level: level("spring_level_m"),
            autumn_level: level("autumn_level_m"),
            summer: flow("summer_m3_s"),
            gain_m3_s_per_m: law.number("gain_m3_s_per_m"),
        },
        "carry_over" => Law::CarryOver {
            release: flow("release_m3_s"),
            spring_level: level("spring_level_m"),
            autumn_level: level("autumn_level_m"),
            gain_per_m: law.number("gain_per_m"),
            winter_factor: law.number("winter_factor"),
            summer_factor: law.number("summer_factor"),
        },
        _ => Law::Hold { level: level("level_m"), recovery: Span::days(law.number("recovery_days")) },
    })
}
