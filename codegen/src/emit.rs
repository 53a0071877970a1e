//! Converts the types that progenitor generates to the public types.
//!
//! Progenitor generates the Rust type of each value. Names, optional fields, decoding, enumerations and unions are decided here and in
//! `object`, `enumeration` and `union`, each of which emits one kind of type.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::Result;
use crate::constructor;
use crate::docs::docs;
use crate::engine::RustTypes;
use crate::object::{self, FieldType};
use crate::rust_type::{Enumerations, standalone};
use crate::types::{Shape, Type};
use crate::{enumeration, union};

/// The definitions of the named types, by name.
pub(crate) type TypeDefs = BTreeMap<String, TypeDef>;

/// The definition of a named type.
pub(crate) enum TypeDef {
    Struct(Vec<FieldType>),
    /// The variants and the types of their values.
    Union(Vec<(Ident, syn::Type)>),
    Enum,
}

/// The types of a scope, and their definitions for `requests`.
pub(crate) struct Emitted {
    pub code: TokenStream,
    pub types: TypeDefs,
    /// The required properties of builders: the names in the module `missing`.
    pub missing: BTreeSet<Ident>,
}

/// Emits the types, with the fields of `rust_types`; with `schemars`, they implement `JsonSchema`.
pub(crate) fn emit(
    rust_types: &RustTypes,
    types: &BTreeMap<String, Type>,
    enumerations: &Enumerations,
    schemars: bool,
) -> Result<Emitted> {
    let mut code = quote! {
        #[allow(unused_imports, reason = "some APIs have no types")]
        use crate::response::decode;
        #[allow(unused_imports, reason = "some APIs have no builders")]
        use super::missing;
    };
    let mut defs = TypeDefs::new();
    let mut missing = BTreeSet::new();
    for (name, ty) in types {
        let ident = Ident::new(name, Span::call_site());
        let docs = docs_of(ty);
        let def = match &ty.shape {
            Shape::Struct(fields, wire_form) => {
                let bases = rust_types.fields(name, fields.len())?;
                let emission = object::Emission::new(&ident, &docs, fields, &bases, ty.direction)?;
                code.extend(emission.emit(wire_form, enumerations, schemars));
                code.extend(constructor::emit(
                    &ident,
                    &ty.constructors,
                    &|constructor| emission.builder_after(&|property| constructor.sets(property)),
                ));
                missing.extend(emission.typestate().missing());
                TypeDef::Struct(emission.into_fields())
            }
            Shape::Enum(values) => {
                code.extend(enumeration::emit(&ident, &docs, values));
                TypeDef::Enum
            }
            Shape::IntegerEnum(values) => {
                code.extend(enumeration::emit_integers(&ident, &docs, values));
                TypeDef::Enum
            }
            Shape::Union(described) => {
                let variants = &described.variants;
                let types = rust_types.fields(name, variants.len())?;
                let types: Vec<_> = types.into_iter().map(standalone).collect();
                let tag = described.discriminator.as_deref();
                code.extend(union::emit(&ident, &docs, tag, variants, &types, schemars));
                code.extend(constructor::emit(&ident, &ty.constructors, &|_| None));
                let idents = union::idents(variants);
                TypeDef::Union(idents.into_iter().zip(types).collect())
            }
        };
        defs.insert(name.clone(), def);
    }
    Ok(Emitted {
        code,
        types: defs,
        missing,
    })
}

/// The documentation of a type, also of one that has no description.
fn docs_of(ty: &Type) -> TokenStream {
    docs(ty.description.as_deref().unwrap_or(match ty.shape {
        Shape::Struct(..) => "An object of the API.",
        Shape::Enum(_) | Shape::IntegerEnum(_) => "A documented value, or another one as received.",
        Shape::Union(_) => "A value of one of several types.",
    }))
}
