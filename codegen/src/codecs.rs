//! The codecs of a scope: for each operation, functions that decode a response or a body and encode it again, for `cargo xtask examples`.
//!
//! The generated code is a module of the workspace member `codecs`, whose root has `Codec` and `recode`.

use cisco_secure_access_openapi::{Content, Operation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::Result;
use crate::engine::RustTypes;
use crate::names;
use crate::operations;

/// The module of the codecs of all `operations`.
pub(crate) fn codecs(
    scope: &str,
    operations: &[Operation],
    rust_types: &RustTypes,
) -> Result<TokenStream> {
    let signatures = rust_types.signatures(operations)?;
    let entries = operations
        .iter()
        .zip(signatures)
        .map(|(operation, signature)| {
            let response = signature.response();
            let body = match operation.body.as_ref().map(|body| &body.content) {
                Some(Content::Json(_) | Content::Form(_)) => {
                    let ty = signature.body()?;
                    quote!(Some(crate::recode::<#ty>))
                }
                Some(Content::Multipart(_)) | None => quote!(None),
            };
            let constant = operations::constant(operation);
            Ok(quote! {
                crate::Codec {
                    operation: &operations::#constant,
                    response: crate::recode::<#response>,
                    body: #body,
                }
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let handle = Ident::new(&names::snake(scope), Span::call_site());
    let about = format!(" The codecs of the scope `{scope}`.");
    Ok(quote! {
        #[doc = #about]
        #[allow(deprecated, unused_imports, clippy::all)]
        pub(crate) mod #handle {
            use cisco_secure_access::api::#handle::{operations, types::*};

            /// All codecs, in the order of the document.
            pub(crate) static CODECS: &[crate::Codec] = &[#(#entries),*];
        }
    })
}
