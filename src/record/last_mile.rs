//! What the last mile suffered: headlines, the table of transformers by settlement, the list of outages.

use super::{Cell, Headline, Sheet, Value};
use crate::calendar::Day;
use crate::last_mile::protection::Cause;
use crate::region::{Region, State};
use crate::step::Step;

/// Hours of a year for indices by year.
const YEAR_H: f64 = 8760.0;

/// Outages of one cause in one settlement on one day.
#[derive(Clone, Copy, Debug)]
struct Outage {
    day: Day,
    settlement: usize,
    cause: &'static str,
    transformers: f64,
    homes: f64,
    home_hours: f64,
}

/// Collects what steps did to the last mile.
#[derive(Clone, Debug, Default)]
pub struct LastMileTally {
    hours: f64,
    overloaded_max: f64,
    above_130_max: f64,
    interrupted: f64,
    dark_max: f64,
    dark_home_h: f64,
    outages: Vec<Outage>,
}

impl LastMileTally {
    /// Adds a step.
    pub fn record(&mut self, step: &Step) {
        let (s, hours) = (&step.strained, step.now.span.as_hours());
        self.hours += hours;
        self.overloaded_max = self.overloaded_max.max(s.overloaded);
        self.above_130_max = self.above_130_max.max(s.above_130);
        self.interrupted += s.interrupted;
        self.dark_max = self.dark_max.max(s.homes_dark);
        self.dark_home_h += s.homes_dark * hours;
        for b in &s.blown {
            let same = |o: &&mut Outage| o.day == step.now.day && o.settlement == b.settlement && o.cause == b.cause;
            let today = self.outages.iter_mut().rev().take_while(|o| o.day == step.now.day).find(same);
            match today {
                Some(o) => {
                    o.transformers += b.transformers;
                    o.homes += b.homes;
                    o.home_hours += b.homes * b.hours;
                }
                None => self.outages.push(Outage {
                    day: step.now.day,
                    settlement: b.settlement,
                    cause: b.cause,
                    transformers: b.transformers,
                    homes: b.homes,
                    home_hours: b.homes * b.hours,
                }),
            }
        }
    }

    /// The headlines; none where no settlement is modeled.
    pub fn headlines(&self, world: &Region) -> Vec<Headline> {
        let homes = world.last_mile.homes();
        if homes <= 0.0 || self.hours <= 0.0 {
            return Vec::new();
        }
        let years = self.hours / YEAR_H;
        let number = |key, x: f64| Headline { key, value: Value::Number(Some(x)) };
        let mut by_cause: Vec<(String, f64)> = Cause::ALL
            .iter()
            .map(|c| (c.word().to_owned(), self.outages.iter().filter(|o| o.cause == c.word()).map(|o| o.homes).sum()))
            .collect();
        by_cause.push(("total".to_owned(), self.interrupted));
        vec![
            number("homes_modeled", homes),
            number("transformers_modeled", world.last_mile.transformers()),
            number("transformers_overloaded_max", self.overloaded_max),
            number("transformers_above_130pct_max", self.above_130_max),
            number("homes_interrupted", self.interrupted),
            Headline { key: "homes_interrupted_by_cause", value: Value::ById(by_cause) },
            number("home_hours_without_power", self.dark_home_h),
            number("homes_dark_max", self.dark_max),
            number("saidi_h", self.dark_home_h / homes / years),
            number("saifi", self.interrupted / homes / years),
        ]
    }

    /// `transformers` and `outages`; none where no settlement is modeled.
    pub fn sheets(&self, world: &Region, state: &State) -> Vec<Sheet> {
        if world.last_mile.settlements.is_empty() {
            return Vec::new();
        }
        vec![self.transformers(world, state), self.outages(world)]
    }

    fn transformers(&self, world: &Region, state: &State) -> Sheet {
        let years = (self.hours / YEAR_H).max(1e-9);
        let mut rows = Vec::new();
        for (at, s) in world.last_mile.settlements.iter().enumerate() {
            let count: f64 = state.last_mile.worn(at).map(|u| u.count).sum();
            let mean = |of: &dyn Fn(&crate::last_mile::Worn) -> f64| {
                state.last_mile.worn(at).map(|u| u.count * of(&u)).sum::<f64>() / count.max(1e-9)
            };
            let share = |of: &dyn Fn(&crate::last_mile::Worn) -> bool| 1000.0 * mean(&|u| f64::from(u8::from(of(u))));
            let class = world.last_mile.classes.get(s.class).map_or("", |c| c.id.as_str());
            let trips: f64 = self.outages.iter().filter(|o| o.settlement == at).map(|o| o.transformers).sum();
            let interrupted: f64 = self.outages.iter().filter(|o| o.settlement == at).map(|o| o.homes).sum();
            let home_h: f64 = self.outages.iter().filter(|o| o.settlement == at).map(|o| o.home_hours).sum();
            rows.push(vec![
                Cell::Text(s.id.clone()),
                Cell::Text(class.to_owned()),
                Cell::Number(count),
                Cell::Number(s.homes),
                Cell::Number(mean(&|u| u.hours_above[0]) / years),
                Cell::Number(mean(&|u| u.hours_above[1]) / years),
                Cell::Number(share(&|u| u.hours_above[0] > 0.0)),
                Cell::Number(share(&|u| u.hours_above[1] > 0.0)),
                Cell::Number(mean(&|u| u.life_lost_h) / years),
                Cell::Number(state.last_mile.worn(at).map(|u| u.life_lost_h).fold(0.0, f64::max) / years),
                Cell::Number(trips),
                Cell::Number(1000.0 * trips / count.max(1e-9) / years),
                Cell::Number(1000.0 * interrupted / s.homes / years),
                Cell::Number(1000.0 * home_h / s.homes / years),
            ]);
        }
        let columns = [
            ("settlement", "Settlement; what is modeled there is typical, not any real transformer."),
            ("class", "Class of settlement."),
            ("count", "Transformers modeled: homes over homes per transformer, both assumptions."),
            ("homes", "Homes modeled."),
            (
                "hours_above_100pct_per_year",
                "Hours of the mean transformer above 100 % on its most loaded phase, per year.",
            ),
            (
                "hours_above_130pct_per_year",
                "Hours of the mean transformer above 130 % on its most loaded phase, per year.",
            ),
            ("ever_above_100pct_per_1000", "Of 1,000 transformers, those that were above 100 % in some hour."),
            ("ever_above_130pct_per_1000", "Of 1,000 transformers, those that were above 130 % in some hour."),
            ("life_lost_h_per_year", "Hours of normal life lost in a year by the mean transformer."),
            ("life_lost_max_h_per_year", "Hours of normal life lost in a year by the worst transformer."),
            ("trips", "Transformers or feeders taken out in the window."),
            ("trips_per_1000_per_year", "The same for 1,000 transformers and a year."),
            ("homes_interrupted_per_1000_per_year", "Interruptions of 1,000 homes in a year."),
            ("home_hours_per_1000_per_year", "Hours without power of 1,000 homes in a year."),
        ];
        Sheet { name: "transformers", columns: named(&columns), rows }
    }

    fn outages(&self, world: &Region) -> Sheet {
        let rows = self.outages.iter().map(|o| {
            let settlement = world.last_mile.settlements.get(o.settlement).map_or("", |s| s.id.as_str());
            vec![
                Cell::Text(o.day.to_string()),
                Cell::Text(settlement.to_owned()),
                Cell::Number(o.homes),
                Cell::Number(o.home_hours / o.homes.max(1e-9)),
                Cell::Text(o.cause.to_owned()),
                Cell::Number(o.transformers),
            ]
        });
        let columns = [
            ("day", "Day of the model; where weather is generated, no calendar day."),
            ("settlement", "Settlement."),
            ("homes", "Homes that lost power that day for this cause."),
            ("hours", "Hours until they had it back."),
            ("cause", "overcurrent, heat, aging, conductor or voltage."),
            ("transformers", "Transformers or feeders taken out."),
        ];
        Sheet { name: "outages", columns: named(&columns), rows: rows.collect() }
    }
}

fn named(columns: &[(&str, &str)]) -> Vec<(String, String)> {
    columns.iter().map(|(k, d)| ((*k).to_owned(), (*d).to_owned())).collect()
}
