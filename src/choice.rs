//! Which of several documented forms a value has: the selection behind the generated choice types.

use serde::de::{DeserializeOwned, Error};
use serde_json::{Map, Value};

use crate::read::Read;

/// One form, and how it is told from the others.
pub(crate) struct Arm {
    pub(crate) kind: Kind,
    /// Properties that an object of this form may have.
    pub(crate) keys: &'static [&'static str],
    /// Properties that hold one of a few documented values.
    pub(crate) tags: &'static [(&'static str, &'static [&'static str])],
}

/// The JSON type of a form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Array,
    Object,
    #[allow(dead_code, reason = "documents may have it, today's have not")]
    Any,
}

impl Kind {
    fn matches(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }
}

/// The number of the arm that a value belongs to.
///
/// Among objects, the arm with the fewest tags that hold something else than a documented value wins, then the one that knows more of the
/// properties, then the one with more tags that fit. `None` where no arm fits, or where two fit equally well: then the value is kept as it is, rather than guessed.
pub(crate) fn select(value: &Value, arms: &[Arm]) -> Option<usize> {
    let mut fitting = arms
        .iter()
        .enumerate()
        .filter(|(_, arm)| arm.kind.matches(value));
    let first = fitting.next()?;
    let Some(object) = value.as_object() else {
        return Some(first.0);
    };
    let Some(second) = fitting.next() else {
        return Some(first.0);
    };
    let mut best = None;
    let mut tied = false;
    for (number, arm) in [first, second].into_iter().chain(fitting) {
        let score = score(object, arm);
        match best {
            Some((_, highest)) if score < highest => {}
            Some((_, highest)) if score == highest => tied = true,
            _ => {
                best = Some((number, score));
                tied = false;
            }
        }
    }
    best.filter(|_| !tied).map(|(number, _)| number)
}

/// Tags that do not fit, as a negative number; known properties; tags that fit.
fn score(object: &Map<String, Value>, arm: &Arm) -> (isize, usize, usize) {
    let (mut fitting, mut unfitting) = (0, 0);
    for (name, values) in arm.tags {
        match object.get(*name).and_then(Value::as_str) {
            Some(value) if values.contains(&value) => fitting += 1,
            Some(_) => unfitting -= 1,
            None => {}
        }
    }
    let known = object
        .keys()
        .filter(|key| arm.keys.contains(&key.as_str()))
        .count();
    (unfitting, known, fitting)
}

/// Reads the value of a selected arm of an answer.
pub(crate) fn read<T: for<'de> Read<'de>, E: Error>(value: Value) -> Result<T, E> {
    match T::read(value) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(E::custom("expected a value, found null")),
        Err(error) => Err(E::custom(error)),
    }
}

/// Reads the value of a selected arm of something that is only sent.
pub(crate) fn deserialize<T: DeserializeOwned, E: Error>(value: Value) -> Result<T, E> {
    T::deserialize(value).map_err(E::custom)
}
