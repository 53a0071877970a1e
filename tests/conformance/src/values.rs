//! Values made from schemas: valid according to the document, and the same for the same seed.

use cisco_secure_access::{Operation, PaginationStyle};
use fastrand::Rng;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::case::{Case, ParameterLocation, Values};
use crate::specification::Specification;

/// The extent of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Only required properties.
    Required,
    /// All properties.
    Full,
}

/// The direction of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the service: without read-only properties.
    Request,
    /// From the service: without write-only properties.
    Response,
}

/// Generates values from the schemas of a document.
#[derive(Debug)]
pub struct Maker<'a> {
    specification: &'a Specification,
    random: Rng,
    extent: Extent,
    direction: Direction,
}

/// The maximum depth of values, except for required ones.
const DEEPEST: usize = 6;

/// The number of characters and elements if it is not documented.
const USUAL_LENGTH: u64 = 8;
const USUAL_COUNT: u64 = 2;

/// A day in 2023, in seconds, and the number of seconds after it to select from.
const FIRST_SECOND: i64 = 1_700_000_000;
const SECONDS: i64 = 50_000_000;

/// The seed of an operation; `CONFORMANCE_SEED` selects another one.
#[must_use]
pub fn seed(operation: &Operation) -> u64 {
    let base = std::env::var("CONFORMANCE_SEED").ok();
    let base = base.and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let name = operation.scope.bytes().chain(operation.id.bytes());
    name.fold(base, |seed: u64, byte| {
        seed.wrapping_mul(31).wrapping_add(byte.into())
    })
}

/// The values of the arguments of a call.
#[must_use]
pub fn arguments(specification: &Specification, case: &Case, extent: Extent, seed: u64) -> Values {
    let mut maker = Maker::new(specification, extent, Direction::Request, seed);
    let mut values = Values::default();
    let pagination = case.operation.pagination;
    let position = pagination
        .filter(|pagination| pagination.style != PaginationStyle::Cursor)
        .map(|pagination| pagination.offset_param);
    for (index, argument) in case.arguments.iter().enumerate() {
        if argument.required || extent == Extent::Full {
            let holder = specification.at(argument.pointer);
            let value = match (argument.location, specification.schema(holder)) {
                (ParameterLocation::Part(_), _) | (_, None) => maker.text(USUAL_LENGTH).into(),
                (ParameterLocation::Query(name, _), Some(schema)) if Some(name) == position => {
                    maker.number_of(schema)
                }
                (_, Some(schema)) => match maker.time(holder) {
                    Some(time) => time.into(),
                    None => maker.value(schema),
                },
            };
            values.set(index, value);
        }
    }
    values
}

impl<'a> Maker<'a> {
    /// A generator whose values depend on the seed.
    #[must_use]
    pub fn new(
        specification: &'a Specification,
        extent: Extent,
        direction: Direction,
        seed: u64,
    ) -> Self {
        Self {
            specification,
            random: Rng::with_seed(seed),
            extent,
            direction,
        }
    }

    /// Generates a value of a schema.
    pub fn value(&mut self, schema: &Value) -> Value {
        self.below(schema, 0)
    }

    /// Generates a value with a list at a JSON pointer, if the schema allows it.
    pub fn value_with(&mut self, schema: &Value, pointer: &str) -> Option<Value> {
        /// The number of attempts in which each variant of a union occurs.
        const TRIES: usize = 64;
        (0..TRIES)
            .map(|_| self.value(schema))
            .find(|value| value.pointer(pointer).is_some_and(Value::is_array))
    }

    fn below(&mut self, schema: &Value, depth: usize) -> Value {
        let schema = self.resolved(schema);
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<_> = values.iter().filter(|value| !value.is_null()).collect();
            return self.choice(&values).copied().cloned().unwrap_or_default();
        }
        match kind(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.list(&schema, depth),
            "string" => self.string(&schema).into(),
            "boolean" => self.random.bool().into(),
            "integer" => {
                let (least, most) = bounds(&schema);
                self.random.i64(least..=most).into()
            }
            "number" => {
                let (least, most) = bounds(&schema);
                let quarters = self
                    .random
                    .i64(least.saturating_mul(4)..=most.saturating_mul(4));
                // Exact in binary, and in the decimals of JSON.
                json!(quarters as f64 / 4.0)
            }
            _ => self.text(USUAL_LENGTH).into(),
        }
    }

    /// A schema without references, compositions and unions.
    fn resolved(&mut self, schema: &Value) -> Value {
        let schema = self.specification.resolve(schema);
        let mut own = schema.as_object().cloned().unwrap_or_default();
        if let Some(Value::Array(parts)) = own.remove("allOf") {
            for part in parts {
                let part = self.resolved(&part);
                add(&mut own, part);
            }
        }
        let unions = [own.remove("oneOf"), own.remove("anyOf")];
        for variants in unions.iter().flatten().filter_map(Value::as_array) {
            let variant = match own.remove("discriminator") {
                Some(discriminator) => self.discriminated_variant(&discriminator),
                None => self.choice(variants).cloned(),
            };
            let variant = self.resolved(&variant.unwrap_or_default());
            add(&mut own, variant);
        }
        Value::Object(own)
    }

    /// One of the variants of a discriminator, with the value that names it.
    fn discriminated_variant(&mut self, discriminator: &Value) -> Option<Value> {
        let property = discriminator.get("propertyName")?.as_str()?;
        let mapping: Vec<_> = discriminator.get("mapping")?.as_object()?.iter().collect();
        let (tag, reference) = *self.choice(&mapping)?;
        let tagged = json!({"type": "string", "enum": [tag]});
        Some(json!({
            "allOf": [{"$ref": reference}],
            "properties": {property: tagged},
            "required": [property],
        }))
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let everything = self.extent == Extent::Full && depth < DEEPEST;
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut object = Map::new();
        for (name, property) in properties.into_iter().flatten() {
            if (everything || is_required(name)) && self.has_direction(property) {
                object.insert(name.clone(), self.below(property, depth + 1));
            }
        }
        if everything && properties.is_none() {
            let values = match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => values.clone(),
                _ => Value::Null,
            };
            for _ in 0..USUAL_COUNT {
                object.insert(self.text(USUAL_LENGTH), self.below(&values, depth + 1));
            }
        }
        Value::Object(object)
    }

    /// Whether a property occurs in the direction of the value.
    fn has_direction(&self, property: &Value) -> bool {
        let key = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let target = self.specification.resolve(property);
        target.get(key) != Some(&Value::Bool(true))
    }

    fn list(&mut self, schema: &Value, depth: usize) -> Value {
        let usual = match self.extent {
            _ if depth >= 2 * DEEPEST => 0,
            Extent::Full if depth < DEEPEST => USUAL_COUNT,
            _ => 1,
        };
        let count = within(schema, usual, "minItems", "maxItems");
        let items = schema.get("items").cloned().unwrap_or_default();
        (0..count).map(|_| self.below(&items, depth + 1)).collect()
    }

    fn string(&mut self, schema: &Value) -> String {
        let second = FIRST_SECOND + self.random.i64(0..SECONDS);
        let moment = chrono::DateTime::from_timestamp(second, 0).unwrap_or_default();
        match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => return moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Some("date") => return moment.format("%Y-%m-%d").to_string(),
            Some("ip") => return format!("192.0.2.{}", self.random.u8(..)),
            Some("uuid") => {
                let [one, two] = [self.random.u64(..), self.random.u64(..)];
                return format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    one >> 32,
                    one >> 16 & 0xffff,
                    one & 0xfff,
                    two >> 48 & 0xfff,
                    two & 0xffff_ffff_ffff
                );
            }
            _ => {}
        }
        match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => self.of_pattern(pattern, schema),
            None => {
                let length = within(schema, USUAL_LENGTH, "minLength", "maxLength");
                self.text(length)
            }
        }
    }

    /// A string that matches a pattern, of an accepted length.
    fn of_pattern(&mut self, pattern: &str, schema: &Value) -> String {
        /// Most strings that match a pattern have an accepted length.
        const TRIES: usize = 200;
        // `\s` and `\d` are limited to ASCII, which the service supports.
        let unanchored = pattern.trim_start_matches('^').trim_end_matches('$');
        let mut seed = [0; 32];
        self.random.fill(&mut seed);
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        let texts = string_regex(&format!("(?-u){unanchored}"));
        let mut text = || Some(texts.as_ref().ok()?.new_tree(&mut runner).ok()?.current());
        let fits = |text: &String| {
            let length = text.chars().count() as u64;
            within(schema, length, "minLength", "maxLength") == length && text.trim() == text
        };
        (0..TRIES)
            .filter_map(|_| text())
            .find(fits)
            .unwrap_or_default()
    }

    /// A string with this number of letters and digits.
    fn text(&mut self, length: u64) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }

    /// The position of a page, which is a number even if its schema is a string.
    fn number_of(&mut self, schema: &Value) -> Value {
        match self.value(schema) {
            Value::String(_) => self.random.u8(1..).to_string().into(),
            number => number,
        }
    }

    /// A time in the format of a parameter, if it differs from its schema; the end of a period is not before its start.
    fn time(&mut self, parameter: &Value) -> Option<&'static str> {
        let is_end = matches!(parameter.get("name")?.as_str()?, "to" | "stop");
        let times: &[&str] = match (parameter.get("x-time")?.as_str()?, is_end) {
            ("reporting", false) => &["-7days", "-1days", "-60minutes"],
            ("reporting", true) => &["-5minutes", "now"],
            (_, false) => &["2026-01-29", "2026-01-30T12:30:00Z"],
            (_, true) => &["2026-01-31", "2026-01-31T12:30:00Z"],
        };
        self.choice(times).copied()
    }

    fn choice<'b, T>(&mut self, values: &'b [T]) -> Option<&'b T> {
        values.get(self.random.usize(..values.len().max(1)))
    }
}

/// Adds a part of a composition to a schema.
fn add(schema: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (key, value) in part {
        match (schema.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(more)) if key == "properties" => {
                for (name, property) in more {
                    known.entry(name).or_insert(property);
                }
            }
            (Some(Value::Array(known)), Value::Array(more)) if key == "required" => {
                known.extend(more);
            }
            (Some(_), _) => {}
            (None, value) => {
                schema.insert(key, value);
            }
        }
    }
}

/// The JSON type of a schema.
fn kind(schema: &Value) -> &str {
    match schema.get("type").and_then(Value::as_str) {
        Some(word) => word,
        None if schema.get("properties").is_some() => "object",
        None if schema.get("items").is_some() => "array",
        None => "any",
    }
}

/// The minimum and the maximum of a schema.
fn bounds(schema: &Value) -> (i64, i64) {
    const USUAL: i64 = 9999;
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least = bound("minimum").map(|least| least.ceil() as i64);
    let most = bound("maximum").map(|most| most.floor() as i64);
    match (least, most) {
        (Some(least), Some(most)) => (least, most),
        (Some(least), None) => (least, least.saturating_add(USUAL)),
        (None, Some(most)) => (most.min(1), most),
        (None, None) => (1, USUAL),
    }
}

/// A length or count that a schema accepts, the default if possible.
fn within(schema: &Value, usual: u64, least: &str, most: &str) -> u64 {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    usual
        .min(bound(most).unwrap_or(u64::MAX))
        .max(bound(least).unwrap_or(0))
}

/// Sets or removes the property at a JSON pointer, if its object exists.
pub(crate) fn put(page: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((holder, name)) = pointer.rsplit_once('/') else {
        return;
    };
    if let Some(Value::Object(holder)) = page.pointer_mut(holder) {
        match value {
            Some(value) => holder.insert(name.to_owned(), value),
            None => holder.remove(name),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_values() {
        let specification = Specification::of("policies");
        for case in crate::cases::all().filter(|case| case.operation.scope == "policies") {
            let values = |seed| arguments(&specification, case, Extent::Full, seed);
            let text = |seed| format!("{:?}", values(seed));
            assert_eq!(text(1), text(1), "{}", case.method);
        }
    }

    #[test]
    fn strings_match_their_patterns() {
        let specification = Specification::of("auth");
        let mut maker = Maker::new(&specification, Extent::Full, Direction::Request, 1);
        for (pattern, length) in [
            ("^(OPEN|CLOSED)$", 7),
            ("[0-9A-Fa-f]{12}", 12),
            ("^[a-z-_\\s]+$", 3),
        ] {
            let schema = json!({"type": "string", "pattern": pattern, "maxLength": length});
            for _ in 0..50 {
                let text = maker.value(&schema);
                let text = text.as_str().unwrap_or_default();
                assert!(
                    !text.is_empty() && text.len() <= length,
                    "{pattern}: {text:?}"
                );
            }
        }
    }
}
