//! Sections `channels` and `channel`: ways to turn coin into money and money into machines.

use crate::channel::{CashOut, Channel, Channels, Hazard, Procure, Way};
use crate::ids::{Id, OperatorId, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, choice, flag, integer, number, table_spec, text};
use crate::units::Fraction;

/// `[channels]`.
pub const CHANNELS: TableSpec = table_spec(
    "channels",
    "How operators move between channels.",
    &[
        number("inertia_share_per_month", "", 0.0, 1.0, "Share of the way to the cheapest split covered in a month.")
            .default(0.15),
        integer("adaptation_days", 0, 1000, "Days in which displaced income is sold at a discount.")
            .default_integer(30),
        number("adaptation_discount_share", "", 0.0, 1.0, "The discount.").default(0.02),
        number("capital_cost_per_year", "1/year", 0.0, 5.0, "Cost of money that is on its way.").default(0.25),
        number("income_memory_days", "d", 0.1, 365.0, "Memory of the income by which operators share what is scarce.")
            .default(30.0),
    ],
);

/// `[channel.<id>]`.
pub const CHANNEL: TableSpec = table_spec(
    "channel",
    "A way to turn coin into money (cash_out) or money into machines (procurement).",
    &[
        text("name", "Its name in print."),
        choice("way", &["cash_out", "procurement"], "What it is for."),
        flag("for_homes", "Whether home miners can use it.").default_flag(true),
        integer("delay_days", 0, 1000, "Days from coin to cash, or from order to machines.").default_integer(0),
        number("fee_share", "", 0.0, 1.0, "Cash-out: fees.").default(0.0),
        number("spread_share", "", 0.0, 1.0, "Cash-out: loss against the world price.").default(0.0),
        number("capacity_share", "", 0.0, 1.0, "Most that it carries, of all operators' income or purchases.")
            .default(1.0),
        number("capacity_usd_per_day", "USD/d", 0.0, 1e12, "Cash-out: most that it carries; absent: the share alone.")
            .optional(),
        number("start_share", "", 0.0, 1.0, "Cash-out: share of income at the start.").default(0.0),
        number("premium_share", "", -1.0, 10.0, "Procurement: price over the world's, freight included.").default(0.0),
        number("duty_share", "", 0.0, 10.0, "Procurement: duty and tax at the border.").default(0.0),
        number("detection_per_year", "1/year", 0.0, 100.0, "Detections in a year.").default(0.0),
        number("penalty_years", "years", 0.0, 100.0, "Penalty, in years of the flow.").default(0.0),
        number("closure_per_year", "1/year", 0.0, 100.0, "Seizures or closures in a year.").default(0.0),
        number("loss_years", "years", 0.0, 10.0, "Loss at a closure, in years of the flow.").default(0.0),
        integer("replaced_after_days", 1, 10_000, "Days until a closed rail is replaced.").default_integer(18),
    ],
);

/// The channels of a scenario.
pub fn build(all: &View) -> Option<Channels> {
    let given = all.table("channels");
    let home = home_operators(all);
    let homes: Vec<OperatorId> =
        home.iter().enumerate().filter(|(_, h)| **h).map(|(i, _)| OperatorId::from_index(i)).collect();
    let channels: Vec<Channel> = all.tables("channel").into_iter().map(|(id, v)| channel(id, &v, &homes)).collect();
    let start: f64 = channels.iter().map(start_share).sum();
    if start > 0.0 && (start - 1.0).abs() > 1e-6 {
        given.problem("", format!("start_share of all channels sums to {start}"), "a sum of one", "");
        return None;
    }
    Some(Channels {
        channels: Table::new(channels),
        weights: Table::new(connected_mw(all)),
        inertia_per_month: Fraction::new(given.number("inertia_share_per_month")),
        adaptation_days: given.count("adaptation_days") as u32,
        adaptation_discount: Fraction::new(given.number("adaptation_discount_share")),
        capital_cost_per_year: given.number("capital_cost_per_year"),
        income_memory_days: given.number("income_memory_days"),
    })
}

fn start_share(channel: &Channel) -> f64 {
    match &channel.way {
        Way::CashOut(way) => way.start.value(),
        Way::Procurement(_) => 0.0,
    }
}

fn channel(id: String, v: &View, homes: &[OperatorId]) -> Channel {
    let way = if v.choice("way") == "procurement" {
        Way::Procurement(Procure {
            premium: v.number("premium_share"),
            duty: v.number("duty_share"),
            capacity: Fraction::new(v.number("capacity_share")),
        })
    } else {
        Way::CashOut(CashOut {
            fee: v.number("fee_share"),
            spread: v.number("spread_share"),
            capacity: Fraction::new(v.number("capacity_share")),
            capacity_usd_per_day: v.maybe_number("capacity_usd_per_day").unwrap_or(f64::INFINITY),
            start: Fraction::new(v.number("start_share")),
        })
    };
    Channel {
        id,
        way,
        delay_days: v.count("delay_days") as u32,
        hazard: Hazard {
            detection_per_year: v.number("detection_per_year"),
            penalty_years: v.number("penalty_years"),
            closure_per_year: v.number("closure_per_year"),
            loss_years: v.number("loss_years"),
            replaced_after_days: v.count("replaced_after_days") as u32,
        },
        closed_to: if v.flag("for_homes") { Vec::new() } else { homes.to_vec() },
    }
}

/// Whether each operator is a home miner: one whose sites all pay a home tariff.
fn home_operators(all: &View) -> Vec<bool> {
    let mut home = vec![false; all.tables("operator").len()];
    let mut firm = home.clone();
    for (_, v) in all.tables("site") {
        let of = if v.choice("tariff_class") == "home" { &mut home } else { &mut firm };
        if let Some(seen) = of.get_mut(v.reference("operator")) {
            *seen = true;
        }
    }
    home.iter().zip(firm).map(|(h, f)| *h && !f).collect()
}

/// Connected power of each operator at the start, MW.
fn connected_mw(all: &View) -> Vec<f64> {
    let mut mw = vec![0.0; all.tables("operator").len()];
    for (_, v) in all.tables("site") {
        if let Some(own) = mw.get_mut(v.reference("operator")) {
            *own += v.number("connected_mw");
        }
    }
    mw
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Day, Window};
    use crate::channel::{Rules, procure, route};
    use crate::random::{Member, Seed};
    use crate::scenario::spec::{reference, sources, table, tables};
    use crate::scenario::testing;

    const OPERATOR: TableSpec = table_spec("operator", "", &[]);
    const SITE: TableSpec = table_spec(
        "site",
        "",
        &[
            reference("operator", "operator", ""),
            choice("tariff_class", &["home", "business", "hosted"], ""),
            number("connected_mw", "MW", 0.0, 1e4, ""),
        ],
    );
    const ROOT: TableSpec = table_spec(
        "",
        "",
        &[
            integer("format", 1, 1, "").optional(),
            text("title", "").optional(),
            text("note", "").optional(),
            table(&CHANNELS),
            tables(&CHANNEL),
            tables(&OPERATOR),
            tables(&SITE),
            sources("source", "").optional(),
        ],
    );
    const PLACES: &str = "\n[operator.host]\n[operator.home]\n[site.x]\noperator = \"host\"\ntariff_class = \"hosted\"\n\
        connected_mw = 500\n[site.y]\noperator = \"home\"\ntariff_class = \"home\"\nconnected_mw = 100\n";

    #[test]
    fn the_shipped_channels_build_and_hold_together() {
        let text = [include_str!("../../../scenarios/irkutsk/world/channels.toml"), PLACES].concat();
        let checked = testing::valid(&ROOT, &text);
        let given = build(&checked.view_of(&ROOT)).unwrap();
        assert!(checked.problems().is_empty(), "{}", checked.problems());
        let from = Day::parse("2022-01-01").unwrap();
        let window = Window { from, until: from.plus(400), step_minutes: 1440 };
        let mut now = given.start(Seed(1), Member(0), &window);
        let rules = Rules::none(&given);
        let first = route(&given, &rules, &mut now, &window.moment(0));
        let id = |name: &str| given.channels.find(|c| c.id == name).unwrap();
        for (name, share) in [("japan_exchange", 0.04), ("licensed_exchange", 0.46), ("otc_desk", 0.30), ("p2p", 0.19)]
        {
            assert!((first.share[OperatorId(0)][id(name)] - share).abs() < 1e-9, "{name}");
        }
        assert_eq!(first.share[OperatorId(1)][id("japan_exchange")], 0.0);
        for (_, kept) in first.kept.enumerate() {
            assert!((0.97..0.99).contains(&kept.value()), "{kept:?}");
        }
        // Grey traders are how machines come, as the article says.
        let machines = procure(&given, &rules, &now, &window.moment(0));
        assert_eq!(machines.operators[OperatorId(1)].channel, Some(id("grey_trader")));
        // Every measure of the severe package together leaves room for all income, at a higher cost.
        let mut severe = rules.clone();
        severe.open[id("japan_exchange")] = Fraction::NONE;
        severe.open[id("licensed_exchange")] = Fraction::new(0.1);
        severe.enforcement[id("otc_desk")] = 5.0;
        let mut last = first.clone();
        for day in 1..300 {
            last = route(&given, &severe, &mut now, &window.moment(day));
        }
        assert!((last.share[OperatorId(0)].iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(last.kept[OperatorId(0)] < first.kept[OperatorId(0)]);
        assert!(last.kept[OperatorId(0)].value() > 0.94, "{last:?}");
    }

    #[test]
    fn starting_shares_must_sum_to_one() {
        let text = format!(
            "[channels]\n[channel.a]\nname = \"A\"\nway = \"cash_out\"\nstart_share = 0.4\n[source.\"\"]\nassumption = \"a test\"{PLACES}"
        );
        let checked = testing::checked(&ROOT, &text);
        assert!(build(&checked.view_of(&ROOT)).is_none());
        assert!(checked.problems().to_string().contains("sums to 0.4"));
    }

    #[test]
    fn every_number_of_the_shipped_channels_has_its_source() {
        let told = |text: &str| {
            let problems = crate::scenario::Scenario::from_text("channels", text).check().problems().to_string();
            problems.lines().filter(|l| l.contains("source")).map(str::to_owned).collect::<Vec<_>>()
        };
        let text = include_str!("../../../scenarios/irkutsk/world/channels.toml");
        assert_eq!(told(text), Vec::<String>::new());
        assert!(!told(&text.replace("[source.", "[source.nothing_")).is_empty(), "a number without a source is told");
    }
}
