//! Open enumerations: undocumented values in responses are kept. In requests, a value is a documented one, or explicitly another one.

use std::fmt;

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use super::generated::Codec;
use super::scalar::{self, INTEGER, Plain, Scalar};
use super::{DecodeContext, Decoded, Mismatch, Order, Reader};

/// An undocumented value of an enumeration.
///
/// The type is opaque. If the value later gets its own variant, a program that matches on the string would silently stop matching.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An undocumented value of an enumeration of integers. Opaque like [`UnknownValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownInteger(i64);

impl UnknownInteger {
    pub(crate) fn new(value: i64) -> Self {
        Self(value)
    }

    /// Returns the value on the wire.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UnknownInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An enumeration of strings.
pub(crate) trait TextValue: Sized {
    /// The name of the type.
    const NAME: &'static str;

    /// The documented values.
    const TEXTS: &'static [&'static str];

    /// Returns the value of a string, documented or not.
    fn from_text(text: &str) -> Self;

    /// Returns the documented value of a string.
    fn parse(text: &str) -> Result<Self, ParseEnumError> {
        match Self::TEXTS.contains(&text) {
            true => Ok(Self::from_text(text)),
            false => Err(ParseEnumError::new(Self::NAME, text, Self::TEXTS)),
        }
    }
}

/// An enumeration of integers.
pub(crate) trait IntegerValue: Sized {
    /// The name of the type.
    const NAME: &'static str;

    /// The documented values.
    const INTEGERS: &'static [i64];

    /// Returns the value of an integer, documented or not.
    fn from_integer(value: i64) -> Self;

    /// Returns the documented value of a number in a string.
    fn parse(text: &str) -> Result<Self, ParseEnumError> {
        match text.parse() {
            Ok(number) if Self::INTEGERS.contains(&number) => Ok(Self::from_integer(number)),
            _ => Err(ParseEnumError::new(Self::NAME, text, Self::INTEGERS)),
        }
    }
}

/// A string that is not a documented value of an enumeration.
///
/// ```
/// use cisco_secure_access::api::deployments::types::DeviceType;
///
/// let error = "ACME".parse::<DeviceType>().unwrap_err();
/// assert!(error.to_string().starts_with("`ACME` is not a documented value of `DeviceType`: expected one of `"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEnumError {
    name: &'static str,
    text: Box<str>,
    expected: Box<str>,
}

impl ParseEnumError {
    fn new(name: &'static str, text: &str, values: &[impl fmt::Display]) -> Self {
        let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
        Self {
            name,
            text: text.into(),
            expected: values.join(", ").into(),
        }
    }
}

impl fmt::Display for ParseEnumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            text,
            expected,
        } = self;
        write!(
            f,
            "`{text}` is not a documented value of `{name}`: expected one of {expected}; `{name}::other` sends any value"
        )
    }
}

impl std::error::Error for ParseEnumError {}

/// An enumeration of strings. A number or a boolean represents its string form.
pub(crate) struct TextEnum<T>(std::marker::PhantomData<T>);

impl<T: TextValue> Scalar for TextEnum<T> {
    const EXPECTED: &'static str = "a string";
    type Value = T;

    #[inline]
    fn decode_text(&self, text: &str) -> Decoded<T> {
        Decoded::Exact(T::from_text(text))
    }

    fn decode_integer(&self, value: i64) -> Decoded<T> {
        Decoded::Coerced(Some(T::from_text(&value.to_string())))
    }

    fn decode_unsigned(&self, value: u64) -> Decoded<T> {
        Decoded::Coerced(Some(T::from_text(&value.to_string())))
    }

    fn decode_bool(&self, value: bool) -> Decoded<T> {
        Decoded::Coerced(Some(T::from_text(if value { "true" } else { "false" })))
    }
}

/// An enumeration of integers, which may be quoted.
pub(crate) struct IntegerEnum<T>(std::marker::PhantomData<T>);

impl<T: IntegerValue> Scalar for IntegerEnum<T> {
    const EXPECTED: &'static str = <Plain<i64> as Scalar>::EXPECTED;
    type Value = T;

    fn decode_text(&self, text: &str) -> Decoded<T> {
        INTEGER.decode_text(text).map(T::from_integer)
    }

    #[inline]
    fn decode_integer(&self, value: i64) -> Decoded<T> {
        INTEGER.decode_integer(value).map(T::from_integer)
    }

    fn decode_float(&self, value: f64) -> Decoded<T> {
        INTEGER.decode_float(value).map(T::from_integer)
    }

    fn decode_bool(&self, value: bool) -> Decoded<T> {
        Decoded::Coerced(Some(T::from_integer(i64::from(value))))
    }
}

macro_rules! enum_kind {
    ($kind:ident, $value:ident) => {
        impl<T: $value + Serialize> Codec<T> for $kind<T> {
            const EXPECTED: &'static str = <Self as Scalar>::EXPECTED;

            #[inline]
            fn from_json(
                reader: &mut Reader<'_>,
                _: &mut Order,
                wire_form: &mut Option<Value>,
            ) -> Result<Option<T>, Mismatch> {
                scalar::from_json(&Self(std::marker::PhantomData), reader, wire_form)
            }

            fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<T> {
                scalar::from_value(&Self(std::marker::PhantomData), value, context)
            }

            #[inline]
            fn encode<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }
        }
    };
}

enum_kind!(TextEnum, TextValue);
enum_kind!(IntegerEnum, IntegerValue);

/// The JSON Schema of an enumeration: one of the documented values, or any other.
#[cfg(feature = "schemars")]
pub(crate) fn json_schema(values: &[impl Into<Value> + Clone], kind: &str) -> schemars::Schema {
    let values: Vec<Value> = values.iter().cloned().map(Into::into).collect();
    schemars::json_schema!({"anyOf": [{"enum": values}, {"type": kind}]})
}

/// The common parts of both kinds of enumerations.
macro_rules! enumeration {
    ($name:ident, $kind:ident, $json:literal, [$($value:literal),*], |$self:ident, $serializer:ident| $encode:expr) => {
        // Not derived: the derive adds a method.
        impl Eq for $name {}

        impl $crate::response::decode::Generated for $name {
            type Kind = $crate::response::decode::$kind<Self>;
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&$self, $serializer: S) -> Result<S::Ok, S::Error> {
                $encode
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::response::decode::deserialize(d)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::response::decode::json_schema(&[$($value),*], $json)
            }
        }
    };
}

/// An enumeration of strings, with a variant for each documented value and one for all others.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// An undocumented value.
            Unknown($crate::UnknownValue),
        }

        impl $name {
            /// The documented values.
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// Creates any value, documented or not.
            #[must_use]
            #[inline]
            pub fn other(value: &str) -> Self {
                $crate::response::decode::TextValue::from_text(value)
            }

            /// Returns the value on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl $crate::response::decode::TextValue for $name {
            const NAME: &'static str = stringify!($name);
            const TEXTS: &'static [&'static str] = &[$($text),*];

            #[inline]
            fn from_text(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownValue::new(text)),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseEnumError;

            /// Returns the documented value of a string.
            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::response::decode::TextValue::parse(text)
            }
        }

        impl PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::response::decode::enumeration!(
            $name, TextEnum, "string", [$($text),*],
            |self, serializer| serializer.serialize_str(self.as_str())
        );
    };
}

/// An enumeration of integers, with a variant for each documented value and one for all others.
#[allow(unused_macros, reason = "only some APIs have one")]
macro_rules! integer_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// An undocumented value.
            Unknown($crate::UnknownInteger),
        }

        impl $name {
            /// The documented values.
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// Creates any value, documented or not.
            #[must_use]
            #[inline]
            pub fn other(value: i64) -> Self {
                $crate::response::decode::IntegerValue::from_integer(value)
            }

            /// Returns the value on the wire.
            #[must_use]
            #[inline]
            pub fn get(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Unknown(value) => value.get(),
                }
            }
        }

        impl $crate::response::decode::IntegerValue for $name {
            const NAME: &'static str = stringify!($name);
            const INTEGERS: &'static [i64] = &[$($number),*];

            #[inline]
            fn from_integer(value: i64) -> Self {
                match value {
                    $($number => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownInteger::new(value)),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseEnumError;

            /// Returns the documented value of a number in a string.
            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::response::decode::IntegerValue::parse(text)
            }
        }

        impl PartialEq<i64> for $name {
            #[inline]
            fn eq(&self, other: &i64) -> bool {
                self.get() == *other
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.get().fmt(f)
            }
        }

        $crate::response::decode::enumeration!(
            $name, IntegerEnum, "integer", [$($number),*],
            |self, serializer| serializer.serialize_i64(self.get())
        );
    };
}

pub(crate) use enumeration;
#[allow(unused_imports, reason = "only some APIs have one")]
pub(crate) use integer_enum;
pub(crate) use open_enum;
