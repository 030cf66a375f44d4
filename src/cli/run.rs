//! `run`: one member of a scenario, all outputs, pictures and the page.

use super::deliver::Delivery;
use super::study::Lang;
use super::{Failure, StudyArgs, interrupt};
use crate::fault::Cause;
use crate::random::{Member, Seed};
use crate::record::Record;
use crate::record::recorder;
use crate::region::Region;
use crate::report::{self, Assumption, Language, Meta};
use crate::run::RunError;
use crate::scenario::Checked;
use crate::units::Tariff;
use clap::{Args, ValueEnum};

/// Simulate one future of a scenario and leave tables, pictures and a page.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  hashwatt run irkutsk
  hashwatt run irkutsk/fsa-2022 --seed 7 -o output/fsa
  hashwatt run irkutsk --with cold-2023 --set tariff.home_usd_per_kwh=0.012
  hashwatt run irkutsk --from 2022-11-01 --to 2023-03-31 --json")]
pub struct Run {
    #[command(flatten)]
    study: StudyArgs,
    /// Which future: the same seed and member give the same run
    #[arg(long, value_name = "N", default_value_t = 0)]
    member: u32,
    /// Further formats of the time series, beside Parquet
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// A further format of the time series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// `timeseries.csv`.
    Csv,
}

impl Run {
    /// Runs it.
    ///
    /// # Errors
    /// What is wrong with the scenario, the run, the disk.
    pub fn run(self) -> Result<(), Failure> {
        if self.study.members.is_some_and(|n| n != 1) {
            return Err(Failure::Usage("a run is one member; `--member N` says which".into()));
        }
        let checked = self.study.scenario()?.check();
        let region = checked.build()?;
        let warnings = checked.problems().warnings();
        if !warnings.is_empty() && !self.study.quiet {
            super::terminal::note(warnings.render(super::terminal::colors()).trim_end());
        }
        if self.study.changes.from.is_some() && !self.study.quiet {
            super::terminal::note(
                "note: with --from the fleet, the reservoirs and the books still begin as the scenario gives them for its own \
                 first day; weather, market and law know the date",
            );
        }
        if !self.study.quiet {
            let root = checked.view();
            for key in ["question", "hint"] {
                root.maybe_text(key).into_iter().for_each(|text| super::terminal::note(&format!("{key}: {text}")));
            }
        }
        let seed = checked.view().integer("seed").unsigned_abs();
        let mut meta = meta(&checked, &region, seed, self.member, self.study.lang);
        let mut arguments = vec!["run".to_owned(), self.study.scenario.clone()];
        arguments.extend(super::study::recipe(&self.study.changes));
        arguments.push(format!("--member={}", self.member));
        arguments.extend((self.study.lang == Lang::Ru).then(|| "--lang=ru".to_owned()));
        arguments.extend((self.format == Some(Format::Csv)).then(|| "--format=csv".to_owned()));
        let own: serde_json::Map<String, serde_json::Value> =
            checked.own_files().into_iter().map(|(name, text)| (name, text.into())).collect();
        meta.recipe = serde_json::json!({ "arguments": arguments, "files": own });
        let delivery = Delivery {
            wanted: report::Wanted { series_csv: self.format == Some(Format::Csv), data_only: false },
            output: self.study.output.clone(),
            overwrite: self.study.overwrite,
            json: self.study.json,
            quiet: self.study.quiet,
            threads: self.study.threads.unwrap_or(0) as usize,
        };
        interrupt::install()?;
        let member = Member(self.member);
        delivery.deliver(&meta, |progress| {
            progress.stage("simulating", region.window.steps());
            simulate(&region, Seed(seed), member, |step| progress.at(step))
        })
    }
}

/// One member with its series.
pub(super) fn simulate(region: &Region, seed: Seed, member: Member, told: impl Fn(usize)) -> Result<Record, Failure> {
    let wanted = recorder::Wanted { series: true };
    let mut watch = |now: &crate::calendar::Moment, _: usize| {
        told(now.step);
        true
    };
    crate::run(region, seed, member, wanted, &mut watch).map_err(|error| match error {
        RunError::Interrupted(_) => Failure::Interrupted,
        RunError::Step(e) => match e.cause {
            Cause::Balance(_) => Failure::Broken(e.to_string()),
            Cause::Infeasible(_) | Cause::OutOfRange(_) => Failure::Infeasible(e.to_string()),
        },
    })
}

/// What is said of the study on every page and picture.
pub(super) fn meta(checked: &Checked, region: &Region, seed: u64, member: u32, lang: Lang) -> Meta {
    let resolved = checked.resolved();
    let mut meta = Meta::new(checked.name(), "run", &resolved.hash(), seed, u64::from(member));
    region.title.clone_into(&mut meta.title);
    meta.resolved = resolved.to_json();
    meta.home_tariff_usd_per_kwh = region.finance.tariffs.home.map(Tariff::as_usd_per_kwh);
    let first = region.window.moment(0);
    let rate = region.finance.rub_per_usd(first.day);
    meta.published_tariff_usd_per_kwh = Some(region.finance.tariffs.published_home(first.day) / rate);
    meta.assumptions = checked
        .ranged_assumptions()
        .into_iter()
        .map(|a| Assumption {
            value: if a.factor {
                format!("× {}", a.value)
            } else {
                format!("{} {}", a.value, a.unit).trim().to_owned()
            },
            range: format!("{} to {} {}", a.low, a.high, if a.factor { "times" } else { a.unit }).trim().to_owned(),
            text: a.assumption.clone(),
            key: a.key.clone(),
        })
        .collect();
    // What holds the corridors back weighs most: it comes first.
    meta.assumptions.sort_by_key(|a| !a.key.starts_with("interface."));
    meta.language = match lang {
        Lang::En => Language::En,
        Lang::Ru => Language::Ru,
    };
    meta
}
