//! A typical year from an EnergyPlus weather file (EPW): air temperature and humidity by the hour.
//!
//! Eight header lines, then 8,760 rows (8,784 in a leap year): year, month, day, hour 1 to 24, minute, source flags, dry bulb
//! °C, dew point °C, relative humidity %, … (EnergyPlus Auxiliary Programs, "Weather Data"). 99.9 °C and 999 % mean missing.
//! The months of a typical year come from different years, so only month and day count.

use super::replay::ReplayError;

/// Header lines before the hours.
const HEADER: usize = 8;

/// One day of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TypicalDay {
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hours_c: [Option<f64>; 24],
    /// Relative humidity, 0 to 1.
    pub(super) humidity: [Option<f64>; 24],
}

/// Reads a file. Every mistake is told, up to a hundred.
pub(super) fn parse(text: &str) -> Result<Vec<TypicalDay>, Vec<ReplayError>> {
    let mut problems: Vec<ReplayError> = Vec::new();
    let mut tell = |line: usize, what: String| {
        if problems.len() < 100 {
            problems.push(ReplayError { line, what });
        }
    };
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    if !lines.first().is_some_and(|l| l.starts_with("LOCATION")) {
        tell(1, "an EPW file begins with LOCATION".to_owned());
    }
    let rows = lines.iter().skip(HEADER).filter(|l| !l.is_empty()).count();
    if rows != 8760 && rows != 8784 {
        let hint = if rows < 8760 {
            format!("{} hours are missing at its end or within", 8760 - rows)
        } else {
            format!("{} rows too many", rows - 8760)
        };
        tell(HEADER + 1 + rows, format!("{rows} hours after the header; allowed: 8,760 or 8,784 ({hint})"));
    }
    let mut days: Vec<TypicalDay> = Vec::new();
    let mut before: Option<(u32, u32, u32)> = None;
    for (i, line) in lines.iter().enumerate().skip(HEADER).filter(|(_, l)| !l.is_empty()) {
        let at = i + 1;
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() < 9 {
            tell(at, format!("{} values; a row has 35, of which the first 9 are needed", cells.len()));
            continue;
        }
        let whole = |k: usize, low: u32, high: u32| cells[k].parse::<u32>().ok().filter(|x| (low..=high).contains(x));
        let (Some(month), Some(day), Some(hour)) = (whole(1, 1, 12), whole(2, 1, 31), whole(3, 1, 24)) else {
            tell(at, "columns 2 to 4: no month, day and hour (hours run from 1 to 24)".to_owned());
            continue;
        };
        let now = (month, day, hour);
        if before.is_some_and(|b| now <= b) {
            tell(at, "time goes backwards or stands still".to_owned());
        }
        before = Some(now);
        let number = |k: usize| cells[k].parse::<f64>().ok().filter(|x| x.is_finite());
        let t = match number(6) {
            Some(t) if (-75.0..=60.0).contains(&t) => Some(t),
            Some(t) if (t - 99.9).abs() < 1e-9 => None,
            _ => {
                tell(at, "column 7: no air temperature in °C".to_owned());
                None
            }
        };
        let rh = match number(8) {
            Some(h) if (0.0..=110.0).contains(&h) => Some((h / 100.0).min(1.0)),
            Some(h) if (h - 999.0).abs() < 1e-9 => None,
            _ => {
                tell(at, "column 9: no relative humidity in percent, 0 to 110".to_owned());
                None
            }
        };
        if days.last().is_none_or(|d| (d.month, d.day) != (month, day)) {
            days.push(TypicalDay { month, day, hours_c: [None; 24], humidity: [None; 24] });
        }
        if let Some(last) = days.last_mut() {
            last.hours_c[hour as usize - 1] = t;
            last.humidity[hour as usize - 1] = rh;
        }
    }
    if problems.is_empty() { Ok(days) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::super::replay::Replay;
    use super::*;
    use crate::calendar::Day;
    use crate::ids::ClimateSiteId;

    fn file(rows: impl Fn(usize) -> Option<String>) -> String {
        let mut text = "LOCATION,Irkutsk,-,RUS,made up,307100,52.27,104.32,8,469\n".to_owned();
        text += &"DESIGN CONDITIONS,0\n".repeat(7);
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut at = 0;
        for (m, days) in lengths.into_iter().enumerate() {
            for day in 1..=days {
                for hour in 1..=24 {
                    let t = -10.0 + f64::from(hour) / 10.0 + m as f64;
                    let usual = format!("1995,{},{day},{hour},60,?9,{t:.1},-20.0,65,95500,0,0,0", m + 1);
                    text += &rows(at).unwrap_or(usual);
                    text += "\n";
                    at += 1;
                }
            }
        }
        text
    }

    #[test]
    fn a_typical_year_is_replayed_in_every_year() {
        let replay = Replay::default().with_epw(&file(|_| None), 0, 1, 2023..=2024).unwrap();
        let on = |d: &str| replay.hours(ClimateSiteId(0), Day::parse(d).unwrap()).copied();
        assert_eq!(on("2023-03-05").unwrap()[0], -7.9);
        assert_eq!(on("2023-03-05"), on("2024-03-05"));
        assert_eq!(on("2024-02-29"), on("2024-02-28"), "a leap day repeats the day before");
        assert_eq!(on("2025-01-01"), None);
        let rh = replay.humidity(ClimateSiteId(0), Day::parse("2023-03-05").unwrap());
        assert!((rh.unwrap() - 0.65).abs() < 1e-12);
    }

    #[test]
    fn missing_hours_are_filled_and_counted() {
        let gap = |at: usize| (at == 5).then(|| "1995,1,1,6,60,?9,99.9,99.9,999,95500".to_owned());
        let replay = Replay::default().with_epw(&file(gap), 0, 1, 2023..=2023).unwrap();
        assert_eq!(replay.filled_hours(), 1);
        let first = replay.hours(ClimateSiteId(0), Day::parse("2023-01-01").unwrap()).unwrap();
        assert!((first[5] + 9.4).abs() < 1e-9, "{first:?}");
    }

    #[test]
    fn a_wrong_length_and_wrong_rows_are_told_with_their_place() {
        let told = |text: &str| parse(text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let whole = file(|_| None);
        let short: String = whole.lines().take(8000).map(|l| format!("{l}\n")).collect();
        assert!(told(&short).contains("7992 hours after the header; allowed: 8,760 or 8,784 (768 hours are missing"));
        let bad = file(|at| match at {
            3 => Some("1995,1,1,2,60,?9,-10,-20,65,95500".to_owned()),
            9 => Some("1995,1,1,10,60,?9,250,-20,165,95500".to_owned()),
            _ => None,
        });
        let told = told(&bad);
        assert!(told.contains("line 12: time goes backwards"), "{told}");
        assert!(
            told.contains("line 18: column 7: no air temperature") && told.contains("column 9: no relative"),
            "{told}"
        );
        assert!(parse("").is_err());
    }
}
