//! The record as a reader sees it: names for people, words for times, what counts as a calendar day.

use super::{Language, Meta, number};
use crate::calendar::Day;
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
/// Nominative, genitive ("7 декабря"), prepositional ("в декабре").
const MONTHS_RU: [[&str; 3]; 12] = [
    ["январь", "января", "январе"],
    ["февраль", "февраля", "феврале"],
    ["март", "марта", "марте"],
    ["апрель", "апреля", "апреле"],
    ["май", "мая", "мае"],
    ["июнь", "июня", "июне"],
    ["июль", "июля", "июле"],
    ["август", "августа", "августе"],
    ["сентябрь", "сентября", "сентябре"],
    ["октябрь", "октября", "октябре"],
    ["ноябрь", "ноября", "ноябре"],
    ["декабрь", "декабря", "декабре"],
];

/// A sentence in the language of a view: `say!(view, "{n} hours", "{n} часов")`.
macro_rules! say {
    ($speaker:expr, $en:literal, $ru:literal $(, $argument:expr)* $(,)?) => {
        match $speaker.language {
            $crate::report::Language::En => format!($en $(, $argument)*),
            $crate::report::Language::Ru => format!($ru $(, $argument)*),
        }
    };
}
pub(crate) use say;

/// A record with the words for it: whose it is, in which language, on which paper.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The record.
    pub record: &'a Record,
    /// Who made it.
    pub meta: &'a Meta,
    /// Whether the days are calendar days: only if the weather is replayed.
    pub dated: bool,
    /// Language of words.
    pub language: Language,
    /// How pictures are made.
    #[cfg(feature = "plots")]
    pub look: super::style::Look,
}

impl<'a> View<'a> {
    /// A view of a record.
    pub fn new(record: &'a Record, meta: &'a Meta) -> Self {
        let dated = matches!(record.headline("weather"), Some(Value::Text(w)) if w == "replayed");
        Self {
            record,
            meta,
            dated,
            language: meta.language,
            #[cfg(feature = "plots")]
            look: super::style::Look::default(),
        }
    }

    /// The same record in a language.
    #[must_use]
    pub fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same record on other paper.
    #[cfg(feature = "plots")]
    #[must_use]
    pub fn on(self, look: super::style::Look) -> Self {
        Self { look, ..self }
    }

    /// One of two fixed texts.
    pub fn pick(&self, en: &'a str, ru: &'a str) -> &'a str {
        self.language.pick(en, ru)
    }

    /// The name of a place, plant or section for people.
    pub fn place(&self, id: &str) -> String {
        place(id, self.language)
    }

    /// A name that the scenario gives, in the view's language where it is known, without the remark that it is modeled.
    pub fn said(&self, name: &str) -> String {
        let name = stylized(name);
        if self.language == Language::Ru { super::russian::name(name) } else { name.to_owned() }
    }

    /// A unit's symbol in the view's language.
    pub fn unit<'b>(&self, symbol: &'b str) -> &'b str {
        if self.language == Language::Ru { super::russian::unit(symbol) } else { symbol }
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
        let month = |d: Day| month_year(d.year(), d.month(), self.language);
        let day = |d: Day| day_words(d, self.language);
        if !self.whole_months() && w.days() < 62 {
            say!(self, "{} to {}", "{} – {}", day(a), day(b))
        } else if a.month_count() == b.month_count() {
            month(a)
        } else {
            say!(self, "{} to {}", "{} – {}", month(a), month(b))
        }
    }

    /// What the days are: calendar days or simulated ones.
    pub fn weather(&self) -> &'static str {
        match self.record.headline("weather") {
            Some(Value::Text(w)) if w == "replayed" => self.language.pick("replayed weather", "погода по наблюдениям"),
            Some(Value::Text(w)) if w == "conditioned" => self.language.pick(
                "simulated days around replayed monthly means",
                "модельные дни вокруг наблюдённых средних за месяц",
            ),
            _ => self.language.pick("simulated weather", "модельная погода"),
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
    pub fn simulated_month(&self, day: Day) -> String {
        let winter = !matches!(day.month(), 4..=9);
        let (month, n) = (month_name(day.month(), self.language), self.winter_of(day));
        match (self.language, winter) {
            (Language::En, true) => format!("{month} of simulated winter {n}"),
            (Language::En, false) => format!("{month} of simulated year {n}"),
            (Language::Ru, true) => format!("{month} модельной зимы {n}"),
            (Language::Ru, false) => format!("{month} модельного года {n}"),
        }
    }

    /// A step's time as it may be printed: a date only if days are calendar days, else "18:00 of a December day in
    /// simulated winter 1".
    pub fn when(&self, step: usize) -> String {
        let m = self.record.window.moment(step);
        let clock = format!("{:02}:{:02}", m.hour(), m.minute % 60);
        if self.dated {
            return say!(self, "{} on {}", "{}, {}", clock, day_words(m.day, self.language));
        }
        let (n, winter) = (self.winter(step), !matches!(m.month, 4..=9));
        match (self.language, winter) {
            (Language::En, true) => {
                format!("{clock} of a {} day in simulated winter {n}", month_name(m.month, Language::En))
            }
            (Language::En, false) => {
                format!("{clock} of a {} day in simulated year {n}", month_name(m.month, Language::En))
            }
            (Language::Ru, true) => format!("{clock} одного из дней {} модельной зимы {n}", month_of(m.month)),
            (Language::Ru, false) => format!("{clock} одного из дней {} модельного года {n}", month_of(m.month)),
        }
    }

    /// "1,204 of 17,520 hours".
    pub fn of_hours(&self, part: f64, whole: f64) -> String {
        let (part_text, whole_text) = (number::fixed(part, 0), number::fixed(whole, 0));
        match self.language {
            Language::En => format!("{part_text} of {whole_text} hours"),
            Language::Ru => format!("{} из {whole_text}", number::count_ru(part, ["час", "часа", "часов"])),
        }
    }

    /// "1,204 hours", "1 hour".
    pub fn hours(&self, n: f64) -> String {
        self.count(n, ["hour", "hours"], ["час", "часа", "часов"])
    }

    /// A count with its noun in the view's language.
    pub fn count(&self, n: f64, en: [&str; 2], ru: [&str; 3]) -> String {
        match self.language {
            Language::En => number::count(n, en[0], en[1]),
            Language::Ru => number::count_ru(n, ru),
        }
    }
}

/// The name of a month from 1 to 12.
pub fn month_name(month: u32, language: Language) -> &'static str {
    let i = (month.clamp(1, 12) - 1) as usize;
    language.pick(MONTHS[i], MONTHS_RU[i][0])
}

/// A month's name in three letters.
pub fn month_short(month: u32, language: Language) -> String {
    month_name(month, language).chars().take(3).collect()
}

/// A Russian month in the genitive.
fn month_of(month: u32) -> &'static str {
    MONTHS_RU[(month.clamp(1, 12) - 1) as usize][1]
}

/// "in December", "в декабре".
pub fn in_month(month: u32, language: Language) -> String {
    let i = (month.clamp(1, 12) - 1) as usize;
    match language {
        Language::En => format!("in {}", MONTHS[i]),
        Language::Ru => format!("в {}", MONTHS_RU[i][2]),
    }
}

/// "December 2023".
pub fn month_year(year: i32, month: u32, language: Language) -> String {
    format!("{} {year}", month_name(month, language))
}

/// "7 December 2023".
pub fn day_words(day: Day, language: Language) -> String {
    let (y, m, d) = day.ymd();
    match language {
        Language::En => format!("{d} {}", month_year(y, m, language)),
        Language::Ru => format!("{d} {} {y}", month_of(m)),
    }
}

/// Names that are not their id in capitals: id, English, Russian (none where Russian is not known).
const NAMES: &[(&str, &str, &str)] = &[
    ("ust_ilimsk", "Ust-Ilimsk", "Усть-Илимск"),
    ("bratsk_irkutsk", "north–south corridor", "коридор север – юг"),
    ("krasnoyarsk_irkutsk", "western tie to Krasnoyarsk", "западная связь с Красноярском"),
    ("irkutsk_buryatia", "eastern tie to Buryatia", "восточная связь с Бурятией"),
    ("north_bodaibo", "line to Bodaibo", "линия на Бодайбо"),
    (
        "shadow_energy",
        "against the shadow price of energy plus the network rate",
        "против теневой цены энергии с сетевым тарифом",
    ),
    ("business_tariff", "against the business tariff", "против тарифа для бизнеса"),
    ("average_cost", "against the average cost of supply", "против средней себестоимости поставки"),
    ("japan_exchange", "Japan’s licensed exchanges", "Лицензированные биржи Японии"),
    ("licensed_exchange", "Other licensed exchanges", "Прочие лицензированные биржи"),
    ("otc_desk", "OTC desks", "Внебиржевые столы (OTC)"),
    ("p2p", "Peer to peer", "Напрямую (P2P)"),
    ("singapore_shell", "A shell company in Singapore", "Компания-прокладка в Сингапуре"),
    ("domestic", "Sale at home to importers", "Продажа импортёрам в России"),
    ("irkutsk", "Irkutsk", "Иркутск"),
    ("bratsk", "Bratsk", "Братск"),
    ("boguchany", "Boguchany", "Богучаны"),
    ("mamakan", "Mamakan", "Мамакан"),
    ("baikal", "Baikal", "Байкал"),
];

/// A place, plant or operator for people: `ust_ilimsk` is "Ust-Ilimsk".
pub fn place(id: &str, language: Language) -> String {
    if let Some((_, en, ru)) = NAMES.iter().find(|n| n.0 == id) {
        return language.pick(en, ru).to_owned();
    }
    let mut out = String::with_capacity(id.len());
    for (i, word) in id.split('_').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let mut letters = word.chars();
        // Names of places are capitalized, kinds of operators only where they begin.
        let kind = matches!(word, "miners" | "homes" | "home" | "host" | "industrial" | "farm" | "site" | "plant");
        match letters.next() {
            // Acronyms stay capitals: CHP, OTC.
            Some(_) if matches!(word, "chp" | "otc" | "p2p") => out.push_str(&word.to_uppercase()),
            Some(first) if i == 0 || !kind => out.extend(first.to_uppercase().chain(letters)),
            Some(first) => out.extend(core::iter::once(first).chain(letters)),
            None => {}
        }
    }
    out
}

/// A known name in Russian.
pub fn known_ru(id: &str) -> Option<&'static str> {
    NAMES.iter().find(|n| n.0 == id).map(|n| n.2)
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
        assert_eq!(place("ust_ilimsk", Language::En), "Ust-Ilimsk");
        assert_eq!(
            (place("home_miners", Language::En).as_str(), place("home_bratsk", Language::En).as_str()),
            ("Home miners", "Home Bratsk")
        );
        assert_eq!(
            (place("chp_10", Language::En), place("otc_desk", Language::En)),
            ("CHP 10".into(), "OTC desks".into())
        );
        assert_eq!(largest(&[1.0, f64::NAN, 3.0, 3.0]), Some((2, 3.0)));
    }
}
