//! Section `site`: where mining machines stand.

use super::machine::{MACHINE, MEDIA};
use crate::ids::{BusId, ClimateSiteId, Id, ModelId, OperatorId};
use crate::scenario::View;
use crate::scenario::spec::{TableSpec, choice, number, numbers_by_id, reference, references, table_spec, text};
use crate::units::{Fraction, Power};

/// `[site.<id>]`.
pub const SITE: TableSpec = table_spec(
    "site",
    "A mining site: one operator at one bus in one kind of cooling.",
    &[
        text("name", "Its name in print."),
        reference("bus", "bus", "Where it is connected."),
        reference("operator", "operator", "Whose it is."),
        reference("cooling", "cooling", "Its kind of cooling."),
        reference("climate_site", "climate_site", "Its weather."),
        choice("settlement", &["urban", "rural"], "Which home tariff holds there.").default_text("urban"),
        choice("tariff_class", &["home", "business", "hosted"], "Which tariff it pays."),
        choice(
            "price_category",
            &["flat", "hourly"],
            "How a firm pays for capacity: by contracted power, or by its power in the region's peak hours, which it may shave.",
        )
        .default_text("flat"),
        choice("medium", MEDIA, "What carries its machines' heat away.").default_text("air"),
        number("connected_mw", "MW", 0.0, 5000.0, "Connected power at the start, at the meter."),
        number("growth_weight", "", 0.0, 1e5, "Weight in the growth of connected power; absent: its connected power.")
            .optional(),
        number("hidden_share", "", 0.0, 1.0, "Share of its power that is on no books: no ban reaches it.").default(0.0),
        references("models", "machine", "Models that stand in it at the start, by the shares of `tier`.")
            .default_texts(&[]),
        numbers_by_id("machines", "machine", "", 0.0, 1e7, "Exact numbers by model, instead of `models`.").optional(),
    ],
);

/// A site as the scenario places it.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// Its bus.
    pub bus: BusId,
    /// Its operator.
    pub operator: OperatorId,
    /// Its kind of cooling, a position among the kinds.
    pub cooling: usize,
    /// Its weather.
    pub climate: ClimateSiteId,
    /// Whether a rural home tariff holds.
    pub rural: bool,
    /// `home`, `business` or `hosted`.
    pub tariff_class: String,
    /// Whether anybody mines at all in this scenario; if not, nothing is connected.
    pub in_use: bool,
    /// Connected power at the start, at the meter.
    pub connected: Power,
    /// Weight in the growth of connected power.
    pub growth_weight: f64,
    /// Share of its power that is on no books.
    pub hidden: Fraction,
    /// Models that its cooling suits.
    pub suits: Vec<ModelId>,
}

/// The sites of a scenario in order.
pub fn build(all: &View) -> Vec<Placed> {
    let media: Vec<&str> = all.tables(MACHINE.key).iter().map(|(_, m)| m.choice("cooling")).collect();
    let in_use = all.table("fleet").flag("enabled");
    all.tables(SITE.key).into_iter().map(|(id, v)| placed(id, &v, &media, in_use)).collect()
}

fn placed(id: String, v: &View, media: &[&str], in_use: bool) -> Placed {
    let medium = v.choice("medium");
    let suits = |m: usize| media.get(m).is_some_and(|cooling| *cooling == medium);
    let kept = v.references("models").into_iter().map(|m| ("models", m));
    let counted = v.numbers_by_reference("machines").into_iter().map(|(m, _)| ("machines", m));
    for (key, m) in kept.chain(counted).filter(|(_, m)| !suits(*m)) {
        let cooling = media.get(m).copied().unwrap_or_default();
        let found = format!("a machine cooled by {cooling} in a site cooled by {medium}");
        v.problem(key, found, "machines that the site's `medium` suits", "");
    }
    let connected = if in_use { v.number("connected_mw") } else { 0.0 };
    let weight = if in_use { v.maybe_number("growth_weight").unwrap_or(connected) } else { 0.0 };
    Placed {
        id,
        bus: BusId::from_index(v.reference("bus")),
        operator: OperatorId::from_index(v.reference("operator")),
        cooling: v.reference("cooling"),
        climate: ClimateSiteId::from_index(v.reference("climate_site")),
        rural: v.choice("settlement") == "rural",
        tariff_class: v.choice("tariff_class").to_owned(),
        in_use,
        connected: Power::mw(connected),
        growth_weight: weight,
        hidden: Fraction::new(v.number("hidden_share")),
        suits: (0..media.len()).filter(|m| suits(*m)).map(ModelId::from_index).collect(),
    }
}
