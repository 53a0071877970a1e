//! The importer and the generator, with a mutated document and a mutated overlay.
//!
//! The generator accepts the imported specification, or reports an error.

#![no_main]

use std::cell::LazyCell;
use std::panic;
use std::sync::LazyLock;

use cisco_secure_access_codegen::{Options, generate};
use cisco_secure_access_fuzz::edits::edit;
use cisco_secure_access_fuzz::import::Bench;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| read(include_str!("../documents/crates.json")));
static OVERLAY: LazyLock<Value> = LazyLock::new(|| read(include_str!("../documents/overlay.json")));

thread_local! {
    static BENCH: LazyCell<Bench> = LazyCell::new(Bench::new);
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("the document is JSON")
}

fuzz_target!(
    init: let_progenitor_panic(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

/// Ignores panics of progenitor, which the generator catches.
fn let_progenitor_panic() {
    let stop = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info
            .location()
            .map(|location| location.file())
            .unwrap_or_default();
        if !["progenitor", "typify", "openapiv3"]
            .iter()
            .any(|name| file.contains(name))
        {
            stop(info);
        }
    }));
}

fn run(input: &mut Unstructured<'_>) -> Result<()> {
    let mut overlay = OVERLAY.clone();
    if input.ratio(1, 4)? {
        edit(&mut overlay, input)?;
    }
    let mut first = DOCUMENT.clone();
    edit(&mut first, input)?;
    let mut documents = vec![first];
    if input.ratio(1, 4)? {
        // The same operations, with another description.
        let mut second = DOCUMENT.clone();
        edit(&mut second, input)?;
        if let Some(info) = second.get_mut("info").and_then(Value::as_object_mut) {
            info.insert("title".into(), "Another".into());
        }
        documents.push(second);
    }
    let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
    let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let specifications = BENCH.with(|bench| {
        bench.overlay(overlay.to_string().as_bytes());
        bench.import(&texts)
    });
    for (scope, specification) in &specifications {
        let options = Options {
            enabled: &|_| true,
            schemars: false,
        };
        if let Err(error) = generate(scope, specification, &options) {
            assert!(!error.to_string().is_empty());
        }
    }
    Ok(())
}
