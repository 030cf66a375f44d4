//! The tables of the synthetic study.

use super::column;
use crate::record::{Cell, Sheet};

/// The tables that studies of many runs leave.
pub(crate) fn study_sheets() -> Vec<Sheet> {
    let text = |s: &str| Cell::Text(s.into());
    let sheet = |name, keys: &[&str], rows: Vec<Vec<Cell>>| Sheet {
        name,
        columns: keys.iter().map(|k| column(k)).collect(),
        rows,
    };
    let head = [
        "arm",
        "metric",
        "of",
        "unit",
        "baseline",
        "with_measure",
        "diff",
        "std_err",
        "diff_p05",
        "diff_p50",
        "diff_p95",
    ];
    // The same rows read as an ensemble's and as a comparison's: all keys of both.
    let head: Vec<&str> = head.into_iter().chain(["mean", "p05", "p50", "p95"]).collect();
    let mut rows = Vec::new();
    for arm in ["irkutsk/severe-measures", "irkutsk/fsa-2022"] {
        for (metric, of, unit, level, change) in [
            ("mining_gwh", "total", "GWh", 11_000.0, -0.12),
            ("mining_profit_usd", "total", "USD", 7.6e8, -0.31),
            ("hashrate_mean_eh_s", "total", "EH/s", 15.1, -0.15),
            ("tax_usd", "total", "USD", 4.2e7, 0.0),
            ("export_gwh", "total", "GWh", 900.0, 0.9),
            ("income_by_channel_usd", "japan_exchange", "USD", 2.2e8, -0.9),
            ("income_by_channel_usd", "otc_desk", "USD", 1.1e8, 0.7),
        ] {
            let d: f64 = level * change;
            let values =
                [level, level + d, d, d.abs() * 0.05, d * 1.4, d, d * 0.6, level, level * 0.8, level, level * 1.3];
            let mut row = vec![text(arm), text(metric), text(of), text(unit)];
            row.extend(values.map(Cell::Number));
            rows.push(row);
        }
    }
    let attribution = [("irkutsk/fsa-2022", -5.1e6), ("irkutsk/ofac-2022", -2.2e7), ("irkutsk/eu-2022", 1.4e6)].map(
        |(measure, effect)| {
            let mut row = ["irkutsk", "mining_profit_usd", "total", "USD", measure].map(text).to_vec();
            row.extend([effect, 4e5].map(Cell::Number));
            row
        },
    );
    let sensitivity = (0..30)
        .map(|i| {
            let mut row = vec![text(&format!("interface.long_name_{i}.limit_mw")), text("mining_gwh")];
            row.extend([1.0, 2.0, 9_000.0 - 30.0 * f64::from(i), 11_000.0 + 20.0 * f64::from(i)].map(Cell::Number));
            row
        })
        .collect();
    let sweep = (0..20)
        .map(|i| {
            let (a, b) = (f64::from(i / 5), f64::from(i % 5));
            let mut row = vec![Cell::Number(0.01 * a), Cell::Number(2400.0 + 200.0 * b)];
            row.extend(["mining_gwh", "total", "GWh"].map(text));
            row.extend([1e4 - 900.0 * a + 50.0 * b, 10.0, 9e3, 1e4].map(Cell::Number));
            row
        })
        .collect();
    let keys = [
        "tariff.home_usd_per_kwh",
        "interface.bratsk_irkutsk.limit_mw",
        "metric",
        "of",
        "unit",
        "mean",
        "std_err",
        "p05",
        "p95",
    ];
    vec![
        sheet("sweep", &keys, sweep),
        sheet("summary", &head, rows),
        sheet("attribution", &["arm", "metric", "of", "unit", "measure", "effect", "std_err"], attribution.to_vec()),
        sheet("sensitivity", &["key", "metric", "low", "high", "at_low", "at_high"], sensitivity),
    ]
}
