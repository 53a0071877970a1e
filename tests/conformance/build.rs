//! Generates the cases of all operations, and the examples of their documentation, from the documents in `specs/`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::{SCOPES, cases, examples};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let specs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../specs");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut cases_code = String::new();
    let mut examples_code = String::new();
    for scope in SCOPES {
        let path = specs.join(scope).with_extension("json");
        println!("cargo::rerun-if-changed={}", path.display());
        let document = serde_json::from_str(&fs::read_to_string(&path)?)?;
        cases_code.push_str(&cases(scope, &document)?.to_string());
        examples_code.push_str(&examples(scope, &document)?);
    }
    fs::write(out.join("cases.rs"), cases_code)?;
    fs::write(out.join("examples.rs"), examples_code)?;
    Ok(())
}
