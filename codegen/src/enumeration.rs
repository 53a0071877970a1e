//! Enumerations, of strings and of integers.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::lower::EnumValue;
use crate::names;

/// An enumeration: the code, and the variant of the first value.
pub(crate) struct Enumeration {
    pub code: TokenStream,
    pub first: Ident,
}

/// Emits an enumeration of strings.
pub(crate) fn emit(ident: &Ident, docs: &TokenStream, values: &[EnumValue]) -> Enumeration {
    let names = values.iter().map(|value| value.variant.clone());
    let values = values.iter().map(|value| &value.value);
    emit_values(&quote!(open_enum), ident, docs, names, values)
}

/// Emits an enumeration of integers.
pub(crate) fn emit_integers(
    ident: &Ident,
    docs: &TokenStream,
    values: &[(i64, Option<String>)],
) -> Enumeration {
    let names = values.iter().map(|(value, name)| match name {
        Some(name) => names::pascal(name),
        None if *value < 0 => format!("Minus{}", value.unsigned_abs()),
        None => format!("N{value}"),
    });
    let values = values.iter().map(|(value, _)| value);
    emit_values(&quote!(integer_enum), ident, docs, names, values)
}

/// Emits an enumeration with the macro of its kind.
fn emit_values<V: ToTokens + std::fmt::Display>(
    kind: &TokenStream,
    ident: &Ident,
    docs: &TokenStream,
    names: impl Iterator<Item = String>,
    values: impl IntoIterator<Item = V>,
) -> Enumeration {
    let variants = idents(names);
    let values = variants.iter().zip(values).map(|(variant, value)| {
        let doc = format!(" `{value}`");
        quote!(#[doc = #doc] #variant = #value)
    });
    let code = quote! {
        decode::#kind! {
            #docs
            #ident { #(#values),* }
        }
    };
    let unknown = || Ident::new(UNKNOWN, Span::call_site());
    Enumeration {
        code,
        first: variants.first().cloned().unwrap_or_else(unknown),
    }
}

/// The variant of all values that are not documented.
const UNKNOWN: &str = "Unknown";

/// The names of variants as unique identifiers.
fn idents(names: impl Iterator<Item = String>) -> Vec<Ident> {
    let mut taken = BTreeSet::from([UNKNOWN.to_owned()]);
    let names = names.map(|mut name| {
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    });
    names.collect()
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
