//! DC power flow of a case: one snapshot of its tables, or many from arrays.

use super::case::{BusKind, Case, CaseError, Susceptance};
use super::flow::{Sides, TILE};
use super::network::Network;
use super::turn::to_columns;

/// A solved DC power flow of a case.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CaseFlow {
    /// Voltage angle of each bus \[degree\]; an isolated bus keeps the angle of the table.
    pub angle_deg: Vec<f64>,
    /// Flow over each branch \[MW\], positive from → to.
    pub flow_mw: Vec<f64>,
    /// What each reference bus had to add, as (bus number, MW): island by island.
    pub slack_mw: Vec<(u32, f64)>,
}

/// Why arrays and a case do not fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CaseFlowsError {
    /// The case has no network.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// An array has not one row for each snapshot.
    #[error("{what}: {found} values are not {snapshots} rows of {width}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// How many values there are.
        found: usize,
        /// Snapshots, by the loads.
        snapshots: usize,
        /// How long a row is.
        width: usize,
    },
}

/// Snapshots that one thread takes at a time.
const BLOCK: usize = 128;

/// A case made ready for many snapshots: its network and what each bus injects by the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseNetwork {
    network: Network,
    generator_place: Vec<Option<usize>>,
    /// What each bus draws besides demand; demand itself counts where the factor is 1.
    shunt_mw: Vec<f64>,
    demand_counts: Vec<f64>,
    scheduled_mw: Vec<f64>,
}

impl CaseNetwork {
    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Flows of T snapshots \[MW\]: `load_mw` is T × buses, `generator_mw` T × generators (without it the scheduled outputs
    /// of the tables), `flow_mw` T × branches, all row by row in the order of the tables. Reference buses take up the
    /// mismatch. With the feature `parallel` threads share the snapshots; bits do not depend on how.
    ///
    /// # Errors
    /// [`CaseFlowsError::Shape`].
    pub fn flows(
        &self,
        load_mw: &[f64],
        generator_mw: Option<&[f64]>,
        flow_mw: &mut [f64],
    ) -> Result<(), CaseFlowsError> {
        let (buses, branches) = (self.network.bus_count(), self.network.branches().len());
        let generators = self.generator_place.len();
        let snapshots = load_mw.len() / buses.max(1);
        let fits = |what, found: usize, width: usize| {
            if found == snapshots * width {
                Ok(())
            } else {
                Err(CaseFlowsError::Shape { what, found, snapshots, width })
            }
        };
        fits("loads", load_mw.len(), buses)?;
        fits("gens", generator_mw.map_or(snapshots * generators, <[f64]>::len), generators)?;
        fits("flows", flow_mw.len(), branches)?;
        if buses == 0 || branches == 0 {
            return Ok(());
        }
        let wide = pulp::Arch::new();
        each_block(flow_mw, branches * BLOCK, |block, flow| {
            let first = block * BLOCK;
            let count = flow.len() / branches;
            let load = &load_mw[first * buses..(first + count) * buses];
            let output = generator_mw.map(|g| &g[first * generators..(first + count) * generators]);
            wide.dispatch(Block { ready: self, load, output, flow });
        });
        Ok(())
    }

    /// A block of snapshots, a few side by side.
    #[inline(always)]
    fn block(&self, load_mw: &[f64], generator_mw: Option<&[f64]>, flow_mw: &mut [f64]) {
        const LANES: usize = Network::LANES;
        let (buses, generators) = (self.network.bus_count(), self.generator_place.len());
        let branches = self.network.branches().len();
        let mut sides = Sides::<LANES>::new(&self.network);
        for (side, flow) in flow_mw.chunks_mut(branches * LANES).enumerate() {
            // Lanes beyond the last snapshot keep what they had; nobody reads them.
            let count = flow.len() / branches;
            let load = &load_mw[side * LANES * buses..][..count * buses];
            let (angle, tile, _) = sides.parts();
            let tiles = self.network.place.chunks(TILE).zip(self.shunt_mw.chunks(TILE));
            for (k, ((places, shunt_mw), counts)) in tiles.zip(self.demand_counts.chunks(TILE)).enumerate() {
                to_columns(load, buses, k * TILE, &mut tile[..places.len()]);
                let buses = places.iter().zip(shunt_mw).zip(counts);
                for (((&place, shunt), counts), load) in buses.zip(tile.iter()) {
                    let injection = &mut angle[place as usize];
                    for lane in 0..LANES {
                        injection[lane] = -shunt - counts * load[lane];
                    }
                }
            }
            match generator_mw {
                None => {
                    for (&place, &scheduled) in self.network.place.iter().zip(&self.scheduled_mw) {
                        angle[place as usize].iter_mut().for_each(|mw| *mw += scheduled);
                    }
                }
                Some(output) => {
                    let output = &output[side * LANES * generators..][..count * generators];
                    for (k, places) in self.generator_place.chunks(TILE).enumerate() {
                        to_columns(output, generators, k * TILE, &mut tile[..places.len()]);
                        for (place, output) in places.iter().zip(tile.iter()) {
                            let Some(bus) = *place else { continue };
                            let injection = &mut angle[self.network.place[bus] as usize];
                            for lane in 0..LANES {
                                injection[lane] += output[lane];
                            }
                        }
                    }
                }
            }
            self.network.flow_of_sides(&mut sides, flow);
        }
    }
}

/// A block of snapshots, in the widest vector units of the machine.
struct Block<'a> {
    ready: &'a CaseNetwork,
    load: &'a [f64],
    output: Option<&'a [f64]>,
    flow: &'a mut [f64],
}

impl pulp::WithSimd for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.ready.block(self.load, self.output, self.flow);
    }
}

#[cfg(feature = "parallel")]
fn each_block(out: &mut [f64], size: usize, work: impl Fn(usize, &mut [f64]) + Sync + Send) {
    use rayon::iter::{IndexedParallelIterator, ParallelIterator};
    use rayon::slice::ParallelSliceMut;
    out.par_chunks_mut(size).enumerate().for_each(|(block, part)| work(block, part));
}

#[cfg(not(feature = "parallel"))]
fn each_block(out: &mut [f64], size: usize, work: impl Fn(usize, &mut [f64])) {
    out.chunks_mut(size).enumerate().for_each(|(block, part)| work(block, part));
}

impl Case {
    /// Makes the case ready for many snapshots, by MATPOWER's rule.
    ///
    /// # Errors
    /// As [`Case::network`].
    pub fn for_flows(&self) -> Result<CaseNetwork, CaseError> {
        let generator_place = self.generator_places()?;
        let mut scheduled_mw = vec![0.0; self.buses.len()];
        for (generator, place) in self.generators.iter().zip(&generator_place) {
            if let Some(bus) = *place {
                scheduled_mw[bus] += generator.output_mw;
            }
        }
        let connected = |bus: &super::case::CaseBus| f64::from(u8::from(bus.kind != BusKind::Isolated));
        Ok(CaseNetwork {
            network: self.network(Susceptance::Matpower)?,
            generator_place,
            shunt_mw: self.buses.iter().map(|bus| connected(bus) * bus.shunt_mw).collect(),
            demand_counts: self.buses.iter().map(connected).collect(),
            scheduled_mw,
        })
    }

    /// The DC power flow by MATPOWER's rule; each island's reference bus takes up the mismatch and keeps the table's angle.
    ///
    /// ```
    /// let text = "function mpc = pair\nmpc.version = '2';\nmpc.baseMVA = 100;\n\
    ///     mpc.bus = [1 3 0 0 0 0 1 1 0 220 1 1.1 0.9; 2 1 50 0 0 0 1 1 0 220 1 1.1 0.9];\n\
    ///     mpc.gen = [1 0 0 0 0 1 100 1 80 0];\n\
    ///     mpc.branch = [1 2 0 0.1 0 0 0 0 0 0 1 -360 360];\n";
    /// let flow = hashwatt::power::Case::from_matpower(text)?.flow()?;
    /// assert_eq!(flow.flow_mw, [50.0]);
    /// assert_eq!(flow.slack_mw, [(1, 50.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Case::network`].
    pub fn flow(&self) -> Result<CaseFlow, CaseError> {
        let network = self.network(Susceptance::Matpower)?;
        let injection = self.injections()?;
        let mut flow_mw = vec![0.0; self.branches.len()];
        let mut angle_rad = vec![0.0; self.buses.len()];
        network.flow(&injection, &mut flow_mw);
        network.angles(&injection, &mut angle_rad);
        let mut mismatch = vec![0.0; network.references().len()];
        for (&island, mw) in network.island_of().iter().zip(&injection) {
            mismatch[island as usize] -= mw;
        }
        let reference_deg = |bus: usize| self.buses[network.references()[network.island_of()[bus] as usize]].angle_deg;
        let angle_deg = (0..self.buses.len()).map(|bus| reference_deg(bus) + angle_rad[bus].to_degrees()).collect();
        let slack_mw =
            network.references().iter().zip(mismatch).map(|(&bus, mw)| (self.buses[bus].number, mw)).collect();
        Ok(CaseFlow { angle_deg, flow_mw, slack_mw })
    }
}
