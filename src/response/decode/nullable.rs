//! Values that can be sent as null to clear them, which differs from omitting them.

use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};
use crate::secret::SecretString;

/// A value, or null.
///
/// ```
/// use cisco_secure_access::Nullable;
///
/// let name: Nullable<String> = "web".into();
/// let cleared: Nullable<String> = Nullable::Null;
/// assert_eq!(serde_json::to_string(&name)?, r#""web""#);
/// assert_eq!(serde_json::to_string(&cleared)?, "null");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Nullable<T> {
    /// A value.
    Value(T),
    /// Null: the service clears the value.
    Null,
}

impl<T> Nullable<T> {
    /// Returns the value, if it is not null.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<&str> for Nullable<SecretString> {
    fn from(value: &str) -> Self {
        Self::Value(value.into())
    }
}

impl<T: LenientDeserialize> LenientDeserialize for Nullable<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        order: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        let value = T::from_json(reader, order, wire_form)?;
        Ok(match value {
            Some(value) => Some(Self::Value(value)),
            None if wire_form.is_none() => Some(Self::Null),
            None => None,
        })
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        if value.is_null() {
            return Decoded::Exact(Self::Null);
        }
        T::from_value(value, context).map(Self::Value)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.encode(serializer),
            Self::Null => serializer.serialize_unit(),
        }
    }

    fn accepts_object(object: &Map<String, Value>) -> bool {
        T::accepts_object(object)
    }
}
