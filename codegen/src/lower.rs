//! Lowers an OpenAPI document to the subset that progenitor supports.
//!
//! progenitor panics on some legal documents and generates wrong types from others. What it sees here is therefore small: every
//! object, enumeration and union is a component of its own; scalars, lists and maps are inline; constraints,
//! defaults and responses other than the successful one are removed. An operation is an object too, of its arguments and its response. Names that progenitor would change into Rust names are replaced by numbers
//! (`O0`, `p0`, `f0000`); their meaning is kept in [`Lowered::types`], from which `emit` writes the final types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cisco_secure_access_openapi::json::{escape, text};
use cisco_secure_access_openapi::schema::{
    JsonType, enum_values, integer_enum_values, is_named, json_type, properties, tuple_elements,
    value_name, variants,
};
use cisco_secure_access_openapi::union::{discriminator, discriminator_value, referred};
use cisco_secure_access_openapi::{
    Content, Document, Operation, component_name, component_pointer,
};
use serde_json::{Map, Value, json};

use crate::constructor::Constructor;
use crate::enumeration;
use crate::names;
use crate::types::{
    Direction, EnumValue, Field, Format, Shape, TimeFormat, Type, Union, Variant, WireForm,
};
use crate::{Error, Result};

/// A document for progenitor, and what it does not contain.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub document: Value,
    /// The named types, by their name in Rust.
    pub types: BTreeMap<String, Type>,
}

/// The maximum depth of nested schemas.
const MAX_DEPTH: usize = 32;

/// Types that generated code or the generator refers to by their simple names.
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

/// Lowers `operations` and the schemas that they reach.
///
/// The definition and name of a type follow from all operations of the document, enabled or not, so that enabling another API changes no
/// type.
pub(crate) fn lower(document: &Document, operations: &[Operation]) -> Result<Lowered> {
    let all = document.operations();
    let directions = directions(document, all)?;
    let mut used_names = reserved_names(document);
    let components = type_names(&directions, &mut used_names)?;
    let mut discriminating = BTreeSet::new();
    find_discriminating(document.root(), &mut discriminating);
    let mut lowering = Lowering {
        document,
        discriminating,
        directions,
        components,
        used_names,
        inlined: BTreeMap::new(),
        in_progress: Vec::new(),
        queue: VecDeque::new(),
        seen: BTreeSet::new(),
        types: BTreeMap::new(),
        schemas: Map::new(),
    };
    for operation in all {
        let lowered = lowering.operation(operation)?;
        let mut wanted = operations.iter();
        if let Some(index) = wanted.position(|wanted| wanted.id == operation.id) {
            lowering.schemas.insert(operation_number(index), lowered);
        }
    }
    while let Some(component) = lowering.queue.pop_front() {
        lowering.component(&component)?;
    }
    if operations.len() < all.len() {
        lowering.keep_reached(operations.len());
    }
    Ok(Lowered {
        document: json!({
            "openapi": "3.0.3",
            "info": {"title": "lowered", "version": "0"},
            "paths": {},
            "components": {"schemas": lowering.schemas},
        }),
        types: lowering.types,
    })
}

/// The names that no type can have: those of requests, present and former, of the scope and of Rust types.
fn reserved_names(document: &Document) -> BTreeSet<String> {
    let operations = document.operations().iter();
    let operations =
        operations.flat_map(|operation| [Some(&operation.id), operation.former_name.as_ref()]);
    operations
        .flatten()
        .map(|name| names::pascal(name))
        .chain(RESERVED_TYPES.map(str::to_owned))
        .chain([names::pascal(document.scope())])
        .chain((0..document.operations().len()).map(operation_number))
        .collect()
}

/// The names of the types of components, which are added to those in use.
fn type_names<T>(
    directions: &BTreeMap<String, T>,
    used_names: &mut BTreeSet<String>,
) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for component in directions.keys() {
        let name = type_name(component);
        if let Some(other) = names.insert(name.clone(), component) {
            return Err(Error::new(
                component_pointer(component),
                format!("`{component}` and `{other}` would both be the type `{name}`"),
            ));
        }
    }
    let mut components = BTreeMap::new();
    for (name, component) in &names {
        let mut unique = name.clone();
        while used_names.contains(&unique) || (unique != *name && names.contains_key(&unique)) {
            unique += "Value";
        }
        used_names.insert(unique.clone());
        components.insert((*component).clone(), unique);
    }
    Ok(components)
}

/// The components that the operations reach, with their directions.
fn directions(
    document: &Document,
    operations: &[Operation],
) -> Result<BTreeMap<String, Direction>> {
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
        if let Some(response) = operation.response() {
            let pointer = format!("{}/responses", operation.pointer);
            let direction = Direction {
                carried: is_changed(operation, operations),
                ..Direction::RESPONSE
            };
            mark(document, response, direction, &pointer, &mut directions)?;
        }
    }
    Ok(directions)
}

/// Whether another operation of the same path changes what this one reads.
fn is_changed(operation: &Operation, operations: &[Operation]) -> bool {
    let changes = |other: &Operation| matches!(other.method.as_str(), "PUT" | "PATCH");
    operation.method == "GET"
        && operations
            .iter()
            .any(|other| other.path == operation.path && changes(other))
}

fn mark(
    document: &Document,
    schema: &Value,
    direction: Direction,
    pointer: &str,
    directions: &mut BTreeMap<String, Direction>,
) -> Result<()> {
    match schema {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref") {
                let name = component_name(reference, pointer)?;
                let target = document.component(name, pointer)?;
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
                    &component_pointer(name),
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

/// Finds the properties by which unions distinguish their variants, with the pointers of these.
fn find_discriminating(value: &Value, found: &mut BTreeSet<(String, String)>) {
    let children: Vec<&Value> = match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return,
    };
    let discriminator = value.get("discriminator");
    let property = discriminator.and_then(|discriminator| discriminator.get("propertyName"));
    if let Some(property) = property.and_then(Value::as_str) {
        let variants = ["oneOf", "anyOf"].map(|key| value[key].as_array());
        let variants = variants.into_iter().flatten().flatten();
        let components = variants.filter_map(referred).map(component_pointer);
        found.extend(components.map(|component| (component, property.to_owned())));
    }
    for child in children {
        find_discriminating(child, found);
    }
}

/// Finds the types that a lowered schema refers to.
fn find_references(lowered: &Value, found: &mut Vec<String>) {
    match lowered {
        Value::Array(list) => list.iter().for_each(|one| find_references(one, found)),
        Value::Object(map) => {
            found.extend(referred(lowered).map(str::to_owned));
            map.values().for_each(|one| find_references(one, found));
        }
        _ => {}
    }
}

/// Keeps the format of IP addresses in a parameter, whose values are only written.
fn keep_addresses(schema: &Value, lowered: &mut Value) {
    if schema["format"] == "ip" {
        lowered["format"] = json!("ip");
    }
    if schema["items"]["format"] == "ip" {
        lowered["items"]["format"] = json!("ip");
    }
}

struct Lowering<'a> {
    document: &'a Document,
    /// The properties by which unions distinguish their variants, with the pointers of these.
    discriminating: BTreeSet<(String, String)>,
    directions: BTreeMap<String, Direction>,
    /// The names of the types of components.
    components: BTreeMap<String, String>,
    /// The type names that are in use.
    used_names: BTreeSet<String>,
    /// Lowered components that are inlined where they are referenced; `None` while one is being lowered.
    inlined: BTreeMap<String, Option<Value>>,
    /// The nested schemas that are being lowered, with their directions and the names of their types.
    in_progress: Vec<(Value, Direction, Option<String>)>,
    /// Components that remain to be lowered.
    queue: VecDeque<String>,
    seen: BTreeSet<String>,
    types: BTreeMap<String, Type>,
    schemas: Map<String, Value>,
}

/// The location of a schema: the name for its type, its direction, and its JSON pointer.
#[derive(Clone)]
struct SchemaContext {
    name: String,
    direction: Direction,
    pointer: String,
}

impl SchemaContext {
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
    /// Drops the types that only other operations than the first of these reach.
    fn keep_reached(&mut self, operations: usize) {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<String> = (0..operations).map(operation_number).collect();
        while let Some(name) = pending.pop() {
            if let Some(schema) = self.schemas.get(&name)
                && reached.insert(name)
            {
                find_references(schema, &mut pending);
            }
        }
        self.schemas.retain(|name, _| reached.contains(name));
        self.types.retain(|name, _| reached.contains(name));
    }

    /// The types of an operation, as an object with a property for each argument and one for the response.
    fn operation(&mut self, operation: &Operation) -> Result<Value> {
        let name = names::pascal(&operation.id);
        let mut lowered = Map::new();
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let context = SchemaContext {
                name: format!("{name}{}", names::pascal(&parameter.rust_name)),
                direction: Direction::REQUEST,
                pointer: format!("{}/schema", parameter.pointer),
            };
            let mut schema = self.non_null(&parameter.schema, &context)?;
            keep_addresses(&parameter.schema, &mut schema);
            lowered.insert(parameter_number(index), schema);
        }
        if let Some(body) = &operation.body
            && let Content::Json(schema) | Content::Form(schema) = &body.content
        {
            let context = SchemaContext {
                name: format!("{name}Body"),
                direction: Direction::REQUEST,
                pointer: format!("{}/content", body.pointer),
            };
            lowered.insert(BODY.to_owned(), self.non_null(schema, &context)?);
        }
        if let Some(response) = operation.response() {
            let context = SchemaContext {
                name: format!("{name}Response"),
                direction: Direction::RESPONSE,
                pointer: format!("{}/responses", operation.pointer),
            };
            lowered.insert(RESPONSE.to_owned(), self.schema(response, &context)?);
        }
        Ok(all_required(lowered))
    }

    /// Lowers a component that is a type of its own.
    fn component(&mut self, component: &str) -> Result<()> {
        let context = self.component_context(component);
        let schema = self.document.component(component, &context.pointer)?;
        let schema = self.document.flatten_all_of(schema, &context.pointer)?;
        let name = context.name.clone();
        self.named(&schema, &context, name)
    }

    fn component_context(&self, component: &str) -> SchemaContext {
        SchemaContext {
            name: self.components.get(component).cloned().unwrap_or_default(),
            direction: self.directions.get(component).copied().unwrap_or_default(),
            pointer: component_pointer(component),
        }
    }

    /// The lowered form of `schema`.
    fn schema(&mut self, schema: &Value, context: &SchemaContext) -> Result<Value> {
        if self.in_progress.len() > MAX_DEPTH {
            return Err(Error::new(
                &context.pointer,
                "the schemas are nested too deeply: do their compositions contain themselves?",
            ));
        }
        self.in_progress
            .push((schema.clone(), context.direction, None));
        let lowered = self.inner_schema(schema, context)?;
        self.in_progress.pop();
        Ok(lowered)
    }

    fn inner_schema(&mut self, schema: &Value, context: &SchemaContext) -> Result<Value> {
        if let Some(reference) = schema.get("$ref") {
            let component = component_name(reference, &context.pointer)?.to_owned();
            return self.reference(&component, &context.pointer);
        }
        let flat = self.document.flatten_all_of(schema, &context.pointer)?;
        if flat.get("$ref").is_some() {
            return self.schema(&flat, context);
        }
        if !is_named(&flat) {
            return self.anonymous(&flat, context);
        }
        // A composition can contain itself through a component.
        let again = self
            .in_progress
            .iter()
            .find_map(|(other, direction, name)| {
                name.as_ref()
                    .filter(|_| other == schema && *direction == context.direction)
            });
        if let Some(name) = again {
            return Ok(reference_to(name));
        }
        let name = unique_name(&type_name(&context.name), &mut self.used_names);
        if let Some((_, _, own)) = self.in_progress.last_mut() {
            *own = Some(name.clone());
        }
        self.named(&flat, context, name.clone())?;
        Ok(reference_to(&name))
    }

    /// The lowered form of `schema` where null has no meaning of its own.
    fn non_null(&mut self, schema: &Value, context: &SchemaContext) -> Result<Value> {
        let mut lowered = self.schema(schema, context)?;
        if let Some(lowered) = lowered.as_object_mut() {
            lowered.remove("nullable");
        }
        Ok(lowered)
    }

    fn reference(&mut self, component: &str, pointer: &str) -> Result<Value> {
        let context = self.component_context(component);
        let schema = self.document.component(component, pointer)?;
        let schema = self.document.flatten_all_of(schema, &context.pointer)?;
        if schema.get("$ref").is_some() {
            // Rejects a circle of aliases.
            self.document.deref(&schema, &context.pointer)?;
        }
        if is_named(&schema) {
            if self.seen.insert(component.to_owned()) {
                self.queue.push_back(component.to_owned());
            }
            return Ok(reference_to(&context.name));
        }
        match self.inlined.get(component) {
            Some(Some(lowered)) => Ok(lowered.clone()),
            // A list of itself has no name to refer to: it accepts any JSON.
            Some(None) => Ok(json!({})),
            None => {
                self.inlined.insert(component.to_owned(), None);
                let lowered = self.schema(&schema, &context)?;
                self.inlined
                    .insert(component.to_owned(), Some(lowered.clone()));
                Ok(lowered)
            }
        }
    }

    /// A scalar, list or map.
    fn anonymous(&mut self, schema: &Value, context: &SchemaContext) -> Result<Value> {
        let time = TimeFormat::of(schema);
        if time
            .as_ref()
            .is_some_and(|time| *time != TimeFormat::Rfc3339)
            && context.direction.request
        {
            return Err(Error::new(
                &context.pointer,
                "a time of this format is not supported here: expected a property that may be absent, or a response",
            ));
        }
        let mut lowered = match json_type(schema) {
            _ if time.is_some() => date_time(),
            JsonType::String => match schema.get("format").and_then(Value::as_str) {
                Some("date") => json!({"type": "string", "format": "date"}),
                _ => json!({"type": "string"}),
            },
            JsonType::Number if schema["type"] == "integer" => {
                json!({"type": "integer", "format": "int64"})
            }
            JsonType::Number => json!({"type": "number", "format": "double"}),
            JsonType::Boolean => json!({"type": "boolean"}),
            JsonType::Array => {
                let items = match schema.get("items") {
                    Some(items) => self.non_null(items, &context.item("items"))?,
                    None => json!({}),
                };
                json!({"type": "array", "items": items})
            }
            JsonType::Object => match schema.get("additionalProperties") {
                Some(values @ Value::Object(map)) if !map.is_empty() => {
                    let values =
                        self.non_null(values, &context.child("value", "additionalProperties"))?;
                    json!({"type": "object", "additionalProperties": values})
                }
                _ => json!({"type": "object"}),
            },
            JsonType::Any => match schema.get("type") {
                Some(word) => {
                    return Err(Error::new(
                        format!("{}/type", context.pointer),
                        format!("{word} is not a type"),
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
    fn named(&mut self, schema: &Value, context: &SchemaContext, name: String) -> Result<()> {
        let context = SchemaContext {
            name: name.clone(),
            ..context.clone()
        };
        if schema.get("discriminator").is_some() {
            return Err(Error::new(
                format!("{}/discriminator", context.pointer),
                "a discriminator without `oneOf` is not supported: the variants must be listed there",
            ));
        }
        let (shape, lowered) = if let Some(variants) = variants(schema) {
            self.union(variants, &context)?
        } else if let Some(values) = enum_values(schema) {
            (
                Shape::Enum(self.enum_variants(schema, values)),
                all_required(Map::new()),
            )
        } else if let Some(values) = integer_enum_values(schema) {
            (Shape::IntegerEnum(values), all_required(Map::new()))
        } else if let Some(elements) = tuple_elements(schema) {
            self.tuple(elements, &context)?
        } else {
            let (fields, lowered) = self.object(schema, &context)?;
            let wire_form = match text(schema, "x-envelope") {
                Some(name) => WireForm::Envelope(enveloped_field(&fields, &name, &context)?),
                None => WireForm::Object,
            };
            (Shape::Struct(fields, wire_form), lowered)
        };
        let constructors = match context.direction.request {
            true => Constructor::read(schema, &context.pointer)?,
            false => Vec::new(),
        };
        self.schemas.insert(name.clone(), lowered);
        self.types.insert(
            name,
            Type {
                description: text(schema, "description"),
                direction: context.direction,
                shape,
                constructors,
                named_by: text(schema, "x-named-by"),
            },
        );
        Ok(())
    }

    fn enum_variants(&self, schema: &Value, values: Vec<String>) -> Vec<EnumValue> {
        let name = |value: &str| match value_name(schema, value) {
            Some(name) => name.to_owned(),
            None => enumeration::variant_name(self.document.rust_name(value)),
        };
        values
            .into_iter()
            .map(|value| EnumValue {
                variant: name(&value),
                value,
            })
            .collect()
    }

    /// A list of values by position, which is an object in Rust.
    fn tuple(&mut self, elements: &[Value], context: &SchemaContext) -> Result<(Shape, Value)> {
        let mut properties = Map::new();
        let mut names = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let pointer = format!("{}/x-tuple/{index}", context.pointer);
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
        let (fields, lowered) = self.object(&json!({"properties": properties}), context)?;
        let position = |name: &String| fields.iter().position(|field| field.name == *name);
        let positions = names.iter().filter_map(position).collect();
        Ok((Shape::Struct(fields, WireForm::List(positions)), lowered))
    }

    /// Every property is required in the lowered document, so that progenitor generates the type of the value itself; `emit` adds the
    /// `Option`.
    fn object(&mut self, schema: &Value, context: &SchemaContext) -> Result<(Vec<Field>, Value)> {
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
            let rust_name = self.document.rust_name(name);
            let mut child = context.child(rust_name, &key);
            let resolved = self.document.deref(property, &child.pointer)?;
            child.direction = context
                .direction
                .of_property(property)
                .of_property(&resolved);
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
                secret: self.is_secret(property, &resolved),
                format: None,
                constant: None,
                ids_of: text(property, "x-ids-of"),
                rust_name: names::snake(rust_name),
                name: name.clone(),
            };
            let presence = field.presence(context.direction, false);
            field.format =
                Format::of(&resolved).filter(|_| !presence.required && !presence.nullable);
            field.constant = self.constant(&field, &resolved, context);
            let value = match &field {
                Field {
                    format: Some(Format::Time(_)),
                    ..
                } => date_time(),
                Field {
                    constant: Some(_), ..
                } => json!({"type": "string"}),
                _ => self.non_null(property, &child)?,
            };
            lowered.insert(field_number(fields.len()), value);
            fields.push(field);
        }
        Ok((fields, all_required(lowered)))
    }

    /// Whether the values of a property are secret, or those in its lists and maps.
    fn is_secret(&self, property: &Value, resolved: &Value) -> bool {
        let contents = ["items", "additionalProperties"].map(|content| resolved.get(content));
        let mut schemas = contents.into_iter().flatten().chain([property, resolved]);
        schemas.any(|schema| self.document.is_secret(schema))
    }

    /// The only value of a property that distinguishes the variants of a union, or that a request requires.
    fn constant(&self, field: &Field, schema: &Value, context: &SchemaContext) -> Option<String> {
        let key = (context.pointer.clone(), field.name.clone());
        let is_discriminating = self.discriminating.contains(&key);
        let is_required = field.required && context.direction.request;
        let values = enum_values(schema).filter(|_| is_discriminating || is_required)?;
        match <[String; 1]>::try_from(values) {
            Ok([value]) if !field.nullable => Some(value),
            _ => None,
        }
    }

    fn union(&mut self, schemas: &[Value], context: &SchemaContext) -> Result<(Shape, Value)> {
        let mut variants = Vec::new();
        let mut named_by = None;
        let mut lowered = Map::new();
        let mut names = BTreeSet::from(["Unknown".to_owned()]);
        let short_names: Vec<_> = schemas
            .iter()
            .map(|schema| self.short_variant_name(schema, context))
            .collect();
        let is_unique = |name: &&String| {
            let mut others = short_names.iter().flatten().filter(|other| other == name);
            name.as_str() != "Unknown" && others.nth(1).is_none()
        };
        for (index, (schema, short_name)) in schemas.iter().zip(&short_names).enumerate() {
            let key = format!("oneOf/{index}");
            let pointer = format!("{}/{key}", context.pointer);
            let resolved = self.document.deref(schema, &pointer)?;
            let kind = json_type(&resolved);
            let short_name = short_name.as_ref().filter(is_unique);
            let name_hint = match (short_name.cloned(), referred(schema), kind) {
                (Some(name), ..) => name,
                (None, Some(component), _) => names::pascal(component),
                (None, None, JsonType::String) => "String".to_owned(),
                (None, None, JsonType::Number) => "Number".to_owned(),
                (None, None, JsonType::Boolean) => "Boolean".to_owned(),
                (None, None, JsonType::Array) => "List".to_owned(),
                (None, None, JsonType::Object | JsonType::Any) => "Object".to_owned(),
            };
            let name = unique_name(&name_hint, &mut names);
            let child = context.child(&name, &key);
            lowered.insert(field_number(index), self.non_null(schema, &child)?);
            let mut deref = |schema: &Value| self.document.deref(schema, &child.pointer);
            let variant = Variant::read(name, schema, &resolved, &mut deref)?;
            named_by = named_by.or_else(|| discriminator(schema));
            variants.push(variant);
        }
        let union = Union {
            discriminator: named_by,
            variants,
        };
        Ok((Shape::Union(union), all_required(lowered)))
    }

    /// The name of a variant that is a component: the value of the discriminator if it has only one, or else the name of the component.
    fn short_variant_name(&self, schema: &Value, context: &SchemaContext) -> Option<String> {
        let component = referred(schema)?;
        let name = match discriminator_value(schema) {
            Some(value) if value.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                self.document.rust_name(value)
            }
            _ => component,
        };
        Some(names::variant(name, &context.name))
    }
}

/// The field whose value can replace the complete object.
fn enveloped_field(fields: &[Field], name: &str, context: &SchemaContext) -> Result<usize> {
    let field = fields.iter().position(|field| field.name == name);
    field.ok_or_else(|| {
        Error::new(
            format!("{}/x-envelope", context.pointer),
            format!("the schema has no property `{name}`"),
        )
    })
}

/// The name of a type as progenitor writes it: it takes a run of capitals for one word.
fn type_name(text: &str) -> String {
    names::pascal(&names::pascal(text))
}

/// `name_hint`, with a number if that name is in use.
fn unique_name(name_hint: &str, used_names: &mut BTreeSet<String>) -> String {
    let mut name = name_hint.to_owned();
    let mut count = 1;
    while !used_names.insert(name.clone()) {
        count += 1;
        name = format!("{name_hint}{count}");
    }
    name
}

/// The name of the object in the lowered document that has the types of an operation.
pub(crate) fn operation_number(index: usize) -> String {
    format!("O{index}")
}

/// The name of a parameter in that object.
pub(crate) fn parameter_number(index: usize) -> String {
    format!("p{index}")
}

/// The name of the body in that object.
pub(crate) const BODY: &str = "body";

/// The name of the response in that object.
pub(crate) const RESPONSE: &str = "response";

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

fn reference_to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
