//! `machines`: the catalog of mining machines, best first, with the prices at which each just pays for its power.

use super::{Failure, terminal};
use crate::equations::break_even::{break_even_hashprice, break_even_tariff};
use crate::fleet::Machine;
use crate::ids::{ModelId, Table};
use crate::report::number;
use crate::scenario::section::machine;
use crate::scenario::{Problems, Scenario};
use crate::units::{Hashprice, Tariff};
use clap::Args;
use serde_json::json;

/// List the mining machines of the catalog with their break-evens.
#[derive(Debug, Args)]
#[command(
    after_help = "Break-evens count power only: no capital, no wages. The two prices are round figures to compare by,
unless you give your own.

Examples:
  hashwatt machines
  hashwatt machines --hashprice-usd-per-ph-day 61 --tariff-usd-per-kwh 0.012
  hashwatt explain irkutsk machine.antminer_s19                   a machine's nameplate and its source"
)]
pub struct Machines {
    /// Hashprice at which the break-even tariff is told
    #[arg(long, value_name = "X", default_value_t = 60.0, value_parser = price)]
    hashprice_usd_per_ph_day: f64,
    /// Tariff at which the break-even hashprice is told
    #[arg(long, value_name = "Y", default_value_t = 0.05, value_parser = price)]
    tariff_usd_per_kwh: f64,
    /// Energy of the site over energy of its machines
    #[arg(long, value_name = "RATIO", default_value_t = 1.0, value_parser = pue)]
    pue: f64,
    /// Share of revenue that the pool keeps
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pool_fee: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn within(text: &str, fits: impl Fn(f64) -> bool, range: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| x.is_finite() && fits(*x)).ok_or_else(|| format!("not a number {range}"))
}
fn price(text: &str) -> Result<f64, String> {
    within(text, |x| x >= 0.0, "of at least 0")
}
fn pue(text: &str) -> Result<f64, String> {
    within(text, |x| (1.0..=10.0).contains(&x), "from 1 to 10")
}
fn share(text: &str) -> Result<f64, String> {
    within(text, |x| (0.0..1.0).contains(&x), "from 0 to below 1, such as 0.02")
}

/// The catalog that is part of the program.
///
/// # Errors
/// The problems of the catalog.
pub fn catalog() -> Result<Table<ModelId, Machine>, Problems> {
    let checked = Scenario::builtin("irkutsk/world/machines")?.check();
    machine::build(&checked.view()).ok_or_else(|| checked.problems())
}

impl Machines {
    /// Prints the catalog.
    pub fn run(self) -> Result<(), Failure> {
        let catalog = catalog()?;
        let mut machines: Vec<&Machine> = catalog.iter().collect();
        machines.sort_by(|a, b| a.efficiency().as_j_per_th().total_cmp(&b.efficiency().as_j_per_th()));
        if self.json {
            return terminal::print_json(&machines.iter().map(|m| self.row(m)).collect());
        }
        let mut out = format!(
            "{:<30} {:<34} {:<10} {:>7} {:>6} {:>6} {:>13} {:>14}\n",
            "id", "name", "released", "TH/s", "W", "J/TH", "hashprice", "tariff"
        );
        for m in machines {
            out.push_str(&format!(
                "{:<30} {:<34} {:<10} {:>7} {:>6} {:>6.1} {:>13.2} {:>14.4}\n",
                m.id,
                m.name,
                m.released.to_string(),
                number::shortest(tidy(m.hashrate.as_th_s())),
                number::shortest(tidy(m.power.as_w())),
                m.efficiency().as_j_per_th(),
                self.hashprice(m),
                self.tariff(m),
            ));
        }
        out.push_str(&format!(
            "hashprice: USD/PH/day below which it loses at {} USD/kWh; tariff: USD/kWh above which it loses at {} USD/PH/day\n\
             PUE {}, pool fee {}; power only; makers' nameplates",
            self.tariff_usd_per_kwh, self.hashprice_usd_per_ph_day, self.pue, self.pool_fee
        ));
        terminal::print(&out)
    }

    fn hashprice(&self, m: &Machine) -> f64 {
        let tariff = Tariff::usd_per_kwh(self.tariff_usd_per_kwh);
        break_even_hashprice(m.efficiency(), tariff, self.pue, self.pool_fee).as_usd_per_ph_day()
    }
    fn tariff(&self, m: &Machine) -> f64 {
        let hashprice = Hashprice::usd_per_ph_day(self.hashprice_usd_per_ph_day);
        break_even_tariff(m.efficiency(), hashprice, self.pue, self.pool_fee).as_usd_per_kwh()
    }
    fn row(&self, m: &Machine) -> serde_json::Value {
        json!({
            "id": m.id,
            "name": m.name,
            "released": m.released.to_string(),
            "hashrate_th_s": number::json(tidy(m.hashrate.as_th_s())),
            "power_w": number::json(tidy(m.power.as_w())),
            "efficiency_j_per_th": number::json(m.efficiency().as_j_per_th()),
            "tariff_usd_per_kwh": self.tariff_usd_per_kwh,
            "hashprice_usd_per_ph_day": self.hashprice_usd_per_ph_day,
            "pue": self.pue,
            "pool_fee": self.pool_fee,
            "break_even_hashprice_usd_per_ph_day": self.hashprice(m),
            "break_even_tariff_usd_per_kwh": self.tariff(m),
        })
    }
}

/// A nameplate's figure without the dust of unit conversion.
fn tidy(value: f64) -> f64 {
    libm::round(value * 1e6) / 1e6
}
