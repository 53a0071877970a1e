//! Writes a crate with the unmodified output of progenitor, builder style, for the same documents. `benches/build.sh` compares this
//! generator with it.
//!
//! The documents are changed only as far as progenitor requires: one response for success and no errors, no multipart bodies, JSON in a
//! query as a string, no enumeration values with colliding names.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for a measurement"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use cisco_secure_access_codegen::names::pascal;
use cisco_secure_access_codegen::scopes;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

fn main() {
    let mut arguments = env::args().skip(1);
    let (specs, out) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut lib = String::from("#![allow(warnings)]\n");
    let mut lines = 0;
    for scope in scopes(Path::new(&specs)).unwrap() {
        let text = fs::read_to_string(Path::new(&specs).join(format!("{scope}.json"))).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        for operation in operations(&mut document) {
            simplify(operation);
        }
        simplify_enums(&mut document);
        free_names(&mut document);
        let document = serde_json::from_value(document).unwrap();
        let mut settings = GenerationSettings::new();
        settings.with_interface(InterfaceStyle::Builder);
        let tokens = Generator::new(&settings)
            .generate_tokens(&document)
            .unwrap();
        let code = prettyplease::unparse(&syn::parse2(tokens).unwrap());
        lines += code.lines().count();
        fs::write(Path::new(&out).join(format!("{scope}.rs")), code).unwrap();
        lib.push_str(&format!("pub mod {scope};\n"));
    }
    fs::write(Path::new(&out).join("lib.rs"), lib).unwrap();
    println!("{lines}");
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().unwrap().values_mut();
    paths.flat_map(|item| item.as_object_mut().unwrap().values_mut())
}

fn simplify(operation: &mut Value) {
    let responses = operation["responses"].as_object_mut().unwrap();
    let success = responses
        .keys()
        .find(|status| status.starts_with('2'))
        .cloned()
        .unwrap();
    responses.retain(|status, _| *status == success);
    let body = operation.as_object_mut().unwrap();
    if body
        .get("requestBody")
        .is_some_and(|body| body["content"].get("application/json").is_none())
    {
        body.remove("requestBody");
    }
    if let Some(content) = operation.pointer_mut("/requestBody/content") {
        content
            .as_object_mut()
            .unwrap()
            .retain(|media, _| media == "application/json");
    }
    for parameter in operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let kind = parameter["schema"]["type"].as_str().unwrap_or_default();
        if !matches!(kind, "string" | "integer" | "boolean" | "array") {
            parameter["schema"] = serde_json::json!({"type": "string"});
        }
    }
}

/// Progenitor names an enumeration in a property after both. If a schema has that name already, the enumeration becomes a string.
fn free_names(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let names: BTreeSet<String> = schemas.keys().cloned().collect();
    for (schema, value) in schemas {
        for (property, value) in value
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            if names.contains(&format!("{schema}{}", pascal(property))) {
                value.as_object_mut().unwrap().remove("enum");
            }
        }
    }
}

/// Removes values that would be the same variant in Rust, and values of another type.
fn simplify_enums(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(values)) = map.get_mut("enum") {
                let mut seen = BTreeSet::new();
                values.retain(|value| {
                    let letters = value.as_str().unwrap_or_default().chars();
                    let letters: String = letters.filter(char::is_ascii_alphanumeric).collect();
                    !letters.is_empty() && seen.insert(letters.to_lowercase())
                });
                if values.is_empty() {
                    map.remove("enum");
                }
            }
            map.values_mut().for_each(simplify_enums);
        }
        Value::Array(list) => list.iter_mut().for_each(simplify_enums),
        _ => {}
    }
}
