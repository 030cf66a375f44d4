//! Sections `machine_family` and `machine`: the catalog.

use crate::equations::power_target::PowerCurve;
use crate::fleet::{Eco, Family, Machine};
use crate::ids::{ModelId, Table};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, choice, day, number, reference, table_spec, text};
use crate::units::{Fraction, Hashrate, Power, Temperature};

/// What carries a machine's heat away.
pub(super) const MEDIA: &[&str] = &["air", "hydro", "immersion"];

/// `[machine_family.<id>]`.
pub const FAMILY: TableSpec = table_spec(
    "machine_family",
    "Machines that fail alike and answer alike to tuning and heat.",
    &[
        text("name", "Which machines, in words."),
        number("yearly_failure_share", "", 0.0, 0.95, "Share of machines that fail in their first year."),
        number("k_below", "", 1.0, 4.0, "Exponent of power by hashrate below nominal: P/P0 = (h/h0)^k."),
        number("k_above", "", 1.0, 4.0, "The same above nominal."),
        number("power_rise_share_per_k", "", 0.0, 0.02, "Rise of power per kelvin of inlet, from 25 degrees."),
        number("eco_hashrate_share", "", 0.3, 1.0, "Hashrate of the saving mode; absent: there is none.").optional(),
        number("eco_firmware_share", "", 0.0, 1.0, "Share of machines whose firmware offers it.").default(1.0),
        number("turbo_hashrate_share", "", 1.0, 1.5, "Hashrate of the turbo mode; absent: it is not used.").optional(),
    ],
);

/// `[machine.<id>]`.
pub const MACHINE: TableSpec = table_spec(
    "machine",
    "A machine model: the maker's nameplate. Energy per hash is derived.",
    &[
        text("maker", "Its maker."),
        text("name", "Its name."),
        day("released", "First day of the month of first shipments."),
        number("hashrate_th_s", "TH/s", 0.1, 5000.0, "Nominal hashrate."),
        number("power_w", "W", 10.0, 50_000.0, "Nominal power at the wall, its own fans included."),
        choice("cooling", MEDIA, "What carries its heat away."),
        number("inlet_min_c", "°C", -60.0, 60.0, "Lowest inlet temperature allowed (of the coolant, if it has one)."),
        number("inlet_max_c", "°C", 0.0, 90.0, "Highest inlet temperature allowed."),
        reference("family", "machine_family", "How it behaves."),
        text("note", "Conflicts between public lists, and other remarks.").optional(),
    ],
);

/// The catalog of a scenario.
pub fn build(all: &View) -> Option<Table<ModelId, Machine>> {
    let families: Vec<Family> = all.tables(FAMILY.key).iter().map(|(_, v)| family(v)).collect();
    let machines = all.tables(MACHINE.key).into_iter().map(|(id, v)| machine(id, &v, &families));
    machines.collect::<Option<Vec<_>>>().map(Table::new)
}

fn family(v: &View) -> Family {
    Family {
        yearly_failure: Fraction::new(v.number("yearly_failure_share")),
        curve: PowerCurve { k_below: v.number("k_below"), k_above: v.number("k_above") },
        power_rise_per_k: v.number("power_rise_share_per_k"),
        eco: v
            .maybe_number("eco_hashrate_share")
            .map(|hashrate| Eco { hashrate, share: v.number("eco_firmware_share") }),
        turbo_hashrate: v.maybe_number("turbo_hashrate_share"),
    }
}

fn machine(id: String, v: &View, families: &[Family]) -> Option<Machine> {
    let (low, high) = (v.number("inlet_min_c"), v.number("inlet_max_c"));
    if low >= high {
        v.problem("inlet_min_c", format!("{low} °C"), format!("below inlet_max_c = {high} °C"), "");
    }
    Some(Machine {
        id,
        name: format!("{} {}", v.text("maker"), v.text("name")),
        released: v.day("released"),
        hashrate: Hashrate::th_s(v.number("hashrate_th_s")),
        power: Power::w(v.number("power_w")),
        inlet_min: Temperature::celsius(low),
        inlet_max: Temperature::celsius(high),
        family: families.get(v.reference("family"))?.clone(),
    })
}
