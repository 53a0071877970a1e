//! The position of a listing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The position of a stream of items or pages, from which another stream can resume, also in another process.
///
/// It contains the position of a page, such as an offset or a cursor, and no items. Its JSON may gain properties, but later versions can
/// read the JSON of this version. A cursor is valid for as long as the service accepts it.
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
    /// The operation, or the method and path of an undocumented request.
    pub(super) operation: String,
    pub(super) position: Position,
    /// The number of items of the page that were returned.
    #[serde(default)]
    pub(super) skip: usize,
    /// The number of rows of the previous pages, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<u64>,
}

/// The position of a page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Position {
    /// The offset or number of the page.
    Number(u64),
    /// The cursor of the page, or the query of the link to it. The first page has none.
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
            // The cursor comes from the service, and the query of a link contains the arguments of the request. Both may be secret.
            Self::Cursor(Some(cursor)) => write!(f, "cursor, {} bytes", cursor.len()),
        }
    }
}
