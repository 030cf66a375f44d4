//! Members of one or more arms, in parallel, with results in member order.

use super::draw::Range;
use super::fan;
use super::metrics::{Column, Columns, in_order};
use super::row::{Kept, LossKind, Lost, Row};
use super::values::Values;
use crate::calendar::Window;
use crate::fault::Cause;
use crate::random::{Member, Seed};
use crate::record::Record;
use crate::region::Region;
use crate::run::RunError;
use std::borrow::Cow;

/// What a study runs: a region, and how it is built again with other assumptions.
pub trait World: Sync {
    /// Its name in tables.
    fn name(&self) -> &str;
    /// The assumptions that may be drawn.
    fn ranges(&self) -> &[Range];
    /// The values of [`World::ranges`] in one member.
    fn draw(&self, seed: Seed, member: Member) -> Vec<f64> {
        self.ranges().iter().map(|r| r.draw(seed, member)).collect()
    }
    /// Given values of [`World::ranges`], made to fit together where some depend on others.
    fn fitted(&self, given: Vec<f64>) -> Vec<f64> {
        given
    }
    /// The region as the scenario has it, or with a drawn value for each of [`World::ranges`].
    ///
    /// # Errors
    /// Why the drawn values make no region.
    fn region(&self, drawn: Option<&[f64]>) -> Result<Cow<'_, Region>, String>;
}

/// How many members, of which seed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Seed of every draw.
    pub seed: Seed,
    /// Number of members, from 0.
    pub members: u32,
    /// Whether ranged assumptions keep the scenario's value.
    pub fixed_assumptions: bool,
    /// Number of threads; results do not depend on it.
    pub threads: usize,
}

/// A member that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The member.
    pub member: u32,
    /// Place of the arm.
    pub arm: usize,
    /// The cause.
    pub lost: Lost,
}

/// One arm in every member.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Drawn assumptions: key and a value for each member. Empty where assumptions are fixed.
    pub inputs: Vec<(String, Values)>,
    /// Headlines that are numbers.
    pub columns: Vec<Column>,
    /// Headlines that are texts; empty where members differ.
    pub texts: Vec<(&'static str, String)>,
}

impl Arm {
    /// A column in memory; not a number in any member where this arm never had it.
    pub fn column(&self, metric: &'static str, part: Option<&str>) -> Column {
        let found = self.columns.iter().find(|c| c.metric == metric && c.part.as_deref() == part);
        let of_any = || vec![f64::NAN; self.columns.first().map_or(0, |c| c.values.get().len())];
        let values = found.map_or_else(of_any, |c| c.values.get().into_owned());
        Column { metric, part: part.map(str::to_owned), values: values.into() }
    }
}

/// What a study of many runs brings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// How it was run.
    pub members: u32,
    /// The window of the first arm.
    pub window: Option<Window>,
    /// The arms, the baseline first.
    pub arms: Vec<Arm>,
    /// Members that failed, in member order.
    pub losses: Vec<Loss>,
    /// Caveats of the runs, each once.
    pub caveats: Vec<String>,
}

/// Takes a finished run, from any thread and in any order; `false` stops the study.
pub type Keep<'a> = dyn Fn(Row) -> bool + Sync + 'a;

/// All runs of some members: member by member, the arms within one.
pub fn jobs(members: core::ops::Range<u32>, arms: usize) -> Vec<(u32, u32)> {
    members.flat_map(|m| (0..arms as u32).map(move |arm| (m, arm))).collect()
}

/// Does the given runs and hands each over as soon as it is done.
pub fn run_into(jobs: &[(u32, u32)], threads: usize, run: &(dyn Fn(u32, u32) -> Row + Sync), keep: &Keep<'_>) {
    let stopped = core::sync::atomic::AtomicBool::new(false);
    let order = core::sync::atomic::Ordering::Relaxed;
    all(jobs, threads, &|(member, arm): (u32, u32)| {
        if !stopped.load(order) && !keep(run(member, arm)) {
            stopped.store(true, order);
        }
    });
}

/// One run of a study as it is kept; `series` are the columns whose bins are kept.
pub fn row(world: &dyn World, seed: Seed, member: u32, drawn: Option<Vec<f64>>, series: &[String]) -> Row {
    let record = simulate(world, seed, Member(member), drawn.as_deref(), series);
    let outcome = record.map(|record| {
        let bins = |key: &String| {
            record.series(key).map_or_else(Vec::new, |s| s.values.iter().map(|v| fan::bin(*v)).collect())
        };
        Kept { bins: series.iter().map(bins).collect(), ..Kept::of(&record) }
    });
    Row { member, arm: 0, inputs: drawn.unwrap_or_default(), outcome }
}

/// The assumptions of a member as the plan has them.
pub fn drawn(world: &dyn World, plan: Plan, member: u32) -> Option<Vec<f64>> {
    (!plan.fixed_assumptions).then(|| world.draw(plan.seed, Member(member)))
}

/// Runs every member of every arm and keeps the numbers in memory; `told` is called after each run, from any thread.
pub fn run(worlds: &[&dyn World], plan: Plan, told: &(dyn Fn() + Sync)) -> Results {
    let rows = std::sync::Mutex::new(Vec::new());
    let run = |member, arm: u32| match worlds.get(arm as usize) {
        Some(world) => Row { arm, ..row(*world, plan.seed, member, drawn(*world, plan, member), &[]) },
        None => Row { member, arm, inputs: Vec::new(), outcome: Ok(Kept::default()) },
    };
    run_into(&jobs(0..plan.members, worlds.len()), plan.threads, &run, &|row| {
        told();
        rows.lock().map(|mut rows| rows.push(row)).is_ok()
    });
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by_key(|r| (r.member, r.arm));
    Results::of(heads(worlds, plan), plan.members, rows)
}

/// Names of arms with the keys of their drawn assumptions.
pub fn heads(worlds: &[&dyn World], plan: Plan) -> Vec<(String, Vec<String>)> {
    let keys = |w: &&dyn World| {
        if plan.fixed_assumptions { Vec::new() } else { w.ranges().iter().map(|r| r.key.clone()).collect() }
    };
    worlds.iter().map(|w| (w.name().to_owned(), keys(w))).collect()
}

/// One member of one arm, as the study runs it: headlines and tables, no series.
///
/// # Errors
/// [`Lost`].
pub fn one(world: &dyn World, plan: Plan, member: Member) -> Result<Record, Lost> {
    let drawn = (!plan.fixed_assumptions).then(|| world.draw(plan.seed, member));
    simulate(world, plan.seed, member, drawn.as_deref(), &[])
}

/// One member with given assumptions and the chosen series.
///
/// # Errors
/// [`Lost`].
pub fn simulate(
    world: &dyn World,
    seed: Seed,
    member: Member,
    drawn: Option<&[f64]>,
    series: &[String],
) -> Result<Record, Lost> {
    let region = world.region(drawn).map_err(|cause| Lost { kind: LossKind::Refused, cause })?;
    crate::run::choosing(&region, seed, member, series).map_err(|error| lost(&error))
}

/// What is kept of a run that stopped.
pub(super) fn lost(error: &RunError) -> Lost {
    let broken = matches!(error, RunError::Step(e) if matches!(e.cause, Cause::Balance(_)));
    Lost { kind: if broken { LossKind::Broken } else { LossKind::Stopped }, cause: error.to_string() }
}

impl Results {
    /// Those of arms without a run: name, and keys of the drawn assumptions.
    pub fn begin(heads: Vec<(String, Vec<String>)>, members: u32) -> Self {
        let input = |key| (key, Values::Held(Vec::new()));
        let arm = |(name, keys): (String, Vec<String>)| Arm {
            name,
            inputs: keys.into_iter().map(input).collect(),
            columns: Vec::new(),
            texts: Vec::new(),
        };
        Self { members, arms: heads.into_iter().map(arm).collect(), ..Self::default() }
    }

    /// The results of rows in member order, arms within a member, with all their numbers in memory.
    pub fn of(heads: Vec<(String, Vec<String>)>, members: u32, rows: impl IntoIterator<Item = Row>) -> Self {
        let mut columns = vec![Columns::default(); heads.len()];
        let mut results = Self::begin(heads, members);
        for row in rows {
            let at = row.arm as usize;
            let (Some(columns), Some(arm)) = (columns.get_mut(at), results.arms.get_mut(at)) else { continue };
            for ((_, values), value) in arm.inputs.iter_mut().zip(&row.inputs) {
                if let Values::Held(values) = values {
                    values.push(*value);
                }
            }
            columns.push(row.outcome.as_ref().ok().map(|kept| kept.numbers.as_slice()));
            results.take(row);
        }
        for (arm, columns) in results.arms.iter_mut().zip(columns) {
            arm.columns = columns.finish();
        }
        results
    }

    /// Takes what is no number of the next row.
    pub fn take(&mut self, row: Row) {
        let arm = row.arm as usize;
        match row.outcome {
            Ok(kept) => self.tell(arm, kept.window, &kept.caveats, kept.texts),
            Err(lost) => self.losses.push(Loss { member: row.member, arm, lost }),
        }
    }

    /// Takes what is no number of the next part of a study with the same arms, and which numbers its arms have.
    pub fn join(&mut self, part: &Self) {
        for (known, arm) in self.arms.iter_mut().zip(&part.arms) {
            for column in &arm.columns {
                if !known.columns.iter().any(|c| (c.metric, &c.part) == (column.metric, &column.part)) {
                    known.columns.push(Column { values: Values::Held(Vec::new()), ..column.clone() });
                }
            }
            in_order(&mut known.columns);
        }
        for (at, arm) in part.arms.iter().enumerate() {
            self.tell(at, part.window, &part.caveats, arm.texts.clone());
        }
        self.losses.extend_from_slice(&part.losses);
    }

    fn tell(&mut self, arm: usize, window: Option<Window>, caveats: &[String], texts: Vec<(&'static str, String)>) {
        self.window = self.window.or(window);
        for caveat in caveats {
            if !self.caveats.contains(caveat) {
                self.caveats.push(caveat.clone());
            }
        }
        let Some(arm) = self.arms.get_mut(arm) else { return };
        for (key, text) in texts {
            match arm.texts.iter_mut().find(|(known, _)| *known == key) {
                // A text that differs between members says nothing of all of them.
                Some((_, known)) if *known != text || text.is_empty() => known.clear(),
                Some(_) => {}
                None => arm.texts.push((key, text)),
            }
        }
    }
}

#[cfg(feature = "parallel")]
pub(super) fn all<J: Copy + Sync, T: Send>(jobs: &[J], threads: usize, run: &(dyn Fn(J) -> T + Sync)) -> Vec<T> {
    use rayon::prelude::*;
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(|| jobs.par_iter().with_max_len(1).map(|job| run(*job)).collect()),
        // A system without room for threads gets the same results more slowly.
        Err(_) => jobs.iter().map(|job| run(*job)).collect(),
    }
}

#[cfg(not(feature = "parallel"))]
pub(super) fn all<J: Copy + Sync, T: Send>(jobs: &[J], _: usize, run: &(dyn Fn(J) -> T + Sync)) -> Vec<T> {
    jobs.iter().map(|job| run(*job)).collect()
}
