//! What a study of many runs is, apart from its results: enough to merge its shards anywhere.

use super::Meta;
use crate::study::Range;
use crate::study::sensitivity::Method;
use serde::{Deserialize, Serialize};

/// A study of many runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Who made it.
    pub meta: Meta,
    /// Its arms, the baseline first.
    pub arms: Vec<ArmAbout>,
    /// Packages that are attributed to their measures.
    pub packages: Vec<PackageAbout>,
    /// Columns of the time series whose hourly fans are kept.
    pub series: Vec<String>,
    /// How ranged assumptions are varied, in a sensitivity study.
    #[serde(default)]
    pub design: Option<DesignAbout>,
    /// What is swept, in a sweep.
    #[serde(default)]
    pub sweep: Option<SweepAbout>,
}

/// How ranged assumptions are varied: run `point × futures + future` is a future at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignAbout {
    /// The design.
    pub method: Method,
    /// Futures at each point.
    pub futures: u32,
}

/// What is swept: the arms stand point by point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepAbout {
    /// One or two keys.
    pub keys: Vec<String>,
    /// Their values at each point.
    pub points: Vec<Vec<f64>>,
    /// Whether two scenarios are swept, the baseline first at each point.
    pub against: bool,
}

/// An arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArmAbout {
    /// Its name.
    pub name: String,
    /// The assumptions that are drawn; empty where they are held.
    pub ranges: Vec<Range>,
    /// Metrics that its changes set themselves: an effect on them is an input, not a finding.
    pub typed_in: Vec<String>,
    /// Whether it is only run to attribute a package.
    pub is_part: bool,
}

/// A package whose difference is attributed to its measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageAbout {
    /// Place of the arm that is the package.
    pub arm: usize,
    /// Names of the measures.
    pub measures: Vec<String>,
    /// Places of the arms: nothing, every package of [`crate::study::Coalitions::masks`] in order, all.
    pub arms: Vec<usize>,
}

impl About {
    /// Names of the arms with the keys of their drawn assumptions.
    pub fn heads(&self) -> Vec<(String, Vec<String>)> {
        self.arms.iter().map(|a| (a.name.clone(), a.ranges.iter().map(|r| r.key.clone()).collect())).collect()
    }
    /// Whether arms are compared.
    pub fn compares(&self) -> bool {
        self.arms.len() > 1
    }
}
