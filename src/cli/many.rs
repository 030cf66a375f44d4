//! What studies of many runs share: arms from names, members in parallel, files, the table, the exit code.

use super::progress::Progress;
use super::study::{self, Lang};
use super::{Failure, StudyArgs, interrupt, spread, terminal};
use crate::files::log::Log;
use crate::files::{self, Folder, Found};
use crate::random::Seed;
use crate::report::{self, Language, Meta};
use crate::scenario::{Arm, Checked};
use crate::study::{LossCause, Plan, Results, World, ensemble};
use clap::Args;
use serde_json::{Value, json};
use std::path::Path;

/// Members of a study that says nothing of them.
const MEMBERS: u32 = 20;

/// Keys that all arms must share, for a difference to be that of a measure.
const SHARED: [&str; 4] = ["window.from", "window.to", "step_minutes", "seed"];

/// How members are drawn.
#[derive(Clone, Copy, Debug, Args)]
pub struct ManyArgs {
    /// Keep every assumption at the scenario's value instead of drawing it from its range
    #[arg(long)]
    fixed_assumptions: bool,
}

/// The scenario of a study and those that are held against it, all with the study's changes.
///
/// # Errors
/// Problems of any of them; [`Failure::InvalidInput`] where an arm has another window.
pub fn arms(args: &StudyArgs, others: &[String]) -> Result<Vec<(Arm, Checked)>, Failure> {
    let mut arms: Vec<(Arm, Checked)> = Vec::new();
    for name in std::iter::once(&args.scenario).chain(others) {
        let scenario = args.changes.apply(study::open(name)?)?;
        if !args.quiet {
            study::tell_which(&scenario);
        }
        let (arm, checked) = Arm::new(scenario)?;
        let warnings = checked.problems().warnings();
        if !warnings.is_empty() && !args.quiet {
            terminal::note(warnings.render(terminal::colors()).trim_end());
        }
        let again = arms.iter().filter(|(_, known)| known.name() == checked.name()).count();
        let name = format!("{}#{}", arm.name(), again + 1);
        let arm = if again > 0 { arm.named(name) } else { arm };
        if let Some((base, given)) = arms.first() {
            agree((base.name(), given), (arm.name(), &checked))?;
        }
        arms.push((arm, checked));
    }
    Ok(arms)
}

/// Refuses an arm whose difference would not be that of a measure.
fn agree((base, given): (&str, &Checked), (arm, other): (&str, &Checked)) -> Result<(), Failure> {
    let (given, other) = (given.resolved(), other.resolved());
    for key in SHARED {
        let [a, b] = [&given, &other].map(|r| r.value(key).map_or("", |v| v.toml.as_str()));
        if a != b {
            let why = format!("`{key}` is {a} in {base} and {b} in {arm}: the difference would not be the measure's");
            return Err(Failure::InvalidInput(format!("{why}; give both the same, such as with --from and --to")));
        }
    }
    Ok(())
}

/// Runs the members, or finds them finished, and tells.
///
/// # Errors
/// [`Failure::Partial`] if some members failed, the cause of the first if all did; disks and folders.
pub fn deliver(verb: &'static str, args: &StudyArgs, many: &ManyArgs, arms: &[(Arm, Checked)]) -> Result<(), Failure> {
    let plan = plan(args, many, arms, MEMBERS);
    let (threads, members) = (plan.threads, plan.members);
    let meta = meta(verb, verb, arms, plan, args.lang);
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
    let mut log = Log::begin(&format!("{verb} {}", meta.name), threads);
    let progress = Progress::new(args.quiet);
    let worlds: Vec<&dyn World> = arms.iter().map(|(arm, _)| arm as &dyn World).collect();
    progress.rated_stage("runs", members as usize * worlds.len());
    let results = ensemble::run(&worlds, plan, &|| progress.advance());
    progress.end();
    let runs = f64::from(members) * worlds.len() as f64;
    log.note(&format!("{runs} runs, {:.2} a second", runs / log.seconds().max(1e-9)));
    for loss in &results.losses {
        log.note(&format!("run failed: member {}, arm {}: {}", loss.member, loss.arm, loss.cause));
    }
    nothing_left(&results)?;
    folder.begin()?;
    let artifacts = if worlds.len() > 1 {
        report::study::compare(&results, &meta)?
    } else {
        report::study::ensemble(&results, &meta)?
    };
    for artifact in &artifacts {
        folder.write(artifact)?;
    }
    log.note("written");
    folder.write(&log.artifact())?;
    folder.write(&report::study::manifest(&results, &meta))?;
    folder.finish()?;
    tell(&path, args.json)
}

/// A study without a single result leaves nothing and says why; so does one whose balances cannot be trusted.
fn nothing_left(results: &Results) -> Result<(), Failure> {
    let runs = results.members as usize * results.arms.len();
    match results.losses.iter().find(|l| l.cause.is_broken()).or(results.losses.first()) {
        Some(loss) if loss.cause.is_broken() => Err(Failure::Broken(format!("member {}: {}", loss.member, loss.cause))),
        Some(loss) if results.losses.len() == runs => {
            let why = format!("every member failed; member {}: {}", loss.member, loss.cause);
            Err(match loss.cause {
                LossCause::Refused(_) => Failure::InvalidInput(why),
                LossCause::Run(_) => Failure::Infeasible(why),
            })
        }
        _ => Ok(()),
    }
}

/// Prints a finished study.
fn tell(path: &Path, as_json: bool) -> Result<(), Failure> {
    let bytes = files::read(path, "summary.json")?;
    let text = String::from_utf8_lossy(&bytes);
    let summary: Value = serde_json::from_str(&text)
        .map_err(|e| Failure::Unfinished(format!("{}: {e}", path.join("summary.json").display())))?;
    if as_json {
        terminal::print(&text)?;
    } else {
        terminal::print(&format!("{}\n{}", spread::table(&summary), path.display()))?;
    }
    match summary.get("failures").and_then(Value::as_array).map(Vec::as_slice) {
        Some([first, rest @ ..]) => Err(Failure::Partial(format!(
            "{} runs failed, the rest is there; the first: member {}, {}: {}",
            rest.len() + 1,
            first["member"],
            first["arm"].as_str().unwrap_or(""),
            first["cause"].as_str().unwrap_or("")
        ))),
        _ => Ok(()),
    }
}

/// How the arguments want the members to be run.
pub fn plan(args: &StudyArgs, many: &ManyArgs, arms: &[(Arm, Checked)], members: u32) -> Plan {
    let seed = arms.first().map_or(0, |(_, checked)| checked.view().integer("seed").unsigned_abs());
    let threads =
        args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize);
    let members = args.members.unwrap_or(members);
    Plan { seed: Seed(seed), members, fixed_assumptions: many.fixed_assumptions, threads }
}

/// What is said of the study in every file; `wanted` tells studies of one verb apart.
pub fn meta(verb: &'static str, wanted: &str, arms: &[(Arm, Checked)], plan: Plan, lang: Lang) -> Meta {
    let resolved: Vec<_> = arms.iter().map(|(arm, checked)| (arm.name(), checked.resolved())).collect();
    let hash = match resolved.as_slice() {
        [(_, one)] => one.hash(),
        all => {
            let hashes: String = all.iter().map(|(name, r)| format!("{name} {}\n", r.hash())).collect();
            blake3::hash(hashes.as_bytes()).to_hex().to_string()
        }
    };
    let held = if plan.fixed_assumptions { "fixed" } else { "drawn" };
    let name = arms.first().map_or("", |(arm, _)| arm.name());
    let id_of = format!("{wanted} {held}");
    let mut meta = Meta::new(name, &id_of, &hash, plan.seed.0, u64::from(plan.members));
    meta.verb = verb.into();
    meta.many = true;
    let titles: Vec<&str> = arms.iter().map(|(arm, _)| arm.plain().title.as_str()).collect();
    meta.title = titles.join(" | ");
    meta.resolved = match resolved.as_slice() {
        [(_, one)] => one.to_json(),
        all => Value::Object(all.iter().map(|(name, r)| ((*name).to_owned(), r.to_json())).collect()),
    };
    meta.study = json!({
        "arms": resolved.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        "assumptions": held,
        "bands": { "p05_p95": report::study::RANGE, "std_err": report::study::ERROR },
    });
    meta.language = match lang {
        Lang::En => Language::En,
        Lang::Ru => Language::Ru,
    };
    meta
}
