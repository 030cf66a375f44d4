//! Section `event`: what the law does when.

use crate::calendar::Day;
use crate::grid::Grid;
use crate::ids::{ChannelId, Id, InterfaceId, OperatorId, SiteId, Table};
use crate::policy::{Act, Event, Gauge, Jurisdiction, Jurisdictions, Law, Policy, Season, Threshold, Trigger};
use crate::scenario::View;
use crate::scenario::spec::{
    TableSpec, choice, choices, day, integer, number, one_of, reference, references, table, table_spec, text,
};
use crate::units::{Fraction, Power, Tariff};

/// Jurisdictions of clients, as [`Jurisdiction`] knows them.
const JURISDICTIONS: &[&str] = &["russian", "western", "japanese", "other"];
/// What a threshold may watch, as [`Gauge`] knows it.
const GAUGES: &[&str] = &["upper_level_m", "section_loading_pct", "temperature_c", "mining_mw", "unserved_mwh"];

const SEASON: TableSpec = table_spec(
    "season",
    "A season of each year; it may run over New Year.",
    &[text("from", "First day, month-day: \"11-15\"."), text("to", "Last day, month-day: \"03-15\".")],
);

const WHEN: TableSpec = table_spec(
    "when",
    "When the event is in force; all keys given must hold.",
    &[
        day("from", "First day in force.").optional(),
        day("to", "Last day in force.").optional(),
        table(&SEASON).optional(),
        choice("gauge", GAUGES, "A gauge of the day before.").optional(),
        number("above", "", -1e6, 1e6, "The gauge must lie above this value, in the gauge's unit.").optional(),
        number("below", "", -1e6, 1e6, "The gauge must lie below this value, in the gauge's unit.").optional(),
        integer("days", 1, 366, "For so many days in a row.").default_integer(1),
    ],
);

const ACTS: &[TableSpec] = &[
    table_spec(
        "designate",
        "An operator is put on a sanctions list: clients of complying jurisdictions must leave it within the grace, and the \
         named channels then refuse it.",
        &[
            reference("operator", "operator", "Who is listed."),
            choices("complying", JURISDICTIONS, "Whose clients must leave.").default_texts(&["western", "japanese"]),
            references("refused_by", "channel", "Channels that refuse it once the grace is over.").default_texts(&[]),
            integer("grace_days", 0, 3650, "Days until compliance is complete.").default_integer(0),
        ],
    ),
    table_spec(
        "close_channel",
        "A channel closes: its capacity falls evenly over the grace to the share that stays.",
        &[
            reference("channel", "channel", "Which channel."),
            number("remaining_share", "", 0.0, 1.0, "Share of its capacity that stays open.").default(0.0),
            integer("grace_days", 0, 3650, "Days until then.").default_integer(0),
        ],
    ),
    table_spec(
        "enforcement",
        "Detection and closure hazards of a channel are multiplied.",
        &[reference("channel", "channel", "Which channel."), number("hazard_factor", "", 1.0, 1000.0, "By how much.")],
    ),
    table_spec(
        "embargo",
        "Machines through a procurement channel cost more, come later, or hardly come at all.",
        &[
            reference("channel", "channel", "Which procurement channel."),
            number("premium_share", "", 0.0, 10.0, "Added to the price, as a share of it.").default(0.0),
            integer("delay_days", 0, 3650, "Added to the delay.").default_integer(0),
            number("remaining_share", "", 0.0, 1.0, "Share of its capacity that stays open.").default(1.0),
        ],
    ),
    table_spec(
        "machine_tariff",
        "Mining pays at least this price for power.",
        &[
            number("usd_per_kwh", "USD/kWh", 0.0, 1.0, "The least price, levies apart."),
            references("sites", "site", "Where."),
        ],
    ),
    table_spec(
        "register",
        "Miners must register, and a home's registered machines may use no more than a cap; what is on no books obeys none.",
        &[
            references("sites", "site", "Which homes."),
            number("home_kwh_per_month", "kWh", 0.0, 1e6, "What a home may use for mining in a month."),
        ],
    ),
    table_spec(
        "connection_queue",
        "The grid companies connect no more mining power in a month than this.",
        &[number("mw_per_month", "MW", 0.0, 1000.0, "The power over all sites.")],
    ),
    table_spec(
        "inspections",
        "Inspections find hidden machines, which are disconnected.",
        &[
            references("sites", "site", "Where."),
            number("found_share_per_month", "", 0.0, 1.0, "Share of hidden power that is found in a month."),
        ],
    ),
    table_spec("moratorium", "No new mining connections.", &[references("sites", "site", "Where.")]),
    table_spec(
        "curfew",
        "Sites must be off between two hours.",
        &[
            references("sites", "site", "Where."),
            integer("from_hour", 0, 23, "First hour off."),
            integer("to_hour", 0, 23, "First hour on again; equal to `from_hour`: off all day."),
        ],
    ),
    table_spec(
        "tariff",
        "Tariffs are set or scaled.",
        &[
            number("home_usd_per_kwh", "USD/kWh", 0.0, 1.0, "The home rate that behavior follows.").optional(),
            number("business_factor", "", 0.0, 100.0, "Factor on the business and hosted tariff.").optional(),
        ],
    ),
    table_spec(
        "levy",
        "A levy on each kilowatt hour of mining.",
        &[number("usd_per_kwh", "USD/kWh", 0.0, 1.0, "The levy.")],
    ),
    table_spec(
        "pool_fee",
        "Pools that may still serve the region's miners are fewer and dearer.",
        &[number("added_share", "", 0.0, 0.9, "Added to the pool's fee, of what the fee leaves.")],
    ),
    table_spec(
        "interruptible",
        "Sites sign away a share of their power, to be shed before anything else.",
        &[references("sites", "site", "Where."), number("share", "", 0.0, 1.0, "Share of each bid.").default(1.0)],
    ),
    table_spec(
        "outage",
        "Circuits of lines are out of service, or named consumers are off.",
        &[
            references("branches", "branch", "Which lines.").default_texts(&[]),
            integer("circuits", 1, 20, "How many circuits of each.").default_integer(1),
            references("consumers", "consumer", "Which named consumers are off.").default_texts(&[]),
            number("share", "", 0.0, 1.0, "Share of each consumer that is off.").default(1.0),
        ],
    ),
    table_spec(
        "reinforce",
        "A controlled section is allowed more.",
        &[
            reference("interface", "interface", "Which section."),
            number("added_mw", "MW", 0.0, 20_000.0, "Added to its limit in both directions."),
        ],
    ),
];

/// `[event.<id>]`.
pub const SPEC: TableSpec = table_spec(
    "event",
    "Something that the law, an accident or an investment does to the rules: one event, one act.",
    &[
        text("title", "What happened, for people.").optional(),
        table(&WHEN),
        one_of("act", ACTS, "What it does: exactly one act."),
    ],
);

/// The policy of a scenario over the rules that hold without any event.
pub fn build(all: &View, base: Law, grid: &Grid) -> Option<Policy> {
    let mut events = Vec::new();
    let mining_kwh = all.table("tariff").number("mining_kwh_per_month");
    let window = all.maybe_table("window").map(|w| (w.day("from"), w.day("to")));
    for (id, event) in all.tables("event") {
        let trigger = trigger(&event.table("when"));
        if let Some((first, last)) = window {
            tell_outside(&event.table("when"), &trigger, first, last);
        }
        let (tag, act) = event.one_of("act")?;
        let title = event.maybe_text("title").map_or_else(|| id.clone(), str::to_string);
        events.push(Event { id, title, trigger, act: read_act(tag, &act, grid, mining_kwh)? });
    }
    Some(Policy { events: Table::new(events), base })
}

/// Warns of an event that no day of the window can meet; what a gauge will read is not known beforehand.
fn tell_outside(when: &View, trigger: &Trigger, first: Day, last: Day) {
    let can_hold = (first.0..=last.0).map(Day).any(|day| {
        let (_, month, of_month) = day.ymd();
        trigger.from.is_none_or(|d| day >= d)
            && trigger.until.is_none_or(|d| day < d)
            && trigger.season.is_none_or(|s| s.contains(month, of_month))
    });
    if !can_hold {
        let (key, found) = match (trigger.from, trigger.until) {
            (Some(from), _) if from > last => ("from", format!("{from}, after the window")),
            (_, Some(until)) if until <= first => ("to", format!("{}, before the window", until.plus(-1))),
            _ => ("season", "no day of the window is in this season".to_owned()),
        };
        let hint = "the event cannot happen in this window; enabled = false takes it out";
        when.warning(key, found, format!("a day of the window, {first} to {last}"), hint);
    }
}

fn trigger(when: &View) -> Trigger {
    let (from, to) = (when.maybe_day("from"), when.maybe_day("to"));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        when.problem("to", to.to_string(), format!("a day not before {from}"), "the last day lies before the first");
    }
    let season = when.maybe_table("season").map(|s| {
        let month_day = |key: &str| {
            let parsed = s.text(key).split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
            parsed.filter(|(m, d)| Day::from_ymd(2024, *m, *d).is_some()).unwrap_or_else(|| {
                s.problem(key, s.text(key), "month-day, such as \"11-15\"", "");
                (1, 1)
            })
        };
        Season { from: month_day("from"), to: month_day("to") }
    });
    let threshold = when.maybe_text("gauge").map(|name| {
        let gauge = match name {
            "section_loading_pct" => Gauge::SectionLoadingPct,
            "temperature_c" => Gauge::TemperatureC,
            "mining_mw" => Gauge::MiningMw,
            "unserved_mwh" => Gauge::UnservedMwh,
            _ => Gauge::UpperLevelM,
        };
        let (above, value) = match (when.maybe_number("above"), when.maybe_number("below")) {
            (Some(v), None) => (true, v),
            (None, Some(v)) => (false, v),
            _ => {
                when.problem("gauge", "both or none of `above` and `below`", "exactly one of them", "");
                (true, 0.0)
            }
        };
        Threshold { gauge, above, value, days: when.count("days") as u32 }
    });
    Trigger { from, until: to.map(|d| d.plus(1)), season, threshold }
}

fn sites(act: &View) -> Vec<SiteId> {
    act.references("sites").into_iter().map(SiteId::from_index).collect()
}

fn read_act(tag: &str, act: &View, grid: &Grid, mining_kwh: f64) -> Option<Act> {
    let channel = || ChannelId::from_index(act.reference("channel"));
    let grace_days = || act.count("grace_days") as i32;
    let remaining = || Fraction::new(act.number("remaining_share"));
    Some(match tag {
        "designate" => Act::Designate {
            operator: OperatorId::from_index(act.reference("operator")),
            complying: Jurisdictions::of(
                &act.texts("complying").into_iter().filter_map(jurisdiction).collect::<Vec<_>>(),
            ),
            refused_by: act.references("refused_by").into_iter().map(ChannelId::from_index).collect(),
            grace_days: grace_days(),
        },
        "close_channel" => Act::CloseChannel { channel: channel(), remaining: remaining(), grace_days: grace_days() },
        "enforcement" => Act::Enforcement { channel: channel(), hazard_factor: act.number("hazard_factor") },
        "embargo" => Act::Embargo {
            channel: channel(),
            premium: act.number("premium_share"),
            delay_days: act.count("delay_days") as u32,
            remaining: remaining(),
        },
        "machine_tariff" => {
            Act::MachineTariff { rate: Tariff::usd_per_kwh(act.number("usd_per_kwh")), sites: sites(act) }
        }
        "register" => {
            let allowed = act.number("home_kwh_per_month") / mining_kwh.max(1e-9);
            Act::Register { sites: sites(act), allowed: Fraction::new(allowed.min(1.0)) }
        }
        "connection_queue" => Act::ConnectionQueue { most: Power::mw(act.number("mw_per_month")) },
        "inspections" => Act::Inspections { sites: sites(act), found_per_month: act.number("found_share_per_month") },
        "moratorium" => Act::Moratorium { sites: sites(act) },
        "curfew" => Act::Curfew {
            sites: sites(act),
            from_hour: act.count("from_hour") as u32,
            to_hour: act.count("to_hour") as u32,
        },
        "tariff" => {
            let home = act.maybe_number("home_usd_per_kwh").map(Tariff::usd_per_kwh);
            let business_factor = act.maybe_number("business_factor");
            if home.is_none() && business_factor.is_none() {
                act.problem("home_usd_per_kwh", "nothing to change", "home_usd_per_kwh, business_factor or both", "");
            }
            Act::Tariff { home, business_factor }
        }
        "levy" => Act::Levy { rate: Tariff::usd_per_kwh(act.number("usd_per_kwh")) },
        "pool_fee" => Act::PoolFee { added: Fraction::new(act.number("added_share")) },
        "interruptible" => Act::Interruptible { sites: sites(act), share: Fraction::new(act.number("share")) },
        "outage" => {
            let (lines, consumers) = (act.references("branches"), act.references("consumers"));
            if lines.is_empty() && consumers.is_empty() {
                act.problem("branches", "nothing that is out", "branches, consumers or both", "");
            }
            let lines = lines.into_iter().filter_map(|line| grid.lines.get(line));
            Act::Outage {
                branches: lines.flat_map(|line| line.branches().take(act.count("circuits"))).collect(),
                consumers,
                share: Fraction::new(act.number("share")),
            }
        }
        "reinforce" => Act::Reinforce {
            interface: InterfaceId::from_index(act.reference("interface")),
            added: Power::mw(act.number("added_mw")),
        },
        _ => return None,
    })
}

fn jurisdiction(word: &str) -> Option<Jurisdiction> {
    Some(match word {
        "russian" => Jurisdiction::Russian,
        "western" => Jurisdiction::Western,
        "japanese" => Jurisdiction::Japanese,
        "other" => Jurisdiction::Other,
        _ => return None,
    })
}
