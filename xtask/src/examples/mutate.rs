//! Changes a value at every place, one place at a time, as a service that does not follow its documentation would.

use std::fmt;
use std::ops::Range;

use serde_json::{Value, json};

use super::schema::Place;

/// What is done to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Null in its place.
    Null,
    /// Null in the place of a list.
    NullForList,
    /// It is not there.
    Removed,
    /// A text that is not documented in the place of a text, which may be one of a few.
    UnknownText,
    /// One more property in an object.
    ExtraProperty,
    /// A number between quotes.
    NumberAsText,
    /// `7.0` in the place of `7`.
    IntegerAsReal,
    /// An empty list in the place of a list.
    EmptyList,
    /// A value of another type.
    OtherType,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Null => "null",
            Self::NullForList => "null for a list",
            Self::Removed => "removed",
            Self::UnknownText => "unknown text",
            Self::ExtraProperty => "extra property",
            Self::NumberAsText => "number as text",
            Self::IntegerAsReal => "integer as 7.0",
            Self::EmptyList => "empty list",
            Self::OtherType => "other type",
        })
    }
}

/// A value with one change.
#[derive(Debug)]
pub struct Mutant {
    /// What was changed.
    pub kind: Kind,
    /// The JSON path of the place.
    pub path: String,
    /// The changed value, as JSON text.
    pub text: String,
    /// Whether the crate must read it; `None` where it may refuse it.
    pub reads: Option<bool>,
}

/// The texts that stand in the place of documented ones.
const UNKNOWN: &str = "something new";

/// All mutants of a value, of which the specification says `schema`.
#[must_use]
pub fn mutants(value: &Value, schema: &Place<'_>) -> Vec<Mutant> {
    let mut writer = Writer::default();
    writer.write(value, schema.clone(), String::from("$"), None);
    let mut mutants = Vec::new();
    for spot in &writer.spots {
        spot.mutants(&writer.text, &mut mutants);
    }
    mutants
}

/// Writes a value as JSON text and takes down where each part of it stands.
#[derive(Default)]
struct Writer<'a> {
    text: String,
    spots: Vec<Spot<'a>>,
}

/// A part of a value.
struct Spot<'a> {
    value: &'a Value,
    schema: Place<'a>,
    path: String,
    /// Where its text is.
    range: Range<usize>,
    /// What has to go with it when it is removed: its key, and a comma.
    member: Option<Range<usize>>,
}

impl<'a> Writer<'a> {
    /// `member` is where the member begins that this value is the value of, if it is one.
    fn write(&mut self, value: &'a Value, schema: Place<'a>, path: String, member: Option<usize>) {
        let start = self.text.len();
        let number = self.spots.len();
        self.spots.push(Spot {
            value,
            schema: schema.clone(),
            path: path.clone(),
            range: start..start,
            member: member.map(|start| start..start),
        });
        match value {
            Value::Object(map) => {
                self.text.push('{');
                let children = map.iter().map(|(name, value)| {
                    let key = format!("{}:", Value::from(name.as_str()));
                    (key, value, schema.property(name), format!("{path}.{name}"))
                });
                self.members(children);
                self.text.push('}');
            }
            Value::Array(items) => {
                self.text.push('[');
                let children = items.iter().enumerate().map(|(index, value)| {
                    (
                        String::new(),
                        value,
                        schema.item(),
                        format!("{path}[{index}]"),
                    )
                });
                self.members(children);
                self.text.push(']');
            }
            scalar => self.text.push_str(&scalar.to_string()),
        }
        let end = self.text.len();
        let spot = &mut self.spots[number];
        spot.range.end = end;
        if let Some(member) = &mut spot.member {
            member.end = end;
        }
    }

    fn members(
        &mut self,
        children: impl ExactSizeIterator<Item = (String, &'a Value, Place<'a>, String)>,
    ) {
        let last = children.len().saturating_sub(1);
        for (index, (key, value, schema, path)) in children.enumerate() {
            // The first takes the comma behind it along, the others the one before them.
            let start = self.text.len();
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&key);
            let number = self.spots.len();
            self.write(value, schema, path, Some(start));
            if index == 0
                && last > 0
                && let Some(member) = &mut self.spots[number].member
            {
                member.end += 1;
            }
        }
    }
}

impl Spot<'_> {
    fn mutants(&self, text: &str, mutants: &mut Vec<Mutant>) {
        let mut add = |kind, range: &Range<usize>, new: &str, reads| {
            mutants.push(Mutant {
                kind,
                path: self.path.clone(),
                text: [&text[..range.start], new, &text[range.end..]].concat(),
                reads,
            });
        };
        let range = &self.range;
        let always = Some(true);
        let null = if self.value.is_array() {
            Kind::NullForList
        } else {
            Kind::Null
        };
        add(null, range, "null", always);
        if let Some(member) = &self.member {
            add(Kind::Removed, member, "", always);
        }
        match self.value {
            Value::Array(_) => add(Kind::EmptyList, range, "[]", always),
            Value::Object(map) if !self.schema.property(UNKNOWN).is_described() => {
                let comma = if map.is_empty() { "" } else { "," };
                let at = range.start + 1..range.start + 1;
                let new = format!("\"{UNKNOWN}\":[{{\"{UNKNOWN}\":7}}]{comma}");
                add(Kind::ExtraProperty, &at, &new, always);
            }
            Value::String(_) if self.schema.is_text() => {
                add(Kind::UnknownText, range, &format!("\"{UNKNOWN}\""), always);
            }
            Value::Number(number) => {
                add(Kind::NumberAsText, range, &format!("\"{number}\""), always);
                if number.is_i64() || number.is_u64() {
                    add(Kind::IntegerAsReal, range, &format!("{number}.0"), always);
                }
            }
            _ => {}
        }
        for other in [json!({}), json!([]), json!(UNKNOWN), json!(7), json!(true)] {
            if std::mem::discriminant(&other) != std::mem::discriminant(self.value) {
                let reads = self.schema.reads(&other);
                add(Kind::OtherType, range, &other.to_string(), reads);
            }
        }
    }
}
