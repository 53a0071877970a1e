//! What `Debug` shows instead of a secret.

use std::fmt;

/// Stands for a secret that is there and is not shown.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
