//! The language of a section's schema: which keys a table has, what each takes, and what it means.
//!
//! A schema is data (`const`), written once per section in `section/<name>.rs`. It drives validation ([`super::check`]),
//! the typed reading of values ([`super::View`]), JSON Schema, `explain` and the commented file of `new`.
//! A key's last part is its unit, so a field of 40 MW is `number("rating_mw", "MW", …)` and never `rating`.

/// What stands at a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number in a unit, within bounds (both allowed).
    Number {
        /// The unit's symbol; empty for shares, factors and counts.
        unit: &'static str,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
    },
    /// A whole number within bounds.
    Integer {
        /// Smallest allowed.
        low: i64,
        /// Largest allowed.
        high: i64,
    },
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A date, `2022-07-08`.
    Day,
    /// A time of day, `18:00:00`; as text also `"18:00"`.
    Time,
    /// A list of `[x, y]` pairs with increasing x: a piecewise-linear [`crate::curve::Curve`].
    Curve {
        /// Unit of the abscissa.
        x_unit: &'static str,
        /// Unit of the ordinate.
        y_unit: &'static str,
        /// Smallest allowed ordinate.
        low: f64,
        /// Largest allowed ordinate.
        high: f64,
    },
    /// A list of numbers.
    Numbers {
        /// The unit's symbol.
        unit: &'static str,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
        /// How many there must be; 0 for any number of them.
        len: usize,
    },
    /// A number, or a list of numbers: one for all, or one for each.
    Series {
        /// The unit's symbol.
        unit: &'static str,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
    },
    /// A list of lists of numbers between 0 and 1.
    Rows,
    /// A list of texts.
    Texts,
    /// A text, or a list of texts.
    Names,
    /// A list of words from a choice.
    Choices(&'static [&'static str]),
    /// A list of dates.
    Days,
    /// The id of an entity of another table of the scenario (`"bus"`, or one of several: `"branch|interface"`).
    Reference(&'static str),
    /// A list of such ids.
    References(&'static str),
    /// A table from id to number: `{ bra = 0.4, irk = 0.6 }`; `of` names the table of the ids, empty for free ids.
    NumberById {
        /// The table whose ids are the keys.
        of: &'static str,
        /// The unit's symbol.
        unit: &'static str,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
    },
    /// The name of a trace: a CSV shipped with the program, or a file beside the scenario.
    Trace,
    /// A table of its own.
    Table(&'static TableSpec),
    /// Tables keyed by id: `[reservoir.bratsk]`.
    Tables(&'static TableSpec),
    /// Exactly one of several tagged tables: `act.close_channel = { … }`.
    OneOf(&'static [TableSpec]),
    /// The sources of the numbers (the key `source`, read by [`super::source`]).
    Sources,
}

/// Whether a key must stand there.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Its absence is an error.
    Required,
    /// Its absence means something of its own, told by the field's sentence.
    Optional,
    /// Its absence means this value.
    Default(Literal),
}

/// A default value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// An integer.
    Integer(i64),
    /// A flag.
    Flag(bool),
    /// A text, a choice, a reference, a date or a time.
    Text(&'static str),
    /// A list of numbers.
    Numbers(&'static [f64]),
    /// A curve.
    Curve(&'static [(f64, f64)]),
    /// A list of texts.
    Texts(&'static [&'static str]),
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key, ending in its unit.
    pub key: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// Whether it must.
    pub need: Need,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// A table: its key, what it is, and its fields.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// The key under which it stands (`bus`, `window`, or a tag of a one-of).
    pub key: &'static str,
    /// What it is, in a sentence or two.
    pub doc: &'static str,
    /// Its keys, in the order in which they are documented.
    pub fields: &'static [Field],
}

impl TableSpec {
    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.key == key)
    }
}

/// A table's schema.
pub const fn table_spec(key: &'static str, doc: &'static str, fields: &'static [Field]) -> TableSpec {
    TableSpec { key, doc, fields }
}

const fn field(key: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { key, kind, need: Need::Required, doc }
}

/// A number with a unit, between `low` and `high`.
pub const fn number(key: &'static str, unit: &'static str, low: f64, high: f64, doc: &'static str) -> Field {
    field(key, Kind::Number { unit, low, high }, doc)
}
/// A whole number between `low` and `high`.
pub const fn integer(key: &'static str, low: i64, high: i64, doc: &'static str) -> Field {
    field(key, Kind::Integer { low, high }, doc)
}
/// `true` or `false`.
pub const fn flag(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Flag, doc)
}
/// A text.
pub const fn text(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Text, doc)
}
/// One of a few words.
pub const fn choice(key: &'static str, words: &'static [&'static str], doc: &'static str) -> Field {
    field(key, Kind::Choice(words), doc)
}
/// A list of words from a few.
pub const fn choices(key: &'static str, words: &'static [&'static str], doc: &'static str) -> Field {
    field(key, Kind::Choices(words), doc)
}
/// A date.
pub const fn day(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Day, doc)
}
/// A list of dates.
pub const fn days(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Days, doc)
}
/// A time of day.
pub const fn time(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Time, doc)
}
/// A piecewise-linear curve; the bounds hold for its ordinates.
pub const fn curve(
    key: &'static str,
    x_unit: &'static str,
    y_unit: &'static str,
    low: f64,
    high: f64,
    doc: &'static str,
) -> Field {
    field(key, Kind::Curve { x_unit, y_unit, low, high }, doc)
}
/// A list of numbers of any length.
pub const fn numbers(key: &'static str, unit: &'static str, low: f64, high: f64, doc: &'static str) -> Field {
    field(key, Kind::Numbers { unit, low, high, len: 0 }, doc)
}
/// A list of exactly `len` numbers.
pub const fn numbers_of(
    key: &'static str,
    len: usize,
    unit: &'static str,
    low: f64,
    high: f64,
    doc: &'static str,
) -> Field {
    field(key, Kind::Numbers { unit, low, high, len }, doc)
}
/// Twelve numbers, January to December.
pub const fn months(key: &'static str, unit: &'static str, low: f64, high: f64, doc: &'static str) -> Field {
    numbers_of(key, 12, unit, low, high, doc)
}
/// A number that holds throughout, or a list of numbers, one for each.
pub const fn series(key: &'static str, unit: &'static str, low: f64, high: f64, doc: &'static str) -> Field {
    field(key, Kind::Series { unit, low, high }, doc)
}
/// A list of lists of probabilities.
pub const fn rows(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Rows, doc)
}
/// A list of texts.
pub const fn texts(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Texts, doc)
}
/// A text, or a list of texts.
pub const fn names(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Names, doc)
}
/// The sources of the numbers.
pub const fn sources(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Sources, doc)
}
/// The id of an entity of another table.
pub const fn reference(key: &'static str, table: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Reference(table), doc)
}
/// A list of ids of another table.
pub const fn references(key: &'static str, table: &'static str, doc: &'static str) -> Field {
    field(key, Kind::References(table), doc)
}
/// Numbers by id of another table (or by free ids if `of` is empty).
pub const fn numbers_by_id(
    key: &'static str,
    of: &'static str,
    unit: &'static str,
    low: f64,
    high: f64,
    doc: &'static str,
) -> Field {
    field(key, Kind::NumberById { of, unit, low, high }, doc)
}
/// The name of a trace.
pub const fn trace(key: &'static str, doc: &'static str) -> Field {
    field(key, Kind::Trace, doc)
}
/// A table of its own; if absent it is read as an empty table, so that its required keys are still required.
pub const fn table(spec: &'static TableSpec) -> Field {
    field(spec.key, Kind::Table(spec), spec.doc)
}
/// Tables keyed by id; none at all is allowed unless a builder objects.
pub const fn tables(spec: &'static TableSpec) -> Field {
    field(spec.key, Kind::Tables(spec), spec.doc)
}
/// Exactly one of several tagged tables.
pub const fn one_of(key: &'static str, tags: &'static [TableSpec], doc: &'static str) -> Field {
    field(key, Kind::OneOf(tags), doc)
}

impl Field {
    /// The field, allowed to be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }
    /// The field with a default number.
    #[must_use]
    pub const fn default(mut self, value: f64) -> Self {
        self.need = Need::Default(Literal::Number(value));
        self
    }
    /// The field with a default integer.
    #[must_use]
    pub const fn default_integer(mut self, value: i64) -> Self {
        self.need = Need::Default(Literal::Integer(value));
        self
    }
    /// The field with a default flag.
    #[must_use]
    pub const fn default_flag(mut self, value: bool) -> Self {
        self.need = Need::Default(Literal::Flag(value));
        self
    }
    /// The field with a default text, choice, id, date (`2022-01-01`) or time (`18:00`).
    #[must_use]
    pub const fn default_text(mut self, value: &'static str) -> Self {
        self.need = Need::Default(Literal::Text(value));
        self
    }
    /// The field with default numbers.
    #[must_use]
    pub const fn default_numbers(mut self, value: &'static [f64]) -> Self {
        self.need = Need::Default(Literal::Numbers(value));
        self
    }
    /// The field with a default curve.
    #[must_use]
    pub const fn default_curve(mut self, value: &'static [(f64, f64)]) -> Self {
        self.need = Need::Default(Literal::Curve(value));
        self
    }
    /// The field with default texts (or choices, or ids).
    #[must_use]
    pub const fn default_texts(mut self, value: &'static [&'static str]) -> Self {
        self.need = Need::Default(Literal::Texts(value));
        self
    }
    /// The unit's symbol; empty where there is none.
    pub const fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Number { unit, .. }
            | Kind::Numbers { unit, .. }
            | Kind::Series { unit, .. }
            | Kind::NumberById { unit, .. } => unit,
            Kind::Curve { y_unit, .. } => y_unit,
            _ => "",
        }
    }
    /// The default, if it has one.
    pub const fn literal(&self) -> Option<Literal> {
        match self.need {
            Need::Default(l) => Some(l),
            _ => None,
        }
    }
    /// Whether its absence is an error.
    pub const fn required(&self) -> bool {
        matches!(self.need, Need::Required)
    }
    /// Whether it holds numbers, which need a source.
    pub const fn is_numeric(&self) -> bool {
        matches!(
            self.kind,
            Kind::Number { .. }
                | Kind::Integer { .. }
                | Kind::Numbers { .. }
                | Kind::Series { .. }
                | Kind::Rows
                | Kind::NumberById { .. }
                | Kind::Curve { .. }
        )
    }
    /// What is allowed, in words.
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Number { unit, low, high } => format!("a number {}", bounds(low, high, unit)),
            Kind::Integer { low, high } => format!("a whole number {}", whole_bounds(low, high)),
            Kind::Flag => "true or false".to_owned(),
            Kind::Text => "a text in quotes".to_owned(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Choices(words) => format!("a list of any of {}", words.join(", ")),
            Kind::Day => "a date, such as 2022-07-08".to_owned(),
            Kind::Days => "a list of dates, such as [2022-07-08]".to_owned(),
            Kind::Time => "a time of day, such as 18:00:00".to_owned(),
            Kind::Curve { x_unit, y_unit, low, high } => {
                let x = if x_unit.is_empty() { "x" } else { x_unit };
                format!("a list of [{x}, y] pairs with rising {x} and y {}", bounds(low, high, y_unit))
            }
            Kind::Numbers { unit, low, high, len: 0 } => format!("a list of numbers {}", bounds(low, high, unit)),
            Kind::Numbers { unit, low, high, len } => {
                format!("a list of {len} numbers {}", bounds(low, high, unit))
            }
            Kind::Series { unit, low, high } => format!("a number, or a list of numbers, {}", bounds(low, high, unit)),
            Kind::Rows => "a list of lists of numbers from 0 to 1".to_owned(),
            Kind::Texts => "a list of texts in quotes".to_owned(),
            Kind::Names => "a name in quotes, or a list of names".to_owned(),
            Kind::Reference(of) => format!("the id of {}", with_article(of)),
            Kind::References(of) => format!("a list of ids of {}", with_article(of)),
            Kind::NumberById { of, unit, low, high } => {
                let ids = if of.is_empty() { "id" } else { of };
                format!("a table from {} to numbers {}", ids.replace('|', " or "), bounds(low, high, unit))
            }
            Kind::Trace => "the name of a trace (CSV)".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Tables(spec) => format!("tables keyed by id: [{}.<id>]", spec.key),
            Kind::OneOf(tags) => {
                format!("exactly one of {}", tags.iter().map(|t| t.key).collect::<Vec<_>>().join(", "))
            }
            Kind::Sources => "tables keyed by the key they cover: [source.\"bus.bra\"]".to_owned(),
        }
    }
}

/// `a branch or an interface` of `branch|interface`.
pub(super) fn with_article(tables: &str) -> String {
    let one = |noun: &str| {
        let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        format!("{article} {noun}")
    };
    tables.split('|').map(one).collect::<Vec<_>>().join(" or ")
}

fn bounds(low: f64, high: f64, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("from {low} to {high}{unit}"),
        (true, false) => format!("of at least {low}{unit}"),
        (false, true) => format!("of at most {high}{unit}"),
        (false, false) => format!("(finite){unit}"),
    }
}

fn whole_bounds(low: i64, high: i64) -> String {
    match (low, high) {
        (low, i64::MAX) => format!("of at least {low}"),
        (i64::MIN, high) => format!("of at most {high}"),
        (low, high) => format!("from {low} to {high}"),
    }
}
