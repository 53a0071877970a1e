//! The types of all operations, with arbitrary responses and bodies.
//!
//! The first two bytes select the operation. A sample of its response or body is mutated, or, with an odd third byte, the rest of the input
//! is decoded. Decoding does not panic. Nested values are never rejected. A decoded value is encoded as the same JSON, except for nulls. An
//! error contains no string of the response.

#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cisco_secure_access_fuzz::edits::edit;
use cisco_secure_access_fuzz::samples::samples;
use cisco_secure_access_fuzz::secrets::TEXT;
use codecs::{Codec, Recode, Recoded};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Each operation with its samples.
static CASES: LazyLock<Vec<(&Codec, Vec<Value>)>> = LazyLock::new(|| {
    let mut samples = samples();
    let cases = codecs::all().map(|codec| {
        let operation = codec.operation;
        let name = format!("{}.{}", operation.scope, operation.id);
        (codec, samples.remove(&name).unwrap_or_default())
    });
    cases.collect()
});

fuzz_target!(|data: &[u8]| {
    let _ = run(&mut Unstructured::new(data));
});

fn run(input: &mut Unstructured<'_>) -> Result<()> {
    let number = usize::from(input.arbitrary::<u16>()?);
    let (codec, samples) = &CASES[number % CASES.len()];
    let is_raw = input.arbitrary::<u8>()? % 2 == 1;
    let text = match is_raw || samples.is_empty() {
        true => input.bytes(input.len())?.to_vec(),
        false => {
            let mut sample = input.choose(samples)?.clone();
            edit(&mut sample, input)?;
            serde_json::to_vec(&sample).unwrap_or_default()
        }
    };
    if let Err(message) = check(codec.response, &text) {
        // Valid JSON can be rejected only at the top.
        let is_json = serde_json::from_slice::<Value>(&text).is_ok();
        assert!(!is_json || message.contains(" at $:"), "{message}");
    }
    if let Some(body) = codec.body {
        let _ = check(body, &text);
    }
    Ok(())
}

/// Decodes and encodes a body; the error is the error of the decoder.
fn check(recode: Recode, text: &[u8]) -> std::result::Result<(), String> {
    let recoded = match recode(text) {
        Ok(recoded) => recoded,
        Err(message) => {
            // The error may show the start of a body that is not JSON, such as a page of a proxy.
            let is_json = serde_json::from_slice::<Value>(text).is_ok();
            assert!(
                !is_json || !message.contains(TEXT),
                "the error shows a string: {message}"
            );
            return Err(message);
        }
    };
    let after = json(&recoded.json);
    // A response without a documented body accepts any body.
    let ignores_body = recode(b"not JSON").is_ok();
    if let Ok(before) = serde_json::from_slice(text)
        && !ignores_body
    {
        check_identity(&before, &after, &recoded);
    }
    let again = recode(&recoded.json).unwrap_or_else(|message| panic!("{message}: {after}"));
    assert_eq!(json(&again.json), after, "encoded again");
    for deviation in &recoded.deviations {
        assert!(!deviation.path().contains(TEXT), "{deviation}");
    }
    Ok(())
}

/// Checks that the encoded JSON equals the received JSON, except for nulls, and for the elements of a list or map at the top: no object is
/// around them that could store a value that does not match.
fn check_identity(before: &Value, after: &Value, recoded: &Recoded) {
    let reported: BTreeSet<_> = recoded.deviations.iter().map(|it| it.path()).collect();
    // A value of another JSON type at the top represents an element of the value, or an empty value.
    if reported.contains("$") || before.is_null() {
        return;
    }
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            let before = before.iter().enumerate();
            let before = before.filter(|(index, value)| {
                !value.is_null() && !reported.contains(format!("$[{index}]").as_str())
            });
            let before: Vec<_> = before.map(|(_, value)| value).collect();
            let after: Vec<_> = after.iter().collect();
            if before.len() == after.len() {
                for (before, after) in before.into_iter().zip(after) {
                    // A scalar in another form is encoded in its documented form.
                    if before.is_object() || before.is_array() {
                        assert_eq!(without_nulls(before), without_nulls(after));
                    }
                }
            } else {
                // An element with a deviation can be the element that it wraps.
                assert!(
                    recoded
                        .deviations
                        .iter()
                        .any(|it| it.path().starts_with("$[")),
                    "{before:?} became {after:?}"
                );
            }
        }
        (Value::Object(before), Value::Object(after)) => {
            for (name, before) in before {
                let path = format!("$[{}]", Value::from(name.as_str()));
                match after.get(name) {
                    _ if before.is_null() || reported.contains(path.as_str()) => {}
                    Some(after) => {
                        assert_eq!(without_nulls(before), without_nulls(after), "{name}")
                    }
                    None => panic!("{name} is lost: {before}"),
                }
            }
            for name in after.keys() {
                assert!(before.contains_key(name), "{name} is invented");
            }
        }
        _ => assert_eq!(before, after),
    }
}

/// A value without its nulls in objects.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        scalar => scalar.clone(),
    }
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("an encoded value is JSON")
}
