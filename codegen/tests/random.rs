//! Random documents: the generator never panics, rejects nothing without its location, and generates the same code from the same document.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cisco_secure_access_codegen::{Options, codecs, generate};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// Names of schemas: keywords, types of Rust, the names that inline schemas get, characters that a JSON pointer escapes.
const SCHEMAS: &[&str] = &[
    "Thing",
    "String",
    "Result",
    "ThingA",
    "do_it-body",
    "3des",
    "self",
];

/// Names of properties and parameters.
const NAMES: &[&str] = &[
    "a", "A", "fooBar", "foo_bar", "type", "self", "new", "default", "body", "send", "3des",
    "a/b~c", "", "§", "IPv4s", "extra", "extraMut", "lists",
];

const TEXTS: &[&str] = &[
    "Allow", "allow", "=", "!=", "", "~", "§", "Unknown", "self", "2", "a b",
];

const FORMATS: &[&str] = &["date-time", "date", "uuid", "ipv4", "binary", "none"];

fn name() -> impl Strategy<Value = String> {
    select(NAMES).prop_map(str::to_owned)
}

fn reference() -> impl Strategy<Value = Value> {
    select(SCHEMAS).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(FORMATS).prop_map(|format| json!({"type": "string", "format": format})),
        Just(json!({"type": "string", "default": "x", "pattern": "(?i)["})),
        Just(json!({"type": "integer", "minimum": 1, "format": "int32"})),
        Just(json!({"type": "number"})),
        select(["epoch-seconds", "epoch-milliseconds", "epoch-nanoseconds"].as_slice())
            .prop_map(|format| json!({"type": "integer", "format": format})),
        Just(json!({"type": "string", "format": "date-time", "x-time-format": "%Y-%m-%d"})),
        Just(json!({"type": "boolean"})),
        Just(json!({})),
        vec(select(TEXTS), 1..4).prop_map(|values| json!({"type": "string", "enum": values})),
        vec((-2..3, option::of(select(TEXTS))), 1..3).prop_map(|values| {
            let (values, names): (Vec<_>, Vec<_>) = values.into_iter().unzip();
            json!({"type": "integer", "enum": values, "x-enum-names": names})
        }),
    ]
}

fn object(
    schema: impl Strategy<Value = Value> + Clone,
) -> impl Strategy<Value = Map<String, Value>> {
    let properties = vec((name(), schema.clone()), 0..4);
    let additional = option::of(prop_oneof![Just(json!(true)), Just(json!(false)), schema]);
    let names = (subsequence(NAMES, 0..3), subsequence(NAMES, 0..3));
    (properties, names, additional).prop_map(
        |(properties, (required, may_be_absent), additional)| {
            let properties: Map<_, _> = properties.into_iter().collect();
            let mut object = json!({
                "type": "object", "properties": properties, "required": required, "x-may-be-absent": may_be_absent,
            });
            if let Some(additional) = additional {
                object["additionalProperties"] = additional;
            }
            object.as_object().unwrap().clone()
        },
    )
}

fn schema() -> impl Strategy<Value = Value> + Clone {
    let leaf = prop_oneof![3 => scalar(), 2 => reference()];
    let schema = leaf.prop_recursive(4, 24, 4, |inner| {
        let list = inner.clone().prop_map(
            |items| json!({"type": "array", "items": items, "minItems": 2, "maxItems": 2}),
        );
        let tuple = vec((name(), inner.clone()), 0..4).prop_map(|elements| {
            let elements = elements.into_iter();
            let elements: Vec<_> = elements
                .map(|(name, schema)| json!({"name": name, "schema": schema}))
                .collect();
            json!({"type": "array", "x-tuple": elements})
        });
        let composition = (
            select(["oneOf", "anyOf", "allOf"].as_slice()),
            vec(inner.clone(), 0..4),
            option::of(object(inner.clone())),
            any::<bool>(),
        )
            .prop_map(|(key, parts, own, has_discriminator)| {
                let mut schema = own.unwrap_or_default();
                schema.insert(key.to_owned(), parts.into());
                if has_discriminator {
                    schema.insert(
                        "discriminator".to_owned(),
                        json!({"propertyName": "type", "mapping": {"x": "Thing"}}),
                    );
                }
                Value::Object(schema)
            });
        let flagged = (
            inner.clone(),
            select(
                [
                    "nullable",
                    "readOnly",
                    "writeOnly",
                    "deprecated",
                    "x-secret",
                ]
                .as_slice(),
            ),
        )
            .prop_map(|(mut schema, flag)| {
                schema[flag] = json!(true);
                schema
            });
        prop_oneof![
            object(inner).prop_map(Value::Object),
            list,
            tuple,
            composition,
            flagged
        ]
    });
    schema.boxed()
}

fn parameter() -> impl Strategy<Value = Value> {
    let schema = prop_oneof![4 => scalar(), 1 => schema()];
    (name(), select(["query", "header"].as_slice()), any::<bool>(), any::<bool>(), schema).prop_map(
        |(name, location, required, explode, schema)| {
            json!({"name": name, "in": location, "required": required, "explode": explode, "schema": schema})
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    let schemas = vec(schema(), SCHEMAS.len());
    let ids = select(["do_it", "new", "move", "thing", "result"].as_slice());
    let body = option::of((any::<bool>(), schema()));
    (
        schemas,
        ids,
        vec(parameter(), 0..3),
        body,
        option::of(schema()),
    )
        .prop_map(|(schemas, id, parameters, body, response)| {
            let content = |schema: &Value| json!({"application/json": {"schema": schema}});
            let schemas: Map<_, _> = SCHEMAS
                .iter()
                .map(|name| (*name).to_owned())
                .zip(schemas)
                .collect();
            let mut operation = json!({
                "operationId": id, "summary": "Do it", "tags": ["Things"], "parameters": parameters,
                "responses": {"200": {"description": "OK"}},
            });
            if let Some((required, schema)) = body {
                operation["requestBody"] =
                    json!({"required": required, "content": content(&schema)});
            }
            if let Some(schema) = response {
                operation["responses"]["200"]["content"] = content(&schema);
            }
            json!({
                "openapi": "3.0.3", "info": {"title": "Shop", "version": "1"},
                "paths": {"/shop/v2/things": {"post": operation}},
                "components": {"schemas": schemas},
            })
        })
}

fn code(document: &Value) -> Result<String, cisco_secure_access_codegen::Error> {
    let options = Options {
        enabled: &|_| true,
        schemars: false,
    };
    let code = generate("shop", document, &options)?.code;
    let codecs = codecs("shop", document)?;
    for code in [&code, &codecs] {
        syn::parse2::<syn::File>(code.clone()).unwrap();
    }
    Ok(format!("{code}{codecs}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_becomes_code_or_is_rejected_with_its_place(document in document()) {
        match code(&document) {
            Ok(once) => prop_assert_eq!(once, code(&document).unwrap()),
            Err(error) => prop_assert!(!error.pointer().is_empty(), "{}", error),
        }
    }
}
