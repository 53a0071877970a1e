//! The cases of the conformance suite: one for each operation, which calls it through the public API with values that are made at run time.
//!
//! The generated code is Rust as a user would write it: methods, setters and listings by their names and with their types. It refers to
//! the types of the suite (`Case`, `Argument`, `ParameterLocation`, `Listing`, `Values`) in its module `case`.

use cisco_secure_access_openapi::{Encoding, Operation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::argument::{Argument, ParameterLocation};
use crate::conversion;
use crate::emit::TypeDefs;
use crate::engine::{RustTypes, Signature};
use crate::names;
use crate::operations;
use crate::paging;
use crate::requests::Request;
use crate::rust_type::{Enumerations, element, simple_name};
use crate::{Error, Result};

/// The module of the cases of all `operations`.
pub(crate) fn cases(
    scope: &str,
    operations: &[Operation],
    rust_types: &RustTypes,
    types: &TypeDefs,
    enumerations: &Enumerations,
) -> Result<TokenStream> {
    let mut requests = TokenStream::new();
    let mut entries = Vec::new();
    let signatures = rust_types.signatures(operations)?;
    for (operation, signature) in operations.iter().zip(signatures) {
        for method in methods(scope, operation, signature, enumerations)? {
            requests.extend(method.request(scope, operation));
            entries.push(method.entry(operation, types)?);
        }
    }
    let conversions = conversion::find(operations, rust_types, types)?;
    let conversions = conversions
        .iter()
        .map(|found| self::conversion(found, types));
    let handle = Ident::new(&names::snake(scope), Span::call_site());
    let about = format!(" The cases of the scope `{scope}`.");
    Ok(quote! {
        #[doc = #about]
        #[allow(deprecated, unused_imports, unused_variables, clippy::all)]
        pub mod #handle {
            use cisco_secure_access::Client;
            use cisco_secure_access::api::#handle::{operations, requests, types::*};

            use crate::case::{
                self, Argument, Case, Conversion, Encoding, Listing, ParameterLocation, Values, Wrong,
            };

            #requests

            /// All cases, in the order of the document.
            pub static CASES: &[Case] = &[#(#entries),*];

            /// The conversions from a response to a body.
            pub static CONVERSIONS: &[Conversion] = &[#(#conversions),*];
        }
    })
}

/// The entry of a conversion: it changes a string, if both types have one.
fn conversion(found: &conversion::Conversion<'_>, types: &TypeDefs) -> TokenStream {
    let [source, method] =
        [&found.source, &found.method].map(|name| Ident::new(name, Span::call_site()));
    let name = &found.source;
    let wrapper = match &found.wrapper {
        Some(property) => quote!(Some(#property)),
        None => quote!(None),
    };
    let read = &found.read.pointer;
    let change = found.changes.iter().map(|change| &change.pointer);
    let (changed, change_it) = match found.text_property(types) {
        Some(field) => {
            let (wire, ident) = (&field.wire, &field.ident);
            (quote!(Some(#wire)), Some(quote!(.#ident(changed))))
        }
        None => (quote!(None), None),
    };
    quote! {
        Conversion {
            name: #name,
            wrapper: #wrapper,
            read: #read,
            changes: &[#(#change),*],
            changed: #changed,
            convert: |value, changed| {
                case::convert(value, |read: #source| read.#method()#change_it)
            },
        }
    }
}

/// A method that calls an operation, and the arguments that it and the setters take.
struct OperationMethod {
    method: Ident,
    arguments: Vec<Argument>,
    /// Their JSON pointers in the document.
    pointers: Vec<String>,
    response: syn::Type,
}

/// The methods that call an operation: one, or two if the body can be JSON or a file.
fn methods(
    scope: &str,
    operation: &Operation,
    signature: Signature<'_>,
    enumerations: &Enumerations,
) -> Result<Vec<OperationMethod>> {
    let read = || Request::new(scope, operation, signature, enumerations);
    let method = names::snake(&operation.id);
    let mut methods = vec![OperationMethod::new(&method, operation, read()?)];
    let alternative = operation
        .body
        .as_ref()
        .and_then(|body| body.alternative.as_ref());
    if let Some(parts) = alternative {
        let mut request = read()?;
        request
            .arguments
            .retain(|argument| !matches!(argument.location, ParameterLocation::Json));
        let mut taken = Default::default();
        request.arguments.extend(parts.iter().map(|part| Argument {
            required: true,
            ..Argument::part(part, &mut taken)
        }));
        methods.push(OperationMethod::new(
            &format!("{method}_file"),
            operation,
            request,
        ));
    }
    Ok(methods)
}

impl OperationMethod {
    fn new(method: &str, operation: &Operation, request: Request<'_>) -> Self {
        let parameters = operation.parameters.iter();
        let mut pointers: Vec<_> = parameters
            .map(|parameter| parameter.pointer.clone())
            .collect();
        // The body follows the parameters, as one argument or as its parts.
        let body = format!("{}/requestBody", operation.pointer);
        pointers.resize(request.arguments.len(), body);
        Self {
            method: Ident::new(method, Span::call_site()),
            arguments: request.arguments,
            pointers,
            response: request.response,
        }
    }

    /// The function that creates the request from the given values.
    fn request(&self, scope: &str, operation: &Operation) -> TokenStream {
        let method = &self.method;
        let handle = Ident::new(&names::snake(scope), Span::call_site());
        let builder = Ident::new(&names::pascal(&operation.id), Span::call_site());
        let arguments = || self.arguments.iter().enumerate();
        let required = arguments()
            .filter(|(_, argument)| argument.is_positional())
            .map(|(index, argument)| {
                let value = value(argument, &quote!(required), index);
                match argument.location {
                    ParameterLocation::Json | ParameterLocation::Form => quote!(&#value),
                    _ => value,
                }
            });
        let optional =
            arguments()
                .filter(|(_, argument)| !argument.required)
                .map(|(index, argument)| {
                    let setter = &argument.ident;
                    let value = value(argument, &quote!(optional), index);
                    let given = match argument.location {
                        _ if argument.is_flag() => TokenStream::new(),
                        ParameterLocation::Json | ParameterLocation::Form => quote!(&value),
                        _ => quote!(value),
                    };
                    quote! {
                        let request = match #value {
                            Some(value) => request.#setter(#given),
                            None => request,
                        };
                    }
                });
        let named = arguments()
            .filter(|(_, argument)| argument.required && !argument.is_positional())
            .map(|(index, argument)| {
                let setter = &argument.ident;
                let value = value(argument, &quote!(required), index);
                quote!(let request = request.#setter(#value);)
            });
        let named: Vec<_> = named.collect();
        let complete = (!named.is_empty()).then(|| {
            let states = named.iter().map(|_| quote!(cisco_secure_access::Set));
            quote!(<#(#states),*>)
        });
        quote! {
            fn #method(client: &Client, values: &Values) -> Result<requests::#builder #complete, Wrong> {
                let request = client.#handle().#method(#(#required),*);
                #(#named)*
                #(#optional)*
                Ok(request)
            }
        }
    }

    /// The entry of the table.
    fn entry(&self, operation: &Operation, types: &TypeDefs) -> Result<TokenStream> {
        let method = &self.method;
        let name = method.to_string();
        let constant = operations::constant(operation);
        let pointer = &operation.pointer;
        let arguments = self.arguments.iter().zip(&self.pointers).map(|(argument, pointer)| {
            let name = argument.ident.to_string();
            let location = location(argument);
            let required = argument.required;
            quote!(Argument { name: #name, location: #location, required: #required, pointer: #pointer })
        });
        let listing = match &operation.pagination {
            None => quote!(None),
            Some(pagination) => {
                let response = &self.response;
                let wrong = || {
                    Error::new(
                        format!("{}/x-pagination", operation.pointer),
                        format!("`{}` is not a list of the response", pagination.items),
                    )
                };
                let (items, _) =
                    paging::access(response, &pagination.items, types).ok_or_else(wrong)?;
                quote! {
                    Some(Listing {
                        items: |client, values, width| {
                            case::items(#method(client, values).map(|request| request.items().prefetch(width)))
                        },
                        pages: |client, values, width| case::pages(
                            #method(client, values).map(|request| request.pages().prefetch(width)),
                            |page: #response| #items.unwrap_or_default(),
                        ),
                    })
                }
            }
        };
        Ok(quote! {
            Case {
                operation: &operations::#constant,
                method: #name,
                pointer: #pointer,
                arguments: &[#(#arguments),*],
                send: |client, values| case::send(#method(client, values).map(|request| request.send())),
                listing: #listing,
            }
        })
    }
}

/// The expression for the value of an argument; `how` is the method of `Values` that returns it.
fn value(argument: &Argument, how: &TokenStream, index: usize) -> TokenStream {
    match simple_name(&argument.ty).as_deref() {
        Some("Upload") => {
            let how = format_ident!("{}_file", how.to_string());
            quote!(values.#how(#index)?)
        }
        Some("ReportingTime" | "DateOrTime") => quote!(values.#how::<String>(#index)?),
        Some("Box") => {
            let ty = element(&argument.ty);
            quote!(values.#how::<#ty>(#index)?)
        }
        _ => {
            let ty = &argument.ty;
            quote!(values.#how::<#ty>(#index)?)
        }
    }
}

/// The location of a value in the request.
fn location(argument: &Argument) -> TokenStream {
    match &argument.location {
        ParameterLocation::Path => quote!(ParameterLocation::Path),
        ParameterLocation::Query(wire, encoding) => {
            let encoding = match encoding {
                Encoding::Plain | Encoding::Flag => quote!(Plain),
                Encoding::Comma => quote!(Comma),
                Encoding::Repeated => quote!(Repeated),
                Encoding::Json => quote!(Json),
            };
            quote!(ParameterLocation::Query(#wire, Encoding::#encoding))
        }
        ParameterLocation::Header(wire) => quote!(ParameterLocation::Header(#wire)),
        ParameterLocation::Json => quote!(ParameterLocation::Json),
        ParameterLocation::Form => quote!(ParameterLocation::Form),
        ParameterLocation::Part(wire) => quote!(ParameterLocation::Part(#wire)),
    }
}
