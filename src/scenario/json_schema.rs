//! The schema of scenarios as JSON Schema (draft 2020-12), so that editors check and complete them.

use super::spec::{Field, Kind, Literal, TableSpec};
use serde_json::{Map, Value, json};

/// The JSON Schema of a scenario's root table.
pub fn of(root: &TableSpec) -> Value {
    let mut out = table(root);
    if let Value::Object(map) = &mut out {
        map.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        map.insert("title".to_owned(), json!("hashwatt scenario"));
        // An overlay sets a few keys only: at the top nothing but the format is required.
        map.insert("required".to_owned(), json!(["format"]));
    }
    out
}

fn table(spec: &TableSpec) -> Value {
    let mut properties = Map::new();
    for field in spec.fields {
        properties.insert(field.key.to_owned(), property(field));
    }
    json!({
        "type": "object",
        "description": spec.doc,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A table keyed by id; each entity may be taken out by `enabled = false`.
fn keyed(spec: &TableSpec) -> Value {
    let mut entity = table(spec);
    if let Some(Value::Object(properties)) = entity.get_mut("properties") {
        let doc = "Whether it takes part at all.";
        properties.insert("enabled".to_owned(), json!({ "type": "boolean", "default": true, "description": doc }));
    }
    json!({
        "type": "object",
        "description": spec.doc,
        "properties": { "enabled": { "type": "boolean", "description": "Whether any of them takes part." } },
        "patternProperties": { "^[a-z][a-z0-9_]*$": entity },
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut out = match field.kind {
        Kind::Number { low, high, .. } => number(low, high),
        Kind::Integer { low, high } => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Text | Kind::Trace | Kind::Reference(_) => json!({ "type": "string" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Choices(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::Day => json!({ "type": "string", "format": "date" }),
        Kind::Days => json!({ "type": "array", "items": { "type": "string", "format": "date" } }),
        Kind::Time => json!({ "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$" }),
        Kind::Curve { low, high, .. } => json!({
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "array",
                "prefixItems": [{ "type": "number" }, number(low, high)],
                "minItems": 2,
                "maxItems": 2,
            },
        }),
        Kind::Numbers { low, high, len: 0, .. } => json!({ "type": "array", "items": number(low, high) }),
        Kind::Numbers { low, high, len, .. } => {
            json!({ "type": "array", "items": number(low, high), "minItems": len, "maxItems": len })
        }
        Kind::Series { low, high, .. } => {
            json!({ "oneOf": [number(low, high), { "type": "array", "items": number(low, high) }] })
        }
        Kind::Rows => json!({ "type": "array", "items": { "type": "array", "items": number(0.0, 1.0) } }),
        Kind::Texts | Kind::References(_) => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Names => json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        Kind::NumberById { low, high, .. } => json!({ "type": "object", "additionalProperties": number(low, high) }),
        Kind::Table(spec) => table(spec),
        Kind::Tables(spec) => keyed(spec),
        Kind::OneOf(tags) => {
            let mut properties = Map::new();
            for tag in tags {
                properties.insert(tag.key.to_owned(), table(tag));
            }
            json!({
                "type": "object",
                "properties": properties,
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            })
        }
        Kind::Sources => json!({ "type": "object", "additionalProperties": table(&super::source::SOURCE) }),
    };
    if let Value::Object(map) = &mut out {
        let unit = field.unit();
        let doc = if unit.is_empty() { field.doc.to_owned() } else { format!("{} [{unit}]", field.doc) };
        map.insert("description".to_owned(), json!(doc));
        if let Some(default) = field.literal() {
            map.insert("default".to_owned(), literal(default));
        }
    }
    out
}

fn number(low: f64, high: f64) -> Value {
    let mut out = Map::from_iter([("type".to_owned(), json!("number"))]);
    if low.is_finite() {
        out.insert("minimum".to_owned(), json!(low));
    }
    if high.is_finite() {
        out.insert("maximum".to_owned(), json!(high));
    }
    Value::Object(out)
}

/// A default as JSON.
pub(super) fn literal(literal: Literal) -> Value {
    match literal {
        Literal::Number(x) => json!(x),
        Literal::Integer(i) => json!(i),
        Literal::Flag(b) => json!(b),
        Literal::Text(t) => json!(t),
        Literal::Numbers(n) => json!(n),
        Literal::Curve(points) => json!(points),
        Literal::Texts(t) => json!(t),
    }
}
