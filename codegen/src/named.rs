//! The names of list items: an implementation of `Named` for each type that an operation lists, if one of its properties is a name.
//!
//! The name is the property `name`, `label` or `title`, in this order, or the name of the main concept of the type, such as `ruleName` of
//! an access rule. If this rule finds no property or the wrong one, `x-named-by` of the schema names it.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::Operation;
use cisco_secure_access_openapi::words::words;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::Result;
use crate::emit::{TypeDef, TypeDefs};
use crate::engine::RustTypes;
use crate::object::FieldType;
use crate::paging;
use crate::rust_type::simple_name;
use crate::types::{Shape, Type};

/// Implements `Named` for the items of all lists.
pub(crate) fn named(
    operations: &[Operation],
    rust_types: &RustTypes,
    defs: &TypeDefs,
    described: &BTreeMap<String, Type>,
) -> Result<TokenStream> {
    let signatures = rust_types.signatures(operations)?;
    let mut items = BTreeSet::new();
    for (operation, signature) in operations.iter().zip(&signatures) {
        let Some(pagination) = &operation.pagination else {
            continue;
        };
        let item = paging::item(&signature.response(), pagination, defs);
        items.extend(item.and_then(|(_, item)| simple_name(&item)));
    }
    let mut code = TokenStream::new();
    for item in items {
        let Some(name) = name_of(&item, defs, described) else {
            continue;
        };
        let item = Ident::new(&item, Span::call_site());
        code.extend(quote! {
            impl crate::Named for #item {
                #[inline]
                fn name(&self) -> Option<&str> {
                    #name
                }
            }
        });
    }
    Ok(code)
}

/// The expression for the name of `self`, an item of this type.
fn name_of(item: &str, defs: &TypeDefs, described: &BTreeMap<String, Type>) -> Option<TokenStream> {
    let TypeDef::Struct(fields) = defs.get(item)? else {
        return None;
    };
    let of_name = |wire: &str| fields.iter().find(|field| field.wire == wire);
    let known = described.get(item)?.named_by.as_deref();
    let field = match known {
        Some(known) => of_name(known)?,
        None => of_name("name")
            .or_else(|| of_name("label"))
            .or_else(|| of_name("title"))
            .or_else(|| named_after(item, fields))?,
    };
    let ident = &field.ident;
    let is_string = simple_name(&field.base).is_some_and(|base| {
        let shape = described.get(&base).map(|ty| &ty.shape);
        base == "String" || matches!(shape, Some(Shape::Enum(_)))
    });
    match (
        is_string && !field.presence.nullable,
        field.presence.optional,
    ) {
        (false, _) => None,
        (true, true) => Some(quote!(self.#ident.as_ref().map(|name| name.as_str()))),
        (true, false) => Some(quote!(Some(self.#ident.as_str()))),
    }
}

/// The property with the name of the main concept of the type: `settingName` of a `PolicySetting`. If there are several, the one whose
/// words come first in the name of the type.
fn named_after<'a>(item: &str, fields: &'a [FieldType]) -> Option<&'a FieldType> {
    let item = words(item);
    let candidates = fields.iter().filter_map(|field| {
        let mut property = words(&field.wire);
        if property.pop()? != "name" || property.is_empty() {
            return None;
        }
        let position = item
            .windows(property.len())
            .position(|part| part == property)?;
        Some((position, field))
    });
    let first = candidates.min_by_key(|(position, _)| *position);
    first.map(|(_, field)| field)
}
