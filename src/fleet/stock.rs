//! The machines that stand in a site when the simulation begins.
//!
//! Nobody publishes a list. A site is filled to its connected power by classes of efficiency, each class with its share of
//! power, split evenly over the models of the class that the site keeps. A class without a model gives its share to the
//! others: in January 2022 no machine below 25 J/TH had shipped.

use super::machine::Machine;
use crate::calendar::Day;
use crate::ids::{ModelId, Table};
use crate::units::{Efficiency, Fraction, Power};

/// A class of efficiency and its share of power at the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// Lowest efficiency figure of the class (J/TH, inclusive).
    pub from: Efficiency,
    /// Highest (exclusive).
    pub to: Efficiency,
    /// Share of power at the start.
    pub share: Fraction,
    /// Price of its machines over the market's formula.
    pub price_factor: f64,
}

impl Tier {
    /// Whether a machine is of the class.
    pub fn holds(&self, efficiency: Efficiency) -> bool {
        efficiency >= self.from && efficiency < self.to
    }
}

/// Machines that fill a connection: whole machines whose power at the meter does not exceed it.
///
/// `connected` is at the meter, `pue` the design overhead, `kept` the models of the site; models not yet released on `day`
/// and models of no tier are left out.
pub fn fill(
    machines: &Table<ModelId, Machine>,
    tiers: &[Tier],
    kept: &[ModelId],
    connected: Power,
    pue: f64,
    day: Day,
) -> Vec<(ModelId, u64)> {
    let shipped = |id: &ModelId| machines[*id].released <= day;
    let classes: Vec<(f64, Vec<ModelId>)> = tiers
        .iter()
        .map(|t| {
            let models = kept.iter().copied().filter(shipped).filter(|m| t.holds(machines[*m].efficiency()));
            (t.share.value(), models.collect())
        })
        .filter(|(share, models): &(f64, Vec<ModelId>)| *share > 0.0 && !models.is_empty())
        .collect();
    let whole: f64 = classes.iter().map(|(share, _)| share).sum();
    let mut stock = Vec::new();
    for (share, models) in &classes {
        let each = connected / pue.max(1.0) * (share / whole / models.len() as f64);
        for model in models {
            let count = libm::floor(each / machines[*model].power).max(0.0) as u64;
            if count > 0 {
                stock.push((*model, count));
            }
        }
    }
    stock
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::tests::machine;

    #[test]
    fn a_site_is_filled_by_class_and_a_class_that_has_not_shipped_gives_way() {
        let mut new = machine("s19xp", 140.0, 3010.0, 0.1);
        new.released = Day(30_000);
        let machines: Table<ModelId, Machine> =
            Table::new(vec![machine("s9", 13.5, 1323.0, 0.05), machine("s19", 95.0, 3250.0, 0.06), new]);
        let tier = |from: f64, to: f64, share: f64| Tier {
            from: Efficiency::j_per_th(from),
            to: Efficiency::j_per_th(to),
            share: Fraction::new(share),
            price_factor: 1.0,
        };
        let tiers = [tier(68.0, 1e3, 0.2), tier(25.0, 38.0, 0.6), tier(0.0, 25.0, 0.2)];
        let kept = [ModelId(0), ModelId(1), ModelId(2)];
        let stock = fill(&machines, &tiers, &kept, Power::mw(10.4), 1.04, Day(19_000));
        let power = |i: usize| machines[stock[i].0].power.as_mw() * stock[i].1 as f64;
        assert_eq!(stock.len(), 2);
        assert!((power(0) - 2.5).abs() < 0.002 && (power(1) - 7.5).abs() < 0.004);
        assert!(power(0) + power(1) <= 10.0);
        assert!(fill(&machines, &tiers, &[], Power::mw(1.0), 1.04, Day(0)).is_empty());
    }
}
