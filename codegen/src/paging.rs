//! The listings: the pagination of an operation, and the extraction of the items from a page.

use cisco_secure_access_openapi::{Operation, Pagination};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::emit::{TypeDef, TypeDefs};
use crate::operations;
use crate::rust_type::{element, simple_name};
use crate::{Error, Result};

/// The listing of the endpoint `ident`, for list operations.
pub(crate) fn listing(
    operation: &Operation,
    ident: &Ident,
    response: &syn::Type,
    types: &TypeDefs,
) -> Result<Option<TokenStream>> {
    let Some(pagination) = &operation.pagination else {
        return Ok(None);
    };
    let wrong = |what: &str, pointer: &str| {
        Error::new(
            format!("{}/x-pagination", operation.pointer),
            format!("`{pointer}` is not a {what} of the response"),
        )
    };
    let (items, item) =
        item(response, pagination, types).ok_or_else(|| wrong("list", &pagination.items))?;
    let values = [
        (response, &pagination.total, "number", Some("i64")),
        (response, &pagination.more, "flag", Some("bool")),
        (response, &pagination.next, "property", None),
        (
            &item,
            &pagination.next_from_item,
            "property of an item",
            None,
        ),
    ];
    for (ty, pointer, what, expected) in values {
        if let Some(pointer) = pointer
            && access(ty, pointer, types)
                .filter(|(_, ty)| expected.is_none() || simple_name(ty).as_deref() == expected)
                .is_none()
        {
            return Err(wrong(what, pointer));
        }
    }
    let pagination = operations::pagination(pagination);
    Ok(Some(quote! {
        impl crate::Listing for endpoints::#ident {
            type Item = #item;

            const PAGINATION: crate::Pagination = #pagination;

            #[inline]
            fn items_of(page: #response) -> Vec<#item> {
                #items.unwrap_or_default()
            }
        }
    }))
}

/// The expression for the list in `page`, as an `Option`, and the type of its items.
pub(crate) fn item(
    response: &syn::Type,
    pagination: &Pagination,
    types: &TypeDefs,
) -> Option<(TokenStream, syn::Type)> {
    let (items, list) = access(response, &pagination.items, types)?;
    let is_list = simple_name(&list).as_deref() == Some("Vec");
    Some((items, element(&list).filter(|_| is_list)?))
}

/// The expression for the value at a JSON pointer in `page`, as an `Option`, and the type of that value.
pub(crate) fn access(
    response: &syn::Type,
    pointer: &str,
    types: &TypeDefs,
) -> Option<(TokenStream, syn::Type)> {
    let segments: Vec<_> = pointer.split('/').skip(1).collect();
    access_from(quote!(Some(page)), response, &segments, types)
}

/// Continues from `value`, an `Option` of `ty`.
fn access_from(
    value: TokenStream,
    ty: &syn::Type,
    segments: &[&str],
    types: &TypeDefs,
) -> Option<(TokenStream, syn::Type)> {
    let Some((segment, rest)) = segments.split_first() else {
        return Some((value, ty.clone()));
    };
    let name = simple_name(ty)?;
    match types.get(&name)? {
        TypeDef::Struct(fields) => {
            let field = fields.iter().find(|field| field.wire == *segment)?;
            let ident = &field.ident;
            let next = match field.presence.optional {
                true => quote!(#value.and_then(|value| value.#ident)),
                false => quote!(#value.map(|value| value.#ident)),
            };
            access_from(next, &field.base, rest, types)
        }
        TypeDef::Union(variants) => {
            let choice = Ident::new(&name, Span::call_site());
            let mut found = None;
            let arms: Vec<_> = variants
                .iter()
                .filter_map(|(variant, ty)| {
                    let (value, ty) = access_from(quote!(Some(value)), ty, segments, types)?;
                    found = Some(ty);
                    Some(quote!(#choice::#variant(value) => #value,))
                })
                .collect();
            let next = quote!(#value.and_then(|value| match value { #(#arms)* _ => None }));
            Some((next, found?))
        }
        TypeDef::Enum => None,
    }
}
