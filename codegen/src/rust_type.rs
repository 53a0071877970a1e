//! Rust types as syntax: the types of arguments, and the types that users read in the documentation.

use proc_macro2::TokenStream;
use quote::quote;

/// The type of an argument for a value of type `ty`, and the expression that converts the argument.
pub(crate) fn argument(ty: &syn::Type, name: &TokenStream) -> (TokenStream, TokenStream) {
    match simple_name(ty).as_deref() {
        Some("i64" | "f64" | "bool" | "Value" | "Map" | "DateTime" | "NaiveDate" | "BTreeMap") => {
            (quote!(#ty), name.clone())
        }
        Some("Box") => match element(ty) {
            Some(inner) => (quote!(impl Into<#inner>), quote!(Box::new(#name.into()))),
            None => (quote!(#ty), name.clone()),
        },
        Some("Vec") => match element(ty) {
            Some(inner) => (
                quote!(impl IntoIterator<Item = impl Into<#inner>>),
                quote!(#name.into_iter().map(Into::into).collect()),
            ),
            None => (quote!(#ty), name.clone()),
        },
        _ => (quote!(impl Into<#ty>), quote!(#name.into())),
    }
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
