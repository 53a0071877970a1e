//! The named types of a scope in its document: `lower` reads them, `emit` writes them.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::json::{strings, text};
use cisco_secure_access_openapi::schema::{JsonType, enum_values, is_named, json_type, properties};
use cisco_secure_access_openapi::union::discriminator_values;
use serde_json::Value;

use crate::Result;
use crate::constructor::Constructor;
use crate::docs::first_paragraph;

/// A named type.
#[derive(Debug)]
pub(crate) struct Type {
    pub description: Option<String>,
    pub direction: Direction,
    pub shape: Shape,
    /// `x-constructors`, for types that are sent.
    pub constructors: Vec<Constructor>,
    /// `x-named-by`: the property with the name of a list item.
    pub named_by: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Vec<Field>, WireForm),
    /// The documented values of a string.
    Enum(Vec<EnumValue>),
    /// The documented values of an integer, with their names if there are any.
    IntegerEnum(Vec<(i64, Option<String>)>),
    /// One of several schemas.
    Union(Union),
}

/// A value of an enumeration of strings.
#[derive(Debug)]
pub(crate) struct EnumValue {
    pub value: String,
    /// The name of its variant.
    pub variant: String,
}

/// The JSON form of an object.
#[derive(Debug)]
pub(crate) enum WireForm {
    Object,
    /// As an object, or as the value of this field alone: `x-envelope`.
    Envelope(usize),
    /// As a list with these fields by position: `x-tuple`.
    List(Vec<usize>),
}

/// The variants of a union, and the property that names them.
#[derive(Debug)]
pub(crate) struct Union {
    pub discriminator: Option<String>,
    pub variants: Vec<Variant>,
}

/// A variant, and what distinguishes it from the others.
#[derive(Debug)]
pub(crate) struct Variant {
    /// Its name in Rust.
    pub name: String,
    pub kind: JsonType,
    /// The properties that it documents, for objects.
    pub properties: Vec<String>,
    /// The properties that it requires.
    pub required: Vec<String>,
    /// The values of the discriminator that name it.
    pub names: Vec<String>,
    /// The properties with an enumeration of strings, and their values.
    pub constants: BTreeMap<String, Vec<String>>,
    /// The first paragraph of its description.
    pub description: Option<String>,
}

impl Variant {
    /// Describes a variant: `schema` is its schema in the union, `resolved` the same with references resolved.
    pub(crate) fn read(
        name: String,
        schema: &Value,
        resolved: &Value,
        deref: &mut dyn FnMut(&Value) -> Result<Value>,
    ) -> Result<Self> {
        let may_be_absent = strings(resolved, "x-may-be-absent");
        let mut required = strings(resolved, "required");
        required.sort();
        required.dedup();
        required.retain(|name| {
            let is_property = resolved["properties"].get(name).is_some();
            is_property && !may_be_absent.contains(name)
        });
        let mut constants = BTreeMap::new();
        for (name, property) in properties(resolved) {
            if let Some(values) = enum_values(&deref(property)?) {
                constants.insert(name.clone(), values);
            }
        }
        let description = text(schema, "description").or_else(|| text(resolved, "description"));
        Ok(Self {
            name,
            description: description.map(|text| first_paragraph(&text)),
            kind: json_type(resolved),
            properties: properties(resolved).map(|(name, _)| name.clone()).collect(),
            required,
            names: discriminator_values(schema),
            constants,
        })
    }
}

#[derive(Debug)]
pub(crate) struct Field {
    /// The name on the wire.
    pub name: String,
    /// The name in Rust.
    pub rust_name: String,
    pub required: bool,
    pub nullable: bool,
    /// `x-secret`: never shown in debug output.
    pub secret: bool,
    pub description: Option<String>,
    pub deprecated: bool,
    /// The format of its JSON, if its Rust type can have several, for a property that can be absent.
    pub format: Option<Format>,
    /// The only value of a property that identifies the type of the object: the constructor sets it, and it is not public.
    pub constant: Option<String>,
    /// `x-ids-of`: the property of a response whose objects have the ids that this property of a body takes.
    pub ids_of: Option<String>,
}

impl Field {
    /// The presence of the field in a type of this direction.
    pub(crate) fn presence(&self, direction: Direction, is_collection: bool) -> Presence {
        Presence {
            // A list of a response is empty where it is null or absent. In a request, an empty list clears the list, absence does not.
            optional: direction.request || !is_collection,
            nullable: !direction.response && self.nullable,
            required: !direction.response && self.required,
        }
    }
}

/// The JSON format of a scalar whose Rust type can have several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Time(TimeFormat),
    /// `x-quoted`: an integer in a string.
    QuotedInteger,
}

impl Format {
    /// The format in a schema, if its type can have several.
    pub(crate) fn of(schema: &Value) -> Option<Self> {
        let is_quoted = schema["type"] == "integer" && schema["x-quoted"] == true;
        match is_quoted && !is_named(schema) {
            true => Some(Self::QuotedInteger),
            false => TimeFormat::of(schema).map(Self::Time),
        }
    }
}

/// The wire format of a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    Rfc3339,
    /// A `strftime` pattern, in UTC.
    Pattern(String),
    Seconds,
    Milliseconds,
    Nanoseconds,
}

impl TimeFormat {
    /// The format in a schema, if it is one of a point in time.
    pub(crate) fn of(schema: &Value) -> Option<Self> {
        if is_named(schema) {
            return None;
        }
        match (json_type(schema), text(schema, "format")?.as_str()) {
            (JsonType::Number, "epoch-seconds") => Some(Self::Seconds),
            (JsonType::Number, "epoch-milliseconds") => Some(Self::Milliseconds),
            (JsonType::Number, "epoch-nanoseconds") => Some(Self::Nanoseconds),
            (JsonType::String, "date-time") => Some(match text(schema, "x-time-format") {
                Some(pattern) => Self::Pattern(pattern),
                None => Self::Rfc3339,
            }),
            _ => None,
        }
    }
}

/// Whether a field can be absent or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The field is an `Option`.
    pub optional: bool,
    /// Null can be sent, and differs from absence.
    pub nullable: bool,
    /// A request requires it: it is an argument of the constructor.
    pub required: bool,
}

/// The direction of the values of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// From the program to the service.
    pub request: bool,
    /// From the service to the program.
    pub response: bool,
    /// From the service to the program, and from there into a request that changes the object.
    pub carried: bool,
}

impl Direction {
    pub(crate) const REQUEST: Self = Self {
        request: true,
        response: false,
        carried: false,
    };
    pub(crate) const RESPONSE: Self = Self {
        request: false,
        response: true,
        carried: false,
    };

    /// The direction of a property of a type of this direction; none if the property is omitted. Keywords beside a reference do not count.
    pub(crate) fn of_property(self, property: &Value) -> Self {
        let is_reference = property.get("$ref").is_some();
        let flag = |key: &str| !is_reference && property.get(key) == Some(&Value::Bool(true));
        Self {
            request: self.request && !flag("readOnly"),
            response: self.response && !flag("writeOnly"),
            carried: self.carried,
        }
    }

    pub(crate) fn is_none(self) -> bool {
        !self.request && !self.response
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
            carried: self.carried || other.carried,
        }
    }

    /// Whether a decoded null can be sent again.
    pub(crate) fn keeps_nulls(self) -> bool {
        self.request || self.carried
    }
}
