//! Ctrl-C: end between two files, so that none is half-written, with exit code 130.

use super::{Failure, terminal};
use crate::files;

/// From now on an interruption ends the program as soon as no file is being written.
///
/// # Errors
/// [`Failure::Unfinished`] if the system takes no handler.
pub fn install() -> Result<(), Failure> {
    let told = ctrlc::set_handler(|| {
        let _quiet = files::quiet();
        terminal::note("interrupted; no file is half-written, and the same command goes on with what is finished");
        std::process::exit(i32::from(Failure::Interrupted.code()));
    });
    match told {
        // A program that embeds this one may have its own handler.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(Failure::Unfinished(format!("cannot listen for Ctrl-C: {error}"))),
    }
}
