//! `adequacy`: is there enough power in each area of a scenario, over many futures, and for how much more load?

use super::many::{ManyArgs, Study};
use super::progress::Progress;
use super::{Failure, StudyArgs, interrupt, terminal};
use crate::files::log::Log;
use crate::files::{self, Folder, Found};
use crate::ids::{BranchId, Id, PlantId, SiteId};
use crate::region::Region;
use crate::report::{self, Credit};
use crate::study::adequacy::{self, Change, Headroom};
use crate::study::{LossKind, Lost};
use clap::Args;
use std::path::Path;

/// Members of a study that says nothing of them.
const MEMBERS: u32 = 10;

/// Tell how often and how deeply each area of a scenario is short of power, and how much more load it could carry.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt adequacy irkutsk --members 20
  hashwatt adequacy irkutsk --members 8 --area south --target-lolh 2.4
  hashwatt adequacy irkutsk --credit plant.chp_10 --credit branch.tul_irs --credit interruptible
  hashwatt adequacy irkutsk/reinforcement --no-headroom

Each member is a whole run with its own weather, water, outages of units and lines, and assumptions. Headroom is the flat
load that an area could carry until it is short for the target's hours a year; a credit is what a unit, a circuit or an
interruptible contract adds to it (effective load-carrying capability).")]
pub struct Adequacy {
    #[command(flatten)]
    study: StudyArgs,
    /// Keep every assumption at the scenario's value instead of drawing it from its range
    #[arg(long)]
    fixed_assumptions: bool,
    /// The area whose headroom and credits are searched; else the first that is fed through a section
    #[arg(long, value_name = "AREA")]
    area: Option<String>,
    /// Hours a year for which an area may be short
    #[arg(long, value_name = "HOURS", default_value_t = 2.4)]
    target_lolh: f64,
    /// Something whose capacity credit is wanted: plant.ID (one unit), branch.ID (one circuit), interruptible (mining)
    #[arg(long, value_name = "WHAT")]
    credit: Vec<String>,
    /// Only the indices, no search of headroom
    #[arg(long, conflicts_with = "credit")]
    no_headroom: bool,
}

impl Adequacy {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenario, the members, the disk.
    pub fn run(self) -> Result<(), Failure> {
        let mut args = self.study.clone();
        args.members.get_or_insert(MEMBERS);
        let study = Study::new("adequacy", &args, &[], false)?.asking(self.asked());
        let Some(arm) = study.arms().first() else { return Ok(()) };
        let region = arm.plain();
        let areas = adequacy::areas(region);
        if areas.is_empty() {
            return Err(Failure::InvalidInput("no bus of the scenario names an area; see bus.ID.area".into()));
        }
        if !(self.target_lolh.is_finite() && self.target_lolh > 0.0) {
            return Err(Failure::InvalidInput("--target-lolh must be above 0 hours".into()));
        }
        let at = self.place(region, &areas)?;
        let buses = areas[at].buses.clone();
        let credits: Vec<(String, Change)> = self
            .credit
            .iter()
            .map(|what| Ok((what.clone(), change(region, &buses, what)?)))
            .collect::<Result<_, Failure>>()?;

        let many = ManyArgs { fixed_assumptions: self.fixed_assumptions, shard: None, fans: Vec::new(), row: None };
        let plan = study.plan(&args, &many);
        let meta = study.meta(&args, &many, plan);
        let path = args.output.clone().unwrap_or_else(|| files::usual(&meta.name, &meta.id));
        let folder = match files::look(&path, &meta.id, args.overwrite)? {
            Found::Finished(path) if path.join("summary.json").is_file() => {
                if !args.quiet {
                    terminal::note(&format!("finished before: {}", path.display()));
                }
                return tell(&path, args.json);
            }
            Found::Finished(path) => Folder::again(&path, &meta.id),
            Found::Room(folder) => folder,
        };
        interrupt::install()?;
        let mut log = Log::begin(&format!("adequacy {}", meta.name), plan.threads);
        let progress = Progress::new(args.quiet);
        // A search takes about nine trials.
        let trials = if self.no_headroom { 1 } else { 1 + 9 * (1 + credits.len()) };
        progress.rated_stage("runs", plan.members as usize * trials);
        let told = || progress.advance();
        let found = adequacy::estimate(arm, plan, &[], &told).map_err(failed)?;
        log.note("indices");
        let search = |changes: &[Change]| {
            adequacy::headroom(arm, plan, at, &buses, self.target_lolh, changes, &told).map_err(failed)
        };
        let mut headroom = None;
        let mut told_credits = Vec::new();
        if !self.no_headroom {
            let base = search(&[])?;
            log.note("headroom");
            headroom = Some(base);
            for (what, change) in &credits {
                told_credits.push(credit(what, change, base, search(std::slice::from_ref(change))?));
                log.note(what);
            }
        }
        progress.end();
        folder.begin()?;
        let names: Vec<&str> = areas.iter().map(|a| a.name.as_str()).collect();
        let artifacts =
            report::adequacy(&meta, &names, &found, (at, self.target_lolh, headroom), &told_credits, &region.window);
        for artifact in &artifacts {
            folder.write(artifact)?;
        }
        log.note("written");
        folder.write(&log.artifact())?;
        folder.write(&report::closing_manifest(&meta, &region.window))?;
        folder.finish()?;
        tell(&path, args.json)
    }

    /// The arguments beside those of every study.
    fn asked(&self) -> Vec<String> {
        let mut all = vec![format!("--target-lolh={:?}", self.target_lolh)];
        all.extend(self.area.iter().map(|area| format!("--area={area}")));
        all.extend(self.credit.iter().map(|what| format!("--credit={what}")));
        all.extend(self.no_headroom.then(|| "--no-headroom".to_owned()));
        all
    }

    /// The area that is searched.
    fn place(&self, region: &Region, areas: &[adequacy::AdequacyArea]) -> Result<usize, Failure> {
        let Some(wanted) = &self.area else {
            let fed = region.grid.areas.iter().find(|a| a.import_section.is_some()).map(|a| &a.name);
            return Ok(areas.iter().position(|a| Some(&a.name) == fed).unwrap_or(0));
        };
        let names: Vec<&str> = areas.iter().map(|a| a.name.as_str()).collect();
        let unknown = || Failure::InvalidInput(format!("there is no area `{wanted}`; there are {}", names.join(", ")));
        areas.iter().position(|a| a.name == *wanted).ok_or_else(unknown)
    }
}

/// What a credit compares with: the thing taken away, or the contract made.
fn change(region: &Region, buses: &[crate::ids::BusId], what: &str) -> Result<Change, Failure> {
    let grid = &region.grid;
    let unknown = |kind: &str, id: &str, known: Vec<&str>| {
        Failure::InvalidInput(format!("--credit: there is no {kind} `{id}`; there are {}", known.join(", ")))
    };
    if what == "interruptible" {
        let there = |id: &SiteId| grid.sites.as_slice().get(id.index()).is_some_and(|b| buses.contains(b));
        return Ok(Change::Interruptible(grid.sites.ids().filter(there).collect()));
    }
    match what.split_once('.') {
        Some(("plant", id)) => match grid.plants.iter().position(|p| p.name == id) {
            Some(at) => Ok(Change::UnitLost(PlantId::from_index(at))),
            None => Err(unknown("plant", id, grid.plants.iter().map(|p| p.name.as_str()).collect())),
        },
        Some(("branch", id)) => match grid.circuits(id).next() {
            Some(branch) => Ok(Change::CircuitLost(BranchId(branch.0))),
            None => Err(unknown("branch", id, grid.lines.iter().map(|l| l.name.as_str()).collect())),
        },
        _ => Err(Failure::InvalidInput(format!("--credit `{what}`: plant.ID, branch.ID or interruptible is needed"))),
    }
}

/// The credit of something, from the headroom with and without it.
fn credit(what: &str, change: &Change, base: Headroom, changed: Headroom) -> Credit {
    let (with, without) = match change {
        Change::Interruptible(_) => (changed, base),
        _ => (base, changed),
    };
    let known = matches!((with, without), (Headroom::Mw(_), Headroom::Mw(_)));
    Credit { what: what.to_owned(), mw: known.then(|| with.mw() - without.mw()) }
}

fn failed((member, lost): (u32, Lost)) -> Failure {
    let why = format!("member {member}: {}", lost.cause);
    match lost.kind {
        LossKind::Broken => Failure::Broken(why),
        LossKind::Refused => Failure::InvalidInput(why),
        LossKind::Stopped => Failure::Infeasible(why),
    }
}

/// Prints a finished study.
fn tell(path: &Path, as_json: bool) -> Result<(), Failure> {
    let file = if as_json { "summary.json" } else { "adequacy.txt" };
    let text = String::from_utf8_lossy(&files::read(path, file)?).into_owned();
    if as_json { terminal::print(&text) } else { terminal::print(&format!("{text}\n{}", path.display())) }
}
