//! Sections `climate`, `climate_site`, `climate_months`, `climate_spell`: the weather.

use crate::calendar::Day;
use crate::climate::months::MonthFigures;
use crate::climate::replay::Replay;
use crate::climate::site::{Normals, Site};
use crate::climate::{Climate, ClimateError, Spell, Trend, Weather};
use crate::ids::{ClimateSiteId, Id, Table};
use crate::scenario::View;
use crate::scenario::spec::{
    Field, TableSpec, choice, day, months, number, numbers, reference, table_spec, text, trace,
};
use crate::units::Pressure;

/// `[climate]`.
pub const SPEC: TableSpec = table_spec(
    "climate",
    "Weather: where its daily means come from, and what binds the sites together.",
    &[
        choice(
            "weather",
            &["generated", "conditioned", "replayed"],
            "generated from monthly statistics; conditioned: generated, then moved to the months of `climate_months`; \
             replayed from a record.",
        )
        .default_text("generated"),
        trace(
            "replay_csv",
            "The record to replay: a header `date,<site>_c` (daily) or `time_local,<site>_c` (hourly), with `<site>_rh` for humidity \
             from 0 to 1; gaps are filled and counted.",
        )
        .optional(),
        number(
            "correlation_length_km",
            "km",
            1.0,
            20_000.0,
            "Distance over which the correlation of daily means falls to 1/e.",
        )
        .default(2100.0),
        number("yearly_anomaly_k", "K", 0.0, 3.0, "Spread of the slow anomaly that whole years share.").default(0.55),
        number("trend_k_per_year", "K/year", -0.5, 0.5, "Warming added to the normals.").default(0.0),
        number("trend_zero_year", "", 1800.0, 2200.0, "Year for which the normals hold unchanged.").default(2005.5),
    ],
);

const fn from_like(field: Field) -> Field {
    field.optional()
}

/// `[climate_site.<id>]`.
pub const SITE: TableSpec = table_spec(
    "climate_site",
    "A weather site: its place and the monthly statistics of its daily mean temperature.",
    &[
        text("name", "Its name in print.").optional(),
        number("latitude_deg", "°", -66.0, 66.0, "Latitude, north positive."),
        number("longitude_deg", "°", -180.0, 180.0, "Longitude, east positive."),
        number("pressure_hpa", "hPa", 500.0, 1100.0, "Station pressure, held constant."),
        reference("like", "climate_site", "The site that gives every statistic not stated here.").optional(),
        trace(
            "replay_epw",
            "A typical year to replay here, an EPW file beside the scenario; it comes again in each year of the window.",
        )
        .optional(),
        number("mean_offset_k", "K", -30.0, 30.0, "Added to every monthly mean.").default(0.0),
        from_like(months("mean_c", "°C", -60.0, 45.0, "Mean temperature of each month.")),
        from_like(months("sd_k", "K", 0.3, 20.0, "Spread of daily means about the seasonal curve.")),
        from_like(months("skewness", "", -1.5, 1.5, "Skewness of the same.")),
        from_like(months("lag_1", "", 0.0, 0.98, "Correlation of the anomaly with that of the day before.")),
        from_like(months("lag_2", "", -0.5, 0.97, "Correlation with that of two days before.")),
        from_like(months(
            "monthly_sd_k",
            "K",
            0.1,
            20.0,
            "Spread of monthly means from year to year; absent: what the other figures give.",
        )),
        from_like(months("range_k", "K", 0.0, 40.0, "Mean daily range, maximum less minimum.")),
        from_like(months("range_sd_k", "K", 0.0, 15.0, "Spread of the daily range.")),
        from_like(months("humidity", "", 0.01, 1.0, "Mean relative humidity.")),
    ],
);

/// `[climate_months.<id>]`.
pub const MONTHS: TableSpec = table_spec(
    "climate_months",
    "Consecutive monthly means on record at a site; conditioned weather has them exactly.",
    &[
        reference("site", "climate_site", "The site."),
        day("from", "First day of the first month."),
        numbers("mean_c", "°C", -60.0, 45.0, "Mean temperature of each month, one after another."),
    ],
);

/// `[climate_spell.<id>]`.
pub const SPELL: TableSpec = table_spec(
    "climate_spell",
    "Daily means imposed on dated days, whatever the weather; other sites follow.",
    &[
        reference("site", "climate_site", "The site whose means are given."),
        day("from", "The first day."),
        numbers("mean_c", "°C", -65.0, 45.0, "Daily mean of each day, one after another."),
        number("follow", "", 0.0, 1.2, "Share of the site's anomaly that every other site gets.").default(0.9),
    ],
);

/// The climate of a scenario; `None` if a problem was told.
pub fn build(scenario: &View) -> Option<Climate> {
    let climate = scenario.table("climate");
    let views = scenario.tables("climate_site");
    if views.is_empty() {
        climate.problem("", "no climate site", "at least one [climate_site.<id>]", "");
        return None;
    }
    let sites: Option<Vec<Site>> = (0..views.len()).map(|at| site(&views, at)).collect();
    let sites = Table::new(sites?);
    let ids: Vec<&str> = views.iter().map(|(id, _)| id.as_str()).collect();
    let weather = match climate.choice("weather") {
        "conditioned" => Weather::Conditioned(figures(scenario)?),
        "replayed" => Weather::Replayed(replay(scenario, &climate, &views, &ids)?),
        _ => Weather::Generated,
    };
    if climate.choice("weather") != "replayed" {
        let named = core::iter::once((&climate, "replay_csv")).chain(views.iter().map(|(_, v)| (v, "replay_epw")));
        for (view, key) in named.filter(|(view, key)| view.has(key)) {
            let found = format!("this file is not used: climate.weather is \"{}\"", climate.choice("weather"));
            view.warning(key, found, "climate.weather = \"replayed\"", "set it, or take the file out");
        }
    }
    let spells = scenario.tables("climate_spell").into_iter().map(|(_, v)| Spell {
        site: ClimateSiteId::from_index(v.reference("site")),
        from: v.day("from"),
        means_c: v.numbers("mean_c"),
        follow: v.number("follow"),
    });
    let trend = Trend { k_per_year: climate.number("trend_k_per_year"), zero_year: climate.number("trend_zero_year") };
    match Climate::new(sites, climate.number("correlation_length_km"), climate.number("yearly_anomaly_k"), weather) {
        Ok(c) => Some(c.with_trend(trend).with_spells(spells.collect())),
        Err(ClimateError::Site { site, what }) => {
            let at = views.iter().find(|(id, _)| *id == site).map_or(&climate, |(_, v)| v);
            at.problem("", what, "statistics that one process can have", "");
            None
        }
        Err(ClimateError::Correlation) => {
            climate.problem("correlation_length_km", "sites that coincide", "sites at different places", "");
            None
        }
    }
}

/// A site and those that it is like, nearest first; a circle ends after as many as there are sites.
fn chain<'a, 'b>(views: &'b [(String, View<'a>)], at: usize) -> impl Iterator<Item = &'b View<'a>> {
    let view = |at: usize| views.get(at).map(|(_, v)| v);
    core::iter::successors(view(at), move |v| v.maybe_reference("like").and_then(view)).take(views.len())
}

/// The monthly figures of a site and key: its own, or those of the nearest site that it is like.
fn statistic(views: &[(String, View)], at: usize, key: &str) -> Option<[f64; 12]> {
    let found = chain(views, at).find_map(|v| v.maybe_months(key));
    if let (None, Some(last)) = (found, chain(views, at).last()) {
        if last.has("like") {
            last.problem("like", "sites that are like one another in a circle", "a site with figures of its own", "");
        } else {
            last.problem(key, "no figure", "twelve numbers, or `like` another site that has them", "");
        }
    }
    found
}

/// Monthly means with the offsets of the sites that lead to them.
fn means(views: &[(String, View)], at: usize) -> Option<[f64; 12]> {
    let found = statistic(views, at, "mean_c")?;
    let inherited = chain(views, at).take_while(|v| !v.has("mean_c"));
    let owner = chain(views, at).find(|v| v.has("mean_c"));
    let offset: f64 = inherited.chain(owner).map(|v| v.number("mean_offset_k")).sum();
    Some(found.map(|t| t + offset))
}

fn site(views: &[(String, View)], at: usize) -> Option<Site> {
    let (id, v) = views.get(at)?;
    let of = |key: &str| statistic(views, at, key);
    let normals = Normals {
        mean_c: means(views, at)?,
        sd_k: of("sd_k")?,
        skewness: of("skewness")?,
        lag_1: of("lag_1")?,
        lag_2: of("lag_2")?,
        monthly_sd_k: chain(views, at).find_map(|v| v.maybe_months("monthly_sd_k")),
        range_k: of("range_k")?,
        range_sd_k: of("range_sd_k")?,
        humidity: of("humidity")?,
    };
    let pressure = Pressure::pa(100.0 * v.number("pressure_hpa"));
    match Site::new(id, v.number("latitude_deg"), v.number("longitude_deg"), pressure, normals) {
        Ok(site) => Some(site),
        Err(e) => {
            v.problem("", e.to_string(), "statistics of a climate", "");
            None
        }
    }
}

fn figures(scenario: &View) -> Option<MonthFigures> {
    let mut figures = MonthFigures::default();
    let mut sound = true;
    for (_, v) in scenario.tables("climate_months") {
        let (year, month, day) = v.day("from").ymd();
        if day != 1 {
            v.problem("from", format!("day {day}"), "the first day of a month", "");
            sound = false;
        }
        for (i, mean_c) in v.numbers("mean_c").into_iter().enumerate() {
            let count = year * 12 + month as i32 - 1 + i as i32;
            let site = ClimateSiteId::from_index(v.reference("site"));
            if figures.figure(site, count).is_some() {
                let day = Day::from_ymd(count.div_euclid(12), count.rem_euclid(12) as u32 + 1, 1).unwrap_or_default();
                v.problem("mean_c", format!("the month of {day} a second time"), "each month once", "");
                sound = false;
            }
            figures.add(site, count.div_euclid(12), count.rem_euclid(12) as u32 + 1, mean_c);
        }
    }
    if figures.is_empty() {
        let climate = scenario.table("climate");
        climate.problem("weather", "conditioned, but no month on record", "at least one [climate_months.<id>]", "");
        return None;
    }
    sound.then_some(figures)
}

fn replay(scenario: &View, climate: &View, views: &[(String, View)], ids: &[&str]) -> Option<Replay> {
    let typical = views.iter().any(|(_, v)| v.trace("replay_epw").is_some());
    let text = climate.trace("replay_csv");
    if text.is_none() && !typical {
        climate.problem("replay_csv", "nothing to replay", "the name of a CSV record, or a site's `replay_epw`", "");
        return None;
    }
    let mut sound = true;
    let mut record = match text.map(|text| Replay::parse(text, ids)) {
        None => Replay::default(),
        Some(Ok(replay)) => replay,
        Some(Err(problems)) => {
            for p in problems {
                let found = format!("{}, {p}", climate.maybe_text("replay_csv").unwrap_or_default());
                climate.problem("replay_csv", found, "a record of temperature or humidity", "");
            }
            sound = false;
            Replay::default()
        }
    };
    for (at, (_, v)) in views.iter().enumerate() {
        let Some(text) = v.trace("replay_epw") else { continue };
        let window = scenario.table("window");
        let years = window.day("from").year() - 1..=window.day("to").year() + 1;
        match record.clone().with_epw(text, at, views.len(), years) {
            Ok(with) => record = with,
            Err(problems) => {
                for p in problems {
                    let found = format!("{}, {p}", v.maybe_text("replay_epw").unwrap_or_default());
                    v.problem("replay_epw", found, "an EPW file of a whole year", "");
                }
                sound = false;
            }
        }
    }
    if record.filled_hours() > 0 {
        let told = format!("{} missing hours filled from their neighbors", record.filled_hours());
        let at = if typical { "weather" } else { "replay_csv" };
        climate.warning(at, told, "a complete record", "");
    }
    sound.then_some(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Member, Seed};
    use crate::scenario::spec::{sources, table, tables};
    use crate::scenario::{Scenario, testing};

    const ROOT: TableSpec = table_spec(
        "",
        "",
        &[table(&SPEC), tables(&SITE), tables(&MONTHS), tables(&SPELL), sources("source", "").optional()],
    );
    const WORLD: &str = include_str!("../../../scenarios/irkutsk/world/climate.toml");

    fn world() -> Climate {
        let checked = testing::valid(&ROOT, WORLD);
        let climate = build(&checked.view_of(&ROOT)).unwrap();
        assert!(checked.problems().is_empty(), "{}", checked.problems());
        climate
    }

    #[test]
    fn the_irkutsk_world_has_its_months() {
        let climate = world();
        assert_eq!(climate.sites().len(), 3);
        let uil = &climate.sites()[ClimateSiteId(2)];
        assert!((uil.normals.mean_c[0] - -20.7).abs() < 1e-9 && uil.normals.sd_k[0] == 6.34);
        let from = Day::parse("2022-01-01").unwrap();
        let days = climate.days(Seed(1), Member(0), from, Day::parse("2024-01-01").unwrap());
        let mean =
            |a: usize, b: usize| days[a..b].iter().map(|d| d[ClimateSiteId(0)].mean_c).sum::<f64>() / (b - a) as f64;
        assert!((mean(0, 31) - -14.3).abs() < 0.01);
        assert!((mean(699, 730) - -15.0).abs() < 0.01, "December 2023 is the normal + 0.4");
    }

    #[test]
    fn every_number_of_the_shipped_weather_and_cooling_has_its_source() {
        for text in [WORLD, include_str!("../../../scenarios/irkutsk/world/cooling.toml")] {
            let problems = Scenario::from_text("part", text).check().problems().to_string();
            let told: Vec<&str> = problems.lines().filter(|l| l.contains("source")).collect();
            assert_eq!(told, Vec::<&str>::new());
        }
    }

    #[test]
    fn a_spell_is_read() {
        let spell =
            "\n[climate_spell.cold]\nsite = \"irkutsk\"\nfrom = 2023-12-06\nmean_c = [-20, -34.1]\nfollow = 0.9\n";
        let checked = testing::valid(&ROOT, &format!("{WORLD}{spell}"));
        let climate = build(&checked.view_of(&ROOT)).unwrap();
        let day = Day::parse("2023-12-07").unwrap();
        assert_eq!(climate.days(Seed(1), Member(0), day, day.plus(1))[0][ClimateSiteId(0)].mean_c, -34.1);
    }

    #[test]
    fn mistakes_are_told_at_their_key() {
        let told = |from: &str, to: &str| {
            assert!(WORLD.contains(from), "{from}");
            let checked = testing::checked(&ROOT, &WORLD.replacen(from, to, 1));
            let _ = build(&checked.view_of(&ROOT));
            checked.problems().to_string()
        };
        let humid = told("humidity = [0.80", "humidity = [80");
        assert!(humid.contains("climate_site.irkutsk.humidity") && humid.contains("0.8"), "{humid}");
        let site = told("site = \"irkutsk\"", "site = \"irkusk\"");
        assert!(site.contains("irkutsk"), "{site}");
        let from = told("from = 2023-07-01", "from = 2023-07-02");
        assert!(from.contains("first day of a month"), "{from}");
        let circle = told("like = \"irkutsk\"", "like = \"ust_ilimsk\"");
        assert!(circle.contains("circle"), "{circle}");
        let lags = told("lag_2 = [0.62", "lag_2 = [-0.5");
        assert!(lags.contains("lag correlations"), "{lags}");
        let replay = told("weather = \"conditioned\"", "weather = \"replayed\"");
        assert!(replay.contains("nothing to replay"), "{replay}");
    }
}
