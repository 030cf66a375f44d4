//! `hydro simulate`: a year of a hydro-thermal system by water values that were trained on other years.

use super::{Failure, terminal};
use crate::files::{input, write_whole};
use crate::water::{Line, Operation, Store, System, Unit, WaterValues, Year, YearError};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A year of a hydro-thermal system by water values, without foresight.
///
/// A folder holds `meta.json` (nodes, lines, thermal, reservoirs, voll; `end_price` of a MWh of water left at the end, without which
/// each reservoir ends at least as full as it began), `loads.f64` (hours × nodes, MW) and `inflow.f64`
/// (hours × reservoirs, m³/s), little-endian doubles, row by row.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The year to run: a folder with meta.json, loads.f64, inflow.f64
    year: PathBuf,
    /// Years of the same system on which the water values are trained
    #[arg(long, required = true, num_args = 1.., value_name = "FOLDER")]
    train: Vec<PathBuf>,
    /// Write objective.json, volumes.f64 and shed.f64 into this folder
    #[arg(short, long, value_name = "FOLDER", value_parser = crate::cli::output::place)]
    output: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Simulate {
    pub fn run(self) -> Result<(), Failure> {
        let begin = Instant::now();
        let system = read_system(&self.year.join("meta.json"))?;
        let year = read_year(&self.year, &system)?;
        let mut training = Vec::with_capacity(self.train.len());
        for folder in &self.train {
            if folder.canonicalize().ok() == self.year.canonicalize().ok() {
                let what = format!("{}: a year cannot be trained on itself; that would be foresight", folder.display());
                return Err(Failure::Usage(what));
            }
            training.push(read_year(folder, &system)?);
        }
        let read = begin.elapsed();
        let unfit = |e: YearError| Failure::InvalidInput(format!("{}: {e}", self.year.display()));
        let begin = Instant::now();
        let values = WaterValues::train(&system, &training).map_err(unfit)?;
        let operation = Operation::new(&system, &values).map_err(unfit)?;
        let trained = begin.elapsed();
        let begin = Instant::now();
        let operated = operation.run(&year).map_err(unfit)?;
        let ran = begin.elapsed();
        let n = system.reservoirs.len();
        let end = operated.volumes.len().checked_sub(n).and_then(|at| operated.volumes.get(at..)).unwrap_or_default();
        let shed: f64 = operated.shed.iter().sum();
        if let Some(folder) = &self.output {
            std::fs::create_dir_all(folder).map_err(|e| Failure::io(folder, &e))?;
            let write = |name: &str, bytes: &[u8]| {
                write_whole(&folder.join(name), bytes).map_err(|e| Failure::Unfinished(e.to_string()))
            };
            write("objective.json", format!("{:#}\n", json!({ "objective": operated.objective })).as_bytes())?;
            write("volumes.f64", &bytes(&operated.volumes))?;
            write("shed.f64", &bytes(&operated.shed))?;
        }
        if self.json {
            let ends: serde_json::Map<String, Value> =
                system.reservoirs.iter().zip(end).map(|(r, v)| (r.name.clone(), json!(v))).collect();
            let kept = system.reservoirs.iter().zip(end).all(|(r, v)| *v >= r.v0);
            return terminal::print_json(&json!({
                "schema": "hashwatt.hydro_simulate/1",
                "objective": operated.objective,
                "end_storage_worth": system.end_worth(&operated.volumes),
                "shed_mwh": shed,
                "end_storage_hm3": ends,
                "end_storage_kept": kept,
                "hours_bound_by_lines": operated.bound_hours,
                "timing_s": { "read": read.as_secs_f64(), "train": trained.as_secs_f64(), "run": ran.as_secs_f64() },
            }));
        }
        let mut text = format!(
            "cost                 {:.2}\nnot served           {shed:.1} MWh\nhours bound by lines {}\n",
            operated.objective, operated.bound_hours
        );
        if system.end_price.is_some() {
            let worth = system.end_worth(&operated.volumes);
            text += &format!("less water left       {:.2} (worth {worth:.2})\n", operated.objective - worth);
        }
        for (r, v) in system.reservoirs.iter().zip(end) {
            text += &format!("end storage          {:<12} {v:.2} hm³ (start {:.2})\n", r.name, r.v0);
        }
        let ms = |d: std::time::Duration| 1000.0 * d.as_secs_f64();
        text += &format!("time                 water values {:.0} ms, year {:.1} ms\n", ms(trained), ms(ran));
        terminal::print(&text)
    }
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn read_doubles(path: &Path, width: usize, what: &str) -> Result<Vec<f64>, Failure> {
    let raw = input::read(path, input::NUMBERS).map_err(|e| Failure::io(path, &e))?;
    let (chunks, rest) = raw.as_chunks::<8>();
    if !rest.is_empty() || width == 0 || chunks.len() % width != 0 {
        let found = format!("{}: {} bytes are not whole hours of {width} {what}", path.display(), raw.len());
        return Err(Failure::InvalidInput(found));
    }
    let values: Vec<f64> = chunks.iter().map(|c| f64::from_le_bytes(*c)).collect();
    if let Some(i) = values.iter().position(|x| !x.is_finite() || *x < 0.0) {
        let (hour, column) = (i / width, i % width);
        let found = format!("{}: {} in hour {hour}, column {column}; allowed: 0 or more", path.display(), values[i]);
        return Err(Failure::InvalidInput(found));
    }
    Ok(values)
}

fn read_year(folder: &Path, system: &System) -> Result<Year, Failure> {
    let loads = read_doubles(&folder.join("loads.f64"), system.nodes, "nodes")?;
    let inflow = read_doubles(&folder.join("inflow.f64"), system.reservoirs.len(), "reservoirs")?;
    let (a, b) = (loads.len() / system.nodes, inflow.len() / system.reservoirs.len());
    if a != b {
        return Err(Failure::InvalidInput(format!("{}: {a} hours of load, {b} of inflow", folder.display())));
    }
    Ok(Year { loads, inflow })
}

/// Reads values by path and gathers what is wrong with them.
struct Reader<'a> {
    file: &'a Path,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn number(&mut self, of: &Value, path: &str, key: &str, low: f64, high: f64) -> f64 {
        match of.get(key).and_then(Value::as_f64) {
            Some(x) if x >= low && x <= high => x,
            found => {
                let found = found.map_or_else(|| "missing".to_owned(), |x| x.to_string());
                self.problems.push(format!(
                    "{}: {path}.{key}: {found}; allowed: a number from {low} to {high}",
                    self.file.display()
                ));
                low.max(0.0)
            }
        }
    }
    fn index(&mut self, of: &Value, path: &str, key: &str, count: usize) -> usize {
        self.number(of, path, key, 0.0, count.saturating_sub(1) as f64) as usize
    }
    fn list<'v>(&mut self, of: &'v Value, key: &str) -> &'v [Value] {
        match of.get(key).and_then(Value::as_array) {
            Some(list) if !list.is_empty() => list,
            _ => {
                self.problems.push(format!("{}: {key}: missing; allowed: a list", self.file.display()));
                &[]
            }
        }
    }
}

fn read_system(path: &Path) -> Result<System, Failure> {
    let raw = input::read(path, input::TEXT).map_err(|e| Failure::io(path, &e))?;
    let meta: Value =
        serde_json::from_slice(&raw).map_err(|e| Failure::InvalidInput(format!("{}: {e}", path.display())))?;
    let mut r = Reader { file: path, problems: Vec::new() };
    let nodes = r.number(&meta, "", "nodes", 1.0, 1e5) as usize;
    let voll = r.number(&meta, "", "voll", 1e-9, 1e9);
    let mut lines = Vec::new();
    for (i, l) in r.list(&meta, "lines").to_vec().iter().enumerate() {
        let at = format!("lines[{i}]");
        lines.push(Line {
            from: r.index(l, &at, "from", nodes),
            to: r.index(l, &at, "to", nodes),
            x: r.number(l, &at, "x", 1e-9, 1e6),
            limit_mw: r.number(l, &at, "limit_mw", 0.0, 1e9),
        });
    }
    let mut thermal = Vec::new();
    for (i, t) in r.list(&meta, "thermal").to_vec().iter().enumerate() {
        let at = format!("thermal[{i}]");
        thermal.push(Unit {
            bus: r.index(t, &at, "bus", nodes),
            pmax_mw: r.number(t, &at, "pmax_mw", 0.0, 1e9),
            cost: r.number(t, &at, "cost", 0.0, 1e9),
        });
    }
    let given = r.list(&meta, "reservoirs").to_vec();
    let mut reservoirs = Vec::new();
    for (i, v) in given.iter().enumerate() {
        let at = format!("reservoirs[{i}]");
        let vmax = r.number(v, &at, "vmax", 1e-9, 1e12);
        let qmax = r.number(v, &at, "qmax", 1e-9, 1e9);
        let down = v.get("down").and_then(Value::as_i64).unwrap_or(-1);
        let next = usize::try_from(down).ok();
        if next.is_some_and(|d| d <= i || d >= given.len()) {
            let file = path.display();
            r.problems.push(format!("{file}: {at}.down: {down}; allowed: -1, or a reservoir further down the list"));
        }
        reservoirs.push(Store {
            name: v.get("name").and_then(Value::as_str).map_or_else(|| format!("r{i}"), str::to_owned),
            bus: r.index(v, &at, "bus", nodes),
            vmax,
            v0: r.number(v, &at, "v0", 0.0, vmax),
            qmax,
            qmin: r.number(v, &at, "qmin", 0.0, qmax),
            mw_per_cms: r.number(v, &at, "mw_per_cms", 1e-9, 1e6),
            spill_max: r.number(v, &at, "spill_max", 0.0, 1e12),
            down: next,
        });
    }
    let end_price = meta.get("end_price").is_some().then(|| r.number(&meta, "", "end_price", 0.0, 1e9));
    if r.problems.is_empty() {
        Ok(System { nodes, lines, thermal, reservoirs, voll, end_price })
    } else {
        Err(Failure::InvalidInput(r.problems.join("\n")))
    }
}
