//! The type engine: progenitor, which gives the Rust type of each value and response of a lowered document.
//!
//! Of its code only the structs and the signatures of the client's methods are used. The rest (implementations for the structs, bodies,
//! attributes) is dropped before the code is parsed, because parsing takes as long as generating in a build script, which is not optimized.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

use crate::{Error, Result};

/// What progenitor generates for a lowered document: the module `types` with its structs, and the methods of the client without bodies.
pub(crate) fn generate(document: Value) -> Result<syn::File> {
    let document: openapiv3::OpenAPI = serde_json::from_value(document)
        .map_err(|error| Error::new("", format!("not a valid OpenAPI 3.0 document: {error}")))?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional);
    settings.with_map_type("::std::collections::BTreeMap");
    // Progenitor panics on documents that it does not support; after lowering, a panic becomes an error.
    let tokens = std::panic::catch_unwind(|| Generator::new(&settings).generate_tokens(&document))
        .map_err(|_| {
            Error::new(
                "",
                "progenitor panicked on this document; its message is above",
            )
        })?
        .map_err(|error| Error::new("", format!("progenitor rejected this document: {error}")))?;
    syn::parse2(used(tokens))
        .map_err(|error| Error::new("", format!("progenitor's code does not parse: {error}")))
}

/// The items of a file that are used.
fn used(file: TokenStream) -> TokenStream {
    let mut used = Vec::new();
    for mut item in items(file) {
        let is_kept = match keyword(&item).as_deref() {
            Some("mod") if has_word(&item, "types") => replace_block(&mut item, structs),
            Some("impl") if !has_word(&item, "for") => replace_block(&mut item, signatures),
            _ => false,
        };
        if is_kept {
            used.append(&mut item);
        }
    }
    used.into_iter().collect()
}

/// The structs of a module, without attributes.
fn structs(module: TokenStream) -> TokenStream {
    let structs = items(module).filter(|item| keyword(item).as_deref() == Some("struct"));
    let structs = structs.map(|mut item| {
        replace_block(&mut item, |fields| without_attributes(fields).collect());
        item
    });
    structs.flatten().collect()
}

/// The functions of an implementation, with empty bodies.
fn signatures(functions: TokenStream) -> TokenStream {
    let functions = items(functions).map(|mut item| {
        replace_block(&mut item, |_| TokenStream::new());
        item
    });
    functions.flatten().collect()
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

/// Changes the content of the block that an item ends with; `false` if it has none.
fn replace_block(item: &mut [TokenTree], change: impl Fn(TokenStream) -> TokenStream) -> bool {
    match item.last_mut() {
        Some(TokenTree::Group(group)) => {
            *group = Group::new(group.delimiter(), change(group.stream()));
            true
        }
        _ => false,
    }
}
