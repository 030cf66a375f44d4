//! Inflow of a reservoir's own basin: monthly norms, evaporation, and what a year makes of them.
//!
//! The published norm of the lake is *useful* inflow: evaporation is already taken off. So the norm is opened first,
//! gross = norm + climatological evaporation; a generated anomaly multiplies gross, and net = gross · anomaly − evaporation.
//! A published "x % of the norm" speaks of useful inflow and multiplies the net norm instead; where a norm is negative
//! (November and December on the lake) a percentage says nothing, and the month keeps its norm.
//!
//! Days within a month follow a mean-preserving curve through the months.

pub mod state;

use crate::calendar::Day;
use crate::curve::mean_preserving;
use crate::random::{Member, Seed, Stream};
use crate::units::Discharge;

/// Norms of one basin.
#[derive(Clone, Debug, PartialEq)]
pub struct Basin {
    /// Net ("useful") inflow by month of a normal year, m³/s.
    pub norm_m3_s: [f64; 12],
    /// Evaporation from the reservoir by month that the norm has taken off already, m³/s.
    pub evaporation_m3_s: [f64; 12],
}

impl Basin {
    /// Mean of the net norm over the days from one up to another.
    pub fn mean_norm(&self, from: Day, until: Day) -> Discharge {
        let (mut sum, mut day) = (0.0, from);
        while day < until {
            let (_, month, day_of_month) = day.ymd();
            let days = (day.days_in_month() + 1 - day_of_month).clamp(1, (until.0 - day.0) as u32);
            sum += self.norm_m3_s[(month.clamp(1, 12) - 1) as usize] * f64::from(days);
            day = day.plus(days as i32);
        }
        Discharge::m3_s(sum / f64::from((until.0 - from.0).max(1)))
    }
    /// Net inflow of a month (from 0) whose gross inflow is a multiple of its norm, m³/s.
    pub fn net(&self, month: usize, factor: f64) -> f64 {
        self.gross(month) * factor - self.evaporation_m3_s[month]
    }
    /// Norm before evaporation, m³/s.
    fn gross(&self, month: usize) -> f64 {
        self.norm_m3_s[month] + self.evaporation_m3_s[month]
    }
}

/// Whose factors a basin follows in a replayed year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The uppermost reservoir of the cascade.
    Headwater,
    /// The rivers that join between dams.
    Side,
}

/// Factors on the norm in a year that is replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayedYear {
    /// The year.
    pub year: i32,
    /// By month, of the uppermost reservoir.
    pub headwater: [f64; 12],
    /// By month, of side inflows.
    pub side: [f64; 12],
}

/// How anomalies are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variability {
    /// Coefficient of variation of a year's gross inflow (lognormal with mean one).
    pub year_cv: f64,
    /// Correlation of one year's score with the next.
    pub year_lag: f64,
    /// Coefficient of variation of a month about its year.
    pub month_cv: f64,
    /// Correlation of one month's score with the next.
    pub month_lag: f64,
    /// Correlation of the scores of two basins.
    pub basin_correlation: f64,
}

/// What kind of years the run meets.
#[derive(Clone, Debug, PartialEq)]
pub enum Hydrology {
    /// Every month at its norm.
    Normal,
    /// Gross inflow times one factor in every month: a dry year, a wet year.
    Steady(f64),
    /// Drawn years.
    Generated(Variability),
    /// Years as published; a year that is not in the list is normal.
    Replayed(Vec<ReplayedYear>),
}

/// Years and months that a drawn score looks back; the weight beyond is below 10⁻⁶ at a lag of 0.5.
const LOOK_BACK: i64 = 20;

/// The random streams of one basin.
#[derive(Clone, Debug)]
struct Streams {
    year: [Stream; 2],
    month: [Stream; 2],
}

impl Streams {
    fn new(seed: Seed, member: Member, basin: &str) -> Self {
        let year = |entity: &str| Stream::new(seed, member, "hydro.inflow.year", entity);
        let month = |entity: &str| Stream::new(seed, member, "hydro.inflow.month", entity);
        // What all basins share, then what is a basin's own. No id can be empty, so none can meet the shared stream.
        Self { year: [year(""), year(basin)], month: [month(""), month(basin)] }
    }
}

/// A stationary score of lag-one correlation at a period, from the innovations of the periods before it alone: the same
/// whichever window asks.
fn score(streams: &[Stream; 2], shared: f64, lag: f64, period: i64) -> f64 {
    let own = libm::sqrt((1.0 - shared).max(0.0));
    let common = libm::sqrt(shared.max(0.0));
    let (mut sum, mut weight, mut squares) = (0.0, 1.0, 0.0);
    for back in 0..LOOK_BACK {
        let at = period - back;
        let e = common * streams[0].at(at).normal() + own * streams[1].at(at).normal();
        sum += weight * e;
        squares += weight * weight;
        weight *= lag;
        if weight == 0.0 {
            break;
        }
    }
    sum / libm::sqrt(squares)
}

/// A lognormal factor of mean one at a standard normal score.
fn lognormal(cv: f64, score: f64) -> f64 {
    let variance = libm::log1p(cv * cv);
    libm::exp(libm::sqrt(variance) * score - 0.5 * variance)
}

/// Inflow of one basin, day by day.
#[derive(Clone, Debug)]
pub struct InflowNow {
    streams: Streams,
    /// Monthly means of the two years last asked for, by parity of the year.
    years: [Option<(i32, [f64; 12])>; 2],
    month_count: Option<i32>,
    days: Vec<f64>,
}

impl InflowNow {
    /// A basin's inflow under a seed.
    pub fn new(seed: Seed, member: Member, basin_id: &str) -> Self {
        Self { streams: Streams::new(seed, member, basin_id), years: [None, None], month_count: None, days: Vec::new() }
    }

    /// Mean net inflow of a day.
    pub fn on(&mut self, basin: &Basin, position: Position, hydrology: &Hydrology, day: Day) -> Discharge {
        let (_, _, day_of_month) = day.ymd();
        let month_count = day.month_count();
        if self.month_count != Some(month_count) {
            let first = day.plus(1 - day_of_month as i32);
            let (before, after) = (first.plus(-1), first.plus(first.days_in_month() as i32));
            let lengths = [before.days_in_month(), first.days_in_month(), after.days_in_month()];
            let means = [before, first, after].map(|d| self.month_mean(basin, position, hydrology, d));
            let days = mean_preserving(&lengths, &means, false);
            let start = lengths[0] as usize;
            self.days.clear();
            self.days.extend(days.iter().skip(start).take(lengths[1] as usize));
            self.month_count = Some(month_count);
        }
        let at = (day_of_month.max(1) - 1) as usize;
        Discharge::m3_s(self.days.get(at).copied().unwrap_or_default())
    }

    fn month_mean(&mut self, basin: &Basin, position: Position, hydrology: &Hydrology, day: Day) -> f64 {
        let (year, month, _) = day.ymd();
        let slot = year.rem_euclid(2) as usize;
        let means = match self.years[slot] {
            Some((of, means)) if of == year => means,
            _ => {
                let means = self.year_means(basin, position, hydrology, year);
                self.years[slot] = Some((year, means));
                means
            }
        };
        means[(month.clamp(1, 12) - 1) as usize]
    }

    fn year_means(&self, basin: &Basin, position: Position, hydrology: &Hydrology, year: i32) -> [f64; 12] {
        let with = |factor: [f64; 12]| core::array::from_fn(|m| basin.gross(m) * factor[m] - basin.evaporation_m3_s[m]);
        match hydrology {
            Hydrology::Normal => basin.norm_m3_s,
            Hydrology::Steady(factor) => with([*factor; 12]),
            Hydrology::Generated(law) => with(self.anomaly(basin, law, year)),
            Hydrology::Replayed(years) => match years.iter().find(|r| r.year == year) {
                None => basin.norm_m3_s,
                Some(replayed) => {
                    let factor = match position {
                        Position::Headwater => &replayed.headwater,
                        Position::Side => &replayed.side,
                    };
                    core::array::from_fn(|m| {
                        let norm = basin.norm_m3_s[m];
                        if norm > 0.0 { norm * factor[m] } else { norm }
                    })
                }
            },
        }
    }

    /// Factors on gross inflow in the months of a drawn year. The months scatter about the year and keep its volume.
    fn anomaly(&self, basin: &Basin, law: &Variability, year: i32) -> [f64; 12] {
        let shared = law.basin_correlation;
        let factor = lognormal(law.year_cv, score(&self.streams.year, shared, law.year_lag, i64::from(year)));
        let months: [f64; 12] = core::array::from_fn(|m| {
            let period = i64::from(year) * 12 + m as i64;
            lognormal(law.month_cv, score(&self.streams.month, shared, law.month_lag, period))
        });
        let total: f64 = (0..12).map(|m| basin.gross(m)).sum();
        let drawn: f64 = (0..12).map(|m| basin.gross(m) * months[m]).sum();
        let level = if drawn > 0.0 { factor * total / drawn } else { factor };
        months.map(|m| m * level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hydro::angara;

    const LAW: Variability =
        Variability { year_cv: 0.20, year_lag: 0.4, month_cv: 0.25, month_lag: 0.5, basin_correlation: 0.5 };

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn month_mean(now: &mut InflowNow, basin: &Basin, hydrology: &Hydrology, year: i32, month: u32) -> f64 {
        let first = Day::from_ymd(year, month, 1).unwrap();
        let n = first.days_in_month();
        (0..n).map(|d| now.on(basin, Position::Headwater, hydrology, first.plus(d as i32)).as_m3_s()).sum::<f64>()
            / f64::from(n)
    }

    #[test]
    fn days_keep_the_norm_of_their_month() {
        let basin = angara::lake_basin();
        let mut now = InflowNow::new(Seed(1), Member(0), "baikal");
        for year in [2023, 2024] {
            for month in 1..=12 {
                let mean = month_mean(&mut now, &basin, &Hydrology::Normal, year, month);
                assert!((mean - basin.norm_m3_s[month as usize - 1]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_percentage_multiplies_the_net_norm_and_leaves_negative_months() {
        let basin = angara::lake_basin();
        let wet = Hydrology::Replayed(vec![ReplayedYear { year: 2021, headwater: [1.48; 12], side: [1.0; 12] }]);
        let mut now = InflowNow::new(Seed(1), Member(0), "baikal");
        assert!((month_mean(&mut now, &basin, &wet, 2021, 7) - 1.48 * 4860.0).abs() < 1e-9);
        assert!((month_mean(&mut now, &basin, &wet, 2021, 11) + 110.0).abs() < 1e-9);
        assert!((month_mean(&mut now, &basin, &wet, 2022, 7) - 4860.0).abs() < 1e-9, "an unlisted year is normal");
        let side = now.on(&basin, Position::Side, &Hydrology::Normal, day("2021-07-15"));
        assert!(side.as_m3_s() > 4000.0);
    }

    #[test]
    fn a_wet_factor_is_wet_in_every_month() {
        let basin = angara::lake_basin();
        let mut wet = InflowNow::new(Seed(1), Member(0), "baikal");
        for month in 1..=12 {
            let mean = month_mean(&mut wet, &basin, &Hydrology::Steady(1.25), 2023, month);
            assert!(mean > basin.norm_m3_s[month as usize - 1], "month {month}");
        }
    }

    #[test]
    fn a_mean_over_days_weighs_its_months() {
        let basin = angara::lake_basin();
        let mean = basin.mean_norm(day("2022-01-22"), day("2022-03-01")).as_m3_s();
        assert!((mean - (10.0 * 318.0 + 28.0 * 425.0) / 38.0).abs() < 1e-9);
        assert_eq!(basin.mean_norm(day("2022-01-22"), day("2022-01-22")), Discharge::ZERO);
    }

    #[test]
    fn drawn_years_have_the_stated_law() {
        let basin = angara::lake_basin();
        let now = InflowNow::new(Seed(7), Member(0), "baikal");
        let gross: f64 = (0..12).map(|m| basin.gross(m)).sum();
        let factors: Vec<f64> = (0..3000)
            .map(|year| {
                let a = now.anomaly(&basin, &LAW, year);
                (0..12).map(|m| basin.gross(m) * a[m]).sum::<f64>() / gross
            })
            .collect();
        let n = factors.len() as f64;
        let mean = factors.iter().sum::<f64>() / n;
        let var = factors.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / n;
        let lag = factors.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n / var;
        assert!((mean - 1.0).abs() < 0.02, "mean {mean}");
        assert!((var.sqrt() / mean - 0.20).abs() < 0.015, "CV {}", var.sqrt() / mean);
        assert!((lag - 0.4).abs() < 0.06, "lag-1 {lag}");
    }

    #[test]
    fn basins_move_together_as_far_as_told() {
        let (a, b) = (InflowNow::new(Seed(7), Member(0), "a"), InflowNow::new(Seed(7), Member(0), "b"));
        let pairs: Vec<(f64, f64)> =
            (0..3000).map(|y| (score(&a.streams.year, 0.5, 0.4, y), score(&b.streams.year, 0.5, 0.4, y))).collect();
        let correlation = pairs.iter().map(|(x, y)| x * y).sum::<f64>() / pairs.len() as f64;
        assert!((correlation - 0.5).abs() < 0.06, "{correlation}");
    }

    #[test]
    fn a_year_is_the_same_whichever_window_asks() {
        let basin = angara::lake_basin();
        let law = Hydrology::Generated(LAW);
        let mut early = InflowNow::new(Seed(3), Member(2), "baikal");
        let mut late = InflowNow::new(Seed(3), Member(2), "baikal");
        for d in 0..800 {
            early.on(&basin, Position::Headwater, &law, day("2022-01-01").plus(d));
        }
        let at = day("2024-03-11");
        assert_eq!(early.on(&basin, Position::Headwater, &law, at), late.on(&basin, Position::Headwater, &law, at));
    }
}
