//! Leakage: how much of the income that went through a closed channel finds another.
//!
//! leakage share = income that operators whose channel was closed have re-routed ÷ their income through it in the 90 days
//! before. Both at constant hashprice: income is counted in petahash-days (revenue over hashprice), so that a fall of the
//! coin is no leak stopped. A channel counts as closed to an operator from the day on which the law takes part of its
//! capacity or bars the operator; a rail that is seized is not closed by law. An operator that has shrunk since (clients
//! gone, machines sold) re-routes no more than its present size.

/// Days of the time before.
const BEFORE_DAYS: usize = 90;

/// Flows of the last 90 days, what they were before each closing, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Leakage {
    channels: usize,
    /// Daily flows, operator × channel × day.
    ring: Vec<[f64; BEFORE_DAYS]>,
    sums: Vec<f64>,
    today: Vec<f64>,
    /// Income of each operator today, carried or not.
    earned: Vec<f64>,
    at: usize,
    days: usize,
    /// Flow a day before the last closing, of the channels that were open then; of closed ones before their own closing.
    before: Vec<f64>,
    closed: Vec<bool>,
    went_through: f64,
    rerouted: Vec<f64>,
}

impl Leakage {
    /// Nothing seen yet.
    pub(super) fn new(operators: usize, channels: usize) -> Self {
        let pairs = operators * channels;
        Self {
            channels,
            ring: vec![[0.0; BEFORE_DAYS]; pairs],
            sums: vec![0.0; pairs],
            today: vec![0.0; pairs],
            earned: vec![0.0; operators],
            before: vec![0.0; pairs],
            closed: vec![false; pairs],
            rerouted: vec![0.0; channels],
            ..Self::default()
        }
    }

    /// Takes over which channels the law closes to which operators, wholly or in part.
    pub(super) fn observe(&mut self, closes: impl Fn(usize, usize) -> bool) {
        let days = self.days.max(1) as f64;
        for operator in 0..self.earned.len() {
            let pairs = operator * self.channels..(operator + 1) * self.channels;
            let now: Vec<bool> = (0..self.channels).map(|c| closes(operator, c)).collect();
            let Some(was) = self.closed.get_mut(pairs.clone()) else { continue };
            let newly = was.iter().zip(&now).any(|(was, is)| !was && *is);
            let (Some(before), Some(sums)) = (self.before.get_mut(pairs.clone()), self.sums.get(pairs)) else {
                continue;
            };
            if newly {
                for ((before, sum), was) in before.iter_mut().zip(sums).zip(was.iter()) {
                    if !was {
                        *before = sum / days;
                    }
                }
            }
            was.copy_from_slice(&now);
        }
    }

    /// Books what an operator earned (petahash-days) and through which channels it went.
    pub(super) fn book(&mut self, operator: usize, earned: f64, share: &[f64]) {
        if let Some(sum) = self.earned.get_mut(operator) {
            *sum += earned;
        }
        let flows = self.today.iter_mut().skip(operator * self.channels);
        for (flow, s) in flows.zip(share) {
            *flow += earned * s;
        }
    }

    /// Ends a day.
    pub(super) fn end_day(&mut self) {
        for operator in 0..self.earned.len() {
            self.count(operator);
        }
        for ((ring, sum), today) in self.ring.iter_mut().zip(&mut self.sums).zip(&mut self.today) {
            if let Some(slot) = ring.get_mut(self.at) {
                *sum += *today - *slot;
                *slot = core::mem::take(today);
            }
        }
        self.earned.iter_mut().for_each(|e| *e = 0.0);
        self.at = (self.at + 1) % BEFORE_DAYS;
        self.days = (self.days + 1).min(BEFORE_DAYS);
    }

    fn count(&mut self, operator: usize) {
        let pairs = operator * self.channels..(operator + 1) * self.channels;
        let (Some(closed), Some(before), Some(today)) =
            (self.closed.get(pairs.clone()), self.before.get(pairs.clone()), self.today.get(pairs))
        else {
            return;
        };
        let usual: f64 = before.iter().sum();
        let earned = self.earned.get(operator).copied().unwrap_or(0.0);
        let through: f64 = closed.iter().zip(before).filter(|(c, _)| **c).map(|(_, b)| b).sum();
        if through <= 0.0 || usual <= 0.0 {
            return;
        }
        self.went_through += through;
        if earned <= 0.0 {
            return;
        }
        let size = (earned / usual).min(1.0) * usual;
        let shift: Vec<f64> = before.iter().zip(today).map(|(b, t)| t / earned - b / usual).collect();
        let lost: f64 = shift.iter().zip(closed).filter(|(_, c)| **c).map(|(s, _)| (-s).max(0.0)).sum();
        let gains: f64 = shift.iter().zip(closed).filter(|(_, c)| !**c).map(|(s, _)| s.max(0.0)).sum();
        let moved = lost.min(gains) * size;
        if gains > 0.0 {
            for ((into, s), c) in self.rerouted.iter_mut().zip(&shift).zip(closed) {
                if !c && *s > 0.0 {
                    *into += moved * s / gains;
                }
            }
        }
    }

    /// Share of the income of closed channels that found another, by the channel that it found; `None` if none was closed.
    pub fn shares(&self) -> Option<Vec<f64>> {
        (self.went_through > 0.0).then(|| self.rerouted.iter().map(|r| r / self.went_through).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of one operator with an income and shares of three channels.
    fn live(leak: &mut Leakage, days: usize, earned: f64, share: [f64; 3]) {
        for _ in 0..days {
            leak.book(0, earned, &share);
            leak.end_day();
        }
    }

    #[test]
    fn what_finds_another_way_leaks_and_what_finds_none_does_not() {
        let mut leak = Leakage::new(1, 3);
        live(&mut leak, 100, 10.0, [0.4, 0.6, 0.0]);
        assert_eq!(leak.shares(), None, "nothing was closed");
        leak.observe(|_, c| c == 0);
        // Of the four tenths three find another way: two to the second channel, one to the third.
        live(&mut leak, 50, 10.0, [0.0, 0.8, 0.1]);
        let shares = leak.shares().unwrap();
        assert!((shares[1] - 0.5).abs() < 1e-12 && (shares[2] - 0.25).abs() < 1e-12 && shares[0] == 0.0, "{shares:?}");
    }

    #[test]
    fn a_shrunken_operator_re_routes_less_and_a_grown_one_no_more_than_it_had() {
        for (earned, leaked) in [(5.0, 0.5), (10.0, 1.0), (30.0, 1.0)] {
            let mut leak = Leakage::new(1, 3);
            live(&mut leak, 90, 10.0, [0.4, 0.6, 0.0]);
            leak.observe(|_, c| c == 0);
            live(&mut leak, 30, earned, [0.0, 1.0, 0.0]);
            assert!((leak.shares().unwrap().iter().sum::<f64>() - leaked).abs() < 1e-12, "{earned}");
        }
    }

    #[test]
    fn a_channel_closed_in_part_leaks_what_leaves_it() {
        let mut leak = Leakage::new(1, 3);
        live(&mut leak, 90, 10.0, [0.4, 0.6, 0.0]);
        leak.observe(|_, c| c == 0);
        live(&mut leak, 30, 10.0, [0.3, 0.7, 0.0]);
        assert!((leak.shares().unwrap().iter().sum::<f64>() - 0.25).abs() < 1e-12);
        // Opened again nothing more is counted.
        leak.observe(|_, _| false);
        live(&mut leak, 300, 10.0, [0.0, 1.0, 0.0]);
        assert!((leak.shares().unwrap().iter().sum::<f64>() - 0.25).abs() < 1e-12);
    }
}
