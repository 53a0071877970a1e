//! From the types that progenitor generates to the types that users see.
//!
//! Progenitor says what Rust type each value has; names, what may be absent, how leniently an answer is read, open enumerations and
//! choices are decided here. Strict in what is sent: a type that is never read requires what the document requires. Lenient in what is
//! read: everything may be absent or null.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{File, Item, ItemStruct};

use crate::error::{Error, Result};
use crate::lower::{Arm, Field, Presence, Shape, Type, Usage, field_number};
use crate::names;
use crate::schema::Kind;

/// What the named types are made of, by name.
pub(crate) type Shapes = BTreeMap<String, Written>;

/// What a named type is made of.
pub(crate) enum Written {
    Struct(Vec<FieldType>),
    /// Variants and what they hold.
    Choice(Vec<(Ident, syn::Type)>),
    /// One of the values.
    Enum(String),
}

/// A field as it is written.
#[derive(Clone)]
pub(crate) struct FieldType {
    /// The name on the wire.
    pub wire: String,
    pub ident: Ident,
    /// The type with its `Option`, if any.
    pub ty: TokenStream,
    /// The type without it.
    pub base: syn::Type,
    pub optional: bool,
    /// Null can be sent, which says something else than absence.
    pub nullable: bool,
    /// An argument of the constructor.
    pub is_argument: bool,
}

/// The final types, and what `requests` must know of them.
pub(crate) struct Reshaped {
    pub code: TokenStream,
    pub shapes: Shapes,
}

/// Writes the final types from those in the `types` module of `generated`; with `schemars` they can write JSON Schema.
pub(crate) fn reshape(
    generated: &File,
    types: &BTreeMap<String, Type>,
    schemars: bool,
) -> Result<Reshaped> {
    let structs = generated_structs(generated);
    let enumerations = types
        .iter()
        .filter(|(_, ty)| matches!(ty.shape, Shape::Enum(_)))
        .map(|(name, _)| name.clone())
        .collect();
    let mut code = TokenStream::new();
    let mut shapes = Shapes::new();
    for (name, ty) in types {
        let ident = Ident::new(name, Span::call_site());
        let docs = docs(ty.description.as_deref().unwrap_or(match ty.shape {
            Shape::Struct(_) => "An object of the API.",
            Shape::Enum(_) => "A value out of a list that can grow.",
            Shape::Choice(_) => "A value that has one of several forms.",
        }));
        match &ty.shape {
            Shape::Enum(values) => {
                code.extend(open_enum(&ident, &docs, values));
                let value = values.first().cloned().unwrap_or_default();
                shapes.insert(name.clone(), Written::Enum(value));
            }
            Shape::Struct(described) => {
                let bases = field_types(&structs, name, described.len())?;
                let written = write_fields(described, &bases, ty.usage);
                code.extend(json_schema(schemars));
                code.extend(structure(
                    &ident, &docs, described, &written, ty.usage, schemars,
                ));
                shapes.insert(name.clone(), Written::Struct(written));
            }
            Shape::Choice(arms) => {
                let bases = field_types(&structs, name, arms.len())?;
                code.extend(json_schema(schemars));
                code.extend(choice(&ident, &docs, arms, &bases, ty.usage, &enumerations));
                let variants = arms
                    .iter()
                    .map(|arm| Ident::new(&arm.name, Span::call_site()));
                shapes.insert(name.clone(), Written::Choice(variants.zip(bases).collect()));
            }
        }
    }
    Ok(Reshaped { code, shapes })
}

/// The attribute in front of a type that can write JSON Schema.
fn json_schema(schemars: bool) -> Option<TokenStream> {
    schemars.then(|| quote!(#[derive(::schemars::JsonSchema)]))
}

fn generated_structs(generated: &File) -> BTreeMap<String, &ItemStruct> {
    generated
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
            _ => None,
        })
        .flat_map(|(_, items)| items)
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect()
}

/// The types of the fields `f0000`, `f0001`… of the generated struct `name`.
fn field_types(
    structs: &BTreeMap<String, &ItemStruct>,
    name: &str,
    count: usize,
) -> Result<Vec<syn::Type>> {
    let missing = |what: &str| {
        Error::new(
            format!("/components/schemas/{name}"),
            format!("progenitor generated no {what} for this schema"),
        )
    };
    let item = structs.get(name).ok_or_else(|| missing("struct"))?;
    (0..count)
        .map(|index| {
            let number = field_number(index);
            item.fields
                .iter()
                .find(|field| field.ident.as_ref().is_some_and(|ident| *ident == number))
                .map(|field| shorten(&field.ty))
                .ok_or_else(|| missing("field"))
        })
        .collect()
}

fn write_fields(described: &[Field], bases: &[syn::Type], usage: Usage) -> Vec<FieldType> {
    let mut idents = BTreeSet::new();
    described
        .iter()
        .zip(bases)
        .map(|(field, base)| {
            let mut name = names::snake(&field.name);
            while !idents.insert(name.clone()) {
                name.push('_');
            }
            let Presence {
                optional,
                nullable,
                is_argument,
            } = field.presence(usage, is_collection(base));
            FieldType {
                wire: field.name.clone(),
                ident: Ident::new(&name, Span::call_site()),
                ty: match (optional, nullable) {
                    (true, true) => quote!(Option<crate::Nullable<#base>>),
                    (true, false) => quote!(Option<#base>),
                    (false, _) => quote!(#base),
                },
                base: base.clone(),
                optional,
                nullable,
                is_argument,
            }
        })
        .collect()
}

fn structure(
    ident: &Ident,
    docs: &TokenStream,
    described: &[Field],
    fields: &[FieldType],
    usage: Usage,
    schemars: bool,
) -> TokenStream {
    let declarations = described.iter().zip(fields).map(|(described, field)| {
        let FieldType {
            wire, ident, ty, ..
        } = field;
        let docs = match &described.description {
            Some(text) => self::docs(text),
            None => self::docs(&format!("`{wire}`")),
        };
        let deprecated = described.deprecated.then(|| quote!(#[deprecated]));
        let serde = (!usage.read).then(|| {
            let rename = (*ident != wire.as_str()).then(|| quote!(rename = #wire,));
            let skip = (field.optional && !(described.required && described.nullable))
                .then(|| quote!(skip_serializing_if = "Option::is_none",));
            (rename.is_some() || skip.is_some()).then(|| quote!(#[serde(#rename #skip)]))
        });
        // What serde's attributes do not say of types that are read without serde.
        let schema = (schemars && usage.read).then(|| quote!(#[schemars(rename = #wire, default)]));
        quote! {
            #docs
            #deprecated
            #serde
            #schema
            pub #ident: #ty,
        }
    });
    let defaultable = usage.read || fields.iter().all(|field| field.optional);
    let default = defaultable.then(|| quote!(Default,));
    let secret = described.iter().any(|field| field.secret);
    let (debug, derived_debug) = if secret {
        (Some(redacting_debug(ident, described, fields)), None)
    } else {
        (None, Some(quote!(Debug,)))
    };
    let serde = (!usage.read).then(|| quote!(::serde::Serialize, ::serde::Deserialize,));
    let record = usage.read.then(|| record(ident, fields));
    let constructor = usage.sent.then(|| constructor(ident, fields, defaultable));
    quote! {
        #docs
        #[derive(Clone, #derived_debug PartialEq, #default #serde)]
        #[non_exhaustive]
        pub struct #ident { #(#declarations)* }
        #debug
        #record
        #constructor
    }
}

/// `Debug` that says of secrets only whether they are there.
fn redacting_debug(ident: &Ident, described: &[Field], fields: &[FieldType]) -> TokenStream {
    let shown = described.iter().zip(fields).map(|(described, field)| {
        let FieldType { ident, .. } = field;
        let name = ident.to_string();
        if !described.secret {
            quote!(.field(#name, &self.#ident))
        } else if field.optional {
            quote!(.field(#name, &self.#ident.as_ref().map(|_| crate::Redacted)))
        } else {
            quote!(.field(#name, &crate::Redacted))
        }
    });
    let name = ident.to_string();
    quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name) #(#shown)* .finish()
            }
        }
    }
}

/// How an object of an answer is read, and written again.
fn record(ident: &Ident, fields: &[FieldType]) -> TokenStream {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by(|one, other| one.wire.cmp(&other.wire));
    let names = sorted.iter().map(|field| &field.wire);
    let set = sorted.iter().enumerate().map(|(number, field)| {
        let name = &field.ident;
        let read = if field.optional {
            quote!(value)
        } else {
            quote!(collection)
        };
        quote!(#number => self.#name = crate::read::#read(map)?,)
    });
    let put = sorted.iter().map(|field| {
        let FieldType { wire, ident, .. } = field;
        if field.optional {
            quote!(crate::read::write(map, #wire, &self.#ident)?;)
        } else {
            quote!(map.serialize_entry(#wire, &self.#ident)?;)
        }
    });
    quote! {
        impl crate::read::Record for #ident {
            const PROPERTIES: &'static [&'static str] = &[#(#names),*];

            fn set<'de, A: ::serde::de::MapAccess<'de>>(&mut self, property: usize, map: &mut A) -> Result<(), A::Error> {
                match property {
                    #(#set)*
                    _ => {}
                }
                Ok(())
            }

            fn put<S: ::serde::ser::SerializeMap>(&self, map: &mut S) -> Result<(), S::Error> {
                #(#put)*
                Ok(())
            }
        }
        crate::readable_record!(#ident);
    }
}

/// `new` with what is required, and a setter for everything else.
fn constructor(ident: &Ident, fields: &[FieldType], defaultable: bool) -> TokenStream {
    let required: Vec<_> = fields.iter().filter(|field| !field.optional).collect();
    let arguments = required.iter().map(|field| {
        let name = &field.ident;
        let (ty, _) = argument(&field.base, &quote!(#name));
        quote!(#name: #ty)
    });
    let values = fields.iter().map(|field| {
        let name = &field.ident;
        if field.optional {
            quote!(#name: None)
        } else {
            let (_, value) = argument(&field.base, &quote!(#name));
            quote!(#name: #value)
        }
    });
    let new = if defaultable {
        quote! {
            /// Nothing set.
            #[must_use]
            #[inline]
            pub fn new() -> Self { Default::default() }
        }
    } else {
        quote! {
            /// What is required; the rest is set with the methods below.
            #[must_use]
            #[inline]
            pub fn new(#(#arguments),*) -> Self { Self { #(#values),* } }
        }
    };
    let setters = fields
        .iter()
        .filter(|field| field.optional || defaultable)
        .map(|field| {
            let name = &field.ident;
            let base = &field.base;
            let (ty, value) = if field.nullable {
                (
                    quote!(impl Into<crate::Nullable<#base>>),
                    quote!(value.into()),
                )
            } else {
                argument(base, &quote!(value))
            };
            let method = if *name == "new" {
                format_ident!("with_new")
            } else {
                name.clone()
            };
            let value = if field.optional {
                quote!(Some(#value))
            } else {
                value
            };
            let doc = format!(" Sets `{}`.", field.wire);
            quote! {
                #[doc = #doc]
                #[must_use]
                #[inline]
                pub fn #method(mut self, value: #ty) -> Self {
                    self.#name = #value;
                    self
                }
            }
        });
    quote! {
        impl #ident {
            #new
            #(#setters)*
        }
    }
}

/// How a value of type `ty` is taken as an argument: the type of the argument, and the expression that makes the value of it.
pub(crate) fn argument(ty: &syn::Type, name: &TokenStream) -> (TokenStream, TokenStream) {
    match simple_name(ty).as_deref() {
        Some("i64" | "f64" | "bool" | "Value" | "Map" | "DateTime" | "NaiveDate" | "HashMap") => {
            (quote!(#ty), name.clone())
        }
        Some("Box") => match element(ty) {
            Some(inner) => (quote!(impl Into<#inner>), quote!(Box::new(#name.into()))),
            None => (quote!(#ty), name.clone()),
        },
        Some("Vec") => match element(ty) {
            Some(inner) => (
                quote!(impl IntoIterator<Item = impl Into<#inner>>),
                quote!(#name.into_iter().map(Into::into).collect()),
            ),
            None => (quote!(#ty), name.clone()),
        },
        _ => (quote!(impl Into<#ty>), quote!(#name.into())),
    }
}

fn is_collection(ty: &syn::Type) -> bool {
    matches!(simple_name(ty).as_deref(), Some("Vec" | "HashMap" | "Map"))
}

/// The last segment of a path type.
pub(crate) fn simple_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `T` of `Vec<T>`, `Option<T>` or `Box<T>`.
pub(crate) fn element(ty: &syn::Type) -> Option<syn::Type> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}

/// `::std::vec::Vec<::std::string::String>` as `Vec<String>`: what users read in the documentation.
pub(crate) fn shorten(ty: &syn::Type) -> syn::Type {
    let mut ty = ty.clone();
    shorten_in_place(&mut ty);
    ty
}

fn shorten_in_place(ty: &mut syn::Type) {
    let syn::Type::Path(path) = ty else {
        if let syn::Type::Reference(reference) = ty {
            shorten_in_place(&mut reference.elem);
        }
        return;
    };
    // `HashMap` is not in the prelude.
    let is_prelude = path
        .path
        .segments
        .last()
        .is_some_and(|last| last.ident != "HashMap");
    let qualified = path
        .path
        .segments
        .first()
        .is_some_and(|first| first.ident == "std" || first.ident == "types");
    if qualified
        && is_prelude
        && let Some(last) = path.path.segments.pop()
    {
        path.path.leading_colon = None;
        path.path.segments.clear();
        path.path.segments.push(last);
    }
    for segment in &mut path.path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            for argument in &mut arguments.args {
                if let syn::GenericArgument::Type(ty) = argument {
                    shorten_in_place(ty);
                }
            }
        }
    }
}

fn open_enum(ident: &Ident, docs: &TokenStream, values: &[String]) -> TokenStream {
    let mut taken = BTreeSet::from(["Unknown".to_owned()]);
    let variants = values.iter().map(|value| {
        let mut name = variant_name(value);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let variant = Ident::new(&name, Span::call_site());
        let doc = format!(" `{value}`");
        quote!(#[doc = #doc] #variant = #value)
    });
    quote! {
        crate::open_enum! {
            #docs
            #ident { #(#variants),* }
        }
    }
}

/// `=`, `>=` and the like have no letters to make a name of.
fn variant_name(value: &str) -> String {
    let spelled = match value {
        "=" => "equal",
        "!=" => "not equal",
        ">" => "greater",
        ">=" => "greater or equal",
        "<" => "less",
        "<=" => "less or equal",
        "" => "empty",
        other => other,
    };
    names::pascal(spelled)
}

fn choice(
    ident: &Ident,
    docs: &TokenStream,
    arms: &[Arm],
    bases: &[syn::Type],
    usage: Usage,
    enumerations: &BTreeSet<String>,
) -> TokenStream {
    let variants: Vec<_> = arms
        .iter()
        .map(|arm| Ident::new(&arm.name, Span::call_site()))
        .collect();
    let descriptions = arms.iter().map(|arm| {
        let kind = match arm.kind {
            Kind::String => quote!(String),
            Kind::Number => quote!(Number),
            Kind::Boolean => quote!(Boolean),
            Kind::Array => quote!(Array),
            Kind::Object => quote!(Object),
            Kind::Any => quote!(Any),
        };
        let keys = &arm.keys;
        let tags = arm
            .tags
            .iter()
            .map(|(name, values)| quote!((#name, &[#(#values),*])));
        quote! {
            crate::choice::Arm {
                kind: crate::choice::Kind::#kind,
                keys: &[#(#keys),*],
                tags: &[#(#tags),*],
            }
        }
    });
    let variant_docs = arms.iter().map(|arm| format!(" The form `{}`.", arm.name));
    let numbers = 0..arms.len();
    // Two arms of one type cannot both be made from it.
    let mut seen = BTreeSet::new();
    let conversions = variants.iter().zip(bases).filter_map(|(variant, base)| {
        let fresh = seen.insert(quote!(#base).to_string());
        let name = simple_name(base).unwrap_or_default();
        let is_value = name == "Value";
        // There is one arm of texts at most; an enumeration takes any.
        let texts = match name.as_str() {
            "String" => vec![quote!(&str)],
            _ if enumerations.contains(&name) => vec![quote!(&str), quote!(String)],
            _ => Vec::new(),
        };
        let from_text = texts.iter().map(|text| {
            quote! {
                impl From<#text> for #ident {
                    #[inline]
                    fn from(value: #text) -> Self { Self::#variant(value.into()) }
                }
            }
        });
        let from_text = quote!(#(#from_text)*);
        (fresh && !is_value).then(|| {
            quote! {
                #from_text
                impl From<#base> for #ident {
                    #[inline]
                    fn from(value: #base) -> Self { Self::#variant(value) }
                }
            }
        })
    });
    let arms = quote!(const ARMS: &[crate::choice::Arm] = &[#(#descriptions),*];);
    let reader = if usage.read {
        quote! {
            impl<'de> crate::read::Read<'de> for #ident {
                fn read<D: ::serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                    #arms
                    let Some(value) = <::serde_json::Value as crate::read::Read>::read(d)? else {
                        return Ok(None);
                    };
                    match crate::choice::select(&value, ARMS) {
                        #(Some(#numbers) => crate::choice::read(value).map(Self::#variants),)*
                        _ => Ok(Self::Unknown(value)),
                    }
                    .map(Some)
                }
            }
            impl<'de> ::serde::Deserialize<'de> for #ident {
                #[inline]
                fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    Ok(crate::read::Read::read(d)?.unwrap_or(Self::Unknown(::serde_json::Value::Null)))
                }
            }
        }
    } else {
        quote! {
            impl<'de> ::serde::Deserialize<'de> for #ident {
                fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    #arms
                    let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(d)?;
                    match crate::choice::select(&value, ARMS) {
                        #(Some(#numbers) => crate::choice::deserialize(value).map(Self::#variants),)*
                        _ => Ok(Self::Unknown(value)),
                    }
                }
            }
        }
    };
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #variant_docs] #variants(#bases),)*
            /// None of the documented forms.
            Unknown(::serde_json::Value),
        }
        #reader
        #(#conversions)*
    }
}

/// A description as documentation.
fn docs(description: &str) -> TokenStream {
    markdown(&escape(description))
}

/// Markdown as documentation.
pub(crate) fn markdown(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| {
        let line = format!(" {line}");
        quote!(#[doc = #line])
    });
    quote!(#(#lines)*)
}

/// A description as Markdown: what rustdoc would take for a link, a tag or a test is escaped, except between backticks.
pub(crate) fn escape(description: &str) -> String {
    let mut in_code = false;
    let mut lines: Vec<_> = description
        .lines()
        .map(|line| {
            let line = line.trim();
            if let Some(language) = line.strip_prefix("```") {
                in_code = !in_code;
                let is_unnamed = in_code && language.is_empty();
                return if is_unnamed { "```text" } else { line }.to_owned();
            }
            if in_code {
                return line.to_owned();
            }
            let pieces = line.split('`').enumerate();
            let pieces = pieces.map(|(index, piece)| match index % 2 {
                0 => escape_words(piece),
                _ => piece.to_owned(),
            });
            pieces.collect::<Vec<_>>().join("`")
        })
        .collect();
    if in_code {
        lines.push("```".to_owned());
    }
    lines.join("\n")
}

fn escape_words(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        if word.starts_with("http://") || word.starts_with("https://") {
            let url = word.trim_end_matches(['.', ',', ';', ':', ')']);
            return format!("<{url}>{}", &word[url.len()..]);
        }
        word.replace('[', "\\[").replace('<', "\\<")
    });
    words.collect::<Vec<_>>().join(" ")
}
