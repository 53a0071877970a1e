//! What lists everything: `pages()` and `items()` of the requests whose operations page, and how items and totals are taken out of answers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::document::Operation;
use crate::emit::{TypeDef, TypeDefs};
use crate::error::{Error, Result};
use crate::operations;
use crate::rust_type::{element, simple_name};

/// `pages()` and `items()`, for the operations that page.
pub(crate) fn listing(
    operation: &Operation,
    answer: &syn::Type,
    types: &TypeDefs,
) -> Result<Option<TokenStream>> {
    let Some(pagination) = &operation.pagination else {
        return Ok(None);
    };
    let wrong = |what: &str, pointer: &str| {
        Error::new(
            format!("{}/x-pagination", operation.pointer),
            format!("`{pointer}` is no {what} of the answer"),
        )
    };
    let take = |pointer: &str, taking| access(answer, pointer, types, taking);
    let no_list = || wrong("list", &pagination.items);
    let (items, list) = take(&pagination.items, Taking::Value).ok_or_else(no_list)?;
    let item = element(&list)
        .filter(|_| simple_name(&list).as_deref() == Some("Vec"))
        .ok_or_else(no_list)?;
    let (count, _) = take(&pagination.items, Taking::Length).ok_or_else(no_list)?;
    let total = match &pagination.total {
        None => quote!(None),
        Some(total) => {
            let (expression, _) = take(total, Taking::Copy)
                .filter(|(_, ty)| simple_name(ty).as_deref() == Some("i64"))
                .ok_or_else(|| wrong("number", total))?;
            expression
        }
    };
    let pagination = operations::pagination(pagination);
    Ok(Some(quote! {
        /// How it hands out its pages.
        pub const PAGINATION: crate::Pagination = #pagination;

        fn measure_page(page: &#answer) -> crate::pagination::Size {
            crate::pagination::Size { total: #total, count: #count.unwrap_or_default() }
        }

        fn split_page(answer: crate::response::RawResponse) -> crate::Result<crate::pagination::Page<#item>> {
            let page = answer.decode::<#answer>()?.into_inner();
            let total = Self::measure_page(&page).total;
            Ok(crate::pagination::Page { total, items: #items.unwrap_or_default() })
        }

        /// The pages, fetched as they are asked for.
        #[inline]
        pub fn pages(self) -> crate::Pages<#answer> {
            crate::Pages::new(self.parts, Self::PAGINATION, Self::measure_page)
        }

        /// The items of all pages, fetched as they are asked for.
        #[inline]
        pub fn items(self) -> crate::Items<#item> {
            crate::Items::new(self.parts, Self::PAGINATION, Self::split_page)
        }
    }))
}

/// What is wanted of a value in an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// The value, out of the answer.
    Value,
    /// A copy of it.
    Copy,
    /// The length of the list that it is.
    Length,
}

/// The expression that takes the value at a JSON pointer out of `page`, as an `Option`, and the type of that value.
///
/// `page` is the answer, or a reference to it where the value stays there.
pub(crate) fn access(
    answer: &syn::Type,
    pointer: &str,
    types: &TypeDefs,
    taking: Taking,
) -> Option<(TokenStream, syn::Type)> {
    let segments: Vec<_> = pointer.split('/').skip(1).collect();
    if segments.is_empty() {
        let page = match taking {
            Taking::Value | Taking::Copy => quote!(Some(page)),
            Taking::Length => quote!(Some(page.len())),
        };
        return Some((page, answer.clone()));
    }
    access_from(quote!(Some(page)), answer, &segments, types, taking)
}

/// Goes on from `value`, an `Option` of `ty`.
fn access_from(
    value: TokenStream,
    ty: &syn::Type,
    segments: &[&str],
    types: &TypeDefs,
    taking: Taking,
) -> Option<(TokenStream, syn::Type)> {
    let Some((segment, rest)) = segments.split_first() else {
        return Some((value, ty.clone()));
    };
    let name = simple_name(ty)?;
    match types.get(&name)? {
        TypeDef::Struct(fields) => {
            let field = fields.iter().find(|field| field.wire == *segment)?;
            let ident = &field.ident;
            let kept = taking != Taking::Value;
            let next = match (field.presence.optional, rest.is_empty()) {
                (true, true) if taking == Taking::Length => {
                    quote!(#value.and_then(|value| value.#ident.as_ref()).map(|list| list.len()))
                }
                (false, true) if taking == Taking::Length => {
                    quote!(#value.map(|value| value.#ident.len()))
                }
                (true, false) if kept => {
                    quote!(#value.and_then(|value| value.#ident.as_ref()))
                }
                (false, false) if kept => quote!(#value.map(|value| &value.#ident)),
                (true, _) => quote!(#value.and_then(|value| value.#ident)),
                (false, _) => quote!(#value.map(|value| value.#ident)),
            };
            access_from(next, &field.base, rest, types, taking)
        }
        TypeDef::Union(variants) => {
            let choice = Ident::new(&name, Span::call_site());
            let mut found = None;
            let arms: Vec<_> = variants
                .iter()
                .filter_map(|(variant, ty)| {
                    let (value, ty) =
                        access_from(quote!(Some(value)), ty, segments, types, taking)?;
                    found = Some(ty);
                    Some(quote!(#choice::#variant(value) => #value,))
                })
                .collect();
            let next = quote!(#value.and_then(|value| match value { #(#arms)* _ => None }));
            Some((next, found?))
        }
        TypeDef::Enum(_) | TypeDef::IntegerEnum(_) => None,
    }
}
