//! Constructors of common values: `x-constructors` of a schema. Each sets some properties to constants, and takes the value of one more.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::docs::docs;
use crate::names;
use crate::{Error, Result};

/// A constructor of a type.
#[derive(Debug)]
pub(crate) struct Constructor {
    name: String,
    description: String,
    /// The object without the argument.
    set: Value,
    /// The argument.
    takes: Option<Argument>,
}

/// The argument of a constructor.
#[derive(Debug)]
struct Argument {
    takes: Takes,
    /// The JSON pointer of the argument in the object.
    at: String,
    /// Further JSON pointers of the argument.
    also: Option<String>,
}

/// The type of the argument of a constructor.
#[derive(Clone, Copy, Debug)]
enum Takes {
    Integers,
    String,
    Strings,
    Secret,
}

impl Constructor {
    /// The constructors of a schema.
    pub(crate) fn read(schema: &Value, pointer: &str) -> Result<Vec<Self>> {
        let list = schema.get("x-constructors").and_then(Value::as_array);
        let mut names = BTreeSet::from(["builder".to_owned(), "new".to_owned()]);
        let mut constructors = Vec::new();
        for (index, value) in list.into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/x-constructors/{index}");
            let constructor = Self::read_one(value, &pointer)?;
            if !names.insert(constructor.name.clone()) {
                let reason = format!("the name `{}` is taken", constructor.name);
                return Err(Error::new(format!("{pointer}/name"), reason));
            }
            constructors.push(constructor);
        }
        Ok(constructors)
    }

    /// The name and the argument, for the public API.
    pub(crate) fn surface(&self) -> (String, Option<&'static str>) {
        let takes = self.takes.as_ref().map(|argument| argument.takes.name());
        (self.name.clone(), takes)
    }

    /// Whether it sets a property of the object.
    pub(crate) fn sets(&self, property: &str) -> bool {
        let is_at = |pointer: &str| pointer.strip_prefix('/') == Some(property);
        self.set.get(property).is_some()
            || self
                .takes
                .as_ref()
                .is_some_and(|argument| argument.pointers().any(is_at))
    }

    /// Returns the name of the constructor and its argument, if it creates this JSON.
    pub(crate) fn example(&self, json: &Value) -> Option<(&str, Option<Value>)> {
        let mut rest = json.clone();
        let mut taken = Vec::new();
        for pointer in self.takes.iter().flat_map(Argument::pointers) {
            let (parent, name) = pointer.rsplit_once('/')?;
            taken.push(rest.pointer_mut(parent)?.as_object_mut()?.remove(name)?);
        }
        let argument = taken.pop();
        let is_same = taken.iter().all(|other| argument.as_ref() == Some(other));
        (is_same && rest == self.set).then_some((self.name.as_str(), argument))
    }

    fn read_one(value: &Value, pointer: &str) -> Result<Self> {
        let text = |key: &str| {
            let text = value.get(key).and_then(Value::as_str);
            text.ok_or_else(|| Error::new(format!("{pointer}/{key}"), "expected a string"))
        };
        let set = value.get("set").filter(|set| set.is_object());
        let set = set.ok_or_else(|| Error::new(format!("{pointer}/set"), "expected an object"))?;
        let takes = match value.get("takes") {
            None => None,
            Some(_) => {
                let name = text("takes")?;
                let takes = Takes::ALL.into_iter().find(|takes| takes.name() == name);
                let takes = takes.ok_or_else(|| {
                    let names = Takes::ALL.map(|takes| format!("`{}`", takes.name()));
                    let reason = format!("`{name}` is none of {}", names.join(", "));
                    Error::new(format!("{pointer}/takes"), reason)
                })?;
                let place = |key: &str| {
                    let at = text(key)?;
                    let parent = at.rsplit_once('/').map(|(parent, _)| parent);
                    let is_object = |parent| set.pointer(parent).is_some_and(Value::is_object);
                    match parent.is_some_and(is_object) {
                        true => Ok(at.to_owned()),
                        false => Err(Error::new(
                            format!("{pointer}/{key}"),
                            format!("`{at}` is not in an object that `set` has"),
                        )),
                    }
                };
                Some(Argument {
                    takes,
                    at: place("at")?,
                    also: match value.get("also") {
                        Some(_) => Some(place("also")?),
                        None => None,
                    },
                })
            }
        };
        Ok(Self {
            name: names::snake(text("name")?),
            description: text("description")?.to_owned(),
            set: set.clone(),
            takes,
        })
    }
}

impl Argument {
    fn pointers(&self) -> impl Iterator<Item = &str> {
        [Some(&self.at), self.also.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// Emits the constructors of a type. `builder` is the type of the builder that a constructor returns, if the object needs more properties.
pub(crate) fn emit(
    ident: &Ident,
    constructors: &[Constructor],
    builder: &dyn Fn(&Constructor) -> Option<TokenStream>,
) -> Option<TokenStream> {
    if constructors.is_empty() {
        return None;
    }
    let methods = constructors.iter().map(|constructor| {
        let name = Ident::new(&constructor.name, Span::call_site());
        let docs = docs(&constructor.description);
        let set = constructor.set.to_string();
        let (parameter, taken) = match &constructor.takes {
            None => (None, quote!(None)),
            Some(argument) => {
                let (ty, value) = argument.takes.argument();
                let pointers = argument.pointers();
                (
                    Some(quote!(value: #ty)),
                    quote!(Some((&[#(#pointers),*], #value))),
                )
            }
        };
        let object = quote!(decode::construct(#set, #taken));
        let (must_use, ty, value) = match builder(constructor) {
            None => (Some(quote!(#[must_use])), quote!(Self), object),
            Some(builder) => (None, builder, quote!(crate::Builder::new(#object))),
        };
        quote! {
            #docs
            #must_use
            #[inline]
            pub fn #name(#parameter) -> #ty {
                #value
            }
        }
    });
    Some(quote! {
        impl #ident {
            #(#methods)*
        }
    })
}

impl Takes {
    const ALL: [Self; 4] = [Self::Integers, Self::String, Self::Strings, Self::Secret];

    /// The name in documents.
    fn name(self) -> &'static str {
        match self {
            Self::Integers => "integers",
            Self::String => "string",
            Self::Strings => "strings",
            Self::Secret => "secret",
        }
    }

    /// The type of the argument, and its value as JSON.
    fn argument(self) -> (TokenStream, TokenStream) {
        match self {
            Self::Integers => (
                quote!(impl IntoIterator<Item = impl ::std::borrow::Borrow<i64>>),
                quote!(
                    value
                        .into_iter()
                        .map(|item| *::std::borrow::Borrow::<i64>::borrow(&item))
                        .collect()
                ),
            ),
            Self::String => (quote!(impl Into<String>), quote!(value.into().into())),
            Self::Strings => (
                quote!(impl IntoIterator<Item = impl Into<String>>),
                quote!(
                    value
                        .into_iter()
                        .map(|item| -> String { item.into() })
                        .collect()
                ),
            ),
            Self::Secret => (
                quote!(impl Into<crate::SecretString>),
                quote!(value.into().expose_secret().into()),
            ),
        }
    }
}
