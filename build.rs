//! Generates the module of each enabled path scope from its document in `specs/`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

const SCOPES: [&str; 6] = [
    "admin",
    "auth",
    "deployments",
    "investigate",
    "policies",
    "reports",
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    for scope in SCOPES {
        let feature = format!("CARGO_FEATURE_{}", scope.to_ascii_uppercase());
        if scope != "auth" && env::var_os(feature).is_none() {
            continue;
        }
        if let Err(error) = generate(scope) {
            println!("cargo::error={error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn generate(scope: &str) -> Result<(), Box<dyn Error>> {
    let specs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("specs");
    let path = specs.join(format!("{scope}.json"));
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let document =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let code = cisco_secure_access_codegen::generate(scope, &document)?;
    let out = Path::new(&env::var("OUT_DIR")?).join(format!("{scope}.rs"));
    fs::write(&out, code.to_string()).map_err(|error| format!("{}: {error}", out.display()))?;
    Ok(())
}
