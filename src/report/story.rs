//! The run in sentences, computed from its headlines; a sentence whose numbers are absent is not told.

pub mod differences;

use super::number;
use super::print::Print;
use super::summary::TOTAL;
use super::view::{View, day_words, say};
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
    told.into_iter().flatten().map(|text| number::localized(&text, view.language).into_owned()).collect()
}

fn mw(view: &View<'_>, v: f64) -> String {
    say!(view, "{}\u{a0}MW", "{}\u{a0}МВт", number::whole(v))
}

fn twh(view: &View<'_>, gwh: f64) -> String {
    if gwh.abs() < 9.995 {
        return say!(view, "{}\u{a0}GWh", "{}\u{a0}ГВт·ч", number::whole(gwh));
    }
    let text = number::fixed(gwh / 1000.0, if gwh.abs() < 9_995.0 { 2 } else { 1 });
    say!(view, "{}\u{a0}TWh", "{}\u{a0}ТВт·ч", text)
}

fn peak(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let (peak, mining) = (r.number("region_peak_mw")?, r.number("mining_at_region_peak_mw")?);
    let step = super::view::largest(view.series("total_load_mw")?)?.0;
    if mining < 0.5 {
        return Some(say!(
            view,
            "The load peaked at {} ({}), none of it mining.",
            "Нагрузка достигла {} ({}), майнинга в ней не было.",
            mw(view, peak),
            view.when(step)
        ));
    }
    Some(say!(
        view,
        "The load peaked at {} ({}). Mining drew {} in that hour, {} of the load.",
        "Нагрузка достигла {} ({}). Майнинг в этот час брал {} – {} нагрузки.",
        mw(view, peak),
        view.when(step),
        mw(view, mining),
        number::percent(mining / peak)
    ))
}

fn energy(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let (load, mining) = (r.number("total_load_gwh")?, r.number("mining_gwh")?);
    let used =
        say!(view, "Over {}, the region used {}", "За период {} регион потребил {}", view.window(), twh(view, load));
    let mut text = vec![if mining > 0.0 {
        say!(
            view,
            "{}, of which {} ({}) went to mining.",
            "{}, из них {} ({}) ушло на майнинг.",
            used,
            twh(view, mining),
            number::percent(mining / load)
        )
    } else {
        say!(view, "{}, none of it for mining.", "{}, майнинг – ничего.", used)
    }];
    if let (Some(hydro), Some(thermal)) = (r.number("hydro_gwh"), r.number("thermal_gwh")) {
        text.push(say!(
            view,
            " Its hydro plants made {}, its thermal plants {}",
            " Его ГЭС выработали {}, тепловые станции – {}",
            twh(view, hydro),
            twh(view, thermal)
        ));
        text.push(match r.number("export_gwh") {
            Some(e) if e >= 0.0 => {
                say!(view, "; {} net left the region.", "; сальдо {} ушло из региона.", twh(view, e))
            }
            Some(e) => say!(view, "; {} net came in.", "; сальдо {} пришло извне.", twh(view, -e)),
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
    Some(say!(
        view,
        "Mining went from a mean of {} in December {} to {} in December {}. The power that it may connect is imposed month by \
         month: its growth is an input, not a finding.",
        "Майнинг вырос в среднем с {} в декабре {} до {} в декабре {}. Мощность, которую он может подключить, задана по месяцам: \
         рост – входное данное, а не вывод.",
        mw(view, *before),
        first,
        mw(view, *after),
        last
    ))
}

fn corridor(view: &View<'_>) -> Option<String> {
    let row = view.interface(super::view::CORRIDOR)?;
    let hours = view.record.number("hours")?;
    let mut text = vec![say!(
        view,
        "The north–south corridor carried up to {}; it was at its limit in {} and above 90\u{a0}% of it in {}.",
        "Коридор север – юг нёс до {}; на пределе он стоял {}, выше 90\u{a0}% предела – {}.",
        mw(view, row.max_flow_mw),
        view.of_hours(row.hours_at_limit, hours),
        view.hours(row.hours_above_90pct)
    )];
    if row.limit_assumed {
        text.push(say!(
            view,
            " Depends on an assumption: its limit is not published; {} was taken, range {}–{}.",
            " Зависит от допущения: предел не опубликован; принято {}, диапазон {}–{}.",
            mw(view, row.limit_mw),
            number::fixed(row.limit_low_mw, 0),
            mw(view, row.limit_high_mw)
        ));
    }
    let sections = view.record.branches.iter().filter(|b| b.kind == "interface" && b.id != row.id);
    if let Some(other) = sections.max_by(|a, b| a.hours_at_limit.total_cmp(&b.hours_at_limit))
        && other.hours_at_limit > row.hours_at_limit
    {
        let assumed = if other.limit_assumed { view.pick("assumed at ", "принято ") } else { "" };
        text.push(say!(
            view,
            " Another limit held longer: the {}, {}{} in {}.",
            " Дольше держал другой предел: {}, {}{}: {}.",
            Print::of(view).name(&other.id),
            assumed,
            mw(view, other.limit_mw),
            view.hours(other.hours_at_limit)
        ));
    }
    Some(text.concat())
}

/// Where most of what went unserved was short, if one bus has more than half of it.
fn shortest_place(view: &View<'_>, unserved_mwh: f64) -> String {
    let Some(Value::ById(buses)) = view.record.headline("unserved_by_bus_mwh") else { return String::new() };
    let most = buses.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, mwh)| *mwh > 0.5 * unserved_mwh);
    most.map_or_else(String::new, |(bus, mwh)| {
        let (share, name) = (number::percent(mwh / unserved_mwh), Print::of(view).name(bus));
        say!(view, " ({} of it at {})", " (из них {} – {})", share, name)
    })
}

fn cut(view: &View<'_>) -> Option<String> {
    let (unserved, curtailed) = (view.record.number("unserved_mwh")?, view.record.number("curtailed_mining_mwh")?);
    let unserved = if unserved < 0.5 {
        view.pick("No ordinary load went unserved", "Обычная нагрузка обеспечена полностью").to_owned()
    } else {
        say!(
            view,
            "{}\u{a0}MWh of ordinary load went unserved",
            "Обычной нагрузке недодано {}\u{a0}МВт·ч",
            number::whole(unserved)
        ) + &shortest_place(view, unserved)
    };
    let curtailed = if curtailed < 0.5 {
        view.pick("no mining was curtailed", "майнинг не отключали").to_owned()
    } else {
        say!(
            view,
            "{}\u{a0}MWh of mining was curtailed",
            "у майнинга отключено {}\u{a0}МВт·ч",
            number::whole(curtailed)
        )
    };
    Some(format!("{unserved}; {curtailed}."))
}

fn hashes(view: &View<'_>) -> Option<String> {
    let r = view.record;
    let mean = r.number("hashrate_mean_eh_s")?;
    if mean <= 0.0 {
        return Some(view.pick("Nobody mined in this run.", "В этом расчёте никто не майнил.").into());
    }
    let mean = number::plain(mean);
    let mut text =
        vec![say!(view, "The miners hashed {}\u{a0}EH/s on average", "Средний хешрейт майнеров – {}\u{a0}EH/s", mean)];
    if let Some(share) = r.number("hashrate_share_mean") {
        text.push(say!(view, ", {} of the world’s network", ", {} мировой сети", number::percent(share)));
    }
    if let Some(pue) = r.number("pue_mean") {
        text.push(say!(
            view,
            "; each kilowatt of machines took {}\u{a0}kW with cooling",
            "; каждый киловатт машин брал с охлаждением {}\u{a0}кВт",
            number::fixed(pue, 2)
        ));
    }
    text.push(".".into());
    if let (Some(eh_s), Some(share)) = (r.number("hashrate_january_2022_eh_s"), r.number("hashrate_share_january_2022"))
    {
        let verdict = if share > CAMBRIDGE_RUSSIA.1 {
            view.pick(
                "the two disagree: the modeled region alone exceeds it",
                "они расходятся: один модельный регион больше",
            )
        } else {
            view.pick("the modeled region is a part of it", "модельный регион – его часть")
        };
        text.push(say!(
            view,
            " In January 2022 it was {}\u{a0}EH/s, {} of the network; Cambridge’s last map has {}\u{a0}EH/s, {}, for all of Russia: {}.",
            " В январе 2022 это {}\u{a0}EH/s, {} сети; на последней карте Кембриджа {}\u{a0}EH/s, {} на всю Россию: {}.",
            number::plain(eh_s),
            number::percent(share),
            number::plain(CAMBRIDGE_RUSSIA.0),
            number::percent(CAMBRIDGE_RUSSIA.1),
            verdict
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
    let earned = number::dollars(revenue);
    let mut text = vec![say!(
        view,
        "The operators, with all their sites, earned {}",
        "Операторы со всеми площадками заработали {}",
        earned
    )];
    if let Some(power) = r.number("mining_power_cost_usd") {
        text.push(say!(view, ", paid {} for power", ", заплатили за энергию {}", number::dollars(power)));
    }
    text.push(say!(
        view,
        " and kept {} before the cost of machines",
        ", осталось {} до покупки машин",
        number::dollars(profit)
    ));
    if let Some(published) = r.number("mining_profit_published_tariff_usd").filter(|p| (p - profit).abs() >= 1.0) {
        text.push(say!(
            view,
            " ({} if homes had paid the published tariff)",
            " ({}, если бы дома платили опубликованный тариф)",
            number::dollars(published)
        ));
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
            let other = published.iter().find(|p| p.0 == *id && (p.1 - usd).abs() >= 1.0);
            let other = other.map_or_else(String::new, |p| {
                say!(view, " ({} at the published tariff)", " ({} по опубликованному тарифу)", number::dollars(p.1))
            });
            format!("{}{by}{other}", number::dollars(*usd))
        })
        .collect();
    Some(say!(view, "What home miners did not pay: {}.", "Чего не доплатили домашние майнеры: {}.", told.join("; ")))
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
            Some(known) if ends => {
                known.2 = say!(view, "{} to {}", "{} по {}", known.2, day_words(h.day, view.language));
            }
            _ if ends => {}
            _ => told.push((&h.subject, title, say!(view, "from {}", "с {}", day_words(h.day, view.language)))),
        }
    }
    if told.is_empty() {
        return None;
    }
    let list: Vec<String> = told.iter().map(|(_, title, when)| format!("{title} ({when})")).collect();
    let mut text =
        vec![say!(view, "Dated measures in this run: {}.", "Меры с датами в этом расчёте: {}.", list.join("; "))];
    if let (Some(cost), Some(revenue)) = (channel_cost(view), r.number("mining_revenue_usd"))
        && revenue > 0.0
    {
        text.push(say!(
            view,
            " Turning coin into money cost operators {}, {} of what they mined.",
            " Превращение монет в деньги стоило операторам {} – {} добытого.",
            number::dollars(cost),
            number::percent(cost / revenue)
        ));
    }
    text.push(
        view.pick(
            " What the measures changed shows only against a run without them.",
            " Что изменили меры, видно только в сравнении с расчётом без них.",
        )
        .into(),
    );
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
        let count = view.count(n as f64, ["assumption", "assumptions"], ["допущение", "допущения", "допущений"]);
        say!(
            view,
            "It leans on {} with a stated range, listed with their reasons below and in manifest.json.",
            "Расчёт опирается на {} с указанным диапазоном; они перечислены с обоснованием ниже и в manifest.json.",
            count
        )
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
