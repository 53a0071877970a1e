//! Generates the codecs of all operations from the documents in `specs/`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::{codecs, scopes};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let specs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../specs");
    let mut code = String::new();
    let mut all = String::new();
    // A new scope comes with its features.
    println!("cargo::rerun-if-changed=../../Cargo.toml");
    for scope in &scopes(&specs)? {
        let path = specs.join(scope).with_extension("json");
        println!("cargo::rerun-if-changed={}", path.display());
        let document = serde_json::from_str(&fs::read_to_string(&path)?)?;
        code.push_str(&codecs(scope, &document)?.to_string());
        all.push_str(&format!("{scope}::CODECS,"));
    }
    code.push_str(&format!(
        "pub(crate) static ALL: &[&[crate::Codec]] = &[{all}];"
    ));
    fs::write(Path::new(&env::var("OUT_DIR")?).join("codecs.rs"), code)?;
    Ok(())
}
