//! The type engine: progenitor, which generates the Rust type of each value of a lowered document.
//!
//! Only the structs of its code are used. The rest (implementations for the structs, a client, attributes) is removed before the code is
//! parsed, because in a build script, which is not optimized, parsing takes as long as generating.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::Operation;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use progenitor_impl::{GenerationSettings, Generator};
use serde_json::Value;
use syn::Item;

use crate::lower::{BODY, RESPONSE, field_number, operation_number, parameter_number};
use crate::rust_type::{shorten, standalone};
use crate::{Error, Result};

/// The Rust types that progenitor generates: those of the fields of each struct, by the names of both in the lowered document.
pub(crate) struct RustTypes(BTreeMap<String, BTreeMap<String, syn::Type>>);

/// The Rust types of the arguments and the response of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Signature<'a> {
    operation: &'a Operation,
    types: &'a BTreeMap<String, syn::Type>,
}

impl RustTypes {
    /// The Rust types of the values of a lowered document.
    pub(crate) fn of(document: Value) -> Result<Self> {
        let document: openapiv3::OpenAPI = serde_json::from_value(document).map_err(|error| {
            Error::new("", format!("not a valid OpenAPI 3.0 document: {error}"))
        })?;
        let mut settings = GenerationSettings::new();
        settings.with_map_type("::std::collections::BTreeMap");
        // Progenitor panics on documents that it does not support; after lowering, a panic becomes an error.
        let tokens =
            std::panic::catch_unwind(|| Generator::new(&settings).generate_tokens(&document))
                .map_err(|_| {
                    Error::new(
                        "",
                        "progenitor panicked on this document; its message is above",
                    )
                })?
                .map_err(|error| {
                    Error::new("", format!("progenitor rejected this document: {error}"))
                })?;
        let file: syn::File = syn::parse2(structs(tokens)).map_err(|error| {
            Error::new("", format!("progenitor's code does not parse: {error}"))
        })?;
        let structs = file.items.into_iter().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        let types = structs.map(|item| {
            let fields = item.fields.into_iter();
            let fields =
                fields.filter_map(|field| Some((field.ident?.to_string(), shorten(&field.ty))));
            (item.ident.to_string(), fields.collect())
        });
        Ok(Self(types.collect()))
    }

    /// The types of the fields `f0000`, `f0001`… of the type `name`.
    pub(crate) fn fields(&self, name: &str, count: usize) -> Result<Vec<syn::Type>> {
        let fields = self.0.get(name);
        (0..count)
            .map(|index| {
                let ty = fields.and_then(|fields| fields.get(&field_number(index)));
                ty.cloned().ok_or_else(|| {
                    Error::new(
                        format!("/components/schemas/{name}"),
                        format!("progenitor generated no field {index} for this schema"),
                    )
                })
            })
            .collect()
    }

    /// The types of the arguments and responses of `operations`, which are those of the document, in their order.
    pub(crate) fn signatures<'a>(
        &'a self,
        operations: &'a [Operation],
    ) -> Result<Vec<Signature<'a>>> {
        let numbered = operations.iter().enumerate();
        numbered
            .map(|(index, operation)| {
                let types = self.0.get(&operation_number(index)).ok_or_else(|| {
                    Error::new(
                        &operation.pointer,
                        "progenitor generated no types for this operation",
                    )
                })?;
                Ok(Signature { operation, types })
            })
            .collect()
    }
}

impl Signature<'_> {
    /// The type of the parameter with this number.
    pub(crate) fn parameter(self, index: usize) -> Result<syn::Type> {
        self.argument(&parameter_number(index))
    }

    /// The type of the body.
    pub(crate) fn body(self) -> Result<syn::Type> {
        self.argument(BODY)
    }

    /// The type of a response: `()` if it has no content.
    pub(crate) fn response(self) -> syn::Type {
        match self.types.get(RESPONSE) {
            Some(ty) => standalone(ty.clone()),
            None => syn::parse_quote!(()),
        }
    }

    fn argument(self, name: &str) -> Result<syn::Type> {
        self.types.get(name).cloned().ok_or_else(|| {
            Error::new(
                &self.operation.pointer,
                format!("progenitor generated no type for the argument `{name}`"),
            )
        })
    }
}

/// The structs of the module `types` in a file, without attributes.
fn structs(file: TokenStream) -> TokenStream {
    let is_types =
        |item: &[TokenTree]| keyword(item).as_deref() == Some("mod") && has_word(item, "types");
    let modules = items(file).filter(|item| is_types(item));
    let structs =
        modules.filter_map(|mut module| block(&mut module).map(|block| items(block.stream())));
    let structs = structs
        .flatten()
        .filter(|item| keyword(item).as_deref() == Some("struct"));
    let structs = structs.map(|mut item| {
        if let Some(fields) = block(&mut item) {
            let used = without_attributes(fields.stream()).collect();
            *fields = Group::new(fields.delimiter(), used);
        }
        item
    });
    structs.flatten().collect()
}

/// The items of a file or block, without their attributes. An item ends with a block or a semicolon.
fn items(tokens: TokenStream) -> impl Iterator<Item = Vec<TokenTree>> {
    let mut tokens = without_attributes(tokens);
    std::iter::from_fn(move || {
        let mut item = Vec::new();
        for tree in tokens.by_ref() {
            let is_end = match &tree {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() == ';',
                _ => false,
            };
            item.push(tree);
            if is_end {
                break;
            }
        }
        (!item.is_empty()).then_some(item)
    })
}

fn without_attributes(tokens: TokenStream) -> impl Iterator<Item = TokenTree> {
    let mut tokens = tokens.into_iter();
    std::iter::from_fn(move || {
        loop {
            match tokens.next()? {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    // `[…]`, after `!` for an attribute of the file.
                    while matches!(tokens.next()?, TokenTree::Punct(_)) {}
                }
                tree => return Some(tree),
            }
        }
    })
}

/// The word that says what an item is.
fn keyword(item: &[TokenTree]) -> Option<String> {
    let mut words = item.iter().filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.find(|word| word != "pub")
}

fn has_word(item: &[TokenTree], wanted: &str) -> bool {
    let mut trees = item.iter();
    trees.any(|tree| matches!(tree, TokenTree::Ident(word) if word == wanted))
}

/// The block that an item ends with.
fn block(item: &mut [TokenTree]) -> Option<&mut Group> {
    match item.last_mut() {
        Some(TokenTree::Group(group)) => Some(group),
        _ => None,
    }
}
