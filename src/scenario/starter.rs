//! The commented file of `new`: a scenario that runs as it is, with every key there is ready to be changed.

use super::check::Checked;
use super::document::Value;
use super::resolve::{Resolved, toml_of_literal};
use super::section;
use super::spec::{Field, Kind, TableSpec};
use super::view::{enabled, join};
use std::fmt::Write as _;

/// The text of a new scenario, laid over another one if there is one.
pub fn starter(name: &str, base: Option<&Checked>) -> String {
    let title = name.replace(['-', '_'], " ");
    let mut out = format!(
        "# {name}: a scenario of hashwatt.\n#   hashwatt check {name}.toml     tells every mistake\n\
         #   hashwatt run {name}.toml       runs it\n\nformat = 1\ntitle = {title:?}\n"
    );
    let (mut from, mut to) = ("2022-01-01".to_owned(), "2022-01-31".to_owned());
    if let Some(base) = base {
        let _ = writeln!(out, "extends = {:?}   # whatever is not said here is as there", base.name());
        let window = base.view().table("window");
        let first = window.day("from");
        from = first.to_string();
        to = window.day("to").to_string();
    }
    let mark = if base.is_some() { "# " } else { "" };
    let _ = write!(
        out,
        "\n# A window of its own:\n{mark}[window]\n{mark}from = {from}\n{mark}to = {to}\n\n\
         # Where your numbers come from, by key or prefix of keys:\n\
         # [source.\"tariff\"]\n# cite = \"who published it, what, year\"\n\
         # assumption = \"why it is assumed, if nobody did\"\n\n"
    );
    let intro = if base.is_some() {
        "# All that can be changed, with its present value. Take away the # of a [table] and of the keys you change.\n"
    } else {
        "# All keys there are. Take away the # of a [table] and of the keys you set.\n"
    };
    out.push_str(intro);
    let resolved = base.map(Checked::resolved);
    for field in section::ROOT.fields {
        match field.kind {
            Kind::Table(spec) if field.key != "window" => table(&mut out, spec, field.key, None, resolved.as_ref()),
            Kind::Tables(spec) => {
                let ids = base.map(|b| ids(b, field.key)).unwrap_or_default();
                table(&mut out, spec, field.key, Some(&ids), resolved.as_ref());
            }
            _ => {}
        }
    }
    out
}

fn ids(base: &Checked, key: &str) -> Vec<String> {
    match base.root.get(key).map(|e| &e.node.value) {
        Some(Value::Table(all)) => all.iter().filter(|e| enabled(&e.node)).map(|e| e.key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// One section, every line a comment.
fn table(out: &mut String, spec: &TableSpec, key: &str, ids: Option<&[String]>, resolved: Option<&Resolved>) {
    let _ = write!(out, "\n# {}\n", spec.doc);
    let path = match ids {
        None => key.to_owned(),
        Some([]) => format!("{key}.<id>"),
        Some(ids @ [first, ..]) => {
            let _ = writeln!(out, "# ids: {}", ids.join(", "));
            join(key, first)
        }
    };
    let _ = writeln!(out, "# [{path}]");
    for field in spec.fields {
        match field.kind {
            Kind::Table(inner) => nested(out, inner, &path, field.key, resolved),
            Kind::Tables(inner) => {
                let _ = writeln!(out, "# # [{}.<id>]: {}", join(&path, field.key), inner.doc);
            }
            Kind::OneOf(tags) => {
                let names: Vec<&str> = tags.iter().map(|t| t.key).collect();
                let _ = writeln!(out, "# # {} = {{ <one of {}> = {{ … }} }}", field.key, names.join(", "));
            }
            _ => line(out, field, &join(&path, field.key), field.key, resolved),
        }
    }
}

fn nested(out: &mut String, spec: &TableSpec, path: &str, key: &str, resolved: Option<&Resolved>) {
    for field in spec.fields {
        let dotted = join(key, field.key);
        match field.kind {
            Kind::Table(_) | Kind::Tables(_) | Kind::OneOf(_) => {
                let _ = writeln!(out, "# # {dotted}: {}", field.doc);
            }
            _ => line(out, field, &join(path, &dotted), &dotted, resolved),
        }
    }
}

fn line(out: &mut String, field: &Field, full: &str, key: &str, resolved: Option<&Resolved>) {
    let present = resolved.and_then(|r| r.value(full)).map(|v| v.toml.clone());
    let value = present.or_else(|| field.literal().map(toml_of_literal)).unwrap_or_else(|| "…".to_owned());
    let short: String = value.chars().take(160).collect();
    let cut = if short.len() < value.len() { "…" } else { "" };
    let _ = writeln!(out, "# {key} = {short}{cut}   # {} ({})", field.doc, field.allowed());
}
