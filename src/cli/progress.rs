//! How far a study is: a bar on a terminal, a line every ten seconds otherwise, nothing if asked to be quiet.

use super::terminal;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// The progress of a study; threads may share it.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// When the last line was written, where lines are written.
    lines: Option<Mutex<Instant>>,
}

impl Progress {
    /// Progress on stderr.
    pub fn new(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if quiet || !terminal { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{msg:12} {bar:40} {pos}/{len}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, lines: (!quiet && !terminal).then(|| Mutex::new(Instant::now())) }
    }

    /// Begins a stage of so many parts.
    pub fn stage(&self, name: &'static str, parts: usize) {
        self.bar.reset();
        self.bar.set_length(parts as u64);
        self.bar.set_message(name);
    }

    /// Begins a stage whose parts take long enough that their rate is worth telling.
    pub fn rated_stage(&self, name: &'static str, parts: usize) {
        let template = "{msg:12} {bar:40} {pos}/{len}  {per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.stage(name, parts);
    }

    /// Says how many parts of the stage are done.
    pub fn at(&self, part: usize) {
        self.bar.set_position(part as u64);
        self.tell();
    }

    /// One more part is done.
    pub fn advance(&self) {
        self.bar.inc(1);
        self.tell();
    }

    /// So many parts were done before.
    pub fn skip(&self, parts: usize) {
        self.bar.inc(parts as u64);
        self.bar.reset_eta();
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&self) {
        let Some(lines) = &self.lines else { return };
        let Ok(mut last) = lines.lock() else { return };
        if last.elapsed() >= EVERY {
            *last = Instant::now();
            let (at, of) = (self.bar.position(), self.bar.length().unwrap_or(0));
            let (rate, left) = (self.bar.per_sec(), indicatif::HumanDuration(self.bar.eta()));
            terminal::note(&format!("{}: {at} of {of}, {rate:.2} a second, {left} left", self.bar.message()));
        }
    }
}

/// Does work whose parts cannot be counted, and says on stderr from time to time that it goes on.
pub fn going_on<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            while wait.recv_timeout(EVERY) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                terminal::note(&format!("{what}: going on, {:.0} s", begin.elapsed().as_secs_f64()));
            }
        });
        let out = work();
        // Its end wakes the other thread, as a panic of the work would.
        drop(done);
        out
    })
}
