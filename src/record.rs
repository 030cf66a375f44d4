//! What a run leaves: series by step, tables, a timeline and headlines, kept outside the loop's physics.

mod books;
pub mod columns;
mod effects;
pub mod gains;
pub mod installed;
mod last_mile;
mod limits;
pub mod metric;
mod overhead;
pub mod recorder;
mod security;
mod sheets;
pub mod tally;
mod timeline;
mod totals;
mod water_years;

use crate::calendar::{Day, Window};

/// One column of the time series: a quantity at every step.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The column's key, `<quantity>_<id>_<unit>`, as written to files.
    pub key: String,
    /// The unit's symbol for axes and sidecars (`MW`, `°C`).
    pub unit: &'static str,
    /// What it is, in a few words, for axes and hovers.
    pub label: String,
    /// Its definition in a sentence, for sidecars.
    pub definition: String,
    /// How steps combine into a day, month or year.
    pub total: Total,
    /// One value a step.
    pub values: Vec<f64>,
}

/// How the steps of a series combine into a longer period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// The mean over the period (power, temperature, level).
    Mean,
    /// The sum over the period (money, coin).
    Sum,
    /// The value at the end of the period.
    Last,
}

/// Something that happened, for the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// The day.
    pub day: Day,
    /// Minute of the day.
    pub minute: u32,
    /// What kind of thing: `event`, `limit`, `record`, `retarget`, `order`, `warning`.
    pub kind: &'static str,
    /// The id it concerns (an event, an interface, an operator), or empty.
    pub subject: String,
    /// A sentence.
    pub text: String,
}

/// One branch or controlled section over the run.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchRow {
    /// Id: the branch's key or the interface's id.
    pub id: String,
    /// `branch` or `interface`.
    pub kind: &'static str,
    /// Name for people.
    pub name: String,
    /// The limit that held longest, MW.
    pub limit_mw: f64,
    /// Lower end of an assumed limit's range, MW; the limit itself where it is not assumed.
    pub limit_low_mw: f64,
    /// Upper end of an assumed limit's range, MW.
    pub limit_high_mw: f64,
    /// Whether the limit is an assumption.
    pub limit_assumed: bool,
    /// Largest loading, % of the limit of its hour.
    pub max_loading_pct: f64,
    /// Largest absolute flow, MW.
    pub max_flow_mw: f64,
    /// Hours above 90 % of the limit.
    pub hours_above_90pct: f64,
    /// Hours with a positive shadow price.
    pub hours_at_limit: f64,
    /// Hours in which the loss of another circuit would load it beyond its short-time rating; zero for a section.
    pub hours_insecure: f64,
    /// Mean shadow price over the hours at the limit, RUB/MWh.
    pub shadow_price_rub_per_mwh: f64,
}

/// A headline's value: a number, a string, or a map from id to number (the id `total` is reserved).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; `None` is undefined and written as null with a note.
    Number(Option<f64>),
    /// A text.
    Text(String),
    /// Numbers by id, in order.
    ById(Vec<(String, f64)>),
}

/// A headline by the key of the metric registry.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// Key in [`metric::METRICS`].
    pub key: &'static str,
    /// Its value.
    pub value: Value,
}

/// A table of named columns for figures that are not series (fleet by model, ledgers, break-evens).
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Name: the file's stem (`fleet`, `ledgers`, `break_evens`).
    pub name: &'static str,
    /// Column keys with units as suffix, in order, with a definition each.
    pub columns: Vec<(String, String)>,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a [`Sheet`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing known.
    Empty,
}

/// Everything that a run recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The window.
    pub window: Window,
    /// Series by step, in the order of files.
    pub series: Vec<Series>,
    /// What happened when.
    pub timeline: Vec<Happening>,
    /// Branches and interfaces.
    pub branches: Vec<BranchRow>,
    /// Further tables.
    pub sheets: Vec<Sheet>,
    /// Headlines in the order of the registry.
    pub headlines: Vec<Headline>,
    /// Names for people of the ids that headlines have, as (id, name).
    pub names: Vec<(String, String)>,
    /// Caveats that hold for this run (imposed inputs, assumed limits that bind, generated weather).
    pub caveats: Vec<String>,
}

impl Record {
    /// The series of a key.
    pub fn series(&self, key: &str) -> Option<&Series> {
        self.series.iter().find(|s| s.key == key)
    }
    /// The headline of a key.
    pub fn headline(&self, key: &str) -> Option<&Value> {
        self.headlines.iter().find(|h| h.key == key).map(|h| &h.value)
    }
    /// A numeric headline.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.headline(key)? {
            Value::Number(n) => *n,
            Value::ById(parts) => parts.iter().find(|p| p.0 == "total").map(|p| p.1),
            Value::Text(_) => None,
        }
    }
    /// The sheet of a name.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|s| s.name == name)
    }
}
