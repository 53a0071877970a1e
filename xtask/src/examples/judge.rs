//! Judges what the crate makes of a mutant.

use cisco_secure_access_openapi::Candidates;
use serde_json::Value;

use super::collect::Direction;
use super::compare::differences;
use super::driver::{Deviation, Reply};
use super::mutate::{Kind, Mutant};
use super::schema::Expectation;

/// What the crate made of a mutant, where that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It decodes the changed value: from a scalar of another type, as an undocumented value, or as it is.
    Decoded,
    /// It keeps the changed value, and reports it at its path.
    Reported,
    /// The changed value is an element of a list or map that is the whole response, and no object is around it that could keep it: it is
    /// reported and left out, or decoded and encoded in its documented form.
    LeftOut,
    /// It rejects the whole response, which has another JSON type than documented.
    Rejected,
}

/// Judges the reply to a mutant of a response with these schemas, or says what is wrong with it.
///
/// Nothing may be lost: the response is encoded as it was, whatever is reported. Only a response that has another JSON type as a whole may
/// be rejected, or decoded as the one element or the empty object that it stands for.
pub fn judge(mutant: &Mutant, reply: &Reply, schemas: &Candidates<'_>) -> Result<Verdict, String> {
    let is_whole = mutant.path == "$";
    let recoded = match reply {
        Ok(recoded) => recoded,
        Err(message) if is_whole && message.contains(" at $") => return Ok(Verdict::Rejected),
        Err(message) => return Err(format!("is rejected: {message}")),
    };
    let json = |text: &str| {
        serde_json::from_str(text).map_err(|error| format!("{text:?} is not JSON: {error}"))
    };
    let (before, after): (Value, Value) = (json(&mutant.text)?, json(&recoded.json)?);
    for deviation in &recoded.deviations {
        check_path(mutant, deviation)?;
    }
    let verdict = match recoded.deviations.is_empty() {
        true if mutant.expectation == Expectation::Reported => {
            return Err("is not reported".to_owned());
        }
        true => Verdict::Decoded,
        false => Verdict::Reported,
    };
    let lost = |before: &Value, after: &Value| {
        differences(before, after, schemas, Direction::Response).pop()
    };
    let is_present = length(&before) == length(&after);
    match lost(&before, &after) {
        None => Ok(verdict),
        Some(_) if is_whole && (verdict == Verdict::Reported || before.is_null()) => Ok(verdict),
        Some(difference) => match without_element(&before, &after, &mutant.path) {
            Some((before, after))
                if lost(&before, &after).is_none()
                    && (verdict == Verdict::Reported || is_present) =>
            {
                Ok(Verdict::LeftOut)
            }
            _ => Err(format!("loses {}: {}", difference.path, difference.what)),
        },
    }
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// Whether a deviation that is reported of a mutant is at the right path.
fn check_path(mutant: &Mutant, deviation: &Deviation) -> Result<(), String> {
    let is_at = deviation.path == mutant.path;
    let is_above = !is_at && mutant.path.starts_with(&deviation.path);
    let is_below = !is_at && deviation.path.starts_with(&mutant.path);
    // Values below can have another place now.
    let moves = matches!(mutant.kind, Kind::Wrapped | Kind::Unwrapped);
    match mutant.expectation {
        Expectation::Decoded if is_at => {
            Err(format!("can be decoded, and is reported: {deviation}"))
        }
        Expectation::Reported if is_at => Ok(()),
        // What a variant does not hold is reported where it is, and what no variant holds where the union is.
        Expectation::Either if is_at || is_above || is_below => Ok(()),
        _ if is_below && moves => Ok(()),
        _ => Err(format!("is reported elsewhere: {deviation}")),
    }
}

/// The values without the element at `path`, if that is directly in a list or map that is the whole response.
fn without_element(before: &Value, after: &Value, path: &str) -> Option<(Value, Value)> {
    let key: Value = serde_json::from_str(path.strip_prefix('$')?).ok()?;
    let [key] = key.as_array()?.as_slice() else {
        return None;
    };
    let (mut before, mut after) = (before.clone(), after.clone());
    match (&mut before, &mut after) {
        (Value::Array(before), Value::Array(after)) => {
            let index = usize::try_from(key.as_u64()?).ok()?;
            if before.len() == after.len() && index < after.len() {
                after.remove(index);
            }
            if index < before.len() {
                before.remove(index);
            }
        }
        (Value::Object(before), Value::Object(after)) => {
            let key = key.as_str()?;
            before.remove(key);
            after.remove(key);
        }
        _ => return None,
    }
    Some((before, after))
}
