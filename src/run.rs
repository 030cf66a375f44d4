//! One member from the first step to the last.

use crate::calendar::Moment;
use crate::fault::StepError;
use crate::random::{Member, Seed};
use crate::record::Record;
use crate::record::recorder::{Recorder, Wanted};
use crate::region::{Region, State};
use crate::step;

/// How a run is watched: called at the start of each day with the moment and the number of steps; `false` interrupts.
pub type Watch<'a> = dyn FnMut(&Moment, usize) -> bool + 'a;

/// Why a run ended without a record.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RunError {
    /// The model could not go on.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Whoever watched said stop.
    #[error("interrupted at {0}")]
    Interrupted(String),
}

/// Runs one member of a region through its window.
///
/// # Errors
/// A [`StepError`] where a step has no feasible dispatch or a balance does not close; [`RunError::Interrupted`] where the
/// watch says stop.
pub fn run(
    world: &Region,
    seed: Seed,
    member: Member,
    wanted: Wanted,
    watch: &mut Watch<'_>,
) -> Result<Record, RunError> {
    recorded(world, seed, member, Recorder::new(world, wanted), watch)
}

/// Runs one member and keeps only some columns of the time series, by key.
///
/// # Errors
/// Those of [`run`].
pub fn choosing(world: &Region, seed: Seed, member: Member, keys: &[String]) -> Result<Record, RunError> {
    recorded(world, seed, member, Recorder::choosing(world, keys), &mut |_, _| true)
}

/// Runs one member and keeps all columns of the time series but those whose keys begin in some way.
///
/// # Errors
/// Those of [`run`].
pub fn without(
    world: &Region,
    seed: Seed,
    member: Member,
    prefixes: &'static [&'static str],
    watch: &mut Watch<'_>,
) -> Result<Record, RunError> {
    recorded(world, seed, member, Recorder::without(world, prefixes), watch)
}

fn recorded(
    world: &Region,
    seed: Seed,
    member: Member,
    mut recorder: Recorder,
    watch: &mut Watch<'_>,
) -> Result<Record, RunError> {
    let mut state = State::start(world, seed, member);
    let steps = world.window.steps();
    let mut now = world.window.moment(0);
    for _ in 0..steps {
        if now.first_of_day && !watch(&now, steps) {
            return Err(RunError::Interrupted(now.to_string()));
        }
        let step = step::advance(world, &mut state, &now)?;
        recorder.record(world, &step);
        now = world.window.next(&now);
    }
    Ok(recorder.finish(world, &state))
}
