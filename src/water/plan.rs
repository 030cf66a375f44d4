//! Which method solves a problem, and what a plan is.

use super::problem::Problem;
use super::{grid, sddp, tree};

/// Nodes up to which the whole tree is one linear program.
const TREE_NODES: usize = 20_000;

/// How to solve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// What suits the problem.
    #[default]
    Auto,
    /// The whole tree of outcomes as one linear program.
    Tree,
    /// Stochastic dual dynamic programming.
    Sddp,
    /// Dynamic programming on a grid of storages.
    Grid,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// The method.
    pub method: Method,
    /// Gap between the bounds, as a share of the value, at which to stop.
    pub gap: f64,
    /// Rounds of dual dynamic programming at most.
    pub rounds: usize,
    /// Points of the finest grid at most.
    pub points: usize,
    /// Seed of the sampled paths.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { method: Method::Auto, gap: 1e-7, rounds: 400, points: 20_000, seed: 1 }
    }
}

/// What is done in a stage. Lists are by reservoir, or by thermal step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The stage, from one.
    pub stage: usize,
    /// Flow through the turbines.
    pub release: Vec<f64>,
    /// Flow past them.
    pub spill: Vec<f64>,
    /// Storage afterwards.
    pub storage: Vec<f64>,
    /// Thermal power.
    pub thermal: Vec<f64>,
    /// Power not served.
    pub unserved: f64,
    /// What one more unit of stored water is worth before the stage; empty where the method knows none.
    pub water_value: Vec<f64>,
}

/// A plan: its expected cost, how sure that is, and what it does first.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// How it was found.
    pub method: String,
    /// Expected cost, discounted: costs less revenues and end values. Its negative is the expected value.
    pub cost: f64,
    /// No plan costs less than this.
    pub low: f64,
    /// The plan costs no more than this.
    pub high: f64,
    /// Whether the two bounds are proven; else they are an estimate by refinement of the grid.
    pub is_certified: bool,
    /// What it does in the first stage (in the first outcome, if the stage has several).
    pub first: Option<Decision>,
    /// All stages, where nothing is uncertain.
    pub path: Vec<Decision>,
    /// What it took, in words.
    pub work: String,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The limits conflict.
    #[error("no feasible plan: {0}")]
    Infeasible(String),
    /// The chosen method cannot hold the problem.
    #[error("{0}")]
    Unsuited(String),
    /// Rounding won.
    #[error("not solved: {0}")]
    Numbers(String),
}

/// Solves a problem.
///
/// # Errors
/// If no plan keeps all limits, if the method asked for cannot hold the problem, or if numbers break down.
pub fn plan(problem: &Problem, effort: &Effort) -> Result<Planned, PlanError> {
    let discrete = problem.reservoirs.iter().any(|r| r.step.is_some());
    let method = match effort.method {
        Method::Auto if discrete || !problem.is_convex() => Method::Grid,
        Method::Auto if tree::nodes(problem, TREE_NODES).is_some() => Method::Tree,
        Method::Auto => Method::Sddp,
        asked => asked,
    };
    if method != Method::Grid && !problem.is_convex() {
        let what = "turbines or values that are not concave need the grid: leave `method` at \"auto\"";
        return Err(PlanError::Unsuited(what.to_owned()));
    }
    match method {
        Method::Grid => grid::solve(problem, effort),
        Method::Tree => match tree::nodes(problem, 20 * TREE_NODES) {
            Some(_) => tree::solve(problem),
            None => Err(PlanError::Unsuited("the tree of outcomes is too large for one linear program".to_owned())),
        },
        _ => sddp::solve(problem, effort),
    }
}
