//! The cascade against published levels and energies, run alone: releases prescribed, or the rule dispatched as ordered.

use super::angara;
use super::inflow::{Hydrology, ReplayedYear};
use super::{Hydro, HydroNow, offer, plan_week, release};
use crate::calendar::{Day, Moment, Window};
use crate::flows::{Dispatch, Water};
use crate::ids::ReservoirId;
use crate::random::{Member, Seed};
use crate::units::{Discharge, Elevation, Power};

const LAKE: ReservoirId = ReservoirId(0);
const BRATSK: ReservoirId = ReservoirId(1);

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn window(from: &str, until: &str) -> Window {
    Window { from: day(from), until: day(until), step_minutes: 60 }
}

/// Runs by rule, each plant dispatched as planned for its day.
fn by_rule(hydro: &Hydro, window: &Window, mut each: impl FnMut(&HydroNow, &Moment, &Dispatch, &Water)) {
    run(hydro, window, |_, _| {}, &mut each);
}

/// Runs with the lake's release prescribed by day (turbines first, the rest past them).
fn prescribed(hydro: &Hydro, window: &Window, lake: impl Fn(Day) -> f64) -> Vec<(Day, f64)> {
    let mut levels = Vec::new();
    let prescribe = |now: &mut HydroNow, moment: &Moment| {
        let wanted = Discharge::m3_s(lake(moment.day));
        let r = &mut now.reservoirs[LAKE];
        r.plan = wanted.min(r.flow_limit);
        r.gates = wanted - r.plan;
    };
    run(hydro, window, prescribe, &mut |now: &HydroNow, moment: &Moment, _: &Dispatch, _: &Water| {
        if moment.hour() == 23 {
            levels.push((moment.day, now.level(LAKE).as_m()));
        }
    });
    levels
}

fn run(
    hydro: &Hydro,
    window: &Window,
    prescribe: impl Fn(&mut HydroNow, &Moment),
    each: &mut impl FnMut(&HydroNow, &Moment, &Dispatch, &Water),
) {
    run_from(hydro, hydro.start(Seed(1), Member(0), window), window, prescribe, each);
}

/// Runs from a state, each plant dispatched as planned.
pub(super) fn run_from(
    hydro: &Hydro,
    mut now: HydroNow,
    window: &Window,
    prescribe: impl Fn(&mut HydroNow, &Moment),
    each: &mut impl FnMut(&HydroNow, &Moment, &Dispatch, &Water),
) {
    for step in 0..window.steps() {
        let moment = window.moment(step);
        if step == 0 || moment.first_of_week() {
            plan_week(hydro, &mut now, &moment);
        }
        offer(hydro, &mut now, &moment);
        prescribe(&mut now, &moment);
        let power = now.reservoirs.map(|r| Power::mw(r.plan.min(r.flow_limit).as_m3_s() * r.mw_per_m3_s));
        let dispatch = Dispatch { hydro: power, ..Dispatch::default() };
        let water = release(hydro, &mut now, &moment, &dispatch).unwrap();
        each(&now, &moment, &dispatch, &water);
    }
}

fn lake_from(level: f64, hydrology: Hydrology) -> Hydro {
    let mut hydro = angara::cascade(hydrology);
    hydro.reservoirs[LAKE].start_level = Elevation::m(level);
    hydro
}

fn first_below(levels: &[(Day, f64)], level: f64) -> Option<Day> {
    levels.iter().find(|(_, l)| *l < level).map(|(d, _)| *d)
}

/// Inflow of 2014 and 2015 in shares of the norm: second and third quarter and September as published, from October fitted.
fn low_water() -> Hydrology {
    let mut first = [1.0; 12];
    first[4..].copy_from_slice(&[0.834, 0.834, 0.675, 0.675, 0.42, 0.60, 0.60, 0.60]);
    let mut second = [1.0; 12];
    second[..4].fill(0.60);
    let year = |year, headwater| ReplayedYear { year, headwater, side: [1.0; 12] };
    Hydrology::Replayed(vec![year(2014, first), year(2015, second)])
}

fn low_release(d: Day) -> f64 {
    if d < day("2014-10-01") { 2000.0 } else { 1300.0 }
}

#[test]
fn low_water_of_2014_crosses_456_m_in_late_february() {
    let levels = prescribed(&lake_from(456.10, low_water()), &window("2014-05-01", "2015-05-01"), low_release);
    // The level of summer is far above; the crossing counts once it has fallen back.
    let since: Vec<_> = levels.into_iter().filter(|(d, _)| *d >= day("2014-06-15")).collect();
    let crossed = first_below(&since, 456.0).expect("it crosses");
    println!("2014-15 crosses 456.00 m on {crossed}");
    assert!((crossed.0 - day("2015-02-25").0).abs() <= 10, "published 25 February 2015, here {crossed}");
}

#[test]
fn from_456_15_at_new_year_it_crosses_on_the_first_of_march() {
    let hydro = lake_from(456.15, Hydrology::Normal);
    let levels = prescribed(&hydro, &window("2015-01-01", "2015-05-01"), |_| 1300.0);
    let crossed = first_below(&levels, 456.0).expect("it crosses");
    println!("from 456.15 m crosses on {crossed}");
    assert!((crossed.0 - day("2015-03-01").0).abs() <= 10, "{crossed}");
}

#[test]
fn from_456_50_with_normal_inflow_it_never_crosses() {
    let hydro = lake_from(456.50, Hydrology::Normal);
    let levels = prescribed(&hydro, &window("2014-09-01", "2015-05-01"), low_release);
    assert_eq!(first_below(&levels, 456.0), None);
}

#[test]
fn high_water_of_2021_peaks_in_late_september() {
    let mut wet = [1.0; 12];
    wet[6..10].copy_from_slice(&[1.48, 1.35, 1.55, 1.95]);
    let hydrology = Hydrology::Replayed(vec![ReplayedYear { year: 2021, headwater: wet, side: [1.0; 12] }]);
    let steps = [
        ("2021-09-11", 3600.0),
        ("2021-09-01", 3400.0),
        ("2021-08-15", 3100.0),
        ("2021-08-02", 3000.0),
        ("2021-07-15", 2800.0),
    ];
    let releases = |d: Day| steps.iter().find(|(from, _)| d >= day(from)).map_or(2500.0, |s| s.1);
    let levels = prescribed(&lake_from(456.52, hydrology), &window("2021-07-01", "2021-11-01"), releases);
    let (when, peak) = levels.into_iter().fold((Day(0), 0.0), |a, b| if b.1 > a.1 { b } else { a });
    println!("2021 peaks at {peak:.3} m on {when}");
    assert!((peak - 457.2).abs() <= 0.1, "published 457.23 m on 22 September, here {peak:.3} m");
    assert!((day("2021-09-20")..=day("2021-10-05")).contains(&when), "{when}");
}

/// Energy by plant (TWh) and spill (km³) of the last of many normal years: the cycle that the rule settles in.
fn cyclic_year(hydrology: Hydrology) -> ([f64; 4], f64) {
    let hydro = angara::cascade(hydrology);
    let (mut energy, mut spill) = ([0.0; 4], 0.0);
    by_rule(&hydro, &window("2030-01-01", "2045-01-01"), |now, moment, dispatch, water| {
        if moment.year == 2044 {
            for (e, p) in energy.iter_mut().zip(dispatch.hydro.iter()) {
                *e += p.as_mw() * moment.span.as_hours() / 1e6;
            }
            spill += water.reaches.iter().map(|r| (r.spill * moment.span).as_km3()).sum::<f64>();
            if moment.first_of_month() {
                let levels: Vec<_> = (0..4).map(|i| format!("{:.2}", now.level(ReservoirId(i)).as_m())).collect();
                let flows: Vec<_> = water.reaches.iter().map(|r| format!("{:.0}", r.release.as_m3_s())).collect();
                println!("{} levels {levels:?} turbines {flows:?}", moment.day);
            }
        }
    });
    (energy, spill)
}

#[test]
fn a_cyclic_normal_year_makes_the_published_energies() {
    let (energy, spill) = cyclic_year(Hydrology::Normal);
    println!("cyclic normal year: {energy:.2?} TWh, spill {spill:.2} km³");
    let published = [(4.1, 4.1), (21.0, 22.6), (20.0, 21.7), (17.0, 17.6)];
    for (e, (low, high)) in energy.iter().zip(published) {
        assert!((low * 0.93..=high * 1.07).contains(e), "{e} TWh outside {low} to {high} ± 7 %");
    }
}

/// Two years as they came: from the levels of 1 January 2022 with inflow of 95 and 90 percent.
#[test]
fn hydro_of_2022_and_2023_by_rule() {
    let year = |year, f: f64| ReplayedYear { year, headwater: [f; 12], side: [f; 12] };
    let mut first = year(2022, 0.95);
    first.headwater[..2].copy_from_slice(&[1.10, 0.80]);
    let hydro = angara::cascade(Hydrology::Replayed(vec![first, year(2023, 0.90)]));
    let (mut halves, mut levels) = ([0.0; 4], Vec::new());
    by_rule(&hydro, &window("2022-01-01", "2024-01-01"), |now, moment, dispatch, _| {
        let half = (moment.year as usize - 2022) * 2 + usize::from(moment.month > 6);
        let power: f64 = dispatch.hydro.iter().take(3).map(|p| p.as_mw()).sum();
        halves[half] += power * moment.span.as_hours() / 1e6;
        if moment.first_of_month() && moment.month == 7 {
            levels.push((now.level(LAKE).as_m(), now.level(BRATSK).as_m()));
        }
    });
    println!("half-years of 2022 and 2023: {halves:.2?} TWh; levels on 1 July {levels:.2?}");
    assert!(((halves[0] + halves[1]) / 54.4 - 1.0).abs() < 0.07, "2022: {halves:?} TWh against 54.4");
    assert!((halves[0] / 27.75 - 1.0).abs() < 0.07, "first half of 2022: {} TWh against 27.75", halves[0]);
    assert!(halves[2] < halves[0], "2023 makes less");
}

#[test]
fn low_water_lowers_the_cascade_by_15_to_20_percent() {
    let (normal, _) = cyclic_year(Hydrology::Normal);
    let year = |year, f| ReplayedYear { year, headwater: [f; 12], side: [0.85; 12] };
    let mut hydro = lake_from(456.10, Hydrology::Replayed(vec![year(2015, 0.75)]));
    hydro.reservoirs[BRATSK].start_level = Elevation::m(397.2);
    let mut energy = 0.0;
    let mut end = 0.0;
    by_rule(&hydro, &window("2015-01-01", "2016-01-01"), |now, moment, dispatch, _| {
        let power: f64 = dispatch.hydro.iter().take(3).map(|p| p.as_mw()).sum();
        energy += power * moment.span.as_hours() / 1e6;
        end = now.level(BRATSK).as_m();
    });
    let change = energy / normal.iter().take(3).sum::<f64>() - 1.0;
    println!("2015: {:.1} %, Bratsk ends at {end:.2} m", 100.0 * change);
    assert!((-0.20..=-0.15).contains(&change), "published -15 to -20 percent, here {change}");
}

#[test]
fn more_inflow_never_lowers_a_level_at_equal_releases() {
    let window = window("2022-01-01", "2023-01-01");
    let levels = |factor| prescribed(&angara::cascade(Hydrology::Steady(factor)), &window, |_| 1800.0);
    let runs: Vec<_> = [0.7, 0.9, 1.0, 1.1, 1.3].into_iter().map(levels).collect();
    for pair in runs.windows(2) {
        assert!(pair[0].iter().zip(&pair[1]).all(|(dry, wet)| wet.1 > dry.1));
    }
}

#[test]
fn the_rule_keeps_the_lake_between_the_decreed_extremes_over_drawn_years() {
    let law = super::inflow::Variability {
        year_cv: 0.2,
        year_lag: 0.4,
        month_cv: 0.25,
        month_lag: 0.5,
        basin_correlation: 0.5,
    };
    let hydro = angara::cascade(Hydrology::Generated(law));
    let window = Window { step_minutes: 1440, ..window("2030-01-01", "2060-01-01") };
    let (mut low, mut high, mut inside, mut days) = (f64::MAX, f64::MIN, 0.0, 0.0);
    let mut energy = [0.0; 4];
    by_rule(&hydro, &window, |now, moment, dispatch, _| {
        let level = now.level(LAKE).as_m();
        low = low.min(level);
        high = high.max(level);
        days += 1.0;
        inside += f64::from(u8::from((456.0..=457.0).contains(&level)));
        for (e, p) in energy.iter_mut().zip(dispatch.hydro.iter()) {
            *e += p.as_mw() * moment.span.as_hours() / 1e6 / 30.0;
        }
    });
    println!(
        "30 drawn years: {low:.2} to {high:.2} m, {:.0} % inside 456 to 457 m, mean {energy:.2?} TWh",
        100.0 * inside / days
    );
    assert!(high <= 457.85 + 1e-9 && low >= 455.0, "{low} to {high}");
}
