//! Why the program ends without its result, and the exit code that says so.

use super::terminal;
use crate::scenario::Problems;

/// A reason to end, with its exit code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// 1: a disk, a read, an existing folder.
    #[error("{0}")]
    Unfinished(String),
    /// 2: the arguments do not make sense together.
    #[error("{0}")]
    Usage(String),
    /// 3: the scenario, or another input, is wrong; all of it is told.
    #[error("{0}")]
    Invalid(Problems),
    /// 3: an input that is no scenario is wrong.
    #[error("{0}")]
    InvalidInput(String),
    /// 3: what is wrong has been printed already.
    #[error("")]
    InvalidTold,
    /// 4: the limits conflict; which, is told.
    #[error("{0}")]
    Infeasible(String),
    /// 5: some members failed, the rest is there.
    #[error("{0}")]
    Partial(String),
    /// 6: a balance or a certificate broke.
    #[error("{0}\nThis is a bug of hashwatt, not of your scenario. Please report it with the scenario and the seed.")]
    Broken(String),
    /// 7: `verify` found a difference.
    #[error("{0}")]
    Different(String),
    /// 130: interrupted by the user; what is finished is kept.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// A failure of reading or writing a path.
    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Unfinished(format!("{}: {error}", path.display()))
    }
    /// The documented exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Unfinished(_) => 1,
            Self::Usage(_) => 2,
            Self::Invalid(_) | Self::InvalidInput(_) | Self::InvalidTold => 3,
            Self::Infeasible(_) => 4,
            Self::Partial(_) => 5,
            Self::Broken(_) => 6,
            Self::Different(_) => 7,
            Self::Interrupted => 130,
        }
    }
    /// Prints it to stderr.
    pub fn print(&self) {
        match self {
            Self::InvalidTold => {}
            Self::Invalid(problems) => terminal::note(problems.render(terminal::colors()).trim_end()),
            other => terminal::note(&format!("error: {other}")),
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}
