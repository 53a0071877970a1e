//! The request of each operation: the method of the scope's handle that creates it, and its setters.
//!
//! A request passes its parts to the runtime, which has the same code for all operations.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::{Content, Location, Operation, TimeForm};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::argument::{Argument, ParameterLocation, docs_of, free_name};
use crate::docs::{escape, former_name, markdown};
use crate::emit::TypeDefs;
use crate::engine::{RustTypes, Signature};
use crate::example::{Call, Example, Types};
use crate::facts::facts;
use crate::names;
use crate::operations;
use crate::paging;
use crate::rust_type::{Enumerations, argument};
use crate::typestate::Typestate;
use crate::{Error, Result};

/// The generated code of the operations of a scope.
pub(crate) struct Requests {
    /// Methods of the scope's handle, by API.
    pub methods: BTreeMap<String, TokenStream>,
    /// Their types, with setters.
    pub types: TokenStream,
    /// The endpoint types of the operations.
    pub endpoints: TokenStream,
    /// The required parameters that have setters: the names in the module `missing`.
    pub missing: BTreeSet<Ident>,
    /// The example of each method.
    pub examples: Vec<Example>,
}

/// Writes the requests of all `operations`.
pub(crate) fn requests(
    scope: &str,
    operations: &[Operation],
    rust_types: &RustTypes,
    types: &Types<'_>,
    enumerations: &Enumerations,
) -> Result<Requests> {
    let signatures = rust_types.signatures(operations)?;
    let mut requests = Requests {
        methods: BTreeMap::new(),
        types: TokenStream::new(),
        endpoints: TokenStream::new(),
        missing: BTreeSet::new(),
        examples: Vec::new(),
    };
    let mut names = BTreeMap::new();
    for (operation, signature) in operations.iter().zip(signatures) {
        if let Some(other) = names.insert(names::pascal(&operation.id), &operation.id) {
            return Err(Error::new(
                &operation.pointer,
                format!(
                    "operations `{other}` and `{}` have the same name in Rust",
                    operation.id
                ),
            ));
        }
        let request = Request::new(scope, operation, signature, enumerations)?;
        let methods = requests.methods.entry(operation.api.clone()).or_default();
        for (method, example) in request.methods(types)? {
            methods.extend(method);
            requests.examples.push(example);
        }
        requests.types.extend(request.request(types.defs)?);
        requests.endpoints.extend(request.endpoint());
        requests.missing.extend(request.typestate().missing());
    }
    Ok(requests)
}

/// A request: the arguments of an operation, and its response.
pub(crate) struct Request<'a> {
    scope: &'a str,
    operation: &'a Operation,
    enumerations: &'a Enumerations,
    ident: Ident,
    pub arguments: Vec<Argument>,
    pub response: syn::Type,
}

/// The kind of error of a response that reports a failure, with a link.
const PARTIAL: &str = "[`Partial`](crate::ErrorKind::Partial)";

/// Methods that every builder has, and names that generated code uses itself.
const RESERVED: [&str; 16] = [
    "attempt_timeout",
    "body",
    "clone",
    "header",
    "into_state",
    "items",
    "items_as",
    "new",
    "pages",
    "parts",
    "query",
    "reports_region",
    "retry",
    "send",
    "send_raw",
    "total_timeout",
];

impl<'a> Request<'a> {
    pub(crate) fn new(
        scope: &'a str,
        operation: &'a Operation,
        signature: Signature<'_>,
        enumerations: &'a Enumerations,
    ) -> Result<Self> {
        let mut taken: BTreeSet<String> = RESERVED.map(str::to_owned).into();
        let mut arguments = Vec::new();
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let suffix = match parameter.location {
                Location::Header => "_header",
                Location::Path | Location::Query => "_parameter",
            };
            arguments.push(Argument {
                ident: free_name(&parameter.rust_name, suffix, &mut taken),
                ty: match parameter.time {
                    None => signature.parameter(index)?,
                    Some(TimeForm::Reporting) => syn::parse_quote!(crate::ReportingTime),
                    Some(TimeForm::Rfc3339) => syn::parse_quote!(crate::DateOrTime),
                },
                required: parameter.is_mandatory(),
                docs: docs_of(parameter),
                example: parameter.example.clone(),
                location: match parameter.location {
                    Location::Path => ParameterLocation::Path,
                    Location::Query => {
                        ParameterLocation::Query(parameter.name.clone(), parameter.encoding)
                    }
                    Location::Header => ParameterLocation::Header(parameter.name.clone()),
                },
            });
        }
        if let Some(body) = &operation.body {
            let docs = body.description.clone().unwrap_or_default();
            match &body.content {
                Content::Json(_) | Content::Form(_) => arguments.push(Argument {
                    ident: format_ident!("body"),
                    ty: signature.body()?,
                    required: body.required,
                    docs,
                    example: body.example.clone(),
                    location: match body.content {
                        Content::Form(_) => ParameterLocation::Form,
                        _ => ParameterLocation::Json,
                    },
                }),
                Content::Multipart(parts) => {
                    arguments.extend(parts.iter().map(|part| Argument::part(part, &mut taken)));
                }
            }
        }
        Ok(Self {
            scope,
            operation,
            enumerations,
            ident: Ident::new(&names::pascal(&operation.id), Span::call_site()),
            arguments,
            response: signature.response(),
        })
    }

    /// The methods of the scope's handle that create this request, with their examples: one, or two if the body can be JSON or a file.
    fn methods(&self, types: &Types<'_>) -> Result<Vec<(TokenStream, Example)>> {
        let name = names::snake(&self.operation.id);
        let positional: Vec<_> = self
            .arguments
            .iter()
            .filter(|argument| argument.is_positional())
            .collect();
        let mut methods = vec![self.method(&name, &positional, types)?];
        let alternative = self
            .operation
            .body
            .as_ref()
            .and_then(|body| body.alternative.as_ref());
        if let Some(parts) = alternative {
            let mut taken = positional
                .iter()
                .map(|argument| argument.ident.to_string())
                .collect();
            let parts: Vec<_> = parts
                .iter()
                .map(|part| Argument::part(part, &mut taken))
                .collect();
            let positional: Vec<_> = positional
                .into_iter()
                .filter(|argument| !matches!(argument.location, ParameterLocation::Json))
                .chain(&parts)
                .collect();
            methods.push(self.method(&format!("{name}_file"), &positional, types)?);
        }
        Ok(methods)
    }

    fn method(
        &self,
        name: &str,
        positional: &[&Argument],
        types: &Types<'_>,
    ) -> Result<(TokenStream, Example)> {
        let Self {
            operation, ident, ..
        } = self;
        let method = Ident::new(name, Span::call_site());
        let constant = operations::constant(operation);
        let enumerations = self.enumerations;
        let parameters = positional
            .iter()
            .map(|argument| argument.parameter(enumerations));
        let path_values = positional
            .iter()
            .filter(|argument| matches!(argument.location, ParameterLocation::Path))
            .map(|argument| {
                let name = &argument.ident;
                let (_, value) = self::argument(&argument.ty, &quote!(#name), enumerations);
                quote!(&crate::request::to_param(&#value))
            });
        let others = positional
            .iter()
            .filter(|argument| !matches!(argument.location, ParameterLocation::Path))
            .map(|argument| argument.store(enumerations));
        let example = self.example(name, positional, types)?;
        let docs = markdown(&self.docs(positional, &example));
        let badge = badge(self.scope, operation);
        let search = search(operation, name);
        let deprecated = operation.deprecated.then(|| quote!(#[deprecated]));
        let alias = self.alias(name, positional);
        let method = quote! {
            #docs
            #badge
            #(#[doc(alias = #search)])*
            #deprecated
            #[inline]
            pub fn #method(&self, #(#parameters),*) -> requests::#ident {
                crate::Request::begin(&self.client, &operations::#constant, &[#(#path_values),*])
                    #(#others)*
            }

            #alias
        };
        Ok((method, example))
    }

    /// The example of a method: the required arguments, and those that have an example.
    fn example(&self, name: &str, positional: &[&Argument], types: &Types<'_>) -> Result<Example> {
        let named = self.arguments.iter().filter(|argument| {
            !argument.is_positional() && (argument.required || argument.example.is_some())
        });
        let named: Vec<_> = named.collect();
        let call = Call {
            scope: self.scope,
            operation: &self.operation.id,
            method: name,
            positional,
            named: &named,
            has_items: self.operation.pagination.is_some(),
        };
        let example = Example::new(&call, types);
        example.map_err(|error| error.at(&self.operation.pointer))
    }

    /// The method under the former name of the operation, if it has one.
    fn alias(&self, name: &str, positional: &[&Argument]) -> Option<TokenStream> {
        let former = names::snake(self.operation.former_name.as_ref()?);
        let suffix = name.strip_prefix(&names::snake(&self.operation.id))?;
        let alias = Ident::new(&format!("{former}{suffix}"), Span::call_site());
        let method = Ident::new(name, Span::call_site());
        let ident = &self.ident;
        let attributes = former_name("Self::", name);
        let parameters = positional
            .iter()
            .map(|argument| argument.parameter(self.enumerations));
        let arguments = positional.iter().map(|argument| &argument.ident);
        let badge = badge(self.scope, self.operation);
        Some(quote! {
            #attributes
            #badge
            #[allow(deprecated)]
            #[inline]
            pub fn #alias(&self, #(#parameters),*) -> requests::#ident {
                self.#method(#(#arguments),*)
            }
        })
    }

    /// The documentation of a method, in Markdown.
    fn docs(&self, positional: &[&Argument], example: &Example) -> String {
        let operation = self.operation;
        let mut text = format!("{}.\n\n", escape(operation.summary.trim_end_matches('.')));
        if let Some(description) = &operation.description {
            text.push_str(&format!("{}\n\n", escape(description)));
        }
        for (row, (title, value)) in facts(operation, PARTIAL).into_iter().enumerate() {
            text.push_str(&format!("| {title} | {value} |\n"));
            if row == 0 {
                text.push_str("| --- | --- |\n");
            }
        }
        let documented: Vec<_> = positional
            .iter()
            .filter(|argument| !argument.docs.is_empty())
            .collect();
        if !documented.is_empty() {
            text.push_str("\n# Arguments\n");
            for argument in documented {
                let line = escape(&argument.docs).replace('\n', " ");
                text.push_str(&format!("- `{}`: {line}\n", argument.ident));
            }
        }
        text.push_str(&example.documentation());
        text
    }

    /// The required arguments that have setters: those that are not positional.
    fn named(&self) -> Vec<&Argument> {
        let arguments = self.arguments.iter();
        arguments
            .filter(|argument| argument.required && !argument.is_positional())
            .collect()
    }

    /// Which of them are set, in the type of the request.
    pub(crate) fn typestate(&self) -> Typestate<'_> {
        Typestate::new(self.named().into_iter().map(|argument| &argument.ident))
    }

    /// The type of the request: its endpoint, a name for it, and its setters.
    fn request(&self, types: &TypeDefs) -> Result<TokenStream> {
        let Self {
            operation,
            ident,
            response,
            ..
        } = self;
        let typestate = self.typestate();
        let setters: Vec<_> = self
            .arguments
            .iter()
            .filter(|argument| !argument.is_positional())
            .map(|argument| self.setter(argument, &typestate))
            .collect();
        let (declarations, any) = (typestate.declarations(), typestate.any());
        let state = typestate.state();
        let regional = operation
            .regional
            .then(|| quote!(impl crate::Regional for endpoints::#ident {}));
        let listing = paging::listing(operation, ident, response, types)?;
        let doc = format!(
            " The request [`{}`](super::operations::{}).",
            operation.id,
            operations::constant(operation)
        );
        let badge = badge(self.scope, operation);
        let alias = self.former_ident().map(|(former, attributes)| {
            quote! {
                #attributes
                #badge
                pub type #former #declarations = #ident #any;
            }
        });
        let setters = (!setters.is_empty()).then(|| {
            quote! {
                #badge
                impl #any crate::Request<endpoints::#ident, #state> {
                    #(#setters)*
                }
            }
        });
        Ok(quote! {
            #[doc = #doc]
            #badge
            pub type #ident #declarations = crate::Request<endpoints::#ident, #state>;
            #alias
            impl crate::Endpoint for endpoints::#ident {
                type Response = #response;
            }
            #listing
            #regional
            #setters
        })
    }

    /// The former name of its types, with the attributes of each, if the operation has one.
    fn former_ident(&self) -> Option<(Ident, TokenStream)> {
        let former = names::pascal(self.operation.former_name.as_ref()?);
        let ident = Ident::new(&former, Span::call_site());
        Some((ident, former_name("", &self.ident.to_string())))
    }

    /// The type of the operation.
    fn endpoint(&self) -> TokenStream {
        let ident = &self.ident;
        let alias = self
            .former_ident()
            .map(|(former, attributes)| quote!(#attributes pub type #former = #ident;));
        let doc = format!(
            " The operation [`{0}`](super::operations::{1}), in the type of its request.",
            self.operation.id,
            operations::constant(self.operation)
        );
        quote! {
            #[doc = #doc]
            pub enum #ident {}
            #alias
        }
    }

    /// The setter of an argument; that of a required one changes the type of the request.
    fn setter(&self, argument: &Argument, typestate: &Typestate<'_>) -> TokenStream {
        let name = &argument.ident;
        let parameter = (!argument.is_flag()).then(|| {
            let parameter = argument.parameter(self.enumerations);
            quote!(, #parameter)
        });
        let store = argument.store(self.enumerations);
        let docs = if argument.docs.is_empty() {
            markdown(&format!("Sets `{name}`."))
        } else {
            markdown(&escape(&argument.docs))
        };
        let (ty, into_state) = match argument.required {
            true => {
                let (ident, after) = (&self.ident, typestate.after(name));
                let ty = quote!(crate::Request<endpoints::#ident, #after>);
                (ty, Some(quote!(.into_state())))
            }
            false => (quote!(Self), None),
        };
        quote! {
            #docs
            #[inline]
            pub fn #name(self #parameter) -> #ty {
                self #store #into_state
            }
        }
    }
}

/// Shows in the documentation which feature an item needs; the token request needs none.
fn badge(scope: &str, operation: &Operation) -> Option<TokenStream> {
    let feature = operation.feature_name();
    (scope != "auth").then(|| quote!(#[cfg_attr(docsrs, doc(cfg(feature = #feature)))]))
}

/// Aliases of the method of an operation in the documentation search: upstream's id and the path.
fn search<'a>(operation: &'a Operation, name: &str) -> Vec<&'a str> {
    let mut found = vec![operation.upstream_id.as_str(), operation.path.as_str()];
    // Characters that rustdoc rejects.
    let is_bad = |letter: char| letter == '"' || letter == '\'' || letter.is_whitespace();
    found.retain(|alias| !alias.is_empty() && *alias != name && !alias.contains(is_bad));
    found
}
