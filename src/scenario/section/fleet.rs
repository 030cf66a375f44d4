//! Sections `fleet` and `tier`: how machines wear, and what stands in the sites at the start.

use super::machine;
use super::site::{self, SITE};
use crate::calendar::Day;
use crate::fleet::stock::fill;
use crate::fleet::{Fleet, Site, Tier, Wear};
use crate::ids::{Id, ModelId, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, flag, number, table_spec, text};
use crate::units::{Efficiency, Fraction, Span, Temperature};

/// `[fleet]`.
pub const FLEET: TableSpec = table_spec(
    "fleet",
    "How machines start, wear, fail and are mended.",
    &[
        flag("enabled", "Whether anybody mines at all: without it no site has machines or connections, nor gets any.")
            .default_flag(true),
        number("restart_minutes", "min", 0.0, 120.0, "From a cold start to full hashrate.").default(10.0),
        number("design_pue", "", 1.0, 2.0, "Overhead for which connections are laid out.").default(1.04),
        number(
            "fill_share",
            "",
            0.1,
            2.0,
            "Nameplate power at that overhead to which connections are filled, over their rating.",
        )
        .default(1.0),
        number("infant_days", "days", 1.0, 300.0, "Length of infancy.").default(90.0),
        number("infant_share", "", 0.0, 0.9, "Share of the first year's failures in infancy.").default(0.25),
        number("infant_shape", "", 0.3, 1.0, "Weibull shape of infancy.").default(0.7),
        number("board_share", "", 0.0, 1.0, "Share of failures that cost one hash board of three.").default(0.55),
        number("partial_hashrate_share", "", 0.0, 1.0, "Hashrate left on two boards.").default(0.67),
        number("partial_power_share", "", 0.0, 1.0, "Power left on two boards.").default(0.69),
        number("restart_failure_share", "", 0.0, 0.05, "Machines broken by one stop and start.").default(0.0005),
        number("cold_restart_factor", "", 1.0, 20.0, "Times as many in deep cold.").default(3.0),
        number("cold_start_below_c", "°C", -60.0, 20.0, "Inlet below which a start is one in deep cold.")
            .default(-15.0),
        number("repair_days", "days", 0.1, 365.0, "Mean time until a stopped machine is back.").default(14.0),
        number("board_repair_days", "days", 0.1, 365.0, "Mean time until a lost board is replaced.").default(21.0),
        number("scrap_share", "", 0.0, 1.0, "Share of stopped machines that are scrapped.").default(0.05),
        number("hashrate_drift_share_per_year", "", 0.0, 0.2, "Loss of hashrate a year.").default(0.005),
        number("power_drift_share_per_year", "", 0.0, 0.2, "Rise of power a year.").default(0.003),
        number("dust_k", "K", 0.0, 20.0, "Dust between cleanings, as a mean rise of inlet temperature.").default(3.0),
    ],
);

/// `[tier.<id>]`.
pub const TIER: TableSpec = table_spec(
    "tier",
    "A class of efficiency and its share of power at the start; a class of which nothing has shipped gives it to the others.",
    &[
        text("name", "Its name in print."),
        number("from_j_per_th", "J/TH", 0.0, 1e5, "Lowest energy per hash of the class."),
        number("to_j_per_th", "J/TH", 0.0, 1e5, "Highest, not included."),
        number("start_share", "", 0.0, 1.0, "Share of power at the start."),
        number("price_factor", "", 0.1, 10.0, "Price of such machines over `machine_market`'s formula.").default(1.0),
    ],
);

/// The machines and sites of a scenario whose first day is `from`.
pub fn build(all: &View, from: Day) -> Option<Fleet> {
    let machines = machine::build(all)?;
    let v = all.table(FLEET.key);
    let tiers = tiers(all);
    let views = all.tables(SITE.key);
    let sites = views.iter().zip(site::build(all)).map(|((id, s), placed)| {
        let exact = s.numbers_by_reference("machines");
        let kept: Vec<ModelId> = s.references("models").into_iter().map(ModelId::from_index).collect();
        let start = if !placed.in_use {
            Vec::new()
        } else if exact.is_empty() {
            fill(&machines, &tiers, &kept, placed.connected * v.number("fill_share"), v.number("design_pue"), from)
        } else {
            exact.into_iter().map(|(m, n)| (ModelId::from_index(m), n as u64)).collect()
        };
        if start.is_empty() && !kept.is_empty() && placed.connected.as_mw() > 0.0 {
            s.warning("models", "no machine of these stands at the start", "models shipped by then, of a `tier`", "");
        }
        Site { id: id.clone(), start }
    });
    let sites = Table::new(sites.collect());
    Some(Fleet::new(machines, sites, wear(&v), Span::minutes(v.number("restart_minutes"))))
}

/// The classes of efficiency.
pub(super) fn tiers(all: &View) -> Vec<Tier> {
    all.tables(TIER.key).iter().map(|(_, t)| tier(t)).collect()
}

fn tier(v: &View) -> Tier {
    let (from, to) = (v.number("from_j_per_th"), v.number("to_j_per_th"));
    if from >= to {
        v.problem("from_j_per_th", format!("{from} J/TH"), format!("below to_j_per_th = {to} J/TH"), "");
    }
    Tier {
        from: Efficiency::j_per_th(from),
        to: Efficiency::j_per_th(to),
        share: Fraction::new(v.number("start_share")),
        price_factor: v.number("price_factor"),
    }
}

fn wear(v: &View) -> Wear {
    let share = |key| Fraction::new(v.number(key));
    Wear {
        infant: Span::days(v.number("infant_days")),
        infant_share: share("infant_share"),
        infant_shape: v.number("infant_shape"),
        board_share: share("board_share"),
        partial_hashrate: share("partial_hashrate_share"),
        partial_power: share("partial_power_share"),
        restart_failure: share("restart_failure_share"),
        cold_restart_factor: v.number("cold_restart_factor"),
        cold_start_below: Temperature::celsius(v.number("cold_start_below_c")),
        repair: Span::days(v.number("repair_days")),
        board_repair: Span::days(v.number("board_repair_days")),
        scrap_share: share("scrap_share"),
        hashrate_drift: v.number("hashrate_drift_share_per_year"),
        power_drift: v.number("power_drift_share_per_year"),
        dust_k: v.number("dust_k"),
    }
}

#[cfg(test)]
mod tests;
