//! A scenario as an arm of a study: built once, and again for each member with other assumptions.

use super::{Checked, Problems, Ranged, Scenario};
use crate::random::{Member, Seed};
use crate::region::Region;
use crate::study::{Range, World};
use std::borrow::Cow;

/// A scenario that a study runs many times.
#[derive(Debug)]
pub struct Arm {
    name: String,
    scenario: Scenario,
    ranged: Vec<Ranged>,
    ranges: Vec<Range>,
    region: Region,
}

impl Arm {
    /// Reads, checks and builds a scenario; also gives what was checked, for manifests.
    ///
    /// # Errors
    /// All problems of the scenario at once.
    pub fn new(scenario: Scenario) -> Result<(Self, Checked), Problems> {
        let checked = scenario.check();
        let region = checked.build()?;
        let ranged = checked.ranged_assumptions();
        let ranges = ranged.iter().map(|r| Range {
            key: r.key.clone(),
            low: r.low,
            mode: r.value,
            high: r.high,
            whole: r.whole,
        });
        Ok((Self { name: scenario.name().to_owned(), ranges: ranges.collect(), ranged, region, scenario }, checked))
    }

    /// The same arm by another name, for a scenario that is compared with itself.
    #[must_use]
    pub fn named(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The scenario of one member as a file that lays its drawn assumptions over the arm's scenario.
    pub fn row(&self, seed: Seed, member: Member, drawn: Option<&[f64]>) -> String {
        let mut files = vec![self.scenario.name().to_owned()];
        files.extend(self.scenario.overlays().iter().cloned());
        let files: Vec<String> = files.iter().map(|f| format!("{f:?}")).collect();
        let mut text =
            format!("# Member {} of seed {}: `hashwatt run THIS.toml --member {0}`.\nformat = 1\n", member.0, seed.0);
        text.push_str(&format!(
            "title = {:?}\nextends = [{}]\n",
            format!("{}, member {}", self.name, member.0),
            files.join(", ")
        ));
        let mut settings: Vec<(String, String)> = self.scenario.settings().to_vec();
        settings.retain(|(key, _)| key != "seed");
        settings.push(("seed".to_owned(), seed.0.to_string()));
        if let Some(drawn) = drawn {
            settings.extend(self.ranged.iter().zip(drawn).flat_map(|(ranged, value)| ranged.settings(*value)));
        }
        for (key, value) in &settings {
            text.push_str(&format!("{key} = {value}\n"));
        }
        for (key, _) in &settings {
            text.push_str(&format!("[source.{key:?}]\nassumption = \"of member {}\"\n", member.0));
        }
        text
    }

    /// The same arm with only those assumptions that begin with one of some prefixes; none given: all.
    #[must_use]
    pub fn only(self, prefixes: &[String]) -> Self {
        let kept = |key: &str| prefixes.is_empty() || prefixes.iter().any(|p| key.starts_with(p.as_str()));
        let (ranged, ranges) = self.ranged.into_iter().zip(self.ranges).filter(|(_, r)| kept(&r.key)).unzip();
        Self { ranged, ranges, ..self }
    }

    /// The region as the scenario has it.
    pub fn plain(&self) -> &Region {
        &self.region
    }
}

impl World for Arm {
    fn name(&self) -> &str {
        &self.name
    }
    fn ranges(&self) -> &[Range] {
        &self.ranges
    }
    fn draw(&self, seed: Seed, member: Member) -> Vec<f64> {
        self.fitted(self.ranges.iter().map(|r| r.draw(seed, member)).collect())
    }
    fn fitted(&self, given: Vec<f64>) -> Vec<f64> {
        let mut drawn = given;
        let shares = || self.ranges.iter().map(|r| is_share_of_one(&r.key));
        let sum = |values: &mut dyn Iterator<Item = f64>| {
            values.zip(shares()).filter(|(_, share)| *share).map(|(v, _)| v).sum::<f64>()
        };
        let (whole, found) = (sum(&mut self.ranges.iter().map(|r| r.mode)), sum(&mut drawn.iter().copied()));
        if found > 0.0 {
            drawn.iter_mut().zip(shares()).filter(|(_, share)| *share).for_each(|(v, _)| *v *= whole / found);
        }
        drawn
    }
    fn region(&self, drawn: Option<&[f64]>) -> Result<Cow<'_, Region>, String> {
        let Some(drawn) = drawn else { return Ok(Cow::Borrowed(&self.region)) };
        let settings = self.ranged.iter().zip(drawn).flat_map(|(ranged, value)| ranged.settings(*value));
        let mut scenario = self.scenario.clone();
        for (key, value) in settings {
            scenario = scenario.set(&key, &value).map_err(|p| p.render(false))?;
        }
        let mut region = scenario.build().map_err(|p| p.render(false))?;
        // The ends of a limit's range belong to the scenario, not to the value that was drawn.
        for (section, plain) in region.atlas.interfaces.iter_mut().zip(self.region.atlas.interfaces.iter()) {
            (section.low_mw, section.high_mw) = (plain.low_mw, plain.high_mw);
        }
        Ok(Cow::Owned(region))
    }
}

/// Whether an assumption is one of the channels' shares of the start, which together are one: they are drawn each in its
/// own range and then scaled to the sum that the scenario gives them.
fn is_share_of_one(key: &str) -> bool {
    key.strip_prefix("channel.").is_some_and(|rest| rest.ends_with(".start_share"))
}
