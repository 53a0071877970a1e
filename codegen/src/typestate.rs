//! The required values of a builder or a request in its type. The state has a part for each value, which is a type of the module `missing`
//! until the value is set, and then `Set`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::names;

/// The required values of one builder, by the names of their setters.
pub(crate) struct Typestate<'a> {
    setters: Vec<&'a Ident>,
}

impl<'a> Typestate<'a> {
    pub(crate) fn new(setters: impl IntoIterator<Item = &'a Ident>) -> Self {
        let mut setters: Vec<_> = setters.into_iter().collect();
        // The order must not depend on the document, because programs can use the types of builders.
        setters.sort();
        Self { setters }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.setters.is_empty()
    }

    /// The names of the values in the module `missing`, which must be unique, unlike the names of setters.
    pub(crate) fn missing(&self) -> Vec<Ident> {
        let mut taken = BTreeSet::new();
        let unique = |setter: &&Ident| {
            let mut name = names::pascal(&setter.to_string());
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            Ident::new(&name, Span::call_site())
        };
        self.setters.iter().map(unique).collect()
    }

    /// The type parameters of the builder.
    pub(crate) fn parameters(&self) -> Vec<Ident> {
        let names = self.missing().into_iter().map(|name| name.to_string());
        let parameter = |name: String| {
            let words = name.trim_end_matches('_');
            format_ident!("{words}State{}", &name[words.len()..])
        };
        names.map(parameter).collect()
    }

    /// The type parameters with their initial types.
    pub(crate) fn declarations(&self) -> Option<TokenStream> {
        let (parameters, missing) = (self.parameters(), self.missing());
        self.generics(quote!(#(#parameters = missing::#missing),*))
    }

    /// The type arguments in any state.
    pub(crate) fn any(&self) -> Option<TokenStream> {
        let parameters = self.parameters();
        self.generics(quote!(#(#parameters),*))
    }

    /// The state, in terms of the type parameters.
    pub(crate) fn state(&self) -> TokenStream {
        list(self.parameters().into_iter().map(|state| quote!(#state)))
    }

    /// The state when this value is set.
    pub(crate) fn after(&self, setter: &Ident) -> TokenStream {
        let states = self.setters.iter().zip(self.parameters());
        list(states.map(|(other, state)| match *other == setter {
            true => quote!(crate::Set),
            false => quote!(#state),
        }))
    }

    /// The state when these values are set and no others; none if these are all.
    pub(crate) fn after_all(&self, is_set: impl Fn(&Ident) -> bool) -> Option<TokenStream> {
        if self.setters.iter().all(|setter| is_set(setter)) {
            return None;
        }
        let states = self.setters.iter().zip(self.missing());
        Some(list(states.map(|(setter, missing)| match is_set(setter) {
            true => quote!(crate::Set),
            false => quote!(missing::#missing),
        })))
    }

    fn generics(&self, arguments: TokenStream) -> Option<TokenStream> {
        (!self.is_empty()).then(|| quote!(<#arguments>))
    }
}

/// A list of states: the first and the rest, as in the runtime.
fn list(states: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    states.rfold(quote!(()), |rest, first| quote!((#first, #rest)))
}

/// The module `missing` of a scope.
pub(crate) fn missing_module(names: &BTreeSet<Ident>) -> TokenStream {
    let docs = names.iter().map(|name| {
        let setter = names::snake(&name.to_string());
        format!(" `{setter}` has no value.")
    });
    quote! {
        /// The required values that are not set yet, in the types of builders and requests.
        pub mod missing {
            #(
                #[doc = #docs]
                pub enum #names {}
            )*
        }
    }
}
