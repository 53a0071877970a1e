//! From a faithful OpenAPI document to the subset that progenitor gets right.
//!
//! progenitor panics on some legal documents and generates wrong types from others. What it sees here is therefore small: every
//! object, enumeration and union is a component of its own; scalars, lists and maps stand where they are used; no constraint, no
//! default, no answer but the one for success is left. Names that progenitor would change into Rust names are replaced by numbers
//! (`o0`, `p0`, `f0000`), and what they mean is kept in [`Lowered::types`], from which `emit` writes the final types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::compose;
use crate::document::{Content, Location, Operation};
use crate::error::{Error, Result};
use crate::names;
use crate::reference::{self, component_name, escape, text};
use crate::schema::{
    Kind, enum_values, integer_enum_values, is_named, kind, properties, tuple_elements,
};
use crate::union::{self, Variant};

/// A document for progenitor, and what was taken out of it.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub document: Value,
    /// The named types, by their name in Rust.
    pub types: BTreeMap<String, Type>,
}

/// What is known of a named type.
#[derive(Debug)]
pub(crate) struct Type {
    pub description: Option<String>,
    pub direction: Direction,
    pub shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    /// An object that stands on the wire as a list: the field at each position.
    Tuple(Vec<Field>, Vec<usize>),
    /// The documented values of a string.
    Enum(Vec<String>),
    /// The documented values of an integer, with their names if they have some.
    IntegerEnum(Vec<(i64, Option<String>)>),
    /// One of several schemas.
    Union(Union),
}

/// The variants of a union, and the property that names them.
#[derive(Debug)]
pub(crate) struct Union {
    pub discriminator: Option<String>,
    pub variants: Vec<Variant>,
}

#[derive(Debug)]
pub(crate) struct Field {
    /// The name on the wire.
    pub name: String,
    pub required: bool,
    pub nullable: bool,
    /// `x-secret`: not to be shown.
    pub secret: bool,
    pub description: Option<String>,
    pub deprecated: bool,
    /// How it writes a point in time, if it is one that can be absent.
    pub time: Option<TimeFormat>,
}

impl Field {
    /// What is required of a value of the field, in a type of which values go in this direction.
    pub(crate) fn presence(&self, direction: Direction, is_collection: bool) -> Presence {
        Presence {
            // A list that is only read is empty where it is null or absent. In a request, an empty list clears what absence leaves alone.
            optional: direction.request || !is_collection,
            nullable: !direction.response && self.nullable,
            required: !direction.response && self.required,
        }
    }
}

/// How a property writes a point in time.
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
    /// The format of a schema of a point in time.
    fn of(schema: &Value) -> Option<Self> {
        if is_named(schema) {
            return None;
        }
        match (kind(schema), text(schema, "format")?.as_str()) {
            (Kind::Number, "epoch-seconds") => Some(Self::Seconds),
            (Kind::Number, "epoch-milliseconds") => Some(Self::Milliseconds),
            (Kind::Number, "epoch-nanoseconds") => Some(Self::Nanoseconds),
            (Kind::String, "date-time") => Some(match text(schema, "x-time-format") {
                Some(pattern) => Self::Pattern(pattern),
                None => Self::Rfc3339,
            }),
            _ => None,
        }
    }
}

/// What is required of a value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The field is an `Option`.
    pub optional: bool,
    /// Null can be sent, which means something else than absence.
    pub nullable: bool,
    /// It has to be there when the object is sent: an argument of the constructor.
    pub required: bool,
}

/// In which direction the values of a type go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// From the program to the service.
    pub request: bool,
    /// From the service to the program.
    pub response: bool,
    /// From the service to the program, and from there into a request that changes what was read.
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

    /// The direction of a property of a type of this direction; neither where it is left out. What stands beside a reference does not count.
    fn of_property(self, property: &Value) -> Self {
        let is_reference = property.get("$ref").is_some();
        let flag = |key: &str| !is_reference && property.get(key) == Some(&Value::Bool(true));
        Self {
            request: self.request && !flag("readOnly"),
            response: self.response && !flag("writeOnly"),
            carried: self.carried,
        }
    }

    fn is_none(self) -> bool {
        !self.request && !self.response
    }

    fn union(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
            carried: self.carried || other.carried,
        }
    }

    /// Whether a null that was read may be sent.
    pub(crate) fn keeps_nulls(self) -> bool {
        self.request || self.carried
    }
}

/// How deeply schemas nest at most.
const DEEPEST: usize = 32;

/// Types of Rust and of the crate that generated code, or the generator, knows by their names alone.
const RESERVED_TYPES: [&str; 18] = [
    "BTreeMap",
    "Box",
    "DateOrTime",
    "DateTime",
    "Default",
    "From",
    "Into",
    "IntoIterator",
    "Map",
    "NaiveDate",
    "Option",
    "ReportingTime",
    "Result",
    "String",
    "ToString",
    "Upload",
    "Value",
    "Vec",
];

/// Lowers `operations` and the schemas that they reach; `scope` is the name of the document.
///
/// What a type looks like and is called follows from `all` operations of the document, so that turning on another API changes nothing of
/// what is there.
pub(crate) fn lower(
    scope: &str,
    document: &Value,
    all: &[Operation],
    operations: &[Operation],
) -> Result<Lowered> {
    let directions = directions(document, all)?;
    let mut taken: BTreeSet<String> = all
        .iter()
        .map(|operation| names::pascal(&operation.id))
        .chain(RESERVED_TYPES.map(str::to_owned))
        .chain([names::pascal(scope)])
        .collect();
    let mut components: BTreeMap<String, String> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for component in directions.keys() {
        let name = type_name(component);
        if let Some(other) = names.insert(name.clone(), component) {
            return Err(Error::new(
                format!("/components/schemas/{}", escape(component)),
                format!("`{component}` and `{other}` would both be the type `{name}`"),
            ));
        }
        // A schema that has the name of a request, of the scope or of a type of Rust.
        let name = match taken.contains(&name) {
            true => name + "Value",
            false => name,
        };
        components.insert(component.clone(), name);
    }
    taken.extend(components.values().cloned());
    let mut lowering = Lowering {
        document,
        directions,
        components,
        taken,
        inlined: BTreeMap::new(),
        under_way: Vec::new(),
        queue: VecDeque::new(),
        seen: BTreeSet::new(),
        types: BTreeMap::new(),
        schemas: Map::new(),
    };
    let mut paths: Map<String, Value> = Map::new();
    for (index, operation) in operations.iter().enumerate() {
        let (path, mut lowered) = lowering.operation(operation)?;
        lowered["operationId"] = operation_number(index).into();
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[operation.method.to_ascii_lowercase()] = lowered;
    }
    while let Some(component) = lowering.queue.pop_front() {
        lowering.component(&component)?;
    }
    Ok(Lowered {
        document: json!({
            "openapi": "3.0.3",
            "info": {"title": "lowered", "version": "0"},
            "paths": paths,
            "components": {"schemas": lowering.schemas},
        }),
        types: lowering.types,
    })
}

/// Which components the operations reach, and which way.
fn directions(document: &Value, operations: &[Operation]) -> Result<BTreeMap<String, Direction>> {
    let mut directions = BTreeMap::new();
    for operation in operations {
        for parameter in &operation.parameters {
            mark(
                document,
                &parameter.schema,
                Direction::REQUEST,
                &parameter.pointer,
                &mut directions,
            )?;
        }
        if let Some(body) = &operation.body
            && let Content::Json(schema) | Content::Form(schema) = &body.content
        {
            mark(
                document,
                schema,
                Direction::REQUEST,
                &body.pointer,
                &mut directions,
            )?;
        }
        if let Some(answer) = &operation.answer {
            let pointer = format!("{}/responses", operation.pointer);
            let direction = Direction {
                carried: is_changed(operation, operations),
                ..Direction::RESPONSE
            };
            mark(document, answer, direction, &pointer, &mut directions)?;
        }
    }
    Ok(directions)
}

/// Whether what an operation reads can be changed under the same path.
fn is_changed(operation: &Operation, operations: &[Operation]) -> bool {
    let changes = |other: &Operation| matches!(other.method.as_str(), "PUT" | "PATCH");
    operation.method == "GET"
        && operations
            .iter()
            .any(|other| other.path == operation.path && changes(other))
}

fn mark(
    document: &Value,
    schema: &Value,
    direction: Direction,
    pointer: &str,
    directions: &mut BTreeMap<String, Direction>,
) -> Result<()> {
    match schema {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref") {
                let name = component_name(reference, pointer)?;
                let target = reference::component(document, name, pointer)?;
                let known = directions.entry(name.to_owned()).or_default();
                let union = known.union(direction);
                if *known == union {
                    return Ok(());
                }
                *known = union;
                return mark(
                    document,
                    target,
                    direction,
                    &format!("/components/schemas/{}", escape(name)),
                    directions,
                );
            }
            for (key, value) in map {
                let pointer = format!("{pointer}/{}", escape(key));
                let Some(properties) = value.as_object().filter(|_| key == "properties") else {
                    mark(document, value, direction, &pointer, directions)?;
                    continue;
                };
                for (name, property) in properties {
                    let direction = direction.of_property(property);
                    if !direction.is_none() {
                        let pointer = format!("{pointer}/{}", escape(name));
                        mark(document, property, direction, &pointer, directions)?;
                    }
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                mark(
                    document,
                    value,
                    direction,
                    &format!("{pointer}/{index}"),
                    directions,
                )?;
            }
        }
        _ => {}
    }
    Ok(())
}

struct Lowering<'a> {
    document: &'a Value,
    directions: BTreeMap<String, Direction>,
    /// The names of the types of components.
    components: BTreeMap<String, String>,
    /// Type names in use.
    taken: BTreeSet<String>,
    /// Components that stand where they are used, lowered; `None` while that is under way.
    inlined: BTreeMap<String, Option<Value>>,
    /// Schemas inside of each other that are being lowered: what they are, which way they go, the name of the type that comes of them.
    under_way: Vec<(Value, Direction, Option<String>)>,
    /// Components to lower yet.
    queue: VecDeque<String>,
    seen: BTreeSet<String>,
    types: BTreeMap<String, Type>,
    schemas: Map<String, Value>,
}

/// Where a schema stands: what a type made of it is called, which way it goes, and the place in the document.
#[derive(Clone)]
struct Place {
    name: String,
    direction: Direction,
    pointer: String,
}

impl Place {
    fn child(&self, name: &str, key: &str) -> Self {
        Self {
            name: format!("{}{}", self.name, names::pascal(name)),
            direction: self.direction,
            pointer: format!("{}/{}", self.pointer, key),
        }
    }

    fn item(&self, key: &str) -> Self {
        Self {
            name: names::singular(&self.name),
            direction: self.direction,
            pointer: format!("{}/{}", self.pointer, key),
        }
    }
}

impl Lowering<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(String, Value)> {
        let name = names::pascal(&operation.id);
        let mut path = operation.path.clone();
        let mut parameters = Vec::new();
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let number = format!("p{index}");
            let place = Place {
                name: format!("{name}{}", names::pascal(&parameter.name)),
                direction: Direction::REQUEST,
                pointer: format!("{}/schema", parameter.pointer),
            };
            let schema = self.present(&parameter.schema, &place)?;
            let location = match parameter.location {
                Location::Path => {
                    path =
                        path.replace(&format!("{{{}}}", parameter.name), &format!("{{{number}}}"));
                    "path"
                }
                Location::Query => "query",
                Location::Header => "header",
            };
            parameters.push(json!({
                "name": number, "in": location, "required": parameter.required, "schema": schema,
            }));
        }
        let mut lowered = json!({
            "parameters": parameters,
            "responses": {"204": {"description": ""}},
        });
        if let Some(body) = &operation.body
            && let Content::Json(schema) | Content::Form(schema) = &body.content
        {
            let place = Place {
                name: format!("{name}Body"),
                direction: Direction::REQUEST,
                pointer: format!("{}/content", body.pointer),
            };
            let schema = self.schema(schema, &place)?;
            lowered["requestBody"] = json!({"required": true, "content": json_media(&schema)});
        }
        if let Some(answer) = &operation.answer {
            let place = Place {
                name: format!("{name}Response"),
                direction: Direction::RESPONSE,
                pointer: format!("{}/responses", operation.pointer),
            };
            let schema = self.schema(answer, &place)?;
            lowered["responses"] =
                json!({"200": {"description": "", "content": json_media(&schema)}});
        }
        Ok((path, lowered))
    }

    /// Lowers a component that is a type of its own.
    fn component(&mut self, component: &str) -> Result<()> {
        let place = self.place_of(component);
        let schema = reference::component(self.document, component, &place.pointer)?;
        let schema = compose::flatten_all_of(self.document, schema, &place.pointer)?;
        let name = place.name.clone();
        self.named(&schema, &place, name)
    }

    fn place_of(&self, component: &str) -> Place {
        Place {
            name: self.components.get(component).cloned().unwrap_or_default(),
            direction: self.directions.get(component).copied().unwrap_or_default(),
            pointer: format!("/components/schemas/{}", escape(component)),
        }
    }

    /// What stands for `schema` in the lowered document.
    fn schema(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        if self.under_way.len() > DEEPEST {
            return Err(Error::new(
                &place.pointer,
                "schemas that nest too deeply: do their compositions contain themselves?",
            ));
        }
        self.under_way.push((schema.clone(), place.direction, None));
        let lowered = self.inner_schema(schema, place)?;
        self.under_way.pop();
        Ok(lowered)
    }

    fn inner_schema(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        if let Some(reference) = schema.get("$ref") {
            let component = component_name(reference, &place.pointer)?.to_owned();
            return self.reference(&component, &place.pointer);
        }
        let flat = compose::flatten_all_of(self.document, schema, &place.pointer)?;
        if flat.get("$ref").is_some() {
            return self.schema(&flat, place);
        }
        if !is_named(&flat) {
            return self.anonymous(&flat, place);
        }
        // What a composition takes from a component can lead to the composition again.
        let again = self.under_way.iter().find_map(|(other, direction, name)| {
            name.as_ref()
                .filter(|_| other == schema && *direction == place.direction)
        });
        if let Some(name) = again {
            return Ok(reference_to(name));
        }
        let name = free(&type_name(&place.name), &mut self.taken);
        if let Some((_, _, own)) = self.under_way.last_mut() {
            *own = Some(name.clone());
        }
        self.named(&flat, place, name.clone())?;
        Ok(reference_to(&name))
    }

    /// What stands for `schema` where null is no value of its own: it is left out, or stands for absence.
    fn present(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        let mut lowered = self.schema(schema, place)?;
        if let Some(lowered) = lowered.as_object_mut() {
            lowered.remove("nullable");
        }
        Ok(lowered)
    }

    fn reference(&mut self, component: &str, pointer: &str) -> Result<Value> {
        let place = self.place_of(component);
        let schema = reference::component(self.document, component, pointer)?;
        let schema = compose::flatten_all_of(self.document, schema, &place.pointer)?;
        if schema.get("$ref").is_some() {
            // An alias of an alias that leads back to it stands for nothing.
            compose::deref(self.document, &schema, &place.pointer)?;
        }
        if is_named(&schema) {
            if self.seen.insert(component.to_owned()) {
                self.queue.push_back(component.to_owned());
            }
            return Ok(reference_to(&place.name));
        }
        match self.inlined.get(component) {
            Some(Some(lowered)) => Ok(lowered.clone()),
            // A list of itself has no name to refer to: any JSON.
            Some(None) => Ok(json!({})),
            None => {
                self.inlined.insert(component.to_owned(), None);
                let lowered = self.schema(&schema, &place)?;
                self.inlined
                    .insert(component.to_owned(), Some(lowered.clone()));
                Ok(lowered)
            }
        }
    }

    /// A scalar, list or map.
    fn anonymous(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        let time = TimeFormat::of(schema);
        if time
            .as_ref()
            .is_some_and(|time| *time != TimeFormat::Rfc3339)
            && place.direction.request
        {
            return Err(Error::new(
                &place.pointer,
                "a time of this format is not supported here: expected a property that may be absent, or a response",
            ));
        }
        let mut lowered = match kind(schema) {
            _ if time.is_some() => date_time(),
            Kind::String => match schema.get("format").and_then(Value::as_str) {
                Some("date") => json!({"type": "string", "format": "date"}),
                _ => json!({"type": "string"}),
            },
            Kind::Number if schema["type"] == "integer" => {
                json!({"type": "integer", "format": "int64"})
            }
            Kind::Number => json!({"type": "number", "format": "double"}),
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Array => {
                let items = match schema.get("items") {
                    Some(items) => self.present(items, &place.item("items"))?,
                    None => json!({}),
                };
                json!({"type": "array", "items": items})
            }
            Kind::Object => match schema.get("additionalProperties") {
                Some(values @ Value::Object(map)) if !map.is_empty() => {
                    let values =
                        self.present(values, &place.child("value", "additionalProperties"))?;
                    json!({"type": "object", "additionalProperties": values})
                }
                _ => json!({"type": "object"}),
            },
            Kind::Any => match schema.get("type") {
                Some(word) => {
                    return Err(Error::new(
                        format!("{}/type", place.pointer),
                        format!("{word} is no type"),
                    ));
                }
                None => json!({}),
            },
        };
        if schema.get("nullable") == Some(&Value::Bool(true)) && lowered.get("type").is_some() {
            lowered["nullable"] = Value::Bool(true);
        }
        Ok(lowered)
    }

    /// An object, enumeration or union, as the component `name`.
    fn named(&mut self, schema: &Value, place: &Place, name: String) -> Result<()> {
        let place = Place {
            name: name.clone(),
            ..place.clone()
        };
        if schema.get("discriminator").is_some() {
            return Err(Error::new(
                format!("{}/discriminator", place.pointer),
                "a discriminator without `oneOf` is not supported: the forms must be listed there",
            ));
        }
        let any_enum = || json!({"type": "string", "enum": ["A", "B"]});
        let (shape, lowered) = if let Some(variants) = union::variants(schema) {
            self.union(variants, &place)?
        } else if let Some(values) = enum_values(schema) {
            (Shape::Enum(values), any_enum())
        } else if let Some(values) = integer_enum_values(schema) {
            (Shape::IntegerEnum(values), any_enum())
        } else if let Some(elements) = tuple_elements(schema) {
            self.tuple(elements, &place)?
        } else {
            let (fields, lowered) = self.object(schema, &place)?;
            (Shape::Struct(fields), lowered)
        };
        self.schemas.insert(name.clone(), lowered);
        self.types.insert(
            name,
            Type {
                description: text(schema, "description"),
                direction: place.direction,
                shape,
            },
        );
        Ok(())
    }

    /// A list of values by position: an object on the side of the program.
    fn tuple(&mut self, elements: &[Value], place: &Place) -> Result<(Shape, Value)> {
        let mut properties = Map::new();
        let mut names = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let pointer = format!("{}/x-tuple/{index}", place.pointer);
            let name = text(element, "name")
                .ok_or_else(|| Error::new(&pointer, "expected the `name` of the element"))?;
            let schema = element
                .get("schema")
                .ok_or_else(|| Error::new(&pointer, "expected the `schema` of the element"))?;
            if properties.insert(name.clone(), schema.clone()).is_some() {
                return Err(Error::new(
                    &pointer,
                    format!("two elements are named `{name}`"),
                ));
            }
            names.push(name);
        }
        let (fields, lowered) = self.object(&json!({"properties": properties}), place)?;
        let position = |name: &String| fields.iter().position(|field| field.name == *name);
        let positions = names.iter().filter_map(position).collect();
        Ok((Shape::Tuple(fields, positions), lowered))
    }

    /// Every property is required here: progenitor then gives the type of its value, and `emit` decides what may be absent.
    fn object(&mut self, schema: &Value, place: &Place) -> Result<(Vec<Field>, Value)> {
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut fields = Vec::new();
        let mut lowered = Map::new();
        for (name, property) in properties(schema) {
            let key = format!("properties/{}", escape(name));
            let mut child = place.child(name, &key);
            let resolved = compose::deref(self.document, property, &child.pointer)?;
            child.direction = place.direction.of_property(property).of_property(&resolved);
            if child.direction.is_none() {
                continue;
            }
            let mut field = Field {
                required: required.contains(name.as_str()),
                nullable: [property, &resolved]
                    .iter()
                    .any(|schema| schema.get("nullable") == Some(&Value::Bool(true))),
                description: text(property, "description")
                    .or_else(|| text(&resolved, "description")),
                deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
                secret: property.get("x-secret") == Some(&Value::Bool(true)),
                time: None,
                name: name.clone(),
            };
            let presence = field.presence(place.direction, false);
            field.time =
                TimeFormat::of(&resolved).filter(|_| !presence.required && !presence.nullable);
            let value = match field.time {
                Some(_) => date_time(),
                None => self.present(property, &child)?,
            };
            lowered.insert(field_number(fields.len()), value);
            fields.push(field);
        }
        Ok((fields, all_required(lowered)))
    }

    fn union(&mut self, schemas: &[Value], place: &Place) -> Result<(Shape, Value)> {
        let mut variants = Vec::new();
        let mut discriminator = None;
        let mut lowered = Map::new();
        let mut names = BTreeSet::from(["Unknown".to_owned()]);
        for (index, schema) in schemas.iter().enumerate() {
            let key = format!("oneOf/{index}");
            let pointer = format!("{}/{key}", place.pointer);
            let form = compose::deref(self.document, schema, &pointer)?;
            let kind = kind(&form);
            let wanted = match (union::referred(schema), kind) {
                (Some(component), _) => names::pascal(component),
                (None, Kind::String) => "Text".to_owned(),
                (None, Kind::Number) => "Number".to_owned(),
                (None, Kind::Boolean) => "Boolean".to_owned(),
                (None, Kind::Array) => "List".to_owned(),
                (None, Kind::Object | Kind::Any) => "Object".to_owned(),
            };
            let name = free(&wanted, &mut names);
            let child = place.child(&name, &key);
            lowered.insert(field_number(index), self.present(schema, &child)?);
            let mut deref = |schema: &Value| compose::deref(self.document, schema, &child.pointer);
            let variant = Variant::read(name, schema, &form, &mut deref)?;
            discriminator = discriminator.or_else(|| union::discriminator(schema));
            variants.push(variant);
        }
        let union = Union {
            discriminator,
            variants,
        };
        Ok((Shape::Union(union), all_required(lowered)))
    }
}

/// The name of a type as progenitor leaves it: capitals that follow each other are one word to it.
fn type_name(text: &str) -> String {
    names::pascal(&names::pascal(text))
}

/// `wanted`, with a number where that is taken.
fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = wanted.to_owned();
    let mut count = 1;
    while !taken.insert(name.clone()) {
        count += 1;
        name = format!("{wanted}{count}");
    }
    name
}

/// The name of an operation in the lowered document.
pub(crate) fn operation_number(index: usize) -> String {
    format!("o{index}")
}

/// The name of a field in the lowered document; padded, so that the order of names is the order of numbers.
pub(crate) fn field_number(index: usize) -> String {
    format!("f{index:04}")
}

fn all_required(properties: Map<String, Value>) -> Value {
    let names: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": names})
}

fn date_time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn json_media(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn reference_to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
