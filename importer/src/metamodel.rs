//! The objects of OpenAPI 3.0: which keys each has and of what kind, as one table that drives reading and fixing.

use serde_json::{Map, Value};

use crate::references::refers_outside;
use crate::report::{Diagnostics, Pointer};
use crate::yaml::{describe, number};

/// What stands at a place in a document.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A number.
    Number,
    /// Anything.
    Any,
    /// Words of upstream's, which are dropped.
    Prose,
    /// Examples, which are dropped unless somebody wants them.
    Example,
    /// A list of strings.
    Texts,
    /// An object of the metamodel.
    Object(&'static Shape),
    /// A boolean or an object of the metamodel.
    FlagOrObject(&'static Shape),
    /// A list.
    List(&'static Kind),
    /// A mapping with free keys.
    Map(&'static Kind),
}

/// An object of the metamodel.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Its name, for messages and for the rules that use it.
    pub name: &'static str,
    /// Whether a `$ref` may stand in its place.
    pub reference: bool,
    /// The keys that it must have and that no rule can supply.
    pub required: &'static [&'static str],
    /// The keys that it may have.
    pub fields: &'static [(&'static str, Kind)],
    /// The keys that only overlays add, which [`conform`] drops from documents.
    pub extensions: &'static [(&'static str, Kind)],
}

use Kind::{Any, Example, Flag, FlagOrObject, List, Number, Object, Prose, Text, Texts};

/// A whole document.
pub(crate) static DOCUMENT: Shape = Shape {
    name: "document",
    reference: false,
    required: &["openapi", "info", "paths"],
    fields: &[
        ("openapi", Text),
        ("info", Object(&INFO)),
        ("servers", List(&Object(&SERVER))),
        ("tags", Prose),
        ("externalDocs", Prose),
        ("security", List(&Kind::Map(&Texts))),
        ("paths", Kind::Map(&Object(&PATH_ITEM))),
        ("components", Object(&COMPONENTS)),
    ],
    extensions: &[("x-rust-names", Kind::Map(&Text))],
};

static INFO: Shape = Shape {
    name: "info",
    reference: false,
    required: &["title", "version"],
    fields: &[
        ("title", Text),
        ("version", Text),
        ("description", Prose),
        ("contact", Prose),
        ("license", Prose),
        ("termsOfService", Prose),
    ],
    extensions: &[],
};

static SERVER: Shape = Shape {
    name: "server",
    reference: false,
    required: &["url"],
    fields: &[
        ("url", Text),
        ("description", Prose),
        ("variables", Kind::Map(&Object(&VARIABLE))),
    ],
    extensions: &[],
};

static VARIABLE: Shape = Shape {
    name: "server variable",
    reference: false,
    required: &["default"],
    fields: &[("default", Text), ("enum", Texts), ("description", Prose)],
    extensions: &[],
};

static COMPONENTS: Shape = Shape {
    name: "components",
    reference: false,
    required: &[],
    fields: &[
        ("schemas", Kind::Map(&Object(&SCHEMA))),
        ("parameters", Kind::Map(&Object(&PARAMETER))),
        ("responses", Kind::Map(&Object(&RESPONSE))),
        ("requestBodies", Kind::Map(&Object(&REQUEST_BODY))),
        ("headers", Kind::Map(&Object(&HEADER))),
        ("securitySchemes", Kind::Map(&Object(&SECURITY_SCHEME))),
        ("examples", Example),
    ],
    extensions: &[],
};

static PATH_ITEM: Shape = Shape {
    name: "path item",
    reference: true,
    required: &[],
    fields: &[
        ("summary", Prose),
        ("description", Prose),
        ("servers", List(&Object(&SERVER))),
        ("parameters", List(&Object(&PARAMETER))),
        ("get", Object(&OPERATION)),
        ("put", Object(&OPERATION)),
        ("post", Object(&OPERATION)),
        ("delete", Object(&OPERATION)),
        ("options", Object(&OPERATION)),
        ("head", Object(&OPERATION)),
        ("patch", Object(&OPERATION)),
        ("trace", Object(&OPERATION)),
    ],
    extensions: &[],
};

static OPERATION: Shape = Shape {
    name: "operation",
    reference: false,
    required: &["responses"],
    fields: &[
        ("tags", Texts),
        ("operationId", Text),
        ("summary", Prose),
        ("description", Prose),
        ("externalDocs", Prose),
        ("parameters", List(&Object(&PARAMETER))),
        ("requestBody", Object(&REQUEST_BODY)),
        ("responses", Kind::Map(&Object(&RESPONSE))),
        ("deprecated", Flag),
        ("security", List(&Kind::Map(&Texts))),
        ("servers", List(&Object(&SERVER))),
    ],
    extensions: &[
        ("x-api", Text),
        ("x-upstream-id", Text),
        ("x-former-name", Text),
        ("x-documents", List(&Number)),
        ("x-clouds", Texts),
        ("x-rate-limit", Any),
        ("x-pagination", Any),
        ("x-success-status", Text),
        ("x-idempotent", Flag),
        ("x-success-property", Text),
        ("x-upstream-errors", List(&Number)),
        ("x-regional", Flag),
    ],
};

static PARAMETER: Shape = Shape {
    name: "parameter",
    reference: true,
    required: &["name", "in"],
    fields: &[
        ("name", Text),
        ("in", Text),
        ("description", Prose),
        ("required", Flag),
        ("deprecated", Flag),
        ("allowEmptyValue", Flag),
        ("style", Text),
        ("explode", Flag),
        ("allowReserved", Flag),
        ("schema", Object(&SCHEMA)),
        ("content", Kind::Map(&Object(&MEDIA_TYPE))),
        ("example", Example),
        ("examples", Example),
    ],
    extensions: &[("x-name", Any), ("x-time", Text)],
};

static HEADER: Shape = Shape {
    name: "header",
    reference: true,
    required: &[],
    fields: &[
        ("description", Prose),
        ("required", Flag),
        ("deprecated", Flag),
        ("style", Text),
        ("explode", Flag),
        ("schema", Object(&SCHEMA)),
        ("content", Kind::Map(&Object(&MEDIA_TYPE))),
        ("example", Example),
        ("examples", Example),
    ],
    extensions: &[],
};

static REQUEST_BODY: Shape = Shape {
    name: "request body",
    reference: true,
    required: &["content"],
    fields: &[
        ("description", Prose),
        ("required", Flag),
        ("content", Kind::Map(&Object(&MEDIA_TYPE))),
    ],
    extensions: &[],
};

static RESPONSE: Shape = Shape {
    name: "response",
    reference: true,
    required: &[],
    fields: &[
        ("description", Prose),
        ("headers", Kind::Map(&Object(&HEADER))),
        ("content", Kind::Map(&Object(&MEDIA_TYPE))),
    ],
    extensions: &[],
};

static MEDIA_TYPE: Shape = Shape {
    name: "media type",
    reference: false,
    required: &[],
    fields: &[
        ("schema", Object(&SCHEMA)),
        ("encoding", Kind::Map(&Object(&ENCODING))),
        ("example", Example),
        ("examples", Example),
    ],
    extensions: &[],
};

static ENCODING: Shape = Shape {
    name: "encoding",
    reference: false,
    required: &[],
    fields: &[
        ("contentType", Text),
        ("headers", Kind::Map(&Object(&HEADER))),
        ("style", Text),
        ("explode", Flag),
        ("allowReserved", Flag),
    ],
    extensions: &[],
};

static SECURITY_SCHEME: Shape = Shape {
    name: "security scheme",
    reference: true,
    required: &["type"],
    fields: &[
        ("type", Text),
        ("description", Prose),
        ("name", Text),
        ("in", Text),
        ("scheme", Text),
        ("bearerFormat", Text),
        ("flows", Any),
        ("openIdConnectUrl", Text),
    ],
    extensions: &[],
};

static SCHEMA: Shape = Shape {
    name: "schema",
    reference: true,
    required: &[],
    fields: &[
        ("type", Text),
        ("format", Text),
        ("nullable", Flag),
        ("enum", List(&Any)),
        ("default", Any),
        ("properties", Kind::Map(&Object(&SCHEMA))),
        ("required", Texts),
        ("additionalProperties", FlagOrObject(&SCHEMA)),
        ("items", Object(&SCHEMA)),
        ("allOf", List(&Object(&SCHEMA))),
        ("oneOf", List(&Object(&SCHEMA))),
        ("anyOf", List(&Object(&SCHEMA))),
        ("not", Object(&SCHEMA)),
        ("discriminator", Object(&DISCRIMINATOR)),
        ("readOnly", Flag),
        ("writeOnly", Flag),
        ("deprecated", Flag),
        ("minimum", Number),
        ("maximum", Number),
        ("exclusiveMinimum", Flag),
        ("exclusiveMaximum", Flag),
        ("multipleOf", Number),
        ("minLength", Number),
        ("maxLength", Number),
        ("pattern", Text),
        ("minItems", Number),
        ("maxItems", Number),
        ("uniqueItems", Flag),
        ("minProperties", Number),
        ("maxProperties", Number),
        ("title", Prose),
        ("description", Prose),
        ("example", Example),
        ("examples", Example),
        ("externalDocs", Prose),
    ],
    extensions: &[
        ("x-name", Any),
        ("x-secret", Flag),
        ("x-time-format", Text),
        ("x-quoted", Flag),
        ("x-enum-names", Texts),
        ("x-tuple", List(&Object(&ELEMENT))),
        ("x-envelope", Text),
        ("x-named-by", Text),
        ("x-constructors", List(&Object(&CONSTRUCTOR))),
        ("x-may-be-absent", Texts),
        ("x-ids-of", Text),
    ],
};

static DISCRIMINATOR: Shape = Shape {
    name: "discriminator",
    reference: false,
    required: &["propertyName"],
    fields: &[("propertyName", Text), ("mapping", Kind::Map(&Text))],
    extensions: &[],
};

/// An element of a list whose elements have meanings of their own.
static ELEMENT: Shape = Shape {
    name: "element",
    reference: false,
    required: &["name", "schema"],
    fields: &[("name", Text), ("schema", Object(&SCHEMA))],
    extensions: &[],
};

/// A constructor of the type of a schema.
static CONSTRUCTOR: Shape = Shape {
    name: "constructor",
    reference: false,
    required: &["name", "description", "set"],
    fields: &[
        ("name", Text),
        ("description", Text),
        ("set", Any),
        ("at", Text),
        ("also", Text),
        ("takes", Text),
    ],
    extensions: &[],
};

/// The rules that reading and [`conform`] apply, with what each does.
pub(crate) const RULES: &[(&str, &str)] = &[
    (
        "closing-indentation",
        "a closing bracket that stands too far left for YAML is indented",
    ),
    (
        "duplicate-keys",
        "of a key that stands twice in a mapping, the last value is kept",
    ),
    (
        "unknown-keys",
        "a key that OpenAPI 3.0 does not have is dropped",
    ),
    ("extensions", "an `x-…` key of upstream's is dropped"),
    (
        "null-values",
        "a key without a value is dropped; a schema or map entry without one becomes an empty object",
    ),
    (
        "reference-siblings",
        "keys beside a `$ref`, which tools must ignore, are dropped",
    ),
    (
        "quoted-values",
        "a quoted boolean or number becomes one, an unquoted number or boolean becomes a string",
    ),
    (
        "deprecated-words",
        "what upstream's words alone call deprecated is marked so",
    ),
    (
        "boolean-required",
        "`required: true` in a schema, which takes a list, is dropped",
    ),
];

/// Brings `value` to the kind that the metamodel expects: drops prose and unknown keys, sets quoted booleans and numbers right,
/// and records as errors what has the wrong shape.
pub(crate) fn validate(
    value: &mut Value,
    kind: &Kind,
    at: &mut Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    match kind {
        Any | Prose | Example => {}
        // These are errors already.
        _ if refers_outside(value) => {}
        Text => validate_text(value, at, diagnostics),
        Flag => validate_flag(value, at, diagnostics),
        Number => validate_number(value, at, diagnostics),
        Texts => validate_list(value, &Text, at, diagnostics),
        List(kind) => validate_list(value, kind, at, diagnostics),
        Kind::Map(kind) => validate_map(value, kind, at, diagnostics),
        FlagOrObject(shape) => match value {
            Value::Object(_) => validate_object(value, shape, at, diagnostics),
            _ => validate_flag(value, at, diagnostics),
        },
        Object(shape) => validate_object(value, shape, at, diagnostics),
    }
}

fn validate_text(value: &mut Value, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    if let Value::Number(_) | Value::Bool(_) = value {
        let text = diagnostics
            .marks
            .texts
            .get(at.as_str())
            .cloned()
            .unwrap_or_else(|| value.to_string());
        diagnostics.fix("quoted-values", at, format!("{value} becomes {text:?}"));
        *value = Value::String(text);
    }
    if !value.is_string() {
        diagnostics.error(at, describe(value), "a string");
    }
}

fn validate_flag(value: &mut Value, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let flag = match value.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "yes" | "on") => Some(true),
        Some("false" | "no" | "off") => Some(false),
        _ => None,
    };
    if let Some(flag) = flag {
        diagnostics.fix("quoted-values", at, format!("{value} becomes {flag}"));
        *value = Value::Bool(flag);
    }
    if !value.is_boolean() {
        diagnostics.error(at, describe(value), "true or false");
    }
}

fn validate_number(value: &mut Value, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    if let Some(number) = value.as_str().and_then(number) {
        diagnostics.fix("quoted-values", at, format!("{value} becomes {number}"));
        *value = Value::Number(number);
    }
    if !value.is_number() {
        diagnostics.error(at, describe(value), "a number");
    }
}

fn validate_list(
    value: &mut Value,
    kind: &Kind,
    at: &mut Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Value::Array(items) = value else {
        return diagnostics.error(at, describe(value), "a list");
    };
    for (index, item) in items.iter_mut().enumerate() {
        at.within(&index.to_string(), |at| {
            validate(item, kind, at, diagnostics)
        });
    }
}

fn validate_map(
    value: &mut Value,
    kind: &Kind,
    at: &mut Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Value::Object(map) = value else {
        return diagnostics.error(at, describe(value), "a mapping");
    };
    map.retain(|key, _| {
        let extension = key.starts_with("x-") && at.as_str() == "/paths";
        if extension {
            diagnostics.fix("extensions", at, format!("`{key}` is dropped"));
        }
        !extension
    });
    for (key, item) in map {
        at.within(key, |at| {
            if key == "$ref" && item.is_string() {
                let expected = "the entries themselves, because OpenAPI has no reference here";
                return diagnostics.error(at, format!("a `$ref` to {item}"), expected);
            }
            if item.is_null() {
                diagnostics.fix("null-values", at, "becomes an empty object");
                *item = Value::Object(Map::new());
            }
            validate(item, kind, at, diagnostics);
        });
    }
}

fn validate_object(
    value: &mut Value,
    shape: &Shape,
    at: &mut Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Value::Object(map) = value else {
        return diagnostics.error(
            at,
            describe(value),
            format!("a mapping, the {}", shape.name),
        );
    };
    if is_reference(shape, map) {
        return drop_siblings(map, at, diagnostics);
    }
    let description = map.get("description").and_then(Value::as_str).unwrap_or("");
    let deprecated = description
        .trim_start_matches('(')
        .to_ascii_lowercase()
        .starts_with("deprecated");
    if deprecated
        && shape.fields.iter().any(|(key, _)| *key == "deprecated")
        && !map.contains_key("deprecated")
    {
        map.insert("deprecated".into(), true.into());
        diagnostics.fix("deprecated-words", at, "`deprecated: true` added");
    }
    map.retain(|key, value| at.within(key, |at| keep(shape, key, value, at, diagnostics)));
    for key in shape.required {
        if !map.contains_key(*key) {
            diagnostics.error(
                at,
                format!("no key `{key}`"),
                format!("`{key}` in the {}", shape.name),
            );
        }
    }
}

fn drop_siblings(map: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let siblings: Vec<String> = map
        .keys()
        .filter(|key| !matches!(key.as_str(), "$ref" | "description" | "summary"))
        .cloned()
        .collect();
    if !siblings.is_empty() {
        diagnostics.fix(
            "reference-siblings",
            at,
            format!("`{}` dropped", siblings.join("`, `")),
        );
    }
    map.retain(|key, _| key == "$ref");
}

/// Validates the value of one key of an object, and returns whether to keep it.
fn keep(
    shape: &Shape,
    key: &str,
    value: &mut Value,
    at: &mut Pointer,
    diagnostics: &mut Diagnostics<'_>,
) -> bool {
    let Some((_, kind)) = shape.fields.iter().find(|(field, _)| *field == key) else {
        let rule = if key.starts_with("x-") {
            "extensions"
        } else {
            "unknown-keys"
        };
        diagnostics.fix(rule, at, format!("not a key of the {}", shape.name));
        return false;
    };
    match kind {
        Prose => false,
        Example => diagnostics.keep_examples && !value.is_null(),
        Any => true,
        _ if value.is_null() => {
            diagnostics.fix("null-values", at, "dropped");
            false
        }
        Texts if shape.name == "schema" && !value.is_array() && !value.is_object() => {
            diagnostics.fix("boolean-required", at, format!("{value} dropped"));
            false
        }
        _ => {
            validate(value, kind, at, diagnostics);
            true
        }
    }
}

/// What [`walk`] calls, with the shape of an object, the object and its place.
pub(crate) type Visit<'a> = dyn FnMut(&Shape, &mut Map<String, Value>, &Pointer) + 'a;

/// Calls `visit` on every object of the metamodel in `value`, outer objects first; references are left out.
pub(crate) fn walk(value: &mut Value, kind: &Kind, at: &mut Pointer, visit: &mut Visit<'_>) {
    let mut others = |shape: &Shape, map: &mut Map<String, Value>, at: &Pointer| {
        if !is_reference(shape, map) {
            visit(shape, map, at);
        }
    };
    walk_all(value, kind, at, &mut others);
}

fn is_reference(shape: &Shape, map: &Map<String, Value>) -> bool {
    shape.reference && map.get("$ref").is_some_and(Value::is_string)
}

/// [`walk`], with references.
pub(crate) fn walk_all(value: &mut Value, kind: &Kind, at: &mut Pointer, visit: &mut Visit<'_>) {
    match (kind, value) {
        (Object(shape) | FlagOrObject(shape), Value::Object(map)) => {
            visit(shape, map, at);
            if is_reference(shape, map) {
                return;
            }
            for (key, kind) in shape.fields.iter().chain(shape.extensions) {
                if let Some(value) = map.get_mut(*key) {
                    at.within(key, |at| walk_all(value, kind, at, visit));
                }
            }
        }
        (List(kind), Value::Array(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                at.within(&index.to_string(), |at| walk_all(item, kind, at, visit));
            }
        }
        (Kind::Map(kind), Value::Object(map)) => {
            for (key, item) in map {
                at.within(key, |at| walk_all(item, kind, at, visit));
            }
        }
        _ => {}
    }
}
