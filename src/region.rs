//! The world of a run: everything given, everything that changes, and who is where.

use crate::bitcoin::{Bitcoin, BitcoinNow};
use crate::calendar::Window;
use crate::channel::{ChannelNow, Channels};
use crate::climate::{Climate, ClimateNow};
use crate::cooling::Cooling;
use crate::demand::{Demand, DemandNow};
use crate::finance::{Finance, FinanceNow};
use crate::fleet::{Fleet, FleetNow};
use crate::grid::{Grid, GridNow};
use crate::hydro::{Hydro, HydroNow};
use crate::ids::{
    BranchId, BusId, ChannelId, ClimateSiteId, InterfaceId, OperatorId, PlantId, ReservoirId, SiteId, Table,
};
use crate::last_mile::{LastMile, LastMileNow};
use crate::operator::{OperatorNow, Operators};
use crate::policy::{LawNow, Policy};
use crate::random::{Member, Seed};

/// Everything that a scenario gives: read once, never changed by a run.
#[derive(Clone, Debug)]
pub struct Region {
    /// Title of the scenario.
    pub title: String,
    /// The simulated window.
    pub window: Window,
    /// Names and places.
    pub atlas: Atlas,
    /// Weather.
    pub climate: Climate,
    /// The cascade.
    pub hydro: Hydro,
    /// Consumption.
    pub demand: Demand,
    /// Network and plants.
    pub grid: Grid,
    /// Transformers before homes.
    pub last_mile: LastMile,
    /// Cooling of the mining sites.
    pub cooling: Cooling,
    /// Machines.
    pub fleet: Fleet,
    /// Operators.
    pub operators: Operators,
    /// The Bitcoin network and its market.
    pub bitcoin: Bitcoin,
    /// Cash-out and procurement.
    pub channels: Channels,
    /// Tariffs, taxes, ledgers.
    pub finance: Finance,
    /// Dated and triggered events.
    pub policy: Policy,
}

/// Everything that changes in a run. A checkpoint is a clone.
#[derive(Clone, Debug)]
pub struct State {
    /// Weather.
    pub climate: ClimateNow,
    /// Reservoirs, water under way, the week's plan.
    pub hydro: HydroNow,
    /// Filtered temperatures.
    pub demand: DemandNow,
    /// Flows of the hour before, the dispatcher's basis.
    pub grid: GridNow,
    /// Transformers before homes.
    pub last_mile: LastMileNow,
    /// Machines.
    pub fleet: FleetNow,
    /// Plans of operators.
    pub operators: OperatorNow,
    /// Chain and market.
    pub bitcoin: BitcoinNow,
    /// Shares of channels, money under way.
    pub channels: ChannelNow,
    /// Ledgers.
    pub finance: FinanceNow,
    /// The law in force.
    pub law: LawNow,
}

impl State {
    /// The state at the start of the window of one member.
    pub fn start(region: &Region, seed: Seed, member: Member) -> Self {
        let window = &region.window;
        Self {
            climate: region.climate.start(seed, member, window),
            hydro: region.hydro.start(seed, member, window),
            demand: region.demand.start(seed, member, window),
            grid: region.grid.start_failing(seed, member),
            last_mile: region.last_mile.start(seed, member, window),
            fleet: region.fleet.start(seed, member, window),
            operators: region.operators.start(seed, member, window),
            bitcoin: region.bitcoin.start(seed, member, window),
            channels: region.channels.start(seed, member, window),
            finance: region.finance.start(seed, member, window),
            law: region.policy.start(),
        }
    }
}

/// Names and places of the world: who is where. Components meet in flows; the record and the pages need the names.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    /// Climate sites by id.
    pub climate_sites: Table<ClimateSiteId, String>,
    /// Reservoirs, each with the plant at its dam.
    pub reservoirs: Table<ReservoirId, Dam>,
    /// Buses.
    pub buses: Table<BusId, Place>,
    /// Branches.
    pub branches: Table<BranchId, Line>,
    /// Controlled sections.
    pub interfaces: Table<InterfaceId, Section>,
    /// Other plants.
    pub plants: Table<PlantId, Station>,
    /// Mining sites.
    pub sites: Table<SiteId, Mine>,
    /// Operators.
    pub operators: Table<OperatorId, Firm>,
    /// Channels by id.
    pub channels: Table<ChannelId, String>,
    /// Which weather the run has: `generated`, `replayed` or `conditioned`.
    pub weather: String,
}

/// A dam: reservoir and plant.
#[derive(Clone, Debug, Default)]
pub struct Dam {
    /// Id of the reservoir (`baikal`).
    pub id: String,
    /// Id of the plant at its dam (`irkutsk`).
    pub plant: String,
    /// Name of the plant for people.
    pub name: String,
    /// Whether the plant counts in the region's totals.
    pub in_region: bool,
}

/// A bus.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it lies in the region.
    pub in_region: bool,
}

/// A branch.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Continuous rating in summer, MW.
    pub rating_mw: f64,
}

/// A controlled section.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Lower end of the assumed limit's range, MW; the limit itself if none is given.
    pub low_mw: f64,
    /// Upper end, MW.
    pub high_mw: f64,
    /// Whether the limit is an assumption.
    pub assumed: bool,
}

/// A plant that is not at a dam of the cascade.
#[derive(Clone, Debug, Default)]
pub struct Station {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: StationKind,
    /// Whether it lies in the region.
    pub in_region: bool,
}

/// What a plant is to the region's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StationKind {
    /// Burns fuel.
    #[default]
    Thermal,
    /// Runs on a river outside the cascade.
    Hydro,
    /// Stands for the net supply of a neighboring system.
    Neighbor,
}

impl StationKind {
    /// The word that begins its column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Thermal => "thermal",
            Self::Hydro => "hydro",
            Self::Neighbor => "neighbor",
        }
    }
}

/// A mining site.
#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// Id.
    pub id: String,
    /// Its operator.
    pub operator: Option<OperatorId>,
    /// Its bus.
    pub bus: Option<BusId>,
    /// Whether it lies in the region.
    pub in_region: bool,
    /// Whether it is home mining.
    pub home: bool,
}

/// An operator.
#[derive(Clone, Debug, Default)]
pub struct Firm {
    /// Id.
    pub id: String,
    /// Name for people; stylized, never a real firm's.
    pub name: String,
    /// Whether it stands for home miners.
    pub home: bool,
}
