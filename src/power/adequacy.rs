//! Is there enough capacity for the load? Exactly, by convolution with frequency and duration.
//!
//! The capacity outage table of independent units is built one unit at a time; beside the probability of each outage it
//! carries a frequency, so that crossings of any level are known too (Billinton and Allan 1996, chapters 2 and 3;
//! Hall, Ringlee and Wood 1968). Units have been running for long; no maintenance; load is constant within an hour.
//!
//! ```
//! use hashwatt::power::{Indices, OutageTable, Unit};
//! // One unit of 10 MW, down 1 % of the time, under a load of 8 MW.
//! let table = OutageTable::of(&[Unit::two_state(10.0, 990.0, 10.0)?]);
//! let found = Indices::exact(&table, &[8.0; 8760], None);
//! assert!((found.lolh_h_per_yr - 87.6).abs() < 1e-9);
//! assert!((found.eue_mwh_per_yr - 8.0 * 87.6).abs() < 1e-9);
//! assert!((found.lolf_per_yr - 8.76).abs() < 1e-9); // a failure each 1000 h
//! # Ok::<(), hashwatt::power::UnitError>(())
//! ```

use super::unit::Unit;

/// Outages nearer than this are one outage \[MW\].
const SAME_MW: f64 = 1e-6;

/// Indices of a year: of the hours that were given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Indices {
    /// Days whose peak hour is short (LOLE) \[days per year\].
    pub lole_d_per_yr: f64,
    /// Days short at any time; only sampled, absent from an exact answer \[days per year\].
    pub days_any_d_per_yr: Option<f64>,
    /// Time short (LOLH) \[hours per year\].
    pub lolh_h_per_yr: f64,
    /// Times that a shortage begins (LOLF) \[per year\].
    pub lolf_per_yr: f64,
    /// Energy not served (EUE) \[MWh per year\].
    pub eue_mwh_per_yr: f64,
}

/// One outage of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Outage {
    mw: f64,
    probability: f64,
    /// Summed over outages at least this large: how often per hour the outage grows to there.
    frequency_per_h: f64,
}

/// The capacity outage table of independent units.
#[derive(Clone, Debug, PartialEq)]
pub struct OutageTable {
    capacity_mw: f64,
    outages: Vec<Outage>,
    /// By position: probability, frequency and expected outage of this and all larger outages.
    beyond: Vec<[f64; 3]>,
}

impl OutageTable {
    /// Convolves the units.
    pub fn of(units: &[Unit]) -> Self {
        let mut outages = vec![Outage { mw: 0.0, probability: 1.0, frequency_per_h: 0.0 }];
        for unit in units {
            outages = convolve(&outages, &alone(unit));
        }
        let mut beyond = vec![[0.0; 3]; outages.len() + 1];
        for (i, o) in outages.iter().enumerate().rev() {
            let [probability, frequency, energy] = beyond[i + 1];
            beyond[i] = [probability + o.probability, frequency + o.frequency_per_h, energy + o.probability * o.mw];
        }
        Self { capacity_mw: units.iter().map(Unit::capacity_mw).sum(), outages, beyond }
    }

    /// The capacity with nothing out \[MW\].
    pub fn capacity_mw(&self) -> f64 {
        self.capacity_mw
    }

    /// Each outage and its probability, rising \[MW\].
    pub fn outages(&self) -> impl Iterator<Item = (f64, f64)> {
        self.outages.iter().map(|o| (o.mw, o.probability))
    }

    /// The probability that what is available is less than a load.
    pub fn loss_of_load_probability(&self, load_mw: f64) -> f64 {
        self.short(load_mw)[0]
    }

    /// The expected power not served under a load \[MW\].
    pub fn expected_shortfall_mw(&self, load_mw: f64) -> f64 {
        let [probability, _, outage] = self.short(load_mw);
        outage - probability * (self.capacity_mw - load_mw)
    }

    /// How often a shortage begins under a constant load \[1/h\].
    pub fn shortage_frequency_per_h(&self, load_mw: f64) -> f64 {
        self.short(load_mw)[1]
    }

    /// Sums over the outages that leave less than the load.
    fn short(&self, load_mw: f64) -> [f64; 3] {
        let spare = self.capacity_mw - load_mw;
        self.beyond[self.outages.partition_point(|o| o.mw <= spare + SAME_MW)]
    }
}

/// A unit's own table: outages from its full capacity, with the frequency of growing to each.
fn alone(unit: &Unit) -> Vec<Outage> {
    let capacity = unit.capacity_mw();
    let mut outages: Vec<Outage> = (unit.states().iter().zip(unit.probability()))
        .map(|(s, &probability)| Outage { mw: capacity - s.available_mw, probability, frequency_per_h: 0.0 })
        .collect();
    for (from, state) in unit.states().iter().enumerate() {
        for (to, rate) in state.rate_per_h.iter().enumerate() {
            // A step up from x to y crosses every level in (x, y]: +f at y, −f at x. Steps down balance them.
            if outages[to].mw > outages[from].mw {
                let frequency = outages[from].probability * rate;
                outages[to].frequency_per_h += frequency;
                outages[from].frequency_per_h -= frequency;
            }
        }
    }
    outages.sort_by(|a, b| a.mw.total_cmp(&b.mw));
    outages
}

/// The table of two independent parts: probabilities multiply, and either part may be the one that moves. Both are sorted, so
/// the parts are merged, not sorted again.
fn convolve(table: &[Outage], unit: &[Outage]) -> Vec<Outage> {
    let mut merged: Vec<Outage> = Vec::with_capacity(table.len() * unit.len());
    let mut at = vec![0; unit.len()];
    loop {
        let mut least: Option<(usize, f64)> = None;
        for (u, of) in unit.iter().enumerate() {
            if let Some(o) = table.get(at[u]) {
                let mw = o.mw + of.mw;
                if least.is_none_or(|(_, best)| mw < best) {
                    least = Some((u, mw));
                }
            }
        }
        let Some((u, mw)) = least else { return merged };
        let (o, of) = (&table[at[u]], &unit[u]);
        at[u] += 1;
        let probability = o.probability * of.probability;
        let frequency_per_h = o.frequency_per_h * of.probability + o.probability * of.frequency_per_h;
        match merged.last_mut() {
            Some(last) if mw - last.mw <= SAME_MW => {
                last.probability += probability;
                last.frequency_per_h += frequency_per_h;
            }
            _ => merged.push(Outage { mw, probability, frequency_per_h }),
        }
    }
}

/// Seven steps of a normal error of the load, by standard deviations, with their probabilities (Billinton and Allan 1996,
/// section 2.7).
pub(super) const SEVEN_STEPS: [(f64, f64); 7] =
    [(-3.0, 0.006), (-2.0, 0.061), (-1.0, 0.242), (0.0, 0.382), (1.0, 0.242), (2.0, 0.061), (3.0, 0.006)];

impl Indices {
    /// Exact indices of hourly loads \[MW\], 24 to a day. `load_sd` is the standard deviation of the forecast as a share of
    /// the load, taken in seven steps that hold all year. A shortage that goes on from hour to hour is one.
    pub fn exact(table: &OutageTable, load_mw: &[f64], load_sd: Option<f64>) -> Self {
        let Some(sd) = load_sd.filter(|sd| *sd != 0.0) else {
            return Self::at(table, load_mw, 1.0);
        };
        let mut sum = Self::default();
        for (step, weight) in SEVEN_STEPS {
            let of = Self::at(table, load_mw, 1.0 + step * sd);
            sum.lole_d_per_yr += weight * of.lole_d_per_yr;
            sum.lolh_h_per_yr += weight * of.lolh_h_per_yr;
            sum.lolf_per_yr += weight * of.lolf_per_yr;
            sum.eue_mwh_per_yr += weight * of.eue_mwh_per_yr;
        }
        sum
    }

    fn at(table: &OutageTable, load_mw: &[f64], scale: f64) -> Self {
        let mut sum = Self::default();
        let mut before = None;
        for day in load_mw.chunks(24) {
            let mut peak = 0.0_f64;
            for load in day.iter().map(|mw| mw * scale) {
                let [probability, frequency, outage] = table.short(load);
                sum.lolh_h_per_yr += probability;
                sum.eue_mwh_per_yr += outage - probability * (table.capacity_mw - load);
                // Begun by a failure within the hour, or by the load's step at its start.
                let by_load = before.map_or(0.0, |before: f64| (probability - before).max(0.0));
                sum.lolf_per_yr += frequency + by_load;
                before = Some(probability);
                peak = peak.max(load);
            }
            sum.lole_d_per_yr += table.loss_of_load_probability(peak);
        }
        sum
    }
}
