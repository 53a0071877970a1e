//! Decides which numbers are integers and which are real.
//!
//! Upstream writes `type: number` for ids, counts, offsets and epochs, too. A number is
//! - real, if it has the format `float` or `double`, or a bound, value or default with a fraction;
//! - an integer, if it has a format of integers, an `enum` of integers, or a name whose last word is that of ids, counts and epochs: `ruleId` and
//!   `paid_count` are integers, `paid` is none. The words of a name that upstream writes in one are those of its entry in `x-rust-names`;
//! - else undecided until an overlay says `format: double` or `type: integer`. Until then it is real, so that every value can be decoded.

use cisco_secure_access_openapi::rust_name;
use cisco_secure_access_openapi::words::words;
use serde_json::{Map, Value};

use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::report::Pointer;
use crate::rust_names::TABLE;

/// The formats of real numbers.
const REAL_FORMATS: &[&str] = &["float", "double"];

/// The formats of integers.
const INTEGER_FORMATS: &[&str] = &[
    "int32",
    "int64",
    "epoch-seconds",
    "epoch-milliseconds",
    "epoch-nanoseconds",
];

/// The last words of the names of ids, counts, positions in lists, codes and epochs.
const COUNTED: &[&str] = &[
    "id",
    "ids",
    "count",
    "requests",
    "limit",
    "offset",
    "port",
    "code",
    "timestamp",
];

/// The keys under which the schemas of elements and values stand, which have the name of what holds them.
const UNNAMED: &[&str] = &["schema", "items", "additionalProperties"];

/// What became of the schemas of numbers.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// How many became integers.
    pub integers: usize,
    /// How many are real.
    pub reals: usize,
    /// The pointers of those that an overlay must decide, each with what was found.
    pub undecided: Vec<(String, String)>,
}

/// Makes integers of the numbers of the merged document that are integers.
pub(crate) fn infer(whole: &mut Value) -> Numbers {
    let mut numbers = Numbers::default();
    let table = whole[TABLE].clone();
    let mut parameter = String::new();
    let mut visit = |shape: &Shape, object: &mut Map<String, Value>, at: &Pointer| {
        if shape.name == "parameter" {
            // Its schema is visited next.
            parameter = text(object, "name").to_owned();
        } else if shape.name == "schema" {
            let name = rust_name(&table, wire_name(at.as_str(), &parameter));
            decide(object, at.as_str(), name, &mut numbers);
        }
    };
    walk(
        whole,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    numbers
}

/// Decides on the schema at `at`, which has this name.
fn decide(schema: &mut Map<String, Value>, at: &str, name: &str, numbers: &mut Numbers) {
    let format = text(schema, "format");
    let is_real = REAL_FORMATS.contains(&format);
    let mut undecided = |found: &str| numbers.undecided.push((at.to_owned(), found.to_owned()));
    match text(schema, "type") {
        "integer" if is_real => {
            undecided(&format!("`format: {format}` beside `type: integer`"));
            schema.insert("type".into(), "number".into());
        }
        "number" if is_real || has_fraction(schema) => numbers.reals += 1,
        "number" if is_integer(schema, name) => {
            schema.insert("type".into(), "integer".into());
            numbers.integers += 1;
        }
        "number" => undecided("`type: number`, which can be an integer or real"),
        _ => {}
    }
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The name of the property or schema at a pointer, or of the last parameter.
fn wire_name<'a>(at: &'a str, parameter: &'a str) -> &'a str {
    let mut tokens: Vec<&str> = at.split('/').collect();
    while tokens.last().is_some_and(|token| UNNAMED.contains(token)) {
        tokens.pop();
    }
    match tokens.as_slice() {
        [.., "parameters", _] => parameter,
        [.., name] => name,
        [] => "",
    }
}

/// Whether a number is evidently an integer.
fn is_integer(schema: &Map<String, Value>, name: &str) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    INTEGER_FORMATS.contains(&text(schema, "format"))
        || values.is_some_and(|values| !values.is_empty())
        || words(name)
            .last()
            .is_some_and(|last| COUNTED.contains(&last.as_str()))
}

/// Whether the bounds, values or default of a schema show that it is no integer.
fn has_fraction(schema: &Map<String, Value>) -> bool {
    let fraction = |value: &Value| value.as_f64().is_some_and(|value| value.fract() != 0.0);
    ["minimum", "maximum", "multipleOf", "default"]
        .iter()
        .filter_map(|key| schema.get(*key))
        .chain(
            schema
                .get("enum")
                .and_then(Value::as_array)
                .into_iter()
                .flatten(),
        )
        .any(fraction)
}
