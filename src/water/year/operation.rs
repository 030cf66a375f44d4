//! A year run by water values.
//!
//! Once a day the stage's best release from the storages as they are is looked up in the values, and gives the thermal power above
//! which water is used. Each hour is then dispatched by merit, its flows are checked, and where a line would be overloaded the
//! hour is a linear program on the network. Where lines bind often, every hour is that program, water at the marginal
//! value of its reservoir, looked up every six hours. A reservoir too small to carry water over a stage passes what it receives;
//! where water left at the end has a price, it is a pond that fills and empties within days at the price of the water above it.

use super::hour::Pond;
use super::values::WaterValues;
use super::{HM3, Operated, SPARE, STAGE_HOURS, System, Year, YearError, passed};
use crate::power::{Branch, Network};

/// Hours between two looks at the storages, and where water is priced by its marginal value.
const LOOK: [usize; 2] = [24, 6];
/// Hours whose inflow tells its state.
const SEEN: usize = 24;
/// Standard deviation of an hour's inflow about its mean, as a share, against which the end is kept safe.
const NOISE: f64 = 0.05;

/// Runs years of one system.
#[derive(Debug)]
pub struct Operation<'a> {
    pub(super) system: &'a System,
    pub(super) values: &'a WaterValues,
    order: Vec<usize>,
    /// Flow on each line of a MW into each node, taken out at the first.
    pub(super) factors: Vec<Vec<f64>>,
}

impl<'a> Operation<'a> {
    /// Gets ready.
    ///
    /// # Errors
    /// If the network is unsound.
    pub fn new(system: &'a System, values: &'a WaterValues) -> Result<Self, YearError> {
        let branches = system.lines.iter().map(|l| Branch::from_reactance(l.from, l.to, l.x, 1.0, 100.0)).collect();
        let network = Network::new(system.nodes, branches, &[0])?;
        let factors = (0..system.lines.len())
            .map(|line| {
                let mut row = vec![0.0; system.nodes];
                network.shift_factors(&[(line, 1.0)], &mut row);
                row
            })
            .collect();
        Ok(Self { system, values, order: system.merit(), factors })
    }

    /// Least and most release of each large reservoir.
    pub(super) fn bounds(&self) -> [(f64, f64); 2] {
        core::array::from_fn(|b| self.values.basins.get(b).map_or((0.0, 0.0), |x| (x.qmin, x.qmax)))
    }

    /// Price of a m³/s in an hour at prices of a MWh.
    pub(super) fn water_cost(&self, price: [f64; 2]) -> [f64; 2] {
        core::array::from_fn(|b| self.values.basins.get(b).map_or(0.0, |x| x.mw_per_cms * price[b]))
    }

    /// Whether a line would be overloaded in an hour that is dispatched by merit alone, its water as on average.
    pub(super) fn is_bound_by_lines(&self, year: &Year, hour: usize) -> bool {
        let (n, nr) = (self.system.nodes, self.system.reservoirs.len());
        let inflow = &year.inflow[hour * nr..(hour + 1) * nr];
        let loads = &year.loads[hour * n..(hour + 1) * n];
        let t = (hour / STAGE_HOURS).min(self.values.stages - 1);
        let bounds = self.bounds();
        let mut wish = [0.0; 2];
        for (b, basin) in self.values.basins.iter().enumerate() {
            let above = if b == 1 && self.values.basins[0].down == Some(1) { wish[0] } else { 0.0 };
            wish[b] = (self.values.mean(basin.head) + above).min(bounds[b].1).max(bounds[b].0);
        }
        let level = self.values.level(self.system, t, 1.0, &wish);
        let own = passed(self.system, &self.values.basins, inflow);
        let total: f64 = loads.iter().sum();
        let q = self.share((total - level) - own, &wish, &bounds.map(|b| b.0), &bounds.map(|b| b.1));
        let (mut injection, mut power) = (vec![0.0; n], vec![0.0; self.system.thermal.len()]);
        self.by_merit(loads, inflow, &q, own, &mut injection, &mut power);
        self.overloaded(&injection).is_some()
    }

    /// Thermal power by merit at some releases, and what each node then takes or gives. Returns the power that is missing.
    fn by_merit(
        &self,
        loads: &[f64],
        inflow: &[f64],
        q: &[f64; 2],
        own: f64,
        injection: &mut [f64],
        power: &mut [f64],
    ) -> f64 {
        let hydro = own + self.values.basins.iter().zip(q).map(|(b, q)| b.mw_per_cms * q).sum::<f64>();
        let mut left = loads.iter().sum::<f64>() - hydro;
        for &i in &self.order {
            power[i] = left.clamp(0.0, self.system.thermal[i].pmax_mw);
            left -= power[i];
        }
        for (at, load) in injection.iter_mut().zip(loads) {
            *at = -load;
        }
        for (unit, p) in self.system.thermal.iter().zip(power.iter()) {
            injection[unit.bus] += p;
        }
        self.inject(q, inflow, 1.0, injection);
        left
    }

    /// What the last day's inflow was beside its mean.
    fn seen(&self, year: &Year, hour: usize) -> f64 {
        let nr = self.system.reservoirs.len();
        let (mut came, mut usual) = (0.0, 0.0);
        for h in hour.saturating_sub(SEEN)..hour {
            let stage = (h / STAGE_HOURS).min(self.values.stages - 1);
            came += year.inflow[h * nr..(h + 1) * nr].iter().sum::<f64>();
            usual += self.values.inflow[stage].iter().sum::<f64>();
        }
        if usual > 0.0 { came / usual } else { 1.0 }
    }

    /// Storage needed before each hour so that the end is reached at least releases with inflow a little below its mean.
    fn needed(&self, hours: usize) -> Vec<[f64; 2]> {
        let values = self.values;
        let mut need = vec![[0.0; 2]; hours + 1];
        if self.system.end_price.is_some() {
            return need;
        }
        for (b, basin) in values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            need[hours][b] = r.v0 + SPARE;
            for h in (0..hours).rev() {
                let t = (h / STAGE_HOURS).min(values.stages - 1);
                let above = if b == 1 && values.basins[0].down == Some(1) { values.basins[0].qmin } else { 0.0 };
                let mean = values.inflow[t][basin.head];
                // Four standard deviations of what the rest of the year may bring less, growing as a root.
                let left = (hours - h) as f64;
                let margin = 4.0 * HM3 * NOISE * mean * (libm::sqrt(left) - libm::sqrt(left - 1.0));
                need[h][b] = need[h + 1][b] - HM3 * (mean + above - r.qmin) + margin;
            }
        }
        need
    }

    /// Storage kept so that the least release lasts through a dry spell that begins with the inflow as it is.
    fn reserve(&self, hour: usize, hours: usize, factor: f64) -> [f64; 2] {
        let values = self.values;
        let (mut most, mut sum) = ([0.0; 2], [0.0; 2]);
        let mut from = hour;
        for f in values.persistence.dry_spell(factor) {
            let t = (from / STAGE_HOURS).min(values.stages - 1);
            let until = t * STAGE_HOURS + values.length(t, hours);
            for (b, basin) in values.basins.iter().enumerate() {
                let above = if b == 1 && values.basins[0].down == Some(1) { values.basins[0].qmin } else { 0.0 };
                let least = self.system.reservoirs[basin.head].qmin;
                sum[b] += HM3 * (until - from) as f64 * (least - above - f * values.inflow[t][basin.head]);
                most[b] = f64::max(most[b], sum[b]);
            }
            from = until;
            if from >= hours {
                break;
            }
        }
        most
    }

    /// Runs a year.
    ///
    /// # Errors
    /// If the year has another shape than the system.
    pub fn run(&self, year: &Year) -> Result<Operated, YearError> {
        let (system, values) = (self.system, self.values);
        let (n, nr) = (system.nodes, system.reservoirs.len());
        let hours = year.loads.len() / n;
        if year.inflow.len() != hours * nr || hours * n != year.loads.len() || hours < values.stages * STAGE_HOURS {
            return Err(YearError::Unfit("loads, inflow and water values do not have the same hours".into()));
        }
        let need = self.needed(hours);
        let mut out = Operated { shed: vec![0.0; hours * n], ..Operated::default() };
        out.volumes.reserve(hours * nr);
        let mut v: Vec<f64> = system.reservoirs.iter().map(|r| r.v0).collect();
        let (mut wish, mut water, mut reserve) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        let mut level = 0.0;
        let mut injection = vec![0.0; n];
        let mut power = vec![0.0; system.thermal.len()];
        let mut bound = self.bound();
        let mut later: Vec<f64> = Vec::new();
        let priced = values.is_priced();
        // Where the end is a level that must be reached, small reservoirs stay at theirs.
        let has_ponds = priced && system.end_price.is_some();
        let mut worth = [0.0; 2];
        let mut ponds = Vec::new();
        let mut stored = vec![0.0; values.basins.iter().map(|b| b.passes.len()).sum()];
        for h in 0..hours {
            let inflow = &year.inflow[h * nr..(h + 1) * nr];
            let loads = &year.loads[h * n..(h + 1) * n];
            if h % LOOK[usize::from(priced)] == 0 {
                let t = (h / STAGE_HOURS).min(values.stages - 1);
                let left = (t * STAGE_HOURS + values.length(t, hours) - h) as f64;
                let at = core::array::from_fn(|b| values.basins.get(b).map_or(0.0, |x| v[x.head]));
                let persists = values.persistence.is_known();
                let factor = if persists { self.seen(year, h) } else { 1.0 };
                values.expect(t, factor, &mut later);
                wish = values.best(system, t, factor, &at, left, &later, 7, 3).1;
                level = values.level(system, t, factor, &wish);
                water = if priced {
                    worth = values.worth(system, t, factor, &at, left, &later, &wish);
                    values.prices(&worth)
                } else {
                    self.water_cost([self.price(level); 2])
                };
                if persists {
                    reserve = self.reserve(h, hours, factor);
                }
            }
            let kept = core::array::from_fn(|b| need[h + 1][b].max(reserve[b]));
            let (low, high, over) = self.ranges(&v, inflow, &kept);
            let first: [f64; 2] = core::array::from_fn(|b| low[b].max(over[b].min(high[b])));
            let own = passed(system, &values.basins, inflow);
            let total: f64 = loads.iter().sum();
            let mut q = self.share((total - level) - own, &wish, &first, &high);
            let shed = &mut out.shed[h * n..(h + 1) * n];
            let is_bound = priced || {
                let missing = self.by_merit(loads, inflow, &q, own, &mut injection, &mut power);
                missing.abs() > 1e-9 || self.overloaded(&injection).is_some()
            };
            if is_bound {
                out.bound_hours += 1;
                // Water that would run over costs nothing.
                let water = core::array::from_fn(|b| if over[b] > 0.0 { 0.0 } else { water[b] });
                if has_ponds {
                    self.ponds(&v, &worth, &mut ponds);
                }
                out.objective +=
                    self.bound_hour(&mut bound, loads, inflow, &low, &high, &water, &ponds, &mut q, &mut stored, shed)?;
            } else {
                out.objective += system.thermal.iter().zip(&power).map(|(u, p)| u.cost * p).sum::<f64>();
            }
            self.advance(&mut v, &q, inflow, has_ponds.then_some(&stored));
            out.volumes.extend_from_slice(&v);
        }
        Ok(out)
    }

    /// Cost of the thermal step at a level.
    fn price(&self, level: f64) -> f64 {
        let mut from = 0.0;
        for &i in &self.order {
            from += self.system.thermal[i].pmax_mw;
            if level < from {
                return self.system.thermal[i].cost;
            }
        }
        self.system.voll
    }

    /// Least and most release of each large reservoir in an hour, and the release below which it runs over.
    fn ranges(&self, v: &[f64], inflow: &[f64], need: &[f64; 2]) -> ([f64; 2], [f64; 2], [f64; 2]) {
        let (mut low, mut high, mut over) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        for (b, basin) in self.values.basins.iter().enumerate() {
            let above = if b == 1 && self.values.basins[0].down == Some(1) { low[0] } else { 0.0 };
            let r = &self.system.reservoirs[basin.head];
            let there = v[basin.head] / HM3 + inflow[basin.head] + above;
            let kept = there - need[b].clamp(0.0, r.vmax) / HM3;
            high[b] = r.qmax.min(kept.max(r.qmin)).min(there.max(0.0));
            low[b] = r.qmin.min(high[b]);
            // Water that would run over is turbined first, where the lines let it.
            over[b] = (there - r.vmax / HM3).min(high[b]);
            for p in &basin.passes {
                let passes = &self.system.reservoirs[*p];
                high[b] = high[b].min((passes.qmax - inflow[*p]).max(low[b]));
                low[b] = low[b].max((passes.qmin - inflow[*p]).min(high[b]));
            }
        }
        (low, high, over)
    }

    /// Shares a power among the large reservoirs: about their wishes, within their ranges.
    fn share(&self, mw: f64, wish: &[f64; 2], low: &[f64; 2], high: &[f64; 2]) -> [f64; 2] {
        let basins = &self.values.basins;
        let mut q: [f64; 2] = core::array::from_fn(|b| wish[b].clamp(low[b], high[b]));
        for b in (0..basins.len()).rev().chain(0..basins.len()) {
            let made: f64 = basins.iter().zip(&q).map(|(x, q)| x.mw_per_cms * q).sum();
            q[b] = (q[b] + (mw - made) / basins[b].mw_per_cms).clamp(low[b], high[b]);
        }
        q
    }

    /// Adds the hydro power of releases to the nodes.
    pub(super) fn inject(&self, q: &[f64; 2], inflow: &[f64], sign: f64, injection: &mut [f64]) {
        for (b, basin) in self.values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            injection[r.bus] += sign * r.mw_per_cms * q[b];
            let mut flow = q[b];
            for p in &basin.passes {
                let r = &self.system.reservoirs[*p];
                flow += inflow[*p];
                injection[r.bus] += sign * r.mw_per_cms * flow;
            }
        }
    }

    /// What small reservoirs may keep or give in an hour. A MWh of their water is worth what one of the reservoir above is: what
    /// is released there and kept here can be used at any hour as well.
    fn ponds(&self, v: &[f64], worth: &[f64; 2], ponds: &mut Vec<Pond>) {
        ponds.clear();
        for (basin, worth) in self.values.basins.iter().zip(worth) {
            for (k, p) in basin.passes.iter().enumerate() {
                let r = &self.system.reservoirs[*p];
                let chain: f64 = basin.passes[k..].iter().map(|i| self.system.reservoirs[*i].mw_per_cms).sum();
                ponds.push(Pond {
                    low: -v[*p] / HM3,
                    high: (r.vmax - v[*p]) / HM3,
                    worth: worth / basin.mw_per_cms * chain,
                });
            }
        }
    }

    /// Moves the water of an hour.
    fn advance(&self, v: &mut [f64], q: &[f64; 2], inflow: &[f64], kept: Option<&Vec<f64>>) {
        let mut from_above = [0.0; 2];
        let mut kept = kept.into_iter().flatten();
        for (b, basin) in self.values.basins.iter().enumerate() {
            let r = &self.system.reservoirs[basin.head];
            let at = &mut v[basin.head];
            *at += HM3 * (inflow[basin.head] + from_above[b] - q[b]);
            let over = (*at - r.vmax).max(0.0);
            *at -= over;
            let mut flow = q[b] + over / HM3;
            for p in &basin.passes {
                let r = &self.system.reservoirs[*p];
                flow += inflow[*p];
                // One that passes on keeps a little more than it had, so that rounding never leaves it below.
                let little = (r.v0 + SPARE - v[*p]).max(0.0).min(HM3 * flow * 0.01);
                let kept = kept.next().map_or(little, |q| HM3 * q);
                v[*p] = (v[*p] + kept).clamp(0.0, r.vmax);
                flow -= kept / HM3;
            }
            if let Some(down) = basin.down {
                from_above[down] = flow;
            }
        }
    }
}
