//! The keys of `x-pagination`: what the value of each is, and what it must fit.

use serde_json::{Map, Value};

use super::query_parameters;
use crate::responses::{at, is_any, schema};

/// What the value of a key is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// One of a few words.
    Word(&'static [&'static str]),
    /// The name of a query parameter.
    Parameter,
    /// A number that is not negative.
    Number,
    /// `true`.
    Flag,
    /// The name of a header of the response.
    Header,
    /// A JSON pointer into the response, to a value of one of these types.
    InResponse(&'static [&'static str]),
    /// A JSON pointer into an item of the list, to a value of one of these types.
    InItem(&'static [&'static str]),
}

use Kind::{Flag, Header, InItem, InResponse, Number, Parameter, Word};

/// What a cursor can be.
pub(super) const CURSOR_TYPES: &[&str] = &["string", "integer"];

const KEYS: &[(&str, Kind)] = &[
    ("style", Word(&["offset", "page", "cursor", "single"])),
    ("offset", Parameter),
    ("page", Parameter),
    ("cursor", Parameter),
    ("limit", Parameter),
    ("start", Number),
    ("maximum", Number),
    ("maxOffset", Number),
    ("items", InResponse(&["array"])),
    ("total", InResponse(&["integer", "number"])),
    ("more", InResponse(&["boolean"])),
    ("next", InResponse(CURSOR_TYPES)),
    ("nextHeader", Header),
    ("nextFromItem", InItem(CURSOR_TYPES)),
    ("link", Flag),
    ("maySendAll", Flag),
];

/// The keys of which one must say where a page that begins at a cursor ends.
const NEXT: &[&str] = &["next", "nextHeader", "nextFromItem", "link"];

/// The keys of a list that comes in one response.
const SINGLE: &[&str] = &[
    "style", "limit", "maximum", "items", "total", "more", "link",
];

/// Rejects a rule with a key that does not exist, or whose value does not fit the operation.
pub(super) fn verify(
    rule: &Map<String, Value>,
    operation: &Map<String, Value>,
    schemas: &Value,
) -> Result<(), String> {
    for (key, value) in rule {
        let Some((_, kind)) = KEYS.iter().find(|(known, _)| known == key) else {
            return Err(format!("`{key}` is no key of `x-pagination`"));
        };
        if let Err(expected) = kind.fits(value, rule, operation, schemas) {
            return Err(format!("`{key}` is {value}, not {expected}"));
        }
    }
    for key in ["style", "items"] {
        if !rule.contains_key(key) {
            return Err(format!("`{key}` is missing"));
        }
    }
    let style = rule["style"].as_str().unwrap_or("");
    if style == "single" {
        return match rule.keys().find(|key| !SINGLE.contains(&key.as_str())) {
            Some(key) => Err(format!("`{key}` belongs to a style with several pages")),
            None => Ok(()),
        };
    }
    if !rule.contains_key(style) {
        return Err(format!("`{style}` is missing, the parameter of its style"));
    }
    if style == "cursor" && !NEXT.iter().any(|key| rule.contains_key(*key)) {
        return Err("its response has no cursor for the next page".into());
    }
    if style != "offset" && rule.contains_key("maxOffset") {
        return Err("`maxOffset` belongs to the style `offset`".into());
    }
    Ok(())
}

impl Kind {
    /// Says what is expected where the value is something else.
    fn fits(
        self,
        value: &Value,
        rule: &Map<String, Value>,
        operation: &Map<String, Value>,
        schemas: &Value,
    ) -> Result<(), String> {
        let text = value.as_str();
        let (fits, expected) = match self {
            Word(words) => (
                text.is_some_and(|text| words.contains(&text)),
                format!("one of {}", words.join(", ")),
            ),
            Parameter => (
                query_parameters(operation).any(|parameter| parameter["name"] == *value),
                "the name of a query parameter".to_owned(),
            ),
            Number => (value.is_u64(), "a number that is not negative".to_owned()),
            Flag => (*value == true, "true".to_owned()),
            Header => (
                text.is_some_and(|text| !text.is_empty()),
                "the name of a header".to_owned(),
            ),
            InResponse(types) => (
                text.zip(schema(operation))
                    .is_some_and(|(pointer, schema)| is_any(&at(schema, pointer, schemas), types)),
                format!("a pointer to {} of its response", article(types)),
            ),
            InItem(types) => {
                let lists = rule["items"].as_str().zip(schema(operation));
                let lists = lists.map(|(items, schema)| at(schema, items, schemas));
                let fits = |pointer: &str| {
                    let items = lists.iter().flatten().filter_map(|list| list.get("items"));
                    items
                        .into_iter()
                        .any(|item| is_any(&at(item, pointer, schemas), types))
                };
                (
                    text.is_some_and(fits),
                    format!("a pointer to {} of an item", article(types)),
                )
            }
        };
        if fits { Ok(()) } else { Err(expected) }
    }
}

fn article(types: &[&str]) -> String {
    let words = types.iter().map(|word| match *word {
        "array" | "integer" => format!("an {word}"),
        word => format!("a {word}"),
    });
    words.collect::<Vec<_>>().join(" or ")
}
