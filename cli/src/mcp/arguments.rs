//! The arguments of an operation in JSON, as a call.

use cisco_secure_access_openapi::validate::typed;
use cisco_secure_access_openapi::{Content, Encoding, Location, Parameter};
use serde_json::{Map, Value};

use crate::catalog::{self, Entry};
use crate::failure::{Failure, Result};
use crate::operation::{Call, Notation, Payload, Values, alike, location_name};

const LOCATIONS: [Location; 3] = [Location::Path, Location::Query, Location::Header];
const BODY: &str = "body";

/// Reads `{"path": {}, "query": {}, "header": {}, "body": {}}`.
///
/// # Errors
/// When a value is missing, unknown or not valid; the failure has its JSON pointer.
pub(super) fn read(entry: Entry, arguments: Option<Value>) -> Result<Call> {
    let mut values = Values::new();
    let mut payload = Payload::Empty;
    for (property, value) in object("arguments", arguments.unwrap_or_default())? {
        let location = LOCATIONS
            .into_iter()
            .find(|location| location_name(*location) == property);
        match location {
            Some(location) => read_location(entry, location, value, &mut values)?,
            None if property == BODY => payload = body(entry, value)?,
            None => return Err(misplaced(entry, &property)),
        }
    }
    if let Some(Content::Multipart(_)) = entry.description.body.as_ref().map(|body| &body.content) {
        let (scope, name) = (
            entry.operation.scope,
            catalog::command_name(entry.operation),
        );
        return Err(Failure::usage(format!(
            "{} uploads files, which this server does not do",
            entry.operation.id
        ))
        .with_hint(format!("The user can run `secure-access {scope} {name}`.")));
    }
    Call::new(entry, values, payload).checked(Notation::Json)
}

/// The object of a property. Some agents write an object as text.
fn object(place: &str, value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(object) => Ok(object),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(Failure::usage(format!("{place}: expected an object"))),
        },
        _ => Err(Failure::usage(format!("{place}: expected an object"))),
    }
}

/// Reads the parameters of a location. Those that are `null` are not set.
fn read_location(
    entry: Entry,
    location: Location,
    value: Value,
    values: &mut Values,
) -> Result<()> {
    let place = format!("/{}", location_name(location));
    for (name, value) in object(&place, value)? {
        let parameter = entry.description.parameter(location, &name);
        let parameter = parameter.ok_or_else(|| unknown(entry, location, &name))?;
        if value.is_null() {
            continue;
        }
        let value = on_the_wire(entry, parameter, value);
        if parameter.encoding == Encoding::Flag && !value.is_boolean() {
            return Err(Failure::usage(format!(
                "{place}/{name}: expected true or false"
            )));
        }
        values.insert((location, name), value);
    }
    Ok(())
}

/// A value with the type of its parameter, which is text when it is sent: `"17"` is as good as `17`.
fn on_the_wire(entry: Entry, parameter: &'static Parameter, value: Value) -> Value {
    let schema = entry.document.resolve(&parameter.schema);
    match value {
        Value::String(text) if parameter.encoding == Encoding::Flag => {
            text.parse().map_or(Value::String(text), Value::Bool)
        }
        Value::String(text) => typed(entry.document, schema, &text),
        Value::Number(number) if schema["type"] == "string" => Value::from(number.to_string()),
        other => other,
    }
}

/// The body. `null` is none.
fn body(entry: Entry, value: Value) -> Result<Payload> {
    match (value, &entry.description.body) {
        (Value::Null, _) => Ok(Payload::Empty),
        (_, None) => Err(Failure::usage(format!(
            "/body: {} has no body",
            entry.operation.id
        ))),
        (value, Some(_)) => Ok(Payload::Value(value)),
    }
}

fn unknown(entry: Entry, location: Location, name: &str) -> Failure {
    let kind = location_name(location);
    let known = entry.description.parameters.iter();
    let known: Vec<String> = known
        .filter(|parameter| parameter.location == location)
        .map(|parameter| parameter.name.clone())
        .collect();
    let failure = Failure::usage(format!(
        "/{kind}/{name}: {} has no such parameter",
        entry.operation.id
    ));
    match (alike(name, known.iter().cloned()), known.is_empty()) {
        (Some(alike), _) => failure.with_hint(format!("Did you mean `{alike}`?")),
        (None, false) => failure.with_hint(format!("Expected some of {}.", known.join(", "))),
        (None, true) => failure,
    }
}

/// A property of the arguments that is none, but may be the name of a parameter.
fn misplaced(entry: Entry, property: &str) -> Failure {
    let failure = Failure::usage(format!("/{property}: expected path, query, header or body"));
    let mut parameters = entry.description.parameters.iter();
    match parameters.find(|parameter| parameter.name == property) {
        Some(parameter) => failure.with_hint(format!(
            "Did you mean /{}/{property}?",
            location_name(parameter.location)
        )),
        None => failure,
    }
}
