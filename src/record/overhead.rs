//! Table `cooling`: what each kind of cooling adds to its machines' power, by outside temperature.

use super::{Cell, Sheet};
use crate::cooling::Method;
use crate::flows::Air;
use crate::region::Region;
use crate::units::{Fraction, Temperature};

/// Temperatures of the table, °C.
const FROM_C: i32 = -45;
const UNTIL_C: i32 = 35;
/// Relative humidity of the table.
const HUMIDITY: f64 = 0.7;

/// The table; nothing where no machines are cooled.
pub fn sheet(world: &Region) -> Option<Sheet> {
    let cooling = &world.cooling;
    let first = cooling.sites().iter().next()?;
    let pressure = world.climate.sites().as_slice().get(first.climate.0 as usize)?.pressure;
    let mut rows = Vec::new();
    for kind in cooling.kinds() {
        let fans = match &kind.method {
            Method::Ventilated(v) => Cell::Number(v.fan_pressure.as_pa()),
            Method::LoopCooled(_) => Cell::Empty,
        };
        for t in FROM_C..=UNTIL_C {
            let dry_bulb = Temperature::celsius(f64::from(t));
            let humidity = Fraction::new(HUMIDITY);
            let cooled = kind.cooled(&Air { dry_bulb, humidity, pressure });
            let numbers = [f64::from(t), cooled.pue, cooled.inlet.as_celsius(), cooled.water_m3_per_mwh];
            let mut row = vec![Cell::Text(kind.id.clone())];
            row.extend(numbers.map(Cell::Number));
            row.push(fans.clone());
            rows.push(row);
        }
    }
    let columns = [
        ("kind", "Kind of cooling."),
        (
            "outside_c",
            "Air outside, dry bulb, at 70 % relative humidity and the station pressure of the first mining site.",
        ),
        ("pue", "Power of the site over power of its machines, whose own fans count to them."),
        ("inlet_c", "Air or coolant at the machines' inlet."),
        ("water_m3_per_mwh", "Water evaporated for a MWh of machine energy."),
        ("fan_pressure_pa", "Pressure that a building's fans hold at their design flow; empty for a liquid loop."),
    ];
    let columns = columns.iter().map(|(k, d)| ((*k).into(), (*d).into())).collect();
    Some(Sheet { name: "cooling", columns, rows })
}
