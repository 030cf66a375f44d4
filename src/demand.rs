//! Demand: what consumers ask of the grid at each bus, mining and losses apart.
//!
//! Bottom-up by bus. Over one step,
//!
//! ```text
//! load_b   = Σ power_c · ramp_c(year) + steady_b + f · (varying_b + added_b(year) + a_b · max(0, T0 − Tf))
//! f        = hour factor · weekday factor · (1 + day noise)
//! dTf/dt   = (T − Tf) / τ
//! ```
//!
//! with named flat consumers c, the daily and weekly course f, and the outdoor temperature T of the bus's climate site
//! filtered over τ: buildings store heat for days, so that a cold snap of one day moves the load by a third of what a cold
//! week does. Homes are a part of the varying load and of the heating slope. The slope is one for the region, spread by
//! bus as the rest of the load is ([`Weights`]).
//!
//! Limits: no cooling load (a southern Siberian summer shows none), no price response, no holidays.

mod consumer;
mod rules;
mod shape;
mod weight;

pub use consumer::{Consumer, YearSteps};
pub use rules::{Rules, forgo};
pub use shape::Shape;
pub use weight::{BusShare, Weights};

use crate::calendar::{Day, Moment, Window};
use crate::flows::{Load, Sky};
use crate::ids::{BusId, ClimateSiteId, Table};
use crate::random::{Member, Seed, Stream};
use crate::units::{Fraction, Power, Span, Temperature};

/// Load of one bus besides named consumers.
#[derive(Clone, Debug, PartialEq)]
pub struct BusLoad {
    /// Whose weather its heating follows.
    pub climate_site: ClimateSiteId,
    /// Load that never varies.
    pub steady: Power,
    /// Load that follows hour and weekday, heating apart, at a factor of one.
    pub varying: Power,
    /// Heating load per degree below the balance temperature, MW/K.
    pub heating_mw_per_k: f64,
    /// Of `varying`, what homes ask.
    pub homes: Power,
    /// Of `heating_mw_per_k`, what homes ask, MW/K.
    pub homes_heating_mw_per_k: f64,
    /// Share of what is added to the region by year.
    pub weight: f64,
}

/// How load follows the weather.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heating {
    /// Filtered temperature at and above which nothing is heated, T0.
    pub balance: Temperature,
    /// Time constant of the filter, τ.
    pub filter: Span,
}

/// The demand of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Load by bus.
    pub buses: Table<BusId, BusLoad>,
    /// Named flat consumers.
    pub consumers: Vec<Consumer>,
    /// Course of the day and of the week.
    pub shape: Shape,
    /// Weather dependence.
    pub heating: Heating,
    /// Load added to the whole region by year, MW (may be negative), spread by weight; never makes a bus negative.
    pub added_mw: YearSteps,
    /// Share of load other than named consumers' that is shed last.
    pub protected: Fraction,
    /// Standard deviation of the day's noise, as a share of the varying load.
    pub noise_sd: f64,
}

/// What demand remembers from step to step.
#[derive(Clone, Debug)]
pub struct DemandNow {
    /// Filtered temperature by climate site; unknown before the first step, which takes its own day's mean.
    filtered: Table<ClimateSiteId, Option<Temperature>>,
    /// Share of the way to the day's mean that the filter goes in one step.
    approach: f64,
    noise: Stream,
    today: Option<(Day, f64)>,
}

/// Noise beyond this many standard deviations is held there: the load stays positive.
const NOISE_BOUND: f64 = 4.0;

impl Demand {
    /// State before the first step.
    pub fn start(&self, seed: Seed, member: Member, window: &Window) -> DemandNow {
        let sites = self.buses.iter().map(|b| b.climate_site.0 as usize + 1).max().unwrap_or(0);
        let filter = self.heating.filter.as_hours();
        let approach = if filter > 0.0 { 1.0 - libm::exp(-window.step().as_hours() / filter) } else { 1.0 };
        DemandNow {
            filtered: Table::filled(sites, None),
            approach,
            noise: Stream::new(seed, member, "demand.noise", "region"),
            today: None,
        }
    }

    /// Load added in a year at a bus, MW.
    fn added(&self, bus: &BusLoad, year: i32) -> f64 {
        bus.weight * self.added_mw.at(year)
    }
}

impl DemandNow {
    /// The temperature that heating at a climate site follows, once a step has been asked for.
    pub fn filtered(&self, site: ClimateSiteId) -> Option<Temperature> {
        self.filtered.as_slice().get(site.0 as usize).copied().flatten()
    }

    /// Moves the filter one step towards the day's mean.
    fn observe(&mut self, day_mean: &Table<ClimateSiteId, Temperature>) {
        for (tf, day) in self.filtered.iter_mut().zip(day_mean.iter()) {
            let before = tf.unwrap_or(*day);
            *tf = Some(before + (*day - before) * self.approach);
        }
    }

    /// The day's factor of noise.
    fn noise(&mut self, given: &Demand, now: &Moment) -> f64 {
        if given.noise_sd == 0.0 {
            return 1.0;
        }
        match self.today {
            Some((day, factor)) if day == now.day => factor,
            _ => {
                let z = self.noise.at(i64::from(now.day.0)).normal().clamp(-NOISE_BOUND, NOISE_BOUND);
                let factor = (1.0 + given.noise_sd * z).max(0.0);
                self.today = Some((now.day, factor));
                factor
            }
        }
    }
}

/// Passes over a step whose load nobody asks for.
pub fn pass(state: &mut DemandNow, day_mean: &Table<ClimateSiteId, Temperature>) {
    state.observe(day_mean);
}

/// What consumers ask in the step.
pub fn ask(given: &Demand, state: &mut DemandNow, now: &Moment, sky: &Sky) -> Load {
    state.observe(&sky.day_mean);
    let factor = given.shape.factor(now) * state.noise(given, now);
    let buses = given.buses.len();
    let mut load = Load {
        protected: Table::filled(buses, Power::ZERO),
        ordinary: Table::filled(buses, Power::ZERO),
        homes: Table::filled(buses, Power::ZERO),
    };
    for (id, bus) in given.buses.enumerate() {
        let filtered = state.filtered(bus.climate_site).unwrap_or(given.heating.balance);
        let degrees = (given.heating.balance - filtered).as_kelvin().max(0.0);
        let varying = bus.varying + Power::mw(given.added(bus, now.year) + bus.heating_mw_per_k * degrees);
        let total = (bus.steady + varying * factor).max(Power::ZERO);
        let homes = (bus.homes + Power::mw(bus.homes_heating_mw_per_k * degrees)) * factor;
        load.protected[id] = total * given.protected.value();
        load.ordinary[id] = total * given.protected.rest().value();
        load.homes[id] = homes.clamp(Power::ZERO, total);
    }
    for consumer in &given.consumers {
        let asked = consumer.power * consumer.ramp.at(now.year).max(0.0);
        load.protected[consumer.bus] += asked * consumer.protected.value();
        load.ordinary[consumer.bus] += asked * consumer.protected.rest().value();
    }
    load
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::Air;

    fn demand() -> Demand {
        let bus = BusLoad {
            climate_site: ClimateSiteId(0),
            steady: Power::mw(10.0),
            varying: Power::mw(100.0),
            heating_mw_per_k: 2.0,
            homes: Power::mw(40.0),
            homes_heating_mw_per_k: 1.0,
            weight: 1.0,
        };
        Demand {
            buses: Table::new(vec![bus]),
            consumers: vec![Consumer {
                name: "smelter".into(),
                bus: BusId(0),
                power: Power::mw(200.0),
                ramp: YearSteps::new(vec![(2022, 0.25), (2023, 0.5)]).unwrap(),
                protected: Fraction::new(0.5),
            }],
            shape: Shape::flat(),
            heating: Heating { balance: Temperature::celsius(18.0), filter: Span::days(3.0) },
            added_mw: YearSteps::constant(0.0),
            protected: Fraction::new(0.4),
            noise_sd: 0.0,
        }
    }

    fn window() -> Window {
        let day = |s| Day::parse(s).unwrap();
        Window { from: day("2022-12-01"), until: day("2023-02-01"), step_minutes: 60 }
    }

    fn sky(celsius: f64) -> Sky {
        let t = Temperature::celsius(celsius);
        Sky { air: Table::filled(1, Air { dry_bulb: t, ..Air::default() }), day_mean: Table::filled(1, t) }
    }

    fn total(load: &Load) -> f64 {
        (load.protected[BusId(0)] + load.ordinary[BusId(0)]).as_mw()
    }

    #[test]
    fn the_load_is_the_sum_of_its_parts() {
        let (given, w) = (demand(), window());
        let mut state = given.start(Seed(1), Member(0), &w);
        let load = ask(&given, &mut state, &w.moment(0), &sky(-12.0));
        assert!((total(&load) - (10.0 + 100.0 + 2.0 * 30.0 + 50.0)).abs() < 1e-9);
        assert!((load.homes[BusId(0)].as_mw() - 70.0).abs() < 1e-9);
        assert!((load.protected[BusId(0)].as_mw() - (0.4 * 170.0 + 25.0)).abs() < 1e-9);
        let next_year = ask(&given, &mut state, &w.moment(31 * 24), &sky(-12.0));
        assert!((total(&next_year) - total(&load) - 50.0).abs() < 1e-9, "the ramp's second step");
    }

    #[test]
    fn heating_follows_the_filter_by_its_closed_form() {
        let (given, w) = (demand(), window());
        let mut state = given.start(Seed(1), Member(0), &w);
        ask(&given, &mut state, &w.moment(0), &sky(-10.0));
        for step in 1..=72 {
            ask(&given, &mut state, &w.moment(step), &sky(-30.0));
        }
        let after_three_days = -30.0 + 20.0 * libm::exp(-1.0);
        assert!((state.filtered(ClimateSiteId(0)).unwrap().as_celsius() - after_three_days).abs() < 1e-9);
    }

    #[test]
    fn colder_never_asks_less_and_warmth_above_balance_asks_nothing_more() {
        let (given, w) = (demand(), window());
        let at = |t: f64| {
            let mut state = given.start(Seed(1), Member(0), &w);
            total(&ask(&given, &mut state, &w.moment(0), &sky(t)))
        };
        let loads: Vec<f64> = (-45..40).map(|t| at(f64::from(t))).collect();
        assert!(loads.windows(2).all(|p| p[1] <= p[0]));
        assert_eq!(at(18.0), at(35.0));
    }

    #[test]
    fn noise_belongs_to_the_day() {
        let mut given = demand();
        given.noise_sd = 0.01;
        let w = window();
        let mut state = given.start(Seed(1), Member(0), &w);
        let loads: Vec<f64> = (0..48).map(|s| total(&ask(&given, &mut state, &w.moment(s), &sky(20.0)))).collect();
        assert!(loads[..24].windows(2).all(|p| p[0] == p[1]));
        assert_ne!(loads[0], loads[24]);
        let mut alone = given.start(Seed(1), Member(0), &w);
        assert_eq!(total(&ask(&given, &mut alone, &w.moment(30), &sky(20.0))), loads[30], "addressed, not consumed");
    }
}
