//! One request builder for each operation, and the handle of the scope that makes them.
//!
//! The types of arguments and answers are read from the signature of the method that progenitor generated for the operation; its body is
//! not used: a request hands its parts to the runtime, which is one piece of code for all operations.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{File, FnArg, ImplItem, Item, ReturnType, Signature};

use crate::document::{Content, Encoding, Location, Operation, PaginationStyle, Security};
use crate::error::{Error, Result};
use crate::names;
use crate::operations;
use crate::reshape::{Shapes, Written, argument, docs, element, shorten, simple_name};

/// What is generated for the operations of a scope.
pub(crate) struct Requests {
    /// Methods of the scope's handle.
    pub methods: TokenStream,
    /// The builders.
    pub builders: TokenStream,
}

/// Writes the builders of all `operations`.
pub(crate) fn requests(
    operations: &[Operation],
    generated: &File,
    shapes: &Shapes,
) -> Result<Requests> {
    let signatures = signatures(generated);
    let mut requests = Requests {
        methods: TokenStream::new(),
        builders: TokenStream::new(),
    };
    let mut names = BTreeMap::new();
    for operation in operations {
        if let Some(other) = names.insert(names::pascal(&operation.id), &operation.id) {
            return Err(Error::new(
                &operation.pointer,
                format!(
                    "operations `{other}` and `{}` have the same name in Rust",
                    operation.id
                ),
            ));
        }
        let signature = signatures.get(&operation.id).ok_or_else(|| {
            Error::new(
                &operation.pointer,
                "progenitor generated no method for this operation",
            )
        })?;
        let request = Request::new(operation, signature)?;
        requests.methods.extend(request.method());
        requests.builders.extend(request.builder(shapes)?);
    }
    Ok(requests)
}

fn signatures(generated: &File) -> BTreeMap<String, &Signature> {
    generated
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() => Some(&item.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(method) if method.sig.asyncness.is_some() => {
                Some((method.sig.ident.to_string(), &method.sig))
            }
            _ => None,
        })
        .collect()
}

/// One argument of a request.
struct Argument {
    ident: Ident,
    /// The owned type of its value.
    ty: syn::Type,
    required: bool,
    docs: String,
    sink: Sink,
}

/// Where the value of an argument goes.
enum Sink {
    Path,
    Query(String, Encoding),
    Header(String),
    Json,
    Form,
    Part(String),
}

struct Request<'a> {
    operation: &'a Operation,
    ident: Ident,
    arguments: Vec<Argument>,
    answer: syn::Type,
}

/// Methods that every builder has.
const RESERVED: [&str; 5] = ["send", "items", "new", "clone", "body"];

impl<'a> Request<'a> {
    fn new(operation: &'a Operation, signature: &Signature) -> Result<Self> {
        let types = argument_types(signature);
        let type_of = |name: &str| {
            types.get(name).cloned().ok_or_else(|| {
                Error::new(
                    &operation.pointer,
                    format!("progenitor's method has no argument `{name}`"),
                )
            })
        };
        let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
        let mut arguments = Vec::new();
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let mut name = names::snake(&parameter.name);
            while !taken.insert(name.clone()) {
                name.push_str(match parameter.location {
                    Location::Header => "_header",
                    Location::Path | Location::Query => "_parameter",
                });
            }
            arguments.push(Argument {
                ident: Ident::new(&name, Span::call_site()),
                ty: type_of(&format!("p{index}"))?,
                required: parameter.required,
                docs: parameter.description.clone().unwrap_or_default(),
                sink: match parameter.location {
                    Location::Path => Sink::Path,
                    Location::Query => Sink::Query(parameter.name.clone(), parameter.encoding),
                    Location::Header => Sink::Header(parameter.name.clone()),
                },
            });
        }
        if let Some(body) = &operation.body {
            let docs = body.description.clone().unwrap_or_default();
            match &body.content {
                Content::Json(_) | Content::Form(_) => arguments.push(Argument {
                    ident: format_ident!("body"),
                    ty: type_of("body")?,
                    required: body.required,
                    docs,
                    sink: match body.content {
                        Content::Form(_) => Sink::Form,
                        _ => Sink::Json,
                    },
                }),
                Content::Multipart(parts) => {
                    arguments.extend(parts.iter().map(|part| Argument {
                        ident: Ident::new(&names::snake(&part.name), Span::call_site()),
                        ty: syn::parse_quote!(crate::Upload),
                        required: part.required,
                        docs: part.description.clone().unwrap_or_default(),
                        sink: Sink::Part(part.name.clone()),
                    }));
                }
            }
        }
        Ok(Self {
            operation,
            ident: Ident::new(&names::pascal(&operation.id), Span::call_site()),
            arguments,
            answer: answer_type(signature).ok_or_else(|| {
                Error::new(&operation.pointer, "progenitor's method has no answer")
            })?,
        })
    }

    /// The method of the scope's handle that begins this request.
    fn method(&self) -> TokenStream {
        let Self {
            operation, ident, ..
        } = self;
        let method = Ident::new(&names::snake(&operation.id), Span::call_site());
        let constant = operations::constant(operation);
        let required = self.arguments.iter().filter(|argument| argument.required);
        let parameters = required.clone().map(Argument::parameter);
        let path_values = required
            .clone()
            .filter(|argument| matches!(argument.sink, Sink::Path))
            .map(|argument| {
                let name = &argument.ident;
                let (_, value) = self::argument(&argument.ty, &quote!(#name));
                quote!(&crate::call::text(&#value))
            });
        let others: Vec<_> = required
            .filter(|argument| !matches!(argument.sink, Sink::Path))
            .map(|argument| argument.store(&quote!(call)))
            .collect();
        let mutable = (!others.is_empty()).then(|| quote!(mut));
        let docs = self.docs();
        let deprecated = operation.deprecated.then(|| quote!(#[deprecated]));
        quote! {
            #docs
            #deprecated
            #[inline]
            pub fn #method(&self, #(#parameters),*) -> requests::#ident {
                let #mutable call = crate::call::Call::new(&self.client, &operations::#constant, &[#(#path_values),*]);
                #(#others)*
                requests::#ident { call }
            }
        }
    }

    fn docs(&self) -> TokenStream {
        let operation = self.operation;
        let mut text = format!("{}.\n\n", operation.summary.trim_end_matches('.'));
        if let Some(description) = &operation.description {
            text.push_str(description);
            text.push_str("\n\n");
        }
        let mut lines = vec![format!("`{} {}`", operation.method, operation.path)];
        match &operation.security {
            Security::Basic => lines.push("with key and secret".to_owned()),
            Security::Bearer(scopes) if scopes.is_empty() => {}
            Security::Bearer(scopes) => {
                lines.push(format!("OAuth scope `{}`", scopes.join("`, `")))
            }
        }
        text.push_str(&lines.join(", "));
        text.push('\n');
        let documented: Vec<_> = self
            .arguments
            .iter()
            .filter(|argument| argument.required && !argument.docs.is_empty())
            .collect();
        if !documented.is_empty() {
            text.push_str("\n# Arguments\n");
            for argument in documented {
                let line = argument.docs.lines().collect::<Vec<_>>().join(" ");
                text.push_str(&format!("- `{}`: {line}\n", argument.ident));
            }
        }
        docs(&text)
    }

    fn builder(&self, shapes: &Shapes) -> Result<TokenStream> {
        let Self {
            operation,
            ident,
            answer,
            ..
        } = self;
        let setters = self
            .arguments
            .iter()
            .filter(|argument| !argument.required)
            .map(Argument::setter);
        let items = self.items(shapes)?;
        let doc = format!(
            " The request [`{}`](super::operations::{}).",
            operation.id,
            operations::constant(operation)
        );
        Ok(quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            #[must_use = "a request does nothing until it is sent"]
            pub struct #ident {
                pub(super) call: crate::call::Call,
            }
            impl #ident {
                #(#setters)*
                /// Sends the request and waits for the answer.
                ///
                /// # Errors
                /// See [`Error`](crate::Error).
                #[inline]
                pub fn send(self) -> crate::call::Sending<#answer> {
                    self.call.send()
                }
                #items
            }
        })
    }

    /// `items()`, for the operations that page by offset and tell how many items there are.
    fn items(&self, shapes: &Shapes) -> Result<Option<TokenStream>> {
        let Some(pagination) = &self.operation.pagination else {
            return Ok(None);
        };
        let (PaginationStyle::Offset, Some(total)) = (pagination.style, &pagination.total) else {
            return Ok(None);
        };
        let wrong = |what: &str, pointer: &str| {
            Error::new(
                format!("{}/x-pagination", self.operation.pointer),
                format!("`{pointer}` is no {what} of the answer"),
            )
        };
        let (items, list) = access(&self.answer, &pagination.items, shapes, Holding::Owned)
            .ok_or_else(|| wrong("list", &pagination.items))?;
        let (total, number) = access(&self.answer, total, shapes, Holding::Borrowed)
            .filter(|(_, ty)| simple_name(ty).as_deref() == Some("i64"))
            .ok_or_else(|| wrong("number", total))?;
        let item = element(&list).ok_or_else(|| wrong("list", &pagination.items))?;
        let answer = &self.answer;
        Ok(Some(quote! {
            /// All items of all pages, fetched as they are asked for.
            #[inline]
            pub fn items(self) -> crate::Items<#item> {
                fn split(page: #answer) -> crate::pagination::Page<#item> {
                    let total: Option<#number> = #total;
                    crate::pagination::Page { total, items: #items.unwrap_or_default() }
                }
                self.call.items(split)
            }
        }))
    }
}

impl Argument {
    fn parameter(&self) -> TokenStream {
        let name = &self.ident;
        let ty = match self.sink {
            Sink::Json | Sink::Form => reference(&self.ty),
            _ => argument(&self.ty, &quote!(#name)).0,
        };
        quote!(#name: #ty)
    }

    fn setter(&self) -> TokenStream {
        let name = &self.ident;
        let parameter = self.parameter();
        let store = self.store(&quote!(self.call));
        let docs = if self.docs.is_empty() {
            docs(&format!("Sets `{}`.", self.ident))
        } else {
            docs(&self.docs)
        };
        quote! {
            #docs
            #[inline]
            pub fn #name(mut self, #parameter) -> Self {
                #store
                self
            }
        }
    }

    /// The statement that puts the value into the call.
    fn store(&self, call: &TokenStream) -> TokenStream {
        let name = &self.ident;
        let (_, value) = argument(&self.ty, &quote!(#name));
        let is_list = simple_name(&self.ty).as_deref() == Some("Vec");
        match &self.sink {
            Sink::Path => TokenStream::new(),
            Sink::Query(wire, Encoding::Json) => quote!(#call.query_json(#wire, &#value);),
            Sink::Query(wire, encoding) if is_list => {
                let element = element(&self.ty);
                let values = quote! {
                    #name.into_iter().map(|value| crate::call::text(&Into::<#element>::into(value))).collect()
                };
                match encoding {
                    Encoding::Repeated => quote!(#call.query_repeated(#wire, #values);),
                    _ => quote!(#call.query_list(#wire, #values);),
                }
            }
            Sink::Query(wire, _) => quote!(#call.query(#wire, crate::call::text(&#value));),
            Sink::Header(wire) => quote!(#call.header(#wire, crate::call::text(&#value));),
            Sink::Json => quote!(#call.json(#name);),
            Sink::Form => quote!(#call.form(#name);),
            Sink::Part(wire) => quote!(#call.part(#wire, #value);),
        }
    }
}

/// How a body is borrowed.
fn reference(ty: &syn::Type) -> TokenStream {
    match (simple_name(ty).as_deref(), element(ty)) {
        (Some("Vec"), Some(element)) => quote!(&[#element]),
        (Some("String"), _) => quote!(&str),
        _ => quote!(&#ty),
    }
}

/// Whether a value is taken out of an answer or looked at in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    Owned,
    Borrowed,
}

/// The expression that takes the value at a JSON pointer out of `page`, as an `Option`, and the type of that value.
fn access(
    answer: &syn::Type,
    pointer: &str,
    shapes: &Shapes,
    holding: Holding,
) -> Option<(TokenStream, syn::Type)> {
    let page = match holding {
        Holding::Owned => quote!(Some(page)),
        Holding::Borrowed => quote!(Some(&page)),
    };
    let segments: Vec<_> = pointer.split('/').skip(1).collect();
    access_from(page, answer, &segments, shapes, holding)
}

/// Goes on from `value`, an `Option` of `ty`.
fn access_from(
    value: TokenStream,
    ty: &syn::Type,
    segments: &[&str],
    shapes: &Shapes,
    holding: Holding,
) -> Option<(TokenStream, syn::Type)> {
    let Some((segment, rest)) = segments.split_first() else {
        return Some((value, ty.clone()));
    };
    let name = simple_name(ty)?;
    match shapes.get(&name)? {
        Written::Struct(fields) => {
            let field = fields.iter().find(|field| field.wire == *segment)?;
            let ident = &field.ident;
            let inner = holding == Holding::Borrowed && !rest.is_empty();
            let next = match (field.optional, inner) {
                (true, true) => quote!(#value.and_then(|value| value.#ident.as_ref())),
                (true, false) => quote!(#value.and_then(|value| value.#ident)),
                (false, true) => quote!(#value.map(|value| &value.#ident)),
                (false, false) => quote!(#value.map(|value| value.#ident)),
            };
            access_from(next, &field.base, rest, shapes, holding)
        }
        Written::Choice(variants) => {
            let choice = Ident::new(&name, Span::call_site());
            let mut found = None;
            let arms: Vec<_> = variants
                .iter()
                .filter_map(|(variant, ty)| {
                    let (value, ty) =
                        access_from(quote!(Some(value)), ty, segments, shapes, holding)?;
                    found = Some(ty);
                    Some(quote!(#choice::#variant(value) => #value,))
                })
                .collect();
            let next = quote!(#value.and_then(|value| match value { #(#arms)* _ => None }));
            Some((next, found?))
        }
    }
}

/// Arguments of a generated method, as owned types.
fn argument_types(signature: &Signature) -> BTreeMap<String, syn::Type> {
    signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(argument) => match argument.pat.as_ref() {
                syn::Pat::Ident(pattern) => Some((pattern.ident.to_string(), owned(&argument.ty))),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect()
}

/// `Option<&'a str>` as `String`.
fn owned(ty: &syn::Type) -> syn::Type {
    let ty = match simple_name(ty).as_deref() {
        Some("Option") => element(ty).unwrap_or_else(|| ty.clone()),
        _ => ty.clone(),
    };
    let ty = match ty {
        syn::Type::Reference(reference) => *reference.elem,
        other => other,
    };
    if simple_name(&ty).as_deref() == Some("str") {
        return syn::parse_quote!(String);
    }
    shorten(&ty)
}

/// `T` of `Result<ResponseValue<T>, Error<()>>`.
fn answer_type(signature: &Signature) -> Option<syn::Type> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return None;
    };
    Some(shorten(&element(&element(ty)?)?))
}
