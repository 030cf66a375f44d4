//! The region as a diagram: where buses, lines, plants and mining stand on a schematic sheet. Not to scale.
//!
//! The outline is the project's own drawing: places keep their order along rivers, railway and lines, the crowded south is
//! pulled apart so that each bus can be seen. A bus that the sheet does not know is left out; a world with fewer than two
//! known buses has no map.

use super::Language;
use super::view::View;
use crate::record::Cell;

/// Width and height of the sheet.
pub const EXTENT: (f64, f64) = (960.0, 770.0);

/// A place on the sheet.
pub type Spot = (f64, f64);

/// Buses: code, place, Russian name.
const BUSES: &[(&str, Spot, &str)] = &[
    ("kra", (46.0, 322.0), "Камала"),
    ("tai", (150.0, 322.0), "Тайшет"),
    ("oze", (222.0, 268.0), "Озёрная"),
    ("bog", (196.0, 92.0), "Богучанская ГЭС"),
    ("bpp", (338.0, 318.0), "Братский ПП"),
    ("bra", (372.0, 246.0), "Братск"),
    ("uil", (404.0, 108.0), "Усть-Илимск"),
    ("kor", (480.0, 240.0), "Коршуниха"),
    ("uku", (572.0, 206.0), "Усть-Кут"),
    ("kir", (700.0, 150.0), "Киренск"),
    ("sev", (690.0, 330.0), "Северобайкальск"),
    ("tak", (846.0, 300.0), "Таксимо"),
    ("bod", (866.0, 196.0), "Бодайбо"),
    ("nud", (206.0, 400.0), "Нижнеудинск"),
    ("tul", (300.0, 446.0), "Тулун"),
    ("nzi", (386.0, 500.0), "Саянск"),
    ("che", (470.0, 516.0), "Черемхово"),
    ("uso", (536.0, 560.0), "Усолье"),
    ("irs", (560.0, 628.0), "Ангарск"),
    ("irk", (672.0, 618.0), "Иркутск"),
    ("ige", (716.0, 664.0), "Иркутская ГЭС"),
    ("kly", (608.0, 684.0), "Шелехов"),
    ("slu", (548.0, 738.0), "Слюдянка"),
    ("gus", (812.0, 738.0), "Гусиноозёрск"),
];

/// Hydro plants: id in the series, bus.
const DAMS: &[(&str, &str)] =
    &[("irkutsk", "ige"), ("bratsk", "bra"), ("ust_ilimsk", "uil"), ("boguchany", "bog"), ("mamakan", "bod")];

/// Lake Baikal, closed.
pub const LAKE: &[Spot] = &[
    (588.0, 742.0),
    (650.0, 724.0),
    (738.0, 676.0),
    (772.0, 590.0),
    (774.0, 500.0),
    (744.0, 410.0),
    (716.0, 352.0),
    (740.0, 344.0),
    (792.0, 410.0),
    (822.0, 500.0),
    (814.0, 600.0),
    (780.0, 690.0),
    (700.0, 746.0),
    (620.0, 758.0),
];
/// The Angara from the lake down to the Yenisei.
pub const ANGARA: &[Spot] = &[
    (738.0, 676.0),
    (716.0, 664.0),
    (650.0, 640.0),
    (560.0, 606.0),
    (500.0, 560.0),
    (430.0, 470.0),
    (400.0, 380.0),
    (372.0, 262.0),
    (380.0, 190.0),
    (404.0, 124.0),
    (340.0, 66.0),
    (250.0, 72.0),
    (196.0, 104.0),
    (110.0, 150.0),
    (20.0, 170.0),
];
/// The Lena.
pub const LENA: &[Spot] = &[
    (742.0, 470.0),
    (690.0, 410.0),
    (640.0, 300.0),
    (586.0, 222.0),
    (640.0, 176.0),
    (700.0, 166.0),
    (790.0, 110.0),
    (830.0, 40.0),
];
/// The region's border, closed: a rough outline.
pub const BORDER: &[Spot] = &[
    (104.0, 330.0),
    (160.0, 250.0),
    (262.0, 196.0),
    (300.0, 60.0),
    (450.0, 34.0),
    (600.0, 90.0),
    (720.0, 70.0),
    (850.0, 110.0),
    (930.0, 190.0),
    (900.0, 262.0),
    (780.0, 262.0),
    (650.0, 296.0),
    (650.0, 380.0),
    (724.0, 440.0),
    (766.0, 560.0),
    (742.0, 690.0),
    (640.0, 742.0),
    (500.0, 750.0),
    (400.0, 640.0),
    (280.0, 560.0),
    (150.0, 450.0),
];

/// A line with its corners cut twice (after Chaikin 1974), so that rivers and shores look drawn.
pub fn smooth(points: &[Spot], closed: bool) -> Vec<Spot> {
    let mut line = points.to_vec();
    for _ in 0..2 {
        let mut next = Vec::with_capacity(line.len() * 2 + 2);
        if !closed {
            next.extend(line.first().copied());
        }
        let n = line.len();
        let pairs = if closed { n } else { n.saturating_sub(1) };
        for i in 0..pairs {
            let (a, b) = (line[i], line[(i + 1) % n]);
            let between = |share: f64| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
            next.extend([between(0.25), between(0.75)]);
        }
        if !closed {
            next.extend(line.last().copied());
        }
        line = next;
    }
    line.into_iter().map(|p| (libm::round(p.0), libm::round(p.1))).collect()
}

/// A bus on the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Bus {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where it stands.
    pub at: Spot,
}

/// All circuits between two buses.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Key of its flow in the time series, positive from `from` to `to`.
    pub key: String,
    /// Place of its first bus in [`Schematic::buses`].
    pub from: usize,
    /// Place of the other.
    pub to: usize,
    /// What its circuits may carry together, MW, the mean over the run.
    pub limit_mw: f64,
    /// How many circuits it has.
    pub circuits: f64,
}

/// What stands at a bus: a plant or mining.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Key of its power in the time series.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Place of its bus in [`Schematic::buses`].
    pub bus: usize,
}

/// The sheet with what a record has on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schematic {
    /// Buses.
    pub buses: Vec<Bus>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Plants.
    pub plants: Vec<Standing>,
    /// Mining by bus.
    pub mining: Vec<Standing>,
    /// Homes without power by bus.
    pub dark: Vec<Standing>,
}

impl Schematic {
    /// The sheet of a record; nothing where it has no network that the sheet knows.
    pub fn of(view: &View<'_>) -> Option<Self> {
        let sheet = view.record.sheet("network")?;
        let at = |key: &str| sheet.columns.iter().position(|c| c.0 == key);
        let text = |row: &'_ [Cell], key: &str| match at(key).and_then(|i| row.get(i)) {
            Some(Cell::Text(t)) => t.clone(),
            _ => String::new(),
        };
        let number = |row: &[Cell], key: &str| match at(key).and_then(|i| row.get(i)) {
            Some(Cell::Number(n)) => *n,
            _ => f64::NAN,
        };
        let of_kind = |kind: &'static str| sheet.rows.iter().filter(move |r| text(r, "kind") == kind);
        let mut out = Self::default();
        for row in of_kind("bus") {
            let id = text(row, "id");
            let Some((_, spot, ru)) = BUSES.iter().find(|b| b.0 == id) else { continue };
            let full = text(row, "name");
            // "Gusinoozersk (Buryatia, Zabaikalye)": the sheet has room for the place alone.
            let short = full.split(" (").next().unwrap_or(&full).to_owned();
            let name = if view.language == Language::Ru { (*ru).to_owned() } else { short };
            out.buses.push(Bus { id, name, at: *spot });
        }
        let place = |id: &str| out.buses.iter().position(|b| b.id == id);
        let mut lines = Vec::new();
        for row in of_kind("line") {
            let key = text(row, "series");
            if let (Some(from), Some(to)) = (place(&text(row, "from")), place(&text(row, "to")))
                && view.series(&key).is_some()
            {
                lines.push(Line {
                    key,
                    from,
                    to,
                    limit_mw: number(row, "limit_mw"),
                    circuits: number(row, "circuits"),
                });
            }
        }
        let standing = |kind: &'static str| -> Vec<Standing> {
            let said = |name: String| if view.language == Language::Ru { super::russian::name(&name) } else { name };
            let all = of_kind(kind).map(|r| (text(r, "series"), said(text(r, "name")), text(r, "from")));
            all.filter_map(|(key, name, bus)| {
                view.series(&key)?;
                Some(Standing { key, name, bus: place(&bus)? })
            })
            .collect()
        };
        let dams = DAMS.iter().filter_map(|(id, bus)| {
            let key = format!("hydro_{id}_mw");
            view.series(&key)?;
            let name = view.place(id);
            Some(Standing { key, name: view.pick("Hydro plant", "ГЭС").to_owned() + " " + &name, bus: place(bus)? })
        });
        let plants: Vec<Standing> = dams.chain(standing("plant")).collect();
        let (mining, dark) = (standing("mining"), standing("homes"));
        (out.lines, out.plants, out.mining, out.dark) = (lines, plants, mining, dark);
        (out.buses.len() > 1 && !out.lines.is_empty()).then_some(out)
    }

    /// The loading of each line at a step, % of its limit.
    pub fn loading(&self, view: &View<'_>, step: usize) -> Vec<f64> {
        self.lines
            .iter()
            .map(|line| {
                let flow = view.series(&line.key).and_then(|s| s.get(step)).copied().unwrap_or(f64::NAN);
                if line.limit_mw > 0.0 { 100.0 * flow.abs() / line.limit_mw } else { f64::NAN }
            })
            .collect()
    }
}

/// The class of strain of a loading in %, a place in [`super::style::HEAT`].
pub fn class(loading: f64) -> usize {
    [50.0, 70.0, 80.0, 90.0, 99.5].iter().filter(|c| loading >= **c).count()
}
