//! Two scenarios held against each other: which keys differ, whether their difference is that of a measure, what was typed in.

use super::{Checked, Resolved, Scenario};
use crate::region::Region;

/// Keys that say something to people and nothing to the model.
const TALK: [&str; 6] = ["format", "title", "note", "question", "hint", "answer_key"];

/// The keys whose values differ, in the order of the first scenario and then of the second.
pub fn changed(base: &Resolved, arm: &Resolved) -> Vec<String> {
    let model = |r: &Resolved| -> Vec<(String, String)> {
        let values = r.values.iter().filter(|v| !TALK.contains(&v.key.as_str()));
        values.map(|v| (v.key.clone(), v.toml.clone())).collect()
    };
    let (ours, theirs) = (model(base), model(arm));
    let differs = |list: &[(String, String)], one: &(String, String)| list.binary_search(one).is_err();
    let sorted = |mut list: Vec<(String, String)>| {
        list.sort();
        list
    };
    let (sorted_ours, sorted_theirs) = (sorted(ours.clone()), sorted(theirs.clone()));
    let mut out: Vec<String> = ours.iter().filter(|one| differs(&sorted_theirs, one)).map(|p| p.0.clone()).collect();
    for (key, _) in theirs.iter().filter(|one| differs(&sorted_ours, one)) {
        if !out.contains(key) {
            out.push(key.clone());
        }
    }
    out
}

/// The events among some keys, each once.
pub fn events(changed: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for key in changed {
        let id = key.strip_prefix("event.").and_then(|rest| rest.split('.').next());
        if let Some(id) = id.filter(|id| !out.iter().any(|o| o == id)) {
            out.push(id.to_owned());
        }
    }
    out
}

/// Events of the first scenario that the second has not, or has switched off.
pub fn missing(base: &Resolved, arm: &Resolved) -> Vec<String> {
    let in_force = |of: &Resolved| {
        let keys: Vec<String> = of.values.iter().map(|v| v.key.clone()).collect();
        let is_on = |id: &String| of.value(&format!("event.{id}.enabled")).is_none_or(|v| v.toml != "false");
        events(&keys).into_iter().filter(is_on).collect::<Vec<String>>()
    };
    let has = in_force(arm);
    in_force(base).into_iter().filter(|id| !has.contains(id)).collect()
}

/// Why the difference of two scenarios would not be that of a measure, naming the key; `None` if it would.
///
/// They must have the same window, steps, seed, weather, water and starting fleet, unless `other_start` allows another fleet;
/// a scenario without any mining is let through, as the question of what mining adds. Of an arm that differs by events only,
/// one must be able to come into force.
pub fn refused(
    (base, base_region): (&Checked, &Region),
    (arm, arm_region): (&Checked, &Region),
    other_start: bool,
) -> Option<String> {
    let (ours, theirs) = (base.resolved(), arm.resolved());
    let changed = changed(&ours, &theirs);
    let is = |key: &String, starts: &[&str]| starts.iter().any(|s| key.starts_with(s));
    let shown = |r: &Resolved, key: &str| r.value(key).map_or_else(|| "absent".to_owned(), |v| short(&v.toml));
    let name = |what: &str, key: &str| {
        let (a, b) = (shown(&ours, key), shown(&theirs, key));
        format!(
            "`{key}` is {a} in {} and {b} in {}: with another {what} the difference would not be the measure's",
            base.name(),
            arm.name()
        )
    };
    let find = |starts: &[&str]| changed.iter().find(|key| is(key, starts)).cloned();
    if let Some(key) = find(&["window.", "step_minutes"]) {
        return Some(format!("{}; give both the same, such as with --from and --to", name("window", &key)));
    }
    if let Some(key) = find(&["seed"]) {
        return Some(format!("{}; give both the same with --seed", name("seed", &key)));
    }
    // A site of weather that only one of them has disturbs no other site: it is where something stands, not another weather.
    let is_of_added_site = |key: &str| {
        let id = key.strip_prefix("climate_site.").and_then(|rest| rest.split_once('.')).map(|(id, _)| id);
        let has = |r: &Resolved, id: &str| r.value(&format!("climate_site.{id}.mean_c")).is_some();
        id.is_some_and(|id| has(&ours, id) != has(&theirs, id))
    };
    let is_weather = |key: &&String| is(key, &["climate", "inflow_year.", "hydro.hydrology"]) && !is_of_added_site(key);
    if let Some(key) = changed.iter().find(is_weather) {
        return Some(name("weather", key));
    }
    let fleet = |key: &&String| {
        key.starts_with("tier.") && key.ends_with(".start_share")
            || key.starts_with("site.") && [".connected_mw", ".models"].iter().any(|end| key.ends_with(end))
            || key.starts_with("site.") && key.contains(".machines")
    };
    if let Some(key) = changed.iter().find(fleet).filter(|_| !other_start) {
        return Some(format!("{}; --other-start compares them all the same", name("starting fleet", key)));
    }
    let differing = events(&changed);
    if !changed.is_empty() && changed.iter().all(|key| key.starts_with("event.")) {
        let can_fire = |region: &Region| {
            let events = region.policy.events.iter().filter(|e| differing.contains(&e.id));
            let window = region.window;
            events.into_iter().any(|e| {
                let trigger = &e.trigger;
                trigger.from.is_none_or(|d| d < window.until) && trigger.until.is_none_or(|d| d > window.from)
            })
        };
        if !can_fire(base_region) && !can_fire(arm_region) {
            let ids: Vec<String> = differing.iter().map(|id| format!("`event.{id}`")).collect();
            let window = format!("{} to {}", base_region.window.from, base_region.window.until.plus(-1));
            return Some(format!(
                "{} differs from {} by {} alone, and none can come into force in the window {window}; choose a window with --from and --to",
                arm.name(),
                base.name(),
                ids.join(", ")
            ));
        }
    }
    None
}

fn short(toml: &str) -> String {
    if toml.chars().count() > 40 {
        format!("{}…", toml.chars().take(40).collect::<String>())
    } else {
        toml.to_owned()
    }
}

/// Metrics that an arm's changed keys set themselves: an effect on them is an input, not a finding.
pub fn typed_in(changed: &[String]) -> Vec<&'static str> {
    /// Energy, hashrate and machines of mining.
    const FLEET: &[&str] = &[
        "mining_gwh",
        "mining_peak_mw",
        "mining_at_region_peak_mw",
        "mining_december_mw",
        "mining_by_operator_gwh",
        "mining_by_place_gwh",
        "mining_by_month_mw",
        "hashrate_mean_eh_s",
        "hashrate_share_mean",
        "hashrate_january_2022_eh_s",
        "hashrate_share_january_2022",
        "hashrate_by_operator_eh_s",
        "hashrate_by_month_eh_s",
        "machines",
        "machines_bought",
        "machines_left",
    ];
    const HOURS: &[&str] = &["mining_gwh", "mining_by_operator_gwh", "mining_by_place_gwh", "mining_by_month_mw"];
    const BILL: &[&str] = &["mining_power_cost_usd", "implicit_subsidy_usd", "implicit_subsidy_all_homes_usd"];
    let rules: &[(&str, &[&str])] = &[
        ("fleet.enabled", FLEET),
        ("site.", FLEET),
        ("tier.", FLEET),
        ("growth.", FLEET),
        (".act.curfew.", HOURS),
        (".act.moratorium.", HOURS),
        (".act.interruptible.", &["curtailed_mining_mwh"]),
        (".act.tariff.", BILL),
        ("tariff.", BILL),
        ("home_tariff.", BILL),
        (".act.levy.", &["tax_usd"]),
        ("tax_law.", &["tax_usd"]),
        ("demand.", &["demand_gwh"]),
        ("consumer.", &["demand_gwh"]),
    ];
    let mut out: Vec<&'static str> = Vec::new();
    // Under which sky a site stands is no amount: what it does to load and hashrate is found.
    for key in changed.iter().filter(|key| !key.ends_with(".climate_site")) {
        let hit = |rule: &&(&str, &[&str])| {
            if rule.0.starts_with('.') { key.contains(rule.0) } else { key.starts_with(rule.0) }
        };
        for (_, metrics) in rules.iter().filter(hit) {
            out.extend(metrics.iter().filter(|m| !out.contains(m)).copied().collect::<Vec<_>>());
        }
    }
    out
}

/// The measures of a package, each with the way to make the baseline with some of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Package {
    /// Names of the measures: files, or events.
    pub measures: Vec<String>,
    base: Scenario,
    arm: Scenario,
    by_file: bool,
}

impl Package {
    /// The measures by which an arm differs from the baseline: one for each file that it lays over it, or, where the files
    /// stand on one another, one for each event.
    ///
    /// # Errors
    /// Why the arm is no package of measures.
    pub fn of(base: (&Scenario, &Checked), arm: (&Scenario, &Checked)) -> Result<Self, String> {
        let known: Vec<&str> = base.1.layers.iter().map(|l| base.1.texts.name(l.text)).collect();
        let own = arm.1.layers.iter().filter(|l| !known.contains(&arm.1.texts.name(l.text)));
        // A file that only extends is the package itself.
        let says = |l: &&super::overlay::Layer| {
            l.root.iter().any(|e| !TALK.contains(&e.key.as_str()) && !["extends", "source"].contains(&e.key.as_str()))
        };
        let own: Vec<_> = own.filter(says).collect();
        let texts: Vec<_> = own.iter().map(|l| l.text).collect();
        let apart = own.iter().all(|l| texts.iter().all(|t| *t == l.text || !l.below.contains(t)));
        let package =
            |measures: Vec<String>, by_file| Self { measures, base: base.0.clone(), arm: arm.0.clone(), by_file };
        let names: Vec<String> = own.iter().map(|l| arm.1.texts.name(l.text).to_owned()).collect();
        let on_the_command_line = names.iter().any(|n| n == super::overlay::COMMAND_LINE);
        let mut tried = Vec::new();
        if names.len() > 1 && apart && !on_the_command_line {
            tried.push(package(names, true));
        }
        let changed = changed(&base.1.resolved(), &arm.1.resolved());
        if changed.iter().all(|key| key.starts_with("event.")) {
            tried.push(package(events(&changed), false));
        }
        let whole = |p: &Self| (1_u64 << p.measures.len().min(32)) - 1;
        let canonical = |s: &Scenario| s.check().resolved().canonical();
        for package in tried.into_iter().filter(|p| !p.measures.is_empty() && p.measures.len() <= 32) {
            let ends = [(0, base.1), (whole(&package) as u32, arm.1)];
            let meets = |(mask, checked): &(u32, &Checked)| {
                package.scenario(*mask).is_ok_and(|s| canonical(&s) == checked.resolved().canonical())
            };
            if ends.iter().all(meets) {
                return Ok(package);
            }
        }
        Err(format!(
            "{} is no package of measures on {}: it should lay files over it that do not stand on one another, or differ by events alone",
            arm.1.name(),
            base.1.name()
        ))
    }

    /// The baseline with the measures of a mask.
    ///
    /// # Errors
    /// [`super::Problems`] of the scenario.
    pub fn scenario(&self, mask: u32) -> Result<Scenario, super::Problems> {
        let each = || self.measures.iter().enumerate();
        if self.by_file {
            let mut scenario = self.base.clone();
            for (_, name) in each().filter(|(i, _)| mask & (1 << i) != 0) {
                scenario = scenario.with(name)?;
            }
            return Ok(scenario);
        }
        let mut scenario = self.arm.clone();
        for (_, id) in each().filter(|(i, _)| mask & (1 << i) == 0) {
            scenario = scenario.set(&format!("event.{id}.enabled"), "false")?;
        }
        Ok(scenario)
    }

    /// A name for people of the package of a mask.
    pub fn name(&self, mask: u32) -> String {
        let short = |name: &String| name.rsplit('/').next().unwrap_or("").to_owned();
        let with: Vec<String> =
            self.measures.iter().enumerate().filter(|(i, _)| mask & (1 << i) != 0).map(|(_, n)| short(n)).collect();
        format!("{} + {}", self.base.name(), with.join(" + "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(name: &str) -> (Scenario, Checked, Region) {
        let scenario = Scenario::builtin(name).unwrap();
        let checked = scenario.check();
        let region = checked.build().unwrap();
        (scenario, checked, region)
    }

    #[test]
    fn the_shipped_package_has_its_three_measures() {
        let (base, arm) = (open("irkutsk/no-sanctions"), open("irkutsk"));
        let package = Package::of((&base.0, &base.1), (&arm.0, &arm.1)).unwrap();
        assert_eq!(package.measures, ["irkutsk/ofac-2022", "irkutsk/fsa-2022", "irkutsk/eu-2022"]);
        assert_eq!(package.name(0b101), "irkutsk/no-sanctions + ofac-2022 + eu-2022");
        let severe = open("irkutsk/severe-measures");
        let package = Package::of((&base.0, &base.1), (&severe.0, &severe.1)).unwrap();
        assert_eq!(package.measures.len(), 6, "{:?}", package.measures);
        let tariff = open("irkutsk/published-tariff");
        assert!(Package::of((&arm.0, &arm.1), (&tariff.0, &tariff.1)).is_err());
    }

    #[test]
    fn what_is_no_measure_is_refused_by_its_key() {
        let base = open("irkutsk/no-sanctions");
        let refuse = |s: Scenario| {
            let checked = s.check();
            let region = checked.build().unwrap();
            refused((&base.1, &base.2), (&checked, &region), false)
        };
        let with = |key: &str, value: &str| base.0.clone().set(key, value).unwrap();
        assert_eq!(refuse(base.0.clone()), None, "a null overlay is let through");
        assert_eq!(
            refuse(Scenario::builtin("irkutsk/warm-place").unwrap()),
            None,
            "a further site is no other weather"
        );
        assert!(refuse(with("climate_site.irkutsk.latitude_deg", "50.0")).is_some_and(|w| w.contains("weather")));
        assert!(refuse(with("climate.weather", "\"generated\"")).is_some_and(|w| w.contains("weather")));
        let more = refuse(with("site.host_a_bratsk.connected_mw", "1.0"));
        assert!(more.is_some_and(|w| w.contains("starting fleet") && w.contains("site.host_a_bratsk.connected_mw")));
        let late =
            Scenario::builtin("irkutsk/fsa-2022").unwrap().set("event.fsa_cutoff.when.from", "2030-01-01").unwrap();
        assert!(refuse(late).is_some_and(|w| w.contains("event.fsa_cutoff") && w.contains("window")));
        assert_eq!(refuse(Scenario::builtin("irkutsk/no-mining").unwrap()), None);
    }

    #[test]
    fn what_was_typed_in_is_no_finding() {
        let (base, none) = (open("irkutsk/no-sanctions"), open("irkutsk/no-mining"));
        let changed = changed(&base.1.resolved(), &none.1.resolved());
        assert_eq!(changed, ["fleet.enabled"]);
        assert!(typed_in(&changed).contains(&"mining_gwh") && !typed_in(&changed).contains(&"export_gwh"));
        assert!(typed_in(&["site.host_a_bratsk.climate_site".to_owned()]).is_empty());
        assert!(typed_in(&["event.x.act.designate.operator".to_owned()]).is_empty());
        assert_eq!(typed_in(&["event.x.act.levy.usd_per_kwh".to_owned()]), ["tax_usd"]);
    }
}
