//! `sweep`: one or two keys over their values, and where an answer turns its sign.

use super::many::{ManyArgs, Study};
use super::{Failure, StudyArgs};
use clap::Args;

/// Simulate a scenario at every value of one or two keys.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt sweep irkutsk --vary tariff.home_usd_per_kwh=0.0012:0.05:8
  hashwatt sweep irkutsk --vary interface.bratsk_irkutsk.limit_mw=2400,2900,3200 --vary tariff.home_usd_per_kwh=0.0012,0.012
  hashwatt sweep irkutsk/no-sanctions --against irkutsk --vary channels.inertia_share_per_month=0.2:0.9:5

--against sweeps two scenarios in the same futures, and the table has their difference. boundary.csv tells where a
metric, or a difference, turns its sign: only between points that both lie beyond twice their simulation error.")]
pub struct Sweep {
    #[command(flatten)]
    study: StudyArgs,
    /// A key and its values: FROM:TO:POINTS, or a list; once or twice
    #[arg(long, value_name = "KEY=FROM:TO:POINTS", required = true, value_parser = axis)]
    vary: Vec<(String, Vec<f64>)>,
    /// Another scenario at the same points: the table has its difference to SCENARIO
    #[arg(long, value_name = "SCENARIO")]
    against: Option<String>,
    #[command(flatten)]
    many: ManyArgs,
}

/// The largest number of points of a sweep.
const MOST: usize = 2500;

/// A key with its values.
fn axis(text: &str) -> Result<(String, Vec<f64>), String> {
    let needed = "KEY=FROM:TO:POINTS or KEY=a,b,c is needed, such as tariff.home_usd_per_kwh=0.001:0.05:8";
    let (key, values) = text.split_once('=').ok_or(needed)?;
    let number = |t: &str| {
        t.trim().parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| format!("`{t}` is no number: {needed}"))
    };
    let parts: Vec<&str> = values.split(':').collect();
    let values: Vec<f64> = match parts.as_slice() {
        [from, to, points] => {
            let points: usize = points.trim().parse().map_err(|_| format!("`{points}` points: {needed}"))?;
            if !(2..=MOST).contains(&points) {
                return Err(format!("{points} points: 2 to {MOST} are possible"));
            }
            let (from, to) = (number(from)?, number(to)?);
            let step =
                |i: usize| if i + 1 == points { to } else { from + (to - from) * i as f64 / (points - 1) as f64 };
            (0..points).map(step).collect()
        }
        [list] => list.split(',').map(number).collect::<Result<_, _>>()?,
        _ => return Err(needed.to_owned()),
    };
    let twice = (1..values.len().min(MOST)).find(|&i| values[..i].contains(&values[i]));
    if let Some(i) = twice {
        return Err(format!("{} is there twice; each value once", values[i]));
    }
    if key.trim().is_empty() { Err(needed.to_owned()) } else { Ok((key.trim().to_owned(), values)) }
}

impl Sweep {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenarios, the points, the disk.
    pub fn run(self) -> Result<(), Failure> {
        let points = self.vary.iter().map(|axis| axis.1.len()).product::<usize>();
        if self.vary.len() > 2 || points > MOST {
            let (keys, n) = (self.vary.len(), points);
            return Err(Failure::Usage(format!("{keys} keys and {n} points: one or two keys, at most {MOST} points")));
        }
        Study::sweep(&self.study, &self.vary, self.against.as_deref())?.deliver(&self.study, &self.many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_its_ends_and_its_number_of_points() {
        assert_eq!(axis("a.b=1:3:5").unwrap(), ("a.b".to_owned(), vec![1.0, 1.5, 2.0, 2.5, 3.0]));
        assert_eq!(axis("a=2,7").unwrap().1, [2.0, 7.0]);
        for wrong in ["a", "a=", "=1,2", "a=1:2", "a=1:2:1", "a=1:2:99999999", "a=x:2:3", "a=1,nan", "a=0.1,0.2,0.10"] {
            assert!(axis(wrong).is_err(), "{wrong}");
        }
    }
}
