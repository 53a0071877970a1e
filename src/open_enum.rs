//! Enumerations that grow: what the service says is kept, whether it is documented or not.

use std::fmt;

/// A value that is not documented, or not yet.
///
/// It is opaque on purpose: when the value gets a variant of its own, a program that matches on the text would silently stop matching.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The value as it came.
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

/// Reads the text of an enumeration; a number or a boolean stands for its text.
pub(crate) fn read<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);

    impl<T: for<'a> From<&'a str>> serde::de::Visitor<'_> for Visitor<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_unit<E>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
            Ok(Some(T::from(text)))
        }

        fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
            Ok(Some(T::from(if value { "true" } else { "false" })))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Option<T>, E> {
            Ok(Some(T::from(value.to_string().as_str())))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Option<T>, E> {
            Ok(Some(T::from(value.to_string().as_str())))
        }
    }

    deserializer.deserialize_any(Visitor(std::marker::PhantomData))
}

/// Reads the text of an enumeration where there has to be one.
pub(crate) fn required<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    use serde::de::Error as _;

    read(deserializer)?.ok_or_else(|| D::Error::custom("expected a text, found null"))
}

/// The JSON Schema of an enumeration: one of the documented values, or any other.
#[cfg(feature = "schemars")]
pub(crate) fn json_schema(values: &[&str]) -> schemars::Schema {
    schemars::json_schema!({"anyOf": [{"enum": values}, {"type": "string"}]})
}

/// An enumeration with a variant for each documented value and one for all others.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A value that is not documented.
            Unknown($crate::UnknownValue),
        }

        impl $name {
            /// The value on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownValue::new(text)),
                }
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::read::Read<'de> for $name {
            #[inline]
            fn read<D: ::serde::Deserializer<'de>>(d: D) -> Result<Option<Self>, D::Error> {
                $crate::open_enum::read(d)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::open_enum::required(d)
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
                $crate::open_enum::json_schema(&[$($text),*])
            }
        }

        impl $crate::request::ToParam for $name {
            #[inline]
            fn to_param(&self) -> String {
                self.as_str().to_owned()
            }
        }
    };
}

pub(crate) use open_enum;
