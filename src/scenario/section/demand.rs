//! Sections of demand: `demand`, `consumer`; shares of the load stand with the buses.

use super::grid::BUS;
use crate::demand::{BusLoad, BusShare, Consumer, Demand, Heating, Shape, Weights, YearSteps};
use crate::ids::{BusId, ClimateSiteId, Id, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, curve, flag, integer, number, numbers_of, reference, table_spec, text};
use crate::units::{Fraction, Power, Span, Temperature};

/// `[demand]`.
pub const DEMAND: TableSpec = table_spec(
    "demand",
    "The region's load: mining, losses of the network and consumers outside its base apart.",
    &[
        number("base_mw", "MW", 0.0, 1e5, "Load without heating, consumers marked `in_base` inside.").default(0.0),
        number("heating_mw_per_k", "MW/K", 0.0, 1e4, "Load per degree below the balance temperature.").default(0.0),
        number("balance_temperature_c", "°C", -20.0, 40.0, "Filtered temperature above which nothing is heated.")
            .default(18.0),
        number("filter_days", "days", 0.0, 60.0, "Time constant of the temperature filter.").default(3.0),
        curve("added_mw_by_year", "", "MW", -1e4, 1e5, "Load added to the region from each year on, in steps.")
            .default_curve(&[(0.0, 0.0)]),
        numbers_of("hour_factor", 24, "", 0.0, 5.0, "Course of the day of the varying load; only its form counts.")
            .default_numbers(&[1.0; 24]),
        number("shape_strength", "", 0.0, 3.0, "Share of that course's departure from its mean that is used.")
            .default(0.0),
        number("weekend_less_share", "", 0.0, 1.0, "By how much a weekend day asks less than a workday.").default(0.0),
        number("record_peak_mw", "MW", 0.0, 1e5, "The record peak that the buses' shares are of.").default(0.0),
        integer("record_year", 1900, 2200, "Year of the record peak.").default_integer(2023),
        number("record_mining_mw", "MW", 0.0, 1e5, "Mining in the year of the record peak.").default(0.0),
        number("homes_mw", "MW", 0.0, 1e5, "What homes ask without heating, home mining apart.").default(0.0),
        number("homes_heating_share", "", 0.0, 1.0, "Share of the heating slope that is homes'.").default(0.0),
        number("protected_share", "", 0.0, 1.0, "Share of load other than named consumers' that is shed last.")
            .default(0.0),
        number("noise_sd_share", "", 0.0, 0.2, "Standard deviation of the day's noise on the varying load.")
            .default(0.0),
    ],
);

/// `[consumer.<id>]`.
pub const CONSUMER: TableSpec = table_spec(
    "consumer",
    "A named consumer that asks the same power all year.",
    &[
        text("name", "Its name in print."),
        reference("bus", "bus", "Where it is connected."),
        number("power_mw", "MW", 0.0, 1e4, "Its power when fully built."),
        curve("built_share_by_year", "", "", 0.0, 2.0, "Share in operation from each year on, in steps.")
            .default_curve(&[(0.0, 1.0)]),
        flag("in_base", "Whether the region's base holds it already.").default_flag(true),
        number("protected_share", "", 0.0, 1.0, "Share shed last: its technological minimum."),
    ],
);

/// The demand of a scenario.
pub fn build(all: &View) -> Option<Demand> {
    let v = all.table("demand");
    let tables = all.tables("consumer");
    let consumers: Vec<Consumer> = tables.iter().filter_map(|(id, c)| consumer(id, c)).collect();
    let buses = all.tables(BUS.key);
    let named_at = |bus: usize| {
        let here = consumers.iter().filter(|c| c.bus.index() == bus);
        here.map(|c| c.power * c.ramp.at(v.integer("record_year") as i32)).sum::<Power>()
    };
    let shares = buses.iter().enumerate().map(|(at, (_, b))| BusShare {
        share: b.number("load_share"),
        named: named_at(at),
        mining: Power::mw(b.number("mining_2024_mw")),
    });
    let shares: Table<BusId, BusShare> = Table::new(shares.collect());
    let sum: f64 = shares.iter().map(|s| s.share).sum();
    if sum > 1.005 {
        v.problem("record_peak_mw", format!("buses with shares of {sum:.3} of it"), "shares that sum to 1", "");
    }
    let record = |key| Power::mw(v.number(key));
    let Weights(weights) = Weights::new(&shares, record("record_peak_mw"), record("record_mining_mw"));

    let in_base = tables.iter().filter(|(_, c)| c.flag("in_base")).map(|(_, c)| c.number("power_mw")).sum::<f64>();
    let rest = v.number("base_mw") - in_base;
    if rest < v.number("homes_mw") {
        let found = format!("{rest} MW left for {} MW of homes and all others", v.number("homes_mw"));
        v.problem("base_mw", found, format!("at least {} MW", in_base + v.number("homes_mw")), "");
    }
    let (homes, slope) = (v.number("homes_mw"), v.number("heating_mw_per_k"));
    let loads = buses.iter().zip(weights.iter()).map(|((_, b), weight)| BusLoad {
        climate_site: ClimateSiteId::from_index(b.reference("climate_site")),
        steady: Power::mw(b.number("steady_mw")),
        varying: Power::mw(b.number("varying_mw") + weight * rest),
        heating_mw_per_k: b.number("heating_mw_per_k") + weight * slope,
        homes: Power::mw(weight * homes),
        homes_heating_mw_per_k: weight * slope * v.number("homes_heating_share"),
        weight: *weight,
    });
    let hours: [f64; 24] = v.numbers("hour_factor").try_into().unwrap_or([1.0; 24]);
    Some(Demand {
        buses: Table::new(loads.collect()),
        consumers,
        shape: Shape::new(&hours, v.number("shape_strength"), v.number("weekend_less_share")),
        heating: Heating {
            balance: Temperature::celsius(v.number("balance_temperature_c")),
            filter: Span::days(v.number("filter_days")),
        },
        added_mw: years(&v, "added_mw_by_year")?,
        protected: Fraction::new(v.number("protected_share")),
        noise_sd: v.number("noise_sd_share"),
    })
}

fn consumer(id: &str, v: &View) -> Option<Consumer> {
    Some(Consumer {
        name: id.to_owned(),
        bus: BusId::from_index(v.reference("bus")),
        power: Power::mw(v.number("power_mw")),
        ramp: years(v, "built_share_by_year")?,
        protected: Fraction::new(v.number("protected_share")),
    })
}

/// Steps by year, written as `[year, value]` pairs.
fn years(v: &View, key: &str) -> Option<YearSteps> {
    let pairs = v.maybe_curve(key)?;
    YearSteps::new(pairs.points().iter().map(|(year, value)| (*year as i32, *value)).collect())
}
