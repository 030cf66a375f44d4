//! Mining taken away for a year, and where it is found again: two balances that close.

use hashwatt::calendar::{Day, Window};
use hashwatt::ids::{BusId, InterfaceId};
use hashwatt::random::{Member, Seed};
use hashwatt::region::{Region, State, StationKind};
use hashwatt::scenario::Scenario;
use hashwatt::step::{self, Step};

/// Energy of one year, MWh, of the region or of the part of it south of the corridor.
#[derive(Clone, Copy, Debug, Default)]
struct Year {
    hydro: f64,
    thermal: f64,
    losses: f64,
    served: f64,
    mining: f64,
    /// Into the part over the corridor (south), or out of the region (region).
    across: f64,
    /// Out of the part to Buryatia.
    to_buryatia: f64,
    spilled: f64,
    unserved: f64,
}

impl Year {
    fn add(&mut self, world: &Region, step: &Step, inside: &dyn Fn(BusId) -> bool) {
        let d = &step.dispatch;
        for bus in world.atlas.buses.ids().filter(|b| inside(*b)) {
            self.losses += d.losses[bus].as_mw();
            self.served += d.served[bus].as_mw();
            self.unserved += d.unserved[bus].as_mw();
        }
        for (id, _) in step.supply.offers.enumerate().filter(|(_, o)| o.bus.is_some_and(inside)) {
            self.hydro += d.hydro[id].as_mw();
            self.spilled += step.water.reaches[id].spilled_energy.as_mwh();
        }
        for (id, _) in world.grid.plants.enumerate().filter(|(_, p)| inside(p.bus)) {
            let kind = world.atlas.plants[id].kind;
            let mw = d.plants[id].as_mw();
            if kind == StationKind::Hydro { self.hydro += mw } else { self.thermal += mw }
        }
        for (id, site) in world.atlas.sites.enumerate() {
            if site.bus.is_some_and(inside) {
                self.mining += step.bids.sites[id].power.as_mw() * d.mining_share[id].value();
            }
        }
    }
    fn made(&self) -> f64 {
        self.hydro + self.thermal
    }
    fn used(&self) -> f64 {
        self.losses + self.served + self.mining
    }
}

fn world(settings: &[(String, String)]) -> Region {
    let mut scenario = Scenario::builtin("irkutsk/no-sanctions").unwrap();
    for (key, value) in settings {
        scenario = scenario.set(key, value).unwrap();
    }
    let mut world = scenario.build().unwrap_or_else(|p| panic!("{}", p.render(false)));
    let from = Day::from_ymd(2022, 1, 1).unwrap();
    world.window = Window { from, until: from.plus(365), ..world.window };
    world
}

fn section(world: &Region, name: &str) -> InterfaceId {
    world.grid.sections.find(|s| s.name == name).unwrap()
}

/// One year: the region, and the south of the corridor within it.
fn year(world: &Region) -> (Year, Year) {
    let (corridor, buryatia) = (section(world, "bratsk_irkutsk"), section(world, "irkutsk_buryatia"));
    let fed = world.grid.fed_by(&world.grid.sections[corridor]).expect("the corridor parts the network");
    let in_region = |b: BusId| world.atlas.buses[b].in_region;
    let in_south = |b: BusId| in_region(b) && fed.contains(&b);
    let (mut region, mut south) = (Year::default(), Year::default());
    let mut state = State::start(world, Seed(1), Member(0));
    let mut now = world.window.moment(0);
    for _ in 0..world.window.steps() {
        let step = step::advance(world, &mut state, &now).unwrap_or_else(|e| panic!("{e}"));
        region.add(world, &step, &in_region);
        south.add(world, &step, &in_south);
        south.across += step.dispatch.sections[corridor].flow_mw;
        south.to_buryatia += step.dispatch.sections[buryatia].flow_mw;
        now = world.window.next(&now);
    }
    region.across = region.made() - region.used();
    (region, south)
}

#[test]
fn southern_mining_taken_away_is_found_again_in_the_region_and_in_the_south() {
    let southern = ["nud", "tul", "nzi", "che", "uso", "irs", "kly", "irk", "slu"];
    let off: Vec<_> = southern.iter().map(|b| (format!("site.industrial_{b}.enabled"), "false".to_string())).collect();
    let (region, south) = year(&world(&[]));
    let (region_less, south_less) = year(&world(&off));

    // The south closes by itself, in each world: what comes in and is made is used or leaves to Buryatia.
    for s in [&south, &south_less] {
        let open = s.across + s.made() - s.to_buryatia - s.used();
        assert!(open.abs() <= 1e-6 * s.used(), "{open} MWh of {} have no place in the south", s.used());
    }
    let gone = south.mining - south_less.mining;
    assert!(gone > 1.5e6, "southern industrial mining was {gone} MWh");

    // Region: Δhydro + Δthermal − Δnet export − Δlosses − Δserved load = 0, mining in the served load.
    let change = |f: fn(&Year) -> f64| f(&region_less) - f(&region);
    let open = change(Year::made) - change(|y| y.across) - change(Year::used);
    assert!(open.abs() <= 1e-6 * region.used(), "{open} MWh");
    // South: Δcorridor + Δgeneration − ΔBuryatia − Δlosses − Δserved load = 0.
    let delta = |f: fn(&Year) -> f64| f(&south_less) - f(&south);
    let open = delta(|y| y.across) + delta(Year::made) - delta(|y| y.to_buryatia) - delta(Year::used);
    assert!(open.abs() <= 1e-6 * south.used(), "{open} MWh");
    // Less load south of a limit never raises the flow over it, nor what is not served there.
    assert!(delta(|y| y.across) < 0.0 && delta(|y| y.unserved) <= 1e-6);
    println!(
        "taken from the south {:.0} GWh; corridor {:.0}, southern plants {:.0}, Buryatia {:.0}, losses {:.0}; region: hydro {:.0} \
         (spilled {:.0}), thermal {:.0}, net export {:.0}",
        gone / 1e3,
        delta(|y| y.across) / 1e3,
        delta(Year::made) / 1e3,
        delta(|y| y.to_buryatia) / 1e3,
        delta(|y| y.losses) / 1e3,
        change(|y| y.hydro) / 1e3,
        change(|y| y.spilled) / 1e3,
        change(|y| y.thermal) / 1e3,
        change(|y| y.across) / 1e3,
    );
}
