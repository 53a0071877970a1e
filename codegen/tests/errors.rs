//! What the generator does with each kind of document that generators of clients are known to stumble over.
//!
//! The rows are those of six tables: A, generation fails; B, the code does not compile; C, the code is wrong in silence; D, a good response
//! is not decoded; E, the documentation breaks; F, the extensions of this project, and what its responses need. A row is handled where it can be seen: here, where a valid document of `specs/` becomes code
//! (each case below names its row), or in the import, where an upstream document becomes one of `specs/` (`importer/tests/import`, named in
//! [`IN_IMPORT`]). What is read and how, for any type, is shown by the tests of the crate itself. Nothing panics, and what cannot be
//! supported is rejected with its location.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;

use std::collections::BTreeSet;

use cases::{Case, Expected, cases};
use cisco_secure_access_codegen::{Options, generate};
use proc_macro2::TokenStream;

/// All rows.
const ROWS: &[(&str, &str)] = &[
    ("A1", "several successful responses"),
    ("A2", "several error responses"),
    ("A3", "a body of several media types"),
    ("A4", "a body that is neither JSON nor a form"),
    ("A5", "a body of bytes or text"),
    ("A6", "a content without a schema"),
    ("A7", "the encoding of a media type"),
    (
        "A8",
        "parameters in cookies, of other styles, with contents",
    ),
    ("A9", "an object in a query"),
    ("A10", "a path parameter that is optional or not declared"),
    ("A11", "parameters of one name"),
    ("A12", "operation ids and references"),
    ("A13", "other versions of OpenAPI"),
    ("A14", "type words that do not exist"),
    ("A15", "not"),
    ("A16", "enumerations whose values have one name"),
    ("A17", "values that do not fit their schema"),
    ("A18", "patterns that are none"),
    ("B1", "properties, parameters or operations of one name"),
    ("B2", "schemas of one name"),
    ("B3", "an inline schema with the name of a component"),
    ("B4", "parameters with the names of methods"),
    ("B5", "operations with the names of methods or keywords"),
    ("B6", "lists, objects and null in paths and headers"),
    ("B7", "methods that are not called"),
    ("B8", "a schema that is itself"),
    ("B9", "tags of one name"),
    ("B10", "schemas with the names of types of Rust"),
    ("C1", "inline responses for success and errors"),
    ("C2", "discriminators"),
    ("C3", "unions of objects that may be empty"),
    ("C4", "a union of an enumeration and a string"),
    ("C5", "a property with two formats"),
    ("C6", "a property with two types"),
    ("C7", "nullable without a type"),
    ("C8", "optional lists and maps"),
    ("C9", "null and absence"),
    ("C10", "defaults"),
    ("C11", "lists that are joined by commas"),
    ("C12", "additionalProperties: false"),
    ("C13", "additionalProperties beside properties"),
    ("C14", "optional bodies"),
    ("C15", "responses of vendor media types"),
    ("C16", "a doubled slash in a path"),
    ("C17", "readOnly and writeOnly"),
    ("C18", "path arguments that lead elsewhere"),
    ("D1", "dates and times"),
    ("D2", "addresses"),
    ("D3", "UUIDs"),
    ("D4", "minimum and maximum"),
    ("D5", "int32"),
    ("D6", "numbers written otherwise"),
    ("D7", "values that an enumeration does not know"),
    ("D8", "required properties that are not there"),
    ("D9", "lengths and patterns"),
    ("D10", "lists of a fixed length"),
    ("D11", "a required property that is not declared"),
    ("E1", "code in a description"),
    ("E2", "tags, brackets and addresses in a description"),
    ("F1", "times with a format of their own"),
    ("F2", "lists of values by position"),
    ("F3", "enumerations of integers"),
    ("F4", "properties that a variant requires"),
    ("F5", "properties with the names of generated fields"),
    ("F6", "nulls of what is read and sent again"),
    ("F7", "names of several words in one"),
    ("F8", "variants that repeat their type"),
    ("F9", "properties with one value"),
    ("F10", "operations that were renamed"),
    ("F11", "integers in strings"),
];

/// Rows that the import handles, and the tests there; where a row is here too, both have a part in it.
const IN_IMPORT: &[(&str, &str)] = &[
    ("A6", "fixes: content-without-schema"),
    ("A10", "fixes: path-parameter-required, path-parameters"),
    ("A11", "fixes: duplicate-parameters"),
    (
        "A12",
        "fixes: operation-ids; rejections: errors that no rule fixes; merging: references into paths are inlined",
    ),
    (
        "A13",
        "rejections: what is no OpenAPI 3.0 document, errors that no rule fixes; fixes: unknown-keys, quoted-values",
    ),
    (
        "A14",
        "fixes: type-words; rejections: errors that no rule fixes",
    ),
    ("A16", "fixes: enum-duplicates"),
    (
        "A17",
        "fixes: enum-values, enum-on-array, defaults; rejections: errors that no rule fixes",
    ),
    ("A18", "fixes: patterns"),
    (
        "B1",
        "names: put replaces where patch updates and equal names are numbered",
    ),
    ("B2", "merging: schemas of one name are one or qualified"),
    ("C2", "fixes: discriminator-mapping"),
    ("C7", "fixes: missing-type, nullable-without-type"),
    ("C15", "fixes: media-type-names, json-responses"),
    ("C16", "fixes: path-slashes"),
    ("D11", "fixes: required-undeclared"),
    ("E1", "fixes: upstream prose is dropped"),
];

/// Rows of which the tests of the crate (`tests/it`) show how it goes when the program runs.
const IN_CRATE: &[(&str, &str)] = &[
    ("C2", "types: a choice keeps its form"),
    ("C3", "types: all properties of a variant decide a union"),
    (
        "C18",
        "requests: path arguments that lead elsewhere are rejected",
    ),
    (
        "D1",
        "types: what the service really sends is read, a time can be a number or empty",
    ),
    ("D6", "types: what the service really sends is read"),
    ("D7", "types: what the service really sends is read"),
];

#[test]
fn each_row_is_tested_somewhere() {
    let here = cases();
    let tested: BTreeSet<&str> = here
        .iter()
        .map(|case| case.row)
        .chain(IN_IMPORT.iter().chain(IN_CRATE).map(|(row, _)| *row))
        .collect();
    let rows: BTreeSet<&str> = ROWS.iter().map(|(row, _)| *row).collect();
    assert_eq!(tested, rows);
}

/// The code of a case.
fn code(case: &Case, schemars: bool) -> Result<TokenStream, cisco_secure_access_codegen::Error> {
    let options = Options {
        enabled: &|_| true,
        schemars,
    };
    generate(&case.scope(), &case.document, &options).map(|generated| generated.code)
}

/// Code without its spaces, which say nothing.
fn squeezed(code: &str) -> String {
    code.split_whitespace().collect()
}

#[test]
fn each_case_is_repaired_or_rejected() {
    let mut failures = Vec::new();
    for case in cases() {
        let what = format!("{} {}", case.row, case.what);
        match (code(&case, false), &case.expected) {
            (Ok(code), Expected::Code { has, lacks }) => {
                if let Err(error) = syn::parse2::<syn::File>(code.clone()) {
                    failures.push(format!("{what}: the code does not parse: {error}"));
                }
                let code = squeezed(&code.to_string());
                for piece in has.iter().filter(|piece| !code.contains(&squeezed(piece))) {
                    failures.push(format!("{what}: the code lacks `{piece}`"));
                }
                for piece in lacks.iter().filter(|piece| code.contains(&squeezed(piece))) {
                    failures.push(format!("{what}: the code has `{piece}`"));
                }
            }
            (Err(error), Expected::Rejected { pointer, says }) => {
                if error.pointer() != *pointer || !error.to_string().contains(says) {
                    failures.push(format!("{what}: rejected with `{error}`"));
                }
            }
            (Ok(_), Expected::Rejected { pointer, .. }) => {
                failures.push(format!("{what}: not rejected at {pointer}"));
            }
            (Err(error), Expected::Code { .. }) => failures.push(format!("{what}: {error}")),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Builds the crate with the code of all cases that are not rejected, with JSON Schema.
#[test]
#[cfg(unix)]
#[ignore = "builds the crate and what it depends on; run it after a change of the generator"]
fn the_code_of_each_case_compiles() {
    use std::path::Path;

    use repository_copy::RepositoryCopy;

    let mut modules = String::from(
        "#![allow(clippy::all, deprecated, missing_docs, unused, reason = \"cases\")]\n",
    );
    for case in cases()
        .iter()
        .filter(|case| matches!(case.expected, Expected::Code { .. }))
    {
        let module = prettyplease::unparse(&syn::parse2(code(case, true).unwrap()).unwrap());
        modules.push_str(&format!(
            "/// {} {}.\npub mod {} {{\n{module}}}\n",
            case.row,
            case.what,
            case.scope()
        ));
    }
    let copy = RepositoryCopy::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "defects").unwrap();
    copy.add_module("defects", &modules).unwrap();
    let features = ["--no-default-features", "--features", "schemars"];
    assert!(copy.compiles(&features).unwrap());
}
