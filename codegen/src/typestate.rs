//! Which required values a builder has, in its type: it has a parameter for each, which is a type of the module `missing` until the
//! value is set, and `Set` then.

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
        // In an order that no document changes: the types of builders can stand in programs.
        setters.sort();
        Self { setters }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.setters.is_empty()
    }

    /// The names of the values in the module `missing`; setters can differ where these would not.
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

    /// The type parameters with what they are at first.
    pub(crate) fn declarations(&self) -> Option<TokenStream> {
        let (parameters, missing) = (self.parameters(), self.missing());
        self.generics(quote!(#(#parameters = missing::#missing),*))
    }

    /// The type arguments in any state.
    pub(crate) fn any(&self) -> Option<TokenStream> {
        let parameters = self.parameters();
        self.generics(quote!(#(#parameters),*))
    }

    /// The type arguments when this value is set.
    pub(crate) fn after(&self, setter: &Ident) -> Option<TokenStream> {
        let states = self.setters.iter().zip(self.parameters());
        let states = states.map(|(other, state)| match *other == setter {
            true => quote!(crate::Set),
            false => quote!(#state),
        });
        self.generics(quote!(#(#states),*))
    }

    /// The type arguments when all values are set.
    pub(crate) fn complete(&self) -> Option<TokenStream> {
        let states = self.setters.iter().map(|_| quote!(crate::Set));
        self.generics(quote!(#(#states),*))
    }

    /// The condition that all values are set.
    pub(crate) fn bounds(&self) -> Option<TokenStream> {
        let parameters = self.parameters();
        let bounds = quote!(where #(#parameters: crate::IsSet),*);
        (!self.is_empty()).then_some(bounds)
    }

    /// The type of the field that has the state.
    pub(crate) fn marker(&self) -> TokenStream {
        let parameters = self.parameters();
        quote!(::std::marker::PhantomData<(#(#parameters,)*)>)
    }

    fn generics(&self, arguments: TokenStream) -> Option<TokenStream> {
        (!self.is_empty()).then(|| quote!(<#arguments>))
    }
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
                #[derive(Clone, Copy, Debug)]
                pub enum #names {}
            )*
        }
    }
}
