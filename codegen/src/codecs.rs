//! The codecs of a scope: for each operation, functions that decode a response or a body and encode it again, for `cargo xtask examples`.

use cisco_secure_access_openapi::{Content, Operation};
use proc_macro2::TokenStream;
use quote::quote;

use crate::Result;
use crate::engine::RustTypes;
use crate::operations;

/// The table of the codecs of all `operations`.
pub(crate) fn codecs(operations: &[Operation], rust_types: &RustTypes) -> Result<TokenStream> {
    let signatures = rust_types.signatures(operations)?;
    let entries = operations
        .iter()
        .zip(signatures)
        .map(|(operation, signature)| {
            let response = signature.response();
            let body = match operation.body.as_ref().map(|body| &body.content) {
                Some(Content::Json(_) | Content::Form(_)) => {
                    let ty = signature.body()?;
                    quote!(Some(crate::response::codec::body::<#ty>))
                }
                Some(Content::Multipart(_)) | None => quote!(None),
            };
            let constant = operations::constant(operation);
            Ok(quote! {
                crate::response::codec::Codec {
                    operation: &operations::#constant,
                    response: crate::response::codec::response::<#response>,
                    body: #body,
                }
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        #[doc(hidden)]
        pub static CODECS: &[crate::response::codec::Codec] = &[#(#entries),*];
    })
}
