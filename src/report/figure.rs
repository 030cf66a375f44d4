//! The pictures of a study, one file each. A picture whose data a record lacks is not drawn.
//!
//! # How to add one
//!
//! Write `figure/<id>.rs` with `pub(super) fn draw(view: &View<'_>) -> Result<Option<Drawing>, ReportError>` and add a line to
//! [`FIGURES`]. In it:
//!
//! 1. Read the data: `view.series("key_mw")` (one value a step), `view.record.sheet("name")` with `column`, `number_at`,
//!    `text_at` (tables, those of studies of many runs too). Return `Ok(None)` where they are missing or all zero.
//! 2. Say it: [`Words`] with the finding as title, **computed** so that it cannot contradict the data; a subtitle of what and
//!    where (`view.window()`); a note of what else must be said. Every sentence in both languages:
//!    `say!(view, "{} hours", "{} часов", n)` takes both formats with the same arguments, `view.pick("Load", "Нагрузка")` two
//!    fixed texts, `view.hours(n)`, `view.count(n, ["home", "homes"], ["дом", "дома", "домов"])` nouns with numbers. Numbers
//!    are written by `report::number` in English; the canvas and `finish` turn them into Russian ones. Generated weather is
//!    never a calendar night: `view.when(step)`.
//! 3. Give the data drawn as a [`Table`] with the figure's id as name: it becomes the CSV and the sidecar.
//! 4. Draw in `finish`'s closure, in CSS pixels inside `frame`, which shrinks with the paper: wide 960 × 600, square 800 × 800,
//!    phone 480 × 720 (`frame.is_narrow()`). Take colors from `style` only: they have a counterpart for dark screens. Never tell
//!    by color alone. Name lines directly with `canvas.label(&[places], text, letters)`, which takes the first place that
//!    meets no other text, or spread end labels with `style::label::spread`; no legend boxes. An assumed limit is a band.
//!
//! A test draws every figure in three sizes, two themes and two languages and fails if two texts touch or one leaves the paper.
//!
//! | id | series | sheet or table |
//! |---|---|---|
//! | `peak-week` | `demand_mw`, `mining_mw`, `losses_mw`, `total_load_mw`, `temperature_irkutsk_c` | |
//! | `corridor-duration` | `flow_bratsk_irkutsk_mw`, `limit_bratsk_irkutsk_mw` | branches: interface `bratsk_irkutsk` |
//! | `strain-heatmap` | the same; else `total_load_mw` | |
//! | `baikal-level` | `level_baikal_m` | |
//! | `baikal-years` | | `baikal_years`: `year`, `day`, `dry_m`, `normal_m`, `wet_m` |
//! | `pue` | | `cooling`: `kind`, `outside_c`, `pue`, optional `fan_pressure_pa` |
//! | `generation` | `hydro_<plant>_mw` (plants outside the region left out), `thermal_mw`, `total_load_mw`, `net_export_mw` | |
//! | `hashrate` | `hashrate_eh_s`, `network_hashrate_eh_s` | |
//! | `break-evens` | | `break_evens`: `model`, `efficiency_j_per_th`, `break_even_usd_per_kwh`, optional `break_even_low_usd_per_kwh`, `break_even_high_usd_per_kwh` (over the window's hashprices); `tariffs`: `name`, `tariff_usd_per_kwh` |
//! | `map` | `branch_flow_<from>_<to>_mw`, `mining_at_<bus>_mw`, `hydro_<plant>_mw` | `network`: `kind` (`bus`, `line`, `plant`, `mining`, `homes` for those without power), `id`, `name`, `series`, `from`, `to`, `limit_mw`, `circuits` |
//! | `transformers` | `load_village_pct`, `load_village_without_mining_pct`, `hot_spot_village_c`, `hot_spot_village_without_mining_c`, `temperature_irkutsk_c` | `transformers`: `class`, `count`, `ever_above_100pct_per_1000` |
//! | `homes-dark` | `homes_dark` | `outages`: `day`, `homes`, `cause` |
//! | `fleet` | | `fleet`: `model`, `efficiency_j_per_th`, `machines`, `power_mw`, `hashrate_eh_s` |
//! | `fleet-by-month` | | `fleet_by_month`: `month`, `class`, `power_mw`, `hashrate_eh_s` |
//! | `payback` | | `payback`: `month`, `miners`, `expected_months`, `payback_months`, `earned_back_share` |
//! | `dollar` | | `dollar`: `miners`, `home_tariff`, `revenue_usd`, then what it was spent on, `left_usd` |
//! | `effect` | | `summary` of a comparison: `arm`, `metric`, `of`, `unit`, `baseline`, `diff`, `std_err`, `diff_p05`, `diff_p95` |
//! | `attribution` | | `attribution`: `arm`, `metric`, `of`, `measure`, `effect`, `std_err` |
//! | `leakage` | | `summary` of a comparison: rows of `income_by_channel_usd` |
//! | `outcomes` | | `summary` of an ensemble: `metric`, `of`, `unit`, `mean`, `std_err`, `p05`, `p50`, `p95` |
//! | `fans` | `<key>_p05`, `_p25`, `_p50`, `_p75`, `_p95` | |
//! | `sweep` | | `sweep`: one or two swept keys, then `metric`, `of`, `unit`, `mean`, `p05`, `p95` |
//! | `tornado` | | `sensitivity`: `key`, `metric`, `of`, `low`, `high`, `at_low`, `at_high` |
//! | `ledgers` | | `ledgers`: `operator`, optional `name`, `revenue_usd`, `channel_cost_usd`, `power_cost_usd`, `power_cost_published_tariff_usd`, `tax_usd`, optional `levy_usd`, `profit_usd`, `profit_published_tariff_usd` |

mod attribution;
mod baikal_level;
mod baikal_years;
mod break_evens;
mod corridor_duration;
mod dollar;
mod effect;
mod fans;
mod fleet;
mod fleet_by_month;
mod generation;
mod hashrate;
mod homes_dark;
mod interval;
mod leakage;
mod ledgers;
mod map;
mod outcomes;
mod payback;
mod peak_week;
mod pue;
mod strain_heatmap;
mod sweep;
mod tornado;
mod transformers;

use super::data::Table;
use super::style::canvas::Place;
use super::style::{self, Anchor, Canvas, Frame, Ink, Lettering, Look, Scale, Words};
use super::view::{View, month_short, say};
use super::{Artifact, Language, Meta, ReportError, number, pretty};
use crate::record::{Cell, Sheet};
use serde_json::json;

/// A picture that a run may have.
#[derive(Clone, Copy)]
pub struct Figure {
    /// Its stable id.
    pub id: &'static str,
    /// Draws it, or nothing if its data is absent.
    pub draw: fn(&View<'_>) -> Result<Option<Drawing>, ReportError>,
}

/// All pictures, those of studies of many runs first, in the order in which the page tells it.
pub const FIGURES: &[Figure] = &[
    Figure { id: "effect", draw: effect::draw },
    Figure { id: "attribution", draw: attribution::draw },
    Figure { id: "leakage", draw: leakage::draw },
    Figure { id: "outcomes", draw: outcomes::draw },
    Figure { id: "fans", draw: fans::draw },
    Figure { id: "tornado", draw: tornado::draw },
    Figure { id: "sweep", draw: sweep::draw },
    Figure { id: "peak-week", draw: peak_week::draw },
    Figure { id: "corridor-duration", draw: corridor_duration::draw },
    Figure { id: "strain-heatmap", draw: strain_heatmap::draw },
    Figure { id: "map", draw: map::draw },
    Figure { id: "transformers", draw: transformers::draw },
    Figure { id: "homes-dark", draw: homes_dark::draw },
    Figure { id: "baikal-level", draw: baikal_level::draw },
    Figure { id: "baikal-years", draw: baikal_years::draw },
    Figure { id: "generation", draw: generation::draw },
    Figure { id: "hashrate", draw: hashrate::draw },
    Figure { id: "fleet", draw: fleet::draw },
    Figure { id: "fleet-by-month", draw: fleet_by_month::draw },
    Figure { id: "pue", draw: pue::draw },
    Figure { id: "break-evens", draw: break_evens::draw },
    Figure { id: "payback", draw: payback::draw },
    Figure { id: "ledgers", draw: ledgers::draw },
    Figure { id: "dollar", draw: dollar::draw },
];

/// A picture drawn.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Its stable id.
    pub id: &'static str,
    /// The words around it.
    pub words: Words,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// The picture, without fonts.
    pub svg: String,
    /// What was drawn, as data.
    pub data: Table<'static>,
    /// Where its texts stand.
    pub places: Vec<Place>,
    /// How it was made.
    pub look: Look,
    /// Language of its words.
    pub language: Language,
}

impl Drawing {
    /// The picture's files: SVG with its fonts, PNG twice as fine, data and sidecar.
    ///
    /// # Errors
    /// [`ReportError::Drawing`] if the rasterizer refuses.
    pub fn files(&self, meta: &Meta, caveats: &[String]) -> Result<Vec<Artifact>, ReportError> {
        let mut sidecar = self.data.sidecar(meta, caveats);
        if let Some(map) = sidecar.as_object_mut() {
            map.insert("figure".into(), json!(self.id));
            map.insert("language".into(), json!(self.language.code()));
            map.insert("finding".into(), json!(self.words.title));
            map.insert("subtitle".into(), json!(self.words.subtitle));
            map.insert("note".into(), json!(self.words.note));
            map.insert("alt".into(), json!(self.alt));
        }
        let language =
            if self.language == meta.language { String::new() } else { format!("-{}", self.language.code()) };
        let stem = format!("plots/{}{}{language}", self.id, self.look.suffix());
        let path = |ending: &str| format!("{stem}.{ending}");
        Ok(vec![
            Artifact::new(path("svg"), self.as_file(&sidecar)?),
            Artifact::new(path("png"), self.png()?),
            Artifact::new(path("csv"), self.data.csv()),
            Artifact::new(path("meta.json"), pretty(&sidecar)),
        ])
    }

    /// The picture as a file of its own: it carries its origin, and its fonts or its letters as shapes.
    fn as_file(&self, sidecar: &serde_json::Value) -> Result<String, ReportError> {
        let origin = style::canvas::escaped(&sidecar.to_string());
        if self.look.outlines {
            let drawn = style::raster::outlined(&self.svg).map_err(|reason| self.refused(reason))?;
            let (title, subtitle) =
                (style::canvas::escaped(&self.words.title), style::canvas::escaped(&self.words.subtitle));
            let head = format!("<title>{title}</title>\n<desc>{subtitle}</desc>\n<metadata>{origin}</metadata>\n");
            let at = drawn.find("<svg").and_then(|i| drawn[i..].find('>').map(|j| i + j + 1)).unwrap_or(0);
            return Ok(format!("{}\n{head}{}", &drawn[..at], &drawn[at..]));
        }
        let head = format!("</desc>\n<metadata>{origin}</metadata>\n<style>{}</style>", style::font::css());
        Ok(self.svg.replacen("</desc>", &head, 1))
    }

    /// The picture at two pixels a CSS pixel, set in the embedded font alone.
    fn png(&self) -> Result<Vec<u8>, ReportError> {
        style::raster::png(&self.svg, self.look.size.extent(), 2.0).map_err(|reason| self.refused(reason))
    }

    fn refused(&self, reason: String) -> ReportError {
        ReportError::Drawing { figure: self.id.into(), reason }
    }
}

/// A figure in the making: its words and data, then its drawing.
#[allow(clippy::needless_pass_by_value)] // a figure hands over what it made
fn finish(
    view: &View<'_>,
    id: &'static str,
    words: Words,
    alt: String,
    data: Table<'static>,
    draw: impl FnOnce(&mut Canvas<'_>, Frame),
) -> Result<Option<Drawing>, ReportError> {
    let (look, language) = (view.look, view.language);
    let said = |text: &str| number::localized(text, language).into_owned();
    let words = Words { title: said(&words.title), subtitle: said(&words.subtitle), note: said(&words.note) };
    let style::canvas::Painted { svg, places } = style::paint(id, &words, view, draw)?;
    Ok(Some(Drawing { id, words, alt: said(&alt), svg, data, places, look, language }))
}

/// Months under a frame: a tick at each, names where they fit, the year under each January and the first month.
fn month_axis(canvas: &mut Canvas<'_>, frame: Frame, view: &View<'_>, days: &Scale) {
    let window = &view.record.window;
    let total = window.days() as i32;
    let firsts: Vec<i32> = (0..total).filter(|d| window.from.plus(*d).ymd().2 == 1).collect();
    if firsts.len() < 2 {
        return day_axis(canvas, frame, view, days);
    }
    let letters = Lettering::new(13.0).color(style::GRAY);
    let room = ((frame.right - frame.left) / 36.0) as usize;
    let every = [1, 2, 3, 6, 12].into_iter().find(|n| firsts.len() / n <= room.max(1)).unwrap_or(12);
    let mut year_shown = 0;
    for first in &firsts {
        let day = window.from.plus(*first);
        let x = days.at(f64::from(*first));
        let month = day.month();
        let long = month == 1;
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + if long { 8.0 } else { 4.0 })], Ink::new(style::GRAY, 1.0));
        if !((month - 1) as usize).is_multiple_of(every) {
            continue;
        }
        let name = month_short(month, view.language);
        if x + 34.0 < canvas.extent().0 && x < frame.right - 6.0 {
            canvas.label(&[((x + 3.0, frame.bottom + 18.0), Anchor::Start)], &name, letters);
            if day.year() != year_shown {
                let year = day.year().to_string();
                canvas.label(&[((x + 3.0, frame.bottom + 34.0), Anchor::Start)], &year, letters.bold());
                year_shown = day.year();
            }
        }
    }
}

/// Names of months under columns of one month each, the year under each January and the first.
fn month_names(canvas: &mut Canvas<'_>, frame: Frame, view: &View<'_>, labels: &[String], x: &Scale) {
    let letters = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
    let room = ((frame.right - frame.left) / 36.0) as usize;
    let every = [1, 2, 3, 6, 12].into_iter().find(|n| labels.len() / n <= room.clamp(1, 12)).unwrap_or(12);
    for (m, label) in labels.iter().enumerate() {
        let (year, month) = label.rsplit_once('-').unwrap_or((label, "1"));
        let month: u32 = month.parse().unwrap_or(1);
        let at = x.at(m as f64 + 0.5);
        if (month.max(1) as usize - 1).is_multiple_of(every) {
            canvas.text((at, frame.bottom + 18.0), &month_short(month, view.language), letters);
        }
        if m == 0 || month == 1 {
            canvas.label(&[((at, frame.bottom + 34.0), Anchor::Middle)], year, letters.bold());
        }
    }
}

/// Days under a frame by number, for short windows.
fn day_axis(canvas: &mut Canvas<'_>, frame: Frame, view: &View<'_>, days: &Scale) {
    let letters = Lettering::new(13.0).color(style::GRAY).anchor(Anchor::Middle);
    let total = view.record.window.days();
    let room = ((frame.right - frame.left) / 60.0) as usize;
    let every = total.div_ceil(room.clamp(1, 10)).max(1);
    for d in (0..total).step_by(every) {
        let x = days.at(d as f64 + 0.5);
        let text = say!(view, "day {}", "день {}", d + 1);
        canvas.text((x, frame.bottom + 18.0), &text, letters);
    }
}

/// The place of a sheet's column.
fn column(sheet: &Sheet, key: &str) -> Option<usize> {
    sheet.columns.iter().position(|c| c.0 == key)
}

/// A number in a row; NaN if there is none.
fn number_at(row: &[Cell], column: Option<usize>) -> f64 {
    match column.and_then(|c| row.get(c)) {
        Some(Cell::Number(n)) => *n,
        _ => f64::NAN,
    }
}

/// A text in a row; empty if there is none.
fn text_at(row: &[Cell], column: Option<usize>) -> &str {
    match column.and_then(|c| row.get(c)) {
        Some(Cell::Text(t)) => t,
        _ => "",
    }
}
