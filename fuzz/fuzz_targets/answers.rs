//! What the types of all operations make of any answer or body.
//!
//! The first two bytes choose the operation. A sample of its answer or body is changed, or, with an odd third byte, the rest is read as it
//! stands. Nothing panics; what was read is written in a form that is read as the same again; and no error shows a text of the answer.

#![no_main]

use std::sync::LazyLock;

use cisco_secure_access::codec::{Codec, Recode, codecs};
use cisco_secure_access_fuzz::edits::edit;
use cisco_secure_access_fuzz::samples::samples;
use cisco_secure_access_fuzz::secrets::TEXT;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Each operation with its samples.
static CASES: LazyLock<Vec<(&Codec, Vec<Value>)>> = LazyLock::new(|| {
    let mut samples = samples();
    let cases = codecs().map(|codec| {
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
    check(codec.answer, &text);
    if let Some(body) = codec.body {
        check(body, &text);
    }
    Ok(())
}

fn check(recode: Recode, text: &[u8]) {
    match recode(text) {
        Ok(written) => {
            let again = recode(&written).unwrap_or_else(|error| {
                panic!("{error}: {}", String::from_utf8_lossy(&written));
            });
            assert_eq!(json(&again), json(&written));
        }
        // What is no JSON at all may be shown by its beginning: it is a page of a proxy or the like.
        Err(why) if serde_json::from_slice::<Value>(text).is_ok() => {
            assert!(!why.contains(TEXT), "the error shows a text: {why}");
        }
        Err(_) => {}
    }
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("what is written is JSON")
}
