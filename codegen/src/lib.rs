//! Generates the code of the `cisco-secure-access` crate from its OpenAPI documents.
//!
//! A document passes the modules in this order: the crate `cisco-secure-access-openapi` reads its operations and normalizes its schemas,
//! `lower` reduces them to what progenitor supports and to the descriptions of `types`, `engine` has progenitor give the Rust types of values and responses, `emit` writes the final
//! types (with `object`, `enumeration`, `union`, `constructor` and `conversion`), `requests` the type of the request of each operation (with
//! `paging` for those that page and `example` and `facts` for the documentation), `operations` the table that the runtime reads. `typestate` has what requests
//! and builders share: which required values are set, in their types. The build script of the crate calls [`generate`] and writes the code
//! with [`layout`], and so does `cargo xtask` to show it. `cases` emits the cases of the conformance suite, `codecs` the table of the workspace member of that name, and [`examples`] the same
//! examples as the documentation has, which the suite runs; [`methods`] has them as text; `surface` has the public API of a scope as data.

mod argument;
mod cases;
mod codecs;
mod constructor;
mod conversion;
mod docs;
mod emit;
mod engine;
mod enumeration;
mod example;
mod facts;
mod layout;
mod lower;
mod named;
pub mod names;
mod object;
mod operations;
mod paging;
mod requests;
mod rust_type;
pub mod surface;
mod types;
mod typestate;
mod union;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use cisco_secure_access_openapi::{Document, Operation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::engine::RustTypes;
use crate::rust_type::Enumerations;

pub use cisco_secure_access_openapi::{Error, Result};
pub use example::Method;
pub use facts::facts;
pub use layout::layout;

/// The path scopes in a directory of specifications, which has a document for each, in order.
///
/// # Errors
/// When the directory cannot be read.
pub fn scopes(specs: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(specs)?.collect::<io::Result<Vec<_>>>()?;
    let names = entries.iter().filter_map(|entry| {
        let name = entry.file_name();
        Some(name.to_str()?.strip_suffix(".json")?.to_owned())
    });
    let mut scopes: Vec<String> = names.collect();
    scopes.sort();
    Ok(scopes)
}

/// The generated code of a path scope.
#[derive(Debug)]
pub struct Generated {
    /// The code, to be included in the module of the scope; it refers to the runtime of the crate.
    pub code: TokenStream,
    /// The index of the scope's operations by API, in Markdown, for the documentation of that module.
    pub index: String,
}

/// An API: a part of a scope that can be generated alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its name in the document: `Network Tunnel Groups and Regions`.
    pub name: String,
    /// The Cargo feature that turns it on: `network-tunnel-groups`.
    pub feature: String,
    /// The number of operations.
    pub operations: usize,
}

/// The APIs of a document, by name.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes.
pub fn apis(scope: &str, document: &Value) -> Result<Vec<Api>> {
    let document = Document::new(scope, document.clone())?;
    let mut counts = BTreeMap::new();
    for operation in document.operations() {
        let api = (operation.api.as_str(), operation.feature_name());
        *counts.entry(api).or_insert(0) += 1;
    }
    Ok(counts
        .into_iter()
        .map(|((name, feature), operations)| Api {
            name: name.to_owned(),
            feature,
            operations,
        })
        .collect())
}

/// The options of the generator.
pub struct Options<'a> {
    /// Whether an API is enabled, by the name of its feature.
    pub enabled: &'a dyn Fn(&str) -> bool,
    /// Whether the types can write JSON Schema, with the crate `schemars`.
    pub schemars: bool,
}

/// Generates the module of the path scope `scope` (`deployments`) from its document: the operations of the enabled APIs, and the
/// types that they reach.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes; the error has the location and the expected value.
pub fn generate(scope: &str, document: &Value, options: &Options<'_>) -> Result<Generated> {
    generate_scope(scope, document, options).map_err(|error| error.in_document(scope))
}

fn generate_scope(scope: &str, document: &Value, options: &Options<'_>) -> Result<Generated> {
    let model = Model::of(scope, document, options.enabled, options.schemars)?;
    let requests = model.requests(scope, false)?;
    let Model {
        operations,
        rust_types,
        types: described,
        emitted: types,
        ..
    } = model;
    let conversions = conversion::conversions(&operations, &rust_types, &types.types)?;
    let named = named::named(&operations, &rust_types, &types.types, &described)?;
    let table = operations::table(scope, &operations);

    let name = Ident::new(&names::pascal(scope), Span::call_site());
    let handle = handle(scope, &name, &requests.methods);
    let missing = types.missing.union(&requests.missing).cloned().collect();
    let missing = typestate::missing_module(&missing);
    let types = types.code;
    let endpoints = requests.endpoints;
    let request_types = requests.types;
    let code = quote! {
        #handle

        #[allow(unused_imports)]
        use types::*;

        /// The types of the requests and responses of this scope.
        pub mod types {
            #types

            #conversions

            #named
        }

        /// The requests of this scope, one type for each operation.
        pub mod requests {
            #[allow(unused_imports)]
            use super::{endpoints, missing, types::*};

            #request_types
        }

        /// The operations of this scope, as types: a request has one in its type.
        pub mod endpoints {
            #endpoints
        }

        #missing

        #table
    };
    let index = index(&name, &operations);
    Ok(Generated { code, index })
}

/// The handle of a scope, with its method of the client and the methods of each API.
fn handle(scope: &str, name: &Ident, methods: &BTreeMap<String, TokenStream>) -> TokenStream {
    let method = Ident::new(&names::snake(scope), Span::call_site());
    let about = format!(" The operations of the path scope `{scope}`.");
    let methods = methods.iter().map(|(api, methods)| {
        let title = format!(" # {api}");
        quote! {
            #[doc = #title]
            impl #name {
                #methods
            }
        }
    });
    quote! {
        #[doc = #about]
        #[derive(Clone, Debug)]
        pub struct #name {
            client: crate::Client,
        }

        impl crate::Client {
            #[doc = #about]
            #[must_use]
            #[inline]
            pub fn #method(&self) -> #name {
                #name { client: self.clone() }
            }
        }

        #(#methods)*
    }
}

/// Generates the cases of the conformance suite for the path scope `scope`: a call of each operation, with values made when it runs.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes.
pub fn cases(scope: &str, document: &Value) -> Result<TokenStream> {
    generate_cases(scope, document).map_err(|error| error.in_document(scope))
}

fn generate_cases(scope: &str, document: &Value) -> Result<TokenStream> {
    let model = Model::of(scope, document, &|_| true, false)?;
    let types = &model.emitted.types;
    cases::cases(
        scope,
        &model.operations,
        &model.rust_types,
        types,
        &model.enumerations,
    )
}

/// Generates the codecs of the path scope `scope`: for each operation, functions that decode a response or a body and encode it again.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes.
pub fn codecs(scope: &str, document: &Value) -> Result<TokenStream> {
    let codecs = || {
        let model = Model::of(scope, document, &|_| true, false)?;
        codecs::codecs(scope, &model.operations, &model.rust_types)
    };
    codecs().map_err(|error| error.in_document(scope))
}

/// Generates the examples of the documentation of the path scope `scope` as functions, and a table of them: `EXAMPLES` in a module of the
/// name of the scope, with the type `Example` of the module around it.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes, or when an example in it is not a value of its type.
pub fn examples(scope: &str, document: &Value) -> Result<String> {
    generate_examples(scope, document).map_err(|error| error.in_document(scope))
}

fn generate_examples(scope: &str, document: &Value) -> Result<String> {
    let model = Model::of(scope, document, &|_| true, false)?;
    let requests = model.requests(scope, true)?;
    Ok(example::module(scope, &requests.examples))
}

/// The methods of the path scope `scope` with their examples, for documentation outside of the code. An operation whose body can be a file
/// has two.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes.
pub fn methods(scope: &str, document: &Value) -> Result<Vec<Method>> {
    let methods = || {
        let model = Model::of(scope, document, &|_| true, false)?;
        let examples = model.requests(scope, false)?.examples;
        Ok(examples.into_iter().map(Method::from).collect())
    };
    methods().map_err(|error: Error| error.in_document(scope))
}

/// A document as operations and types, for all that is generated from it.
struct Model {
    operations: Vec<Operation>,
    /// The types as they are described.
    types: BTreeMap<String, types::Type>,
    /// The types that progenitor generates.
    rust_types: RustTypes,
    enumerations: Enumerations,
    /// The code of the types, and their definitions.
    emitted: emit::Emitted,
}

impl Model {
    /// The operations of the enabled APIs, and the types that they reach.
    fn of(
        scope: &str,
        document: &Value,
        enabled: &dyn Fn(&str) -> bool,
        schemars: bool,
    ) -> Result<Self> {
        let document = Document::new(scope, document.clone())?;
        let mut operations = document.operations().to_vec();
        operations.retain(|operation| enabled(&operation.feature_name()));
        let lowered = lower::lower(&document, &operations)?;
        let rust_types = RustTypes::of(lowered.document)?;
        let enumerations = Enumerations::of(&lowered.types);
        let emitted = emit::emit(&rust_types, &lowered.types, &enumerations, schemars)?;
        Ok(Self {
            operations,
            types: lowered.types,
            rust_types,
            enumerations,
            emitted,
        })
    }

    /// The requests; where `is_strict`, an example that is not a value of its type is an error.
    fn requests(&self, scope: &str, is_strict: bool) -> Result<requests::Requests> {
        let types = example::Types {
            defs: &self.emitted.types,
            described: &self.types,
            is_strict,
        };
        let operations = &self.operations;
        requests::requests(
            scope,
            operations,
            &self.rust_types,
            &types,
            &self.enumerations,
        )
    }
}

/// The operations by API, as Markdown with links.
fn index(handle: &Ident, operations: &[Operation]) -> String {
    let mut apis: BTreeMap<(&str, String), Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        let api = (operation.api.as_str(), operation.feature_name());
        apis.entry(api).or_default().push(operation);
    }
    let names: Vec<&str> = apis.keys().map(|(api, _)| *api).collect();
    let mut index = format!("{}.\n", names.join(", "));
    for ((api, feature), mut operations) in apis {
        operations.sort_by_key(|operation| &operation.id);
        index.push_str(&format!(
            "\n# {api}\n\nFeature `{feature}`.\n\n| Operation | |\n| --- | --- |\n"
        ));
        for operation in operations {
            let method = names::snake(&operation.id);
            let summary = docs::escape(&operation.summary).replace('|', "\\|");
            index.push_str(&format!(
                "| [`{method}`]({handle}::{method}) | {summary} |\n"
            ));
        }
    }
    index
}
