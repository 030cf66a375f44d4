//! Weather by site: generated, replayed, or generated around replayed monthly means; with the state of the air at each step.
//!
//! A run's weather is a forcing: nothing in the region acts back on it. [`Climate::start`] therefore draws the daily means of the
//! whole window (scores → marginal → season, [`score`], [`marginal`], [`site`]), moves them to the months on record
//! ([`months`]), replaces what is replayed ([`replay`]) and lays imposed spells over them. [`observe`] turns the day into steps
//! ([`diurnal`]) and adds humidity and wet-bulb temperature.
//!
//! Limits: no wind, cloud or snow; pressure constant; vapor pressure constant within the day, so that relative humidity follows
//! the temperature, capped at saturation.

pub mod diurnal;
mod epw;
pub mod marginal;
pub mod months;
pub mod replay;
pub mod score;
pub mod site;

use crate::calendar::{Day, Moment, Window};
use crate::climate::diurnal::DayCurve;
use crate::climate::marginal::Marginal;
use crate::climate::months::MonthFigures;
use crate::climate::replay::Replay;
use crate::climate::score::{ScoreLaw, Scores};
use crate::climate::site::{Season, Site};
use crate::equations::air;
use crate::flows::{Air, Sky};
use crate::ids::{ClimateSiteId, Table};
use crate::random::{Member, Seed, Stream};
use crate::units::{Fraction, Pressure, Temperature};
use std::sync::Arc;

/// What is wrong with a climate as given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClimateError {
    /// A site's statistics make no sense.
    #[error("climate site {site}: {what}")]
    Site {
        /// The site.
        site: String,
        /// What is wrong.
        what: String,
    },
    /// The sites cannot be correlated as asked.
    #[error("no correlation of the climate sites follows: the length must be positive and no two sites may coincide")]
    Correlation,
}

/// Where the daily means come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Weather {
    /// Generated from the monthly statistics.
    Generated,
    /// Generated, then moved smoothly so that months on record have their published means.
    Conditioned(MonthFigures),
    /// Read from a daily or hourly record; what is missing is filled and counted.
    Replayed(Replay),
}

impl Weather {
    /// The word for it in results.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Conditioned(_) => "conditioned",
            Self::Replayed(_) => "replayed",
        }
    }
}

/// Warming added to the normals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trend {
    /// K per year.
    pub k_per_year: f64,
    /// Year for which the normals hold unchanged.
    pub zero_year: f64,
}

/// Daily means imposed on dated days.
#[derive(Clone, Debug, PartialEq)]
pub struct Spell {
    /// The site whose means are given.
    pub site: ClimateSiteId,
    /// The first day.
    pub from: Day,
    /// Daily means, °C.
    pub means_c: Vec<f64>,
    /// Share of that site's anomaly that every other site gets.
    pub follow: f64,
}

/// The climate of the region as given.
#[derive(Clone, Debug, PartialEq)]
pub struct Climate {
    sites: Table<ClimateSiteId, Site>,
    law: ScoreLaw,
    weather: Weather,
    trend: Trend,
    spells: Vec<Spell>,
}

/// One day at one site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DayWeather {
    /// Mean, °C.
    pub mean_c: f64,
    /// Range, K.
    pub range_k: f64,
    /// Hourly means, °C, where a record gives them.
    pub hours_c: Option<Box<[f64; 24]>>,
}

/// The window's days with one before and one after.
#[derive(Clone, Debug, PartialEq)]
struct Forcing {
    first: Day,
    days: Vec<Table<ClimateSiteId, DayWeather>>,
}

impl Forcing {
    /// A day, held to the first and last.
    fn on(&self, day: Day) -> Option<&Table<ClimateSiteId, DayWeather>> {
        let last = self.days.len().checked_sub(1)?;
        self.days.get(((day.0 - self.first.0).max(0) as usize).min(last))
    }
}

/// One site on the running day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Today {
    curve: DayCurve,
    vapor: Pressure,
    mean_c: f64,
}

/// The weather of one member: its days, shared, and the running day.
#[derive(Clone, Debug)]
pub struct ClimateNow {
    forcing: Arc<Forcing>,
    day: Option<Day>,
    today: Vec<Today>,
}

/// Correlation of the daily range with the anomaly of the daily mean from November to March: clear cold days range wider.
const WINTER_RANGE_CORRELATION: f64 = -0.3;
/// Smallest daily range, K.
const LEAST_RANGE_K: f64 = 1.5;

impl Climate {
    /// A climate of some sites. `length_km`: distance over which daily correlation falls to 1/e; `yearly_k`: spread of the slow
    /// yearly anomaly.
    pub fn new(
        sites: Table<ClimateSiteId, Site>,
        length_km: f64,
        yearly_k: f64,
        weather: Weather,
    ) -> Result<Self, ClimateError> {
        let law = ScoreLaw::new(&sites, length_km, yearly_k)?;
        Ok(Self { sites, law, weather, trend: Trend::default(), spells: Vec::new() })
    }

    /// The same with a trend.
    #[must_use]
    pub fn with_trend(mut self, trend: Trend) -> Self {
        self.trend = trend;
        self
    }

    /// The same with spells laid over it; where two overlap the later in the list wins.
    #[must_use]
    pub fn with_spells(mut self, spells: Vec<Spell>) -> Self {
        self.spells = spells;
        self
    }

    /// The same climate with weather that is drawn whatever the run replays, and no spells.
    #[must_use]
    pub fn drawn(&self) -> Self {
        Self { weather: Weather::Generated, spells: Vec::new(), ..self.clone() }
    }

    /// The sites.
    pub fn sites(&self) -> &Table<ClimateSiteId, Site> {
        &self.sites
    }

    /// Where the daily means come from.
    pub fn weather(&self) -> &Weather {
        &self.weather
    }

    /// Draws the weather of a window.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> ClimateNow {
        let (first, last) = (window.from.plus(-1), window.until.plus(1));
        let days = self.days(seed, member, first, last);
        ClimateNow { forcing: Arc::new(Forcing { first, days }), day: None, today: Vec::new() }
    }

    /// The days `first..last` of one member. The same day is the same weather in any window, to 10⁻⁹ K.
    pub fn days(&self, seed: Seed, member: Member, first: Day, last: Day) -> Vec<Table<ClimateSiteId, DayWeather>> {
        // Whole months, and one more on either side, so that a month's shift does not depend on the window.
        let (from, until) = match &self.weather {
            Weather::Conditioned(_) => (months::start_of(first, -1), months::start_of(last.plus(-1), 2)),
            Weather::Generated | Weather::Replayed(_) => (first, last),
        };
        let mut means = self.generated(seed, member, from, until);
        if let Weather::Conditioned(figures) = &self.weather {
            figures.shift(from, &mut means, |a, b, month| {
                let sd = |s: ClimateSiteId| self.sites[s].normals.sd_k[month];
                self.law.correlation(a, b) * sd(b) / sd(a)
            });
        }
        let mut means: Vec<Vec<f64>> = means.into_iter().skip((first.0 - from.0) as usize).collect();
        means.truncate((last.0 - first.0).max(0) as usize);
        if let Weather::Replayed(replay) = &self.weather {
            replay.lay_over(first, &mut means, |site, day| self.season(site, day).mean_c);
        }
        self.lay_spells(first, &mut means);
        let ranges: Vec<Stream> =
            self.sites.iter().map(|s| Stream::new(seed, member, "climate.range", &s.id)).collect();
        let mut days = Vec::with_capacity(means.len());
        for (i, by_site) in means.iter().enumerate() {
            let day = first.plus(i as i32);
            let winter = matches!(day.month(), 11 | 12 | 1..=3);
            let of_site = |((site, mean_c), stream): ((ClimateSiteId, &f64), &Stream)| {
                let season = self.season(site, day);
                let anomaly = ((mean_c - season.mean_c) / season.sd_k).clamp(-3.0, 3.0);
                let tie = if winter { WINTER_RANGE_CORRELATION } else { 0.0 };
                let draw = tie * anomaly + libm::sqrt(1.0 - tie * tie) * stream.at(i64::from(day.0)).normal();
                let hours_c = match &self.weather {
                    Weather::Replayed(replay) if !self.in_spell(day) => replay.hours(site, day).map(|h| Box::new(*h)),
                    _ => None,
                };
                DayWeather {
                    mean_c: *mean_c,
                    range_k: (season.range_k + season.range_sd_k * draw).max(LEAST_RANGE_K),
                    hours_c,
                }
            };
            days.push(Table::new(self.sites.ids().zip(by_site).zip(&ranges).map(of_site).collect()));
        }
        days
    }

    /// Daily means as generated, one vector a day.
    fn generated(&self, seed: Seed, member: Member, from: Day, until: Day) -> Vec<Vec<f64>> {
        let mut days = Scores::new(&self.law, &self.sites, seed, member).series(from, until);
        for (i, by_site) in days.iter_mut().enumerate() {
            let day = from.plus(i as i32);
            let (year, month, day_of_month) = day.ymd();
            let elapsed = f64::from(year) + f64::from(day.of_year()) / 365.25 - self.trend.zero_year;
            for (site, value) in self.sites.iter().zip(by_site) {
                let season = site.season(month, day_of_month);
                let anomaly = season.sd_k * Marginal::new(season.skewness).anomaly(*value);
                *value = season.mean_c + anomaly + self.trend.k_per_year * elapsed;
            }
        }
        days
    }

    fn season(&self, site: ClimateSiteId, day: Day) -> Season {
        let (_, month, day_of_month) = day.ymd();
        self.sites[site].season(month, day_of_month)
    }

    fn in_spell(&self, day: Day) -> bool {
        self.spells.iter().any(|s| (s.from.0..s.from.0 + s.means_c.len() as i32).contains(&day.0))
    }

    fn lay_spells(&self, first: Day, means: &mut [Vec<f64>]) {
        for spell in &self.spells {
            for (i, mean_c) in spell.means_c.iter().enumerate() {
                let day = spell.from.plus(i as i32);
                let Some(by_site) = usize::try_from(day.0 - first.0).ok().and_then(|k| means.get_mut(k)) else {
                    continue;
                };
                let anomaly = mean_c - self.season(spell.site, day).mean_c;
                for (site, value) in self.sites.ids().zip(by_site) {
                    *value = if site == spell.site {
                        *mean_c
                    } else {
                        self.season(site, day).mean_c + spell.follow * anomaly
                    };
                }
            }
        }
    }

    /// The day's curve and vapor at each site.
    fn turn(&self, now: &mut ClimateNow, day: Day) {
        let forcing = &now.forcing;
        let (Some(before), Some(on), Some(after)) =
            (forcing.on(day.plus(-1)), forcing.on(day), forcing.on(day.plus(1)))
        else {
            return;
        };
        now.today.clear();
        for (id, site) in self.sites.enumerate() {
            let (mean_c, range_k) = (on[id].mean_c, on[id].range_k);
            let curve = DayCurve::new(
                before[id].mean_c,
                mean_c,
                after[id].mean_c,
                range_k,
                day,
                site.latitude_deg,
                site.longitude_deg,
            );
            // Vapor such that relative humidity averages to the season's over a day of this range: the mean of
            // 1/e_s over a cosine wave is 1/e_s(mean) × I₀(k range/2), k the log slope, to second order.
            let at_mean = air::saturation(Temperature::celsius(mean_c));
            let swing = at_mean.log_slope * range_k;
            let on_record = match &self.weather {
                Weather::Replayed(replay) => replay.humidity(id, day),
                _ => None,
            };
            let humidity = on_record.unwrap_or_else(|| self.season(id, day).humidity);
            let vapor = at_mean.pressure * (humidity / (1.0 + swing * swing / 16.0));
            now.today.push(Today { curve, vapor, mean_c });
        }
        now.day = Some(day);
    }
}

/// The weather of a step.
pub fn observe(climate: &Climate, now: &mut ClimateNow, at: &Moment) -> Sky {
    feel(climate, now, at, true)
}

/// The weather of a step as the grid and consumers feel it: temperatures, with no humidity, which is the costly part.
pub fn temperatures(climate: &Climate, now: &mut ClimateNow, at: &Moment) -> Sky {
    feel(climate, now, at, false)
}

/// Mean temperature of the day by site: all that is needed of a step that a look ahead passes over.
pub fn day_mean(climate: &Climate, now: &mut ClimateNow, day: Day) -> Table<ClimateSiteId, Temperature> {
    if now.day != Some(day) {
        climate.turn(now, day);
    }
    Table::new(now.today.iter().map(|t| Temperature::celsius(t.mean_c)).collect())
}

fn feel(climate: &Climate, now: &mut ClimateNow, at: &Moment, humidity: bool) -> Sky {
    if now.day != Some(at.day) {
        climate.turn(now, at.day);
    }
    let from_h = f64::from(at.minute) / 60.0;
    let until_h = (from_h + at.span.as_hours()).min(24.0);
    let on_record = now.forcing.on(at.day);
    let mut air_by_site = Vec::with_capacity(now.today.len());
    let mut day_mean = Vec::with_capacity(now.today.len());
    for ((id, site), today) in climate.sites.enumerate().zip(&now.today) {
        let hours = on_record.and_then(|day| day[id].hours_c.as_deref());
        let t = Temperature::celsius(match hours {
            Some(hours) => replay::mean_between(hours, from_h, until_h),
            None => today.curve.mean_between(from_h, until_h),
        });
        day_mean.push(Temperature::celsius(today.mean_c));
        if !humidity {
            air_by_site.push(Air { dry_bulb: t, pressure: site.pressure, ..Air::default() });
            continue;
        }
        let saturation = air::saturation(t);
        let vapor = today.vapor.min(saturation.pressure);
        air_by_site.push(Air {
            dry_bulb: t,
            humidity: Fraction::new(vapor / saturation.pressure),
            pressure: site.pressure,
        });
    }
    Sky { air: Table::new(air_by_site), day_mean: Table::new(day_mean) }
}

#[cfg(test)]
mod tests;
