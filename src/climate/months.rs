//! Months on record: generated days moved so that each month has its published mean.

use crate::calendar::Day;
use crate::curve::mean_preserving;
use crate::ids::{ClimateSiteId, Id};
use std::collections::BTreeMap;

/// Published monthly means by site and month (counted as [`Day::month_count`]), °C.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonthFigures {
    figures: BTreeMap<(i32, u32), f64>,
}

/// First day of the month that lies `months` after that of `day`.
pub fn start_of(day: Day, months: i32) -> Day {
    let count = day.month_count() + months;
    Day::from_ymd(count.div_euclid(12), count.rem_euclid(12) as u32 + 1, 1).unwrap_or(day)
}

impl MonthFigures {
    /// Adds the mean of a month (1 to 12) at a site; a later figure replaces an earlier one.
    pub fn add(&mut self, site: ClimateSiteId, year: i32, month: u32, mean_c: f64) {
        self.figures.insert((year * 12 + month as i32 - 1, site.0), mean_c);
    }

    /// The figure of a month at a site.
    pub fn figure(&self, site: ClimateSiteId, month_count: i32) -> Option<f64> {
        self.figures.get(&(month_count, site.0)).copied()
    }

    /// How many months there are.
    pub fn len(&self) -> usize {
        self.figures.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.figures.is_empty()
    }

    /// Shifts daily means, given by day from the first of a month over whole months, so that each month with a figure has it.
    ///
    /// The shift is continuous over the days (see [`mean_preserving`]). A site without a figure follows the first site that has
    /// one by the regression `slope(that, this, month index)` of its anomaly on that site's, which leaves its own
    /// independent part as generated; a month without any figure is not moved on the average.
    pub fn shift(
        &self,
        first: Day,
        means: &mut [Vec<f64>],
        slope: impl Fn(ClimateSiteId, ClimateSiteId, usize) -> f64,
    ) {
        let sites = means.first().map_or(0, Vec::len);
        let mut lengths = Vec::new();
        let mut shifts = vec![Vec::new(); sites];
        let mut at = 0;
        while at < means.len() {
            let day = first.plus(at as i32);
            let length = (day.days_in_month() as usize).min(means.len() - at);
            let (count, month) = (day.month_count(), (day.month().clamp(1, 12) - 1) as usize);
            let days = &means[at..at + length];
            let own = |site: usize| {
                let mean = days.iter().map(|d| d[site]).sum::<f64>() / length as f64;
                self.figure(ClimateSiteId::from_index(site), count).map(|figure| figure - mean)
            };
            let leader = (0..sites).find_map(|s| own(s).map(|shift| (ClimateSiteId::from_index(s), shift)));
            for (s, list) in shifts.iter_mut().enumerate() {
                let followed = leader.map(|(site, by)| by * slope(site, ClimateSiteId::from_index(s), month));
                list.push(own(s).or(followed).unwrap_or(0.0));
            }
            lengths.push(length as u32);
            at += length;
        }
        for (s, by_month) in shifts.iter().enumerate() {
            for (day, shift) in means.iter_mut().zip(mean_preserving(&lengths, by_month, false)) {
                day[s] += shift;
            }
        }
    }
}
