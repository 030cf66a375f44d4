//! What the header of each file must say, and the window.

use super::document::{Node, Place, Table, Texts, Value};
use super::overlay::{COMMAND_LINE, Layer};
use super::problems::{Problem, Problems, Severity, Spot};
use super::view::as_day;

/// The version of the language.
const FORMAT: i64 = 1;

/// The longest window, in days: ten years.
const LONGEST: i32 = 3653;

/// Checks what stays with each file: `extends`, and `format`, which a file that others extend may leave to them.
pub(super) fn check_layers(layers: &[Layer], texts: &Texts, problems: &mut Problems) {
    for layer in layers.iter().filter(|l| texts.name(l.text) != COMMAND_LINE) {
        let others = || layers.iter().filter(|l| l.text != layer.text && texts.name(l.text) != COMMAND_LINE);
        let is_part = others().any(|l| l.below.contains(&layer.text));
        if !is_part || layer.root.get("format").is_some() {
            check_format(layer, texts, problems);
        }
        if let Some(entry) = layer.root.get("extends") {
            let mut wrong = Vec::new();
            match &entry.node.value {
                Value::Text(_) | Value::Broken => {}
                Value::List(items) => wrong.extend(items.iter().filter(|n| !matches!(n.value, Value::Text(_)))),
                _ => wrong.push(&entry.node),
            }
            for node in wrong {
                let allowed = "a name in quotes, or a list of names";
                problems.push(error(texts.spot(node.place), "extends", node.value.kind().to_owned(), allowed, ""));
            }
        }
    }
}

fn check_format(layer: &Layer, texts: &Texts, problems: &mut Problems) {
    match layer.root.get("format").map(|e| &e.node) {
        Some(Node { value: Value::Integer(FORMAT) | Value::Broken, .. }) => {}
        Some(node) => {
            let hint = match node.value {
                Value::Integer(n) if n > FORMAT => "this file was written for a newer hashwatt",
                _ => "",
            };
            problems.push(error(texts.spot(node.place), "format", node.value.show(), "1", hint));
        }
        None => {
            let place = Place { text: layer.text, from: 0, until: 0 };
            if texts.is_lost(place) {
                return;
            }
            let spot = texts.spot(place);
            problems.push(error(spot, "format", "missing".to_owned(), "format = 1", "begin the file with it"));
        }
    }
}

/// Checks the window's length and step.
pub(super) fn check_window(root: &Table, texts: &Texts, problems: &mut Problems) {
    if let Some(node) = root.get("step_minutes").map(|e| &e.node)
        && let Value::Integer(n) = node.value
        && (15..=1440).contains(&n)
        && 1440 % n != 0
    {
        let allowed = "a divisor of a day: 15, 20, 30, 60, 120, 180, 240, 360, 720 or 1440";
        problems.push(error(texts.spot(node.place), "step_minutes", n.to_string(), allowed, ""));
    }
    let Some(Value::Table(window)) = root.get("window").map(|e| &e.node.value) else { return };
    let days = |key: &str| window.get(key).and_then(|e| Some((as_day(&e.node)?, e.node.place)));
    let (Some((from, _)), Some((to, place))) = (days("from"), days("to")) else { return };
    if to < from {
        let found = format!("{to}, before {from}");
        problems.push(error(texts.spot(place), "window.to", found, "a day not before window.from", "swap the two?"));
        return;
    }
    if to.0 - from.0 >= LONGEST {
        let found = format!("a window of {} days", to.0 - from.0 + 1);
        problems.push(error(texts.spot(place), "window.to", found, "at most ten years (3653 days)", ""));
    }
}

fn error(spot: Spot, key: &str, found: String, allowed: &str, hint: &str) -> Problem {
    Problem {
        severity: Severity::Error,
        spot,
        key: key.to_owned(),
        found,
        allowed: allowed.to_owned(),
        hint: hint.to_owned(),
    }
}
