//! Tables of a run that are not series: break-evens by machine, tariffs, ledgers, the fleet.

use super::columns::{Bundle, home_buses, homes_key, mining_buses, mining_key};
use super::tally::Tally;
use super::{BranchRow, Cell, Headline, Sheet, Value};
use crate::equations::break_even::{break_even_tariff, full_break_even_tariff};
use crate::ids::{Id, ModelId};
use crate::region::{Region, State};
use crate::units::Hashprice;

fn text(s: &str) -> Cell {
    Cell::Text(s.into())
}

fn columns(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(k, d)| ((*k).into(), (*d).into())).collect()
}

/// Machines in the region at the end, by operator.
pub fn machines_by_operator(world: &Region, state: &State) -> Vec<(String, f64)> {
    let mut counts = vec![0_u64; world.atlas.operators.len()];
    for (id, site) in world.atlas.sites.enumerate().filter(|(_, s)| s.in_region) {
        if let Some(slot) = site.operator.and_then(|o| counts.get_mut(o.index())) {
            *slot += state.fleet.sites[id].cohorts.iter().map(crate::fleet::Cohort::installed).sum::<u64>();
        }
    }
    world.atlas.operators.iter().zip(counts).map(|(o, n)| (o.id.clone(), n as f64)).collect()
}

/// Leakage from channels that the law closed, in all and by the channel that took it; zero where none was closed.
pub fn leakage(world: &Region, state: &State) -> [Headline; 2] {
    let channels = &world.atlas.channels;
    let shares = state.channels.leakage().shares().unwrap_or_else(|| vec![0.0; channels.len()]);
    let cash_out = |c: &crate::channel::Channel| matches!(c.way, crate::channel::Way::CashOut(_));
    let by: Vec<(String, f64)> = channels
        .iter()
        .zip(world.channels.channels.iter())
        .zip(&shares)
        .filter(|((_, c), _)| cash_out(c))
        .map(|((id, _), s)| (id.clone(), *s))
        .collect();
    [
        Headline { key: "leakage_share", value: Value::Number(Some(shares.iter().sum())) },
        Headline { key: "leakage_by_channel_share", value: Value::ById(by) },
    ]
}

/// All tables.
pub fn all(world: &Region, state: &State, tally: &Tally, branches: &[BranchRow]) -> Vec<Sheet> {
    vec![
        break_evens(world, state, tally),
        tariffs(world, tally),
        ledgers(world, tally),
        fleet(world, state),
        network(world, branches),
        tally.outages().sheet(world),
    ]
}

/// What a map needs: buses, lines between them with the series of their flow, what stands where.
fn network(world: &Region, branches: &[BranchRow]) -> Sheet {
    let a = &world.atlas;
    let row = |kind: &str, id: &str, name: &str, series: &str, ends: [&str; 2], numbers: [Option<f64>; 2]| {
        let known = |s: &str| if s.is_empty() { Cell::Empty } else { text(s) };
        let mut row = vec![text(kind), text(id), text(name), known(series), known(ends[0]), known(ends[1])];
        row.extend(numbers.map(|n| n.map_or(Cell::Empty, Cell::Number)));
        row
    };
    let mut rows: Vec<Vec<Cell>> =
        a.buses.iter().map(|b| row("bus", &b.id, &b.name, "", ["", ""], [None, None])).collect();
    let circuits: Vec<&BranchRow> = branches.iter().filter(|b| b.kind == "branch").collect();
    for bundle in Bundle::all(world) {
        let (from, to) = (&a.buses[bundle.from], &a.buses[bundle.to]);
        let limit = bundle.circuits.iter().filter_map(|c| circuits.get(c.index())).map(|b| b.limit_mw).sum();
        let (id, name) = (format!("{}_{}", from.id, to.id), format!("{}–{}", from.name, to.name));
        let numbers = [Some(limit), Some(bundle.circuits.len() as f64)];
        rows.push(row("line", &id, &name, &bundle.key(world), [&from.id, &to.id], numbers));
    }
    for (id, plant) in a.plants.enumerate() {
        let key = format!("{}_{}_mw", plant.kind.word(), plant.id);
        rows.push(row(
            "plant",
            &plant.id,
            &plant.name,
            &key,
            [&a.buses[world.grid.plants[id].bus].id, ""],
            [None, None],
        ));
    }
    for bus in mining_buses(world) {
        let place = &a.buses[bus];
        rows.push(row("mining", &place.id, &place.name, &mining_key(&place.id), [&place.id, ""], [None, None]));
    }
    for bus in home_buses(world) {
        let place = &a.buses[bus];
        rows.push(row("homes", &place.id, &place.name, &homes_key(&place.id), [&place.id, ""], [None, None]));
    }
    Sheet {
        name: "network",
        columns: columns(&[
            (
                "kind",
                "`bus`, `line` (all circuits between two buses), `plant`, `mining`, `homes` (those without power).",
            ),
            ("id", "Its id."),
            ("name", "Its name for people."),
            ("series", "Key of its flow or power in the time series."),
            ("from", "The bus it starts or stands at."),
            ("to", "The bus it ends at."),
            ("limit_mw", "Limits of its circuits together, each the mean over the run."),
            ("circuits", "Number of circuits."),
        ]),
        rows,
    }
}

/// Months in which the full break-even wants a machine's price back.
const FULL_MONTHS: f64 = 24.0;

/// Break-even tariff of each model that stood in the region, at the window's mean, lowest and highest hashprice.
fn break_evens(world: &Region, state: &State, tally: &Tally) -> Sheet {
    let (low, mean, high) = tally.hashprices();
    let kept = world.bitcoin.pool.kept().value();
    let at = |machine: &crate::fleet::Machine, h: f64| {
        break_even_tariff(machine.efficiency(), Hashprice::usd_per_ph_day(h), tally.pue(), 1.0 - kept).as_usd_per_kwh()
    };
    let middle = world.window.from.plus(world.window.days() as i32 / 2);
    let full = |id: ModelId, machine: &crate::fleet::Machine| {
        let (listing, hashprice) = (&world.operators.listings[id], Hashprice::usd_per_ph_day(mean));
        let price = world.operators.market.price_usd(listing, hashprice, middle) / machine.hashrate.as_th_s();
        let fall = world.operators.hashprice_fall;
        full_break_even_tariff(machine.efficiency(), hashprice, price, FULL_MONTHS, fall, tally.pue(), 1.0 - kept)
    };
    let standing = standing(world, state);
    let mut rows: Vec<(f64, Vec<Cell>)> = Vec::new();
    for (id, machine) in world.fleet.machines.enumerate() {
        let count = standing[id.index()];
        if count == 0 {
            continue;
        }
        let e = machine.efficiency().as_j_per_th();
        rows.push((
            e,
            vec![
                text(&machine.name),
                Cell::Number(e),
                Cell::Number(at(machine, mean)),
                Cell::Number(at(machine, low)),
                Cell::Number(at(machine, high)),
                full(id, machine).map_or(Cell::Empty, |t| Cell::Number(t.as_usd_per_kwh())),
                Cell::Number(count as f64),
            ],
        ));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    Sheet {
        name: "break_evens",
        columns: columns(&[
            ("model", "Machine model, maker and name."),
            ("efficiency_j_per_th", "Power over hashrate at the nameplate."),
            (
                "break_even_usd_per_kwh",
                "Price of a kilowatt hour at which the mean hashprice of the window, less the pool's fee, just pays the power at the region's mean PUE.",
            ),
            ("break_even_low_usd_per_kwh", "The same at the window's lowest daily hashprice."),
            ("break_even_high_usd_per_kwh", "The same at the window's highest daily hashprice."),
            (
                "full_break_even_usd_per_kwh",
                "Price of a kilowatt hour at which a machine bought at the mean hashprice, for the world price in the middle of the window, also returns its price in 24 months in which hashprice falls as buyers expect; empty: at no price.",
            ),
            ("machines", "Machines of the model in the region at the end."),
        ]),
        rows: rows.into_iter().map(|r| r.1).collect(),
    }
}

/// Mean tariffs of the window by kind of operator; home miners in the pair of the scenario's rate and the published one.
fn tariffs(world: &Region, tally: &Tally) -> Sheet {
    let mut rows: Vec<(String, f64)> = Vec::new();
    let mut home: Vec<(f64, f64)> = Vec::new();
    for ((_, site), (paid, published)) in world.atlas.sites.enumerate().zip(tally.tariffs()) {
        let Some(operator) = site.operator.filter(|_| site.in_region) else { continue };
        if site.home {
            home.push((paid, published));
            continue;
        }
        let name = &world.atlas.operators[operator].name;
        if !rows.iter().any(|r| &r.0 == name) {
            rows.push((name.clone(), paid));
        }
    }
    if let Some((paid, _)) = home.first() {
        rows.push(("home rate of the scenario".into(), *paid));
        let published = home.iter().map(|h| h.1);
        let (low, high) = published.fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
        rows.push(("published home tariff, rural".into(), low));
        if high > low {
            rows.push(("published home tariff, urban".into(), high));
        }
    }
    Sheet {
        name: "tariffs",
        columns: columns(&[
            ("name", "Who pays."),
            ("tariff_usd_per_kwh", "Mean all-in price of a kilowatt hour over the window."),
        ]),
        rows: rows.into_iter().map(|(n, t)| vec![Cell::Text(n), Cell::Number(t)]).collect(),
    }
}

/// Revenue, costs and profit by operator.
fn ledgers(world: &Region, tally: &Tally) -> Sheet {
    let rows = world.atlas.operators.iter().zip(tally.books()).map(|(firm, b)| {
        let [revenue, channel, power, power_published, levy, tax] = b;
        let before_power = revenue - channel - levy - tax;
        let mut row = vec![text(&firm.id), text(&firm.name)];
        let numbers =
            [revenue, channel, power, power_published, levy, tax, before_power - power, before_power - power_published];
        row.extend(numbers.map(Cell::Number));
        row
    });
    Sheet {
        name: "ledgers",
        columns: columns(&[
            ("operator", "Operator; stylized, no real firm's account."),
            ("name", "Its name in print."),
            ("revenue_usd", "Coin credited, at the price of its hour."),
            ("channel_cost_usd", "Fees, spreads and losses of cashing out."),
            ("power_cost_usd", "Power bill; home miners at the scenario's home rate."),
            ("power_cost_published_tariff_usd", "Power bill; home miners at the published tariff."),
            ("levy_usd", "Levies on mining power."),
            ("tax_usd", "Taxes."),
            ("profit_usd", "Revenue less channel cost, power, levy and tax; machines are not in it."),
            ("profit_published_tariff_usd", "The same with the power bill at the published tariff."),
        ]),
        rows: rows.collect(),
    }
}

/// Machines in the region at the end, by model.
fn standing(world: &Region, state: &State) -> Vec<u64> {
    let mut counts = vec![0; world.fleet.machines.len()];
    for (id, _) in world.atlas.sites.enumerate().filter(|(_, s)| s.in_region) {
        for cohort in &state.fleet.sites[id].cohorts {
            counts[cohort.model.index()] += cohort.installed();
        }
    }
    counts
}

fn fleet(world: &Region, state: &State) -> Sheet {
    let rows = standing(world, state).into_iter().enumerate().filter(|(_, n)| *n > 0).map(|(i, n)| {
        let m = &world.fleet.machines[ModelId::from_index(i)];
        vec![
            text(&m.name),
            Cell::Number(m.efficiency().as_j_per_th()),
            Cell::Number(n as f64),
            Cell::Number((m.power * n as f64).as_mw()),
            Cell::Number((m.hashrate * n as f64).as_eh_s()),
        ]
    });
    Sheet {
        name: "fleet",
        columns: columns(&[
            ("model", "Machine model, maker and name."),
            ("efficiency_j_per_th", "Power over hashrate at the nameplate."),
            ("machines", "Machines in the region at the end, in whatever state."),
            ("power_mw", "Their power at the nameplate."),
            ("hashrate_eh_s", "Their hashrate at the nameplate."),
        ]),
        rows: rows.collect(),
    }
}

/// Names for people of operators, plants, controlled sections and branches; where two share an id, the first holds.
pub fn names(world: &Region) -> Vec<(String, String)> {
    let a = &world.atlas;
    let mut names: Vec<(String, String)> = Vec::new();
    let mut add = |id: &str, name: &str| {
        if id != name && !name.is_empty() && !names.iter().any(|n| n.0 == id) {
            names.push((id.to_owned(), name.to_owned()));
        }
    };
    a.operators.iter().for_each(|o| add(&o.id, &o.name));
    a.reservoirs.iter().for_each(|d| add(&d.plant, &d.name));
    a.plants.iter().for_each(|p| add(&p.id, &p.name));
    a.interfaces.iter().for_each(|s| add(&s.id, &s.name));
    a.branches.iter().for_each(|b| add(&b.id, &b.name));
    names
}

/// What a reader must know of any run of this world.
pub fn caveats(world: &Region) -> Vec<String> {
    let mut out = vec!["Modeled, not measured. Operators are stylized; no account belongs to a real firm.".to_string()];
    match world.atlas.weather.as_str() {
        "replayed" => {}
        "conditioned" => out.push(
            "Days are generated around replayed monthly means: a simulated winter, whose nights are not calendar nights.".into(),
        ),
        _ => out.push("Weather is generated: a simulated winter, whose nights are not calendar nights.".into()),
    }
    if world.atlas.sites.iter().any(|s| s.operator.is_some() && !s.in_region) {
        out.push(
            "Coin and money are of operators with all their sites, some of which lie outside the region; load, hashrate and machines are of the region alone.".into(),
        );
    }
    if world.atlas.interfaces.iter().any(|i| i.assumed) {
        out.push("Limits of the controlled sections are assumptions with ranges; none is published.".into());
    }
    out
}
