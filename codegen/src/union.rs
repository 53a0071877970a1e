//! Unions (`oneOf`, `anyOf`): they are normalized, described for the runtime, and emitted as enums.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::{Map, Value, json};

use crate::docs::{docs, first_paragraph};
use crate::error::{Error, Result};
use crate::reference::{component_name, text};
use crate::rust_type::simple_name;
pub(crate) use crate::schema::variants;
use crate::schema::{Kind, enum_values, intersect, kind, properties};

/// The key under which [`normalize`] keeps the discriminator of a variant: the property, and the values that name the variant.
const DISCRIMINATOR: &str = "x-discriminator";

/// The result of [`normalize`].
pub(crate) enum Normalized {
    /// A union in its normal form, or a schema that is not a union.
    Schema(Value),
    /// The only variant of the union.
    Only(Value),
}

/// Normalizes a schema with `oneOf` or `anyOf`: the result has one `oneOf`, whose variants a value distinguishes. `deref` resolves
/// references and compositions.
pub(crate) fn normalize(
    mut schema: Map<String, Value>,
    pointer: &str,
    deref: &mut dyn FnMut(&Value) -> Result<Value>,
) -> Result<Normalized> {
    let reject = |message: String| Err(Error::new(pointer, message));
    let given = match [schema.remove("oneOf"), schema.remove("anyOf")] {
        [Some(Value::Array(_)), Some(Value::Array(_))] => {
            return reject("`oneOf` and `anyOf` of one schema are not supported".to_owned());
        }
        [Some(Value::Array(variants)), _] | [_, Some(Value::Array(variants))]
            if !variants.is_empty() =>
        {
            variants
        }
        _ => return Ok(Normalized::Schema(Value::Object(schema))),
    };
    let discriminator = schema.remove("discriminator");
    let description = schema.remove("description");
    let nullable = schema.remove("nullable");
    let constructors = schema.remove("x-constructors");
    let shared = schema.contains_key("properties") || schema.contains_key("required");
    // Variants that only list combinations of required properties are not types of their own.
    if shared && given.iter().all(only_requires) {
        return Ok(Normalized::Schema(Value::Object(schema)));
    }
    let mut normal: Vec<(Value, Value)> = Vec::new();
    for mut variant in given {
        if !variant.is_object() {
            return reject(format!("{variant} is not a schema"));
        }
        if shared {
            variant = intersect(Value::Object(schema.clone()), variant);
        } else if let (Some(word), true) = (schema.get("type"), is_bare(&variant)) {
            variant["type"] = word.clone();
        }
        if let Some((property, values)) = named_by(discriminator.as_ref(), &variant) {
            variant[DISCRIMINATOR] = json!({"property": property, "values": values});
        }
        let resolved = deref(&variant)?;
        match variants(&resolved) {
            Some(inner) => {
                for variant in inner {
                    let resolved = deref(variant)?;
                    add(&mut normal, variant.clone(), resolved);
                }
            }
            None => add(&mut normal, variant, resolved),
        }
    }
    let mut normal: Vec<_> = normal.into_iter().map(|(variant, _)| variant).collect();
    if normal.len() < 2 {
        return Ok(Normalized::Only(normal.pop().unwrap_or_default()));
    }
    let mut union = json!({"oneOf": normal});
    for (key, value) in [
        ("description", description),
        ("nullable", nullable),
        ("x-constructors", constructors),
    ] {
        if let Some(value) = value {
            union[key] = value;
        }
    }
    Ok(Normalized::Schema(union))
}

/// Adds a variant, and what it resolves to. There is one variant each of strings, numbers, booleans and lists, because a value does not
/// distinguish several.
fn add(normal: &mut Vec<(Value, Value)>, variant: Value, resolved: Value) {
    let kind = kind(&resolved);
    let is_decided_by_content = matches!(kind, Kind::Object | Kind::Any);
    let like = normal.iter_mut().find(|(known, other)| {
        *known == variant || (!is_decided_by_content && self::kind(other) == kind)
    });
    match like {
        None => normal.push((variant, resolved)),
        Some((known, other)) if *other != resolved => {
            match (kind, enum_values(other), enum_values(&resolved)) {
                // An enumeration holds any string, so it includes plain strings.
                (Kind::String, Some(_), None) => {}
                (Kind::String, None, Some(_)) => (*known, *other) = (variant, resolved),
                _ => {
                    let common = unify(kind, other, &resolved);
                    (*known, *other) = (common.clone(), common);
                }
            }
        }
        Some(_) => {}
    }
}

/// A schema that accepts what one of two schemas of the same JSON type accepts.
fn unify(kind: Kind, one: &Value, other: &Value) -> Value {
    match kind {
        Kind::String => {
            let mut values = enum_values(one).unwrap_or_default();
            values.extend(enum_values(other).unwrap_or_default());
            if values.is_empty() {
                json!({"type": "string"})
            } else {
                json!({"type": "string", "enum": values})
            }
        }
        Kind::Number if one["type"] == "integer" && other["type"] == "integer" => {
            json!({"type": "integer"})
        }
        Kind::Number => json!({"type": "number"}),
        Kind::Array => {
            let items: Vec<_> = [one, other]
                .iter()
                .map(|list| list.get("items").cloned().unwrap_or_else(|| json!({})))
                .collect();
            json!({"type": "array", "items": {"oneOf": items}})
        }
        Kind::Boolean | Kind::Object | Kind::Any => one.clone(),
    }
}

/// Whether a variant takes its type from the schema around it.
fn is_bare(variant: &Value) -> bool {
    ["type", "$ref", "allOf", "oneOf", "anyOf"]
        .iter()
        .all(|key| variant.get(*key).is_none())
}

/// Whether a variant only says which properties of the schema around it are required. It becomes no type.
#[must_use]
pub fn only_requires(variant: &Value) -> bool {
    variant.as_object().is_some_and(|variant| {
        let has = |key| variant.contains_key(key);
        (has("required") || has("not"))
            && variant.keys().all(|key| {
                matches!(
                    key.as_str(),
                    "required" | "not" | "type" | "description" | "title"
                )
            })
    })
}

/// The property of a discriminator, and its values that name the variant.
fn named_by<'a>(
    discriminator: Option<&'a Value>,
    variant: &Value,
) -> Option<(&'a str, Vec<String>)> {
    let discriminator = discriminator?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let component = referred(variant)?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped: Vec<_> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, target)| {
            target
                .as_str()
                .and_then(|target| target.rsplit('/').next())
                .is_some_and(|target| target == component)
        })
        .map(|(value, _)| value.clone())
        .collect();
    if mapped.is_empty() {
        Some((property, vec![component.to_owned()]))
    } else {
        Some((property, mapped))
    }
}

/// The name of the component that a variant refers to, alone or as the last part of a composition.
pub(crate) fn referred(variant: &Value) -> Option<&str> {
    let variant = match variant.get("allOf").and_then(Value::as_array) {
        Some(parts) => parts.last()?,
        None => variant,
    };
    component_name(variant.get("$ref")?, "").ok()
}

/// The property of the discriminator that names a variant of a normalized union.
pub(crate) fn discriminator(variant: &Value) -> Option<String> {
    let property = variant.get(DISCRIMINATOR)?.get("property")?;
    property.as_str().map(str::to_owned)
}

/// The value of the discriminator that names a variant of a normalized union, if there is only one.
pub(crate) fn discriminator_value(variant: &Value) -> Option<&str> {
    match variant
        .get(DISCRIMINATOR)?
        .get("values")?
        .as_array()?
        .as_slice()
    {
        [value] => value.as_str(),
        _ => None,
    }
}

/// A variant, and what distinguishes it from the others.
#[derive(Debug)]
pub(crate) struct Variant {
    /// Its name in Rust.
    pub name: String,
    pub kind: Kind,
    /// The properties that it documents, for objects.
    pub properties: Vec<String>,
    /// The properties that it requires.
    pub required: Vec<String>,
    /// The values of the discriminator that name it.
    pub names: Vec<String>,
    /// The properties with an enumeration of strings, and their values.
    pub constants: BTreeMap<String, Vec<String>>,
    /// What it is: the first paragraph of its description.
    pub description: Option<String>,
}

impl Variant {
    /// Describes a variant: `schema` is its schema in the union, `resolved` the same with references resolved.
    pub(crate) fn read(
        name: String,
        schema: &Value,
        resolved: &Value,
        deref: &mut dyn FnMut(&Value) -> Result<Value>,
    ) -> Result<Self> {
        let strings = |list: Option<&Value>| -> Vec<String> {
            let list = list.and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|value| value.as_str().map(str::to_owned))
                .collect()
        };
        let may_be_absent = strings(resolved.get("x-may-be-absent"));
        let mut required = strings(resolved.get("required"));
        required.sort();
        required.dedup();
        required.retain(|name| {
            let is_property = resolved["properties"].get(name).is_some();
            is_property && !may_be_absent.contains(name)
        });
        let mut constants = BTreeMap::new();
        for (name, property) in properties(resolved) {
            if let Some(values) = enum_values(&deref(property)?) {
                constants.insert(name.clone(), values);
            }
        }
        let description = text(schema, "description").or_else(|| text(resolved, "description"));
        Ok(Self {
            name,
            description: description.map(|text| first_paragraph(&text)),
            kind: kind(resolved),
            properties: properties(resolved).map(|(name, _)| name.clone()).collect(),
            required,
            names: strings(schema.get(DISCRIMINATOR).and_then(|own| own.get("values"))),
            constants,
        })
    }

    /// What a value of the variant is, as documentation.
    fn docs(&self) -> TokenStream {
        docs(self.description.as_deref().unwrap_or(match self.kind {
            Kind::String => "A string.",
            Kind::Number => "A number.",
            Kind::Boolean => "A boolean.",
            Kind::Array => "A list.",
            Kind::Object => "An object.",
            Kind::Any => "Any value.",
        }))
    }

    fn emit(&self) -> TokenStream {
        let kind = match self.kind {
            Kind::String => quote!(String),
            Kind::Number => quote!(Number),
            Kind::Boolean => quote!(Boolean),
            Kind::Array => quote!(Array),
            Kind::Object => quote!(Object),
            Kind::Any => quote!(Any),
        };
        let Self {
            properties,
            required,
            names,
            ..
        } = self;
        let constants = self
            .constants
            .iter()
            .map(|(name, values)| quote!((#name, &[#(#values),*])));
        quote! {
            decode::Variant {
                kind: decode::Kind::#kind,
                properties: &[#(#properties),*],
                required: &[#(#required),*],
                names: &[#(#names),*],
                constants: &[#(#constants),*],
            }
        }
    }
}

/// Emits a union as an enum; `types` are the types of the values of its variants.
pub(crate) fn emit(
    ident: &Ident,
    docs: &TokenStream,
    discriminator: Option<&str>,
    variants: &[Variant],
    types: &[syn::Type],
    json_schema: Option<TokenStream>,
) -> TokenStream {
    let idents: Vec<_> = variants
        .iter()
        .map(|variant| Ident::new(&variant.name, Span::call_site()))
        .collect();
    let descriptions = variants.iter().map(Variant::emit);
    let variant_docs = variants.iter().map(Variant::docs);
    let numbers = 0..variants.len();
    let discriminator = match discriminator {
        Some(property) => quote!(Some(#property)),
        None => quote!(None),
    };
    let conversions = conversions(ident, &idents, types);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #json_schema
        #[non_exhaustive]
        pub enum #ident {
            #(#variant_docs #idents(#types),)*
            /// A value that no documented variant holds, as the service sent it.
            Unknown(::serde_json::Value),
        }

        impl decode::Union for #ident {
            const DISCRIMINATOR: Option<&'static str> = #discriminator;
            const VARIANTS: &'static [decode::Variant] = &[#(#descriptions),*];

            #[inline]
            fn variant_from_value(
                variant: usize,
                value: &::serde_json::Value,
                context: &mut decode::DecodeContext,
            ) -> decode::Decoded<Self> {
                match variant {
                    #(#numbers => decode::LenientDeserialize::from_value(value, context).map(Self::#idents),)*
                    _ => decode::Decoded::Exact(Self::Unknown(value.clone())),
                }
            }

            #[inline]
            fn unknown(value: ::serde_json::Value) -> Self {
                Self::Unknown(value)
            }

            fn encode_variant<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#idents(value) => decode::LenientDeserialize::encode(value, serializer),)*
                    Self::Unknown(value) => ::serde::Serialize::serialize(value, serializer),
                }
            }
        }
        decode::union!(#ident);

        #(#conversions)*
    }
}

/// The implementations of `From` for the values of the variants, once for each type.
fn conversions(ident: &Ident, variants: &[Ident], types: &[syn::Type]) -> Vec<TokenStream> {
    let mut seen = BTreeSet::new();
    let mut conversions = Vec::new();
    for (variant, ty) in variants.iter().zip(types) {
        let name = simple_name(ty).unwrap_or_default();
        if !seen.insert(quote!(#ty).to_string()) || name == "Value" {
            continue;
        }
        let mut convert = |source: TokenStream, value: TokenStream| {
            conversions.push(quote! {
                impl From<#source> for #ident {
                    #[inline]
                    fn from(value: #source) -> Self { Self::#variant(#value) }
                }
            });
        };
        if name == "String" {
            convert(quote!(&str), quote!(value.into()));
        }
        convert(quote!(#ty), quote!(value));
    }
    conversions
}
