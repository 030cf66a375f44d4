//! `grid export`: the network of a scenario at an hour, as a MATPOWER case.

use super::super::study::{self, Changes};
use super::Failure;
use crate::cli::terminal;
use crate::random::{Member, Seed};
use crate::region::State;
use crate::{grid, step};
use clap::Args;
use std::path::{Path, PathBuf};

/// Write the network of a scenario at an hour as a MATPOWER case, for anybody to solve elsewhere.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  hashwatt grid export irkutsk --at '2022-01-15 18:00' -o irkutsk.m
  hashwatt grid dispatch irkutsk.m --json

Costs are in RUB. Reserve and the limits of controlled sections have no place in the format: the file's first lines say
which sections were at their limit; in the other hours a DC-OPF of the file gives this program's cost and flows.")]
pub struct Export {
    /// Scenario: a built-in name or a .toml file
    scenario: String,
    #[command(flatten)]
    changes: Changes,
    /// Hour, local time: YYYY-MM-DD HH:MM; else the first of the window
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The file
    #[arg(short = 'o', value_name = "CASE.m", value_parser = crate::cli::output::place)]
    output: PathBuf,
}

impl Export {
    pub fn run(self) -> Result<(), Failure> {
        crate::cli::output::apart([Path::new(&self.scenario)], [("-o", Some(&self.output))])?;
        let scenario = self.changes.apply(study::open(&self.scenario)?)?;
        study::tell_which(&scenario);
        let checked = scenario.check();
        let world = checked.build()?;
        let seed = Seed(checked.view().integer("seed").unsigned_abs());
        let mut state = State::start(&world, seed, Member(0));
        let mut now = world.window.moment(0);
        for _ in 0..world.window.steps() {
            let step = step::advance(&world, &mut state, &now).map_err(|e| Failure::Infeasible(e.to_string()))?;
            let here = now.to_string();
            if self.at.as_ref().is_none_or(|at| here.starts_with(at.as_str())) {
                let id: String =
                    self.scenario.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let name = format!("case_{id}");
                let (supply, load) = (&step.supply, &step.load);
                let case = grid::case(&world.grid, &mut state.grid, supply, load, &step.dispatch, &name);
                let Some(case) = case else { break };
                let mut text = format!("% {} at {here}, modeled, not measured\n", world.title);
                for note in &case.notes {
                    text += &format!("% {note}\n");
                }
                text += &format!(
                    "% certified least cost, {} RUB/h (costs of what must run are no part of it)\n",
                    step.dispatch.certificate.objective_rub_per_h
                );
                let body = case.to_matpower();
                // MATPOWER wants the function line first.
                let (function, rest) = body.split_once('\n').unwrap_or((&body, ""));
                let text = format!("{function}\n{text}{rest}");
                crate::files::write_whole(&self.output, text.as_bytes())
                    .map_err(|e| Failure::Unfinished(e.to_string()))?;
                return terminal::print(&self.output.display().to_string());
            }
            now = world.window.next(&now);
        }
        let (first, last) = (world.window.moment(0), world.window.moment(world.window.steps().saturating_sub(1)));
        let wanted = self.at.unwrap_or_default();
        Err(Failure::InvalidInput(format!(
            "--at `{wanted}` is no hour of the window; a time from {first} to {last} is needed"
        )))
    }
}
