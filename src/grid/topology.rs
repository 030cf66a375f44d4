//! The market of one state of the network: which circuits are in service, and what may be dispatched where.
//!
//! Columns stand in a fixed order, and among dispatches of equal cost the one that prefers earlier columns is taken: water,
//! plants, import, export, reserve lacking; then what only scarcity or surplus brings up: output held back, load by tier.
//! Most steps need nothing of the latter, so each state of the network has a lean market without it. A dispatch of the lean
//! market whose bus prices stay between the penalties is the dispatch of the full one: no column left out has a reduced
//! cost that would bring it in.

use super::Grid;
use super::rules::Rules;
use super::security::Security;
use crate::flows::Supply;
use crate::ids::{BusId, Id};
use crate::power::{Branch, Column, Market, Network};
use core::ops::Range;

/// What the shape of a market depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Circuits in service by line.
    pub(super) in_service: Vec<u32>,
    /// Bus and number of segments of each hydro offer.
    pub(super) hydro: Vec<(Option<u32>, usize)>,
}

impl Key {
    /// The key of this step.
    pub(super) fn new(given: &Grid, rules: &Rules, supply: &Supply) -> Self {
        let is_in = |id: &crate::ids::BranchId| !rules.branch_out.as_slice().get(id.index()).copied().unwrap_or(false);
        let in_service = given.lines.iter().map(|l| l.branches().filter(is_in).count() as u32).collect();
        Self { in_service, hydro: offered(supply).collect() }
    }

    /// Whether it is a key of this supply.
    pub(super) fn fits(&self, supply: &Supply) -> bool {
        self.hydro.iter().copied().eq(offered(supply))
    }
}

/// Bus and number of segments of each hydro offer.
fn offered(supply: &Supply) -> impl Iterator<Item = (Option<u32>, usize)> {
    supply.offers.iter().map(|o| (o.bus.map(|b| b.0), o.segments.len()))
}

/// Where each thing stands among the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Segments above the floor, by reservoir.
    pub(super) hydro: Vec<Range<usize>>,
    /// Output above the heat minimum, by plant.
    pub(super) plants: usize,
    /// Segments of import, by exchange.
    pub(super) imports: Vec<Range<usize>>,
    /// Segments of export, by exchange.
    pub(super) exports: Vec<Range<usize>>,
    /// Hydro floor held back, by reservoir.
    pub(super) hydro_held: usize,
    /// Heat minimum held back, by plant.
    pub(super) plants_held: usize,
    /// Contracted miners interrupted: the column of each bus that has miners.
    pub(super) interruptible: Vec<Option<usize>>,
    /// Ordinary load and other miners: first column of each step, then by bus.
    pub(super) ordinary: Vec<usize>,
    /// Protected load, by bus.
    pub(super) protected: usize,
    /// Reserve lacking, by area.
    pub(super) reserve: usize,
    /// How many columns the lean market has: those before the first that only scarcity or surplus brings up.
    pub(super) lean: usize,
}

/// The two markets of one state of the network, and their common layout.
#[derive(Debug)]
pub(super) struct Topology {
    pub(super) key: Key,
    pub(super) full: Market,
    pub(super) lean: Market,
    pub(super) layout: Layout,
    pub(super) security: Security,
    /// Scheme circuits out, by section.
    pub(super) out_of_scheme: Vec<usize>,
    /// Columns of units whose headroom counts as reserve, by area.
    pub(super) units: Vec<Vec<usize>>,
}

impl Topology {
    /// Builds the market; the text says why it cannot be.
    pub(super) fn new(given: &Grid, key: Key) -> Result<Self, String> {
        let buses = given.buses.len();
        let branches = given
            .lines
            .iter()
            .zip(&key.in_service)
            .map(|(line, n)| {
                let x = line.reactance_pu / f64::from((*n).max(1));
                Branch::from_reactance(line.from.index(), line.to.index(), x, 1.0, given.base_mva).with_service(*n > 0)
            })
            .collect();
        let network = Network::new(buses, branches, &[]).map_err(|e| e.to_string())?;

        let mut columns = Vec::new();
        let bus_of = |bus: &Option<u32>| bus.map_or(0, |b| b as usize);
        let mut layout = Layout::default();
        for (bus, segments) in &key.hydro {
            layout.hydro.push(extend(&mut columns, *segments, Column::supply(bus_of(bus))));
        }
        layout.plants = columns.len();
        columns.extend(given.plants.iter().map(|p| Column::supply(p.bus.index())));
        for exchange in &given.exchanges {
            layout.imports.push(extend(&mut columns, exchange.segments, Column::supply(exchange.bus.index())));
        }
        for exchange in &given.exchanges {
            layout.exports.push(extend(&mut columns, exchange.segments, Column::consumption(exchange.bus.index())));
        }
        layout.reserve = columns.len();
        columns.extend(given.areas.iter().map(|_| Column::slack()));
        layout.lean = columns.len();
        layout.hydro_held = columns.len();
        columns.extend(key.hydro.iter().map(|(bus, _)| Column::consumption(bus_of(bus))));
        layout.plants_held = columns.len();
        columns.extend(given.plants.iter().map(|p| Column::consumption(p.bus.index())));
        layout.interruptible = vec![None; buses];
        for bus in 0..buses {
            if given.sites.iter().any(|b| b.index() == bus) {
                layout.interruptible[bus] = Some(columns.len());
                columns.push(Column::supply(bus));
            }
        }
        for _ in &given.penalties.steps {
            layout.ordinary.push(columns.len());
            columns.extend((0..buses).map(Column::supply));
        }
        layout.protected = columns.len();
        columns.extend((0..buses).map(Column::supply));

        let sections: Vec<_> = given.sections.iter().map(|s| s.lines.clone()).collect();
        let mut rows: Vec<Vec<(usize, f64)>> = Vec::with_capacity(given.areas.len());
        let mut units = Vec::with_capacity(given.areas.len());
        for (at, area) in given.areas.iter().enumerate() {
            let mut row = vec![(layout.reserve + at, 1.0)];
            let in_area = |bus: usize| given.buses.as_slice().get(bus).is_some_and(|b| b.area == Some(at));
            let first = columns.iter().enumerate().take(layout.plants + given.plants.len());
            let own: Vec<usize> = first.filter(|(_, column)| in_area(column.bus)).map(|(c, _)| c).collect();
            for (c, column) in columns.iter().enumerate() {
                let enters = area.import_section.is_some() && area.fed.contains(&BusId::from_index(column.bus));
                let weight = if enters { column.injection } else { 0.0 } - if own.contains(&c) { 1.0 } else { 0.0 };
                if weight != 0.0 {
                    row.push((c, weight));
                }
            }
            rows.push(row);
            units.push(own);
        }
        let out_of_scheme = given
            .sections
            .ids()
            .map(|id| {
                let counted = given.lines.iter().zip(&key.in_service).filter(|(l, _)| l.scheme_of == Some(id));
                counted.map(|(l, n)| (l.circuits - n.min(&l.circuits)) as usize).sum()
            })
            .collect();
        let lean_rows =
            rows.iter().map(|row| row.iter().copied().filter(|(c, _)| *c < layout.lean).collect()).collect();
        let lean_columns = columns.iter().copied().take(layout.lean).collect();
        let lean = Market::new(network.clone(), lean_columns, sections.clone(), lean_rows);
        let full = Market::new(network, columns, sections, rows);
        let told = |e: crate::power::MarketError| e.to_string();
        let security = Security::new(given, &key.in_service);
        Ok(Self { security, key, full: full.map_err(told)?, lean: lean.map_err(told)?, layout, out_of_scheme, units })
    }
}

/// Adds equal columns and says where they stand.
fn extend(columns: &mut Vec<Column>, count: usize, column: Column) -> Range<usize> {
    let first = columns.len();
    columns.extend(core::iter::repeat_n(column, count));
    first..columns.len()
}
