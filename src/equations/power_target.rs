//! Power of a machine tuned away from its nominal point.
//!
//! P/P₀ = (h/h₀)^k, with k below nominal about 1.5 and above about 2.0: fits to published firmware presets of one
//! S19-class unit (VNish) and to S19j Pro points; about 1.35 below nominal for the S21 class. Valid for h/h₀ from 0.5 to
//! 1.26, where those presets end. (The cube of frequency that is often quoted is too steep against every published list.)

/// The exponents of one family of machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerCurve {
    /// Exponent below nominal hashrate, above 1.
    pub k_below: f64,
    /// Exponent above nominal hashrate, above 1.
    pub k_above: f64,
}

impl PowerCurve {
    /// Power over nominal power at a hashrate over nominal hashrate.
    pub fn power(self, hashrate_fraction: f64) -> f64 {
        let k = if hashrate_fraction < 1.0 { self.k_below } else { self.k_above };
        libm::pow(hashrate_fraction.max(0.0), k)
    }
    /// Energy per hash over the nominal energy per hash.
    pub fn efficiency(self, hashrate_fraction: f64) -> f64 {
        if hashrate_fraction > 0.0 { self.power(hashrate_fraction) / hashrate_fraction } else { 0.0 }
    }
    /// Energy per added hash between two tunings, over the nominal energy per hash: what the top part must pay.
    pub fn marginal_efficiency(self, from: f64, to: f64) -> f64 {
        let rise = to - from;
        if rise > 0.0 { (self.power(to) - self.power(from)) / rise } else { 0.0 }
    }
    /// The tuning at which power is this share of nominal power.
    pub fn hashrate_at(self, power_fraction: f64) -> f64 {
        let k = if power_fraction < 1.0 { self.k_below } else { self.k_above };
        libm::pow(power_fraction.max(0.0), 1.0 / k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_presets_of_an_s19_are_met_within_six_percent() {
        // VNish presets of one S19-class unit, TH/s and W (public firmware documentation). Nominal: the preset of 99 TH/s at 2,950 W.
        let presets = [
            (53.0, 1100.0),
            (58.0, 1300.0),
            (63.0, 1500.0),
            (68.0, 1700.0),
            (73.0, 1900.0),
            (78.0, 2100.0),
            (85.0, 2350.0),
            (91.0, 2620.0),
            (99.0, 2950.0),
            (102.0, 3200.0),
            (105.0, 3350.0),
            (110.0, 3750.0),
            (115.0, 4000.0),
            (120.0, 4260.0),
            (124.0, 4690.0),
        ];
        let curve = PowerCurve { k_below: 1.5, k_above: 2.0 };
        let (h0, p0) = (99.0, 2950.0);
        let worst = presets.iter().map(|(h, p)| (curve.power(h / h0) * p0 / p - 1.0_f64).abs()).fold(0.0, f64::max);
        assert!(worst < 0.06, "worst preset {worst}");
    }

    #[test]
    fn tuning_down_saves_more_power_than_hashes() {
        let curve = PowerCurve { k_below: 1.5, k_above: 2.0 };
        assert_eq!(curve.power(1.0), 1.0);
        assert!(curve.efficiency(0.75) < 1.0 && curve.efficiency(1.2) > 1.0);
        assert!(curve.marginal_efficiency(0.75, 1.0) > 1.0);
        assert!((curve.hashrate_at(curve.power(0.6)) - 0.6).abs() < 1e-12);
        assert_eq!(curve.efficiency(0.0), 0.0);
    }
}
