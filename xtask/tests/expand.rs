//! `cargo xtask expand`: what an operation has of the generated code, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use syn::{File, ImplItem, Item};
use xtask::{expand, specs};

/// The names of the types in a module of the code; those that `open_enum!` makes stand first in its tokens.
fn types(code: &File, name: &str) -> BTreeSet<String> {
    let module = code.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    let items = module.unwrap().1.iter();
    items
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Type(item) => Some(item.ident.to_string()),
            Item::Macro(item) => item
                .mac
                .tokens
                .clone()
                .into_iter()
                .map(|token| token.to_string())
                .find(|token| token.starts_with(|first: char| first.is_ascii_uppercase())),
            _ => None,
        })
        .collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn an_operation_has_its_method_its_request_and_its_types() {
    let text = expand::run(&specs(), "deployments", Some("get_site")).unwrap();
    let code: File = syn::parse_str(&text).unwrap();
    let methods: Vec<String> = code
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) => Some(&block.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(methods, ["get_site"]);
    assert_eq!(types(&code, "requests"), names(["GetSite"]));
    assert_eq!(types(&code, "endpoints"), names(["GetSite"]));
    assert!(text.contains("impl crate::Endpoint for endpoints::GetSite"));
    // A site is made into the body of its update.
    assert_eq!(types(&code, "types"), names(["Site", "SiteRequest"]));
    assert!(text.contains("pub static GET_SITE: Operation"));
    assert!(!text.contains("pub static LIST_SITES"));
}

#[test]
fn types_are_followed_through_others() {
    let text = expand::run(&specs(), "deployments", Some("list_network_tunnel_groups")).unwrap();
    let types = types(&syn::parse_str(&text).unwrap(), "types");
    let expected = names(["NetworkTunnelGroupList", "Hub", "HubStateStatus"]);
    assert!(types.is_superset(&expected), "{types:?}");
    assert!(!types.contains("Site"));
}

#[test]
fn an_unknown_name_is_reported_with_the_known_ones() {
    let error = expand::run(&specs(), "deployments", Some("get_sites")).unwrap_err();
    assert!(error.contains("no operation get_sites"), "{error}");
    assert!(error.contains("get_site,"), "{error}");
    let error = expand::run(&specs(), "deployments", Some("list_sitez")).unwrap_err();
    assert!(
        error.contains("the most similar are list_sites,"),
        "{error}"
    );
    let error = expand::run(&specs(), "sites", None).unwrap_err();
    assert!(error.contains("the scopes are admin, auth"), "{error}");
}
