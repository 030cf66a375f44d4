//! The library of measures in print: a page for each overlay, made from its title, note, events and sources.

use super::{Builtin, Checked, Scenario};
use std::fmt::Write as _;

/// A page: the name of its file, and its text in Markdown.
pub type Page = (String, String);

/// The first line of each page.
const MADE: &str = "<!-- Generated from scenarios/: hashwatt scenarios --pages docs/measures -->\n\n";

/// The names of all overlays: built-in scenarios that are laid over another.
pub fn names() -> Vec<&'static str> {
    Builtin::all().filter(|(_, text)| text.contains("\nextends")).map(|(name, _)| name).collect()
}

/// All pages, the list of them first.
///
/// # Errors
/// The name of a built-in scenario that is not sound, with its problems.
pub fn pages() -> Result<Vec<Page>, String> {
    let mut list = format!(
        "{MADE}# Measures and worlds\n\nEach is a file under `scenarios/`; `--with NAME` lays it over another world, `compare` tells what it changes.\n\n| name | what it is | laid over |\n|---|---|---|\n"
    );
    let mut pages = Vec::new();
    for name in names() {
        let scenario = Scenario::builtin(name).map_err(|p| format!("{name}: {}", p.render(false)))?;
        let checked = scenario.check();
        if checked.problems().has_errors() {
            return Err(format!("{name}: {}", checked.problems().render(false)));
        }
        let file = format!("{}.md", name.replace('/', "-"));
        let view = checked.view();
        let title = view.maybe_text("title").unwrap_or(name);
        let over = own_extends(&checked);
        let _ = writeln!(
            list,
            "| [`{name}`]({file}) | {title} | {} |",
            over.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")
        );
        pages.push((file, page(name, title, &over, &checked)));
    }
    pages.insert(0, ("README.md".to_owned(), list));
    Ok(pages)
}

/// What the scenario's own file extends.
fn own_extends(checked: &Checked) -> Vec<String> {
    let own = checked.layers.iter().find(|l| checked.texts.name(l.text) == checked.name());
    let entry = own.and_then(|l| l.root.get("extends"));
    match entry.map(|e| &e.node.value) {
        Some(super::document::Value::Text(one)) => vec![one.clone()],
        Some(super::document::Value::List(all)) => {
            let text = |node: &super::document::Node| match &node.value {
                super::document::Value::Text(t) => Some(t.clone()),
                _ => None,
            };
            all.iter().filter_map(text).collect()
        }
        _ => Vec::new(),
    }
}

fn page(name: &str, title: &str, over: &[String], checked: &Checked) -> String {
    let mut out = format!(
        "{MADE}# {title}\n\n`{name}`, laid over {}.\n",
        over.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")
    );
    if let Some(note) = checked.view().maybe_text("note") {
        let _ = writeln!(out, "\n{}", note.trim());
    }
    // What the file itself sets: values whose origin it is.
    let resolved = checked.resolved();
    let origin = format!("{name}:");
    let own: Vec<_> = resolved.values.iter().filter(|v| v.origin.starts_with(&origin)).collect();
    let said = ["format", "title", "note", "extends", "question", "hint", "answer_key"];
    let rows: Vec<_> = own.iter().filter(|v| !said.contains(&v.key.as_str())).collect();
    if !rows.is_empty() {
        out.push_str("\n| key | value | source |\n|---|---|---|\n");
    }
    for v in rows {
        let range = v.range.map_or_else(String::new, |(low, high)| format!(" [{low} to {high}]"));
        let unit = if v.unit.is_empty() { String::new() } else { format!(" {}", v.unit) };
        let cell = |t: &str| t.replace('|', "\\|").replace('\n', " ");
        let _ = writeln!(out, "| `{}` | {}{unit}{range} | {} |", v.key, cell(&v.toml), cell(&v.source));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_pages_are_those_of_the_scenarios() {
        let pages = pages().unwrap();
        assert!(pages.len() > 25 && pages.iter().any(|p| p.0 == "irkutsk-fsa-2022.md"));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/measures/");
        for (name, text) in pages {
            let printed = std::fs::read_to_string(format!("{folder}{name}")).unwrap_or_default();
            assert!(printed == text, "docs/measures/{name} is stale: hashwatt scenarios --pages docs/measures");
        }
    }
}
