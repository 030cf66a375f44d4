//! Sections `operator`, `growth` and `machine_market`: who owns machines, how connections grow, what machines cost.

use super::fleet::{self, FLEET};
use super::{machine, site};
use crate::fleet::{Machine, Tier};
use crate::ids::Table;
use crate::operator::{Growth, Hiding, Holding, Listing, MachineMarket, Moving, Operator, Operators};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, days, flag, integer, number, table_spec, text};
use crate::units::{Fraction, Power, Tariff};

/// `[operator.<id>]`.
pub const OPERATOR: TableSpec = table_spec(
    "operator",
    "An operator: who owns machines, pays tariffs and decides. Stylized; no account of a real firm is modeled.",
    &[
        text("name", "Its name in print."),
        number("pool_fee_share", "", 0.0, 0.5, "Pool fee, of revenue.").default(0.02),
        number("payback_limit_months", "months", 0.0, 240.0, "Longest payback at which it buys.").default(24.0),
        flag("imposed_fill", "Whether it keeps its connections full even beyond that limit (an imposed path of load).")
            .default_flag(false),
        number("cash_usd_per_kw", "USD/kW", 0.0, 1e5, "Cash at the start, per kilowatt connected.").default(1e5),
        number("credit_usd_per_kw", "USD/kW", 0.0, 1e5, "Most that it may owe, per kilowatt connected.").default(0.0),
        number("payout_share", "", 0.0, 1.0, "Share of its gains that its owners take out.").default(0.0),
        number("hold_share", "", 0.0, 1.0, "Treasury: share of its coin that it keeps for `hold_days`.").default(0.0),
        integer("hold_days", 0, 127, "Treasury: days until kept coin is sold.").default_integer(0),
        number("clients_russian_share", "", 0.0, 1.0, "Share of its machines that Russian clients own.").default(1.0),
        number("clients_western_share", "", 0.0, 1.0, "The same of Western clients, Japanese ones apart.").default(0.0),
        number("clients_japanese_share", "", 0.0, 1.0, "The same of Japanese clients.").default(0.0),
        number("clients_other_share", "", 0.0, 1.0, "The same of Asian and all other clients.").default(0.0),
    ],
);

/// `[growth]`.
pub const GROWTH: TableSpec = table_spec(
    "growth",
    "Growth of connected mining power, applied for or imposed, and how its machines are chosen.",
    &[
        number("connected_mw_per_month", "MW", 0.0, 1000.0, "Most that the grid companies connect in a month.")
            .default(0.0),
        flag(
            "decided",
            "Whether it is applied for by payback; otherwise so much is connected every month, by weights.",
        )
        .default_flag(false),
        number("waiting_mw", "MW", 0.0, 1e5, "Applied for before the first day.").default(0.0),
        number("appetite_share_per_month", "", 0.0, 1.0, "Applications of firms where the payback is half its limit.")
            .default(0.05),
        number("keenest", "", 0.0, 100.0, "Most by which a shorter payback multiplies them.").default(3.0),
        number("withdrawn_share_per_month", "", 0.0, 1.0, "Applications withdrawn where nothing pays back.")
            .default(0.05),
        number("home_potential_mw", "MW", 0.0, 1e5, "Power to which home mining can spread.").default(0.0),
        number("home_innovation_share_per_month", "", 0.0, 1.0, "Share of the open potential that begins by itself.")
            .default(0.002),
        number("home_imitation_share_per_month", "", 0.0, 1.0, "Share that begins by imitation when all others mine.")
            .default(0.08),
        number("hashprice_fall_share_per_month", "", 0.0, 0.5, "Fall of hashprice that buyers expect.").default(0.02),
        number(
            "replaced_share_per_month",
            "",
            0.0,
            1.0,
            "Most of a site's power whose machines give way in a month to better ones that pay back the difference.",
        )
        .default(0.0),
        integer("moving_days", 0, 365, "Days that a machine is on its way to another site of its owner's.")
            .default_integer(21),
        number("moving_usd_per_machine", "USD", 0.0, 1e4, "What moving it costs.").default(60.0),
        integer("patience_months", 0, 120, "Months in a row that a model may stand still before it is given up.")
            .default_integer(1),
        integer("contract_months", 0, 120, "Months in a row that it may earn less than the whole price of its power.")
            .default_integer(12),
        integer("choices", 1, 20, "Models, those that pay back first, among which a purchase is split.")
            .default_integer(3),
    ],
);

/// `[hiding]`.
pub const HIDING: TableSpec = table_spec(
    "hiding",
    "Mining on no books: bans do not reach it, inspections do.",
    &[
        number("share_per_month", "", 0.0, 1.0, "Share of those under a ban that goes into hiding in a month.")
            .default(0.0),
        number("most_share", "", 0.0, 1.0, "Most of a site's power that can be hidden.").default(0.0),
        number("cost_usd_per_kw", "USD/kW", 0.0, 1e5, "What being found costs: machines and fine.").default(600.0),
    ],
);

/// `[machine_market]`.
pub const MACHINE_MARKET: TableSpec = table_spec(
    "machine_market",
    "World prices of machines: a multiple of the discounted margin they would earn at a cheap producer.",
    &[
        number("multiple", "", 0.0, 10.0, "Price over that margin.").default(1.7),
        integer("horizon_months", 1, 120, "Months of margin that a price counts.").default_integer(24),
        number("hashprice_decay_share_per_month", "", 0.0, 1.0, "Fall of hashprice in it.").default(0.08),
        number("discount_share_per_month", "", 0.0, 1.0, "Discount.").default(0.025),
        number("tariff_usd_per_kwh", "USD/kWh", 0.0, 1.0, "Tariff of the cheap producer.").default(0.04),
        number("halving_keeps_share", "", 0.0, 1.0, "Share of hashprice that a halving leaves.").default(0.7),
        days("halvings", "Days of halvings.").optional(),
        number("scrap_usd_per_th_s", "USD per TH/s", 0.0, 100.0, "Price of a machine that earns nothing.").default(0.5),
        number("sold_months", "months", 1.0, 240.0, "How long after its release a model is to be had in numbers.")
            .default(36.0),
        number("resale_share", "", 0.0, 1.0, "Share of the world price that a machine given up fetches.").default(0.65),
    ],
);

/// The operators of a scenario.
pub fn build(all: &View) -> Option<Operators> {
    let machines = machine::build(all)?;
    let tiers = fleet::tiers(all);
    let (growth, hiding) = (all.table(GROWTH.key), all.table(HIDING.key));
    let wear = all.table(FLEET.key);
    let (design_pue, fill) = (wear.number("design_pue"), wear.number("fill_share"));
    let sites = site::build(all).into_iter().map(|s| Holding {
        operator: s.operator,
        connected: s.connected,
        growth_weight: s.growth_weight,
        design_pue,
        fill,
        suits: s.suits,
        home: s.tariff_class == "home",
        hidden: s.hidden,
    });
    Some(Operators {
        operators: Table::new(all.tables(OPERATOR.key).into_iter().map(|(id, v)| operator(id, &v)).collect()),
        sites: Table::new(sites.collect()),
        listings: machines.map(|m| listing(m, &tiers)),
        market: market(&all.table(MACHINE_MARKET.key)),
        growth: Growth {
            most: Power::mw(growth.number("connected_mw_per_month")),
            decided: growth.flag("decided"),
            waiting: Power::mw(growth.number("waiting_mw")),
            appetite: growth.number("appetite_share_per_month"),
            keenest: growth.number("keenest"),
            withdrawn: growth.number("withdrawn_share_per_month"),
            home_potential: Power::mw(growth.number("home_potential_mw")),
            home_innovation: growth.number("home_innovation_share_per_month"),
            home_imitation: growth.number("home_imitation_share_per_month"),
        },
        hiding: Hiding {
            share_per_month: Fraction::new(hiding.number("share_per_month")),
            most: Fraction::new(hiding.number("most_share")),
            cost_usd_per_kw: hiding.number("cost_usd_per_kw"),
        },
        hashprice_fall: growth.number("hashprice_fall_share_per_month"),
        replaced_per_month: Fraction::new(growth.number("replaced_share_per_month")),
        moving: Moving { days: growth.count("moving_days") as u32, usd: growth.number("moving_usd_per_machine") },
        patience_months: u32::try_from(growth.integer("patience_months")).unwrap_or(0),
        contract_months: u32::try_from(growth.integer("contract_months")).unwrap_or(0),
        choices: growth.count("choices"),
    })
}

fn operator(id: String, v: &View) -> Operator {
    let keys = ["clients_russian_share", "clients_western_share", "clients_japanese_share", "clients_other_share"];
    let clients = keys.map(|k| v.number(k));
    let sum: f64 = clients.iter().sum();
    if sum <= 0.0 {
        v.problem("clients_russian_share", "clients whose shares sum to nothing", "shares with a positive sum", "");
    }
    Operator {
        id,
        pool_fee: Fraction::new(v.number("pool_fee_share")),
        payback_limit_months: v.number("payback_limit_months"),
        imposed_fill: v.flag("imposed_fill"),
        cash_usd_per_kw: v.number("cash_usd_per_kw"),
        credit_usd_per_kw: v.number("credit_usd_per_kw"),
        payout: Fraction::new(v.number("payout_share")),
        clients: clients.map(|c| if sum > 0.0 { c / sum } else { 0.25 }),
    }
}

fn listing(machine: &Machine, tiers: &[Tier]) -> Listing {
    let price_factor = tiers.iter().find(|t| t.holds(machine.efficiency())).map_or(1.0, |t| t.price_factor);
    let runs_from = machine.ladder().rungs().first().map_or(machine.efficiency(), |r| r.from);
    Listing { released: machine.released, hashrate: machine.hashrate, power: machine.power, price_factor, runs_from }
}

fn market(v: &View) -> MachineMarket {
    MachineMarket {
        multiple: v.number("multiple"),
        horizon_months: u32::try_from(v.integer("horizon_months")).unwrap_or(1),
        hashprice_decay: v.number("hashprice_decay_share_per_month"),
        discount: v.number("discount_share_per_month"),
        tariff: Tariff::usd_per_kwh(v.number("tariff_usd_per_kwh")),
        halving_keeps: Fraction::new(v.number("halving_keeps_share")),
        halvings: v.days("halvings"),
        scrap_usd_per_th_s: v.number("scrap_usd_per_th_s"),
        sold_months: v.number("sold_months"),
        resale: Fraction::new(v.number("resale_share")),
    }
}
