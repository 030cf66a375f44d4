//! Adequacy of the IEEE Reliability Test System and the Roy Billinton Test System; see `tests/data/reliability/README.md`.

use hashwatt::power::{AreaLink, AreaLoad, AreaSystem, Indices, OutageTable, Sampled, Unit, UnitState};
use hashwatt::random::Seed;

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/data/reliability/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(row: &[String], column: usize) -> f64 {
    row[column].parse().unwrap()
}

fn rts79() -> Vec<Unit> {
    let unit = |row: &Vec<String>| Unit::two_state(number(row, 2), number(row, 5), number(row, 6)).unwrap();
    rows("rts79_generators.csv").iter().map(unit).collect()
}

/// 52 weeks of 7 days from Monday: weekly × daily × hourly percentages of the annual peak.
fn load(peak_mw: f64) -> Vec<f64> {
    let (weeks, days, hours) =
        (rows("rts79_load_weekly_pct.csv"), rows("rts79_load_daily_pct.csv"), rows("rts79_load_hourly_pct.csv"));
    let mut load = Vec::new();
    for (w, week) in weeks.iter().enumerate() {
        let season = match w + 1 {
            18..=30 => 3,
            9..=17 | 31..=43 => 5,
            _ => 1,
        };
        for (d, day) in days.iter().enumerate() {
            let column = season + usize::from(d >= 5);
            let share =
                |hour: &Vec<String>| number(week, 1) / 100.0 * number(day, 1) / 100.0 * number(hour, column) / 100.0;
            load.extend(hours.iter().map(|hour| peak_mw * share(hour)));
        }
    }
    load
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-6 * expected
}

#[test]
fn the_outage_table_is_the_published_one() {
    let table = OutageTable::of(&rts79());
    assert_eq!(table.capacity_mw(), 3405.0);
    let outages: Vec<(f64, f64)> = table.outages().collect();
    for row in rows("rts79_copt.csv") {
        let (mw, probability) = (number(&row, 0), number(&row, 1));
        let found = outages.iter().find(|o| (o.0 - mw).abs() < 1e-6).unwrap_or_else(|| panic!("{mw}")).1;
        assert!((found - probability).abs() <= 1e-10 * probability.max(1e-6), "{mw}: {found} is not {probability}");
    }
    assert!((outages.iter().map(|o| o.1).sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn rts79_is_exact() {
    let table = OutageTable::of(&rts79());
    let year = Indices::exact(&table, &load(2850.0), None);
    assert!(close(year.lolh_h_per_yr, 9.394175489454758), "{}", year.lolh_h_per_yr);
    assert!(close(year.eue_mwh_per_yr, 1176.2984600448158), "{}", year.eue_mwh_per_yr);
    assert!(close(year.lole_d_per_yr, 1.3688629055236698), "{}", year.lole_d_per_yr);
    assert!(close(table.loss_of_load_probability(2850.0), 0.0845780608260139));
    assert!(close(table.expected_shortfall_mw(2850.0), 14.693677950619872));
}

#[test]
fn rbts_is_exact() {
    let printed = [
        (40.0, 0.03),
        (40.0, 0.03),
        (10.0, 0.02),
        (20.0, 0.025),
        (5.0, 0.01),
        (5.0, 0.01),
        (40.0, 0.02),
        (20.0, 0.015),
        (20.0, 0.015),
        (20.0, 0.015),
        (20.0, 0.015),
    ];
    let unit = |(mw, rate): (f64, f64)| Unit::two_state(mw, 1000.0 * (1.0 - rate), 1000.0 * rate).unwrap();
    let units = printed.map(unit);
    let table = OutageTable::of(&units);
    let year = Indices::exact(&table, &load(185.0), None);
    assert!(close(year.lolh_h_per_yr, 1.091560472738546), "{}", year.lolh_h_per_yr);
    assert!(close(year.eue_mwh_per_yr, 9.861350703887886), "{}", year.eue_mwh_per_yr);
    assert!(close(year.lole_d_per_yr, 0.14694612126990392), "{}", year.lole_d_per_yr);
    assert!(close(table.loss_of_load_probability(185.0), 0.0083416068208071));
    assert!(close(table.expected_shortfall_mw(185.0), 0.09397894338677948));
}

#[test]
fn sampled_years_agree_with_the_exact_ones() {
    let (units, load) = (rts79(), load(2850.0));
    let exact = Indices::exact(&OutageTable::of(&units), &load, None);
    let sampled = Sampled::run(&units, &load, None, 4000, Seed(79));
    let (mean, error) = (sampled.mean, sampled.standard_error);
    for (name, found, error, exact) in [
        ("lole", mean.lole_d_per_yr, error.lole_d_per_yr, exact.lole_d_per_yr),
        ("lolh", mean.lolh_h_per_yr, error.lolh_h_per_yr, exact.lolh_h_per_yr),
        ("lolf", mean.lolf_per_yr, error.lolf_per_yr, exact.lolf_per_yr),
        ("eue", mean.eue_mwh_per_yr, error.eue_mwh_per_yr, exact.eue_mwh_per_yr),
    ] {
        assert!((found - exact).abs() <= 3.0 * error, "{name}: {found} ± {error}, exact {exact}");
    }
    let any = mean.days_any_d_per_yr.unwrap();
    assert!((1.4..1.8).contains(&any), "{any}");
}

/// 200,000 years twice: in one run, and as 2000 runs of 100 years whose means tell, by their spread, what the standard error
/// of independent years is.
#[test]
#[ignore = "400,000 years: seconds in an optimized build, minutes in another"]
fn two_hundred_thousand_years_agree_with_the_exact_ones_and_know_their_error() {
    let (units, load) = (rts79(), load(2850.0));
    let exact = Indices::exact(&OutageTable::of(&units), &load, None);
    let of = |i: Indices| [i.lole_d_per_yr, i.lolh_h_per_yr, i.eue_mwh_per_yr, i.lolf_per_yr];
    let long = Sampled::run(&units, &load, None, 200_000, Seed(79));
    let runs = 2000;
    let means: Vec<[f64; 4]> =
        (0..runs).map(|seed| of(Sampled::run(&units, &load, None, 100, Seed(1_000_000 + seed)).mean)).collect();
    for (i, name) in ["lole", "lolh", "eue", "lolf"].into_iter().enumerate() {
        let (found, error, exact) = (of(long.mean)[i], of(long.standard_error)[i], of(exact)[i]);
        assert!((found - exact).abs() <= 3.0 * error, "{name}: {found} ± {error}, exact {exact}");
        let center = means.iter().map(|m| m[i]).sum::<f64>() / runs as f64;
        let variance = means.iter().map(|m| (m[i] - center).powi(2)).sum::<f64>() / (runs - 1) as f64;
        // The mean of all runs together has the variance of one run's mean over their number.
        let independent = (variance / runs as f64).sqrt();
        assert!((error / independent - 1.0).abs() <= 0.1, "{name}: {error}, by independent years {independent}");
        println!("{name}: {found} ± {error}, exact {exact}; by independent years ± {independent}");
    }
    let any = long.mean.days_any_d_per_yr.unwrap();
    assert!((1.55..1.65).contains(&any), "{any}");
}

#[test]
fn a_derated_unit_agrees_with_its_samples() {
    let state = |available_mw, rates: [f64; 3]| UnitState { available_mw, rate_per_h: rates.to_vec() };
    let derated =
        Unit::new(vec![state(60.0, [0.0, 0.01, 0.005]), state(35.0, [0.05, 0.0, 0.02]), state(0.0, [0.04, 0.01, 0.0])]);
    let units = [derated.unwrap(), Unit::two_state(50.0, 500.0, 40.0).unwrap()];
    let load: Vec<f64> = load(90.0);
    let exact = Indices::exact(&OutageTable::of(&units), &load, None);
    let sampled = Sampled::run(&units, &load, None, 600, Seed(3));
    for (found, error, exact) in [
        (sampled.mean.lolh_h_per_yr, sampled.standard_error.lolh_h_per_yr, exact.lolh_h_per_yr),
        (sampled.mean.lolf_per_yr, sampled.standard_error.lolf_per_yr, exact.lolf_per_yr),
        (sampled.mean.eue_mwh_per_yr, sampled.standard_error.eue_mwh_per_yr, exact.eue_mwh_per_yr),
    ] {
        assert!((found - exact).abs() <= 3.0 * error, "{found} ± {error}, exact {exact}");
    }
}

#[test]
fn an_uncertain_forecast_is_worse() {
    let table = OutageTable::of(&rts79());
    let load = load(2850.0);
    let sure = Indices::exact(&table, &load, None);
    let unsure = Indices::exact(&table, &load, Some(0.05));
    assert!(unsure.lolh_h_per_yr > sure.lolh_h_per_yr && unsure.eue_mwh_per_yr > sure.eue_mwh_per_yr);
    assert_eq!(Indices::exact(&table, &load, Some(0.0)), sure);
}

/// The IEEE system with its units dealt to two areas in turn, half the load in each, and a link between them.
fn halves(link_mw: f64) -> AreaSystem {
    let whole = load(2850.0);
    let area = AreaLoad { load_mw: whole.iter().map(|mw| mw / 2.0).collect(), infeed_mw: Vec::new() };
    let units = rts79().into_iter().enumerate().map(|(n, unit)| (n % 2, unit)).collect();
    let link = AreaLink { from: 0, to: 1, forward_mw: link_mw, backward_mw: link_mw, failure_h: None };
    AreaSystem::new(vec![area.clone(), area], units, vec![link]).unwrap()
}

#[test]
fn two_areas_on_a_wide_link_are_one_and_on_none_are_two() {
    let joined = halves(1e6).sampled(None, 4000, Seed(7));
    let whole = load(2850.0);
    let exact = Indices::exact(&OutageTable::of(&rts79()), &whole, None);
    let within = |found: f64, error: f64, exact: f64| assert!((found - exact).abs() <= 3.5 * error, "{found} {exact}");
    let (mean, error) = (joined.mean.system, joined.standard_error.system);
    within(mean.lolh_h_per_yr, error.lolh_h_per_yr, exact.lolh_h_per_yr);
    within(mean.eue_mwh_per_yr, error.eue_mwh_per_yr, exact.eue_mwh_per_yr);
    within(mean.lole_d_per_yr, error.lole_d_per_yr, exact.lole_d_per_yr);
    within(mean.lolf_per_yr, error.lolf_per_yr, exact.lolf_per_yr);

    let apart = halves(0.0).sampled(None, 200, Seed(7));
    let half: Vec<f64> = whole.iter().map(|mw| mw / 2.0).collect();
    for area in 0..2 {
        let own: Vec<Unit> = rts79().into_iter().enumerate().filter(|(n, _)| n % 2 == area).map(|(_, u)| u).collect();
        let exact = Indices::exact(&OutageTable::of(&own), &half, None);
        let (mean, error) = (apart.mean.areas[area], apart.standard_error.areas[area]);
        within(mean.lolh_h_per_yr, error.lolh_h_per_yr, exact.lolh_h_per_yr);
        within(mean.eue_mwh_per_yr, error.eue_mwh_per_yr, exact.eue_mwh_per_yr);
    }
}

/// One region, four hours, of the Probabilistic Resource Adequacy Suite (NREL); see `tests/data/reliability/README.md`.
#[test]
fn one_region_with_an_hourly_infeed_is_the_published_one() {
    let area = AreaLoad { load_mw: vec![25.0, 28.0, 27.0, 24.0], infeed_mw: vec![5.0, 6.0, 7.0, 8.0] };
    let unit = Unit::two_state(10.0, 9.0, 1.0).unwrap();
    let system = AreaSystem::new(vec![area], vec![(0, unit.clone()), (0, unit.clone()), (0, unit)], vec![]).unwrap();
    let exact = system.exact(None).unwrap().system;
    assert!((exact.lolh_h_per_yr - 0.355).abs() < 1e-5 && (exact.eue_mwh_per_yr - 1.59).abs() < 1e-5);
    let sampled = system.sampled(None, 20_000, Seed(3));
    let (mean, error) = (sampled.mean.system, sampled.standard_error.system);
    assert!((mean.lolh_h_per_yr - 0.355).abs() < 3.0 * error.lolh_h_per_yr);
    assert!((mean.eue_mwh_per_yr - 1.59).abs() < 3.0 * error.eue_mwh_per_yr);
}

/// Two regions whose line fails, of the same suite.
#[test]
fn two_regions_whose_line_fails_are_the_published_ones() {
    let area = |mw| AreaLoad { load_mw: vec![mw], infeed_mw: Vec::new() };
    let unit = Unit::two_state(15.0, 9.0, 1.0).unwrap();
    let system = |limit| {
        let link = AreaLink { from: 0, to: 1, forward_mw: limit, backward_mw: limit, failure_h: Some([9.0, 1.0]) };
        AreaSystem::new(vec![area(8.0), area(9.0)], vec![(0, unit.clone()), (1, unit.clone())], vec![link]).unwrap()
    };
    let exact = system(8.0).exact(None).unwrap();
    assert!((exact.system.lolh_h_per_yr - 0.19).abs() < 1e-5 && (exact.system.eue_mwh_per_yr - 0.647).abs() < 1e-5);
    for (area, eue) in exact.areas.iter().zip([0.314, 0.333]) {
        assert!((area.lolh_h_per_yr - 0.1).abs() < 1e-5 && (area.eue_mwh_per_yr - eue).abs() < 1e-5);
    }
    let sampled = system(8.0).sampled(None, 40_000, Seed(3));
    for (found, (error, exact)) in sampled.mean.areas.iter().zip(sampled.standard_error.areas.iter().zip(&exact.areas))
    {
        assert!((found.lolh_h_per_yr - exact.lolh_h_per_yr).abs() < 3.0 * error.lolh_h_per_yr);
        assert!((found.eue_mwh_per_yr - exact.eue_mwh_per_yr).abs() < 3.0 * error.eue_mwh_per_yr);
    }
    // A wider link never leaves more short.
    let eue = [0.0, 2.0, 5.0, 8.0, 20.0].map(|mw| system(mw).exact(None).unwrap().system.eue_mwh_per_yr);
    assert!(eue.windows(2).all(|w| w[1] <= w[0] + 1e-12), "{eue:?}");
}
