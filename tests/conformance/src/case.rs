//! The parts of a generated case, and the outcome of its call.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Debug;
use std::pin::Pin;

use cisco_secure_access::{Client, Error, Operation, Response, Upload};
use futures_util::{Stream, StreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One way to call an operation.
#[derive(Debug)]
pub struct Case {
    /// The entry of the operation table.
    pub operation: &'static Operation,
    /// The method that is called.
    pub method: &'static str,
    /// The JSON pointer of the operation in its document.
    pub pointer: &'static str,
    /// The arguments of the method and the setters.
    pub arguments: &'static [Argument],
    /// Makes the call.
    pub send: fn(&Client, &Values) -> Sent,
    /// Lists, if the operation pages.
    pub listing: Option<Listing>,
}

/// A response that other operations change.
#[derive(Debug)]
pub struct Conversion {
    /// The type of the response.
    pub name: &'static str,
    /// The property of the response with the object, if it is not the response itself.
    pub wrapper: Option<&'static str>,
    /// The JSON pointer of the operation that reads.
    pub read: &'static str,
    /// The JSON pointers of the operations that take the body.
    pub changes: &'static [&'static str],
    /// The property that `convert` changes.
    pub changed: Option<&'static str>,
    /// Decodes the response, converts it to the body, and sets a string in the body.
    pub convert: fn(Value, &str) -> Result<Value, String>,
}

/// One argument of a call.
#[derive(Debug)]
pub struct Argument {
    /// Its name in Rust.
    pub name: &'static str,
    /// Its location in the request.
    pub location: ParameterLocation,
    /// Whether a call requires it.
    pub required: bool,
    /// The JSON pointer of the parameter or the body in the document.
    pub pointer: &'static str,
}

/// The location of an argument in a request, with its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterLocation {
    /// In the path, in the order of the template.
    Path,
    /// In the query.
    Query(&'static str, Encoding),
    /// In a header.
    Header(&'static str),
    /// It is the body.
    Json,
    /// It is the body, as a form.
    Form,
    /// It is a file of the body.
    Part(&'static str),
}

/// How a value is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// The elements of a list, joined by commas.
    Comma,
    /// One parameter for each element of a list.
    Repeated,
    /// As JSON.
    Json,
}

/// Lists with a number of concurrent page requests.
#[derive(Debug)]
pub struct Listing {
    /// The items of all pages.
    pub items: fn(&Client, &Values, usize) -> ListFuture,
    /// The items of the pages.
    pub pages: fn(&Client, &Values, usize) -> ListFuture,
}

/// A call in flight.
pub type Sent = Pin<Box<dyn Future<Output = Result<Decoded, Failure>> + Send>>;

/// A listing in flight.
pub type ListFuture = Pin<Box<dyn Future<Output = Listed> + Send>>;

/// The result of a listing.
#[derive(Debug, Default)]
pub struct Listed {
    /// The `Debug` output of each item.
    pub items: Vec<String>,
    /// The failure after them, which ends the listing.
    pub failure: Option<Failure>,
}

/// A decoded response.
#[derive(Debug)]
pub struct Decoded {
    /// Its status.
    pub status: u16,
    /// Its value, encoded again.
    pub json: Value,
}

/// The reason why there is no response.
#[derive(Debug)]
pub enum Failure {
    /// A value does not match the type of its argument; nothing was sent.
    Wrong(Wrong),
    /// The call failed.
    Call(Error),
}

/// A value that does not match the type of its argument.
#[derive(Debug)]
pub struct Wrong(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(Wrong(why)) => f.write_str(why),
            Self::Call(error) => write!(f, "{error}"),
        }
    }
}

/// The values of arguments, by their numbers. An argument without a value is not set.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<usize, Value>);

impl Values {
    /// The value of an argument, as it is on the wire.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.0.get(&index)
    }

    /// Sets the value of an argument.
    pub fn set(&mut self, index: usize, value: Value) {
        self.0.insert(index, value);
    }

    /// Sets a property of the object at a JSON pointer in the body.
    pub fn put(&mut self, pointer: &str, property: &str, value: &Value) {
        let objects = self.0.values_mut();
        let objects = objects.filter_map(|known| known.pointer_mut(pointer)?.as_object_mut());
        for object in objects {
            object.insert(property.to_owned(), value.clone());
        }
    }

    /// Replaces the values of a property everywhere, or empty objects if the property has no name.
    pub fn replace(&mut self, property: &str, value: &Value) {
        for argument in self.0.values_mut() {
            replace(argument, property, value);
        }
    }

    /// The value of a required argument.
    ///
    /// # Errors
    /// When there is none, or none of this type.
    pub fn required<T: DeserializeOwned>(&self, index: usize) -> Result<T, Wrong> {
        self.optional(index)?
            .ok_or_else(|| Wrong(format!("no value for argument {index}")))
    }

    /// The value of an argument, if it is set.
    ///
    /// # Errors
    /// When it is not of this type.
    pub fn optional<T: DeserializeOwned>(&self, index: usize) -> Result<Option<T>, Wrong> {
        let read = |value: &Value| {
            serde_json::from_value(value.clone())
                .map_err(|error| Wrong(format!("{value} for argument {index}: {error}")))
        };
        self.get(index).map(read).transpose()
    }

    /// The file for a required argument.
    ///
    /// # Errors
    /// When there is no string for it.
    pub fn required_file(&self, index: usize) -> Result<Upload, Wrong> {
        self.required::<String>(index)
            .map(|text| Upload::bytes("file.csv", text))
    }

    /// The file for an argument, if it is set.
    ///
    /// # Errors
    /// When it is not a string.
    pub fn optional_file(&self, index: usize) -> Result<Option<Upload>, Wrong> {
        let text = self.optional::<String>(index)?;
        Ok(text.map(|text| Upload::bytes("file.csv", text)))
    }
}

/// Waits for the response of a call.
pub(crate) fn send<T: Serialize>(
    call: Result<impl Future<Output = Result<Response<T>, Error>> + Send + 'static, Wrong>,
) -> Sent {
    Box::pin(async {
        let response = call.map_err(Failure::Wrong)?.await.map_err(Failure::Call)?;
        Ok(Decoded {
            status: response.status().as_u16(),
            json: serde_json::to_value(response.into_inner()).unwrap_or_default(),
        })
    })
}

/// Waits for all items.
pub(crate) fn items<T: Debug>(
    items: Result<impl Stream<Item = Result<T, Error>> + Send + Unpin + 'static, Wrong>,
) -> ListFuture {
    list(items, |item| vec![item])
}

/// Waits for all pages; `split` extracts the items of a page.
pub(crate) fn pages<P: 'static, T: Debug + 'static>(
    pages: Result<impl Stream<Item = Result<Response<P>, Error>> + Send + Unpin + 'static, Wrong>,
    split: fn(P) -> Vec<T>,
) -> ListFuture {
    list(pages, move |page: Response<P>| split(page.into_inner()))
}

/// Waits for a stream whose elements contain items.
fn list<E, T: Debug>(
    stream: Result<impl Stream<Item = Result<E, Error>> + Send + Unpin + 'static, Wrong>,
    split: impl Fn(E) -> Vec<T> + Send + 'static,
) -> ListFuture {
    Box::pin(async move {
        let mut items = Vec::new();
        let failure = match stream {
            Err(wrong) => Some(Failure::Wrong(wrong)),
            Ok(mut stream) => loop {
                match stream.next().await {
                    Some(Ok(element)) => {
                        items.extend(split(element).iter().map(|item| format!("{item:?}")));
                    }
                    Some(Err(error)) => break Some(Failure::Call(error)),
                    None => break None,
                }
            },
        };
        Listed { items, failure }
    })
}

/// Decodes a response, and encodes the body that `convert` creates from it.
pub(crate) fn convert<S: DeserializeOwned, T: Serialize>(
    value: Value,
    convert: impl FnOnce(S) -> T,
) -> Result<Value, String> {
    let read = serde_json::from_value(value).map_err(|error| error.to_string())?;
    serde_json::to_value(convert(read)).map_err(|error| error.to_string())
}

/// Replaces the values of a property in a value, or empty objects.
fn replace(holder: &mut Value, property: &str, value: &Value) {
    match holder {
        Value::Object(object) if object.is_empty() && property.is_empty() => {
            holder.clone_from(value);
        }
        Value::Object(object) => {
            for (name, held) in object {
                match name == property {
                    true => held.clone_from(value),
                    false => replace(held, property, value),
                }
            }
        }
        Value::Array(list) => {
            for item in list {
                replace(item, property, value);
            }
        }
        _ => {}
    }
}
