//! The arguments of requests: their types, and their encoding in a request.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::{Encoding, Parameter, Part};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::names;
use crate::rust_type::{Enumerations, argument, element, simple_name};
use crate::surface::ArgumentLocation;

/// One argument of a request.
pub(crate) struct Argument {
    pub ident: Ident,
    /// The owned type of its value.
    pub ty: syn::Type,
    pub required: bool,
    pub docs: String,
    pub location: ParameterLocation,
    /// Its value in the example of the operation.
    pub example: Option<Value>,
}

/// The location of an argument in the request.
pub(crate) enum ParameterLocation {
    Path,
    Query(String, Encoding),
    Header(String),
    Json,
    Form,
    Part(String),
}

impl ParameterLocation {
    fn of_argument(&self) -> ArgumentLocation {
        match self {
            Self::Path => ArgumentLocation::Path,
            Self::Query(..) => ArgumentLocation::Query,
            Self::Header(_) => ArgumentLocation::Header,
            Self::Json | Self::Form => ArgumentLocation::Body,
            Self::Part(_) => ArgumentLocation::File,
        }
    }
}

impl Argument {
    pub(crate) fn part(part: &Part, taken: &mut BTreeSet<String>) -> Self {
        Self {
            ident: free_name(&part.name, "_part", taken),
            ty: syn::parse_quote!(crate::Upload),
            required: part.required,
            docs: part.description.clone().unwrap_or_default(),
            example: part.example.clone(),
            location: ParameterLocation::Part(part.name.clone()),
        }
    }

    /// Whether it is an argument of the method of its operation: a part of the path or the body.
    pub(crate) fn is_positional(&self) -> bool {
        self.required && self.location.of_argument().is_positional()
    }

    /// Whether its setter takes no value.
    pub(crate) fn is_flag(&self) -> bool {
        matches!(self.location, ParameterLocation::Query(_, Encoding::Flag))
    }

    pub(crate) fn parameter(&self, enumerations: &Enumerations) -> TokenStream {
        let name = &self.ident;
        let ty = match self.location {
            ParameterLocation::Json | ParameterLocation::Form => reference(&self.ty),
            _ => argument(&self.ty, &quote!(#name), enumerations).0,
        };
        quote!(#name: #ty)
    }

    /// The call that adds the value to the request. It is a single call without other statements, because there are a thousand of them.
    pub(crate) fn store(&self, enumerations: &Enumerations) -> TokenStream {
        let (name, ty) = (&self.ident, &self.ty);
        let (_, value) = argument(ty, &quote!(#name), enumerations);
        let is_list = simple_name(ty).as_deref() == Some("Vec");
        match &self.location {
            ParameterLocation::Path => TokenStream::new(),
            ParameterLocation::Query(wire, Encoding::Flag) => quote!(.with_flag(#wire)),
            ParameterLocation::Query(wire, Encoding::Json) => {
                quote!(.with_query_json::<#ty>(#wire, &#value))
            }
            ParameterLocation::Query(wire, Encoding::Repeated) if is_list => {
                let element = element(ty);
                quote!(.with_query_repeated::<#element>(#wire, &#value))
            }
            ParameterLocation::Query(wire, _) if is_list => {
                let element = element(ty);
                quote!(.with_query_list::<#element>(#wire, &#value))
            }
            ParameterLocation::Query(wire, _) => quote!(.with_query::<#ty>(#wire, #name)),
            ParameterLocation::Header(wire) if is_list => {
                let element = element(ty);
                quote!(.with_header_list::<#element>(#wire, &#value))
            }
            ParameterLocation::Header(wire) => quote!(.with_header::<#ty>(#wire, #name)),
            ParameterLocation::Json => quote!(.with_json(#name)),
            ParameterLocation::Form => quote!(.with_form(#name)),
            ParameterLocation::Part(wire) => quote!(.with_part(#wire, #value)),
        }
    }
}

/// The documentation of a parameter, with its default.
pub(crate) fn docs_of(parameter: &Parameter) -> String {
    let description = parameter.description.clone().unwrap_or_default();
    match &parameter.default {
        Some(default) => format!("{description} Default: `{default}`.")
            .trim_start()
            .to_owned(),
        None => description,
    }
}

/// The name of an argument, with a suffix if it is in use.
pub(crate) fn free_name(wire: &str, suffix: &str, taken: &mut BTreeSet<String>) -> Ident {
    let mut name = names::snake(wire);
    while !taken.insert(name.clone()) {
        name.push_str(suffix);
    }
    Ident::new(&name, Span::call_site())
}

/// The borrowed form of a body.
fn reference(ty: &syn::Type) -> TokenStream {
    match (simple_name(ty).as_deref(), element(ty)) {
        (Some("Vec"), Some(element)) => quote!(&[#element]),
        (Some("String"), _) => quote!(&str),
        _ => quote!(&#ty),
    }
}
