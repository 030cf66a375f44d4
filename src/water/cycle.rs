//! Values of stored water over years without end: stochastic dynamic programming on a cyclic year.
//!
//! The year is cut into seasons. In each, the cascade's mean power is worth what [`Worth`] says; inflow is in one of a few
//! states, known as the season begins, and the next season's state is drawn from the row of the present one. One or two
//! reservoirs carry water over; the others pass on what they receive. The recursion
//!
//! V(t, s, v) = max over q of hours · worth(power(v, q)) − outside(v′) + E\[V(t + 1, s′, v′) | s\]
//!
//! runs backward over the year, again and again, until the differences between storages stand still (relative value
//! iteration: without a discount only differences have a limit). Water above the most of a reservoir runs over and is turbined
//! further down; a level outside its band costs a price that lies far above that of energy, so that the band is kept wherever
//! inflow and the bounds of release let it.
//!
//! Between grid points values are bilinear. Left out: travel time (a day of a season), head that changes within a season.

/// Dams of a cascade at most.
pub const MOST_DAMS: usize = 8;
/// Storage, km³, that one m³/s fills in an hour.
const KM3: f64 = 3.6e-6;
/// Years of the recursion at most.
const YEARS: usize = 80;
/// The recursion stands still when a year changes the differences between storages by less than this share of their range.
const STILL: f64 = 2e-4;
/// Equal steps of power by which the worth is tabulated.
const STEPS: usize = 200;

/// What the mean power of the cascade is worth in a season: the area under the price that the market pays for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    width: f64,
    /// At equal steps of power from zero, money an hour.
    values: Vec<f64>,
}

impl Worth {
    /// From points (power, price), power rising, price falling; flat before the first, nothing beyond the last.
    pub fn new(points: &[(f64, f64)]) -> Self {
        let most = points.last().map_or(1.0, |p| p.0).max(1e-9);
        let width = most / STEPS as f64;
        let price = |mw: f64| {
            let i = points.partition_point(|p| p.0 <= mw);
            match (i.checked_sub(1).and_then(|k| points.get(k)), points.get(i)) {
                (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (mw - a.0) / (b.0 - a.0),
                (None, Some(b)) => b.1,
                (_, None) => 0.0,
            }
        };
        let mut values = vec![0.0];
        for i in 0..STEPS {
            values.push(values[i] + width * price((i as f64 + 0.5) * width));
        }
        Self { width, values }
    }
    /// Worth of a mean power, money an hour.
    #[inline]
    pub fn at(&self, mw: f64) -> f64 {
        let x = (mw / self.width).max(0.0);
        let i = (x as usize).min(STEPS - 1);
        let part = (x - i as f64).min(1.0);
        self.values[i] + (self.values[i + 1] - self.values[i]) * part
    }
}

/// A reservoir that carries water from season to season.
#[derive(Clone, Debug, PartialEq)]
pub struct Carrier {
    /// Storages of the grid, km³, rising; the first is the least that can be, the last the most.
    pub grid: Vec<f64>,
    /// Power of one m³/s at each of them, MW.
    pub mw_per_flow: Vec<f64>,
    /// Below this storage a km³ missing at the end of a season costs `floor_price`.
    pub floor: f64,
    /// Price of a km³ below the floor.
    pub floor_price: f64,
    /// The ordinary band of storage.
    pub band: (f64, f64),
    /// Price of a km³ outside the band.
    pub band_price: f64,
}

/// A dam of the cascade.
#[derive(Clone, Debug, PartialEq)]
pub struct Dam {
    /// Which carrier it holds; `None`: it passes on what it receives.
    pub carrier: Option<usize>,
    /// Power of one m³/s where it holds no carrier, MW.
    pub mw_per_flow: f64,
    /// Most through its turbines, m³/s.
    pub turbines: f64,
    /// Most power, MW.
    pub most_mw: f64,
    /// The dam below, later in the list.
    pub down: Option<usize>,
}

/// A season of the cyclic year.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    /// Its length, h.
    pub hours: f64,
    /// Least and most release of each carrier, m³/s.
    pub release: [(f64, f64); 2],
    /// Own inflow by state and dam, m³/s.
    pub inflow: Vec<Vec<f64>>,
    /// Probability of the next season's state, by row of the present one.
    pub step: Vec<Vec<f64>>,
    /// What power is worth.
    pub worth: Worth,
}

/// A cascade over a cyclic year, with one or two carriers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cascade {
    /// Reservoirs that carry water over.
    pub carriers: Vec<Carrier>,
    /// Dams from the source down, [`MOST_DAMS`] at most.
    pub dams: Vec<Dam>,
    /// Seasons in order.
    pub seasons: Vec<Season>,
}

/// Values of stored water: by season and state, what everything after the season is worth at each pair of storages.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleValues {
    later: Vec<Vec<Vec<f64>>>,
    /// Years that the recursion took.
    pub years: usize,
}

/// Releases and what they lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// Release of each carrier, m³/s.
    pub release: [f64; 2],
    /// Worth of the season's rest and everything after it.
    pub value: f64,
}

/// The place of a storage in a grid: the point below it and the share of the way to the next.
#[inline]
fn place(grid: &[f64], v: f64) -> (usize, f64) {
    let i = grid.partition_point(|g| *g <= v).clamp(1, grid.len() - 1) - 1;
    (i, ((v - grid[i]) / (grid[i + 1] - grid[i])).clamp(0.0, 1.0))
}

/// Where the search for the best releases begins: middle and half-width of each.
type Around = [(f64, f64); 2];

impl Cascade {
    fn cells(&self) -> usize {
        self.carriers.iter().map(|c| c.grid.len()).product()
    }
    fn storages(&self, cell: usize) -> [f64; 2] {
        let n = self.carriers[0].grid.len();
        [self.carriers[0].grid[cell % n], self.carriers.get(1).map_or(0.0, |c| c.grid[cell / n])]
    }
    /// A value between grid points.
    fn at(&self, values: &[f64], v: &[f64; 2]) -> f64 {
        let n = self.carriers[0].grid.len();
        let (i, a) = place(&self.carriers[0].grid, v[0]);
        let row = |j: usize| {
            let at = j * n + i;
            values[at] + a * (values[at + 1] - values[at])
        };
        match self.carriers.get(1) {
            None => row(0),
            Some(c) => {
                let (j, b) = place(&c.grid, v[1]);
                let low = row(j);
                low + b * (row(j + 1) - low)
            }
        }
    }

    /// What releases held for some hours of a season lead to: worth, less what lies outside, and the value afterwards.
    #[allow(clippy::too_many_arguments)]
    fn judge(
        &self,
        season: &Season,
        state: usize,
        v: &[f64; 2],
        per: &[f64; 2],
        q: &[f64; 2],
        hours: f64,
        later: &[f64],
    ) -> f64 {
        let k = KM3 * hours;
        let (mut mw, mut outside, mut after) = (0.0, 0.0, *v);
        let mut arrived = [0.0; MOST_DAMS];
        for (d, dam) in self.dams.iter().enumerate() {
            let inflow = season.inflow[state][d] + arrived[d];
            let (out, per) = match dam.carrier {
                None => (inflow.max(0.0), dam.mw_per_flow),
                Some(c) => {
                    let carrier = &self.carriers[c];
                    let (least, most) = (carrier.grid[0], carrier.grid[carrier.grid.len() - 1]);
                    let mut to = v[c] + k * (inflow - q[c]);
                    let over = (to - most).max(0.0);
                    to -= over;
                    // What is not there is not released either, and costs as a storage below the floor.
                    let lacking = (least - to).max(0.0);
                    to += lacking;
                    outside += carrier.floor_price * ((carrier.floor - to).max(0.0) + lacking)
                        + carrier.band_price * ((carrier.band.0 - to).max(0.0) + (to - carrier.band.1).max(0.0));
                    after[c] = to;
                    ((q[c] + (over - lacking) / k).max(0.0), per[c])
                }
            };
            mw += (out.min(dam.turbines) * per).min(dam.most_mw);
            if let Some(down) = dam.down {
                arrived[down] += out;
            }
        }
        season.worth.at(mw) * hours - outside + self.at(later, &after)
    }

    /// The best releases from some storages for what is left of a season.
    #[allow(clippy::too_many_arguments)]
    fn search(
        &self,
        season: &Season,
        state: usize,
        v: &[f64; 2],
        hours: f64,
        later: &[f64],
        around: &Around,
        rounds: usize,
        tries: i32,
    ) -> Best {
        let per: [f64; 2] = core::array::from_fn(|c| {
            self.carriers.get(c).map_or(0.0, |carrier| {
                let (i, a) = place(&carrier.grid, v[c]);
                carrier.mw_per_flow[i] + a * (carrier.mw_per_flow[i + 1] - carrier.mw_per_flow[i])
            })
        });
        let second = if self.carriers.len() > 1 { tries } else { 0 };
        let held = |c: usize, q: f64| q.min(season.release[c].1).max(season.release[c].0);
        let mut best = Best { release: [held(0, around[0].0), held(1, around[1].0)], value: f64::NEG_INFINITY };
        best.value = self.judge(season, state, v, &per, &best.release, hours, later);
        let mut width = [around[0].1, around[1].1];
        for _ in 0..rounds {
            let middle = best.release;
            for i in -tries..=tries {
                for j in -second..=second {
                    if i == 0 && j == 0 {
                        continue;
                    }
                    let to = |c: usize, n: i32| held(c, middle[c] + width[c] * f64::from(n) / f64::from(tries));
                    let q = [to(0, i), to(1, j)];
                    let value = self.judge(season, state, v, &per, &q, hours, later);
                    if value > best.value {
                        best = Best { release: q, value };
                    }
                }
            }
            width = width.map(|w| w / f64::from(tries + 1) * 1.2);
        }
        best
    }

    /// Everything between the bounds of release.
    fn whole(season: &Season) -> Around {
        season.release.map(|(least, most)| (0.5 * (least + most), 0.5 * (most - least)))
    }

    /// Finds the values. `guess`: price of energy with which storages are weighed at the start of the recursion, by km³ and
    /// carrier.
    pub fn value(&self, guess: [f64; 2]) -> CycleValues {
        let (cells, seasons) = (self.cells(), self.seasons.len());
        let first: Vec<f64> = (0..cells)
            .map(|cell| {
                let v = self.storages(cell);
                (0..self.carriers.len()).map(|c| guess[c] * v[c]).sum()
            })
            .collect();
        let states = |t: usize| self.seasons[t].inflow.len();
        // Best releases of the year before, where the next search begins.
        let mut known: Vec<Vec<[f64; 2]>> = vec![Vec::new(); seasons];
        let mut later: Vec<Vec<Vec<f64>>> = (0..seasons).map(|t| vec![first.clone(); states(t)]).collect();
        let mut years = 0;
        for year in 0..YEARS {
            years = year + 1;
            let mut moved = (f64::INFINITY, f64::NEG_INFINITY);
            let mut range = (f64::INFINITY, f64::NEG_INFINITY);
            for t in (0..seasons).rev() {
                let season = &self.seasons[t];
                let before = (t + seasons - 1) % seasons;
                let mut here = vec![vec![0.0; cells]; states(t)];
                known[t].resize(states(t) * cells, [0.0; 2]);
                for (s, values) in here.iter_mut().enumerate() {
                    for (cell, value) in values.iter_mut().enumerate() {
                        let v = self.storages(cell);
                        let at = &mut known[t][s * cells + cell];
                        let best = if year == 0 {
                            self.search(season, s, &v, season.hours, &later[t][s], &Self::whole(season), 3, 2)
                        } else {
                            let width = |c: usize| 0.06 * (season.release[c].1 - season.release[c].0);
                            let around = [(at[0], width(0)), (at[1], width(1))];
                            self.search(season, s, &v, season.hours, &later[t][s], &around, 2, 1)
                        };
                        *at = best.release;
                        *value = best.value;
                    }
                }
                // Only differences count: the first cell of the first state is the zero.
                let zero = here[0][0];
                let mixed: Vec<Vec<f64>> = (0..states(before))
                    .map(|from| {
                        let row = &self.seasons[before].step[from];
                        (0..cells).map(|c| row.iter().zip(&here).map(|(p, h)| p * h[c]).sum::<f64>() - zero).collect()
                    })
                    .collect();
                if t == 0 {
                    for (new, old) in mixed.iter().flatten().zip(later[before].iter().flatten()) {
                        moved = (moved.0.min(new - old), moved.1.max(new - old));
                        range = (range.0.min(*new), range.1.max(*new));
                    }
                }
                later[before] = mixed;
            }
            if moved.1 - moved.0 <= STILL * (range.1 - range.0) {
                break;
            }
        }
        CycleValues { later, years }
    }

    /// The best releases from some storages for what is left of a season, m³/s.
    pub fn best(&self, values: &CycleValues, season: usize, state: usize, v: [f64; 2], hours: f64) -> Best {
        let at = &self.seasons[season];
        self.search(at, state, &v, hours, &values.later[season][state], &Self::whole(at), 6, 3)
    }

    /// What a further km³ in each carrier is worth at the end of a season, as the mean slope over a grid step on either side.
    pub fn marginal(&self, values: &CycleValues, season: usize, state: usize, v: [f64; 2]) -> [f64; 2] {
        let later = &values.later[season][state];
        core::array::from_fn(|c| {
            let Some(carrier) = self.carriers.get(c) else { return 0.0 };
            let (i, _) = place(&carrier.grid, v[c]);
            let step = carrier.grid[i + 1] - carrier.grid[i];
            let (mut low, mut high) = (v, v);
            low[c] = (v[c] - step).max(carrier.grid[0]);
            high[c] = (v[c] + step).min(carrier.grid[carrier.grid.len() - 1]);
            (self.at(later, &high) - self.at(later, &low)) / (high[c] - low[c])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake(down: Option<usize>, carrier: usize) -> (Carrier, Dam) {
        let grid: Vec<f64> = (0..=40).map(|i| f64::from(i) * 0.5).collect();
        let carrier_of = Carrier {
            mw_per_flow: vec![1.0; grid.len()],
            grid,
            floor: 0.0,
            floor_price: 1e9,
            band: (0.0, 20.0),
            band_price: 0.0,
        };
        (carrier_of, Dam { carrier: Some(carrier), mw_per_flow: 1.0, turbines: 1000.0, most_mw: 1000.0, down })
    }

    /// Half a year; the price falls from 100 by 0.1 for each MW.
    fn half(inflow: Vec<Vec<f64>>, step: Vec<Vec<f64>>) -> Season {
        let worth = Worth::new(&[(0.0, 100.0), (1000.0, 0.0)]);
        Season { hours: 4380.0, release: [(0.0, 1000.0); 2], inflow, step, worth }
    }

    fn price(per_km3: f64) -> f64 {
        // One m³/s makes one MW: a km³ is 1/KM3 MWh.
        per_km3 * KM3
    }

    #[test]
    fn worth_is_the_area_under_the_price() {
        let worth = Worth::new(&[(0.0, 100.0), (1000.0, 0.0)]);
        for mw in [0.0, 250.0, 777.0, 1000.0, 2000.0] {
            let p: f64 = f64::min(mw, 1000.0);
            assert!((worth.at(mw) - (100.0 * p - 0.05 * p * p)).abs() < 5.0, "{mw} MW");
        }
    }

    /// All water comes in one half; the best is to run both alike, and water is worth the price of that power.
    #[test]
    fn a_lake_evens_out_the_year() {
        let (carrier, dam) = lake(None, 0);
        let seasons = vec![half(vec![vec![800.0]], vec![vec![1.0]]), half(vec![vec![0.0]], vec![vec![1.0]])];
        let cascade = Cascade { carriers: vec![carrier], dams: vec![dam], seasons };
        let values = cascade.value([50.0 / KM3, 0.0]);
        // 400 m³/s over half a year are 6.3 km³: from 4 km³ the lake swings between 4 and 10.3.
        let wet = cascade.best(&values, 0, 0, [4.0, 0.0], 4380.0).release[0];
        let dry = cascade.best(&values, 1, 0, [10.3, 0.0], 4380.0).release[0];
        let marginal = price(cascade.marginal(&values, 0, 0, [10.3, 0.0])[0]);
        println!("{wet:.0} and {dry:.0} m³/s, worth {marginal:.1} after {} years", values.years);
        assert!((wet - 400.0).abs() < 15.0 && (dry - 400.0).abs() < 15.0, "{wet} and {dry}");
        assert!((marginal - 60.0).abs() < 2.0, "{marginal}");
    }

    #[test]
    fn water_that_must_run_over_is_worth_nothing() {
        let (carrier, mut dam) = lake(None, 0);
        dam.turbines = 500.0;
        let seasons = vec![half(vec![vec![900.0]], vec![vec![1.0]]), half(vec![vec![900.0]], vec![vec![1.0]])];
        let cascade = Cascade { carriers: vec![carrier], dams: vec![dam], seasons };
        let values = cascade.value([50.0 / KM3, 0.0]);
        let marginal = price(cascade.marginal(&values, 0, 0, [20.0, 0.0])[0]);
        assert!(marginal.abs() < 0.5, "{marginal}");
    }

    /// A dry state that tends to stay makes stored water dearer than a wet one; more storage makes it cheaper.
    #[test]
    fn scarcity_has_its_price() {
        let (carrier, dam) = lake(None, 0);
        let season = || half(vec![vec![150.0], vec![650.0]], vec![vec![0.8, 0.2], vec![0.2, 0.8]]);
        let cascade = Cascade { carriers: vec![carrier], dams: vec![dam], seasons: vec![season(), season()] };
        let values = cascade.value([50.0 / KM3, 0.0]);
        let of = |state, v| price(cascade.marginal(&values, 0, state, [v, 0.0])[0]);
        assert!(of(0, 10.0) > of(1, 10.0) + 1.0, "dry {} wet {}", of(0, 10.0), of(1, 10.0));
        for state in 0..2 {
            let by_storage: Vec<f64> = (1..20).map(|v| of(state, f64::from(v))).collect();
            assert!(by_storage.windows(2).all(|w| w[1] <= w[0] + 0.05), "{by_storage:?}");
        }
    }

    /// Water above two dams makes power twice: it is worth about twice as much as water above the last.
    #[test]
    fn water_is_worth_what_it_makes_on_its_way() {
        let ((first, upper), (second, lower)) = (lake(Some(1), 0), lake(None, 1));
        let season = || half(vec![vec![250.0, 0.0]], vec![vec![1.0]]);
        let mut cascade =
            Cascade { carriers: vec![first, second], dams: vec![upper, lower], seasons: vec![season(), season()] };
        for carrier in &mut cascade.carriers {
            let coarse: Vec<f64> = carrier.grid.iter().step_by(4).copied().collect();
            (carrier.mw_per_flow, carrier.grid) = (vec![1.0; coarse.len()], coarse);
        }
        let values = cascade.value([100.0 / KM3, 50.0 / KM3]);
        let [above, below] = cascade.marginal(&values, 0, 0, [10.0, 10.0]).map(price);
        println!("above {above:.1}, below {below:.1}");
        assert!((above / below - 2.0).abs() < 0.15, "{above} against {below}");
        // 250 m³/s through both make 500 MW: the price is 50.
        assert!((below - 50.0).abs() < 4.0, "{below}");
    }
}
