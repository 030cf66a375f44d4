//! The recorder: watches the loop from outside and keeps what was asked for.

use super::Record;
use super::columns::{Chosen, Columns};
use super::effects::Effects;
use super::gains::Gains;
use super::installed::Installed;
use super::last_mile::LastMileTally;
use super::limits::Limits;
use super::sheets;
use super::tally::Tally;
use super::timeline::Timeline;
use super::totals::Totals;
use crate::region::{Region, State};
use crate::step::Step;

/// What a run shall keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Keep every step of every column; without it only headlines, tables and the timeline.
    pub series: bool,
}

/// Keeps what a run brings.
#[derive(Clone, Debug)]
pub struct Recorder {
    wanted: Wanted,
    columns: Columns,
    tally: Tally,
    effects: Effects,
    gains: Gains,
    installed: Installed,
    limits: Limits,
    last_mile: LastMileTally,
    timeline: Timeline,
}

impl Recorder {
    /// A recorder for a region's window.
    pub fn new(world: &Region, wanted: Wanted) -> Self {
        Self {
            wanted,
            columns: Columns::new(world.window.steps()),
            tally: Tally::default(),
            effects: Effects::default(),
            gains: Gains::default(),
            installed: Installed::default(),
            limits: Limits::default(),
            last_mile: LastMileTally::default(),
            timeline: Timeline::default(),
        }
    }
    /// A recorder that keeps some columns of the time series, by key.
    pub fn choosing(world: &Region, keys: &[String]) -> Self {
        let all = Self::new(world, Wanted { series: !keys.is_empty() });
        Self { columns: all.columns.clone().choosing(Chosen::Only(keys.to_vec())), ..all }
    }
    /// A recorder that keeps all columns but those whose keys begin in some way.
    pub fn without(world: &Region, prefixes: &'static [&'static str]) -> Self {
        let all = Self::new(world, Wanted { series: true });
        Self { columns: all.columns.clone().choosing(Chosen::Without(prefixes)), ..all }
    }
    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step) {
        let totals = Totals::of(world, step);
        if self.wanted.series {
            self.columns.record(world, step, &totals);
        }
        self.tally.record(world, step, &totals);
        self.effects.record(world, step, &totals);
        self.gains.record(world, step);
        self.installed.record(world, step);
        self.limits.record(world, step);
        self.last_mile.record(step);
        self.timeline.record(world, step, &totals);
    }
    /// The finished record.
    pub fn finish(self, world: &Region, state: &State) -> Record {
        let branches = self.limits.finish(world);
        let machines = sheets::machines_by_operator(world, state);
        let mut headlines = self.tally.headlines(world, machines, self.tally.taxes());
        if !self.wanted.series {
            // Leakage is told where arms are compared.
            headlines.extend(sheets::leakage(world, state));
        }
        headlines.extend(self.effects.headlines(world));
        headlines.extend(self.gains.headlines(world));
        headlines.extend(self.last_mile.headlines(world));
        headlines.sort_by_key(|h| super::metric::place(h.key));
        let mut sheets = sheets::all(world, state, &self.tally, &branches);
        sheets.extend(self.gains.sheets(world));
        sheets.extend(self.installed.sheets(world));
        sheets.extend(self.last_mile.sheets(world, state));
        if self.wanted.series {
            sheets.extend(super::overhead::sheet(world));
            sheets.extend(super::water_years::sheet(world));
        }
        Record {
            window: world.window,
            series: self.columns.finish(),
            timeline: self.timeline.finish(),
            sheets,
            branches,
            headlines,
            names: sheets::names(world),
            caveats: sheets::caveats(world),
        }
    }
}
