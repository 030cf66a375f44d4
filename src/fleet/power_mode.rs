//! Off, eco, nominal or turbo: the mode in which a machine earns most above its power bill.
//!
//! With net revenue R [USD/PH/day] and a cost of power p·PUE the break-even efficiency is E* = R ÷ (24 p PUE): energy per
//! hash that just pays. Tuning from a to b of nominal hashrate costs E·(b^k − a^k)/(b − a) per added hash, so a step up
//! pays exactly when E* reaches that marginal figure. Power is convex in hashrate (k > 1), so the thresholds rise and one
//! comparison per step decides; the choice is the optimum among the modes, not a rule of thumb.

use crate::equations::power_target::PowerCurve;
use crate::units::Efficiency;

/// One mode above "off".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rung {
    /// Break-even efficiency from which the step into this mode pays.
    pub from: Efficiency,
    /// Hashrate over nominal.
    pub hashrate: f64,
    /// Power over nominal.
    pub power: f64,
}

/// The modes of one machine model, least demanding first.
///
/// Only some machines of a model carry firmware that can save: they climb the eco step early and the last step to nominal
/// late, the others switch between off and nominal. The rungs are those of the model's machines together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ladder {
    rungs: [Rung; 4],
    len: u8,
}

/// The saving mode of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eco {
    /// Hashrate over nominal, below 1.
    pub hashrate: f64,
    /// Share of machines whose firmware offers it.
    pub share: f64,
}

impl Ladder {
    /// The ladder of a machine: saving mode and turbo (hashrate over nominal) where they exist.
    pub fn of(nominal: Efficiency, curve: PowerCurve, eco: Option<Eco>, turbo: Option<f64>) -> Self {
        let mut ladder = Self::default();
        let able = eco.filter(|e| e.share > 0.0 && e.hashrate > 0.0 && e.hashrate < 1.0);
        if let Some(Eco { hashrate, share }) = able {
            let (saved, power) = (share * hashrate, share * curve.power(hashrate));
            ladder.push(nominal * curve.efficiency(hashrate), saved, power);
            if share < 1.0 {
                ladder.push(nominal, saved + 1.0 - share, power + 1.0 - share);
            }
            ladder.push(nominal * curve.marginal_efficiency(hashrate, 1.0), 1.0, 1.0);
        } else {
            ladder.push(nominal, 1.0, 1.0);
        }
        if let Some(turbo) = turbo.filter(|x| *x > 1.0) {
            ladder.push(nominal * curve.marginal_efficiency(1.0, turbo), turbo, curve.power(turbo));
        }
        ladder
    }
    /// One more rung, never reached before the one below it.
    fn push(&mut self, from: Efficiency, hashrate: f64, power: f64) {
        let at = usize::from(self.len);
        let from = if at == 0 { from } else { from.max(self.rungs[at - 1].from) };
        self.rungs[at] = Rung { from, hashrate, power };
        self.len += 1;
    }
    /// The modes above "off".
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs[..usize::from(self.len)]
    }
    /// How many modes are worth climbing at a break-even efficiency: 0 is off.
    pub fn climb(&self, break_even: Efficiency) -> u8 {
        self.rungs().iter().take_while(|r| break_even >= r.from).count() as u8
    }
    /// Hashrate and power over nominal in a mode (0 is off).
    pub fn mode(&self, rung: u8) -> (f64, f64) {
        match rung.checked_sub(1).and_then(|i| self.rungs().get(usize::from(i))) {
            Some(r) => (r.hashrate, r.power),
            None => (0.0, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: PowerCurve = PowerCurve { k_below: 1.5, k_above: 2.0 };

    #[test]
    fn the_ladder_picks_the_mode_that_earns_most() {
        let nominal = Efficiency::j_per_th(34.2);
        let ladder = Ladder::of(nominal, CURVE, Some(Eco { hashrate: 0.75, share: 1.0 }), Some(1.2));
        for tenth in 200..1200 {
            let worth = f64::from(tenth) / 10.0;
            // Profit of a mode per nominal hash, in the unit of energy that a hash buys.
            let profit = |h: f64| worth * h - 34.2 * CURVE.power(h);
            let best = [0.0, 0.75, 1.0, 1.2].into_iter().fold(0.0, |a: f64, h| a.max(profit(h)));
            let (h, _) = ladder.mode(ladder.climb(Efficiency::j_per_th(worth)));
            assert!((profit(h) - best).abs() < 1e-9, "at {worth} J/TH mode {h}");
        }
    }

    #[test]
    fn a_model_of_which_some_can_save_earns_what_both_kinds_earn() {
        let nominal = Efficiency::j_per_th(30.0);
        let ladder = |share: f64| Ladder::of(nominal, CURVE, Some(Eco { hashrate: 0.75, share }), None);
        let (all, some, none) = (ladder(1.0), ladder(0.3), Ladder::of(nominal, CURVE, None, None));
        for tenth in 200..600 {
            let worth = Efficiency::j_per_th(f64::from(tenth) / 10.0);
            let of = |l: &Ladder| l.mode(l.climb(worth));
            let (h, p) = of(&some);
            assert!((h - 0.3 * of(&all).0 - 0.7 * of(&none).0).abs() < 1e-12, "at {worth}");
            assert!((p - 0.3 * of(&all).1 - 0.7 * of(&none).1).abs() < 1e-12, "at {worth}");
        }
    }

    #[test]
    fn without_modes_a_machine_runs_while_it_pays() {
        let ladder = Ladder::of(Efficiency::j_per_th(98.0), CURVE, None, None);
        assert_eq!(ladder.climb(Efficiency::j_per_th(97.9)), 0);
        assert_eq!(ladder.climb(Efficiency::j_per_th(98.0)), 1);
        assert_eq!(ladder.climb(Efficiency::j_per_th(f64::INFINITY)), 1);
        assert_eq!((ladder.mode(0), ladder.mode(1), ladder.mode(9)), ((0.0, 0.0), (1.0, 1.0), (0.0, 0.0)));
    }
}
