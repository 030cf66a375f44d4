//! Fits the operators of `irkutsk-2019` to the mining load that was published for 2018 to 2022, and scores the years after.
//!
//! ```sh
//! cargo run --release --example fit_operators            # the fit: years to 2022 alone are run
//! cargo run --release --example fit_operators -- --score  # the shipped scenario to the end of 2025
//! ```
//!
//! Three numbers are fitted: what the grid companies connect in a month, the fall of hashprice a month that buyers expect, and
//! the megawatts of the start. The misfit is the root mean square of ln(model/published) over five Decembers; the window of
//! every run of the fit ends with 2022, so that nothing later can reach a parameter.

use hashwatt::calendar::Day;
use hashwatt::random::{Member, Seed};
use hashwatt::record::Value;
use hashwatt::record::recorder::Wanted;
use hashwatt::scenario::Scenario;
use std::error::Error;

const WORLD: &str = "irkutsk-2019";

/// Mining load of the region in December, MW. 2018: a site at Bratsk of up to 100 MW (Bloomberg, November 2019), taken as all
/// there was. 2019: 150 to 200 (18,000 machines, CoinDesk 2019), the middle. 2020: an assumption between its neighbors. 2021:
/// 2022 less 47 %. 2022: 814 MW of 2023 over 1.23, itself 1,066 MW of 2024 over 1.31 (System Operator via irkutskmedia.ru,
/// January 2025). No year was metered.
const PUBLISHED: [(&str, f64); 5] =
    [("2018", 100.0), ("2019", 175.0), ("2020", 300.0), ("2021", 450.0), ("2022", 662.0)];
/// What came after, for scoring alone; 2025 is an assumption itself (570 to 620).
const AFTER: [(&str, f64); 3] = [("2023", 814.0), ("2024", 1066.0), ("2025", 595.0)];

type Fallible<T> = Result<T, Box<dyn Error>>;

/// What is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// Most that is connected in a month, MW.
    queue_mw: f64,
    /// Expected fall of hashprice a month, share.
    fall: f64,
    /// Megawatts of the start.
    start_mw: f64,
}

/// The sites of the region with their megawatts as shipped.
fn sites() -> Fallible<Vec<(String, f64)>> {
    let checked = Scenario::builtin(WORLD)?.check();
    let all = checked.view().tables("site");
    let inside = all.into_iter().filter(|(_, v)| v.maybe_number("growth_weight") != Some(0.0));
    Ok(inside.map(|(id, v)| (id, v.number("connected_mw"))).collect())
}

/// Megawatts of mining in December of each year to the end of `until`.
fn decembers(scenario: &Scenario, until: &str) -> Fallible<Vec<(String, f64)>> {
    let mut world = scenario.build()?;
    world.window.until = Day::parse(until).ok_or("a date")?.plus(1);
    let record = hashwatt::run(&world, Seed(1), Member(0), Wanted { series: false }, &mut |_, _| true)?;
    match record.headline("mining_december_mw") {
        Some(Value::ById(years)) => Ok(years.clone()),
        _ => Err("no mining".into()),
    }
}

fn run(sites: &[(String, f64)], at: Point) -> Fallible<Vec<(String, f64)>> {
    let shipped: f64 = sites.iter().map(|s| s.1).sum();
    let mut scenario = Scenario::builtin(WORLD)?
        .set("growth.connected_mw_per_month", &at.queue_mw.to_string())?
        .set("growth.hashprice_fall_share_per_month", &at.fall.to_string())?;
    for (id, mw) in sites {
        scenario = scenario.set(&format!("site.{id}.connected_mw"), &(mw * at.start_mw / shipped).to_string())?;
    }
    decembers(&scenario, "2022-12-31")
}

/// Root mean square of ln(model/published); the start stands for December 2018.
fn misfit(at: Point, years: &[(String, f64)]) -> f64 {
    let ours = |year: &str| years.iter().find(|y| y.0 == year).map_or(at.start_mw, |y| y.1);
    let sum: f64 = PUBLISHED.iter().map(|(year, mw)| (ours(year) / mw).ln().powi(2)).sum();
    (sum / PUBLISHED.len() as f64).sqrt()
}

/// A search along the axes (Hooke and Jeeves 1961): from the best point one step each way in each number; where none is
/// better the steps are halved.
fn fit() -> Fallible<()> {
    let sites = sites()?;
    println!("queue MW/month, expected fall of hashprice a month, start MW: misfit; December 2019, 2020, 2021, 2022");
    let mut tried: Vec<Point> = Vec::new();
    let mut best = (f64::INFINITY, Point { queue_mw: 13.0, fall: 0.02, start_mw: 100.0 });
    let mut steps = Point { queue_mw: 2.0, fall: 0.005, start_mw: 20.0 };
    let mut asked = vec![best.1];
    while steps.queue_mw >= 0.5 {
        let before = best.0;
        for at in asked {
            if at.queue_mw <= 0.0 || at.fall < 0.0 || at.start_mw <= 0.0 || tried.contains(&at) {
                continue;
            }
            tried.push(at);
            let years = run(&sites, at)?;
            let error = misfit(at, &years);
            let mw: Vec<String> = years.iter().map(|y| format!("{:.0}", y.1)).collect();
            println!("{:.1} {:.5} {:.1}: {error:.4}; {}", at.queue_mw, at.fall, at.start_mw, mw.join(" "));
            if error < best.0 {
                best = (error, at);
            }
        }
        if best.0 >= before {
            steps = Point { queue_mw: steps.queue_mw / 2.0, fall: steps.fall / 2.0, start_mw: steps.start_mw / 2.0 };
        }
        let Point { queue_mw, fall, start_mw } = best.1;
        asked = [1.0, -1.0]
            .into_iter()
            .flat_map(|way| {
                [
                    Point { queue_mw: queue_mw + way * steps.queue_mw, ..best.1 },
                    Point { fall: fall + way * steps.fall, ..best.1 },
                    Point { start_mw: start_mw + way * steps.start_mw, ..best.1 },
                ]
            })
            .collect();
    }
    let Point { queue_mw, fall, start_mw } = best.1;
    println!("\nbest: {queue_mw:.1} MW a month, fall {fall:.5} a month, start {start_mw:.1} MW, misfit {:.4}", best.0);
    Ok(())
}

/// The shipped scenario, the queue alone, and two constant growths through 2019 and 2022.
fn score() -> Fallible<()> {
    let shipped = Scenario::builtin(WORLD)?;
    let mut alone = shipped.clone().set("growth.decided", "false")?;
    let checked = shipped.check();
    for (id, _) in checked.view().tables("operator") {
        alone = alone.set(&format!("operator.{id}.imposed_fill"), "true")?;
    }
    let (ours, queue) = (decembers(&shipped, "2025-12-31")?, decembers(&alone, "2025-12-31")?);
    let published = |year: &str| PUBLISHED.iter().chain(&AFTER).find(|p| p.0 == year).map_or(f64::NAN, |p| p.1);
    let (first, last) = (published("2019"), published("2022"));
    let (rate, line) = ((last / first).powf(1.0 / 3.0), (last - first) / 3.0);
    println!(
        "year published hashwatt error queue_alone growth_{:.0}_percent growth_{line:.0}_mw",
        (rate - 1.0) * 100.0
    );
    for ((year, mw), (_, alone)) in ours.iter().zip(&queue) {
        let after = year.parse::<f64>()? - 2022.0;
        let (geometric, straight) = (last * rate.powf(after), last + line * after);
        let error = (mw / published(year) - 1.0) * 100.0;
        println!("{year} {:.0} {mw:.0} {error:+.0}% {alone:.0} {geometric:.0} {straight:.0}", published(year));
    }
    Ok(())
}

fn main() -> Fallible<()> {
    match std::env::args().nth(1).as_deref() {
        None => fit(),
        Some("--score") => score(),
        Some(other) => Err(format!("fit_operators takes --score or nothing, not {other}").into()),
    }
}
