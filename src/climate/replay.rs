//! Replayed weather: a daily or hourly record read from CSV text, its gaps filled and counted.
//!
//! Daily: a header `date,<site>_c,…` and rows `2022-01-31,-18.4,…`. Hourly: `time_local,<site>_c,…` and rows
//! `2022-01-31 05:00,-18.4,…`. An empty cell is a gap. Sites without a column keep generated weather. A column `<site>_rh` is
//! relative humidity, 0 to 1; without it the season's stands. A typical year may come from an EPW file instead.

use super::epw;
use crate::calendar::{Day, Window};
use crate::ids::{ClimateSiteId, Id};
use std::collections::BTreeMap;

/// A mistake in a record. It names the place and never quotes: a scenario of unknown origin may name any file as its record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ReplayError {
    /// Line of the text, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// One day on record at one site.
#[derive(Clone, Debug, PartialEq)]
struct Observed {
    mean_c: f64,
    hours_c: Option<Box<[f64; 24]>>,
    /// Mean relative humidity, 0 to 1.
    humidity: Option<f64>,
}

/// A record of daily means, with hourly means where it is hourly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    sites: Vec<BTreeMap<i32, Observed>>,
    filled_hours: usize,
}

/// How a window is covered at one site, in days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// On record.
    pub observed: usize,
    /// Between two days on record, filled by a line between their anomalies.
    pub interpolated: usize,
    /// Generated, for want of neighbors.
    pub generated: usize,
}

/// Longest gap that a straight line fills, days: about the memory of the weather.
const LONGEST_LINE_DAYS: i32 = 7;
/// Hours that a day must have on record to be replayed by the hour.
const LEAST_HOURS: usize = 18;
/// Temperatures beyond which a record is taken to be in another unit, °C.
const PLAUSIBLE_C: core::ops::RangeInclusive<f64> = -75.0..=60.0;

/// Mean of hourly means over a part of the day.
pub fn mean_between(hours_c: &[f64; 24], from_h: f64, until_h: f64) -> f64 {
    let mut sum = 0.0;
    for (i, t) in hours_c.iter().enumerate() {
        let (start, end) = (i as f64, i as f64 + 1.0);
        sum += t * (end.min(until_h) - start.max(from_h)).max(0.0);
    }
    sum / (until_h - from_h)
}

/// Fills missing hours by lines between their neighbors, ends held.
fn fill(hours: &[Option<f64>; 24]) -> Option<[f64; 24]> {
    let known: Vec<(usize, f64)> = hours.iter().enumerate().filter_map(|(i, t)| t.map(|t| (i, t))).collect();
    let (first, last) = (*known.first()?, *known.last()?);
    Some(core::array::from_fn(|h| {
        let before = known.iter().rev().find(|k| k.0 <= h).copied().unwrap_or(first);
        let after = known.iter().find(|k| k.0 >= h).copied().unwrap_or(last);
        if after.0 <= before.0 {
            return if h < first.0 { first.1 } else { before.1 };
        }
        before.1 + (after.1 - before.1) * ((h - before.0) as f64 / (after.0 - before.0) as f64)
    }))
}

/// What a column of a record holds, and of which site.
#[derive(Clone, Copy)]
enum Column {
    Temperature(usize),
    Humidity(usize),
}

/// The mean of what is known, if most of the day is.
fn mean_known(hours: &[Option<f64>; 24]) -> Option<f64> {
    let known: Vec<f64> = hours.iter().flatten().copied().collect();
    (known.len() >= LEAST_HOURS).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

impl Replay {
    /// Reads a record. `site_ids` are the ids of the climate's sites in order. Every mistake is told, up to a hundred.
    pub fn parse(text: &str, site_ids: &[&str]) -> Result<Self, Vec<ReplayError>> {
        let mut problems = Vec::new();
        let mut tell = |line: usize, what: String| {
            if problems.len() < 100 {
                problems.push(ReplayError { line, what });
            }
        };
        let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#'));
        let Some((at, header)) = lines.next() else {
            return Err(vec![ReplayError { line: 1, what: "the record is empty".to_owned() }]);
        };
        let mut cells = header.trim().split(',').map(str::trim);
        let hourly = match cells.next() {
            Some("date") => false,
            Some("time_local") => true,
            _ => {
                let what = "column 1: a daily record begins with `date`, an hourly with `time_local`";
                tell(at + 1, what.to_owned());
                false
            }
        };
        let mut columns = Vec::new();
        for (n, name) in cells.enumerate() {
            let of = |ending: &str| name.strip_suffix(ending).and_then(|id| site_ids.iter().position(|s| *s == id));
            let column = of("_c").map(Column::Temperature).or_else(|| of("_rh").map(Column::Humidity));
            if column.is_none() {
                let known = site_ids.join("_c, ");
                tell(
                    at + 1,
                    format!("column {}: no climate site's temperature or humidity; known: {known}_c, and _rh", n + 2),
                );
            }
            columns.push(column);
        }
        let mut by_hour: Vec<BTreeMap<i32, [Option<f64>; 24]>> = vec![BTreeMap::new(); site_ids.len()];
        let mut damp_by_hour: Vec<BTreeMap<i32, [Option<f64>; 24]>> = vec![BTreeMap::new(); site_ids.len()];
        let mut before: Option<(i32, usize)> = None;
        for (i, line) in lines {
            let mut cells = line.trim().split(',').map(str::trim);
            let stamp = cells.next().unwrap_or_default();
            let (date, clock) = stamp.split_once([' ', 'T']).unwrap_or((stamp, "00:00"));
            let hour = clock.get(..2).and_then(|h| h.parse::<usize>().ok()).filter(|h| *h < 24);
            let (Some(day), Some(hour)) = (Day::parse(date), hour) else {
                tell(i + 1, format!("column 1: no time; write 2022-01-31{}", if hourly { " 05:00" } else { "" }));
                continue;
            };
            let now = (day.0, if hourly { hour } else { 0 });
            if before.is_some_and(|b| now <= b) {
                tell(i + 1, "time goes backwards or stands still".to_owned());
            }
            before = Some(now);
            let values: Vec<&str> = cells.collect();
            if values.len() != columns.len() {
                tell(i + 1, format!("{} values where the header has {}", values.len(), columns.len()));
            }
            for (n, (column, value)) in columns.iter().zip(values).enumerate() {
                let at = n + 2;
                if value.is_empty() {
                    continue;
                }
                let put = |all: &mut Vec<BTreeMap<i32, [Option<f64>; 24]>>, site: usize, x: f64| {
                    let Some(days) = all.get_mut(site) else { return };
                    let hours = days.entry(day.0).or_insert([None; 24]);
                    if hourly {
                        hours[now.1] = Some(x);
                    } else {
                        *hours = [Some(x); 24];
                    }
                };
                let site = match *column {
                    None => continue,
                    Some(Column::Humidity(site)) => {
                        match value.parse::<f64>() {
                            Ok(h) if (0.0..=1.0).contains(&h) => put(&mut damp_by_hour, site, h),
                            Ok(h) if (1.0..=100.0).contains(&h) => {
                                tell(i + 1, format!("column {at}: humidity in percent? a share from 0 to 1 is needed"));
                            }
                            _ => tell(i + 1, format!("column {at}: no relative humidity, 0 to 1")),
                        }
                        continue;
                    }
                    Some(Column::Temperature(site)) => site,
                };
                match value.parse::<f64>() {
                    Ok(t) if PLAUSIBLE_C.contains(&t) => put(&mut by_hour, site, t),
                    Ok(t) if (198.0..=333.0).contains(&t) => {
                        tell(i + 1, format!("column {at}: kelvin? temperatures are in °C, 273.15 less"));
                    }
                    _ => tell(i + 1, format!("column {at}: no air temperature in °C")),
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut filled_hours = 0;
        let mut sites = Vec::with_capacity(by_hour.len());
        for (days, damp) in by_hour.into_iter().zip(damp_by_hour) {
            let mut observed = BTreeMap::new();
            for (day, hours) in days {
                let known = hours.iter().flatten().count();
                let Some(full) = fill(&hours).filter(|_| known >= LEAST_HOURS) else { continue };
                filled_hours += 24 - known;
                let mean_c = full.iter().sum::<f64>() / 24.0;
                let humidity = damp.get(&day).and_then(mean_known);
                observed.insert(day, Observed { mean_c, hours_c: hourly.then(|| Box::new(full)), humidity });
            }
            sites.push(observed);
        }
        Ok(Self { sites, filled_hours })
    }

    /// The same with a typical year from an EPW file at one of `sites` sites, repeated in each of the years.
    ///
    /// # Errors
    /// Every mistake of the file, with its line.
    pub fn with_epw(
        mut self,
        text: &str,
        site: usize,
        sites: usize,
        years: core::ops::RangeInclusive<i32>,
    ) -> Result<Self, Vec<ReplayError>> {
        let typical = epw::parse(text)?;
        self.sites.resize(sites.max(self.sites.len()), BTreeMap::new());
        let Some(record) = self.sites.get_mut(site) else { return Ok(self) };
        let mut lay = |year: i32, month: u32, day: u32, of: &epw::TypicalDay| {
            let known = of.hours_c.iter().flatten().count();
            let (Some(at), Some(full)) = (Day::from_ymd(year, month, day), fill(&of.hours_c)) else { return };
            let mean_c = full.iter().sum::<f64>() / 24.0;
            let humidity = mean_known(&of.humidity);
            self.filled_hours += 24 - known;
            record.insert(at.0, Observed { mean_c, hours_c: Some(Box::new(full)), humidity });
        };
        let has_leap_day = typical.iter().any(|d| (d.month, d.day) == (2, 29));
        for year in years {
            for of in typical.iter().filter(|d| d.hours_c.iter().flatten().count() >= LEAST_HOURS) {
                lay(year, of.month, of.day, of);
                if (of.month, of.day) == (2, 28) && !has_leap_day {
                    lay(year, 2, 29, of);
                }
            }
        }
        Ok(self)
    }

    /// Mean relative humidity of a day, if it is on record.
    pub fn humidity(&self, site: ClimateSiteId, day: Day) -> Option<f64> {
        self.sites.get(site.index())?.get(&day.0)?.humidity
    }

    /// Hours that were filled within days on record.
    pub fn filled_hours(&self) -> usize {
        self.filled_hours
    }

    /// Hourly means of a day on record by the hour.
    pub fn hours(&self, site: ClimateSiteId, day: Day) -> Option<&[f64; 24]> {
        self.sites.get(site.index())?.get(&day.0)?.hours_c.as_deref()
    }

    /// What a day without a record has for neighbors: the days on record around a short gap.
    fn around(&self, site: usize, day: i32) -> Option<(i32, f64, i32, f64)> {
        let record = self.sites.get(site)?;
        let (a, x) = record.range(..day).next_back()?;
        let (b, y) = record.range(day + 1..).next()?;
        (b - a - 1 <= LONGEST_LINE_DAYS).then_some((*a, x.mean_c, *b, y.mean_c))
    }

    /// How the record covers a window, by site.
    pub fn coverage(&self, window: &Window) -> Vec<Coverage> {
        let mut out = vec![Coverage::default(); self.sites.len()];
        for (site, c) in out.iter_mut().enumerate() {
            for day in window.from.0..window.until.0 {
                if self.sites[site].contains_key(&day) {
                    c.observed += 1;
                } else if self.around(site, day).is_some() {
                    c.interpolated += 1;
                } else {
                    c.generated += 1;
                }
            }
        }
        out
    }

    /// Writes the record over generated daily means that begin at `first`; `normal` is the seasonal mean of a day.
    pub fn lay_over(&self, first: Day, means: &mut [Vec<f64>], normal: impl Fn(ClimateSiteId, Day) -> f64) {
        for (i, by_site) in means.iter_mut().enumerate() {
            let day = first.plus(i as i32);
            for (s, value) in by_site.iter_mut().enumerate() {
                let site = ClimateSiteId::from_index(s);
                if let Some(observed) = self.sites.get(s).and_then(|r| r.get(&day.0)) {
                    *value = observed.mean_c;
                } else if let Some((a, x, b, y)) = self.around(s, day.0) {
                    let (u, v) = (x - normal(site, Day(a)), y - normal(site, Day(b)));
                    *value = normal(site, day) + u + (v - u) * (f64::from(day.0 - a) / f64::from(b - a));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 2] = ["irkutsk", "bratsk"];

    #[test]
    fn a_daily_record_fills_its_short_gaps() {
        let text = "date,irkutsk_c\n2022-01-01,-10\n2022-01-02,\n2022-01-04,-16\n2022-02-01,-20\n";
        let r = Replay::parse(text, &IDS).unwrap();
        let from = Day::parse("2022-01-01").unwrap();
        let mut means = vec![vec![5.0, 7.0]; 32];
        r.lay_over(from, &mut means, |_, _| 0.0);
        let got: Vec<f64> = means.iter().map(|m| m[0]).collect();
        assert_eq!(got[..5], [-10.0, -12.0, -14.0, -16.0, 5.0]);
        assert_eq!((got[31], means[0][1]), (-20.0, 7.0));
        let w = Window { from, until: from.plus(32), step_minutes: 60 };
        let c = r.coverage(&w);
        assert_eq!(c[0], Coverage { observed: 3, interpolated: 2, generated: 27 });
        assert_eq!(c[1].generated, 32);
    }

    #[test]
    fn an_hourly_record_keeps_its_hours() {
        let rows = (0..24).filter(|h| *h != 7).map(|h| format!("2022-01-01 {h:02}:00,{}\n", -f64::from(h)));
        let text: String = core::iter::once("time_local,bratsk_c\n".to_owned()).chain(rows).collect();
        let r = Replay::parse(&text, &IDS).unwrap();
        let hours = r.hours(ClimateSiteId(1), Day::parse("2022-01-01").unwrap()).unwrap();
        assert_eq!((hours[7], hours[23], r.filled_hours()), (-7.0, -23.0, 1));
        assert_eq!(mean_between(hours, 1.0, 3.0), -1.5);
        assert_eq!(mean_between(hours, 1.25, 1.5), -1.0);
    }

    #[test]
    fn mistakes_are_all_told_with_their_lines() {
        let text = "date,irkutsk_c,omsk_c\n2022-01-02,1,2\n2022-01-01,1,2\n2022-02-30,1,2\n2022-03-01,250,1\n2022-03-02,x,1\n2022-03-03,1\n";
        let told: Vec<String> = Replay::parse(text, &IDS).unwrap_err().iter().map(ToString::to_string).collect();
        let said = |what: &str| told.iter().any(|t| t.contains(what));
        assert!(
            said("line 1: column 3: no climate site")
                && said("line 3: time goes backwards")
                && said("line 4: column 1: no time"),
            "{told:?}"
        );
        assert!(
            said("line 5: column 2: kelvin?") && said("line 6: column 2: no air") && said("line 7: 1 values"),
            "{told:?}"
        );
        assert!(Replay::parse("", &IDS).is_err());
    }

    #[test]
    fn humidity_is_a_share() {
        let said = |text: &str| Replay::parse(text, &IDS).unwrap_err()[0].to_string();
        let percent = said("date,irkutsk_c,irkutsk_rh\n2022-01-01,-20,65\n");
        assert_eq!(percent, "line 2: column 3: humidity in percent? a share from 0 to 1 is needed");
        assert!(said("date,irkutsk_c,irkutsk_rh\n2022-01-01,-20,-0.1\n").contains("no relative humidity"));
        let r = Replay::parse("date,irkutsk_c,irkutsk_rh\n2022-01-01,-20,0.65\n", &IDS).unwrap();
        let there = r.humidity(ClimateSiteId(0), Day::parse("2022-01-01").unwrap());
        assert!(there.is_some_and(|h| (h - 0.65).abs() < 1e-12), "{there:?}");
        assert_eq!(r.humidity(ClimateSiteId(1), Day::parse("2022-01-01").unwrap()), None);
    }
}
