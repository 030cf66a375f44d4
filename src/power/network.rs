//! A network as DC flow sees it: buses, branches, islands, each with a reference, and the factored susceptance matrix.
//!
//! Flow over branch k from f to t: `P = b (θf − θt − φ)`, b in MW per radian, positive from f to t (Stott, Jardim and
//! Alsaç 2009, "DC power flow revisited"). Resistance and charging do not enter.

use super::ldl::{Ldl, Singular};

/// One branch: a line, a transformer, a series capacitor (negative b), by bus position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch {
    /// The bus it starts at.
    pub from: usize,
    /// The bus it ends at.
    pub to: usize,
    /// b \[MW/rad\].
    pub susceptance_mw_per_rad: f64,
    /// Phase shift φ \[rad\], as of an ideal shifter at the from end.
    pub shift_rad: f64,
    /// Whether it carries anything.
    pub in_service: bool,
}

impl Branch {
    /// A branch in service without phase shift, of reactance `x` \[p.u.\] and off-nominal turns ratio `tap`:
    /// b = base / (x · tap).
    pub fn from_reactance(from: usize, to: usize, x_pu: f64, tap: f64, base_mva: f64) -> Self {
        Self { from, to, susceptance_mw_per_rad: base_mva / (x_pu * tap), shift_rad: 0.0, in_service: true }
    }

    /// The same branch with a phase shift \[rad\].
    #[must_use]
    pub fn with_shift_rad(mut self, shift_rad: f64) -> Self {
        self.shift_rad = shift_rad;
        self
    }

    /// The same branch, in service or not.
    #[must_use]
    pub fn with_service(mut self, in_service: bool) -> Self {
        self.in_service = in_service;
        self
    }
}

/// Why buses and branches do not make a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// A branch names a bus that is not there, or both its ends are one bus.
    #[error("branch {branch} joins bus {from} and bus {to} of {buses}")]
    Ends {
        /// The branch's position.
        branch: usize,
        /// Its from end.
        from: usize,
        /// Its to end.
        to: usize,
        /// How many buses there are.
        buses: usize,
    },
    /// A branch in service has no finite, nonzero susceptance, or no finite phase shift.
    #[error("branch row {} has susceptance {susceptance_mw_per_rad} MW/rad", branch + 1)]
    Susceptance {
        /// The branch's position.
        branch: usize,
        /// What it has.
        susceptance_mw_per_rad: f64,
    },
    /// Reactances of both signs cancel: angles at this bus are not determined.
    #[error("the susceptances around bus {bus} cancel: its angle is not determined")]
    Undetermined {
        /// The bus's position.
        bus: usize,
    },
}

/// Buses and branches, immutable, factored once.
///
/// ```
/// use hashwatt::power::{Branch, Network};
/// // Three buses in a ring of equal reactance: two thirds of a transfer take the short way.
/// let ring = [(0, 1), (1, 2), (0, 2)].map(|(f, t)| Branch::from_reactance(f, t, 0.1, 1.0, 100.0));
/// let network = Network::new(3, ring.to_vec(), &[])?;
/// let mut flow = [0.0; 3];
/// network.flow(&[90.0, -90.0, 0.0], &mut flow);
/// assert!((flow[0] - 60.0).abs() < 1e-9 && (flow[2] - 30.0).abs() < 1e-9);
/// # Ok::<(), hashwatt::power::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    branches: Vec<Branch>,
    island: Vec<u32>,
    reference: Vec<usize>,
    pub(super) ldl: Ldl,
    /// The place of each bus in a solution; reference buses share the last place, whose angle is zero.
    pub(super) place: Vec<u32>,
    /// The ends of each branch by place and its susceptance (0 when out of service).
    pub(super) ends: Vec<(u32, u32)>,
    pub(super) susceptance: Vec<f64>,
    /// b φ of each branch \[MW\].
    pub(super) shift_mw: Vec<f64>,
    /// The branches at each bus, with the sign of what they take away: `at_bus[first_at[b]..first_at[b + 1]]`.
    first_at: Vec<u32>,
    at_bus: Vec<(u32, f64)>,
}

impl Network {
    /// Finds the islands, gives each a reference bus (the first of `references` in it, else its lowest bus) and factors
    /// the susceptance matrix. Buses and branches keep the order they are given in.
    ///
    /// # Errors
    /// Ends outside the network, susceptances that are zero or not finite, angles that are not determined.
    pub fn new(buses: usize, branches: Vec<Branch>, references: &[usize]) -> Result<Self, NetworkError> {
        for (k, b) in branches.iter().enumerate() {
            if b.from >= buses || b.to >= buses || (b.from == b.to && b.in_service) {
                return Err(NetworkError::Ends { branch: k, from: b.from, to: b.to, buses });
            }
            let sound = b.susceptance_mw_per_rad.is_finite() && b.susceptance_mw_per_rad != 0.0;
            if b.in_service && !(sound && b.shift_rad.is_finite()) {
                return Err(NetworkError::Susceptance { branch: k, susceptance_mw_per_rad: b.susceptance_mw_per_rad });
            }
        }
        let (island, mut reference) = islands(buses, &branches);
        let mut named = vec![false; reference.len()];
        for &bus in references.iter().filter(|&&bus| bus < buses) {
            let i = island[bus] as usize;
            if !named[i] {
                named[i] = true;
                reference[i] = bus;
            }
        }

        let is_reference: Vec<bool> = {
            let mut flags = vec![false; buses];
            for &bus in &reference {
                flags[bus] = true;
            }
            flags
        };
        let unknowns: Vec<usize> = (0..buses).filter(|&bus| !is_reference[bus]).collect();
        let mut unknown_of = vec![usize::MAX; buses];
        for (u, &bus) in unknowns.iter().enumerate() {
            unknown_of[bus] = u;
        }
        let mut diagonal = vec![0.0; unknowns.len()];
        let mut off_diagonal = Vec::with_capacity(branches.len());
        for b in branches.iter().filter(|b| b.in_service) {
            let (f, t) = (unknown_of[b.from], unknown_of[b.to]);
            for end in [f, t].into_iter().filter(|&u| u != usize::MAX) {
                diagonal[end] += b.susceptance_mw_per_rad;
            }
            if f != usize::MAX && t != usize::MAX {
                off_diagonal.push((f, t, -b.susceptance_mw_per_rad));
            }
        }
        let ldl = Ldl::factor(&diagonal, &off_diagonal).map_err(|Singular { node }| NetworkError::Undetermined {
            bus: unknowns.get(node).copied().unwrap_or(0),
        })?;
        let place: Vec<u32> = unknown_of
            .iter()
            .map(|&u| if u == usize::MAX { unknowns.len() as u32 } else { ldl.position()[u] })
            .collect();
        let ends = branches.iter().map(|b| (place[b.from], place[b.to])).collect();
        let carried = |b: &Branch| {
            if b.in_service { b.susceptance_mw_per_rad } else { 0.0 }
        };
        let susceptance: Vec<f64> = branches.iter().map(carried).collect();
        let shift_mw = branches.iter().map(|b| if b.in_service { carried(b) * b.shift_rad } else { 0.0 }).collect();
        let (first_at, at_bus) = incidence(buses, &branches);
        Ok(Self { branches, island, reference, ldl, place, ends, susceptance, shift_mw, first_at, at_bus })
    }

    /// How many buses there are.
    pub fn bus_count(&self) -> usize {
        self.island.len()
    }

    /// The branches, in the order given.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The island each bus is in, islands numbered by their lowest bus.
    pub fn island_of(&self) -> &[u32] {
        &self.island
    }

    /// The reference bus of each island.
    pub fn references(&self) -> &[usize] {
        &self.reference
    }

    /// Takes from each bus what its branches carry away: `left_b −= Σ out of b − Σ into b`.
    #[inline(always)]
    pub(super) fn carry_away<const W: usize>(&self, by_branch: &[[f64; W]], left: &mut [[f64; W]]) {
        for (left, ends) in left.iter_mut().zip(self.first_at.windows(2)) {
            let mut away = [0.0; W];
            for &(branch, sign) in &self.at_bus[ends[0] as usize..ends[1] as usize] {
                let flow = &by_branch[branch as usize];
                for lane in 0..W {
                    away[lane] += sign * flow[lane];
                }
            }
            for lane in 0..W {
                left[lane] -= away[lane];
            }
        }
    }

    /// How long an angle vector by place is: one place for each unknown, and the shared one of the references.
    pub(super) fn places(&self) -> usize {
        self.ldl.len() + 1
    }
}

/// The branches in service at each bus, as a list of lists.
fn incidence(buses: usize, branches: &[Branch]) -> (Vec<u32>, Vec<(u32, f64)>) {
    let mut lists = vec![Vec::new(); buses];
    for (k, b) in branches.iter().enumerate().filter(|(_, b)| b.in_service) {
        lists[b.from].push((k as u32, 1.0));
        lists[b.to].push((k as u32, -1.0));
    }
    let mut first = vec![0];
    for list in &lists {
        first.push(first.last().copied().unwrap_or(0) + list.len() as u32);
    }
    (first, lists.concat())
}

/// The island of each bus and the lowest bus of each island.
fn islands(buses: usize, branches: &[Branch]) -> (Vec<u32>, Vec<usize>) {
    fn find(root: &mut [usize], mut bus: usize) -> usize {
        while root[bus] != bus {
            root[bus] = root[root[bus]];
            bus = root[bus];
        }
        bus
    }
    let mut root: Vec<usize> = (0..buses).collect();
    for b in branches.iter().filter(|b| b.in_service) {
        let (f, t) = (find(&mut root, b.from), find(&mut root, b.to));
        root[f.max(t)] = f.min(t);
    }
    let mut lowest = Vec::new();
    let mut island = vec![0_u32; buses];
    for bus in 0..buses {
        let r = find(&mut root, bus);
        if r == bus {
            island[bus] = lowest.len() as u32;
            lowest.push(bus);
        } else {
            island[bus] = island[r];
        }
    }
    (island, lowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: usize, to: usize) -> Branch {
        Branch::from_reactance(from, to, 0.2, 1.0, 100.0)
    }

    #[test]
    fn islands_are_found_and_each_has_a_reference() {
        let branches = vec![line(0, 1), line(3, 4), line(1, 3).with_service(false)];
        let network = Network::new(5, branches, &[4]).unwrap();
        assert_eq!(network.island_of(), [0, 0, 1, 2, 2]);
        assert_eq!(network.references(), [0, 2, 4]);
    }

    #[test]
    fn what_is_no_network_is_refused_with_its_reason() {
        assert!(matches!(Network::new(2, vec![line(0, 2)], &[]), Err(NetworkError::Ends { branch: 0, .. })));
        let dead = Branch::from_reactance(0, 1, 0.0, 1.0, 100.0);
        assert!(matches!(Network::new(2, vec![dead], &[]), Err(NetworkError::Susceptance { branch: 0, .. })));
        let capacitor = Branch::from_reactance(0, 1, -0.2, 1.0, 100.0);
        let cancel = Network::new(2, vec![line(0, 1), capacitor], &[]);
        assert_eq!(cancel, Err(NetworkError::Undetermined { bus: 1 }));
    }
}
