//! Adequacy of the IEEE Reliability Test System and the Roy Billinton Test System; see `tests/data/reliability/README.md`.

use hashwatt::power::{Indices, OutageTable, Sampled, Unit, UnitState};
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
