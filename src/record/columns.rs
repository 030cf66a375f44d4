//! The columns of the time series: each declared and valued in one place, in the order of the files.

use super::totals::Totals;
use super::{Series, Total};
use crate::ids::{BranchId, BusId, Id, SiteId};
use crate::region::Region;
use crate::step::Step;

/// A choice of columns by key.
#[derive(Clone, Debug)]
pub enum Chosen {
    /// These.
    Only(Vec<String>),
    /// All but those that begin so.
    Without(&'static [&'static str]),
}

impl Chosen {
    fn has(&self, key: &String) -> bool {
        match self {
            Self::Only(keys) => keys.contains(key),
            Self::Without(prefixes) => !prefixes.iter().any(|prefix| key.starts_with(prefix)),
        }
    }
}

/// Collects columns: the first step declares them, every step adds a value to each.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    series: Vec<Series>,
    at: usize,
    steps: usize,
    bundles: Vec<Bundle>,
    mining_buses: Vec<BusId>,
    home_buses: Vec<BusId>,
    /// Which columns are kept, where not all are.
    chosen: Option<Chosen>,
    /// Of each column, its place among those kept.
    places: Vec<Option<usize>>,
    /// Whether a step has passed, so that places are known.
    placed: bool,
}

/// All circuits between two buses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The bus that its first line starts at: flow is positive from here.
    pub from: BusId,
    /// The other.
    pub to: BusId,
    /// Its circuits.
    pub circuits: Vec<BranchId>,
}

impl Bundle {
    /// Every pair of joined buses, in the order of the lines.
    pub fn all(world: &Region) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (id, circuit) in world.grid.branches.enumerate() {
            let Some(line) = world.grid.lines.get(circuit.line) else { continue };
            let pair = |b: &Self| [(b.from, b.to), (b.to, b.from)].contains(&(line.from, line.to));
            match all.iter_mut().find(|b| pair(b)) {
                Some(bundle) => bundle.circuits.push(id),
                None => all.push(Self { from: line.from, to: line.to, circuits: vec![id] }),
            }
        }
        all
    }
    /// Key of its flow in the time series.
    pub fn key(&self, world: &Region) -> String {
        format!("branch_flow_{}_{}_mw", world.atlas.buses[self.from].id, world.atlas.buses[self.to].id)
    }
    /// 1 for a circuit that counts its flow as the bundle does, -1 for one that runs the other way.
    fn sign(&self, world: &Region, circuit: BranchId) -> f64 {
        let line = world.grid.lines.get(world.grid.branches[circuit].line);
        if line.is_some_and(|l| l.from == self.from) { 1.0 } else { -1.0 }
    }
}

/// Key of a bus's mining in the time series.
pub fn mining_key(bus: &str) -> String {
    format!("mining_at_{bus}_mw")
}

/// Buses with mining sites, in the order of buses.
pub fn mining_buses(world: &Region) -> Vec<BusId> {
    world.atlas.buses.ids().filter(|b| world.grid.sites.iter().any(|s| s == b)).collect()
}

/// Key of a bus's homes without power in the time series.
pub fn homes_key(bus: &str) -> String {
    format!("homes_dark_at_{bus}")
}

/// Buses with settlements of the last mile, in the order of buses.
pub fn home_buses(world: &Region) -> Vec<BusId> {
    world.atlas.buses.ids().filter(|b| world.last_mile.settlements.iter().any(|s| s.bus == *b)).collect()
}

impl Columns {
    /// Columns for so many steps.
    pub fn new(steps: usize) -> Self {
        Self { steps, ..Self::default() }
    }
    /// The same, of some columns only.
    #[must_use]
    pub fn choosing(self, chosen: Chosen) -> Self {
        Self { chosen: Some(chosen), ..self }
    }
    /// The finished series.
    pub fn finish(self) -> Vec<Series> {
        self.series
    }
    /// Adds a value to the next column; on the first step `describe` gives (key, label, definition).
    fn put(
        &mut self,
        total: Total,
        unit: &'static str,
        value: f64,
        describe: impl FnOnce() -> (String, String, String),
    ) {
        if let Some(chosen) = &self.chosen {
            if self.places.len() == self.at {
                let (key, label, definition) = describe();
                let kept = chosen.has(&key).then_some(self.series.len());
                self.places.push(kept);
                if kept.is_some() {
                    let values = Vec::with_capacity(self.steps);
                    self.series.push(Series { key, unit, label, definition, total, values });
                }
            }
            let place = self.places.get(self.at).copied().flatten();
            if let Some(series) = place.and_then(|i| self.series.get_mut(i)) {
                series.values.push(value);
            }
        } else if let Some(series) = self.series.get_mut(self.at) {
            series.values.push(value);
        } else {
            let (key, label, definition) = describe();
            let mut values = Vec::with_capacity(self.steps);
            values.push(value);
            self.series.push(Series { key, unit, label, definition, total, values });
        }
        self.at += 1;
    }
    /// Whether no column from here on is kept.
    fn has_no_more(&self) -> bool {
        self.placed && self.places.get(self.at..).is_some_and(|rest| rest.iter().all(Option::is_none))
    }
    fn mean(&mut self, unit: &'static str, value: f64, key: &str, label: &str, definition: &str) {
        self.put(Total::Mean, unit, value, || (key.into(), label.into(), definition.into()));
    }

    /// Records a step.
    pub fn record(&mut self, world: &Region, step: &Step, t: &Totals) {
        self.at = 0;
        if self.series.is_empty() {
            self.bundles = Bundle::all(world);
            self.mining_buses = mining_buses(world);
            self.home_buses = home_buses(world);
        }
        let a = &world.atlas;
        let d = &step.dispatch;
        for (id, site) in a.climate_sites.enumerate() {
            self.put(Total::Mean, "°C", step.sky.air[id].dry_bulb.as_celsius(), || {
                (
                    format!("temperature_{site}_c"),
                    format!("Temperature, {site}"),
                    format!("Dry-bulb air temperature at the climate site {site}."),
                )
            });
        }
        self.mean(
            "MW",
            t.demand_mw,
            "demand_mw",
            "Demand without mining",
            "Ordinary and protected load served in the region, mining and losses not included.",
        );
        self.mean(
            "MW",
            t.mining_mw,
            "mining_mw",
            "Mining",
            "Mining load served in the region, cooling and site losses included.",
        );
        self.mean(
            "MW",
            t.losses_mw,
            "losses_mw",
            "Network losses",
            "Losses of the region's branches: r·f² of the hour before, half at either end.",
        );
        self.mean("MW", t.total_load_mw(), "total_load_mw", "Total load", "demand + mining + losses.");
        if self.chosen.is_some() && self.has_no_more() {
            return;
        }
        for (id, dam) in a.reservoirs.enumerate() {
            self.put(Total::Mean, "MW", d.hydro[id].as_mw(), || {
                (format!("hydro_{}_mw", dam.plant), dam.name.clone(), format!("Generation of {}.", dam.name))
            });
        }
        for (id, plant) in a.plants.enumerate() {
            let kind = plant.kind.word();
            self.put(Total::Mean, "MW", d.plants[id].as_mw(), || {
                (format!("{kind}_{}_mw", plant.id), plant.name.clone(), format!("Generation of {}.", plant.name))
            });
        }
        self.mean("MW", t.thermal_mw, "thermal_mw", "Thermal generation", "Generation of the region's thermal plants.");
        self.mean(
            "MW",
            t.net_export_mw(),
            "net_export_mw",
            "Net export",
            "Generation of the region less its total load; positive leaves the region.",
        );
        self.mean(
            "MW",
            t.unserved_mw,
            "unserved_mw",
            "Unserved load",
            "Ordinary and protected load of the region not served.",
        );
        self.mean(
            "MW",
            t.curtailed_mining_mw,
            "curtailed_mining_mw",
            "Curtailed mining",
            "Mining load asked in the region and not served.",
        );
        for (id, section) in a.interfaces.enumerate() {
            let s = &d.sections[id];
            self.put(Total::Mean, "MW", s.flow_mw, || {
                (
                    format!("flow_{}_mw", section.id),
                    section.name.clone(),
                    format!("Flow over the section {}, positive in its stated direction.", section.name),
                )
            });
            self.put(Total::Mean, "MW", s.limit_mw, || {
                (
                    format!("limit_{}_mw", section.id),
                    format!("Limit of {}", section.name),
                    "Limit in the direction of the step's flow.".into(),
                )
            });
            self.put(Total::Mean, "RUB/MWh", s.shadow_price.as_rub_per_mwh(), || {
                (
                    format!("shadow_price_{}_rub_per_mwh", section.id),
                    format!("Shadow price of {}", section.name),
                    "Value of one more MW of limit; a shadow price, not money.".into(),
                )
            });
        }
        let bundles = core::mem::take(&mut self.bundles);
        for bundle in &bundles {
            let of = |c: &BranchId| d.branch_mw.get(c.index()).map_or(0.0, |mw| bundle.sign(world, *c) * mw);
            let flow: f64 = bundle.circuits.iter().map(of).sum();
            self.put(Total::Mean, "MW", flow, || {
                let (from, to) = (&a.buses[bundle.from].name, &a.buses[bundle.to].name);
                (
                    bundle.key(world),
                    format!("Flow {from}–{to}"),
                    format!("Flow of all circuits from {from} to {to}, positive in that direction."),
                )
            });
        }
        self.bundles = bundles;
        let buses = core::mem::take(&mut self.mining_buses);
        for bus in &buses {
            let sites = a.sites.enumerate().filter(|(id, _)| world.grid.sites[*id] == *bus);
            let mw: f64 = sites.map(|(id, _)| served_mw(step, id)).sum();
            self.put(Total::Mean, "MW", mw, || {
                let place = &a.buses[*bus];
                (
                    mining_key(&place.id),
                    format!("Mining at {}", place.name),
                    "Mining load served at the bus, cooling and site losses included.".into(),
                )
            });
        }
        self.mining_buses = buses;
        for (area, short) in world.grid.areas.iter().zip(&d.reserve_shortfall) {
            self.put(Total::Mean, "MW", short.as_mw(), || {
                (
                    format!("reserve_shortfall_{}_mw", area.name),
                    format!("Reserve lacking, {}", area.name),
                    format!("Upward reserve that the area {} lacks of what it should keep.", area.name),
                )
            });
        }
        for (id, dam) in a.reservoirs.enumerate() {
            let r = &step.water.reaches[id];
            let name = &dam.id;
            self.put(Total::Last, "m", r.level.as_m(), || {
                (format!("level_{name}_m"), format!("Level of {name}"), "Level at the end of the step.".into())
            });
            self.put(Total::Mean, "m³/s", r.release.as_m3_s(), || {
                (format!("release_{name}_m3_s"), format!("Release of {name}"), "Discharge through the turbines.".into())
            });
            self.put(Total::Mean, "m³/s", step.supply.plan[id].as_m3_s(), || {
                (
                    format!("plan_{name}_m3_s"),
                    format!("Planned release of {name}"),
                    "Mean discharge through the turbines that the week's rule wants.".into(),
                )
            });
            self.put(Total::Mean, "m³/s", r.spill.as_m3_s(), || {
                (format!("spill_{name}_m3_s"), format!("Spill of {name}"), "Discharge past the turbines.".into())
            });
            self.put(Total::Mean, "m³/s", r.inflow.as_m3_s(), || {
                (
                    format!("inflow_{name}_m3_s"),
                    format!("Inflow to {name}"),
                    "Net inflow of its own catchment; for Baikal useful inflow, evaporation in it.".into(),
                )
            });
            self.put(Total::Mean, "RUB/MWh", step.supply.water_price[id].as_rub_per_mwh(), || {
                (
                    format!("water_price_{name}_rub_per_mwh"),
                    format!("Water price of {name}"),
                    "Price at which the week's plan offers the plant's water at its planned discharge.".into(),
                )
            });
        }
        if !world.last_mile.settlements.is_empty() {
            let s = &step.strained;
            self.mean(
                "",
                s.homes_dark,
                "homes_dark",
                "Homes without power",
                "Homes behind transformers or feeders that overload has taken out, in the modeled settlements.",
            );
            let buses = core::mem::take(&mut self.home_buses);
            for bus in &buses {
                let place = &world.atlas.buses[*bus];
                let homes = s.homes_dark_at.as_slice().get(bus.index()).copied().unwrap_or(0.0);
                self.put(Total::Mean, "", homes, || {
                    (
                        homes_key(&place.id),
                        format!("Homes without power at {}", place.name),
                        format!("Homes without power behind the bus {}, in the modeled settlements.", place.name),
                    )
                });
            }
            self.home_buses = buses;
            let shown = [("village", "with its mining homes"), ("village_without_mining", "without mining")];
            for ((key, how), (load, hot)) in shown.into_iter().zip(s.village_load.into_iter().zip(s.village_hot_spot_c))
            {
                self.put(Total::Mean, "%", 100.0 * load, || {
                    (
                        format!("load_{key}_pct"),
                        format!("Load of a village transformer {how}"),
                        format!("Load of the most loaded phase of a typical transformer, {how}; not any real one."),
                    )
                });
                self.put(Total::Mean, "°C", hot, || {
                    (
                        format!("hot_spot_{key}_c"),
                        format!("Hot spot of a village transformer {how}"),
                        format!("Hot spot at the end of the step of a typical transformer, {how}; not any real one."),
                    )
                });
            }
        }
        self.mean(
            "EH/s",
            t.hashrate_eh_s,
            "hashrate_eh_s",
            "Hashrate of the region",
            "Hashrate of the mining sites in the region.",
        );
        self.mean(
            "EH/s",
            step.market.network.as_eh_s(),
            "network_hashrate_eh_s",
            "Hashrate of the network",
            "Hashrate of the whole Bitcoin network.",
        );
        self.mean("USD", step.market.price_usd, "bitcoin_price_usd", "Bitcoin price", "World price of one bitcoin.");
        self.mean(
            "USD/PH/day",
            step.market.hashprice.as_usd_per_ph_day(),
            "hashprice_usd_per_ph_day",
            "Hashprice",
            "Expected revenue of 1 PH/s in a day before pool fee and cash-out.",
        );
        self.mean("", step.market.difficulty, "difficulty", "Difficulty", "Difficulty of the running epoch.");
        self.put(Total::Sum, "", step.coin.blocks as f64, || {
            ("network_blocks".into(), "Blocks".into(), "Blocks found by the whole network.".into())
        });
        let usd = 1.0 / step.tariffs.exchange.as_rub_per_usd().max(1e-9);
        for (id, bus) in a.buses.enumerate() {
            self.put(Total::Mean, "USD/MWh", d.price[id].as_rub_per_mwh() * usd, || {
                (
                    format!("shadow_price_{}_usd_per_mwh", bus.id),
                    format!("Shadow price at {}", bus.name),
                    "Shadow price of energy at the bus; not money.".into(),
                )
            });
        }
        for (i, firm) in a.operators.iter().enumerate() {
            let mw: f64 = a
                .sites
                .enumerate()
                .filter(|(_, s)| s.in_region && s.operator.is_some_and(|o| o.index() == i))
                .map(|(s, _)| served_mw(step, s))
                .sum();
            self.put(Total::Mean, "MW", mw, || {
                (
                    format!("mining_{}_mw", firm.id),
                    format!("Mining, {}", firm.name),
                    "Mining load served, cooling and site losses included.".into(),
                )
            });
        }
        for (i, firm) in a.operators.iter().enumerate() {
            let s = step.money.operators.as_slice().get(i).copied().unwrap_or_default();
            self.put(Total::Sum, "USD", s.revenue.as_usd(), || {
                (
                    format!("revenue_{}_usd", firm.id),
                    format!("Revenue, {}", firm.name),
                    "Coin credited at the price of its hour.".into(),
                )
            });
        }
        self.mean(
            "RUB/USD",
            step.tariffs.exchange.as_rub_per_usd(),
            "exchange_rub_per_usd",
            "Exchange rate",
            "Roubles per dollar.",
        );
        self.placed = true;
    }
}

/// Power served at a site.
fn served_mw(step: &Step, site: SiteId) -> f64 {
    step.bids.sites[site].power.as_mw() * step.dispatch.mining_share[site].value()
}
