//! The public API of a scope as data: its operations, their arguments and responses, and the types that these reach.
//!
//! It is read after `lower`: references and compositions are resolved, every object, enumeration and union has its name in Rust, and
//! a property is required if the generated code requires it. It is for tools that compare or describe documents.

use std::collections::BTreeMap;
use std::fmt;

use cisco_secure_access_openapi::{
    self as openapi, Content, Document, Location, Security, TimeForm,
};
pub use cisco_secure_access_openapi::{Pagination, PaginationStyle, RateLimit};
use serde_json::Value;

use crate::Result;
use crate::constructor::Constructor;
use crate::lower::{self, BODY, RESPONSE, field_number, operation_number, parameter_number};
use crate::types;
pub use crate::types::{Direction, Presence};

/// The public API of a scope.
#[derive(Clone, Debug)]
pub struct Surface {
    /// The operations, in the order of paths and methods.
    pub operations: Vec<Operation>,
    /// The types that they reach, by name in Rust.
    pub types: BTreeMap<String, Type>,
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name.
    pub id: String,
    /// Its name in Cisco's documents.
    pub upstream_id: String,
    /// Upper case: `GET`.
    pub method: String,
    /// The path template from the root of the host.
    pub path: String,
    /// The name of its API.
    pub api: String,
    /// The Cargo feature of its API.
    pub feature: String,
    /// The name that it had in the previous release, under which it can still be called.
    pub former_name: Option<String>,
    /// A summary in one line.
    pub summary: String,
    /// The description.
    pub description: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The OAuth scopes that it requires; `None` if it takes the key and the secret of the client.
    pub oauth_scopes: Option<Vec<String>>,
    /// The clouds that document it.
    pub clouds: Vec<String>,
    /// Its rate limit.
    pub rate_limit: Option<RateLimit>,
    /// Whether it is idempotent.
    pub idempotent: bool,
    /// Its pagination.
    pub pagination: Option<Pagination>,
    /// Its arguments; the required ones are in the order of the method's arguments.
    pub arguments: Vec<Argument>,
    /// The files of a multipart form that can be sent instead of the body.
    pub files: Option<Vec<String>>,
    /// The type of its response, if it has a body.
    pub response: Option<ValueType>,
}

/// An argument of an operation.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The name on the wire; `body` for the body.
    pub name: String,
    /// Its location in the request.
    pub location: ArgumentLocation,
    /// Whether it is required.
    pub required: bool,
    /// The type of its values.
    pub ty: ValueType,
    /// The description.
    pub description: Option<String>,
}

impl Argument {
    /// Whether the method of the operation takes it; setters take the others.
    #[must_use]
    pub fn is_positional(&self) -> bool {
        self.required && self.location.is_positional()
    }
}

/// The location of an argument in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArgumentLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
    /// As the body.
    Body,
    /// As a file in the body.
    File,
}

impl ArgumentLocation {
    /// Whether a required argument of this location is one of the method of its operation. Others could be mistaken for each other.
    pub(crate) fn is_positional(self) -> bool {
        !matches!(self, Self::Query | Self::Header)
    }
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Type {
    /// The description.
    pub description: Option<String>,
    /// The direction of its values.
    pub direction: Direction,
    /// Its definition.
    pub shape: Shape,
    /// The constructors that its schema names, and what each takes.
    pub constructors: BTreeMap<String, Option<&'static str>>,
}

/// The definition of a named type.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Fields.
    Struct(Vec<Field>),
    /// The documented strings.
    Enum(Vec<String>),
    /// The documented integers.
    IntegerEnum(Vec<i64>),
    /// The variants by name.
    Union(Vec<(String, ValueType)>),
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// The type of its values.
    pub ty: ValueType,
    /// Whether the document requires it.
    pub required: bool,
    /// Whether it can be null.
    pub nullable: bool,
    /// Whether it can be absent or null in Rust.
    pub presence: Presence,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether it is a secret.
    pub secret: bool,
    /// Its only value, which the constructor sets: it is not public.
    pub constant: Option<String>,
    /// The description.
    pub description: Option<String>,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// `String`
    String,
    /// `i64`
    Integer,
    /// `f64`
    Number,
    /// `bool`
    Boolean,
    /// A date.
    Date,
    /// A date with time and zone.
    DateTime,
    /// Epoch milliseconds or words such as `-1days`.
    ReportingTime,
    /// A date, or a date with time and zone.
    DateOrTime,
    /// A file.
    File,
    /// Any JSON.
    Any,
    /// A list of these.
    List(Box<Self>),
    /// These by name.
    Map(Box<Self>),
    /// One of the [types](Surface::types).
    Named(String),
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("String"),
            Self::Integer => f.write_str("i64"),
            Self::Number => f.write_str("f64"),
            Self::Boolean => f.write_str("bool"),
            Self::Date => f.write_str("NaiveDate"),
            Self::DateTime => f.write_str("DateTime"),
            Self::ReportingTime => f.write_str("ReportingTime"),
            Self::DateOrTime => f.write_str("DateOrTime"),
            Self::File => f.write_str("Upload"),
            Self::Any => f.write_str("Value"),
            Self::List(element) => write!(f, "Vec<{element}>"),
            Self::Map(value) => write!(f, "BTreeMap<String, {value}>"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// The public API of the path scope `scope` with this document.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes.
pub fn surface(scope: &str, document: &Value) -> Result<Surface> {
    read(scope, document).map_err(|error| error.in_document(scope))
}

fn read(scope: &str, document: &Value) -> Result<Surface> {
    let document = Document::new(scope, document.clone())?;
    let lowered = lower::lower(&document, document.operations())?;
    let schemas = &lowered.document["components"]["schemas"];
    let operations = document
        .operations()
        .iter()
        .cloned()
        .enumerate()
        .map(|(index, operation)| {
            let lowered = &schemas[operation_number(index)]["properties"];
            self::operation(operation, lowered)
        })
        .collect();
    let types = lowered
        .types
        .into_iter()
        .map(|(name, ty)| {
            let ty = named(ty, &schemas[&name]);
            (name, ty)
        })
        .collect();
    Ok(Surface { operations, types })
}

/// The arguments of an operation: its parameters, and its body or the parts of it.
fn arguments(
    parameters: Vec<openapi::Parameter>,
    body: Option<&openapi::Body>,
    lowered: &Value,
) -> Vec<Argument> {
    let mut arguments: Vec<_> = parameters
        .into_iter()
        .enumerate()
        .map(|(index, parameter)| Argument {
            location: match parameter.location {
                Location::Path => ArgumentLocation::Path,
                Location::Query => ArgumentLocation::Query,
                Location::Header => ArgumentLocation::Header,
            },
            ty: match parameter.time {
                Some(TimeForm::Reporting) => ValueType::ReportingTime,
                Some(TimeForm::Rfc3339) => ValueType::DateOrTime,
                None => value_type(&lowered[parameter_number(index)]),
            },
            required: parameter.is_mandatory(),
            name: parameter.name,
            description: parameter.description,
        })
        .collect();
    let Some(body) = body else {
        return arguments;
    };
    match &body.content {
        Content::Json(_) | Content::Form(_) => arguments.push(Argument {
            name: "body".to_owned(),
            location: ArgumentLocation::Body,
            required: body.required,
            ty: value_type(&lowered[BODY]),
            description: body.description.clone(),
        }),
        Content::Multipart(parts) => arguments.extend(parts.iter().map(|part| Argument {
            name: part.name.clone(),
            location: ArgumentLocation::File,
            required: part.required,
            ty: ValueType::File,
            description: part.description.clone(),
        })),
    }
    arguments
}

fn operation(operation: openapi::Operation, lowered: &Value) -> Operation {
    let response = operation.response().is_some();
    let feature = operation.feature_name();
    let body = operation.body.as_ref();
    let arguments = arguments(operation.parameters, body, lowered);
    let files = body.and_then(|body| body.alternative.as_ref());
    let files = files.map(|parts| parts.iter().map(|part| part.name.clone()).collect());
    Operation {
        feature,
        id: operation.id,
        upstream_id: operation.upstream_id,
        method: operation.method,
        path: operation.path,
        api: operation.api,
        former_name: operation.former_name,
        summary: operation.summary,
        description: operation.description,
        deprecated: operation.deprecated,
        oauth_scopes: match operation.security {
            Security::Basic => None,
            Security::Bearer(scopes) => Some(scopes),
        },
        clouds: operation.clouds,
        rate_limit: operation.rate_limit,
        idempotent: operation.idempotent,
        pagination: operation.pagination,
        arguments,
        files,
        response: response.then(|| value_type(&lowered[RESPONSE])),
    }
}

fn named(ty: types::Type, lowered: &Value) -> Type {
    let child = |index: usize| value_type(&lowered["properties"][field_number(index)]);
    let shape = match ty.shape {
        types::Shape::Struct(fields, _) => {
            let fields = fields.into_iter().enumerate();
            let fields = fields.map(|(index, field)| field_of(field, child(index), ty.direction));
            Shape::Struct(fields.collect())
        }
        types::Shape::Enum(values) => {
            Shape::Enum(values.into_iter().map(|value| value.value).collect())
        }
        types::Shape::IntegerEnum(values) => {
            Shape::IntegerEnum(values.into_iter().map(|(value, _)| value).collect())
        }
        types::Shape::Union(union) => {
            let variants = union.variants.into_iter().enumerate();
            let variants = variants.map(|(index, variant)| (variant.name, child(index)));
            Shape::Union(variants.collect())
        }
    };
    Type {
        description: ty.description,
        direction: ty.direction,
        shape,
        constructors: ty.constructors.iter().map(Constructor::surface).collect(),
    }
}

fn field_of(field: types::Field, ty: ValueType, direction: Direction) -> Field {
    let is_collection = matches!(ty, ValueType::List(_) | ValueType::Map(_));
    Field {
        presence: field.presence(direction, is_collection),
        name: field.name,
        ty,
        required: field.required,
        nullable: field.nullable,
        deprecated: field.deprecated,
        secret: field.secret,
        constant: field.constant,
        description: field.description,
    }
}

/// The type of a lowered schema.
fn value_type(schema: &Value) -> ValueType {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or(target);
        return ValueType::Named(name.to_owned());
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("date-time")) => ValueType::DateTime,
        (Some("string"), Some("date")) => ValueType::Date,
        (Some("string"), _) => ValueType::String,
        (Some("integer"), _) => ValueType::Integer,
        (Some("number"), _) => ValueType::Number,
        (Some("boolean"), _) => ValueType::Boolean,
        (Some("array"), _) => ValueType::List(Box::new(value_type(&schema["items"]))),
        (Some("object"), _) => {
            ValueType::Map(Box::new(value_type(&schema["additionalProperties"])))
        }
        _ => ValueType::Any,
    }
}
