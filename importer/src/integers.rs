//! Makes integers of the numbers that upstream does not tell from them.
//!
//! Upstream writes `type: number` for ids, counts, offsets and epochs. A real number has the format `float` or `double`, which an
//! overlay adds where upstream does not; every other number becomes an integer.

use serde_json::{Map, Value};

use crate::grammar::{DOCUMENT, Kind, Shape, walk};
use crate::report::{Failure, Pointer};

/// The formats of real numbers.
const FORMATS: &[&str] = &["float", "double"];

/// How many schemas of numbers there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Those that became integers.
    pub integers: usize,
    /// Those that are real numbers.
    pub reals: usize,
}

/// Makes integers of all numbers of the merged document that do not have the format of a real number.
pub fn tell_apart(whole: &mut Value) -> Result<Numbers, Failure> {
    let mut numbers = Numbers::default();
    let mut failures = Vec::new();
    let mut visit = |shape: &Shape, schema: &mut Map<String, Value>, at: &Pointer| {
        if shape.name != "schema" {
            return;
        }
        let is = |key: &str, words: &[&str]| {
            let word = schema.get(key).and_then(Value::as_str);
            word.is_some_and(|word| words.contains(&word))
        };
        let is_real = is("format", FORMATS);
        let found = match (is("type", &["number"]), is_real) {
            (true, true) => {
                numbers.reals += 1;
                return;
            }
            (true, false) if !has_fraction(schema) => {
                schema.insert("type".into(), "integer".into());
                numbers.integers += 1;
                return;
            }
            (true, false) => "a fraction, expected `format: double` beside it",
            (false, true) if is("type", &["integer"]) => {
                "the format of a real number, expected `type: number` beside it"
            }
            _ => return,
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
