//! Table `baikal_years`: the lake's level through two dry, two normal and two wet years, the cascade alone by its rule.

use super::{Cell, Sheet};
use crate::calendar::Window;
use crate::hydro::inflow::Hydrology;
use crate::hydro::level_by_rule;
use crate::region::Region;

/// Days of the table: two years of one kind, one after the other.
const DAYS: i32 = 730;

/// The table; nothing where no lake has a decreed band, or its kinds of years are not told.
pub fn sheet(world: &Region) -> Option<Sheet> {
    let hydro = &world.hydro;
    let (lake, _) = hydro.reservoirs().enumerate().find(|(_, r)| r.rule.band.is_some())?;
    let [dry, wet] = hydro.dry_and_wet;
    if dry >= 1.0 || wet <= 1.0 {
        return None;
    }
    // Days are long enough: the lake's level moves by millimeters.
    let from = world.window.from;
    let window = Window { from, until: from.plus(DAYS), step_minutes: 1440 };
    let kinds = [Hydrology::Steady(dry), Hydrology::Normal, Hydrology::Steady(wet)];
    let levels: Option<Vec<Vec<f64>>> =
        kinds.into_iter().map(|kind| level_by_rule(hydro, kind, lake, &window)).collect();
    let levels = levels?;
    let rows = (0..DAYS as usize).map(|d| {
        // No year of the calendar was like this: years are counted.
        let date = from.plus(d as i32);
        let (year, month, day) = date.ymd();
        let mut row = vec![Cell::Number(f64::from(year - from.year() + 1)), Cell::Text(format!("{month:02}-{day:02}"))];
        row.extend(levels.iter().map(|l| l.get(d).map_or(Cell::Empty, |m| Cell::Number(*m))));
        row
    });
    let columns = [
        ("year", "Which year, from one."),
        ("day", "Month and day."),
        ("dry_m", "Level at its end in a dry year after another, the cascade alone by its rule."),
        ("normal_m", "The same in normal years."),
        ("wet_m", "The same in wet years."),
    ];
    let rows = rows.collect();
    Some(Sheet {
        name: "baikal_years",
        columns: columns.iter().map(|(k, d)| ((*k).into(), (*d).into())).collect(),
        rows,
    })
}
