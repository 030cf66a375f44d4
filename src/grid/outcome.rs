//! The solver's answer as the flow that other components read.

use super::Grid;
use super::numbers::{Numbers, tier};
use super::rules::Rules;
use super::topology::Topology;
use crate::flows::{Bids, Certificate, Dispatch, Load, SectionFlow, Supply};
use crate::ids::{BusId, Id, Table};
use crate::power::{self, DispatchError, Limit};
use crate::units::{EnergyPrice, Fraction, Power};

/// What one bus gave up, MW.
#[derive(Clone, Copy)]
struct Given {
    /// Share of the contracted miners served.
    contracted: f64,
    /// Share of ordinary load and other miners served.
    ordinary: f64,
    /// Protected load not served.
    protected_mw: f64,
    /// Losses that did not arise because the bus is dark.
    loss_mw: f64,
}

/// Of a bus that gave up nothing.
const NOTHING: Given = Given { contracted: 1.0, ordinary: 1.0, protected_mw: 0.0, loss_mw: 0.0 };

/// Reads the dispatch of the step.
pub(super) fn read(
    given: &Grid,
    rules: &Rules,
    topology: &Topology,
    numbers: &Numbers,
    supply: &Supply,
    load: &Load,
    bids: &Bids,
    solved: &power::Dispatch,
    price: Table<BusId, EnergyPrice>,
) -> Dispatch {
    let (layout, x) = (&topology.layout, solved.column_mw);
    let at = |column: usize| x.get(column).copied().unwrap_or(0.0);
    let buses = given.buses.len();
    // The lean market has nothing that gives up load.
    let lean = x.len() <= layout.lean;
    let shed = |bus: usize| if lean { NOTHING } else { given_up(topology, numbers, load, bus, x) };

    let hydro = hydro(topology, supply, x);
    let plants = numbers
        .least
        .iter()
        .enumerate()
        .map(|(n, least)| Power::mw(least + at(layout.plants + n) - at(layout.plants_held + n)));
    let mut exchange_mw = Table::filled(buses, 0.0);
    for (n, exchange) in given.exchanges.iter().enumerate() {
        let import: f64 = layout.imports[n].clone().map(at).sum();
        let export: f64 = layout.exports[n].clone().map(at).sum();
        exchange_mw[exchange.bus] += import - export;
    }

    let per_circuit = |line: usize, value: f64| {
        let circuits = topology.key.in_service.get(line).copied().unwrap_or(0);
        if circuits == 0 { 0.0 } else { value / f64::from(circuits) }
    };
    let mut branch_mw = Vec::with_capacity(given.branches.len());
    let mut branch_shadow = Vec::with_capacity(given.branches.len());
    for (n, line) in given.lines.iter().enumerate() {
        let in_service =
            line.branches().map(|id| !rules.branch_out.as_slice().get(id.index()).copied().unwrap_or(false));
        for is_in in in_service {
            branch_mw.push(if is_in { per_circuit(n, solved.flow_mw[n]) } else { 0.0 });
            branch_shadow.push(if is_in { solved.branch_shadow_usd_per_mwh[n].abs() } else { 0.0 });
        }
    }
    let sections = (0..given.sections.len()).map(|s| {
        let flow_mw = solved.section_mw[s];
        SectionFlow {
            flow_mw,
            limit_mw: numbers.section_limit(s, flow_mw),
            shadow_price: EnergyPrice::rub_per_mwh(solved.section_shadow_usd_per_mwh[s].abs()),
        }
    });

    let unserved = |bus: usize| {
        let s = shed(bus);
        (tier(&load.ordinary, bus) * (1.0 - s.ordinary) + s.protected_mw).max(0.0)
    };
    let unserved = Table::new((0..buses).map(|bus| Power::mw(unserved(bus))).collect());
    let served = (0..buses)
        .map(|bus| Power::mw(tier(&load.ordinary, bus) + tier(&load.protected, bus)) - unserved.as_slice()[bus])
        .collect();
    let mining_share = bids.sites.ids().map(|id| {
        let bus = given.sites.as_slice().get(id.index()).map(|b| b.index()).filter(|bus| *bus < buses);
        let Some(s) = bus.map(shed) else { return Fraction::ALL };
        let contracted = rules.interruptible.as_slice().get(id.index()).map_or(0.0, |f| f.value());
        Fraction::new(contracted * s.contracted + (1.0 - contracted) * s.ordinary)
    });

    Dispatch {
        hydro: Table::new(hydro.collect()),
        plants: Table::new(plants.collect()),
        branch_mw,
        branch_shadow,
        sections: Table::new(sections.collect()),
        served: Table::new(served),
        unserved,
        mining_share: Table::new(mining_share.collect()),
        losses: Table::new(numbers.loss.iter().enumerate().map(|(bus, l)| Power::mw(l - shed(bus).loss_mw)).collect()),
        exchange_mw,
        price,
        reserve_shortfall: (0..given.areas.len()).map(|a| Power::mw(at(layout.reserve + a))).collect(),
        overloads: Vec::new(),
        certificate: Certificate {
            objective_rub_per_h: solved.certificate.objective_usd_per_h,
            gap: solved.certificate.gap,
            pivots: solved.pivots,
            fallback: solved.via_fallback,
        },
    }
}

/// What each plant of the cascade gives.
pub(super) fn hydro<'a>(topology: &'a Topology, supply: &'a Supply, x: &'a [f64]) -> impl Iterator<Item = Power> + 'a {
    let layout = &topology.layout;
    let at = |column: usize| x.get(column).copied().unwrap_or(0.0);
    supply.offers.iter().enumerate().map(move |(n, offer)| {
        let above: f64 = layout.hydro.get(n).cloned().unwrap_or(0..0).map(at).sum();
        offer.floor.max(Power::ZERO) + Power::mw(above - at(layout.hydro_held + n))
    })
}

/// What one more MW of load would cost at each bus. Where an area counts the free margin of its import section as reserve,
/// load behind that section takes reserve too: the row's shadow price is a part of its price.
pub(super) fn prices(given: &Grid, solved: &power::Dispatch) -> Table<BusId, EnergyPrice> {
    let mut price = Table::new(solved.price_usd_per_mwh.iter().map(|p| EnergyPrice::rub_per_mwh(*p)).collect());
    for (area, shadow) in given.areas.iter().zip(solved.row_shadow_usd_per_mwh) {
        if *shadow != 0.0 && area.import_section.is_some() {
            for bus in &area.fed {
                price[*bus] += EnergyPrice::rub_per_mwh(-shadow);
            }
        }
    }
    price
}

/// What a bus gave up, tier by tier.
fn given_up(topology: &Topology, numbers: &Numbers, load: &Load, bus: usize, x: &[f64]) -> Given {
    let layout = &topology.layout;
    let at = |column: usize| x.get(column).copied().unwrap_or(0.0);
    let served = |whole: f64, shed: f64| if whole > 0.0 { (1.0 - shed / whole).clamp(0.0, 1.0) } else { 1.0 };
    let interrupted = layout.interruptible[bus].map_or(0.0, at);
    let whole = tier(&load.ordinary, bus) + numbers.mining[bus] - numbers.contracted[bus];
    let ordinary: f64 = layout.ordinary.iter().map(|first| at(first + bus)).sum();
    let last = at(layout.protected + bus);
    let protected_mw = last.min(tier(&load.protected, bus));
    Given {
        contracted: served(numbers.contracted[bus], interrupted),
        ordinary: served(whole, ordinary),
        protected_mw,
        loss_mw: (last - protected_mw).max(0.0),
    }
}

/// Why there is no dispatch, with the names of the limits that conflict.
pub(super) fn tell(given: &Grid, why: &DispatchError) -> String {
    let DispatchError::Infeasible { conflicting, shortfall_mw } = why else { return why.to_string() };
    let name = |limit: &Limit| match limit {
        Limit::Island(n) => format!("the balance of island {n}"),
        Limit::Branch(n) => given.lines.get(*n).map_or_else(String::new, |l| format!("the limit of line {}", l.name)),
        Limit::Section(n) => {
            let section = given.sections.as_slice().get(*n);
            section.map_or_else(String::new, |s| format!("the limit of section {}", s.name))
        }
        Limit::Row(n) => given.areas.get(*n).map_or_else(String::new, |a| format!("the reserve of area {}", a.name)),
        Limit::Column(n) => format!("the bounds of offer {n}"),
    };
    let names: Vec<String> = conflicting.iter().map(name).collect();
    format!("{shortfall_mw:.1} MW cannot be met under {}", names.join(", "))
}
