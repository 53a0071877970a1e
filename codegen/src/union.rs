//! Unions in their normal form, emitted as enums with a description for the runtime.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::schema::JsonType;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::docs::docs;
use crate::rust_type::simple_name;
use crate::types::Variant;

/// The documentation of a value of the variant.
fn docs_of(variant: &Variant) -> TokenStream {
    docs(
        variant
            .description
            .as_deref()
            .unwrap_or(match variant.kind {
                JsonType::String => "A string.",
                JsonType::Number => "A number.",
                JsonType::Boolean => "A boolean.",
                JsonType::Array => "A list.",
                JsonType::Object => "An object.",
                JsonType::Any => "Any value.",
            }),
    )
}

/// The properties that distinguish a variant, for the runtime.
fn description(variant: &Variant) -> TokenStream {
    let kind = match variant.kind {
        JsonType::String => quote!(String),
        JsonType::Number => quote!(Number),
        JsonType::Boolean => quote!(Boolean),
        JsonType::Array => quote!(Array),
        JsonType::Object => quote!(Object),
        JsonType::Any => quote!(Any),
    };
    let Variant {
        properties,
        required,
        names,
        ..
    } = variant;
    let constants = variant
        .constants
        .iter()
        .map(|(name, values)| quote!((#name, &[#(#values),*])));
    quote! {
        decode::Variant {
            kind: decode::Kind::#kind,
            properties: &[#(#properties),*],
            required: &[#(#required),*],
            names: &[#(#names),*],
            constants: &[#(#constants),*],
        }
    }
}

/// The names of the variants of a union in its enum.
pub(crate) fn idents(variants: &[Variant]) -> Vec<Ident> {
    let names = variants.iter().map(|variant| &variant.name);
    names
        .map(|name| Ident::new(name, Span::call_site()))
        .collect()
}

/// Emits a union as an enum; `types` are the types of the values of its variants.
pub(crate) fn emit(
    ident: &Ident,
    docs: &TokenStream,
    discriminator: Option<&str>,
    variants: &[Variant],
    types: &[syn::Type],
    schemars: bool,
) -> TokenStream {
    let idents = idents(variants);
    let json_schema =
        schemars.then(|| quote!(#[derive(::schemars::JsonSchema)] #[schemars(untagged)]));
    let variant_docs = variants.iter().map(docs_of);
    let implementation = implementation(ident, discriminator, variants, &idents);
    let conversions = conversions(ident, &idents, types);
    quote! {
        #docs
        #[derive(Clone, PartialEq)]
        #json_schema
        #[non_exhaustive]
        pub enum #ident {
            #(#variant_docs #idents(#types),)*
            /// A value that matches no documented variant, as received.
            Unknown(::serde_json::Value),
        }

        #implementation
        decode::union!(#ident);

        #(#conversions)*
    }
}

/// What the runtime decodes and encodes a union by.
fn implementation(
    ident: &Ident,
    discriminator: Option<&str>,
    variants: &[Variant],
    idents: &[Ident],
) -> TokenStream {
    let descriptions = variants.iter().map(description);
    let names = variants.iter().map(|variant| &variant.name);
    let numbers = 0..variants.len();
    let discriminator = match discriminator {
        Some(property) => quote!(Some(#property)),
        None => quote!(None),
    };
    quote! {
        impl decode::Union for #ident {
            const DISCRIMINATOR: Option<&'static str> = #discriminator;
            const VARIANTS: &'static [decode::Variant] = &[#(#descriptions),*];

            fn decode_variant<S: decode::FieldSource>(variant: usize, source: S) -> Result<Option<Self>, S::Error> {
                match variant {
                    #(#numbers => Ok(source.read_variant()?.map(Self::#idents)),)*
                    _ => Ok(None),
                }
            }

            #[inline]
            fn unknown(value: ::serde_json::Value) -> Self {
                Self::Unknown(value)
            }

            fn encode_variant<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#idents(value) => decode::LenientDeserialize::encode(value, serializer),)*
                    Self::Unknown(value) => ::serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl ::std::fmt::Debug for #ident {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    #(Self::#idents(value) => f.debug_tuple(#names).field(value).finish(),)*
                    Self::Unknown(value) => decode::debug_unknown(value, f),
                }
            }
        }
    }
}

/// The implementations of `From` for the values of the variants, once for each type.
fn conversions(ident: &Ident, variants: &[Ident], types: &[syn::Type]) -> Vec<TokenStream> {
    let mut seen = BTreeSet::new();
    let mut conversions = Vec::new();
    for (variant, ty) in variants.iter().zip(types) {
        let name = simple_name(ty).unwrap_or_default();
        if !seen.insert(quote!(#ty).to_string()) || name == "Value" {
            continue;
        }
        let mut convert = |source: TokenStream, value: TokenStream| {
            conversions.push(quote! {
                impl From<#source> for #ident {
                    #[inline]
                    fn from(value: #source) -> Self { Self::#variant(#value) }
                }
            });
        };
        if name == "String" {
            convert(quote!(&str), quote!(value.into()));
        }
        convert(quote!(#ty), quote!(value));
    }
    conversions
}
