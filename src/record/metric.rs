//! The registry of headline metrics: one row feeds summaries, sidecars, hovers, `explain` and the documentation.

mod mining;
mod supply;

/// What a headline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Key in `summary.json`; ends in the unit where there is one.
    pub key: &'static str,
    /// The unit's symbol; empty for counts, shares and texts.
    pub unit: &'static str,
    /// Label in English.
    pub label: &'static str,
    /// Label in Russian.
    pub label_ru: &'static str,
    /// Definition, with its equation where there is one.
    pub definition: &'static str,
}

/// All metrics, in the order in which they are printed.
pub const METRICS: &[Metric] = &joined();

const fn joined() -> [Metric; supply::METRICS.len() + mining::METRICS.len()] {
    let mut all = [supply::METRICS[0]; supply::METRICS.len() + mining::METRICS.len()];
    let mut at = 1;
    while at < all.len() {
        let mined = at.checked_sub(supply::METRICS.len());
        all[at] = if let Some(place) = mined { mining::METRICS[place] } else { supply::METRICS[at] };
        at += 1;
    }
    all
}

/// Shorthand for a row of the registry.
const fn row(
    key: &'static str,
    unit: &'static str,
    label: &'static str,
    label_ru: &'static str,
    definition: &'static str,
) -> Metric {
    Metric { key, unit, label, label_ru, definition }
}

/// Where a key stands among the metrics; an unknown one last.
pub fn place(key: &str) -> usize {
    METRICS.iter().position(|m| m.key == key).unwrap_or(METRICS.len())
}

/// Whether a metric is a table of places, channels or months: kept for studies and files, too long for a list of headlines.
pub fn is_detail(key: &str) -> bool {
    key.contains("_by_") || key == "congestion_rent_million_rub"
}

/// The metric of a key.
pub fn metric(key: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|m| m.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_every_row_is_whole() {
        for (i, m) in METRICS.iter().enumerate() {
            assert!(METRICS[..i].iter().all(|o| o.key != m.key), "{} twice", m.key);
            assert!(!m.label.is_empty() && !m.label_ru.is_empty() && m.definition.ends_with('.'), "{}", m.key);
        }
    }
}
