//! The values of a column of a study of many runs: held in memory, or read from a table of runs when they are asked for.

use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

/// A table of runs outside memory: a row for each run, in member order, arms within a member.
pub trait Shelf: Send + Sync {
    /// The values of a column in every run; not a number where there is none. A shelf that cannot be read gives what it can and
    /// remembers that: whoever made it asks before any result is kept.
    fn column(&self, key: &str) -> Arc<Vec<f64>>;
}

/// The values of a column, one for each member.
#[derive(Clone)]
pub enum Values {
    /// In memory.
    Held(Vec<f64>),
    /// In a table of runs.
    Shelved {
        /// The table.
        shelf: Arc<dyn Shelf>,
        /// Key of the column there.
        key: String,
        /// Place of the arm, and the number of arms.
        arm: (usize, usize),
    },
}

impl Values {
    /// The values; shelved ones are read anew each time.
    pub fn get(&self) -> Cow<'_, [f64]> {
        match self {
            Self::Held(values) => Cow::Borrowed(values),
            Self::Shelved { shelf, key, arm: (at, arms) } => {
                Cow::Owned(shelf.column(key).iter().skip(*at).step_by((*arms).max(1)).copied().collect())
            }
        }
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::Held(values)
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(values) => values.fmt(f),
            Self::Shelved { key, arm, .. } => write!(f, "{key} of arm {} of {}", arm.0, arm.1),
        }
    }
}
