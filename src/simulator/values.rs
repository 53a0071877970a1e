//! Values for any schema, made by chance from a seed, around facts that are known.
//!
//! The same function makes the answer of an operation that has no state, the row of a listing and the view of a stored item: facts are the
//! properties that are known, and everything else is made up, always in the same way.

use cisco_secure_access_openapi::{Document, reference};
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::habits::{Habit, Habits, Odd};
use super::plausible::{self, Pattern};

/// At this depth only what is required is made, and lists are as short as they may be.
const DEEP: usize = 6;
/// At this depth nothing is made any more.
const DEEPEST: usize = 14;

/// What is the same for all values of a simulator.
#[derive(Debug)]
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) regions: &'static [&'static str],
    pub(super) habits: Habits,
}

/// Makes values of the schemas of a document.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) document: &'a Document,
    pub(super) world: &'a World,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Spot<'s> {
    /// The name of its property.
    name: &'s str,
    /// The name of the schema that its schema came from.
    owner: &'s str,
    depth: usize,
    /// Whether properties that are not required are made as well.
    full: bool,
    /// Whether it is made for a request.
    sent: bool,
}

impl<'a> Values<'a> {
    /// A value with everything that its schema documents; `facts` has the properties that are known.
    pub(super) fn make(&self, schema: &Value, facts: &Value, dice: Dice) -> Value {
        let spot = Spot {
            name: "",
            owner: "",
            depth: 0,
            full: true,
            sent: false,
        };
        self.value(schema, spot, facts, dice)
    }

    /// A value that a request may send: what only answers have is left out, and what is not required where not everything is wanted.
    pub(super) fn sent(&self, schema: &Value, name: &str, everything: bool, dice: Dice) -> Value {
        let spot = Spot {
            name,
            owner: "",
            depth: 0,
            full: everything,
            sent: true,
        };
        self.value(schema, spot, &Value::Null, dice)
    }

    fn value(&self, schema: &Value, spot: Spot<'_>, facts: &Value, mut dice: Dice) -> Value {
        if spot.depth > DEEPEST {
            return Value::Null;
        }
        if let Some(owner) = reference(schema) {
            let spot = Spot { owner, ..spot };
            let schema = self.document.schema(owner).unwrap_or(&Value::Null);
            return self.value(schema, spot, facts, dice);
        }
        if let Some(known) = schema["enum"].as_array() {
            let known: Vec<&Value> = known.iter().filter(|value| !value.is_null()).collect();
            return dice
                .pick(&known)
                .map_or(Value::Null, |value| (*value).clone());
        }
        for kind in ["oneOf", "anyOf"] {
            if let Some(forms) = schema[kind].as_array() {
                return self.form(schema, forms, spot, facts, dice);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.whole(parts, spot, facts, dice);
        }
        if let Some(elements) = schema["x-tuple"].as_array() {
            return self.tuple(elements, spot, dice);
        }
        match schema["type"].as_str() {
            Some("array") => self.array(schema, spot, facts, dice),
            Some("string") => Value::from(self.text(schema, spot.name, dice)),
            Some("integer") => Value::from(integer(schema, spot.name, dice)),
            Some("number") => number(schema, dice),
            Some("boolean") => Value::from(spot.name == "success" || dice.happens(0.5)),
            Some("object") => self.object(schema, spot, facts, dice),
            _ if schema["properties"].is_object() => self.object(schema, spot, facts, dice),
            _ => Value::from(plausible::text(spot.name, self.world.regions, dice)),
        }
    }

    /// One of several forms: the one that the facts belong to, or any.
    fn form(
        &self,
        schema: &Value,
        forms: &[Value],
        spot: Spot<'_>,
        facts: &Value,
        mut dice: Dice,
    ) -> Value {
        let known = |form: &&Value| {
            let names = facts.as_object().into_iter().flatten();
            names
                .filter(|(name, value)| {
                    let property = self.document.property(form, name);
                    property.is_some_and(|property| self.adapt(property, value).is_some())
                })
                .count()
        };
        let best = forms
            .iter()
            .map(|form| known(&form))
            .max()
            .unwrap_or_default();
        let keyed = self.world.habits.has(Habit::Keyed);
        let is_unusual = |form: &Value| match keyed {
            true => form["type"] == "array",
            false => form["additionalProperties"].is_object(),
        };
        let has_both = ["array", "object"]
            .iter()
            .all(|kind| forms.iter().any(|form| form["type"] == *kind));
        let likely: Vec<&Value> = forms
            .iter()
            .filter(|form| known(form) == best && !(has_both && is_unusual(form)))
            .collect();
        let Some(form) = dice.pick(&likely) else {
            return Value::Null;
        };
        let mut value = self.value(form, spot, facts, dice);
        let tag = schema["discriminator"]["propertyName"].as_str();
        let mut tags = schema["discriminator"]["mapping"]
            .as_object()
            .into_iter()
            .flatten();
        if let (Some(tag), Value::Object(object)) = (tag, &mut value)
            && let Some((name, _)) = tags.find(|(_, reference)| **reference == form["$ref"])
        {
            object.insert(tag.to_owned(), Value::from(name.as_str()));
        }
        value
    }

    /// All of several parts in one.
    fn whole(&self, parts: &[Value], spot: Spot<'_>, facts: &Value, dice: Dice) -> Value {
        let mut parts = parts.iter().map(|part| self.value(part, spot, facts, dice));
        let mut whole = parts.next().unwrap_or_default();
        for part in parts {
            if let (Value::Object(whole), Value::Object(part)) = (&mut whole, part) {
                whole.extend(part);
            }
        }
        whole
    }

    fn object(&self, schema: &Value, spot: Spot<'_>, facts: &Value, dice: Dice) -> Value {
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|list| list.iter().any(|known| known == name));
        let full = spot.full && spot.depth < DEEP;
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let fact = facts.get(name).and_then(|fact| self.adapt(property, fact));
            let is_wanted = is_required(name) || (full && property["deprecated"] != true);
            let is_answered = spot.sent && self.document.resolve(property)["readOnly"] == true;
            if is_answered || (fact.is_none() && !is_wanted) {
                continue;
            }
            let dice = dice.of(name);
            let odd = match spot.sent {
                true => None,
                false => self.world.habits.of_property(spot.owner, name, dice),
            };
            let inner = Spot {
                name,
                owner: "",
                depth: spot.depth + 1,
                full,
                ..spot
            };
            let value = match (odd, fact) {
                (Some(Odd::Missing), None) => continue,
                (Some(Odd::Is(value)), None) => value,
                (odd, fact) => {
                    let value = match fact {
                        Some(fact) => self.around(property, inner, fact, dice),
                        None => self.value(property, inner, &Value::Null, dice),
                    };
                    odd.map_or(value.clone(), |odd| odd.applied_to(value))
                }
            };
            object.insert(name.clone(), value);
        }
        let extra = &schema["additionalProperties"];
        if object.is_empty() && extra.is_object() && full {
            let inner = Spot {
                depth: spot.depth + 1,
                ..spot
            };
            for key in ["first", "second"] {
                let value = self.value(extra, inner, &Value::Null, dice.of(key));
                object.insert(key.to_owned(), value);
            }
        }
        Value::Object(object)
    }

    /// A value that is known, with what its schema requires besides.
    fn around(&self, schema: &Value, spot: Spot<'_>, fact: Value, dice: Dice) -> Value {
        match fact {
            // Nothing is documented about it: it is kept as it is.
            Value::Object(_) if self.document.property_names(schema).is_empty() => fact,
            Value::Object(_) => {
                let full = false;
                self.value(schema, Spot { full, ..spot }, &fact, dice)
            }
            Value::Array(list) => {
                let items = &self.document.resolve(schema)["items"];
                let list = list
                    .into_iter()
                    .enumerate()
                    .map(|(index, fact)| self.around(items, spot, fact, dice.at(index as u64)));
                Value::Array(list.collect())
            }
            known => known,
        }
    }

    /// A list of values by position, each with a schema of its own.
    fn tuple(&self, elements: &[Value], spot: Spot<'_>, dice: Dice) -> Value {
        let element = |element: &Value| {
            let name = element["name"].as_str().unwrap_or_default();
            let inner = Spot {
                name,
                owner: "",
                depth: spot.depth + 1,
                ..spot
            };
            self.value(&element["schema"], inner, &Value::Null, dice.of(name))
        };
        elements.iter().map(element).collect()
    }

    fn array(&self, schema: &Value, spot: Spot<'_>, facts: &Value, mut dice: Dice) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or_default();
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        let count = match spot.full && spot.depth < DEEP {
            true => (1 + dice.below(2)).clamp(least, most.max(least)),
            false => least,
        };
        let inner = Spot {
            depth: spot.depth + 1,
            ..spot
        };
        let item = |index| self.value(&schema["items"], inner, facts, dice.at(index));
        Value::Array((0..count).map(item).collect())
    }

    fn text(&self, schema: &Value, name: &str, mut dice: Dice) -> String {
        if schema["x-secret"] == true {
            return plausible::secret(dice);
        }
        let text = match schema["format"].as_str() {
            Some("date-time") => plausible::time(dice)
                .format("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
            Some("date") => plausible::time(dice).format("%Y-%m-%d").to_string(),
            Some("uuid") => uuid(dice.roll(), dice.roll()),
            Some("password") => plausible::secret(dice),
            _ => plausible::text(name, self.world.regions, dice),
        };
        let text = match schema["pattern"].as_str().and_then(Pattern::of) {
            Some(pattern) if !pattern.fits(&text) => pattern.make(dice),
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

    /// A fact as the schema wants it, a number in a text included; `None` where it does not fit.
    pub(super) fn adapt(&self, schema: &Value, fact: &Value) -> Option<Value> {
        let schema = self.document.resolve(schema);
        if fact.is_null() {
            return (schema["nullable"] == true).then_some(Value::Null);
        }
        let adapted = match (schema["type"].as_str(), fact) {
            (Some("integer"), Value::String(text)) => json!(text.parse::<i64>().ok()?),
            (Some("string"), Value::Number(number)) => json!(number.to_string()),
            _ => fact.clone(),
        };
        self.fits(schema, &adapted).then_some(adapted)
    }

    /// Whether a value is of a schema, as far as types and names of properties tell.
    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.document.resolve(schema);
        if value.is_null() {
            return schema["nullable"] == true;
        }
        let forms = |kind: &str| schema[kind].as_array();
        for kind in ["oneOf", "anyOf"] {
            if let Some(forms) = forms(kind) {
                return forms.iter().any(|form| self.fits(form, value));
            }
        }
        if let Some(parts) = forms("allOf") {
            return parts.iter().all(|part| self.fits(part, value));
        }
        if let Some(known) = schema["enum"].as_array()
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
                list.iter().all(|item| self.fits(&schema["items"], item))
            }
            (Some("object"), Value::Object(object)) => object.iter().all(|(name, value)| {
                let property = schema["properties"].get(name);
                property.is_none_or(|property| self.fits(property, value))
            }),
            (Some(_), _) => false,
            (None, _) => true,
        }
    }
}

impl Odd {
    fn applied_to(self, value: Value) -> Value {
        match (self, &value) {
            (Self::Zoneless, Value::String(text)) => Value::from(text.trim_end_matches('Z')),
            (Self::Quoted, Value::Number(number)) => Value::from(number.to_string()),
            _ => value,
        }
    }
}

/// A version 4 UUID of these bits.
pub(super) fn uuid(high: u64, low: u64) -> String {
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
    let (d, e) = ((low >> 48) & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
    format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{e:012x}")
}

fn integer(schema: &Value, name: &str, mut dice: Dice) -> i64 {
    let number = plausible::integer(name, dice);
    match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (None, None) => number,
        (Some(least), None) => number.max(least),
        (least, Some(most)) => {
            let least = least.unwrap_or_default().min(most);
            let range = u64::try_from(most - least).unwrap_or_default();
            match (least..=most).contains(&number) {
                true => number,
                false => {
                    least + i64::try_from(dice.below(range.saturating_add(1))).unwrap_or_default()
                }
            }
        }
    }
}

fn number(schema: &Value, mut dice: Dice) -> Value {
    let least = schema["minimum"].as_f64().unwrap_or_default();
    let most = schema["maximum"].as_f64().unwrap_or(least + 100.0);
    #[expect(clippy::cast_precision_loss, reason = "it is below a thousand")]
    let share = dice.below(1000) as f64 / 1000.0;
    Value::from(least + share * (most - least))
}
