//! Generates the cases of all operations, and the examples of their documentation, from the documents in `specs/`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::{cases, examples, scopes};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let specs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../specs");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut cases_code = String::new();
    let mut examples_code = String::new();
    let (mut all, mut conversions) = (String::new(), String::new());
    // A new scope has its own features.
    println!("cargo::rerun-if-changed=../../Cargo.toml");
    for scope in &scopes(&specs)? {
        let path = specs.join(scope).with_extension("json");
        println!("cargo::rerun-if-changed={}", path.display());
        let document = serde_json::from_str(&fs::read_to_string(&path)?)?;
        cases_code.push_str(&cases(scope, &document)?.to_string());
        examples_code.push_str(&examples(scope, &document)?);
        all.push_str(&format!("{scope}::CASES,"));
        conversions.push_str(&format!("({scope:?}, {scope}::CONVERSIONS),"));
    }
    cases_code.push_str(&format!(
        "static ALL: &[&[crate::case::Case]] = &[{all}];
        static CONVERSIONS: &[(&str, &[crate::case::Conversion])] = &[{conversions}];"
    ));
    fs::write(out.join("cases.rs"), cases_code)?;
    fs::write(out.join("examples.rs"), examples_code)?;
    Ok(())
}
