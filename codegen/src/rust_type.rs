//! Rust types as syntax: the types of arguments, and the types that users read in the documentation.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use crate::types::{Shape, Type};

/// The names of the enumerations of a scope.
pub(crate) struct Enumerations(BTreeSet<String>);

impl Enumerations {
    pub(crate) fn of(types: &BTreeMap<String, Type>) -> Self {
        let is_enumeration = |ty: &Type| matches!(ty.shape, Shape::Enum(_) | Shape::IntegerEnum(_));
        let names = types.iter().filter(|(_, ty)| is_enumeration(ty));
        Self(names.map(|(name, _)| name.clone()).collect())
    }

    fn contains(&self, ty: &syn::Type) -> bool {
        simple_name(ty).is_some_and(|name| self.0.contains(&name))
    }
}

/// The type of an argument for a value of type `ty`, and the expression that converts the argument.
///
/// An enumeration is taken as its type alone, so that a misspelt value does not compile.
pub(crate) fn argument(
    ty: &syn::Type,
    name: &TokenStream,
    enumerations: &Enumerations,
) -> (TokenStream, TokenStream) {
    if is_exact(ty, enumerations) {
        return (quote!(#ty), name.clone());
    }
    match simple_name(ty).as_deref() {
        Some("Box") => match element(ty) {
            Some(inner) => (quote!(impl Into<#inner>), quote!(Box::new(#name.into()))),
            None => (quote!(#ty), name.clone()),
        },
        Some("Vec") => match element(ty) {
            Some(inner) if is_exact(&inner, enumerations) => (
                quote!(impl IntoIterator<Item = impl ::std::borrow::Borrow<#inner>>),
                quote!(crate::request::cloned_list(#name)),
            ),
            Some(inner) => (
                quote!(impl IntoIterator<Item = impl Into<#inner>>),
                quote!(crate::request::into_list(#name)),
            ),
            None => (quote!(#ty), name.clone()),
        },
        _ => (quote!(impl Into<#ty>), quote!(#name.into())),
    }
}

/// Whether a value is taken as its type alone.
fn is_exact(ty: &syn::Type, enumerations: &Enumerations) -> bool {
    const EXACT: [&str; 8] = [
        "i64",
        "f64",
        "bool",
        "Value",
        "Map",
        "DateTime",
        "NaiveDate",
        "BTreeMap",
    ];

    let is_plain = simple_name(ty).is_some_and(|name| EXACT.contains(&name.as_str()));
    is_plain || enumerations.contains(ty)
}

pub(crate) fn is_collection(ty: &syn::Type) -> bool {
    matches!(simple_name(ty).as_deref(), Some("Vec" | "BTreeMap" | "Map"))
}

/// The last segment of a path type.
pub(crate) fn simple_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `T` of `Vec<T>`, `Option<T>` or `Box<T>`.
pub(crate) fn element(ty: &syn::Type) -> Option<syn::Type> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}

/// `::std::vec::Vec<::std::string::String>` as `Vec<String>`: what users read in the documentation.
pub(crate) fn shorten(ty: &syn::Type) -> syn::Type {
    let mut ty = ty.clone();
    shorten_in_place(&mut ty);
    ty
}

fn shorten_in_place(ty: &mut syn::Type) {
    let syn::Type::Path(path) = ty else {
        if let syn::Type::Reference(reference) = ty {
            shorten_in_place(&mut reference.elem);
        }
        return;
    };
    // `BTreeMap` and `IpAddr` are not in the prelude.
    let is_prelude = path
        .path
        .segments
        .last()
        .is_some_and(|last| last.ident != "BTreeMap" && last.ident != "IpAddr");
    let qualified = path
        .path
        .segments
        .first()
        .is_some_and(|first| first.ident == "std" || first.ident == "types");
    if qualified
        && is_prelude
        && let Some(last) = path.path.segments.pop()
    {
        path.path.leading_colon = None;
        path.path.segments.clear();
        path.path.segments.push(last);
    }
    for segment in &mut path.path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            for argument in &mut arguments.args {
                if let syn::GenericArgument::Type(ty) = argument {
                    shorten_in_place(ty);
                }
            }
        }
    }
}

/// The type of a value that no object contains: a map itself keeps values that do not fit.
pub(crate) fn standalone(ty: syn::Type) -> syn::Type {
    let syn::Type::Path(path) = &ty else {
        return ty;
    };
    let arguments = path.path.segments.last().map(|last| &last.arguments);
    match arguments {
        Some(syn::PathArguments::AngleBracketed(arguments))
            if simple_name(&ty).as_deref() == Some("BTreeMap") =>
        {
            let value = arguments.args.iter().nth(1);
            syn::parse_quote!(crate::Entries<#value>)
        }
        _ => ty,
    }
}
