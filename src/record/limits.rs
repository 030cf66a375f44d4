//! How hard branches and controlled sections worked: loadings, hours near and at limits, shadow prices.

use super::BranchRow;
use super::tally::SHADOW_PRICE_FLOOR;
use crate::ids::Id;
use crate::region::Region;
use crate::step::Step;

/// Running figures of one limit.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    max_loading_pct: f64,
    max_flow_mw: f64,
    above_90_h: f64,
    at_limit_h: f64,
    insecure_h: f64,
    shadow_sum: f64,
    limit_h: f64,
    hours: f64,
}

impl Watch {
    fn add(&mut self, flow: f64, limit: f64, shadow: f64, h: f64) {
        let loading = if limit > 0.0 { 100.0 * flow.abs() / limit } else { 0.0 };
        self.max_loading_pct = self.max_loading_pct.max(loading);
        self.max_flow_mw = self.max_flow_mw.max(flow.abs());
        self.above_90_h += if loading > 90.0 { h } else { 0.0 };
        if shadow > SHADOW_PRICE_FLOOR {
            self.at_limit_h += h;
            self.shadow_sum += shadow * h;
        }
        self.limit_h += limit * h;
        self.hours += h;
    }
    fn row(&self, id: String, kind: &'static str, name: String) -> BranchRow {
        let limit_mw = if self.hours > 0.0 { self.limit_h / self.hours } else { 0.0 };
        BranchRow {
            id,
            kind,
            name,
            limit_mw,
            limit_low_mw: limit_mw,
            limit_high_mw: limit_mw,
            limit_assumed: true,
            max_loading_pct: self.max_loading_pct,
            max_flow_mw: self.max_flow_mw,
            hours_above_90pct: self.above_90_h,
            hours_at_limit: self.at_limit_h,
            hours_insecure: self.insecure_h,
            shadow_price_rub_per_mwh: if self.at_limit_h > 0.0 { self.shadow_sum / self.at_limit_h } else { 0.0 },
        }
    }
}

/// Watches every branch and section of the network.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    branches: Vec<Watch>,
    sections: Vec<Watch>,
    /// Thermal factor of the step by climate site.
    factors: Vec<f64>,
}

impl Limits {
    /// Adds a step.
    pub fn record(&mut self, world: &Region, step: &Step) {
        let h = step.now.span.as_hours();
        let d = &step.dispatch;
        self.branches.resize(d.branch_mw.len(), Watch::default());
        self.sections.resize(d.sections.len(), Watch::default());
        let circuits = world.grid.branches.iter();
        self.factors.clear();
        self.factors.extend(step.sky.air.iter().map(|air| world.grid.thermal_factor.at(air.dry_bulb)));
        for ((watch, circuit), (flow, shadow)) in
            self.branches.iter_mut().zip(circuits).zip(d.branch_mw.iter().zip(&d.branch_shadow))
        {
            let Some(line) = world.grid.lines.get(circuit.line) else { continue };
            let factor = self.factors.get(world.grid.buses[line.from].climate_site.index()).copied().unwrap_or(1.0);
            watch.add(*flow, line.limit(factor).as_mw(), *shadow, h);
        }
        let insecure = |line: usize| d.overloads.iter().any(|o| o.line == line && o.armed_mw.is_none());
        if !d.overloads.is_empty() {
            for ((watch, circuit), flow) in self.branches.iter_mut().zip(world.grid.branches.iter()).zip(&d.branch_mw) {
                watch.insecure_h += if *flow != 0.0 && insecure(circuit.line) { h } else { 0.0 };
            }
        }
        for (watch, s) in self.sections.iter_mut().zip(d.sections.iter()) {
            watch.add(s.flow_mw, s.limit_mw, s.shadow_price.as_rub_per_mwh(), h);
        }
    }
    /// The table: sections first, then branches in the network's order.
    pub fn finish(&self, world: &Region) -> Vec<BranchRow> {
        let mut rows = Vec::new();
        for (watch, section) in self.sections.iter().zip(world.atlas.interfaces.iter()) {
            let mut row = watch.row(section.id.clone(), "interface", section.name.clone());
            row.limit_low_mw = section.low_mw;
            row.limit_high_mw = section.high_mw;
            row.limit_assumed = section.assumed;
            rows.push(row);
        }
        for (watch, line) in self.branches.iter().zip(world.atlas.branches.iter()) {
            rows.push(watch.row(line.id.clone(), "branch", line.name.clone()));
        }
        rows
    }
}
