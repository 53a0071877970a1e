//! Generates the module of each path scope from its document in `specs/`: the operations of the enabled APIs, and what they reach.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use cisco_secure_access_codegen::{Options, apis, layout, scopes};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    // A new scope has its own features.
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rustc-check-cfg=cfg(all_operations)");
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let specs = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("specs");
    let scopes = scopes(&specs).map_err(|error| format!("{}: {error}", specs.display()))?;
    let specs = specs.as_path();
    // Each scope has its own thread: nothing else is built at that time.
    let parts = thread::scope(|threads| {
        let started: Vec<_> = scopes
            .iter()
            .map(|scope| {
                threads.spawn(move || generate(specs, scope).map_err(|error| error.to_string()))
            })
            .collect();
        let parts = started.into_iter().map(|thread| {
            let panicked = "the generator panicked; its message is above".to_owned();
            thread.join().unwrap_or(Err(panicked))
        });
        parts.collect::<Result<Vec<_>, String>>()
    })?;
    if parts.iter().all(|part| *part == Part::Complete) {
        println!("cargo::rustc-cfg=all_operations");
    }
    let generated = scopes.iter().zip(parts);
    let generated = generated.filter(|(_, part)| *part != Part::Nothing);
    write(
        "scopes.rs",
        &modules(generated.map(|(scope, _)| scope.as_str())),
    )?;
    write("documents.rs", &documents(&scopes))
}

/// The generated part of a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Some,
    Complete,
}

/// Generates the enabled operations of a scope.
fn generate(specs: &Path, scope: &str) -> Result<Part, Box<dyn Error>> {
    let path = specs.join(scope).with_extension("json");
    println!("cargo::rerun-if-changed={}", path.display());
    let is_complete = scope == "auth" || is_enabled(scope);
    let unreadable = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
    let document = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    if !is_complete
        && !apis(scope, &document)?
            .iter()
            .any(|api| is_enabled(&api.feature))
    {
        return Ok(Part::Nothing);
    }
    let options = Options {
        enabled: &|api| is_complete || is_enabled(api),
        schemars: is_enabled("schemars"),
    };
    let generated = cisco_secure_access_codegen::generate(scope, &document, &options)?;
    write(&format!("{scope}.rs"), &layout(generated.code))?;
    write(&format!("{scope}.md"), &generated.index)?;
    Ok(match is_complete {
        true => Part::Complete,
        false => Part::Some,
    })
}

/// The modules of the generated scopes, and the tables of their operations.
fn modules<'a>(scopes: impl Iterator<Item = &'a str>) -> String {
    let (mut modules, mut tables) = (String::new(), String::new());
    for scope in scopes {
        let file = |ending: &str| format!("concat!(env!(\"OUT_DIR\"), \"/{scope}.{ending}\")");
        modules.push_str(&format!(
            "pub mod {scope} {{\n    #![doc = include_str!({})]\n    include!({});\n}}\n",
            file("md"),
            file("rs")
        ));
        tables.push_str(&format!("{scope}::operations::ALL, "));
    }
    format!("{modules}\nstatic OPERATIONS: &[&[&crate::operation::Operation]] = &[{tables}];\n")
}

/// The table of the documents for the simulator.
fn documents(scopes: &[String]) -> String {
    let entries = scopes.iter().map(|scope| {
        format!("Source::new(\"{scope}\", include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/specs/{scope}.json\"))), ")
    });
    format!(
        "static SOURCES: [Source; {}] = [{}];\n",
        scopes.len(),
        entries.collect::<String>()
    )
}

fn write(file: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(env::var("OUT_DIR")?).join(file);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Whether a feature of the crate is on.
fn is_enabled(feature: &str) -> bool {
    let name = feature.to_ascii_uppercase().replace('-', "_");
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}
