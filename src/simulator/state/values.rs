//! Values for any schema, generated from a seed around facts, which are the known properties.
//!
//! The same code generates the response of an operation without state, the row of a list and the view of a stored item. Values that are not
//! facts are always generated in the same way; `faker` generates the scalars.

use chrono::DateTime;
use cisco_secure_access_openapi::validate::sample;
use cisco_secure_access_openapi::{Document, reference};
use serde_json::{Map, Value, json};

use super::links;
use crate::simulator::env::Env;
use crate::simulator::faker::{self, Moment, Pattern, SeededRng};
use crate::simulator::quirks::{PropertyQuirk, Quirk};

/// From this depth on, only required values are generated, and lists have the minimum length.
const DEEP: usize = 6;
/// From this depth on, nothing is generated.
const DEEPEST: usize = 14;

/// Generates values for the schemas of a document.
#[derive(Clone, Copy)]
pub(crate) struct ValueMaker<'a> {
    pub(crate) document: &'a Document,
    pub(crate) env: &'a Env,
}

/// The location of a value, and the settings of its generation.
#[derive(Clone, Copy)]
struct Context<'s> {
    /// The name of its property.
    name: &'s str,
    /// The name of its schema.
    owner: &'s str,
    depth: usize,
    /// Whether optional properties are generated.
    full: bool,
    /// Whether it is generated for a request.
    sent: bool,
    /// Whether there are no other facts: they are kept even if they do not match the schema.
    stored: bool,
}

impl<'a> ValueMaker<'a> {
    /// Generates a value with all documented properties; `facts` are the known properties.
    pub(crate) fn make(&self, schema: &Value, facts: &Value, rng: SeededRng) -> Value {
        let context = Context {
            name: "",
            owner: "",
            depth: 0,
            full: true,
            sent: false,
            stored: false,
        };
        self.value(schema, context, facts, rng)
    }

    /// Returns the view of a stored item in a schema: only required properties are added.
    pub(crate) fn show(&self, schema: &Value, stored: &Value, rng: SeededRng) -> Value {
        let context = Context {
            name: "",
            owner: "",
            depth: 0,
            full: false,
            sent: false,
            stored: true,
        };
        self.value(schema, context, stored, rng)
    }

    /// The initial value of a property with this schema.
    pub(crate) fn initial(&self, schema: &Value, name: &str, rng: SeededRng) -> Value {
        let resolved = self.document.resolve(schema);
        let is_free = ["minLength", "format", "pattern", "enum"]
            .iter()
            .all(|keyword| resolved.get(*keyword).is_none());
        match resolved["type"].as_str() {
            _ if resolved.get("default").is_some() => resolved["default"].clone(),
            _ if resolved["nullable"] == true => Value::Null,
            Some("boolean") => Value::Bool(false),
            Some("integer" | "number") if resolved.get("enum").is_none() => {
                resolved.get("minimum").cloned().unwrap_or_else(|| json!(0))
            }
            Some("string") if is_free && !faker::is_address(name) => json!(""),
            Some("array") if resolved.get("minItems").is_none() => json!([]),
            _ => self.sent(schema, name, false, rng),
        }
    }

    /// A time, in epoch seconds, in the format of this schema.
    pub(crate) fn time(&self, schema: &Value, time: i64) -> Value {
        time_value(self.document.resolve(schema), time)
    }

    /// A valid value for a request: without read-only properties, and without optional ones unless all are requested.
    pub(crate) fn sent(
        &self,
        schema: &Value,
        name: &str,
        everything: bool,
        rng: SeededRng,
    ) -> Value {
        let context = Context {
            name,
            owner: "",
            depth: 0,
            full: everything,
            sent: true,
            stored: false,
        };
        self.value(schema, context, &Value::Null, rng)
    }

    fn value(
        &self,
        schema: &Value,
        context: Context<'_>,
        facts: &Value,
        mut rng: SeededRng,
    ) -> Value {
        if context.depth > DEEPEST {
            return Value::Null;
        }
        if let Some(owner) = reference(schema) {
            if let Some(sample) = sample(owner, "").filter(|_| facts.is_null()) {
                return sample;
            }
            let context = Context { owner, ..context };
            let schema = self.document.schema(owner).unwrap_or(&Value::Null);
            return self.value(schema, context, facts, rng);
        }
        if let Some(known) = schema["enum"].as_array() {
            let known: Vec<&Value> = known.iter().filter(|value| !value.is_null()).collect();
            return rng
                .choose(&known)
                .map_or(Value::Null, |value| (*value).clone());
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[keyword].as_array() {
                return self.variant(schema, variants, context, facts, rng);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.all_of(parts, context, facts, rng);
        }
        if let Some(elements) = schema["x-tuple"].as_array() {
            return self.tuple(elements, context, rng);
        }
        if let Some(id) = self.link(schema, context.name, rng) {
            return id;
        }
        match schema["type"].as_str() {
            Some("array") => self.array(schema, context, facts, rng),
            Some("string") => Value::from(self.text(schema, context.name, rng)),
            Some("integer") => Value::from(integer(schema, context.name, rng)),
            Some("number") => number(schema, rng),
            Some("boolean") => Value::from(context.name == "success" || rng.chance(0.5)),
            Some("object") => self.object(schema, context, facts, rng),
            _ if schema["properties"].is_object() => self.object(schema, context, facts, rng),
            _ => Value::from(faker::text(context.name, self.env.regions, rng)),
        }
    }

    /// The id of an existing item, if a property refers to one.
    fn link(&self, schema: &Value, name: &str, rng: SeededRng) -> Option<Value> {
        let id = self.linked(links::list_of(name)?, rng)?;
        match schema["type"].as_str()? {
            "integer" => Some(json!(id)),
            "string" if schema.get("format").is_none() => Some(json!(id.to_string())),
            _ => None,
        }
    }

    /// The number of an item of a list, if it has items.
    fn linked(&self, list: &str, mut rng: SeededRng) -> Option<u64> {
        let size = self.env.sizes.of(list) as u64;
        (size > 0).then(|| links::FIRST + rng.below(size))
    }

    /// One of several variants: the variant of the facts, or any.
    fn variant(
        &self,
        schema: &Value,
        variants: &[Value],
        context: Context<'_>,
        facts: &Value,
        mut rng: SeededRng,
    ) -> Value {
        let known = |variant: &&Value, stored: bool| {
            let names = facts.as_object().into_iter().flatten();
            names
                .filter(|(name, value)| {
                    let property = self.document.property(variant, name);
                    property.is_some_and(|property| self.adapted(property, value, stored).is_some())
                })
                .count()
        };
        // Documented properties take precedence over stored ones.
        let score = |variant: &Value| (known(&variant, false), known(&variant, context.stored));
        let best = variants.iter().map(score).max().unwrap_or_default();
        let keyed = self.env.quirks.has(Quirk::Keyed);
        let is_unusual = |variant: &Value| match keyed {
            true => variant["type"] == "array",
            false => variant["additionalProperties"].is_object(),
        };
        let has_both = ["array", "object"]
            .iter()
            .all(|kind| variants.iter().any(|variant| variant["type"] == *kind));
        let discriminator = &schema["discriminator"];
        let tag = discriminator["propertyName"].as_str();
        let name = tag.and_then(|tag| facts[tag].as_str());
        let named = name.and_then(|name| discriminator["mapping"].get(name));
        let is_likely = |variant: &Value| match named {
            Some(reference) => variant["$ref"] == *reference,
            None => score(variant) == best && !(has_both && is_unusual(variant)),
        };
        let likely: Vec<&Value> = variants
            .iter()
            .filter(|variant| is_likely(variant))
            .collect();
        let Some(variant) = rng.choose(&likely) else {
            return Value::Null;
        };
        let mut value = self.value(variant, context, facts, rng);
        let mut tags = discriminator["mapping"].as_object().into_iter().flatten();
        let mut first = || tags.find(|(_, reference)| **reference == variant["$ref"]);
        if let (Some(tag), Value::Object(object)) = (tag, &mut value)
            && let Some(name) = name.or_else(|| first().map(|(name, _)| name.as_str()))
        {
            object.insert(tag.to_owned(), Value::from(name));
        }
        value
    }

    /// All parts of a composition, combined.
    fn all_of(
        &self,
        parts: &[Value],
        context: Context<'_>,
        facts: &Value,
        rng: SeededRng,
    ) -> Value {
        let mut parts = parts
            .iter()
            .map(|part| self.value(part, context, facts, rng));
        let mut composed = parts.next().unwrap_or_default();
        for part in parts {
            if let (Value::Object(composed), Value::Object(part)) = (&mut composed, part) {
                composed.extend(part);
            }
        }
        composed
    }

    /// The result of a documented constructor of a schema, with ids of existing items; `None` if there is none.
    fn constructed(&self, schema: &Value, mut rng: SeededRng) -> Option<Value> {
        let constructors = schema["x-constructors"].as_array()?.iter();
        let known = constructors.filter(|constructor| match constructor["takes"].as_str() {
            Some(takes) => {
                let at = constructor["at"].as_str().unwrap_or_default();
                takes == "integers" && at.rfind('/') == Some(0)
            }
            None => constructor["set"].is_object(),
        });
        let constructor = *rng.choose(&known.collect::<Vec<_>>())?;
        let mut made = constructor["set"].as_object()?.clone();
        if let Some(property) = constructor["at"].as_str() {
            let names = made.values().filter_map(Value::as_str);
            let mut ids = names.filter_map(|name| self.linked(links::list_in(name)?, rng));
            let id = ids.next().unwrap_or(links::FIRST);
            made.insert(property.trim_start_matches('/').to_owned(), json!([id]));
        }
        Some(Value::Object(made))
    }

    fn object(&self, schema: &Value, context: Context<'_>, facts: &Value, rng: SeededRng) -> Value {
        if facts.is_null()
            && let Some(made) = self.constructed(schema, rng)
        {
            return self.object(schema, context, &made, rng);
        }
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|list| list.iter().any(|known| known == name));
        let full = context.full && context.depth < DEEP;
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let fact = facts.get(name);
            let fact = fact.and_then(|fact| self.adapted(property, fact, context.stored));
            let is_wanted = is_required(name) || (full && property["deprecated"] != true);
            let is_responded = context.sent && self.document.resolve(property)["readOnly"] == true;
            if is_responded || (fact.is_none() && !is_wanted) {
                continue;
            }
            // The times in an object are in the order of their events.
            let rng = match Moment::of(name) {
                Some(_) => rng.fork("times"),
                None => rng.fork(name),
            };
            let unusual = match context.sent {
                true => None,
                false => self.env.quirks.of_property(context.owner, name, rng),
            };
            let inner = Context {
                name,
                owner: "",
                depth: context.depth + 1,
                full,
                ..context
            };
            let value = match (unusual, fact) {
                (Some(PropertyQuirk::Missing), None) => continue,
                (Some(PropertyQuirk::Is(value)), None) => value,
                (unusual, fact) => {
                    let value = match fact {
                        Some(fact) => self.complete(property, inner, fact, rng),
                        None => setting_value(name, &object, rng)
                            .or_else(|| sample(context.owner, name))
                            .unwrap_or_else(|| self.value(property, inner, &Value::Null, rng)),
                    };
                    unusual.map_or(value.clone(), |unusual| unusual.applied_to(value))
                }
            };
            let is_quoted = !context.sent && self.document.resolve(property)["x-quoted"] == true;
            let value = match is_quoted {
                true => PropertyQuirk::Quoted.applied_to(value),
                false => value,
            };
            object.insert(name.clone(), value);
        }
        let extra = &schema["additionalProperties"];
        if object.is_empty() && extra.is_object() && full {
            let inner = Context {
                depth: context.depth + 1,
                ..context
            };
            for key in ["first", "second"] {
                let value = self.value(extra, inner, &Value::Null, rng.fork(key));
                object.insert(key.to_owned(), value);
            }
        }
        Value::Object(object)
    }

    /// A known value, with the required properties of its schema.
    fn complete(&self, schema: &Value, context: Context<'_>, fact: Value, rng: SeededRng) -> Value {
        match fact {
            // It is not documented, so it is kept unchanged.
            Value::Object(_) if self.document.property_names(schema).is_empty() => fact,
            Value::Object(_) => {
                let full = false;
                self.value(schema, Context { full, ..context }, &fact, rng)
            }
            Value::Array(list) => {
                let items = &self.document.resolve(schema)["items"];
                let list = list.into_iter().enumerate().map(|(index, fact)| {
                    self.complete(items, context, fact, rng.fork_at(index as u64))
                });
                Value::Array(list.collect())
            }
            known => known,
        }
    }

    /// A list of values by position, each with its own schema.
    fn tuple(&self, elements: &[Value], context: Context<'_>, rng: SeededRng) -> Value {
        let element = |element: &Value| {
            let name = element["name"].as_str().unwrap_or_default();
            let inner = Context {
                name,
                owner: "",
                depth: context.depth + 1,
                ..context
            };
            self.value(&element["schema"], inner, &Value::Null, rng.fork(name))
        };
        elements.iter().map(element).collect()
    }

    fn array(
        &self,
        schema: &Value,
        context: Context<'_>,
        facts: &Value,
        mut rng: SeededRng,
    ) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or_default();
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        let count = match context.full && context.depth < DEEP {
            true => (1 + rng.below(2)).clamp(least, most.max(least)),
            false => least,
        };
        let inner = Context {
            depth: context.depth + 1,
            ..context
        };
        let item = |index| self.value(&schema["items"], inner, facts, rng.fork_at(index));
        Value::Array((0..count).map(item).collect())
    }

    fn text(&self, schema: &Value, name: &str, mut rng: SeededRng) -> String {
        if schema["x-secret"] == true {
            return faker::secret(rng);
        }
        if let Some(moment) = Moment::of(name)
            && let Value::String(time) = time_value(schema, moment.time(rng))
        {
            return time;
        }
        let text = match schema["format"].as_str() {
            Some("date-time") => faker::time(rng).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Some("date") => faker::time(rng).format("%Y-%m-%d").to_string(),
            Some("uuid") => faker::uuid(rng.next_u64(), rng.next_u64()),
            Some("password") => faker::secret(rng),
            _ => self.word(schema, name, rng),
        };
        let text = match schema["pattern"].as_str().and_then(Pattern::of) {
            Some(pattern) if !pattern.fits(&text) => pattern.make(rng),
            _ => text,
        };
        let length = |keyword: &str| {
            let length = schema[keyword].as_u64();
            length.and_then(|length| usize::try_from(length).ok())
        };
        let most = length("maxLength").unwrap_or(usize::MAX);
        let least = length("minLength").unwrap_or_default();
        let padding = std::iter::repeat_n('x', least.saturating_sub(text.chars().count()));
        text.chars().chain(padding).take(most).collect()
    }

    /// A string in the format that its name implies, or an example of the document, or any. Names and descriptions are not taken from
    /// examples, because they distinguish items.
    fn word(&self, schema: &Value, name: &str, rng: SeededRng) -> String {
        let description = schema["description"].as_str().unwrap_or_default();
        let is_apart = ["name", "label", "title", "description", "message", "value"]
            .iter()
            .any(|part| name.to_ascii_lowercase().ends_with(part));
        let formed = faker::formed_text(name, self.env.regions, rng);
        let example = || faker::example_in(description, rng).filter(|_| !is_apart);
        formed
            .or_else(example)
            .unwrap_or_else(|| faker::text(name, self.env.regions, rng))
    }

    /// Converts a fact to the type of the schema, including a quoted number; `None` if it does not match.
    pub(crate) fn adapt(&self, schema: &Value, fact: &Value) -> Option<Value> {
        self.adapted(schema, fact, false)
    }

    /// Converts a fact to the type of the schema. A `stored` fact is kept if it violates only an enumeration or `nullable`, and an id is
    /// converted to an object with the id if the schema has one.
    fn adapted(&self, schema: &Value, fact: &Value, stored: bool) -> Option<Value> {
        let schema = self.document.resolve(schema);
        if fact.is_null() {
            return (stored || schema["nullable"] == true).then_some(Value::Null);
        }
        let has_id = |schema: &Value| self.document.property(schema, "id").is_some();
        let with_id = |id: &Value| match id.is_string() || id.is_number() {
            true => json!({"id": id}),
            false => id.clone(),
        };
        let adapted = match (schema["type"].as_str(), fact) {
            (Some("integer"), Value::String(text)) => json!(text.parse::<i64>().ok()?),
            (Some("string"), Value::Number(number)) => json!(number.to_string()),
            (Some("array"), Value::Array(list)) if stored && has_id(&schema["items"]) => {
                list.iter().map(with_id).collect()
            }
            (Some("object"), id) if stored && has_id(schema) => with_id(id),
            _ => fact.clone(),
        };
        self.fits(schema, &adapted, stored).then_some(adapted)
    }

    /// Whether a value matches a schema in its types and property names; enumerations are ignored if it is `stored`.
    fn fits(&self, schema: &Value, value: &Value, stored: bool) -> bool {
        let schema = self.document.resolve(schema);
        if value.is_null() {
            return stored || schema["nullable"] == true;
        }
        let forms = |kind: &str| schema[kind].as_array();
        for kind in ["oneOf", "anyOf"] {
            if let Some(forms) = forms(kind) {
                return forms.iter().any(|form| self.fits(form, value, stored));
            }
        }
        if let Some(parts) = forms("allOf") {
            return parts.iter().all(|part| self.fits(part, value, stored));
        }
        if let Some(known) = schema["enum"].as_array()
            && !stored
            && !known.contains(value)
        {
            return false;
        }
        match (schema["type"].as_str(), value) {
            (Some("integer"), value) => value.is_i64() || value.is_u64(),
            (Some("number"), value) => value.is_number(),
            (Some("boolean"), value) => value.is_boolean(),
            (Some("string"), value) => value.is_string(),
            (Some("array"), Value::Array(list)) => {
                let items = &schema["items"];
                list.iter().all(|item| self.fits(items, item, stored))
            }
            (Some("object"), Value::Object(object)) => object.iter().all(|(name, value)| {
                let property = schema["properties"].get(name);
                property.is_none_or(|property| self.fits(property, value, stored))
            }),
            (Some(_), _) => false,
            (None, _) => true,
        }
    }
}

impl PropertyQuirk {
    fn applied_to(self, value: Value) -> Value {
        match (self, &value) {
            (Self::Zoneless, Value::String(text)) => Value::from(text.trim_end_matches('Z')),
            (Self::Quoted, Value::Number(number)) => Value::from(number.to_string()),
            _ => value,
        }
    }
}

/// The value of a setting, whose name is in the same object.
fn setting_value(property: &str, object: &Map<String, Value>, rng: SeededRng) -> Option<Value> {
    let is_value = property == "settingValue";
    let name = object.get("settingName").filter(|_| is_value)?;
    Some(faker::setting(name.as_str()?, rng))
}

/// A time, in epoch seconds, in the format of a resolved schema.
fn time_value(schema: &Value, time: i64) -> Value {
    let is = |keyword: &str, value: &str| schema[keyword] == value;
    let usual = match is("format", "date") {
        true => "%Y-%m-%d",
        false => "%Y-%m-%dT%H:%M:%SZ",
    };
    // A missing time zone is a quirk.
    let format = schema["x-time-format"].as_str();
    let format = format.filter(|format| *format != "%Y-%m-%dT%H:%M:%S");
    match DateTime::from_timestamp(time, 0) {
        _ if is("format", "epoch-milliseconds") => json!(time * 1000),
        Some(time) if is("type", "string") => {
            let format = format.unwrap_or(usual);
            json!(time.format(format).to_string())
        }
        _ => json!(time),
    }
}

fn integer(schema: &Value, name: &str, mut rng: SeededRng) -> i64 {
    if let Some(moment) = Moment::of(name)
        && let Some(time) = time_value(schema, moment.time(rng)).as_i64()
    {
        return time;
    }
    let number = faker::integer(name, rng);
    match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (None, None) => number,
        (Some(least), None) => number.max(least),
        (least, Some(most)) => {
            let least = least.unwrap_or_default().min(most);
            let range = u64::try_from(most - least).unwrap_or_default();
            match (least..=most).contains(&number) {
                true => number,
                false => {
                    least + i64::try_from(rng.below(range.saturating_add(1))).unwrap_or_default()
                }
            }
        }
    }
}

fn number(schema: &Value, mut rng: SeededRng) -> Value {
    let least = schema["minimum"].as_f64().unwrap_or_default();
    let most = schema["maximum"].as_f64().unwrap_or(least + 100.0);
    #[expect(clippy::cast_precision_loss, reason = "it is below a thousand")]
    let share = rng.below(1000) as f64 / 1000.0;
    Value::from(least + share * (most - least))
}
