//! The tool `describe_operation`: the arguments of an operation, an example, its limits and its response.

use cisco_secure_access::{RateLimit, RateLimitScope, Security};
use cisco_secure_access_openapi::validate::request_schema;
use cisco_secure_access_openapi::{Candidates, Content, Encoding, Location, Parameter, TimeForm};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::context::Context;
use super::guard::effect_name;
use super::{bound, confirm, tool};
use crate::catalog::Entry;
use crate::failure::Result;
use crate::operation::{Effect, item_schema, location_name, template};

pub(super) const NAME: &str = "describe_operation";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    operation: String,
}

pub(super) fn declaration() -> Tool {
    tool::declare(
        NAME,
        ToolAnnotations::with_title("Describe an operation")
            .read_only(true)
            .open_world(false),
        "Describes an operation: the JSON schema of `arguments` ({path, query, header, body}), an example, what it does, the OAuth scopes \
         that it needs, the clouds that have it, its rate limit, how it pages, what `confirm` has to be, and the properties of its response.",
        &json!({"operation": tool::operation_schema()}),
        &["operation"],
    )
}

pub(super) fn run(context: &Context, input: JsonObject) -> Result<Value> {
    let input: Input = tool::input(NAME, input)?;
    let guard = &context.guard;
    let entry = guard.find(&input.operation)?;
    let operation = entry.operation;
    let effect = Effect::documented(entry);
    let mut description = json!({
        "operation": operation.id,
        "scope": operation.scope,
        "api": operation.api,
        "method": operation.method.as_str(),
        "path": operation.path,
        "summary": operation.summary,
        "effect": effect_name(effect),
        "isAllowed": guard.allows(effect),
        "arguments": bound::bounded(
            arguments_schema(entry),
            "",
            context.max_result_bytes,
            "The schema is too long; the example shows the form of the arguments.",
        ),
        "example": example(entry),
        "response": response(entry),
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            description[name] = value;
        }
    };
    set(
        "description",
        entry.description.description.clone().map(Value::from),
    );
    set(
        "isDeprecated",
        operation.deprecated.then_some(Value::Bool(true)),
    );
    if let Security::Bearer(scopes) = operation.security {
        set("oauthScopes", Some(json!(scopes)));
    }
    let clouds = operation.clouds.iter();
    let clouds: Vec<String> = clouds.map(ToString::to_string).collect();
    set("clouds", (!clouds.is_empty()).then(|| json!(clouds)));
    set("rateLimit", operation.rate_limit.map(rate_limit));
    set(
        "list",
        operation.pagination.map(|pagination| {
            json!({"tool": "list_items", "items": pagination.items, "maxPageSize": pagination.max_page_size})
        }),
    );
    set(
        "confirm",
        (effect == Effect::Destroy).then(|| confirm::description(entry).into()),
    );
    Ok(description)
}

/// The schema of `arguments`.
fn arguments_schema(entry: Entry) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for location in [Location::Path, Location::Query, Location::Header] {
        let own = entry.description.parameters.iter();
        let own: Vec<&Parameter> = own
            .filter(|parameter| parameter.location == location)
            .collect();
        if own.is_empty() {
            continue;
        }
        let name = location_name(location);
        let mandatory: Vec<&str> = own
            .iter()
            .filter(|parameter| parameter.is_mandatory())
            .map(|parameter| parameter.name.as_str())
            .collect();
        if !mandatory.is_empty() {
            required.push(name);
        }
        let own = own
            .into_iter()
            .map(|parameter| (parameter.name.clone(), parameter_schema(parameter)));
        let schema = json!({
            "type": "object",
            "properties": own.collect::<Map<_, _>>(),
            "required": mandatory,
            "additionalProperties": false,
        });
        properties.insert(name.to_owned(), schema);
    }
    if let Some(body) = &entry.description.body
        && let Content::Json(schema) | Content::Form(schema) = &body.content
    {
        properties.insert("body".to_owned(), schema.clone());
        if body.required {
            required.push("body");
        }
    }
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    request_schema(entry.document, &schema)
}

fn parameter_schema(parameter: &Parameter) -> Value {
    let (mut schema, form) = match (parameter.encoding, parameter.time) {
        (Encoding::Flag, _) => (json!({"type": "boolean"}), ""),
        (_, Some(TimeForm::Reporting)) => (
            json!({"type": ["string", "integer"]}),
            "Epoch milliseconds, a date and time (RFC 3339), `now`, or a relative time such as `-1days`.",
        ),
        (_, Some(TimeForm::Rfc3339)) => (
            json!({"type": "string"}),
            "A date, or a date and time with zone (RFC 3339).",
        ),
        (_, None) => (parameter.schema.clone(), ""),
    };
    let description = parameter.description.as_deref().unwrap_or_default();
    let description = [description, form].join(" ");
    if let (Some(schema), false) = (schema.as_object_mut(), description.trim().is_empty()) {
        schema.insert("description".to_owned(), description.trim().into());
    }
    schema
}

/// A value for a parameter that has no example in the document.
fn sample(entry: Entry, parameter: &Parameter) -> Value {
    match (parameter.time, parameter.name.as_str()) {
        (Some(TimeForm::Reporting), "to") => Value::from("now"),
        (Some(TimeForm::Reporting), _) => Value::from("-1days"),
        (Some(TimeForm::Rfc3339), _) => Value::from("2026-01-01"),
        (None, _) => template::sample(entry, &parameter.schema),
    }
}

/// The arguments of the example in the document; what is required and has none there is a sample of its schema.
fn example(entry: Entry) -> Value {
    let mut arguments = Map::new();
    for parameter in &entry.description.parameters {
        let is_mandatory = parameter.is_mandatory();
        let sample = || is_mandatory.then(|| sample(entry, parameter));
        if let Some(example) = parameter.example.clone().or_else(sample) {
            let own = arguments.entry(location_name(parameter.location));
            own.or_insert_with(|| json!({}))[&parameter.name] = example;
        }
    }
    if let Some(body) = &entry.description.body
        && let Content::Json(schema) | Content::Form(schema) = &body.content
    {
        let mut example = template::body(entry);
        entry.document.hide_secrets(schema, &mut example);
        arguments.insert("body".to_owned(), example);
    }
    Value::Object(arguments)
}

/// The status of the response, and the properties of its object, or of an item of its list.
fn response(entry: Entry) -> Value {
    let mut summary = json!({"status": entry.description.success_status});
    let item = item_schema(entry);
    let (name, schema) = match (item, entry.description.response()) {
        (Some(item), _) => ("itemProperties", item),
        (None, Some(schema)) => ("properties", schema),
        (None, None) => return summary,
    };
    let candidates = Candidates::new(entry.document.root(), schema);
    let schemas = candidates.schemas().iter();
    let properties = schemas.filter_map(|schema| schema.get("properties")?.as_object());
    let types = properties
        .flatten()
        .map(|(name, schema)| (name.clone(), type_name(entry, schema).into()));
    summary[name] = Value::Object(types.collect());
    summary
}

/// The type of a property: `string`, `array of object`.
fn type_name(entry: Entry, schema: &Value) -> String {
    let schema = entry.document.resolve(schema);
    match schema["type"].as_str() {
        Some("array") => format!("array of {}", type_name(entry, &schema["items"])),
        Some(name) => name.to_owned(),
        None if schema.get("properties").is_some() => "object".to_owned(),
        None => "any".to_owned(),
    }
}

fn rate_limit(limit: RateLimit) -> Value {
    let windows = limit.windows.iter();
    let windows: Vec<Value> = windows
        .map(|window| json!({"requests": window.requests, "seconds": window.seconds}))
        .collect();
    let per = match limit.scope {
        RateLimitScope::Organization => "organization",
        _ => "API key",
    };
    json!({"per": per, "windows": windows})
}

#[cfg(test)]
mod tests {
    use cisco_secure_access::operations;

    use super::super::arguments;
    use super::*;
    use crate::catalog;

    /// All operations but those that upload files, which have no arguments in JSON.
    fn entries() -> impl Iterator<Item = Entry> {
        let entries = operations().filter_map(|operation| catalog::find(operation.id));
        entries.filter(|entry| !matches!(&entry.description.body, Some(body) if matches!(body.content, Content::Multipart(_))))
    }

    #[test]
    fn a_schema_has_what_it_refers_to() {
        for entry in entries() {
            let schema = arguments_schema(entry);
            let text = schema.to_string();
            let id = entry.operation.id;
            assert_eq!(schema["type"], "object", "{id}");
            assert!(!text.contains("#/components"), "{id}");
            for reference in text.split("\"$ref\":\"#/$defs/").skip(1) {
                let name = reference.split('"').next().unwrap_or_default();
                assert!(schema["$defs"].get(name).is_some(), "{id}: {name}");
            }
        }
    }

    #[test]
    fn an_example_can_be_called() {
        let mut count = 0;
        for entry in entries() {
            let example = example(entry);
            // A secret is not shown.
            if !example.to_string().contains('…') {
                let call = arguments::read(entry, Some(example.clone()));
                assert!(
                    call.is_ok(),
                    "{}: {example}: {:?}",
                    entry.operation.id,
                    call.err()
                );
                count += 1;
            }
        }
        assert!(count > 340, "{count}");
    }

    #[test]
    fn a_time_is_described_as_it_can_be_written() {
        let entry = catalog::find("list_activity").unwrap_or_else(|| panic!("list_activity"));
        let from = &arguments_schema(entry)["properties"]["query"]["properties"]["from"];
        let description = from["description"].as_str().unwrap_or_default();
        assert!(description.contains("`-1days`"), "{from}");
    }
}
