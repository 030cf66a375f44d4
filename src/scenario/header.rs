//! What the header of each file must say, the window, and what lies outside it.

use super::document::{Entry, Node, Place, Table, Texts, Value};
use super::overlay::{COMMAND_LINE, Layer};
use super::problems::{Problem, Problems, Severity, Spot};
use super::view::as_day;
use crate::calendar::Day;

/// The version of the language.
const FORMAT: i64 = 1;

/// The longest window, in days: ten years.
const LONGEST: i32 = 3653;

/// Checks what stays with each file: `format` and `extends`.
pub(super) fn check_layers(layers: &[Layer], texts: &Texts, problems: &mut Problems) {
    for layer in layers.iter().filter(|l| texts.name(l.text) != COMMAND_LINE) {
        check_format(layer, texts, problems);
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
            let spot = texts.spot(Place { text: layer.text, from: 0, until: 0 });
            problems.push(error(spot, "format", "missing".to_owned(), "format = 1", "begin the file with it"));
        }
    }
}

/// Checks the window's length and step, and warns of events that cannot happen in it.
pub(super) fn check_window(root: &Table, texts: &Texts, problems: &mut Problems) {
    if let Some(node) = root.get("step_minutes").map(|e| &e.node) {
        if let Value::Integer(n) = node.value {
            if (15..=1440).contains(&n) && 1440 % n != 0 {
                let allowed = "a divisor of a day: 15, 20, 30, 60, 120, 180, 240, 360, 720 or 1440";
                problems.push(error(texts.spot(node.place), "step_minutes", n.to_string(), allowed, ""));
            }
        }
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
    if let Some(Value::Table(events)) = root.get("event").map(|e| &e.node.value) {
        for event in events.iter() {
            check_event(event, from, to, texts, problems);
        }
    }
}

/// An event's own days, wherever in it they stand.
fn check_event(event: &Entry, from: Day, to: Day, texts: &Texts, problems: &mut Problems) {
    let Value::Table(table) = &event.node.value else { return };
    if !super::view::enabled(&event.node) {
        return;
    }
    let Some(Value::Table(when)) = table.get("when").map(|e| &e.node.value) else { return };
    let day = |keys: [&str; 2]| {
        let entry = keys.iter().find_map(|k| when.get(k))?;
        Some((as_day(&entry.node)?, entry))
    };
    let begins = day(["from", "on"]);
    let ends = day(["to", "until"]);
    let mut tell = |entry: &Entry, found: String| {
        problems.push(Problem {
            severity: Severity::Warning,
            spot: texts.spot(entry.node.place),
            key: format!("event.{}.when.{}", event.key, entry.key),
            found,
            allowed: format!("a day of the window, {from} to {to}"),
            hint: "it cannot happen in this window; enabled = false takes it out".to_owned(),
        });
    };
    match (begins, ends) {
        (Some((first, entry)), _) if first > to => tell(entry, format!("{first}, after the window")),
        (_, Some((last, entry))) if last < from => tell(entry, format!("{last}, before the window")),
        (Some((first, _)), Some((last, entry))) if last < first => {
            let spot = texts.spot(entry.node.place);
            let key = format!("event.{}.when.{}", event.key, entry.key);
            problems.push(error(
                spot,
                &key,
                format!("{last}, before its beginning {first}"),
                "a day not before it",
                "",
            ));
        }
        _ => {}
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
