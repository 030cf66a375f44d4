//! An hour on the network as a linear program: units, releases of the large reservoirs and load not served, with a row for each
//! line that was overloaded without one.

use super::YearError;
use super::operation::Operation;
use crate::water::simplex::{self, Basis, Program, Row};

/// Lines that an hour's program keeps from the hours before.
const MOST_LINES: usize = 4;

/// The linear program of bound hours, kept from hour to hour.
pub(super) struct Bound {
    program: Program,
    /// Where a unit of each column is fed in, by node.
    at: Vec<Vec<f64>>,
    /// Lines that have a row, in the order of the rows after the balance.
    lines: Vec<usize>,
    /// Rows before those of lines: the balance, and the turbines of each small reservoir.
    first_line: usize,
    basis: Basis,
    fixed: Vec<f64>,
}

/// What a small reservoir may keep in an hour (m³/s; negative: give), and what a m³/s kept is worth.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pond {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) worth: f64,
}

impl Operation<'_> {
    /// The line most overloaded, if any, with its flow.
    pub(super) fn overloaded(&self, injection: &[f64]) -> Option<(usize, f64)> {
        let mut worst = None;
        let mut most = 1e-6;
        for (k, (row, line)) in self.factors.iter().zip(&self.system.lines).enumerate() {
            let flow: f64 = row.iter().zip(injection).map(|(f, p)| f * p).sum();
            let over = flow.abs() - line.limit_mw;
            if over > most {
                most = over;
                worst = Some((k, flow));
            }
        }
        worst
    }

    /// The linear program of an hour without any line: units, releases of large reservoirs, what each small one keeps and spills,
    /// load not served by node.
    pub(super) fn bound(&self) -> Bound {
        let (system, basins) = (self.system, &self.values.basins);
        let unit = |bus: usize| {
            let mut v = vec![0.0; system.nodes];
            v[bus] = 1.0;
            v
        };
        let mut at: Vec<Vec<f64>> = system.thermal.iter().map(|u| unit(u.bus)).collect();
        for basin in basins {
            let mut v = vec![0.0; system.nodes];
            for r in std::iter::once(&basin.head).chain(&basin.passes).map(|i| &system.reservoirs[*i]) {
                v[r.bus] += r.mw_per_cms;
            }
            at.push(v);
        }
        // What a small reservoir keeps is missing below it too; what it spills is missing in its own turbines only.
        for basin in basins {
            for (k, p) in basin.passes.iter().enumerate() {
                let mut v = vec![0.0; system.nodes];
                for r in basin.passes[k..].iter().map(|i| &system.reservoirs[*i]) {
                    v[r.bus] -= r.mw_per_cms;
                }
                at.push(v);
                let r = &system.reservoirs[*p];
                at.push(unit(r.bus).into_iter().map(|x| -r.mw_per_cms * x).collect());
            }
        }
        let first_shed = at.len();
        at.extend((0..system.nodes).map(unit));
        let zeros = vec![0.0; at.len()];
        let mut program = Program { cost: zeros.clone(), lower: zeros.clone(), upper: zeros, rows: Vec::new() };
        for (j, u) in system.thermal.iter().enumerate() {
            (program.cost[j], program.upper[j]) = (u.cost, u.pmax_mw);
        }
        for cost in &mut program.cost[first_shed..] {
            *cost = system.voll;
        }
        let terms = at.iter().enumerate().map(|(j, v)| (j, v.iter().sum::<f64>())).collect();
        program.rows.push(Row { terms, low: 0.0, high: 0.0 });
        let mut column = system.thermal.len() + basins.len();
        for (b, basin) in basins.iter().enumerate() {
            let mut terms = vec![(system.thermal.len() + b, 1.0)];
            for p in &basin.passes {
                // Through its turbines goes what comes, less what is kept here and above, less what is spilled here.
                terms.push((column, -1.0));
                let mut here = terms.clone();
                here.push((column + 1, -1.0));
                program.upper[column + 1] = system.reservoirs[*p].spill_max;
                program.rows.push(Row { terms: here, low: 0.0, high: 0.0 });
                column += 2;
            }
        }
        let first_line = program.rows.len();
        Bound { program, at, lines: Vec::new(), first_line, basis: Basis::default(), fixed: vec![0.0; system.nodes] }
    }

    /// An hour on the network: least cost with a m³/s of each large reservoir at its price. Returns the cost without the water's.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn bound_hour(
        &self,
        bound: &mut Bound,
        loads: &[f64],
        inflow: &[f64],
        low: &[f64; 2],
        high: &[f64; 2],
        water: &[f64; 2],
        ponds: &[Pond],
        q: &mut [f64; 2],
        kept: &mut [f64],
        shed: &mut [f64],
    ) -> Result<f64, YearError> {
        let (system, basins) = (self.system, &self.values.basins);
        let (nt, nb) = (system.thermal.len(), basins.len());
        for (at, load) in bound.fixed.iter_mut().zip(loads) {
            *at = -load;
        }
        self.inject(&[0.0; 2], inflow, 1.0, &mut bound.fixed);
        if bound.lines.len() > MOST_LINES {
            bound.lines.clear();
            bound.program.rows.truncate(bound.first_line);
            bound.basis = Basis::default();
        }
        let program = &mut bound.program;
        for b in 0..nb {
            program.cost[nt + b] = water[b];
            (program.lower[nt + b], program.upper[nt + b]) = (low[b], high[b]);
        }
        let first_shed = program.upper.len() - system.nodes;
        program.upper[first_shed..].copy_from_slice(loads);
        let mut row = 1;
        for (b, basin) in basins.iter().enumerate() {
            let mut own = 0.0;
            for p in &basin.passes {
                let r = &system.reservoirs[*p];
                own += inflow[*p];
                // Where too little or too much comes to keep to its turbines, what comes is what goes.
                program.rows[row].low = (r.qmin - own).min(high[b]);
                program.rows[row].high = (r.qmax - own).max(low[b]);
                let column = nt + nb + 2 * (row - 1);
                // Without a pond to use it passes on what it receives.
                let pond = ponds.get(row - 1).copied().unwrap_or_default();
                (program.lower[column], program.upper[column], program.cost[column]) =
                    (pond.low, pond.high, -pond.worth);
                row += 1;
            }
        }
        let balance = -bound.fixed.iter().sum::<f64>();
        (program.rows[0].low, program.rows[0].high) = (balance, balance);
        for (row, &line) in program.rows[bound.first_line..].iter_mut().zip(&bound.lines) {
            let here: f64 = self.factors[line].iter().zip(&bound.fixed).map(|(f, a)| f * a).sum();
            let limit = system.lines[line].limit_mw;
            (row.low, row.high) = (-limit - here, limit - here);
        }
        let mut injection = vec![0.0; system.nodes];
        for _ in 0..4 * system.lines.len() + 4 {
            let best = simplex::solve(program, &mut bound.basis)
                .map_err(|e| YearError::Unfit(format!("an hour has no dispatch ({e:?})")))?;
            injection.copy_from_slice(&bound.fixed);
            for (v, x) in bound.at.iter().zip(&best.x).filter(|(_, x)| **x != 0.0) {
                for (i, a) in injection.iter_mut().zip(v) {
                    *i += a * x;
                }
            }
            let Some((line, _)) = self.overloaded(&injection) else {
                for (b, q) in q.iter_mut().enumerate().take(nb) {
                    *q = best.x[nt + b];
                }
                shed.copy_from_slice(&best.x[first_shed..]);
                for (k, kept) in kept.iter_mut().enumerate() {
                    *kept = best.x[nt + nb + 2 * k];
                }
                let paid: f64 = (nt..first_shed).map(|j| program.cost[j] * best.x[j]).sum();
                return Ok(best.objective - paid);
            };
            let row = &self.factors[line];
            let of = |v: &[f64]| row.iter().zip(v).map(|(f, a)| f * a).sum::<f64>();
            let here = of(&bound.fixed);
            let limit = system.lines[line].limit_mw;
            let terms = bound.at.iter().enumerate().map(|(j, v)| (j, of(v))).collect();
            program.rows.push(Row { terms, low: -limit - here, high: limit - here });
            bound.lines.push(line);
        }
        Err(YearError::Unfit("an hour's lines were not all held".into()))
    }

    /// Least cost of an hour with water at its prices, the water's included.
    pub(super) fn least_cost(
        &self,
        program: &mut Bound,
        loads: &[f64],
        inflow: &[f64],
        water: &[f64; 2],
    ) -> Result<f64, YearError> {
        let bounds = self.bounds();
        let (low, high) = (bounds.map(|b| b.0), bounds.map(|b| b.1));
        let (mut q, mut shed) = ([0.0; 2], vec![0.0; self.system.nodes]);
        let cost = self.bound_hour(program, loads, inflow, &low, &high, water, &[], &mut q, &mut [], &mut shed)?;
        Ok(cost + water[0] * q[0] + water[1] * q[1])
    }
}
