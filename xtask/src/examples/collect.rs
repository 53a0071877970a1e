//! Finds the examples in upstream documents: those of responses and bodies, those of schemas, and values that are composed of the
//! examples of properties.

use std::collections::BTreeMap;
use std::fmt;

use cisco_secure_access_importer::Document;
use cisco_secure_access_importer::SCHEMAS;
use cisco_secure_access_openapi::Candidates;
use serde_json::{Map, Value, json};

use super::schema::{Api, DecoderView, Operation, placeholder};

/// The media types of the bodies that have a type.
const BODIES: &[&str] = &["application/json", "application/x-www-form-urlencoded"];

/// The maximum number of values that are composed from one schema; they differ in the variants of its unions.
const MAX_TURNS: usize = 12;

/// A value to run through the crate.
#[derive(Debug)]
pub struct Case<'a> {
    /// The operation that it belongs to.
    pub operation: &'a Operation,
    /// Whether it is a response or a body of the operation.
    pub direction: Direction,
    /// The source of the value.
    pub source: Source,
    /// The document and the location in it.
    pub location: String,
    /// The value.
    pub value: Value,
    /// The schemas that the specification has for it.
    pub schemas: Candidates<'a>,
}

/// The direction of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the service.
    Response,
    /// To the service.
    Body,
}

impl Direction {
    /// Its name in requests to the driver and in exceptions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Body => "body",
        }
    }
}

/// The source of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// It is documented as a whole.
    Documented,
    /// It is composed of the examples of properties, or of the types that the specification has where there is no example.
    Composed,
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Documented => "documented",
            Self::Composed => "composed",
        })
    }
}

/// The examples of all documents, each value once for an operation and direction, and the operations that the specifications lack.
pub fn collect<'a>(api: &'a Api, documents: &[Document]) -> (Vec<Case<'a>>, Vec<String>) {
    let mut collection = Collection::default();
    let mut unknown = Vec::new();
    for document in documents {
        for found in &document.operations {
            let upstream = format!(
                "{}: {} {}",
                document.name,
                found.method.to_uppercase(),
                found.path
            );
            let Some(operation) = api.operation(&found.path, &found.method) else {
                unknown.push(upstream);
                continue;
            };
            if let Some(schemas) = api.response(operation) {
                let responses = found.object.get("responses").and_then(Value::as_object);
                let successes = responses
                    .into_iter()
                    .flatten()
                    .filter(|(status, _)| status.starts_with('2'));
                for (status, response) in successes {
                    let location = format!("{upstream}, response {status}");
                    for (source, value) in
                        values(response, &["application/json"], document, &schemas)
                    {
                        collection.add(
                            operation,
                            Direction::Response,
                            source,
                            &location,
                            value,
                            &schemas,
                        );
                    }
                }
            }
            if let (Some(schemas), Some(body)) =
                (api.body(operation), found.object.get("requestBody"))
            {
                let location = format!("{upstream}, body");
                for (source, value) in values(body, BODIES, document, &schemas) {
                    collection.add(
                        operation,
                        Direction::Body,
                        source,
                        &location,
                        value,
                        &schemas,
                    );
                }
            }
        }
    }
    (collection.cases.into_values().collect(), unknown)
}

/// Cases by operation, direction, source and JSON text.
#[derive(Default)]
struct Collection<'a> {
    cases: BTreeMap<(&'a str, Direction, String), Case<'a>>,
}

impl<'a> Collection<'a> {
    fn add(
        &mut self,
        operation: &'a Operation,
        direction: Direction,
        source: Source,
        location: &str,
        value: Value,
        schemas: &Candidates<'a>,
    ) {
        let case = || Case {
            operation,
            direction,
            source,
            location: location.to_owned(),
            value: value.clone(),
            schemas: schemas.clone(),
        };
        self.cases
            .entry((&operation.name, direction, value.to_string()))
            .and_modify(|known| known.source = known.source.min(source))
            .or_insert_with(case);
    }
}

/// The values of a response or a body with these schemas in the specification.
fn values(
    owner: &Value,
    media: &[&str],
    document: &Document,
    schemas: &Candidates<'_>,
) -> Vec<(Source, Value)> {
    let content = owner.get("content");
    let Some(content) = media.iter().find_map(|media| content?.get(*media)) else {
        return Vec::new();
    };
    let named = content.get("examples").and_then(Value::as_object);
    let named = named
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|example| example.get("value"));
    let mut composer = Composer {
        schemas: &document.schemas,
        in_progress: Vec::new(),
        turn: 0,
    };
    let schema = content.get("schema").unwrap_or(&Value::Null);
    let whole = composer
        .resolve(schema)
        .and_then(|(_, schema)| schema.get("example"));
    let mut values: Vec<_> = content
        .get("example")
        .into_iter()
        .chain(named)
        .chain(whole)
        .map(|value| (Source::Documented, as_json(value)))
        .collect();
    for turn in 0..MAX_TURNS {
        composer.turn = turn;
        values.extend(
            composer
                .compose(schema, schemas)
                .map(|value| (Source::Composed, value)),
        );
    }
    values
}

/// Some authors write an example as a string of its JSON text.
fn as_json(value: &Value) -> Value {
    value
        .as_str()
        .filter(|text| text.trim_start().starts_with(['{', '[']))
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| value.clone())
}

/// Composes values of the examples in schemas.
struct Composer<'a> {
    schemas: &'a BTreeMap<String, Value>,
    /// The names of the schemas that are being composed.
    in_progress: Vec<&'a str>,
    /// The number of the variant that is taken of each union, modulo their count.
    turn: usize,
}

impl<'a> Composer<'a> {
    /// A schema, and its name if it has one.
    fn resolve<'b>(&self, schema: &'b Value) -> Option<(&'a str, &'b Value)>
    where
        'a: 'b,
    {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(target) => {
                let name = target.strip_prefix(SCHEMAS)?;
                let (name, schema) = self.schemas.get_key_value(name)?;
                Some((name, schema))
            }
            None => Some(("", schema)),
        }
    }

    /// A value of a schema; `known` are the schemas that the specification has for it.
    fn compose(&mut self, schema: &Value, known: &Candidates<'_>) -> Option<Value> {
        let (name, schema) = self.resolve(schema)?;
        if !name.is_empty() && self.in_progress.contains(&name) {
            return None;
        }
        self.in_progress.push(name);
        let value = self.compose_resolved(schema, known);
        self.in_progress.pop();
        value
    }

    fn compose_resolved(&mut self, schema: &Value, known: &Candidates<'_>) -> Option<Value> {
        if let Some(example) = schema.get("example") {
            return Some(as_json(example));
        }
        let list = |key: &str| schema.get(key).and_then(Value::as_array);
        if let Some(parts) = list("allOf") {
            let mut whole = Map::new();
            for part in parts {
                match self.compose(part, known) {
                    Some(Value::Object(part)) => whole.extend(part),
                    Some(value) => return Some(value),
                    None => {}
                }
            }
            whole.extend(self.properties(schema, known));
            return (!whole.is_empty()).then_some(Value::Object(whole));
        }
        if let Some(variants) = list("oneOf").or_else(|| list("anyOf")) {
            return self.compose(&variants[self.turn % variants.len()], known);
        }
        if let Some(values) = list("enum") {
            return values.get(self.turn % values.len()).cloned();
        }
        match schema.get("type").and_then(Value::as_str).unwrap_or("") {
            "array" => Some(json!([self.compose(&schema["items"], &known.listed())?])),
            "object" => {
                let properties = self.properties(schema, known);
                (!properties.is_empty()).then_some(Value::Object(properties))
            }
            _ => known.placeholder().or_else(|| placeholder(schema)),
        }
    }

    fn properties(&mut self, schema: &Value, known: &Candidates<'_>) -> Map<String, Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        properties
            .filter_map(|(name, schema)| {
                let value = self.compose(schema, &known.property(name))?;
                Some((name.clone(), value))
            })
            .collect()
    }
}
