//! Conversions from a response to a request body: for each operation that replaces or changes what another one reads, a method that creates
//! the body of the first from the response of the second.
//!
//! The method copies everything that the body can contain, undocumented properties included. Properties that only the response documents are
//! omitted, because the service assigns them; a list of objects becomes a list of their ids where the body takes ids.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::{Content, Operation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::Result;
use crate::docs::markdown;
use crate::emit::{TypeDef, TypeDefs};
use crate::engine::RustTypes;
use crate::names;
use crate::object::FieldType;
use crate::rust_type::{element, simple_name};

/// The maximum depth of compared objects.
const MAX_DEPTH: usize = 12;

/// A response, or the object in it, and the body that changes it.
pub(crate) struct Conversion<'a> {
    /// The type of the response, or of the object in it.
    pub source: String,
    /// The property of the response that has the object, if it is not the response itself.
    pub wrapper: Option<String>,
    /// The type of the body.
    pub target: String,
    /// The operation that reads.
    pub read: &'a Operation,
    /// The operations that take the body.
    pub changes: Vec<&'a Operation>,
    /// The method that converts.
    pub method: String,
}

/// Finds the conversions of a scope.
pub(crate) fn find<'a>(
    operations: &'a [Operation],
    rust_types: &RustTypes,
    types: &TypeDefs,
) -> Result<Vec<Conversion<'a>>> {
    let signatures = rust_types.signatures(operations)?;
    let mut found: Vec<Conversion<'a>> = Vec::new();
    for (change, signature) in operations.iter().zip(&signatures) {
        let is_json = matches!(
            change.body.as_ref().map(|body| &body.content),
            Some(Content::Json(_))
        );
        if !is_json || !matches!(change.method.as_str(), "PUT" | "PATCH") {
            continue;
        }
        let target = object_name(&signature.body()?, types);
        let read = operations
            .iter()
            .zip(&signatures)
            .find(|(read, _)| read.method == "GET" && read.path == change.path);
        let (Some(target), Some((read, signature))) = (target, read) else {
            continue;
        };
        let source = source_of(&signature.response(), &target, types);
        let Some((source, wrapper)) = source.filter(|(source, _)| *source != target) else {
            continue;
        };
        let known = found
            .iter_mut()
            .find(|known| known.source == source && known.target == target);
        match known {
            Some(known) => known.changes.push(change),
            None => found.push(Conversion {
                source,
                wrapper,
                target,
                read,
                changes: vec![change],
                method: "to_update".to_owned(),
            }),
        }
    }
    found.sort_by(|one, other| (&one.source, &one.target).cmp(&(&other.source, &other.target)));
    // A type that several bodies change has a method for each.
    let sources: Vec<_> = found.iter().map(|known| known.source.clone()).collect();
    for conversion in &mut found {
        let targets = sources.iter().filter(|name| **name == conversion.source);
        if targets.count() > 1 {
            let name = &conversion.target;
            let name = name.strip_suffix("Request").unwrap_or(name);
            conversion.method = format!("to_{}", names::snake(name));
        }
    }
    Ok(found)
}

/// Writes the conversions of a scope.
pub(crate) fn conversions(
    operations: &[Operation],
    rust_types: &RustTypes,
    types: &TypeDefs,
) -> Result<TokenStream> {
    let found = find(operations, rust_types, types)?;
    Ok(found
        .iter()
        .map(|conversion| conversion.emit(types))
        .collect())
}

impl Conversion<'_> {
    /// A property of both types that is a string, for a change of it.
    pub(crate) fn text_property(&self, types: &TypeDefs) -> Option<FieldType> {
        let source = fields(&self.source, types)?;
        let is_text = |field: &FieldType| simple_name(&field.base).as_deref() == Some("String");
        let target = fields(&self.target, types)?.iter();
        target
            .filter(|field| is_text(field))
            .find(|field| {
                source
                    .iter()
                    .any(|other| other.wire == field.wire && is_text(other))
            })
            .cloned()
    }

    fn emit(&self, types: &TypeDefs) -> TokenStream {
        let mut differences = Differences::default();
        differences.compare(&self.source, &self.target, &[], types);
        let docs = markdown(&docs(&self.changes, &differences));
        let [source, target, method] = [&self.source, &self.target, &self.method]
            .map(|name| Ident::new(name, Span::call_site()));
        let dropped = &differences.dropped;
        let ids = differences
            .ids
            .iter()
            .map(|(path, name)| quote!((&[#(#path),*], #name)));
        quote! {
            impl #source {
                #docs
                #[must_use]
                #[inline]
                pub fn #method(&self) -> #target {
                    decode::convert(self, &decode::Conversion {
                        dropped: &[#(&[#(#dropped),*]),*],
                        ids: &[#(#ids),*],
                    })
                }
            }
        }
    }
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

/// The type that is changed, and the property that wraps it: the response or an object in it, whichever shares most properties with the body.
fn source_of(
    response: &syn::Type,
    target: &str,
    types: &TypeDefs,
) -> Option<(String, Option<String>)> {
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
        .filter_map(|field| Some((object_name(&field.base, types)?, Some(field.wire.clone()))));
    let mut best = (0, None);
    for candidate in [(response.clone(), None)].into_iter().chain(wrapped) {
        let shared = shared(&candidate.0);
        if shared > best.0 {
            best = (shared, Some(candidate));
        }
    }
    best.1
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
            let path = [path, std::slice::from_ref(wire)].concat();
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
                self.missing
                    .push([path, std::slice::from_ref(wire)].concat());
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
        "Returns the body with which {} changes nothing: set the properties to change, and send it.\n\n\
         It has every property that was received and that the body can contain, undocumented ones included.",
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
            "Omitted, because the body does not have it",
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
