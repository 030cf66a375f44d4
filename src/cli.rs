//! The program: arguments in, results on stdout, everything else on stderr, a documented exit code.
//!
//! One verb, one file. A verb's arguments are a `clap` struct with a `run` method; [`Verb`] lists them. Only this floor knows
//! files, clocks, terminals and colors.

pub mod adequacy;
pub mod calc;
pub mod check;
pub mod claim;
pub mod compare;
pub mod credibility;
pub mod deliver;
pub mod ensemble;
pub mod explain;
pub mod failure;
pub mod grid;
pub mod headlines;
pub mod hydro;
pub mod interrupt;
pub mod library;
pub mod machines;
pub mod many;
pub mod new;
pub mod output;
pub mod page;
pub mod plot;
pub mod progress;
pub mod report;
pub mod run;
pub mod scenarios;
pub mod schema;
pub mod sensitivity;
pub mod spread;
pub mod study;
pub mod sweep;
pub mod terminal;
pub mod verify;

pub use failure::Failure;
pub use study::StudyArgs;

use clap::{Parser, Subcommand};

/// A simulator of cheap Siberian water power meeting Bitcoin mining, hour by hour.
#[derive(Debug, Parser)]
#[command(
    name = "hashwatt",
    version,
    about,
    long_about = None,
    arg_required_else_help = true,
    after_help = "Examples:
  hashwatt run irkutsk                       the region in 2022 and 2023, as it happened
  hashwatt run irkutsk --with cold-2023      the same with another scenario laid over it
  hashwatt compare irkutsk/no-sanctions irkutsk/fsa-2022 --members 20
                                             what a measure changes, in the same futures
  hashwatt explain irkutsk tariff            what a value is, and where it comes from
  hashwatt new mine --from irkutsk           a commented file of your own, to change

Exit codes: 0 done, 1 could not finish, 2 usage, 3 input invalid, 4 no feasible solution, 5 some members failed,
6 a balance broke (our bug), 7 verify found a difference, 130 interrupted."
)]
pub struct Program {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Simulate one future of a scenario: tables, pictures, a page.
    Run(run::Run),
    /// Simulate many futures of a scenario: means and ranges.
    Ensemble(ensemble::Ensemble),
    /// Simulate the same futures with and without measures: paired differences.
    Compare(compare::Compare),
    /// Draw the figures of a finished study in other sizes, themes and languages.
    Plot(plot::Plot),
    /// Tell how often each area of a scenario is short of power, and how much more load it could carry.
    Adequacy(adequacy::Adequacy),
    /// Vary every ranged assumption: tornado, Morris, Sobol.
    Sensitivity(sensitivity::Sensitivity),
    /// Simulate a scenario at every value of one or two keys.
    Sweep(sweep::Sweep),
    /// Hold the shipped worlds against what was published.
    Credibility(credibility::Credibility),
    /// Write a number of a study as a sentence that can be checked.
    Claim(claim::Claim),
    /// Repeat a study, or check a claim, and name every difference.
    Verify(verify::Verify),
    /// Write a study's tables again; put shards together.
    Report(report::Report),
    /// Tell every problem of every file; run nothing.
    Check(check::Check),
    /// Explain a scenario, one of its values, a metric or a term.
    Explain(explain::Explain),
    /// List the scenarios that are part of the program.
    Scenarios(scenarios::Scenarios),
    /// Write a commented scenario file to start from.
    New(new::New),
    /// Solve anybody's grid: DC power flow, least-cost dispatch, adequacy.
    Grid(grid::Grid),
    /// Plan anybody's reservoirs: optimum, expected value, water values.
    Hydro(hydro::Hydro),
    /// Calculate one equation: air, turbine, retarget, hashprice, irr and others.
    Calc(calc::Calc),
    /// List the mining machines of the catalog with their break-evens.
    Machines(machines::Machines),
    /// Print the JSON Schema of scenario files.
    Schema(schema::Schema),
}

impl Program {
    /// Does it.
    pub fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::Run(verb) => verb.run(),
            Verb::Ensemble(verb) => verb.run(),
            Verb::Compare(verb) => verb.run(),
            Verb::Plot(verb) => verb.run(),
            Verb::Adequacy(verb) => verb.run(),
            Verb::Sensitivity(verb) => verb.run(),
            Verb::Sweep(verb) => verb.run(),
            Verb::Credibility(verb) => verb.run(),
            Verb::Claim(verb) => verb.run(),
            Verb::Verify(verb) => verb.run(),
            Verb::Report(verb) => verb.run(),
            Verb::Check(verb) => verb.run(),
            Verb::Explain(verb) => verb.run(),
            Verb::Scenarios(verb) => verb.run(),
            Verb::New(verb) => verb.run(),
            Verb::Grid(verb) => verb.run(),
            Verb::Hydro(verb) => verb.run(),
            Verb::Calc(verb) => verb.run(),
            Verb::Machines(verb) => verb.run(),
            Verb::Schema(verb) => verb.run(),
        }
    }
}
