//! Losses of the network as load at its buses.
//!
//! A dispatch that counted `r·f²` exactly would not be linear. Losses here are those of the flows of the step before, half
//! of each line's at either end; they are fixed before the dispatch and so are part of its balance to the last digit. Error:
//! the change of losses within one step, some MW out of some hundred. Only the modeled network's losses are meant: what is
//! lost below it is inside the metered load.

use super::Grid;
use crate::ids::Id;

/// Fills the losses by bus, MW, of line flows, MW, with so many circuits in service on each line.
pub(super) fn of_flows(given: &Grid, flow_mw: &[f64], in_service: &[u32], loss_mw: &mut [f64]) {
    loss_mw.fill(0.0);
    for ((line, flow), circuits) in given.lines.iter().zip(flow_mw).zip(in_service) {
        let half = 0.5 * line.loss_mw(*flow, *circuits, given.base_mva);
        for end in [line.from, line.to] {
            if let Some(loss) = loss_mw.get_mut(end.index()) {
                *loss += half;
            }
        }
    }
}
