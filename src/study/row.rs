//! What a study keeps of one run, and the bytes in which it is put aside until the study is whole.
//!
//! Doubles are kept bit for bit. Reading never trusts a length: each is held against what is left, so that torn or hostile
//! bytes give an error and cost no more memory than they have themselves.

use crate::calendar::{Day, Window};
use crate::record::metric::metric;
use crate::record::{Record, Value};

/// One run of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The member (future).
    pub member: u32,
    /// Place of the arm.
    pub arm: u32,
    /// The drawn assumptions, in the order of the arm's ranges; empty where they are held.
    pub inputs: Vec<f64>,
    /// What it brought, or why nothing.
    pub outcome: Result<Kept, Lost>,
}

/// What is kept of a run that ended well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// The window.
    pub window: Option<Window>,
    /// Numbers of the headlines: metric, part, value (not a number: undefined).
    pub numbers: Vec<(&'static str, Option<String>, f64)>,
    /// Texts of the headlines.
    pub texts: Vec<(&'static str, String)>,
    /// Caveats.
    pub caveats: Vec<String>,
    /// Bins of the chosen series, step by step; see [`super::fan`].
    pub bins: Vec<Vec<i16>>,
}

/// Why a run has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The kind of failure, which decides the exit code.
    pub kind: LossKind,
    /// In words.
    pub cause: String,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// The drawn assumptions make no region.
    Refused,
    /// The run stopped: no feasible solution.
    Stopped,
    /// A balance or certificate broke: a bug of this program.
    Broken,
}

impl Kept {
    /// What is kept of a record.
    pub fn of(record: &Record) -> Self {
        let mut kept = Self { window: Some(record.window), caveats: record.caveats.clone(), ..Self::default() };
        for headline in &record.headlines {
            match &headline.value {
                Value::Number(n) => kept.numbers.push((headline.key, None, n.unwrap_or(f64::NAN))),
                Value::ById(parts) => {
                    kept.numbers.extend(parts.iter().map(|(id, n)| (headline.key, Some(id.clone()), *n)));
                }
                Value::Text(text) => kept.texts.push((headline.key, text.clone())),
            }
        }
        kept
    }
}

/// Why bytes are no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a row of this program: {0}")]
pub struct NotARow(&'static str);

impl Row {
    /// The row as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4096);
        put_u32(&mut out, self.member);
        put_u32(&mut out, self.arm);
        put_u32(&mut out, self.inputs.len() as u32);
        self.inputs.iter().for_each(|x| out.extend(x.to_bits().to_le_bytes()));
        match &self.outcome {
            Err(lost) => {
                out.push(match lost.kind {
                    LossKind::Refused => 1,
                    LossKind::Stopped => 2,
                    LossKind::Broken => 3,
                });
                put_text(&mut out, &lost.cause);
            }
            Ok(kept) => {
                out.push(0);
                put_window(&mut out, kept.window);
                put_u32(&mut out, kept.numbers.len() as u32);
                for (metric, part, value) in &kept.numbers {
                    put_text(&mut out, metric);
                    out.push(u8::from(part.is_some()));
                    put_text(&mut out, part.as_deref().unwrap_or(""));
                    out.extend(value.to_bits().to_le_bytes());
                }
                put_u32(&mut out, kept.texts.len() as u32);
                for (metric, text) in &kept.texts {
                    put_text(&mut out, metric);
                    put_text(&mut out, text);
                }
                put_u32(&mut out, kept.caveats.len() as u32);
                kept.caveats.iter().for_each(|c| put_text(&mut out, c));
                put_u32(&mut out, kept.bins.len() as u32);
                for series in &kept.bins {
                    put_u32(&mut out, series.len() as u32);
                    out.extend(series.iter().flat_map(|b| b.to_le_bytes()));
                }
            }
        }
        out
    }

    /// The row of some bytes.
    ///
    /// # Errors
    /// [`NotARow`] for anything that [`Row::to_bytes`] does not write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotARow> {
        let mut from = Reader { rest: bytes };
        let (member, arm) = (from.u32()?, from.u32()?);
        let inputs = from.doubles()?;
        let outcome = match from.u8()? {
            0 => {
                let window = from.window()?;
                let mut kept = Kept { window, ..Kept::default() };
                for _ in 0..from.count(13)? {
                    let name = known(&from.text()?)?;
                    let has_part = from.u8()? == 1;
                    let part = from.text()?;
                    kept.numbers.push((name, has_part.then_some(part), from.f64()?));
                }
                for _ in 0..from.count(8)? {
                    kept.texts.push((known(&from.text()?)?, from.text()?));
                }
                for _ in 0..from.count(4)? {
                    kept.caveats.push(from.text()?);
                }
                for _ in 0..from.count(4)? {
                    let n = from.count(2)?;
                    let raw = from.take(2 * n)?;
                    kept.bins.push(raw.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect());
                }
                Ok(kept)
            }
            kind @ 1..=3 => {
                let kind = match kind {
                    1 => LossKind::Refused,
                    2 => LossKind::Stopped,
                    _ => LossKind::Broken,
                };
                Err(Lost { kind, cause: from.text()? })
            }
            _ => return Err(NotARow("an unknown outcome")),
        };
        if from.rest.is_empty() {
            Ok(Self { member, arm, inputs, outcome })
        } else {
            Err(NotARow("bytes are left over"))
        }
    }
}

fn known(key: &str) -> Result<&'static str, NotARow> {
    metric(key).map(|m| m.key).ok_or(NotARow("a metric that this version does not know"))
}

fn put_u32(out: &mut Vec<u8>, n: u32) {
    out.extend(n.to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_u32(out, text.len() as u32);
    out.extend(text.as_bytes());
}

fn put_window(out: &mut Vec<u8>, window: Option<Window>) {
    let Some(w) = window else {
        out.push(0);
        return;
    };
    out.push(1);
    out.extend(w.from.0.to_le_bytes());
    out.extend(w.until.0.to_le_bytes());
    put_u32(out, w.step_minutes);
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], NotARow> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or(NotARow("it ends too early"))?;
        self.rest = rest;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotARow> {
        self.take(N)?.try_into().map_err(|_| NotARow("it ends too early"))
    }
    fn u8(&mut self) -> Result<u8, NotARow> {
        Ok(u8::from_le_bytes(self.array()?))
    }
    fn u32(&mut self) -> Result<u32, NotARow> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    fn i32(&mut self) -> Result<i32, NotARow> {
        Ok(i32::from_le_bytes(self.array()?))
    }
    fn f64(&mut self) -> Result<f64, NotARow> {
        Ok(f64::from_bits(u64::from_le_bytes(self.array()?)))
    }
    /// A number of things of which each takes at least so many bytes.
    fn count(&mut self, each: usize) -> Result<usize, NotARow> {
        let n = self.u32()? as usize;
        if n > self.rest.len() / each { Err(NotARow("a length beyond its end")) } else { Ok(n) }
    }
    fn text(&mut self) -> Result<String, NotARow> {
        let n = self.count(1)?;
        String::from_utf8(self.take(n)?.to_vec()).map_err(|_| NotARow("a text that is not UTF-8"))
    }
    fn doubles(&mut self) -> Result<Vec<f64>, NotARow> {
        let n = self.count(8)?;
        (0..n).map(|_| self.f64()).collect()
    }
    fn window(&mut self) -> Result<Option<Window>, NotARow> {
        if self.u8()? == 0 {
            return Ok(None);
        }
        let (from, until, step_minutes) = (Day(self.i32()?), Day(self.i32()?), self.u32()?);
        Ok(Some(Window { from, until, step_minutes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> Row {
        let kept = Kept {
            window: Some(Window { from: Day(19_000), until: Day(19_365), step_minutes: 60 }),
            numbers: vec![("mining_gwh", None, 0.1 + 0.2), ("hydro_gwh", Some("bratsk".into()), f64::NAN)],
            texts: vec![("weather", "generated".into())],
            caveats: vec!["c".into()],
            bins: vec![vec![-3, 0, 7]],
        };
        Row { member: 7, arm: 1, inputs: vec![1.5], outcome: Ok(kept) }
    }

    #[test]
    fn a_row_comes_back_bit_for_bit() {
        let bytes = row().to_bytes();
        let back = Row::from_bytes(&bytes).unwrap();
        assert_eq!(back.to_bytes(), bytes);
        let lost = Row { outcome: Err(Lost { kind: LossKind::Stopped, cause: "limits".into() }), ..row() };
        assert_eq!(Row::from_bytes(&lost.to_bytes()), Ok(lost));
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = row().to_bytes();
        for n in 0..bytes.len() {
            assert!(Row::from_bytes(&bytes[..n]).is_err(), "{n} bytes");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..60, with in any::<u8>()) {
            let _ = Row::from_bytes(&bytes);
            let mut bent = row().to_bytes();
            let at = at % bent.len();
            bent[at] = with;
            let _ = Row::from_bytes(&bent);
        }
    }
}
