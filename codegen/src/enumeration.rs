//! Enumerations, of strings and of integers.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::lower::EnumValue;
use crate::names;

/// Emits an enumeration of strings.
pub(crate) fn emit(ident: &Ident, docs: &TokenStream, values: &[EnumValue]) -> TokenStream {
    let names = values.iter().map(|value| value.variant.clone());
    let variants = idents(names)
        .zip(values)
        .map(|(variant, EnumValue { value, .. })| {
            let doc = format!(" `{value}`");
            quote!(#[doc = #doc] #variant = #value)
        });
    quote! {
        decode::open_enum! {
            #docs
            #ident { #(#variants),* }
        }
    }
}

/// Emits an enumeration of integers.
pub(crate) fn emit_integers(
    ident: &Ident,
    docs: &TokenStream,
    values: &[(i64, Option<String>)],
) -> TokenStream {
    let names = values.iter().map(|(value, name)| match name {
        Some(name) => names::pascal(name),
        None if *value < 0 => format!("Minus{}", value.unsigned_abs()),
        None => format!("N{value}"),
    });
    let variants = idents(names).zip(values).map(|(variant, (value, _))| {
        let doc = format!(" `{value}`");
        quote!(#[doc = #doc] #variant = #value)
    });
    quote! {
        decode::integer_enum! {
            #docs
            #ident { #(#variants),* }
        }
    }
}

/// The names of variants as unique identifiers.
fn idents(names: impl Iterator<Item = String>) -> impl Iterator<Item = Ident> {
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    names.map(move |mut name| {
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    })
}

/// The name of the variant of a value; `=`, `>=` and the like have no letters, and get names here.
pub(crate) fn variant_name(value: &str) -> String {
    let spelled = match value {
        "=" => "equal",
        "!=" => "not equal",
        ">" => "greater",
        ">=" => "greater or equal",
        "<" => "less",
        "<=" => "less or equal",
        "" => "empty",
        other => other,
    };
    names::pascal(spelled)
}
