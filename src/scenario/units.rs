//! Unit suffixes of keys and their scales, to guess what an author meant: `rating_kw` for `rating_mw`, 40000 MW for 40000 kW.

/// Suffixes with their dimension and their size in it.
const SUFFIXES: &[(&str, &str, f64)] = &[
    ("w", "power", 1e-6),
    ("kw", "power", 1e-3),
    ("mw", "power", 1.0),
    ("gw", "power", 1e3),
    ("kva", "apparent power", 1e-3),
    ("mva", "apparent power", 1.0),
    ("kwh", "energy", 1e-3),
    ("mwh", "energy", 1.0),
    ("gwh", "energy", 1e3),
    ("twh", "energy", 1e6),
    ("h_s", "hashrate", 1e-12),
    ("th_s", "hashrate", 1.0),
    ("ph_s", "hashrate", 1e3),
    ("eh_s", "hashrate", 1e6),
    ("usd_per_kwh", "price", 1.0),
    ("usd_per_mwh", "price", 1e-3),
    ("rub_per_kwh", "price in rubles", 1.0),
    ("rub_per_mwh", "price in rubles", 1e-3),
    ("m", "length", 1.0),
    ("km", "length", 1e3),
    ("mm", "length", 1e-3),
    ("m3_s", "discharge", 1.0),
    ("km3", "volume", 1e9),
    ("m3", "volume", 1.0),
    ("mln_m3", "volume", 1e6),
    ("kv", "voltage", 1e3),
    ("v", "voltage", 1.0),
    ("c", "temperature", 1.0),
    ("k", "temperature difference", 1.0),
    ("j_per_th", "efficiency", 1.0),
    ("w_per_th", "efficiency", 1.0),
    ("usd", "money", 1.0),
    ("rub", "money in rubles", 1.0),
    ("minutes", "time", 1.0 / 60.0),
    ("min", "time", 1.0 / 60.0),
    ("hours", "time", 1.0),
    ("h", "time", 1.0),
    ("days", "time", 24.0),
    ("years", "time", 8766.0),
    ("share", "share", 1.0),
    ("pct", "share", 0.01),
    ("percent", "share", 0.01),
];

fn suffix(key: &str) -> Option<(usize, &'static (&'static str, &'static str, f64))> {
    SUFFIXES
        .iter()
        .filter(|(s, ..)| key.strip_suffix(s).is_some_and(|rest| rest.ends_with('_') || rest.is_empty()))
        .max_by_key(|(s, ..)| s.len())
        .map(|found| (key.len() - found.0.len(), found))
}

/// A key without its unit: `rating` of `rating_mw`; a key without a known unit stays whole.
pub(super) fn stem(key: &str) -> &str {
    suffix(key).and_then(|(at, _)| key.get(..at)).map_or(key, |s| s.trim_end_matches('_'))
}

/// A value given at one key in the unit of another, if both measure the same.
pub(super) fn convert(from: &str, to: &str, value: f64) -> Option<f64> {
    let ((_, a), (_, b)) = (suffix(from)?, suffix(to)?);
    (a.1 == b.1).then(|| value * (a.2 / b.2)).filter(|x| x.is_finite())
}

/// A value that fits if it was given in another unit.
pub(super) struct Scaled {
    pub value: f64,
    pub unit: &'static str,
}

/// Units that are easily mistaken for one another: asked, given, factor from given to asked.
const MISTAKEN: &[(&str, &str, f64)] = &[
    ("MW", "kW", 1e-3),
    ("MW", "W", 1e-6),
    ("MW", "GW", 1e3),
    ("kW", "W", 1e-3),
    ("kW", "MW", 1e3),
    ("W", "kW", 1e3),
    ("MVA", "kVA", 1e-3),
    ("kVA", "MVA", 1e3),
    ("GWh", "MWh", 1e-3),
    ("MWh", "kWh", 1e-3),
    ("MWh", "GWh", 1e3),
    ("kV", "V", 1e-3),
    ("USD/kWh", "USD/MWh", 1e-3),
    ("USD/kWh", "cents/kWh", 1e-2),
    ("USD/MWh", "USD/kWh", 1e3),
    ("RUB/kWh", "RUB/MWh", 1e-3),
    ("RUB/kWh", "kopecks/kWh", 1e-2),
    ("RUB/MWh", "RUB/kWh", 1e3),
    ("EH/s", "PH/s", 1e-3),
    ("EH/s", "TH/s", 1e-6),
    ("TH/s", "GH/s", 1e-3),
    ("TH/s", "PH/s", 1e3),
    ("km³", "m³", 1e-9),
    ("km³", "million m³", 1e-3),
    ("°C", "K", f64::NAN),
    ("J/TH", "J/GH", 1e3),
    ("", "percent", 1e-2),
];

/// The unit in which a value that is out of range would be within it.
pub(super) fn scale(unit: &str, value: f64, low: f64, high: f64) -> Option<Scaled> {
    MISTAKEN.iter().filter(|(asked, ..)| *asked == unit).find_map(|(_, given, factor)| {
        let scaled = if factor.is_nan() { value - 273.15 } else { value * factor };
        let fits = scaled >= low && scaled <= high && scaled != 0.0;
        fits.then_some(Scaled { value: scaled, unit: given })
    })
}

/// A number without the dust of its conversion.
pub(super) fn plain(x: f64) -> String {
    let short = format!("{x:.9}");
    let rounded: f64 = short.parse().unwrap_or(x);
    if rounded == 0.0 || rounded.abs() >= 1e16 { format!("{x:e}") } else { format!("{rounded}") }
}
