//! Buses and the areas they belong to.

use crate::ids::{BusId, ClimateSiteId, InterfaceId};
use crate::units::Power;

/// A node of the network: a substation, or a stretch of the region behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bus {
    /// Its id in the scenario.
    pub name: String,
    /// Its name in print.
    pub title: String,
    /// Whether it belongs to the region whose totals are reported.
    pub in_region: bool,
    /// Position of its area among [`super::Grid::areas`], if it has one.
    pub area: Option<usize>,
    /// The area with which its adequacy is told.
    pub adequacy_area: Option<String>,
    /// Whose weather line ratings and heat-led plants follow here.
    pub climate_site: ClimateSiteId,
    /// Latitude, degrees north, for maps.
    pub latitude_deg: f64,
    /// Longitude, degrees east, for maps.
    pub longitude_deg: f64,
    /// Highest voltage, kV.
    pub voltage_kv: f64,
}

/// Buses that keep an upward reserve together.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its id in the scenario.
    pub name: String,
    /// Reserve to keep: the largest unit, or infeed, that may be lost.
    pub reserve: Power,
    /// The controlled section through which help from outside would come; its free margin counts as reserve.
    pub import_section: Option<InterfaceId>,
    /// Buses that the import section feeds: those of the area, and whatever hangs behind them.
    pub fed: Vec<BusId>,
}
