//! From what was read to what is sent: for each operation that replaces or changes what another one reads, a method that makes the body of
//! the first of the response of the second.
//!
//! The method carries everything that the body can hold, undocumented properties included. Properties that only the response documents are
//! left out, because the service assigns them; a list of objects becomes a list of their ids where the body takes ids.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::File;

use crate::docs::markdown;
use crate::document::{Content, Operation};
use crate::emit::{TypeDef, TypeDefs};
use crate::error::Result;
use crate::names;
use crate::object::FieldType;
use crate::requests::{answer_type, argument_types, signatures};
use crate::rust_type::{element, simple_name};

/// Objects nest no deeper than this where they are compared.
const MAX_DEPTH: usize = 12;

/// Writes the conversions of a scope.
pub(crate) fn conversions(
    operations: &[Operation],
    generated: &File,
    types: &TypeDefs,
) -> Result<TokenStream> {
    let signatures = signatures(operations, generated)?;
    let mut found: BTreeMap<String, BTreeMap<String, Vec<&Operation>>> = BTreeMap::new();
    for (change, signature) in operations.iter().zip(&signatures) {
        let is_json = matches!(
            change.body.as_ref().map(|body| &body.content),
            Some(Content::Json(_))
        );
        if !is_json || !matches!(change.method.as_str(), "PUT" | "PATCH") {
            continue;
        }
        let Some(target) = argument_types(signature)
            .remove("body")
            .and_then(|ty| object_name(&ty, types))
        else {
            continue;
        };
        let read = operations
            .iter()
            .zip(&signatures)
            .find(|(read, _)| read.method == "GET" && read.path == change.path);
        let source = read
            .and_then(|(_, signature)| answer_type(signature))
            .and_then(|response| source_of(&response, &target, types));
        if let Some(source) = source.filter(|source| *source != target) {
            let targets = found.entry(source).or_default();
            targets.entry(target).or_default().push(change);
        }
    }
    let mut code = TokenStream::new();
    for (source, targets) in &found {
        let is_only = targets.len() == 1;
        for (target, changes) in targets {
            code.extend(conversion(source, target, changes, is_only, types));
        }
    }
    Ok(code)
}

/// The fields of the struct `name`.
fn fields<'a>(name: &str, types: &'a TypeDefs) -> Option<&'a [FieldType]> {
    match types.get(name)? {
        TypeDef::Struct(fields) => Some(fields),
        _ => None,
    }
}

/// The name of an object type, alone or as the element of a list.
fn object_name(ty: &syn::Type, types: &TypeDefs) -> Option<String> {
    let name = simple_name(ty)?;
    match name.as_str() {
        "Vec" | "Box" | "Option" => object_name(&element(ty)?, types),
        _ => fields(&name, types).map(|_| name),
    }
}

/// The type that is changed: the response, or the object that it wraps; the one that shares most properties with the body.
fn source_of(response: &syn::Type, target: &str, types: &TypeDefs) -> Option<String> {
    let response = object_name(response, types)?;
    let wanted: BTreeSet<_> = fields(target, types)?
        .iter()
        .map(|field| &field.wire)
        .collect();
    let shared = |name: &String| {
        let fields = fields(name, types).unwrap_or_default();
        fields
            .iter()
            .filter(|field| wanted.contains(&field.wire))
            .count()
    };
    let wrapped = fields(&response, types)?
        .iter()
        .filter(|field| simple_name(&field.base).as_deref() != Some("Vec"))
        .filter_map(|field| object_name(&field.base, types));
    let mut best: Option<(usize, String)> = None;
    for name in [response.clone()].into_iter().chain(wrapped) {
        let shared = shared(&name);
        if shared > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((shared, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How the JSON of one type becomes that of another.
#[derive(Default)]
struct Differences {
    /// Properties that only the source documents.
    dropped: Vec<Vec<String>>,
    /// Lists of objects of which the target takes the ids, under a name of its own.
    ids: Vec<(Vec<String>, String)>,
    /// Properties that only the target documents.
    missing: Vec<Vec<String>>,
}

impl Differences {
    fn compare(&mut self, source: &str, target: &str, path: &[String], types: &TypeDefs) {
        if source == target || path.len() > MAX_DEPTH {
            return;
        }
        let (from, to) = (members(source, types), members(target, types));
        let ids_of = |name: &str| {
            to.iter()
                .find(|(_, field)| field.ids_of.as_deref() == Some(name))
        };
        for (wire, field) in &from {
            let path = [path, &[wire.clone()]].concat();
            match (to.get(wire), ids_of(wire)) {
                (Some(other), _) => self.compare_values(&field.base, &other.base, path, types),
                (None, Some((target, _))) => self.ids.push((path, target.clone())),
                (None, None) => self.dropped.push(path),
            }
        }
        for (wire, field) in to.iter().filter(|(wire, _)| !from.contains_key(*wire)) {
            let is_carried = field
                .ids_of
                .as_ref()
                .is_some_and(|name| from.contains_key(name));
            if !is_carried {
                self.missing.push([path, &[wire.clone()]].concat());
            }
        }
    }

    fn compare_values(
        &mut self,
        source: &syn::Type,
        target: &syn::Type,
        path: Vec<String>,
        types: &TypeDefs,
    ) {
        let (Some(from), Some(to)) = (simple_name(source), simple_name(target)) else {
            return;
        };
        let inner = |ty: &syn::Type| element(ty);
        match (from.as_str(), to.as_str()) {
            ("Box", _) => {
                if let Some(source) = inner(source) {
                    self.compare_values(&source, target, path, types);
                }
            }
            (_, "Box") => {
                if let Some(target) = inner(target) {
                    self.compare_values(source, &target, path, types);
                }
            }
            ("Vec", "Vec") => {
                let (Some(source), Some(target)) = (inner(source), inner(target)) else {
                    return;
                };
                let has_id = object_name(&source, types).is_some_and(|name| {
                    let fields = fields(&name, types).unwrap_or_default();
                    fields.iter().any(|field| field.wire == "id")
                });
                let takes_ids = matches!(simple_name(&target).as_deref(), Some("i64" | "String"));
                if has_id && takes_ids {
                    let name = path.last().cloned().unwrap_or_default();
                    self.ids.push((path, name));
                } else {
                    let path = [path.as_slice(), &["*".to_owned()]].concat();
                    self.compare_values(&source, &target, path, types);
                }
            }
            _ if is_object(&from, types) && is_object(&to, types) => {
                self.compare(&from, &to, &path, types);
            }
            _ => {}
        }
    }
}

fn is_object(name: &str, types: &TypeDefs) -> bool {
    matches!(
        types.get(name),
        Some(TypeDef::Struct(_) | TypeDef::Union(_))
    )
}

/// The documented properties of an object, or of all objects of a union.
fn members(name: &str, types: &TypeDefs) -> BTreeMap<String, FieldType> {
    match types.get(name) {
        Some(TypeDef::Struct(fields)) => fields
            .iter()
            .map(|field| (field.wire.clone(), field.clone()))
            .collect(),
        Some(TypeDef::Union(variants)) => variants
            .iter()
            .filter_map(|(_, ty)| simple_name(ty))
            .filter(|variant| fields(variant, types).is_some())
            .flat_map(|variant| members(&variant, types))
            .collect(),
        _ => BTreeMap::new(),
    }
}

/// The method of one conversion.
fn conversion(
    source: &str,
    target: &str,
    changes: &[&Operation],
    is_only: bool,
    types: &TypeDefs,
) -> TokenStream {
    let mut differences = Differences::default();
    differences.compare(source, target, &[], types);
    let method = match is_only {
        true => "to_update".to_owned(),
        false => {
            let name = target.strip_suffix("Request").unwrap_or(target);
            format!("to_{}", names::snake(name))
        }
    };
    let docs = markdown(&docs(changes, &differences));
    let [source, target, method] =
        [source, target, method.as_str()].map(|name| Ident::new(name, Span::call_site()));
    let dropped = &differences.dropped;
    let ids = differences
        .ids
        .iter()
        .map(|(path, name)| quote!((&[#(#path),*], #name)));
    quote! {
        impl #source {
            #docs
            #[must_use]
            pub fn #method(&self) -> #target {
                crate::response::decode::convert(self, &crate::response::decode::Conversion {
                    dropped: &[#(&[#(#dropped),*]),*],
                    ids: &[#(#ids),*],
                })
            }
        }
    }
}

fn docs(changes: &[&Operation], differences: &Differences) -> String {
    let list = |paths: &[Vec<String>]| {
        let paths = paths.iter().map(|path| {
            let names: Vec<_> = path.iter().filter(|name| *name != "*").cloned().collect();
            format!("`{}`", names.join("."))
        });
        let unique: BTreeSet<_> = paths.collect();
        unique.into_iter().collect::<Vec<_>>().join(", ")
    };
    let operations: Vec<_> = changes
        .iter()
        .map(|change| format!("`{}`", names::snake(&change.id)))
        .collect();
    let mut text = format!(
        "The body with which {} leaves this as it is: change what should change, and send it.\n\n\
         It carries everything that was read and that the body can hold, undocumented properties included.",
        operations.join(" or ")
    );
    let ids: Vec<_> = differences
        .ids
        .iter()
        .map(|(path, _)| path.clone())
        .collect();
    for (paths, title) in [
        (
            &differences.dropped,
            "Not carried, because the body does not have it",
        ),
        (&ids, "Of these lists of objects, the body takes the ids"),
        (
            &differences.missing,
            "Not in the response, so set it where it has to be kept",
        ),
    ] {
        if !paths.is_empty() {
            text.push_str(&format!("\n\n{title}: {}.", list(paths)));
        }
    }
    text
}
