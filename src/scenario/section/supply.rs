//! Sections `supply` and `removal`: the world's hashrate as machines, owners and orders.

use crate::bitcoin::supply::{Removal, Supply, Technology, technology::Leaning};
use crate::scenario::View;
use crate::scenario::section::machine::MACHINE;
use crate::scenario::spec::{TableSpec, day, integer, number, table_spec};

/// `[supply]`.
pub const SUPPLY: TableSpec = table_spec(
    "supply",
    "The world's hashrate as supply: vintages of machines, owners' power prices, orders by what a machine is worth.",
    &[
        number("entry_rate_per_year", "1/year", 0.0, 20.0, "Orders in a year over running hashrate at q = 1."),
        number(
            "entry_exponent",
            "",
            0.0,
            3.0,
            "Their elasticity to q, the worth of a new machine over its making cost.",
        ),
        number("entry_limit_per_year", "1/year", 0.01, 50.0, "What makers can build in a year, over running hashrate."),
        number(
            "crowding",
            "",
            0.0,
            100.0,
            "How much machines driven out crowd out orders: divided by 1 + this · away/running.",
        ),
        number("idle_scrapped_per_year", "1/year", 0.0, 10.0, "Share of idle machines scrapped in a year."),
        number("attrition_per_year", "1/year", 0.0, 1.0, "Share of running machines lost in a year."),
        number("power_price_median_usd_per_kwh", "USD/kWh", 0.001, 1.0, "Median power price of the world's owners."),
        number("power_price_spread", "", 0.01, 2.0, "Standard deviation of its logarithm."),
        number("entrant_price_usd_per_kwh", "USD/kWh", 0.0, 1.0, "Power price that buyers of new machines count on."),
        number("pue", "", 1.0, 3.0, "Energy of a site over energy of its machines, world mean."),
        number("pool_fee_share", "", 0.0, 0.5, "Share of revenue that pools keep."),
        number("decline_per_month", "1/month", 0.0, 0.5, "Fall of hashprice that buyers expect, logarithmic."),
        integer("horizon_months", 1, 120, "Months that buyers look ahead."),
        number("discount_per_month", "1/month", 0.0, 0.5, "Their discount, logarithmic."),
        number("release_fade_days", "d", 1.0, 10_000.0, "Days over which a release fades from what is on sale."),
        number("efficiency_leaning", "", 0.0, 20.0, "Power of efficiency by which buyers lean to better machines."),
        number("halving_keeps", "", 0.5, 1.0, "Share of hashprice that buyers expect to keep after a halving."),
        number("making_cost_usd_per_w", "USD/W", 0.01, 10.0, "Cost of making a machine."),
        number(
            "cost_growth_per_year",
            "1/year",
            -0.2,
            0.5,
            "Rise of power prices and making cost, logarithmic; they are given in dollars of July 2022.",
        ),
        number("delivery_days", "d", 3.0, 720.0, "Mean time from order to hashing."),
        number("memory_days", "d", 1.0, 365.0, "Memory of the hashprice that buyers look at."),
        number("switch_days", "d", 1.0, 365.0, "Time within which owners stop or start machines."),
        number("difficulty_days", "d", 1.0, 60.0, "Lag of difficulty behind the network."),
    ],
);

/// `[removal.<id>]`.
pub const REMOVAL: TableSpec = table_spec(
    "removal",
    "A share of the world's machines that is driven out and runs elsewhere later; felt where the network is supply.",
    &[
        day("from", "First day."),
        number("over_days", "d", 1.0, 365.0, "Length of the exodus."),
        number("share", "", 0.0, 0.99, "Share of all installed machines."),
        number("relocation_days", "d", 1.0, 10_000.0, "Mean time until a machine runs elsewhere."),
    ],
);

/// The supply side of a scenario, the machines on sale being its catalog; `None` if it has no `[supply]`.
pub fn build(all: &View) -> Option<Supply> {
    let v = all.maybe_table(SUPPLY.key)?;
    let machines: Vec<_> = all
        .tables(MACHINE.key)
        .iter()
        .map(|(_, m)| (m.day("released"), m.number("power_w") / m.number("hashrate_th_s")))
        .collect();
    let removal = |v: &View| Removal {
        from: v.day("from"),
        over_days: v.number("over_days"),
        share: v.number("share"),
        relocation_days: v.number("relocation_days"),
    };
    Some(Supply {
        entry_rate: v.number("entry_rate_per_year"),
        entry_exponent: v.number("entry_exponent"),
        entry_limit: v.number("entry_limit_per_year"),
        delivery_days: v.number("delivery_days"),
        crowding: v.number("crowding"),
        idle_scrapped: v.number("idle_scrapped_per_year"),
        attrition: v.number("attrition_per_year"),
        power_price: v.number("power_price_median_usd_per_kwh"),
        power_spread: v.number("power_price_spread"),
        entrant_price: v.number("entrant_price_usd_per_kwh"),
        pue: v.number("pue"),
        pool_fee: v.number("pool_fee_share"),
        decline: v.number("decline_per_month"),
        horizon_months: v.count("horizon_months") as i32,
        discount: v.number("discount_per_month"),
        halving_keeps: v.number("halving_keeps"),
        making_cost: v.number("making_cost_usd_per_w"),
        cost_growth: v.number("cost_growth_per_year"),
        memory_days: v.number("memory_days"),
        switch_days: v.number("switch_days"),
        difficulty_days: v.number("difficulty_days"),
        technology: Technology::of(
            &machines,
            Leaning { fade_days: v.number("release_fade_days"), efficiency: v.number("efficiency_leaning") },
        ),
        removals: all.tables(REMOVAL.key).iter().map(|(_, v)| removal(v)).collect(),
    })
}
