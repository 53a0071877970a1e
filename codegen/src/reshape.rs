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
use crate::lower::{Arm, Field, Kind, Shape, Type, Usage, field_number};
use crate::names;

/// The Rust types of the fields of all structs, by struct and field.
pub(crate) type Fields = BTreeMap<String, Vec<FieldType>>;

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
}

/// The final types, and what `requests` must know of them.
pub(crate) struct Reshaped {
    pub code: TokenStream,
    pub fields: Fields,
}

/// Writes the final types from those in the `types` module of `generated`.
pub(crate) fn reshape(generated: &File, types: &BTreeMap<String, Type>) -> Result<Reshaped> {
    let structs = generated_structs(generated);
    let mut code = TokenStream::new();
    let mut fields = Fields::new();
    for (name, ty) in types {
        let ident = Ident::new(name, Span::call_site());
        let docs = docs(ty.description.as_deref().unwrap_or(match ty.shape {
            Shape::Struct(_) => "An object of the API.",
            Shape::Enum(_) => "A value out of a list that can grow.",
            Shape::Choice(_) => "A value that has one of several forms.",
        }));
        match &ty.shape {
            Shape::Enum(values) => code.extend(open_enum(&ident, &docs, values)),
            Shape::Struct(described) => {
                let bases = field_types(&structs, name, described.len())?;
                let written = write_fields(described, &bases, ty.usage);
                code.extend(structure(&ident, &docs, described, &written, ty.usage));
                fields.insert(name.clone(), written);
            }
            Shape::Choice(arms) => {
                let bases = field_types(&structs, name, arms.len())?;
                code.extend(choice(&ident, &docs, arms, &bases));
            }
        }
    }
    Ok(Reshaped { code, fields })
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
            let optional = if usage.read {
                !(usage.is_read_only() && is_collection(base))
            } else {
                !field.required || field.nullable
            };
            FieldType {
                wire: field.name.clone(),
                ident: Ident::new(&name, Span::call_site()),
                ty: if optional {
                    quote!(Option<#base>)
                } else {
                    quote!(#base)
                },
                base: base.clone(),
                optional,
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
        let rename = (*ident != wire.as_str()).then(|| quote!(rename = #wire,));
        let reader = usage
            .read
            .then(|| reader(&field.base, field.optional))
            .flatten();
        let skip = if field.optional && !(described.required && described.nullable) {
            Some(quote!(skip_serializing_if = "Option::is_none",))
        } else {
            None
        };
        quote! {
            #docs
            #deprecated
            #[serde(#rename #reader #skip)]
            pub #ident: #ty,
        }
    });
    let defaultable = fields.iter().all(|field| field.optional) || usage.read;
    let default = defaultable.then(|| quote!(Default,));
    let lenient = usage.read.then(|| quote!(#[serde(default)]));
    let constructor = usage.sent.then(|| constructor(ident, fields, defaultable));
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #default ::serde::Serialize, ::serde::Deserialize)]
        #lenient
        #[non_exhaustive]
        pub struct #ident { #(#declarations)* }
        #constructor
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
            pub fn new() -> Self { Self::default() }
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
            let (ty, value) = argument(&field.base, &quote!(value));
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
            let doc = format!("Sets `{}`.", field.wire);
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
        #[allow(deprecated, clippy::too_many_arguments)]
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

/// Serde attributes that read a field leniently.
fn reader(base: &syn::Type, optional: bool) -> Option<TokenStream> {
    let name = simple_name(base)?;
    let function = match (name.as_str(), optional) {
        ("i64", _) => "crate::decode::integer",
        ("f64", _) => "crate::decode::number",
        ("DateTime", _) => "crate::decode::date_time",
        (_, false) => "crate::decode::or_default",
        _ => return None,
    };
    Some(quote!(deserialize_with = #function,))
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
    let qualified = path
        .path
        .segments
        .first()
        .is_some_and(|segment| segment.ident == "std" || segment.ident == "types");
    if qualified && let Some(last) = path.path.segments.pop() {
        path.path.leading_colon = None;
        path.path.segments.clear();
        path.path.segments.push(last);
    }
    if let Some(last) = path.path.segments.last_mut() {
        if last.ident == "HashMap" {
            path.path.leading_colon = None;
            let arguments = path
                .path
                .segments
                .pop()
                .map(|segment| segment.arguments)
                .unwrap_or_default();
            path.path = syn::parse_quote!(::std::collections::HashMap);
            if let Some(last) = path.path.segments.last_mut() {
                last.arguments = arguments;
            }
        }
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
        let doc = format!("`{value}`");
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

fn choice(ident: &Ident, docs: &TokenStream, arms: &[Arm], bases: &[syn::Type]) -> TokenStream {
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
    let variant_docs = arms.iter().map(|arm| format!("The form `{}`.", arm.name));
    let numbers = 0..arms.len();
    // Two arms of one type cannot both be made from it.
    let mut seen = BTreeSet::new();
    let conversions = variants.iter().zip(bases).filter_map(|(variant, base)| {
        let fresh = seen.insert(quote!(#base).to_string());
        let is_value = simple_name(base).as_deref() == Some("Value");
        (fresh && !is_value).then(|| {
            quote! {
                impl From<#base> for #ident {
                    #[inline]
                    fn from(value: #base) -> Self { Self::#variant(value) }
                }
            }
        })
    });
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
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const ARMS: &[crate::choice::Arm] = &[#(#descriptions),*];
                let value = ::serde_json::Value::deserialize(deserializer)?;
                match crate::choice::select(&value, ARMS) {
                    #(Some(#numbers) => crate::choice::read(value).map(Self::#variants),)*
                    _ => Ok(Self::Unknown(value)),
                }
            }
        }
        #(#conversions)*
    }
}

/// A description as documentation: what Markdown or rustdoc would take for something else is escaped.
pub(crate) fn docs(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| {
        let mut escaped = String::with_capacity(line.len());
        // Every second piece stands between backticks and is shown as it is.
        for (index, piece) in line.trim().split('`').enumerate() {
            if index > 0 {
                escaped.push('`');
            }
            if index % 2 == 0 {
                escaped.push_str(&piece.replace('[', "\\[").replace('<', "\\<"));
            } else {
                escaped.push_str(piece);
            }
        }
        quote!(#[doc = #escaped])
    });
    quote!(#(#lines)*)
}

impl Usage {
    fn is_read_only(self) -> bool {
        self.read && !self.sent
    }
}
