//! The judge: what users can write against the generated code, as a set of lines, so that what is gone breaks their programs.

use std::collections::BTreeSet;

use cisco_secure_access_codegen::{Options, generate};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use serde_json::Value;
use syn::{FnArg, ImplItem, Item, Visibility};

/// What can be written against the code of the old document, and not against that of the new one.
pub(super) fn lost(old: &Value, new: &Value) -> Vec<String> {
    let new = surface(new);
    surface(old).difference(&new).cloned().collect()
}

fn surface(document: &Value) -> BTreeSet<String> {
    let options = Options {
        enabled: &|_| true,
        schemars: false,
    };
    let code = generate("shop", document, &options).unwrap().code;
    let file: syn::File = syn::parse2(code).unwrap();
    let mut lines = BTreeSet::new();
    // The table of operations is data: what it says may change.
    let items = file.items.iter().filter(|item| match item {
        Item::Mod(module) => module.ident != "operations",
        _ => true,
    });
    items.for_each(|item| describe(item, &mut lines));
    lines
}

fn describe(item: &Item, lines: &mut BTreeSet<String>) {
    match item {
        Item::Mod(module) => {
            let (_, items) = module.content.as_ref().unwrap();
            items.iter().for_each(|item| describe(item, lines));
        }
        Item::Struct(item) => {
            lines.insert(format!("struct {}", item.ident));
            for field in &item.fields {
                if let (Visibility::Public(_), Some(ident)) = (&field.vis, &field.ident) {
                    let ty = field.ty.to_token_stream();
                    lines.insert(format!("{}.{ident}: {ty}", item.ident));
                }
            }
        }
        Item::Type(item) => {
            let ty = item.ty.to_token_stream();
            lines.insert(format!("type {} = {ty}", item.ident));
        }
        Item::Enum(item) => {
            lines.insert(format!("enum {}", item.ident));
            for variant in &item.variants {
                let fields = variant.fields.to_token_stream();
                lines.insert(format!("{}::{}{fields}", item.ident, variant.ident));
            }
        }
        Item::Impl(item) if item.trait_.is_none() => {
            let ty = item.self_ty.to_token_stream().to_string();
            for item in &item.items {
                let ImplItem::Fn(method) = item else { continue };
                if !matches!(method.vis, Visibility::Public(_)) {
                    continue;
                }
                // Names of arguments are nobody's business.
                let inputs = method.sig.inputs.iter().map(|input| match input {
                    FnArg::Typed(argument) => argument.ty.to_token_stream().to_string(),
                    FnArg::Receiver(receiver) => receiver.to_token_stream().to_string(),
                });
                let inputs: Vec<_> = inputs.collect();
                let output = method.sig.output.to_token_stream();
                let name = &method.sig.ident;
                lines.insert(format!("{ty}::{name}({}) {output}", inputs.join(", ")));
            }
        }
        // What the response of an endpoint holds, and its items.
        Item::Impl(item) => {
            let (of, _) = item.trait_.as_ref().unwrap();
            let (of, ty) = (of.to_token_stream(), item.self_ty.to_token_stream());
            for item in &item.items {
                if let ImplItem::Type(item) = item {
                    let value = item.ty.to_token_stream();
                    lines.insert(format!("<{ty} as {of}>::{} = {value}", item.ident));
                }
            }
        }
        Item::Macro(item) if item.mac.path.segments.last().unwrap().ident == "open_enum" => {
            values(item.mac.tokens.clone(), lines);
        }
        _ => {}
    }
}

/// The variants in `open_enum! { Name { Variant = "value", … } }`.
fn values(tokens: TokenStream, lines: &mut BTreeSet<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for pair in tokens.windows(2) {
        let [TokenTree::Ident(name), TokenTree::Group(variants)] = pair else {
            continue;
        };
        let variants: Vec<_> = variants.stream().into_iter().collect();
        for three in variants.windows(3) {
            if let [
                TokenTree::Ident(variant),
                TokenTree::Punct(_),
                TokenTree::Literal(value),
            ] = three
            {
                lines.insert(format!("{name}::{variant} = {value}"));
            }
        }
    }
}
