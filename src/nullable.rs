//! Values that can be sent as null, which says something else than leaving them out: it clears them.

use serde::{Deserialize, Serialize};

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
    /// Null: the service clears what it has.
    Null,
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
