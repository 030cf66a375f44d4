//! The program `hashwatt`: parse the arguments, run the verb, print the error, set the exit code.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let program = match hashwatt::cli::Program::try_parse() {
        Ok(program) => program,
        Err(e) => e.exit(),
    };
    match program.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
