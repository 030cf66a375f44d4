//! What a stage costs by the mean hydro power that it gets, where no line matters: exact for the merit order of its hours.

use super::System;

/// Cost of a stage by mean hydro power: knots (MW, cost an hour, thermal power above which water is used).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CostTable {
    knots: Vec<(f64, f64, f64)>,
}

impl CostTable {
    pub(super) fn at(&self, mw: f64) -> f64 {
        let Some(last) = self.knots.last() else { return 0.0 };
        if mw >= last.0 {
            return last.1;
        }
        let i = self.knots.partition_point(|k| k.0 <= mw).clamp(1, self.knots.len() - 1);
        let (a, b) = (self.knots[i - 1], self.knots[i]);
        a.1 + (b.1 - a.1) * (mw - a.0) / (b.0 - a.0).max(1e-12)
    }
    pub(super) fn level(&self, mw: f64) -> f64 {
        let i = self.knots.partition_point(|k| k.0 <= mw).clamp(1, self.knots.len() - 1);
        let (a, b) = (self.knots[i - 1], self.knots[i]);
        a.2 + (b.2 - a.2) * ((mw - a.0) / (b.0 - a.0).max(1e-12)).clamp(0.0, 1.0)
    }
}

/// Cost of a stage by mean hydro power, exact for the merit order of its hours.
pub(super) fn table(system: &System, order: &[usize], loads: &[f64], least: f64, most: f64) -> CostTable {
    let count = loads.len() as f64;
    let mut levels = vec![0.0];
    for i in order {
        levels.push(levels[levels.len() - 1] + system.thermal[*i].pmax_mw);
    }
    let capacity = levels[levels.len() - 1];
    let cost_of = |mut mw: f64| {
        let mut cost = 0.0;
        for i in order {
            let unit = &system.thermal[*i];
            let take = mw.clamp(0.0, unit.pmax_mw);
            cost += take * unit.cost;
            mw -= take;
        }
        cost + mw.max(0.0) * system.voll
    };
    let peak = loads.iter().copied().fold(0.0, f64::max);
    levels.push(peak.max(capacity + 1.0));
    let mut knots: Vec<(f64, f64, f64)> = Vec::new();
    // Finer levels within a step, for the level is read off between knots.
    let fine = levels.windows(2).flat_map(|w| (0..4).map(move |i| w[0] + (w[1] - w[0]) * f64::from(i) / 4.0));
    let mut all: Vec<f64> = fine.collect();
    all.extend(levels.last());
    for level in all.into_iter().rev() {
        let (mut mw, mut cost) = (0.0, 0.0);
        for load in loads {
            let hydro = (load - level).clamp(least, most);
            mw += hydro / count;
            cost += cost_of((load - hydro).max(0.0)) / count;
        }
        if knots.last().is_none_or(|k| mw > k.0 + 1e-6) {
            knots.push((mw, cost, level));
        }
    }
    CostTable { knots }
}
