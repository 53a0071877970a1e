//! From a faithful OpenAPI document to the subset that progenitor gets right.
//!
//! progenitor panics on some legal documents and generates wrong types from others. What it sees here is therefore small: every
//! object, enumeration and choice is a component of its own; scalars, lists and maps stand where they are used; no constraint, no
//! default, no answer but the one for success is left. Names that progenitor would change into Rust names are replaced by numbers
//! (`p0`, `f0`), and what they mean is kept in [`Lowered::types`], from which `reshape` writes the final types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::document::{self, Content, Location, Operation};
use crate::error::{Error, Result};
use crate::names;

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
    pub usage: Usage,
    pub shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    /// The documented values of a string.
    Enum(Vec<String>),
    /// One of several schemas.
    Choice(Vec<Arm>),
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
}

/// One of the schemas of a choice, and how it is told from the others.
#[derive(Debug)]
pub(crate) struct Arm {
    /// The name of its variant.
    pub name: String,
    pub kind: Kind,
    /// Properties that it knows, for objects.
    pub keys: Vec<String>,
    /// Properties that hold one of these values and no others, for objects.
    pub tags: Vec<(String, Vec<String>)>,
}

/// The JSON type of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Array,
    Object,
    Any,
}

/// Which way the values of a type go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub sent: bool,
    pub read: bool,
}

impl Usage {
    pub(crate) const SENT: Self = Self {
        sent: true,
        read: false,
    };
    pub(crate) const READ: Self = Self {
        sent: false,
        read: true,
    };

    fn union(self, other: Self) -> Self {
        Self {
            sent: self.sent || other.sent,
            read: self.read || other.read,
        }
    }
}

/// Lowers `operations` and the schemas that they reach.
pub(crate) fn lower(document: &Value, operations: &[Operation]) -> Result<Lowered> {
    let usages = usages(document, operations)?;
    let mut names = BTreeMap::new();
    for component in usages.keys() {
        let name = names::pascal(component);
        if let Some(other) = names.insert(name.clone(), component.clone()) {
            return Err(Error::new(
                format!("/components/schemas/{component}"),
                format!("`{component}` and `{other}` would both be the type `{name}`"),
            ));
        }
    }
    let mut lowering = Lowering {
        document,
        usages,
        taken: names.into_keys().collect(),
        inlined: BTreeMap::new(),
        queue: VecDeque::new(),
        seen: BTreeSet::new(),
        types: BTreeMap::new(),
        schemas: Map::new(),
    };
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let (path, lowered) = lowering.operation(operation)?;
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
fn usages(document: &Value, operations: &[Operation]) -> Result<BTreeMap<String, Usage>> {
    let mut usages = BTreeMap::new();
    for operation in operations {
        for parameter in &operation.parameters {
            mark(
                document,
                &parameter.schema,
                Usage::SENT,
                &parameter.pointer,
                &mut usages,
            )?;
        }
        if let Some(body) = &operation.body
            && let Content::Json(schema) | Content::Form(schema) = &body.content
        {
            mark(document, schema, Usage::SENT, &body.pointer, &mut usages)?;
        }
        if let Some(answer) = &operation.answer {
            let pointer = format!("{}/responses", operation.pointer);
            mark(document, answer, Usage::READ, &pointer, &mut usages)?;
        }
    }
    Ok(usages)
}

fn mark(
    document: &Value,
    schema: &Value,
    usage: Usage,
    pointer: &str,
    usages: &mut BTreeMap<String, Usage>,
) -> Result<()> {
    match schema {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref") {
                let name = document::component_name(reference, pointer)?;
                let target = document::component(document, name, pointer)?;
                let known = usages.entry(name.to_owned()).or_default();
                let union = known.union(usage);
                if *known == union {
                    return Ok(());
                }
                *known = union;
                return mark(
                    document,
                    target,
                    usage,
                    &format!("/components/schemas/{name}"),
                    usages,
                );
            }
            for (key, value) in map {
                mark(
                    document,
                    value,
                    usage,
                    &format!("{pointer}/{}", document::escape(key)),
                    usages,
                )?;
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                mark(
                    document,
                    value,
                    usage,
                    &format!("{pointer}/{index}"),
                    usages,
                )?;
            }
        }
        _ => {}
    }
    Ok(())
}

struct Lowering<'a> {
    document: &'a Value,
    usages: BTreeMap<String, Usage>,
    /// Type names in use.
    taken: BTreeSet<String>,
    /// Components that stand where they are used, lowered; `None` while that is under way.
    inlined: BTreeMap<String, Option<Value>>,
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
    usage: Usage,
    pointer: String,
}

impl Place {
    fn child(&self, name: &str, key: &str) -> Self {
        Self {
            name: format!("{}{}", self.name, names::pascal(name)),
            usage: self.usage,
            pointer: format!("{}/{}", self.pointer, key),
        }
    }

    fn item(&self, key: &str) -> Self {
        Self {
            name: names::singular(&self.name),
            usage: self.usage,
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
                usage: Usage::SENT,
                pointer: format!("{}/schema", parameter.pointer),
            };
            let schema = self.schema(&parameter.schema, &place)?;
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
            "operationId": operation.id,
            "parameters": parameters,
            "responses": {"204": {"description": ""}},
        });
        if let Some(body) = &operation.body
            && let Content::Json(schema) | Content::Form(schema) = &body.content
        {
            let place = Place {
                name: format!("{name}Body"),
                usage: Usage::SENT,
                pointer: format!("{}/content", body.pointer),
            };
            let schema = self.schema(schema, &place)?;
            lowered["requestBody"] = json!({"required": true, "content": json_media(&schema)});
        }
        if let Some(answer) = &operation.answer {
            let place = Place {
                name: format!("{name}Response"),
                usage: Usage::READ,
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
        let schema = document::component(self.document, component, &place.pointer)?.clone();
        let schema = self.merged(&schema, &place)?;
        let name = place.name.clone();
        self.named(&schema, &place, name)
    }

    fn place_of(&self, component: &str) -> Place {
        Place {
            name: names::pascal(component),
            usage: self.usages.get(component).copied().unwrap_or_default(),
            pointer: format!("/components/schemas/{component}"),
        }
    }

    /// What stands for `schema` in the lowered document.
    fn schema(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        if let Some(reference) = schema.get("$ref") {
            let component = document::component_name(reference, &place.pointer)?.to_owned();
            return self.reference(&component, &place.pointer);
        }
        let schema = self.merged(schema, place)?;
        if schema.get("$ref").is_some() {
            return self.schema(&schema, place);
        }
        if !is_named(&schema) {
            return self.anonymous(&schema, place);
        }
        let name = self.free_name(&place.name);
        self.named(&schema, place, name.clone())?;
        Ok(reference_to(&name))
    }

    fn reference(&mut self, component: &str, pointer: &str) -> Result<Value> {
        let place = self.place_of(component);
        let schema = document::component(self.document, component, pointer)?.clone();
        let schema = self.merged(&schema, &place)?;
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

    /// Puts the parts of an `allOf` together, and takes away a choice of one.
    fn merged(&self, schema: &Value, place: &Place) -> Result<Value> {
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            if let [only] = parts.as_slice()
                && schema.get("properties").is_none()
            {
                return self.merged(only, place);
            }
            let mut properties = Map::new();
            let mut required = Vec::new();
            for part in parts.iter().chain([schema]) {
                let part = document::resolve(self.document, part, &place.pointer)?;
                let part = if part.get("allOf").is_some() && !std::ptr::eq(part, schema) {
                    self.merged(part, place)?
                } else {
                    part.clone()
                };
                if let Some(own) = part.get("properties").and_then(Value::as_object) {
                    properties.extend(own.clone());
                }
                if let Some(own) = part.get("required").and_then(Value::as_array) {
                    required.extend(own.iter().cloned());
                }
            }
            let mut merged =
                json!({"type": "object", "properties": properties, "required": required});
            if let Some(description) = schema.get("description") {
                merged["description"] = description.clone();
            }
            return Ok(merged);
        }
        if let Some([only]) = arms(schema) {
            return self.merged(only, place);
        }
        Ok(schema.clone())
    }

    /// A scalar, list or map.
    fn anonymous(&mut self, schema: &Value, place: &Place) -> Result<Value> {
        let mut lowered = match kind(schema) {
            Kind::String => match schema.get("format").and_then(Value::as_str) {
                Some(format @ ("date-time" | "date")) => {
                    json!({"type": "string", "format": format})
                }
                _ => json!({"type": "string"}),
            },
            Kind::Number if schema["type"] == "integer" => {
                json!({"type": "integer", "format": "int64"})
            }
            Kind::Number => json!({"type": "number", "format": "double"}),
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Array => {
                let items = match schema.get("items") {
                    Some(items) => self.schema(items, &place.item("items"))?,
                    None => json!({}),
                };
                json!({"type": "array", "items": items})
            }
            Kind::Object => match schema.get("additionalProperties") {
                Some(values @ Value::Object(map)) if !map.is_empty() => {
                    let values =
                        self.schema(values, &place.child("value", "additionalProperties"))?;
                    json!({"type": "object", "additionalProperties": values})
                }
                _ => json!({"type": "object"}),
            },
            Kind::Any => json!({}),
        };
        if schema.get("nullable") == Some(&Value::Bool(true)) && lowered.get("type").is_some() {
            lowered["nullable"] = Value::Bool(true);
        }
        Ok(lowered)
    }

    /// An object, enumeration or choice, as the component `name`.
    fn named(&mut self, schema: &Value, place: &Place, name: String) -> Result<()> {
        let place = Place {
            name: name.clone(),
            ..place.clone()
        };
        let (shape, lowered) = if let Some(arms) = arms(schema) {
            self.choice(arms, &place)?
        } else if let Some(values) = enum_values(schema) {
            let lowered = json!({"type": "string", "enum": ["A", "B"]});
            (Shape::Enum(values), lowered)
        } else {
            self.object(schema, &place)?
        };
        self.schemas.insert(name.clone(), lowered);
        self.types.insert(
            name,
            Type {
                description: text(schema, "description"),
                usage: place.usage,
                shape,
            },
        );
        Ok(())
    }

    /// Every property is required here: progenitor then tells the type of its value, and `reshape` decides what may be absent.
    fn object(&mut self, schema: &Value, place: &Place) -> Result<(Shape, Value)> {
        let empty = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut fields = Vec::new();
        let mut lowered = Map::new();
        for (index, (name, property)) in properties.iter().enumerate() {
            let key = format!("properties/{}", document::escape(name));
            let child = place.child(name, &key);
            let resolved = document::resolve(self.document, property, &child.pointer)?;
            let mut value = self.schema(property, &child)?;
            let nullable = [property, resolved]
                .iter()
                .any(|schema| schema.get("nullable") == Some(&Value::Bool(true)));
            if let Some(value) = value.as_object_mut() {
                value.remove("nullable");
            }
            fields.push(Field {
                required: required.contains(name.as_str()),
                nullable,
                description: text(property, "description")
                    .or_else(|| text(resolved, "description")),
                deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
                secret: property.get("x-secret") == Some(&Value::Bool(true)),
                name: name.clone(),
            });
            lowered.insert(field_number(index), value);
        }
        Ok((Shape::Struct(fields), all_required(lowered)))
    }

    fn choice(&mut self, schemas: &[Value], place: &Place) -> Result<(Shape, Value)> {
        let mut arms = Vec::new();
        let mut lowered = Map::new();
        let mut names = BTreeSet::new();
        for (index, schema) in schemas.iter().enumerate() {
            let key = format!("{index}");
            let pointer = format!("{}/{key}", place.pointer);
            let resolved = document::resolve(self.document, schema, &pointer)?;
            let resolved = self.merged(resolved, place)?;
            let kind = kind(&resolved);
            let component = schema
                .get("$ref")
                .map(|reference| document::component_name(reference, &pointer))
                .transpose()?;
            let mut name = match (component, kind) {
                (Some(component), _) => names::pascal(component),
                (None, Kind::String) => "Text".to_owned(),
                (None, Kind::Number) => "Number".to_owned(),
                (None, Kind::Boolean) => "Boolean".to_owned(),
                (None, Kind::Array) => "List".to_owned(),
                (None, Kind::Object | Kind::Any) => "Object".to_owned(),
            };
            while !names.insert(name.clone()) {
                name = format!("{name}{}", index + 1);
            }
            let child = Place {
                pointer,
                ..place.child(&name, &key)
            };
            lowered.insert(field_number(index), self.schema(schema, &child)?);
            arms.push(Arm {
                name,
                kind,
                keys: keys(&resolved),
                tags: self.tags(&resolved, place)?,
            });
        }
        Ok((Shape::Choice(arms), all_required(lowered)))
    }

    /// The properties of an object that can hold only a few strings.
    fn tags(&self, schema: &Value, place: &Place) -> Result<Vec<(String, Vec<String>)>> {
        let mut tags = Vec::new();
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let property = document::resolve(self.document, property, &place.pointer)?;
            if let Some(values) = enum_values(property) {
                tags.push((name.clone(), values));
            }
        }
        Ok(tags)
    }

    fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut count = 1;
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{wanted}{count}");
        }
        name
    }
}

/// The name of a field in the lowered document; padded, so that the order of names is the order of numbers.
pub(crate) fn field_number(index: usize) -> String {
    format!("f{index:04}")
}

fn all_required(properties: Map<String, Value>) -> Value {
    let names: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": names})
}

fn json_media(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn reference_to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Whether a schema becomes a type with a name: an object with properties, an enumeration, a choice.
fn is_named(schema: &Value) -> bool {
    arms(schema).is_some() || enum_values(schema).is_some() || !keys(schema).is_empty()
}

/// The schemas of a `oneOf` or `anyOf`.
fn arms(schema: &Value) -> Option<&[Value]> {
    ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| schema.get(*key))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .filter(|arms| !arms.is_empty())
}

/// The values of an enumeration of strings, each once.
fn enum_values(schema: &Value) -> Option<Vec<String>> {
    let list = schema.get("enum")?.as_array()?;
    let mut values: Vec<String> = Vec::new();
    for value in list {
        let value = value.as_str()?;
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    (kind(schema) == Kind::String && !values.is_empty()).then_some(values)
}

fn keys(schema: &Value) -> Vec<String> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn kind(schema: &Value) -> Kind {
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Kind::String,
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::Array,
        Some("object") => Kind::Object,
        _ if schema.get("properties").is_some() => Kind::Object,
        _ if schema.get("items").is_some() => Kind::Array,
        _ => Kind::Any,
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}
