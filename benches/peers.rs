//! The grid engine on the plain input files of a folder, for `benches/peers.sh`: one JSON line with wall and CPU seconds.
//!
//! `HASHWATT_PEER_CASE` names the case (`a_case118`, `b_case118`, `c_rts79` …), `HASHWATT_PEER_WORK` the folder that holds it,
//! `HASHWATT_PEER_OUT` where results go. As with the programs it is held against, arrays are loaded and the network is built
//! first, the first run is thrown away, and the median of the others counts. Without the variables it does nothing.

use hashwatt::power::{Case, OutageTable, Susceptance, Unit};
use std::path::{Path, PathBuf};
use std::time::Instant;

const RUNS: usize = 9;

fn main() {
    let Ok(case) = std::env::var("HASHWATT_PEER_CASE") else {
        println!("peers: nothing to do without HASHWATT_PEER_CASE; benches/peers.sh sets it");
        return;
    };
    let folder = |name: &str| PathBuf::from(std::env::var(name).expect("benches/peers.sh sets the folders"));
    let (work, out) =
        (folder("HASHWATT_PEER_WORK").join(&case), folder("HASHWATT_PEER_OUT").join(&case).join("hashwatt"));
    std::fs::create_dir_all(&out).unwrap();
    match case.split('_').next() {
        Some("a") => flow(&work, &out),
        Some("b") => dispatch(&work, &out),
        Some("c") => adequacy(&work),
        _ => panic!("no such case: {case}"),
    }
}

/// DC flows of many snapshots.
fn flow(work: &Path, out: &Path) {
    let case = network(work);
    let (loads, gens) = (doubles(&work.join("loads.f64")), doubles(&work.join("gens.f64")));
    let snapshots = loads.len() / case.buses.len();
    let mut flows = vec![0.0; snapshots * case.branches.len()];
    let ready = case.for_flows().unwrap();
    let timing = median(|| ready.flows(&loads, Some(&gens), &mut flows).unwrap());
    write(&out.join("flows.f64"), &flows);
    report(timing, &format!("\"snapshots\": {snapshots}"));
}

/// Least-cost dispatch of every hour.
fn dispatch(work: &Path, out: &Path) {
    let case = network(work);
    let loads = doubles(&work.join("loads.f64"));
    let mut year = None;
    let timing = median(|| year = Some(case.dispatch_hours(Susceptance::Matpower, &loads, 3000.0).unwrap()));
    let year = year.unwrap();
    write(&out.join("objective.f64"), &year.objective_usd_per_h);
    write(&out.join("shed.f64"), &year.shed_mw);
    let fallback = year.fallback_hours.len();
    report(timing, &format!("\"gap\": {:e}, \"fallback_hours\": {fallback}", year.worst_gap));
}

/// Adequacy of RTS-79: exact, then 1000 sequential years.
fn adequacy(work: &Path) {
    let text = std::fs::read_to_string(work.join("units.csv")).unwrap();
    let units: Vec<Unit> = text.lines().skip(1).map(unit).collect();
    let load = doubles(&work.join("load.f64"));
    let mut lolh = (0.0, 0.0, 0.0);
    let exact =
        median(|| lolh.0 = hashwatt::power::Indices::exact(&OutageTable::of(&units), &load, None).lolh_h_per_yr);
    let sampled = median(|| {
        let years = hashwatt::power::Sampled::run(&units, &load, None, 1000, hashwatt::random::Seed(1));
        (lolh.1, lolh.2) = (years.mean.lolh_h_per_yr, years.standard_error.lolh_h_per_yr);
    });
    let (exact_wall, lolh_exact, lolh_mean, error) = (exact.0, lolh.0, lolh.1, lolh.2);
    report(
        sampled,
        &format!(
            "\"exact_s\": {exact_wall:.6}, \"lolh_exact\": {lolh_exact:.6}, \"lolh\": {lolh_mean:.4}, \"standard_error\": {error:.4}"
        ),
    );
}

fn unit(line: &str) -> Unit {
    let cell: Vec<f64> = line.split(',').map(|c| c.trim().parse().unwrap()).collect();
    Unit::two_state(cell[1], cell[2], cell[3]).unwrap()
}

fn network(work: &Path) -> Case {
    Case::from_matpower(&std::fs::read_to_string(work.join("network.m")).unwrap()).unwrap()
}

fn doubles(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
}

fn write(path: &Path, values: &[f64]) {
    std::fs::write(path, values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
}

/// Median wall and mean CPU seconds of a run, the first thrown away.
fn median(mut run: impl FnMut()) -> (f64, f64) {
    run();
    let before = cpu_s();
    let mut walls: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    let cpu = (cpu_s() - before) / RUNS as f64;
    walls.sort_by(f64::total_cmp);
    (walls[RUNS / 2], cpu)
}

/// CPU seconds of this process so far, all threads: user and system ticks of Linux's process table, nought elsewhere.
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks = |k: usize| after_name.split_whitespace().nth(k).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn report((wall, cpu): (f64, f64), more: &str) {
    println!("{{\"wall_s\": {wall:.6}, \"cpu_s\": {cpu:.6}, {more}}}");
}
