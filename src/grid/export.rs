//! The market of the step last dispatched as a MATPOWER case, for a skeptic to solve elsewhere.
//!
//! Every circuit is a branch with the limit of its hour. Withdrawals (load, mining, losses, less what must run) are the Pd of
//! their buses; each offer is a generator with a linear cost in RUB/h, load that can be given up among them. Limits of controlled
//! sections stand as interface limits (`mpc.if`), which MATPOWER's `toggle_iflims` switches on and others leave out: the notes say
//! which were at their limit. Reserve has no place in the format.

use super::{Grid, GridNow, Line};
use crate::flows::{Dispatch, Load, Supply};
use crate::ids::Id;
use crate::power::{BusKind, Case, CaseBranch, CaseBus, CaseGenerator, CaseInterface, Cost};

/// The case of the step that was dispatched last with this supply and load, or `None` before the first. Costs are in RUB, the
/// unit of the scenario.
pub fn case(
    given: &Grid,
    state: &mut GridNow,
    supply: &Supply,
    load: &Load,
    dispatch: &Dispatch,
    name: &str,
) -> Option<Case> {
    let topology = state.topology.as_ref()?;
    state.numbers.write_rest(given, topology, supply, load);
    let hour = state.numbers.hour();
    let bus = |(n, mw): (usize, &f64)| CaseBus {
        number: n as u32 + 1,
        kind: if n == 0 { BusKind::Reference } else { BusKind::Load },
        demand_mw: *mw,
        shunt_mw: 0.0,
        angle_deg: 0.0,
    };
    let mut branches = Vec::new();
    for (n, line) in given.lines.iter().enumerate() {
        let circuits = topology.key.in_service.get(n).copied().unwrap_or(0);
        let limit = hour.branch_limit_mw.get(n).copied().unwrap_or(f64::INFINITY);
        for number in 1..=line.circuits {
            branches.push(CaseBranch {
                from: line.from.0 + 1,
                to: line.to.0 + 1,
                resistance_pu: line.resistance_pu,
                reactance_pu: line.reactance_pu,
                rating_mw: if circuits > 0 { limit / f64::from(circuits) } else { f64::INFINITY },
                emergency_mw: f64::INFINITY,
                tap: 1.0,
                shift_deg: 0.0,
                in_service: number <= circuits,
                angle_min_deg: f64::NEG_INFINITY,
                angle_max_deg: f64::INFINITY,
            });
        }
    }
    let mut generators = Vec::new();
    for (c, column) in topology.full.columns().iter().enumerate() {
        let (Some(&upper), Some(&cost)) = (hour.upper_mw.get(c), hour.cost_usd_per_mwh.get(c)) else { continue };
        if upper <= 0.0 || column.injection == 0.0 {
            continue;
        }
        let supplies = column.injection > 0.0;
        generators.push(CaseGenerator {
            bus: column.bus as u32 + 1,
            output_mw: 0.0,
            max_mw: if supplies { upper } else { 0.0 },
            min_mw: if supplies { 0.0 } else { -upper },
            in_service: true,
            cost: Cost::Polynomial { constant: 0.0, linear: if supplies { cost } else { -cost }, quadratic: 0.0 },
        });
    }
    let mut notes: Vec<String> =
        given.buses.enumerate().map(|(id, b)| format!("bus {}: {}", id.0 + 1, b.title)).collect();
    notes.push("costs are in RUB; Pd is load, mining and losses less what must run".into());
    let mut interfaces = Vec::new();
    for (n, (section, flow)) in given.sections.iter().zip(dispatch.sections.iter()).enumerate() {
        let number = n as u32 + 1;
        let at_limit = flow.shadow_price.as_rub_per_mwh() > 1e-6;
        let said = if at_limit { "at its limit" } else { "not at its limit" };
        notes.push(format!(
            "interface {number}: section {}, {:.1} of {:.1} MW, {said}",
            section.name, flow.flow_mw, flow.limit_mw
        ));
        let circuits = |&(line, sign): &(usize, f64)| {
            let line = given.lines.get(line).into_iter();
            line.flat_map(Line::branches).map(move |id| (id.index(), sign))
        };
        let limit = |limits: &[f64], none: f64| limits.get(n).copied().unwrap_or(none);
        interfaces.push(CaseInterface {
            number,
            terms: section.lines.iter().flat_map(circuits).collect(),
            lower_mw: limit(hour.section_low_mw, f64::NEG_INFINITY),
            upper_mw: limit(hour.section_high_mw, f64::INFINITY),
        });
    }
    Some(Case {
        name: name.to_owned(),
        base_mva: given.base_mva,
        buses: hour.withdrawal_mw.iter().enumerate().map(bus).collect(),
        generators,
        branches,
        interfaces,
        notes,
    })
}
