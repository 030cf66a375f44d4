//! Sums over a run from which headlines are made, kept step by step so that a run without series has them too.

use super::books::Books;
use super::totals::Totals;
use super::{Headline, Value};
use crate::calendar::Moment;
use crate::flows::Subsidy;
use crate::region::{Region, StationKind};
use crate::step::Step;

/// Running sums of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    hours: f64,
    demand_mwh: f64,
    mining_mwh: f64,
    losses_mwh: f64,
    thermal_mwh: Vec<f64>,
    hydro_mwh: Vec<f64>,
    small_hydro_mwh: Vec<f64>,
    spill_mwh: Vec<f64>,
    unserved_mwh: f64,
    unserved_by_bus_mwh: Vec<f64>,
    curtailed_mwh: f64,
    machine_mwh: f64,
    hash_eh_h: f64,
    network_eh_h: f64,
    difficulty_h: f64,
    co2_t: f64,
    mining_peak_mw: f64,
    peak: Option<(f64, Moment, f64)>,
    level: Option<(f64, f64)>,
    december: Vec<(i32, f64, f64)>,
    january_2022: (f64, f64, f64),
    congested_h: Vec<f64>,
    above_low_h: Vec<f64>,
    above_high_h: Vec<f64>,
    branch_congested_h: Vec<f64>,
    reserve_short_h: Vec<f64>,
    outages: super::security::Outages,
    fallback_h: f64,
    gap_max: f64,
    /// Thermal wear of the region's machines and their energy, by MWh.
    wear: (f64, f64),
    residual_max: f64,
    books: Vec<Books>,
    subsidy: [Subsidy; 4],
    week: Vec<WeekWater>,
    hashprice: Option<(f64, f64)>,
    hashprice_h: f64,
    tariff_h: Vec<(f64, f64)>,
}

/// How well the running week's dispatch has met the plan of one reservoir, and the worst of all whole weeks.
#[derive(Clone, Copy, Debug, Default)]
struct WeekWater {
    released: f64,
    planned: f64,
    steps: usize,
    worst: f64,
}

impl WeekWater {
    /// Adds a step; a Monday begins a week, and only whole weeks count.
    fn add(&mut self, released: f64, planned: f64, monday: bool, whole: usize) {
        if monday {
            if self.steps == whole && self.planned > 0.0 {
                self.worst = self.worst.max((self.released / self.planned - 1.0).abs());
            }
            (self.released, self.planned, self.steps) = (0.0, 0.0, 0);
        }
        self.released += released;
        self.planned += planned;
        self.steps += 1;
    }
}

/// Thermal wear over that at an inlet of 25 °C, doubled by 10 K: the usual rule for electronics (Arrhenius). It is a reading,
/// and does not act on failures.
fn thermal_wear(inlet_c: f64) -> f64 {
    libm::exp2((inlet_c - 25.0) / 10.0)
}

fn grown(list: &mut Vec<f64>, index: usize) -> &mut f64 {
    if list.len() <= index {
        list.resize(index + 1, 0.0);
    }
    &mut list[index]
}

fn add_subsidy(sum: &mut Subsidy, s: &Subsidy) {
    sum.shadow_energy += s.shadow_energy;
    sum.business_tariff += s.business_tariff;
    sum.average_cost += s.average_cost;
}

impl Tally {
    /// What the loss of one circuit would overload.
    pub fn outages(&self) -> &super::security::Outages {
        &self.outages
    }

    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step, t: &Totals) {
        let h = step.now.span.as_hours();
        let d = &step.dispatch;
        self.hours += h;
        self.demand_mwh += t.demand_mw * h;
        self.mining_mwh += t.mining_mw * h;
        self.losses_mwh += t.losses_mw * h;
        self.unserved_mwh += t.unserved_mw * h;
        if t.unserved_mw > 0.0 {
            for (i, p) in d.unserved.iter().enumerate() {
                *grown(&mut self.unserved_by_bus_mwh, i) += p.as_mw() * h;
            }
        }
        self.curtailed_mwh += t.curtailed_mining_mw * h;
        self.machine_mwh += t.machines_mw * h;
        self.hash_eh_h += t.hashrate_eh_s * h;
        self.network_eh_h += step.market.network.as_eh_s() * h;
        self.difficulty_h += step.market.difficulty * h;
        self.co2_t += t.co2_t_h * h;
        for (i, p) in d.hydro.iter().enumerate() {
            *grown(&mut self.hydro_mwh, i) += p.as_mw() * h;
            *grown(&mut self.spill_mwh, i) +=
                step.water.reaches.as_slice().get(i).map_or(0.0, |r| r.spilled_energy.as_mwh());
        }
        for ((i, p), plant) in d.plants.iter().enumerate().zip(world.atlas.plants.iter()) {
            match plant.kind {
                StationKind::Thermal if plant.in_region => *grown(&mut self.thermal_mwh, i) += p.as_mw() * h,
                StationKind::Hydro if plant.in_region => *grown(&mut self.small_hydro_mwh, i) += p.as_mw() * h,
                _ => {}
            }
        }
        self.week.resize(step.water.reaches.len(), WeekWater::default());
        let whole = 7 * world.window.steps_per_day();
        for ((week, reach), plan) in self.week.iter_mut().zip(step.water.reaches.iter()).zip(step.supply.plan.iter()) {
            week.add(reach.release.as_m3_s(), plan.as_m3_s(), step.now.first_of_week(), whole);
        }
        self.mining_peak_mw = self.mining_peak_mw.max(t.mining_mw);
        if self.peak.is_none_or(|(mw, _, _)| t.total_load_mw() > mw) {
            self.peak = Some((t.total_load_mw(), step.now, t.mining_mw));
        }
        if let Some(upper) = step.water.reaches.iter().next() {
            let m = upper.level.as_m();
            let (low, high) = self.level.unwrap_or((m, m));
            self.level = Some((low.min(m), high.max(m)));
        }
        if step.now.month == 12 {
            if self.december.last().is_none_or(|l| l.0 != step.now.year) {
                self.december.push((step.now.year, 0.0, 0.0));
            }
            if let Some(last) = self.december.last_mut() {
                last.1 += t.mining_mw * h;
                last.2 += h;
            }
        }
        if (step.now.year, step.now.month) == (2022, 1) {
            self.january_2022.0 += t.hashrate_eh_s * h;
            self.january_2022.1 += step.market.network.as_eh_s() * h;
            self.january_2022.2 += h;
        }
        for ((i, s), section) in d.sections.iter().enumerate().zip(world.atlas.interfaces.iter()) {
            let binds = s.shadow_price.as_rub_per_mwh() > SHADOW_PRICE_FLOOR;
            *grown(&mut self.congested_h, i) += if binds { h } else { 0.0 };
            *grown(&mut self.above_low_h, i) += if s.flow_mw.abs() >= section.low_mw - 0.5 { h } else { 0.0 };
            *grown(&mut self.above_high_h, i) += if s.flow_mw.abs() >= section.high_mw - 0.5 { h } else { 0.0 };
        }
        for (i, price) in d.branch_shadow.iter().enumerate() {
            *grown(&mut self.branch_congested_h, i) += if *price > SHADOW_PRICE_FLOOR { h } else { 0.0 };
        }
        for (i, short) in d.reserve_shortfall.iter().enumerate() {
            *grown(&mut self.reserve_short_h, i) += if short.as_mw() > 0.5 { h } else { 0.0 };
        }
        self.outages.record(&d.overloads, h);
        for (id, _) in world.atlas.sites.enumerate().filter(|(_, m)| m.in_region) {
            let mwh = step.hashed.sites[id].machine_energy.as_mwh();
            self.wear.0 += mwh * thermal_wear(step.overhead.sites[id].inlet.as_celsius());
            self.wear.1 += mwh;
        }
        self.fallback_h += if d.certificate.fallback { h } else { 0.0 };
        self.gap_max = self.gap_max.max(d.certificate.gap.abs());
        self.residual_max = self.residual_max.max(step.residual.water.abs()).max(step.residual.energy.abs());
        if self.books.is_empty() {
            self.books = vec![Books::default(); step.money.operators.len()];
        }
        for (books, settled) in self.books.iter_mut().zip(step.money.operators.iter()) {
            books.add(settled);
        }
        let hashprice = step.market.hashprice.as_usd_per_ph_day();
        let (low, high) = self.hashprice.unwrap_or((hashprice, hashprice));
        self.hashprice = Some((low.min(hashprice), high.max(hashprice)));
        self.hashprice_h += hashprice * h;
        self.tariff_h.resize(step.tariffs.site.len(), (0.0, 0.0));
        for (sum, (paid, published)) in
            self.tariff_h.iter_mut().zip(step.tariffs.site.iter().zip(step.tariffs.site_published.iter()))
        {
            sum.0 += paid.as_usd_per_kwh() * h;
            sum.1 += published.as_usd_per_kwh() * h;
        }
        let m = &step.money;
        for (sum, s) in self.subsidy.iter_mut().zip([
            &m.home_mining,
            &m.home_mining_published,
            &m.all_homes,
            &m.all_homes_published,
        ]) {
            add_subsidy(sum, s);
        }
    }

    /// The headlines, in the order of the registry. `machines` counts the machines at the end by operator.
    pub fn headlines(&self, world: &Region, machines: Vec<(String, f64)>, taxes: Vec<(String, f64)>) -> Vec<Headline> {
        let a = &world.atlas;
        let gwh = |mwh: f64| number(mwh / 1e3);
        let mean =
            |sum: f64| if self.hours > 0.0 { Value::Number(Some(sum / self.hours)) } else { Value::Number(None) };
        let ratio = |x: f64, y: f64| Value::Number((y > 0.0).then(|| x / y));
        let mut hydro = Vec::new();
        let mut outside = Vec::new();
        let mut spill = Vec::new();
        for (i, dam) in a.reservoirs.iter().enumerate() {
            let entry = (dam.plant.clone(), self.hydro_mwh.get(i).copied().unwrap_or(0.0) / 1e3);
            if dam.in_region {
                hydro.push(entry);
            } else {
                outside.push(entry);
            }
            spill.push((dam.plant.clone(), self.spill_mwh.get(i).copied().unwrap_or(0.0) / 1e3));
        }
        let mut thermal = Vec::new();
        for (i, plant) in a.plants.iter().enumerate().filter(|(_, p)| p.in_region && p.kind != StationKind::Neighbor) {
            let list = if plant.kind == StationKind::Thermal { &self.thermal_mwh } else { &self.small_hydro_mwh };
            let entry = (plant.id.clone(), list.get(i).copied().unwrap_or(0.0) / 1e3);
            if plant.kind == StationKind::Thermal { thermal.push(entry) } else { hydro.push(entry) }
        }
        let sum = |list: &[(String, f64)]| list.iter().map(|e| e.1).sum::<f64>();
        let load_gwh = (self.demand_mwh + self.mining_mwh + self.losses_mwh) / 1e3;
        let generation = sum(&hydro) + sum(&thermal);
        let mut congested = Vec::new();
        for (i, section) in a.interfaces.iter().enumerate() {
            congested.push((section.id.clone(), self.congested_h.get(i).copied().unwrap_or(0.0)));
            if section.assumed && section.low_mw < section.high_mw {
                congested.push((format!("{}_at_low", section.id), self.above_low_h.get(i).copied().unwrap_or(0.0)));
                congested.push((format!("{}_at_high", section.id), self.above_high_h.get(i).copied().unwrap_or(0.0)));
            }
        }
        for (i, line) in a.branches.iter().enumerate() {
            let hours = self.branch_congested_h.get(i).copied().unwrap_or(0.0);
            if hours > 0.0 {
                congested.push((line.id.clone(), hours));
            }
        }
        let by_operator = |f: &dyn Fn(&Books) -> f64| -> Value {
            total(a.operators.iter().zip(&self.books).map(|(o, b)| (o.id.clone(), f(b))).collect())
        };
        let subsidy = |s: &Subsidy| {
            Value::ById(vec![
                ("shadow_energy".into(), s.shadow_energy),
                ("business_tariff".into(), s.business_tariff),
                ("average_cost".into(), s.average_cost),
            ])
        };
        let january = self.january_2022;
        let mut out = Vec::new();
        let mut put = |key: &'static str, value: Value| out.push(Headline { key, value });
        put("hours", number(self.hours));
        put("weather", Value::Text(a.weather.clone()));
        put("demand_gwh", gwh(self.demand_mwh));
        put("mining_gwh", gwh(self.mining_mwh));
        put("losses_gwh", gwh(self.losses_mwh));
        put("total_load_gwh", number(load_gwh));
        put("mining_peak_mw", number(self.mining_peak_mw));
        if let Some((mw, when, mining)) = &self.peak {
            put("mining_at_region_peak_mw", number(*mining));
            put("region_peak_mw", number(*mw));
            put("region_peak_time", Value::Text(when.to_string()));
        }
        if !self.december.is_empty() {
            let months = self.december.iter().map(|(y, mwh, h)| (y.to_string(), mwh / h.max(1e-9)));
            put("mining_december_mw", Value::ById(months.collect()));
        }
        put("generation_gwh", number(generation));
        put("hydro_gwh", total(hydro));
        if !outside.is_empty() {
            put("hydro_outside_gwh", total(outside));
        }
        put("thermal_gwh", total(thermal));
        put("export_gwh", number(generation - load_gwh));
        put("spill_gwh", total(spill));
        let worst = self.week.iter().map(|w| w.worst);
        if !self.week.is_empty() {
            let miss = a.reservoirs.iter().map(|r| r.plant.clone()).zip(worst.map(|w| 100.0 * w));
            put("water_plan_miss_max_pct", Value::ById(miss.collect()));
        }
        if let Some((low, high)) = self.level {
            put("baikal_level_min_m", number(low));
            put("baikal_level_max_m", number(high));
        }
        put("unserved_mwh", number(self.unserved_mwh));
        let short = a.buses.iter().zip(&self.unserved_by_bus_mwh).filter(|(bus, mwh)| bus.in_region && **mwh > 0.0);
        put("unserved_by_bus_mwh", Value::ById(short.map(|(bus, mwh)| (bus.id.clone(), *mwh)).collect()));
        put("curtailed_mining_mwh", number(self.curtailed_mwh));
        put("congested_hours", Value::ById(congested));
        put("n1_insecure_hours", number(self.outages.insecure_h()));
        put("n1_insecure_outage_hours", Value::ById(self.outages.insecure_by_outage(world)));
        put("n1_armed_hours", number(self.outages.armed_h()));
        put(
            "reserve_shortfall_hours",
            Value::ById(
                world.grid.areas.iter().map(|a| a.name.clone()).zip(self.reserve_short_h.iter().copied()).collect(),
            ),
        );
        put("hashrate_mean_eh_s", mean(self.hash_eh_h));
        put("hashrate_share_mean", ratio(self.hash_eh_h, self.network_eh_h));
        if january.2 > 0.0 {
            put("hashrate_january_2022_eh_s", number(january.0 / january.2));
            put("hashrate_share_january_2022", ratio(january.0, january.1));
        }
        put("pue_mean", ratio(self.mining_mwh, self.machine_mwh));
        put("machine_wear_mean", ratio(self.wear.0, self.wear.1));
        put("btc_mined", by_operator(&|b| b.coin as f64 / 1e8));
        put("network_difficulty_mean", mean(self.difficulty_h));
        put("mining_revenue_usd", by_operator(&|b| b.revenue as f64 / 100.0));
        put("mining_power_cost_usd", by_operator(&|b| b.power as f64 / 100.0));
        put("mining_power_cost_published_tariff_usd", by_operator(&|b| b.power_published as f64 / 100.0));
        put("mining_profit_usd", by_operator(&|b| b.profit(b.power)));
        put("mining_profit_published_tariff_usd", by_operator(&|b| b.profit(b.power_published)));
        put("implicit_subsidy_usd", subsidy(&self.subsidy[0]));
        put("implicit_subsidy_published_tariff_usd", subsidy(&self.subsidy[1]));
        put("implicit_subsidy_all_homes_usd", subsidy(&self.subsidy[2]));
        put("implicit_subsidy_all_homes_published_tariff_usd", subsidy(&self.subsidy[3]));
        put("tax_usd", total(taxes));
        put("machines", total(machines));
        put("emissions_kt_co2", number(self.co2_t / 1e3));
        put("dispatch_fallback_hours", number(self.fallback_h));
        put("dispatch_gap_max", number(self.gap_max));
        put("balance_residual_max", number(self.residual_max));
        out
    }

    /// Lowest, mean and highest hashprice, USD/PH/day.
    pub fn hashprices(&self) -> (f64, f64, f64) {
        let (low, high) = self.hashprice.unwrap_or((0.0, 0.0));
        (low, if self.hours > 0.0 { self.hashprice_h / self.hours } else { 0.0 }, high)
    }
    /// Mean PUE of the region; 1 where nothing was mined.
    pub fn pue(&self) -> f64 {
        if self.machine_mwh > 0.0 { self.mining_mwh / self.machine_mwh } else { 1.0 }
    }
    /// Mean tariff by site: paid and published, USD/kWh.
    pub fn tariffs(&self) -> Vec<(f64, f64)> {
        let hours = self.hours.max(1e-9);
        self.tariff_h.iter().map(|t| (t.0 / hours, t.1 / hours)).collect()
    }
    /// Taxes and levies of all operators in dollars, by kind.
    pub fn taxes(&self) -> Vec<(String, f64)> {
        let (tax, levy) = self.books.iter().fold((0, 0), |s, b| (s.0 + b.tax, s.1 + b.levy));
        vec![("tax".into(), tax as f64 / 100.0), ("levy".into(), levy as f64 / 100.0)]
    }
    /// Books by operator: revenue, channel cost, power at the scenario's rate and at the published tariff, levy, tax, USD.
    pub fn books(&self) -> Vec<[f64; 6]> {
        let usd = |c: i64| c as f64 / 100.0;
        self.books.iter().map(|b| [b.revenue, b.channel, b.power, b.power_published, b.levy, b.tax].map(usd)).collect()
    }
}

/// Shadow prices below this are the dispatcher's rounding, RUB/MWh.
pub const SHADOW_PRICE_FLOOR: f64 = 1e-6;

fn number(x: f64) -> Value {
    Value::Number(x.is_finite().then_some(x))
}

/// A map with its total.
fn total(mut parts: Vec<(String, f64)>) -> Value {
    let sum = parts.iter().map(|p| p.1).sum();
    parts.push(("total".into(), sum));
    Value::ById(parts)
}
