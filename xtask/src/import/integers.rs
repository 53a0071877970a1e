//! Makes integers of the numbers that upstream does not tell from them.
//!
//! Upstream writes `type: number` for ids, counts, offsets and epochs. The few real numbers are listed in an overlay, which marks
//! their schemas with `x-real: true`; every other number becomes an integer.

use serde_json::{Map, Value};

use super::grammar::{DOCUMENT, Kind, Shape, walk};
use super::report::{Failure, Pointer};

/// The key by which an overlay marks the schema of a real number.
const REAL: &str = "x-real";

/// How many schemas of numbers there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Those that became integers.
    pub integers: usize,
    /// Those that are marked as real numbers.
    pub reals: usize,
}

/// Makes integers of all numbers of the merged document that are not marked, and removes the marks.
pub fn tell_apart(whole: &mut Value) -> Result<Numbers, Failure> {
    let mut numbers = Numbers::default();
    let mut failures = Vec::new();
    let mut visit = |shape: &Shape, schema: &mut Map<String, Value>, at: &Pointer| {
        if shape.name != "schema" {
            return;
        }
        let mark = schema.remove(REAL);
        let number = schema.get("type").is_some_and(|word| word == "number");
        let found = match mark {
            None if !number => return,
            None if !has_fraction(schema) => {
                schema.insert("type".into(), "integer".into());
                schema.remove("format");
                numbers.integers += 1;
                return;
            }
            Some(Value::Bool(true)) if number => {
                numbers.reals += 1;
                return;
            }
            None => format!("a fraction, expected `{REAL}: true` beside it"),
            Some(mark) => {
                format!("`{REAL}: {mark}`, expected `{REAL}: true` beside `type: number`")
            }
        };
        failures.push(format!(
            "#{}: found {found}; correct the overlay of the real numbers",
            at.as_str()
        ));
    };
    walk(
        whole,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    if failures.is_empty() {
        Ok(numbers)
    } else {
        Err(Failure(failures))
    }
}

/// Whether the bounds, values or default of a schema tell that it is no integer.
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
