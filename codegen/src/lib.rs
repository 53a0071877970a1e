//! Generates the code of the `cisco-secure-access` crate from its OpenAPI documents.
//!
//! A document goes one way through the modules: `document` reads its operations, `lower` makes of it what progenitor gets right,
//! progenitor says what Rust types values and answers have, `reshape` writes the final types, `requests` one request builder for each
//! operation, `operations` the table that the runtime reads. The build script of the crate calls [`generate`]; so does `cargo xtask`,
//! to show what comes out.

mod document;
mod error;
mod lower;
pub mod names;
mod operations;
mod requests;
mod reshape;

use proc_macro2::{Ident, Span, TokenStream};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use quote::quote;
use serde_json::Value;

pub use error::{Error, Result};

/// Generates the module of the path scope `scope` (`deployments`) from its document.
///
/// The code expects to be included in the crate `cisco-secure-access`; it refers to the runtime there.
///
/// # Errors
/// When the document is not what `cargo xtask import` writes; the error says where, and what is expected.
pub fn generate(scope: &str, document: &Value) -> Result<TokenStream> {
    generate_scope(scope, document).map_err(|error| error.in_document(scope))
}

fn generate_scope(scope: &str, document: &Value) -> Result<TokenStream> {
    let operations = document::operations(document)?;
    let lowered = lower::lower(document, &operations)?;
    let generated = progenitor(lowered.document)?;
    let types = reshape::reshape(&generated, &lowered.types)?;
    let requests = requests::requests(&operations, &generated, &types.shapes)?;
    let table = operations::table(scope, &operations);

    let handle = Ident::new(&names::pascal(scope), Span::call_site());
    let method = Ident::new(&names::snake(scope), Span::call_site());
    let about = format!(" The operations of the path scope `{scope}`.");
    let types = types.code;
    let (methods, builders) = (requests.methods, requests.builders);
    Ok(quote! {
        #[doc = #about]
        #[derive(Clone, Debug)]
        pub struct #handle {
            client: crate::Client,
        }

        impl crate::Client {
            #[doc = #about]
            #[must_use]
            pub fn #method(&self) -> #handle {
                #handle { client: self.clone() }
            }
        }

        impl #handle {
            #methods
        }

        #[allow(unused_imports)]
        use types::*;

        /// What the operations of this scope take and answer.
        pub mod types {
            #types
        }

        /// The requests of this scope, one type for each operation.
        pub mod requests {
            #[allow(unused_imports)]
            use super::types::*;

            #builders
        }

        #table
    })
}

/// What progenitor generates for a lowered document.
fn progenitor(document: Value) -> Result<syn::File> {
    let document: openapiv3::OpenAPI = serde_json::from_value(document)
        .map_err(|error| Error::new("", format!("not a valid OpenAPI 3.0 document: {error}")))?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional);
    // Progenitor panics where it should refuse; whatever is left of that after lowering becomes an error.
    let tokens = std::panic::catch_unwind(|| Generator::new(&settings).generate_tokens(&document))
        .map_err(|_| {
            Error::new(
                "",
                "progenitor panicked on this document; its message is above",
            )
        })?
        .map_err(|error| Error::new("", format!("progenitor refused this document: {error}")))?;
    syn::parse2(tokens)
        .map_err(|error| Error::new("", format!("progenitor's code does not parse: {error}")))
}
