//! Members of one or more arms, in parallel, with results in member order.

use super::draw::Range;
use super::metrics::{Column, Columns};
use crate::calendar::Window;
use crate::fault::Cause;
use crate::random::{Member, Seed};
use crate::record::recorder::Wanted;
use crate::record::{Record, Value};
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

/// Why a member has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LossCause {
    /// The drawn assumptions make no region.
    #[error("the drawn assumptions are refused: {0}")]
    Refused(String),
    /// The run stopped.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl LossCause {
    /// Whether a balance or certificate broke: a bug of this program.
    pub fn is_broken(&self) -> bool {
        matches!(self, Self::Run(RunError::Step(e)) if matches!(e.cause, Cause::Balance(_)))
    }
}

/// A member that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The member.
    pub member: u32,
    /// Place of the arm.
    pub arm: usize,
    /// The cause.
    pub cause: LossCause,
}

/// One arm in every member.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Drawn assumptions: key and a value for each member. Empty where assumptions are fixed.
    pub inputs: Vec<(String, Vec<f64>)>,
    /// Headlines that are numbers.
    pub columns: Vec<Column>,
    /// Headlines that are texts and the same in every member.
    pub texts: Vec<(&'static str, String)>,
}

/// What a study of many runs brings.
#[derive(Clone, Debug, PartialEq)]
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

/// Runs that are in memory with all they recorded at one time; only numbers are kept of those before.
const BATCH: usize = 256;

/// Runs every member of every arm; `told` is called after each run, from any thread.
pub fn run(worlds: &[&dyn World], plan: Plan, told: &(dyn Fn() + Sync)) -> Results {
    let jobs: Vec<(u32, usize)> = (0..plan.members).flat_map(|m| (0..worlds.len()).map(move |arm| (m, arm))).collect();
    let mut results = Results {
        members: plan.members,
        window: None,
        arms: worlds.iter().map(|w| begun(*w, plan)).collect(),
        losses: Vec::new(),
        caveats: Vec::new(),
    };
    let mut columns = vec![Columns::default(); worlds.len()];
    for batch in jobs.chunks(BATCH) {
        let runs = all(batch, plan.threads, &|(member, arm): (u32, usize)| {
            let run = worlds.get(arm).map(|world| one(*world, plan, Member(member)));
            told();
            run
        });
        for ((member, arm), run) in batch.iter().zip(runs) {
            let (Some(run), Some(columns)) = (run, columns.get_mut(*arm)) else { continue };
            columns.push(run.as_ref().ok().map(|r| r.headlines.as_slice()));
            match run {
                Ok(record) => results.take(*arm, &record),
                Err(cause) => results.losses.push(Loss { member: *member, arm: *arm, cause }),
            }
        }
    }
    for (arm, columns) in results.arms.iter_mut().zip(columns) {
        arm.columns = columns.finish();
        arm.texts.retain(|(_, text)| !text.is_empty());
    }
    results
}

/// One member of one arm, as the study runs it: headlines and tables, no series.
///
/// # Errors
/// [`LossCause`].
pub fn one(world: &dyn World, plan: Plan, member: Member) -> Result<Record, LossCause> {
    let drawn = (!plan.fixed_assumptions).then(|| world.draw(plan.seed, member));
    let region = world.region(drawn.as_deref()).map_err(LossCause::Refused)?;
    Ok(crate::run(&region, plan.seed, member, Wanted { series: false }, &mut |_, _| true)?)
}

/// An arm before its first member, with all draws of its assumptions.
fn begun(world: &dyn World, plan: Plan) -> Arm {
    let ranges = if plan.fixed_assumptions { &[] } else { world.ranges() };
    let mut inputs: Vec<(String, Vec<f64>)> = ranges.iter().map(|r| (r.key.clone(), Vec::new())).collect();
    for member in if ranges.is_empty() { 0..0 } else { 0..plan.members } {
        for ((_, values), value) in inputs.iter_mut().zip(world.draw(plan.seed, Member(member))) {
            values.push(value);
        }
    }
    Arm { name: world.name().to_owned(), inputs, columns: Vec::new(), texts: Vec::new() }
}

impl Results {
    /// Takes from a record what is no number.
    fn take(&mut self, arm: usize, record: &Record) {
        self.window.get_or_insert(record.window);
        for caveat in &record.caveats {
            if !self.caveats.contains(caveat) {
                self.caveats.push(caveat.clone());
            }
        }
        let Some(arm) = self.arms.get_mut(arm) else { return };
        for headline in &record.headlines {
            let Value::Text(text) = &headline.value else { continue };
            match arm.texts.iter_mut().find(|(key, _)| *key == headline.key) {
                // A text that differs between members says nothing of all of them.
                Some((_, known)) if known != text => known.clear(),
                Some(_) => {}
                None => arm.texts.push((headline.key, text.clone())),
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
