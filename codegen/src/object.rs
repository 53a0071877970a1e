//! Objects: the struct, the decoding and encoding of its fields, its constructor and setters.
//!
//! Requests are strict: required properties are arguments of the constructor, and a request without one is not sent. Responses are
//! lenient: every property can be absent.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::docs::docs;
use crate::rust_type::{Enumerations, argument, is_collection, simple_name};
use crate::types::{Direction, Field, Format, Presence, TimeFormat, WireForm};
use crate::typestate::Typestate;
use crate::{Error, Result};

/// The maximum number of lists in an object of a response: `ListPresence` of the runtime has so many bits.
const MAX_LISTS: usize = 64;

/// The names of the fields and methods that every object has.
const RESERVED: [&str; 4] = ["build", "builder", "extra", "lists"];

/// A field as it is emitted.
#[derive(Clone)]
pub(crate) struct FieldType {
    /// The name on the wire.
    pub wire: String,
    pub ident: Ident,
    /// The type with its `Option`, if any.
    pub ty: TokenStream,
    /// The type without it.
    pub base: syn::Type,
    pub presence: Presence,
    /// The property of a response whose objects have the ids that this property takes.
    pub ids_of: Option<String>,
}

/// The emission of one object type.
pub(crate) struct Emission<'a> {
    ident: &'a Ident,
    docs: &'a TokenStream,
    /// The fields in the order of the document, and their types.
    fields: Vec<(&'a Field, FieldType)>,
    direction: Direction,
}

impl<'a> Emission<'a> {
    pub(crate) fn new(
        ident: &'a Ident,
        docs: &'a TokenStream,
        fields: &'a [Field],
        bases: &[syn::Type],
        direction: Direction,
    ) -> Result<Self> {
        let types = field_types(fields, bases, direction);
        let emission = Self {
            ident,
            docs,
            fields: fields.iter().zip(types).collect(),
            direction,
        };
        let lists = emission.sorted().filter(|(_, ty)| !ty.presence.optional);
        if lists.count() > MAX_LISTS {
            return Err(Error::new(
                format!("/components/schemas/{ident}"),
                format!("an object with more than {MAX_LISTS} lists is not supported"),
            ));
        }
        Ok(emission)
    }

    /// The public fields.
    pub(crate) fn into_fields(self) -> Vec<FieldType> {
        self.public().cloned().collect()
    }

    /// The fields in the order of their names on the wire.
    fn sorted(&self) -> impl Iterator<Item = &(&'a Field, FieldType)> {
        let mut sorted: Vec<_> = self.fields.iter().collect();
        sorted.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        sorted.into_iter()
    }

    fn has_lists(&self) -> bool {
        self.fields.iter().any(|(_, ty)| !ty.presence.optional)
    }

    /// Whether an object without properties is valid.
    fn is_default(&self) -> bool {
        let is_set = |field: &Field| field.constant.is_some() && self.direction.request;
        !self
            .fields
            .iter()
            .any(|(field, ty)| ty.presence.required || is_set(field))
    }

    pub(crate) fn emit(
        &self,
        wire_form: &WireForm,
        enumerations: &Enumerations,
        schemars: bool,
    ) -> TokenStream {
        let Self { ident, docs, .. } = self;
        let declarations = self
            .fields
            .iter()
            .map(|(field, ty)| declaration(field, ty, schemars));
        let lists = self.has_lists().then(|| {
            let skip = schemars.then(|| quote!(#[schemars(skip)]));
            quote!(#skip lists: decode::ListPresence,)
        });
        let skip = schemars.then(|| quote!(#[schemars(skip)]));
        let json_schema = schemars.then(|| quote!(#[derive(::schemars::JsonSchema)]));
        let default = self.is_default().then(|| {
            quote! {
                impl Default for #ident {
                    #[inline]
                    fn default() -> Self { decode::ObjectFields::empty() }
                }
            }
        });
        let object_fields = self.object_fields();
        let kind = self.kind(wire_form);
        let constructor = self
            .direction
            .request
            .then(|| self.constructor(enumerations));
        quote! {
            #docs
            #[derive(Clone, PartialEq)]
            #json_schema
            #[non_exhaustive]
            pub struct #ident {
                #(#declarations)*
                #lists
                /// The properties that no field holds.
                #skip
                pub extra: decode::Extra,
            }
            #object_fields
            #kind
            #default
            #constructor
        }
    }

    /// The wire form of the object.
    fn kind(&self, wire_form: &WireForm) -> TokenStream {
        let Self { ident, .. } = self;
        // The number of the property that a field has.
        let number = |field: &usize| {
            let (field, _) = self.fields.get(*field)?;
            self.sorted()
                .position(|(other, _)| other.name == field.name)
        };
        match wire_form {
            WireForm::Object => quote!(decode::object!(#ident, Object);),
            WireForm::Envelope(content) => {
                let content = number(content);
                quote! {
                    impl decode::Enveloped for #ident {
                        const CONTENT: usize = #content;
                    }
                    decode::object!(#ident, EnvelopedObject);
                }
            }
            WireForm::List(fields) => {
                let positions = fields.iter().filter_map(number);
                quote! {
                    impl decode::Positional for #ident {
                        const POSITIONS: &'static [usize] = &[#(#positions),*];
                    }
                    decode::object!(#ident, PositionalObject);
                }
            }
        }
    }

    /// The decoding and encoding of the fields.
    fn object_fields(&self) -> TokenStream {
        let Self { ident, .. } = self;
        let name = ident.to_string();
        let properties: Vec<_> = self.sorted().map(|(field, _)| &field.name).collect();
        let numbered = self.sorted().enumerate();
        let secrets: Vec<_> = numbered
            .filter_map(|(number, (field, _))| field.secret.then_some(number))
            .collect();
        let secrets = match secrets.as_slice() {
            [] => quote!(decode::NO_SECRETS),
            secrets => quote!(&[#(#secrets),*]),
        };
        let mut lists = 0u32..;
        let mut decode = Vec::new();
        let mut encode = Vec::new();
        for (number, (field, ty)) in self.sorted().enumerate() {
            let (read, write) = accessors(field, ty, &mut lists);
            decode.push(quote!(#number => #read,));
            encode.push(write);
        }
        // Not by `Default`: its derive has a call for each field, and the compiler checks each.
        let values = self.fields.iter().map(|(_, ty)| {
            let name = &ty.ident;
            match ty.presence.optional {
                true => quote!(#name: None,),
                false => quote!(#name: Default::default(),),
            }
        });
        let lists = self.has_lists().then(|| quote!(lists: Default::default(),));
        let keeps_nulls = self.direction.keeps_nulls();
        quote! {
            impl decode::ObjectFields for #ident {
                const SHAPE: decode::ObjectShape = decode::ObjectShape {
                    name: #name,
                    properties: &[#(#properties),*],
                    secrets: #secrets,
                    keeps_nulls: #keeps_nulls,
                };

                #[inline]
                fn empty() -> Self {
                    Self { #(#values)* #lists extra: Default::default() }
                }

                #[inline]
                fn kept(&self) -> &decode::Extra { &self.extra }

                #[inline]
                fn kept_mut(&mut self) -> &mut decode::Extra { &mut self.extra }

                fn decode_field<S: decode::FieldSource>(&mut self, property: usize, source: S) -> Result<(), S::Error> {
                    match property {
                        #(#decode)*
                        _ => Ok(()),
                    }
                }

                fn encode_fields<E: decode::FieldEncoder>(&self, encoder: &mut E) {
                    #(#encode)*
                }
            }
        }
    }

    /// The public fields: those that are not constant.
    fn public(&self) -> impl Iterator<Item = &FieldType> {
        let fields = self.fields.iter();
        fields
            .filter(|(field, _)| field.constant.is_none())
            .map(|(_, ty)| ty)
    }

    fn required(&self) -> impl Iterator<Item = &FieldType> {
        self.public().filter(|ty| ty.presence.required)
    }

    /// The required properties of an object with a builder: one that has more than one.
    pub(crate) fn typestate(&self) -> Typestate<'_> {
        let is_built = self.direction.request && self.required().count() > 1;
        let built = self.required().filter(|_| is_built);
        Typestate::new(built.map(|ty| &ty.ident))
    }

    /// The type of the builder after these properties have their values; none if the object needs no more.
    pub(crate) fn builder_after(&self, is_set: &dyn Fn(&str) -> bool) -> Option<TokenStream> {
        let Self { ident, .. } = self;
        let is_set = |setter: &Ident| {
            self.required()
                .any(|ty| ty.ident == *setter && is_set(&ty.wire))
        };
        let state = self.typestate().after_all(is_set)?;
        Some(quote!(crate::Builder<#ident, #state>))
    }

    /// The constructor of an object, and a setter for each field. A single required property is an argument of `new`; more have setters of
    /// a builder, so that they cannot be confused.
    fn constructor(&self, enumerations: &Enumerations) -> TokenStream {
        let Self { ident, .. } = self;
        let typestate = self.typestate();
        let builder = (!typestate.is_empty()).then(|| self.builder(&typestate, enumerations));
        let constants: Vec<_> = self
            .fields
            .iter()
            .filter_map(|(field, ty)| Some((&ty.ident, field.constant.as_ref()?)))
            .map(|(name, value)| quote!(#name: Some(#value.to_owned()),))
            .collect();
        let required = self.required().next();
        let default = (required.is_none() && !constants.is_empty()).then(|| {
            quote! {
                impl Default for #ident {
                    #[inline]
                    fn default() -> Self { Self::new() }
                }
            }
        });
        // An object with a constructor from one string converts from that string.
        let is_text = |ty: &FieldType| {
            !ty.presence.nullable && simple_name(&ty.base).as_deref() == Some("String")
        };
        let from_text = required
            .filter(|ty| builder.is_none() && is_text(ty))
            .map(|_| {
                quote! {
                    impl From<&str> for #ident {
                        #[inline]
                        fn from(value: &str) -> Self { Self::new(value) }
                    }

                    impl From<String> for #ident {
                        #[inline]
                        fn from(value: String) -> Self { Self::new(value) }
                    }
                }
            });
        let begin = self.begin(builder.is_some(), &constants, enumerations);
        let setters = self.setters(enumerations);
        quote! {
            impl #ident {
                #begin
                #setters
            }
            #default
            #builder
            #from_text
        }
    }

    /// A setter for each field.
    fn setters(&self, enumerations: &Enumerations) -> TokenStream {
        let setters = self.public().map(|ty| {
            let name = &ty.ident;
            let (argument, value) = setter_argument(ty, &quote!(value), enumerations);
            let (method, doc) = (ty.setter(), ty.setter_docs(self.ident));
            quote! {
                #[doc = #doc]
                #[must_use]
                #[inline]
                pub fn #method(mut self, value: #argument) -> Self {
                    self.#name = Some(#value);
                    self
                }
            }
        });
        setters.collect()
    }

    /// The function that creates the object or its builder: without arguments, or with the only required property.
    fn begin(
        &self,
        has_builder: bool,
        constants: &[TokenStream],
        enumerations: &Enumerations,
    ) -> TokenStream {
        let empty = match constants {
            [] => quote!(<Self as decode::ObjectFields>::empty()),
            _ => quote!(Self { #(#constants)* ..<Self as decode::ObjectFields>::empty() }),
        };
        match self.required().next() {
            _ if has_builder => {
                let (builder, doc) = self.builder_name();
                quote! {
                    #[doc = #doc]
                    #[inline]
                    pub fn builder() -> #builder {
                        crate::Builder::new(#empty)
                    }
                }
            }
            None => quote! {
                /// Creates the object without any property.
                #[must_use]
                #[inline]
                pub fn new() -> Self { #empty }
            },
            Some(ty) => {
                let name = &ty.ident;
                let (argument, value) = setter_argument(ty, &quote!(#name), enumerations);
                quote! {
                    /// Creates the object from its required property.
                    #[must_use]
                    #[inline]
                    pub fn new(#name: #argument) -> Self {
                        Self { #name: Some(#value), #(#constants)* ..<Self as decode::ObjectFields>::empty() }
                    }
                }
            }
        }
    }

    /// The name of the builder, and the documentation of the method that begins it.
    fn builder_name(&self) -> (Ident, String) {
        let required: Vec<_> = self
            .required()
            .map(|ty| format!("`{}`", ty.ident))
            .collect();
        let doc = format!(
            " Returns a builder of the object, which requires {}.",
            required.join(", ")
        );
        (format_ident!("{}Builder", self.ident), doc)
    }

    /// The builder of the object.
    fn builder(&self, typestate: &Typestate<'_>, enumerations: &Enumerations) -> TokenStream {
        let Self { ident, .. } = self;
        let (builder, _) = self.builder_name();
        let doc = format!(" Builds a [`{ident}`], when each required property has its value.");
        let (declarations, any) = (typestate.declarations(), typestate.any());
        let state = typestate.state();
        let setters = self.public().map(|ty| {
            let (argument, _) = setter_argument(ty, &quote!(value), enumerations);
            let (method, doc) = (ty.setter(), ty.setter_docs(ident));
            let built = match ty.presence.required {
                true => {
                    let after = typestate.after(&ty.ident);
                    quote!(crate::Builder<#ident, #after>)
                }
                false => quote!(Self),
            };
            quote! {
                #[doc = #doc]
                #[inline]
                pub fn #method(self, value: #argument) -> #built {
                    crate::Builder::new(self.object.#method(value))
                }
            }
        });
        quote! {
            #[doc = #doc]
            pub type #builder #declarations = crate::Builder<#ident, #state>;

            impl #any crate::Builder<#ident, #state> {
                #(#setters)*
            }
        }
    }
}

impl FieldType {
    /// The name of the setter.
    pub(crate) fn setter(&self) -> Ident {
        match self.ident.to_string().as_str() {
            "new" => format_ident!("with_new"),
            _ => self.ident.clone(),
        }
    }

    /// The documentation of the setter: a link to the field of `object`, which has the description.
    fn setter_docs(&self, object: &Ident) -> String {
        let Self { wire, ident, .. } = self;
        format!(" Sets [`{wire}`]({object}#structfield.{ident}).")
    }
}

/// The argument of the setter of a field, and the expression for the value.
fn setter_argument(
    ty: &FieldType,
    name: &TokenStream,
    enumerations: &Enumerations,
) -> (TokenStream, TokenStream) {
    let base = &ty.base;
    match ty.presence.nullable {
        true => (
            quote!(impl Into<crate::Nullable<#base>>),
            quote!(#name.into()),
        ),
        false => argument(base, name, enumerations),
    }
}

fn field_types(fields: &[Field], bases: &[syn::Type], direction: Direction) -> Vec<FieldType> {
    let mut idents: BTreeSet<String> = RESERVED.map(str::to_owned).into();
    fields
        .iter()
        .zip(bases)
        .map(|(field, base)| {
            let mut name = field.rust_name.clone();
            while !idents.insert(name.clone()) {
                name.push('_');
            }
            let presence = field.presence(direction, is_collection(base));
            let base = match simple_name(base).as_deref() {
                Some("String") if field.secret => syn::parse_quote!(crate::SecretString),
                _ => base.clone(),
            };
            FieldType {
                wire: field.name.clone(),
                ident: Ident::new(&name, Span::call_site()),
                ty: match (presence.optional, presence.nullable) {
                    (true, true) => quote!(Option<crate::Nullable<#base>>),
                    (true, false) => quote!(Option<#base>),
                    (false, _) => quote!(#base),
                },
                base,
                presence,
                ids_of: field.ids_of.clone(),
            }
        })
        .collect()
}

fn declaration(field: &Field, ty: &FieldType, schemars: bool) -> TokenStream {
    let FieldType {
        wire,
        ident,
        ty: rust_type,
        presence,
        ..
    } = ty;
    let docs = match &field.description {
        Some(text) => self::docs(text),
        None => self::docs(&format!("`{wire}`")),
    };
    let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
    let schema = schemars.then(|| {
        let required = presence.required.then(|| quote!(, required));
        let default = (!presence.optional).then(|| quote!(, default));
        let with = match field.format {
            None if simple_name(&ty.base).as_deref() == Some("SecretString") => {
                Some(quote!(, with = "Option<String>"))
            }
            Some(Format::QuotedInteger) => Some(quote!(, with = "Option<String>")),
            Some(Format::Time(
                TimeFormat::Seconds | TimeFormat::Milliseconds | TimeFormat::Nanoseconds,
            )) => Some(quote!(, with = "Option<i64>")),
            _ => None,
        };
        quote!(#[schemars(rename = #wire #required #default #with)])
    });
    if field.constant.is_some() {
        return quote!(#schema #ident: #rust_type,);
    }
    quote! {
        #docs
        #deprecated
        #schema
        pub #ident: #rust_type,
    }
}

/// The code that decodes a field and the code that encodes it; `lists` numbers the lists that are empty where they are absent.
fn accessors(
    field: &Field,
    ty: &FieldType,
    lists: &mut std::ops::RangeFrom<u32>,
) -> (TokenStream, TokenStream) {
    let name = &ty.ident;
    let presence = ty.presence;
    if !presence.optional {
        let number = lists.next();
        return (
            quote!(source.read_list(&mut self.#name, &mut self.lists, #number)),
            quote!(encoder.list(&self.#name, self.lists, #number);),
        );
    }
    if let Some(format) = &field.format {
        let format = match format {
            Format::QuotedInteger => quote!(QuotedInteger),
            Format::Time(TimeFormat::Rfc3339) => quote!(TimeFormat::Rfc3339),
            Format::Time(TimeFormat::Pattern(pattern)) => quote!(TimeFormat::Pattern(#pattern)),
            Format::Time(TimeFormat::Seconds) => quote!(TimeFormat::Seconds),
            Format::Time(TimeFormat::Milliseconds) => quote!(TimeFormat::Milliseconds),
            Format::Time(TimeFormat::Nanoseconds) => quote!(TimeFormat::Nanoseconds),
        };
        return (
            quote!(source.read_format(&mut self.#name, decode::#format)),
            quote!(encoder.format(&self.#name, decode::#format);),
        );
    }
    let write = match presence.required {
        false => quote!(optional),
        true => quote!(required),
    };
    (
        quote!(source.read(&mut self.#name)),
        quote!(encoder.#write(&self.#name);),
    )
}
