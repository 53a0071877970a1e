//! Changes a value in every place, one place at a time, as a service that differs from its documentation would.

use std::fmt;
use std::ops::Range;

use cisco_secure_access_openapi::Candidates;
use serde_json::{Value, json};

use super::schema::{DecoderView, Expectation};

/// How a value is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Null in its place.
    Null,
    /// It is absent.
    Removed,
    /// An undocumented string in the place of a string, which may be one of an enumeration.
    UndocumentedString,
    /// An undocumented property in an object.
    UndocumentedProperty,
    /// A number in quotes.
    QuotedNumber,
    /// `7.0` in the place of `7`.
    RealInteger,
    /// An empty list in the place of a list.
    EmptyList,
    /// A list of one in the place of its element.
    Wrapped,
    /// The element in the place of a list of one.
    Unwrapped,
    /// A value of another JSON type.
    OtherType,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Null => "null",
            Self::Removed => "removed",
            Self::UndocumentedString => "undocumented string",
            Self::UndocumentedProperty => "undocumented property",
            Self::QuotedNumber => "quoted number",
            Self::RealInteger => "integer as 7.0",
            Self::EmptyList => "empty list",
            Self::Wrapped => "list of one",
            Self::Unwrapped => "element of a list of one",
            Self::OtherType => "other type",
        })
    }
}

/// A value with one change.
#[derive(Debug)]
pub struct Mutant {
    /// What was changed.
    pub kind: Kind,
    /// The JSON path of the changed value.
    pub path: String,
    /// The whole value, as JSON text.
    pub text: String,
    /// What the decoder must do with the changed value.
    pub expectation: Expectation,
}

/// The undocumented strings and names.
const UNDOCUMENTED: &str = "something new";

/// All mutants of a value with these schemas.
#[must_use]
pub fn mutants(value: &Value, schemas: &Candidates<'_>) -> Vec<Mutant> {
    let mut writer = Writer::default();
    writer.write(value, schemas.clone(), String::from("$"), None);
    let mut mutants = Vec::new();
    for spot in &writer.spots {
        spot.mutants(&writer.text, &mut mutants);
    }
    mutants
}

/// Writes a value as JSON text, and records the position of each part of it.
#[derive(Default)]
struct Writer<'a> {
    text: String,
    spots: Vec<Spot<'a>>,
}

/// A part of a value.
struct Spot<'a> {
    value: &'a Value,
    schemas: Candidates<'a>,
    path: String,
    /// The position of its text.
    range: Range<usize>,
    /// The text to remove with it: its key, and a comma.
    member: Option<Range<usize>>,
}

impl<'a> Writer<'a> {
    /// Writes a value; `member` is the start of the member of which it is the value, if it is one.
    fn write(
        &mut self,
        value: &'a Value,
        schemas: Candidates<'a>,
        path: String,
        member: Option<usize>,
    ) {
        let start = self.text.len();
        let number = self.spots.len();
        self.spots.push(Spot {
            value,
            schemas: schemas.clone(),
            path: path.clone(),
            range: start..start,
            member: member.map(|start| start..start),
        });
        match value {
            Value::Object(map) => {
                self.text.push('{');
                let children = map.iter().map(|(name, value)| {
                    let key = format!("{}:", Value::from(name.as_str()));
                    let path = schemas.property_path(&path, name);
                    (key, value, schemas.property(name), path)
                });
                self.members(children);
                self.text.push('}');
            }
            Value::Array(items) => {
                self.text.push('[');
                let children = items.iter().enumerate().map(|(index, value)| {
                    let path = format!("{path}[{index}]");
                    (String::new(), value, schemas.item(index), path)
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
        children: impl ExactSizeIterator<Item = (String, &'a Value, Candidates<'a>, String)>,
    ) {
        let last = children.len().saturating_sub(1);
        for (index, (key, value, schemas, path)) in children.enumerate() {
            // The first member includes the comma behind it, the others the one before them.
            let start = self.text.len();
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&key);
            let number = self.spots.len();
            self.write(value, schemas, path, Some(start));
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
    /// Replaces the value, whose text is `own`, by others in its place.
    fn replacements(&self, own: &str, replace: &mut dyn FnMut(Kind, &Value, &str)) {
        replace(Kind::Null, &Value::Null, "null");
        match self.value {
            Value::Array(items) => {
                if !items.is_empty() {
                    replace(Kind::EmptyList, &json!([]), "[]");
                }
                if let [item] = items.as_slice() {
                    replace(Kind::Unwrapped, item, &own[1..own.len() - 1]);
                }
            }
            Value::String(_) if self.schemas.is_string() => {
                let new = json!(UNDOCUMENTED);
                replace(Kind::UndocumentedString, &new, &new.to_string());
            }
            Value::Number(number) => {
                let new = json!(number.to_string());
                replace(Kind::QuotedNumber, &new, &new.to_string());
                if let Some(real) = number.as_f64().filter(|_| !number.is_f64()) {
                    replace(Kind::RealInteger, &json!(real), &format!("{number}.0"));
                }
            }
            _ => {}
        }
        if !self.value.is_array() {
            replace(Kind::Wrapped, &json!([self.value]), &format!("[{own}]"));
        }
        for other in [
            json!({}),
            json!([]),
            json!(UNDOCUMENTED),
            json!(7),
            json!(true),
        ] {
            if std::mem::discriminant(&other) != std::mem::discriminant(self.value) {
                replace(Kind::OtherType, &other, &other.to_string());
            }
        }
    }

    /// Adds all mutants of the value.
    fn mutants(&self, text: &str, mutants: &mut Vec<Mutant>) {
        let replaced = |range: &Range<usize>, new: &str| {
            [&text[..range.start], new, &text[range.end..]].concat()
        };
        let mut add = |kind, range: &Range<usize>, new: &str, expectation| {
            mutants.push(Mutant {
                kind,
                path: self.path.clone(),
                text: replaced(range, new),
                expectation,
            });
        };
        let range = &self.range;
        let own = &text[range.clone()];
        let mut replace = |kind, new: &Value, new_text: &str| {
            add(kind, range, new_text, self.schemas.expectation(new));
        };
        self.replacements(own, &mut replace);
        if let Some(member) = &self.member {
            // Without it, a union can have another variant.
            let expectation = self.schemas.expectation(&Value::Null);
            add(Kind::Removed, member, "", expectation);
        }
        if let Value::Object(properties) = self.value {
            let value = json!([{UNDOCUMENTED: 7}]);
            let comma = if properties.is_empty() { "" } else { "," };
            let start = range.start + 1..range.start + 1;
            mutants.push(Mutant {
                kind: Kind::UndocumentedProperty,
                path: self.schemas.property_path(&self.path, UNDOCUMENTED),
                text: replaced(&start, &format!("\"{UNDOCUMENTED}\":{value}{comma}")),
                expectation: self.schemas.property(UNDOCUMENTED).expectation(&value),
            });
        }
    }
}
