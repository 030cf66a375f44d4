//! States side by side: what changes every hour, sixteen states of one settlement in each block of columns.
//!
//! The hour of five hundred transformers is a tenth of a run's work, and was a third, so it is arithmetic on columns: the compiler makes
//! vector instructions of it, and the widest ones that the machine has give the same bits as the narrowest. What seldom
//! changes stays in [`Unit`]; a test holds a block against the equations one state at a time.

use super::load::Class;
use super::population::{POWER_FACTOR, Unit};
use super::protection::{Cause, Protection};
use super::strain::Curves;
use crate::equations::transformer::Heat;

/// States in a block: single precision, so that they fill the widest vectors there are.
pub const WIDE: usize = 16;

/// Blocks that go through a step together.
pub const GROUP: usize = 8;

/// A column of a block.
pub type Column = [f32; WIDE];

#[inline(always)]
fn column(of: impl FnMut(usize) -> f32) -> Column {
    core::array::from_fn(of)
}

/// Columns on their way to others, where a share of the distance is left.
#[inline(always)]
fn toward(from: &Column, to: &Column, left: f32) -> Column {
    column(|i| to[i] + (from[i] - to[i]) * left)
}

/// Sum of a column, by halves: one addend after the other would keep the vectors waiting.
#[inline(always)]
fn sum(mut of: Column) -> f32 {
    let mut half = WIDE / 2;
    while half > 0 {
        for i in 0..half {
            of[i] += of[i + half];
        }
        half /= 2;
    }
    of[0]
}

/// What all states of a settlement see in a step.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Air, °C.
    pub air_c: f32,
    /// Power of a home, kW.
    pub home_kw: f32,
    /// Power of a mining home, kW.
    pub mining_kw: f32,
    /// Current that a feeder may carry, A.
    pub ampacity_a: f32,
    /// Length of the step, hours.
    pub hours: f32,
    /// What is left of the thermal image's distance after the step.
    pub left: f32,
    /// Whether states begin at rest with the step.
    pub begin: bool,
}

/// What a step did to a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Struck {
    /// Load of the most loaded phase.
    pub worst: Column,
    /// Mean load of the phases.
    pub mean: Column,
    /// Where some limit is reached while all homes have power: not zero.
    pub reached: [u32; WIDE],
    /// Whether any is.
    pub any: bool,
    /// Transformers above 100 %.
    pub overloaded: f64,
    /// Transformers above 130 %.
    pub above_130: f64,
}

/// Limits of a state, in its precision.
struct Limits {
    /// Of the thermal image.
    image: f32,
    hot_spot_c: f32,
    top_oil_c: f32,
    /// Drop, share of the nominal.
    voltage: f32,
}

impl Limits {
    #[inline(always)]
    fn of(protection: &Protection) -> Self {
        Self {
            image: (protection.pick_up * protection.pick_up) as f32,
            hot_spot_c: protection.hot_spot_limit_c as f32,
            top_oil_c: protection.top_oil_limit_c as f32,
            voltage: protection.voltage_limit as f32,
        }
    }
}

/// What the phases of a block's states carry, per unit of rated current.
#[derive(Clone, Copy, Default)]
struct Loads {
    /// The most loaded phase.
    worst: Column,
    /// Mean of the phases.
    mean: Column,
    /// Mean square of the phases: what heats the oil.
    square: Column,
}

/// Moves up to [`GROUP`] blocks through a step; each sees what its settlement sees. One that sees nothing stays as it is.
///
/// Powers are taken of all blocks together, number after number: the compiler makes vectors of such a row where it loses its
/// way in a single block.
#[inline(always)]
pub fn strain(blocks: &mut [Abreast], curves: &Curves, protection: &Protection, sights: &[Sight]) -> [Struck; GROUP] {
    let (mut loads, mut worst, mut square) = ([Loads::default(); GROUP], [[0.0; WIDE]; GROUP], [[0.0; WIDE]; GROUP]);
    for ((block, loads), (worst, square)) in blocks.iter().zip(&mut loads).zip(worst.iter_mut().zip(&mut square)) {
        let Some(sight) = sights.get(block.settlement) else { continue };
        *loads = block.loads(sight);
        (*worst, *square) = (loads.worst, loads.square);
    }
    let (mut oil_k, mut winding_k) = ([[0.0; WIDE]; GROUP], [[0.0; WIDE]; GROUP]);
    each(&square, &mut oil_k, |square| curves.top_oil_rise_k(square));
    each(&worst, &mut winding_k, |load| curves.gradient_k(load));
    let (mut half, mut end) = ([[0.0; WIDE]; GROUP], [[0.0; WIDE]; GROUP]);
    let rises = oil_k.iter().zip(&winding_k);
    for (((block, worst), (oil_k, winding_k)), (half, end)) in
        blocks.iter_mut().zip(&worst).zip(rises).zip(half.iter_mut().zip(&mut end))
    {
        let Some(sight) = sights.get(block.settlement) else { continue };
        [*half, *end] = block.warm(curves, sight, worst, oil_k, winding_k);
    }
    // The rises are not needed from here on: their places take the rates of aging.
    let (mut middle, mut last) = (oil_k, winding_k);
    each(&half, &mut middle, Curves::aging_rate);
    each(&end, &mut last, Curves::aging_rate);
    let mut struck = [Struck::default(); GROUP];
    for (((block, loads), (middle, last)), struck) in
        blocks.iter_mut().zip(&loads).zip(middle.iter().zip(&last)).zip(&mut struck)
    {
        let Some(sight) = sights.get(block.settlement) else { continue };
        *struck = block.struck(curves, protection, sight, loads, [middle, last]);
    }
    struck
}

/// A function of each number of some columns.
#[inline(always)]
pub(super) fn each<const N: usize>(of: &[Column; N], to: &mut [Column; N], f: impl Fn(f32) -> f32) {
    for (to, of) in to.as_flattened_mut().iter_mut().zip(of.as_flattened()) {
        *to = f(*of);
    }
}

/// Up to sixteen states of one settlement.
#[derive(Clone, Debug, Default)]
pub struct Abreast {
    /// Their settlement.
    pub settlement: usize,
    /// The first of them, its position among all states; the others follow.
    pub first: usize,
    /// Transformers that each stands for; zero where nobody sits.
    count: Column,
    /// Load of each phase for a kilowatt of the mean home.
    home: [Column; 3],
    /// Load of each phase for a kilowatt of a mining home.
    mining: [Column; 3],
    /// Share of homes with power.
    lit: Column,
    /// Current of the busiest feeder at full load, A.
    feeder_a: Column,
    /// Drop of voltage at full and balanced load, and what an unbalanced one adds.
    drop: [Column; 2],
    top_oil_c: Column,
    fast_k: Column,
    slow_k: Column,
    /// Rate of aging at the end of the last step.
    rate: Column,
    image: Column,
    /// Normal life lost today, hours.
    pub life_today_h: Column,
    /// Hours above 100 % and above 130 % on the most loaded phase.
    pub hours_above: [Column; 2],
}

impl Abreast {
    /// Empty seats for states of a settlement, from one of all states on.
    pub fn new(settlement: usize, first: usize) -> Self {
        Self { settlement, first, ..Self::default() }
    }

    /// Seats a state, or takes what has changed of it: size, mining homes, outages.
    pub fn seat(&mut self, lane: usize, unit: &Unit, class: &Class) {
        if lane >= WIDE {
            return;
        }
        let rated = unit.kva * POWER_FACTOR / 3.0;
        self.count[lane] = unit.count as f32;
        for phase in 0..3 {
            let home = unit.homes * unit.load_factor / 3.0 * unit.phase[phase] / rated;
            (self.home[phase][lane], self.mining[phase][lane]) = (home as f32, (unit.active[phase] / rated) as f32);
        }
        self.lit[lane] = (1.0 - unit.dark()) as f32;
        self.feeder_a[lane] = class.feeder_a(1.0, unit.kva) as f32;
        let balanced = class.voltage_drop(1.0, 0.0, unit.kva);
        self.drop[0][lane] = balanced as f32;
        self.drop[1][lane] = (class.voltage_drop(1.0, 1.0, unit.kva) - balanced) as f32;
    }

    /// Lets the thermal image of a breaker that is open begin anew.
    pub fn opened(&mut self, lane: usize) {
        if let Some(image) = self.image.get_mut(lane) {
            *image = 0.0;
        }
    }

    /// How hot a state is.
    pub fn heat(&self, lane: usize) -> Heat {
        let of = |c: &Column| c.get(lane).copied().map_or(0.0, f64::from);
        Heat { top_oil_c: of(&self.top_oil_c), fast_k: of(&self.fast_k), slow_k: of(&self.slow_k) }
    }

    /// What the phases of each state carry.
    #[inline(always)]
    fn loads(&self, sight: &Sight) -> Loads {
        let larger = |a: f32, b: f32| if a > b { a } else { b };
        let phase = |p: usize| {
            let (home, mining) = (&self.home[p], &self.mining[p]);
            column(|i| self.lit[i] * (home[i] * sight.home_kw + mining[i] * sight.mining_kw))
        };
        let (a, b, c) = (phase(0), phase(1), phase(2));
        Loads {
            worst: column(|i| larger(larger(a[i], b[i]), c[i])),
            mean: column(|i| (a[i] + b[i] + c[i]) * (1.0 / 3.0)),
            square: column(|i| (a[i] * a[i] + b[i] * b[i] + c[i] * c[i]) * (1.0 / 3.0)),
        }
    }

    /// Heats all states through a step toward rises of oil and winding: the hot spots halfway and at the end.
    #[inline(always)]
    fn warm(
        &mut self,
        curves: &Curves,
        sight: &Sight,
        worst: &Column,
        oil_k: &Column,
        winding_k: &Column,
    ) -> [Column; 2] {
        let (k21, left, half) = (curves.k21(), curves.left(), curves.left_half());
        let steady_top = column(|i| sight.air_c + oil_k[i]);
        let steady_fast = column(|i| k21 * winding_k[i]);
        let steady_slow = column(|i| (k21 - 1.0) * winding_k[i]);
        if sight.begin {
            (self.top_oil_c, self.fast_k, self.slow_k) = (steady_top, steady_fast, steady_slow);
            self.rate = column(|i| Curves::aging_rate(steady_top[i] + steady_fast[i] - steady_slow[i]));
            self.image = column(|i| if worst[i] < 1.0 { worst[i] * worst[i] } else { 1.0 });
        }
        let steady = [steady_top, steady_fast, steady_slow];
        let [top, fast, slow] = self.toward(&steady, half);
        let halfway = column(|i| top[i] + fast[i] - slow[i]);
        [self.top_oil_c, self.fast_k, self.slow_k] = self.toward(&steady, left);
        let end = column(|i| self.hot_spot_c(i));
        let squares = column(|i| worst[i] * worst[i]);
        self.image = toward(&self.image, &squares, sight.left);
        [halfway, end]
    }

    /// Top oil, fast and slow part of the hot spot on their way to a steady state.
    #[inline(always)]
    fn toward(&self, [top, fast, slow]: &[Column; 3], left: &[f32; 3]) -> [Column; 3] {
        [
            toward(&self.top_oil_c, top, left[0]),
            toward(&self.fast_k, fast, left[1]),
            toward(&self.slow_k, slow, left[2]),
        ]
    }

    /// Ages all states by the rates halfway and at the end of a step, and tells what the step did.
    #[expect(clippy::needless_bitwise_bool, reason = "a branch would keep the compiler from vector instructions")]
    #[inline(always)]
    fn struck(
        &mut self,
        curves: &Curves,
        protection: &Protection,
        sight: &Sight,
        loads: &Loads,
        rates: [&Column; 2],
    ) -> Struck {
        let (worst, mean, weights) = (&loads.worst, &loads.mean, curves.weights());
        for i in 0..WIDE {
            self.life_today_h[i] +=
                (weights[0] * self.rate[i] + weights[1] * rates[0][i] + weights[2] * rates[1][i]) * sight.hours;
        }
        self.rate = *rates[1];
        let above = |limit: f32| column(|i| if worst[i] > limit { 1.0 } else { 0.0 });
        let (full, more) = (above(1.0), above(1.3));
        for (hours, above) in self.hours_above.iter_mut().zip([&full, &more]) {
            for i in 0..WIDE {
                hours[i] += above[i] * sight.hours;
            }
        }
        let Limits { image, hot_spot_c, top_oil_c, voltage } = Limits::of(protection);
        let reached: [u32; WIDE] = core::array::from_fn(|i| {
            let hot = (self.hot_spot_c(i) >= hot_spot_c) | (self.top_oil_c[i] >= top_oil_c);
            let far = (self.feeder_a[i] * worst[i] > sight.ampacity_a) | (self.drop(i, worst[i], mean[i]) > voltage);
            let over = (self.image[i] >= image) | hot | ((worst[i] > 0.5) & far);
            u32::from(over & (self.lit[i] >= 1.0) & (self.count[i] > 0.0))
        });
        let any = reached.iter().fold(0, |any, one| any | one) != 0;
        let counted = |what: &Column| f64::from(sum(column(|i| what[i] * self.count[i])));
        Struck { worst: *worst, mean: *mean, reached, any, overloaded: counted(&full), above_130: counted(&more) }
    }

    /// Hot spot of a lane, °C.
    #[inline(always)]
    fn hot_spot_c(&self, lane: usize) -> f32 {
        self.top_oil_c[lane] + self.fast_k[lane] - self.slow_k[lane]
    }

    /// Drop of voltage of a lane, a share of the nominal.
    #[inline(always)]
    fn drop(&self, lane: usize, worst: f32, mean: f32) -> f32 {
        self.drop[0][lane] * worst + self.drop[1][lane] * (worst - mean)
    }

    /// Which limit a state has reached: the first in the order of [`Cause::ALL`], aging apart.
    pub fn cause(&self, lane: usize, struck: &Struck, protection: &Protection, ampacity_a: f32) -> Option<Cause> {
        if lane >= WIDE {
            return None;
        }
        let (worst, limits) = (struck.worst[lane], Limits::of(protection));
        if self.image[lane] >= limits.image {
            Some(Cause::Overcurrent)
        } else if self.hot_spot_c(lane) >= limits.hot_spot_c || self.top_oil_c[lane] >= limits.top_oil_c {
            Some(Cause::Heat)
        } else if worst > 0.5 && self.feeder_a[lane] * worst > ampacity_a {
            Some(Cause::Conductor)
        } else if worst > 0.5 && self.drop(lane, worst, struck.mean[lane]) > limits.voltage {
            Some(Cause::Voltage)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::protection::tests::protection;
    use super::super::tests::class;
    use super::*;
    use crate::equations::transformer::{Class as Thermal, Paper, Strain};

    fn unit(lane: usize) -> Unit {
        let n = lane as f64;
        Unit {
            settlement: 0,
            count: 1.0 + n,
            homes: 30.0 + 7.0 * n,
            kva: 250.0,
            load_factor: 0.8 + 0.05 * n,
            phase: [1.1, 0.7 + 0.04 * n, 1.2 - 0.04 * n],
            miners: Vec::new(),
            active: [n, 1.0, 0.5 * n],
            out: if lane == 3 { vec![(0.25, 0)] } else { Vec::new() },
            trips: 0,
            life_lost_h: 0.0,
        }
    }

    /// A block against the equations of IEC 60076-7 and of the protection, one state at a time, for 400 hours.
    #[test]
    fn states_abreast_are_each_the_equations() {
        let (constants, p, class) = (Thermal::DistributionOnan.constants(), protection(), class(50.0));
        let curves = Curves::new(&constants, 60.0);
        let mut block = Abreast::default();
        let units: Vec<Unit> = (0..6).map(unit).collect();
        for (lane, u) in units.iter().enumerate() {
            block.seat(lane, u, &class);
        }
        let left = p.left_after(60.0);
        let mut exact: Vec<Option<(Heat, f64, f64)>> = vec![None; 6];
        let (mut reached, mut above) = (0, 0.0);
        for h in 0..400 {
            let air_c = -25.0 + 20.0 * libm::sin(f64::from(h) / 70.0);
            let home_kw = 2.0 + 1.5 * libm::sin(f64::from(h) / 3.8);
            let ampacity_a = class.ampacity_a(air_c);
            let sight = Sight {
                air_c: air_c as f32,
                home_kw: home_kw as f32,
                mining_kw: 5.0,
                ampacity_a: ampacity_a as f32,
                hours: 1.0,
                left: left as f32,
                begin: h == 0,
            };
            let [struck, ..] = strain(core::slice::from_mut(&mut block), &curves, &p, &[sight]);
            for (lane, (u, exact)) in units.iter().zip(&mut exact).enumerate() {
                let lit = 1.0 - u.dark();
                let of = |i: usize| {
                    let kw = u.homes * u.load_factor * home_kw / 3.0 * u.phase[i] + u.active[i] * 5.0;
                    lit * kw / (u.kva * POWER_FACTOR / 3.0)
                };
                let loads = [of(0), of(1), of(2)];
                let worst = loads.iter().copied().fold(0.0, f64::max);
                let oil = libm::sqrt(loads.iter().map(|k| k * k).sum::<f64>() / 3.0);
                let steady = Heat {
                    top_oil_c: constants.steady(Strain { load: oil, ambient_c: air_c }).top_oil_c,
                    ..constants.steady(Strain { load: worst, ambient_c: air_c })
                };
                let (heat, image, life) = exact.unwrap_or((steady, (worst * worst).min(1.0), 0.0));
                let part = |minutes: f64| {
                    let l = constants.left_after(minutes);
                    Heat {
                        top_oil_c: steady.top_oil_c + (heat.top_oil_c - steady.top_oil_c) * l[0],
                        fast_k: steady.fast_k + (heat.fast_k - steady.fast_k) * l[1],
                        slow_k: steady.slow_k + (heat.slow_k - steady.slow_k) * l[2],
                    }
                };
                let (half, end) = (part(30.0), part(60.0));
                let rate = |h: &Heat| Paper::Kraft.aging_rate(h.hot_spot_c());
                let weights = curves.weights().map(f64::from);
                let life = life + weights[0] * rate(&heat) + weights[1] * rate(&half) + weights[2] * rate(&end);
                let image = p.image(image, worst, left);
                *exact = Some((end, image, life));
                assert!((f64::from(struck.worst[lane]) - worst).abs() < 1e-6);
                assert!((block.heat(lane).hot_spot_c() - end.hot_spot_c()).abs() < 2e-3, "hour {h} lane {lane}");
                assert!((f64::from(block.image[lane]) - image).abs() < 1e-5);
                let aged = f64::from(block.life_today_h[lane]);
                assert!((aged - life).abs() < 1e-3 * life, "{aged} {life}");
                let limits = [
                    image >= p.pick_up * p.pick_up,
                    end.hot_spot_c() >= p.hot_spot_limit_c || end.top_oil_c >= p.top_oil_limit_c,
                    worst > 0.5 && class.feeder_a(worst, u.kva) > ampacity_a,
                    worst > 0.5
                        && class.voltage_drop(worst, worst - loads.iter().sum::<f64>() / 3.0, u.kva) > p.voltage_limit,
                ];
                let due = [Cause::Overcurrent, Cause::Heat, Cause::Conductor, Cause::Voltage];
                let due = due.into_iter().zip(limits).find(|(_, over)| *over).map(|(cause, _)| cause);
                assert_eq!(block.cause(lane, &struck, &p, ampacity_a as f32), due, "hour {h} lane {lane}");
                assert_eq!(struck.reached[lane] != 0, due.is_some() && lit >= 1.0, "hour {h} lane {lane}");
                reached += usize::from(struck.reached[lane] != 0);
                above += if worst > 1.0 { u.count } else { 0.0 };
            }
            assert!(struck.reached[6..].iter().all(|r| *r == 0), "nobody sits there");
            above -= struck.overloaded;
        }
        assert!(reached > 20 && above == 0.0, "{reached} {above}");
    }
}
