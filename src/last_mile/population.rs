//! Who hangs on which transformer: homes, sizes, phases, and the homes that mine.
//!
//! Every transformer of a settlement is drawn: its homes (lognormal), its size (the next standard one above what was built
//! per home, enlarged where homes and the mining of before would have tripped it in an ordinary winter), how its homes load
//! it, how unevenly they lie on the phases. Mining homes fall at random on homes, each on one
//! phase; they have an order, so that more mining is more mining homes and never other ones. The transformers are then sorted
//! by the load to expect and gathered: the most strained stand alone, the others in strata that grow toward the light end,
//! each represented by its middle member with the mean homes of the stratum. Homes are conserved exactly.

use super::load::Class;
use super::{LastMile, Settlement};
use crate::random::{Member, Seed, Stream};

/// Standard sizes of distribution transformers, kVA.
pub const SIZES_KVA: [f64; 10] = [25.0, 40.0, 63.0, 100.0, 160.0, 250.0, 400.0, 630.0, 1000.0, 1600.0];

/// Power factor of homes and machines.
pub const POWER_FACTOR: f64 = 0.97;

/// A state of the last mile: one transformer that stands for some alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its settlement.
    pub settlement: usize,
    /// How many transformers it stands for.
    pub count: f64,
    /// Homes on each.
    pub homes: f64,
    /// Size, kVA.
    pub kva: f64,
    /// Its homes' load over the mean home's.
    pub load_factor: f64,
    /// Share of its homes on each phase, times three.
    pub phase: [f64; 3],
    /// Mining homes: their place in the order of the settlement, and their phase; sorted.
    pub miners: Vec<(u32, u8)>,
    /// Of them, active by phase.
    pub active: [f64; 3],
    /// Outages not yet mended: share of its homes, minute of the end.
    pub out: Vec<(f64, i64)>,
    /// Trips since its size was last changed.
    pub trips: u32,
    /// Normal life lost until the day began, hours.
    pub life_lost_h: f64,
}

impl Unit {
    /// Share of its homes without power.
    pub fn dark(&self) -> f64 {
        self.out.iter().map(|o| o.0).sum::<f64>().min(1.0)
    }
    /// Active mining homes.
    pub fn mining_homes(&self) -> f64 {
        self.active.iter().sum()
    }
    /// Counts the mining homes that come before a place in the order.
    pub fn activate(&mut self, before: u32) {
        self.active = [0.0; 3];
        for (_, phase) in self.miners.iter().take_while(|m| m.0 < before) {
            if let Some(n) = self.active.get_mut(usize::from(*phase)) {
                *n += 1.0;
            }
        }
    }
}

/// A transformer as drawn.
struct Drawn {
    homes: f64,
    kva: f64,
    load_factor: f64,
    phase: [f64; 3],
    miners: Vec<(u32, u8)>,
    expected: f64,
}

/// Homes of a settlement that can mine: for four times the mining of the start, and no more than may mine at all. Beyond it each
/// mining home takes more.
pub fn most_mining(given: &LastMile, settlement: &Settlement) -> u32 {
    let most =
        (4.0 * settlement.mining_start_kw / given.mining_home_kw).min(settlement.homes * given.most_mining_homes);
    libm::ceil(most).max(0.0) as u32
}

/// The states of one settlement, at most `states` of them.
pub fn draw(given: &LastMile, at: usize, seed: Seed, member: Member, states: usize) -> Vec<Unit> {
    let Some(settlement) = given.settlements.get(at) else { return Vec::new() };
    let Some(class) = given.classes.get(settlement.class) else { return Vec::new() };
    let all = transformers(given, settlement, class, seed, member);
    let strata = strata(all.len(), states);
    let mut from = 0;
    let mut units = Vec::with_capacity(strata.len());
    for size in strata {
        let Some(group) = all.get(from..from + size) else { break };
        let mean_homes = group.iter().map(|d| d.homes).sum::<f64>() / size as f64;
        if let Some(middle) = group.get(size / 2) {
            units.push(Unit {
                settlement: at,
                count: size as f64,
                homes: mean_homes,
                kva: middle.kva * mean_homes / middle.homes,
                load_factor: middle.load_factor,
                phase: middle.phase,
                miners: middle.miners.clone(),
                active: [0.0; 3],
                out: Vec::new(),
                trips: 0,
                life_lost_h: 0.0,
            });
        }
        from += size;
    }
    units
}

/// All transformers of a settlement, the most strained first.
fn transformers(given: &LastMile, settlement: &Settlement, class: &Class, seed: Seed, member: Member) -> Vec<Drawn> {
    let count = libm::round(settlement.homes / class.homes_per_transformer).max(1.0) as u32;
    let stream = Stream::new(seed, member, "last_mile.population", &settlement.id);
    let mut all = Vec::with_capacity(count as usize);
    for i in 0..count {
        let mut draws = stream.at(i64::from(i));
        let spread = |z: f64, sd: f64| libm::exp(sd * z.clamp(-3.0, 3.0) - sd * sd / 2.0);
        let homes = (class.homes_per_transformer * spread(draws.normal(), class.homes_spread)).max(3.0);
        let load_factor = spread(draws.normal(), class.load_spread);
        // Homes fall on phases at random; a linesman balances the worst of it.
        let uneven = 0.5 / libm::sqrt(homes);
        let raw = [0, 1, 2].map(|_| (1.0 + uneven * draws.normal()).max(0.3));
        let mean = raw.iter().sum::<f64>() / 3.0;
        all.push(Drawn {
            homes,
            kva: size(homes * class.built_kva_per_home),
            load_factor,
            phase: raw.map(|x| x / mean),
            miners: Vec::new(),
            expected: 0.0,
        });
    }
    // The drawn homes are those of the settlement.
    let ratio = settlement.homes / all.iter().map(|d| d.homes).sum::<f64>();
    let mut upto = Vec::with_capacity(all.len());
    let mut sum = 0.0;
    for d in &mut all {
        d.homes *= ratio;
        sum += d.homes;
        upto.push(sum);
    }
    let most = most_mining(given, settlement);
    let places = Stream::new(seed, member, "last_mile.mining_homes", &settlement.id);
    for order in 0..most {
        let mut draws = places.at(i64::from(order));
        let home = draws.uniform() * sum;
        let phase = ((draws.uniform() * 3.0) as u8).min(2);
        if let Some(d) = all.get_mut(upto.partition_point(|u| *u < home)) {
            d.miners.push((order, phase));
        }
    }
    // The evening peak of the cold for which the grid company has enlarged what tripped in winters before.
    let peak = class.course.iter().copied().fold(0.0, f64::max);
    let cold_kw = class.base_kw * peak + class.heating_kw_per_k * (given.balance_c - given.enlarged_for_c).max(0.0);
    let at_start = settlement.mining_start_kw / given.mining_home_kw;
    for d in &mut all {
        let worst_kw = |mining_homes: f64| {
            let homes_kw = d.homes * d.load_factor * cold_kw / 3.0;
            let on =
                |p: usize| d.miners.iter().filter(|m| f64::from(m.0) < mining_homes && usize::from(m.1) == p).count();
            let of = |(p, share): (usize, &f64)| homes_kw * share + on(p) as f64 * given.mining_home_kw;
            d.phase.iter().enumerate().map(of).fold(0.0, f64::max)
        };
        let (known, likely) = (worst_kw(at_start * given.enlarged_for_mining), worst_kw(2.0 * at_start));
        let load = |kw: f64, kva: f64| kw / (kva * POWER_FACTOR / 3.0);
        while load(known, d.kva) > given.protection.pick_up {
            d.kva = next_size(d.kva);
        }
        d.expected = load(likely, d.kva);
    }
    all.sort_by(|a, b| b.expected.total_cmp(&a.expected));
    all
}

/// The smallest standard size that is enough.
pub fn size(kva: f64) -> f64 {
    SIZES_KVA.iter().copied().find(|s| *s >= kva).unwrap_or(kva)
}

/// The next size above one.
pub fn next_size(kva: f64) -> f64 {
    SIZES_KVA.iter().copied().find(|s| *s > kva * 1.1).unwrap_or(kva * 1.6)
}

/// Sizes of the strata of so many transformers, the strained end first: half of the states stand alone, the others for
/// groups that grow evenly.
fn strata(transformers: usize, states: usize) -> Vec<usize> {
    let states = states.max(2);
    if transformers <= states {
        return vec![1; transformers];
    }
    let alone = states / 2;
    let groups = states - alone;
    let rest = transformers - alone;
    // Group i ends at a share ((i + 1)/groups)² of the rest.
    let mut out = vec![1; alone];
    let mut from = 0;
    for i in 0..groups {
        let share = (i as f64 + 1.0) / groups as f64;
        let to = if i + 1 == groups { rest } else { (libm::round(share * share * rest as f64) as usize).min(rest) };
        if to > from {
            out.push(to - from);
            from = to;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_hold_every_transformer_once() {
        for (n, states) in [(5, 10), (10, 10), (11, 10), (1000, 40), (7333, 60), (3, 2)] {
            let s = strata(n, states);
            assert_eq!(s.iter().sum::<usize>(), n, "{n} {states}");
            assert!(s.len() <= states.max(n.min(states)) && s.windows(2).all(|w| w[0] <= w[1] + 1), "{s:?}");
        }
    }

    #[test]
    fn sizes_are_standard() {
        assert_eq!((size(200.0), size(250.0), size(5000.0)), (250.0, 250.0, 5000.0));
        assert_eq!((next_size(250.0), next_size(1600.0)), (400.0, 2560.0));
    }
}
