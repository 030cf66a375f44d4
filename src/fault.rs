//! What stops a run: a typed error that says where in the world and in the model it happened.

use crate::calendar::Moment;

/// Which part of the model met the trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Weather.
    Climate,
    /// Reservoirs and plants of the cascade.
    Hydro,
    /// Consumption.
    Demand,
    /// Network and dispatch.
    Grid,
    /// Site cooling.
    Cooling,
    /// Machines.
    Fleet,
    /// The Bitcoin network.
    Bitcoin,
    /// Cash-out and procurement routes.
    Channel,
    /// Ledgers, tariffs, taxes.
    Finance,
    /// Decisions of operators.
    Operator,
}

/// Why a run cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Cause {
    /// A conservation law or a certificate does not hold: a bug of this program.
    #[error("a balance does not close: {0}")]
    Balance(String),
    /// No dispatch, release or settlement meets the limits.
    #[error("no feasible solution: {0}")]
    Infeasible(String),
    /// A number left the range in which its equation holds.
    #[error("outside the range of the model: {0}")]
    OutOfRange(String),
}

/// A run stopped at a step.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("step {step} ({time}), {component:?}: {cause}")]
pub struct StepError {
    /// Number of the step.
    pub step: usize,
    /// Local time at which the step starts.
    pub time: String,
    /// The component.
    pub component: Component,
    /// The cause.
    pub cause: Cause,
}

impl StepError {
    /// An error of a component at a moment.
    pub fn new(now: &Moment, component: Component, cause: Cause) -> Self {
        Self { step: now.step, time: now.to_string(), component, cause }
    }
}
