//! How the region's load that nobody names is spread over buses.
//!
//! Given are shares of the record peak by bus, everything inside. What is left at a bus after its named consumers, as built
//! that year, and the mining of that day is the weight of all the rest there:
//! `w_b = max(0, share_b · peak − Σ consumers_b − mining_b)`, scaled to a sum of one.

use crate::ids::{BusId, Table};
use crate::units::Power;

/// What is known of one bus at the record peak.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BusShare {
    /// Share of the region's load at the peak, mining and named consumers inside.
    pub share: f64,
    /// Named consumers there, as built in the year of the peak.
    pub named: Power,
    /// Mining there in the year its pattern is known for.
    pub mining: Power,
}

/// Shares of the rest by bus, summing to one (or to zero where nothing is left anywhere).
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(pub Table<BusId, f64>);

impl Weights {
    /// Weights from the record peak and the region's mining then; the pattern of mining is scaled to its total.
    pub fn new(buses: &Table<BusId, BusShare>, peak: Power, mining_then: Power) -> Self {
        let pattern: Power = buses.iter().map(|b| b.mining).sum();
        let scale = if pattern > Power::ZERO { mining_then / pattern } else { 0.0 };
        let rest = buses.map(|b| (peak * b.share - b.named - b.mining * scale).max(Power::ZERO));
        let total: Power = rest.iter().sum();
        Self(rest.map(|r| if total > Power::ZERO { *r / total } else { 0.0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_what_is_left_and_never_negative() {
        let bus = |share, named, mining| BusShare { share, named: Power::mw(named), mining: Power::mw(mining) };
        let buses = Table::new(vec![bus(0.5, 100.0, 20.0), bus(0.3, 600.0, 0.0), bus(0.2, 0.0, 80.0)]);
        let Weights(w) = Weights::new(&buses, Power::mw(1000.0), Power::mw(50.0));
        assert_eq!(w[BusId(1)], 0.0, "a consumer larger than its bus's share leaves nothing");
        assert!((w[BusId(0)] / w[BusId(2)] - 390.0 / 160.0).abs() < 1e-12);
        assert!((w.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
