//! Every value of a scenario by its full key, defaults included: what is listed, hashed, sourced and explained.

use super::document::{Node, Table, Value};
use super::spec::{Field, Kind, TableSpec};
use super::view::{enabled, join};

/// One value.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'a> {
    /// Its dotted key.
    pub key: String,
    /// Its schema. For a number of a table from id to number, the table's.
    pub field: &'static Field,
    /// Where it was given; `None` if it has its default.
    pub node: Option<&'a Node>,
}

/// All values of a tree in the order of the schema, entities in order of first appearance, without those not enabled.
pub(super) fn leaves<'a>(schema: &'static TableSpec, root: &'a Table) -> Vec<Leaf<'a>> {
    let mut out = Vec::new();
    walk(schema, root, "", &mut out);
    out
}

fn walk<'a>(spec: &'static TableSpec, table: &'a Table, path: &str, out: &mut Vec<Leaf<'a>>) {
    for field in spec.fields {
        let key = join(path, field.key);
        let node = table.get(field.key).map(|e| &e.node);
        let inner = node.and_then(|n| if let Value::Table(t) = &n.value { Some(t) } else { None });
        match (field.kind, inner) {
            (Kind::Table(spec), Some(inner)) => walk(spec, inner, &key, out),
            (Kind::Table(spec), None) if field.required() => defaults(spec, &key, out),
            (Kind::Tables(spec), Some(all)) => {
                for entry in all.iter().filter(|e| enabled(&e.node)) {
                    if let Value::Table(inner) = &entry.node.value {
                        walk(spec, inner, &join(&key, &entry.key), out);
                    }
                }
            }
            (Kind::OneOf(tags), Some(inner)) => {
                for entry in inner {
                    if let (Some(spec), Value::Table(t)) = (tags.iter().find(|s| s.key == entry.key), &entry.node.value)
                    {
                        walk(spec, t, &join(&key, &entry.key), out);
                    }
                }
            }
            (Kind::NumberById { .. }, Some(inner)) => {
                out.extend(inner.iter().map(|e| Leaf { key: join(&key, &e.key), field, node: Some(&e.node) }));
            }
            (Kind::Table(_) | Kind::Tables(_) | Kind::OneOf(_) | Kind::NumberById { .. } | Kind::Sources, _) => {}
            _ if node.is_some() || field.literal().is_some() => out.push(Leaf { key, field, node }),
            _ => {}
        }
    }
}

/// The defaults of a table that is absent but read.
fn defaults(spec: &'static TableSpec, path: &str, out: &mut Vec<Leaf<'_>>) {
    for field in spec.fields {
        let key = join(path, field.key);
        match field.kind {
            Kind::Table(spec) if field.required() => defaults(spec, &key, out),
            _ if field.literal().is_some() => out.push(Leaf { key, field, node: None }),
            _ => {}
        }
    }
}
