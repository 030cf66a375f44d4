//! The cascade operated by water values alone, each plant dispatched as advised: energies, floors, and laws of the values.

use super::*;
use crate::calendar::Window;
use crate::hydro::inflow::{Hydrology, ReplayedYear};
use crate::hydro::{angara, calibration, plan_week};
use crate::random::{Member, Seed};
use std::sync::Arc;

const LAKE: ReservoirId = ReservoirId(0);
const BRATSK: ReservoirId = ReservoirId(1);
const LAW: Variability =
    Variability { year_cv: 0.2, year_lag: 0.4, month_cv: 0.25, month_lag: 0.5, basin_correlation: 0.5 };

/// A market whose price falls with the cascade's power about a mean that is higher in winter: 950 RUB/MWh, 150 less for each
/// further 1,000 MW, as at the border.
fn market() -> Market {
    let months = core::array::from_fn(|m| {
        let middle = 7300.0 + 600.0 * libm::cos(core::f64::consts::TAU * m as f64 / 12.0);
        let point = |price: f64| (Power::mw(middle + (950.0 - price) / 0.15), EnergyPrice::rub_per_mwh(price));
        [1500.0, 950.0, 400.0].map(point).to_vec()
    });
    Market { months }
}

fn values(hydro: &Hydro) -> Arc<WaterValues> {
    Arc::new(WaterValues::train(hydro, &LAW, &market(), 2030).unwrap())
}

fn window(from: &str, until: &str) -> Window {
    Window { from: Day::parse(from).unwrap(), until: Day::parse(until).unwrap(), step_minutes: 1440 }
}

/// Levels of lake and Bratsk and power of the plants, day by day.
fn operated(hydro: &Hydro, window: &Window, mut each: impl FnMut(Day, [f64; 2], &[Power])) {
    let mut now = hydro.start(Seed(5), Member(0), window);
    now.operate_by(values(hydro));
    plan_week(hydro, &mut now, &window.moment(0));
    calibration::run_from(hydro, now, window, |_, _| {}, &mut |now, moment, dispatch, _| {
        each(moment.day, [now.level(LAKE).as_m(), now.level(BRATSK).as_m()], dispatch.hydro.as_slice());
    });
}

#[test]
fn a_normal_year_makes_the_published_energies() {
    let hydro = angara::cascade(Hydrology::Normal);
    let mut energy = [0.0; 4];
    operated(&hydro, &window("2030-01-01", "2040-01-01"), |day, levels, power| {
        if day.year() == 2039 {
            for (e, p) in energy.iter_mut().zip(power) {
                *e += p.as_mw() * 24.0 / 1e6;
            }
            if day.ymd().2 == 1 {
                println!("{day} lake {:.2} m, Bratsk {:.2} m", levels[0], levels[1]);
            }
        }
    });
    println!("normal year by water values: {energy:.2?} TWh");
    let published = [(4.1, 4.1), (21.0, 22.6), (20.0, 21.7), (17.0, 17.6)];
    for (e, (low, high)) in energy.iter().zip(published) {
        assert!((low * 0.93..=high * 1.07).contains(e), "{e} TWh outside {low} to {high} ± 7 %");
    }
}

#[test]
fn drawn_and_dry_years_never_run_below_the_floor_and_mostly_keep_the_band() {
    let dry = |year| ReplayedYear { year, headwater: [0.7; 12], side: [0.75; 12] };
    let four_dry = Hydrology::Replayed((2030..2034).map(dry).collect());
    for hydrology in [Hydrology::Generated(LAW), four_dry] {
        let hydro = angara::cascade(hydrology.clone());
        let (mut low, mut high, mut inside, mut days) = ([f64::MAX; 2], f64::MIN, 0.0, 0.0);
        operated(&hydro, &window("2030-01-01", "2045-01-01"), |_, levels, _| {
            low = [low[0].min(levels[0]), low[1].min(levels[1])];
            high = high.max(levels[0]);
            inside += f64::from(u8::from((456.0..=457.0).contains(&levels[0])));
            days += 1.0;
        });
        println!("lowest {low:.2?} m, lake to {high:.2} m, inside its band {:.0} %", 100.0 * inside / days);
        assert!(low[0] >= 455.54 && low[1] >= 392.5 - 1e-6, "{low:?}");
        assert!(high <= 457.85 + 1e-9);
        assert!(inside / days > 0.8, "{inside} of {days} days");
    }
}

#[test]
fn water_is_worth_less_the_more_there_is_of_it() {
    let hydro = angara::cascade(Hydrology::Normal);
    let values = values(&hydro);
    let at = window("2030-03-04", "2030-03-05");
    let price = |level: f64, factor: f64| {
        let mut hydro = angara::cascade(Hydrology::Steady(factor));
        hydro.reservoirs[BRATSK].start_level = Elevation::m(level);
        let now = hydro.start(Seed(1), Member(0), &at);
        let advice = values.advise(&hydro, &now, &at.moment(0));
        (advice[1].price.unwrap().as_rub_per_mwh(), advice[1].release.as_m3_s())
    };
    let rising: Vec<(f64, f64)> = (0..8).map(|i| price(394.0 + f64::from(i), 1.0)).collect();
    println!("price and release at Bratsk by level: {rising:.0?}");
    assert!(rising.windows(2).all(|w| w[1].0 <= w[0].0 + 2.0), "{rising:?}");
    // At the highest the generators are full, and a higher head fills them with less water.
    assert!(rising[..7].windows(2).all(|w| w[1].1 >= w[0].1 - 30.0), "{rising:?}");
    assert!(rising[7].0 < rising[0].0 - 50.0);
    let (dry, wet) = (price(398.0, 0.6).0, price(398.0, 1.5).0);
    assert!(wet < dry, "dry {dry}, wet {wet} RUB/MWh");
}

#[test]
fn a_cascade_with_three_carriers_is_refused() {
    let mut hydro = angara::cascade(Hydrology::Normal);
    let law = hydro.reservoirs[BRATSK].rule.law;
    hydro.reservoirs[ReservoirId(2)].rule.law = law;
    assert_eq!(check(&hydro), Err(Unvalued::Carriers(3)));
}
