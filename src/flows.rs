//! Flows: what components give one another within one step. Plain data; nothing in it outlives the step.
//!
//! A flow carries means over the step unless it says otherwise. Generation and consumption are apart and non-negative;
//! a branch or section flow is positive in its stated direction.

use crate::equations::air;
use crate::ids::{
    BusId, ChannelId, ClimateSiteId, InterfaceId, ModelId, OperatorId, PlantId, ReservoirId, SiteId, Table,
};
use crate::units::{
    Cents, Discharge, Dollars, Elevation, Energy, EnergyPrice, ExchangeRate, Fraction, Hashes, Hashprice, Hashrate,
    Kopecks, Power, Pressure, Satoshi, Tariff, Temperature, Volume,
};

/// The air at one site.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Air {
    /// Dry-bulb temperature.
    pub dry_bulb: Temperature,
    /// Relative humidity.
    pub humidity: Fraction,
    /// Station pressure.
    pub pressure: Pressure,
}

impl Air {
    /// Wet-bulb temperature, from the psychrometric equation at station pressure. It takes longer than all else that is known
    /// of the air, and few ask for it.
    pub fn wet_bulb(&self) -> Temperature {
        air::wet_bulb(self.dry_bulb, air::vapor_pressure(self.dry_bulb, self.humidity), self.pressure)
    }
}

/// Weather of the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sky {
    /// Air by climate site.
    pub air: Table<ClimateSiteId, Air>,
    /// Mean dry-bulb temperature of the civil day, by climate site.
    pub day_mean: Table<ClimateSiteId, Temperature>,
}

/// The coin market and the network as miners see them at the start of the step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Market {
    /// World price of one bitcoin, USD.
    pub price_usd: f64,
    /// Hashrate of the whole network.
    pub network: Hashrate,
    /// What the law adds to the fee of pools, of what the fee leaves.
    pub pool_fee_added: Fraction,
    /// Difficulty of the running epoch.
    pub difficulty: f64,
    /// Subsidy of a block.
    pub subsidy: Satoshi,
    /// Fees of a block by the pool's trailing mean.
    pub fees: Satoshi,
    /// Expected revenue of 1 PH/s in a day, before pool fee and cash-out.
    pub hashprice: Hashprice,
}

/// Blocks found and coin paid in the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coin {
    /// Blocks that the whole network found.
    pub blocks: u64,
    /// Blocks of them that the region's pool found.
    pub pool_blocks: u64,
    /// Coin those blocks created and collected for the pool (subsidy and fees).
    pub pool_income: Satoshi,
    /// Coin paid to each operator under the payout scheme.
    pub paid: Table<OperatorId, Satoshi>,
    /// Retargets that fell into the step: new difficulty of each.
    pub retargets: Vec<f64>,
}

/// One plant of the cascade as the dispatch may use it in the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HydroOffer {
    /// Bus of the plant.
    pub bus: Option<BusId>,
    /// Power of one m³/s at the head of the step, MW.
    pub mw_per_m3_s: f64,
    /// Power that runs whatever the price: minimum discharge through the turbines.
    pub floor: Power,
    /// Segments above the floor, cheapest first: width and price. The number of segments never changes within a run.
    pub segments: Vec<(Power, EnergyPrice)>,
}

/// Water on offer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Supply {
    /// Offer by reservoir (the plant at its dam).
    pub offers: Table<ReservoirId, HydroOffer>,
    /// Mean discharge through the turbines that the week's rule wants, by reservoir.
    pub plan: Table<ReservoirId, Discharge>,
    /// Price at which each plant offers its water on the plan.
    pub water_price: Table<ReservoirId, EnergyPrice>,
    /// Net inflow by reservoir (side inflow; for the uppermost, useful inflow: evaporation is in it).
    pub inflow: Table<ReservoirId, Discharge>,
}

/// What consumers ask, mining apart, before losses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Protected load by bus, shed last.
    pub protected: Table<BusId, Power>,
    /// Ordinary load by bus.
    pub ordinary: Table<BusId, Power>,
    /// Of both, what homes ask, home mining apart, by bus.
    pub homes: Table<BusId, Power>,
}

/// Homes and mining homes without power as the step begins, behind transformers and feeders that are out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dark {
    /// Power of a home in this weather and hour, kW, by settlement of the last mile.
    pub home_kw: Vec<f64>,
    /// Homes without power.
    pub homes: f64,
    /// The same by bus.
    pub homes_at: Table<BusId, f64>,
    /// What they would take, by bus.
    pub load: Table<BusId, Power>,
    /// Share of each site's mining that is without power.
    pub sites: Table<SiteId, Fraction>,
}

/// Transformers or feeders taken out in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Blown {
    /// Settlement, a position in the last mile.
    pub settlement: usize,
    /// Why.
    pub cause: &'static str,
    /// How many transformers.
    pub transformers: f64,
    /// How many homes.
    pub homes: f64,
    /// Hours until it is mended.
    pub hours: f64,
}

/// What the step did to the last mile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strained {
    /// Homes without power through the step.
    pub homes_dark: f64,
    /// The same by bus.
    pub homes_dark_at: Table<BusId, f64>,
    /// Homes that lost power at its end.
    pub interrupted: f64,
    /// Transformers loaded above 100 % on their most loaded phase.
    pub overloaded: f64,
    /// … above 130 %.
    pub above_130: f64,
    /// What was taken out.
    pub blown: Vec<Blown>,
    /// Load of the typical transformer per unit, with mining homes and without.
    pub village_load: [f64; 2],
    /// Its hot spot, °C.
    pub village_hot_spot_c: [f64; 2],
}

/// What cooling adds at one site.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cooled {
    /// Site energy over machine energy.
    pub pue: f64,
    /// Temperature of the air or the coolant at the machines' inlet.
    pub inlet: Temperature,
    /// Water evaporated, m³ per MWh of machine energy.
    pub water_m3_per_mwh: f64,
}

/// What cooling adds at every site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overhead {
    /// By mining site.
    pub sites: Table<SiteId, Cooled>,
}

/// Prices of electricity in force for mining sites and homes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tariffs {
    /// All-in price that a site pays, levies included: behavior follows it.
    pub site: Table<SiteId, Tariff>,
    /// Price of one more kilowatt hour at each site, what is owed anyway for its connection or contract left out.
    pub marginal: Table<SiteId, Tariff>,
    /// What the site would pay at the published tariff (differs for home miners only).
    pub site_published: Table<SiteId, Tariff>,
    /// Roubles per dollar.
    pub exchange: ExchangeRate,
}

/// What cashing out leaves to each operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routes {
    /// Share of coin income left after fees, spreads and expected losses, by operator.
    pub kept: Table<OperatorId, Fraction>,
    /// Share of each operator's income by channel.
    pub share: Table<OperatorId, Table<ChannelId, f64>>,
    /// Share of coin income that fees, spreads and penalties take; less than what `kept` lacks, which also counts the
    /// expected loss of rails and the price of waiting.
    pub charged: Table<OperatorId, Fraction>,
    /// Money lost with a rail seized in this step.
    pub seized: Table<OperatorId, Dollars>,
    /// Days from coin to cash, by channel.
    pub delay_days: Table<ChannelId, u32>,
}

/// What hashing and a kilowatt hour are worth at each site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worth {
    /// Revenue of 1 PH/s in a day after pool fee and cash-out.
    pub revenue: Table<SiteId, Hashprice>,
    /// Price of a kilowatt hour, all told.
    pub tariff: Table<SiteId, Tariff>,
    /// Price of one more kilowatt hour.
    pub marginal: Table<SiteId, Tariff>,
    /// Share of each site's machines that are on no books and obey no ban.
    pub hidden: Table<SiteId, Fraction>,
}

/// What one site asks of the grid and would hash with it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SiteBid {
    /// Power at the meter, cooling and site losses included.
    pub power: Power,
    /// Of it, power of the machines.
    pub machines: Power,
    /// Hashrate if all of it is served.
    pub hashrate: Hashrate,
}

/// Bids of the mining sites.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bids {
    /// By site.
    pub sites: Table<SiteId, SiteBid>,
}

/// A controlled section in the step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SectionFlow {
    /// Flow in the section's stated direction (negative: against it).
    pub flow_mw: f64,
    /// Limit in the direction of the flow, positive.
    pub limit_mw: f64,
    /// Value of one more MW of limit, RUB/MWh; a shadow price, not money.
    pub shadow_price: EnergyPrice,
}

/// The proof that a dispatch is optimal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Certificate {
    /// Cost of the dispatch, RUB/h, unserved energy at its penalty included.
    pub objective_rub_per_h: f64,
    /// Relative gap between primal and dual objective.
    pub gap: f64,
    /// Pivots used.
    pub pivots: u32,
    /// Whether the fall-back solver made it.
    pub fallback: bool,
}

/// A line of the grid, one of whose circuits the loss of some one circuit would load beyond its short-time rating.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overload {
    /// The line that loses a circuit, by position among the grid's lines.
    pub lost: usize,
    /// The line overloaded, by position.
    pub line: usize,
    /// Flow of each of its circuits after the outage over the short-time rating.
    pub loading: f64,
    /// Load that armed automatics would shed against it, MW; `None` if there are none, or if they do not suffice.
    pub armed_mw: Option<f64>,
}

/// The cleared step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dispatch {
    /// Generation at each dam of the cascade.
    pub hydro: Table<ReservoirId, Power>,
    /// Generation of other plants.
    pub plants: Table<PlantId, Power>,
    /// Flow of each branch, from → to, MW, in the order of the network's table.
    pub branch_mw: Vec<f64>,
    /// Shadow price of each branch limit, RUB/MWh (zero where it does not bind).
    pub branch_shadow: Vec<f64>,
    /// Controlled sections.
    pub sections: Table<InterfaceId, SectionFlow>,
    /// Ordinary and protected load served, by bus.
    pub served: Table<BusId, Power>,
    /// Ordinary and protected load not served, by bus.
    pub unserved: Table<BusId, Power>,
    /// Share of each site's bid that is served.
    pub mining_share: Table<SiteId, Fraction>,
    /// Losses by bus (half of each branch's at either end) as the dispatch counted them.
    pub losses: Table<BusId, Power>,
    /// Net inflow from neighbors at exchange buses, MW (negative leaves the modeled network).
    pub exchange_mw: Table<BusId, f64>,
    /// Shadow price of energy by bus.
    pub price: Table<BusId, EnergyPrice>,
    /// Upward reserve that each area lacks.
    pub reserve_shortfall: Vec<Power>,
    /// What the loss of one circuit would overload, in the order of the lines lost; empty before the screening.
    pub overloads: Vec<Overload>,
    /// The proof.
    pub certificate: Certificate,
}

/// One reservoir after the step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// Net inflow of its own.
    pub inflow: Discharge,
    /// Water that arrived from upstream.
    pub arrived: Discharge,
    /// Through the turbines.
    pub release: Discharge,
    /// Past them.
    pub spill: Discharge,
    /// Level at the end of the step.
    pub level: Elevation,
    /// Storage at the end of the step, above the lowest point of its curve.
    pub storage: Volume,
    /// Energy that the spilled water would have made at the head of the step.
    pub spilled_energy: Energy,
}

/// Water moved in the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Water {
    /// By reservoir.
    pub reaches: Table<ReservoirId, Reach>,
    /// Volume on its way between dams at the end of the step.
    pub in_transit: Volume,
}

/// What one site hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SiteHashed {
    /// Hashes made.
    pub hashes: Hashes,
    /// Mean hashrate.
    pub hashrate: Hashrate,
    /// Energy at the meter.
    pub energy: Energy,
    /// Of it, energy of the machines.
    pub machine_energy: Energy,
    /// Energy that was asked and not served.
    pub curtailed: Energy,
}

/// Hashes made in the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hashed {
    /// By site, those outside the region included.
    pub sites: Table<SiteId, SiteHashed>,
}

/// What the step did to one operator's books.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settled {
    /// Coin credited.
    pub coin: Satoshi,
    /// The same at the price of the hour.
    pub revenue: Cents,
    /// Fees, spreads and losses of cashing out.
    pub channel_cost: Cents,
    /// Power bill.
    pub power: Cents,
    /// Power bill at the published tariff.
    pub power_published: Cents,
    /// Of the power bill, what is owed for contracted power, used or not.
    pub power_contract: Cents,
    /// Of the power bill, capacity in the region's peak hours.
    pub power_capacity: Cents,
    /// Of the power bill, what hosts add to the price of power.
    pub power_host: Cents,
    /// Deposits left with hosts; negative: returned. No cost, but no cash either.
    pub deposit: Cents,
    /// Levies on mining power.
    pub levy: Cents,
    /// Taxes.
    pub tax: Cents,
    /// Machines bought, duty and channel cost included.
    pub machines: Cents,
}

/// What homes' electricity costs the public in the step, by yardstick, USD.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subsidy {
    /// Against the shadow price of energy at the bus plus the network rate.
    pub shadow_energy: f64,
    /// Against the business tariff at low voltage.
    pub business_tariff: f64,
    /// Against the average cost of supply.
    pub average_cost: f64,
}

/// Money settled in the step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Money {
    /// By operator.
    pub operators: Table<OperatorId, Settled>,
    /// Implicit subsidy of home mining at the scenario's home rate.
    pub home_mining: Subsidy,
    /// … at the published tariff.
    pub home_mining_published: Subsidy,
    /// Implicit subsidy of all homes, home mining included, at the scenario's home rate.
    pub all_homes: Subsidy,
    /// … at the published tariff.
    pub all_homes_published: Subsidy,
    /// Paid by homes for all their power, kopecks, at the scenario's home rate.
    pub homes_paid: Kopecks,
}

/// A purchase, sale or move of machines decided at the turn of a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// Where.
    pub site: SiteId,
    /// Which machines.
    pub model: ModelId,
    /// How many: positive arrive, negative leave.
    pub machines: i64,
    /// Price of one machine at the site, USD.
    pub price_usd: f64,
    /// Days until they hash (arrivals) or are gone (departures).
    pub delay_days: u32,
    /// Why, in a word for the timeline.
    pub reason: OrderReason,
}

/// Why machines were ordered or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderReason {
    /// Bought to fill connected capacity.
    Growth,
    /// Bought to replace machines that left, died or give way to better ones.
    Refill,
    /// Left with clients who may no longer deal with a designated host.
    ClientLeft,
    /// Sold or scrapped because it no longer pays, or because a better one pays more in its place.
    Retired,
    /// Brought from one site of an operator to another.
    Moved,
    /// Found by inspections and disconnected.
    Found,
}

/// Orders of the month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    /// In the order of sites.
    pub orders: Vec<Order>,
}

/// The machines of one site by model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteRoster {
    /// Standing there, in whatever state.
    pub installed: Table<ModelId, u64>,
    /// Ordered and not yet there.
    pub arriving: Table<ModelId, u64>,
    /// About to leave.
    pub leaving: Table<ModelId, u64>,
}

impl SiteRoster {
    /// Machines that will stand there once all orders are carried out.
    pub fn committed(&self, model: ModelId) -> u64 {
        (self.installed[model] + self.arriving[model]).saturating_sub(self.leaving[model])
    }
}

/// Who stands where when the month's decisions are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// By site.
    pub sites: Table<SiteId, SiteRoster>,
}

/// What getting machines costs one operator beyond the world price, by the channel that is cheapest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Procured {
    /// Price at the site over the world price, as a share of it: 0.22 is 22 % dearer; duty and freight included.
    pub premium: f64,
    /// Days from order to hashing.
    pub delay_days: u32,
    /// The channel that most comes through; `None` if no channel is open to it, and then it cannot buy.
    pub channel: Option<ChannelId>,
    /// Share of what it wants that the channels can carry.
    pub reach: Fraction,
}

/// Procurement of machines as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Procurement {
    /// By operator.
    pub operators: Table<OperatorId, Procured>,
}
