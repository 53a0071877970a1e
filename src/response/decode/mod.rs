//! Decoding of response bodies to typed values, for any data of the service.
//!
//! Two passes share one description of each type. The fast pass ([`LenientDeserialize::from_json`]) decodes the JSON directly to the types,
//! and stops at the first value that does not match its type. In this case, the body is parsed to a [`Value`], and the tolerant pass
//! ([`LenientDeserialize::from_value`]) decodes it. The tolerant pass cannot fail for nested values: if a value does not match, it leaves
//! the field empty, keeps the value, and records a [`Deviation`].
//!
//! Neither pass loses data. Undocumented properties and values that do not match are stored in the [`Extra`] of their object. A value in
//! another JSON form than that of its field, such as a quoted number, also keeps its wire form there, so that a decoded object is encoded as
//! it was received.
//!
//! `generated` defines the kinds of generated types, and `fields` the description of generated structs. `object` iterates over the
//! properties of objects, and `enveloped` and `positional` handle two rarer kinds of objects. `reader` reads JSON text, `property_index`
//! looks up names, and `encode` encodes objects. `scalar`, `format`, `time`, `collection`, `open_enum`, `nullable` and `union` handle values.

mod collection;
mod conversion;
mod encode;
mod entries;
mod enveloped;
mod extra;
mod fields;
mod format;
mod generated;
mod nullable;
mod object;
mod open_enum;
mod positional;
mod property_index;
mod reader;
mod scalar;
mod time;
mod union;

use std::fmt;

use serde::de::IgnoredAny;
use serde::ser::Serializer;
use serde_json::{Map, Value};

use super::deviation::{Deviation, DeviationPath, JsonType};

#[allow(unused_imports, reason = "only some APIs change what they read")]
pub(crate) use conversion::{Conversion, construct, convert};
pub(crate) use encode::debug_object;
pub use entries::Entries;
#[allow(unused_imports, reason = "only some APIs have such objects")]
pub(crate) use enveloped::{Enveloped, EnvelopedObject};
pub use extra::Extra;
pub(crate) use extra::ListPresence;
pub(crate) use fields::{FieldEncoder, FieldSource, NO_SECRETS, ObjectFields, ObjectShape};
#[allow(unused_imports, reason = "only some APIs have such integers")]
pub(crate) use format::QuotedInteger;
pub(crate) use generated::Generated;
pub use nullable::Nullable;
pub(crate) use object::{Object, deserialize, object};
#[cfg(feature = "schemars")]
pub(crate) use open_enum::json_schema;
pub(crate) use open_enum::{
    IntegerEnum, IntegerValue, TextEnum, TextValue, enumeration, integer_enum, open_enum,
};
pub use open_enum::{ParseEnumError, UnknownInteger, UnknownValue};
#[allow(unused_imports, reason = "only some APIs have such objects")]
pub(crate) use positional::{Positional, PositionalObject};
use reader::Order;
pub(crate) use reader::{Mismatch, Reader};
pub(crate) use time::TimeFormat;
pub(crate) use union::{Kind, OneOf, Union, Variant, debug_unknown, deserialize_union, union};

/// A value in a response.
///
/// This trait is an implementation detail: its methods can change at any time.
pub trait LenientDeserialize: Sized {
    /// The expected type in the message of a deviation.
    #[doc(hidden)]
    const EXPECTED: &'static str;

    /// Whether the content of a body is ignored.
    #[doc(hidden)]
    const IGNORES_BODY: bool = false;

    /// Decodes a value in the fast pass: `None` for null.
    ///
    /// `wire_form` receives the JSON of a value that this type encodes in another form. An error means that the value does not match the
    /// type exactly, and that the tolerant pass is needed.
    #[doc(hidden)]
    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch>;

    /// Decodes a value in the fast pass, as a variant of a union: the object also keeps the properties that are null.
    #[doc(hidden)]
    #[inline]
    fn variant_from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        Self::from_json(reader, order, wire_form)
    }

    /// Decodes a value in the tolerant pass.
    #[doc(hidden)]
    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self>;

    /// Decodes a body, which may be empty; the deviations include those of the body itself. The error is the reason why the body does not
    /// match the type.
    #[doc(hidden)]
    fn from_body(body: &[u8]) -> Result<(Self, Vec<Deviation>), String> {
        let empty = match body.trim_ascii().is_empty() {
            true => EmptyBody::Any,
            false => EmptyBody::Unexpected,
        };
        match from_body(body, empty) {
            Ok(decoded) => Ok((decoded.value, decoded.deviations)),
            Err(error) => Err(error.describe(body)),
        }
    }

    /// Encodes the value in its documented JSON form.
    #[doc(hidden)]
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Whether an object can be the only element of a list of this type, where a list is documented.
    #[doc(hidden)]
    fn accepts_object(_: &Map<String, Value>) -> bool {
        false
    }
}

/// The result of the tolerant pass for a value.
#[derive(Debug, PartialEq)]
pub enum Decoded<T> {
    /// The type can store it, and encodes it as received.
    Exact(T),
    /// The type can store its meaning; its wire form is different. `None` represents null and equivalent values.
    Coerced(Option<T>),
    /// The type cannot store it, or only a part of it.
    Mismatched(Option<T>),
}

impl<T> Decoded<T> {
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Decoded<U> {
        match self {
            Self::Exact(value) => Decoded::Exact(wrap(value)),
            Self::Coerced(value) => Decoded::Coerced(value.map(wrap)),
            Self::Mismatched(value) => Decoded::Mismatched(value.map(wrap)),
        }
    }

    fn into_value(self) -> Option<T> {
        match self {
            Self::Exact(value) => Some(value),
            Self::Coerced(value) | Self::Mismatched(value) => value,
        }
    }
}

/// The state of the tolerant pass: the current path and the deviations.
#[derive(Debug, Default)]
pub struct DecodeContext {
    path: DeviationPath,
    deviations: Vec<Deviation>,
    /// The depth of the value that is decoded as a variant of a union.
    variant_depth: Option<usize>,
}

impl DecodeContext {
    /// Records that a value has another JSON type than documented.
    fn deviate(&mut self, expected: &'static str, found: &Value) {
        let deviation = Deviation::new(&self.path, expected, JsonType::of(found));
        self.deviations.push(deviation);
    }

    fn mismatch<T>(&mut self, expected: &'static str, found: &Value) -> Decoded<T> {
        self.deviate(expected, found);
        Decoded::Mismatched(None)
    }

    /// Records a value that is decoded from another JSON type than the documented one.
    fn coerce<T>(&mut self, value: Option<T>, expected: &'static str, found: &Value) -> Decoded<T> {
        self.deviate(expected, found);
        Decoded::Coerced(value)
    }

    /// Decodes a value as a variant of a union.
    fn decode_variant<T>(&mut self, decode: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.variant_depth.replace(self.path.depth());
        let decoded = decode(self);
        self.variant_depth = outer;
        decoded
    }

    /// Whether the value is a variant of a union.
    fn is_variant(&self) -> bool {
        self.variant_depth == Some(self.path.depth())
    }

    pub(crate) fn has_deviations(&self) -> bool {
        !self.deviations.is_empty()
    }
}

/// A decoded body.
#[derive(Debug)]
pub(crate) struct DecodedBody<T> {
    pub(crate) value: T,
    pub(crate) deviations: Vec<Deviation>,
    /// The body, if it was parsed for the tolerant pass.
    pub(crate) json: Option<Value>,
}

/// The reason why a body cannot be decoded to the type at all.
#[derive(Debug)]
pub(crate) enum DecodeError {
    /// There is no body, or only white space.
    Empty { expected: &'static str },
    /// It is not UTF-8; the number is the position of the first invalid byte.
    NotUtf8 { position: usize },
    /// It is not JSON.
    NotJson(serde_json::Error),
    /// It is JSON of another type.
    Mismatch(Deviation),
}

/// Which bodies represent an empty object or list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmptyBody {
    /// None, because a body is documented.
    Unexpected,
    /// Null and `[]`.
    Json,
    /// Null, `[]`, and a missing body.
    Any,
}

/// Decodes a body.
pub(crate) fn from_body<T: LenientDeserialize>(
    body: &[u8],
    empty: EmptyBody,
) -> Result<DecodedBody<T>, DecodeError> {
    if T::IGNORES_BODY {
        return nothing().ok_or(DecodeError::Empty {
            expected: T::EXPECTED,
        });
    }
    // Validated at once, which is faster than string by string.
    let text = std::str::from_utf8(body).map_err(|error| DecodeError::NotUtf8 {
        position: error.valid_up_to(),
    })?;
    if let Some(value) = fast_pass(text) {
        return Ok(DecodedBody {
            value,
            deviations: Vec::new(),
            json: None,
        });
    }
    if text.trim_ascii().is_empty() {
        return nothing()
            .filter(|_| empty == EmptyBody::Any)
            .ok_or(DecodeError::Empty {
                expected: T::EXPECTED,
            });
    }
    let json: Value = serde_json::from_str(text).map_err(DecodeError::NotJson)?;
    let mut context = DecodeContext::default();
    match T::from_value(&json, &mut context) {
        Decoded::Exact(value)
        | Decoded::Coerced(Some(value))
        | Decoded::Mismatched(Some(value)) => Ok(DecodedBody {
            value,
            deviations: context.deviations,
            json: Some(json),
        }),
        // Null represents an empty list, and `[]` an empty object. If an empty response is documented, neither is a deviation.
        decoded => {
            let is_nothing = matches!(decoded, Decoded::Coerced(None))
                && (empty != EmptyBody::Unexpected || !json.is_null() || is_list::<T>());
            if let Some(body) = nothing().filter(|_| is_nothing) {
                if empty != EmptyBody::Unexpected {
                    context.deviations.clear();
                }
                return Ok(DecodedBody {
                    deviations: context.deviations,
                    json: Some(json),
                    ..body
                });
            }
            let top =
                || Deviation::new(&DeviationPath::default(), T::EXPECTED, JsonType::of(&json));
            Err(DecodeError::Mismatch(
                context.deviations.pop().unwrap_or_else(top),
            ))
        }
    }
}

/// Returns the value, if all of the JSON matches the type.
fn fast_pass<T: LenientDeserialize>(text: &str) -> Option<T> {
    let mut reader = Reader::new(text);
    let value = T::from_json(&mut reader, &mut Order::default(), &mut None).ok()?;
    reader.end().ok()?;
    value
}

/// Returns the empty value of a type: an empty object or an empty list.
fn nothing<T: LenientDeserialize>() -> Option<DecodedBody<T>> {
    let value = ["{}", "[]"].into_iter().find_map(fast_pass)?;
    Some(DecodedBody {
        value,
        deviations: Vec::new(),
        json: None,
    })
}

fn is_list<T: LenientDeserialize>() -> bool {
    fast_pass::<T>("[]").is_some() && fast_pass::<T>("{}").is_none()
}

/// Decodes a JSON body to any type that implements serde.
pub(crate) fn from_json_body<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| match serde_json::from_slice::<IgnoredAny>(body) {
        Err(error) if !body.trim_ascii().is_empty() => not_json(body, &error),
        _ => format!(
            "the response does not have the expected type: {}",
            without_value(&error.to_string())
        ),
    })
}

/// Describes a body that is not JSON.
fn not_json(body: &[u8], error: &serde_json::Error) -> String {
    /// The maximum length of the body in an error.
    const MAX_EXCERPT: usize = 80;

    let mut message = format!("the response is not JSON ({error})");
    // A truncated or damaged JSON body may contain a secret.
    let start = body.trim_ascii_start();
    if !start.starts_with(b"{") && !start.starts_with(b"[") && !start.starts_with(b"\"") {
        let excerpt: String = String::from_utf8_lossy(start)
            .chars()
            .take(MAX_EXCERPT)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        message.push_str(&format!("; it begins with `{excerpt}`"));
    }
    message
}

/// Removes the string that was found instead of another type: it may be a secret, and the error has the body.
pub(crate) fn without_value(message: &str) -> String {
    let shown = message.find("string \"").zip(message.rfind("\", expected"));
    match shown {
        Some((start, end)) if start < end => {
            format!("{}string{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}

impl DecodeError {
    /// Returns the message. It contains no data of the body, except for the start of a body that is not JSON.
    pub(crate) fn describe(&self, body: &[u8]) -> String {
        match self {
            Self::Empty { expected } => {
                format!("the response has no body; expected {expected}")
            }
            Self::NotUtf8 { position } => {
                format!("the response is not JSON: byte {position} is not UTF-8")
            }
            Self::NotJson(error) => not_json(body, error),
            Self::Mismatch(deviation) => {
                format!("the response differs from its documentation at {deviation}")
            }
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(&[]))
    }
}
