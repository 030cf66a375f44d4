//! From a checked scenario to a region: every section's builder, then the names and places of the world.

use super::check::Checked;
use super::section::{
    bitcoin, channel, climate, cooling, demand, event, finance, fleet, grid, hydro, last_mile, operator,
};
use super::view::View;
use super::{Problems, Scenario};
use crate::calendar::Window;
use crate::grid::{Grid, PlantKind};
use crate::ids::{BranchId, BusId, Id, InterfaceId, OperatorId, Table};
use crate::policy::Law;
use crate::region::{Atlas, Dam, Firm, Line, Mine, Place, Region, Section, Station, StationKind};

impl Scenario {
    /// Reads, checks and builds the world.
    ///
    /// # Errors
    /// All problems of the scenario at once.
    pub fn build(&self) -> Result<Region, Problems> {
        self.check().build()
    }
}

impl Checked {
    /// Builds the world of a checked scenario.
    ///
    /// # Errors
    /// All problems, those that only builders can see included.
    pub fn build(&self) -> Result<Region, Problems> {
        if self.problems().has_errors() {
            return Err(self.problems());
        }
        let region = region(self, &self.view());
        match region {
            Some(region) if !self.problems().has_errors() => Ok(region),
            Some(_) => Err(self.problems()),
            None => {
                // A builder that gives up says why; should one not, the author still learns that the world is not whole.
                if !self.problems().has_errors() {
                    let allowed = "a whole world: weather, water, grid, demand, machines, coin, channels, money";
                    self.view().problem("", "a world that lacks a part", allowed, "compare with `hashwatt new NAME`");
                }
                Err(self.problems())
            }
        }
    }
}

/// The simulated window: the last day is simulated too.
fn window(all: &View) -> Window {
    let given = all.table("window");
    Window { from: given.day("from"), until: given.day("to").plus(1), step_minutes: all.count("step_minutes") as u32 }
}

/// All sections. Each builder runs even where another failed, so that all problems are told.
fn region(checked: &Checked, all: &View) -> Option<Region> {
    let window = window(all);
    let climate = climate::build(all);
    let cooling = cooling::build(all);
    let hydro = hydro::build(all);
    let demand = demand::build(all);
    let grid = grid::build(all);
    let last_mile = last_mile::build(all, f64::from(window.step_minutes));
    let fleet = fleet::build(all, window.from);
    let operators = operator::build(all);
    let bitcoin = bitcoin::build(all, &window);
    let channels = channel::build(all);
    let finance = finance::build(all, &window);
    let (climate, cooling, hydro, demand, grid) = (climate?, cooling?, hydro?, demand?, grid?);
    let (fleet, operators, bitcoin, channels, finance) = (fleet?, operators?, bitcoin?, channels?, finance?);
    let last_mile = last_mile?;
    let base = Law {
        grid: crate::grid::Rules::none(&grid),
        demand: crate::demand::Rules::none(&demand),
        fleet: crate::fleet::Rules::none(&fleet),
        channel: crate::channel::Rules::none(&channels),
        finance: crate::finance::Rules::none(&finance),
        operator: crate::operator::Rules::none(&operators),
        bitcoin: crate::bitcoin::Rules::default(),
    };
    let policy = event::build(all, base, &grid)?;
    let atlas = atlas(checked, all, &grid, climate.weather().word());
    let title = all.maybe_text("title").unwrap_or("").to_owned();
    Some(Region {
        title,
        window,
        atlas,
        climate,
        hydro,
        demand,
        grid,
        last_mile,
        cooling,
        fleet,
        operators,
        bitcoin,
        channels,
        finance,
        policy,
    })
}

/// Names and places.
fn atlas(checked: &Checked, all: &View, grid: &Grid, weather: &str) -> Atlas {
    let ids = |table: &str| all.tables(table).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    let named = |id: &str, view: &View| view.maybe_text("name").unwrap_or(id).to_owned();
    let dams = all.tables("reservoir").into_iter().map(|(id, v)| {
        let bus = grid.buses.as_slice().get(v.reference("bus"));
        Dam {
            plant: v.maybe_text("plant").unwrap_or(&id).to_owned(),
            name: bus.map_or_else(|| id.clone(), |b| format!("{} hydro plant", b.title.trim_end_matches(" hydro"))),
            in_region: bus.is_some_and(|b| b.in_region),
            id,
        }
    });
    let sites = all.tables("site").into_iter().enumerate().map(|(at, (id, v))| {
        let bus = grid.sites.as_slice().get(at).copied();
        Mine {
            operator: v.maybe_reference("operator").map(OperatorId::from_index),
            in_region: bus.is_some_and(|b| grid.buses[b].in_region),
            bus,
            home: v.maybe_text("tariff_class") == Some("home"),
            id,
        }
    });
    let sites: Vec<Mine> = sites.collect();
    let firms = all.tables("operator").into_iter().enumerate().map(|(at, (id, v))| Firm {
        name: named(&id, &v),
        home: sites.iter().any(|s| s.home && s.operator.is_some_and(|o| o.index() == at)),
        id,
    });
    let lines = grid.branches.ids().map(|id| {
        let name = grid.branch_name(id);
        let rating_mw = grid.lines.get(grid.branches[id].line).map_or(0.0, |l| l.limit(1.0).as_mw());
        Line { name: between(grid, id).unwrap_or_else(|| name.clone()), id: name, rating_mw }
    });
    Atlas {
        climate_sites: Table::new(ids("climate_site")),
        reservoirs: Table::new(dams.collect()),
        buses: grid.buses.map(|b| Place { id: b.name.clone(), name: b.title.clone(), in_region: b.in_region }),
        branches: Table::new(lines.collect()),
        interfaces: Table::new(grid.sections.ids().map(|id| section(checked, grid, id)).collect()),
        plants: grid.plants.map(|p| Station {
            id: p.name.clone(),
            name: p.title.clone(),
            kind: match p.kind {
                PlantKind::Coal | PlantKind::Gas => StationKind::Thermal,
                PlantKind::Hydro => StationKind::Hydro,
                PlantKind::Neighbor => StationKind::Neighbor,
            },
            in_region: grid.buses[p.bus].in_region,
        }),
        operators: Table::new(firms.collect()),
        sites: Table::new(sites),
        channels: Table::new(ids("channel")),
        weather: weather.to_owned(),
    }
}

/// A branch's name for people: "Shelekhov–Gusinoozersk, circuit 1"; remarks in brackets are left out.
fn between(grid: &Grid, id: BranchId) -> Option<String> {
    let circuit = grid.branches.as_slice().get(id.index())?;
    let line = grid.lines.get(circuit.line)?;
    let bus = |at: BusId| Some(grid.buses.as_slice().get(at.index())?.title.split(" (").next()?.to_owned());
    let ends = format!("{}–{}", bus(line.from)?, bus(line.to)?);
    Some(if line.circuits > 1 { format!("{ends}, circuit {}", circuit.number) } else { ends })
}

/// A controlled section with the range of its assumed limit, as the scenario's sources give it.
fn section(checked: &Checked, grid: &Grid, id: InterfaceId) -> Section {
    let given = &grid.sections[id];
    let limit = given.limit_by_out.first().map_or(0.0, |p| p.as_mw());
    let key = format!("interface.{}.limit_mw", given.name);
    let ranged = checked.ranged_assumptions().into_iter().find(|r| r.key == key);
    let (low_mw, high_mw) = ranged.map_or((limit, limit), |r| (r.low, r.high));
    Section { id: given.name.clone(), name: given.title.clone(), low_mw, high_mw, assumed: true }
}
