//! The types of all operations, with any response or body.
//!
//! The first two bytes choose the operation. A sample of its response or body is changed, or, with an odd third byte, the rest is decoded
//! as it is. Nothing panics; no value below the top is rejected; what is decoded is encoded as the same JSON, but for nulls; and no error
//! shows a string of the response.

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
        // Of valid JSON only the whole response can be rejected.
        let is_json = serde_json::from_slice::<Value>(&text).is_ok();
        assert!(!is_json || message.contains(" at $:"), "{message}");
    }
    if let Some(body) = codec.body {
        let _ = check(body, &text);
    }
    Ok(())
}

/// Decodes and encodes a text; the error is that of the decoder.
fn check(recode: Recode, text: &[u8]) -> std::result::Result<(), String> {
    let recoded = match recode(text) {
        Ok(recoded) => recoded,
        Err(message) => {
            // Text that is not JSON at all may be shown by its beginning: it is a page of a proxy or the like.
            let is_json = serde_json::from_slice::<Value>(text).is_ok();
            assert!(
                !is_json || !message.contains(TEXT),
                "the error shows a string: {message}"
            );
            return Err(message);
        }
    };
    let after = json(&recoded.json);
    // A response without a documented body is whatever is sent.
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

/// The encoded JSON is the decoded one, but for nulls, and for what is directly in a list or map that is the whole value: no object is
/// around it that could keep a value which does not fit.
fn check_identity(before: &Value, after: &Value, recoded: &Recoded) {
    let reported: BTreeSet<_> = recoded.deviations.iter().map(|it| it.path()).collect();
    // Another JSON type of the whole value stands for an element of it, or for nothing.
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
                    // A scalar in another form has its documented form here.
                    if before.is_object() || before.is_array() {
                        assert_eq!(without_nulls(before), without_nulls(after));
                    }
                }
            } else {
                // An element that is reported can be the one that it wraps.
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
