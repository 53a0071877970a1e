//! Enumerations, of strings and of integers.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use serde_json::Value;

use crate::names;
use crate::types::{EnumValue, Shape};

/// Emits an enumeration of strings.
pub(crate) fn emit(ident: &Ident, docs: &TokenStream, values: &[EnumValue]) -> TokenStream {
    let literals = values.iter().map(|value| &value.value);
    emit_values(&quote!(open_enum), ident, docs, variants(values), literals)
}

/// Emits an enumeration of integers.
pub(crate) fn emit_integers(
    ident: &Ident,
    docs: &TokenStream,
    values: &[(i64, Option<String>)],
) -> TokenStream {
    let literals = values.iter().map(|(value, _)| value);
    let variants = integer_variants(values);
    emit_values(&quote!(integer_enum), ident, docs, variants, literals)
}

/// Emits an enumeration with the macro of its kind.
fn emit_values<V: ToTokens + std::fmt::Display>(
    kind: &TokenStream,
    ident: &Ident,
    docs: &TokenStream,
    variants: Vec<Ident>,
    values: impl Iterator<Item = V>,
) -> TokenStream {
    let values = variants.iter().zip(values).map(|(variant, value)| {
        let doc = format!(" `{value}`");
        quote!(#[doc = #doc] #variant = #value)
    });
    quote! {
        decode::#kind! {
            #docs
            #ident { #(#values),* }
        }
    }
}

/// The documented values of an enumeration in JSON, and their variants.
pub(crate) fn values(shape: &Shape) -> Vec<(Value, Ident)> {
    match shape {
        Shape::Enum(values) => {
            let known = values.iter().map(|value| Value::from(value.value.as_str()));
            known.zip(variants(values)).collect()
        }
        Shape::IntegerEnum(values) => {
            let known = values.iter().map(|(value, _)| Value::from(*value));
            known.zip(integer_variants(values)).collect()
        }
        Shape::Struct(..) | Shape::Union(_) => Vec::new(),
    }
}

fn variants(values: &[EnumValue]) -> Vec<Ident> {
    idents(values.iter().map(|value| value.variant.clone()))
}

fn integer_variants(values: &[(i64, Option<String>)]) -> Vec<Ident> {
    idents(values.iter().map(|(value, name)| match name {
        Some(name) => names::pascal(name),
        None if *value < 0 => format!("Minus{}", value.unsigned_abs()),
        None => format!("N{value}"),
    }))
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
