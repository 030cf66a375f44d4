//! What a function of `calc` is: its inputs with units and ranges, its results, and the equation behind them.

use std::ops::Bound;

/// A function that can be asked.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it answers, in a line.
    pub doc: &'static str,
    /// What it needs.
    pub inputs: &'static [Input],
    /// What it gives, in order.
    pub results: &'static [Output],
    /// The equation; as many answers as results.
    pub solve: fn(&Given) -> Result<Vec<Answer>, Misfit>,
}

/// One input.
pub struct Input {
    /// Its name, which ends in the unit where it has one.
    pub name: &'static str,
    /// Its unit, empty for a plain number.
    pub unit: &'static str,
    /// What it is, in words.
    pub doc: &'static str,
    /// What may be given.
    pub kind: Kind,
    /// What holds if it is not given.
    pub absent: Absent,
    /// Factors that undo a usual slip, with its name: a pressure in hPa.
    pub slips: &'static [(f64, &'static str)],
}

/// One result.
pub struct Output {
    /// Its name; never that of an input of the same function.
    pub name: &'static str,
    /// Its unit, empty for a plain number.
    pub unit: &'static str,
}

/// What may be given for an input.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A number in a range.
    Number(Bound<f64>, Bound<f64>),
    /// A whole number in a range.
    Whole(i64, i64),
    /// Numbers: separated by spaces, commas or semicolons, brackets welcome.
    List,
    /// A word.
    Text,
    /// One of some words.
    Choice(&'static [&'static str]),
}

/// What holds if an input is not given.
#[derive(Clone, Copy)]
pub enum Absent {
    /// It must be given.
    Wrong,
    /// This value.
    Means(&'static str),
    /// Nothing; some results are then left open.
    Open,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// A whole number, exact.
    Whole(i64),
    /// A word, such as compact bits.
    Text(String),
    /// No number, or not one: why.
    Said(String),
}

/// An input that does not fit, alone or with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The input.
    pub input: String,
    /// What is wrong with it.
    pub what: String,
}

impl Misfit {
    /// Names an input and what is wrong with it.
    pub fn new(input: &str, what: impl Into<String>) -> Self {
        Self { input: input.to_owned(), what: what.into() }
    }
}

/// A value given for an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Numbers.
    List(Vec<f64>),
    /// A word.
    Text(String),
}

/// The values of all inputs that are known. Accessors are total: [`Function::read`] has seen to what is required.
#[derive(Clone, Debug, Default)]
pub struct Given(Vec<(&'static str, Value)>);

impl Given {
    /// Inputs and values, in the order of the function's inputs.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, Value)> {
        self.0.iter()
    }
    fn find(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }
    /// A number, or nothing.
    pub fn maybe(&self, name: &str) -> Option<f64> {
        match self.find(name)? {
            Value::Number(x) => Some(*x),
            Value::Whole(i) => Some(*i as f64),
            Value::List(_) | Value::Text(_) => None,
        }
    }
    /// A number.
    pub fn number(&self, name: &str) -> f64 {
        self.maybe(name).unwrap_or(f64::NAN)
    }
    /// A whole number.
    pub fn whole(&self, name: &str) -> i64 {
        if let Some(Value::Whole(i)) = self.find(name) { *i } else { 0 }
    }
    /// Numbers.
    pub fn list(&self, name: &str) -> &[f64] {
        if let Some(Value::List(list)) = self.find(name) { list } else { &[] }
    }
    /// A word.
    pub fn text(&self, name: &str) -> &str {
        if let Some(Value::Text(text)) = self.find(name) { text } else { "" }
    }
}

impl Function {
    /// Reads what was given, by name; `given` returns the text of an input.
    ///
    /// # Errors
    /// Every input that is missing or does not fit.
    pub fn read<'t>(&self, given: impl Fn(&str) -> Option<&'t str>) -> Result<Given, Vec<Misfit>> {
        let (mut values, mut wrong) = (Vec::new(), Vec::new());
        for input in self.inputs {
            let text = given(input.name).map(str::trim).filter(|t| !t.is_empty());
            let text = match (text, input.absent) {
                (Some(text), _) | (None, Absent::Means(text)) => text,
                (None, Absent::Open) => continue,
                (None, Absent::Wrong) => {
                    wrong.push(Misfit::new(input.name, format!("missing: {}", input.about())));
                    continue;
                }
            };
            match input.parse(text) {
                Ok(value) => values.push((input.name, value)),
                Err(what) => wrong.push(Misfit::new(input.name, what)),
            }
        }
        if wrong.is_empty() { Ok(Given(values)) } else { Err(wrong) }
    }

    /// The answers; a number that is none is said.
    ///
    /// # Errors
    /// An input that does not fit the others.
    pub fn answer(&self, given: &Given) -> Result<Vec<Answer>, Misfit> {
        let answers = (self.solve)(given)?;
        Ok(answers
            .into_iter()
            .map(|a| match a {
                Answer::Number(x) if !x.is_finite() => {
                    Answer::Said("undefined, or beyond what a number can hold".into())
                }
                other => other,
            })
            .collect())
    }
}

impl Input {
    /// What it is, with unit, range and default.
    pub fn about(&self) -> String {
        let mut out = self.doc.to_owned();
        if !self.unit.is_empty() {
            out.push_str(&format!(", {}", self.unit));
        }
        match self.kind {
            Kind::Number(low, high) => out.push_str(&range(low, high)),
            Kind::Choice(words) => out.push_str(&format!(" ({})", words.join(" or "))),
            Kind::Whole(..) => out.push_str(" (a whole number)"),
            Kind::List => out.push_str(" (numbers)"),
            Kind::Text => {}
        }
        match self.absent {
            Absent::Means(text) => out.push_str(&format!("; {text} if not given")),
            Absent::Open => out.push_str("; may be left out"),
            Absent::Wrong => {}
        }
        out
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Number(low, high) => {
                let x = number(text).ok_or_else(|| format!("`{text}` is no number: {}", self.about()))?;
                if inside(x, low, high) { Ok(Value::Number(x)) } else { Err(self.outside(x, low, high)) }
            }
            Kind::Whole(low, high) => match text.parse::<i64>() {
                Ok(i) if (low..=high).contains(&i) => Ok(Value::Whole(i)),
                Ok(i) => Err(format!("{i} is not between {low} and {high}: {}", self.about())),
                Err(_) => Err(format!("`{text}` is no whole number: {}", self.about())),
            },
            Kind::List => {
                let bare = text.trim_start_matches(['[', '(']).trim_end_matches([']', ')']);
                let parts = bare.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|p| !p.is_empty());
                let list: Result<Vec<f64>, String> =
                    parts.map(|p| number(p).ok_or_else(|| format!("`{p}` is no number"))).collect();
                list.and_then(|l| if l.is_empty() { Err("no numbers".into()) } else { Ok(Value::List(l)) })
            }
            Kind::Text => Ok(Value::Text(text.to_owned())),
            Kind::Choice(words) => match words.iter().find(|w| w.eq_ignore_ascii_case(text)) {
                Some(word) => Ok(Value::Text((*word).to_owned())),
                None => Err(format!("`{text}` is neither {}", words.join(" nor "))),
            },
        }
    }

    /// A number out of range, with the slip it looks like.
    fn outside(&self, x: f64, low: Bound<f64>, high: Bound<f64>) -> String {
        let meant = self.slips.iter().find_map(|(factor, what)| {
            // Divided rather than multiplied where that is the exact way: 65 / 100 prints as 0.65.
            let y = if *factor < 1.0 { x / libm::round(1.0 / factor) } else { x * factor };
            inside(y, low, high).then(|| format!("; {what}? did you mean {y}?"))
        });
        format!("{x} is out of range: {}{}", self.about(), meant.unwrap_or_default())
    }
}

fn number(text: &str) -> Option<f64> {
    text.replace('\u{2212}', "-").parse::<f64>().ok().filter(|x| x.is_finite())
}

fn inside(x: f64, low: Bound<f64>, high: Bound<f64>) -> bool {
    let above = match low {
        Bound::Included(a) => x >= a,
        Bound::Excluded(a) => x > a,
        Bound::Unbounded => true,
    };
    let below = match high {
        Bound::Included(b) => x <= b,
        Bound::Excluded(b) => x < b,
        Bound::Unbounded => true,
    };
    above && below
}

fn range(low: Bound<f64>, high: Bound<f64>) -> String {
    let low = match low {
        Bound::Included(a) => Some(format!("at least {a}")),
        Bound::Excluded(a) => Some(format!("above {a}")),
        Bound::Unbounded => None,
    };
    let high = match high {
        Bound::Included(b) => Some(format!("at most {b}")),
        Bound::Excluded(b) => Some(format!("below {b}")),
        Bound::Unbounded => None,
    };
    let both: Vec<String> = low.into_iter().chain(high).collect();
    if both.is_empty() { String::new() } else { format!(" ({})", both.join(", ")) }
}

/// Any finite number.
pub const ANY: Kind = Kind::Number(Bound::Unbounded, Bound::Unbounded);
/// Zero or more.
pub const NOT_NEGATIVE: Kind = Kind::Number(Bound::Included(0.0), Bound::Unbounded);
/// More than zero.
pub const POSITIVE: Kind = Kind::Number(Bound::Excluded(0.0), Bound::Unbounded);
/// From one number to another, both included.
pub const fn between(low: f64, high: f64) -> Kind {
    Kind::Number(Bound::Included(low), Bound::Included(high))
}
/// The slip of giving per cent where a share is meant.
pub const PERCENT: &[(f64, &str)] = &[(0.01, "in per cent")];

/// An input that must be given.
pub const fn need(name: &'static str, unit: &'static str, kind: Kind, doc: &'static str) -> Input {
    Input { name, unit, doc, kind, absent: Absent::Wrong, slips: &[] }
}
/// A result.
pub const fn gives(name: &'static str, unit: &'static str) -> Output {
    Output { name, unit }
}

impl Input {
    /// With a value that holds if it is not given.
    pub const fn or(mut self, default: &'static str) -> Self {
        self.absent = Absent::Means(default);
        self
    }
    /// That may be left open.
    pub const fn open(mut self) -> Self {
        self.absent = Absent::Open;
        self
    }
    /// With usual slips.
    pub const fn slips(mut self, slips: &'static [(f64, &'static str)]) -> Self {
        self.slips = slips;
        self
    }
}
