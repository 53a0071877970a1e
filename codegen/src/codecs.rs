//! The codecs of a scope: for each operation, functions that decode a response or a body and encode it again, for `cargo xtask examples`.

use cisco_secure_access_openapi::{Content, Operation};
use proc_macro2::TokenStream;
use quote::quote;
use syn::File;

use crate::operations;
use crate::requests::{argument_types, response_type, signatures};
use crate::{Error, Result};

/// The table of the codecs of all `operations`.
pub(crate) fn codecs(operations: &[Operation], generated: &File) -> Result<TokenStream> {
    let signatures = signatures(operations, generated)?;
    let entries = operations
        .iter()
        .zip(signatures)
        .map(|(operation, signature)| {
            let missing = |what: &str| {
                Error::new(
                    &operation.pointer,
                    format!("progenitor generated no {what} for this operation"),
                )
            };
            let response = response_type(signature).ok_or_else(|| missing("response"))?;
            let body = match operation.body.as_ref().map(|body| &body.content) {
                Some(Content::Json(_) | Content::Form(_)) => {
                    let ty = argument_types(signature)
                        .remove("body")
                        .ok_or_else(|| missing("body"))?;
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
