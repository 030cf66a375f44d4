//! Headlines in print: names for ids, words for what is not a measured hour. Kept beside the machine's values in
//! `summary.json`, so that a finished study prints as it did when it was made.

use super::Language;
use super::view::{self, View};
use crate::calendar::Day;
use crate::record::Value;
use serde_json::{Map, json};

/// Names and words of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Print {
    /// Names by id.
    names: Vec<(String, String)>,
    /// What is printed instead of a headline's value, by key.
    words: Vec<(String, String)>,
    language: Language,
}

impl Print {
    /// The names and words of a record.
    pub fn of(view: &View<'_>) -> Self {
        let mut words = Vec::new();
        if view.record.headline("weather").is_some() {
            words.push(("weather".to_owned(), view.weather().to_owned()));
        }
        if let (false, Some(Value::Text(time))) = (view.dated, view.record.headline("region_peak_time"))
            && let Some((day, clock)) = time.split_once(' ')
            && let Some(day) = Day::parse(day)
        {
            words.push(("region_peak_time".to_owned(), format!("{}, {clock}", view.simulated_month(day))));
        }
        Self { names: view.record.names.clone(), words, language: view.language }
    }

    /// Those of a `summary.json`.
    pub fn read(summary: &serde_json::Value) -> Self {
        let texts = |key: &str| -> Vec<(String, String)> {
            let map = summary.get(key).and_then(serde_json::Value::as_object);
            let text = |(id, v): (&String, &serde_json::Value)| Some((id.clone(), v.as_str()?.to_owned()));
            map.into_iter().flatten().filter_map(text).collect()
        };
        Self { names: texts("names"), words: texts("words"), language: Language::En }
    }

    /// Adds them to a `summary.json`.
    pub(super) fn write(&self, out: &mut Map<String, serde_json::Value>) {
        for (key, texts) in [("names", &self.names), ("words", &self.words)] {
            if !texts.is_empty() {
                let map: Map<_, _> = texts.iter().map(|(id, text)| (id.clone(), json!(text))).collect();
                out.insert(key.into(), map.into());
            }
        }
    }

    /// An id's name for people.
    pub fn name(&self, id: &str) -> String {
        for (suffix, en, ru) in [
            ("_at_low", "above the low end of its range", "выше нижнего края диапазона"),
            ("_at_high", "above the high end of its range", "выше верхнего края диапазона"),
        ] {
            let words = self.language.pick(en, ru);
            if let Some(id) = id.strip_suffix(suffix) {
                return format!("{}, {words}", self.name(id));
            }
        }
        if let (Language::Ru, Some(name)) = (self.language, view::known_ru(id)) {
            return name.to_owned();
        }
        match self.names.iter().find(|n| n.0 == id) {
            Some((_, name)) if self.language == Language::Ru => super::russian::name(view::stylized(name)),
            Some((_, name)) => view::stylized(name).to_owned(),
            None => view::place(id, self.language),
        }
    }

    /// What is printed instead of a headline's value.
    pub fn words(&self, key: &str) -> Option<&str> {
        self.words.iter().find(|w| w.0 == key).map(|w| w.1.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic;
    use super::*;

    #[test]
    fn a_simulated_hour_is_not_printed_as_a_night_of_the_calendar() {
        let (record, meta) = (synthetic::record(400), synthetic::meta());
        let print = Print::of(&View::new(&record, &meta));
        let told = print.words("region_peak_time").unwrap();
        assert!(told.contains(" of simulated winter ") && !told.contains("202"), "{told}");
        let mut out = Map::new();
        print.write(&mut out);
        assert_eq!(Print::read(&out.into()), print);
    }

    #[test]
    fn ids_have_names() {
        let (record, meta) = (synthetic::record(2), synthetic::meta());
        let print = Print::of(&View::new(&record, &meta));
        assert_eq!(print.name("bratsk_irkutsk_at_low"), "north–south corridor, above the low end of its range");
        assert_eq!(print.name("ust_ilimsk"), "Ust-Ilimsk");
    }
}
