//! The operation table: one constant for each operation, read by the runtime, the documentation and the simulator.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Operation, Pagination, PaginationStyle, RateLimit, Security};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::docs::{escape, former_name};
use crate::names;

/// The constant that describes an operation.
pub(crate) fn constant(operation: &Operation) -> Ident {
    Ident::new(&names::constant(&operation.id), Span::call_site())
}

/// The module `operations` of a scope.
pub(crate) fn table(scope: &str, operations: &[Operation]) -> TokenStream {
    let constants: Vec<_> = operations.iter().map(constant).collect();
    let mut shared = Shared::default();
    let entries: Vec<_> = operations
        .iter()
        .map(|operation| entry(scope, operation, &mut shared))
        .collect();
    let shared = shared.constants;
    quote! {
        /// The operation table of this scope.
        pub mod operations {
            #[allow(unused_imports)]
            use crate::operation::{
                CloudKind, Operation, RateLimit, RateLimitScope, RateLimitWindow, Security,
            };

            #(#shared)*

            #(#entries)*

            /// All operations, in the order of the document.
            pub static ALL: &[&Operation] = &[#(&#constants),*];
        }
    }
}

/// The values that many operations share. Each is one constant, because the compiler checks and evaluates each occurrence of a value.
#[derive(Default)]
struct Shared {
    /// By type and value: the number of the constant.
    numbers: BTreeMap<(String, String), usize>,
    constants: Vec<TokenStream>,
}

impl Shared {
    /// Returns the constant of this type with this value.
    fn constant(&mut self, ty: TokenStream, value: TokenStream) -> Ident {
        let next = self.numbers.len();
        let value_of_type = (ty.to_string(), value.to_string());
        let number = *self.numbers.entry(value_of_type).or_insert(next);
        let constant = Ident::new(&format!("SHARED_{number}"), Span::call_site());
        if number == next {
            self.constants.push(quote!(const #constant: #ty = #value;));
        }
        constant
    }
}

/// The constant of an operation, also under its former name.
fn entry(scope: &str, operation: &Operation, shared: &mut Shared) -> TokenStream {
    let constant = constant(operation);
    let row = row(scope, operation, shared);
    let alias = operation.former_name.as_ref().map(|former| {
        let attributes = former_name("", &constant.to_string());
        let former = Ident::new(&names::constant(former), Span::call_site());
        quote!(#attributes pub static #former: Operation = #row;)
    });
    let Operation {
        summary,
        method,
        path,
        ..
    } = operation;
    let doc = format!(" {}: `{method} {path}`.", escape(summary));
    quote! {
        #[doc = #doc]
        pub static #constant: Operation = #row;
        #alias
    }
}

/// What the table says of an operation.
fn row(scope: &str, operation: &Operation, shared: &mut Shared) -> TokenStream {
    let Operation {
        id,
        upstream_id,
        path,
        api,
        summary,
        deprecated,
        clouds,
        rate_limit,
        idempotent,
        upstream_errors,
        regional,
        ..
    } = operation;
    let rate_limit = option(rate_limit.as_ref().map(|limit| {
        let limit = self::rate_limit(limit);
        shared.constant(quote!(RateLimit), limit)
    }));
    let clouds = clouds
        .iter()
        .map(|cloud| Ident::new(&names::pascal(cloud), Span::call_site()));
    let clouds = shared.constant(quote!(&[CloudKind]), quote!(&[#(CloudKind::#clouds),*]));
    let method = Ident::new(&operation.method.to_ascii_uppercase(), Span::call_site());
    let security = match &operation.security {
        Security::Basic => quote!(Security::Basic),
        Security::Bearer(scopes) => quote!(Security::Bearer(&[#(#scopes),*])),
    };
    let security = shared.constant(quote!(Security), security);
    let pagination = match &operation.pagination {
        None => quote!(None),
        Some(_) => {
            let request = Ident::new(&names::pascal(&operation.id), Span::call_site());
            quote!(Some(<super::endpoints::#request as crate::Listing>::PAGINATION))
        }
    };
    let defaults = operation.parameters.iter().filter_map(|parameter| {
        let (name, default) = (&parameter.name, parameter.default.as_ref()?);
        Some(quote!((#name, #default)))
    });
    let success_property = option(operation.success_property.as_ref());
    quote! {
        Operation {
            id: #id,
            upstream_id: #upstream_id,
            scope: #scope,
            api: #api,
            method: ::http::Method::#method,
            path: #path,
            summary: #summary,
            security: #security,
            clouds: #clouds,
            rate_limit: #rate_limit,
            idempotent: #idempotent,
            pagination: #pagination,
            defaults: &[#(#defaults),*],
            deprecated: #deprecated,
            success_property: #success_property,
            upstream_errors: &[#(#upstream_errors),*],
            regional: #regional,
        }
    }
}

fn rate_limit(limit: &RateLimit) -> TokenStream {
    let RateLimit {
        class,
        per,
        windows,
    } = limit;
    let scope = Ident::new(&names::pascal(per), Span::call_site());
    let (requests, seconds): (Vec<_>, Vec<_>) = windows.iter().copied().unzip();
    quote! {
        RateLimit {
            class: #class,
            scope: RateLimitScope::#scope,
            windows: &[#(RateLimitWindow { requests: #requests, seconds: #seconds }),*],
        }
    }
}

/// The pagination of an operation, for the runtime.
pub(crate) fn pagination(pagination: &Pagination) -> TokenStream {
    let param = &pagination.offset_param;
    let (style, first_page) = match pagination.style {
        PaginationStyle::Offset => (quote!(by_offset(#param)), 0),
        PaginationStyle::Page => (quote!(by_page(#param)), 1),
        PaginationStyle::Cursor => (quote!(by_cursor(#param)), 0),
        PaginationStyle::Single => (quote!(single()), 0),
    };
    let items = &pagination.items;
    let first_page = Some(pagination.first_page).filter(|number| *number != first_page);
    let settings = [
        setting("first_page", first_page),
        setting("limit", pagination.limit.as_ref()),
        setting("max_page_size", pagination.max_page_size),
        setting("max_offset", pagination.max_offset),
        setting("total", pagination.total.as_ref()),
        setting("more", pagination.more.as_ref()),
        setting("next", pagination.next.as_ref()),
        setting("next_header", pagination.next_header.as_ref()),
        setting("next_from_item", pagination.next_from_item.as_ref()),
        pagination.link.then(|| quote!(.link())),
        pagination.may_send_all.then(|| quote!(.may_send_all())),
    ];
    let settings = settings.into_iter().flatten();
    quote!(crate::Pagination::#style.items(#items)#(#settings)*)
}

fn setting(name: &str, value: Option<impl quote::ToTokens>) -> Option<TokenStream> {
    let name = Ident::new(name, Span::call_site());
    value.map(|value| quote!(.#name(#value)))
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}
