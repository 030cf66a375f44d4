//! Units that fail and are repaired: two states or more, exponential residence times.

/// One state of a unit: what it can give, and the rates at which it leaves for each other state.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitState {
    /// Capacity available \[MW\].
    pub available_mw: f64,
    /// Rate of leaving for each state, by position \[1/h\]; its own entry does not count.
    pub rate_per_h: Vec<f64>,
}

/// A generating unit as a continuous-time Markov chain (Billinton and Allan 1996, chapters 2 and 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    states: Vec<UnitState>,
    probability: Vec<f64>,
}

/// Why states do not make a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Capacities or rates that are negative or not finite, or a table of rates that is not square.
    #[error("capacities and rates must be finite and not negative, one rate for each state")]
    Numbers,
    /// Some state is never reached or never left: there is no stationary distribution.
    #[error("the states do not all lead to one another")]
    Disconnected,
}

impl Unit {
    /// A unit that is up with its whole capacity or down: mean time to failure and to repair \[h\].
    ///
    /// # Errors
    /// [`UnitError`].
    pub fn two_state(capacity_mw: f64, mttf_h: f64, mttr_h: f64) -> Result<Self, UnitError> {
        if !(mttf_h > 0.0 && mttr_h >= 0.0) {
            return Err(UnitError::Numbers);
        }
        if mttr_h == 0.0 {
            return Self::new(vec![UnitState { available_mw: capacity_mw, rate_per_h: vec![0.0] }]);
        }
        Self::new(vec![
            UnitState { available_mw: capacity_mw, rate_per_h: vec![0.0, 1.0 / mttf_h] },
            UnitState { available_mw: 0.0, rate_per_h: vec![1.0 / mttr_h, 0.0] },
        ])
    }

    /// A unit that is up, derated to a part of its capacity, or down: mean times to failure and repair, and mean times from
    /// full capacity to a derating and back \[h\]. A derated unit does not fail further before it is whole again.
    ///
    /// # Errors
    /// [`UnitError`].
    pub fn three_state(
        capacity_mw: f64,
        [mttf_h, mttr_h]: [f64; 2],
        derated_mw: f64,
        [derating_mttf_h, derating_mttr_h]: [f64; 2],
    ) -> Result<Self, UnitError> {
        let times = [mttf_h, mttr_h, derating_mttf_h, derating_mttr_h];
        if !times.iter().all(|t| *t > 0.0) || derated_mw > capacity_mw {
            return Err(UnitError::Numbers);
        }
        let state = |available_mw, rate_per_h: [f64; 3]| UnitState { available_mw, rate_per_h: rate_per_h.to_vec() };
        Self::new(vec![
            state(capacity_mw, [0.0, 1.0 / derating_mttf_h, 1.0 / mttf_h]),
            state(derated_mw, [1.0 / derating_mttr_h, 0.0, 0.0]),
            state(0.0, [1.0 / mttr_h, 0.0, 0.0]),
        ])
    }

    /// A unit of any states; one with a derated state has three.
    ///
    /// # Errors
    /// [`UnitError`].
    pub fn new(states: Vec<UnitState>) -> Result<Self, UnitError> {
        let n = states.len();
        let sound = |v: f64| v.is_finite() && v >= 0.0;
        let square = |s: &UnitState| sound(s.available_mw) && s.rate_per_h.len() == n;
        if n == 0 || !states.iter().all(|s| square(s) && s.rate_per_h.iter().all(|&r| sound(r))) {
            return Err(UnitError::Numbers);
        }
        let probability = stationary(&states).ok_or(UnitError::Disconnected)?;
        Ok(Self { states, probability })
    }

    /// The states.
    pub fn states(&self) -> &[UnitState] {
        &self.states
    }

    /// The share of time in each state.
    pub fn probability(&self) -> &[f64] {
        &self.probability
    }

    /// The capacity with nothing out \[MW\].
    pub fn capacity_mw(&self) -> f64 {
        self.states.iter().fold(0.0, |most, s| most.max(s.available_mw))
    }
}

/// The stationary distribution: the balance of each state but the last, and a sum of one.
fn stationary(states: &[UnitState]) -> Option<Vec<f64>> {
    let n = states.len();
    let leaves = |s: usize| (0..n).filter(|&to| to != s).map(|to| states[s].rate_per_h[to]).sum::<f64>();
    let entry = |to: usize, from: usize| match (to + 1 == n, to == from) {
        (true, _) => 1.0,
        (false, true) => -leaves(from),
        (false, false) => states[from].rate_per_h[to],
    };
    let mut lu = super::dense::DenseLu::default();
    if !lu.factor(n, entry) {
        return None;
    }
    let mut probability = vec![0.0; n];
    probability[n - 1] = 1.0;
    lu.solve(&mut probability);
    probability.iter().all(|p| *p >= 0.0 && p.is_finite()).then_some(probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_two_state_unit_has_its_forced_outage_rate() {
        let unit = Unit::two_state(100.0, 1200.0, 50.0).unwrap();
        assert!((unit.probability()[1] - 0.04).abs() < 1e-15);
    }

    #[test]
    fn a_derated_unit_balances() {
        let state = |available_mw, rates: [f64; 3]| UnitState { available_mw, rate_per_h: rates.to_vec() };
        let unit =
            Unit::new(vec![state(50.0, [0.0, 0.02, 0.01]), state(30.0, [0.1, 0.0, 0.03]), state(0.0, [0.2, 0.0, 0.0])]);
        let unit = unit.unwrap();
        let p = unit.probability();
        assert!((p[0] * 0.03 - p[1] * 0.1 - p[2] * 0.2).abs() < 1e-15);
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(Unit::new(vec![state(50.0, [0.0; 3]); 3]), Err(UnitError::Disconnected));
        assert_eq!(Unit::two_state(-1.0, 10.0, 1.0), Err(UnitError::Numbers));
    }
}
