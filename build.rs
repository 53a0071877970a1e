//! Generates the module of each path scope from its document in `specs/`: the operations of the enabled APIs, and what they reach.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use cisco_secure_access_codegen::{Options, SCOPES, apis, layout};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-check-cfg=cfg(scope, values({}))",
        quoted(&SCOPES)
    );
    println!("cargo::rustc-check-cfg=cfg(all_operations)");
    // Each scope on a thread of its own: nothing else is built at that time.
    let scopes = thread::scope(|threads| {
        let scopes = SCOPES
            .map(|scope| threads.spawn(move || generate(scope).map_err(|error| error.to_string())));
        scopes.map(|scope| {
            scope
                .join()
                .unwrap_or_else(|_| Err("the generator panicked; its message is above".to_owned()))
        })
    });
    let mut is_all = true;
    for scope in scopes {
        match scope {
            Ok(is_whole) => is_all &= is_whole,
            Err(error) => {
                println!("cargo::error={error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if is_all {
        println!("cargo::rustc-cfg=all_operations");
    }
    ExitCode::SUCCESS
}

/// Generates a scope, and says whether that was all of it.
fn generate(scope: &str) -> Result<bool, Box<dyn Error>> {
    let path = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
        .join("specs")
        .join(scope)
        .with_extension("json");
    println!("cargo::rerun-if-changed={}", path.display());
    let is_whole = scope == "auth" || is_enabled(scope);
    let unreadable = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
    let document = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    if !is_whole
        && !apis(scope, &document)?
            .iter()
            .any(|api| is_enabled(&api.feature))
    {
        return Ok(false);
    }
    let options = Options {
        enabled: &|api| is_whole || is_enabled(api),
        schemars: is_enabled("schemars"),
    };
    let generated = cisco_secure_access_codegen::generate(scope, &document, &options)?;
    let out = Path::new(&env::var("OUT_DIR")?).join(scope);
    fs::write(out.with_extension("rs"), layout(generated.code))?;
    fs::write(out.with_extension("md"), generated.index)?;
    println!("cargo::rustc-cfg=scope=\"{scope}\"");
    Ok(is_whole)
}

/// Whether a feature of the crate is on.
fn is_enabled(feature: &str) -> bool {
    let name = feature.to_ascii_uppercase().replace('-', "_");
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

fn quoted(values: &[&str]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
    quoted.join(", ")
}
