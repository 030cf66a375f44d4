//! The record as a reader sees it: names for people, words for times, what counts as a calendar day.

use super::{Meta, number};
use crate::record::{BranchRow, Record, Value};

/// The controlled section that figures of the north–south corridor show.
pub const CORRIDOR: &str = "bratsk_irkutsk";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A record with the words for it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The record.
    pub record: &'a Record,
    /// Who made it.
    pub meta: &'a Meta,
    /// Whether the days are calendar days: only if the weather is replayed.
    pub dated: bool,
}

impl<'a> View<'a> {
    /// A view of a record.
    pub fn new(record: &'a Record, meta: &'a Meta) -> Self {
        let dated = matches!(record.headline("weather"), Some(Value::Text(w)) if w == "replayed");
        Self { record, meta, dated }
    }

    /// The values of a series that has one for every step.
    pub fn series(&self, key: &str) -> Option<&'a [f64]> {
        let values = self.record.series(key)?.values.as_slice();
        (values.len() == self.record.window.steps() && !values.is_empty()).then_some(values)
    }

    /// Hours that one step lasts.
    pub fn step_hours(&self) -> f64 {
        f64::from(self.record.window.step_minutes) / 60.0
    }

    /// Series whose key begins and ends so, with the id between.
    pub fn family(&self, prefix: &str, suffix: &str) -> Vec<(&'a str, &'a [f64])> {
        let inside = |key: &'a str| key.strip_prefix(prefix)?.strip_suffix(suffix);
        self.record.series.iter().filter_map(|s| Some((inside(&s.key)?, self.series(&s.key)?))).collect()
    }

    /// The row of a controlled section.
    pub fn interface(&self, id: &str) -> Option<&'a BranchRow> {
        self.record.branches.iter().find(|b| b.kind == "interface" && b.id == id)
    }

    /// Whether the window begins and ends with a month.
    pub fn whole_months(&self) -> bool {
        let w = self.record.window;
        w.from.ymd().2 == 1 && w.until.ymd().2 == 1
    }

    /// The window in words: "January 2022 to December 2023".
    pub fn window(&self) -> String {
        let w = self.record.window;
        let (a, b) = (w.from, w.until.plus(-1));
        let month = |d: crate::calendar::Day| month_year(d.year(), d.month());
        if !self.whole_months() && w.days() < 62 {
            format!("{} to {}", day_words(a), day_words(b))
        } else if a.month_count() == b.month_count() {
            month(a)
        } else {
            format!("{} to {}", month(a), month(b))
        }
    }

    /// What the days are: calendar days or simulated ones.
    pub fn weather(&self) -> &'static str {
        match self.record.headline("weather") {
            Some(Value::Text(w)) if w == "replayed" => "replayed weather",
            Some(Value::Text(w)) if w == "conditioned" => "simulated days around replayed monthly means",
            _ => "simulated weather",
        }
    }

    /// The number of the winter that a step lies in or next to; July begins a new one.
    pub fn winter(&self, step: usize) -> i32 {
        self.winter_of(self.record.window.moment(step).day)
    }

    fn winter_of(&self, day: crate::calendar::Day) -> i32 {
        let season = |d: crate::calendar::Day| (d.month_count() + 6).div_euclid(12);
        season(day) - season(self.record.window.from) + 1
    }

    /// A month as it may be printed where days are simulated: "January of simulated winter 2".
    pub fn simulated_month(&self, day: crate::calendar::Day) -> String {
        let season = if matches!(day.month(), 4..=9) { "year" } else { "winter" };
        format!("{} of simulated {season} {}", month_name(day.month()), self.winter_of(day))
    }

    /// A step's time as it may be printed: a date only if days are calendar days, else "18:00 of a December day in
    /// simulated winter 1".
    pub fn when(&self, step: usize) -> String {
        let m = self.record.window.moment(step);
        let clock = format!("{:02}:{:02}", m.hour(), m.minute % 60);
        if self.dated {
            return format!("{clock} on {}", day_words(m.day));
        }
        let season = if matches!(m.month, 4..=9) { "year" } else { "winter" };
        format!("{clock} of a {} day in simulated {season} {}", month_name(m.month), self.winter(step))
    }
}

/// The name of a month from 1 to 12.
pub fn month_name(month: u32) -> &'static str {
    MONTHS[(month.clamp(1, 12) - 1) as usize]
}

/// "December 2023".
pub fn month_year(year: i32, month: u32) -> String {
    format!("{} {year}", month_name(month))
}

/// "7 December 2023".
pub fn day_words(day: crate::calendar::Day) -> String {
    let (y, m, d) = day.ymd();
    format!("{d} {}", month_year(y, m))
}

/// A place, plant or operator for people: `ust_ilimsk` is "Ust-Ilimsk".
pub fn place(id: &str) -> String {
    match id {
        "ust_ilimsk" => "Ust-Ilimsk".into(),
        "bratsk_irkutsk" => "north–south corridor".into(),
        "krasnoyarsk_irkutsk" => "western tie to Krasnoyarsk".into(),
        "irkutsk_buryatia" => "eastern tie to Buryatia".into(),
        "north_bodaibo" => "line to Bodaibo".into(),
        "shadow_energy" => "against the shadow price of energy plus the network rate".into(),
        "business_tariff" => "against the business tariff".into(),
        "average_cost" => "against the average cost of supply".into(),
        _ => {
            let mut out = String::with_capacity(id.len());
            for (i, word) in id.split('_').enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                let mut letters = word.chars();
                // Names of places are capitalized, kinds of operators only where they begin.
                let kind =
                    matches!(word, "miners" | "homes" | "home" | "host" | "industrial" | "farm" | "site" | "plant");
                match letters.next() {
                    Some(first) if i == 0 || !kind => out.extend(first.to_uppercase().chain(letters)),
                    Some(first) => out.extend(core::iter::once(first).chain(letters)),
                    None => {}
                }
            }
            out
        }
    }
}

/// An operator's name without the remark that it is modeled, which a picture makes once for all.
pub fn stylized(name: &str) -> &str {
    name.strip_suffix(" (modeled)").unwrap_or(name)
}

/// Index and value of the largest finite value.
pub fn largest(values: &[f64]) -> Option<(usize, f64)> {
    values.iter().copied().enumerate().filter(|(_, v)| v.is_finite()).fold(None, |best, now| match best {
        Some((_, v)) if v >= now.1 => best,
        _ => Some(now),
    })
}

/// The least and largest finite value.
pub fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |r, v| match r {
        Some((a, b)) => Some((if v < a { v } else { a }, if v > b { v } else { b })),
        None => Some((v, v)),
    })
}

/// "1,204 of 17,520 hours".
pub fn of_hours(part: f64, whole: f64) -> String {
    format!("{} of {} hours", number::fixed(part, 0), number::fixed(whole, 0))
}

#[cfg(test)]
mod tests {
    use super::super::synthetic;
    use super::*;

    #[test]
    fn generated_weather_is_never_a_calendar_night() {
        let mut record = synthetic::record(400);
        let meta = synthetic::meta();
        let step = 340 * 24 + 18;
        assert_eq!(View::new(&record, &meta).when(step), "18:00 of a December day in simulated winter 2");
        for h in &mut record.headlines {
            if h.key == "weather" {
                h.value = Value::Text("replayed".into());
            }
        }
        assert_eq!(View::new(&record, &meta).when(step), "18:00 on 7 December 2022");
    }

    #[test]
    fn places_have_names() {
        assert_eq!(place("ust_ilimsk"), "Ust-Ilimsk");
        assert_eq!((place("home_miners").as_str(), place("home_bratsk").as_str()), ("Home miners", "Home Bratsk"));
        assert_eq!(largest(&[1.0, f64::NAN, 3.0, 3.0]), Some((2, 3.0)));
    }
}
