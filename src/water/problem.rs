//! A reservoir problem as posed: stages, reservoirs, what their water earns, and what is not known beforehand.

/// What the storage must be when the last stage has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum End {
    /// Anything within the bounds.
    #[default]
    Free,
    /// Exactly this.
    Fixed(f64),
    /// At least this.
    AtLeast(f64),
}

/// What turbines make of a flow.
#[derive(Clone, Debug, PartialEq)]
pub enum Turbine {
    /// So much power for each unit of flow.
    Linear(f64),
    /// Knots (flow, power) from (0, 0) on.
    Knots(Vec<(f64, f64)>),
    /// Head from the storage before the stage: the problem is then not convex and is solved on a grid.
    Head {
        /// Knots (storage, level m).
        level: Vec<(f64, f64)>,
        /// Tailwater level at no flow, m.
        tailwater_m: f64,
        /// Rise of the tailwater, m for each unit of flow.
        tailwater_rise: f64,
        /// Head lost in the waterways, m for each unit of flow squared.
        loss: f64,
        /// Efficiency.
        efficiency: f64,
    },
}

/// One reservoir. Lists are by stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservoir {
    /// Its id.
    pub id: String,
    /// Storage before the first stage.
    pub start: f64,
    /// Least storage at the end of each stage.
    pub minimum: Vec<f64>,
    /// Most storage at the end of each stage.
    pub maximum: Vec<f64>,
    /// Storage after the last stage.
    pub end: End,
    /// Where its water goes: the next reservoir.
    pub downstream: Option<usize>,
    /// Stages on the way there.
    pub delay: usize,
    /// Inflow of its own, a flow; outcomes may change it.
    pub inflow: Vec<f64>,
    /// Whether inflow may be refused (let past without counting).
    pub refuses: bool,
    /// Share of the storage lost in each stage.
    pub loss_share: f64,
    /// Least and most flow through the turbines.
    pub release: (Vec<f64>, Vec<f64>),
    /// Most that may be spilled, a flow; zero forbids it.
    pub spill_maximum: f64,
    /// Cost of each unit of flow and hour spilled.
    pub spill_cost: f64,
    /// Value of each unit of flow and hour through the turbines, beside that of the power.
    pub value: Vec<f64>,
    /// Value of a stage's turbine flow by knots (flow, value for an hour), in place of `value`; may bend either way on a grid.
    pub value_knots: Vec<(f64, f64)>,
    /// The turbines.
    pub turbine: Turbine,
    /// Value of storage left at the end: knots (storage, value), concave.
    pub end_value: Vec<(f64, f64)>,
    /// Distance of grid points; `None` leaves it to the planner.
    pub step: Option<f64>,
}

/// A step of thermal power (or of imports, or of anything else that can be bought).
#[derive(Clone, Debug, PartialEq)]
pub struct Thermal {
    /// Its id.
    pub id: String,
    /// Least power.
    pub minimum: Vec<f64>,
    /// Most power; infinite where there is no limit.
    pub maximum: Vec<f64>,
    /// Cost of each unit of power and hour.
    pub cost: Vec<f64>,
}

/// One outcome of a stage in a state of the chain, everything it sets filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its probability, given stage and state.
    pub probability: f64,
    /// Inflow by reservoir.
    pub inflow: Vec<f64>,
    /// Price at which power is sold.
    pub price: Option<f64>,
    /// Power that must be met.
    pub demand: f64,
    /// Factor on all thermal costs.
    pub thermal_factor: f64,
}

/// A problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Number of stages.
    pub stages: usize,
    /// Hours of each stage.
    pub hours: Vec<f64>,
    /// Storage that one unit of flow fills in an hour.
    pub volume_per_flow_hour: f64,
    /// Factor on what each later stage is worth.
    pub discount: f64,
    /// Reservoirs.
    pub reservoirs: Vec<Reservoir>,
    /// Thermal steps.
    pub thermal: Vec<Thermal>,
    /// Cost of power that is demanded and not there; `None`: demand must be met.
    pub unserved_cost: Option<f64>,
    /// Probability of each state of the chain in the first stage.
    pub start: Vec<f64>,
    /// For each step from a stage to the next: rows from, columns to.
    pub transition: Vec<Vec<Vec<f64>>>,
    /// By stage, by state: the outcomes.
    pub outcomes: Vec<Vec<Vec<Outcome>>>,
}

/// Power of one unit of flow at a head of one meter at full efficiency, MW for m³/s: ρ g / 10⁶.
pub const MW_PER_M3_S_M: f64 = 0.00981;

impl Turbine {
    /// Power of a flow; `storage` before the stage decides the head where it matters.
    pub fn power(&self, flow: f64, storage: f64) -> f64 {
        match self {
            Self::Linear(per) => per * flow,
            Self::Knots(knots) => interpolate(knots, flow),
            Self::Head { level, tailwater_m, tailwater_rise, loss, efficiency } => {
                let tail = tailwater_m + tailwater_rise * flow;
                let head = (interpolate_ends(level, storage) - tail - loss * flow * flow).max(0.0);
                MW_PER_M3_S_M * flow * head * efficiency
            }
        }
    }
    /// Whether a linear program can hold it.
    pub fn is_concave(&self) -> bool {
        match self {
            Self::Linear(_) => true,
            Self::Knots(knots) => is_concave(&with_origin(knots)),
            Self::Head { .. } => false,
        }
    }
    /// Widths and slopes of its linear pieces, the steepest first; `None` for a head that moves.
    pub(super) fn pieces(&self) -> Option<Vec<(f64, f64)>> {
        match self {
            Self::Linear(per) => Some(vec![(f64::INFINITY, *per)]),
            Self::Knots(knots) => Some(pieces(&with_origin(knots))),
            Self::Head { .. } => None,
        }
    }
}

/// Knots that begin at the origin.
fn with_origin(knots: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut all = Vec::with_capacity(knots.len() + 1);
    if knots.first().is_none_or(|k| k.0 > 0.0) {
        all.push((0.0, 0.0));
    }
    all.extend_from_slice(knots);
    all
}

/// Widths and slopes between knots.
pub(super) fn pieces(knots: &[(f64, f64)]) -> Vec<(f64, f64)> {
    knots.windows(2).map(|w| (w[1].0 - w[0].0, (w[1].1 - w[0].1) / (w[1].0 - w[0].0))).collect()
}

/// Whether slopes fall from knot to knot.
pub fn is_concave(knots: &[(f64, f64)]) -> bool {
    pieces(knots).windows(2).all(|w| w[1].1 <= w[0].1 + 1e-9 * (1.0 + w[0].1.abs()))
}

/// Between knots from the origin; flat beyond the last.
fn interpolate(knots: &[(f64, f64)], x: f64) -> f64 {
    let mut from = (0.0, 0.0);
    for &to in knots {
        if x <= to.0 {
            let span = to.0 - from.0;
            return if span > 0.0 { from.1 + (to.1 - from.1) * (x - from.0) / span } else { to.1 };
        }
        from = to;
    }
    from.1
}

/// Between knots, held at both ends.
pub(super) fn interpolate_ends(knots: &[(f64, f64)], x: f64) -> f64 {
    let Some(first) = knots.first() else { return 0.0 };
    if x <= first.0 {
        return first.1;
    }
    for w in knots.windows(2) {
        if x <= w[1].0 {
            return w[0].1 + (w[1].1 - w[0].1) * (x - w[0].0) / (w[1].0 - w[0].0);
        }
    }
    knots.last().map_or(0.0, |k| k.1)
}

impl Problem {
    /// Storage that one unit of flow moves in a stage.
    pub(super) fn volume(&self, stage: usize) -> f64 {
        self.hours[stage] * self.volume_per_flow_hour
    }
    /// Whether everything is known beforehand.
    pub fn is_deterministic(&self) -> bool {
        self.outcomes.iter().flatten().all(|o| o.len() <= 1) && self.start.len() <= 1
    }
    /// Whether a linear program holds it without loss.
    pub fn is_convex(&self) -> bool {
        self.reservoirs
            .iter()
            .all(|r| r.turbine.is_concave() && (r.value_knots.is_empty() || is_concave(&with_origin(&r.value_knots))))
    }
    /// A bound on every storage and every flow's volume: all water there ever is.
    pub(super) fn all_water(&self) -> f64 {
        let start: f64 = self.reservoirs.iter().map(|r| r.start.abs()).sum();
        let comes: f64 = (0..self.stages)
            .map(|t| {
                let most = self.outcomes[t].iter().flatten().map(|o| o.inflow.iter().map(|q| q.abs()).sum::<f64>());
                most.fold(0.0, f64::max) * self.volume(t)
            })
            .sum();
        start + comes + 1.0
    }
}
