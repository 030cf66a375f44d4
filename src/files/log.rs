//! `run.log`: what depends on the machine and the clock, kept apart so that every other file is the same everywhere.

use crate::calendar::Day;
use crate::report::Artifact;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The log of a study.
#[derive(Debug)]
pub struct Log {
    text: String,
    started: std::time::Instant,
}

impl Log {
    /// Begins with the clock, the host and the number of threads.
    pub fn begin(command: &str, threads: usize) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let (day, second) = (Day((now / 86_400) as i32), now % 86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let mut log = Self { text: String::new(), started: std::time::Instant::now() };
        log.note(&format!("started {day} {hour:02}:{minute:02}:{second:02} UTC"));
        log.note(&format!("command {command}"));
        log.note(&format!("host {} ({} {})", host(), std::env::consts::OS, std::env::consts::ARCH));
        log.note(&format!("threads {threads}"));
        log
    }

    /// Adds a line with the seconds since the start.
    pub fn note(&mut self, text: &str) {
        let seconds = self.started.elapsed().as_secs_f64();
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{seconds:9.3} s  {}", text.replace(['\n', '\r'], " "));
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The log as a file.
    pub fn artifact(&self) -> Artifact {
        Artifact { path: "run.log".into(), bytes: self.text.clone().into_bytes() }
    }
}

/// The machine's name, if it tells.
fn host() -> String {
    let asked = || std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok();
    let told = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    asked().or_else(told).map_or_else(|| "unknown".into(), |h| h.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_a_line_for_each_note() {
        let mut log = Log::begin("run irkutsk", 2);
        log.note("two\nlines");
        let text = String::from_utf8(log.artifact().bytes).unwrap();
        assert_eq!(text.lines().count(), 5);
        assert!(text.lines().next().is_some_and(|l| l.contains("started 20")));
    }
}
