//! The runs of a study: members in parallel into shards, what is kept of them, the files, the table, the exit code.

use super::super::progress::Progress;
use super::super::study::Lang;
use super::super::{Failure, StudyArgs, interrupt, run, spread, terminal};
use super::{ManyArgs, SHARD, Study};
use crate::files::journal::Journal;
use crate::files::log::Log;
use crate::files::shard::{self, Part};
use crate::files::{self, FileError, Folder, Found};
use crate::random::Member;
use crate::report::about::{About, DesignAbout};
use crate::report::{self, Artifact};
use crate::run::RunError;
use crate::scenario::Arm;
use crate::study::metrics::Columns;
use crate::study::{Fan, Kept, LossKind, Plan, Results, Row, World, ensemble};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

impl Study {
    /// Runs the members, or finds them finished, and tells.
    ///
    /// # Errors
    /// [`Failure::Partial`] if some members failed, the cause of the first if all did; disks and folders.
    pub fn deliver(self, args: &StudyArgs, many: &ManyArgs) -> Result<(), Failure> {
        let plan = self.plan(args, many);
        if let Some(row) = many.row {
            return self.print_row(plan, row);
        }
        let about = self.about(args, many, plan)?;
        let path = args.output.clone();
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
        let of = many.shard.map_or_else(|| plan.members.div_ceil(SHARD), |part| part.of);
        if let Some(other) = shard::other_cut(&path, of) {
            return Err(Failure::InvalidInput(format!(
                "{} is a shard of another number of parts than {of}: go on with those, or take away {}",
                other.display(),
                path.join(shard::FOLDER).display()
            )));
        }
        interrupt::install()?;
        let mut log = Log::begin(&format!("{} {}", self.verb, about.meta.name), plan.threads);
        let progress = Progress::new(args.quiet);
        folder.begin()?;
        folder.write(&Artifact::new(format!("{}/{}", shard::FOLDER, shard::STUDY), study_text(&about)))?;
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
        // Regions and scenarios have served; the page needs the room.
        drop(self);
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
        let mut results = Results::begin(about.heads(), members.len() as u32);
        let mut columns = vec![Columns::default(); self.arms.len()];
        for row in journal.rows()? {
            if let (Ok(kept), Some(columns)) = (&row.outcome, columns.get_mut(row.arm as usize)) {
                fans.iter_mut().zip(&kept.bins).for_each(|(fan, bins)| fan.add(bins));
                columns.know(&kept.numbers);
            }
            results.take(row);
        }
        for (arm, columns) in results.arms.iter_mut().zip(columns) {
            arm.columns = columns.finish();
        }
        if let Some(empty) = fans.iter().find(|f| f.is_empty() && results.losses.len() < total) {
            return Err(Failure::Usage(format!("--fans {}: the time series has no such column", empty.key)));
        }
        shard::write(folder, part, about, &results, &fans, journal.rows()?)?;
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
            let mut meta = run::meta(checked, &region, plan.seed.0, 0, lang);
            arm.name().clone_into(&mut meta.name);
            self.verb.clone_into(&mut meta.verb);
            id.clone_into(&mut meta.id);
            let take = |file| Ok::<(), Failure>(folder.write(&file)?);
            let hours = |name: &str, write: &report::exhibit::HoursWriter<'_>| {
                Ok(files::write_whole_with(&folder.path().join(name), |file| write(file))?)
            };
            report::exhibit::future(&record, &meta, role, take, hours)?;
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
    let columns = |name: &str| Some(report::columnar::doubles(std::fs::File::open(folder.join(name)).ok()?));
    report::exhibit::read_future(&kept, &|name| files::read(folder, name).ok(), &columns)
        .map_err(|e| Failure::InvalidInput(format!("{}: {e}", folder.display())))
}

/// Puts the shards of a folder together and writes the study.
fn finish(folder: &Folder, about: &About, mut log: Log) -> Result<(), Failure> {
    let merged = shard::merge(folder.path(), about)?;
    for loss in &merged.results.losses {
        log.note(&format!("run failed: member {}, arm {}: {}", loss.member, loss.arm, loss.lost.cause));
    }
    nothing_left(&merged.results)?;
    let written = files::runs::write_merged(folder.path(), about, &merged)?;
    log.note("runs put together");
    let results = &written.results;
    let artifacts = report::study::compose(about, results, &merged.fans)?;
    written.was_read()?;
    for artifact in &artifacts {
        folder.write(artifact)?;
    }
    log.note("tables written");
    let table = (files::runs::FILE.to_owned(), written.hash.as_str().into());
    let hashes = std::iter::once(table).chain(files::hashes(&artifacts)).collect();
    let manifest = report::study::manifest(results, &about.meta, &Value::Object(hashes));
    for artifact in report::exhibit::exhibit(&artifacts, &manifest, || future(folder.path()))? {
        folder.write(&artifact)?;
    }
    log.note("pictures written");
    folder.write(&log.artifact())?;
    folder.write(&manifest)?;
    folder.finish()?;
    Ok(())
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
