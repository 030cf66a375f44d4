//! Sections `tariff`, `home_tariff`, `business_tariff`, `supply_cost`, `yardstick`, `tax_law`, `fx`: prices and taxes.

use super::bitcoin::bus_in_region;
use crate::calendar::{Day, Window};
use crate::curve::daily::Steps;
use crate::finance::peak::Foresight;
use crate::finance::subsidy::Yardsticks;
use crate::finance::tariff::{Bands, Class, HomeTariff, Settlement, TariffBook};
use crate::finance::tax::TaxLaw;
use crate::finance::{Finance, Payer, Treasury};
use crate::ids::{BusId, Id, OperatorId, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, choice, day, number, numbers, table_spec};
use crate::units::Tariff;

/// `[tariff]`.
pub const TARIFF: TableSpec = table_spec(
    "tariff",
    "What a kilowatt hour costs homes, firms and hosted machines.",
    &[
        number("home_usd_per_kwh", "USD/kWh", 0.0, 1.0, "The home rate that behavior follows, if it follows the rate."),
        choice(
            "home_follows",
            &["rate", "published"],
            "Whether behavior follows home_usd_per_kwh or the published tariff.",
        )
        .default_text("rate"),
        number("rural_share", "", 0.0, 1.0, "Share of the homes' energy at the rural tariff.").default(0.3),
        number("home_kwh_per_month", "kWh", 0.0, 1e5, "What a home uses without mining.").default(400.0),
        number("mining_kwh_per_month", "kWh", 0.0, 1e6, "What a mining home adds; with bands it decides the price.")
            .default(8000.0),
        number(
            "heating_band_factor",
            "",
            1.0,
            10.0,
            "Bands of homes registered for electric heating, January to April, over the ordinary ones.",
        )
        .default(1.0),
        number("hosting_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "What a host adds to the price of business."),
        number(
            "business_standing_share",
            "",
            0.0,
            1.0,
            "Share of the business price owed for contracted power, used or not: capacity and network.",
        )
        .default(0.0),
        number(
            "business_capacity_share",
            "",
            0.0,
            1.0,
            "Of that share, the part for capacity: sites with `price_category = \"hourly\"` owe it for peak hours.",
        )
        .default(0.0),
        number(
            "peak_memory_per_working_day",
            "",
            0.0,
            1.0,
            "Weight that a working day's peak hour keeps by the next one, where miners guess the hour of a day to come.",
        )
        .default(0.933),
        number(
            "peak_ignorance_days",
            "d",
            0.0,
            1000.0,
            "Working days that not knowing the hour counts for in that guess.",
        )
        .default(0.5),
        number(
            "hosted_take_or_pay_share",
            "",
            0.0,
            1.0,
            "Share of the hosted price that clients owe, used or not, for the largest power of the month before.",
        )
        .default(0.0),
        number(
            "hosted_deposit_months",
            "months",
            0.0,
            24.0,
            "Months of the bill at contracted power that clients leave with the host until their contract ends.",
        )
        .default(0.0),
    ],
);

/// `[home_tariff.<id>]`.
pub const HOME_TARIFF: TableSpec = table_spec(
    "home_tariff",
    "The published home tariff from a day on, VAT included.",
    &[
        day("from", "First day."),
        number("urban_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "In towns."),
        number("rural_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "In villages, and homes registered for electric heating."),
        numbers("band_kwh_per_month", "kWh", 0.0, 1e7, "Edges of the bands; a home's use above each is dearer.")
            .optional(),
        numbers("urban_band_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "Price above each edge, in towns.").optional(),
        numbers("rural_band_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "Price above each edge, in villages.").optional(),
    ],
);

/// `[business_tariff.<id>]`.
pub const BUSINESS_TARIFF: TableSpec = table_spec(
    "business_tariff",
    "The all-in price to firms from a day on, without VAT: energy, capacity, network, supplier's margin.",
    &[day("from", "First day."), number("rub_per_kwh", "RUB/kWh", 0.0, 100.0, "The price.")],
);

/// `[supply_cost.<id>]`.
pub const SUPPLY_COST: TableSpec = table_spec(
    "supply_cost",
    "The average cost of supplying a home from a day on.",
    &[day("from", "First day."), number("rub_per_kwh", "RUB/kWh", 0.0, 100.0, "The cost.")],
);

/// `[yardstick]`.
pub const YARDSTICK: TableSpec = table_spec(
    "yardstick",
    "What homes' power is measured against.",
    &[
        number("network_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "Low-voltage network, added to the shadow price."),
        number("shadow_cap_rub_per_kwh", "RUB/kWh", 0.0, 1000.0, "Most that a shadow price counts."),
        number("low_voltage_rub_per_kwh", "RUB/kWh", 0.0, 100.0, "Low voltage above the business tariff.").default(0.0),
    ],
);

/// `[tax_law.<id>]`.
pub const TAX_LAW: TableSpec = table_spec(
    "tax_law",
    "Taxes on mining from a day on.",
    &[
        day("from", "First day."),
        number("business_rate", "", 0.0, 1.0, "Rate on the profit of firms."),
        number("business_declared_share", "", 0.0, 1.0, "Share of their mining profit that firms declare."),
        number("home_rate", "", 0.0, 1.0, "Rate on the income of persons."),
        number("home_declared_share", "", 0.0, 1.0, "Share of their mining profit that persons declare."),
        number("write_off_share_per_month", "", 0.0, 1.0, "Share of the machines' balance written off in a month."),
        number("loss_offset_share", "", 0.0, 1.0, "Share of a year's profit that old losses may offset."),
    ],
);

/// `[fx]`.
pub const FX: TableSpec = table_spec(
    "fx",
    "Roubles per dollar by month; days between keep each month's mean.",
    &[
        day("first_month", "A day of the first month."),
        numbers("rub_per_usd", "RUB/USD", 0.001, 1e6, "Mean of each month."),
    ],
);

/// Prices, taxes and payers of a scenario.
pub fn build(all: &View, window: &Window) -> Option<Finance> {
    let (tariff, yard, fx) = (all.table("tariff"), all.table("yardstick"), all.table("fx"));
    let exchange = fx.monthly("rub_per_usd");
    if exchange.as_ref().is_some_and(|e| !e.covers(window)) {
        fx.warning(
            "rub_per_usd",
            "the window reaches beyond the months given",
            "months that cover the window",
            "the end months are held",
        );
    }
    if tariff.number("business_capacity_share") > tariff.number("business_standing_share") {
        let found = "a part for capacity above the whole standing share";
        tariff.problem("business_capacity_share", found, "at most business_standing_share, of which it is a part", "");
    }
    let rate = Tariff::usd_per_kwh(tariff.number("home_usd_per_kwh"));
    let payers: Vec<Payer> = all.tables("site").iter().map(|(_, v)| payer(v)).collect();
    let mut operators = vec![Class::Home(Settlement::Urban); all.tables("operator").len()];
    for p in &payers {
        // An operator with one business site is taxed as a firm.
        if let Some(class) = operators.get_mut(p.operator.index()).filter(|c| matches!(c, Class::Home(_))) {
            *class = p.class;
        }
    }
    let published = steps(all, "home_tariff", home_tariff);
    let business = steps(all, "business_tariff", |v| Some(v.number("rub_per_kwh")));
    let tax = steps(all, "tax_law", |v| Some(tax_law(v)));
    let average_cost = steps(all, "supply_cost", |v| Some(v.number("rub_per_kwh")));
    let buses = all.tables("bus").len();
    Some(Finance {
        tariffs: TariffBook {
            home: (tariff.choice("home_follows") == "rate").then_some(rate),
            published: published?,
            rural_share: tariff.number("rural_share"),
            home_kwh_per_month: tariff.number("home_kwh_per_month"),
            mining_kwh_per_month: tariff.number("mining_kwh_per_month"),
            heating_factor: tariff.number("heating_band_factor"),
            business: business?,
            hosting: tariff.number("hosting_rub_per_kwh"),
            standing: tariff.number("business_standing_share"),
            capacity: tariff.number("business_capacity_share"),
            foresight: Foresight {
                memory: tariff.number("peak_memory_per_working_day"),
                ignorance: tariff.number("peak_ignorance_days"),
            },
            take_or_pay: tariff.number("hosted_take_or_pay_share"),
            deposit_months: tariff.number("hosted_deposit_months"),
        },
        tax: tax?,
        yardsticks: Yardsticks {
            network: yard.number("network_rub_per_kwh"),
            shadow_cap: yard.number("shadow_cap_rub_per_kwh"),
            low_voltage: yard.number("low_voltage_rub_per_kwh"),
            average_cost: average_cost?,
        },
        exchange: exchange?,
        sites: Table::new(payers),
        operators: Table::new(operators),
        treasury: Table::new(
            all.tables("operator")
                .iter()
                .map(|(_, v)| Treasury { share: v.number("hold_share"), days: v.count("hold_days") as u32 })
                .collect(),
        ),
        bus_in_region: Table::new((0..buses).map(|bus| bus_in_region(all, bus)).collect()),
    })
}

fn tax_law(v: &View) -> TaxLaw {
    TaxLaw {
        business_rate: v.number("business_rate"),
        business_declared: v.number("business_declared_share"),
        home_rate: v.number("home_rate"),
        home_declared: v.number("home_declared_share"),
        write_off_per_month: v.number("write_off_share_per_month"),
        loss_offset: v.number("loss_offset_share"),
    }
}

/// Entities of a table that hold from their `from` on.
fn steps<T>(all: &View, key: &'static str, read: impl Fn(&View) -> Option<T>) -> Option<Steps<T>> {
    let rows = all.tables(key);
    let read_all: Option<Vec<(Day, T)>> = rows.iter().map(|(_, v)| Some((v.day("from"), read(v)?))).collect();
    let steps = Steps::new(read_all?);
    if steps.is_none() {
        let found = if rows.is_empty() { format!("no [{key}.<id>]") } else { format!("two [{key}.<id>] from one day") };
        let allowed = format!("one or more [{key}.<id>], each from a day of its own");
        rows.first().map_or(all, |(_, v)| v).problem("", found, allowed, "");
    }
    steps
}

fn home_tariff(v: &View) -> Option<HomeTariff> {
    let edges = v.numbers("band_kwh_per_month");
    if !edges.windows(2).all(|w| w[0] < w[1]) {
        v.problem("band_kwh_per_month", "edges that do not rise", "rising edges", "");
        return None;
    }
    let bands = |first: &str, above: &str| {
        let prices = v.numbers(above);
        if prices.len() != edges.len() {
            let found = format!("{} prices for {} edges", prices.len(), edges.len());
            v.problem(above, found, "a price above each edge of band_kwh_per_month", "");
            return None;
        }
        Some(Bands { first: v.number(first), above: edges.iter().copied().zip(prices).collect() })
    };
    Some(HomeTariff {
        urban: bands("urban_rub_per_kwh", "urban_band_rub_per_kwh")?,
        rural: bands("rural_rub_per_kwh", "rural_band_rub_per_kwh")?,
    })
}

fn payer(v: &View) -> Payer {
    let class = match v.choice("tariff_class") {
        "business" => Class::Business,
        "hosted" => Class::Hosted,
        _ if v.choice("settlement") == "rural" => Class::Home(Settlement::Rural),
        _ => Class::Home(Settlement::Urban),
    };
    Payer {
        operator: OperatorId::from_index(v.reference("operator")),
        bus: BusId::from_index(v.reference("bus")),
        class,
        hourly: hourly(v),
    }
}

/// Whether a site's capacity is billed by peak hours; only firms that buy their own power may choose so.
fn hourly(v: &View) -> bool {
    let hourly = v.choice("price_category") == "hourly";
    if hourly && v.choice("tariff_class") != "business" {
        let found = format!("hourly, at a site whose tariff_class is {}", v.choice("tariff_class"));
        v.problem("price_category", found, "hourly only where tariff_class is \"business\"", "");
    }
    hourly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SiteId;
    use crate::random::{Member, Seed};
    use crate::scenario::spec::{flag, integer, reference, sources, table, tables, text};
    use crate::scenario::testing;

    const BUS: TableSpec = table_spec("bus", "", &[flag("in_region", "").default_flag(true)]);
    const OPERATOR: TableSpec = table_spec(
        "operator",
        "",
        &[number("hold_share", "", 0.0, 1.0, "").default(0.0), integer("hold_days", 0, 127, "").default_integer(0)],
    );
    const SITE: TableSpec = table_spec(
        "site",
        "",
        &[
            reference("bus", "bus", ""),
            reference("operator", "operator", ""),
            choice("tariff_class", &["home", "business", "hosted"], ""),
            choice("settlement", &["urban", "rural"], "").default_text("urban"),
            choice("price_category", &["flat", "hourly"], "").default_text("flat"),
        ],
    );
    const ROOT: TableSpec = table_spec(
        "",
        "",
        &[
            integer("format", 1, 1, "").optional(),
            text("title", "").optional(),
            text("note", "").optional(),
            table(&TARIFF),
            tables(&HOME_TARIFF),
            tables(&BUSINESS_TARIFF),
            tables(&SUPPLY_COST),
            table(&YARDSTICK),
            tables(&TAX_LAW),
            table(&FX),
            tables(&BUS),
            tables(&OPERATOR),
            tables(&SITE),
            sources("source", "").optional(),
        ],
    );
    const PLACES: &str = "\n[bus.bra]\n[operator.a]\n[operator.b]\n[site.x]\nbus = \"bra\"\noperator = \"a\"\n\
        tariff_class = \"home\"\nsettlement = \"rural\"\n[site.y]\nbus = \"bra\"\noperator = \"b\"\ntariff_class = \"hosted\"\n";
    const SHIPPED: &str = include_str!("../../../scenarios/irkutsk/world/money.toml");

    fn window() -> Window {
        let from = Day::parse("2022-01-01").unwrap();
        Window { from, until: from.plus(730), step_minutes: 60 }
    }

    fn shipped(changed: impl Fn(String) -> String) -> Finance {
        let text = changed([SHIPPED, PLACES].concat());
        let checked = testing::valid(&ROOT, &text);
        let given = build(&checked.view_of(&ROOT), &window()).unwrap();
        assert!(checked.problems().is_empty(), "{}", checked.problems());
        given
    }

    #[test]
    fn the_shipped_money_builds_and_meets_its_years() {
        let given = shipped(|t| t);
        let mean = |year: &str| {
            let first = Day::parse(&format!("{year}-01-01")).unwrap();
            (0..365).map(|d| given.rub_per_usd(first.plus(d))).sum::<f64>() / 365.0
        };
        // Bank of Russia's yearly means.
        assert!((mean("2022") / 68.55 - 1.0).abs() < 0.003 && (mean("2023") / 85.25 - 1.0).abs() < 0.003);
        let mut now = given.start(Seed(1), Member(0), &window());
        let summer = window().moment(200 * 24);
        let t = crate::finance::tariffs(&given, &crate::finance::Rules::none(&given), &mut now, &summer);
        assert_eq!(t.site[SiteId(0)].as_usd_per_kwh(), 0.0012);
        // 0.91 RUB in villages in July 2022 was 13 times the article's rate at 58 RUB/USD.
        let times = t.site_published[SiteId(0)].as_usd_per_kwh() / 0.0012;
        assert!((times - 13.0).abs() < 0.5, "{times}");
        assert!((0.06..0.09).contains(&t.site[SiteId(1)].as_usd_per_kwh()), "{:?}", t.site[SiteId(1)]);
        assert_eq!(given.operators[OperatorId(1)], Class::Hosted);
        // Bands of 2025 make mining dearer than the first band.
        let winter = Window { from: Day::parse("2025-02-01").unwrap(), ..window() }.moment(0);
        let banded = given.tariffs.published_mining(Settlement::Urban, &winter);
        assert!(banded > 2.0 && banded < 4.9, "{banded}");
    }

    #[test]
    fn behavior_can_follow_the_published_tariff() {
        let given = shipped(|t| t.replace("home_follows = \"rate\"", "home_follows = \"published\""));
        assert_eq!(given.tariffs.home, None);
    }

    #[test]
    fn tariffs_that_do_not_fit_are_told() {
        let text = [SHIPPED.replace("[3900, 6000]", "[6000, 3900]").as_str(), PLACES].concat();
        let checked = testing::checked(&ROOT, &text);
        assert!(build(&checked.view_of(&ROOT), &window()).is_none());
        assert!(checked.problems().to_string().contains("edges that do not rise"));
    }

    #[test]
    fn every_number_of_the_shipped_money_has_its_source() {
        let told = |text: &str| {
            let problems = crate::scenario::Scenario::from_text("money", text).check().problems().to_string();
            problems.lines().filter(|l| l.contains("source")).map(str::to_owned).collect::<Vec<_>>()
        };
        let text = include_str!("../../../scenarios/irkutsk/world/money.toml");
        assert_eq!(told(text), Vec::<String>::new());
        assert!(!told(&text.replace("[source.", "[source.nothing_")).is_empty(), "a number without a source is told");
    }
}
