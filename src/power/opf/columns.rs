//! What a formulation collects: columns of generators and shedding, pieces of costs, angle limits as limits of flow.

use super::formulation::Owner;
use crate::power::case::{Case, Susceptance};
use crate::power::market::Column;
use crate::power::network::Network;

/// Columns while they are collected.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) column: Vec<Column>,
    pub(super) owner: Vec<Owner>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) linear: Vec<f64>,
    pub(super) quadratic: Vec<f64>,
}

impl Columns {
    pub(super) fn push(&mut self, owner: Owner, bus: usize, (lower, upper): (f64, f64), linear: f64, quadratic: f64) {
        self.column.push(Column::supply(bus));
        self.owner.push(owner);
        self.lower.push(lower);
        self.upper.push(upper);
        self.linear.push(linear);
        self.quadratic.push(quadratic);
    }
}

/// Angle-difference limits as limits of flow.
#[derive(Default)]
pub(super) struct AngleSections {
    pub(super) branch: Vec<usize>,
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
}

impl AngleSections {
    pub(super) fn collect(&mut self, case: &Case, network: &Network, rule: Susceptance) {
        for (k, (row, branch)) in case.branches.iter().zip(network.branches()).enumerate() {
            let limited = row.angle_min_deg.is_finite() || row.angle_max_deg.is_finite();
            if !(branch.in_service && limited) {
                continue;
            }
            let shift = if rule == Susceptance::Dcp { 0.0 } else { branch.shift_rad };
            let at = |deg: f64| branch.susceptance_mw_per_rad * (deg.to_radians() - shift);
            let (a, b) = (at(row.angle_min_deg), at(row.angle_max_deg));
            self.branch.push(k);
            self.low.push(a.min(b));
            self.high.push(a.max(b));
        }
    }
}

/// A piecewise cost at one output, outer lines continued.
pub(super) fn piecewise_at(points: &[(f64, f64)], mw: f64) -> f64 {
    let after = points.iter().position(|p| p.0 > mw).unwrap_or(points.len());
    let i = after.clamp(1, points.len() - 1);
    let ((x0, y0), (x1, y1)) = (points[i - 1], points[i]);
    y0 + (y1 - y0) / (x1 - x0) * (mw - x0)
}

/// The pieces between two outputs, as (width, slope).
pub(super) fn segments(points: &[(f64, f64)], low: f64, high: f64) -> Vec<(f64, f64)> {
    let mut pieces = Vec::new();
    let last = points.len() - 2;
    for (i, w) in points.windows(2).enumerate() {
        let begin = if i == 0 { low } else { w[0].0.max(low) };
        let end = if i == last { high } else { w[1].0.min(high) };
        if end > begin {
            pieces.push((end - begin, (w[1].1 - w[0].1) / (w[1].0 - w[0].0)));
        }
    }
    pieces
}
