//! The tables of a study of many runs.

use super::super::Text;
use super::super::data::{Column, Table};
use super::{ERROR, RANGE};
use crate::record::metric::metric;
use crate::study::{Column as StudyColumn, Difference, Driver, Onset, Share, Spread};

/// `driven_by.csv`.
pub(super) fn driver_table(all: &[Difference]) -> Table<'_> {
    let rows: Vec<(&Difference, &Driver)> =
        all.iter().flat_map(|d| d.driven_by.iter().map(move |one| (d, one))).collect();
    let texts = |f: fn(&(&Difference, &Driver)) -> String| rows.iter().map(|r| f(r).into()).collect::<Vec<Text<'_>>>();
    let each = |f: fn(&Driver) -> f64| rows.iter().map(|r| f(r.1)).collect::<Vec<f64>>();
    let end = "Difference at that end, by the least-squares line over members.";
    Table {
        name: "driven_by".into(),
        title: "Assumptions that drive a difference: up to three for each, strongest first.".into(),
        columns: vec![
            text("arm", "Arm", "The scenario that is compared.", texts(|r| r.0.arm.clone())),
            text("metric", "Metric", "Key of the metric.", texts(|r| r.0.metric.to_owned())),
            text("of", "Of", "Id of a part, or `total`.", texts(|r| r.0.of.clone())),
            text("unit", "Unit", "Unit of the ends.", texts(|r| metric(r.0.metric).map_or("", |m| m.unit).to_owned())),
            text("key", "Assumption", "Key in the scenario.", texts(|r| r.1.key.clone())),
            value("low", "Lowest", "Lowest value, or factor, of the assumption.", each(|d| d.low)),
            value("high", "Highest", "Highest value, or factor.", each(|d| d.high)),
            value("at_low", "At the lowest", end, each(|d| d.at_low)),
            value("at_high", "At the highest", end, each(|d| d.at_high)),
            value("rank_correlation", "Rank correlation", "Spearman's, over members.", each(|d| d.rank_correlation)),
        ],
    }
}

/// `onset.csv`.
pub(super) fn onset_table(all: &[Onset]) -> Table<'_> {
    let texts = |f: fn(&Onset) -> &str| all.iter().map(|o| f(o).into()).collect::<Vec<Text<'_>>>();
    let each = |f: fn(&Onset) -> f64| all.iter().map(f).collect::<Vec<f64>>();
    let sets_in = "First month with a tenth of the largest mean difference, at twice its simulation error or more.";
    Table {
        name: "onset".into(),
        title: "When each effect sets in, when it is largest, and how much of that fades by the last month.".into(),
        columns: vec![
            text("arm", "Arm", "The scenario that is compared.", texts(|o| &o.arm)),
            text("metric", "Metric", "Key of a metric by month.", texts(|o| o.metric)),
            text("unit", "Unit", "Unit of the differences.", texts(|o| metric(o.metric).map_or("", |m| m.unit))),
            text("sets_in", "Sets in", sets_in, texts(|o| o.sets_in.as_deref().unwrap_or(""))),
            text("largest_in", "Largest in", "Month of the largest mean difference.", texts(|o| &o.largest_in)),
            value("largest", "Largest", "That difference.", each(|o| o.largest)),
            value("last", "Last", "Difference in the last month.", each(|o| o.last)),
            value(
                "faded_share",
                "Faded",
                "Share of the largest that is gone in the last month.",
                each(|o| o.faded_share),
            ),
        ],
    }
}

/// `attribution.csv`.
pub(super) fn attribution_table<'a>(rows: &'a [(&'a str, &'a str, Share)]) -> Table<'a> {
    let texts =
        |f: fn(&'a (&'a str, &'a str, Share)) -> &'a str| rows.iter().map(|r| f(r).into()).collect::<Vec<Text<'a>>>();
    let each = |f: fn(&Share) -> f64| rows.iter().map(|r| f(&r.2)).collect::<Vec<f64>>();
    Table {
        name: "attribution".into(),
        title: "What each measure of a package did: Shapley values, which sum to the whole difference in every member."
            .into(),
        columns: vec![
            text("arm", "Arm", "The package.", texts(|r| r.0)),
            text("metric", "Metric", "Key of the metric.", texts(|r| r.2.metric)),
            text("of", "Of", "Id of a part, or `total`.", texts(|r| &r.2.of)),
            text("unit", "Unit", "Unit of the effect.", texts(|r| metric(r.2.metric).map_or("", |m| m.unit))),
            text("measure", "Measure", "The measure.", texts(|r| r.1)),
            value("effect", "Effect", "Mean effect over members.", each(|s| s.effect)),
            value("std_err", "Simulation error", ERROR, each(|s| s.std_err.unwrap_or(f64::NAN))),
        ],
    }
}

pub fn text<'a>(key: &'static str, label: &'static str, about: &'static str, cells: Vec<Text<'a>>) -> Column<'a> {
    Column::texts(key, label, about, cells)
}

pub fn value<'a>(key: &'static str, label: &'static str, about: &'static str, cells: Vec<f64>) -> Column<'a> {
    Column::numbers(key, "", label, about, cells)
}

/// `summary.csv` of an ensemble.
pub(super) fn spread_table<'a>(spreads: &[(&'a StudyColumn, Option<Spread>)]) -> Table<'a> {
    let rows: Vec<_> = spreads.iter().filter_map(|(c, spread)| Some((*c, (*spread)?))).collect();
    let each = |f: fn(&Spread) -> f64| rows.iter().map(|(_, s)| f(s)).collect::<Vec<f64>>();
    let unit = |key| metric(key).map_or("", |m| m.unit);
    Table {
        name: "summary".into(),
        title: "The headlines over all members.".into(),
        columns: vec![
            text("metric", "Metric", "Key of the metric.", rows.iter().map(|(c, _)| c.metric.into()).collect()),
            text("of", "Of", "Id of a part, or `total`.", rows.iter().map(|(c, _)| c.of().into()).collect()),
            text("unit", "Unit", "Unit of the values.", rows.iter().map(|(c, _)| unit(c.metric).into()).collect()),
            value("mean", "Mean", "Mean over members.", each(|s| s.mean)),
            value("std_err", "Simulation error", ERROR, each(|s| s.std_err.unwrap_or(f64::NAN))),
            value("p05", "P5", RANGE, each(|s| s.p05)),
            value("p50", "Median", "Median over members.", each(|s| s.p50)),
            value("p95", "P95", RANGE, each(|s| s.p95)),
            value("members", "Members", "Members that have a value.", each(|s| s.members as f64)),
        ],
    }
}

/// `summary.csv` of a comparison.
pub(super) fn difference_table(all: &[Difference]) -> Table<'_> {
    let each = |f: fn(&Difference) -> f64| all.iter().map(f).collect::<Vec<f64>>();
    let texts = |f: fn(&Difference) -> &str| all.iter().map(|d| f(d).into()).collect::<Vec<Text<'_>>>();
    let (up, down) = ("Share of members in which the arm is higher.", "Share of members in which the arm is lower.");
    let unpaired = "Standard error of the same difference without pairing.";
    Table {
        name: "summary".into(),
        title: "What each arm changes against the baseline, in the same futures.".into(),
        columns: vec![
            text("arm", "Arm", "The scenario that is compared.", texts(|d| &d.arm)),
            text("metric", "Metric", "Key of the metric.", texts(|d| d.metric)),
            text("of", "Of", "Id of a part, or `total`.", texts(|d| &d.of)),
            text("unit", "Unit", "Unit of the values.", texts(|d| metric(d.metric).map_or("", |m| m.unit))),
            value("baseline", "Baseline", "Mean of the baseline over paired members.", each(|d| d.baseline)),
            value("with_measure", "With the measure", "Mean of the arm over paired members.", each(|d| d.with_measure)),
            value("diff", "Difference", "Mean of the members' differences.", each(|d| d.diff.mean)),
            value("std_err", "Simulation error", ERROR, each(|d| d.diff.std_err.unwrap_or(f64::NAN))),
            value("diff_p05", "P5", RANGE, each(|d| d.diff.p05)),
            value("diff_p50", "Median", "Median of the differences.", each(|d| d.diff.p50)),
            value("diff_p95", "P95", RANGE, each(|d| d.diff.p95)),
            value("share_up", "Share up", up, each(|d| d.share_up)),
            value("share_down", "Share down", down, each(|d| d.share_down)),
            value("members", "Members", "Members that both arms have.", each(|d| d.diff.members as f64)),
            value("std_err_unpaired", "Unpaired error", unpaired, each(|d| d.std_err_unpaired.unwrap_or(f64::NAN))),
        ],
    }
}
