//! The run in sentences, computed from its headlines; a sentence whose numbers are absent is not told.

use super::number;
use super::print::Print;
use super::summary::TOTAL;
use super::view::{View, day_words};
use crate::record::{Cell, Value};

/// The story of a run, one paragraph an entry: load and peak, limits, who paid, measures, what it leans on.
pub fn tell(view: &View<'_>) -> Vec<String> {
    let told = [
        energy(view),
        peak(view),
        growth(view),
        corridor(view),
        cut(view),
        money(view),
        subsidy(view),
        measures(view),
        hashes(view),
        leans(view),
    ];
    told.into_iter().flatten().collect()
}

fn mw(v: f64) -> String {
    format!("{}\u{a0}MW", number::whole(v))
}

fn twh(gwh: f64) -> String {
    if gwh.abs() < 9.995 {
        return format!("{}\u{a0}GWh", number::whole(gwh));
    }
    format!("{}\u{a0}TWh", number::fixed(gwh / 1000.0, if gwh.abs() < 9_995.0 { 2 } else { 1 }))
}

fn peak(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let (peak, mining) = (r.number("region_peak_mw")?, r.number("mining_at_region_peak_mw")?);
    let step = super::view::largest(view.series("total_load_mw")?)?.0;
    if mining < 0.5 {
        return Some(format!("The load peaked at {} ({}), none of it mining.", mw(peak), view.when(step)));
    }
    Some(format!(
        "The load peaked at {} ({}). Mining drew {} in that hour, {} of the load.",
        mw(peak),
        view.when(step),
        mw(mining),
        number::percent(mining / peak)
    ))
}

fn energy(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let (load, mining) = (r.number("total_load_gwh")?, r.number("mining_gwh")?);
    let used = format!("Over {}, the region used {}", view.window(), twh(load));
    let mut text = vec![if mining > 0.0 {
        format!("{used}, of which {} ({}) went to mining.", twh(mining), number::percent(mining / load))
    } else {
        format!("{used}, none of it for mining.")
    }];
    if let (Some(hydro), Some(thermal)) = (r.number("hydro_gwh"), r.number("thermal_gwh")) {
        text.push(format!(" Its hydro plants made {}, its thermal plants {}", twh(hydro), twh(thermal)));
        text.push(match r.number("export_gwh") {
            Some(e) if e >= 0.0 => format!("; {} net left the region.", twh(e)),
            Some(e) => format!("; {} net came in.", twh(-e)),
            None => ".".into(),
        });
    }
    Some(text.concat())
}

/// Mining in the Decembers of the window.
fn growth(view: &View<'_>) -> Option<String> {
    let Some(Value::ById(years)) = view.record.headline("mining_december_mw") else { return None };
    let ((first, before), (last, after)) = (years.first()?, years.last()?);
    if first == last || *before < 0.5 {
        return None;
    }
    Some(format!(
        "Mining went from a mean of {} in December {first} to {} in December {last}. The power that it may connect is \
         imposed month by month: its growth is an input, not a finding.",
        mw(*before),
        mw(*after)
    ))
}

fn corridor(view: &View<'_>) -> Option<String> {
    let row = view.interface(super::view::CORRIDOR)?;
    let hours = view.record.number("hours")?;
    let mut text = vec![format!(
        "The north–south corridor carried up to {}; it was at its limit in {} and above 90\u{a0}% of it in {}.",
        mw(row.max_flow_mw),
        super::view::of_hours(row.hours_at_limit, hours),
        number::count(row.hours_above_90pct, "hour", "hours")
    )];
    if row.limit_assumed {
        text.push(format!(
            " Depends on an assumption: its limit is not published; {} was taken, range {}–{}.",
            mw(row.limit_mw),
            number::fixed(row.limit_low_mw, 0),
            mw(row.limit_high_mw)
        ));
    }
    let sections = view.record.branches.iter().filter(|b| b.kind == "interface" && b.id != row.id);
    if let Some(other) = sections.max_by(|a, b| a.hours_at_limit.total_cmp(&b.hours_at_limit))
        && other.hours_at_limit > row.hours_at_limit
    {
        text.push(format!(
            " Another limit held longer: the {}, {}{} in {}.",
            Print::of(view).name(&other.id),
            if other.limit_assumed { "assumed at " } else { "" },
            mw(other.limit_mw),
            number::count(other.hours_at_limit, "hour", "hours")
        ));
    }
    Some(text.concat())
}

fn cut(view: &View<'_>) -> Option<String> {
    let (unserved, curtailed) = (view.record.number("unserved_mwh")?, view.record.number("curtailed_mining_mwh")?);
    let unserved = if unserved < 0.5 {
        "No ordinary load went unserved".to_owned()
    } else {
        format!("{}\u{a0}MWh of ordinary load went unserved", number::whole(unserved))
    };
    let curtailed = if curtailed < 0.5 {
        "no mining was curtailed".to_owned()
    } else {
        format!("{}\u{a0}MWh of mining was curtailed", number::whole(curtailed))
    };
    Some(format!("{unserved}; {curtailed}."))
}

fn hashes(view: &View<'_>) -> Option<String> {
    let r = view.record;
    if r.number("hashrate_mean_eh_s")? <= 0.0 {
        return Some("Nobody mined in this run.".into());
    }
    let mut text =
        vec![format!("The miners hashed {}\u{a0}EH/s on average", number::plain(r.number("hashrate_mean_eh_s")?))];
    if let Some(share) = r.number("hashrate_share_mean") {
        text.push(format!(", {} of the world’s network", number::percent(share)));
    }
    if let Some(pue) = r.number("pue_mean") {
        text.push(format!("; each kilowatt of machines took {}\u{a0}kW with cooling", number::fixed(pue, 2)));
    }
    text.push(".".into());
    if let (Some(eh_s), Some(share)) = (r.number("hashrate_january_2022_eh_s"), r.number("hashrate_share_january_2022"))
    {
        let verdict = if share > CAMBRIDGE_RUSSIA.1 {
            "the two disagree: the modeled region alone exceeds it"
        } else {
            "the modeled region is a part of it"
        };
        text.push(format!(
            " In January 2022 it was {}\u{a0}EH/s, {} of the network; Cambridge’s last map has {}\u{a0}EH/s, {}, for all of Russia: {verdict}.",
            number::plain(eh_s),
            number::percent(share),
            number::plain(CAMBRIDGE_RUSSIA.0),
            number::percent(CAMBRIDGE_RUSSIA.1),
        ));
    }
    Some(text.concat())
}

/// Cambridge Centre for Alternative Finance, mining map, January 2022: Russia's hashrate (EH/s) and share.
const CAMBRIDGE_RUSSIA: (f64, f64) = (8.6, 0.0466);

fn money(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let (revenue, profit) = (r.number("mining_revenue_usd")?, r.number("mining_profit_usd")?);
    if revenue < 1.0 {
        return None;
    }
    let mut text = vec![format!("The operators, with all their sites, earned {}", number::dollars(revenue))];
    if let Some(power) = r.number("mining_power_cost_usd") {
        text.push(format!(", paid {} for power", number::dollars(power)));
    }
    text.push(format!(" and kept {} before the cost of machines", number::dollars(profit)));
    if let Some(published) = r.number("mining_profit_published_tariff_usd").filter(|p| (p - profit).abs() >= 1.0) {
        text.push(format!(" ({} if homes had paid the published tariff)", number::dollars(published)));
    }
    text.push(".".into());
    Some(text.concat())
}

fn subsidy(view: &View<'_>) -> Option<String> {
    let parts = |key: &str| match view.record.headline(key) {
        Some(Value::ById(parts)) => parts.iter().filter(|p| p.0 != TOTAL && p.1.is_finite()).cloned().collect(),
        Some(Value::Number(Some(n))) => vec![(String::new(), *n)],
        _ => Vec::new(),
    };
    let article = parts("implicit_subsidy_usd");
    if article.iter().all(|p| p.1 == 0.0) {
        return None;
    }
    let published = parts("implicit_subsidy_published_tariff_usd");
    let print = Print::of(view);
    let told: Vec<String> = article
        .iter()
        .map(|(id, usd)| {
            let by = if id.is_empty() { String::new() } else { format!(" {}", sentence_case(&print.name(id))) };
            let other = published
                .iter()
                .find(|p| p.0 == *id && (p.1 - usd).abs() >= 1.0)
                .map_or_else(String::new, |p| format!(" ({} at the published tariff)", number::dollars(p.1)));
            format!("{}{by}{other}", number::dollars(*usd))
        })
        .collect();
    Some(format!("What home miners did not pay: {}.", told.join("; ")))
}

fn sentence_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Dated measures that took hold in the window, and what turning coin into money cost.
fn measures(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let mut told: Vec<(&str, &str, String)> = Vec::new();
    for h in r.timeline.iter().filter(|h| h.kind == "event") {
        let (title, ends) = match (h.text.strip_suffix(": in force."), h.text.strip_suffix(": lifted.")) {
            (Some(title), _) => (title, false),
            (None, Some(title)) => (title, true),
            (None, None) => (h.text.trim_end_matches('.'), false),
        };
        match told.iter_mut().find(|m| m.0 == h.subject && !h.subject.is_empty()) {
            Some(known) if ends => known.2 = format!("{} to {}", known.2, day_words(h.day)),
            _ if ends => {}
            _ => told.push((&h.subject, title, format!("from {}", day_words(h.day)))),
        }
    }
    if told.is_empty() {
        return None;
    }
    let list: Vec<String> = told.iter().map(|(_, title, when)| format!("{title} ({when})")).collect();
    let mut text = vec![format!("Dated measures in this run: {}.", list.join("; "))];
    if let (Some(cost), Some(revenue)) = (channel_cost(view), r.number("mining_revenue_usd"))
        && revenue > 0.0
    {
        text.push(format!(
            " Turning coin into money cost operators {}, {} of what they mined.",
            number::dollars(cost),
            number::percent(cost / revenue)
        ));
    }
    text.push(" What the measures changed shows only against a run without them.".into());
    Some(text.concat())
}

fn channel_cost(view: &View<'_>) -> Option<f64> {
    let sheet = view.record.sheet("ledgers")?;
    let at = sheet.columns.iter().position(|c| c.0 == "channel_cost_usd")?;
    Some(sheet.rows.iter().filter_map(|r| if let Some(Cell::Number(n)) = r.get(at) { Some(*n) } else { None }).sum())
}

/// How much of it is assumed.
fn leans(view: &View<'_>) -> Option<String> {
    let n = view.meta.assumptions.len();
    (n > 0).then(|| {
        let count = number::count(n as f64, "assumption", "assumptions");
        format!("It leans on {count} with a stated range, listed with their reasons below and in manifest.json.")
    })
}

#[cfg(test)]
mod tests {
    use super::super::synthetic;
    use super::*;

    #[test]
    fn sentences_carry_the_numbers_of_the_record() {
        let (record, meta) = (synthetic::record(400), synthetic::meta());
        let told = tell(&View::new(&record, &meta));
        assert_eq!(told.len(), 9, "{told:#?}");
        assert!(told[1].contains(&number::whole(record.number("region_peak_mw").unwrap())));
        assert!(told[1].contains("simulated winter") && !told.join(" ").contains("NaN"));
        assert!(told[2].contains("Depends on an assumption"));
        assert!(
            told[6].starts_with("Dated measures in this run: Japan's exchanges close, \"quietly\" (from 1 January")
        );
        assert!(told[8].starts_with("It leans on 1 assumption "));
    }

    #[test]
    fn what_is_absent_is_not_told() {
        let (mut record, mut meta) = (synthetic::record(2), synthetic::meta());
        record.headlines.clear();
        record.branches.clear();
        record.timeline.clear();
        meta.assumptions.clear();
        assert!(tell(&View::new(&record, &meta)).is_empty());
    }
}
