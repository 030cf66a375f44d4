//! What is printed where: results to stdout, all else to stderr.

use super::Failure;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

/// Whether stderr takes colors: a terminal, and `NO_COLOR` not set.
pub fn colors() -> bool {
    let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
    stderr().is_terminal() && !asked_not_to && !dumb
}

thread_local! {
    /// Whether results are held back, on this thread.
    static MUTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Does something whose results are not to be printed.
pub fn muted<T>(something: impl FnOnce() -> T) -> T {
    MUTED.set(true);
    let done = something();
    MUTED.set(false);
    done
}

/// Prints a result. A reader that closed the pipe (`| head`) has what it wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    if MUTED.get() {
        return Ok(());
    }
    let mut out = stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::Unfinished(format!("stdout: {e}"))),
        _ => Ok(()),
    }
}

/// Prints JSON as a result.
pub fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value:#}"))
}

/// Prints a line to stderr; if nobody listens, nobody listens.
pub fn note(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
}
