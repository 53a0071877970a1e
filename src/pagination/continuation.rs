//! Where a listing stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a listing stands: enough to resume it later, in another process if need be.
///
/// It holds the position of a page, such as an offset or a cursor, and no item. Its JSON may gain properties; what this version writes
/// stays readable. A cursor is valid as long as the service keeps it.
///
/// ```
/// use cisco_secure_access::ContinuationToken;
///
/// let saved = r#"{"operation":"list_sites","position":3,"skip":17,"seen":200}"#;
/// let continuation: ContinuationToken = serde_json::from_str(saved)?;
/// assert_eq!(serde_json::to_string(&continuation)?, saved);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuationToken {
    /// The operation, or the method and path of a request that no document describes.
    pub(super) operation: String,
    pub(super) position: Position,
    /// How many items of the page have been handed out.
    #[serde(default)]
    pub(super) skip: usize,
    /// How many rows the pages before have, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<u64>,
}

/// What selects a page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Position {
    /// The offset or number of the page.
    Number(u64),
    /// The cursor of the page, or the query of the link to it; the first page has none.
    Cursor(Option<String>),
}

impl fmt::Debug for ContinuationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContinuationToken")
            .field("operation", &self.operation)
            .field("position", &self.position)
            .field("skip", &self.skip)
            .field("seen", &self.seen)
            .finish()
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Cursor(None) => f.write_str("first page"),
            // A cursor is the service's, and the query of a link has the arguments of the request: both may be secret.
            Self::Cursor(Some(cursor)) => write!(f, "cursor, {} bytes", cursor.len()),
        }
    }
}
