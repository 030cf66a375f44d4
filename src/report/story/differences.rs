//! A comparison in sentences: what each arm changes, with the range over futures and the simulation error.

use crate::record::Cell;
use crate::report::number;
use crate::report::view::{View, say};

/// Metrics that a reader asks for first: key, unit in print, what it is in English and in Russian.
const FIRST: &[(&str, &str, &str, &str)] = &[
    ("mining_gwh", "GWh", "mining load", "потребление майнинга"),
    ("hashrate_mean_eh_s", "EH/s", "hashrate", "хешрейт"),
    ("mining_profit_usd", "USD", "miners’ profit", "прибыль майнеров"),
    ("tax_usd", "USD", "tax", "налоги"),
    ("export_gwh", "GWh", "net export", "сальдо-переток"),
    ("unserved_mwh", "MWh", "unserved energy", "недоотпуск"),
    ("home_hours_without_power", "h", "home hours without power", "домо-часы без света"),
    ("emissions_kt_co2", "kt CO₂", "emissions", "выбросы"),
    ("leakage_share", "", "income re-routed around closed channels", "доход в обход закрытых каналов"),
];

/// A row of the table of differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The arm.
    pub arm: String,
    /// Key of the metric.
    pub metric: String,
    /// Part of it, or `total`.
    pub of: String,
    /// Unit of the values.
    pub unit: String,
    /// Mean without the measure.
    pub baseline: f64,
    /// Mean difference.
    pub diff: f64,
    /// Its simulation error.
    pub std_err: f64,
    /// Where the middle nine tenths of futures lie.
    pub range: (f64, f64),
}

/// The differences of a comparison; none in other studies.
pub fn differences(view: &View<'_>) -> Vec<Difference> {
    let Some(sheet) = view.record.sheet("summary") else { return Vec::new() };
    let at = |key: &str| sheet.columns.iter().position(|c| c.0 == key);
    let Some(diff) = at("diff") else { return Vec::new() };
    let text = |row: &[Cell], key: &str| match at(key).and_then(|i| row.get(i)) {
        Some(Cell::Text(t)) => t.clone(),
        Some(Cell::Number(n)) => number::shortest(*n),
        _ => String::new(),
    };
    let number = |row: &[Cell], i: Option<usize>| match i.and_then(|i| row.get(i)) {
        Some(Cell::Number(n)) => *n,
        _ => f64::NAN,
    };
    let row = |row: &Vec<Cell>| Difference {
        arm: text(row, "arm"),
        metric: text(row, "metric"),
        of: text(row, "of"),
        unit: text(row, "unit"),
        baseline: number(row, at("baseline")),
        diff: number(row, Some(diff)),
        std_err: number(row, at("std_err")),
        range: (number(row, at("diff_p05")), number(row, at("diff_p95"))),
    };
    sheet.rows.iter().map(row).filter(|d| d.diff.is_finite()).collect()
}

/// A value with its unit as a sentence has it.
pub fn with_unit(view: &View<'_>, value: f64, unit: &str) -> String {
    match unit {
        "USD" => number::dollars(value),
        "" => number::percent(value),
        _ => format!("{}\u{a0}{}", number::whole(value), view.unit(unit)),
    }
}

/// One paragraph an arm.
pub fn tell(view: &View<'_>) -> Vec<String> {
    let all = differences(view);
    let mut arms: Vec<&str> = Vec::new();
    for d in &all {
        if !arms.contains(&d.arm.as_str()) {
            arms.push(&d.arm);
        }
    }
    arms.into_iter().map(|arm| of_arm(view, arm, &all)).collect()
}

fn of_arm(view: &View<'_>, arm: &str, all: &[Difference]) -> String {
    let (mut moved, mut still) = (Vec::new(), Vec::new());
    for (metric, unit, en, ru) in FIRST {
        let of = |d: &&Difference| d.arm == arm && d.metric == *metric && (d.of == "total" || d.of.is_empty());
        let Some(d) = all.iter().find(of) else { continue };
        let name = view.pick(en, ru);
        // What is under twice its simulation error, or under a ten-thousandth of the level, is no change.
        let told = d.diff.abs() > 1e-4 * d.baseline.abs() && d.std_err.is_finite() && d.diff.abs() > 2.0 * d.std_err;
        if !told {
            still.push(name);
            continue;
        }
        if *metric == "leakage_share" {
            moved.push(say!(
                view,
                "of the income that closed channels carried {} was re-routed (leakage), in nine futures of ten {} to {}",
                "из дохода через закрытые каналы в обход ушло {} (утечка), в девяти вариантах из десяти от {} до {}",
                number::percent(d.diff),
                number::percent(d.range.0.min(d.range.1)),
                number::percent(d.range.0.max(d.range.1))
            ));
            continue;
        }
        let way = if d.diff < 0.0 { view.pick("falls", "падает") } else { view.pick("rises", "растёт") };
        let relative = if d.baseline.abs() > 1e-9 && !unit.is_empty() {
            format!(" ({})", number::percent(d.diff.abs() / d.baseline.abs()))
        } else {
            String::new()
        };
        let (low, high) = ends(d.diff, d.range);
        let by = with_unit(view, d.diff.abs(), unit);
        // A range with zero in it has no one way: it is told by its ends.
        let range = if low < 0.0 {
            let (down, up) = (d.range.0.min(d.range.1).abs(), d.range.0.max(d.range.1));
            let [down, up] = [down, up].map(|end| with_unit(view, end, unit));
            say!(view, "between {} less and {} more", "от {} меньше до {} больше", down, up)
        } else {
            let [low, high] = [low, high].map(|end| with_unit(view, end, unit));
            say!(view, "by {} to {}", "от {} до {}", low, high)
        };
        moved.push(say!(
            view,
            "{} {} by {}{}, in nine futures of ten {}",
            "{} – {} на {}{}, в девяти вариантах из десяти {}",
            name,
            way,
            by,
            relative,
            range
        ));
    }
    let mut text = if moved.is_empty() {
        say!(
            view,
            "{}: no headline moves by more than twice its simulation error.",
            "{}: ни один показатель не сдвинулся больше двух ошибок расчёта.",
            arm
        )
    } else {
        say!(view, "Against the baseline, with {}: {}.", "Против базы, {}: {}.", arm, moved.join("; "))
    };
    if !still.is_empty() && !moved.is_empty() {
        text.push_str(&say!(view, " No measurable change: {}.", " Без измеримых изменений: {}.", still.join(", ")));
    }
    text
}

/// The ends of a range as "falls by … to …" has them: how far it goes the way of the mean, the lesser first; a minus means
/// the other way.
fn ends(mean: f64, range: (f64, f64)) -> (f64, f64) {
    let (a, b) = if mean < 0.0 { (-range.0, -range.1) } else { range };
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_falls_by_positive_amounts() {
        assert_eq!(ends(-9.9, (-16.0, -6.2)), (6.2, 16.0));
        assert_eq!(ends(5.0, (-1.0, 8.0)), (-1.0, 8.0));
        // Nine futures of ten reach from a fall by 3 to a rise by 1.
        assert_eq!(ends(-2.0, (-3.0, 1.0)), (-1.0, 3.0));
    }
}
