//! What studies of many runs share: arms from names, and what is said of the study; its runs are done in `runs`.

mod runs;

pub use runs::{future, merge};

use super::study::{self, Lang};
use super::{Failure, StudyArgs, terminal};
use crate::files::shard::{self, Part};
use crate::random::Seed;
use crate::report::about::{About, ArmAbout, DesignAbout, PackageAbout, SweepAbout};
use crate::report::{self, Language, Meta};
use crate::scenario::contrast::{self, Package};
use crate::scenario::{Arm, Checked};
use crate::study::sensitivity::Method;
use crate::study::{Coalitions, Plan, World};
use clap::Args;
use serde_json::{Value, json};

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
            // A measure over a world without sanctions, held against one with them, takes those away as well.
            let gone = study.checked.first().map(|base| contrast::missing(&base.resolved(), &checked.resolved()));
            if let Some(gone) = gone.filter(|gone| !gone.is_empty() && !args.quiet) {
                let (arm, base) = (checked.name(), study.checked[0].name());
                terminal::note(&format!(
                    "{arm} has not these events of {base}: {}; the difference is theirs too",
                    gone.join(", ")
                ));
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
}

/// Number of threads.
pub fn threads(args: &StudyArgs) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize)
}
