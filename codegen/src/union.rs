//! Unions in their normal form: they are described for the runtime, and emitted as enums.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::json::{strings, text};
use cisco_secure_access_openapi::schema::{JsonType, enum_values, json_type, properties};
use cisco_secure_access_openapi::union::discriminator_values;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::Result;
use crate::docs::{docs, first_paragraph};
use crate::rust_type::simple_name;

/// A variant, and what distinguishes it from the others.
#[derive(Debug)]
pub(crate) struct Variant {
    /// Its name in Rust.
    pub name: String,
    pub kind: JsonType,
    /// The properties that it documents, for objects.
    pub properties: Vec<String>,
    /// The properties that it requires.
    pub required: Vec<String>,
    /// The values of the discriminator that name it.
    pub names: Vec<String>,
    /// The properties with an enumeration of strings, and their values.
    pub constants: BTreeMap<String, Vec<String>>,
    /// What it is: the first paragraph of its description.
    pub description: Option<String>,
}

impl Variant {
    /// Describes a variant: `schema` is its schema in the union, `resolved` the same with references resolved.
    pub(crate) fn read(
        name: String,
        schema: &Value,
        resolved: &Value,
        deref: &mut dyn FnMut(&Value) -> Result<Value>,
    ) -> Result<Self> {
        let may_be_absent = strings(resolved, "x-may-be-absent");
        let mut required = strings(resolved, "required");
        required.sort();
        required.dedup();
        required.retain(|name| {
            let is_property = resolved["properties"].get(name).is_some();
            is_property && !may_be_absent.contains(name)
        });
        let mut constants = BTreeMap::new();
        for (name, property) in properties(resolved) {
            if let Some(values) = enum_values(&deref(property)?) {
                constants.insert(name.clone(), values);
            }
        }
        let description = text(schema, "description").or_else(|| text(resolved, "description"));
        Ok(Self {
            name,
            description: description.map(|text| first_paragraph(&text)),
            kind: json_type(resolved),
            properties: properties(resolved).map(|(name, _)| name.clone()).collect(),
            required,
            names: discriminator_values(schema),
            constants,
        })
    }

    /// What a value of the variant is, as documentation.
    fn docs(&self) -> TokenStream {
        docs(self.description.as_deref().unwrap_or(match self.kind {
            JsonType::String => "A string.",
            JsonType::Number => "A number.",
            JsonType::Boolean => "A boolean.",
            JsonType::Array => "A list.",
            JsonType::Object => "An object.",
            JsonType::Any => "Any value.",
        }))
    }

    fn emit(&self) -> TokenStream {
        let kind = match self.kind {
            JsonType::String => quote!(String),
            JsonType::Number => quote!(Number),
            JsonType::Boolean => quote!(Boolean),
            JsonType::Array => quote!(Array),
            JsonType::Object => quote!(Object),
            JsonType::Any => quote!(Any),
        };
        let Self {
            properties,
            required,
            names,
            ..
        } = self;
        let constants = self
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
}

/// Emits a union as an enum; `types` are the types of the values of its variants.
pub(crate) fn emit(
    ident: &Ident,
    docs: &TokenStream,
    discriminator: Option<&str>,
    variants: &[Variant],
    types: &[syn::Type],
    json_schema: Option<TokenStream>,
) -> TokenStream {
    let idents: Vec<_> = variants
        .iter()
        .map(|variant| Ident::new(&variant.name, Span::call_site()))
        .collect();
    let descriptions = variants.iter().map(Variant::emit);
    let variant_docs = variants.iter().map(Variant::docs);
    let numbers = 0..variants.len();
    let discriminator = match discriminator {
        Some(property) => quote!(Some(#property)),
        None => quote!(None),
    };
    let conversions = conversions(ident, &idents, types);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #json_schema
        #[non_exhaustive]
        pub enum #ident {
            #(#variant_docs #idents(#types),)*
            /// A value that no documented variant holds, as the service sent it.
            Unknown(::serde_json::Value),
        }

        impl decode::Union for #ident {
            const DISCRIMINATOR: Option<&'static str> = #discriminator;
            const VARIANTS: &'static [decode::Variant] = &[#(#descriptions),*];

            #[inline]
            fn variant_from_value(
                variant: usize,
                value: &::serde_json::Value,
                context: &mut decode::DecodeContext,
            ) -> decode::Decoded<Self> {
                match variant {
                    #(#numbers => decode::LenientDeserialize::from_value(value, context).map(Self::#idents),)*
                    _ => decode::Decoded::Exact(Self::Unknown(value.clone())),
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
        decode::union!(#ident);

        #(#conversions)*
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
