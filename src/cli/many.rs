//! What studies of many runs share: arms from names, members in parallel, shards, files, the table, the exit code.

use super::progress::Progress;
use super::study::{self, Lang};
use super::{Failure, StudyArgs, interrupt, spread, terminal};
use crate::files::journal::Journal;
use crate::files::log::Log;
use crate::files::shard::{self, Part};
use crate::files::{self, FileError, Folder, Found};
use crate::random::{Member, Seed};
use crate::report::about::{About, ArmAbout, DesignAbout, PackageAbout, SweepAbout};
use crate::report::{self, Artifact, Language, Meta};
use crate::run::RunError;
use crate::scenario::contrast::{self, Package};
use crate::scenario::{Arm, Checked};
use crate::study::sensitivity::Method;
use crate::study::{Coalitions, Fan, Kept, LossKind, Plan, Results, Row, World, ensemble};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Members of a study that says nothing of them.
const MEMBERS: u32 = 20;
/// Members up to which an ensemble keeps the fan of the mining load unasked: more would fill the disk while it runs.
const FANNED: u32 = 200;
/// Members of a shard, where none is asked for.
const SHARD: u32 = 1000;

/// How members are drawn and kept.
#[derive(Clone, Debug, Args)]
pub struct ManyArgs {
    /// Keep every assumption at the scenario's value instead of drawing it from its range
    #[arg(long)]
    pub fixed_assumptions: bool,
    /// Do only the I-th of K parts of the members; `hashwatt report DIR` puts them together
    #[arg(long, value_name = "I/K", value_parser = part)]
    pub shard: Option<Part>,
    /// Columns of the time series whose hourly fans over members are kept, such as total_load_mw
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub fans: Vec<String>,
    /// Print run N of members.parquet as a scenario file, and simulate nothing
    #[arg(long, value_name = "N")]
    pub row: Option<u32>,
}

fn part(text: &str) -> Result<Part, String> {
    let numbers = text.split_once('/').and_then(|(i, k)| Some((i.trim().parse().ok()?, k.trim().parse().ok()?)));
    match numbers {
        Some((number, of)) if number >= 1 && number <= of && of <= shard::MOST => Ok(Part { number, of }),
        _ => Err(format!("I/K is needed, such as 3/40, with 1 ≤ I ≤ K ≤ {}", shard::MOST)),
    }
}

/// A study before its runs.
pub struct Study {
    verb: &'static str,
    arms: Vec<Arm>,
    checked: Vec<Checked>,
    packages: Vec<PackageAbout>,
    /// Names of the arms that were asked for, for the recipe.
    named: Vec<String>,
    /// Further arguments, for the recipe.
    more: Vec<String>,
    design: Option<DesignAbout>,
    sweep: Option<SweepAbout>,
    /// What tells studies of one verb apart, beside what all studies have.
    wanted: String,
}

impl Study {
    fn empty(verb: &'static str, named: Vec<String>) -> Self {
        let (arms, checked, packages, more) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { verb, arms, checked, packages, named, more, design: None, sweep: None, wanted: String::new() }
    }

    /// Varies the assumptions of the first arm by a design; `only` are prefixes of keys.
    ///
    /// # Errors
    /// [`Failure::InvalidInput`] where there is nothing to vary.
    pub fn vary(&mut self, design: DesignAbout, only: &[String], quiet: bool) -> Result<(), Failure> {
        self.arms = std::mem::take(&mut self.arms).into_iter().map(|arm| arm.only(only)).collect();
        let k = self.arms.first().map_or(0, |arm| arm.ranges().len());
        if k == 0 {
            return Err(Failure::InvalidInput(
                "no assumption with a range is there to vary; `explain SCENARIO --assumptions` lists them".into(),
            ));
        }
        let runs = design.method.points(k) * design.futures as usize;
        if runs > 10_000_000 {
            return Err(Failure::Usage(format!("{k} assumptions would need {runs} runs: --only takes some of them")));
        }
        if !quiet {
            terminal::note(&format!("{k} assumptions, {runs} runs"));
        }
        self.more.extend(only.iter().map(|prefix| format!("--only={prefix}")));
        self.more.extend(match design.method {
            Method::Tornado => None,
            Method::Morris { paths } => Some(format!("--morris={paths}")),
            Method::Sobol { samples } => Some(format!("--sobol={samples}")),
        });
        self.design = Some(design);
        Ok(())
    }

    /// A scenario at every value of one or two keys, and another beside it if asked.
    ///
    /// # Errors
    /// Problems of any point.
    pub fn sweep(args: &StudyArgs, axes: &[(String, Vec<f64>)], against: Option<&str>) -> Result<Self, Failure> {
        let mut study = Self::empty("sweep", vec![args.scenario.clone()]);
        let mut points: Vec<Vec<f64>> = vec![Vec::new()];
        for (_, values) in axes {
            points =
                points.iter().flat_map(|p| values.iter().map(|v| p.iter().copied().chain([*v]).collect())).collect();
        }
        let keys: Vec<String> = axes.iter().map(|axis| axis.0.clone()).collect();
        for point in &points {
            for name in std::iter::once(args.scenario.as_str()).chain(against) {
                let mut scenario = args.changes.apply(study::open(name)?)?;
                let mut title = scenario.name().to_owned();
                for (key, value) in keys.iter().zip(point) {
                    let whole = value.fract() == 0.0 && value.abs() < 1e15;
                    let text = if whole { format!("{value:.0}") } else { format!("{value:?}") };
                    title.push_str(&format!(" {key}={text}"));
                    scenario = scenario.set(key, &text)?;
                }
                let (arm, checked) = Arm::new(scenario)?;
                study.arms.push(arm.named(title));
                study.checked.push(checked);
            }
        }
        for (key, values) in axes {
            let list: Vec<String> = values.iter().map(|v| format!("{v:?}")).collect();
            study.more.push(format!("--vary={key}={}", list.join(",")));
        }
        study.more.extend(against.map(|name| format!("--against={name}")));
        study.sweep = Some(SweepAbout { keys, points, against: against.is_some() });
        Ok(study)
    }

    /// The scenario of a study and those that are held against it, all with the study's changes.
    ///
    /// # Errors
    /// Problems of any of them; [`Failure::InvalidInput`] where a difference would not be a measure's.
    pub fn new(verb: &'static str, args: &StudyArgs, others: &[String], other_start: bool) -> Result<Self, Failure> {
        let named: Vec<String> = std::iter::once(&args.scenario).chain(others).cloned().collect();
        let mut study = Self::empty(verb, named);
        if other_start {
            study.more.push("--other-start".into());
        }
        for name in study.named.clone() {
            let scenario = args.changes.apply(study::open(&name)?)?;
            if !args.quiet {
                study::tell_which(&scenario);
            }
            let (arm, checked) = Arm::new(scenario)?;
            let warnings = checked.problems().warnings();
            if !warnings.is_empty() && !args.quiet {
                terminal::note(warnings.render(terminal::colors()).trim_end());
            }
            let again = study.checked.iter().filter(|known| known.name() == checked.name()).count();
            let name = format!("{}#{}", arm.name(), again + 1);
            let arm = if again > 0 { arm.named(name) } else { arm };
            if let (Some(base), Some(given)) = (study.arms.first(), study.checked.first())
                && let Some(why) = contrast::refused((given, base.plain()), (&checked, arm.plain()), other_start)
            {
                return Err(Failure::InvalidInput(why));
            }
            study.arms.push(arm);
            study.checked.push(checked);
        }
        Ok(study)
    }

    /// Adds every package of the measures of each arm.
    ///
    /// # Errors
    /// [`Failure::InvalidInput`] where an arm is no package.
    pub fn attribute(&mut self, quiet: bool) -> Result<(), Failure> {
        self.more.push("--attribute".into());
        let asked = self.arms.len();
        for at in 1..asked {
            let (Some(base), Some(arm)) = (self.arms.first(), self.arms.get(at)) else { continue };
            let package = Package::of((base.scenario(), &self.checked[0]), (arm.scenario(), &self.checked[at]))
                .map_err(Failure::InvalidInput)?;
            let seed = self.checked[0].view().integer("seed").unsigned_abs();
            let coalitions = Coalitions::new(package.measures.len(), Seed(seed));
            let masks = coalitions.masks();
            if !quiet {
                let how = if coalitions.is_sampled() { "sampled orders" } else { "all packages" };
                let (name, n, runs) = (arm.name(), package.measures.len(), masks.len() + 2);
                terminal::note(&format!("{name}: {n} measures, {how}: {runs} runs for each member"));
            }
            let mut places = vec![0];
            for mask in masks {
                let (part, checked) = Arm::new(package.scenario(mask)?)?;
                places.push(self.arms.len());
                let name = package.name(mask);
                let again = self.arms.iter().filter(|a| a.name() == name).count();
                self.arms.push(part.named(if again > 0 { format!("{name}#{}", again + 1) } else { name }));
                self.checked.push(checked);
            }
            places.push(at);
            self.packages.push(PackageAbout { arm: at, measures: package.measures, arms: places });
        }
        Ok(())
    }

    /// Its arms, the first one first.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// Further arguments: they tell studies of one verb apart and are repeated with the study.
    #[must_use]
    pub fn asking(mut self, arguments: Vec<String>) -> Self {
        self.wanted = arguments.iter().map(|a| format!(" {a}")).collect();
        self.more.extend(arguments);
        self
    }

    /// How the arguments want the members to be run.
    pub fn plan(&self, args: &StudyArgs, many: &ManyArgs) -> Plan {
        let seed = self.checked.first().map_or(0, |checked| checked.view().integer("seed").unsigned_abs());
        Plan {
            seed: Seed(seed),
            members: self.runs_of_design().unwrap_or(args.members.unwrap_or(MEMBERS)),
            fixed_assumptions: many.fixed_assumptions,
            threads: threads(args),
        }
    }

    fn runs_of_design(&self) -> Option<u32> {
        let assumptions = self.arms.first().map_or(0, |arm| arm.ranges().len());
        self.design.map(|d| d.method.points(assumptions) as u32 * d.futures)
    }

    fn about(&self, args: &StudyArgs, many: &ManyArgs, plan: Plan) -> Result<About, Failure> {
        let base = self.checked.first().map(Checked::resolved);
        let asked = self.named.len();
        let arms = self.arms.iter().zip(&self.checked).enumerate().map(|(at, (arm, checked))| {
            let typed = |base| contrast::typed_in(&contrast::changed(base, &checked.resolved()));
            ArmAbout {
                name: arm.name().to_owned(),
                ranges: if many.fixed_assumptions { Vec::new() } else { arm.ranges().to_vec() },
                typed_in: base
                    .as_ref()
                    .filter(|_| at > 0)
                    .map(typed)
                    .unwrap_or_default()
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                is_part: at >= asked,
            }
        });
        let arms = arms.collect();
        let mut series = many.fans.clone();
        if series.is_empty() && self.verb == "ensemble" && plan.members <= FANNED {
            series.push("mining_mw".into());
        }
        series.dedup();
        if let Some(wrong) = series.iter().find(|key| !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
            return Err(Failure::Usage(format!(
                "--fans {wrong}: a column of the time series is needed, such as total_load_mw"
            )));
        }
        let meta = self.meta(args, many, plan);
        Ok(About {
            meta,
            arms,
            packages: self.packages.clone(),
            series,
            design: self.design,
            sweep: self.sweep.clone(),
        })
    }

    /// What is said of the study in every file.
    pub fn meta(&self, args: &StudyArgs, many: &ManyArgs, plan: Plan) -> Meta {
        let all = self.arms.iter().zip(&self.checked);
        let resolved: Vec<_> = all.map(|(arm, checked)| (arm.name(), checked.resolved())).collect();
        let hash = match resolved.as_slice() {
            [(_, one)] => one.hash(),
            all => {
                let hashes: String = all.iter().map(|(name, r)| format!("{name} {}\n", r.hash())).collect();
                blake3::hash(hashes.as_bytes()).to_hex().to_string()
            }
        };
        let held = if plan.fixed_assumptions { "fixed" } else { "drawn" };
        // A sweep is of the scenario, not of its first point.
        let point = self.arms.first().map_or("", |arm| arm.name());
        let name = if self.sweep.is_some() { self.named.first().map_or(point, String::as_str) } else { point };
        let varied = self.design.map_or_else(String::new, |d| {
            let keys: Vec<&str> = self.arms.iter().flat_map(World::ranges).map(|r| r.key.as_str()).collect();
            format!("{:?} {} {}", d.method, d.futures, keys.join(" "))
        });
        let id_of = format!("{} {held} {} {varied}{}", self.verb, many.fans.join(" "), self.wanted);
        let mut meta = Meta::new(name, id_of.trim_end(), &hash, plan.seed.0, u64::from(plan.members));
        meta.verb = self.verb.into();
        meta.many = true;
        let asked = || resolved.iter().take(self.named.len());
        let titles: Vec<&str> = self.arms.iter().take(self.named.len()).map(|arm| arm.plain().title.as_str()).collect();
        meta.title = titles.join(" | ");
        meta.resolved = match resolved.as_slice() {
            [(_, one)] => one.to_json(),
            _ => Value::Object(asked().map(|(name, r)| ((*name).to_owned(), r.to_json())).collect()),
        };
        let mut arguments = vec![self.verb.to_owned()];
        arguments.extend(self.named.iter().cloned());
        arguments.extend(study::recipe(&args.changes));
        let members = self.design.map_or(plan.members, |d| d.futures);
        arguments.extend(["--members".to_owned(), members.to_string()]);
        arguments.extend(self.more.iter().cloned());
        if plan.fixed_assumptions {
            arguments.push("--fixed-assumptions".into());
        }
        if !many.fans.is_empty() {
            arguments.extend(["--fans".to_owned(), many.fans.join(",")]);
        }
        let own: serde_json::Map<String, Value> =
            self.checked.iter().flat_map(Checked::own_files).map(|(name, text)| (name, json!(text))).collect();
        meta.study = json!({
            "arms": asked().map(|(name, _)| *name).collect::<Vec<_>>(),
            "assumptions": held,
            "bands": { "p05_p95": report::study::RANGE, "std_err": report::study::ERROR },
        });
        meta.recipe = json!({ "arguments": arguments, "files": own });
        meta.language = match args.lang {
            Lang::En => Language::En,
            Lang::Ru => Language::Ru,
        };
        meta
    }

    /// Runs the members, or finds them finished, and tells.
    ///
    /// # Errors
    /// [`Failure::Partial`] if some members failed, the cause of the first if all did; disks and folders.
    pub fn deliver(&self, args: &StudyArgs, many: &ManyArgs) -> Result<(), Failure> {
        let plan = self.plan(args, many);
        if let Some(row) = many.row {
            return self.print_row(plan, row);
        }
        let about = self.about(args, many, plan)?;
        let path = args.output.as_deref().map(files::straight);
        let path = path.unwrap_or_else(|| files::usual(&about.meta.name, &about.meta.id));
        let folder = match files::look(&path, &about.meta.id, args.overwrite)? {
            Found::Finished(path) if path.join("summary.json").is_file() && many.shard.is_none() => {
                if !args.quiet {
                    terminal::note(&format!("finished before: {}", path.display()));
                }
                return tell(&path, args.json);
            }
            Found::Finished(path) => Folder::again(&path, &about.meta.id),
            Found::Room(folder) => folder,
        };
        interrupt::install()?;
        let mut log = Log::begin(&format!("{} {}", self.verb, about.meta.name), plan.threads);
        let progress = Progress::new(args.quiet);
        folder.begin()?;
        folder.write(&Artifact::new(format!("{}/{}", shard::FOLDER, shard::STUDY), study_text(&about)))?;
        let of = plan.members.div_ceil(SHARD);
        let parts = many.shard.map_or_else(|| (1..=of).map(|number| Part { number, of }).collect(), |part| vec![part]);
        let runs = parts.iter().map(|p| p.members(plan.members).len()).sum::<usize>() * self.arms.len();
        progress.rated_stage("runs", runs);
        for part in parts {
            if shard::is_finished(&path, part) {
                progress.skip(part.members(plan.members).len() * self.arms.len());
            } else {
                self.run_part(&path, &about, plan, part, &progress)?;
            }
        }
        progress.end();
        // The first part keeps the hours: a study has one future to show, however it is cut.
        if many.shard.is_none_or(|part| part.number == 1) {
            self.one_future(plan, args.lang, &about.meta.id, &folder)?;
        }
        log.note(&format!("{runs} runs, {:.2} a second", runs as f64 / log.seconds().max(1e-9)));
        if let Some(part) = many.shard {
            // A log of its own for each shard: they may be made at the same time.
            let name = format!("{}/{:04}-of-{:04}.log", shard::FOLDER, part.number, part.of);
            folder.write(&Artifact::new(name, log.artifact().bytes))?;
            let text = format!(
                "shard {} of {} is there; `hashwatt report {}` puts all together",
                part.number,
                part.of,
                path.display()
            );
            return terminal::print(&text);
        }
        finish(&folder, &about, log)?;
        // Every run stands in members.parquet now.
        std::fs::remove_dir_all(path.join(shard::FOLDER)).map_err(|e| Failure::io(&path.join(shard::FOLDER), &e))?;
        tell(&path, args.json)
    }

    /// Does what is missing of a part and makes it a shard.
    fn run_part(
        &self,
        folder: &Path,
        about: &About,
        plan: Plan,
        part: Part,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let members = part.members(plan.members);
        let journal = Journal::open(&part.journal(folder), &about.meta.id)?;
        let known = journal.known();
        progress.skip(known.len());
        let mut jobs = ensemble::jobs(members.clone(), self.arms.len());
        jobs.retain(|job| !known.contains(job));
        let (left, total) = (jobs.len(), members.len() * self.arms.len());
        let kept = Mutex::new((journal, None::<FileError>));
        let (arms, design) = (self.arms.as_slice(), self.design);
        let run = |member, arm| one((arms, design), plan, &about.series, member, arm);
        ensemble::run_into(&jobs, plan.threads, &run, &|row| {
            let _whole = files::writing();
            let Ok(mut kept) = kept.lock() else { return false };
            if kept.1.is_some() {
                return false;
            }
            match kept.0.append(&row) {
                Ok(()) => {
                    progress.advance();
                    true
                }
                Err(error) => {
                    kept.1 = Some(error);
                    false
                }
            }
        });
        let (journal, failed) = kept.into_inner().map_err(|_| Failure::Unfinished("a run panicked".into()))?;
        if let Some(error) = failed {
            return Err(Failure::Unfinished(format!(
                "{error}; {} of {total} runs are kept: make room, and the same command does the other {}",
                journal.len(),
                left + known.len() - journal.len()
            )));
        }
        let mut fans: Vec<Fan> = about.series.iter().map(|key| Fan::new(key)).collect();
        let rows = journal.rows()?.map(|mut row| {
            if let Ok(kept) = &mut row.outcome {
                fans.iter_mut().zip(&kept.bins).for_each(|(fan, bins)| fan.add(bins));
                kept.bins = Vec::new();
            }
            row
        });
        let results = Results::of(about.heads(), members.len() as u32, rows);
        if let Some(empty) = fans.iter().find(|f| f.is_empty() && results.losses.len() < total) {
            return Err(Failure::Usage(format!("--fans {}: the time series has no such column", empty.key)));
        }
        shard::write(folder, part, about, &results, &fans)?;
        Ok(journal.remove()?)
    }

    /// The first future hour by hour, of a lone scenario or of a baseline and the first measure; nothing for other studies, and
    /// nothing where a run of it stops.
    fn one_future(&self, plan: Plan, lang: Lang, id: &str, folder: &Folder) -> Result<(), Failure> {
        if self.design.is_some() || self.sweep.is_some() {
            return Ok(());
        }
        let roles: &[(&str, usize)] =
            if self.named.len() > 1 { &[("baseline", 0), ("measure", 1)] } else { &[("run", 0)] };
        for (role, at) in roles {
            let (Some(arm), Some(checked)) = (self.arms.get(*at), self.checked.get(*at)) else { continue };
            let drawn = ensemble::drawn(arm, plan, 0);
            let Ok(region) = arm.region(drawn.as_deref()) else { return Ok(()) };
            let unseen = report::exhibit::UNSEEN;
            let mut record = match crate::run::without(&region, plan.seed, Member(0), unseen, &mut |_, _| true) {
                Ok(record) => record,
                Err(RunError::Interrupted(_)) => return Err(Failure::Interrupted),
                Err(RunError::Step(_)) => return Ok(()),
            };
            if drawn.is_some() {
                record.caveats.push(
                    "One future of a study: assumptions with a range were drawn for member 0, not taken from the scenario."
                        .into(),
                );
            }
            let mut meta = super::run::meta(checked, &region, plan.seed.0, 0, lang);
            arm.name().clone_into(&mut meta.name);
            self.verb.clone_into(&mut meta.verb);
            id.clone_into(&mut meta.id);
            report::exhibit::future(&record, &meta, role, |file| Ok::<(), Failure>(folder.write(&file)?))?;
        }
        Ok(())
    }

    /// One run as a scenario file.
    fn print_row(&self, plan: Plan, row: u32) -> Result<(), Failure> {
        let arms = self.arms.len() as u32;
        let runs = plan.members.saturating_mul(arms);
        let (member, arm) = (Member(row / arms.max(1)), self.arms.get((row % arms.max(1)) as usize));
        let Some(arm) = arm.filter(|_| row < runs) else {
            return Err(Failure::Usage(format!("--row {row}: the study has the runs 0 to {}", runs.saturating_sub(1))));
        };
        let (future, drawn) = place(self.design, plan, arm, member.0);
        terminal::print(&arm.row(plan.seed, future, drawn.as_deref()))
    }
}

/// Future and assumptions of a run.
fn place(design: Option<DesignAbout>, plan: Plan, arm: &Arm, member: u32) -> (Member, Option<Vec<f64>>) {
    match design {
        Some(design) => {
            let point = design.method.point(arm.ranges(), plan.seed, (member / design.futures.max(1)) as usize);
            (Member(member % design.futures.max(1)), Some(arm.fitted(point)))
        }
        None => (Member(member), ensemble::drawn(arm, plan, member)),
    }
}

/// One run of a study.
fn one((arms, design): (&[Arm], Option<DesignAbout>), plan: Plan, series: &[String], member: u32, arm: u32) -> Row {
    let Some(world) = arms.get(arm as usize) else {
        return Row { member, arm, inputs: Vec::new(), outcome: Ok(Kept::default()) };
    };
    let (future, drawn) = place(design, plan, world, member);
    Row { member, arm, ..ensemble::row(world, plan.seed, future.0, drawn, series) }
}

/// Number of threads.
pub fn threads(args: &StudyArgs) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize)
}

fn study_text(about: &About) -> Vec<u8> {
    serde_json::to_vec_pretty(about).unwrap_or_default()
}

/// What a study keeps of one future, read from its folder.
///
/// # Errors
/// A file that cannot be read, or is not what it should be.
pub fn future(folder: &Path) -> Result<Option<report::exhibit::Future>, Failure> {
    let mut kept = Vec::new();
    for role in report::exhibit::ROLES {
        let below = format!("{}/{role}", report::exhibit::FUTURE);
        if !folder.join(&below).is_dir() {
            continue;
        }
        kept.extend(files::names(&folder.join(&below))?.into_iter().map(|name| format!("{below}/{name}")));
    }
    report::exhibit::read_future(&kept, &|name| files::read(folder, name).ok())
        .map_err(|e| Failure::InvalidInput(format!("{}: {e}", folder.display())))
}

/// Puts the shards of a folder together and writes the study.
fn finish(folder: &Folder, about: &About, mut log: Log) -> Result<Results, Failure> {
    let (results, fans) = shard::merge(folder.path(), about)?;
    for loss in &results.losses {
        log.note(&format!("run failed: member {}, arm {}: {}", loss.member, loss.arm, loss.lost.cause));
    }
    nothing_left(&results)?;
    let artifacts = report::study::compose(about, &results, &fans)?;
    for artifact in &artifacts {
        folder.write(artifact)?;
    }
    log.note("tables written");
    let manifest = report::study::manifest(&results, &about.meta, &files::hashes(&artifacts));
    let future = future(folder.path())?;
    for artifact in report::exhibit::exhibit(&artifacts, future.as_ref(), &manifest)? {
        folder.write(&artifact)?;
    }
    log.note("pictures written");
    folder.write(&log.artifact())?;
    folder.write(&manifest)?;
    folder.finish()?;
    Ok(results)
}

/// Puts together the shards that a folder holds.
///
/// # Errors
/// What is missing or refused, by name.
pub fn merge(path: &Path, json: bool, quiet: bool) -> Result<(), Failure> {
    let study = PathBuf::from(shard::FOLDER).join(shard::STUDY);
    let bytes = files::read(path, &study.to_string_lossy())?;
    let shown = path.join(&study);
    let about: About =
        serde_json::from_slice(&bytes).map_err(|e| Failure::InvalidInput(format!("{}: {e}", shown.display())))?;
    if about.meta.version != env!("CARGO_PKG_VERSION") {
        let (theirs, ours) = (&about.meta.version, env!("CARGO_PKG_VERSION"));
        return Err(Failure::InvalidInput(format!("{}: made by hashwatt {theirs}, this is {ours}", shown.display())));
    }
    let folder = Folder::again(path, &about.meta.id);
    let log = Log::begin(&format!("report {}", about.meta.name), 1);
    // Nothing is touched before all shards are known to be good.
    if !quiet {
        terminal::note(&format!("{} shards", shard::list(path)?.len()));
    }
    finish(&folder, &about, log)?;
    tell(path, json)
}

/// A study without a single result leaves nothing and says why; so does one whose balances cannot be trusted.
fn nothing_left(results: &Results) -> Result<(), Failure> {
    let runs = results.members as usize * results.arms.len();
    let broken = results.losses.iter().find(|l| l.lost.kind == LossKind::Broken);
    match broken.or(results.losses.first()) {
        Some(loss) if loss.lost.kind == LossKind::Broken => {
            Err(Failure::Broken(format!("member {}: {}", loss.member, loss.lost.cause)))
        }
        Some(loss) if results.losses.len() == runs => {
            let why = format!("every member failed; member {}: {}", loss.member, loss.lost.cause);
            Err(match loss.lost.kind {
                LossKind::Refused => Failure::InvalidInput(why),
                _ => Failure::Infeasible(why),
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
        let page = path.join("report.html");
        let last = if page.is_file() { page } else { path.into() };
        terminal::print(&format!("{}\n{}", spread::table(&summary), last.display()))?;
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
